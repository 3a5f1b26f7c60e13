//! A whole answer.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderMap, StatusCode, header};

use crate::retry_after::date;

/// A whole answer.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status; always a success when it comes out of [`Call::send`](crate::Call::send).
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, whole.
    pub body: Bytes,
}

impl Response {
    /// The vendor's clock when it answered.
    pub fn vendor_time(&self) -> Option<DateTime<Utc>> {
        date(&self.headers)
    }

    /// The content type without its parameters, lower case.
    pub fn content_type(&self) -> Option<String> {
        let text = self.headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
        Some(text.split(';').next().unwrap_or(text).trim().to_ascii_lowercase())
    }
}
