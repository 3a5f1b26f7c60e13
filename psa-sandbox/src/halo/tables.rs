//! The resources that are plain tables: endpoint, envelope, right and filters. Rows: `records`; members: `members`.

use super::data::{Dataset, Row};
use super::records as make;

/// How a list answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listing {
    /// An envelope with pages of at most so many rows.
    Pages(&'static str, usize),
    /// An envelope that does not page and is cut at `count`.
    Count(&'static str),
    /// A bare array, whole.
    Whole,
}

/// How records are numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ids {
    Number,
    Guid,
    /// Every record says 0.
    Zero,
}

pub(crate) struct Table {
    /// The path, lower case.
    pub(crate) path: &'static str,
    /// The name in operations.
    pub(crate) name: &'static str,
    /// The family of its right; `admin` and `admin:…` are rights themselves.
    pub(crate) family: &'static str,
    pub(crate) listing: Listing,
    pub(crate) ids: Ids,
    /// How many there are before any edit.
    pub(crate) count: fn(&Dataset) -> i64,
    pub(crate) make: fn(&Dataset, i64) -> Row,
    /// Parameters that narrow a list, and the member that they are about.
    pub(crate) filters: &'static [(&'static str, &'static str)],
    /// Members that a new record must have, with what is said otherwise.
    pub(crate) required: &'static [(&'static str, &'static str)],
    /// Members of a write that add to a list, and the list.
    pub(crate) additive: &'static [(&'static str, &'static str)],
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Table {}

const PLAIN: Table = Table {
    path: "",
    name: "",
    family: "",
    listing: Listing::Whole,
    ids: Ids::Number,
    count: |_| 0,
    make: |_, _| Row::new(),
    filters: &[],
    required: &[],
    additive: &[],
};

/// Members that a filter can be about, in most tables. Only of tables that have them: other names are ignored.
const OF_CLIENT: &[(&str, &str)] = &[("client_id", "client_id"), ("site_id", "site_id"), ("ticket_id", "ticket_id")];

/// An invoice calls its site something else.
const OF_INVOICE: &[(&str, &str)] =
    &[("client_id", "client_id"), ("site_id", "sitenumber"), ("ticket_id", "ticket_id")];

const fn paged(path: &'static str, name: &'static str, family: &'static str, items: &'static str) -> Table {
    Table { path, name, family, listing: Listing::Pages(items, 100), filters: OF_CLIENT, ..PLAIN }
}

const fn whole(path: &'static str, name: &'static str, family: &'static str) -> Table {
    Table { path, name, family, ..PLAIN }
}

/// Every table.
pub(crate) static TABLES: &[Table] = &[
    Table {
        count: |d| d.appointment_count(),
        make: make::appointment,
        filters: &[("client_id", "client_id"), ("ticket_id", "ticket_id"), ("agent_id", "agent_id")],
        required: &[("start_date", "A Start Date must be entered"), ("end_date", "An End Date must be entered")],
        ..paged("appointment", "appointments", "calendar", "appointments")
    },
    Table {
        listing: Listing::Count("actions"),
        count: |_| 8,
        make: make::crm_note,
        filters: &[("client_id", "client_id"), ("supplier_id", "supplier_id")],
        required: &[("note", "A Note must be entered")],
        ..paged("crmnote", "crm_notes", "crm", "actions")
    },
    Table {
        count: |d| d.contract_count(),
        make: make::contract,
        required: &[("client_id", "A Client must be selected for this Contract")],
        ..paged("clientcontract", "contracts", "contracts", "contracts")
    },
    Table {
        count: |_| 5,
        make: make::supplier,
        required: &[("name", "A Name must be entered")],
        ..paged("supplier", "suppliers", "suppliers", "suppliers")
    },
    Table {
        count: |_| 30,
        make: make::item,
        filters: &[("supplier_id", "supplier_id")],
        required: &[("name", "A Name must be entered")],
        ..paged("item", "items", "items", "items")
    },
    Table {
        count: |d| d.invoice_count() / 4,
        make: make::quotation,
        required: &[("title", "A Title must be entered")],
        ..paged("quotation", "quotations", "quotes", "quotes")
    },
    Table {
        count: |d| d.invoice_count() / 8,
        make: make::sales_order,
        additive: &[("add_lines", "lines")],
        ..paged("salesorder", "sales_orders", "sos", "salesorders")
    },
    Table {
        count: |d| d.invoice_count() / 8,
        make: make::purchase_order,
        filters: &[("supplier_id", "supplier_id")],
        additive: &[("add_lines", "lines")],
        ..paged("purchaseorder", "purchase_orders", "pos", "purchaseorders")
    },
    Table {
        count: |d| d.invoice_count(),
        make: make::invoice,
        filters: OF_INVOICE,
        required: &[("client_id", "A Client must be selected for this Invoice")],
        additive: &[("add_lines", "lines")],
        ..paged("invoice", "invoices", "invoices", "invoices")
    },
    Table {
        count: |d| d.contract_count(),
        make: make::recurring_invoice,
        filters: OF_INVOICE,
        additive: &[("add_lines", "lines")],
        ..paged("recurringinvoice", "recurring_invoices", "invoices", "invoices")
    },
    Table { count: |_| 4, make: make::report, filters: &[], ..paged("report", "reports", "reporting", "reports") },
    Table {
        ids: Ids::Zero,
        count: |_| 24,
        make: make::timesheet,
        filters: &[("agent_id", "agent_id")],
        ..whole("timesheet", "timesheets", "timesheets")
    },
    Table {
        count: |_| 12,
        make: make::timesheet_event,
        filters: &[("agent_id", "agent_id"), ("ticket_id", "ticket_id"), ("client_id", "client_id")],
        required: &[("start_date", "A Start Date must be entered")],
        ..whole("timesheetevent", "timesheet_events", "timesheets")
    },
    Table {
        count: |d| d.contract_count(),
        make: make::licence,
        required: &[("name", "A Name must be entered")],
        ..paged("softwarelicence", "software_licences", "softwarelicensing", "licences")
    },
    Table { count: |_| 12, make: make::article, ..paged("kbarticle", "kb_articles", "kb", "articles") },
    Table {
        listing: Listing::Pages("assets", 50),
        count: |d| d.asset_count(),
        make: make::asset,
        filters: &[
            ("client_id", "client_id"),
            ("site_id", "site_id"),
            ("assettype_id", "assettype_id"),
            ("contract_id", "contract_id"),
        ],
        required: &[
            ("assettype_id", "An Asset Type must be selected"),
            ("site_id", "A Site must be selected for this Asset"),
        ],
        ..paged("asset", "assets", "assets", "assets")
    },
    Table { count: |_| 3, make: make::asset_type, ..whole("assettype", "asset_types", "assets") },
    Table {
        count: |_| 2,
        make: make::distribution_list,
        required: &[("name", "A Name must be entered")],
        additive: &[("addtheseusers", "users")],
        ..whole("distributionlists", "distribution_lists", "distributionlists")
    },
    Table { count: |_| 2, make: make::campaign, ..whole("mailcampaign", "mail_campaigns", "mailcampaign") },
    Table { count: |_| 2, make: make::workflow, ..whole("workflow", "workflows", "tickets") },
    Table {
        count: |_| super::custom_fields::LAST_ID,
        make: |_, id| super::custom_fields::definition(id),
        filters: &[("fieldtype", "type")],
        ..whole("fieldinfo", "fields", "admin")
    },
    Table {
        count: |_| 2,
        make: make::asset_field,
        filters: &[("type_id", "typeinfo_id")],
        ..whole("field", "asset_fields", "admin")
    },
    Table {
        listing: Listing::Count("attachments"),
        filters: &[("ticket_id", "ticket_id"), ("action_id", "action_id")],
        required: &[("filename", "A Filename must be entered"), ("data_base64", "No file was sent")],
        ..paged("attachment", "attachments", "tickets", "attachments")
    },
    Table { count: |_| 2, make: make::budget_type, ..whole("budgettype", "budget_types", "projects") },
    Table { ids: Ids::Guid, count: |_| 1, make: make::application, ..whole("application", "applications", "admin") },
    Table {
        ids: Ids::Guid,
        required: &[("url", "A URL must be entered")],
        ..whole("webhook", "webhooks", "admin:webhooks")
    },
    Table {
        filters: &[("webhook_id", "webhook_id")],
        required: &[("eventno", "An Event must be selected")],
        ..whole("notification", "notifications", "admin:webhooks")
    },
    Table {
        ids: Ids::Guid,
        listing: Listing::Pages("webhookevents", 100),
        filters: &[("webhook_id", "webhook_id")],
        ..whole("webhookevent", "webhook_events", "admin:webhooks")
    },
    whole("certificate", "certificates", "tickets"),
    Table { count: |_| 2, make: make::sla, ..whole("sla", "slas", "tickets") },
    Table {
        count: |_| 3,
        make: make::canned_text,
        filters: &[("group_id", "group_id"), ("team_id", "team_id"), ("agent_id", "agent_id")],
        required: &[("name", "A Name must be entered")],
        ..whole("cannedtext", "canned_texts", "tickets")
    },
    // The name of its list is a guess.
    Table {
        count: |_| make::LAST_TOP_LEVEL,
        make: make::top_level,
        filters: &[],
        required: &[("name", "A Name must be entered")],
        ..paged("toplevel", "top_levels", "customers", "tree")
    },
    Table {
        ids: Ids::Guid,
        count: |_| 2,
        make: make::holiday,
        filters: &[("agent_id", "agent_id")],
        required: &[("name", "A Name must be entered")],
        ..whole("holiday", "holidays", "calendar")
    },
];
