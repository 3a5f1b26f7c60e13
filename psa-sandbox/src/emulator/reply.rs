//! An answer before it is put on a wire.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::{StreamExt, stream};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use psa_core::time::Clock;
use psa_http::{Body, TransportError, TransportErrorKind};
use serde_json::Value;

use super::fault::Effect;

/// An answer of a vendor.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Reply {
    /// A status, and nothing else.
    pub fn empty(status: u16) -> Self {
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    /// A body of some content type.
    pub fn text(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut reply = Self::empty(status);
        reply.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        reply.body = body.into();
        reply
    }

    /// Says when it was sent.
    pub(crate) fn dated(mut self, now: DateTime<Utc>) -> Self {
        if let Ok(date) = HeaderValue::from_str(&now.format("%a, %d %b %Y %H:%M:%S GMT").to_string()) {
            self.headers.insert(header::DATE, date);
        }
        self
    }

    /// JSON in UTF-8.
    pub fn json(status: u16, value: &Value) -> Self {
        Self::text(status, "application/json; charset=utf-8", value.to_string())
    }
}

impl Effect {
    /// The answer of an effect that keeps the request from having any; `refusal` is the vendor's 429.
    pub(crate) fn instead(&self, refusal: impl FnOnce(Option<&'static str>) -> Reply) -> Option<(Reply, Way)> {
        Some(match self {
            Self::Status(code, text) => (Reply::text(*code, "text/plain", *text), Way::Whole),
            Self::RateLimited(after) => (refusal(*after), Way::Whole),
            Self::Html => {
                (Reply::text(200, "text/html", "<!DOCTYPE html><html><body>Sign in</body></html>"), Way::Whole)
            }
            Self::ResetBefore => (Reply::empty(500), Way::Reset),
            _ => return None,
        })
    }

    /// What becomes of an answer under this effect.
    pub(crate) fn spoil(&self, reply: &mut Reply) -> Way {
        match self {
            Self::CutBody => return Way::Cut(reply.body.len() / 2),
            Self::ShortBody => reply.body = reply.body.slice(..reply.body.len() / 2),
            Self::ResetAfter => return Way::Reset,
            _ => {}
        }
        Way::Whole
    }
}

impl Delivery {
    /// Puts the reply on the wire, after its delay.
    pub(crate) async fn respond(self, clock: &dyn Clock) -> Result<http::Response<Body>, TransportError> {
        let Self { reply, delay, way } = self;
        if !delay.is_zero() {
            clock.sleep(delay).await;
        }
        let mut response = http::Response::new(());
        *response.status_mut() = reply.status;
        *response.headers_mut() = reply.headers;
        let broken = || Err(TransportError::new(TransportErrorKind::Interrupted));
        let body = match way {
            Way::Reset => return Err(TransportError::new(TransportErrorKind::Interrupted)),
            Way::Whole => stream::iter([Ok(reply.body)]).boxed(),
            Way::Cut(at) => {
                // A socket promises the whole length and breaks the promise.
                response.headers_mut().insert("x-sandbox-cut", HeaderValue::from_static("1"));
                response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(reply.body.len()));
                stream::iter([Ok(reply.body.slice(..at)), broken()]).boxed()
            }
        };
        Ok(response.map(|()| body))
    }
}

/// What becomes of a reply on its way.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) reply: Reply,
    pub(crate) delay: std::time::Duration,
    pub(crate) way: Way,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Whole.
    Whole,
    /// The connection breaks after so many bytes of the body.
    Cut(usize),
    /// The connection breaks before any answer.
    Reset,
}
