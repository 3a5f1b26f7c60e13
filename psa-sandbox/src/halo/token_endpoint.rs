//! The authorisation server.

use std::collections::HashMap;
use std::time::Duration;

use base64::Engine;
use http::HeaderMap;
use serde_json::json;

use super::quirks::{OpenPoints, Quirks, UngrantedScope};
use crate::emulator::reply::Reply;

/// How long a token lives.
const LIFETIME: Duration = Duration::from_secs(3600);

/// A refresh token that somebody got before: no login of this sandbox needs to come first.
const FIRST_REFRESH: &str = "sandbox-refresh-0";

const ACTIONS: [&str; 2] = ["read", "edit"];

const FAMILIES: [&str; 21] = [
    "tickets",
    "calendar",
    "customers",
    "crm",
    "contracts",
    "suppliers",
    "items",
    "projects",
    "sales",
    "quotes",
    "sos",
    "pos",
    "invoices",
    "reporting",
    "softwarelicensing",
    "software",
    "kb",
    "assets",
    "distributionlists",
    "mailcampaign",
    "events",
];

const SINGLE: [&str; 10] = [
    "all",
    "all:standard",
    "admin",
    "all:teams",
    "admin:webhooks",
    "read:timesheets",
    "editmine:timesheets",
    "edit:timesheets",
    "access:chat",
    "access:adpasswordreset",
];

/// An API application and its tokens.
#[derive(Debug)]
pub(super) struct Application {
    pub(super) client_id: String,
    pub(super) secret: String,
    pub(super) tenant: Option<String>,
    /// What the application's permission table enables.
    pub(super) granted: Vec<String>,
    tokens: HashMap<String, Issued>,
    /// What each refresh token was issued for.
    refreshes: HashMap<String, Vec<String>>,
    minted: u64,
}

#[derive(Debug, Clone)]
struct Issued {
    scopes: Vec<String>,
    until: Duration,
}

impl Application {
    pub(super) fn new(client_id: String, secret: String) -> Self {
        Self {
            client_id,
            secret,
            tenant: None,
            granted: Vec::new(),
            tokens: HashMap::new(),
            refreshes: HashMap::new(),
            minted: 0,
        }
    }

    pub(super) fn minted(&self) -> u64 {
        self.minted
    }

    pub(super) fn forget_tokens(&mut self) {
        self.tokens.clear();
    }

    pub(super) fn forget(&mut self, token: &str) {
        self.tokens.remove(token);
    }

    /// The scopes that a request's token gives now; none if it is no valid token.
    pub(super) fn scopes(&self, headers: &HeaderMap, now: Duration, quirks: &Quirks) -> Option<Vec<String>> {
        let issued = self.tokens.get(bearer(headers)?)?;
        if now >= issued.until {
            return None;
        }
        if quirks.frozen_rights {
            return Some(issued.scopes.clone());
        }
        Some(issued.scopes.iter().filter(|s| gives(&self.granted, s)).cloned().collect())
    }

    pub(super) fn token(
        &mut self,
        tenant: Option<&str>,
        headers: &HeaderMap,
        form: &HashMap<String, String>,
        now: Duration,
        quirks: &Quirks,
        open: &OpenPoints,
    ) -> Reply {
        let error = |status: u16, code: &str, text: &str| {
            Reply::json(
                status,
                &json!({
                    "error": code,
                    "error_description": text,
                    "error_uri": "https://documentation.openiddict.com/errors/ID2000",
                }),
            )
        };
        let get = |name: &str| form.get(name).map(String::as_str).filter(|v| !v.is_empty());
        if let (Some(ours), Some(theirs)) = (&self.tenant, tenant.or(get("tenant")))
            && !ours.eq_ignore_ascii_case(theirs)
        {
            return if quirks.wrong_tenant_fails {
                Reply::text(500, "text/html", "<html><body><h1>Server Error</h1></body></html>")
            } else {
                error(400, "invalid_request", "The specified tenant does not exist.")
            };
        }
        let basic = basic(headers);
        let (id, secret) = match &basic {
            Some((id, secret)) => (Some(id.as_str()), Some(secret.as_str())),
            None => (get("client_id"), get("client_secret")),
        };
        match get("grant_type") {
            Some("client_credentials") if id == Some(&self.client_id) && secret == Some(&self.secret) => {}
            Some("password")
                if id == Some(&self.client_id)
                    && get("username") == Some("agent")
                    && get("password") == Some(&self.secret) => {}
            Some("refresh_token")
                if id == Some(&self.client_id)
                    && get("refresh_token").is_some_and(|t| t == FIRST_REFRESH || self.refreshes.contains_key(t)) => {}
            Some("authorization_code")
                if id == Some(&self.client_id)
                    && get("code") == Some("sandbox-code")
                    && get("code_verifier").is_some() => {}
            Some("client_credentials") => {
                return error(401, "invalid_client", "The specified client credentials are invalid.");
            }
            Some("password" | "refresh_token" | "authorization_code") => {
                return error(400, "invalid_grant", "The specified token or credentials are invalid.");
            }
            _ => {
                return error(400, "unsupported_grant_type", "The specified grant type is not supported.");
            }
        }
        let mut asked: Vec<String> = get("scope").unwrap_or("").split_whitespace().map(str::to_owned).collect();
        if let (true, Some(refreshed)) = (asked.is_empty(), get("refresh_token").and_then(|t| self.refreshes.get(t))) {
            asked.clone_from(refreshed);
        }
        if let Some(unknown) = asked.iter().find(|s| !is_known(s)) {
            return error(400, "invalid_scope", &format!("The scope {unknown} is not supported."));
        }
        if asked.is_empty() && !quirks.scopeless_token {
            return error(400, "invalid_scope", "A scope is needed.");
        }
        let scopes: Vec<String> = asked.iter().filter(|s| gives(&self.granted, s)).cloned().collect();
        if scopes.len() < asked.len() && open.ungranted_scope == UngrantedScope::Refused {
            return error(400, "invalid_scope", "The application may not use one of the scopes.");
        }
        if open.new_token_revokes_old {
            self.tokens.clear();
        }
        self.minted += 1;
        let token = format!("sandbox-token-{}", self.minted);
        self.tokens.insert(token.clone(), Issued { scopes: scopes.clone(), until: now + LIFETIME });
        let mut body = json!({
            "scope": scopes.join(" "),
            "token_type": "Bearer",
            "access_token": token,
            "expires_in": LIFETIME.as_secs(),
        });
        if get("grant_type") != Some("client_credentials") {
            let refresh = format!("sandbox-refresh-{}", self.minted);
            self.refreshes.insert(refresh.clone(), asked);
            body["refresh_token"] = refresh.into();
        }
        Reply::json(200, &body)
    }
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let text = headers.get(http::header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let decoded = base64::engine::general_purpose::STANDARD.decode(text).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    text.split_once(':').map(|(id, secret)| (id.to_owned(), secret.to_owned()))
}

pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(http::header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

fn is_known(scope: &str) -> bool {
    let lower = scope.to_ascii_lowercase();
    SINGLE.contains(&lower.as_str())
        || lower.split_once(':').is_some_and(|(verb, family)| ACTIONS.contains(&verb) && FAMILIES.contains(&family))
}

/// Whether holding `held` gives `scope`: editing includes reading, `all` includes everything.
pub(super) fn gives(held: &[String], scope: &str) -> bool {
    held.iter().any(|h| {
        h == "all"
            || h == scope
            || (h == "admin" && scope.starts_with("admin"))
            || h.strip_prefix("edit:").zip(scope.strip_prefix("read:")).is_some_and(|(a, b)| a == b)
    })
}
