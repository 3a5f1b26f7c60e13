//! What is done with invoices beside reading and writing them.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::elements::merge_elements;
use super::refusals::rule;
use super::resource::Resource;
use super::state::Data;
use super::tables::table;
use crate::emulator::reply::Reply;
use crate::emulator::row::{number, row};

/// An invoice on paper, as far as a client can tell.
pub(super) fn pdf(data: &Data, id: &str) -> Reply {
    let found = table(Resource::Invoices).number_of(id).and_then(|id| data.get(Resource::Invoices, id));
    match found {
        Some(invoice) => {
            let number = invoice.get("invoicenumber").and_then(Value::as_str).unwrap_or("draft");
            Reply::text(200, "application/pdf", format!("%PDF-1.4\n% invoice {number}\n%%EOF\n"))
        }
        None => Reply::empty(404),
    }
}

/// Voids an invoice.
pub(super) fn void(data: &mut Data, id: &str) -> Reply {
    let there = |id: &i64| data.get(Resource::Invoices, *id).is_some();
    let found = table(Resource::Invoices).number_of(id).filter(there);
    let Some(id) = found else {
        return Reply::empty(404);
    };
    let (rows, dataset) = data.rows_mut(Resource::Invoices);
    rows.update(dataset, id, row(json!({"voided": true, "total": 0.0, "amountdue": 0.0, "amount_remaining": 0.0})));
    Reply::json(201, &json!({"id": id}))
}

/// Makes the invoices that are due from recurring ones.
pub(super) fn process(data: &mut Data, ids: &[Value], now: DateTime<Utc>) -> Reply {
    for id in ids.iter().filter_map(number) {
        let Some(mut invoice) = data.get(Resource::RecurringInvoices, id) else {
            return Reply::empty(404);
        };
        invoice.insert("posted".to_owned(), true.into());
        invoice.insert("invoicenumber".to_owned(), format!("REC-{id:05}").into());
        invoice.insert("invoice_date".to_owned(), now.format("%Y-%m-%dT%H:%M:%S").to_string().into());
        let (rows, _) = data.rows_mut(Resource::Invoices);
        rows.insert(invoice);
    }
    Reply::json(201, &json!({}))
}

/// Updates lines of an invoice where they are, each by its id.
pub(super) fn update_lines(data: &mut Data, resource: Resource, lines: Vec<Value>) -> Reply {
    for line in lines {
        let Some(id) = line.get("id").and_then(number) else {
            return rule("A line needs its id");
        };
        let (rows, dataset) = data.rows_mut(resource);
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
