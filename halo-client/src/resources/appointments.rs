use chrono::{DateTime, Utc};

use super::{AddressStore, WriteRequest, filters, operations, resource, setters};
use crate::ids::{AgentId, AppointmentId, ClientId, ContractId, SiteId, TeamId, TicketId, UserId};
use crate::list::{List, query_date};

resource! {
    /// An appointment or a task in the calendar of agents.
    ///
    /// Its id can change when it is updated: the answer to the update has the new one.
    pub struct Appointment {
        id: key(AppointmentId);
        agent_id: id(AgentId);
        start_date: date;
        end_date: date;
        last_modified: date;
        allday: flag;
        holiday_id: text;
        colour: text;
        entity: num;
        ticket_id: id(TicketId);
        subject: text;
        client_id: id(ClientId);
        client_name: text;
        site_id: id(SiteId);
        site_name: text;
        user_id: id(UserId);
        user_name: text;
        agent_name: text;
        holiday_type: int;
        appointment_type_name: text;
        complete_status: int;
        is_private: flag;
        reminder_shown: flag;
        is_task: flag;
        online_meeting_url: text;
        organizer: int;
        entryid: text;
        changekey: text;
        attendees: text;
        recurring_master_id: text;
        r#type: int;
        open_appointment_status: int;
        appointment_location: int;
        appointment_location_name: text;
        approvalemailaddress: text;
        requestedapprovalagent: int;
        approvaldatetime: date;
        approval_status: int;
        appointment_location_free_text: text;
        other1: int;
        other2: int;
        calendar_id: text;
        exchangelastmodifieddate: date;
        shift_type_id: int;
        shift_team_id: int;
        shift_team_name: text;
        recurring_desc: text;
        crmnote_id: int;
        agents: list(AppointmentAgent);
        collection_id: text;
        appointment_type_id: int;
        confirmed: flag;
        exchangestartdate: date;
        exchangeenddate: date;
        exchangemailboxfqdn: text;
        status: int;
        messagestatus: int;
        agent_status: int;
        note: text;
        note_html: text;
        betweenstart: date;
        betweenend: date;
        tolist: text;
        cclist: text;
        bcclist: text;
        usermessagestatus: int;
        reminderminutes: int;
        reminderstatus: int;
        reminderdate: date;
        complete_note: text;
        complete_notehtml: text;
        fromcompletedapid: int;
        complete_date: date;
        complete_agent_id: id(AgentId);
        offhold: flag;
        changedinnhd: flag;
        estimate: num;
        meetingtype: int;
        commisionable: flag;
        invitesent: int;
        cspid: int;
        inform_agents: flag;
        inform_user: flag;
        add_followup_appointment: flag;
        add_followup_task: flag;
        followup_subject: text;
        followup_start_date: date;
        followup_end_date: date;
        followup_allday: flag;
        followup_inform_agents: flag;
        followup_inform_user: flag;
        followup_agents: json;
        followup_user_id: int;
        followup_is_private: flag;
        followup_reminderminutes: int;
        followup_agent_status: int;
        followup_date: date;
        followup_note: text;
        followup_note_html: text;
        followup_id: int;
        followup_appointmenttype_id: int;
        reassign_ticket: flag;
        contact_emailaddress: text;
        contact_phonenumber: text;
        appointment_hours: num;
        appointment_work_hours: num;
        complete_timetaken: num;
        contact_address: object(AddressStore);
        outcomes: json;
        utcoffset: num;
        start_date_only: date;
        end_date_only: date;
        chargerate: int;
        conference_id: text;
        toll_number: text;
        exchange_uid: text;
        external_organizer: flag;
        followup_attendees: text;
        apfaultidremoved: flag;
        category1: text;
        category2: text;
        category3: text;
        category4: text;
        contract_id: id(ContractId);
        key: text;
        resource_booking_type: int;
        resource_booking_timeslot: date;
        booking_name: text;
        booking_email: text;
        booking_phonenumber: text;
        warning = "_warning": text;
        do_reopen: flag;
        requesttype: int;
        resourcebookingtype: int;
        resourcebookingtypeagent: int;
        defaultresourcetype: int;
        defaultbookingtype: int;
        team_id: id(TeamId);
        allowed_resourcebooking_teams: json;
        resourcebookingteam: int;
        organizer_email: text;
        ticket_phonenumber: text;
        ticket_emailaddress: text;
        appointment_status: int;
        primary_ticket_appointment: flag;
        schedule: json;
        schedulehandledtype: int;
        createnextappt: flag;
        halo_recurring_master_id: int;
        approval_start: flag;
        requires_approval: flag;
        autocomplete: flag;
        approvalagent: int;
        approvalnote: text;
        appointment_id: int;
        import_agent_ids: text;
        import_user: text;
        import_open_appointment_status: text;
        import_appointment_type: text;
        import_shift_type: text;
        import_agent_status: text;
        update_ticket_status: int;
        has_immutable_exchange_id: flag;
        new_external_link: json;
    }
}

resource! {
    /// Who an appointment is for.
    pub struct AppointmentAgent {
        id: id(AgentId);
        name: text;
    }
}

operations!(Appointment: "appointments", "/Appointment", items "appointments", paged true, key |a| a.id.key(), can [get, create, update, delete]);

filters! { Appointment {
    /// Of these agents, by their ids, separated by commas.
    agents: String => "agents";
    /// About this ticket.
    ticket: TicketId => "ticket_id";
    /// At this client.
    client: ClientId => "client_id";
    /// Without those that are completed.
    hide_completed: bool => "hidecompleted";
    /// Without holidays, shifts and the like, which Halo mixes in.
    appointments_only: bool => "appointmentsonly";
    /// Holidays too.
    show_holidays: bool => "showholidays";
    /// Shifts too.
    show_shifts: bool => "showshifts";
    /// Deleted ones too.
    include_deleted: bool => "includedeleted";
    /// Text in the usual places.
    search: String => "search";
} }

impl List<Appointment> {
    /// Only those after this moment. Which of its ends counts is not documented clearly: look at the rows.
    pub fn from(self, at: DateTime<Utc>) -> Self {
        self.query("start_date", query_date(at))
    }

    /// Only those before this moment. Which of its ends counts is not documented clearly: look at the rows.
    pub fn until(self, at: DateTime<Utc>) -> Self {
        self.query("end_date", query_date(at))
    }
}

setters! { Appointment {
    /// One line.
    subject: String => "subject";
    /// The whole text.
    note: String => "note";
    /// About this ticket.
    ticket: TicketId => "ticket_id";
    /// At this client.
    client: ClientId => "client_id";
    /// At this site.
    site: SiteId => "site_id";
    /// With this user.
    user: UserId => "user_id";
    /// For this agent.
    agent: AgentId => "agent_id";
    /// The whole day.
    all_day: bool => "allday";
    /// Only its agent sees what it is about.
    private: bool => "is_private";
} }

impl WriteRequest<Appointment> {
    /// When it starts and ends.
    pub fn at(self, from: DateTime<Utc>, until: DateTime<Utc>) -> Self {
        self.set("start_date", query_date(from)).set("end_date", query_date(until))
    }
}
