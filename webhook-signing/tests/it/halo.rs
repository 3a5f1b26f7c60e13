//! Halo's signed header, in each form that a webhook can be set to; and that no other scheme has become as tolerant.

use std::sync::Arc;

use allocation_counter::measure;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use webhook_signing::{Encoding, Error, Hash, HmacHeader, MemoryReplayGuard, Scheme, Signer, Verified, Verifier};

use crate::round_trip::{NOW, schemes};

const SECRET: &str = "the password of this webhook";

fn halo() -> Scheme {
    Scheme::halo("Token")
}

fn with_prefix(prefix: &'static str) -> Scheme {
    Scheme::Hmac(HmacHeader::new("Token", Hash::Sha256, Encoding::Base64).prefix(prefix).tolerant())
}

/// The MAC in base64, and in hexadecimal.
fn mac(secret: &str, body: &[u8]) -> (String, String) {
    let signed = Signer::new(halo(), secret).unwrap().sign("", NOW, body).unwrap();
    let base64 = signed.get("Token").unwrap().to_owned();
    let hex = STANDARD.decode(&base64).unwrap().iter().map(|b| format!("{b:02x}")).collect();
    (base64, hex)
}

fn verify(scheme: Scheme, value: &str, body: &[u8]) -> Result<Verified<'static>, Error> {
    let verifier = Verifier::new(scheme, SECRET).unwrap();
    verifier.verify_at(&[("token", value)], body, NOW).map(|verified| verified.with_body(()))
}

const PREFIXES: [&str; 6] = ["", "sha256=", "sha256= ", "sha256=   ", "SHA256=", "Sha256= "];

#[test]
fn a_tenants_webhooks_are_taken_whatever_their_prefix_and_digest_are_set_to() {
    let body = br#"{"event":"Ticket Updated","object_id":5}"#;
    let (base64, hex) = mac(SECRET, body);
    for prefix in PREFIXES {
        for form in [base64.clone(), hex.clone(), hex.to_uppercase()] {
            let value = format!("{prefix}{form}");
            assert!(verify(halo(), &value, body).is_ok(), "{value}");
            assert_eq!(verify(halo(), &value, b"another body"), Err(Error::NoMatchingSignature), "{value}");
        }
    }
    // What is written stays what production was seen to read: bare base64.
    assert_eq!(base64.len(), 44);
}

#[test]
fn a_prefix_of_the_webhooks_own_is_a_setting() {
    let (base64, hex) = mac(SECRET, b"{}");
    for own in ["hmac:", "Bearer", "sha256", "sha256=v2:", "sha256= "] {
        for form in [&base64, &hex] {
            for blanks in ["", " ", "  "] {
                for prefix in [own.to_owned(), own.to_uppercase(), "sha256=".to_owned()] {
                    let value = format!("{prefix}{blanks}{form}");
                    assert!(verify(with_prefix(own), &value, b"{}").is_ok(), "{own:?}: {value}");
                }
            }
            assert!(verify(with_prefix(own), form, b"{}").is_ok(), "{own:?}, bare");
        }
    }
    // What it signs itself has its own prefix, as it was set.
    let signed = Signer::new(with_prefix("hmac:"), SECRET).unwrap().sign("", NOW, b"{}").unwrap();
    assert_eq!(signed.get("token"), Some(&*format!("hmac:{base64}")));
}

#[test]
fn tolerance_ends_at_what_stands_for_the_same_mac() {
    let (base64, hex) = mac(SECRET, b"{}");
    let dashed = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap()).collect::<Vec<_>>().join("-");
    for bad in [
        format!("sha1={base64}"),
        format!("sha512={base64}"),
        format!("hmac:{base64}"),
        format!("sha256=sha256={base64}"),
        format!("sha256:{base64}"),
        format!("sha256 ={base64}"),
        format!("sha256=\t{base64}"),
        format!(" {base64}"),
        format!("{base64} "),
        format!("{base64},{base64}"),
        base64.trim_end_matches('=').to_owned(),
        base64.replace('=', "=="),
        hex[..63].to_owned(),
        format!("0x{hex}"),
        dashed,
        "sha256=".to_owned(),
        "sha256= ".to_owned(),
        "=".repeat(44),
        "é".repeat(32),
        String::new(),
    ] {
        let why = verify(halo(), &bad, b"{}").unwrap_err();
        assert!(
            matches!(&why, Error::MalformedHeader { name, .. } if name == "Token"),
            "{bad:?} is refused as {why:?}"
        );
    }
}

#[test]
fn a_delivery_in_another_form_is_still_the_same_delivery() {
    let (base64, hex) = mac(SECRET, b"{}");
    let guard = Arc::new(MemoryReplayGuard::new(10));
    let verifier = Verifier::new(halo(), SECRET).unwrap().replay_guard(guard, "halo");
    assert!(verifier.verify_at(&[("token", &base64)], b"{}", NOW).is_ok());
    for form in [hex.to_uppercase(), format!("sha256= {base64}"), format!("sha256={hex}"), hex, base64] {
        assert_eq!(verifier.verify_at(&[("token", &form)], b"{}", NOW), Err(Error::Replayed), "{form}");
    }
}

#[test]
fn no_form_costs_an_allocation() {
    let body = vec![b'x'; 64 * 1024];
    let (base64, hex) = mac(SECRET, &body);
    for scheme in [halo(), with_prefix("hmac:")] {
        let verifier = Verifier::new(scheme, SECRET).unwrap();
        for value in [base64.clone(), format!("sha256= {base64}"), format!("SHA256={hex}"), hex.to_uppercase()] {
            let headers = [("token", value)];
            let allocated = measure(|| drop(verifier.verify_at(&headers, &body, NOW).unwrap()));
            assert_eq!(allocated.count_total, 0, "{headers:?}");
        }
    }
}

#[test]
fn a_blank_behind_a_prefix_is_skipped_where_the_prefix_is_a_setting() {
    for (hash, encoding, prefix) in [
        (Hash::Sha256, Encoding::Hex, "sha256="),
        (Hash::Sha512, Encoding::Hex, "sha512="),
        (Hash::Sha256, Encoding::Base64, "hmac "),
        (Hash::Sha512, Encoding::Base64, "v1:"),
    ] {
        let scheme = Scheme::Hmac(HmacHeader::new("X-Mac", hash, encoding).prefix(prefix));
        let verifier = Verifier::new(scheme.clone(), SECRET).unwrap();
        let signed = Signer::new(scheme, SECRET).unwrap().sign("", NOW, b"{}").unwrap();
        let mac = signed.get("X-Mac").unwrap().strip_prefix(prefix).unwrap().to_owned();
        let verify = |value: String| verifier.verify_at(&[("X-Mac", value)], b"{}", NOW).map(drop);
        for blanks in ["", " ", "   "] {
            assert_eq!(verify(format!("{prefix}{blanks}{mac}")), Ok(()), "{prefix:?}, {blanks:?}");
        }
        // The prefix itself, and the encoding, are as they were set.
        let shouted = if encoding == Encoding::Hex { mac.to_uppercase() } else { mac.to_lowercase() };
        for bad in [mac.clone(), format!("\t{prefix}{mac}"), format!("{prefix}\t{mac}"), format!("{prefix}{mac} ")] {
            assert!(matches!(verify(bad.clone()), Err(Error::MalformedHeader { .. })), "{bad:?}");
        }
        assert!(verify(format!("{prefix}{shouted}")).is_err(), "{prefix:?}");
        assert!(verify(format!("{}{mac}", prefix.to_uppercase())).is_err(), "{prefix:?}");
    }
}

#[test]
fn a_vendor_that_fixes_its_form_is_held_to_it() {
    for (scheme, secret) in schemes() {
        if matches!(scheme, Scheme::Hmac(_)) {
            continue;
        }
        let verifier = Verifier::new(scheme.clone(), secret).unwrap();
        let signed = Signer::new(scheme.clone(), secret).unwrap().sign("m", NOW, b"{}").unwrap();
        let (name, good) = signed.iter().last().unwrap();
        // Where the MAC begins.
        let at =
            ["sha256=", "v0=", "v1=", "v1,"].iter().filter_map(|p| Some(good.find(p)? + p.len())).max().unwrap_or(0);
        let (prefix, mac) = good.split_at(at);
        for changed in [format!("{prefix} {mac}"), format!("{prefix}{mac} "), format!("{}{mac}", prefix.to_uppercase())]
        {
            if changed == good || matches!(scheme, Scheme::StandardWebhooks | Scheme::Svix) && changed.trim() == good {
                continue;
            }
            let lines: Vec<(&str, &str)> =
                signed.iter().map(|(n, value)| (n, if n == name { changed.as_str() } else { value })).collect();
            assert!(verifier.verify_at(&lines, b"{}", NOW).is_err(), "{scheme:?}: {changed}");
        }
    }
}

proptest! {
    #[test]
    fn no_form_believes_another_body_or_key(
        body in prop::collection::vec(any::<u8>(), 0..60), other in prop::collection::vec(any::<u8>(), 0..60),
        prefix in prop::sample::select(PREFIXES.to_vec()), hexadecimal in any::<bool>(),
    ) {
        let form = |secret: &str, body: &[u8]| {
            let (base64, hex) = mac(secret, body);
            format!("{prefix}{}", if hexadecimal { hex } else { base64 })
        };
        prop_assert!(verify(halo(), &form(SECRET, &body), &body).is_ok());
        prop_assert_eq!(verify(halo(), &form("another password", &body), &body), Err(Error::NoMatchingSignature));
        if body != other {
            prop_assert_eq!(verify(halo(), &form(SECRET, &body), &other), Err(Error::NoMatchingSignature));
        }
    }

    #[test]
    fn no_text_in_the_header_makes_it_panic_or_is_believed(text in "\\PC{0,80}", prefix in prop::sample::select(PREFIXES.to_vec())) {
        for scheme in [halo(), with_prefix("hmac:"), with_prefix("é ")] {
            let header = format!("{prefix}{text}");
            let believed = verify(scheme, &header, b"{}").is_ok();
            prop_assert!(!believed, "{header}");
        }
    }
}
