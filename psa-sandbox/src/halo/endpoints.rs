//! The resources whose records are no rows of a table.

use super::table::{Endpoint, Special, Table};
use super::tables::TABLES;
use super::tickets::Domain;

/// What a path is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Subject {
    Tickets(Domain),
    Actions,
    Agents,
    Teams,
    Statuses,
    TicketTypes,
    Priorities,
    Categories,
    Outcomes,
    Lookups,
    Table(&'static Table),
}

const fn fixed(path: &'static str, name: &'static str, family: &'static str, edits: Option<&'static str>) -> Endpoint {
    Endpoint { path, name, family, edits, special: &[] }
}

/// Agents, with who is logged in.
const AGENTS: Endpoint =
    Endpoint { special: &[("GET me", Special::Me)], ..fixed("agent", "agents", "tickets", Some("admin")) };

static ENDPOINTS: &[(Endpoint, Subject)] = &[
    (fixed("tickets", "tickets", "tickets", None), Subject::Tickets(Domain::Tickets)),
    (fixed("opportunities", "opportunities", "sales", None), Subject::Tickets(Domain::Opportunities)),
    (fixed("projects", "projects", "projects", None), Subject::Tickets(Domain::Projects)),
    (fixed("actions", "actions", "tickets", None), Subject::Actions),
    (AGENTS, Subject::Agents),
    (fixed("team", "teams", "tickets", Some("admin")), Subject::Teams),
    (fixed("status", "statuses", "tickets", Some("admin")), Subject::Statuses),
    (fixed("tickettype", "ticket_types", "tickets", Some("admin")), Subject::TicketTypes),
    (fixed("priority", "priorities", "tickets", None), Subject::Priorities),
    (fixed("category", "categories", "tickets", None), Subject::Categories),
    (fixed("outcome", "outcomes", "tickets", None), Subject::Outcomes),
    (fixed("lookup", "lookups", "tickets", None), Subject::Lookups),
];

/// All endpoints, with what they are about.
pub(super) fn endpoints() -> impl Iterator<Item = (&'static Endpoint, Subject)> {
    let fixed = ENDPOINTS.iter().map(|(endpoint, subject)| (endpoint, *subject));
    fixed.chain(TABLES.iter().map(|table| (&table.endpoint, Subject::Table(table))))
}
