//! Ways in which a sync could go wrong quietly, each found by reading and kept by a test.

use psa_core::{Company, EntityKind, Ticket, TicketNote, TimeEntry};
use psa_sandbox::halo::OpenPoints;
use psa_sandbox::{Effect, Fault, HaloSandbox, Trigger};
use psa_sync::{EntityOutcome, Mode, Pull, RunState, Scope, SyncEngine};
use serde_json::json;

use crate::world::{TICKET, World, dataset, later, run, succeeded};

fn with_notes(world: &World, scope: Scope) -> SyncEngine {
    world
        .engine()
        .entity(Pull::<Company>::new())
        .entity(Pull::<Ticket>::new())
        .entity(Pull::<TicketNote>::new())
        .entity(Pull::<TimeEntry>::new())
        .scope(scope)
        .page_size(20)
        .build()
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_unreadable_ticket_that_comes_between_pages_and_keys_waits_and_the_run_goes_on() {
    let world = World::new(60).await;
    // Six pages, then the count and the keys.
    world.sandbox.edit_before("halo.tickets.list", 7, |halo| {
        let id = halo.insert_ticket("odd");
        halo.update_ticket(id, "site_id", json!([1]));
    });
    let engine = world.everything();
    let report = run(&world.tickets()).await;
    assert_eq!(report.state, RunState::Partial, "{report:#?}");
    assert_eq!(report.entity(&TICKET).unwrap().waiting, 1);
    let report = run(&engine).await;
    assert_eq!(report.error, None);
    assert!(report.entity(&EntityKind::TICKET_NOTE).unwrap().counts.inserted > 0, "later kinds ran");
}

#[tokio::test(start_paused = true)]
async fn an_unreadable_company_makes_its_tickets_wait_and_fails_nothing() {
    let world = World::new(60).await;
    world.edit(|halo| halo.update_client(3, "accountmanagertech", json!({"x": 1})));
    let report = run(&world.tickets()).await;
    assert_eq!(report.state, RunState::Partial, "{report:#?}");
    assert!(report.entity(&TICKET).unwrap().waiting > 0);
    world.edit(|halo| halo.update_client(3, "accountmanagertech", 2));
    later(60).await;
    succeeded(&run(&world.tickets()).await);
    world.assert_same_tickets(60).await;
}

#[tokio::test(start_paused = true)]
async fn one_record_that_the_vendor_can_not_serve_is_left_for_the_next_run() {
    let world = World::new(60).await;
    succeeded(&run(&world.tickets()).await);
    later(60).await;
    world.edit(|halo| halo.purge_ticket(9));
    world.sandbox.add_fault(Fault::new("halo.tickets.get", Trigger::Always, Effect::Status(500, "")));
    let report = run(&world.tickets()).await;
    assert_eq!(report.error, None);
    assert_eq!(world.count("SELECT count(*) FROM ticket WHERE vendor_key = '9'").await, 1, "not proven, not removed");
    assert!(world.count("SELECT count(*) FROM log WHERE message LIKE '%9 can''t be read%'").await > 0);
    world.sandbox.clear_faults();
    later(60).await;
    succeeded(&run(&world.tickets()).await);
    world.assert_same_tickets(60).await;
}

#[tokio::test(start_paused = true)]
async fn an_odd_first_ticket_does_not_hide_all_notes() {
    for odd in ["date", "record"] {
        let world = World::new(60).await;
        world.edit(|halo| match odd {
            "date" => halo.update_ticket(1, "dateoccurred", "0001-01-01T00:00:00"),
            _ => halo.update_ticket(1, "impact", json!([1])),
        });
        let report = run(&with_notes(&world, Scope::all())).await;
        assert_eq!(report.error, None);
        assert!(report.entity(&EntityKind::TICKET_NOTE).unwrap().counts.inserted > 50, "{odd}: {report:#?}");
    }
}

#[tokio::test(start_paused = true)]
async fn hours_that_are_set_to_nothing_leave_the_store() {
    let world = World::new(60).await;
    let action = world.edit(|halo| halo.add_action(5, "billed by mistake", 1.5));
    let engine = with_notes(&world, Scope::all());
    succeeded(&run(&engine).await);
    let hours = format!("SELECT count(*) FROM time_entry WHERE vendor_key = '5/{action}'");
    let notes = format!("SELECT count(*) FROM ticket_note WHERE vendor_key = '5/{action}'");
    later(60).await;
    if world.count(&hours).await == 0 {
        succeeded(&run(&engine).await);
    }
    assert_eq!(world.count(&hours).await, 1);
    world.edit(|halo| halo.set_hours(5, action, 0.0));
    later(60).await;
    succeeded(&run(&engine).await);
    assert_eq!((world.count(&hours).await, world.count(&notes).await), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn notes_go_with_their_ticket_and_come_with_a_wider_scope() {
    let world = World::new(100).await;
    let narrow = || Scope::all().teams(["Service Desk"]);
    succeeded(&run(&with_notes(&world, narrow())).await);
    later(60).await;
    succeeded(&run(&with_notes(&world, Scope::all())).await);
    let all: usize = world.edit(|halo| (1..=100).map(|id| halo.action_count(id)).sum());
    assert_eq!(
        world.count("SELECT count(*) FROM ticket_note").await as usize,
        all,
        "old notes of tickets that came in"
    );
    let id = world.count("SELECT CAST(ticket_key AS INTEGER) FROM ticket_note LIMIT 1").await;
    later(60).await;
    world.edit(|halo| halo.delete_ticket(id));
    succeeded(&run(&with_notes(&world, Scope::all())).await);
    assert_eq!(world.count(&format!("SELECT count(*) FROM ticket_note WHERE ticket_key = '{id}'")).await, 0);
    later(60).await;
    succeeded(&run(&with_notes(&world, narrow())).await);
    let orphans = "SELECT count(*) FROM ticket_note n WHERE NOT EXISTS (SELECT 1 FROM ticket t WHERE t.vendor_key = n.ticket_key)";
    assert_eq!(world.count(orphans).await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_second_backfill_finds_what_its_paging_missed() {
    for gap in 2..=10 {
        let world = World::new(200).await;
        succeeded(&run(&with_notes(&world, Scope::all().teams(["Service Desk"]))).await);
        later(60).await;
        world.sandbox.edit_before("halo.tickets.list", gap, |halo| halo.delete_ticket(3));
        let report = run(&with_notes(&world, Scope::all())).await;
        succeeded(&report);
        assert_eq!(report.entity(&TICKET).unwrap().mode, Mode::Backfill);
        world.assert_same_tickets(200).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_an_interrupted_pass_saw_does_not_count_for_the_next_epoch() {
    for gap in 2..=8 {
        let world = World::new(200).await;
        let narrow = || with_notes(&world, Scope::all().teams(["Service Desk"]));
        succeeded(&run(&narrow()).await);
        later(60).await;
        world.edit(|halo| (1..=200).for_each(|id| halo.touch_ticket(id)));
        world.sandbox.add_fault(Fault::new("halo.tickets.list", Trigger::Nth(9), Effect::Status(418, "")));
        assert_eq!(run(&narrow()).await.state, RunState::Partial);
        world.sandbox.clear_faults();
        world.sandbox.edit_before("halo.tickets.list", gap, |halo| halo.delete_ticket(3));
        succeeded(&run(&with_notes(&world, Scope::all())).await);
        world.assert_same_tickets(200).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_note_of_an_opportunity_makes_no_ticket_of_it() {
    let world = World::new(60).await;
    world.edit(|halo| halo.add_action(800_000_001, "of a sale", 0.5));
    for _ in 0..2 {
        later(60).await;
        let report = run(&with_notes(&world, Scope::all())).await;
        succeeded(&report);
    }
    world.assert_same_tickets(60).await;
    assert_eq!(world.count("SELECT count(*) FROM hold").await, 0);
}

#[tokio::test(start_paused = true)]
async fn an_empty_first_page_and_a_crash_leave_a_cursor_that_works() {
    let world = World::new(100).await;
    world.sandbox.add_fault(Fault::new("halo.tickets.list", Trigger::Nth(1), Effect::EmptyPage));
    world.sandbox.add_fault(Fault::new("halo.tickets.list", Trigger::Nth(2), Effect::Status(418, "")));
    assert_eq!(run(&world.tickets()).await.state, RunState::Partial);
    succeeded(&run(&world.tickets()).await);
    world.assert_same_tickets(100).await;
}

#[tokio::test(start_paused = true)]
async fn a_stored_cursor_that_is_refused_begins_the_pass_again() {
    let world = World::new(100).await;
    world.sandbox.add_fault(Fault::new("halo.tickets.list", Trigger::Nth(4), Effect::Status(418, "")));
    assert_eq!(run(&world.tickets()).await.state, RunState::Partial);
    let spoil = "UPDATE stream SET cursor = 'of an older version' WHERE kind = 'ticket' AND cursor IS NOT NULL";
    let spoilt = world.store.database().write(move |tx| Ok(tx.execute(spoil, [])?)).await.unwrap();
    assert_eq!(spoilt, 1);
    succeeded(&run(&world.tickets()).await);
    world.assert_same_tickets(100).await;
}

#[tokio::test(start_paused = true)]
async fn a_vendor_that_tells_no_time_loses_nothing_to_our_clock() {
    let open = OpenPoints { date_sent: false, rate_limit: None, ..OpenPoints::default() };
    let world = World::over(HaloSandbox::builder().dataset(dataset(60)).open_points(open).build()).await;
    succeeded(&run(&world.tickets()).await);
    for id in 1..4 {
        world.edit(|halo| halo.update_ticket(id, "summary", format!("round {id}")));
        succeeded(&run(&world.tickets()).await);
        world.assert_same_tickets(60).await;
        later(30).await;
    }
}

#[tokio::test(start_paused = true)]
async fn many_excluded_tickets_that_vanish_do_not_trip_the_guard() {
    let world = World::new(300).await;
    let scope = || Scope::all().teams(["Infrastructure"]);
    succeeded(&run(&with_notes(&world, scope())).await);
    later(60).await;
    let inside = world.stored_tickets().await;
    world.edit(|halo| (1..=200).filter(|id| !inside.contains(id)).for_each(|id| halo.purge_ticket(id)));
    let report = run(&with_notes(&world, scope())).await;
    succeeded(&report);
    assert_eq!(report.entity(&TICKET).unwrap().outcome, EntityOutcome::Done);
    assert_eq!(world.stored_tickets().await, inside);
}
