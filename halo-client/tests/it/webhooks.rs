//! Webhooks: registered by the client, sent by the emulated Halo, and what the log tells afterwards.

use std::sync::{Arc, Mutex};

use base64::Engine;
use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use halo_client::{WebhookId, WebhookTrigger};
use hmac::{Hmac, KeyInit, Mac};
use psa_http::{Body, Transport, TransportError};
use serde_json::{Value, json};

use crate::world::unbounded;

/// Somebody's endpoint: keeps what comes and answers with one status.
#[derive(Debug, Default)]
struct Receiver {
    status: u16,
    got: Mutex<Vec<http::Request<Bytes>>>,
}

impl Transport for Receiver {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        self.got.lock().unwrap().push(request);
        let body = futures::stream::iter([Ok(Bytes::from_static(b"thanks"))]).boxed();
        async move { Ok(http::Response::builder().status(self.status).body(body).unwrap()) }.boxed()
    }
}

fn receiver(status: u16) -> (Arc<Receiver>, Arc<dyn Transport>) {
    let receiver = Arc::new(Receiver { status, got: Mutex::default() });
    (Arc::clone(&receiver), receiver)
}

#[tokio::test(start_paused = true)]
async fn a_registered_webhook_is_told_once_and_signed() {
    let (sandbox, halo) = unbounded(|_| {});
    let secret = "s3cret-canary".to_owned().into();
    let save = halo.webhooks().create().name("ours").url("https://receiver.example/halo").active(true);
    let save = save.signed_header("Token", &secret);
    assert!(!format!("{save:?}").contains("canary"), "{save:?}");
    let hook = save.send().await.unwrap();
    assert!(!format!("{hook:?}").contains("canary"), "{hook:?}");
    let updated = halo.notifications().of_webhook(&hook.id, "updated", WebhookTrigger::TicketUpdated);
    updated.send().await.unwrap();
    halo.notifications().of_webhook(&hook.id, "new", WebhookTrigger::NewTicket).send().await.unwrap();

    sandbox.edit(|h| h.update_ticket(5, "summary", "changed"));
    halo.tickets().create().summary("new").details("new").client(3).send().await.unwrap();
    let (endpoint, transport) = receiver(200);
    let told = sandbox.deliver_webhooks(&transport).await;
    assert_eq!(told.iter().map(|t| (t.events, t.status)).collect::<Vec<_>>(), [(1, Some(200)), (1, Some(200))]);
    for request in endpoint.got.lock().unwrap().iter() {
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"s3cret-canary").unwrap();
        mac.update(request.body());
        let expected = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
        assert_eq!(request.headers()["token"], expected.as_str());
        let payload: Value = serde_json::from_slice(request.body()).unwrap();
        assert_eq!(payload["webhook_id"], hook.id.0.as_str());
        assert_eq!(payload["ticket"]["id"], payload["object_id"]);
    }
    assert!(sandbox.deliver_webhooks(&transport).await.is_empty(), "nothing is told twice");
    let health = halo.webhooks().health(&hook.id).await.unwrap();
    assert!(health.sending && health.failed.is_empty() && health.seen == 2, "{health:?}");
    assert_eq!(health.last_status, Some(200));
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_fails_is_in_the_log_and_can_be_sent_again_by_hand() {
    let (sandbox, halo) = unbounded(|_| {});
    let password = "pass-canary".to_owned().into();
    let hook =
        halo.webhooks().create().name("ours").url("https://receiver.example/").active(true).basic("me", &password);
    let hook = hook.send().await.unwrap();
    halo.notifications().of_webhook(&hook.id, "updated", WebhookTrigger::TicketUpdated).send().await.unwrap();
    sandbox.edit(|h| h.touch_ticket(5));
    let (broken, transport) = receiver(500);
    sandbox.deliver_webhooks(&transport).await;
    assert!(sandbox.deliver_webhooks(&transport).await.is_empty(), "Halo does not try again");
    let basic = base64::engine::general_purpose::STANDARD.encode("me:pass-canary");
    assert_eq!(broken.got.lock().unwrap()[0].headers()["authorization"], format!("Basic {basic}").as_str());
    let health = halo.webhooks().health(&hook.id).await.unwrap();
    assert_eq!((health.failed.len(), health.last_status), (1, Some(500)));

    halo.webhook_events().resend(&health.failed[0]).await.unwrap();
    let (endpoint, transport) = receiver(204);
    assert_eq!(sandbox.deliver_webhooks(&transport).await[0].status, Some(204));
    assert_eq!(endpoint.got.lock().unwrap()[0].body(), broken.got.lock().unwrap()[0].body());
    assert!(halo.webhook_events().resend(&" ".into()).await.is_err());
    assert!(
        halo.webhook_events().resend(&"00000063-0000-4000-8000-000000000063".into()).await.unwrap_err().is_not_found()
    );
    // Halo may repeat in an error what it was sent.
    sandbox.add_fault(psa_sandbox::Fault::new(
        "halo.webhooks.create",
        psa_sandbox::Trigger::Always,
        psa_sandbox::Effect::Status(400, "bad pass-canary"),
    ));
    let error =
        halo.webhooks().create().url("https://receiver.example/").basic("me", &password).send().await.unwrap_err();
    assert!(!format!("{error} {error:?} {:?}", error.vendor()).contains("pass-canary"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn deliveries_are_batched_and_templates_have_the_users_names() {
    let (sandbox, halo) = unbounded(|_| {});
    let hook = halo.webhooks().create().name("batch").url("https://receiver.example/").active(true).batch_limit(3);
    let hook = hook.send().await.unwrap();
    halo.notifications().of_webhook(&hook.id, "updated", WebhookTrigger::TicketUpdated).send().await.unwrap();
    sandbox.edit(|h| (1..=5).for_each(|id| h.touch_ticket(id)));
    let (endpoint, transport) = receiver(200);
    let told = sandbox.deliver_webhooks(&transport).await;
    assert_eq!(told.iter().map(|t| t.events).collect::<Vec<_>>(), [3, 2]);
    let first: Value = serde_json::from_slice(endpoint.got.lock().unwrap()[0].body()).unwrap();
    assert_eq!(first.as_array().unwrap().len(), 3);

    let template = json!([{"finame": "id", "key": "number"}, {"finame": "summary", "key": "title"}]);
    let change = halo.webhooks().update(hook.id.clone()).batch_limit(0).set("custom_payload", true);
    change.replace_list("mappings", template.as_array().unwrap().clone()).send().await.unwrap();
    sandbox.edit(|h| h.update_ticket(7, "summary", "templated"));
    sandbox.deliver_webhooks(&transport).await;
    let last: Value = serde_json::from_slice(endpoint.got.lock().unwrap().last().unwrap().body()).unwrap();
    assert_eq!(last, json!({"number": 7, "title": "templated"}));

    // After a hundred that went well, the newest that did not is seen.
    let (_, broken) = receiver(500);
    sandbox.edit(|h| (1..=120).for_each(|id| h.touch_ticket(id)));
    tokio::time::sleep(std::time::Duration::from_secs(60)).await;
    sandbox.deliver_webhooks(&transport).await;
    tokio::time::sleep(std::time::Duration::from_secs(60)).await;
    sandbox.edit(|h| h.touch_ticket(9));
    sandbox.deliver_webhooks(&broken).await;
    let health = halo.webhooks().health(&hook.id).await.unwrap();
    assert_eq!((health.failed.len(), health.seen, health.last_status), (1, 100, Some(500)));
    let notified = halo.notifications().list().webhook(hook.id.clone()).all().await.unwrap();
    halo.notifications().delete(notified[0].id).await.unwrap();

    halo.webhooks().update(hook.id.clone()).active(false).send().await.unwrap();
    sandbox.edit(|h| h.touch_ticket(8));
    assert!(sandbox.deliver_webhooks(&transport).await.is_empty());
    assert!(halo.webhooks().get(WebhookId("00000063-0000-4000-8000-000000000063".into())).await.is_err());
}
