//! How to reach a tenant.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use psa_core::time::{Chance, Clock, Seeded};
use psa_core::{Error, Result};
use psa_http::{HttpClient, RateBudget, Redactor, RetryPolicy, Step, TokenCache, TokioClock, Transport};
use secrecy::SecretString;
use url::Url;

use crate::auth::{Grant, HaloTokens};
use crate::client::{Halo, Inner};
use crate::error::HaloErrors;
use crate::scopes::Scopes;

/// The address of a Halo server, from whatever a person pastes.
///
/// ```
/// use halo_client::HaloUrl;
///
/// for pasted in [
///     "acme.halopsa.com",
///     "https://acme.halopsa.com/",
///     "https://acme.halopsa.com/api",
///     " https://ACME.halopsa.com/auth/token?tenant=acme ",
/// ] {
///     assert_eq!(HaloUrl::parse(pasted)?.root().as_str(), "https://acme.halopsa.com/");
/// }
/// assert!(HaloUrl::parse("not a url").is_err());
/// assert!(HaloUrl::parse("acme").unwrap_err().remedy().contains("acme.halopsa.com"));
/// # Ok::<(), psa_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HaloUrl(Url);

impl HaloUrl {
    /// Reads an address with or without scheme, `/api`, `/auth`, a trailing slash, a query.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](psa_core::ErrorKind::Config) if there is no host in it, or a password.
    pub fn parse(pasted: &str) -> Result<Self> {
        let text = pasted.trim();
        let bad = |why: &'static str| {
            Error::config("url", why)
                .with_context("remedy", "Paste the address of your Halo, like https://acme.halopsa.com")
        };
        if text.is_empty() {
            return Err(bad("the address is empty"));
        }
        let whole = text.contains("://");
        let text = if whole { text.to_owned() } else { format!("https://{text}") };
        let mut url = Url::parse(&text).map_err(|e| bad("this is not a web address").with_source(e))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(bad("only https addresses can be used"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad("the address holds a user name or password"));
        }
        if url.host_str().is_none_or(|h| h.is_empty()) {
            return Err(bad("the address has no host"));
        }
        // With a scheme it may be a server in the house; a bare word is a tenant's name.
        if let Some(url::Host::Domain(host)) = url.host()
            && !whole
            && !host.contains('.')
            && host != "localhost"
        {
            let why = "the address is a single word";
            let remedy = format!("Paste the whole address; did you mean {host}.halopsa.com?");
            return Err(Error::config("url", why).with_context("remedy", remedy));
        }
        url.set_query(None);
        url.set_fragment(None);
        let mut parts: Vec<&str> = url.path().split('/').filter(|p| !p.is_empty()).collect();
        while let Some(last) = parts.last() {
            let own = ["api", "auth", "token", "swagger", "apidoc", "authinfo"];
            if !own.iter().any(|o| last.eq_ignore_ascii_case(o)) {
                break;
            }
            parts.pop();
        }
        let path = if parts.is_empty() { "/".to_owned() } else { format!("/{}/", parts.join("/")) };
        url.set_path(&path);
        Ok(Self(url))
    }

    /// The server's root, with a trailing slash.
    pub fn root(&self) -> &Url {
        &self.0
    }

    pub(crate) fn join(&self, below: &str) -> Result<Url> {
        self.0.join(below).map_err(|e| Error::config("url", "the address can't be extended").with_source(e))
    }
}

/// Puts a [`Halo`] together. Made by [`Halo::builder`].
pub struct HaloBuilder {
    url: String,
    auth_url: Option<String>,
    tenant: Option<String>,
    grant: Option<Grant>,
    scopes: Scopes,
    transport: Option<Arc<dyn Transport>>,
    clock: Option<Arc<dyn Clock>>,
    chance: Option<Arc<dyn Chance>>,
    budget: Option<RateBudget>,
    limit: Option<(u32, Duration)>,
    cors_origin: Option<String>,
    retry: RetryPolicy,
    concurrency: usize,
    timeout: Duration,
    body_cap: usize,
    allow_http: bool,
    call_steps: Vec<Arc<dyn Step>>,
    try_steps: Vec<Arc<dyn Step>>,
}

impl fmt::Debug for HaloBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HaloBuilder")
            .field("url", &self.url)
            .field("tenant", &self.tenant)
            .field("grant", &self.grant)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

impl HaloBuilder {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            auth_url: None,
            tenant: None,
            grant: None,
            scopes: Scopes::setup_guide(),
            transport: None,
            clock: None,
            chance: None,
            budget: None,
            limit: Some((240, Duration::from_secs(300))),
            cors_origin: None,
            retry: RetryPolicy { base: Duration::from_secs(1), ..RetryPolicy::default() },
            concurrency: 8,
            timeout: Duration::from_secs(60),
            body_cap: 64 << 20,
            allow_http: false,
            call_steps: Vec::new(),
            try_steps: Vec::new(),
        }
    }

    /// Client ID and Secret (Services): what the setup guide asks for.
    #[must_use]
    pub fn client_credentials(self, client_id: impl Into<String>, secret: impl Into<SecretString>) -> Self {
        self.grant(Grant::ClientCredentials { client_id: client_id.into(), secret: secret.into() })
    }

    /// Another grant.
    #[must_use]
    pub fn grant(mut self, grant: Grant) -> Self {
        self.grant = Some(grant);
        self
    }

    /// The tenant's name. Needed on shared authorisation hosts; otherwise what the server tells is used.
    #[must_use]
    pub fn tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = Some(tenant.into()).filter(|t| !t.trim().is_empty());
        self
    }

    /// The authorisation server, if it can't be discovered.
    #[must_use]
    pub fn auth_url(mut self, url: impl Into<String>) -> Self {
        self.auth_url = Some(url.into());
        self
    }

    /// The origin (`https://app.example.com`) of pages that call Halo from a browser: the connection test asks whether
    /// they may. Calls from a server need no such thing.
    #[must_use]
    pub fn cors_origin(mut self, origin: &str) -> Self {
        let origin = origin.trim().trim_end_matches('/');
        let scheme = if origin.contains("://") { "" } else { "https://" };
        self.cors_origin = Some(format!("{scheme}{origin}")).filter(|_| !origin.is_empty());
        self
    }

    /// What to ask for. Default: [`Scopes::setup_guide`].
    #[must_use]
    pub fn scopes(mut self, scopes: Scopes) -> Self {
        self.scopes = scopes;
        self
    }

    /// What sends the requests: `psa_http::ReqwestTransport` or the sandbox. It has no default, so that this crate needs no HTTP library.
    #[must_use]
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// The clock. Default: tokio's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// The source of chance. Default: another one in each process.
    #[must_use]
    pub fn chance(mut self, chance: Arc<dyn Chance>) -> Self {
        self.chance = Some(chance);
        self
    }

    /// Requests in a rolling window. Default: 240 in 5 minutes, under the 300 that Halo has answered 429 at. `None`: no limit of our own.
    #[must_use]
    pub fn rate_limit(mut self, limit: Option<(u32, Duration)>) -> Self {
        self.limit = limit;
        self
    }

    /// A budget shared with other clients of the same application.
    #[must_use]
    pub fn rate_budget(mut self, budget: RateBudget) -> Self {
        self.budget = Some(budget);
        self
    }

    /// How often and how long to try.
    #[must_use]
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// Requests under way at once; also how many pages a list reads ahead. Default: 8.
    #[must_use]
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.concurrency = concurrency.max(1);
        self
    }

    /// Time for one try. Default: 60 s; Halo's large lists are slow.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The largest answer to read, in bytes. Default: 64 MiB.
    #[must_use]
    pub fn body_cap(mut self, bytes: usize) -> Self {
        self.body_cap = bytes;
        self
    }

    /// Allows plain HTTP: for a sandbox on this machine, never for a tenant.
    #[must_use]
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.allow_http = allow;
        self
    }

    /// A step of your own around each call.
    #[must_use]
    pub fn around_call(mut self, step: Arc<dyn Step>) -> Self {
        self.call_steps.push(step);
        self
    }

    /// A step of your own around each try.
    #[must_use]
    pub fn around_try(mut self, step: Arc<dyn Step>) -> Self {
        self.try_steps.push(step);
        self
    }

    /// The client. Nothing is sent yet: discovery and login come with the first call.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](psa_core::ErrorKind::Config) with the setting to correct.
    pub fn build(self) -> Result<Halo> {
        let url = HaloUrl::parse(&self.url)?;
        let grant = self.grant.ok_or_else(|| {
            Error::config("grant", "no credential was given")
                .with_context("remedy", "Call client_credentials(id, secret) before build().")
        })?;
        grant.validate()?;
        if self.scopes.is_empty() {
            return Err(Error::config(
                "scopes",
                "no scope was asked for: Halo would issue a token that can do nothing",
            )
            .with_context("remedy", "Use Scopes::setup_guide() or Scopes::for_entities(..)."));
        }
        let transport = self.transport.ok_or_else(|| {
            Error::config("transport", "no transport was given")
                .with_context("remedy", "Call transport(Arc::new(ReqwestTransport::new()?)) before build().")
        })?;
        let auth_url = self.auth_url.map(|u| crate::auth::token_url(&u)).transpose()?;
        let clock = self.clock.unwrap_or_else(|| Arc::new(TokioClock::new()));
        let chance = self.chance.unwrap_or_else(|| Arc::new(Seeded::from_entropy()));
        let redactor = Redactor::default();
        grant.teach(&redactor);
        let base = url.join("api")?;
        let vendor = Arc::new(HaloErrors);
        let start = |retry: RetryPolicy| {
            HttpClient::builder(base.clone(), Arc::clone(&transport))
                .vendor(Arc::clone(&vendor) as _)
                .clock(Arc::clone(&clock))
                .chance(Arc::clone(&chance))
                .redactor(redactor.clone())
                .timeout(self.timeout)
                .allow_http(self.allow_http)
                .retry(retry)
        };
        // Logging in has its own client: it must not wait for a place that the waiting call holds.
        let login = start(RetryPolicy { attempts: 3, ..self.retry.clone() }).body_cap(1 << 20).build()?;
        let tokens = Arc::new(HaloTokens::new(
            login,
            url.clone(),
            auth_url,
            self.tenant,
            grant,
            self.scopes.clone(),
            self.allow_http,
            redactor.clone(),
        ));
        let cache = Arc::new(TokenCache::new(
            Arc::clone(&tokens) as _,
            Arc::clone(&clock),
            Arc::clone(&chance),
            redactor.clone(),
        ));
        let budget = self.budget.unwrap_or_else(|| match self.limit {
            Some((requests, window)) => RateBudget::new(Arc::clone(&clock), requests, window),
            None => RateBudget::unlimited(Arc::clone(&clock)),
        });
        let mut http = start(self.retry.clone())
            .auth(Arc::clone(&cache) as _)
            .budget(budget)
            .concurrency(self.concurrency)
            .body_cap(self.body_cap);
        for step in self.call_steps {
            http = http.around_call(step);
        }
        for step in self.try_steps {
            http = http.around_try(step);
        }
        Ok(Halo::from_inner(Inner {
            http: http.build()?,
            tokens,
            cache,
            url,
            scopes: self.scopes,
            window: self.concurrency,
            limit: self.limit,
            cors_origin: self.cors_origin,
        }))
    }
}
