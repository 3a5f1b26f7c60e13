//! RFC 9421 and RFC 9530: the vectors, and what no vector shows.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::Value;
use webhook_signing::rfc9421::{
    Algorithm, Component, DigestAlgorithm, Fields, MessageSigner, MessageVerifier, Request, SigningKey, VerifyingKey,
    check_content_digest, content_digest,
};
use webhook_signing::{Error, MemoryReplayGuard};

use crate::fixtures::{self, Verdicts, body, vectors};

const ALGORITHMS: [Algorithm; 6] = [
    Algorithm::HmacSha256,
    Algorithm::Ed25519,
    Algorithm::EcdsaP256Sha256,
    Algorithm::EcdsaP384Sha384,
    Algorithm::RsaPssSha512,
    Algorithm::RsaV15Sha256,
];
const NOW: i64 = 1_700_000_000;
const URI: &str = "https://hooks.example.com/in/7?source=psa&id=%2F9";
const SECRET: &[u8] = b"a secret of 32 bytes, or of more";

/// The words of the vectors' README.
fn reason(error: &Error) -> &'static str {
    match error {
        Error::MissingHeader(_) => "missing_header",
        Error::MalformedHeader { .. } | Error::TooManySignatures => "malformed_header",
        Error::DuplicateHeader(_) => "duplicate_header",
        Error::InvalidTimestamp => "invalid_timestamp",
        Error::NoMatchingSignature => "bad_signature",
        Error::DigestMismatch => "digest_mismatch",
        Error::DigestUnsupported => "digest_unsupported",
        Error::ComponentMissing(_) => "component_missing",
        Error::ComponentNotCovered(_) => "component_not_covered",
        Error::UnknownKey => "unknown_key",
        Error::AlgorithmMismatch => "algorithm_mismatch",
        Error::Expired | Error::TimestampTooOld { .. } => "expired",
        Error::CreatedInFuture => "created_in_future",
        Error::TagMismatch => "tag_mismatch",
        Error::AmbiguousSignature => "ambiguous_signature",
        Error::InvalidKey(_) => "invalid_key",
        _ => "other",
    }
}

fn algorithm(name: &Value) -> Algorithm {
    ALGORITHMS.into_iter().find(|a| name == a.name()).unwrap()
}

fn verifying_key(key: &Value) -> VerifyingKey {
    let algorithm = algorithm(&key["alg"]);
    match key["public_pem"].as_str() {
        Some(pem) => VerifyingKey::pem(algorithm, pem),
        None => VerifyingKey::new(algorithm, &STANDARD.decode(key["secret_b64"].as_str().unwrap()).unwrap()),
    }
    .unwrap()
}

fn signing_key(key: &Value) -> SigningKey {
    let algorithm = algorithm(&key["alg"]);
    match key["private_pem"].as_str() {
        Some(pem) => SigningKey::pem(algorithm, pem),
        None => SigningKey::new(algorithm, &STANDARD.decode(key["secret_b64"].as_str().unwrap()).unwrap()),
    }
    .unwrap()
}

fn verifier(file: &Value, vector: &Value) -> MessageVerifier {
    let policy = &vector["policy"];
    let key = verifying_key(&file["keys"][policy["key"].as_str().unwrap()]);
    let required = policy["required"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
    let mut verifier = MessageVerifier::new(policy["keyid"].as_str().unwrap(), key)
        .required(required)
        .skew(Duration::from_secs(policy["skew_s"].as_u64().unwrap()));
    verifier = match policy["max_age_s"].as_u64() {
        Some(age) => verifier.max_age(Duration::from_secs(age)),
        None => verifier.unchecked_age(),
    };
    if let Some(tag) = policy["tag"].as_str() {
        verifier = verifier.tag(tag);
    }
    if policy["check_digest"] == false {
        verifier = verifier.unchecked_digest();
    }
    verifier
}

fn run(file: &Value, verdicts: &mut Verdicts) {
    for vector in vectors(file) {
        let verifier = verifier(file, vector);
        let asked = &vector["request"];
        let headers: Vec<(String, String)> = serde_json::from_value(asked["headers"].clone()).unwrap();
        let (method, url) = (asked["method"].as_str().unwrap(), asked["url"].as_str().unwrap());
        let request = Request::new(method, url, &headers).unwrap();
        let now = vector["policy"]["now"].as_i64().unwrap();
        let got = verifier.verify_at(&request, &body(vector), now);
        verdicts.check(vector, got, reason);
        if let Some(base) = vector["expect"]["signature_base"].as_str() {
            assert_eq!(verifier.signature_base(&request).unwrap(), base, "{}", vector["id"]);
        }
    }
}

#[test]
fn the_vectors_of_messages() {
    for name in ["rfc9421.public.json", "rfc9421.sample.json"] {
        let Some(file) = fixtures::file(name) else { return };
        let mut verdicts = Verdicts::default();
        run(&file, &mut verdicts);
        verdicts.done();
    }
}

#[test]
fn the_vectors_of_digests() {
    let Some(file) = fixtures::file("content_digest.json") else { return };
    let mut verdicts = Verdicts::default();
    for vector in vectors(&file) {
        let (header, body) = (vector["header"].as_str().unwrap(), body(vector));
        let got = check_content_digest(header, &body);
        if got.is_ok() && !header.contains(',') {
            let known = [DigestAlgorithm::Sha256, DigestAlgorithm::Sha512];
            assert!(known.into_iter().any(|algorithm| content_digest(algorithm, &body) == header), "{}", vector["id"]);
        }
        verdicts.check(vector, got, reason);
    }
    verdicts.done();
}

/// Examples of the RFC whose signatures are the same each time.
#[test]
fn the_signatures_of_the_rfc_are_made() {
    let Some(file) = fixtures::file("rfc9421.public.json") else { return };
    let mut made = 0;
    for (id, label, components) in [
        ("rfc-b25", "sig-b25", &["date", "@authority", "content-type"][..]),
        ("rfc-b26", "sig-b26", &["date", "@method", "@path", "@authority", "content-type", "content-length"]),
        ("rfc-b4-1", "transform", &["@method", "@path", "@authority", "accept"]),
    ] {
        let vector = vectors(&file).iter().find(|v| v["id"] == id).unwrap();
        let keyid = vector["policy"]["keyid"].as_str().unwrap();
        let all: Vec<(String, String)> = serde_json::from_value(vector["request"]["headers"].clone()).unwrap();
        let (signature, unsigned): (Vec<_>, Vec<_>) = all.into_iter().partition(|(n, _)| n.starts_with("Signature"));
        let request = Request::new(
            vector["request"]["method"].as_str().unwrap(),
            vector["request"]["url"].as_str().unwrap(),
            &unsigned,
        )
        .unwrap();
        let signer = MessageSigner::new(keyid, signing_key(&file["keys"][keyid]))
            .label(label)
            .components(components.iter().copied())
            .without_alg();
        let added = signer.sign(&request, &body(vector), 1_618_884_473, None).unwrap();
        let added: Vec<(String, String)> = added.into_iter().map(|(n, v)| (n.to_owned(), v)).collect();
        assert_eq!(added, signature, "{id}");
        made += 1;
    }
    assert_eq!(made, 3);
}

fn pair(algorithm: Algorithm) -> (SigningKey, VerifyingKey) {
    let ecdsa = |with| {
        let key = aws_lc_rs::signature::EcdsaKeyPair::generate(with).unwrap();
        (key.to_pkcs8v1().unwrap().as_ref().to_vec(), key.public_key().as_ref().to_vec())
    };
    let (private, public) = match algorithm {
        Algorithm::Ed25519 => {
            let key = aws_lc_rs::signature::Ed25519KeyPair::generate().unwrap();
            (key.to_pkcs8().unwrap().as_ref().to_vec(), key.public_key().as_ref().to_vec())
        }
        Algorithm::EcdsaP256Sha256 => ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING),
        Algorithm::EcdsaP384Sha384 => ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING),
        Algorithm::RsaPssSha512 | Algorithm::RsaV15Sha256 => {
            let key = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
            let private: Pkcs8V1Der<'_> = key.as_der().unwrap();
            (private.as_ref().to_vec(), key.public_key().as_ref().to_vec())
        }
        _ => (SECRET.to_vec(), SECRET.to_vec()),
    };
    (SigningKey::new(algorithm, &private).unwrap(), VerifyingKey::new(algorithm, &public).unwrap())
}

type Lines = Vec<(String, String)>;

fn lines(headers: &[(&str, &str)]) -> Lines {
    headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
}

/// The headers with those of a signature.
fn signed(signer: &MessageSigner, headers: &Lines, body: &[u8]) -> Lines {
    let added = signer.sign(&Request::new("POST", URI, headers).unwrap(), body, NOW, None).unwrap();
    headers.iter().cloned().chain(added.into_iter().map(|(n, v)| (n.to_owned(), v))).collect()
}

fn hmac(keyid: &str) -> (MessageSigner, MessageVerifier) {
    let (private, public) = pair(Algorithm::HmacSha256);
    (MessageSigner::new(keyid, private), MessageVerifier::new(keyid, public))
}

fn at(verifier: &MessageVerifier, headers: &dyn Fields, now: i64) -> Result<(), Error> {
    verifier.verify_at(&Request::new("POST", URI, headers).unwrap(), b"{}", now).map(drop)
}

#[test]
fn what_is_signed_is_verified_and_nothing_else() {
    let body = br#"{"event":"ticket.updated"}"#;
    let components = || ["@method", "@target-uri", "content-digest", "content-type"];
    for algorithm in ALGORITHMS {
        let (private, public) = pair(algorithm);
        let signer = MessageSigner::new("k", private).components(components()).digest(DigestAlgorithm::Sha512);
        let verifier = MessageVerifier::new("first", pair(Algorithm::HmacSha256).1).key("k", public).unwrap();
        let verifier = verifier.required(components());
        let headers = signed(&signer, &lines(&[("Content-Type", "application/json")]), body);
        let verify = |method: &str, uri: &str, headers: &Lines, body: &[u8]| {
            verifier.verify_at(&Request::new(method, uri, headers).unwrap(), body, NOW + 3)
        };

        let verified = verify("POST", URI, &headers, body).unwrap();
        assert_eq!((verified.scheme, verified.key), ("rfc9421", 1));
        assert_eq!((verified.timestamp, verified.age), (Some(NOW), Some(3)));

        let fails = |method: &str, uri: &str, headers: &Lines, body: &[u8], with: Error| {
            assert_eq!(verify(method, uri, headers, body), Err(with), "{algorithm:?}");
        };
        fails("PUT", URI, &headers, body, Error::NoMatchingSignature);
        for (n, byte) in URI.bytes().enumerate().skip("https://".len()) {
            let mut uri = URI.as_bytes().to_vec();
            uri[n] = if byte == b'x' { b'y' } else { b'x' };
            let uri = String::from_utf8(uri).unwrap();
            fails("POST", &uri, &headers, body, Error::NoMatchingSignature);
        }
        for n in 0..body.len() {
            let mut other = body.to_vec();
            other[n] ^= 1;
            fails("POST", URI, &headers, &other, Error::DigestMismatch);
        }
        fails("POST", URI, &headers, b"", Error::DigestMismatch);
        let with = |name: &str, value: &str| -> Lines {
            let mut other = headers.clone();
            other.iter_mut().find(|(n, _)| n == name).unwrap().1 = value.to_owned();
            other
        };
        fails("POST", URI, &with("Content-Type", "application/xml"), body, Error::NoMatchingSignature);
        let digest = content_digest(DigestAlgorithm::Sha512, b"{}");
        fails("POST", URI, &with("Content-Digest", &digest), b"{}", Error::NoMatchingSignature);
        let input = &headers.iter().find(|(n, _)| n == "Signature-Input").unwrap().1;
        let later = input.replace(&NOW.to_string(), &(NOW + 1).to_string());
        fails("POST", URI, &with("Signature-Input", &later), body, Error::NoMatchingSignature);
        let alg = ALGORITHMS.into_iter().find(|a| *a != algorithm).unwrap();
        let other = input.replace(algorithm.name(), alg.name());
        fails("POST", URI, &with("Signature-Input", &other), body, Error::AlgorithmMismatch);
        let unknown = input.replace("keyid=\"k\"", "keyid=\"K\"");
        fails("POST", URI, &with("Signature-Input", &unknown), body, Error::UnknownKey);
        let less = input.replace(" \"content-type\"", "");
        let not_covered = Error::ComponentNotCovered("content-type".to_owned());
        fails("POST", URI, &with("Signature-Input", &less), body, not_covered);
        // Spaces of a dictionary are no part of what is signed.
        let spaced = input.replace("(\"", "(  \"").replace(';', "; ");
        assert!(verify("POST", URI, &with("Signature-Input", &spaced), body).is_ok());
        let missing: Lines = headers.iter().filter(|(n, _)| n != "Content-Type").cloned().collect();
        fails("POST", URI, &missing, body, Error::ComponentMissing("content-type".to_owned()));
        let twice: Lines = headers.iter().cloned().chain(lines(&[("content-type", "text/plain")])).collect();
        fails("POST", URI, &twice, body, Error::NoMatchingSignature);
    }
}

#[test]
fn times_count_inclusively() {
    let (signer, verifier) = hmac("k");
    let headers = signed(&signer.expires_after(Duration::from_secs(60)), &lines(&[]), b"{}");
    let young = verifier.clone().max_age(Duration::from_secs(30)).skew(Duration::from_secs(5));
    for (verifier, now, expected) in [
        (&young, NOW - 5, Ok(())),
        (&young, NOW - 6, Err(Error::CreatedInFuture)),
        (&young, NOW + 35, Ok(())),
        (&young, NOW + 36, Err(Error::TimestampTooOld { age: 36 })),
        (&verifier, NOW + 65, Ok(())),
        (&verifier, NOW + 66, Err(Error::Expired)),
        (&verifier, i64::MIN, Err(Error::CreatedInFuture)),
        (&verifier, i64::MAX, Err(Error::TimestampTooOld { age: i64::MAX.abs_diff(NOW) })),
    ] {
        assert_eq!(at(verifier, &headers, now), expected, "{now}");
    }
    assert_eq!(at(&verifier.unchecked_age(), &headers, NOW + 66), Err(Error::Expired));
}

#[test]
fn tags_and_keys_select_one_signature() {
    let (a, verifier) = hmac("k");
    let headers = signed(&a.tag("app-a"), &lines(&[]), b"{}");
    let (b, _) = hmac("k");
    let both = signed(&b.tag("app-b").label("sig2"), &headers, b"{}");
    let (foreign, _) = hmac("foreign");
    let with_foreign = signed(&foreign.label("sig3").tag("app-a"), &headers, b"{}");

    assert_eq!(at(&verifier, &both, NOW), Err(Error::AmbiguousSignature));
    assert_eq!(at(&verifier.clone().tag("app-b"), &both, NOW), Ok(()));
    assert_eq!(at(&verifier.clone().tag("app-c"), &both, NOW), Err(Error::TagMismatch));
    assert_eq!(at(&verifier, &with_foreign, NOW), Ok(()));
    assert_eq!(at(&verifier.clone().tag("app-a"), &with_foreign, NOW), Ok(()));
    let same_label = Request::new("POST", URI, &headers).unwrap();
    assert_eq!(hmac("k").0.sign(&same_label, b"{}", NOW, None), Err(Error::DuplicateHeader("Signature-Input".into())));
    let key = VerifyingKey::new(Algorithm::Ed25519, &[0x5a; 32])
        .or_else(|_| VerifyingKey::new(Algorithm::HmacSha256, SECRET));
    assert!(matches!(verifier.key("k", key.unwrap()), Err(Error::InvalidKey(_))));
}

#[test]
fn nonces_are_taken_once() {
    let (signer, verifier) = hmac("k");
    let verifier = verifier.replay_guard(Arc::new(MemoryReplayGuard::new(8)), "acme");
    let none: Lines = Vec::new();
    let request = Request::new("POST", URI, &none).unwrap();
    let fresh = signer.sign(&request, b"{}", NOW, Some("n1")).unwrap();
    let without = signer.sign(&request, b"{}", NOW, None).unwrap();
    let verified = verifier.verify_at(&Request::new("POST", URI, &fresh).unwrap(), b"{}", NOW).unwrap();
    assert_eq!(verified.id.as_deref(), Some("n1"));
    assert_eq!(at(&verifier, &fresh, NOW + 1), Err(Error::Replayed));
    assert!(matches!(at(&verifier, &without, NOW), Err(Error::MalformedHeader { why: "has no nonce", .. })));
}

/// What a verifier sees as signed.
fn base_of(method: &str, uri: &str, headers: &[(&str, &str)], covered: &str) -> Result<String, Error> {
    let (_, verifier) = hmac("k");
    let input = format!("s=({covered});keyid=\"k\"");
    let mut headers = headers.to_vec();
    headers.extend([("Signature-Input", input.as_str()), ("Signature", "s=::")]);
    let base = verifier.signature_base(&Request::new(method, uri, &headers)?)?;
    Ok(base.rsplit_once('\n').map(|(lines, _)| lines.to_owned()).unwrap_or_default())
}

#[test]
fn components_are_derived_by_the_rfc() {
    let plain = "https://www.example.com/path?param=value";
    for (uri, covered, line) in [
        (plain, "\"@target-uri\"", plain),
        (plain, "\"@request-target\"", "/path?param=value"),
        (plain, "\"@scheme\"", "https"),
        (plain, "\"@path\"", "/path"),
        (plain, "\"@query\"", "?param=value"),
        ("https://www.example.com/path", "\"@query\"", "?"),
        ("https://www.example.com/path?", "\"@query\"", "?"),
        ("https://www.example.com/path?", "\"@request-target\"", "/path?"),
        ("https://www.example.com", "\"@path\"", "/"),
        ("https://www.example.com", "\"@target-uri\"", "https://www.example.com/"),
        ("https://www.example.com?x", "\"@request-target\"", "/?x"),
        ("https://WWW.Example.com:443/", "\"@authority\"", "www.example.com"),
        ("HTTP://www.example.com:80/", "\"@authority\"", "www.example.com"),
        ("HTTP://www.example.com:80/", "\"@scheme\"", "http"),
        ("https://www.example.com:8443/", "\"@authority\"", "www.example.com:8443"),
        ("https://[::1]:443/", "\"@authority\"", "[::1]"),
        ("https://www.example.com:443/a%2fb", "\"@path\"", "/a%2fb"),
        ("https://e.com/?a=1&b=2%202&c=&d", "\"@query-param\";name=\"b\"", "2%202"),
        ("https://e.com/?a=1&b=2+2&c=&d", "\"@query-param\";name=\"b\"", "2%202"),
        ("https://e.com/?a=1&c=&d", "\"@query-param\";name=\"c\"", ""),
        ("https://e.com/?a=1&c=&d", "\"@query-param\";name=\"d\"", ""),
        (
            "https://e.com/?fa%C3%A7ade%22%3A%20=some%0Athing~",
            "\"@query-param\";name=\"fa%C3%A7ade%22%3A%20\"",
            "some%0Athing%7E",
        ),
    ] {
        assert_eq!(base_of("POST", uri, &[], covered), Ok(format!("{covered}: {line}")), "{uri}");
    }
    let malformed = |got: Result<String, Error>| matches!(got, Err(Error::MalformedHeader { .. }));
    assert!(malformed(base_of("GET", "https://e.com/?a=1&a=2", &[], "\"@query-param\";name=\"a\"")));
    let missing = base_of("GET", "https://e.com/?a=1", &[], "\"@query-param\";name=\"b\"");
    assert_eq!(missing, Err(Error::ComponentMissing("@query-param;name=\"b\"".to_owned())));
    for covered in [
        "\"@status\"",
        "\"@signature-params\"",
        "\"@query-param\"",
        "\"@method\";req",
        "\"@path\" \"@path\"",
        "\"Date\"",
        "\"date\";req",
        "\"date\";sf=?0",
        "\"date\";bs;sf",
        "\"date\";x",
        "\"date\";sf",
        "\"\"",
        "\"a b\"",
        "date",
        "1",
        "\"date\";bs;tr \"date\";tr;bs",
    ] {
        assert!(malformed(base_of("GET", "https://e.com/", &[("Date", "now")], covered)), "{covered}");
    }
    let trailer = base_of("GET", "https://e.com/", &[("Date", "now")], "\"date\";tr");
    assert_eq!(trailer, Err(Error::ComponentMissing("date;tr".to_owned())));
    for uri in [
        "/path",
        "https://",
        "https:///x",
        "https://a@b/",
        "https://e.com/#f",
        "https://e.com/ x",
        "https://e.com/\n",
        "h\u{e9}://x/",
    ] {
        assert!(matches!(base_of("GET", uri, &[], ""), Err(Error::Malformed(_))), "{uri}");
    }
    assert!(matches!(base_of("G T", "https://e.com/", &[], ""), Err(Error::Malformed(_))));
}

#[test]
fn headers_are_joined_by_the_rfc() {
    let headers = [
        ("X-OWS", "   Leading and trailing. \t"),
        ("X-Fold", "Obsolete\r\n    line folding."),
        ("Cache-Control", "max-age=60"),
        ("Cache-Control", "    must-revalidate"),
        ("Example-Dict", "  a=1,    b=2;x=1;y=2,   c=(a   b   c), d"),
        ("X-Empty", ""),
        ("X-Lines", "value, with, lots"),
        ("x-lines", "of, commas"),
        ("Content-Digest", "sha-256=:AA==:  ,  sha-512=:AQ==:"),
    ];
    for (covered, line) in [
        ("\"x-ows\"", "Leading and trailing."),
        ("\"x-fold\"", "Obsolete line folding."),
        ("\"cache-control\"", "max-age=60, must-revalidate"),
        ("\"example-dict\"", "a=1,    b=2;x=1;y=2,   c=(a   b   c), d"),
        ("\"example-dict\";key=\"b\"", "2;x=1;y=2"),
        ("\"example-dict\";key=\"c\"", "(a b c)"),
        ("\"example-dict\";key=\"d\"", "?1"),
        ("\"x-empty\"", ""),
        ("\"x-lines\"", "value, with, lots, of, commas"),
        ("\"x-lines\";bs", ":dmFsdWUsIHdpdGgsIGxvdHM=:, :b2YsIGNvbW1hcw==:"),
        ("\"content-digest\";sf", "sha-256=:AA==:, sha-512=:AQ==:"),
    ] {
        assert_eq!(base_of("GET", "https://e.com/", &headers, covered), Ok(format!("{covered}: {line}")));
    }
    for value in ["a\nb", "a\r\nb", "a\rb", "a\0b", "\u{e9}"] {
        let got = base_of("GET", "https://e.com/", &[("X", value)], "\"x\"");
        assert!(matches!(got, Err(Error::MalformedHeader { .. })), "{value:?}");
    }
    assert!(base_of("GET", "https://e.com/", &[("X", "\u{e9}")], "\"x\";bs").is_ok());
}

#[test]
fn the_special_forms_can_be_signed_and_required() {
    let (signer, verifier) = hmac("k");
    let forms = || {
        [
            Component::query_param("source"),
            Component::new("X-Lines").bytes(),
            Component::new("Content-Digest").key("sha-256"),
            Component::new("content-digest"),
        ]
    };
    let headers = lines(&[("X-Lines", "a, b"), ("X-Lines", "c")]);
    let headers = signed(&signer.components(forms()), &headers, b"{}");
    assert_eq!(at(&verifier.clone().required(forms()), &headers, NOW), Ok(()));
    // The bytes of all lines are more than the joined text.
    assert_eq!(at(&verifier.clone().required(["x-lines"]), &headers, NOW), Ok(()));
    let (member_only, _) = hmac("k");
    let member_only = member_only.components([Component::new("content-digest").key("sha-256")]);
    let headers = signed(&member_only, &lines(&[]), b"{}");
    let expected = Err(Error::ComponentNotCovered("content-digest".to_owned()));
    assert_eq!(at(&verifier.required::<&str>([]), &headers, NOW), expected);
}

#[test]
fn a_body_needs_its_signed_digest() {
    let (signer, verifier) = hmac("k");
    let headers = signed(&signer.components(["@method"]), &lines(&[]), b"{}");
    let open = verifier.required(["@method"]);
    assert_eq!(at(&open, &headers, NOW), Err(Error::ComponentNotCovered("content-digest".to_owned())));
    assert_eq!(at(&open.clone().unchecked_digest(), &headers, NOW), Ok(()));
    let request = Request::new("POST", URI, &headers).unwrap();
    assert!(open.verify_at(&request, b"", NOW).is_ok());
    let wrong = lines(&[("Content-Digest", &content_digest(DigestAlgorithm::Sha256, b"other"))]);
    let request = Request::new("POST", URI, &wrong).unwrap();
    assert_eq!(hmac("k").0.sign(&request, b"{}", NOW, None), Err(Error::DigestMismatch));
}

#[test]
fn a_server_sees_what_the_sender_signed() {
    let (signer, verifier) = hmac("k");
    let none: Lines = Vec::new();
    let added = signer.sign(&Request::new("POST", URI, &none).unwrap(), b"{}", NOW, None).unwrap();
    let build = |hosts: &[&str]| {
        let mut builder = http::Request::post("/in/7?source=psa&id=%2F9");
        for host in hosts {
            builder = builder.header("Host", *host);
        }
        for (name, value) in &added {
            builder = builder.header(*name, value);
        }
        builder.body(()).unwrap().into_parts().0
    };
    let parts = build(&["hooks.example.com"]);
    assert!(verifier.verify_at(&Request::received("https", &parts).unwrap(), b"{}", NOW).is_ok());
    let plain = Request::received("http", &parts).unwrap();
    assert_eq!(verifier.verify_at(&plain, b"{}", NOW), Err(Error::NoMatchingSignature));
    assert!(matches!(Request::received("https", &build(&[])), Err(Error::MissingHeader(_))));
    assert!(matches!(Request::received("https", &build(&["a", "b"])), Err(Error::DuplicateHeader(_))));
}

#[test]
fn too_much_is_refused_before_anything_is_computed() {
    let (_, verifier) = hmac("k");
    let refused = |input: String, signature: String| {
        at(&verifier, &lines(&[("Signature-Input", &input), ("Signature", &signature)]), NOW).unwrap_err()
    };
    let many: Vec<String> = (0..33).map(|n| format!("s{n}=()")).collect();
    assert_eq!(refused(many.join(","), "s=::".to_owned()), Error::TooManySignatures);
    let covered: Vec<String> = (0..65).map(|n| format!("\"x-{n}\"")).collect();
    let input = format!("s=({});keyid=\"k\"", covered.join(" "));
    assert!(
        matches!(refused(input, "s=::".to_owned()), Error::MalformedHeader { why, .. } if why.contains("more components"))
    );
    for (input, signature) in [("x".repeat(8193), "s=::".to_owned()), ("s=()".to_owned(), "x".repeat(8193))] {
        assert!(matches!(refused(input, signature), Error::MalformedHeader { why: "is longer than is read", .. }));
    }
    assert!(matches!(refused("s=(), s=()".to_owned(), "s=::".to_owned()), Error::MalformedHeader { .. }));
}

#[test]
fn keys_that_are_none_are_refused() {
    let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n-----END PUBLIC KEY-----\n";
    assert!(VerifyingKey::pem(Algorithm::Ed25519, pem).is_ok());
    assert!(matches!(VerifyingKey::pem(Algorithm::EcdsaP256Sha256, pem), Err(Error::InvalidKey(_))));
    assert!(matches!(VerifyingKey::pem(Algorithm::HmacSha256, pem), Err(Error::InvalidSecret(_))));
    assert!(matches!(VerifyingKey::new(Algorithm::HmacSha256, pem.as_bytes()), Err(Error::InvalidSecret(_))));
    assert_eq!(VerifyingKey::new(Algorithm::HmacSha256, b" ").err(), Some(Error::EmptySecret));
    assert!(matches!(SigningKey::pem(Algorithm::Ed25519, pem), Err(Error::InvalidKey(_))));
    for algorithm in ALGORITHMS.into_iter().skip(1) {
        for junk in [&b""[..], b"junk", &[0xff; 33], &[0x30; 300]] {
            assert!(VerifyingKey::new(algorithm, junk).is_err() && SigningKey::new(algorithm, junk).is_err());
        }
    }
    let key = VerifyingKey::new(Algorithm::HmacSha256, SECRET).unwrap();
    let signer = MessageSigner::new("k", SigningKey::new(Algorithm::HmacSha256, SECRET).unwrap());
    let shown = format!("{key:?} {signer:?} {:?}", MessageVerifier::new("k", key.clone()));
    assert!(!shown.contains("secret"), "{shown}");
}

#[test]
fn what_no_header_holds_is_not_signed() {
    let none: Lines = Vec::new();
    let request = Request::new("POST", URI, &none).unwrap();
    let sign = |change: fn(MessageSigner) -> MessageSigner, created, nonce| {
        change(hmac("k").0).sign(&request, b"{}", created, nonce).unwrap_err()
    };
    let malformed = |error| matches!(error, Error::MalformedHeader { .. });
    assert!(malformed(sign(|s| s.label("Sig"), NOW, None)));
    assert!(malformed(sign(|s| s.tag("a\nb"), NOW, None)));
    assert!(malformed(sign(|s| s, NOW, Some("\u{e9}"))));
    assert!(malformed(sign(|s| s.components(["@status"]), NOW, None)));
    assert!(malformed(sign(|s| s.components(["@path", "@path"]), NOW, None)));
    assert_eq!(sign(|s| s.components(["date"]), NOW, None), Error::ComponentMissing("date".to_owned()));
    assert_eq!(sign(|s| s, -1, None), Error::InvalidTimestamp);
    assert_eq!(sign(|s| s.expires_after(Duration::MAX), NOW, None), Error::InvalidTimestamp);
}

/// Pieces that structured fields are made of, so that random text gets further than its first byte.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("sig1="),
        Just("("),
        Just(")"),
        Just("\"@method\""),
        Just("\"@query-param\";name=\"a\""),
        Just("\"x\";bs"),
        Just("\"x\";key=\"a\""),
        Just("\"x\";sf"),
        Just(";"),
        Just("keyid=\"k\""),
        Just("created=1700000000"),
        Just(":AAAA:"),
        Just("::"),
        Just(", "),
        Just(" "),
        Just("?1"),
        Just("-"),
        Just("0.5"),
        Just("\\"),
        Just("\""),
        Just("\u{e9}"),
        Just("sha-256="),
        Just("\r\n "),
        Just("tag"),
        Just("alg=\"hmac-sha256\""),
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn nothing_panics(input in text(), signature in text(), x in text(), query in "\\PC*", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let (_, verifier) = hmac("k");
        let uri = format!("https://e.com/?{query}");
        let text: [(&str, &[u8]); 3] = [("Signature-Input", input.as_bytes()), ("Signature", signature.as_bytes()), ("X", x.as_bytes())];
        let raw: [(&str, &[u8]); 4] = [("Signature-Input", &bytes), ("Signature-Input", input.as_bytes()), ("Signature", b"sig1=::"), ("X", &bytes)];
        let list = format!("sig1=({input});keyid=\"k\"");
        let inner: [(&str, &[u8]); 3] = [("Signature-Input", list.as_bytes()), ("Signature", b"sig1=::"), ("X", &bytes)];
        for headers in [&text as &dyn Fields, &raw, &inner] {
            if let Ok(request) = Request::new("POST", &uri, headers) {
                prop_assert!(verifier.verify_at(&request, &bytes, NOW).is_err());
                let _ = verifier.signature_base(&request);
            }
            let request = Request::new("POST", "https://e.com/?a=%&%zz=+", headers).unwrap();
            prop_assert!(verifier.verify_at(&request, &bytes, NOW).is_err());
            let _ = verifier.signature_base(&request);
        }
        let _ = check_content_digest(&x, &bytes);
        let _ = check_content_digest(&String::from_utf8_lossy(&bytes), &bytes);
        for algorithm in ALGORITHMS {
            let _ = VerifyingKey::new(algorithm, &bytes);
            let _ = SigningKey::new(algorithm, &bytes);
            let _ = VerifyingKey::pem(algorithm, &x);
        }
    }

    #[test]
    fn any_strings_come_back(keyid in "[ -~]{0,20}", tag in "[ -~]{0,20}", nonce in "[ -~]{0,20}", value in "[!-~]([ -~]*[!-~])?", parameter in "\\PC{0,10}") {
        let (private, public) = pair(Algorithm::HmacSha256);
        let query: String = parameter.bytes().map(|b| format!("%{b:02x}")).collect();
        let uri = format!("https://e.com/?{query}=1");
        let mut components = vec![Component::new("x")];
        if !parameter.is_empty() {
            components.push(Component::query_param(&parameter));
        }
        let signer = MessageSigner::new(&keyid, private).tag(&tag).components(components);
        let mut headers = vec![("X", value)];
        let added = signer.sign(&Request::new("GET", &uri, &headers).unwrap(), b"", NOW, Some(&nonce)).unwrap();
        headers.extend(added);
        let verifier = MessageVerifier::new(&keyid, public).tag(&tag).required(["x"]);
        let verified = verifier.verify_at(&Request::new("GET", &uri, &headers).unwrap(), b"", NOW).unwrap();
        prop_assert_eq!(verified.id.as_deref(), Some(nonce.as_str()));
    }
}
