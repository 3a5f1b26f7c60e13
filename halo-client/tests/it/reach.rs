//! A write reaches what it names and nothing else.

use std::sync::Arc;

use psa_conformance::{AbilitySuite, Effect, OwnForm, Section, WriteSuite};
use psa_core::*;
use psa_sandbox::HaloSandbox;
use psa_sandbox::halo::{Dataset, Resource};
use serde_json::{Value, json};

use crate::world::{ALL_RIGHTS, builder, unbounded};

fn changes<E: Entity>(pairs: &[(&str, Value)]) -> Changes<E> {
    pairs.iter().fold(Changes::<E>::new(), |c, (path, value)| c.set_path(path, value.clone()).unwrap())
}

fn refused(error: &Error, field: &str) {
    assert_eq!((error.kind(), error.context("field")), (ErrorKind::InvalidRequest, Some(field)), "{error:?}");
    assert_eq!(error.phase(), Phase::NotSent);
}

#[tokio::test(start_paused = true)]
async fn a_change_of_one_customers_note_overwrites_no_note_of_another() {
    let (sandbox, halo) = unbounded(|_| {});
    let (mine, other) = sandbox.edit(|h| (h.add_action(5, "mine", 0.5), h.add_action(10, "theirs", 0.5)));
    let connector = halo.connector().build();
    let connector: &dyn Connector = &connector;
    let key = Key::from_parts([5, mine]);
    let (notes, hours) = (connector.writer::<TicketNote>().unwrap(), connector.writer::<TimeEntry>().unwrap());
    sandbox.log().clear();
    let to = json!({"id": "10"});
    refused(&notes.update(&key, changes(&[("ticket", to.clone()), ("body", json!("x"))])).await.unwrap_err(), "ticket");
    refused(&notes.update(&key, changes(&[("ticket.id", json!("10"))])).await.unwrap_err(), "ticket.id");
    refused(&hours.update(&key, changes(&[("ticket", to), ("hours", json!(2.0))])).await.unwrap_err(), "ticket");
    for member in ["ticket_id", "Ticket_ID", "id", "ID"] {
        let change = || changes::<TicketNote>(&[("body", json!("x"))]).set_native(member, 10);
        refused(&notes.update(&key, change()).await.unwrap_err(), member);
    }
    // A new record with an id would be a change of that one.
    let new = changes::<Ticket>(&[("summary", json!("New")), ("company", json!({"id": "3"}))]).set_native("id", 10);
    refused(&connector.writer::<Ticket>().unwrap().create(new).await.unwrap_err(), "id");
    // The native client has the same rule.
    for save in [halo.tickets().update(5).set("id", 10), halo.tickets().create().summary("New").set("Id", 10)] {
        assert_eq!(save.send().await.unwrap_err().kind(), ErrorKind::InvalidRequest);
    }
    assert!(halo.actions().update(5, mine).set("ticket_id", 10).send().await.is_err());
    assert!(sandbox.log().is_empty(), "{:#?}", sandbox.log().entries());
    let theirs = halo.actions().get(10, other).await.unwrap();
    assert_eq!(theirs.note.as_deref(), Some("theirs"));
    notes.update(&key, changes(&[("body", json!("own"))])).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_number_of_another_kind_is_neither_changed_nor_deleted() {
    let (sandbox, halo) = unbounded(|_| {});
    let connector = halo.connector().build();
    let connector: &dyn Connector = &connector;
    let opportunities = connector.writer::<Opportunity>().unwrap();
    let error = opportunities.update(&Key::from(5), changes(&[("name", json!("x"))])).await.unwrap_err();
    assert!(error.is_not_found(), "{error:?}");
    assert!(opportunities.delete(&Key::from(5)).await.unwrap_err().is_not_found());
    assert_eq!(sandbox.log().count("halo.opportunities.update") + sandbox.log().count("halo.opportunities.delete"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_note_is_public_only_where_that_was_said() {
    let (_, halo) = unbounded(|_| {});
    let connector = halo.connector().build();
    let connector: &dyn Connector = &connector;
    let writer = connector.writer::<TicketNote>().unwrap();
    let of = |note: &Record<TicketNote>| note.value.as_ref().unwrap().visibility.clone().unwrap().value;
    let note = |more: &[(&str, Value)]| {
        let mut pairs = vec![("ticket", json!({"id": "5"})), ("body", json!("Called"))];
        pairs.extend(more.iter().cloned());
        changes::<TicketNote>(&pairs)
    };
    let step = ("outcome", json!({"id": "2"}));
    for more in [
        vec![],
        vec![step.clone()],
        vec![step.clone(), ("visibility", Value::Null)],
        vec![step.clone(), ("visibility", json!({"raw": "public"}))],
    ] {
        let made = writer.create(note(&more)).await.unwrap();
        assert_eq!(of(&made), Some(Visibility::Internal), "{more:?}");
        // Another step of the workflow does not show it either.
        let changed = writer.update(&made.key, changes(&[("outcome", json!({"id": "3"}))])).await.unwrap();
        assert_eq!(of(&changed), Some(Visibility::Internal));
    }
    let public = ("visibility", json!({"value": "public", "raw": ""}));
    let made = writer.create(note(&[step, public])).await.unwrap();
    assert_eq!(of(&made), Some(Visibility::Public));
    let changed = writer.update(&made.key, changes(&[("outcome", json!({"id": "3"}))])).await.unwrap();
    assert_eq!(of(&changed), Some(Visibility::Public), "what was not named stays");
}

#[tokio::test(start_paused = true)]
async fn a_change_of_what_is_in_the_bin_is_no_success() {
    let (sandbox, halo) = unbounded(|_| {});
    sandbox.edit(|h| h.delete_ticket(5));
    let connector = halo.connector().build();
    let tickets = connector.writer::<Ticket>().unwrap();
    let error = tickets.update(&Key::from(5), changes(&[("summary", json!("x"))])).await.unwrap_err();
    assert!(error.is_not_found(), "{error:?}");
    assert!(tickets.delete(&Key::from(5)).await.unwrap_err().is_not_found());
}

#[tokio::test(start_paused = true)]
async fn a_ticket_takes_no_site_or_contact_of_another_client() {
    let (sandbox, halo) = unbounded(|_| {});
    // A ticket of nobody's may become anybody's.
    let tickets: Vec<_> = halo.tickets().list().all().await.unwrap();
    let ticket = tickets.iter().find(|t| t.client_id.is_some_and(|c| c.0 > 1)).unwrap();
    let (id, client) = (ticket.id.0, ticket.client_id.unwrap().0);
    let other = if client == 3 { 4 } else { 3 };
    let connector = halo.connector().build();
    let connector: &dyn Connector = &connector;
    let tickets = connector.writer::<Ticket>().unwrap();
    let key = Key::from(id);
    // A client's first site has its number, and its users follow each other.
    let (site, user) = (json!({"id": other.to_string()}), json!({"id": ((other - 1) * 6 + 2).to_string()}));
    for (field, value) in [("site", &site), ("contact", &user)] {
        sandbox.log().clear();
        let error = tickets.update(&key, changes(&[(field, value.clone())])).await;
        let error = error.err().unwrap_or_else(|| panic!("{field} {value} of client {other} on a ticket of {client}"));
        refused(&error, field);
        assert_eq!(sandbox.log().count("halo.tickets.update"), 0);
    }
    let new = [("summary", json!("New")), ("company", json!({"id": client.to_string()})), ("site", site.clone())];
    refused(&tickets.create(changes(&new)).await.unwrap_err(), "site");
    refused(&tickets.update(&key, changes(&[("site", json!({"id": "987654"}))])).await.unwrap_err(), "site");
    // Another client alone would leave the site of the old one.
    let company = ("company", json!({"id": other.to_string()}));
    refused(&tickets.update(&key, changes(std::slice::from_ref(&company))).await.unwrap_err(), "company");
    let whole = [company, ("site", site), ("contact", user)];
    let moved = tickets.update(&key, changes(&whole)).await.unwrap().into_value().unwrap();
    assert_eq!(moved.company, Some(Reference::to(other)));
}

#[tokio::test(start_paused = true)]
async fn hours_of_zero_are_hours_and_dates_that_halo_hides_are_refused() {
    let (sandbox, halo) = unbounded(|_| {});
    let id = sandbox.edit(|h| h.add_action(5, "hours", 1.5));
    let connector = halo.connector().build();
    let connector: &dyn Connector = &connector;
    let (writer, reader) = (connector.writer::<TimeEntry>().unwrap(), connector.reader::<TimeEntry>().unwrap());
    let key = Key::from_parts([5, id]);
    writer.update(&key, changes(&[("hours", json!(0.0))])).await.unwrap();
    let read = reader.get(&key).await.unwrap().into_value().unwrap();
    assert_eq!(read.hours, Some(0.0));
    refused(&writer.update(&key, changes(&[("hours", Value::Null)])).await.unwrap_err(), "hours");
    // Nothing would tell these from a note.
    let bare = [("ticket", json!({"id": "5"})), ("hours", json!(0.0)), ("notes", json!("x"))];
    refused(&writer.create(changes(&bare)).await.unwrap_err(), "hours");
    // A work type that is cleared is none.
    writer.update(&key, changes(&[("hours", json!(1.0)), ("work_type", Value::Null)])).await.unwrap();
    assert_eq!(reader.get(&key).await.unwrap().into_value().unwrap().work_type, None);
    let tickets = connector.writer::<Ticket>().unwrap();
    let old = changes(&[("due_at", json!("1975-05-01T00:00:00Z"))]);
    refused(&tickets.update(&Key::from(5), old).await.unwrap_err(), "due_at");
}

#[tokio::test(start_paused = true)]
async fn two_custom_fields_of_one_name_are_told_apart_by_id_and_cleared_by_it() {
    let (sandbox, halo) = unbounded(|_| {});
    let field = |id: i64, name: &str, value: &str| json!({"id": id, "name": name, "value": value, "type": 0});
    let fields = json!([field(168, "CFPO", "first"), field(169, "CFPO", "second"), field(165, "CFDevice", "third")]);
    sandbox.edit(|h| {
        h.update_client(3, "customfields", fields.clone());
        h.update_user(14, "customfields", fields.clone());
        h.update(Resource::Contracts, 3, "customfields", fields.clone());
        h.update(Resource::Assets, 3, "customfields", fields);
    });
    let connector = halo.connector().build();
    let connector: &dyn Connector = &connector;
    async fn apart<E: Entity>(connector: &dyn Connector, id: i64, custom: impl Fn(E) -> Custom) {
        let (writer, reader) = (connector.writer::<E>().unwrap(), connector.reader::<E>().unwrap());
        let key = Key::from(id);
        let of = |record: Record<E>| custom(record.into_value().unwrap());
        let read = of(reader.get(&key).await.unwrap());
        assert_eq!(read.get("168"), Some(&json!("first")), "{} {read:?}", E::KIND);
        assert_eq!(read.get("169"), Some(&json!("second")));
        assert_eq!(read.get("CFDevice"), Some(&json!("third")));
        let error = writer.update(&key, changes(&[("custom", json!({"CFPO": "x"}))])).await.unwrap_err();
        refused(&error, "CFPO");
        assert_eq!(error.context("ids"), Some("168, 169"));
        // One is written, one is cleared, one is left alone; text that looks like a date is text.
        let text = json!("2026-03-29T02:30:00.123+02:00");
        writer.update(&key, changes(&[("custom", json!({"169": text.clone(), "168": null}))])).await.unwrap();
        let read = of(reader.get(&key).await.unwrap());
        assert_eq!((read.get("168"), read.get("169")), (None, Some(&text)));
        assert_eq!(read.get("CFDevice"), Some(&json!("third")));
        writer.update(&key, changes(&[("custom.CFDevice", json!("fourth"))])).await.unwrap();
        assert_eq!(of(reader.get(&key).await.unwrap()).get("CFDevice"), Some(&json!("fourth")));
        writer.update(&key, Changes::new().clear_path("custom").unwrap()).await.unwrap();
        assert_eq!(of(reader.get(&key).await.unwrap()), Custom::new());
    }
    apart::<Agreement>(connector, 3, |c| c.custom).await;
    apart::<Asset>(connector, 3, |c| c.custom).await;
    let company = connector.reader::<Company>().unwrap().get(&Key::from(3)).await.unwrap().into_value().unwrap();
    let contact = connector.reader::<Contact>().unwrap().get(&Key::from(14)).await.unwrap().into_value().unwrap();
    for custom in [company.custom, contact.custom] {
        assert_eq!(custom.keys().collect::<Vec<_>>(), ["168", "169", "CFDevice"]);
    }
    let twice = changes(&[("custom", json!({"CFPO": "x"}))]);
    let error = connector.writer::<Company>().unwrap().update(&Key::from(3), twice).await.unwrap_err();
    assert_eq!(error.context("ids"), Some("168, 169"));
}

#[tokio::test(start_paused = true)]
async fn what_no_list_holds_is_declared_and_read_back_alone() {
    let (_, halo) = unbounded(|_| {});
    let connector = halo.connector().build();
    let connector: &dyn Connector = &connector;
    async fn kept<E: Entity>(connector: &dyn Connector, id: i64, path: &str, value: Value) {
        let writer = connector.writer::<E>().unwrap();
        let stored = writer.update(&Key::from(id), changes(&[(path, value.clone())])).await.unwrap();
        let read = connector.reader::<E>().unwrap().get(&stored.key).await.unwrap().into_value().unwrap();
        let read = Entity::get(&read, path).unwrap();
        assert_eq!(read.get("id").unwrap_or(&read), value.get("id").unwrap_or(&value), "{} {path}", E::KIND);
        let of_kind = connector.capabilities().entity(&E::KIND).unwrap();
        assert!(of_kind.is_readable(path) && !of_kind.is_listed(path), "{} {path}", E::KIND);
    }
    kept::<Company>(connector, 3, "website", json!("https://acme.example")).await;
    kept::<Appointment>(connector, 3, "notes", json!("Bring the ladder")).await;
    // Which custom fields of tickets are in lists is for the caller to say.
    let of_ticket = |c: &dyn Connector| {
        c.capabilities().entity(&EntityKind::TICKET).unwrap().fields_that(|field| field.alone && !field.listed)
    };
    assert_eq!(of_ticket(connector), ["agreement", "custom"]);
    assert_eq!(of_ticket(&halo.connector().custom_fields([165]).build()), ["agreement"]);
}

/// What a write may change elsewhere in Halo: stamps of the ticket, names that Halo repeats, counts, the first site of a client.
const EFFECTS: &[Effect] = &[
    Effect {
        write: "ticket_note",
        on: "ticket",
        members: &["last_update", "lastactiondate", "timetaken", "status_id"],
    },
    Effect { write: "time_entry", on: "ticket", members: &["last_update", "lastactiondate", "timetaken", "status_id"] },
    Effect { write: "company", on: "*", members: &["client_name", "clientsite_name", "toplevel_name"] },
    Effect { write: "company", on: "site", members: &[] },
    Effect { write: "company", on: "contact", members: &[] },
    Effect { write: "site", on: "*", members: &["site_name", "clientsite_name", "sitephonenumber"] },
    Effect { write: "contact", on: "*", members: &["user_name", "user_email", "reportedby"] },
    Effect { write: "*", on: "*", members: &["*ticket_count"] },
];

/// A note's text is one text with two names.
const OWN_FORMS: &[OwnForm] =
    &[OwnForm { kind: "ticket_note", path: "html" }, OwnForm { kind: "ticket_note", path: "body" }];

#[tokio::test(start_paused = true)]
async fn whatever_is_written_every_other_record_stays_as_it_was() {
    for seed in [1, 2] {
        let dataset = Dataset::new(seed).companies(4).tickets(14).opportunities(4);
        let sandbox = HaloSandbox::builder().dataset(dataset).rate_limit(None).granted(ALL_RIGHTS).build();
        let scopes = halo_client::Scopes::parse(ALL_RIGHTS);
        let halo = builder(&sandbox).scopes(scopes).rate_limit(None).build().unwrap();
        let suite = WriteSuite::new(Arc::new(halo.connector().build())).effects(EFFECTS).own_forms(OWN_FORMS);
        let report = suite.seed(seed).writes(77).run().await.unwrap();
        assert!(report.failures.is_empty(), "seed {seed}: {report}");
        assert!(report.accepted > 20 && report.refused > 10 && report.kinds.len() == 11, "seed {seed}: {report}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_field_can_do_what_is_declared_and_nothing_else() {
    let dataset = Dataset::new(1).companies(4).tickets(14).opportunities(4);
    let sandbox = HaloSandbox::builder().dataset(dataset).rate_limit(None).granted(ALL_RIGHTS).build();
    let halo = builder(&sandbox).scopes(halo_client::Scopes::parse(ALL_RIGHTS)).rate_limit(None).build().unwrap();
    let statuses = StatusMap::new().with(1, Stage::New, false).with(9, Stage::Resolved, true);
    let connector = Arc::new(halo.connector().status_map(statuses).closure_categories([4], [5, 6]).build());
    let report =
        AbilitySuite::new(Arc::clone(&connector) as Arc<dyn Connector>).own_forms(OWN_FORMS).run().await.unwrap();
    assert!(report.failures.is_empty(), "{report}");
    assert!(report.untried.len() <= UNTRIED, "{}: {:#?}", report.untried.len(), report.untried);
    assert!(report.tried > 400, "{report}");
    let readme = Section::new(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"), "fields");
    readme.check(connector.capabilities()).unwrap_or_else(|error| panic!("{error}"));
}

/// How many abilities the dataset holds no value for.
const UNTRIED: usize = 130;
