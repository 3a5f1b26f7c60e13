use std::sync::Arc;

use psa_core::Ticket;
use psa_store::rusqlite::Connection;
use psa_sync::{Pull, RunState, SqliteStore, SyncEngine};

use crate::world::{World, connector, run, succeeded};

async fn on_file(world: &World, path: &std::path::Path) -> SyncEngine {
    let store = SqliteStore::open(path).await.unwrap();
    SyncEngine::builder(connector(&world.sandbox), Arc::new(store))
        .entity(Pull::<Ticket>::new())
        .page_size(10)
        .build()
        .unwrap()
}

// Waits for real: SQLite waits for a lock in its own time.
#[tokio::test]
async fn a_database_locked_by_another_process_says_so_and_nothing_is_half_written() {
    let world = World::new(30).await;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    let engine = on_file(&world, &path).await;
    succeeded(&run(&engine).await);
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let error = engine.run_once(&()).await.unwrap_err();
    assert!(error.to_string().contains("locked by another process"), "{error}");
    other.execute_batch("ROLLBACK").unwrap();
    succeeded(&run(&engine).await);
}

#[tokio::test(start_paused = true)]
async fn a_full_disk_keeps_whole_pages_and_the_next_run_goes_on() {
    let world = World::new(400).await;
    let engine = world.tickets();
    let db = world.store.database();
    let pages: i64 = world.count("PRAGMA page_count").await;
    db.write(move |tx| {
        Ok(tx.query_row(&format!("PRAGMA max_page_count = {}", pages + 60), [], |r| r.get::<_, i64>(0))?)
    })
    .await
    .unwrap();
    let error = match engine.run_once(&()).await {
        Ok(report) => {
            assert_eq!(report.state, RunState::Failed);
            report.error.unwrap()
        }
        // Not even the report could be kept.
        Err(error) => error.to_string(),
    };
    assert!(error.contains("disk is full") && error.contains("Free some space"), "{error}");
    let stored = world.count("SELECT count(*) FROM ticket").await;
    assert!(stored > 0 && stored < 400 && stored % 10 == 0, "{stored}");
    db.write(|tx| Ok(tx.query_row("PRAGMA max_page_count = 1000000", [], |r| r.get::<_, i64>(0))?)).await.unwrap();
    succeeded(&run(&engine).await);
    world.assert_same_tickets(400).await;
}

#[tokio::test(start_paused = true)]
async fn a_database_from_a_newer_version_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    drop(SqliteStore::open(&path).await.unwrap());
    let newer = Connection::open(&path).unwrap();
    newer.execute("UPDATE psa_schema_version SET version = 99", []).unwrap();
    drop(newer);
    let error = SqliteStore::open(&path).await.unwrap_err();
    assert!(error.to_string().contains("use the newer program"), "{error}");
}
