//! Content-Digest (RFC 9530).

use sha2::{Digest, Sha256, Sha512};
use subtle::ConstantTimeEq;

use crate::rfc9421::structured::{self, Bare, Item, Member};
use crate::rfc9421::{DIGEST, malformed};
use crate::{Error, MAX_HEADER};

/// The hash of a body. The RFC's others are broken, and not taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DigestAlgorithm {
    /// `sha-256`.
    #[default]
    Sha256,
    /// `sha-512`.
    Sha512,
}

impl DigestAlgorithm {
    fn of(name: &str) -> Option<Self> {
        [Self::Sha256, Self::Sha512].into_iter().find(|a| a.name() == name)
    }

    /// The name in the header.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha-256",
            Self::Sha512 => "sha-512",
        }
    }

    fn digest(self, body: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(body).to_vec(),
            Self::Sha512 => Sha512::digest(body).to_vec(),
        }
    }
}

/// The value of Content-Digest for a body.
///
/// ```
/// use webhook_signing::rfc9421::{DigestAlgorithm, check_content_digest, content_digest};
///
/// let digest = content_digest(DigestAlgorithm::Sha256, b"");
/// assert_eq!(digest, "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:");
/// check_content_digest(&digest, b"")?;
/// # Ok::<(), webhook_signing::Error>(())
/// ```
pub fn content_digest(algorithm: DigestAlgorithm, body: &[u8]) -> String {
    format!("{}={}", algorithm.name(), Bare::Bytes(algorithm.digest(body)))
}

/// Compares a body with the value of its Content-Digest. One digest of a known algorithm must be there, and all such must be
/// right. It proves nothing about the sender before the header itself is covered by a signature.
///
/// # Errors
/// [`Error::DigestMismatch`], [`Error::DigestUnsupported`], [`Error::MalformedHeader`].
pub fn check_content_digest(header: &str, body: &[u8]) -> Result<(), Error> {
    if header.len() > MAX_HEADER {
        return Err(malformed(DIGEST, "is longer than is read"));
    }
    let mut known = Vec::new();
    for (name, member) in structured::dictionary(header).map_err(|why| malformed(DIGEST, why))? {
        let Member::Item(Item { value: Bare::Bytes(digest), .. }) = member else {
            return Err(malformed(DIGEST, "has a digest that is no byte sequence"));
        };
        known.extend(DigestAlgorithm::of(&name).map(|algorithm| (algorithm, digest)));
    }
    if known.is_empty() {
        return Err(Error::DigestUnsupported);
    }
    for algorithm in [DigestAlgorithm::Sha256, DigestAlgorithm::Sha512] {
        let mut given = known.iter().filter(|(of, _)| *of == algorithm).map(|(_, digest)| digest).peekable();
        if given.peek().is_none() {
            continue;
        }
        let computed = algorithm.digest(body);
        if !given.all(|digest| bool::from(digest.as_slice().ct_eq(&computed))) {
            return Err(Error::DigestMismatch);
        }
    }
    Ok(())
}
