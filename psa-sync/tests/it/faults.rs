use std::time::Duration;

use psa_core::EntityKind;
use psa_sandbox::{Effect, Fault, HaloSandbox, Trigger};
use psa_sync::{EntityOutcome, RunState};

use crate::world::{TICKET, World, dataset, halo, later, run, succeeded};

#[tokio::test(start_paused = true)]
async fn three_percent_429_two_percent_500_resets_cut_bodies_and_latency() {
    let sandbox = HaloSandbox::builder()
        .dataset(dataset(2_000))
        .rate_limit(None)
        .latency(Duration::from_millis(100))
        .fault(Fault::new("*", Trigger::Chance(0.03), Effect::RateLimited(Some("1"))))
        .fault(Fault::new("*", Trigger::Chance(0.02), Effect::Status(500, "")))
        .fault(Fault::new("*", Trigger::Chance(0.02), Effect::ResetBefore))
        .fault(Fault::new("*", Trigger::Chance(0.02), Effect::ResetAfter))
        .fault(Fault::new("*", Trigger::Chance(0.02), Effect::CutBody))
        .fault(Fault::new("*", Trigger::Chance(0.01), Effect::ExpireToken))
        .build();
    let world = World::over(sandbox).await;
    let engine = world.tickets();
    succeeded(&run(&engine).await);
    later(60).await;
    succeeded(&run(&world.everything()).await);
    world.edit(|halo| halo.update_ticket(5, "summary", "changed"));
    succeeded(&run(&engine).await);
    world.assert_same_tickets(2_000).await;
    let log = world.sandbox.log().entries();
    for fault in ["rate_limited", "status", "reset_before", "reset_after", "cut_body", "expire_token"] {
        assert!(log.iter().any(|e| e.fault == Some(fault)), "{fault} never struck");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_ends_early_is_an_error_and_the_next_run_goes_on() {
    for nth in 1..=12 {
        let world = World::new(100).await;
        world.sandbox.add_fault(Fault::new("halo.tickets.list", Trigger::Nth(nth), Effect::ShortBody));
        let engine = world.tickets();
        let first = run(&engine).await;
        for outcome in first.entities.iter().map(|e| &e.outcome) {
            assert!(!matches!(outcome, EntityOutcome::Failed(m) if !m.contains("ends in the middle")), "{outcome:?}");
        }
        succeeded(&run(&engine).await);
        world.assert_same_tickets(100).await;
    }
}

#[tokio::test(start_paused = true)]
async fn web_pages_repeated_pages_and_empty_pages_lose_nothing() {
    for effect in [Effect::Html, Effect::PreviousPage, Effect::EmptyPage] {
        for nth in 1..=12 {
            let world = World::new(100).await;
            world.sandbox.add_fault(Fault::new("halo.tickets.list", Trigger::Nth(nth), effect.clone()));
            let engine = world.tickets();
            let first = run(&engine).await;
            assert!(matches!(first.state, RunState::Succeeded | RunState::Partial), "{first:#?}");
            later(60).await;
            let second = run(&engine).await;
            succeeded(&second);
            world.assert_same_tickets(100).await;
            assert_eq!(second.totals().removed, 0, "{effect:?} {nth}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_fails_anywhere_goes_on_from_its_checkpoint() {
    for nth in 1..=16 {
        let world = World::new(100).await;
        world.sandbox.add_fault(Fault::new("*", Trigger::Nth(nth), Effect::Status(418, "no tea")));
        let engine = world.tickets();
        let first = run(&engine).await;
        let second = run(&engine).await;
        succeeded(&second);
        world.assert_same_tickets(100).await;
        let fetched = first.totals().fetched + second.totals().fetched;
        // Companies are read in both runs; of the tickets, only those under way were read again.
        assert!(fetched <= 100 + 2 * 12 + 100, "{fetched} fetched, failure {nth}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_right_deletes_nothing() {
    let world = World::new(50).await;
    succeeded(&run(&world.everything()).await);
    world.sandbox.grant("read:tickets edit:tickets");
    world.sandbox.revoke_tokens();
    later(60).await;
    // A process of its own, with a token that has the new rights.
    let report = run(&world.everything()).await;
    assert_eq!(report.state, RunState::Partial);
    for kind in [EntityKind::COMPANY, EntityKind::SITE, EntityKind::CONTACT] {
        let outcome = &report.entity(&kind).unwrap().outcome;
        assert!(matches!(outcome, EntityOutcome::NotPermitted(m) if m.contains("Grant")), "{outcome:?}");
    }
    assert_eq!(report.entity(&TICKET).unwrap().outcome, EntityOutcome::Done);
    assert_eq!(world.count("SELECT count(*) FROM company").await, 12);
    assert_eq!(world.count("SELECT count(*) FROM log WHERE kind = 'company'").await, 1);
    // Not an error storm: one refused read a kind, and one more for the new token.
    assert!(world.sandbox.log().count_status(403) <= 8, "{}", world.sandbox.log().count_status(403));
}

#[tokio::test(start_paused = true)]
async fn vanished_records_stop_at_the_guard_until_somebody_confirms() {
    let sandbox = HaloSandbox::builder().dataset(dataset(200)).rate_limit(None).build();
    let world = World::over(sandbox).await;
    let engine = world.tickets();
    succeeded(&run(&engine).await);
    later(60).await;
    world.edit(|halo| (1..=40).for_each(|id| halo.purge_ticket(id)));
    let guarded = run(&engine).await;
    assert_eq!(guarded.state, RunState::Partial);
    let outcome = &guarded.entity(&TICKET).unwrap().outcome;
    assert!(matches!(outcome, EntityOutcome::Guarded(m) if m.starts_with("40 of 200")), "{outcome:?}");
    assert_eq!(world.count("SELECT count(*) FROM ticket").await, 200);
    let confirmed = world
        .engine()
        .entity(psa_sync::Pull::<psa_core::Company>::new())
        .entity(psa_sync::Pull::<psa_core::Ticket>::new())
        .mass_delete_guard(psa_sync::MassDeleteGuard::off())
        .build()
        .unwrap();
    succeeded(&run(&confirmed).await);
    world.assert_same_tickets(200).await;
}

#[tokio::test(start_paused = true)]
async fn a_known_budget_costs_no_429_and_little_time() {
    let window = Duration::from_secs(300);
    let sandbox = HaloSandbox::builder()
        .dataset(psa_sandbox::halo::Dataset::new(3).companies(20).tickets(60_000))
        .rate_limit(Some((300, window)))
        .latency(Duration::from_millis(100))
        .build();
    let connector = halo(&sandbox).rate_limit(Some((300, window))).build().unwrap().connector().build();
    let store = psa_sync::SqliteStore::in_memory().await.unwrap();
    let engine = psa_sync::SyncEngine::builder(std::sync::Arc::new(connector), std::sync::Arc::new(store))
        .entity(psa_sync::Pull::<psa_core::Ticket>::new())
        .page_size(50)
        .build()
        .unwrap();
    let started = tokio::time::Instant::now();
    succeeded(&run(&engine).await);
    let log = sandbox.log();
    assert_eq!(log.count_status(429), 0);
    let windows = (started.elapsed().as_secs_f64() / window.as_secs_f64()).floor();
    let cut = sandbox.now() - started.elapsed() + window.mul_f64(windows);
    let used = log.entries().iter().filter(|e| e.at < cut && !e.operation.starts_with("halo.token")).count() as f64;
    assert!(used >= 0.95 * 300.0 * windows, "{used} requests in {windows} windows of 300");
}
