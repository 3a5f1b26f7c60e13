//! Numbers and addresses of contacts: members of a contact, and records of their own.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::refusals::{inner, invalid};
use super::resource::Resource;
use super::state::Data;
use super::table::Table;
use super::tables::table;
use crate::emulator::reply::Reply;
use crate::emulator::row::{Row, number, row};

/// What kind of communication a type is.
fn kind_of_type(data: &Data, id: Option<i64>) -> Option<&'static str> {
    let row = data.get(table(Resource::CommunicationTypes), id?)?;
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
    if let Some(ty) = id.and_then(|id| data.get(table(Resource::CommunicationTypes), id)) {
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

/// A new number or address of a contact.
pub(super) fn add_communication(
    data: &Data,
    of: &Table,
    row: &mut Row,
    index: &str,
    value: Option<Value>,
) -> Result<(), Reply> {
    let mut items = row.get("communicationItems").and_then(Value::as_array).cloned().unwrap_or_default();
    let Some(Value::Object(mut item)) = value else {
        let fault = inner(of, "InvalidObject", "An object was expected.", "communicationItems");
        return Err(invalid(of, vec![fault]));
    };
    check_communication(data, of, &item)?;
    complete_communication(data, &mut item);
    let own = items.iter().filter_map(|i| i.get("id").and_then(number)).max().unwrap_or(0) + 1;
    item.insert("id".into(), own.max(data.next_communication()).into());
    // It goes to the end, whatever the index says; only there its default counts.
    let at_end = index.parse() == Ok(items.len()) || index == "-";
    if !at_end {
        item.insert("defaultFlag".into(), false.into());
    }
    items.push(Value::Object(item));
    let last = items.len() - 1;
    one_default(&mut items, last);
    row.insert("communicationItems".into(), items.into());
    Ok(())
}

/// Refuses a number or an address that has no type, no value, or too long a one.
pub(super) fn check_communication(data: &Data, of: &Table, item: &Row) -> Result<(), Reply> {
    let types = table(Resource::CommunicationTypes);
    let id = item.get("type").and_then(|t| t.get("id")).and_then(number);
    let fault = |code: &str, message: &str, member: &str| {
        let fault = inner(of, code, message, &format!("communicationItems/{member}"));
        Err(invalid(of, vec![fault]))
    };
    let Some(id) = id else { return fault("MissingRequiredField", "The type/id field is required.", "type") };
    if data.get(types, id).is_none() {
        return fault("NotFound", &format!("{} {id} not found", types.title()), "type/id");
    }
    let value = item.get("value").and_then(Value::as_str).unwrap_or_default();
    if value.trim().is_empty() {
        return fault("MissingRequiredField", "The value field is required.", "value");
    }
    if value.chars().count() > 250 {
        let message = "The field value must be a string with a maximum length of 250.";
        return fault("MaxLengthField", message, "value");
    }
    Ok(())
}

/// Numbers and addresses of a contact were changed one by one: the contact shows them.
pub(super) fn communications_changed(data: &mut Data, contact: i64, now: DateTime<Utc>) {
    let contacts = table(Resource::Contacts);
    let Some(mut row) = data.get(contacts, contact) else { return };
    let list = communications_of(data, contact);
    let items: Vec<Value> = list
        .into_iter()
        .map(|mut c| {
            for gone in ["_parent", "contactId", "_info", "mobileGuid"] {
                c.remove(gone);
            }
            Value::Object(c)
        })
        .collect();
    row.insert("communicationItems".into(), items.into());
    data.put(contacts, contact, row, now);
}

/// The communications of a contact as records of their own: made from the contact, until they are changed.
fn communications_of(data: &Data, contact: i64) -> Vec<Row> {
    let table = self::table(Resource::Communications);
    let mut list: Vec<(i64, Row)> =
        data.rows(table).edits().filter(|(_, r)| r.get("_parent").and_then(number) == Some(contact)).collect();
    list.sort_by_key(|(id, _)| *id);
    let mut rows: Vec<Value> = list.into_iter().map(|(_, r)| Value::Object(r)).collect();
    // The newest default of a kind is the one.
    if let Some(newest) = rows.len().checked_sub(1) {
        one_default(&mut rows, newest);
    }
    rows.into_iter().filter_map(|r| r.as_object().cloned()).collect()
}

/// Before a contact's communications are read or changed by themselves, they are records: those that the contact shows.
pub(super) fn materialise(data: &mut Data, contact: i64) {
    let table = self::table(Resource::Communications);
    data.number_communications(0);
    let Some(whole) = data.get(self::table(Resource::Contacts), contact) else { return };
    let items: Vec<Row> = whole
        .get("communicationItems")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|item| item.as_object().cloned())
        .collect();
    let shown: Vec<i64> = items.iter().filter_map(|item| item.get("id").and_then(number)).collect();
    let of_contact = |row: &Row| row.get("_parent").and_then(number) == Some(contact);
    let gone: Vec<i64> =
        data.rows(table).edits().filter(|(id, row)| of_contact(row) && !shown.contains(id)).map(|(id, _)| id).collect();
    for id in gone {
        data.remove(table, id);
    }
    for (id, item) in shown.into_iter().zip(items) {
        let mut record = data.get(table, id).unwrap_or_default();
        record.extend(item);
        record.extend(row(json!({"_parent": contact, "contactId": contact})));
        data.put_quietly(table, id, record);
    }
}
