//! New names for the labels of stored records.

use chrono::{DateTime, Utc};
use psa_core::Key;
use psa_store::StoreError;
use psa_store::rusqlite::{Connection, OptionalExtension, Transaction};
use xxhash_rust::xxh3::xxh3_128;

use super::changes::{differences, log_change};
use super::values;
use crate::store::{Content, RunId};

type Result<T> = std::result::Result<T, StoreError>;

pub(super) fn contents(c: &Connection, stream: i64, after: Option<&Key>, limit: u32) -> Result<Vec<Content>> {
    let mut select = c.prepare_cached(
        "SELECT l.key, l.hash, r.content FROM link l JOIN record r ON r.id = l.id
         WHERE l.stream_id = ?1 AND l.key > ?2 AND l.removed_at IS NULL ORDER BY l.key LIMIT ?3",
    )?;
    let rows = select.query_map((stream, after.map_or("", Key::as_str), limit), |row| {
        Ok(Content {
            key: Key::from_text(row.get::<_, String>(0)?),
            hash: row.get(1)?,
            content: row.get::<_, String>(2)?.into_bytes(),
        })
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

pub(super) fn rewrite(
    tx: &Transaction<'_>,
    run: RunId,
    stream: i64,
    contents: &[(Content, Vec<u8>)],
    at: DateTime<Utc>,
) -> Result<u64> {
    let mut rewritten = 0;
    for (old, new) in contents {
        let text = std::str::from_utf8(new).map_err(|e| StoreError::Sql(e.into()))?;
        let id: Option<i64> = tx
            .prepare_cached(
                "UPDATE link SET hash = ?4 WHERE stream_id = ?1 AND key = ?2 AND hash = ?3 AND removed_at IS NULL
                 RETURNING id",
            )?
            .query_row((stream, old.key.as_str(), old.hash, xxh3_128(new).to_be_bytes()), |row| row.get(0))
            .optional()?;
        let Some(id) = id else { continue };
        tx.prepare_cached("UPDATE record SET content = ?2, changed_run = ?3 WHERE id = ?1")?
            .execute((id, text, run))?;
        let fields = differences(&String::from_utf8_lossy(&old.content), text);
        log_change(tx, run, stream, &old.key, &values::time(at), "renamed", &fields)?;
        rewritten += 1;
    }
    Ok(rewritten)
}
