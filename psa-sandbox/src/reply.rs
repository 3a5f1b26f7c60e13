//! An answer before it is put on a wire.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::Value;

#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    pub(crate) fn text(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut reply = Self::empty(status);
        reply.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        reply.body = body.into();
        reply
    }

    pub(crate) fn json(status: u16, value: &Value) -> Self {
        Self::text(status, "application/json; charset=utf-8", value.to_string())
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
