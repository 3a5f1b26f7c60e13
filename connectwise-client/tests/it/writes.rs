//! Writes, in the vendor's own kind of patch: what is not named stays, and what is refused is named.

use chrono::{DateTime, TimeZone, Utc};
use connectwise_client::{TicketId, Upload};
use psa_core::{
    Address, Appointment, Changes, Company, ConnectorExt, Contact, Email, ErrorKind, Key, Phase, Phone, Ticket,
    TicketNote, TimeEntry,
};
use psa_sandbox::connectwise::Resource;
use psa_sandbox::{Effect, Fault, Trigger};
use serde_json::json;

use crate::world::{connectwise, sandbox};

fn phone(number: &str, kind: &str) -> Phone {
    Phone { number: number.to_owned(), kind: kind.to_owned() }
}

fn nine() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 10, 2, 9, 0, 0).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_ticket_lives_and_only_what_was_named_changes() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    let made = cw.tickets().create().summary("VPN drops").company(3).send().await.unwrap();
    assert_eq!((made.summary.as_deref(), made.closed_flag), (Some("VPN drops"), Some(false)));
    let changed = cw.tickets().update(made.id).summary("VPN is down").send().await.unwrap();
    assert_eq!(changed.company.as_ref().and_then(|c| c.id), Some(3));
    let board = changed.board.as_ref().and_then(|b| b.id).unwrap();
    let statuses = cw.boards().statuses(board).list().all().await.unwrap();
    let closed = statuses.iter().find(|s| s.closed_status == Some(true)).unwrap();
    let done = cw.tickets().update(made.id).status(closed.id).send().await.unwrap();
    assert!(done.closed_flag == Some(true) && done.closed_date.is_some());
    // The tenant's own fields merge by id.
    let own = cw.tickets().update(made.id).custom_field(3, "x-1").send().await.unwrap();
    assert_eq!(own.custom_fields.iter().find(|f| f.id == Some(3)).and_then(|f| f.value.clone()), Some(json!("x-1")));
    cw.tickets().delete(made.id).await.unwrap();
    assert!(cw.tickets().get(made.id).await.unwrap_err().is_not_found());
}

#[tokio::test(start_paused = true)]
async fn what_connectwise_refuses_is_told_with_code_and_field() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    let told = |e: &psa_core::Error| {
        let v = e.vendor().unwrap_or_else(|| panic!("{e:?}"));
        (e.kind(), v.code.clone().unwrap_or_default(), v.field.clone().unwrap_or_default())
    };
    // A status of another board.
    let other = cw.tickets().get(1).await.unwrap().board.as_ref().and_then(|b| b.id).unwrap() % 2 + 1;
    let status = cw.boards().statuses(other).list().all().await.unwrap()[0].id;
    let error = cw.tickets().update(1).status(status).send().await.unwrap_err();
    assert_eq!(told(&error), (ErrorKind::Rejected, "NotFound".into(), "status/id".into()), "{error:?}");
    // Too long, missing.
    let error = cw.tickets().create().summary("x".repeat(101)).company(1).send().await.unwrap_err();
    assert_eq!(told(&error).1, "MaxLengthField", "{error:?}");
    let error = cw.contacts().create().set("lastName", "Nobody").send().await.unwrap_err();
    assert_eq!(told(&error), (ErrorKind::InvalidRequest, "MissingRequiredField".into(), "firstName".into()));
    // A member that was not touched: the whole stored record is checked.
    sandbox.edit(|s| s.update(Resource::Companies, 4, "yearEstablished", 3));
    let error = cw.companies().update(4).set("website", "https://x.example").send().await.unwrap_err();
    assert_eq!(told(&error), (ErrorKind::InvalidRequest, "OutOfRange".into(), "yearEstablished".into()), "{error:?}");
    // Dates are sent as they are taken, from whatever they were.
    let at = Utc.with_ymd_and_hms(2026, 10, 2, 9, 0, 0).unwrap() + chrono::TimeDelta::milliseconds(123);
    let entry = cw.time_entries().create().set("chargeToId", 5).set("chargeToType", "ServiceTicket");
    let entry = entry.set("timeStart", at).set("timeEnd", "2026-10-02T10:30:00.500+00:00").send().await.unwrap();
    assert_eq!(entry.actual_hours, Some(1.5));
    // By the untyped door they go as they are, and the answer says what is wrong.
    let raw = json!({"summary": "x", "company": {"id": 1}, "requiredDate": "2026-10-02T09:00:00.123Z"});
    let error = cw.post_json("/service/tickets", &raw).send_raw().await.unwrap_err();
    assert_eq!(told(&error).1, "UnsupportedFormat", "{error:?}");
    assert_eq!(told(&error).2, "requiredDate");
}

#[tokio::test(start_paused = true)]
async fn members_that_are_computed_or_would_be_lost_are_refused_before_they_are_sent() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    sandbox.log().clear();
    for member in ["id", "_info", "closedFlag", "status/id", "customFields"] {
        let error = cw.tickets().update(1).set(member, 1).send().await.unwrap_err();
        assert_eq!((error.kind(), error.context("field")), (ErrorKind::InvalidRequest, Some(member)));
        assert!(!error.remedy().is_empty());
    }
    assert!(sandbox.log().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_contact_s_numbers_are_written_one_by_one_by_their_ids() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    let connector = cw.connector().build();
    let contacts = connector.writer::<Contact>().unwrap();
    let key = Key::from(10);
    let emails = || [Email { address: "new@acme.example".into(), default: true }];
    let before = cw.contacts().communications(10).list().all().await.unwrap();
    let changes = Changes::new()
        .set(Contact::EMAILS, emails())
        .set(Contact::PHONES, [phone("0161496010", "work"), phone("07700900123", "mobile")])
        .set(Contact::TITLE, "Owner");
    let stored = contacts.update(&key, changes).await.unwrap().value.unwrap();
    assert_eq!(stored.emails.iter().map(|e| e.address.as_str()).collect::<Vec<_>>(), ["new@acme.example"]);
    let numbers: Vec<_> = stored.phones.iter().map(|p| (p.number.as_str(), p.kind.as_str())).collect();
    assert!(numbers.contains(&("07700900123", "mobile")), "{numbers:?}");
    assert_eq!(stored.title.as_deref(), Some("Owner"));
    let after = cw.contacts().communications(10).list().all().await.unwrap();
    let kept = before.iter().filter(|b| after.iter().any(|a| a.id == b.id)).count();
    eprintln!("{} before, {} after, {kept} kept", before.len(), after.len());
    // Written again, nothing is sent but looks.
    sandbox.log().clear();
    let same = Changes::new().set(Contact::EMAILS, emails());
    contacts.update(&key, same).await.unwrap();
    assert!(sandbox.log().entries().iter().all(|e| e.method == "GET"), "{:#?}", sandbox.log().entries());
}

#[tokio::test(start_paused = true)]
async fn every_common_kind_is_written_and_read_back() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    let connector = cw.connector().build();

    let companies = connector.writer::<Company>().unwrap();
    let changes = Changes::new()
        .set(Company::NAME, "Hooli")
        .set(Company::CODE, "HOOLI")
        .set(Company::ADDRESS.lines(), ["1 Way".to_owned()])
        .set(Company::ADDRESS.city(), "Leeds")
        .set(Company::ADDRESS.postcode(), "LS1 1AA");
    let company = companies.create(changes).await.unwrap();
    assert_eq!(company.value.as_ref().unwrap().name.as_deref(), Some("Hooli"));
    // One part of an address leaves the others as they are.
    let moved = companies.update(&company.key, Changes::new().set(Company::ADDRESS.city(), "York")).await.unwrap();
    let address = moved.into_value().unwrap().address.unwrap();
    assert_eq!((address.city.as_deref(), address.postcode.as_deref()), (Some("York"), Some("LS1 1AA")));
    assert_eq!(address.lines, ["1 Way"]);
    let again = companies.create(Changes::new().set(Company::NAME, "Hooli").set(Company::CODE, "HOOLI")).await;
    assert!(again.is_err(), "no address, and the code is taken");

    let tickets = connector.writer::<Ticket>().unwrap();
    let changes = Changes::new().set(Ticket::SUMMARY, "Hello").set(Ticket::COMPANY.id(), &company.key);
    let ticket = tickets.create(changes).await.unwrap();
    let notes = connector.writer::<TicketNote>().unwrap();
    let changes = Changes::new().set(TicketNote::TICKET.id(), &ticket.key).set(TicketNote::BODY, "called");
    let note = notes.create(changes).await.unwrap();
    assert_eq!(note.key.parts().count(), 2, "{}", note.key);
    notes.update(&note.key, Changes::new().set(TicketNote::BODY, "called back")).await.unwrap();
    let read = connector.reader::<TicketNote>().unwrap().get(&note.key).await.unwrap();
    assert_eq!(read.value.unwrap().body.as_deref(), Some("called back"));
    notes.delete(&note.key).await.unwrap();

    let hours = connector.writer::<TimeEntry>().unwrap();
    let changes =
        Changes::new().set(TimeEntry::TICKET, &ticket.key).set(TimeEntry::STARTED_AT, nine()).set(TimeEntry::HOURS, 1);
    let entry = hours.create(changes).await.unwrap().value.unwrap();
    assert_eq!((entry.hours, entry.ticket.map(|t| t.id)), (Some(1.0), Some(ticket.key.clone())));
    tickets.delete(&ticket.key).await.unwrap();

    // A company is deleted softly: to a reader it is gone.
    companies.delete(&company.key).await.unwrap();
    let error = connector.reader::<Company>().unwrap().get(&company.key).await.unwrap_err();
    assert!(error.is_not_found(), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_create_that_timed_out_is_found_again_and_not_repeated() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    sandbox.add_fault(Fault::new("connectwise.tickets.create", Trigger::Nth(1), Effect::ResetAfter));
    let create = cw.tickets().create().summary("once").company(1).set("externalXRef", "crm-17");
    let error = create.send().await.unwrap_err();
    assert_eq!(error.phase(), Phase::MaybeSent, "{error:?}");
    assert_eq!(sandbox.log().count("connectwise.tickets.create"), 1);
    let mark = connectwise_client::field("externalXRef").eq("crm-17");
    let found = cw.tickets().list().condition(mark).all().await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].summary.as_deref(), Some("once"));
}

#[tokio::test(start_paused = true)]
async fn merged_tickets_point_at_what_they_were_merged_into() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    let board = cw.tickets().get(1).await.unwrap().board.as_ref().and_then(|b| b.id).unwrap();
    let statuses = cw.boards().statuses(board).list().all().await.unwrap();
    let closed = statuses.iter().find(|s| s.closed_status == Some(true)).unwrap().id;
    cw.tickets().merge(1, &[2.into(), 3.into()], closed).await.unwrap();
    let connector = cw.connector().build();
    let read = connector.reader::<Ticket>().unwrap().get(&Key::from(2)).await.unwrap();
    assert_eq!(read.value.unwrap().merged_into.map(|t| t.id), Some(Key::from(1)));
    cw.tickets().attach_children(5, &[6.into()]).await.unwrap();
    assert_eq!(cw.tickets().get(6).await.unwrap().parent_ticket_id, Some(5));
}

#[tokio::test(start_paused = true)]
async fn configurations_are_attached_to_a_ticket_and_detached_by_their_own_ids() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    let of = |ticket: i64| cw.tickets().configurations(ticket);
    let attached = async |ticket: i64| {
        let all = of(ticket).list().all().await.unwrap();
        assert_eq!(of(ticket).list().count().await.unwrap(), all.len() as u64);
        all.iter().map(|c| c.id.0).collect::<Vec<_>>()
    };
    for (ticket, configuration) in [(5, 8), (5, 3), (6, 8)] {
        let made = of(ticket).create().configuration(configuration).send().await.unwrap();
        assert_eq!(made.id.0, configuration);
    }
    assert_eq!((attached(5).await, attached(6).await), (vec![3, 8], vec![8]));
    assert_eq!(of(5).get(8).await.unwrap().id.0, 8);
    of(5).delete(8).await.unwrap();
    assert_eq!((attached(5).await, attached(6).await), (vec![3], vec![8]));
    assert!(of(5).delete(8).await.unwrap_err().is_not_found());
    assert!(cw.configurations().get(8).await.is_ok(), "it is the tie that is gone");
    let unknown = of(5).create().configuration(987_654).send().await.unwrap_err();
    assert!(unknown.to_string().contains("987654"), "{unknown:?}");
}

#[tokio::test(start_paused = true)]
async fn files_go_up_and_come_down_whole() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    let content: Vec<u8> = (0..=255u8).cycle().take(100_000).collect();
    for (name, sent) in [
        ("Pipe 5\" spec.pdf", "Pipe 5%22 spec.pdf"),
        ("Prüfung – 報告.pdf", "Prüfung – 報告.pdf"),
        ("two\r\nlines.pdf", "two%0D%0Alines.pdf"),
    ] {
        let file = Upload::new(TicketId(6), name, "application/pdf", &content);
        let document = cw.documents().upload(file).await.unwrap();
        assert_eq!((document.title.as_deref(), document.file_name.as_deref()), (Some(name), Some(sent)));
        assert_eq!(cw.documents().download(document.id).await.unwrap().read(1 << 20).await.unwrap(), content);
    }
    let nameless = Upload::new(TicketId(6), " ", "application/pdf", &content);
    assert_eq!(cw.documents().upload(nameless).await.unwrap_err().context("field"), Some("file_name"));
    let file = Upload::new(TicketId(5), "trace 1.bin", "application/octet-stream", &content).title("trace");
    let document = cw.documents().upload(file).await.unwrap();
    let read = cw.documents().download(document.id).await.unwrap().read(1 << 20).await.unwrap();
    assert_eq!(read, content);
    let listed = cw.documents().of_record(TicketId(5)).all().await.unwrap();
    assert_eq!(listed.iter().map(|d| d.id).collect::<Vec<_>>(), [document.id]);
    // One that ends early is an error, not a short file.
    sandbox.add_fault(Fault::new("connectwise.documents.download", Trigger::Always, Effect::CutBody));
    let cut = match cw.documents().download(document.id).await {
        Ok(download) => download.read(1 << 20).await.map(|b| b.len()),
        Err(error) => Err(error),
    };
    assert!(cut.is_err(), "{cut:?}");
}

#[tokio::test(start_paused = true)]
async fn numbers_that_nobody_changed_keep_their_types() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    // Two types that both read as work.
    let direct = json!({"id": 7001, "type": {"id": 2, "name": "Phone - Direct"}, "value": "111", "defaultFlag": true, "communicationType": "Phone"});
    let office = json!({"id": 7002, "type": {"id": 9, "name": "Office"}, "value": "222", "defaultFlag": false, "communicationType": "Phone"});
    sandbox.edit(|s| s.update(Resource::Contacts, 10, "communicationItems", json!([direct, office])));
    let connector = cw.connector().build();
    let contacts = connector.writer::<Contact>().unwrap();
    sandbox.log().clear();
    let phones = [phone("111", "work"), phone("222", "work"), phone("333", "mobile")];
    contacts.update(&Key::from(10), Changes::new().set(Contact::PHONES, phones)).await.unwrap();
    assert_eq!(sandbox.log().count("connectwise.communications.create"), 1);
    assert_eq!(sandbox.log().count("connectwise.communications.update"), 0);
    let types: Vec<_> = cw.contacts().communications(10).list().all().await.unwrap();
    let of = |value: &str| types.iter().find(|c| c.value.as_deref() == Some(value)).unwrap();
    assert_eq!(of("222").r#type.as_ref().and_then(|t| t.id), Some(9));
    assert_eq!(of("111").default_flag, Some(true));
}

#[tokio::test(start_paused = true)]
async fn what_the_common_model_says_arrives_whole_or_is_refused() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    let connector = cw.connector().build();
    // Hours of a project's ticket are charged to that.
    let hours = connector.writer::<TimeEntry>().unwrap();
    let of_project = cw.project_tickets().list().page_size(1).first_page().await.unwrap();
    let ticket = of_project.records[0].value.as_ref().unwrap().id.0;
    let changes = Changes::new().set(TimeEntry::TICKET, Key::from(ticket)).set(TimeEntry::STARTED_AT, nine());
    let made = hours.create(changes.set(TimeEntry::HOURS, 1.0)).await.unwrap();
    let native = cw.time_entries().get(made.key.as_i64().unwrap()).await.unwrap();
    assert_eq!(native.charge_to_type.as_deref(), Some("ProjectTicket"));
    // An appointment of a ticket has the type that makes its number a ticket's.
    let appointments = connector.writer::<Appointment>().unwrap();
    let changes = Changes::new().set(Appointment::TICKET, Key::from(5)).set(Appointment::SUBJECT, "Visit");
    let made = appointments.create(changes).await.unwrap().into_value().unwrap();
    assert_eq!(made.ticket.map(|t| t.id), Some(Key::from(5)));
    // An address with more lines than there are members, and a country.
    let companies = connector.writer::<Company>().unwrap();
    let address = Address {
        lines: ["Unit 3", "Old Mill", "Water Lane"].map(str::to_owned).into(),
        city: Some("Leeds".into()),
        region: Some("Yorks".into()),
        country: Some("United Kingdom".into()),
        ..Address::default()
    };
    companies.update(&Key::from(3), Changes::new().set(Company::ADDRESS, address)).await.unwrap();
    let stored = cw.companies().get(3).await.unwrap();
    assert_eq!(stored.address_line2.as_deref(), Some("Old Mill, Water Lane"));
    assert_eq!(stored.country.as_ref().and_then(|c| c.name.as_deref()), Some("United Kingdom"));
    // A description is written once.
    let tickets = connector.writer::<Ticket>().unwrap();
    let error = tickets.update(&Key::from(5), Changes::new().set(Ticket::DESCRIPTION, "x")).await.unwrap_err();
    assert_eq!((error.kind(), error.context("field")), (ErrorKind::Unsupported, Some("description")));
}
