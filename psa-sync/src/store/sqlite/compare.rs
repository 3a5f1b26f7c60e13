//! The vendor's keys against ours.

use chrono::{DateTime, Utc};
use psa_core::{Cursor, Key};
use psa_store::StoreError;
use psa_store::rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::values::{read_time, time};
use crate::store::{Audit, Comparison, Listing, Standing, Verdict};

type Result<T> = std::result::Result<T, StoreError>;

/// Takes over the stream's comparison if it is young enough to go on with, else begins one. Either way whoever had it before
/// can't write to it any more.
pub(super) fn begin(
    tx: &Transaction<'_>,
    stream: i64,
    since: Option<DateTime<Utc>>,
    at: DateTime<Utc>,
) -> Result<Comparison> {
    let found = tx
        .prepare_cached("SELECT id, cursor, atomic, complete, began FROM comparison WHERE stream_id = ?1")?
        .query_row([stream], |row| {
            let cursor = row.get::<_, Option<String>>(1)?;
            Ok((row.get::<_, i64>(0)?, cursor, row.get::<_, Option<bool>>(2)?, row.get(3)?, row.get::<_, String>(4)?))
        })
        .optional()?;
    if let Some((id, cursor, atomic, complete, began)) = found {
        let goes_on = (complete || cursor.is_some()) && since.is_some_and(|since| began >= time(since));
        if goes_on {
            let new = renumber(tx, id)?;
            let cursor = cursor.map(Cursor::new);
            return Ok(Comparison { id: new, cursor, complete, atomic: atomic.unwrap_or(false) });
        }
        forget(tx, id)?;
    }
    tx.execute(
        "INSERT INTO comparison (stream_id, began, written)
         SELECT s.id, ?2, c.commits FROM stream s JOIN connection c ON c.id = s.connection_id WHERE s.id = ?1",
        // Nothing goes on with the keys of a window, which are not all keys: it began before any time.
        (stream, since.map(|_| time(at)).unwrap_or_default()),
    )?;
    Ok(Comparison { id: tx.last_insert_rowid(), cursor: None, complete: false, atomic: false })
}

/// Gives a comparison a new number, so that its former owner loses it.
fn renumber(tx: &Transaction<'_>, id: i64) -> Result<i64> {
    let next: i64 =
        tx.query_row("SELECT seq + 1 FROM sqlite_sequence WHERE name = 'comparison'", [], |row| row.get(0))?;
    tx.execute("UPDATE sqlite_sequence SET seq = ?1 WHERE name = 'comparison'", [next])?;
    tx.execute("UPDATE comparison SET id = ?2 WHERE id = ?1", (id, next))?;
    tx.execute("UPDATE comparison_key SET comparison_id = ?2 WHERE comparison_id = ?1", (id, next))?;
    Ok(next)
}

fn forget(tx: &Transaction<'_>, id: i64) -> Result<()> {
    tx.execute("DELETE FROM comparison_key WHERE comparison_id = ?1", [id])?;
    tx.execute("DELETE FROM comparison WHERE id = ?1", [id])?;
    Ok(())
}

pub(super) fn add(
    tx: &Transaction<'_>,
    comparison: i64,
    keys: &[Key],
    atomic: bool,
    next: Option<&Cursor>,
    complete: bool,
) -> Result<()> {
    let unreadable = keys.iter().filter(|k| k.is_unreadable()).count() as i64;
    let owned = tx
        .prepare_cached(
            "UPDATE comparison SET cursor = ?2, complete = ?3, unreadable = unreadable + ?4,
             atomic = coalesce(atomic, 1) AND ?5 WHERE id = ?1",
        )?
        .execute(params![comparison, next.map(Cursor::as_str), complete, unreadable, atomic])?;
    if owned == 0 {
        return Err(StoreError::Stale);
    }
    let mut insert = tx.prepare_cached("INSERT OR IGNORE INTO comparison_key (comparison_id, key) VALUES (?1, ?2)")?;
    for key in keys.iter().filter(|k| !k.is_unreadable()) {
        insert.execute((comparison, key.as_str()))?;
    }
    Ok(())
}

/// Whether a comparison still belongs to who began it.
pub(super) fn is_owned(c: &Connection, comparison: i64) -> Result<bool> {
    Ok(c.prepare_cached("SELECT EXISTS (SELECT 1 FROM comparison WHERE id = ?1)")?
        .query_row([comparison], |row| row.get(0))?)
}

/// Refuses to speak of a listing that another comparison took the place of.
fn owned(c: &Connection, listing: Listing) -> Result<()> {
    match listing {
        Listing::Comparison(id) if !is_owned(c, id)? => Err(StoreError::Stale),
        _ => Ok(()),
    }
}

pub(super) fn end(tx: &Transaction<'_>, stream: i64, id: i64, compared: Option<DateTime<Utc>>) -> Result<()> {
    owned(tx, Listing::Comparison(id))?;
    if let Some(at) = compared {
        // What was asked for while keys were listed is asked for still.
        tx.execute(
            "UPDATE stream SET compared_at = ?2,
             compare_asked = CASE WHEN compare_asked <= (SELECT written FROM comparison WHERE id = ?3) THEN 0 ELSE compare_asked END
             WHERE id = ?1",
            (stream, time(at), id),
        )?;
    }
    forget(tx, id)
}

fn keys(c: &Connection, sql: &str, values: &[&dyn psa_store::rusqlite::ToSql]) -> Result<Vec<Key>> {
    let mut statement = c.prepare_cached(sql)?;
    let rows = statement.query_map(values, |row| row.get::<_, String>(0))?;
    Ok(rows.map(|key| key.map(Key::from_text)).collect::<std::result::Result<_, _>>()?)
}

/// Keys of the comparison that nothing of ours explains. What was found not to be there is asked for again: the vendor lists it.
const UNKNOWN: &str = "SELECT key FROM comparison_key n WHERE comparison_id = ?2 AND key > ?3
     AND NOT EXISTS (SELECT 1 FROM link l WHERE l.stream_id = ?1 AND l.key = n.key AND l.removed_at IS NULL)
     AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.stream_id = ?1 AND h.key = n.key)
     AND NOT EXISTS (SELECT 1 FROM excluded e WHERE e.stream_id = ?1 AND e.key = n.key AND e.reason <> 'gone')
     AND NOT EXISTS (SELECT 1 FROM due d WHERE d.stream_id = ?1 AND d.children = 0 AND d.key = n.key)
     ORDER BY key LIMIT ?4";

/// Keys of a window's comparison that the pass did not see.
const UNSEEN: &str = "SELECT key FROM comparison_key n WHERE comparison_id = ?2 AND key > ?3
     AND NOT EXISTS (SELECT 1 FROM seen s WHERE s.stream_id = ?1 AND s.key = n.key)
     ORDER BY key LIMIT ?4";

pub(super) fn unknown(
    c: &Connection,
    stream: i64,
    comparison: i64,
    window: bool,
    after: Option<&Key>,
    limit: u32,
) -> Result<Vec<Key>> {
    owned(c, Listing::Comparison(comparison))?;
    let sql = if window { UNSEEN } else { UNKNOWN };
    keys(c, sql, &[&stream, &comparison, &after.map_or("", Key::as_str), &limit])
}

/// The condition that `o.key` is not in a listing, with the listing's number as ?2.
fn not_in(listing: Listing) -> (&'static str, i64) {
    match listing {
        Listing::Comparison(id) => {
            ("NOT EXISTS (SELECT 1 FROM comparison_key n WHERE n.comparison_id = ?2 AND n.key = o.key)", id)
        }
        Listing::Seen => ("NOT EXISTS (SELECT 1 FROM seen n WHERE n.stream_id = ?1 AND n.key = o.key AND ?2 = 0)", 0),
    }
}

/// Records that were written after a comparison began are not in it because they are new.
const OLD: &str = "coalesce(o.written <= (SELECT written FROM comparison WHERE id = ?2), 1)";

pub(super) fn absent(
    c: &Connection,
    stream: i64,
    listing: Listing,
    after: Option<&Key>,
    limit: u32,
) -> Result<Vec<Key>> {
    owned(c, listing)?;
    let (gone, id) = not_in(listing);
    let sql = format!(
        "SELECT key FROM link o WHERE stream_id = ?1 AND removed_at IS NULL AND {gone} AND {OLD} AND key > ?3
         ORDER BY key LIMIT ?4"
    );
    keys(c, &sql, &[&stream, &id, &after.map_or("", Key::as_str), &limit])
}

pub(super) fn verdict(c: &Connection, stream: i64, listing: Listing) -> Result<Verdict> {
    owned(c, listing)?;
    let (gone, id) = not_in(listing);
    let number = |sql: &str, values: &[&dyn psa_store::rusqlite::ToSql]| -> Result<u64> {
        Ok(c.prepare_cached(sql)?.query_row(values, |row| row.get::<_, i64>(0))? as u64)
    };
    let (listed, unreadable) = match listing {
        Listing::Comparison(id) => {
            let unreadable = number("SELECT coalesce(max(unreadable), 0) FROM comparison WHERE id = ?1", &[&id])?;
            (number("SELECT count(*) FROM comparison_key WHERE comparison_id = ?1", &[&id])? + unreadable, unreadable)
        }
        Listing::Seen => {
            let listed = number("SELECT count(*) FROM seen WHERE stream_id = ?1", &[&stream])?;
            (listed, number("SELECT count(*) FROM seen WHERE stream_id = ?1 AND key LIKE '%unreadable-%'", &[&stream])?)
        }
    };
    let absent =
        format!("SELECT count(*) FROM link o WHERE stream_id = ?1 AND removed_at IS NULL AND {gone} AND {OLD}");
    Ok(Verdict {
        listed,
        unreadable,
        absent: number(&absent, &[&stream, &id])?,
        live: number("SELECT count(*) FROM link WHERE stream_id = ?1 AND removed_at IS NULL", &[&stream])?,
    })
}

pub(super) fn drop_stale(
    tx: &Transaction<'_>,
    stream: i64,
    listing: Listing,
    unreadable: bool,
    at: &str,
) -> Result<u64> {
    owned(tx, listing)?;
    let (gone, id) = not_in(listing);
    let readable = if unreadable || listing == Listing::Seen { "" } else { "AND o.key NOT LIKE '%unreadable-%'" };
    // What began to wait while keys were listed is not in the listing because it is new.
    let old = "o.since <= coalesce((SELECT began FROM comparison WHERE id = ?2), o.since)";
    // What was left out because of a record that is gone is looked at again.
    let bounded = format!(
        "FROM excluded o JOIN stream s ON s.id = o.stream_id JOIN excluded e ON e.by_kind = s.kind AND e.by_key = o.key
         JOIN stream t ON t.id = e.stream_id AND t.connection_id = s.connection_id
         JOIN connection c ON c.id = s.connection_id WHERE o.stream_id = ?1 AND o.reason <> 'gone' AND {gone}"
    );
    tx.prepare_cached(&format!(
        "INSERT INTO due (stream_id, children, key, asked, since)
         SELECT e.stream_id, 0, e.key, c.commits, ?3 {bounded} ON CONFLICT DO NOTHING"
    ))?
    .execute((stream, id, at))?;
    let mut dropped = 0;
    for sql in [
        format!("DELETE FROM hold AS o WHERE stream_id = ?1 AND {gone} AND {old} {readable}"),
        format!("DELETE FROM excluded AS o WHERE stream_id = ?1 AND reason <> 'gone' AND {gone}"),
        format!("DELETE FROM due AS o WHERE stream_id = ?1 AND children = 0 AND {gone} AND {}", old.replace("<=", "<")),
    ] {
        dropped += tx.prepare_cached(&sql)?.execute((stream, id))? as u64;
    }
    Ok(dropped)
}

pub(super) fn standing(c: &Connection, stream: i64) -> Result<Standing> {
    let number = |sql: &str| -> Result<u64> {
        Ok(c.prepare_cached(sql)?.query_row([stream], |row| row.get::<_, i64>(0))? as u64)
    };
    let live = number("SELECT count(*) FROM link WHERE stream_id = ?1 AND removed_at IS NULL")?;
    let held = number(
        "SELECT count(*) FROM hold o WHERE stream_id = ?1 AND key NOT LIKE '%unreadable-%'
         AND NOT EXISTS (SELECT 1 FROM link l WHERE l.stream_id = ?1 AND l.key = o.key AND l.removed_at IS NULL)",
    )?;
    let excluded = number(
        "SELECT count(*) FROM excluded o WHERE stream_id = ?1 AND reason <> 'gone'
         AND NOT EXISTS (SELECT 1 FROM link l WHERE l.stream_id = ?1 AND l.key = o.key AND l.removed_at IS NULL)
         AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.stream_id = ?1 AND h.key = o.key)",
    )?;
    let due = number(
        "SELECT count(*) FROM due o WHERE stream_id = ?1 AND children = 0
         AND NOT EXISTS (SELECT 1 FROM link l WHERE l.stream_id = ?1 AND l.key = o.key AND l.removed_at IS NULL)
         AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.stream_id = ?1 AND h.key = o.key)
         AND NOT EXISTS (SELECT 1 FROM excluded e WHERE e.stream_id = ?1 AND e.key = o.key AND e.reason <> 'gone')",
    )?;
    let unreadable = number("SELECT count(*) FROM hold WHERE stream_id = ?1 AND key LIKE '%unreadable-%'")?;
    let kept = c
        .prepare_cached(
            "SELECT compared_at, compare_asked > 0 AS asked, audit_counted, audit_known, audit_missing, audit_same, audit_at, guarded
             FROM stream WHERE id = ?1",
        )?
        .query_row([stream], |row| {
            let audit = match row.get::<_, Option<i64>>(2)? {
                None => None,
                Some(counted) => Some(Audit {
                    counted: counted as u64,
                    known: row.get::<_, i64>(3)? as u64,
                    missing: row.get::<_, i64>(4)? as u64,
                    same: row.get(5)?,
                    at: read_time(row, "audit_at")?.unwrap_or_default(),
                }),
            };
            Ok((read_time(row, "compared_at")?, row.get(1)?, audit, row.get(7)?))
        })?;
    let (compared_at, asked, audit, guarded) = kept;
    Ok(Standing { known: live + held + excluded + due, unreadable, compared_at, asked, guarded, audit })
}
