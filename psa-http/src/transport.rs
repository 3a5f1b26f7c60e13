use std::error::Error as StdError;
use std::fmt;

use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use psa_core::{Error, ErrorKind, Phase, Retry};

use crate::Forbidden;

/// The bytes of an answer, as they arrive.
pub type Body = BoxStream<'static, Result<Bytes, TransportError>>;

/// What sends one request and brings one answer: reqwest, the sandbox, or a caller's own.
///
/// An answer with an error status is an answer, not a [`TransportError`].
pub trait Transport: Send + Sync + fmt::Debug {
    /// Sends `request`. Must not follow redirects, retry or wait for more than the head of the answer.
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>>;
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportErrorKind {
    /// No connection: DNS, TCP. Nothing was sent.
    Connect,
    /// No trusted connection. Nothing was sent.
    Tls,
    /// The connection broke, or the answer did, after something may have been sent.
    Interrupted,
    /// No answer in time.
    Timeout,
    /// The request itself can't be sent.
    Request,
}

/// No answer, or only the start of one.
#[derive(Debug)]
pub struct TransportError {
    /// Why.
    pub kind: TransportErrorKind,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl TransportError {
    /// An error without a cause.
    pub fn new(kind: TransportErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// Adds the cause. It must not hold a URL with a query, headers or a body.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    pub(crate) fn into_error(self) -> Error {
        let (kind, phase, retry) = match self.kind {
            TransportErrorKind::Connect => (ErrorKind::Connect, Phase::NotSent, Retry::Backoff),
            TransportErrorKind::Tls => (ErrorKind::Tls, Phase::NotSent, Retry::Never),
            TransportErrorKind::Interrupted => (ErrorKind::Connect, Phase::MaybeSent, Retry::Backoff),
            TransportErrorKind::Timeout => (ErrorKind::Timeout, Phase::MaybeSent, Retry::Backoff),
            TransportErrorKind::Request => (ErrorKind::InvalidRequest, Phase::NotSent, Retry::Never),
        };
        let text = match self.kind {
            TransportErrorKind::Connect => "no connection to the server",
            TransportErrorKind::Tls => "the server's certificate or TLS setup was not accepted",
            TransportErrorKind::Interrupted => "the connection broke before the whole answer was there",
            TransportErrorKind::Timeout => "no complete answer in time",
            TransportErrorKind::Request => "the request can't be sent",
        };
        let error = Error::new(kind, text).with_phase(phase).with_retry(retry);
        match self.source.map(|source| source.downcast::<Forbidden>()) {
            Some(Ok(forbidden)) => Error::from(*forbidden),
            Some(Err(source)) => error.with_source(source),
            None => error,
        }
    }
}

impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        error.into_error()
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "transport error: {:?}", self.kind)
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|s| &**s as &(dyn StdError + 'static))
    }
}

/// Reads a body to its end.
///
/// # Errors
/// [`ErrorKind::TooLarge`] past `cap` bytes; what the connection does.
pub async fn read_capped(mut body: Body, cap: usize, size_hint: usize) -> Result<Bytes, Error> {
    let too_large = || {
        Error::new(ErrorKind::TooLarge, format!("the answer is larger than {cap} bytes"))
            .with_phase(Phase::Answered)
            .with_retry(Retry::Never)
    };
    if size_hint > cap {
        return Err(too_large());
    }
    let Some(first) = body.next().await else {
        return Ok(Bytes::new());
    };
    let first = first.map_err(TransportError::into_error)?;
    if first.len() > cap {
        return Err(too_large());
    }
    let Some(second) = body.next().await else {
        return Ok(first);
    };
    let mut whole = BytesMut::with_capacity(size_hint.max(first.len() * 2).min(cap));
    whole.extend_from_slice(&first);
    let mut chunk = Some(second);
    while let Some(part) = chunk {
        let part = part.map_err(TransportError::into_error)?;
        if whole.len() + part.len() > cap {
            return Err(too_large());
        }
        whole.extend_from_slice(&part);
        chunk = body.next().await;
    }
    Ok(whole.freeze())
}
