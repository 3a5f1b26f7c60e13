//! Signs messages for one receiver.

use std::borrow::Cow;
use std::fmt;

#[cfg(feature = "ed25519")]
use crate::ed25519;
use crate::headers::{Header, Name};
use crate::mac::State;
use crate::scheme::{Layout, Scheme, Timestamp};
use crate::secret::{Form, Keyring, Secret};
use crate::verifier::check_id;
use crate::{Error, Headers};

/// Signs messages for one receiver.
///
/// During a rotation all good secrets sign, where the scheme has room for several signatures; the newest alone where not.
///
/// ```
/// use webhook_signing::{Scheme, Signer};
///
/// let signer = Signer::new(Scheme::Stripe, "whsec_test_secret")?;
/// let headers = signer.sign("", 1_700_000_000, b"{}")?;
/// assert!(headers.get("stripe-signature").is_some_and(|s| s.starts_with("t=1700000000,v1=")));
/// # Ok::<(), webhook_signing::Error>(())
/// ```
pub struct Signer {
    scheme: Scheme,
    layout: Layout,
    keys: Vec<(Key, Option<i64>)>,
}

enum Key {
    Mac(State),
    #[cfg(feature = "ed25519")]
    Ed25519(ed25519::PrivateKey),
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("scheme", &self.scheme).field("keys", &self.keys.len()).finish_non_exhaustive()
    }
}

impl Signer {
    /// A signer with one secret, or with a [`Keyring`] while it is being changed.
    ///
    /// # Errors
    /// [`Error::EmptySecret`], [`Error::InvalidSecret`], [`Error::InvalidKey`]. A secret of Standard Webhooks has to begin with
    /// `whsec_` and to hold 24 to 64 bytes: stricter than what [`Verifier`](crate::Verifier) takes.
    pub fn new(scheme: Scheme, keys: impl Into<Keyring>) -> Result<Self, Error> {
        let layout = scheme.layout();
        let mut ready = Vec::new();
        for (secret, expires_at) in &keys.into().keys {
            #[cfg(feature = "ed25519")]
            if let Some(key) = ed25519::PrivateKey::of(&scheme, secret)? {
                ready.push((Key::Ed25519(key), *expires_at));
                continue;
            }
            let key = scheme.key(secret)?;
            strict(&scheme, secret, &key)?;
            ready.push((Key::Mac(State::new(layout.hash, &key)?), *expires_at));
        }
        Ok(Self { scheme, layout, keys: ready })
    }

    /// The headers of a message. `id` is the same in every try; `timestamp` is that of the try, in seconds since 1970. Schemes
    /// that have no place for either leave it out.
    ///
    /// # Errors
    /// [`Error::InvalidId`], [`Error::InvalidTimestamp`] for one before 1970, [`Error::EmptySecret`] if all have expired.
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> Result<SignedHeaders, Error> {
        let layout = &self.layout;
        if timestamp < 0 {
            return Err(Error::InvalidTimestamp);
        }
        if layout.id_required {
            check_id(id)?;
        }
        if id.bytes().any(|b| b.is_ascii_control()) {
            return Err(Error::InvalidId("holds a control character"));
        }
        let time = timestamp.to_string();
        let before = layout.content.before_body(id, &time);
        let mut entries = Vec::new();
        if matches!(layout.timestamp, Timestamp::InSignature) {
            entries.push(format!("t={time}"));
        }
        let good = self.keys.iter().filter(|(_, end)| end.is_none_or(|end| end > timestamp));
        let room = if layout.separator.is_some() { usize::MAX } else { 1 };
        let unsigned = entries.len();
        for (key, _) in good.take(room) {
            entries.push(match key {
                Key::Mac(prepared) => {
                    let tag = prepared.tag(before.into_iter().chain([body]));
                    format!("{}{}", layout.prefix, layout.encoding.encode(tag.as_slice()))
                }
                #[cfg(feature = "ed25519")]
                Key::Ed25519(key) => {
                    let message = [before.concat().as_slice(), body].concat();
                    format!("{}{}", ed25519::PREFIX, key.sign(&message))
                }
            });
        }
        if entries.len() == unsigned {
            return Err(Error::EmptySecret);
        }
        let mut headers = Vec::new();
        if let Some(name) = layout.id.first().filter(|_| !id.is_empty()) {
            headers.push((name.text(), id.to_owned()));
        }
        if let Timestamp::Header(names) = &layout.timestamp {
            headers.push((names.first().map(Name::text).unwrap_or_default(), time));
        }
        let separator = layout.separator.map(String::from).unwrap_or_default();
        headers.push((layout.signature_name(), entries.join(&separator)));
        Ok(SignedHeaders(headers))
    }
}

fn strict(scheme: &Scheme, secret: &Secret, key: &[u8]) -> Result<(), Error> {
    if !matches!(scheme, Scheme::StandardWebhooks | Scheme::Svix) {
        return Ok(());
    }
    if let Form::Text(text) = &secret.0
        && !text.starts_with("whsec_")
    {
        return Err(Error::InvalidSecret("does not begin with whsec_"));
    }
    if (24..=64).contains(&key.len()) { Ok(()) } else { Err(Error::InvalidSecret("is not 24 to 64 bytes long")) }
}

/// The headers that make a message a signed one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHeaders(Vec<(Cow<'static, str>, String)>);

impl SignedHeaders {
    /// The value of one of them, by its name in any case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, value.as_str()))
    }
}

impl Headers for SignedHeaders {
    fn header(&self, name: &str) -> Header<'_> {
        self.0.header(name)
    }
}
