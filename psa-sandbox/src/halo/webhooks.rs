//! Webhooks that are really sent: once, signed or with a password, alone or in batches. Nothing is repeated: Halo does not.

use std::sync::Arc;

use base64::Engine;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::StreamExt;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderName, HeaderValue, Method, header};
use psa_http::Transport;
use serde_json::{Value, json};

use super::guid::guid;
use super::quirks::Quirks;
use super::resource::Resource;
use super::state::Data;
use super::wire;
use crate::emulator::changes::{Change, Changed};
use crate::emulator::row::{Row, number, row};

/// The numbers of events that are known.
const NEW_TICKET: i64 = 3;
const TICKET_UPDATED: i64 = 61;

/// What is told beside changes, and how often was told.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    resend: Vec<i64>,
    told: u64,
}

impl Outbox {
    pub(super) fn resend(&mut self, delivery: i64) {
        self.resend.push(delivery);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.resend.is_empty()
    }
}

/// One delivery of a webhook, as it went out and what came back.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WebhookDelivery {
    /// The webhook's id.
    pub webhook: String,
    /// Where it went.
    pub url: String,
    /// How many events it told of.
    pub events: usize,
    /// What came back; none: no answer.
    pub status: Option<u16>,
}

/// A delivery that is ready to go.
pub(super) struct Prepared {
    webhook: i64,
    notification: i64,
    entity: i64,
    events: usize,
    request: http::Request<Bytes>,
}

/// The number of a change of a ticket.
fn event(change: Change) -> i64 {
    match change {
        Change::Added => NEW_TICKET,
        Change::Updated | Change::Removed => TICKET_UPDATED,
    }
}

/// What is due, for every webhook that listens.
pub(super) fn prepare(data: &mut Data, outbox: &mut Outbox, now: DateTime<Utc>, quirks: &Quirks) -> Vec<Prepared> {
    let changes = data.changes.take();
    let resend = std::mem::take(&mut outbox.resend);
    let webhooks = data.rows(Resource::Webhooks).all(&data.dataset);
    let notifications = data.rows(Resource::Notifications).all(&data.dataset);
    let mut out = Vec::new();
    for hook in webhooks.iter().filter(|w| flag(w, "active") && !flag(w, "disabled")) {
        let id = hook.get("id").and_then(Value::as_i64).unwrap_or(0);
        let mine = |n: &&Row| n.get("webhook_id").and_then(Value::as_str) == Some(guid(id as u64).as_str());
        let mut due = Vec::new();
        for Changed { id: ticket, change, .. } in &changes {
            let event = event(*change);
            for rule in notifications.iter().filter(mine) {
                if rule.get("eventno").and_then(number) == Some(event) {
                    outbox.told += 1;
                    let told = outbox.told;
                    let rule = rule.get("id").and_then(Value::as_i64).unwrap_or(0);
                    due.push((rule, *ticket, payload(data, hook, rule, event, *ticket, told, now, quirks)));
                }
            }
        }
        let limit = hook.get("batch_limit").and_then(number).filter(|n| *n > 1);
        let batched = limit.is_some() || hook.get("batch_delay_seconds").and_then(number).is_some_and(|s| s > 0);
        let size = if batched { limit.unwrap_or(100) as usize } else { 1 };
        for chunk in due.chunks(size) {
            let Some((notification, entity, first)) = chunk.first() else { continue };
            let body =
                if batched { Value::Array(chunk.iter().map(|(.., p)| p.clone()).collect()) } else { first.clone() };
            if let Some(request) = request(hook, body.to_string().into(), now, quirks) {
                out.push(Prepared {
                    webhook: id,
                    notification: *notification,
                    entity: *entity,
                    events: chunk.len(),
                    request,
                });
            }
        }
    }
    for delivery in resend {
        let Some(event) = data.get(Resource::WebhookEvents, delivery) else { continue };
        let text = |member: &str| event.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
        let hook = webhooks.iter().find(|w| {
            w.get("id").and_then(Value::as_i64).map(|n| guid(n as u64)).as_deref() == Some(text("webhook_id").as_str())
        });
        if let Some(hook) = hook
            && let Some(request) = request(hook, text("requestbody").into(), now, quirks)
        {
            let int = |member: &str| event.get(member).and_then(number).unwrap_or(0);
            let webhook = hook.get("id").and_then(Value::as_i64).unwrap_or(0);
            out.push(Prepared {
                webhook,
                notification: int("notification_id"),
                entity: int("entity_id"),
                events: 1,
                request,
            });
        }
    }
    out
}

fn flag(row: &Row, member: &str) -> bool {
    row.get(member).and_then(Value::as_bool).unwrap_or(false)
}

fn payload(
    data: &Data,
    hook: &Row,
    rule: i64,
    event: i64,
    ticket: i64,
    told: u64,
    now: DateTime<Utc>,
    quirks: &Quirks,
) -> Value {
    let object = data.ticket(ticket).map(|t| wire::ticket_written(&t, data, quirks)).unwrap_or_default();
    if flag(hook, "custom_payload") {
        // The user's own names for members of the ticket.
        let mappings = hook.get("mappings").and_then(Value::as_array).cloned().unwrap_or_default();
        let own = mappings.iter().filter_map(|m| {
            Some((m["key"].as_str()?.to_owned(), object.get(m["finame"].as_str()?).cloned().unwrap_or(Value::Null)))
        });
        return Value::Object(own.collect());
    }
    let name = match event {
        NEW_TICKET => "New Ticket Logged",
        TICKET_UPDATED => "Ticket Updated",
        _ => "Event",
    };
    let mut out = row(json!({
        "id": guid(told), "notification_id": rule, "escmsg_id": told, "event": name, "webhook_id": hook.get("id").and_then(Value::as_i64).map(|n| guid(n as u64)),
        "object_id": ticket, "timestamp": format!("{}0Z", now.format("%Y-%m-%dT%H:%M:%S%.6f")),
    }));
    match hook.get("payload_type").and_then(number).unwrap_or(1) {
        // The event only.
        2 => {}
        // A small object.
        0 => {
            let small = ["id", "summary", "status_id", "tickettype_id", "client_id", "flastupdate", "last_update"];
            out.insert(
                "ticket".into(),
                Value::Object(object.into_iter().filter(|(m, _)| small.contains(&m.as_str())).collect()),
            );
        }
        _ => {
            out.insert("ticket".into(), Value::Object(object));
        }
    }
    Value::Object(out)
}

/// The request of one delivery, authenticated as the webhook says.
fn request(hook: &Row, body: Bytes, now: DateTime<Utc>, quirks: &Quirks) -> Option<http::Request<Bytes>> {
    let text = |member: &str| hook.get(member).and_then(Value::as_str).unwrap_or_default();
    let method = match hook.get("method").and_then(number).unwrap_or(0) {
        1 => Method::GET,
        2 => Method::PUT,
        3 => Method::DELETE,
        4 => Method::PATCH,
        _ => Method::POST,
    };
    let content_type = HeaderValue::from_str(text("content_type")).ok().filter(|v| !v.is_empty());
    let mut request = http::Request::builder().method(method).uri(text("url")).body(body).ok()?;
    request
        .headers_mut()
        .insert(header::CONTENT_TYPE, content_type.unwrap_or(HeaderValue::from_static("application/json")));
    if !quirks.webhooks_without_replay_protection {
        request.headers_mut().insert("x-halo-timestamp", HeaderValue::from(now.timestamp()));
    }
    let encode = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    match hook.get("authentication_type").and_then(number).unwrap_or(0) {
        1 => {
            let pair = encode(format!("{}:{}", text("basic_username"), text("basic_password")).as_bytes());
            request.headers_mut().insert(header::AUTHORIZATION, HeaderValue::from_str(&format!("Basic {pair}")).ok()?);
        }
        3 => {
            let mut mac = Hmac::<sha2::Sha256>::new_from_slice(text("basic_password").as_bytes()).ok()?;
            mac.update(request.body());
            let signature = format!("{}{}", text("signature_prefix"), encode(&mac.finalize().into_bytes()));
            let name = HeaderName::from_bytes(text("authentication_header").as_bytes()).ok()?;
            request.headers_mut().insert(name, HeaderValue::from_str(&signature).ok()?);
        }
        _ => {}
    }
    Some(request)
}

/// What came back from a delivery.
pub(super) struct Sent {
    prepared: Prepared,
    status: Option<u16>,
    body: String,
}

pub(super) async fn send(transport: &Arc<dyn Transport>, prepared: Prepared) -> Sent {
    let answer = transport.send(prepared.request.clone()).await;
    let Ok(answer) = answer else {
        return Sent { prepared, status: None, body: String::new() };
    };
    let status = answer.status().as_u16();
    let mut body = Vec::new();
    let mut chunks = answer.into_body();
    // A receiver may say as much as it likes; the log keeps the start.
    while let Some(Ok(chunk)) = chunks.next().await {
        body.extend_from_slice(&chunk);
        if body.len() > 4096 {
            break;
        }
    }
    Sent { prepared, status: Some(status), body: String::from_utf8_lossy(&body).into_owned() }
}

/// Writes a delivery to the tenant's log.
pub(super) fn record(data: &mut Data, sent: &Sent, now: DateTime<Utc>) -> WebhookDelivery {
    let Prepared { webhook, notification, entity, events, request } = &sent.prepared;
    let failed = sent.status.is_none_or(|s| !(200..300).contains(&s));
    let id = guid(*webhook as u64);
    let log = row(json!({
        "webhook_id": id, "notification_id": notification, "timestamp": format!("{}Z", now.format("%Y-%m-%dT%H:%M:%S%.3f")), "status": if failed { 2 } else { 1 },
        "duration": 0.1, "requestheaders": "", "requestbody": String::from_utf8_lossy(request.body()), "responsestatus": sent.status.unwrap_or(0),
        "responseheaders": "", "responsebody": sent.body, "entity_id": entity, "error": failed,
    }));
    let (rows, _) = data.rows_mut(Resource::WebhookEvents);
    rows.insert(log);
    let (rows, dataset) = data.rows_mut(Resource::Webhooks);
    rows.update(dataset, *webhook, row(json!({"last_status": sent.status.unwrap_or(0)})));
    WebhookDelivery { webhook: id, url: request.uri().to_string(), events: *events, status: sent.status }
}
