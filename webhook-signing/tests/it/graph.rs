//! Microsoft Graph: every vector, and a pair of keys of our own.

use std::sync::LazyLock;
use std::time::Duration;

use aws_lc_rs::cipher::{AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{KeyPair, KeySize, OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PrivateDecryptingKey};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use aws_lc_rs::{hmac, rand};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use serde_json::{Value, json};
use webhook_signing::graph::{
    ClientStates, ContentKeys, EncryptedContent, KeySet, Notifications, PUBLISHER, Request, TokenVerifier,
};
use webhook_signing::{Error, TokenFault};

use crate::fixtures::{self, Verdicts};

/// The README's word for an error.
fn reason(error: &Error) -> &'static str {
    match error {
        Error::SignatureMismatch => "signature_mismatch",
        Error::KeyDecryption => "key_decryption_failed",
        Error::Decryption => "decryption_failed",
        Error::Malformed(_) | Error::Token(TokenFault::Malformed) => "malformed",
        Error::UnknownCertificate => "unknown_certificate",
        Error::MissingTokens => "missing_tokens",
        Error::Expired => "expired",
        Error::UnknownKey => "unknown_key",
        Error::BadCredentials => "bad_credentials",
        Error::EmptySecret => "empty_secret",
        Error::Token(fault) => match fault {
            TokenFault::UnsupportedAlgorithm => "unsupported_algorithm",
            TokenFault::BadSignature => "bad_signature",
            TokenFault::NotYetValid => "not_yet_valid",
            TokenFault::WrongAudience => "wrong_audience",
            TokenFault::WrongIssuer => "wrong_issuer",
            TokenFault::WrongPublisher => "wrong_publisher",
            TokenFault::UnknownTenant => "unknown_tenant",
            TokenFault::TenantNotCovered => "tenant_not_covered",
            _ => "another",
        },
        _ => "another",
    }
}

fn content(json: &Value) -> Result<EncryptedContent, Error> {
    serde_json::from_value(json.clone()).map_err(|_| Error::Malformed("is no encrypted content"))
}

fn contents(name: &str) {
    let Some(file) = fixtures::file(name) else { return };
    let mut keys = ContentKeys::new();
    for (id, pem) in file["private_keys"].as_object().unwrap() {
        keys = keys.pem(id, pem.as_str().unwrap()).unwrap();
    }
    let mut verdicts = Verdicts::default();
    for vector in fixtures::vectors(&file) {
        let got = content(&vector["encryptedContent"]).and_then(|content| keys.decrypt(&content));
        if let (Ok(got), Some(expected)) = (&got, vector["expect"]["plaintext_b64"].as_str()) {
            assert_eq!(**got, *STANDARD.decode(expected).unwrap(), "{}", vector["id"]);
        }
        verdicts.check(vector, got, reason);
    }
    verdicts.done();
}

#[test]
fn the_vector_of_microsofts_libraries() {
    contents("graph_encrypted_content.public.json");
}

#[test]
fn vectors_of_encrypted_content() {
    contents("graph_encrypted_content.sample.json");
}

#[test]
fn vectors_of_validation_tokens() {
    let Some(file) = fixtures::file("graph_validation_tokens.sample.json") else { return };
    let keys = KeySet::from_json(&serde_json::to_vec(&file["jwks"]).unwrap()).unwrap();
    let mut verdicts = Verdicts::default();
    for vector in fixtures::vectors(&file) {
        let list = |name: &str| -> Vec<String> { serde_json::from_value(vector[name].clone()).unwrap() };
        let items = vector["items"].as_array().unwrap().iter().map(|item| {
            let encrypted = item["hasEncryptedContent"].as_bool().unwrap();
            json!({ "tenantId": item["tenantId"], "encryptedContent": encrypted.then(some_content) })
        });
        let batch = batch(items.collect(), vector["tokens"].clone());
        let leeway = Duration::from_secs(vector["leeway_s"].as_u64().unwrap());
        let verifier = TokenVerifier::new(keys.clone(), list("app_ids"), list("tenant_ids")).leeway(leeway);
        verdicts.check(vector, verifier.verify_at(&batch, vector["now"].as_i64().unwrap()), reason);
    }
    verdicts.done();
}

#[test]
fn vectors_of_the_notification_url() {
    let Some(file) = fixtures::file("graph_handshake.json") else { return };
    let mut verdicts = Verdicts::default();
    let mut classified = 0;
    for vector in fixtures::vectors(&file) {
        if vector["op"] == "check_client_state" {
            // What can't be expected is as good as what does not come.
            let states = ClientStates::new([vector["expected"].as_str().unwrap_or_default()]);
            verdicts.check(vector, states.and_then(|states| states.verify(vector["received"].as_str())), reason);
            continue;
        }
        let query = vector["url"].as_str().unwrap().split_once('?').map(|(_, query)| query);
        let request =
            Request::read(vector["method"].as_str().unwrap(), query, vector["body"].as_str().unwrap().as_bytes());
        let kind = match &request {
            Request::Validation { .. } => "validation",
            Request::Notification(_) => "notification",
            Request::Lifecycle(_) => "lifecycle",
            _ => "invalid",
        };
        if vector["class"] == "may" {
            eprintln!("may {} ({}): our answer is {kind}", vector["id"], vector["desc"]);
            continue;
        }
        classified += 1;
        let (expect, answer) = (&vector["expect"], request.answer());
        assert_eq!(expect["kind"], kind, "{vector}");
        if kind == "validation" {
            assert_eq!(expect["status"], answer.status);
            assert_eq!(expect["content_type"].as_str(), answer.content_type);
            assert_eq!(expect["response_body"], answer.body);
        }
    }
    assert!(classified > 0);
    verdicts.done();
}

const NOW: i64 = 1_750_000_000;
const APP: &str = "8e460676-ae3f-4b1e-8790-ee0fb5d6148f";
const TENANT: &str = "84bd8158-6d4d-4958-8b9f-9d6445542f95";
const OTHER: &str = "11111111-2222-4333-8444-555555555555";

fn batch(items: Vec<Value>, tokens: Value) -> Notifications {
    let json = json!({ "value": items, "validationTokens": tokens });
    Notifications::from_json(&serde_json::to_vec(&json).unwrap()).unwrap()
}

fn some_content() -> Value {
    json!({ "data": "", "dataKey": "", "dataSignature": "", "encryptionCertificateId": "" })
}

fn encrypted(tenant: &str) -> Value {
    json!({ "tenantId": tenant, "encryptedContent": some_content() })
}

mod the_request {
    use super::*;

    fn invalid(method: &str, query: &str) {
        let request = Request::read(method, Some(query), b"");
        assert!(matches!(request, Request::Invalid(Error::Malformed(_))), "{query}: {request:?}");
        assert_eq!(request.answer().status, 400);
    }

    #[test]
    fn a_token_is_decoded_once_or_refused() {
        for (query, token) in [
            ("validationToken=a%252Bb", "a%2Bb"),
            ("validationToken=a+b%2B%c3%A9", "a b+é"),
            ("x&validationToken=%3Cscript%3E&y=%", "<script>"),
            ("myvalidationToken=no&validationToken=a=b", "a=b"),
        ] {
            assert_eq!(Request::read("POST", Some(query), b"").answer().body, token);
        }
        for token in ["%", "%4", "%4g", "%+4", "%%41", "é", "a b", "\u{7f}", "%ff", ""] {
            invalid("POST", &format!("validationToken={token}"));
        }
        invalid("POST", "validationToken=a&validationToken=a");
        invalid("POST", &format!("validationToken={}", "a".repeat(8193)));
        invalid("GET", "validationToken=a");
        invalid("post", "validationToken=a");
    }

    #[test]
    fn the_body_tells_the_kind() {
        let kind = |body: &str| Request::read("POST", Some("tenant=1"), body.as_bytes());
        let lifecycle = r#"{"value":[{"lifecycleEvent":"missed"}]}"#;
        assert!(matches!(kind(lifecycle), Request::Lifecycle(_)));
        assert!(matches!(
            kind(r#"{"value":[{"lifecycleEvent":"missed"},{}],"validationTokens":null}"#),
            Request::Notification(_)
        ));
        assert_eq!(kind(lifecycle).answer().status, 202);
        for body in
            ["", "[]", "{}", r#"{"value":{}}"#, r#"{"value":[1]}"#, r#"{"value":[],"value":[]}"#, "{\"value\":[]}x"]
        {
            assert!(matches!(kind(body), Request::Invalid(_)), "{body}");
        }
    }
}

mod client_states {
    use super::*;

    #[test]
    fn one_of_many() {
        let states = ClientStates::new(["first", "second", "first"]).unwrap();
        assert_eq!(states.verify(Some("first")), Ok(0));
        assert_eq!(states.verify(Some("second")), Ok(1));
        for wrong in
            [None, Some(""), Some(" "), Some("\n"), Some("firs"), Some("first "), Some("first\n"), Some("First")]
        {
            assert_eq!(states.verify(wrong), Err(Error::BadCredentials));
        }
        let items =
            |states: &[Value]| batch(states.iter().map(|s| json!({ "clientState": s })).collect(), json!([])).value;
        assert_eq!(states.verify_all(&items(&[json!("second"), json!("first")])), Ok(vec![1, 0]));
        for none in [json!(null), json!(""), json!("  ")] {
            assert_eq!(states.verify_all(&items(&[json!("second"), none])), Err(Error::BadCredentials));
        }
    }

    #[test]
    fn none_and_blank_ones() {
        assert_eq!(ClientStates::new(["good", " "]).unwrap_err(), Error::EmptySecret);
        let none = ClientStates::new([""; 0]).unwrap();
        assert_eq!(none.verify(None), Err(Error::BadCredentials));
        assert_eq!(none.verify(Some("")), Err(Error::BadCredentials));
    }
}

mod content_of_items {
    use super::*;

    static PRIVATE: LazyLock<PrivateDecryptingKey> =
        LazyLock::new(|| PrivateDecryptingKey::generate(KeySize::Rsa2048).unwrap());

    fn pkcs8() -> Vec<u8> {
        AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&*PRIVATE).unwrap().as_ref().to_vec()
    }

    fn keys() -> ContentKeys {
        ContentKeys::new().der("ours", &pkcs8()).unwrap()
    }

    /// Data that is encrypted as it is, with no padding added.
    fn encrypt(key: &[u8; 32], padded: &[u8]) -> [Vec<u8>; 3] {
        let mut data = padded.to_vec();
        let cipher = EncryptingKey::cbc(UnboundCipherKey::new(&AES_256, key).unwrap()).unwrap();
        let iv = EncryptionContext::Iv128(key.first_chunk::<16>().unwrap().into());
        cipher.less_safe_encrypt(&mut data, iv).unwrap();
        let public = OaepPublicEncryptingKey::new(PRIVATE.public_key()).unwrap();
        let mut wrapped = vec![0; public.ciphertext_size()];
        public.encrypt(&OAEP_SHA1_MGF1SHA1, key, &mut wrapped, None).unwrap();
        let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), &data).as_ref().to_vec();
        [data, wrapped, signature]
    }

    fn text([data, key, signature]: &[Vec<u8>; 3]) -> Value {
        json!({
            "data": STANDARD.encode(data),
            "dataKey": STANDARD.encode(key),
            "dataSignature": STANDARD.encode(signature),
            "encryptionCertificateId": "ours",
        })
    }

    pub(super) fn decrypt(json: &Value) -> Result<Vec<u8>, Error> {
        keys().decrypt(&content(json).unwrap()).map(|plain| plain.to_vec())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_bytes_are_refused(
            data in prop::collection::vec(any::<u8>(), 0..64),
            key in prop::collection::vec(any::<u8>(), 255..258),
            signature in prop::collection::vec(any::<u8>(), 32),
        ) {
            prop_assert!(decrypt(&text(&[data, key, signature])).is_err());
        }

        #[test]
        fn any_signed_data_are_judged(data in prop::collection::vec(any::<u8>(), 0..80)) {
            let mut signed = encrypt(&[7; 32], PADDED);
            signed[2] = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]), &data).as_ref().to_vec();
            signed[0] = data;
            let got = decrypt(&text(&signed));
            prop_assert!(got.is_ok() || got == Err(Error::Decryption), "{got:?}");
        }
    }

    const PADDED: &[u8] = b"{\"subject\":\"Printer on fire\"}\x03\x03\x03";

    #[test]
    fn comes_back_and_is_not_shown() {
        let keys = keys();
        let plain = keys.decrypt(&content(&text(&encrypt(&[7; 32], PADDED))).unwrap()).unwrap();
        assert_eq!(plain.json::<Value>().unwrap(), json!({ "subject": "Printer on fire" }));
        assert!(matches!(plain.json::<Vec<u8>>(), Err(Error::Malformed(_))));
        assert_eq!(format!("{plain:?} {keys:?}"), r#"Plaintext(29 bytes) {"ours"}"#);
        assert_eq!(decrypt(&text(&encrypt(&[7; 32], &[16; 16]))), Ok(Vec::new()));
    }

    #[test]
    fn a_flipped_bit_anywhere_is_refused() {
        let keys = keys();
        let good = encrypt(&[7; 32], PADDED);
        for (part, flipped) in (0..3).flat_map(|part| (0..good[part].len()).map(move |at| (part, at))) {
            let mut bad = good.clone();
            bad[part][flipped] ^= 1 << (flipped % 8);
            let got = keys.decrypt(&content(&text(&bad)).unwrap()).unwrap_err();
            let fits = if part == 1 {
                [Error::KeyDecryption, Error::SignatureMismatch]
            } else {
                [const { Error::SignatureMismatch }; 2]
            };
            assert!(fits.contains(&got), "{part} {flipped}: {got:?}");
        }
    }

    #[test]
    fn base64_has_one_spelling() {
        let good = text(&encrypt(&[7; 32], PADDED));
        for field in ["data", "dataKey", "dataSignature"] {
            let value = good[field].as_str().unwrap();
            for bad in
                [format!("{value}="), format!("{value}\n"), value.trim_end_matches('=').into(), value.replace('=', "*")]
            {
                let mut json = good.clone();
                json[field] = bad.clone().into();
                // Data that fill their last group have no padding to take away.
                assert!(bad == value || matches!(decrypt(&json), Err(Error::Malformed(_))), "{field}: {bad}");
            }
        }
    }

    #[test]
    fn wrong_padding_is_seen_only_behind_a_right_signature() {
        for end in [[0; 16], [17; 16], [255; 16]] {
            assert_eq!(decrypt(&text(&encrypt(&[7; 32], &end))), Err(Error::Decryption));
            let mut unsigned = encrypt(&[7; 32], &end);
            unsigned[2][0] ^= 1;
            assert_eq!(decrypt(&text(&unsigned)), Err(Error::SignatureMismatch));
        }
        let mut nothing = encrypt(&[7; 32], PADDED);
        nothing[0].clear();
        nothing[2] = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]), b"").as_ref().to_vec();
        assert_eq!(decrypt(&text(&nothing)), Err(Error::Decryption));
    }

    #[test]
    fn keys_are_found_by_their_name() {
        let good = text(&encrypt(&[7; 32], PADDED));
        let newer = PrivateDecryptingKey::generate(KeySize::Rsa2048).unwrap();
        let newer = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&newer).unwrap();
        let both = keys().der("newer", newer.as_ref()).unwrap();
        assert!(both.decrypt(&content(&good).unwrap()).is_ok());
        for (name, error) in
            [("newer", Error::KeyDecryption), ("Ours", Error::UnknownCertificate), ("", Error::UnknownCertificate)]
        {
            let mut other = good.clone();
            other["encryptionCertificateId"] = name.into();
            assert_eq!(both.decrypt(&content(&other).unwrap()).unwrap_err(), error);
        }
    }

    #[test]
    fn pem_and_what_is_none() {
        let body = STANDARD.encode(pkcs8());
        let lines: Vec<_> = body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        let pem = |kind: &str| format!("-----BEGIN {kind}-----\r\n{}\r\n-----END {kind}-----\r\n", lines.join("\r\n"));
        let file = format!("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n{}", pem("PRIVATE KEY"));
        assert!(ContentKeys::new().pem("ours", &file).is_ok());
        for bad in [
            String::new(),
            pem("PUBLIC KEY"),
            pem("RSA PRIVATE KEY"),
            pem("ENCRYPTED PRIVATE KEY"),
            pem("PRIVATE KEY").replace("-----END PRIVATE KEY-----", ""),
            pem("PRIVATE KEY").replace('M', "*"),
            pem("PRIVATE KEY").replace("\r\nM", "\r\n"),
        ] {
            assert!(matches!(ContentKeys::new().pem("ours", &bad), Err(Error::InvalidKey(_))), "{bad}");
        }
        assert!(matches!(ContentKeys::new().der("ours", b""), Err(Error::InvalidKey(_))));
    }
}

mod tokens {
    use super::*;

    static KEY: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate(KeySize::Rsa2048).unwrap());

    /// The modulus stands at a fixed place of a DER key of 2048 bits, after a zero.
    fn jwk(kid: &str) -> Value {
        let n = URL_SAFE_NO_PAD.encode(&KEY.public_key().as_ref()[9..265]);
        json!({ "kty": "RSA", "use": "sig", "kid": kid, "n": n, "e": "AQAB" })
    }

    fn set(keys: Value) -> Result<KeySet, Error> {
        KeySet::from_json(&serde_json::to_vec(&json!({ "keys": keys })).unwrap())
    }

    fn verifier() -> TokenVerifier {
        TokenVerifier::new(
            set(json!([jwk("k1")])).unwrap(),
            [format!("{}\n", APP.to_ascii_uppercase())],
            [TENANT, OTHER],
        )
    }

    fn claims() -> Value {
        json!({
            "aud": APP, "iss": format!("https://sts.windows.net/{TENANT}/"), "tid": TENANT,
            "appid": PUBLISHER, "nbf": NOW - 60, "exp": NOW + 3600,
        })
    }

    fn with(name: &str, value: impl Into<Value>) -> Value {
        let mut claims = claims();
        claims[name] = value.into();
        claims
    }

    fn without(name: &str) -> Value {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(name);
        claims
    }

    fn sign_parts(header: &[u8], payload: &[u8]) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let mut signature = vec![0; KEY.public_modulus_len()];
        KEY.sign(&RSA_PKCS1_SHA256, &rand::SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn sign_as(header: &Value, claims: &Value) -> String {
        sign_parts(header.to_string().as_bytes(), claims.to_string().as_bytes())
    }

    fn sign(claims: &Value) -> String {
        sign_as(&json!({ "alg": "RS256", "kid": "k1" }), claims)
    }

    pub(super) fn verify(token: &str) -> Result<(), Error> {
        verifier().verify_at(&batch(vec![encrypted(TENANT)], json!([token])), NOW).map(drop)
    }

    const fn fault(fault: TokenFault) -> Result<(), Error> {
        Err(Error::Token(fault))
    }

    #[test]
    fn good_ones_of_both_versions() {
        let mut v2 = with("iss", format!("https://login.microsoftonline.com/{TENANT}/v2.0"));
        let publisher = v2.as_object_mut().unwrap().remove("appid").unwrap();
        v2["azp"] = publisher;
        let both = batch(vec![encrypted(&TENANT.to_ascii_uppercase())], json!([sign(&claims()), sign(&v2)]));
        let tokens = verifier().verify_at(&both, NOW).unwrap();
        assert_eq!(tokens.len(), 2);
        for token in tokens {
            let found = (token.app_id.as_str(), token.tenant_id.as_str(), token.expires_at, token.key_id.as_str());
            assert_eq!(found, (APP, TENANT, NOW + 3600, "k1"));
        }
        // By the real clock.
        assert_eq!(verifier().verify(&both), Err(Error::Expired));
    }

    #[test]
    fn a_claim_that_is_wrong_or_missing() {
        use TokenFault::*;
        for (claims, expected) in [
            (with("aud", PUBLISHER), WrongAudience),
            (without("aud"), WrongAudience),
            (with("appid", APP), WrongPublisher),
            (without("appid"), WrongPublisher),
            (with("azp", APP), WrongPublisher),
            (with("tid", "99999999-2222-4333-8444-555555555555"), UnknownTenant),
            (without("tid"), UnknownTenant),
            (with("tid", OTHER), WrongIssuer),
            (without("iss"), WrongIssuer),
            (with("iss", format!("https://sts.windows.net/{TENANT}")), WrongIssuer),
            (with("iss", format!("http://sts.windows.net/{TENANT}/")), WrongIssuer),
            (with("iss", format!("https://login.microsoftonline.com/{TENANT}/")), WrongIssuer),
            (without("exp"), Malformed),
            (with("exp", "1750003600"), Malformed),
            (with("exp", u64::MAX), Malformed),
            (with("aud", json!([APP])), Malformed),
            (json!([]), Malformed),
        ] {
            assert_eq!(verify(&sign(&claims)), fault(expected), "{claims}");
        }
    }

    #[test]
    fn the_time_has_bounds() {
        let batch = |claims: &Value| batch(vec![encrypted(TENANT)], json!([sign(claims)]));
        let exact = verifier().leeway(Duration::ZERO);
        assert!(exact.verify_at(&batch(&with("exp", NOW + 1)), NOW).is_ok());
        assert_eq!(exact.verify_at(&batch(&with("exp", NOW)), NOW), Err(Error::Expired));
        assert!(exact.verify_at(&batch(&with("nbf", NOW)), NOW).is_ok());
        assert!(exact.verify_at(&batch(&with("nbf", NOW + 1)), NOW).is_err());
        assert!(exact.verify_at(&batch(&without("nbf")), NOW).is_ok());
        assert!(verifier().verify_at(&batch(&with("exp", NOW - 299)), NOW).is_ok());
        assert!(verifier().verify_at(&batch(&with("exp", NOW - 300)), NOW).is_err());
        assert!(verifier().verify_at(&batch(&with("nbf", NOW + 300)), NOW).is_ok());
        assert!(verifier().verify_at(&batch(&with("nbf", NOW + 301)), NOW).is_err());
        // Sums that would not fit stop at the end.
        let forever = verifier().leeway(Duration::MAX);
        assert!(forever.verify_at(&batch(&with("exp", i64::MAX)), i64::MAX - 1).is_ok());
        assert!(forever.verify_at(&batch(&with("exp", i64::MIN)), i64::MAX).is_err());
        assert!(forever.verify_at(&batch(&with("nbf", i64::MAX)), i64::MIN).is_err());
    }

    #[test]
    fn the_header_does_not_choose() {
        for (header, expected) in [
            (json!({ "alg": "none", "kid": "k1" }), fault(TokenFault::UnsupportedAlgorithm)),
            (json!({ "alg": "HS256", "kid": "k1" }), fault(TokenFault::UnsupportedAlgorithm)),
            (json!({ "alg": "rs256", "kid": "k1" }), fault(TokenFault::UnsupportedAlgorithm)),
            (json!({ "alg": "RS256", "kid": "k1", "crit": [] }), fault(TokenFault::UnsupportedAlgorithm)),
            (json!({ "kid": "k1" }), fault(TokenFault::Malformed)),
            (json!({ "alg": "RS256" }), Err(Error::UnknownKey)),
            (json!({ "alg": "RS256", "kid": "k2", "jwk": jwk("k2") }), Err(Error::UnknownKey)),
        ] {
            assert_eq!(verify(&sign_as(&header, &claims())), expected, "{header}");
        }
    }

    #[test]
    fn a_character_changed_anywhere_is_refused() {
        let good = sign(&claims());
        let verifier = verifier();
        assert_eq!(verify(&good), Ok(()));
        for at in 0..good.len() {
            let other = if good.as_bytes()[at] == b'A' { "B" } else { "A" };
            let bad = format!("{}{other}{}", &good[..at], &good[at + 1..]);
            assert!(verifier.verify_at(&batch(vec![], json!([bad])), NOW).is_err(), "{at}");
        }
        for bad in
            [format!("{good}="), format!("{good}."), format!(".{good}"), good[..good.len() - 1].into(), String::new()]
        {
            assert!(verify(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn every_encrypted_item_needs_one() {
        let (token, plain) = (sign(&claims()), json!({ "tenantId": OTHER }));
        let verify =
            |items: Vec<Value>, tokens: Value| verifier().verify_at(&batch(items, tokens), NOW).map(|t| t.len());
        assert_eq!(verify(vec![plain.clone()], json!([])), Ok(0));
        assert_eq!(verify(vec![encrypted(TENANT), plain], json!([token])), Ok(1));
        assert_eq!(verify(vec![encrypted(TENANT)], json!(null)), Err(Error::MissingTokens));
        let not_covered = Err(Error::Token(TokenFault::TenantNotCovered));
        assert_eq!(verify(vec![encrypted(TENANT), encrypted(OTHER)], json!([token])), not_covered);
        assert_eq!(verify(vec![json!({ "encryptedContent": some_content() })], json!([token])), not_covered);
        // One bad token spoils the batch, whatever it holds.
        assert!(verify(vec![encrypted(TENANT)], json!([token, sign(&with("aud", OTHER))])).is_err());
        assert!(verify(vec![], json!(["no token"])).is_err());
    }

    #[test]
    fn sets_of_keys() {
        let changed = |name: &str, value: &str| {
            let mut jwk = jwk("k1");
            jwk[name] = value.into();
            jwk
        };
        for useless in [
            changed("kty", "EC"),
            changed("use", "enc"),
            changed("alg", "RS512"),
            changed("kid", ""),
            changed("n", "*"),
        ] {
            assert!(matches!(set(json!([useless])), Err(Error::InvalidKey(_))));
            assert!(set(json!([useless, 1, jwk("k1")])).is_ok());
        }
        for bad in ["", "{}", "[]", r#"{"keys":[]}"#, r#"{"keys":{}}"#] {
            assert!(matches!(KeySet::from_json(bad.as_bytes()), Err(Error::InvalidKey(_))), "{bad}");
        }
        // Numbers that are none: the key is there, and verifies nothing.
        let broken = verifier().keys(set(json!([changed("n", ""), changed("e", "AA")])).unwrap());
        let signed = batch(vec![], json!([sign(&claims())]));
        assert_eq!(broken.verify_at(&signed, NOW).map(drop), fault(TokenFault::BadSignature));
        let renewed = broken.keys(set(json!([changed("n", "AQAB"), jwk("k1")])).unwrap());
        assert!(renewed.verify_at(&signed, NOW).is_ok());
    }

    #[test]
    fn a_key_for_private_accounts_signs_for_no_tenant() {
        let signed = batch(vec![encrypted(TENANT)], json!([sign(&claims())]));
        for (issuer, good) in [
            ("https://login.microsoftonline.com/{tenantid}/v2.0", true),
            ("https://sts.windows.net/{tenantid}/", true),
            ("https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0", false),
            ("", false),
        ] {
            let mut key = jwk("k1");
            key["issuer"] = issuer.into();
            let got = verifier().keys(set(json!([key])).unwrap()).verify_at(&signed, NOW).map(drop);
            assert_eq!(got, if good { Ok(()) } else { fault(TokenFault::WrongIssuer) }, "{issuer}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn signed_nonsense_is_refused(header in ".*", payload in prop::collection::vec(any::<u8>(), 0..64)) {
            let good = br#"{"alg":"RS256","kid":"k1"}"#;
            for token in [sign_parts(header.as_bytes(), b"{}"), sign_parts(good, &payload)] {
                prop_assert!(verify(&token).is_err());
            }
        }

        #[test]
        fn any_times_are_judged(exp in any::<i64>(), nbf in any::<i64>(), now in any::<i64>(), leeway in any::<u64>()) {
            let mut claims = with("exp", exp);
            claims["nbf"] = nbf.into();
            let batch = batch(vec![], json!([sign(&claims)]));
            let got = verifier().leeway(Duration::from_secs(leeway)).verify_at(&batch, now);
            let leeway = i128::from(leeway.min(i64::MAX as u64));
            let (exp, nbf, now) = (i128::from(exp), i128::from(nbf), i128::from(now));
            // The sums stop at the ends of 64 bits.
            let good = (exp + leeway).min(i64::MAX.into()) > now && nbf <= (now + leeway).min(i64::MAX.into());
            prop_assert_eq!(got.is_ok(), good);
        }
    }
}

#[test]
fn logs_show_no_secrets() {
    let mut item = encrypted(TENANT);
    item["clientState"] = "hush".into();
    item["resourceData"] = json!({ "id": "hush" });
    item["encryptedContent"]["data"] = "hush".into();
    let batch = batch(vec![item], json!(["hush"]));
    let shown =
        format!("{batch:?} {:?} {:?}", ClientStates::new(["hush"]).unwrap(), Request::read("POST", None, b"{}"));
    assert!(!shown.contains("hush") && shown.contains(TENANT), "{shown}");
}

proptest! {
    #[test]
    fn any_request_has_an_answer(method in "POST|.*", query in proptest::option::of("(validationToken=)?.*"), body in ".*") {
        let request = Request::read(&method, query.as_deref(), body.as_bytes());
        prop_assert!([200, 202, 400].contains(&request.answer().status));
    }

    #[test]
    fn any_token_text_survives_one_encoding(token in ".+") {
        prop_assume!(token.len() * 3 <= 8192);
        let encoded: String = token.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let request = Request::read("POST", Some(&format!("validationToken={encoded}")), b"");
        prop_assert_eq!(request.answer().body, token);
    }

    #[test]
    fn any_strings_are_refused(
        texts in prop::array::uniform3("[A-Za-z0-9+/=]{0,64}|.*"),
        token in r"[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*){0,4}|.*",
        bytes in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        let [data, key, signature] = texts;
        let json = json!({
            "data": data, "dataKey": key, "dataSignature": signature, "encryptionCertificateId": "ours",
        });
        prop_assert!(content_of_items::decrypt(&json).is_err());
        prop_assert!(tokens::verify(&token).is_err());
        let pem = format!("-----BEGIN PRIVATE KEY-----{token}-----END PRIVATE KEY-----");
        prop_assert!(ContentKeys::new().pem("x", &pem).is_err());
        prop_assert!(ContentKeys::new().der("x", &bytes).is_err());
        prop_assert!(KeySet::from_json(&bytes).is_err());
        prop_assert!(Notifications::from_json(&bytes).is_err());
        prop_assert!(ClientStates::new(["known"]).unwrap().verify(Some(&token)).is_err());
    }
}
