//! The client of a tenant: what its requests share, and requests without types.

use std::sync::Arc;

use http::{HeaderValue, Method};
use psa_http::{HttpClient, HttpSetup, Operation, RawCall, Stats};
use serde_json::Value;
use url::Url;

use crate::codebase::Codebase;

static GET_JSON: Operation = Operation::get("connectwise.get_json", "/");
static POST_JSON: Operation = Operation::post("connectwise.post_json", "/");

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

impl ConnectWise {
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
}
