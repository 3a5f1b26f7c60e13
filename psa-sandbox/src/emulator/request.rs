//! A request as a vendor sees it.

use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderMap, Method, header};

/// One request.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path, as it came.
    pub path: String,
    /// The query, decoded, in its order.
    pub query: Vec<(String, String)>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// Scheme, host and port by which this server was reached.
    pub origin: String,
    /// When it came, by the sandbox's clock.
    pub now: DateTime<Utc>,
    /// The same, as the time since the clock's start: for what expires.
    pub elapsed: Duration,
}

impl Request {
    pub(crate) fn new(head: &http::request::Parts, body: Bytes, now: DateTime<Utc>, elapsed: Duration) -> Self {
        let query = head.uri.query().unwrap_or("").as_bytes();
        Self {
            method: head.method.clone(),
            path: head.uri.path().to_owned(),
            query: url::form_urlencoded::parse(query).into_owned().collect(),
            headers: head.headers.clone(),
            body,
            origin: origin(head),
            now,
            elapsed,
        }
    }

    /// A header's value as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Where this server is, as a request reached it.
fn origin(head: &http::request::Parts) -> String {
    // In-process requests have a whole URL; those of a socket a host header.
    match (head.uri.scheme_str(), head.uri.authority()) {
        (Some(scheme), Some(authority)) => format!("{scheme}://{authority}"),
        _ => {
            let host = head.headers.get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or("localhost");
            let scheme = head.headers.get("x-sandbox-scheme").and_then(|h| h.to_str().ok()).unwrap_or("http");
            format!("{scheme}://{host}")
        }
    }
}
