//! What the schemes are, as tables: where the parts are, what is signed, how it is written.

use std::borrow::Cow;

use zeroize::Zeroizing;

use crate::encoding::{self, Decoded, Encoding};
use crate::headers::Name;
use crate::mac::{Hash, sha256};
use crate::secret::{Form, Secret};
use crate::{Error, MAX_SIGNATURES};

/// How a sender signs. Chosen by your configuration, never by what a request says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scheme {
    /// [Standard Webhooks](https://www.standardwebhooks.com): `webhook-id`, `webhook-timestamp`, `webhook-signature`.
    ///
    /// The kind of key decides what is looked for: `whsec_…` for `v1` (HMAC-SHA256), `whpk_…` or `whsk_…` for `v1a` (Ed25519).
    ///
    /// ```
    /// use webhook_signing::{Headers, Scheme, Verifier};
    ///
    /// /// The status to answer.
    /// fn receive(verifier: &Verifier, headers: &impl Headers, raw_body: &[u8]) -> u16 {
    ///     match verifier.verify(headers, raw_body) {
    ///         Ok(message) => { println!("{:?}", message.id); 204 }
    ///         Err(why) => { eprintln!("refused: {why}"); 401 }
    ///     }
    /// }
    /// let verifier = Verifier::new(Scheme::StandardWebhooks, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
    /// # assert_eq!(receive(&verifier, &[("host", "x")], b"{}"), 401);
    /// # Ok::<(), webhook_signing::Error>(())
    /// ```
    StandardWebhooks,
    /// Svix: the same under the names `svix-id`, `svix-timestamp`, `svix-signature`, each of which may also be `webhook-…`.
    ///
    /// ```
    /// use webhook_signing::{Headers, Scheme, Verifier};
    ///
    /// /// The status to answer.
    /// fn receive(verifier: &Verifier, headers: &impl Headers, raw_body: &[u8]) -> u16 {
    ///     match verifier.verify(headers, raw_body) {
    ///         Ok(message) => { println!("{:?}", message.id); 204 }
    ///         Err(why) => { eprintln!("refused: {why}"); 401 }
    ///     }
    /// }
    /// let verifier = Verifier::new(Scheme::Svix, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
    /// # assert_eq!(receive(&verifier, &[("host", "x")], b"{}"), 401);
    /// # Ok::<(), webhook_signing::Error>(())
    /// ```
    Svix,
    /// Stripe: `Stripe-Signature: t=…,v1=…`, HMAC-SHA256 keyed with the whole text of the secret.
    ///
    /// ```
    /// use webhook_signing::{Headers, Scheme, Verifier};
    ///
    /// /// The status to answer.
    /// fn receive(verifier: &Verifier, headers: &impl Headers, raw_body: &[u8]) -> u16 {
    ///     match verifier.verify(headers, raw_body) {
    ///         Ok(message) => { println!("{:?}", message.id); 204 }
    ///         Err(why) => { eprintln!("refused: {why}"); 401 }
    ///     }
    /// }
    /// let verifier = Verifier::new(Scheme::Stripe, "whsec_the_text_as_it_is")?;
    /// # assert_eq!(receive(&verifier, &[("host", "x")], b"{}"), 401);
    /// # Ok::<(), webhook_signing::Error>(())
    /// ```
    Stripe,
    /// GitHub: `X-Hub-Signature-256: sha256=…` over the body. The id here is `X-GitHub-Delivery`, the same when a delivery is sent
    /// again. Neither it nor a time is signed: [`Verifier::replay_guard`](crate::Verifier::replay_guard) goes by the MAC.
    ///
    /// ```
    /// use webhook_signing::{Headers, Scheme, Verifier};
    ///
    /// /// The status to answer.
    /// fn receive(verifier: &Verifier, headers: &impl Headers, raw_body: &[u8]) -> u16 {
    ///     match verifier.verify(headers, raw_body) {
    ///         Ok(message) => { println!("{:?}", message.id); 204 }
    ///         Err(why) => { eprintln!("refused: {why}"); 401 }
    ///     }
    /// }
    /// let verifier = Verifier::new(Scheme::GitHub, "the secret of this webhook")?;
    /// # assert_eq!(receive(&verifier, &[("host", "x")], b"{}"), 401);
    /// # Ok::<(), webhook_signing::Error>(())
    /// ```
    GitHub,
    /// Slack: `X-Slack-Signature: v0=…` with `X-Slack-Request-Timestamp`.
    ///
    /// ```
    /// use webhook_signing::{Headers, Scheme, Verifier};
    ///
    /// /// The status to answer.
    /// fn receive(verifier: &Verifier, headers: &impl Headers, raw_body: &[u8]) -> u16 {
    ///     match verifier.verify(headers, raw_body) {
    ///         Ok(message) => { println!("{:?}", message.id); 204 }
    ///         Err(why) => { eprintln!("refused: {why}"); 401 }
    ///     }
    /// }
    /// let verifier = Verifier::new(Scheme::Slack, "8f742231b10e8888abcd99yyyzzz85a5")?;
    /// # assert_eq!(receive(&verifier, &[("host", "x")], b"{}"), 401);
    /// # Ok::<(), webhook_signing::Error>(())
    /// ```
    Slack,
    /// Callbacks of ConnectWise PSA: `x-content-signature`, base64 of HMAC-SHA256 keyed with the SHA-256 of the signing key.
    ///
    /// ```
    /// use webhook_signing::{Headers, Scheme, Verifier};
    ///
    /// /// The status to answer.
    /// fn receive(verifier: &Verifier, headers: &impl Headers, raw_body: &[u8]) -> u16 {
    ///     match verifier.verify(headers, raw_body) {
    ///         Ok(message) => { println!("{:?}", message.id); 204 }
    ///         Err(why) => { eprintln!("refused: {why}"); 401 }
    ///     }
    /// }
    /// let verifier = Verifier::new(Scheme::ConnectWise, "the signing_key that key_url gave")?;
    /// # assert_eq!(receive(&verifier, &[("host", "x")], b"{}"), 401);
    /// # Ok::<(), webhook_signing::Error>(())
    /// ```
    ConnectWise,
    /// A MAC of the body in a header, in any spelling.
    ///
    /// ```
    /// use webhook_signing::{Encoding, Hash, Headers, HmacHeader, Scheme, Verifier};
    ///
    /// /// The status to answer.
    /// fn receive(verifier: &Verifier, headers: &impl Headers, raw_body: &[u8]) -> u16 {
    ///     match verifier.verify(headers, raw_body) {
    ///         Ok(message) => { println!("{:?}", message.id); 204 }
    ///         Err(why) => { eprintln!("refused: {why}"); 401 }
    ///     }
    /// }
    /// let verifier = Verifier::new(Scheme::Hmac(HmacHeader::new("X-Signature", Hash::Sha256, Encoding::Hex)), "a secret")?;
    /// # assert_eq!(receive(&verifier, &[("host", "x")], b"{}"), 401);
    /// # Ok::<(), webhook_signing::Error>(())
    /// ```
    Hmac(HmacHeader),
}

impl Scheme {
    /// A webhook of Halo PSA with a signed header (authentication type 3): base64 of HMAC-SHA256 of the body, keyed with the
    /// password, in the header that the webhook names.
    ///
    /// What stands before the MAC (`signature_prefix`) and how it is written (`digest`) are settings of each webhook,
    /// so the MAC is taken bare or behind `sha256=`, in base64 or hexadecimal. Observed in production, in no document
    /// of the vendor: Halo puts a blank behind the prefix, `sha256= <base64>` (jackmusick/bifrost, issue 726). For
    /// another prefix:
    ///
    /// ```
    /// use webhook_signing::{Encoding, Hash, HmacHeader, Scheme};
    ///
    /// let scheme = Scheme::Hmac(HmacHeader::new("Token", Hash::Sha256, Encoding::Base64).prefix("hmac:").tolerant());
    /// # let _ = scheme;
    /// ```
    ///
    /// ```
    /// use webhook_signing::{Headers, Scheme, Verifier};
    ///
    /// /// The status to answer.
    /// fn receive(verifier: &Verifier, headers: &impl Headers, raw_body: &[u8]) -> u16 {
    ///     match verifier.verify(headers, raw_body) {
    ///         Ok(message) => { println!("{:?}", message.id); 204 }
    ///         Err(why) => { eprintln!("refused: {why}"); 401 }
    ///     }
    /// }
    /// let verifier = Verifier::new(Scheme::halo("X-Halo-Signature"), "the password of this webhook")?;
    /// # assert_eq!(receive(&verifier, &[("host", "x")], b"{}"), 401);
    /// # Ok::<(), webhook_signing::Error>(())
    /// ```
    pub fn halo(header: impl Into<Cow<'static, str>>) -> Self {
        Self::Hmac(HmacHeader::new(header, Hash::Sha256, Encoding::Base64).tolerant())
    }

    /// For logs and metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::StandardWebhooks => "standard-webhooks",
            Self::Svix => "svix",
            Self::Stripe => "stripe",
            Self::GitHub => "github",
            Self::Slack => "slack",
            Self::ConnectWise => "connectwise",
            Self::Hmac(_) => "hmac",
        }
    }

    /// The bytes of an HMAC's key. Lenient with secrets, which people copy: see [`Secret::raw`] for keys that are no text.
    pub(crate) fn key(&self, secret: &Secret) -> Result<Zeroizing<Vec<u8>>, Error> {
        let plain = secret.plain()?;
        match (self, &secret.0) {
            (Self::StandardWebhooks | Self::Svix, Form::Text(text)) => {
                let text = text.as_str();
                if text.starts_with("v1,") {
                    return Err(Error::InvalidSecret("is a signature: secrets begin with whsec_"));
                }
                if text.starts_with("whpk_") || text.starts_with("whsk_") {
                    return Err(Error::InvalidSecret("is an Ed25519 key, and this build has no feature `ed25519`"));
                }
                let key = encoding::lenient_base64(text.strip_prefix("whsec_").unwrap_or(text)).ok_or(
                    Error::InvalidSecret(
                        "is not base64; if the sender uses the text itself as its key, use Secret::raw",
                    ),
                )?;
                if key.is_empty() { Err(Error::EmptySecret) } else { Ok(key) }
            }
            (Self::ConnectWise, _) => {
                let digest = Zeroizing::new(sha256(&[plain]));
                Ok(Zeroizing::new(digest.to_vec()))
            }
            _ => Ok(Zeroizing::new(plain.to_vec())),
        }
    }

    pub(crate) fn layout(&self) -> Layout {
        fn names<const N: usize>(names: [&'static str; N]) -> Vec<Name> {
            names.into_iter().map(Name::new).collect()
        }
        match self {
            Self::StandardWebhooks | Self::Svix => {
                let of = |standard, svix| match self {
                    Self::Svix => names([svix, standard]),
                    _ => names([standard]),
                };
                Layout {
                    id: of("webhook-id", "svix-id"),
                    id_required: true,
                    timestamp: Timestamp::Header(of("webhook-timestamp", "svix-timestamp")),
                    signature: of("webhook-signature", "svix-signature"),
                    separator: Some(' '),
                    prefix: "v1,".into(),
                    reading: Reading::Exact,
                    encoding: Encoding::Base64,
                    hash: Hash::Sha256,
                    content: Content::IdTimestampBody,
                }
            }
            Self::Stripe => Layout {
                timestamp: Timestamp::InSignature,
                separator: Some(','),
                content: Content::TimestampBody,
                ..Layout::body("Stripe-Signature".into(), Hash::Sha256, Encoding::Hex, "v1=".into())
            },
            Self::GitHub => Layout {
                id: names(["X-GitHub-Delivery"]),
                ..Layout::body("X-Hub-Signature-256".into(), Hash::Sha256, Encoding::Hex, "sha256=".into())
            },
            Self::Slack => Layout {
                timestamp: Timestamp::Header(names(["X-Slack-Request-Timestamp"])),
                content: Content::SlackV0,
                ..Layout::body("X-Slack-Signature".into(), Hash::Sha256, Encoding::Hex, "v0=".into())
            },
            Self::ConnectWise => Layout::body("x-content-signature".into(), Hash::Sha256, Encoding::Base64, "".into()),
            Self::Hmac(own) => Layout {
                id: own.id.iter().cloned().map(Name::new).collect(),
                reading: own.reading(),
                ..Layout::body(own.header.clone(), own.hash, own.encoding, own.prefix.clone())
            },
        }
    }
}

/// A MAC of the body in a header.
///
/// ```
/// use webhook_signing::{Encoding, Hash, HmacHeader, Scheme};
///
/// let shopify = Scheme::Hmac(HmacHeader::new("X-Shopify-Hmac-SHA256", Hash::Sha256, Encoding::Base64).id("X-Shopify-Webhook-Id"));
/// let x = Scheme::Hmac(HmacHeader::new("X-Twitter-Webhooks-Signature", Hash::Sha256, Encoding::Base64).prefix("sha256="));
/// # let _ = (shopify, x);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HmacHeader {
    header: Cow<'static, str>,
    hash: Hash,
    encoding: Encoding,
    prefix: Cow<'static, str>,
    tolerant: bool,
    id: Option<Cow<'static, str>>,
}

impl HmacHeader {
    /// The MAC is in this header.
    pub fn new(header: impl Into<Cow<'static, str>>, hash: Hash, encoding: Encoding) -> Self {
        Self { header: header.into(), hash, encoding, prefix: Cow::Borrowed(""), tolerant: false, id: None }
    }

    /// It stands behind this text: `sha256=`. Blanks between the two are skipped.
    pub fn prefix(mut self, prefix: impl Into<Cow<'static, str>>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Takes the MAC in every form that a sender's administrator may choose: with the prefix or without it, the prefix
    /// in any letter case, `sha256=` or `sha512=` instead of it, in base64 or hexadecimal. What is signed keeps the one
    /// form. All forms stand for the same MAC, so none of them makes a forgery easier.
    pub fn tolerant(mut self) -> Self {
        self.tolerant = true;
        self
    }

    fn reading(&self) -> Reading {
        match self.hash {
            Hash::Sha256 if self.tolerant => Reading::Tolerant { usual_prefix: "sha256=" },
            Hash::Sha512 if self.tolerant => Reading::Tolerant { usual_prefix: "sha512=" },
            _ if self.prefix.is_empty() => Reading::Exact,
            _ => Reading::BlanksBehindPrefix,
        }
    }

    /// The header with the delivery's id, for telling repeats. The MAC does not cover it.
    pub fn id(mut self, header: impl Into<Cow<'static, str>>) -> Self {
        self.id = Some(header.into());
        self
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Layout {
    /// Names of the id's header; the first that is there counts.
    pub(crate) id: Vec<Name>,
    pub(crate) id_required: bool,
    pub(crate) timestamp: Timestamp,
    pub(crate) signature: Vec<Name>,
    pub(crate) separator: Option<char>,
    /// What a signature of ours begins with.
    pub(crate) prefix: Cow<'static, str>,
    pub(crate) reading: Reading,
    pub(crate) encoding: Encoding,
    pub(crate) hash: Hash,
    pub(crate) content: Content,
}

/// How far a signature that is received may differ from the form in which one is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Not at all.
    Exact,
    /// There may be blanks behind the prefix.
    BlanksBehindPrefix,
    /// Also without prefix or behind the usual one, and in either encoding.
    Tolerant { usual_prefix: &'static str },
}

#[derive(Debug, Clone)]
pub(crate) enum Timestamp {
    None,
    Header(Vec<Name>),
    /// `t=` among the signatures.
    InSignature,
}

/// What is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    Body,
    IdTimestampBody,
    TimestampBody,
    SlackV0,
}

impl Content {
    /// What goes before the body, piece by piece.
    pub(crate) fn before_body<'p>(self, id: &'p str, timestamp: &'p str) -> [&'p [u8]; 4] {
        let (id, timestamp) = (id.as_bytes(), timestamp.as_bytes());
        match self {
            Self::Body => [b"", b"", b"", b""],
            Self::IdTimestampBody => [id, b".", timestamp, b"."],
            Self::TimestampBody => [timestamp, b".", b"", b""],
            Self::SlackV0 => [b"v0:", timestamp, b":", b""],
        }
    }
}

impl Layout {
    fn body(header: Cow<'static, str>, hash: Hash, encoding: Encoding, prefix: Cow<'static, str>) -> Self {
        Self {
            id: Vec::new(),
            id_required: false,
            timestamp: Timestamp::None,
            signature: vec![Name::new(header)],
            separator: None,
            prefix,
            reading: Reading::Exact,
            encoding,
            hash,
            content: Content::Body,
        }
    }

    pub(crate) fn signature_name(&self) -> Cow<'static, str> {
        self.signature.first().map(Name::text).unwrap_or_default()
    }

    /// The signatures in a header, each as `(prefix and text)`. Without a separator the whole value is one.
    pub(crate) fn entries<'h>(&self, header: &'h str) -> Entries<'h> {
        Entries { rest: header, separator: self.separator }
    }

    /// The text of an entry's signature, if the entry is of this version.
    pub(crate) fn behind_prefix<'h>(&self, entry: &'h str) -> Option<&'h str> {
        match self.reading {
            Reading::Exact => entry.strip_prefix(&*self.prefix),
            Reading::BlanksBehindPrefix => {
                entry.strip_prefix(self.prefix.trim_end_matches(' ')).map(|text| text.trim_start_matches(' '))
            }
            Reading::Tolerant { usual_prefix } => {
                let own = self.prefix.trim_end_matches(' ');
                // One may be the beginning of the other: the longer one counts.
                let behind = |prefix| strip_prefix_in_any_case(entry, prefix).filter(|text| text.len() < entry.len());
                let text = [own, usual_prefix].into_iter().filter_map(behind).min_by_key(|text| text.len());
                // A blank is skipped behind a prefix only: around a whole value it belongs to HTTP.
                Some(text.map_or(entry, |text| text.trim_start_matches(' ')))
            }
        }
    }

    /// The bytes of a signature; none if the text has another length or encoding.
    pub(crate) fn decode(&self, text: &str, length: usize) -> Option<Decoded> {
        match self.reading {
            Reading::Tolerant { .. } => Encoding::decode_any(text, length),
            Reading::Exact | Reading::BlanksBehindPrefix => self.encoding.decode(text, length),
        }
    }

    /// Why no signature in the header was good. `supported`: one is of this version; `readable`: one of those has the
    /// form of a signature.
    pub(crate) fn refusal(&self, header: &str, supported: bool, readable: bool) -> Error {
        let malformed = |why| Error::MalformedHeader { name: self.signature_name(), why };
        if readable {
            Error::NoMatchingSignature
        } else if supported {
            malformed("holds no signature that can be read: it has another length or another encoding")
        } else if self.entries(header).next().is_none() {
            malformed("is empty")
        } else if self.entries(header).any(|entry| self.is_of_another_version(entry)) {
            Error::NoSupportedScheme
        } else {
            malformed("holds nothing that is written as a signature of this scheme")
        }
    }

    /// Whether an entry that is not of this version is of another one, where the scheme has several: `v2,…`, `v0=…`.
    fn is_of_another_version(&self, entry: &str) -> bool {
        let Some(mark) = self.separator.and_then(|_| self.prefix.chars().last()) else { return false };
        entry.split_once(mark).is_some_and(|(version, text)| {
            let number = version.strip_prefix('v').unwrap_or_default();
            let alphanumeric = number.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase());
            number.starts_with(|c: char| c.is_ascii_digit()) && alphanumeric && !text.is_empty()
        })
    }

    pub(crate) fn check_count(&self, header: &str) -> Result<(), Error> {
        if self.entries(header).nth(MAX_SIGNATURES).is_some() { Err(Error::TooManySignatures) } else { Ok(()) }
    }
}

fn strip_prefix_in_any_case<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// See [`Layout::entries`].
#[derive(Debug, Clone)]
pub(crate) struct Entries<'h> {
    rest: &'h str,
    separator: Option<char>,
}

impl<'h> Iterator for Entries<'h> {
    type Item = &'h str;

    fn next(&mut self) -> Option<&'h str> {
        while !self.rest.is_empty() {
            let (entry, rest) = self.separator.and_then(|s| self.rest.split_once(s)).unwrap_or((self.rest, ""));
            self.rest = rest;
            if !entry.is_empty() {
                return Some(entry);
            }
        }
        None
    }
}
