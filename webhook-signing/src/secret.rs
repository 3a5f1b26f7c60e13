//! Secrets, and which of them are good until when.

use std::fmt;

use zeroize::Zeroizing;

use crate::Error;

/// A secret or a key. Never shown, and wiped when dropped.
///
/// One rule holds for every scheme, signer, verifier and credential, and for each kind of secret (plain text,
/// `whsec_…`, base64, hexadecimal): a secret is one line of text, exactly as the sender has it. What is empty or blank,
/// what begins or ends with a line break, a blank or an invisible character, and what holds a control character is
/// refused when the signer or verifier is made. Nothing is taken off in silence, since a slip can't be told from a
/// secret that is meant so, and a key that differs by one character matches nothing, without a hint. Files end with a
/// line break; [`Secret::line`] reads them.
///
/// ```
/// use webhook_signing::{Error, Scheme, Secret, Verifier};
///
/// let from_a_file = "8f742231b10e8888abcd99yyyzzz85a5\n";
/// assert!(matches!(Verifier::new(Scheme::Slack, from_a_file), Err(Error::InvalidSecret(_))));
/// assert!(Verifier::new(Scheme::Slack, Secret::line(from_a_file)).is_ok());
/// ```
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

    /// The secret in a file, which ends with a line break that is not a part of it and may begin with a byte order
    /// mark: as [`new`](Self::new) without these.
    pub fn line(text: impl AsRef<str>) -> Self {
        let text = text.as_ref();
        Self::new(text.strip_prefix('\u{feff}').unwrap_or(text).trim_end_matches(['\r', '\n']))
    }

    /// The bytes of the key itself, which no scheme decodes. For senders that sign with the text where base64 is due.
    ///
    /// Bytes that are one line of text are held to the rule of texts.
    pub fn raw(key: impl Into<Vec<u8>>) -> Self {
        Self(Form::Bytes(Zeroizing::new(key.into())))
    }

    /// Whether it keeps the rule above. A scheme may ask for more, such as base64.
    ///
    /// # Errors
    /// [`Error::EmptySecret`]; [`Error::InvalidSecret`] with what is wrong and what to do.
    pub fn check(&self) -> Result<(), Error> {
        self.plain().map(drop)
    }

    /// The bytes to key with, for schemes that take the text as it is.
    pub(crate) fn plain(&self) -> Result<&[u8], Error> {
        match &self.0 {
            Form::Text(text) => check_text(text).map(|()| text.as_bytes()),
            Form::Bytes(bytes) => check_bytes(bytes).map(|()| bytes.as_slice()),
        }
    }
}

fn check_text(text: &str) -> Result<(), Error> {
    if text.trim_matches(is_invisible).is_empty() {
        return Err(Error::EmptySecret);
    }
    if text.ends_with(['\r', '\n']) {
        return Err(Error::InvalidSecret("ends with a line break, as files do: take it off, or use Secret::line"));
    }
    if text.starts_with(is_invisible) || text.ends_with(is_invisible) {
        return Err(Error::InvalidSecret("begins or ends with a blank or an invisible character: copy it again"));
    }
    if text.contains(char::is_control) {
        return Err(Error::InvalidSecret("holds a control character: a secret is one line of text"));
    }
    Ok(())
}

/// As [`check_text`] for bytes that are one line of text. Other bytes are a key, in which any byte may stand anywhere.
pub(crate) fn check_bytes(bytes: &[u8]) -> Result<(), Error> {
    if bytes.trim_ascii().is_empty() {
        return Err(Error::EmptySecret);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.trim_matches(is_invisible).contains(char::is_control) => check_text(text),
        _ => Ok(()),
    }
}

/// What nobody sees at the end of a text, and nobody means: blanks, line breaks, controls, byte order marks, zero-width
/// marks.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}')
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
