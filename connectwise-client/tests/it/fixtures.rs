//! Real bodies: they decode, nothing is dropped, and the emulated vendor serves the same. Read through `PSA_FIXTURES`.

use std::path::PathBuf;

use bytes::Bytes;
use connectwise_client::*;
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use psa_core::ErrorKind;
use psa_http::json::native;
use psa_http::{Body, Transport, TransportError};
use psa_sandbox::ConnectWiseSandbox;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::world::{builder, connectwise, sandbox};

fn fixture(name: &str) -> Option<Value> {
    let Ok(root) = std::env::var("PSA_FIXTURES") else {
        eprintln!("skipped {name}: PSA_FIXTURES is not set");
        return None;
    };
    let path: PathBuf = [root.as_str(), "connectwise", name].iter().collect();
    let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    Some(serde_json::from_slice(&bytes).unwrap())
}

/// Each row decodes, keeps its bytes, and the members that are typed are those of the field table.
fn decodes<T: ConnectWiseResource + DeserializeOwned>(name: &str, fields: &[NativeField]) {
    let Some(body) = fixture(name) else { return };
    let rows = if body.is_array() { body.as_array().unwrap().clone() } else { vec![body] };
    for row in rows {
        let record = native::<T>(row.to_string().into()).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(serde_json::from_slice::<Value>(record.raw()).unwrap(), row, "{name}");
        assert_eq!(Some(record.id().into()), row["id"].as_i64(), "{name}");
        let unknown: Vec<&String> =
            row.as_object().unwrap().keys().filter(|m| !fields.iter().any(|f| f.name == **m)).collect();
        eprintln!("{name}: untyped and kept: {unknown:?}");
        assert!(unknown.len() * 4 <= row.as_object().unwrap().len(), "{name}: {unknown:?}");
    }
}

#[test]
fn every_recorded_record_decodes_and_nothing_is_dropped() {
    decodes::<Company>("companies/company.json", Company::FIELDS);
    decodes::<CompanyStatus>("companies/statuses.json", CompanyStatus::FIELDS);
    decodes::<CommunicationType>("companies/communicationTypes.json", CommunicationType::FIELDS);
    decodes::<Contact>("contacts/contact-with-custom-fields.json", Contact::FIELDS);
    decodes::<Callback>("callbacks/created-contacts.json", Callback::FIELDS);
    decodes::<Agreement>("finance/agreement.json", Agreement::FIELDS);
    decodes::<ProjectTicket>("project/ticket.json", ProjectTicket::FIELDS);
    decodes::<ActivityType>("sales/activity-types.json", ActivityType::FIELDS);
    decodes::<OpportunityStatus>("sales/opportunity-statuses.json", OpportunityStatus::FIELDS);
    decodes::<Opportunity>("sales/opportunity.json", Opportunity::FIELDS);
    decodes::<ScheduleEntry>("schedule/entries.json", ScheduleEntry::FIELDS);
    decodes::<BoardStatus>("service/board-statuses.json", BoardStatus::FIELDS);
    decodes::<BoardType>("service/board-types.json", BoardType::FIELDS);
    decodes::<TicketNote>("service/ticket-notes.json", TicketNote::FIELDS);
    decodes::<Ticket>("service/ticket.json", Ticket::FIELDS);
    decodes::<Member>("system/member.json", Member::FIELDS);
    decodes::<UserDefinedField>("system/userDefinedFields.json", UserDefinedField::FIELDS);
    decodes::<TimeEntry>("time/entries.json", TimeEntry::FIELDS);
    decodes::<WorkType>("time/workTypes.json", WorkType::FIELDS);
}

#[test]
fn odd_values_of_the_wire_are_read_as_what_they_mean() {
    let Some(ticket) = fixture("service/ticket.json") else { return };
    let ticket = native::<Ticket>(ticket.to_string().into()).unwrap();
    assert!(ticket.info.as_ref().is_some_and(|i| i.last_updated.is_some()));
    let contact = fixture("contacts/contact-with-custom-fields.json").unwrap()[0].clone();
    let contact = native::<Contact>(contact.to_string().into()).unwrap();
    assert!(contact.custom_fields.iter().any(|f| f.caption.is_some()));
    assert!(contact.relationship.as_ref().is_none_or(|r| r.id.is_none()), "an unset reference has no id");
}

#[test]
fn callbacks_carry_their_record_as_text() {
    let Some(updated) = fixture("callbacks/payload-contact-updated.json") else { return };
    let payload: CallbackPayload = serde_json::from_value(updated.clone()).unwrap();
    assert_eq!((payload.action.as_str(), payload.kind.as_str()), ("updated", "contact"));
    assert_eq!(payload.entity.as_ref().and_then(|e| e["id"].as_i64()), Some(payload.id));
    let deleted: CallbackPayload =
        serde_json::from_value(fixture("callbacks/payload-contact-deleted.json").unwrap()).unwrap();
    assert_eq!((deleted.action.as_str(), deleted.entity), ("deleted", None));
    let wire: CallbackPayload = serde_json::from_value(fixture("callbacks/payload-wire-order.json").unwrap()).unwrap();
    assert!(wire.metadata.and_then(|m| m.key_url).is_some_and(|u| u.contains("/callbackkey/")));
}

/// Answers everything with one body.
#[derive(Debug)]
struct Always(u16, Vec<(String, String)>, Bytes);

impl Transport for Always {
    fn send(&self, _: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let mut answer = http::Response::builder().status(self.0);
        for (name, value) in &self.1 {
            answer = answer.header(name, value);
        }
        let body = self.2.clone();
        let body: Body = futures::stream::once(async move { Ok(body) }).boxed();
        async move { Ok(answer.body(body).unwrap()) }.boxed()
    }
}

async fn refused(status: u16, body: Value) -> psa_core::Error {
    let answer = Always(status, vec![("content-type".into(), "application/json".into())], body.to_string().into());
    let url = format!("{}/v4_6_release/apis/3.0", ConnectWiseSandbox::SITE);
    let cw = builder(&sandbox()).api_url(url).retry(psa_http::RetryPolicy::none());
    let cw = cw.transport(std::sync::Arc::new(answer)).build().unwrap();
    cw.tickets().update(1).summary("x").send().await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn recorded_errors_come_back_typed_with_code_and_field() {
    for (name, status, kind, code, field) in [
        ("400-callback-invalid-url-and-level", 400, ErrorKind::InvalidRequest, "InvalidField", Some("url")),
        ("400-conditions-unknown-name", 400, ErrorKind::InvalidRequest, "ApiFindCondition", None),
        ("400-contact-missing-required", 400, ErrorKind::InvalidRequest, "MissingRequiredField", Some("firstName")),
        ("400-ticket-configuration-missing-id", 400, ErrorKind::InvalidRequest, "MissingRequiredField", Some("id")),
        ("400-ticket-status-not-on-board", 400, ErrorKind::Rejected, "NotFound", Some("status/id")),
        ("403-security", 403, ErrorKind::PermissionDenied, "Security", None),
        ("403-ssl-required", 403, ErrorKind::PermissionDenied, "Security", None),
        ("404-endpoint", 404, ErrorKind::NotFound, "ConnectWiseApi", None),
        ("404-record", 404, ErrorKind::NotFound, "NotFound", None),
        ("429-rate-limit", 429, ErrorKind::RateLimited, "ConnectWiseAPI", None),
    ] {
        let Some(body) = fixture(&format!("errors/{name}.json")) else { return };
        let body = body.get("body").cloned().unwrap_or(body);
        let message = body["errors"][0]["message"].as_str().or(body["message"].as_str()).unwrap().to_owned();
        let error = refused(status, body).await;
        assert_eq!(error.kind(), kind, "{name}: {error:?}");
        let told = error.vendor().unwrap();
        assert_eq!((told.code.as_deref(), told.field.as_deref()), (Some(code), field), "{name}");
        assert!(error.to_string().contains(&message), "{name}: {error}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_sandbox_refuses_in_the_recorded_words() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    let same = |error: psa_core::Error, name: &str| {
        let Some(body) = fixture(&format!("errors/{name}.json")) else { return };
        let wanted = body.get("body").cloned().unwrap_or(body);
        let got: Value = serde_json::from_slice(&error.vendor().unwrap().body).unwrap();
        assert_eq!(got, wanted, "{name}");
    };
    let bad = cw.callbacks().create().url("nonsense").kind("contact").level("nonsense").object(1);
    same(bad.send().await.unwrap_err(), "400-callback-invalid-url-and-level");
    let bad = cw.tickets().list().condition(field("resources/identifier").eq("x")).all().await;
    same(bad.unwrap_err(), "400-conditions-unknown-name");
    let bad = cw.contacts().create().set("lastName", "x").send().await;
    same(bad.unwrap_err(), "400-contact-missing-required");
    let bad = cw.post_json("/service/tickets/5/configurations", &json!({})).send_raw().await;
    same(bad.unwrap_err(), "400-ticket-configuration-missing-id");
    same(cw.contacts().get(57_919).await.unwrap_err(), "404-record");
    same(cw.get_json("/nothing/here").send_raw().await.unwrap_err(), "404-endpoint");
    sandbox.deny(&["Service Tickets"]);
    same(cw.tickets().get(1).await.unwrap_err(), "403-security");
}

/// The hosts in links are the recording's own.
fn without_links(mut value: Value) -> Value {
    match &mut value {
        Value::Array(items) => items.iter_mut().for_each(|i| *i = without_links(i.take())),
        Value::Object(members) => {
            members.remove("_info");
            members.values_mut().for_each(|m| *m = without_links(m.take()));
        }
        _ => {}
    }
    value
}

#[tokio::test(start_paused = true)]
async fn the_recorded_patches_of_communications_replay_exactly() {
    let Ok(root) = std::env::var("PSA_FIXTURES") else {
        eprintln!("skipped: PSA_FIXTURES is not set");
        return;
    };
    let contacts: PathBuf = [root.as_str(), "connectwise", "contacts"].iter().collect();
    let mut replayed = 0;
    for entry in std::fs::read_dir(contacts).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !name.starts_with("patch-communications-scenario") {
            continue;
        }
        let read = |part: &str| fixture(&format!("contacts/{name}/{part}.json")).unwrap();
        let sandbox = sandbox();
        let before = read("1-before")["communicationItems"].clone();
        sandbox.edit(|s| s.update(psa_sandbox::connectwise::Resource::Contacts, 7, "communicationItems", before));
        let cw = connectwise(&sandbox);
        let raw = cw.raw(http::Method::PATCH, "/company/contacts/7").json(&read("2-patch")).send_raw().await.unwrap();
        let after: Value = serde_json::from_slice(&raw.body).unwrap();
        let mut wanted = read("3-after");
        if let Some(items) = wanted.get_mut("communicationItems") {
            wanted = items.take();
        }
        assert_eq!(without_links(after["communicationItems"].clone()), without_links(wanted), "{name}");
        replayed += 1;
    }
    assert!(replayed > 0);
}

#[tokio::test(start_paused = true)]
async fn recorded_requests_are_taken() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    let Some(contact) = fixture("contacts/post-payload.json") else { return };
    cw.post_json("/company/contacts", &contact).send_raw().await.unwrap();
    let callback = fixture("callbacks/request-contacts.json").unwrap();
    let made = cw.post_json("/system/callbacks", &callback).send_raw().await.unwrap();
    let made: Value = serde_json::from_slice(&made.body).unwrap();
    let wanted = fixture("callbacks/created-contacts.json").unwrap();
    for member in ["url", "objectId", "type", "level", "payloadVersion", "inactiveFlag", "isSoapCallbackFlag"] {
        assert_eq!(made[member], wanted[member], "{member}");
    }
}
