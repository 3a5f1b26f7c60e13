//! Where the key of a callback's signature may be fetched: its address comes with what it is to verify.

use psa_core::{Error, ErrorKind, Result};
use psa_http::AddressPolicy;
use url::{Origin, Url};

/// The regions of the vendor's cloud. Each has a login host (`na`), an API host (`api-na`) and a sandbox
/// (`sandbox-na`).
const REGIONS: [&str; 5] = ["na", "eu", "au", "aus", "za"];

/// The vendor's own domains: nobody else can have a name in them.
const CLOUD: &str = "myconnectwise.net";
const CLOUD_STAGING: &str = "connectwisedev.com";

/// What follows the codebase in the path of a key.
const KEY_PATH: &str = "/system/callbackkey/index.rails";

/// Longer than any address of a key.
const MAX_URL: usize = 2048;

/// Longer than any id of a key, which are GUIDs.
const MAX_ID: usize = 64;

/// Which servers are asked for the key that a callback was signed with.
///
/// The address of the key is part of the callback, so whoever makes one up names a server of his own, or one inside your
/// network. Only https to these origins is taken, only the path of a callback's key, and of the query only the company and
/// the id of the key.
///
/// ```
/// use connectwise_client::KeyOrigins;
///
/// let origins = KeyOrigins::cloud();
/// let url = origins.check("https://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=acme&id=1f")?;
/// assert_eq!(url.host_str(), Some("na.myconnectwise.net"));
///
/// let error = origins.check("https://evil.example/v2025_1//system/callbackkey/index.rails?id=1f").unwrap_err();
/// assert_eq!(error.context("reason"), Some("untrusted_key_url"));
///
/// let on_premise = KeyOrigins::own("https://psa.acme.example")?;
/// assert!(on_premise.check("https://psa.acme.example/v4_6_release/system/callbackkey/index.rails?id=1f").is_ok());
/// # Ok::<(), psa_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct KeyOrigins {
    cloud: bool,
    own: Vec<Origin>,
    addresses: AddressPolicy,
}

/// The vendor's cloud.
impl Default for KeyOrigins {
    fn default() -> Self {
        Self::cloud()
    }
}

/// An address that passed.
#[derive(Debug, Clone)]
pub(super) struct KeyUrl {
    /// Written anew: nothing of the sender's is in it but the codebase, the company and the id.
    pub(super) url: Url,
    pub(super) origin: String,
    pub(super) id: String,
    /// The company whose key it is, if it was named.
    pub(super) company: Option<String>,
    /// Whether the server has many companies.
    pub(super) cloud: bool,
}

impl KeyOrigins {
    /// The vendor's cloud and nothing else: `na`, `eu`, `au`, `aus`, `za` and `staging`, their sandboxes (`sandbox-na`
    /// …), and the same with `api-` in front.
    pub fn cloud() -> Self {
        Self { cloud: true, own: Vec::new(), addresses: AddressPolicy::public_only() }
    }

    /// This server and no other: one on premise (`https://psa.acme.example`, with its port if it has one), or a single
    /// region of the cloud.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] if this is no https origin.
    pub fn own(origin: &str) -> Result<Self> {
        Self { cloud: false, ..Self::cloud() }.and(origin)
    }

    /// This server too.
    ///
    /// # Errors
    /// As [`own`](Self::own).
    pub fn and(mut self, origin: &str) -> Result<Self> {
        let wrong = || {
            Error::config("key_origin", "this is no https origin")
                .with_context("remedy", "Give scheme and host, and the port if it is not 443: https://psa.acme.example")
        };
        let url = Url::parse(origin.trim()).map_err(|e| wrong().with_source(e))?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if url.scheme() != "https" || !bare || !url.username().is_empty() || url.password().is_some() {
            return Err(wrong());
        }
        self.own.push(url.origin());
        Ok(self)
    }

    /// The addresses that an origin may be or be named after, for a server in a private network: the same policy as the
    /// transport's. Default: only public ones. `http://` stays refused, whatever it says.
    #[must_use]
    pub fn addresses(mut self, policy: AddressPolicy) -> Self {
        self.addresses = policy;
        self
    }

    /// Whether a key may be fetched from this address, and the address to ask, which is the only one to ask.
    ///
    /// What the name of the host resolves to is not known here: that is up to the transport.
    ///
    /// # Errors
    /// [`ErrorKind::Unauthenticated`] with `untrusted_key_url` as the context's `reason`.
    pub fn check(&self, key_url: &str) -> Result<Url> {
        self.admit(key_url).map(|admitted| admitted.url)
    }

    pub(super) fn admit(&self, key_url: &str) -> Result<KeyUrl> {
        if key_url.len() > MAX_URL {
            return Err(untrusted("it is longer than any"));
        }
        let mut url = Url::parse(key_url).map_err(|_| untrusted("it is no address"))?;
        let host = url.host_str().unwrap_or_default();
        let cloud = is_cloud(host);
        if url.scheme() != "https" {
            return Err(untrusted("it is not https"));
        }
        let listed = (self.cloud && cloud && url.port().is_none()) || self.own.contains(&url.origin());
        if !listed {
            tracing::debug!(host, "a callback names a key server that is not allowed");
            return Err(untrusted("its origin is not among those that are allowed")
                .with_context("remedy", "If the server is yours, name it with KeyOrigins::own."));
        }
        self.addresses
            .check_url(&url)
            .map_err(|forbidden| untrusted("its address is forbidden").with_source(forbidden))?;
        if !is_key_path(url.path()) {
            return Err(untrusted("its path is not that of a callback's key"));
        }
        let company = only(&url, "companyName")?;
        let id = only(&url, "id")?.ok_or_else(|| untrusted("it names no key"))?;
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if id.is_empty() || id.len() > MAX_ID || !id.chars().all(plain) {
            return Err(untrusted("the id of its key can't be one"));
        }
        url.set_query(None);
        {
            let mut query = url.query_pairs_mut();
            query.extend_pairs(company.as_ref().map(|company| ("companyName", company)));
            query.append_pair("id", &id);
        }
        Ok(KeyUrl { origin: url.origin().ascii_serialization(), url, id, company, cloud })
    }
}

pub(super) fn untrusted(why: &'static str) -> Error {
    Error::new(ErrorKind::Unauthenticated, format!("the key's address is not trusted: {why}"))
        .with_context("reason", "untrusted_key_url")
}

/// Whether it is a host of the vendor's cloud, as [`Url`] spells hosts: in lower case and ASCII, a dot at the end kept.
fn is_cloud(host: &str) -> bool {
    let Some((name, domain)) = host.split_once('.') else { return false };
    let name = name.strip_prefix("api-").unwrap_or(name);
    match domain {
        CLOUD => name == "staging" || REGIONS.contains(&name.strip_prefix("sandbox-").unwrap_or(name)),
        CLOUD_STAGING => name == "staging",
        _ => false,
    }
}

/// `/v2025_1//system/callbackkey/index.rails`, with one slash or two.
fn is_key_path(path: &str) -> bool {
    let codebase = path.strip_prefix('/').and_then(|path| path.strip_suffix(KEY_PATH));
    codebase.map(|codebase| codebase.strip_suffix('/').unwrap_or(codebase)).is_some_and(|codebase| {
        !codebase.is_empty() && codebase.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
    })
}

/// The value of a parameter. The server reads names in any case, and of two values it might take the other one.
fn only(url: &Url, name: &str) -> Result<Option<String>> {
    let mut values = url.query_pairs().filter(|(n, _)| n.eq_ignore_ascii_case(name));
    let value = values.next().map(|(_, value)| value.into_owned());
    if values.next().is_some() { Err(untrusted("a parameter came twice")) } else { Ok(value) }
}
