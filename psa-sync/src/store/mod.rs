//! What the engine asks of a store. Every hot call takes a batch.

#[cfg(feature = "sqlite")]
mod sqlite;
mod views;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

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
    /// Pages are being read. Without a cursor all of them were, and the pass was not closed: it begins again.
    Reading,
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
    /// What the rows depend on beside the vendor: the scope, the parents that are synced, and how records are mapped.
    pub scope: String,
    /// The vendor's time up to which the rows are complete.
    pub fresh_as_of: Option<DateTime<Utc>>,
    /// The newest change stamp of a row that was not later than the vendor's clock at its page.
    pub newest: Option<DateTime<Utc>>,
    /// How much further than the connector's overlap the next window reaches back, because rows came late.
    pub extra_overlap: Duration,
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
            newest: None,
            extra_overlap: Duration::ZERO,
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
    /// The vendor has it, and reading it failed. It is tried again in every run.
    Unread {
        /// What went wrong.
        message: String,
    },
    /// The records below this one have to be read, and were not yet.
    ChildrenUnread {
        /// What went wrong; empty if they were not tried yet.
        message: String,
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
    /// The hash of the vendor's bytes.
    pub raw_hash: i64,
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

/// What kinds have to do with each other beyond their fields.
#[derive(Debug, Clone, Default)]
pub struct Family {
    /// A parent's kind, and the stream by which the records below it are read.
    pub children: Vec<(EntityKind, EntityKind)>,
    /// A kind, and those that a reference to it may mean as well, since they share its numbers.
    pub numbered_with: Vec<(EntityKind, Vec<EntityKind>)>,
}

/// What is to be read again by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The record with this key. One that does not exist is not asked for again.
    Record,
    /// The record with this key, which the vendor lists: that it is not found may be a fault.
    Listed,
    /// All records below the parent with this key.
    Children,
}

/// Something that is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Its key, or the parent's.
    pub key: Key,
    /// When it was last asked for: what tells whether it was asked for again while it was read.
    pub asked: i64,
}

/// What one transaction writes: rows, and the checkpoint that speaks of them.
#[derive(Debug)]
pub struct Commit {
    /// The run.
    pub run: RunId,
    /// The stream.
    pub stream: StreamKey,
    /// The checkpoint: as it is after this, with the version that it was read at, if `moves`; else only its scope counts, which
    /// must be the stream's.
    pub checkpoint: Checkpoint,
    /// Whether the checkpoint moves. Records that are read one by one leave it where it is.
    pub moves: bool,
    /// Records, of the stream's kind or of kinds fed by it.
    pub records: Vec<Prepared>,
    /// Records that are gone.
    pub removals: Vec<Removal>,
    /// Parents that records wait for and that are proven gone: nothing waits for them any longer.
    pub orphaned: Vec<(EntityKind, Key)>,
    /// What was read, and need not be read again.
    pub settled: Vec<(Target, Due)>,
    /// Whether to remember which keys this pass saw.
    pub mark_seen: bool,
    /// Whether the pass ends here, so that what it saw can be forgotten.
    pub ends_pass: bool,
    /// Whether keys have to be compared after this pass.
    pub ask_to_compare: bool,
    /// The comparison that the removals rest on. If another one took its place, nothing is written.
    pub comparison: Option<i64>,
    /// What kinds have to do with each other.
    pub family: Arc<Family>,
    /// Changed rows with a stamp before this moment came later than their window.
    pub late_before: Option<DateTime<Utc>>,
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
    /// The earliest stamp of a changed row of the stream's kind that is before `late_before`.
    pub late: Option<DateTime<Utc>>,
}

/// A comparison of the vendor's keys with ours, under way. It belongs to who began it, until another one begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// Its number.
    pub id: i64,
    /// Where listing the vendor's keys goes on, if it began earlier.
    pub cursor: Option<Cursor>,
    /// Whether all keys are in already.
    pub complete: bool,
    /// Whether they came in one answer of the vendor.
    pub atomic: bool,
}

/// A set of the vendor's keys that the store has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// The keys of a comparison.
    Comparison(i64),
    /// The keys that the open pass saw.
    Seen,
}

/// What a listing says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Keys in the listing, rows without a readable key included.
    pub listed: u64,
    /// Of those, rows without a readable key.
    pub unreadable: u64,
    /// Records that we have and that are not in it.
    pub absent: u64,
    /// Records that we have.
    pub live: u64,
}

/// How the vendor's number of records and ours compared when it was last looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Audit {
    /// What the vendor counted.
    pub counted: u64,
    /// What we knew then.
    pub known: u64,
    /// How many the vendor counted and did not list.
    pub missing: u64,
    /// How many comparisons in a row said the same.
    pub same: u32,
    /// When the last of them did.
    pub at: DateTime<Utc>,
}

/// What is known of a stream, for deciding whether its keys have to be compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Keys that the vendor should have, by what we know: stored, waiting, or outside the scope.
    pub known: u64,
    /// Rows without a readable key that wait.
    pub unreadable: u64,
    /// When keys were last compared.
    pub compared_at: Option<DateTime<Utc>>,
    /// Whether a comparison was asked for.
    pub asked: bool,
    /// The last audit.
    pub audit: Option<Audit>,
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

/// A stored record's content, for giving its labels new names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Its key.
    pub key: Key,
    /// The hash of the content as it was read.
    pub hash: [u8; 16],
    /// The content as JSON.
    pub content: Vec<u8>,
}

/// Which connection a store is asked to keep.
#[derive(Debug, Clone)]
pub struct ConnectionInfo {
    /// Its name.
    pub name: String,
    /// The vendor.
    pub vendor: String,
    /// The vendor's account, if the connector tells.
    pub account: Option<String>,
    /// Another account that this connection had before, by which it is still known.
    pub was: Option<String>,
}

/// Where synced records are kept.
#[async_trait]
pub trait Store: Send + Sync {
    /// Makes the connection known, and what its kinds are made of.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] if the connection holds the records of another vendor or account; what the database can do.
    async fn prepare(&self, connection: &ConnectionInfo, schemas: &[&'static Schema]) -> Result<()>;

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

    /// Forgets log lines, changes and runs of a connection from before a moment: at most so many of each. The newest run stays.
    ///
    /// # Errors
    /// What the database can do.
    async fn prune(&self, connection: &str, before: DateTime<Utc>, at_most: u32) -> Result<()>;

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
    /// [`ErrorKind::Conflict`] if another run moved the checkpoint, changed its scope or began another comparison; then nothing
    /// was written.
    async fn commit(&self, commit: Commit) -> Result<Committed>;

    /// Moves the checkpoint of a stream whose records are read below their parents, and asks for the children of all
    /// parents of these kinds.
    ///
    /// # Errors
    /// As [`commit`](Self::commit).
    async fn expect_children(
        &self,
        stream: &StreamKey,
        checkpoint: Checkpoint,
        parents: &[EntityKind],
        at: DateTime<Utc>,
    ) -> Result<u64>;

    /// What is to be read for a stream: what was never tried first. `after` goes on behind a key.
    ///
    /// # Errors
    /// What the database can do.
    async fn due(&self, stream: &StreamKey, target: Target, limit: u32) -> Result<Vec<Due>>;

    /// Asks for something to be read, with what went wrong if it was tried. What waits already is counted as tried once more.
    ///
    /// # Errors
    /// What the database can do.
    async fn ask_for(
        &self,
        stream: &StreamKey,
        target: Target,
        keys: Vec<(Key, Option<String>)>,
        at: DateTime<Utc>,
    ) -> Result<()>;

    /// The stored and waiting records of these kinds below a parent. The first part of their keys is the parent's key.
    ///
    /// # Errors
    /// What the database can do.
    async fn below(&self, connection: &str, kinds: &[EntityKind], parent: &Key) -> Result<Vec<(EntityKind, Key)>>;

    /// Whether a record of one of these kinds is there.
    ///
    /// # Errors
    /// What the database can do.
    async fn has(&self, connection: &str, kinds: &[EntityKind], key: &Key) -> Result<bool>;

    /// Begins to compare the vendor's keys of a stream, or goes on with a comparison that began at `since` or later. Another one
    /// under way loses its right to remove anything.
    ///
    /// # Errors
    /// What the database can do.
    async fn begin_comparison(
        &self,
        stream: &StreamKey,
        since: Option<DateTime<Utc>>,
        at: DateTime<Utc>,
    ) -> Result<Comparison>;

    /// Takes in some of the vendor's keys; `next` is where listing goes on, none if these were the last.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if another comparison took this one's place.
    async fn add_keys(&self, comparison: &Comparison, keys: Vec<Key>, atomic: bool, next: Option<Cursor>)
    -> Result<()>;

    /// Keys of a comparison that we do not have, in order, from behind a key on. `window`: that the open pass did not see.
    ///
    /// # Errors
    /// What the database can do.
    async fn unknown(
        &self,
        stream: &StreamKey,
        comparison: i64,
        window: bool,
        after: Option<&Key>,
        limit: u32,
    ) -> Result<Vec<Key>>;

    /// What a listing says.
    ///
    /// # Errors
    /// What the database can do.
    async fn verdict(&self, stream: &StreamKey, listing: Listing) -> Result<Verdict>;

    /// Our keys that are not in a listing, in order, from behind a key on.
    ///
    /// # Errors
    /// What the database can do.
    async fn absent(&self, stream: &StreamKey, listing: Listing, after: Option<&Key>, limit: u32) -> Result<Vec<Key>>;

    /// Forgets what waits, is outside the scope or is to be read, and is not in a listing. With `unreadable`, rows without a
    /// readable key too: all rows of the vendor are known by their keys now.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if another comparison took this one's place.
    async fn drop_stale(&self, stream: &StreamKey, listing: Listing, unreadable: bool) -> Result<u64>;

    /// How many keys the open pass saw.
    ///
    /// # Errors
    /// What the database can do.
    async fn seen(&self, stream: &StreamKey) -> Result<u64>;

    /// Ends a comparison. With a time, the stream counts as compared then.
    ///
    /// # Errors
    /// What the database can do.
    async fn end_comparison(&self, stream: &StreamKey, comparison: i64, compared: Option<DateTime<Utc>>) -> Result<()>;

    /// What is known of a stream.
    ///
    /// # Errors
    /// What the database can do.
    async fn standing(&self, stream: &StreamKey) -> Result<Standing>;

    /// Keeps the result of an audit; none forgets the last one.
    ///
    /// # Errors
    /// What the database can do.
    async fn keep_audit(&self, stream: &StreamKey, audit: Option<Audit>) -> Result<()>;

    /// Asks for a comparison of all streams of a connection and for the children of all parents.
    ///
    /// # Errors
    /// What the database can do.
    async fn ask_for_comparisons(&self, connection: &str, family: &Family, at: DateTime<Utc>) -> Result<()>;

    /// Makes the overlap of a stream's windows longer, never shorter.
    ///
    /// # Errors
    /// What the database can do.
    async fn grow_overlap(&self, stream: &StreamKey, extra: Duration) -> Result<()>;

    /// The fingerprint of the names that a stream's labels have; none if it was never kept.
    ///
    /// # Errors
    /// What the database can do.
    async fn names(&self, stream: &StreamKey) -> Result<Option<String>>;

    /// Keeps the fingerprint of names.
    ///
    /// # Errors
    /// What the database can do.
    async fn keep_names(&self, stream: &StreamKey, names: String) -> Result<()>;

    /// The contents of a stream's records, in the order of their keys, from behind a key on.
    ///
    /// # Errors
    /// What the database can do.
    async fn contents(&self, stream: &StreamKey, after: Option<&Key>, limit: u32) -> Result<Vec<Content>>;

    /// Gives records new contents, unless they changed since they were read. Returns how many got it.
    ///
    /// # Errors
    /// What the database can do.
    async fn rewrite(
        &self,
        run: RunId,
        stream: &StreamKey,
        contents: Vec<(Content, Vec<u8>)>,
        at: DateTime<Utc>,
    ) -> Result<u64>;

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

    /// How many records there are, and how many wait or are to be read.
    ///
    /// # Errors
    /// What the database can do.
    async fn size(&self, stream: &StreamKey) -> Result<(u64, u64)>;
}

/// A store's failure as the family's error: its own text says what to do.
pub(crate) fn failed(error: StoreError) -> Error {
    let kind = if matches!(error, StoreError::Stale) { ErrorKind::Conflict } else { ErrorKind::Store };
    Error::new(kind, error.to_string()).with_source(error)
}
