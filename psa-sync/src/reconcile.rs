//! After the pages: what paging missed is read, what vanished is removed, with evidence.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::TryStreamExt;
use futures::stream::{self, StreamExt};
use psa_core::{
    AnyRecord, EntityCapabilities, EntityKind, Error, ErrorKind, Evidence, Key, KeyListing, Query, Result, Source,
};

use crate::engine::SyncEngine;
use crate::pass::Pass;
use crate::progress::Progress;
use crate::report::{EntityOutcome, EntityReport};
use crate::store::{Removal, RunId, StreamKey};

/// Single reads under way at once.
const AT_ONCE: usize = 8;

/// Single reads that are committed together.
const TOGETHER: usize = 50;

/// Parents of a kind that a run reads because children wait for them; the others come with later runs.
const PARENTS_MAX: u32 = 200;

impl Pass<'_> {
    pub(crate) async fn reconcile(
        &mut self,
        source: &Arc<dyn Source>,
        capabilities: &EntityCapabilities,
    ) -> Result<EntityOutcome> {
        if capabilities.keys == KeyListing::None {
            return Ok(EntityOutcome::Done);
        }
        let incremental = self.query(capabilities).updated_since.is_some();
        if incremental && !self.checkpoint.atomic {
            // A row that was deleted while the window was paged moved others out of sight.
            self.take_snapshot(source, self.query(capabilities)).await?;
            let window = self.engine.store.compare_snapshot(&self.stream, true).await?;
            self.fetch(source, window.unknown).await?;
        }
        let mut everything = self.query(capabilities);
        everything.updated_since = None;
        let atomic = self.take_snapshot(source, everything).await?;
        if !incremental && self.later_pass() && !self.checkpoint.atomic {
            // Everything was read again: a known row that paging missed was not compared.
            let missed = self.engine.store.compare_snapshot(&self.stream, true).await?;
            self.fetch(source, missed.unknown).await?;
        }
        let all = self.engine.store.compare_snapshot(&self.stream, false).await?;
        self.fetch(source, all.unknown).await?;
        let stale = all.stale.into_iter().map(|key| Removal {
            kind: self.kind.clone(),
            key,
            evidence: Evidence::AbsentFromSnapshot,
        });
        let stale: Vec<_> = stale.collect();
        if !stale.is_empty() {
            self.commit_records(Vec::new(), stale).await?;
        }
        if all.absent_count == 0 {
            return Ok(EntityOutcome::Done);
        }
        if !self.engine.guard.allows(all.absent_count, all.live) {
            let message = format!(
                "{} of {} {} records vanished at once; none was removed. If that is right, run once with MassDeleteGuard::off()",
                all.absent_count, all.live, self.kind
            );
            self.engine.store.log(self.run, self.kind, message.clone(), self.engine.clock.now()).await?;
            return Ok(EntityOutcome::Guarded(message));
        }
        self.remove_absent(source, all.absent, atomic).await?;
        Ok(EntityOutcome::Done)
    }

    /// Takes in all keys of a query; true if they came in one answer of the vendor.
    async fn take_snapshot(&self, source: &Arc<dyn Source>, query: Query) -> Result<bool> {
        self.engine.store.begin_snapshot(&self.stream).await?;
        let mut pages = source.keys(query);
        let mut atomic = None;
        while let Some(page) = pages.try_next().await? {
            atomic = Some(page.atomic && atomic.unwrap_or(true));
            self.engine.store.add_to_snapshot(&self.stream, page.keys).await?;
        }
        Ok(atomic.unwrap_or(false))
    }

    /// Reads records one by one and stores them. One that is gone meanwhile is not missed.
    /// Returns the keys that do not exist.
    pub(crate) async fn fetch(&mut self, source: &Arc<dyn Source>, keys: Vec<Key>) -> Result<Vec<Key>> {
        let mut missing = Vec::new();
        for some in keys.chunks(TOGETHER) {
            let mut records = Vec::new();
            for (key, found) in self.read_each(source, some).await? {
                match found {
                    Read::Found(record) => records.push(self.rules.prepare(*record)),
                    Read::Missing => missing.push(key),
                    Read::Unreadable => {}
                }
            }
            self.recovered += records.len() as u64;
            self.commit_records(records, Vec::new()).await?;
        }
        Ok(missing)
    }

    /// A snapshot proves absence, once a read of one of them shows that it is the record and not the right that is gone.
    /// A paged list proves nothing: each is read.
    async fn remove_absent(&mut self, source: &Arc<dyn Source>, keys: Vec<Key>, atomic: bool) -> Result<()> {
        let mut keys = keys.as_slice();
        let mut proven = false;
        while !keys.is_empty() {
            let size = if proven {
                keys.len()
            } else if atomic {
                1
            } else {
                TOGETHER
            };
            let (some, rest) = keys.split_at(size.min(keys.len()));
            keys = rest;
            let (mut records, mut removals) = (Vec::new(), Vec::new());
            if proven {
                let evidence = Evidence::AbsentFromSnapshot;
                removals.extend(some.iter().map(|k| Removal {
                    kind: self.kind.clone(),
                    key: k.clone(),
                    evidence: evidence.clone(),
                }));
            } else {
                for (key, found) in self.read_each(source, some).await? {
                    match found {
                        Read::Found(record) => records.push(self.rules.prepare(*record)),
                        Read::Missing => {
                            removals.push(Removal { kind: self.kind.clone(), key, evidence: Evidence::NotFound });
                        }
                        Read::Unreadable => {}
                    }
                }
                proven = atomic && records.is_empty() && !removals.is_empty();
            }
            self.recovered += records.len() as u64;
            self.commit_records(records, removals).await?;
        }
        Ok(())
    }

    /// Reads each key. A record that can't be read is noted and left for the next run; what concerns all of them
    /// (no connection, no right, no rate) is an error.
    async fn read_each(&self, source: &Arc<dyn Source>, keys: &[Key]) -> Result<Vec<(Key, Read)>> {
        let reads = stream::iter(keys.iter().cloned()).map(|key| async {
            let found = source.get(&key).await;
            (key, found)
        });
        let mut done = Vec::with_capacity(keys.len());
        for (key, found) in reads.buffered(AT_ONCE).collect::<Vec<_>>().await {
            let read = match found {
                Ok(record) => Read::Found(Box::new(record)),
                Err(error) if error.is_not_found() => Read::Missing,
                Err(error) if of_one_record(&error) => {
                    let message = format!("{} {key} can't be read: {error}", self.kind);
                    self.engine.store.log(self.run, self.kind, message, self.engine.clock.now()).await?;
                    Read::Unreadable
                }
                Err(error) => return Err(error),
            };
            done.push((key, read));
        }
        Ok(done)
    }
}

enum Read {
    Found(Box<AnyRecord>),
    Missing,
    Unreadable,
}

/// Whether a failure says something of this record alone.
fn of_one_record(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Decode
            | ErrorKind::InvalidRequest
            | ErrorKind::Rejected
            | ErrorKind::Conflict
            | ErrorKind::TooLarge
            | ErrorKind::Unavailable
    )
}

impl SyncEngine {
    /// Reads the parents that records wait for: a list may have been taken before the parent came to be.
    pub(crate) async fn fetch_missing_parents(
        &self,
        run: RunId,
        readable: &BTreeSet<EntityKind>,
        progress: &dyn Progress,
        reports: &mut [EntityReport],
    ) -> Result<()> {
        let kinds: Vec<EntityKind> = readable.iter().cloned().collect();
        let missing = self.store.missing_parents(&self.connection, &kinds, PARENTS_MAX).await?;
        for kind in readable {
            let keys: Vec<Key> = missing.iter().filter(|(k, _)| k == kind).map(|(_, key)| key.clone()).collect();
            if keys.is_empty() || !self.connector.capabilities().entity(kind).is_some_and(|c| c.get) {
                continue;
            }
            let source = self.connector.source(kind)?;
            let feed = [kind.clone()];
            let mut pass = Pass::new(self, run, &feed, self.rules(readable), progress);
            // The stream is idle between passes: its checkpoint stays as it is.
            let Some(checkpoint) = self.store.checkpoint(&pass.stream).await? else {
                continue;
            };
            pass.checkpoint = checkpoint;
            let nowhere = pass.fetch(&source, keys).await?;
            pass.commit_orphaned(nowhere).await?;
            for report in reports.iter_mut() {
                if let Some(counts) = pass.counts.get(&report.kind) {
                    report.counts += *counts;
                }
            }
        }
        for report in reports.iter_mut() {
            let stream = StreamKey { connection: self.connection.clone(), kind: report.kind.clone() };
            (report.live, report.waiting) = self.store.size(&stream).await?;
        }
        Ok(())
    }
}
