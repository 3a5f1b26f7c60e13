//! ConnectWise: keys, links, refusals, rate limit, faults, callbacks, edits. What each resource takes is tested beside the
//! tables.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use psa_http::Transport;
use psa_sandbox::connectwise::{Dataset, Quirks, Resource};
use psa_sandbox::{ConnectWiseSandbox, ConnectWiseSandboxBuilder, Effect, Fault, Trigger};
use serde_json::{Value, json};
use sha2::Digest;

use super::wire::{Answer, Sink, send};

fn small() -> ConnectWiseSandboxBuilder {
    let dataset = Dataset::new(11).companies(12).tickets(60);
    ConnectWiseSandbox::builder().dataset(dataset).rate_limit(None)
}

fn basic(private: &str) -> String {
    let keys = format!("{}+{}:{private}", ConnectWiseSandbox::COMPANY, ConnectWiseSandbox::PUBLIC_KEY);
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(keys))
}

async fn call(sandbox: &ConnectWiseSandbox, method: &str, path: &str, more: &[(&str, &str)], body: &Value) -> Answer {
    let url = format!("{}/v4_6_release/apis/3.0/{path}", ConnectWiseSandbox::SITE);
    let login = basic(ConnectWiseSandbox::PRIVATE_KEY);
    let mut headers = vec![("authorization", login.as_str()), ("clientid", ConnectWiseSandbox::CLIENT_ID)];
    headers.extend(more);
    let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
    send(&sandbox.transport(), method, &url, &headers, body).await.unwrap()
}

async fn get(sandbox: &ConnectWiseSandbox, path: &str) -> Answer {
    call(sandbox, "GET", path, &[], &Value::Null).await
}

#[tokio::test(start_paused = true)]
async fn keys_client_id_and_codebase_are_each_refused_in_their_own_words() {
    let sandbox = small().build();
    let ask = async |path: &str, headers: &[(&str, &str)]| {
        let url = format!("{}/{path}", ConnectWiseSandbox::SITE);
        send(&sandbox.transport(), "GET", &url, headers, Bytes::new()).await.unwrap()
    };
    let id = ("clientid", ConnectWiseSandbox::CLIENT_ID);
    let tickets = "v4_6_release/apis/3.0/service/tickets";
    let (wrong, right) = (basic("wrong"), basic(ConnectWiseSandbox::PRIVATE_KEY));
    assert_eq!(ask(tickets, &[("authorization", &right)]).await.status, 401, "no client id");
    let refused = ask(tickets, &[id, ("authorization", &wrong)]).await;
    assert_eq!((refused.status, &refused.json["message"]), (401, &json!("UserNotAuthenticated")));
    assert_eq!(ask("v1/apis/3.0/service/tickets", &[id, ("authorization", &right)]).await.status, 400);
    assert_eq!(ask("login/companyinfo/nobody", &[]).await.json, Value::Null);
    let found = ask("login/companyinfo/sandbox", &[]).await;
    assert_eq!(found.json["Codebase"], "v2025_1/");
    sandbox.release("v2026_9");
    assert_eq!(ask("v2025_1/apis/3.0/service/tickets", &[id, ("authorization", &right)]).await.status, 400);
    assert_eq!(ask("v2026_9/apis/3.0/service/tickets", &[id, ("authorization", &right)]).await.status, 200);

    let strict = small().quirks(Quirks::default().unknown_company_is_null(false)).build();
    let url = format!("{}/login/companyinfo/nobody", ConnectWiseSandbox::SITE);
    assert_eq!(send(&strict.transport(), "GET", &url, &[], Bytes::new()).await.unwrap().status, 404);
}

#[tokio::test(start_paused = true)]
async fn pages_are_linked_both_ways_and_the_last_one_has_an_empty_link() {
    let sandbox = small().build();
    let link = |answer: &Answer| answer.headers["link"].to_str().unwrap().to_owned();
    let second = get(&sandbox, "service/tickets?pageSize=25&page=2").await;
    for rel in ["first", "prev", "next", "last"] {
        assert!(link(&second).contains(&format!("rel=\"{rel}\"")), "{rel}: {}", link(&second));
    }
    let forward = [("pagination-type", "forward-only")];
    let page = call(&sandbox, "GET", "service/tickets?pageSize=50", &forward, &Value::Null).await;
    assert!(link(&page).contains("pageId=50"), "{}", link(&page));
    let last = call(&sandbox, "GET", "service/tickets?pageSize=50&pageId=50", &forward, &Value::Null).await;
    assert_eq!((last.json.as_array().unwrap().len(), link(&last)), (10, String::new()));
    assert_eq!(get(&sandbox, "service/tickets/count").await.json["count"], 60);
    let odd = get(&sandbox, "service/tickets?conditions=bogus=1").await;
    assert_eq!((odd.status, &odd.json["code"]), (400, &json!("ApiFindCondition")));
}

#[tokio::test(start_paused = true)]
async fn more_requests_than_the_limit_are_refused_and_lost_paths_do_not_count() {
    let sandbox = small().rate_limit(Some((2, Duration::from_secs(60)))).build();
    let url = format!("{}/nowhere", ConnectWiseSandbox::SITE);
    send(&sandbox.transport(), "GET", &url, &[], Bytes::new()).await.unwrap();
    let statuses = [get(&sandbox, "system/info").await.status, get(&sandbox, "system/info").await.status];
    assert_eq!(statuses, [200, 200]);
    let refused = get(&sandbox, "system/info").await;
    assert_eq!((refused.status, refused.headers["retry-after"].to_str().unwrap()), (429, "30"));
    tokio::time::advance(Duration::from_secs(60)).await;
    assert_eq!(get(&sandbox, "system/info").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_count_can_lie_and_a_page_can_come_twice() {
    let sandbox = small().build();
    sandbox.add_fault(Fault::new("connectwise.tickets.count", Trigger::Always, Effect::LyingCount(3)));
    sandbox.add_fault(Fault::new("connectwise.tickets.list", Trigger::Always, Effect::PreviousPage));
    assert_eq!(get(&sandbox, "service/tickets/count").await.json["count"], 63);
    assert_eq!(get(&sandbox, "service/tickets?pageSize=5&page=2").await.json[0]["id"], 1);
    sandbox.clear_faults();
    assert_eq!(get(&sandbox, "service/tickets?pageSize=5&page=2").await.json[0]["id"], 6);
}

#[tokio::test(start_paused = true)]
async fn a_callback_is_sent_for_each_change_signed_and_repeated_unless_the_write_was_quiet() {
    let sandbox = small().build();
    let to = json!({"url": "https://receiver.example/?id=", "objectId": 1, "type": "ticket", "level": "owner"});
    assert_eq!(call(&sandbox, "POST", "system/callbacks", &[], &to).await.status, 201);
    let set = |quiet: bool| {
        json!([{"op": "replace", "path": "summary", "value": format!("quiet: {quiet}")},
            {"op": "replace", "path": "skipCallback", "value": quiet}])
    };
    call(&sandbox, "PATCH", "service/tickets/5", &[], &set(true)).await;
    assert!(!sandbox.callbacks_due());
    call(&sandbox, "PATCH", "service/tickets/5", &[], &set(false)).await;
    sandbox.edit(|cw| cw.remove(Resource::Tickets, 6));
    let sink = Sink::new(429);
    let receiver: Arc<dyn Transport> = sink.clone();
    let sent = sandbox.deliver_callbacks(&receiver, ConnectWiseSandbox::SITE).await;
    assert!(sent.iter().all(|delivery| delivery.tries == [Some(429); 3]), "{sent:?}");
    let got = sink.got.lock().unwrap().clone();
    let body: Value = serde_json::from_slice(got[0].body()).unwrap();
    assert_eq!((&body["Action"], &body["ID"]), (&json!("updated"), &json!(5)));
    let gone: Value = serde_json::from_slice(got[3].body()).unwrap();
    assert_eq!((&gone["Action"], &gone["Entity"]), (&json!("deleted"), &Value::Null));
    let url = body["Metadata"]["key_url"].as_str().unwrap();
    let key = send(&sandbox.transport(), "GET", url, &[], Bytes::new()).await.unwrap().json;
    let hash = sha2::Sha256::digest(key["signing_key"].as_str().unwrap().as_bytes());
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&hash).unwrap();
    mac.update(got[0].body());
    let signature = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
    assert_eq!(got[0].headers()["x-content-signature"].to_str().unwrap(), signature);
}

#[tokio::test(start_paused = true)]
async fn a_role_hides_modules_and_other_people_s_rows() {
    let sandbox = small().build();
    sandbox.deny(&["Company Maintenance"]);
    assert_eq!(get(&sandbox, "company/companies").await.json["code"], "Security");
    sandbox.deny(&[]);
    sandbox.only_mine(&["Service Tickets"]);
    assert_eq!(get(&sandbox, "service/tickets").await.json, json!([]));
    sandbox.edit(|cw| cw.update(Resource::Tickets, 5, "owner", json!({"identifier": ConnectWiseSandbox::MEMBER})));
    assert_eq!(get(&sandbox, "service/tickets/count").await.json["count"], 1);
}
