//! The main job: a PSA into SQLite, twice, so that the second run shows that nothing is written when nothing changed.
//!
//! `cargo run --example quickstart` uses an emulated Halo in this process, `cargo run --example quickstart -- connectwise` an
//! emulated ConnectWise. For your own, read-only, set `HALO_URL`, `HALO_CLIENT_ID`, `HALO_CLIENT_SECRET` and, if needed,
//! `HALO_TENANT`; or `CW_SITE`, `CW_COMPANY`, `CW_PUBLIC_KEY`, `CW_PRIVATE_KEY` and `CW_CLIENT_ID`. `QUICKSTART_DB` names
//! another file.

mod common;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use psa_kit::psa_sandbox::halo::Dataset;
use psa_kit::psa_sync::{Event, Progress, Pull, RunReport, RunState, SqliteStore, Store, SyncEngine};
use psa_kit::{
    Agent, Agreement, Appointment, Asset, Company, Contact, EntityKind, Error, ErrorKind, Invoice, Opportunity,
    Project, ReferenceItem, Result, Site, Team, Ticket, TicketNote, TimeEntry,
};

#[tokio::main]
async fn main() -> Result<()> {
    let tenant = match common::argument("halo").as_str() {
        // With the setup guide's rights and no others.
        "halo" => {
            let common::Tenant { halo, name, real } = common::tenant(Dataset::new(1))?;
            common::of_halo(halo, if real { "your Halo" } else { "the emulated Halo" }, name, real)
        }
        other => common::any(other)?,
    };
    let path = std::env::var("QUICKSTART_DB")
        .map_or_else(|_| PathBuf::from(format!("quickstart-{}.db", tenant.name)), PathBuf::from);
    if !tenant.real {
        // A sandbox is new each time, so its copy is too.
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{end}", path.display()));
        }
    }
    let store = SqliteStore::open(&path).await?;
    let sync = SyncEngine::builder(Arc::clone(&tenant.connector), Arc::new(store.clone()))
        .connection(&tenant.name)
        .entity(Pull::<Company>::new())
        .entity(Pull::<Site>::new())
        .entity(Pull::<Contact>::new())
        .entity(Pull::<Agent>::new())
        .entity(Pull::<Team>::new())
        .entity(Pull::<Ticket>::new())
        .entity(Pull::<TicketNote>::new())
        .entity(Pull::<TimeEntry>::new())
        .entity(Pull::<Opportunity>::new())
        .entity(Pull::<Project>::new())
        .entity(Pull::<Appointment>::new())
        .entity(Pull::<Agreement>::new())
        .entity(Pull::<ReferenceItem>::new())
        // The rights of Halo's setup guide do not reach these two: the run says so, and goes on.
        .entity(Pull::<Asset>::new())
        .entity(Pull::<Invoice>::new())
        .build()?;

    let mut requests = 0;
    for title in ["First run", "Second run"] {
        println!("\n{title}: {} into {}", tenant.title, path.display());
        let bars = Bars::default();
        let report = sync.run_once(&bars).await?;
        bars.clear();
        let so_far = (tenant.stats)().requests;
        print(&report, so_far - requests);
        requests = so_far;
        if report.state == RunState::Failed {
            return Err(Error::new(ErrorKind::Internal, report.error.unwrap_or_default()));
        }
    }
    for hold in store.holds(&tenant.name, 5).await? {
        println!("waits: {} {} ({:?})", hold.kind, hold.key, hold.reason);
    }
    println!("\nThe database is {}. Try:", path.display());
    println!(
        "  sqlite3 {} \"SELECT c.name, count(*) FROM ticket t JOIN company c ON c.vendor_key = t.company_key GROUP BY 1 ORDER BY 2 DESC LIMIT 5\"",
        path.display()
    );
    let open = store.count("SELECT count(*) FROM ticket WHERE closed_at IS NULL").await?;
    println!("  ({open} tickets are open)");
    Ok(())
}

fn print(report: &RunReport, requests: u64) {
    println!(
        "{:<14} {:>9} {:>9} {:>9} {:>6} {:>8}  fresh as of",
        "entity", "fetched", "stored", "unchanged", "held", "removed"
    );
    for entity in &report.entities {
        let c = entity.counts;
        let fresh = entity.fresh_as_of.map_or("-".to_owned(), |at| at.format("%Y-%m-%d %H:%M:%S UTC").to_string());
        println!(
            "{:<14} {:>9} {:>9} {:>9} {:>6} {:>8}  {fresh}",
            entity.kind,
            c.fetched,
            c.stored(),
            c.unchanged,
            entity.waiting,
            c.removed
        );
        if let Some(why) = entity.outcome.why() {
            println!("               {why}");
        }
    }
    let totals = report.totals();
    let seconds = report.took.as_secs_f64().max(0.001);
    println!(
        "{:?} in {seconds:.1} s: {} records ({:.0}/s), {} written, {requests} requests",
        report.state,
        totals.fetched,
        totals.fetched as f64 / seconds,
        totals.stored() + totals.removed
    );
}

/// A bar a kind.
#[derive(Default)]
struct Bars {
    all: MultiProgress,
    bars: Mutex<HashMap<EntityKind, ProgressBar>>,
}

impl Bars {
    fn clear(&self) {
        let _ = self.all.clear();
    }
}

impl Progress for Bars {
    fn event(&self, event: &Event<'_>) {
        let mut bars = self.bars.lock().unwrap_or_else(|e| e.into_inner());
        match event {
            Event::EntityStarted { kind, resumed, .. } => {
                let bar = self.all.add(ProgressBar::no_length());
                if let Ok(style) = ProgressStyle::with_template("{prefix:<14} {bar:30} {pos:>7}/{len:<7} {msg}") {
                    bar.set_style(style);
                }
                bar.set_prefix(kind.to_string());
                bar.set_message(if *resumed { "going on" } else { "reading" });
                bars.insert((*kind).clone(), bar);
            }
            Event::Page { kind, counts, total } => {
                if let Some(bar) = bars.get(kind) {
                    if let Some(total) = total {
                        bar.set_length(*total);
                    }
                    bar.set_position(counts.fetched);
                }
            }
            Event::Reconciling { kind } => {
                if let Some(bar) = bars.get(kind) {
                    bar.set_message("comparing keys");
                }
            }
            Event::EntityFinished { report } => {
                if let Some(bar) = bars.get(&report.kind) {
                    bar.set_length(report.counts.fetched);
                    bar.finish_with_message("done");
                }
            }
            _ => {}
        }
    }
}
