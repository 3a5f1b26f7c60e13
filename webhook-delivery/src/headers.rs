//! Headers that an endpoint's owner sets. They go out with each delivery; none can change what is sent, where to, or its signature.

use std::fmt;

use http::{HeaderName, HeaderValue};
use zeroize::Zeroizing;

use crate::{Error, Result};

/// The longest value, in bytes.
const MAX_VALUE: usize = 4096;

/// As many as an endpoint may have.
const MAX_HEADERS: usize = 32;

/// Framing, routing, what is true of the body, and who we are.
const FORBIDDEN: [&str; 35] = [
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "connection",
    "content-digest",
    "cookie",
    "date",
    "expect",
    "forwarded",
    "from",
    "host",
    "http2-settings",
    "keep-alive",
    "max-forwards",
    "origin",
    "pragma",
    "priority",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "range",
    "referer",
    "set-cookie",
    "signature",
    "signature-input",
    "te",
    "trailer",
    "trailers",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "warning",
];

/// Beginnings that belong to the body, to the signature, or to the clouds that deliveries may pass through.
const FORBIDDEN_PREFIXES: [&str; 13] = [
    "content-",
    "webhook-",
    "svix-",
    "x-svix-",
    "sec-",
    "x-forwarded-",
    "x-amz-",
    "x-amzn-",
    "x-google",
    "x-goog-",
    "x-azure-",
    "x-ms-",
    "cf-",
];

/// The headers of an endpoint. Values are for the receiver alone: they are never shown.
///
/// ```
/// use webhook_delivery::CustomHeaders;
///
/// let headers = CustomHeaders::new().bearer("the receiver's token")?.set("X-Environment", "production")?;
/// assert!(headers.clone().set("Host", "internal").is_err());
/// assert!(!format!("{headers:?}").contains("token"));
/// # Ok::<(), webhook_delivery::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CustomHeaders(Vec<(String, Zeroizing<String>)>);

impl CustomHeaders {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a header.
    ///
    /// # Errors
    /// [`Error::Header`] for a name that is not yours to set, or a value that can't be sent.
    pub fn set(mut self, name: &str, value: &str) -> Result<Self> {
        let refused = |why| Err(Error::Header { name: name.to_owned(), why });
        let lower = name.to_ascii_lowercase();
        if HeaderName::try_from(&lower).is_err() {
            return refused("is no name of a header");
        }
        if FORBIDDEN.contains(&lower.as_str()) || FORBIDDEN_PREFIXES.iter().any(|p| lower.starts_with(p)) {
            return refused("is not yours to set: it would change what is sent, where to, or its signature");
        }
        if value.len() > MAX_VALUE {
            return refused("has a value of more than 4096 bytes");
        }
        if HeaderValue::from_str(value).is_err() {
            return refused("has a value that can't be sent: line breaks and control characters end a header");
        }
        self.0.retain(|(n, _)| *n != lower);
        if self.0.len() == MAX_HEADERS {
            return refused("is one too many: 32 are sent");
        }
        self.0.push((lower, Zeroizing::new(value.to_owned())));
        Ok(self)
    }

    /// `Authorization: Bearer …`.
    ///
    /// # Errors
    /// [`Error::Header`] for a token that can't be sent.
    pub fn bearer(self, token: &str) -> Result<Self> {
        self.set("authorization", &format!("Bearer {token}"))
    }

    /// HTTP Basic.
    ///
    /// # Errors
    /// [`Error::Header`] for a user name with a colon.
    pub fn basic(self, user: &str, password: &str) -> Result<Self> {
        use base64::Engine;
        if user.contains(':') {
            return Err(Error::Header { name: "authorization".into(), why: "can't carry a user name with a colon" });
        }
        let pair = Zeroizing::new(format!("{user}:{password}"));
        self.set("authorization", &format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(&*pair)))
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// For the store: with the values.
    pub(crate) fn to_stored(&self) -> Zeroizing<String> {
        let pairs: Vec<(&str, &str)> = self.0.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        Zeroizing::new(serde_json::to_string(&pairs).unwrap_or_default())
    }

    /// From the store: each as if it were set now.
    pub(crate) fn from_stored(text: &str) -> Result<Self> {
        let pairs: Vec<(String, Zeroizing<String>)> = serde_json::from_str(text).map_err(Error::Data)?;
        pairs.iter().try_fold(Self::new(), |headers, (name, value)| headers.set(name, value))
    }

    /// What must not be shown of them, in every form that a receiver may show it in.
    pub(crate) fn secrets(&self) -> Vec<String> {
        use base64::Engine;
        let mut secrets = Vec::new();
        for (_, value) in &self.0 {
            let value = value.trim();
            secrets.push(value.to_owned());
            if let Some((_, credentials)) = value.split_once(' ') {
                secrets.push(credentials.trim().to_owned());
                let decoded = base64::engine::general_purpose::STANDARD.decode(credentials.trim());
                if let Some(pair) = decoded.ok().and_then(|d| String::from_utf8(d).ok()) {
                    secrets.extend(pair.split_once(':').map(|(_, password)| password.to_owned()));
                    secrets.push(pair);
                }
            }
            // Parts of a longer value, like `key=…`.
            let parts = value.split([' ', ',', ';', '=', '"']).filter(|part| part.len() >= 8);
            secrets.extend(parts.map(str::to_owned));
        }
        secrets.retain(|secret| secret.len() >= 4);
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets
    }

    pub(crate) fn put_into(&self, headers: &mut http::HeaderMap) {
        for (name, value) in &self.0 {
            // Both were checked when they were set.
            if let (Ok(name), Ok(mut value)) = (HeaderName::try_from(name), HeaderValue::from_str(value)) {
                value.set_sensitive(true);
                headers.insert(name, value);
            }
        }
    }
}

impl fmt::Debug for CustomHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}
