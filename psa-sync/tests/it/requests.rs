//! What runs ask of a vendor: each list and each count once while nothing changes, and nothing ahead of people.

use std::collections::BTreeMap;

use psa_core::{Cause, ErrorKind, Lane};
use psa_sandbox::ConnectWiseSandbox;
use psa_sandbox::connectwise::{Dataset, Resource};
use psa_sync::{RunState, SyncEngineBuilder};

use crate::tenants::{self, hint, settle, with_children};
use crate::wire::Asked;
use crate::world::{later, run, succeeded};

/// Pages as large as a vendor serves them, so that each list of these small data is one page.
fn large_pages(builder: SyncEngineBuilder) -> SyncEngineBuilder {
    with_children(builder).page_size(100)
}

/// How often each operation was asked for, of those that concern records of the kinds that are synced.
fn counted(asked: &[Asked], kinds: &[&str]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    let concerned = asked.iter().filter(|a| kinds.iter().any(|kind| a.operation.split('.').nth(1) == Some(*kind)));
    for one in concerned {
        *counts.entry(one.operation).or_default() += 1;
    }
    counts
}

#[tokio::test(start_paused = true)]
async fn an_idle_halo_run_asks_each_list_and_each_count_once() {
    let tenant = tenants::halo(60).await;
    let engine = tenant.engine(large_pages);
    settle(&engine).await;
    for _ in 0..3 {
        later(60).await;
        tenant.wire.take();
        let report = run(&engine).await;
        succeeded(&report);
        assert_eq!(report.totals().stored(), 0);
        let asked = tenant.wire.take();
        let counts = counted(&asked, &["clients", "tickets", "actions"]);
        // Clients as a whole, which tells their number too; the window of tickets, and their number.
        assert_eq!(counts, BTreeMap::from([("halo.clients.list", 1), ("halo.tickets.list", 2)]));
        let whole = |a: &&Asked| a.operation == "halo.tickets.list" && !a.query.contains("lastupdatefromdate");
        let numbers: Vec<&str> = asked.iter().filter(whole).map(|a| a.query.as_str()).collect();
        assert!(matches!(numbers.as_slice(), [only] if only.contains("page_size=1&")), "{numbers:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_idle_connectwise_run_asks_each_list_and_each_count_once() {
    let tenant = tenants::connectwise(60).await;
    let engine = tenant.engine(large_pages);
    settle(&engine).await;
    for _ in 0..3 {
        later(60).await;
        tenant.wire.take();
        let report = run(&engine).await;
        succeeded(&report);
        assert_eq!(report.totals().stored(), 0);
        let asked = tenant.wire.take();
        let kinds = ["companies", "tickets", "project_tickets", "ticket_notes", "project_ticket_notes", "time_entries"];
        let (windows, wholes): (Vec<Asked>, Vec<Asked>) =
            asked.into_iter().partition(|a| a.query.contains("lastUpdated"));
        // The window of each list, with its number.
        let once = [
            "connectwise.companies.count",
            "connectwise.companies.list",
            "connectwise.project_tickets.count",
            "connectwise.project_tickets.list",
            "connectwise.tickets.count",
            "connectwise.tickets.list",
            "connectwise.time_entries.count",
            "connectwise.time_entries.list",
        ];
        assert_eq!(counted(&windows, &kinds), BTreeMap::from(once.map(|operation| (operation, 1))));
        // The number of all, and no list of all.
        let counts = once.into_iter().filter(|operation| operation.ends_with(".count"));
        let numbers: BTreeMap<&str, usize> = counts.map(|operation| (operation, 1)).collect();
        assert_eq!(counted(&wholes, &kinds), numbers);
    }
}

#[tokio::test(start_paused = true)]
async fn an_idle_run_reads_names_of_reference_data_once() {
    let tenant = tenants::halo(60).await;
    let engine = tenant.engine(large_pages);
    settle(&engine).await;
    later(60).await;
    tenant.wire.take();
    succeeded(&run(&engine).await);
    let counts = counted(&tenant.wire.take(), &["statuses", "ticket_types", "priorities", "outcomes"]);
    assert!(counts.values().all(|n| *n == 1), "{counts:?}");

    let tenant = tenants::connectwise(60).await;
    let engine = tenant.engine(large_pages);
    settle(&engine).await;
    later(60).await;
    tenant.wire.take();
    succeeded(&run(&engine).await);
    let counts = counted(&tenant.wire.take(), &["boards", "priorities", "sources", "teams", "slas", "work_types"]);
    assert!(counts.values().all(|n| *n == 1), "{counts:?}");
}

/// What was asked in the lane of people.
fn ahead_of_people(asked: &[Asked]) -> Vec<String> {
    let first = asked.iter().filter(|a| a.lane == Lane::Interactive);
    first.map(|a| format!("{} {}?{}", a.operation, a.path, a.query)).collect()
}

#[tokio::test(start_paused = true)]
async fn no_halo_read_of_a_run_goes_ahead_of_people() {
    let tenant = tenants::halo(60).await;
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    assert_eq!(ahead_of_people(&tenant.wire.take()), Vec::<String>::new());
    later(60).await;
    // Single reads of all sorts: gone, moved out of sight, deleted below a ticket, waited for.
    tenant.sandbox.edit(|halo| {
        halo.purge_ticket(9);
        (1..=60).for_each(|id| halo.update_ticket(id, "summary", format!("changed {id}")));
        let client = halo.insert_client("Newcomer");
        halo.update_ticket(5, "client_id", client);
    });
    let noted = *tenant.noted(60).last().unwrap();
    tenant.sandbox.edit(|halo| halo.delete_action(noted, 1));
    tenant.sandbox.edit_before("halo.tickets.list", 3, |halo| halo.delete_ticket(3));
    run(&engine).await;
    let asked = tenant.wire.take();
    assert!(asked.iter().any(|a| a.operation == "halo.tickets.get"), "no ticket was read by itself");
    assert!(asked.iter().any(|a| a.operation == "halo.actions.get"), "no note was read by itself");
    assert_eq!(ahead_of_people(&asked), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn no_connectwise_read_of_a_run_goes_ahead_of_people() {
    let tenant = tenants::connectwise(60).await;
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    assert_eq!(ahead_of_people(&tenant.wire.take()), Vec::<String>::new());
    later(60).await;
    let noted = tenant.noted()[0];
    let note = tenant.notes_at_vendor(noted)[0];
    tenant.sandbox.edit(|cw| {
        cw.remove(Resource::Tickets, 59);
        cw.remove(Resource::TimeEntries, 3);
        cw.remove(Resource::TicketNotes, note);
        cw.touch(Resource::Tickets, noted);
    });
    run(&engine).await;
    let asked = tenant.wire.take();
    for operation in ["connectwise.tickets.get", "connectwise.time_entries.get", "connectwise.ticket_notes.get"] {
        assert!(asked.iter().any(|a| a.operation == operation), "no {operation}");
    }
    assert_eq!(ahead_of_people(&asked), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_record_that_a_webhook_points_at_goes_before_scheduled_reads_and_behind_people() {
    let tenant = tenants::halo(30).await;
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    tenant.sandbox.edit(|halo| halo.update_ticket(5, "summary", "changed"));
    engine.accept(vec![hint("halo", 5, Cause::Updated)]).await.unwrap();
    tenant.wire.take();
    engine.fetch_hints(&()).await.unwrap();
    let asked = tenant.wire.take();
    let lanes: Vec<Lane> = asked.iter().filter(|a| a.reads("halo.tickets.get", 5)).map(|a| a.lane).collect();
    assert_eq!(lanes, [Lane::Webhook]);
}

#[tokio::test(start_paused = true)]
async fn a_list_of_keys_that_broke_off_goes_on_where_it_was() {
    // Three pages of keys in each of two stretches, say; a list of Halo's keys is one answer.
    let dataset = Dataset::new(11).companies(12).tickets(6_000);
    let tenant =
        tenants::connectwise_over(ConnectWiseSandbox::builder().dataset(dataset).rate_limit(None).build()).await;
    let kinds = |builder: SyncEngineBuilder| builder.entity(psa_sync::Pull::<psa_core::Ticket>::new()).page_size(1_000);
    let engine = tenant.engine(kinds);
    succeeded(&run(&engine).await);
    later(60).await;
    tenant.sandbox.edit(|cw| cw.remove(Resource::Tickets, 4_711));
    let all_keys = |asked: &[Asked]| asked.iter().filter(|a| a.lists_all_keys("connectwise.tickets.list")).count();
    // How many pages there are, by a run that is not disturbed.
    let store = psa_sync::SqliteStore::in_memory().await.unwrap();
    let undisturbed = tenant.engine_over(&store, kinds);
    succeeded(&run(&undisturbed).await);
    undisturbed.full_compare().await.unwrap();
    tenant.wire.take();
    succeeded(&run(&undisturbed).await);
    let pages = all_keys(&tenant.wire.take());
    assert!(pages >= 6, "{pages}");
    // The last of them fails; the next run asks for what is left.
    let so_far = std::sync::atomic::AtomicUsize::new(0);
    tenant.wire.refuse(ErrorKind::Unavailable, move |asked| {
        asked.lists_all_keys("connectwise.tickets.list")
            && so_far.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1 >= pages - 1
    });
    assert_ne!(run(&engine).await.state, RunState::Succeeded);
    tenant.wire.clear();
    tenant.wire.take();
    later(5).await;
    succeeded(&run(&engine).await);
    let left = all_keys(&tenant.wire.take());
    assert!(left < pages, "{left} of {pages} pages were asked for again");
    assert_eq!(tenant.summary(4_711).await, None);
    tenant.same_as_fresh(kinds).await;
}
