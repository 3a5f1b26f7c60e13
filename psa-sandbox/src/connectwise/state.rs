//! What the tenant holds: rows made from a seed by their number, with edits over them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::access::MEMBER;
use super::dataset::{Dataset, stamp};
use super::resource::Resource;
use super::schema::schema;
use super::table::{STRIDE, Table};
use super::tables::{table, tables};
use crate::emulator::changes::{Change, Changed, Changes};
use crate::emulator::overlay_table::Rows;
use crate::emulator::row::{Row, number};

#[derive(Debug)]
pub(super) struct Data {
    pub(super) dataset: Dataset,
    tables: Vec<Rows<Dataset>>,
    /// What callbacks were not told yet.
    pub(super) changes: Changes<Resource>,
    /// Records whose name somebody changed, by table: what refers to them shows the new one.
    pub(super) renamed: BTreeSet<(Resource, i64)>,
    /// Ticket and configuration.
    attached: BTreeSet<(i64, i64)>,
    /// Who is logged in, for the notes beside records.
    pub(super) member: String,
}

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
    pub(super) fn new(dataset: Dataset) -> Self {
        let tables = tables().iter().map(|t| Rows::new((t.count)(&dataset), t.make)).collect();
        Self {
            dataset,
            tables,
            changes: Changes::default(),
            renamed: BTreeSet::new(),
            attached: BTreeSet::new(),
            member: MEMBER.to_owned(),
        }
    }

    pub(super) fn rows(&self, table: &Table) -> &Rows<Dataset> {
        &self.tables[table.resource as usize]
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
            let of = self::table(to);
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
        if let Some(other) = table.numbered_with {
            let next = self.rows(self::table(other)).next();
            self.tables[table.resource as usize].number_from(next);
        }
        let id = self.tables[table.resource as usize].insert(row);
        self.changed(table, Change::Added, id);
        id
    }

    /// The number of the next communication, which contacts show too.
    pub(super) fn next_communication(&self) -> i64 {
        // Behind those of the contacts that were there at the start.
        self.rows(table(Resource::Communications)).next().max(self.dataset.companies * 30 + 10)
    }

    /// Numbers up to this one are taken.
    pub(super) fn communications_up_to(&mut self, taken: i64) {
        let next = self.next_communication().max(taken + 1);
        self.tables[Resource::Communications as usize].number_from(next);
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
        self.tables[table.resource as usize].put(id, row);
        self.changed(table, Change::Updated, id);
    }

    /// Puts a row in its place without moving its stamp or telling anybody.
    pub(super) fn put_quietly(&mut self, table: &'static Table, id: i64, row: Row) {
        self.tables[table.resource as usize].put(id, row);
    }

    pub(super) fn remove(&mut self, table: &'static Table, id: i64) -> bool {
        let gone = self.tables[table.resource as usize].remove(&self.dataset, id);
        if gone {
            self.changed(table, Change::Removed, id);
        }
        gone
    }

    /// A row, if it is below the record that the path names.
    pub(super) fn below_parent(&self, table: &Table, parent: Option<i64>, id: i64) -> Option<Row> {
        let row = self.get(table, id)?;
        let fits = parent.is_none() || table.parent.is_none() || parent_of(table, &row) == parent;
        fits.then_some(row)
    }

    /// Whether somebody wants to be told of changes.
    fn is_heard(&self) -> bool {
        tables().iter().filter(|t| t.listens).any(|t| self.rows(t).edited())
    }

    /// Raises a change of a record, as it is now.
    fn changed(&mut self, table: &'static Table, change: Change, id: i64) {
        if table.callback.is_empty() || self.changes.is_full() || !self.is_heard() {
            return;
        }
        let record = if change == Change::Removed { None } else { self.get(table, id) };
        self.changes.raise(Changed { kind: table.resource, id, change, record });
    }

    /// Takes back the last change: a write that asked not to be told of.
    pub(super) fn hush(&mut self) {
        self.changes.take_back();
    }
}
