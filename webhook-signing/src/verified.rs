//! A message that is from who it says.

use std::borrow::Cow;

/// A message that is from who it says, as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified<'h, B = ()> {
    /// The scheme's name.
    pub scheme: &'static str,
    /// Which key of the keyring fitted: 0 is the current one. When no old one has for a while, take the old ones out.
    pub key: usize,
    /// The sender's id of the message, the same in every try: drop what you have seen.
    pub id: Option<Cow<'h, str>>,
    /// When it was signed, in seconds since 1970; none where the scheme has no time.
    pub timestamp: Option<i64>,
    /// Seconds since then; less than 0 if the sender's clock is ahead.
    pub age: Option<i64>,
    pub(crate) replay_key: Option<String>,
    /// The body, where the verifier read it: exactly the bytes that were verified.
    pub body: B,
}

impl<B> Verified<'_, B> {
    /// The same with a body.
    pub fn with_body<C>(self, body: C) -> Verified<'static, C> {
        let Self { scheme, key, id, timestamp, age, replay_key, .. } = self;
        Verified { scheme, key, id: id.map(|id| Cow::Owned(id.into_owned())), timestamp, age, replay_key, body }
    }
}
