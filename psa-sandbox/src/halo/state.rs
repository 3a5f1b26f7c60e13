//! What the tenant holds: rows made from a seed by their number, with edits over them. Millions of tickets cost nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::dataset::Dataset;
use super::guid::guid;
use super::reference_data::agents;
use super::resource::{List, Resource};
use super::tables::TABLES;
use super::tickets::{ActionRow, Domain, FIRST_OPPORTUNITY, FIRST_PROJECT, TicketRow};
use crate::emulator::changes::{Change, Changed, Changes};
use crate::emulator::overlay_table::Rows;
use crate::emulator::row::{Row, number};

/// The last list of ticket ids that was asked for, for the pages that follow it.
type Listed = Option<(String, u64, Arc<Vec<u32>>)>;

#[derive(Debug)]
pub(super) struct Data {
    pub(super) dataset: Dataset,
    /// The rows of every resource, in their order.
    tables: Vec<Rows<Dataset>>,
    /// What happened to tickets and webhooks were not told yet.
    pub(super) changes: Changes<Domain>,
    pub(super) api_agent: bool,
    /// New names of values in the tenant's own lists, by list and id; a status that the list did not have is a new one.
    pub(super) renamed: BTreeMap<(List, i64), String>,
    /// Writes must refer to what is there.
    pub(super) references_checked: bool,
    tickets: BTreeMap<i64, Option<TicketRow>>,
    next_ticket: i64,
    actions: BTreeMap<(i64, i64), Option<ActionRow>>,
    /// Counts edits, so that remembered lists are known to be old.
    version: u64,
    listed: Mutex<Listed>,
}

impl Data {
    pub(super) fn new(dataset: Dataset) -> Self {
        Self {
            tables: TABLES.iter().map(|t| Rows::new((t.count)(&dataset), t.make)).collect(),
            changes: Changes::default(),
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

    /// The rows of a resource.
    pub(super) fn rows(&self, resource: Resource) -> &Rows<Dataset> {
        &self.tables[resource as usize]
    }

    /// A row as it is stored.
    pub(super) fn get(&self, resource: Resource, id: i64) -> Option<Row> {
        self.rows(resource).get(&self.dataset, id)
    }

    /// The rows of a resource, to change them.
    pub(super) fn rows_mut(&mut self, resource: Resource) -> (&mut Rows<Dataset>, &Dataset) {
        self.version += 1;
        (&mut self.tables[resource as usize], &self.dataset)
    }

    /// All agents; the last one is the login's own.
    pub(super) fn agents(&self) -> Vec<Row> {
        agents(self.api_agent)
    }

    pub(super) fn touch(&mut self) {
        self.version += 1;
    }

    pub(super) fn ticket(&self, id: i64) -> Option<TicketRow> {
        match self.tickets.get(&id) {
            Some(edited) => edited.clone(),
            None => self.dataset.makes_ticket(id).then(|| self.dataset.ticket(id)),
        }
    }

    /// The ids of the tickets (or opportunities) that `keep` keeps, upwards. `recent_only`: nothing that was not edited can match.
    pub(super) fn ticket_ids(
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

    pub(super) fn new_ticket_id(&mut self, domain: Domain) -> i64 {
        let id = self.next_ticket;
        self.next_ticket += 1;
        id + domain.first() - 1
    }

    pub(super) fn put_ticket(&mut self, row: TicketRow) {
        self.touch();
        if self.is_heard() {
            let change = if self.ticket(row.id).is_none() { Change::Added } else { Change::Updated };
            self.changes.raise(Changed { kind: Domain::of(row.id), id: row.id, change, record: None });
        }
        self.tickets.insert(row.id, Some(row));
    }

    /// Whether somebody may want to be told.
    fn is_heard(&self) -> bool {
        TABLES.iter().filter(|table| table.listens).any(|table| self.rows(table.resource).edited())
    }

    pub(super) fn drop_ticket(&mut self, id: i64) {
        self.touch();
        self.tickets.insert(id, None);
    }

    pub(super) fn action(&self, ticket: i64, id: i64) -> Option<ActionRow> {
        if let Some(edited) = self.actions.get(&(ticket, id)) {
            return edited.clone();
        }
        let there = ticket <= self.dataset.tickets && (1..=self.dataset.action_count(ticket)).contains(&id);
        (there && self.ticket(ticket).is_some()).then(|| self.dataset.action(ticket, id))
    }

    pub(super) fn actions_of(&self, ticket: i64) -> Vec<ActionRow> {
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
    pub(super) fn actions_between(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Vec<ActionRow> {
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

    pub(super) fn new_action_id(&self, ticket: i64) -> i64 {
        let base = if ticket <= self.dataset.tickets { self.dataset.action_count(ticket) } else { 0 };
        let last = self.actions.range((ticket, 0)..(ticket + 1, 0)).next_back().map_or(0, |((_, id), _)| *id);
        base.max(last) + 1
    }

    pub(super) fn put_action(&mut self, row: ActionRow) {
        self.touch();
        self.actions.insert((row.ticket_id, row.id), Some(row));
    }

    pub(super) fn drop_action(&mut self, ticket: i64, id: i64) {
        self.touch();
        self.actions.insert((ticket, id), None);
    }

    /// The name that a value of a list has after edits; `made` is the one it began with.
    pub(super) fn current(&self, list: List, id: i64, made: Value) -> Value {
        self.renamed.get(&(list, id)).map_or(made, |name| name.as_str().into())
    }

    /// A list of the tenant's as it is after edits: with new names, and with new statuses.
    pub(super) fn named(&self, list: List, mut rows: Vec<Row>) -> Vec<Row> {
        // A priority is known by SLA and number, as `10 * SLA + number` here.
        let id_of = |row: &Row| match list {
            List::Priorities => Some(row.get("slaid").and_then(number)? * 10 + row.get("priorityid").and_then(number)?),
            _ => row.get("id").and_then(number),
        };
        let member = if list == List::Outcomes { "outcome" } else { "name" };
        for ((_, id), name) in self.renamed.range((list, i64::MIN)..=(list, i64::MAX)) {
            match rows.iter_mut().find(|row| id_of(row) == Some(*id)) {
                Some(row) => {
                    row.insert(member.to_owned(), name.as_str().into());
                }
                None if list == List::Statuses => {
                    let mut new = rows.first().cloned().unwrap_or_default();
                    new.extend([
                        ("id".to_owned(), json!(id)),
                        ("guid".to_owned(), guid(*id as u64).into()),
                        ("name".to_owned(), name.as_str().into()),
                        ("shortname".to_owned(), name.as_str().into()),
                        ("sequence".to_owned(), json!(id)),
                    ]);
                    rows.push(new);
                }
                None => {}
            }
        }
        rows
    }
}
