//! How times, modes and phases stand in the database, and the number of the transaction under way.

use chrono::{DateTime, SecondsFormat, Utc};
use psa_store::StoreError;
use psa_store::rusqlite::{Row, Transaction};

use crate::report::Mode;
use crate::store::Phase;

pub(super) fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

pub(super) fn read_time(row: &Row<'_>, column: &str) -> psa_store::rusqlite::Result<Option<DateTime<Utc>>> {
    let text: Option<String> = row.get(column)?;
    Ok(text.and_then(|t| t.parse().ok()))
}

pub(super) fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Backfill => "backfill",
        Mode::Incremental => "incremental",
    }
}

pub(super) fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Idle => "idle",
        Phase::Reading => "reading",
    }
}

/// The number of the transaction under way, of those that write to a connection.
pub(super) fn next_commit(tx: &Transaction<'_>, connection: i64) -> std::result::Result<i64, StoreError> {
    Ok(tx
        .prepare_cached("UPDATE connection SET commits = commits + 1 WHERE id = ?1 RETURNING commits")?
        .query_row([connection], |row| row.get(0))?)
}
