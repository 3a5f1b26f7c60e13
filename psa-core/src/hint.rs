//! What a vendor's notification boils down to, and the shape of what turns bytes into it.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::{EntityKind, Key, Result};

/// Why a notification came.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The record is new.
    Created,
    /// It changed.
    Updated,
    /// It is gone.
    Deleted,
    /// The vendor did not say.
    Unknown,
}

/// "Look at this record": never the truth itself, which is always read from the vendor again.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Hint {
    /// The connection the notification belongs to.
    pub connection: String,
    /// The kind of the record.
    pub kind: EntityKind,
    /// Its key.
    pub key: Key,
    /// Why.
    pub cause: Cause,
    /// The vendor's id of the notification, to drop repeats.
    pub dedupe_id: Option<String>,
}

impl Hint {
    /// Look at this record of a connection.
    pub fn new(connection: impl Into<String>, kind: EntityKind, key: Key, cause: Cause) -> Self {
        Self { connection: connection.into(), kind, key, cause, dedupe_id: None }
    }

    /// With the vendor's id of the notification, if it has one.
    #[must_use]
    pub fn dedupe_by(mut self, id: impl Into<Option<String>>) -> Self {
        self.dedupe_id = id.into();
        self
    }
}

/// What to answer the vendor.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Content type, if there is a body.
    pub content_type: Option<&'static str>,
    /// Body: most vendors want none, a handshake wants its token back.
    pub body: Bytes,
}

impl Answer {
    /// A status without a body.
    pub fn new(status: u16) -> Self {
        Self { status, content_type: None, body: Bytes::new() }
    }

    /// With a body.
    #[must_use]
    pub fn body(mut self, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        self.content_type = Some(content_type);
        self.body = body.into();
        self
    }

    /// 204 without a body.
    pub fn accepted() -> Self {
        Self::new(204)
    }
}

/// A received notification.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// What to answer, once the hints are stored.
    pub answer: Answer,
    /// What to look at.
    pub hints: Vec<Hint>,
}

impl Received {
    /// What to answer, and what to look at.
    pub fn new(answer: Answer, hints: Vec<Hint>) -> Self {
        Self { answer, hints }
    }
}

/// A notification as it arrived, free of any HTTP library: raw look-ups and the raw body.
pub trait Incoming: Sync {
    /// The value of a header, by case-insensitive name.
    fn header(&self, name: &str) -> Option<&[u8]>;
    /// The value of a query parameter.
    fn query(&self, name: &str) -> Option<&str>;
    /// The body, untouched: signatures cover its exact bytes.
    fn body(&self) -> &[u8];
}

/// Verifies and reads a vendor's notifications.
#[async_trait::async_trait]
pub trait Receiver: Send + Sync {
    /// Verifies `incoming` and tells what it means.
    ///
    /// # Errors
    /// [`ErrorKind::Unauthenticated`](crate::ErrorKind::Unauthenticated) if it is not from the vendor.
    async fn receive(&self, incoming: &dyn Incoming) -> Result<Received>;

    /// Tell it if the hints could not be stored: a receiver that drops repeats must take this one again.
    fn not_stored(&self, _received: &Received) {}
}
