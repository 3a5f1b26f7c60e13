//! What the engine asks of a store. Every hot call takes a batch.

mod model;
#[cfg(feature = "sqlite")]
mod sqlite;
mod views;

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use psa_core::{Cursor, EntityKind, Error, ErrorKind, Hint, Key, Result, Schema};
use psa_store::StoreError;

pub use self::model::*;
#[cfg(feature = "sqlite")]
pub use self::sqlite::SqliteStore;
use crate::report::RunState;

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

    /// Live records of a stream that are linked to no parent, in the order of their keys, from behind a key on.
    ///
    /// # Errors
    /// What the database can do.
    async fn unparented(&self, stream: &StreamKey, after: Option<&Key>, limit: u32) -> Result<Vec<Key>>;

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

    /// Takes in some of the vendor's keys; `next` is where listing can go on, `complete` that these were the last.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if another comparison took this one's place.
    async fn add_keys(
        &self,
        comparison: &Comparison,
        keys: Vec<Key>,
        atomic: bool,
        next: Option<Cursor>,
        complete: bool,
    ) -> Result<()>;

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
    /// readable key too: all rows of the vendor are known by their keys now. What was left out because of such a record is due from
    /// `at` on.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if another comparison took this one's place.
    async fn drop_stale(
        &self,
        stream: &StreamKey,
        listing: Listing,
        unreadable: bool,
        at: DateTime<Utc>,
    ) -> Result<u64>;

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

    /// Remembers whether the mass-delete guard stopped removals of a stream.
    ///
    /// # Errors
    /// What the database can do.
    async fn keep_guarded(&self, stream: &StreamKey, guarded: bool) -> Result<()>;

    /// Asks for the records of a stream that are outside the scope to be read again.
    ///
    /// # Errors
    /// What the database can do.
    async fn ask_for_left_out(&self, stream: &StreamKey, at: DateTime<Utc>) -> Result<()>;

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
