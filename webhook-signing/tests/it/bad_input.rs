//! What nobody sends who means well: an error each, and never a panic.

use allocation_counter::measure;
use proptest::prelude::*;
use webhook_signing::{Credentials, Error, Keyring, MAX_HEADER, MAX_SIGNATURES, Scheme, Signer, Verifier};

use crate::round_trip::{NOW, schemes};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn standard(signature: String) -> [(&'static str, String); 3] {
    [("webhook-id", "m".into()), ("webhook-timestamp", NOW.to_string()), ("webhook-signature", signature)]
}

#[test]
fn an_empty_secret_is_refused_when_the_verifier_is_made() {
    for (scheme, _) in schemes() {
        for empty in ["", "whsec_", "  "] {
            if empty == "whsec_" && !matches!(scheme, Scheme::StandardWebhooks | Scheme::Svix) {
                continue;
            }
            assert_eq!(Verifier::new(scheme.clone(), empty).err(), Some(Error::EmptySecret), "{scheme:?} {empty:?}");
            assert!(Signer::new(scheme.clone(), empty).is_err());
        }
        // One empty secret among good ones is as bad.
        assert!(Verifier::new(scheme, Keyring::new(SECRET).previous("", None)).is_err());
    }
    assert_eq!(Credentials::basic("user", "").err(), Some(Error::EmptySecret));
    assert_eq!(Credentials::bearer("").err(), Some(Error::EmptySecret));
    assert_eq!(Credentials::header("x-secret", "").err(), Some(Error::EmptySecret));
}

#[test]
fn long_headers_and_floods_of_signatures_cost_no_crypto() {
    let verifier = Verifier::new(Scheme::StandardWebhooks, SECRET).unwrap();
    let verify = |signature: String| verifier.verify_at(&standard(signature), b"{}", NOW).unwrap_err();
    assert!(matches!(verify("v1,".repeat(400_000)), Error::MalformedHeader { .. }));
    assert_eq!(verify("v1,a ".repeat(1_000)), Error::TooManySignatures);
    assert!(matches!(verify("v1,a ".repeat(10_000)), Error::MalformedHeader { .. }));
    assert!(matches!(verify(" ".repeat(MAX_HEADER)), Error::MalformedHeader { .. }));
    // As many as are taken, the right one last.
    let signed = Signer::new(Scheme::StandardWebhooks, SECRET).unwrap().sign("m", NOW, b"{}").unwrap();
    let good = signed.get("webhook-signature").unwrap();
    let wrong = format!("v1,{} ", "A".repeat(43) + "=");
    assert!(verifier.verify_at(&standard(wrong.repeat(MAX_SIGNATURES - 1) + good), b"{}", NOW).is_ok());
}

#[test]
fn nothing_stands_around_a_signature_that_is_alone() {
    let verifier = Verifier::new(Scheme::GitHub, "secret").unwrap();
    let signed = Signer::new(Scheme::GitHub, "secret").unwrap().sign("", NOW, b"{}").unwrap();
    let good = signed.get("x-hub-signature-256").unwrap();
    for bad in [format!("\0{good}"), format!("{good}\0"), format!(" {good}"), format!("{good},"), format!("x\0{good}")]
    {
        assert!(verifier.verify_at(&[("x-hub-signature-256", bad)], b"{}", NOW).is_err());
    }
}

#[test]
fn bodies_are_bytes() {
    let mut bodies: Vec<Vec<u8>> =
        vec![Vec::new(), b"\xef\xbb\xbf{}".to_vec(), b"\xff\xfe\x00".to_vec(), vec![0; 100_000]];
    bodies.push(b"{\"a\": 1}\r\n".to_vec());
    for (scheme, secret) in schemes() {
        let verifier = Verifier::new(scheme.clone(), secret).unwrap();
        for body in &bodies {
            let headers = Signer::new(scheme.clone(), secret).unwrap().sign("m", NOW, body).unwrap();
            assert!(verifier.verify_at(&headers, body, NOW).is_ok());
        }
        let headers = Signer::new(scheme, secret).unwrap().sign("m", NOW, &bodies[1]).unwrap();
        assert!(verifier.verify_at(&headers, &bodies[1][3..], NOW).is_err(), "a byte order mark is a part of the body");
    }
}

#[test]
fn a_body_of_64_mib_streams_through() {
    let verifier = Verifier::new(Scheme::GitHub, "secret").unwrap();
    let piece = vec![b'x'; 1 << 20];
    let whole = piece.repeat(64);
    let headers = Signer::new(Scheme::GitHub, "secret").unwrap().sign("", NOW, &whole).unwrap();
    let allocated = measure(|| {
        let mut message = verifier.begin_at(&headers, NOW).unwrap();
        (0..64).for_each(|_| message.update(&piece));
        message.finish().unwrap();
    });
    assert_eq!(allocated.count_total, 0);
}

#[test]
fn times_at_both_ends_are_out_of_the_window() {
    let verifier = Verifier::new(Scheme::Slack, "secret").unwrap();
    let verify = |time: &str, now: i64| {
        let headers = [("x-slack-request-timestamp", time), ("x-slack-signature", "v0=00")];
        verifier.verify_at(&headers, b"", now).unwrap_err()
    };
    for text in ["-9223372036854775808", "-1", "+1", "01", " 1", "1 ", "1.0", "1e3", "", "9223372036854775808", "१२३"]
    {
        assert_eq!(verify(text, NOW), Error::InvalidTimestamp, "{text:?}");
    }
    assert!(matches!(verify("9223372036854775807", NOW), Error::TimestampTooNew { .. }));
    assert!(matches!(verify("9223372036854775807", i64::MIN), Error::TimestampTooNew { .. }));
    assert!(matches!(verify("0", i64::MAX), Error::TimestampTooOld { .. }));
    assert!(matches!(verify("0", i64::MIN), Error::TimestampTooNew { .. }));
}

#[test]
fn nothing_is_allocated_to_verify_a_mac() {
    for (scheme, secret) in schemes() {
        let body = vec![b'x'; 64 * 1024];
        let headers = Signer::new(scheme.clone(), secret).unwrap().sign("msg_1", NOW, &body).unwrap();
        let keys = Keyring::new(secret).previous(secret, None).previous(secret, Some(NOW - 1));
        let verifier = Verifier::new(scheme.clone(), keys).unwrap();
        let allocated = measure(|| drop(verifier.verify_at(&headers, &body, NOW).unwrap()));
        assert_eq!(allocated.count_total, 0, "{scheme:?}");
        // Nor to refuse one.
        let allocated = measure(|| drop(verifier.verify_at(&headers, b"other", NOW).unwrap_err()));
        assert_eq!(allocated.count_total, 0, "{scheme:?}");
    }
}

#[test]
#[cfg(feature = "ed25519")]
fn public_keys_that_fit_everything_are_refused() {
    // The points of small order that have a 32-byte spelling of mostly zeros.
    for first in [0u8, 1] {
        let mut key = [0u8; 32];
        key[0] = first;
        let text = format!("whpk_{}", base64::Engine::encode(&base64::engine::general_purpose::STANDARD, key));
        assert!(matches!(Verifier::new(Scheme::StandardWebhooks, text.as_str()), Err(Error::InvalidKey(_))), "{first}");
    }
    assert!(matches!(
        Signer::new(Scheme::StandardWebhooks, "whpk_3n3urzW1ACGeVCrsi6B+nvmauA/WMTHqjg12nTLsq3Q="),
        Err(Error::InvalidKey(_))
    ));
}

#[test]
fn ids_that_could_be_split_in_two_ways_are_neither_signed_nor_taken() {
    let signer = Signer::new(Scheme::StandardWebhooks, SECRET).unwrap();
    for id in ["", "a.b", "a\nb"] {
        assert!(matches!(signer.sign(id, NOW, b""), Err(Error::InvalidId(_))), "{id:?}");
    }
    assert_eq!(signer.sign("a", -1, b""), Err(Error::InvalidTimestamp));
    let verifier = Verifier::new(Scheme::StandardWebhooks, SECRET).unwrap();
    let headers = [("webhook-id", "a.b"), ("webhook-timestamp", "1790000000"), ("webhook-signature", "v1,")];
    assert!(matches!(verifier.verify_at(&headers, b"", NOW), Err(Error::MalformedHeader { .. })));
}

proptest! {
    #[test]
    fn arbitrary_headers_and_bodies_are_refused_and_nothing_panics(
        values in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 3),
        body in prop::collection::vec(any::<u8>(), 0..300), now in any::<i64>(),
    ) {
        for (scheme, secret) in schemes() {
            let verifier = Verifier::new(scheme, secret).unwrap();
            let names = ["id", "timestamp", "signature"];
            let value = |name: &str| {
                let n = names.iter().position(|n| name.ends_with(n)).unwrap_or(2);
                values.get(n).map(Vec::as_slice)
            };
            let _ = verifier.verify_at(&webhook_signing::header_fn(value), &body, now).unwrap_err();
            let _ = verifier.unchecked_time().verify_at(&webhook_signing::header_fn(value), &body, now).unwrap_err();
        }
    }

    #[test]
    fn arbitrary_secrets_make_a_verifier_or_an_error(secret in ".{0,100}") {
        for (scheme, _) in schemes() {
            let _ = Verifier::new(scheme.clone(), secret.as_str());
            let _ = Signer::new(scheme, secret.as_str());
        }
    }
}
