//! The back door: what somebody working in ConnectWise would do.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::data::{Data, stamp};
use super::tables::table;
use crate::rows::row;

/// Who edits through the back door.
const SOMEBODY: &str = "aarcher";

/// What somebody working in ConnectWise can do, by the sandbox's names of resources (`tickets`, `companies` …).
#[derive(Debug)]
pub struct Edit<'a> {
    data: &'a mut Data,
    now: DateTime<Utc>,
}

impl<'a> Edit<'a> {
    pub(crate) fn new(data: &'a mut Data, now: DateTime<Utc>) -> Self {
        Self { data, now }
    }

    /// Opens a service ticket for company 2.
    pub fn insert_ticket(&mut self, summary: &str) -> i64 {
        let mut new = self.data.get(table("tickets"), 1).unwrap_or_default();
        new.insert("summary".into(), summary.into());
        new.insert("company".into(), json!({"id": 2, "_info": {}}));
        self.data.insert(table("tickets"), new, self.now)
    }

    /// Adds a record.
    pub fn insert(&mut self, resource: &str, members: Value) -> i64 {
        self.data.insert(table(resource), row(members), self.now)
    }

    /// Adds a record below another one: a note below a ticket.
    pub fn insert_below(&mut self, resource: &str, parent: i64, members: Value) -> i64 {
        let mut new = row(members);
        new.insert("_parent".into(), parent.into());
        if let Some((above, member)) = table(resource).parent {
            let named = if member.ends_with("Id") { json!(parent) } else { json!({"id": parent}) };
            new.insert(member.to_owned(), named);
            if above.ends_with("tickets") {
                self.touch(above, parent);
            }
        }
        self.data.insert(table(resource), new, self.now)
    }

    /// Sets a member, and moves the record's stamp.
    pub fn update(&mut self, resource: &str, id: i64, member: &str, value: impl Into<Value>) {
        if let Some(mut row) = self.data.get(table(resource), id) {
            row.insert(member.to_owned(), value.into());
            self.data.put_as(table(resource), id, row, self.now, SOMEBODY);
        }
    }

    /// Moves a record's stamp and nothing else.
    pub fn touch(&mut self, resource: &str, id: i64) {
        if let Some(row) = self.data.get(table(resource), id) {
            self.data.put_as(table(resource), id, row, self.now, SOMEBODY);
        }
    }

    /// Removes a record for good.
    pub fn remove(&mut self, resource: &str, id: i64) {
        self.data.remove(table(resource), id);
    }

    /// Deletes a company as ConnectWise does: it stays, with a mark.
    pub fn delete_company(&mut self, id: i64) {
        if let Some(mut row) = self.data.get(table("companies"), id) {
            row.insert("deletedFlag".into(), true.into());
            row.insert("dateDeleted".into(), stamp(self.now).into());
            self.data.put_as(table("companies"), id, row, self.now, SOMEBODY);
        }
    }

    /// Moves a ticket from service to a project, as a conversion does: the id stays.
    pub fn convert_ticket(&mut self, id: i64) {
        if let Some(mut row) = self.data.get(table("tickets"), id) {
            self.data.remove(table("tickets"), id);
            row.insert("recordType".into(), "ProjectTicket".into());
            row.insert("project".into(), json!({"id": 1, "name": "Project"}));
            self.data.put_as(table("project_tickets"), id, row, self.now, SOMEBODY);
        }
    }

    /// A member of a record, if there is one.
    pub fn get(&self, resource: &str, id: i64, member: &str) -> Option<Value> {
        self.data.get(table(resource), id)?.get(member).cloned()
    }

    /// The ids of all records of a resource.
    pub fn ids(&self, resource: &str) -> Vec<i64> {
        self.data.rows(table(resource)).above(&self.data.dataset, 0).map(|(id, _)| id).collect()
    }
}
