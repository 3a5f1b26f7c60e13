//! Networks, and which of them are not the public internet.

use std::error::Error as StdError;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A network: an address and the length of its fixed part, as `10.20.0.0/16` or `fd00:1::/32`.
///
/// ```
/// let network: psa_http::Cidr = "10.20.0.0/16".parse()?;
/// assert!(network.contains("10.20.255.1".parse()?));
/// assert_eq!("10.20.0.1/16".parse::<psa_http::Cidr>().unwrap_err().to_string(),
///     "10.20.0.1/16 is an address within a network: write 10.20.0.0/16 for all of it, or 10.20.0.1/32");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cidr {
    network: IpAddr,
    prefix: u8,
}

impl Cidr {
    /// The network of the addresses that agree with `network` in the first `prefix` bits.
    ///
    /// # Errors
    /// [`CidrError::Prefix`] past 32 (IPv4) or 128 (IPv6); [`CidrError::HostBits`] if a bit after the prefix is set.
    pub fn new(network: IpAddr, prefix: u8) -> Result<Self, CidrError> {
        if prefix > width(network) {
            return Err(CidrError::Prefix(prefix.to_string()));
        }
        let start = match network {
            IpAddr::V4(v4) => IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & !u32::MAX.unbounded_shr(prefix.into()))),
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::MAX.unbounded_shr(prefix.into()))),
        };
        if start != network {
            return Err(CidrError::HostBits { address: network, network: Self { network: start, prefix } });
        }
        Ok(Self { network, prefix })
    }

    /// Whether `address` is in this network. An IPv6 address is never in an IPv4 network, whatever it carries.
    pub fn contains(&self, address: IpAddr) -> bool {
        let free = u32::from(width(self.network) - self.prefix);
        match (self.network, address) {
            (IpAddr::V4(start), IpAddr::V4(address)) => (start.to_bits() ^ address.to_bits()).unbounded_shr(free) == 0,
            (IpAddr::V6(start), IpAddr::V6(address)) => (start.to_bits() ^ address.to_bits()).unbounded_shr(free) == 0,
            _ => false,
        }
    }

    const fn v4(network: [u8; 4], prefix: u8) -> Self {
        let [a, b, c, d] = network;
        Self { network: IpAddr::V4(Ipv4Addr::new(a, b, c, d)), prefix }
    }

    /// From the first four groups; the rest is zero.
    const fn v6(front: [u16; 4], prefix: u8) -> Self {
        let [a, b, c, d] = front;
        Self { network: IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0)), prefix }
    }
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// A single address is a network of its own.
impl FromStr for Cidr {
    type Err = CidrError;

    fn from_str(text: &str) -> Result<Self, CidrError> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| CidrError::Address(address.to_owned()))?;
        let prefix = match prefix {
            None => width(address),
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => {
                digits.parse().map_err(|_| CidrError::Prefix(digits.to_owned()))?
            }
            Some(other) => return Err(CidrError::Prefix(other.to_owned())),
        };
        Self::new(address, prefix)
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.network, self.prefix)
    }
}

/// Why a text is no network.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CidrError {
    /// What stands before the slash is not an IP address.
    Address(String),
    /// What stands after the slash is not a length of 0 to 32 (IPv4) or 128 (IPv6).
    Prefix(String),
    /// There are bits set after the prefix, so it is not clear what is meant.
    HostBits {
        /// The address as written.
        address: IpAddr,
        /// The network that it is in.
        network: Cidr,
    },
}

impl fmt::Display for CidrError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(text) => write!(f, "{text:?} is not an IP address: write a network like 10.20.0.0/16"),
            Self::Prefix(text) => {
                write!(f, "{text:?} is not the length of a network: write 0 to 32 for IPv4, 0 to 128 for IPv6")
            }
            Self::HostBits { address, network } => write!(
                f,
                "{address}/{} is an address within a network: write {network} for all of it, or {address}/{}",
                network.prefix,
                width(*address)
            ),
        }
    }
}

impl StdError for CidrError {}

/// A network that is not the public internet.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) network: Cidr,
    pub(super) what: &'static str,
}

const fn block(network: Cidr, what: &'static str) -> Block {
    Block { network, what }
}

static V4: [Block; 17] = [
    block(Cidr::v4([0, 0, 0, 0], 8), "this host"),
    block(Cidr::v4([10, 0, 0, 0], 8), "private network"),
    block(Cidr::v4([100, 64, 0, 0], 10), "shared by a provider's customers"),
    block(Cidr::v4([127, 0, 0, 0], 8), "loopback"),
    block(Cidr::v4([168, 63, 129, 16], 32), "Azure's platform service"),
    block(Cidr::v4([169, 254, 0, 0], 16), "link-local, cloud metadata"),
    block(Cidr::v4([172, 16, 0, 0], 12), "private network"),
    block(Cidr::v4([192, 0, 0, 0], 24), "protocol assignments"),
    block(Cidr::v4([192, 0, 2, 0], 24), "documentation"),
    block(Cidr::v4([192, 88, 99, 0], 24), "6to4 relays"),
    block(Cidr::v4([192, 168, 0, 0], 16), "private network"),
    block(Cidr::v4([198, 18, 0, 0], 15), "benchmarking"),
    block(Cidr::v4([198, 51, 100, 0], 24), "documentation"),
    block(Cidr::v4([203, 0, 113, 0], 24), "documentation"),
    block(Cidr::v4([224, 0, 0, 0], 4), "multicast"),
    block(Cidr::v4([255, 255, 255, 255], 32), "broadcast"),
    block(Cidr::v4([240, 0, 0, 0], 4), "reserved"),
];

/// Loopback and every old way to put an IPv4 address into an IPv6 one lie in here. Nothing public does, but for NAT64.
static LOW: Block = block(Cidr::v6([0, 0, 0, 0], 8), "loopback and translated addresses");

static V6: [Block; 11] = [
    block(Cidr::v6([0x100, 0, 0, 0], 64), "discarded"),
    block(Cidr::v6([0x2001, 0, 0, 0], 32), "Teredo tunnels"),
    block(Cidr::v6([0x2001, 0, 0, 0], 23), "protocol assignments"),
    block(Cidr::v6([0x2001, 0xdb8, 0, 0], 32), "documentation"),
    block(Cidr::v6([0x2002, 0, 0, 0], 16), "6to4 tunnels"),
    block(Cidr::v6([0x3fff, 0, 0, 0], 20), "documentation"),
    block(Cidr::v6([0x5f00, 0, 0, 0], 16), "segment routing"),
    block(Cidr::v6([0xfc00, 0, 0, 0], 7), "private network"),
    block(Cidr::v6([0xfe80, 0, 0, 0], 10), "link-local"),
    block(Cidr::v6([0xfec0, 0, 0, 0], 10), "site-local"),
    block(Cidr::v6([0xff00, 0, 0, 0], 8), "multicast"),
];

/// Public networks within `2001::/23`: port control and TURN anycast, AMT, AS112, ORCHIDv2.
static PUBLIC_ASSIGNMENTS: [Cidr; 5] = [
    Cidr { network: IpAddr::V6(Ipv6Addr::new(0x2001, 1, 0, 0, 0, 0, 0, 1)), prefix: 128 },
    Cidr { network: IpAddr::V6(Ipv6Addr::new(0x2001, 1, 0, 0, 0, 0, 0, 2)), prefix: 128 },
    Cidr::v6([0x2001, 3, 0, 0], 32),
    Cidr::v6([0x2001, 4, 0x112, 0], 48),
    Cidr::v6([0x2001, 0x20, 0, 0], 28),
];

/// The block that `address` is in; none if it is public.
pub(super) fn block_of(address: IpAddr) -> Option<&'static Block> {
    let v6 = match address {
        IpAddr::V4(_) => return V4.iter().find(|block| block.network.contains(address)),
        IpAddr::V6(v6) => v6,
    };
    match carried(v6) {
        Some(Carried::Nat64(v4)) => block_of(v4.into()),
        // Refused in any case; the IPv4 network only tells more.
        Some(Carried::Mapped(v4)) => block_of(v4.into()).or(Some(&LOW)),
        None if LOW.network.contains(address) => Some(&LOW),
        None if PUBLIC_ASSIGNMENTS.iter().any(|network| network.contains(address)) => None,
        None => V6.iter().find(|block| block.network.contains(address)),
    }
}

/// The IPv4 address that a connection to this mapped or NAT64 address ends at.
pub(super) fn embedded_v4(address: IpAddr) -> Option<Ipv4Addr> {
    let IpAddr::V6(v6) = address else { return None };
    carried(v6).map(|(Carried::Mapped(v4) | Carried::Nat64(v4))| v4)
}

enum Carried {
    Mapped(Ipv4Addr),
    Nat64(Ipv4Addr),
}

fn carried(v6: Ipv6Addr) -> Option<Carried> {
    if let Some(v4) = v6.to_ipv4_mapped() {
        return Some(Carried::Mapped(v4));
    }
    let [front @ .., a, b, c, d] = v6.octets();
    let nat64 = [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0];
    (front == nat64).then(|| Carried::Nat64(Ipv4Addr::new(a, b, c, d)))
}
