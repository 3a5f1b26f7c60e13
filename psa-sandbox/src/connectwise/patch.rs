//! The operations of a patch: not RFC 6902. `replace` works on what is not there, and custom fields merge by id.

use serde_json::{Value, json};

use super::checks::{Faults, fit};
use super::communications::{add_communication, complete_communication, one_default};
use super::refusals::{inner, invalid, refuse};
use super::rules::set_custom;
use super::schema::{Kind, schema};
use super::state::Data;
use super::table::Table;
use crate::emulator::reply::Reply;
use crate::emulator::row::Row;

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
    invalid(table, vec![inner(table, "InvalidField", message, member)])
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
