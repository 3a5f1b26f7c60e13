//! The same promises over the second vendor: nothing in the engine knows which one it is.

use std::sync::Arc;
use std::time::Duration;

use connectwise_client::ConnectWise;
use psa_core::{
    Agent, Agreement, Appointment, Asset, Company, Contact, EntityKind, Invoice, Opportunity, Project, ReferenceItem,
    Site, Team, Ticket, TicketNote, TimeEntry,
};
use psa_sandbox::connectwise::{Dataset, Edit, Resource};
use psa_sandbox::{ConnectWiseSandbox, ConnectWiseSandboxBuilder, Effect, Fault, Trigger};
use psa_sync::{EntityOutcome, Pull, RunState, SqliteStore, SyncEngine, SyncEngineBuilder};

use crate::world::{TICKET, assert_stored, later, run, succeeded};

/// Fifteen pages of service tickets.
const TICKETS: u32 = 150;

struct World {
    sandbox: ConnectWiseSandbox,
    store: SqliteStore,
}

fn sandbox(tickets: u32) -> ConnectWiseSandboxBuilder {
    ConnectWiseSandbox::builder().dataset(Dataset::new(11).companies(12).tickets(tickets)).rate_limit(None)
}

impl World {
    async fn over(sandbox: ConnectWiseSandboxBuilder) -> Self {
        Self { sandbox: sandbox.build(), store: SqliteStore::in_memory().await.unwrap() }
    }

    async fn new() -> Self {
        Self::over(sandbox(TICKETS)).await
    }

    fn engine(&self) -> SyncEngineBuilder {
        let cw = ConnectWise::builder(ConnectWiseSandbox::SITE)
            .company(ConnectWiseSandbox::COMPANY)
            .keys(ConnectWiseSandbox::PUBLIC_KEY, ConnectWiseSandbox::PRIVATE_KEY.to_owned())
            .client_id(ConnectWiseSandbox::CLIENT_ID)
            .transport(self.sandbox.transport())
            .rate_limit(None)
            .build()
            .unwrap();
        SyncEngine::builder(Arc::new(cw.connector().build()), Arc::new(self.store.clone()))
    }

    fn tickets(&self) -> SyncEngine {
        self.engine().entity(Pull::<Company>::new()).entity(Pull::<Ticket>::new()).page_size(10).build().unwrap()
    }

    fn everything(&self) -> SyncEngine {
        self.engine()
            .entity(Pull::<ReferenceItem>::new())
            .entity(Pull::<Agent>::new())
            .entity(Pull::<Team>::new())
            .entity(Pull::<Company>::new())
            .entity(Pull::<Site>::new())
            .entity(Pull::<Contact>::new())
            .entity(Pull::<Ticket>::new())
            .entity(Pull::<TicketNote>::new())
            .entity(Pull::<TimeEntry>::new())
            .entity(Pull::<Opportunity>::new())
            .entity(Pull::<Project>::new())
            .entity(Pull::<Appointment>::new())
            .entity(Pull::<Agreement>::new())
            .entity(Pull::<Asset>::new())
            .entity(Pull::<Invoice>::new())
            .build()
            .unwrap()
    }

    async fn count(&self, sql: &str) -> i64 {
        self.store.count(sql).await.unwrap()
    }

    async fn assert_same_tickets(&self) {
        let theirs = self.sandbox.edit(|cw| {
            let mut all = Vec::new();
            for resource in [Resource::Tickets, Resource::ProjectTickets] {
                for id in cw.ids(resource) {
                    let summary = cw.get(resource, id, "summary").unwrap();
                    all.push((id, summary.as_str().unwrap().to_owned()));
                }
            }
            all.sort();
            all
        });
        assert_stored(&self.store, theirs).await;
    }
}

#[derive(Debug, Clone, Copy)]
enum Op {
    Insert,
    Update,
    Delete,
    Both,
    /// The ticket becomes one of a project: it leaves one list and comes into the other.
    Convert,
}

const OPS: [Op; 5] = [Op::Insert, Op::Update, Op::Delete, Op::Both, Op::Convert];

fn apply(op: Op, cw: &mut Edit<'_>, id: i64) {
    match op {
        Op::Insert => {
            cw.insert_ticket("came while reading");
        }
        Op::Update => cw.update(Resource::Tickets, id, "summary", "changed while reading"),
        Op::Delete => cw.remove(Resource::Tickets, id),
        Op::Both => {
            cw.remove(Resource::Tickets, id);
            cw.insert_ticket("came while reading");
        }
        Op::Convert => cw.convert_ticket(id),
    }
}

#[tokio::test(start_paused = true)]
async fn fifteen_kinds_come_once_and_the_second_look_writes_nothing() {
    let world = World::new().await;
    let sync = world.everything();
    succeeded(&run(&sync).await);
    for (table, rows) in [("company", 12), ("contact", 36), ("ticket", 157), ("agent", 12), ("time_entry", 75)] {
        assert_eq!(world.count(&format!("SELECT count(*) FROM {table}")).await, rows, "{table}");
    }
    for table in
        ["site", "team", "ticket_note", "opportunity", "project", "appointment", "agreement", "asset", "invoice"]
    {
        assert!(world.count(&format!("SELECT count(*) FROM {table}")).await > 0, "{table}");
    }
    later(10).await;
    let report = run(&sync).await;
    succeeded(&report);
    assert_eq!(report.totals().stored() + report.totals().removed, 0, "{report:#?}");

    later(10).await;
    world.sandbox.edit(|cw| {
        cw.update(Resource::Configurations, 3, "name", "renamed");
        cw.remove(Resource::Agreements, 2);
        cw.delete_company(5);
        cw.insert_below(
            Resource::TicketNotes,
            33,
            serde_json::json!({"text": "a note", "detailDescriptionFlag": true}),
        );
    });
    let report = run(&sync).await;
    succeeded(&report);
    let counts = |kind: EntityKind| report.entity(&kind).unwrap().counts;
    assert_eq!(counts(EntityKind::ASSET).updated, 1);
    assert_eq!(counts(EntityKind::AGREEMENT).removed, 1);
    assert_eq!(counts(EntityKind::COMPANY).removed, 1, "deleted softly is deleted");
    assert_eq!(counts(EntityKind::TICKET_NOTE).inserted, 1);
}

#[tokio::test(start_paused = true)]
async fn every_gap_of_a_backfill_with_every_operation() {
    for op in OPS {
        for gap in 1..=18u64 {
            let world = World::new().await;
            let id = if gap % 2 == 0 { 3 } else { (gap as i64 * 7) % i64::from(TICKETS) + 1 };
            world.sandbox.edit_before("connectwise.tickets.list", gap, move |cw| apply(op, cw, id));
            let engine = world.tickets();
            succeeded(&run(&engine).await);
            let untouched = (1..=i64::from(TICKETS)).filter(|i| *i != id).count() as i64;
            let there = format!(
                "SELECT count(*) FROM ticket WHERE CAST(vendor_key AS INTEGER) <= {TICKETS} AND vendor_key <> '{id}'"
            );
            assert_eq!(world.count(&there).await, untouched, "{op:?} in gap {gap}");
            later(60).await;
            succeeded(&run(&engine).await);
            eprintln!("{op:?} in gap {gap}");
            world.assert_same_tickets().await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_gap_of_an_update_with_every_operation() {
    for op in OPS {
        for gap in (1..=20u64).step_by(2) {
            let world = World::new().await;
            let engine = world.tickets();
            succeeded(&run(&engine).await);
            later(60).await;
            world.sandbox.edit(|cw| {
                (1..=i64::from(TICKETS))
                    .for_each(|id| cw.update(Resource::Tickets, id, "summary", format!("round two {id}")));
            });
            let id = (gap as i64 * 7) % i64::from(TICKETS) + 1;
            world.sandbox.edit_before("connectwise.tickets.list", gap, move |cw| apply(op, cw, id));
            succeeded(&run(&engine).await);
            later(60).await;
            succeeded(&run(&engine).await);
            eprintln!("{op:?} in gap {gap}");
            world.assert_same_tickets().await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn faults_of_every_kind_lose_nothing() {
    let sandbox = sandbox(2_000)
        .latency(Duration::from_millis(100))
        .fault(Fault::new("*", Trigger::Chance(0.03), Effect::RateLimited(Some("1"))))
        .fault(Fault::new("*", Trigger::Chance(0.02), Effect::Status(500, "")))
        .fault(Fault::new("*", Trigger::Chance(0.02), Effect::ResetBefore))
        .fault(Fault::new("*", Trigger::Chance(0.02), Effect::ResetAfter))
        .fault(Fault::new("*", Trigger::Chance(0.02), Effect::CutBody));
    let world = World::over(sandbox).await;
    let engine = world.tickets();
    succeeded(&run(&engine).await);
    later(60).await;
    world.sandbox.edit(|cw| cw.update(Resource::Tickets, 5, "summary", "changed"));
    succeeded(&run(&engine).await);
    world.assert_same_tickets().await;
    let log = world.sandbox.log().entries();
    for fault in ["rate_limited", "status", "reset_before", "reset_after", "cut_body"] {
        assert!(log.iter().any(|e| e.fault == Some(fault)), "{fault} never struck");
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_fails_anywhere_goes_on_from_its_checkpoint() {
    for nth in 1..=24 {
        let world = World::over(sandbox(100)).await;
        world.sandbox.add_fault(Fault::new("*", Trigger::Nth(nth), Effect::Status(418, "no tea")));
        let engine = world.tickets();
        run(&engine).await;
        succeeded(&run(&engine).await);
        world.assert_same_tickets().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_right_that_is_taken_away_deletes_nothing() {
    let world = World::over(sandbox(60)).await;
    let engine = world.tickets();
    succeeded(&run(&engine).await);
    world.sandbox.deny(&["Service Tickets"]);
    later(10).await;
    let report = run(&engine).await;
    assert_eq!(report.state, RunState::Partial, "{report:#?}");
    assert!(matches!(report.entity(&TICKET).unwrap().outcome, EntityOutcome::NotPermitted(_)), "{report:#?}");
    // Lowered to "My": the rows are hidden without a word, and that is no reason to delete them all.
    world.sandbox.deny(&[]);
    world.sandbox.only_mine(&["Service Tickets"]);
    later(10).await;
    let report = run(&engine).await;
    assert!(matches!(report.entity(&TICKET).unwrap().outcome, EntityOutcome::Guarded(_)), "{report:#?}");
    world.sandbox.only_mine(&[]);
    world.assert_same_tickets().await;
}
