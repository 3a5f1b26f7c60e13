use psa_core::Result;
use serde_json::{Value, json};

use super::{
    Collection, CustomFieldValue, Info, Operation, Reference, ScheduleEntry, TimeEntry, WriteRequest, operations,
    resource, setters,
};
use crate::client::ConnectWise;
use crate::conditions::field;
use crate::ids::{
    BoardId, BoardItemId, BoardStatusId, BoardSubTypeId, BoardTypeId, CompanyId, ConfigurationId, ContactId, MemberId,
    NoteId, PhaseId, PriorityId, ProjectId, SiteId, TaskId, TicketId,
};
use crate::list::List;

resource! {
    /// A service ticket.
    pub struct Ticket {
        id: key(TicketId);
        summary: text;
        record_type: text;
        board: object(Reference);
        status: object(Reference);
        work_role: object(Reference);
        work_type: object(Reference);
        company: object(Reference);
        site: object(Reference);
        site_name: text;
        address_line1: text;
        address_line2: text;
        city: text;
        state_identifier: text;
        zip: text;
        country: object(Reference);
        contact: object(Reference);
        contact_name: text;
        contact_phone_number: text;
        contact_phone_extension: text;
        contact_email_address: text;
        r#type: object(Reference);
        sub_type: object(Reference);
        item: object(Reference);
        team: object(Reference);
        owner: object(Reference);
        priority: object(Reference);
        service_location: object(Reference);
        source: object(Reference);
        required_date: date;
        budget_hours: num;
        opportunity: object(Reference);
        agreement: object(Reference);
        agreement_type: text;
        severity: text;
        impact: text;
        external_x_ref: text;
        po_number: text;
        knowledge_base_category_id: int;
        knowledge_base_sub_category_id: int;
        allow_all_clients_portal_view: flag;
        customer_updated_flag: flag;
        automatic_email_contact_flag: flag;
        automatic_email_resource_flag: flag;
        automatic_email_cc_flag: flag;
        automatic_email_cc: text;
        initial_description: text;
        initial_internal_analysis: text;
        initial_resolution: text;
        initial_description_from: text;
        contact_email_lookup: text;
        process_notifications: flag;
        skip_callback: flag;
        closed_date: text;
        closed_by: text;
        closed_flag: flag;
        actual_hours: num;
        approved: flag;
        estimated_expense_cost: num;
        estimated_expense_revenue: num;
        estimated_product_cost: num;
        estimated_product_revenue: num;
        estimated_time_cost: num;
        estimated_time_revenue: num;
        billing_method: text;
        billing_amount: num;
        hourly_rate: num;
        sub_billing_method: text;
        sub_billing_amount: num;
        sub_date_accepted: text;
        date_resolved: text;
        date_resplan: text;
        date_responded: text;
        resolve_minutes: int;
        res_plan_minutes: int;
        respond_minutes: int;
        is_in_sla: flag;
        knowledge_base_link_id: int;
        resources: text;
        parent_ticket_id: int;
        has_child_ticket: flag;
        has_merged_child_ticket_flag: flag;
        knowledge_base_link_type: text;
        bill_time: text;
        bill_expenses: text;
        bill_products: text;
        predecessor_type: text;
        predecessor_id: int;
        predecessor_closed_flag: flag;
        lag_days: int;
        lag_nonworking_days_flag: flag;
        estimated_start_date: date;
        duration: int;
        location: object(Reference);
        department: object(Reference);
        mobile_guid: text;
        sla: object(Reference);
        sla_status: text;
        request_for_change_flag: flag;
        currency: object(Reference);
        merged_parent_ticket: object(Reference);
        integrator_tags: json;
        info = "_info": object(Info);
        escalation_start_date_utc = "escalationStartDateUTC": text;
        escalation_level: int;
        minutes_before_waiting: int;
        responded_skipped_minutes: int;
        resplan_skipped_minutes: int;
        responded_hours: num;
        responded_by: text;
        resplan_hours: num;
        resplan_by: text;
        resolution_hours: num;
        resolved_by: text;
        minutes_waiting: int;
        custom_fields: list(CustomFieldValue);
        escalation_last_update_minutes: int;
        resolution_goal_utc = "resolutionGoalUTC": text;
        resplan_goal_utc = "resplanGoalUTC": text;
        respond_by_goal_utc = "respondByGoalUTC": text;
    }
}

resource! {
    /// A ticket of a project. Service and project tickets share one numbering.
    pub struct ProjectTicket {
        id: key(TicketId);
        summary: text;
        is_issue_flag: flag;
        board: object(Reference);
        status: object(Reference);
        work_role: object(Reference);
        work_type: object(Reference);
        project: object(Reference);
        phase: object(Reference);
        wbs_code: text;
        company: object(Reference);
        site: object(Reference);
        site_name: text;
        address_line1: text;
        address_line2: text;
        city: text;
        state_identifier: text;
        zip: text;
        country: object(Reference);
        contact: object(Reference);
        contact_name: text;
        contact_phone_number: text;
        contact_phone_extension: text;
        contact_email_address: text;
        r#type: object(Reference);
        sub_type: object(Reference);
        item: object(Reference);
        owner: object(Reference);
        priority: object(Reference);
        service_location: object(Reference);
        source: object(Reference);
        required_date: date;
        budget_hours: num;
        opportunity: object(Reference);
        agreement: object(Reference);
        agreement_type: text;
        knowledge_base_category_id: int;
        knowledge_base_sub_category_id: int;
        knowledge_base_link_id: int;
        knowledge_base_link_type: text;
        allow_all_clients_portal_view: flag;
        customer_updated_flag: flag;
        automatic_email_contact_flag: flag;
        automatic_email_resource_flag: flag;
        automatic_email_cc_flag: flag;
        automatic_email_cc: text;
        closed_date: text;
        closed_by: text;
        closed_flag: flag;
        actual_hours: num;
        approved: flag;
        sub_billing_method: text;
        sub_billing_amount: num;
        sub_date_accepted: text;
        resources: text;
        bill_time: text;
        bill_expenses: text;
        bill_products: text;
        predecessor_type: text;
        predecessor_id: int;
        predecessor_closed_flag: flag;
        lag_days: int;
        lag_nonworking_days_flag: flag;
        estimated_start_date: date;
        location: object(Reference);
        department: object(Reference);
        duration: int;
        schedule_start_date: date;
        schedule_end_date: date;
        mobile_guid: text;
        currency: object(Reference);
        info = "_info": object(Info);
        tasks: json;
        initial_description: text;
        initial_internal_analysis: text;
        initial_resolution: text;
        contact_email_lookup: text;
        process_notifications: flag;
        skip_callback: flag;
        custom_fields: list(CustomFieldValue);
    }
}

resource! {
    /// A note on a ticket.
    pub struct TicketNote {
        id: key(NoteId);
        ticket_id: int;
        text: text;
        detail_description_flag: flag;
        internal_analysis_flag: flag;
        resolution_flag: flag;
        issue_flag: flag;
        member: object(Reference);
        contact: object(Reference);
        customer_updated_flag: flag;
        process_notifications: flag;
        date_created: text;
        created_by: text;
        internal_flag: flag;
        external_flag: flag;
        sentiment_score: num;
        info = "_info": object(Info);
    }
}

resource! {
    /// A note on a ticket of a project.
    pub struct ProjectTicketNote {
        id: key(NoteId);
        ticket_id: int;
        text: text;
        detail_description_flag: flag;
        internal_analysis_flag: flag;
        resolution_flag: flag;
        issue_flag: flag;
        member: object(Reference);
        contact: object(Reference);
        customer_updated_flag: flag;
        process_notifications: flag;
        internal_flag: flag;
        external_flag: flag;
        info = "_info": object(Info);
    }
}

resource! {
    /// A note as people see the conversation: of the ticket, of a time entry, of a meeting. Ids can repeat between these.
    pub struct AnyNote {
        id: key(NoteId);
        note_type: text;
        ticket: object(Reference);
        text: text;
        is_markdown_flag: flag;
        detail_description_flag: flag;
        internal_analysis_flag: flag;
        resolution_flag: flag;
        time_start: text;
        time_end: text;
        bundled_flag: flag;
        merged_flag: flag;
        issue_flag: flag;
        original_author: text;
        created_by_parent_flag: flag;
        member: object(Reference);
        contact: object(Reference);
        info = "_info": object(Info);
    }
}

resource! {
    /// A task of a ticket.
    pub struct TicketTask {
        id: key(TaskId);
        ticket_id: int;
        notes: text;
        closed_flag: flag;
        priority: int;
        schedule: object(Reference);
        code: object(Reference);
        member: object(Reference);
        resolution: text;
        summary: text;
        child_schedule_action: text;
        child_ticket_id: int;
        info = "_info": object(Info);
    }
}

resource! {
    /// A configuration that a ticket is about.
    pub struct TicketConfiguration {
        id: key(ConfigurationId);
        device_identifier: text;
        info = "_info": object(Info);
    }
}

operations!(Ticket: "tickets", "/service/tickets", write delete, search "/service/tickets/search", read_only ["closedFlag", "closedDate", "closedBy", "actualHours", "hasChildTicket", "hasMergedChildTicketFlag", "mergedParentTicket", "recordType", "resources", "isInSla", "slaStatus", "mobileGuid"], quiet ["processNotifications"]);
operations!(ProjectTicket: "project_tickets", "/project/tickets", write delete, search "/project/tickets/search", read_only ["closedFlag", "closedDate", "closedBy", "actualHours", "hasChildTicket", "hasMergedChildTicketFlag", "mergedParentTicket", "recordType", "resources", "isInSla", "slaStatus", "mobileGuid"], quiet ["processNotifications"]);
operations!(TicketNote: "ticket_notes", "/service/tickets/{parent}/notes", write delete, read_only ["createdBy", "dateCreated", "ticketId"], quiet ["processNotifications"]);
operations!(ProjectTicketNote: "project_ticket_notes", "/project/tickets/{parent}/notes", write delete, read_only ["ticketId"], quiet ["processNotifications"]);
operations!(AnyNote: "all_notes", "/service/tickets/{parent}/allNotes");
operations!(TicketTask: "ticket_tasks", "/service/tickets/{parent}/tasks", write delete, read_only ["ticketId"]);
operations!(TicketConfiguration: "ticket_configurations", "/service/tickets/{parent}/configurations", attach);

setters! { Ticket {
    /// One line, 100 characters at most.
    summary: String => "summary";
    /// The board.
    board: BoardId => ref "board";
    /// The status; it must be one of the board's.
    status: BoardStatusId => ref "status";
    /// The company.
    company: CompanyId => ref "company";
    /// The site.
    site: SiteId => ref "site";
    /// The contact.
    contact: ContactId => ref "contact";
    /// The type; it must be one of the board's.
    kind: BoardTypeId => ref "type";
    /// The sub-type.
    subtype: BoardSubTypeId => ref "subType";
    /// The item.
    item: BoardItemId => ref "item";
    /// The priority.
    priority: PriorityId => ref "priority";
    /// The member who owns it.
    owner: MemberId => ref "owner";
    /// The story of a new ticket; it becomes its first note.
    initial_description: String => "initialDescription";
    /// Whether ConnectWise mails somebody. Sent as false unless set: ConnectWise's own default is to mail.
    process_notifications: bool => "processNotifications";
    /// Whether callbacks are told of this write.
    skip_callback: bool => "skipCallback";
    /// An id of the caller's that ConnectWise keeps.
    external_ref: String => "externalXRef";
} }

setters! { ProjectTicket {
    /// One line, 100 characters at most.
    summary: String => "summary";
    /// The board.
    board: BoardId => ref "board";
    /// The status; it must be one of the board's.
    status: BoardStatusId => ref "status";
    /// The company.
    company: CompanyId => ref "company";
    /// The site.
    site: SiteId => ref "site";
    /// The contact.
    contact: ContactId => ref "contact";
    /// The type; it must be one of the board's.
    kind: BoardTypeId => ref "type";
    /// The sub-type.
    subtype: BoardSubTypeId => ref "subType";
    /// The item.
    item: BoardItemId => ref "item";
    /// The priority.
    priority: PriorityId => ref "priority";
    /// The member who owns it.
    owner: MemberId => ref "owner";
    /// The story of a new ticket; it becomes its first note.
    initial_description: String => "initialDescription";
    /// Whether ConnectWise mails somebody. Sent as false unless set: ConnectWise's own default is to mail.
    process_notifications: bool => "processNotifications";
    /// Whether callbacks are told of this write.
    skip_callback: bool => "skipCallback";
    /// The phase; mandatory.
    phase: PhaseId => ref "phase";
    /// The project.
    project: ProjectId => ref "project";
} }

setters! { TicketNote {
    /// What is written. A new note has to be shown somewhere: say `discussion`, `internal` or `resolution`.
    text: String => "text";
    /// Shown with the discussion: the customer may see it.
    discussion: bool => "detailDescriptionFlag";
    /// Shown with the internal analysis.
    internal: bool => "internalAnalysisFlag";
    /// Shown with the resolution.
    resolution: bool => "resolutionFlag";
    /// Whether ConnectWise mails somebody. Sent as false unless set: ConnectWise's own default is to mail.
    process_notifications: bool => "processNotifications";
} }

impl Collection<ProjectTicket> {
    /// The notes on a ticket of a project.
    pub fn notes(&self, ticket: impl Into<TicketId>) -> Collection<ProjectTicketNote> {
        self.below(ticket.into().0)
    }

    /// The hours on a ticket of a project. `/time/entries`
    pub fn time_entries(&self, ticket: impl Into<TicketId>) -> List<TimeEntry> {
        time_of(&self.cw, ticket.into())
    }

    /// The schedule of a ticket of a project: who is assigned, and when. `/schedule/entries`, taken to be of the same type (`S`)
    /// as those of service tickets, which nothing tells for sure.
    pub fn schedule_entries(&self, ticket: impl Into<TicketId>) -> List<ScheduleEntry> {
        schedule_of(&self.cw, ticket.into())
    }
}

static MERGE: Operation = Operation::post("connectwise.tickets.merge", "/service/tickets/{id}/merge");
static ATTACH: Operation =
    Operation::post("connectwise.tickets.attach_children", "/service/tickets/{id}/attachChildren");

/// Tickets of both kinds share their numbers.
fn time_of(cw: &ConnectWise, ticket: TicketId) -> List<TimeEntry> {
    let of_tickets = field("chargeToType").one_of(["ServiceTicket", "ProjectTicket"]);
    cw.time_entries().list().condition(field("chargeToId").eq(ticket.0).and(of_tickets))
}

fn schedule_of(cw: &ConnectWise, ticket: TicketId) -> List<ScheduleEntry> {
    cw.schedule_entries().list().condition(field("objectId").eq(ticket.0).and(field("type/identifier").eq("S")))
}

impl Collection<Ticket> {
    /// The notes on a ticket.
    pub fn notes(&self, ticket: impl Into<TicketId>) -> Collection<TicketNote> {
        self.below(ticket.into().0)
    }

    /// The whole conversation: notes of the ticket, of its time entries and meetings. ConnectWise does not count it.
    pub fn all_notes(&self, ticket: impl Into<TicketId>) -> List<AnyNote> {
        self.below(ticket.into().0).list()
    }

    /// The tasks of a ticket.
    pub fn tasks(&self, ticket: impl Into<TicketId>) -> Collection<TicketTask> {
        self.below(ticket.into().0)
    }

    /// The configurations that a ticket is about.
    pub fn configurations(&self, ticket: impl Into<TicketId>) -> Collection<TicketConfiguration> {
        self.below(ticket.into().0)
    }

    /// The hours on a ticket. `/time/entries`: the list below the ticket has only their ids.
    pub fn time_entries(&self, ticket: impl Into<TicketId>) -> List<TimeEntry> {
        time_of(&self.cw, ticket.into())
    }

    /// The schedule of a ticket: who is assigned, and when. `/schedule/entries`: the list below the ticket has only their
    /// ids.
    pub fn schedule_entries(&self, ticket: impl Into<TicketId>) -> List<ScheduleEntry> {
        schedule_of(&self.cw, ticket.into())
    }

    /// Merges tickets into this one: each of them is closed with `status` and names this one as its merged parent.
    ///
    /// # Errors
    /// What ConnectWise refuses and what the network can do.
    pub async fn merge(
        &self,
        into: impl Into<TicketId>,
        merged: &[TicketId],
        status: impl Into<BoardStatusId>,
    ) -> Result<()> {
        let body = json!({"mergeTicketIds": merged, "status": {"id": status.into()}});
        self.cw.http().call(&MERGE).path("id", into.into()).json(&body).send().await.map(drop)
    }

    /// Makes tickets children of this one.
    ///
    /// # Errors
    /// What ConnectWise refuses and what the network can do.
    pub async fn attach_children(&self, parent: impl Into<TicketId>, children: &[TicketId]) -> Result<()> {
        let body = json!({"childTicketIds": children});
        self.cw.http().call(&ATTACH).path("id", parent.into()).json(&body).send().await.map(drop)
    }
}

impl WriteRequest<TicketConfiguration> {
    /// The configuration to attach.
    pub fn configuration(self, id: impl Into<ConfigurationId>) -> Self {
        self.set("id", Value::from(id.into().0))
    }
}
