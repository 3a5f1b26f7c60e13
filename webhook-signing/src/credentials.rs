//! Webhooks without a signature: a password, a token or a secret header, compared in constant time.

use std::borrow::Cow;
use std::fmt;

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use crate::headers::{Headers, Name, required};
use crate::mac::sha256;
use crate::secret::is_invisible;
use crate::verifier::system_clock;
use crate::{Error, Keyring, Verified};

const AUTHORIZATION: &str = "authorization";

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What the sender shows instead of a signature: it proves who sends, and nothing about the body. Use a signature if you can.
///
/// ```
/// use webhook_signing::Credentials;
///
/// // A webhook of Halo PSA with Basic authentication.
/// let halo = Credentials::basic("halo", "the password of this webhook")?;
/// let headers = [("Authorization", "Basic aGFsbzp0aGUgcGFzc3dvcmQgb2YgdGhpcyB3ZWJob29r")];
/// assert!(halo.verify(&headers).is_ok());
/// # Ok::<(), webhook_signing::Error>(())
/// ```
#[derive(Clone)]
pub struct Credentials {
    kind: Kind,
    /// Where they are shown.
    header: Name,
    /// Hashes of what is right, so that comparing tells neither content nor length.
    right: Vec<([u8; 32], Option<i64>)>,
}

#[derive(Debug, Clone)]
enum Kind {
    Basic,
    Bearer,
    Header,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("kind", &self.kind)
            .field("header", &self.header.text())
            .finish_non_exhaustive()
    }
}

impl Credentials {
    /// HTTP Basic. With a [`Keyring`] several passwords are good while one is being changed.
    ///
    /// # Errors
    /// [`Error::EmptySecret`]; [`Error::InvalidSecret`] for a user name with a colon, and for a password or a user name
    /// that breaks the rule of [`Secret`](crate::Secret). Only the user name may be empty.
    pub fn basic(user: &str, password: impl Into<Keyring>) -> Result<Self, Error> {
        if user.contains(':') {
            return Err(Error::InvalidSecret("belongs to a user name with a colon, which Basic can't carry"));
        }
        if user.starts_with(is_invisible) || user.ends_with(is_invisible) || user.contains(char::is_control) {
            return Err(Error::InvalidSecret(
                "belongs to a user name with a line break, a blank or an invisible character at one end: take it off",
            ));
        }
        Self::of(Kind::Basic, AUTHORIZATION, password.into(), |password| sha256(&[user.as_bytes(), b":", password]))
    }

    /// `Authorization: Bearer …`.
    ///
    /// # Errors
    /// [`Error::EmptySecret`]; [`Error::InvalidSecret`] by the rule of [`Secret`](crate::Secret).
    pub fn bearer(token: impl Into<Keyring>) -> Result<Self, Error> {
        Self::of(Kind::Bearer, AUTHORIZATION, token.into(), |token| sha256(&[token]))
    }

    /// A header of its own with a value that only the sender knows.
    ///
    /// # Errors
    /// [`Error::EmptySecret`]; [`Error::InvalidSecret`] by the rule of [`Secret`](crate::Secret).
    pub fn header(name: impl Into<Cow<'static, str>>, value: impl Into<Keyring>) -> Result<Self, Error> {
        Self::of(Kind::Header, name, value.into(), |value| sha256(&[value]))
    }

    fn of(
        kind: Kind,
        header: impl Into<Cow<'static, str>>,
        keys: Keyring,
        hash: impl Fn(&[u8]) -> [u8; 32],
    ) -> Result<Self, Error> {
        let right =
            keys.keys.iter().map(|(secret, end)| Ok((hash(secret.plain()?), *end))).collect::<Result<_, _>>()?;
        Ok(Self { kind, header: Name::new(header), right })
    }

    /// Compares what a request shows now.
    ///
    /// # Errors
    /// [`Error::BadCredentials`], or what is wrong with the header.
    pub fn verify(&self, headers: &(impl Headers + ?Sized)) -> Result<Verified<'static>, Error> {
        self.verify_at(headers, system_clock())
    }

    /// Compares what a request shows at a moment, in seconds since 1970: an old password may have come to its end.
    ///
    /// # Errors
    /// As [`verify`](Self::verify).
    pub fn verify_at(&self, headers: &(impl Headers + ?Sized), now: i64) -> Result<Verified<'static>, Error> {
        let value = required(headers, std::slice::from_ref(&self.header))?;
        let (scheme, shown) = match self.kind {
            Kind::Basic => {
                let text = after(value, "basic")?;
                let shown = Zeroizing::new(BASE64.decode(text).map_err(|_| malformed("is not base64"))?);
                if !shown.contains(&b':') {
                    return Err(malformed("has no password"));
                }
                ("basic", sha256(&[&shown]))
            }
            Kind::Bearer => match after(value, "bearer")? {
                "" => return Err(malformed("has no token")),
                token => ("bearer", sha256(&[token.as_bytes()])),
            },
            Kind::Header if value.is_empty() => {
                return Err(Error::MalformedHeader { name: self.header.text(), why: "is empty" });
            }
            Kind::Header => ("header", sha256(&[value.as_bytes()])),
        };
        let (mut found, mut which) = (Choice::from(0), 0u64);
        for (n, (right, end)) in self.right.iter().enumerate() {
            let equal = right.ct_eq(&shown) & Choice::from(u8::from(end.is_none_or(|end| end > now)));
            which.conditional_assign(&(n as u64), equal & !found);
            found |= equal;
        }
        if bool::from(found) {
            Ok(Verified {
                scheme,
                key: which as usize,
                id: None,
                timestamp: None,
                age: None,
                replay_key: None,
                body: (),
            })
        } else {
            Err(Error::BadCredentials)
        }
    }
}

fn malformed(why: &'static str) -> Error {
    Error::MalformedHeader { name: Cow::Borrowed(AUTHORIZATION), why }
}

/// What stands behind the name of the scheme, which may be in any case.
fn after<'h>(value: &'h str, scheme: &str) -> Result<&'h str, Error> {
    let (name, rest) = value.split_once(' ').ok_or_else(|| malformed("has no credentials"))?;
    if !name.eq_ignore_ascii_case(scheme) {
        return Err(malformed("is of another kind"));
    }
    Ok(rest.trim_start_matches(' '))
}
