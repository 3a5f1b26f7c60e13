//! Definitions of fields, Halo's own and the tenant's: how a record shows them, and what a write makes of them.

use serde_json::{Value, json};

use super::dates::parse_date;
use super::guid::guid;
use super::refusals::rule;
use crate::emulator::reply::Reply;
use crate::emulator::row::{Row, number, row};

/// The definition of a field.
#[derive(Debug)]
pub(super) struct Definition {
    pub(super) id: i64,
    name: &'static str,
    label: &'static str,
    kind: i64,
    /// The tenant's own.
    custom: bool,
    options: &'static [(i64, &'static str)],
    /// The most characters; 0 for any number.
    longest: usize,
}

const TEXT: i64 = 0;
const MEMO: i64 = 1;
const CHOICE: i64 = 2;
const CHOICES: i64 = 3;
const DATE: i64 = 4;
const CHECKBOX: i64 = 6;
const RICH_TEXT: i64 = 10;

const OWN: Definition = Definition { id: 0, name: "", label: "", kind: TEXT, custom: true, options: &[], longest: 0 };

static DEFINITIONS: [Definition; 7] = [
    Definition { id: 1, name: "summary", label: "Summary", custom: false, ..OWN },
    Definition { id: 2, name: "details", label: "Details", kind: MEMO, custom: false, ..OWN },
    Definition { id: 165, name: "CFDevice", label: "Device", longest: 255, ..OWN },
    Definition { id: 166, name: "CFUrgent", label: "Urgent", kind: CHECKBOX, ..OWN },
    Definition { id: 167, name: "CFSize", label: "Size", kind: CHOICE, options: &[(1, "Small"), (2, "Large")], ..OWN },
    // Two of one name, as tenants have them.
    Definition { id: 168, name: "CFPO", label: "PO", ..OWN },
    Definition { id: 169, name: "CFPO", label: "PO (old)", ..OWN },
];

pub(super) const LAST_ID: i64 = 169;

/// The row of a definition; none for most numbers.
pub(super) fn definition(id: i64) -> Row {
    let Some(d) = DEFINITIONS.iter().find(|d| d.id == id) else {
        return Row::new();
    };
    let values: Vec<Value> = d.options.iter().map(|(id, name)| json!({"id": id, "name": name})).collect();
    row(
        json!({"id": id, "guid": guid(id as u64), "name": d.name, "label": d.label, "type": d.kind, "custom": i64::from(d.custom),
        "usage": 1, "values": values, "characterlimit": d.longest}),
    )
}

/// The tenant's own field that an element of `customfields` names by its id or its name.
fn named(element: &Value) -> Option<&'static Definition> {
    let id = element.get("id").and_then(number).filter(|id| *id > 0);
    let name = element.get("name").and_then(Value::as_str).map(str::trim);
    DEFINITIONS.iter().filter(|d| d.custom).find(|d| match (id, name) {
        (Some(id), _) => d.id == id,
        (None, Some(name)) => d.name.eq_ignore_ascii_case(name),
        (None, None) => false,
    })
}

impl Definition {
    /// The value of a field that nobody filled in; none: the element comes without one.
    fn empty(&self) -> Value {
        match self.kind {
            TEXT | MEMO | RICH_TEXT => json!(""),
            CHOICE => json!(0),
            CHOICES => json!([]),
            CHECKBOX => json!(false),
            _ => Value::Null,
        }
    }

    /// A value as it is stored: null and blank text clear.
    fn read(&self, sent: &Value) -> Result<Value, Reply> {
        let blank = sent.as_str().is_some_and(|text| text.trim().is_empty());
        if sent.is_null() || blank {
            return Ok(self.empty());
        }
        let wrong = || rule(&format!("The value is not valid for the field {}", self.label));
        let option = |value: &Value| {
            let by_id = number(value).filter(|id| self.options.iter().any(|(known, _)| known == id));
            let by_name = || {
                let text = value.as_str()?;
                self.options.iter().find(|(_, name)| name.eq_ignore_ascii_case(text.trim())).map(|(id, _)| *id)
            };
            by_id.or_else(by_name)
        };
        match self.kind {
            TEXT | MEMO | RICH_TEXT => {
                let text = match sent {
                    Value::String(text) => text.clone(),
                    Value::Number(_) | Value::Bool(_) => sent.to_string(),
                    _ => return Err(wrong()),
                };
                if self.longest > 0 && text.chars().count() > self.longest {
                    return Err(rule(&format!("{} must not be longer than {} characters", self.label, self.longest)));
                }
                Ok(json!(text))
            }
            CHOICE if number(sent) == Some(0) => Ok(json!(0)),
            CHOICE => option(sent).map(|id| json!(id)).ok_or_else(wrong),
            CHOICES => {
                let elements = sent.as_array().ok_or_else(wrong)?;
                let ids: Option<Vec<i64>> = elements.iter().map(|e| option(e.get("id").unwrap_or(e))).collect();
                let ids = ids.ok_or_else(wrong)?;
                Ok(ids.iter().map(|id| json!({"id": id})).collect())
            }
            DATE => match sent.as_str().and_then(parse_date) {
                Some(at) => Ok(json!(at.format("%Y-%m-%dT%H:%M:%SZ").to_string())),
                None => Err(wrong()),
            },
            CHECKBOX => match sent {
                Value::Bool(_) => Ok(sent.clone()),
                Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(json!(true)),
                Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(json!(false)),
                other => number(other).map(|n| json!(n != 0)).ok_or_else(wrong),
            },
            _ => Ok(sent.clone()),
        }
    }

    /// What people read instead of the value.
    fn display(&self, value: &Value) -> String {
        let option = |id: &Value| {
            let id = number(id.get("id").unwrap_or(id));
            self.options.iter().find(|(known, _)| Some(*known) == id).map_or("", |(_, name)| *name)
        };
        match (self.kind, value) {
            (CHOICE, value) => option(value).to_owned(),
            (CHOICES, Value::Array(values)) => values.iter().map(option).collect::<Vec<_>>().join(", "),
            // In the words of the agent's language: for people only.
            (DATE, Value::String(text)) => {
                parse_date(text).map(|at| at.format("%d/%m/%Y").to_string()).unwrap_or_default()
            }
            (TEXT | MEMO | RICH_TEXT, Value::String(text)) => text.clone(),
            _ => String::new(),
        }
    }

    /// The element of a record's `customfields`.
    fn element(&self, value: &Value) -> Value {
        json!({
            "id": self.id, "name": self.name, "label": self.label, "summary": "", "type": self.kind, "value": value,
            "display": self.display(value), "characterlimit": self.longest, "characterlimittype": 0, "inputtype": 0,
            "copytochild": false, "searchable": false, "ordervalues": false, "ordervaluesby": 0, "database_lookup_auto": false,
            "extratype": 0, "copytochildonupdate": false, "usage": 1, "showondetailsscreen": false, "custom_extra_table_id": 0,
            "copytorelated": false, "calculation": "", "regex": "", "is_horizontal": false, "isencrypted": false,
            "selection_field_id": 0, "showintable": true,
        })
    }
}

/// Puts what is sent into the stored values: a field that is left out keeps its value, null and blank text clear it.
pub(super) fn merge(stored: Option<&Value>, sent: &[Value]) -> Result<Value, Reply> {
    let mut values = stored.and_then(Value::as_array).cloned().unwrap_or_default();
    for element in sent {
        let Some(field) = named(element) else {
            let name = element.get("id").or(element.get("name")).cloned().unwrap_or_default();
            return Err(rule(&format!("The Custom Field {name} could not be found")));
        };
        let Some(value) = element.get("value") else { continue };
        let value = field.read(value)?;
        values.retain(|other| named(other).is_none_or(|other| other.id != field.id));
        values.push(json!({"id": field.id, "value": value}));
    }
    Ok(values.into())
}

/// The elements of `customfields` for stored values. With `made`, every field is there: it fills in what is not stored.
pub(super) fn shown(stored: Option<&Value>, made: Option<&dyn Fn(i64) -> Value>) -> Value {
    let stored = match stored {
        Some(Value::Array(values)) => values.as_slice(),
        // Somebody put something else there.
        Some(other) if !other.is_null() => return other.clone(),
        _ => &[],
    };
    let mut out = Vec::new();
    for field in DEFINITIONS.iter().filter(|d| d.custom) {
        let value = stored.iter().find(|e| named(e).is_some_and(|d| d.id == field.id)).and_then(|e| e.get("value"));
        match (value, made) {
            (Some(value), _) => out.push(field.element(value)),
            (None, Some(made)) => {
                let value = Some(made(field.id)).filter(|v| !v.is_null()).unwrap_or_else(|| field.empty());
                out.push(field.element(&value));
            }
            (None, None) => {}
        }
    }
    out.extend(stored.iter().filter(|e| named(e).is_none()).cloned());
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(fields: &Value) -> Vec<(i64, Value, String)> {
        let all = fields.as_array().unwrap().iter();
        all.map(|f| (f["id"].as_i64().unwrap(), f["value"].clone(), f["display"].as_str().unwrap().to_owned()))
            .collect()
    }

    #[test]
    fn a_field_is_set_kept_and_cleared_by_id_and_by_name() {
        let set =
            merge(None, &[json!({"id": "165", "value": "PC-1"}), json!({"name": "cfsize", "value": "2"})]).unwrap();
        let kept = merge(Some(&set), &[json!({"id": 166, "value": true})]).unwrap();
        let all = values(&shown(Some(&kept), Some(&|_| Value::Null)));
        assert_eq!(
            all,
            [
                (165, json!("PC-1"), "PC-1".to_owned()),
                (166, json!(true), String::new()),
                (167, json!(2), "Large".to_owned()),
                (168, json!(""), String::new()),
                (169, json!(""), String::new()),
            ]
        );
        for clear in [Value::Null, json!(""), json!("  ")] {
            let sent = [
                json!({"id": 165, "value": clear}),
                json!({"name": "CFSize", "value": clear}),
                json!({"id": 166, "value": clear}),
            ];
            let cleared = values(&shown(Some(&merge(Some(&kept), &sent).unwrap()), None));
            let empty: Vec<_> = cleared.into_iter().map(|(_, value, display)| (value, display)).collect();
            assert_eq!(empty, [(json!(""), ""), (json!(false), ""), (json!(0), "")].map(|(v, d)| (v, d.to_owned())));
        }
    }

    #[test]
    fn a_field_or_a_choice_that_is_not_there_is_refused() {
        for wrong in [
            json!({"id": 999, "value": 1}),
            json!({"name": "CFNone", "value": 1}),
            json!({"value": 1}),
            json!({"id": 167, "value": 3}),
            json!({"id": 165, "value": "x".repeat(256)}),
            json!({"id": 165, "value": {"a": 1}}),
            json!({"id": 166, "value": "maybe"}),
        ] {
            assert_eq!(merge(None, std::slice::from_ref(&wrong)).unwrap_err().status, 400, "{wrong}");
        }
    }
}
