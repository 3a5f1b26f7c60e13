//! A simulation in virtual time: whatever happens, once it is quiet the store is as a fresh one.
//!
//! `PSA_SIM_SEEDS` says how many seeds a vendor (50), `PSA_SIM_FIRST` the first (0), `PSA_SIM_TRACES` a folder for what happened.
//! A seed that fails prints its story, and tells the same one again: `PSA_SIM_FIRST=17 PSA_SIM_SEEDS=1`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod connectwise;
mod dice;
mod halo;
mod oracle;
mod story;
mod vendor;

use std::path::PathBuf;

use psa_core::{Company, Contact, EntityKind, Project, Site, Team, Ticket, TicketNote, TimeEntry};
use psa_sync::{Pull, SyncEngineBuilder};

use crate::connectwise::ConnectWiseWorld;
use crate::halo::HaloWorld;
use crate::story::Story;
use crate::vendor::Vendor;

fn add_kind(builder: SyncEngineBuilder, kind: &EntityKind) -> SyncEngineBuilder {
    match kind.as_str() {
        "company" => builder.entity(Pull::<Company>::new()),
        "site" => builder.entity(Pull::<Site>::new()),
        "contact" => builder.entity(Pull::<Contact>::new()),
        "team" => builder.entity(Pull::<Team>::new()),
        "project" => builder.entity(Pull::<Project>::new()),
        "ticket_note" => builder.entity(Pull::<TicketNote>::new()),
        "time_entry" => builder.entity(Pull::<TimeEntry>::new()),
        _ => builder.entity(Pull::<Ticket>::new()),
    }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Plays a seed on a runtime of its own, on this thread alone.
fn play<V: Vendor>(seed: u64) -> (String, Result<(), String>) {
    let story = Story::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let outcome = runtime.block_on(story::play::<V>(seed, &story));
    (story.text(), outcome)
}

fn seeds<V: Vendor>() {
    let (first, count) = (setting("PSA_SIM_FIRST", 0), setting("PSA_SIM_SEEDS", 50));
    let traces = std::env::var_os("PSA_SIM_TRACES").map(PathBuf::from);
    let mut broken = Vec::new();
    for seed in first..first + count {
        let (story, outcome) = play::<V>(seed);
        if let Some(folder) = &traces {
            std::fs::write(folder.join(format!("{}-{seed}.txt", V::NAME)), &story).unwrap();
        }
        if let Err(why) = outcome {
            if broken.is_empty() {
                eprintln!("{story}\n");
            }
            eprintln!("{} seed {seed}: {why}", V::NAME);
            broken.push(seed);
        }
    }
    assert!(broken.is_empty(), "{} of {count} seeds of {}: {broken:?}", broken.len(), V::NAME);
}

#[test]
fn whatever_happens_at_halo_the_store_is_as_a_fresh_one() {
    seeds::<HaloWorld>();
}

#[test]
fn whatever_happens_at_connectwise_the_store_is_as_a_fresh_one() {
    seeds::<ConnectWiseWorld>();
}

#[test]
fn the_same_seed_tells_the_same_story() {
    for seed in [3, 4] {
        assert_eq!(play::<HaloWorld>(seed).0, play::<HaloWorld>(seed).0, "halo {seed}");
        assert_eq!(play::<ConnectWiseWorld>(seed).0, play::<ConnectWiseWorld>(seed).0, "connectwise {seed}");
    }
}
