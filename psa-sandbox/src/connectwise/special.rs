//! What is no plain list or record: merges, documents, searches, tokens, keys.

use chrono::{DateTime, Utc};
use http::{HeaderValue, header};
use serde_json::{Value, json};

use super::checks::{inner, invalid};
use super::data::{Data, stamp};
use super::lists::{not_found, refuse, shown};
use super::quirks::Quirks;
use super::references::{link, reference_to};
use super::tables::{STRIDE, table};
use crate::reply::Reply;
use crate::rows::{Row, number, row};

fn id_in(body: &Value, name: &str) -> Option<i64> {
    body.get(name).and_then(number)
}

/// Closes tickets and points them at the one that they are merged into.
pub(super) fn merge_tickets(data: &mut Data, into: i64, body: &[u8], now: DateTime<Utc>) -> Result<Reply, Reply> {
    let (tickets, statuses) = (table("tickets"), table("board_statuses"));
    let body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let mut target = data.get(tickets, into).ok_or_else(|| not_found(tickets, into))?;
    let wrong = |code: &str, message: &str, member: &str| {
        let fault = json!({"code": code, "message": message, "resource": "ticketMerge", "field": member});
        Reply::json(
            400,
            &json!({"code": "InvalidObject", "message": "ticketMerge object is invalid", "errors": [fault]}),
        )
    };
    let Some(status) = id_in(&body["status"], "id") else {
        return Err(wrong("MissingRequiredField", "The status/id field is required.", "status"));
    };
    let Some(status) = data.get(statuses, status) else {
        return Err(wrong("NotFound", &format!("{} {status} not found", statuses.title()), "status/id"));
    };
    let ids: Vec<i64> = body["mergeTicketIds"].as_array().into_iter().flatten().filter_map(number).collect();
    if ids.is_empty() {
        return Err(wrong("MissingRequiredField", "The mergeTicketIds field is required.", "mergeTicketIds"));
    }
    // All are there, or nothing is merged.
    let merged: Vec<(i64, Row)> = ids
        .into_iter()
        .map(|id| data.get(tickets, id).map(|row| (id, row)).ok_or_else(|| not_found(tickets, id)))
        .collect::<Result<_, Reply>>()?;
    for (id, mut row) in merged {
        row.insert("mergedParentTicket".into(), reference_to(tickets, &target));
        row.insert("status".into(), reference_to(statuses, &status));
        row.insert("closedFlag".into(), status.get("closedStatus").cloned().unwrap_or(Value::Null));
        row.insert("closedDate".into(), stamp(now).into());
        data.put(tickets, id, row, now);
    }
    target.insert("hasMergedChildTicketFlag".into(), true.into());
    data.put(tickets, into, target, now);
    Ok(Reply::json(200, &json!({"success": true, "message": ""})))
}

pub(super) fn attach_children(data: &mut Data, parent: i64, body: &[u8], now: DateTime<Utc>) -> Result<Reply, Reply> {
    let tickets = table("tickets");
    let body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let mut above = data.get(tickets, parent).ok_or_else(|| not_found(tickets, parent))?;
    for id in body["childTicketIds"].as_array().into_iter().flatten().filter_map(number) {
        let mut child = data.get(tickets, id).ok_or_else(|| not_found(tickets, id))?;
        child.insert("parentTicketId".into(), parent.into());
        data.put(tickets, id, child, now);
    }
    above.insert("hasChildTicket".into(), true.into());
    data.put(tickets, parent, above, now);
    Ok(Reply::json(200, &json!({"success": true, "message": ""})))
}

/// What belongs to a company belongs to the other one then, and it is deleted softly.
pub(super) fn merge_companies(data: &mut Data, from: i64, body: &[u8], now: DateTime<Utc>) -> Result<Reply, Reply> {
    let companies = table("companies");
    let body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let into = id_in(&body, "toCompanyId").unwrap_or(0);
    if data.get(companies, into).is_none() {
        return Err(not_found(companies, into));
    }
    let contacts = table("contacts");
    let moved: Vec<(i64, Row)> = data
        .rows(contacts)
        .above(&data.dataset, 0)
        .filter(|(_, c)| c.get("company").and_then(|c| c.get("id")).and_then(number) == Some(from))
        .collect();
    for (id, mut contact) in moved {
        // A site of the old company is none of the new one's.
        contact.insert("company".into(), link(data, companies, into).unwrap_or(Value::Null));
        contact.insert("site".into(), link(data, table("sites"), into * STRIDE + 1).unwrap_or(Value::Null));
        data.put(contacts, id, contact, now);
    }
    super::writes::delete(data, companies, (None, from), now)?;
    Ok(Reply::json(200, &json!({"success": true, "message": ""})))
}

/// The forecast of an opportunity.
pub(super) fn forecast(data: &Data, id: i64) -> Result<Reply, Reply> {
    let opportunities = table("opportunities");
    data.get(opportunities, id).ok_or_else(|| not_found(opportunities, id))?;
    let revenue = 100.0 * (1 + id % 30) as f64;
    Ok(Reply::json(
        200,
        &json!({"id": id, "forecastItems": [{"id": id * 10 + 1, "forecastDescription": "Hardware", "opportunity": {"id": id}, "quantity": 1.0, "revenue": revenue, "cost": revenue * 0.7, "includeFlag": true, "forecastType": "Product"}],
        "productRevenue": {"id": id, "revenue": revenue, "cost": revenue * 0.7}, "recurringTotal": 0.0, "forecastTotalWithTaxes": revenue * 1.2, "expectedProbability": 50}),
    ))
}

/// Numbers and addresses of a contact were changed one by one: the contact shows them.
pub(super) fn communications_changed(data: &mut Data, contact: i64, now: DateTime<Utc>) {
    let contacts = table("contacts");
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
    let table = table("communications");
    let mut list: Vec<(i64, Row)> =
        data.rows(table).edits().filter(|(_, r)| r.get("_parent").and_then(number) == Some(contact)).collect();
    list.sort_by_key(|(id, _)| *id);
    let mut rows: Vec<Value> = list.into_iter().map(|(_, r)| Value::Object(r)).collect();
    // The newest default of a kind is the one.
    if let Some(newest) = rows.len().checked_sub(1) {
        super::writes::one_default(&mut rows, newest);
    }
    rows.into_iter().filter_map(|r| r.as_object().cloned()).collect()
}

/// Before a contact's communications are read or changed by themselves, they are records: those that the contact shows.
pub(super) fn materialise(data: &mut Data, contact: i64) {
    let table = table("communications");
    data.number_communications(0);
    let Some(row) = data.get(super::tables::table("contacts"), contact) else { return };
    let items: Vec<Row> = row
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
        record.extend(crate::rows::row(json!({"_parent": contact, "contactId": contact})));
        data.put_quietly(table, id, record);
    }
}

/// A file of a form: its name, its media type, its content.
type File = (String, String, Vec<u8>);

/// A multipart form: its fields, and the file.
fn form(content_type: &str, body: &[u8]) -> Option<(Row, Option<File>)> {
    let boundary = content_type.split("boundary=").nth(1)?.trim_matches('"');
    let mark = format!("--{boundary}");
    let (mut fields, mut file) = (Row::new(), None);
    let mut at = find(body, mark.as_bytes(), 0)? + mark.len();
    loop {
        if body.get(at..at + 2) == Some(b"--") {
            return Some((fields, file));
        }
        let head_end = find(body, b"\r\n\r\n", at)?;
        let head = String::from_utf8_lossy(&body[at..head_end]).into_owned();
        let next = find(body, format!("\r\n{mark}").as_bytes(), head_end + 4)?;
        let content = &body[head_end + 4..next];
        let attribute =
            |name: &str| head.split(&format!(" {name}=\"")).nth(1).and_then(|r| r.split('"').next()).map(str::to_owned);
        let ty =
            head.split("Content-Type: ").nth(1).and_then(|t| t.lines().next()).unwrap_or("application/octet-stream");
        match (attribute("name"), attribute("filename")) {
            (Some(_), Some(name)) => file = Some((name, ty.trim().to_owned(), content.to_vec())),
            (Some(name), None) => {
                fields.insert(name, String::from_utf8_lossy(content).into_owned().into());
            }
            _ => {}
        }
        at = next + 2 + mark.len();
    }
}

fn find(haystack: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    haystack.get(from..)?.windows(needle.len()).position(|w| w == needle).map(|n| n + from)
}

pub(super) fn upload(
    data: &mut Data,
    head: &http::request::Parts,
    body: &[u8],
    now: DateTime<Utc>,
    quirks: &Quirks,
) -> Result<Reply, Reply> {
    let content_type = head.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !content_type.starts_with("multipart/form-data") {
        return Err(refuse(415, "ConnectWiseApi", "The media type is not supported for this resource."));
    }
    let documents = table("documents");
    let Some((fields, file)) = form(content_type, body) else {
        return Err(refuse(400, "ConnectWiseApi", "The form could not be read."));
    };
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let Some((name, ty, content)) = file else {
        return Err(invalid(
            documents,
            vec![inner(documents, "MissingRequiredField", "The file field is required.", "file")],
        ));
    };
    use base64::Engine;
    let encoded = base64::engine::general_purpose::STANDARD.encode(&content);
    let new = row(
        json!({"title": text("title"), "fileName": name, "serverFileName": name, "owner": data.member, "linkFlag": false, "imageFlag": ty.starts_with("image/"), "publicFlag": text("privateFlag") != "true",
        "readOnlyFlag": false, "size": content.len(), "urlFlag": false, "createdOnDate": stamp(now), "documentType": {"id": 1, "name": "File"}, "_parent": text("recordId"), "_data": [text("recordType"), ty, encoded]}),
    );
    let id = data.insert(documents, new, now);
    Ok(Reply::json(201, &shown(data.get(documents, id).unwrap_or_default(), None, quirks)))
}

/// The documents of a record, which must be named.
pub(super) fn documents_of(data: &Data, query: &[(String, String)], quirks: &Quirks) -> Result<Reply, Reply> {
    let get = |name: &str| query.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str());
    let (Some(kind), Some(id)) = (get("recordType"), get("recordId")) else {
        return Err(refuse(400, "ConnectWiseApi", "recordType and recordId are required."));
    };
    let of = |row: &Row| {
        row.get("_parent").and_then(Value::as_str) == Some(id)
            && row
                .get("_data")
                .and_then(|d| d.get(0))
                .and_then(Value::as_str)
                .is_some_and(|t| t.eq_ignore_ascii_case(kind))
    };
    let documents = table("documents");
    let found = data.rows(documents).edits().filter(|(_, row)| of(row)).filter_map(|(id, _)| data.get(documents, id));
    let rows: Vec<Value> = found.map(|row| shown(row, None, quirks)).collect();
    Ok(Reply::json(200, &Value::Array(rows)))
}

pub(super) fn download(data: &Data, id: i64) -> Result<Reply, Reply> {
    let documents = table("documents");
    let row = data.get(documents, id).ok_or_else(|| not_found(documents, id))?;
    let part =
        |n: usize| row.get("_data").and_then(|d| d.get(n)).and_then(Value::as_str).unwrap_or_default().to_owned();
    use base64::Engine;
    let content = base64::engine::general_purpose::STANDARD.decode(part(2)).unwrap_or_default();
    let mut reply = Reply::empty(200);
    reply.headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_str(&part(1)).unwrap_or(HeaderValue::from_static("application/octet-stream")),
    );
    let name = row.get("fileName").and_then(Value::as_str).unwrap_or("file").replace('"', "_");
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        reply.headers.insert(header::CONTENT_DISPOSITION, value);
    }
    reply.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(content.len()));
    reply.body = content.into();
    Ok(reply)
}

/// An invoice on paper, as far as a client can tell.
pub(super) fn pdf(data: &Data, id: i64) -> Result<Reply, Reply> {
    let invoices = table("invoices");
    data.get(invoices, id).ok_or_else(|| not_found(invoices, id))?;
    Ok(Reply::text(200, "application/pdf", format!("%PDF-1.4\n% invoice {id}\n%%EOF\n")))
}
