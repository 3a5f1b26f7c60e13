//! Writing: creates and updates in one verb, partial, with rules that have the last word.

#![expect(clippy::result_large_err, reason = "a refusal is an answer like any other here")]

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::data::{ActionRow, Data, Domain, Row, Rows, TicketRow, number};
use super::lists;
use super::lookups::OUTCOMES;
use super::plain;
use super::quirks::{OpenPoints, Quirks};
use super::routes::{Resource, table};
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
    match item.get("id") {
        // A GUID is the id of something that is there.
        Some(Value::String(text)) if text.contains('-') => false,
        Some(id) => number(id).unwrap_or(0) == 0,
        None => true,
    }
}

fn model_state(field: &str, message: &str) -> Reply {
    Reply::json(400, &json!({ format!("[0].{field}"): [message] }))
}

pub(super) fn rule(message: &str) -> Reply {
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
            && (id.is_f64() || id.as_str().is_some_and(|s| s.parse::<i64>().is_err() && !s.contains('-')))
        {
            return model_state("id", "The JSON value could not be converted to System.Int32.");
        }
        let saved = match resource {
            Resource::Tickets | Resource::Opportunities | Resource::Projects => {
                save_ticket(data, resource, item, now, quirks)
            }
            Resource::Actions => save_action(data, item, now, quirks),
            Resource::Clients | Resource::Sites | Resource::Users => save_row(data, resource, item, now, quirks),
            Resource::Table(table) => plain::save(data, table, item, now, quirks),
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
        let told = ["client_id", "user_id", "users_name", "reportedby"].iter().any(|n| item.contains_key(*n));
        if !told && !quirks.placeholders {
            return Err(rule("A User must be selected for this Ticket"));
        }
        let mut ticket = data.dataset.ticket(1);
        ticket.id = data.new_ticket_id(match resource {
            Resource::Opportunities => Domain::Opportunities,
            Resource::Projects => Domain::Projects,
            _ => Domain::Tickets,
        });
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
        if resource == Resource::Projects {
            ticket.extra.insert("is_project".to_owned(), true.into());
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
        match (member.as_str(), value) {
            ("id" | "domerge", _) => {}
            (name, _) if name.starts_with('_') => {}
            ("merged_into_id", into) => merge(data, &mut ticket, into, now)?,
            ("new_related_tickets", Value::Array(others)) => extend(&mut ticket.extra, "related_tickets", others),
            (list @ "customfields", Value::Array(elements)) => {
                let mut old = ticket.extra.get(list).and_then(Value::as_array).cloned().unwrap_or_default();
                plain::merge_elements(&mut old, elements.clone());
                ticket.extra.insert(list.to_owned(), old.into());
            }
            (list, Value::Array(elements)) if !quirks.nested_lists_replace => {
                let mut old = ticket.extra.get(list).and_then(Value::as_array).cloned().unwrap_or_default();
                plain::merge_elements(&mut old, elements.clone());
                ticket.extra.insert(list.to_owned(), old.into());
            }
            _ => ticket.set(member, value),
        }
    }
    for list in ["milestones", "budgets"] {
        number_elements(&mut ticket.extra, list);
    }
    if !["deadlinedate", "contract_id"].iter().all(|m| ticket.extra.get(*m).is_none_or(|v| !v.is_array())) {
        return Err(model_state("deadlinedate", "The JSON value could not be converted."));
    }
    if new && ticket.client_id == 1 && ticket.user_id > 1 {
        // The user tells where it is.
        let user = data.users.get(&data.dataset, ticket.user_id).unwrap_or_default();
        let of_user = |member: &str| user.get(member).and_then(number);
        ticket.client_id = of_user("client_id").unwrap_or(1);
        ticket.site_id = of_user("site_id").unwrap_or(1);
    }
    let forced = item.get("_novalidate") == Some(&json!(true));
    if quirks.workflow_refuses && !new && ticket.status_id == 9 && before != 9 && ticket.tickettype_id == 3 && !forced {
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
    attach(data, &item, id);
    if ruled {
        let action = system_action(data, id, "Rule Applied: servers first", now);
        data.put_action(action);
    }
    Ok(row)
}

/// A ticket that is merged is closed, and its actions are the other one's.
fn merge(data: &mut Data, ticket: &mut TicketRow, into: &Value, now: DateTime<Utc>) -> Result<(), Reply> {
    let Some(target) = number(into).filter(|id| *id > 0) else {
        return Ok(());
    };
    if target == ticket.id || data.ticket(target).is_none() {
        return Err(rule("The Ticket to merge into could not be found"));
    }
    for action in data.actions_of(ticket.id) {
        let mut moved = action;
        moved.extra.insert("merged_from_ticketid".to_owned(), ticket.id.into());
        moved.id = data.new_action_id(target);
        moved.ticket_id = target;
        data.put_action(moved);
    }
    ticket.merged_into_id = target;
    ticket.status_id = 9;
    ticket.dateclosed = Some(now);
    Ok(())
}

fn extend(extra: &mut Row, list: &str, more: &[Value]) {
    match extra.entry(list).or_insert_with(|| json!([])) {
        Value::Array(elements) => elements.extend(more.iter().cloned()),
        other => *other = more.to_vec().into(),
    }
}

/// New elements of a list get ids.
fn number_elements(extra: &mut Row, list: &str) {
    let Some(Value::Array(elements)) = extra.get_mut(list) else { return };
    let mut next = elements.iter().filter_map(|e| number(&e["id"])).max().unwrap_or(0) + 1;
    for element in elements.iter_mut().filter_map(Value::as_object_mut) {
        if element.get("id").and_then(number).unwrap_or(0) == 0 {
            element.insert("id".to_owned(), next.into());
            next += 1;
        }
    }
}

/// Files that were uploaded before belong to the ticket now.
fn attach(data: &mut Data, item: &Row, ticket: i64) {
    let files = item.get("attachments").and_then(Value::as_array).into_iter().flatten();
    for file in files.filter_map(|f| number(&f["id"])) {
        let (rows, dataset) = data.rows_mut(table("attachments"));
        rows.update(dataset, file, Row::from_iter([("ticket_id".to_owned(), ticket.into())]));
    }
}

/// Hours on a timesheet with a ticket are an action of it.
pub(super) fn action_of_event(data: &mut Data, event: &Row, now: DateTime<Utc>) {
    let Some(ticket) = event.get("ticket_id").and_then(number).filter(|id| data.ticket(*id).is_some()) else { return };
    let date = |m: &str| event.get(m).and_then(Value::as_str).and_then(lists::parse_date);
    let hours = match (date("start_date"), date("end_date")) {
        (Some(start), Some(end)) => (end - start).num_minutes() as f64 / 60.0,
        _ => 0.0,
    };
    let note = event.get("note").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut action = system_action(data, ticket, &note, now);
    action.outcome_id = 2;
    action.timetaken = hours;
    action.system = 0;
    action.hidden = false;
    action.who_agentid = event.get("agent_id").and_then(number).unwrap_or(13);
    data.put_action(action);
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

fn save_row(
    data: &mut Data,
    resource: Resource,
    mut item: Row,
    now: DateTime<Utc>,
    quirks: &Quirks,
) -> Result<Row, Reply> {
    let id = item.get("id").and_then(number).unwrap_or(0);
    if id == 0 && item.get("name").and_then(Value::as_str).is_none_or(|n| n.trim().is_empty()) {
        return Err(rule("A Name must be entered"));
    }
    if id == 0 && resource == Resource::Users && !item.contains_key("site_id") && !item.contains_key("client_id") {
        return Err(rule("A Site must be selected for this User"));
    }
    if id == 0 && resource == Resource::Sites && !item.contains_key("client_id") {
        return Err(rule("A Client must be selected for this Site"));
    }
    // Numbers may come as text, and are stored as numbers.
    for (_, value) in item.iter_mut().filter(|(name, _)| name.ends_with("_id")) {
        if let Some(n) = value.as_str().and_then(|t| t.trim().parse::<i64>().ok()) {
            *value = n.into();
        }
    }
    if resource == Resource::Users {
        let of_site = item.get("site_id").and_then(number).and_then(|s| data.sites.get(&data.dataset, s));
        if let Some(client) = of_site.and_then(|s| s.get("client_id").cloned()) {
            item.insert("client_id".to_owned(), client);
        }
    }
    let site_name = item.remove("newclient_sitename");
    // A secret is written and never read again.
    item.remove("password");
    data.touch();
    let new = id == 0;
    let stamp = match resource {
        Resource::Sites => "slastupdate",
        Resource::Users => "ulastupdate",
        _ => "alastupdate",
    };
    item.insert(stamp.to_owned(), rows::stored(now, quirks).into());
    if new {
        item.insert("datecreated".to_owned(), rows::fresh(now, quirks).into());
        if resource == Resource::Clients {
            item.entry("website").or_insert(json!(""));
        }
    }
    let (rows, dataset) = basic(data, resource);
    let id = if new {
        let mut row = Row::from_iter([("inactive".to_owned(), json!(false))]);
        row.extend(item);
        rows.insert(row)
    } else if rows.update(dataset, id, item) {
        id
    } else {
        return Err(Reply::empty(404));
    };
    if new && resource == Resource::Clients {
        first_site(data, id, site_name);
    }
    let (rows, dataset) = basic(data, resource);
    let stored = rows.get(dataset, id).unwrap_or_default();
    let open = OpenPoints::default();
    let context = lists::Context { quirks, open: &open, restricted_to: None };
    Ok(match resource {
        Resource::Sites => rows::site_detail(stored, data, &context),
        Resource::Users => rows::user_row(stored, data, &context),
        _ => rows::client_detail(stored, data, &context),
    })
}

/// Each client has a site and a general user.
fn first_site(data: &mut Data, client: i64, name: Option<Value>) {
    let name = name.unwrap_or_else(|| "Main".into());
    let site =
        data.sites.insert(super::data::row(json!({"name": name, "client_id": client, "inactive": false, "sla_id": 1})));
    data.users.insert(super::data::row(
        json!({"name": "General User", "firstname": "General", "surname": "User", "site_id": site,
        "client_id": client, "inactive": false, "emailaddress": "", "use": "user", "isgeneraluser": true}),
    ));
}

fn basic(data: &mut Data, resource: Resource) -> (&mut Rows, &super::data::Dataset) {
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
    if let Resource::Table(table) = resource {
        let shown = match table.ids {
            super::tables::Ids::Guid => json!(id),
            _ => json!(id.parse::<i64>().unwrap_or(0)),
        };
        return match plain::delete(data, table, id) {
            Some(()) => Reply::json(200, &json!({"id": shown})),
            None => Reply::empty(404),
        };
    }
    let Ok(id) = id.parse::<i64>() else {
        return Reply::empty(404);
    };
    let gone = match resource {
        Resource::Tickets | Resource::Opportunities | Resource::Projects => {
            data.ticket(id).filter(|t| !t.deleted).map(|mut t| {
                t.deleted = true;
                t.last_update = now;
                data.put_ticket(t);
            })
        }
        Resource::Actions => {
            let ticket =
                query.iter().find(|(n, _)| n.eq_ignore_ascii_case("ticket_id")).and_then(|(_, v)| v.parse().ok());
            ticket.filter(|t| data.action(*t, id).is_some()).map(|t| data.drop_action(t, id))
        }
        Resource::Clients | Resource::Sites | Resource::Users => {
            data.touch();
            let (rows, dataset) = basic(data, resource);
            rows.remove(dataset, id).then_some(())
        }
        _ => return Reply::empty(403),
    };
    match gone {
        Some(()) => Reply::json(200, &json!({"id": id})),
        None => Reply::empty(404),
    }
}

/// Voids an invoice.
pub(super) fn void(data: &mut Data, id: &str) -> Reply {
    let invoices = table("invoices");
    let found = plain::number_of(invoices, id).filter(|id| data.rows(invoices).get(&data.dataset, *id).is_some());
    let Some(id) = found else {
        return Reply::empty(404);
    };
    let (rows, dataset) = data.rows_mut(invoices);
    rows.update(
        dataset,
        id,
        super::data::row(json!({"voided": true, "total": 0.0, "amountdue": 0.0, "amount_remaining": 0.0})),
    );
    Reply::json(201, &json!({"id": id}))
}

/// Makes the invoices that are due from recurring ones.
pub(super) fn process(data: &mut Data, ids: &[Value], now: DateTime<Utc>) -> Reply {
    for id in ids.iter().filter_map(number) {
        let Some(mut invoice) = data.rows(table("recurring_invoices")).get(&data.dataset, id) else {
            return Reply::empty(404);
        };
        invoice.insert("posted".to_owned(), true.into());
        invoice.insert("invoicenumber".to_owned(), format!("REC-{id:05}").into());
        invoice.insert("invoice_date".to_owned(), now.format("%Y-%m-%dT%H:%M:%S").to_string().into());
        let (rows, _) = data.rows_mut(table("invoices"));
        rows.insert(invoice);
    }
    Reply::json(201, &json!({}))
}
