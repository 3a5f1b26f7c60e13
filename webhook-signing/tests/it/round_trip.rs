//! What is signed here is verified here, by every scheme, and a rotation loses no message.

use std::sync::Arc;
use std::time::Duration;

use webhook_signing::{
    Encoding, Error, Hash, HmacHeader, Keyring, MemoryReplayGuard, Scheme, Secret, Signer, Verifier, header_fn,
};

pub(crate) const NOW: i64 = 1_790_000_000;

/// Every scheme with a secret of its kind.
pub(crate) fn schemes() -> Vec<(Scheme, &'static str)> {
    vec![
        (Scheme::StandardWebhooks, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        (Scheme::Svix, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        (Scheme::Stripe, "whsec_test_secret"),
        (Scheme::GitHub, "It's a Secret to Everybody"),
        (Scheme::Slack, "8f742231b10e8888abcd99yyyzzz85a5"),
        (Scheme::ConnectWise, "a-signing-key"),
        (Scheme::halo("X-Halo-Signature"), "the password of this webhook"),
        (
            Scheme::Hmac(HmacHeader::new("X-Mac", Hash::Sha512, Encoding::Hex).prefix("sha512=").id("X-Delivery")),
            "another secret",
        ),
    ]
}

#[test]
fn what_is_signed_is_verified_and_says_what_it_is() {
    for (scheme, secret) in schemes() {
        let headers = Signer::new(scheme.clone(), secret).unwrap().sign("msg_1", NOW, b"{\"a\":1}").unwrap();
        let verifier = Verifier::new(scheme.clone(), secret).unwrap();
        let verified = verifier.verify_at(&headers, b"{\"a\":1}", NOW + 9).unwrap();
        assert_eq!((verified.scheme, verified.key), (scheme.name(), 0));
        assert!(verified.age.is_none_or(|age| age == 9));
        assert_eq!(verifier.verify_at(&headers, b"{\"a\":2}", NOW), Err(Error::NoMatchingSignature), "{scheme:?}");
        // The same without any HTTP library.
        let looked_up = header_fn(|name| headers.get(name).map(str::as_bytes));
        assert!(verifier.verify_at(&looked_up, b"{\"a\":1}", NOW).is_ok());
    }
}

#[test]
#[cfg(feature = "http")]
fn headers_of_the_http_crate_are_taken_and_doubled_ones_are_not() {
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let signed = Signer::new(Scheme::StandardWebhooks, secret).unwrap().sign("msg_1", NOW, b"").unwrap();
    let mut headers = http::HeaderMap::new();
    for (name, value) in signed.iter() {
        headers.insert(http::HeaderName::try_from(name).unwrap(), value.parse().unwrap());
    }
    let verifier = Verifier::new(Scheme::StandardWebhooks, secret).unwrap();
    assert!(verifier.verify_at(&headers, b"", NOW).is_ok());
    headers.append("webhook-id", "msg_2".parse().unwrap());
    assert_eq!(verifier.verify_at(&headers, b"", NOW), Err(Error::DuplicateHeader("webhook-id".into())));
}

#[test]
fn a_rotation_loses_no_message_and_shows_its_progress() {
    let (old, new) = ("whsec_dGhlIG9sZCBzZWNyZXQsIDI0IGJ5dGVz", "whsec_dGhlIG5ldyBzZWNyZXQsIDI0IGJ5dGVz");
    let day = 86_400;
    let both = || Keyring::new(new).previous(old, Some(NOW + day));
    let sign = |keys: Keyring, at| Signer::new(Scheme::StandardWebhooks, keys).unwrap().sign("m", at, b"{}").unwrap();

    // The sender rotates first: receivers with either secret take its messages for a day.
    for secret in [old, new] {
        let receiver = Verifier::new(Scheme::StandardWebhooks, secret).unwrap();
        assert!(receiver.verify_at(&sign(both(), NOW), b"{}", NOW).is_ok());
    }
    let after = sign(both(), NOW + day);
    assert!(Verifier::new(Scheme::StandardWebhooks, old).unwrap().verify_at(&after, b"{}", NOW + day).is_err());
    assert!(Verifier::new(Scheme::StandardWebhooks, new).unwrap().verify_at(&after, b"{}", NOW + day).is_ok());

    // The receiver rotates first: it sees which secret is still used.
    let receiver = Verifier::new(Scheme::StandardWebhooks, both()).unwrap();
    assert_eq!(receiver.verify_at(&sign(Keyring::new(old), NOW), b"{}", NOW).unwrap().key, 1);
    assert_eq!(receiver.verify_at(&sign(Keyring::new(new), NOW), b"{}", NOW).unwrap().key, 0);
    let late = sign(Keyring::new(old), NOW + day);
    assert_eq!(receiver.verify_at(&late, b"{}", NOW + day), Err(Error::NoMatchingSignature));
}

#[test]
fn a_message_is_taken_once() {
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let guard = Arc::new(MemoryReplayGuard::new(100));
    let verifier = Verifier::new(Scheme::StandardWebhooks, secret)
        .unwrap()
        .tolerance(Duration::from_secs(60))
        .replay_guard(guard.clone(), "one sender");
    let sign = |id: &str, at| Signer::new(Scheme::StandardWebhooks, secret).unwrap().sign(id, at, b"{}").unwrap();
    let first = sign("m1", NOW);
    assert!(verifier.verify_at(&first, b"{}", NOW).is_ok());
    assert_eq!(verifier.verify_at(&first, b"{}", NOW + 60), Err(Error::Replayed));
    // What could not be worked on is taken again.
    let again = sign("m3", NOW);
    let verified = verifier.verify_at(&again, b"{}", NOW).unwrap();
    verifier.forget(&verified);
    assert!(verifier.verify_at(&again, b"{}", NOW).is_ok());
    // A forgery fills no memory.
    assert_eq!(verifier.verify_at(&sign("m2", NOW), b"{ }", NOW), Err(Error::NoMatchingSignature));
    assert!(verifier.verify_at(&sign("m2", NOW), b"{}", NOW).is_ok());
    // Another sender's ids are others.
    let other = verifier.replay_guard(guard, "another sender");
    assert!(other.verify_at(&first, b"{}", NOW).is_ok());
}

#[test]
fn an_id_that_is_not_signed_helps_nobody_to_send_a_message_again() {
    for (scheme, secret) in schemes() {
        let guard = Arc::new(MemoryReplayGuard::new(100));
        let verifier = Verifier::new(scheme.clone(), secret).unwrap().replay_guard(guard, "one sender");
        let signed = Signer::new(scheme.clone(), secret).unwrap().sign("m1", NOW, b"{}").unwrap();
        assert!(verifier.verify_at(&signed, b"{}", NOW).is_ok());
        assert_eq!(verifier.verify_at(&signed, b"{}", NOW), Err(Error::Replayed), "{scheme:?}");
        let unsigned = |name: &str| name.ends_with("Delivery");
        let without: Vec<_> = signed.iter().filter(|(name, _)| !unsigned(name)).collect();
        assert_eq!(verifier.verify_at(&without, b"{}", NOW), Err(Error::Replayed), "{scheme:?}");
        let other: Vec<_> = signed.iter().map(|(n, v)| (n, if unsigned(n) { "m2" } else { v })).collect();
        assert_eq!(verifier.verify_at(&other, b"{}", NOW), Err(Error::Replayed), "{scheme:?}");
    }
}

#[test]
fn the_memory_of_ids_stays_small_and_forgets_what_can_not_come_again() {
    use webhook_signing::ReplayGuard;
    let guard = MemoryReplayGuard::new(3);
    for n in 0..10 {
        assert!(guard.insert_if_absent("s", &n.to_string(), NOW, Some(600)));
    }
    assert!(!guard.insert_if_absent("s", "9", NOW, Some(600)));
    assert!(guard.insert_if_absent("s", "0", NOW, Some(600)));
    let guard = MemoryReplayGuard::new(3);
    assert!(guard.insert_if_absent("s", "a", NOW, Some(600)));
    assert!(!guard.insert_if_absent("s", "a", NOW + 600, Some(600)));
    assert!(guard.insert_if_absent("s", "a", NOW + 601, Some(600)));
}

#[test]
fn a_sender_that_signs_with_the_text_of_its_secret_needs_to_be_told() {
    let text = "whsec_this is no base64!";
    assert!(
        matches!(Verifier::new(Scheme::StandardWebhooks, text), Err(Error::InvalidSecret(why)) if why.contains("Secret::raw"))
    );
    assert!(Verifier::new(Scheme::StandardWebhooks, Secret::raw(text)).is_ok());
}

#[test]
fn an_old_password_ends_when_it_should() {
    let keys = Keyring::new("new").previous("old", Some(NOW));
    let credentials = webhook_signing::Credentials::bearer(keys).unwrap();
    let shows =
        |token: &str, at| credentials.verify_at(&[("authorization", format!("Bearer {token}"))], at).map(|v| v.key);
    assert_eq!((shows("new", NOW), shows("old", NOW - 1)), (Ok(0), Ok(1)));
    assert_eq!(shows("old", NOW), Err(Error::BadCredentials));
}

#[test]
fn secrets_are_shown_nowhere() {
    for (scheme, secret) in schemes() {
        let keys = Keyring::new(secret).previous(secret, None);
        let shown = format!(
            "{keys:?} {:?} {:?}",
            Verifier::new(scheme.clone(), secret).unwrap(),
            Signer::new(scheme, secret).unwrap()
        );
        assert!(!shown.contains(secret), "{shown}");
    }
    let credentials = webhook_signing::Credentials::basic("user", "the password").unwrap();
    assert!(!format!("{credentials:?}").contains("the password"));
}
