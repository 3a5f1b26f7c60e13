//! A secret is one line of text, as the sender has it: what files and clipboards add is refused by name.

use proptest::prelude::*;
use webhook_signing::{Credentials, Error, Keyring, Secret, Signer, Verifier};

use crate::round_trip::{NOW, schemes};

/// One that every scheme takes.
const GOOD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// What a file or a clipboard puts before and behind a text.
const EDGES: [(&str, &str); 14] = [
    ("", "\n"),
    ("", "\r\n"),
    ("", "\n\n"),
    ("", "\r"),
    ("\n", ""),
    ("", " "),
    (" ", ""),
    (" ", "\n"),
    ("", "\t"),
    ("\u{feff}", ""),
    ("\u{feff}", "\r\n"),
    ("", "\0"),
    ("", "\u{200b}"),
    ("\u{a0}", ""),
];

/// What everything that takes a secret says of one.
fn verdicts(secret: &Secret) -> Vec<(String, Result<(), Error>)> {
    let mut all = Vec::new();
    for (scheme, own) in schemes() {
        all.push((format!("{scheme:?}, verifier"), Verifier::new(scheme.clone(), secret.clone()).map(drop)));
        all.push((format!("{scheme:?}, signer"), Signer::new(scheme.clone(), secret.clone()).map(drop)));
        let rotated = Keyring::new(own).previous(secret.clone(), Some(NOW));
        all.push((format!("{scheme:?}, an old one"), Verifier::new(scheme.clone(), rotated.clone()).map(drop)));
        all.push((format!("{scheme:?}, an old one that signs"), Signer::new(scheme, rotated).map(drop)));
    }
    all.push(("Basic".to_owned(), Credentials::basic("halo", secret.clone()).map(drop)));
    all.push(("Bearer".to_owned(), Credentials::bearer(secret.clone()).map(drop)));
    all.push(("a secret header".to_owned(), Credentials::header("x-secret", secret.clone()).map(drop)));
    #[cfg(feature = "graph")]
    all.push(("Graph".to_owned(), webhook_signing::graph::ClientStates::new([secret.clone()]).map(drop)));
    all
}

/// What RFC 9421 says of the bytes of one.
fn message_verdicts(secret: &str) -> Vec<(String, Result<(), Error>)> {
    #[cfg(feature = "rfc9421")]
    {
        use webhook_signing::rfc9421::{Algorithm, SigningKey, VerifyingKey};
        let verifying = VerifyingKey::new(Algorithm::HmacSha256, secret.as_bytes()).map(drop);
        let signing = SigningKey::new(Algorithm::HmacSha256, secret.as_bytes()).map(drop);
        vec![("RFC 9421, verifying".to_owned(), verifying), ("RFC 9421, signing".to_owned(), signing)]
    }
    #[cfg(not(feature = "rfc9421"))]
    {
        let _ = secret;
        Vec::new()
    }
}

#[test]
fn a_secret_from_a_file_is_refused_by_name_and_never_another_key() {
    // Each kind: `whsec_`, base64, hexadecimal, a sentence, and a key that is UTF-8.
    let kinds =
        [GOOD, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "9f88ec8bc90eb580ed4da09f3810580e", "It's a Secret", "sécret"];
    for text in kinds {
        for (before, behind) in EDGES {
            let edged = format!("{before}{text}{behind}");
            let of_text = verdicts(&Secret::new(edged.as_str()));
            let of_bytes = verdicts(&Secret::raw(edged.as_str()));
            for (place, verdict) in of_text.into_iter().chain(of_bytes).chain(message_verdicts(&edged)) {
                let Err(error @ Error::InvalidSecret(_)) = &verdict else {
                    panic!("{place} says {verdict:?} of {edged:?}");
                };
                assert!(!error.to_string().contains(text), "{error}");
                assert!(
                    !behind.ends_with(['\r', '\n']) || error.to_string().contains("line break"),
                    "{place}: {error}"
                );
            }
        }
    }
}

#[test]
fn a_secret_without_edges_is_taken_everywhere() {
    for (place, verdict) in verdicts(&Secret::new(GOOD)).into_iter().chain(message_verdicts(GOOD)) {
        assert_eq!(verdict, Ok(()), "{place}");
    }
}

#[test]
fn blank_secrets_are_empty_ones_whatever_the_blank() {
    for blank in ["", " ", "\n", "\r\n", "\t \n", "\u{feff}\n", "\u{a0}", "\0"] {
        for (place, verdict) in verdicts(&Secret::new(blank)) {
            assert_eq!(verdict, Err(Error::EmptySecret), "{place} of {blank:?}");
        }
    }
    for blank in ["", " ", "\r\n"] {
        for (place, verdict) in verdicts(&Secret::raw(blank)).into_iter().chain(message_verdicts(blank)) {
            assert_eq!(verdict, Err(Error::EmptySecret), "{place} of the bytes {blank:?}");
        }
    }
}

#[test]
fn a_line_of_a_file_is_the_secret_that_the_sender_has() {
    for (scheme, secret) in schemes() {
        let sign = |secret: Secret| Signer::new(scheme.clone(), secret).unwrap().sign("m", NOW, b"{}").unwrap();
        let bare = sign(Secret::new(secret));
        for in_file in
            [format!("{secret}\n"), format!("{secret}\r\n"), format!("\u{feff}{secret}\r\n"), secret.to_owned()]
        {
            assert_eq!(sign(Secret::line(&in_file)), bare, "{scheme:?}");
            let verifier = Verifier::new(scheme.clone(), Secret::line(&in_file)).unwrap();
            assert!(verifier.verify_at(&bare, b"{}", NOW).is_ok(), "{scheme:?}");
        }
    }
    // Only what a file adds: a blank is no part of a line's end.
    assert!(matches!(Secret::line("secret \n").check(), Err(Error::InvalidSecret(_))));
    assert_eq!(Secret::line("\n").check(), Err(Error::EmptySecret));
}

#[test]
fn a_text_of_several_lines_is_no_secret() {
    for text in ["one\ntwo", "one\r\ntwo", "tab\tinside", "nul\0inside", "escape\u{1b}[0m", "line\u{85}end"] {
        assert!(
            matches!(Secret::new(text).check(), Err(Error::InvalidSecret(why)) if why.contains("control")),
            "{text:?}"
        );
    }
    // Bytes with such characters are no text, but a key.
    assert_eq!(Secret::raw([7u8, 10, 0, 200, 10]).check(), Ok(()));
    assert_eq!(Secret::raw(*b"one\ntwo\n").check(), Ok(()));
}

#[test]
fn a_user_name_from_a_file_is_refused_too() {
    for user in ["halo\n", " halo", "halo ", "ha\0lo", "\u{feff}halo", "\n"] {
        assert!(matches!(Credentials::basic(user, "password"), Err(Error::InvalidSecret(_))), "{user:?}");
    }
    for user in ["halo", "", "first last", "über"] {
        assert!(Credentials::basic(user, "pass word").is_ok(), "{user:?}");
    }
}

#[test]
#[cfg(feature = "ed25519")]
fn key_pairs_keep_the_same_rule() {
    use webhook_signing::Scheme;

    let public = "whpk_wvFM9Y6CTaKpYIYWVogHEZI60sKLgSSEJuImsovxMW8=";
    let pair = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
    for scheme in [Scheme::StandardWebhooks, Scheme::Svix] {
        for (before, behind) in EDGES {
            for key in [public, pair] {
                let verifier = Verifier::new(scheme.clone(), format!("{before}{key}{behind}"));
                assert!(matches!(verifier, Err(Error::InvalidSecret(_))), "{before:?} {behind:?}");
            }
            let signer = Signer::new(scheme.clone(), format!("{before}{pair}{behind}"));
            assert!(matches!(signer, Err(Error::InvalidSecret(_))), "{before:?} {behind:?}");
        }
        assert!(Verifier::new(scheme.clone(), Secret::line(format!("{public}\n"))).is_ok());
        assert!(Signer::new(scheme, Secret::line(format!("{pair}\r\n"))).is_ok());
    }
}

#[test]
#[cfg(feature = "rfc9421")]
fn keys_in_pem_are_read_as_files_hold_them() {
    use aws_lc_rs::signature::Ed25519KeyPair;
    use base64::Engine;
    use webhook_signing::rfc9421::{Algorithm, SigningKey};

    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let base64 = base64::engine::general_purpose::STANDARD.encode(pair.to_pkcs8().unwrap().as_ref());
    for end in ["\n", "\r\n"] {
        let pem = format!("-----BEGIN PRIVATE KEY-----{end}{base64}{end}-----END PRIVATE KEY-----");
        for (before, behind) in [("", ""), ("", end), ("\n", "\n\n"), ("\u{feff}", "\r\n"), ("  ", " \n")] {
            let text = format!("{before}{pem}{behind}");
            assert!(SigningKey::pem(Algorithm::Ed25519, &text).is_ok(), "{before:?} {behind:?}");
        }
    }
}

proptest! {
    #[test]
    fn no_secret_with_an_invisible_end_is_taken(text in "[!-~]{1,40}", edge in prop::sample::select(EDGES.to_vec())) {
        let edged = format!("{}{text}{}", edge.0, edge.1);
        prop_assert!(matches!(Secret::new(edged.as_str()).check(), Err(Error::InvalidSecret(_))));
        prop_assert!(matches!(Secret::raw(edged).check(), Err(Error::InvalidSecret(_))));
    }

    #[test]
    fn every_line_of_visible_text_is_taken(text in "[!-~]([ -~]{0,40}[!-~])?") {
        prop_assert_eq!(Secret::new(text.as_str()).check(), Ok(()));
        prop_assert_eq!(Secret::raw(text.as_str()).check(), Ok(()));
        prop_assert_eq!(Secret::line(format!("{text}\n")).check(), Ok(()));
    }

    #[test]
    fn keys_of_any_bytes_are_taken(key in prop::collection::vec(any::<u8>(), 24..64), end in any::<u8>()) {
        let key = [key.as_slice(), &[end]].concat();
        prop_assert!(std::str::from_utf8(&key).is_ok() || Secret::raw(key).check().is_ok());
    }
}
