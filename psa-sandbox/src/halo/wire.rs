//! How records look on the wire: in a list, alone, and in the answer to a write.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::custom_fields;
use super::dates::{fresh, no_date, stored};
use super::fields::{Fill, Kind, Schema, View, schema};
use super::guid::guid;
use super::params::{Context, Params};
use super::quirks::Quirks;
use super::reference_data::{outcome_name, priorities, status_name, team_id, ticket_types};
use super::references;
use super::resource::{List, Resource};
use super::state::Data;
use super::tickets::{ActionRow, Domain, TicketRow};
use crate::emulator::row::{Row, number, remove_nulls, row};

pub(super) fn finish(mut row: Row, quirks: &Quirks) -> Row {
    if quirks.nulls_omitted {
        remove_nulls(&mut row);
    }
    row
}

/// Makes a stored row what the view shows: nothing more, and nothing less. Members that Halo does not know were put
/// there on purpose and stay.
fn show(schema: &Schema, row: &mut Row, view: View, data: &Data, quirks: &Quirks) {
    row.retain(|name, _| schema.member(name).is_none_or(|m| m.shown.allowed(view)));
    for member in schema.members.iter().filter(|m| m.shown.always(view)) {
        if let Some(source) = member.named_by {
            let target = schema.member(source).and_then(|s| s.refers_to);
            let name = target.zip(row.get(source)).and_then(|(target, id)| references::name(target, id, data));
            row.insert(member.name.to_owned(), name.unwrap_or_else(|| json!("")));
            continue;
        }
        if row.get(member.name).is_some_and(|value| !value.is_null()) {
            continue;
        }
        let value = match &member.default {
            // Without that quirk there are no dates that mean none.
            Fill::Is(_) if member.kind == Kind::Date && !quirks.empty_dates => Value::Null,
            Fill::Is(value) => value.clone(),
            Fill::Same(other) => row.get(*other).cloned().unwrap_or(Value::Null),
            Fill::Nothing | Fill::Made | Fill::Touched => Value::Null,
        };
        row.insert(member.name.to_owned(), value);
    }
}

/// A row of a resource as a view shows it.
pub(super) fn shown(resource: &str, mut row: Row, view: View, data: &Data, quirks: &Quirks) -> Row {
    if row.get("customfields").is_some_and(|fields| !fields.is_null()) && resource != "tickets" {
        let fields = custom_fields::shown(row.get("customfields"), None);
        row.insert("customfields".into(), fields);
    }
    show(schema(resource), &mut row, view, data, quirks);
    finish(row, quirks)
}

pub(super) fn ticket_row(t: &TicketRow, data: &Data, params: &Params<'_>, context: &Context<'_>) -> Row {
    let mut row = ticket_base(t, data, context.quirks);
    row.remove("customfields");
    if let Some(wanted) = params.list("include_custom_fields") {
        let mut fields = ticket_fields(t, data);
        if let Value::Array(fields) = &mut fields {
            fields.retain(|f| wanted.contains(&f["id"].to_string()));
        }
        row.insert("customfields".into(), fields);
    }
    if params.flag("includestatus") {
        row.insert("status_name".into(), data.current(List::Statuses, t.status_id, status_name(t.status_id)));
    }
    if context.quirks.deleted_invisible {
        row.remove("deleted");
    }
    if context.quirks.team_by_name {
        row.remove("team_id");
    }
    shown("tickets", row, View::List, data, context.quirks)
}

/// The custom fields of a ticket: what was written, over what the data are made with.
fn ticket_fields(t: &TicketRow, data: &Data) -> Value {
    let base = data.dataset.makes_ticket(t.id);
    let made = |field: i64| match field {
        165 if base => json!(format!("PC-{:04}", t.id % 5000)),
        166 => json!(base && t.priority_id == 1),
        _ => Value::Null,
    };
    custom_fields::shown(t.extra.get("customfields"), Some(&made))
}

fn ticket_base(t: &TicketRow, data: &Data, quirks: &Quirks) -> Row {
    let user = data.get(Resource::Users, t.user_id);
    let address = user.as_ref().and_then(|u| u.get("emailaddress")).cloned().unwrap_or_else(|| json!(""));
    let (odd, base) = (quirks.odd_values, data.dataset.makes_ticket(t.id));
    let opportunity = Domain::of(t.id) == Domain::Opportunities;
    let money = |amount: i64| if opportunity { json!(if base { amount as f64 } else { 0.0 }) } else { Value::Null };
    let mut out = row(json!({
        "id": t.id, "dateoccurred": stored(t.dateoccurred, quirks), "summary": t.summary,
        "details": if odd && t.id % 50 == 0 { format!("{}\0", t.details) } else { t.details.clone() },
        "status_id": t.status_id, "tickettype_id": t.tickettype_id, "sla_id": t.sla_id, "priority_id": t.priority_id,
        "client_id": t.client_id, "site_id": t.site_id, "user_id": t.user_id, "team": t.team, "agent_id": t.agent_id,
        "category_1": t.category_1, "estimate": if odd { json!(-0.0) } else { json!(0.0) }, "read": base, "onhold": t.status_id == 28,
        "respondbydate": stored(t.dateoccurred + TimeDelta::hours(4), quirks),
        "fixbydate": stored(t.dateoccurred + TimeDelta::hours(24), quirks),
        "lastactiondate": stored(t.last_update, quirks), "last_update": fresh(t.last_update, quirks),
        "reportedby": address, "user_email": address, "impact": if base { 2 } else { 0 }, "urgency": if base { 3 } else { 0 },
    }));
    out.extend(self::row(json!({
        "lastincomingemail": no_date(0, quirks), "targetdate": no_date(1, quirks), "deadlinedate": no_date(2, quirks),
        "merged_into_id": t.merged_into_id, "opptype": if odd { " " } else { "" },
        "dateclosed": t.dateclosed.map(|at| stored(at, quirks)), "hasbeenclosed": t.dateclosed.is_some(),
        "is_opportunity": opportunity, "ticketage": 1.5, "idsummary": format!("{} - {}", t.id, t.summary),
        "oppvalue": money(t.id % 50 * 100), "oppconversionprobability": money(t.id % 10 * 10),
        "deleted": t.deleted, "team_id": team_id(&t.team),
    })));
    out.extend(t.extra.clone());
    if !quirks.reopening_hidden && t.dateclosed.is_some() && t.status_id != 9 {
        out.insert("reopened".into(), true.into());
    }
    out
}

pub(super) fn ticket_detail(t: &TicketRow, data: &Data, context: &Context<'_>, details: bool) -> Row {
    let mut out = ticket_alone(t, data, context.quirks);
    if details {
        if let Some(user) = data.get(Resource::Users, t.user_id) {
            out.insert("user".into(), Value::Object(user_detail(user, data, context.quirks, false)));
        }
        out.insert("tickettype".into(), ticket_type(t, data, context.quirks));
        out.insert("status_name".into(), data.current(List::Statuses, t.status_id, status_name(t.status_id)));
    }
    shown("tickets", out, View::Alone, data, context.quirks)
}

/// What a ticket read alone has beside a list's row.
fn ticket_alone(t: &TicketRow, data: &Data, quirks: &Quirks) -> Row {
    let mut out = row(json!({
        "datecreated": fresh(t.dateoccurred, quirks), "details_html": t.details, "guid": guid(t.id as u64), "key": format!("k{}", t.id),
        "reference": format!("IN-{:07}", t.id), "slaactiondate": stored(t.dateoccurred + TimeDelta::hours(4), quirks),
        "workflow_stepstarted": fresh(t.dateoccurred, quirks),
    }));
    // What was set wins over what is made up.
    out.extend(ticket_base(t, data, quirks));
    out.insert("customfields".into(), ticket_fields(t, data));
    out
}

fn ticket_type(t: &TicketRow, data: &Data, quirks: &Quirks) -> Value {
    let found = ticket_types().into_iter().find(|x| x["id"] == json!(t.tickettype_id));
    found.map_or(Value::Null, |row| Value::Object(shown("ticket_types", row, View::Alone, data, quirks)))
}

/// The answer to a write: no names for ids, another name for the stamp, and the records around it.
pub(super) fn ticket_written(t: &TicketRow, data: &Data, quirks: &Quirks) -> Row {
    let mut out = ticket_alone(t, data, quirks);
    if quirks.stamp_names
        && let Some(stamp) = out.remove("last_update")
    {
        out.insert("flastupdate".into(), stamp);
    }
    if !quirks.names_absent_after_write {
        out.insert("status_name".into(), data.current(List::Statuses, t.status_id, status_name(t.status_id)));
    }
    let user = data.get(Resource::Users, t.user_id);
    if let Some(user) = user {
        out.insert("users_name".into(), user.get("name").cloned().unwrap_or(Value::Null));
        out.insert("user".into(), Value::Object(user_detail(user, data, quirks, true)));
    }
    let priority = priorities(quirks).into_iter().find(|p| {
        p.get("slaid").and_then(number) == Some(t.sla_id) && p.get("priorityid").and_then(number) == Some(t.priority_id)
    });
    if let Some(priority) = priority {
        let priority = shown("priorities", priority, View::List, data, quirks);
        out.insert("priority".into(), Value::Object(priority));
    }
    out.insert("tickettype".into(), ticket_type(t, data, quirks));
    let site = data.get(Resource::Sites, t.site_id).unwrap_or_default();
    for member in ["delivery_address", "billing_address", "contact_address"] {
        out.entry(member).or_insert_with(|| address(&site, quirks));
    }
    shown("tickets", out, View::Written, data, quirks)
}

/// An action; a list has the HTML of its note only if it is asked for.
pub(super) fn action_row(a: &ActionRow, view: View, html: bool, data: &Data, quirks: &Quirks) -> Row {
    let worked = a.timetaken != 0.0;
    let mut out = row(json!({
        "id": a.id, "ticket_id": a.ticket_id, "outcome": data.current(List::Outcomes, a.outcome_id, outcome_name(a.outcome_id)), "outcome_id": a.outcome_id,
        "action_systemid": a.system, "who": if a.system == 0 { format!("Agent {}", a.who_agentid) } else { "System".to_owned() },
        "who_type": i64::from(a.system == 0), "who_agentid": a.who_agentid, "note": a.note, "datetime": stored(a.datetime, quirks),
        "actiondatecreated": stored(a.datetime, quirks), "last_updated": fresh(a.last_updated, quirks), "timetaken": a.timetaken,
        "actionarrivaldate": if worked { json!(stored(a.datetime, quirks)) } else { no_date(1, quirks) },
        "actioncompletiondate": if worked {
            json!(stored(a.datetime + TimeDelta::minutes((a.timetaken * 60.0) as i64), quirks))
        } else { no_date(1, quirks) },
        "actionchargehours": a.timetaken, "chargerate": if worked { 1 } else { -1 }, "actisbillable": worked, "hiddenfromuser": a.hidden,
        "old_status": 1, "new_status": 2, "actionby_agent_id": a.who_agentid, "guid": guid((a.ticket_id * 1000 + a.id) as u64),
        // Plain text is taken for HTML as it is.
        "note_html": a.note,
    }));
    out.extend(a.extra.clone());
    if !html {
        out.remove("note_html");
    }
    let mut out = shown("actions", out, view, data, quirks);
    if !quirks.actions_numbered_per_ticket {
        out.insert("id".into(), (a.ticket_id * 1000 + a.id).into());
    }
    out
}

fn float(row: &mut Row, member: &str, quirks: &Quirks) {
    if quirks.float_ids
        && let Some(id) = row.get(member).and_then(Value::as_i64)
    {
        row.insert(member.into(), json!(id as f64));
    }
}

pub(super) fn client_row(row: Row, data: &Data, context: &Context<'_>) -> Row {
    shown("clients", row, View::List, data, context.quirks)
}

/// A client read alone.
pub(super) fn client_detail(stored: Row, data: &Data, quirks: &Quirks) -> Row {
    let id = stored.get("id").and_then(Value::as_i64).unwrap_or(0);
    let day = |days| self::stored(data.dataset.anchor() - TimeDelta::days(days), quirks);
    let site = references::main_site(id, data);
    let main = data.get(Resource::Sites, site);
    let of_main = |member: &str| main.as_ref().and_then(|s| s.get(member)).cloned().unwrap_or(Value::Null);
    let mut out = row(json!({
        "website": format!("https://client{id}.example"), "datecreated": day(800), "alastupdate": day(0),
        "main_contact_id": of_main("maincontact_id"),
    }));
    // What was written wins over what is made up.
    out.extend(stored);
    let addressed = main.clone().unwrap_or_default();
    out.entry("main_delivery_address").or_insert_with(|| address(&addressed, quirks));
    out.entry("main_invoice_address").or_insert_with(|| invoice_address(&addressed, quirks));
    out.extend(row(json!({
        "main_site_id": site, "main_site_name": of_main("name"), "main_phonenumber": of_main("phonenumber"),
    })));
    shown("clients", out, View::Alone, data, quirks)
}

fn name_of(resource: Resource, data: &Data, id: Option<i64>) -> Value {
    id.and_then(|id| data.get(resource, id)).and_then(|r| r.get("name").cloned()).unwrap_or(Value::Null)
}

/// Both names in one, as menus show them.
fn named_site(row: &mut Row, data: &Data) {
    let client = name_of(Resource::Clients, data, row.get("client_id").and_then(number));
    let both = format!("{}/{}", client.as_str().unwrap_or(""), row.get("name").and_then(Value::as_str).unwrap_or(""));
    row.insert("clientsite_name".into(), both.into());
}

pub(super) fn site_row(mut row: Row, data: &Data, params: &Params<'_>, context: &Context<'_>) -> Row {
    named_site(&mut row, data);
    if !params.flag("includeaddress") {
        row.retain(|name, _| !name.starts_with("delivery_address"));
    }
    let mut out = shown("sites", row, View::List, data, context.quirks);
    float(&mut out, "client_id", context.quirks);
    out
}

/// The address of a site: five lines in a list's row, an object alone.
fn address(site: &Row, quirks: &Quirks) -> Value {
    let line = |n: u32| site.get(&format!("delivery_address_line{n}")).cloned().unwrap_or_else(|| json!(""));
    let id = site.get("id").cloned().unwrap_or_else(|| json!(0));
    json!({"id": id, "type": -2, "line1": line(1), "line2": line(2), "line3": line(3), "line4": line(4), "postcode": line(5), "primary": true,
        "inactive": false, "date_active": no_date(1, quirks), "site_id": id})
}

fn invoice_address(site: &Row, quirks: &Quirks) -> Value {
    let mut out = row(address(site, quirks));
    out.extend(row(json!({"type": -1, "description": "Site Invoice Address", "lat": 0.0, "long": 0.0})));
    Value::Object(out)
}

/// A site alone, with its client if asked for.
pub(super) fn site_detail(mut out: Row, data: &Data, quirks: &Quirks, details: bool) -> Row {
    named_site(&mut out, data);
    let (delivery, invoice) = (address(&out, quirks), invoice_address(&out, quirks));
    out.retain(|name, _| !name.starts_with("delivery_address_line"));
    out.entry("invoice_address").or_insert(invoice);
    out.insert("delivery_address".into(), delivery);
    let day = |days| stored(data.dataset.anchor() - TimeDelta::days(days), quirks);
    out.entry("slastupdate").or_insert_with(|| day(0).into());
    out.entry("datecreated").or_insert_with(|| day(800).into());
    out.entry("uptimestamp").or_insert_with(|| day(400).into());
    let client = out.get("client_id").and_then(number).and_then(|id| data.get(Resource::Clients, id));
    if let Some(client) = client.filter(|_| details) {
        out.insert("client".into(), Value::Object(client_detail(client, data, quirks)));
    }
    let mut out = shown("sites", out, View::Alone, data, quirks);
    float(&mut out, "client_id", quirks);
    out
}

/// A user in a list.
pub(super) fn user_row(row: Row, data: &Data, context: &Context<'_>) -> Row {
    let mut out = shown("users", of_site(row, data), View::List, data, context.quirks);
    float(&mut out, "site_id", context.quirks);
    out
}

/// A user read alone, with the site and its client if asked for.
pub(super) fn user_detail(user: Row, data: &Data, quirks: &Quirks, details: bool) -> Row {
    let mut out = of_site(user, data);
    let day = |days| stored(data.dataset.anchor() - TimeDelta::days(days), quirks);
    out.entry("ulastupdate").or_insert_with(|| day(0).into());
    out.entry("datecreated").or_insert_with(|| day(800).into());
    let site = out.get("site_id").and_then(number).and_then(|id| data.get(Resource::Sites, id));
    if let Some(site) = site.filter(|_| details) {
        out.insert("site".into(), Value::Object(site_detail(site, data, quirks, true)));
    }
    let mut out = shown("users", out, View::Alone, data, quirks);
    float(&mut out, "site_id", quirks);
    out
}

/// The telephone number of the user's site.
fn of_site(mut user: Row, data: &Data) -> Row {
    let site = user.get("site_id").and_then(number).and_then(|id| data.get(Resource::Sites, id));
    let telephone = site.and_then(|s| s.get("phonenumber").cloned()).unwrap_or_else(|| json!(""));
    user.insert("sitephonenumber".into(), telephone);
    user
}
