#![doc = include_str!("../README.md")]

mod builder;
mod clock;
mod compare;
mod engine;
mod guard;
mod inbox;
mod labels;
mod missed_rows;
mod missing_parents;
mod pass;
mod prepare;
mod progress;
mod report;
mod run;
mod scope;
mod single_reads;
mod store;

pub use builder::{Pull, SyncEngineBuilder};
pub use engine::SyncEngine;
pub use guard::MassDeleteGuard;
pub use progress::{Event, Progress};
pub use report::{Counts, EntityOutcome, EntityReport, Mode, RunReport, RunState};
pub use scope::Scope;
#[cfg(feature = "sqlite")]
pub use store::SqliteStore;
pub use store::{
    Audit, Checkpoint, Commit, Committed, Comparison, ConnectionInfo, Content, Due, Family, Hold, HoldReason, Listing,
    Pending, Phase, Prepared, Removal, RunId, Standing, Store, StreamKey, Target, Verdict,
};
