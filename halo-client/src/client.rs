use std::sync::Arc;
use std::time::Duration;

use http::Method;
use psa_core::Result;
use psa_http::json::Native;
use psa_http::{HttpClient, Idempotency, Operation, RawCall, Stats, TokenCache};
use serde_json::Value;

use crate::auth::HaloTokens;
use crate::config::{HaloBuilder, HaloUrl};
use crate::connector::{HaloConnector, HaloConnectorBuilder};
use crate::page::List;
use crate::resources::*;
use crate::scopes::Scopes;

static GET_JSON: Operation = Operation::get("halo.get_json", "/");
static POST_JSON: Operation = Operation::post("halo.post_json", "/");

/// A Halo tenant. Cheap to clone; clones share login, rate budget and connections.
///
/// ```no_run
/// use std::sync::Arc;
/// use futures::TryStreamExt;
/// use halo_client::Halo;
///
/// # async fn list(transport: Arc<dyn psa_http::Transport>) -> psa_core::Result<()> {
/// let halo = Halo::builder("https://acme.halopsa.com")
///     .client_credentials("client-id", "secret".to_string())
///     .transport(transport)
///     .build()?;
/// let mut open = halo.tickets().list().open_only(true).team("Service Desk").stream();
/// while let Some(ticket) = open.try_next().await? {
///     println!("{} {}", ticket.id, ticket.summary.as_deref().unwrap_or(""));
/// }
/// halo.tickets().update(4711).status(3).send().await?;
/// let anything: serde_json::Value = halo.get_json("/Certificate").query("count", 10).send().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Halo(Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) http: HttpClient,
    pub(crate) tokens: Arc<HaloTokens>,
    pub(crate) cache: Arc<TokenCache>,
    pub(crate) url: HaloUrl,
    /// The address and the tenant: whose records these are.
    pub(crate) account: String,
    pub(crate) scopes: Scopes,
    pub(crate) window: usize,
    pub(crate) limit: Option<(u32, Duration)>,
    /// Knows the secrets to keep out of errors.
    pub(crate) redactor: psa_http::Redactor,
    pub(crate) cors_origin: Option<String>,
}

/// Declares the way to each resource.
macro_rules! resources {
    ($( $(#[$doc:meta])* $name:ident: $handle:ident; )*) => {
        impl Halo {
            $( $(#[$doc])* pub fn $name(&self) -> $handle { $handle::new(self.clone()) } )*
        }
    };
}

resources! {
    /// Opportunities, the same record as a ticket: `/Opportunities`.
    opportunities: Opportunities;
    /// Projects, the same record as a ticket: `/Projects`.
    projects: Projects;
    /// Kinds of budget: `/BudgetType`.
    budget_types: BudgetTypes;
    /// Workflows: `/Workflow`.
    workflows: Workflows;
    /// Appointments: `/Appointment`.
    appointments: Appointments;
    /// Days of agents: `/Timesheet`.
    timesheets: Timesheets;
    /// Hours on timesheets: `/TimesheetEvent`.
    timesheet_events: TimesheetEvents;
    /// Assets: `/Asset`.
    assets: Assets;
    /// Types of asset: `/AssetType`.
    asset_types: AssetTypes;
    /// Contracts of clients, the agreements: `/ClientContract`.
    contracts: Contracts;
    /// Invoices: `/Invoice`.
    invoices: Invoices;
    /// Invoices that are made again each period: `/RecurringInvoice`.
    recurring_invoices: RecurringInvoices;
    /// The catalogue: `/Item`.
    items: Items;
    /// Quotations: `/Quotation`.
    quotations: Quotations;
    /// Sales orders: `/SalesOrder`.
    sales_orders: SalesOrders;
    /// Purchase orders: `/PurchaseOrder`.
    purchase_orders: PurchaseOrders;
    /// Suppliers: `/Supplier`.
    suppliers: Suppliers;
    /// Licences and subscriptions: `/SoftwareLicence`.
    software_licences: SoftwareLicences;
    /// The knowledge base: `/KBArticle`.
    articles: Articles;
    /// Reports, and SQL: `/Report`.
    reports: Reports;
    /// Definitions of fields, the tenant's own ones included: `/FieldInfo`.
    fields: Fields;
    /// Definitions of the fields of asset types: `/Field`.
    asset_fields: AssetFields;
    /// CRM notes: `/CRMNote`.
    crm_notes: CrmNotes;
    /// Distribution lists: `/DistributionLists`.
    distribution_lists: DistributionLists;
    /// Mail campaigns: `/MailCampaign`.
    mail_campaigns: MailCampaigns;
    /// Files: `/Attachment`.
    attachments: Attachments;
    /// API applications: `/Application`.
    applications: Applications;
    /// Webhooks: `/Webhook`.
    webhooks: Webhooks;
    /// What webhooks are told of: `/Notification`.
    notifications: Notifications;
    /// Deliveries of webhooks: `/WebhookEvent`.
    webhook_events: WebhookEvents;
}

impl Halo {
    /// Starts a client for the server at `url`, pasted in any form.
    pub fn builder(url: &str) -> HaloBuilder {
        HaloBuilder::new(url)
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

    pub(crate) fn window(&self) -> usize {
        self.0.window
    }

    /// What this client sent so far.
    pub fn stats(&self) -> Stats {
        self.0.http.stats()
    }

    /// What its requests wait for: the rate budget, the vendor's limit, the next try.
    pub fn waits(&self) -> &psa_core::WaitBoard {
        self.0.http.waits()
    }

    /// Tickets: `/Tickets`.
    pub fn tickets(&self) -> Tickets {
        Tickets::new(self.clone())
    }

    /// Actions, the steps of a ticket: notes, mails, hours. `/Actions`.
    pub fn actions(&self) -> Actions {
        Actions::new(self.clone())
    }

    /// Clients, the MSP's customers: `/Client`.
    pub fn clients(&self) -> Clients {
        Clients::new(self.clone())
    }

    /// Sites of clients: `/Site`.
    pub fn sites(&self) -> Sites {
        Sites::new(self.clone())
    }

    /// Users, the people at clients: `/Users`.
    pub fn users(&self) -> Users {
        Users::new(self.clone())
    }

    /// Agents, the MSP's people: `/Agent`.
    pub fn agents(&self) -> Agents {
        Agents::new(self.clone())
    }

    /// Teams: `/Team`.
    pub fn teams(&self) -> List<Team> {
        List::new(self.clone()).query("showall", true)
    }

    /// Statuses of all areas, hidden ones too: `/Status`. Those of tickets have `type` 0; Halo does not filter by it.
    pub fn statuses(&self) -> List<Status> {
        List::new(self.clone()).query("showall", true)
    }

    /// Ticket types: `/TicketType`.
    pub fn ticket_types(&self) -> List<TicketType> {
        List::new(self.clone()).query("showall", true)
    }

    /// Priorities, a set for each SLA: `/Priority`.
    pub fn priorities(&self) -> List<Priority> {
        List::new(self.clone())
    }

    /// Categories: `/Category`.
    pub fn categories(&self) -> List<Category> {
        List::new(self.clone())
    }

    /// Outcomes, the kinds of action, hidden ones too: `/Outcome`.
    pub fn outcomes(&self) -> List<Outcome> {
        List::new(self.clone()).query("showhidden", true)
    }

    /// What the server says of itself: version, licences, addresses. Any valid token may ask. `/InstanceInfo`
    ///
    /// # Errors
    /// What the network can do.
    pub async fn instance(&self) -> Result<Native<InstanceInfo>> {
        instance(self).await
    }

    /// Any read, also of what this crate has no types for. The path is below `/api`, with or without it.
    pub fn get_json(&self, path: &str) -> RawCall {
        RawCall::new(self.0.http.call(&GET_JSON).raw_path(below_api(path)))
    }

    /// Any write. Not repeated unless nothing was sent.
    pub fn post_json(&self, path: &str, body: &Value) -> RawCall {
        RawCall::new(self.0.http.call(&POST_JSON).raw_path(below_api(path)).json(body))
    }

    /// Any request: the method decides whether it may be repeated.
    pub fn raw(&self, method: Method, path: &str) -> RawCall {
        let operation = if method.is_safe() { &GET_JSON } else { &POST_JSON };
        debug_assert!(operation.idempotency != Idempotency::Safe || method.is_safe());
        RawCall::new(self.0.http.call(operation).method(method).raw_path(below_api(path)))
    }

    /// The common view of this tenant, for sync and for code that does not care about the vendor.
    pub fn connector(&self) -> HaloConnectorBuilder {
        HaloConnector::builder(self.clone())
    }
}

fn below_api(path: &str) -> &str {
    let path = path.trim_start_matches('/');
    match path.split_once('/') {
        Some((first, rest)) if first.eq_ignore_ascii_case("api") => rest,
        _ => path,
    }
}
