//! Callbacks: those of the emulated ConnectWise are believed, and nothing else is; nor does it make us fetch anything.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use connectwise_client::{ConnectWiseReceiver, KeyOrigins, MemoryReplayGuard};
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use http::header;
use proptest::prelude::*;
use psa_core::{Cause, EntityKind, Error, ErrorKind, Hint, Incoming, Key, Received, Receiver};
use psa_http::{AddressPolicy, Body, Transport, TransportError, TransportErrorKind};
use psa_sandbox::connectwise::{OpenPoints, Resource};
use psa_sandbox::{ConnectWiseSandbox, Effect, Fault, Trigger};
use serde_json::{Value, json};
use tokio::time::Instant;
use webhook_signing::{Scheme, Signer};

use crate::key_hosts::{cloud_hosts, key_url_at};
use crate::world::{connectwise, sandbox};

const KEY_URL: &str = "https://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=acme&id=k1";

/// A request as a server has it.
#[derive(Debug, Clone, Default)]
struct Request {
    signature: Option<String>,
    body: Vec<u8>,
}

impl Incoming for Request {
    fn header(&self, name: &str) -> Option<&[u8]> {
        let asked = name.eq_ignore_ascii_case("x-content-signature");
        self.signature.as_deref().filter(|_| asked).map(str::as_bytes)
    }
    fn query(&self, _: &str) -> Option<&str> {
        None
    }
    fn body(&self) -> &[u8] {
        &self.body
    }
}

fn signed(key: &str, body: impl ToString) -> Request {
    let body = body.to_string().into_bytes();
    let headers = Signer::new(Scheme::ConnectWise, key).unwrap().sign("", 0, &body).unwrap();
    Request { signature: headers.get("x-content-signature").map(str::to_owned), body }
}

fn callback(kind: &str, action: &str, id: i64) -> Value {
    json!({
        "MessageId": format!("message-{kind}-{id}-{action}"), "CompanyId": "Acme", "Action": action, "Type": kind, "ID": id,
        "Entity": null, "Metadata": {"key_url": KEY_URL},
    })
}

/// What the key server does.
#[derive(Debug, Clone)]
enum Says {
    Key(&'static str),
    Status(u16),
    Body(Vec<u8>),
    Fails(TransportErrorKind),
    Nothing,
}

#[derive(Debug)]
struct KeyServer {
    says: Mutex<Says>,
    asked: Mutex<Vec<http::Request<Bytes>>>,
}

impl KeyServer {
    fn new(says: Says) -> Arc<Self> {
        Arc::new(Self { says: Mutex::new(says), asked: Mutex::default() })
    }
    fn says(&self, says: Says) {
        *self.says.lock().unwrap() = says;
    }
    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

impl Transport for KeyServer {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        self.asked.lock().unwrap().push(request);
        let says = self.says.lock().unwrap().clone();
        async move {
            let (status, body) = match says {
                Says::Key(key) => (200, json!({"signing_key": key}).to_string().into_bytes()),
                Says::Status(status) => (status, br#"{"signing_key":"from-an-error"}"#.to_vec()),
                Says::Body(body) => (200, body),
                Says::Fails(kind) => return Err(TransportError::new(kind)),
                Says::Nothing => futures::future::pending().await,
            };
            // In pieces and without a length, so that the cap has to count.
            let pieces: Vec<_> = body.chunks(4096).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
            let answer = http::Response::builder().status(status).header(header::LOCATION, "https://evil.example/");
            Ok(answer.body(futures::stream::iter(pieces).boxed()).unwrap())
        }
        .boxed()
    }
}

fn receiver(server: &Arc<KeyServer>) -> ConnectWiseReceiver {
    ConnectWiseReceiver::builder("acme-cw", "acme").transport(Arc::clone(server) as _).build().unwrap()
}

async fn kind_of(receiver: &ConnectWiseReceiver, request: &Request) -> ErrorKind {
    receiver.receive(request).await.unwrap_err().kind()
}

/// A host: answers with what the receiver says, and keeps the hints.
#[derive(Debug)]
struct Host {
    receiver: ConnectWiseReceiver,
    hints: Mutex<Vec<Hint>>,
    errors: Mutex<Vec<ErrorKind>>,
}

impl Transport for Host {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        async move {
            let signature = request.headers().get("x-content-signature");
            let signature = signature.map(|value| value.to_str().unwrap().to_owned());
            let request = Request { signature, body: request.into_body().to_vec() };
            let status = match self.receiver.receive(&request).await {
                Ok(received) => {
                    self.hints.lock().unwrap().extend(received.hints);
                    received.answer.status
                }
                Err(error) => {
                    self.errors.lock().unwrap().push(error.kind());
                    match error.kind() {
                        ErrorKind::Unauthenticated => 401,
                        ErrorKind::InvalidRequest => 400,
                        _ => 429,
                    }
                }
            };
            Ok(http::Response::builder().status(status).body(futures::stream::empty().boxed()).unwrap())
        }
        .boxed()
    }
}

fn host(sandbox: &ConnectWiseSandbox) -> (Arc<Host>, Arc<dyn Transport>) {
    let receiver = ConnectWiseReceiver::builder("sandbox-cw", ConnectWiseSandbox::COMPANY)
        .key_origins(KeyOrigins::own(ConnectWiseSandbox::SITE).unwrap())
        .transport(sandbox.transport())
        .client_id(ConnectWiseSandbox::CLIENT_ID)
        .build()
        .unwrap();
    let host = Arc::new(Host { receiver, hints: Mutex::default(), errors: Mutex::default() });
    (Arc::clone(&host), host)
}

#[tokio::test(start_paused = true)]
async fn what_the_sandbox_sends_is_believed_and_its_key_is_fetched_once() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    for kind in ["ticket", "company", "activity"] {
        let save = cw.callbacks().create().url("https://us.example/cw?recordId=").kind(kind).level("owner").object(1);
        save.send().await.unwrap();
    }
    sandbox.edit(|s| {
        s.update(Resource::Tickets, 5, "summary", "changed");
        s.remove(Resource::Tickets, 6);
        s.insert(Resource::Activities, json!({"name": "call"}));
    });
    let company = sandbox.edit(|s| s.insert(Resource::Companies, json!({"identifier": "New", "name": "New"})));
    let (host, transport) = host(&sandbox);
    let delivered = sandbox.deliver_callbacks(&transport, ConnectWiseSandbox::SITE).await;
    assert_eq!(delivered.len(), 4, "{delivered:?}");
    assert!(delivered.iter().all(|d| d.tries == [Some(204)]), "{delivered:?} {:?}", host.errors);
    let hints = host.hints.lock().unwrap().clone();
    let told: Vec<_> = hints.iter().map(|h| (h.kind.as_str(), h.key.as_i64().unwrap(), h.cause)).collect();
    let expected = [("ticket", 5, Cause::Updated), ("ticket", 6, Cause::Deleted), ("company", company, Cause::Created)];
    assert_eq!(told, expected);
    assert!(
        hints.iter().all(|h| h.connection == "sandbox-cw" && h.dedupe_id.as_ref().is_some_and(|id| id.len() == 36))
    );
    assert_eq!(sandbox.log().count("connectwise.callback_key"), 3, "once a callback");
}

#[tokio::test(start_paused = true)]
async fn a_key_that_can_not_be_fetched_costs_no_callback_if_429_is_answered() {
    let sandbox = sandbox();
    let save = connectwise(&sandbox).callbacks().create().url("https://us.example/cw?recordId=").kind("ticket");
    save.level("owner").object(1).send().await.unwrap();
    sandbox.add_fault(Fault::new("connectwise.callback_key", Trigger::Nth(1), Effect::Status(503, "")));
    sandbox.edit(|s| s.touch(Resource::Tickets, 5));
    let (host, transport) = host(&sandbox);
    let delivered = sandbox.deliver_callbacks(&transport, ConnectWiseSandbox::SITE).await;
    assert_eq!(delivered[0].tries, [Some(429), Some(204)]);
    assert_eq!(*host.errors.lock().unwrap(), [ErrorKind::Unavailable]);
    assert_eq!(host.hints.lock().unwrap().len(), 1);

    // Nobody outside knows whether some servers want a login for it.
    let open = OpenPoints { key_needs_login: true, ..OpenPoints::default() };
    let closed = ConnectWiseSandbox::builder().open_points(open).build();
    let save = connectwise(&closed).callbacks().create().url("https://us.example/cw?recordId=").kind("ticket");
    save.level("owner").object(1).send().await.unwrap();
    closed.edit(|s| s.touch(Resource::Tickets, 5));
    let (host, transport) = self::host(&closed);
    closed.deliver_callbacks(&transport, ConnectWiseSandbox::SITE).await;
    assert_eq!(
        host.errors.lock().unwrap()[0],
        ErrorKind::PermissionDenied,
        "and not that the callback is not believed"
    );
}

#[tokio::test(start_paused = true)]
async fn forged_callbacks_are_refused_and_cost_one_fetch_a_minute() {
    let server = KeyServer::new(Says::Key("right"));
    let receiver = receiver(&server);
    let body = callback("ticket", "updated", 5);
    assert_eq!(receiver.receive(&signed("right", &body)).await.unwrap().hints.len(), 1);
    let mut changed = signed("right", &body);
    changed.body = changed.body.replace_one(b"5", b"6");
    for forged in [signed("wrong", &body), changed] {
        let error = receiver.receive(&forged).await.unwrap_err();
        assert!(error.is_unauthenticated(), "{error:?}");
        let text = format!("{error} {error:?}");
        assert!(
            !text.contains("right") && !text.contains("message-ticket") && !text.contains("myconnectwise"),
            "{text}"
        );
    }
    assert_eq!(server.asked(), 1, "the key is new, so it is believed");
    for minute in 0..3 {
        tokio::time::advance(Duration::from_secs(61)).await;
        for _ in 0..20 {
            assert_eq!(kind_of(&receiver, &signed("wrong", &body)).await, ErrorKind::Unauthenticated);
        }
        assert_eq!(server.asked(), 2 + minute);
    }
    // What can't be signed is not even looked up.
    let asked = server.asked();
    let unsigned = Request { signature: None, ..signed("right", &body) };
    let odd = Request { signature: Some("bm90IGEgTUFD".to_owned()), ..signed("right", &body) };
    for request in [unsigned, odd, Request { body: b"no json".to_vec(), ..signed("right", &body) }] {
        assert_eq!(kind_of(&receiver, &request).await, ErrorKind::Unauthenticated);
    }
    assert_eq!(server.asked(), asked);
}

trait ReplaceOne {
    fn replace_one(&self, from: &[u8], to: &[u8]) -> Vec<u8>;
}

impl ReplaceOne for Vec<u8> {
    fn replace_one(&self, from: &[u8], to: &[u8]) -> Vec<u8> {
        let at = self.windows(from.len()).position(|w| w == from).unwrap();
        [&self[..at], to, &self[at + from.len()..]].concat()
    }
}

#[tokio::test(start_paused = true)]
async fn made_up_keys_make_only_so_many_fetches() {
    let server = KeyServer::new(Says::Key("right"));
    let receiver = receiver(&server);
    receiver.receive(&signed("right", callback("ticket", "updated", 1))).await.unwrap();
    tokio::time::advance(Duration::from_secs(3601)).await;
    server.says(Says::Status(404));
    let mut limited = 0;
    for n in 0..100 {
        let mut body = callback("ticket", "updated", 5);
        body["Metadata"]["key_url"] = KEY_URL.replace("k1", &format!("made-up-{n}")).into();
        match kind_of(&receiver, &signed("any", &body)).await {
            ErrorKind::NotFound => {}
            ErrorKind::RateLimited => limited += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((server.asked(), limited), (61, 40));
    // A key that was had before does not wait for them, and a new one no longer than a minute.
    server.says(Says::Key("right"));
    receiver.receive(&signed("right", callback("ticket", "updated", 2))).await.unwrap();
    let mut new = callback("ticket", "updated", 3);
    new["Metadata"]["key_url"] = KEY_URL.replace("k1", "k2").into();
    assert_eq!(kind_of(&receiver, &signed("right", &new)).await, ErrorKind::RateLimited);
    tokio::time::advance(Duration::from_secs(60)).await;
    receiver.receive(&signed("right", &new)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_replay_is_answered_and_tells_nothing() {
    let server = KeyServer::new(Says::Key("right"));
    let receiver = receiver(&server);
    let request = signed("right", callback("ticket", "updated", 5));
    assert_eq!(receiver.receive(&request).await.unwrap().hints.len(), 1);
    let Received { answer, hints, .. } = receiver.receive(&request).await.unwrap();
    assert_eq!((answer.status, answer.body.len(), hints.len()), (204, 0, 0));

    // An id that was seen in a forgery is not taken.
    let other = callback("ticket", "updated", 6);
    assert!(receiver.receive(&signed("wrong", &other)).await.is_err());
    assert_eq!(receiver.receive(&signed("right", &other)).await.unwrap().hints.len(), 1);

    // Several processes with one guard, and none where the store drops repeats.
    let builder = || ConnectWiseReceiver::builder("acme-cw", "acme").transport(Arc::clone(&server) as _);
    let guard = Arc::new(MemoryReplayGuard::new(10));
    let pair = [builder().replay_guard(Arc::clone(&guard) as _).build(), builder().replay_guard(guard).build()];
    let mut hints = 0;
    for receiver in pair {
        hints += receiver.unwrap().receive(&request).await.unwrap().hints.len();
    }
    assert_eq!(hints, 1);
    let open = builder().without_replay_guard().build().unwrap();
    for _ in 0..2 {
        let hint = open.receive(&request).await.unwrap().hints.remove(0);
        assert_eq!(hint.dedupe_id.as_deref(), Some("message-ticket-5-updated"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_was_changed_is_fetched_again_and_the_old_one_ends_soon() {
    let server = KeyServer::new(Says::Key("old"));
    let receiver = receiver(&server);
    let mut id = 0;
    let mut next = |key| {
        id += 1;
        signed(key, callback("ticket", "updated", id))
    };
    receiver.receive(&next("old")).await.unwrap();
    server.says(Says::Key("new"));
    receiver.receive(&next("old")).await.unwrap();
    assert_eq!(kind_of(&receiver, &next("new")).await, ErrorKind::Unauthenticated, "just fetched");
    tokio::time::advance(Duration::from_secs(61)).await;
    receiver.receive(&next("new")).await.unwrap();
    receiver.receive(&next("old")).await.unwrap();
    assert_eq!(server.asked(), 2);
    tokio::time::advance(Duration::from_secs(301)).await;
    assert_eq!(kind_of(&receiver, &next("old")).await, ErrorKind::Unauthenticated);
    receiver.receive(&next("new")).await.unwrap();
    // A key server that fails says nothing of the signature.
    tokio::time::advance(Duration::from_secs(61)).await;
    server.says(Says::Fails(TransportErrorKind::Connect));
    assert_eq!(kind_of(&receiver, &next("newer")).await, ErrorKind::Connect);
    receiver.receive(&next("new")).await.unwrap();

    // A key is not believed for ever, and is not asked for before its time.
    server.says(Says::Key("new"));
    let asked = server.asked();
    tokio::time::advance(Duration::from_secs(3000)).await;
    receiver.receive(&next("new")).await.unwrap();
    tokio::time::advance(Duration::from_secs(3601)).await;
    receiver.receive(&next("new")).await.unwrap();
    assert_eq!(server.asked(), asked + 1);
}

#[tokio::test(start_paused = true)]
async fn callbacks_that_come_at_once_fetch_their_key_once() {
    let server = KeyServer::new(Says::Key("right"));
    let receiver = receiver(&server);
    let requests: Vec<_> = (1..50).map(|id| signed("right", callback("ticket", "updated", id))).collect();
    let received = futures::future::try_join_all(requests.iter().map(|r| receiver.receive(r))).await.unwrap();
    assert_eq!(received.iter().map(|r| r.hints.len()).sum::<usize>(), 49);
    assert_eq!(server.asked(), 1);
    let asked = server.asked.lock().unwrap();
    assert_eq!((asked[0].method().as_str(), asked[0].uri().to_string().as_str()), ("GET", KEY_URL));
    assert!(!asked[0].headers().contains_key("clientid"));
}

#[tokio::test(start_paused = true)]
async fn a_key_server_that_misbehaves_is_no_judgement_of_the_callback() {
    let request = signed("from-an-error", callback("ticket", "updated", 5));
    for (says, kind) in [
        (Says::Status(301), ErrorKind::Decode),
        (Says::Status(307), ErrorKind::Decode),
        (Says::Status(400), ErrorKind::Rejected),
        (Says::Status(401), ErrorKind::PermissionDenied),
        (Says::Status(404), ErrorKind::NotFound),
        (Says::Status(429), ErrorKind::RateLimited),
        (Says::Status(500), ErrorKind::Unavailable),
        (Says::Body(vec![b' '; 1024 * 1024]), ErrorKind::TooLarge),
        (Says::Body(b"<html>from-an-error</html>".to_vec()), ErrorKind::Decode),
        (Says::Body(br#"{"signing_key": ["from-an-error"]}"#.to_vec()), ErrorKind::Decode),
        (Says::Key(" "), ErrorKind::Decode),
        (Says::Key(""), ErrorKind::Decode),
        (Says::Fails(TransportErrorKind::Tls), ErrorKind::Tls),
        (Says::Fails(TransportErrorKind::Request), ErrorKind::Config),
        (Says::Nothing, ErrorKind::Timeout),
    ] {
        let server = KeyServer::new(says.clone());
        let receiver = receiver(&server);
        let started = Instant::now();
        let error = receiver.receive(&request).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{says:?}: {error:?}");
        assert!(started.elapsed() <= Duration::from_secs(10), "{says:?}");
        assert!(!format!("{error} {error:?} {receiver:?}").contains("from-an-error"), "{error:?}");
        assert_eq!(server.asked(), 1, "{says:?}");
        // It may be well the next time.
        server.says(Says::Key("from-an-error"));
        assert_eq!(receiver.receive(&request).await.unwrap().hints.len(), 1, "{says:?}");
        assert!(!format!("{receiver:?}").contains("from-an-error"));
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_fetched_from_an_address_that_is_not_trusted() {
    let server = KeyServer::new(Says::Key("evil"));
    let receiver = receiver(&server);
    let path = "/v2025_1//system/callbackkey/index.rails";
    let long = format!("{KEY_URL}&x={}", "y".repeat(3000));
    for url in [
        "https://evil.example/v2025_1//system/callbackkey/index.rails?companyName=acme&id=k1",
        "https://na.myconnectwise.net.evil.example/v2025_1//system/callbackkey/index.rails?companyName=acme&id=k1",
        "https://xna.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=acme&id=k1",
        "https://na.myconnectwise.net@evil.example/v2025_1//system/callbackkey/index.rails?companyName=acme&id=k1",
        "https://me:pw@na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=acme&id=k1",
        "https://na.myconnectwise.net:8443/v2025_1//system/callbackkey/index.rails?companyName=acme&id=k1",
        "https://na.myconnectwise.net./v2025_1//system/callbackkey/index.rails?companyName=acme&id=k1",
        "https://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=acme&id=k1#x",
        "http://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=acme&id=k1",
        "https://na.myconnectwise.net/v2025_1/apis/3.0/system/info?companyName=acme&id=k1",
        "https://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails/../x?companyName=acme&id=k1",
        "https://na.myconnectwise.net/a/b/system/callbackkey/index.rails?companyName=acme&id=k1",
        "https://na.myconnectwise.net/%2e%2e%2fx/system/callbackkey/index.rails?companyName=acme&id=k1",
        "https://na.myconnectwise.net///system/callbackkey/index.rails?companyName=acme&id=k1",
        "https://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=acme",
        "https://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=acme&id=",
        "https://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=acme&id=k1%26x",
        // Another company, or perhaps another one.
        "https://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=evil&id=k1",
        "https://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?id=k1",
        "https://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=acme&CompanyName=evil&id=k1",
        "https://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=acme&id=k1&ID=k2",
        "file:///etc/passwd",
        "",
        path,
        &long,
    ] {
        let mut body = callback("ticket", "updated", 5);
        body["Metadata"]["key_url"] = url.into();
        let error = receiver.receive(&signed("evil", &body)).await.unwrap_err();
        assert!(error.is_unauthenticated(), "{url}: {error:?}");
        assert_eq!(error.context("reason"), Some("untrusted_key_url"), "{url}");
        assert!(!error.to_string().contains("evil"), "{error}");
    }
    for metadata in [json!(null), json!({}), json!({"key_url": null}), json!({"key_url": 5}), json!(KEY_URL)] {
        let mut body = callback("ticket", "updated", 5);
        body["Metadata"] = metadata;
        assert_eq!(kind_of(&receiver, &signed("evil", &body)).await, ErrorKind::Unauthenticated);
    }
    assert_eq!(server.asked(), 0);
    // Of what passes, only what is known is passed on.
    let mut body = callback("ticket", "updated", 5);
    body["Metadata"]["key_url"] = format!("{KEY_URL}&x=;companyName=evil").into();
    receiver.receive(&signed("evil", &body)).await.unwrap();
    assert_eq!(server.asked.lock().unwrap()[0].uri().to_string(), KEY_URL);
}

#[tokio::test(start_paused = true)]
async fn callbacks_of_every_region_are_believed() {
    let hosts = cloud_hosts();
    assert_eq!(hosts.len(), 24);
    for (n, host) in (1..).zip(&hosts) {
        let server = KeyServer::new(Says::Key("right"));
        let mut body = callback("ticket", "updated", n);
        body["Metadata"]["key_url"] = key_url_at(host).into();
        let received = receiver(&server).receive(&signed("right", &body)).await.unwrap();
        assert_eq!(received.hints.len(), 1, "{host}");
        assert_eq!(server.asked.lock().unwrap()[0].uri().host(), Some(host.as_str()));
        // Names have no case, and this port is that of https.
        for same in [host.to_uppercase(), format!("{host}:443")] {
            assert_eq!(KeyOrigins::cloud().check(&key_url_at(&same)).unwrap().host_str(), Some(host.as_str()));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_a_malformed_and_a_wrong_signature_are_told_apart() {
    let server = KeyServer::new(Says::Key("right"));
    let receiver = receiver(&server);
    let right = signed("right", callback("ticket", "updated", 5));
    for (signature, reason) in [
        (None, "has no signature"),
        (Some(String::new()), "can't be one"),
        (Some("bm90IGEgTUFD".to_owned()), "can't be one"),
        (Some("!".repeat(44)), "can't be one"),
        (signed("wrong", callback("ticket", "updated", 5)).signature, "does not match"),
    ] {
        let error = receiver.receive(&Request { signature, ..right.clone() }).await.unwrap_err();
        assert!(error.is_unauthenticated() && error.to_string().contains(reason), "{reason}: {error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_on_premise_is_named_and_the_cloud_is_not_trusted_with_it() {
    let server = KeyServer::new(Says::Key("right"));
    let origins = KeyOrigins::own("https://10.20.3.4:8443").unwrap();
    let policy = AddressPolicy::public_only().allow("10.20.0.0/16").unwrap().allow_http(true);
    let with = |origins| {
        let builder = ConnectWiseReceiver::builder("acme-cw", "acme").transport(Arc::clone(&server) as _);
        builder.key_origins(origins).client_id("guid").build().unwrap()
    };
    let mut body = callback("ticket", "updated", 5);
    body["Metadata"]["key_url"] = "https://10.20.3.4:8443/v4_6_release/system/callbackkey/index.rails?id=k1".into();
    let error = with(origins.clone()).receive(&signed("right", &body)).await.unwrap_err();
    assert_eq!(error.context("reason"), Some("untrusted_key_url"), "the address is private");
    let receiver = with(origins.addresses(policy));
    assert_eq!(receiver.receive(&signed("right", &body)).await.unwrap().hints.len(), 1);
    assert_eq!(server.asked.lock().unwrap()[0].headers()["clientid"], "guid");
    for other in ["https://10.20.3.4/", "http://10.20.3.4:8443/", "https://na.myconnectwise.net/"] {
        body["Metadata"]["key_url"] =
            format!("{other}v4_6_release/system/callbackkey/index.rails?companyName=acme&id=k1").into();
        let error = receiver.receive(&signed("right", &body)).await.unwrap_err();
        assert_eq!(error.context("reason"), Some("untrusted_key_url"), "{other}");
    }
    for origin in
        ["", "psa.acme.example", "http://psa.acme.example", "https://psa.acme.example/x", "https://me@x.example"]
    {
        assert_eq!(KeyOrigins::own(origin).unwrap_err().kind(), ErrorKind::Config, "{origin}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_type_is_the_kind_that_the_connector_reads() {
    let server = KeyServer::new(Says::Key("right"));
    let receiver = receiver(&server);
    let sites = json!({"id": 7, "company": {"id": 3}}).to_string();
    for (kind, action, entity, expected) in [
        ("company", "added", None, Some((EntityKind::COMPANY, "7", Cause::Created))),
        ("contact", "updated", None, Some((EntityKind::CONTACT, "7", Cause::Updated))),
        ("Ticket", "Deleted", None, Some((EntityKind::TICKET, "7", Cause::Deleted))),
        ("project", "merged", None, Some((EntityKind::PROJECT, "7", Cause::Unknown))),
        ("opportunity", "updated", None, Some((EntityKind::OPPORTUNITY, "7", Cause::Updated))),
        ("schedule", "updated", None, Some((EntityKind::APPOINTMENT, "7", Cause::Updated))),
        ("time", "updated", None, Some((EntityKind::TIME_ENTRY, "7", Cause::Updated))),
        ("configuration", "updated", None, Some((EntityKind::ASSET, "7", Cause::Updated))),
        ("agreement", "updated", None, Some((EntityKind::AGREEMENT, "7", Cause::Updated))),
        ("invoice", "updated", Some("{cut"), Some((EntityKind::INVOICE, "7", Cause::Updated))),
        ("member", "updated", None, Some((EntityKind::AGENT, "7", Cause::Updated))),
        ("site", "updated", Some(&*sites), Some((EntityKind::SITE, "3/7", Cause::Updated))),
        ("site", "deleted", None, None),
        ("activity", "updated", None, None),
        ("expense", "updated", None, None),
        ("nextyear", "updated", None, None),
    ] {
        let mut body = callback(kind, action, 7);
        body["Entity"] = entity.into();
        let Received { answer, hints, .. } = receiver.receive(&signed("right", &body)).await.unwrap();
        assert_eq!(answer.status, 204);
        let expected: Vec<Hint> = expected
            .into_iter()
            .map(|(kind, key, cause)| {
                let id = body["MessageId"].as_str().unwrap().to_owned();
                Hint::new("acme-cw", kind, Key::from_text(key), cause).dedupe_by(id)
            })
            .collect();
        assert_eq!(hints, expected, "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_believed_and_no_callback_is_told_apart() {
    let server = KeyServer::new(Says::Key("right"));
    let receiver = receiver(&server);
    let body = callback("ticket", "updated", 5);
    for (member, value) in [("ID", json!("canary")), ("ID", json!(null)), ("Type", json!(5)), ("MessageId", json!({}))]
    {
        let mut body = body.clone();
        body[member] = value;
        let error = receiver.receive(&signed("right", &body)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{member}: {error:?}");
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }
    let mut large = body.clone();
    large["Entity"] = "x".repeat(1024 * 1024).into();
    assert_eq!(kind_of(&receiver, &signed("right", &large)).await, ErrorKind::InvalidRequest);
    let mut other = body.clone();
    other["CompanyId"] = "other".into();
    assert_eq!(kind_of(&receiver, &signed("right", &other)).await, ErrorKind::Unauthenticated);
    // Real ones may lack what is not needed.
    let least = json!({"Type": "ticket", "ID": "5", "Metadata": {"key_url": KEY_URL}});
    let hint = receiver.receive(&signed("right", &least)).await.unwrap().hints.remove(0);
    assert_eq!((hint.key.as_str(), hint.cause, hint.dedupe_id), ("5", Cause::Unknown, None));
    let mut nobody = body;
    nobody["ID"] = 0.into();
    assert!(receiver.receive(&signed("right", &nobody)).await.unwrap().hints.is_empty());
}

#[test]
fn a_setting_that_can_not_be_right_is_told_at_once() {
    let server = KeyServer::new(Says::Nothing);
    let field = |built: Result<ConnectWiseReceiver, Error>| {
        let error = built.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        error.context("field").unwrap().to_owned()
    };
    let transport = || Arc::clone(&server) as Arc<dyn Transport>;
    assert_eq!(field(ConnectWiseReceiver::builder("acme-cw", "acme").build()), "transport");
    assert_eq!(field(ConnectWiseReceiver::builder(" ", "acme").transport(transport()).build()), "connection");
    assert_eq!(field(ConnectWiseReceiver::builder("acme-cw", "").transport(transport()).build()), "company");
    let builder = ConnectWiseReceiver::builder("acme-cw", "acme").transport(transport());
    assert_eq!(field(builder.client_id("a\nb").build()), "client_id");
}

/// The vectors that all implementations are held to. Read through `PSA_FIXTURES`.
fn vectors(op: &str) -> Vec<Value> {
    let Ok(root) = std::env::var("PSA_FIXTURES") else {
        eprintln!("skipped: PSA_FIXTURES is not set");
        return Vec::new();
    };
    let path: PathBuf = [root.as_str(), "webhooks", "connectwise.public.json"].iter().collect();
    let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let all = file["vectors"].as_array().unwrap().iter();
    let found: Vec<Value> = all.filter(|v| v["op"] == op).cloned().collect();
    assert!(!found.is_empty());
    found
}

#[test]
fn every_vector_of_key_addresses_is_judged_as_it_must_be() {
    for vector in vectors("check_key_url") {
        let url = vector["url"].as_str().unwrap();
        let trusted = vector["trusted_origins"].as_array().unwrap().iter();
        let origins = trusted.fold(KeyOrigins::cloud(), |o, origin| o.and(origin.as_str().unwrap()).unwrap());
        match origins.check(url) {
            Ok(_) => assert_eq!(vector["expect"]["valid"], true, "{vector}"),
            Err(error) => {
                assert_eq!(vector["expect"]["valid"], false, "{vector}");
                let reasons = vector["expect"]["error_any_of"].as_array().unwrap();
                assert!(reasons.iter().any(|r| r.as_str() == error.context("reason")), "{vector}: {error:?}");
            }
        }
    }
    // Not because of their paths.
    for private in ["127.0.0.1", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "localhost", "psa.internal", "psa"] {
        let origin = format!("https://{private}");
        let url = format!("{origin}/v4_6_release//system/callbackkey/index.rails?id=test");
        assert!(KeyOrigins::own(&origin).unwrap().check(&url).is_err(), "{private}");
    }
}

#[tokio::test(start_paused = true)]
async fn real_callbacks_are_believed_byte_by_byte() {
    for vector in vectors("verify") {
        let body = STANDARD.decode(vector["body_b64"].as_str().unwrap()).unwrap();
        let signature = vector["headers"][0][1].as_str().unwrap().to_owned();
        let server = KeyServer::new(Says::Key("test-signing-key"));
        let receiver = ConnectWiseReceiver::builder("real", "Cobalt")
            .key_origins(KeyOrigins::cloud().and("https://cw.example.com").unwrap())
            .transport(Arc::clone(&server) as _)
            .build()
            .unwrap();
        let received = receiver.receive(&Request { signature: Some(signature), body }).await;
        assert_eq!(vector["keys"][0], "test-signing-key");
        assert_eq!(received.is_ok(), vector["expect"]["valid"] == true, "{}: {received:?}", vector["id"]);
        if let Ok(received) = received {
            assert_eq!(received.hints.len(), 1, "{}", vector["id"]);
        }
    }
}

fn run(receiver: &ConnectWiseReceiver, request: &Request) -> Result<Received, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(receiver.receive(request))
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..400), signature in "\\PC{0,60}") {
        let receiver = receiver(&KeyServer::new(Says::Key("right")));
        let forged = Request { signature: Some(signature), body: body.clone() };
        prop_assert!(run(&receiver, &forged).is_err());
        let signed = signed("right", String::from_utf8_lossy(&body));
        prop_assert!(run(&receiver, &signed).is_err());
    }

    #[test]
    fn no_values_make_it_panic(id in any::<f64>(), text in "\\PC{0,30}", entity in "[\\[\\]{}\":,a-z0-9]{0,40}") {
        let receiver = receiver(&KeyServer::new(Says::Key("right")));
        for (kind, id) in [(text.as_str(), json!(id)), ("site", json!(text)), ("site", json!(7)), ("ticket", json!(id))] {
            let mut body = callback(kind, &text, 1);
            body["ID"] = id;
            body["MessageId"] = text.as_str().into();
            body["Entity"] = entity.as_str().into();
            if let Err(error) = run(&receiver, &signed("right", &body)) {
                prop_assert_eq!(error.kind(), ErrorKind::InvalidRequest);
            }
        }
    }

    #[test]
    fn no_address_makes_it_panic_or_leads_elsewhere(text in "\\PC{0,80}", tail in "\\PC{0,40}") {
        for url in [text.clone(), format!("{KEY_URL}{tail}"), format!("https://na.myconnectwise.net{tail}")] {
            if let Ok(url) = KeyOrigins::cloud().check(&url) {
                prop_assert_eq!(url.host_str(), Some("na.myconnectwise.net"));
                prop_assert!(url.path().ends_with("/system/callbackkey/index.rails"));
            }
        }
    }
}
