//! A window moves on only if nothing seems to be hidden: what changed while the vendor hid it is read once it is seen again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures::future::{Either, select};
use psa_core::{Cause, Company, Ticket};
use psa_http::TokioClock;
use psa_sandbox::{Effect, Fault, HaloSandbox, Trigger};
use psa_sync::{EntityOutcome, Event, MassDeleteGuard, Pull, RunState, Scope, SyncEngine};
use tokio::sync::Notify;

use crate::tenants::hint;
use crate::world::{TICKET, World, dataset, later, run, succeeded};

const ALL: i64 = 200;

/// Two hundred tickets that were read once, of which then most are hidden.
async fn mostly_hidden() -> World {
    let sandbox =
        HaloSandbox::builder().dataset(dataset(ALL as u32)).rate_limit(None).latency(Duration::from_secs(1)).build();
    let world = World::over(sandbox).await;
    succeeded(&run(&world.tickets()).await);
    later(60).await;
    world.sandbox.restrict_to_teams(Some(&["Service Desk"]));
    world
}

/// Changes all tickets, and later those that are still shown once more, so that the newest stamp that is seen says nothing of the
/// others.
async fn change(world: &World) {
    world.edit(|halo| (1..=ALL).for_each(|id| halo.update_ticket(id, "summary", "changed while hidden")));
    later(60).await;
    change_shown(world).await;
}

async fn change_shown(world: &World) {
    let shown = world.numbers("SELECT CAST(vendor_key AS INTEGER) FROM ticket WHERE team = 'Service Desk'").await;
    assert!(shown.len() > 20, "more than a page");
    world.edit(|halo| shown.into_iter().for_each(|id| halo.update_ticket(id, "summary", "changed again")));
    later(60).await;
}

/// Runs until the nth event of this kind about tickets, and then never again, as after a kill.
async fn killed_at(engine: &SyncEngine, nth: u32, event: fn(&Event<'_>) -> bool) {
    let (seen, kill) = (AtomicU32::new(0), Notify::new());
    let progress = |told: &Event<'_>| {
        if event(told) && seen.fetch_add(1, Ordering::Relaxed) + 1 == nth {
            kill.notify_one();
        }
    };
    let work = std::pin::pin!(engine.run_once(&progress));
    let end = std::pin::pin!(kill.notified());
    assert!(matches!(select(end, work).await, Either::Left(_)), "the run ended before it could be killed");
}

fn page(event: &Event<'_>) -> bool {
    matches!(event, Event::Page { kind, .. } if **kind == TICKET)
}

fn keys(event: &Event<'_>) -> bool {
    matches!(event, Event::Reconciling { kind } if **kind == TICKET)
}

async fn is_open(world: &World) -> bool {
    world.count("SELECT phase = 'reading' FROM stream WHERE kind = 'ticket'").await == 1
}

#[tokio::test(start_paused = true)]
async fn what_changed_while_a_right_was_lost_is_read_when_the_right_is_back() {
    let world = mostly_hidden().await;
    change(&world).await;
    let report = run(&world.tickets()).await;
    assert!(matches!(report.entity(&TICKET).unwrap().outcome, EntityOutcome::Guarded(_)), "{report:#?}");
    world.sandbox.restrict_to_teams(None);
    later(60).await;
    succeeded(&run(&world.tickets()).await);
    world.assert_same_tickets(ALL).await;
    // The window moves on again.
    world.edit(|halo| halo.update_ticket(1, "summary", "changed when all is seen"));
    later(60).await;
    succeeded(&run(&world.tickets()).await);
    let next = run(&world.tickets()).await;
    assert_eq!(next.entity(&TICKET).unwrap().counts.fetched, 1, "{next:#?}");
}

#[tokio::test(start_paused = true)]
async fn nor_is_it_lost_where_the_guard_is_switched_off_for_a_run() {
    let world = mostly_hidden().await;
    change(&world).await;
    run(&world.tickets()).await;
    world.sandbox.restrict_to_teams(None);
    world.edit(|halo| (1..=30).for_each(|id| halo.purge_ticket(id)));
    later(60).await;
    let confirmed = world.engine().entity(Pull::<Company>::new()).entity(Pull::<Ticket>::new());
    succeeded(&run(&confirmed.mass_delete_guard(MassDeleteGuard::off()).page_size(10).build().unwrap()).await);
    world.assert_same_tickets(ALL).await;
}

#[tokio::test(start_paused = true)]
async fn nor_is_it_lost_where_the_comparison_breaks_off() {
    for nth in 1..=14 {
        let world = mostly_hidden().await;
        change(&world).await;
        run(&world.tickets()).await;
        world.sandbox.restrict_to_teams(None);
        later(60).await;
        let refused = Effect::Status(403, "");
        world.sandbox.add_fault(Fault::new("halo.tickets.list", Trigger::Nth(nth), refused));
        run(&world.tickets()).await;
        world.sandbox.clear_faults();
        later(60).await;
        succeeded(&run(&world.tickets()).await);
        world.assert_same_tickets(ALL).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_guarded_stream_goes_on_although_one_of_its_records_is_really_gone() {
    let world = mostly_hidden().await;
    change(&world).await;
    run(&world.tickets()).await;
    world.edit(|halo| halo.purge_ticket(7));
    world.tickets().accept(vec![hint("halo", 7, Cause::Deleted)]).await.unwrap();
    run(&world.tickets()).await;
    world.sandbox.restrict_to_teams(None);
    for _ in 0..2 {
        later(60).await;
        run(&world.tickets()).await;
    }
    succeeded(&run(&world.tickets()).await);
    world.assert_same_tickets(ALL).await;
}

#[tokio::test(start_paused = true)]
async fn a_kill_before_the_comparison_does_not_lose_what_was_hidden_till_then() {
    let world = mostly_hidden().await;
    change(&world).await;
    // The first list of keys finds what the pages missed, the second is the comparison.
    killed_at(&world.tickets(), 2, keys).await;
    assert!(!is_open(&world).await, "the pass was closed");
    world.sandbox.restrict_to_teams(None);
    later(60).await;
    succeeded(&run(&world.tickets()).await);
    world.assert_same_tickets(ALL).await;
}

#[tokio::test(start_paused = true)]
async fn nor_does_a_second_kill_while_a_run_goes_on_where_the_first_left_off() {
    for (event, nth) in [(keys as fn(&Event<'_>) -> bool, 1), (keys, 2), (keys, 3), (page, 1), (page, 3)] {
        let world = mostly_hidden().await;
        change(&world).await;
        killed_at(&world.tickets(), 1, page).await;
        assert!(is_open(&world).await);
        change_shown(&world).await;
        killed_at(&world.tickets(), nth, event).await;
        world.sandbox.restrict_to_teams(None);
        later(60).await;
        succeeded(&run(&world.tickets()).await);
        world.assert_same_tickets(ALL).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_an_older_scope_left_out_is_missed_if_the_wider_one_does_not_show_it() {
    let world = World::new(100).await;
    let engine = |scope: Scope| {
        let engine = world.engine().entity(Pull::<Company>::new()).entity(Pull::<Ticket>::new());
        engine.scope(scope).page_size(50).build().unwrap()
    };
    world.edit(|halo| halo.update_ticket(1, "status_id", 9));
    later(60).await;
    world.edit(|halo| halo.update_ticket(60, "summary", "the newest that a page shows"));
    succeeded(&run(&engine(Scope::all().exclude_statuses(["9"]))).await);
    later(60).await;
    // The first page comes without its rows, and the list of ids, newest first, lacks the last one for a while.
    for (trigger, effect) in [(Trigger::Nth(1), Effect::EmptyPage), (Trigger::Always, Effect::ShortPage)] {
        world.sandbox.add_fault(Fault::new("halo.tickets.list", trigger, effect));
    }
    run(&engine(Scope::all())).await;
    assert_eq!(world.stored_tickets().await.len(), 99);
    world.sandbox.clear_faults();
    later(60).await;
    succeeded(&run(&engine(Scope::all())).await);
    world.assert_same_tickets(100).await;
}

#[tokio::test(start_paused = true)]
async fn a_window_whose_pages_and_keys_both_came_short_is_read_again() {
    let mut short = 0;
    for every in 2..=5 {
        let world = World::new(60).await;
        let engine = || {
            world.engine().entity(Pull::<Company>::new()).entity(Pull::<Ticket>::new()).page_size(4).build().unwrap()
        };
        succeeded(&run(&engine()).await);
        later(60).await;
        world.edit(|halo| (1..=9).for_each(|id| halo.update_ticket(id, "summary", format!("changed {id}"))));
        later(30).await;
        world.edit(|halo| halo.update_ticket(10, "summary", "changed later"));
        later(1).await;
        world.sandbox.add_fault(Fault::new("halo.tickets.list", Trigger::Every(every), Effect::EmptyPage));
        let first = run(&engine()).await;
        short += u32::from(first.state == RunState::Partial);
        world.sandbox.clear_faults();
        later(60).await;
        succeeded(&run(&engine()).await);
        world.assert_same_tickets(60).await;
    }
    assert!(short > 0, "no run said that its window came short");
}

#[tokio::test(start_paused = true)]
async fn a_count_that_stays_wrong_keeps_no_window_open() {
    let world = World::new(200).await;
    let clock = Arc::new(TokioClock::new());
    let engine = || {
        let kinds = world.engine().entity(Pull::<Company>::new()).entity(Pull::<Ticket>::new());
        kinds.page_size(10).clock(Arc::clone(&clock) as _).build().unwrap()
    };
    succeeded(&run(&engine()).await);
    world.sandbox.add_fault(Fault::new("halo.tickets.list", Trigger::Always, Effect::LyingCount(5)));
    let mut starts = Vec::new();
    for _ in 0..6 {
        later(60).await;
        world.edit(|halo| {
            (1..=20).for_each(|id| halo.update_ticket(id, "summary", format!("changed {}", starts.len())))
        });
        later(1).await;
        run(&engine()).await;
        starts.extend(world.numbers("SELECT unixepoch(window_lo) FROM stream WHERE kind = 'ticket'").await);
    }
    starts.dedup();
    assert!(starts.len() >= 2, "the window moved on: {starts:?}");
}
