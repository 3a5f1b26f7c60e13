//! The vectors of all schemes with a secret.

use std::time::Duration;

use serde_json::Value;
use webhook_signing::{Credentials, Encoding, Error, Hash, HmacHeader, Keyring, Scheme, Signer, Verified, Verifier};

use crate::fixtures::{self, Verdicts, body, headers, vectors};

/// The words of the vectors' README.
fn reason(error: &Error) -> &'static str {
    match error {
        Error::MissingHeader(_) => "missing_header",
        Error::MalformedHeader { .. } => "malformed_header",
        Error::DuplicateHeader(_) => "duplicate_header",
        Error::InvalidTimestamp => "invalid_timestamp",
        Error::TimestampTooOld { .. } => "timestamp_too_old",
        Error::TimestampTooNew { .. } => "timestamp_too_new",
        Error::NoSupportedScheme => "no_supported_scheme",
        Error::NoMatchingSignature => "no_matching_signature",
        Error::EmptySecret => "empty_secret",
        Error::InvalidSecret(_) => "invalid_secret",
        Error::InvalidKey(_) => "invalid_key",
        Error::BadCredentials => "bad_credentials",
        Error::TooManySignatures => "malformed_header",
        _ => "other",
    }
}

fn keyring(vector: &Value) -> Keyring {
    let mut keys = vector["keys"].as_array().unwrap().iter().map(|key| key.as_str().unwrap());
    let first = Keyring::new(keys.next().unwrap());
    keys.fold(first, |ring, key| ring.previous(key, None))
}

fn verify(scheme: &Scheme, vector: &Value) -> Result<Verified<'static>, Error> {
    let verifier = Verifier::new(scheme.clone(), keyring(vector))?;
    let verifier = match vector["tolerance_s"].as_u64() {
        Some(seconds) => verifier.tolerance(Duration::from_secs(seconds)),
        None => verifier.unchecked_time(),
    };
    let (headers, body) = (headers(vector), body(vector));
    let now = vector["now"].as_i64().unwrap_or(0);
    let whole = verifier.verify_at(&headers, &body, now);
    // In pieces it must come to the same.
    let pieces = verifier.begin_at(&headers, now).and_then(|mut message| {
        body.chunks(7).for_each(|piece| message.update(piece));
        message.finish()
    });
    assert_eq!(whole, pieces);
    whole.map(|verified| verified.with_body(()))
}

fn sign(scheme: &Scheme, vector: &Value) -> Result<String, Error> {
    let timestamp = vector["timestamp"].as_i64().ok_or(Error::InvalidTimestamp)?;
    let id = vector["message_id"].as_str().unwrap_or_default();
    let signed = Signer::new(scheme.clone(), keyring(vector))?.sign(id, timestamp, &body(vector))?;
    Ok(signed.iter().last().unwrap().1.to_owned())
}

fn all(name: &str, scheme: impl Fn(&Value) -> Option<Scheme>) {
    let Some(file) = fixtures::file(name) else { return };
    let mut verdicts = Verdicts::default();
    for vector in vectors(&file) {
        let Some(scheme) = scheme(vector) else { continue };
        match vector["op"].as_str().unwrap() {
            "verify" => verdicts.check(vector, verify(&scheme, vector), reason),
            "sign" => {
                let expected = vector["expect"]["signature"].as_str().or(vector["expect"]["header"].as_str()).unwrap();
                let signed = sign(&scheme, vector).unwrap();
                assert_eq!(signed, expected, "{}", vector["id"]);
            }
            "new_key" => verdicts.check(vector, Verifier::new(scheme, vector["key"].as_str().unwrap()), reason),
            "new_signing_key_strict" => {
                verdicts.check(vector, Signer::new(scheme, vector["key"].as_str().unwrap()), reason);
            }
            "sign_text_timestamp" => {
                // A time is a number here: text that is none can't even be handed over.
                let text = vector["timestamp_text"].as_str().or(vector["timestamp"].as_str()).unwrap_or_default();
                let number = text.parse::<i64>().map_err(|_| Error::InvalidTimestamp);
                verdicts.check(
                    vector,
                    number.and_then(|t| Signer::new(scheme, keyring(vector))?.sign("m", t, b"")),
                    reason,
                );
            }
            "check_key_url" => {}
            other => panic!("{other}"),
        }
    }
    verdicts.done();
}

#[test]
fn standard_webhooks() {
    for name in ["standard_webhooks.public.json", "standard_webhooks.sample.json"] {
        all(name, |_| Some(Scheme::StandardWebhooks));
    }
}

#[test]
#[cfg(feature = "ed25519")]
fn standard_webhooks_with_ed25519() {
    all("standard_webhooks_v1a.sample.json", |_| Some(Scheme::StandardWebhooks));
}

#[test]
fn stripe() {
    for name in ["stripe.public.json", "stripe.sample.json"] {
        all(name, |_| Some(Scheme::Stripe));
    }
}

#[test]
fn github() {
    for name in ["github.public.json", "github.sample.json"] {
        all(name, |_| Some(Scheme::GitHub));
    }
}

#[test]
fn slack() {
    for name in ["slack.public.json", "slack.sample.json"] {
        all(name, |_| Some(Scheme::Slack));
    }
}

#[test]
fn connectwise() {
    for name in ["connectwise.public.json", "connectwise.sample.json"] {
        all(name, |_| Some(Scheme::ConnectWise));
    }
}

fn hmac(header: &str, hash: &str, encoding: &str, prefix: &str) -> Scheme {
    let hash = if hash.eq_ignore_ascii_case("sha512") { Hash::Sha512 } else { Hash::Sha256 };
    let encoding = if encoding == "hex" { Encoding::Hex } else { Encoding::Base64 };
    Scheme::Hmac(HmacHeader::new(header.to_owned(), hash, encoding).prefix(prefix.to_owned()))
}

#[test]
fn macs_in_any_header() {
    all("generic_hmac.public.json", |vector| {
        let of = |name: &str| vector["config"][name].as_str().unwrap();
        Some(hmac(of("header"), of("hash"), of("encoding"), of("prefix")))
    });
    // Of Convoy what is one MAC of the body.
    all("convoy.public.json", |vector| {
        (vector["mode"] == "simple" && vector["op"] == "verify").then(|| {
            hmac("X-Convoy-Signature", vector["hash"].as_str().unwrap(), vector["encoding"].as_str().unwrap(), "")
        })
    });
}

#[test]
fn credentials() {
    for name in ["auth.sample.json", "halo_basic.public.json"] {
        let Some(file) = fixtures::file(name) else { return };
        let mut verdicts = Verdicts::default();
        for vector in vectors(&file) {
            let of = |name: &str| vector["config"][name].as_str().unwrap();
            let credentials = match vector["scheme"].as_str().unwrap() {
                "basic" => Credentials::basic(of("username"), of("password")),
                "bearer" => Credentials::bearer(of("token")),
                _ => Credentials::header(of("header").to_owned(), of("value")),
            };
            verdicts.check(vector, credentials.and_then(|c| c.verify(&headers(vector))), reason);
        }
        verdicts.done();
    }
}
