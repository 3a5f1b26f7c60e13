//! Which of a vendor's members fill which fields of the common model, found by trying.

mod table;

use std::collections::{BTreeMap, BTreeSet};

use psa_core::Entity;
use serde_json::{Map, Value, json};

pub use self::table::{FieldRow, FieldTable, Section};

/// By field of the common model, the vendor's members that fill it.
pub type Filled = BTreeMap<&'static str, BTreeSet<String>>;

/// Plants values in each of a vendor's members and looks which fields of `E` change.
///
/// `members` are names, or `parent/name` for a part of an object; `bases` are records to begin with, for fields that depend on
/// several members. A field that is always the same has no member. `read` is what the connector makes of a record, none if it can't be read.
pub fn filled_by<E: Entity>(members: &[&str], bases: &[Value], read: impl Fn(&Value) -> Option<E>) -> Filled {
    let mut filled = Filled::new();
    for base in bases {
        let Some(bare) = read(base) else { continue };
        for field in E::schema().fields {
            if Entity::get(&bare, field.path) != Entity::get(&E::default(), field.path) {
                filled.entry(field.path).or_default();
            }
        }
        let mut full = base.clone();
        for member in members {
            // What tells most of the member stays for the second round.
            let mut best: Option<(usize, Value)> = None;
            for seed in seeds() {
                let planted = with(base, member, seed.clone());
                let Some(value) = read(&planted) else { continue };
                let changed = changed(&bare, &value);
                if best.as_ref().is_none_or(|(count, _)| *count < changed.len()) {
                    best = Some((changed.len(), seed));
                }
                note(&mut filled, member, changed);
            }
            let more = best.map(|(_, seed)| with(&full, member, seed)).filter(|more| read(more).is_some());
            full = more.unwrap_or(full);
        }
        // With everything there, for what needs another member beside it.
        let Some(whole) = read(&full) else { continue };
        for member in members {
            for seed in seeds() {
                if let Some(value) = read(&with(&full, member, seed)) {
                    note(&mut filled, member, changed(&whole, &value));
                }
            }
        }
    }
    filled
}

fn note(filled: &mut Filled, member: &str, fields: Vec<&'static str>) {
    for field in fields {
        filled.entry(field).or_default().insert(member.to_owned());
    }
}

fn changed<E: Entity>(before: &E, after: &E) -> Vec<&'static str> {
    let fields = E::schema().fields.iter().map(|field| field.path);
    fields.filter(|path| Entity::get(before, path) != Entity::get(after, path)).collect()
}

/// `record` with a member set.
fn with(record: &Value, member: &str, value: Value) -> Value {
    let mut record = record.clone();
    let Some(map) = record.as_object_mut() else { return record };
    match member.split_once('/') {
        None => {
            map.insert(member.to_owned(), value);
        }
        Some((parent, part)) => {
            let inner = map.entry(parent.to_owned()).or_insert_with(|| Value::Object(Map::new()));
            if let Some(inner) = inner.as_object_mut() {
                inner.insert(part.to_owned(), value);
            }
        }
    }
    record
}

/// Values of all kinds: one of them fits whatever a member holds.
fn seeds() -> Vec<Value> {
    let object = |kind: &str| {
        json!({
            "id": 7, "identifier": kind, "name": "Words", "caption": "Words", "value": "words", "description": "Words",
            "line1": "Words", "postcode": "Words", "communicationType": kind, "defaultFlag": true,
            "isClosed": true, "closedFlag": true, "wonFlag": true, "lostFlag": false, "currencyCode": "GBP",
            "team_id": 7, "team_name": "Words"
        })
    };
    vec![
        json!(7),
        json!(8),
        json!(0),
        json!(7.5),
        json!(true),
        json!(false),
        json!("Words"),
        json!("2024-05-01T00:00:00Z"),
        json!("2024-05-01T10:00:00Z"),
        object("Email"),
        json!([7]),
        json!([object("Email")]),
        json!([object("Phone")]),
        Value::Null,
    ]
}
