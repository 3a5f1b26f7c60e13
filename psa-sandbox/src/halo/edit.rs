//! Edits of the data: what somebody working in Halo would do.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::fields::schema;
use super::quirks::Quirks;
use super::resource::{List, Resource};
use super::state::Data;
use super::tickets::{ActionRow, Domain, TicketRow};
use crate::emulator::row::Row;

/// What somebody working in Halo can do; for tests and demonstrations.
///
/// ```
/// use psa_sandbox::HaloSandbox;
/// use psa_sandbox::halo::{List, Resource};
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let sandbox = HaloSandbox::builder().build();
/// sandbox.edit(|halo| {
///     halo.update_ticket(7, "summary", "Printer on fire");
///     halo.update(Resource::Assets, 2, "inactive", true);
///     halo.rename(List::Statuses, 2, "Doing");
/// });
/// # });
/// ```
///
/// A resource is named by its type: a misspelt one does not compile, so a test can't change something else by mistake.
///
/// ```compile_fail,E0599
/// # use psa_sandbox::{HaloSandbox, halo::Resource};
/// # let sandbox = HaloSandbox::builder().build();
/// sandbox.edit(|halo| halo.remove(Resource::Assest, 2));
/// ```
///
/// Nor does a name as text, nor one that has methods of its own, such as tickets.
///
/// ```compile_fail,E0308
/// # use psa_sandbox::HaloSandbox;
/// # let sandbox = HaloSandbox::builder().build();
/// sandbox.edit(|halo| halo.remove("assets", 2));
/// ```
///
/// ```compile_fail,E0599
/// # use psa_sandbox::{HaloSandbox, halo::Resource};
/// # let sandbox = HaloSandbox::builder().build();
/// sandbox.edit(|halo| halo.remove(Resource::Tickets, 2));
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

    /// Opens a ticket for client 2.
    pub fn insert_ticket(&mut self, summary: &str) -> i64 {
        let id = self.data.new_ticket_id(Domain::Tickets);
        let mut row = self.data.dataset.ticket(1);
        row.id = id;
        row.summary = summary.to_owned();
        row.client_id = 2;
        row.site_id = 2;
        row.user_id = 8;
        row.status_id = 1;
        row.dateoccurred = self.now;
        row.last_update = self.now;
        row.dateclosed = None;
        self.data.put_ticket(row);
        id
    }

    /// Sets a member of a ticket; a value of a wrong type is kept as it is.
    pub fn update_ticket(&mut self, id: i64, member: &str, value: impl Into<Value>) {
        if let Some(mut row) = self.data.ticket(id) {
            set(&mut row, member, &value.into());
            row.last_update = self.now;
            self.data.put_ticket(row);
        }
    }

    /// Sets a member without moving the change stamp, as some of the vendor's own jobs do.
    pub fn update_ticket_silently(&mut self, id: i64, member: &str, value: impl Into<Value>) {
        if let Some(mut row) = self.data.ticket(id) {
            set(&mut row, member, &value.into());
            self.data.put_ticket(row);
        }
    }

    /// Moves a ticket's change stamp and nothing else.
    pub fn touch_ticket(&mut self, id: i64) {
        if let Some(mut row) = self.data.ticket(id) {
            row.last_update = self.now;
            self.data.put_ticket(row);
        }
    }

    /// Deletes a ticket: it goes to the recycle bin.
    pub fn delete_ticket(&mut self, id: i64) {
        if let Some(mut row) = self.data.ticket(id) {
            row.deleted = true;
            row.last_update = self.now;
            self.data.put_ticket(row);
        }
    }

    /// Takes a ticket out of the bin, with everything that belongs to it.
    pub fn restore_ticket(&mut self, id: i64) {
        if let Some(mut row) = self.data.ticket(id) {
            row.deleted = false;
            row.last_update = self.now;
            self.data.put_ticket(row);
        }
    }

    /// Removes a ticket for good.
    pub fn purge_ticket(&mut self, id: i64) {
        self.data.drop_ticket(id);
    }

    /// Merges a ticket into another: it is closed and says where it went.
    pub fn merge_ticket(&mut self, id: i64, into: i64) {
        if let Some(mut row) = self.data.ticket(id) {
            row.merged_into_id = into;
            row.status_id = 9;
            row.dateclosed = Some(self.now);
            row.last_update = self.now;
            self.data.put_ticket(row);
        }
    }

    /// The members of a ticket that a list row has, if it exists and is not deleted.
    pub fn ticket(&self, id: i64) -> Option<(String, i64)> {
        self.data.ticket(id).filter(|t| !t.deleted).map(|t| (t.summary, t.status_id))
    }

    /// Adds an action to a ticket and moves its change stamp.
    pub fn add_action(&mut self, ticket: i64, note: &str, hours: f64) -> i64 {
        let id = self.data.new_action_id(ticket);
        self.data.put_action(ActionRow {
            ticket_id: ticket,
            id,
            outcome_id: 2,
            note: note.to_owned(),
            datetime: self.now,
            last_updated: self.now,
            timetaken: hours,
            who_agentid: 3,
            hidden: false,
            system: 0,
            extra: Row::new(),
        });
        self.touch_ticket(ticket);
        id
    }

    /// Changes an action's note. Its date stays, as at the vendor; the ticket's change stamp moves.
    pub fn edit_action(&mut self, ticket: i64, id: i64, note: &str) {
        if let Some(mut row) = self.data.action(ticket, id) {
            row.note = note.to_owned();
            row.extra.remove("note_html");
            row.last_updated = self.now;
            self.data.put_action(row);
            self.touch_ticket(ticket);
        }
    }

    /// Sets an action's hours. Its date stays; the ticket's change stamp moves.
    pub fn set_hours(&mut self, ticket: i64, id: i64, hours: f64) {
        if let Some(mut row) = self.data.action(ticket, id) {
            row.timetaken = hours;
            row.last_updated = self.now;
            self.data.put_action(row);
            self.touch_ticket(ticket);
        }
    }

    /// Renames a value of one of the tenant's own lists. No ticket's stamp moves. An id that the statuses do not have makes
    /// a new status.
    pub fn rename(&mut self, list: List, id: i64, name: impl Into<String>) {
        self.data.touch();
        self.data.renamed.insert((list, id), name.into());
    }

    /// Removes an action. The ticket's change stamp moves.
    pub fn delete_action(&mut self, ticket: i64, id: i64) {
        self.data.drop_action(ticket, id);
        self.touch_ticket(ticket);
    }

    /// The ids of a ticket's actions.
    pub fn actions(&self, ticket: i64) -> Vec<i64> {
        self.data.actions_of(ticket).iter().map(|action| action.id).collect()
    }

    /// How many actions a ticket has.
    pub fn action_count(&self, ticket: i64) -> usize {
        self.data.actions_of(ticket).len()
    }

    /// Adds a client.
    pub fn insert_client(&mut self, name: &str) -> i64 {
        let mut new = self.data.dataset.client(2);
        new.insert("name".to_owned(), name.into());
        new.insert("inactive".to_owned(), false.into());
        self.data.rows_mut(Resource::Clients).0.insert(new)
    }

    /// Sets a member of a client.
    pub fn update_client(&mut self, id: i64, member: &str, value: impl Into<Value>) {
        self.update(Resource::Clients, id, member, value);
    }

    /// Removes a client for good.
    pub fn purge_client(&mut self, id: i64) {
        self.remove(Resource::Clients, id);
    }

    /// Adds a user at a client.
    pub fn insert_user(&mut self, client: i64, name: &str) -> i64 {
        let mut new = self.data.dataset.user(2);
        new.insert("name".to_owned(), name.into());
        new.insert("client_id".to_owned(), client.into());
        new.insert("site_id".to_owned(), client.into());
        new.insert("inactive".to_owned(), false.into());
        self.data.rows_mut(Resource::Users).0.insert(new)
    }

    /// Sets a member of a user.
    pub fn update_user(&mut self, id: i64, member: &str, value: impl Into<Value>) {
        self.update(Resource::Users, id, member, value);
    }

    /// Removes a user for good.
    pub fn purge_user(&mut self, id: i64) {
        self.remove(Resource::Users, id);
    }

    /// Adds a record. What `members` does not say has Halo's defaults; what it says is kept as it is.
    ///
    /// # Panics
    /// If the members are no object.
    #[track_caller]
    pub fn insert(&mut self, resource: Resource, members: Value) -> i64 {
        let Value::Object(mut new) = members else {
            panic!("the members of a new record of {} must be a JSON object", resource.name());
        };
        schema(resource.name()).stamp(&mut new, true, self.now, &Quirks::default());
        self.data.rows_mut(resource).0.insert(new)
    }

    /// Sets a member of a record; a record that is not there stays away. A member or a value that Halo does not know is kept
    /// as it is.
    pub fn update(&mut self, resource: Resource, id: i64, member: &str, value: impl Into<Value>) {
        let (rows, dataset) = self.data.rows_mut(resource);
        rows.update(dataset, id, Row::from_iter([(member.to_owned(), value.into())]));
    }

    /// Removes a record for good.
    pub fn remove(&mut self, resource: Resource, id: i64) {
        let (rows, dataset) = self.data.rows_mut(resource);
        rows.remove(dataset, id);
    }
}

fn set(ticket: &mut TicketRow, member: &str, value: &Value) {
    ticket.set(member, value);
    if member == "details" {
        // What was written as HTML had other words.
        ticket.extra.remove("details_html");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::dataset::Dataset;
    use super::*;

    #[test]
    fn each_edit_of_a_resource_changes_that_one_alone() {
        let mut data = Data::new(Dataset::new(1).companies(3).tickets(3));
        let all = |data: &Data| Resource::ALL.iter().map(|r| data.rows(*r).all(&data.dataset)).collect::<Vec<_>>();
        for (place, resource) in Resource::ALL.iter().enumerate() {
            let before = all(&data);
            let mut halo = Edit::new(&mut data, DateTime::default());
            let made = halo.insert(*resource, json!({"mark": 1}));
            halo.update(*resource, made, "mark", 2);
            assert_eq!(data.get(*resource, made).unwrap()["mark"], 2, "{resource:?}");
            let others =
                |all: Vec<Vec<Row>>| all.into_iter().enumerate().filter(|(n, _)| *n != place).collect::<Vec<_>>();
            assert_eq!(others(all(&data)), others(before.clone()), "{resource:?}");
            Edit::new(&mut data, DateTime::default()).remove(*resource, made);
            assert_eq!(all(&data), before, "{resource:?}");
        }
    }
}
