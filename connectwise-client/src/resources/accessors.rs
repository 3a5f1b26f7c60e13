//! `ConnectWise::tickets()` and its like: one accessor a resource.

use super::*;
use crate::client::ConnectWise;

/// Declares the way to each resource.
macro_rules! resources {
    ($( $(#[$doc:meta])* $name:ident: $resource:ident; )*) => {
        impl ConnectWise {
            $( $(#[$doc])* pub fn $name(&self) -> Collection<$resource> { Collection::new(self.clone(), None) } )*
        }
    };
}

resources! {
    /// Companies: `/company/companies`.
    companies: Company;
    /// Statuses of companies.
    company_statuses: CompanyStatus;
    /// Types of companies.
    company_types: CompanyType;
    /// Contacts: `/company/contacts`.
    contacts: Contact;
    /// Types of contacts.
    contact_types: ContactType;
    /// Kinds of communication.
    communication_types: CommunicationType;
    /// Configurations: `/company/configurations`.
    configurations: Configuration;
    /// Statuses of configurations.
    configuration_statuses: ConfigurationStatus;
    /// Types of configurations.
    configuration_types: ConfigurationType;
    /// Service tickets: `/service/tickets`.
    tickets: Ticket;
    /// Tickets of projects: `/project/tickets`.
    project_tickets: ProjectTicket;
    /// Projects: `/project/projects`.
    projects: Project;
    /// Statuses of projects.
    project_statuses: ProjectStatus;
    /// Boards: `/service/boards`.
    boards: Board;
    /// Teams of all boards: `/service/teams`.
    teams: ServiceTeam;
    /// Priorities.
    priorities: Priority;
    /// How tickets come in.
    sources: Source;
    /// Service level agreements.
    slas: Sla;
    /// Opportunities: `/sales/opportunities`.
    opportunities: Opportunity;
    /// Statuses of opportunities.
    opportunity_statuses: OpportunityStatus;
    /// Types of opportunities.
    opportunity_types: OpportunityType;
    /// Stages of the pipeline.
    opportunity_stages: OpportunityStage;
    /// Probabilities.
    probabilities: SalesProbability;
    /// Activities: `/sales/activities`.
    activities: Activity;
    /// Statuses of activities.
    activity_statuses: ActivityStatus;
    /// Types of activities.
    activity_types: ActivityType;
    /// Time entries: `/time/entries`.
    time_entries: TimeEntry;
    /// Types of work.
    work_types: WorkType;
    /// Roles in which work is done.
    work_roles: WorkRole;
    /// Charge codes.
    charge_codes: ChargeCode;
    /// Schedule entries: `/schedule/entries`.
    schedule_entries: ScheduleEntry;
    /// Types of schedule entries.
    schedule_types: ScheduleType;
    /// Statuses of schedule entries.
    schedule_statuses: ScheduleStatus;
    /// Invoices: `/finance/invoices`.
    invoices: Invoice;
    /// Agreements: `/finance/agreements`.
    agreements: Agreement;
    /// Types of agreements.
    agreement_types: AgreementType;
    /// The catalogue: `/procurement/catalog`.
    catalog_items: CatalogItem;
    /// Members: `/system/members`.
    members: Member;
    /// What anybody may know of members: `/system/info/members`.
    members_info: MemberInfo;
    /// Departments of the MSP.
    departments: Department;
    /// Locations of the MSP.
    locations: Location;
    /// Definitions of the tenant's own fields.
    user_defined_fields: UserDefinedField;
    /// Callbacks: `/system/callbacks`.
    callbacks: Callback;
    /// Files on records: `/system/documents`.
    documents: Document;
}
