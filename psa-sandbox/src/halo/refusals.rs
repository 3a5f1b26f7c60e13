//! Refusals in Halo's forms.

use serde_json::json;

use crate::emulator::reply::Reply;

/// A member that can't be read.
pub(super) fn model_state(field: &str, message: &str) -> Reply {
    Reply::json(400, &json!({ format!("[0].{field}"): [message] }))
}

/// A rule that is broken.
pub(super) fn rule(message: &str) -> Reply {
    Reply::json(
        400,
        &json!({"ClassName": "System.Exception", "Message": message, "Data": null, "InnerException": null}),
    )
}
