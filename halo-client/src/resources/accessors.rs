//! `Halo::tickets()` and its like: one accessor a resource.

use super::*;
use crate::client::Halo;

/// Declares the accessor of each resource.
macro_rules! resources {
    ($( $(#[$doc:meta])* $name:ident: $resource:ident; )*) => {
        impl Halo {
            $( $(#[$doc])* pub fn $name(&self) -> Collection<$resource> { Collection::new(self.clone()) } )*
        }
    };
}

resources! {
    /// Tickets: `/Tickets`.
    ///
    /// The list has those of any status unless a filter says otherwise, and always of one domain: without it Halo mixes in projects
    /// and opportunities as the login's default has it. A new ticket needs a summary, details and a type, and a client or a user.
    tickets: Ticket;
    /// Actions, the steps of a ticket: notes, mails, hours. `/Actions`.
    ///
    /// The list has the actions of a ticket, or of all tickets between two dates. It does not page: Halo cuts it at its
    /// [`limit`](crate::List::limit) without saying so.
    actions: Action;
    /// Clients, the MSP's customers: `/Client`.
    ///
    /// The active clients; see [`include_inactive`](crate::List::include_inactive).
    clients: Client;
    /// Sites of clients: `/Site`.
    ///
    /// The active sites; see [`include_inactive`](crate::List::include_inactive).
    sites: Site;
    /// Users, the people at clients: `/Users`.
    ///
    /// The active users; see [`include_inactive`](crate::List::include_inactive).
    users: User;
    /// Agents, the MSP's people: `/Agent`.
    ///
    /// The enabled agents, in one answer; see [`include_disabled`](crate::List::include_disabled).
    agents: Agent;
    /// Teams: `/Team`.
    teams: Team;
    /// Statuses of all areas, hidden ones too: `/Status`. Those of tickets have `type` 0; Halo does not filter by it.
    statuses: Status;
    /// Ticket types: `/TicketType`.
    ticket_types: TicketType;
    /// Priorities, a set for each SLA: `/Priority`.
    priorities: Priority;
    /// Categories: `/Category`.
    categories: Category;
    /// Outcomes, the kinds of action, hidden ones too: `/Outcome`.
    outcomes: Outcome;
    /// Opportunities, the same record as a ticket: `/Opportunities`.
    opportunities: Opportunity;
    /// Projects, the same record as a ticket: `/Projects`.
    projects: Project;
    /// Kinds of budget: `/BudgetType`.
    budget_types: BudgetType;
    /// Workflows: `/Workflow`.
    ///
    /// The workflows, in one answer, without their steps.
    workflows: Workflow;
    /// Appointments: `/Appointment`.
    ///
    /// Appointments. Without [`appointments_only`](crate::List::appointments_only) Halo mixes in holidays and shifts.
    ///
    /// Its id may change: the answer has the new one.
    /// A change may give an appointment another id: the answer has the new one.
    appointments: Appointment;
    /// Days of agents: `/Timesheet`.
    ///
    /// The days of every agent, in one answer: Halo documents no filter for them.
    timesheets: Timesheet;
    /// Hours on timesheets: `/TimesheetEvent`.
    ///
    /// The hours, in one answer.
    timesheet_events: TimesheetEvent;
    /// Assets: `/Asset`.
    ///
    /// The active assets; see [`include_inactive`](crate::List::include_inactive). Halo gives 50 a page, whatever is asked for.
    assets: Asset;
    /// Types of asset: `/AssetType`.
    ///
    /// The types, in one answer.
    asset_types: AssetType;
    /// Contracts of clients, the agreements: `/ClientContract`.
    contracts: Contract;
    /// Invoices: `/Invoice`.
    ///
    /// The invoices. List rows have no lines.
    invoices: Invoice;
    /// Invoices that are made again each period: `/RecurringInvoice`.
    recurring_invoices: RecurringInvoice;
    /// The catalogue: `/Item`.
    ///
    /// The active items; see [`include_inactive`](crate::List::include_inactive).
    items: Item;
    /// Quotations: `/Quotation`.
    ///
    /// The quotations. List rows have no lines.
    quotations: Quotation;
    /// Sales orders: `/SalesOrder`.
    ///
    /// The sales orders. List rows have no lines.
    sales_orders: SalesOrder;
    /// Purchase orders: `/PurchaseOrder`.
    ///
    /// The purchase orders. List rows have no lines.
    purchase_orders: PurchaseOrder;
    /// Suppliers: `/Supplier`.
    ///
    /// The active suppliers; see [`include_inactive`](crate::List::include_inactive).
    suppliers: Supplier;
    /// Licences and subscriptions: `/SoftwareLicence`.
    software_licences: SoftwareLicence;
    /// The knowledge base: `/KBArticle`.
    ///
    /// The active articles; see [`include_inactive`](crate::List::include_inactive).
    articles: Article;
    /// Reports, and SQL: `/Report`.
    ///
    /// The stored reports, without their rows.
    reports: Report;
    /// Definitions of fields, the tenant's own ones included: `/FieldInfo`.
    ///
    /// The definitions of fields, in one answer.
    fields: FieldInfo;
    /// Definitions of the fields of asset types: `/Field`.
    ///
    /// The definitions of the fields of asset types, in one answer.
    asset_fields: AssetFieldInfo;
    /// CRM notes: `/CRMNote`.
    ///
    /// The notes. This list does not page: Halo cuts it at its [`limit`](crate::List::limit) without saying so.
    crm_notes: CrmNote;
    /// Distribution lists: `/DistributionLists`.
    ///
    /// The lists, in one answer.
    distribution_lists: DistributionList;
    /// Mail campaigns: `/MailCampaign`.
    ///
    /// The campaigns, in one answer.
    mail_campaigns: MailCampaign;
    /// Files: `/Attachment`.
    ///
    /// The files, without their content; name a [`ticket`](crate::List::ticket).
    attachments: Attachment;
    /// API applications: `/Application`.
    ///
    /// The API applications, in one answer. Needs `admin`.
    applications: Application;
    /// Webhooks: `/Webhook`.
    ///
    /// The webhooks, in one answer. Needs `admin:webhooks`.
    webhooks: Webhook;
    /// What webhooks are told of: `/Notification`.
    ///
    /// The notifications, in one answer.
    notifications: Notification;
    /// Deliveries of webhooks: `/WebhookEvent`.
    ///
    /// The deliveries of a [`webhook`](crate::List::webhook), newest first.
    webhook_events: WebhookEvent;
}
