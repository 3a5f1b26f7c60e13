//! A child process syncs into a file and is killed with no warning, again and again. The sandbox lives in this process.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use connectwise_client::ConnectWise;
use halo_client::Halo;
use psa_core::{Company, Connector, Ticket};
use psa_http::{ReqwestTransport, RetryPolicy};
use psa_sandbox::{ConnectWiseSandbox, HaloSandbox};
use psa_sync::{Pull, SqliteStore, SyncEngine};

/// Set for the child: the vendor, where its sandbox is, and which file to sync into.
const CHILD: &str = "PSA_SYNC_KILL_CHILD";

/// Pages under way or waiting for their turn, the one that is prepared, and the one being stored.
const PREFETCH_PAGES: u64 = 9 + 1 + 1;

fn connector(vendor: &str, url: &str) -> Arc<dyn Connector> {
    let transport = Arc::new(ReqwestTransport::new().unwrap());
    let retry = RetryPolicy { attempts: 3, ..RetryPolicy::default() };
    if vendor == "halo" {
        let halo = Halo::builder(url)
            .client_credentials(HaloSandbox::CLIENT_ID, HaloSandbox::SECRET.to_string())
            .transport(transport)
            .allow_http(true)
            .rate_limit(None)
            .retry(retry);
        return Arc::new(halo.build().unwrap().connector().build());
    }
    let cw = ConnectWise::builder(url)
        .company(ConnectWiseSandbox::COMPANY)
        .keys(ConnectWiseSandbox::PUBLIC_KEY, ConnectWiseSandbox::PRIVATE_KEY.to_owned())
        .client_id(ConnectWiseSandbox::CLIENT_ID)
        .transport(transport)
        .allow_http(true)
        .rate_limit(None)
        .retry(retry);
    Arc::new(cw.build().unwrap().connector().build())
}

fn engine(vendor: &str, url: &str, store: SqliteStore) -> SyncEngine {
    SyncEngine::builder(connector(vendor, url), Arc::new(store))
        .entity(Pull::<Company>::new())
        .entity(Pull::<Ticket>::new())
        .page_size(100)
        .build()
        .unwrap()
}

/// Not a test of its own: what the child runs. Without its variable it does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let Ok(task) = std::env::var(CHILD) else {
        return;
    };
    let parts: Vec<&str> = task.splitn(3, ' ').collect();
    let &[vendor, url, path] = parts.as_slice() else { panic!("{task}") };
    let report = engine(vendor, url, SqliteStore::open(path).await.unwrap()).run_once(&()).await.unwrap();
    assert_eq!(report.error, None);
}

fn start_child(vendor: &str, url: &str, path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["kill::child", "--exact", "--nocapture"])
        .env(CHILD, format!("{vendor} {url} {}", path.display()))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default)
}

/// Kills children at many points of their work, and lets the last one end; how many were killed.
async fn kill(vendor: &str, url: &str, requests: impl Fn() -> u64, tickets: u64) -> u64 {
    let points = number("PSA_KILL_POINTS", 50);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("killed.db");
    drop(SqliteStore::open(&path).await.unwrap());
    let mut killed = 0;
    for point in 0..points {
        // After so many requests of this child, wherever in its work that is.
        let after = requests() + 1 + point * (tickets.div_ceil(100) + 20) / points / 8 + point % 7;
        let mut child = start_child(vendor, url, &path);
        loop {
            if requests() >= after {
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
    let report = engine(vendor, url, store.clone()).run_once(&()).await.unwrap();
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
    killed
}

/// `PSA_KILL_TICKETS=100000 cargo test --release -p psa-sync kill::` is the long form.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_point_it_ends_in_the_same_state() {
    if std::env::var(CHILD).is_ok() {
        return;
    }
    let tickets = number("PSA_KILL_TICKETS", 5_000);
    let dataset = psa_sandbox::halo::Dataset::new(5).companies(50).tickets(tickets as u32);
    let sandbox = HaloSandbox::builder().dataset(dataset).rate_limit(None).build();
    let server = sandbox.serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let killed = kill("halo", &server.url(), || sandbox.log().len() as u64, tickets).await;

    // Each kill costs at most the pages that were under way.
    let log = sandbox.log().entries();
    let paged = |e: &&psa_sandbox::LogEntry| {
        e.operation == "halo.tickets.list" && e.query("pageinate").is_some() && e.query("page_size") == Some("100")
    };
    let read = log.iter().filter(paged).filter(|e| e.query("lastupdatefromdate").is_none()).count() as u64;
    let pages = tickets.div_ceil(100);
    assert!(read <= pages + killed * PREFETCH_PAGES, "{read} pages read for {pages}, {killed} kills");
}

/// The same with several walks over the ids, each with a place of its own in the cursor.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_point_of_several_walks_it_ends_in_the_same_state() {
    if std::env::var(CHILD).is_ok() {
        return;
    }
    let tickets = number("PSA_KILL_TICKETS", 5_000);
    let dataset = psa_sandbox::connectwise::Dataset::new(5).companies(50).tickets(tickets as u32);
    let sandbox = ConnectWiseSandbox::builder().dataset(dataset).rate_limit(None).build();
    let server = sandbox.serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
    // Tickets of projects are tickets, too.
    let fresh = SqliteStore::in_memory().await.unwrap();
    engine("connectwise", &server.url(), fresh.clone()).run_once(&()).await.unwrap();
    let all = fresh.count("SELECT count(*) FROM ticket").await.unwrap() as u64;
    assert!(all >= tickets);
    let before = sandbox.log().len();
    let killed = kill("connectwise", &server.url(), || sandbox.log().len() as u64, all).await;

    let log = sandbox.log().entries();
    let paged = |e: &&psa_sandbox::LogEntry| {
        e.operation == "connectwise.tickets.list" && e.query("pageSize") == Some("100") && e.query("fields").is_none()
    };
    let read = log[before..].iter().filter(paged).filter(|e| e.query("orderBy").is_none()).count() as u64;
    // A walk's stretches may be divided again after each kill, so that some end in a page that is not full.
    let pages = tickets.div_ceil(100);
    assert!(
        (pages..=pages + killed * 2 * PREFETCH_PAGES).contains(&read),
        "{read} pages read for {pages}, {killed} kills"
    );
}
