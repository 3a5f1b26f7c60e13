use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use base64::Engine;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::BoxFuture;
use http::{HeaderValue, Method, header};
use psa_core::time::{Clock, Seeded};
use psa_http::{Body, Transport, TransportError};
use serde_json::{Value, json};

use super::callbacks::{self, CallbackDelivery};
use super::data::{Data, Dataset};
use super::edit::Edit;
use super::lists::{self, Ask, refuse};
use super::quirks::{OpenPoints, Quirks};
use super::routes::{Route, Verb};
use super::{attached, special, writes};
use crate::fault::{Effect, Fault, strike};
use crate::log::{ActionLog, LogEntry};
use crate::reply::{Delivery, Reply, Way, origin};

/// An emulated ConnectWise PSA tenant. Cheap to clone; clones are the same tenant.
///
/// ```
/// use psa_sandbox::ConnectWiseSandbox;
/// use psa_sandbox::connectwise::Dataset;
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let sandbox = ConnectWiseSandbox::builder().dataset(Dataset::new(7).tickets(500)).build();
/// // For a client: ConnectWiseSandbox::SITE, COMPANY, PUBLIC_KEY, PRIVATE_KEY, CLIENT_ID, and this transport.
/// let transport = sandbox.transport();
/// sandbox.edit(|cw| cw.remove("tickets", 42));  // somebody works in ConnectWise
/// assert_eq!(sandbox.log().count("connectwise.tickets.create"), 0);
/// # let _ = transport;
/// # });
/// ```
#[derive(Debug, Clone)]
pub struct ConnectWiseSandbox(Arc<Shared>);

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
    codebase: String,
    faults: Vec<Fault>,
    recent: VecDeque<Duration>,
    hooks: Vec<(String, u64, Hook)>,
    counts: HashMap<&'static str, u64>,
    /// Modules that the security role does not let the login inquire.
    denied: Vec<String>,
    /// Modules of which the login sees its own rows only.
    mine: Vec<String>,
    /// Keys of members that an integrator stands in for.
    impersonated: HashMap<String, (String, Duration)>,
    /// How far the clock of answers is ahead.
    date_ahead: chrono::TimeDelta,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("data", &self.data).finish_non_exhaustive()
    }
}

/// Puts a [`ConnectWiseSandbox`] together.
#[derive(Debug)]
pub struct ConnectWiseSandboxBuilder {
    dataset: Dataset,
    quirks: Quirks,
    open: OpenPoints,
    clock: Option<Arc<dyn Clock>>,
    latency: Duration,
    faults: Vec<Fault>,
}

impl ConnectWiseSandboxBuilder {
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

    /// The tenant.
    pub fn build(self) -> ConnectWiseSandbox {
        let seed = self.dataset.seed();
        ConnectWiseSandbox(Arc::new(Shared {
            clock: self.clock.unwrap_or_else(crate::default_clock),
            chance: Seeded::new(seed ^ 0x0C0E_C7ED),
            quirks: self.quirks,
            open: self.open,
            latency: self.latency,
            state: Mutex::new(State {
                data: Data::new(self.dataset),
                codebase: "v2025_1".to_owned(),
                faults: self.faults,
                recent: VecDeque::new(),
                hooks: Vec::new(),
                counts: HashMap::new(),
                denied: Vec::new(),
                mine: Vec::new(),
                impersonated: HashMap::new(),
                date_ahead: chrono::TimeDelta::zero(),
            }),
            log: ActionLog::default(),
        }))
    }
}

crate::doors::doors!(ConnectWiseSandbox, "ConnectWise");

impl ConnectWiseSandbox {
    /// An address for the in-process transport; nothing listens there.
    pub const SITE: &'static str = "https://sandbox.connectwise.example";
    /// The company id.
    pub const COMPANY: &'static str = "sandbox";
    /// The public key of the API member.
    pub const PUBLIC_KEY: &'static str = "sandbox-public";
    /// Its private key.
    pub const PRIVATE_KEY: &'static str = "sandbox-private";
    /// The client id of the integration.
    pub const CLIENT_ID: &'static str = "11111111-2222-4333-8444-555555555555";
    /// The identifier of the API member.
    pub const MEMBER: &'static str = "apimember1";

    /// Starts a tenant.
    pub fn builder() -> ConnectWiseSandboxBuilder {
        ConnectWiseSandboxBuilder {
            dataset: Dataset::new(1),
            quirks: Quirks::default(),
            open: OpenPoints::default(),
            clock: None,
            latency: Duration::ZERO,
            faults: Vec::new(),
        }
    }

    /// Moves the API to another codebase, as a release of the cloud does. The classic one stays an alias.
    pub fn release(&self, codebase: &str) {
        codebase.trim_matches('/').clone_into(&mut self.lock().codebase);
    }

    /// Takes the right to inquire modules of the security role away (`Service Tickets`, `Companies` …).
    pub fn deny(&self, modules: &[&str]) {
        self.lock().denied = modules.iter().map(|m| (*m).to_owned()).collect();
    }

    /// Lowers modules of the security role to "My": other people's rows are left out without a word.
    pub fn only_mine(&self, modules: &[&str]) {
        self.lock().mine = modules.iter().map(|m| (*m).to_owned()).collect();
    }

    /// Whether callbacks have something to tell.
    pub fn callbacks_due(&self) -> bool {
        !self.lock().data.happened.is_empty()
    }

    /// Sends what callbacks have to tell, over `transport`. `origin` is where receivers find the keys: the server's URL, or
    /// [`SITE`](Self::SITE).
    pub async fn deliver_callbacks(&self, transport: &Arc<dyn Transport>, origin: &str) -> Vec<CallbackDelivery> {
        let suffix = self.0.open.callback_suffix;
        let due = {
            let mut state = self.lock();
            let codebase = state.codebase.clone();
            callbacks::prepare(&mut state.data, origin.trim_end_matches('/'), &codebase, Self::COMPANY, suffix)
        };
        let mut delivered = Vec::new();
        for prepared in &due {
            let delivery = callbacks::send(transport, &self.0.clock, prepared).await;
            callbacks::record(&mut self.lock().data, &delivery, self.0.clock.now());
            delivered.push(delivery);
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
        let query: Vec<(String, String)> = url::form_urlencoded::parse(head.uri.query().unwrap_or("").as_bytes())
            .into_owned()
            .filter(|(n, _)| !n.is_empty())
            .collect();
        let mut state = self.lock();
        let called = Called::of(&head.method, &path);
        let operation = called.operation();
        let count = {
            let count = state.counts.entry(operation).or_default();
            *count += 1;
            *count
        };
        let now = shared.clock.now();
        let (due, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut state.hooks).into_iter().partition(|(o, n, _)| o == operation && *n == count);
        state.hooks = later;
        for (_, _, hook) in due {
            hook(&mut Edit::new(&mut state.data, now));
        }
        let (delay, effect) = strike(&mut state.faults, operation, &shared.chance);
        let fault = effect.as_ref().map(Effect::name);
        let instead = effect.as_ref().and_then(|e| e.instead(rate_limited));
        let (reply, way) = match instead {
            Some(instead) => instead,
            None => {
                let mut query = query.clone();
                if effect == Some(Effect::PreviousPage) {
                    previous(&mut query);
                }
                let mut reply = self.answer(&mut state, &called, &head, &query, &body, now);
                if let Some(effect) = effect.as_ref().filter(|_| crate::fault::is_list(operation)) {
                    reply.body = effect.alter(&reply.body, &["count"]);
                }
                let way = effect.as_ref().map_or(Way::Whole, |e| e.spoil(&mut reply));
                (reply, way)
            }
        };
        let reply = reply.dated(now + state.date_ahead);
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
        match called {
            Called::CompanyInfo(company) => return self.company_info(state, company),
            Called::Key => return self.key(head, query),
            Called::Gateway if shared.quirks.gateway_text => {
                return Reply::text(400, "text/plain", "Cannot route. Codebase/company is invalid");
            }
            Called::Gateway => return refuse(404, "ConnectWiseApi", "The endpoint does not exist."),
            Called::Api(codebase, _) => {
                let classic = codebase.eq_ignore_ascii_case("v4_6_release");
                if !classic && !codebase.eq_ignore_ascii_case(&state.codebase) {
                    return if shared.quirks.gateway_text {
                        Reply::text(400, "text/plain", "Cannot route. Codebase/company is invalid")
                    } else {
                        refuse(404, "ConnectWiseApi", "The endpoint does not exist.")
                    };
                }
            }
        }
        if let Some((limit, window)) = shared.open.rate_limit {
            while state.recent.front().is_some_and(|t| *t + window <= elapsed) {
                state.recent.pop_front();
            }
            if state.recent.len() >= limit as usize {
                return rate_limited(None);
            }
            state.recent.push_back(elapsed);
        }
        if head.headers.get("clientid").is_none_or(|id| id != Self::CLIENT_ID) {
            let (status, code) = shared.open.missing_client_id;
            return refuse(status, code, "The clientId header is missing or invalid.");
        }
        let member = match login(head, &state.impersonated, elapsed) {
            Some(member) => member,
            None => return refuse(401, "Unauthorized", "UserNotAuthenticated"),
        };
        state.data.member.clone_from(&member);
        let Called::Api(_, route) = called else { return Reply::empty(404) };
        let Some(route) = route else {
            return refuse(404, "ConnectWiseApi", "The endpoint does not exist.");
        };
        if state.denied.iter().any(|m| m.eq_ignore_ascii_case(route.module())) {
            return refuse(403, "Security", "You do not have security permission to perform this action.");
        }
        let ask = Ask {
            query,
            forward_only: head
                .headers
                .get("pagination-type")
                .is_some_and(|v| v.as_bytes().eq_ignore_ascii_case(b"forward-only")),
            address: format!("{}{}", origin(head), head.uri.path()),
            parent: route.parent,
            mine: state.mine.iter().any(|m| m.eq_ignore_ascii_case(route.module())),
            member: &member,
        };
        let reply = self.route(state, route, &ask, head, body, now).unwrap_or_else(|refused| refused);
        versioned(reply)
    }

    fn route(
        &self,
        state: &mut State,
        route: &Route,
        ask: &Ask<'_>,
        head: &http::request::Parts,
        body: &Bytes,
        now: DateTime<Utc>,
    ) -> Result<Reply, Reply> {
        let (quirks, open) = (&self.0.quirks, &self.0.open);
        let table = route.table;
        if table.name == "communications" {
            special::materialise(&mut state.data, route.parent.unwrap_or(0));
        }
        if table.name == "ticket_configurations" {
            return attached::answer(&mut state.data, table, &route.verb, ask, body, (quirks, open));
        }
        match &route.verb {
            Verb::List if table.name == "documents" => special::documents_of(&state.data, ask.query, quirks),
            Verb::List => lists::list(&state.data, table, ask, quirks, open),
            Verb::Count => lists::count(&state.data, table, ask),
            Verb::Named(who) => {
                let is = |row: &crate::rows::Row| {
                    row.get("identifier").and_then(Value::as_str).is_some_and(|i| i.eq_ignore_ascii_case(who))
                };
                let found = state.data.rows(table).above(&state.data.dataset, 0).find(|(_, row)| is(row));
                let (id, _) = found.ok_or_else(|| refuse(404, "NotFound", format!("Member {who} not found")))?;
                lists::get(&state.data, table, id, ask, quirks)
            }
            Verb::Get(id) => lists::get(&state.data, table, *id, ask, quirks),
            Verb::Create if table.name == "documents" => special::upload(&mut state.data, head, body, now, quirks),
            Verb::Create => writes::create(&mut state.data, table, route.parent, body, now, quirks),
            Verb::Update(id) => writes::patch(&mut state.data, table, (route.parent, *id), body, now, quirks),
            Verb::Replace(id) => writes::replace(&mut state.data, table, (route.parent, *id), body, now, quirks),
            Verb::Delete(id) => writes::delete(&mut state.data, table, (route.parent, *id), now),
            Verb::Search => {
                let filters: Value = serde_json::from_slice(body)
                    .map_err(|_| refuse(400, "ConnectWiseApi", "An object was expected."))?;
                let mut query = ask.query.to_vec();
                for (name, value) in filters.as_object().into_iter().flatten() {
                    let known = ["conditions", "orderBy", "childconditions", "customfieldconditions"];
                    if !known.contains(&name.as_str()) {
                        let text = format!(
                            "Could not find member '{name}' on object of type 'FilterValues'. Path '{name}', line 1, position 50.Check your accept header to make sure you are using the correct version."
                        );
                        return Err(refuse(400, "ConnectWiseApi", text));
                    }
                    query.push((name.clone(), value.as_str().unwrap_or_default().to_owned()));
                }
                lists::list(
                    &state.data,
                    table,
                    &Ask { query: &query, address: ask.address.clone(), ..*ask },
                    quirks,
                    open,
                )
            }
            Verb::MergeTickets(id) => special::merge_tickets(&mut state.data, *id, body, now),
            Verb::AttachChildren(id) => special::attach_children(&mut state.data, *id, body, now),
            Verb::MergeCompany(id) => special::merge_companies(&mut state.data, *id, body, now),
            Verb::Forecast(id) => special::forecast(&state.data, *id),
            Verb::Download(id) => special::download(&state.data, *id),
            Verb::Pdf(id) => special::pdf(&state.data, *id),
            Verb::BulkCreate => {
                let records: Vec<Value> = serde_json::from_slice(body)
                    .map_err(|_| refuse(400, "ConnectWiseApi", "An array was expected."))?;
                let mut made = Vec::new();
                for record in records {
                    let reply =
                        writes::create(&mut state.data, table, None, record.to_string().as_bytes(), now, quirks)?;
                    made.push(serde_json::from_slice::<Value>(&reply.body).unwrap_or(Value::Null));
                }
                Ok(Reply::json(201, &Value::Array(made)))
            }
            Verb::BulkDelete => {
                let records: Vec<Value> = serde_json::from_slice(body)
                    .map_err(|_| refuse(400, "ConnectWiseApi", "An array was expected."))?;
                for id in records.iter().filter_map(|r| r["id"].as_i64()) {
                    writes::delete(&mut state.data, table, (None, id), now)?;
                }
                Ok(Reply::empty(204))
            }
            Verb::TicketTime(id) => {
                let its = format!("chargeToType in ('ServiceTicket','ProjectTicket') and chargeToId={id}");
                let of = super::tables::table("time_entries");
                lists::narrowed(ask, its, "id,_info", |ask| lists::list(&state.data, of, ask, quirks, open))
            }
            Verb::TicketSchedule(id) => {
                let its = format!("type/identifier='S' and objectId={id}");
                let of = super::tables::table("schedule_entries");
                let fields = "id,description,_info";
                lists::narrowed(ask, its, fields, |ask| lists::list(&state.data, of, ask, quirks, open))
            }
            Verb::Info => Ok(Reply::json(
                200,
                &json!({"version": "v2025.1.10333", "isCloud": true, "serverTimeZone": "GMT Standard Time", "licenseBits": [{"name": "AuditTrail", "activeFlag": true}], "cloudRegion": "NA"}),
            )),
            Verb::Token(member) => self.token(state, head, member),
        }
    }

    /// Keys with which an integrator stands in for a member.
    fn token(&self, state: &mut State, head: &http::request::Parts, member: &str) -> Result<Reply, Reply> {
        let integrator = head.headers.get("x-cw-usertype").is_some_and(|v| v == "integrator");
        if !integrator {
            return Err(refuse(403, "Security", "You do not have security permission to perform this action."));
        }
        let members = super::tables::table("members");
        let identifier = |row: &crate::rows::Row| row.get("identifier").and_then(Value::as_str).map(str::to_owned);
        let is = |(id, row): &(i64, crate::rows::Row)| {
            member == id.to_string() || identifier(row).is_some_and(|i| i.eq_ignore_ascii_case(member))
        };
        let found =
            state.data.rows(members).above(&state.data.dataset, 0).find(is).and_then(|(_, row)| identifier(&row));
        let member = found.ok_or_else(|| refuse(404, "NotFound", format!("Member {member} not found")))?;
        let n = state.impersonated.len() + 1;
        let (public, private) = (format!("member-public-{n}"), format!("member-private-{n}"));
        let until = self.0.clock.elapsed() + Duration::from_secs(4 * 3600);
        state.impersonated.insert(format!("{public}:{private}"), (member, until));
        let expires = self.0.clock.now() + chrono::TimeDelta::hours(4);
        Ok(Reply::json(
            200,
            &json!({"publicKey": public, "privateKey": private, "expiration": super::data::stamp(expires)}),
        ))
    }

    fn company_info(&self, state: &State, company: &str) -> Reply {
        let quirks = &self.0.quirks;
        if !company.eq_ignore_ascii_case(Self::COMPANY) {
            return if quirks.unknown_company_is_null { Reply::json(200, &Value::Null) } else { Reply::empty(404) };
        }
        let cloud = if quirks.cloud_in_text { json!("True") } else { json!(true) };
        Reply::json(
            200,
            &json!({"CompanyName": "Sandbox MSP", "Codebase": format!("{}/", state.codebase), "VersionCode": "v2025.1", "VersionNumber": "v4.6.90000", "CompanyID": Self::COMPANY, "IsCloud": cloud}),
        )
    }

    /// The key of a callback's signature.
    fn key(&self, head: &http::request::Parts, query: &[(String, String)]) -> Reply {
        let id = query.iter().find(|(n, _)| n == "id").map(|(_, v)| v.as_str()).unwrap_or_default();
        if id.is_empty() || (self.0.open.key_needs_login && !head.headers.contains_key(header::AUTHORIZATION)) {
            return Reply::empty(401);
        }
        Reply::json(200, &json!({"signing_key": callbacks::signing_key(id)}))
    }
}

/// Who logs in; none if the keys are not known.
fn login(
    head: &http::request::Parts,
    impersonated: &HashMap<String, (String, Duration)>,
    now: Duration,
) -> Option<String> {
    let text = head.headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let decoded = String::from_utf8(base64::engine::general_purpose::STANDARD.decode(text).ok()?).ok()?;
    let (company, keys) = decoded.split_once('+')?;
    if !company.eq_ignore_ascii_case(ConnectWiseSandbox::COMPANY) {
        return None;
    }
    if keys == format!("{}:{}", ConnectWiseSandbox::PUBLIC_KEY, ConnectWiseSandbox::PRIVATE_KEY) {
        return Some(ConnectWiseSandbox::MEMBER.to_owned());
    }
    let member = head.headers.get("x-cw-usertype").is_some_and(|v| v == "member");
    impersonated.get(keys).filter(|(_, until)| member && now < *until).map(|(name, _)| name.clone())
}

fn rate_limited(retry_after: Option<&'static str>) -> Reply {
    let body = json!({"error": "ConnectWiseAPI", "message": "Too many requests. Please try again in 30 seconds."});
    let mut reply = Reply::json(429, &body);
    reply.headers.insert(header::RETRY_AFTER, HeaderValue::from_static(retry_after.unwrap_or("30")));
    reply
}

/// What every answer of the API says of its version.
fn versioned(mut reply: Reply) -> Reply {
    reply.headers.insert("api-current-version", HeaderValue::from_static("2025.1"));
    if reply.headers.get(header::CONTENT_TYPE).is_some_and(|t| t.as_bytes().starts_with(b"application/json")) {
        reply.headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/vnd.connectwise.com+json; version=2025.1; charset=utf-8"),
        );
    }
    reply.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    reply
}

/// A page that was asked for before.
fn previous(query: &mut [(String, String)]) {
    for (name, value) in query {
        if name.eq_ignore_ascii_case("pageId") {
            *value = "0".to_owned();
        } else if name.eq_ignore_ascii_case("page")
            && let Ok(page) = value.parse::<u64>()
        {
            *value = page.saturating_sub(1).max(1).to_string();
        }
    }
}

enum Called {
    CompanyInfo(String),
    Key,
    /// A path that the gateway knows nothing of.
    Gateway,
    Api(String, Option<Route>),
}

impl Called {
    fn of(method: &Method, path: &str) -> Self {
        let parts: Vec<&str> = path.split('/').filter(|p| !p.is_empty()).collect();
        match parts.as_slice() {
            ["login", "companyinfo", company] if method == Method::GET => Self::CompanyInfo((*company).to_owned()),
            [_, "system", "callbackkey", "index.rails"] => Self::Key,
            [codebase, "apis", "3.0", rest @ ..] => Self::Api((*codebase).to_owned(), Route::find(method, rest)),
            _ => Self::Gateway,
        }
    }

    fn operation(&self) -> &'static str {
        match self {
            Self::CompanyInfo(_) => "connectwise.companyinfo",
            Self::Key => "connectwise.callback_key",
            Self::Gateway => "unknown",
            Self::Api(_, route) => route.as_ref().map_or("unknown", Route::operation),
        }
    }
}

impl Transport for ConnectWiseSandbox {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        async move { self.handle(request).respond(&*self.0.clock).await }.boxed()
    }
}
