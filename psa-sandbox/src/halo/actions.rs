//! Writing actions of tickets.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::custom_fields;
use super::dates::parse_date;
use super::fields::{View, schema};
use super::quirks::Quirks;
use super::reference_data::OUTCOMES;
use super::references;
use super::refusals::rule;
use super::sent::Sent;
use super::state::Data;
use super::tickets::ActionRow;
use super::wire;
use crate::emulator::reply::Reply;
use crate::emulator::row::{Row, number};

/// Creates or updates one action.
pub(super) fn save_action(data: &mut Data, item: Sent, now: DateTime<Utc>, quirks: &Quirks) -> Result<Row, Reply> {
    let members = schema("actions");
    let id = item.id;
    let mut sent = members.accept(item.members, quirks)?;
    let Some(ticket) = sent.get("ticket_id").and_then(number).filter(|id| data.ticket(*id).is_some()) else {
        return Err(rule("The Ticket for this Action could not be found"));
    };
    // 0 is none, as everywhere.
    let id_sent = sent.get("outcome_id").and_then(number).filter(|id| *id > 0);
    let outcome = match (id_sent, sent.get("outcome").and_then(Value::as_str)) {
        (Some(id), _) => Some(id),
        (None, Some(name)) => {
            Some(OUTCOMES.iter().find(|(_, n)| n.eq_ignore_ascii_case(name)).map_or(-1, |(id, _)| *id))
        }
        (None, None) => None,
    };
    if let Some(outcome) = outcome
        && quirks.outcomes_checked
        && !OUTCOMES.iter().any(|(id, _)| *id == outcome)
    {
        return Err(rule("You do not have access to this Action (at the moment)"));
    }
    for typed in ["ticket_id", "outcome_id", "outcome", "sendemail", "attachments", "data_base64", "dont_do_rules"] {
        sent.remove(typed);
    }
    references::check(members, &mut sent, data)?;
    let mut action = if id == 0 {
        let Some(outcome) = outcome else {
            return Err(rule("An Outcome must be entered for this Action"));
        };
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
    action.outcome_id = outcome.unwrap_or(action.outcome_id);
    let moved = sent.get("new_status").and_then(number).filter(|status| *status > 0);
    for (member, value) in sent {
        match (member.as_str(), value) {
            // What a null means here is not known: it is ignored.
            ("note" | "note_html" | "timetaken" | "who_agentid" | "hiddenfromuser", Value::Null) => {}
            ("note", Value::String(note)) => {
                action.note = note;
            }
            ("timetaken", hours) => action.timetaken = hours.as_f64().unwrap_or(action.timetaken),
            ("who_agentid", agent) => action.who_agentid = number(&agent).unwrap_or(action.who_agentid),
            ("hiddenfromuser", hidden) => action.hidden = hidden.as_bool().unwrap_or(action.hidden),
            ("customfields", Value::Array(fields)) => {
                let fields = custom_fields::merge(action.extra.get("customfields"), &fields)?;
                action.extra.insert(member.clone(), fields);
            }
            (_, value) => {
                action.extra.insert(member.clone(), value);
            }
        }
    }
    action.extra.insert("actionby_application_id".to_owned(), "sandbox".into());
    action.last_updated = now;
    let row = wire::action_row(&action, View::Written, true, data, quirks);
    data.put_action(action);
    if let Some(mut of) = data.ticket(ticket) {
        if let Some(status) = moved {
            of.status_id = status;
        }
        of.last_update = now;
        data.put_ticket(of);
    }
    Ok(row)
}

/// Hours on a timesheet with a ticket are an action of it.
pub(super) fn action_of_event(data: &mut Data, event: &Row, now: DateTime<Utc>) {
    let Some(ticket) = event.get("ticket_id").and_then(number).filter(|id| data.ticket(*id).is_some()) else { return };
    let date = |m: &str| event.get(m).and_then(Value::as_str).and_then(parse_date);
    let hours = match (date("start_date"), date("end_date")) {
        (Some(start), Some(end)) => (end - start).num_minutes() as f64 / 60.0,
        _ => 0.0,
    };
    let hours = event.get("timetaken").and_then(Value::as_f64).filter(|sent| *sent > 0.0).unwrap_or(hours);
    let note = event.get("note").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut action = system_action(data, ticket, &note, now);
    action.outcome_id = 2;
    action.timetaken = hours;
    action.system = 0;
    action.hidden = false;
    action.who_agentid = event.get("agent_id").and_then(number).unwrap_or(13);
    data.put_action(action);
}

/// An action that Halo itself adds.
pub(super) fn system_action(data: &Data, ticket: i64, note: &str, now: DateTime<Utc>) -> ActionRow {
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
