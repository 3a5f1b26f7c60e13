//! A store that tells how long its commits took.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use psa_kit::psa_core::{EntityKind, Hint, Key, Result, Schema};
use psa_kit::psa_sync::{
    Checkpoint, Commit, Committed, Hold, Pending, RunId, RunState, Snapshot, SqliteStore, Store, StreamKey,
};

use super::cpu;

pub(crate) struct Timed {
    inner: SqliteStore,
    commits: Mutex<Took>,
}

/// What commits took.
#[derive(Clone, Copy, Default)]
pub(crate) struct Took {
    /// By the clock, with whatever else ran.
    pub(crate) clock: Duration,
    /// Of a core.
    pub(crate) cpu: Duration,
}

impl Timed {
    pub(crate) fn new(inner: SqliteStore) -> Self {
        Self { inner, commits: Mutex::default() }
    }

    pub(crate) fn commits(&self) -> Took {
        *self.commits.lock().expect("no panic")
    }
}

#[async_trait::async_trait]
impl Store for Timed {
    async fn commit(&self, commit: Commit) -> Result<Committed> {
        let (started, before) = (Instant::now(), cpu::of_blocking_threads());
        let done = self.inner.commit(commit).await;
        let mut took = self.commits.lock().expect("no panic");
        took.clock += started.elapsed();
        took.cpu += cpu::of_blocking_threads() - before;
        done
    }
    async fn prepare(&self, connection: &str, vendor: &str, schemas: &[&'static Schema]) -> Result<()> {
        self.inner.prepare(connection, vendor, schemas).await
    }
    async fn begin_run(&self, connection: &str, at: DateTime<Utc>) -> Result<RunId> {
        self.inner.begin_run(connection, at).await
    }
    async fn finish_run(&self, run: RunId, state: RunState, report: String, at: DateTime<Utc>) -> Result<()> {
        self.inner.finish_run(run, state, report, at).await
    }
    async fn log(&self, run: RunId, kind: &EntityKind, message: String, at: DateTime<Utc>) -> Result<()> {
        self.inner.log(run, kind, message, at).await
    }
    async fn checkpoint(&self, stream: &StreamKey) -> Result<Option<Checkpoint>> {
        self.inner.checkpoint(stream).await
    }
    async fn begin_snapshot(&self, stream: &StreamKey) -> Result<()> {
        self.inner.begin_snapshot(stream).await
    }
    async fn add_to_snapshot(&self, stream: &StreamKey, keys: Vec<Key>) -> Result<()> {
        self.inner.add_to_snapshot(stream, keys).await
    }
    async fn compare_snapshot(&self, stream: &StreamKey, window: bool) -> Result<Snapshot> {
        self.inner.compare_snapshot(stream, window).await
    }
    async fn missing_parents(
        &self,
        connection: &str,
        kinds: &[EntityKind],
        limit: u32,
    ) -> Result<Vec<(EntityKind, Key)>> {
        self.inner.missing_parents(connection, kinds, limit).await
    }
    async fn holds(&self, connection: &str, limit: u32) -> Result<Vec<Hold>> {
        self.inner.holds(connection, limit).await
    }
    async fn accept_hints(&self, hints: Vec<Hint>, at: DateTime<Utc>) -> Result<u64> {
        self.inner.accept_hints(hints, at).await
    }
    async fn hints(&self, connection: &str, kinds: &[EntityKind], limit: u32) -> Result<Vec<Pending>> {
        self.inner.hints(connection, kinds, limit).await
    }
    async fn settle_hints(&self, connection: &str, done: Vec<Pending>) -> Result<()> {
        self.inner.settle_hints(connection, done).await
    }
    async fn size(&self, stream: &StreamKey) -> Result<(u64, u64)> {
        self.inner.size(stream).await
    }
}
