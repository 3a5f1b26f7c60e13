//! What a callback is about, in the connector's keys.

use psa_core::{Cause, EntityKind, Key};
use serde_json::Value;

use crate::resources::CallbackPayload;

/// Kind and key of what a callback is about; none if the connector does not read it.
///
/// Activities are none: appointments are schedule entries, which have callbacks and numbers of their own.
pub(super) fn subject(payload: &CallbackPayload) -> Option<(EntityKind, Key)> {
    let kind = match payload.kind.to_ascii_lowercase().as_str() {
        "company" => EntityKind::COMPANY,
        "contact" => EntityKind::CONTACT,
        // Of service or of a project: one numbering.
        "ticket" => EntityKind::TICKET,
        "project" => EntityKind::PROJECT,
        "opportunity" => EntityKind::OPPORTUNITY,
        "schedule" => EntityKind::APPOINTMENT,
        "time" => EntityKind::TIME_ENTRY,
        "configuration" => EntityKind::ASSET,
        "agreement" => EntityKind::AGREEMENT,
        "invoice" => EntityKind::INVOICE,
        "member" => EntityKind::AGENT,
        "site" => EntityKind::SITE,
        _ => return None,
    };
    if payload.id <= 0 {
        return None;
    }
    let key = if kind == EntityKind::SITE {
        // A site is read below its company, which only its record tells.
        Key::from_parts([company(payload.entity.as_ref()?)?, payload.id])
    } else {
        Key::from(payload.id)
    };
    Some((kind, key))
}

fn company(site: &Value) -> Option<i64> {
    let id = site.get("company")?.get("id")?;
    psa_http::json::id(id).ok().filter(|id| *id > 0)
}

pub(super) fn cause(action: &str) -> Cause {
    match action.to_ascii_lowercase().as_str() {
        "added" => Cause::Created,
        "updated" => Cause::Updated,
        "deleted" => Cause::Deleted,
        _ => Cause::Unknown,
    }
}
