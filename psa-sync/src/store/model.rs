//! What the engine and a store tell each other.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use psa_core::{Cause, Cursor, EntityKind, Evidence, Key, Projection, Version};
use serde::{Deserialize, Serialize};

use crate::report::{Counts, Mode};

/// A run's number.
pub type RunId = i64;

/// A connection and a kind: what has a checkpoint.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StreamKey {
    /// The connection's name.
    pub connection: String,
    /// The kind.
    pub kind: EntityKind,
}

impl StreamKey {
    /// The stream of a kind.
    pub fn new(connection: impl Into<String>, kind: EntityKind) -> Self {
        Self { connection: connection.into(), kind }
    }
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
#[non_exhaustive]
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
#[non_exhaustive]
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
#[non_exhaustive]
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

impl Hold {
    /// A record that waits since a moment, in text.
    pub fn new(kind: EntityKind, key: Key, reason: HoldReason, since: String) -> Self {
        Self { kind, key, reason, since }
    }
}

/// A record, ready to be stored. The engine makes it.
#[non_exhaustive]
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
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// Its kind.
    pub kind: EntityKind,
    /// Its key.
    pub key: Key,
    /// Why we believe it.
    pub evidence: Evidence,
}

impl Removal {
    /// A record that is gone, and why we believe it.
    pub fn new(kind: EntityKind, key: Key, evidence: Evidence) -> Self {
        Self { kind, key, evidence }
    }
}

/// What kinds have to do with each other beyond their fields.
#[non_exhaustive]
#[derive(Debug, Clone, Default)]
pub struct Family {
    /// A parent's kind, and the stream by which the records below it are read.
    pub children: Vec<(EntityKind, EntityKind)>,
    /// A kind, and those that a reference to it may mean as well, since they share its numbers.
    pub numbered_with: Vec<(EntityKind, Vec<EntityKind>)>,
    /// Kinds that a scope bounds, and with them what refers to them.
    pub scoped: Vec<EntityKind>,
    /// Kinds that go when their parent goes.
    pub followers: Vec<EntityKind>,
}

/// What is to be read again by itself.
#[non_exhaustive]
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
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Its key, or the parent's.
    pub key: Key,
    /// When it was last asked for: what tells whether it was asked for again while it was read.
    pub asked: i64,
}

impl Due {
    /// Something to be read, and the number of the request.
    pub fn new(key: Key, asked: i64) -> Self {
        Self { key, asked }
    }
}

/// What one transaction writes: rows, and the checkpoint that speaks of them. The engine makes it.
#[non_exhaustive]
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
    /// The fingerprint of the names that labels of these records have, if it is known. Where the stream has others by now, its labels
    /// are looked at again in the next run.
    pub names: Option<String>,
    /// Kinds of parents that records do not wait for, unless they go when their parent goes.
    pub not_awaited: Vec<EntityKind>,
    /// Changed rows with a stamp before this moment came later than their window.
    pub late_before: Option<DateTime<Utc>>,
    /// Stamps from this moment on may be given to more than one change: the vendor's clock at the page, less a little. None: not known.
    pub settling: Option<DateTime<Utc>>,
    /// The time, for people.
    pub at: DateTime<Utc>,
}

/// What a commit did.
#[non_exhaustive]
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
#[non_exhaustive]
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

impl Comparison {
    /// A comparison that begins.
    pub fn new(id: i64) -> Self {
        Self { id, cursor: None, complete: false, atomic: false }
    }
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
#[non_exhaustive]
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
#[non_exhaustive]
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

impl Audit {
    /// Whether more than one comparison said so: once may be a list that was short for a moment.
    pub(crate) fn is_confirmed(&self) -> bool {
        self.same >= 2
    }
}

/// What is known of a stream, for deciding whether its keys have to be compared.
#[non_exhaustive]
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
    /// Whether the mass-delete guard stopped removals, and nothing has shown since that it may let go.
    pub guarded: bool,
    /// The last audit.
    pub audit: Option<Audit>,
}

/// A record that hints wait for.
#[non_exhaustive]
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

impl Pending {
    /// A record that hints wait for, and the number of the newest.
    pub fn new(kind: EntityKind, key: Key, cause: Cause, number: i64) -> Self {
        Self { kind, key, cause, number }
    }
}

/// A stored record's content, for giving its labels new names.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Its key.
    pub key: Key,
    /// The hash of the content as it was read.
    pub hash: [u8; 16],
    /// The content as JSON.
    pub content: Vec<u8>,
}

impl Content {
    /// The content of a stored record, and its hash.
    pub fn new(key: Key, hash: [u8; 16], content: Vec<u8>) -> Self {
        Self { key, hash, content }
    }
}

/// Which connection a store is asked to keep.
#[non_exhaustive]
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

impl ConnectionInfo {
    /// A connection to a vendor's account, if that is known.
    pub fn new(name: impl Into<String>, vendor: impl Into<String>, account: Option<String>) -> Self {
        Self { name: name.into(), vendor: vendor.into(), account, was: None }
    }
}
