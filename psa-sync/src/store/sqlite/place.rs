//! Where a record belongs: stored, waiting, left out, or gone; and what follows from it for others.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use psa_core::{EntityKind, Evidence, Key, Projection};
use psa_store::StoreError;
use psa_store::rusqlite::{OptionalExtension, Transaction, params};
use serde::Serialize;
use serde_json::json;

use super::changes::{differences, log_change};
use super::due;
use super::known_parents::Parents;
use super::values::time;
use crate::report::Counts;
use crate::store::{Committed, Family, HoldReason, Prepared};

type Result<T> = std::result::Result<T, StoreError>;

/// A stamp that is further back than this speaks of an import, not of a clock.
const LATE_AT_MOST: TimeDelta = TimeDelta::hours(6);

/// A stream, and what need not be asked for each of its records.
#[derive(Clone, Copy)]
pub(super) struct Stream {
    pub(super) id: i64,
    /// Some of its records may be held.
    pub(super) holds: bool,
    /// Some of its records may be excluded.
    pub(super) excluded: bool,
    /// Some of its records may be asked for.
    pub(super) due: bool,
    /// Some records may wait for one of this kind.
    pub(super) awaited: bool,
    /// Some records may be excluded because of one of this kind.
    pub(super) bounds: bool,
    /// Some records may be stored without one of this kind that they name.
    pub(super) orphans: bool,
}

pub(super) struct Writer<'a> {
    pub(super) tx: &'a Transaction<'a>,
    pub(super) parents: &'a mut Parents,
    pub(super) connection: i64,
    pub(super) family: Arc<Family>,
    pub(super) not_awaited: Vec<EntityKind>,
    /// Stamps from here on may be those of more than one change; none: any may.
    pub(super) settling: Option<String>,
    /// The names that labels of this kind were made with.
    pub(super) names: Option<(EntityKind, String)>,
    /// The number of this transaction.
    pub(super) number: i64,
    pub(super) run: i64,
    pub(super) at: String,
    /// Changed rows of this kind with a stamp before this came late.
    pub(super) late: Option<(EntityKind, DateTime<Utc>)>,
    /// Some record waits for a parent.
    pub(super) anyone_waits: bool,
    pub(super) streams: HashMap<EntityKind, Stream>,
    pub(super) committed: Committed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
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
    pub(super) fn stream(&mut self, kind: &EntityKind) -> Result<Stream> {
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
            orphans: tx
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM orphan WHERE by_kind = ?1)")?
                .query_row([kind.as_str()], |row| row.get(0))?,
            bounds: tx
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM excluded WHERE by_kind = ?1)")?
                .query_row([kind.as_str()], |row| row.get(0))?,
        };
        self.streams.insert(kind.clone(), stream);
        Ok(stream)
    }

    pub(super) fn counts(&mut self, kind: &EntityKind) -> &mut Counts {
        self.committed.counts.entry(kind.clone()).or_default()
    }

    pub(super) fn record(&mut self, prepared: &Prepared) -> Result<()> {
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
    pub(super) fn place(&mut self, prepared: &Prepared) -> Result<Outcome> {
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
            self.exclude(prepared, None)?;
            return Ok(Outcome::Rejected);
        }
        let mut parent_id = None;
        let mut without = Vec::new();
        for (kind, key) in &prepared.parents {
            // A parent that may leave the scope takes this record with it.
            let linked = prepared.follows || self.family.scoped.contains(kind);
            match self.parent(kind, key, linked)? {
                Parent::There(id) => parent_id = parent_id.or(id),
                // Of a record outside the scope nothing is kept, and of a deleted one no part that goes with it.
                Parent::Excluded(kind) => {
                    self.exclude(prepared, Some((&kind, key)))?;
                    return Ok(Outcome::Rejected);
                }
                Parent::Gone(_) if prepared.follows => {
                    self.remove(&prepared.kind, &prepared.key, &Evidence::ParentGone)?;
                    return Ok(Outcome::Rejected);
                }
                Parent::Gone(None) if linked => without.push((kind, key)),
                Parent::Gone(id) => parent_id = parent_id.or(id),
                Parent::Missing if !prepared.follows && self.not_awaited.contains(kind) => without.push((kind, key)),
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
        for (kind, by) in without {
            self.tx
                .prepare_cached(
                    "INSERT OR REPLACE INTO orphan (stream_id, key, by_kind, by_key) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute((stream.id, prepared.key.as_str(), kind.as_str(), by.as_str()))?;
            if let Some(parent) = self.streams.get_mut(kind) {
                parent.orphans = true;
            }
        }
        if stream.orphans {
            self.adopt(stream.id, &prepared.kind, &prepared.key)?;
        }
        if stored.moved {
            self.ask_for_children(&prepared.kind, &prepared.key)?;
        }
        if stream.bounds && stored.outcome != Outcome::Unchanged {
            self.ask_for_bounded(&prepared.kind, &prepared.key)?;
        }
        Ok(stored.outcome)
    }

    /// Links the records that were stored without this one.
    fn adopt(&mut self, stream: i64, kind: &EntityKind, key: &Key) -> Result<()> {
        for (child, child_key) in self.orphans(kind, key)? {
            let child_stream = self.stream(&child)?;
            self.tx
                .prepare_cached(
                    "UPDATE link SET parent_id = (SELECT id FROM link WHERE stream_id = ?1 AND key = ?2)
                     WHERE stream_id = ?3 AND key = ?4",
                )?
                .execute((stream, key.as_str(), child_stream.id, child_key.as_str()))?;
        }
        Ok(())
    }

    /// Takes the records that were stored without this one from the list of those.
    fn orphans(&mut self, kind: &EntityKind, key: &Key) -> Result<Vec<(EntityKind, Key)>> {
        if !self.stream(kind)?.orphans {
            return Ok(Vec::new());
        }
        let mut taken = self.tx.prepare_cached(
            "DELETE FROM orphan WHERE by_kind = ?1 AND by_key = ?2
             AND stream_id IN (SELECT id FROM stream WHERE connection_id = ?3)
             RETURNING (SELECT kind FROM stream s WHERE s.id = orphan.stream_id), key",
        )?;
        let rows = taken.query_map((kind.as_str(), key.as_str(), self.connection), |row| {
            Ok((EntityKind::named(row.get::<_, String>(0)?), Key::from_text(row.get::<_, String>(1)?)))
        })?;
        Ok(rows.collect::<std::result::Result<_, _>>()?)
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

    /// Forgets that a record was left out, so that it counts as known no longer. Returns whether it was.
    pub(super) fn forget_left_out(&mut self, kind: &EntityKind, key: &Key) -> Result<bool> {
        let stream = self.stream(kind)?;
        let left_out = "DELETE FROM excluded WHERE stream_id = ?1 AND key = ?2 AND reason <> 'gone'";
        Ok(stream.excluded && self.drop_from(left_out, stream.id, key)? > 0)
    }

    /// What was left out because of a record that is there now, or gone, has to be read.
    pub(super) fn ask_for_bounded(&mut self, kind: &EntityKind, key: &Key) -> Result<()> {
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

    pub(super) fn drop_from(&self, sql: &str, stream: i64, key: &Key) -> Result<usize> {
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
                Some("gone") => return Ok(Parent::Gone(None)),
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
            Some((id, true, _)) => Parent::Gone(wants_id.then_some(id)),
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
                "SELECT id, hash, removed_at IS NOT NULL, raw_hash, vendor_updated_at, tag, parent_id, settling
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
                    settling: row.get(7)?,
                })
            })
            .optional()?;
        let updated_at = p.version.updated_at.map(time);
        let settling = updated_at.as_ref().is_some_and(|at| self.settling.as_ref().is_none_or(|from| at >= from));
        // The content was serialised by us, so it is UTF-8.
        let content = std::str::from_utf8(&p.content).map_err(|e| StoreError::Sql(e.into()))?;
        let Some(known) = known else {
            tx.prepare_cached(
                "INSERT INTO record (projection, created_run, changed_run, content, raw) VALUES (?1, ?2, ?2, ?3, ?4)",
            )?
            .execute(params![projection(p.projection), self.run, content, p.raw.as_ref()])?;
            tx.prepare_cached(
                "INSERT INTO link (stream_id, key, id, hash, vendor_updated_at, tag, parent_id, raw_hash, written, settling)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
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
                settling,
            ])?;
            return Ok(Stored { outcome: Outcome::Inserted, moved: true });
        };
        let same_content = known.hash == p.hash && !known.removed;
        let same_stamp = known.updated_at == updated_at && known.tag == p.version.tag;
        // The same stamp may be another change's, if it was given in the second in which the record was read before.
        let moved = known.removed || !same_stamp || known.settling || (updated_at.is_none() && !same_content);
        let same_bytes = known.raw_hash == Some(p.raw_hash);
        if same_content && same_stamp && same_bytes && known.parent_id == parent_id && known.settling == settling {
            return Ok(Stored { outcome: Outcome::Unchanged, moved });
        }
        tx.prepare_cached(
            "UPDATE link SET hash = ?3, vendor_updated_at = ?4, tag = ?5, parent_id = ?6, raw_hash = ?7, written = ?8,
             settling = ?9, removed_at = NULL, evidence = NULL WHERE stream_id = ?1 AND key = ?2",
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
            settling,
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

    /// Leaves a record out: outside the scope, or below a record that is.
    fn exclude(&mut self, p: &Prepared, by: Option<(&EntityKind, &Key)>) -> Result<()> {
        self.remove(&p.kind, &p.key, &Evidence::OutOfScope)?;
        if by.is_some() && p.follows {
            // Nothing counts such records, and all of them are read below their parent if that enters the scope.
            return Ok(());
        }
        self.leave_out(&p.kind, &p.key, by)
    }

    /// Remembers a key as left out, and because of what.
    fn leave_out(&mut self, kind: &EntityKind, key: &Key, by: Option<(&EntityKind, &Key)>) -> Result<()> {
        let stream = self.stream(kind)?;
        let reason = if by.is_some() { "parent" } else { "scope" };
        self.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO excluded (stream_id, key, reason, by_kind, by_key) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute((
                stream.id,
                key.as_str(),
                reason,
                by.map(|(kind, _)| kind.as_str()),
                by.map(|(_, key)| key.as_str()),
            ))?;
        if let Some(stream) = self.streams.get_mut(kind) {
            stream.excluded = true;
        }
        if let Some((kind, _)) = by
            && let Some(stream) = self.streams.get_mut(kind)
        {
            stream.bounds = true;
        }
        Ok(())
    }

    pub(super) fn remove(&mut self, kind: &EntityKind, key: &Key, evidence: &Evidence) -> Result<()> {
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
        if self.forget_left_out(kind, key)? && *evidence != Evidence::OutOfScope {
            self.ask_for_bounded(kind, key)?;
        }
        if stream.due {
            self.drop_from("DELETE FROM due WHERE stream_id = ?1 AND children = 0 AND key = ?2", stream.id, key)?;
        }
        self.parents.forget(stream.id, key);
        if removed > 0 {
            self.counts(kind).removed += 1;
            let proof = json!({ "evidence": evidence });
            log_change(self.tx, self.run, stream.id, key, &self.at, "removed", &proof)?;
            for (child, child_key) in self.followers(stream.id, key)? {
                if self.family.followers.contains(&child) {
                    self.remove(&child, &child_key, &Evidence::ParentGone)?;
                }
            }
            self.forget_children(kind, key)?;
        }
        if *evidence == Evidence::OutOfScope {
            // Also of one that was taken for gone before: what it takes along depends on the scope, not on whether it is there.
            let mut below = self.followers(stream.id, key)?;
            below.extend(self.orphans(kind, key)?);
            for (child, child_key) in below {
                self.remove(&child, &child_key, &Evidence::OutOfScope)?;
                self.leave_out(&child, &child_key, Some((kind, key)))?;
            }
        }
        if removed == 0 && matches!(evidence, Evidence::SoftDeleted | Evidence::MergedInto(_)) {
            // What refers to it need not wait until somebody asks for it.
            self.remember_gone(kind, key)?;
            self.resettle(kind, key)?;
        }
        Ok(())
    }

    /// Remembers that a record that was never stored is gone.
    pub(super) fn remember_gone(&mut self, kind: &EntityKind, key: &Key) -> Result<()> {
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
    settling: bool,
}

pub(super) enum Parent {
    There(Option<i64>),
    /// It was there and was removed, or is proven never to come. With its local id, if it has one and that is wanted.
    Gone(Option<i64>),
    /// It is outside the scope, itself or by its own parent.
    Excluded(EntityKind),
    Missing,
}

pub(super) fn projection(projection: Projection) -> i64 {
    match projection {
        Projection::List => 0,
        Projection::Full => 1,
    }
}

/// One of our own types as JSON, for a column.
pub(super) fn text(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|e| StoreError::Sql(e.into()))
}
