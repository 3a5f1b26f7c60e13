//! Where the API is: it moves with each release of the cloud, so it is asked for, and asked for again when a path that was
//! good is not found.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use http::{HeaderName, HeaderValue, header};
use psa_core::{Error, ErrorKind, Phase, Result};
use psa_http::{HttpClient, Next, Operation, Request, Response, Step};
use serde::{Deserialize, Deserializer};
use tokio::sync::Mutex;
use url::Url;

use crate::error::is_unroutable;

static COMPANY_INFO: Operation = Operation::get("connectwise.companyinfo", "/login/companyinfo/{company}");

/// The codebase that is also an alias of the newest one on cloud hosts, and the only one elsewhere.
const CLASSIC: &str = "v4_6_release/";

/// A codebase that was asked for within this time is believed.
const PATIENCE: Duration = Duration::from_secs(60);

/// Says whose rights a request has: an integrator's, or a member's that it stands in for.
pub(crate) const USER_TYPE: HeaderName = HeaderName::from_static("x-cw-usertype");
const CLIENT_ID: HeaderName = HeaderName::from_static("clientid");
const CURRENT_VERSION: HeaderName = HeaderName::from_static("api-current-version");

/// What the login server tells of a company.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CompanyInfo {
    codebase: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    is_cloud: Option<bool>,
}

fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    psa_http::json::flag(deserializer)
}

/// Finds the API, and sends each request there with the headers that ConnectWise wants.
pub(crate) struct Codebase {
    site: Url,
    company: String,
    /// The caller's own address of the API; nothing is asked for then.
    fixed: Option<Url>,
    login: HttpClient,
    client_id: HeaderValue,
    accept: HeaderValue,
    version: String,
    user_type: Option<HeaderValue>,
    root: RwLock<Option<Arc<Url>>>,
    asking: Mutex<()>,
    /// When the login server was asked last.
    asked: RwLock<Option<Duration>>,
    /// What the server's version was, if it is not the one that is asked for.
    other_version: RwLock<Option<String>>,
    warned: AtomicBool,
}

impl fmt::Debug for Codebase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Codebase")
            .field("site", &self.site.as_str())
            .field("company", &self.company)
            .finish_non_exhaustive()
    }
}

/// What [`Codebase`] needs to know.
pub(crate) struct Settings {
    pub(crate) site: Url,
    pub(crate) company: String,
    pub(crate) fixed: Option<Url>,
    pub(crate) client_id: HeaderValue,
    pub(crate) version: String,
    pub(crate) user_type: Option<HeaderValue>,
}

impl Codebase {
    pub(crate) fn new(settings: Settings, login: HttpClient) -> Result<Self> {
        let accept = format!("application/vnd.connectwise.com+json; version={}", settings.version);
        let accept = HeaderValue::try_from(accept).map_err(|_| Error::config("version", "this is no version"))?;
        Ok(Self {
            site: settings.site,
            company: settings.company,
            fixed: settings.fixed,
            client_id: settings.client_id,
            version: settings.version,
            user_type: settings.user_type,
            login,
            accept,
            root: RwLock::default(),
            asking: Mutex::default(),
            asked: RwLock::default(),
            other_version: RwLock::default(),
            warned: AtomicBool::new(false),
        })
    }

    /// Whether somebody else's rights are used.
    pub(crate) fn is_impersonated(&self) -> bool {
        self.user_type.is_some()
    }

    /// The root of the API, asked for if it is not known.
    pub(crate) async fn root(&self) -> Result<Arc<Url>> {
        if let Some(root) = self.known() {
            return Ok(root);
        }
        let _asking = self.asking.lock().await;
        match self.known() {
            Some(root) => Ok(root),
            None => self.ask().await,
        }
    }

    /// The server's version, if it differs from the one that is asked for.
    pub(crate) fn other_version(&self) -> Option<String> {
        self.other_version.read().unwrap_or_else(|e| e.into_inner()).clone()
    }

    /// The version that is asked for.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    fn known(&self) -> Option<Arc<Url>> {
        self.root.read().unwrap_or_else(|e| e.into_inner()).clone()
    }

    /// Asks again unless somebody else just did. True if the API moved.
    async fn moved(&self, from: &Url) -> Result<bool> {
        if self.fixed.is_some() {
            return Ok(false);
        }
        let _asking = self.asking.lock().await;
        if self.known().is_some_and(|root| *root != *from) {
            return Ok(true);
        }
        let now = self.login.clock().elapsed();
        let lately = self.asked.read().unwrap_or_else(|e| e.into_inner()).is_some_and(|at| now < at + PATIENCE);
        if lately {
            // Most of what is not found is a record that is gone.
            return Ok(false);
        }
        Ok(*self.ask().await? != *from)
    }

    async fn ask(&self) -> Result<Arc<Url>> {
        let root = match &self.fixed {
            Some(fixed) => fixed.clone(),
            None => self.discover().await?,
        };
        let root = Arc::new(root);
        *self.asked.write().unwrap_or_else(|e| e.into_inner()) = Some(self.login.clock().elapsed());
        *self.root.write().unwrap_or_else(|e| e.into_inner()) = Some(Arc::clone(&root));
        Ok(root)
    }

    async fn discover(&self) -> Result<Url> {
        let unknown = || {
            Error::config("company", format!("{} does not know the company {:?}", self.site, self.company))
                .with_context("remedy", "Use the company id of the login page, and the address that people log in at.")
        };
        let answer = match self.login.call(&COMPANY_INFO).path("company", &self.company).send().await {
            Ok(answer) => answer,
            Err(error) if error.is_not_found() => return Err(unknown()),
            Err(error) => return Err(error),
        };
        let info: Option<CompanyInfo> = psa_http::json::decode(&answer.body).map_err(|e| {
            Error::new(ErrorKind::Decode, "this is no ConnectWise server: it does not tell where its API is")
                .with_operation(COMPANY_INFO.name)
                .with_context(
                    "remedy",
                    "Use the address that people log in at (na.myconnectwise.net, or your own server's).",
                )
                .with_source(e)
        })?;
        let info = info.ok_or_else(unknown)?;
        api_root(&self.site, info.codebase.as_deref(), info.is_cloud)
    }

    fn look_at_version(&self, answer: &Response) {
        let Some(current) = answer.headers.get(CURRENT_VERSION).and_then(|v| v.to_str().ok()) else {
            return;
        };
        if current != self.version && !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                asked = self.version,
                current,
                "the server's API has another version; it keeps old ones for 12 months"
            );
            *self.other_version.write().unwrap_or_else(|e| e.into_inner()) = Some(current.to_owned());
        }
    }

    fn rewritten(&self, mut request: Request, root: &Url) -> Result<Request> {
        let path = request.http.uri().path_and_query().map_or("/", |p| p.as_str()).trim_start_matches('/');
        let url = root
            .join(path)
            .map_err(|e| Error::new(ErrorKind::InvalidRequest, "the path does not make a valid URL").with_source(e))?;
        // The request has the login with it: nothing in a path may lead it elsewhere.
        if url.origin() != root.origin() || !url.path().starts_with(root.path()) {
            return Err(Error::new(ErrorKind::InvalidRequest, "the path leads out of the API")
                .with_context("remedy", "Give a path below the API's root: /system/info."));
        }
        *request.http.uri_mut() = url.as_str().parse().map_err(|e: http::uri::InvalidUri| {
            Error::new(ErrorKind::InvalidRequest, "the path does not make a valid URL").with_source(e)
        })?;
        let headers = request.http.headers_mut();
        headers.insert(CLIENT_ID, self.client_id.clone());
        if headers.get(header::ACCEPT).is_none_or(|accept| accept == "application/json") {
            headers.insert(header::ACCEPT, self.accept.clone());
        }
        if let Some(user_type) = &self.user_type {
            headers.entry(USER_TYPE).or_insert(user_type.clone());
        }
        Ok(request)
    }
}

/// Cloud hosts have an API host beside them; elsewhere it is the same host.
fn api_root(site: &Url, codebase: Option<&str>, is_cloud: Option<bool>) -> Result<Url> {
    let codebase = codebase.map(|c| c.trim_matches('/')).filter(|c| !c.is_empty()).unwrap_or(CLASSIC.trim_matches('/'));
    if !codebase.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')) {
        return Err(
            Error::new(ErrorKind::Decode, "the server gave a codebase that is none").with_operation(COMPANY_INFO.name)
        );
    }
    let mut root = site.clone();
    let host = site.host_str().unwrap_or_default();
    let cloud =
        is_cloud != Some(false) && (codebase != CLASSIC.trim_matches('/') || host.ends_with(".myconnectwise.net"));
    if cloud && !host.starts_with("api-") && site.domain().is_some() && host.contains('.') {
        root.set_host(Some(&format!("api-{host}")))
            .map_err(|e| Error::config("site", "the address can't be extended").with_source(e))?;
    }
    root.set_path(&format!("/{codebase}/apis/3.0/"));
    Ok(root)
}

#[async_trait]
impl Step for Codebase {
    async fn run(&self, request: Request, next: Next<'_>) -> Result<Response> {
        // Nothing of the request itself was sent yet.
        let root = self.root().await.map_err(|e| e.with_phase(Phase::NotSent))?;
        let answer = next.run(self.rewritten(request.clone(), &root)?).await;
        let lost = |error: &Error| {
            error.is_not_found()
                // The gateway answers some paths of yesterday's codebase with a page.
                || (error.is_blocked() && error.vendor().is_some_and(|v| v.status == 404))
                || (error.kind() == ErrorKind::Config
                    && error.vendor().and_then(|v| v.message.as_deref()).is_some_and(is_unroutable))
        };
        let answer = match answer {
            // A path of yesterday's codebase, or a record that is not there: only the login server can tell.
            Err(error) if lost(&error) => match self.moved(&root).await {
                Ok(true) => {
                    let root = self.root().await?;
                    tracing::info!(%root, "the API moved");
                    next.run(self.rewritten(request, &root)?).await?
                }
                Ok(false) => return Err(error),
                // Whether it is there is not known then.
                Err(unknown) => return Err(unknown),
            },
            other => other?,
        };
        self.look_at_version(&answer);
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(site: &str, codebase: Option<&str>, cloud: Option<bool>) -> String {
        api_root(&Url::parse(site).unwrap(), codebase, cloud).unwrap().to_string()
    }

    #[test]
    fn cloud_hosts_have_an_api_host_and_others_are_their_own() {
        let na = "https://na.myconnectwise.net/";
        assert_eq!(root(na, Some("v2025_1/"), Some(true)), "https://api-na.myconnectwise.net/v2025_1/apis/3.0/");
        assert_eq!(root(na, Some("v4_6_release/"), None), "https://api-na.myconnectwise.net/v4_6_release/apis/3.0/");
        let own = "https://psa.acme.example/";
        assert_eq!(root(own, Some("v4_6_release/"), Some(false)), "https://psa.acme.example/v4_6_release/apis/3.0/");
        assert_eq!(root(own, None, None), "https://psa.acme.example/v4_6_release/apis/3.0/");
        assert_eq!(
            root("https://127.0.0.1:8443/", Some("v2025_1/"), Some(true)),
            "https://127.0.0.1:8443/v2025_1/apis/3.0/"
        );
        assert!(api_root(&Url::parse(na).unwrap(), Some("../evil.example/"), None).is_err());
    }
}
