//! One pass over a stream: pages, each committed with its checkpoint; then the comparison with the vendor's keys.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use psa_core::{
    AnyPage, Cursor, EntityCapabilities, EntityKind, Error, ErrorKind, Incremental, Key, KeyListing, Lane, Query,
    Result, Source,
};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::engine::SyncEngine;
use crate::prepare::{Batch, Rules};
use crate::progress::{Event, Progress};
use crate::report::{Counts, EntityOutcome, EntityReport, Mode};
use crate::store::{Checkpoint, Commit, Phase, Prepared, Removal, RunId, StreamKey};

/// Pages that are decoded and wait for the store.
const READY_PAGES: usize = 1;

pub(crate) struct Pass<'a> {
    pub(crate) engine: &'a SyncEngine,
    pub(crate) run: RunId,
    /// The kind that is read.
    pub(crate) kind: &'a EntityKind,
    /// The kinds that it feeds, itself first.
    feed: &'a [EntityKind],
    pub(crate) rules: Arc<Rules>,
    pub(crate) progress: &'a dyn Progress,
    pub(crate) stream: StreamKey,
    pub(crate) checkpoint: Checkpoint,
    pub(crate) counts: BTreeMap<EntityKind, Counts>,
    pub(crate) recovered: u64,
    pages: u64,
    mode: Mode,
    started: Duration,
}

impl<'a> Pass<'a> {
    pub(crate) fn new(
        engine: &'a SyncEngine,
        run: RunId,
        feed: &'a [EntityKind],
        rules: Rules,
        progress: &'a dyn Progress,
    ) -> Self {
        let kind = &feed[0];
        Self {
            stream: StreamKey { connection: engine.connection.clone(), kind: kind.clone() },
            checkpoint: Checkpoint::new(engine.basis(feed)),
            engine,
            run,
            kind,
            feed,
            rules: Arc::new(rules),
            progress,
            counts: BTreeMap::new(),
            recovered: 0,
            pages: 0,
            mode: Mode::Backfill,
            started: engine.clock.elapsed(),
        }
    }

    pub(crate) async fn run(&mut self) -> Result<EntityOutcome> {
        let source = self.engine.connector.source(self.kind)?;
        let capabilities = self.capabilities();
        self.open().await?;
        if self.checkpoint.phase != Phase::Reconciling {
            self.read(&source, &capabilities).await?;
        }
        if self.checkpoint.phase == Phase::Idle {
            // Not a single page: nothing is known, so nothing is claimed.
            return Ok(EntityOutcome::Done);
        }
        self.progress.event(&Event::Reconciling { kind: self.kind });
        let outcome = self.reconcile(&source, &capabilities).await?;
        self.close(&capabilities).await?;
        Ok(outcome)
    }

    /// Whether there may be rows from before this pass.
    pub(crate) fn later_pass(&self) -> bool {
        self.mode == Mode::Incremental || self.checkpoint.epoch > 1
    }

    pub(crate) fn capabilities(&self) -> EntityCapabilities {
        self.engine.connector.capabilities().entity(self.kind).cloned().unwrap_or_default()
    }

    /// Takes up the checkpoint: an open pass goes on as it was; a changed scope or mapping starts from scratch.
    async fn open(&mut self) -> Result<()> {
        let scope = self.checkpoint.scope.clone();
        if let Some(found) = self.engine.store.checkpoint(&self.stream).await? {
            self.checkpoint = found;
            if self.checkpoint.scope != scope {
                self.checkpoint = Checkpoint {
                    version: self.checkpoint.version,
                    epoch: self.checkpoint.epoch + 1,
                    fresh_as_of: self.checkpoint.fresh_as_of,
                    ..Checkpoint::new(scope)
                };
            }
        }
        self.mode = self.checkpoint.mode;
        self.progress.event(&Event::EntityStarted {
            kind: self.kind,
            mode: self.mode,
            resumed: self.checkpoint.phase != Phase::Idle,
        });
        Ok(())
    }

    /// What the pass reads; the window is frozen, so a resumed pass reads the same.
    pub(crate) fn query(&self, capabilities: &EntityCapabilities) -> Query {
        let lane = match self.mode {
            Mode::Backfill => Lane::Backfill,
            Mode::Incremental => Lane::Incremental,
        };
        let mut query = Query::new().lane(lane);
        query.page_size = self.engine.page_size;
        query.with = self.feed[1..].to_vec();
        if self.mode == Mode::Incremental && capabilities.incremental == Incremental::Filter {
            query.updated_since = self.checkpoint.window_lo;
        }
        query
    }

    async fn read(&mut self, source: &Arc<dyn Source>, capabilities: &EntityCapabilities) -> Result<()> {
        let query = self.query(capabilities);
        let rules = Arc::clone(&self.rules);
        let mut resumed = self.checkpoint.cursor.is_some();
        let mut pages = Pages::read(Arc::clone(source), rules, query, self.checkpoint.cursor.clone());
        while let Some(page) = pages.next().await {
            match page {
                Ok(page) => self.page(page, capabilities).await?,
                // A stored cursor that the connector does not take (any more) must not end the stream for good.
                Err(error)
                    if error.kind() == ErrorKind::InvalidRequest && self.checkpoint.cursor.is_some() && resumed =>
                {
                    tracing::warn!(%error, kind = %self.kind, "the stored cursor was refused; the pass begins again");
                    self.checkpoint.cursor = None;
                    resumed = false;
                    let query = self.query(capabilities);
                    pages = Pages::read(Arc::clone(source), Arc::clone(&self.rules), query, None);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn page(&mut self, page: ReadyPage, capabilities: &EntityCapabilities) -> Result<()> {
        let mut next = self.checkpoint.clone();
        // The vendor's clock at the page that was read first: no later change can be before it. What is read side by side need
        // not come in that order. Never our own clock and never a record's stamp: a vendor that tells no time gets the same
        // window again.
        let read_at = page.vendor_time.map(|now| now - self.engine.settle);
        if next.phase == Phase::Idle {
            next.window_hi = read_at;
            next.atomic = page.atomic && page.cursor.is_none();
        } else if read_at.is_some() {
            next.window_hi = next.window_hi.min(read_at);
        }
        next.phase = if page.cursor.is_some() { Phase::Reading } else { Phase::Reconciling };
        next.atomic &= page.cursor.is_none();
        next.cursor = page.cursor;
        // In a first backfill every row that was seen is there; later only this list tells rows of this pass from older ones.
        let mark_seen = self.later_pass() && !next.atomic && capabilities.keys != KeyListing::None;
        self.commit(next, page.batch, mark_seen, false).await?;
        self.pages += 1;
        let counts = self.counts.get(self.kind).copied().unwrap_or_default();
        self.progress.event(&Event::Page { kind: self.kind, counts, total: page.total });
        Ok(())
    }

    /// Commits rows that were read one by one, the checkpoint staying where it is.
    pub(crate) async fn commit_records(&mut self, records: Vec<Prepared>, removals: Vec<Removal>) -> Result<()> {
        let checkpoint = self.checkpoint.clone();
        self.commit(checkpoint, Batch { records, removals }, false, false).await
    }

    /// Tells the store which parents do not exist.
    pub(crate) async fn commit_orphaned(&mut self, parents: Vec<Key>) -> Result<()> {
        let orphaned = parents.into_iter().map(|key| (self.kind.clone(), key)).collect();
        let commit = Commit {
            run: self.run,
            stream: self.stream.clone(),
            checkpoint: self.checkpoint.clone(),
            records: Vec::new(),
            removals: Vec::new(),
            orphaned,
            mark_seen: false,
            ends_pass: false,
            at: self.engine.clock.now(),
        };
        self.checkpoint.version = self.engine.store.commit(commit).await?.version;
        Ok(())
    }

    async fn close(&mut self, capabilities: &EntityCapabilities) -> Result<()> {
        let mut next = self.checkpoint.clone();
        next.phase = Phase::Idle;
        next.cursor = None;
        next.mode = Mode::Incremental;
        next.fresh_as_of = next.window_hi.or(next.fresh_as_of);
        next.window_lo = match capabilities.incremental {
            Incremental::Filter => {
                let overlap = self.engine.connector.capabilities().overlap;
                next.window_hi.map(|hi| hi - overlap).or(next.window_lo)
            }
            Incremental::FullScan => None,
        };
        next.window_hi = None;
        self.commit(next, Batch { records: Vec::new(), removals: Vec::new() }, false, true).await
    }

    async fn commit(&mut self, checkpoint: Checkpoint, batch: Batch, mark_seen: bool, ends_pass: bool) -> Result<()> {
        let arrived = batch.records.len() as u64;
        let commit = Commit {
            run: self.run,
            stream: self.stream.clone(),
            checkpoint: checkpoint.clone(),
            records: batch.records,
            removals: batch.removals,
            orphaned: Vec::new(),
            mark_seen,
            ends_pass,
            at: self.engine.clock.now(),
        };
        let committed = self.engine.store.commit(commit).await?;
        self.checkpoint = Checkpoint { version: committed.version, ..checkpoint };
        let accounted: u64 = committed.counts.values().map(|c| c.fetched).sum();
        if accounted != arrived {
            return Err(Error::new(
                ErrorKind::Internal,
                format!("{arrived} records were handed to the store and {accounted} accounted for"),
            ));
        }
        for (kind, counts) in committed.counts {
            *self.counts.entry(kind).or_default() += counts;
        }
        Ok(())
    }

    /// The reports of the kinds of this pass.
    pub(crate) async fn reports(&self, outcome: EntityOutcome, ask_store: bool) -> Result<Vec<EntityReport>> {
        let mut reports = Vec::new();
        for kind in self.feed {
            let stream = StreamKey { connection: self.stream.connection.clone(), kind: kind.clone() };
            // After a failure the store may be what failed.
            let (live, waiting) = if ask_store { self.engine.store.size(&stream).await? } else { (0, 0) };
            let own = kind == self.kind;
            reports.push(EntityReport {
                kind: kind.clone(),
                outcome: outcome.clone(),
                mode: self.mode,
                counts: self.counts.get(kind).copied().unwrap_or_default(),
                recovered: if own { self.recovered } else { 0 },
                pages: if own { self.pages } else { 0 },
                live,
                waiting,
                fresh_as_of: self.checkpoint.fresh_as_of,
                took: self.engine.clock.elapsed() - self.started,
            });
        }
        Ok(reports)
    }
}

/// A page whose records are ready to be stored.
struct ReadyPage {
    batch: Batch,
    cursor: Option<Cursor>,
    vendor_time: Option<DateTime<Utc>>,
    total: Option<u64>,
    atomic: bool,
}

impl ReadyPage {
    fn new(page: AnyPage, rules: &Rules) -> Result<Self> {
        Ok(Self {
            batch: rules.batch(page.items)?,
            cursor: page.cursor,
            vendor_time: page.vendor_time,
            total: page.total,
            atomic: page.atomic,
        })
    }
}

/// Pages read and prepared by a task of their own, so that reading and storing go on side by side. Dropping it ends the task.
struct Pages {
    receiver: mpsc::Receiver<Result<ReadyPage>>,
    task: JoinHandle<()>,
}

impl Pages {
    fn read(source: Arc<dyn Source>, rules: Arc<Rules>, query: Query, cursor: Option<Cursor>) -> Self {
        let (sender, receiver) = mpsc::channel(READY_PAGES);
        let task = tokio::spawn(async move {
            let mut pages = source.pages(query, cursor);
            loop {
                let page = match pages.try_next().await {
                    Ok(Some(page)) => ReadyPage::new(page, &rules),
                    Ok(None) => return,
                    Err(error) => Err(error),
                };
                let last = page.is_err();
                if sender.send(page).await.is_err() || last {
                    return;
                }
            }
        });
        Self { receiver, task }
    }

    async fn next(&mut self) -> Option<Result<ReadyPage>> {
        match self.receiver.recv().await {
            Some(page) => Some(page),
            // The end of the list, unless the task broke.
            None => match (&mut self.task).await {
                Ok(()) => None,
                Err(error) => Some(Err(Error::new(ErrorKind::Internal, "reading broke off").with_source(error))),
            },
        }
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        self.task.abort();
    }
}
