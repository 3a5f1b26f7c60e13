//! A tenant of Halo: what it holds, its application, and where it answers.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderValue, Method, header};
use psa_http::Transport;
use serde_json::{Value, json};

use super::dataset::Dataset;
use super::edit::Edit;
use super::endpoints::Subject;
use super::params::Context;
use super::quirks::{OpenPoints, Quirks};
use super::resource::Resource;
use super::routes::{Route, Verb};
use super::sent::creates;
use super::state::Data;
use super::table::Special;
use super::tables::table;
use super::token_endpoint::{Application, bearer, gives};
use super::webhooks::{self, Outbox, WebhookDelivery};
use super::{attachments, invoices, lists, reports, writes};
use crate::emulator::builder::SandboxBuilder;
use crate::emulator::reply::Reply;
use crate::emulator::request::Request;
use crate::emulator::row::Row;
use crate::emulator::sandbox::Sandbox;
use crate::emulator::vendor::{Emulated, Setup};

/// An emulated Halo tenant.
///
/// ```
/// use psa_sandbox::HaloSandbox;
/// use psa_sandbox::halo::Dataset;
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let sandbox = HaloSandbox::builder().dataset(Dataset::new(7).tickets(500)).build();
/// // For a client: HaloSandbox::URL, HaloSandbox::CLIENT_ID, HaloSandbox::SECRET, and this transport.
/// let transport = sandbox.transport();
/// sandbox.edit(|halo| halo.delete_ticket(42));  // somebody works in Halo
/// assert_eq!(sandbox.log().count("halo.tickets.create"), 0);
/// # let _ = transport;
/// # });
/// ```
pub type HaloSandbox = Sandbox<Tenant>;

/// Puts a [`HaloSandbox`] together.
pub type HaloSandboxBuilder = SandboxBuilder<Tenant>;

/// Halo, as the emulator runs it: see [`HaloSandbox`].
#[derive(Debug)]
pub struct Tenant {
    data: Data,
    quirks: Quirks,
    open: OpenPoints,
    application: Application,
    outbox: Outbox,
    /// Only tickets of these teams are seen.
    restricted_to: Option<Vec<String>>,
}

/// Settings that only Halo has.
#[derive(Debug)]
pub struct Options {
    tenant: Option<String>,
    granted: Vec<String>,
    api_agent: bool,
    restricted_to: Option<Vec<String>>,
}

impl Default for Options {
    fn default() -> Self {
        let granted = "read:tickets edit:tickets read:calendar edit:calendar read:customers edit:customers read:crm edit:crm \
             read:contracts read:items read:projects edit:projects read:sales edit:sales read:quotes \
             read:softwarelicensing";
        Self { tenant: None, granted: words(granted), api_agent: true, restricted_to: None }
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

impl SandboxBuilder<Tenant> {
    /// The tenant's name, checked at login if the client sends one.
    #[must_use]
    pub fn tenant(mut self, name: impl Into<String>) -> Self {
        self.setup.options.tenant = Some(name.into());
        self
    }

    /// What the API application's permission table enables. Default: everything of the setup guide, and customers to edit.
    #[must_use]
    pub fn granted(mut self, scopes: &str) -> Self {
        self.setup.options.granted = words(scopes);
        self
    }

    /// Whether the login is an API-only agent. Default: yes.
    #[must_use]
    pub fn api_agent(mut self, yes: bool) -> Self {
        self.setup.options.api_agent = yes;
        self
    }

    /// The login sees tickets of these teams only: others are left out of lists without a word.
    #[must_use]
    pub fn restricted_to_teams(mut self, teams: &[&str]) -> Self {
        self.setup.options.restricted_to = Some(owned(teams));
        self
    }
}

impl Sandbox<Tenant> {
    /// The API application's client id.
    pub const CLIENT_ID: &'static str = "sandbox-client";
    /// Its secret.
    pub const SECRET: &'static str = "sandbox-secret";
    /// An address for the in-process transport; nothing listens there.
    pub const URL: &'static str = "https://sandbox.halopsa.example";

    /// Changes what the application's permission table enables. Tokens that exist keep their rights (quirk 14).
    pub fn grant(&self, scopes: &str) {
        self.vendor(|tenant| tenant.application.granted = words(scopes));
    }

    /// Which teams' tickets the application's agent may see from now on. None: all.
    pub fn restrict_to_teams(&self, teams: Option<&[&str]>) {
        self.vendor(|tenant| tenant.restricted_to = teams.map(owned));
    }

    /// Makes all tokens invalid.
    pub fn revoke_tokens(&self) {
        self.vendor(|tenant| tenant.application.forget_tokens());
    }

    /// How many tokens were minted.
    pub fn tokens_minted(&self) -> u64 {
        self.vendor(|tenant| tenant.application.minted())
    }

    /// The origins that browsers may call from.
    pub fn set_cors_origins(&self, origins: &[&str]) {
        let list: Vec<Value> = origins.iter().map(|o| json!({"value": o})).collect();
        self.vendor(|tenant| {
            let (rows, dataset) = tenant.data.rows_mut(Resource::Applications);
            rows.update(dataset, 1, Row::from_iter([("cors_whitelist_list".to_owned(), list.into())]));
        });
    }

    /// Whether webhooks have something to tell.
    pub fn webhooks_due(&self) -> bool {
        self.vendor(|tenant| !tenant.data.changes.is_empty() || !tenant.outbox.is_empty())
    }

    /// Sends what webhooks have to tell, over `transport`, each once, and logs what came back.
    pub async fn deliver_webhooks(&self, transport: &Arc<dyn Transport>) -> Vec<WebhookDelivery> {
        let now = self.now();
        let due = self.vendor(|tenant| {
            let Tenant { data, outbox, quirks, .. } = tenant;
            webhooks::prepare(data, outbox, now, quirks)
        });
        let mut delivered = Vec::new();
        for prepared in due {
            let sent = webhooks::send(transport, prepared).await;
            let now = self.now();
            delivered.push(self.vendor(|tenant| webhooks::record(&mut tenant.data, &sent, now)));
        }
        delivered
    }
}

impl Emulated for Tenant {
    const NAME: &'static str = "Halo";
    const COUNTS: &'static [&'static str] = &["record_count"];

    type Dataset = Dataset;
    type Quirks = Quirks;
    type OpenPoints = OpenPoints;
    type Options = Options;
    type Call = Called;
    type Edit<'a> = Edit<'a>;

    fn start(setup: Setup<Self>) -> Self {
        let Setup { dataset, quirks, open_points: open, options } = setup;
        let mut application = Application::new(HaloSandbox::CLIENT_ID.to_owned(), HaloSandbox::SECRET.to_owned());
        application.tenant = options.tenant;
        application.granted = options.granted;
        let mut data = Data::new(dataset);
        data.api_agent = options.api_agent;
        data.references_checked = open.references_checked;
        Self { data, quirks, open, application, outbox: Outbox::default(), restricted_to: options.restricted_to }
    }

    fn seed(dataset: &Dataset) -> u64 {
        dataset.seed() ^ 0x00FA_0175
    }

    fn rate_limit(open: &mut OpenPoints) -> &mut Option<(u32, Duration)> {
        &mut open.rate_limit
    }

    fn call(&self, request: &Request) -> Called {
        Called::of(request, &self.quirks)
    }

    fn operation(called: &Called) -> &'static str {
        called.operation()
    }

    fn is_limited(&self, called: &Called) -> bool {
        !matches!(called, Called::Token | Called::AuthInfo | Called::Preflight)
    }

    fn answer(&mut self, called: &Called, request: &Request) -> Reply {
        let route = match called {
            Called::AuthInfo => return auth_info(request, self.application.tenant.as_deref()),
            Called::Token => {
                let form = url::form_urlencoded::parse(&request.body).into_owned().collect();
                let tenant = request.query.iter().find(|(n, _)| n == "tenant").map(|(_, v)| v.as_str());
                let (headers, elapsed) = (&request.headers, request.elapsed);
                return self.application.token(tenant, headers, &form, elapsed, &self.quirks, &self.open);
            }
            Called::Unknown => {
                return Reply::text(404, "text/html", "<html><body>Not Found</body></html>");
            }
            Called::Preflight => return preflight(request, &self.data),
            Called::Instance => None,
            Called::Api(route, _) => Some(route),
        };
        let Some(scopes) = self.application.scopes(&request.headers, request.elapsed, &self.quirks) else {
            return refused(401, self.quirks.empty_refusals);
        };
        let Some(route) = route else {
            return instance(request);
        };
        if let Some(scope) = route.scope(&self.open)
            && !gives(&scopes, &scope)
        {
            return refused(403, self.quirks.empty_refusals);
        }
        self.record(route, request)
    }

    fn too_many_requests(&self, retry_after: Option<HeaderValue>) -> Reply {
        let mut reply = Reply::text(429, "text/plain", "Rate Limit Reached - 300 Requests per rolling 5 minute window");
        if let Some(after) = retry_after {
            reply.headers.insert(header::RETRY_AFTER, after);
        }
        reply
    }

    fn retry_after(&self, wait: Duration) -> Option<HeaderValue> {
        self.open.retry_after_sent.then(|| HeaderValue::from(wait.as_secs() + 1))
    }

    fn is_dated(&self) -> bool {
        self.open.date_sent
    }

    fn previous_page(query: &mut [(String, String)]) {
        for (name, value) in query {
            if name.eq_ignore_ascii_case("page_no")
                && let Ok(page) = value.parse::<u64>()
            {
                *value = page.saturating_sub(1).max(1).to_string();
            }
        }
    }

    fn expire_token(&mut self, request: &Request) {
        if let Some(token) = bearer(&request.headers) {
            self.application.forget(token);
        }
    }

    fn edit(&mut self, now: DateTime<Utc>) -> Edit<'_> {
        Edit::new(&mut self.data, now)
    }
}

impl Tenant {
    /// Answers a request of somebody who may make it.
    fn record(&mut self, route: &Route, request: &Request) -> Reply {
        let context = Context { quirks: &self.quirks, open: &self.open, restricted_to: self.restricted_to.as_deref() };
        let (subject, query, body, now) = (route.subject, &request.query, &request.body, request.now);
        match &route.verb {
            Verb::List => lists::list(&self.data, subject, query, &context),
            Verb::Get(id) => lists::get(&self.data, subject, id, query, &context),
            Verb::Save => writes::save(&mut self.data, subject, body, now, &self.quirks),
            Verb::Delete(id) => writes::delete(&mut self.data, subject, id, query, now),
            Verb::Special(special, id) => match special {
                Special::Me => lists::me(&self.data, &context),
                Special::Nobody => lists::nobody(),
                Special::Download => attachments::download(&self.data, id),
                Special::Pdf => invoices::pdf(&self.data, id),
                Special::RunReport => reports::run(&self.data, id),
                Special::Void => invoices::void(&mut self.data, id),
                Special::Query | Special::UpdateLines | Special::Process | Special::Resend => {
                    self.list_of(*special, subject, body, now)
                }
            },
        }
    }

    /// Operations that take a list and are no save.
    fn list_of(&mut self, special: Special, subject: Subject, body: &Bytes, now: DateTime<Utc>) -> Reply {
        let Ok(Value::Array(items)) = serde_json::from_slice::<Value>(body) else {
            return Reply::json(
                400,
                &json!({"": ["The input was not valid: a JSON array is required to deserialize the list."]}),
            );
        };
        match special {
            Special::Query => match items.first() {
                Some(report) if report.get("_loadreportonly") == Some(&json!(true)) => {
                    reports::query(&self.data, report["sql"].as_str().unwrap_or_default())
                }
                _ => writes::save(&mut self.data, subject, body, now, &self.quirks),
            },
            Special::UpdateLines => {
                let Subject::Table(of) = subject else { return Reply::empty(404) };
                invoices::update_lines(&mut self.data, of.resource, items)
            }
            Special::Process => invoices::process(&mut self.data, &items, now),
            _ => {
                let there = |id: &i64| self.data.get(Resource::WebhookEvents, *id).is_some();
                for event in items.iter().filter_map(|e| e["id"].as_str()) {
                    match table(Resource::WebhookEvents).number_of(event).filter(there) {
                        Some(id) => self.outbox.resend(id),
                        None => return Reply::empty(404),
                    }
                }
                Reply::json(201, &json!({}))
            }
        }
    }
}

/// A request that was recognised.
#[derive(Debug)]
pub enum Called {
    /// Where to log in.
    AuthInfo,
    /// A login.
    Token,
    /// A browser asks whether a page may call.
    Preflight,
    /// What the instance is.
    Instance,
    /// A path of the API, and whether its body creates.
    Api(Route, bool),
    /// Nothing is there.
    Unknown,
}

impl Called {
    /// With and without `/api`, in any case, as the vendor does.
    fn of(request: &Request, quirks: &Quirks) -> Self {
        let lower = request.path.to_ascii_lowercase();
        let below = lower.trim_matches('/');
        if matches!(below, "auth/token" | "token") && request.method == Method::POST {
            return Self::Token;
        }
        let below = below.strip_prefix("api/").unwrap_or(below);
        if below == "authinfo" && request.method == Method::GET {
            return Self::AuthInfo;
        }
        if request.method == Method::OPTIONS {
            return Self::Preflight;
        }
        if below == "instanceinfo" && request.method == Method::GET {
            return Self::Instance;
        }
        match Route::find(&request.method, below, &request.query, quirks) {
            Some(route) => {
                let creates = matches!(route.verb, Verb::Save) && creates(&request.body);
                Self::Api(route, creates)
            }
            None => Self::Unknown,
        }
    }

    fn operation(&self) -> &'static str {
        match self {
            Self::AuthInfo => "halo.authinfo",
            Self::Token => "halo.token",
            Self::Preflight => "halo.check.preflight",
            Self::Instance => "halo.instance",
            Self::Api(route, creates) => route.operation(*creates),
            Self::Unknown => "unknown",
        }
    }
}

fn auth_info(request: &Request, tenant: Option<&str>) -> Reply {
    let origin = &request.origin;
    Reply::json(
        200,
        &json!({
            "auth_url": format!("{origin}/auth"),
            "tenant_id": tenant.unwrap_or(""),
            "hosted": true,
        }),
    )
}

fn refused(status: u16, empty: bool) -> Reply {
    if empty { Reply::empty(status) } else { Reply::json(status, &json!({"error": "You do not have access to this"})) }
}

fn instance(request: &Request) -> Reply {
    let origin = &request.origin;
    Reply::json(
        200,
        &json!({"dbid": "sandbox", "app_version": "2.214.1", "database_version": "2.214.1", "agent_count": 12, "licensed_agent_count": 15,
            "last_login": "2026-10-01T08:00:00", "app_name": "Halo PSA", "agent_url": origin, "portal_url": format!("{origin}/portal"),
            "auth_url": format!("{origin}/auth")}),
    )
}

/// Without the origin in the application's list there are no headers, and a browser refuses.
fn preflight(request: &Request, data: &Data) -> Reply {
    let mut reply = Reply::empty(204);
    let Some(asked) = request.header(header::ORIGIN.as_str()) else {
        return reply;
    };
    let applications = data.rows(Resource::Applications).all(&data.dataset);
    let listed =
        applications.iter().flat_map(|a| a.get("cors_whitelist_list").and_then(Value::as_array).into_iter().flatten());
    if listed.filter_map(|e| e["value"].as_str()).any(|o| o.trim_end_matches('/') == asked) {
        if let Ok(value) = HeaderValue::from_str(asked) {
            reply.headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value);
        }
        reply
            .headers
            .insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("authorization,content-type"));
        reply.headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET,POST,DELETE"));
    }
    reply
}
