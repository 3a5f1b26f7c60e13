//! The tower layer: what is not verified never reaches the service, and the sender is not told why.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::executor::block_on;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use tower_layer::Layer;
use tower_service::Service;
use webhook_signing::{Credentials, Error, Scheme, Signer, Verified, Verifier, VerifyLayer};

use crate::round_trip::NOW;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Keeps what it was given.
#[derive(Clone, Default)]
struct Inbox(Arc<Mutex<Vec<Verified<'static, Bytes>>>>);

impl Service<Request<Full<Bytes>>> for Inbox {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
        let verified = request.extensions().get::<Verified<'static, Bytes>>().unwrap().clone();
        self.0.lock().unwrap().push(verified);
        ready(Ok(Response::builder().status(202).body(Full::default()).unwrap()))
    }
}

fn request(body: &'static [u8], at: i64) -> Request<Full<Bytes>> {
    let signed = Signer::new(Scheme::StandardWebhooks, SECRET).unwrap().sign("msg_1", at, body).unwrap();
    let mut request = Request::post("/webhooks");
    for (name, value) in signed.iter() {
        request = request.header(name, value);
    }
    request.body(Full::new(Bytes::from_static(body))).unwrap()
}

#[test]
fn only_verified_requests_reach_the_service() {
    let inbox = Inbox::default();
    let refused = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&refused);
    let verifier = Verifier::new(Scheme::StandardWebhooks, SECRET).unwrap().clock(|| NOW);
    let layer =
        VerifyLayer::new(verifier).limit(10).on_refusal(move |why: &Error| told.lock().unwrap().push(why.clone()));
    let mut service = layer.layer(inbox.clone());
    let mut send = |request| block_on(service.call(request)).unwrap();

    assert_eq!(send(request(b"{}", NOW)).status(), StatusCode::ACCEPTED);
    let seen = inbox.0.lock().unwrap().pop().unwrap();
    assert_eq!((seen.id.as_deref(), &seen.body[..]), (Some("msg_1"), &b"{}"[..]));

    let mut changed = request(b"{}", NOW);
    *changed.body_mut() = Full::new(Bytes::from_static(b"[]"));
    for bad in [changed, request(b"{}", NOW - 301), Request::post("/").body(Full::default()).unwrap()] {
        let answer = send(bad);
        assert_eq!((answer.status(), answer.headers().len()), (StatusCode::UNAUTHORIZED, 0));
        assert_eq!(http_body::Body::size_hint(answer.body()).exact(), Some(0));
    }
    assert_eq!(send(request(b"longer than ten", NOW)).status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(inbox.0.lock().unwrap().is_empty());
    assert_eq!(
        *refused.lock().unwrap(),
        [
            Error::NoMatchingSignature,
            Error::TimestampTooOld { age: 301 },
            Error::MissingHeader("webhook-signature".into()),
            Error::BodyTooLarge
        ]
    );
}

#[test]
fn a_repeat_is_answered_well_and_what_failed_is_taken_again() {
    /// Fails the first time.
    #[derive(Clone, Default)]
    struct Flaky(Arc<Mutex<u32>>);
    impl Service<Request<Full<Bytes>>> for Flaky {
        type Response = Response<Full<Bytes>>;
        type Error = Infallible;
        type Future = Ready<Result<Self::Response, Infallible>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: Request<Full<Bytes>>) -> Self::Future {
            *self.0.lock().unwrap() += 1;
            let status = if *self.0.lock().unwrap() == 1 { 500 } else { 202 };
            ready(Ok(Response::builder().status(status).body(Full::default()).unwrap()))
        }
    }
    let guard = Arc::new(webhook_signing::MemoryReplayGuard::new(10));
    let verifier = Verifier::new(Scheme::StandardWebhooks, SECRET).unwrap().clock(|| NOW).replay_guard(guard, "s");
    let flaky = Flaky::default();
    let mut service = VerifyLayer::new(verifier).layer(flaky.clone());
    let mut send = || block_on(service.call(request(b"{}", NOW))).unwrap().status().as_u16();
    assert_eq!([send(), send(), send()], [500, 202, 200]);
    assert_eq!(*flaky.0.lock().unwrap(), 2, "worked on once, after the failure");
}

#[test]
fn credentials_guard_a_service_too() {
    let inbox = Inbox::default();
    let mut service = VerifyLayer::new(Credentials::basic("halo", "p:w").unwrap()).layer(inbox.clone());
    let mut send = |authorization: &str| {
        let request = Request::post("/").header("authorization", authorization).body(Full::<Bytes>::default()).unwrap();
        block_on(service.call(request)).unwrap().status()
    };
    assert_eq!(send("Basic aGFsbzpwOnc="), StatusCode::ACCEPTED);
    assert_eq!(send("Basic aGFsbzpwOng="), StatusCode::UNAUTHORIZED);
    assert_eq!(inbox.0.lock().unwrap().len(), 1);
}
