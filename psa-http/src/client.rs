use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use psa_core::time::{Chance, Clock, Seeded};
use psa_core::{Error, ErrorKind, Lane, Phase, Result, Retry, WaitBoard, WaitGuard, WaitReason, Waiting};
use serde::Serialize;
use tokio::sync::Semaphore;
use tracing::Instrument;
use url::Url;

use crate::budget::{NOTED, within};
use crate::download::{Download, Slot};
use crate::readable::without_mark;
use crate::retry::{RetryBudget, may_retry};
use crate::step::Terminal;
use crate::task;
use crate::{
    Authenticator, Idempotency, Next, Operation, RateBudget, Redactor, Request, Response, RetryPolicy, StatusErrors,
    Step, TokioClock, Transport, Vendor, read_capped,
};

/// What a client did so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Requests sent, repeats included.
    pub requests: u64,
    /// Of them, repeats.
    pub retries: u64,
    /// Answers 429.
    pub rate_limited: u64,
    /// Bytes of bodies received.
    pub bytes: u64,
}

#[derive(Debug, Default)]
struct Counters {
    requests: AtomicU64,
    retries: AtomicU64,
    rate_limited: AtomicU64,
    bytes: AtomicU64,
}

/// Runs operations against one vendor account. Cheap to clone; clones share everything.
///
/// The order, from the outside in: request id and span, the caller's steps around the call, retry; then for each try the
/// rate permit, the concurrency permit, the credential, the caller's steps around the try, the transport.
///
/// A call is a task of its own on the tokio runtime, ended when its future is dropped: a stream that reads ahead and is not
/// looked at for a while keeps no permit from others.
#[derive(Clone)]
pub struct HttpClient(Arc<Inner>);

struct Inner {
    base: Url,
    transport: Arc<dyn Transport>,
    vendor: Arc<dyn Vendor>,
    auth: Option<Arc<dyn Authenticator>>,
    budget: RateBudget,
    concurrency: Semaphore,
    retry: RetryPolicy,
    retry_budget: RetryBudget,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
    call_steps: Vec<Arc<dyn Step>>,
    try_steps: Vec<Arc<dyn Step>>,
    timeout: Duration,
    body_cap: usize,
    user_agent: HeaderValue,
    redactor: Redactor,
    counters: Counters,
    waits: WaitBoard,
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClient").field("base", &self.0.base.as_str()).field("stats", &self.stats()).finish()
    }
}

/// Puts a client together.
#[derive(Debug)]
pub struct HttpClientBuilder {
    base: Url,
    transport: Arc<dyn Transport>,
    vendor: Arc<dyn Vendor>,
    auth: Option<Arc<dyn Authenticator>>,
    budget: Option<RateBudget>,
    concurrency: usize,
    retry: RetryPolicy,
    clock: Option<Arc<dyn Clock>>,
    chance: Option<Arc<dyn Chance>>,
    call_steps: Vec<Arc<dyn Step>>,
    try_steps: Vec<Arc<dyn Step>>,
    timeout: Duration,
    body_cap: usize,
    redactor: Redactor,
    waits: WaitBoard,
    allow_http: bool,
}

macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $ty:ty => $expr:expr;)*) => {
        $( $(#[$doc])* #[must_use] pub fn $name(mut self, $name: $ty) -> Self { self.$name = $expr; self } )*
    };
}

impl HttpClientBuilder {
    setters! {
        /// How errors are read. Default: by status alone.
        vendor: Arc<dyn Vendor> => vendor;
        /// Where credentials come from. Default: none are sent.
        auth: Arc<dyn Authenticator> => Some(auth);
        /// The rate budget; share it among the clients of one credential. Default: no known limit.
        budget: RateBudget => Some(budget);
        /// Requests under way at once. Default: 8.
        concurrency: usize => concurrency.max(1);
        /// How often and how long to try.
        retry: RetryPolicy => retry;
        /// The clock. Default: tokio's.
        clock: Arc<dyn Clock> => Some(clock);
        /// The source of chance. Default: another one in each process.
        chance: Arc<dyn Chance> => Some(chance);
        /// Time for one try, body included. Default: 60 s.
        timeout: Duration => timeout;
        /// The largest body to read, in bytes. Default: 64 MiB.
        body_cap: usize => body_cap;
        /// Knows the secrets to keep out of errors.
        redactor: Redactor => redactor;
        /// Where waits are noted. Default: a board of its own.
        waits: WaitBoard => waits;
        /// Allows plain HTTP: for a sandbox on this machine, never for a tenant. Default: no.
        allow_http: bool => allow_http;
    }

    /// Adds a step around each call, retries included. The first added is the outermost.
    #[must_use]
    pub fn around_call(mut self, step: Arc<dyn Step>) -> Self {
        self.call_steps.push(step);
        self
    }

    /// Adds a step around each try. It sees the credential.
    #[must_use]
    pub fn around_try(mut self, step: Arc<dyn Step>) -> Self {
        self.try_steps.push(step);
        self
    }

    /// The client.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] if the base is plain HTTP and that was not allowed.
    pub fn build(self) -> Result<HttpClient> {
        require_https(&self.base, self.allow_http)?;
        let clock = self.clock.unwrap_or_else(|| Arc::new(TokioClock::new()));
        let mut base = self.base;
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        Ok(HttpClient(Arc::new(Inner {
            base,
            transport: self.transport,
            vendor: self.vendor,
            auth: self.auth,
            budget: self.budget.unwrap_or_else(|| RateBudget::unlimited(Arc::clone(&clock))),
            concurrency: Semaphore::new(self.concurrency),
            retry: self.retry,
            retry_budget: RetryBudget::default(),
            clock,
            chance: self.chance.unwrap_or_else(|| Arc::new(Seeded::from_entropy())),
            call_steps: self.call_steps,
            try_steps: self.try_steps,
            timeout: self.timeout,
            body_cap: self.body_cap,
            user_agent: HeaderValue::from_static(concat!("psa-kit/", env!("CARGO_PKG_VERSION"))),
            redactor: self.redactor,
            counters: Counters::default(),
            waits: self.waits,
        })))
    }
}

/// Secrets go over TLS only, unless the caller says otherwise in so many words.
fn require_https(url: &Url, allow_http: bool) -> Result<()> {
    match url.scheme() {
        "https" => Ok(()),
        "http" if allow_http => Ok(()),
        scheme => Err(Error::config("url", format!("{scheme} is not allowed, only https"))
            .with_context("remedy", "Use the https address. For a sandbox on this machine, call allow_http(true).")),
    }
}

impl HttpClient {
    /// Starts a client for the API below `base`, over `transport`.
    pub fn builder(base: Url, transport: Arc<dyn Transport>) -> HttpClientBuilder {
        HttpClientBuilder {
            base,
            transport,
            vendor: Arc::new(StatusErrors),
            auth: None,
            budget: None,
            concurrency: 8,
            retry: RetryPolicy::default(),
            clock: None,
            chance: None,
            call_steps: Vec::new(),
            try_steps: Vec::new(),
            timeout: Duration::from_secs(60),
            body_cap: 64 << 20,
            redactor: Redactor::default(),
            waits: WaitBoard::new(),
            allow_http: false,
        }
    }

    /// Starts a call of `operation`.
    pub fn call(&self, operation: &'static Operation) -> Call {
        Call {
            client: self.clone(),
            operation,
            method: None,
            path: Cow::Borrowed(operation.path),
            url: None,
            query: String::new(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            lane: Lane::Interactive,
            slot: None,
            body_cap: None,
            anonymous: false,
            verbatim: false,
            failed: None,
        }
    }

    /// What this client did so far.
    pub fn stats(&self) -> Stats {
        let c = &self.0.counters;
        Stats {
            requests: c.requests.load(Ordering::Relaxed),
            retries: c.retries.load(Ordering::Relaxed),
            rate_limited: c.rate_limited.load(Ordering::Relaxed),
            bytes: c.bytes.load(Ordering::Relaxed),
        }
    }

    /// The API's base.
    pub fn base(&self) -> &Url {
        &self.0.base
    }

    /// The clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    /// The largest answer that is read, in bytes.
    pub fn body_cap(&self) -> usize {
        self.0.body_cap
    }

    /// What its requests wait for.
    pub fn waits(&self) -> &WaitBoard {
        &self.0.waits
    }
}

/// One call under construction.
#[derive(Debug)]
#[must_use = "a call does nothing until it is sent"]
pub struct Call {
    client: HttpClient,
    operation: &'static Operation,
    method: Option<Method>,
    path: Cow<'static, str>,
    url: Option<Url>,
    query: String,
    headers: HeaderMap,
    body: Bytes,
    lane: Lane,
    slot: Option<Slot>,
    body_cap: Option<usize>,
    anonymous: bool,
    verbatim: bool,
    failed: Option<Error>,
}

impl Call {
    /// Fills `{name}` in the path, percent-encoded.
    pub fn path(mut self, name: &str, value: impl fmt::Display) -> Self {
        let value = value.to_string();
        // Dots alone would climb out of the path.
        if value.is_empty() || value.chars().all(|c| c == '.') {
            self.failed = Some(
                Error::new(ErrorKind::InvalidRequest, "an empty or dotted path parameter").with_context("field", name),
            );
            return self;
        }
        let encoded: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        self.path = self.path.replace(&format!("{{{name}}}"), &encoded.replace('+', "%20")).into();
        self
    }

    /// Replaces the whole path: the untyped door. It may hold a query of its own.
    pub fn raw_path(mut self, path: &str) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        self.path = path.to_owned().into();
        self.query.push_str(query);
        self
    }

    /// Replaces the method: the untyped door.
    pub fn method(mut self, method: Method) -> Self {
        self.method = Some(method);
        self
    }

    /// Sends to this address instead of one below the base. The credential is not sent there.
    pub fn absolute(mut self, url: Url) -> Self {
        self.url = Some(url);
        self
    }

    /// What it is.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// Sends this body as it is.
    pub fn body(mut self, content_type: HeaderValue, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.headers.insert(header::CONTENT_TYPE, content_type);
        self
    }

    /// Sends it without the credential.
    pub fn anonymous(mut self) -> Self {
        self.anonymous = true;
        self
    }

    /// Adds a query parameter.
    pub fn query(mut self, name: &str, value: impl fmt::Display) -> Self {
        if !self.query.is_empty() {
            self.query.push('&');
        }
        let mut serializer = url::form_urlencoded::Serializer::new(String::new());
        serializer.append_pair(name, &value.to_string());
        let _ = write!(self.query, "{}", serializer.finish());
        self
    }

    /// Adds a query parameter if there is a value.
    pub fn query_opt(self, name: &str, value: Option<impl fmt::Display>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Adds a header.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Sends JSON.
    pub fn json(mut self, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => {
                self.body = body.into();
                self.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            }
            Err(error) => {
                self.failed =
                    Some(Error::new(ErrorKind::InvalidRequest, "the body is not valid JSON").with_source(error));
            }
        }
        self
    }

    /// Sends a form.
    pub fn form(mut self, pairs: &[(&str, &str)]) -> Self {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(pairs);
        self.body = form.finish().into();
        self.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        self
    }

    /// Who waits for the answer.
    pub fn lane(mut self, lane: Lane) -> Self {
        self.lane = lane;
        self
    }

    /// The most bytes that its answer may have; the client's own cap holds as well.
    pub fn body_cap(mut self, bytes: usize) -> Self {
        self.body_cap = Some(bytes);
        self
    }

    /// Gives the answer's bytes as they are, a byte order mark included.
    pub(crate) fn verbatim(mut self) -> Self {
        self.verbatim = true;
        self
    }

    /// Sends it, with retries until the answer starts, and gives the body as it arrives.
    ///
    /// # Errors
    /// As [`send`](Self::send). A body that breaks off is an error of its stream: nothing is repeated then.
    pub async fn download(mut self) -> Result<Download> {
        let (operation, client, slot) = (self.operation, self.client.clone(), Slot::default());
        self.slot = Some(slot.clone());
        let answer = self.send().await?;
        let body = slot.take().ok_or_else(|| {
            Error::new(ErrorKind::Internal, "a step around the call answered without a body")
                .with_operation(operation.name)
        })?;
        Ok(Download::new(answer, body, operation.name, client.0.timeout, Arc::clone(&client.0.clock)))
    }

    /// Sends it, with retries.
    ///
    /// # Errors
    /// The last failure, marked [`Retry::Exhausted`] if trying again was the advice and the limits were reached.
    pub async fn send(self) -> Result<Response> {
        let operation = self.operation;
        let (request, client, authorized) = self.into_request().map_err(|e| e.with_operation(operation.name))?;
        let id = client.0.chance.bits();
        let span = tracing::info_span!("call", operation = operation.name, id = format_args!("{id:016x}"));
        let call = async move {
            let inner = &client.0;
            let terminal = |request: Request| -> BoxFuture<'_, Result<Response>> {
                inner.with_retries(request, authorized).boxed()
            };
            Next::new(&inner.call_steps, &terminal as Terminal<'_>).run(request).await
        };
        task::start(call.instrument(span)).await.map_err(|e| e.with_operation(operation.name))
    }

    fn into_request(self) -> Result<(Request, HttpClient, bool)> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let authorized = self.url.is_none() && !self.anonymous;
        let mut url = match self.url {
            Some(url) => url,
            None => {
                let path = self.path.trim_start_matches('/');
                let url = self.client.0.base.join(path).map_err(|e| {
                    Error::new(ErrorKind::InvalidRequest, "the path does not make a valid URL").with_source(e)
                })?;
                if url.origin() != self.client.0.base.origin() {
                    return Err(Error::new(ErrorKind::InvalidRequest, "the path leads to another server"));
                }
                url
            }
        };
        if !self.query.is_empty() {
            let query = match url.query() {
                Some(old) => format!("{old}&{}", self.query),
                None => self.query,
            };
            url.set_query(Some(&query));
        }
        let mut http = http::Request::new(self.body);
        *http.method_mut() = self.method.unwrap_or_else(|| self.operation.method.clone());
        *http.uri_mut() = url.as_str().parse().map_err(|e: http::uri::InvalidUri| {
            Error::new(ErrorKind::InvalidRequest, "the path does not make a valid URL").with_source(e)
        })?;
        *http.headers_mut() = self.headers;
        http.headers_mut().insert(header::USER_AGENT, self.client.0.user_agent.clone());
        http.headers_mut().entry(header::ACCEPT).or_insert(HeaderValue::from_static("application/json"));
        http.extensions_mut().insert(self.operation.name);
        if let Some(slot) = self.slot {
            http.extensions_mut().insert(slot);
        }
        if let Some(cap) = self.body_cap {
            http.extensions_mut().insert(BodyCap(cap));
        }
        if self.verbatim {
            http.extensions_mut().insert(Verbatim);
        }
        let request = Request { operation: self.operation, lane: self.lane, attempt: 0, http };
        Ok((request, self.client, authorized))
    }
}

impl Inner {
    async fn with_retries(&self, request: Request, authorized: bool) -> Result<Response> {
        let started = self.clock.elapsed();
        let mut attempt = 1;
        // Tries that failed by themselves. A vendor that asks for patience is not counted: only the deadline ends that.
        let mut failures = 0;
        let mut may_remint = authorized;
        let mut queued = Duration::ZERO;
        loop {
            let mut this_try = request.clone();
            this_try.attempt = attempt;
            let (error, stale) = match self.one_try(this_try, authorized, &mut queued).await {
                Ok(response) => {
                    self.retry_budget.refund();
                    return Ok(response);
                }
                Err(failed) => failed,
            };
            if let (true, Some((status, generation)), Some(auth)) = (may_remint, stale, &self.auth) {
                // Once a call, and not counted as a retry: the request was refused before it had any effect.
                may_remint = false;
                if auth.refused(status, generation).await? {
                    continue;
                }
            }
            let refused_first = error
                .vendor()
                .and_then(|v| StatusCode::from_u16(v.status).ok())
                .is_some_and(|s| self.vendor.refused_before_effect(s));
            if !may_retry(&error, request.operation.idempotency, refused_first) {
                return Err(error);
            }
            let spent = (self.clock.elapsed() - started).saturating_sub(queued);
            let left = self.retry.deadline.saturating_sub(spent);
            let limited = error.is_rate_limited();
            let backoff = self.retry.pause(attempt, &*self.chance);
            let pause = match error.retry() {
                Retry::After(asked) => asked.max(backoff),
                // How long the vendor's window still is is not known: the last try comes at the deadline.
                _ if limited => backoff.min(left),
                _ => backoff,
            };
            if limited {
                // Later calls wait too, but no longer than a call may take: each can say then why it failed.
                self.budget.pause(pause.min(self.retry.deadline));
            }
            failures += u32::from(!limited && !matches!(error.retry(), Retry::After(_)));
            let enough = self.retry.attempts <= 1 || failures >= self.retry.attempts;
            if enough || left.is_zero() || pause > left || !self.retry_budget.spend(&error) {
                return Err(error
                    .with_retry(Retry::Exhausted)
                    .with_context("attempts", attempt)
                    .with_context("elapsed", format_args!("{:.1}s", spent.as_secs_f64())));
            }
            tracing::debug!(attempt, ?pause, %error, "trying again");
            self.counters.retries.fetch_add(1, Ordering::Relaxed);
            let waiting = self.wait(limited, pause, request.operation);
            self.clock.sleep(pause).await;
            drop(waiting);
            attempt += 1;
        }
    }

    /// Notes a pause between two tries, if it is long enough for a person to wonder.
    fn wait(&self, limited: bool, pause: Duration, operation: &Operation) -> Option<WaitGuard> {
        let why = if limited { WaitReason::VendorLimit } else { WaitReason::Retry };
        (pause >= NOTED)
            .then(|| self.waits.enter(Waiting { why, until: self.clock.now() + pause, operation: operation.name }))
    }

    /// One try. With the error comes the status and the credential's generation, if a new credential may help.
    async fn one_try(
        &self,
        mut request: Request,
        authorized: bool,
        queued: &mut Duration,
    ) -> Result<Response, (Error, Stale)> {
        let asked = self.clock.elapsed();
        let _rate = self.budget.acquire_noted(request.lane, Some((&self.waits, request.operation.name))).await;
        let _place = self.concurrency.acquire().await;
        *queued += self.clock.elapsed() - asked;
        let generation = match &self.auth {
            Some(auth) if authorized => {
                let authorization = auth.authorize().await.map_err(|e| (e, None))?;
                request.http.headers_mut().insert(header::AUTHORIZATION, authorization.value);
                Some(authorization.generation)
            }
            _ => None,
        };
        let span = tracing::debug_span!("try", attempt = request.attempt);
        let terminal = |request: Request| -> BoxFuture<'_, Result<Response>> { self.transmit(request).boxed() };
        Next::new(&self.try_steps, &terminal as Terminal<'_>).run(request).instrument(span).await.map_err(|error| {
            let status = error.vendor().and_then(|v| StatusCode::from_u16(v.status).ok());
            // A page of a firewall says nothing of rights; a credential that ran out can look like that.
            let vendors = status.filter(|s| !error.is_blocked() || *s == StatusCode::UNAUTHORIZED);
            let stale = vendors.filter(|s| self.vendor.token_may_be_stale(*s)).zip(generation);
            (error, stale)
        })
    }

    async fn transmit(&self, request: Request) -> Result<Response> {
        self.counters.requests.fetch_add(1, Ordering::Relaxed);
        let operation = request.operation;
        let host = request.http.uri().authority().map(ToString::to_string).unwrap_or_default();
        let address = request.http.uri().to_string();
        let slot = request.http.extensions().get::<Slot>().cloned();
        let verbatim = request.http.extensions().get::<Verbatim>().is_some();
        let cap = request.http.extensions().get::<BodyCap>().map_or(self.body_cap, |own| own.0.min(self.body_cap));
        let exchange = async {
            let answer = self.transport.send(request.http).await.map_err(|e| e.into_error())?;
            let (head, body) = answer.into_parts();
            if let Some(slot) = slot.filter(|_| head.status.is_success()) {
                slot.put(body);
                return Ok(Response { status: head.status, headers: head.headers, body: Bytes::new() });
            }
            let hint =
                head.headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse().ok()).unwrap_or(0);
            let body = read_capped(body, cap, hint).await?;
            let mark = if verbatim { 0 } else { body.len() - without_mark(&body).len() };
            let body = body.slice(mark..);
            Ok(Response { status: head.status, headers: head.headers, body })
        };
        let response = within(&*self.clock, self.timeout, exchange).await.unwrap_or_else(|| {
            Err(Error::new(ErrorKind::Timeout, format!("no complete answer within {:?}", self.timeout))
                .with_phase(Phase::MaybeSent)
                .with_retry(Retry::Backoff))
        });
        let response = response.map_err(|e| {
            // An answer that came and could not be read: a write may well have happened.
            let maybe = e.phase() == Phase::Answered && operation.idempotency != Idempotency::Safe;
            let e = if maybe { e.with_phase(Phase::MaybeSent) } else { e };
            e.with_context("host", host)
        })?;
        self.counters.bytes.fetch_add(response.body.len() as u64, Ordering::Relaxed);
        tracing::debug!(status = response.status.as_u16(), bytes = response.body.len(), "answered");
        if response.status.is_success() { Ok(response) } else { Err(self.refusal(operation, &address, &response)) }
    }
}

type Stale = Option<(StatusCode, u64)>;

/// A call that wants its answer's bytes as they are.
#[derive(Clone, Copy)]
struct Verbatim;

/// A call's own cap of its answer.
#[derive(Clone, Copy)]
struct BodyCap(usize);

mod refusal;
#[cfg(test)]
mod tests;
