//! What the owner of an endpoint writes: its URL, which events it gets, its headers. What is taken means the same when it is
//! read again, and leads to no network that is not public.

#![no_main]

use std::net::{Ipv4Addr, Ipv6Addr};

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use psa_http::{AddressPolicy, Cidr};
use psa_kit_fuzz::Piece;
use url::{Host, Url};
use webhook_delivery::{CustomHeaders, EventFilter, EventType};

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    what: u8,
    how: u8,
    first: Piece<'a>,
    rest: Piece<'a>,
}

/// What is no address of the public internet, by the registries of special purposes; written apart from the crate's tables.
fn special_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, d] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || matches!((a, b, c, d), (0 | 224.., ..) | (192, 0, 0, _) | (192, 88, 99, _) | (168, 63, 129, 16))
        || (a == 100 && b & 0xc0 == 64)
        || (a == 198 && b & 0xfe == 18)
}

fn special_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let v4 = Ipv4Addr::from_bits(u32::from(g) << 16 | u32::from(h));
    if [a, b, c, d, e, f] == [0x64, 0xff9b, 0, 0, 0, 0] {
        return special_v4(v4);
    }
    address.is_multicast()
        || address.is_unique_local()
        || address.is_unicast_link_local()
        || a & 0xffc0 == 0xfec0
        // Unspecified, loopback, and all the forms that carry an IPv4 address.
        || a == 0
        || a == 0x64
        || a == 0x2002
        || (a == 0x100 && [b, c, d] == [0, 0, 0])
        || (a == 0x2001 && (b == 0 || b == 2 || b == 0xdb8))
        || (a == 0x3fff && b < 0x1000)
        || a == 0x5f00
}

/// Whether old resolvers read this as an IPv4 address: one to four numbers, in decimal, octal or hexadecimal.
fn is_number_like(host: &str) -> bool {
    let labels: Vec<_> = host.split('.').filter(|label| !label.is_empty()).collect();
    let number = |label: &&str| match label.strip_prefix("0x").or(label.strip_prefix("0X")) {
        Some(digits) => digits.bytes().all(|b| b.is_ascii_hexdigit()),
        None => label.bytes().all(|b| b.is_ascii_digit()),
    };
    (1..=4).contains(&labels.len()) && labels.iter().all(number)
}

fn url(text: &str, how: u8) {
    let http = how & 1 == 1;
    let allowed: Option<Cidr> = (how & 2 == 2).then(|| "10.20.0.0/16".parse().unwrap());
    let mut policy = AddressPolicy::public_only().allow_http(http);
    if let Some(network) = allowed {
        policy = policy.allow_network(network);
    }
    let Ok(url) = policy.check_url_text(text) else { return };
    assert_eq!(Url::parse(url.as_str()).as_ref(), Ok(&url), "another URL when it is read again");
    assert_eq!(policy.check_url_text(url.as_str()).as_ref(), Ok(&url));
    assert!(url.scheme() == "https" || http && url.scheme() == "http");
    assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none() && url.port() != Some(0));
    // What connects reads it with another parser.
    if let Ok(uri) = url.as_str().parse::<http::Uri>() {
        assert_eq!(uri.host(), url.host_str(), "two parsers see two hosts");
        assert_eq!(uri.port_u16(), url.port(), "two parsers see two ports");
    }
    let is_allowed = |address: Ipv4Addr| allowed.is_some_and(|network| network.contains(address.into()));
    match url.host().unwrap() {
        Host::Ipv4(address) => assert!(!special_v4(address) || is_allowed(address), "{address}"),
        Host::Ipv6(address) => {
            let [.., a, b, c, d] = address.octets();
            let carried = Ipv4Addr::new(a, b, c, d);
            let carries = address.to_ipv4_mapped().is_some() || address.segments()[0] == 0x64;
            assert!(!special_v6(address) || carries && is_allowed(carried), "{address}");
        }
        Host::Domain(name) => {
            assert!(name.is_ascii() && !name.contains(|c: char| c.is_ascii_uppercase() || " /\\?#@:".contains(c)));
            assert!(!is_number_like(name), "{name} may be read as an address");
            let bare = name.trim_end_matches('.');
            let last = bare.rsplit('.').next().unwrap_or_default();
            assert_ne!(last, "localhost");
            assert!(allowed.is_some() || bare.contains('.') && !["local", "internal"].contains(&last), "{name}");
        }
    }
}

fn network(text: &str) {
    let Ok(network) = text.parse::<Cidr>() else { return };
    assert_eq!(network.to_string().parse::<Cidr>().as_ref(), Ok(&network));
}

fn same_filter(filter: &EventFilter, event: &str) {
    let json = serde_json::to_vec(filter).unwrap();
    assert_eq!(&serde_json::from_slice::<EventFilter>(&json).unwrap(), filter);
    let text = filter.to_string();
    // JSON can say that nothing is wanted; there is no such text.
    if json != b"[]" {
        assert_eq!(&text.parse::<EventFilter>().unwrap(), filter, "{text}");
    }
    let Ok(event_type) = event.parse::<EventType>() else { return };
    assert_eq!(event_type.to_string(), event);
    let wanted = text.split(", ").any(|pattern| match pattern.strip_suffix('*') {
        Some(start) => event.starts_with(start) && (start.is_empty() || event.len() > start.len()),
        None => pattern == event,
    });
    assert_eq!(filter.takes(&event_type), wanted, "{text} and {event}");
}

/// Names that a delivery can't do without being what we make them; in lower case.
fn is_ours(name: &str) -> bool {
    matches!(
        name,
        "host"
            | "connection"
            | "transfer-encoding"
            | "te"
            | "trailer"
            | "upgrade"
            | "user-agent"
            | "signature"
            | "proxy-authorization"
    ) || ["content-", "webhook-", "svix-", "x-amz-"].iter().any(|start| name.starts_with(start))
}

/// The last value of a name counts, in the place where it was set last; what was refused has changed nothing.
fn custom_headers(lines: &str) {
    let mut headers = CustomHeaders::new();
    let mut expected: Vec<(String, &str)> = Vec::new();
    for line in lines.split('\n') {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let Ok(more) = headers.clone().set(name, value) else { continue };
        let name = name.to_ascii_lowercase();
        assert!(!is_ours(&name), "{name} is not theirs to set");
        http::HeaderName::try_from(&name).unwrap();
        http::HeaderValue::from_str(value).unwrap();
        expected.retain(|(before, _)| *before != name);
        expected.push((name, value));
        headers = more;
    }
    assert!(headers.names().eq(expected.iter().map(|(name, _)| name)));
    let again = expected.iter().fold(CustomHeaders::new(), |again, (name, value)| again.set(name, value).unwrap());
    assert_eq!(again, headers);
}

fuzz_target!(|input: Input<'_>| {
    let (Some(first), Some(rest)) = (input.first.text(), input.rest.text()) else { return };
    match input.what % 5 {
        0 => url(rest, input.how),
        1 => network(rest),
        2 => {
            if let Ok(filter) = rest.parse::<EventFilter>() {
                same_filter(&filter, first);
            }
        }
        3 => {
            if let Ok(filter) = serde_json::from_str::<EventFilter>(rest) {
                same_filter(&filter, first);
            }
        }
        _ => custom_headers(rest),
    }
});
