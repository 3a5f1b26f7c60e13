//! Keys that are ready, and what they make of a message.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256, Sha512};

use crate::Error;
use crate::encoding::MAX_BYTES;

/// The hash of an HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

/// An HMAC under way. A prepared key is one that nothing was put into.
#[derive(Clone)]
pub(crate) enum State {
    Sha256(Hmac<Sha256>),
    Sha512(Hmac<Sha512>),
}

impl State {
    pub(crate) fn new(hash: Hash, key: &[u8]) -> Result<Self, Error> {
        if key.is_empty() {
            return Err(Error::EmptySecret);
        }
        let state = match hash {
            Hash::Sha256 => Hmac::new_from_slice(key).map(Self::Sha256),
            Hash::Sha512 => Hmac::new_from_slice(key).map(Self::Sha512),
        };
        state.map_err(|_| Error::InvalidSecret("has no usable length"))
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(mac) => mac.update(bytes),
            Self::Sha512(mac) => mac.update(bytes),
        }
    }

    pub(crate) fn finish(self) -> Tag {
        let mut tag = Tag { bytes: [0; MAX_BYTES], length: 0 };
        match self {
            Self::Sha256(mac) => tag.set(&mac.finalize().into_bytes()),
            Self::Sha512(mac) => tag.set(&mac.finalize().into_bytes()),
        }
        tag
    }
}

/// What a message gives with a key.
pub(crate) struct Tag {
    bytes: [u8; MAX_BYTES],
    length: usize,
}

impl Tag {
    fn set(&mut self, bytes: &[u8]) {
        self.length = bytes.len();
        self.bytes[..bytes.len()].copy_from_slice(bytes);
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}
