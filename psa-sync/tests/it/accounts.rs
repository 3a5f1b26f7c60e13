//! Whose records a store holds: another account or vendor is refused, and connections take nothing from each other.

use std::sync::Arc;

use halo_client::Halo;
use psa_core::{Connector, Key};
use psa_sandbox::{ConnectWiseSandbox, HaloSandbox, halo};
use psa_sync::{RunState, SqliteStore, Store, SyncEngine, SyncEngineBuilder};
use serde_json::json;

use crate::fresh::{assert_same, dump};
use crate::tenants::{self, settle, with_children};
use crate::world::{later, run, succeeded};

fn sandbox(seed: u64) -> HaloSandbox {
    HaloSandbox::builder().dataset(halo::Dataset::new(seed).companies(12).tickets(30)).rate_limit(None).build()
}

/// A Halo tenant at an address.
fn halo_at(sandbox: &HaloSandbox, url: &str) -> Arc<dyn Connector> {
    let halo = Halo::builder(url)
        .client_credentials(HaloSandbox::CLIENT_ID, HaloSandbox::SECRET.to_string())
        .transport(sandbox.transport())
        .rate_limit(None);
    Arc::new(halo.build().unwrap().connector().build())
}

fn connectwise_at(sandbox: &ConnectWiseSandbox, site: &str) -> Arc<dyn Connector> {
    Arc::new(tenants::connectwise_client(sandbox, site).build().unwrap().connector().build())
}

fn engine(connector: Arc<dyn Connector>, store: &SqliteStore, connection: &str) -> SyncEngineBuilder {
    with_children(SyncEngine::builder(connector, Arc::new(store.clone())).connection(connection))
}

/// A run is refused and changes nothing in the store. Returns what a person is told.
async fn refused(engine: SyncEngineBuilder, store: &SqliteStore) -> String {
    let before = dump(store).await;
    let error = engine.build().unwrap().run_once(&()).await.unwrap_err();
    assert!(dump(store).await == before, "something was written");
    error.to_string()
}

const HERE: &str = "https://one.halopsa.example";
const THERE: &str = "https://two.halopsa.example";

#[tokio::test(start_paused = true)]
async fn another_halo_tenant_under_the_same_name_is_refused_and_the_first_ones_records_stay() {
    let store = SqliteStore::in_memory().await.unwrap();
    let (one, two) = (sandbox(1), sandbox(2));
    succeeded(&run(&engine(halo_at(&one, HERE), &store, "psa").build().unwrap()).await);
    let told = refused(engine(halo_at(&two, THERE), &store, "psa"), &store).await;
    for part in ["one.halopsa.example", "two.halopsa.example", "another connection name", "account_was"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    // Under a name of its own it is welcome, and takes nothing from the first one.
    succeeded(&run(&engine(halo_at(&two, THERE), &store, "second").build().unwrap()).await);
    for (sandbox, url, connection) in [(&one, HERE, "psa"), (&two, THERE, "second")] {
        let fresh = SqliteStore::in_memory().await.unwrap();
        succeeded(&run(&engine(halo_at(sandbox, url), &fresh, connection).build().unwrap()).await);
        assert_same(&store, &fresh, true).await;
    }
}

#[tokio::test(start_paused = true)]
async fn another_connectwise_site_under_the_same_name_is_refused() {
    let store = SqliteStore::in_memory().await.unwrap();
    let tenant = tenants::connectwise(30).await;
    let here = connectwise_at(&tenant.sandbox, ConnectWiseSandbox::SITE);
    succeeded(&run(&engine(here, &store, "psa").build().unwrap()).await);
    let there = connectwise_at(&tenant.sandbox, "https://another.connectwise.example");
    let told = refused(engine(there, &store, "psa"), &store).await;
    assert!(told.contains("another.connectwise.example") && told.contains("account_was"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn another_vendor_under_the_same_name_is_refused() {
    let store = SqliteStore::in_memory().await.unwrap();
    succeeded(&run(&engine(halo_at(&sandbox(1), HERE), &store, "psa").build().unwrap()).await);
    let tenant = tenants::connectwise(30).await;
    let connector = connectwise_at(&tenant.sandbox, ConnectWiseSandbox::SITE);
    let told = refused(engine(Arc::clone(&connector), &store, "psa"), &store).await;
    assert!(told.contains("halo") && told.contains("connectwise"), "{told}");
    // Saying that the account is the same does not make it so.
    let told = refused(engine(connector, &store, "psa").account_was("one.halopsa.example"), &store).await;
    assert!(told.contains("another connection name"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn a_tenant_that_moved_goes_on_when_somebody_says_so() {
    let store = SqliteStore::in_memory().await.unwrap();
    let tenant = sandbox(1);
    succeeded(&run(&engine(halo_at(&tenant, HERE), &store, "psa").build().unwrap()).await);
    let told = refused(engine(halo_at(&tenant, THERE), &store, "psa").account_was("three.example"), &store).await;
    assert!(told.contains("one.halopsa.example"), "the wrong former address: {told}");
    later(60).await;
    let moved = engine(halo_at(&tenant, THERE), &store, "psa").account_was("one.halopsa.example").build().unwrap();
    let report = run(&moved).await;
    succeeded(&report);
    assert_eq!(report.totals().stored() + report.totals().removed, 0, "{report:#?}");
    // From then on it is known under the new address, with and without a word; and no longer under the old one.
    later(60).await;
    succeeded(&run(&moved).await);
    succeeded(&run(&engine(halo_at(&tenant, THERE), &store, "psa").build().unwrap()).await);
    refused(engine(halo_at(&tenant, HERE), &store, "psa"), &store).await;
}

#[tokio::test(start_paused = true)]
async fn what_waits_in_one_connection_is_not_touched_by_another_one() {
    let store = SqliteStore::in_memory().await.unwrap();
    let (one, two) = (sandbox(1), sandbox(2));
    // A row that can't be read, and tickets that wait for a client, in the first one only.
    one.edit(|halo| {
        halo.update_ticket(5, "site_id", json!([1]));
        halo.update_client(3, "accountmanagertech", json!({"x": 1}));
    });
    let first = engine(halo_at(&one, HERE), &store, "first").build().unwrap();
    let second = engine(halo_at(&two, THERE), &store, "second").build().unwrap();
    assert_eq!(run(&first).await.state, RunState::Partial);
    let waiting = store.holds("first", 1_000).await.unwrap();
    assert!(waiting.iter().any(|hold| hold.key == Key::from(5)) && waiting.len() > 1, "{waiting:?}");
    // The other one stores, changes and removes records with the same keys.
    succeeded(&run(&second).await);
    later(60).await;
    two.edit(|halo| {
        (1..=30).for_each(|id| halo.update_ticket(id, "summary", format!("of the second, {id}")));
        halo.update_client(3, "name", "of the second");
        halo.purge_ticket(5);
    });
    settle(&second).await;
    assert_eq!(store.holds("first", 1_000).await.unwrap(), waiting, "what waited in the first one is gone");
    assert!(store.holds("second", 1_000).await.unwrap().is_empty());
    // And the first one goes on where it was.
    later(60).await;
    one.edit(|halo| {
        halo.update_ticket(5, "site_id", 2);
        halo.update_client(3, "accountmanagertech", 2);
    });
    settle(&first).await;
    for (sandbox, url, connection) in [(&one, HERE, "first"), (&two, THERE, "second")] {
        let fresh = SqliteStore::in_memory().await.unwrap();
        succeeded(&run(&engine(halo_at(sandbox, url), &fresh, connection).build().unwrap()).await);
        // Rows of tickets show the name that their client had when they were read.
        assert_same(&store, &fresh, false).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_that_is_dropped_in_one_connection_stays_in_another_one() {
    let store = SqliteStore::in_memory().await.unwrap();
    let (one, two) = (sandbox(1), sandbox(1));
    // The same tenant twice: the same keys on both sides.
    let first = engine(halo_at(&one, HERE), &store, "first").build().unwrap();
    let second = engine(halo_at(&two, THERE), &store, "second").build().unwrap();
    succeeded(&run(&first).await);
    succeeded(&run(&second).await);
    later(60).await;
    one.edit(|halo| {
        halo.purge_client(3);
        (1..=10).for_each(|id| halo.purge_ticket(id));
        (11..=20).for_each(|id| halo.delete_ticket(id));
    });
    settle(&first).await;
    settle(&second).await;
    let live = |connection: &'static str| format!("SELECT count(*) FROM ticket WHERE connection = '{connection}'");
    assert_eq!(store.count(&live("first")).await.unwrap(), 10);
    assert_eq!(store.count(&live("second")).await.unwrap(), 30);
    for (sandbox, url, connection) in [(&one, HERE, "first"), (&two, THERE, "second")] {
        let fresh = SqliteStore::in_memory().await.unwrap();
        let engine = engine(halo_at(sandbox, url), &fresh, connection).build().unwrap();
        run(&engine).await;
        succeeded(&run(&engine).await);
        // Rows of tickets show the name that their client had when they were read.
        assert_same(&store, &fresh, false).await;
    }
}
