//! The staged connection test, and the setup guide's permission table row by row.
//!
//! `cargo run --example halo_check`, on a sandbox; set `HALO_URL`, `HALO_CLIENT_ID` and `HALO_CLIENT_SECRET` for your own.

mod common;

use psa_kit::psa_sandbox::halo::Dataset;
use psa_kit::{Connector, Result};

#[tokio::main]
async fn main() -> Result<()> {
    let tenant = common::tenant(Dataset::new(1).tickets(50))?;
    println!("{}", tenant.halo.connector().build().check().await);
    Ok(())
}
