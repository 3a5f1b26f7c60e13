//! What is measured. All that a program does once (keys, headers, bodies) is done before.

use std::hint::black_box;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue};
use sha2::{Sha256, Sha512};
use webhook_signing::{Encoding, Hash, HmacHeader, Scheme, Signer, Verifier};

const KEY: &[u8] = b"twenty-four bytes of key";
const ID: &str = "msg_2mnTjmHbmcNAvMjt4GDHL8";

/// What a variant does, which says what it is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Bare,
    Verify,
    Sign,
}

pub(crate) struct Variant {
    pub(crate) operation: Operation,
    pub(crate) name: &'static str,
    /// The bare computation that it can't be faster than.
    pub(crate) backend: &'static str,
    pub(crate) run: Box<dyn Fn()>,
}

/// The floor.
pub(crate) const HMAC_SHA256: &str = "HMAC-SHA256, prepared key";
pub(crate) const SVIX_PEER: &str = "svix 2.9.1";
const HMAC_SHA512: &str = "HMAC-SHA512, prepared key";
const ED25519_VERIFY: &str = "Ed25519, strict verification";
const ED25519_SIGN: &str = "Ed25519, signature";

fn variant(operation: Operation, name: &'static str, backend: &'static str, run: impl Fn() + 'static) -> Variant {
    Variant { operation, name, backend, run: Box::new(run) }
}

fn header_map<'h>(headers: impl IntoIterator<Item = (&'h str, &'h str)>) -> HeaderMap {
    let pair = |(name, value)| (HeaderName::try_from(name).unwrap(), HeaderValue::from_str(value).unwrap());
    headers.into_iter().map(pair).collect()
}

/// All variants for one body, signed at `now`: the peers compare with the real clock.
pub(crate) fn all(body: &'static [u8], now: i64) -> Vec<Variant> {
    let pair = SigningKey::from_bytes(&[7; 32]);
    let whsec = format!("whsec_{}", STANDARD.encode(KEY));
    let whsk = format!("whsk_{}", STANDARD.encode(pair.to_keypair_bytes()));
    let whpk = format!("whpk_{}", STANDARD.encode(pair.verifying_key().to_bytes()));
    let sha512 = HmacHeader::new("X-Signature", Hash::Sha512, Encoding::Hex);
    let ours = [
        ("Standard Webhooks", Scheme::StandardWebhooks, &*whsec, &*whsec),
        ("Svix", Scheme::Svix, &whsec, &whsec),
        ("Stripe", Scheme::Stripe, &whsec, &whsec),
        ("GitHub", Scheme::GitHub, &whsec, &whsec),
        ("Slack", Scheme::Slack, &whsec, &whsec),
        ("ConnectWise", Scheme::ConnectWise, &whsec, &whsec),
        ("Halo", Scheme::halo("X-Halo-Signature"), &whsec, &whsec),
        ("HMAC-SHA512 in a header", Scheme::Hmac(sha512), &whsec, &whsec),
        ("Standard Webhooks v1a", Scheme::StandardWebhooks, &whsk, &whpk),
    ];

    let mut all = bare(body, &pair);
    for (name, scheme, private, public) in ours {
        let (of_verify, of_sign) = match name {
            "HMAC-SHA512 in a header" => (HMAC_SHA512, HMAC_SHA512),
            "Standard Webhooks v1a" => (ED25519_VERIFY, ED25519_SIGN),
            _ => (HMAC_SHA256, HMAC_SHA256),
        };
        let signer = Signer::new(scheme.clone(), private).unwrap();
        let headers = header_map(signer.sign(ID, now, body).unwrap().iter());
        let verifier = Verifier::new(scheme, public).unwrap();
        all.push(variant(Operation::Verify, name, of_verify, move || {
            drop(black_box(verifier.verify_at(black_box(&headers), black_box(body), now).unwrap()));
        }));
        all.push(variant(Operation::Sign, name, of_sign, move || {
            drop(black_box(signer.sign(black_box(ID), now, black_box(body)).unwrap()));
        }));
    }

    let peer = standardwebhooks::Webhook::new(&whsec).unwrap();
    let (time, signature) = (now.to_string(), peer.sign(ID, now, body).unwrap());
    let named = [("webhook-id", ID), ("webhook-timestamp", &*time), ("webhook-signature", &*signature)];
    let headers = header_map(named);
    let name = "standardwebhooks 1.0.1";
    all.push(variant(Operation::Verify, name, HMAC_SHA256, move || {
        peer.verify(black_box(body), black_box(&headers)).unwrap();
    }));
    let peer = standardwebhooks::Webhook::new(&whsec).unwrap();
    all.push(variant(Operation::Sign, name, HMAC_SHA256, move || {
        drop(black_box(peer.sign(black_box(ID), now, black_box(body)).unwrap()));
    }));

    let peer = svix::webhooks::Webhook::new(&whsec).unwrap();
    let headers = header_map(named.map(|(name, value)| match name {
        "webhook-id" => ("svix-id", value),
        "webhook-timestamp" => ("svix-timestamp", value),
        _ => ("svix-signature", value),
    }));
    all.push(variant(Operation::Verify, SVIX_PEER, HMAC_SHA256, move || {
        peer.verify(black_box(body), black_box(&headers)).unwrap();
    }));
    let peer = svix::webhooks::Webhook::new(&whsec).unwrap();
    all.push(variant(Operation::Sign, SVIX_PEER, HMAC_SHA256, move || {
        drop(black_box(peer.sign(black_box(ID), now, black_box(body)).unwrap()));
    }));
    all
}

/// The computations alone.
fn bare(body: &'static [u8], pair: &SigningKey) -> Vec<Variant> {
    let bare = |name, run: Box<dyn Fn()>| Variant { operation: Operation::Bare, name, backend: name, run };
    let sha256 = Hmac::<Sha256>::new_from_slice(KEY).unwrap();
    let sha512 = Hmac::<Sha512>::new_from_slice(KEY).unwrap();
    let (public, signature, pair) = (pair.verifying_key(), pair.sign(body), pair.clone());
    vec![
        bare(
            HMAC_SHA256,
            Box::new(move || {
                let mut mac = sha256.clone();
                mac.update(black_box(body));
                black_box(mac.finalize().into_bytes());
            }),
        ),
        bare(
            HMAC_SHA512,
            Box::new(move || {
                let mut mac = sha512.clone();
                mac.update(black_box(body));
                black_box(mac.finalize().into_bytes());
            }),
        ),
        bare(ED25519_VERIFY, Box::new(move || public.verify_strict(black_box(body), black_box(&signature)).unwrap())),
        bare(
            ED25519_SIGN,
            Box::new(move || {
                black_box(pair.sign(black_box(body)));
            }),
        ),
    ]
}
