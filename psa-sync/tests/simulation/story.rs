//! One simulated story: edits, faults, rights, drops and two engines; then quiet, and the store is as a fresh one.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use psa_core::time::Clock;
use psa_core::{Connector, EntityKind};
use psa_http::TokioClock;
use psa_sandbox::{Effect, Fault, Trigger};
use psa_store::Sqlite;
use psa_sync::{MassDeleteGuard, RunReport, RunState, Scope, SqliteStore, SyncEngine};

use crate::dice::Dice;
use crate::oracle::{self, Difference};
use crate::vendor::Vendor;

/// Quiet runs until nothing may be left to do.
const QUIET_RUNS: usize = 8;

/// What happened, line by line; the same for the same seed.
#[derive(Debug, Default)]
pub(crate) struct Story(Mutex<Vec<String>>);

impl Story {
    fn tell(&self, at: DateTime<Utc>, line: impl std::fmt::Display) {
        self.0.lock().expect("nobody panics here").push(format!("{} {line}", at.format("%d %H:%M:%S%.3f")));
    }

    pub(crate) fn text(&self) -> String {
        self.0.lock().expect("nobody panics here").join("\n")
    }
}

struct World<'a, V> {
    vendor: V,
    clock: Arc<dyn Clock>,
    store: SqliteStore,
    dice: Dice,
    story: &'a Story,
    scope: Scope,
    guard: MassDeleteGuard,
    seed: u64,
    /// Requests that the story has told.
    told: usize,
}

/// Plays the story of a seed.
///
/// # Errors
/// What broke, and how the stores differ.
pub(crate) async fn play<V: Vendor>(seed: u64, story: &Story) -> Result<(), String> {
    let dice = Dice::new(seed ^ 0x5EED);
    let clock: Arc<dyn Clock> = Arc::new(TokioClock::starting_at(V::anchor(seed) + chrono::TimeDelta::days(1)));
    let vendor = V::new(seed, Arc::clone(&clock), &dice);
    let store = new_store().await;
    let scope = Scope::all();
    let guard = if seed.is_multiple_of(3) { MassDeleteGuard { count: 6, share: 0.1 } } else { MassDeleteGuard::off() };
    let mut world = World { vendor, clock, store, dice, story, scope, guard, seed, told: 0 };
    let rounds = world.dice.between(3, 8);
    for round in 0..rounds {
        world.round(round).await?;
    }
    world.quiet().await
}

async fn new_store() -> SqliteStore {
    let db = Sqlite::in_memory().await.expect("SQLite starts").inline();
    SqliteStore::over(db).await.expect("the schema is made")
}

impl<V: Vendor> World<'_, V> {
    fn tell(&self, line: impl std::fmt::Display) {
        self.story.tell(self.clock.now(), line);
    }

    /// An engine of its own: another process, or the same one after a restart.
    fn engine(&self, store: &SqliteStore) -> SyncEngine {
        let connector = self.vendor.connector(Arc::clone(&self.clock), self.seed);
        engine(connector, store, &self.vendor.kinds(), self.scope.clone(), self.guard, Arc::clone(&self.clock))
    }

    async fn round(&mut self, round: u64) -> Result<(), String> {
        self.edits();
        if self.dice.chance(0.4) {
            let what = self.vendor.disturb(&self.dice);
            self.tell(what);
            self.edits();
        }
        if self.dice.chance(0.1) {
            self.engine(&self.store).full_compare().await.map_err(|e| e.to_string())?;
            self.tell("somebody asks for a comparison");
        }
        if self.dice.chance(0.15) && round > 0 {
            self.scope = self.vendor.scope(&self.dice);
            self.tell(format!("the scope is {}", self.scope.fingerprint()));
        }
        if self.dice.chance(0.6) {
            self.add_faults();
        }
        for _ in 0..self.dice.below(3) {
            let operation = *self.dice.pick(V::OPERATIONS).unwrap_or(&"*");
            let (nth, seed) = (self.dice.between(1, 12), self.dice.below(u64::MAX));
            self.vendor.edit_before(operation, nth, seed);
            self.tell(format!("somebody will edit before request {nth} of {operation}"));
        }
        self.run().await?;
        if self.dice.chance(0.5) {
            self.vendor_calms();
        }
        let pause = [1, 40, 400, 4000, 90_000][self.dice.below(5) as usize];
        self.clock.sleep(Duration::from_secs(pause)).await;
        Ok(())
    }

    fn edits(&self) {
        for _ in 0..self.dice.below(6) {
            let what = self.vendor.edit(&self.dice);
            self.tell(what);
        }
    }

    /// A moment of a run: early in one with quick answers, or in the midst of one with slow answers.
    fn moment(&self) -> Duration {
        Duration::from_millis(self.dice.below([200, 1_500, 12_000][self.dice.below(3) as usize]))
    }

    fn vendor_calms(&self) {
        self.vendor.quiet();
        self.tell("the vendor is well");
    }

    fn add_faults(&self) {
        for _ in 0..=self.dice.below(2) {
            let operation = *self.dice.pick(V::OPERATIONS).unwrap_or(&"*");
            let effect = match self.dice.below(16) {
                0 => Effect::Status(500, "busy"),
                1 => Effect::Status(404, "{}"),
                2 => Effect::Status(403, ""),
                3 => Effect::RateLimited(Some("2")),
                4 => Effect::Delay(Duration::from_secs(9)),
                5 => Effect::CutBody,
                6 => Effect::ShortBody,
                7 => Effect::ResetBefore,
                8 => Effect::ResetAfter,
                9 => Effect::Html,
                10 | 11 => Effect::EmptyPage,
                12 => Effect::ShortPage,
                13 => Effect::DoubledRows,
                14 => Effect::LyingCount([-3, -1, 1, 5][self.dice.below(4) as usize]),
                _ => Effect::PreviousPage,
            };
            let trigger = match self.dice.below(4) {
                0 => Trigger::Nth(self.dice.between(1, 10)),
                1 => Trigger::First(self.dice.between(1, 9)),
                2 => Trigger::Every(self.dice.between(2, 9)),
                _ => Trigger::Chance(0.1),
            };
            self.tell(format!("{operation}: {effect:?} {trigger:?}"));
            self.vendor.add_fault(Fault::new(operation, trigger, effect));
        }
    }

    async fn run(&mut self) -> Result<(), String> {
        match self.dice.below(10) {
            // Killed at some moment: what is under way is gone, what is committed stays.
            0 | 1 => {
                let limit = self.moment();
                let engine = self.engine(&self.store);
                let done = tokio::time::timeout(limit, engine.run_once(&())).await;
                let how = done.map_or("killed".to_owned(), |report| short(&report));
                self.tell(format!("a run with {limit:?} to live: {how}"));
            }
            2 | 3 => {
                let (a, b) = (self.engine(&self.store), self.engine(&self.store));
                let later = self.moment();
                let second = async {
                    self.clock.sleep(later).await;
                    b.run_once(&()).await
                };
                let (a, b) = futures::join!(a.run_once(&()), second);
                self.tell(format!("two runs, the second {later:?} later: {}; {}", short(&a), short(&b)));
            }
            4 | 5 => {
                let (runs, hints) = (self.engine(&self.store), self.engine(&self.store));
                let told = self.vendor.hints(&self.dice);
                let later = self.moment();
                let work = async {
                    self.clock.sleep(later).await;
                    hints.accept(told.clone()).await?;
                    hints.fetch_hints(&()).await
                };
                let (run, hinted) = futures::join!(runs.run_once(&()), work);
                let hinted = hinted.map(|report| report.map(|r| r.state));
                self.tell(format!("hints {:?} beside a run: {}; {hinted:?}", keys(&told), short(&run)));
            }
            6 => {
                let engine = self.engine(&self.store);
                let told = self.vendor.hints(&self.dice);
                engine.accept(told.clone()).await.map_err(|e| e.to_string())?;
                let run = engine.run_once(&()).await;
                self.tell(format!("hints {:?} before a run: {}", keys(&told), short(&run)));
            }
            _ => {
                let run = self.engine(&self.store).run_once(&()).await;
                self.tell(format!("a run: {}", short(&run)));
            }
        }
        self.tell_requests();
        let broken = oracle::broken_rules(&self.store).await;
        if broken.is_empty() { Ok(()) } else { Err(broken.join("; ")) }
    }

    /// Puts the requests since the last time into the story.
    fn tell_requests(&mut self) {
        let entries = self.vendor.log().entries();
        for entry in entries.iter().skip(self.told) {
            let fault = entry.fault.unwrap_or("-");
            self.story.tell(entry.at, format!("    {} {} {} {fault}", entry.method, entry.operation, entry.status));
        }
        self.told = entries.len();
    }

    async fn quiet(&mut self) -> Result<(), String> {
        self.vendor_calms();
        // Somebody looked, and what is gone is gone.
        self.guard = MassDeleteGuard::off();
        self.clock.sleep(Duration::from_secs(4000)).await;
        let before = self.settle("quiet").await?;
        let first = self.difference().await?;
        if !first.is_none() && !first.is_swap(&self.vendor.uncounted()) {
            return Err(format!("without a comparison of keys:\n{first}last report: {before}"));
        }
        let engine = self.engine(&self.store);
        engine.full_compare().await.map_err(|e| e.to_string())?;
        let report = self.settle("compared").await?;
        let second = self.difference().await?;
        if !second.is_none() {
            return Err(format!("after a comparison of keys:\n{second}last report: {report}"));
        }
        let broken = oracle::broken_rules(&self.store).await;
        if broken.is_empty() { Ok(()) } else { Err(broken.join("; ")) }
    }

    /// Runs until a run succeeds and writes nothing.
    async fn settle(&mut self, what: &str) -> Result<String, String> {
        let mut last = String::new();
        for n in 0..QUIET_RUNS {
            let asked = self.vendor.log().entries().len();
            let report = self.engine(&self.store).run_once(&()).await.map_err(|e| e.to_string())?;
            last = short(&Ok(report.clone()));
            self.tell(format!("{what} run {n}: {last}"));
            self.tell_requests();
            self.clock.sleep(Duration::from_secs(600)).await;
            let totals = report.totals();
            if report.state == RunState::Succeeded && totals.stored() + totals.removed + totals.released == 0 {
                // Nothing is asked for again and again.
                let entries = self.vendor.log().entries();
                let single = entries.iter().skip(asked).find(|entry| entry.operation.ends_with(".get"));
                return match single {
                    Some(entry) if n + 1 == QUIET_RUNS => Err(format!("each run asks {} again", entry.operation)),
                    Some(_) => continue,
                    None => Ok(last),
                };
            }
        }
        Err(format!("still not at rest after {QUIET_RUNS} {what} runs: {last}"))
    }

    async fn difference(&self) -> Result<Difference, String> {
        let fresh = new_store().await;
        for _ in 0..2 {
            self.engine(&fresh).run_once(&()).await.map_err(|e| e.to_string())?;
        }
        Ok(oracle::compare(&oracle::contents(&self.store).await, &oracle::contents(&fresh).await))
    }
}

fn engine(
    connector: Arc<dyn Connector>,
    store: &SqliteStore,
    kinds: &[EntityKind],
    scope: Scope,
    guard: MassDeleteGuard,
    clock: Arc<dyn Clock>,
) -> SyncEngine {
    let mut builder = SyncEngine::builder(connector, Arc::new(store.clone()))
        .scope(scope)
        .clock(clock)
        .page_size(8)
        .mass_delete_guard(guard);
    for kind in kinds {
        builder = crate::add_kind(builder, kind);
    }
    builder.build().expect("the kinds can be read")
}

fn keys(hints: &[psa_core::Hint]) -> Vec<String> {
    hints.iter().map(|hint| format!("{} {}", hint.kind, hint.key)).collect()
}

fn short(report: &psa_core::Result<RunReport>) -> String {
    let report = match report {
        Ok(report) => report,
        Err(error) => return format!("error {error}"),
    };
    let odd = report.entities.iter().filter(|e| e.outcome.why().is_some() || e.waiting > 0);
    let odd: Vec<String> = odd
        .map(|e| {
            let why: String = e.outcome.why().unwrap_or("").chars().take(160).collect();
            format!("{} waits for {} {why}", e.kind, e.waiting)
        })
        .collect();
    let t = report.totals();
    if std::env::var_os("PSA_SIM_DETAIL").is_some() {
        for e in &report.entities {
            eprintln!(
                "      {} {:?} {:?} {:?} live {} waiting {}",
                e.kind, e.mode, e.outcome, e.counts, e.live, e.waiting
            );
        }
    }
    format!(
        "{:?} fetched {} inserted {} updated {} removed {} released {} dropped {}{}{}",
        report.state,
        t.fetched,
        t.inserted,
        t.updated,
        t.removed,
        t.released,
        t.dropped,
        if odd.is_empty() { String::new() } else { format!(" [{}]", odd.join("; ")) },
        report.error.as_deref().map(|e| format!(" error: {e}")).unwrap_or_default()
    )
}
