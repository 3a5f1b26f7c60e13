//! The resources whose records are rows: one entry each.

use super::custom_fields;
use super::dataset::Dataset;
use super::generators as make;
use super::resource::Resource;
use super::table::{Answers, Follows, Home, Ids, Lines, Listing, OF_INVOICE, Rule, Special, Table, paged, whole};

/// Every table, in the order of the resources.
pub(super) static TABLES: &[Table] = &[
    Table {
        answers: Answers::Clients,
        count: |d| d.companies,
        make: Dataset::client,
        ..paged("client", Resource::Clients, "customers", "clients", &[("GET me", Special::Nobody)])
    },
    Table {
        answers: Answers::Sites,
        count: |d| d.sites(),
        make: Dataset::site,
        ..paged("site", Resource::Sites, "customers", "sites", &[])
    },
    Table {
        answers: Answers::Users,
        count: |d| d.users(),
        make: Dataset::user,
        ..paged("users", Resource::Users, "customers", "users", &[("GET me", Special::Nobody)])
    },
    Table {
        count: |d| d.appointment_count(),
        make: make::appointment,
        filters: &[("client_id", "client_id"), ("ticket_id", "ticket_id"), ("agent_id", "agent_id")],
        required: &[("start_date", "A Start Date must be entered"), ("end_date", "An End Date must be entered")],
        follows: &[Follows::Agents],
        rules: &[Rule::Calendar],
        ..paged("appointment", Resource::Appointments, "calendar", "appointments", &[])
    },
    Table {
        listing: Listing::Count("actions"),
        count: |_| 8,
        make: make::crm_note,
        filters: &[("client_id", "client_id"), ("supplier_id", "supplier_id")],
        required: &[("note", "A Note must be entered")],
        ..paged("crmnote", Resource::CrmNotes, "crm", "actions", &[])
    },
    Table {
        count: |d| d.contract_count(),
        make: make::contract,
        required: &[("client_id", "A Client must be selected for this Contract")],
        ..paged("clientcontract", Resource::Contracts, "contracts", "contracts", &[])
    },
    Table {
        count: |_| 5,
        make: make::supplier,
        required: &[("name", "A Name must be entered")],
        ..paged("supplier", Resource::Suppliers, "suppliers", "suppliers", &[])
    },
    Table {
        count: |_| 30,
        make: make::item,
        filters: &[("supplier_id", "supplier_id")],
        required: &[("name", "A Name must be entered")],
        ..paged("item", Resource::Items, "items", "items", &[])
    },
    Table {
        count: |d| d.invoice_count() / 4,
        make: make::quotation,
        required: &[("title", "A Title must be entered")],
        lines: Lines::Offer,
        ..paged("quotation", Resource::Quotations, "quotes", "quotes", &[])
    },
    Table {
        count: |d| d.invoice_count() / 8,
        make: make::sales_order,
        additive: &[("add_lines", "lines")],
        lines: Lines::Order,
        ..paged("salesorder", Resource::SalesOrders, "sos", "salesorders", &[])
    },
    Table {
        count: |d| d.invoice_count() / 8,
        make: make::purchase_order,
        filters: &[("supplier_id", "supplier_id")],
        additive: &[("add_lines", "lines")],
        lines: Lines::Order,
        ..paged("purchaseorder", Resource::PurchaseOrders, "pos", "purchaseorders", &[])
    },
    Table {
        count: |d| d.invoice_count(),
        make: make::invoice,
        filters: OF_INVOICE,
        required: &[("client_id", "A Client must be selected for this Invoice")],
        additive: &[("add_lines", "lines")],
        lines: Lines::Order,
        ..paged(
            "invoice",
            Resource::Invoices,
            "invoices",
            "invoices",
            &[
                ("POST updatelines", Special::UpdateLines),
                ("POST pdf/{id}", Special::Pdf),
                ("POST {id}/void", Special::Void),
            ],
        )
    },
    Table {
        count: |d| d.contract_count(),
        make: make::recurring_invoice,
        filters: OF_INVOICE,
        additive: &[("add_lines", "lines")],
        lines: Lines::Order,
        ..paged(
            "recurringinvoice",
            Resource::RecurringInvoices,
            "invoices",
            "invoices",
            &[("POST updatelines", Special::UpdateLines), ("POST process", Special::Process)],
        )
    },
    Table {
        count: |_| 4,
        make: make::report,
        filters: &[],
        ..paged(
            "report",
            Resource::Reports,
            "reporting",
            "reports",
            &[("GET {id}", Special::RunReport), ("POST", Special::Query)],
        )
    },
    Table {
        ids: Ids::Zero,
        count: |_| 24,
        make: make::timesheet,
        filters: &[("agent_id", "agent_id")],
        ..whole("timesheet", Resource::Timesheets, "timesheets", &[])
    },
    Table {
        count: |_| 12,
        make: make::timesheet_event,
        filters: &[("agent_id", "agent_id"), ("ticket_id", "ticket_id"), ("client_id", "client_id")],
        required: &[("start_date", "A Start Date must be entered")],
        rules: &[Rule::Action],
        ..whole("timesheetevent", Resource::TimesheetEvents, "timesheets", &[])
    },
    Table {
        count: |d| d.contract_count(),
        make: make::licence,
        required: &[("name", "A Name must be entered")],
        ..paged("softwarelicence", Resource::SoftwareLicences, "softwarelicensing", "licences", &[])
    },
    Table { count: |_| 12, make: make::article, ..paged("kbarticle", Resource::KbArticles, "kb", "articles", &[]) },
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
        home: Home::Site,
        rules: &[Rule::AssetFields],
        ..paged("asset", Resource::Assets, "assets", "assets", &[])
    },
    Table {
        count: |_| 3,
        make: make::asset_type,
        follows: &[Follows::Guid],
        ..whole("assettype", Resource::AssetTypes, "assets", &[])
    },
    Table {
        count: |_| 2,
        make: make::distribution_list,
        required: &[("name", "A Name must be entered")],
        additive: &[("addtheseusers", "users")],
        removing: &[("removetheseusers", "users")],
        follows: &[Follows::Count("users", "users_count")],
        ..whole("distributionlists", Resource::DistributionLists, "distributionlists", &[])
    },
    Table { count: |_| 2, make: make::campaign, ..whole("mailcampaign", Resource::MailCampaigns, "mailcampaign", &[]) },
    Table {
        count: |_| 2,
        make: make::workflow,
        follows: &[Follows::Guid],
        ..whole("workflow", Resource::Workflows, "tickets", &[])
    },
    Table {
        count: |_| custom_fields::LAST_ID,
        make: |_, id| custom_fields::definition(id),
        filters: &[("fieldtype", "type")],
        follows: &[Follows::Guid],
        ..whole("fieldinfo", Resource::Fields, "admin", &[])
    },
    Table {
        count: |_| 2,
        make: make::asset_field,
        filters: &[("type_id", "typeinfo_id")],
        follows: &[Follows::Guid],
        ..whole("field", Resource::AssetFields, "admin", &[])
    },
    Table {
        listing: Listing::Count("attachments"),
        filters: &[("ticket_id", "ticket_id"), ("action_id", "action_id")],
        required: &[("filename", "A Filename must be entered"), ("data_base64", "No file was sent")],
        rules: &[Rule::Upload],
        ..paged("attachment", Resource::Attachments, "tickets", "attachments", &[("GET {id}", Special::Download)])
    },
    Table { count: |_| 2, make: make::budget_type, ..whole("budgettype", Resource::BudgetTypes, "projects", &[]) },
    Table {
        ids: Ids::Guid,
        count: |_| 1,
        make: make::application,
        ..whole("application", Resource::Applications, "admin", &[])
    },
    Table {
        ids: Ids::Guid,
        required: &[("url", "A URL must be entered")],
        listens: true,
        ..whole("webhook", Resource::Webhooks, "admin:webhooks", &[])
    },
    Table {
        filters: &[("webhook_id", "webhook_id")],
        required: &[("eventno", "An Event must be selected")],
        follows: &[Follows::Count("conditions", "condition_count"), Follows::Guid],
        ..whole("notification", Resource::Notifications, "admin:webhooks", &[])
    },
    Table {
        ids: Ids::Guid,
        listing: Listing::Pages("webhookevents", 100),
        filters: &[("webhook_id", "webhook_id")],
        ..whole("webhookevent", Resource::WebhookEvents, "admin:webhooks", &[("POST", Special::Resend)])
    },
    whole("certificate", Resource::Certificates, "tickets", &[]),
    Table { count: |_| 2, make: make::sla, follows: &[Follows::Guid], ..whole("sla", Resource::Slas, "tickets", &[]) },
    Table {
        count: |_| 3,
        make: make::canned_text,
        filters: &[("group_id", "group_id"), ("team_id", "team_id"), ("agent_id", "agent_id")],
        required: &[("name", "A Name must be entered")],
        follows: &[Follows::Guid],
        ..whole("cannedtext", Resource::CannedTexts, "tickets", &[])
    },
    // The name of its list is a guess.
    Table {
        count: |_| make::LAST_TOP_LEVEL,
        make: make::top_level,
        filters: &[],
        required: &[("name", "A Name must be entered")],
        follows: &[Follows::Guid],
        ..paged("toplevel", Resource::TopLevels, "customers", "tree", &[])
    },
    Table {
        ids: Ids::Guid,
        count: |_| 2,
        make: make::holiday,
        filters: &[("agent_id", "agent_id")],
        required: &[("name", "A Name must be entered")],
        follows: &[Follows::Id("holid")],
        ..whole("holiday", Resource::Holidays, "calendar", &[])
    },
];

/// The table of a resource.
pub(super) fn table(resource: Resource) -> &'static Table {
    &TABLES[resource as usize]
}

#[cfg(test)]
mod tests {
    use super::super::fields::schema;
    use super::*;

    #[test]
    fn every_resource_has_its_table_and_its_members() {
        let resources: Vec<Resource> = TABLES.iter().map(|table| table.resource).collect();
        assert_eq!(resources, Resource::ALL);
        for table in TABLES {
            assert!(schema(table.endpoint.name).member("id").is_some(), "{table:?}");
        }
    }
}
