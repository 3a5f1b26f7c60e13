//! A sandbox, a store and an engine between them.

use std::sync::Arc;
use std::time::Duration;

use halo_client::{Halo, HaloBuilder};
use psa_core::{
    Agent, Company, Connector, Contact, EntityKind, Opportunity, Site, Team, Ticket, TicketNote, TimeEntry,
};
use psa_sandbox::HaloSandbox;
use psa_sandbox::halo::{Dataset, Edit};
use psa_sync::{Pull, RunReport, RunState, SqliteStore, SyncEngine, SyncEngineBuilder};

pub(crate) const TICKET: EntityKind = EntityKind::TICKET;

pub(crate) struct World {
    pub(crate) sandbox: HaloSandbox,
    pub(crate) store: SqliteStore,
}

pub(crate) fn dataset(tickets: u32) -> Dataset {
    Dataset::new(11).companies(12).tickets(tickets).opportunities(4)
}

pub(crate) fn halo(sandbox: &HaloSandbox) -> HaloBuilder {
    Halo::builder(HaloSandbox::URL)
        .client_credentials(HaloSandbox::CLIENT_ID, HaloSandbox::SECRET.to_string())
        .transport(sandbox.transport())
        .rate_limit(None)
}

pub(crate) fn connector(sandbox: &HaloSandbox) -> Arc<dyn Connector> {
    Arc::new(halo(sandbox).build().unwrap().connector().build())
}

impl World {
    pub(crate) async fn new(tickets: u32) -> Self {
        Self::over(HaloSandbox::builder().dataset(dataset(tickets)).rate_limit(None).build()).await
    }

    pub(crate) async fn over(sandbox: HaloSandbox) -> Self {
        Self { sandbox, store: SqliteStore::in_memory().await.unwrap() }
    }

    pub(crate) fn engine(&self) -> SyncEngineBuilder {
        SyncEngine::builder(connector(&self.sandbox), Arc::new(self.store.clone()))
    }

    /// Companies and tickets, ten rows a page, so that small data have many pages.
    pub(crate) fn tickets(&self) -> SyncEngine {
        self.engine().entity(Pull::<Company>::new()).entity(Pull::<Ticket>::new()).page_size(10).build().unwrap()
    }

    pub(crate) fn everything(&self) -> SyncEngine {
        self.engine()
            .entity(Pull::<TimeEntry>::new())
            .entity(Pull::<TicketNote>::new())
            .entity(Pull::<Ticket>::new())
            .entity(Pull::<Opportunity>::new())
            .entity(Pull::<Contact>::new())
            .entity(Pull::<Site>::new())
            .entity(Pull::<Company>::new())
            .entity(Pull::<Team>::new())
            .entity(Pull::<Agent>::new())
            .build()
            .unwrap()
    }

    pub(crate) fn edit<T>(&self, edit: impl FnOnce(&mut Edit<'_>) -> T) -> T {
        self.sandbox.edit(edit)
    }

    pub(crate) async fn count(&self, sql: &str) -> i64 {
        self.store.count(sql).await.unwrap()
    }

    /// The ids of the tickets in the store.
    pub(crate) async fn stored_tickets(&self) -> Vec<i64> {
        self.numbers("SELECT CAST(vendor_key AS INTEGER) FROM ticket ORDER BY 1").await
    }

    /// The numbers that a query gives.
    pub(crate) async fn numbers(&self, sql: &'static str) -> Vec<i64> {
        let rows = self.store.database().read(move |c| {
            let mut statement = c.prepare(sql)?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<Result<Vec<i64>, _>>()?)
        });
        rows.await.unwrap()
    }

    /// Every ticket of the vendor is in the store with the same summary, and no other.
    pub(crate) async fn assert_same_tickets(&self, up_to: i64) {
        let theirs = self.edit(|halo| (1..=up_to).filter_map(|id| Some((id, halo.ticket(id)?.0))).collect());
        assert_stored(&self.store, theirs).await;
    }
}

/// Exactly these tickets are stored, by id and summary.
pub(crate) async fn assert_stored(store: &SqliteStore, theirs: Vec<(i64, String)>) {
    let stored: Vec<(i64, String)> = store
        .database()
        .read(|c| {
            let mut statement = c.prepare("SELECT CAST(vendor_key AS INTEGER), summary FROM ticket ORDER BY 1")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
        .unwrap();
    if stored != theirs {
        let lost: Vec<_> = theirs.iter().filter(|t| stored.binary_search(t).is_err()).take(20).collect();
        let ghosts: Vec<_> = stored.iter().filter(|t| theirs.binary_search(t).is_err()).take(20).collect();
        panic!("lost or old: {lost:?}, ghosts or old: {ghosts:?}");
    }
}

pub(crate) async fn run(engine: &SyncEngine) -> RunReport {
    engine.run_once(&()).await.unwrap()
}

#[track_caller]
pub(crate) fn succeeded(report: &RunReport) {
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert!(report.entities.iter().all(|e| e.counts.balanced()), "{report:#?}");
}

/// Lets the vendor's clock go on, so that windows do not overlap.
pub(crate) async fn later(minutes: u64) {
    tokio::time::sleep(Duration::from_secs(minutes * 60)).await;
}
