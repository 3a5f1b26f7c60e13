//! Conditions: what a list is narrowed by. Built from values, so that no quote or bracket of theirs can break out.

use chrono::{DateTime, SecondsFormat, Utc};
use psa_core::{Error, ErrorKind, Result};

/// A condition under construction, or why it can't be one.
///
/// ```
/// use connectwise_client::field;
///
/// let mine = field("closedFlag").eq(false).and(field("status/name").one_of(["New", "In Progress"]));
/// assert_eq!(mine.render()?, r#"closedFlag = false and status/name in ("New","In Progress")"#);
///
/// let either = field("summary").contains("VPN").or(field("company/identifier").eq("Joe's \"Bar\""));
/// assert!(either.render().is_err(), "no quotes are left for a text that has both");
/// let not = field("parentTicketId").is_null().or(field("id").gt(7)).negate().and(field("board/id").eq(1));
/// assert_eq!(not.render()?, "not (parentTicketId = null or id > 7) and board/id = 1");
/// # Ok::<(), psa_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a condition narrows nothing until a list has it"]
pub struct Condition(Node);

#[derive(Debug, Clone, PartialEq)]
enum Node {
    /// One comparison, ready.
    Term(String),
    Not(Box<Node>),
    And(Vec<Node>),
    Or(Vec<Node>),
    /// What was wrong with it.
    Broken {
        field: String,
        why: Refused,
    },
}

/// What is wrong with a value, and what to do.
type Refused = (&'static str, &'static str);

/// A field to compare: `summary`, `company/identifier`, `communicationItems/value`, `lastUpdated`.
///
/// Its text says nothing of whose id it holds, so it takes none. Lists take ids, each where it belongs:
///
/// ```
/// # fn f(cw: connectwise_client::ConnectWise) {
/// use connectwise_client::{BoardId, CompanyId, field};
///
/// let printers = cw.tickets().list().company(CompanyId(7)).board(BoardId(1)).condition(field("summary").contains("printer"));
/// # }
/// ```
///
/// ```compile_fail,E0277
/// # use connectwise_client::{TicketId, field};
/// let wrong = field("company/id").eq(TicketId(3));
/// ```
pub fn field(path: impl Into<String>) -> Field {
    Field(path.into())
}

/// One of the tenant's own fields, by its caption; for [`List::custom_field_conditions`](crate::List::custom_field_conditions).
pub fn custom_field(caption: impl Into<String>) -> CustomFieldCondition {
    CustomFieldCondition(caption.into())
}

/// See [`field`].
#[derive(Debug, Clone)]
pub struct Field(String);

/// See [`custom_field`].
#[derive(Debug, Clone)]
pub struct CustomFieldCondition(String);

/// A value to compare with.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Literal {
    /// Text.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A number.
    Num(f64),
    /// Yes or no.
    Flag(bool),
    /// A moment; ConnectWise knows whole seconds.
    Date(DateTime<Utc>),
}

macro_rules! literals {
    ($($from:ty => |$v:ident| $to:expr;)*) => { $(
        impl From<$from> for Literal {
            fn from($v: $from) -> Self {
                $to
            }
        }
    )* };
}

literals! {
    &str => |v| Self::Text(v.to_owned());
    String => |v| Self::Text(v);
    i32 => |v| Self::Int(v.into());
    i64 => |v| Self::Int(v);
    f64 => |v| Self::Num(v);
    bool => |v| Self::Flag(v);
    DateTime<Utc> => |v| Self::Date(v);
}

impl Literal {
    fn render(&self) -> Result<String, Refused> {
        Ok(match self {
            Self::Text(text) => quoted(text)?,
            Self::Int(n) => n.to_string(),
            Self::Num(n) if n.is_finite() => n.to_string(),
            Self::Num(_) => return Err(("a number that is none can't be compared with", "Give a finite number.")),
            Self::Flag(flag) => flag.to_string(),
            Self::Date(at) => format!("[{}]", at.to_rfc3339_opts(SecondsFormat::Secs, true)),
        })
    }
}

/// Text in the quotes that it does not have itself: ConnectWise documents no way to escape one.
fn quoted(text: &str) -> Result<String, Refused> {
    if text.chars().any(char::is_control) {
        return Err((
            "text with control characters can't be compared with",
            "Compare a part without them by contains.",
        ));
    }
    match (text.contains('"'), text.contains('\'')) {
        (false, _) => Ok(format!("\"{text}\"")),
        (true, false) => Ok(format!("'{text}'")),
        (true, true) => {
            Err(("text with both kinds of quotes can't be compared with", "Compare a part of it by contains."))
        }
    }
}

/// A name or names with slashes between them, and nothing else.
fn checked(path: &str) -> Result<&str, Refused> {
    let name = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    if path.starts_with("_info") {
        return Err((
            "ConnectWise does not filter by _info",
            "Take lastUpdated, or another field of the record itself.",
        ));
    }
    if !path.is_empty() && path.split('/').all(name) {
        Ok(path)
    } else {
        Err(("this is no name of a field", "Write it as ConnectWise does: company/identifier, closedFlag."))
    }
}

impl Field {
    fn term(self, render: impl FnOnce(&str) -> Result<String, Refused>) -> Condition {
        let rendered = checked(&self.0).and_then(render);
        Condition(match rendered {
            Ok(term) => Node::Term(term),
            Err(why) => Node::Broken { field: self.0, why },
        })
    }

    fn compare(self, operator: &str, value: Literal) -> Condition {
        self.term(|path| Ok(format!("{path} {operator} {}", value.render()?)))
    }

    /// Equal.
    pub fn eq(self, value: impl Into<Literal>) -> Condition {
        self.compare("=", value.into())
    }

    /// Not equal.
    pub fn ne(self, value: impl Into<Literal>) -> Condition {
        self.compare("!=", value.into())
    }

    /// Less.
    pub fn lt(self, value: impl Into<Literal>) -> Condition {
        self.compare("<", value.into())
    }

    /// Less or equal.
    pub fn le(self, value: impl Into<Literal>) -> Condition {
        self.compare("<=", value.into())
    }

    /// More.
    pub fn gt(self, value: impl Into<Literal>) -> Condition {
        self.compare(">", value.into())
    }

    /// More or equal.
    pub fn ge(self, value: impl Into<Literal>) -> Condition {
        self.compare(">=", value.into())
    }

    /// Empty.
    pub fn is_null(self) -> Condition {
        self.term(|path| Ok(format!("{path} = null")))
    }

    /// Not empty.
    pub fn is_not_null(self) -> Condition {
        self.term(|path| Ok(format!("{path} != null")))
    }

    /// Holds this text, without regard to case. ConnectWise documents no way to mean `%` or `*` itself: each may stand for any
    /// text.
    pub fn contains(self, text: impl Into<String>) -> Condition {
        let text = text.into();
        self.term(|path| Ok(format!("{path} contains {}", quoted(&text.replace('[', "[[]"))?)))
    }

    /// Fits this pattern: `*` and `%` stand for any text.
    pub fn like(self, pattern: impl Into<String>) -> Condition {
        let pattern = pattern.into();
        self.term(|path| Ok(format!("{path} like {}", quoted(&pattern.replace('[', "[[]"))?)))
    }

    /// One of these. An empty list is refused when it is rendered.
    pub fn one_of<T: Into<Literal>>(self, values: impl IntoIterator<Item = T>) -> Condition {
        self.among("in", values)
    }

    /// None of these. An empty list is refused when it is rendered.
    pub fn none_of<T: Into<Literal>>(self, values: impl IntoIterator<Item = T>) -> Condition {
        self.among("not in", values)
    }

    fn among<T: Into<Literal>>(self, operator: &str, values: impl IntoIterator<Item = T>) -> Condition {
        let values: Vec<Literal> = values.into_iter().map(Into::into).collect();
        if values.is_empty() {
            return Condition(Node::Broken {
                field: self.0,
                why: ("a list without values can't be compared with", "Leave the list unread: nothing fits."),
            });
        }
        self.term(|path| {
            let values: Result<Vec<String>, _> = values.iter().map(Literal::render).collect();
            Ok(format!("{path} {operator} ({})", values?.join(",")))
        })
    }
}

impl CustomFieldCondition {
    fn with(self, value: &str, render: impl FnOnce() -> Result<String, Refused>) -> Condition {
        let rendered = quoted(&self.0).and_then(|caption| Ok((caption, render()?)));
        Condition(match rendered {
            Ok((caption, literal)) => Node::And(vec![
                Node::Term(format!("caption = {caption}")),
                Node::Term(format!("value {value}{literal}")),
            ]),
            Err(why) => Node::Broken { field: self.0, why },
        })
    }

    /// Equal.
    pub fn eq(self, value: impl Into<Literal>) -> Condition {
        let value = value.into();
        self.with("= ", || value.render())
    }

    /// Not empty.
    pub fn is_not_null(self) -> Condition {
        self.with("!= null", || Ok(String::new()))
    }
}

impl Condition {
    /// Both.
    pub fn and(self, other: Self) -> Self {
        let mut parts = match self.0 {
            Node::And(parts) => parts,
            other => vec![other],
        };
        match other.0 {
            Node::And(more) => parts.extend(more),
            one => parts.push(one),
        }
        Self(Node::And(parts))
    }

    /// One of them at least.
    pub fn or(self, other: Self) -> Self {
        let mut parts = match self.0 {
            Node::Or(parts) => parts,
            other => vec![other],
        };
        match other.0 {
            Node::Or(more) => parts.extend(more),
            one => parts.push(one),
        }
        Self(Node::Or(parts))
    }

    /// The opposite.
    pub fn negate(self) -> Self {
        Self(Node::Not(Box::new(self.0)))
    }

    /// The condition in ConnectWise's words.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] naming the field, for a value that can't be written safely or a name that is none.
    pub fn render(&self) -> Result<String> {
        render(&self.0, false)
    }
}

fn render(node: &Node, inner: bool) -> Result<String> {
    Ok(match node {
        Node::Term(term) => term.clone(),
        Node::Broken { field, why: (why, remedy) } => {
            let error = Error::new(ErrorKind::InvalidRequest, *why);
            return Err(error.with_context("field", field).with_context("remedy", *remedy));
        }
        Node::Not(inner) => match &**inner {
            Node::Term(_) => format!("not ({})", render(inner, false)?),
            _ => format!("not {}", render(inner, true)?),
        },
        Node::And(parts) | Node::Or(parts) => {
            let word = if matches!(node, Node::Or(_)) { " or " } else { " and " };
            let parts: Result<Vec<String>> = parts.iter().map(|p| render(p, true)).collect();
            let text = parts?.join(word);
            // Which of the two binds tighter is not documented: nothing relies on it.
            if inner { format!("({text})") } else { text }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_whole_grammar() {
        let at: DateTime<Utc> = "2016-08-20T18:04:26.789Z".parse().unwrap();
        for (condition, text) in [
            (field("board/id").eq(5), "board/id = 5"),
            (field("lastUpdated").ge(at), "lastUpdated >= [2016-08-20T18:04:26Z]"),
            (field("budgetHours").lt(2.5), "budgetHours < 2.5"),
            (field("name").like("*VPN*"), "name like \"*VPN*\""),
            (field("summary").contains("a[b"), "summary contains \"a[[]b\""),
            (field("id").none_of([1, 2]), "id not in (1,2)"),
            (field("summary").eq("6\" disk"), "summary = '6\" disk'"),
            (custom_field("Tom's").is_not_null(), "caption = \"Tom's\" and value != null"),
            (field("a").is_not_null().negate(), "not (a != null)"),
            (field("a").eq(1).and(field("b").eq(2).or(field("c").eq(3))), "a = 1 and (b = 2 or c = 3)"),
        ] {
            assert_eq!(condition.render().unwrap(), text);
        }
    }

    #[test]
    fn what_can_t_be_said_safely_is_refused_with_the_field() {
        for condition in [
            field("summary = \"x\" or id").eq(1),
            field("").eq(1),
            field("a//b").eq(1),
            field("a").eq("both \" and '"),
            field("a").eq("line\nbreak"),
            field("a").eq(f64::NAN),
            field("a").one_of(Vec::<i64>::new()),
        ] {
            let error = condition.and(field("id").gt(0)).render().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidRequest);
            assert!(error.context("field").is_some());
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_out_of_its_quotes(text in ".{0,40}") {
            if let Ok(rendered) = field("summary").eq(text.clone()).render() {
                let inside = rendered.strip_prefix("summary = ").unwrap();
                let quote = inside.chars().next().unwrap();
                prop_assert!(quote == '"' || quote == '\'');
                prop_assert_eq!(inside.matches(quote).count(), 2);
                prop_assert_eq!(&inside[1..inside.len() - 1], text.as_str());
            }
        }
    }
}
