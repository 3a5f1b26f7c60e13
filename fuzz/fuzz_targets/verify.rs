//! Signatures by secret, and `v1a`: nothing arbitrary is believed, what is believed was signed by the rules of its scheme, and
//! what was signed is believed until it is changed.

#![no_main]

use std::sync::LazyLock;

use arbitrary::Arbitrary;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;
use psa_kit_fuzz::{Change, Piece};
use sha2::{Digest, Sha256, Sha512};
use webhook_signing::{Encoding, Error, Hash, HmacHeader, Keyring, MAX_HEADER, Scheme, Secret, Signer, Verifier};

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    scheme: u8,
    how: u8,
    now: i64,
    change: Change,
    key: Piece<'a>,
    id: Piece<'a>,
    time: Piece<'a>,
    signature: Piece<'a>,
    body: Piece<'a>,
}

/// A scheme as its documentation has it, written down here a second time.
struct Rules {
    scheme: Scheme,
    /// Names of the headers with id, time and signature.
    id: Option<&'static str>,
    time: Option<&'static str>,
    signature: &'static str,
    prefix: &'static str,
    separator: Option<char>,
    hash: Hash,
    encoding: Encoding,
    /// Whether what is signed here is signed with Ed25519.
    ed25519: bool,
}

impl Rules {
    fn of(n: u8) -> Self {
        use Encoding::{Base64, Hex};
        use Hash::{Sha256, Sha512};
        let plain = |scheme, signature, prefix, hash, encoding| Self {
            scheme,
            id: None,
            time: None,
            signature,
            prefix,
            separator: None,
            hash,
            encoding,
            ed25519: false,
        };
        let standard = |ed25519| Self {
            id: Some("webhook-id"),
            time: Some("webhook-timestamp"),
            separator: Some(' '),
            ed25519,
            ..plain(Scheme::StandardWebhooks, "webhook-signature", "v1,", Sha256, Base64)
        };
        let svix = |ed25519| Self {
            scheme: Scheme::Svix,
            id: Some("svix-id"),
            time: Some("svix-timestamp"),
            signature: "svix-signature",
            ..standard(ed25519)
        };
        let own = |hash, encoding, prefix| {
            plain(
                Scheme::Hmac(HmacHeader::new("X-Mac", hash, encoding).prefix(prefix)),
                "x-mac",
                prefix,
                hash,
                encoding,
            )
        };
        let with_id = HmacHeader::new("X-Mac", Sha256, Base64).id("X-Id");
        match n % 13 {
            0 => standard(false),
            1 => svix(false),
            2 => Self { separator: Some(','), ..plain(Scheme::Stripe, "stripe-signature", "v1=", Sha256, Hex) },
            3 => Self {
                id: Some("x-github-delivery"),
                ..plain(Scheme::GitHub, "x-hub-signature-256", "sha256=", Sha256, Hex)
            },
            4 => Self {
                time: Some("x-slack-request-timestamp"),
                ..plain(Scheme::Slack, "x-slack-signature", "v0=", Sha256, Hex)
            },
            5 => plain(Scheme::ConnectWise, "x-content-signature", "", Sha256, Base64),
            6 => plain(Scheme::halo("X-Halo"), "x-halo", "", Sha256, Base64),
            7 => own(Sha256, Hex, ""),
            8 => own(Sha512, Hex, ""),
            9 => own(Sha512, Base64, "sha512="),
            10 => Self { id: Some("x-id"), ..plain(Scheme::Hmac(with_id), "x-mac", "", Sha256, Base64) },
            11 => standard(true),
            _ => svix(true),
        }
    }

    fn is_standard(&self) -> bool {
        matches!(self.scheme, Scheme::StandardWebhooks | Scheme::Svix)
    }

    fn has_time(&self) -> bool {
        self.time.is_some() || self.scheme == Scheme::Stripe
    }

    /// What is signed.
    fn content(&self, id: &[u8], time: &[u8], body: &[u8]) -> Vec<u8> {
        match self.scheme {
            Scheme::StandardWebhooks | Scheme::Svix => [id, b".", time, b".", body].concat(),
            Scheme::Stripe => [time, b".", body].concat(),
            Scheme::Slack => [b"v0:", time, b":", body].concat(),
            _ => body.to_vec(),
        }
    }

    /// The one signature that an HMAC scheme gives, with what stands before it.
    fn signature(&self, key: &[u8], content: &[u8]) -> String {
        fn mac<M: KeyInit + Mac>(key: &[u8], content: &[u8]) -> Vec<u8> {
            <M as KeyInit>::new_from_slice(key).unwrap().chain_update(content).finalize().into_bytes().to_vec()
        }
        let hashed = Sha256::digest(key);
        let key = if self.scheme == Scheme::ConnectWise { &hashed[..] } else { key };
        let mac = match self.hash {
            Hash::Sha512 => mac::<Hmac<Sha512>>(key, content),
            _ => mac::<Hmac<Sha256>>(key, content),
        };
        let text = match self.encoding {
            Encoding::Hex => mac.iter().map(|b| format!("{b:02x}")).collect(),
            _ => STANDARD.encode(mac),
        };
        format!("{}{text}", self.prefix)
    }

    /// A signature in the form that is written here, whichever of the forms that its scheme takes it came in.
    fn written(&self, entry: &str) -> String {
        if !matches!(self.scheme, Scheme::Hmac(_)) {
            return entry.to_owned();
        }
        let halo = self.scheme == Scheme::halo("X-Halo");
        let usual = if halo { "sha256=" } else { self.prefix };
        let behind = entry.get(usual.len()..).filter(|_| {
            let start = &entry[..usual.len()];
            !usual.is_empty() && (start == usual || halo && start.eq_ignore_ascii_case(usual))
        });
        let text = behind.map_or(entry, |text| text.trim_start_matches(' '));
        if halo && text.len() == 64 {
            let nibble = |c: &u8| (*c as char).to_digit(16).map(|n| n as u8);
            let pairs = text.as_bytes().chunks(2).map(|pair| Some(nibble(&pair[0])? << 4 | nibble(&pair[1])?));
            return pairs.collect::<Option<Vec<u8>>>().map(|mac| STANDARD.encode(mac)).unwrap_or_default();
        }
        if behind.is_some() { format!("{}{text}", self.prefix) } else { text.to_owned() }
    }

    fn entries<'h>(&self, header: &'h str) -> Vec<&'h str> {
        match self.separator {
            Some(separator) => header.split(separator).filter(|entry| !entry.is_empty()).collect(),
            None => vec![header],
        }
    }
}

/// A key as the verifier reads it from an input.
enum Key {
    Mac(Vec<u8>),
    Ed25519(Vec<u8>),
}

impl Key {
    fn of(rules: &Rules, raw: bool, key: Piece<'_>) -> Option<(Secret, Self)> {
        if raw {
            return Some((Secret::raw(key.0), Self::Mac(key.0.to_vec())));
        }
        let text = key.text()?;
        let secret = Secret::new(text);
        if !rules.is_standard() {
            return Some((secret, Self::Mac(text.as_bytes().to_vec())));
        }
        let lenient = GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true);
        let decode = |text| GeneralPurpose::new(&base64::alphabet::STANDARD, lenient).decode(text).ok();
        let key = if let Some(public) = text.strip_prefix("whpk_") {
            Self::Ed25519(decode(public)?)
        } else if let Some(pair) = text.strip_prefix("whsk_") {
            Self::Ed25519(decode(pair)?.get(32..)?.to_vec())
        } else {
            Self::Mac(decode(text.strip_prefix("whsec_").unwrap_or(text))?)
        };
        Some((secret, key))
    }
}

/// Nobody has seen it, so nobody signs with it.
static UNSEEN: LazyLock<[u8; 32]> = LazyLock::new(|| Sha256::digest(b"a key that is in no input").into());

fn private_key(rules: &Rules, key: &[u8]) -> Secret {
    if rules.ed25519 {
        let seed: [u8; 32] = Sha256::digest(key).into();
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
        Secret::new(format!("whsk_{}", STANDARD.encode([&seed, pair.public_key().as_ref()].concat())))
    } else if rules.is_standard() || Secret::raw(key).check().is_err() {
        Secret::raw(Sha256::digest(key).to_vec())
    } else {
        Secret::raw(key)
    }
}

fn arbitrary_message(input: &Input<'_>) {
    let rules = Rules::of(input.scheme);
    let bit = |n: u8| input.how >> n & 1 == 1;
    let (id, time, signature) = (input.id.0, input.time.0, input.signature.0);
    let mut lines: Vec<(&str, &[u8])> = Vec::new();
    // Svix takes both names; the scheme's own come first.
    let unbranded = |name: &'static str| {
        if bit(1) {
            name.strip_prefix("svix-").map_or(name, |end| match end {
                "id" => "webhook-id",
                "timestamp" => "webhook-timestamp",
                _ => "webhook-signature",
            })
        } else {
            name
        }
    };
    lines.extend(rules.id.filter(|_| !bit(2)).map(|name| (unbranded(name), id)));
    lines.extend(rules.time.map(|name| (unbranded(name), time)));
    lines.push((unbranded(rules.signature), signature));
    if bit(3) {
        let doubled = lines[usize::from(input.change.number()) % lines.len()];
        lines.push(doubled);
    }
    let body = input.body.0;
    let set = |verifier: Verifier| if bit(4) { verifier.unchecked_time() } else { verifier };

    let known = Key::of(&rules, bit(0), input.key);
    let unseen = private_key(&rules, &*UNSEEN);
    let mut ring = Keyring::new(unseen.clone());
    if let Some((secret, _)) = &known {
        // One that has just expired is as good as none.
        ring = ring.previous(secret.clone(), Some(input.now));
    }
    let closed = Verifier::new(rules.scheme.clone(), ring).or_else(|_| Verifier::new(rules.scheme.clone(), unseen));
    assert!(
        set(closed.unwrap()).verify_at(&lines, body, input.now).is_err(),
        "a message that nobody signed is believed"
    );

    let Some((secret, key)) = known else { return };
    let Ok(verifier) = Verifier::new(rules.scheme.clone(), secret).map(set) else { return };
    let whole = verifier.verify_at(&lines, body, input.now);
    let pieces = verifier.begin_at(&lines, input.now).and_then(|mut message| {
        body.chunks(1 + usize::from(input.change.number())).for_each(|piece| message.update(piece));
        message.finish()
    });
    assert_eq!(whole, pieces, "a body in pieces is another");
    if let Some(map) = header_map(&lines) {
        assert_eq!(whole, verifier.verify_at(&map, body, input.now), "the headers of the http crate are others");
    }

    let Ok(verified) = whole else { return };
    assert!(!bit(3), "a header that came twice is believed");
    let signature = std::str::from_utf8(signature).unwrap();
    assert!(signature.len() <= MAX_HEADER);
    let entries = rules.entries(signature);
    let time = if rules.scheme == Scheme::Stripe {
        let times: Vec<_> = entries.iter().filter_map(|entry| entry.strip_prefix("t=")).collect();
        assert_eq!(times.len(), 1);
        times[0].as_bytes()
    } else {
        time
    };
    if rules.has_time() {
        let time: i64 = std::str::from_utf8(time).unwrap().parse().unwrap();
        assert!(bit(4) || input.now.abs_diff(time) <= 300, "{time} is believed at {}", input.now);
        assert_eq!((verified.timestamp, verified.age), (Some(time), Some(input.now.saturating_sub(time))));
    }
    let shown = rules.id.filter(|_| !bit(2)).map(|_| id);
    assert_eq!(verified.id.as_deref().map(str::as_bytes), shown);
    let content = rules.content(id, time, body);
    let signed = match key {
        Key::Mac(key) => {
            let right = rules.signature(&key, &content);
            entries.iter().any(|entry| rules.written(entry) == right)
        }
        Key::Ed25519(public) => entries.iter().filter_map(|entry| entry.strip_prefix("v1a,")).any(|text| {
            let signature = STANDARD.decode(text).unwrap_or_default();
            UnparsedPublicKey::new(&ED25519, &public).verify(&content, &signature).is_ok()
        }),
    };
    assert!(signed, "believed, but not signed with this key");
}

fn header_map(lines: &[(&str, &[u8])]) -> Option<HeaderMap> {
    let mut map = HeaderMap::new();
    for (name, value) in lines {
        map.append(HeaderName::try_from(*name).ok()?, HeaderValue::from_bytes(value).ok()?);
    }
    Some(map)
}

fn round_trip(input: &Input<'_>) {
    let rules = Rules::of(input.scheme);
    let body = input.body.0;
    let key = || private_key(&rules, input.key.0);
    let ring = |before: u8| {
        let others = (0..before).map(|n| private_key(&rules, &Sha256::digest([n])));
        let mut all = others.chain([key()]);
        let first = Keyring::new(all.next().unwrap());
        all.fold(first, |ring, key| ring.previous(key, None))
    };
    let signer = Signer::new(rules.scheme.clone(), key()).unwrap();

    let mut id = String::from_utf8_lossy(input.id.0).into_owned();
    if id.len() > MAX_HEADER {
        return;
    }
    let time = input.now & i64::MAX;
    let splits = rules.is_standard() && (id.is_empty() || id.contains('.'));
    if splits || id.contains(|c: char| c.is_ascii_control()) {
        assert!(matches!(signer.sign(&id, time, body), Err(Error::InvalidId(_))));
        id = "msg_1".into();
    }
    assert!(time == input.now || signer.sign(&id, input.now, body) == Err(Error::InvalidTimestamp));
    let signed = signer.sign(&id, time, body).unwrap();

    // With the right key in any place of the ring, at both ends of the window.
    let before = input.how >> 5 & 3;
    let verifier = Verifier::new(rules.scheme.clone(), ring(before)).unwrap();
    let away = i64::from(input.change.number() % 601) - 300;
    let now = time.saturating_add(away);
    let verified = verifier.verify_at(&signed, body, now).unwrap();
    assert_eq!(verified.key, usize::from(before));
    assert_eq!(verified.id.as_deref(), rules.id.map(|_| id.as_str()).filter(|id| !id.is_empty()));
    assert!(!rules.has_time() || verified.timestamp == Some(time) && verified.age == Some(now - time));
    for late in [time.checked_add(301), time.checked_sub(301)].into_iter().flatten().filter(|_| rules.has_time()) {
        assert!(verifier.verify_at(&signed, body, late).is_err(), "out of the window");
    }

    let mut lines: Vec<(&str, Vec<u8>)> = signed.iter().map(|(n, v)| (n, v.as_bytes().to_vec())).collect();
    let change = input.change;
    assert!(verifier.verify_at(&lines, &change.of(body), now).is_err(), "another body is believed");
    let changed_key = private_key(&rules, &change.flip(input.key.0));
    let other = Verifier::new(rules.scheme.clone(), changed_key).unwrap();
    assert!(other.verify_at(&lines, body, now).is_err(), "another key's signature is believed");

    let at = usize::from(input.how & 7) % lines.len();
    let (name, good) = lines[at].clone();
    let changed = change.of(&good);
    lines[at].1 = changed.clone();
    let believed = verifier.verify_at(&lines, body, now).is_ok();
    if name.eq_ignore_ascii_case(rules.signature) {
        // Blanks between signatures mean nothing; every signature that was there must still be.
        let (before, after) = (String::from_utf8_lossy(&good), String::from_utf8_lossy(&changed));
        let written = |header| rules.entries(header).into_iter().map(|entry| rules.written(entry)).collect::<Vec<_>>();
        let after = written(&*after);
        assert!(!believed || written(&*before).iter().all(|e| after.contains(e)), "another signature is believed");
    } else if rules.is_standard() || rules.time.is_some_and(|time| time.eq_ignore_ascii_case(name)) {
        assert!(!believed, "another {name} is believed");
    }
    lines[at].1 = good.clone();
    lines.push((name, good));
    assert!(matches!(verifier.verify_at(&lines, body, now), Err(Error::DuplicateHeader(_))));
}

fuzz_target!(|input: Input<'_>| {
    arbitrary_message(&input);
    round_trip(&input);
});
