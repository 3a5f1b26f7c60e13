//! `v1a` of Standard Webhooks.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use crate::secret::{Form, Secret};
use crate::{Encoding, Error, Scheme, encoding};

pub(crate) const PREFIX: &str = "v1a,";

/// Signatures times keys that are tried: each costs as much as a hundred MACs.
const MAX_TRIES: usize = 16;

#[derive(Clone)]
pub(crate) struct PublicKey(VerifyingKey);

fn text_of<'s>(scheme: &Scheme, secret: &'s Secret) -> Result<Option<&'s str>, Error> {
    match (scheme, &secret.0) {
        (Scheme::StandardWebhooks | Scheme::Svix, Form::Text(text)) => secret.check().map(|()| Some(text.as_str())),
        _ => Ok(None),
    }
}

impl PublicKey {
    /// The key, if the secret is one of this kind.
    pub(crate) fn of(scheme: &Scheme, secret: &Secret) -> Result<Option<Self>, Error> {
        let Some(text) = text_of(scheme, secret)? else { return Ok(None) };
        if let Some(text) = text.strip_prefix("whpk_") {
            let bytes = encoding::lenient_base64(text).ok_or(Error::InvalidKey("is not base64"))?;
            let bytes = bytes.as_slice().try_into().map_err(|_| Error::InvalidKey("is not 32 bytes long"))?;
            let key = VerifyingKey::from_bytes(bytes).map_err(|_| Error::InvalidKey("is no point of the curve"))?;
            if key.is_weak() {
                return Err(Error::InvalidKey("is weak: signatures of others would fit it"));
            }
            return Ok(Some(Self(key)));
        }
        Ok(signing_key(text)?.map(|key| Self(key.verifying_key())))
    }
}

fn signing_key(text: &str) -> Result<Option<SigningKey>, Error> {
    let Some(text) = text.strip_prefix("whsk_") else { return Ok(None) };
    let bytes = encoding::lenient_base64(text).ok_or(Error::InvalidKey("is not base64"))?;
    let pair: Zeroizing<[u8; 64]> =
        Zeroizing::new(bytes.as_slice().try_into().map_err(|_| Error::InvalidKey("is not 64 bytes long"))?);
    SigningKey::from_keypair_bytes(&pair).map(Some).map_err(|_| Error::InvalidKey("has a public half of another key"))
}

pub(crate) struct PrivateKey(SigningKey);

impl PrivateKey {
    pub(crate) fn of(scheme: &Scheme, secret: &Secret) -> Result<Option<Self>, Error> {
        let Some(text) = text_of(scheme, secret)? else { return Ok(None) };
        if text.starts_with("whpk_") {
            return Err(Error::InvalidKey("is a public one: it takes the whsk_ key to sign"));
        }
        Ok(signing_key(text)?.map(Self))
    }

    pub(crate) fn sign(&self, message: &[u8]) -> String {
        STANDARD.encode(self.0.sign(message).to_bytes())
    }
}

/// What the signatures come to.
pub(crate) struct Outcome {
    /// The first key that one of them is of.
    pub(crate) key: Option<usize>,
    /// Whether any is of this version.
    pub(crate) supported: bool,
    /// Whether any of those has the form of a signature.
    pub(crate) readable: bool,
}

pub(crate) fn verify<'k, 'h>(
    keys: impl Iterator<Item = (usize, &'k PublicKey)>,
    entries: impl Iterator<Item = &'h str> + Clone,
    message: &[u8],
) -> Result<Outcome, Error> {
    let mut outcome = Outcome { key: None, supported: false, readable: false };
    let mut tries = 0;
    for (n, PublicKey(key)) in keys {
        for text in entries.clone().filter_map(|entry| entry.strip_prefix(PREFIX)) {
            outcome.supported = true;
            let Some(bytes) = Encoding::Base64.decode(text, 64) else { continue };
            let Ok(signature) = Signature::from_slice(bytes.as_slice()) else { continue };
            outcome.readable = true;
            tries += 1;
            if tries > MAX_TRIES {
                return Err(Error::TooManySignatures);
            }
            if key.verify_strict(message, &signature).is_ok() {
                outcome.key = Some(n);
                return Ok(outcome);
            }
        }
    }
    Ok(outcome)
}
