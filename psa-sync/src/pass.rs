//! Reading one stream: pages, each committed with its checkpoint, until the window is closed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::TryStreamExt;
use psa_core::{
    AnyPage, Cursor, EntityCapabilities, EntityKind, Error, ErrorKind, Incremental, KeyListing, Lane, Query, Result,
    Source,
};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::engine::{SyncEngine, concerns_all};
use crate::prepare::{Batch, Rules};
use crate::progress::{Event, Progress};
use crate::report::{Counts, EntityOutcome, EntityReport, Mode};
use crate::store::{Checkpoint, Commit, Due, Phase, Prepared, Removal, RunId, StreamKey, Target};

/// Pages that are decoded and wait for the store.
const READY_PAGES: usize = 1;

/// Windows reach back no further than this for the sake of the vendor's clocks.
const SKEW_AT_MOST: Duration = Duration::from_secs(6 * 3600);

/// Reads a stream of an engine: the kind that it is named after, and those that the same fetch feeds.
pub(crate) struct Pass<'a> {
    pub(crate) engine: &'a SyncEngine,
    pub(crate) run: RunId,
    /// The kind that is read.
    pub(crate) kind: &'a EntityKind,
    /// The kinds that it feeds, itself first.
    pub(crate) feed: &'a [EntityKind],
    pub(crate) rules: Arc<Rules>,
    pub(crate) progress: &'a dyn Progress,
    pub(crate) stream: StreamKey,
    pub(crate) checkpoint: Checkpoint,
    pub(crate) counts: BTreeMap<EntityKind, Counts>,
    pub(crate) recovered: u64,
    /// Single reads in a row that were refused.
    pub(crate) refusals: usize,
    /// Records that can't be read now, and why the last of them can't.
    pub(crate) unread: BTreeSet<psa_core::Key>,
    pub(crate) unread_why: String,
    /// Where the window of this pass began, if it had one.
    read_from: Option<DateTime<Utc>>,
    /// Where the next window starts if the comparison of keys finds that nothing is hidden.
    pub(crate) next_window: NextWindow,
    pub(crate) skew: Option<Duration>,
    /// The fingerprint of the names that records of this pass have in their labels.
    pub(crate) names: Option<String>,
    /// What keeps a pass that was read to its end from being complete.
    pub(crate) shortfall: Option<EntityOutcome>,
    pages: u64,
    /// Whether a webhook asked for what is read.
    pub(crate) urgent: bool,
    pub(crate) mode: Mode,
    /// How many rows the vendor says the open pass has, if it was read from its first page on.
    total: Option<u64>,
    started: Duration,
}

/// Where the window after a closed one starts.
#[derive(Debug, Default)]
pub(crate) enum NextWindow {
    /// Where the checkpoint says.
    #[default]
    AsStored,
    /// At this moment. Unset: from the beginning.
    From(Option<DateTime<Utc>>),
}

/// What a commit of records that were read one by one rests on.
#[derive(Debug, Default)]
pub(crate) struct Evidenced {
    pub(crate) records: Vec<Prepared>,
    pub(crate) removals: Vec<Removal>,
    pub(crate) orphaned: Vec<(EntityKind, psa_core::Key)>,
    pub(crate) settled: Vec<(Target, Due)>,
    /// The comparison that removals rest on.
    pub(crate) comparison: Option<i64>,
    /// Whether a stamp from before the window speaks of a clock: what is read because somebody pointed at it may be old.
    pub(crate) watch_stamps: bool,
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
            refusals: 0,
            unread: BTreeSet::new(),
            unread_why: String::new(),
            read_from: None,
            next_window: NextWindow::AsStored,
            skew: None,
            names: None,
            shortfall: None,
            pages: 0,
            urgent: false,
            mode: Mode::Backfill,
            total: None,
            started: engine.clock.elapsed(),
        }
    }

    /// Reads everything the first time, and what changed from then on. A pass that an earlier run left open is brought to its end, and
    /// then what changed meanwhile is read, so that the stream is complete up to now.
    pub(crate) async fn read(&mut self) -> Result<()> {
        let source = self.engine.connector.source(self.kind)?;
        let capabilities = self.capabilities();
        self.renew_names().await?;
        loop {
            let resumed = self.open().await?;
            if self.by_parents(&capabilities) {
                return self.expect_children(&capabilities).await;
            }
            self.read_pages(&source, &capabilities).await?;
            if !resumed || self.checkpoint.phase != Phase::Idle {
                return Ok(());
            }
            self.compare_early().await?;
        }
    }

    /// After a pass that an earlier run left open: only a comparison lets the window move on. If keys can't be compared now, the same
    /// window is read again.
    async fn compare_early(&mut self) -> Result<()> {
        if matches!(self.next_window, NextWindow::AsStored) {
            return Ok(());
        }
        match self.compare().await {
            Err(error) if concerns_all(&error) || error.kind() == ErrorKind::Conflict => Err(error),
            _ => {
                self.next_window = NextWindow::AsStored;
                Ok(())
            }
        }
    }

    /// Takes up the checkpoint for reads beside the pages of a pass. False: the stream was never read as a whole.
    pub(crate) async fn take_up(&mut self) -> Result<bool> {
        let scope = self.checkpoint.scope.clone();
        if let Some(found) = self.engine.store.checkpoint(&self.stream).await? {
            self.checkpoint = Checkpoint { scope, ..found };
        }
        self.mode = self.checkpoint.mode;
        Ok(self.checkpoint.fresh())
    }

    /// How many rows the vendor says there are, if the pass was read from its first page on.
    pub(crate) fn total(&self) -> Option<u64> {
        self.total
    }

    /// Whether there may be rows from before this pass.
    fn later_pass(&self) -> bool {
        self.mode == Mode::Incremental || self.checkpoint.epoch > 1
    }

    pub(crate) fn capabilities(&self) -> EntityCapabilities {
        self.engine.connector.capabilities().entity(self.kind).cloned().unwrap_or_default()
    }

    /// Takes up the checkpoint: an open pass goes on as it was; a changed scope or mapping starts from scratch. True: it goes on.
    async fn open(&mut self) -> Result<bool> {
        let scope = self.checkpoint.scope.clone();
        if let Some(found) = self.engine.store.checkpoint(&self.stream).await? {
            self.checkpoint = found;
            if self.checkpoint.scope != scope {
                self.checkpoint = Checkpoint {
                    version: self.checkpoint.version,
                    epoch: self.checkpoint.epoch + 1,
                    fresh_as_of: self.checkpoint.fresh_as_of,
                    extra_overlap: self.checkpoint.extra_overlap,
                    ..Checkpoint::new(scope)
                };
            }
        }
        if self.checkpoint.phase == Phase::Reading && self.checkpoint.cursor.is_none() {
            // All pages were read, and what paging missed could not be found: the window is still open, so it is read again.
            self.checkpoint.phase = Phase::Idle;
            self.checkpoint.window_hi = None;
        }
        self.mode = self.checkpoint.mode;
        self.read_from = self.checkpoint.window_lo.filter(|_| self.mode == Mode::Incremental);
        let resumed = self.checkpoint.phase != Phase::Idle;
        self.total = None;
        self.progress.event(&Event::EntityStarted { kind: self.kind, mode: self.mode, resumed });
        Ok(resumed)
    }

    pub(crate) fn lane(&self) -> Lane {
        match self.mode {
            _ if self.urgent => Lane::Webhook,
            Mode::Backfill => Lane::Backfill,
            Mode::Incremental => Lane::Incremental,
        }
    }

    /// What the pass reads; the window is frozen, so a resumed pass reads the same.
    pub(crate) fn query(&self, capabilities: &EntityCapabilities) -> Query {
        let mut query = self.everything();
        if self.mode == Mode::Incremental && capabilities.incremental == Incremental::Filter {
            query.updated_since = self.checkpoint.window_lo;
        }
        query
    }

    /// All records, whatever the window.
    pub(crate) fn everything(&self) -> Query {
        let mut query = Query::new().lane(self.lane());
        query.page_size = self.engine.page_size;
        query.with = self.feed[1..].to_vec();
        query
    }

    async fn read_pages(&mut self, source: &Arc<dyn Source>, capabilities: &EntityCapabilities) -> Result<()> {
        let query = self.query(capabilities);
        let rules = Arc::clone(&self.rules);
        let mut resumed = self.checkpoint.cursor.is_some();
        let mut whole = !resumed;
        let mut pages = Pages::read(Arc::clone(source), rules, query, self.checkpoint.cursor.clone());
        while let Some(page) = pages.next().await {
            match page {
                Ok(page) => {
                    // Where two lists are read side by side, the number of both is known with a later page only.
                    if whole && self.total.is_none() {
                        self.total = page.total;
                    }
                    self.page(page, capabilities).await?;
                }
                // A stored cursor that the connector does not take (any more) must not end the stream for good.
                Err(error)
                    if error.kind() == ErrorKind::InvalidRequest && self.checkpoint.cursor.is_some() && resumed =>
                {
                    tracing::warn!(%error, kind = %self.kind, "the stored cursor was refused; the pass begins again");
                    self.checkpoint.cursor = None;
                    resumed = false;
                    whole = true;
                    let query = self.query(capabilities);
                    pages = Pages::read(Arc::clone(source), Arc::clone(&self.rules), query, None);
                }
                Err(error) => return Err(error),
            }
        }
        if self.checkpoint.phase == Phase::Idle {
            // The last page closed the pass. Or there was not a single one: nothing is known, so nothing is claimed.
            return Ok(());
        }
        self.progress.event(&Event::Reconciling { kind: self.kind });
        match self.find_missed(source, capabilities).await? {
            None => self.close(capabilities).await,
            // The pass stays open, and the next run reads its window again.
            Some(short) => {
                self.shortfall = Some(short);
                Ok(())
            }
        }
    }

    /// Whether rows of this pass may have been missed, and only a list of its keys can tell.
    fn may_have_missed(&self, capabilities: &EntityCapabilities) -> bool {
        self.later_pass() && capabilities.keys != KeyListing::None
    }

    async fn page(&mut self, page: ReadyPage, capabilities: &EntityCapabilities) -> Result<()> {
        let mut next = self.checkpoint.clone();
        // The vendor's clock at the page that was read first: no later change can be before it. What is read side by side need
        // not come in that order. Never our own clock: a vendor that tells no time gets the same window again.
        let read_at = page.vendor_time.map(|now| now - self.engine.settle);
        if next.phase == Phase::Idle {
            next.window_hi = read_at;
            next.atomic = page.atomic && page.cursor.is_none();
        } else if read_at.is_some() {
            next.window_hi = next.window_hi.min(read_at);
        }
        // A stamp from the future says nothing about what came before it.
        next.newest = next.newest.max(page.newest);
        next.phase = Phase::Reading;
        next.atomic &= page.cursor.is_none();
        next.cursor = page.cursor;
        let rows = page.batch.rows(self.kind);
        let whole = next.atomic && self.total.is_none_or(|total| total <= rows);
        let last = next.cursor.is_none();
        // In a first backfill every row that was seen is there; later only this list tells rows of this pass from older ones.
        let mark_seen = self.may_have_missed(capabilities) && (scanned(capabilities) || !whole);
        let closes = last && !mark_seen;
        // Rows may have moved out of sight while others were read, and nothing else would tell.
        let compare = closes && capabilities.pages_shift && !next.atomic && capabilities.keys != KeyListing::None;
        if closes {
            next = self.closed(next, capabilities);
        }
        self.commit_page(next, page.batch, Marks { seen: mark_seen, ends_pass: closes, compare, settling: read_at })
            .await?;
        self.pages += 1;
        let counts = self.counts.get(self.kind).copied().unwrap_or_default();
        self.progress.event(&Event::Page { kind: self.kind, counts, total: page.total });
        Ok(())
    }

    async fn close(&mut self, capabilities: &EntityCapabilities) -> Result<()> {
        let next = self.closed(self.checkpoint.clone(), capabilities);
        self.move_to(next).await
    }

    /// Moves the checkpoint of a stream with no pass under way, without a row.
    pub(crate) async fn move_to(&mut self, next: Checkpoint) -> Result<()> {
        let batch = Batch { records: Vec::new(), removals: Vec::new() };
        self.commit_page(next, batch, Marks { seen: false, ends_pass: true, compare: false, settling: None }).await
    }

    /// The checkpoint after the open pass.
    fn closed(&mut self, open: Checkpoint, capabilities: &EntityCapabilities) -> Checkpoint {
        let mut next = open;
        next.phase = Phase::Idle;
        next.cursor = None;
        next.mode = Mode::Incremental;
        next.fresh_as_of = next.window_hi.or(next.fresh_as_of);
        let from = if scanned(capabilities) { None } else { self.window_after(&next).or(next.window_lo) };
        if self.later_pass() && !scanned(capabilities) {
            self.next_window = NextWindow::From(from);
        } else {
            next.window_lo = from;
        }
        next.window_hi = None;
        next
    }

    /// Starts the next window where this one ended, if nothing was hidden. Else the next pass reads this window again.
    pub(crate) async fn move_window(&mut self, nothing_hidden: bool) -> Result<()> {
        match std::mem::take(&mut self.next_window) {
            NextWindow::From(from) if nothing_hidden && from != self.checkpoint.window_lo => {
                self.move_to(Checkpoint { window_lo: from, ..self.checkpoint.clone() }).await
            }
            _ => Ok(()),
        }
    }

    /// Where the window after this one starts: at the vendor's clock or at the newest stamp, whichever is earlier, since answers and records
    /// may be stamped by different clocks. Without any stamp neither clock tells, and the next pass reads everything again.
    fn window_after(&self, closing: &Checkpoint) -> Option<DateTime<Utc>> {
        let overlap = self.engine.connector.capabilities().overlap + closing.extra_overlap;
        let from = closing.window_hi?.min(closing.newest?);
        from.checked_sub_signed(TimeDelta::from_std(overlap).ok()?)
    }

    /// The reports of the kinds of this pass.
    pub(crate) async fn reports(&self, outcome: &EntityOutcome) -> Result<Vec<EntityReport>> {
        let mut reports = Vec::new();
        for kind in self.feed {
            let stream = StreamKey { connection: self.stream.connection.clone(), kind: kind.clone() };
            let (live, waiting) = self.engine.store.size(&stream).await?;
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
                skew: if own { self.skew } else { None },
                took: self.engine.clock.elapsed().saturating_sub(self.started),
            });
        }
        Ok(reports)
    }

    async fn commit_page(&mut self, checkpoint: Checkpoint, batch: Batch, marks: Marks) -> Result<()> {
        let arrived = batch.records.len() as u64;
        let commit = Commit {
            checkpoint: checkpoint.clone(),
            moves: true,
            records: batch.records,
            removals: batch.removals,
            mark_seen: marks.seen,
            ends_pass: marks.ends_pass,
            ask_to_compare: marks.compare,
            settling: marks.settling,
            ..self.blank_commit()
        };
        let committed = self.engine.store.commit(commit).await?;
        self.checkpoint = Checkpoint { version: committed.version, ..checkpoint };
        self.account(arrived, committed.counts)
    }

    /// Commits what was read one by one. The checkpoint stays where it is.
    pub(crate) async fn commit_read(&mut self, read: Evidenced) -> Result<()> {
        let arrived = read.records.len() as u64;
        // What was read without a window has none to be late for.
        let before = self.read_from.filter(|_| read.watch_stamps);
        let commit = Commit {
            records: read.records,
            removals: read.removals,
            orphaned: read.orphaned,
            settled: read.settled,
            comparison: read.comparison,
            late_before: before,
            ..self.blank_commit()
        };
        let committed = self.engine.store.commit(commit).await?;
        if let (Some(late), Some(before)) = (committed.late, before) {
            self.note_skew(before - late).await?;
        }
        self.account(arrived, committed.counts)
    }

    /// A row that changed before the window that should have shown it: the next windows reach back further.
    async fn note_skew(&mut self, behind: TimeDelta) -> Result<()> {
        let behind = behind.to_std().unwrap_or_default() + Duration::from_secs(1);
        if self.skew.is_none_or(|known| known < behind) {
            self.skew = Some(behind);
            let extra = (self.checkpoint.extra_overlap + behind).min(SKEW_AT_MOST);
            self.engine.store.grow_overlap(&self.stream, extra).await?;
            let message = format!(
                "a changed {} is stamped {} s before the window that should have shown it: answers and records of the vendor are \
                 stamped by different clocks. Windows reach back further from now on",
                self.kind,
                behind.as_secs()
            );
            self.engine.store.log(self.run, self.kind, message, self.engine.clock.now()).await?;
        }
        Ok(())
    }

    /// The names of this pass; where none were read for it, those that the connector has by now.
    fn names_in_use(&self) -> Option<String> {
        self.names.clone().or_else(|| self.engine.connector.source(self.kind).ok()?.names())
    }

    fn blank_commit(&self) -> Commit {
        Commit {
            run: self.run,
            stream: self.stream.clone(),
            checkpoint: self.checkpoint.clone(),
            moves: false,
            records: Vec::new(),
            removals: Vec::new(),
            orphaned: Vec::new(),
            settled: Vec::new(),
            mark_seen: false,
            ends_pass: false,
            ask_to_compare: false,
            comparison: None,
            family: Arc::clone(&self.engine.family),
            names: self.names_in_use(),
            not_awaited: self.rules.not_awaited.clone(),
            late_before: None,
            settling: None,
            at: self.engine.clock.now(),
        }
    }

    /// Every record that was handed to the store has to be in its counts.
    fn account(&mut self, arrived: u64, counts: BTreeMap<EntityKind, Counts>) -> Result<()> {
        let accounted: u64 = counts.values().map(|c| c.fetched).sum();
        if accounted != arrived {
            return Err(Error::new(
                ErrorKind::Internal,
                format!("{arrived} records were handed to the store and {accounted} accounted for"),
            ));
        }
        for (kind, counts) in counts {
            *self.counts.entry(kind).or_default() += counts;
        }
        Ok(())
    }
}

/// What a page's commit says of its pass.
struct Marks {
    /// Its rows were seen.
    seen: bool,
    /// It was the last one.
    ends_pass: bool,
    /// Keys have to be compared.
    compare: bool,
    /// Stamps from here on may be those of more than one change.
    settling: Option<DateTime<Utc>>,
}

/// Whether each pass reads everything, since the vendor does not filter by time.
pub(crate) fn scanned(capabilities: &EntityCapabilities) -> bool {
    capabilities.incremental != Incremental::Filter
}

/// A page whose records are ready to be stored.
struct ReadyPage {
    batch: Batch,
    cursor: Option<Cursor>,
    vendor_time: Option<DateTime<Utc>>,
    /// The newest stamp that is not later than the vendor's clock.
    newest: Option<DateTime<Utc>>,
    total: Option<u64>,
    atomic: bool,
}

impl ReadyPage {
    fn new(page: AnyPage, rules: &Rules, kind: &EntityKind) -> Self {
        let batch = rules.batch(page.items);
        let stamps = batch.records.iter().filter(|r| r.kind == *kind).filter_map(|r| r.version.updated_at);
        let newest = page.vendor_time.and_then(|now| stamps.filter(|at| *at <= now).max());
        Self {
            newest,
            batch,
            cursor: page.cursor,
            vendor_time: page.vendor_time,
            total: page.total,
            atomic: page.atomic,
        }
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
            let kind = source.kind();
            let mut pages = source.pages(query, cursor);
            loop {
                let page = match pages.try_next().await {
                    Ok(Some(page)) => Ok(ReadyPage::new(page, &rules, &kind)),
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
