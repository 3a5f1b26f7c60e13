use chrono::{DateTime, Utc};
use psa_core::{EntityKind, WaitReason};

use crate::report::{Counts, EntityReport, Mode, RunReport};

/// What happens during a run.
#[non_exhaustive]
#[derive(Debug)]
pub enum Event<'a> {
    /// A run began.
    RunStarted,
    /// Reading of a kind began, or went on where an interrupted run stopped.
    EntityStarted {
        /// The kind.
        kind: &'a EntityKind,
        /// Whether everything is read or what changed.
        mode: Mode,
        /// Whether it goes on from a checkpoint.
        resumed: bool,
    },
    /// A page was committed.
    Page {
        /// The kind.
        kind: &'a EntityKind,
        /// So far in this run.
        counts: Counts,
        /// How many there are, by the vendor.
        total: Option<u64>,
    },
    /// The rows read are compared to the vendor's keys.
    Reconciling {
        /// The kind.
        kind: &'a EntityKind,
    },
    /// Requests wait: for the rate budget, for the vendor's limit, or before another try. What waits longest is told, each time
    /// that this changes.
    Waiting {
        /// Why.
        why: WaitReason,
        /// Until when, by the connector's clock.
        until: DateTime<Utc>,
    },
    /// A kind is done.
    EntityFinished {
        /// What happened.
        report: &'a EntityReport,
    },
    /// The run is over.
    RunFinished {
        /// What happened.
        report: &'a RunReport,
    },
}

/// Hears what happens. A closure is one, and `()` for none.
pub trait Progress: Send + Sync {
    /// Something happened. Must return soon.
    fn event(&self, event: &Event<'_>);
}

impl<F: Fn(&Event<'_>) + Send + Sync> Progress for F {
    fn event(&self, event: &Event<'_>) {
        self(event);
    }
}

impl Progress for () {
    fn event(&self, _: &Event<'_>) {}
}
