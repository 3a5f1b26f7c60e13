//! Keys of RFC 9421, each with its one algorithm.

use std::fmt;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    self, EcdsaKeyPair, Ed25519KeyPair, ParsedPublicKey, RsaEncoding, RsaKeyPair, VerificationAlgorithm,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::Error;
use crate::mac::{Hash, State};
use crate::secret::{check_bytes, is_invisible};

/// How a key signs. Each key has one, by your configuration; a message can name no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// `hmac-sha256`: one secret for both sides.
    HmacSha256,
    /// `ed25519`.
    Ed25519,
    /// `ecdsa-p256-sha256`: ECDSA on P-256 with SHA-256.
    EcdsaP256Sha256,
    /// `ecdsa-p384-sha384`: ECDSA on P-384 with SHA-384.
    EcdsaP384Sha384,
    /// `rsa-pss-sha512`: RSA-PSS with SHA-512, 2048 bits or more.
    RsaPssSha512,
    /// `rsa-v1_5-sha256`: RSA by PKCS #1 version 1.5 with SHA-256, 2048 bits or more.
    RsaV15Sha256,
}

impl Algorithm {
    /// The name in the `alg` parameter.
    pub fn name(self) -> &'static str {
        match self {
            Self::HmacSha256 => "hmac-sha256",
            Self::Ed25519 => "ed25519",
            Self::EcdsaP256Sha256 => "ecdsa-p256-sha256",
            Self::EcdsaP384Sha384 => "ecdsa-p384-sha384",
            Self::RsaPssSha512 => "rsa-pss-sha512",
            Self::RsaV15Sha256 => "rsa-v1_5-sha256",
        }
    }

    fn verification(self) -> Option<&'static dyn VerificationAlgorithm> {
        Some(match self {
            Self::HmacSha256 => return None,
            Self::Ed25519 => &signature::ED25519,
            Self::EcdsaP256Sha256 => &signature::ECDSA_P256_SHA256_FIXED,
            Self::EcdsaP384Sha384 => &signature::ECDSA_P384_SHA384_FIXED,
            Self::RsaPssSha512 => &signature::RSA_PSS_2048_8192_SHA512,
            Self::RsaV15Sha256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        })
    }

    fn is_rsa(self) -> bool {
        matches!(self, Self::RsaPssSha512 | Self::RsaV15Sha256)
    }
}

/// A key that signatures are verified with: a sender's public key, or the secret that is shared with it.
#[derive(Clone)]
pub struct VerifyingKey {
    algorithm: Algorithm,
    form: Verifying,
}

#[derive(Clone)]
enum Verifying {
    Mac(Box<State>),
    Public(ParsedPublicKey),
}

impl VerifyingKey {
    /// A key of one algorithm: the secret of HMAC; else a SubjectPublicKeyInfo in DER, or the bare key (32 bytes of Ed25519,
    /// the point of ECDSA, the RSAPublicKey of RSA).
    ///
    /// # Errors
    /// [`Error::EmptySecret`]; [`Error::InvalidSecret`] for an HMAC secret that is a key in PEM or breaks the rule of
    /// [`Secret::raw`](crate::Secret::raw); [`Error::InvalidKey`].
    pub fn new(algorithm: Algorithm, key: &[u8]) -> Result<Self, Error> {
        let Some(verification) = algorithm.verification() else {
            return Ok(Self { algorithm, form: Verifying::Mac(Box::new(mac(key)?)) });
        };
        let public = ParsedPublicKey::new(verification, key)
            .map_err(|_| Error::InvalidKey("is no public key of its algorithm"))?;
        let spki = public.as_der().map_err(|_| Error::InvalidKey("is no public key of its algorithm"))?;
        let spki: &[u8] = spki.as_ref();
        if algorithm == Algorithm::Ed25519 && spki.last_chunk().is_none_or(has_small_order) {
            return Err(Error::InvalidKey("is weak: signatures of others would fit it"));
        }
        if algorithm.is_rsa() && spki.len() < SMALLEST_RSA {
            return Err(Error::InvalidKey("is shorter than 2048 bits"));
        }
        Ok(Self { algorithm, form: Verifying::Public(public) })
    }

    /// A public key as text, between `-----BEGIN PUBLIC KEY-----` and its end. What a file has around it is taken off:
    /// line breaks, blanks, a byte order mark.
    ///
    /// # Errors
    /// As [`new`](Self::new); [`Error::InvalidSecret`] for HMAC, whose secrets are not written so.
    pub fn pem(algorithm: Algorithm, text: &str) -> Result<Self, Error> {
        if algorithm == Algorithm::HmacSha256 {
            return Err(Error::InvalidSecret("is a public key, which is no secret"));
        }
        Self::new(algorithm, &from_pem(text, "PUBLIC KEY")?)
    }

    /// Its one algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Error> {
        let good = match &self.form {
            Verifying::Mac(prepared) => bool::from(prepared.tag([message]).is(signature)),
            Verifying::Public(key) => key.verify_sig(message, signature).is_ok(),
        };
        if good { Ok(()) } else { Err(Error::NoMatchingSignature) }
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

/// A key to sign with: a private key, or the secret that is shared with the receiver. Never shown.
pub struct SigningKey {
    algorithm: Algorithm,
    form: Signing,
}

enum Signing {
    Mac(Box<State>),
    Ed25519(Ed25519KeyPair),
    Ecdsa(EcdsaKeyPair),
    Rsa(Box<RsaKeyPair>, &'static dyn RsaEncoding),
}

impl SigningKey {
    /// A key of one algorithm: the secret of HMAC; else PKCS #8 in DER, or the 32 bytes of an Ed25519 key's seed.
    ///
    /// # Errors
    /// [`Error::EmptySecret`]; [`Error::InvalidSecret`] for an HMAC secret that is a key in PEM or breaks the rule of
    /// [`Secret::raw`](crate::Secret::raw); [`Error::InvalidKey`].
    pub fn new(algorithm: Algorithm, key: &[u8]) -> Result<Self, Error> {
        let other = |_| Error::InvalidKey("is no private key of its algorithm");
        let ecdsa = |with| EcdsaKeyPair::from_pkcs8(with, key).map(Signing::Ecdsa).map_err(other);
        let rsa = |with| Ok(Signing::Rsa(Box::new(RsaKeyPair::from_pkcs8(key).map_err(other)?), with));
        let form = match algorithm {
            Algorithm::HmacSha256 => Signing::Mac(Box::new(mac(key)?)),
            Algorithm::Ed25519 if key.len() == 32 => {
                Signing::Ed25519(Ed25519KeyPair::from_seed_unchecked(key).map_err(other)?)
            }
            Algorithm::Ed25519 => Signing::Ed25519(Ed25519KeyPair::from_pkcs8(key).map_err(other)?),
            Algorithm::EcdsaP256Sha256 => ecdsa(&signature::ECDSA_P256_SHA256_FIXED_SIGNING)?,
            Algorithm::EcdsaP384Sha384 => ecdsa(&signature::ECDSA_P384_SHA384_FIXED_SIGNING)?,
            Algorithm::RsaPssSha512 => rsa(&signature::RSA_PSS_SHA512)?,
            Algorithm::RsaV15Sha256 => rsa(&signature::RSA_PKCS1_SHA256)?,
        };
        Ok(Self { algorithm, form })
    }

    /// A private key as text, between `-----BEGIN PRIVATE KEY-----` and its end. What a file has around it is taken
    /// off, as for [`VerifyingKey::pem`].
    ///
    /// # Errors
    /// As [`new`](Self::new); [`Error::InvalidSecret`] for HMAC, whose secrets are not written so.
    pub fn pem(algorithm: Algorithm, text: &str) -> Result<Self, Error> {
        if algorithm == Algorithm::HmacSha256 {
            return Err(Error::InvalidSecret("is a private key of another algorithm"));
        }
        Self::new(algorithm, &from_pem(text, "PRIVATE KEY")?)
    }

    /// Its one algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let failed = |_| Error::InvalidKey("did not sign");
        match &self.form {
            Signing::Mac(prepared) => Ok(prepared.tag([message]).as_slice().to_vec()),
            Signing::Ed25519(key) => key.try_sign(message).map(|s| s.as_ref().to_vec()).map_err(failed),
            Signing::Ecdsa(key) => key.sign(&SystemRandom::new(), message).map(|s| s.as_ref().to_vec()).map_err(failed),
            Signing::Rsa(key, encoding) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(*encoding, &SystemRandom::new(), message, &mut signature).map_err(failed)?;
                Ok(signature)
            }
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

fn mac(secret: &[u8]) -> Result<State, Error> {
    if secret.trim_ascii().starts_with(b"-----BEGIN") {
        return Err(Error::InvalidSecret("is a key in PEM: HMAC takes the bytes of a secret"));
    }
    check_bytes(secret)?;
    State::new(Hash::Sha256, secret)
}

/// The bytes of the one block of a text.
fn from_pem(text: &str, label: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    let block = |text| -> Option<&str> {
        let text = str::trim_matches(text, is_invisible)
            .strip_prefix("-----BEGIN ")?
            .strip_prefix(label)?
            .strip_prefix("-----")?;
        text.strip_suffix("-----")?.strip_suffix(label)?.strip_suffix("-----END ")
    };
    let block = block(text).ok_or(Error::InvalidKey("is not one block of PEM with the right name"))?;
    // As long as it can get, so that no copy is left behind where it grew.
    let mut encoded = Zeroizing::new(Vec::with_capacity(block.len()));
    encoded.extend(block.bytes().filter(|b| !b.is_ascii_whitespace()));
    STANDARD.decode(&*encoded).map(Zeroizing::new).map_err(|_| Error::InvalidKey("is not base64"))
}

/// An RSA key of 2048 bits with the smallest exponent, as SubjectPublicKeyInfo.
const SMALLEST_RSA: usize = 292;

/// Whether the point is one of the eight, in any spelling, under which signatures can be made without a private key.
fn has_small_order(point: &[u8; 32]) -> bool {
    const fn ends(first: u8, rest: u8, last: u8) -> [u8; 32] {
        let mut y = [rest; 32];
        y[0] = first;
        y[31] = last;
        y
    }
    // By their y: 0, 1 and −1, the first two of them also plus the prime, and the two of order eight.
    const ORDER_8: [u8; 32] = [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf,
        0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ];
    const ORDER_8_TOO: [u8; 32] = [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20,
        0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ];
    const SMALL: [[u8; 32]; 7] = [
        ends(0, 0, 0),
        ends(1, 0, 0),
        ends(0xec, 0xff, 0x7f),
        ends(0xed, 0xff, 0x7f),
        ends(0xee, 0xff, 0x7f),
        ORDER_8,
        ORDER_8_TOO,
    ];
    let mut y = *point;
    if let Some(last) = y.last_mut() {
        *last &= 0x7f;
    }
    SMALL.contains(&y)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn keys_of_small_order_are_refused() {
        // Each of these verifies the signature (identity, 0) of some message, for which it takes no private key.
        let identity_and_zero: [u8; 64] = std::array::from_fn(|n| u8::from(n == 0));
        let mut weak = 0;
        for (first, rest, last) in [(0, 0, 0), (1, 0, 0), (0xec, 0xff, 0x7f), (0xec, 0xff, 0xff)] {
            let mut point = [rest; 32];
            (point[0], point[31]) = (first, last);
            assert!(has_small_order(&point));
            assert!(VerifyingKey::new(Algorithm::Ed25519, &point).is_err());
            if let Ok(key) = ParsedPublicKey::new(&signature::ED25519, point) {
                weak += usize::from((0..64u8).any(|n| key.verify_sig(&[n], &identity_and_zero).is_ok()));
            }
        }
        assert!(weak > 0);
        let good = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        assert!(VerifyingKey::new(Algorithm::Ed25519, signature::KeyPair::public_key(&good).as_ref()).is_ok());
    }

    #[test]
    fn both_points_of_order_eight_are_known() {
        let identity_and_zero: [u8; 64] = std::array::from_fn(|n| u8::from(n == 0));
        for start in [0x26u8, 0xc7] {
            let rest = if start == 0x26 {
                "6JWPwrInsEXD9Iny75jw1d+sBdPGMzmxOAKIbVP8BQ=="
            } else {
                "F2pwPU3YT7o8C3YNEGcPKiBT+iw5zMZOx/13kqwDeg=="
            };
            let point: Vec<u8> = std::iter::once(start).chain(STANDARD.decode(rest).unwrap()).collect();
            let key = ParsedPublicKey::new(&signature::ED25519, &point).unwrap();
            assert!((0..64u8).any(|n| key.verify_sig(&[n], &identity_and_zero).is_ok()));
            assert!(VerifyingKey::new(Algorithm::Ed25519, &point).is_err());
        }
    }
}
