//! The resources: one entry a table of path, right, members that a write must have, and how rows are made.

use super::data::Dataset;
use super::records as make;
use crate::rows::Row;

/// Children of record `n` have the ids `n * STRIDE + 1` and so on, before any edit.
pub(super) const STRIDE: i64 = 10;

pub(crate) struct Table {
    /// The path, with `{parent}` where it is below another record.
    pub(super) path: &'static str,
    /// The name in operations.
    pub(super) name: &'static str,
    /// What the vendor calls one of them in errors.
    pub(super) singular: &'static str,
    /// The module of its right.
    pub(super) module: &'static str,
    /// How many there are before any edit (with children: the largest id).
    pub(super) count: fn(&Dataset) -> i64,
    pub(super) make: fn(&Dataset, i64) -> Row,
    /// For a child: the table above it, and the member that names it.
    pub(super) parent: Option<(&'static str, &'static str)>,
    /// Members that a new record must have.
    pub(super) required: &'static [&'static str],
    /// Members with a longest length.
    pub(super) longest: &'static [(&'static str, usize)],
    /// Members that the vendor computes; what is sent for them is ignored.
    pub(super) computed: &'static [&'static str],
    /// Members that conditions don't know though rows have them.
    pub(super) unfiltered: &'static [&'static str],
    /// The type of its callbacks; empty: none.
    pub(super) callback: &'static str,
    /// What may be done with it: create, update, delete.
    pub(super) writes: Writes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writes {
    None,
    /// No deletion.
    Keep,
    All,
    /// A deletion marks the record.
    Soft,
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// The table with this name.
pub(super) fn table(name: &str) -> &'static Table {
    TABLES.iter().find(|t| t.name == name).unwrap_or(&TABLES[0])
}

const SETUP: &str = "Table Setup";

const fn plain(path: &'static str, name: &'static str, singular: &'static str, module: &'static str) -> Table {
    Table {
        path,
        name,
        singular,
        module,
        count: |_| 0,
        make: |_, _| Row::new(),
        parent: None,
        required: &[],
        longest: &[],
        computed: &["id", "_info"],
        unfiltered: &[],
        callback: "",
        writes: Writes::All,
    }
}

const fn below(
    path: &'static str,
    name: &'static str,
    singular: &'static str,
    module: &'static str,
    parent: (&'static str, &'static str),
) -> Table {
    Table { parent: Some(parent), ..plain(path, name, singular, module) }
}

const TICKET_COMPUTED: &[&str] = &[
    "id",
    "_info",
    "closedFlag",
    "closedDate",
    "closedBy",
    "actualHours",
    "hasChildTicket",
    "hasMergedChildTicketFlag",
    "mergedParentTicket",
    "recordType",
    "resources",
];

/// Every table.
pub(crate) static TABLES: &[Table] = &[
    Table {
        count: |d| d.companies,
        make: make::company,
        required: &["identifier", "name"],
        longest: &[("identifier", 30), ("name", 50)],
        computed: &["id", "_info", "deletedFlag", "dateDeleted", "deletedBy"],
        unfiltered: &["types"],
        callback: "company",
        writes: Writes::Soft,
        ..plain("company/companies", "companies", "company", "Company Maintenance")
    },
    Table {
        count: |d| d.companies * STRIDE + 9,
        make: make::site,
        required: &["name"],
        longest: &[("name", 50)],
        unfiltered: &["defaultFlag"],
        ..below("company/companies/{parent}/sites", "sites", "site", "Company Maintenance", ("companies", "company"))
    },
    Table {
        count: |_| 3,
        make: make::company_status,
        required: &["name"],
        ..plain("company/companies/statuses", "company_statuses", "companyStatus", SETUP)
    },
    Table {
        count: |_| 3,
        make: make::company_type,
        required: &["name"],
        ..plain("company/companies/types", "company_types", "companyType", SETUP)
    },
    Table {
        required: &["text"],
        ..below(
            "company/companies/{parent}/notes",
            "company_notes",
            "companyNote",
            "Company Maintenance",
            ("companies", "company"),
        )
    },
    Table {
        required: &["type"],
        ..below(
            "company/companies/{parent}/typeAssociations",
            "company_type_associations",
            "companyTypeAssociation",
            "Company Maintenance",
            ("companies", "company"),
        )
    },
    Table {
        count: |d| d.companies * 3,
        make: make::contact,
        required: &["firstName"],
        longest: &[("firstName", 30), ("lastName", 30)],
        unfiltered: &["types", "communicationItems"],
        callback: "contact",
        ..plain("company/contacts", "contacts", "contact", "Contacts")
    },
    Table {
        required: &["type", "value"],
        longest: &[("value", 250)],
        ..below(
            "company/contacts/{parent}/communications",
            "communications",
            "contactCommunication",
            "Contacts",
            ("contacts", "contactId"),
        )
    },
    Table {
        count: |_| 26,
        make: make::communication_type,
        required: &["description"],
        ..plain("company/communicationTypes", "communication_types", "communicationType", SETUP)
    },
    Table {
        count: |_| 2,
        make: make::contact_type,
        required: &["description"],
        ..plain("company/contacts/types", "contact_types", "contactType", SETUP)
    },
    Table {
        required: &["type"],
        ..below(
            "company/contacts/{parent}/typeAssociations",
            "contact_type_associations",
            "contactTypeAssociation",
            "Contacts",
            ("contacts", "contact"),
        )
    },
    Table {
        count: |d| d.companies * 4,
        make: make::configuration,
        required: &["name", "type", "company"],
        longest: &[("name", 100)],
        callback: "configuration",
        ..plain("company/configurations", "configurations", "configuration", "Configurations")
    },
    Table {
        count: |_| 2,
        make: make::configuration_status,
        required: &["description"],
        ..plain("company/configurations/statuses", "configuration_statuses", "configurationStatus", SETUP)
    },
    Table {
        count: |_| 3,
        make: make::configuration_type,
        required: &["name"],
        ..plain("company/configurations/types", "configuration_types", "configurationType", SETUP)
    },
    Table {
        required: &["question"],
        ..below(
            "company/configurations/types/{parent}/questions",
            "configuration_questions",
            "configurationTypeQuestion",
            SETUP,
            ("configuration_types", "configurationType"),
        )
    },
    Table {
        count: |d| d.tickets,
        make: make::ticket,
        required: &["summary", "company"],
        longest: &[("summary", 100)],
        computed: TICKET_COMPUTED,
        callback: "ticket",
        ..plain("service/tickets", "tickets", "ticket", "Service Tickets")
    },
    Table {
        count: |d| d.tickets + d.project_tickets(),
        make: make::project_ticket,
        required: &["summary", "phase"],
        longest: &[("summary", 100)],
        computed: TICKET_COMPUTED,
        callback: "ticket",
        ..plain("project/tickets", "project_tickets", "ticket", "Project Tickets")
    },
    Table {
        count: |d| d.tickets * STRIDE + 9,
        make: make::ticket_note,
        computed: &["id", "_info", "createdBy", "dateCreated", "ticketId"],
        ..below(
            "service/tickets/{parent}/notes",
            "ticket_notes",
            "serviceNote",
            "Service Tickets",
            ("tickets", "ticketId"),
        )
    },
    below(
        "project/tickets/{parent}/notes",
        "project_ticket_notes",
        "ticketNote",
        "Project Tickets",
        ("project_tickets", "ticketId"),
    ),
    Table {
        count: |d| d.tickets * STRIDE + 9,
        make: make::any_note,
        unfiltered: &["noteType"],
        writes: Writes::None,
        ..below(
            "service/tickets/{parent}/allNotes",
            "all_notes",
            "serviceTicketNote",
            "Service Tickets",
            ("tickets", "ticket"),
        )
    },
    below("service/tickets/{parent}/tasks", "ticket_tasks", "ticketTask", "Service Tickets", ("tickets", "ticketId")),
    below(
        "service/tickets/{parent}/configurations",
        "ticket_configurations",
        "configuration",
        "Service Tickets",
        ("tickets", "ticketId"),
    ),
    Table {
        count: |d| d.companies / 10 + 1,
        make: make::project,
        required: &["name", "company", "board"],
        longest: &[("name", 100)],
        computed: &["id", "_info", "actualHours", "actualStart", "actualEnd", "closedFlag"],
        callback: "project",
        ..plain("project/projects", "projects", "project", "Project Headers")
    },
    Table {
        count: |d| (d.companies / 10 + 1) * STRIDE + 9,
        make: make::phase,
        required: &["description"],
        ..below(
            "project/projects/{parent}/phases",
            "project_phases",
            "projectPhase",
            "Project Headers",
            ("projects", "projectId"),
        )
    },
    Table {
        count: |_| 2,
        make: make::project_status,
        required: &["name"],
        ..plain("project/statuses", "project_statuses", "projectStatus", SETUP)
    },
    Table {
        count: |_| 3,
        make: make::board,
        required: &["name", "location", "department"],
        ..plain("service/boards", "boards", "board", SETUP)
    },
    Table {
        count: |_| 3,
        make: make::board,
        writes: Writes::None,
        ..plain("service/info/boards", "boards_info", "boardInfo", "")
    },
    Table {
        count: |_| 3 * STRIDE + 9,
        make: make::board_status,
        required: &["name"],
        ..below("service/boards/{parent}/statuses", "board_statuses", "boardStatus", SETUP, ("boards", "board"))
    },
    Table {
        count: |_| 3 * STRIDE + 9,
        make: make::board_type,
        required: &["name"],
        ..below("service/boards/{parent}/types", "board_types", "boardType", SETUP, ("boards", "board"))
    },
    Table {
        count: |_| 3 * STRIDE + 9,
        make: make::board_subtype,
        required: &["name"],
        ..below("service/boards/{parent}/subtypes", "board_subtypes", "boardSubType", SETUP, ("boards", "board"))
    },
    Table {
        required: &["name"],
        ..below("service/boards/{parent}/items", "board_items", "boardItem", SETUP, ("boards", "board"))
    },
    Table {
        required: &["name"],
        ..below("service/boards/{parent}/teams", "board_teams", "boardTeam", SETUP, ("boards", "boardId"))
    },
    Table {
        count: |_| 3,
        make: make::team,
        writes: Writes::None,
        ..plain("service/teams", "teams", "serviceTeam", SETUP)
    },
    Table {
        count: |_| 4,
        make: make::priority,
        required: &["name", "color"],
        ..plain("service/priorities", "priorities", "priority", SETUP)
    },
    Table {
        count: |_| 3,
        make: make::source,
        required: &["name"],
        ..plain("service/sources", "sources", "source", SETUP)
    },
    Table { count: |_| 1, make: make::sla, required: &["name"], ..plain("service/SLAs", "slas", "sLA", SETUP) },
    Table {
        count: |d| d.companies / 4,
        make: make::opportunity,
        required: &["name", "primarySalesRep", "company", "contact"],
        longest: &[("name", 100)],
        callback: "opportunity",
        ..plain("sales/opportunities", "opportunities", "opportunity", "Opportunity")
    },
    Table {
        count: |_| 4,
        make: make::opportunity_status,
        required: &["name"],
        ..plain("sales/opportunities/statuses", "opportunity_statuses", "opportunityStatus", SETUP)
    },
    Table {
        count: |_| 2,
        make: make::opportunity_type,
        required: &["description"],
        ..plain("sales/opportunities/types", "opportunity_types", "opportunityType", SETUP)
    },
    Table {
        count: |_| 3,
        make: make::stage,
        required: &["name"],
        ..plain("sales/stages", "opportunity_stages", "opportunityStage", SETUP)
    },
    Table {
        count: |_| 5,
        make: make::probability,
        required: &["probability"],
        ..plain("sales/probabilities", "probabilities", "salesProbability", SETUP)
    },
    Table {
        required: &["text"],
        ..below(
            "sales/opportunities/{parent}/notes",
            "opportunity_notes",
            "opportunityNote",
            "Opportunity",
            ("opportunities", "opportunityId"),
        )
    },
    Table {
        count: |d| d.companies / 4,
        make: make::activity,
        required: &["name", "assignTo"],
        longest: &[("name", 100)],
        callback: "activity",
        ..plain("sales/activities", "activities", "activity", "Opportunity")
    },
    Table {
        count: |_| 2,
        make: make::activity_status,
        required: &["name"],
        ..plain("sales/activities/statuses", "activity_statuses", "activityStatus", SETUP)
    },
    Table {
        count: |_| 3,
        make: make::activity_type,
        required: &["name"],
        ..plain("sales/activities/types", "activity_types", "activityType", SETUP)
    },
    Table {
        count: |d| d.tickets / 2,
        make: make::time_entry,
        required: &["timeStart"],
        computed: &[
            "id",
            "_info",
            "status",
            "hoursBilled",
            "invoiceHours",
            "hourlyCost",
            "enteredBy",
            "dateEntered",
            "invoice",
            "timeSheet",
        ],
        callback: "time",
        ..plain("time/entries", "time_entries", "timeEntry", "Time Entry")
    },
    Table {
        count: |_| 3,
        make: make::work_type,
        required: &["name", "billTime", "rateType", "rate"],
        ..plain("time/workTypes", "work_types", "workType", SETUP)
    },
    Table {
        count: |_| 2,
        make: make::work_role,
        required: &["name"],
        ..plain("time/workRoles", "work_roles", "workRole", SETUP)
    },
    Table {
        count: |_| 2,
        make: make::charge_code,
        required: &["name"],
        ..plain("time/chargeCodes", "charge_codes", "chargeCode", SETUP)
    },
    Table {
        count: |d| d.companies.min(60),
        make: make::schedule_entry,
        required: &["type"],
        callback: "schedule",
        ..plain("schedule/entries", "schedule_entries", "scheduleEntry", "Resource Scheduling")
    },
    Table {
        count: |_| 3,
        make: make::schedule_type,
        required: &["name", "identifier"],
        ..plain("schedule/types", "schedule_types", "scheduleType", SETUP)
    },
    Table {
        count: |_| 2,
        make: make::schedule_status,
        required: &["name"],
        ..plain("schedule/statuses", "schedule_statuses", "scheduleStatus", SETUP)
    },
    Table {
        count: |d| d.companies,
        make: make::invoice,
        required: &["type", "company"],
        computed: &["id", "_info", "subtotal", "total", "balance", "payments", "salesTax"],
        callback: "invoice",
        ..plain("finance/invoices", "invoices", "invoice", "Invoicing")
    },
    Table {
        count: |d| d.companies / 2,
        make: make::agreement,
        required: &["name", "type", "company", "contact"],
        longest: &[("name", 100)],
        computed: &["id", "_info", "agreementStatus", "nextInvoiceDate"],
        callback: "agreement",
        ..plain("finance/agreements", "agreements", "agreement", "Agreements")
    },
    Table {
        required: &["product", "billCustomer"],
        ..below(
            "finance/agreements/{parent}/additions",
            "additions",
            "addition",
            "Agreements",
            ("agreements", "agreementId"),
        )
    },
    Table {
        count: |_| 2,
        make: make::agreement_type,
        required: &["name"],
        ..plain("finance/agreements/types", "agreement_types", "agreementType", SETUP)
    },
    Table {
        count: |_| 30,
        make: make::catalog_item,
        required: &["identifier", "description"],
        longest: &[("identifier", 75)],
        callback: "productcatalog",
        ..plain("procurement/catalog", "catalog_items", "catalogItem", "Product Catalog")
    },
    Table {
        count: |_| 12,
        make: make::member,
        required: &["identifier"],
        callback: "member",
        writes: Writes::Keep,
        ..plain("system/members", "members", "member", "Member Maintenance")
    },
    Table {
        count: |_| 12,
        make: make::member_info,
        writes: Writes::None,
        ..plain("system/info/members", "members_info", "memberInfo", "")
    },
    Table { writes: Writes::Keep, ..plain("system/documents", "documents", "document", "Manage Documents") },
    Table {
        count: |_| 2,
        make: make::department,
        required: &["identifier", "name"],
        ..plain("system/departments", "departments", "department", "My Company")
    },
    Table {
        count: |_| 2,
        make: make::location,
        unfiltered: &["inactiveFlag"],
        writes: Writes::None,
        ..plain("system/locations", "locations", "location", "My Company")
    },
    Table {
        count: |_| 3,
        make: make::user_defined_field,
        required: &["podId", "caption"],
        longest: &[("caption", 25)],
        ..plain("system/userDefinedFields", "user_defined_fields", "userDefinedField", SETUP)
    },
    Table {
        required: &["url", "objectId", "type", "level"],
        longest: &[("description", 100)],
        computed: &[
            "id",
            "_info",
            "memberId",
            "payloadVersion",
            "isSoapCallbackFlag",
            "isSelfSuppressedFlag",
            "connectWiseID",
        ],
        ..plain("system/callbacks", "callbacks", "callbackEntry", SETUP)
    },
];
