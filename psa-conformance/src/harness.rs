use async_trait::async_trait;
use psa_core::{EntityKind, Key};

/// What a harness can do to the next requests of a kind's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disturbance {
    /// The vendor says 429.
    RateLimited,
    /// The vendor fails with 500.
    ServerError,
    /// The connection breaks before an answer.
    Reset,
    /// The connection breaks in the middle of the answer.
    CutBody,
    /// The token stops working.
    ExpiredToken,
    /// The page comes without rows.
    EmptyPage,
    /// The page before comes again.
    RepeatedPage,
}

/// Hands on an emulated vendor. A real tenant has none: then only reading is checked.
#[async_trait]
pub trait Harness: Send + Sync {
    /// Disturbs the `nth` (from 1) request that lists `kind`, counted from now.
    fn disturb(&self, kind: &EntityKind, nth: u64, disturbance: Disturbance);

    /// Ends all disturbances.
    fn calm(&self);

    /// Requests sent so far.
    fn requests(&self) -> u64;

    /// Lets the vendor's clock go on, past every overlap.
    async fn later(&self);

    /// Changes one record of `kind` at the vendor; none if the harness can't.
    fn edit(&self, kind: &EntityKind) -> Option<Key>;
}
