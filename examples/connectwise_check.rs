//! The staged connection test, and the entries of the security role that the API member needs to read.
//!
//! `cargo run --example connectwise_check`, on a sandbox; set `CW_SITE`, `CW_COMPANY`, `CW_PUBLIC_KEY`, `CW_PRIVATE_KEY` and
//! `CW_CLIENT_ID` for your own.

mod common;

use psa_kit::psa_sandbox::connectwise::Dataset;
use psa_kit::{Connector, Result};

#[tokio::main]
async fn main() -> Result<()> {
    let tenant = common::connectwise_tenant(Dataset::new(1).tickets(50))?;
    println!("{}", tenant.cw.connector().build().check().await);
    Ok(())
}
