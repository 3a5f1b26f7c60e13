//! A store that tells how long its commits took.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use psa_kit::psa_core::{Cursor, EntityKind, Hint, Key, Result, Schema};
use psa_kit::psa_sync::{
    Audit, Checkpoint, Commit, Committed, Comparison, ConnectionInfo, Content, Due, Family, Hold, Listing, Pending,
    RunId, RunState, SqliteStore, Standing, Store, StreamKey, Target, Verdict,
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
    async fn prepare(&self, connection: &ConnectionInfo, schemas: &[&'static Schema]) -> Result<()> {
        self.inner.prepare(connection, schemas).await
    }
    async fn begin_run(&self, connection: &str, at: DateTime<Utc>) -> Result<RunId> {
        self.inner.begin_run(connection, at).await
    }
    async fn finish_run(&self, run: RunId, state: RunState, report: String, at: DateTime<Utc>) -> Result<()> {
        self.inner.finish_run(run, state, report, at).await
    }
    async fn prune(&self, connection: &str, before: DateTime<Utc>, at_most: u32) -> Result<()> {
        self.inner.prune(connection, before, at_most).await
    }
    async fn log(&self, run: RunId, kind: &EntityKind, message: String, at: DateTime<Utc>) -> Result<()> {
        self.inner.log(run, kind, message, at).await
    }
    async fn checkpoint(&self, stream: &StreamKey) -> Result<Option<Checkpoint>> {
        self.inner.checkpoint(stream).await
    }
    async fn commit(&self, commit: Commit) -> Result<Committed> {
        let (started, before) = (Instant::now(), cpu::of_blocking_threads());
        let done = self.inner.commit(commit).await;
        let mut took = self.commits.lock().expect("no panic");
        took.clock += started.elapsed();
        took.cpu += cpu::of_blocking_threads() - before;
        done
    }
    async fn expect_children(
        &self,
        stream: &StreamKey,
        checkpoint: Checkpoint,
        parents: &[EntityKind],
        at: DateTime<Utc>,
    ) -> Result<u64> {
        self.inner.expect_children(stream, checkpoint, parents, at).await
    }
    async fn due(&self, stream: &StreamKey, target: Target, limit: u32) -> Result<Vec<Due>> {
        self.inner.due(stream, target, limit).await
    }
    async fn ask_for(
        &self,
        stream: &StreamKey,
        target: Target,
        keys: Vec<(Key, Option<String>)>,
        at: DateTime<Utc>,
    ) -> Result<()> {
        self.inner.ask_for(stream, target, keys, at).await
    }
    async fn below(&self, connection: &str, kinds: &[EntityKind], parent: &Key) -> Result<Vec<(EntityKind, Key)>> {
        self.inner.below(connection, kinds, parent).await
    }
    async fn keep_guarded(&self, stream: &StreamKey, guarded: bool) -> Result<()> {
        self.inner.keep_guarded(stream, guarded).await
    }
    async fn ask_for_left_out(&self, stream: &StreamKey, at: DateTime<Utc>) -> Result<()> {
        self.inner.ask_for_left_out(stream, at).await
    }
    async fn unparented(&self, stream: &StreamKey, after: Option<&Key>, limit: u32) -> Result<Vec<Key>> {
        self.inner.unparented(stream, after, limit).await
    }
    async fn has(&self, connection: &str, kinds: &[EntityKind], key: &Key) -> Result<bool> {
        self.inner.has(connection, kinds, key).await
    }
    async fn begin_comparison(
        &self,
        stream: &StreamKey,
        since: Option<DateTime<Utc>>,
        at: DateTime<Utc>,
    ) -> Result<Comparison> {
        self.inner.begin_comparison(stream, since, at).await
    }
    async fn add_keys(
        &self,
        comparison: &Comparison,
        keys: Vec<Key>,
        atomic: bool,
        next: Option<Cursor>,
        complete: bool,
    ) -> Result<()> {
        self.inner.add_keys(comparison, keys, atomic, next, complete).await
    }
    async fn unknown(
        &self,
        stream: &StreamKey,
        comparison: i64,
        window: bool,
        after: Option<&Key>,
        limit: u32,
    ) -> Result<Vec<Key>> {
        self.inner.unknown(stream, comparison, window, after, limit).await
    }
    async fn verdict(&self, stream: &StreamKey, listing: Listing) -> Result<Verdict> {
        self.inner.verdict(stream, listing).await
    }
    async fn absent(&self, stream: &StreamKey, listing: Listing, after: Option<&Key>, limit: u32) -> Result<Vec<Key>> {
        self.inner.absent(stream, listing, after, limit).await
    }
    async fn drop_stale(
        &self,
        stream: &StreamKey,
        listing: Listing,
        unreadable: bool,
        at: DateTime<Utc>,
    ) -> Result<u64> {
        self.inner.drop_stale(stream, listing, unreadable, at).await
    }
    async fn seen(&self, stream: &StreamKey) -> Result<u64> {
        self.inner.seen(stream).await
    }
    async fn end_comparison(&self, stream: &StreamKey, comparison: i64, compared: Option<DateTime<Utc>>) -> Result<()> {
        self.inner.end_comparison(stream, comparison, compared).await
    }
    async fn standing(&self, stream: &StreamKey) -> Result<Standing> {
        self.inner.standing(stream).await
    }
    async fn keep_audit(&self, stream: &StreamKey, audit: Option<Audit>) -> Result<()> {
        self.inner.keep_audit(stream, audit).await
    }
    async fn ask_for_comparisons(&self, connection: &str, family: &Family, at: DateTime<Utc>) -> Result<()> {
        self.inner.ask_for_comparisons(connection, family, at).await
    }
    async fn grow_overlap(&self, stream: &StreamKey, extra: Duration) -> Result<()> {
        self.inner.grow_overlap(stream, extra).await
    }
    async fn names(&self, stream: &StreamKey) -> Result<Option<String>> {
        self.inner.names(stream).await
    }
    async fn keep_names(&self, stream: &StreamKey, names: String) -> Result<()> {
        self.inner.keep_names(stream, names).await
    }
    async fn contents(&self, stream: &StreamKey, after: Option<&Key>, limit: u32) -> Result<Vec<Content>> {
        self.inner.contents(stream, after, limit).await
    }
    async fn rewrite(
        &self,
        run: RunId,
        stream: &StreamKey,
        contents: Vec<(Content, Vec<u8>)>,
        at: DateTime<Utc>,
    ) -> Result<u64> {
        self.inner.rewrite(run, stream, contents, at).await
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
