//! One transaction: rows, holds, change log, and the checkpoint that speaks of them.

use std::collections::HashMap;
use std::sync::Arc;

use psa_store::StoreError;
use psa_store::rusqlite::{Transaction, params};

use super::known_parents::Parents;
use super::place::Writer;
use super::values::{mode_name, next_commit, phase_name, time};
use super::{compare, due};
use crate::store::{Checkpoint, Commit, Committed, Target};

type Result<T> = std::result::Result<T, StoreError>;

pub(super) fn commit(tx: &Transaction<'_>, parents: &mut Parents, commit: Commit) -> Result<Committed> {
    let connection: i64 = tx
        .prepare_cached("SELECT id FROM connection WHERE name = ?1")?
        .query_row([&commit.stream.connection], |row| row.get(0))?;
    let mut writer = Writer {
        tx,
        parents,
        connection,
        family: Arc::clone(&commit.family),
        not_awaited: commit.not_awaited.clone(),
        settling: commit.settling.map(time),
        names: commit.names.clone().map(|names| (commit.stream.kind.clone(), names)),
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
        move_checkpoint(tx, stream.id, &commit.checkpoint, &writer.at, writer.number)?;
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
    for (target, due) in &commit.settled {
        // What is below a parent is the newest only if nobody else read it, or asked for it, since.
        if !due::settle(tx, stream.id, *target, due)? && *target == Target::Children {
            return Err(StoreError::Stale);
        }
    }
    for prepared in &commit.records {
        writer.record(prepared)?;
    }
    if let Some(names) = commit.names.as_ref().filter(|_| !commit.records.is_empty()) {
        tx.prepare_cached("UPDATE stream SET names = NULL WHERE id = ?1 AND names <> ?2")?
            .execute((stream.id, names))?;
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
    if commit.ask_to_compare {
        tx.prepare_cached("UPDATE stream SET compare_asked = ?2 WHERE id = ?1")?.execute((stream.id, writer.number))?;
    }
    if commit.ends_pass {
        tx.prepare_cached("DELETE FROM seen WHERE stream_id = ?1")?.execute([stream.id])?;
    }
    let mut committed = writer.committed;
    committed.version = version;
    Ok(committed)
}

pub(super) fn move_checkpoint(tx: &Transaction<'_>, stream: i64, ck: &Checkpoint, at: &str, number: i64) -> Result<()> {
    // What a pass saw that was broken off, or that begins again, says nothing of this one. Asked for by itself: as a part of the
    // deletion it would be looked at for each row that was seen, in every commit.
    let older = tx
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM stream WHERE id = ?1 AND (epoch < ?2 OR phase = 'idle' OR cursor IS NULL))",
        )?
        .query_row((stream, ck.epoch as i64), |row| row.get::<_, bool>(0))?;
    if older {
        tx.prepare_cached("DELETE FROM seen WHERE stream_id = ?1")?.execute((stream,))?;
        // What another scope left out is not known any more, until this one reads it.
        let judged_anew: bool = tx
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM stream WHERE id = ?1 AND epoch BETWEEN 1 AND ?2 - 1)")?
            .query_row((stream, ck.epoch as i64), |row| row.get(0))?;
        if judged_anew {
            tx.prepare_cached("DELETE FROM excluded WHERE stream_id = ?1 AND reason <> 'gone' AND by_kind IS NULL")?
                .execute((stream,))?;
        }
    }
    let moved = tx
        .prepare_cached(
            "UPDATE stream SET version = version + 1, epoch = ?3, mode = ?4, phase = ?5, window_lo = ?6, window_hi = ?7,
             cursor = ?8, atomic = ?9, scope = ?10, fresh_as_of = ?11, newest = ?12,
             compare_asked = CASE WHEN ?3 > epoch AND epoch > 0 THEN ?14 ELSE compare_asked END,
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
            number,
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
