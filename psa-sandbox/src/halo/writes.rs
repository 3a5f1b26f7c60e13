//! Writing: creates and updates in one verb, partial, with rules that have the last word.

#![expect(clippy::result_large_err, reason = "a refusal is an answer like any other here")]

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::data::{ActionRow, Data, Row, Table, number};
use super::lists;
use super::lookups::OUTCOMES;
use super::quirks::{OpenPoints, Quirks};
use super::routes::Resource;
use super::rows;
use crate::reply::Reply;

/// Whether the body creates: its first element has no id, or 0.
pub(crate) fn creates(body: &Bytes) -> bool {
    match serde_json::from_slice::<Value>(body) {
        Ok(Value::Array(items)) => items.first().is_some_and(is_new),
        Ok(item) => is_new(&item),
        Err(_) => false,
    }
}

fn is_new(item: &Value) -> bool {
    item.get("id").and_then(number).unwrap_or(0) == 0
}

fn model_state(field: &str, message: &str) -> Reply {
    Reply::json(400, &json!({ format!("[0].{field}"): [message] }))
}

fn rule(message: &str) -> Reply {
    Reply::json(
        400,
        &json!({"ClassName": "System.Exception", "Message": message, "Data": null, "InnerException": null}),
    )
}

pub(crate) fn save(data: &mut Data, resource: Resource, body: &Bytes, now: DateTime<Utc>, quirks: &Quirks) -> Reply {
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
        if quirks.float_text_ids_refused
            && let Some(id) = item.get("id")
            && (id.is_f64() || id.as_str().is_some_and(|s| s.parse::<i64>().is_err()))
        {
            return model_state("id", "The JSON value could not be converted to System.Int32.");
        }
        let saved = match resource {
            Resource::Tickets | Resource::Opportunities => save_ticket(data, resource, item, now, quirks),
            Resource::Actions => save_action(data, item, now, quirks),
            Resource::Clients | Resource::Sites | Resource::Users => save_row(data, resource, item),
            _ => Err(Reply::empty(403)),
        };
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

fn save_ticket(
    data: &mut Data,
    resource: Resource,
    item: Row,
    now: DateTime<Utc>,
    quirks: &Quirks,
) -> Result<Row, Reply> {
    let id = item.get("id").and_then(number).unwrap_or(0);
    let new = id == 0;
    let mut ticket = if new {
        let text = |name: &str| item.get(name).and_then(Value::as_str).is_some_and(|t| !t.trim().is_empty());
        if !text("summary") {
            return Err(rule("A Summary must be entered for this Ticket"));
        }
        if !["client_id", "user_id", "users_name", "reportedby"].iter().any(|n| item.contains_key(*n)) {
            return Err(rule("A User must be selected for this Ticket"));
        }
        let mut ticket = data.dataset.ticket(1);
        ticket.id = data.new_ticket_id();
        ticket.extra.clear();
        ticket.status_id = 1;
        ticket.tickettype_id = 1;
        ticket.agent_id = 1;
        ticket.client_id = 1;
        ticket.site_id = 1;
        ticket.user_id = 1;
        ticket.team = "Service Desk".to_owned();
        ticket.category_1.clear();
        ticket.dateoccurred = now;
        ticket.dateclosed = None;
        if resource == Resource::Opportunities {
            ticket.id += super::data::FIRST_OPPORTUNITY;
        }
        ticket
    } else {
        data.ticket(id).ok_or_else(|| Reply::empty(404))?
    };
    let before = ticket.status_id;
    if item.get("_recover") == Some(&json!(true)) {
        ticket.deleted = false;
    }
    for (member, value) in &item {
        if !member.starts_with('_') && member != "id" {
            ticket.set(member, value);
        }
    }
    if new && ticket.client_id == 1 && ticket.user_id > 1 {
        ticket.client_id = (ticket.user_id - 1) / 6 + 1;
    }
    let forced = item.get("_novalidate") == Some(&json!(true));
    if !new && ticket.status_id == 9 && before != 9 && ticket.tickettype_id == 3 && !forced {
        return Err(rule("This Ticket cannot be closed at this step of its workflow"));
    }
    if ticket.status_id == 9 && before != 9 {
        ticket.dateclosed = Some(now);
    }
    // A rule has the last word over a new ticket.
    let ruled = new && quirks.rules && ticket.summary.to_lowercase().contains("server");
    if ruled {
        ticket.priority_id = 1;
        ticket.team = "Infrastructure".to_owned();
    }
    ticket.last_update = now;
    let row = rows::ticket_written(&ticket, data, quirks);
    let id = ticket.id;
    data.put_ticket(ticket);
    if ruled {
        let action = system_action(data, id, "Rule Applied: servers first", now);
        data.put_action(action);
    }
    Ok(row)
}

fn system_action(data: &Data, ticket: i64, note: &str, now: DateTime<Utc>) -> ActionRow {
    ActionRow {
        ticket_id: ticket,
        id: data.new_action_id(ticket),
        outcome_id: 0,
        note: note.to_owned(),
        datetime: now,
        last_updated: now,
        timetaken: 0.0,
        who_agentid: 0,
        hidden: true,
        system: 14,
        extra: Row::new(),
    }
}

fn save_action(data: &mut Data, mut item: Row, now: DateTime<Utc>, quirks: &Quirks) -> Result<Row, Reply> {
    let Some(ticket) = item.get("ticket_id").and_then(number).filter(|id| data.ticket(*id).is_some()) else {
        return Err(rule("The Ticket for this Action could not be found"));
    };
    let id = item.get("id").and_then(number).unwrap_or(0);
    let outcome = match (item.get("outcome_id").and_then(number), item.get("outcome").and_then(Value::as_str)) {
        (Some(id), _) => Some(id),
        (None, Some(name)) => {
            Some(OUTCOMES.iter().find(|(_, n)| n.eq_ignore_ascii_case(name)).map_or(-1, |(id, _)| *id))
        }
        (None, None) => None,
    };
    let mut action = if id == 0 {
        let Some(outcome) = outcome else {
            return Err(rule("An Outcome must be entered for this Action"));
        };
        if quirks.outcomes_checked && !OUTCOMES.iter().any(|(id, _)| *id == outcome) {
            return Err(rule("You do not have access to this Action (at the moment)"));
        }
        ActionRow {
            outcome_id: outcome,
            who_agentid: 13,
            hidden: outcome == 7,
            system: 0,
            ..system_action(data, ticket, "", now)
        }
    } else {
        data.action(ticket, id).ok_or_else(|| Reply::empty(404))?
    };
    if let Some(outcome) = outcome {
        action.outcome_id = outcome;
    }
    if let Some(note) = item.get("note").or(item.get("note_html")).and_then(Value::as_str) {
        action.note = note.trim_start_matches("<p>").trim_end_matches("</p>").to_owned();
    }
    if let Some(hours) = item.get("timetaken").and_then(Value::as_f64) {
        action.timetaken = hours;
    }
    if let Some(agent) = item.get("who_agentid").and_then(number) {
        action.who_agentid = agent;
    }
    if let Some(hidden) = item.get("hiddenfromuser").and_then(Value::as_bool) {
        action.hidden = hidden;
    }
    for known in [
        "id",
        "ticket_id",
        "outcome_id",
        "outcome",
        "note",
        "note_html",
        "timetaken",
        "who_agentid",
        "hiddenfromuser",
        "sendemail",
    ] {
        item.remove(known);
    }
    item.retain(|name, _| !name.starts_with('_'));
    let moved = item.get("new_status").and_then(number);
    action.extra.extend(item);
    action.extra.insert("actionby_application_id".to_owned(), "sandbox".into());
    action.last_updated = now;
    let open = OpenPoints::default();
    let context = lists::Context { quirks, open: &open, restricted_to: None };
    let row = rows::action_row(&action, true, &context);
    data.put_action(action);
    if let Some(mut of) = data.ticket(ticket) {
        if let Some(status) = moved.filter(|s| *s > 0) {
            of.status_id = status;
        }
        of.last_update = now;
        data.put_ticket(of);
    }
    Ok(row)
}

fn save_row(data: &mut Data, resource: Resource, item: Row) -> Result<Row, Reply> {
    let id = item.get("id").and_then(number).unwrap_or(0);
    if id == 0 && item.get("name").and_then(Value::as_str).is_none_or(|n| n.trim().is_empty()) {
        return Err(rule("A Name must be entered"));
    }
    if id == 0 && resource == Resource::Users && !item.contains_key("site_id") && !item.contains_key("client_id") {
        return Err(rule("A Site must be selected for this User"));
    }
    data.touch();
    let (table, dataset) = table(data, resource);
    let id = if id == 0 {
        let mut new = Row::from_iter([("inactive".to_owned(), json!(false))]);
        new.extend(item);
        table.insert(new)
    } else if table.update(dataset, id, item) {
        id
    } else {
        return Err(Reply::empty(404));
    };
    Ok(table.get(dataset, id).unwrap_or_default())
}

fn table(data: &mut Data, resource: Resource) -> (&mut Table, &super::data::Dataset) {
    let Data { clients, sites, users, dataset, .. } = data;
    match resource {
        Resource::Sites => (sites, dataset),
        Resource::Users => (users, dataset),
        _ => (clients, dataset),
    }
}

pub(crate) fn delete(
    data: &mut Data,
    resource: Resource,
    id: &str,
    query: &[(String, String)],
    now: DateTime<Utc>,
) -> Reply {
    let Ok(id) = id.parse::<i64>() else {
        return Reply::empty(404);
    };
    let gone = match resource {
        Resource::Tickets | Resource::Opportunities => data.ticket(id).filter(|t| !t.deleted).map(|mut t| {
            t.deleted = true;
            t.last_update = now;
            data.put_ticket(t);
        }),
        Resource::Actions => {
            let ticket =
                query.iter().find(|(n, _)| n.eq_ignore_ascii_case("ticket_id")).and_then(|(_, v)| v.parse().ok());
            ticket.filter(|t| data.action(*t, id).is_some()).map(|t| data.drop_action(t, id))
        }
        Resource::Clients | Resource::Sites | Resource::Users => {
            data.touch();
            let (table, dataset) = table(data, resource);
            table.remove(dataset, id).then_some(())
        }
        _ => return Reply::empty(403),
    };
    match gone {
        Some(()) => Reply::json(200, &json!({"id": id})),
        None => Reply::empty(404),
    }
}
