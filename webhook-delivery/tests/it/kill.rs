//! A child process sends and is killed with no warning, again and again. The receiver lives in this process.

use std::collections::HashMap;
use std::convert::Infallible;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::sync::Notify;
use webhook_delivery::{
    AddressPolicy, DeliveryQuery, DeliveryState, Event, EventData, NewEndpoint, SqliteStore, Webhooks, events,
};

/// Set for the child: the file it sends from.
const CHILD: &str = "WEBHOOK_KILL_CHILD";

const EVENTS: usize = 600;
const POINTS: usize = 30;

fn webhooks(store: SqliteStore) -> Webhooks {
    let policy = AddressPolicy::public_only().allow("127.0.0.0/8").unwrap().allow_http(true);
    Webhooks::builder(Arc::new(store))
        .addresses(policy)
        .time_out(Duration::from_millis(1_500))
        .lease_margin(Duration::from_millis(100))
        .build()
        .unwrap()
}

/// Not a test of its own: what the child runs. Without its variable it does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let Ok(path) = std::env::var(CHILD) else {
        return;
    };
    webhooks(SqliteStore::open(path).await.unwrap()).run(std::future::pending()).await.unwrap();
}

fn start_child(path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["kill::child", "--exact", "--nocapture"])
        .env(CHILD, path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// How often each event arrived.
#[derive(Default)]
struct Arrived {
    ids: Mutex<HashMap<String, u32>>,
    one: Notify,
}

impl Arrived {
    fn count(&self) -> usize {
        self.ids.lock().unwrap().values().map(|n| *n as usize).sum()
    }

    async fn wait_for(&self, count: usize) {
        loop {
            let one = self.one.notified();
            if self.count() >= count {
                return;
            }
            one.await;
        }
    }
}

async fn receiver(arrived: Arc<Arrived>) -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            let arrived = Arc::clone(&arrived);
            tokio::spawn(async move {
                let service = service_fn(move |request: hyper::Request<Incoming>| {
                    let arrived = Arc::clone(&arrived);
                    async move {
                        let id = request.headers()["webhook-id"].to_str().unwrap().to_owned();
                        let _ = request.into_body().collect().await;
                        *arrived.ids.lock().unwrap().entry(id).or_default() += 1;
                        arrived.one.notify_waiters();
                        Ok::<_, Infallible>(hyper::Response::new(Empty::<Bytes>::new()))
                    }
                });
                let _ =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
            });
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_thirty_points_it_loses_no_event_and_tells_the_truth() {
    if std::env::var(CHILD).is_ok() {
        return;
    }
    let arrived = Arc::new(Arrived::default());
    let port = receiver(Arc::clone(&arrived)).await;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("killed.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let webhooks = webhooks(store);
    let new = NewEndpoint::new(format!("http://127.0.0.1:{port}/"), "*".parse().unwrap()).concurrency(4);
    let (endpoint, _) = webhooks.create(new).await.unwrap();
    let at = "2026-11-25T12:00:00Z".parse().unwrap();
    let event = || Event::new(at, &events::GoalCreated::example()).unwrap();
    webhooks.publish((0..EVENTS).map(|_| event()).collect()).await.unwrap();

    for point in 1..=POINTS {
        let mut child = start_child(&path);
        // After so many arrivals, wherever in its work that is.
        arrived.wait_for(point * (EVENTS / 2) / POINTS).await;
        child.kill().unwrap();
        child.wait().unwrap();
    }
    // What was under way comes back when its lease has ended: real processes, real time.
    let query =
        || DeliveryQuery { endpoint: Some(endpoint.id().to_owned()), limit: Some(10_000), ..Default::default() };
    let deliveries = loop {
        webhooks.run_until_idle().await.unwrap();
        let deliveries = webhooks.deliveries(query()).await.unwrap();
        let Some(next) = deliveries.iter().filter(|d| d.state == DeliveryState::Pending).map(|d| d.next_at).min()
        else {
            break deliveries;
        };
        let now: DateTime<Utc> = std::time::SystemTime::now().into();
        tokio::time::sleep((next - now).to_std().unwrap_or_default() + Duration::from_millis(1)).await;
    };

    let ids = arrived.ids.lock().unwrap().clone();
    assert_eq!(ids.len(), EVENTS, "every event arrived");
    let (mut twice, mut interrupted) = (0, 0);
    for delivery in &deliveries {
        let attempts = webhooks.attempts(delivery.id).await.unwrap();
        let ends: Vec<_> = attempts.iter().filter_map(|a| a.end.as_ref()).collect();
        let broken = ends.iter().filter(|e| e.error.as_deref() == Some("interrupted")).count();
        // Every arrival has its try in the log; a try that a kill cut off may have arrived or not.
        let times = ids[&delivery.event_id] as usize;
        assert!(times <= attempts.len(), "{times} arrivals, {attempts:?}");
        assert!(times >= ends.iter().filter(|e| e.delivered).count());
        assert_eq!(ends.iter().filter(|e| e.delivered).count() + broken, ends.len(), "{attempts:?}");
        twice += usize::from(times > 1);
        interrupted += broken;
    }
    assert!(interrupted > 0, "no kill hit a try");
    eprintln!("{POINTS} kills, {EVENTS} events, {interrupted} tries cut off, {twice} events arrived more than once");
}
