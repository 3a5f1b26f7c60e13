mod address;
#[cfg(test)]
mod tests;

use std::error::Error as StdError;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use psa_core::{Error, ErrorKind, Phase, Retry};
use url::{Host, ParseError, Url};

pub use address::{Cidr, CidrError};

/// Which addresses a request may go to, where the URL is somebody else's: a webhook endpoint, a link in a message.
///
/// [`check_url`](Self::check_url) is for the moment a URL is configured: it sees names, not what they resolve to.
/// Whoever connects must check every address again, and connect to nothing else: `GuardedTransport` does.
///
/// ```
/// use psa_http::{AddressPolicy, Forbidden};
///
/// let policy = AddressPolicy::public_only();
/// assert!(policy.check_url_text("https://hooks.example.com/psa").is_ok());
/// // Every way to write an address is seen through.
/// let refused = policy.check_url_text("https://2852039166/latest/meta-data").unwrap_err();
/// assert!(matches!(refused, Forbidden::Address { .. }));
/// assert_eq!(policy.check_url_text("http://hooks.example.com/"), Err(Forbidden::Scheme("http".into())));
///
/// // On premise, with a receiver in the server network.
/// let policy = AddressPolicy::public_only().allow("10.20.0.0/16")?.allow_http(true);
/// assert!(policy.check_url_text("http://10.20.3.4:8080/").is_ok());
/// assert!(policy.check_ip("10.21.0.1".parse()?).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressPolicy {
    allowed: Vec<Cidr>,
    http: bool,
}

impl AddressPolicy {
    /// Only addresses of the public internet, only over https. This is the default.
    ///
    /// Forbidden are loopback, private, shared, link-local (cloud metadata), documentation, benchmarking, multicast and
    /// reserved networks, Azure's `168.63.129.16`, and the IPv6 forms that carry an IPv4 address: all of them, but
    /// for NAT64's `64:ff9b::/96`, which is as public as the IPv4 address in it.
    pub fn public_only() -> Self {
        Self::default()
    }

    /// Lets requests into `network` (`"10.20.0.0/16"`, or one address) although it is not public.
    ///
    /// An allowed IPv4 network is also allowed in its mapped (`::ffff:10.20.0.1`) and NAT64 forms. Once anything is
    /// allowed, names of local networks are judged by their addresses alone; `localhost` needs its address allowed.
    ///
    /// # Errors
    /// [`CidrError`] if this is no network.
    pub fn allow(self, network: &str) -> Result<Self, CidrError> {
        Ok(self.allow_network(network.parse()?))
    }

    /// As [`allow`](Self::allow), with a network that was read before.
    #[must_use]
    pub fn allow_network(mut self, network: Cidr) -> Self {
        self.allowed.push(network);
        self
    }

    /// Whether `http://` is good enough. Anyone on the way can read and change such a request.
    #[must_use]
    pub fn allow_http(mut self, allowed: bool) -> Self {
        self.http = allowed;
        self
    }

    /// Whether a connection to `address` may be made.
    ///
    /// # Errors
    /// [`Forbidden::Address`].
    pub fn check_ip(&self, address: IpAddr) -> Result<(), Forbidden> {
        match address::block_of(address) {
            Some(block) if !self.allows(address) => {
                Err(Forbidden::Address { address, network: block.network, what: block.what, host: None })
            }
            _ => Ok(()),
        }
    }

    /// Whether `host` may be connected to when these are the addresses it resolves to. One forbidden address is enough
    /// to refuse all: the next look-up could bring that one first.
    ///
    /// # Errors
    /// [`Forbidden::Address`] for the first forbidden one.
    pub fn check_answers(&self, host: &str, addresses: &[IpAddr]) -> Result<(), Forbidden> {
        addresses.iter().try_for_each(|address| self.check_ip(*address)).map_err(|forbidden| forbidden.behind(host))
    }

    /// Whether `url` may be configured as a target. A host that is an address is judged here; a name is only judged
    /// by itself.
    ///
    /// # Errors
    /// [`Forbidden`], with the first reason found.
    pub fn check_url(&self, url: &Url) -> Result<(), Forbidden> {
        match url.scheme() {
            "https" => {}
            "http" if self.http => {}
            other => return Err(Forbidden::Scheme(other.to_owned())),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Forbidden::Credentials);
        }
        if url.fragment().is_some() {
            return Err(Forbidden::Fragment);
        }
        if url.port() == Some(0) {
            return Err(Forbidden::Port);
        }
        match url.host() {
            Some(Host::Ipv4(address)) => self.check_ip(address.into()),
            Some(Host::Ipv6(address)) => self.check_ip(address.into()),
            Some(Host::Domain(name)) => self.check_name(name),
            None => Err(Forbidden::Unparsable(ParseError::EmptyHost)),
        }
    }

    /// Reads `text` as browsers do, and checks what it really means with [`check_url`](Self::check_url). Keep the
    /// [`Url`], not the text: another parser may read the text differently.
    ///
    /// # Errors
    /// [`Forbidden`], with the first reason found.
    pub fn check_url_text(&self, text: &str) -> Result<Url, Forbidden> {
        let url = Url::parse(text).map_err(Forbidden::Unparsable)?;
        self.check_url(&url)?;
        Ok(url)
    }

    fn check_name(&self, name: &str) -> Result<(), Forbidden> {
        // A trailing dot makes a name absolute and changes nothing else.
        let bare = name.strip_suffix('.').unwrap_or(name);
        // No name has an empty part; what resolvers make of one differs.
        if bare.split('.').any(str::is_empty) {
            return Err(Forbidden::Unparsable(ParseError::EmptyHost));
        }
        let is_or_is_under =
            |zone: &str| bare.strip_suffix(zone).is_some_and(|front| front.is_empty() || front.ends_with('.'));
        if is_or_is_under("localhost") {
            let loopback = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
            return match loopback.into_iter().any(|address| self.allows(address)) {
                true => Ok(()),
                false => Err(Forbidden::LocalHost(bare.to_owned())),
            };
        }
        if !self.allowed.is_empty() {
            return Ok(());
        }
        if ["local", "internal"].into_iter().any(is_or_is_under) {
            return Err(Forbidden::LocalHost(bare.to_owned()));
        }
        if !bare.contains('.') {
            return Err(Forbidden::SingleLabelHost(bare.to_owned()));
        }
        Ok(())
    }

    fn allows(&self, address: IpAddr) -> bool {
        let listed = |address: IpAddr| self.allowed.iter().any(|network| network.contains(address));
        listed(address) || address::embedded_v4(address).is_some_and(|inner| listed(inner.into()))
    }
}

/// Why a URL or an address is refused. The text says what to do about it.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Forbidden {
    /// This is no URL with a host.
    Unparsable(ParseError),
    /// Not https (or http, where that is allowed). Holds the scheme.
    Scheme(String),
    /// A user name or password stands in the URL.
    Credentials,
    /// A `#fragment`, which is never sent.
    Fragment,
    /// Port 0.
    Port,
    /// A name of this machine or of a local network: `localhost`, `*.local`, `*.internal`.
    LocalHost(String),
    /// A name without a dot, which only a local network can resolve.
    SingleLabelHost(String),
    /// The address, or one that the name resolves to, is not public.
    Address {
        /// The forbidden address.
        address: IpAddr,
        /// The network that it leads to.
        network: Cidr,
        /// What this network is.
        what: &'static str,
        /// The name that resolved to it; none for an address that stood in the URL. The text then leaves the address
        /// out: whoever chose the name need not learn what it means inside.
        host: Option<String>,
    },
}

impl Forbidden {
    /// The reason as one word, for a log or an API: `unparsable`, `scheme`, `credentials`, `fragment`, `port`,
    /// `forbidden_host`, `single_label_host` or `forbidden_ip`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unparsable(_) => "unparsable",
            Self::Scheme(_) => "scheme",
            Self::Credentials => "credentials",
            Self::Fragment => "fragment",
            Self::Port => "port",
            Self::LocalHost(_) => "forbidden_host",
            Self::SingleLabelHost(_) => "single_label_host",
            Self::Address { .. } => "forbidden_ip",
        }
    }

    fn behind(mut self, name: &str) -> Self {
        if let Self::Address { host, .. } = &mut self {
            *host = Some(name.to_owned());
        }
        self
    }
}

impl fmt::Display for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unparsable(error) => write!(f, "this is not a URL ({error}): use one like https://host/path"),
            Self::Scheme(scheme) => write!(f, "{scheme}: is not allowed: use https://"),
            Self::Credentials => {
                f.write_str("there is a user name or password in the URL: remove it, and send it as a header")
            }
            Self::Fragment => f.write_str("there is a #fragment in the URL, which is never sent: remove it"),
            Self::Port => f.write_str("nothing listens on port 0: use the port of the server"),
            Self::LocalHost(name) => {
                write!(f, "{name} is a name of this machine or of a local network: use a public name")
            }
            Self::SingleLabelHost(name) => {
                write!(f, "{name} is only a name in a local network: use the full public name")
            }
            Self::Address { address, network, what, host } => {
                match host {
                    Some(host) => write!(f, "{host} resolves to an address in {network} ({what})")?,
                    None => write!(f, "{address} leads to {network} ({what})")?,
                }
                f.write_str(": use a public address, or allow this network where the policy is configured")
            }
        }
    }
}

impl StdError for Forbidden {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Unparsable(error) => Some(error),
            _ => None,
        }
    }
}

/// Nothing was sent, and trying again is of no use.
impl From<Forbidden> for Error {
    fn from(forbidden: Forbidden) -> Self {
        Error::new(ErrorKind::InvalidRequest, forbidden.to_string())
            .with_phase(Phase::NotSent)
            .with_retry(Retry::Never)
            .with_context("field", "url")
            .with_source(forbidden)
    }
}
