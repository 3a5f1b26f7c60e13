//! Writing: creates and updates in one verb, partial; clients, sites and users. Tickets are in `ticket_writes`.

#![expect(clippy::result_large_err, reason = "a refusal is an answer like any other here")]

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::custom_fields;
use super::data::{Data, Row, Rows, number};
use super::lists;
use super::members::{is_guid, schema};
use super::plain;
use super::quirks::Quirks;
use super::references::{self, Home, Place};
use super::routes::{Resource, table};
use super::rows;
use super::tables::Ids;
use super::ticket_writes::{save_action, save_ticket};
use crate::reply::Reply;

/// Whether the body creates: its first element has no id, or 0.
pub(crate) fn creates(body: &Bytes) -> bool {
    match serde_json::from_slice::<Value>(body) {
        Ok(Value::Array(items)) => items.first().is_some_and(is_new),
        Ok(item) => is_new(&item),
        Err(_) => false,
    }
}

fn is_new(item: &Value) -> bool {
    match item.get("id") {
        // A GUID is the id of something that is there.
        Some(Value::String(text)) if is_guid(text) => text.bytes().all(|b| matches!(b, b'0' | b'-')),
        Some(id) => number(id).unwrap_or(0) == 0,
        None => true,
    }
}

pub(super) fn model_state(field: &str, message: &str) -> Reply {
    Reply::json(400, &json!({ format!("[0].{field}"): [message] }))
}

pub(super) fn rule(message: &str) -> Reply {
    Reply::json(
        400,
        &json!({"ClassName": "System.Exception", "Message": message, "Data": null, "InnerException": null}),
    )
}

/// One element of a write.
#[derive(Debug)]
pub(super) struct Sent {
    /// The number of the record; 0 creates.
    pub(super) id: i64,
    /// Everything else, as it came.
    pub(super) members: Row,
}

impl Sent {
    /// Takes the id out of an element: a whole number, also as text, or a GUID where the records have GUIDs.
    fn of(mut item: Row, resource: Resource, quirks: &Quirks) -> Result<Self, Reply> {
        let named = item.keys().find(|name| name.eq_ignore_ascii_case("id")).cloned();
        let sent = named.and_then(|name| item.remove(&name)).unwrap_or(Value::Null);
        let table = match resource {
            Resource::Table(table) => Some(table),
            _ => None,
        };
        let id = match (table.filter(|t| t.ids == Ids::Guid), &sent) {
            (_, Value::Null) => Some(0),
            (Some(_), Value::String(text)) if is_guid(text) && is_new(&json!({"id": text})) => Some(0),
            // One that is no record's is looked for, and not found.
            (Some(table), Value::String(text)) if is_guid(text) => Some(plain::number_of(table, text).unwrap_or(-1)),
            (Some(_), _) => None,
            (None, value) => whole(value, quirks),
        };
        let ty = if table.is_some_and(|t| t.ids == Ids::Guid) { "System.Guid" } else { "System.Int32" };
        match id {
            Some(id) => Ok(Self { id, members: item }),
            None => Err(model_state("id", &format!("The JSON value could not be converted to {ty}."))),
        }
    }
}

/// A whole number of 32 bits, also as text. Without the quirk, `95.0` is one, too.
fn whole(value: &Value, quirks: &Quirks) -> Option<i64> {
    let float = || {
        let float = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
        (!quirks.float_text_ids_refused && float.fract() == 0.0).then_some(float as i64)
    };
    number(value).or_else(float).filter(|id| i32::try_from(*id).is_ok())
}

pub(crate) fn save(data: &mut Data, resource: Resource, body: &Bytes, now: DateTime<Utc>, quirks: &Quirks) -> Reply {
    let items = match serde_json::from_slice::<Value>(body) {
        Ok(Value::Array(items)) => items,
        Ok(item @ Value::Object(_)) if !quirks.arrays_only => vec![item],
        Ok(Value::Object(_)) => {
            return Reply::json(
                400,
                &json!({"": ["The input was not valid: a JSON array is required to deserialize the list."]}),
            );
        }
        _ => {
            return Reply::json(400, &json!({"$": ["The input does not contain any JSON tokens."]}));
        }
    };
    let many = items.len() > 1;
    let mut stored = Vec::new();
    for item in items {
        let Value::Object(item) = item else {
            return model_state("", "The JSON value could not be converted.");
        };
        let saved = Sent::of(item, resource, quirks).and_then(|sent| match resource {
            Resource::Tickets | Resource::Opportunities | Resource::Projects => {
                save_ticket(data, resource, sent, now, quirks)
            }
            Resource::Actions => save_action(data, sent, now, quirks),
            Resource::Clients | Resource::Sites | Resource::Users => save_row(data, resource, sent, now, quirks),
            Resource::Table(table) => plain::save(data, table, sent, now, quirks),
            _ => Err(Reply::empty(403)),
        });
        match saved {
            Ok(row) => stored.push(Value::Object(row)),
            Err(reply) => return reply,
        }
    }
    match stored.pop() {
        Some(one) if !many => Reply::json(201, &one),
        // What the vendor answers to several elements is not known; an array is a guess.
        Some(last) => {
            stored.push(last);
            Reply::json(201, &Value::Array(stored))
        }
        None => Reply::json(400, &json!("No objects were sent")),
    }
}

fn save_row(
    data: &mut Data,
    resource: Resource,
    item: Sent,
    now: DateTime<Utc>,
    quirks: &Quirks,
) -> Result<Row, Reply> {
    let id = item.id;
    let new = id == 0;
    let members = schema(match resource {
        Resource::Sites => "sites",
        Resource::Users => "users",
        _ => "clients",
    });
    let before = basic_row(data, resource, id);
    if !new && before.is_none() {
        return Err(Reply::empty(404));
    }
    let mut sent = members.accept(item.members, quirks)?;
    let named = sent.get("name").map(|name| name.as_str().is_some_and(|name| !name.trim().is_empty()));
    if named == Some(false) || (new && named.is_none()) {
        return Err(rule("A Name must be entered"));
    }
    let has = |member: &str| sent.get(member).and_then(number).is_some_and(|id| id > 0);
    if new && resource == Resource::Users && !has("site_id") && !has("client_id") {
        return Err(rule("A Site must be selected for this User"));
    }
    if new && resource == Resource::Sites && !has("client_id") {
        return Err(rule("A Client must be selected for this Site"));
    }
    references::check(members, &mut sent, data)?;
    let before = before.unwrap_or_default();
    if resource == Resource::Users && (new || sent.contains_key("client_id") || sent.contains_key("site_id")) {
        Place::of(&before).after(Home::Site, &sent, new, data)?.put_home(&mut sent);
    }
    if resource == Resource::Sites {
        address_lines(&mut sent);
    }
    // Members of the first site, and secrets: written and never read again.
    let site_name = sent.remove("newclient_sitename").filter(|name| !name.is_null());
    let telephone = sent.remove("newclient_phonenumber").filter(|number| !number.is_null());
    for gone in ["password", "new_password", "newclient_domain", "newclient_contactname", "newclient_contactemail"] {
        sent.remove(gone);
    }
    if let Some(Value::Array(fields)) = sent.get("customfields") {
        let fields = custom_fields::merge(before.get("customfields"), fields)?;
        sent.insert("customfields".to_owned(), fields);
    }
    members.stamp(&mut sent, new, now, quirks);
    data.touch();
    if new && resource == Resource::Clients {
        sent.entry("website").or_insert(json!(""));
    }
    let (rows, dataset) = basic(data, resource);
    let id = if new {
        rows.insert(sent)
    } else {
        rows.update(dataset, id, sent);
        id
    };
    if new && resource == Resource::Clients {
        first_site(data, id, site_name, telephone);
    }
    let stored = basic_row(data, resource, id).unwrap_or_default();
    let open = super::quirks::OpenPoints::default();
    let context = lists::Context { quirks, open: &open, restricted_to: None };
    Ok(match resource {
        Resource::Sites => rows::site_detail(stored, data, &context, false),
        Resource::Users => rows::user_detail(stored, data, &context, false),
        _ => rows::client_detail(stored, data, &context),
    })
}

/// The address that a site read alone has as an object is kept in lines.
fn address_lines(sent: &mut Row) {
    let Some(Value::Object(address)) = sent.remove("delivery_address") else { return };
    for (member, n) in ["line1", "line2", "line3", "line4", "postcode"].into_iter().zip(1..) {
        if let Some(line) = address.get(member) {
            sent.insert(format!("delivery_address_line{n}"), line.clone());
        }
    }
}

/// Each client has a site and a general user.
fn first_site(data: &mut Data, client: i64, name: Option<Value>, telephone: Option<Value>) {
    let name = name.unwrap_or_else(|| "Main".into());
    let telephone = telephone.unwrap_or_else(|| "".into());
    let site = data.sites.insert(super::data::row(
        json!({"name": name, "client_id": client, "inactive": false, "sla_id": 1, "phonenumber": telephone}),
    ));
    data.users.insert(super::data::row(
        json!({"name": "General User", "firstname": "General", "surname": "User", "site_id": site,
        "client_id": client, "inactive": false, "emailaddress": "", "use": "user", "isgeneraluser": true}),
    ));
}

/// A client, site or user.
fn basic_row(data: &Data, resource: Resource, id: i64) -> Option<Row> {
    let rows = match resource {
        Resource::Sites => &data.sites,
        Resource::Users => &data.users,
        _ => &data.clients,
    };
    rows.get(&data.dataset, id)
}

fn basic(data: &mut Data, resource: Resource) -> (&mut Rows, &super::data::Dataset) {
    let Data { clients, sites, users, dataset, .. } = data;
    match resource {
        Resource::Sites => (sites, dataset),
        Resource::Users => (users, dataset),
        _ => (clients, dataset),
    }
}

pub(crate) fn delete(
    data: &mut Data,
    resource: Resource,
    id: &str,
    query: &[(String, String)],
    now: DateTime<Utc>,
) -> Reply {
    if let Resource::Table(table) = resource {
        let shown = match table.ids {
            Ids::Guid => json!(id),
            _ => json!(id.parse::<i64>().unwrap_or(0)),
        };
        return match plain::delete(data, table, id) {
            Some(()) => Reply::json(200, &json!({"id": shown})),
            None => Reply::empty(404),
        };
    }
    let Ok(id) = id.parse::<i64>() else {
        return Reply::empty(404);
    };
    let gone = match resource {
        Resource::Tickets | Resource::Opportunities | Resource::Projects => {
            data.ticket(id).filter(|t| !t.deleted).map(|mut t| {
                t.deleted = true;
                t.last_update = now;
                data.put_ticket(t);
            })
        }
        Resource::Actions => {
            let ticket =
                query.iter().find(|(n, _)| n.eq_ignore_ascii_case("ticket_id")).and_then(|(_, v)| v.parse().ok());
            ticket.filter(|t| data.action(*t, id).is_some()).map(|t| data.drop_action(t, id))
        }
        Resource::Clients | Resource::Sites | Resource::Users => {
            data.touch();
            let (rows, dataset) = basic(data, resource);
            rows.remove(dataset, id).then_some(())
        }
        _ => return Reply::empty(403),
    };
    match gone {
        Some(()) => Reply::json(200, &json!({"id": id})),
        None => Reply::empty(404),
    }
}

/// Voids an invoice.
pub(super) fn void(data: &mut Data, id: &str) -> Reply {
    let invoices = table("invoices");
    let found = plain::number_of(invoices, id).filter(|id| data.rows(invoices).get(&data.dataset, *id).is_some());
    let Some(id) = found else {
        return Reply::empty(404);
    };
    let (rows, dataset) = data.rows_mut(invoices);
    rows.update(
        dataset,
        id,
        super::data::row(json!({"voided": true, "total": 0.0, "amountdue": 0.0, "amount_remaining": 0.0})),
    );
    Reply::json(201, &json!({"id": id}))
}

/// Makes the invoices that are due from recurring ones.
pub(super) fn process(data: &mut Data, ids: &[Value], now: DateTime<Utc>) -> Reply {
    for id in ids.iter().filter_map(number) {
        let Some(mut invoice) = data.rows(table("recurring_invoices")).get(&data.dataset, id) else {
            return Reply::empty(404);
        };
        invoice.insert("posted".to_owned(), true.into());
        invoice.insert("invoicenumber".to_owned(), format!("REC-{id:05}").into());
        invoice.insert("invoice_date".to_owned(), now.format("%Y-%m-%dT%H:%M:%S").to_string().into());
        let (rows, _) = data.rows_mut(table("invoices"));
        rows.insert(invoice);
    }
    Reply::json(201, &json!({}))
}
