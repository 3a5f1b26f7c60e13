//! Which addresses and URLs pass: tables of our own, and the vectors that `PSA_FIXTURES` points to.

use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap_or_else(|e| panic!("{text}: {e}"))
}

fn code(policy: &AddressPolicy, url: &str) -> &'static str {
    policy.check_url_text(url).map_or_else(|forbidden| forbidden.code(), |_| "ok")
}

#[test]
fn the_edges_of_every_forbidden_network() {
    // The first and last address of each, and the public neighbours where there are any.
    let inside = [
        "0.0.0.0",
        "0.255.255.255",
        "10.0.0.0",
        "10.255.255.255",
        "100.64.0.0",
        "100.127.255.255",
        "127.0.0.0",
        "127.255.255.255",
        "168.63.129.16",
        "169.254.0.0",
        "169.254.255.255",
        "172.16.0.0",
        "172.31.255.255",
        "192.0.0.0",
        "192.0.0.255",
        "192.0.2.0",
        "192.0.2.255",
        "192.88.99.0",
        "192.88.99.255",
        "192.168.0.0",
        "192.168.255.255",
        "198.18.0.0",
        "198.19.255.255",
        "198.51.100.0",
        "198.51.100.255",
        "203.0.113.0",
        "203.0.113.255",
        "224.0.0.0",
        "239.255.255.255",
        "240.0.0.0",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::8.8.8.8",
        "::ffff:10.0.0.1",
        "::ffff:8.8.8.8",
        "::ffff:0:808:808",
        "::5efe:808:808",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:0:0:0:1:808:808",
        "64:ff9b:1::808:808",
        "ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "100::",
        "100::ffff:ffff:ffff:ffff",
        "2001::1",
        "2001:0:ffff:ffff:ffff:ffff:f7f7:f7f7",
        "2001:1::",
        "2001:1::3",
        "2001:2::1",
        "2001:10::1",
        "2001:30::1",
        "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
        "2001:db8::",
        "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
        "2002::",
        "2002:808:808::1",
        "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "3fff::",
        "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
        "5f00::",
        "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "fc00::",
        "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "fe80::",
        "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "fec0::",
        "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "ff00::",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    ];
    let outside = [
        "1.0.0.0",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "168.63.129.15",
        "168.63.129.17",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "191.255.255.255",
        "192.0.1.0",
        "192.0.3.0",
        "192.88.98.255",
        "192.88.100.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "198.51.99.255",
        "198.51.101.0",
        "203.0.112.255",
        "203.0.114.0",
        "223.255.255.255",
        "64:ff9b::808:808",
        "100:0:0:1::",
        "2001:1::1",
        "2001:1::2",
        "2001:3::1",
        "2001:4:112::1",
        "2001:20::1",
        "2001:2f:ffff::1",
        "2001:200::",
        "2001:db7:ffff::1",
        "2001:db9::",
        "2003::",
        "2606:4700::1111",
        "3ffe::1",
        "3fff:1000::",
        "5eff::1",
        "5f01::",
        "fbff::1",
        "fe7f::1",
    ];
    let policy = AddressPolicy::public_only();
    for address in inside {
        assert!(policy.check_ip(ip(address)).is_err(), "{address} must be refused");
    }
    for address in outside {
        assert_eq!(policy.check_ip(ip(address)), Ok(()), "{address}");
    }
}

proptest! {
    /// Behind NAT64 an address is as public as the IPv4 one; every other way to carry one is closed.
    #[test]
    fn an_embedded_address_gains_nothing(bits: u32) {
        let policy = AddressPolicy::public_only();
        let v4 = Ipv4Addr::from_bits(bits);
        let low = u128::from(bits);
        let check = |v6: u128| policy.check_ip(Ipv6Addr::from_bits(v6).into()).is_err();
        prop_assert_eq!(check((0x0064_ff9b << 96) | low), policy.check_ip(v4.into()).is_err());
        for closed in [low, (0xffff << 32) | low, (0xffff << 48) | low, (0x5efe << 32) | low, (0x2002 << 112) | (low << 80)] {
            prop_assert!(check(closed));
        }
    }

    /// A network holds exactly the addresses that agree with it in the prefix.
    #[test]
    fn a_network_holds_what_agrees_in_the_prefix(start: u128, prefix in 0u8..=128, other: u128) {
        let cut = !u128::MAX.unbounded_shr(prefix.into());
        let network = Cidr::new(Ipv6Addr::from_bits(start & cut).into(), prefix).unwrap();
        prop_assert_eq!(network.contains(Ipv6Addr::from_bits(other).into()), other & cut == start & cut);
        prop_assert!(network.contains(Ipv6Addr::from_bits(start).into()));
        prop_assert_eq!(network.to_string().parse(), Ok(network));
    }

    #[test]
    fn no_text_panics(text in ".{0,60}", host in "[0-9a-fx.:\\[\\]%@#\\\\]{0,24}") {
        let policy = AddressPolicy::public_only().allow_http(true);
        let _ = policy.check_url_text(&text);
        let _ = policy.check_url_text(&format!("http://{host}/"));
        let _ = text.parse::<Cidr>();
        let _ = host.parse::<Cidr>();
    }
}

#[test]
fn a_network_is_read_strictly() {
    for good in ["0.0.0.0/0", "10.0.0.0/8", "10.1.2.3/32", "::/0", "fd00::/8", "::1/128"] {
        assert_eq!(good.parse::<Cidr>().unwrap().to_string(), good);
    }
    assert_eq!("10.1.2.3".parse::<Cidr>(), "10.1.2.3/32".parse());
    assert_eq!("::1".parse::<Cidr>(), "::1/128".parse());
    for bad in ["", "/", "/8", "10.0.0.0/", "10.0.0/8", "010.0.0.0/8", " 10.0.0.0/8", "localhost", "[::1]/128"] {
        assert!(bad.parse::<Cidr>().is_err(), "{bad:?}");
    }
    for bad in ["10.0.0.0/33", "10.0.0.0/+8", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/256", "::/129"] {
        assert!(matches!(bad.parse::<Cidr>(), Err(CidrError::Prefix(_))), "{bad:?}");
    }
    for bad in ["10.0.0.1/8", "1.0.0.0/0", "fd00::1/8"] {
        assert!(matches!(bad.parse::<Cidr>(), Err(CidrError::HostBits { .. })), "{bad:?}");
    }
}

#[test]
fn what_is_allowed_is_allowed_in_every_form_and_nothing_else_is() {
    let policy = AddressPolicy::public_only().allow("10.20.0.0/16").unwrap().allow("fd00:1::/32").unwrap();
    for good in ["10.20.0.1", "::ffff:10.20.0.1", "64:ff9b::10.20.0.1", "fd00:1::1", "8.8.8.8"] {
        assert_eq!(policy.check_ip(ip(good)), Ok(()), "{good}");
    }
    for bad in ["10.21.0.1", "::ffff:10.21.0.1", "::10.20.0.1", "2002:a14:1::1", "fd00:2::1", "127.0.0.1"] {
        assert!(policy.check_ip(ip(bad)).is_err(), "{bad}");
    }
    assert!(AddressPolicy::public_only().allow("10.20.0.1/16").is_err());
}

#[test]
fn one_forbidden_answer_is_enough() {
    let policy = AddressPolicy::public_only();
    assert_eq!(policy.check_answers("a.example", &[ip("8.8.8.8"), ip("2606:4700::1111")]), Ok(()));
    let refused = policy.check_answers("a.example", &[ip("8.8.8.8"), ip("10.9.8.7")]).unwrap_err();
    let Forbidden::Address { address, host, .. } = &refused else { panic!("{refused:?}") };
    assert_eq!((*address, host.as_deref()), (ip("10.9.8.7"), Some("a.example")));
    assert!(!refused.to_string().contains("10.9.8.7"), "{refused}");
}

#[test]
fn a_url_is_judged_by_what_it_means() {
    let policy = AddressPolicy::public_only();
    for (url, expected) in [
        ("https://hooks.example.com/psa?tenant=1", "ok"),
        ("https://hooks.example.com./", "ok"),
        ("HTTPS://EXAMPLE.COM:8443", "ok"),
        ("https://notlocalhost.example/", "ok"),
        ("https://local.example/", "ok"),
        ("http://example.com/", "scheme"),
        ("ftp://example.com/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("https://", "unparsable"),
        ("example.com", "unparsable"),
        ("", "unparsable"),
        ("https://exa mple.com/", "unparsable"),
        ("https://user@example.com/", "credentials"),
        ("https://:secret@example.com/", "credentials"),
        ("https://example.com/#part", "fragment"),
        ("https://example.com/#", "fragment"),
        ("https://example.com:0/", "port"),
        ("https://localhost/", "forbidden_host"),
        ("https://LocalHost./", "forbidden_host"),
        ("https://a.localhost:8443/", "forbidden_host"),
        ("https://printer.local/", "forbidden_host"),
        ("https://printer.local./", "forbidden_host"),
        ("https://printer.local../", "unparsable"),
        ("https://127.0.0.1../", "unparsable"),
        ("https://a..b.example/", "unparsable"),
        ("https://metadata.google.internal/", "forbidden_host"),
        ("https://internal/", "forbidden_host"),
        ("https://intranet/", "single_label_host"),
        ("https://intranet./", "single_label_host"),
        ("https://127.0.0.1/", "forbidden_ip"),
        ("https://127.0.0.1./", "forbidden_ip"),
        ("https://2130706433/", "forbidden_ip"),
        ("https://0x7f.1/", "forbidden_ip"),
        ("https://0177.0.0.1/", "forbidden_ip"),
        ("https://%31%32%37.0.0.1/", "forbidden_ip"),
        ("https://[::ffff:127.0.0.1]/", "forbidden_ip"),
        ("https://[64:ff9b::169.254.169.254]/", "forbidden_ip"),
        ("https://[64:ff9b::8.8.8.8]/", "ok"),
    ] {
        assert_eq!(code(&policy, url), expected, "{url}");
    }
    assert_eq!(code(&policy.allow_http(true), "http://example.com/"), "ok");
}

#[test]
fn names_of_local_networks_follow_the_allow_list() {
    let lan = AddressPolicy::public_only().allow("10.20.0.0/16").unwrap();
    for (url, expected) in [
        ("https://psa.internal/", "ok"),
        ("https://intranet/", "ok"),
        ("https://localhost/", "forbidden_host"),
        ("https://10.21.0.1/", "forbidden_ip"),
    ] {
        assert_eq!(code(&lan, url), expected, "{url}");
    }
    for loopback in ["127.0.0.0/8", "127.0.0.1", "::1"] {
        assert_eq!(code(&AddressPolicy::public_only().allow(loopback).unwrap(), "https://a.localhost./"), "ok");
    }
}

#[test]
fn a_refusal_becomes_an_error_that_says_what_to_do() {
    let refused = AddressPolicy::public_only().check_url_text("https://[::ffff:a9fe:a9fe]/").unwrap_err();
    let error = Error::from(refused.clone());
    assert_eq!((error.kind(), error.phase(), error.retry()), (ErrorKind::InvalidRequest, Phase::NotSent, Retry::Never));
    assert_eq!(error.source().and_then(|s| s.downcast_ref()), Some(&refused));
    assert_eq!(
        error.message(),
        "::ffff:169.254.169.254 leads to 169.254.0.0/16 (link-local, cloud metadata): \
         use a public address, or allow this network where the policy is configured"
    );
}

/// A file of vectors; none, and said so, where there are no fixtures.
fn vectors(name: &str) -> Vec<Value> {
    let Some(folder) = std::env::var_os("PSA_FIXTURES") else {
        eprintln!("skipped: PSA_FIXTURES is not set, so {name} is not read");
        return Vec::new();
    };
    let path = std::path::Path::new(&folder).join("webhooks").join(name);
    let text = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let file: Value = serde_json::from_slice(&text).unwrap();
    file["vectors"].as_array().unwrap().clone()
}

/// Compares `answer` with the expected one; what is marked `may` is only printed.
fn compare(name: &str, answer: impl Fn(&Value) -> (&'static str, bool)) {
    let (mut counts, mut wrong) = (std::collections::BTreeMap::new(), Vec::new());
    for vector in vectors(name) {
        let (got, right) = answer(&vector);
        let class = vector["class"].as_str().unwrap();
        if class == "may" {
            eprintln!("may {}: {} is {got}", vector["id"], vector["url"]);
        } else if !right {
            wrong.push(format!("got {got} for {vector}"));
        }
        *counts.entry(class.to_owned()).or_insert(0) += 1;
    }
    eprintln!("{name}: {counts:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_vector_of_addresses() {
    let policy = AddressPolicy::public_only();
    compare("ssrf_ip.public.json", |vector| {
        let refused = policy.check_ip(ip(vector["ip"].as_str().unwrap())).is_err();
        (if refused { "forbidden" } else { "ok" }, Some(refused) == vector["expect_forbidden"].as_bool())
    });
}

#[test]
fn every_vector_of_urls() {
    let policy = AddressPolicy::public_only();
    compare("endpoint_url.json", |vector| {
        let got = code(&policy, vector["url"].as_str().unwrap());
        (got, Some(got) == vector["expect"].as_str())
    });
}
