//! Changes that somebody working in ConnectWise would make, past the API.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::checks::Faults;
use super::data::{Data, stamp};
use super::references::{link, resolve};
use super::rules::{defaults, derive, first_defaults};
use super::tables::{STRIDE, Table, find, table, tables};
use crate::rows::{Row, row};

/// Who makes the changes.
const SOMEBODY: &str = "aarcher";

/// What somebody working in ConnectWise can do, by the sandbox's names of resources: [`resources`](Self::resources).
///
/// # Panics
/// Each method that takes the name of a resource panics if there is none of that name, and says which there are: a
/// misspelt name in a test must not change something else.
#[derive(Debug)]
pub struct Edit<'a> {
    data: &'a mut Data,
    now: DateTime<Utc>,
}

/// The table of a resource that a caller names.
#[track_caller]
fn named(resource: &str) -> &'static Table {
    let Some(found) = find(resource) else {
        let names: Vec<&str> = Edit::resources().collect();
        panic!("the emulated ConnectWise has no resource {resource:?}; it has {}", names.join(", "));
    };
    found
}

impl<'a> Edit<'a> {
    pub(crate) fn new(data: &'a mut Data, now: DateTime<Utc>) -> Self {
        Self { data, now }
    }

    /// The sandbox's clock.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The names of all resources, in the order of the API's modules.
    pub fn resources() -> impl Iterator<Item = &'static str> {
        tables().iter().filter(|t| !t.path.is_empty()).map(|t| t.name)
    }

    /// Opens a service ticket for company 2, its main site and one of its contacts.
    pub fn insert_ticket(&mut self, summary: &str) -> i64 {
        let mut new = self.data.get(table("tickets"), 1).unwrap_or_default();
        new.insert("summary".into(), summary.into());
        for (member, to, id) in
            [("company", "companies", 2), ("site", "sites", 2 * STRIDE + 1), ("contact", "contacts", 4)]
        {
            match link(self.data, table(to), id) {
                Some(reference) => new.insert(member.into(), reference),
                None => new.remove(member),
            };
        }
        new.remove("mobileGuid");
        self.data.insert(table("tickets"), new, self.now)
    }

    /// Adds a record. What the vendor fills in is filled in, and nothing is checked.
    #[track_caller]
    pub fn insert(&mut self, resource: &str, members: Value) -> i64 {
        let of = named(resource);
        let new = self.filled(of, row(members));
        self.data.insert(of, new, self.now)
    }

    /// A new record with what the vendor fills in.
    fn filled(&self, of: &'static Table, mut new: Row) -> Row {
        let mut ignored = Faults::new(of, Vec::new());
        first_defaults(self.data, of, &mut new);
        resolve(self.data, of, &mut new, None, &mut ignored);
        defaults(self.data, of, &mut new, self.now);
        derive(self.data, of, &mut new, self.now);
        new
    }

    /// Adds a record below another one: a note below a ticket.
    #[track_caller]
    pub fn insert_below(&mut self, resource: &str, parent: i64, members: Value) -> i64 {
        let of = named(resource);
        let mut new = row(members);
        new.insert("_parent".into(), parent.into());
        if let Some((above, member)) = of.parent {
            let id = json!({"id": parent});
            let reference = if member.ends_with("Id") {
                json!(parent)
            } else {
                link(self.data, table(above), parent).unwrap_or(id)
            };
            new.insert(member.to_owned(), reference);
            if above.ends_with("tickets") {
                self.touch(above, parent);
            }
        }
        let new = self.filled(of, new);
        self.data.insert(of, new, self.now)
    }

    /// Sets a member, and moves the record's stamp. A record that is not there stays away.
    #[track_caller]
    pub fn update(&mut self, resource: &str, id: i64, member: &str, value: impl Into<Value>) {
        let of = named(resource);
        if let Some(mut row) = self.data.get(of, id) {
            row.insert(member.to_owned(), value.into());
            self.data.put_as(of, id, row, self.now, SOMEBODY);
            if member == "name" {
                self.data.renamed.insert((of.name, id));
            }
        }
    }

    /// Moves a record's stamp and nothing else.
    #[track_caller]
    pub fn touch(&mut self, resource: &str, id: i64) {
        let of = named(resource);
        if let Some(row) = self.data.get(of, id) {
            self.data.put_as(of, id, row, self.now, SOMEBODY);
        }
    }

    /// Removes a record for good.
    #[track_caller]
    pub fn remove(&mut self, resource: &str, id: i64) {
        self.data.remove(named(resource), id);
    }

    /// Deletes a company as ConnectWise does: it stays, with a mark.
    pub fn delete_company(&mut self, id: i64) {
        if let Some(mut row) = self.data.get(table("companies"), id) {
            row.insert("deletedFlag".into(), true.into());
            row.insert("dateDeleted".into(), stamp(self.now).into());
            row.insert("deletedBy".into(), SOMEBODY.into());
            self.data.put_as(table("companies"), id, row, self.now, SOMEBODY);
        }
    }

    /// Moves a ticket from service to a project, as a conversion does: the id stays.
    pub fn convert_ticket(&mut self, id: i64) {
        if let Some(mut row) = self.data.get(table("tickets"), id) {
            self.data.remove(table("tickets"), id);
            row.insert("recordType".into(), "ProjectTicket".into());
            for (member, to, id) in [("project", "projects", 1), ("phase", "project_phases", STRIDE + 1)] {
                row.extend(link(self.data, table(to), id).map(|reference| (member.to_owned(), reference)));
            }
            self.data.put_as(table("project_tickets"), id, row, self.now, SOMEBODY);
        }
    }

    /// A member of a record, if there is one.
    #[track_caller]
    pub fn get(&self, resource: &str, id: i64, member: &str) -> Option<Value> {
        self.data.get(named(resource), id)?.get(member).cloned()
    }

    /// The ids of all records of a resource.
    #[track_caller]
    pub fn ids(&self, resource: &str) -> Vec<i64> {
        self.data.rows(named(resource)).above(&self.data.dataset, 0).map(|(id, _)| id).collect()
    }
}
