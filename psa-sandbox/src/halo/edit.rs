//! Edits of the data: what somebody working in Halo would do.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::data::{ActionRow, Data, Dataset, Domain, Row, Rows, TicketRow};
use super::members::schema;
use super::quirks::Quirks;
use super::routes::find_table;
use super::tables::{TABLES, Table};

/// What somebody working in Halo can do; for tests and demonstrations.
#[derive(Debug)]
pub struct Edit<'a> {
    data: &'a mut Data,
    now: DateTime<Utc>,
}

impl<'a> Edit<'a> {
    pub(crate) fn new(data: &'a mut Data, now: DateTime<Utc>) -> Self {
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

    /// Renames a value of one of the tenant's own lists: `statuses`, `ticket_types`, `outcomes`, or `priorities` by
    /// 10 × SLA + number. No ticket's stamp moves. An id that `statuses` does not have makes a new status.
    pub fn rename(&mut self, list: &'static str, id: i64, name: impl Into<String>) {
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
        self.data.touch();
        let mut new = self.data.dataset.client(2);
        new.insert("name".to_owned(), name.into());
        new.insert("inactive".to_owned(), false.into());
        self.data.clients.insert(new)
    }

    /// Sets a member of a client.
    pub fn update_client(&mut self, id: i64, member: &str, value: impl Into<Value>) {
        self.data.touch();
        let Data { clients, dataset, .. } = &mut *self.data;
        clients.update(dataset, id, Row::from_iter([(member.to_owned(), value.into())]));
    }

    /// Removes a client for good.
    pub fn purge_client(&mut self, id: i64) {
        self.data.touch();
        let Data { clients, dataset, .. } = &mut *self.data;
        clients.remove(dataset, id);
    }

    /// Adds a user at a client.
    pub fn insert_user(&mut self, client: i64, name: &str) -> i64 {
        self.data.touch();
        let mut new = self.data.dataset.user(2);
        new.insert("name".to_owned(), name.into());
        new.insert("client_id".to_owned(), client.into());
        new.insert("site_id".to_owned(), client.into());
        new.insert("inactive".to_owned(), false.into());
        self.data.users.insert(new)
    }

    /// Sets a member of a user.
    pub fn update_user(&mut self, id: i64, member: &str, value: impl Into<Value>) {
        self.data.touch();
        let Data { users, dataset, .. } = &mut *self.data;
        users.update(dataset, id, Row::from_iter([(member.to_owned(), value.into())]));
    }

    /// Removes a user for good.
    pub fn purge_user(&mut self, id: i64) {
        self.data.touch();
        let Data { users, dataset, .. } = &mut *self.data;
        users.remove(dataset, id);
    }

    /// Adds a record to any other resource, by the sandbox's name for it (`assets`, `invoices`, `appointments` …).
    /// What `members` does not say has Halo's defaults; what it says is kept as it is.
    ///
    /// # Panics
    /// If no resource has this name, with the names of all; if the members are no object.
    #[track_caller]
    pub fn insert(&mut self, resource: &str, members: Value) -> i64 {
        let place = Place::of(resource);
        let Value::Object(mut new) = members else {
            panic!("the members of a new record of {resource} must be a JSON object");
        };
        schema(resource).stamp(&mut new, true, self.now, &Quirks::default());
        place.rows(self.data).0.insert(new)
    }

    /// Sets a member of a record of any other resource; a record that is not there stays away. A member or a value that Halo does
    /// not know is kept as it is.
    ///
    /// # Panics
    /// If no resource has this name, with the names of all.
    #[track_caller]
    pub fn update(&mut self, resource: &str, id: i64, member: &str, value: impl Into<Value>) {
        let (rows, dataset) = Place::of(resource).rows(self.data);
        rows.update(dataset, id, Row::from_iter([(member.to_owned(), value.into())]));
    }

    /// Removes a record of any other resource for good.
    ///
    /// # Panics
    /// If no resource has this name, with the names of all.
    #[track_caller]
    pub fn remove(&mut self, resource: &str, id: i64) {
        let (rows, dataset) = Place::of(resource).rows(self.data);
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

/// Where the records of a resource are.
#[derive(Debug, Clone, Copy)]
enum Place {
    Clients,
    Sites,
    Users,
    Table(&'static Table),
}

/// The resources that have tables of their own.
const BASIC: [(&str, Place); 3] = [("clients", Place::Clients), ("sites", Place::Sites), ("users", Place::Users)];

impl Place {
    #[track_caller]
    fn of(resource: &str) -> Self {
        let basic = BASIC.iter().find(|(name, _)| *name == resource).map(|(_, place)| *place);
        let Some(place) = basic.or_else(|| find_table(resource).map(Self::Table)) else {
            let names = BASIC.iter().map(|(name, _)| *name).chain(TABLES.iter().map(|table| table.name));
            let mut names: Vec<&str> = names.collect();
            names.sort_unstable();
            panic!(
                "the emulated Halo has no resource {resource:?}; it has {} (tickets and actions have methods of their own)",
                names.join(", ")
            );
        };
        place
    }

    fn rows(self, data: &mut Data) -> (&mut Rows, &Dataset) {
        if let Self::Table(table) = self {
            return data.rows_mut(table);
        }
        data.touch();
        let Data { clients, sites, users, dataset, .. } = data;
        match self {
            Self::Sites => (sites, dataset),
            Self::Users => (users, dataset),
            Self::Clients | Self::Table(_) => (clients, dataset),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use serde_json::json;

    use super::*;

    #[test]
    fn a_misspelt_resource_changes_nothing_and_the_message_names_those_that_there_are() {
        let mut data = Data::new(Dataset::new(1).companies(3).tickets(3));
        let mut halo = Edit::new(&mut data, DateTime::default());
        let message = |edit: &mut dyn FnMut()| {
            let panic = catch_unwind(AssertUnwindSafe(edit)).unwrap_err();
            panic.downcast_ref::<String>().cloned().unwrap_or_default()
        };
        for told in [
            message(&mut || {
                halo.insert("assest", json!({}));
            }),
            message(&mut || halo.update("assest", 1, "inactive", true)),
            message(&mut || halo.remove("assest", 1)),
        ] {
            for name in ["assest", "assets", "appointments", "clients", "webhooks"] {
                assert!(told.contains(name), "{name}: {told}");
            }
        }
        let made = halo.insert("assets", json!({"inventory_number": "X"}));
        halo.update("assets", made, "inventory_number", "Y");
        halo.remove("assets", made);
    }
}
