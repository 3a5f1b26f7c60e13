//! Reading and writing the rows of a table.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::actions::action_of_event;
use super::attachments::received;
use super::custom_fields;
use super::dates::parse_date;
use super::elements::merge_elements;
use super::fields::{View, schema};
use super::guid::guid;
use super::paging::{Slice, slice};
use super::params::{Context, Params};
use super::quirks::Quirks;
use super::references::{self, Place};
use super::refusals::rule;
use super::resource::Resource;
use super::sent::Sent;
use super::state::Data;
use super::table::{Follows, Ids, Lines, Listing, Rule, Table};
use super::wire;
use crate::emulator::reply::Reply;
use crate::emulator::row::{Row, number, row};

/// A row as it goes out.
pub(super) fn shown(table: &Table, mut out: Row, view: View, data: &Data, quirks: &Quirks) -> Row {
    let id = out.get("id").and_then(Value::as_i64).unwrap_or(0);
    follow(table, &mut out);
    match table.ids {
        Ids::Guid => {
            out.insert("id".into(), guid(id as u64).into());
        }
        Ids::Zero if quirks.timesheet_ids_zero => {
            out.insert("id".into(), json!(0));
        }
        Ids::Zero | Ids::Number => {}
    }
    wire::shown(table.endpoint.name, out, view, data, quirks)
}

/// Sets members that follow from others of the row.
fn follow(table: &Table, out: &mut Row) {
    if let (Some(defaults), Some(Value::Array(lines))) = (line_defaults(table), out.get_mut("lines")) {
        for (line, n) in lines.iter_mut().filter_map(Value::as_object_mut).zip(900_001..) {
            for (member, value) in &defaults {
                line.entry(member.clone()).or_insert_with(|| value.clone());
            }
            line.entry("id").or_insert(json!(n));
        }
    }
    let count = |row: &Row, list: &str| row.get(list).and_then(Value::as_array).map_or(0, Vec::len);
    let id = out.get("id").cloned().unwrap_or(Value::Null);
    for follows in table.follows {
        match follows {
            Follows::Count(list, member) => {
                let elements = count(out, list);
                out.insert((*member).to_owned(), elements.into());
            }
            Follows::Guid => {
                out.entry("guid").or_insert_with(|| guid(id.as_i64().unwrap_or(0) as u64).into());
            }
            Follows::Id(member) => {
                out.entry(*member).or_insert_with(|| id.clone());
            }
            Follows::Agents => {
                let agent = out.get("agent_id").and_then(number).filter(|id| *id > 0);
                if let Some(agent) = agent.filter(|_| count(out, "agents") == 0) {
                    out.insert("agents".into(), json!([{"id": agent}]));
                }
            }
        }
    }
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
    let calendar = table.rules.contains(&Rule::Calendar);
    let mut rows = data.rows(table.resource).all(&data.dataset);
    rows.retain(|row| {
        (inactive || row.get("inactive") != Some(&json!(true)))
            && table
                .filters
                .iter()
                // A parameter that this resource does not know changes nothing.
                .filter(|(_, member)| schema(table.endpoint.name).member(member).is_some())
                .all(|(param, member)| params.get(param).is_none_or(|wanted| same(row.get(*member), wanted)))
            && search.as_ref().is_none_or(|s| {
                // People search for names, too, which follow from ids.
                let row = shown(table, row.clone(), View::List, data, context.quirks);
                Value::Object(row).to_string().to_lowercase().contains(s)
            })
            && within(row)
            && !(calendar && params.flag("appointmentsonly") && row.get("type") == Some(&json!(2)))
            && !(calendar && params.flag("hidecompleted") && row.get("complete_status") == Some(&json!(1)))
            && (!calendar || params.list("agents").is_none_or(|ids| ids.iter().any(|id| same(row.get("agent_id"), id))))
    });
    if let Some(order) = params.get("order").filter(|o| *o != "id") {
        let key = |row: &Row| shown(table, row.clone(), View::List, data, context.quirks).remove(order);
        rows.sort_by_cached_key(|row| key(row).map(|value| value.to_string()).unwrap_or_default());
    }
    if params.flag("orderdesc") {
        rows.reverse();
    }
    let ids_only = params.flag("idonly");
    let total = rows.len();
    let show = |r: &Row| {
        let out = shown(table, r.clone(), View::List, data, context.quirks);
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
    let row = data.get(table.resource, table.number_of(id)?)?;
    Some(shown(table, row, View::Alone, data, context.quirks))
}

/// Creates or updates one record.
pub(super) fn save(
    data: &mut Data,
    table: &'static Table,
    item: Sent,
    now: DateTime<Utc>,
    quirks: &Quirks,
) -> Result<Row, Reply> {
    let (id, members) = (item.id, schema(table.endpoint.name));
    let before = if id == 0 { None } else { Some(data.get(table.resource, id).ok_or_else(|| Reply::empty(404))?) };
    let new = before.is_none();
    let mut sent = members.accept(item.members, quirks)?;
    if new {
        let has = |member: &str| match sent.get(member) {
            Some(Value::String(text)) => !text.trim().is_empty(),
            Some(Value::Null) | None => false,
            Some(_) => true,
        };
        if let Some((_, message)) = table.required.iter().find(|(member, _)| !has(member)) {
            return Err(rule(message));
        }
    } else if let Some((_, message)) = table.required.iter().find(|(member, _)| emptied(&sent, member)) {
        return Err(rule(message));
    }
    references::check(members, &mut sent, data)?;
    let mut out = before.clone().unwrap_or_default();
    let place = match members.member("client_id") {
        Some(_) => {
            let site = if members.member("sitenumber").is_some() { "sitenumber" } else { "site_id" };
            Some(Place::with(&out, site).after(table.home, &sent, new, data)?)
        }
        None => None,
    };
    for rule in table.rules {
        match rule {
            Rule::Upload if new => received(&mut sent, now)?,
            Rule::Calendar => agents_of(&mut sent, data)?,
            Rule::AssetFields => fields_of(&mut sent, data)?,
            Rule::Upload | Rule::Action => {}
        }
    }
    for (member, value) in sent {
        merge(table, &mut out, member, value, quirks)?;
    }
    if let Some(place) = place {
        place.put(&mut out);
    }
    members.stamp(&mut out, new, now, quirks);
    let (rows, dataset) = data.rows_mut(table.resource);
    let id = if id == 0 {
        rows.insert(out)
    } else if table.rules.contains(&Rule::Calendar) && quirks.appointment_id_changes {
        // The calendar deletes and makes anew.
        rows.remove(dataset, id);
        rows.insert(out)
    } else {
        rows.update(dataset, id, out);
        id
    };
    let stored = rows.get(dataset, id).unwrap_or_default();
    if table.rules.contains(&Rule::Action) && new {
        action_of_event(data, &stored, now);
    }
    Ok(shown(table, stored, View::Written, data, quirks))
}

/// Whether a write takes a value away.
fn emptied(sent: &Row, member: &str) -> bool {
    match sent.get(member) {
        Some(Value::String(text)) => text.trim().is_empty(),
        Some(value) => value.is_null(),
        None => false,
    }
}

/// The agents of an appointment and the first of them, whichever is sent.
fn agents_of(sent: &mut Row, data: &Data) -> Result<(), Reply> {
    if let Some(Value::Array(agents)) = sent.get("agents") {
        let ids: Option<Vec<i64>> = agents.iter().map(|a| a.get("id").and_then(number)).collect();
        let ids = ids.unwrap_or_default();
        if ids.is_empty() || ids.iter().any(|id| references::name("agents", &json!(id), data).is_none()) {
            return Err(rule("An Agent of this Appointment could not be found (agents)"));
        }
        if !sent.contains_key("agent_id") {
            sent.insert("agent_id".to_owned(), json!(ids.first()));
        }
    } else if let Some(agent) = sent.get("agent_id").and_then(number) {
        let agents = if agent > 0 { json!([{"id": agent}]) } else { json!([]) };
        sent.insert("agents".to_owned(), agents);
    }
    Ok(())
}

/// The fields of an asset's type: ids are numbers, also those that come as text, and each has its name.
fn fields_of(sent: &mut Row, data: &Data) -> Result<(), Reply> {
    let Some(Value::Array(fields)) = sent.get_mut("fields") else { return Ok(()) };
    for field in fields {
        let id = field.get("id").and_then(number);
        let known = id.and_then(|id| data.get(Resource::AssetFields, id));
        let (Some(id), Some(known), Value::Object(field)) = (id, known, field) else {
            return Err(rule("A Field of this Asset could not be found (fields)"));
        };
        let value = field.get("value").filter(|v| !v.is_null()).cloned().unwrap_or_else(|| json!(""));
        let display = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        *field = row(json!({"id": id, "name": known.get("name"), "value": value, "display": display}));
    }
    Ok(())
}

/// Puts one member of a write where it belongs: lists replace, but for those that add.
fn merge(table: &Table, out: &mut Row, member: String, value: Value, quirks: &Quirks) -> Result<(), Reply> {
    if let (true, Value::Array(fields)) = (member == "customfields", &value) {
        let fields = custom_fields::merge(out.get("customfields"), fields)?;
        out.insert(member, fields);
        return Ok(());
    }
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
        return Ok(());
    }
    if let Some((_, list)) = table.removing.iter().find(|(remove, _)| *remove == member) {
        let gone: Vec<i64> = value.as_array().into_iter().flatten().filter_map(|e| number(&e["id"])).collect();
        if let Some(Value::Array(elements)) = out.get_mut(*list) {
            elements.retain(|e| number(&e["id"]).is_none_or(|id| !gone.contains(&id)));
        }
        return Ok(());
    }
    match (out.get_mut(&member), value) {
        (Some(Value::Array(old)), Value::Array(new)) if !quirks.nested_lists_replace => merge_elements(old, new),
        (_, value) => {
            out.insert(member, value);
        }
    }
    Ok(())
}

/// What every line of a document has.
fn line_defaults(table: &Table) -> Option<Row> {
    Some(row(match table.lines {
        Lines::Nothing => return None,
        Lines::Order => json!({
            "_itemid": 0, "item_code": "", "item_shortdescription": "", "item_longdescription": "", "qty_order": 1.0, "unit_price": 0.0,
            "net_amount": 0.0, "tax_amount": 0.0, "tax_rate": 0.0, "tax_code": "", "nominal_code": "", "asset_id": 0, "contract_id": -1,
            "ticket_id": 0,
        }),
        Lines::Offer => json!({"name": "", "quantity": 1.0, "baseprice": 0.0, "costprice": 0.0, "discount_perc": 0.0}),
    }))
}

pub(super) fn delete(data: &mut Data, table: &'static Table, id: &str) -> Option<()> {
    let id = table.number_of(id)?;
    let (rows, dataset) = data.rows_mut(table.resource);
    rows.remove(dataset, id).then_some(())
}
