//! How tickets and their actions are made from the seed.

use chrono::TimeDelta;

use super::dataset::Dataset;
use super::generators::project;
use super::reference_data::TEAMS;
use super::tickets::{ActionRow, Domain, FIRST_OPPORTUNITY, FIRST_PROJECT, TicketRow};
use crate::emulator::row::Row;

/// Action ids of tickets without edits go up to this.
const MOST_ACTIONS: i64 = 3;

impl Dataset {
    pub(super) fn ticket(&self, id: i64) -> TicketRow {
        let domain = Domain::of(id);
        let opportunity = domain != Domain::Tickets;
        let user = self.dice(2, id, self.users() as u64) + 1;
        let client = self.client_of_user(user);
        let occurred =
            if opportunity { self.anchor - TimeDelta::days(self.dice(1, id, 300) + 1) } else { self.opened(id) };
        let age = TimeDelta::minutes(self.dice(3, id, 10 * 24 * 60));
        let last_update = (occurred + age).min(self.anchor);
        let closed = self.dice(4, id, 100) < 85 && occurred < self.anchor - TimeDelta::days(14);
        let open_status = [1, 2, 3, 28][self.dice(5, id, 4) as usize];
        let what = self.pick(6, id, &["Printer", "Outlook", "VPN", "Laptop", "Password", "Backup", "Wi-Fi", "Phone"]);
        let how = self.pick(7, id, &["does not start", "is slow", "shows an error", "needs an update", "was lost"]);
        TicketRow {
            id,
            summary: match domain {
                Domain::Opportunities => format!("{what} renewal for client {client}"),
                Domain::Projects => format!("{what} rollout at client {client}"),
                Domain::Tickets => format!("{what} {how} ({id})"),
            },
            details: format!(
                "Reported by telephone. {what} {how} since this morning; a restart did not help. Please call back before noon. Reference {id}."
            ),
            status_id: if closed { 9 } else { open_status },
            tickettype_id: if domain == Domain::Projects {
                22
            } else if opportunity {
                20
            } else {
                self.dice(8, id, 3) + 1
            },
            sla_id: self.dice(9, id, 2) + 1,
            priority_id: self.dice(10, id, 4) + 1,
            client_id: client,
            site_id: client,
            user_id: user,
            team: TEAMS[self.dice(11, id, 3) as usize].to_owned(),
            agent_id: self.dice(12, id, 12) + 1,
            category_1: format!("{what}>General"),
            dateoccurred: occurred,
            last_update,
            dateclosed: closed.then_some(last_update),
            deleted: false,
            merged_into_id: 0,
            extra: if domain == Domain::Projects { project(self, id) } else { Row::new() },
        }
    }

    /// Whether a ticket is one that the data are made with.
    pub(super) fn makes_ticket(&self, id: i64) -> bool {
        (1..=self.tickets).contains(&id)
            || (FIRST_OPPORTUNITY..FIRST_OPPORTUNITY + self.opportunities).contains(&id)
            || (FIRST_PROJECT..FIRST_PROJECT + self.projects).contains(&id)
    }

    pub(super) fn action_count(&self, ticket: i64) -> i64 {
        self.dice(20, ticket, MOST_ACTIONS as u64 + 1)
    }

    pub(super) fn action(&self, ticket: i64, id: i64) -> ActionRow {
        let row = self.ticket(ticket);
        let datetime = (row.dateoccurred + TimeDelta::minutes(id * 90 + self.dice(21, ticket, 60))).min(self.anchor);
        let hours = if self.dice(22, ticket * 4 + id, 2) == 0 {
            0.25 * (1 + self.dice(23, ticket * 4 + id, 8)) as f64
        } else {
            0.0
        };
        let outcome_id = [7, 2, 3][self.dice(24, ticket * 4 + id, 3) as usize];
        ActionRow {
            ticket_id: ticket,
            id,
            outcome_id,
            note: format!("Step {id} of ticket {ticket}: called back and looked at it."),
            datetime,
            last_updated: datetime,
            timetaken: hours,
            who_agentid: row.agent_id.max(2),
            hidden: outcome_id == 7,
            system: 0,
            extra: Row::new(),
        }
    }
}
