use std::ops::AddAssign;
use std::time::Duration;

use chrono::{DateTime, Utc};
use psa_core::EntityKind;
use serde::Serialize;

/// What became of the records of a kind. `fetched = inserted + updated + unchanged + held + rejected`, always.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Records that came from the vendor.
    pub fetched: u64,
    /// New ones.
    pub inserted: u64,
    /// Known ones whose content changed.
    pub updated: u64,
    /// Known ones whose content is the same: nothing was written.
    pub unchanged: u64,
    /// Those that wait, each with a reason.
    pub held: u64,
    /// Those outside the scope.
    pub rejected: u64,
    /// Records that are gone at the vendor (not part of `fetched`).
    pub removed: u64,
    /// Records held earlier whose reason went away (not part of `fetched`).
    pub released: u64,
    /// Records held earlier that are waited for no longer, since what they belong to is gone or outside the scope (not part of
    /// `fetched`).
    pub dropped: u64,
}

impl Counts {
    /// Records written.
    pub fn stored(&self) -> u64 {
        self.inserted + self.updated
    }

    /// Whether every record that came is accounted for.
    pub fn balanced(&self) -> bool {
        self.fetched == self.inserted + self.updated + self.unchanged + self.held + self.rejected
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.fetched += other.fetched;
        self.inserted += other.inserted;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
        self.held += other.held;
        self.rejected += other.rejected;
        self.removed += other.removed;
        self.released += other.released;
        self.dropped += other.dropped;
    }
}

/// Whether everything was read or what changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Everything, for the first time or because the scope changed.
    Backfill,
    /// What changed.
    Incremental,
}

/// How a kind ended.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state", content = "detail")]
pub enum EntityOutcome {
    /// Read to the end.
    Done,
    /// The login may not read it; the rest of the run went on.
    NotPermitted(String),
    /// Too many records vanished at once: none was deleted, and somebody must look.
    Guarded(String),
    /// It was read, but the vendor counts more records than it lists, or its keys could not be compared with ours: something may
    /// be missing, or gone and still here.
    Incomplete(String),
    /// It failed; other kinds were read all the same.
    Failed(String),
    /// It was not read, since what failed before concerns all kinds.
    Skipped(String),
}

impl EntityOutcome {
    /// Why it is not simply done, for a person.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Done => None,
            Self::NotPermitted(why)
            | Self::Guarded(why)
            | Self::Incomplete(why)
            | Self::Failed(why)
            | Self::Skipped(why) => Some(why),
        }
    }
}

/// What happened to one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntityReport {
    /// The kind.
    pub kind: EntityKind,
    /// How it ended.
    pub outcome: EntityOutcome,
    /// Whether everything was read or what changed.
    pub mode: Mode,
    /// What became of its records.
    pub counts: Counts,
    /// Of the fetched ones, those that paging had missed and that were read one by one.
    pub recovered: u64,
    /// Pages committed.
    pub pages: u64,
    /// Records there now.
    pub live: u64,
    /// Records that wait now.
    pub waiting: u64,
    /// The vendor's time up to which the data are complete.
    pub fresh_as_of: Option<DateTime<Utc>>,
    /// How far behind its window a changed record's stamp was: the vendor's answers and its records are stamped by different
    /// clocks. Windows reach back further from now on.
    pub skew: Option<Duration>,
    /// How long it took.
    pub took: Duration,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Everything was read and nothing waits.
    Succeeded,
    /// It went to its end, and something waits, was not permitted, or was stopped by a guard.
    Partial,
    /// It ended with an error, or no kind could be read; what was committed stays, and the next run goes on from there.
    Failed,
    /// The caller stopped it.
    Cancelled,
}

impl RunState {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What happened in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunReport {
    /// Its number in the store.
    pub run: i64,
    /// How it ended.
    pub state: RunState,
    /// By kind, in the order of the run.
    pub entities: Vec<EntityReport>,
    /// The error that ended it.
    pub error: Option<String>,
    /// How long it took.
    pub took: Duration,
}

impl RunReport {
    /// All kinds together.
    pub fn totals(&self) -> Counts {
        let mut totals = Counts::default();
        for entity in &self.entities {
            totals += entity.counts;
        }
        totals
    }

    /// The report of a kind.
    pub fn entity(&self, kind: &EntityKind) -> Option<&EntityReport> {
        self.entities.iter().find(|e| e.kind == *kind)
    }
}
