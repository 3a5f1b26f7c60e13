//! ConnectWise in a simulation.

use std::cell::Cell;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use connectwise_client::ConnectWise;
use psa_core::time::{Clock, Seeded};
use psa_core::{Cause, Connector, EntityKind, Hint, Key};
use psa_sandbox::connectwise::{Dataset, Edit, Resource};
use psa_sandbox::{ActionLog, ConnectWiseSandbox, Effect, Fault};
use psa_sync::Scope;
use serde_json::json;

use crate::dice::Dice;
use crate::vendor::Vendor;

const COMPANIES: u64 = 6;
const TICKETS: u64 = 30;

pub(crate) struct ConnectWiseWorld {
    sandbox: ConnectWiseSandbox,
    /// Whether somebody's notes leave their ticket's stamp alone.
    silent_notes: bool,
    /// Whether notes were hidden while their ticket was seen, as those of a project's ticket can be, or were missing from a list:
    /// nothing tells when they are back.
    hid_notes: Cell<bool>,
}

fn dataset(seed: u64) -> Dataset {
    Dataset::new(seed).companies(COMPANIES as u32).tickets(TICKETS as u32)
}

/// Moves the stamp of a ticket, wherever it is by now.
fn touch_ticket(cw: &mut Edit<'_>, ticket: i64) {
    cw.touch(Resource::Tickets, ticket);
    cw.touch(Resource::ProjectTickets, ticket);
}

/// One change of the data, and what it was.
fn edit(cw: &mut Edit<'_>, dice: &Dice, silent_notes: bool) -> String {
    let tickets = cw.ids(Resource::Tickets);
    let ticket = dice.pick(&tickets).copied().unwrap_or(1);
    let company = dice.between(1, COMPANIES) as i64;
    match dice.below(27) {
        0 | 1 => {
            let id = cw.insert_ticket("new");
            if dice.chance(0.5) {
                cw.insert_below(Resource::TicketNotes, id, json!({"text": "at once", "internalAnalysisFlag": true}));
            }
            format!("ticket {id} is new")
        }
        2..=5 => {
            cw.update(Resource::Tickets, ticket, "summary", format!("edited {}", dice.below(1000)));
            format!("ticket {ticket} is edited")
        }
        6 => {
            cw.touch(Resource::Tickets, ticket);
            format!("ticket {ticket} is touched")
        }
        7 | 8 => {
            let board = dice.between(1, 3) as i64;
            let name = cw.get(Resource::Boards, board, "name").unwrap_or_default();
            cw.update(Resource::Tickets, ticket, "board", json!({"id": board, "name": name}));
            format!("ticket {ticket} goes to board {board}")
        }
        9 => {
            cw.remove(Resource::Tickets, ticket);
            format!("ticket {ticket} is removed")
        }
        10 => {
            cw.update(Resource::Tickets, ticket, "company", json!({"id": company, "name": "Moved"}));
            format!("ticket {ticket} moves to company {company}")
        }
        11..=13 => {
            let id =
                cw.insert_below(Resource::TicketNotes, ticket, json!({"text": "a note", "internalAnalysisFlag": true}));
            if !silent_notes {
                touch_ticket(cw, ticket);
            }
            format!("note {ticket}/{id} is new")
        }
        14 => {
            let notes = cw.ids(Resource::TicketNotes);
            let Some(id) = dice.pick(&notes).copied() else { return "nothing".to_owned() };
            let parent = cw.get(Resource::TicketNotes, id, "ticketId").and_then(|t| t.as_i64());
            if dice.chance(0.5) {
                cw.remove(Resource::TicketNotes, id);
            } else {
                cw.update(Resource::TicketNotes, id, "text", format!("edited {}", dice.below(1000)));
            }
            if let Some(parent) = parent {
                touch_ticket(cw, parent);
            }
            format!("note {parent:?}/{id} changes")
        }
        15 | 16 => {
            let entry = json!({"chargeToType": "ServiceTicket", "chargeToId": ticket, "timeStart": "2026-10-02T08:00:00Z",
                "actualHours": 1.0, "notes": "hours", "ticket": {"id": ticket}, "company": {"id": company}});
            let id = cw.insert(Resource::TimeEntries, entry);
            format!("time entry {id} of ticket {ticket} is new")
        }
        17 => {
            let entries = cw.ids(Resource::TimeEntries);
            let Some(id) = dice.pick(&entries).copied() else { return "nothing".to_owned() };
            if dice.chance(0.5) {
                cw.remove(Resource::TimeEntries, id);
            } else {
                cw.update(Resource::TimeEntries, id, "notes", format!("edited {}", dice.below(1000)));
            }
            format!("time entry {id} changes")
        }
        18 => {
            let id = cw.insert(Resource::Companies, json!({"identifier": "New", "name": "Newcomer"}));
            cw.update(Resource::Tickets, ticket, "company", json!({"id": id, "name": "Newcomer"}));
            format!("company {id} is new and has ticket {ticket}")
        }
        19 => {
            if dice.chance(0.3) {
                cw.delete_company(company);
                return format!("company {company} is deleted");
            }
            cw.update(Resource::Companies, company, "deletedFlag", false);
            cw.update(Resource::Companies, company, "name", format!("Renamed {}", dice.below(1000)));
            format!("company {company} is renamed")
        }
        23..=25 => {
            let statuses = cw.ids(Resource::BoardStatuses);
            let status = dice.pick(&statuses).copied().unwrap_or(1);
            let name = cw.get(Resource::BoardStatuses, status, "name").unwrap_or_default();
            cw.update(Resource::Tickets, ticket, "status", json!({"id": status, "name": name}));
            format!("ticket {ticket} has status {status}")
        }
        21 | 22 => rename(cw, dice),
        20 => {
            cw.convert_ticket(ticket);
            format!("ticket {ticket} becomes one of a project")
        }
        _ => {
            let contact = dice.between(1, COMPANIES * 2) as i64;
            cw.update(Resource::Contacts, contact, "lastName", format!("Name {}", dice.below(1000)));
            format!("contact {contact} is renamed")
        }
    }
}

/// A value of one of the tenant's lists gets another name.
fn rename(cw: &mut Edit<'_>, dice: &Dice) -> String {
    let list = [Resource::BoardStatuses, Resource::Priorities, Resource::WorkTypes][dice.below(3) as usize];
    let ids = cw.ids(list);
    let id = dice.pick(&ids).copied().unwrap_or(1);
    cw.update(list, id, "name", format!("Name {}", dice.below(1000)));
    format!("{id} of {} is renamed", list.name())
}

impl Vendor for ConnectWiseWorld {
    const NAME: &'static str = "connectwise";
    const OPERATIONS: &'static [&'static str] = &[
        "connectwise.tickets.list",
        "connectwise.tickets.count",
        "connectwise.tickets.get",
        "connectwise.project_tickets.list",
        "connectwise.ticket_notes.list",
        "connectwise.time_entries.list",
        "connectwise.time_entries.get",
        "connectwise.companies.list",
        "connectwise.companies.get",
        "connectwise.contacts.list",
        "connectwise.boards.list",
        "connectwise.*",
    ];

    fn anchor(seed: u64) -> DateTime<Utc> {
        dataset(seed).anchor()
    }

    fn new(seed: u64, clock: Arc<dyn Clock>, dice: &Dice) -> Self {
        let latency = std::time::Duration::from_millis([2, 20, 700, 3000][dice.below(4) as usize]);
        let sandbox =
            ConnectWiseSandbox::builder().dataset(dataset(seed)).clock(clock).latency(latency).rate_limit(None).build();
        Self { sandbox, silent_notes: seed.is_multiple_of(4), hid_notes: Cell::new(false) }
    }

    fn connector(&self, clock: Arc<dyn Clock>, seed: u64) -> Arc<dyn Connector> {
        let cw = ConnectWise::builder(ConnectWiseSandbox::SITE)
            .company(ConnectWiseSandbox::COMPANY)
            .keys(ConnectWiseSandbox::PUBLIC_KEY, ConnectWiseSandbox::PRIVATE_KEY.to_owned())
            .client_id(ConnectWiseSandbox::CLIENT_ID)
            .transport(self.sandbox.transport())
            .clock(clock)
            .chance(Arc::new(Seeded::new(seed)))
            .rate_limit(None)
            .build()
            .expect("the settings are right");
        Arc::new(cw.connector().build())
    }

    fn uncounted(&self) -> Vec<&'static str> {
        if self.silent_notes || self.hid_notes.get() { vec!["ticket_note"] } else { Vec::new() }
    }

    fn kinds(&self) -> Vec<EntityKind> {
        ["company", "contact", "team", "ticket", "ticket_note", "time_entry"].map(EntityKind::named).to_vec()
    }

    fn scope(&self, dice: &Dice) -> Scope {
        let statuses = self.sandbox.edit(|cw| cw.ids(Resource::BoardStatuses));
        let some = |n: u64| (0..n).filter_map(|_| dice.pick(&statuses)).map(i64::to_string).collect::<Vec<_>>();
        match dice.below(3) {
            0 => Scope::all().exclude_statuses(some(2)),
            1 => Scope::all().exclude_statuses(some(5)),
            _ => Scope::all(),
        }
    }

    fn edit(&self, dice: &Dice) -> String {
        self.sandbox.edit(|cw| edit(cw, dice, self.silent_notes))
    }

    fn edit_before(&self, operation: &str, nth: u64, seed: u64) {
        let silent_notes = self.silent_notes;
        self.sandbox.edit_before(operation, nth, move |cw| {
            let dice = Dice::new(seed);
            for _ in 0..=dice.below(2) {
                edit(cw, &dice, silent_notes);
            }
            if dice.chance(0.3) {
                rename(cw, &dice);
            }
        });
    }

    fn disturb(&self, dice: &Dice) -> String {
        match dice.below(5) {
            0 => {
                self.sandbox.only_mine(&["Service Tickets"]);
                self.hid_notes.set(true);
                "only own tickets are seen".to_owned()
            }
            1 => {
                self.sandbox.deny(&["Companies"]);
                "companies are denied".to_owned()
            }
            2 => {
                self.sandbox.only_mine(&[]);
                self.sandbox.deny(&[]);
                "everything is seen".to_owned()
            }
            3 => {
                self.sandbox.release("v2025_2");
                "the API moves".to_owned()
            }
            _ => {
                let ahead = [-170, -40, 0, 60, 180][dice.below(5) as usize];
                self.sandbox.set_date_ahead(TimeDelta::seconds(ahead));
                format!("answers are dated {ahead} s ahead")
            }
        }
    }

    fn add_fault(&self, fault: Fault) {
        // Notes below a ticket are not counted: a list of them that lacks one looks like any other.
        let notes = fault.concerns("connectwise.ticket_notes.list");
        if notes && matches!(fault.effect(), Effect::ShortPage | Effect::PreviousPage | Effect::LyingCount(_)) {
            self.hid_notes.set(true);
        }
        self.sandbox.add_fault(fault);
    }

    fn quiet(&self) {
        self.sandbox.clear_faults();
        self.sandbox.forget_edits();
        self.sandbox.only_mine(&[]);
        self.sandbox.deny(&[]);
    }

    fn hints(&self, dice: &Dice) -> Vec<Hint> {
        let hint = |_| {
            let ticket = dice.between(1, TICKETS + 8) as i64;
            let cause = [Cause::Updated, Cause::Created, Cause::Deleted][dice.below(3) as usize];
            let (kind, key) = match dice.below(4) {
                0 => (EntityKind::COMPANY, Key::from(dice.between(1, COMPANIES + 2) as i64)),
                1 => (EntityKind::TIME_ENTRY, Key::from(dice.between(1, 40) as i64)),
                _ => (EntityKind::TICKET, Key::from(ticket)),
            };
            Hint::new("connectwise", kind, key, cause)
        };
        (0..=dice.below(4)).map(hint).collect()
    }

    fn log(&self) -> &ActionLog {
        self.sandbox.log()
    }
}
