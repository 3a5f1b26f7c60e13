//! Webhooks: those of the emulated Halo are believed, and nothing else is.

use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use halo_client::{HaloReceiver, Keyring, Verifier, WebhookTrigger};
use proptest::prelude::*;
use psa_core::{Cause, ErrorKind, Hint, Incoming, Received, Receiver};
use psa_http::{Body, Transport, TransportError};
use serde_json::{Value, json};
use webhook_signing::{Encoding, Hash, HmacHeader, Scheme, Signer};

use crate::world::unbounded;

/// A request as a server has it.
#[derive(Debug, Clone)]
struct Request {
    header: Option<(String, String)>,
    body: Vec<u8>,
}

impl Incoming for Request {
    fn header(&self, name: &str) -> Option<&[u8]> {
        let header = self.header.as_ref().filter(|(own, _)| own.eq_ignore_ascii_case(name));
        header.map(|(_, value)| value.as_bytes())
    }
    fn query(&self, _: &str) -> Option<&str> {
        None
    }
    fn body(&self) -> &[u8] {
        &self.body
    }
}

const SECRET: &str = "s3cret-canary";

fn receiver() -> HaloReceiver {
    HaloReceiver::builder("acme-halo").signed_header("X-Halo-Signature", SECRET).build().unwrap()
}

fn signed(body: impl ToString) -> Request {
    let body = body.to_string().into_bytes();
    let headers = Signer::new(Scheme::halo("X-Halo-Signature"), SECRET).unwrap().sign("", 0, &body).unwrap();
    let header = headers.get("X-Halo-Signature").map(|value| ("x-halo-signature".to_owned(), value.to_owned()));
    Request { header, body }
}

fn basic(user: &str, password: &str, body: impl ToString) -> Request {
    let value = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
    Request { header: Some(("authorization".to_owned(), value)), body: body.to_string().into_bytes() }
}

async fn hints(event: impl ToString) -> Vec<Hint> {
    let Received { answer, hints, .. } = receiver().receive(&signed(event)).await.unwrap();
    assert_eq!(answer.status, 204);
    assert!(hints.iter().all(|hint| hint.connection == "acme-halo"));
    hints
}

/// Kind, key and cause of each hint.
async fn told(event: impl ToString) -> Vec<(String, String, Cause)> {
    let hints = hints(event).await.into_iter();
    hints.map(|h| (h.kind.to_string(), h.key.to_string(), h.cause)).collect()
}

fn found(kind: &str, key: &str, cause: Cause) -> (String, String, Cause) {
    (kind.to_owned(), key.to_owned(), cause)
}

/// A host: answers with what the receiver says, and keeps the hints.
#[derive(Debug)]
struct Host {
    receiver: HaloReceiver,
    hints: Mutex<Vec<Hint>>,
}

impl Transport for Host {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        async move {
            let header = ["token", "authorization"].into_iter().find_map(|name| {
                let value = request.headers().get(name)?.to_str().ok()?;
                Some((name.to_owned(), value.to_owned()))
            });
            let status = match self.receiver.receive(&Request { header, body: request.into_body().to_vec() }).await {
                Ok(received) => {
                    self.hints.lock().unwrap().extend(received.hints);
                    received.answer.status
                }
                Err(error) if error.is_unauthenticated() => 401,
                Err(_) => 400,
            };
            Ok(http::Response::builder().status(status).body(futures::stream::empty().boxed()).unwrap())
        }
        .boxed()
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_sandbox_sends_is_believed_alone_and_in_batches() {
    let (sandbox, halo) = unbounded(|_| {});
    let secret = SECRET.to_owned().into();
    let save = halo.webhooks().create().name("ours").url("https://us.example/halo").active(true);
    let hook = save.signed_header("Token", &secret).send().await.unwrap();
    for (name, trigger) in [("updated", WebhookTrigger::TicketUpdated), ("new", WebhookTrigger::NewTicket)] {
        halo.notifications().of_webhook(&hook.id, name, trigger).send().await.unwrap();
    }
    let receiver = HaloReceiver::builder("acme-halo").signed_header("Token", SECRET).build().unwrap();
    let host = Arc::new(Host { receiver, hints: Mutex::default() });
    let transport: Arc<dyn Transport> = Arc::clone(&host) as _;
    let mut expected = Vec::new();
    // Full objects, small ones, and events alone.
    for payload in [1, 0, 2] {
        halo.webhooks().update(hook.id.clone()).set("payload_type", payload).send().await.unwrap();
        sandbox.edit(|h| h.update_ticket(5, "summary", "changed"));
        let new = sandbox.edit(|h| h.insert_ticket("new"));
        expected.extend([("5".to_owned(), Cause::Updated), (new.to_string(), Cause::Created)]);
        let delivered = sandbox.deliver_webhooks(&transport).await;
        assert!(delivered.len() == 2 && delivered.iter().all(|d| d.status == Some(204)), "{delivered:?}");
    }
    halo.webhooks().update(hook.id.clone()).batch_limit(3).set("payload_type", 1).send().await.unwrap();
    sandbox.edit(|h| (1..=5).for_each(|id| h.touch_ticket(id)));
    expected.extend((1..=5).map(|id| (id.to_string(), Cause::Updated)));
    let delivered = sandbox.deliver_webhooks(&transport).await;
    assert_eq!(delivered.iter().map(|d| (d.events, d.status)).collect::<Vec<_>>(), [(3, Some(204)), (2, Some(204))]);

    let hints = std::mem::take(&mut *host.hints.lock().unwrap());
    let told: Vec<_> = hints.iter().map(|h| (h.key.to_string(), h.cause)).collect();
    assert_eq!(told, expected);
    assert!(hints.iter().all(|h| h.kind == psa_core::EntityKind::TICKET));
    let ids: std::collections::HashSet<_> = hints.iter().map(|h| h.dedupe_id.clone().unwrap()).collect();
    assert_eq!(ids.len(), hints.len());

    // Sent again by hand: the same id.
    let health = halo.webhooks().health(&hook.id).await.unwrap();
    assert!(health.failed.is_empty() && health.seen == 8, "{health:?}");

    // With a password, and after it was changed on one side only.
    let change = halo.webhooks().update(hook.id.clone()).batch_limit(0);
    change.basic("halo", &"pass:word".to_owned().into()).send().await.unwrap();
    for (password, status, told) in [("pass:word", 204, 1), ("other", 401, 0)] {
        let receiver = HaloReceiver::builder("acme-halo").basic("halo", password).build().unwrap();
        let host = Arc::new(Host { receiver, hints: Mutex::default() });
        sandbox.edit(|h| h.touch_ticket(7));
        let delivered = sandbox.deliver_webhooks(&(Arc::clone(&host) as Arc<dyn Transport>)).await;
        assert_eq!(delivered.last().unwrap().status, Some(status));
        assert_eq!(host.hints.lock().unwrap().len(), told);
    }
}

#[tokio::test]
async fn what_is_forged_is_refused_and_nothing_of_it_is_told() {
    let event =
        json!({"id": "e1", "event": "Ticket Updated", "object_id": 5, "ticket": {"id": 5, "summary": "canary"}});
    let right = signed(&event);
    let mut changed = right.clone();
    changed.body.push(b' ');
    let mut unsigned = right.clone();
    unsigned.header = None;
    let mut other = right.clone();
    other.header = Some(("x-halo-signature".to_owned(), STANDARD.encode([0; 32])));
    let mut empty = right;
    empty.header = Some(("x-halo-signature".to_owned(), String::new()));
    for request in [changed, unsigned, other, empty, basic("halo", SECRET, &event)] {
        let error = receiver().receive(&request).await.unwrap_err();
        assert!(error.is_unauthenticated(), "{error:?}");
        assert!(!format!("{error} {error:?} {:?}", receiver()).contains("canary"), "{error:?}");
    }

    let keys = Keyring::new("new").previous("old", None);
    let receiver = HaloReceiver::builder("acme-halo").basic("halo", keys).build().unwrap();
    for (user, password, good) in [
        ("halo", "new", true),
        ("halo", "old", true),
        ("halo", "", false),
        ("", "new", false),
        ("halo", "canary", false),
    ] {
        let received = receiver.receive(&basic(user, password, &event)).await;
        assert_eq!(received.is_ok(), good, "{user} {password}");
        if let Err(error) = received {
            assert!(error.is_unauthenticated() && !format!("{error:?} {receiver:?}").contains("canary"), "{error:?}");
        }
    }
}

#[test]
fn a_setting_that_can_not_be_right_is_told_at_once() {
    let start = || HaloReceiver::builder("acme-halo");
    for (builder, field) in [
        (start(), "password"),
        (start().basic("halo", ""), "password"),
        (start().basic("halo", "  "), "password"),
        (start().basic("ha:lo", "secret-canary"), "password"),
        (start().signed_header("Token", ""), "password"),
        (start().signed_header("Token", Keyring::new("secret").previous("", None)), "password"),
        (start().signed_header("no header", "secret-canary"), "header"),
        (start().signed_header_with_prefix("no header", "sha256=", "secret-canary"), "header"),
        // As files hold them.
        (start().basic("halo", "secret-canary\n"), "password"),
        (start().basic("halo\r\n", "secret-canary"), "password"),
        (start().signed_header("Token", "secret-canary\n"), "password"),
        (start().signed_header("Token", " secret-canary"), "password"),
        (start().signed_header("Token", Keyring::new("secret").previous("old-canary\r\n", None)), "password"),
        (start().signed_header_with_prefix("Token", "hmac:", "secret-canary\n"), "password"),
        (HaloReceiver::builder(" ").basic("halo", "secret"), "connection"),
    ] {
        let text = format!("{builder:?}");
        let error = builder.build().unwrap_err();
        assert_eq!((error.kind(), error.context("field")), (ErrorKind::Config, Some(field)), "{error:?}");
        assert!(!format!("{text} {error:?}").contains("canary"), "{error:?}");
    }
}

#[tokio::test]
async fn a_webhook_is_taken_in_each_form_that_it_can_be_set_to() {
    let event = json!({"event": "new ticket logged", "ticket": {"id": 5}});
    let Request { header, body } = signed(&event);
    let base64 = header.unwrap().1;
    let hex: String = STANDARD.decode(&base64).unwrap().iter().map(|b| format!("{b:02x}")).collect();
    let with_prefix = |prefix| {
        let builder = HaloReceiver::builder("acme-halo");
        builder.signed_header_with_prefix("X-Halo-Signature", prefix, SECRET).build().unwrap()
    };
    let own = [with_prefix("hmac:"), with_prefix(" hmac: "), with_prefix("HMAC:\n")];
    for form in [&base64, &hex, &hex.to_uppercase()] {
        let request =
            |value: String| Request { header: Some(("x-halo-signature".to_owned(), value)), body: body.clone() };
        for prefix in ["", "sha256=", "sha256= ", "SHA256= "] {
            let request = request(format!("{prefix}{form}"));
            assert_eq!(receiver().receive(&request).await.unwrap().hints.len(), 1, "{prefix:?}");
            let mut changed = request;
            changed.body.push(b' ');
            assert!(receiver().receive(&changed).await.unwrap_err().is_unauthenticated(), "{prefix:?}");
        }
        for prefix in ["", "hmac:", "hmac: ", "Hmac: ", "sha256= "] {
            for receiver in &own {
                let received = receiver.receive(&request(format!("{prefix}{form}"))).await;
                assert_eq!(received.unwrap().hints.len(), 1, "{prefix:?}");
            }
        }
        let unset = receiver().receive(&request(format!("hmac:{form}"))).await.unwrap_err();
        assert!(unset.is_unauthenticated(), "{unset:?}");
    }
}

#[tokio::test]
async fn a_missing_a_malformed_and_a_wrong_proof_are_told_apart() {
    let event = json!({"ticket": {"id": 5}});
    let right = signed(&event);
    let with =
        |value: &str| Request { header: Some(("x-halo-signature".to_owned(), value.to_owned())), ..right.clone() };
    let other = STANDARD.encode([0; 32]);
    for (request, reason) in [
        (Request { header: None, ..right.clone() }, "missing"),
        (with(""), "is empty"),
        (with("garbage"), "can be read"),
        (with(&format!("sha1={other}")), "can be read"),
        (with(&other), "no signature matches"),
    ] {
        let error = receiver().receive(&request).await.unwrap_err();
        assert!(error.is_unauthenticated() && error.to_string().contains(reason), "{reason}: {error}");
    }
    let receiver = HaloReceiver::builder("acme-halo").basic("halo", SECRET).build().unwrap();
    let mut no_password = basic("halo", SECRET, &event);
    no_password.header = Some(("authorization".to_owned(), "Basic".to_owned()));
    for (request, reason) in
        [(right, "missing"), (no_password, "no credentials"), (basic("halo", "other", &event), "do not match")]
    {
        let error = receiver.receive(&request).await.unwrap_err();
        assert!(error.is_unauthenticated() && error.to_string().contains(reason), "{reason}: {error}");
    }
}

#[tokio::test]
async fn another_spelling_of_the_signature_is_a_verifier_of_its_own() {
    let scheme = Scheme::Hmac(HmacHeader::new("Token", Hash::Sha256, Encoding::Hex).prefix("sha256="));
    let body = json!({"event": "new ticket logged", "ticket": {"id": 5}}).to_string().into_bytes();
    let headers = Signer::new(scheme.clone(), SECRET).unwrap().sign("", 0, &body).unwrap();
    let header = Some(("token".to_owned(), headers.get("token").unwrap().to_owned()));
    let receiver = HaloReceiver::builder("acme-halo").verifier(Verifier::new(scheme, SECRET).unwrap()).build().unwrap();
    assert_eq!(receiver.receive(&Request { header, body }).await.unwrap().hints.len(), 1);
}

#[tokio::test]
async fn an_event_tells_what_it_is_about() {
    let ticket = |cause| vec![found("ticket", "5", cause)];
    // Ids as numbers and text, and names in any case.
    assert_eq!(told(json!({"event": "new ticket logged", "ticket": {"id": 5}})).await, ticket(Cause::Created));
    assert_eq!(told(json!({"event": "Ticket Updated", "ticket": {"id": "5"}})).await, ticket(Cause::Updated));
    assert_eq!(told(json!({"event": "Ticket Deleted", "ticket": {"id": 5.0}})).await, ticket(Cause::Deleted));
    assert_eq!(told(json!({"event": 7, "ticket": {"id": 5}})).await, ticket(Cause::Unknown));
    // The event alone.
    assert_eq!(told(json!({"event": "New Ticket Logged", "object_id": "5"})).await, ticket(Cause::Created));
    assert_eq!(told(json!({"event": "Ticket Updated", "object_id": 5, "ticket": {}})).await, ticket(Cause::Updated));
    let either = told(json!({"event": "Agent assigned to ticket", "object_id": 5})).await;
    assert_eq!(either, [found("ticket", "5", Cause::Updated), found("agent", "5", Cause::Updated)]);
    // What is linked to it is not what it is about, unless nothing tells.
    let mut full = json!({
        "event": "Ticket Updated", "object_id": 5,
        "ticket": {"id": 5}, "client": {"id": 3}, "site": {"id": 4}, "user": {"id": 9},
    });
    assert_eq!(told(&full).await, ticket(Cause::Updated));
    full["object_id"] = Value::Null;
    assert_eq!(told(&full).await.len(), 4);
    // Each kind.
    for (member, kind) in [
        ("client", "company"),
        ("customer", "company"),
        ("site", "site"),
        ("user", "contact"),
        ("agent", "agent"),
        ("asset", "asset"),
        ("opportunity", "opportunity"),
        ("project", "project"),
        ("contract", "agreement"),
        ("invoice", "invoice"),
        ("appointment", "appointment"),
    ] {
        let mut event = json!({"event": format!("New {member}")});
        event[member] = json!({"id": 8});
        assert_eq!(told(&event).await, [found(kind, "8", Cause::Created)]);
        let alone = json!({"event": format!("{member}s changed"), "object_id": 8});
        assert_eq!(told(alone).await, [found(kind, "8", Cause::Updated)]);
    }
    // One numbering, three kinds.
    assert_eq!(
        told(json!({"ticket": {"id": 5, "is_opportunity": true}})).await,
        [found("opportunity", "5", Cause::Unknown)]
    );
    assert_eq!(told(json!({"ticket": {"id": 5, "is_project": true}})).await, [found("project", "5", Cause::Unknown)]);
}

#[tokio::test]
async fn an_action_is_a_note_and_hours_and_moves_its_ticket() {
    let expected = [
        found("ticket", "5", Cause::Updated),
        found("ticket_note", "5/3", Cause::Created),
        found("time_entry", "5/3", Cause::Created),
    ];
    let event = json!({"id": "e1", "event": "New Action", "object_id": 5, "action": {"id": 3, "ticket_id": "5"}});
    assert_eq!(told(&event).await, expected);
    assert!(hints(&event).await.iter().all(|h| h.dedupe_id.as_deref() == Some("e1")));
    let inside = json!({"event": "New Action", "ticket": {"id": 5}, "action": {"id": 3}});
    assert_eq!(told(inside).await, expected);
    // What the action is linked to is not told of, unless it is what the event is about.
    let mut linked = event.clone();
    linked["ticket"] = json!({"id": 5});
    linked["client"] = json!({"id": 8});
    assert_eq!(told(&linked).await, expected);
    linked["event"] = "New Ticket Logged".into();
    assert_eq!(told(&linked).await[0], found("ticket", "5", Cause::Created));
    linked["object_id"] = 8.into();
    assert_eq!(told(&linked).await[3], found("company", "8", Cause::Created));
    let nameless = json!({"event": "New Action", "action": {"ticket_id": 5}});
    assert_eq!(told(nameless).await, expected[..1]);
    assert!(told(json!({"event": "New Action", "action": {"id": 3}})).await.is_empty());
}

#[tokio::test]
async fn a_batch_is_read_event_by_event_and_its_odd_ones_are_left_out() {
    let batch = json!([
        {"id": " e-17 ", "event": "Ticket Updated", "ticket": {"id": 1}},
        {"id": 9, "event": "Ticket Updated", "object_id": 9},
        {"number": 7, "title": "a template of the user's"},
        "no event", null, [], 5,
        {"id": "", "event": "Status of a thing", "object_id": 5},
        {"id": {"a": 1}, "event": "Ticket Updated", "ticket": {"id": -3}},
        {"event": "Ticket Updated", "ticket": {"id": 2}},
    ]);
    let hints = hints(batch).await;
    let told: Vec<_> = hints.iter().map(|h| (h.key.as_str(), h.dedupe_id.as_deref())).collect();
    assert_eq!(told, [("1", Some("e-17")), ("9", None), ("2", None)]);
    assert!(self::hints(json!([])).await.is_empty());
    assert!(self::hints(json!({})).await.is_empty());
    for odd in ["no json, canary", "5", "null", "\"canary\"", "", "{\"event\": \"canary", &"[".repeat(100_000)] {
        let error = receiver().receive(&signed(odd)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error:?}");
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }
    let large = json!([{"ticket": {"id": 5, "details": "x".repeat(1024 * 1024)}}]);
    assert_eq!(receiver().receive(&signed(large)).await.unwrap_err().kind(), ErrorKind::InvalidRequest);
}

fn run(request: &Request) -> Result<Received, psa_core::Error> {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(receiver().receive(request))
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..400), header in "\\PC{0,60}") {
        let header = Some(("x-halo-signature".to_owned(), header));
        let unsigned = Request { header, body: body.clone() };
        prop_assert!(run(&unsigned).is_err());
        let _ = run(&signed(String::from_utf8_lossy(&body)));
        let header = Some(("authorization".to_owned(), format!("Basic {}", STANDARD.encode(&body))));
        let with_password = Request { header, body };
        prop_assert!(run(&with_password).is_err());
    }

    #[test]
    fn no_values_make_it_panic(id in any::<f64>(), whole in any::<i64>(), text in "\\PC{0,30}") {
        for id in [json!(id), json!(whole), json!(text), json!([id]), json!({"id": whole})] {
            let event = json!({
                "id": id, "event": text, "object_id": id, "ticket": {"id": id}, "action": {"id": id, "ticket_id": id},
                "client": id, "user": {"id": whole},
            });
            prop_assert!(run(&signed(event)).is_ok());
        }
    }
}
