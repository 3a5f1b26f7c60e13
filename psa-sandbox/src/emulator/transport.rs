//! The way in without sockets.

use std::sync::Arc;

use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use psa_http::{Body, Transport, TransportError};

use super::sandbox::Sandbox;
use super::vendor::Emulated;

impl<V: Emulated> Sandbox<V> {
    /// The in-process transport: no sockets, and virtual time where the runtime's is paused.
    pub fn transport(&self) -> Arc<dyn Transport> {
        Arc::new(self.clone())
    }
}

impl<V: Emulated> Transport for Sandbox<V> {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        async move { self.handle(request).respond(&**self.clock()).await }.boxed()
    }
}
