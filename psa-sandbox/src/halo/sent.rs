//! One element of a write, and whether it creates.

use bytes::Bytes;
use serde_json::{Value, json};

use super::guid::is_guid;
use super::quirks::Quirks;
use super::refusals::model_state;
use super::table::{Ids, Table};
use crate::emulator::reply::Reply;
use crate::emulator::row::{Row, number};

/// Whether the body creates: its first element has no id, or 0.
pub(super) fn creates(body: &Bytes) -> bool {
    match serde_json::from_slice::<Value>(body) {
        Ok(Value::Array(items)) => items.first().is_some_and(is_new),
        Ok(item) => is_new(&item),
        Err(_) => false,
    }
}

fn is_new(item: &Value) -> bool {
    match item.get("id") {
        // A GUID is the id of something that is there.
        Some(Value::String(text)) if is_guid(text) => text.bytes().all(|b| matches!(b, b'0' | b'-')),
        Some(id) => number(id).unwrap_or(0) == 0,
        None => true,
    }
}

/// One element of a write.
#[derive(Debug)]
pub(super) struct Sent {
    /// The number of the record; 0 creates.
    pub(super) id: i64,
    /// Everything else, as it came.
    pub(super) members: Row,
}

impl Sent {
    /// Takes the id out of an element: a whole number, also as text, or a GUID where the records have GUIDs.
    pub(super) fn of(mut item: Row, table: Option<&Table>, quirks: &Quirks) -> Result<Self, Reply> {
        let named = item.keys().find(|name| name.eq_ignore_ascii_case("id")).cloned();
        let sent = named.and_then(|name| item.remove(&name)).unwrap_or(Value::Null);
        let id = match (table.filter(|t| t.ids == Ids::Guid), &sent) {
            (_, Value::Null) => Some(0),
            (Some(_), Value::String(text)) if is_guid(text) && is_new(&json!({"id": text})) => Some(0),
            // One that is no record's is looked for, and not found.
            (Some(table), Value::String(text)) if is_guid(text) => Some(table.number_of(text).unwrap_or(-1)),
            (Some(_), _) => None,
            (None, value) => whole(value, quirks),
        };
        let ty = if table.is_some_and(|t| t.ids == Ids::Guid) { "System.Guid" } else { "System.Int32" };
        match id {
            Some(id) => Ok(Self { id, members: item }),
            None => Err(model_state("id", &format!("The JSON value could not be converted to {ty}."))),
        }
    }
}

/// A whole number of 32 bits, also as text. Without the quirk, `95.0` is one, too.
fn whole(value: &Value, quirks: &Quirks) -> Option<i64> {
    let float = || {
        let float = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
        (!quirks.float_text_ids_refused && float.fract() == 0.0).then_some(float as i64)
    };
    number(value).or_else(float).filter(|id| i32::try_from(*id).is_ok())
}
