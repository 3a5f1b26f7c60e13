//! The life of a ticket, natively and through the common traits.

use futures::TryStreamExt;
use halo_client::StatusId;
use psa_core::{Changes, Company, ConnectorExt, Key, Label, Phase, Stage, StatusMap, Ticket, TicketNote, TimeEntry};
use psa_sandbox::{Effect, Fault, Trigger};
use serde_json::json;

use crate::world::{builder, halo, sandbox};

#[tokio::test(start_paused = true)]
async fn a_ticket_is_opened_worked_closed_deleted_and_restored() {
    let sandbox = sandbox();
    let halo = halo(&sandbox);
    let ticket = halo.tickets().create().summary("VPN drops").details("Every hour").client(3).send().await.unwrap();
    let id = ticket.id;
    assert_eq!(ticket.status_id, Some(StatusId(1)));
    halo.tickets().update(id).status(2).agent(4).send().await.unwrap();
    let hours = halo.actions().create(id).outcome_name("Update").note("Looked at it").hours(0.5).send().await.unwrap();
    assert_eq!(hours.timetaken, Some(0.5));
    halo.tickets().close(id, StatusId::DEFAULT_CLOSED).send().await.unwrap();
    let closed = halo.tickets().get(id).await.unwrap();
    assert_eq!(closed.status_id, Some(StatusId::DEFAULT_CLOSED));
    assert!(closed.dateclosed.is_some());
    halo.tickets().delete(id, "a test").await.unwrap();
    assert!(halo.tickets().list().search_id(id).all().await.unwrap().is_empty());
    halo.tickets().restore(id).await.unwrap();
    assert_eq!(halo.tickets().list().search_id(id).all().await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn filters_narrow() {
    let sandbox = sandbox();
    let halo = halo(&sandbox);
    let all = halo.tickets().list().all().await.unwrap();
    let (open, closed) = (
        halo.tickets().list().open_only(true).all().await.unwrap(),
        halo.tickets().list().closed_only(true).all().await.unwrap(),
    );
    assert_eq!(open.len() + closed.len(), all.len());
    assert!(!open.is_empty() && open.iter().all(|t| t.status_id != Some(StatusId(9))));
    let client = all[0].client_id.unwrap();
    let of_client = halo.tickets().list().client(client).all().await.unwrap();
    assert!(of_client.iter().all(|t| t.client_id == Some(client)) && of_client.len() < 250);
    let two = halo.tickets().list().statuses([StatusId(1), StatusId(2)]).all().await.unwrap();
    assert!(two.iter().all(|t| matches!(t.status_id, Some(StatusId(1 | 2)))));
    let custom = halo.tickets().list().include_custom_fields("165").page_size(5).all().await.unwrap();
    assert_eq!(custom[0].customfields[0].name.as_deref(), Some("CFDevice"));
    assert_eq!(halo.tickets().list().count().await.unwrap(), 250);
}

#[tokio::test(start_paused = true)]
async fn one_bad_record_does_not_hide_the_others() {
    let sandbox = sandbox();
    sandbox.edit(|h| h.update_ticket(5, "site_id", json!([1])));
    let halo = halo(&sandbox);
    let records: Vec<_> = halo.tickets().list().records().try_collect().await.unwrap();
    assert_eq!(records.iter().filter(|r| r.value.is_err()).count(), 1);
    assert_eq!(records.len(), 250);
    let error = halo.tickets().list().all().await.unwrap_err();
    assert_eq!(error.context("path"), Some("site_id"));
}

#[tokio::test(start_paused = true)]
async fn a_create_that_may_have_happened_is_not_repeated() {
    for (effect, happened) in [(Effect::ResetAfter, 1), (Effect::ResetBefore, 0), (Effect::Status(500, ""), 0)] {
        let sandbox = sandbox();
        sandbox.add_fault(Fault::new("halo.tickets.create", Trigger::First(1), effect.clone()));
        let halo = halo(&sandbox);
        let error = halo.tickets().create().summary("once").details("x").client(3).send().await.unwrap_err();
        assert_ne!(error.phase(), Phase::NotSent, "{effect:?}");
        assert_eq!(sandbox.log().count("halo.tickets.create"), 1, "{effect:?}");
        assert_eq!(halo.tickets().list().search_summary("once").all().await.unwrap().len(), happened, "{effect:?}");
    }
    // A 429 comes before any effect.
    let sandbox = sandbox();
    sandbox.add_fault(Fault::new("halo.tickets.create", Trigger::First(1), Effect::RateLimited(Some("3"))));
    halo(&sandbox).tickets().create().summary("once").details("x").client(3).send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_common_traits_write_too() {
    let sandbox = sandbox();
    let connector = builder(&sandbox).build().unwrap().connector().build();
    let tickets = connector.writer::<Ticket>().unwrap();
    let new = Changes::<Ticket>::new()
        .set(Ticket::SUMMARY, "From the portal")
        .set(Ticket::DESCRIPTION, "Please help")
        .set(Ticket::COMPANY.id(), Key::from(3))
        .set(Ticket::TEAM.name(), "Projects")
        .set_native("dont_do_rules", true);
    let record = tickets.create(new).await.unwrap();
    let ticket = record.value.unwrap();
    assert_eq!(ticket.team.unwrap().name.as_deref(), Some("Projects"));
    assert_eq!(ticket.company.unwrap().id, Key::from(3));
    let changed = Changes::<Ticket>::new().set(Ticket::STATUS, Label::id(2));
    let ticket = tickets.update(&record.key, changed).await.unwrap().value.unwrap();
    assert_eq!(ticket.status.unwrap().name.as_deref(), Some("In Progress"));
    let id = record.key.clone();
    let note = Changes::<TicketNote>::new()
        .set(TicketNote::TICKET, &id)
        .set(TicketNote::OUTCOME.id(), "2")
        .set(TicketNote::BODY, "Done");
    let note = connector.writer::<TicketNote>().unwrap().create(note).await.unwrap();
    assert_eq!(note.key, Key::from_parts([id.as_str(), "1"]));
    let hour = Changes::<TimeEntry>::new()
        .set(TimeEntry::TICKET.id(), &id)
        .set(TimeEntry::HOURS, 1.5)
        .set(TimeEntry::NOTES, "Worked")
        .set_native("outcome_id", 2);
    let hour = connector.writer::<TimeEntry>().unwrap().create(hour).await.unwrap();
    assert_eq!(hour.value.unwrap().hours, Some(1.5));
    tickets.delete(&id).await.unwrap();
    assert!(connector.reader::<Ticket>().unwrap().get(&id).await.unwrap_err().is_not_found());
}

#[tokio::test(start_paused = true)]
async fn what_the_guide_does_not_allow_is_unsupported_and_nothing_is_sent() {
    let sandbox = sandbox();
    let connector = builder(&sandbox).build().unwrap().connector().build();
    let error = connector.writer::<Company>().err().unwrap();
    assert!(error.is_unsupported() && error.to_string().contains("does not write company"), "{error}");
    let tickets = connector.writer::<Ticket>().unwrap();
    let error = tickets.update(&5.into(), Changes::new().set(Ticket::SEVERITY.id(), "1")).await.unwrap_err();
    assert_eq!(error.context("field"), Some("severity.id"));
    assert!(sandbox.log().is_empty());
}

#[tokio::test(start_paused = true)]
async fn stage_and_closed_are_the_callers_and_never_guessed() {
    let sandbox = sandbox();
    sandbox.edit(|h| {
        h.update_ticket(5, "status_id", 9);
        h.update_ticket(6, "status_id", 28);
    });
    let map = StatusMap::new().with(9, Stage::Resolved, true);
    let connector = builder(&sandbox).build().unwrap().connector().status_map(map).custom_fields([165]).build();
    let reader = connector.reader::<Ticket>().unwrap();
    let closed = reader.get(&5.into()).await.unwrap().value.unwrap();
    assert_eq!((closed.stage, closed.closed), (Some(Stage::Resolved), Some(true)));
    assert_eq!(closed.custom.keys().collect::<Vec<_>>(), ["CFDevice"]);
    let unmapped = reader.get(&6.into()).await.unwrap().value.unwrap();
    assert_eq!((unmapped.stage, unmapped.closed), (None, None));
    assert_eq!(unmapped.status.unwrap().name.as_deref(), Some("On Hold"));
}
