//! Secrets, and which of them are good until when.

use std::fmt;

use zeroize::Zeroizing;

use crate::Error;

/// A secret or a key. Never shown, and wiped when dropped.
#[derive(Clone)]
pub struct Secret(pub(crate) Form);

#[derive(Clone)]
pub(crate) enum Form {
    /// As it stands on the sender's screen; the scheme knows how to read it.
    Text(Zeroizing<String>),
    /// The key itself.
    Bytes(Zeroizing<Vec<u8>>),
}

impl Secret {
    /// The secret as the sender shows it: `whsec_…` of Standard Webhooks is decoded, that of Stripe is taken as it is.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Form::Text(Zeroizing::new(text.into())))
    }

    /// The bytes of the key itself, which no scheme decodes. For senders that sign with the text where base64 is due.
    pub fn raw(key: impl Into<Vec<u8>>) -> Self {
        Self(Form::Bytes(Zeroizing::new(key.into())))
    }

    /// The bytes to key with, for schemes that take the text as it is.
    pub(crate) fn plain(&self) -> Result<&[u8], Error> {
        let bytes = match &self.0 {
            Form::Text(text) => text.as_bytes(),
            Form::Bytes(bytes) => bytes,
        };
        if bytes.trim_ascii().is_empty() { Err(Error::EmptySecret) } else { Ok(bytes) }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// The secret of now, and those before it that are still good.
///
/// ```
/// use webhook_signing::Keyring;
///
/// // Rotation: the old secret is taken for one more day.
/// let keys = Keyring::new("whsec_dGhlIG5ldyBzZWNyZXQsIDI0IGJ5dGVz").previous("whsec_dGhlIG9sZCBzZWNyZXQsIDI0IGJ5dGVz", Some(1_790_086_400));
/// # let _ = keys;
/// ```
#[derive(Debug, Clone)]
pub struct Keyring {
    pub(crate) keys: Vec<(Secret, Option<i64>)>,
}

impl Keyring {
    /// One secret.
    pub fn new(current: impl Into<Secret>) -> Self {
        Self { keys: vec![(current.into(), None)] }
    }

    /// An older one, good until before this moment (seconds since 1970), or until it is taken out. Newest first.
    pub fn previous(mut self, secret: impl Into<Secret>, expires_at: Option<i64>) -> Self {
        self.keys.push((secret.into(), expires_at));
        self
    }
}

impl<S: Into<Secret>> From<S> for Keyring {
    fn from(secret: S) -> Self {
        Self::new(secret)
    }
}
