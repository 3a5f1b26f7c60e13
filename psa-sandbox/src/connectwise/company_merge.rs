//! Two companies made one.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::references::link;
use super::refusals::not_found;
use super::resource::Resource;
use super::state::Data;
use super::table::STRIDE;
use super::tables::table;
use super::writes::delete;
use crate::emulator::reply::Reply;
use crate::emulator::row::{Row, number};

/// What belongs to a company belongs to the other one then, and it is deleted softly.
pub(super) fn merge_companies(data: &mut Data, from: i64, body: &[u8], now: DateTime<Utc>) -> Result<Reply, Reply> {
    let companies = table(Resource::Companies);
    let body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let into = body.get("toCompanyId").and_then(number).unwrap_or(0);
    if data.get(companies, into).is_none() {
        return Err(not_found(companies, into));
    }
    let contacts = table(Resource::Contacts);
    let moved: Vec<(i64, Row)> = data
        .rows(contacts)
        .above(&data.dataset, 0)
        .filter(|(_, c)| c.get("company").and_then(|c| c.get("id")).and_then(number) == Some(from))
        .collect();
    for (id, mut contact) in moved {
        // A site of the old company is none of the new one's.
        contact.insert("company".into(), link(data, companies, into).unwrap_or(Value::Null));
        contact.insert("site".into(), link(data, table(Resource::Sites), into * STRIDE + 1).unwrap_or(Value::Null));
        data.put(contacts, id, contact, now);
    }
    delete(data, companies, (None, from), now)?;
    Ok(Reply::json(200, &json!({"success": true, "message": ""})))
}
