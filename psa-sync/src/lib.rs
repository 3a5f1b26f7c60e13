#![doc = include_str!("../README.md")]

mod clock;
mod engine;
mod guard;
mod inbox;
mod pass;
mod prepare;
mod progress;
mod reconcile;
mod report;
mod scope;
mod store;

pub use engine::{Pull, SyncEngine, SyncEngineBuilder};
pub use guard::MassDeleteGuard;
pub use progress::{Event, Progress};
pub use report::{Counts, EntityOutcome, EntityReport, Mode, RunReport, RunState};
pub use scope::Scope;
#[cfg(feature = "sqlite")]
pub use store::SqliteStore;
pub use store::{
    Checkpoint, Commit, Committed, Hold, HoldReason, Pending, Phase, Prepared, Removal, RunId, Snapshot, Store,
    StreamKey,
};
