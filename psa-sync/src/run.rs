//! A run: every kind is read, then what is due or missing, and how it ended is reported.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use futures::StreamExt;
use futures::future::{Either, select};
use psa_core::{EntityKind, Error, ErrorKind, Result};

use crate::engine::{SyncEngine, concerns_all};
use crate::pass::Pass;
use crate::progress::{Event, Progress};
use crate::report::{Counts, EntityOutcome, EntityReport, RunReport, RunState};
use crate::store::RunId;

/// Log lines, changes and runs that one run forgets, at most.
const FORGOTTEN_A_RUN: u32 = 10_000;

/// Hints that one run takes up.
const HINTS_A_RUN: u32 = 5_000;

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
