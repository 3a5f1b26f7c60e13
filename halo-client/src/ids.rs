//! Halo's ids, a type for each, so that an agent's can't be passed for a client's.

psa_http::ids! {
    /// Of a ticket, an opportunity or a project: one numbering.
    TicketId;
    /// Of an action *within its ticket*: the numbering restarts with each ticket.
    ActionId;
    /// Of a client.
    ClientId;
    /// Of a site.
    SiteId;
    /// Of a user: a client's person.
    UserId;
    /// Of an agent.
    AgentId;
    /// Of a team.
    TeamId;
    /// Of a status.
    StatusId;
    /// Of a ticket type.
    TicketTypeId;
    /// Of a priority *within its SLA*: the numbers 1 to 4 repeat with each SLA.
    PriorityId;
    /// Of a category.
    CategoryId;
    /// Of an outcome. Only 7, the private note, is the same at every tenant.
    OutcomeId;
    /// Of a workflow.
    WorkflowId;
    /// Of an appointment. It can change when the appointment does.
    AppointmentId;
    /// Of hours on a timesheet.
    TimesheetEventId;
    /// Of an asset.
    AssetId;
    /// Of an asset type.
    AssetTypeId;
    /// Of a field of assets.
    AssetFieldId;
    /// Of a client's contract.
    ContractId;
    /// Of an invoice or a recurring invoice.
    InvoiceId;
    /// Of a line of an invoice.
    InvoiceLineId;
    /// Of an item of the catalogue.
    ItemId;
    /// Of a quotation.
    QuotationId;
    /// Of a line of a quotation.
    QuotationLineId;
    /// Of a sales order.
    SalesOrderId;
    /// Of a purchase order.
    PurchaseOrderId;
    /// Of a supplier.
    SupplierId;
    /// Of a software licence.
    SoftwareLicenceId;
    /// Of an article of the knowledge base.
    ArticleId;
    /// Of a report.
    ReportId;
    /// Of a field of tickets and the like, the tenant's own ones included.
    FieldId;
    /// Of a CRM note.
    CrmNoteId;
    /// Of a distribution list.
    DistributionListId;
    /// Of a mail campaign.
    MailCampaignId;
    /// Of an attachment.
    AttachmentId;
    /// Of a notification: a rule that tells a webhook of an event.
    NotificationId;
    /// Of a milestone of a project.
    MilestoneId;
    /// Of a budget type.
    BudgetTypeId;
}

psa_http::text_ids! {
    /// Of a webhook.
    WebhookId;
    /// Of one delivery of a webhook.
    WebhookEventId;
    /// Of an API application.
    ApplicationId;
}

impl StatusId {
    /// "Closed" as Halo ships it. Tenants can have others: look at `halo.statuses()`.
    pub const DEFAULT_CLOSED: Self = Self(9);
}

impl OutcomeId {
    /// The built-in private note.
    pub const PRIVATE_NOTE: Self = Self(7);
}

impl AgentId {
    /// The placeholder "Unassigned".
    pub const UNASSIGNED: Self = Self(1);
}

impl ClientId {
    /// The placeholder "Unknown".
    pub const UNKNOWN: Self = Self(1);
}

/// A real id: Halo uses -1 and 0 for "none".
pub(crate) fn some<T: Copy + Into<i64>>(id: Option<T>) -> Option<T> {
    id.filter(|id| (*id).into() > 0)
}
