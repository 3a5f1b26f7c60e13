//! Encrypted content: RSA-OAEP for a key of its own, HMAC-SHA256 over the ciphertext, AES-256-CBC.

use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use aws_lc_rs::cipher::{AES_256, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::EncryptedContent;
use crate::encoding::lenient_base64;
use crate::mac::{Hash, State};
use crate::{Encoding, Error};

/// Private keys by the id that their certificates have in subscriptions. Cheap to clone.
///
/// Keep old keys until no notification names them any more: Graph encrypts to the old certificate for a while.
///
/// ```no_run
/// use webhook_signing::graph::ContentKeys;
///
/// let keys = ContentKeys::new()
///     .pem("certificate of 2026", &std::fs::read_to_string("2026.pem")?)?
///     .pem("certificate of 2025", &std::fs::read_to_string("2025.pem")?)?;
/// # let _ = keys;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct ContentKeys {
    keys: HashMap<String, Arc<OaepPrivateDecryptingKey>>,
}

impl fmt::Debug for ContentKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.keys.keys()).finish()
    }
}

impl ContentKeys {
    /// No keys yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With a key in PKCS#8 (DER). `certificate_id` is the subscription's `encryptionCertificateId`; one that was there is
    /// replaced.
    ///
    /// # Errors
    /// [`Error::InvalidKey`].
    pub fn der(mut self, certificate_id: impl Into<String>, pkcs8: &[u8]) -> Result<Self, Error> {
        let key = PrivateDecryptingKey::from_pkcs8(pkcs8)
            .map_err(|_| Error::InvalidKey("is no RSA key of 2048 bits or more in PKCS#8"))?;
        let key = OaepPrivateDecryptingKey::new(key).map_err(|_| Error::InvalidKey("is not usable for RSA-OAEP"))?;
        self.keys.insert(certificate_id.into(), Arc::new(key));
        Ok(self)
    }

    /// The same with a key in PEM, `BEGIN PRIVATE KEY`. Certificates beside it in the file are skipped.
    ///
    /// # Errors
    /// [`Error::InvalidKey`]; it says so if the key is in another form.
    pub fn pem(self, certificate_id: impl Into<String>, text: &str) -> Result<Self, Error> {
        if text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") {
            return Err(Error::InvalidKey("is encrypted: decrypt it with `openssl pkcs8`"));
        }
        if text.contains("-----BEGIN RSA PRIVATE KEY-----") {
            return Err(Error::InvalidKey("is PKCS#1: convert it with `openssl pkcs8 -topk8 -nocrypt`"));
        }
        let armoured = text
            .split_once("-----BEGIN PRIVATE KEY-----")
            .and_then(|(_, rest)| rest.split_once("-----END PRIVATE KEY-----"))
            .ok_or(Error::InvalidKey("is no PEM with a PRIVATE KEY"))?;
        // As long as it can get at once: growing would leave copies behind.
        let mut base64 = Zeroizing::new(String::with_capacity(armoured.0.len()));
        base64.extend(armoured.0.chars().filter(|c| !c.is_ascii_whitespace()));
        let pkcs8 = lenient_base64(&base64).ok_or(Error::InvalidKey("is no base64 inside its PEM"))?;
        self.der(certificate_id, &pkcs8)
    }

    /// Decrypts the content of an item: a JSON text. Whose it is, only the tokens prove ([`TokenVerifier`]).
    ///
    /// The signature is checked first and in constant time. Padding is looked at only in what the holder of the data key
    /// signed, so how long a refusal takes teaches nobody about the plaintext.
    ///
    /// # Errors
    /// [`Error::UnknownCertificate`], [`Error::Malformed`], [`Error::KeyDecryption`], [`Error::SignatureMismatch`],
    /// [`Error::Decryption`].
    ///
    /// [`TokenVerifier`]: super::TokenVerifier
    pub fn decrypt(&self, content: &EncryptedContent) -> Result<Plaintext, Error> {
        let private = self.keys.get(&content.encryption_certificate_id).ok_or(Error::UnknownCertificate)?;
        // What costs least is refused first.
        let signature = Encoding::Base64
            .decode(&content.data_signature, 32)
            .ok_or(Error::Malformed("has a data signature that is not 32 bytes of base64"))?;
        let wrapped =
            STANDARD.decode(&content.data_key).map_err(|_| Error::Malformed("has a data key that is no base64"))?;
        let mut data = STANDARD
            .decode(&content.data)
            .map(Zeroizing::new)
            .map_err(|_| Error::Malformed("has encrypted data that is no base64"))?;

        let mut room = Zeroizing::new(vec![0; private.min_output_size()]);
        let key = private.decrypt(&OAEP_SHA1_MGF1SHA1, &wrapped, &mut room, None).map_err(|_| Error::KeyDecryption)?;
        let key: &[u8; 32] = (&*key).try_into().map_err(|_| Error::KeyDecryption)?;

        let mut mac = State::new(Hash::Sha256, key)?;
        mac.update(&data);
        if !bool::from(mac.finish().as_slice().ct_eq(signature.as_slice())) {
            return Err(Error::SignatureMismatch);
        }

        let length = decrypt_in_place(key, &mut data).ok_or(Error::Decryption)?;
        data.truncate(length);
        Ok(Plaintext(data))
    }
}

/// Decrypts in place; how much of it is text.
fn decrypt_in_place(key: &[u8; 32], data: &mut [u8]) -> Option<usize> {
    if !data.len().is_multiple_of(AES_256.block_len()) {
        return None;
    }
    // Each content has a key of its own, which is why Graph may take the IV from it.
    let iv = DecryptionContext::Iv128(FixedLength::from(key.first_chunk::<16>()?));
    let cipher = PaddedBlockDecryptingKey::cbc_pkcs7(UnboundCipherKey::new(&AES_256, key).ok()?).ok()?;
    cipher.decrypt(data, iv).ok().map(|text| text.len())
}

/// Decrypted content. Wiped when dropped, and never shown by `Debug`.
#[derive(Clone)]
pub struct Plaintext(Zeroizing<Vec<u8>>);

impl Plaintext {
    /// Reads the JSON.
    ///
    /// # Errors
    /// [`Error::Malformed`] if it is none, or none of this type.
    pub fn json<'p, T: Deserialize<'p>>(&'p self) -> Result<T, Error> {
        serde_json::from_slice(&self.0).map_err(|_| Error::Malformed("has content that is not the expected JSON"))
    }
}

impl Deref for Plaintext {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Plaintext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plaintext({} bytes)", self.0.len())
    }
}
