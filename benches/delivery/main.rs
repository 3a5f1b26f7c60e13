//! Events delivered to a receiver on this machine, against plain requests to the same receiver.
//!
//! `cargo bench --bench delivery`. `DELIVERY_BENCH_EVENTS` sets how many (20,000); `PSA_BENCH_SMOKE=1` only shows that it runs.

#![allow(clippy::expect_used, reason = "a benchmark that can't go on ends")]

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use futures::StreamExt;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use psa_kit::webhook_delivery::events::{EventData, TicketUpdated};
use psa_kit::webhook_delivery::{AddressPolicy, Event, NewEndpoint, SqliteStore, Webhooks};

/// Requests under way at once, in all cases.
const AT_ONCE: usize = 64;

fn main() {
    let runtime =
        || tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    if std::env::args().any(|a| a == "--serve") {
        return runtime().block_on(serve());
    }
    runtime().block_on(run());
}

async fn run() {
    let smoke = std::env::var_os("PSA_BENCH_SMOKE").is_some();
    let default = if smoke { 200 } else { 20_000 };
    let events = std::env::var("DELIVERY_BENCH_EVENTS").ok().and_then(|v| v.parse().ok()).unwrap_or(default);
    let rounds = if smoke { 1 } else { 3 };
    let (_server, url) = start_server();
    let mut rates = [const { Vec::new() }; 3];
    for _ in 0..rounds {
        rates[0].push(events as f64 / floor(&url, events).await);
        rates[1].push(events as f64 / deliver(&url, events, 1).await);
        rates[2].push(events as f64 / deliver(&url, events, 1_000).await);
    }
    let median = |rates: &mut Vec<f64>| {
        rates.sort_by(f64::total_cmp);
        rates.get(rates.len() / 2).copied().unwrap_or(f64::NAN)
    };
    let floor = median(&mut rates[0]);
    println!("delivery: {events} events, {rounds} rounds; medians; {AT_ONCE} under way at once");
    println!("plain POSTs, nothing stored            {floor:>8.0} /s");
    for (at, endpoints) in [(1, 1), (2, 1_000)] {
        let rate = median(&mut rates[at]);
        println!(
            "signed, stored, logged, {endpoints:>4} endpoint{} {rate:>8.0} /s  {:.2} of plain",
            if endpoints == 1 { " " } else { "s" },
            rate / floor
        );
    }
}

fn event() -> Event {
    Event::new(std::time::SystemTime::now().into(), &TicketUpdated::example()).expect("an event")
}

async fn floor(url: &str, events: usize) -> f64 {
    let client = reqwest::Client::builder().tcp_nodelay(true).build().expect("a client");
    let body = Bytes::copy_from_slice(event().body());
    let started = Instant::now();
    futures::stream::iter(0..events)
        .for_each_concurrent(AT_ONCE, |_| async {
            let answer = client.post(url).body(body.clone()).send().await.expect("an answer");
            answer.bytes().await.expect("a body");
        })
        .await;
    started.elapsed().as_secs_f64()
}

/// `events` deliveries to so many endpoints, published beforehand.
async fn deliver(url: &str, events: usize, endpoints: usize) -> f64 {
    let dir = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(dir.path().join("webhooks.db")).await.expect("a store");
    let addresses = AddressPolicy::public_only().allow("127.0.0.0/8").expect("a network").allow_http(true);
    let webhooks = Webhooks::builder(Arc::new(store)).addresses(addresses).build().expect("webhooks");
    let concurrency = if endpoints == 1 { AT_ONCE } else { 4 } as u32;
    for n in 0..endpoints {
        let new = NewEndpoint::new(format!("{url}?n={n}"), "*".parse().expect("a filter")).concurrency(concurrency);
        webhooks.create(new).await.expect("an endpoint");
    }
    let published = events.div_ceil(endpoints);
    webhooks.publish((0..published).map(|_| event()).collect()).await.expect("published");
    let started = Instant::now();
    webhooks.run_until_idle().await.expect("sent");
    let seconds = started.elapsed().as_secs_f64();
    let mut delivered = 0;
    for endpoint in webhooks.endpoints().await.expect("endpoints") {
        delivered += webhooks.stats(endpoint.id()).await.expect("stats").delivered as usize;
    }
    assert_eq!(delivered, published * endpoints);
    // As if it had been exactly so many.
    seconds * events as f64 / delivered as f64
}

/// Ends the server with the benchmark.
struct Stopped(std::process::Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start_server() -> (Stopped, String) {
    use std::io::{BufRead, BufReader};
    let mut child = std::process::Command::new(std::env::current_exe().expect("own path"))
        .arg("--serve")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the server starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("its address");
    (Stopped(child), line.trim().to_owned())
}

async fn serve() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("http://{}/", listener.local_addr().expect("an address"));
    loop {
        let Ok((socket, _)) = listener.accept().await else { continue };
        let _ = socket.set_nodelay(true);
        tokio::spawn(async move {
            let service = service_fn(|request: hyper::Request<Incoming>| async {
                let _ = request.into_body().collect().await;
                Ok::<_, Infallible>(hyper::Response::new(Empty::<Bytes>::new()))
            });
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
        });
    }
}
