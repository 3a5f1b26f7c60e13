//! A tenant of ConnectWise PSA: what it holds, who may see it, and where it answers.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use http::{HeaderValue, header};
use psa_http::Transport;
use serde_json::{Value, json};

use super::access::{self, Access};
use super::answers::Api;
use super::callbacks::{self, CallbackDelivery};
use super::called::Called;
use super::dataset::Dataset;
use super::edit::Edit;
use super::params::Ask;
use super::quirks::{OpenPoints, Quirks};
use super::refusals::refuse;
use super::routes::Route;
use super::state::Data;
use crate::emulator::builder::SandboxBuilder;
use crate::emulator::reply::Reply;
use crate::emulator::request::Request;
use crate::emulator::sandbox::Sandbox;
use crate::emulator::vendor::{Emulated, Setup};

/// An emulated ConnectWise PSA tenant.
///
/// ```
/// use psa_sandbox::ConnectWiseSandbox;
/// use psa_sandbox::connectwise::{Dataset, Resource};
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let sandbox = ConnectWiseSandbox::builder().dataset(Dataset::new(7).tickets(500)).build();
/// // For a client: ConnectWiseSandbox::SITE, COMPANY, PUBLIC_KEY, PRIVATE_KEY, CLIENT_ID, and this transport.
/// let transport = sandbox.transport();
/// sandbox.edit(|cw| cw.remove(Resource::Tickets, 42));  // somebody works in ConnectWise
/// assert_eq!(sandbox.log().count("connectwise.tickets.create"), 0);
/// # let _ = transport;
/// # });
/// ```
pub type ConnectWiseSandbox = Sandbox<Tenant>;

/// Puts a [`ConnectWiseSandbox`] together.
pub type ConnectWiseSandboxBuilder = SandboxBuilder<Tenant>;

/// ConnectWise PSA, as the emulator runs it: see [`ConnectWiseSandbox`].
#[derive(Debug)]
pub struct Tenant {
    data: Data,
    quirks: Quirks,
    open: OpenPoints,
    access: Access,
    codebase: String,
}

/// The id of the integration.
const CLIENT_ID: &str = "11111111-2222-4333-8444-555555555555";

impl Sandbox<Tenant> {
    /// An address for the in-process transport; nothing listens there.
    pub const SITE: &'static str = "https://sandbox.connectwise.example";
    /// The company id.
    pub const COMPANY: &'static str = access::COMPANY;
    /// The public key of the API member.
    pub const PUBLIC_KEY: &'static str = access::PUBLIC_KEY;
    /// Its private key.
    pub const PRIVATE_KEY: &'static str = access::PRIVATE_KEY;
    /// The client id of the integration.
    pub const CLIENT_ID: &'static str = CLIENT_ID;
    /// The identifier of the API member.
    pub const MEMBER: &'static str = access::MEMBER;

    /// Moves the API to another codebase, as a release of the cloud does. The classic one stays an alias.
    pub fn release(&self, codebase: &str) {
        self.vendor(|tenant| codebase.trim_matches('/').clone_into(&mut tenant.codebase));
    }

    /// Takes the right to inquire modules of the security role away (`Service Tickets`, `Company Maintenance` …).
    pub fn deny(&self, modules: &[&str]) {
        self.vendor(|tenant| tenant.access.denied = modules.iter().map(|m| (*m).to_owned()).collect());
    }

    /// Lowers modules of the security role to "My": other people's rows are left out without a word.
    pub fn only_mine(&self, modules: &[&str]) {
        self.vendor(|tenant| tenant.access.mine = modules.iter().map(|m| (*m).to_owned()).collect());
    }

    /// Whether callbacks have something to tell.
    pub fn callbacks_due(&self) -> bool {
        self.vendor(|tenant| !tenant.data.changes.is_empty())
    }

    /// Sends what callbacks have to tell, over `transport`. `origin` is where receivers find the keys: the server's URL, or
    /// [`SITE`](Self::SITE).
    pub async fn deliver_callbacks(&self, transport: &Arc<dyn Transport>, origin: &str) -> Vec<CallbackDelivery> {
        let due = self.vendor(|tenant| {
            let Tenant { data, codebase, open, .. } = tenant;
            callbacks::prepare(data, origin.trim_end_matches('/'), codebase, access::COMPANY, open.callback_suffix)
        });
        let mut delivered = Vec::new();
        for prepared in &due {
            let delivery = callbacks::send(transport, self.clock(), prepared).await;
            let now = self.now();
            self.vendor(|tenant| callbacks::record(&mut tenant.data, &delivery, now));
            delivered.push(delivery);
        }
        delivered
    }
}

impl Emulated for Tenant {
    const NAME: &'static str = "ConnectWise";
    const COUNTS: &'static [&'static str] = &["count"];

    type Dataset = Dataset;
    type Quirks = Quirks;
    type OpenPoints = OpenPoints;
    type Options = ();
    type Call = Called;
    type Edit<'a> = Edit<'a>;

    fn start(setup: Setup<Self>) -> Self {
        let Setup { dataset, quirks, open_points: open, options: () } = setup;
        Self { data: Data::new(dataset), quirks, open, access: Access::default(), codebase: "v2025_1".to_owned() }
    }

    fn seed(dataset: &Dataset) -> u64 {
        dataset.seed() ^ 0x0C0E_C7ED
    }

    fn rate_limit(open: &mut OpenPoints) -> &mut Option<(u32, Duration)> {
        &mut open.rate_limit
    }

    fn call(&self, request: &Request) -> Called {
        Called::of(&request.method, &request.path)
    }

    fn operation(called: &Called) -> &'static str {
        called.operation()
    }

    fn is_limited(&self, called: &Called) -> bool {
        matches!(called, Called::Api(codebase, _) if self.has_codebase(codebase))
    }

    fn answer(&mut self, called: &Called, request: &Request) -> Reply {
        match called {
            Called::CompanyInfo(company) => self.company_info(company),
            Called::Key => self.key(request),
            Called::Gateway => self.not_routed(),
            Called::Api(codebase, _) if !self.has_codebase(codebase) => self.not_routed(),
            Called::Api(_, route) => {
                let reply = self.record(route.as_ref(), request);
                reply.unwrap_or_else(|refused| refused)
            }
        }
    }

    fn too_many_requests(&self, retry_after: Option<HeaderValue>) -> Reply {
        let body = json!({"error": "ConnectWiseAPI", "message": "Too many requests. Please try again in 30 seconds."});
        let mut reply = Reply::json(429, &body);
        reply.headers.insert(header::RETRY_AFTER, retry_after.unwrap_or(HeaderValue::from_static("30")));
        reply
    }

    fn previous_page(query: &mut [(String, String)]) {
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

    fn edit(&mut self, now: DateTime<Utc>) -> Edit<'_> {
        Edit::new(&mut self.data, now)
    }
}

impl Tenant {
    /// Whether the API is at a codebase; the classic one is an alias.
    fn has_codebase(&self, codebase: &str) -> bool {
        codebase.eq_ignore_ascii_case("v4_6_release") || codebase.eq_ignore_ascii_case(&self.codebase)
    }

    /// What the gateway says of a path that leads nowhere.
    fn not_routed(&self) -> Reply {
        if self.quirks.gateway_text {
            return Reply::text(400, "text/plain", "Cannot route. Codebase/company is invalid");
        }
        refuse(404, "ConnectWiseApi", "The endpoint does not exist.")
    }

    fn company_info(&self, company: &str) -> Reply {
        if !company.eq_ignore_ascii_case(access::COMPANY) {
            let null = self.quirks.unknown_company_is_null;
            return if null { Reply::json(200, &Value::Null) } else { Reply::empty(404) };
        }
        let cloud = if self.quirks.cloud_in_text { json!("True") } else { json!(true) };
        Reply::json(
            200,
            &json!({"CompanyName": "Sandbox MSP", "Codebase": format!("{}/", self.codebase), "VersionCode": "v2025.1", "VersionNumber": "v4.6.90000", "CompanyID": access::COMPANY, "IsCloud": cloud}),
        )
    }

    /// The key of a callback's signature.
    fn key(&self, request: &Request) -> Reply {
        let id = request.query.iter().find(|(n, _)| n == "id").map(|(_, v)| v.as_str()).unwrap_or_default();
        if id.is_empty() || (self.open.key_needs_login && !request.headers.contains_key(header::AUTHORIZATION)) {
            return Reply::empty(401);
        }
        Reply::json(200, &json!({"signing_key": callbacks::signing_key(id)}))
    }

    /// Answers a request of the API: login, right, record.
    fn record(&mut self, route: Option<&Route>, request: &Request) -> Result<Reply, Reply> {
        if request.headers.get("clientid").is_none_or(|id| id != CLIENT_ID) {
            let (status, code) = self.open.missing_client_id;
            return Err(refuse(status, code, "The clientId header is missing or invalid."));
        }
        let Some(member) = self.access.login(&request.headers, request.elapsed) else {
            return Err(refuse(401, "Unauthorized", "UserNotAuthenticated"));
        };
        self.data.member.clone_from(&member);
        let Some(route) = route else {
            return Err(refuse(404, "ConnectWiseApi", "The endpoint does not exist."));
        };
        let module = route.module();
        if self.access.denies(module) {
            return Err(refuse(403, "Security", "You do not have security permission to perform this action."));
        }
        let query: Vec<(String, String)> = request.query.iter().filter(|(n, _)| !n.is_empty()).cloned().collect();
        let pagination = request.headers.get("pagination-type");
        let ask = Ask {
            query: &query,
            forward_only: pagination.is_some_and(|v| v.as_bytes().eq_ignore_ascii_case(b"forward-only")),
            address: format!("{}{}", request.origin, request.path),
            parent: route.parent,
            mine: self.access.only_mine(module),
            member: &member,
        };
        let Self { data, quirks, open, access, .. } = self;
        let reply = Api { data, access, quirks, open }.answer(route, &ask, request);
        Ok(versioned(reply.unwrap_or_else(|refused| refused)))
    }
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
