use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};

use crate::StoreError;

type Result<T> = std::result::Result<T, StoreError>;

/// How long to wait for another process's transaction.
const BUSY: Duration = Duration::from_secs(5);

/// A SQLite database. Cheap to clone; clones share the connections.
///
/// One connection writes, another reads, both off the async threads. On a runtime with paused time, time stands still
/// while a transaction is under way.
#[derive(Debug, Clone)]
pub struct Sqlite {
    inner: Arc<Inner>,
    inline: bool,
}

#[derive(Debug)]
struct Inner {
    path: Option<PathBuf>,
    writer: Mutex<Connection>,
    /// None for a database in memory, which has one connection only.
    reader: Option<Mutex<Connection>>,
}

impl Sqlite {
    /// Opens the file, and makes it if it is not there.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] for a path that can't be, [`StoreError::Damaged`] for a file that is no database.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_owned();
        blocking(move || {
            let writer = connect(&path)?;
            // Asked of the writer, since it makes the file: WAL lets readers go on while it writes.
            // Larger than usual, since a record is: set before there is a first page.
            writer.execute_batch("PRAGMA page_size = 16384")?;
            let mode = wal(&writer)?;
            if !mode.eq_ignore_ascii_case("wal") {
                return Err(StoreError::Unusable(format!("journal mode is {mode}, not WAL").into()));
            }
            writer.execute_batch("PRAGMA synchronous = NORMAL")?;
            let reader = connect(&path)?;
            reader.execute_batch("PRAGMA query_only = ON")?;
            Ok(Self::over(Inner { path: Some(path), writer: Mutex::new(writer), reader: Some(Mutex::new(reader)) }))
        })
        .await
    }

    /// A database in memory, for tests and demonstrations.
    ///
    /// # Errors
    /// If SQLite can't start.
    pub async fn in_memory() -> Result<Self> {
        let writer = Connection::open_in_memory()?;
        writer.execute_batch("PRAGMA foreign_keys = ON")?;
        Ok(Self::over(Inner { path: None, writer: Mutex::new(writer), reader: None }))
    }

    fn over(inner: Inner) -> Self {
        Self { inner: Arc::new(inner), inline: false }
    }

    /// Does its work on the calling thread from now on, and keeps other tasks of that thread waiting meanwhile: for simulations
    /// that run on one thread in an order that a seed decides.
    #[must_use]
    pub fn inline(mut self) -> Self {
        self.inline = true;
        self
    }

    /// The file, unless it is in memory.
    pub fn path(&self) -> Option<&Path> {
        self.inner.path.as_deref()
    }

    /// Brings `component`'s schema to its newest version: step n makes version n.
    ///
    /// # Errors
    /// [`StoreError::Newer`] if the file is ahead of `steps`; nothing is changed then.
    pub async fn migrate(&self, component: &'static str, steps: &'static [&'static str]) -> Result<()> {
        self.write(move |tx| {
            tx.execute_batch(
                "CREATE TABLE IF NOT EXISTS psa_schema_version (component TEXT PRIMARY KEY, version INTEGER NOT NULL)",
            )?;
            let found: u32 = tx
                .query_row("SELECT version FROM psa_schema_version WHERE component = ?1", [component], |row| row.get(0))
                .optional()?
                .unwrap_or(0);
            let known = steps.len() as u32;
            if found > known {
                return Err(StoreError::Newer { component: component.to_owned(), found, known });
            }
            for step in &steps[found as usize..] {
                tx.execute_batch(step)?;
            }
            tx.execute(
                "INSERT INTO psa_schema_version (component, version) VALUES (?1, ?2)
                 ON CONFLICT (component) DO UPDATE SET version = excluded.version",
                (component, known),
            )?;
            Ok(())
        })
        .await
    }

    /// Runs `work` in one transaction. It commits if `work` succeeds; an error or a panic leaves no trace.
    ///
    /// If the returned future is dropped, the transaction still ends, one way or the other.
    ///
    /// # Errors
    /// Those of `work` and of the database.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let inner = Arc::clone(&self.inner);
        self.run(move || {
            let mut connection = lock(&inner.writer);
            let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = work(&tx)?;
            tx.commit()?;
            Ok(value)
        })
        .await
    }

    /// Runs `work` on a connection that only reads.
    ///
    /// # Errors
    /// Those of `work` and of the database.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let inner = Arc::clone(&self.inner);
        self.run(move || work(&lock(inner.reader.as_ref().unwrap_or(&inner.writer)))).await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        if self.inline { work() } else { blocking(work).await }
    }
}

/// Switches to WAL. SQLite does not wait for a lock there, so several that open a new file at once have to take turns.
fn wal(connection: &Connection) -> Result<String> {
    let started = Instant::now();
    loop {
        match connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)) {
            Err(error) if busy(&error) && started.elapsed() < BUSY => std::thread::sleep(Duration::from_millis(5)),
            done => return Ok(done?),
        }
    }
}

fn busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked))
}

fn connect(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(64);
    // Caches in pages of 16 KiB: a size in KiB is turned into pages before the size of a page is known. Temporary tables have
    // a cache of their own, of 500 pages unless told.
    connection.execute_batch(
        "PRAGMA foreign_keys = ON; PRAGMA cache_size = 250; PRAGMA temp_store = FILE; PRAGMA temp.cache_size = 50",
    )?;
    Ok(connection)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic inside a transaction rolled it back, so the connection is good.
    mutex.lock().unwrap_or_else(|e| e.into_inner())
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Err(StoreError::Stopped),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: &[&str] = &["CREATE TABLE t (x INTEGER NOT NULL)", "ALTER TABLE t ADD COLUMN y TEXT"];

    async fn count(db: &Sqlite) -> i64 {
        db.read(|c| Ok(c.query_row("SELECT count(*) FROM t", [], |r| r.get(0))?)).await.unwrap()
    }

    #[tokio::test]
    async fn a_failed_transaction_leaves_no_trace() {
        let dir = tempfile::tempdir().unwrap();
        let db = Sqlite::open(dir.path().join("a.db")).await.unwrap();
        db.migrate("t", STEPS).await.unwrap();
        let failed: Result<()> = db
            .write(|tx| {
                tx.execute("INSERT INTO t (x) VALUES (1)", [])?;
                Err(StoreError::Stale)
            })
            .await;
        assert!(matches!(failed, Err(StoreError::Stale)));
        assert_eq!(count(&db).await, 0);
    }

    #[tokio::test]
    async fn many_that_open_a_new_file_at_once_all_get_it() {
        for round in 0..20 {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("new.db");
            let tasks: Vec<_> = (0..8)
                .map(|_| {
                    let path = path.clone();
                    tokio::spawn(async move { Sqlite::open(path).await?.migrate("t", STEPS).await })
                })
                .collect();
            for task in tasks {
                task.await.unwrap().unwrap_or_else(|e| panic!("round {round}: {e}"));
            }
        }
    }

    #[tokio::test]
    async fn migrations_run_once_and_a_newer_file_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let db = Sqlite::open(&path).await.unwrap();
        db.migrate("t", &STEPS[..1]).await.unwrap();
        db.migrate("t", STEPS).await.unwrap();
        db.migrate("t", STEPS).await.unwrap();
        drop(db);
        let old_program = Sqlite::open(&path).await.unwrap();
        let error = old_program.migrate("t", &STEPS[..1]).await.unwrap_err();
        assert!(matches!(error, StoreError::Newer { found: 2, known: 1, .. }), "{error}");
    }

    #[tokio::test]
    async fn a_file_that_is_no_database_is_named_so_and_not_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("letter.txt");
        std::fs::write(&path, "Dear customer, ".repeat(100)).unwrap();
        let error = Sqlite::open(&path).await.unwrap_err();
        assert!(matches!(error, StoreError::Damaged(_)), "{error:?}");
        assert!(std::fs::read_to_string(&path).unwrap().starts_with("Dear customer"));
        let error = Sqlite::open(dir.path().join("no/such/folder/a.db")).await.unwrap_err();
        assert!(matches!(error, StoreError::Unusable(_)), "{error:?}");
    }

    #[tokio::test]
    async fn a_full_disk_ends_in_an_error_that_says_so_and_keeps_what_was_committed() {
        let db = Sqlite::in_memory().await.unwrap();
        db.migrate("t", STEPS).await.unwrap();
        db.write(|tx| Ok(tx.execute("INSERT INTO t (x) VALUES (1)", [])?)).await.unwrap();
        // SQLite's own limit on pages behaves as a full disk does.
        db.write(|tx| Ok(tx.query_row("PRAGMA max_page_count = 8", [], |r| r.get::<_, i64>(0))?)).await.unwrap();
        let error = db
            .write(|tx| {
                for _ in 0..100 {
                    tx.execute("INSERT INTO t (x, y) VALUES (1, ?1)", ["z".repeat(1000)])?;
                }
                Ok(())
            })
            .await
            .unwrap_err();
        assert!(matches!(error, StoreError::Full(_)), "{error:?}");
        assert!(error.to_string().contains("Free some space"));
        assert_eq!(count(&db).await, 1);
    }
}
