//! Several engines at one store: what one does takes nothing from another one, and nothing from the store.

use std::time::Duration;

use psa_core::{Cause, ErrorKind};
use psa_sandbox::connectwise::Resource;
use psa_sandbox::{ConnectWiseSandbox, Effect, Fault, HaloSandbox, Trigger, connectwise, halo};
use psa_store::Sqlite;
use psa_sync::{RunState, SqliteStore};

use crate::tenants::{self, ConnectWiseTenant, HaloTenant, hint, settle, with_children};
use crate::world::{later, run, succeeded};

/// Tickets in a race: so few that a guard would let all of them go.
const TICKETS: u32 = 17;

/// The answers of each seed take other times.
const SEEDS: std::ops::Range<u64> = 0..5;

/// When the second engine begins after the first, in milliseconds: anywhere in a run of the first.
fn joins() -> impl Iterator<Item = u64> {
    (0..150).step_by(5)
}

fn uneven() -> [Fault; 2] {
    [
        Fault::new("*", Trigger::Chance(0.4), Effect::Delay(Duration::from_millis(7))),
        Fault::new("*", Trigger::Chance(0.1), Effect::Delay(Duration::from_millis(31))),
    ]
}

/// A store that works on the test's own thread, so that a seed decides who comes first.
async fn inline() -> SqliteStore {
    SqliteStore::over(Sqlite::in_memory().await.unwrap().inline()).await.unwrap()
}

async fn halo_race(seed: u64) -> HaloTenant {
    let sandbox = HaloSandbox::builder()
        .dataset(halo::Dataset::new(seed).companies(4).tickets(TICKETS).opportunities(0).projects(0))
        .rate_limit(None)
        .latency(Duration::from_millis(5));
    let sandbox = uneven().into_iter().fold(sandbox, |sandbox, fault| sandbox.fault(fault));
    let mut tenant = tenants::halo_over(sandbox.build()).await;
    tenant.store = inline().await;
    tenant
}

async fn connectwise_race(seed: u64) -> ConnectWiseTenant {
    let sandbox = ConnectWiseSandbox::builder()
        .dataset(connectwise::Dataset::new(seed).companies(4).tickets(TICKETS))
        .rate_limit(None)
        .latency(Duration::from_millis(5));
    let sandbox = uneven().into_iter().fold(sandbox, |sandbox, fault| sandbox.fault(fault));
    let mut tenant = tenants::connectwise_over(sandbox.build()).await;
    tenant.store = inline().await;
    tenant
}

const REMOVED: &str = "SELECT count(*) FROM link l JOIN stream s ON s.id = l.stream_id
     WHERE s.kind = 'ticket' AND l.removed_at IS NOT NULL";

#[tokio::test(start_paused = true)]
async fn two_engines_that_compare_at_once_remove_the_one_halo_ticket_that_was_deleted_and_no_other() {
    for seed in SEEDS {
        for at in joins() {
            let tenant = halo_race(seed).await;
            let (first, second) = (tenant.engine(with_children), tenant.engine(with_children));
            succeeded(&run(&first).await);
            later(60).await;
            tenant.sandbox.edit(|halo| halo.purge_ticket(9));
            let joined = async {
                tokio::time::sleep(Duration::from_millis(at)).await;
                run(&second).await
            };
            let (one, other) = futures::join!(run(&first), joined);
            for report in [one, other] {
                assert!(matches!(report.state, RunState::Succeeded | RunState::Partial), "{seed} {at}: {report:#?}");
            }
            assert_eq!(tenant.count(REMOVED).await, 1, "{seed} {at}: more than one is removed");
            assert_eq!(tenant.stored_tickets().await.len(), TICKETS as usize - 1, "{seed} {at}");
            settle(&first).await;
            tenant.same_as_fresh(with_children).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn two_engines_that_compare_at_once_remove_the_one_connectwise_ticket_that_was_deleted_and_no_other() {
    for seed in SEEDS {
        for at in joins() {
            let tenant = connectwise_race(seed).await;
            let (first, second) = (tenant.engine(with_children), tenant.engine(with_children));
            succeeded(&run(&first).await);
            later(60).await;
            tenant.sandbox.edit(|cw| cw.remove(Resource::Tickets, 9));
            let joined = async {
                tokio::time::sleep(Duration::from_millis(at)).await;
                run(&second).await
            };
            let (one, other) = futures::join!(run(&first), joined);
            for report in [one, other] {
                assert!(matches!(report.state, RunState::Succeeded | RunState::Partial), "{seed} {at}: {report:#?}");
            }
            assert_eq!(tenant.count(REMOVED).await, 1, "{seed} {at}: more than one is removed");
            assert_eq!(tenant.stored_tickets().await.len(), TICKETS as usize - 1, "{seed} {at}");
            settle(&first).await;
            tenant.same_as_fresh(with_children).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn two_engines_that_begin_with_an_empty_store_fill_it_once() {
    for at in joins() {
        let tenant = halo_race(at).await;
        let (first, second) = (tenant.engine(with_children), tenant.engine(with_children));
        let joined = async {
            tokio::time::sleep(Duration::from_millis(at)).await;
            run(&second).await
        };
        futures::join!(run(&first), joined);
        assert_eq!(tenant.count(REMOVED).await, 0, "{at}: nothing was deleted");
        settle(&first).await;
        tenant.same_as_fresh(with_children).await;
    }
}

#[tokio::test(start_paused = true)]
async fn keys_of_a_window_are_never_taken_for_all_keys_after_a_run_broke_off() {
    let tenant = tenants::halo(60).await;
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    later(60).await;
    // Half of the tickets change; one comes to be behind the pages, so that only the list of the window's keys has it.
    tenant.sandbox.edit(|halo| (1..=30).for_each(|id| halo.update_ticket(id, "summary", format!("changed {id}"))));
    tenant.sandbox.edit_before("halo.tickets.list", 5, |halo| {
        halo.insert_ticket("behind the pages");
    });
    // Its single read ends the run, and the window's keys stay in the store.
    tenant.wire.refuse(ErrorKind::Unauthenticated, |asked| asked.operation == "halo.tickets.get");
    assert_eq!(run(&engine).await.state, RunState::Failed);
    let listed = tenant.count("SELECT count(*) FROM comparison_key").await;
    assert!(listed > 0 && listed < 60, "{listed}");
    tenant.wire.clear();
    // A minute later somebody asks for a comparison, by an engine whose pages are so large that nothing can be missed.
    later(1).await;
    let engine = tenant.engine(|builder| with_children(builder).page_size(100));
    engine.full_compare().await.unwrap();
    let report = run(&engine).await;
    succeeded(&report);
    tenant.same_as_fresh(with_children).await;
}

#[tokio::test(start_paused = true)]
async fn a_hint_that_another_engine_works_on_fails_no_run() {
    for seed in SEEDS {
        for at in joins() {
            let tenant = halo_race(seed).await;
            let (polling, hinted) = (tenant.engine(with_children), tenant.engine(with_children));
            succeeded(&run(&polling).await);
            later(60).await;
            tenant.sandbox.edit(|halo| {
                (1..=5).for_each(|id| halo.update_ticket(id, "summary", format!("changed {id}")));
                halo.purge_ticket(9);
            });
            let hints = async {
                tokio::time::sleep(Duration::from_millis(at)).await;
                let told = (1..=5).map(|id| hint("halo", id, Cause::Updated)).chain([hint("halo", 9, Cause::Deleted)]);
                hinted.accept(told.collect()).await.unwrap();
                hinted.fetch_hints(&()).await.unwrap()
            };
            let (poll, told) = futures::join!(run(&polling), hints);
            succeeded(&poll);
            let error = told.and_then(|told| told.error);
            assert_eq!(error, None, "{seed} {at}");
            settle(&polling).await;
            assert_eq!(tenant.count("SELECT count(*) FROM inbox").await, 0);
            tenant.same_as_fresh(with_children).await;
        }
    }
}

// In real time: files are locked by the system.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_tasks_that_open_a_new_file_at_once_all_get_it() {
    for round in 0..40 {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new.db");
        let tasks: Vec<_> = (0..8).map(|_| tokio::spawn(SqliteStore::open(path.clone()))).collect();
        for task in tasks {
            let store = task.await.unwrap().unwrap_or_else(|error| panic!("round {round}: {error}"));
            assert_eq!(store.count("SELECT count(*) FROM link").await.unwrap(), 0);
        }
    }
}
