//! Hints of webhooks: a record is read soon, once, and nothing depends on it.

use psa_core::{Cause, EntityKind, Hint, Key};
use psa_sandbox::{Effect, Fault, Trigger};
use psa_sync::{RunReport, RunState, SyncEngine};

use crate::world::{TICKET, World, run, succeeded};

fn hint(kind: EntityKind, key: impl Into<Key>, cause: Cause, id: &str) -> Hint {
    Hint::new("halo", kind, key.into(), cause).dedupe_by(String::from(id))
}

async fn fetch(engine: &SyncEngine) -> RunReport {
    engine.fetch_hints(&()).await.unwrap().expect("hints wait")
}

fn reads(world: &World) -> usize {
    world.sandbox.log().entries().iter().filter(|e| e.operation == "halo.tickets.get").count()
}

#[tokio::test(start_paused = true)]
async fn what_a_notification_points_at_is_stored_without_a_poll() {
    let world = World::new(30).await;
    let engine = world.tickets();
    succeeded(&run(&engine).await);
    let new = world.edit(|halo| {
        halo.update_ticket(5, "summary", "changed");
        halo.purge_ticket(9);
        halo.insert_ticket("a new one")
    });
    // A burst on one record, in any order, with a repeated delivery in it.
    let burst = [
        hint(TICKET, 5, Cause::Updated, "m1"),
        hint(TICKET, 5, Cause::Updated, "m2"),
        hint(TICKET, 5, Cause::Updated, "m2"),
        hint(TICKET, new, Cause::Created, "m3"),
        hint(TICKET, 9, Cause::Deleted, "m4"),
    ];
    assert_eq!(engine.accept(burst.to_vec()).await.unwrap(), 3);
    let lists = world.sandbox.log().entries().iter().filter(|e| e.operation == "halo.tickets.list").count();
    let report = fetch(&engine).await;
    succeeded(&report);
    let counts = report.entity(&TICKET).unwrap().counts;
    assert_eq!((counts.fetched, counts.inserted, counts.updated, counts.removed), (2, 1, 1, 1));
    world.assert_same_tickets(new).await;
    assert_eq!(reads(&world), 3);
    let after = world.sandbox.log().entries().iter().filter(|e| e.operation == "halo.tickets.list").count();
    assert_eq!(after, lists, "no list was read for it");
    // The inbox is empty, and the next poll finds nothing to do.
    assert_eq!(engine.fetch_hints(&()).await.unwrap(), None);
    let report = run(&engine).await;
    succeeded(&report);
    assert_eq!(report.totals().stored(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_hint_that_comes_while_its_record_is_read_is_not_lost() {
    let world = World::new(10).await;
    let engine = world.tickets();
    succeeded(&run(&engine).await);
    engine.accept(vec![hint(TICKET, 5, Cause::Updated, "m1")]).await.unwrap();
    // It changes again, and another notification comes, after it was read and before that is stored.
    let store: std::sync::Arc<dyn psa_sync::Store> = std::sync::Arc::new(world.store.clone());
    let seen = store.hints("halo", &[TICKET, EntityKind::TIME_ENTRY], 10).await.unwrap();
    engine.accept(vec![hint(TICKET, 5, Cause::Updated, "m2")]).await.unwrap();
    store.settle_hints("halo", seen).await.unwrap();
    assert_eq!(store.hints("halo", &[TICKET, EntityKind::TIME_ENTRY], 10).await.unwrap().len(), 1);
    assert_eq!(fetch(&engine).await.totals().fetched, 1);
    assert!(store.hints("halo", &[TICKET, EntityKind::TIME_ENTRY], 10).await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn hints_outlive_a_vendor_that_is_down() {
    let world = World::new(10).await;
    let engine = world.tickets();
    succeeded(&run(&engine).await);
    world.edit(|halo| halo.update_ticket(5, "summary", "changed"));
    engine.accept(vec![hint(TICKET, 5, Cause::Updated, "m1")]).await.unwrap();
    world.sandbox.add_fault(Fault::new("halo.tickets.get", Trigger::Always, Effect::Status(401, "")));
    let report = fetch(&engine).await;
    assert_eq!(report.state, RunState::Failed, "{report:#?}");
    world.sandbox.clear_faults();
    succeeded(&fetch(&engine).await);
    world.assert_same_tickets(10).await;
}

#[tokio::test(start_paused = true)]
async fn hints_of_what_is_not_synced_here_or_not_read_yet_do_no_harm() {
    let world = World::new(10).await;
    let engine = world.tickets();
    let mut foreign = hint(TICKET, 5, Cause::Updated, "m1");
    foreign.connection = "another".into();
    let other = hint(EntityKind::named("asset"), 5, Cause::Updated, "m2");
    assert_eq!(engine.accept(vec![foreign, other]).await.unwrap(), 0);
    // Before the first backfill a hint waits: it would store a record without its parents.
    engine.accept(vec![hint(TICKET, 5, Cause::Updated, "m3")]).await.unwrap();
    let report = fetch(&engine).await;
    assert_eq!((report.state, reads(&world)), (RunState::Succeeded, 0));
    // And the backfill answers it.
    succeeded(&run(&engine).await);
    assert_eq!(engine.fetch_hints(&()).await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn hints_that_can_not_be_worked_on_keep_no_others_waiting() {
    let world = World::new(10).await;
    succeeded(&run(&world.tickets()).await);
    // More hints of a kind that was never read than a run takes, all of them older.
    let engine = world.everything();
    let notes = (0..600).map(|n| hint(EntityKind::named("opportunity"), n, Cause::Updated, &format!("o{n}")));
    engine.accept(notes.collect()).await.unwrap();
    world.edit(|halo| halo.update_ticket(5, "summary", "changed"));
    engine.accept(vec![hint(TICKET, 5, Cause::Updated, "m1")]).await.unwrap();
    let report = fetch(&engine).await;
    assert_eq!(report.entity(&TICKET).unwrap().counts.updated, 1);
}

#[tokio::test(start_paused = true)]
async fn records_that_vanish_all_at_once_are_not_believed() {
    let world = World::new(60).await;
    let engine = world.tickets();
    succeeded(&run(&engine).await);
    world.edit(|halo| (1..=50).for_each(|id| halo.purge_ticket(id)));
    engine.accept((1..=50).map(|id| hint(TICKET, id, Cause::Deleted, &format!("d{id}"))).collect()).await.unwrap();
    let report = fetch(&engine).await;
    assert_eq!(report.state, RunState::Partial, "{report:#?}");
    assert_eq!(world.stored_tickets().await.len(), 60);
}

#[tokio::test(start_paused = true)]
async fn a_note_is_read_for_a_hint_though_it_rides_with_others_in_lists() {
    let world = World::new(5).await;
    let engine = world.everything();
    succeeded(&run(&engine).await);
    let key: String = {
        let rows = world.store.query("SELECT vendor_key FROM time_entry LIMIT 1").await.unwrap();
        rows[0]["vendor_key"].as_str().unwrap().to_owned()
    };
    engine.accept(vec![hint(EntityKind::TIME_ENTRY, Key::from_text(key), Cause::Updated, "m1")]).await.unwrap();
    let report = fetch(&engine).await;
    succeeded(&report);
    let store: std::sync::Arc<dyn psa_sync::Store> = std::sync::Arc::new(world.store.clone());
    assert!(store.hints("halo", &[TICKET, EntityKind::TIME_ENTRY], 10).await.unwrap().is_empty(), "{report:#?}");
}
