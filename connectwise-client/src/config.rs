//! How to reach a tenant.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use psa_core::{Error, Result};
use psa_http::credential::{credential, secret};
use psa_http::{HttpOptions, TokenCache};
use secrecy::SecretString;
use url::Url;

use crate::auth::{Impersonation, KeyPair, basic};
use crate::client::{ConnectWise, Inner};
use crate::codebase::{Codebase, Settings};
use crate::error::ConnectWiseErrors;

/// The version of the API that this crate was written for.
pub(crate) const VERSION: &str = "2025.1";

/// Puts a [`ConnectWise`] together. Made by [`ConnectWise::builder`].
pub struct ConnectWiseBuilder {
    site: String,
    api_url: Option<String>,
    company: String,
    keys: Option<(String, SecretString)>,
    client_id: String,
    version: String,
    http: HttpOptions,
}

impl fmt::Debug for ConnectWiseBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectWiseBuilder")
            .field("site", &self.site)
            .field("company", &self.company)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl ConnectWise {
    /// Starts a client for the server that people log in at, pasted in any form.
    pub fn builder(site: &str) -> ConnectWiseBuilder {
        ConnectWiseBuilder::new(site)
    }

    /// The same tenant with the rights of a member, by its identifier (what it logs in with) or id. Only an integrator login
    /// may do that; the keys are minted with the first call and again before they end, after four hours.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](psa_core::ErrorKind::Config) for a name that can't be one.
    pub fn impersonate(&self, member: &str) -> Result<Self> {
        if member.trim().is_empty() {
            return Err(Error::config("member", "no member was named"));
        }
        let member = member.trim();
        let inner = self.inner();
        if inner.codebase.is_impersonated() {
            return Err(Error::config("member", "a member can't impersonate another one")
                .with_context("remedy", "Call impersonate on the integrator's own client."));
        }
        let settings = Settings {
            site: inner.site.clone(),
            company: inner.company.clone(),
            fixed: inner.fixed.clone(),
            client_id: inner.client_id.clone(),
            version: inner.codebase.version().to_owned(),
            user_type: Some(HeaderValue::from_static("member")),
        };
        let source = Arc::new(Impersonation { integrator: self.clone(), member: member.to_owned() });
        let setup = Arc::clone(&inner.setup);
        let cache =
            TokenCache::new(source, Arc::clone(&setup.clock), Arc::clone(&setup.chance), setup.redactor.clone());
        let cache = Arc::new(cache.scheme("Basic"));
        assemble(settings, setup, |setup, base| Ok(setup.client(base).auth(cache)))
    }
}

impl ConnectWiseBuilder {
    fn new(site: &str) -> Self {
        Self {
            site: site.to_owned(),
            api_url: None,
            company: String::new(),
            keys: None,
            client_id: String::new(),
            version: VERSION.to_owned(),
            http: HttpOptions::new(Some((800, Duration::from_secs(60)))),
        }
    }

    /// The company id, as people type it when they log in.
    #[must_use]
    pub fn company(mut self, company: impl Into<String>) -> Self {
        self.company = company.into();
        self
    }

    /// The key pair of an API member (System > Members > API Members).
    #[must_use]
    pub fn keys(mut self, public: impl Into<String>, private: impl Into<SecretString>) -> Self {
        self.keys = Some((public.into(), private.into()));
        self
    }

    /// The GUID of the integration, from the vendor's developer portal. Every request needs it.
    #[must_use]
    pub fn client_id(mut self, client_id: impl Into<String>) -> Self {
        self.client_id = client_id.into();
        self
    }

    /// The version of the API to ask for. Default: `2025.1`. The server keeps each for 12 months.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// The address of the API (`https://…/v4_6_release/apis/3.0`), where it can't be asked for.
    #[must_use]
    pub fn api_url(mut self, url: impl Into<String>) -> Self {
        self.api_url = Some(url.into());
        self
    }

    /// The client. Nothing is sent yet: the API is looked for with the first call.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](psa_core::ErrorKind::Config) with the setting to correct.
    pub fn build(self) -> Result<ConnectWise> {
        let site = site(&self.site)?;
        let missing = |name: &'static str, why: &'static str| Error::config(name, why);
        if self.company.trim().is_empty() {
            return Err(missing("company", "no company was given")
                .with_context("remedy", "Call company(id), with what people type when they log in."));
        }
        let company = credential("company", &self.company)?;
        if company.contains(['+', ':', '/', '?', '#']) {
            return Err(missing("company", "this is no company id")
                .with_context("remedy", "Give the short id that people type when they log in."));
        }
        let (public, private) = self.keys.ok_or_else(|| {
            missing("keys", "no keys were given").with_context("remedy", "Call keys(public, private).")
        })?;
        let (public, private) = (credential("keys", &public)?, secret("keys", &private)?);
        let client_id = match self.client_id.trim() {
            "" => Err(missing("client_id", "the integration's client id is missing")
                .with_context("remedy", "Get one at the vendor's developer portal and call client_id(guid).")),
            given => credential("client_id", given),
        }?;
        let client_id = HeaderValue::try_from(client_id)
            .map_err(|_| missing("client_id", "the integration's client id holds characters that a header can't"))?;
        let fixed = self.api_url.as_deref().map(api_url).transpose()?;
        let setup = Arc::new(self.http.resolve(Arc::new(ConnectWiseErrors))?);
        let login = basic(&company, &public, &private);
        setup.redactor.add_lasting(private);
        setup.redactor.add_lasting(login.clone());
        let version = credential("version", &self.version)?;
        let settings = Settings { site, company, fixed, client_id, version, user_type: None };
        assemble(settings, setup, |setup, base| Ok(setup.client(base).auth(Arc::new(KeyPair::new(&login)?))))
    }
}

psa_http::http_options!(ConnectWiseBuilder: "Default: 800 in a minute, under the 1,000 that the vendor names.");

fn assemble(
    settings: Settings,
    setup: Arc<psa_http::HttpSetup>,
    start: impl FnOnce(&psa_http::HttpSetup, &Url) -> Result<psa_http::HttpClientBuilder>,
) -> Result<ConnectWise> {
    let (site, company, client_id) = (settings.site.clone(), settings.company.clone(), settings.client_id.clone());
    let fixed = settings.fixed.clone();
    if let Some(fixed) = &fixed {
        // The rules for addresses hold for it too.
        setup.aside(fixed)?;
    }
    let codebase = Arc::new(Codebase::new(settings, setup.aside(&site)?)?);
    // The address is found for each try: a retry after a move goes to the new place.
    let http = start(&setup, &site)?.around_try(Arc::clone(&codebase) as _).build()?;
    Ok(ConnectWise::from_inner(Inner { http, codebase, setup, site, company, client_id, fixed }))
}

/// The address that people log in at, from whatever a person pastes.
fn site(pasted: &str) -> Result<Url> {
    let text = pasted.trim();
    let text = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let mut url = Url::parse(&text).map_err(|e| {
        Error::config("site", "this is no address")
            .with_context("remedy", "Use na.myconnectwise.net or your own server's.")
            .with_source(e)
    })?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(Error::config("site", format!("{} is not allowed, only https", url.scheme())));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::config("site", "an address must not hold a name or a password"));
    }
    // People paste the API's host too.
    if let Some(host) = url.host_str().and_then(|h| h.strip_prefix("api-")).map(str::to_owned)
        && host.ends_with(".myconnectwise.net")
    {
        url.set_host(Some(&host)).map_err(|e| Error::config("site", "this is no address").with_source(e))?;
    }
    url.set_path("/");
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

fn api_url(text: &str) -> Result<Url> {
    let mut url = Url::parse(text.trim()).map_err(|e| Error::config("api_url", "this is no address").with_source(e))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::config("api_url", "an address must not hold a name or a password"));
    }
    url.set_query(None);
    url.set_fragment(None);
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_understood_however_it_is_pasted() {
        for pasted in [
            "na.myconnectwise.net",
            "https://na.myconnectwise.net/v4_6_release/",
            " https://api-na.myconnectwise.net/x?y#z ",
        ] {
            assert_eq!(site(pasted).unwrap().as_str(), "https://na.myconnectwise.net/", "{pasted}");
        }
        assert!(site("https://me:secret@na.myconnectwise.net").is_err());
        assert!(site("").is_err());
    }
}
