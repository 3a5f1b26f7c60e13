//! Records that are read one by one, and all records below a parent: what is due, and what that proves.

use std::collections::HashSet;
use std::sync::Arc;

use futures::TryStreamExt;
use futures::stream::{self, StreamExt};
use psa_core::{
    AnyItem, AnyRecord, EntityCapabilities, EntityKind, Error, ErrorKind, Evidence, Key, Query, Result, Source,
};

use crate::guard::MassDeleteGuard;
use crate::pass::{Evidenced, Pass};
use crate::progress::Event;
use crate::report::{EntityOutcome, Mode};
use crate::store::{Checkpoint, Due, Phase, Removal, StreamKey, Target};

/// Single reads under way at once.
const AT_ONCE: usize = 8;

/// Single reads that are committed together.
const TOGETHER: usize = 50;

/// Records that are read in one run because they are due; the others come with later runs.
const RECORDS_A_RUN: u32 = 2_000;

/// Parents whose children are asked for together.
const PARENTS: u32 = 24;

/// Refusals in a row that are taken for those of single records.
const REFUSALS: usize = 24;

/// Records that reads did not find, against the guard.
pub(crate) struct Vanished {
    live: u64,
    gone: u64,
    /// The guard stopped an earlier run.
    guarded: bool,
    /// Nothing more may vanish, since it did.
    stopped: bool,
    refused: u64,
}

impl Vanished {
    /// Counts one more; false: it must stay.
    pub(crate) fn allows_one_more(&mut self, guard: MassDeleteGuard) -> bool {
        let allowed = !self.stopped && guard.allows(self.gone + 1, self.live);
        if allowed {
            self.gone += 1;
        } else {
            self.refused += 1;
        }
        allowed
    }

    /// What to say, if some had to stay.
    pub(crate) fn message(&self, kind: &str) -> Option<String> {
        (self.refused > 0).then(|| {
            format!(
                "{} of {} {kind} records were not found, more than may vanish at once; they stay. If that is right, run once \
                 with MassDeleteGuard::off()",
                self.gone + self.refused,
                self.live
            )
        })
    }
}

/// What a single read found.
pub(crate) enum Read {
    Found(Box<AnyRecord>),
    Missing,
    /// It could not be read, and why.
    Unreadable(String),
}

/// Whether a failure says something of this record alone.
pub(crate) fn of_one_record(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Decode
            | ErrorKind::InvalidRequest
            | ErrorKind::PermissionDenied
            | ErrorKind::Rejected
            | ErrorKind::Conflict
            | ErrorKind::TooLarge
            | ErrorKind::Timeout
            | ErrorKind::Unavailable
            | ErrorKind::Paging
            | ErrorKind::Blocked
    )
}

impl Pass<'_> {
    /// Reads each key. What a failure says of one record is told with it; what concerns all of them (no connection, no login) is
    /// an error.
    pub(crate) async fn read_each(&mut self, source: &Arc<dyn Source>, keys: &[Key]) -> Result<Vec<(Key, Read)>> {
        let lane = self.lane();
        let reads = stream::iter(keys.iter().cloned()).map(|key| {
            let source = Arc::clone(source);
            async move {
                let found = source.get_in(&key, lane).await;
                (key, found)
            }
        });
        let mut reads = reads.buffered(AT_ONCE);
        let mut done = Vec::with_capacity(keys.len());
        while let Some((key, found)) = reads.next().await {
            let read = match found {
                Ok(record) => {
                    self.refusals = 0;
                    self.unread.remove(&key);
                    Read::Found(Box::new(record))
                }
                Err(error) if error.is_not_found() => {
                    self.refusals = 0;
                    Read::Missing
                }
                Err(error) if of_one_record(&error) => Read::Unreadable(self.refused(&key, error)?),
                Err(error) => return Err(error),
            };
            done.push((key, read));
        }
        Ok(done)
    }

    /// Reads records that the vendor lists. One that can't be read, or is not found although it is listed, is due from now on.
    pub(crate) async fn fetch_listed(&mut self, source: &Arc<dyn Source>, keys: Vec<Key>) -> Result<()> {
        for some in keys.chunks(TOGETHER) {
            let mut read = Evidenced { watch_stamps: true, ..Evidenced::default() };
            let mut due = Vec::new();
            for (key, found) in self.read_each(source, some).await? {
                match found {
                    Read::Found(record) => read.records.push(self.rules.prepare(*record)),
                    Read::Missing => due.push((key, Some("the vendor lists it, and does not find it".to_owned()))),
                    Read::Unreadable(why) => due.push((key, Some(why))),
                }
            }
            self.recovered += read.records.len() as u64;
            self.commit_read(read).await?;
            self.ask_for(Target::Listed, due).await?;
        }
        Ok(())
    }

    /// Reads records of ours that the vendor does not list, and removes those that are not found. Returns how many those were.
    pub(crate) async fn fetch_absent(
        &mut self,
        source: &Arc<dyn Source>,
        keys: Vec<Key>,
        comparison: Option<i64>,
    ) -> Result<usize> {
        let mut gone = 0;
        for some in keys.chunks(TOGETHER) {
            let mut read = Evidenced { comparison, ..Evidenced::default() };
            let mut due = Vec::new();
            for (key, found) in self.read_each(source, some).await? {
                match found {
                    Read::Found(record) => read.records.push(self.rules.prepare(*record)),
                    Read::Missing => read.removals.push(self.removal(key)),
                    Read::Unreadable(why) => due.push((key, Some(why))),
                }
            }
            gone += read.removals.len();
            self.recovered += read.records.len() as u64;
            self.commit_read(read).await?;
            self.ask_for(Target::Record, due).await?;
        }
        Ok(gone)
    }

    fn removal(&self, key: Key) -> Removal {
        Removal { kind: self.kind.clone(), key, evidence: Evidence::NotFound }
    }

    pub(crate) async fn ask_for(&self, target: Target, keys: Vec<(Key, Option<String>)>) -> Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        for (key, why) in keys.iter().filter_map(|(key, why)| Some((key, why.as_ref()?))) {
            let message = match target {
                Target::Record | Target::Listed => {
                    format!("{} {key} can't be read, and is tried again in the next run: {why}", self.kind)
                }
                Target::Children => {
                    format!(
                        "the {} records below {key} can't be read, and are tried again in the next run: {why}",
                        self.kind
                    )
                }
            };
            self.engine.store.log(self.run, self.kind, message, self.engine.clock.now()).await?;
        }
        self.engine.store.ask_for(&self.stream, target, keys, self.engine.clock.now()).await
    }

    /// Reads the records that are due: those that could not be read before, and those that something else pointed at.
    pub(crate) async fn read_due(&mut self) -> Result<EntityOutcome> {
        let due = self.engine.store.due(&self.stream, Target::Record, RECORDS_A_RUN).await?;
        if due.is_empty() || !self.capabilities().get {
            return Ok(EntityOutcome::Done);
        }
        let source = self.engine.connector.source(self.kind)?;
        let mut vanished = self.vanished().await?;
        for some in due.chunks(TOGETHER) {
            let keys: Vec<Key> = some.iter().map(|due| due.key.clone()).collect();
            let mut read = Evidenced::default();
            let mut again = Vec::new();
            for ((key, found), due) in self.read_each(&source, &keys).await?.into_iter().zip(some) {
                match found {
                    Read::Found(record) => read.records.push(self.rules.prepare(*record)),
                    Read::Missing if self.is_stored(&key).await? => {
                        if !vanished.allows_one_more(self.engine.guard) {
                            again.push((key, Some("too many records vanished at once".to_owned())));
                            continue;
                        }
                        read.removals.push(self.removal(key));
                    }
                    // What waits for it waits no longer. What the vendor lists stays due.
                    Read::Missing => {
                        read.orphaned.push((self.kind.clone(), key));
                        continue;
                    }
                    Read::Unreadable(why) => {
                        again.push((key, Some(why)));
                        continue;
                    }
                }
                read.settled.push((Target::Record, due.clone()));
            }
            self.recovered += read.records.len() as u64;
            self.commit_read(read).await?;
            self.ask_for(Target::Record, again).await?;
        }
        if let Some(message) = vanished.message(self.kind.as_str()) {
            return self.guarded_for_good(message).await;
        }
        if vanished.guarded && self.engine.guard.is_off() {
            self.engine.store.keep_guarded(&self.stream, false).await?;
        }
        Ok(EntityOutcome::Done)
    }

    async fn is_stored(&self, key: &Key) -> Result<bool> {
        self.engine.store.has(&self.stream.connection, std::slice::from_ref(self.kind), key).await
    }

    /// Whether this stream's records are read below their parents in this pass, and not by a list of its own.
    pub(crate) fn by_parents(&self, capabilities: &EntityCapabilities) -> bool {
        let begun = self.checkpoint.mode == Mode::Incremental && self.checkpoint.phase == Phase::Idle;
        !self.parents(capabilities).is_empty() && (begun || capabilities.only_below)
    }

    /// The synced kinds that records of this stream are below.
    fn parents(&self, capabilities: &EntityCapabilities) -> Vec<EntityKind> {
        capabilities.children_of.iter().filter(|kind| self.engine.syncs(kind)).cloned().collect()
    }

    /// The first time, and after a change of scope or mapping, the records below every parent are due; later the store says below
    /// which.
    pub(crate) async fn expect_children(&mut self, capabilities: &EntityCapabilities) -> Result<()> {
        if self.checkpoint.mode == Mode::Incremental {
            return Ok(());
        }
        self.ask_below_all(capabilities).await
    }

    /// Asks for the records below every parent.
    pub(crate) async fn ask_below_all(&mut self, capabilities: &EntityCapabilities) -> Result<()> {
        let mut next = self.checkpoint.clone();
        next.mode = Mode::Incremental;
        next.phase = Phase::Idle;
        next.cursor = None;
        let parents = self.parents(capabilities);
        let at = self.engine.clock.now();
        next.version = self.engine.store.expect_children(&self.stream, next.clone(), &parents, at).await?;
        self.checkpoint = next;
        Ok(())
    }

    /// Reads the records below each parent that is due. What is stored and not among them any more is read, and removed if it is gone.
    pub(crate) async fn read_children(&mut self) -> Result<EntityOutcome> {
        let capabilities = self.capabilities();
        let parents = self.parents(&capabilities);
        if parents.is_empty() || !self.by_parents(&capabilities) {
            return Ok(EntityOutcome::Done);
        }
        let source = self.engine.connector.source(self.kind)?;
        let mut failed: HashSet<Key> = HashSet::new();
        let mut contested: HashSet<Key> = HashSet::new();
        let mut vanished = self.vanished().await?;
        loop {
            let limit = PARENTS + u32::try_from(failed.len()).unwrap_or(u32::MAX - PARENTS);
            let mut due = self.engine.store.due(&self.stream, Target::Children, limit).await?;
            due.retain(|due| !failed.contains(&due.key));
            due.truncate(PARENTS as usize);
            if due.is_empty() {
                break;
            }
            let query = self.everything();
            let families = stream::iter(due).map(|due| {
                let (source, query) = (Arc::clone(&source), query.clone());
                async move {
                    let found = family(&source, &due.key, query).await;
                    (due, found)
                }
            });
            // One is stored while others are read: each may be as large as an answer can be.
            let mut families = families.buffered(AT_ONCE);
            while let Some((due, found)) = families.next().await {
                let again = match found {
                    Ok(items) => {
                        self.refusals = 0;
                        self.store_family(&source, &due, items, &mut vanished).await
                    }
                    Err(error) if error.is_not_found() => {
                        self.question_parent(&parents, &due).await.map(|ours| ours.then(|| error.to_string()))
                    }
                    Err(error) if of_one_record(&error) => Ok(Some(self.refused(&due.key, error)?)),
                    Err(error) => return Err(error),
                };
                let again = match again {
                    Ok(again) => again,
                    // Another engine read it meanwhile, or asked for it again: this answer may be older. If it is still due it is read
                    // once more; after a second conflict it is left to the other engine.
                    Err(error) if error.kind() == ErrorKind::Conflict => {
                        if !contested.insert(due.key.clone()) {
                            failed.insert(due.key);
                        }
                        continue;
                    }
                    Err(error) => return Err(error),
                };
                if let Some(why) = again {
                    failed.insert(due.key.clone());
                    self.ask_for(Target::Children, vec![(due.key, Some(why))]).await?;
                }
            }
            let counts = self.counts.get(self.kind).copied().unwrap_or_default();
            self.progress.event(&Event::Page { kind: self.kind, counts, total: None });
        }
        if let Some(message) = vanished.message(self.kind.as_str()) {
            return self.guarded_for_good(message).await;
        }
        if !failed.is_empty() {
            return Ok(EntityOutcome::Done);
        }
        if vanished.guarded {
            // Everything that was due was read, and nothing had to stay.
            self.engine.store.keep_guarded(&self.stream, false).await?;
        }
        self.as_fresh_as(&parents).await?;
        if self.engine.store.standing(&self.stream).await?.asked {
            return self.remove_unparented().await;
        }
        Ok(EntityOutcome::Done)
    }

    /// Removes what was stored before its parents were synced, and that no parent has. Everything below every parent was read.
    async fn remove_unparented(&mut self) -> Result<EntityOutcome> {
        let mut gone = 0;
        for kind in self.feed {
            let stream = StreamKey { connection: self.stream.connection.clone(), kind: kind.clone() };
            let (live, _) = self.engine.store.size(&stream).await?;
            let mut after: Option<Key> = None;
            loop {
                let keys = self.engine.store.unparented(&stream, after.as_ref(), RECORDS_A_RUN).await?;
                let Some(last) = keys.last() else { break };
                after = Some(last.clone());
                gone += keys.len() as u64;
                if !self.engine.guard.allows(gone, live) {
                    let message =
                        format!("{gone} of {live} {kind} records belong to nothing that is there; they stay for now");
                    self.engine.store.log(self.run, kind, message.clone(), self.engine.clock.now()).await?;
                    return Ok(EntityOutcome::Guarded(message));
                }
                let evidence = Evidence::ParentGone;
                let removals = keys
                    .into_iter()
                    .map(|key| Removal { kind: kind.clone(), key, evidence: evidence.clone() })
                    .collect();
                self.commit_read(Evidenced { removals, ..Evidenced::default() }).await?;
            }
        }
        let now = self.engine.clock.now();
        let answered = self.engine.store.begin_comparison(&self.stream, None, now).await?;
        self.engine.store.end_comparison(&self.stream, answered.id, Some(now)).await?;
        Ok(EntityOutcome::Done)
    }

    /// What is below the parents is as fresh as they are, once nothing of it is due.
    async fn as_fresh_as(&mut self, parents: &[EntityKind]) -> Result<()> {
        let mut fresh = None;
        for kind in parents {
            let stream = StreamKey { connection: self.stream.connection.clone(), kind: kind.clone() };
            let parent = self.engine.store.checkpoint(&stream).await?.and_then(|checkpoint| checkpoint.fresh_as_of);
            fresh = Some(fresh.map_or(parent, |so_far: Option<_>| so_far.min(parent)));
        }
        let fresh = fresh.flatten();
        if fresh > self.checkpoint.fresh_as_of {
            let next = Checkpoint { fresh_as_of: fresh, ..self.checkpoint.clone() };
            self.move_to(next).await?;
        }
        Ok(())
    }

    /// Stores what is below one parent, in one transaction with the note that it was read. Returns why it has to be read again.
    async fn store_family(
        &mut self,
        source: &Arc<dyn Source>,
        due: &Due,
        items: Vec<AnyItem>,
        vanished: &mut Vanished,
    ) -> Result<Option<String>> {
        let batch = self.rules.batch(items);
        let mut there: HashSet<(EntityKind, Key)> =
            batch.records.iter().map(|r| (r.kind.clone(), r.key.clone())).collect();
        there.extend(batch.removals.iter().map(|r| (r.kind.clone(), r.key.clone())));
        let ours = self.engine.store.below(&self.stream.connection, self.feed, &due.key).await?;
        let absent: Vec<(EntityKind, Key)> = ours.into_iter().filter(|one| !there.contains(one)).collect();
        let mut read = Evidenced { records: batch.records, removals: batch.removals, ..Evidenced::default() };
        let mut again = None;
        for (kind, key) in absent {
            let evidence = if key.is_unreadable() {
                // A row without a readable key that is not there as it was: it was mended, or changed.
                Evidence::AbsentFromSnapshot
            } else {
                let source =
                    if kind == *self.kind { Arc::clone(source) } else { self.engine.connector.source(&kind)? };
                match source.get_in(&key, self.lane()).await {
                    Ok(record) => {
                        read.records.push(self.rules.prepare(record));
                        continue;
                    }
                    Err(error) if error.is_not_found() => Evidence::NotFound,
                    Err(error) if of_one_record(&error) => {
                        again = Some(self.refused(&key, error)?);
                        continue;
                    }
                    Err(error) => return Err(error),
                }
            };
            if evidence == Evidence::NotFound && !vanished.allows_one_more(self.engine.guard) {
                again = Some("too many records vanished at once".to_owned());
                continue;
            }
            read.removals.push(Removal { kind, key, evidence });
        }
        if again.is_none() {
            read.settled.push((Target::Children, due.clone()));
        }
        self.commit_read(read).await?;
        Ok(again)
    }

    /// How many records of this stream vanished in this run, of how many.
    async fn vanished(&self) -> Result<Vanished> {
        let (live, _) = self.engine.store.size(&self.stream).await?;
        let standing = self.engine.store.standing(&self.stream).await?;
        // Once the guard stopped, the next run may not go on taking a share of what is left.
        let stopped = standing.guarded && !self.engine.guard.is_off();
        Ok(Vanished { live, gone: 0, guarded: standing.guarded, stopped, refused: 0 })
    }

    /// Remembers that the guard stopped removals, until a run without it.
    async fn guarded_for_good(&self, message: String) -> Result<EntityOutcome> {
        self.engine.store.keep_guarded(&self.stream, true).await?;
        self.engine.store.log(self.run, self.kind, message.clone(), self.engine.clock.now()).await?;
        Ok(EntityOutcome::Guarded(message))
    }

    /// Takes a refusal of one record. After so many in a row it is no matter of records.
    fn refused(&mut self, key: &Key, error: Error) -> Result<String> {
        self.refusals += 1;
        if self.refusals >= REFUSALS {
            return Err(error);
        }
        self.unread.insert(key.clone());
        self.unread_why = error.to_string();
        Ok(error.to_string())
    }

    /// What single reads left open: records that can't be read are as old as they were.
    pub(crate) fn left_unread(&self) -> Option<EntityOutcome> {
        let first = self.unread.first()?;
        let (count, kind, why) = (self.unread.len(), self.kind, &self.unread_why);
        Some(EntityOutcome::Incomplete(format!(
            "{count} {kind} reads failed, such as that of {first}, and are tried again in the next run: {why}"
        )))
    }

    /// A parent that is said not to exist is read by itself: if it is gone, that is evidence of its own. Below one that is not ours
    /// (any more) nothing is due: should it come back, it asks again. Returns whether it is ours.
    async fn question_parent(&mut self, parents: &[EntityKind], due: &Due) -> Result<bool> {
        let mut ours = false;
        for kind in parents {
            if self.engine.store.has(&self.stream.connection, std::slice::from_ref(kind), &due.key).await? {
                let stream = StreamKey { connection: self.stream.connection.clone(), kind: kind.clone() };
                let keys = vec![(due.key.clone(), None)];
                self.engine.store.ask_for(&stream, Target::Record, keys, self.engine.clock.now()).await?;
                ours = true;
            }
        }
        if !ours {
            let settled = vec![(Target::Children, due.clone())];
            self.commit_read(Evidenced { settled, ..Evidenced::default() }).await?;
        }
        Ok(ours)
    }
}

/// Everything below one parent.
async fn family(source: &Arc<dyn Source>, parent: &Key, query: Query) -> Result<Vec<AnyItem>> {
    let mut pages = source.children(parent, query);
    let mut items = Vec::new();
    while let Some(page) = pages.try_next().await? {
        items.extend(page.items);
    }
    Ok(items)
}
