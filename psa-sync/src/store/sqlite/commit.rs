//! One transaction: rows, holds, change log, and the checkpoint that speaks of them.

use std::collections::HashMap;

use bytes::Bytes;
use psa_core::{EntityKind, Evidence, Key, Projection, Version};
use psa_store::StoreError;
use psa_store::rusqlite::{OptionalExtension, Transaction, params};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Parents, mode_name, phase_name, time};
use crate::report::Counts;
use crate::store::{Commit, Committed, HoldReason, Prepared};

type Result<T> = std::result::Result<T, StoreError>;

pub(super) fn commit(tx: &Transaction<'_>, parents: &mut Parents, commit: Commit) -> Result<Committed> {
    let connection: i64 = tx
        .prepare_cached("SELECT id FROM connection WHERE name = ?1")?
        .query_row([&commit.stream.connection], |row| row.get(0))?;
    let mut writer = Writer {
        tx,
        parents,
        connection,
        run: commit.run,
        at: time(commit.at),
        streams: HashMap::new(),
        committed: Committed::default(),
    };
    let stream = writer.stream(&commit.stream.kind)?;
    move_checkpoint(tx, stream.id, &commit)?;
    for prepared in &commit.records {
        writer.record(prepared)?;
        if commit.mark_seen && prepared.kind == commit.stream.kind {
            tx.prepare_cached("INSERT OR IGNORE INTO seen (stream_id, key) VALUES (?1, ?2)")?
                .execute((stream.id, prepared.key.as_str()))?;
        }
    }
    for removal in &commit.removals {
        writer.remove(&removal.kind, &removal.key, &removal.evidence)?;
    }
    for (kind, key) in &commit.orphaned {
        tx.prepare_cached("DELETE FROM hold WHERE waits_kind = ?1 AND waits_key = ?2 AND follows")?
            .execute((kind.as_str(), key.as_str()))?;
    }
    if commit.ends_pass {
        tx.prepare_cached("DELETE FROM seen WHERE stream_id = ?1")?.execute([stream.id])?;
    }
    let mut committed = writer.committed;
    committed.version = commit.checkpoint.version + 1;
    Ok(committed)
}

fn move_checkpoint(tx: &Transaction<'_>, stream: i64, commit: &Commit) -> Result<()> {
    let ck = &commit.checkpoint;
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
             cursor = ?8, atomic = ?9, scope = ?10, fresh_as_of = ?11 WHERE id = ?1 AND version = ?2 AND epoch <= ?3",
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
        ])?;
    if moved == 1 { Ok(()) } else { Err(StoreError::Stale) }
}

/// A stream, and what need not be asked for each of its records.
#[derive(Clone, Copy)]
struct Stream {
    id: i64,
    /// Some of its records may be held.
    holds: bool,
    /// Some of its records may be excluded.
    excluded: bool,
    /// Some records may wait for one of this kind.
    awaited: bool,
}

struct Writer<'a> {
    tx: &'a Transaction<'a>,
    parents: &'a mut Parents,
    connection: i64,
    run: i64,
    at: String,
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
            awaited: tx
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM hold WHERE waits_kind = ?1)")?
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
            self.release(&prepared.kind, &prepared.key)?;
        }
        Ok(())
    }

    fn place(&mut self, prepared: &Prepared) -> Result<Outcome> {
        let stream = self.stream(&prepared.kind)?;
        if let Some(reason) = &prepared.broken {
            self.hold(stream, prepared, reason)?;
            return Ok(Outcome::Held);
        }
        if !prepared.in_scope {
            self.exclude(stream, prepared)?;
            return Ok(Outcome::Rejected);
        }
        let mut parent_id = None;
        for (kind, key) in &prepared.parents {
            match self.parent(kind, key, prepared.follows)? {
                Parent::There(id) => parent_id = parent_id.or(id),
                // Of a record outside the scope nothing is kept, and of a deleted one no part that goes with it.
                Parent::Excluded => {
                    self.remove(&prepared.kind, &prepared.key, &Evidence::OutOfScope)?;
                    return Ok(Outcome::Rejected);
                }
                Parent::Removed if prepared.follows => {
                    self.remove(&prepared.kind, &prepared.key, &Evidence::ParentGone)?;
                    return Ok(Outcome::Rejected);
                }
                Parent::Removed => {}
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
        self.upsert(stream.id, prepared, parent_id)
    }

    fn drop_from(&self, sql: &str, stream: i64, key: &Key) -> Result<usize> {
        Ok(self.tx.prepare_cached(sql)?.execute((stream, key.as_str()))?)
    }

    /// Whether a parent is there; with its local id, if that is wanted.
    fn parent(&mut self, kind: &EntityKind, key: &Key, wants_id: bool) -> Result<Parent> {
        let stream = self.stream(kind)?;
        if !wants_id && self.parents.has(stream.id, key) {
            return Ok(Parent::There(None));
        }
        let excluded = stream.excluded
            && self
                .tx
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM excluded WHERE stream_id = ?1 AND key = ?2)")?
                .query_row((stream.id, key.as_str()), |row| row.get(0))?;
        if excluded {
            return Ok(Parent::Excluded);
        }
        let found: Option<(i64, bool)> = self
            .tx
            .prepare_cached("SELECT id, removed_at IS NOT NULL FROM link WHERE stream_id = ?1 AND key = ?2")?
            .query_row((stream.id, key.as_str()), |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        Ok(match found {
            None => Parent::Missing,
            Some((_, true)) => Parent::Removed,
            Some((id, false)) => {
                self.parents.add(stream.id, key);
                Parent::There(wants_id.then_some(id))
            }
        })
    }

    fn upsert(&mut self, stream: i64, p: &Prepared, parent_id: Option<i64>) -> Result<Outcome> {
        let tx = self.tx;
        let known: Option<(i64, [u8; 16], bool)> = tx
            .prepare_cached("SELECT id, hash, removed_at IS NOT NULL FROM link WHERE stream_id = ?1 AND key = ?2")?
            .query_row((stream, p.key.as_str()), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let updated_at = p.version.updated_at.map(time);
        // The content was serialised by us, so it is UTF-8.
        let content = std::str::from_utf8(&p.content).map_err(|e| StoreError::Sql(e.into()))?;
        let Some((id, hash, removed)) = known else {
            tx.prepare_cached(
                "INSERT INTO record (projection, created_run, changed_run, content, raw) VALUES (?1, ?2, ?2, ?3, ?4)",
            )?
            .execute(params![projection(p.projection), self.run, content, p.raw.as_ref()])?;
            tx.prepare_cached(
                "INSERT INTO link (stream_id, key, id, hash, vendor_updated_at, tag, parent_id)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                stream,
                p.key.as_str(),
                tx.last_insert_rowid(),
                p.hash,
                updated_at,
                p.version.tag,
                parent_id
            ])?;
            return Ok(Outcome::Inserted);
        };
        if hash == p.hash && !removed {
            return Ok(Outcome::Unchanged);
        }
        let old: String =
            tx.prepare_cached("SELECT content FROM record WHERE id = ?1")?.query_row([id], |row| row.get(0))?;
        tx.prepare_cached("UPDATE record SET projection = ?2, changed_run = ?3, content = ?4, raw = ?5 WHERE id = ?1")?
            .execute(params![id, projection(p.projection), self.run, content, p.raw.as_ref()])?;
        tx.prepare_cached(
            "UPDATE link SET hash = ?3, vendor_updated_at = ?4, tag = ?5, parent_id = ?6, removed_at = NULL, evidence = NULL
             WHERE stream_id = ?1 AND key = ?2",
        )?
        .execute(params![stream, p.key.as_str(), p.hash, updated_at, p.version.tag, parent_id])?;
        self.change(stream, &p.key, if removed { "restored" } else { "updated" }, &differences(&old, content))?;
        Ok(Outcome::Updated)
    }

    fn change(&self, stream: i64, key: &Key, what: &str, fields: &Value) -> Result<()> {
        self.tx
            .prepare_cached(
                "INSERT INTO change (run_id, stream_id, key, at, what, fields) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute((self.run, stream, key.as_str(), &self.at, what, fields.to_string()))?;
        Ok(())
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
        if let HoldReason::MissingParent { kind, .. } = reason
            && let Some(stream) = self.streams.get_mut(kind)
        {
            stream.awaited = true;
        }
        Ok(())
    }

    fn exclude(&mut self, stream: Stream, p: &Prepared) -> Result<()> {
        if let Some(stream) = self.streams.get_mut(&p.kind) {
            stream.excluded = true;
        }
        self.remove(&p.kind, &p.key, &Evidence::OutOfScope)?;
        self.tx
            .prepare_cached("INSERT OR IGNORE INTO excluded (stream_id, key) VALUES (?1, ?2)")?
            .execute((stream.id, p.key.as_str()))?;
        Ok(())
    }

    fn remove(&mut self, kind: &EntityKind, key: &Key, evidence: &Evidence) -> Result<()> {
        let stream = self.stream(kind)?;
        let evidence_text = text(evidence)?;
        let removed = self
            .tx
            .prepare_cached(
                "UPDATE link SET removed_at = ?3, evidence = ?4 WHERE stream_id = ?1 AND key = ?2 AND removed_at IS NULL",
            )?
            .execute((stream.id, key.as_str(), &self.at, &evidence_text))?;
        if stream.holds {
            self.drop_from("DELETE FROM hold WHERE stream_id = ?1 AND key = ?2", stream.id, key)?;
        }
        if stream.excluded {
            self.drop_from("DELETE FROM excluded WHERE stream_id = ?1 AND key = ?2", stream.id, key)?;
        }
        self.parents.forget(stream.id, key);
        if removed > 0 {
            self.counts(kind).removed += 1;
            self.change(stream.id, key, "removed", &json!({ "evidence": evidence }))?;
            for (kind, key) in self.followers(stream.id, key)? {
                self.remove(&kind, &key, &Evidence::ParentGone)?;
            }
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

    /// Stores the records that waited for this one, and those that waited for them.
    fn release(&mut self, kind: &EntityKind, key: &Key) -> Result<()> {
        let mut landed = vec![(kind.clone(), key.clone())];
        while let Some((kind, key)) = landed.pop() {
            if !self.stream(&kind)?.awaited {
                continue;
            }
            for child in self.children(&kind, &key)? {
                if matches!(self.place(&child)?, Outcome::Inserted | Outcome::Updated | Outcome::Unchanged) {
                    self.counts(&child.kind).released += 1;
                    landed.push((child.kind, child.key));
                }
            }
        }
        Ok(())
    }

    fn children(&self, kind: &EntityKind, key: &Key) -> Result<Vec<Prepared>> {
        let mut select = self.tx.prepare_cached(
            "SELECT s.kind, h.key, h.hash, h.vendor_updated_at, h.tag, h.projection, h.content, h.raw, h.parents, h.follows
             FROM hold h JOIN stream s ON s.id = h.stream_id
             WHERE h.waits_kind = ?1 AND h.waits_key = ?2 AND s.connection_id = ?3",
        )?;
        let mut rows = select.query((kind.as_str(), key.as_str(), self.connection))?;
        let mut children = Vec::new();
        while let Some(row) = rows.next()? {
            let updated_at: Option<String> = row.get(3)?;
            let parents: String = row.get(8)?;
            children.push(Prepared {
                kind: EntityKind::named(row.get::<_, String>(0)?),
                key: Key::from_text(row.get::<_, String>(1)?),
                version: Version { updated_at: updated_at.and_then(|t| t.parse().ok()), tag: row.get(4)? },
                projection: if row.get::<_, i64>(5)? == 1 { Projection::Full } else { Projection::List },
                raw: Bytes::from(row.get::<_, Vec<u8>>(7)?),
                content: row.get::<_, String>(6)?.into_bytes(),
                hash: row.get(2)?,
                parents: serde_json::from_str(&parents).map_err(|e| StoreError::Damaged(e.into()))?,
                follows: row.get(9)?,
                in_scope: true,
                broken: None,
            });
        }
        Ok(children)
    }
}

enum Parent {
    There(Option<i64>),
    Removed,
    Excluded,
    Missing,
}

fn projection(projection: Projection) -> i64 {
    match projection {
        Projection::List => 0,
        Projection::Full => 1,
    }
}

/// The fields that differ, each with what was and what is.
fn differences(before: &str, after: &str) -> Value {
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

/// One of our own types as JSON, for a column.
fn text(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|e| StoreError::Sql(e.into()))
}
