//! Refusals in the vendor's form and words.

use serde_json::{Value, json};

use super::table::Table;
use crate::emulator::reply::Reply;

/// An error of the vendor's form, without inner ones.
pub(super) fn refuse(status: u16, code: &str, message: impl Into<String>) -> Reply {
    Reply::json(status, &json!({"code": code, "message": message.into()}))
}

/// The refusal of a record that is not there.
pub(super) fn not_found(table: &Table, id: i64) -> Reply {
    refuse(404, "NotFound", format!("{} {id} not found", table.title()))
}

/// One inner error.
pub(super) fn inner(table: &Table, code: &str, message: &str, field: &str) -> Value {
    json!({"code": code, "message": message, "resource": table.singular, "field": field})
}

pub(super) fn invalid(table: &Table, errors: Vec<Value>) -> Reply {
    let message = format!("{} object is invalid", table.singular);
    Reply::json(400, &json!({"code": "InvalidObject", "message": message, "errors": errors}))
}

/// The refusal of a member that a type does not have.
pub(super) fn unknown_member(name: &str, class: &str, path: &str) -> Reply {
    let text = format!(
        "Could not find member '{name}' on object of type '{class}'. Path '{path}', line 1, position 50.Check your accept header to make sure you are using the correct version."
    );
    refuse(400, "ConnectWiseApi", text)
}
