use chrono::{DateTime, Utc};

use super::{WriteRequest, filters, operations, resource, setters};
use crate::ids::{AgentId, ClientId, ContractId, SiteId, TicketId, TicketTypeId, TimesheetEventId};
use crate::list::{List, query_date};

resource! {
    /// A day of an agent. Halo gives each the id 0: its key is the agent and the day.
    pub struct Timesheet {
        agent_id: key(AgentId);
        id: int;
        agent_name: text;
        colour: text;
        date: date;
        start_time: date;
        end_time: date;
        estimated_start_time: date;
        estimated_end_time: date;
        target_hours: num;
        actual_hours: num;
        break_hours: num;
        unlogged_hours: num;
        allowed_break_hours: num;
        work_hours: num;
        percentage: num;
        workdayid: int;
        events: list(TimesheetEvent);
        timesheet_manager: int;
        forecasting_id: int;
        approval: json;
        chargeable_hours: num;
        forecasting_hours: num;
    }
}

resource! {
    /// Hours on a timesheet. Those with a ticket are an action of it.
    pub struct TimesheetEvent {
        id: key(TimesheetEventId);
        event_type: int;
        subject: text;
        start_date: date;
        end_date: date;
        timetaken: num;
        agent_id: id(AgentId);
        break_type: int;
        break_note: text;
        ticket_id: id(TicketId);
        action_number: int;
        action_invoice_number: int;
        note: text;
        customer: text;
        holiday_id: int;
        charge_type_colour: text;
        site_id: id(SiteId);
        user_name: text;
        charge_rate: int;
        mileage: int;
        tickettype_id: id(TicketTypeId);
        lognewticket: flag;
        client_id: id(ClientId);
        category1: text;
        category2: text;
        category3: text;
        category4: text;
        contract_id: id(ContractId);
        agents: json;
        clear_end: flag;
        traveltime: num;
        originalstartdate: date;
        warning = "_warning": text;
        charge_type_name: text;
    }
}

impl psa_http::Identified for Timesheet {
    type Id = psa_core::Key;
    /// The agent and the day.
    fn id(&self) -> psa_core::Key {
        crate::resources::HaloResource::key(self)
    }
}

operations!(Timesheet: "timesheets", "/Timesheet", items "timesheets", paged false, key |t| {
    psa_core::Key::from_parts([t.agent_id.to_string(), t.date.map(|d| d.date_naive().to_string()).unwrap_or_default()])
});
operations!(TimesheetEvent: "timesheet_events", "/TimesheetEvent", items "timesheetevents", paged false, key |e| e.id.key(), can [get, create, update, delete]);

filters! { TimesheetEvent {
    /// Of this agent.
    agent: AgentId => "agent_id";
    /// Of these agents, by their ids, separated by commas.
    agents: String => "agents";
} }

impl List<TimesheetEvent> {
    /// Only those at or after this moment.
    pub fn from(self, at: DateTime<Utc>) -> Self {
        self.query("start_date", query_date(at))
    }

    /// Only those at or before this moment.
    pub fn until(self, at: DateTime<Utc>) -> Self {
        self.query("end_date", query_date(at))
    }
}

setters! { TimesheetEvent {
    /// The ticket: an action is added to it.
    ticket: TicketId => "ticket_id";
    /// Who worked.
    agent: AgentId => "agent_id";
    /// What was done.
    note: String => "note";
    /// One line.
    subject: String => "subject";
    /// The charge rate, by its number.
    charge_rate: i64 => "charge_rate";
    /// Opens a ticket for it.
    log_new_ticket: bool => "lognewticket";
    /// What kind of event it is, by its number.
    event_type: i64 => "event_type";
} }

impl WriteRequest<TimesheetEvent> {
    /// When the work started and ended.
    pub fn worked(self, from: DateTime<Utc>, until: DateTime<Utc>) -> Self {
        self.set("end_date", query_date(until)).set("start_date", query_date(from))
    }
}
