//! An hour logged on a ticket through the common traits: the same code on either vendor.
//!
//! `cargo run --example time_entries`, or `-- connectwise`, on a sandbox. On a real tenant (the variables of the quickstart)
//! `DEMO_TICKET` must name the ticket; the entry is deleted at the end.

mod common;

use chrono::{TimeDelta, TimeZone, Utc};
use psa_kit::{Changes, Connector, ConnectorExt, Error, Key, Query, ReaderExt, Result, Ticket, TimeEntry};

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
    let nine = Utc.with_ymd_and_hms(2026, 10, 2, 9, 0, 0).unwrap();
    let hour = Changes::<TimeEntry>::new()
        .set(TimeEntry::TICKET, &ticket)
        .set(TimeEntry::STARTED_AT, nine)
        .set(TimeEntry::ENDED_AT, nine + TimeDelta::hours(1))
        .set(TimeEntry::HOURS, 1)
        .set(TimeEntry::NOTES, "Replaced the power supply.");
    let logged = entries.create(hour).await?;
    let key = logged.key.clone();
    show("logged", &logged.into_value()?);

    let longer =
        Changes::<TimeEntry>::new().set(TimeEntry::HOURS, 1.5).set(TimeEntry::ENDED_AT, nine + TimeDelta::minutes(90));
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
    let open = connector.reader::<Ticket>()?.find(Query::new(), |ticket| ticket.closed_at.is_none()).await?;
    open.map(|ticket| ticket.key).ok_or_else(|| Error::config("tenant", "it has no open ticket"))
}
