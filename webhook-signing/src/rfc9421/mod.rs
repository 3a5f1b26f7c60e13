//! HTTP message signatures (RFC 9421) of requests, with Content-Digest (RFC 9530) for their bodies.
//!
//! The sender names what it signed: parts of the request line, headers, and by their digest the bytes of the body. A
//! [`MessageVerifier`] decides what that has to be at least, and with which keys; a [`MessageSigner`] is the other side.
//!
//! Not here: signatures of responses, trailers (`tr`), and strict spelling (`sf`) of headers other than the dictionaries that
//! signatures, digests and priorities are. A signature that covers such a thing is refused.

mod base;
mod component;
mod digest;
mod keys;
mod request;
mod sign;
mod structured;
mod verify;
mod white_space;

pub use component::Component;
pub use digest::{DigestAlgorithm, check_content_digest, content_digest};
pub use keys::{Algorithm, SigningKey, VerifyingKey};
pub use request::{Fields, Request};
pub use sign::MessageSigner;
pub use verify::MessageVerifier;

use std::borrow::Cow;

use self::white_space::is_blank;
use crate::{Error, MAX_HEADER};

/// Components that a signature covers; one with more is refused.
pub const MAX_COMPONENTS: usize = 64;

const INPUT: &str = "Signature-Input";
const SIGNATURE: &str = "Signature";
const DIGEST: &str = "Content-Digest";

fn malformed(name: impl Into<Cow<'static, str>>, why: &'static str) -> Error {
    Error::MalformedHeader { name: name.into(), why }
}

/// All lines of a header as the one value that they stand for; none if there is no line.
///
/// White space around each line does not count, old line folds become a space, and anything else that could end a line of a
/// signature base is refused.
fn combined(fields: &dyn Fields, name: &str) -> Result<Option<String>, Error> {
    let mut whole: Option<String> = None;
    for line in fields.values(name) {
        let text = unfolded(line).map_err(|why| malformed(name.to_owned(), why))?;
        let whole = match &mut whole {
            Some(before) => {
                before.push_str(", ");
                before
            }
            None => whole.insert(String::new()),
        };
        whole.push_str(&text);
        if whole.len() > MAX_HEADER {
            return Err(malformed(name.to_owned(), "is longer than is read"));
        }
    }
    Ok(whole)
}

/// One line of a header, as text.
fn unfolded(line: &[u8]) -> Result<Cow<'_, str>, &'static str> {
    if line.len() > MAX_HEADER {
        return Err("is longer than is read");
    }
    if !line.is_ascii() {
        return Err("is not ASCII, which can only be signed as bytes (bs)");
    }
    let text = std::str::from_utf8(line).map_err(|_| "is not text")?.trim_matches(is_blank);
    if !text.contains(['\r', '\n', '\0']) {
        return Ok(Cow::Borrowed(text));
    }
    // A fold is a line end before white space; servers differ in whether they leave its CR.
    // The CR of a line end alone: one at the very end ends no line.
    let (folds, last) = text.rsplit_once('\n').map_or((None, text), |(folds, last)| (Some(folds), last));
    let folds = folds.into_iter().flat_map(|f| f.split('\n')).map(|piece| piece.strip_suffix('\r').unwrap_or(piece));
    let mut pieces = folds.chain([last]);
    let mut whole = pieces.next().unwrap_or_default().trim_end_matches(is_blank).to_owned();
    for piece in pieces {
        if !piece.starts_with(is_blank) {
            return Err("has a line break in it");
        }
        whole.push(' ');
        whole.push_str(piece.trim_matches(is_blank));
    }
    if whole.contains(['\r', '\n', '\0']) { Err("has a control character in it") } else { Ok(Cow::Owned(whole)) }
}
