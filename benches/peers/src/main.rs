//! What signing and verifying costs: beside the bare MAC, and beside other libraries.
//!
//! All variants run in turns in one process, so that what slows the machine down slows all of them. What counts is the 5th
//! percentile of the turns, and of it the ratios.

mod allocations;
mod variants;

use std::hint::black_box;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use variants::{HMAC_SHA256, Operation, SVIX_PEER, Variant};

const SIZES: [(usize, &str); 2] = [(1024, "1 KiB"), (64 * 1024, "64 KiB")];

struct Plan {
    rounds: usize,
    /// How long one variant runs in one round.
    turn: Duration,
}

impl Plan {
    fn from_environment() -> Self {
        if std::env::var_os("PEERS_SMOKE").is_some_and(|set| set == "1") {
            return Self { rounds: 3, turn: Duration::from_micros(100) };
        }
        let rounds = std::env::var("PEERS_ROUNDS").ok().map(|text| text.parse().expect("PEERS_ROUNDS is a number"));
        Self { rounds: rounds.unwrap_or(400).max(1), turn: Duration::from_millis(1) }
    }
}

/// Of one variant, in nanoseconds for one operation.
struct Measured {
    variant: Variant,
    p05: f64,
    median: f64,
    allocations: usize,
}

fn main() {
    let plan = Plan::from_environment();
    println!("{} rounds of {:?} for each variant", plan.rounds, plan.turn);
    for (size, name) in SIZES {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970").as_secs();
        let variants = variants::all(body(size), i64::try_from(now).expect("a clock before the end of time"));
        print(name, &measure(variants, &plan));
    }
}

/// Text of this length, like the JSON that a PSA sends; it stays until the process ends.
fn body(size: usize) -> &'static [u8] {
    const TICKET: &str = r#"{"id":48211,"summary":"Printer on fire","status":"In progress","client":"Northwind"},"#;
    let mut text = String::from("[");
    text.extend(TICKET.chars().cycle().take(size - 2));
    text.push(']');
    String::leak(text).as_bytes()
}

fn measure(variants: Vec<Variant>, plan: &Plan) -> Vec<Measured> {
    let repeats: Vec<u32> = variants.iter().map(|variant| repeats(variant, plan.turn)).collect();
    let mut turns = vec![Vec::with_capacity(plan.rounds); variants.len()];
    for _ in 0..plan.rounds {
        for ((variant, repeats), turns) in variants.iter().zip(&repeats).zip(&mut turns) {
            turns.push(time(variant, *repeats).as_nanos() as f64 / f64::from(*repeats));
        }
    }
    let of = |(variant, mut turns): (Variant, Vec<f64>)| {
        turns.sort_by(f64::total_cmp);
        let allocations = allocations::count(&variant.run);
        Measured { p05: turns[turns.len() * 5 / 100], median: turns[turns.len() / 2], allocations, variant }
    };
    variants.into_iter().zip(turns).map(of).collect()
}

fn time(variant: &Variant, repeats: u32) -> Duration {
    let run = black_box(&variant.run);
    let start = Instant::now();
    for _ in 0..repeats {
        run();
    }
    start.elapsed()
}

/// How many operations fill a turn. Finding out warms up as well.
fn repeats(variant: &Variant, turn: Duration) -> u32 {
    let mut repeats = 1;
    loop {
        let took = time(variant, repeats);
        if took >= turn || repeats >= 1 << 24 {
            let fitting = f64::from(repeats) * turn.as_secs_f64() / took.as_secs_f64().max(1e-9);
            return (fitting as u32).max(1);
        }
        repeats *= 2;
    }
}

fn print(size: &str, all: &[Measured]) {
    let bare = |name| all.iter().find(|m| m.variant.operation == Operation::Bare && m.variant.name == name);
    let floor = bare(HMAC_SHA256).expect("the floor is measured").p05;
    println!("\n## {size}\n");
    println!("| | ns/op (p05) | median | × floor | × backend | allocations | svix ÷ it |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
    for operation in [Operation::Bare, Operation::Verify, Operation::Sign] {
        let svix = all.iter().find(|m| m.variant.operation == operation && m.variant.name == SVIX_PEER);
        let verb = match operation {
            Operation::Bare => "bare",
            Operation::Verify => "verify",
            Operation::Sign => "sign",
        };
        for m in all.iter().filter(|m| m.variant.operation == operation) {
            let backend = bare(m.variant.backend).map_or(f64::NAN, |backend| m.p05 / backend.p05);
            println!(
                "| {verb}: {} | {:.0} | {:.0} | {:.2} | {backend:.2} | {} | {} |",
                m.variant.name,
                m.p05,
                m.median,
                m.p05 / floor,
                m.allocations,
                svix.map_or_else(String::new, |svix| format!("{:.2}", svix.p05 / m.p05)),
            );
        }
    }
}
