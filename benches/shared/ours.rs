//! The same through the client and the engine.

use std::sync::Arc;
use std::time::Instant;

use psa_kit::Ticket;
use psa_kit::psa_sync::{Pull, RunState, Scope, SqliteStore, Store, SyncEngine};

use super::Vendor;
use super::timed::Timed;

pub(crate) async fn list<V: Vendor>(url: &str, tickets: usize) {
    assert_eq!(V::list(url).await, tickets);
}

/// A store that was synced once.
pub(crate) struct Synced {
    store: SqliteStore,
    _dir: tempfile::TempDir,
}

pub(crate) struct Second {
    pub(crate) seconds: f64,
    /// Seconds that the store's commits took, with the reading beside them.
    pub(crate) beside: f64,
    /// Seconds of a core that they took.
    pub(crate) comparing: f64,
    pub(crate) written: u64,
}

fn engine<V: Vendor>(url: &str, window: usize, rows: Option<u32>, store: Arc<dyn Store>, scope: Scope) -> SyncEngine {
    let engine = SyncEngine::builder(V::connector(url, window), store).entity(Pull::<Ticket>::new()).scope(scope);
    let engine = match rows {
        Some(rows) => engine.page_size(rows),
        None => engine,
    };
    engine.build().expect("an engine")
}

pub(crate) async fn sync<V: Vendor>(url: &str, window: usize, rows: Option<u32>) -> Synced {
    let dir = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(dir.path().join("ours.db")).await.expect("a store");
    let report =
        engine::<V>(url, window, rows, Arc::new(store.clone()), Scope::all()).run_once(&()).await.expect("a report");
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    Synced { store, _dir: dir }
}

impl Synced {
    /// Reads everything once more, as a changed scope makes it, and compares: nothing changed.
    pub(crate) async fn compare_all<V: Vendor>(&mut self, url: &str) -> Second {
        let scope = Scope::all().exclude_statuses(["no such status"]);
        let timed = Arc::new(Timed::new(self.store.clone()));
        let engine = engine::<V>(url, 8, None, Arc::clone(&timed) as _, scope);
        let started = Instant::now();
        let report = engine.run_once(&()).await.expect("a report");
        let totals = report.totals();
        assert!(totals.fetched > 0 && totals.fetched == totals.unchanged, "{report:#?}");
        let (seconds, commits) = (started.elapsed().as_secs_f64(), timed.commits());
        let (comparing, beside) = (commits.cpu.as_secs_f64(), commits.clock.as_secs_f64());
        Second { seconds, beside, comparing, written: totals.stored() + totals.removed }
    }
}
