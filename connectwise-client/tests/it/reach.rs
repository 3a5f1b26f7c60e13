//! A write reaches what it names and nothing else.

use std::sync::Arc;

use psa_conformance::{AbilitySuite, Effect, OwnForm, Section, Together, WriteSuite};
use psa_core::*;
use psa_sandbox::ConnectWiseSandbox;
use psa_sandbox::connectwise::{Dataset, Resource};
use serde_json::{Value, json};

use crate::world::{connectwise, sandbox};

fn changes<E: Entity>(pairs: &[(&str, Value)]) -> Changes<E> {
    pairs.iter().fold(Changes::<E>::new(), |c, (path, value)| c.set_path(path, value.clone()).unwrap())
}

fn refused(error: &Error, field: &str) {
    assert_eq!((error.kind(), error.context("field")), (ErrorKind::InvalidRequest, Some(field)), "{error:?}");
    assert_eq!(error.phase(), Phase::NotSent);
}

/// How many writes the sandbox saw.
fn written(sandbox: &ConnectWiseSandbox) -> usize {
    sandbox.log().entries().iter().filter(|e| e.method != "GET").count()
}

#[tokio::test(start_paused = true)]
async fn a_part_of_the_key_is_no_field_of_an_update() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    let note = json!({"text": "mine", "detailDescriptionFlag": true});
    let (mine, theirs) = sandbox.edit(|s| {
        (s.insert_below(Resource::TicketNotes, 5, note.clone()), s.insert_below(Resource::TicketNotes, 9, note))
    });
    let connector = cw.connector().build();
    let connector: &dyn Connector = &connector;
    let notes = connector.writer::<TicketNote>().unwrap();
    let key = Key::from_parts([5, mine]);
    sandbox.log().clear();
    let to = json!({"id": "9"});
    refused(&notes.update(&key, changes(&[("ticket", to), ("body", json!("x"))])).await.unwrap_err(), "ticket");
    for member in ["id", "ID", "ticketId", "/id"] {
        let change = changes::<TicketNote>(&[("body", json!("x"))]).set_native(member, 9);
        refused(&notes.update(&key, change).await.unwrap_err(), member);
    }
    let sites = connector.writer::<Site>().unwrap();
    let site = sandbox.edit(|s| s.ids(Resource::Sites)[0]);
    let company = changes(&[("company", json!({"id": "4"})), ("name", json!("x"))]);
    refused(&sites.update(&Key::from_parts([1, site]), company).await.unwrap_err(), "company");
    let tickets = connector.writer::<Ticket>().unwrap();
    let change = changes::<Ticket>(&[("summary", json!("x"))]).set_native("Id", 9);
    refused(&tickets.update(&Key::from(5), change).await.unwrap_err(), "Id");
    assert!(sandbox.log().is_empty(), "{:#?}", sandbox.log().entries());
    // A key that puts another ticket's note below this one names no record.
    let mixed = Key::from_parts([5, theirs]);
    assert!(notes.update(&mixed, changes(&[("body", json!("x"))])).await.unwrap_err().is_not_found());
    assert!(notes.delete(&mixed).await.unwrap_err().is_not_found());
    let mixed = Key::from_parts([2, site]);
    assert!(sites.update(&mixed, changes(&[("name", json!("x"))])).await.unwrap_err().is_not_found());
    assert!(sites.delete(&mixed).await.unwrap_err().is_not_found());
    assert_eq!(written(&sandbox), 0);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_mailed_and_no_note_is_shown_unless_that_was_said() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    let off = |body: Value, member: &str| match body {
        Value::Array(operations) => operations.iter().any(|o| o["path"] == member && o["value"] == json!(false)),
        body => body[member] == json!(false),
    };
    for body in [
        cw.tickets().create().summary("x").body(),
        cw.tickets().update(5).summary("x").body(),
        cw.tickets().replace(5).summary("x").body(),
        cw.tickets().update(5).set("processNotifications", Value::Null).body(),
        cw.project_tickets().create().summary("x").body(),
        cw.project_tickets().update(5).summary("x").body(),
        cw.tickets().notes(5).create().text("x").body(),
        cw.tickets().notes(5).update(1).text("x").body(),
        cw.project_tickets().notes(5).create().set("text", "x").body(),
    ] {
        assert!(off(body.clone(), "processNotifications"), "{body}");
    }
    for member in ["emailResourceFlag", "emailContactFlag", "emailCcFlag"] {
        assert!(off(cw.time_entries().create().hours(1.0).body(), member));
        assert!(off(cw.time_entries().update(5).hours(1.0).body(), member));
    }
    assert!(off(cw.schedule_entries().update(5).name("x").body(), "notifyResource"));
    assert!(off(cw.activities().create().name("x").body(), "notifyFlag"));
    // The caller has the last word.
    let loud = cw.tickets().create().summary("x").process_notifications(true).body();
    assert_eq!(loud["processNotifications"], true);
    let connector = cw.connector().build();
    let connector: &dyn Connector = &connector;
    let notes = connector.writer::<TicketNote>().unwrap();
    for visibility in [None, Some(Value::Null), Some(json!({"raw": "public"}))] {
        let mut pairs = vec![("ticket", json!({"id": "5"})), ("body", json!("Called"))];
        pairs.extend(visibility.map(|v| ("visibility", v)));
        let made = notes.create(changes(&pairs)).await.unwrap();
        let shown = made.value.as_ref().unwrap().visibility.clone().unwrap().value;
        assert_eq!(shown, Some(Visibility::Internal), "{pairs:?}");
    }
    // A member that only sounds like a place to show it is none.
    let issue =
        changes::<TicketNote>(&[("ticket", json!({"id": "5"})), ("body", json!("x"))]).set_native("issueFlag", true);
    assert!(notes.create(issue).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_project_on_a_service_ticket_is_not_possible_and_not_a_missing_ticket() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    let connector = cw.connector().build();
    let tickets = connector.writer::<Ticket>().unwrap();
    for project in [json!({"id": "1"}), Value::Null] {
        let error = tickets.update(&Key::from(5), changes(&[("project", project)])).await.unwrap_err();
        assert_eq!((error.kind(), error.context("field")), (ErrorKind::Unsupported, Some("project")), "{error:?}");
    }
    // What no ticket has is no missing ticket either, and a missing ticket is one.
    let error = tickets.update(&Key::from(5), changes(&[("urgency", json!({"id": "1"}))])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    for change in [("summary", json!("x")), ("severity", json!({"name": "High"})), ("project", json!({"id": "1"}))] {
        let error = tickets.update(&Key::from(987_654), changes(&[change])).await.unwrap_err();
        assert!(error.is_not_found(), "{error:?}");
    }
    let of_project = cw.project_tickets().list().page_size(1).first_page().await.unwrap().records;
    let id = of_project[0].value.as_ref().unwrap().id.0;
    let error = tickets.update(&Key::from(id), changes(&[("severity", json!({"name": "High"}))])).await.unwrap_err();
    assert_eq!((error.kind(), error.context("field")), (ErrorKind::Unsupported, Some("severity")), "{error:?}");
    tickets.update(&Key::from(id), changes(&[("summary", json!("Moved"))])).await.unwrap();
    // A new ticket without a project is one of service.
    let new = [("summary", json!("New")), ("company", json!({"id": "3"})), ("project", Value::Null)];
    let made = tickets.create(changes(&new)).await.unwrap();
    assert!(cw.tickets().get(made.key.as_i64().unwrap()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_change_of_a_deleted_company_is_no_success() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    sandbox.edit(|s| s.delete_company(3));
    let connector = cw.connector().build();
    let companies = connector.writer::<Company>().unwrap();
    for change in [("website", json!("https://x.example")), ("custom", json!({}))] {
        let error = companies.update(&Key::from(3), changes(&[change])).await.unwrap_err();
        assert!(error.is_not_found(), "{error:?}");
        assert_eq!(error.phase(), Phase::Answered);
    }
}

#[tokio::test(start_paused = true)]
async fn no_record_takes_a_site_contact_or_agreement_of_another_company() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    let connector = cw.connector().build();
    let connector: &dyn Connector = &connector;
    let ticket = cw.tickets().get(5).await.unwrap();
    let company = ticket.company.as_ref().and_then(|c| c.id).unwrap();
    let other = if company == 3 { 4 } else { 3 };
    let sites = cw.companies().sites(other).list().all().await.unwrap();
    let own = cw.companies().sites(company).list().all().await.unwrap();
    let key_of = |company: i64, site: i64| json!({"id": format!("{company}/{site}")});
    // Contacts are numbered three to a company.
    let contact = json!({"id": ((other - 1) * 3 + 1).to_string()});
    let tickets = connector.writer::<Ticket>().unwrap();
    let key = Key::from(5);
    sandbox.log().clear();
    let foreign = key_of(other, sites[0].id.0);
    refused(&tickets.update(&key, changes(&[("site", foreign.clone())])).await.unwrap_err(), "site");
    refused(&tickets.update(&key, changes(&[("contact", contact.clone())])).await.unwrap_err(), "contact");
    let new = [("summary", json!("x")), ("company", json!({"id": company.to_string()})), ("site", foreign.clone())];
    refused(&tickets.create(changes(&new)).await.unwrap_err(), "site");
    // A site without its company in front, and a company that leaves its site behind.
    let bare = json!({"id": own[0].id.0.to_string()});
    refused(&tickets.update(&key, changes(&[("site", bare)])).await.unwrap_err(), "site");
    tickets.update(&key, changes(&[("site", key_of(company, own[0].id.0))])).await.unwrap();
    let moved = ("company", json!({"id": other.to_string()}));
    refused(&tickets.update(&key, changes(std::slice::from_ref(&moved))).await.unwrap_err(), "company");
    assert_eq!(sandbox.log().count("connectwise.tickets.update"), 1);
    let whole = [moved, ("site", foreign.clone()), ("contact", contact.clone())];
    let stored = tickets.update(&key, changes(&whole)).await.unwrap().into_value().unwrap();
    assert_eq!(stored.site.map(|s| s.id), Some(Key::from_parts([other, sites[0].id.0])));
    // The same holds for contacts, agreements and configurations.
    async fn same<E: Entity>(connector: &dyn Connector, id: i64, own: i64, company: i64, site: &Value) {
        assert_ne!(own, company, "of another company");
        let writer = connector.writer::<E>().unwrap();
        refused(&writer.update(&Key::from(id), changes(&[("site", site.clone())])).await.unwrap_err(), "site");
    }
    let id = |company: &Option<Box<connectwise_client::Reference>>| company.as_ref().and_then(|c| c.id).unwrap();
    let contacts = cw.contacts().get((company - 1) * 3 + 1).await.unwrap();
    same::<Contact>(connector, contacts.id.0, id(&contacts.company), other, &foreign).await;
    let agreements = cw.agreements().list().all().await.unwrap();
    let agreement = agreements.iter().find(|a| id(&a.company) != other).unwrap();
    same::<Agreement>(connector, agreement.id.0, id(&agreement.company), other, &foreign).await;
    let configurations = cw.configurations().list().all().await.unwrap();
    let configuration = configurations.iter().find(|c| id(&c.company) != other).unwrap();
    same::<Asset>(connector, configuration.id.0, id(&configuration.company), other, &foreign).await;
    // A contact without a company has no site that could be read again.
    let new = [("first_name", json!("Ann")), ("site", foreign)];
    refused(&connector.writer::<Contact>().unwrap().create(changes(&new)).await.unwrap_err(), "site");
}

#[tokio::test(start_paused = true)]
async fn text_that_looks_like_a_date_stays_text_and_old_dates_are_dates() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    let text = "2026-03-29T02:30:00.123+02:00";
    let save = cw.tickets().update(5).custom_field(3, text).summary(text).set("requiredDate", text);
    let body = save.body();
    let of = |path: &str| body.as_array().unwrap().iter().find(|o| o["path"] == path).unwrap()["value"].clone();
    assert_eq!((of("summary"), of("customFields")[0]["value"].clone()), (json!(text), json!(text)));
    assert_eq!(of("requiredDate"), json!("2026-03-29T00:30:00Z"));
    // At any depth.
    let nested = json!({"name": text, "more": [{"text": text}]});
    assert_eq!(cw.tickets().create().set("source", nested.clone()).body()["source"], nested);
    let connector = cw.connector().build();
    let connector: &dyn Connector = &connector;
    let tickets = connector.writer::<Ticket>().unwrap();
    let stored = tickets.update(&Key::from(5), changes(&[("due_at", json!("1975-05-01T00:00:00Z"))])).await.unwrap();
    assert_eq!(Entity::get(&stored.into_value().unwrap(), "due_at"), Some(json!("1975-05-01T00:00:00Z")));
}

#[tokio::test(start_paused = true)]
async fn two_custom_fields_of_one_caption_are_told_apart_by_id_and_cleared_by_it() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    let field = |id: i64, caption: &str, ty: &str, value: &str| json!({"id": id, "caption": caption, "type": ty, "entryMethod": "EntryField", "value": value});
    let fields = json!([
        field(301, "PO", "Text", "first"),
        field(302, "PO", "Text", "second"),
        field(303, "Renewal", "Date", "2026-01-01T00:00:00Z")
    ]);
    let kinds = [
        Resource::Companies,
        Resource::Contacts,
        Resource::Tickets,
        Resource::Agreements,
        Resource::Configurations,
        Resource::Opportunities,
        Resource::Projects,
        Resource::Invoices,
    ];
    sandbox.edit(|s| kinds.iter().for_each(|kind| s.update(*kind, 3, "customFields", fields.clone())));
    let connector = cw.connector().build();
    let connector: &dyn Connector = &connector;
    async fn apart<E: Entity>(connector: &dyn Connector, custom: impl Fn(E) -> Custom) {
        let (writer, reader) = (connector.writer::<E>().unwrap(), connector.reader::<E>().unwrap());
        let key = Key::from(3);
        let of = |record: Record<E>| custom(record.into_value().unwrap());
        let read = of(reader.get(&key).await.unwrap());
        assert_eq!(read.keys().collect::<Vec<_>>(), ["301", "302", "Renewal"], "{}", E::KIND);
        let error = writer.update(&key, changes(&[("custom", json!({"PO": "x"}))])).await.unwrap_err();
        refused(&error, "PO");
        assert_eq!(error.context("ids"), Some("301, 302"));
        // Text stays text; what is a date gets the one form that there is.
        let date = "2026-03-29T02:30:00.123+02:00";
        let own = json!({"302": date, "301": null, "Renewal": date});
        writer.update(&key, changes(&[("custom", own)])).await.unwrap_or_else(|e| panic!("{} {e:?}", E::KIND));
        let read = of(reader.get(&key).await.unwrap());
        assert_eq!((read.get("301"), read.get("302")), (None, Some(&json!(date))), "{}", E::KIND);
        assert_eq!(read.get("Renewal"), Some(&json!("2026-03-29T00:30:00Z")));
        writer.update(&key, Changes::new().clear_path("custom").unwrap()).await.unwrap();
        assert_eq!(of(reader.get(&key).await.unwrap()), Custom::new());
    }
    apart::<Company>(connector, |c| c.custom).await;
    apart::<Contact>(connector, |c| c.custom).await;
    apart::<Ticket>(connector, |c| c.custom).await;
    apart::<Agreement>(connector, |c| c.custom).await;
    apart::<Asset>(connector, |c| c.custom).await;
    apart::<Opportunity>(connector, |c| c.custom).await;
    apart::<Project>(connector, |c| c.custom).await;
    apart::<Invoice>(connector, |c| c.custom).await;
}

/// What a write may change elsewhere in ConnectWise: the stamp and the totals of the ticket, the first site of a company, the
/// default of a company's contacts.
const EFFECTS: &[Effect] = &[
    Effect { write: "ticket_note", on: "ticket", members: &["_info"] },
    Effect { write: "time_entry", on: "ticket", members: &["_info", "actualHours"] },
    Effect { write: "appointment", on: "ticket", members: &["_info", "resources"] },
    Effect { write: "company", on: "site", members: &[] },
    Effect { write: "contact", on: "contact", members: &["_info", "defaultFlag"] },
    Effect { write: "contact", on: "company", members: &["_info", "defaultContact"] },
    Effect { write: "site", on: "company", members: &["_info", "site"] },
];

/// Of these a ticket always has one: clearing gives it the first.
const OWN_FORMS: &[OwnForm] =
    &[OwnForm { kind: "ticket", path: "impact" }, OwnForm { kind: "ticket", path: "severity" }];

#[tokio::test(start_paused = true)]
async fn whatever_is_written_every_other_record_stays_as_it_was() {
    for seed in [1, 2] {
        let dataset = Dataset::new(seed).companies(6).tickets(14);
        let sandbox = ConnectWiseSandbox::builder().dataset(dataset).rate_limit(None).build();
        let suite = WriteSuite::new(Arc::new(connectwise(&sandbox).connector().build()));
        let suite = suite.effects(EFFECTS).own_forms(OWN_FORMS);
        let report = suite.seed(seed).writes(84).run().await.unwrap();
        assert!(report.failures.is_empty(), "seed {seed}: {report}");
        assert!(report.accepted > 20 && report.refused > 10 && report.kinds.len() == 12, "seed {seed}: {report}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_field_can_do_what_is_declared_and_nothing_else() {
    let dataset = Dataset::new(1).companies(6).tickets(14);
    let sandbox = ConnectWiseSandbox::builder().dataset(dataset).rate_limit(None).build();
    let connector = Arc::new(connectwise(&sandbox).connector().build());
    let report = AbilitySuite::new(Arc::clone(&connector) as Arc<dyn Connector>)
        .own_forms(OWN_FORMS)
        .together(TOGETHER)
        .run()
        .await
        .unwrap();
    assert!(report.failures.is_empty(), "{report}");
    assert!(report.untried.len() <= UNTRIED, "{}: {:#?}", report.untried.len(), report.untried);
    assert!(report.tried > 400, "{report}");
    let readme = Section::new(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"), "fields");
    readme.check(connector.capabilities()).unwrap_or_else(|error| panic!("{error}"));
}

/// How many abilities the dataset holds no value for.
const UNTRIED: usize = 130;

/// A status, a type and what is below it are of one board.
const TOGETHER: &[Together] =
    &[Together { kind: "ticket", path: "board", with: &["status", "ticket_type", "subtype", "item"] }];
