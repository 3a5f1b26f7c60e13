//! The resources of Halo whose records are rows, by name, and the tenant's own lists.

use crate::emulator::resource::resources;

resources! {
    /// A resource of the emulated Halo. Tickets and actions, and what is fixed, are none of these.
    "halo" {
        Clients = "clients",
        Sites = "sites",
        Users = "users",
        Appointments = "appointments",
        CrmNotes = "crm_notes",
        Contracts = "contracts",
        Suppliers = "suppliers",
        Items = "items",
        Quotations = "quotations",
        SalesOrders = "sales_orders",
        PurchaseOrders = "purchase_orders",
        Invoices = "invoices",
        RecurringInvoices = "recurring_invoices",
        Reports = "reports",
        Timesheets = "timesheets",
        TimesheetEvents = "timesheet_events",
        SoftwareLicences = "software_licences",
        KbArticles = "kb_articles",
        Assets = "assets",
        AssetTypes = "asset_types",
        DistributionLists = "distribution_lists",
        MailCampaigns = "mail_campaigns",
        Workflows = "workflows",
        Fields = "fields",
        AssetFields = "asset_fields",
        Attachments = "attachments",
        BudgetTypes = "budget_types",
        Applications = "applications",
        Webhooks = "webhooks",
        Notifications = "notifications",
        WebhookEvents = "webhook_events",
        Certificates = "certificates",
        Slas = "slas",
        CannedTexts = "canned_texts",
        TopLevels = "top_levels",
        Holidays = "holidays",
    }
}

/// A list of the tenant's whose values can be renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum List {
    /// Statuses of tickets.
    Statuses,
    /// Ticket types.
    TicketTypes,
    /// Outcomes of actions.
    Outcomes,
    /// Priorities, by 10 × SLA + number.
    Priorities,
}

impl List {
    /// The name of the list in operations.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Statuses => "statuses",
            Self::TicketTypes => "ticket_types",
            Self::Outcomes => "outcomes",
            Self::Priorities => "priorities",
        }
    }
}
