//! Halo: login, envelopes and their traps, refusals, rate limit, faults, webhooks, edits.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use psa_http::Transport;
use psa_sandbox::halo::{Dataset, List, OpenPoints, Quirks, Resource};
use psa_sandbox::{Effect, Fault, HaloSandbox, HaloSandboxBuilder, Trigger};
use serde_json::{Value, json};

use super::wire::{Answer, Sink, send};

fn small() -> HaloSandboxBuilder {
    let dataset = Dataset::new(11).companies(12).tickets(260);
    HaloSandbox::builder().dataset(dataset).rate_limit(None).granted("all")
}

/// Somebody who is logged in.
struct Login {
    transport: Arc<dyn Transport>,
    bearer: String,
}

impl Login {
    async fn to(sandbox: &HaloSandbox, scope: &str) -> Self {
        let transport = sandbox.transport();
        let answer = token(&transport, HaloSandbox::SECRET, scope).await;
        assert_eq!(answer.status, 200, "{}", answer.json);
        Self { transport, bearer: format!("Bearer {}", answer.json["access_token"].as_str().unwrap()) }
    }

    async fn get(&self, path: &str) -> Answer {
        let url = format!("{}/api/{path}", HaloSandbox::URL);
        send(&self.transport, "GET", &url, &[("authorization", &self.bearer)], Bytes::new()).await.unwrap()
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        let url = format!("{}/api/{path}", HaloSandbox::URL);
        send(&self.transport, "POST", &url, &[("authorization", &self.bearer)], body.to_string()).await.unwrap()
    }
}

async fn token(transport: &Arc<dyn Transport>, secret: &str, scope: &str) -> Answer {
    let url = format!("{}/auth/token", HaloSandbox::URL);
    let id = HaloSandbox::CLIENT_ID;
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}&scope={scope}");
    send(transport, "POST", &url, &[], form).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_login_gives_what_is_granted_and_a_token_ends() {
    let sandbox = small().granted("read:tickets").build();
    let transport = sandbox.transport();
    let wrong = token(&transport, "wrong", "read:tickets").await;
    assert_eq!((wrong.status, &wrong.json["error"]), (401, &json!("invalid_client")));
    let unknown = token(&transport, HaloSandbox::SECRET, "read:nothing").await;
    assert_eq!((unknown.status, &unknown.json["error"]), (400, &json!("invalid_scope")));
    let login = Login::to(&sandbox, "read:tickets%20edit:tickets").await;
    assert_eq!(login.get("Tickets").await.status, 200, "paths have no case");
    assert_eq!(login.post("tickets", &json!([{"summary": "x"}])).await.status, 403, "narrower than asked for");
    assert_eq!(login.get("client").await.status, 403);
    tokio::time::advance(Duration::from_secs(3600)).await;
    let late = login.get("tickets").await;
    assert_eq!((late.status, late.json), (401, Value::Null), "a refusal has no body");
    assert_eq!((sandbox.tokens_minted(), sandbox.log().count("halo.token")), (1, 3));
}

#[tokio::test(start_paused = true)]
async fn a_list_pages_only_if_it_is_asked_to_and_cuts_the_page_without_a_word() {
    let sandbox = small().build();
    let login = Login::to(&sandbox, "all").await;
    let rows = |answer: &Answer| answer.json["tickets"].as_array().unwrap().len();
    let cut = login.get("tickets?pageinate=true&page_no=1&page_size=500").await;
    assert_eq!((rows(&cut), &cut.json["page_size"], &cut.json["record_count"]), (100, &json!(100), &json!(260)));
    let last = login.get("tickets?pageinate=true&page_no=3&page_size=100").await;
    assert_eq!(rows(&last), 60);
    // Without the word there is no page, and the count is what came.
    let unpaged = login.get("tickets?page_no=2&page_size=100").await;
    assert_eq!((rows(&unpaged), &unpaged.json["record_count"]), (50, &json!(50)));
    let agents = login.get("agent?pageinate=true&page_no=1").await;
    assert!(agents.json["results"].is_array() && agents.json.get("agents").is_none());
    assert!(login.get("agent").await.json.is_array());

    let plain = small().quirks(Quirks::default().silent_page_cap(false).pageinate_needed(false)).build();
    let login = Login::to(&plain, "all").await;
    assert_eq!(rows(&login.get("tickets?page_no=1&page_size=500").await), 260);
}

#[tokio::test(start_paused = true)]
async fn a_write_is_refused_with_the_field_and_nothing_of_it_is_kept() {
    let sandbox = small().build();
    let login = Login::to(&sandbox, "all").await;
    let object = login.post("tickets", &json!({"summary": "x"})).await;
    assert_eq!(object.status, 400, "arrays only");
    let before = login.get("tickets/7").await.json;
    for (body, said) in [
        (json!([{"id": "95.0", "summary": "x"}]), "System.Int32"),
        (json!([{"id": 7, "summary": "x", "client_id": 999}]), "The Client 999 could not be found (client_id)"),
        (json!([{"id": 7, "summary": " "}]), "A Summary must be entered for this Ticket"),
        (json!([{"id": 7, "summary": "x", "agent_id": 13}]), "An API-only Agent cannot be assigned to a Ticket"),
        (json!([{"id": 7, "summary": "x", "parent_id": 7}]), "A Ticket cannot be its own Parent"),
    ] {
        let refused = login.post("tickets", &body).await;
        assert!(refused.status == 400 && refused.json.to_string().contains(said), "{body}: {}", refused.json);
    }
    assert_eq!(login.post("tickets", &json!([{"id": 9999, "summary": "x"}])).await.status, 404);
    assert_eq!(login.get("tickets/7").await.json, before);
    // Each rule hangs on the row of its resource.
    let asset = login.post("asset", &json!([{"assettype_id": 1, "site_id": 2, "fields": [{"id": 77}]}])).await;
    assert_eq!(asset.json["Message"], "A Field of this Asset could not be found (fields)");
    let visit = json!([{"start_date": "2026-11-02", "end_date": "2026-11-03", "agents": [{"id": 99}]}]);
    assert_eq!(login.post("appointment", &visit).await.status, 400);
}

#[tokio::test(start_paused = true)]
async fn more_requests_than_the_limit_wait_for_the_window() {
    let open = OpenPoints { retry_after_sent: true, ..OpenPoints::default() };
    let sandbox = small().open_points(open).rate_limit(Some((2, Duration::from_secs(60)))).build();
    let login = Login::to(&sandbox, "all").await;
    assert_eq!([login.get("status").await.status, login.get("status").await.status], [200, 200]);
    tokio::time::advance(Duration::from_secs(20)).await;
    let refused = login.get("status").await;
    assert_eq!((refused.status, refused.headers["retry-after"].to_str().unwrap()), (429, "41"));
    Login::to(&sandbox, "all").await;
    tokio::time::advance(Duration::from_secs(40)).await;
    assert_eq!(login.get("status").await.status, 200);
    assert_eq!(sandbox.log().count_status(429), 1);
}

#[tokio::test(start_paused = true)]
async fn faults_strike_the_operation_that_they_name_the_time_that_they_say() {
    let sandbox = small().fault(Fault::new("halo.tickets.list", Trigger::Nth(2), Effect::ResetAfter)).build();
    let login = Login::to(&sandbox, "all").await;
    let url = format!("{}/api/tickets?count=3", HaloSandbox::URL);
    let ask = async || send(&login.transport, "GET", &url, &[("authorization", &login.bearer)], Bytes::new()).await;
    assert_eq!([ask().await.is_ok(), ask().await.is_ok(), ask().await.is_ok()], [true, false, true]);
    sandbox.add_fault(Fault::new("halo.tickets.*", Trigger::Always, Effect::CutBody));
    assert!(ask().await.is_err() && login.get("status").await.status == 200);
    sandbox.clear_faults();
    for (effect, rows) in [(Effect::EmptyPage, 0), (Effect::ShortPage, 2), (Effect::DoubledRows, 6)] {
        sandbox.add_fault(Fault::new("halo.tickets.list", Trigger::Always, effect));
        assert_eq!(ask().await.unwrap().json["tickets"].as_array().unwrap().len(), rows);
        sandbox.clear_faults();
    }
    sandbox.add_fault(Fault::new("*", Trigger::First(1), Effect::ExpireToken));
    assert_eq!([ask().await.unwrap().status, ask().await.unwrap().status], [401, 401]);
    let struck = sandbox.log().entries().into_iter().filter_map(|entry| entry.fault).collect::<Vec<_>>();
    assert_eq!(struck, ["reset_after", "cut_body", "empty_page", "short_page", "doubled_rows", "expire_token"]);
}

#[tokio::test(start_paused = true)]
async fn a_webhook_is_sent_once_for_each_change_and_signed_with_its_secret() {
    let sandbox = small().build();
    let login = Login::to(&sandbox, "all").await;
    let rename = json!([{"id": 7, "summary": "before"}]);
    assert_eq!(login.post("tickets", &rename).await.status, 201);
    assert!(!sandbox.webhooks_due(), "nobody wanted to be told");
    let hook = json!([{"url": "https://receiver.example/", "active": true, "authentication_type": 3,
        "authentication_header": "x-signature", "basic_password": "secret", "signature_prefix": "sha256="}]);
    let hook = login.post("webhook", &hook).await.json;
    for event in [3, 61] {
        let rule = json!([{"webhook_id": hook["id"], "eventno": event}]);
        assert_eq!(login.post("notification", &rule).await.status, 201);
    }
    let made = login.post("tickets", &json!([{"summary": "new", "user_id": 8}])).await.json;
    sandbox.edit(|halo| halo.update_ticket(7, "summary", "after"));
    let sink = Sink::new(200);
    let receiver: Arc<dyn Transport> = sink.clone();
    let sent = sandbox.deliver_webhooks(&receiver).await;
    assert!(sent.iter().all(|delivery| delivery.status == Some(200)) && !sandbox.webhooks_due());
    let got = sink.got.lock().unwrap();
    let told: Vec<(Value, Value)> = got
        .iter()
        .map(|request| serde_json::from_slice::<Value>(request.body()).unwrap())
        .map(|body| (body["event"].clone(), body["object_id"].clone()))
        .collect();
    assert_eq!(told, [(json!("New Ticket Logged"), made["id"].clone()), (json!("Ticket Updated"), json!(7))]);
    for request in got.iter() {
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"secret").unwrap();
        mac.update(request.body());
        let signature = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
        assert_eq!(request.headers()["x-signature"].to_str().unwrap(), format!("sha256={signature}"));
    }
}

#[tokio::test(start_paused = true)]
async fn edits_are_seen_and_one_can_wait_for_a_request() {
    let sandbox = small().build();
    let login = Login::to(&sandbox, "all").await;
    sandbox.edit(|halo| {
        halo.update(Resource::Assets, 3, "inventory_number", "edited");
        halo.remove(Resource::Clients, 4);
        halo.rename(List::Statuses, 2, "Doing");
    });
    assert_eq!(login.get("asset/3").await.json["inventory_number"], "edited");
    assert_eq!(login.get("client/4").await.status, 404);
    assert_eq!(login.get("status/2").await.json["name"], "Doing");
    sandbox.edit_before("halo.tickets.get", 2, |halo| halo.delete_ticket(9));
    let deleted = async || login.get("tickets/9").await.json["deleted"].clone();
    assert_eq!([deleted().await, deleted().await], [json!(false), json!(true)]);
}
