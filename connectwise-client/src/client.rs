use std::sync::Arc;

use http::{HeaderName, HeaderValue, Method};
use psa_core::{Error, Result};
use psa_http::json::Native;
use psa_http::{HttpClient, HttpSetup, Operation, RawCall, Stats};
use serde_json::Value;
use url::Url;

use crate::codebase::Codebase;
use crate::config::ConnectWiseBuilder;
use crate::connector::{ConnectWiseConnector, ConnectWiseConnectorBuilder};
use crate::resources::*;

pub(crate) const USER_TYPE: HeaderName = HeaderName::from_static("x-cw-usertype");

static GET_JSON: Operation = Operation::get("connectwise.get_json", "/");
static POST_JSON: Operation = Operation::post("connectwise.post_json", "/");
static INFO: Operation = Operation::get("connectwise.system_info.get", "/system/info");

/// A ConnectWise PSA tenant. Cheap to clone; clones share login, rate budget and connections.
///
/// ```no_run
/// use std::sync::Arc;
/// use connectwise_client::{ConnectWise, field};
/// use futures::TryStreamExt;
///
/// # async fn list(transport: Arc<dyn psa_http::Transport>) -> psa_core::Result<()> {
/// let cw = ConnectWise::builder("na.myconnectwise.net")
///     .company("acme")
///     .keys("public", "private".to_string())
///     .client_id("11111111-2222-4333-8444-555555555555")
///     .transport(transport)
///     .build()?;
/// let open = field("closedFlag").eq(false).and(field("board/name").eq("Service Desk"));
/// let mut tickets = cw.tickets().list().condition(open).stream();
/// while let Some(ticket) = tickets.try_next().await? {
///     println!("{} {}", ticket.id, ticket.summary.as_deref().unwrap_or(""));
/// }
/// cw.tickets().update(4711).status(17).send().await?;
/// let anything: serde_json::Value = cw.get_json("/system/reports").send().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct ConnectWise(Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) http: HttpClient,
    pub(crate) codebase: Arc<Codebase>,
    pub(crate) setup: Arc<HttpSetup>,
    pub(crate) site: Url,
    pub(crate) company: String,
    pub(crate) client_id: HeaderValue,
    pub(crate) fixed: Option<Url>,
}

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

impl ConnectWise {
    /// Starts a client for the server that people log in at, pasted in any form.
    pub fn builder(site: &str) -> ConnectWiseBuilder {
        ConnectWiseBuilder::new(site)
    }

    pub(crate) fn from_inner(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    pub(crate) fn http(&self) -> &HttpClient {
        &self.0.http
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }

    pub(crate) fn company(&self) -> &str {
        &self.0.company
    }

    pub(crate) fn window(&self) -> usize {
        self.0.setup.concurrency
    }

    /// What this client sent so far.
    pub fn stats(&self) -> Stats {
        self.0.http.stats()
    }

    /// What its requests wait for: the rate budget, the vendor's limit, the next try.
    pub fn waits(&self) -> &psa_core::WaitBoard {
        self.0.http.waits()
    }

    /// What the server says of itself. `/system/info`
    ///
    /// # Errors
    /// What ConnectWise refuses and what the network can do.
    pub async fn info(&self) -> Result<Native<SystemInfo>> {
        let answer = self.http().call(&INFO).send().await?;
        psa_http::list::record(&answer, answer.body.clone(), INFO.name)
    }

    /// The same tenant with the rights of a member, by its identifier (what it logs in with) or id. Only an integrator login may do that; the keys are
    /// minted with the first call and again before they end, after four hours.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](psa_core::ErrorKind::Config) for a name that can't be one.
    pub fn impersonate(&self, member: &str) -> Result<Self> {
        if member.trim().is_empty() {
            return Err(Error::config("member", "no member was named"));
        }
        crate::config::impersonate(self, member.trim())
    }

    /// Any read, also of what this crate has no types for. The path is below the API's root.
    pub fn get_json(&self, path: &str) -> RawCall {
        RawCall::new(self.0.http.call(&GET_JSON).raw_path(path))
    }

    /// Any write. Not repeated unless nothing was sent.
    pub fn post_json(&self, path: &str, body: &Value) -> RawCall {
        RawCall::new(self.0.http.call(&POST_JSON).raw_path(path).json(body))
    }

    /// Any request: the method decides whether it may be repeated.
    pub fn raw(&self, method: Method, path: &str) -> RawCall {
        let operation = if method.is_safe() { &GET_JSON } else { &POST_JSON };
        RawCall::new(self.0.http.call(operation).method(method).raw_path(path))
    }

    /// The common view of this tenant, for sync and for code that does not care about the vendor.
    pub fn connector(&self) -> ConnectWiseConnectorBuilder {
        ConnectWiseConnector::builder(self.clone())
    }
}
