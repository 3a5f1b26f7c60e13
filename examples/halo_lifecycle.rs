//! The life of a ticket: opened with a file, worked on, closed, and what is left of it.
//!
//! `cargo run --example halo_lifecycle`, on a sandbox. On a real tenant (`HALO_URL`, `HALO_CLIENT_ID`, `HALO_CLIENT_SECRET`,
//! `HALO_TENANT`) it opens and closes a ticket of the client in `HALO_DEMO_CLIENT`, and deletes it at the end.

mod common;

use psa_kit::halo_client::{Halo, OutcomeId, StatusId, TicketId, Upload};
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

    // Types and outcomes are the tenant's own: the first that an agent may use.
    let types = halo.ticket_types().list().all().await?;
    let kind = types.iter().find(|t| t.cancreate != Some(false) && t.itilrequesttype == Some(1)).or(types.first());
    let outcomes = halo.outcomes().list().all().await?;
    let usable = |o: &&psa_kit::psa_http::json::Native<psa_kit::halo_client::Outcome>| {
        o.hidden != Some(true) && o.id != OutcomeId::PRIVATE_NOTE
    };
    let (Some(kind), Some(outcome)) = (kind, outcomes.iter().find(usable)) else {
        return Err(Error::config("tenant", "it has no ticket type or no outcome that this login may use"));
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
        .ticket_type(kind.id)
        .client(client)
        .attachment(log.id)
        .send()
        .await?;
    println!("opened    {}: {}", ticket.id, ticket.summary.as_deref().unwrap_or(""));

    let lived = live(&halo, ticket.id, outcome.id).await;
    if tenant.real {
        // Whatever happened to it.
        halo.tickets().delete(ticket.id, "made by an example").await?;
        println!("deleted   {}; Halo can restore it", ticket.id);
    }
    lived
}

async fn live(halo: &Halo, id: TicketId, outcome: OutcomeId) -> Result<()> {
    halo.actions().private_note(id, "<p>The tunnel's lifetime is an hour: look there.</p>").send().await?;
    let hours = halo.actions().create(id).outcome(outcome).note("Raised the lifetime.").hours(0.5).send().await?;
    println!("worked    {} h", hours.timetaken.unwrap_or(0.0));

    for file in halo.tickets().attachments(id).all().await? {
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
    Ok(())
}
