//! Records as JSON objects.

use serde_json::{Map, Value};

/// A record: its members by name.
pub(crate) type Row = Map<String, Value>;

/// The members of an object; none of anything else.
pub(crate) fn row(value: Value) -> Row {
    match value {
        Value::Object(map) => map,
        _ => Row::new(),
    }
}

/// An integer, also in text.
pub(crate) fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// Takes nulls out, also those of objects inside.
pub(crate) fn remove_nulls(row: &mut Row) {
    row.retain(|_, value| !value.is_null());
    for value in row.values_mut() {
        match value {
            Value::Object(inner) => remove_nulls(inner),
            Value::Array(elements) => elements.iter_mut().filter_map(Value::as_object_mut).for_each(remove_nulls),
            _ => {}
        }
    }
}
