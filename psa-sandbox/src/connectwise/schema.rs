//! The members of a record: kind, longest text, what they refer to, and what the vendor fills in.

use std::sync::OnceLock;

use chrono::DateTime;
use serde_json::{Value, json};

use super::resource::Resource;
use super::table::Table;
use super::tables::{table, tables};
use crate::emulator::row::{Row, number};

/// What a member holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// With its longest length in characters, if there is one.
    Text(Option<usize>),
    /// With its bounds, if there are any.
    Int(Option<(i64, i64)>),
    Float,
    Flag,
    /// Whole seconds in UTC.
    Date,
    Guid,
    /// One of these words.
    Word(Vec<&'static str>),
    /// A reference to a row of this table.
    Reference(Resource),
    References(Resource),
    /// The id of a row of this table, as a number.
    IdOf(Resource),
    /// Lists and maps.
    Other,
}

/// A member, written `name:kind` with marks and a default behind it:
///
/// | | |
/// |---|---|
/// | kinds | `s` text, `s50` of 50 characters at most, `i` integer, `i1900-9999` with bounds, `f` float, `b` flag, `d` date, `g` GUID, `e(A\|B)` one of these words, `@table` reference, `*@table` references, `#table` id, `o` other |
/// | marks | `!` required, `~` computed by the vendor, `+` taken by a write and never shown, `^` taken by a create only |
/// | `=value` | what the vendor fills in: of a scalar whenever it is missing, of a reference at a create |
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) required: bool,
    pub(super) computed: bool,
    pub(super) only_written: bool,
    pub(super) only_created: bool,
    pub(super) default: Option<Value>,
}

/// Why a value can't be kept in a member.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Misfit {
    /// A date in a form that the vendor does not take.
    Format,
    /// Not of the member's type, which is called this.
    Type(String),
    /// A reference has this member, which its type does not know.
    Unknown(String, String),
}

impl Field {
    fn parse(token: &'static str) -> Option<Self> {
        let (name, rest) = token.split_once(':')?;
        let (spec, default) = match rest.split_once('=') {
            Some((spec, default)) => (spec, Some(default)),
            None => (rest, None),
        };
        let text = spec.trim_end_matches(['!', '~', '+', '^']);
        let marks = spec.get(text.len()..).unwrap_or_default();
        let kind = kind(text)?;
        let default = default.map(|d| match &kind {
            Kind::Flag => Value::from(d == "true"),
            Kind::Int(_) | Kind::IdOf(_) => json!(d.parse::<i64>().unwrap_or_default()),
            Kind::Float => json!(d.parse::<f64>().unwrap_or_default()),
            Kind::Reference(_) => json!({"id": d.parse::<i64>().unwrap_or_default()}),
            Kind::Other => json!([]),
            _ => Value::from(d),
        });
        Some(Self {
            name,
            kind,
            required: marks.contains('!'),
            computed: marks.contains('~'),
            only_written: marks.contains('+'),
            only_created: marks.contains('^'),
            default,
        })
    }

    /// A value as the vendor keeps it: numbers in text become numbers, an empty text that is no text becomes none.
    pub(super) fn fit(&self, value: Value) -> Result<Value, Misfit> {
        let wrong = || Misfit::Type(self.class());
        if value.is_null() || (!matches!(self.kind, Kind::Text(_) | Kind::Other) && value.as_str() == Some("")) {
            return Ok(Value::Null);
        }
        match (&self.kind, value) {
            (Kind::Text(_), Value::String(text)) => Ok(text.into()),
            (Kind::Text(_), Value::Number(n)) => Ok(n.to_string().into()),
            (Kind::Text(_), Value::Bool(flag)) => Ok(if flag { "True" } else { "False" }.into()),
            (Kind::Int(_) | Kind::IdOf(_), value) => whole(&value).map(Value::from).ok_or_else(wrong),
            (Kind::Float, Value::Number(n)) => Ok(Value::Number(n)),
            (Kind::Float, Value::String(text)) => {
                text.trim().parse::<f64>().ok().filter(|n| n.is_finite()).map(Value::from).ok_or_else(wrong)
            }
            (Kind::Flag, Value::Bool(flag)) => Ok(flag.into()),
            (Kind::Flag, Value::Number(n)) => Ok((n.as_f64() != Some(0.0)).into()),
            (Kind::Flag, Value::String(text)) => match &*text.trim().to_ascii_lowercase() {
                "true" => Ok(true.into()),
                "false" => Ok(false.into()),
                _ => Err(wrong()),
            },
            (Kind::Date, Value::String(text)) if is_date(&text) => Ok(text.into()),
            (Kind::Date, _) => Err(Misfit::Format),
            (Kind::Guid, Value::String(text)) if is_guid(&text) => Ok(text.into()),
            (Kind::Word(words), Value::String(text)) => {
                words.iter().find(|w| w.eq_ignore_ascii_case(text.trim())).map(|w| (*w).into()).ok_or_else(wrong)
            }
            (Kind::Reference(to), Value::Object(reference)) => one_reference(*to, reference),
            (Kind::References(to), Value::Array(elements)) => {
                let one = |element: Value| match element {
                    Value::Object(reference) => one_reference(*to, reference),
                    _ => Err(wrong()),
                };
                elements.into_iter().map(one).collect::<Result<Vec<_>, _>>().map(Value::Array)
            }
            (Kind::Other, value) => Ok(value),
            _ => Err(wrong()),
        }
    }

    /// What the vendor's platform calls the member's type.
    fn class(&self) -> String {
        let nullable = |of: &str| format!("System.Nullable`1[System.{of}]");
        let reference = |to: Resource| format!("{}Reference", table(to).class());
        match &self.kind {
            Kind::Text(_) => "System.String".to_owned(),
            Kind::Int(_) | Kind::IdOf(_) => nullable("Int32"),
            Kind::Float => nullable("Double"),
            Kind::Flag => nullable("Boolean"),
            Kind::Date => nullable("DateTime"),
            Kind::Guid => nullable("Guid"),
            Kind::Word(_) => nullable("Enum"),
            Kind::Reference(to) => reference(*to),
            Kind::References(to) => format!("System.Collections.Generic.List`1[{}]", reference(*to)),
            Kind::Other => "System.Object".to_owned(),
        }
    }
}

fn kind(text: &'static str) -> Option<Kind> {
    if let Some(words) = text.strip_prefix("e(").and_then(|t| t.strip_suffix(')')) {
        return Some(Kind::Word(words.split('|').collect()));
    }
    if let Some(to) = text.strip_prefix("*@") {
        return Resource::named(to).map(Kind::References);
    }
    if let Some(to) = text.strip_prefix('@') {
        return Resource::named(to).map(Kind::Reference);
    }
    if let Some(to) = text.strip_prefix('#') {
        return Resource::named(to).map(Kind::IdOf);
    }
    if let Some(longest) = text.strip_prefix('s') {
        return if longest.is_empty() { Some(Kind::Text(None)) } else { Some(Kind::Text(Some(longest.parse().ok()?))) };
    }
    if let Some(bounds) = text.strip_prefix('i').filter(|b| !b.is_empty()) {
        let (least, most) = bounds.split_once('-')?;
        return Some(Kind::Int(Some((least.parse().ok()?, most.parse().ok()?))));
    }
    Some(match text {
        "i" => Kind::Int(None),
        "f" => Kind::Float,
        "b" => Kind::Flag,
        "d" => Kind::Date,
        "g" => Kind::Guid,
        "o" => Kind::Other,
        _ => return None,
    })
}

/// A whole number, also in text or with a fraction of zero.
fn whole(value: &Value) -> Option<i64> {
    number(value).or_else(|| value.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < 1e15).map(|n| n as i64))
}

/// A reference of known members; one that names nothing is none.
fn one_reference(to: Resource, reference: Row) -> Result<Value, Misfit> {
    let table = table(to);
    let known = |name: &String| {
        ["id", "name", "identifier", "summary", "_info"].iter().any(|n| n.eq_ignore_ascii_case(name))
            || table.shows.iter().any(|(_, shown)| shown.eq_ignore_ascii_case(name))
            || schema(table).named(name).is_some()
    };
    if let Some(name) = reference.keys().find(|name| !known(name)) {
        return Err(Misfit::Unknown(name.clone(), format!("{}Reference", table.class())));
    }
    let names = |name: &str| reference.get(name).is_some_and(|v| !v.is_null() && v.as_str() != Some(""));
    let names_one = ["id", "identifier", "name", "summary"].into_iter().any(names);
    Ok(if names_one { Value::Object(reference) } else { Value::Null })
}

/// `yyyy-MM-ddTHH:mm:ssZ`, and nothing else.
pub(super) fn is_date(text: &str) -> bool {
    text.len() == 20
        && text.ends_with('Z')
        && text.as_bytes().get(10) == Some(&b'T')
        && DateTime::parse_from_rfc3339(text).is_ok()
}

fn is_guid(text: &str) -> bool {
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12] && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}

/// The members of a table's records, in the order of the vendor's document.
#[derive(Debug)]
pub(super) struct Schema {
    pub(super) fields: Vec<Field>,
    /// The number of the resource, from 1: GUIDs begin with it.
    table: usize,
}

impl Schema {
    fn parse(table: usize, fields: &'static str) -> Self {
        Self { fields: fields.split_ascii_whitespace().filter_map(Field::parse).collect(), table }
    }

    /// The member with this name.
    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.name == name)
    }

    /// The member with this name, without regard to case.
    pub(super) fn named(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.name.eq_ignore_ascii_case(name))
    }

    /// The place of a member; those that are not known come last.
    pub(super) fn place(&self, name: &str) -> usize {
        self.fields.iter().position(|f| f.name == name).unwrap_or(self.fields.len())
    }

    /// The members that refer to a table, and that table.
    pub(super) fn references(&self) -> impl Iterator<Item = (&'static str, Resource)> + '_ {
        self.fields.iter().filter_map(|field| match &field.kind {
            Kind::Reference(to) => Some((field.name, *to)),
            _ => None,
        })
    }

    /// A row with the members that the vendor always shows.
    pub(super) fn complete(&self, mut row: Row) -> Row {
        for field in &self.fields {
            let Some(default) = &field.default else { continue };
            let there = row.get(field.name).is_some_and(|v| !v.is_null());
            if there || matches!(field.kind, Kind::Reference(_) | Kind::IdOf(_)) {
                continue;
            }
            let value = match (&field.kind, row.get("id").and_then(number)) {
                (Kind::Guid, Some(id)) => Value::from(format!("{:08x}-0000-4000-8000-{id:012x}", self.table)),
                // It is made with the record.
                (Kind::Guid, None) => continue,
                _ => default.clone(),
            };
            row.insert(field.name.to_owned(), value);
        }
        row
    }
}

/// The members of a table's records.
pub(super) fn schema(table: &Table) -> &'static Schema {
    static ALL: OnceLock<Vec<Schema>> = OnceLock::new();
    let all = ALL.get_or_init(|| tables().iter().enumerate().map(|(n, t)| Schema::parse(n + 1, t.fields)).collect());
    &all[table.resource as usize]
}

#[cfg(test)]
mod tests {
    use super::super::table::Answers;
    use super::*;
    use crate::emulator::row::row;

    #[test]
    fn every_table_is_written_in_words_that_are_understood() {
        for table in tables() {
            let words = table.fields.split_ascii_whitespace().count();
            let schema = schema(table);
            assert_eq!(schema.fields.len(), words, "{}: a member that can't be read", table.name());
            for field in &schema.fields {
                if let (Kind::Word(words), Some(default)) = (&field.kind, &field.default) {
                    assert!(words.iter().any(|w| default == w), "{}: {} is never {default}", table.name(), field.name);
                }
            }
            let known = |name: &str| name.is_empty() || schema.field(name).is_some();
            for rule in table.belongs {
                assert!(known(rule.member) && known(rule.of), "{}: {} of {}", table.name(), rule.member, rule.of);
            }
            for rule in table.typed {
                assert!(known(rule.id) && known(rule.kind), "{}: {}", table.name(), rule.id);
            }
            for (from, until) in table.spans {
                assert!(known(from) && known(until), "{}: {from} to {until}", table.name());
            }
            for name in table.unfiltered.iter().chain(table.on_replace) {
                assert!(known(name) || ["inactiveFlag", "defaultFlag"].contains(name), "{}: {name}", table.name());
            }
            if let Some((_, member)) = table.parent {
                assert!(known(member) || table.answers != Answers::Rows, "{}: {member}", table.name());
            }
        }
    }

    #[test]
    fn values_are_kept_in_the_member_s_kind_or_refused() {
        let field = |token: &'static str| Field::parse(token).unwrap();
        let (hours, flag, date) = (field("hours:f"), field("doneFlag:b=false"), field("dateStart:d"));
        assert_eq!(hours.fit(json!("3.5")), Ok(json!(3.5)));
        assert_eq!(hours.fit(json!("NaN")), Err(Misfit::Type("System.Nullable`1[System.Double]".to_owned())));
        assert_eq!(flag.fit(json!("True")), Ok(json!(true)));
        assert!(flag.fit(json!("maybe")).is_err());
        assert_eq!(flag.fit(json!("")), Ok(Value::Null));
        assert_eq!(date.fit(json!("1975-03-01T00:00:00Z")), Ok(json!("1975-03-01T00:00:00Z")));
        for bad in
            ["2026-10-02T09:00:00.123Z", "2026-10-02T09:00:00+02:00", "2026-10-02", "soon", "2026-13-02T09:00:00Z"]
        {
            assert_eq!(date.fit(json!(bad)), Err(Misfit::Format), "{bad}");
        }
        assert_eq!(
            field("notes:s").fit(json!("2026-03-29T02:30:00.123+02:00")),
            Ok(json!("2026-03-29T02:30:00.123+02:00"))
        );
        assert_eq!(field("impact:e(Low|High)").fit(json!("low")), Ok(json!("Low")));
        assert!(field("impact:e(Low|High)").fit(json!("Enormous")).is_err());
        assert_eq!(field("owner:@members").fit(json!({"_info": {}})), Ok(Value::Null));
        assert!(matches!(field("owner:@members").fit(json!({"id": 1, "bogus": 1})), Err(Misfit::Unknown(..))));
        assert!(field("owner:@members").fit(json!(5)).is_err());
    }

    #[test]
    fn a_row_is_completed_and_keeps_what_it_has() {
        let tickets = schema(table(Resource::Tickets));
        let row = tickets.complete(row(json!({"id": 7, "customerUpdatedFlag": true, "approved": null})));
        assert_eq!((&row["customerUpdatedFlag"], &row["approved"]), (&json!(true), &json!(false)));
        assert_eq!((&row["severity"], &row["escalationLevel"]), (&json!("Medium"), &json!(0)));
        assert!(!row.contains_key("contact") && !row.contains_key("location"), "a reference can be cleared");
    }
}
