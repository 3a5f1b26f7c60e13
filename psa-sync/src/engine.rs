//! The engine: which kinds, in which order, and what a run is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures::StreamExt;
use futures::future::{Either, select};
use psa_core::time::Clock;
use psa_core::{Connector, EntityKind, Error, ErrorKind, KeyListing, Result, Schema};

use crate::guard::MassDeleteGuard;
use crate::pass::Pass;
use crate::prepare::Rules;
use crate::progress::{Event, Progress};
use crate::report::{Counts, EntityOutcome, EntityReport, RunReport, RunState};
use crate::scope::Scope;
use crate::store::{ConnectionInfo, Family, RunId, Store};

/// Log lines, changes and runs that one run forgets, at most.
const FORGOTTEN_A_RUN: u32 = 10_000;

/// Hints that one run takes up.
const HINTS_A_RUN: u32 = 5_000;

/// Whether an error would meet every kind: no login, no store, no place in the rate limit.
pub(crate) fn concerns_all(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Unauthenticated
            | ErrorKind::Config
            | ErrorKind::Tls
            | ErrorKind::RateLimited
            | ErrorKind::Store
            | ErrorKind::Cancelled
            | ErrorKind::Internal
    )
}

/// Keeps a store in step with a vendor.
///
/// ```
/// use std::sync::Arc;
/// use halo_client::Halo;
/// use psa_core::{Company, Ticket};
/// use psa_sandbox::HaloSandbox;
/// use psa_sync::{Pull, SqliteStore, SyncEngine};
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(async {
/// # let sandbox = HaloSandbox::builder().dataset(psa_sandbox::halo::Dataset::new(1).companies(5).tickets(30)).build();
/// let halo = Halo::builder(HaloSandbox::URL)
///     .client_credentials(HaloSandbox::CLIENT_ID, HaloSandbox::SECRET.to_string())
///     .transport(sandbox.transport())
///     .build()?;
/// let store = SqliteStore::in_memory().await?;
/// let sync = SyncEngine::builder(Arc::new(halo.connector().build()), Arc::new(store))
///     .entity(Pull::<Ticket>::new())
///     .entity(Pull::<Company>::new())
///     .build()?;
///
/// let first = sync.run_once(&()).await?;
/// assert_eq!(first.entity(&psa_core::EntityKind::TICKET).unwrap().counts.inserted, 30);
/// let second = sync.run_once(&()).await?;
/// assert_eq!(second.totals().stored(), 0, "nothing changed, nothing was written");
/// # Ok::<(), psa_core::Error>(())
/// # }).unwrap();
/// ```
pub struct SyncEngine {
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) connection: String,
    pub(crate) schemas: Vec<&'static Schema>,
    pub(crate) feeds: Vec<Vec<EntityKind>>,
    pub(crate) scope: Scope,
    pub(crate) guard: MassDeleteGuard,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) page_size: Option<u32>,
    pub(crate) settle: Duration,
    pub(crate) compare_every: Duration,
    pub(crate) compare_children_every: Option<Duration>,
    pub(crate) family: Arc<Family>,
    pub(crate) history: Duration,
    pub(crate) account_was: Option<String>,
    /// Runs and hints move the same checkpoints: one at a time.
    pub(crate) turn: tokio::sync::Mutex<()>,
}

impl std::fmt::Debug for SyncEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SyncEngine")
            .field("connection", &self.connection)
            .field("feeds", &self.feeds)
            .finish_non_exhaustive()
    }
}

impl SyncEngine {
    /// One run over all kinds: the whole data the first time, what changed from then on.
    ///
    /// May be dropped at any await: what was committed stays, and the next run goes on from there.
    ///
    /// # Errors
    /// Only if the store can't even keep the report. What goes wrong with the vendor is in the report.
    pub async fn run_once(&self, progress: &dyn Progress) -> Result<RunReport> {
        self.run_until(progress, std::future::pending()).await
    }

    /// As [`run_once`](Self::run_once), but ends early and says so once `stop` resolves.
    ///
    /// # Errors
    /// As [`run_once`](Self::run_once); [`ErrorKind::Cancelled`](psa_core::ErrorKind::Cancelled) if it is stopped while it waits for another run to end.
    pub async fn run_until(&self, progress: &dyn Progress, stop: impl Future<Output = ()>) -> Result<RunReport> {
        self.as_run(progress, stop, async |run, entities| self.entities(run, progress, entities).await).await
    }

    /// Work as a run: when its turn comes, until `stop`, with a report that is kept whatever happens.
    pub(crate) async fn as_run(
        &self,
        progress: &dyn Progress,
        stop: impl Future<Output = ()>,
        work: impl AsyncFnOnce(RunId, &mut Vec<EntityReport>) -> Result<()>,
    ) -> Result<RunReport> {
        let stopped = || Error::new(ErrorKind::Cancelled, "the caller stopped the run");
        let mut stop = std::pin::pin!(stop);
        let turn = std::pin::pin!(self.turn.lock());
        let _turn = match select(turn, &mut stop).await {
            Either::Left((turn, _)) => turn,
            Either::Right(_) => return Err(stopped()),
        };
        let started = self.clock.elapsed();
        self.prepare().await?;
        let run = self.store.begin_run(&self.connection, self.clock.now()).await?;
        progress.event(&Event::RunStarted);
        let mut entities = Vec::new();
        let failure = {
            let work = std::pin::pin!(work(run, &mut entities));
            let waits = std::pin::pin!(self.show_waits(progress));
            match select(work, select(stop, waits)).await {
                Either::Left((done, _)) => done.err(),
                Either::Right(_) => Some(stopped()),
            }
        };
        let state = match &failure {
            Some(error) if error.is_cancelled() => RunState::Cancelled,
            Some(_) => RunState::Failed,
            None => state_of(&entities),
        };
        let report = RunReport {
            run,
            state,
            entities,
            error: failure.map(|e| format!("{e}. {}", e.remedy())),
            took: self.clock.elapsed() - started,
        };
        let text = serde_json::to_string(&report)
            .map_err(|e| Error::new(ErrorKind::Internal, "the report can't be written").with_source(e))?;
        let now = self.clock.now();
        self.store.finish_run(run, state, text, now).await?;
        if let Some(before) = TimeDelta::from_std(self.history).ok().and_then(|kept| now.checked_sub_signed(kept)) {
            self.store.prune(&self.connection, before, FORGOTTEN_A_RUN).await?;
        }
        progress.event(&Event::RunFinished { report: &report });
        Ok(report)
    }

    /// Tells what the connector's requests wait for. Never ends.
    async fn show_waits(&self, progress: &dyn Progress) {
        let Some(board) = self.connector.waits() else {
            return std::future::pending().await;
        };
        let mut waits = board.watch();
        let mut told = None;
        while let Some(longest) = waits.next().await {
            if let Some(waiting) = longest.filter(|waiting| told != Some(*waiting)) {
                told = Some(waiting);
                progress.event(&Event::Waiting { why: waiting.why, until: waiting.until });
            }
        }
        std::future::pending().await
    }

    /// Asks for a comparison of all keys in the next run, and for everything below every parent to be read again: what neither stamps nor
    /// counts show.
    ///
    /// # Errors
    /// What the store can do.
    pub async fn full_compare(&self) -> Result<()> {
        self.prepare().await?;
        self.store.ask_for_comparisons(&self.connection, &self.family, self.clock.now()).await
    }

    async fn prepare(&self) -> Result<()> {
        let connection = ConnectionInfo {
            name: self.connection.clone(),
            vendor: self.connector.vendor().to_owned(),
            account: self.connector.account(),
            was: self.account_was.clone(),
        };
        self.store.prepare(&connection, &self.schemas).await
    }

    /// First every kind is read, then what is due or missing; a kind that fails keeps no other from being read.
    async fn entities(&self, run: RunId, progress: &dyn Progress, reports: &mut Vec<EntityReport>) -> Result<()> {
        // What may not be read can't be waited for either.
        let mut readable: BTreeSet<EntityKind> = self.schemas.iter().map(|s| s.kind.clone()).collect();
        let mut streams: Vec<Stream<'_>> = Vec::new();
        let mut stop = None;
        for feed in &self.feeds {
            let mut stream = Stream::new(Pass::new(self, run, feed, self.rules(&readable), progress));
            if let Some(error) = &stop {
                stream.outcome = EntityOutcome::Skipped(format!("not read, since another kind failed: {error}"));
            } else {
                let done = self.read_feed(&mut stream.pass).await;
                stop = stream.take(done).await?;
            }
            if matches!(stream.outcome, EntityOutcome::NotPermitted(_)) {
                feed.iter().for_each(|kind| {
                    readable.remove(kind);
                });
            }
            streams.push(stream);
        }
        // What is due first: a comparison counts what is known. And parents before children, whose due list they fill.
        for step in [Step::Due, Step::Compare] {
            for stream in streams.iter_mut().filter(|s| s.is_open_to(step)) {
                if stop.is_none() {
                    let done = match step {
                        Step::Due => stream.pass.read_due().await,
                        Step::Compare => stream.pass.compare().await.or_else(not_compared),
                    };
                    let before = stream.outcome.clone();
                    stop = stream.take_outcome(done).await?;
                    if stream.outcome == EntityOutcome::Done {
                        stream.outcome = before;
                    }
                }
            }
        }
        // What waited for one kind is counted with its own.
        let mut elsewhere: BTreeMap<EntityKind, Counts> = BTreeMap::new();
        if stop.is_none() {
            match self.fetch_missing_parents(run, &readable, progress).await {
                Ok(counts) => elsewhere = counts,
                Err(error) => stop = Some(error),
            }
        }
        for stream in streams.iter_mut().filter(|s| s.outcome == EntityOutcome::Done) {
            if stop.is_none() {
                let done = stream.pass.read_children().await;
                stop = stream.take_outcome(done).await?;
            }
        }
        if let Some(error) = stop.take_if(|error| error.kind() == ErrorKind::Store) {
            // The store is what failed: nothing more can be asked of it.
            return Err(error);
        }
        for mut stream in streams {
            if let Some(short) = stream.pass.shortfall.take().or_else(|| stream.pass.left_unread())
                && stream.outcome == EntityOutcome::Done
            {
                stream.outcome = short;
            }
            let reported = stream.pass.reports(&stream.outcome).await?;
            for (kind, counts) in stream.pass.counts {
                if !stream.pass.feed.contains(&kind) {
                    *elsewhere.entry(kind).or_default() += counts;
                }
            }
            reports.extend(reported);
        }
        for report in reports.iter_mut() {
            if let Some(counts) = elsewhere.get(&report.kind) {
                report.counts += *counts;
            }
            progress.event(&Event::EntityFinished { report });
        }
        if let Some(error) = stop {
            return Err(error);
        }
        match reports.iter().find(|r| !r.counts.balanced()) {
            Some(report) => {
                Err(Error::new(ErrorKind::Internal, format!("records went missing on their way: {:?}", report.counts))
                    .with_context("kind", &report.kind))
            }
            None => Ok(()),
        }
    }

    async fn read_feed(&self, pass: &mut Pass<'_>) -> Result<()> {
        if let Some(error) = self.missing_right(pass.feed) {
            return Err(error);
        }
        // A hint of before this pass says nothing that the pass does not find, unless it told of a deletion.
        let told = self.store.hints(&self.connection, pass.feed, HINTS_A_RUN).await?;
        pass.read().await?;
        self.settle_read_hints(pass, told).await
    }

    /// The kinds, parents first.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = &EntityKind> {
        self.feeds.iter().flatten()
    }

    pub(crate) fn feed_of(&self, kind: &EntityKind) -> Option<&[EntityKind]> {
        self.feeds.iter().find(|feed| feed.contains(kind)).map(Vec::as_slice)
    }

    pub(crate) fn syncs(&self, kind: &EntityKind) -> bool {
        self.kinds().any(|k| k == kind)
    }

    /// What to say of a feed that the credential is not configured to read.
    fn missing_right(&self, feed: &[EntityKind]) -> Option<Error> {
        let kind = feed.first()?;
        let capabilities = self.connector.capabilities().entity(kind)?;
        let right = capabilities.missing_right.as_ref().filter(|_| !capabilities.read)?;
        Some(Error::new(ErrorKind::PermissionDenied, format!("reading {kind} needs {right}, which was not asked for")))
    }

    /// What the rows of a feed depend on beside the vendor: which kinds, their scope or that of what they belong to, which
    /// parents are synced, and how they are mapped.
    pub(crate) fn basis(&self, feed: &[EntityKind]) -> String {
        let part = |kind: &EntityKind| {
            let schema = self.schemas.iter().find(|s| s.kind == *kind);
            let bounded = schema.into_iter().flat_map(|s| s.parents().map(|(_, parent)| parent)).chain([kind]);
            let scope: Vec<String> = bounded.map(|k| self.scope.of(k).fingerprint()).collect();
            let parents: Vec<&str> = schema
                .into_iter()
                .flat_map(|s| s.parents())
                .filter(|(_, parent)| self.syncs(parent))
                .map(|(_, parent)| parent.as_str())
                .collect();
            format!("{kind} {} [{}] {}", scope.join(" "), parents.join(" "), self.connector.mapping(kind))
        };
        feed.iter().map(part).collect::<Vec<_>>().join("; ")
    }

    pub(crate) fn rules(&self, readable: &BTreeSet<EntityKind>) -> Rules {
        let capabilities = self.connector.capabilities();
        Rules {
            scope: self.scope.clone(),
            parents: self.kinds().cloned().collect(),
            not_awaited: self.kinds().filter(|kind| !readable.contains(kind)).cloned().collect(),
            shapes: self
                .kinds()
                .filter_map(|kind| {
                    let capabilities = capabilities.entity(kind)?;
                    Some((kind.clone(), capabilities.key, capabilities.keys == KeyListing::None))
                })
                .collect(),
            single_only: self
                .kinds()
                .filter_map(|kind| Some((kind.clone(), capabilities.entity(kind)?.single_only.clone())))
                .filter(|(_, paths)| !paths.is_empty())
                .collect(),
        }
    }
}

/// What follows after all kinds were read.
#[derive(Clone, Copy)]
enum Step {
    Due,
    Compare,
}

/// A stream in a run, and how it ends.
struct Stream<'a> {
    pass: Pass<'a>,
    outcome: EntityOutcome,
}

impl<'a> Stream<'a> {
    fn new(pass: Pass<'a>) -> Self {
        Self { pass, outcome: EntityOutcome::Done }
    }

    /// Whether a step is worth taking. A comparison is, too, where the guard stopped single reads: it tells when they may go on.
    fn is_open_to(&self, step: Step) -> bool {
        match self.outcome {
            EntityOutcome::Done => true,
            EntityOutcome::Guarded(_) => matches!(step, Step::Compare),
            _ => false,
        }
    }

    /// Takes a result as the stream's outcome. An error that would meet every kind is given back.
    async fn take(&mut self, done: Result<()>) -> Result<Option<Error>> {
        self.take_outcome(done.map(|()| EntityOutcome::Done)).await
    }

    async fn take_outcome(&mut self, done: Result<EntityOutcome>) -> Result<Option<Error>> {
        let error = match done {
            Ok(outcome) => {
                self.outcome = outcome;
                return Ok(None);
            }
            Err(error) => error,
        };
        let message = format!("{error}. {}", error.remedy());
        self.outcome = match error.kind() {
            ErrorKind::PermissionDenied => EntityOutcome::NotPermitted(message.clone()),
            // Another engine is at this stream: what it commits counts, and this one's next run goes on from there.
            ErrorKind::Conflict => EntityOutcome::Incomplete(message.clone()),
            _ => EntityOutcome::Failed(message.clone()),
        };
        if error.kind() == ErrorKind::Store {
            return Ok(Some(error));
        }
        let engine = self.pass.engine;
        engine.store.log(self.pass.run, self.pass.kind, message, engine.clock.now()).await?;
        Ok(concerns_all(&error).then_some(error))
    }
}

/// The outcome of a kind that was read and whose keys could not be compared with ours. What would meet every kind, and another
/// engine's progress, stays an error.
fn not_compared(error: Error) -> Result<EntityOutcome> {
    if concerns_all(&error) || error.kind() == ErrorKind::Conflict {
        return Err(error);
    }
    let why = format!("its keys could not be compared with ours, so something may be missing, or gone: {error}");
    Ok(EntityOutcome::Incomplete(format!("{why}. {}", error.remedy())))
}

/// How a run ended of which nothing concerned all kinds.
fn state_of(entities: &[EntityReport]) -> RunState {
    let read = |e: &EntityReport| !matches!(e.outcome, EntityOutcome::Failed(_) | EntityOutcome::Skipped(_));
    if entities.iter().all(|e| e.outcome == EntityOutcome::Done && e.waiting == 0) {
        RunState::Succeeded
    } else if entities.iter().any(read) {
        RunState::Partial
    } else {
        RunState::Failed
    }
}
