//! The language of conditions, as a server reads it: parsed for real and evaluated on rows.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde_json::Value;

use crate::emulator::row::Row;

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    Or(Vec<Expr>),
    And(Vec<Expr>),
    Not(Box<Expr>),
    Compare(String, Op, Literal),
    In(String, Vec<Literal>, bool),
    /// Contains or like: a pattern with `%`.
    Like(String, String, bool),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Op {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    Text(String),
    Number(f64),
    Flag(bool),
    Null,
    Date(DateTime<Utc>),
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Number(f64),
    Date(DateTime<Utc>),
    Op(Op),
    Open,
    Close,
    Comma,
}

/// What a member can be compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Sort {
    Text,
    Number,
    Flag,
    Date,
    /// One of these words.
    Word(&'static [&'static str]),
    Any,
}

/// What the vendor says to a literal that it can't read.
const BAD_LITERAL: &str = "Expected a value. String values should be enclosed with double or single quotes; DateTime values should be enclosed in square brackets; numbers should consist of only digits, and optionally a decimal point and a negation sign; boolean values should be indicated with the keywords true or false; null values should be indicated by the keyword null.";

/// What the vendor says to a word that an enumeration does not have, and to a comparison that it can't have.
const BAD_WORD: &str = "Enum value supplied was invalid";

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            ',' => (Token::Comma, 1),
            '"' | '\'' => {
                let end = rest[1..].find(first).ok_or_else(|| "A string value is not terminated.".to_owned())?;
                (Token::Text(rest[1..=end].to_owned()), end + 2)
            }
            '[' => {
                let end = rest.find(']').ok_or_else(|| BAD_LITERAL.to_owned())?;
                let date = date(&rest[1..end]).ok_or_else(|| BAD_LITERAL.to_owned())?;
                (Token::Date(date), end + 1)
            }
            '=' => (Token::Op(Op::Eq), 1),
            '!' if rest.starts_with("!=") => (Token::Op(Op::Ne), 2),
            '<' if rest.starts_with("<=") => (Token::Op(Op::Le), 2),
            '>' if rest.starts_with(">=") => (Token::Op(Op::Ge), 2),
            '<' => (Token::Op(Op::Lt), 1),
            '>' => (Token::Op(Op::Gt), 1),
            c if c.is_ascii_digit() || c == '-' => {
                let end = rest[1..].find(|c: char| !c.is_ascii_digit() && c != '.').map_or(rest.len(), |n| n + 1);
                (Token::Number(rest[..end].parse().map_err(|_| BAD_LITERAL.to_owned())?), end)
            }
            c if c.is_alphabetic() || c == '_' => {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '/').unwrap_or(rest.len());
                (Token::Word(rest[..end].to_owned()), end)
            }
            c => return Err(format!("Unexpected character '{c}'.")),
        };
        out.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(out)
}

/// A moment in any form that clients send, without zone being UTC.
pub(super) fn date(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let zoned = text.replacen(' ', "T", 1);
    if let Ok(at) = DateTime::parse_from_rfc3339(&zoned) {
        return Some(at.with_timezone(&Utc));
    }
    if let Ok(at) = zoned.parse::<NaiveDateTime>() {
        return Some(at.and_utc());
    }
    Some(text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0)?.and_utc())
}

struct Parser<'n> {
    tokens: Vec<Token>,
    at: usize,
    names: &'n dyn Fn(&str) -> Option<Sort>,
}

/// Reads a condition; `names` tells what a name can be compared with, and none for a name that is not known.
pub(super) fn parse(text: &str, names: &dyn Fn(&str) -> Option<Sort>) -> Result<Option<Expr>, String> {
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Ok(None);
    }
    let mut parser = Parser { tokens, at: 0, names };
    let expr = parser.or()?;
    match parser.peek() {
        None => Ok(Some(expr)),
        Some(token) => Err(format!("Unexpected {token:?} at the end.")),
    }
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn word(&mut self, word: &str) -> bool {
        let there = matches!(self.peek(), Some(Token::Word(w)) if w.eq_ignore_ascii_case(word));
        self.at += usize::from(there);
        there
    }

    fn or(&mut self) -> Result<Expr, String> {
        let mut parts = vec![self.and()?];
        while self.word("or") {
            parts.push(self.and()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expr::Or(parts) })
    }

    fn and(&mut self) -> Result<Expr, String> {
        let mut parts = vec![self.term()?];
        while self.word("and") {
            parts.push(self.term()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expr::And(parts) })
    }

    fn term(&mut self) -> Result<Expr, String> {
        if self.word("not") {
            return Ok(Expr::Not(Box::new(self.term()?)));
        }
        if self.peek() == Some(&Token::Open) {
            self.at += 1;
            let inner = self.or()?;
            return if self.next() == Some(Token::Close) {
                Ok(inner)
            } else {
                Err("A bracket is not closed.".to_owned())
            };
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Expr, String> {
        let Some(Token::Word(path)) = self.next() else {
            return Err("A field name was expected.".to_owned());
        };
        let Some(sort) = (self.names)(&path) else {
            return Err(format!("{path} is not a recognized name."));
        };
        let negated = self.word("not");
        if self.word("in") {
            if self.next() != Some(Token::Open) {
                return Err("A list in brackets was expected.".to_owned());
            }
            let mut values = Vec::new();
            loop {
                values.push(self.literal()?);
                match self.next() {
                    Some(Token::Comma) => {}
                    Some(Token::Close) => {
                        values.iter().try_for_each(|v| comparable(sort, v))?;
                        return Ok(Expr::In(path, values, negated));
                    }
                    _ => return Err("A list is not closed.".to_owned()),
                }
            }
        }
        let contains = self.word("contains");
        if contains || self.word("like") {
            let Some(Token::Text(text)) = self.next() else {
                return Err(BAD_LITERAL.to_owned());
            };
            match sort {
                Sort::Text | Sort::Any => {}
                Sort::Word(_) => return Err(BAD_WORD.to_owned()),
                Sort::Number | Sort::Flag | Sort::Date => comparable(sort, &Literal::Text(text.clone()))?,
            }
            let pattern = text.replace("[[]", "[").replace('*', "%");
            return Ok(Expr::Like(path, if contains { format!("%{pattern}%") } else { pattern }, negated));
        }
        match self.next() {
            Some(Token::Op(op)) if !negated => {
                let literal = self.literal()?;
                comparable(sort, &literal)?;
                if matches!(sort, Sort::Word(_)) && !matches!(op, Op::Eq | Op::Ne) {
                    return Err(BAD_WORD.to_owned());
                }
                Ok(Expr::Compare(path, op, literal))
            }
            _ => Err("An operator was expected.".to_owned()),
        }
    }

    fn literal(&mut self) -> Result<Literal, String> {
        Ok(match self.next() {
            Some(Token::Text(text)) => Literal::Text(text),
            Some(Token::Number(n)) => Literal::Number(n),
            Some(Token::Date(at)) => Literal::Date(at),
            Some(Token::Word(w)) if w.eq_ignore_ascii_case("true") => Literal::Flag(true),
            Some(Token::Word(w)) if w.eq_ignore_ascii_case("false") => Literal::Flag(false),
            Some(Token::Word(w)) if w.eq_ignore_ascii_case("null") => Literal::Null,
            _ => return Err(BAD_LITERAL.to_owned()),
        })
    }
}

/// Whether a literal is of the kind that a member is: numbers may be in quotes.
fn comparable(sort: Sort, literal: &Literal) -> Result<(), String> {
    let wanted = match sort {
        Sort::Any => return Ok(()),
        Sort::Word(words) => {
            let known = match literal {
                Literal::Null => true,
                Literal::Text(text) => words.iter().any(|w| w.eq_ignore_ascii_case(text)),
                _ => false,
            };
            return known.then_some(()).ok_or_else(|| BAD_WORD.to_owned());
        }
        Sort::Text => "string",
        Sort::Number => "numeric",
        Sort::Flag => "boolean",
        Sort::Date => "datetime",
    };
    let got = match literal {
        Literal::Null => return Ok(()),
        Literal::Text(text) if sort == Sort::Number && text.trim().parse::<f64>().is_ok() => return Ok(()),
        Literal::Text(_) => "string",
        Literal::Number(_) => "numeric",
        Literal::Flag(_) => "boolean",
        Literal::Date(_) => "datetime",
    };
    if got == wanted {
        return Ok(());
    }
    Err(BAD_LITERAL.replacen("a value", &format!("a {wanted} value, not a {got}"), 1))
}

/// The value at a path, without regard to case; stamps are in `_info`.
pub(super) fn value_at<'r>(row: &'r Row, path: &str) -> Option<&'r Value> {
    let member = |row: &'r Row, name: &str| {
        row.get(name).or_else(|| row.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v))
    };
    let stamp = ["lastUpdated", "dateEntered", "updatedBy", "enteredBy"].iter().any(|s| s.eq_ignore_ascii_case(path));
    if stamp && let Some(Value::Object(info)) = row.get("_info") {
        return member(info, path);
    }
    let mut parts = path.split('/');
    let mut value = member(row, parts.next()?)?;
    for part in parts {
        value = member(value.as_object()?, part)?;
    }
    Some(value)
}

impl Expr {
    /// Whether a row fits.
    pub(super) fn fits(&self, row: &Row) -> bool {
        match self {
            Self::Or(parts) => parts.iter().any(|p| p.fits(row)),
            Self::And(parts) => parts.iter().all(|p| p.fits(row)),
            Self::Not(inner) => !inner.fits(row),
            Self::Compare(path, op, literal) => compare(value_at(row, path), *op, literal),
            Self::In(path, values, negated) => {
                values.iter().any(|v| compare(value_at(row, path), Op::Eq, v)) != *negated
            }
            Self::Like(path, pattern, negated) => {
                let text = value_at(row, path).and_then(Value::as_str).unwrap_or_default().to_lowercase();
                like(&text, &pattern.to_lowercase()) != *negated
            }
        }
    }

    /// A bound that every row that fits is above: `lastUpdated` at or after this.
    pub(super) fn changed_since(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::And(parts) => parts.iter().filter_map(Self::changed_since).max(),
            Self::Compare(path, Op::Ge | Op::Gt, Literal::Date(at)) if path.eq_ignore_ascii_case("lastUpdated") => {
                Some(*at)
            }
            _ => None,
        }
    }

    /// The largest id that can fit, and those that alone can.
    pub(super) fn ids(&self) -> (Option<i64>, Option<Vec<i64>>) {
        let int = |l: &Literal| match l {
            Literal::Number(n) => Some(*n as i64),
            _ => None,
        };
        match self {
            Self::And(parts) => {
                parts.iter().map(Self::ids).fold((None, None), |(a, b), (c, d)| (a.into_iter().chain(c).min(), b.or(d)))
            }
            Self::Compare(path, Op::Le, literal) if path.eq_ignore_ascii_case("id") => (int(literal), None),
            Self::Compare(path, Op::Eq, literal) if path.eq_ignore_ascii_case("id") => {
                (int(literal), int(literal).map(|id| vec![id]))
            }
            Self::In(path, values, false) if path.eq_ignore_ascii_case("id") => {
                (None, values.iter().map(int).collect())
            }
            _ => (None, None),
        }
    }
}

fn compare(value: Option<&Value>, op: Op, literal: &Literal) -> bool {
    use std::cmp::Ordering;
    let null = value.is_none_or(|v| v.is_null() || v.as_str() == Some(""));
    let order = match (value, literal) {
        (_, Literal::Null) => {
            return match op {
                Op::Eq => null,
                Op::Ne => !null,
                _ => false,
            };
        }
        (Some(Value::String(text)), Literal::Date(at)) => date(text).map(|value| value.cmp(at)),
        (Some(Value::String(text)), Literal::Text(wanted)) => Some(text.to_lowercase().cmp(&wanted.to_lowercase())),
        (Some(Value::Number(n)), Literal::Number(wanted)) => n.as_f64().and_then(|n| n.partial_cmp(wanted)),
        (Some(Value::Bool(flag)), Literal::Flag(wanted)) => Some(flag.cmp(wanted)),
        // No flag is one that is not set.
        (None, Literal::Flag(wanted)) => Some(false.cmp(wanted)),
        // A number in quotes, as some clients send.
        (Some(Value::Number(n)), Literal::Text(wanted)) => {
            n.as_f64().zip(wanted.parse().ok()).and_then(|(a, b): (f64, f64)| a.partial_cmp(&b))
        }
        _ => None,
    };
    match (order, op) {
        (None, Op::Ne) => true,
        (None, _) => false,
        (Some(order), Op::Eq) => order == Ordering::Equal,
        (Some(order), Op::Ne) => order != Ordering::Equal,
        (Some(order), Op::Lt) => order == Ordering::Less,
        (Some(order), Op::Le) => order != Ordering::Greater,
        (Some(order), Op::Gt) => order == Ordering::Greater,
        (Some(order), Op::Ge) => order != Ordering::Less,
    }
}

/// SQL's `like`, with `%` only.
fn like(text: &str, pattern: &str) -> bool {
    match pattern.split_once('%') {
        None => text == pattern,
        Some((start, rest)) => {
            let Some(mut text) = text.strip_prefix(start) else { return false };
            loop {
                if like(text, rest) {
                    return true;
                }
                let Some(first) = text.chars().next() else { return false };
                text = &text[first.len_utf8()..];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// What the members of the row below can be compared with.
    fn sort(name: &str) -> Option<Sort> {
        Some(match name.to_ascii_lowercase().as_str() {
            "nonsense" => return None,
            "closedflag" => Sort::Flag,
            "lastupdated" => Sort::Date,
            "impact" => Sort::Word(&["Low", "High"]),
            "id" | "budgethours" => Sort::Number,
            "summary" => Sort::Text,
            _ => Sort::Any,
        })
    }

    fn fits(text: &str) -> bool {
        let row = crate::emulator::row::row(
            json!({"id": 7, "summary": "VPN [down]", "closedFlag": false, "status": {"id": 3, "name": "New"}, "budgetHours": 1.5,
            "impact": "High", "_info": {"lastUpdated": "2026-10-01T12:00:00Z"}}),
        );
        parse(text, &sort).unwrap().unwrap().fits(&row)
    }

    #[test]
    fn the_grammar_is_evaluated_for_real() {
        for (text, expected) in [
            ("id = 7", true),
            ("ID>6 and not id=8", true),
            ("id = '7'", true),
            ("status/name in (\"New\",'Open')", true),
            ("status/name not in ('New')", false),
            ("summary contains \"vpn\" or id=1", true),
            ("summary like 'VPN*'", true),
            ("summary contains '[[]down'", true),
            ("closedFlag = False", true),
            ("parentTicketId = null", true),
            ("impact = 'high' and impact != null", true),
            ("impact in ('Low')", false),
            ("lastUpdated >= [2026-10-01T12:00:00Z]", true),
            ("lastUpdated > [2026-10-01 12:00:00.5+00:00]", false),
            ("lastUpdated > [2026-09-30]", true),
            ("(id=1 or id=7) and (budgetHours < 2)", true),
        ] {
            assert_eq!(fits(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_condition_is_told() {
        for text in [
            "id =",
            "= 7",
            "id = 7 and",
            "(id = 7",
            "nonsense = 1",
            "id in 7",
            "summary = \"x",
            "lastUpdated > '2026",
            "id ~ 7",
        ] {
            assert!(parse(text, &sort).is_err(), "{text}");
        }
        assert_eq!(parse(" ", &sort).unwrap(), None);
    }

    #[test]
    fn a_member_is_compared_with_its_own_kind_only() {
        let told = |text: &str| parse(text, &sort).unwrap_err();
        for text in [
            "impact like 'L*'",
            "impact not like \"Low\"",
            "impact contains 'o'",
            "impact > 'Low'",
            "impact = 'Enormous'",
            "impact = 1",
            "impact in ('Low','Enormous')",
        ] {
            assert_eq!(told(text), BAD_WORD, "{text}");
        }
        for (text, start) in [
            ("closedFlag = 1", "Expected a boolean value, not a numeric."),
            ("closedFlag = 'yes'", "Expected a boolean value, not a string."),
            ("id = 'seven'", "Expected a numeric value, not a string."),
            ("id like '7*'", "Expected a numeric value, not a string."),
            ("lastUpdated > '2026-01-01'", "Expected a datetime value, not a string."),
            ("summary = 5", "Expected a string value, not a numeric."),
        ] {
            assert!(told(text).starts_with(start), "{text}: {}", told(text));
        }
    }
}
