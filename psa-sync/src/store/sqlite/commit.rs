//! One transaction: rows, holds, change log, and the checkpoint that speaks of them.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use psa_core::{EntityKind, Evidence, Key, Projection, Version};
use psa_store::StoreError;
use psa_store::rusqlite::{OptionalExtension, Transaction, params};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Parents, compare, due, mode_name, next_commit, phase_name, time};
use crate::report::Counts;
use crate::store::{Checkpoint, Commit, Committed, Family, HoldReason, Prepared};

type Result<T> = std::result::Result<T, StoreError>;

/// Waiting children that are looked at together: all of a large parent's would be too much for memory.
const TOGETHER: i64 = 500;

/// A stamp that is further back than this speaks of an import, not of a clock.
const LATE_AT_MOST: TimeDelta = TimeDelta::hours(6);

pub(super) fn commit(tx: &Transaction<'_>, parents: &mut Parents, commit: Commit) -> Result<Committed> {
    let connection: i64 = tx
        .prepare_cached("SELECT id FROM connection WHERE name = ?1")?
        .query_row([&commit.stream.connection], |row| row.get(0))?;
    let mut writer = Writer {
        tx,
        parents,
        connection,
        family: Arc::clone(&commit.family),
        number: next_commit(tx, connection)?,
        run: commit.run,
        at: time(commit.at),
        late: commit.late_before.map(|before| (commit.stream.kind.clone(), before)),
        anyone_waits: tx
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM hold WHERE waits_kind IS NOT NULL)")?
            .query_row([], |row| row.get(0))?,
        streams: HashMap::new(),
        committed: Committed::default(),
    };
    let stream = writer.stream(&commit.stream.kind)?;
    let version = if commit.moves {
        move_checkpoint(tx, stream.id, &commit.checkpoint, &writer.at)?;
        commit.checkpoint.version + 1
    } else {
        same_scope(tx, stream.id, &commit.checkpoint.scope)?;
        commit.checkpoint.version
    };
    if let Some(comparison) = commit.comparison
        && !compare::is_owned(tx, comparison)?
    {
        return Err(StoreError::Stale);
    }
    for prepared in &commit.records {
        writer.record(prepared)?;
    }
    for removal in &commit.removals {
        writer.remove(&removal.kind, &removal.key, &removal.evidence)?;
    }
    if commit.mark_seen {
        let mut insert = tx.prepare_cached("INSERT OR IGNORE INTO seen (stream_id, key) VALUES (?1, ?2)")?;
        let records = commit.records.iter().map(|r| (&r.kind, &r.key));
        let rows = records.chain(commit.removals.iter().map(|r| (&r.kind, &r.key)));
        for (_, key) in rows.filter(|(kind, _)| **kind == commit.stream.kind) {
            insert.execute((stream.id, key.as_str()))?;
        }
    }
    for (kind, key) in &commit.orphaned {
        writer.proven_gone(kind, key)?;
    }
    for (target, due) in &commit.settled {
        due::settle(tx, stream.id, *target, due)?;
    }
    if commit.ask_to_compare {
        tx.prepare_cached("UPDATE stream SET compare_asked = 1 WHERE id = ?1")?.execute([stream.id])?;
    }
    if commit.ends_pass {
        tx.prepare_cached("DELETE FROM seen WHERE stream_id = ?1")?.execute([stream.id])?;
    }
    let mut committed = writer.committed;
    committed.version = version;
    Ok(committed)
}

pub(super) fn move_checkpoint(tx: &Transaction<'_>, stream: i64, ck: &Checkpoint, at: &str) -> Result<()> {
    // What an interrupted pass of an older epoch saw says nothing of this one. Asked for by itself: as a part of the
    // deletion it would be looked at for each row that was seen, in every commit.
    let older = tx
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM stream WHERE id = ?1 AND epoch < ?2)")?
        .query_row((stream, ck.epoch as i64), |row| row.get::<_, bool>(0))?;
    if older {
        tx.prepare_cached("DELETE FROM seen WHERE stream_id = ?1")?.execute((stream,))?;
    }
    let moved = tx
        .prepare_cached(
            "UPDATE stream SET version = version + 1, epoch = ?3, mode = ?4, phase = ?5, window_lo = ?6, window_hi = ?7,
             cursor = ?8, atomic = ?9, scope = ?10, fresh_as_of = ?11, newest = ?12,
             compare_asked = compare_asked OR (?3 > epoch AND epoch > 0),
             compared_at = CASE WHEN mode = 'backfill' AND ?4 = 'incremental' THEN ?13 ELSE compared_at END
             WHERE id = ?1 AND version = ?2 AND epoch <= ?3",
        )?
        .execute(params![
            stream,
            ck.version as i64,
            ck.epoch as i64,
            mode_name(ck.mode),
            phase_name(ck.phase),
            ck.window_lo.map(time),
            ck.window_hi.map(time),
            ck.cursor.as_ref().map(|c| c.as_str()),
            ck.atomic,
            ck.scope,
            ck.fresh_as_of.map(time),
            ck.newest.map(time),
            at,
        ])?;
    if moved == 1 { Ok(()) } else { Err(StoreError::Stale) }
}

/// Rows that were judged by another scope or another mapping are refused.
fn same_scope(tx: &Transaction<'_>, stream: i64, scope: &str) -> Result<()> {
    let other: bool = tx
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM stream WHERE id = ?1 AND epoch > 0 AND scope <> ?2)")?
        .query_row((stream, scope), |row| row.get(0))?;
    if other { Err(StoreError::Stale) } else { Ok(()) }
}

/// A stream, and what need not be asked for each of its records.
#[derive(Clone, Copy)]
struct Stream {
    id: i64,
    /// Some of its records may be held.
    holds: bool,
    /// Some of its records may be excluded.
    excluded: bool,
    /// Some of its records may be asked for.
    due: bool,
    /// Some records may wait for one of this kind.
    awaited: bool,
    /// Some records may be excluded because of one of this kind.
    bounds: bool,
}

struct Writer<'a> {
    tx: &'a Transaction<'a>,
    parents: &'a mut Parents,
    connection: i64,
    family: Arc<Family>,
    /// The number of this transaction.
    number: i64,
    run: i64,
    at: String,
    /// Changed rows of this kind with a stamp before this came late.
    late: Option<(EntityKind, DateTime<Utc>)>,
    /// Some record waits for a parent.
    anyone_waits: bool,
    streams: HashMap<EntityKind, Stream>,
    committed: Committed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Inserted,
    Updated,
    Unchanged,
    Held,
    Rejected,
}

/// What storing a record did.
struct Stored {
    outcome: Outcome,
    /// It is new, came back, or has another stamp: what is below it may have changed.
    moved: bool,
}

impl Writer<'_> {
    fn stream(&mut self, kind: &EntityKind) -> Result<Stream> {
        if let Some(stream) = self.streams.get(kind) {
            return Ok(*stream);
        }
        let tx = self.tx;
        let find = "SELECT id FROM stream WHERE connection_id = ?1 AND kind = ?2";
        let found: Option<i64> =
            tx.prepare_cached(find)?.query_row((self.connection, kind.as_str()), |row| row.get(0)).optional()?;
        let id = match found {
            Some(id) => id,
            None => {
                tx.execute(
                    "INSERT INTO stream (connection_id, kind) VALUES (?1, ?2)",
                    (self.connection, kind.as_str()),
                )?;
                tx.last_insert_rowid()
            }
        };
        let any =
            |sql: &str, id: i64| -> Result<bool> { Ok(tx.prepare_cached(sql)?.query_row([id], |row| row.get(0))?) };
        let stream = Stream {
            id,
            holds: any("SELECT EXISTS (SELECT 1 FROM hold WHERE stream_id = ?1)", id)?,
            excluded: any("SELECT EXISTS (SELECT 1 FROM excluded WHERE stream_id = ?1)", id)?,
            due: any("SELECT EXISTS (SELECT 1 FROM due WHERE stream_id = ?1 AND children = 0)", id)?,
            awaited: tx
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM hold WHERE waits_kind = ?1)")?
                .query_row([kind.as_str()], |row| row.get(0))?,
            bounds: tx
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM excluded WHERE by_kind = ?1)")?
                .query_row([kind.as_str()], |row| row.get(0))?,
        };
        self.streams.insert(kind.clone(), stream);
        Ok(stream)
    }

    fn counts(&mut self, kind: &EntityKind) -> &mut Counts {
        self.committed.counts.entry(kind.clone()).or_default()
    }

    fn record(&mut self, prepared: &Prepared) -> Result<()> {
        let outcome = self.place(prepared)?;
        let counts = self.counts(&prepared.kind);
        counts.fetched += 1;
        match outcome {
            Outcome::Inserted => counts.inserted += 1,
            Outcome::Updated => counts.updated += 1,
            Outcome::Unchanged => counts.unchanged += 1,
            Outcome::Held => counts.held += 1,
            Outcome::Rejected => counts.rejected += 1,
        }
        if matches!(outcome, Outcome::Inserted | Outcome::Updated) {
            self.note_late(prepared);
        }
        // Also for one that is unchanged: it may have been waited for while it was stored by another way.
        self.resettle(&prepared.kind, &prepared.key)
    }

    /// Remembers the earliest stamp of a row that changed before a window that should have shown it.
    fn note_late(&mut self, p: &Prepared) {
        if let Some((kind, before)) = &self.late
            && p.kind == *kind
            && let Some(at) = p.version.updated_at
            && at < *before
            && *before - at <= LATE_AT_MOST
        {
            self.committed.late = Some(self.committed.late.map_or(at, |late| late.min(at)));
        }
    }

    /// Puts a record where it belongs: stored, waiting, or left out.
    fn place(&mut self, prepared: &Prepared) -> Result<Outcome> {
        let stream = self.stream(&prepared.kind)?;
        if stream.due {
            self.drop_from(
                "DELETE FROM due WHERE stream_id = ?1 AND children = 0 AND key = ?2",
                stream.id,
                &prepared.key,
            )?;
        }
        if let Some(reason) = &prepared.broken {
            self.hold(stream, prepared, reason)?;
            return Ok(Outcome::Held);
        }
        if !prepared.in_scope {
            self.exclude(stream, prepared, None)?;
            return Ok(Outcome::Rejected);
        }
        let mut parent_id = None;
        for (kind, key) in &prepared.parents {
            match self.parent(kind, key, prepared.follows)? {
                Parent::There(id) => parent_id = parent_id.or(id),
                // Of a record outside the scope nothing is kept, and of a deleted one no part that goes with it.
                Parent::Excluded(kind) => {
                    self.exclude(stream, prepared, Some((&kind, key)))?;
                    return Ok(Outcome::Rejected);
                }
                Parent::Gone if prepared.follows => {
                    self.remove(&prepared.kind, &prepared.key, &Evidence::ParentGone)?;
                    return Ok(Outcome::Rejected);
                }
                Parent::Gone => {}
                Parent::Missing => {
                    let reason = HoldReason::MissingParent { kind: kind.clone(), key: key.clone() };
                    self.hold(stream, prepared, &reason)?;
                    return Ok(Outcome::Held);
                }
            }
        }
        if stream.holds {
            self.drop_from("DELETE FROM hold WHERE stream_id = ?1 AND key = ?2", stream.id, &prepared.key)?;
        }
        if stream.excluded {
            self.drop_from("DELETE FROM excluded WHERE stream_id = ?1 AND key = ?2", stream.id, &prepared.key)?;
        }
        let stored = self.upsert(stream.id, prepared, parent_id)?;
        if stored.moved {
            self.ask_for_children(&prepared.kind, &prepared.key)?;
        }
        if stream.bounds && stored.outcome != Outcome::Unchanged {
            self.ask_for_bounded(&prepared.kind, &prepared.key)?;
        }
        Ok(stored.outcome)
    }

    /// What is below a record that is new, came back or changed has to be read.
    fn ask_for_children(&mut self, kind: &EntityKind, key: &Key) -> Result<()> {
        let family = Arc::clone(&self.family);
        for (_, child) in family.children.iter().filter(|(parent, _)| parent == kind) {
            if let Some(stream) = due::begun(self.tx, self.connection, child)? {
                self.tx
                    .prepare_cached(
                        "INSERT INTO due (stream_id, children, key, asked, since) VALUES (?1, 1, ?2, ?3, ?4)
                         ON CONFLICT DO UPDATE SET asked = excluded.asked",
                    )?
                    .execute((stream, key.as_str(), self.number, &self.at))?;
            }
        }
        Ok(())
    }

    /// What was left out because of a record that is there now has to be read.
    fn ask_for_bounded(&mut self, kind: &EntityKind, key: &Key) -> Result<()> {
        let bounded = (kind.as_str(), key.as_str(), self.connection);
        self.tx
            .prepare_cached(
                "INSERT INTO due (stream_id, children, key, asked, since)
                 SELECT e.stream_id, 0, e.key, ?4, ?5 FROM excluded e JOIN stream s ON s.id = e.stream_id
                 WHERE e.by_kind = ?1 AND e.by_key = ?2 AND s.connection_id = ?3
                 ON CONFLICT DO UPDATE SET asked = excluded.asked",
            )?
            .execute((bounded.0, bounded.1, bounded.2, self.number, &self.at))?;
        self.tx
            .prepare_cached(
                "DELETE FROM excluded WHERE by_kind = ?1 AND by_key = ?2
                 AND stream_id IN (SELECT id FROM stream WHERE connection_id = ?3)",
            )?
            .execute(bounded)?;
        self.streams.values_mut().for_each(|stream| stream.due = true);
        Ok(())
    }

    fn drop_from(&self, sql: &str, stream: i64, key: &Key) -> Result<usize> {
        Ok(self.tx.prepare_cached(sql)?.execute((stream, key.as_str()))?)
    }

    /// Whether a parent is there, under this kind or one that shares its numbers; with its local id, if that is wanted.
    fn parent(&mut self, kind: &EntityKind, key: &Key, wants_id: bool) -> Result<Parent> {
        let found = self.parent_of(kind, key, wants_id)?;
        if matches!(found, Parent::There(_)) {
            return Ok(found);
        }
        let family = Arc::clone(&self.family);
        for other in family.numbered_with.iter().filter(|(k, _)| k == kind).flat_map(|(_, others)| others) {
            let as_other = self.parent_of(other, key, wants_id)?;
            if !matches!(as_other, Parent::Missing) {
                return Ok(as_other);
            }
        }
        Ok(found)
    }

    fn parent_of(&mut self, kind: &EntityKind, key: &Key, wants_id: bool) -> Result<Parent> {
        let stream = self.stream(kind)?;
        if !wants_id && self.parents.has(stream.id, key) {
            return Ok(Parent::There(None));
        }
        if stream.excluded {
            let reason: Option<String> = self
                .tx
                .prepare_cached("SELECT reason FROM excluded WHERE stream_id = ?1 AND key = ?2")?
                .query_row((stream.id, key.as_str()), |row| row.get(0))
                .optional()?;
            match reason.as_deref() {
                Some("gone") => return Ok(Parent::Gone),
                Some(_) => return Ok(Parent::Excluded(kind.clone())),
                None => {}
            }
        }
        let found: Option<(i64, bool, Option<String>)> = self
            .tx
            .prepare_cached("SELECT id, removed_at IS NOT NULL, evidence FROM link WHERE stream_id = ?1 AND key = ?2")?
            .query_row((stream.id, key.as_str()), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        Ok(match found {
            None => Parent::Missing,
            Some((_, true, _)) => Parent::Gone,
            Some((id, false, _)) => {
                self.parents.add(stream.id, key);
                Parent::There(wants_id.then_some(id))
            }
        })
    }

    fn upsert(&mut self, stream: i64, p: &Prepared, parent_id: Option<i64>) -> Result<Stored> {
        let tx = self.tx;
        let known = tx
            .prepare_cached(
                "SELECT id, hash, removed_at IS NOT NULL, raw_hash, vendor_updated_at, tag, parent_id
                 FROM link WHERE stream_id = ?1 AND key = ?2",
            )?
            .query_row((stream, p.key.as_str()), |row| {
                Ok(Known {
                    id: row.get(0)?,
                    hash: row.get(1)?,
                    removed: row.get(2)?,
                    raw_hash: row.get(3)?,
                    updated_at: row.get(4)?,
                    tag: row.get(5)?,
                    parent_id: row.get(6)?,
                })
            })
            .optional()?;
        let updated_at = p.version.updated_at.map(time);
        // The content was serialised by us, so it is UTF-8.
        let content = std::str::from_utf8(&p.content).map_err(|e| StoreError::Sql(e.into()))?;
        let Some(known) = known else {
            tx.prepare_cached(
                "INSERT INTO record (projection, created_run, changed_run, content, raw) VALUES (?1, ?2, ?2, ?3, ?4)",
            )?
            .execute(params![projection(p.projection), self.run, content, p.raw.as_ref()])?;
            tx.prepare_cached(
                "INSERT INTO link (stream_id, key, id, hash, vendor_updated_at, tag, parent_id, raw_hash, written)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                stream,
                p.key.as_str(),
                tx.last_insert_rowid(),
                p.hash,
                updated_at,
                p.version.tag,
                parent_id,
                p.raw_hash,
                self.number,
            ])?;
            return Ok(Stored { outcome: Outcome::Inserted, moved: true });
        };
        let same_content = known.hash == p.hash && !known.removed;
        let same_stamp = known.updated_at == updated_at && known.tag == p.version.tag;
        let moved = known.removed || !same_stamp || (updated_at.is_none() && !same_content);
        let same_bytes = known.raw_hash == Some(p.raw_hash);
        if same_content && same_stamp && same_bytes && known.parent_id == parent_id {
            return Ok(Stored { outcome: Outcome::Unchanged, moved });
        }
        tx.prepare_cached(
            "UPDATE link SET hash = ?3, vendor_updated_at = ?4, tag = ?5, parent_id = ?6, raw_hash = ?7, written = ?8,
             removed_at = NULL, evidence = NULL WHERE stream_id = ?1 AND key = ?2",
        )?
        .execute(params![
            stream,
            p.key.as_str(),
            p.hash,
            updated_at,
            p.version.tag,
            parent_id,
            p.raw_hash,
            self.number,
        ])?;
        if same_content {
            // Nothing that anybody maps changed: the newest bytes are kept, and nobody is told.
            if !same_bytes {
                tx.prepare_cached("UPDATE record SET projection = ?2, raw = ?3 WHERE id = ?1")?.execute(params![
                    known.id,
                    projection(p.projection),
                    p.raw.as_ref()
                ])?;
            }
            return Ok(Stored { outcome: Outcome::Unchanged, moved });
        }
        let old: String =
            tx.prepare_cached("SELECT content FROM record WHERE id = ?1")?.query_row([known.id], |row| row.get(0))?;
        tx.prepare_cached("UPDATE record SET projection = ?2, changed_run = ?3, content = ?4, raw = ?5 WHERE id = ?1")?
            .execute(params![known.id, projection(p.projection), self.run, content, p.raw.as_ref()])?;
        let what = if known.removed { "restored" } else { "updated" };
        log_change(self.tx, self.run, stream, &p.key, &self.at, what, &differences(&old, content))?;
        Ok(Stored { outcome: Outcome::Updated, moved })
    }

    fn hold(&mut self, stream: Stream, p: &Prepared, reason: &HoldReason) -> Result<()> {
        let (waits_kind, waits_key) = match reason {
            HoldReason::MissingParent { kind, key } => (Some(kind.as_str()), Some(key.as_str())),
            _ => (None, None),
        };
        self.tx
            .prepare_cached(
                "INSERT INTO hold (stream_id, key, reason, waits_kind, waits_key, parents, follows, hash, vendor_updated_at, tag,
                 projection, since, content, raw) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
                 ON CONFLICT (stream_id, key) DO UPDATE SET reason = excluded.reason, waits_kind = excluded.waits_kind,
                 waits_key = excluded.waits_key, parents = excluded.parents, hash = excluded.hash,
                 vendor_updated_at = excluded.vendor_updated_at, tag = excluded.tag, projection = excluded.projection,
                 content = excluded.content, raw = excluded.raw",
            )?
            .execute(params![
                stream.id,
                p.key.as_str(),
                text(reason)?,
                waits_kind,
                waits_key,
                text(&p.parents)?,
                p.follows,
                p.hash,
                p.version.updated_at.map(time),
                p.version.tag,
                projection(p.projection),
                self.at,
                String::from_utf8_lossy(&p.content),
                p.raw.as_ref(),
            ])?;
        if let Some(stream) = self.streams.get_mut(&p.kind) {
            stream.holds = true;
        }
        if let HoldReason::MissingParent { kind, .. } = reason {
            self.anyone_waits = true;
            if let Some(stream) = self.streams.get_mut(kind) {
                stream.awaited = true;
            }
        }
        Ok(())
    }

    /// Leaves a record out: outside the scope, or below a record that is.
    fn exclude(&mut self, stream: Stream, p: &Prepared, by: Option<(&EntityKind, &Key)>) -> Result<()> {
        self.remove(&p.kind, &p.key, &Evidence::OutOfScope)?;
        if by.is_some() && p.follows {
            // Nothing counts such records, and all of them are read below their parent if that enters the scope.
            return Ok(());
        }
        let reason = if by.is_some() { "parent" } else { "scope" };
        self.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO excluded (stream_id, key, reason, by_kind, by_key) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute((
                stream.id,
                p.key.as_str(),
                reason,
                by.map(|(kind, _)| kind.as_str()),
                by.map(|(_, key)| key.as_str()),
            ))?;
        if let Some(stream) = self.streams.get_mut(&p.kind) {
            stream.excluded = true;
        }
        if let Some((kind, _)) = by
            && let Some(stream) = self.streams.get_mut(kind)
        {
            stream.bounds = true;
        }
        Ok(())
    }

    /// A record that others wait for, and that we never had, is proven gone: that is remembered. One that nothing waits for, and
    /// that the vendor lists, stays due, since only another list can tell that it is gone.
    fn proven_gone(&mut self, kind: &EntityKind, key: &Key) -> Result<()> {
        let stream = self.stream(kind)?;
        let mut awaited = false;
        for name in self.names_of(kind) {
            awaited |= self
                .tx
                .prepare_cached(
                    "SELECT EXISTS (SELECT 1 FROM hold h JOIN stream s ON s.id = h.stream_id
                     WHERE h.waits_kind = ?1 AND h.waits_key = ?2 AND s.connection_id = ?3)",
                )?
                .query_row((name.as_str(), key.as_str(), self.connection), |row| row.get::<_, bool>(0))?;
        }
        if !awaited {
            for sql in [
                "DELETE FROM due WHERE stream_id = ?1 AND children = 0 AND key = ?2 AND NOT listed",
                "UPDATE due SET tries = tries + 1 WHERE stream_id = ?1 AND children = 0 AND key = ?2",
            ] {
                self.drop_from(sql, stream.id, key)?;
            }
            return Ok(());
        }
        self.remember_gone(kind, key)?;
        self.drop_from("DELETE FROM due WHERE stream_id = ?1 AND children = 0 AND key = ?2", stream.id, key)?;
        self.resettle(kind, key)
    }

    fn remove(&mut self, kind: &EntityKind, key: &Key, evidence: &Evidence) -> Result<()> {
        let stream = self.stream(kind)?;
        let evidence_text = text(evidence)?;
        let removed = self
            .tx
            .prepare_cached(
                "UPDATE link SET removed_at = ?3, evidence = ?4, written = ?5
                 WHERE stream_id = ?1 AND key = ?2 AND removed_at IS NULL",
            )?
            .execute((stream.id, key.as_str(), &self.at, &evidence_text, self.number))?;
        if stream.holds {
            self.drop_from("DELETE FROM hold WHERE stream_id = ?1 AND key = ?2", stream.id, key)?;
        }
        if stream.excluded {
            let left_out = "DELETE FROM excluded WHERE stream_id = ?1 AND key = ?2 AND reason <> 'gone'";
            self.drop_from(left_out, stream.id, key)?;
        }
        if stream.due {
            self.drop_from("DELETE FROM due WHERE stream_id = ?1 AND children = 0 AND key = ?2", stream.id, key)?;
        }
        self.parents.forget(stream.id, key);
        if removed > 0 {
            self.counts(kind).removed += 1;
            let evidence = json!({ "evidence": evidence });
            log_change(self.tx, self.run, stream.id, key, &self.at, "removed", &evidence)?;
            for (kind, key) in self.followers(stream.id, key)? {
                self.remove(&kind, &key, &Evidence::ParentGone)?;
            }
            self.forget_children(kind, key)?;
        } else if matches!(evidence, Evidence::SoftDeleted | Evidence::MergedInto(_)) {
            // What refers to it need not wait until somebody asks for it.
            self.remember_gone(kind, key)?;
            self.resettle(kind, key)?;
        }
        Ok(())
    }

    /// Remembers that a record that was never stored is gone.
    fn remember_gone(&mut self, kind: &EntityKind, key: &Key) -> Result<()> {
        let stream = self.stream(kind)?;
        if matches!(self.parent_of(kind, key, false)?, Parent::Missing) {
            self.tx
                .prepare_cached("INSERT OR REPLACE INTO excluded (stream_id, key, reason) VALUES (?1, ?2, 'gone')")?
                .execute((stream.id, key.as_str()))?;
            if let Some(stream) = self.streams.get_mut(kind) {
                stream.excluded = true;
            }
        }
        Ok(())
    }

    /// Nothing is below a record that is gone.
    fn forget_children(&mut self, kind: &EntityKind, key: &Key) -> Result<()> {
        let family = Arc::clone(&self.family);
        for (_, child) in family.children.iter().filter(|(parent, _)| parent == kind) {
            let stream = self.stream(child)?;
            self.drop_from("DELETE FROM due WHERE stream_id = ?1 AND children = 1 AND key = ?2", stream.id, key)?;
        }
        Ok(())
    }

    /// The live records that go with this one.
    fn followers(&self, stream: i64, key: &Key) -> Result<Vec<(EntityKind, Key)>> {
        let mut select = self.tx.prepare_cached(
            "SELECT s.kind, l.key FROM link p JOIN link l ON l.parent_id = p.id JOIN stream s ON s.id = l.stream_id
             WHERE p.stream_id = ?1 AND p.key = ?2 AND l.removed_at IS NULL",
        )?;
        let rows = select.query_map((stream, key.as_str()), |row| {
            Ok((EntityKind::named(row.get::<_, String>(0)?), Key::from_text(row.get::<_, String>(1)?)))
        })?;
        Ok(rows.collect::<std::result::Result<_, _>>()?)
    }

    /// Looks again at the records that waited for this one, and at those that waited for them: it is there now, or is known to be
    /// outside the scope or gone.
    fn resettle(&mut self, kind: &EntityKind, key: &Key) -> Result<()> {
        let mut decided = vec![(kind.clone(), key.clone())];
        while let Some((kind, key)) = decided.pop() {
            if !self.awaited(&kind)? {
                continue;
            }
            let mut after = 0;
            loop {
                let children = self.waiting(&kind, &key, after)?;
                let Some((last, _)) = children.last() else { break };
                after = *last;
                for (_, child) in children {
                    let outcome = self.place(&child)?;
                    if outcome == Outcome::Held {
                        continue;
                    }
                    let counts = self.counts(&child.kind);
                    if outcome == Outcome::Rejected {
                        counts.dropped += 1;
                    } else {
                        counts.released += 1;
                    }
                    decided.push((child.kind, child.key));
                }
            }
        }
        Ok(())
    }

    /// Whether records may wait for one of this kind, under its own name or that of a kind that shares its numbers.
    fn awaited(&mut self, kind: &EntityKind) -> Result<bool> {
        if !self.anyone_waits {
            return Ok(false);
        }
        let names = self.names_of(kind);
        for name in &names {
            if self.stream(name)?.awaited {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The kinds by which a record of this kind may be referred to.
    fn names_of(&self, kind: &EntityKind) -> Vec<EntityKind> {
        let others = self.family.numbered_with.iter().filter(|(_, others)| others.contains(kind)).map(|(k, _)| k);
        std::iter::once(kind).chain(others).cloned().collect()
    }

    /// Some of the records that wait for this one, in the order in which they began to, from behind a number on.
    fn waiting(&self, kind: &EntityKind, key: &Key, after: i64) -> Result<Vec<(i64, Prepared)>> {
        let mut select = self.tx.prepare_cached(
            "SELECT h.id, s.kind, h.key, h.hash, h.vendor_updated_at, h.tag, h.projection, h.content, h.raw, h.parents,
             h.follows FROM hold h JOIN stream s ON s.id = h.stream_id
             WHERE h.waits_kind = ?1 AND h.waits_key = ?2 AND s.connection_id = ?3 AND h.id > ?4 ORDER BY h.id LIMIT ?5",
        )?;
        let mut children = Vec::new();
        for name in self.names_of(kind) {
            let mut rows = select.query((name.as_str(), key.as_str(), self.connection, after, TOGETHER))?;
            while let Some(row) = rows.next()? {
                let updated_at: Option<String> = row.get(4)?;
                let parents: String = row.get(9)?;
                let raw = Bytes::from(row.get::<_, Vec<u8>>(8)?);
                let child = Prepared {
                    kind: EntityKind::named(row.get::<_, String>(1)?),
                    key: Key::from_text(row.get::<_, String>(2)?),
                    version: Version { updated_at: updated_at.and_then(|t| t.parse().ok()), tag: row.get(5)? },
                    projection: if row.get::<_, i64>(6)? == 1 { Projection::Full } else { Projection::List },
                    raw_hash: crate::prepare::raw_hash(&raw),
                    raw,
                    content: row.get::<_, String>(7)?.into_bytes(),
                    hash: row.get(3)?,
                    parents: serde_json::from_str(&parents).map_err(|e| StoreError::Damaged(e.into()))?,
                    follows: row.get(10)?,
                    in_scope: true,
                    broken: None,
                };
                children.push((row.get(0)?, child));
            }
        }
        children.sort_by_key(|(id, _)| *id);
        children.truncate(TOGETHER as usize);
        Ok(children)
    }
}

/// What a stored record was before this transaction.
struct Known {
    id: i64,
    hash: [u8; 16],
    removed: bool,
    raw_hash: Option<i64>,
    updated_at: Option<String>,
    tag: Option<String>,
    parent_id: Option<i64>,
}

enum Parent {
    There(Option<i64>),
    /// It was there and was removed, or is proven never to come.
    Gone,
    /// It is outside the scope, itself or by its own parent.
    Excluded(EntityKind),
    Missing,
}

fn projection(projection: Projection) -> i64 {
    match projection {
        Projection::List => 0,
        Projection::Full => 1,
    }
}

/// The fields that differ, each with what was and what is.
pub(super) fn differences(before: &str, after: &str) -> Value {
    let parse = |text: &str| serde_json::from_str::<Map<String, Value>>(text).unwrap_or_default();
    let (before, after) = (parse(before), parse(after));
    let mut fields = Map::new();
    for name in before.keys().chain(after.keys()) {
        let (was, is) = (before.get(name), after.get(name));
        if was != is && !fields.contains_key(name) {
            fields.insert(name.clone(), json!({ "before": was, "after": is }));
        }
    }
    Value::Object(fields)
}

/// Writes a line of the change log.
pub(super) fn log_change(
    tx: &Transaction<'_>,
    run: i64,
    stream: i64,
    key: &Key,
    at: &str,
    what: &str,
    fields: &Value,
) -> Result<()> {
    tx.prepare_cached("INSERT INTO change (run_id, stream_id, key, at, what, fields) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
        .execute((run, stream, key.as_str(), at, what, fields.to_string()))?;
    Ok(())
}

/// One of our own types as JSON, for a column.
fn text(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|e| StoreError::Sql(e.into()))
}
