//! A tower layer: what reaches the service is verified.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use tower_layer::Layer;
use tower_service::Service;

use crate::{Credentials, Error, Verified, Verifier};

/// 1 MiB: many times what any of the senders here sends.
const LIMIT: usize = 1024 * 1024;

/// What a request is judged by: a [`Verifier`], [`Credentials`], or your own choice among several.
pub trait Authenticate: Send + Sync + 'static {
    /// Refuses by the headers alone, before the body is read.
    ///
    /// # Errors
    /// Why not.
    fn head(&self, _headers: &HeaderMap) -> Result<(), Error> {
        Ok(())
    }

    /// Judges the whole request.
    ///
    /// # Errors
    /// Why not.
    fn whole(&self, headers: &HeaderMap, body: &[u8]) -> Result<Verified<'static>, Error>;

    /// Told of a message that the service could not work on: its sender will try again, and that must be taken.
    fn failed(&self, _message: &Verified<'static, Bytes>) {}
}

impl Authenticate for Verifier {
    fn head(&self, headers: &HeaderMap) -> Result<(), Error> {
        self.begin(headers).map(drop)
    }

    fn whole(&self, headers: &HeaderMap, body: &[u8]) -> Result<Verified<'static>, Error> {
        self.verify(headers, body).map(|verified| verified.with_body(()))
    }

    fn failed(&self, message: &Verified<'static, Bytes>) {
        self.forget(message);
    }
}

impl Authenticate for Credentials {
    fn head(&self, headers: &HeaderMap) -> Result<(), Error> {
        self.verify(headers).map(drop)
    }

    fn whole(&self, headers: &HeaderMap, _body: &[u8]) -> Result<Verified<'static>, Error> {
        self.verify(headers)
    }
}

/// Verifies each request before the service sees it.
///
/// The service gets the body as it came, and a `Verified<'static, Bytes>` in the extensions. All else is answered here: 401
/// without a word why, 413 for a body that is too long, 200 for a message that came before (see
/// [`Verifier::replay_guard`]). One that the service does not answer with success is taken again.
///
/// ```
/// use webhook_signing::{Scheme, Verifier, VerifyLayer};
///
/// let verifier = Verifier::new(Scheme::GitHub, "the secret of this webhook")?;
/// let layer = VerifyLayer::new(verifier).limit(256 * 1024).on_refusal(|why| eprintln!("a webhook was refused: {why}"));
/// # let _ = layer;
/// # Ok::<(), webhook_signing::Error>(())
/// ```
#[derive(Clone)]
pub struct VerifyLayer(Arc<Setup>);

#[derive(Clone)]
struct Setup {
    authenticate: Arc<dyn Authenticate>,
    limit: usize,
    on_refusal: Arc<dyn Fn(&Error) + Send + Sync>,
}

impl fmt::Debug for VerifyLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyLayer").field("limit", &self.0.limit).finish_non_exhaustive()
    }
}

impl VerifyLayer {
    /// Lets through what this verifier, or these credentials, take.
    pub fn new(authenticate: impl Authenticate) -> Self {
        Self(Arc::new(Setup { authenticate: Arc::new(authenticate), limit: LIMIT, on_refusal: Arc::new(|_| ()) }))
    }

    /// The longest body in bytes; 1 MiB unless told.
    #[must_use]
    pub fn limit(mut self, bytes: usize) -> Self {
        Arc::make_mut(&mut self.0).limit = bytes;
        self
    }

    /// Told of each refusal and its reason: for your log, never for the sender.
    #[must_use]
    pub fn on_refusal(mut self, told: impl Fn(&Error) + Send + Sync + 'static) -> Self {
        Arc::make_mut(&mut self.0).on_refusal = Arc::new(told);
        self
    }
}

impl<S> Layer<S> for VerifyLayer {
    type Service = Verify<S>;

    fn layer(&self, service: S) -> Verify<S> {
        Verify { service, setup: Arc::clone(&self.0) }
    }
}

/// The service that [`VerifyLayer`] makes.
#[derive(Clone)]
pub struct Verify<S> {
    service: S,
    setup: Arc<Setup>,
}

impl<S: fmt::Debug> fmt::Debug for Verify<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verify").field("service", &self.service).finish_non_exhaustive()
    }
}

impl<S, B, R> Service<Request<B>> for Verify<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    R: Default,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let waiting = self.service.clone();
        // The one that said it was ready.
        let mut service = std::mem::replace(&mut self.service, waiting);
        let setup = Arc::clone(&self.setup);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            match read(&setup, &parts.headers, body).await {
                Ok(verified) => {
                    let body = verified.body.clone();
                    parts.extensions.insert(verified.clone());
                    let done = service.call(Request::from_parts(parts, Full::new(body))).await;
                    if !done.as_ref().is_ok_and(|answer| answer.status().is_success()) {
                        setup.authenticate.failed(&verified);
                    }
                    done
                }
                Err(error) => {
                    (setup.on_refusal)(&error);
                    let mut answer = Response::new(R::default());
                    *answer.status_mut() = status(&error);
                    Ok(answer)
                }
            }
        })
    }
}

async fn read<B>(setup: &Setup, headers: &HeaderMap, body: B) -> Result<Verified<'static, Bytes>, Error>
where
    B: Body,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    setup.authenticate.head(headers)?;
    let body = match Limited::new(body, setup.limit).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return Err(Error::BodyTooLarge),
        Err(_) => return Err(Error::Malformed("broke off")),
    };
    setup.authenticate.whole(headers, &body).map(|verified| verified.with_body(body))
}

/// What the sender is told: as little as possible.
pub(crate) fn status(error: &Error) -> StatusCode {
    match error {
        Error::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        // It was worked on the first time, and its sender did not hear of it: now it does.
        Error::Replayed => StatusCode::OK,
        _ => StatusCode::UNAUTHORIZED,
    }
}
