//! The same through the client and the engine.

use std::sync::Arc;
use std::time::Instant;

use futures::TryStreamExt;
use psa_kit::Ticket;
use psa_kit::halo_client::{Halo, Scopes};
use psa_kit::psa_http::ReqwestTransport;
use psa_kit::psa_sync::{Pull, RunState, Scope, SqliteStore, Store, SyncEngine};

use crate::timed::Timed;

fn halo(url: &str, window: usize) -> Halo {
    Halo::builder(url)
        .client_credentials("id", "secret".to_string())
        .transport(Arc::new(ReqwestTransport::new().expect("a transport")))
        .scopes(Scopes::parse("read:tickets"))
        .allow_http(true)
        .rate_limit(None)
        .concurrency(window)
        .build()
        .expect("a client")
}

pub(crate) async fn list(url: &str, tickets: usize) {
    let mut stream = halo(url, 8).tickets().list().stream();
    let mut count = 0;
    while let Some(ticket) = stream.try_next().await.expect("a ticket") {
        std::hint::black_box(&ticket);
        count += 1;
    }
    assert_eq!(count, tickets);
}

/// A store that was synced once.
pub(crate) struct Synced {
    url: String,
    store: SqliteStore,
    _dir: tempfile::TempDir,
}

pub(crate) struct Second {
    pub(crate) seconds: f64,
    /// Time in the store's commits.
    pub(crate) comparing: f64,
    pub(crate) written: u64,
}

fn engine(url: &str, window: usize, store: Arc<dyn Store>, scope: Scope) -> SyncEngine {
    SyncEngine::builder(Arc::new(halo(url, window).connector().build()), store)
        .entity(Pull::<Ticket>::new())
        .scope(scope)
        .build()
        .expect("an engine")
}

pub(crate) async fn sync(url: &str, window: usize) -> Synced {
    let dir = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(dir.path().join("ours.db")).await.expect("a store");
    let report = engine(url, window, Arc::new(store.clone()), Scope::all()).run_once(&()).await.expect("a report");
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    Synced { url: url.to_owned(), store, _dir: dir }
}

pub(crate) async fn sync_window(url: &str, window: usize) {
    sync(url, window).await;
}

impl Synced {
    /// Reads everything once more, as a changed scope makes it, and compares: nothing changed.
    pub(crate) async fn compare_all(&mut self) -> Second {
        let scope = Scope::all().exclude_statuses(["no such status"]);
        let timed = Arc::new(Timed::new(self.store.clone()));
        let engine = engine(&self.url, 8, Arc::clone(&timed) as _, scope);
        let started = Instant::now();
        let report = engine.run_once(&()).await.expect("a report");
        let totals = report.totals();
        assert!(totals.fetched > 0 && totals.fetched == totals.unchanged, "{report:#?}");
        let comparing = timed.commits().as_secs_f64();
        Second { seconds: started.elapsed().as_secs_f64(), comparing, written: totals.stored() + totals.removed }
    }
}
