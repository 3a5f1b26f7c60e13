//! What fails stands by itself: other kinds and other records are read, and the report says what is missing.

use psa_core::{Cause, Connector, EntityKind, ErrorKind, Team};
use psa_sandbox::connectwise::Resource;
use psa_sandbox::{ConnectWiseSandbox, Effect, Fault, HaloSandbox, Trigger};
use psa_sync::{EntityOutcome, Pull, RunReport, RunState, SyncEngineBuilder};
use serde_json::json;

use crate::tenants::{self, Tenant, hint, settle, with_children};
use crate::wire::{Wire, count_off_by};
use crate::world::{self, TICKET, later, run, succeeded};

fn with_teams(builder: SyncEngineBuilder) -> SyncEngineBuilder {
    with_children(builder).entity(Pull::<Team>::new())
}

fn outcome(report: &RunReport) -> &EntityOutcome {
    &report.entity(&TICKET).unwrap().outcome
}

#[tokio::test(start_paused = true)]
async fn halo_teams_that_can_not_be_read_keep_no_ticket_from_being_read() {
    let tenant = tenants::halo(30).await;
    tenant.sandbox.add_fault(Fault::new("halo.teams.list", Trigger::Always, Effect::Status(500, "")));
    let engine = tenant.engine(with_teams);
    for _ in 0..2 {
        let report = run(&engine).await;
        assert_eq!(report.state, RunState::Partial, "{report:#?}");
        assert!(matches!(report.entity(&EntityKind::TEAM).unwrap().outcome, EntityOutcome::Failed(_)), "{report:#?}");
        assert_eq!(*outcome(&report), EntityOutcome::Done, "{report:#?}");
        assert_eq!(tenant.stored_tickets().await.len(), 30);
        assert!(tenant.count("SELECT count(*) FROM ticket_note").await > 0);
        later(60).await;
    }
    tenant.sandbox.clear_faults();
    settle(&engine).await;
    tenant.same_as_fresh(with_teams).await;
}

#[tokio::test(start_paused = true)]
async fn connectwise_teams_that_can_not_be_read_keep_no_ticket_from_being_read() {
    let tenant = tenants::connectwise(30).await;
    tenant.sandbox.add_fault(Fault::new("connectwise.teams.list", Trigger::Always, Effect::Status(500, "")));
    let engine = tenant.engine(with_teams);
    for _ in 0..2 {
        let report = run(&engine).await;
        assert_eq!(report.state, RunState::Partial, "{report:#?}");
        assert!(matches!(report.entity(&EntityKind::TEAM).unwrap().outcome, EntityOutcome::Failed(_)), "{report:#?}");
        assert_eq!(tenant.count("SELECT count(*) FROM ticket WHERE CAST(vendor_key AS INTEGER) <= 30").await, 30);
        assert!(tenant.count("SELECT count(*) FROM ticket_note").await > 0);
        later(60).await;
    }
    tenant.sandbox.clear_faults();
    settle(&engine).await;
    tenant.same_as_fresh(with_teams).await;
}

#[tokio::test(start_paused = true)]
async fn each_kind_that_fails_keeps_no_other_from_being_read() {
    let lists = ["halo.clients.list", "halo.tickets.list", "halo.actions.list", "halo.teams.list"];
    let views = ["company", "ticket", "ticket_note", "team"];
    for (failing, view) in lists.iter().zip(views) {
        let tenant = tenants::halo(30).await;
        let engine = tenant.engine(with_teams);
        succeeded(&run(&engine).await);
        later(60).await;
        tenant.sandbox.add_fault(Fault::new(*failing, Trigger::Always, Effect::Status(500, "")));
        tenant.sandbox.edit(|halo| {
            halo.update_client(3, "name", "renamed");
            halo.update_ticket(5, "summary", "changed");
        });
        let report = run(&engine).await;
        assert_eq!(report.state, RunState::Partial, "{failing}: {report:#?}");
        let company = tenant.count("SELECT count(*) FROM company WHERE name = 'renamed'").await == 1;
        let ticket = tenant.summary(5).await.as_deref() == Some("changed");
        assert_eq!((company, ticket), (view != "company", view != "ticket"), "{failing}: {report:#?}");
        tenant.sandbox.clear_faults();
        settle(&engine).await;
        // Rows of tickets show the name that their client had when they were read.
        tenant.same_contents_as_fresh(with_teams).await;
    }
}

#[tokio::test(start_paused = true)]
async fn reading_halo_tickets_goes_on_though_their_keys_can_not_be_listed() {
    for kind in [ErrorKind::Unavailable, ErrorKind::Timeout, ErrorKind::PermissionDenied] {
        let tenant = tenants::halo(60).await;
        let engine = tenant.engine(with_children);
        succeeded(&run(&engine).await);
        tenant.sandbox.edit(|halo| halo.purge_ticket(9));
        tenant.wire.refuse(kind, |asked| asked.lists_all_keys("halo.tickets.list"));
        for round in 1..=3 {
            later(60).await;
            let summary = format!("round {round}");
            tenant.sandbox.edit(|halo| {
                halo.update_ticket(5, "summary", summary.as_str());
                halo.add_action(5, "a note", 0.5);
            });
            let report = run(&engine).await;
            assert_eq!(report.state, RunState::Partial, "{report:#?}");
            assert_eq!(tenant.summary(5).await, Some(summary), "{kind:?}: reading stops");
        }
        tenant.wire.clear();
        settle(&engine).await;
        tenant.same_as_fresh(with_children).await;
    }
}

#[tokio::test(start_paused = true)]
async fn reading_connectwise_tickets_goes_on_though_their_keys_can_not_be_listed() {
    for kind in [ErrorKind::Unavailable, ErrorKind::Timeout, ErrorKind::PermissionDenied] {
        let tenant = tenants::connectwise(60).await;
        let engine = tenant.engine(with_children);
        succeeded(&run(&engine).await);
        tenant.sandbox.edit(|cw| cw.remove(Resource::Tickets, 9));
        tenant.wire.refuse(kind, |asked| asked.lists_all_keys("connectwise.tickets.list"));
        for round in 1..=3 {
            later(60).await;
            let summary = format!("round {round}");
            tenant.sandbox.edit(|cw| cw.update(Resource::Tickets, 5, "summary", summary.as_str()));
            let report = run(&engine).await;
            assert_eq!(report.state, RunState::Partial, "{report:#?}");
            assert_eq!(tenant.summary(5).await, Some(summary), "{kind:?}: reading stops");
        }
        tenant.wire.clear();
        settle(&engine).await;
        tenant.same_as_fresh(with_children).await;
    }
}

#[tokio::test(start_paused = true)]
async fn tickets_that_were_read_and_could_not_be_compared_are_incomplete_and_not_failed() {
    let tenant = tenants::halo(60).await;
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    later(60).await;
    tenant.sandbox.edit(|halo| halo.purge_ticket(9));
    tenant.wire.refuse(ErrorKind::Unavailable, |asked| asked.lists_all_keys("halo.tickets.list"));
    let report = run(&engine).await;
    assert!(matches!(outcome(&report), EntityOutcome::Incomplete(_)), "{report:#?}");
}

#[tokio::test(start_paused = true)]
async fn one_ticket_that_may_not_be_read_keeps_no_other_from_being_read_or_removed() {
    let tenant = tenants::halo(60).await;
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    later(60).await;
    tenant.sandbox.edit(|halo| {
        halo.purge_ticket(9);
        halo.purge_ticket(10);
        halo.update_ticket(5, "summary", "changed");
    });
    tenant.wire.refuse(ErrorKind::PermissionDenied, |asked| asked.reads("halo.tickets.get", 9));
    for _ in 0..2 {
        let report = run(&engine).await;
        assert_eq!(report.state, RunState::Partial, "{report:#?}");
        assert_eq!(tenant.summary(5).await.as_deref(), Some("changed"));
        assert_eq!(tenant.summary(10).await, None, "what is proven gone goes");
        assert!(tenant.summary(9).await.is_some(), "what is not proven gone stays");
        later(60).await;
    }
    tenant.wire.clear();
    settle(&engine).await;
    tenant.same_as_fresh(with_children).await;
}

#[tokio::test(start_paused = true)]
async fn one_halo_hint_that_can_not_be_served_keeps_no_other_waiting() {
    let tenant = tenants::halo(41).await;
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    let changed = "SELECT count(*) FROM ticket WHERE summary LIKE 'changed%'";
    tenant.sandbox.edit(|halo| (1..=41).for_each(|id| halo.update_ticket(id, "summary", format!("changed {id}"))));
    tenant.wire.refuse(ErrorKind::Timeout, |asked| asked.reads("halo.tickets.get", 9));
    engine.accept((1..=41).map(|id| hint("halo", id, Cause::Updated)).collect()).await.unwrap();
    let report = engine.fetch_hints(&()).await.unwrap().unwrap();
    assert_eq!(tenant.count(changed).await, 40, "{report:#?}");
    assert_eq!(report.state, RunState::Partial, "one waits: {report:#?}");
    assert_eq!(tenant.count("SELECT count(*) FROM inbox").await, 0, "no hint comes again and again");
    // A poll answers hints too, whatever a single read does.
    engine.accept((1..=41).map(|id| hint("halo", id, Cause::Updated)).collect()).await.unwrap();
    later(60).await;
    run(&engine).await;
    assert_eq!(tenant.count("SELECT count(*) FROM inbox").await, 0);
    assert_eq!(tenant.count(changed).await, 41);
    tenant.wire.clear();
    settle(&engine).await;
    tenant.same_as_fresh(with_children).await;
}

#[tokio::test(start_paused = true)]
async fn one_connectwise_hint_that_can_not_be_served_keeps_no_other_waiting() {
    let tenant = tenants::connectwise(41).await;
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    let changed = "SELECT count(*) FROM ticket WHERE summary LIKE 'changed%'";
    tenant.sandbox.edit(|cw| {
        (1..=41).for_each(|id| cw.update(Resource::Tickets, id, "summary", format!("changed {id}")));
    });
    tenant.wire.refuse(ErrorKind::Timeout, |asked| asked.reads("connectwise.tickets.get", 9));
    engine.accept((1..=41).map(|id| hint("connectwise", id, Cause::Updated)).collect()).await.unwrap();
    let report = engine.fetch_hints(&()).await.unwrap().unwrap();
    assert_eq!(tenant.count(changed).await, 40, "{report:#?}");
    assert_eq!(report.state, RunState::Partial, "one waits: {report:#?}");
    assert_eq!(tenant.count("SELECT count(*) FROM inbox").await, 0, "no hint comes again and again");
    tenant.wire.clear();
    settle(&engine).await;
    assert_eq!(tenant.count(changed).await, 41);
    tenant.same_as_fresh(with_children).await;
}

/// Runs every five minutes for five hours, and tells in how many of them all keys of a list were listed. Longer and
/// longer intervals make that six at most.
async fn listings<S>(tenant: &Tenant<S>, operation: &str, check: impl Fn(&RunReport)) -> usize {
    let engine = tenant.engine(with_children);
    let mut listings = 0;
    for _ in 0..60 {
        tenant.wire.take();
        check(&run(&engine).await);
        listings += usize::from(tenant.wire.take().iter().any(|asked| asked.lists_all_keys(operation)));
        later(5).await;
    }
    listings
}

fn is_partial_with(report: &RunReport, why: &str) {
    assert_eq!(report.state, RunState::Partial, "{report:#?}");
    let EntityOutcome::Incomplete(told) = outcome(report) else { panic!("{report:#?}") };
    assert!(told.contains(why), "{told}");
}

#[tokio::test(start_paused = true)]
async fn what_connectwise_counts_and_does_not_list_makes_the_run_partial_with_the_number() {
    let tenant = tenants::connectwise(60).await;
    tenant.sandbox.add_fault(Fault::new("connectwise.tickets.count", Trigger::Always, Effect::LyingCount(5)));
    let times =
        listings(&tenant, "connectwise.tickets.list", |report| is_partial_with(report, ": 5 are missing")).await;
    assert!((1..=7).contains(&times), "keys that say the same were listed in {times} of 60 runs");
    tenant.sandbox.clear_faults();
    settle(&tenant.engine(with_children)).await;
    tenant.same_as_fresh(with_children).await;
}

#[tokio::test(start_paused = true)]
async fn what_halo_counts_and_does_not_list_makes_the_run_partial_with_the_number() {
    let tenant = tenants::halo(60).await;
    tenant.wire.change(|asked, body| {
        let counts = asked.operation == "halo.tickets.list" && !asked.query.contains("ticketidonly");
        Ok(if counts { count_off_by(&body, 3) } else { body })
    });
    let times = listings(&tenant, "halo.tickets.list", |report| is_partial_with(report, ": 3 are missing")).await;
    assert!((1..=7).contains(&times), "keys that say the same were listed in {times} of 60 runs");
    tenant.wire.clear();
    settle(&tenant.engine(with_children)).await;
    tenant.same_as_fresh(with_children).await;
}

#[tokio::test(start_paused = true)]
async fn a_count_that_stays_too_small_does_not_list_all_keys_in_every_run() {
    let tenant = tenants::connectwise(60).await;
    tenant.sandbox.add_fault(Fault::new("connectwise.tickets.count", Trigger::Always, Effect::LyingCount(-5)));
    let times = listings(&tenant, "connectwise.tickets.list", |report| assert_eq!(report.error, None)).await;
    assert!((1..=7).contains(&times), "keys that say the same were listed in {times} of 60 runs");
    assert_eq!(tenant.count("SELECT count(*) FROM ticket").await, 63, "and nothing is lost for it");
}

#[tokio::test(start_paused = true)]
async fn a_ticket_that_really_is_missing_is_found_though_the_count_lies() {
    let tenant = tenants::connectwise(60).await;
    tenant.sandbox.add_fault(Fault::new("connectwise.tickets.count", Trigger::Always, Effect::LyingCount(5)));
    let engine = tenant.engine(with_children);
    for _ in 0..3 {
        run(&engine).await;
        later(5).await;
    }
    // It loses a ticket that no window shows again.
    let lose = "UPDATE link SET removed_at = 'by the test' WHERE key = '7' AND stream_id IN
                (SELECT id FROM stream WHERE kind = 'ticket')";
    tenant.store.database().write(move |tx| Ok(tx.execute(lose, [])?)).await.unwrap();
    later(5).await;
    run(&engine).await;
    assert!(tenant.summary(7).await.is_some());
}

/// What a client reads at most, in these tests.
const CAP: usize = 64 << 10;

fn small_halo(sandbox: &HaloSandbox, wire: std::sync::Arc<Wire>) -> std::sync::Arc<dyn Connector> {
    let halo = world::halo(sandbox).body_cap(CAP).around_try(wire).build().unwrap();
    std::sync::Arc::new(halo.connector().build())
}

fn small_connectwise(sandbox: &ConnectWiseSandbox, wire: std::sync::Arc<Wire>) -> std::sync::Arc<dyn Connector> {
    let cw = tenants::connectwise_client(sandbox, ConnectWiseSandbox::SITE).body_cap(CAP).around_try(wire);
    std::sync::Arc::new(cw.build().unwrap().connector().build())
}

#[tokio::test(start_paused = true)]
async fn halo_notes_that_are_together_larger_than_an_answer_may_be_are_all_read() {
    let sandbox = HaloSandbox::builder().dataset(world::dataset(30)).rate_limit(None).build();
    let tenant = tenants::tenant(sandbox, small_halo).await;
    let picture = "x".repeat(10 << 10);
    // Ten times what fits, in one window of the first read.
    for ticket in 1..=30 {
        tenant.sandbox.edit(|halo| halo.add_action(ticket, &picture, 1.0));
        later(1).await;
    }
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    let large = "SELECT count(*) FROM ticket_note WHERE length(body) > 10000";
    assert_eq!(tenant.count(large).await, 30);
    // And below one ticket in an update.
    later(60).await;
    for _ in 0..20 {
        tenant.sandbox.edit(|halo| halo.add_action(7, &picture, 1.0));
        later(1).await;
    }
    succeeded(&run(&engine).await);
    assert_eq!(tenant.count(large).await, 50);
    settle(&engine).await;
    tenant.same_as_fresh(with_children).await;
}

#[tokio::test(start_paused = true)]
async fn connectwise_notes_that_are_together_larger_than_an_answer_may_be_are_all_read() {
    let dataset = psa_sandbox::connectwise::Dataset::new(11).companies(12).tickets(30);
    let sandbox = ConnectWiseSandbox::builder().dataset(dataset).rate_limit(None).build();
    let tenant = tenants::tenant(sandbox, small_connectwise).await;
    let twenty_more = || {
        tenant.sandbox.edit(|cw| {
            for _ in 0..20 {
                let note = json!({"text": "x".repeat(10 << 10), "detailDescriptionFlag": true});
                cw.insert_below(Resource::TicketNotes, 7, note);
            }
        });
    };
    twenty_more();
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    let large = "SELECT count(*) FROM ticket_note WHERE length(body) > 10000";
    assert_eq!(tenant.count(large).await, 20);
    later(60).await;
    twenty_more();
    succeeded(&run(&engine).await);
    assert_eq!(tenant.count(large).await, 40);
    settle(&engine).await;
    tenant.same_as_fresh(with_children).await;
}
