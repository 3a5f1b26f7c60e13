//! Tickets merged, and attached to each other.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::dataset::stamp;
use super::references::reference_to;
use super::refusals::not_found;
use super::resource::Resource;
use super::state::Data;
use super::tables::table;
use crate::emulator::reply::Reply;
use crate::emulator::row::{Row, number};

fn id_in(body: &Value, name: &str) -> Option<i64> {
    body.get(name).and_then(number)
}

/// Closes tickets and points them at the one that they are merged into.
pub(super) fn merge_tickets(data: &mut Data, into: i64, body: &[u8], now: DateTime<Utc>) -> Result<Reply, Reply> {
    let (tickets, statuses) = (table(Resource::Tickets), table(Resource::BoardStatuses));
    let body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let mut target = data.get(tickets, into).ok_or_else(|| not_found(tickets, into))?;
    let wrong = |code: &str, message: &str, member: &str| {
        let fault = json!({"code": code, "message": message, "resource": "ticketMerge", "field": member});
        Reply::json(
            400,
            &json!({"code": "InvalidObject", "message": "ticketMerge object is invalid", "errors": [fault]}),
        )
    };
    let Some(status) = id_in(&body["status"], "id") else {
        return Err(wrong("MissingRequiredField", "The status/id field is required.", "status"));
    };
    let Some(status) = data.get(statuses, status) else {
        return Err(wrong("NotFound", &format!("{} {status} not found", statuses.title()), "status/id"));
    };
    let ids: Vec<i64> = body["mergeTicketIds"].as_array().into_iter().flatten().filter_map(number).collect();
    if ids.is_empty() {
        return Err(wrong("MissingRequiredField", "The mergeTicketIds field is required.", "mergeTicketIds"));
    }
    // All are there, or nothing is merged.
    let merged: Vec<(i64, Row)> = ids
        .into_iter()
        .map(|id| data.get(tickets, id).map(|row| (id, row)).ok_or_else(|| not_found(tickets, id)))
        .collect::<Result<_, Reply>>()?;
    for (id, mut row) in merged {
        row.insert("mergedParentTicket".into(), reference_to(tickets, &target));
        row.insert("status".into(), reference_to(statuses, &status));
        row.insert("closedFlag".into(), status.get("closedStatus").cloned().unwrap_or(Value::Null));
        row.insert("closedDate".into(), stamp(now).into());
        data.put(tickets, id, row, now);
    }
    target.insert("hasMergedChildTicketFlag".into(), true.into());
    data.put(tickets, into, target, now);
    Ok(Reply::json(200, &json!({"success": true, "message": ""})))
}

pub(super) fn attach_children(data: &mut Data, parent: i64, body: &[u8], now: DateTime<Utc>) -> Result<Reply, Reply> {
    let tickets = table(Resource::Tickets);
    let body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let mut above = data.get(tickets, parent).ok_or_else(|| not_found(tickets, parent))?;
    for id in body["childTicketIds"].as_array().into_iter().flatten().filter_map(number) {
        let mut child = data.get(tickets, id).ok_or_else(|| not_found(tickets, id))?;
        child.insert("parentTicketId".into(), parent.into());
        data.put(tickets, id, child, now);
    }
    above.insert("hasChildTicket".into(), true.into());
    data.put(tickets, parent, above, now);
    Ok(Reply::json(200, &json!({"success": true, "message": ""})))
}
