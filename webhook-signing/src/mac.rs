//! Keys that are ready, and what they make of a message.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256, Sha512};
use subtle::{Choice, ConstantTimeEq};

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

    /// What a whole message gives, piece by piece.
    pub(crate) fn tag<'p>(&self, pieces: impl IntoIterator<Item = &'p [u8]>) -> Tag {
        fn tag<'p, M: Mac + Clone>(prepared: &M, pieces: impl IntoIterator<Item = &'p [u8]>) -> Tag {
            let mut mac = prepared.clone();
            pieces.into_iter().for_each(|piece| mac.update(piece));
            Tag::of(&mac.finalize().into_bytes())
        }
        match self {
            Self::Sha256(prepared) => tag(prepared, pieces),
            Self::Sha512(prepared) => tag(prepared, pieces),
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(mac) => mac.update(bytes),
            Self::Sha512(mac) => mac.update(bytes),
        }
    }

    pub(crate) fn finish(self) -> Tag {
        match self {
            Self::Sha256(mac) => Tag::of(&mac.finalize().into_bytes()),
            Self::Sha512(mac) => Tag::of(&mac.finalize().into_bytes()),
        }
    }
}

/// What a message gives with a key.
pub(crate) struct Tag {
    bytes: [u8; MAX_BYTES],
    length: usize,
}

impl Tag {
    fn of(mac: &[u8]) -> Self {
        let mut bytes = [0; MAX_BYTES];
        bytes[..mac.len()].copy_from_slice(mac);
        Self { bytes, length: mac.len() }
    }

    /// Whether it is this one, in a time that does not tell where they differ.
    pub(crate) fn is(&self, other: &[u8]) -> Choice {
        // Eight bytes at a time: the barriers that keep it constant cost more than the work.
        let (ours, ours_rest) = self.as_slice().as_chunks::<8>();
        let (others, others_rest) = other.as_chunks::<8>();
        let mut equal = (self.length as u64).ct_eq(&(other.len() as u64)) & ours_rest.ct_eq(others_rest);
        for (a, b) in ours.iter().zip(others) {
            equal &= u64::from_ne_bytes(*a).ct_eq(&u64::from_ne_bytes(*b));
        }
        equal
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_itself_and_nothing_else() {
        for (hash, length) in [(Hash::Sha256, 32), (Hash::Sha512, 64)] {
            let tag = State::new(hash, b"key").unwrap().tag([b"mess".as_slice(), b"age"]);
            let right = tag.as_slice().to_vec();
            assert_eq!(right.len(), length);
            assert!(bool::from(tag.is(&right)));
            for n in 0..length {
                let mut wrong = right.clone();
                wrong[n] ^= 1;
                assert!(!bool::from(tag.is(&wrong)), "byte {n} is not compared");
                assert!(!bool::from(tag.is(&right[..n])), "its first {n} bytes");
            }
            for tail in [1, 7, 8, 9, 32] {
                assert!(!bool::from(tag.is(&[right.as_slice(), &vec![0; tail]].concat())), "{tail} bytes more");
            }
            let mut in_pieces = State::new(hash, b"key").unwrap();
            [b"m".as_slice(), b"essage"].iter().for_each(|piece| in_pieces.update(piece));
            assert!(bool::from(tag.is(in_pieces.finish().as_slice())));
        }
    }
}
