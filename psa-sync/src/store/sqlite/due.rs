//! What is to be read by itself: single records, and all records below a parent.

use chrono::{DateTime, Utc};
use psa_core::{EntityKind, Key};
use psa_store::StoreError;
use psa_store::rusqlite::{Connection, Transaction, params};

use super::values::{next_commit, time};
use crate::store::{Due, Family, Target};

type Result<T> = std::result::Result<T, StoreError>;

pub(super) fn below_parent(target: Target) -> bool {
    target == Target::Children
}

pub(super) fn list(c: &Connection, stream: i64, target: Target, limit: u32) -> Result<Vec<Due>> {
    let mut select = c.prepare_cached(
        "SELECT key, asked FROM due WHERE stream_id = ?1 AND children = ?2 ORDER BY tries, key LIMIT ?3",
    )?;
    let rows = select.query_map((stream, below_parent(target), limit), |row| {
        Ok(Due { key: Key::from_text(row.get::<_, String>(0)?), asked: row.get(1)? })
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

pub(super) fn ask(
    tx: &Transaction<'_>,
    stream: i64,
    target: Target,
    keys: &[(Key, Option<String>)],
    asked: i64,
    at: DateTime<Utc>,
) -> Result<()> {
    let mut insert = tx.prepare_cached(
        "INSERT INTO due (stream_id, children, key, asked, tries, message, since, listed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT DO UPDATE SET asked = max(asked, excluded.asked), tries = tries + excluded.tries,
         message = coalesce(excluded.message, message), listed = max(listed, excluded.listed)",
    )?;
    for (key, message) in keys {
        let tried = i64::from(message.is_some());
        let listed = target == Target::Listed;
        insert.execute(params![stream, below_parent(target), key.as_str(), asked, tried, message, time(at), listed])?;
    }
    Ok(())
}

/// Takes what was read off the list. False: somebody else did, or it was asked for again since.
pub(super) fn settle(tx: &Transaction<'_>, stream: i64, target: Target, due: &Due) -> Result<bool> {
    let settled = tx
        .prepare_cached("DELETE FROM due WHERE stream_id = ?1 AND children = ?2 AND key = ?3 AND asked <= ?4")?
        .execute((stream, below_parent(target), due.key.as_str(), due.asked))?;
    Ok(settled > 0)
}

/// Asks for the children of all live records of a kind.
pub(super) fn ask_for_all(
    tx: &Transaction<'_>,
    connection: i64,
    stream: i64,
    parent: &EntityKind,
    asked: i64,
    at: DateTime<Utc>,
) -> Result<()> {
    tx.execute(
        "INSERT INTO due (stream_id, children, key, asked, since)
         SELECT ?1, 1, l.key, ?2, ?3 FROM stream p JOIN link l ON l.stream_id = p.id
         WHERE p.connection_id = ?4 AND p.kind = ?5 AND l.removed_at IS NULL
         ON CONFLICT DO UPDATE SET asked = excluded.asked",
        (stream, asked, time(at), connection, parent.as_str()),
    )?;
    Ok(())
}

/// Asks for a comparison of each stream that was read once, and for the children of all parents.
pub(super) fn ask_for_comparisons(
    tx: &Transaction<'_>,
    connection: i64,
    family: &Family,
    at: DateTime<Utc>,
) -> Result<()> {
    let asked = next_commit(tx, connection)?;
    tx.execute("UPDATE stream SET compare_asked = ?2 WHERE connection_id = ?1", (connection, asked))?;
    for (parent, child) in &family.children {
        if let Some(stream) = begun(tx, connection, child)? {
            ask_for_all(tx, connection, stream, parent, asked, at)?;
        }
    }
    Ok(())
}

/// The stream of a kind, if reading it has begun: before that everything will be read anyway.
pub(super) fn begun(c: &Connection, connection: i64, kind: &EntityKind) -> Result<Option<i64>> {
    let mut select = c.prepare_cached(
        "SELECT id FROM stream WHERE connection_id = ?1 AND kind = ?2 AND (mode = 'incremental' OR phase <> 'idle')",
    )?;
    let mut rows = select.query((connection, kind.as_str()))?;
    Ok(match rows.next()? {
        Some(row) => Some(row.get(0)?),
        None => None,
    })
}

/// Keys of a kind below a parent: the first part of each is the parent's key.
pub(super) fn below(c: &Connection, stream: i64, parent: &Key) -> Result<Vec<Key>> {
    // '0' is the character behind '/'.
    let (from, to) = (format!("{parent}/"), format!("{parent}0"));
    let mut select = c.prepare_cached(
        "SELECT key FROM link WHERE stream_id = ?1 AND key > ?2 AND key < ?3 AND removed_at IS NULL
         UNION SELECT key FROM hold WHERE stream_id = ?1 AND key > ?2 AND key < ?3
         UNION SELECT key FROM due WHERE stream_id = ?1 AND children = 0 AND key > ?2 AND key < ?3",
    )?;
    let rows = select.query_map((stream, from, to), |row| row.get::<_, String>(0))?;
    Ok(rows.map(|key| key.map(Key::from_text)).collect::<std::result::Result<_, _>>()?)
}

/// Live records that are linked to no parent.
pub(super) fn unparented(c: &Connection, stream: i64, after: Option<&Key>, limit: u32) -> Result<Vec<Key>> {
    let mut select = c.prepare_cached(
        "SELECT key FROM link WHERE stream_id = ?1 AND key > ?2 AND removed_at IS NULL AND parent_id IS NULL
         ORDER BY key LIMIT ?3",
    )?;
    let rows = select.query_map((stream, after.map_or("", Key::as_str), limit), |row| row.get::<_, String>(0))?;
    Ok(rows.map(|key| key.map(Key::from_text)).collect::<std::result::Result<_, _>>()?)
}
