//! Edits of the data: what somebody working in Halo would do.

use chrono::{DateTime, Utc};
use psa_core::{Error, ErrorKind, Result};
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
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] if no resource has this name, or the members are no object.
    pub fn insert(&mut self, resource: &str, members: Value) -> Result<i64> {
        let place = Place::of(resource)?;
        let Value::Object(mut new) = members else {
            return Err(Error::new(ErrorKind::InvalidRequest, "the members of a record must be a JSON object")
                .with_context("resource", resource));
        };
        schema(resource).stamp(&mut new, true, self.now, &Quirks::default());
        Ok(place.rows(self.data).0.insert(new))
    }

    /// Sets a member of a record of any other resource. A member or a value that Halo does not know is kept as it is.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] if no resource has this name, [`ErrorKind::NotFound`] if it has no such record.
    pub fn update(&mut self, resource: &str, id: i64, member: &str, value: impl Into<Value>) -> Result<()> {
        let (rows, dataset) = Place::of(resource)?.rows(self.data);
        let changed = rows.update(dataset, id, Row::from_iter([(member.to_owned(), value.into())]));
        if changed { Ok(()) } else { Err(missing(resource, id)) }
    }

    /// Removes a record of any other resource for good.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] if no resource has this name, [`ErrorKind::NotFound`] if it has no such record.
    pub fn remove(&mut self, resource: &str, id: i64) -> Result<()> {
        let (rows, dataset) = Place::of(resource)?.rows(self.data);
        if rows.remove(dataset, id) { Ok(()) } else { Err(missing(resource, id)) }
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
    fn of(resource: &str) -> Result<Self> {
        let basic = BASIC.iter().find(|(name, _)| *name == resource).map(|(_, place)| *place);
        basic.or_else(|| find_table(resource).map(Self::Table)).ok_or_else(|| {
            let names = BASIC.iter().map(|(name, _)| *name).chain(TABLES.iter().map(|table| table.name));
            let mut names: Vec<&str> = names.collect();
            names.sort_unstable();
            let message = format!(
                "no resource is called {resource:?}; there are {} (tickets and actions have methods of their own)",
                names.join(", ")
            );
            Error::new(ErrorKind::InvalidRequest, message).with_context("resource", resource)
        })
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

fn missing(resource: &str, id: i64) -> Error {
    Error::new(ErrorKind::NotFound, format!("{resource} has no record {id}")).with_context("resource", resource)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_misspelt_resource_changes_nothing_and_the_error_names_those_that_there_are() {
        let mut data = Data::new(Dataset::new(1).companies(3).tickets(3));
        let mut halo = Edit::new(&mut data, DateTime::default());
        for error in [
            halo.insert("assest", json!({})).unwrap_err(),
            halo.update("assest", 1, "inactive", true).unwrap_err(),
            halo.remove("assest", 1).unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::InvalidRequest);
            for name in ["assest", "assets", "appointments", "clients", "webhooks"] {
                assert!(error.to_string().contains(name), "{name}: {error}");
            }
        }
        assert_eq!(halo.update("assets", 4_711, "inactive", true).unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(halo.remove("clients", 4_711).unwrap_err().kind(), ErrorKind::NotFound);
        let made = halo.insert("assets", json!({"inventory_number": "X"})).unwrap();
        halo.update("assets", made, "inventory_number", "Y").unwrap();
        halo.remove("assets", made).unwrap();
    }
}
