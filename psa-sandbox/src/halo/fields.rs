//! What a row of each resource has: members with their types and defaults, what they refer to, where they are shown.

use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::dates::{parse_date, stored};
use super::guid::is_guid;
use super::quirks::Quirks;
use super::refusals::model_state;
use crate::emulator::reply::Reply;
use crate::emulator::row::{Row, number};

/// The type of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `i`: 32 bits.
    Int,
    /// `l`: 64 bits.
    Long,
    /// `f`: an id that Halo types as a floating-point number.
    FloatId,
    /// `n`.
    Number,
    /// `b`.
    Flag,
    /// `s`.
    Text,
    /// `d`: a moment.
    Date,
    /// `t`: a time of day.
    Time,
    /// `g`.
    Guid,
    /// `o`.
    Object,
    /// `a`.
    List,
    /// `v`: any value.
    Any,
}

/// Where a member is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// `L`: in every row.
    Everywhere,
    /// `O`: in every record read alone, and in a list if it has a value there.
    AloneOrSet,
    /// `A`: in every record read alone, never in a list.
    Alone,
    /// `W`: in the answer to a write only.
    Written,
    /// `l`: if it has a value.
    IfSet,
    /// `.`: if it has a value, but never in a list.
    AloneIfSet,
    /// `x`: a secret, or a switch of a write.
    Never,
}

/// What a member without a value has.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fill {
    Nothing,
    Is(Value),
    /// The value of another member of the row.
    Same(&'static str),
    /// When the record was made.
    Made,
    /// When the record was last written.
    Touched,
}

/// The view of a record that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    List,
    Alone,
    /// The answer to a write.
    Written,
}

#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) shown: Shown,
    pub(super) default: Fill,
    /// Halo sets it; what a write says of it is ignored.
    pub(super) read_only: bool,
    /// What its value must be found in.
    pub(super) refers_to: Option<&'static str>,
    /// The member that has the id behind this name.
    pub(super) named_by: Option<&'static str>,
    /// The plain text that this is the HTML of.
    html_of: Option<&'static str>,
    /// The most characters.
    longest: Option<usize>,
}

/// The members of a resource.
///
/// A file below `fields/` holds them. A line starts with two letters, the [`Kind`] and where the members are
/// [`Shown`]; lines that start with blanks continue it. A member's name can be followed by `=` and its default (JSON,
/// `$` and another member, `now`, `touched`), `!` (read only), `@` and what it refers to, `<` and the member whose
/// name it is, `~` and the plain text that it is the HTML of, `#` and the most characters.
#[derive(Debug, Default)]
pub(super) struct Schema {
    pub(super) members: Vec<Member>,
    by_name: HashMap<&'static str, usize>,
}

macro_rules! schemas {
    ($($name:literal),* $(,)?) => {
        /// The text of every resource's members.
        pub(super) const TEXTS: &[(&str, &str)] = &[$(($name, include_str!(concat!("fields/", $name, ".txt")))),*];
    };
}

schemas! {
    "actions", "agents", "applications", "appointments", "asset_fields", "asset_types", "assets", "attachments",
    "budget_types", "canned_texts", "categories", "certificates", "clients", "contracts", "crm_notes",
    "distribution_lists", "fields", "holidays", "invoices", "items", "kb_articles", "lookups", "mail_campaigns",
    "notifications", "outcomes", "priorities", "purchase_orders", "quotations", "recurring_invoices", "reports",
    "sales_orders", "sites", "slas", "software_licences", "statuses", "suppliers", "teams", "ticket_types", "tickets",
    "timesheet_events", "timesheets", "top_levels", "users", "webhook_events", "webhooks", "workflows",
}

static SCHEMAS: LazyLock<HashMap<&'static str, Schema>> =
    LazyLock::new(|| TEXTS.iter().map(|(name, text)| (*name, Schema::parse(text).0)).collect());

static UNKNOWN: LazyLock<Schema> = LazyLock::new(Schema::default);

/// The members of a resource, by the sandbox's name for it.
pub(super) fn schema(resource: &str) -> &'static Schema {
    SCHEMAS.get(resource).unwrap_or(&UNKNOWN)
}

impl Kind {
    fn of(letter: char) -> Option<Self> {
        Some(match letter {
            'i' => Self::Int,
            'l' => Self::Long,
            'f' => Self::FloatId,
            'n' => Self::Number,
            'b' => Self::Flag,
            's' => Self::Text,
            'd' => Self::Date,
            't' => Self::Time,
            'g' => Self::Guid,
            'o' => Self::Object,
            'a' => Self::List,
            'v' => Self::Any,
            _ => return None,
        })
    }

    /// What a member of this type has where nothing else is said.
    fn empty(self) -> Fill {
        Fill::Is(match self {
            Self::Int | Self::Long | Self::FloatId => json!(0),
            Self::Number => json!(0.0),
            Self::Flag => json!(false),
            Self::Text => json!(""),
            Self::List => json!([]),
            Self::Date | Self::Time | Self::Guid | Self::Object | Self::Any => return Fill::Nothing,
        })
    }

    /// The name that a refusal gives the type.
    fn dotnet(self) -> &'static str {
        match self {
            Self::Int => "System.Int32",
            Self::Long => "System.Int64",
            Self::FloatId | Self::Number => "System.Double",
            Self::Flag => "System.Boolean",
            Self::Text => "System.String",
            Self::Date => "System.DateTime",
            Self::Time => "System.TimeSpan",
            Self::Guid => "System.Guid",
            Self::Object | Self::List | Self::Any => "System.Object",
        }
    }

    /// A value of a write as it is stored; none if it can't be one of this type. Null is no value of any type.
    fn read(self, value: Value, quirks: &Quirks) -> Option<Value> {
        if value.is_null() {
            return Some(value);
        }
        Some(match (self, value) {
            (Self::Int, value) => {
                let whole = number(&value)?;
                json!(i32::try_from(whole).ok()?)
            }
            (Self::Long, value) => json!(number(&value)?),
            (Self::FloatId, value) => {
                let id = number(&value).or_else(|| value.as_f64().filter(|f| f.fract() == 0.0).map(|f| f as i64))?;
                json!(i32::try_from(id).ok()?)
            }
            (Self::Number, Value::Number(n)) => json!(n.as_f64()?),
            (Self::Number, Value::String(text)) => {
                json!(text.trim().parse::<f64>().ok().filter(|f| f.is_finite())?)
            }
            (Self::Flag, Value::Bool(flag)) => json!(flag),
            (Self::Flag, Value::String(text)) if text.eq_ignore_ascii_case("true") => json!(true),
            (Self::Flag, Value::String(text)) if text.eq_ignore_ascii_case("false") => json!(false),
            (Self::Text | Self::Time, value @ Value::String(_)) => value,
            (Self::Text, Value::Number(n)) => json!(n.to_string()),
            (Self::Date, value) if blank(&value) => Value::Null,
            // The database has no zones and no more than milliseconds.
            (Self::Date, Value::String(text)) => json!(stored(parse_date(text.trim())?, quirks)),
            (Self::Guid, value) if blank(&value) => Value::Null,
            (Self::Guid, Value::String(text)) if is_guid(&text) => json!(text.to_ascii_lowercase()),
            (Self::Object, value @ Value::Object(_)) => value,
            (Self::List, value @ Value::Array(_)) => value,
            (Self::Any, value) => value,
            _ => return None,
        })
    }
}

fn blank(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// The plain text of HTML, as far as people read it.
pub(super) fn plain_text(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        out.push_str(&rest[..start]);
        let Some(length) = rest[start..].find('>') else {
            out.push_str(&rest[start..]);
            rest = "";
            break;
        };
        let tag = rest[start + 1..start + length].to_ascii_lowercase();
        let name = tag.trim_end_matches('/').split_whitespace().next().unwrap_or_default();
        if matches!(name, "br" | "/p" | "/div" | "/li" | "/tr") {
            out.push('\n');
        }
        rest = &rest[start + length + 1..];
    }
    out.push_str(rest);
    let entities = [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    entities.iter().fold(out, |text, (entity, sign)| text.replace(entity, sign)).trim().to_owned()
}

impl Shown {
    fn of(letter: char) -> Option<Self> {
        Some(match letter {
            'L' => Self::Everywhere,
            'O' => Self::AloneOrSet,
            'A' => Self::Alone,
            'W' => Self::Written,
            'l' => Self::IfSet,
            '.' => Self::AloneIfSet,
            'x' => Self::Never,
            _ => return None,
        })
    }

    /// Whether every row of the view has the member.
    pub(super) fn always(self, view: View) -> bool {
        match self {
            Self::Everywhere => true,
            Self::AloneOrSet | Self::Alone => view != View::List,
            Self::Written => view == View::Written,
            Self::IfSet | Self::AloneIfSet | Self::Never => false,
        }
    }

    /// Whether a row of the view has the member if it has a value.
    pub(super) fn allowed(self, view: View) -> bool {
        match self {
            Self::AloneOrSet | Self::IfSet => true,
            Self::AloneIfSet | Self::Written => view != View::List,
            other => other.always(view),
        }
    }
}

impl Member {
    /// Reads `name=default!@target<source~plain#longest`, parts in any order.
    fn parse(text: &'static str, kind: Kind, shown: Shown) -> Option<Self> {
        let word = |text: &'static str| {
            let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
            text.split_at(end)
        };
        let (name, mut rest) = word(text);
        let mut member = Self {
            name,
            kind,
            shown,
            default: kind.empty(),
            read_only: false,
            refers_to: None,
            named_by: None,
            html_of: None,
            longest: None,
        };
        while let Some(sign) = rest.chars().next() {
            let after = &rest[sign.len_utf8()..];
            if sign == '=' {
                let (value, more) = match after.strip_prefix('"') {
                    Some(quoted) => after.split_at(quoted.find('"')? + 2),
                    None => after.split_at(after.find(['!', '@', '<', '~', '#']).unwrap_or(after.len())),
                };
                member.default = match value {
                    "now" => Fill::Made,
                    "touched" => Fill::Touched,
                    _ => match value.strip_prefix('$') {
                        Some(other) => Fill::Same(other),
                        None => Fill::Is(serde_json::from_str(value).ok()?),
                    },
                };
                rest = more;
                continue;
            }
            let (value, more) = word(after);
            match sign {
                '!' => member.read_only = true,
                '@' => member.refers_to = Some(value),
                '<' => {
                    member.named_by = Some(value);
                    member.read_only = true;
                }
                '~' => member.html_of = Some(value),
                '#' => member.longest = Some(value.parse().ok()?),
                _ => return None,
            }
            rest = if sign == '!' { after } else { more };
        }
        (!name.is_empty()).then_some(member)
    }
}

impl Schema {
    /// The members, and what of the text is none.
    fn parse(text: &'static str) -> (Self, Vec<&'static str>) {
        let mut schema = Self::default();
        let mut wrong = Vec::new();
        let mut how = None;
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
            let mut items = line;
            if !line.starts_with(' ') {
                let (head, rest) = line.split_once(' ').unwrap_or((line, ""));
                let mut letters = head.chars();
                how = letters.next().and_then(Kind::of).zip(letters.next().and_then(Shown::of));
                items = rest;
            }
            for item in items.split_whitespace() {
                match how.and_then(|(kind, shown)| Member::parse(item, kind, shown)) {
                    Some(member) => {
                        if schema.by_name.insert(member.name, schema.members.len()).is_some() {
                            wrong.push(item);
                        }
                        schema.members.push(member);
                    }
                    None => wrong.push(item),
                }
            }
        }
        (schema, wrong)
    }

    /// The member with this name.
    pub(super) fn member(&self, name: &str) -> Option<&Member> {
        self.by_name.get(name).map(|at| &self.members[*at])
    }

    /// The member with this name, in whatever case a write has it.
    fn written(&self, name: &str) -> Option<&Member> {
        self.member(name).or_else(|| self.members.iter().find(|m| m.name.eq_ignore_ascii_case(name)))
    }

    /// What of a write is stored: members that Halo knows and that are not its own, each with a value of its type.
    pub(super) fn accept(&self, item: Row, quirks: &Quirks) -> Result<Row, Reply> {
        let mut out = Row::new();
        for (name, value) in item {
            let Some(member) = self.written(&name).filter(|m| !m.read_only) else { continue };
            let Some(value) = member.kind.read(value, quirks) else {
                let message = format!("The JSON value could not be converted to {}.", member.kind.dotnet());
                return Err(model_state(member.name, &message));
            };
            if let Some(longest) = member.longest
                && value.as_str().is_some_and(|text| text.chars().count() > longest)
            {
                let message = format!("The field {} must be a string with a maximum length of {longest}.", member.name);
                return Err(model_state(member.name, &message));
            }
            out.insert(member.name.to_owned(), value);
        }
        self.pair_texts(&mut out);
        Ok(out)
    }

    /// A text and its HTML are one: what is sent of them makes the other.
    fn pair_texts(&self, sent: &mut Row) {
        for member in &self.members {
            let Some(plain) = member.html_of else { continue };
            let made = match (sent.get(plain), sent.get(member.name)) {
                (None, Some(html)) => (plain, json!(html.as_str().map(plain_text))),
                // Plain text is taken for HTML as it is.
                (Some(text), None) => (member.name, text.clone()),
                _ => continue,
            };
            sent.insert(made.0.to_owned(), made.1);
        }
    }

    /// Sets the stamps of a write.
    pub(super) fn stamp(&self, row: &mut Row, new: bool, now: DateTime<Utc>, quirks: &Quirks) {
        for member in &self.members {
            let due = match member.default {
                Fill::Touched => true,
                Fill::Made => new && row.get(member.name).is_none_or(Value::is_null),
                _ => false,
            };
            if due {
                row.insert(member.name.to_owned(), stored(now, quirks).into());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_every_resource_is_understood() {
        for (name, text) in TEXTS {
            let (schema, wrong) = Schema::parse(text);
            assert!(wrong.is_empty(), "{name}: {wrong:?}");
            assert!(schema.member("id").is_some(), "{name} has no id");
            for member in &schema.members {
                for other in [member.named_by, member.html_of].into_iter().flatten() {
                    assert!(schema.member(other).is_some(), "{name}.{} needs {other}", member.name);
                }
                if let Fill::Same(other) = member.default {
                    assert!(schema.member(other).is_some(), "{name}.{} copies {other}", member.name);
                }
            }
        }
    }

    #[test]
    fn a_value_of_another_type_is_not_stored_and_one_in_text_becomes_what_it_is() {
        let quirks = Quirks::default();
        let read = |kind: Kind, value: Value| kind.read(value, &quirks);
        assert_eq!(read(Kind::Int, json!("77635")), Some(json!(77635)));
        for wrong in [json!("95.0"), json!(95.5), json!("x-y"), json!(5_000_000_000_i64), json!(true), json!([1])] {
            assert_eq!(read(Kind::Int, wrong.clone()), None, "{wrong}");
        }
        assert_eq!(read(Kind::FloatId, json!(18.0)), Some(json!(18)));
        assert_eq!(read(Kind::Number, json!("1.5")), Some(json!(1.5)));
        assert_eq!(read(Kind::Number, json!("NaN")), None);
        assert_eq!(read(Kind::Text, json!(7)), Some(json!("7")));
        assert_eq!(read(Kind::Text, json!({"a": 1})), None);
        assert_eq!(read(Kind::List, json!("all")), None);
        assert_eq!(read(Kind::Flag, json!("True")), Some(json!(true)));
        assert_eq!(read(Kind::Guid, json!("not-a-guid")), None);
        for kind in [Kind::Int, Kind::Text, Kind::Date, Kind::List] {
            assert_eq!(read(kind, Value::Null), Some(Value::Null));
        }
    }

    #[test]
    fn a_date_is_stored_in_utc_without_a_zone() {
        let quirks = Quirks::default();
        let read = |text: &str| Kind::Date.read(json!(text), &quirks);
        for (sent, kept) in [
            ("2026-11-02T09:00:00Z", "2026-11-02T09:00:00"),
            ("2026-11-02T09:00:00+02:00", "2026-11-02T07:00:00"),
            ("2026-11-02T09:00:00.1239999Z", "2026-11-02T09:00:00.123"),
            ("2026-11-02T09:00:00.500", "2026-11-02T09:00:00.5"),
            ("2026-11-02", "2026-11-02T00:00:00"),
        ] {
            assert_eq!(read(sent), Some(json!(kept)), "{sent}");
        }
        assert_eq!(read("tomorrow"), None);
        assert_eq!(read(" "), Some(Value::Null));
    }

    #[test]
    fn the_plain_text_of_html_is_what_people_read() {
        assert_eq!(plain_text("<p>Fish &amp; chips</p><p>1 &lt; 2<br/>ok</p>"), "Fish & chips\n1 < 2\nok");
        assert_eq!(plain_text("no tags, 1 < 2"), "no tags, 1 < 2");
    }
}
