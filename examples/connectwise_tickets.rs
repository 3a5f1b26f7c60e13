//! ConnectWise's own API, typed: the open tickets of a board, one that is opened, worked on and closed, and what a mistake
//! looks like.
//!
//! `cargo run --example connectwise_tickets`, on a sandbox. On a real tenant (`CW_SITE`, `CW_COMPANY`, `CW_PUBLIC_KEY`,
//! `CW_PRIVATE_KEY`, `CW_CLIENT_ID`) it only reads, unless `CW_DEMO_COMPANY` names a company whose tickets may be used.

mod common;

use futures::TryStreamExt;
use psa_kit::connectwise_client::{ConnectWise, field};
use psa_kit::psa_sandbox::connectwise::Dataset;
use psa_kit::{Error, Result};

#[tokio::main]
async fn main() -> Result<()> {
    let tenant = common::connectwise_tenant(Dataset::new(1).tickets(500))?;
    let cw = tenant.cw;
    let boards = cw.boards().list().condition(field("inactiveFlag").eq(false)).all().await?;
    let Some(board) = boards.iter().find(|b| b.project_flag != Some(true)) else {
        return Err(Error::config("tenant", "it has no service board"));
    };
    println!("board     {}", board.name.as_deref().unwrap_or("?"));

    let open = || field("board/id").eq(board.id.0).and(field("closedFlag").eq(false));
    println!("open      {} tickets", cw.tickets().list().condition(open()).count().await?);
    let mut tickets = cw.tickets().list().condition(open()).fields(["summary", "company", "status"]).stream();
    let mut shown = 0;
    while let Some(ticket) = tickets.try_next().await? {
        let company = ticket.company.as_ref().and_then(|c| c.name.as_deref()).unwrap_or("?");
        println!("  {:>6}  {:<40} {company}", ticket.id.to_string(), ticket.summary.as_deref().unwrap_or(""));
        shown += 1;
        if shown == 5 {
            break;
        }
    }

    // What ConnectWise refuses comes back with its code and its field.
    let wrong = cw.tickets().list().condition(field("resources/identifier").eq("me")).all().await;
    if let Err(error) = wrong {
        println!("refused   {error}");
    }

    let company = match std::env::var("CW_DEMO_COMPANY") {
        Ok(id) => id.trim().parse().map_err(|_| Error::config("CW_DEMO_COMPANY", "this is no company's id"))?,
        Err(_) if tenant.real => return Ok(()),
        Err(_) => 3_i64,
    };
    let ticket = cw.tickets().create().summary("VPN drops every hour").company(company).board(board.id).send().await?;
    println!("opened    {}", ticket.id);
    let lived = live(&cw, ticket.id.0, board.id.0).await;
    if tenant.real {
        cw.tickets().delete(ticket.id).await?;
        println!("deleted   {}", ticket.id);
    }
    lived
}

async fn live(cw: &ConnectWise, ticket: i64, board: i64) -> Result<()> {
    cw.tickets().notes(ticket).create().text("The tunnel's lifetime is an hour.").internal(true).send().await?;
    let statuses = cw.boards().statuses(board).list().all().await?;
    if let Some(closed) = statuses.iter().find(|s| s.closed_status == Some(true)) {
        let done = cw.tickets().update(ticket).status(closed.id).send().await?;
        println!("closed    {}", done.closed_date.as_deref().unwrap_or("-"));
    }
    for note in cw.tickets().notes(ticket).list().all().await? {
        println!("note      {}", note.text.as_deref().unwrap_or(""));
    }
    Ok(())
}
