//! Writing: strict about members, kinds, lengths and references, on creates, replacements and patches alike.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::callbacks;
use super::checks::{Faults, check_record, check_replacement, check_typed, fit_all, order_of};
use super::communications::{check_communication, communications_changed, complete_communication};
use super::dataset::stamp;
use super::patch::{apply, operations};
use super::quirks::Quirks;
use super::references::{belong, link, reference_to, resolve};
use super::refusals::{not_found, refuse};
use super::resource::Resource;
use super::rules::{check, defaults, derive, first_defaults, set_custom, sign};
use super::schema::schema;
use super::state::{Data, parent_of};
use super::table::{Answers, Rule, Table, Writes};
use super::tables::table;
use super::wire::shown;
use crate::emulator::reply::Reply;
use crate::emulator::row::{Row, number, row};

pub(super) fn object(body: &[u8]) -> Result<Row, Reply> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(refuse(400, "ConnectWiseApi", "An object was expected.")),
        Err(e) => Err(refuse(400, "ConnectWiseApi", format!("The body is not valid JSON: {e}"))),
    }
}

/// Refuses a method that a resource does not have.
fn allowed(of: &Table, method: &str) -> Result<(), Reply> {
    let has = match method {
        "POST" => matches!(of.writes, Writes::Keep | Writes::All | Writes::Soft),
        "DELETE" => matches!(of.writes, Writes::All | Writes::Soft | Writes::Upload),
        _ => !matches!(of.writes, Writes::None | Writes::Upload),
    };
    let refusal =
        || refuse(405, "ConnectWiseApi", format!("The requested resource does not support http method '{method}'."));
    has.then_some(()).ok_or_else(refusal)
}

/// The notes that a new ticket brings along.
const STORIES: [(&str, &str); 3] = [
    ("initialDescription", "detailDescriptionFlag"),
    ("initialInternalAnalysis", "internalAnalysisFlag"),
    ("initialResolution", "resolutionFlag"),
];

/// What a body takes along that is no part of the record: members that are only written.
fn take_only_written(of: &Table, body: &mut Row) -> Row {
    let only_written = schema(of).fields.iter().filter(|f| f.only_written && f.name != "typeIds");
    only_written.filter_map(|f| Some((f.name.to_owned(), body.remove(f.name)?))).collect()
}

/// Fills, derives and checks a record before it is stored.
fn settle(
    data: &Data,
    of: &'static Table,
    row: &mut Row,
    (id, before, replaced): (Option<i64>, Option<&Row>, bool),
    mut faults: Faults,
    now: DateTime<Utc>,
) -> Result<(), Reply> {
    let whole = before.is_none() || replaced;
    if whole {
        first_defaults(data, of, row);
    }
    resolve(data, of, row, before, &mut faults);
    if whole {
        defaults(data, of, row, now);
    }
    belong(data, of, row, before, &mut faults);
    check_typed(data, of, row, before, &mut faults);
    derive(data, of, row, now);
    *row = schema(of).complete(std::mem::take(row));
    check_record(of, row, &mut faults);
    check(data, of, id, row, &mut faults);
    faults.done()
}

pub(super) fn create(
    data: &mut Data,
    of: &'static Table,
    parent: Option<i64>,
    body: &[u8],
    now: DateTime<Utc>,
    quirks: &Quirks,
) -> Result<Reply, Reply> {
    allowed(of, "POST")?;
    let mut faults = Faults::new(of, order_of(body));
    let mut new = fit_all(of, object(body)?, &mut faults)?;
    sign(data, of, &mut new, now);
    if let (Some((above, member)), Some(parent)) = (of.parent, parent) {
        let above = table(above);
        if data.get(above, parent).is_none() {
            return Err(not_found(above, parent));
        }
        new.insert("_parent".into(), parent.into());
        let named = if member.ends_with("Id") { json!(parent) } else { json!({"id": parent}) };
        new.insert(member.to_owned(), named);
    }
    let along = take_only_written(of, &mut new);
    if let Some(changes) = new.remove("customFields") {
        set_custom(data, of, &mut new, &changes, &mut faults);
    }
    for item in new.get("communicationItems").and_then(Value::as_array).into_iter().flatten() {
        check_communication(data, of, item.as_object().unwrap_or(&Row::new()))?;
    }
    settle(data, of, &mut new, (None, None, false), faults, now)?;
    if of.rules.contains(&Rule::Callback) {
        callbacks::check(data, of, &mut new)?;
    }
    if of.answers == Answers::Communications {
        complete_communication(data, &mut new);
    }
    if let Some(Value::Array(items)) = new.get_mut("communicationItems") {
        let mut list = std::mem::take(items);
        let first = data.number_communications(list.len());
        for (n, item) in list.iter_mut().enumerate() {
            if let Value::Object(item) = item {
                complete_communication(data, item);
                item.insert("id".into(), (first + n as i64).into());
                item.entry("defaultFlag").or_insert(false.into());
            }
        }
        new.insert("communicationItems".into(), list.into());
    }
    let id = data.insert(of, new, now);
    if along.get("skipCallback") == Some(&json!(true)) {
        data.hush();
    }
    for rule in of.rules {
        match rule {
            Rule::FirstNotes(notes) => first_notes(data, table(*notes), id, &along, now),
            Rule::Company => new_company(data, id, now),
            _ => {}
        }
    }
    if of.answers == Answers::Communications {
        communications_changed(data, parent.unwrap_or(0), now);
    }
    touch_parent(data, of, parent, now);
    let row = data.get(of, id).unwrap_or_default();
    Ok(Reply::json(201, &shown(row, None, quirks)))
}

/// The texts that a new ticket brings along are notes of it.
fn first_notes(data: &mut Data, notes: &'static Table, id: i64, along: &Row, now: DateTime<Utc>) {
    for (member, flag) in STORIES {
        let Some(text) = along.get(member).filter(|v| v.as_str().is_some_and(|t| !t.trim().is_empty())) else {
            continue;
        };
        let mut note = row(json!({"_parent": id, "ticketId": id, "text": text, flag: true}));
        sign(data, notes, &mut note, now);
        first_defaults(data, notes, &mut note);
        defaults(data, notes, &mut note, now);
        data.insert(notes, note, now);
    }
}

/// A new company has a main site with its address, and is billed itself.
fn new_company(data: &mut Data, id: i64, now: DateTime<Utc>) {
    let (companies, sites) = (table(Resource::Companies), table(Resource::Sites));
    let Some(mut company) = data.get(companies, id) else { return };
    let own = reference_to(companies, &company);
    let mut site = row(
        json!({"_parent": id, "name": "Main", "company": own, "primaryAddressFlag": true, "defaultShippingFlag": true, "defaultBillingFlag": true, "defaultMailingFlag": true}),
    );
    for member in ["addressLine1", "addressLine2", "city", "zip", "country", "phoneNumber"] {
        site.extend(company.get(member).cloned().map(|value| (member.to_owned(), value)));
    }
    let site = data.insert(sites, site, now);
    let site = link(data, sites, site).unwrap_or(Value::Null);
    company.entry("billToCompany").or_insert(own);
    company.entry("billingSite").or_insert(site.clone());
    company.entry("site").or_insert(site);
    data.put_quietly(companies, id, company);
}

/// A note or a task moves its ticket's stamp.
fn touch_parent(data: &mut Data, of: &Table, parent: Option<i64>, now: DateTime<Utc>) {
    let (Some((above, _)), Some(parent)) = (of.parent, parent) else { return };
    let above = table(above);
    if above.touched_by_children
        && let Some(row) = data.get(above, parent)
    {
        data.put(above, parent, row, now);
    }
}

pub(super) fn replace(
    data: &mut Data,
    of: &'static Table,
    (parent, id): (Option<i64>, i64),
    body: &[u8],
    now: DateTime<Utc>,
    quirks: &Quirks,
) -> Result<Reply, Reply> {
    allowed(of, "PUT")?;
    let before = data.below_parent(of, parent, id).ok_or_else(|| not_found(of, id))?;
    let mut faults = Faults::new(of, order_of(body));
    let mut new = fit_all(of, object(body)?, &mut faults)?;
    check_replacement(of, &new, &mut faults);
    let along = take_only_written(of, &mut new);
    new.remove("typeIds");
    let fields = &schema(of).fields;
    let kept = fields.iter().filter(|f| f.computed || f.only_created).map(|f| f.name);
    // The last two are not synchronised by a replacement.
    for name in kept.chain(["_info", "_parent", "communicationItems", "customFields"]) {
        match before.get(name) {
            Some(value) => new.insert(name.to_owned(), value.clone()),
            None => new.remove(name),
        };
    }
    settle(data, of, &mut new, (Some(id), Some(&before), true), faults, now)?;
    stored(data, of, id, new, along.get("skipCallback") == Some(&json!(true)), now);
    Ok(Reply::json(200, &shown(data.get(of, id).unwrap_or_default(), None, quirks)))
}

pub(super) fn patch(
    data: &mut Data,
    of: &'static Table,
    (parent, id): (Option<i64>, i64),
    body: &[u8],
    now: DateTime<Utc>,
    quirks: &Quirks,
) -> Result<Reply, Reply> {
    allowed(of, "PATCH")?;
    let before = data.below_parent(of, parent, id).ok_or_else(|| not_found(of, id))?;
    let body: Vec<Value> = serde_json::from_slice(body)
        .map_err(|_| refuse(400, "ConnectWiseApi", "An array of operations was expected."))?;
    let operations = operations(&body);
    let mut faults = Faults::new(of, operations.iter().map(|o| o.head.clone()).collect());
    let (mut row, mut quiet) = (before.clone(), false);
    for operation in operations {
        if operation.head == "skipCallback" {
            quiet = operation.value == Some(json!(true));
        }
        apply(data, of, &mut row, operation, &mut faults)?;
    }
    settle(data, of, &mut row, (Some(id), Some(&before), false), faults, now)?;
    let items = row.get("communicationItems").and_then(Value::as_array).into_iter().flatten();
    if let Some(newest) = items.filter_map(|i| i.get("id").and_then(number)).max() {
        data.communications_up_to(newest);
    }
    stored(data, of, id, row, quiet, now);
    Ok(Reply::json(200, &shown(data.get(of, id).unwrap_or_default(), None, quirks)))
}

/// Stores a changed row, and what follows from it elsewhere.
fn stored(data: &mut Data, of: &'static Table, id: i64, mut row: Row, quiet: bool, now: DateTime<Utc>) {
    if of.answers == Answers::Communications {
        complete_communication(data, &mut row);
    }
    let parent = parent_of(of, &row);
    data.put(of, id, row, now);
    if quiet {
        data.hush();
    }
    if of.answers == Answers::Communications {
        communications_changed(data, parent.unwrap_or(0), now);
    }
    touch_parent(data, of, parent, now);
}

pub(super) fn delete(
    data: &mut Data,
    of: &'static Table,
    (parent, id): (Option<i64>, i64),
    now: DateTime<Utc>,
) -> Result<Reply, Reply> {
    let Some(mut row) = data.below_parent(of, parent, id) else { return Err(not_found(of, id)) };
    allowed(of, "DELETE")?;
    let parent = parent_of(of, &row);
    if of.writes == Writes::Soft {
        row.insert("deletedFlag".into(), true.into());
        row.insert("dateDeleted".into(), stamp(now).into());
        row.insert("deletedBy".into(), data.member.clone().into());
        data.put(of, id, row, now);
    } else {
        data.remove(of, id);
    }
    if of.answers == Answers::Communications {
        communications_changed(data, parent.unwrap_or(0), now);
    }
    touch_parent(data, of, parent, now);
    Ok(Reply::empty(204))
}
