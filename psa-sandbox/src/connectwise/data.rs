//! What the tenant holds: rows made from a seed by their number, with edits laid over them.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::schema::schema;
use super::tables::{STRIDE, Table, index, tables};
use crate::rows::{Row, Rows, dice, number};

/// How big the tenant is. The same seed gives the same tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    seed: u64,
    pub(super) companies: i64,
    pub(super) tickets: i64,
    anchor: DateTime<Utc>,
}

impl Dataset {
    /// A small MSP: 200 companies, 5,000 service tickets.
    pub fn new(seed: u64) -> Self {
        let anchor = DateTime::from_timestamp(1_790_812_800, 0).unwrap_or_default();
        Self { seed, companies: 200, tickets: 5_000, anchor }
    }

    /// So many companies.
    #[must_use]
    pub fn companies(mut self, count: u32) -> Self {
        self.companies = i64::from(count.max(1));
        self
    }

    /// So many service tickets, up to 10 million and more.
    #[must_use]
    pub fn tickets(mut self, count: u32) -> Self {
        self.tickets = i64::from(count);
        self
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// When the data were last touched before any edit: 2026-10-01.
    pub fn anchor(&self) -> DateTime<Utc> {
        self.anchor
    }

    pub(super) fn dice(&self, what: u64, id: i64, below: u64) -> i64 {
        dice(self.seed, what, id, below)
    }

    pub(super) fn pick<'a>(&self, what: u64, id: i64, from: &[&'a str]) -> &'a str {
        from[self.dice(what, id, from.len() as u64) as usize]
    }

    /// Tickets of projects, behind those of service.
    pub(super) fn project_tickets(&self) -> i64 {
        (self.tickets / 20).min(500)
    }

    /// A date as the vendor writes it: whole seconds, UTC.
    pub(super) fn days_ago(&self, days: i64) -> String {
        stamp(self.anchor - TimeDelta::days(days))
    }

    /// What the vendor notes beside a record.
    pub(super) fn info(&self, entered: i64, updated: i64) -> Value {
        json!({"lastUpdated": self.days_ago(updated), "updatedBy": "jsmith", "dateEntered": self.days_ago(entered), "enteredBy": "jsmith"})
    }
}

/// Whole seconds, UTC.
pub(super) fn stamp(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// What happened and was not told yet: type, action, id, and the record.
pub(super) type Happened = (&'static str, &'static str, i64, Option<Row>);

#[derive(Debug)]
pub(crate) struct Data {
    pub(super) dataset: Dataset,
    tables: Vec<Rows<Dataset>>,
    pub(super) happened: Vec<Happened>,
    /// Records whose name somebody changed, by table: what refers to them shows the new one.
    pub(super) renamed: BTreeSet<(&'static str, i64)>,
    /// Ticket and configuration.
    attached: BTreeSet<(i64, i64)>,
    /// Who is logged in, for the notes beside records.
    pub(super) member: String,
}

/// Tickets of service and of projects have one numbering.
const SHARED: [(&str, &str); 2] = [("tickets", "project_tickets"), ("project_tickets", "tickets")];

/// Children of so small a table are found without regard to their numbers.
const SMALL: i64 = 100;

/// The id that a member names, as a number or in a reference.
pub(super) fn id_of(row: &Row, member: &str) -> Option<i64> {
    let value = row.get(member)?;
    number(value).or_else(|| value.get("id").and_then(number))
}

/// The record that a child is below.
pub(super) fn parent_of(table: &Table, row: &Row) -> Option<i64> {
    let (_, member) = table.parent?;
    row.get("_parent").and_then(number).or_else(|| id_of(row, member))
}

impl Data {
    pub(crate) fn new(dataset: Dataset) -> Self {
        let tables = tables().iter().map(|t| Rows::new((t.count)(&dataset), t.make)).collect();
        Self {
            dataset,
            tables,
            happened: Vec::new(),
            renamed: BTreeSet::new(),
            attached: BTreeSet::new(),
            member: "apimember1".to_owned(),
        }
    }

    pub(super) fn rows(&self, table: &Table) -> &Rows<Dataset> {
        &self.tables[index(table)]
    }

    /// A row with all its members.
    pub(super) fn get(&self, table: &Table, id: i64) -> Option<Row> {
        Some(self.shown(table, self.rows(table).get(&self.dataset, id)?))
    }

    /// A stored row with all its members, as the vendor shows it.
    pub(super) fn shown(&self, table: &Table, row: Row) -> Row {
        let schema = schema(table);
        let mut row = schema.complete(row);
        if self.renamed.is_empty() {
            return row;
        }
        for (member, to) in schema.references() {
            let Some(Value::Object(reference)) = row.get_mut(member) else { continue };
            let id = reference.get("id").and_then(number).filter(|id| self.renamed.contains(&(to, *id)));
            let Some(id) = id else { continue };
            let of = super::tables::table(to);
            if let Some(name) = self.rows(of).get(&self.dataset, id).and_then(|row| row.get("name").cloned()) {
                reference.insert("name".to_owned(), name);
            }
        }
        row
    }

    /// The rows below a record, upwards, as they are stored.
    pub(super) fn below<'d>(&'d self, table: &'static Table, parent: i64) -> Box<dyn Iterator<Item = (i64, Row)> + 'd> {
        let rows = self.rows(table);
        let of_parent = move |(_, row): &(i64, Row)| parent_of(table, row) == Some(parent);
        if (table.count)(&self.dataset) <= SMALL {
            return Box::new(rows.above(&self.dataset, 0).filter(of_parent));
        }
        let (from, until) = (parent * STRIDE, parent * STRIDE + STRIDE - 1);
        Box::new(rows.within(&self.dataset, from, until).filter(of_parent))
    }

    /// The configurations that a ticket is about.
    pub(super) fn attached(&self, ticket: i64) -> BTreeSet<i64> {
        self.attached.range((ticket, i64::MIN)..=(ticket, i64::MAX)).map(|(_, id)| *id).collect()
    }

    pub(super) fn attach(&mut self, ticket: i64, configuration: i64) {
        self.attached.insert((ticket, configuration));
    }

    pub(super) fn detach(&mut self, ticket: i64, configuration: i64) {
        self.attached.remove(&(ticket, configuration));
    }

    /// Adds a row, with the vendor's notes beside it.
    pub(super) fn insert(&mut self, table: &'static Table, mut row: Row, now: DateTime<Utc>) -> i64 {
        let by = self.member.clone();
        row.insert(
            "_info".into(),
            json!({"lastUpdated": stamp(now), "updatedBy": by, "dateEntered": stamp(now), "enteredBy": by}),
        );
        if let Some(other) = SHARED.into_iter().find(|(name, _)| *name == table.name).map(|(_, other)| other) {
            let next = self.rows(super::tables::table(other)).next();
            self.tables[index(table)].number_from(next);
        }
        let id = self.tables[index(table)].insert(row);
        self.tell(table, "added", id);
        id
    }

    /// The number of the next communication, which contacts show too.
    pub(super) fn next_communication(&self) -> i64 {
        // Behind those of the contacts that were there at the start.
        self.rows(super::tables::table("communications")).next().max(self.dataset.companies * 30 + 10)
    }

    /// Numbers up to this one are taken.
    pub(super) fn communications_up_to(&mut self, taken: i64) {
        let next = self.next_communication().max(taken + 1);
        self.tables[index(super::tables::table("communications"))].number_from(next);
    }

    /// The first of so many numbers for communications.
    pub(super) fn number_communications(&mut self, count: usize) -> i64 {
        let first = self.next_communication();
        self.communications_up_to(first + count as i64 - 1);
        first
    }

    /// Puts a changed row in its place.
    pub(super) fn put(&mut self, table: &'static Table, id: i64, row: Row, now: DateTime<Utc>) {
        let by = self.member.clone();
        self.put_as(table, id, row, now, &by);
    }

    /// As [`put`](Self::put), by somebody else.
    pub(super) fn put_as(&mut self, table: &'static Table, id: i64, mut row: Row, now: DateTime<Utc>, by: &str) {
        let mut info = row.get("_info").and_then(Value::as_object).cloned().unwrap_or_default();
        info.insert("lastUpdated".into(), stamp(now).into());
        info.insert("updatedBy".into(), by.into());
        row.insert("_info".into(), Value::Object(info));
        self.tables[index(table)].put(id, row);
        self.tell(table, "updated", id);
    }

    /// Puts a row in its place without moving its stamp or telling anybody.
    pub(super) fn put_quietly(&mut self, table: &'static Table, id: i64, row: Row) {
        self.tables[index(table)].put(id, row);
    }

    pub(super) fn remove(&mut self, table: &'static Table, id: i64) -> bool {
        let i = index(table);
        let gone = self.tables[i].remove(&self.dataset, id);
        if gone {
            self.tell(table, "deleted", id);
        }
        gone
    }

    fn tell(&mut self, table: &'static Table, action: &'static str, id: i64) {
        let callbacks = super::tables::table("callbacks");
        if table.callback.is_empty() || !self.rows(callbacks).edited() || self.happened.len() >= 10_000 {
            return;
        }
        let record = if action == "deleted" { None } else { self.get(table, id) };
        self.happened.push((table.callback, action, id, record));
    }

    /// Takes back the last event: a write that asked not to be told of.
    pub(super) fn hush(&mut self) {
        self.happened.pop();
    }
}
