//! The client of a tenant: what its requests share, and requests without types.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use psa_http::{HttpClient, Idempotency, Operation, RawCall, Stats, TokenCache};
use serde_json::Value;

use crate::auth::HaloTokens;
use crate::scopes::Scopes;
use crate::site_url::HaloUrl;

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

impl Halo {
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
}

fn below_api(path: &str) -> &str {
    let path = path.trim_start_matches('/');
    match path.split_once('/') {
        Some((first, rest)) if first.eq_ignore_ascii_case("api") => rest,
        _ => path,
    }
}
