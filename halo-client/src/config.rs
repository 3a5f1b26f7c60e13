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
use crate::site_url::HaloUrl;

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

impl Halo {
    /// Starts a client for the server at `url`, pasted in any form.
    pub fn builder(url: &str) -> HaloBuilder {
        HaloBuilder::new(url)
    }
}

impl HaloBuilder {
    fn new(url: &str) -> Self {
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
