//! History is kept for as long as somebody wants it, and the newest run for ever.

use std::time::Duration;

use psa_sandbox::{Effect, Fault, Trigger};
use psa_sync::{SqliteStore, SyncEngineBuilder};

use crate::tenants::{self, with_children};
use crate::world::{later, run, succeeded};

const HOUR: Duration = Duration::from_secs(3_600);

/// Rows of the history from before so many minutes ago, by the store's own order of time.
async fn older_than(store: &SqliteStore, minutes: i64, now: chrono::DateTime<chrono::Utc>) -> [i64; 3] {
    let before = (now - chrono::TimeDelta::minutes(minutes)).to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let mut found = [0; 3];
    for (n, (table, at)) in [("log", "at"), ("change", "at"), ("run", "started_at")].into_iter().enumerate() {
        found[n] = store.count(&format!("SELECT count(*) FROM {table} WHERE {at} < '{before}'")).await.unwrap();
    }
    found
}

#[tokio::test(start_paused = true)]
async fn log_changes_and_runs_are_kept_as_long_as_the_setting_says() {
    let short = |builder: SyncEngineBuilder| with_children(builder).history(3 * HOUR);
    let tenant = tenants::halo(30).await;
    let engine = tenant.engine(short);
    succeeded(&run(&engine).await);
    // Something for the log in each run: whether a ticket is gone can't be told.
    tenant.sandbox.edit(|halo| halo.purge_ticket(9));
    tenant.sandbox.add_fault(Fault::new("halo.tickets.get", Trigger::Always, Effect::Status(418, "no tea")));
    for hour in 1..=12 {
        later(60).await;
        tenant.sandbox.edit(|halo| halo.update_ticket(5, "summary", format!("hour {hour}")));
        run(&engine).await;
        assert_eq!(older_than(&tenant.store, 181, tenant.sandbox.now()).await, [0, 0, 0], "hour {hour}");
    }
    let told = "SELECT count(*) FROM change WHERE json_extract(fields, '$.summary.after') IS NOT NULL";
    for kept in ["SELECT count(*) FROM run", "SELECT count(DISTINCT run_id) FROM log", told] {
        let kept = tenant.count(kept).await;
        assert!((3..=4).contains(&kept), "{kept}: those of the last three hours");
    }
    // What is there stays there: only its history goes.
    assert_eq!(tenant.summary(5).await.as_deref(), Some("hour 12"));
}

#[tokio::test(start_paused = true)]
async fn the_newest_run_stays_however_old_it_is_and_however_short_the_history() {
    let none = |builder: SyncEngineBuilder| with_children(builder).history(Duration::ZERO);
    let tenant = tenants::connectwise(15).await;
    let engine = tenant.engine(none);
    for _ in 0..3 {
        succeeded(&run(&engine).await);
        let runs = tenant.store.query("SELECT state, report FROM run").await.unwrap();
        assert_eq!(runs.len(), 1, "{runs:?}");
        assert_eq!(runs[0]["state"], "succeeded");
        assert!(runs[0]["report"].is_string(), "with its report");
        later(60 * 24 * 400).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_history_of_one_connection_is_not_shortened_by_another_one() {
    let store = SqliteStore::in_memory().await.unwrap();
    let tenant = tenants::halo(15).await;
    let long = tenant.engine_over(&store, |builder| with_children(builder).connection("long"));
    let short = tenant.engine_over(&store, |builder| with_children(builder).connection("short").history(HOUR));
    for hour in 1..=5 {
        run(&long).await;
        run(&short).await;
        later(60).await;
        tenant.sandbox.edit(|halo| halo.update_ticket(5, "summary", format!("hour {hour}")));
    }
    let runs = |connection: &'static str| {
        format!("SELECT count(*) FROM run r JOIN connection c ON c.id = r.connection_id WHERE c.name = '{connection}'")
    };
    assert_eq!(store.count(&runs("long")).await.unwrap(), 5);
    assert!(store.count(&runs("short")).await.unwrap() <= 2);
}
