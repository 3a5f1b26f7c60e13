//! Writing: strict about members, dates and lengths, with the vendor's own kind of patch.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::data::{Data, stamp};
use super::lists::{not_found, refuse, shown};
use super::members::members;
use super::quirks::Quirks;
use super::tables::{STRIDE, Table, Writes, table};
use crate::reply::Reply;
use crate::rows::{Row, number};

/// One inner error.
pub(super) fn inner(table: &Table, code: &str, message: &str, field: &str) -> Value {
    json!({"code": code, "message": message, "resource": table.singular, "field": field})
}

pub(super) fn invalid(table: &Table, errors: Vec<Value>) -> Reply {
    let message = format!("{} object is invalid", table.singular);
    Reply::json(400, &json!({"code": "InvalidObject", "message": message, "errors": errors}))
}

pub(super) fn object(body: &[u8]) -> Result<Row, Reply> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(refuse(400, "ConnectWiseApi", "An object was expected.")),
        Err(e) => Err(refuse(400, "ConnectWiseApi", format!("The body is not valid JSON: {e}"))),
    }
}

/// Members that only a new record takes.
const ONLY_WRITTEN: [&str; 12] = [
    "initialDescription",
    "initialInternalAnalysis",
    "initialResolution",
    "initialDescriptionFrom",
    "contactEmailLookup",
    "processNotifications",
    "skipCallback",
    "typeIds",
    "ignoreDuplicates",
    "file",
    "recordType",
    "recordId",
];

/// Refuses members that the resource does not have, and dates in a form that it does not take.
fn check_members(table: &Table, body: &Row) -> Result<(), Reply> {
    let known = members(table.name);
    for (name, value) in body {
        if !known.is_empty() && !known.contains(&name.as_str()) && !ONLY_WRITTEN.contains(&name.as_str()) {
            let mut ty = table.singular.to_owned();
            if let Some(first) = ty.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            let text = format!(
                "Could not find member '{name}' on object of type '{ty}'. Path '{name}', line 1, position 50.Check your accept header to make sure you are using the correct version."
            );
            return Err(refuse(400, "ConnectWiseApi", text));
        }
        check_date(table, name, value)?;
    }
    Ok(())
}

/// Only whole seconds in UTC.
fn check_date(table: &Table, name: &str, value: &Value) -> Result<(), Reply> {
    let Some(text) = value.as_str() else { return Ok(()) };
    let dated = text.len() > 10 && text.as_bytes().get(4) == Some(&b'-') && text.as_bytes().get(10) == Some(&b'T');
    let good = text.len() == 20 && text.ends_with('Z');
    if dated && DateTime::parse_from_rfc3339(text).is_ok() && !good {
        let message = format!("Unsupported format applied to {name}");
        return Err(invalid(table, vec![inner(table, "UnsupportedFormat", &message, name)]));
    }
    Ok(())
}

/// What holds for a whole record, new or changed: the vendor looks at members that were not touched too.
fn check_record(data: &Data, table: &Table, row: &Row) -> Result<(), Reply> {
    let mut errors = Vec::new();
    let missing = |v: Option<&Value>| v.is_none_or(|v| v.is_null() || v.as_str().is_some_and(|s| s.trim().is_empty()));
    for name in table.required.iter().filter(|name| missing(row.get(**name))) {
        errors.push(inner(table, "MissingRequiredField", &format!("The {name} field is required."), name));
    }
    for (name, most) in table.longest {
        if row.get(*name).and_then(Value::as_str).is_some_and(|t| t.chars().count() > *most) {
            let message = format!("The field {name} must be a string with a maximum length of {most}.");
            errors.push(inner(table, "MaxLengthField", &message, name));
        }
    }
    for name in ["yearEstablished", "revenueYear"] {
        if let Some(year) = row.get(name).and_then(number).filter(|y| !(1900..=2100).contains(y)) {
            errors.push(inner(table, "OutOfRange", &format!("{name} {year} is out of range."), name));
        }
    }
    if table.name.ends_with("ticket_notes") {
        let flags = ["detailDescriptionFlag", "internalAnalysisFlag", "resolutionFlag"];
        if !flags.iter().any(|f| row.get(*f) == Some(&json!(true))) {
            let message = "Please choose where to display the notes in order to save this record.";
            errors.push(inner(table, "InvalidField", message, "detailDescriptionFlag"));
        }
    }
    if table.name.ends_with("tickets") {
        let id = |member: &str| row.get(member).and_then(|r| r.get("id")).and_then(number);
        if let (Some(board), Some(status)) = (id("board"), id("status"))
            && (status / STRIDE != board
                && data
                    .get(super::tables::table("board_statuses"), status)
                    .is_none_or(|s| s.get("board").and_then(|b| b.get("id")).and_then(number) != Some(board)))
        {
            let message = format!("Service Status {status} not found for Service Board {board}");
            errors.push(inner(table, "NotFound", &message, "status/id"));
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(invalid(table, errors)) }
}

/// What follows from a ticket's status.
fn derive(data: &Data, table: &Table, row: &mut Row, now: DateTime<Utc>) {
    if !table.name.ends_with("tickets") {
        return;
    }
    let status = row.get("status").and_then(|s| s.get("id")).and_then(number);
    let status = status.and_then(|id| data.get(super::tables::table("board_statuses"), id));
    let closed = status.as_ref().and_then(|s| s.get("closedStatus")) == Some(&json!(true));
    if let Some(status) = status {
        let of = |name: &str| status.get(name).cloned().unwrap_or(Value::Null);
        row.insert("status".into(), json!({"id": of("id"), "name": of("name"), "Sort": of("sortOrder"), "_info": {}}));
    }
    let was = row.get("closedFlag") == Some(&json!(true));
    row.insert("closedFlag".into(), closed.into());
    if closed && !was {
        row.insert("closedDate".into(), stamp(now).into());
        row.insert("closedBy".into(), data.member.clone().into());
    }
    if !closed {
        row.remove("closedDate");
        row.remove("closedBy");
    }
}

/// The tables that references of a resource are to, those of the resource itself first.
const REFERENCES: &[(&str, &str, &str)] = &[
    ("companies", "status", "company_statuses"),
    ("companies", "types", "company_types"),
    ("contacts", "types", "contact_types"),
    ("configurations", "type", "configuration_types"),
    ("configurations", "status", "configuration_statuses"),
    ("opportunities", "type", "opportunity_types"),
    ("opportunities", "status", "opportunity_statuses"),
    ("opportunities", "stage", "opportunity_stages"),
    ("projects", "status", "project_statuses"),
    ("agreements", "type", "agreement_types"),
    ("activities", "type", "activity_types"),
    ("activities", "status", "activity_statuses"),
    ("schedule_entries", "type", "schedule_types"),
    ("schedule_entries", "status", "schedule_statuses"),
    ("", "company", "companies"),
    ("", "contact", "contacts"),
    ("", "board", "boards"),
    ("", "priority", "priorities"),
    ("", "source", "sources"),
    ("", "owner", "members"),
    ("", "member", "members"),
    ("", "assignTo", "members"),
    ("", "primarySalesRep", "members"),
    ("", "manager", "members"),
    ("", "workType", "work_types"),
    ("", "workRole", "work_roles"),
    ("", "site", "sites"),
    ("", "project", "projects"),
];

/// What a reference to a record is called by.
fn name_of(row: &Row) -> Option<Value> {
    ["name", "description"].into_iter().find_map(|n| row.get(n).filter(|v| v.is_string()).cloned()).or_else(|| {
        let of = |n: &str| row.get(n).and_then(Value::as_str).unwrap_or_default();
        Some(format!("{} {}", of("firstName"), of("lastName")).trim().to_owned())
            .filter(|n| !n.is_empty())
            .map(Value::from)
    })
}

/// Fills one reference that came with an id, an identifier or a name alone.
fn refer(data: &Data, table: &Table, member: &str, to: &'static Table, reference: &mut Row) -> Result<(), Reply> {
    if reference.contains_key("id") && reference.contains_key("name") {
        return Ok(());
    }
    let given = |name: &str| reference.get(name).filter(|v| !v.is_null()).cloned();
    let (by, wanted) = match ["id", "identifier", "name"].into_iter().find_map(|n| Some((n, given(n)?))) {
        Some(found) => found,
        None => return Ok(()),
    };
    let found = match by {
        "id" => number(&wanted).and_then(|id| data.get(to, id)),
        _ => data.rows(to).above(&data.dataset, 0).map(|(_, row)| row).find(|row| row.get(by) == Some(&wanted)),
    };
    let Some(found) = found else {
        let shown = wanted.as_str().map_or_else(|| wanted.to_string(), str::to_owned);
        let mut name = to.singular.to_owned();
        if let Some(first) = name.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let error = inner(table, "NotFound", &format!("{name} {shown} not found"), &format!("{member}/{by}"));
        return Err(invalid(table, vec![error]));
    };
    for name in ["id", "identifier"] {
        if let Some(value) = found.get(name) {
            reference.insert(name.into(), value.clone());
        }
    }
    if let Some(name) = name_of(&found) {
        reference.insert("name".into(), name);
    }
    reference.entry("_info").or_insert(json!({}));
    Ok(())
}

/// Fills references that came with an id, an identifier or a name alone, from what the tenant has.
fn resolve(data: &Data, table: &Table, row: &mut Row) -> Result<(), Reply> {
    for (of, member, to) in REFERENCES {
        if !of.is_empty() && *of != table.name {
            continue;
        }
        let to = super::tables::table(to);
        match row.get_mut(*member) {
            Some(Value::Object(reference)) => refer(data, table, member, to, reference)?,
            Some(Value::Array(references)) => {
                for reference in references.iter_mut().filter_map(Value::as_object_mut) {
                    refer(data, table, member, to, reference)?;
                }
            }
            _ => {}
        }
    }
    if !table.name.ends_with("tickets") {
        return Ok(());
    }
    // A status by its name is one of the board's.
    let board = row.get("board").and_then(|b| b.get("id")).and_then(number);
    if let Some(Value::Object(status)) = row.get_mut("status")
        && !status.contains_key("id")
        && let Some(name) = status.get("name").cloned()
    {
        let statuses = super::tables::table("board_statuses");
        let of_board = |s: &Row| s.get("board").and_then(|b| b.get("id")).and_then(number) == board;
        let found =
            data.rows(statuses).above(&data.dataset, 0).find(|(_, s)| of_board(s) && s.get("name") == Some(&name));
        let Some((id, _)) = found else {
            let error = inner(table, "NotFound", &format!("Service Status {name} not found"), "status/name");
            return Err(invalid(table, vec![error]));
        };
        status.insert("id".into(), id.into());
    }
    Ok(())
}

/// What kind of communication a type is.
fn kind_of_type(data: &Data, id: Option<i64>) -> Option<&'static str> {
    let row = data.get(table("communication_types"), id?)?;
    ["Email", "Phone", "Fax"]
        .into_iter()
        .find(|kind| row.get(&format!("{}Flag", kind.to_lowercase())) == Some(&json!(true)))
}

/// Fills what the vendor adds to a communication: its type's name, kind, domain.
pub(super) fn complete_communication(data: &Data, item: &mut Row) {
    let id = item.get("type").and_then(|t| t.get("id")).and_then(number);
    if let Some(kind) = kind_of_type(data, id) {
        item.insert("communicationType".into(), kind.into());
    }
    if let Some(ty) = id.and_then(|id| data.get(table("communication_types"), id)) {
        let href = format!("https://sandbox.example/v2025_1//company/communicationTypes/{}", id.unwrap_or(0));
        item.insert("type".into(), json!({"id": id, "name": ty.get("description"), "_info": {"type_href": href}}));
    }
    let mail = item.get("communicationType") == Some(&json!("Email"));
    let domain =
        item.get("value").and_then(Value::as_str).and_then(|v| v.split_once('@')).map(|(_, d)| format!("@{d}"));
    if let (true, Some(domain)) = (mail, domain) {
        item.insert("domain".into(), domain.into());
    }
}

/// A new default of a kind turns the old one of that kind off.
pub(super) fn one_default(items: &mut [Value], new: usize) {
    let kind = items.get(new).and_then(|i| i.get("communicationType")).cloned();
    if items.get(new).and_then(|i| i.get("defaultFlag")) != Some(&json!(true)) {
        return;
    }
    for (n, item) in items.iter_mut().enumerate() {
        if n != new && item.get("communicationType") == kind.as_ref() {
            item["defaultFlag"] = json!(false);
        }
    }
}

pub(super) fn create(
    data: &mut Data,
    table: &'static Table,
    parent: Option<i64>,
    body: &[u8],
    now: DateTime<Utc>,
    quirks: &Quirks,
) -> Result<Reply, Reply> {
    if table.writes == Writes::None {
        return Err(refuse(405, "ConnectWiseApi", "The requested resource does not support http method 'POST'."));
    }
    let mut body = object(body)?;
    check_members(table, &body)?;
    for name in table.computed {
        body.remove(*name);
    }
    if table.name == "ticket_notes" {
        body.insert("createdBy".into(), data.member.clone().into());
        body.insert("dateCreated".into(), stamp(now).into());
    }
    if let (Some((above, member)), Some(parent)) = (table.parent, parent) {
        let above = super::tables::table(above);
        if data.get(above, parent).is_none() {
            return Err(not_found(above, parent));
        }
        body.insert("_parent".into(), parent.into());
        let named = if member.ends_with("Id") { json!(parent) } else { json!({"id": parent, "_info": {}}) };
        body.insert(member.to_owned(), named);
    }
    let quiet = body.remove("skipCallback") == Some(json!(true));
    let story = body.remove("initialDescription").filter(|v| v.as_str().is_some_and(|t| !t.is_empty()));
    for name in ONLY_WRITTEN {
        if table.name != "documents" && name != "typeIds" {
            body.remove(name);
        }
    }
    resolve(data, table, &mut body)?;
    defaults(data, table, &mut body);
    resolve(data, table, &mut body)?;
    check_record(data, table, &body)?;
    if table.name == "companies" {
        let identifier = body.get("identifier").cloned();
        let address =
            ["addressLine1", "addressLine2", "city", "state", "zip", "country"].iter().any(|m| body.contains_key(*m));
        if !address {
            return Err(invalid(
                table,
                vec![inner(table, "MissingRequiredField", "The addressLine1 field is required.", "addressLine1")],
            ));
        }
        if data.rows(table).above(&data.dataset, 0).any(|(_, c)| c.get("identifier") == identifier.as_ref()) {
            return Err(invalid(
                table,
                vec![inner(table, "ObjectExists", "A company with this identifier already exists.", "identifier")],
            ));
        }
    }
    if table.name == "callbacks" {
        super::callbacks::check(data, table, &mut body)?;
    }
    derive(data, table, &mut body, now);
    if table.name == "communications" {
        complete_communication(data, &mut body);
    }
    if let Some(Value::Array(items)) = body.get_mut("communicationItems") {
        let mut list = std::mem::take(items);
        let first = data.number_communications(list.len());
        for (n, item) in list.iter_mut().enumerate() {
            if let Value::Object(item) = item {
                complete_communication(data, item);
                item.insert("id".into(), (first + n as i64).into());
            }
        }
        body.insert("communicationItems".into(), list.into());
    }
    let id = data.insert(table, body, now);
    if quiet {
        data.hush();
    }
    if let Some(story) = story {
        let notes = super::tables::table(if table.name == "tickets" { "ticket_notes" } else { "project_ticket_notes" });
        let note = crate::rows::row(
            json!({"_parent": id, "ticketId": id, "text": story, "detailDescriptionFlag": true, "internalAnalysisFlag": false, "resolutionFlag": false}),
        );
        data.insert(notes, note, now);
    }
    if table.name == "companies" {
        let site = crate::rows::row(
            json!({"_parent": id, "name": "Main", "company": {"id": id, "_info": {}}, "primaryAddressFlag": true, "inactiveFlag": false}),
        );
        data.insert(super::tables::table("sites"), site, now);
    }
    if table.name == "communications" {
        super::special::communications_changed(data, parent.unwrap_or(0), now);
    }
    touch_parent(data, table, parent, now);
    let row = data.get(table, id).unwrap_or_default();
    Ok(Reply::json(201, &shown(row, None, quirks)))
}

/// What the vendor fills in when it is not told.
fn defaults(data: &Data, table: &Table, body: &mut Row) {
    match table.name {
        "tickets" | "project_tickets" => {
            let board = if table.name == "tickets" { 1 } else { 3 };
            body.entry("board").or_insert(json!({"id": board}));
            let board = body.get("board").and_then(|b| b.get("id")).and_then(number).unwrap_or(board);
            body.entry("status").or_insert(json!({"id": board * STRIDE + 1}));
            body.entry("priority").or_insert(json!({"id": 3}));
            if table.name == "tickets" {
                body.insert("recordType".into(), "ServiceTicket".into());
                body.entry("severity").or_insert("Medium".into());
                body.entry("impact").or_insert("Medium".into());
            }
            body.entry("customFields").or_insert(json!([{"id": 3, "caption": "External id", "type": "Text", "entryMethod": "EntryField", "numberOfDecimals": 0}]));
        }
        "companies" => {
            body.insert("deletedFlag".into(), false.into());
            body.entry("status").or_insert(json!({"id": 1, "name": "Active"}));
        }
        "contacts" => {
            body.entry("inactiveFlag").or_insert(false.into());
            body.entry("communicationItems").or_insert(json!([]));
        }
        "configurations" => {
            body.entry("activeFlag").or_insert(true.into());
        }
        "time_entries" => {
            let date = |name: &str| body.get(name).and_then(Value::as_str).and_then(super::conditions::date);
            if let (None, Some(start), Some(end)) = (body.get("actualHours"), date("timeStart"), date("timeEnd")) {
                let hours = (end - start).num_minutes() as f64 / 60.0
                    - body.get("hoursDeduct").and_then(Value::as_f64).unwrap_or(0.0);
                body.insert("actualHours".into(), json!(hours));
            }
            // What is charged to a ticket is its company's.
            let charged = body.get("chargeToId").and_then(number);
            let kind = body.get("chargeToType").and_then(Value::as_str).unwrap_or_default();
            let tickets = match kind {
                "ServiceTicket" => Some("tickets"),
                "ProjectTicket" => Some("project_tickets"),
                _ => None,
            };
            if let (Some(tickets), Some(id)) = (tickets, charged)
                && let Some(ticket) = data.get(super::tables::table(tickets), id)
            {
                body.insert("ticket".into(), json!({"id": id, "summary": ticket.get("summary"), "_info": {}}));
                body.insert("company".into(), ticket.get("company").cloned().unwrap_or(Value::Null));
            }
            body.entry("billableOption").or_insert("Billable".into());
            body.insert("status".into(), "Open".into());
            body.insert("hourlyCost".into(), "0.00".into());
            let me = data.member.clone();
            body.entry("member").or_insert(json!({"id": 12, "identifier": me, "name": "API Member"}));
        }
        _ => {}
    }
}

/// A note or a task moves its ticket's stamp.
fn touch_parent(data: &mut Data, table: &Table, parent: Option<i64>, now: DateTime<Utc>) {
    let (Some((above, _)), Some(parent)) = (table.parent, parent) else { return };
    if above.ends_with("tickets") {
        let above = super::tables::table(above);
        if let Some(row) = data.get(above, parent) {
            data.put(above, parent, row, now);
        }
    }
}

pub(super) fn replace(
    data: &mut Data,
    table: &'static Table,
    id: i64,
    body: &[u8],
    now: DateTime<Utc>,
    quirks: &Quirks,
) -> Result<Reply, Reply> {
    let before = data.get(table, id).ok_or_else(|| not_found(table, id))?;
    let mut body = object(body)?;
    check_members(table, &body)?;
    for name in table.computed {
        match before.get(*name) {
            Some(value) => body.insert((*name).to_owned(), value.clone()),
            None => body.remove(*name),
        };
    }
    // These two are not synchronised by a replacement.
    for kept in ["communicationItems", "customFields", "_parent"] {
        if let Some(value) = before.get(kept) {
            body.insert(kept.to_owned(), value.clone());
        }
    }
    resolve(data, table, &mut body)?;
    check_record(data, table, &body)?;
    derive(data, table, &mut body, now);
    data.put(table, id, body, now);
    Ok(Reply::json(200, &shown(data.get(table, id).unwrap_or_default(), None, quirks)))
}

pub(super) fn patch(
    data: &mut Data,
    table: &'static Table,
    id: i64,
    body: &[u8],
    now: DateTime<Utc>,
    quirks: &Quirks,
) -> Result<Reply, Reply> {
    if table.writes == Writes::None {
        return Err(refuse(405, "ConnectWiseApi", "The requested resource does not support http method 'PATCH'."));
    }
    let mut row = data.get(table, id).ok_or_else(|| not_found(table, id))?;
    let operations: Vec<Value> = serde_json::from_slice(body)
        .map_err(|_| refuse(400, "ConnectWiseApi", "An array of operations was expected."))?;
    let mut quiet = false;
    for operation in operations {
        let path = operation["path"].as_str().unwrap_or_default().trim_start_matches('/').to_owned();
        if path == "skipCallback" {
            quiet = operation["value"] == json!(true);
            continue;
        }
        if path == "processNotifications" {
            continue;
        }
        apply(
            data,
            table,
            &mut row,
            operation["op"].as_str().unwrap_or_default(),
            &path,
            operation.get("value").cloned(),
        )?;
    }
    resolve(data, table, &mut row)?;
    check_record(data, table, &row)?;
    derive(data, table, &mut row, now);
    if table.name == "communications" {
        complete_communication(data, &mut row);
    }
    let items = row.get("communicationItems").and_then(Value::as_array).into_iter().flatten();
    if let Some(newest) = items.filter_map(|i| i.get("id").and_then(number)).max() {
        data.communications_up_to(newest);
    }
    let parent = row.get("_parent").and_then(number).or_else(|| row.get("ticketId").and_then(number));
    data.put(table, id, row, now);
    if quiet {
        data.hush();
    }
    if table.name == "communications" {
        super::special::communications_changed(data, parent.unwrap_or(0), now);
    }
    touch_parent(data, table, parent, now);
    Ok(Reply::json(200, &shown(data.get(table, id).unwrap_or_default(), None, quirks)))
}

/// One operation: not RFC 6902. `replace` works on what is not there, strings become numbers, and custom fields merge by id.
fn apply(data: &Data, table: &Table, row: &mut Row, op: &str, path: &str, value: Option<Value>) -> Result<(), Reply> {
    let mut parts = path.split('/');
    let head = parts.next().unwrap_or_default().to_owned();
    let rest: Vec<&str> = parts.collect();
    let known = members(table.name);
    if !known.is_empty() && !known.contains(&head.as_str()) {
        return Err(invalid(table, vec![inner(table, "InvalidField", &format!("{head} is not a valid path."), &head)]));
    }
    if table.computed.contains(&head.as_str()) {
        // It is taken and has no effect.
        return Ok(());
    }
    if let Some(value) = &value {
        check_date(table, &head, value)?;
    }
    match (op, rest.as_slice()) {
        ("add" | "replace", []) if head == "customFields" => {
            let mut fields = row.get("customFields").and_then(Value::as_array).cloned().unwrap_or_default();
            for change in value.as_ref().and_then(Value::as_array).into_iter().flatten() {
                let id = change.get("id").and_then(number);
                match fields.iter_mut().find(|f| f.get("id").and_then(number) == id) {
                    Some(field) => field["value"] = change.get("value").cloned().unwrap_or(Value::Null),
                    None => {
                        return Err(invalid(
                            table,
                            vec![inner(table, "InvalidField", "The custom field was not found.", "customFields")],
                        ));
                    }
                }
            }
            row.insert(head, fields.into());
        }
        ("add" | "replace", []) => {
            let value = coerce(&head, row.get(&head), value.unwrap_or(Value::Null));
            // Null on a member takes it away; an empty text is one.
            if value.is_null() {
                row.remove(&head)
            } else {
                row.insert(head, value)
            };
        }
        ("remove", []) => {
            row.remove(&head);
        }
        ("add", [_]) if head == "communicationItems" => {
            let mut items = row.get("communicationItems").and_then(Value::as_array).cloned().unwrap_or_default();
            let Some(Value::Object(mut item)) = value else {
                return Err(invalid(
                    table,
                    vec![inner(table, "InvalidObject", "An object was expected.", "communicationItems")],
                ));
            };
            complete_communication(data, &mut item);
            let own = items.iter().filter_map(|i| i.get("id").and_then(number)).max().unwrap_or(0) + 1;
            let next = own.max(data.next_communication());
            item.insert("id".into(), next.into());
            // It goes to the end, whatever the index says; only there its default counts.
            let at_end = rest[0].parse() == Ok(items.len()) || rest[0] == "-";
            if !at_end {
                item.insert("defaultFlag".into(), false.into());
            }
            items.push(Value::Object(item));
            let last = items.len() - 1;
            one_default(&mut items, last);
            row.insert("communicationItems".into(), items.into());
        }
        ("remove", [index]) => {
            let Some(Value::Array(elements)) = row.get_mut(&head) else { return Ok(()) };
            match index.parse::<usize>() {
                Ok(n) if n < elements.len() => drop(elements.remove(n)),
                _ => {
                    return Err(invalid(
                        table,
                        vec![inner(table, "InvalidField", "The index is out of range.", &head)],
                    ));
                }
            }
        }
        ("add" | "replace", [index, member]) if row.get(&head).is_some_and(Value::is_array) => {
            let Some(Value::Array(elements)) = row.get_mut(&head) else { return Ok(()) };
            let n = index.parse::<usize>().ok().filter(|n| *n < elements.len());
            let Some(n) = n else {
                return Err(invalid(table, vec![inner(table, "InvalidField", "The index is out of range.", &head)]));
            };
            elements[n][*member] = value.unwrap_or(Value::Null);
            if let (true, Value::Object(item)) = (head == "communicationItems", &mut elements[n]) {
                complete_communication(data, item);
            }
            one_default(elements, n);
        }
        // Inside a reference: taken, and only the id has an effect.
        ("add" | "replace", [member]) => {
            if *member == "id" {
                let id = value.as_ref().and_then(number);
                row.insert(head, json!({"id": id}));
            }
        }
        _ => return Err(refuse(400, "ConnectWiseApi", format!("The operation {op:?} is not supported on {path}."))),
    }
    Ok(())
}

/// A number in text where a number is due: taken.
fn coerce(member: &str, before: Option<&Value>, value: Value) -> Value {
    let numbers = ["Hours", "Amount", "Rate", "Id", "Price", "Cost"];
    let due = match before {
        Some(value) => value.is_number(),
        None => numbers.iter().any(|n| member.ends_with(n)),
    };
    match &value {
        Value::String(text) if due => {
            let int = text.trim().parse::<i64>().map(Value::from);
            int.or_else(|_| text.trim().parse::<f64>().map(Value::from)).unwrap_or(value)
        }
        _ => value,
    }
}

pub(super) fn delete(data: &mut Data, table: &'static Table, id: i64, now: DateTime<Utc>) -> Result<Reply, Reply> {
    let Some(mut row) = data.get(table, id) else { return Err(not_found(table, id)) };
    let parent = row.get("_parent").and_then(number);
    match table.writes {
        Writes::None | Writes::Keep if table.name != "documents" => {
            return Err(refuse(405, "ConnectWiseApi", "The requested resource does not support http method 'DELETE'."));
        }
        Writes::Soft => {
            row.insert("deletedFlag".into(), true.into());
            row.insert("dateDeleted".into(), stamp(now).into());
            row.insert("deletedBy".into(), data.member.clone().into());
            data.put(table, id, row, now);
        }
        _ => {
            data.remove(table, id);
        }
    }
    if table.name == "communications" {
        super::special::communications_changed(data, parent.unwrap_or(0), now);
    }
    touch_parent(data, table, parent, now);
    Ok(Reply::empty(204))
}
