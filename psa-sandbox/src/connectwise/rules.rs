//! What the vendor fills in and derives for a record of each resource, and its rules that no table of members can say.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::checks::Faults;
use super::conditions::date;
use super::dataset::stamp;
use super::references::{link, reference_to};
use super::resource::Resource;
use super::schema::{Kind, is_date, schema};
use super::state::{Data, id_of};
use super::table::{Rule, STRIDE, Table};
use super::tables::table;
use crate::emulator::row::{Row, number};

/// What references of a new record need to be looked up: a ticket's board, a phase's project.
pub(super) fn first_defaults(data: &Data, of: &Table, row: &mut Row) {
    for rule in of.rules {
        match rule {
            Rule::Ticket { board } => {
                row.entry("board").or_insert_with(|| json!({"id": board}));
            }
            Rule::ProjectOfPhase if !row.contains_key("project") => {
                let phase = id_of(row, "phase").and_then(|id| data.get(table(Resource::ProjectPhases), id));
                let project = phase.and_then(|phase| id_of(&phase, "projectId"));
                row.extend(project.map(|id| ("project".to_owned(), json!({"id": id}))));
            }
            _ => {}
        }
    }
    // Types may come as bare numbers.
    if let Some(Value::Array(ids)) = row.remove("typeIds") {
        let types: Vec<Value> = ids.into_iter().map(|id| json!({"id": id})).collect();
        row.entry("types").or_insert(types.into());
    }
    let contact = row.contains_key("contact");
    let by_login = |rule: &Rule| *rule == Rule::Author || (*rule == Rule::AuthorOrContact && !contact);
    if of.rules.iter().any(by_login)
        && let Some(me) = me(data)
    {
        row.entry("member").or_insert(me);
    }
}

/// Who makes a new record and when, where the record says so.
pub(super) fn sign(data: &Data, of: &Table, row: &mut Row, now: DateTime<Utc>) {
    if of.rules.contains(&Rule::Signed) {
        row.insert("createdBy".into(), data.member.clone().into());
        row.insert("dateCreated".into(), stamp(now).into());
    }
}

/// A reference to who is logged in.
fn me(data: &Data) -> Option<Value> {
    let members = table(Resource::Members);
    let mut rows = data.rows(members).above(&data.dataset, 0);
    let (id, _) = rows.find(|(_, m)| m.get("identifier").and_then(Value::as_str) == Some(data.member.as_str()))?;
    link(data, members, id)
}

/// What else the vendor fills in when it is not told.
pub(super) fn defaults(data: &Data, of: &'static Table, row: &mut Row, now: DateTime<Utc>) {
    for field in &schema(of).fields {
        let Some(default) = &field.default else { continue };
        if row.contains_key(field.name) {
            continue;
        }
        let value = match field.kind {
            Kind::Reference(to) => default.get("id").and_then(number).and_then(|id| link(data, table(to), id)),
            Kind::IdOf(_) => Some(default.clone()),
            _ => None,
        };
        row.extend(value.map(|value| (field.name.to_owned(), value)));
    }
    let own = |row: &mut Row, name: &str, to: &'static Table, id: Option<i64>| {
        if !row.contains_key(name) {
            row.extend(id.and_then(|id| link(data, to, id)).map(|value| (name.to_owned(), value)));
        }
    };
    for rule in of.rules {
        match rule {
            Rule::Ticket { .. } => {
                if let Some(board) = id_of(row, "board") {
                    let flagged = |status: &Row| status.get("defaultFlag") == Some(&json!(true));
                    let of_board = data.below(table(Resource::BoardStatuses), board);
                    let statuses: Vec<_> = of_board.map(|(id, status)| (id, flagged(&status))).collect();
                    let first = statuses.iter().find(|(_, default)| *default).or(statuses.first()).map(|(id, _)| *id);
                    own(row, "status", table(Resource::BoardStatuses), first);
                }
                own(row, "priority", table(Resource::Priorities), Some(3));
                let project = id_of(row, "project").and_then(|id| data.get(table(Resource::Projects), id));
                let company = project.and_then(|p| id_of(&p, "company"));
                own(row, "company", table(Resource::Companies), company);
            }
            Rule::Company => {
                own(row, "status", table(Resource::CompanyStatuses), Some(1));
                row.entry("dateAcquired").or_insert_with(|| stamp(now).into());
                row.entry("types").or_insert_with(|| json!([]));
            }
            Rule::Contact => {
                row.entry("communicationItems").or_insert_with(|| json!([]));
                row.entry("types").or_insert_with(|| json!([]));
                let relationship = json!({"_info": {"relationship_href": "https://sandbox.example/v2025_1//apis/3.0/company/contacts/relationships/"}});
                row.entry("relationship").or_insert(relationship);
                if let Some(company) = id_of(row, "company") {
                    own(row, "site", table(Resource::Sites), Some(company * STRIDE + 1));
                }
            }
            Rule::Note => {
                let internal = row.get("internalAnalysisFlag").cloned().unwrap_or(json!(false));
                let external = row.get("detailDescriptionFlag").cloned().unwrap_or(json!(false));
                row.entry("internalFlag").or_insert(internal);
                row.entry("externalFlag").or_insert(external);
            }
            _ => {}
        }
    }
    if let Some(fields) = custom_fields(data, of) {
        row.entry("customFields").or_insert(fields);
    }
}

/// The tenant's own fields of a resource, without values.
fn custom_fields(data: &Data, of: &Table) -> Option<Value> {
    let screen = Some(of.screen).filter(|screen| !screen.is_empty())?;
    let of_screen = |(_, row): &(i64, Row)| row.get("screenId").and_then(Value::as_str) == Some(screen);
    let all = data.rows(table(Resource::UserDefinedFields)).above(&data.dataset, 0).filter(of_screen);
    let field = |(id, row): (i64, Row)| json!({"id": id, "caption": row.get("caption"), "type": row.get("fieldTypeIdentifier"), "entryMethod": row.get("entryTypeIdentifier"), "numberOfDecimals": row.get("numberDecimals").cloned().unwrap_or(json!(0))});
    Some(all.map(field).collect())
}

/// Sets values of the tenant's own fields: those that are named change, the others stay.
pub(super) fn set_custom(data: &Data, of: &Table, row: &mut Row, changes: &Value, faults: &mut Faults) {
    let stored = row.get("customFields").filter(|f| f.is_array()).cloned().or_else(|| custom_fields(data, of));
    let mut fields = stored.and_then(|f| f.as_array().cloned()).unwrap_or_default();
    for change in changes.as_array().into_iter().flatten() {
        let id = change.get("id").and_then(number);
        let Some(field) = fields.iter_mut().find(|f| id.is_some() && f.get("id").and_then(number) == id) else {
            faults.add("InvalidField", "The custom field was not found.", "customFields");
            continue;
        };
        let value = change.get("value").cloned().unwrap_or(Value::Null);
        match custom_value(field["type"].as_str().unwrap_or_default(), value) {
            Some(value) => field["value"] = value,
            None => {
                let caption = field["caption"].as_str().unwrap_or_default().to_owned();
                faults.add("InvalidField", &format!("The value of {caption} is invalid."), "customFields");
            }
        }
    }
    if !fields.is_empty() {
        row.insert("customFields".into(), fields.into());
    }
}

/// A value as a custom field of a type keeps it; none: it can't be one.
fn custom_value(kind: &str, value: Value) -> Option<Value> {
    let text = value.as_str().map(|t| t.trim().to_owned());
    if value.is_null() || text.as_deref() == Some("") {
        return Some(Value::Null);
    }
    match kind {
        "Number" | "Currency" | "Percent" if !value.is_number() => {
            let text = text?;
            text.parse::<i64>().map(Value::from).or_else(|_| text.parse::<f64>().map(Value::from)).ok()
        }
        "Checkbox" if !value.is_boolean() => text?.to_ascii_lowercase().parse::<bool>().ok().map(Value::from),
        "Date" => text.filter(|t| is_date(t)).map(Value::from),
        _ if value.is_object() || value.is_array() => None,
        _ => Some(value),
    }
}

/// What follows from other members, at each write.
pub(super) fn derive(data: &Data, of: &Table, row: &mut Row, now: DateTime<Utc>) {
    for rule in of.rules {
        match rule {
            Rule::Ticket { .. } => derive_closed(data, row, now),
            Rule::Charge => derive_charge(data, row),
            Rule::Schedule => derive_schedule(data, row),
            _ => {}
        }
    }
}

/// Whether a ticket is closed is its status's.
fn derive_closed(data: &Data, row: &mut Row, now: DateTime<Utc>) {
    let status = id_of(row, "status").and_then(|id| data.get(table(Resource::BoardStatuses), id));
    let closed = status.as_ref().and_then(|s| s.get("closedStatus")) == Some(&json!(true));
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

/// The hours between two moments.
fn hours_between(row: &Row, from: &str, until: &str) -> Option<f64> {
    let at = |name: &str| row.get(name).and_then(Value::as_str).and_then(date);
    Some((at(until)? - at(from)?).num_minutes() as f64 / 60.0)
}

/// What hours are charged to tells their ticket and their company.
fn derive_charge(data: &Data, row: &mut Row) {
    if !row.contains_key("actualHours")
        && let Some(hours) = hours_between(row, "timeStart", "timeEnd")
    {
        let deducted = row.get("hoursDeduct").and_then(Value::as_f64).unwrap_or(0.0);
        row.insert("actualHours".into(), json!(hours - deducted));
    }
    let charged = row.get("chargeToId").and_then(number);
    let kind = row.get("chargeToType").and_then(Value::as_str).unwrap_or_default().to_owned();
    let tickets = match kind.as_str() {
        "ServiceTicket" => table(Resource::Tickets),
        "ProjectTicket" => table(Resource::ProjectTickets),
        _ => {
            for gone in ["ticket", "project", "phase", "ticketBoard", "ticketStatus", "ticketType"] {
                row.remove(gone);
            }
            if let (true, Some(company)) =
                (kind == "Company", charged.and_then(|id| link(data, table(Resource::Companies), id)))
            {
                row.insert("company".into(), company);
            }
            return;
        }
    };
    let Some(ticket) = charged.and_then(|id| data.get(tickets, id)) else { return };
    row.insert("ticket".into(), reference_to(tickets, &ticket));
    row.insert("company".into(), ticket.get("company").cloned().unwrap_or(Value::Null));
    for member in ["project", "phase"] {
        match ticket.get(member) {
            Some(reference) => row.insert(member.to_owned(), reference.clone()),
            None => row.remove(member),
        };
    }
    for (member, of) in [("ticketBoard", "board"), ("ticketStatus", "status"), ("ticketType", "type")] {
        match ticket.get(of).and_then(|r| r.get("name")) {
            Some(name) => row.insert(member.to_owned(), name.clone()),
            None => row.remove(member),
        };
    }
}

/// An entry is called as what it is for, and takes as long as from its start to its end.
fn derive_schedule(data: &Data, row: &mut Row) {
    if !row.contains_key("hours")
        && let Some(hours) = hours_between(row, "dateStart", "dateEnd")
    {
        row.insert("hours".into(), json!(hours));
    }
    if row.contains_key("name") {
        return;
    }
    let object = row.get("objectId").and_then(number);
    let kind = row.get("type").and_then(|t| t.get("identifier")).and_then(Value::as_str);
    let (resources, member): (&[Resource], &str) = match kind {
        Some("S") => (&[Resource::Tickets, Resource::ProjectTickets], "summary"),
        Some("C") => (&[Resource::Activities], "name"),
        _ => return,
    };
    let found = object.and_then(|id| resources.iter().find_map(|of| data.get(table(*of), id)));
    row.extend(found.and_then(|f| f.get(member).cloned()).map(|name| ("name".to_owned(), name)));
}

/// Rules of single resources. `id` is the record's own, if it has one.
pub(super) fn check(data: &Data, of: &'static Table, id: Option<i64>, row: &Row, faults: &mut Faults) {
    let there = |name: &str| row.get(name).is_some_and(|v| !v.is_null());
    for rule in of.rules {
        match rule {
            Rule::Note => {
                let flags = ["detailDescriptionFlag", "internalAnalysisFlag", "resolutionFlag"];
                if !flags.iter().any(|f| row.get(*f) == Some(&json!(true))) {
                    let message = "Please choose where to display the notes in order to save this record.";
                    faults.add("InvalidField", message, "detailDescriptionFlag");
                }
            }
            Rule::Company => {
                let address = ["addressLine1", "addressLine2", "city", "state", "zip", "country"];
                if id.is_none() && !address.iter().any(|m| there(m)) {
                    faults.add("MissingRequiredField", "The addressLine1 field is required.", "addressLine1");
                }
                let identifier = row.get("identifier").and_then(Value::as_str);
                let same = |(other, company): &(i64, Row)| {
                    let theirs = company.get("identifier").and_then(Value::as_str);
                    Some(*other) != id && identifier.zip(theirs).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b))
                };
                let stored = id.and_then(|id| data.get(of, id));
                let changed = stored.is_none_or(|c| c.get("identifier") != row.get("identifier"));
                if changed && data.rows(of).above(&data.dataset, 0).any(|other| same(&other)) {
                    faults.add("ObjectExists", "A company with this identifier already exists.", "identifier");
                }
            }
            // A number that is charged to is nothing without its type, and a type is nothing without a number.
            Rule::Charge if there("chargeToId") != there("chargeToType") => {
                let lacks = if there("chargeToId") { "chargeToType" } else { "chargeToId" };
                faults.add("MissingRequiredField", &format!("The {lacks} field is required."), lacks);
            }
            _ => {}
        }
    }
}
