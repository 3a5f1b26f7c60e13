//! Discovery and login.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use psa_core::{Error, ErrorKind, Result};
use psa_http::credential::{credential, password, secret};
use psa_http::{HttpClient, Operation, Redactor, Response, Token, TokenSource, json};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::{Mutex, OnceCell};
use url::Url;

use crate::scopes::Scopes;
use crate::site_url::HaloUrl;

static AUTH_INFO: Operation = Operation::get("halo.authinfo", "/authinfo");

/// Minting twice is harmless, so a failed mint may be tried again.
static TOKEN: Operation = Operation {
    name: "halo.token",
    method: http::Method::POST,
    path: "",
    idempotency: psa_http::Idempotency::Idempotent,
};

/// A code works once, and so may a refresh token: a repeat could lose the login.
static TOKEN_ONCE: Operation =
    Operation { name: "halo.token", method: http::Method::POST, path: "", idempotency: psa_http::Idempotency::Once };

/// How to log in.
#[non_exhaustive]
#[derive(Clone)]
pub enum Grant {
    /// Client ID and Secret (Services): the one for programs.
    ClientCredentials {
        /// The application's id.
        client_id: String,
        /// The application's secret.
        secret: SecretString,
    },
    /// An agent's user name and password.
    Password {
        /// The application's id.
        client_id: String,
        /// The agent's name.
        username: String,
        /// The agent's password.
        password: SecretString,
    },
    /// A refresh token from an earlier login in a browser. If the server sends a new one, that is used from then on.
    RefreshToken {
        /// The application's id.
        client_id: String,
        /// The application's secret, if it has one.
        secret: Option<SecretString>,
        /// The refresh token.
        refresh_token: SecretString,
    },
    /// A code from a login in a browser with PKCE. It works once; the refresh token that comes with it is used from then on.
    AuthorizationCode {
        /// The application's id.
        client_id: String,
        /// The code.
        code: SecretString,
        /// Where the browser was sent.
        redirect_uri: String,
        /// The PKCE verifier.
        verifier: SecretString,
    },
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::ClientCredentials { .. } => "ClientCredentials",
            Self::Password { .. } => "Password",
            Self::RefreshToken { .. } => "RefreshToken",
            Self::AuthorizationCode { .. } => "AuthorizationCode",
        };
        f.debug_struct(name).finish_non_exhaustive()
    }
}

impl Grant {
    fn secrets(&self) -> Vec<&SecretString> {
        match self {
            Self::ClientCredentials { secret, .. } => vec![secret],
            Self::Password { password, .. } => vec![password],
            Self::RefreshToken { secret, refresh_token, .. } => secret.iter().chain([refresh_token]).collect(),
            Self::AuthorizationCode { code, verifier, .. } => vec![code, verifier],
        }
    }

    fn client_id(&self) -> &str {
        match self {
            Self::ClientCredentials { client_id, .. }
            | Self::Password { client_id, .. }
            | Self::RefreshToken { client_id, .. }
            | Self::AuthorizationCode { client_id, .. } => client_id,
        }
    }

    /// The grant without what a file or the clipboard added to it.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] with the part that is empty, or holds a line break or control character.
    pub(crate) fn cleaned(self) -> Result<Self> {
        Ok(match self {
            Self::ClientCredentials { client_id, secret: given } => Self::ClientCredentials {
                client_id: credential("client_id", &client_id)?,
                secret: secret("secret", &given)?,
            },
            Self::Password { client_id, username, password: given } => Self::Password {
                client_id: credential("client_id", &client_id)?,
                username: credential("username", &username)?,
                password: password("secret", &given)?,
            },
            Self::RefreshToken { client_id, secret: given, refresh_token } => Self::RefreshToken {
                client_id: credential("client_id", &client_id)?,
                secret: given.map(|given| secret("secret", &given)).transpose()?,
                refresh_token: secret("secret", &refresh_token)?,
            },
            Self::AuthorizationCode { client_id, code, redirect_uri, verifier } => Self::AuthorizationCode {
                client_id: credential("client_id", &client_id)?,
                code: secret("secret", &code)?,
                redirect_uri: credential("redirect_uri", &redirect_uri)?,
                verifier: secret("secret", &verifier)?,
            },
        })
    }

    pub(crate) fn teach(&self, redactor: &Redactor) {
        for secret in self.secrets() {
            redactor.add_lasting(secret.clone());
        }
    }

    fn form<'a>(&'a self, scope: &'a str) -> Vec<(&'static str, &'a str)> {
        let mut form = match self {
            Self::ClientCredentials { client_id, secret } => vec![
                ("grant_type", "client_credentials"),
                ("client_id", client_id.as_str()),
                ("client_secret", secret.expose_secret()),
            ],
            Self::Password { client_id, username, password } => vec![
                ("grant_type", "password"),
                ("client_id", client_id.as_str()),
                ("username", username.as_str()),
                ("password", password.expose_secret()),
            ],
            Self::RefreshToken { client_id, secret, refresh_token } => {
                let mut form = vec![
                    ("grant_type", "refresh_token"),
                    ("client_id", client_id.as_str()),
                    ("refresh_token", refresh_token.expose_secret()),
                ];
                form.extend(secret.as_ref().map(|s| ("client_secret", s.expose_secret())));
                form
            }
            Self::AuthorizationCode { client_id, code, redirect_uri, verifier } => vec![
                ("grant_type", "authorization_code"),
                ("client_id", client_id.as_str()),
                ("code", code.expose_secret()),
                ("redirect_uri", redirect_uri.as_str()),
                ("code_verifier", verifier.expose_secret()),
            ],
        };
        form.push(("scope", scope));
        form
    }
}

#[derive(Debug, Deserialize)]
struct AuthInfo {
    #[serde(default)]
    auth_url: Option<String>,
    #[serde(default)]
    tenant_id: Option<String>,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: Option<SecretString>,
    #[serde(default, deserialize_with = "json::int")]
    expires_in: Option<i64>,
    #[serde(default)]
    scope: Option<String>,
    #[serde(default)]
    refresh_token: Option<SecretString>,
}

/// How the token endpoint is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The caller gave it; nothing was asked.
    Configured,
    /// The server told.
    Told,
    /// The server did not tell; it is the usual place.
    Usual,
}

/// Where tokens come from.
#[derive(Debug, Clone)]
pub(crate) struct TokenEndpoint {
    pub(crate) url: Url,
    pub(crate) tenant: Option<String>,
    /// How it is known.
    pub(crate) origin: Origin,
}

/// Mints tokens at a Halo server. The endpoint is discovered once.
#[derive(Debug)]
pub(crate) struct HaloTokens {
    http: HttpClient,
    url: HaloUrl,
    configured: Option<Url>,
    tenant: Option<String>,
    grant: Mutex<Grant>,
    scopes: Scopes,
    allow_http: bool,
    redactor: Redactor,
    endpoint: OnceCell<TokenEndpoint>,
}

impl HaloTokens {
    pub(crate) fn new(
        http: HttpClient,
        url: HaloUrl,
        configured: Option<Url>,
        tenant: Option<String>,
        grant: Grant,
        scopes: Scopes,
        allow_http: bool,
        redactor: Redactor,
    ) -> Self {
        Self {
            http,
            url,
            configured,
            tenant,
            grant: Mutex::new(grant),
            scopes,
            allow_http,
            redactor,
            endpoint: OnceCell::new(),
        }
    }

    pub(crate) async fn endpoint(&self) -> Result<&TokenEndpoint> {
        self.endpoint.get_or_try_init(|| self.discover()).await
    }

    async fn discover(&self) -> Result<TokenEndpoint> {
        if let Some(url) = &self.configured {
            return self.checked(url.clone(), self.tenant.clone(), Origin::Configured);
        }
        let told = match self.http.call(&AUTH_INFO).absolute(self.url.join("api/authinfo")?).send().await {
            Ok(answer) => json::decode::<AuthInfo>(&answer.body).ok(),
            // An old server without the endpoint, or one that hides it, maybe behind a page.
            Err(error)
                if error.is_not_found()
                    || error.is_permission_denied()
                    || error.is_unauthenticated()
                    || error.is_blocked() =>
            {
                None
            }
            Err(error) => return Err(error),
        };
        let tenant = self.tenant.clone();
        match told {
            Some(AuthInfo { auth_url: Some(auth_url), tenant_id }) if !auth_url.trim().is_empty() => {
                let tenant = tenant.or(tenant_id.filter(|t| !t.trim().is_empty()));
                self.checked(token_url(&auth_url)?, tenant, Origin::Told)
            }
            _ => {
                tracing::debug!("the server tells no authorisation address; the usual one is taken");
                self.checked(self.url.join("auth/token")?, tenant, Origin::Usual)
            }
        }
    }

    fn checked(&self, url: Url, tenant: Option<String>, origin: Origin) -> Result<TokenEndpoint> {
        if url.scheme() != "https" && !self.allow_http {
            return Err(Error::config(
                "auth_url",
                "the authorisation address is not https: a secret must not go there",
            ));
        }
        Ok(TokenEndpoint { url, tenant, origin })
    }

    fn explain(&self, error: Error, tenant: Option<&str>) -> Error {
        let Some(vendor) = error.vendor().cloned() else {
            return error;
        };
        // A firewall's page is no word about a credential. A bare page at this address may mean that it is the wrong
        // one.
        if error.is_blocked() && vendor.status != 404 {
            return error;
        }
        let code = vendor.code.clone().unwrap_or_default();
        let (kind, message, remedy): (_, String, &str) = match (vendor.status, code.as_str()) {
            (_, "invalid_client") => (
                ErrorKind::Unauthenticated,
                "Halo does not accept this client id and secret".into(),
                "Copy both again from the API application; the client id changes when the application is saved anew.",
            ),
            (_, "invalid_grant") => (
                ErrorKind::Unauthenticated,
                "Halo does not accept this user, code or refresh token".into(),
                "Log in again to get a new one.",
            ),
            (_, "unsupported_grant_type" | "unauthorized_client") => (
                ErrorKind::Config,
                "the API application does not allow this kind of login".into(),
                "Set its authentication method to \"Client ID and Secret (Services)\".",
            ),
            (_, "invalid_scope") => (
                ErrorKind::Config,
                format!("Halo does not know or grant one of the scopes: {}", self.scopes),
                "Ask only for scopes of the table in the setup guide, and enable them in the application's permissions.",
            ),
            (500, _) => (
                ErrorKind::Unauthenticated,
                match tenant {
                    Some(tenant) => {
                        format!("the authorisation server failed; that is how it answers a wrong tenant ({tenant})")
                    }
                    None => "the authorisation server failed; that is how it answers a wrong or missing tenant".into(),
                },
                "Check the tenant's name, or leave it out for a hosted Halo with an address of its own.",
            ),
            (404, _) => (
                ErrorKind::Config,
                "there is no token endpoint at this address".into(),
                "Check the Halo address, or give the authorisation server's address explicitly.",
            ),
            (401 | 403, _) => (
                ErrorKind::Unauthenticated,
                "Halo refused the login".into(),
                "Check client id, secret and tenant, and that the application is active.",
            ),
            _ => return error,
        };
        let explained = Error::new(kind, message)
            .with_phase(error.phase())
            .with_retry(error.retry())
            .with_context("remedy", remedy)
            .with_operation(TOKEN.name);
        explained.with_vendor(vendor)
    }
}

#[async_trait]
impl TokenSource for HaloTokens {
    async fn mint(&self) -> Result<Token> {
        let endpoint = self.endpoint().await?;
        let mut grant = self.grant.lock().await;
        let scope = self.scopes.to_string();
        let once = matches!(*grant, Grant::RefreshToken { .. } | Grant::AuthorizationCode { .. });
        let operation = if once { &TOKEN_ONCE } else { &TOKEN };
        let mut call = self.http.call(operation).absolute(endpoint.url.clone()).form(&grant.form(&scope));
        if let Some(tenant) = &endpoint.tenant {
            call = call.query("tenant", tenant);
        }
        let answer = call.send().await.map_err(|e| self.explain(e, endpoint.tenant.as_deref()))?;
        let token: TokenAnswer = json::decode(&answer.body).map_err(|_| not_a_token(&answer))?;
        let secret =
            token.access_token.filter(|t| !t.expose_secret().is_empty()).ok_or_else(|| not_a_token(&answer))?;
        if let Some(next) = token.refresh_token {
            self.redactor.add_recent(next.clone());
            let client_id = grant.client_id().to_owned();
            match &mut *grant {
                Grant::RefreshToken { refresh_token, .. } => *refresh_token = next,
                Grant::AuthorizationCode { .. } => {
                    *grant = Grant::RefreshToken { client_id, secret: None, refresh_token: next };
                }
                _ => {}
            }
        }
        let lifetime = Duration::from_secs(token.expires_in.and_then(|s| u64::try_from(s).ok()).unwrap_or(3600).max(1));
        let missing = self.scopes.missing_from(token.scope.as_deref());
        if !missing.is_empty() {
            tracing::warn!(%missing, "Halo granted fewer scopes than were asked for");
        }
        Ok(Token { secret, lifetime, scope: token.scope })
    }
}

fn not_a_token(answer: &Response) -> Error {
    let found = answer.content_type().unwrap_or_else(|| "no content type".into());
    Error::new(ErrorKind::Decode, format!("the authorisation server sent no token but {found}"))
        .with_operation(TOKEN.name)
        .with_context("remedy", "Check the Halo address: this looks like a web page, not the API.")
}

/// The token endpoint of an authorisation server given in any form.
pub(crate) fn token_url(auth_url: &str) -> Result<Url> {
    let text = auth_url.trim().trim_end_matches('/');
    let text = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let text = if text.to_ascii_lowercase().ends_with("/token") { text } else { format!("{text}/token") };
    Url::parse(&text).map_err(|e| Error::config("auth_url", "the authorisation address is not valid").with_source(e))
}
