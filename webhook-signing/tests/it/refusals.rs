//! Missing, malformed and wrong signatures are told apart by every scheme: the log leads to the cause.

use webhook_signing::{Credentials, Error, Keyring, Scheme, Secret, Signer, Verifier};

use crate::round_trip::{NOW, schemes};

const BODY: &[u8] = br#"{"event":"ticket.updated"}"#;

/// A secret of each scheme's kind that the receiver does not have.
const OTHER: &str = "whsec_b3RoZXIgc2VjcmV0LCBhbHNvIG9mIDI0IGJ5dGVz";

type Lines = Vec<(String, String)>;

fn signed(scheme: &Scheme, secret: &str) -> Lines {
    let signed = Signer::new(scheme.clone(), secret).unwrap().sign("msg_1", NOW, BODY).unwrap();
    signed.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The scheme's headers with another value in that of the signature, which is the last.
fn with(lines: &Lines, change: impl FnOnce(&str) -> String) -> Lines {
    let mut lines = lines.clone();
    let last = lines.last_mut().unwrap();
    last.1 = change(&last.1);
    lines
}

fn malformed(error: &Error, header: &str) -> bool {
    matches!(error, Error::MalformedHeader { name, why } if name == header && !why.is_empty())
}

/// All schemes with a secret, those with Ed25519 too.
fn all() -> Vec<(Scheme, &'static str, &'static str)> {
    let macs = schemes().into_iter().map(|(scheme, secret)| (scheme, secret, OTHER));
    #[cfg(feature = "ed25519")]
    let macs = {
        let pair = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
        // Of the seed of 32 sevens.
        let other = "whsk_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwfqSmxj4pxSCr71UHsTLsX5lUd2rr6+e5JCHuppFEbSLA==";
        macs.chain([Scheme::StandardWebhooks, Scheme::Svix].map(|scheme| (scheme, pair, other)))
    };
    macs.collect()
}

#[test]
fn missing_malformed_and_wrong_are_three_reasons_in_every_scheme() {
    for (scheme, secret, other) in all() {
        let verifier = Verifier::new(scheme.clone(), secret).unwrap();
        let good = signed(&scheme, secret);
        let header = good.last().unwrap().0.clone();
        let refusal = |lines: &Lines, body: &[u8]| {
            let whole = verifier.verify_at(lines, body, NOW);
            let pieces = verifier.begin_at(lines, NOW).and_then(|mut message| {
                body.chunks(3).for_each(|piece| message.update(piece));
                message.finish()
            });
            assert_eq!(whole, pieces, "{scheme:?}: in pieces it is another reason");
            whole.expect_err("it is refused")
        };

        let missing = good.iter().filter(|(name, _)| *name != header).cloned().collect();
        assert_eq!(refusal(&missing, BODY), Error::MissingHeader(header.clone().into()), "{scheme:?}");
        let twice = [good.as_slice(), &good[good.len() - 1..]].concat();
        assert_eq!(refusal(&twice, BODY), Error::DuplicateHeader(header.clone().into()), "{scheme:?}");

        let one_less = with(&good, |value| value[..value.len() - 1].to_owned());
        let one_more = with(&good, |value| format!("{value}0"));
        let other_alphabet = with(&good, |value| format!("{}!", &value[..value.len() - 1]));
        let garbage = with(&good, |_| "garbage".to_owned());
        let empty = with(&good, |_| String::new());
        for lines in [one_less, one_more, other_alphabet, garbage, empty] {
            let why = refusal(&lines, BODY);
            assert!(malformed(&why, &header), "{scheme:?}: {:?} is refused as {why:?}", lines.last());
        }

        assert_eq!(refusal(&good, b"another body"), Error::NoMatchingSignature, "{scheme:?}");
        assert_eq!(refusal(&signed(&scheme, other), BODY), Error::NoMatchingSignature, "{scheme:?}");
    }
}

#[test]
fn a_signature_of_another_version_is_a_reason_of_its_own_where_there_are_versions() {
    for (scheme, secret, _) in all() {
        let versions: &[&str] = match (&scheme, secret.starts_with("whsk_")) {
            (Scheme::StandardWebhooks | Scheme::Svix, false) => &["v1a,AAAA", "v2,AAAA", "v2,AAAA v3,BBBB"],
            (Scheme::StandardWebhooks | Scheme::Svix, true) => &["v1,AAAA", "v2,AAAA"],
            (Scheme::Stripe, _) => &["t=1790000000,v0=00", "v2=00,t=1790000000"],
            _ => &[],
        };
        // What has one version only knows no other: it is malformed.
        let unknown: &[&str] = match &scheme {
            Scheme::StandardWebhooks | Scheme::Svix => {
                &["v1", "V1,AAAA", "v1=AAAA", "v,AAAA", "v2,", "sha256=00", "   "]
            }
            Scheme::Stripe => &["t=1790000000", "t=1790000000,v1", "t=1790000000,V0=00", "t=1790000000,v0="],
            Scheme::GitHub => &["sha1=00", "SHA256=00", "sha256", "sha256:00"],
            Scheme::Slack => &["v1=00", "V0=00", "v0"],
            _ => &["sha1=00", "md5 00", "v1=00"],
        };
        let verifier = Verifier::new(scheme.clone(), secret).unwrap();
        let good = signed(&scheme, secret);
        let refusal = |value: &str| verifier.verify_at(&with(&good, |_| value.to_owned()), BODY, NOW).unwrap_err();
        for value in versions {
            assert_eq!(refusal(value), Error::NoSupportedScheme, "{scheme:?}: {value}");
        }
        for value in unknown {
            let why = refusal(value);
            assert!(malformed(&why, &good.last().unwrap().0), "{scheme:?}: {value:?} is refused as {why:?}");
        }
    }
}

#[test]
fn one_signature_that_can_be_read_is_what_the_reason_is_about() {
    let scheme = Scheme::StandardWebhooks;
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    // An old key signs beside one that is broken; the receiver has a new one and an expired one.
    let verifier = Verifier::new(scheme.clone(), Keyring::new(secret).previous(OTHER, Some(NOW))).unwrap();
    let lines = with(&signed(&scheme, OTHER), |value| format!("v1,broken v2,AAAA {value}"));
    assert_eq!(verifier.verify_at(&lines, BODY, NOW), Err(Error::NoMatchingSignature));
    assert_eq!(verifier.verify_at(&lines, BODY, NOW - 1).map(|verified| verified.key), Ok(1));
}

#[test]
fn credentials_are_missing_malformed_or_wrong_too() {
    let secret = || Secret::new("the password");
    let refusal = |credentials: &Credentials, name: &str, value: Option<&str>| {
        let lines: Vec<(&str, &str)> = value.map(|value| (name, value)).into_iter().collect();
        credentials.verify_at(&lines, NOW).unwrap_err()
    };
    for (credentials, name, bad, wrong) in [
        (
            Credentials::basic("halo", secret()).unwrap(),
            "authorization",
            vec!["", "Basic", "Basic ", "Basic !!!", "Basic bm9jb2xvbg==", "Bearer aGFsbzp4"],
            "Basic aGFsbzp4",
        ),
        (
            Credentials::bearer(secret()).unwrap(),
            "authorization",
            vec!["", "Bearer", "Bearer ", "the password", "Basic aGFsbzp4"],
            "Bearer another",
        ),
        (Credentials::header("x-secret", secret()).unwrap(), "x-secret", vec![""], "another"),
    ] {
        assert_eq!(refusal(&credentials, name, None), Error::MissingHeader(name.into()));
        for value in bad {
            let why = refusal(&credentials, name, Some(value));
            assert!(malformed(&why, name), "{credentials:?}: {value:?} is refused as {why:?}");
        }
        assert_eq!(refusal(&credentials, name, Some(wrong)), Error::BadCredentials, "{credentials:?}");
    }
}

#[test]
#[cfg(feature = "rfc9421")]
fn signed_messages_are_refused_for_three_reasons_too() {
    use webhook_signing::rfc9421::{Algorithm, MessageSigner, MessageVerifier, Request, SigningKey, VerifyingKey};

    let uri = "https://hooks.example.com/in";
    let none: [(&str, &str); 0] = [];
    let sign = |secret: &[u8]| -> Lines {
        let signer = MessageSigner::new("k", SigningKey::new(Algorithm::HmacSha256, secret).unwrap());
        let signed = signer.sign(&Request::new("POST", uri, &none).unwrap(), BODY, NOW, None).unwrap();
        signed.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    };
    let key = VerifyingKey::new(Algorithm::HmacSha256, b"a secret of 32 bytes, or of more").unwrap();
    let verifier = MessageVerifier::new("k", key);
    let verify = |lines: &Lines| verifier.verify_at(&Request::new("POST", uri, lines).unwrap(), BODY, NOW).map(drop);
    let good = sign(b"a secret of 32 bytes, or of more");
    assert_eq!(verify(&good), Ok(()));
    assert_eq!(verify(&sign(b"another secret, of 32 bytes or so")), Err(Error::NoMatchingSignature));
    for header in ["Signature-Input", "Signature"] {
        let is = |name: &str| name.eq_ignore_ascii_case(header);
        let without: Lines = good.iter().filter(|(name, _)| !is(name)).cloned().collect();
        assert_eq!(verify(&without), Err(Error::MissingHeader(header.into())));
        for bad in ["", "garbage", "sig1=(", "=:AAAA:"] {
            let lines: Lines = good
                .iter()
                .map(|(name, value)| (name.clone(), if is(name) { bad.to_owned() } else { value.clone() }))
                .collect();
            let why = verify(&lines).unwrap_err();
            assert!(malformed(&why, header), "{header}: {bad:?} is refused as {why:?}");
        }
    }
}
