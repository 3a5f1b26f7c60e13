use chrono::{DateTime, Utc};
use psa_core::{Key, Lane, Result};
use psa_http::json::Native;
use psa_http::{RawRecord, Resource, list};

use super::{Collection, CustomField, WriteRequest, filters, operations, resource, setters};
use crate::envelope::{one, single};
use crate::ids::{ActionId, AgentId, OutcomeId, StatusId, TicketId, UserId};
use crate::list::{List, query_date};

resource! {
    /// A step of a ticket: a note, a mail, hours worked. Its id is only unique within its ticket.
    pub struct Action {
        id: key(ActionId);
        ticket_id: key(TicketId);
        outcome: text;
        outcome_id: id(OutcomeId);
        action_systemid: int;
        who: text;
        who_type: int;
        who_agentid: id(AgentId);
        note: text;
        note_html: text;
        datetime: date;
        actiondatecreated: date;
        actionarrivaldate: date;
        actioncompletiondate: date;
        last_updated: date;
        timetaken: num;
        timetakendays: num;
        nonbilltime: num;
        traveltime: num;
        mileage: num;
        actionchargehours: num;
        actionchargeamount: num;
        actionnonchargehours: num;
        actionprepayhours: num;
        chargerate: int;
        action_contract_id: int;
        project_id: int;
        actisbillable: flag;
        actisreadyforprocessing: flag;
        actioninvoicenumber: text;
        hiddenfromuser: flag;
        important: flag;
        old_status: id(StatusId);
        new_status: id(StatusId);
        new_status_name: text;
        actionby_agent_id: id(AgentId);
        actionby_user_id: id(UserId);
        actionby_application_id: text;
        emailfrom: text;
        emailto: text;
        emailcc: text;
        emailsubject: text;
        emaildirection: text;
        emailbody: text;
        emailbody_html: text;
        attachment_list: json;
        customfields: list(CustomField);
        timesheet_approval_status: int;
        guid: text;
        merged_from_ticketid: id(TicketId);
    }
}

operations!(Action: "actions", "/Actions", items "actions", paged false, key |a| Key::from_parts([a.ticket_id.0, a.id.0]));

filters! { Action {
    /// Of this ticket.
    ticket: TicketId => "ticket_id";
    /// At most so many rows; Halo stops at 1000.
    limit: u32 => "count";
    /// Only those with hours.
    time_entries_only: bool => "timeentriesonly";
    /// Only those of agents.
    agent_only: bool => "agentonly";
    /// Only those of the conversation with the user.
    conversation_only: bool => "conversationonly";
    /// Without those that Halo made itself.
    exclude_system: bool => "excludesys";
    /// Without private ones.
    exclude_private: bool => "excludeprivate";
    /// Adds the note as HTML.
    include_html_note: bool => "includehtmlnote";
    /// Adds attachments.
    include_attachments: bool => "includeattachments";
    /// Only important ones.
    important_only: bool => "importantonly";
} }

impl List<Action> {
    /// Only those dated at or after this moment.
    pub fn start_date(self, at: DateTime<Utc>) -> Self {
        self.query("startdate", query_date(at))
    }

    /// Only those dated at or before this moment.
    pub fn end_date(self, at: DateTime<Utc>) -> Self {
        self.query("enddate", query_date(at))
    }
}

setters! { Action {
    /// The outcome by its id. An id or a name is mandatory.
    outcome: OutcomeId => "outcome_id";
    /// The outcome by its name.
    outcome_name: String => "outcome";
    /// The note, as plain text.
    note: String => "note";
    /// The note, as HTML.
    note_html: String => "note_html";
    /// Hides it from the user.
    hidden_from_user: bool => "hiddenfromuser";
    /// Hours worked.
    hours: f64 => "timetaken";
    /// Who worked.
    agent: AgentId => "who_agentid";
    /// The charge rate, by its number.
    charge_rate: i64 => "chargerate";
    /// Whether Halo mails it to the user. Sent as false unless set.
    send_email: bool => "sendemail";
    /// The ticket's new status. Some workflows ignore it: update the ticket as well.
    new_status: StatusId => "new_status";
} }

impl WriteRequest<Action> {
    /// When the work started and ended.
    pub fn worked(self, from: DateTime<Utc>, until: DateTime<Utc>) -> Self {
        self.set("actionarrivaldate", query_date(from)).set("actioncompletiondate", query_date(until))
    }
}

impl Collection<Action> {
    /// One action.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](psa_core::ErrorKind::NotFound) also for one the login may not see.
    pub async fn get(&self, ticket: impl Into<TicketId>, id: impl Into<ActionId>) -> Result<Native<Action>> {
        let call =
            self.halo.http().call(Action::operations().get).path("id", id.into()).query("ticket_id", ticket.into());
        let answer = call.query("includehtmlnote", true).send().await?;
        one(&answer, "actions", Action::operations().get.name)
    }

    /// One action, which may be unreadable in parts.
    pub(crate) async fn get_raw_below(&self, ticket: TicketId, id: ActionId, lane: Lane) -> Result<RawRecord<Action>> {
        let call = self.halo.http().call(Action::operations().get).lane(lane).path("id", id).query("ticket_id", ticket);
        let answer = call.query("includehtmlnote", true).send().await?;
        list::raw_record(
            &answer,
            single(&answer, "actions", Action::operations().get.name)?,
            Action::operations().get.name,
        )
    }

    /// A new action. No mail is sent unless [`send_email`](WriteRequest::send_email) says so.
    pub fn create(&self, ticket: impl Into<TicketId>) -> WriteRequest<Action> {
        self.create_anywhere().keyed("ticket_id", ticket.into())
    }

    /// A new action whose ticket is set later.
    pub(crate) fn create_anywhere(&self) -> WriteRequest<Action> {
        WriteRequest::new(self.halo.clone(), Action::operations().create).set("sendemail", false)
    }

    /// A new note that the user does not see.
    pub fn private_note(&self, ticket: impl Into<TicketId>, html: impl Into<String>) -> WriteRequest<Action> {
        self.create(ticket).outcome(OutcomeId::PRIVATE_NOTE).hidden_from_user(true).note_html(html)
    }

    /// A change. No mail is sent unless [`send_email`](WriteRequest::send_email) says so.
    pub fn update(&self, ticket: impl Into<TicketId>, id: impl Into<ActionId>) -> WriteRequest<Action> {
        let save = WriteRequest::changing(self.halo.clone(), Action::operations().update).set("sendemail", false);
        save.keyed("ticket_id", ticket.into()).keyed("id", id.into())
    }

    /// Deletes.
    ///
    /// # Errors
    /// What Halo refuses and what the network can do.
    pub async fn delete(&self, ticket: impl Into<TicketId>, id: impl Into<ActionId>) -> Result<()> {
        let call =
            self.halo.http().call(Action::operations().delete).path("id", id.into()).query("ticket_id", ticket.into());
        call.send().await.map(drop)
    }
}
