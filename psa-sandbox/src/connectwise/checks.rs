//! What is wrong with a body or a record, in the vendor's words.

use serde_json::Value;

use super::conditions::date;
use super::refusals::{inner, invalid, refuse, unknown_member};
use super::schema::{Field, Kind, Misfit, schema};
use super::state::Data;
use super::table::Table;
use super::tables::table;
use crate::emulator::reply::Reply;
use crate::emulator::row::{Row, number};

/// Everything that is wrong with a record, told at once in the order of the body; what the body does not have comes last.
#[derive(Debug)]
pub(super) struct Faults {
    table: &'static Table,
    /// Members in the order of the body.
    order: Vec<String>,
    found: Vec<(usize, Value)>,
}

impl Faults {
    pub(super) fn new(table: &'static Table, order: Vec<String>) -> Self {
        Self { table, order, found: Vec::new() }
    }

    /// Adds one; `field` is a member, or a part of one.
    pub(super) fn add(&mut self, code: &str, message: &str, field: &str) {
        let head = field.split('/').next().unwrap_or(field);
        let place = self.order.iter().position(|m| m == head);
        let place = place.unwrap_or_else(|| self.order.len() + schema(self.table).place(head));
        self.found.push((place, inner(self.table, code, message, field)));
    }

    /// Whether a member is among them.
    pub(super) fn concern(&self, member: &str) -> bool {
        let of = |error: &Value| error["field"].as_str().and_then(|f| f.split('/').next()) == Some(member);
        self.found.iter().any(|(_, error)| of(error))
    }

    /// The refusal, unless there is nothing wrong.
    pub(super) fn done(mut self) -> Result<(), Reply> {
        if self.found.is_empty() {
            return Ok(());
        }
        self.found.sort_by_key(|(place, _)| *place);
        Err(invalid(self.table, self.found.into_iter().map(|(_, error)| error).collect()))
    }
}

/// The names of an object's members as they stand in the body.
pub(super) fn order_of(body: &[u8]) -> Vec<String> {
    let (mut names, mut depth, mut at) = (Vec::new(), 0usize, 0usize);
    let mut name_due = false;
    while let Some(byte) = body.get(at) {
        match byte {
            b'"' => {
                let start = at;
                at += 1;
                while body.get(at).is_some_and(|b| *b != b'"') {
                    at += if body.get(at) == Some(&b'\\') { 2 } else { 1 };
                }
                if depth == 1 && name_due {
                    let name = body.get(start..=at).and_then(|text| serde_json::from_slice::<String>(text).ok());
                    names.extend(name);
                    name_due = false;
                }
            }
            b'{' | b'[' => {
                depth += 1;
                name_due = depth == 1;
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' if depth == 1 => name_due = true,
            _ => {}
        }
        at += 1;
    }
    names
}

/// A value as it is kept; what is in a wrong form is a fault, and what can't be read as the member's type ends the request.
pub(super) fn fit(field: &Field, value: Value, faults: &mut Faults) -> Result<Value, Reply> {
    let name = field.name;
    let shown = value.to_string();
    match field.fit(value) {
        Ok(value) => Ok(value),
        Err(Misfit::Format) => {
            faults.add("UnsupportedFormat", &format!("Unsupported format applied to {name}"), name);
            Ok(Value::Null)
        }
        Err(Misfit::Type(class)) => {
            let text = format!("Error converting value {shown} to type '{class}'. Path '{name}', line 1, position 50.");
            Err(refuse(400, "ConnectWiseApi", text))
        }
        Err(Misfit::Unknown(member, class)) => Err(unknown_member(&member, &class, &format!("{name}.{member}"))),
    }
}

/// A body's members as they are kept. An explicit null is the same as a member that is not there.
pub(super) fn fit_all(table: &'static Table, body: Row, faults: &mut Faults) -> Result<Row, Reply> {
    let schema = schema(table);
    let mut kept = Row::new();
    for (name, value) in body {
        if name == "_info" {
            continue;
        }
        let Some(field) = schema.field(&name) else {
            return Err(unknown_member(&name, &table.class(), &name));
        };
        // What the vendor computes is taken and has no effect, whatever it is.
        if value.is_null() || field.computed {
            continue;
        }
        let value = fit(field, value, faults)?;
        if !value.is_null() {
            kept.insert(name, value);
        }
    }
    Ok(kept)
}

/// Whether a member is there: blank texts and references to nothing are not.
fn missing(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.trim().is_empty(),
        Some(Value::Object(map)) => !["id", "identifier", "name", "summary"].iter().any(|n| map.contains_key(*n)),
        Some(_) => false,
    }
}

/// What a body that replaces a record must have beside what every record has.
pub(super) fn check_replacement(table: &'static Table, body: &Row, faults: &mut Faults) {
    for name in table.on_replace {
        if missing(body.get(*name)) && !faults.concern(name) {
            faults.add("MissingRequiredField", &format!("The {name} field is required."), name);
        }
    }
}

/// What holds for a whole record, new or changed: the vendor looks at members that were not touched too.
pub(super) fn check_record(table: &'static Table, row: &Row, faults: &mut Faults) {
    for field in &schema(table).fields {
        let (name, value) = (field.name, row.get(field.name));
        if field.required && missing(value) && !faults.concern(name) {
            // Of a reference the vendor asks for the id.
            let path = if matches!(field.kind, Kind::Reference(_)) { format!("{name}/id") } else { name.to_owned() };
            faults.add("MissingRequiredField", &format!("The {path} field is required."), name);
        }
        match (&field.kind, value) {
            (Kind::Text(Some(most)), Some(Value::String(text))) if text.chars().count() > *most => {
                let message = format!("The field {name} must be a string with a maximum length of {most}.");
                faults.add("MaxLengthField", &message, name);
            }
            (Kind::Int(Some((least, most))), Some(value))
                if number(value).is_some_and(|n| !(*least..=*most).contains(&n)) =>
            {
                let message = format!("The field {name} must be between {least} and {most}.");
                faults.add("OutOfRange", &message, name);
            }
            _ => {}
        }
    }
    for (from, until) in table.spans {
        let at = |name: &str| row.get(name).and_then(Value::as_str).and_then(date);
        if let (Some(start), Some(end)) = (at(from), at(until))
            && end < start
        {
            faults.add("InvalidField", &format!("{until} cannot be before {from}."), until);
        }
    }
}

/// Refuses numbers that name no record of the table that another member tells.
pub(super) fn check_typed(data: &Data, of: &'static Table, row: &Row, before: Option<&Row>, faults: &mut Faults) {
    for rule in of.typed {
        let kind = match row.get(rule.kind) {
            Some(Value::Object(reference)) => reference.get("identifier").and_then(Value::as_str),
            other => other.and_then(Value::as_str),
        };
        let same = |member: &str| before.is_some_and(|b| b.get(member) == row.get(member));
        let id = row.get(rule.id).and_then(number);
        if faults.concern(rule.id) || (same(rule.id) && same(rule.kind)) {
            continue;
        }
        let found = rule.tables.iter().find(|(name, _)| kind == Some(*name));
        let (Some((_, tables)), Some(id)) = (found, id) else { continue };
        let mut tables = tables.iter().map(|resource| table(*resource));
        let title = tables.clone().next().map_or_else(String::new, Table::title);
        if !tables.any(|of| data.get(of, id).is_some()) {
            faults.add("NotFound", &format!("{title} {id} not found"), rule.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::resource::Resource;
    use super::*;
    use crate::emulator::row::row;

    #[test]
    fn the_order_of_a_body_is_kept_whatever_is_in_it() {
        let body = br#" {"b": {"x": 1, "y": ["{", {"z": 2}]}, "a" : "a \" , \"c\": {", "d":[1,2], "e": null } "#;
        assert_eq!(order_of(body), ["b", "a", "d", "e"]);
        for odd in [&b""[..], b"{", b"{\"a", b"[1,2]", b"\"text\"", b"{\"a\\"] {
            order_of(odd);
        }
    }

    #[test]
    fn all_faults_are_told_in_the_order_of_the_body_and_then_of_the_document() {
        let order = ["dateStart", "dateEnd"].map(str::to_owned).to_vec();
        let mut faults = Faults::new(table(Resource::Activities), order);
        let body = row(json!({"dateEnd": "2026-10-01T09:00:00+01:00", "dateStart": "2026-10-01"}));
        let kept = fit_all(table(Resource::Activities), body, &mut faults).unwrap();
        check_record(table(Resource::Activities), &kept, &mut faults);
        let refusal: Value = serde_json::from_slice(&faults.done().unwrap_err().body).unwrap();
        let told: Vec<_> = refusal["errors"].as_array().unwrap().iter().map(|e| (&e["code"], &e["field"])).collect();
        let expected = [
            ("UnsupportedFormat", "dateStart"),
            ("UnsupportedFormat", "dateEnd"),
            ("MissingRequiredField", "name"),
            ("MissingRequiredField", "assignTo"),
        ];
        assert_eq!(told.len(), expected.len(), "{refusal}");
        for ((code, field), (wanted, member)) in told.into_iter().zip(expected) {
            assert!(code == wanted && field == member, "{refusal}");
        }
        assert_eq!(refusal["errors"][3]["message"], "The assignTo/id field is required.");
    }
}
