//! Records that wait: for a parent, or because they can't be decoded; and what becomes of them when that is decided.

use bytes::Bytes;
use psa_core::{EntityKind, Key, Projection, Version};
use psa_store::StoreError;
use psa_store::rusqlite::params;

use super::place::{Outcome, Stream, Writer, projection, text};
use super::values::time;
use crate::store::{HoldReason, Prepared};

type Result<T> = std::result::Result<T, StoreError>;

/// Waiting children that are looked at together: all of a large parent's would be too much for memory.
const TOGETHER: i64 = 500;

impl Writer<'_> {
    pub(super) fn hold(&mut self, stream: Stream, p: &Prepared, reason: &HoldReason) -> Result<()> {
        let (waits_kind, waits_key) = match reason {
            HoldReason::MissingParent { kind, key } => (Some(kind.as_str()), Some(key.as_str())),
            _ => (None, None),
        };
        self.tx
            .prepare_cached(
                "INSERT INTO hold (stream_id, key, reason, waits_kind, waits_key, parents, follows, hash, vendor_updated_at, tag,
                 projection, since, content, raw, names)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
                 ON CONFLICT (stream_id, key) DO UPDATE SET reason = excluded.reason, waits_kind = excluded.waits_kind,
                 waits_key = excluded.waits_key, parents = excluded.parents, hash = excluded.hash,
                 vendor_updated_at = excluded.vendor_updated_at, tag = excluded.tag, projection = excluded.projection,
                 content = excluded.content, raw = excluded.raw, names = excluded.names",
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
                self.names.as_ref().filter(|(kind, _)| *kind == p.kind).map(|(_, names)| names),
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

    /// A record that others wait for, and that we never had, is proven gone: that is remembered. One that nothing waits for, and
    /// that the vendor lists, stays due, since only another list can tell that it is gone.
    pub(super) fn proven_gone(&mut self, kind: &EntityKind, key: &Key) -> Result<()> {
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
            if self.forget_left_out(kind, key)? {
                self.ask_for_bounded(kind, key)?;
            }
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

    /// Looks again at the records that waited for this one, and at those that waited for them: it is there now, or is known to be
    /// outside the scope or gone.
    pub(super) fn resettle(&mut self, kind: &EntityKind, key: &Key) -> Result<()> {
        let mut decided = vec![(kind.clone(), key.clone())];
        while let Some((kind, key)) = decided.pop() {
            if !self.awaited(&kind)? {
                continue;
            }
            let mut after = 0;
            loop {
                let children = self.waiting(&kind, &key, after)?;
                let Some((last, ..)) = children.last() else { break };
                after = *last;
                for (_, child, names) in children {
                    let outcome = self.place(&child)?;
                    if outcome == Outcome::Held {
                        continue;
                    }
                    let stream = self.stream(&child.kind)?;
                    // Its labels may have been renamed while it waited.
                    self.tx
                        .prepare_cached("UPDATE stream SET names = NULL WHERE id = ?1 AND names <> ?2")?
                        .execute((stream.id, names))?;
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
    pub(super) fn names_of(&self, kind: &EntityKind) -> Vec<EntityKind> {
        let others = self.family.numbered_with.iter().filter(|(_, others)| others.contains(kind)).map(|(k, _)| k);
        std::iter::once(kind).chain(others).cloned().collect()
    }

    /// Some of the records that wait for this one, in the order in which they began to, from behind a number on.
    fn waiting(&self, kind: &EntityKind, key: &Key, after: i64) -> Result<Vec<(i64, Prepared, Option<String>)>> {
        let mut select = self.tx.prepare_cached(
            "SELECT h.id, s.kind, h.key, h.hash, h.vendor_updated_at, h.tag, h.projection, h.content, h.raw, h.parents,
             h.follows, h.names FROM hold h JOIN stream s ON s.id = h.stream_id
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
                    version: Version::stamped(updated_at.and_then(|t| t.parse().ok()))
                        .tagged(row.get::<_, Option<String>>(5)?),
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
                children.push((row.get(0)?, child, row.get(11)?));
            }
        }
        children.sort_by_key(|(id, ..)| *id);
        children.truncate(TOGETHER as usize);
        Ok(children)
    }
}
