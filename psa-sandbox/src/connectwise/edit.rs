//! Changes that somebody working in ConnectWise would make, past the API.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::checks::Faults;
use super::dataset::stamp;
use super::references::{link, resolve};
use super::resource::Resource;
use super::rules::{defaults, derive, first_defaults};
use super::state::Data;
use super::table::{STRIDE, Table};
use super::tables::table;
use crate::emulator::row::{Row, row};

/// Who makes the changes.
const SOMEBODY: &str = "aarcher";

/// What somebody working in ConnectWise can do.
///
/// ```
/// use psa_sandbox::ConnectWiseSandbox;
/// use psa_sandbox::connectwise::Resource;
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let sandbox = ConnectWiseSandbox::builder().build();
/// sandbox.edit(|cw| cw.update(Resource::Companies, 2, "name", "Renamed"));
/// # });
/// ```
///
/// A resource is named by its type: a misspelt one does not compile, so a test can't change something else by mistake.
///
/// ```compile_fail,E0599
/// # use psa_sandbox::{ConnectWiseSandbox, connectwise::Resource};
/// # let sandbox = ConnectWiseSandbox::builder().build();
/// sandbox.edit(|cw| cw.remove(Resource::Companeis, 2));
/// ```
///
/// Nor does a name as text.
///
/// ```compile_fail,E0308
/// # use psa_sandbox::ConnectWiseSandbox;
/// # let sandbox = ConnectWiseSandbox::builder().build();
/// sandbox.edit(|cw| cw.remove("companies", 2));
/// ```
#[derive(Debug)]
pub struct Edit<'a> {
    data: &'a mut Data,
    now: DateTime<Utc>,
}

impl<'a> Edit<'a> {
    pub(super) fn new(data: &'a mut Data, now: DateTime<Utc>) -> Self {
        Self { data, now }
    }

    /// The sandbox's clock.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Opens a service ticket for company 2, its main site and one of its contacts.
    pub fn insert_ticket(&mut self, summary: &str) -> i64 {
        let mut new = self.data.get(table(Resource::Tickets), 1).unwrap_or_default();
        new.insert("summary".into(), summary.into());
        for (member, to, id) in [
            ("company", Resource::Companies, 2),
            ("site", Resource::Sites, 2 * STRIDE + 1),
            ("contact", Resource::Contacts, 4),
        ] {
            match link(self.data, table(to), id) {
                Some(reference) => new.insert(member.into(), reference),
                None => new.remove(member),
            };
        }
        new.remove("mobileGuid");
        self.data.insert(table(Resource::Tickets), new, self.now)
    }

    /// Adds a record. What the vendor fills in is filled in, and nothing is checked.
    pub fn insert(&mut self, resource: Resource, members: Value) -> i64 {
        let of = table(resource);
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
    pub fn insert_below(&mut self, resource: Resource, parent: i64, members: Value) -> i64 {
        let of = table(resource);
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
            if table(above).touched_by_children {
                self.touch(above, parent);
            }
        }
        let new = self.filled(of, new);
        self.data.insert(of, new, self.now)
    }

    /// Sets a member, and moves the record's stamp. A record that is not there stays away.
    pub fn update(&mut self, resource: Resource, id: i64, member: &str, value: impl Into<Value>) {
        let of = table(resource);
        if let Some(mut row) = self.data.get(of, id) {
            row.insert(member.to_owned(), value.into());
            self.data.put_as(of, id, row, self.now, SOMEBODY);
            if member == "name" {
                self.data.renamed.insert((resource, id));
            }
        }
    }

    /// Moves a record's stamp and nothing else.
    pub fn touch(&mut self, resource: Resource, id: i64) {
        let of = table(resource);
        if let Some(row) = self.data.get(of, id) {
            self.data.put_as(of, id, row, self.now, SOMEBODY);
        }
    }

    /// Removes a record for good.
    pub fn remove(&mut self, resource: Resource, id: i64) {
        self.data.remove(table(resource), id);
    }

    /// Deletes a company as ConnectWise does: it stays, with a mark.
    pub fn delete_company(&mut self, id: i64) {
        if let Some(mut row) = self.data.get(table(Resource::Companies), id) {
            row.insert("deletedFlag".into(), true.into());
            row.insert("dateDeleted".into(), stamp(self.now).into());
            row.insert("deletedBy".into(), SOMEBODY.into());
            self.data.put_as(table(Resource::Companies), id, row, self.now, SOMEBODY);
        }
    }

    /// Moves a ticket from service to a project, as a conversion does: the id stays.
    pub fn convert_ticket(&mut self, id: i64) {
        if let Some(mut row) = self.data.get(table(Resource::Tickets), id) {
            self.data.remove(table(Resource::Tickets), id);
            row.insert("recordType".into(), "ProjectTicket".into());
            for (member, to, id) in [("project", Resource::Projects, 1), ("phase", Resource::ProjectPhases, STRIDE + 1)]
            {
                row.extend(link(self.data, table(to), id).map(|reference| (member.to_owned(), reference)));
            }
            self.data.put_as(table(Resource::ProjectTickets), id, row, self.now, SOMEBODY);
        }
    }

    /// A member of a record, if there is one.
    pub fn get(&self, resource: Resource, id: i64, member: &str) -> Option<Value> {
        self.data.get(table(resource), id)?.get(member).cloned()
    }

    /// The ids of all records of a resource.
    pub fn ids(&self, resource: Resource) -> Vec<i64> {
        self.data.rows(table(resource)).above(&self.data.dataset, 0).map(|(id, _)| id).collect()
    }
}
