//! The SQLite store.

mod changes;
mod commit;
mod compare;
mod due;
mod history;
mod known_parents;
mod labels;
mod place;
mod values;
mod waiting;

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use psa_core::{Cause, Cursor, EntityKind, Error, Hint, Key, Result, Schema};
use psa_store::rusqlite::types::ValueRef;
use psa_store::rusqlite::{Connection, OptionalExtension, Transaction};
use psa_store::{Sqlite, StoreError};
use serde_json::{Map, Value};

use self::known_parents::Parents;
use self::values::{next_commit, read_time, time};
use super::views::view;
use super::{
    Audit, Checkpoint, Commit, Committed, Comparison, ConnectionInfo, Content, Due, Family, Hold, HoldReason, Listing,
    Pending, Phase, RunId, Standing, Store, StreamKey, Target, Verdict, failed,
};
use crate::report::{Mode, RunState};

const MIGRATIONS: &[&str] = &[include_str!("schema.sql"), include_str!("inbox.sql"), include_str!("evidence.sql")];

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

/// A row of what waits, and of what is to be read.
struct HoldRow {
    kind: String,
    key: String,
    reason: Option<String>,
    children: Option<bool>,
    message: Option<String>,
    since: String,
}

impl HoldRow {
    fn hold(self) -> Result<Hold> {
        let message = self.message.unwrap_or_default();
        let reason = match (self.reason, self.children) {
            (Some(reason), _) => serde_json::from_str(&reason).map_err(|e| failed(StoreError::Damaged(e.into())))?,
            (None, Some(true)) => HoldReason::ChildrenUnread { message },
            (None, _) => HoldReason::Unread { message },
        };
        Ok(Hold { kind: EntityKind::named(self.kind), key: Key::from_text(self.key), reason, since: self.since })
    }
}

/// Makes a connection known. Returns why not, if its records are of another vendor or account.
fn admit(tx: &Transaction<'_>, connection: &ConnectionInfo) -> std::result::Result<Option<String>, StoreError> {
    let ConnectionInfo { name, vendor, account, was } = connection;
    let known: Option<(String, Option<String>)> = tx
        .query_row("SELECT vendor, account FROM connection WHERE name = ?1", [name], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let Some((known_vendor, known_account)) = known else {
        tx.execute("INSERT INTO connection (name, vendor, account) VALUES (?1, ?2, ?3)", (name, vendor, account))?;
        return Ok(None);
    };
    if known_vendor != *vendor {
        return Ok(Some(format!(
            "the connection {name:?} holds records of {known_vendor}, and this connector is one of {vendor}: use another \
             connection name"
        )));
    }
    if let (Some(known), Some(now)) = (&known_account, account)
        && known != now
        && was.as_ref() != Some(known)
    {
        return Ok(Some(format!(
            "the connection {name:?} holds the records of the account {known}, and this connector is for {now}: use another \
             connection name, or say with account_was({known:?}) that it is the same account under a new address"
        )));
    }
    if account.is_some() && known_account != *account {
        tx.execute("UPDATE connection SET account = ?2 WHERE name = ?1", (name, account))?;
    }
    Ok(None)
}

fn connection_id(c: &Connection, name: &str) -> std::result::Result<i64, StoreError> {
    Ok(c.prepare_cached("SELECT id FROM connection WHERE name = ?1")?.query_row([name], |row| row.get(0))?)
}

fn as_json(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(n) => n.into(),
        ValueRef::Real(n) => n.into(),
        ValueRef::Text(text) | ValueRef::Blob(text) => String::from_utf8_lossy(text).into(),
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
/// A stream's number; one that was never made has none, and no rows.
fn stream_id(connection: &Connection, stream: &StreamKey) -> std::result::Result<i64, StoreError> {
    const NONE: i64 = -1;
    let found: Option<i64> = connection
        .prepare_cached(
            "SELECT s.id FROM stream s JOIN connection c ON c.id = s.connection_id WHERE c.name = ?1 AND s.kind = ?2",
        )?
        .query_row((&stream.connection, stream.kind.as_str()), |row| row.get(0))
        .optional()?;
    Ok(found.unwrap_or(NONE))
}

#[async_trait]
impl Store for SqliteStore {
    async fn prepare(&self, connection: &ConnectionInfo, schemas: &[&'static Schema]) -> Result<()> {
        let connection = connection.clone();
        let schemas = schemas.to_vec();
        let refused = self
            .db
            .write(move |tx| {
                if let Some(refused) = admit(tx, &connection)? {
                    return Ok(Some(refused));
                }
                for schema in schemas {
                    tx.execute(
                        "INSERT INTO stream (connection_id, kind) SELECT id, ?2 FROM connection WHERE name = ?1
                         ON CONFLICT DO NOTHING",
                        (&connection.name, schema.kind.as_str()),
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
                Ok(None)
            })
            .await
            .map_err(failed)?;
        match refused {
            None => Ok(()),
            Some(reason) => Err(Error::config("connection", reason)),
        }
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

    async fn prune(&self, connection: &str, before: DateTime<Utc>, at_most: u32) -> Result<()> {
        let connection = connection.to_owned();
        let work =
            move |tx: &Transaction<'_>| history::prune(tx, connection_id(tx, &connection)?, &time(before), at_most);
        self.db.write(work).await.map_err(failed)
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
                                _ => Phase::Idle,
                            },
                            window_lo: read_time(row, "window_lo")?,
                            window_hi: read_time(row, "window_hi")?,
                            cursor: row.get::<_, Option<String>>("cursor")?.map(Cursor::new),
                            atomic: row.get("atomic")?,
                            scope: row.get("scope")?,
                            fresh_as_of: read_time(row, "fresh_as_of")?,
                            newest: read_time(row, "newest")?,
                            extra_overlap: Duration::from_millis(row.get::<_, i64>("extra_overlap_ms")? as u64),
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

    async fn expect_children(
        &self,
        stream: &StreamKey,
        checkpoint: Checkpoint,
        parents: &[EntityKind],
        at: DateTime<Utc>,
    ) -> Result<u64> {
        let (stream, parents) = (stream.clone(), parents.to_vec());
        let work = move |tx: &Transaction<'_>| {
            let (connection, id) = (connection_id(tx, &stream.connection)?, stream_id(tx, &stream)?);
            let asked = next_commit(tx, connection)?;
            commit::move_checkpoint(tx, id, &checkpoint, &time(at), asked)?;
            for parent in &parents {
                due::ask_for_all(tx, connection, id, parent, asked, at)?;
            }
            Ok(checkpoint.version + 1)
        };
        self.db.write(work).await.map_err(failed)
    }

    async fn due(&self, stream: &StreamKey, target: Target, limit: u32) -> Result<Vec<Due>> {
        let stream = stream.clone();
        self.db.read(move |c| due::list(c, stream_id(c, &stream)?, target, limit)).await.map_err(failed)
    }

    async fn ask_for(
        &self,
        stream: &StreamKey,
        target: Target,
        keys: Vec<(Key, Option<String>)>,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let stream = stream.clone();
        let work = move |tx: &Transaction<'_>| {
            let asked = next_commit(tx, connection_id(tx, &stream.connection)?)?;
            due::ask(tx, stream_id(tx, &stream)?, target, &keys, asked, at)
        };
        self.db.write(work).await.map_err(failed)
    }

    async fn below(&self, connection: &str, kinds: &[EntityKind], parent: &Key) -> Result<Vec<(EntityKind, Key)>> {
        let (connection, kinds, parent) = (connection.to_owned(), kinds.to_vec(), parent.clone());
        let work = move |c: &Connection| {
            let mut found = Vec::new();
            for kind in kinds {
                let stream = StreamKey { connection: connection.clone(), kind };
                let keys = due::below(c, stream_id(c, &stream)?, &parent)?;
                found.extend(keys.into_iter().map(|key| (stream.kind.clone(), key)));
            }
            Ok(found)
        };
        self.db.read(work).await.map_err(failed)
    }

    async fn unparented(&self, stream: &StreamKey, after: Option<&Key>, limit: u32) -> Result<Vec<Key>> {
        let (stream, after) = (stream.clone(), after.cloned());
        let work = move |c: &Connection| due::unparented(c, stream_id(c, &stream)?, after.as_ref(), limit);
        self.db.read(work).await.map_err(failed)
    }

    async fn has(&self, connection: &str, kinds: &[EntityKind], key: &Key) -> Result<bool> {
        let (connection, kinds, key) = (connection.to_owned(), kinds.to_vec(), key.clone());
        let work = move |c: &Connection| {
            let mut select = c.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM connection c JOIN stream s ON s.connection_id = c.id JOIN link l ON l.stream_id = s.id
                 WHERE c.name = ?1 AND s.kind = ?2 AND l.key = ?3 AND l.removed_at IS NULL)",
            )?;
            for kind in kinds {
                if select.query_row((&connection, kind.as_str(), key.as_str()), |row| row.get(0))? {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        self.db.read(work).await.map_err(failed)
    }

    async fn begin_comparison(
        &self,
        stream: &StreamKey,
        since: Option<DateTime<Utc>>,
        at: DateTime<Utc>,
    ) -> Result<Comparison> {
        let stream = stream.clone();
        self.db.write(move |tx| compare::begin(tx, stream_id(tx, &stream)?, since, at)).await.map_err(failed)
    }

    async fn add_keys(
        &self,
        comparison: &Comparison,
        keys: Vec<Key>,
        atomic: bool,
        next: Option<Cursor>,
        complete: bool,
    ) -> Result<()> {
        let id = comparison.id;
        self.db.write(move |tx| compare::add(tx, id, &keys, atomic, next.as_ref(), complete)).await.map_err(failed)
    }

    async fn unknown(
        &self,
        stream: &StreamKey,
        comparison: i64,
        window: bool,
        after: Option<&Key>,
        limit: u32,
    ) -> Result<Vec<Key>> {
        let (stream, after) = (stream.clone(), after.cloned());
        let work = move |c: &Connection| {
            compare::unknown(c, stream_id(c, &stream)?, comparison, window, after.as_ref(), limit)
        };
        self.db.read(work).await.map_err(failed)
    }

    async fn verdict(&self, stream: &StreamKey, listing: Listing) -> Result<Verdict> {
        let stream = stream.clone();
        self.db.read(move |c| compare::verdict(c, stream_id(c, &stream)?, listing)).await.map_err(failed)
    }

    async fn absent(&self, stream: &StreamKey, listing: Listing, after: Option<&Key>, limit: u32) -> Result<Vec<Key>> {
        let (stream, after) = (stream.clone(), after.cloned());
        let work = move |c: &Connection| compare::absent(c, stream_id(c, &stream)?, listing, after.as_ref(), limit);
        self.db.read(work).await.map_err(failed)
    }

    async fn drop_stale(
        &self,
        stream: &StreamKey,
        listing: Listing,
        unreadable: bool,
        at: DateTime<Utc>,
    ) -> Result<u64> {
        let stream = stream.clone();
        let work = move |tx: &Transaction<'_>| {
            compare::drop_stale(tx, stream_id(tx, &stream)?, listing, unreadable, &time(at))
        };
        self.db.write(work).await.map_err(failed)
    }

    async fn seen(&self, stream: &StreamKey) -> Result<u64> {
        let stream = stream.clone();
        let sql = "SELECT count(*) FROM seen WHERE stream_id = ?1 AND key NOT LIKE '%unreadable-%'";
        let work = move |c: &Connection| {
            let id = stream_id(c, &stream)?;
            Ok(c.prepare_cached(sql)?.query_row([id], |row| row.get::<_, i64>(0))? as u64)
        };
        self.db.read(work).await.map_err(failed)
    }

    async fn end_comparison(&self, stream: &StreamKey, comparison: i64, compared: Option<DateTime<Utc>>) -> Result<()> {
        let stream = stream.clone();
        let work = move |tx: &Transaction<'_>| compare::end(tx, stream_id(tx, &stream)?, comparison, compared);
        self.db.write(work).await.map_err(failed)
    }

    async fn standing(&self, stream: &StreamKey) -> Result<Standing> {
        let stream = stream.clone();
        self.db.read(move |c| compare::standing(c, stream_id(c, &stream)?)).await.map_err(failed)
    }

    async fn keep_audit(&self, stream: &StreamKey, audit: Option<Audit>) -> Result<()> {
        let stream = stream.clone();
        let work = move |tx: &Transaction<'_>| {
            tx.execute(
                "UPDATE stream SET audit_counted = ?2, audit_known = ?3, audit_missing = ?4, audit_same = ?5,
                 audit_at = ?6 WHERE id = ?1",
                (
                    stream_id(tx, &stream)?,
                    audit.map(|a| a.counted as i64),
                    audit.map(|a| a.known as i64),
                    audit.map(|a| a.missing as i64),
                    audit.map(|a| a.same),
                    audit.map(|a| time(a.at)),
                ),
            )?;
            Ok(())
        };
        self.db.write(work).await.map_err(failed)
    }

    async fn keep_guarded(&self, stream: &StreamKey, guarded: bool) -> Result<()> {
        let stream = stream.clone();
        let work = move |tx: &Transaction<'_>| {
            tx.execute("UPDATE stream SET guarded = ?2 WHERE id = ?1", (stream_id(tx, &stream)?, guarded))?;
            Ok(())
        };
        self.db.write(work).await.map_err(failed)
    }

    async fn ask_for_left_out(&self, stream: &StreamKey, at: DateTime<Utc>) -> Result<()> {
        let stream = stream.clone();
        let work = move |tx: &Transaction<'_>| {
            let asked = next_commit(tx, connection_id(tx, &stream.connection)?)?;
            tx.execute(
                "INSERT INTO due (stream_id, children, key, asked, since)
                 SELECT stream_id, 0, key, ?2, ?3 FROM excluded WHERE stream_id = ?1 AND reason = 'scope'
                 ON CONFLICT DO UPDATE SET asked = excluded.asked",
                (stream_id(tx, &stream)?, asked, time(at)),
            )?;
            Ok(())
        };
        self.db.write(work).await.map_err(failed)
    }

    async fn ask_for_comparisons(&self, connection: &str, family: &Family, at: DateTime<Utc>) -> Result<()> {
        let (connection, family) = (connection.to_owned(), family.clone());
        let work =
            move |tx: &Transaction<'_>| due::ask_for_comparisons(tx, connection_id(tx, &connection)?, &family, at);
        self.db.write(work).await.map_err(failed)
    }

    async fn grow_overlap(&self, stream: &StreamKey, extra: Duration) -> Result<()> {
        let stream = stream.clone();
        let work = move |tx: &Transaction<'_>| {
            tx.execute(
                "UPDATE stream SET extra_overlap_ms = max(extra_overlap_ms, ?2) WHERE id = ?1",
                (stream_id(tx, &stream)?, i64::try_from(extra.as_millis()).unwrap_or(i64::MAX)),
            )?;
            Ok(())
        };
        self.db.write(work).await.map_err(failed)
    }

    async fn names(&self, stream: &StreamKey) -> Result<Option<String>> {
        let stream = stream.clone();
        let work = move |c: &Connection| {
            Ok(c.query_row("SELECT names FROM stream WHERE id = ?1", [stream_id(c, &stream)?], |row| row.get(0))?)
        };
        self.db.read(work).await.map_err(failed)
    }

    async fn keep_names(&self, stream: &StreamKey, names: String) -> Result<()> {
        let stream = stream.clone();
        let work = move |tx: &Transaction<'_>| {
            tx.execute("UPDATE stream SET names = ?2 WHERE id = ?1", (stream_id(tx, &stream)?, names))?;
            Ok(())
        };
        self.db.write(work).await.map_err(failed)
    }

    async fn contents(&self, stream: &StreamKey, after: Option<&Key>, limit: u32) -> Result<Vec<Content>> {
        let (stream, after) = (stream.clone(), after.cloned());
        let work = move |c: &Connection| labels::contents(c, stream_id(c, &stream)?, after.as_ref(), limit);
        self.db.read(work).await.map_err(failed)
    }

    async fn rewrite(
        &self,
        run: RunId,
        stream: &StreamKey,
        contents: Vec<(Content, Vec<u8>)>,
        at: DateTime<Utc>,
    ) -> Result<u64> {
        let stream = stream.clone();
        let work = move |tx: &Transaction<'_>| labels::rewrite(tx, run, stream_id(tx, &stream)?, &contents, at);
        self.db.write(work).await.map_err(failed)
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
                     JOIN connection c ON c.id = s.connection_id
                     LEFT JOIN stream p ON p.connection_id = c.id AND p.kind = h.waits_kind
                     WHERE c.name = ?1 AND h.waits_kind = ?2 AND NOT EXISTS
                     (SELECT 1 FROM due d WHERE d.stream_id = p.id AND d.children = 0 AND d.key = h.waits_key AND d.tries > 0)
                     AND NOT EXISTS (SELECT 1 FROM hold w WHERE w.stream_id = p.id AND w.key = h.waits_key)
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
        let rows: Vec<HoldRow> = self
            .db
            .read(move |c| {
                let mut statement = c.prepare_cached(
                    "SELECT * FROM (SELECT s.kind, h.key, h.reason, NULL, NULL, h.since FROM hold h
                     JOIN stream s ON s.id = h.stream_id JOIN connection c ON c.id = s.connection_id WHERE c.name = ?1
                     ORDER BY h.id LIMIT ?2)
                     UNION ALL
                     SELECT * FROM (SELECT s.kind, d.key, NULL, d.children, d.message, d.since FROM due d
                     JOIN stream s ON s.id = d.stream_id JOIN connection c ON c.id = s.connection_id WHERE c.name = ?1
                     ORDER BY d.tries DESC, d.key LIMIT ?2) LIMIT ?2",
                )?;
                let rows = statement.query_map((&connection, limit), |row| {
                    Ok(HoldRow {
                        kind: row.get(0)?,
                        key: row.get(1)?,
                        reason: row.get(2)?,
                        children: row.get(3)?,
                        message: row.get(4)?,
                        since: row.get(5)?,
                    })
                })?;
                Ok(rows.collect::<std::result::Result<_, _>>()?)
            })
            .await
            .map_err(failed)?;
        rows.into_iter().map(HoldRow::hold).collect()
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
                let held = number("SELECT count(*) FROM hold WHERE stream_id = ?1")?;
                let due = number("SELECT count(*) FROM due WHERE stream_id = ?1")?;
                Ok((live as u64, (held + due) as u64))
            })
            .await
            .map_err(failed)
    }
}
