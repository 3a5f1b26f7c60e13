//! What is kept, and the trait behind which a database keeps it. All of it goes in batches, and no SQL is known outside.

#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use psa_store::StoreError;
use serde::{Deserialize, Serialize};

use crate::endpoint::{Endpoint, SigningSecret};
use crate::{Event, EventFilter, EventType};

type Result<T> = std::result::Result<T, StoreError>;

/// An event that is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Its id.
    pub event_id: String,
    /// How many endpoints get it; none: it was published before, and nothing was done.
    pub deliveries: Option<u32>,
}

/// One event on its way to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// Its id.
    pub id: i64,
    /// The event.
    pub event_id: String,
    /// What happened.
    pub event_type: EventType,
    /// Where to.
    pub endpoint_id: String,
    /// What became of it.
    pub state: DeliveryState,
    /// Tries so far.
    pub attempts: u32,
    /// When it was published.
    pub created_at: DateTime<Utc>,
    /// When it is tried next, if it is pending, else without meaning; under way: when it is tried again if this process dies.
    pub next_at: DateTime<Utc>,
}

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryState {
    /// It will be tried, again or for the first time.
    Pending,
    /// The receiver took it.
    Delivered,
    /// A dead letter: it is not tried again unless it is replayed.
    Dead {
        /// Why.
        reason: String,
    },
}

/// Why a try was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// The event, or the schedule after a failure.
    Schedule,
    /// A replay.
    Replay,
    /// Somebody asked for this one try.
    Manual,
}

/// One try, written down before it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// Its delivery.
    pub delivery_id: i64,
    /// Counted from 1.
    pub number: u32,
    /// Why it was made.
    pub trigger: Trigger,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// How it ended; none: it is under way.
    pub end: Option<AttemptEnd>,
}

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttemptEnd {
    /// Whether the receiver took it.
    pub delivered: bool,
    /// The answer's status, if there was one.
    pub status: Option<u16>,
    /// How long it took.
    pub took: Duration,
    /// Why it failed. `interrupted` if the process died: then it may have arrived.
    pub error: Option<String>,
    /// The beginning of the answer's body, without what is secret.
    pub excerpt: String,
}

/// A delivery to be made, leased to this process.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Claimed {
    /// The delivery.
    pub delivery_id: i64,
    /// The row of the try, which stands already.
    pub attempt_id: i64,
    /// Proves that the lease is ours.
    pub lease: i64,
    /// Where to.
    pub endpoint_id: String,
    /// The event's id, which is signed.
    pub event_id: String,
    /// What happened.
    pub event_type: EventType,
    /// Failed tries since it was published or replayed.
    pub failures: u32,
    /// When it was due.
    pub due_at: DateTime<Utc>,
    /// The stored bytes.
    pub body: Bytes,
}

/// What is to be written of a try that ended.
#[derive(Debug, Clone)]
pub struct Completed {
    /// The delivery.
    pub delivery_id: i64,
    /// The try.
    pub attempt_id: i64,
    /// The lease it was made under.
    pub lease: i64,
    /// Where to.
    pub endpoint_id: String,
    /// The endpoint's version when the request was made: what an old address answers is not said of a new one.
    pub endpoint_version: u64,
    /// How it ended.
    pub end: AttemptEnd,
    /// What becomes of the delivery.
    pub then: Then,
}

/// What becomes of a delivery after a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// It arrived.
    Delivered,
    /// It is tried again.
    Retry {
        /// When.
        at: DateTime<Utc>,
    },
    /// It is a dead letter.
    Dead {
        /// Why.
        reason: String,
    },
    /// It is a dead letter, and its endpoint is done for, with all that waits for it.
    EndpointGone {
        /// Why.
        reason: String,
    },
    /// It stays what it was: a try by hand that failed.
    Unchanged {
        /// When it is due, as before the try.
        next_at: DateTime<Utc>,
    },
}

/// Deliveries to look at, newest first.
#[derive(Debug, Clone, Default)]
pub struct DeliveryQuery {
    /// To this endpoint.
    pub endpoint: Option<String>,
    /// Of this event.
    pub event: Option<String>,
    /// Only pending ones, delivered ones or dead letters.
    pub state: Option<StateFilter>,
    /// Published since then.
    pub since: Option<DateTime<Utc>>,
    /// At most so many; 100 unless told.
    pub limit: Option<u32>,
}

/// Deliveries of one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateFilter {
    /// Those that will be tried.
    Pending,
    /// Those that arrived.
    Delivered,
    /// Dead letters.
    Dead,
}

/// What is sent again, to one endpoint.
#[derive(Debug, Clone)]
#[must_use = "nothing is sent again until it is given to `Webhooks::replay`"]
pub struct Replay {
    pub(crate) endpoint: String,
    pub(crate) delivery: Option<i64>,
    pub(crate) since: Option<DateTime<Utc>>,
    pub(crate) filter: EventFilter,
    pub(crate) missed: bool,
    pub(crate) delivered: bool,
    pub(crate) limit: u32,
    pub(crate) spread: Duration,
}

impl Replay {
    fn of(endpoint: impl Into<String>) -> Self {
        Self {
            endpoint: endpoint.into(),
            delivery: None,
            since: None,
            filter: EventFilter::all(),
            missed: false,
            delivered: false,
            limit: 10_000,
            spread: Duration::ZERO,
        }
    }

    /// One delivery, whatever became of it.
    pub fn one(endpoint: impl Into<String>, delivery_id: i64) -> Self {
        Self { delivery: Some(delivery_id), delivered: true, ..Self::of(endpoint) }
    }

    /// The endpoint's dead letters.
    pub fn dead_letters(endpoint: impl Into<String>) -> Self {
        Self::of(endpoint)
    }

    /// Whatever did not arrive since a moment: dead letters, and events that were published while the endpoint was disabled or
    /// did not exist.
    pub fn since(endpoint: impl Into<String>, at: DateTime<Utc>) -> Self {
        Self { since: Some(at), missed: true, ..Self::of(endpoint) }
    }

    /// Only events of these types.
    pub fn filter(mut self, filter: EventFilter) -> Self {
        self.filter = filter;
        self
    }

    /// What arrived, too.
    pub fn delivered_too(mut self) -> Self {
        self.delivered = true;
        self
    }

    /// At most so many, oldest first; 10,000 unless told. The answer tells how many it were: ask again for the rest.
    pub fn limit(mut self, most: u32) -> Self {
        self.limit = most;
        self
    }

    /// One each `every`, not all at once.
    pub fn spread(mut self, every: Duration) -> Self {
        self.spread = every;
        self
    }
}

/// An endpoint in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndpointStats {
    /// Deliveries that wait.
    pub pending: u64,
    /// When the oldest of them was published.
    pub oldest_pending: Option<DateTime<Utc>>,
    /// Deliveries that arrived.
    pub delivered: u64,
    /// Dead letters.
    pub dead: u64,
    /// Tries.
    pub attempts: u64,
    /// Tries that failed.
    pub failed_attempts: u64,
}

/// What the completion of tries changed beyond their deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndpointChange {
    /// The endpoint was disabled.
    Disabled {
        /// Which.
        endpoint_id: String,
        /// Why.
        why: String,
    },
    /// It had failed, and now something arrived.
    Recovered {
        /// Which.
        endpoint_id: String,
        /// Since when it had failed.
        failing_since: DateTime<Utc>,
    },
}

/// A database for webhooks. Everything it is given at once, it does in one transaction.
///
/// [`SqliteStore`](crate::SqliteStore) is the one there is. What goes through here has no public constructors yet, so that another
/// one can be added in this crate only.
#[async_trait]
pub trait Store: Send + Sync + fmt::Debug {
    /// Adds an endpoint with its secret.
    async fn add_endpoint(&self, endpoint: Endpoint, secret: SigningSecret) -> Result<()>;

    /// Replaces url, settings and state; false if the endpoint is not of this version any more.
    async fn save_endpoint(&self, endpoint: Endpoint) -> Result<bool>;

    /// Removes endpoints with all that belongs to them.
    async fn remove_endpoints(&self, ids: Vec<String>) -> Result<u64>;

    /// These endpoints, or all of them, in the order of their making.
    async fn endpoints(&self, ids: Option<Vec<String>>) -> Result<Vec<Endpoint>>;

    /// The secrets of these endpoints that are good at `now`, newest first, with their ends.
    async fn secrets(
        &self,
        ids: Vec<String>,
        now: DateTime<Utc>,
    ) -> Result<Vec<(String, SigningSecret, Option<DateTime<Utc>>)>>;

    /// Makes `secret` the current one; those before it end at `old_until` at the latest, and at most `most_old` of them are kept.
    async fn rotate_secret(
        &self,
        endpoint_id: &str,
        secret: SigningSecret,
        now: DateTime<Utc>,
        old_until: DateTime<Utc>,
        most_old: u32,
    ) -> Result<()>;

    /// Stores events, each with a delivery to each enabled endpoint that wants it.
    async fn publish(&self, events: Vec<Event>, now: DateTime<Utc>) -> Result<Vec<Published>>;

    /// Leases what is due: of each of these endpoints, in this order, at most so many, and at most `most` in all. Each try stands in the log before this returns. A lease
    /// that has ended counts as due, and its try as interrupted.
    async fn claim(
        &self,
        rooms: Vec<(String, u32)>,
        most: u32,
        now: DateTime<Utc>,
        lease_until: DateTime<Utc>,
    ) -> Result<Vec<Claimed>>;

    /// Leases one delivery, due or not, for a try by hand; none if it is under way.
    async fn claim_one(&self, id: i64, now: DateTime<Utc>, lease_until: DateTime<Utc>) -> Result<Option<Claimed>>;

    /// Writes down how tries ended. A delivery whose lease is not the one of the try keeps its state; the try is noted all the
    /// same. Disables an endpoint that did nothing but fail for `disable_after`; tries by hand do not count for that.
    async fn complete(
        &self,
        done: Vec<Completed>,
        now: DateTime<Utc>,
        disable_after: Duration,
    ) -> Result<Vec<EndpointChange>>;

    /// When the next delivery to an enabled endpoint becomes due, after `after`.
    async fn next_due(&self, after: DateTime<Utc>) -> Result<Option<DateTime<Utc>>>;

    /// Deliveries, newest first.
    async fn deliveries(&self, query: DeliveryQuery) -> Result<Vec<Delivery>>;

    /// The tries of these deliveries, in their order.
    async fn attempts(&self, delivery_ids: Vec<i64>) -> Result<Vec<Attempt>>;

    /// Makes deliveries due again, or for the first time; how many.
    async fn replay(&self, replay: Replay, now: DateTime<Utc>) -> Result<u64>;

    /// An endpoint in numbers.
    async fn stats(&self, endpoint_id: &str) -> Result<EndpointStats>;

    /// Forgets events that were published before, unless one of their deliveries is pending; how many.
    async fn prune(&self, before: DateTime<Utc>) -> Result<u64>;
}
