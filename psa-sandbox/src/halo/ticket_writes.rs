//! Writing tickets, projects and opportunities: rules and workflows have the last word.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::actions::system_action;
use super::custom_fields;
use super::elements::merge_elements;
use super::fields::{View, schema};
use super::generators::empty_project;
use super::quirks::Quirks;
use super::references::{self, Place};
use super::refusals::{model_state, rule};
use super::resource::Resource;
use super::sent::Sent;
use super::state::Data;
use super::table::Home;
use super::tickets::{Domain, TicketRow};
use super::wire;
use crate::emulator::reply::Reply;
use crate::emulator::row::{Row, number, row};

/// A ticket that nothing is said of yet.
fn blank_ticket(data: &mut Data, domain: Domain, now: DateTime<Utc>) -> TicketRow {
    TicketRow {
        id: data.new_ticket_id(domain),
        summary: String::new(),
        details: String::new(),
        status_id: 1,
        tickettype_id: match domain {
            Domain::Tickets => 1,
            Domain::Opportunities => 20,
            Domain::Projects => 22,
        },
        sla_id: 1,
        priority_id: 3,
        client_id: 1,
        site_id: 1,
        user_id: 1,
        team: "Service Desk".to_owned(),
        agent_id: 1,
        category_1: String::new(),
        dateoccurred: now,
        last_update: now,
        dateclosed: None,
        deleted: false,
        merged_into_id: 0,
        extra: if domain == Domain::Projects { empty_project() } else { Row::new() },
    }
}

/// Puts accepted members into a ticket.
fn set_members(
    data: &mut Data,
    ticket: &mut TicketRow,
    sent: Row,
    now: DateTime<Utc>,
    quirks: &Quirks,
) -> Result<(), Reply> {
    for (member, value) in sent {
        match (member.as_str(), value) {
            ("domerge" | "dont_do_rules" | "sendemail" | "donotapplytemplateintheapi" | "new_external_link", _) => {}
            ("merged_into_id", into) => merge(data, ticket, &into, now)?,
            ("new_related_tickets", Value::Array(others)) => {
                let there =
                    |other: &Value| other.get("id").and_then(number).is_some_and(|id| data.ticket(id).is_some());
                if !others.iter().all(there) {
                    return Err(rule("A related Ticket could not be found (new_related_tickets)"));
                }
                extend(&mut ticket.extra, "related_tickets", &others);
            }
            ("customfields", Value::Array(fields)) => {
                let fields = custom_fields::merge(ticket.extra.get("customfields"), &fields)?;
                ticket.extra.insert(member.clone(), fields);
            }
            (_, Value::Array(elements)) if !quirks.nested_lists_replace => {
                let mut old = ticket.extra.get(&member).and_then(Value::as_array).cloned().unwrap_or_default();
                merge_elements(&mut old, elements);
                ticket.extra.insert(member.clone(), old.into());
            }
            // Nothing is no status, no type and no words.
            (
                "status_id" | "tickettype_id" | "summary" | "team" | "priority_id" | "sla_id" | "dateoccurred",
                Value::Null,
            ) => {}
            ("status_id", value) if number(&value).is_none_or(|id| id <= 0) => {
                return Err(rule("A Status must be selected for this Ticket"));
            }
            ("tickettype_id", value) if number(&value).is_none_or(|id| id <= 0) => {
                return Err(rule("A Ticket Type must be selected for this Ticket"));
            }
            ("summary", value) if value.as_str().is_none_or(|text| text.trim().is_empty()) => {
                return Err(rule("A Summary must be entered for this Ticket"));
            }
            ("details" | "category_1", Value::Null) => ticket.set(&member, &json!("")),
            ("client_id" | "site_id" | "user_id" | "agent_id", Value::Null) => ticket.set(&member, &json!(0)),
            (_, value) => ticket.set(&member, &value),
        }
    }
    Ok(())
}

/// Creates or updates one ticket.
pub(super) fn save_ticket(
    data: &mut Data,
    domain: Domain,
    item: Sent,
    now: DateTime<Utc>,
    quirks: &Quirks,
) -> Result<Row, Reply> {
    let Sent { id, members: item } = item;
    let new = id == 0;
    let switch = |name: &str| item.get(name) == Some(&json!(true));
    let (recovered, forced) = (switch("_recover"), switch("_novalidate"));
    let without_rules = switch("dont_do_rules");
    let members = schema("tickets");
    let existing = if new { None } else { Some(data.ticket(id).ok_or_else(|| Reply::empty(404))?) };
    let mut sent = members.accept(item, quirks)?;
    if new {
        // What is none takes the ticket type's default.
        sent.retain(|name, value| {
            !matches!(name.as_str(), "status_id" | "tickettype_id" | "sla_id" | "priority_id")
                || number(value) != Some(0)
        });
        if sent.get("summary").and_then(Value::as_str).is_none_or(|text| text.trim().is_empty()) {
            return Err(rule("A Summary must be entered for this Ticket"));
        }
        let told = ["client_id", "user_id", "users_name", "reportedby"].iter().any(|n| sent.contains_key(*n));
        if !told && !quirks.placeholders {
            return Err(rule("A User must be selected for this Ticket"));
        }
        find_user(&mut sent, data);
    }
    references::check(members, &mut sent, data)?;
    references::check_assignee(&sent, data)?;
    if !new && sent.get("parent_id").and_then(number) == Some(id) {
        return Err(rule("A Ticket cannot be its own Parent"));
    }
    let before = match &existing {
        Some(ticket) => Place::of_ticket(ticket),
        None => Place::unknown(),
    };
    let place = before.after(Home::Client, &sent, new, data)?;
    for list in ["milestones", "budgets"] {
        complete_elements(&mut sent, list, data)?;
    }
    let mut ticket = match existing {
        Some(ticket) => ticket,
        None => blank_ticket(data, domain, now),
    };
    let status_before = ticket.status_id;
    let files: Vec<i64> = sent
        .remove("attachments")
        .and_then(|files| Some(files.as_array()?.iter().filter_map(|f| number(f.get("id")?)).collect()))
        .unwrap_or_default();
    if files.iter().any(|file| data.get(Resource::Attachments, *file).is_none()) {
        return Err(rule("A File of this Ticket could not be found (attachments)"));
    }
    if recovered {
        ticket.deleted = false;
    }
    set_members(data, &mut ticket, sent, now, quirks)?;
    for list in ["milestones", "budgets"] {
        number_elements(&mut ticket.extra, list, ticket.id);
    }
    place.put_ticket(&mut ticket);
    if quirks.workflow_refuses
        && !new
        && ticket.status_id == 9
        && status_before != 9
        && ticket.tickettype_id == 3
        && !forced
    {
        return Err(rule("This Ticket cannot be closed at this step of its workflow"));
    }
    if ticket.status_id == 9 && status_before != 9 {
        ticket.dateclosed = Some(now);
    }
    // A rule has the last word over a new ticket.
    let ruled = new && quirks.rules && !without_rules && ticket.summary.to_lowercase().contains("server");
    if ruled {
        ticket.priority_id = 1;
        ticket.team = "Infrastructure".to_owned();
    }
    ticket.last_update = now;
    let mut answer = wire::ticket_written(&ticket, data, quirks);
    let id = ticket.id;
    data.put_ticket(ticket);
    attach(data, &files, id);
    if new {
        answer.insert("isnew".to_owned(), true.into());
    }
    if ruled {
        let mut action = system_action(data, id, "Rule Applied: servers first", now);
        action.extra.insert("actionby_application_id".to_owned(), "sandbox".into());
        let shown = wire::action_row(&action, View::Written, true, data, quirks);
        answer.insert("extra_actions".to_owned(), json!([shown]));
        answer.insert("matched_rule_id".to_owned(), 45.into());
        answer.insert("matched_rule_ids".to_owned(), "45".into());
        data.put_action(action);
    }
    Ok(answer)
}

/// The user with the e-mail address that reported a ticket.
fn find_user(sent: &mut Row, data: &Data) {
    if sent.contains_key("user_id") {
        return;
    }
    let Some(address) = sent.get("reportedby").and_then(Value::as_str).map(str::trim).filter(|a| a.contains('@'))
    else {
        return;
    };
    let known = |user: &Row| {
        user.get("emailaddress").and_then(Value::as_str).is_some_and(|known| known.eq_ignore_ascii_case(address))
    };
    let found = data.rows(Resource::Users).above(&data.dataset, 0).find(|(_, user)| known(user)).map(|(id, _)| id);
    if let Some(id) = found {
        sent.insert("user_id".to_owned(), id.into());
    }
}

/// What every milestone and every budget of a project has.
fn complete_elements(sent: &mut Row, list: &str, data: &Data) -> Result<(), Reply> {
    let Some(Value::Array(elements)) = sent.get_mut(list) else { return Ok(()) };
    for (element, n) in elements.iter_mut().zip(1..) {
        let Value::Object(element) = element else {
            return Err(model_state(list, "The JSON value could not be converted to System.Object."));
        };
        let defaults = match list {
            "milestones" => json!({"name": "", "sequence": n}),
            _ => json!({"budgettype_id": 0, "hours": 0.0, "rate": 0.0, "money": 0.0}),
        };
        for (member, value) in row(defaults) {
            element.entry(member).or_insert(value);
        }
        if let Some(kind) = element.get("budgettype_id").cloned().filter(|id| number(id).is_some_and(|id| id > 0)) {
            let Some(name) = references::name("budget_types", &kind, data) else {
                return Err(rule(&format!("The Budget Type {kind} could not be found (budgettype_id)")));
            };
            element.insert("budgettype_name".to_owned(), name);
        }
    }
    Ok(())
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

/// New elements of a list get ids, and the ticket's own.
fn number_elements(extra: &mut Row, list: &str, ticket: i64) {
    let Some(Value::Array(elements)) = extra.get_mut(list) else { return };
    let mut next = elements.iter().filter_map(|e| number(&e["id"])).max().unwrap_or(0) + 1;
    for element in elements.iter_mut().filter_map(Value::as_object_mut) {
        element.insert("ticket_id".to_owned(), ticket.into());
        if element.get("id").and_then(number).unwrap_or(0) == 0 {
            element.insert("id".to_owned(), next.into());
            next += 1;
        }
    }
}

/// Files that were uploaded before belong to the ticket now.
fn attach(data: &mut Data, files: &[i64], ticket: i64) {
    for file in files {
        let (rows, dataset) = data.rows_mut(Resource::Attachments);
        rows.update(dataset, *file, Row::from_iter([("ticket_id".to_owned(), ticket.into())]));
    }
}
