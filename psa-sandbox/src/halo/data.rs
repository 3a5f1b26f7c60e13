//! What the tenant holds: rows made from a seed by their number, with edits laid over them. Millions of tickets cost nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::tables::{TABLES, Table};

pub(crate) use crate::rows::{Row, number, row};

/// The first id of an opportunity: they share the tickets' numbering, so it is far away from theirs.
pub(crate) const FIRST_OPPORTUNITY: i64 = 800_000_001;

/// The first id of a project.
pub(crate) const FIRST_PROJECT: i64 = 900_000_001;

/// Tickets, opportunities and projects share one numbering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Domain {
    Tickets,
    Opportunities,
    Projects,
}

impl Domain {
    pub(crate) fn of(id: i64) -> Self {
        match id {
            FIRST_PROJECT.. => Self::Projects,
            FIRST_OPPORTUNITY.. => Self::Opportunities,
            _ => Self::Tickets,
        }
    }

    pub(crate) fn first(self) -> i64 {
        match self {
            Self::Tickets => 1,
            Self::Opportunities => FIRST_OPPORTUNITY,
            Self::Projects => FIRST_PROJECT,
        }
    }
}

/// Action ids of tickets without edits go up to this.
const MOST_ACTIONS: i64 = 3;

/// How big the tenant is. The same seed gives the same tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    seed: u64,
    companies: i64,
    tickets: i64,
    opportunities: i64,
    projects: i64,
    anchor: DateTime<Utc>,
}

impl Dataset {
    /// A small MSP: 200 companies, 5,000 tickets.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            companies: 200,
            tickets: 5_000,
            opportunities: 60,
            projects: 12,
            anchor: DateTime::from_timestamp(1_790_812_800, 0).unwrap_or_default(),
        }
    }

    /// So many companies.
    #[must_use]
    pub fn companies(mut self, count: u32) -> Self {
        self.companies = i64::from(count.max(1));
        self
    }

    /// So many tickets, up to 10 million and more.
    #[must_use]
    pub fn tickets(mut self, count: u32) -> Self {
        self.tickets = i64::from(count);
        self
    }

    /// So many opportunities.
    #[must_use]
    pub fn opportunities(mut self, count: u32) -> Self {
        self.opportunities = i64::from(count);
        self
    }

    /// So many projects.
    #[must_use]
    pub fn projects(mut self, count: u32) -> Self {
        self.projects = i64::from(count);
        self
    }

    pub(super) fn company_count(&self) -> i64 {
        self.companies
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// When the data were last touched before any edit: 2026-10-01.
    pub fn anchor(&self) -> DateTime<Utc> {
        self.anchor
    }

    /// Some number below `below`, the same each time for the same `what` and `id`.
    pub(super) fn dice(&self, what: u64, id: i64, below: u64) -> i64 {
        crate::rows::dice(self.seed, what, id, below)
    }

    fn pick<'a>(&self, what: u64, id: i64, from: &[&'a str]) -> &'a str {
        from[self.dice(what, id, from.len() as u64) as usize]
    }

    fn sites(&self) -> i64 {
        self.companies + self.companies / 2
    }

    fn users(&self) -> i64 {
        self.companies * 6
    }

    fn client_of_site(&self, site: i64) -> i64 {
        if site <= self.companies { site } else { (site - self.companies) * 2 - 1 }
    }

    fn client_of_user(&self, user: i64) -> i64 {
        (user - 1) / 6 + 1
    }

    /// Tickets are spread evenly over two years before the anchor, in the order of their ids.
    fn opened(&self, id: i64) -> DateTime<Utc> {
        let span = 2 * 365 * 86_400;
        let at = i128::from(span) * i128::from(id - 1) / i128::from(self.tickets.max(1));
        self.anchor - TimeDelta::seconds(span) + TimeDelta::milliseconds((at * 1000) as i64 + self.dice(1, id, 900))
    }

    /// The ids of base tickets opened in a span of time.
    fn opened_between(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> std::ops::RangeInclusive<i64> {
        let span = 2 * 365 * 86_400i64;
        let start = self.anchor - TimeDelta::seconds(span);
        let at = |t: DateTime<Utc>| {
            let seconds = i128::from((t - start).num_seconds().clamp(-span, 2 * span));
            (seconds * i128::from(self.tickets) / i128::from(span)) as i64
        };
        (at(from) - 1).max(1)..=(at(until) + 2).min(self.tickets)
    }

    pub(crate) fn ticket(&self, id: i64) -> TicketRow {
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
            extra: if domain == Domain::Projects { super::records::project(self, id) } else { Row::new() },
        }
    }

    /// Whether a ticket is one that the data are made with.
    pub(super) fn makes_ticket(&self, id: i64) -> bool {
        (1..=self.tickets).contains(&id)
            || (FIRST_OPPORTUNITY..FIRST_OPPORTUNITY + self.opportunities).contains(&id)
            || (FIRST_PROJECT..FIRST_PROJECT + self.projects).contains(&id)
    }

    fn action_count(&self, ticket: i64) -> i64 {
        self.dice(20, ticket, MOST_ACTIONS as u64 + 1)
    }

    fn action(&self, ticket: i64, id: i64) -> ActionRow {
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

    pub(super) fn client(&self, id: i64) -> Row {
        let name = if id == 1 {
            "Unknown".to_owned()
        } else {
            format!(
                "{} {} {id}",
                self.pick(30, id, &["Acme", "Northwind", "Contoso", "Fabrikam", "Initech", "Globex", "Umbra", "Stark"]),
                self.pick(31, id, &["Dental", "Logistics", "Law", "Foods", "Media", "Studios"])
            )
        };
        row(json!({
            "id": id, "name": name, "toplevel_id": 12, "toplevel_name": "All Customers", "inactive": self.dice(32, id, 20) == 0 && id > 1,
            "colour": "#2bd3c6", "accountmanagertech": self.dice(33, id, 12) + 1, "notes": "", "open_ticket_count": 0,
            "customertype": self.dice(34, id, 3), "ref": format!("C{id:05}"), "is_vip": self.dice(35, id, 10) == 0,
        }))
    }

    fn site(&self, id: i64) -> Row {
        let client = self.client_of_site(id);
        row(json!({
            "id": id, "name": if id <= self.companies { "Main" } else { "Branch" }, "client_id": client, "inactive": false, "sla_id": 1,
            "phonenumber": format!("+44 20 7946 {:04}", id % 10_000), "timezone": "", "notes": "", "isstocklocation": false,
            "maincontact_id": (client - 1) * 6 + 2, "delivery_address_line1": format!("{} High Street", id),
            "delivery_address_line2": "", "delivery_address_line3": "London", "delivery_address_line4": "",
            "delivery_address_line5": format!("N{} {}AB", id % 20 + 1, id % 9 + 1),
        }))
    }

    pub(super) fn user(&self, id: i64) -> Row {
        let client = self.client_of_user(id);
        let general = id % 6 == 1;
        let first = self.pick(40, id, &["Ada", "Alan", "Grace", "Linus", "Edsger", "Barbara", "Donald", "Margaret"]);
        let last = self.pick(41, id, &["Smith", "Jones", "Taylor", "Brown", "Wilson", "Evans", "Walker", "Hall"]);
        let (name, email) = if general {
            ("General User".to_owned(), String::new())
        } else {
            (
                format!("{first} {last}"),
                format!("{}.{}{id}@client{client}.example", first.to_lowercase(), last.to_lowercase()),
            )
        };
        row(json!({
            "id": id, "name": name, "site_id": client, "client_id": client, "firstname": if general { "General" } else { first },
            "surname": if general { "User" } else { last }, "initials": "XX", "title": "", "emailaddress": email,
            "phonenumber": format!("+44 161 496 {:04}", id % 10_000), "mobilenumber": "", "inactive": self.dice(42, id, 15) == 0 && !general,
            "colour": "#2bd3c6", "isimportantcontact": self.dice(43, id, 12) == 0, "neversendemails": false, "priority_id": 0,
            // The provider's own people are users of client 2.
            "linked_agent_id": if client == 2 && !general { id - 6 } else { 0 }, "isgeneraluser": general,
        }))
    }
}

pub(crate) const TEAMS: [&str; 4] = ["Service Desk", "Projects", "Infrastructure", "Sales"];

#[derive(Debug, Clone)]
pub(crate) struct TicketRow {
    pub(crate) id: i64,
    pub(crate) summary: String,
    pub(crate) details: String,
    pub(crate) status_id: i64,
    pub(crate) tickettype_id: i64,
    pub(crate) sla_id: i64,
    pub(crate) priority_id: i64,
    pub(crate) client_id: i64,
    pub(crate) site_id: i64,
    pub(crate) user_id: i64,
    pub(crate) team: String,
    pub(crate) agent_id: i64,
    pub(crate) category_1: String,
    pub(crate) dateoccurred: DateTime<Utc>,
    pub(crate) last_update: DateTime<Utc>,
    pub(crate) dateclosed: Option<DateTime<Utc>>,
    pub(crate) deleted: bool,
    pub(crate) merged_into_id: i64,
    /// Members that were set and have no field here, or a value that does not fit.
    pub(crate) extra: Row,
}

impl TicketRow {
    /// Sets a member by Halo's name.
    pub(crate) fn set(&mut self, member: &str, value: &Value) {
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

#[derive(Debug, Clone)]
pub(crate) struct ActionRow {
    pub(crate) ticket_id: i64,
    pub(crate) id: i64,
    pub(crate) outcome_id: i64,
    pub(crate) note: String,
    pub(crate) datetime: DateTime<Utc>,
    pub(crate) last_updated: DateTime<Utc>,
    pub(crate) timetaken: f64,
    pub(crate) who_agentid: i64,
    pub(crate) hidden: bool,
    /// Not 0: made by Halo itself.
    pub(crate) system: i64,
    pub(crate) extra: Row,
}

pub(crate) type Rows = crate::rows::Rows<Dataset>;

/// The last list of ticket ids that was asked for, for the pages that follow it.
type Listed = Option<(String, u64, Arc<Vec<u32>>)>;

#[derive(Debug)]
pub(crate) struct Data {
    pub(crate) dataset: Dataset,
    pub(crate) clients: Rows,
    pub(crate) sites: Rows,
    pub(crate) users: Rows,
    /// The plain tables, in the order of their definitions.
    tables: Vec<Rows>,
    pub(crate) webhooks: super::webhooks::Outbox,
    pub(crate) api_agent: bool,
    /// New names of values in the tenant's own lists, by list and id; a status that the list did not have is a new one.
    pub(crate) renamed: BTreeMap<(&'static str, i64), String>,
    /// Writes must refer to what is there.
    pub(crate) references_checked: bool,
    tickets: BTreeMap<i64, Option<TicketRow>>,
    next_ticket: i64,
    actions: BTreeMap<(i64, i64), Option<ActionRow>>,
    /// Counts edits, so that remembered lists are known to be old.
    version: u64,
    listed: Mutex<Listed>,
}

fn index(table: &Table) -> usize {
    TABLES.iter().position(|t| t == table).unwrap_or(0)
}

impl Data {
    pub(crate) fn new(dataset: Dataset) -> Self {
        Self {
            clients: Rows::new(dataset.companies, Dataset::client),
            sites: Rows::new(dataset.sites(), Dataset::site),
            users: Rows::new(dataset.users(), Dataset::user),
            tables: TABLES.iter().map(|t| Rows::new((t.count)(&dataset), t.make)).collect(),
            webhooks: super::webhooks::Outbox::default(),
            renamed: BTreeMap::new(),
            api_agent: true,
            references_checked: true,
            tickets: BTreeMap::new(),
            next_ticket: dataset.tickets + 1,
            actions: BTreeMap::new(),
            version: 0,
            listed: Mutex::default(),
            dataset,
        }
    }

    /// The rows of a plain table.
    pub(crate) fn rows(&self, table: &Table) -> &Rows {
        &self.tables[index(table)]
    }

    /// The rows of a plain table, to change them.
    pub(crate) fn rows_mut(&mut self, table: &Table) -> (&mut Rows, &Dataset) {
        self.version += 1;
        (&mut self.tables[index(table)], &self.dataset)
    }

    pub(crate) fn touch(&mut self) {
        self.version += 1;
    }

    pub(crate) fn ticket(&self, id: i64) -> Option<TicketRow> {
        match self.tickets.get(&id) {
            Some(edited) => edited.clone(),
            None => self.dataset.makes_ticket(id).then(|| self.dataset.ticket(id)),
        }
    }

    /// The ids of the tickets (or opportunities) that `keep` keeps, upwards. `recent_only`: nothing that was not edited can match.
    pub(crate) fn ticket_ids(
        &self,
        filter: &str,
        domain: Domain,
        recent_only: bool,
        all: bool,
        keep: impl Fn(&TicketRow) -> bool,
    ) -> Arc<Vec<u32>> {
        let mut listed = self.listed.lock().unwrap_or_else(|e| e.into_inner());
        if let Some((f, version, ids)) = &*listed
            && *version == self.version
            && f == filter
        {
            return Arc::clone(ids);
        }
        let (base, end) = match domain {
            Domain::Tickets => (1..self.dataset.tickets + 1, FIRST_OPPORTUNITY),
            Domain::Opportunities => (FIRST_OPPORTUNITY..FIRST_OPPORTUNITY + self.dataset.opportunities, FIRST_PROJECT),
            Domain::Projects => (FIRST_PROJECT..FIRST_PROJECT + self.dataset.projects, i64::MAX),
        };
        let edited = self.tickets.range(domain.first()..end);
        let mut ids: Vec<u32> = Vec::new();
        let mut edited = edited.peekable();
        for id in base {
            let kept = match edited.next_if(|(e, _)| **e == id) {
                Some((_, row)) => row.as_ref().is_some_and(&keep),
                None if recent_only => false,
                // No filter: the row itself need not be made.
                None => all || keep(&self.dataset.ticket(id)),
            };
            if kept {
                ids.push(id as u32);
            }
        }
        ids.extend(edited.filter(|(_, row)| row.as_ref().is_some_and(&keep)).map(|(id, _)| *id as u32));
        let ids = Arc::new(ids);
        *listed = Some((filter.to_owned(), self.version, Arc::clone(&ids)));
        ids
    }

    pub(crate) fn new_ticket_id(&mut self, domain: Domain) -> i64 {
        let id = self.next_ticket;
        self.next_ticket += 1;
        id + domain.first() - 1
    }

    pub(crate) fn put_ticket(&mut self, row: TicketRow) {
        self.touch();
        if self.listening() {
            let event = if self.ticket(row.id).is_none() {
                super::webhooks::NEW_TICKET
            } else {
                super::webhooks::TICKET_UPDATED
            };
            self.webhooks.happened(event, row.id);
        }
        self.tickets.insert(row.id, Some(row));
    }

    /// Whether somebody may want to be told.
    fn listening(&self) -> bool {
        self.rows(super::routes::table("webhooks")).edited()
    }

    pub(crate) fn drop_ticket(&mut self, id: i64) {
        self.touch();
        self.tickets.insert(id, None);
    }

    pub(crate) fn action(&self, ticket: i64, id: i64) -> Option<ActionRow> {
        if let Some(edited) = self.actions.get(&(ticket, id)) {
            return edited.clone();
        }
        let there = ticket <= self.dataset.tickets && (1..=self.dataset.action_count(ticket)).contains(&id);
        (there && self.ticket(ticket).is_some()).then(|| self.dataset.action(ticket, id))
    }

    pub(crate) fn actions_of(&self, ticket: i64) -> Vec<ActionRow> {
        let Some(row) = self.ticket(ticket) else {
            return Vec::new();
        };
        if row.deleted {
            return Vec::new();
        }
        let base = if ticket <= self.dataset.tickets { self.dataset.action_count(ticket) } else { 0 };
        let edited = self.actions.range((ticket, base + 1)..(ticket + 1, 0)).filter_map(|(_, row)| row.clone());
        (1..=base).filter_map(|id| self.action(ticket, id)).chain(edited).collect()
    }

    /// The actions dated in a span, of all tickets.
    pub(crate) fn actions_between(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Vec<ActionRow> {
        // Base actions are dated within a day of their ticket.
        let base = self.dataset.opened_between(from - TimeDelta::days(1), until);
        let mut tickets: Vec<i64> = base.collect();
        let edited = self.actions.keys().map(|(t, _)| *t).filter(|t| !tickets.contains(t) || *t > self.dataset.tickets);
        let mut edited: Vec<i64> = edited.collect();
        edited.dedup();
        tickets.extend(edited);
        tickets.sort_unstable();
        tickets.dedup();
        let in_span = |a: &ActionRow| a.datetime >= from && a.datetime <= until;
        tickets.into_iter().flat_map(|t| self.actions_of(t)).filter(in_span).collect()
    }

    pub(crate) fn new_action_id(&self, ticket: i64) -> i64 {
        let base = if ticket <= self.dataset.tickets { self.dataset.action_count(ticket) } else { 0 };
        let last = self.actions.range((ticket, 0)..(ticket + 1, 0)).next_back().map_or(0, |((_, id), _)| *id);
        base.max(last) + 1
    }

    pub(crate) fn put_action(&mut self, row: ActionRow) {
        self.touch();
        self.actions.insert((row.ticket_id, row.id), Some(row));
    }

    pub(crate) fn drop_action(&mut self, ticket: i64, id: i64) {
        self.touch();
        self.actions.insert((ticket, id), None);
    }
}
