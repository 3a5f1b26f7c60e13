//! The configurations that a ticket is about: references to rows of another table.

use http::StatusCode;
use serde_json::{Value, json};

use super::lists;
use super::params::{Ask, narrowed};
use super::quirks::{OpenPoints, Quirks};
use super::refusals::{inner, invalid, not_found, refuse};
use super::resource::Resource;
use super::routes::Verb;
use super::state::Data;
use super::table::Table;
use super::tables::table;
use super::writes::object;
use crate::emulator::reply::Reply;
use crate::emulator::row::number;

const FIELDS: &str = "id,deviceIdentifier,_info";

/// Answers what is asked of them below a ticket.
pub(super) fn answer(
    data: &mut Data,
    own: &Table,
    verb: &Verb,
    ask: &Ask<'_>,
    body: &[u8],
    (quirks, open): (&Quirks, &OpenPoints),
) -> Result<Reply, Reply> {
    let ticket = ask.parent.unwrap_or(0);
    let (tickets, configurations) = (table(Resource::Tickets), table(Resource::Configurations));
    if data.get(tickets, ticket).is_none() {
        return Err(not_found(tickets, ticket));
    }
    let attached = data.attached(ticket);
    let there = |id: &i64| if attached.contains(id) { Ok(*id) } else { Err(not_found(configurations, *id)) };
    let ids: Vec<String> = attached.iter().map(i64::to_string).collect();
    // No row has the id 0.
    let among = if ids.is_empty() { "id = 0".to_owned() } else { format!("id in ({})", ids.join(",")) };
    match verb {
        Verb::List => narrowed(ask, among, FIELDS, |ask| lists::list(data, configurations, ask, quirks, open)),
        Verb::Count => narrowed(ask, among, FIELDS, |ask| lists::count(data, configurations, ask)),
        Verb::Get(id) => {
            let id = there(id)?;
            narrowed(ask, among, FIELDS, |ask| lists::get(data, configurations, id, ask, quirks))
        }
        Verb::Create => {
            let id = wanted(data, own, body)?;
            data.attach(ticket, id);
            let mut made = narrowed(ask, among, FIELDS, |ask| lists::get(data, configurations, id, ask, quirks))?;
            made.status = StatusCode::CREATED;
            Ok(made)
        }
        Verb::Delete(id) => {
            data.detach(ticket, there(id)?);
            Ok(Reply::empty(204))
        }
        _ => Err(refuse(405, "ConnectWiseApi", "The requested resource does not support this http method.")),
    }
}

/// The configuration that a body names, by its id or its device.
fn wanted(data: &Data, own: &Table, body: &[u8]) -> Result<i64, Reply> {
    let body = object(body)?;
    let configurations = table(Resource::Configurations);
    let (id, device) = (body.get("id").and_then(number), body.get("deviceIdentifier").and_then(Value::as_str));
    let found = match (id, device) {
        (Some(id), _) => data.get(configurations, id).map(|_| id),
        (None, Some(device)) => data
            .rows(configurations)
            .above(&data.dataset, 0)
            .find(|(_, row)| row.get("deviceIdentifier") == Some(&json!(device)))
            .map(|(id, _)| id),
        (None, None) => {
            let message = "id or deviceIdentifier is required.";
            return Err(invalid(own, vec![inner(own, "MissingRequiredField", message, "id")]));
        }
    };
    found.ok_or_else(|| {
        let message = format!("Configuration {} not found", id.map_or_else(String::new, |id| id.to_string()));
        invalid(own, vec![inner(own, "NotFound", &message, "id")])
    })
}
