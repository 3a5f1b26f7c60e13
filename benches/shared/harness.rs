//! Rounds, medians and what is printed.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::server::Served;
use super::{Vendor, cpu, floor, ours, server};

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default)
}

/// Tickets of a page where each answer takes 100 ms.
const SLOW_PAGE: usize = 100;

pub(crate) fn main<V: Vendor>() {
    let arguments: Vec<String> = std::env::args().collect();
    let after = |flag: &str| arguments.iter().position(|a| a == flag).and_then(|i| arguments.get(i + 1)).cloned();
    if let Some(task) = after("--serve") {
        return runtime().block_on(server::serve::<V>(&task));
    }
    if let Some(url) = after("--memory") {
        runtime().block_on(ours::sync::<V>(&url, 8, None));
        println!("{}", peak_memory_kib());
        return;
    }
    let smoke = std::env::var_os("PSA_BENCH_SMOKE").is_some();
    let tickets = setting("PSA_BENCH_TICKETS", if smoke { 2_000 } else { 100_000 });
    let rounds = setting("PSA_BENCH_ROUNDS", if smoke { 1 } else { 7 });
    runtime().block_on(run::<V>(tickets, rounds));
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        // None may end and take along what is known of its time.
        .thread_keep_alive(Duration::from_secs(3_600))
        .enable_all()
        .build()
        .expect("a runtime")
}

async fn run<V: Vendor>(tickets: usize, rounds: usize) {
    cpu::workers_are_started();
    let (_server, url) = start_server(tickets, Duration::ZERO);
    let bytes = floor::raw::<V>(&url, tickets).await;
    println!("{}: {tickets} tickets, {:.1} MB, {rounds} rounds; medians", V::NAME, bytes as f64 / 1e6);

    let mut times: Vec<[f64; 5]> = Vec::new();
    let mut second = Vec::new();
    for _ in 0..rounds {
        // Interleaved, so that a noisy moment hits all alike.
        let raw = timed(floor::raw::<V>(&url, tickets)).await;
        let list_floor = timed(floor::list::<V>(&url, tickets)).await;
        let list = timed(ours::list::<V>(&url, tickets)).await;
        let sync_floor = timed(floor::sync::<V>(&url, tickets)).await;
        let started = Instant::now();
        let mut synced = ours::sync::<V>(&url, 8, None).await;
        times.push([raw, list_floor, list, sync_floor, started.elapsed().as_secs_f64()]);
        second.push(synced.compare_all::<V>(&url).await);
    }
    let column = |i: usize| median(times.iter().map(|t| t[i]).collect());
    let ratio = |a: usize, b: usize| median(times.iter().map(|t| t[a] / t[b]).collect());
    let rate = |i: usize| tickets as f64 / column(i) / 1000.0;
    println!("server's limit (raw bytes, serial)     {:>8.3} s  {:>7.1} k/s", column(0), rate(0));
    println!("list, floor (reqwest + serde_json)     {:>8.3} s  {:>7.1} k/s", column(1), rate(1));
    println!(
        "list, typed, through the client        {:>8.3} s  {:>7.1} k/s  ratio {:.2}  (bar 1.15)",
        column(2),
        rate(2),
        ratio(2, 1)
    );
    println!("sync, floor (one-row upserts)          {:>8.3} s  {:>7.1} k/s", column(3), rate(3));
    println!(
        "sync to SQLite                         {:>8.3} s  {:>7.1} k/s  ratio {:.2}  (bar 1.40)",
        column(4),
        rate(4),
        ratio(4, 3)
    );
    let again = median(second.iter().map(|s| s.seconds).collect());
    println!("everything again, nothing changed      {again:>8.3} s  {:>7.1} k/s", tickets as f64 / again / 1000.0);
    let compare = median(second.iter().map(|s| s.comparing).collect());
    println!(
        "  of it, comparing in the store (CPU)  {compare:>8.3} s  {:>7.1} k/s  {} rows written  (bar 100 k/s, 0)",
        tickets as f64 / compare / 1000.0,
        second.iter().map(|s| s.written).max().unwrap_or(0)
    );
    let beside = median(second.iter().map(|s| s.beside).collect());
    println!("  the same, with the reading beside it {beside:>8.3} s  {:>7.1} k/s", tickets as f64 / beside / 1000.0);
    println!("peak memory of a sync                  {:>8.1} MB  (bar 48)", memory(&url) as f64 / 1024.0);

    // Small pages: it is the waiting that is measured, and large ones are all work.
    let pages = 400.min(tickets / SLOW_PAGE);
    let (_slow, slow) = start_server(pages * SLOW_PAGE, Duration::from_millis(100));
    let serial = timed(ours::sync::<V>(&slow, 1, Some(SLOW_PAGE as u32))).await;
    let window = timed(ours::sync::<V>(&slow, 8, Some(SLOW_PAGE as u32))).await;
    println!(
        "100 ms latency, {pages} pages of {SLOW_PAGE}: serial {serial:.1} s, window 8 {window:.1} s, ratio 1/{:.1}  (bar 1/7)",
        serial / window
    );
}

async fn timed<T>(work: impl Future<Output = T>) -> f64 {
    let started = Instant::now();
    work.await;
    started.elapsed().as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Ends the server with the benchmark.
struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start_server(tickets: usize, delay: Duration) -> (Stopped, String) {
    use std::io::{BufRead, BufReader};
    let task = Served { tickets, delay }.to_string();
    let mut child = Command::new(std::env::current_exe().expect("own path"))
        .args(["--serve", &task])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the server starts");
    let mut line = String::new();
    let out = child.stdout.take().expect("piped");
    BufReader::new(out).read_line(&mut line).expect("its address");
    (Stopped(child), line.trim().to_owned())
}

/// The peak of a process that does nothing else.
fn memory(url: &str) -> u64 {
    let out = Command::new(std::env::current_exe().expect("own path")).args(["--memory", url]).output();
    let text = String::from_utf8(out.expect("the child runs").stdout).unwrap_or_default();
    text.trim().parse().unwrap_or(0)
}

fn peak_memory_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0)
}
