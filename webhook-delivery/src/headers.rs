//! Headers that an endpoint's owner sets. They go out with each delivery; none can change what is sent, where to, or its signature.

use std::fmt;

use http::{HeaderName, HeaderValue};
use webhook_signing::{Error as NotTaken, Secret};
use zeroize::Zeroizing;

use crate::{Error, Result};

/// The longest value, in bytes.
const MAX_VALUE: usize = 4096;

/// As many as an endpoint may have.
const MAX_HEADERS: usize = 32;

/// What is not the owner's to say, in the order of the alphabet: a name belongs here if somebody between us and the
/// handler acts on it, or would be lied to by it.
///
/// * The connection and its hops: framing, routing, expectations (RFC 9110, 9112, 9113).
/// * Caches, on requests and answers: age, freshness, conditions, ranges (RFC 9111, 9110 section 13 and 14, 9211,
///   9213).
/// * What is true of the body and of us: digests, signatures, dates, methods that stand for another one.
/// * Browsers: origins, cookies, policies that are kept (RFC 6265, Fetch, Clear-Site-Data, HSTS, reporting).
/// * Front ends: which client, address, certificate or scheme a request came with (RFC 7239, 9440, and what proxies
///   invented).
///
/// Negotiation is the owner's (`Accept`, `Accept-Language`), all but `Accept-Encoding`: answers are read as they come.
const FORBIDDEN: &[&str] = &[
    "accept-encoding",
    "accept-ranges",
    "age",
    "allow",
    "alt-svc",
    "alt-used",
    "authentication-info",
    "cache-control",
    "cache-status",
    "cdn-cache-control",
    "cdn-loop",
    "clear-site-data",
    "client-cert",
    "client-cert-chain",
    "client-ip",
    "connection",
    "cookie",
    "cookie2",
    "date",
    "digest",
    "disguised-host",
    "dnt",
    "early-data",
    "etag",
    "expect",
    "expect-ct",
    "expires",
    "forwarded",
    "from",
    "front-end-https",
    "host",
    "http2-settings",
    "keep-alive",
    "last-modified",
    "location",
    "max-forwards",
    "nel",
    "origin",
    "origin-agent-cluster",
    "permissions-policy",
    "pragma",
    "priority",
    "proxy-authenticate",
    "proxy-authentication-info",
    "proxy-authorization",
    "proxy-connection",
    "proxy-status",
    "public-key-pins",
    "range",
    "referer",
    "referrer-policy",
    "refresh",
    "report-to",
    "reporting-endpoints",
    "repr-digest",
    "retry-after",
    "server",
    "server-timing",
    "set-cookie",
    "set-cookie2",
    "sourcemap",
    "strict-transport-security",
    "te",
    "timing-allow-origin",
    "trailer",
    "trailers",
    "transfer-encoding",
    "true-client-ip",
    "upgrade",
    "upgrade-insecure-requests",
    "user-agent",
    "vary",
    "via",
    "want-content-digest",
    "want-digest",
    "want-repr-digest",
    "warning",
    "www-authenticate",
    "x-cache",
    "x-client-cert",
    "x-client-ip",
    "x-cloud-trace-context",
    "x-cluster-client-ip",
    "x-content-type-options",
    "x-forwarded",
    "x-frame-options",
    "x-host",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-proxyuser-ip",
    "x-real-ip",
    "x-rewrite-url",
    "x-scheme",
    "x-sendfile",
    "x-served-by",
    "x-url-scheme",
    "x-varnish",
    "x-xss-protection",
];

/// Beginnings that belong to the body, to the signature, to browsers, or to the front ends and clouds that deliveries
/// pass through.
const FORBIDDEN_PREFIXES: &[&str] = &[
    // The body and the signature.
    "content-",
    "signature",
    "svix-",
    "webhook-",
    "x-svix-",
    // Browsers, and conditions of caches.
    "access-control-",
    "cross-origin-",
    "if-",
    "sec-",
    "surrogate-",
    // Proxies: nginx, IIS, Envoy, Istio, Varnish, and what each calls the request it had.
    "x-accel-",
    "x-arr-",
    "x-envoy-",
    "x-forwarded-",
    "x-istio-",
    "x-original-",
    "x-ssl-",
    // Clouds: Akamai, AWS, Azure with Front Door and its gateways, Cloudflare, Fastly, Fly, Google, Imperva, Netlify,
    // Vercel.
    "akamai-",
    "cf-",
    "fastly-",
    "fly-",
    "incap-",
    "x-akamai-",
    "x-amz-",
    "x-amzn-",
    "x-appengine-",
    "x-appgw-",
    "x-azure-",
    "x-fd-",
    "x-gfe",
    "x-goog-",
    "x-google",
    "x-ms-",
    "x-nf-",
    "x-vercel-",
    "x-waws-",
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
        if is_forbidden(&lower) {
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
    /// [`Error::Header`] for a token that can't be sent, and for one that is empty or breaks the rule of
    /// [`webhook_signing::Secret`]: from a file it may end with a line break.
    pub fn bearer(self, token: &str) -> Result<Self> {
        check_secret(token)?;
        self.set("authorization", &format!("Bearer {token}"))
    }

    /// HTTP Basic.
    ///
    /// # Errors
    /// [`Error::Header`] for a user name with a colon, and for a user name or password that breaks the rule of
    /// [`webhook_signing::Secret`]: encoded, a line break at the end of a file would be sent with it. Either may be
    /// empty, where the receiver has a key in place of both.
    pub fn basic(self, user: &str, password: &str) -> Result<Self> {
        use base64::Engine;
        if user.contains(':') {
            return Err(authorization("can't carry a user name with a colon"));
        }
        if user.is_empty() && password.is_empty() {
            return Err(authorization("has neither a user name nor a password"));
        }
        [user, password].into_iter().filter(|part| !part.is_empty()).try_for_each(check_secret)?;
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

    /// From the store: each as if it were set now. One that an earlier version took and this one refuses is left out,
    /// since an endpoint that can't be read would stop all of its deliveries.
    pub(crate) fn from_stored(text: &str) -> Result<Self> {
        let pairs: Vec<(String, Zeroizing<String>)> = serde_json::from_str(text).map_err(Error::Data)?;
        Ok(pairs.iter().fold(Self::new(), |headers, (name, value)| match headers.clone().set(name, value) {
            Ok(more) => more,
            Err(refused) => {
                tracing::warn!(%refused, "a stored header is no longer sent; set the endpoint's headers anew");
                headers
            }
        }))
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

fn authorization(why: &'static str) -> Error {
    Error::Header { name: "authorization".to_owned(), why }
}

/// The rule of secrets, before a line break disappears in an encoding.
fn check_secret(text: &str) -> Result<()> {
    Secret::new(text).check().map_err(|refused| match refused {
        NotTaken::InvalidSecret(why) => authorization(why),
        _ => authorization("has nothing to show: the token, user name or password is blank"),
    })
}

fn is_forbidden(lower: &str) -> bool {
    FORBIDDEN.binary_search(&lower).is_ok() || FORBIDDEN_PREFIXES.iter().any(|prefix| lower.starts_with(prefix))
}

impl fmt::Debug for CustomHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_the_order_that_it_is_searched_by() {
        assert!(FORBIDDEN.is_sorted() && FORBIDDEN.iter().chain(FORBIDDEN_PREFIXES).all(|n| *n == n.to_lowercase()));
        for name in FORBIDDEN {
            assert!(HeaderName::try_from(*name).is_ok() && is_forbidden(name), "{name}");
            // A name that a prefix covers would be read as if the others of its kind were allowed.
            assert!(!FORBIDDEN_PREFIXES.iter().any(|prefix| name.starts_with(prefix)), "{name} is there twice");
        }
    }

    #[test]
    fn an_endpoint_with_a_header_that_is_refused_by_now_is_still_read() {
        let stored = r#"[["x-environment","test"],["x-fd-healthprobe","1"],["authorization","Bearer t"]]"#;
        let headers = CustomHeaders::from_stored(stored).unwrap();
        assert!(headers.names().eq(["x-environment", "authorization"]));
        assert!(CustomHeaders::from_stored("no json").is_err());
    }
}
