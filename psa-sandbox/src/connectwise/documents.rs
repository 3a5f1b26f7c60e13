//! Files that were uploaded, and what the vendor makes for paper.

use base64::Engine;
use chrono::{DateTime, Utc};
use http::{HeaderValue, header};
use serde_json::{Value, json};

use super::dataset::stamp;
use super::quirks::Quirks;
use super::refusals::{inner, invalid, not_found, refuse};
use super::resource::Resource;
use super::state::Data;
use super::tables::table;
use super::wire::shown;
use crate::emulator::reply::Reply;
use crate::emulator::request::Request;
use crate::emulator::row::{Row, row};

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

pub(super) fn upload(data: &mut Data, request: &Request, now: DateTime<Utc>, quirks: &Quirks) -> Result<Reply, Reply> {
    let content_type = request.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !content_type.starts_with("multipart/form-data") {
        return Err(refuse(415, "ConnectWiseApi", "The media type is not supported for this resource."));
    }
    let documents = table(Resource::Documents);
    let Some((fields, file)) = form(content_type, &request.body) else {
        return Err(refuse(400, "ConnectWiseApi", "The form could not be read."));
    };
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let Some((name, ty, content)) = file else {
        return Err(invalid(
            documents,
            vec![inner(documents, "MissingRequiredField", "The file field is required.", "file")],
        ));
    };
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
    let documents = table(Resource::Documents);
    let found = data.rows(documents).edits().filter(|(_, row)| of(row)).filter_map(|(id, _)| data.get(documents, id));
    let rows: Vec<Value> = found.map(|row| shown(row, None, quirks)).collect();
    Ok(Reply::json(200, &Value::Array(rows)))
}

pub(super) fn download(data: &Data, id: i64) -> Result<Reply, Reply> {
    let documents = table(Resource::Documents);
    let row = data.get(documents, id).ok_or_else(|| not_found(documents, id))?;
    let part =
        |n: usize| row.get("_data").and_then(|d| d.get(n)).and_then(Value::as_str).unwrap_or_default().to_owned();
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
    let invoices = table(Resource::Invoices);
    data.get(invoices, id).ok_or_else(|| not_found(invoices, id))?;
    Ok(Reply::text(200, "application/pdf", format!("%PDF-1.4\n% invoice {id}\n%%EOF\n")))
}
