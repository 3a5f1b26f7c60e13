//! Why a webhook was not believed, or a secret or key not taken.

use std::borrow::Cow;

/// Why a webhook was not believed, or a key not taken.
///
/// For your log. The sender gets one answer for all of them, a bare 401: reasons help those who try.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The header is not there. Is the sender configured to sign?
    #[error("the header {0} is missing")]
    MissingHeader(Cow<'static, str>),
    /// The header is there more than once, so that it could be read in two ways.
    #[error("the header {0} came more than once")]
    DuplicateHeader(Cow<'static, str>),
    /// The header can't be read, or holds nothing that has the form of a signature.
    #[error("the header {name} {why}")]
    MalformedHeader {
        /// Which.
        name: Cow<'static, str>,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The timestamp is not a whole number of seconds in its only spelling.
    #[error("the timestamp is not a canonical number of seconds")]
    InvalidTimestamp,
    /// The message was signed too long ago: a replay, or clocks that differ.
    #[error("the message was signed {age} s ago, which is too long")]
    TimestampTooOld {
        /// Its age in seconds.
        age: u64,
    },
    /// The message was signed in the future: clocks differ.
    #[error("the message was signed {ahead} s in the future")]
    TimestampTooNew {
        /// How far, in seconds.
        ahead: u64,
    },
    /// The signatures are of other versions than the one that is configured here, in a scheme that has several.
    #[error("no signature is of the configured scheme")]
    NoSupportedScheme,
    /// The signatures were made with another key or over other bytes. Is the body verified exactly as it was received?
    #[error("no signature matches: another secret, or the body was changed on its way")]
    NoMatchingSignature,
    /// User name, password or token are others.
    #[error("the credentials do not match")]
    BadCredentials,
    /// A secret that anybody knows.
    #[error("the secret is empty: everybody could sign with it")]
    EmptySecret,
    /// The secret can't be one of this scheme, or breaks the rule of [`Secret`](crate::Secret).
    #[error("the secret {0}")]
    InvalidSecret(&'static str),
    /// A public or private key can't be one.
    #[error("the key {0}")]
    InvalidKey(&'static str),
    /// More signatures than any sender needs: not even looked at.
    #[error("more than {} signatures came", crate::MAX_SIGNATURES)]
    TooManySignatures,
    /// The body is longer than is taken.
    #[error("the body is longer than is taken")]
    BodyTooLarge,
    /// A message with this id came before.
    #[error("the message came before")]
    Replayed,
    /// An id that can't be signed unambiguously.
    #[error("the message id {0}")]
    InvalidId(&'static str),
    /// This scheme is only verified here, not signed.
    #[error("this scheme does not sign")]
    NotSigning,
    /// RFC 9421: a header or a derived component that was signed is not in the message.
    #[error("the signed component {0} is not in the message")]
    ComponentMissing(String),
    /// RFC 9421: what must be covered is not.
    #[error("the signature does not cover {0}")]
    ComponentNotCovered(String),
    /// RFC 9421 and Microsoft Graph: nobody knows a key of this name.
    #[error("no key has the id that the signature names")]
    UnknownKey,
    /// RFC 9421: the signature names another algorithm than its key has.
    #[error("the signature names another algorithm than its key has")]
    AlgorithmMismatch,
    /// The signature or token is past its end.
    #[error("the signature or token has expired")]
    Expired,
    /// RFC 9421: it is from the future.
    #[error("the signature was created in the future")]
    CreatedInFuture,
    /// The body is not the one of the Content-Digest.
    #[error("the body does not have the digest that came with it")]
    DigestMismatch,
    /// No digest is of a known algorithm.
    #[error("no digest is of a known algorithm")]
    DigestUnsupported,
    /// RFC 9421: no signature has this tag.
    #[error("no signature has the expected tag")]
    TagMismatch,
    /// RFC 9421: several signatures could be meant.
    #[error("more than one signature could be meant")]
    AmbiguousSignature,
    /// Microsoft Graph: no private key for the certificate that was encrypted to.
    #[error("no private key is known for the certificate of the notification")]
    UnknownCertificate,
    /// Microsoft Graph: the data key was not encrypted to our key.
    #[error("the data key can't be decrypted")]
    KeyDecryption,
    /// Microsoft Graph: the content was changed.
    #[error("the encrypted content was changed")]
    SignatureMismatch,
    /// Microsoft Graph: the content does not decrypt to anything.
    #[error("the content can't be decrypted")]
    Decryption,
    /// Microsoft Graph: encrypted content came without a token that proves where it is from.
    #[error("no validation token came with encrypted content")]
    MissingTokens,
    /// Microsoft Graph: a validation token is not good.
    #[error("a validation token {0}")]
    Token(TokenFault),
    /// What came is not what it should be: no JSON, no base64.
    #[error("the message {0}")]
    Malformed(&'static str),
}

/// What is wrong with a validation token of Microsoft Graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenFault {
    /// It is no JSON Web Token.
    #[error("is no token")]
    Malformed,
    /// It names an algorithm other than RS256.
    #[error("is not signed with RS256")]
    UnsupportedAlgorithm,
    /// Its signature is not its issuer's.
    #[error("has a wrong signature")]
    BadSignature,
    /// It begins later.
    #[error("is not valid yet")]
    NotYetValid,
    /// It is for another app.
    #[error("is for another app")]
    WrongAudience,
    /// It is not from Microsoft's token service of its tenant.
    #[error("has a wrong issuer")]
    WrongIssuer,
    /// It is not from the publisher of change notifications.
    #[error("is not from Graph's publisher")]
    WrongPublisher,
    /// It is of a tenant that is not ours.
    #[error("is of an unknown tenant")]
    UnknownTenant,
    /// An item with encrypted content has no token of its tenant.
    #[error("of an item's tenant is missing")]
    TenantNotCovered,
}
