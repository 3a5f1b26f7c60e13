//! Microsoft Graph: the handshake, notifications, client states, tokens and encrypted content, each beside a second reading of
//! the rules. One fixed key signs the tokens and takes the content.

#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use arbitrary::Arbitrary;
use aws_lc_rs::cipher::{
    AES_256, DecryptingKey, DecryptionContext, EncryptingKey, EncryptionContext, UnboundCipherKey,
};
use aws_lc_rs::rsa::{KeyPair, OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PrivateDecryptingKey};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use aws_lc_rs::{hmac, rand};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use libfuzzer_sys::fuzz_target;
use psa_kit_fuzz::{Change, Piece};
use serde_json::{Value, json};
use webhook_signing::graph::{
    ClientStates, ContentKeys, EncryptedContent, KeySet, Notifications, PUBLISHER, Request, TokenVerifier,
};
use webhook_signing::{Error, Secret};

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    what: u8,
    how: u32,
    now: i64,
    expires: i64,
    begins: i64,
    leeway: u32,
    change: Change,
    first: Piece<'a>,
    second: Piece<'a>,
    rest: Piece<'a>,
}

const APP: &str = "8e460676-ae3f-4b1e-8790-ee0fb5d6148f";
const TENANT: &str = "84bd8158-6d4d-4958-8b9f-9d6445542f95";
const OTHER: &str = "11111111-2222-4333-8444-555555555555";
const DATA_KEY: [u8; 32] = [7; 32];

static PKCS8: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let lines = include_str!("../test-key.pem").lines().filter(|line| !line.starts_with('-'));
    STANDARD.decode(lines.collect::<String>()).unwrap()
});
static SIGNING: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::from_pkcs8(&PKCS8).unwrap());
static KEY_SET: LazyLock<KeySet> = LazyLock::new(|| {
    // The modulus stands at a fixed place of a DER key of 2048 bits, after a zero.
    let n = URL_SAFE_NO_PAD.encode(&SIGNING.public_key().as_ref()[9..265]);
    let set = json!({ "keys": [{ "kty": "RSA", "use": "sig", "kid": "k1", "n": n, "e": "AQAB" }] });
    KeySet::from_json(set.to_string().as_bytes()).unwrap()
});
static CONTENT_KEYS: LazyLock<ContentKeys> = LazyLock::new(|| ContentKeys::new().der("ours", &PKCS8).unwrap());
/// The data key, encrypted to ours.
static WRAPPED: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let private = PrivateDecryptingKey::from_pkcs8(&PKCS8).unwrap();
    let public = OaepPublicEncryptingKey::new(private.public_key()).unwrap();
    let mut wrapped = vec![0; public.ciphertext_size()];
    public.encrypt(&OAEP_SHA1_MGF1SHA1, &DATA_KEY, &mut wrapped, None).unwrap();
    wrapped
});

fn request(input: &Input<'_>) {
    let (Some(method), Some(query)) = (input.first.text(), input.second.text()) else { return };
    let method = if method.is_empty() { "POST" } else { method };
    let query = (!query.is_empty()).then_some(query);
    let request = Request::read(method, query, input.rest.0);
    let answer = request.answer();
    let given: Vec<_> =
        query.unwrap_or_default().split('&').filter_map(|pair| pair.strip_prefix("validationToken=")).collect();
    match &request {
        Request::Validation { token } => {
            assert!(method == "POST" && given.len() == 1);
            assert_eq!((answer.status, answer.content_type, answer.body), (200, Some("text/plain"), token.as_str()));
            let encoded: String = token.bytes().map(|byte| format!("%{byte:02X}")).collect();
            if encoded.len() <= webhook_signing::MAX_HEADER {
                let again = Request::read("POST", Some(&format!("a=b&validationToken={encoded}")), b"");
                assert_eq!(again.answer().body, token);
            }
        }
        Request::Notification(batch) => {
            assert!(method == "POST" && given.is_empty());
            assert!(batch.value.is_empty() || batch.value.iter().any(|item| item.lifecycle_event.is_none()));
            assert_eq!((answer.status, answer.content_type, answer.body), (202, None, ""));
        }
        Request::Lifecycle(batch) => {
            assert!(method == "POST" && given.is_empty());
            assert!(!batch.value.is_empty() && batch.value.iter().all(|item| item.lifecycle_event.is_some()));
            assert_eq!(answer.status, 202);
        }
        _ => assert_eq!((answer.status, answer.content_type, answer.body), (400, None, "")),
    }
}

/// A batch of nobody.
fn notifications(input: &Input<'_>) {
    let Ok(batch) = Notifications::from_json(input.rest.0) else { return };
    let _ = format!("{batch:?}");
    let states = ClientStates::new(["a state that is in no input"]).unwrap();
    assert!(states.verify_all(&batch.value).is_err() || batch.value.is_empty());
    let encrypted: Vec<_> = batch.value.iter().filter_map(|item| item.encrypted_content.as_ref()).collect();
    let nothing_to_prove = batch.validation_tokens.is_empty() && encrypted.is_empty();
    assert_eq!(verifier(input).verify_at(&batch, input.now).is_ok(), nothing_to_prove);
    for content in encrypted.into_iter().take(4) {
        assert!(CONTENT_KEYS.decrypt(content).is_err());
    }
}

fn client_states(input: &Input<'_>) {
    let Some(rest) = input.rest.text() else { return };
    let known: Vec<&str> = rest.split('\n').collect();
    let good = known.iter().all(|state| Secret::new(*state).check().is_ok());
    match ClientStates::new(known.iter().copied()) {
        Ok(states) => {
            assert!(good);
            for shown in [input.first.text(), known.last().copied(), None] {
                let right = known.iter().position(|state| Some(*state) == shown);
                assert_eq!(states.verify(shown).ok(), right);
            }
        }
        Err(_) => assert!(!good),
    }
}

fn verifier(input: &Input<'_>) -> TokenVerifier {
    TokenVerifier::new(KEY_SET.clone(), [APP.to_ascii_uppercase()], [TENANT, OTHER])
        .leeway(Duration::from_secs(input.leeway.into()))
}

fn batch(items: Value, tokens: Value) -> Notifications {
    Notifications::from_json(json!({ "value": items, "validationTokens": tokens }).to_string().as_bytes()).unwrap()
}

fn arbitrary_token(input: &Input<'_>) {
    let Some(token) = input.rest.text() else { return };
    assert!(verifier(input).verify_at(&batch(json!([]), json!([token])), input.now).is_err());
    let _ = KeySet::from_json(input.rest.0);
}

/// Claims of any kind under a good signature.
fn signed_token(input: &Input<'_>) {
    let (Some(first), Some(second), Some(rest)) = (input.first.text(), input.second.text(), input.rest.text()) else {
        return;
    };
    let bits = |at: u32| input.how >> at & 3;
    // Right, the other one, none, or anything.
    let one_of = |at, right: &str, other: &str, anything: &str| match bits(at) {
        0 => Some(right.to_owned()),
        1 => Some(other.to_owned()),
        2 => None,
        _ => Some(anything.to_owned()),
    };
    let tenant = one_of(4, TENANT, OTHER, rest);
    let issuer_of = |tenant: &str, version: u32| match version {
        0 => format!("https://sts.windows.net/{tenant}/"),
        _ => format!("https://login.microsoftonline.com/{tenant}/v2.0"),
    };
    let of_tenant = issuer_of(tenant.as_deref().unwrap_or_default(), bits(14) & 1);
    let audience = one_of(0, APP, PUBLISHER, first);
    let issuer = one_of(2, &of_tenant, &issuer_of(OTHER, bits(14) >> 1), second);
    let publishers = [one_of(6, PUBLISHER, APP, first), one_of(8, PUBLISHER, APP, second)];
    let begins = (bits(16) != 2).then_some(input.begins);

    let mut header = serde_json::Map::new();
    let key = one_of(10, "k1", "k2", second);
    let algorithm = one_of(12, "RS256", "none", first);
    header.extend(algorithm.clone().map(|alg| ("alg".to_owned(), alg.into())));
    header.extend(key.clone().map(|kid| ("kid".to_owned(), kid.into())));
    let critical = bits(18) == 3;
    if critical {
        header.insert("crit".into(), json!([]));
    }
    let claims = json!({
        "aud": audience, "iss": issuer, "tid": tenant, "appid": publishers[0], "azp": publishers[1],
        "nbf": begins, "exp": input.expires,
    });
    let token = signed(Value::from(header).to_string().as_bytes(), claims.to_string().as_bytes());
    // `null` is as good as nothing; an item of another tenant, or of none, is not covered.
    let item_tenant = match bits(20) {
        0 | 1 => tenant.as_deref().map(str::to_ascii_uppercase),
        2 => Some(OTHER.to_owned()),
        _ => None,
    };
    let content = json!({ "data": "", "dataKey": "", "dataSignature": "", "encryptionCertificateId": "" });
    let encrypted = bits(22) != 0;
    let items = json!([{ "tenantId": item_tenant, "encryptedContent": encrypted.then_some(content) }]);
    let got = verifier(input).verify_at(&batch(items, json!([token])), input.now);

    let (now, leeway) = (i128::from(input.now), i128::from(input.leeway));
    let latest = (now + leeway).min(i64::MAX.into());
    let in_time = (i128::from(input.expires) + leeway).min(i64::MAX.into()) > now
        && begins.is_none_or(|begins| i128::from(begins) <= latest);
    let named: Vec<_> = publishers.iter().flatten().collect();
    let good = algorithm.as_deref() == Some("RS256")
        && key.as_deref() == Some("k1")
        && !critical
        && in_time
        && audience.as_deref() == Some(APP)
        && tenant.as_deref().is_some_and(|tenant| {
            [TENANT, OTHER].contains(&tenant)
                && issuer.as_deref().is_some_and(|issuer| (0..2).any(|version| issuer == issuer_of(tenant, version)))
                && (!encrypted || item_tenant.is_some_and(|item| item.eq_ignore_ascii_case(tenant)))
        })
        && !named.is_empty()
        && named.iter().all(|publisher| *publisher == PUBLISHER);
    assert_eq!(got.is_ok(), good, "{got:?}: {claims}");

    let changed = input.change.of(token.as_bytes());
    if let Ok(changed) = String::from_utf8(changed) {
        assert!(verifier(input).verify_at(&batch(json!([]), json!([changed])), input.now).is_err());
    }
}

fn signed(header: &[u8], claims: &[u8]) -> String {
    let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let mut signature = vec![0; SIGNING.public_modulus_len()];
    SIGNING.sign(&RSA_PKCS1_SHA256, &rand::SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Whatever bytes under a good signature.
fn signed_nonsense(input: &Input<'_>) {
    let good = br#"{"alg":"RS256","kid":"k1"}"#;
    let header = if input.how & 1 == 0 { &good[..] } else { input.first.0 };
    let token = signed(header, input.rest.0);
    if let Ok(tokens) = verifier(input).verify_at(&batch(json!([]), json!([token])), input.now) {
        let token = &tokens[0];
        assert!(token.app_id == APP && [TENANT, OTHER].contains(&token.tenant_id.as_str()));
        // What is not read of a token may be text that a full reading refuses.
        if let Ok(claims) = serde_json::from_slice::<Value>(input.rest.0) {
            assert_eq!(claims["aud"], token.app_id);
            assert_eq!(claims["tid"], token.tenant_id);
            assert_eq!(claims["exp"], token.expires_at);
        }
    }
}

fn content(data: &str, key: &str, signature: &str) -> EncryptedContent {
    let json = json!({
        "data": data, "dataKey": key, "dataSignature": signature, "encryptionCertificateId": "ours",
    });
    serde_json::from_value(json).unwrap()
}

fn arbitrary_content(input: &Input<'_>) {
    let (Some(data), Some(key), Some(signature)) = (input.rest.text(), input.first.text(), input.second.text()) else {
        return;
    };
    assert!(CONTENT_KEYS.decrypt(&content(data, key, signature)).is_err());
    // With a key that decrypts.
    assert!(CONTENT_KEYS.decrypt(&content(data, &STANDARD.encode(&*WRAPPED), signature)).is_err());
    let _ = ContentKeys::new().der("x", input.rest.0);
    let _ = ContentKeys::new().pem("x", data);
}

fn mac(data: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &DATA_KEY), data).as_ref().to_vec()
}

fn sealed([data, key, signature]: &[Vec<u8>; 3]) -> EncryptedContent {
    content(&STANDARD.encode(data), &STANDARD.encode(key), &STANDARD.encode(signature))
}

/// Data that whoever holds the data key made, padded or not.
fn signed_content(input: &Input<'_>) {
    let data = input.rest.0.to_vec();
    let got = CONTENT_KEYS.decrypt(&sealed(&[data.clone(), WRAPPED.clone(), mac(&data)]));
    let mut text = data.clone();
    let cipher = DecryptingKey::cbc(UnboundCipherKey::new(&AES_256, &DATA_KEY).unwrap()).unwrap();
    let iv = DecryptionContext::Iv128(DATA_KEY.first_chunk::<16>().unwrap().into());
    let whole = !data.is_empty() && data.len().is_multiple_of(16);
    let padded = whole.then(|| cipher.decrypt(&mut text, iv).unwrap());
    let text = padded.and_then(|text| {
        let count = usize::from(*text.last()?);
        let (text, padding) = text.split_at(text.len().checked_sub(count)?);
        ((1..=16).contains(&count) && padding.iter().all(|b| usize::from(*b) == count)).then_some(&*text)
    });
    match (&got, text) {
        (Ok(got), Some(text)) => assert_eq!(&**got, text),
        (Err(Error::Decryption), None) => {}
        _ => panic!("{got:?}, but {text:?}"),
    }
}

fn sealed_content(input: &Input<'_>) {
    let text = input.rest.0;
    let padding = 16 - text.len() % 16;
    let mut data = text.to_vec();
    data.resize(text.len() + padding, padding as u8);
    let cipher = EncryptingKey::cbc(UnboundCipherKey::new(&AES_256, &DATA_KEY).unwrap()).unwrap();
    let iv = EncryptionContext::Iv128(DATA_KEY.first_chunk::<16>().unwrap().into());
    cipher.less_safe_encrypt(&mut data, iv).unwrap();
    let mut parts = [data.clone(), WRAPPED.clone(), mac(&data)];
    assert_eq!(&**CONTENT_KEYS.decrypt(&sealed(&parts)).as_ref().unwrap(), text);
    let part = &mut parts[input.how as usize % 3];
    *part = input.change.of(part);
    assert!(CONTENT_KEYS.decrypt(&sealed(&parts)).is_err());
}

fuzz_target!(|input: Input<'_>| {
    match input.what % 9 {
        0 => request(&input),
        1 => notifications(&input),
        2 => client_states(&input),
        3 => arbitrary_token(&input),
        4 => signed_token(&input),
        5 => signed_nonsense(&input),
        6 => arbitrary_content(&input),
        7 => signed_content(&input),
        _ => sealed_content(&input),
    }
});
