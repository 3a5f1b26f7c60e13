//! Callbacks that are really sent: signed with a key of their own, repeated by their rules, and switched off after days of
//! failure.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderValue, Method, header};
use psa_core::time::Clock;
use psa_http::Transport;
use serde_json::{Value, json};
use sha2::Digest;

use super::refusals::{inner, invalid};
use super::resource::Resource;
use super::state::Data;
use super::table::Table;
use super::tables::table;
use crate::emulator::changes::{Change, Changed};
use crate::emulator::reply::Reply;
use crate::emulator::row::{Row, number, row};

/// The levels of each type.
const LEVELS: &[(&str, &[&str])] = &[
    ("activity", &["owner", "status", "type", "company", "activity"]),
    ("agreement", &["owner", "type", "company", "agreement"]),
    ("company", &["owner", "status", "type", "territory", "company", "integratorTag"]),
    ("configuration", &["owner", "type", "status", "configuration"]),
    ("contact", &["owner", "type", "territory", "company", "contact"]),
    ("invoice", &["owner", "status", "company", "invoice"]),
    ("member", &["owner", "location", "securityRole", "member"]),
    ("opportunity", &["owner", "statusId", "company", "opportunity"]),
    ("productcatalog", &["owner"]),
    ("project", &["owner", "status", "board", "project"]),
    ("schedule", &["owner", "status", "type", "location", "member", "schedule"]),
    ("ticket", &["owner", "board", "project", "phase", "status", "ticket", "integratorTag"]),
    ("time", &["owner", "company", "time"]),
];

/// Checks a registration, and fills in what the vendor adds.
pub(super) fn check(data: &Data, table: &Table, body: &mut Row) -> Result<(), Reply> {
    let text = |body: &Row, name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut errors = Vec::new();
    let url = text(body, "url");
    let good = url::Url::parse(&url).is_ok_and(|u| matches!(u.scheme(), "http" | "https") && u.host_str().is_some());
    if !good {
        errors.push(inner(table, "InvalidField", "Invalid URL", "url"));
    }
    let levels = LEVELS.iter().find(|(ty, _)| *ty == text(body, "type"));
    if !levels.is_some_and(|(_, levels)| levels.contains(&text(body, "level").as_str())) {
        let message = "Unrecognized level for type, see documentation for supported levels for each type";
        errors.push(inner(table, "InvalidObject", message, "level"));
    }
    let object = body.get("objectId").and_then(number).filter(|o| *o > 0).unwrap_or(1);
    body.insert("objectId".into(), object.into());
    let same = |row: &Row| ["url", "type", "level", "objectId"].iter().all(|m| row.get(*m) == body.get(*m));
    if data.rows(table).edits().any(|(_, row)| same(&row)) {
        errors.push(inner(table, "ObjectExists", "A matching callback entry already exists", "objectId"));
    }
    if !errors.is_empty() {
        return Err(invalid(table, errors));
    }
    body.extend(row(
        json!({"memberId": 12, "payloadVersion": "3.0.0", "isSoapCallbackFlag": false, "isSelfSuppressedFlag": false}),
    ));
    body.entry("inactiveFlag").or_insert(false.into());
    let next = data.rows(table).edits().count() as i64 + 1;
    body.insert("connectWiseID".into(), key_id(next).into());
    Ok(())
}

/// A callback's key goes by this id.
fn key_id(n: i64) -> String {
    format!("{:08x}-3860-4111-aa6d-{n:012x}", n as u32)
}

/// The key with which a callback's deliveries are signed.
pub(super) fn signing_key(id: &str) -> String {
    format!("signing-key-of-{id}")
}

/// One delivery that is ready to go.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    callback: i64,
    request: http::Request<Bytes>,
}

/// What became of a delivery.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CallbackDelivery {
    /// The callback's id.
    pub callback: i64,
    /// Where it went.
    pub url: String,
    /// What came back from each try; none: no answer.
    pub tries: Vec<Option<u16>>,
}

/// Whether a callback of some level is told of a record.
fn concerns(callback: &Row, record: Option<&Row>, id: i64, kind: &str) -> bool {
    let level = callback.get("level").and_then(Value::as_str).unwrap_or_default();
    let object = callback.get("objectId").and_then(number).unwrap_or(1);
    match (level, record) {
        ("owner", _) => true,
        (level, _) if level == kind => object == id,
        (level, Some(record)) => record.get(level).and_then(|r| r.get("id")).and_then(number) == Some(object),
        _ => false,
    }
}

/// What a delivery calls a change.
fn action(change: Change) -> &'static str {
    match change {
        Change::Added => "added",
        Change::Updated => "updated",
        Change::Removed => "deleted",
    }
}

/// What is due, for every callback that listens.
pub(super) fn prepare(data: &mut Data, origin: &str, codebase: &str, company: &str, suffix: bool) -> Vec<Prepared> {
    let changes = data.changes.take();
    let callbacks: Vec<(i64, Row)> = data.rows(table(Resource::Callbacks)).edits().collect();
    let mut out = Vec::new();
    for (n, Changed { kind, id, change, record }) in changes.into_iter().enumerate() {
        let (kind, action) = (table(kind).callback, action(change));
        for (callback, row) in &callbacks {
            let is = |member: &str, value: &Value| row.get(member) == Some(value);
            if !is("type", &json!(kind))
                || !is("inactiveFlag", &json!(false))
                || !concerns(row, record.as_ref(), id, kind)
            {
                continue;
            }
            let key = row.get("connectWiseID").and_then(Value::as_str).unwrap_or_default();
            let entity = record.clone().map(|mut r| {
                r.remove("_parent");
                Value::Object(r).to_string()
            });
            let host = origin.split("://").nth(1).unwrap_or(origin);
            // The order of the members is the wire's.
            let body = format!(
                "{{\"MessageId\":\"{}\",\"FromUrl\":{},\"CompanyId\":{},\"MemberId\":{},\"Action\":\"{action}\",\"Type\":\"{kind}\",\"ID\":{id},\"ProductInstanceId\":\"000000000000000000000002\",\"PartnerId\":\"000000000000000000000001\",\"Entity\":{},\"Metadata\":{{\"key_url\":{}}},\"CallbackObjectRecId\":{callback}}}",
                message_id(*callback, id, n, data.rows(table(Resource::Callbacks)).edits().count()),
                json!(host),
                json!(company),
                json!(data.member),
                json!(entity),
                json!(format!("{origin}/{codebase}//system/callbackkey/index.rails?companyName={company}&id={key}")),
            );
            let url = row.get("url").and_then(Value::as_str).unwrap_or_default();
            let url = if suffix { format!("{url}{id}&action={action}") } else { format!("{url}{id}") };
            let Ok(mut request) = http::Request::builder().method(Method::POST).uri(url).body(Bytes::from(body)) else {
                continue;
            };
            request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            let signed = sign(&signing_key(key), request.body());
            if let Ok(signature) = HeaderValue::from_str(&signed) {
                request.headers_mut().insert("x-content-signature", signature);
            }
            out.push(Prepared { callback: *callback, request });
        }
    }
    out
}

fn message_id(callback: i64, id: i64, n: usize, salt: usize) -> String {
    let mut hash = sha2::Sha256::new();
    hash.update(format!("{callback}/{id}/{n}/{salt}"));
    let bytes = hash.finalize();
    let hex: String = bytes.iter().take(16).map(|b| format!("{b:02x}")).collect();
    format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}

/// base64 of HMAC-SHA256 with the hash of the key.
fn sign(signing_key: &str, body: &[u8]) -> String {
    let key = sha2::Sha256::digest(signing_key.as_bytes());
    match Hmac::<sha2::Sha256>::new_from_slice(&key) {
        Ok(mut mac) => {
            mac.update(body);
            base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes())
        }
        Err(_) => String::new(),
    }
}

/// The answers that are tried again, and how much later.
const AGAIN: [u16; 4] = [404, 409, 419, 429];
const PAUSES: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(4)];
/// A receiver has so long to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Sends one delivery, with its repeats.
pub(super) async fn send(
    transport: &Arc<dyn Transport>,
    clock: &Arc<dyn Clock>,
    prepared: &Prepared,
) -> CallbackDelivery {
    let mut tries = Vec::new();
    let mut pauses = PAUSES.iter();
    loop {
        let sent = transport.send(prepared.request.clone());
        let late = clock.sleep(PATIENCE);
        let status = match futures::future::select(sent, std::pin::pin!(late)).await {
            futures::future::Either::Left((Ok(answer), _)) => Some(answer.status().as_u16()),
            _ => None,
        };
        tries.push(status);
        match status {
            Some(status) if AGAIN.contains(&status) => match pauses.next() {
                Some(pause) => clock.sleep(*pause).await,
                None => break,
            },
            _ => break,
        }
    }
    CallbackDelivery { callback: prepared.callback, url: prepared.request.uri().to_string(), tries }
}

/// Days on which a callback failed, in its row.
const FAILED: &str = "_data";

/// Notes what became of a delivery: failures on three days in a row switch the callback off.
pub(super) fn record(data: &mut Data, delivery: &CallbackDelivery, now: DateTime<Utc>) {
    let callbacks = table(Resource::Callbacks);
    let Some(mut row) = data.get(callbacks, delivery.callback) else { return };
    let good = delivery.tries.last().copied().flatten().is_some_and(|s| (200..300).contains(&s));
    let today = now.timestamp() / 86_400;
    let mut days: Vec<i64> =
        row.get(FAILED).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_i64).collect();
    if good {
        days.clear();
    } else if days.last() != Some(&today) {
        if days.last().is_some_and(|d| d + 1 != today) {
            days.clear();
        }
        days.push(today);
    }
    if days.len() >= 3 {
        row.insert("inactiveFlag".into(), true.into());
    }
    row.insert(FAILED.into(), days.into());
    data.put_quietly(callbacks, delivery.callback, row);
}
