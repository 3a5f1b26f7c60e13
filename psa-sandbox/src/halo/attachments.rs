//! Attachments: what is uploaded, and its bytes.

use base64::Engine;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderValue, header};
use serde_json::{Value, json};

use super::guid::guid;
use super::refusals::rule;
use super::resource::Resource;
use super::state::Data;
use super::tables::table;
use crate::emulator::reply::Reply;
use crate::emulator::row::{Row, row};

/// Reads `data:<type>;base64,…` and fills in what Halo says of a new file.
pub(super) fn received(item: &mut Row, now: DateTime<Utc>) -> Result<(), Reply> {
    let sent = item.get("data_base64").and_then(Value::as_str).unwrap_or_default();
    let (head, encoded) = sent.split_once(";base64,").unwrap_or(("data:application/octet-stream", sent));
    let Ok(content) = base64::engine::general_purpose::STANDARD.decode(encoded.trim()) else {
        return Err(rule("The file could not be read"));
    };
    let content_type = head.trim_start_matches("data:").to_owned();
    let name = item.get("filename").cloned().unwrap_or(Value::Null);
    let mut out = row(json!({
        "third_party_id": "", "content_type": content_type, "filename": name, "datecreated": format!("{}0Z", now.format("%Y-%m-%dT%H:%M:%S%.6f")),
        "note": "", "filesize": content.len(), "type": 0, "unique_id": 0, "desc": name, "isimage": false,
        "data": base64::engine::general_purpose::STANDARD.encode(&content), "ticket_id": 0, "action_id": 0, "user_id": -1, "agent_id": 13,
        "guid": guid(now.timestamp_millis() as u64), "showforusers": false, "showonchild": false, "showonrelated": false,
    }));
    item.remove("data_base64");
    for (member, value) in std::mem::take(item) {
        out.insert(member, value);
    }
    *item = out;
    Ok(())
}

/// The bytes of a file.
pub(super) fn download(data: &Data, id: &str) -> Reply {
    let found = table(Resource::Attachments).number_of(id).and_then(|id| data.get(Resource::Attachments, id));
    let Some(file) = found else {
        return Reply::empty(404);
    };
    let text = |member: &str| file.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    let content = base64::engine::general_purpose::STANDARD.decode(text("data")).unwrap_or_default();
    let mut reply = Reply::empty(200);
    let kind = HeaderValue::from_str(&text("content_type"));
    reply.headers.insert(header::CONTENT_TYPE, kind.unwrap_or(HeaderValue::from_static("application/octet-stream")));
    if let Ok(name) =
        HeaderValue::from_str(&format!("attachment; filename=\"{}\"", text("filename").replace(['"', '\\'], "_")))
    {
        reply.headers.insert(header::CONTENT_DISPOSITION, name);
    }
    reply.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(content.len()));
    reply.body = Bytes::from(content);
    reply
}
