//! Halo in a simulation.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use halo_client::Halo;
use psa_core::time::{Clock, Seeded};
use psa_core::{Cause, Connector, EntityKind, Hint, Key};
use psa_sandbox::halo::{Dataset, Edit, List};
use psa_sandbox::{ActionLog, Fault, HaloSandbox};
use psa_sync::Scope;

use crate::dice::Dice;
use crate::vendor::Vendor;

const COMPANIES: u64 = 6;
const TICKETS: u64 = 34;

pub(crate) struct HaloWorld {
    sandbox: HaloSandbox,
}

fn dataset(seed: u64) -> Dataset {
    Dataset::new(seed).companies(COMPANIES as u32).tickets(TICKETS as u32).opportunities(2).projects(2)
}

/// One change of the data, and what it was.
fn edit(halo: &mut Edit<'_>, dice: &Dice) -> String {
    let ticket = dice.between(1, TICKETS + 8) as i64;
    let client = dice.between(1, COMPANIES) as i64;
    match dice.below(26) {
        0 | 1 => {
            let id = halo.insert_ticket("new");
            if dice.chance(0.5) {
                halo.add_action(id, "at once", if dice.chance(0.4) { 0.5 } else { 0.0 });
            }
            format!("ticket {id} is new")
        }
        2..=4 => {
            halo.update_ticket(ticket, "summary", format!("edited {}", dice.below(1000)));
            format!("ticket {ticket} is edited")
        }
        5 | 6 => {
            let status = [1, 2, 3, 8, 9][dice.below(5) as usize];
            halo.update_ticket(ticket, "status_id", status);
            format!("ticket {ticket} has status {status}")
        }
        7 => {
            halo.update_ticket(ticket, "client_id", client);
            halo.update_ticket(ticket, "site_id", client);
            format!("ticket {ticket} moves to client {client}")
        }
        8 | 9 => {
            let team = ["Service Desk", "Infrastructure", "Projects"][dice.below(3) as usize];
            halo.update_ticket(ticket, "team", team);
            format!("ticket {ticket} goes to {team}")
        }
        10 => {
            halo.delete_ticket(ticket);
            format!("ticket {ticket} is deleted")
        }
        11 => {
            halo.restore_ticket(ticket);
            format!("ticket {ticket} is restored")
        }
        12 => {
            halo.purge_ticket(ticket);
            format!("ticket {ticket} is purged")
        }
        13 => {
            let into = dice.between(1, TICKETS) as i64;
            if into != ticket {
                halo.merge_ticket(ticket, into);
            }
            format!("ticket {ticket} is merged into {into}")
        }
        14..=16 => {
            let hours = if dice.chance(0.3) { 1.5 } else { 0.0 };
            let id = halo.add_action(ticket, "a note", hours);
            format!("action {ticket}/{id} is new")
        }
        17..=19 => {
            let actions = halo.actions(ticket);
            let Some(id) = dice.pick(&actions).copied() else { return "nothing".to_owned() };
            match dice.below(3) {
                0 => halo.edit_action(ticket, id, &format!("edited {}", dice.below(1000))),
                1 => halo.set_hours(ticket, id, if dice.chance(0.5) { 0.0 } else { 2.5 }),
                _ => halo.delete_action(ticket, id),
            }
            format!("action {ticket}/{id} changes")
        }
        20 => {
            let id = halo.insert_client("Newcomer");
            halo.update_ticket(ticket, "client_id", id);
            format!("client {id} is new and has ticket {ticket}")
        }
        21 => {
            halo.update_client(client, "name", format!("Renamed {}", dice.below(1000)));
            format!("client {client} is renamed")
        }
        22 => {
            if dice.chance(0.3) {
                let id = halo.insert_client("Short-lived");
                halo.update_ticket(ticket, "client_id", id);
                halo.purge_client(id);
                return format!("client {id} came, got ticket {ticket} and went");
            }
            let id = halo.insert_user(client, "New user");
            format!("user {id} is new")
        }
        23 => {
            let user = dice.between(2, COMPANIES * 6) as i64;
            if dice.chance(0.4) {
                halo.purge_user(user);
                return format!("user {user} is purged");
            }
            halo.update_user(user, "name", format!("User {}", dice.below(1000)));
            format!("user {user} is renamed")
        }
        24 => rename(halo, dice, ticket),
        _ => {
            // An import: dates of long ago, or of the day to come.
            let id = halo.insert_ticket("imported");
            let days = [-9000, -400, -30, 1, 20][dice.below(5) as usize];
            let stamp = (halo.now() + TimeDelta::days(days)).format("%Y-%m-%dT%H:%M:%S").to_string();
            halo.update_ticket_silently(id, "dateoccurred", stamp.clone());
            format!("ticket {id} is imported as of {stamp}")
        }
    }
}

/// A value of one of the tenant's lists gets another name.
fn rename(halo: &mut Edit<'_>, dice: &Dice, ticket: i64) -> String {
    let (list, id) =
        [(List::Statuses, 1), (List::Statuses, 2), (List::Statuses, 77), (List::Priorities, 13), (List::Outcomes, 2)]
            [dice.below(5) as usize];
    halo.rename(list, id, format!("Name {}", dice.below(1000)));
    if id == 77 {
        halo.update_ticket(ticket, "status_id", id);
    }
    format!("{id} of {} is renamed", list.name())
}

impl Vendor for HaloWorld {
    const NAME: &'static str = "halo";
    const OPERATIONS: &'static [&'static str] = &[
        "halo.tickets.list",
        "halo.tickets.get",
        "halo.actions.list",
        "halo.actions.get",
        "halo.clients.list",
        "halo.clients.get",
        "halo.sites.list",
        "halo.users.list",
        "halo.users.get",
        "halo.projects.list",
        "halo.statuses.list",
        "halo.teams.list",
        "halo.*",
    ];

    fn anchor(seed: u64) -> DateTime<Utc> {
        dataset(seed).anchor()
    }

    fn new(seed: u64, clock: Arc<dyn Clock>, dice: &Dice) -> Self {
        let latency = std::time::Duration::from_millis([2, 20, 700, 3000][dice.below(4) as usize]);
        let sandbox =
            HaloSandbox::builder().dataset(dataset(seed)).clock(clock).latency(latency).rate_limit(None).build();
        Self { sandbox }
    }

    fn connector(&self, clock: Arc<dyn Clock>, seed: u64) -> Arc<dyn Connector> {
        let halo = Halo::builder(HaloSandbox::URL)
            .client_credentials(HaloSandbox::CLIENT_ID, HaloSandbox::SECRET.to_string())
            .transport(self.sandbox.transport())
            .clock(clock)
            .chance(Arc::new(Seeded::new(seed)))
            .rate_limit(None)
            .build()
            .expect("the settings are right");
        Arc::new(halo.connector().build())
    }

    fn uncounted(&self) -> Vec<&'static str> {
        // Whoever writes an action moves its ticket's stamp.
        Vec::new()
    }

    fn kinds(&self) -> Vec<EntityKind> {
        ["company", "site", "contact", "team", "ticket", "project", "ticket_note", "time_entry"]
            .map(EntityKind::named)
            .to_vec()
    }

    fn scope(&self, dice: &Dice) -> Scope {
        match dice.below(4) {
            0 => Scope::all().teams(["Service Desk"]),
            1 => Scope::all().exclude_statuses(["9"]),
            _ => Scope::all(),
        }
    }

    fn edit(&self, dice: &Dice) -> String {
        self.sandbox.edit(|halo| edit(halo, dice))
    }

    fn edit_before(&self, operation: &str, nth: u64, seed: u64) {
        self.sandbox.edit_before(operation, nth, move |halo| {
            let dice = Dice::new(seed);
            for _ in 0..=dice.below(2) {
                edit(halo, &dice);
            }
            if dice.chance(0.3) {
                rename(halo, &dice, 1);
            }
        });
    }

    fn disturb(&self, dice: &Dice) -> String {
        match dice.below(4) {
            0 => {
                self.sandbox.restrict_to_teams(Some(&["Service Desk"]));
                "only the Service Desk's tickets are seen".to_owned()
            }
            1 => {
                self.sandbox.restrict_to_teams(None);
                "all tickets are seen".to_owned()
            }
            2 => {
                self.sandbox.revoke_tokens();
                "all tokens are revoked".to_owned()
            }
            _ => {
                let ahead = [-170, -40, 0, 60, 180][dice.below(5) as usize];
                self.sandbox.set_date_ahead(TimeDelta::seconds(ahead));
                format!("answers are dated {ahead} s ahead")
            }
        }
    }

    fn add_fault(&self, fault: Fault) {
        self.sandbox.add_fault(fault);
    }

    fn quiet(&self) {
        self.sandbox.clear_faults();
        self.sandbox.forget_edits();
        self.sandbox.restrict_to_teams(None);
    }

    fn hints(&self, dice: &Dice) -> Vec<Hint> {
        let hint = |_| {
            let ticket = dice.between(1, TICKETS + 8) as i64;
            let cause = [Cause::Updated, Cause::Created, Cause::Deleted][dice.below(3) as usize];
            let (kind, key) = match dice.below(4) {
                0 => (EntityKind::COMPANY, Key::from(dice.between(1, COMPANIES + 2) as i64)),
                1 => (EntityKind::TICKET_NOTE, Key::from_parts([ticket, dice.between(1, 4) as i64])),
                _ => (EntityKind::TICKET, Key::from(ticket)),
            };
            Hint::new("halo", kind, key, cause)
        };
        (0..=dice.below(4)).map(hint).collect()
    }

    fn log(&self) -> &ActionLog {
        self.sandbox.log()
    }
}
