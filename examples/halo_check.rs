//! The staged connection test, and the setup guide's permission table row by row.
//!
//! `cargo run --example halo_check`, on a sandbox; set `HALO_URL`, `HALO_CLIENT_ID` and `HALO_CLIENT_SECRET` for your own.

mod common;

use psa_kit::psa_core::{Grant, Outcome};
use psa_kit::psa_sandbox::halo::Dataset;
use psa_kit::{Connector, Result};

#[tokio::main]
async fn main() -> Result<()> {
    let tenant = common::tenant(Dataset::new(1).tickets(50))?;
    let report = tenant.halo.connector().build().check().await;
    for step in &report.steps {
        let mark = match step.outcome {
            Outcome::Passed => "ok  ",
            Outcome::Warned => "warn",
            Outcome::Failed => "FAIL",
            Outcome::Skipped => "    ",
        };
        println!("{mark}  {:<12} {}", format!("{:?}", step.stage), step.detail);
        if let Some(remedy) = &step.remedy {
            println!("      {:<12} -> {remedy}", "");
        }
    }
    println!("\n{:<26} {:<7} {:<8} how it was found out", "permission", "wanted", "state");
    for row in &report.permissions {
        let state = match row.grant {
            Grant::Granted => "granted",
            Grant::Missing => "MISSING",
            Grant::Excess => "EXCESS",
            Grant::Absent => "-",
            Grant::Unknown => "unknown",
        };
        println!("{:<26} {:<7} {:<8} {}", row.name, if row.wanted { "yes" } else { "no" }, state, row.detail);
    }
    println!("\nThe connection {}.", if report.usable() { "can be used" } else { "can NOT be used yet" });
    Ok(())
}
