//! Reading: lists with their envelopes and traps, and single records.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::endpoints::Subject;
use super::fields::View;
use super::paging::{DEFAULT_ROWS, MOST_ROWS, PAGE_CAP, Slice, slice};
use super::params::{Context, KNOWN, Params};
use super::reference_data::{self, categories, outcomes, priorities, statuses, teams, ticket_types};
use super::resource::{List, Resource};
use super::state::Data;
use super::table::{Answers, Table};
use super::table_handlers;
use super::tickets::{ActionRow, Domain, TicketRow};
use super::wire::{self, action_row, client_row, shown, site_row, ticket_detail, ticket_row, user_row};
use crate::emulator::reply::Reply;
use crate::emulator::row::{Row, number, row};

/// A list.
pub(super) fn list(data: &Data, subject: Subject, query: &[(String, String)], context: &Context<'_>) -> Reply {
    let params = Params(query);
    if !context.quirks.unknown_parameters_ignored
        && let Some((name, _)) = query.iter().find(|(n, _)| !KNOWN.contains(&n.to_ascii_lowercase().as_str()))
    {
        return Reply::json(400, &json!({ name.as_str(): ["The parameter is not known."] }));
    }
    let whole = |name: &str, rows: Vec<Row>| {
        let rows = rows.into_iter().map(|row| shown(name, row, View::List, data, context.quirks));
        Reply::json(200, &Value::Array(rows.map(Value::Object).collect()))
    };
    match subject {
        Subject::Tickets(Domain::Tickets) => {
            let domain = match params.get("domain") {
                Some("opps") => Domain::Opportunities,
                Some("prjs") => Domain::Projects,
                _ => Domain::Tickets,
            };
            tickets(data, &params, context, domain)
        }
        Subject::Tickets(domain) => tickets(data, &params, context, domain),
        Subject::Actions => actions(data, &params, context),
        Subject::Agents => agents(data, &params, context),
        Subject::Teams => whole("teams", teams()),
        Subject::Statuses => {
            let wanted = params.int("type").filter(|_| !context.quirks.status_type_ignored);
            let rows = data
                .named(List::Statuses, statuses())
                .into_iter()
                .filter(|s| wanted.is_none_or(|t| s["type"] == json!(t)))
                .collect();
            whole("statuses", rows)
        }
        Subject::TicketTypes => whole("ticket_types", data.named(List::TicketTypes, ticket_types())),
        Subject::Priorities => whole("priorities", data.named(List::Priorities, priorities(context.quirks))),
        Subject::Categories => whole("categories", categories()),
        Subject::Outcomes => whole("outcomes", data.named(List::Outcomes, outcomes())),
        // Without a number Halo has nothing to list.
        Subject::Lookups => whole("lookups", params.int("lookupid").map(reference_data::of).unwrap_or_default()),
        Subject::Table(table) => rows_of(data, table, &params, context),
    }
}

/// The rows of a table.
fn rows_of(data: &Data, table: &'static Table, params: &Params<'_>, context: &Context<'_>) -> Reply {
    match table.answers {
        Answers::Rows => table_handlers::list(data, table, params, context),
        Answers::Clients => {
            let rows = data.rows(Resource::Clients).all(&data.dataset);
            let rows =
                rows.into_iter().filter(|r| context.quirks.placeholders || r.get("id") != Some(&json!(1))).collect();
            people(rows, params, context, "clients", &["toplevel_id"], |row| client_row(row, data, context))
        }
        Answers::Sites => {
            let rows = data.rows(Resource::Sites).all(&data.dataset);
            people(rows, params, context, "sites", &["client_id"], |row| site_row(row, data, params, context))
        }
        Answers::Users => {
            let rows = data.rows(Resource::Users).all(&data.dataset);
            let general = params.flag("exclude_generaluser");
            let agents = params.flag("exclude_agents");
            let rows = rows
                .into_iter()
                .filter(|r| !general || r.get("isgeneraluser") != Some(&json!(true)))
                .filter(|r| !agents || r.get("linked_agent_id").and_then(number).is_none_or(|id| id <= 0))
                .collect();
            people(rows, params, context, "users", &["client_id", "site_id"], |row| user_row(row, data, context))
        }
    }
}

/// One record.
pub(super) fn get(data: &Data, subject: Subject, id: &str, query: &[(String, String)], context: &Context<'_>) -> Reply {
    let params = Params(query);
    if let Subject::Table(table) = subject
        && table.answers == Answers::Rows
    {
        return table_handlers::get(data, table, id, context)
            .map_or_else(|| Reply::empty(404), |r| Reply::json(200, &Value::Object(r)));
    }
    let Ok(id) = id.parse::<i64>() else {
        return Reply::empty(404);
    };
    let details = params.flag("includedetails");
    let alone = |name: &str, rows: Vec<Row>| {
        let row = rows.into_iter().find(|row| row.get("id").and_then(number) == Some(id))?;
        Some(shown(name, row, View::Alone, data, context.quirks))
    };
    let found = match subject {
        Subject::Tickets(_) => {
            data.ticket(id).filter(|t| seen(t, context)).map(|t| ticket_detail(&t, data, context, details))
        }
        Subject::Actions => {
            let Some(ticket) = params.int("ticket_id") else {
                return Reply::json(
                    400,
                    &json!({"ClassName": "System.Exception", "Message": "A ticket_id is needed to read an action", "Data": null}),
                );
            };
            data.action(ticket, id).map(|a| action_row(&a, View::Alone, true, data, context.quirks))
        }
        Subject::Table(table) => data.get(table.resource, id).and_then(|row| match table.answers {
            Answers::Clients => Some(wire::client_detail(row, data, context.quirks)),
            Answers::Sites => Some(wire::site_detail(row, data, context.quirks, details)),
            Answers::Users => Some(wire::user_detail(row, data, context.quirks, details)),
            Answers::Rows => None,
        }),
        Subject::Agents => alone("agents", data.agents()).map(|mut agent| {
            if details || !context.quirks.cost_needs_role {
                agent.insert("costprice".into(), json!(45.0));
            }
            agent
        }),
        Subject::Teams => alone("teams", teams()),
        Subject::Statuses => alone("statuses", data.named(List::Statuses, statuses())),
        Subject::TicketTypes => alone("ticket_types", data.named(List::TicketTypes, ticket_types())),
        Subject::Outcomes => alone("outcomes", data.named(List::Outcomes, outcomes())),
        Subject::Categories => alone("categories", categories()),
        Subject::Lookups => alone("lookups", params.int("lookupid").map(reference_data::of).unwrap_or_default()),
        Subject::Priorities => None,
    };
    match found {
        Some(row) => Reply::json(200, &Value::Object(row)),
        None => Reply::empty(404),
    }
}

/// The agent that the login is.
pub(super) fn me(data: &Data, context: &Context<'_>) -> Reply {
    let me = data.agents().pop().unwrap_or_default();
    Reply::json(200, &Value::Object(shown("agents", me, View::List, data, context.quirks)))
}

/// The user or client that the login is: an agent's login is neither.
pub(super) fn nobody() -> Reply {
    Reply::json(200, &json!({"id": 0, "name": "", "use": "user"}))
}

fn seen(ticket: &TicketRow, context: &Context<'_>) -> bool {
    context.restricted_to.is_none_or(|teams| teams.contains(&ticket.team))
}

fn tickets(data: &Data, params: &Params<'_>, context: &Context<'_>, domain: Domain) -> Reply {
    if context.restricted_to.is_some() && !context.quirks.restricted_silently {
        return Reply::json(403, &json!({"error": "You do not have access to all Tickets"}));
    }
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
    let (parent, asset) = (params.int("parent_id"), params.int("asset_id"));
    let (open_only, closed_only) = (params.flag("open_only"), params.flag("closed_only"));
    let search = params.get("search").or(params.get("search_summary")).map(str::to_lowercase);
    let stamps = context.quirks.filter_is_a_date;
    let stamp = |name: &str| params.date(name).filter(|_| stamps);
    let (from, until) = (stamp("lastupdatefromdate"), stamp("lastupdatetodate"));
    let (start, end) = (params.date("startdate"), params.date("enddate"));
    let by_update = params.get("datesearch") == Some("lastactiondate");
    let inclusive = context.open.from_date_inclusive;
    let has = |wanted: &Option<Vec<i64>>, value: i64| wanted.as_ref().is_none_or(|w| w.contains(&value));
    let keep = |t: &TicketRow| {
        let dated = if by_update { t.last_update } else { t.dateoccurred };
        (t.deleted == deleted || (t.deleted && !context.quirks.deleted_invisible))
            && parent.is_none_or(|p| t.extra.get("parent_id").and_then(number) == Some(p))
            && asset.is_none_or(|a| t.extra.get("asset_id").and_then(number) == Some(a))
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
    let key = format!("{domain:?}{filters:?}{:?}", context.restricted_to);
    let recent_only = deleted || from.is_some_and(|f| f > data.dataset.anchor());
    let unfiltered = !filtering && context.restricted_to.is_none();
    let ids = data.ticket_ids(&key, domain, recent_only, unfiltered, keep);
    let slice = slice(params, context, ids_only, PAGE_CAP);
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

/// Whether an action is an entry of hours: it has hours, or says when somebody worked, also for none.
fn is_hours(a: &ActionRow) -> bool {
    a.timetaken != 0.0 || a.extra.get("actionarrivaldate").is_some_and(|date| !date.is_null())
}

fn actions(data: &Data, params: &Params<'_>, context: &Context<'_>) -> Reply {
    let (from, until) = (params.date("startdate"), params.date("enddate"));
    let rows = match params.int("ticket_id") {
        Some(ticket) => data.actions_of(ticket),
        None => {
            let first = data.dataset.anchor() - TimeDelta::days(3 * 365);
            let last = data.dataset.anchor() + TimeDelta::days(3650);
            data.actions_between(from.unwrap_or(first), until.unwrap_or(last))
        }
    };
    let hours = params.flag("timeentriesonly");
    let system = params.flag("excludesys");
    let private = params.flag("excludeprivate");
    let kept: Vec<ActionRow> = rows
        .into_iter()
        .filter(|a| from.is_none_or(|f| a.datetime >= f) && until.is_none_or(|u| a.datetime <= u))
        .filter(|a| (!hours || is_hours(a)) && (!system || a.system == 0) && (!private || !a.hidden))
        .collect();
    // This endpoint never pages.
    let slice = Slice::Head(params.int("count").filter(|c| *c > 0).map_or(DEFAULT_ROWS, |c| c as usize).min(MOST_ROWS));
    let html = params.flag("includehtmlnote");
    let quirks = context.quirks;
    let out = slice.of(&kept).iter().map(|a| action_row(a, View::List, html, data, quirks)).collect();
    slice.envelope("actions", out, kept.len())
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
    let active = params.get("includeactive").is_none_or(|v| v == "1" || v.eq_ignore_ascii_case("true"));
    let search = params.get("search").map(str::to_lowercase);
    let text = |row: &Row, name: &str| row.get(name).and_then(Value::as_str).unwrap_or("").to_lowercase();
    let mut kept: Vec<Row> = rows
        .into_iter()
        .filter(|row| if row.get("inactive") == Some(&json!(true)) { inactive } else { active })
        .filter(|row| {
            by.iter().all(|name| params.int(name).is_none_or(|id| row.get(*name).and_then(number) == Some(id)))
        })
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
    let slice = slice(params, context, ids_only, PAGE_CAP);
    let total = kept.len();
    let out = slice
        .of(&kept)
        .iter()
        .map(|r| if ids_only { row(json!({"id": r.get("id")})) } else { render(r.clone()) })
        .collect();
    slice.envelope(items, out, total)
}

fn agents(data: &Data, params: &Params<'_>, context: &Context<'_>) -> Reply {
    let rows: Vec<Row> = data
        .agents()
        .into_iter()
        .filter(|a| params.flag("includedisabled") || a["isdisabled"] == json!(false))
        .filter(|a| params.flag("includeapiagents") || a["isapiagent"] == json!(false))
        .filter(|a| (params.flag("includeunassigned") && context.quirks.placeholders) || a["id"] != json!(1))
        .map(|a| shown("agents", a, View::List, data, context.quirks))
        .collect();
    let paged = params.flag("pageinate") || params.get("page_no").is_some();
    if paged && context.quirks.agents_in_results {
        let slice = match slice(params, context, false, PAGE_CAP) {
            Slice::Head(_) => Slice::Head(MOST_ROWS),
            page => page,
        };
        return slice.envelope("results", slice.of(&rows).to_vec(), rows.len());
    }
    let shown = match slice(params, context, false, PAGE_CAP) {
        page @ Slice::Page { .. } if !context.quirks.bare_arrays_ignore_pages => page.of(&rows).to_vec(),
        _ => rows,
    };
    Reply::json(200, &Value::Array(shown.into_iter().map(Value::Object).collect()))
}
