//! Writing: creates and updates in one verb, partial; deletions.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::actions::save_action;
use super::endpoints::Subject;
use super::quirks::Quirks;
use super::refusals::model_state;
use super::sent::Sent;
use super::state::Data;
use super::table::{Answers, Ids};
use super::ticket_writes::save_ticket;
use super::{people, table_handlers};
use crate::emulator::reply::Reply;

/// Creates and updates what the body has.
pub(super) fn save(data: &mut Data, subject: Subject, body: &Bytes, now: DateTime<Utc>, quirks: &Quirks) -> Reply {
    let items = match serde_json::from_slice::<Value>(body) {
        Ok(Value::Array(items)) => items,
        Ok(item @ Value::Object(_)) if !quirks.arrays_only => vec![item],
        Ok(Value::Object(_)) => {
            return Reply::json(
                400,
                &json!({"": ["The input was not valid: a JSON array is required to deserialize the list."]}),
            );
        }
        _ => {
            return Reply::json(400, &json!({"$": ["The input does not contain any JSON tokens."]}));
        }
    };
    let many = items.len() > 1;
    let mut stored = Vec::new();
    for item in items {
        let Value::Object(item) = item else {
            return model_state("", "The JSON value could not be converted.");
        };
        let table = match subject {
            Subject::Table(table) => Some(table),
            _ => None,
        };
        let saved = Sent::of(item, table, quirks).and_then(|sent| match subject {
            Subject::Tickets(domain) => save_ticket(data, domain, sent, now, quirks),
            Subject::Actions => save_action(data, sent, now, quirks),
            Subject::Table(table) if table.answers == Answers::Rows => {
                table_handlers::save(data, table, sent, now, quirks)
            }
            Subject::Table(table) => people::save(data, table, sent, now, quirks),
            _ => Err(Reply::empty(403)),
        });
        match saved {
            Ok(row) => stored.push(Value::Object(row)),
            Err(reply) => return reply,
        }
    }
    match stored.pop() {
        Some(one) if !many => Reply::json(201, &one),
        // What the vendor answers to several elements is not known; an array is a guess.
        Some(last) => {
            stored.push(last);
            Reply::json(201, &Value::Array(stored))
        }
        None => Reply::json(400, &json!("No objects were sent")),
    }
}

/// Deletes a record.
pub(super) fn delete(
    data: &mut Data,
    subject: Subject,
    id: &str,
    query: &[(String, String)],
    now: DateTime<Utc>,
) -> Reply {
    if let Subject::Table(table) = subject {
        let shown = match table.ids {
            Ids::Guid => json!(id),
            _ => json!(id.parse::<i64>().unwrap_or(0)),
        };
        return match table_handlers::delete(data, table, id) {
            Some(()) => Reply::json(200, &json!({"id": shown})),
            None => Reply::empty(404),
        };
    }
    let Ok(id) = id.parse::<i64>() else {
        return Reply::empty(404);
    };
    let gone = match subject {
        Subject::Tickets(_) => data.ticket(id).filter(|t| !t.deleted).map(|mut t| {
            t.deleted = true;
            t.last_update = now;
            data.put_ticket(t);
        }),
        Subject::Actions => {
            let ticket =
                query.iter().find(|(n, _)| n.eq_ignore_ascii_case("ticket_id")).and_then(|(_, v)| v.parse().ok());
            ticket.filter(|t| data.action(*t, id).is_some()).map(|t| data.drop_action(t, id))
        }
        _ => return Reply::empty(403),
    };
    match gone {
        Some(()) => Reply::json(200, &json!({"id": id})),
        None => Reply::empty(404),
    }
}
