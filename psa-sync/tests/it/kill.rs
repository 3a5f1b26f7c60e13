//! A child process syncs into a file and is killed with no warning, again and again. The sandbox lives in this process.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use halo_client::Halo;
use psa_core::{Company, Ticket};
use psa_http::{ReqwestTransport, RetryPolicy};
use psa_sandbox::HaloSandbox;
use psa_sync::{Pull, SqliteStore, SyncEngine};

/// Set for the child: where the sandbox is and which file to sync into.
const CHILD: &str = "PSA_SYNC_KILL_CHILD";

/// Pages under way or waiting for their turn, the one that is prepared, and the one being stored.
const PREFETCH_PAGES: u64 = 9 + 1 + 1;

fn engine(url: &str, store: SqliteStore) -> SyncEngine {
    let halo = Halo::builder(url)
        .client_credentials(HaloSandbox::CLIENT_ID, HaloSandbox::SECRET.to_string())
        .transport(Arc::new(ReqwestTransport::new().unwrap()))
        .allow_http(true)
        .rate_limit(None)
        .retry(RetryPolicy { attempts: 3, ..RetryPolicy::default() })
        .build()
        .unwrap();
    SyncEngine::builder(Arc::new(halo.connector().build()), Arc::new(store))
        .entity(Pull::<Company>::new())
        .entity(Pull::<Ticket>::new())
        .build()
        .unwrap()
}

/// Not a test of its own: what the child runs. Without its variable it does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let Ok(task) = std::env::var(CHILD) else {
        return;
    };
    let (url, path) = task.split_once(' ').unwrap();
    let report = engine(url, SqliteStore::open(path).await.unwrap()).run_once(&()).await.unwrap();
    assert_eq!(report.error, None);
}

fn start_child(address: SocketAddr, path: &Path) -> std::process::Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["kill::child", "--exact", "--nocapture"])
        .env(CHILD, format!("http://{address} {}", path.display()))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default)
}

/// `PSA_KILL_TICKETS=100000 cargo test --release -p psa-sync kill::` is the long form.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_point_it_ends_in_the_same_state() {
    if std::env::var(CHILD).is_ok() {
        return;
    }
    let tickets = number("PSA_KILL_TICKETS", 5_000);
    let points = number("PSA_KILL_POINTS", 50);
    let dataset = psa_sandbox::halo::Dataset::new(5).companies(50).tickets(tickets as u32);
    let sandbox = HaloSandbox::builder().dataset(dataset).rate_limit(None).build();
    let server = sandbox.serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("killed.db");
    drop(SqliteStore::open(&path).await.unwrap());

    let pages = tickets.div_ceil(100);
    let mut killed = 0;
    for point in 0..points {
        // After so many requests of this child, wherever in its work that is.
        let before = sandbox.log().len() as u64;
        let after = before + 1 + point * (pages + 20) / points / 8 + point % 7;
        let mut child = start_child(server.address(), &path);
        loop {
            if sandbox.log().len() as u64 >= after {
                child.kill().unwrap();
                killed += 1;
                break;
            }
            if child.try_wait().unwrap().is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        child.wait().unwrap();
        // Whenever a run says that it succeeded, everything is there.
        let store = SqliteStore::open(&path).await.unwrap();
        let last = "SELECT coalesce((SELECT state = 'succeeded' FROM run ORDER BY id DESC LIMIT 1), 0)";
        if store.count(last).await.unwrap() == 1 {
            assert_eq!(store.count("SELECT count(*) FROM ticket").await.unwrap(), tickets as i64);
        }
    }
    assert!(killed > points / 2, "only {killed} of {points} were killed");

    let store = SqliteStore::open(&path).await.unwrap();
    let report = engine(&server.url(), store.clone()).run_once(&()).await.unwrap();
    assert_eq!(report.error, None, "{report:#?}");
    let count = |sql: &'static str| {
        let store = store.clone();
        async move { store.count(sql).await.unwrap() }
    };
    assert_eq!(count("SELECT count(*) FROM ticket").await, tickets as i64);
    assert_eq!(count("SELECT count(DISTINCT vendor_key) FROM ticket").await, tickets as i64);
    assert_eq!(count("SELECT count(*) FROM run WHERE state = 'running'").await, 0);
    assert_eq!(count("SELECT count(*) FROM run WHERE state = 'succeeded' AND report IS NULL").await, 0);
    assert_eq!(count("SELECT count(*) FROM change").await, 0, "nothing changed at the vendor");

    // Each kill costs at most the pages that were under way.
    let read: u64 = sandbox
        .log()
        .entries()
        .iter()
        .filter(|e| {
            e.operation == "halo.tickets.list" && e.query("pageinate").is_some() && e.query("page_size") == Some("100")
        })
        .filter(|e| e.query("lastupdatefromdate").is_none())
        .count() as u64;
    assert!(read <= pages + killed * PREFETCH_PAGES, "{read} pages read for {pages}, {killed} kills");
}
