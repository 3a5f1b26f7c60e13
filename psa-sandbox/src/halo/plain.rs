//! Reading and writing the plain tables.

#![expect(clippy::result_large_err, reason = "a refusal is an answer like any other here")]

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::data::{Data, Row, number, row};
use super::lists::{Context, Params, Slice, parse_date, slice};
use super::lookups::guid;
use super::quirks::Quirks;
use super::rows::finish;
use super::tables::{Ids, Listing, Table};
use super::writes::rule;
use crate::reply::Reply;

/// The number behind an id as it stands on the wire.
pub(super) fn number_of(table: &Table, id: &str) -> Option<i64> {
    match table.ids {
        Ids::Guid => i64::from_str_radix(id.rsplit('-').next()?, 16).ok(),
        Ids::Number | Ids::Zero => id.parse().ok(),
    }
}

/// A row as it goes out.
pub(super) fn shown(table: &Table, mut out: Row, alone: bool, quirks: &Quirks) -> Row {
    let id = out.get("id").and_then(Value::as_i64).unwrap_or(0);
    match table.ids {
        Ids::Guid => {
            out.insert("id".into(), guid(id as u64).into());
        }
        Ids::Zero if quirks.timesheet_ids_zero => {
            out.insert("id".into(), json!(0));
        }
        Ids::Zero | Ids::Number => {}
    }
    // A secret is written and never read again.
    out.remove("basic_password");
    out.remove("data_base64");
    if !alone {
        out.retain(|member, _| !table.detail.contains(&member.as_str()));
    }
    finish(out, quirks)
}

pub(super) fn list(data: &Data, table: &'static Table, params: &Params<'_>, context: &Context<'_>) -> Reply {
    let inactive = params.flag("includeinactive");
    let search = params.get("search").map(str::to_lowercase);
    let (from, until) = (params.date("start_date"), params.date("end_date"));
    let (dated_from, dated_until) = (params.date("invoicedatestart"), params.date("invoicedateend"));
    let date = |row: &Row, member: &str| row.get(member).and_then(Value::as_str).and_then(parse_date);
    let within = |row: &Row| {
        let (start, end) = (date(row, "start_date").or(date(row, "date")), date(row, "end_date").or(date(row, "date")));
        let invoiced = date(row, "invoice_date");
        // A window holds what overlaps it.
        from.is_none_or(|f| end.is_none_or(|e| e >= f))
            && until.is_none_or(|u| start.is_none_or(|s| s <= u))
            && dated_from.is_none_or(|f| invoiced.is_none_or(|d| d >= f))
            && dated_until.is_none_or(|u| invoiced.is_none_or(|d| d <= u))
    };
    let calendar = table.name == "appointments";
    let mut rows = data.rows(table).all(&data.dataset);
    rows.retain(|row| {
        (inactive || row.get("inactive") != Some(&json!(true)))
            && table
                .filters
                .iter()
                .all(|(param, member)| params.get(param).is_none_or(|wanted| same(row.get(*member), wanted)))
            && search.as_ref().is_none_or(|s| Value::Object(row.clone()).to_string().to_lowercase().contains(s))
            && within(row)
            && !(calendar && params.flag("appointmentsonly") && row.get("type") == Some(&json!(2)))
            && !(calendar && params.flag("hidecompleted") && row.get("complete_status") == Some(&json!(1)))
            && (!calendar || params.list("agents").is_none_or(|ids| ids.iter().any(|id| same(row.get("agent_id"), id))))
    });
    if let Some(order) = params.get("order").filter(|o| *o != "id") {
        rows.sort_by_key(|row| row.get(order).map(ToString::to_string).unwrap_or_default());
    }
    if params.flag("orderdesc") {
        rows.reverse();
    }
    let ids_only = params.flag("idonly");
    let total = rows.len();
    let show = |r: &Row| {
        let out = shown(table, r.clone(), false, context.quirks);
        if ids_only { row(json!({"id": out.get("id")})) } else { out }
    };
    match table.listing {
        Listing::Whole => {
            let shown = match slice(params, context, false, usize::MAX) {
                page @ Slice::Page { .. } if !context.quirks.bare_arrays_ignore_pages => page.of(&rows).to_vec(),
                _ => rows,
            };
            Reply::json(200, &Value::Array(shown.iter().map(|r| Value::Object(show(r))).collect()))
        }
        Listing::Pages(items, cap) => {
            let slice = slice(params, context, ids_only, cap);
            slice.envelope(items, slice.of(&rows).iter().map(show).collect(), total)
        }
        Listing::Count(items) => {
            let count = params.int("count").filter(|c| *c > 0).map_or(50, |c| c as usize);
            let slice = Slice::Head(count.min(1000));
            slice.envelope(items, slice.of(&rows).iter().map(show).collect(), total)
        }
    }
}

/// Whether a member has the value of a parameter, a number in any form.
fn same(member: Option<&Value>, wanted: &str) -> bool {
    match member {
        Some(Value::Number(n)) => wanted.parse::<i64>().ok() == n.as_f64().map(|n| n as i64),
        Some(Value::String(text)) => text.eq_ignore_ascii_case(wanted),
        _ => false,
    }
}

pub(super) fn get(data: &Data, table: &'static Table, id: &str, context: &Context<'_>) -> Option<Row> {
    let row = data.rows(table).get(&data.dataset, number_of(table, id)?)?;
    Some(shown(table, row, true, context.quirks))
}

/// Creates or updates one record.
pub(super) fn save(
    data: &mut Data,
    table: &'static Table,
    mut item: Row,
    now: DateTime<Utc>,
    quirks: &Quirks,
) -> Result<Row, Reply> {
    let id = match item.remove("id") {
        Some(Value::String(text)) if table.ids == Ids::Guid => number_of(table, &text).unwrap_or(0),
        Some(value) => number(&value).unwrap_or(0),
        None => 0,
    };
    let before =
        if id == 0 { None } else { Some(data.rows(table).get(&data.dataset, id).ok_or_else(|| Reply::empty(404))?) };
    if before.is_none() {
        let has = |member: &str| match item.get(member) {
            Some(Value::String(text)) => !text.trim().is_empty(),
            Some(Value::Null) | None => false,
            Some(_) => true,
        };
        if let Some((_, message)) = table.required.iter().find(|(member, _)| !has(member)) {
            return Err(rule(message));
        }
    }
    if table.name == "attachments" && before.is_none() {
        super::files::received(data, &mut item, now)?;
    }
    item.retain(|name, _| !name.starts_with('_') || name == "_itemid");
    let mut out = before.clone().unwrap_or_default();
    for (member, value) in item {
        merge(table, &mut out, member, value, quirks);
    }
    if table.name == "assets"
        && !out.contains_key("client_id")
        && let Some(site) = out.get("site_id").and_then(number).and_then(|s| data.sites.get(&data.dataset, s))
    {
        // The site tells the client.
        let client = site.get("client_id").and_then(number).unwrap_or(1);
        let name = data.clients.get(&data.dataset, client).and_then(|mut c| c.remove("name"));
        out.extend(row(json!({"client_id": client, "client_name": name, "site_name": site.get("name")})));
    }
    let stamp = now.format("%Y-%m-%dT%H:%M:%S%.3f").to_string();
    for member in ["last_modified", "lastmodified", "last_update_time", "date_edited"] {
        if out.contains_key(member) || (member == "last_modified" && before.is_none() && table.name != "attachments") {
            out.insert(member.to_owned(), stamp.clone().into());
        }
    }
    let (rows, dataset) = data.rows_mut(table);
    let id = if id == 0 {
        rows.insert(out)
    } else if table.name == "appointments" && quirks.appointment_id_changes {
        // The calendar deletes and makes anew.
        rows.remove(dataset, id);
        rows.insert(out)
    } else {
        rows.update(dataset, id, out);
        id
    };
    let stored = rows.get(dataset, id).unwrap_or_default();
    if table.name == "timesheet_events" && before.is_none() {
        super::writes::action_of_event(data, &stored, now);
    }
    Ok(shown(table, stored, true, quirks))
}

/// Puts one member of a write where it belongs: lists replace, but for those that add.
fn merge(table: &Table, out: &mut Row, member: String, value: Value, quirks: &Quirks) {
    if let Some((_, list)) = table.additive.iter().find(|(add, _)| *add == member) {
        let next = out.get(*list).and_then(Value::as_array).map_or(0, Vec::len) as i64 + 1;
        let added = value.as_array().cloned().unwrap_or_default().into_iter().zip(next..).map(|(mut element, n)| {
            if let Value::Object(map) = &mut element {
                map.entry("id").or_insert(json!(900_000 + n));
            }
            element
        });
        let added: Vec<Value> = added.collect();
        match out.entry(*list).or_insert_with(|| json!([])) {
            Value::Array(elements) => elements.extend(added),
            other => *other = added.into(),
        }
        return;
    }
    if member == "removetheseusers" {
        let gone: Vec<i64> = value.as_array().into_iter().flatten().filter_map(|u| number(&u["id"])).collect();
        if let Some(Value::Array(users)) = out.get_mut("users") {
            users.retain(|u| number(&u["id"]).is_none_or(|id| !gone.contains(&id)));
        }
        return;
    }
    let merges = member == "customfields" || !quirks.nested_lists_replace;
    match (out.get_mut(&member), value) {
        (Some(Value::Array(old)), Value::Array(new)) if merges => merge_elements(old, new),
        (_, value) => {
            out.insert(member, value);
        }
    }
}

/// Elements with a known id change; others are added.
pub(super) fn merge_elements(old: &mut Vec<Value>, new: Vec<Value>) {
    for element in new {
        let same = |other: &&mut Value| {
            ["id", "name"].iter().any(|key| {
                let (a, b) = (other.get(*key).and_then(text_of), element.get(*key).and_then(text_of));
                a.is_some() && a == b
            })
        };
        let there = old.iter_mut().find(same);
        match (there, &element) {
            (Some(Value::Object(there)), Value::Object(changes)) => there.extend(changes.clone()),
            _ => old.push(element),
        }
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}

pub(super) fn delete(data: &mut Data, table: &'static Table, id: &str) -> Option<()> {
    let id = number_of(table, id)?;
    let (rows, dataset) = data.rows_mut(table);
    rows.remove(dataset, id).then_some(())
}

/// Updates lines of an invoice where they are, each by its id.
pub(super) fn update_lines(data: &mut Data, table: &'static Table, lines: Vec<Value>) -> Reply {
    for line in lines {
        let Some(id) = line.get("id").and_then(number) else {
            return rule("A line needs its id");
        };
        let (rows, dataset) = data.rows_mut(table);
        let found = rows.all(dataset).into_iter().find(|row| {
            row.get("lines").and_then(Value::as_array).is_some_and(|l| l.iter().any(|l| number(&l["id"]) == Some(id)))
        });
        let Some(mut row) = found else {
            return Reply::empty(404);
        };
        if let Some(Value::Array(old)) = row.get_mut("lines") {
            merge_elements(old, vec![line]);
        }
        let of = row.get("id").and_then(Value::as_i64).unwrap_or(0);
        rows.update(dataset, of, row);
    }
    Reply::json(201, &Value::Object(Map::new()))
}
