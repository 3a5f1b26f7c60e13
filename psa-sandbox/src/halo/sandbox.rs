use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::BoxFuture;
use http::{HeaderValue, Method, header};
use psa_core::time::{Clock, Seeded};
use psa_http::{Body, Transport, TransportError};
use serde_json::{Value, json};

use super::data::{Data, Dataset};
use super::edit::Edit;
use super::login::{Application, bearer, gives};
use super::quirks::{OpenPoints, Quirks};
use super::routes::{Resource, Route, Verb, table};
use super::webhooks::{self, WebhookDelivery};
use super::{files, lists, plain, reports, writes};
use crate::fault::{Effect, Fault, strike};
use crate::log::{ActionLog, LogEntry};
use crate::reply::{Delivery, Reply, Way, origin};

/// An emulated Halo tenant. Cheap to clone; clones are the same tenant.
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
#[derive(Debug, Clone)]
pub struct HaloSandbox(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    clock: Arc<dyn Clock>,
    chance: Seeded,
    quirks: Quirks,
    open: OpenPoints,
    latency: Duration,
    state: Mutex<State>,
    log: ActionLog,
}

type Hook = Box<dyn FnOnce(&mut Edit<'_>) + Send>;

struct State {
    data: Data,
    application: Application,
    faults: Vec<Fault>,
    /// Requests of the last window.
    recent: VecDeque<Duration>,
    /// Edits to make before the n-th request of an operation.
    hooks: Vec<(String, u64, Hook)>,
    counts: HashMap<&'static str, u64>,
    /// Only tickets of these teams are seen.
    restricted_to: Option<Vec<String>>,
    /// How far the clock of answers is ahead.
    date_ahead: chrono::TimeDelta,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("data", &self.data).finish_non_exhaustive()
    }
}

/// Puts a [`HaloSandbox`] together.
#[derive(Debug)]
pub struct HaloSandboxBuilder {
    dataset: Dataset,
    quirks: Quirks,
    open: OpenPoints,
    clock: Option<Arc<dyn Clock>>,
    latency: Duration,
    faults: Vec<Fault>,
    tenant: Option<String>,
    granted: Vec<String>,
    api_agent: bool,
    restricted_to: Option<Vec<String>>,
}

impl HaloSandboxBuilder {
    /// What the tenant holds.
    #[must_use]
    pub fn dataset(mut self, dataset: Dataset) -> Self {
        self.dataset = dataset;
        self
    }

    /// Which peculiarities it has.
    #[must_use]
    pub fn quirks(mut self, quirks: Quirks) -> Self {
        self.quirks = quirks;
        self
    }

    /// What nobody outside knows.
    #[must_use]
    pub fn open_points(mut self, open: OpenPoints) -> Self {
        self.open = open;
        self
    }

    /// The rate limit; none: no limit.
    #[must_use]
    pub fn rate_limit(mut self, limit: Option<(u32, Duration)>) -> Self {
        self.open.rate_limit = limit;
        self
    }

    /// The clock. Default: tokio's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// How long each answer takes.
    #[must_use]
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Adds a fault.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// The tenant's name, checked at login if the client sends one.
    #[must_use]
    pub fn tenant(mut self, name: impl Into<String>) -> Self {
        self.tenant = Some(name.into());
        self
    }

    /// What the API application's permission table enables. Default: everything of the setup guide, and customers to edit.
    #[must_use]
    pub fn granted(mut self, scopes: &str) -> Self {
        self.granted = scopes.split_whitespace().map(str::to_owned).collect();
        self
    }

    /// Whether the login is an API-only agent. Default: yes.
    #[must_use]
    pub fn api_agent(mut self, yes: bool) -> Self {
        self.api_agent = yes;
        self
    }

    /// The login sees tickets of these teams only: others are left out of lists without a word.
    #[must_use]
    pub fn restricted_to_teams(mut self, teams: &[&str]) -> Self {
        self.restricted_to = Some(teams.iter().map(|t| (*t).to_owned()).collect());
        self
    }

    /// The tenant.
    pub fn build(self) -> HaloSandbox {
        let mut application = Application::new(HaloSandbox::CLIENT_ID.to_owned(), HaloSandbox::SECRET.to_owned());
        application.tenant = self.tenant;
        application.granted = self.granted;
        let seed = self.dataset.seed();
        let mut data = Data::new(self.dataset);
        data.api_agent = self.api_agent;
        data.references_checked = self.open.references_checked;
        HaloSandbox(Arc::new(Shared {
            clock: self.clock.unwrap_or_else(crate::default_clock),
            chance: Seeded::new(seed ^ 0x00FA_0175),
            quirks: self.quirks,
            open: self.open,
            latency: self.latency,
            state: Mutex::new(State {
                data,
                application,
                faults: self.faults,
                recent: VecDeque::new(),
                hooks: Vec::new(),
                counts: HashMap::new(),
                restricted_to: self.restricted_to,
                date_ahead: chrono::TimeDelta::zero(),
            }),
            log: ActionLog::default(),
        }))
    }
}

crate::doors::doors!(HaloSandbox, "Halo");

impl HaloSandbox {
    /// The API application's client id.
    pub const CLIENT_ID: &'static str = "sandbox-client";
    /// Its secret.
    pub const SECRET: &'static str = "sandbox-secret";
    /// An address for the in-process transport; nothing listens there.
    pub const URL: &'static str = "https://sandbox.halopsa.example";

    /// Starts a tenant.
    pub fn builder() -> HaloSandboxBuilder {
        HaloSandboxBuilder {
            dataset: Dataset::new(1),
            quirks: Quirks::default(),
            open: OpenPoints::default(),
            clock: None,
            latency: Duration::ZERO,
            faults: Vec::new(),
            tenant: None,
            granted:
                "read:tickets edit:tickets read:calendar edit:calendar read:customers edit:customers read:crm edit:crm \
                      read:contracts read:items read:projects edit:projects read:sales edit:sales read:quotes \
                      read:softwarelicensing"
                    .split_whitespace()
                    .map(str::to_owned)
                    .collect(),
            api_agent: true,
            restricted_to: None,
        }
    }

    /// Changes what the application's permission table enables. Tokens that exist keep their rights (quirk 14).
    pub fn grant(&self, scopes: &str) {
        self.lock().application.granted = scopes.split_whitespace().map(str::to_owned).collect();
    }

    /// Which teams' tickets the application's agent may see from now on. None: all.
    pub fn restrict_to_teams(&self, teams: Option<&[&str]>) {
        self.lock().restricted_to = teams.map(|teams| teams.iter().map(|t| (*t).to_owned()).collect());
    }

    /// Makes all tokens invalid.
    pub fn revoke_tokens(&self) {
        self.lock().application.forget_tokens();
    }

    /// How many tokens were minted.
    pub fn tokens_minted(&self) -> u64 {
        self.lock().application.minted()
    }

    /// The origins that browsers may call from.
    pub fn set_cors_origins(&self, origins: &[&str]) {
        let list: Vec<Value> = origins.iter().map(|o| json!({"value": o})).collect();
        let mut state = self.lock();
        let (rows, dataset) = state.data.rows_mut(table("applications"));
        rows.update(dataset, 1, super::data::Row::from_iter([("cors_whitelist_list".to_owned(), list.into())]));
    }

    /// Whether webhooks have something to tell.
    pub fn webhooks_due(&self) -> bool {
        !self.lock().data.webhooks.is_empty()
    }

    /// Sends what webhooks have to tell, over `transport`, each once, and logs what came back.
    pub async fn deliver_webhooks(&self, transport: &Arc<dyn Transport>) -> Vec<WebhookDelivery> {
        let now = self.0.clock.now();
        let due = webhooks::prepare(&mut self.lock().data, now, &self.0.quirks);
        let mut delivered = Vec::new();
        for prepared in due {
            let sent = webhooks::send(transport, prepared).await;
            delivered.push(webhooks::record(&mut self.lock().data, &sent, self.0.clock.now()));
        }
        delivered
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Answers one request.
    fn handle(&self, request: http::Request<Bytes>) -> Delivery {
        let shared = &*self.0;
        let (head, body) = request.into_parts();
        let path = head.uri.path().to_owned();
        let query: Vec<(String, String)> =
            url::form_urlencoded::parse(head.uri.query().unwrap_or("").as_bytes()).into_owned().collect();
        let mut state = self.lock();
        let called = classify(&head.method, &path, &query, &body, &shared.quirks);
        let operation = called.operation();
        let count = {
            let count = state.counts.entry(operation).or_default();
            *count += 1;
            *count
        };
        let now = shared.clock.now();
        let due: Vec<Hook> = {
            let (due, later) =
                std::mem::take(&mut state.hooks).into_iter().partition(|(o, n, _)| o == operation && *n == count);
            state.hooks = later;
            let due: Vec<(String, u64, Hook)> = due;
            due.into_iter().map(|(_, _, hook)| hook).collect()
        };
        for hook in due {
            hook(&mut Edit::new(&mut state.data, now));
        }
        let (delay, effect) = strike(&mut state.faults, operation, &shared.chance);
        let fault = effect.as_ref().map(Effect::name);
        let instead = effect.as_ref().and_then(|e| e.instead(rate_limited));
        let (mut reply, way) = match instead {
            Some(instead) => instead,
            None => {
                let mut query = query.clone();
                match &effect {
                    Some(Effect::ExpireToken) => {
                        if let Some(token) = bearer(&head.headers) {
                            state.application.forget(token);
                        }
                    }
                    Some(Effect::PreviousPage) => {
                        for (name, value) in &mut query {
                            if name.eq_ignore_ascii_case("page_no")
                                && let Ok(page) = value.parse::<u64>()
                            {
                                *value = page.saturating_sub(1).max(1).to_string();
                            }
                        }
                    }
                    _ => {}
                }
                let mut reply = self.answer(&mut state, &called, &head, &query, &body, now);
                if let Some(effect) = effect.as_ref().filter(|_| crate::fault::is_list(operation)) {
                    reply.body = effect.alter(&reply.body, &["record_count"]);
                }
                let way = effect.as_ref().map_or(Way::Whole, |e| e.spoil(&mut reply));
                (reply, way)
            }
        };
        if shared.open.date_sent {
            reply = reply.dated(now + state.date_ahead);
        }
        shared.log.push(LogEntry {
            at: now,
            operation,
            method: head.method.to_string(),
            path,
            query,
            status: reply.status.as_u16(),
            fault,
            claimed: head.extensions.get::<&'static str>().copied(),
        });
        Delivery { reply, delay: shared.latency + delay, way }
    }

    fn answer(
        &self,
        state: &mut State,
        called: &Called,
        head: &http::request::Parts,
        query: &[(String, String)],
        body: &Bytes,
        now: DateTime<Utc>,
    ) -> Reply {
        let shared = &*self.0;
        let elapsed = shared.clock.elapsed();
        if let Some((limit, window)) = shared.open.rate_limit
            && !matches!(called, Called::Token | Called::AuthInfo | Called::Preflight)
        {
            while state.recent.front().is_some_and(|t| *t + window <= elapsed) {
                state.recent.pop_front();
            }
            if state.recent.len() >= limit as usize {
                let wait = state.recent.front().map_or(window, |t| *t + window - elapsed);
                let mut reply = rate_limited(None);
                if shared.open.retry_after_sent {
                    reply.headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
                }
                return reply;
            }
            state.recent.push_back(elapsed);
        }
        let route = match called {
            Called::AuthInfo => return auth_info(head, state.application.tenant.as_deref()),
            Called::Token => {
                let form = url::form_urlencoded::parse(body).into_owned().collect();
                let tenant = query.iter().find(|(n, _)| n == "tenant").map(|(_, v)| v.as_str());
                return state.application.token(tenant, &head.headers, &form, elapsed, &shared.quirks, &shared.open);
            }
            Called::Unknown => {
                return Reply::text(404, "text/html", "<html><body>Not Found</body></html>");
            }
            Called::Preflight => return preflight(head, &state.data),
            Called::Instance => None,
            Called::Api(route, _) => Some(route),
        };
        let Some(scopes) = state.application.scopes(&head.headers, elapsed, &shared.quirks) else {
            return refused(401, shared.quirks.empty_refusals);
        };
        let Some(route) = route else {
            return instance(head);
        };
        if let Some(scope) = route.scope(&shared.open)
            && !gives(&scopes, &scope)
        {
            return refused(403, shared.quirks.empty_refusals);
        }
        let context = lists::Context {
            quirks: &shared.quirks,
            open: &shared.open,
            restricted_to: state.restricted_to.as_deref(),
        };
        match &route.verb {
            Verb::Me if route.resource == Resource::Agents => lists::me(&state.data, &context),
            Verb::Me => lists::nobody(),
            Verb::List => lists::list(&state.data, route.resource, query, &context),
            Verb::Get(id) => lists::get(&state.data, route.resource, id, query, &context),
            Verb::Save => writes::save(&mut state.data, route.resource, body, now, &shared.quirks),
            Verb::Download(id) => files::download(&state.data, id),
            Verb::Pdf(id) => files::pdf(&state.data, id),
            Verb::RunReport(id) => reports::run(&state.data, id),
            Verb::Query | Verb::UpdateLines | Verb::Process | Verb::Resend => {
                special(&mut state.data, route, body, now, &shared.quirks)
            }
            Verb::Void(id) => writes::void(&mut state.data, id),
            Verb::Delete(id) => writes::delete(&mut state.data, route.resource, id, query, now),
        }
    }
}

#[derive(Debug)]
enum Called {
    AuthInfo,
    Token,
    /// A browser asks whether a page may call.
    Preflight,
    Instance,
    Api(Route, bool),
    Unknown,
}

impl Called {
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

/// With and without `/api`, in any case, as the vendor does.
fn classify(method: &Method, path: &str, query: &[(String, String)], body: &Bytes, quirks: &Quirks) -> Called {
    let lower = path.to_ascii_lowercase();
    let below = lower.trim_matches('/');
    if matches!(below, "auth/token" | "token") && method == Method::POST {
        return Called::Token;
    }
    let below = below.strip_prefix("api/").unwrap_or(below);
    if below == "authinfo" && method == Method::GET {
        return Called::AuthInfo;
    }
    if method == Method::OPTIONS {
        return Called::Preflight;
    }
    if below == "instanceinfo" && method == Method::GET {
        return Called::Instance;
    }
    match Route::find(method, below, query, quirks) {
        Some(route) => {
            let creates = matches!(route.verb, Verb::Save) && writes::creates(body);
            Called::Api(route, creates)
        }
        None => Called::Unknown,
    }
}

fn auth_info(head: &http::request::Parts, tenant: Option<&str>) -> Reply {
    let origin = origin(head);
    Reply::json(
        200,
        &json!({
            "auth_url": format!("{origin}/auth"),
            "tenant_id": tenant.unwrap_or(""),
            "hosted": true,
        }),
    )
}

/// Operations that take a list and are no save.
fn special(data: &mut Data, route: &Route, body: &Bytes, now: DateTime<Utc>, quirks: &Quirks) -> Reply {
    let Ok(Value::Array(items)) = serde_json::from_slice::<Value>(body) else {
        return Reply::json(
            400,
            &json!({"": ["The input was not valid: a JSON array is required to deserialize the list."]}),
        );
    };
    match &route.verb {
        Verb::Query => match items.first() {
            Some(report) if report.get("_loadreportonly") == Some(&json!(true)) => {
                reports::query(data, report["sql"].as_str().unwrap_or_default())
            }
            _ => writes::save(data, Resource::Table(table("reports")), body, now, quirks),
        },
        Verb::UpdateLines => {
            let Resource::Table(invoices) = route.resource else { return Reply::empty(404) };
            plain::update_lines(data, invoices, items)
        }
        Verb::Process => writes::process(data, &items, now),
        _ => {
            for event in items.iter().filter_map(|e| e["id"].as_str()) {
                let events = table("webhook_events");
                let id =
                    plain::number_of(events, event).filter(|id| data.rows(events).get(&data.dataset, *id).is_some());
                match id {
                    Some(id) => data.webhooks.resend(id),
                    None => return Reply::empty(404),
                }
            }
            Reply::json(201, &json!({}))
        }
    }
}

fn refused(status: u16, empty: bool) -> Reply {
    if empty { Reply::empty(status) } else { Reply::json(status, &json!({"error": "You do not have access to this"})) }
}

fn instance(head: &http::request::Parts) -> Reply {
    let origin = origin(head);
    Reply::json(
        200,
        &json!({"dbid": "sandbox", "app_version": "2.214.1", "database_version": "2.214.1", "agent_count": 12, "licensed_agent_count": 15,
            "last_login": "2026-10-01T08:00:00", "app_name": "Halo PSA", "agent_url": origin, "portal_url": format!("{origin}/portal"),
            "auth_url": format!("{origin}/auth")}),
    )
}

/// Without the origin in the application's list there are no headers, and a browser refuses.
fn preflight(head: &http::request::Parts, data: &Data) -> Reply {
    let mut reply = Reply::empty(204);
    let Some(asked) = head.headers.get(header::ORIGIN).and_then(|o| o.to_str().ok()) else {
        return reply;
    };
    let applications = data.rows(table("applications")).all(&data.dataset);
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

fn rate_limited(retry_after: Option<&'static str>) -> Reply {
    let mut reply = Reply::text(429, "text/plain", "Rate Limit Reached - 300 Requests per rolling 5 minute window");
    if let Some(after) = retry_after {
        reply.headers.insert(header::RETRY_AFTER, HeaderValue::from_static(after));
    }
    reply
}

impl Transport for HaloSandbox {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        async move { self.handle(request).respond(&*self.0.clock).await }.boxed()
    }
}
