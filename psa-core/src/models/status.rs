//! What statuses mean: stages and the map that the caller gives.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Where a ticket is in the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Newly created or not yet triaged.
    New,
    /// Reviewed and categorised.
    Triaged,
    /// Actively worked on.
    Working,
    /// Waiting for the customer or others.
    Waiting,
    /// Completed.
    Resolved,
}

impl Stage {
    pub(crate) const NAMES: &'static [&'static str] = &["new", "triaged", "working", "waiting", "resolved"];
}

/// What a status means to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusMeaning {
    /// The stage.
    pub stage: Stage,
    /// Whether a ticket with this status is closed.
    pub closed: bool,
}

/// The caller's map from a vendor's status ids to their meaning.
///
/// A status that is not in the map is unknown: neither stage nor closed is guessed.
///
/// ```
/// use psa_core::{Stage, StatusMap};
///
/// let map = StatusMap::new().with(1, Stage::New, false).with(9, Stage::Resolved, true);
/// assert_eq!(map.get("9").map(|m| m.closed), Some(true));
/// assert_eq!(map.get("28"), None);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StatusMap(BTreeMap<String, StatusMeaning>);

impl StatusMap {
    /// An empty map: everything is unknown.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces one status.
    #[must_use]
    pub fn with(mut self, status_id: impl ToString, stage: Stage, closed: bool) -> Self {
        self.0.insert(status_id.to_string(), StatusMeaning { stage, closed });
        self
    }

    /// What the status means, if the caller said.
    pub fn get(&self, status_id: &str) -> Option<StatusMeaning> {
        self.0.get(status_id).copied()
    }

    /// The first status that closes, by number where ids are numbers.
    pub fn first_closed(&self) -> Option<i64> {
        self.0.iter().filter(|(_, m)| m.closed).filter_map(|(id, _)| id.parse().ok()).min()
    }

    /// Those of `status_ids` that are not mapped, for a wizard that wants every status in exactly one stage.
    pub fn unmapped<'a>(&'a self, status_ids: impl IntoIterator<Item = &'a str> + 'a) -> impl Iterator<Item = &'a str> {
        status_ids.into_iter().filter(|id| !self.0.contains_key(*id))
    }
}
