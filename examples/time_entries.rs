//! An hour logged on a ticket through the common traits: the same code on either vendor.
//!
//! `cargo run --example time_entries`, or `-- connectwise`, on a sandbox. On a real tenant (the variables of the quickstart)
//! `DEMO_TICKET` must name the ticket; the entry is deleted at the end.

mod common;

use futures::TryStreamExt;
use psa_kit::{Changes, Connector, Error, Key, Query, Result, Ticket, TimeEntry};
use serde_json::json;

#[tokio::main]
async fn main() -> Result<()> {
    let tenant = common::any(&common::argument("halo"))?;
    let connector = &*tenant.connector;
    let ticket = match std::env::var("DEMO_TICKET") {
        Ok(id) => {
            Key::from(id.trim().parse::<i64>().map_err(|_| Error::config("DEMO_TICKET", "this is no ticket's id"))?)
        }
        Err(_) if tenant.real => return Err(Error::config("DEMO_TICKET", "name a ticket whose hours may be changed")),
        Err(_) => first_open(connector).await?,
    };
    println!("ticket    {ticket} at {}", tenant.title);

    let entries = connector.writer::<TimeEntry>()?;
    let hour = Changes::<TimeEntry>::new()
        .set("ticket", json!({"id": ticket.to_string()}))?
        .set("started_at", "2026-10-02T09:00:00Z")?
        .set("ended_at", "2026-10-02T10:00:00Z")?
        .set("hours", 1.0)?
        .set("notes", "Replaced the power supply.")?;
    let logged = entries.create(hour).await?;
    let key = logged.key.clone();
    show("logged", &logged.into_value()?);

    let longer = Changes::<TimeEntry>::new().set("hours", 1.5)?.set("ended_at", "2026-10-02T10:30:00Z")?;
    let changed = entries.update(&key, longer).await?;
    show("changed", &changed.into_value()?);

    let read = connector.reader::<TimeEntry>()?.get(&key).await?;
    show("read", &read.into_value()?);
    if tenant.real {
        entries.delete(&key).await?;
        println!("deleted   {key}");
    }
    Ok(())
}

fn show(what: &str, entry: &TimeEntry) {
    let notes = entry.notes.as_deref().unwrap_or("");
    println!(
        "{what:<9} {} h on {:?}: {notes}",
        entry.hours.unwrap_or(0.0),
        entry.ticket.as_ref().map(|t| t.id.to_string())
    );
}

/// Some ticket that is not closed.
async fn first_open(connector: &dyn Connector) -> Result<Key> {
    let mut pages = connector.reader::<Ticket>()?.pages(Query::new(), None);
    while let Some(page) = pages.try_next().await? {
        for record in page.records() {
            if record.value.as_ref().is_ok_and(|t| t.closed_at.is_none()) {
                return Ok(record.key.clone());
            }
        }
    }
    Err(Error::config("tenant", "it has no open ticket"))
}
