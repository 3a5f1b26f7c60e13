//! What a client has and what it pays: assets whose warranty ends, agreements, invoices that are due.
//!
//! `cargo run --example halo_assets_and_billing`, on a sandbox. The setup guide's table forbids assets and invoices: on a
//! real tenant (`HALO_URL`, `HALO_CLIENT_ID`, `HALO_CLIENT_SECRET`, `HALO_TENANT`) enable `read:assets` and `read:invoices` first.

mod common;

use std::collections::BTreeMap;
use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};
use futures::TryStreamExt;
use psa_kit::Result;
use psa_kit::psa_sandbox::halo::Dataset;

#[tokio::main]
async fn main() -> Result<()> {
    let rights = ["read:assets", "read:invoices"];
    let halo = common::tenant_with(Dataset::new(1).companies(40).tickets(50), &rights)?.halo;

    let now = DateTime::<Utc>::from(SystemTime::now());
    let soon = now + TimeDelta::days(90);
    let mut assets = halo.assets().list().stream();
    let (mut all, mut ending) = (0, Vec::new());
    while let Some(asset) = assets.try_next().await? {
        all += 1;
        if asset.warranty_end.is_some_and(|end| end > now && end < soon) {
            ending.push(asset);
        }
    }
    println!("{all} assets; the warranty of {} ends within 90 days:", ending.len());
    ending.sort_by_key(|a| a.warranty_end);
    for asset in ending.iter().take(5) {
        let end = asset.warranty_end.map_or("-".to_owned(), |end| end.date_naive().to_string());
        let name = asset.key_field.as_deref().or(asset.inventory_number.as_deref()).unwrap_or("?");
        println!("  {end}  {name:<12} {}", asset.client_name.as_deref().unwrap_or(""));
    }

    let contracts = halo.contracts().list().all().await?;
    let monthly: f64 = contracts.iter().filter(|c| c.active == Some(true)).filter_map(|c| c.periodchargeamount).sum();
    println!("\n{} agreements, {monthly:.2} a period from those that run", contracts.len());

    let mut due: BTreeMap<String, f64> = BTreeMap::new();
    for invoice in halo.invoices().list().all().await? {
        if let Some(amount) = invoice.amountdue.filter(|a| *a > 0.0) {
            *due.entry(invoice.client_name.clone().unwrap_or_default()).or_default() += amount;
        }
    }
    println!("\n{} clients have something to pay:", due.len());
    for (client, amount) in due.iter().take(5) {
        println!("  {amount:>10.2}  {client}");
    }
    Ok(())
}
