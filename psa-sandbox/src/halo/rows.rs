//! How records look on the wire: in a list, alone, and in the answer to a write.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::data::{ActionRow, Data, Domain, Row, Rows, TEAMS, TicketRow, number, row};
use super::lists::{Context, Params};
use super::lookups::{guid, outcome_name, status_name, team_id, ticket_types};
use super::quirks::{OpenPoints, Quirks};

/// The three forms of date in one document.
pub(super) fn fresh(at: DateTime<Utc>, quirks: &Quirks) -> String {
    if quirks.mixed_dates {
        format!("{}{}Z", at.format("%Y-%m-%dT%H:%M:%S%.6f"), at.timestamp_subsec_nanos() / 100 % 10)
    } else {
        at.to_rfc3339_opts(SecondsFormat::Millis, true)
    }
}

pub(super) fn stored(at: DateTime<Utc>, quirks: &Quirks) -> String {
    if !quirks.mixed_dates {
        return at.to_rfc3339_opts(SecondsFormat::Millis, true);
    }
    let text = at.format("%Y-%m-%dT%H:%M:%S%.3f").to_string();
    let text = text.trim_end_matches('0');
    text.strip_suffix('.').unwrap_or(text).to_owned()
}

/// No date, in one of three forms.
pub(super) fn no_date(which: usize, quirks: &Quirks) -> Value {
    if quirks.empty_dates {
        ["0001-01-01T00:00:00", "1899-12-30T00:00:00", "1900-01-01T00:00:00Z"][which % 3].into()
    } else {
        Value::Null
    }
}

pub(super) fn finish(mut row: Row, quirks: &Quirks) -> Row {
    if quirks.nulls_omitted {
        without_nulls(&mut row);
    }
    row
}

fn without_nulls(row: &mut Row) {
    row.retain(|_, value| !value.is_null());
    for value in row.values_mut() {
        match value {
            Value::Object(inner) => without_nulls(inner),
            Value::Array(elements) => elements.iter_mut().filter_map(Value::as_object_mut).for_each(without_nulls),
            _ => {}
        }
    }
}

pub(super) fn ticket_row(t: &TicketRow, data: &Data, params: &Params<'_>, context: &Context<'_>) -> Row {
    let mut row = ticket_base(t, data, context.quirks);
    if let Some(wanted) = params.list("include_custom_fields") {
        let fields: Vec<Value> =
            custom_fields(t).into_iter().filter(|f| wanted.contains(&f["id"].to_string())).collect();
        row.insert("customfields".into(), fields.into());
    }
    if params.flag("includestatus") {
        row.insert("status_name".into(), status_name(t.status_id));
    }
    row
}

fn custom_fields(t: &TicketRow) -> Vec<Value> {
    vec![
        json!({"id": 165, "name": "CFDevice", "label": "Device", "type": 0, "value": format!("PC-{:04}", t.id % 5000), "display": format!("PC-{:04}", t.id % 5000), "usage": 1}),
        json!({"id": 166, "name": "CFUrgent", "label": "Urgent", "type": 6, "value": t.priority_id == 1, "display": "", "usage": 1}),
    ]
}

fn ticket_base(t: &TicketRow, data: &Data, quirks: &Quirks) -> Row {
    let client = data.clients.get(&data.dataset, t.client_id);
    let client_name = client.as_ref().and_then(|c| c.get("name")).cloned().unwrap_or(Value::Null);
    let user = data.users.get(&data.dataset, t.user_id);
    let user_member = |name: &str| user.as_ref().and_then(|u| u.get(name)).cloned().unwrap_or(Value::Null);
    let odd = quirks.odd_values;
    let opportunity = Domain::of(t.id) == Domain::Opportunities;
    let mut out = row(json!({
        "id": t.id, "dateoccurred": stored(t.dateoccurred, quirks),
        "summary": t.summary,
        "details": if odd && t.id % 50 == 0 { format!("{}\0", t.details) } else { t.details.clone() },
        "status_id": t.status_id, "tickettype_id": t.tickettype_id, "sla_id": t.sla_id, "priority_id": t.priority_id,
        "client_id": t.client_id, "client_name": client_name, "site_id": t.site_id, "site_name": "Main",
        "user_id": t.user_id, "user_name": user_member("name"), "team": t.team, "agent_id": t.agent_id,
        "category_1": t.category_1, "category_2": "", "category_3": "", "category_4": "",
        "estimate": if odd { json!(-0.0) } else { json!(0.0) }, "estimatedays": 0.0, "child_count": 0, "attachment_count": 0,
        "flagged": false, "read": true, "enduserstatus": 0, "onhold": t.status_id == 28,
        "respondbydate": stored(t.dateoccurred + chrono::TimeDelta::hours(4), quirks),
        "fixbydate": stored(t.dateoccurred + chrono::TimeDelta::hours(24), quirks),
    }));
    out.extend(self::row(json!({
        "excludefromsla": false, "slaholdtime": 0.0, "lastactiondate": stored(t.last_update, quirks),
        "last_update": fresh(t.last_update, quirks), "organisation_id": 1, "department_id": 1, "reportedby": user_member("emailaddress"),
        "user_email": user_member("emailaddress"), "emailtolist": "", "matched_kb_id": 0, "product_id": 0, "release_id": 0,
        "lastincomingemail": no_date(0, quirks), "workflow_id": 1, "workflow_step": 1, "pipeline_stage_id": 0, "is_vip": false,
        "isimportantcontact": false, "inactive": false, "impact": 2, "urgency": 3, "starttime": "00:00:00",
    })));
    out.extend(self::row(json!({
        "targetdate": no_date(1, quirks), "deadlinedate": no_date(2, quirks), "userdef1": "", "source": 0, "supplier_status": 0,
        "appointment_type": -1, "use": "ticket", "table": 1, "itil_requesttype_id": 1, "merged_into_id": t.merged_into_id,
        "reviewed": false, "projectinternaltask": false, "chargerate": -1, "oppregion": "0",
        "opptype": if odd { " " } else { "" }, "dateclosed": t.dateclosed.map(|at| stored(at, quirks)),
        "hasbeenclosed": t.dateclosed.is_some(), "is_opportunity": opportunity, "ticketage": 1.5,
        "idsummary": format!("{} - {}", t.id, t.summary),
        "oppvalue": if opportunity { json!((t.id % 50) as f64 * 100.0) } else { Value::Null },
        "oppconversionprobability": if opportunity { json!((t.id % 10 * 10) as f64) } else { Value::Null },
    })));
    out.extend(t.extra.clone());
    if Domain::of(t.id) == Domain::Projects {
        out.insert("is_opportunity".into(), false.into());
        // Only a project read alone has them.
        out.remove("milestones");
        out.remove("budgets");
    }
    if !quirks.deleted_invisible {
        out.insert("deleted".into(), t.deleted.into());
    }
    if !quirks.team_by_name {
        out.insert("team_id".into(), team_id(&t.team).into());
    }
    if !quirks.reopening_hidden && t.dateclosed.is_some() && t.status_id != 9 {
        out.insert("reopened".into(), true.into());
    }
    finish(out, quirks)
}

pub(super) fn ticket_detail(t: &TicketRow, data: &Data, context: &Context<'_>, details: bool) -> Row {
    let quirks = context.quirks;
    let mut out = ticket_base(t, data, quirks);
    out.extend(row(json!({
        "contract_id": -1, "datecreated": fresh(t.dateoccurred, quirks), "details_html": format!("<p>{}</p>", t.details), "guid": guid(t.id as u64),
        "key": format!("k{}", t.id), "team_id": team_id(&t.team), "reference": format!("IN-{:07}", t.id), "deleted": t.deleted,
        "customfields": custom_fields(t), "takenby": "Halo", "who": "Halo", "assets": [],
    })));
    if details {
        if let Some(user) = data.users.get(&data.dataset, t.user_id) {
            out.insert("user".into(), Value::Object(user_row(user, data, context)));
        }
        out.insert(
            "tickettype".into(),
            ticket_types().into_iter().find(|x| x["id"] == json!(t.tickettype_id)).map_or(Value::Null, Value::Object),
        );
        out.insert("status_name".into(), status_name(t.status_id));
    }
    // What was set wins over what is made up.
    out.extend(t.extra.clone());
    finish(out, quirks)
}

/// The answer to a write: no names for ids, and another name for the stamp.
pub(super) fn ticket_written(t: &TicketRow, data: &Data, quirks: &Quirks) -> Row {
    let open = OpenPoints::default();
    let context = Context { quirks, open: &open, restricted_to: None };
    let mut out = ticket_detail(t, data, &context, false);
    if quirks.stamp_names
        && let Some(stamp) = out.remove("last_update")
    {
        out.insert("flastupdate".into(), stamp);
    }
    if !quirks.names_absent_after_write {
        out.insert("status_name".into(), status_name(t.status_id));
    }
    out.insert("extra_actions".into(), json!([]));
    out
}

pub(super) fn action_row(a: &ActionRow, html: bool, context: &Context<'_>) -> Row {
    let quirks = context.quirks;
    let mut out = row(json!({
        "id": a.id, "ticket_id": a.ticket_id, "outcome": outcome_name(a.outcome_id), "outcome_id": a.outcome_id,
        "action_systemid": a.system, "who": format!("Agent {}", a.who_agentid), "who_type": 1, "who_agentid": a.who_agentid,
        "note": a.note, "datetime": stored(a.datetime, quirks), "actiondatecreated": stored(a.datetime, quirks),
        "last_updated": fresh(a.last_updated, quirks), "timetaken": a.timetaken, "nonbilltime": 0.0, "traveltime": 0.0,
        "actionarrivaldate": if a.timetaken > 0.0 { json!(stored(a.datetime, quirks)) } else { no_date(1, quirks) },
        "actioncompletiondate": if a.timetaken > 0.0 {
            json!(stored(a.datetime + chrono::TimeDelta::minutes((a.timetaken * 60.0) as i64), quirks))
        } else { no_date(1, quirks) },
        "actionchargehours": a.timetaken, "actionnonchargehours": 0.0, "chargerate": if a.timetaken > 0.0 { 1 } else { -1 },
        "action_contract_id": -1, "actisbillable": a.timetaken > 0.0, "hiddenfromuser": a.hidden, "important": false,
        "old_status": 1, "new_status": 2, "actionby_agent_id": a.who_agentid, "actionby_user_id": 0, "guid": guid((a.ticket_id * 1000 + a.id) as u64),
        "timesheet_approval_status": -1,
    }));
    if html {
        out.insert("note_html".into(), format!("<p>{}</p>", a.note).into());
    }
    out.extend(a.extra.clone());
    if !quirks.actions_numbered_per_ticket {
        out.insert("id".into(), (a.ticket_id * 1000 + a.id).into());
    }
    finish(out, quirks)
}

fn float(row: &mut Row, member: &str, quirks: &Quirks) {
    if quirks.float_ids
        && let Some(id) = row.get(member).and_then(Value::as_i64)
    {
        row.insert(member.into(), json!(id as f64));
    }
}

/// Stamps are only in records that are read alone.
fn without_stamps(mut row: Row) -> Row {
    row.retain(|name, _| !matches!(name.as_str(), "alastupdate" | "slastupdate" | "ulastupdate" | "datecreated"));
    row
}

pub(super) fn client_row(row: Row, context: &Context<'_>) -> Row {
    let mut row = without_stamps(row);
    row.remove("website");
    finish(row, context.quirks)
}

pub(super) fn client_detail(stored: Row, data: &Data, context: &Context<'_>) -> Row {
    let id = stored.get("id").and_then(Value::as_i64).unwrap_or(0);
    let day = |days| self::stored(data.dataset.anchor() - chrono::TimeDelta::days(days), context.quirks);
    let sites = data.sites.all(&data.dataset);
    let main = sites.iter().find(|s| s.get("client_id").and_then(number) == Some(id));
    let of_main = |member: &str| main.and_then(|s| s.get(member)).cloned().unwrap_or(Value::Null);
    let mut out = row(json!({
        "main_site_id": of_main("id"), "main_site_name": of_main("name"), "main_phonenumber": of_main("phonenumber"),
        "website": format!("https://client{id}.example"), "datecreated": day(800), "alastupdate": day(0),
    }));
    // What was written wins over what is made up.
    out.extend(stored);
    finish(out, context.quirks)
}

fn name_of(table: &Rows, data: &Data, id: Option<i64>) -> Value {
    id.and_then(|id| table.get(&data.dataset, id)).and_then(|r| r.get("name").cloned()).unwrap_or(Value::Null)
}

/// The client's name, and both names in one as menus show them.
fn named_site(row: &mut Row, data: &Data) {
    let client = row.get("client_id").and_then(number);
    let client = name_of(&data.clients, data, client);
    let both = format!("{}/{}", client.as_str().unwrap_or(""), row.get("name").and_then(Value::as_str).unwrap_or(""));
    row.insert("client_name".into(), client);
    row.insert("clientsite_name".into(), both.into());
}

pub(super) fn site_row(row: Row, data: &Data, params: &Params<'_>, context: &Context<'_>) -> Row {
    let mut row = without_stamps(row);
    named_site(&mut row, data);
    if !params.flag("includeaddress") {
        row.retain(|name, _| !name.starts_with("delivery_address"));
    }
    float(&mut row, "client_id", context.quirks);
    finish(row, context.quirks)
}

pub(super) fn site_detail(mut out: Row, data: &Data, context: &Context<'_>) -> Row {
    named_site(&mut out, data);
    let line = |out: &mut Row, n: u32| out.remove(&format!("delivery_address_line{n}")).unwrap_or(Value::Null);
    let address = json!({"id": 1, "type": -2, "line1": line(&mut out, 1), "line2": line(&mut out, 2), "line3": line(&mut out, 3), "line4": line(&mut out, 4), "postcode": line(&mut out, 5)});
    out.insert("delivery_address".into(), address);
    out.entry("slastupdate").or_insert(stored(data.dataset.anchor(), context.quirks).into());
    float(&mut out, "client_id", context.quirks);
    finish(out, context.quirks)
}

pub(super) fn user_row(mut row: Row, data: &Data, context: &Context<'_>) -> Row {
    let site = row.get("site_id").and_then(Value::as_i64);
    row.insert("site_id_int".into(), json!(site));
    row.insert("site_name".into(), name_of(&data.sites, data, site));
    let client = row.get("client_id").and_then(Value::as_i64);
    row.insert("client_name".into(), name_of(&data.clients, data, client));
    row.remove("isgeneraluser");
    float(&mut row, "site_id", context.quirks);
    finish(row, context.quirks)
}

/// The last one is the login's own.
pub(super) fn agent_rows(data: &Data) -> Vec<Row> {
    let names = [
        "Unassigned",
        "Ann Archer",
        "Bob Baker",
        "Cat Cole",
        "Dan Dyer",
        "Eve Ellis",
        "Fay Ford",
        "Gus Gray",
        "Hal Holt",
        "Ivy Innes",
        "Jon Jarvis",
        "Kim Knight",
        "Portal API",
    ];
    let last = names.len() as i64;
    names
        .iter()
        .zip(1i64..)
        .map(|(name, id)| {
            let team = (id % 3) as usize;
            let api = id == last && data.api_agent;
            row(json!({
                "id": id, "name": name, "team": TEAMS[team], "email": format!("agent{id}@msp.example"), "isdisabled": id == 11,
                "initials": "AA", "firstname": name.split(' ').next(), "surname": name.split(' ').nth(1).unwrap_or(""),
                "colour": "#112233", "jobtitle": "Technician", "is_agent": true, "onlinestatus": 0, "isapiagent": api,
                "teams": [{"team_id": team + 1, "team_name": TEAMS[team]}], "use": "agent", "chargerate": -1,
            }))
        })
        .collect()
}
