//! The operations of a patch: not RFC 6902. `replace` works on what is not there, and custom fields merge by id.

use serde_json::{Value, json};

use super::checks::{Faults, fit, invalid};
use super::data::Data;
use super::lists::refuse;
use super::rules::set_custom;
use super::schema::{Kind, schema};
use super::tables::{Table, table};
use super::writes::{complete_communication, one_default};
use crate::reply::Reply;
use crate::rows::{Row, number};

/// An operation as the body has it.
pub(super) struct Operation<'o> {
    op: &'o str,
    /// The member, and what is behind it.
    pub(super) head: String,
    rest: Vec<String>,
    pub(super) value: Option<Value>,
}

/// The operations of a body.
pub(super) fn operations(body: &[Value]) -> Vec<Operation<'_>> {
    let read = |operation| {
        let operation: &Value = operation;
        let path = operation["path"].as_str().unwrap_or_default().trim_start_matches('/');
        let mut parts = path.split('/').map(str::to_owned);
        Operation {
            op: operation["op"].as_str().unwrap_or_default(),
            head: parts.next().unwrap_or_default(),
            rest: parts.collect(),
            value: operation.get("value").cloned(),
        }
    };
    body.iter().map(read).collect()
}

fn one_fault(table: &Table, message: &str, member: &str) -> Reply {
    invalid(table, vec![super::checks::inner(table, "InvalidField", message, member)])
}

/// Carries one operation out on a row.
pub(super) fn apply(
    data: &Data,
    of: &'static Table,
    row: &mut Row,
    operation: Operation<'_>,
    faults: &mut Faults,
) -> Result<(), Reply> {
    let Operation { op, head, rest, value } = operation;
    let Some(field) = schema(of).field(&head) else {
        if matches!(head.as_str(), "id" | "_info") {
            return Ok(());
        }
        return Err(one_fault(of, &format!("{head} is not a valid path."), &head));
    };
    if !matches!(op, "add" | "replace" | "remove") {
        let path = std::iter::once(head).chain(rest).collect::<Vec<_>>().join("/");
        return Err(refuse(400, "ConnectWiseApi", format!("The operation {op:?} is not supported on {path}.")));
    }
    if field.computed || field.only_written || field.only_created {
        // It is taken and has no effect.
        return Ok(());
    }
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    match (op, rest.as_slice()) {
        ("add" | "replace", []) if head == "customFields" => {
            set_custom(data, of, row, &value.unwrap_or(Value::Null), faults);
        }
        ("add" | "replace", []) => {
            let value = fit(field, value.unwrap_or(Value::Null), faults)?;
            // Null takes a member away.
            if value.is_null() {
                row.remove(&head)
            } else {
                row.insert(head, value)
            };
        }
        ("remove", []) => {
            row.remove(&head);
        }
        ("add", [index]) if head == "communicationItems" => add_communication(data, of, row, index, value)?,
        ("remove", [index]) => {
            let Some(Value::Array(elements)) = row.get_mut(&head) else { return Ok(()) };
            match index.parse::<usize>() {
                Ok(n) if n < elements.len() => drop(elements.remove(n)),
                _ => return Err(one_fault(of, "The index is out of range.", &head)),
            }
        }
        ("add" | "replace", [index, member]) if row.get(&head).is_some_and(Value::is_array) => {
            let Some(Value::Array(elements)) = row.get_mut(&head) else { return Ok(()) };
            let n = index.parse::<usize>().ok().filter(|n| *n < elements.len());
            let Some(n) = n else { return Err(one_fault(of, "The index is out of range.", &head)) };
            elements[n][*member] = value.unwrap_or(Value::Null);
            if let (true, Value::Object(item)) = (head == "communicationItems", &mut elements[n]) {
                complete_communication(data, item);
            }
            one_default(elements, n);
        }
        // Inside a reference: taken, and only the id has an effect.
        ("add" | "replace", [member]) => {
            if *member == "id" && matches!(field.kind, Kind::Reference(_)) {
                let value = fit(field, json!({"id": value.unwrap_or(Value::Null)}), faults)?;
                if value.is_null() {
                    row.remove(&head)
                } else {
                    row.insert(head, value)
                };
            }
        }
        _ => {
            let path = format!("{head}/{}", rest.join("/"));
            return Err(refuse(400, "ConnectWiseApi", format!("The operation {op:?} is not supported on {path}.")));
        }
    }
    Ok(())
}

/// A new number or address of a contact.
fn add_communication(data: &Data, of: &Table, row: &mut Row, index: &str, value: Option<Value>) -> Result<(), Reply> {
    let mut items = row.get("communicationItems").and_then(Value::as_array).cloned().unwrap_or_default();
    let Some(Value::Object(mut item)) = value else {
        let fault = super::checks::inner(of, "InvalidObject", "An object was expected.", "communicationItems");
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
pub(super) fn check_communication(data: &Data, of: &'_ Table, item: &Row) -> Result<(), Reply> {
    let types = table("communication_types");
    let id = item.get("type").and_then(|t| t.get("id")).and_then(number);
    let fault = |code: &str, message: &str, member: &str| {
        let fault = super::checks::inner(of, code, message, &format!("communicationItems/{member}"));
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
