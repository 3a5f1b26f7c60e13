use chrono::{DateTime, Utc};
use psa_core::Result;
use psa_http::Resource;
use psa_http::json::Native;

use super::{
    AddressStore, Attachment, Budget, Collection, CustomField, Milestone, WriteRequest, filters, operations, resource,
    same_record, setters,
};
use crate::ids::{
    AgentId, AssetId, AttachmentId, CategoryId, ClientId, MilestoneId, PriorityId, SiteId, StatusId, TeamId, TicketId,
    TicketTypeId, UserId, WorkflowId,
};
use crate::list::{List, query_date};

resource! {
    /// A ticket, an opportunity or a project: one record in Halo.
    ///
    /// The change stamp has three names, by release and verb: use [`updated`](Self::updated).
    pub struct Ticket {
        id: key(TicketId);
        summary: text;
        details: text;
        dateoccurred: date;
        status_id: id(StatusId);
        tickettype_id: id(TicketTypeId);
        sla_id: int;
        sla_name: text;
        priority_id: int;
        client_id: id(ClientId);
        client_name: text;
        site_id: id(SiteId);
        site_name: text;
        user_id: id(UserId);
        user_name: text;
        team: text;
        team_id: id(TeamId);
        agent_id: id(AgentId);
        category_1: text;
        category_2: text;
        category_3: text;
        category_4: text;
        estimate: num;
        estimatedays: num;
        child_count: int;
        attachment_count: int;
        flagged: flag;
        read: flag;
        enduserstatus: int;
        onhold: flag;
        respondbydate: date;
        fixbydate: date;
        excludefromsla: flag;
        slaholdtime: num;
        lastactiondate: date;
        last_update: date;
        lastupdate: date;
        flastupdate: date;
        organisation_id: int;
        department_id: int;
        reportedby: text;
        user_email: text;
        emailtolist: text;
        matched_kb_id: int;
        product_id: int;
        release_id: int;
        release2_id: int;
        release3_id: int;
        lastincomingemail: date;
        workflow_id: id(WorkflowId);
        workflow_step: int;
        pipeline_stage_id: int;
        pipeline_stage_name: text;
        is_vip: flag;
        isimportantcontact: flag;
        inactive: flag;
        impact: int;
        urgency: int;
        starttime: text;
        startdate: date;
        targetdate: date;
        deadlinedate: date;
        userdef1: text;
        userdef2: text;
        userdef3: text;
        userdef4: text;
        userdef5: text;
        source: int;
        supplier_status: int;
        appointment_type: int;
        impactlevel: int;
        r#use: text;
        table: int;
        idsummary: text;
        ticket_tags: text;
        ticketage: num;
        itil_requesttype_id: int;
        merged_into_id: id(TicketId);
        reviewed: flag;
        projectinternaltask: flag;
        updateservicestatus: flag;
        dateclosed: date;
        responsedate: date;
        dateassigned: date;
        datecreated: date;
        parent_id: id(TicketId);
        hasbeenclosed: flag;
        contract_id: int;
        contract_refextra: text;
        timetaken: num;
        chargehours: num;
        nonchargehours: num;
        chargerate: int;
        agent_name: text;
        status_name: text;
        tickettype_name: text;
        priority_name: text;
        details_html: text;
        guid: text;
        key: text;
        takenby: text;
        who: text;
        reference: text;
        deleted: flag;
        is_opportunity: flag;
        is_project: flag;
        oppcontactname: text;
        oppcompanyname: text;
        oppemailaddress: text;
        opptel: text;
        oppvalue: num;
        oppconversionprobability: num;
        oppclosurecategory: int;
        oppconverteddate: date;
        opptype: text;
        oppregion: text;
        currency: int;
        customfields: list(CustomField);
        oppvalue_monthly: num;
        oppvalue_annual: num;
        oppvalue_oneoff: num;
        oppvalueadjusted: num;
        oppprofit: num;
        oppcurrentsystem: text;
        oppcompetitors: text;
        oppreason: text;
        opphear: text;
        opptrialdate: date;
        oppdemodate: date;
        oppaddress: text;
        projecttimebudget: num;
        projectmoneybudget: num;
        projecttimeactual: num;
        projectmoneyactual: num;
        projecttimepercentage: num;
        projectcompletionpercentage: num;
        milestone_id: id(MilestoneId);
        milestone_name: text;
        milestones: list(Milestone);
        budgets: list(Budget);
        child_ticket_ids: json;
        related_tickets: json;
        assets: json;
        attachments: json;
        tags: json;
        extra_actions: json;
        matched_rule_ids: text;
        external_links: json;
        asset_id: id(AssetId);
        delivery_address: object(AddressStore);
        billing_address: object(AddressStore);
        contact_address: object(AddressStore);
        warning = "_warning": text;
    }
}

operations!(Ticket: "tickets", "/Tickets", items "tickets", paged true, key |t| t.id.key(), list [("domain", "reqs")], can [get, create, update]);

impl Ticket {
    /// When Halo last touched it.
    pub fn updated(&self) -> Option<DateTime<Utc>> {
        self.last_update.or(self.flastupdate).or(self.lastupdate)
    }
}

filters! { Ticket {
    /// Only tickets that are not closed. A delta with this never sees a closing.
    open_only: bool => "open_only";
    /// Only closed ones.
    closed_only: bool => "closed_only";
    /// Only deleted ones: they are in no other list.
    deleted: bool => "deleted";
    /// Only the login's own.
    mine: bool => "mine";
    /// Only flagged ones.
    flagged: bool => "flagged";
    /// Of this client.
    client: ClientId => "client_id";
    /// Of this site.
    site: SiteId => "site_id";
    /// Of this user.
    user: UserId => "user_id";
    /// Assigned to this agent.
    agent: AgentId => "agent_id";
    /// With this status.
    status: StatusId => "status_id";
    /// Of this ticket type.
    ticket_type: TicketTypeId => "requesttype_id";
    /// Assigned to this team, by its name: Halo's own key for it.
    team: String => "team";
    /// Below this ticket.
    parent: TicketId => "parent_id";
    /// Of this service level agreement, by its id.
    sla: i64 => "sla";
    /// With this first category.
    category_1: String => "category_1";
    /// With this second category.
    category_2: String => "category_2";
    /// With this third category.
    category_3: String => "category_3";
    /// With this fourth category.
    category_4: String => "category_4";
    /// Under this agreement, by its id.
    contract: i64 => "contract_id";
    /// About this asset, by its id.
    asset: i64 => "asset_id";
    /// Of this top level, by its id.
    top_level: i64 => "toplevel_id";
    /// Of this milestone, by its id.
    milestone: i64 => "milestone_id";
    /// Of this saved view, by its id.
    view: i64 => "view_id";
    /// Of this saved list, by its id.
    saved_list: i64 => "list_id";
    /// By ITIL type: 1 incident, 2 change, 3 service request, 4 problem, 22 project, 23 project task.
    itil_type: i64 => "itil_requesttype_id";
    /// Text in the usual places.
    search: String => "search";
    /// Text in the summary.
    search_summary: String => "search_summary";
    /// Text in the details.
    search_details: String => "search_details";
    /// Text in the user's name.
    search_user_name: String => "search_user_name";
    /// Text in what the reporter called themselves.
    search_reported_by: String => "search_reportedby";
    /// A ticket's number.
    search_id: TicketId => "search_id";
    /// Which date `start_date` and `end_date` are about: `dateoccured` (Halo's spelling), `datecleared`, `lastactiondate`.
    date_search: String => "datesearch";
    /// Adds the status' name to each row: `status_name`.
    include_status: bool => "includestatus";
    /// Adds the agent's name to each row: `agent_name`.
    include_agent: bool => "includeagent";
    /// Adds the ticket type's name to each row: `tickettype_name`.
    include_ticket_type: bool => "includetickettype";
    /// Adds the hours to each row: `timetaken`.
    include_time_taken: bool => "includetimetaken";
    /// Adds the last action to each row.
    include_last_action: bool => "includelastaction";
    /// Adds these custom fields to each row, by id, separated by commas.
    include_custom_fields: String => "include_custom_fields";
    /// Sorts by this member. Paging is only safe by `id`, the default.
    order: String => "order";
    /// Sorts downwards.
    order_desc: bool => "orderdesc";
} }

impl List<Ticket> {
    /// Only those that changed at or after this moment.
    pub fn updated_since(self, at: DateTime<Utc>) -> Self {
        self.query("lastupdatefromdate", query_date(at))
    }

    /// Only those that changed at or before this moment.
    pub fn updated_until(self, at: DateTime<Utc>) -> Self {
        self.query("lastupdatetodate", query_date(at))
    }

    /// Only those whose date (see [`date_search`](Self::date_search)) is at or after this moment.
    pub fn start_date(self, at: DateTime<Utc>) -> Self {
        self.query("startdate", query_date(at))
    }

    /// Only those whose date is at or before this moment.
    pub fn end_date(self, at: DateTime<Utc>) -> Self {
        self.query("enddate", query_date(at))
    }

    /// With one of these statuses.
    pub fn statuses(self, ids: impl IntoIterator<Item = StatusId>) -> Self {
        self.query("status", join(ids))
    }

    /// Of one of these clients.
    pub fn clients(self, ids: impl IntoIterator<Item = ClientId>) -> Self {
        self.query("client_ids", join(ids))
    }

    /// Assigned to one of these agents.
    pub fn agents(self, ids: impl IntoIterator<Item = AgentId>) -> Self {
        self.query("agent", join(ids))
    }

    /// Of one of these ticket types.
    pub fn ticket_types(self, ids: impl IntoIterator<Item = TicketTypeId>) -> Self {
        self.query("requesttype", join(ids))
    }

    /// With one of these priorities, by the number within their SLA.
    pub fn priorities(self, ids: impl IntoIterator<Item = PriorityId>) -> Self {
        self.query("priority", join(ids))
    }
}

fn join<T: ToString>(ids: impl IntoIterator<Item = T>) -> String {
    ids.into_iter().map(|id| id.to_string()).collect::<Vec<_>>().join(",")
}

setters! { Ticket {
    /// One line.
    summary: String => "summary";
    /// The whole story, as plain text.
    details: String => "details";
    /// The whole story, as HTML.
    details_html: String => "details_html";
    /// The status.
    status: StatusId => "status_id";
    /// The ticket type.
    ticket_type: TicketTypeId => "tickettype_id";
    /// The client.
    client: ClientId => "client_id";
    /// The site; needed together with a user.
    site: SiteId => "site_id";
    /// The user.
    user: UserId => "user_id";
    /// The agent.
    agent: AgentId => "agent_id";
    /// The team, by its name: Halo's own key for it.
    team: String => "team";
    /// The priority, by its number within the SLA.
    priority: i64 => "priority_id";
    /// The parent ticket.
    parent: TicketId => "parent_id";
} }

impl WriteRequest<Ticket> {
    /// Puts a file on a new ticket that was uploaded before.
    pub fn attachment(self, id: impl Into<AttachmentId>) -> Self {
        if self.is_update() {
            let remedy = "Upload the file with Upload::on_ticket instead.";
            return self.refuse("attachments", "the list would replace the ticket's files", remedy);
        }
        self.add_to("attachments", serde_json::json!({"id": id.into()}))
    }
}

same_record! {
    /// An opportunity: the same record as a ticket, behind an endpoint and a right of its own.
    Opportunity(Ticket)
}

operations!(Opportunity: "opportunities", "/Opportunities", items "tickets", paged true, key |o| o.0.id.key(), can [get, create, update, delete]);

filters! { Opportunity {
    /// Only those that are not closed.
    open_only: bool => "open_only";
    /// Of this client.
    client: ClientId => "client_id";
    /// Assigned to this agent.
    agent: AgentId => "agent_id";
    /// Text in the usual places.
    search: String => "search";
} }

impl List<Opportunity> {
    /// Only those that changed at or after this moment.
    pub fn updated_since(self, at: DateTime<Utc>) -> Self {
        self.query("lastupdatefromdate", query_date(at))
    }
}

setters! { Opportunity {
    /// One line.
    summary: String => "summary";
    /// The whole story, as plain text.
    details: String => "details";
    /// The client.
    client: ClientId => "client_id";
    /// The user.
    user: UserId => "user_id";
    /// The sales person.
    agent: AgentId => "agent_id";
    /// The ticket type: one of opportunities.
    ticket_type: TicketTypeId => "tickettype_id";
    /// The status.
    status: StatusId => "status_id";
    /// What it is worth.
    value: f64 => "oppvalue";
    /// Chance of winning, 0 to 100.
    probability: f64 => "oppconversionprobability";
    /// The company's name, for one that is no client yet.
    company_name: String => "oppcompanyname";
    /// The contact's name, for one that is no user yet.
    contact_name: String => "oppcontactname";
} }

impl Collection<Opportunity> {
    /// Closes with the tenant's category for why: it tells won from lost.
    pub fn close(
        &self,
        id: impl Into<TicketId>,
        status: impl Into<StatusId>,
        category: impl Into<CategoryId>,
    ) -> WriteRequest<Opportunity> {
        self.update(id).status(status.into()).set("oppclosurecategory", category.into())
    }
}

impl Collection<Ticket> {
    /// Closes with this status; [`StatusId::DEFAULT_CLOSED`] unless the tenant has others. Add members that its
    /// workflow makes mandatory before sending.
    pub fn close(&self, id: impl Into<TicketId>, status: impl Into<StatusId>) -> WriteRequest<Ticket> {
        self.update(id).set("status_id", status.into())
    }

    /// Merges a ticket into another: it is closed, and its `merged_into_id` says where it went.
    ///
    /// Inferred from the names of the members in Halo's document (`merged_into_id`, `domerge`): read the ticket afterwards.
    pub fn merge(&self, id: impl Into<TicketId>, into: impl Into<TicketId>) -> WriteRequest<Ticket> {
        self.update(id).set("merged_into_id", into.into()).set("domerge", true)
    }

    /// Links two tickets as related. Inferred from the name of the member in Halo's document.
    pub fn link(&self, id: impl Into<TicketId>, other: impl Into<TicketId>) -> WriteRequest<Ticket> {
        self.update(id).add_to("new_related_tickets", serde_json::json!({"id": other.into()}))
    }

    /// The tickets below one.
    pub fn children(&self, id: impl Into<TicketId>) -> List<Ticket> {
        self.list().parent(id.into())
    }

    /// The files on a ticket.
    pub fn attachments(&self, id: impl Into<TicketId>) -> List<Attachment> {
        List::<Attachment>::new(self.halo.clone()).ticket(id.into())
    }

    /// Deletes, with a reason for the log. The ticket can be [restored](Self::restore).
    ///
    /// # Errors
    /// What Halo refuses and what the network can do.
    pub async fn delete(&self, id: impl Into<TicketId>, reason: &str) -> Result<()> {
        let call = self.halo.http().call(Ticket::operations().delete).path("id", id.into());
        call.query("reason", reason).send().await.map(drop)
    }

    /// Brings a deleted ticket back.
    ///
    /// # Errors
    /// What Halo refuses and what the network can do.
    pub async fn restore(&self, id: impl Into<TicketId>) -> Result<Native<Ticket>> {
        self.update(id).set("_recover", true).send().await
    }
}
