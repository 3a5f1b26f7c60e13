//! Tickets, opportunities, projects and their actions, as they are stored.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::emulator::row::{Row, number};

/// The first id of an opportunity: they share the tickets' numbering, so it is far away from theirs.
pub(super) const FIRST_OPPORTUNITY: i64 = 800_000_001;

/// The first id of a project.
pub(super) const FIRST_PROJECT: i64 = 900_000_001;

/// Tickets, opportunities and projects share one numbering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Domain {
    Tickets,
    Opportunities,
    Projects,
}

impl Domain {
    pub(super) fn of(id: i64) -> Self {
        match id {
            FIRST_PROJECT.. => Self::Projects,
            FIRST_OPPORTUNITY.. => Self::Opportunities,
            _ => Self::Tickets,
        }
    }

    pub(super) fn first(self) -> i64 {
        match self {
            Self::Tickets => 1,
            Self::Opportunities => FIRST_OPPORTUNITY,
            Self::Projects => FIRST_PROJECT,
        }
    }
}

/// A ticket, an opportunity or a project.
#[derive(Debug, Clone)]
pub(super) struct TicketRow {
    pub(super) id: i64,
    pub(super) summary: String,
    pub(super) details: String,
    pub(super) status_id: i64,
    pub(super) tickettype_id: i64,
    pub(super) sla_id: i64,
    pub(super) priority_id: i64,
    pub(super) client_id: i64,
    pub(super) site_id: i64,
    pub(super) user_id: i64,
    pub(super) team: String,
    pub(super) agent_id: i64,
    pub(super) category_1: String,
    pub(super) dateoccurred: DateTime<Utc>,
    pub(super) last_update: DateTime<Utc>,
    pub(super) dateclosed: Option<DateTime<Utc>>,
    pub(super) deleted: bool,
    pub(super) merged_into_id: i64,
    /// Members that were set and have no field here, or a value that does not fit.
    pub(super) extra: Row,
}

impl TicketRow {
    /// Sets a member by Halo's name.
    pub(super) fn set(&mut self, member: &str, value: &Value) {
        let int = number(value);
        let text = value.as_str();
        match (member, int, text) {
            ("id", ..) => {}
            ("summary", _, Some(t)) => self.summary = t.to_owned(),
            ("details", _, Some(t)) => self.details = t.to_owned(),
            ("status_id", Some(n), _) => self.status_id = n,
            ("tickettype_id", Some(n), _) => self.tickettype_id = n,
            ("sla_id", Some(n), _) => self.sla_id = n,
            ("priority_id", Some(n), _) => self.priority_id = n,
            ("client_id", Some(n), _) => self.client_id = n,
            ("site_id", Some(n), _) => self.site_id = n,
            ("user_id", Some(n), _) => self.user_id = n,
            ("agent_id", Some(n), _) => self.agent_id = n,
            ("team", _, Some(t)) => self.team = t.to_owned(),
            ("category_1", _, Some(t)) => self.category_1 = t.to_owned(),
            _ => {
                self.extra.insert(member.to_owned(), value.clone());
                return;
            }
        }
        // A value that did not fit before is gone.
        self.extra.remove(member);
    }
}

/// An action of a ticket.
#[derive(Debug, Clone)]
pub(super) struct ActionRow {
    pub(super) ticket_id: i64,
    pub(super) id: i64,
    pub(super) outcome_id: i64,
    pub(super) note: String,
    pub(super) datetime: DateTime<Utc>,
    pub(super) last_updated: DateTime<Utc>,
    pub(super) timetaken: f64,
    pub(super) who_agentid: i64,
    pub(super) hidden: bool,
    /// Not 0: made by Halo itself.
    pub(super) system: i64,
    pub(super) extra: Row,
}
