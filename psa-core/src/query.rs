//! What to read.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::EntityKind;

/// Who waits for an answer; decides who goes first when the rate budget is short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum Lane {
    /// A person.
    #[default]
    Interactive,
    /// A webhook's record.
    Webhook,
    /// A scheduled update.
    Incremental,
    /// A first full read.
    Backfill,
}

/// Which records of a kind to read.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// Only those that changed at or after this moment, by the vendor's clock.
    pub updated_since: Option<DateTime<Utc>>,
    /// Further kinds that the same fetch shall feed, if the reader can.
    pub with: Vec<EntityKind>,
    /// Records a page, at most. The vendor's cap may be lower.
    pub page_size: Option<u32>,
    /// Who waits.
    pub lane: Lane,
}

impl Query {
    /// Everything.
    pub fn new() -> Self {
        Self::default()
    }

    /// What changed at or after this moment.
    pub fn since(since: DateTime<Utc>) -> Self {
        Self::new().updated_since(since)
    }

    /// Only what changed since.
    #[must_use]
    pub fn updated_since(mut self, since: DateTime<Utc>) -> Self {
        self.updated_since = Some(since);
        self
    }

    /// Records a page, at most.
    #[must_use]
    pub fn page_size(mut self, size: u32) -> Self {
        self.page_size = Some(size);
        self
    }

    /// Who waits.
    #[must_use]
    pub fn lane(mut self, lane: Lane) -> Self {
        self.lane = lane;
        self
    }

    /// A further kind to feed from the same fetch.
    #[must_use]
    pub fn with(mut self, kind: EntityKind) -> Self {
        self.with.push(kind);
        self
    }
}
