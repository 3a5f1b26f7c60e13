//! Requests and answers without a client, and a receiver that keeps what it gets.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use http::HeaderMap;
use psa_http::{Body, Transport, TransportError};
use serde_json::Value;

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) json: Value,
}

/// Sends a request; an error is a connection that broke.
pub(crate) async fn send(
    transport: &Arc<dyn Transport>,
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Result<Answer, TransportError> {
    let mut request = http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (head, body) = transport.send(request.body(body.into()).unwrap()).await?.into_parts();
    let parts: Vec<Bytes> = body.try_collect().await?;
    let json = serde_json::from_slice(&parts.concat()).unwrap_or(Value::Null);
    Ok(Answer { status: head.status.as_u16(), headers: head.headers, json })
}

/// Keeps what is sent to it, and answers with a status.
#[derive(Debug)]
pub(crate) struct Sink {
    pub(crate) got: Mutex<Vec<http::Request<Bytes>>>,
    status: u16,
}

impl Sink {
    pub(crate) fn new(status: u16) -> Arc<Self> {
        Arc::new(Self { got: Mutex::new(Vec::new()), status })
    }
}

impl Transport for Sink {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        self.got.lock().unwrap().push(request);
        let body: Body = stream::iter([Ok(Bytes::new())]).boxed();
        let answer = http::Response::builder().status(self.status).body(body).unwrap();
        async move { Ok(answer) }.boxed()
    }
}
