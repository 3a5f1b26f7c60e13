//! Forgetting what is too old to be asked for.

use psa_store::StoreError;
use psa_store::rusqlite::Transaction;

/// Looks at the oldest `at_most` log lines, changes and runs, and deletes those of a connection from before a moment. The newest
/// run stays. Only so many are looked at, so that nothing is scanned while nothing is old.
pub(super) fn prune(tx: &Transaction<'_>, connection: i64, before: &str, at_most: u32) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM log WHERE id IN (SELECT o.id FROM (SELECT id, run_id, at FROM log ORDER BY id LIMIT ?3) o
         JOIN run r ON r.id = o.run_id WHERE r.connection_id = ?1 AND o.at < ?2)",
        "DELETE FROM change WHERE id IN (SELECT o.id FROM (SELECT id, stream_id, at FROM change ORDER BY id LIMIT ?3) o
         JOIN stream s ON s.id = o.stream_id WHERE s.connection_id = ?1 AND o.at < ?2)",
        "DELETE FROM run WHERE id IN (SELECT id FROM (SELECT id, connection_id, started_at FROM run ORDER BY id LIMIT ?3)
         WHERE connection_id = ?1 AND started_at < ?2
         AND id < (SELECT max(id) FROM run WHERE connection_id = ?1))
         AND NOT EXISTS (SELECT 1 FROM log l WHERE l.run_id = run.id)",
    ] {
        tx.prepare_cached(sql)?.execute((connection, before, at_most))?;
    }
    Ok(())
}
