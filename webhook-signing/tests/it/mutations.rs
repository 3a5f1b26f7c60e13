//! One byte changed anywhere, and it is no longer what was signed.

use webhook_signing::{Headers, Keyring, Scheme, SignedHeaders, Signer, Verifier};

use crate::round_trip::{NOW, schemes};

/// A small generator: the same mutations every time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

/// A byte changed, added, taken out, or two swapped; always another text.
fn mutate(bytes: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    loop {
        let mut changed = bytes.to_vec();
        let at = numbers.below(changed.len() + 1);
        match numbers.below(4) {
            0 if at < changed.len() => changed[at] ^= 1 << numbers.below(8),
            1 => changed.insert(at, numbers.below(256) as u8),
            2 if at < changed.len() => drop(changed.remove(at)),
            3 if at < changed.len() => {
                let other = numbers.below(changed.len());
                changed.swap(at, other);
            }
            _ => {}
        }
        if changed != bytes {
            return changed;
        }
    }
}

fn signed_parts(scheme: &Scheme, headers: &SignedHeaders) -> Vec<(String, Vec<u8>)> {
    // An id that no signature covers may change: it is told apart from one that does by the scheme.
    let covered = |name: &str| !matches!(scheme, Scheme::GitHub | Scheme::Hmac(_)) || !name.ends_with("Delivery");
    headers.iter().filter(|(n, _)| covered(n)).map(|(n, v)| (n.to_owned(), v.as_bytes().to_vec())).collect()
}

/// The bytes of a secret in base64.
fn key(secret: &str) -> Option<Vec<u8>> {
    use base64::Engine;
    use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let text = secret.trim();
    let text = text.strip_prefix("whsec_").or(text.strip_prefix("whsk_")).unwrap_or(text);
    GeneralPurpose::new(&base64::alphabet::STANDARD, config).decode(text).ok()
}

/// `SIGNING_MUTATIONS` sets how many; a million take a minute in release mode.
#[test]
fn no_mutation_is_accepted() {
    let total: usize = std::env::var("SIGNING_MUTATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(20_000);
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let all = schemes();
    #[cfg(feature = "ed25519")]
    let pair = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
    #[cfg(feature = "ed25519")]
    let all = [all, vec![(Scheme::StandardWebhooks, pair)]].concat();
    let mut tried = 0;
    for n in 0..total {
        let (scheme, secret) = &all[n % all.len()];
        let body: Vec<u8> = (0..40).map(|_| numbers.below(256) as u8).collect();
        let headers = Signer::new(scheme.clone(), *secret).unwrap().sign("msg_1", NOW, &body).unwrap();
        let mut parts = signed_parts(scheme, &headers);
        let verify = |keys: Keyring, headers: &dyn Headers, body: &[u8]| {
            Verifier::new(scheme.clone(), keys).is_ok_and(|v| v.verify_at(headers, body, NOW).is_ok())
        };
        assert!(verify(Keyring::new(*secret), &parts, &body));
        match numbers.below(3) {
            0 => assert!(!verify(Keyring::new(*secret), &parts, &mutate(&body, &mut numbers))),
            1 => {
                let which = numbers.below(parts.len());
                let before = parts[which].1.clone();
                parts[which].1 = mutate(&before, &mut numbers);
                let after = parts[which].1.clone();
                // Blanks between signatures mean nothing, and neither does what stands beside the right one.
                let same = |b: &[u8], separator: u8| {
                    let entries = |v: &[u8]| -> Vec<Vec<u8>> {
                        v.split(|c| *c == separator).filter(|e| !e.is_empty()).map(<[u8]>::to_vec).collect()
                    };
                    entries(b) == entries(&after)
                };
                let separated = parts[which].0.to_ascii_lowercase().ends_with("signature")
                    && (same(&before, b' ') && matches!(scheme, Scheme::StandardWebhooks | Scheme::Svix)
                        || same(&before, b',') && matches!(scheme, Scheme::Stripe));
                // Nor do blanks behind the prefix of a header that is set up here.
                let without = |b: &[u8]| b.iter().copied().filter(|c| *c != b' ').collect::<Vec<_>>();
                let set_up = matches!(scheme, Scheme::Hmac(_)) && after.starts_with(b"sha512=");
                let blank = set_up && without(&before) == without(&after);
                let accepted = verify(Keyring::new(*secret), &parts, &body);
                assert!(!accepted || separated || blank, "{scheme:?}: {}", String::from_utf8_lossy(&after));
            }
            _ => {
                let other = mutate(secret.as_bytes(), &mut numbers);
                let Ok(other) = String::from_utf8(other) else { continue };
                // Secrets are read leniently: without prefix, padding, or with other last bits it may be the same key.
                let accepted = verify(Keyring::new(other.as_str()), &parts, &body);
                assert!(!accepted || key(&other) == key(secret), "{scheme:?}: {other}");
            }
        }
        tried += 1;
    }
    eprintln!("{tried} mutations, none accepted");
}
