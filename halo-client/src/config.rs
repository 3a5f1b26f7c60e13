//! How to reach a tenant.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use psa_core::{Error, Result};
use psa_http::credential::credential;
use psa_http::{HttpOptions, TokenCache};
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
    cors_origin: Option<String>,
    http: HttpOptions,
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
            cors_origin: None,
            http: HttpOptions::new(Some((240, Duration::from_secs(300)))),
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
        let origin = format!("{scheme}{origin}");
        // Scheme, host and port: a browser sends no more.
        let origin = Url::parse(&origin).map(|url| url.origin().ascii_serialization()).unwrap_or(origin);
        self.cors_origin = Some(origin).filter(|o| !o.is_empty());
        self
    }

    /// What to ask for. Default: [`Scopes::setup_guide`].
    #[must_use]
    pub fn scopes(mut self, scopes: Scopes) -> Self {
        self.scopes = scopes;
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
        let grant = grant.cleaned()?;
        let tenant = self.tenant.map(|tenant| credential("tenant", &tenant)).transpose()?;
        if self.scopes.is_empty() {
            return Err(Error::config(
                "scopes",
                "no scope was asked for: Halo would issue a token that can do nothing",
            )
            .with_context("remedy", "Use Scopes::setup_guide() or Scopes::for_entities(..)."));
        }
        let auth_url = self.auth_url.map(|u| crate::auth::token_url(&u)).transpose()?;
        let setup = self.http.resolve(Arc::new(HaloErrors))?;
        grant.teach(&setup.redactor);
        let base = url.join("api")?;
        let named = tenant.as_deref().map(|t| format!("/{}", t.to_lowercase())).unwrap_or_default();
        let root = url.root();
        let authority = root.as_str().strip_prefix(root.scheme()).unwrap_or_default().trim_start_matches("://");
        let account = format!("{}{named}", authority.trim_end_matches('/'));
        let tokens = Arc::new(HaloTokens::new(
            setup.aside(&base)?,
            url.clone(),
            auth_url,
            tenant,
            grant,
            self.scopes.clone(),
            setup.allow_http,
            setup.redactor.clone(),
        ));
        let cache = Arc::new(TokenCache::new(
            Arc::clone(&tokens) as _,
            Arc::clone(&setup.clock),
            Arc::clone(&setup.chance),
            setup.redactor.clone(),
        ));
        let http = setup.client(&base).auth(Arc::clone(&cache) as _);
        Ok(Halo::from_inner(Inner {
            http: http.build()?,
            tokens,
            cache,
            url,
            account,
            scopes: self.scopes,
            window: setup.concurrency,
            limit: setup.limit,
            redactor: setup.redactor,
            cors_origin: self.cors_origin,
        }))
    }
}

psa_http::http_options!(HaloBuilder: "Default: 240 in 5 minutes, under the 300 that Halo has answered 429 at.");
