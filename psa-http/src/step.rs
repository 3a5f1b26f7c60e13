use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::future::BoxFuture;
use psa_core::{Lane, Result};

use crate::{Operation, Response};

/// A request on its way through the pipeline.
#[derive(Debug, Clone)]
pub struct Request {
    /// What it is.
    pub operation: &'static Operation,
    /// Who waits for it.
    pub lane: Lane,
    /// Which try this is, from 1; 0 for a step around the whole call.
    pub attempt: u32,
    /// The request itself. Around the whole call it has no credential yet.
    pub http: http::Request<Bytes>,
}

/// A caller's own part of the pipeline: logging, metrics, an extra header, a cache.
///
/// ```
/// use async_trait::async_trait;
/// use psa_core::Result;
/// use psa_http::{Next, Request, Response, Step};
///
/// #[derive(Debug)]
/// struct Tag;
///
/// #[async_trait]
/// impl Step for Tag {
///     async fn run(&self, mut request: Request, next: Next<'_>) -> Result<Response> {
///         request.http.headers_mut().insert("x-portal", http::HeaderValue::from_static("demo"));
///         next.run(request).await
///     }
/// }
/// ```
#[async_trait]
pub trait Step: Send + Sync + std::fmt::Debug {
    /// Handles `request`, usually by handing it to `next`.
    ///
    /// # Errors
    /// Its own, or those of what comes after it.
    async fn run(&self, request: Request, next: Next<'_>) -> Result<Response>;
}

pub(crate) type Terminal<'a> = &'a (dyn Fn(Request) -> BoxFuture<'a, Result<Response>> + Send + Sync);

/// The rest of the pipeline. It can be copied, and so run more than once.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "holds a closure")]
pub struct Next<'a> {
    steps: &'a [Arc<dyn Step>],
    terminal: Terminal<'a>,
}

impl<'a> Next<'a> {
    pub(crate) fn new(steps: &'a [Arc<dyn Step>], terminal: Terminal<'a>) -> Self {
        Self { steps, terminal }
    }

    /// Runs the rest.
    ///
    /// # Errors
    /// Those of the rest.
    pub async fn run(self, request: Request) -> Result<Response> {
        match self.steps.split_first() {
            Some((step, rest)) => step.run(request, Next::new(rest, self.terminal)).await,
            None => (self.terminal)(request).await,
        }
    }
}
