//! A question in SQL, answered by Halo's reporting.
//!
//! `cargo run --example halo_report` asks a sandbox; `cargo run --example halo_report -- "select …"` asks what you like.
//! On a real tenant (`HALO_URL`, `HALO_CLIENT_ID`, `HALO_CLIENT_SECRET`, `HALO_TENANT`) it needs `edit:reporting`.

mod common;

use psa_kit::Result;
use psa_kit::psa_sandbox::halo::Dataset;

#[tokio::main]
async fn main() -> Result<()> {
    let halo = common::tenant_with(Dataset::new(1).tickets(300), &["edit:reporting"])?.halo;
    let sql = std::env::args().nth(1).unwrap_or_else(|| "select Faultid, Symptom from Faults".to_owned());

    let report = halo.reports().query(&sql).await?;
    println!("{}", report.columns.join(" | "));
    for row in report.rows.iter().take(10) {
        let cell = |name: &String| {
            row.get(name).map_or_else(String::new, |v| v.as_str().map_or_else(|| v.to_string(), str::to_owned))
        };
        let cells = report.columns.iter().map(cell);
        println!("{}", cells.collect::<Vec<_>>().join(" | "));
    }
    println!("{} rows", report.rows.len());

    println!("\nStored reports:");
    for stored in halo.reports().list().all().await? {
        println!("  {:>4}  {}", stored.id, stored.name.as_deref().unwrap_or(""));
    }
    Ok(())
}
