//! HTTP message signatures: nothing arbitrary is believed, a signature base is always one that can't be read in two ways, and
//! what was signed is believed until something that it covers is changed.

#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use arbitrary::Arbitrary;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use libfuzzer_sys::fuzz_target;
use psa_kit_fuzz::{Change, Piece};
use sha2::{Digest, Sha256, Sha512};
use webhook_signing::rfc9421::{
    Algorithm, Component, DigestAlgorithm, Fields, MessageSigner, MessageVerifier, Request, SigningKey, VerifyingKey,
    check_content_digest, content_digest,
};
use webhook_signing::{Error, MAX_HEADER};

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    what: u8,
    how: u32,
    now: i64,
    change: Change,
    method: Piece<'a>,
    uri: Piece<'a>,
    input: Piece<'a>,
    signature: Piece<'a>,
    digest: Piece<'a>,
    line: Piece<'a>,
    other: Piece<'a>,
    body: Piece<'a>,
}

const URI: &str = "https://hooks.example.com/in/7?source=psa&a=%2F9";
const NONE: [(&str, &str); 0] = [];
const SECRET: &[u8] = b"a secret of 32 bytes, or of more";
const SEED: [u8; 32] = [7; 32];
const ALGORITHMS: [Algorithm; 6] = [
    Algorithm::HmacSha256,
    Algorithm::Ed25519,
    Algorithm::EcdsaP256Sha256,
    Algorithm::EcdsaP384Sha384,
    Algorithm::RsaPssSha512,
    Algorithm::RsaV15Sha256,
];

fn private(algorithm: Algorithm) -> SigningKey {
    let key = if algorithm == Algorithm::HmacSha256 { SECRET } else { &SEED };
    SigningKey::new(algorithm, key).unwrap()
}

static PUBLIC: LazyLock<[VerifyingKey; 2]> = LazyLock::new(|| {
    let pair = aws_lc_rs::signature::Ed25519KeyPair::from_seed_unchecked(&SEED).unwrap();
    let public = aws_lc_rs::signature::KeyPair::public_key(&pair).as_ref();
    [VerifyingKey::new(Algorithm::HmacSha256, SECRET).unwrap(), VerifyingKey::new(Algorithm::Ed25519, public).unwrap()]
});

/// Knows both keys, and asks for nothing but a signature.
static LAXEST: LazyLock<MessageVerifier> = LazyLock::new(|| {
    let [hmac, ed25519] = PUBLIC.clone();
    MessageVerifier::new("k", hmac).key("e", ed25519).unwrap().required::<&str>([]).unchecked_age().unchecked_digest()
});

type Lines<'a> = Vec<(&'static str, &'a [u8])>;

fn arbitrary_message(input: &Input<'_>) {
    let method = input.method.text().filter(|method| !method.is_empty()).unwrap_or("POST");
    let mut lines: Lines<'_> =
        vec![("X", input.line.0), ("x", input.other.0), ("Priority", input.line.0), ("Content-Digest", input.digest.0)];
    // Either all of both headers, or the covered components of one that is well-formed around them.
    let inside = input.input.text().map(|text| format!("sig1=({text});keyid=\"k\"")).unwrap_or_default();
    if input.what & 1 == 0 {
        lines.extend([("Signature-Input", input.input.0), ("Signature", input.signature.0)]);
    } else {
        lines.extend([("Signature-Input", inside.as_bytes()), ("Signature", &b"sig1=:AAAA:"[..])]);
    }
    let uri = input.uri.text().filter(|uri| Request::new(method, uri, &lines).is_ok()).unwrap_or(URI);
    let Ok(request) = Request::new(method, uri, &lines) else { return };
    assert!(LAXEST.verify_at(&request, input.body.0, input.now).is_err(), "believed, but signed by nobody");
    let Ok(base) = LAXEST.signature_base(&request) else { return };
    let (covered, parameters) = check_base(&base);

    if let Some(parts) = as_received(method, uri, &lines) {
        let received = Request::received(parts.uri.scheme_str().unwrap(), &parts).unwrap();
        assert_eq!(LAXEST.signature_base(&received).as_ref(), Ok(&base));
    }

    // What is written is read as the same.
    if covered.iter().any(|name| name.starts_with("\"signature")) || parameters.len() + 5 > MAX_HEADER {
        return;
    }
    let written = format!("sig1={parameters}");
    lines.retain(|(name, _)| !name.starts_with("Signature"));
    lines.extend([("Signature-Input", written.as_bytes()), ("Signature", &b"sig1=::"[..])]);
    let again = Request::new(method, uri, &lines).unwrap();
    assert_eq!(LAXEST.signature_base(&again), Ok(base));
}

/// The same request as a server has it, if its library takes it as it is.
fn as_received(method: &str, uri: &str, lines: &Lines<'_>) -> Option<http::request::Parts> {
    let mut request = http::Request::builder().method(method).uri(uri);
    for (name, value) in lines {
        request = request.header(*name, *value);
    }
    let (parts, ()) = request.body(()).ok()?.into_parts();
    uri.starts_with(parts.uri.scheme_str()?).then_some(parts)
}

/// A base has a line for each component, each once, and the parameters in the last.
fn check_base(base: &str) -> (Vec<&str>, &str) {
    assert!(base.is_ascii() && !base.contains(['\r', '\0']));
    let (covered, last) = base.rsplit_once('\n').unwrap_or(("", base));
    let parameters = last.strip_prefix("\"@signature-params\": ").unwrap();
    let mut names: Vec<&str> = Vec::new();
    for line in covered.split('\n').filter(|_| !covered.is_empty()) {
        let (name, _) = line.split_once(": ").unwrap();
        assert!(name.starts_with('"') && !names.contains(&name), "{name} twice, or no component");
        names.push(name);
    }
    assert_eq!(parameters.starts_with("()"), names.is_empty());
    assert!(names.iter().all(|name| parameters.contains(name)));
    (names, parameters)
}

/// A dictionary that is written in its only spelling stays as it is.
fn strict_spelling(input: &Input<'_>) {
    let base_of = |digest: &[u8]| {
        let lines: Lines<'_> = vec![
            ("Content-Digest", digest),
            ("Signature-Input", b"s=(\"content-digest\";sf);keyid=\"k\""),
            ("Signature", b"s=::"),
        ];
        LAXEST.signature_base(&Request::new("POST", URI, &lines).unwrap())
    };
    let Ok(base) = base_of(input.digest.0) else { return };
    let written = base.lines().next().and_then(|line| line.strip_prefix("\"content-digest\";sf: ")).unwrap();
    if written.len() <= MAX_HEADER {
        assert_eq!(base_of(written.as_bytes()).as_ref(), Ok(&base));
    }
}

fn digests(input: &Input<'_>) {
    let body = input.body.0;
    let right = [
        format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(body))),
        format!("sha-512=:{}:", STANDARD.encode(Sha512::digest(body))),
    ];
    for (algorithm, right) in [DigestAlgorithm::Sha256, DigestAlgorithm::Sha512].into_iter().zip(&right) {
        assert_eq!(&content_digest(algorithm, body), right);
        assert_eq!(check_content_digest(right, body), Ok(()));
        assert_eq!(check_content_digest(right, &input.change.of(body)), Err(Error::DigestMismatch));
        let changed = input.change.of(right.as_bytes());
        let changed = String::from_utf8_lossy(&changed);
        let blank = changed.trim_matches([' ', '\t']) == right;
        assert!(blank || check_content_digest(&changed, body).is_err(), "{changed}");
    }
    if let Some(header) = input.digest.text()
        && check_content_digest(header, body).is_ok()
    {
        assert!(right.iter().any(|right| header.contains(right)), "{header} is not of the body");
    }
}

fn keys(input: &Input<'_>) {
    let algorithm = ALGORITHMS[input.how as usize % ALGORITHMS.len()];
    for key in [input.body.0, input.line.0] {
        let _ = SigningKey::new(algorithm, key);
        let _ = VerifyingKey::new(algorithm, key);
    }
    if let Some(text) = input.body.text() {
        let _ = VerifyingKey::pem(algorithm, text);
        let _ = SigningKey::pem(algorithm, text);
    }
}

fn components(how: u32) -> Vec<Component> {
    let all = [
        "@method".into(),
        "@target-uri".into(),
        "@authority".into(),
        "@scheme".into(),
        "@request-target".into(),
        "@path".into(),
        "@query".into(),
        Component::query_param("a"),
        "x".into(),
        Component::new("X").bytes(),
        "content-digest".into(),
        Component::new("Content-Digest").key("sha-256"),
        Component::new("priority").key("u"),
    ];
    all.into_iter().enumerate().filter(|(n, _)| how >> n & 1 == 1).map(|(_, component)| component).collect()
}

/// A message as it is signed and then changed.
#[derive(Clone)]
struct Message<'a> {
    method: String,
    uri: String,
    lines: Vec<(&'static str, Vec<u8>)>,
    body: &'a [u8],
}

impl Message<'_> {
    fn request(&self) -> Option<Request<'_>> {
        Request::new(&self.method, &self.uri, &self.lines as &dyn Fields).ok()
    }

    fn line(&mut self, name: &str) -> &mut Vec<u8> {
        &mut self.lines.iter_mut().find(|(n, _)| *n == name).unwrap().1
    }
}

fn round_trip(input: &Input<'_>) {
    let bit = |n: u32| input.how >> n & 1 == 1;
    let long = [input.uri, input.line, input.other].into_iter().any(|piece| piece.0.len() > 1500);
    let (nonce, tag) = (input.input.text(), input.signature.text());
    if long || [nonce, tag].into_iter().flatten().any(|text| text.len() > 300) {
        return;
    }
    let method = input.method.text().filter(|method| Request::new(method, URI, &NONE).is_ok()).unwrap_or("POST");
    let uri = input.uri.text().filter(|uri| Request::new("POST", uri, &NONE).is_ok()).unwrap_or(URI);
    let mut message = Message {
        method: method.into(),
        uri: uri.into(),
        lines: vec![("X", input.line.0.to_vec()), ("X", input.other.0.to_vec()), ("Priority", b"u=1, i".to_vec())],
        body: input.body.0,
    };
    let (id, algorithm) = if bit(16) { ("e", Algorithm::Ed25519) } else { ("k", Algorithm::HmacSha256) };
    let created = input.now.rem_euclid(1_000_000_000_000_000);
    let (nonce, tag) = (nonce.filter(|_| bit(17)), tag.filter(|_| bit(18)));
    let mut signer = MessageSigner::new(id, private(algorithm)).components(components(input.how));
    let mut verifier = LAXEST.clone().required(components(input.how)).max_age(Duration::from_secs(300));
    if let Some(tag) = tag {
        (signer, verifier) = (signer.tag(tag), verifier.tag(tag));
    }
    if bit(19) {
        signer = signer.without_alg();
    }
    let signed = signer.sign(&message.request().unwrap(), message.body, created, nonce);
    let printable = |text: Option<&str>| text.is_none_or(|text| text.bytes().all(|b| (b' '..=b'~').contains(&b)));
    // What every request has can always be signed.
    let always = input.how & 0b1_1011_1000_0000 == 0;
    let added = match signed {
        Ok(added) => added,
        Err(error) => {
            assert!(!always || !printable(nonce) || !printable(tag), "{error}");
            return;
        }
    };
    message.lines.extend(added.into_iter().map(|(name, value)| (name, value.into_bytes())));

    let now = created.saturating_add(i64::from(input.change.number() % 311) - 5);
    let verify = |message: &Message<'_>, body| verifier.verify_at(&message.request().unwrap(), body, now);
    let verified = verify(&message, message.body).unwrap();
    assert_eq!((verified.id.as_deref(), verified.timestamp), (nonce, Some(created)));
    for (late, error) in [(306, "old"), (-6, "future")] {
        assert!(verifier.verify_at(&message.request().unwrap(), message.body, created + late).is_err(), "{error}");
    }
    let base = verifier.signature_base(&message.request().unwrap()).unwrap();
    check_base(&base);

    let change = input.change;
    let other_body = change.of(message.body);
    assert!(verify(&message, &other_body).is_ok(), "a digest is looked at although it was told not to be");
    if bit(10) {
        // The request has the digest that the signer added, and no other.
        let checking = MessageVerifier::new(id, PUBLIC[usize::from(bit(16))].clone());
        let checking = checking.required::<&str>([]).max_age(Duration::from_secs(300));
        assert!(checking.verify_at(&message.request().unwrap(), message.body, now).is_ok());
        assert!(checking.verify_at(&message.request().unwrap(), &other_body, now).is_err(), "another body");
    }

    let mut changed = message.clone();
    let text = |text: &str| String::from_utf8(change.of(text.as_bytes())).ok();
    let must_fail = match input.what >> 4 & 3 {
        0 => {
            changed.method = text(&message.method).unwrap_or_default();
            bit(0)
        }
        1 => {
            changed.uri = text(&message.uri).unwrap_or_default();
            bit(1) && parts(&changed.uri) != parts(&message.uri)
        }
        2 => {
            let line = changed.line("X");
            let before = line.clone();
            *line = change.of(line);
            // An old fold reads as one blank; there is none without a line feed.
            let folds = |line: &[u8]| line.contains(&b'\n');
            let blank = |b: &u8| matches!(b, b' ' | b'\t');
            let bare = |line: &[u8]| -> Vec<u8> {
                let start = line.iter().position(|b| !blank(b)).unwrap_or(line.len());
                let end = line.iter().rposition(|b| !blank(b)).map_or(start, |n| n + 1);
                line[start..end].to_vec()
            };
            (bit(8) || bit(9)) && !folds(line) && !folds(&before) && bare(line) != bare(&before)
        }
        _ => {
            let name = if bit(20) { "Signature" } else { "Signature-Input" };
            let line = changed.line(name);
            let before = line.clone();
            *line = change.of(line);
            let bare = |line: &[u8]| String::from_utf8_lossy(line).trim_matches([' ', '\t']).to_owned();
            bit(20) && bare(line) != bare(&before)
        }
    };
    let Some(request) = changed.request() else { return };
    let got = verifier.verify_at(&request, message.body, now);
    if got.is_ok() {
        assert!(!must_fail, "believed, although what is covered was changed");
        assert_eq!(verifier.signature_base(&request), Ok(base));
    }
}

/// Scheme, authority, path and query of a URI; an empty path is the root.
fn parts(uri: &str) -> Option<[&str; 4]> {
    let (scheme, rest) = uri.split_once("://")?;
    let (authority, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    Some([scheme, authority, if path.is_empty() { "/" } else { path }, query.unwrap_or("none\n")])
}

fuzz_target!(|input: Input<'_>| {
    match input.what >> 1 & 7 {
        0 | 1 => arbitrary_message(&input),
        2 => strict_spelling(&input),
        3 => digests(&input),
        4 => keys(&input),
        _ => round_trip(&input),
    }
});
