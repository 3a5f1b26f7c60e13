//! How signatures, secrets and timestamps are written. Strict on what is received: one spelling of each value.

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};

use crate::Error;

/// The longest signature: Ed25519 and SHA-512.
pub(crate) const MAX_BYTES: usize = 64;

/// How a signature is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// Lower-case hexadecimal.
    Hex,
    /// Base64 with `+`, `/` and padding.
    Base64,
}

/// Bytes of a signature, without a heap.
#[derive(Clone, Copy)]
pub(crate) struct Decoded {
    bytes: [u8; MAX_BYTES + 2],
    length: usize,
}

impl Decoded {
    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl Encoding {
    /// The bytes; none if the text is not their only spelling, or is not of this length.
    pub(crate) fn decode(self, text: &str, length: usize) -> Option<Decoded> {
        let mut bytes = [0; MAX_BYTES + 2];
        let got = match self {
            Self::Hex if text.len() == 2 * length => {
                for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
                    let &[high, low] = pair else { return None };
                    *byte = nibble(high)? << 4 | nibble(low)?;
                }
                length
            }
            // Canonical padding and no stray bits: this engine takes nothing else.
            Self::Base64 if text.len() == length.div_ceil(3) * 4 => {
                STANDARD.decode_slice(text, bytes.get_mut(..length.div_ceil(3) * 3)?).ok()?
            }
            _ => return None,
        };
        (got == length).then_some(Decoded { bytes, length })
    }

    /// As [`decode`](Self::decode), in either encoding and with hexadecimal digits in either case: their lengths tell
    /// them apart.
    pub(crate) fn decode_any(text: &str, length: usize) -> Option<Decoded> {
        if text.len() != 2 * length {
            return Self::Base64.decode(text, length);
        }
        let mut lower = [0; 2 * MAX_BYTES];
        let lower = lower.get_mut(..text.len())?;
        lower.copy_from_slice(text.as_bytes());
        lower.make_ascii_lowercase();
        Self::Hex.decode(std::str::from_utf8(lower).ok()?, length)
    }

    pub(crate) fn encode(self, bytes: &[u8]) -> String {
        match self {
            Self::Hex => {
                const DIGITS: &[u8; 16] = b"0123456789abcdef";
                let digit = |n: u8| char::from(DIGITS[usize::from(n & 15)]);
                bytes.iter().flat_map(|b| [digit(b >> 4), digit(*b)]).collect()
            }
            Self::Base64 => STANDARD.encode(bytes),
        }
    }
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// Secrets come from people and other programs' screens: padding may be missing, and the last bits may be anything.
pub(crate) fn lenient_base64(text: &str) -> Option<zeroize::Zeroizing<Vec<u8>>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    LENIENT.decode(text).ok().map(zeroize::Zeroizing::new)
}

/// Seconds since 1970 in their only spelling: no sign, no leading zero, no fraction.
pub(crate) fn timestamp(text: &str) -> Result<i64, Error> {
    let digits = text.as_bytes();
    let canonical = match digits {
        [b'0'] => true,
        [b'1'..=b'9', rest @ ..] => rest.len() <= 18 && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if canonical { text.parse().map_err(|_| Error::InvalidTimestamp) } else { Err(Error::InvalidTimestamp) }
}
