//! An axum extractor.

use axum_core::extract::{FromRef, FromRequest, Request};
use axum_core::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;

use crate::layer::status;
use crate::{Error, Verified, Verifier};

/// Why a request did not reach its handler. As an answer it is a bare 401, 413 for a body that is too long, or 200
/// for a message that came before: with a replay guard, [`Verifier::forget`] what the handler could not work on.
#[derive(Debug)]
pub struct Refused(pub Error);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        status(&self.0).into_response()
    }
}

/// The verified body, where the state has a [`Verifier`]. How long it may be is axum's `DefaultBodyLimit`.
///
/// In a state of your own, give it by `impl FromRef<App> for Verifier`; keep it in an `RwLock` there to change its keys while the
/// program runs. A handler that takes `Result<Verified<'static, Bytes>, Refused>` can log the reason.
///
/// ```
/// use axum::{Router, extract::State, routing::post};
/// use bytes::Bytes;
/// use webhook_signing::{Scheme, Verified, Verifier};
///
/// async fn receive(verified: Verified<'static, Bytes>) {
///     println!("{:?}: {} bytes", verified.id, verified.body.len());
/// }
///
/// let verifier = Verifier::new(Scheme::StandardWebhooks, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
/// let app: Router = Router::new().route("/webhooks", post(receive)).with_state(verifier);
/// # let _ = app;
/// # Ok::<(), webhook_signing::Error>(())
/// ```
impl<S> FromRequest<S> for Verified<'static, Bytes>
where
    S: Send + Sync,
    Verifier: FromRef<S>,
{
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let verifier = Verifier::from_ref(state);
        let headers = request.headers().clone();
        verifier.begin(&headers).map_err(Refused)?;
        let body = Bytes::from_request(request, state).await.map_err(|rejection| {
            // What axum's own limit says; anything else is a body that broke off.
            let too_large = rejection.status() == StatusCode::PAYLOAD_TOO_LARGE;
            Refused(if too_large { Error::BodyTooLarge } else { Error::Malformed("broke off") })
        })?;
        verifier.verify(&headers, &body).map(|verified| verified.with_body(body)).map_err(Refused)
    }
}
