//! Forgetting what is too old to be asked for.

use psa_store::StoreError;
use psa_store::rusqlite::Transaction;

/// Old runs that are looked at together.
const RUNS: i64 = 200;

/// The oldest runs of a connection from before a moment, the newest run left out.
const OLD: &str = "SELECT id FROM run WHERE connection_id = ?1 AND started_at < ?2
     AND id < (SELECT max(id) FROM run WHERE connection_id = ?1) ORDER BY id LIMIT ?4";

/// Deletes the log lines and changes of a connection's oldest runs from before a moment, at most so many of each, and the runs of which
/// nothing is left. The newest run stays.
pub(super) fn prune(tx: &Transaction<'_>, connection: i64, before: &str, at_most: u32) -> Result<(), StoreError> {
    for table in ["log", "change"] {
        let sql = format!(
            "DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE run_id IN ({OLD}) ORDER BY run_id LIMIT ?3)"
        );
        tx.prepare_cached(&sql)?.execute((connection, before, at_most, RUNS))?;
    }
    let sql = format!(
        "DELETE FROM run WHERE id IN ({OLD}) AND ?3 > 0
         AND NOT EXISTS (SELECT 1 FROM log l WHERE l.run_id = run.id)
         AND NOT EXISTS (SELECT 1 FROM change c WHERE c.run_id = run.id)"
    );
    tx.prepare_cached(&sql)?.execute((connection, before, at_most, RUNS))?;
    Ok(())
}
