//! Keys: how a vendor names one record.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Error, ErrorKind, Result};

/// A vendor's key for one record, of one part (`4711`) or several (`9499/3`).
///
/// The text form is what the store and the logs show; `/` and `%` inside a part are percent-encoded, so keys of different shapes never collide.
///
/// ```
/// use psa_core::Key;
///
/// let action = Key::from_parts([9499, 3]);
/// assert_eq!(action.as_str(), "9499/3");
/// assert_eq!(action.parts().collect::<Vec<_>>(), ["9499", "3"]);
/// assert_eq!(Key::from(4711).to_string(), "4711");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(Box<str>);

/// What the stand-in for an unreadable key begins with.
const UNREADABLE: &str = "unreadable-";

impl Key {
    /// A key of several parts, in the order of its [`KeyShape`].
    pub fn from_parts<I>(parts: I) -> Self
    where
        I: IntoIterator,
        I::Item: ToString,
    {
        let mut text = String::new();
        for (i, part) in parts.into_iter().enumerate() {
            if i > 0 {
                text.push('/');
            }
            text.push_str(&escape(&part.to_string()));
        }
        Self(text.into())
    }

    /// The text form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A key from the text form that [`as_str`](Self::as_str) gave.
    pub fn from_text(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// A stand-in for the key of a row whose own can't be read. `hash` is one of the row's bytes.
    pub fn unreadable(hash: u64) -> Self {
        Self(format!("{UNREADABLE}{hash:016x}").into())
    }

    /// Whether this key, or a part of it, stands in for one that can't be read. No list of the vendor's holds such a key.
    pub fn is_unreadable(&self) -> bool {
        self.0.split('/').any(|part| part.starts_with(UNREADABLE))
    }

    /// The parts, decoded.
    pub fn parts(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.0.split('/').map(unescape)
    }

    /// The single part as a number, as most vendors use.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] if the key has several parts or is no number.
    pub fn as_i64(&self) -> Result<i64> {
        self.0.parse().map_err(|_| {
            Error::new(ErrorKind::InvalidRequest, format!("the key {:?} is not a single number", self.as_str()))
        })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<i64> for Key {
    fn from(id: i64) -> Self {
        Self(id.to_string().into())
    }
}

impl From<&str> for Key {
    fn from(id: &str) -> Self {
        Self(escape(id).into())
    }
}

fn escape(part: &str) -> Cow<'_, str> {
    if part.contains(['/', '%']) { part.replace('%', "%25").replace('/', "%2F").into() } else { part.into() }
}

fn unescape(part: &str) -> Cow<'_, str> {
    if part.contains('%') { part.replace("%2F", "/").replace("%25", "%").into() } else { part.into() }
}

/// The names of a key's parts. Two rows with one key in one page mean that the shape is wrong, so readers check it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyShape(pub &'static [&'static str]);

impl KeyShape {
    /// One part, called `id`.
    pub const ID: Self = Self(&["id"]);

    /// Whether `key` has this shape.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] with the expected shape.
    pub fn check(self, key: &Key) -> Result<()> {
        let parts: Vec<_> = key.parts().collect();
        if parts.len() == self.0.len() && parts.iter().all(|p| !p.is_empty()) {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::InvalidRequest,
            format!("the key {:?} does not have the shape ({})", key.as_str(), self.0.join(", ")),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn parts_survive_and_shapes_never_collide(parts in prop::collection::vec(".{1,8}", 1..4)) {
            let key = Key::from_parts(&parts);
            prop_assert_eq!(key.parts().map(|p| p.into_owned()).collect::<Vec<_>>(), parts.clone());
            prop_assert!(KeyShape(&["a", "b", "c"][..parts.len()]).check(&key).is_ok());
        }
    }

    #[test]
    fn a_bare_id_is_not_a_ticket_action() {
        let error = KeyShape(&["ticket_id", "id"]).check(&Key::from(3)).unwrap_err();
        assert!(error.to_string().contains("(ticket_id, id)"), "{error}");
    }
}
