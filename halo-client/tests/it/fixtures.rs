//! Real bodies: they decode, nothing is dropped, and they map. Read through `PSA_FIXTURES`; a few of our own lie here.

use std::path::PathBuf;

use halo_client::{Action, Attachment, Halo, HaloResource, NativeField, Ticket, User};
use psa_core::{Connector, ConnectorExt, Ticket as CommonTicket};
use psa_http::json::native;
use serde_json::{Map, Value};

use crate::world::sandbox;

fn fixture(name: &str) -> Option<Vec<u8>> {
    let Ok(root) = std::env::var("PSA_FIXTURES") else {
        eprintln!("skipped {name}: PSA_FIXTURES is not set");
        return None;
    };
    let path: PathBuf = [root.as_str(), "halo", name].iter().collect();
    Some(std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
}

/// Every member of `raw` is typed or still in the raw bytes, exactly.
fn nothing_is_dropped(raw: &[u8], kept: &[u8], fields: &[NativeField]) {
    let (raw, kept): (Value, Value) = (serde_json::from_slice(raw).unwrap(), serde_json::from_slice(kept).unwrap());
    assert_eq!(raw, kept);
    let members = raw.as_object().unwrap();
    let typed = members.keys().filter(|m| fields.iter().any(|f| f.name == **m)).count();
    eprintln!("{} members: {typed} typed, {} kept as they are", members.len(), members.len() - typed);
    assert!(typed > 0);
}

#[test]
fn a_created_ticket_of_247_members() {
    let Some(body) = fixture("post_tickets_201_incident.json") else {
        return;
    };
    let ticket = native::<Ticket>(body.clone().into()).unwrap();
    nothing_is_dropped(&body, ticket.raw(), Ticket::FIELDS);
    let raw: Map<String, Value> = serde_json::from_slice(&body).unwrap();
    assert_eq!(ticket.id.0, raw["id"].as_i64().unwrap());
    assert_eq!(ticket.summary.as_deref(), raw["summary"].as_str());
    assert_eq!(ticket.client_id.map(|c| c.0), raw["client_id"].as_i64());
    // Its change stamp is called `flastupdate`, and its dates have two forms.
    assert!(ticket.updated().is_some() && ticket.last_update.is_none());
    assert!(ticket.dateoccurred.is_some() && ticket.respondbydate.is_some());
    assert_eq!(ticket.customfields.len(), raw["customfields"].as_array().unwrap().len());
    assert_eq!(ticket.member("is_sensitive"), raw.get("is_sensitive").cloned());
}

#[test]
fn users_as_a_list_and_alone() {
    let Some(list) = fixture("get_users_search_200.json") else {
        return;
    };
    let list: Value = serde_json::from_slice(&list).unwrap();
    let row = list["users"][0].to_string();
    let user = native::<User>(row.clone().into()).unwrap();
    nothing_is_dropped(row.as_bytes(), user.raw(), User::FIELDS);
    assert_eq!((user.site().map(|s| s.0), user.emailaddress.as_deref()), (Some(18), Some("some.body@example.com")));
    let alone = fixture("get_users_id_200_2023.json").unwrap();
    let user = native::<User>(alone.clone().into()).unwrap();
    nothing_is_dropped(&alone, user.raw(), User::FIELDS);
    assert!(user.datecreated.is_some() || user.ulastupdate.is_some());
}

// Sockets never run in virtual time.
#[tokio::test]
async fn our_requests_are_those_that_real_clients_send() {
    let Some(note) = fixture("requests/post_actions_private_note.json") else {
        return;
    };
    let recorded = wiremock::MockServer::start().await;
    use wiremock::matchers::{method, path};
    use wiremock::{Mock, ResponseTemplate};
    let token = serde_json::json!({"access_token": "t", "expires_in": 3600});
    Mock::given(method("POST"))
        .and(path("/auth/token"))
        .respond_with(ResponseTemplate::new(200).set_body_json(token))
        .mount(&recorded)
        .await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(404)).mount(&recorded).await;
    let action = serde_json::json!({"id": 1, "ticket_id": 9499});
    Mock::given(method("POST"))
        .and(path("/api/Actions"))
        .respond_with(ResponseTemplate::new(201).set_body_json(action))
        .mount(&recorded)
        .await;
    let halo = Halo::builder(&recorded.uri())
        .client_credentials("id", "secret".to_string())
        .transport(std::sync::Arc::new(psa_http::ReqwestTransport::new().unwrap()))
        .allow_http(true)
        .build()
        .unwrap();
    halo.actions().private_note(9499, "<p>Note body</p>").send().await.unwrap();
    let sent = recorded.received_requests().await.unwrap();
    let sent: Value = serde_json::from_slice(&sent.last().unwrap().body).unwrap();
    let mut expected: Value = serde_json::from_slice(&note).unwrap();
    // Said in so many words, so that no tenant's default mails the customer.
    expected[0]["sendemail"] = false.into();
    assert_eq!(sent, expected);
    // The emulated Halo takes the web client's own body, a ticket id as text included.
    let quick: Value = serde_json::from_slice(&fixture("requests/post_actions_quick_action.json").unwrap()).unwrap();
    let sandbox = sandbox();
    let mut quick = quick;
    quick[0]["ticket_id"] = "77".into();
    let stored = crate::world::halo(&sandbox).post_json("/Actions", &quick).send().await.unwrap();
    assert_eq!(stored["ticket_id"], 77);
}

#[tokio::test(start_paused = true)]
async fn what_the_emulated_halo_sends_decodes_maps_and_loses_nothing() {
    // The same as for real bodies, for those that are not public: lists and the other resources.
    let sandbox = sandbox();
    let halo = crate::world::halo(&sandbox);
    let action = sandbox.edit(|h| h.add_action(7, "hours", 0.75));
    let ticket = halo.tickets().get(7).await.unwrap();
    nothing_is_dropped(ticket.raw(), ticket.raw(), Ticket::FIELDS);
    let action = halo.actions().get(7, action).await.unwrap();
    nothing_is_dropped(action.raw(), action.raw(), Action::FIELDS);
    assert_eq!(action.key().to_string(), format!("7/{}", action.id));
    let connector = halo.connector().build();
    let common = connector.reader::<CommonTicket>().unwrap().get(&7.into()).await.unwrap();
    assert_eq!(common.raw, ticket.raw());
    assert_eq!(common.value.unwrap().summary, ticket.summary);
}

/// Answers every read below a path with one body.
#[derive(Debug)]
struct Canned(Vec<(&'static str, Vec<u8>)>);

impl psa_http::Transport for Canned {
    fn send(
        &self,
        request: http::Request<bytes::Bytes>,
    ) -> futures::future::BoxFuture<'_, Result<http::Response<psa_http::Body>, psa_http::TransportError>> {
        let path = request.uri().path().to_owned();
        let body = self.0.iter().find(|(prefix, _)| path.starts_with(prefix)).map(|(_, body)| body.clone());
        let status = if body.is_some() { 200 } else { 404 };
        let parts = futures::stream::iter([Ok(bytes::Bytes::from(body.unwrap_or_default()))]);
        let response = http::Response::builder().status(status).body(futures::StreamExt::boxed(parts)).unwrap();
        Box::pin(async { Ok(response) })
    }
}

#[tokio::test(start_paused = true)]
async fn real_bodies_map_to_the_common_models() {
    let (Some(ticket), Some(user)) = (fixture("post_tickets_201_incident.json"), fixture("get_users_id_200_2023.json"))
    else {
        return;
    };
    let raw: Map<String, Value> = serde_json::from_slice(&ticket).unwrap();
    let transport = Canned(vec![
        ("/auth/token", br#"{"access_token":"t","expires_in":3600}"#.to_vec()),
        ("/api/Tickets/", ticket.clone()),
        ("/api/Users/", user),
        ("/api/Status", br#"[{"id":1,"name":"New"}]"#.to_vec()),
        ("/api/TicketType", b"[]".to_vec()),
        ("/api/Priority", b"[]".to_vec()),
        ("/api/Outcome", b"[]".to_vec()),
    ]);
    let halo = Halo::builder("https://halo.example")
        .client_credentials("id", "secret")
        .transport(std::sync::Arc::new(transport))
        .build()
        .unwrap();
    let connector = halo.connector().build();
    let connector: &dyn Connector = &connector;
    let id = raw["id"].as_i64().unwrap();
    let record = connector.reader::<CommonTicket>().unwrap().get(&id.into()).await.unwrap();
    assert_eq!(record.raw, ticket, "the bytes are Halo's");
    assert!(record.version.updated_at.is_some());
    let common = record.value.unwrap();
    assert_eq!(common.summary.as_deref(), raw["summary"].as_str());
    assert_eq!(common.status.unwrap().id, Some(raw["status_id"].to_string()));
    assert_eq!(common.company.map(|c| c.id.to_string()), Some(raw["client_id"].to_string()));
    assert_eq!(common.team.unwrap().name.as_deref(), raw["team"].as_str());
    assert!(common.created_at.is_some() && common.merged_into.is_none() && common.due_at.is_some());
    let contact = connector.reader::<psa_core::Contact>().unwrap().get(&38.into()).await.unwrap().value.unwrap();
    assert!(contact.name.is_some() && contact.company.is_some() && contact.site.is_some());
}

#[tokio::test(start_paused = true)]
async fn an_uploaded_file_is_answered_as_halo_answers() {
    let Some(recorded) = fixture("post_attachment_201_text.json") else {
        return;
    };
    let file = native::<Attachment>(recorded.clone().into()).unwrap();
    nothing_is_dropped(&recorded, file.raw(), Attachment::FIELDS);
    assert_eq!((file.id.0, file.filesize, file.user_id.map(|u| u.0)), (2967, Some(20), Some(-1)));
    let content = file.member("data").unwrap();
    // The emulated Halo answers the same file with the same members.
    let sandbox = sandbox();
    let halo = crate::world::halo(&sandbox);
    let body = serde_json::json!([{"filename": "short-text.txt", "isimage": false,
        "data_base64": format!("data:text/plain;base64,{}", content.as_str().unwrap())}]);
    let answer = halo.post_json("/Attachment", &body).send().await.unwrap();
    let recorded: Map<String, Value> = serde_json::from_slice(&recorded).unwrap();
    let own = ["id", "datecreated", "guid", "agent_id"];
    for (member, value) in recorded.iter().filter(|(m, _)| !own.contains(&m.as_str())) {
        assert_eq!(answer[member], *value, "{member}");
    }
    for member in own {
        assert!(answer[member].is_number() == recorded[member].is_number() && !answer[member].is_null(), "{member}");
    }
    let more = answer.as_object().unwrap().keys().filter(|m| !recorded.contains_key(*m));
    assert_eq!(more.collect::<Vec<_>>(), Vec::<&String>::new());
}

#[tokio::test(start_paused = true)]
async fn what_real_clients_send_is_understood() {
    let Some(webhook) = fixture("requests/post_webhook_hmac.json") else {
        return;
    };
    let (_, halo) = crate::world::unbounded(|_| {});
    let body = |bytes: Vec<u8>| serde_json::from_slice::<Value>(&bytes).unwrap();
    let hook = halo.post_json("/Webhook", &body(webhook)).send().await.unwrap();
    let hook = halo.webhooks().get(hook["id"].as_str().unwrap()).await.unwrap();
    // A number in text is one.
    assert_eq!((hook.authentication_type, hook.authentication_header.as_deref()), (Some(3), Some("Token")));
    assert_eq!(hook.member("basic_password"), None, "a secret is written and never read again");

    let mut notifications = body(fixture("requests/post_notification_events_for_webhook.json").unwrap());
    for notification in notifications.as_array_mut().unwrap() {
        notification["webhook_id"] = hook.id.0.clone().into();
    }
    halo.post_json("/Notification", &notifications).send().await.unwrap();
    let attached = halo.notifications().list().webhook(hook.id.clone()).all().await.unwrap();
    assert_eq!(attached.iter().map(|n| n.eventno).collect::<Vec<_>>(), [Some(61), Some(3)]);

    let mut hours = body(fixture("requests/post_timesheetevent_quick_time.json").unwrap());
    hours[0]["ticket_id"] = 77.into();
    let event = halo.post_json("/TimesheetEvent", &hours).send().await.unwrap();
    assert_eq!(event["ticket_id"], 77);
    let actions = halo.actions().list().ticket(77).time_entries_only(true).all().await.unwrap();
    assert!(
        actions
            .iter()
            .any(|a| a.note.as_deref() == Some("log time") && a.timetaken.is_some_and(|h| (0.26..0.27).contains(&h)))
    );
    // And our builder says the same of the same hours.
    let mut ours = hours.clone();
    ours[0].as_object_mut().unwrap().retain(|m, _| m != "charge_rate" && m != "agent_id");
    let save = halo.timesheet_events().create().ticket(77).note("log time").log_new_ticket(false).event_type(0);
    let save = save.worked("2025-02-25T18:10:00Z".parse().unwrap(), "2025-02-25T18:26:00Z".parse().unwrap());
    assert_eq!(save.body(), ours[0]);
}
