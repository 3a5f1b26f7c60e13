use std::sync::Mutex;
use std::time::Duration;

use psa_core::{EntityKind, Ticket};
use psa_sync::{Event, Mode, Pull, RunState};

use crate::world::{TICKET, World, later, run, succeeded};

#[tokio::test(start_paused = true)]
async fn a_second_run_over_unchanged_data_writes_nothing() {
    let world = World::new(300).await;
    let engine = world.everything();
    let first = run(&engine).await;
    succeeded(&first);
    assert_eq!(first.entity(&TICKET).unwrap().counts.inserted, 300);
    for kind in [
        EntityKind::COMPANY,
        EntityKind::SITE,
        EntityKind::CONTACT,
        EntityKind::TICKET_NOTE,
        EntityKind::TIME_ENTRY,
        EntityKind::OPPORTUNITY,
        EntityKind::AGENT,
        EntityKind::TEAM,
    ] {
        assert!(first.entity(&kind).unwrap().counts.inserted > 0, "{kind}");
    }
    later(60).await;
    let written = "SELECT (SELECT count(*) FROM record) * 1000 + (SELECT count(*) FROM link) + (SELECT count(*) FROM change) + (SELECT coalesce(sum(changed_run), 0) FROM record)";
    let before = world.count(written).await;
    let second = run(&engine).await;
    succeeded(&second);
    assert_eq!(second.totals().stored(), 0);
    assert_eq!(second.totals().removed, 0);
    assert_eq!(world.count(written).await, before);
    assert_eq!(second.entity(&TICKET).unwrap().mode, Mode::Incremental);
}

#[tokio::test(start_paused = true)]
async fn a_change_a_new_ticket_and_a_deletion_arrive() {
    let world = World::new(120).await;
    let engine = world.tickets();
    succeeded(&run(&engine).await);
    later(60).await;
    let new = world.edit(|halo| {
        halo.update_ticket(17, "summary", "changed");
        halo.delete_ticket(18);
        halo.purge_ticket(19);
        halo.insert_ticket("new")
    });
    let report = run(&engine).await;
    succeeded(&report);
    let counts = report.entity(&TICKET).unwrap().counts;
    assert_eq!((counts.inserted, counts.updated, counts.removed), (1, 1, 2));
    world.assert_same_tickets(new).await;
    let changed =
        "SELECT count(*) FROM change WHERE what = 'updated' AND json_extract(fields, '$.summary.after') = 'changed'";
    assert_eq!(world.count(changed).await, 1);
    let proven = "SELECT count(*) FROM link WHERE removed_at IS NOT NULL AND evidence IS NOT NULL";
    assert_eq!(world.count(proven).await, 2);
}

#[tokio::test(start_paused = true)]
async fn a_ticket_that_was_only_touched_is_not_written() {
    let world = World::new(40).await;
    let engine = world.tickets();
    succeeded(&run(&engine).await);
    later(60).await;
    world.edit(|halo| (1..=30).for_each(|id| halo.touch_ticket(id)));
    let report = run(&engine).await;
    let counts = report.entity(&TICKET).unwrap().counts;
    // The newest ticket's second is part of the window, too.
    assert_eq!((counts.unchanged, counts.stored()), (31, 0));
}

#[tokio::test(start_paused = true)]
async fn a_restored_ticket_comes_back() {
    let world = World::new(40).await;
    let engine = world.tickets();
    succeeded(&run(&engine).await);
    later(60).await;
    world.edit(|halo| halo.delete_ticket(7));
    succeeded(&run(&engine).await);
    assert_eq!(world.count("SELECT count(*) FROM ticket").await, 39);
    later(60).await;
    let halo = crate::world::halo(&world.sandbox).build().unwrap();
    halo.tickets().restore(7).await.unwrap();
    succeeded(&run(&engine).await);
    world.assert_same_tickets(40).await;
}

#[tokio::test(start_paused = true)]
async fn a_merged_ticket_says_where_it_went() {
    let world = World::new(40).await;
    let engine = world.tickets();
    succeeded(&run(&engine).await);
    later(60).await;
    world.edit(|halo| halo.merge_ticket(7, 8));
    succeeded(&run(&engine).await);
    assert_eq!(world.count("SELECT CAST(merged_into_key AS INTEGER) FROM ticket WHERE vendor_key = '7'").await, 8);
}

#[tokio::test(start_paused = true)]
async fn an_edited_note_arrives_though_its_date_stays() {
    let world = World::new(60).await;
    let engine = world.everything();
    succeeded(&run(&engine).await);
    let action = world.edit(|halo| halo.add_action(5, "first wording", 1.5));
    later(60).await;
    succeeded(&run(&engine).await);
    later(60 * 24 * 30).await;
    world.edit(|halo| halo.edit_action(5, action, "second wording"));
    succeeded(&run(&engine).await);
    let sql = format!("SELECT count(*) FROM ticket_note WHERE vendor_key = '5/{action}' AND body = 'second wording'");
    assert_eq!(world.count(&sql).await, 1);
    let hours = format!("SELECT count(*) FROM time_entry WHERE vendor_key = '5/{action}' AND hours = 1.5");
    assert_eq!(world.count(&hours).await, 1);
}

#[tokio::test(start_paused = true)]
async fn our_clock_an_hour_off_loses_nothing() {
    for off in [Duration::from_secs(3600), Duration::ZERO] {
        let wall = "2026-11-25T12:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        let vendor = psa_http::TokioClock::starting_at(wall + off);
        let ours = psa_http::TokioClock::starting_at(wall + (Duration::from_secs(3600) - off));
        let sandbox = psa_sandbox::HaloSandbox::builder()
            .dataset(crate::world::dataset(60))
            .rate_limit(None)
            .clock(std::sync::Arc::new(vendor))
            .build();
        let world = World::over(sandbox).await;
        let engine = world
            .engine()
            .entity(Pull::<Ticket>::new())
            .clock(std::sync::Arc::new(ours))
            .page_size(10)
            .build()
            .unwrap();
        succeeded(&run(&engine).await);
        world.edit(|halo| halo.update_ticket(5, "summary", "one"));
        succeeded(&run(&engine).await);
        later(20).await;
        world.edit(|halo| halo.update_ticket(6, "summary", "two"));
        succeeded(&run(&engine).await);
        world.assert_same_tickets(60).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_idle_tenant_is_fresh_and_asked_for_its_newest_second_only() {
    let world = World::new(30).await;
    let engine = world.tickets();
    succeeded(&run(&engine).await);
    let mut fresh = None;
    for _ in 0..3 {
        later(60).await;
        let report = run(&engine).await;
        let now = report.entity(&TICKET).unwrap().fresh_as_of;
        assert!(now > fresh, "{now:?} after {fresh:?}");
        fresh = now;
    }
    world.sandbox.log().clear();
    run(&engine).await;
    let from =
        world.sandbox.log().entries().iter().find_map(|e| e.query("lastupdatefromdate").map(str::to_owned)).unwrap();
    let from: chrono::DateTime<chrono::Utc> = from.parse().unwrap();
    let newest = world.store.query("SELECT max(updated_at) AS at FROM ticket").await.unwrap();
    let newest: chrono::DateTime<chrono::Utc> = newest[0]["at"].as_str().unwrap().parse().unwrap();
    assert!(from <= newest && from > newest - chrono::TimeDelta::minutes(10), "{from} {newest}");
}

#[tokio::test(start_paused = true)]
async fn a_run_can_be_stopped_and_goes_on_where_it_was() {
    let world = World::new(200).await;
    let engine = world.tickets();
    let stop = std::sync::Arc::new(tokio::sync::Notify::new());
    let pages = Mutex::new(0);
    let progress = |event: &Event<'_>| {
        if let Event::Page { kind, .. } = event
            && **kind == TICKET
        {
            let mut pages = pages.lock().unwrap();
            *pages += 1;
            if *pages == 5 {
                stop.notify_one();
            }
        }
    };
    let report = engine.run_until(&progress, stop.notified()).await.unwrap();
    assert_eq!(report.state, RunState::Cancelled);
    assert!(world.count("SELECT count(*) FROM ticket").await >= 50);
    let second = run(&engine).await;
    succeeded(&second);
    // The rest of the first pass, and the newest second of the pass that brings it up to now.
    assert!(second.entity(&TICKET).unwrap().counts.fetched <= 151, "{second:#?}");
    world.assert_same_tickets(200).await;
}

#[tokio::test(start_paused = true)]
async fn a_dropped_run_is_found_interrupted_and_never_a_success() {
    let sandbox = psa_sandbox::HaloSandbox::builder()
        .dataset(crate::world::dataset(100))
        .rate_limit(None)
        .latency(Duration::from_millis(10))
        .build();
    let world = World::over(sandbox).await;
    let engine = world.tickets();
    for wait in 0..40 {
        // Dropped at whatever await that is.
        let _ = tokio::time::timeout(Duration::from_millis(wait * 3), engine.run_once(&())).await;
    }
    succeeded(&run(&engine).await);
    world.assert_same_tickets(100).await;
    assert_eq!(world.count("SELECT count(*) FROM run WHERE state = 'running'").await, 0);
    assert!(world.count("SELECT count(*) FROM run WHERE state = 'interrupted'").await > 0);
}

#[tokio::test(start_paused = true)]
async fn two_engines_on_one_stream_do_not_mix() {
    let world = World::new(300).await;
    let (a, b) = (world.tickets(), world.tickets());
    let (a, b) = futures::join!(run(&a), run(&b));
    let states = [a.state, b.state];
    assert!(states.iter().all(|s| matches!(s, RunState::Succeeded | RunState::Partial)), "{states:?}");
    succeeded(&run(&world.tickets()).await);
    world.assert_same_tickets(300).await;
    assert_eq!(world.count("SELECT count(*) - count(DISTINCT vendor_key) FROM ticket").await, 0);
}
