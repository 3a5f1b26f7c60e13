//! The SQLite store.

mod commit;

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, SecondsFormat, Utc};
use psa_core::{Cause, Cursor, EntityKind, Hint, Key, Result, Schema};
use psa_store::rusqlite::types::ValueRef;
use psa_store::rusqlite::{Connection, OptionalExtension, Row};
use psa_store::{Sqlite, StoreError};
use serde_json::{Map, Value};

use super::views::view;
use super::{Checkpoint, Commit, Committed, Hold, Pending, Phase, RunId, Snapshot, Store, StreamKey, failed};
use crate::report::{Mode, RunState};

const MIGRATIONS: &[&str] = &[include_str!("schema.sql"), include_str!("inbox.sql")];

/// Absent keys that one comparison gives; the rest comes with the next run.
const ABSENT_MAX: i64 = 100_000;

/// Synced records in a SQLite file: a table a person can query, with a view a kind.
///
/// ```
/// use psa_sync::SqliteStore;
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let store = SqliteStore::in_memory().await?;
/// # Ok::<(), psa_core::Error>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone)]
pub struct SqliteStore {
    db: Sqlite,
    parents: Arc<Mutex<Parents>>,
}

/// Parents that are known to be there, so that not every child asks the database.
#[derive(Debug, Default)]
struct Parents {
    known: HashMap<i64, HashSet<Key>>,
    count: usize,
}

impl Parents {
    /// A cache must not grow with the data.
    const MOST: usize = 100_000;

    fn has(&self, stream: i64, key: &Key) -> bool {
        self.known.get(&stream).is_some_and(|keys| keys.contains(key))
    }

    fn forget(&mut self, stream: i64, key: &Key) {
        if let Some(keys) = self.known.get_mut(&stream)
            && keys.remove(key)
        {
            self.count -= 1;
        }
    }

    fn add(&mut self, stream: i64, key: &Key) {
        if self.count >= Self::MOST {
            *self = Self::default();
        }
        if self.known.entry(stream).or_default().insert(key.clone()) {
            self.count += 1;
        }
    }
}

impl SqliteStore {
    /// Opens the file, makes it if it is not there, and brings its schema up to date.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](psa_core::ErrorKind::Store) with what to do: a newer schema, a locked or damaged file.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::over(Sqlite::open(path).await.map_err(failed)?).await
    }

    /// A store in memory, for tests and demonstrations.
    ///
    /// # Errors
    /// If SQLite can't start.
    pub async fn in_memory() -> Result<Self> {
        Self::over(Sqlite::in_memory().await.map_err(failed)?).await
    }

    /// A store in a database that the host opened.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn over(db: Sqlite) -> Result<Self> {
        db.migrate("psa-sync", MIGRATIONS).await.map_err(failed)?;
        Ok(Self { db, parents: Arc::default() })
    }

    /// The database, for the host's own queries.
    pub fn database(&self) -> &Sqlite {
        &self.db
    }

    /// Runs a query and gives its rows as JSON objects, by column. For anything else, see [`database`](Self::database).
    ///
    /// There is a view for each kind. Its columns are `local_id`, `connection`, `vendor_key`, `updated_at`, and the fields of
    /// the common model: a reference `company` is the column `company_key`, a label `status` the columns `status` (its name)
    /// and `status_id`.
    ///
    /// # Errors
    /// What the database says of the query.
    pub async fn query(&self, sql: &str) -> Result<Vec<Map<String, Value>>> {
        let sql = sql.to_owned();
        let rows = self.db.read(move |c| {
            let mut statement = c.prepare(&sql)?;
            let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
            let mut rows = statement.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let mut object = Map::new();
                for (i, name) in names.iter().enumerate() {
                    object.insert(name.clone(), as_json(row.get_ref(i)?));
                }
                found.push(object);
            }
            Ok(found)
        });
        rows.await.map_err(failed)
    }

    /// Runs a query that gives one number.
    ///
    /// # Errors
    /// What the database can do.
    pub async fn count(&self, sql: &str) -> Result<i64> {
        let sql = sql.to_owned();
        self.db.read(move |c| Ok(c.query_row(&sql, [], |row| row.get(0))?)).await.map_err(failed)
    }
}

fn as_json(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(n) => n.into(),
        ValueRef::Real(n) => n.into(),
        ValueRef::Text(text) | ValueRef::Blob(text) => String::from_utf8_lossy(text).into(),
    }
}

pub(super) fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn read_time(row: &Row<'_>, column: &str) -> psa_store::rusqlite::Result<Option<DateTime<Utc>>> {
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
        Phase::Reconciling => "reconciling",
    }
}

fn cause_name(cause: Cause) -> &'static str {
    match cause {
        Cause::Created => "created",
        Cause::Updated => "updated",
        Cause::Deleted => "deleted",
        _ => "unknown",
    }
}

fn cause(name: &str) -> Cause {
    match name {
        "created" => Cause::Created,
        "updated" => Cause::Updated,
        "deleted" => Cause::Deleted,
        _ => Cause::Unknown,
    }
}

/// The id of a stream; none if nothing of it was ever written.
fn stream_id(connection: &Connection, stream: &StreamKey) -> std::result::Result<Option<i64>, StoreError> {
    Ok(connection
        .prepare_cached(
            "SELECT s.id FROM stream s JOIN connection c ON c.id = s.connection_id WHERE c.name = ?1 AND s.kind = ?2",
        )?
        .query_row((&stream.connection, stream.kind.as_str()), |row| row.get(0))
        .optional()?)
}

#[async_trait]
impl Store for SqliteStore {
    async fn prepare(&self, connection: &str, vendor: &str, schemas: &[&'static Schema]) -> Result<()> {
        let (connection, vendor) = (connection.to_owned(), vendor.to_owned());
        let schemas = schemas.to_vec();
        self.db
            .write(move |tx| {
                tx.execute(
                    "INSERT INTO connection (name, vendor) VALUES (?1, ?2)
                     ON CONFLICT (name) DO UPDATE SET vendor = excluded.vendor WHERE vendor <> excluded.vendor",
                    (&connection, &vendor),
                )?;
                for schema in schemas {
                    tx.execute(
                        "INSERT INTO stream (connection_id, kind) SELECT id, ?2 FROM connection WHERE name = ?1
                         ON CONFLICT DO NOTHING",
                        (&connection, schema.kind.as_str()),
                    )?;
                    let (name, sql) = view(schema);
                    let plain = name.trim_matches('"');
                    let old: Option<String> = tx
                        .query_row("SELECT sql FROM sqlite_master WHERE type = 'view' AND name = ?1", [plain], |r| {
                            r.get(0)
                        })
                        .optional()?;
                    if old.as_deref() != Some(sql.as_str()) {
                        tx.execute_batch(&format!("DROP VIEW IF EXISTS {name}; {sql}"))?;
                    }
                }
                Ok(())
            })
            .await
            .map_err(failed)
    }

    async fn begin_run(&self, connection: &str, at: DateTime<Utc>) -> Result<RunId> {
        let connection = connection.to_owned();
        self.db
            .write(move |tx| {
                tx.execute(
                    "UPDATE run SET state = 'interrupted' WHERE state = 'running'
                     AND connection_id = (SELECT id FROM connection WHERE name = ?1)",
                    [&connection],
                )?;
                tx.execute(
                    "INSERT INTO run (connection_id, started_at, state) SELECT id, ?2, 'running' FROM connection WHERE name = ?1",
                    (&connection, time(at)),
                )?;
                Ok(tx.last_insert_rowid())
            })
            .await
            .map_err(failed)
    }

    async fn finish_run(&self, run: RunId, state: RunState, report: String, at: DateTime<Utc>) -> Result<()> {
        self.db
            .write(move |tx| {
                tx.execute(
                    "UPDATE run SET state = ?2, report = ?3, finished_at = ?4 WHERE id = ?1",
                    (run, state.name(), report, time(at)),
                )?;
                Ok(())
            })
            .await
            .map_err(failed)
    }

    async fn log(&self, run: RunId, kind: &EntityKind, message: String, at: DateTime<Utc>) -> Result<()> {
        let kind = kind.to_string();
        self.db
            .write(move |tx| {
                tx.execute(
                    "INSERT INTO log (run_id, at, kind, message) VALUES (?1, ?2, ?3, ?4)",
                    (run, time(at), kind, message),
                )?;
                Ok(())
            })
            .await
            .map_err(failed)
    }

    async fn checkpoint(&self, stream: &StreamKey) -> Result<Option<Checkpoint>> {
        let stream = stream.clone();
        self.db
            .read(move |c| {
                Ok(c.query_row(
                    "SELECT s.* FROM stream s JOIN connection c ON c.id = s.connection_id
                     WHERE c.name = ?1 AND s.kind = ?2 AND s.epoch > 0",
                    (&stream.connection, stream.kind.as_str()),
                    |row| {
                        let mode: String = row.get("mode")?;
                        let phase: String = row.get("phase")?;
                        Ok(Checkpoint {
                            version: row.get::<_, i64>("version")? as u64,
                            epoch: row.get::<_, i64>("epoch")? as u64,
                            mode: if mode == "incremental" { Mode::Incremental } else { Mode::Backfill },
                            phase: match phase.as_str() {
                                "reading" => Phase::Reading,
                                "reconciling" => Phase::Reconciling,
                                _ => Phase::Idle,
                            },
                            window_lo: read_time(row, "window_lo")?,
                            window_hi: read_time(row, "window_hi")?,
                            cursor: row.get::<_, Option<String>>("cursor")?.map(Cursor::new),
                            atomic: row.get("atomic")?,
                            scope: row.get("scope")?,
                            fresh_as_of: read_time(row, "fresh_as_of")?,
                        })
                    },
                )
                .optional()?)
            })
            .await
            .map_err(failed)
    }

    async fn commit(&self, commit: Commit) -> Result<Committed> {
        let parents = Arc::clone(&self.parents);
        self.db
            .write(move |tx| {
                let mut known = parents.lock().unwrap_or_else(|e| e.into_inner());
                let done = commit::commit(tx, &mut known, commit);
                if done.is_err() {
                    // What was found inside a transaction that did not happen may not be there.
                    *known = Parents::default();
                }
                done
            })
            .await
            .map_err(failed)
    }

    async fn begin_snapshot(&self, stream: &StreamKey) -> Result<()> {
        let stream = stream.clone();
        self.db
            .write(move |tx| {
                tx.execute_batch(
                    "CREATE TEMP TABLE IF NOT EXISTS snapshot
                     (stream_id INTEGER NOT NULL, key TEXT NOT NULL, PRIMARY KEY (stream_id, key)) WITHOUT ROWID",
                )?;
                tx.execute("DELETE FROM snapshot WHERE stream_id = ?1", [stream_id(tx, &stream)?])?;
                Ok(())
            })
            .await
            .map_err(failed)
    }

    async fn add_to_snapshot(&self, stream: &StreamKey, keys: Vec<Key>) -> Result<()> {
        let stream = stream.clone();
        self.db
            .write(move |tx| {
                let id = stream_id(tx, &stream)?;
                let mut insert =
                    tx.prepare_cached("INSERT OR IGNORE INTO snapshot (stream_id, key) VALUES (?1, ?2)")?;
                for key in keys {
                    insert.execute((id, key.as_str()))?;
                }
                Ok(())
            })
            .await
            .map_err(failed)
    }

    async fn compare_snapshot(&self, stream: &StreamKey, window: bool) -> Result<Snapshot> {
        let stream = stream.clone();
        self.db
            .write(move |tx| {
                let id = stream_id(tx, &stream)?;
                let keys = |sql: &str| -> std::result::Result<Vec<Key>, StoreError> {
                    let mut statement = tx.prepare_cached(sql)?;
                    let rows = statement.query_map([id], |row| row.get::<_, String>(0))?;
                    Ok(rows.map(|key| key.map(Key::from_text)).collect::<std::result::Result<_, _>>()?)
                };
                if window {
                    let unknown = keys(
                        "SELECT key FROM snapshot n WHERE stream_id = ?1
                         AND NOT EXISTS (SELECT 1 FROM seen s WHERE s.stream_id = n.stream_id AND s.key = n.key)",
                    )?;
                    return Ok(Snapshot { unknown, ..Snapshot::default() });
                }
                let unknown = keys(
                    "SELECT key FROM snapshot n WHERE stream_id = ?1
                     AND NOT EXISTS (SELECT 1 FROM link l WHERE l.stream_id = n.stream_id AND l.key = n.key AND l.removed_at IS NULL)
                     AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.stream_id = n.stream_id AND h.key = n.key)
                     AND NOT EXISTS (SELECT 1 FROM excluded e WHERE e.stream_id = n.stream_id AND e.key = n.key)",
                )?;
                let gone = "NOT EXISTS (SELECT 1 FROM snapshot n WHERE n.stream_id = ?1 AND n.key = o.key)";
                let absent = format!("SELECT key FROM link o WHERE stream_id = ?1 AND removed_at IS NULL AND {gone}");
                let absent_count: i64 =
                    tx.query_row(&format!("SELECT count(*) FROM ({absent})"), [id], |row| row.get(0))?;
                let absent = keys(&format!("{absent} LIMIT {ABSENT_MAX}"))?;
                // A record whose id can't be read has a made-up key, which no list of the vendor's can hold.
                let stale = keys(&format!(
                    "SELECT key FROM hold o WHERE stream_id = ?1 AND key NOT LIKE '%unreadable-%' AND {gone}
                     UNION SELECT key FROM excluded o WHERE stream_id = ?1 AND {gone} LIMIT {ABSENT_MAX}"
                ))?;
                let live: i64 = tx.query_row(
                    "SELECT count(*) FROM link WHERE stream_id = ?1 AND removed_at IS NULL",
                    [id],
                    |row| row.get(0),
                )?;
                Ok(Snapshot { unknown, absent, absent_count: absent_count as u64, stale, live: live as u64 })
            })
            .await
            .map_err(failed)
    }

    async fn missing_parents(
        &self,
        connection: &str,
        kinds: &[EntityKind],
        limit: u32,
    ) -> Result<Vec<(EntityKind, Key)>> {
        let connection = connection.to_owned();
        let kinds = kinds.to_vec();
        self.db
            .read(move |c| {
                let mut statement = c.prepare_cached(
                    "SELECT h.waits_key FROM hold h JOIN stream s ON s.id = h.stream_id
                     JOIN connection c ON c.id = s.connection_id WHERE c.name = ?1 AND h.waits_kind = ?2
                     GROUP BY 1 ORDER BY max(h.id) DESC LIMIT ?3",
                )?;
                let mut missing = Vec::new();
                for kind in kinds {
                    let rows =
                        statement.query_map((&connection, kind.as_str(), limit), |row| row.get::<_, String>(0))?;
                    for key in rows {
                        missing.push((kind.clone(), Key::from_text(key?)));
                    }
                }
                Ok(missing)
            })
            .await
            .map_err(failed)
    }

    async fn holds(&self, connection: &str, limit: u32) -> Result<Vec<Hold>> {
        let connection = connection.to_owned();
        let rows: Vec<(String, String, String, String)> = self
            .db
            .read(move |c| {
                let mut statement = c.prepare_cached(
                    "SELECT s.kind, h.key, h.reason, h.since FROM hold h JOIN stream s ON s.id = h.stream_id
                     JOIN connection c ON c.id = s.connection_id WHERE c.name = ?1 ORDER BY h.id LIMIT ?2",
                )?;
                let rows = statement
                    .query_map((&connection, limit), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
                Ok(rows.collect::<std::result::Result<_, _>>()?)
            })
            .await
            .map_err(failed)?;
        rows.into_iter()
            .map(|(kind, key, reason, since)| {
                let reason = serde_json::from_str(&reason).map_err(|e| failed(StoreError::Damaged(e.into())))?;
                Ok(Hold { kind: EntityKind::named(kind), key: Key::from_text(key), reason, since })
            })
            .collect()
    }

    async fn accept_hints(&self, hints: Vec<Hint>, at: DateTime<Utc>) -> Result<u64> {
        self.db
            .write(move |tx| {
                let mut new = 0;
                for hint in hints {
                    let entry = (&hint.connection, hint.kind.as_str(), hint.key.as_str());
                    let waiting: Option<Option<String>> = tx
                        .prepare_cached("SELECT dedupe_id FROM inbox WHERE connection = ?1 AND kind = ?2 AND key = ?3")?
                        .query_row(entry, |row| row.get(0))
                        .optional()?;
                    // The same notification once more says nothing new, as long as the first one waits.
                    if waiting.as_ref().is_some_and(|id| id.is_some() && *id == hint.dedupe_id) {
                        continue;
                    }
                    tx.prepare_cached(
                        "INSERT OR REPLACE INTO inbox (connection, kind, key, cause, dedupe_id, since) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    )?
                    .execute((entry.0, entry.1, entry.2, cause_name(hint.cause), &hint.dedupe_id, time(at)))?;
                    new += u64::from(waiting.is_none());
                }
                Ok(new)
            })
            .await
            .map_err(failed)
    }

    async fn hints(&self, connection: &str, kinds: &[EntityKind], limit: u32) -> Result<Vec<Pending>> {
        let (connection, kinds) = (connection.to_owned(), kinds.to_vec());
        self.db
            .read(move |c| {
                let mut select = c.prepare_cached(
                    "SELECT key, cause, seq FROM inbox WHERE connection = ?1 AND kind = ?2 ORDER BY seq LIMIT ?3",
                )?;
                let mut found = Vec::new();
                for kind in kinds {
                    let mut rows = select.query((&connection, kind.as_str(), limit))?;
                    while let Some(row) = rows.next()? {
                        found.push(Pending {
                            kind: kind.clone(),
                            key: Key::from_text(row.get::<_, String>(0)?),
                            cause: cause(&row.get::<_, String>(1)?),
                            number: row.get(2)?,
                        });
                    }
                }
                Ok(found)
            })
            .await
            .map_err(failed)
    }

    async fn settle_hints(&self, connection: &str, done: Vec<Pending>) -> Result<()> {
        let connection = connection.to_owned();
        self.db
            .write(move |tx| {
                let mut delete = tx.prepare_cached("DELETE FROM inbox WHERE connection = ?1 AND seq = ?2")?;
                for one in done {
                    delete.execute((&connection, one.number))?;
                }
                Ok(())
            })
            .await
            .map_err(failed)
    }

    async fn size(&self, stream: &StreamKey) -> Result<(u64, u64)> {
        let stream = stream.clone();
        self.db
            .read(move |c| {
                let id = stream_id(c, &stream)?;
                let number = |sql: &str| c.prepare_cached(sql)?.query_row([id], |row| row.get::<_, i64>(0));
                let live = number("SELECT count(*) FROM link WHERE stream_id = ?1 AND removed_at IS NULL")?;
                let waiting = number("SELECT count(*) FROM hold WHERE stream_id = ?1")?;
                Ok((live as u64, waiting as u64))
            })
            .await
            .map_err(failed)
    }
}
