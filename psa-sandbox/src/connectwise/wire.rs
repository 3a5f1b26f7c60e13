//! Records as they go out.

use serde_json::{Value, json};

use super::quirks::Quirks;
use crate::emulator::row::{Row, remove_nulls};

/// A row as it goes out: without nulls, and with the fields that were asked for.
pub(super) fn shown(mut row: Row, fields: Option<&str>, quirks: &Quirks) -> Value {
    row.remove("_parent");
    row.remove("_data");
    if quirks.nulls_omitted {
        remove_nulls(&mut row);
    }
    let Some(fields) = fields else { return Value::Object(row) };
    let mut out = Row::new();
    for path in fields.split(',').map(str::trim) {
        let mut parts = path.split('/');
        let Some(head) = parts.next() else { continue };
        let Some((name, value)) = row.iter().find(|(n, _)| n.eq_ignore_ascii_case(head)) else { continue };
        match parts.next() {
            // What is inside an array can't be picked.
            Some(_) if value.is_array() => {
                out.insert(name.clone(), value.clone());
            }
            None => {
                out.insert(name.clone(), value.clone());
            }
            Some(inner) => {
                let part = value.get(inner).cloned().unwrap_or(Value::Null);
                if let Value::Object(map) = out.entry(name.clone()).or_insert_with(|| json!({})) {
                    map.insert(inner.to_owned(), part);
                }
            }
        }
    }
    Value::Object(out)
}
