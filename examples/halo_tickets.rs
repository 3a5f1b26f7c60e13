//! Your open tickets, with Halo's own words and fields.
//!
//! `cargo run --example halo_tickets`, on a sandbox; set `HALO_URL`, `HALO_CLIENT_ID` and `HALO_CLIENT_SECRET` for your own.

mod common;

use futures::TryStreamExt;
use psa_kit::Result;
use psa_kit::psa_sandbox::halo::Dataset;

#[tokio::main]
async fn main() -> Result<()> {
    let halo = common::tenant(Dataset::new(1).tickets(400))?.halo;

    let mut open = halo.tickets().list().open_only(true).include_status(true).stream();
    let mut count = 0;
    while let Some(ticket) = open.try_next().await? {
        count += 1;
        println!(
            "{:>7}  {:<16} {:<14} {}",
            ticket.id,
            ticket.status_name.as_deref().unwrap_or(""),
            ticket.team.as_deref().unwrap_or(""),
            ticket.summary.as_deref().unwrap_or("")
        );
    }
    println!("{count} open tickets, {} requests", halo.stats().requests);

    // What has no typed field yet is one call away.
    let certificates = halo.get_json("/Certificate").query("count", 10).send().await?;
    println!("{} certificates", certificates.as_array().map_or(0, Vec::len));
    Ok(())
}
