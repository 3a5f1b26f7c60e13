//! What the engine asks of a store. Every hot call takes a batch.

#[cfg(feature = "sqlite")]
mod sqlite;
mod views;

use std::collections::BTreeMap;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use psa_core::{Cause, Cursor, EntityKind, Error, ErrorKind, Evidence, Hint, Key, Projection, Result, Schema, Version};
use psa_store::StoreError;
use serde::{Deserialize, Serialize};

#[cfg(feature = "sqlite")]
pub use self::sqlite::SqliteStore;
use crate::report::{Counts, Mode, RunState};

/// A run's number.
pub type RunId = i64;

/// A connection and a kind: what has a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StreamKey {
    /// The connection's name.
    pub connection: String,
    /// The kind.
    pub kind: EntityKind,
}

/// How far a pass over a stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// No pass is open.
    Idle,
    /// Pages are being read.
    Reading,
    /// All pages are in; keys are compared.
    Reconciling,
}

/// Where a stream is. Written in the transaction of the rows it speaks of.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// Counts writes; a write on an older one is refused.
    pub version: u64,
    /// Counts beginnings from scratch.
    pub epoch: u64,
    /// What the open pass reads; what the next one will, if none is open.
    pub mode: Mode,
    /// How far the open pass is.
    pub phase: Phase,
    /// The start of the open window, or of the next one. Unset: from the beginning.
    pub window_lo: Option<DateTime<Utc>>,
    /// The end of the open window: the vendor's clock at the page that was read first. It can go back while the pass is open,
    /// never on.
    pub window_hi: Option<DateTime<Utc>>,
    /// Where the open pass goes on.
    pub cursor: Option<Cursor>,
    /// Whether all pages of the open pass came in one answer.
    pub atomic: bool,
    /// What the rows depend on beside the vendor: the scope, and how records are mapped.
    pub scope: String,
    /// The vendor's time up to which the rows are complete.
    pub fresh_as_of: Option<DateTime<Utc>>,
}

impl Checkpoint {
    /// Whether the stream was read as a whole once.
    pub(crate) fn fresh(&self) -> bool {
        self.mode == Mode::Incremental || self.epoch > 1
    }

    /// The checkpoint of a stream that was never read.
    pub fn new(scope: String) -> Self {
        Self {
            version: 0,
            epoch: 1,
            mode: Mode::Backfill,
            phase: Phase::Idle,
            window_lo: None,
            window_hi: None,
            cursor: None,
            atomic: false,
            scope,
            fresh_as_of: None,
        }
    }
}

/// Why a record waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum HoldReason {
    /// It could not be decoded.
    Undecodable {
        /// Where in the record.
        path: String,
        /// What was expected.
        message: String,
    },
    /// Its key does not have the shape of its kind.
    WrongKey {
        /// What was expected.
        message: String,
    },
    /// Its parent is not there.
    MissingParent {
        /// The parent's kind.
        kind: EntityKind,
        /// The parent's key.
        key: Key,
    },
}

/// A record that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hold {
    /// Its kind.
    pub kind: EntityKind,
    /// Its key.
    pub key: Key,
    /// Why.
    pub reason: HoldReason,
    /// Since when.
    pub since: String,
}

/// A record, ready to be stored.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The kind.
    pub kind: EntityKind,
    /// The vendor's key.
    pub key: Key,
    /// How new it is.
    pub version: Version,
    /// Whether the raw bytes are a list's row or the whole record.
    pub projection: Projection,
    /// The vendor's bytes.
    pub raw: Bytes,
    /// The common value's content as JSON.
    pub content: Vec<u8>,
    /// The hash of the content.
    pub hash: [u8; 16],
    /// What must be there first.
    pub parents: Vec<(EntityKind, Key)>,
    /// Whether it goes when its parent goes: the vendor lists no keys of its kind, so nothing else could tell.
    pub follows: bool,
    /// Whether the scope holds it.
    pub in_scope: bool,
    /// Why it can't be stored.
    pub broken: Option<HoldReason>,
}

/// A record that is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// Its kind.
    pub kind: EntityKind,
    /// Its key.
    pub key: Key,
    /// Why we believe it.
    pub evidence: Evidence,
}

/// What one transaction writes: rows, and the checkpoint that speaks of them.
#[derive(Debug)]
pub struct Commit {
    /// The run.
    pub run: RunId,
    /// The stream whose checkpoint moves.
    pub stream: StreamKey,
    /// The checkpoint after this, with the version it was read at.
    pub checkpoint: Checkpoint,
    /// Records, of the stream's kind or of kinds fed by it.
    pub records: Vec<Prepared>,
    /// Records that are gone.
    pub removals: Vec<Removal>,
    /// Parents that records wait for and that do not exist: records that follow them are not waited with any longer.
    pub orphaned: Vec<(EntityKind, Key)>,
    /// Whether to remember which keys this pass saw.
    pub mark_seen: bool,
    /// Whether the pass ends here, so that what it saw can be forgotten.
    pub ends_pass: bool,
    /// The time, for people.
    pub at: DateTime<Utc>,
}

/// What a commit did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Committed {
    /// The checkpoint's new version.
    pub version: u64,
    /// By kind.
    pub counts: BTreeMap<EntityKind, Counts>,
}

/// The vendor's keys against ours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Theirs that we do not have (or, for a window, did not see in this pass).
    pub unknown: Vec<Key>,
    /// Ours that they do not have; the first ones, if there are very many.
    pub absent: Vec<Key>,
    /// How many those are.
    pub absent_count: u64,
    /// Keys of records that wait or are outside the scope, and that they do not have.
    pub stale: Vec<Key>,
    /// How many records we have.
    pub live: u64,
}

/// A record that hints wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Its kind.
    pub kind: EntityKind,
    /// Its key.
    pub key: Key,
    /// What the last hint said.
    pub cause: Cause,
    /// The number of the last hint: what tells whether one came meanwhile.
    pub number: i64,
}

/// Where synced records are kept.
#[async_trait]
pub trait Store: Send + Sync {
    /// Makes the connection known, and what its kinds are made of.
    ///
    /// # Errors
    /// What the database can do.
    async fn prepare(&self, connection: &str, vendor: &str, schemas: &[&'static Schema]) -> Result<()>;

    /// Begins a run. A run that was never finished is marked interrupted: it is never read as a success.
    ///
    /// # Errors
    /// What the database can do.
    async fn begin_run(&self, connection: &str, at: DateTime<Utc>) -> Result<RunId>;

    /// Ends a run.
    ///
    /// # Errors
    /// What the database can do.
    async fn finish_run(&self, run: RunId, state: RunState, report: String, at: DateTime<Utc>) -> Result<()>;

    /// Writes a line of the log.
    ///
    /// # Errors
    /// What the database can do.
    async fn log(&self, run: RunId, kind: &EntityKind, message: String, at: DateTime<Utc>) -> Result<()>;

    /// Where a stream is; none if it was never read.
    ///
    /// # Errors
    /// What the database can do.
    async fn checkpoint(&self, stream: &StreamKey) -> Result<Option<Checkpoint>>;

    /// Writes rows and checkpoint in one transaction.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] if another run moved the checkpoint; then nothing was written.
    async fn commit(&self, commit: Commit) -> Result<Committed>;

    /// Begins to take in the vendor's keys of a stream.
    ///
    /// # Errors
    /// What the database can do.
    async fn begin_snapshot(&self, stream: &StreamKey) -> Result<()>;

    /// Takes in some of them. They are kept on disk.
    ///
    /// # Errors
    /// What the database can do.
    async fn add_to_snapshot(&self, stream: &StreamKey, keys: Vec<Key>) -> Result<()>;

    /// Compares them. `window`: against what this pass saw, else against all records.
    ///
    /// # Errors
    /// What the database can do.
    async fn compare_snapshot(&self, stream: &StreamKey, window: bool) -> Result<Snapshot>;

    /// The parents of these kinds that records of a connection wait for, each once, the newest first.
    ///
    /// # Errors
    /// What the database can do.
    async fn missing_parents(
        &self,
        connection: &str,
        kinds: &[EntityKind],
        limit: u32,
    ) -> Result<Vec<(EntityKind, Key)>>;

    /// The records that wait.
    ///
    /// # Errors
    /// What the database can do.
    async fn holds(&self, connection: &str, limit: u32) -> Result<Vec<Hold>>;

    /// Takes hints into the inbox: one entry a record. Returns how many records had none.
    ///
    /// # Errors
    /// What the database can do.
    async fn accept_hints(&self, hints: Vec<Hint>, at: DateTime<Utc>) -> Result<u64>;

    /// The records of these kinds that hints wait for: of each kind at most `limit`, the oldest first.
    ///
    /// # Errors
    /// What the database can do.
    async fn hints(&self, connection: &str, kinds: &[EntityKind], limit: u32) -> Result<Vec<Pending>>;

    /// Takes entries out of the inbox, unless a hint came to them since they were read from it.
    ///
    /// # Errors
    /// What the database can do.
    async fn settle_hints(&self, connection: &str, done: Vec<Pending>) -> Result<()>;

    /// How many records there are and how many wait.
    ///
    /// # Errors
    /// What the database can do.
    async fn size(&self, stream: &StreamKey) -> Result<(u64, u64)>;
}

/// A store's failure as the family's error: its own text says what to do.
pub(crate) fn failed(error: StoreError) -> Error {
    Error::new(ErrorKind::Store, error.to_string()).with_source(error)
}
