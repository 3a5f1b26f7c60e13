//! The life of a ticket: opened with a file, worked on, closed, and what is left of it.
//!
//! `cargo run --example halo_lifecycle`, on a sandbox. On a real tenant (`HALO_URL`, `HALO_CLIENT_ID`, `HALO_CLIENT_SECRET`,
//! `HALO_TENANT`) it opens and closes a ticket of the client in `HALO_DEMO_CLIENT`, and deletes it at the end.

mod common;

use psa_kit::halo_client::{StatusId, Upload};
use psa_kit::psa_sandbox::halo::Dataset;
use psa_kit::{Error, Result};

#[tokio::main]
async fn main() -> Result<()> {
    let tenant = common::tenant(Dataset::new(1).tickets(50))?;
    let halo = tenant.halo;
    let client: i64 = match std::env::var("HALO_DEMO_CLIENT") {
        Ok(id) => id.trim().parse().map_err(|_| Error::config("HALO_DEMO_CLIENT", "this is no client's id"))?,
        Err(_) if tenant.real => {
            return Err(Error::config("HALO_DEMO_CLIENT", "name a client whose tickets may be used"));
        }
        Err(_) => 3,
    };

    // A file goes up first, so that the ticket has it from the start.
    let log = halo
        .attachments()
        .upload(Upload::new("vpn.log", "text/plain", b"09:12 tunnel down\n09:13 tunnel up\n"))
        .await?;
    let ticket = halo
        .tickets()
        .create()
        .summary("VPN drops every hour")
        .details("Since the update of Tuesday.")
        .client(client)
        .attachment(log.id)
        .send()
        .await?;
    let id = ticket.id;
    println!("opened    {id}: {}", ticket.summary.as_deref().unwrap_or(""));

    halo.actions().private_note(id, "<p>The tunnel's lifetime is an hour: look there.</p>").send().await?;
    let hours = halo.actions().create(id).outcome_name("Update").note("Raised the lifetime.").hours(0.5).send().await?;
    println!("worked    {} h", hours.timetaken.unwrap_or(0.0));

    let files = halo.tickets().attachments(id).all().await?;
    for file in &files {
        let bytes = halo.attachments().download(file.id).await?.read(1 << 20).await?;
        println!("file      {} ({} bytes)", file.filename.as_deref().unwrap_or("?"), bytes.len());
    }

    halo.tickets().close(id, StatusId::DEFAULT_CLOSED).send().await?;
    let closed = halo.tickets().get(id).await?;
    println!("closed    {}", closed.dateclosed.map_or("-".to_owned(), |at| at.to_string()));
    for action in halo.actions().list().ticket(id).all().await? {
        let note = action.note.as_deref().unwrap_or("");
        println!("  {:<14} {:>5} h  {note}", action.outcome.as_deref().unwrap_or(""), action.timetaken.unwrap_or(0.0));
    }
    if tenant.real {
        halo.tickets().delete(id, "made by an example").await?;
        println!("deleted   {id}; Halo can restore it");
    }
    Ok(())
}
