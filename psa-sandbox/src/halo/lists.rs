//! Reading: lists with their envelopes and traps, and single records.

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use super::data::{ActionRow, Data, Row, TEAMS, TicketRow, row};
use super::quirks::{OpenPoints, Quirks};
use super::routes::Resource;
use crate::reply::Reply;

/// Rows of a list that is not paged and has no `count`.
const DEFAULT_ROWS: usize = 50;
/// The largest `count`.
const MOST_ROWS: usize = 1000;
/// The largest page.
const PAGE_CAP: usize = 100;

pub(crate) struct Context<'a> {
    pub(crate) quirks: &'a Quirks,
    pub(crate) open: &'a OpenPoints,
    pub(crate) restricted_to: Option<&'a [String]>,
}

/// A query, names without regard to case, booleans in all of their forms.
struct Params<'a>(&'a [(String, String)]);

impl Params<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str()).filter(|v| !v.is_empty())
    }

    fn flag(&self, name: &str) -> bool {
        self.get(name).is_some_and(|v| v == "1" || v.eq_ignore_ascii_case("true"))
    }

    fn int(&self, name: &str) -> Option<i64> {
        self.get(name)?.trim().parse().ok()
    }

    fn list(&self, name: &str) -> Option<Vec<String>> {
        Some(self.get(name)?.split(',').map(|v| v.trim().to_owned()).collect())
    }

    fn date(&self, name: &str) -> Option<DateTime<Utc>> {
        parse_date(self.get(name)?)
    }
}

pub(crate) fn parse_date(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.with_timezone(&Utc));
    }
    if let Ok(at) = text.parse::<NaiveDateTime>() {
        return Some(at.and_utc());
    }
    Some(text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0)?.and_utc())
}

/// Names of parameters that some list knows.
const KNOWN: &[&str] = &[
    "pageinate",
    "page_no",
    "page_size",
    "count",
    "order",
    "orderdesc",
    "domain",
    "open_only",
    "closed_only",
    "deleted",
    "client_id",
    "client_ids",
    "site_id",
    "user_id",
    "agent_id",
    "agent",
    "status_id",
    "status",
    "requesttype_id",
    "requesttype",
    "priority",
    "team",
    "parent_id",
    "search",
    "search_summary",
    "search_id",
    "lastupdatefromdate",
    "lastupdatetodate",
    "startdate",
    "enddate",
    "datesearch",
    "ticketidonly",
    "idonly",
    "ticketids",
    "excludethese",
    "includeinactive",
    "includeactive",
    "include_custom_fields",
    "includehtmlnote",
    "ticket_id",
    "timeentriesonly",
    "excludesys",
    "showall",
    "showhidden",
    "includedisabled",
    "includeapiagents",
    "includeunassigned",
    "includeaddress",
    "includestatus",
    "includeagent",
    "includetickettype",
    "includedetails",
    "exclude_generaluser",
    "toplevel_id",
    "type",
    "mine",
    "category_1",
    "excludeprivate",
];

pub(crate) fn list(data: &Data, resource: Resource, query: &[(String, String)], context: &Context<'_>) -> Reply {
    let params = Params(query);
    if !context.quirks.unknown_parameters_ignored
        && let Some((name, _)) = query.iter().find(|(n, _)| !KNOWN.contains(&n.to_ascii_lowercase().as_str()))
    {
        return Reply::json(400, &json!({ name.as_str(): ["The parameter is not known."] }));
    }
    let whole = |rows: Vec<Row>| Reply::json(200, &Value::Array(rows.into_iter().map(Value::Object).collect()));
    match resource {
        Resource::Tickets => tickets(data, &params, context, params.get("domain") == Some("opps")),
        Resource::Opportunities => tickets(data, &params, context, true),
        Resource::Actions => actions(data, &params, context),
        Resource::Clients => {
            let rows = data.clients.all(&data.dataset);
            people(rows, &params, context, "clients", &["toplevel_id"], |row| client_row(row, context))
        }
        Resource::Sites => {
            let rows = data.sites.all(&data.dataset);
            people(rows, &params, context, "sites", &["client_id"], |row| site_row(row, data, &params, context))
        }
        Resource::Users => {
            let rows = data.users.all(&data.dataset);
            let general = params.flag("exclude_generaluser");
            let rows = rows.into_iter().filter(|r| !general || r.get("isgeneraluser") != Some(&json!(true))).collect();
            people(rows, &params, context, "users", &["client_id", "site_id"], |row| user_row(row, data, context))
        }
        Resource::Agents => agents(data, &params, context),
        Resource::Teams => whole(teams()),
        Resource::Statuses => {
            let wanted = params.int("type").filter(|_| !context.quirks.status_type_ignored);
            whole(statuses().into_iter().filter(|s| wanted.is_none_or(|t| s["type"] == json!(t))).collect())
        }
        Resource::TicketTypes => whole(ticket_types()),
        Resource::Priorities => whole(priorities()),
        Resource::Categories => whole(categories()),
        Resource::Outcomes => whole(outcomes()),
        Resource::Empty("") => whole(Vec::new()),
        Resource::Empty(items) => Reply::json(200, &json!({ "record_count": 0, items: [] })),
    }
}

pub(crate) fn get(
    data: &Data,
    resource: Resource,
    id: &str,
    query: &[(String, String)],
    context: &Context<'_>,
) -> Reply {
    let params = Params(query);
    let Ok(id) = id.parse::<i64>() else {
        return Reply::empty(404);
    };
    let details = params.flag("includedetails");
    let found = match resource {
        Resource::Tickets | Resource::Opportunities => {
            data.ticket(id).filter(|t| seen(t, context)).map(|t| ticket_detail(&t, data, context, details))
        }
        Resource::Actions => {
            let Some(ticket) = params.int("ticket_id") else {
                return Reply::json(
                    400,
                    &json!({"ClassName": "System.Exception", "Message": "A ticket_id is needed to read an action", "Data": null}),
                );
            };
            data.action(ticket, id).map(|a| action_row(&a, true, context))
        }
        Resource::Clients => data.clients.get(&data.dataset, id).map(|r| client_detail(r, data, context)),
        Resource::Sites => data.sites.get(&data.dataset, id).map(|r| site_detail(r, data, context)),
        Resource::Users => data.users.get(&data.dataset, id).map(|r| user_row(r, data, context)),
        Resource::Agents => agent_rows(data).into_iter().find(|a| a["id"] == json!(id)),
        Resource::Teams => teams().into_iter().find(|t| t["id"] == json!(id)),
        Resource::Statuses => statuses().into_iter().find(|s| s["id"] == json!(id)),
        Resource::TicketTypes => ticket_types().into_iter().find(|t| t["id"] == json!(id)),
        Resource::Outcomes => outcomes().into_iter().find(|o| o["id"] == json!(id)),
        Resource::Categories => categories().into_iter().find(|c| c["id"] == json!(id)),
        Resource::Priorities | Resource::Empty(_) => None,
    };
    match found {
        Some(row) => Reply::json(200, &Value::Object(row)),
        None => Reply::empty(404),
    }
}

pub(crate) fn me(data: &Data, _: &Context<'_>) -> Reply {
    let me = agent_rows(data).pop().unwrap_or_default();
    Reply::json(200, &Value::Object(me))
}

/// Where a list starts and ends.
enum Slice {
    Page { number: usize, size: usize },
    Head(usize),
}

fn slice(params: &Params<'_>, context: &Context<'_>, ids_only: bool) -> Slice {
    let paged = params.flag("pageinate") || !context.quirks.pageinate_needed;
    match params.int("page_no") {
        Some(number) if paged && !ids_only => {
            let size = params.int("page_size").filter(|s| *s > 0).map_or(DEFAULT_ROWS, |s| s as usize);
            let size = if context.quirks.silent_page_cap { size.min(PAGE_CAP) } else { size };
            Slice::Page { number: number.max(1) as usize, size }
        }
        _ if ids_only && context.open.ids_uncut => Slice::Head(usize::MAX),
        _ => {
            let count = params.int("count").filter(|c| *c > 0).map_or(DEFAULT_ROWS, |c| c as usize);
            Slice::Head(count.min(MOST_ROWS))
        }
    }
}

impl Slice {
    fn of<'r, T>(&self, rows: &'r [T]) -> &'r [T] {
        match self {
            Self::Page { number, size } => {
                let start = (number - 1).saturating_mul(*size).min(rows.len());
                &rows[start..(start + size).min(rows.len())]
            }
            Self::Head(count) => &rows[..rows.len().min(*count)],
        }
    }

    fn envelope(&self, items: &str, rows: Vec<Row>, total: usize) -> Reply {
        let mut body = Map::new();
        match self {
            Self::Page { number, size } => {
                body.insert("page_no".into(), json!(number));
                body.insert("page_size".into(), json!(size));
                body.insert("record_count".into(), json!(total));
            }
            // Without paging the count is what came, however much there is.
            Self::Head(_) => {
                body.insert("record_count".into(), json!(rows.len()));
            }
        }
        body.insert("columns_id".into(), json!(1));
        body.insert("columns".into(), json!([]));
        body.insert(items.into(), Value::Array(rows.into_iter().map(Value::Object).collect()));
        Reply::json(200, &Value::Object(body))
    }
}

fn seen(ticket: &TicketRow, context: &Context<'_>) -> bool {
    context.restricted_to.is_none_or(|teams| teams.contains(&ticket.team))
}

fn tickets(data: &Data, params: &Params<'_>, context: &Context<'_>, opportunities: bool) -> Reply {
    let ids_only = params.flag("ticketidonly");
    let deleted = params.flag("deleted");
    let ints =
        |name: &str| params.list(name).map(|l| l.iter().filter_map(|v| v.parse::<i64>().ok()).collect::<Vec<_>>());
    let one = |name: &str| params.int(name).map(|v| vec![v]);
    let clients = one("client_id").or(ints("client_ids"));
    let statuses = one("status_id").or(ints("status"));
    let types = one("requesttype_id").or(ints("requesttype"));
    let agents = one("agent_id").or(ints("agent"));
    let (sites, users, priorities, only) =
        (one("site_id"), one("user_id"), ints("priority"), ints("ticketids").or(one("search_id")));
    let teams = params.list("team");
    let (open_only, closed_only) = (params.flag("open_only"), params.flag("closed_only"));
    let search = params.get("search").or(params.get("search_summary")).map(str::to_lowercase);
    let (from, until) = (params.date("lastupdatefromdate"), params.date("lastupdatetodate"));
    let (start, end) = (params.date("startdate"), params.date("enddate"));
    let by_update = params.get("datesearch") == Some("lastactiondate");
    let inclusive = context.open.from_date_inclusive;
    let has = |wanted: &Option<Vec<i64>>, value: i64| wanted.as_ref().is_none_or(|w| w.contains(&value));
    let keep = |t: &TicketRow| {
        let dated = if by_update { t.last_update } else { t.dateoccurred };
        t.deleted == deleted
            && seen(t, context)
            && has(&clients, t.client_id)
            && has(&statuses, t.status_id)
            && has(&types, t.tickettype_id)
            && has(&agents, t.agent_id)
            && has(&sites, t.site_id)
            && has(&users, t.user_id)
            && has(&priorities, t.priority_id)
            && has(&only, t.id)
            && teams.as_ref().is_none_or(|w| w.iter().any(|team| team.eq_ignore_ascii_case(&t.team)))
            && !(open_only && t.status_id == 9)
            && !(closed_only && t.status_id != 9)
            && search.as_ref().is_none_or(|s| t.summary.to_lowercase().contains(s))
            && from.is_none_or(|f| if inclusive { t.last_update >= f } else { t.last_update > f })
            && until.is_none_or(|u| t.last_update <= u)
            && start.is_none_or(|s| dated >= s)
            && end.is_none_or(|e| dated <= e)
    };
    let narrow = |name: &str| {
        !["pageinate", "page_no", "page_size", "count", "order", "orderdesc", "ticketidonly", "domain"].contains(&name)
    };
    let filters: Vec<_> = params
        .0
        .iter()
        .filter(|(n, _)| narrow(&n.to_ascii_lowercase()) && KNOWN.contains(&n.to_ascii_lowercase().as_str()))
        .collect();
    let filtering = filters.iter().any(|(n, _)| !n.starts_with("include"));
    let key = format!("{opportunities}{filters:?}");
    let recent_only = deleted || from.is_some_and(|f| f > data.dataset.anchor());
    let unfiltered = !filtering && context.restricted_to.is_none();
    let ids = data.ticket_ids(&key, opportunities, recent_only, unfiltered, keep);
    let slice = slice(params, context, ids_only);
    let order = params.get("order").unwrap_or("");
    // Without an order it is the agent's column profile: newest first, say.
    let down = params.flag("orderdesc") || order.is_empty();
    let picked: Vec<i64> = match order {
        "id" | "" | "dateoccurred" if !down => slice.of(&ids).iter().map(|id| i64::from(*id)).collect(),
        "id" | "" | "dateoccurred" => {
            let reversed: Vec<u32> = ids.iter().rev().copied().collect();
            slice.of(&reversed).iter().map(|id| i64::from(*id)).collect()
        }
        _ => {
            let mut by: Vec<_> =
                ids.iter().filter_map(|id| data.ticket(i64::from(*id))).map(|t| (t.last_update, t.id)).collect();
            by.sort_unstable();
            if down {
                by.reverse();
            }
            slice.of(&by).iter().map(|(_, id)| *id).collect()
        }
    };
    let rows = if ids_only {
        picked.into_iter().map(|id| row(json!({"id": id}))).collect()
    } else {
        picked.into_iter().filter_map(|id| data.ticket(id)).map(|t| ticket_row(&t, data, params, context)).collect()
    };
    slice.envelope("tickets", rows, ids.len())
}

/// The three forms of date in one document.
pub(crate) fn fresh(at: DateTime<Utc>, quirks: &Quirks) -> String {
    if quirks.mixed_dates {
        format!("{}{}Z", at.format("%Y-%m-%dT%H:%M:%S%.6f"), at.timestamp_subsec_nanos() / 100 % 10)
    } else {
        at.to_rfc3339_opts(SecondsFormat::Millis, true)
    }
}

fn stored(at: DateTime<Utc>, quirks: &Quirks) -> String {
    if !quirks.mixed_dates {
        return at.to_rfc3339_opts(SecondsFormat::Millis, true);
    }
    let text = at.format("%Y-%m-%dT%H:%M:%S%.3f").to_string();
    let text = text.trim_end_matches('0');
    text.strip_suffix('.').unwrap_or(text).to_owned()
}

/// No date, in one of three forms.
fn no_date(which: usize, quirks: &Quirks) -> Value {
    if quirks.empty_dates {
        ["0001-01-01T00:00:00", "1899-12-30T00:00:00", "1900-01-01T00:00:00Z"][which % 3].into()
    } else {
        Value::Null
    }
}

fn finish(mut row: Row, quirks: &Quirks) -> Row {
    if quirks.nulls_omitted {
        row.retain(|_, value| !value.is_null());
    }
    row
}

fn ticket_row(t: &TicketRow, data: &Data, params: &Params<'_>, context: &Context<'_>) -> Row {
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
    let opportunity = t.id >= super::data::FIRST_OPPORTUNITY;
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
        "reviewed": false, "projectinternaltask": false, "contract_id": -1, "chargerate": -1, "oppregion": "0",
        "opptype": if odd { " " } else { "" }, "dateclosed": t.dateclosed.map(|at| stored(at, quirks)),
        "hasbeenclosed": t.dateclosed.is_some(), "is_opportunity": opportunity, "ticketage": 1.5,
        "idsummary": format!("{} - {}", t.id, t.summary),
        "oppvalue": if opportunity { json!((t.id % 50) as f64 * 100.0) } else { Value::Null },
        "oppconversionprobability": if opportunity { json!((t.id % 10 * 10) as f64) } else { Value::Null },
    })));
    out.extend(t.extra.clone());
    finish(out, quirks)
}

fn ticket_detail(t: &TicketRow, data: &Data, context: &Context<'_>, details: bool) -> Row {
    let quirks = context.quirks;
    let mut out = ticket_base(t, data, quirks);
    out.extend(row(json!({
        "datecreated": fresh(t.dateoccurred, quirks), "details_html": format!("<p>{}</p>", t.details), "guid": guid(t.id as u64),
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
pub(crate) fn ticket_written(t: &TicketRow, data: &Data, quirks: &Quirks) -> Row {
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

fn actions(data: &Data, params: &Params<'_>, context: &Context<'_>) -> Reply {
    let (from, until) = (params.date("startdate"), params.date("enddate"));
    let rows = match params.int("ticket_id") {
        Some(ticket) => data.actions_of(ticket),
        None => {
            let first = data.dataset.anchor() - chrono::TimeDelta::days(3 * 365);
            let last = data.dataset.anchor() + chrono::TimeDelta::days(3650);
            data.actions_between(from.unwrap_or(first), until.unwrap_or(last))
        }
    };
    let hours = params.flag("timeentriesonly");
    let system = params.flag("excludesys");
    let private = params.flag("excludeprivate");
    let kept: Vec<ActionRow> = rows
        .into_iter()
        .filter(|a| from.is_none_or(|f| a.datetime >= f) && until.is_none_or(|u| a.datetime <= u))
        .filter(|a| (!hours || a.timetaken != 0.0) && (!system || a.system == 0) && (!private || !a.hidden))
        .collect();
    // This endpoint never pages.
    let slice = Slice::Head(params.int("count").filter(|c| *c > 0).map_or(DEFAULT_ROWS, |c| c as usize).min(MOST_ROWS));
    let html = params.flag("includehtmlnote");
    let out = slice.of(&kept).iter().map(|a| action_row(a, html, context)).collect();
    slice.envelope("actions", out, kept.len())
}

pub(crate) fn action_row(a: &ActionRow, html: bool, context: &Context<'_>) -> Row {
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
    finish(out, quirks)
}

fn people(
    rows: Vec<Row>,
    params: &Params<'_>,
    context: &Context<'_>,
    items: &str,
    by: &[&str],
    render: impl Fn(Row) -> Row,
) -> Reply {
    let inactive = params.flag("includeinactive");
    let search = params.get("search").map(str::to_lowercase);
    let text = |row: &Row, name: &str| row.get(name).and_then(Value::as_str).unwrap_or("").to_lowercase();
    let mut kept: Vec<Row> = rows
        .into_iter()
        .filter(|row| inactive || row.get("inactive") != Some(&json!(true)))
        .filter(|row| by.iter().all(|name| params.int(name).is_none_or(|id| row.get(*name) == Some(&json!(id)))))
        .filter(|row| {
            search.as_ref().is_none_or(|s| text(row, "name").contains(s) || text(row, "emailaddress").contains(s))
        })
        .collect();
    // Without an order: by name, as people look at them.
    if params.get("order") != Some("id") {
        kept.sort_by_key(|row| text(row, "name"));
    }
    if params.flag("orderdesc") {
        kept.reverse();
    }
    let ids_only = params.flag("idonly");
    let slice = slice(params, context, ids_only);
    let total = kept.len();
    let out = slice
        .of(&kept)
        .iter()
        .map(|r| if ids_only { row(json!({"id": r.get("id")})) } else { render(r.clone()) })
        .collect();
    slice.envelope(items, out, total)
}

fn float(row: &mut Row, member: &str, quirks: &Quirks) {
    if quirks.float_ids
        && let Some(id) = row.get(member).and_then(Value::as_i64)
    {
        row.insert(member.into(), json!(id as f64));
    }
}

fn client_row(row: Row, context: &Context<'_>) -> Row {
    finish(row, context.quirks)
}

fn client_detail(mut out: Row, data: &Data, context: &Context<'_>) -> Row {
    let id = out.get("id").and_then(Value::as_i64).unwrap_or(0);
    out.extend(row(json!({
        "main_site_id": id, "main_site_name": "Main", "main_phonenumber": format!("+44 20 7946 {:04}", id % 10_000),
        "website": format!("https://client{id}.example"), "datecreated": stored(data.dataset.anchor() - chrono::TimeDelta::days(800), context.quirks),
        "alastupdate": stored(data.dataset.anchor(), context.quirks),
    })));
    finish(out, context.quirks)
}

fn name_of(table: &super::data::Table, data: &Data, id: Option<i64>) -> Value {
    id.and_then(|id| table.get(&data.dataset, id)).and_then(|r| r.get("name").cloned()).unwrap_or(Value::Null)
}

fn site_row(mut row: Row, data: &Data, params: &Params<'_>, context: &Context<'_>) -> Row {
    let client = row.get("client_id").and_then(Value::as_i64);
    row.insert("client_name".into(), name_of(&data.clients, data, client));
    if !params.flag("includeaddress") {
        row.retain(|name, _| !name.starts_with("delivery_address"));
    }
    float(&mut row, "client_id", context.quirks);
    finish(row, context.quirks)
}

fn site_detail(mut out: Row, data: &Data, context: &Context<'_>) -> Row {
    let client = out.get("client_id").and_then(Value::as_i64);
    out.insert("client_name".into(), name_of(&data.clients, data, client));
    let line = |out: &mut Row, n: u32| out.remove(&format!("delivery_address_line{n}")).unwrap_or(Value::Null);
    let address = json!({"id": 1, "type": -2, "line1": line(&mut out, 1), "line2": line(&mut out, 2), "line3": line(&mut out, 3), "line4": line(&mut out, 4), "postcode": line(&mut out, 5)});
    out.insert("delivery_address".into(), address);
    out.insert("slastupdate".into(), stored(data.dataset.anchor(), context.quirks).into());
    float(&mut out, "client_id", context.quirks);
    finish(out, context.quirks)
}

fn user_row(mut row: Row, data: &Data, context: &Context<'_>) -> Row {
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
fn agent_rows(data: &Data) -> Vec<Row> {
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

fn agents(data: &Data, params: &Params<'_>, context: &Context<'_>) -> Reply {
    let rows: Vec<Row> = agent_rows(data)
        .into_iter()
        .filter(|a| params.flag("includedisabled") || a["isdisabled"] == json!(false))
        .filter(|a| params.flag("includeapiagents") || a["isapiagent"] == json!(false))
        .filter(|a| params.flag("includeunassigned") || a["id"] != json!(1))
        .collect();
    let paged = params.flag("pageinate") || params.get("page_no").is_some();
    if paged && context.quirks.agents_in_results {
        let slice = match slice(params, context, false) {
            Slice::Head(_) => Slice::Head(MOST_ROWS),
            page => page,
        };
        return slice.envelope("results", slice.of(&rows).to_vec(), rows.len());
    }
    let shown = match slice(params, context, false) {
        page @ Slice::Page { .. } if !context.quirks.bare_arrays_ignore_pages => page.of(&rows).to_vec(),
        _ => rows,
    };
    Reply::json(200, &Value::Array(shown.into_iter().map(Value::Object).collect()))
}

fn guid(n: u64) -> String {
    format!("{:08x}-0000-4000-8000-{:012x}", n as u32, n)
}

fn team_id(name: &str) -> usize {
    TEAMS.iter().position(|t| *t == name).map_or(0, |i| i + 1)
}

fn teams() -> Vec<Row> {
    TEAMS
        .iter()
        .zip(1..)
        .map(|(name, id)| {
            row(json!({"id": id, "guid": guid(id), "name": name, "sequence": id, "forrequests": *name != "Sales", "foropps": *name == "Sales",
                "forprojects": false, "ticket_count": 0, "department_id": 1, "department_name": "Support", "inactive": false}))
        })
        .collect()
}

const STATUSES: [(i64, &str, i64); 7] = [
    (1, "New", 0),
    (2, "In Progress", 0),
    (3, "Action Required", 0),
    (8, "Resolved", 0),
    (9, "Closed", 0),
    (28, "On Hold", 0),
    (40, "Quote Accepted", 1),
];

fn status_name(id: i64) -> Value {
    STATUSES.iter().find(|(i, ..)| *i == id).map_or(Value::Null, |(_, name, _)| (*name).into())
}

fn statuses() -> Vec<Row> {
    STATUSES
        .iter()
        .map(|(id, name, kind)| {
            row(json!({"id": id, "guid": guid(*id as u64), "name": name, "shortname": name, "type": kind, "sequence": id,
                "colour": "#000000", "slaaction": if *id == 28 { "H" } else { "N" }, "ticket_count": 0, "showonquickchange": true}))
        })
        .collect()
}

fn ticket_types() -> Vec<Row> {
    [(1, "Incident", 1), (2, "Service Request", 3), (3, "Change Request", 2), (20, "Opportunity", 0)]
        .into_iter()
        .map(|(id, name, itil)| {
            row(json!({"id": id, "guid": guid(id), "name": name, "use": "ticket", "sequence": id, "default_sla": 1, "group_id": 0,
                "cancreate": true, "agentscanselect": true, "itilrequesttype": itil, "visible": true, "fieldidlist": [1, 2]}))
        })
        .collect()
}

fn priorities() -> Vec<Row> {
    let names = ["Critical", "High", "Medium", "Low"];
    (1..=2i64)
        .flat_map(|sla| (1..=4i64).map(move |n| (sla, n)))
        .map(|(sla, n)| {
            row(json!({"id": guid((sla * 10 + n) as u64), "slaid": sla, "priorityid": n, "name": format!("{}{}", names[n as usize - 1], if sla == 2 { " (VIP)" } else { "" }),
                "fixtime": 8.0 * n as f64, "fixunits": "H", "responsetime": n as f64, "responseunits": "H", "ishidden": false, "colour": "#ff0000"}))
        })
        .collect()
}

fn categories() -> Vec<Row> {
    ["Printer", "Outlook", "VPN", "Laptop"]
        .iter()
        .zip(1..)
        .map(|(name, id)| row(json!({"id": id, "guid": guid(id), "value": format!("{name}>General"), "category_name": name, "type_id": 1})))
        .collect()
}

pub(crate) const OUTCOMES: [(i64, &str); 4] =
    [(2, "Update"), (3, "Email User"), (7, "Private Note"), (89, "Quick Time")];

pub(crate) fn outcome_name(id: i64) -> Value {
    match id {
        0 => "Rule Applied".into(),
        _ => OUTCOMES.iter().find(|(i, _)| *i == id).map_or(Value::Null, |(_, name)| (*name).into()),
    }
}

fn outcomes() -> Vec<Row> {
    OUTCOMES
        .iter()
        .map(|(id, name)| {
            row(json!({"id": id, "guid": guid(*id as u64), "outcome": name, "buttonname": name, "labellong": name, "sequence": id,
                "hidden": *id == 89, "systemid": 0, "newstatus": -1, "hidefromuser": *id == 7, "defaultmanhrs": 0.0, "chargerate": -1}))
        })
        .collect()
}
