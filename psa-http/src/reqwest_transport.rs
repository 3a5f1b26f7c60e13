use std::error::Error as StdError;
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, stream};
use psa_core::{Error, Result};

use crate::{Body, Transport, TransportError, TransportErrorKind};

/// Sends over the network with reqwest. Never follows redirects: a credential must not travel to another host.
#[derive(Debug, Clone)]
pub struct ReqwestTransport(reqwest::Client);

/// Puts a [`ReqwestTransport`] together.
#[derive(Debug)]
pub struct ReqwestTransportBuilder {
    builder: reqwest::ClientBuilder,
}

impl ReqwestTransport {
    /// A transport with the system's trusted roots.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](psa_core::ErrorKind::Config) if the TLS library can't start.
    pub fn new() -> Result<Self> {
        Self::builder().build()
    }

    /// Starts a transport with settings of its own.
    pub fn builder() -> ReqwestTransportBuilder {
        let builder = builder().connect_timeout(Duration::from_secs(15)).gzip(true);
        ReqwestTransportBuilder { builder }
    }

    /// Wraps a reqwest client of the caller's own: an escape hatch. It must not follow redirects or retry.
    pub fn from_client(client: reqwest::Client) -> Self {
        Self(client)
    }
}

impl ReqwestTransportBuilder {
    /// Trusts this CA (PEM, one certificate or several) beside the system's, for an on-premise server or a sandbox.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](psa_core::ErrorKind::Config) if there is no certificate in it.
    #[cfg(feature = "rustls")]
    pub fn trust_ca(mut self, pem: &[u8]) -> Result<Self> {
        self.builder = trust_ca(self.builder, pem)?;
        Ok(self)
    }

    /// The transport.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](psa_core::ErrorKind::Config) if the settings can't work.
    pub fn build(self) -> Result<ReqwestTransport> {
        build(self.builder).map(ReqwestTransport)
    }
}

impl Transport for ReqwestTransport {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        async move {
            let request = reqwest::Request::try_from(request)
                .map_err(|e| TransportError::new(TransportErrorKind::Request).with_source(e.without_url()))?;
            self.0.execute(request).await.map(answer_of).map_err(convert)
        }
        .boxed()
    }
}

/// What every transport over reqwest begins with: no redirects, no retries of its own.
pub(crate) fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .pool_idle_timeout(Duration::from_secs(60))
        .tcp_nodelay(true)
}

#[cfg(feature = "rustls")]
pub(crate) fn trust_ca(builder: reqwest::ClientBuilder, pem: &[u8]) -> Result<reqwest::ClientBuilder> {
    let certificates = reqwest::Certificate::from_pem_bundle(pem)
        .map_err(|e| Error::config("ca", "this is not a PEM certificate").with_source(e))?;
    if certificates.is_empty() {
        return Err(Error::config("ca", "there is no PEM certificate in this"));
    }
    Ok(builder.tls_certs_merge(certificates))
}

pub(crate) fn build(builder: reqwest::ClientBuilder) -> Result<reqwest::Client> {
    builder.build().map_err(|e| Error::config("transport", "the HTTP client can't start").with_source(e))
}

/// The head of an answer, and its body as it arrives.
pub(crate) fn answer_of(mut answer: reqwest::Response) -> http::Response<Body> {
    let mut response = http::Response::new(());
    *response.status_mut() = answer.status();
    *response.headers_mut() = std::mem::take(answer.headers_mut());
    let body = stream::try_unfold(answer, |mut answer| async move {
        let chunk = answer.chunk().await.map_err(convert)?;
        Ok(chunk.map(|chunk| (chunk, answer)))
    })
    .boxed();
    response.map(|()| body)
}

/// Without the URL: it may hold a secret.
pub(crate) fn convert(error: reqwest::Error) -> TransportError {
    let error = error.without_url();
    let kind = if error.is_timeout() && !error.is_connect() {
        TransportErrorKind::Timeout
    } else if error.is_connect() {
        if is_tls(&error) { TransportErrorKind::Tls } else { TransportErrorKind::Connect }
    } else if error.is_builder() {
        TransportErrorKind::Request
    } else {
        TransportErrorKind::Interrupted
    };
    TransportError::new(kind).with_source(error)
}

/// Whether a certificate or the handshake was the reason. The TLS library's error is not public here, so its text decides.
fn is_tls(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(inner) = cause {
        let text = inner.to_string();
        if text.contains("certificate") || text.contains("handshake") || text.contains("TLS") {
            return true;
        }
        cause = inner.source();
    }
    false
}
