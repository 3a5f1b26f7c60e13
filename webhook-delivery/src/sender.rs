//! One request, its answer, and what follows from it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use futures::future::{Either, select};
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use psa_core::time::Clock;
use psa_http::{
    Body, Forbidden, Redactor, Timings, Transport, TransportError, TransportErrorKind, retry_after_unbounded,
};
use webhook_signing::{Keyring, Scheme, Signer};

use crate::endpoint::{Endpoint, SigningSecret};
use crate::policy::Outcome;
use crate::store::AttemptEnd;
use crate::{Error, Result};

/// What is read of an answer; the rest is not waited for.
const READ: usize = 16 * 1024;

/// What is kept of it.
const KEPT: usize = 4 * 1024;

/// An endpoint, ready to be sent to.
pub(crate) struct Ready {
    pub(crate) endpoint: Endpoint,
    signer: Signer,
    headers: HeaderMap,
    redactor: Redactor,
}

/// Names and values of headers.
type Pairs = Vec<(String, String)>;

/// Secrets of an endpoint, newest first, with their ends.
pub(crate) type Secrets = Vec<(SigningSecret, Option<chrono::DateTime<chrono::Utc>>)>;

impl Ready {
    pub(crate) fn new(endpoint: Endpoint, secrets: Secrets, user_agent: &HeaderValue) -> Result<Self> {
        let redactor = Redactor::default();
        let mut keys: Option<Keyring> = None;
        for (secret, until) in &secrets {
            redactor.add_lasting(secret.reveal().to_owned().into());
            let end = until.map(|at| at.timestamp());
            keys = Some(match keys {
                None => Keyring::new(secret.reveal()),
                Some(keys) => keys.previous(secret.reveal(), end),
            });
        }
        let keys = keys.ok_or(Error::Rotation("the endpoint has no secret that is still good"))?;
        let signer = Signer::new(Scheme::StandardWebhooks, keys)?;
        let mut headers = HeaderMap::new();
        endpoint.settings.headers.put_into(&mut headers);
        for value in headers.values() {
            if let Ok(text) = value.to_str() {
                // Receivers that show what they got are common.
                let secret = text.rsplit(' ').next().unwrap_or(text);
                redactor.add_lasting(secret.to_owned().into());
            }
        }
        headers.insert(USER_AGENT, user_agent.clone());
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(Self { endpoint, signer, headers, redactor })
    }

    /// The request of a try at a moment, and the headers of its signature.
    fn request(&self, event_id: &str, body: Bytes, now: i64) -> Result<(http::Request<Bytes>, Pairs), &'static str> {
        let signed = self.signer.sign(event_id, now, &body).map_err(|_| "the event can't be signed")?;
        let mut request = http::Request::new(body);
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = self.endpoint.url.parse().map_err(|_| "the endpoint's URL can't be used")?;
        *request.headers_mut() = self.headers.clone();
        let mut signature = Vec::new();
        for (name, value) in signed.iter() {
            let (Ok(header), Ok(text)) = (HeaderName::try_from(name), HeaderValue::from_str(value)) else {
                return Err("the signature can't be sent");
            };
            request.headers_mut().insert(header, text);
            signature.push((name.to_owned(), value.to_owned()));
        }
        Ok((request, signature))
    }
}

/// A try that was made.
pub(crate) struct Tried {
    pub(crate) end: AttemptEnd,
    pub(crate) outcome: Outcome,
    pub(crate) timings: Timings,
    /// What the receiver asks for as a whole: nothing more before this has passed.
    pub(crate) pause: Option<Duration>,
    pub(crate) signature: Pairs,
    /// An address that must not be reached.
    pub(crate) forbidden: bool,
}

/// Sends, and waits no longer than it should.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) time_out: Duration,
}

impl Sender {
    pub(crate) async fn send(&self, to: &Ready, event_id: &str, body: Bytes) -> Tried {
        let started = self.clock.elapsed();
        let (request, signature) = match to.request(event_id, body, self.clock.now().timestamp()) {
            Ok(request) => request,
            Err(why) => return Tried::without_answer(why.to_owned(), Outcome::Permanent(why), Vec::new()),
        };
        let sending = std::pin::pin!(self.exchange(to, request));
        let mut tried = match select(sending, self.clock.sleep(self.time_out)).await {
            Either::Left((tried, _)) => tried,
            Either::Right(_) => {
                Tried::without_answer("no complete answer in time".to_owned(), Outcome::timed_out(), Vec::new())
            }
        };
        tried.end.took = self.clock.elapsed().saturating_sub(started);
        tried.signature = signature;
        tried
    }

    async fn exchange(&self, to: &Ready, request: http::Request<Bytes>) -> Tried {
        let answer = match self.transport.send(request).await {
            Ok(answer) => answer,
            Err(error) => return Tried::failed(&error),
        };
        let (head, body) = answer.into_parts();
        let status = head.status.as_u16();
        let timings = head.extensions.get::<Timings>().copied().unwrap_or_default();
        let (excerpt, broken) = excerpt(body, &to.redactor).await;
        let hint = retry_after_unbounded(&head.headers, self.clock.now());
        let settings = &to.endpoint.settings;
        let mut outcome = Outcome::of_status(status, hint, &settings.retry);
        if settings.obeys_answers && outcome != Outcome::Delivered {
            match head.headers.get("webhook-delivery").map(HeaderValue::as_bytes) {
                Some(b"disable") => outcome = Outcome::Gone,
                Some(b"abort-message") => outcome = Outcome::Permanent("the receiver refuses this event"),
                _ => {}
            }
        }
        let mut error = match outcome {
            Outcome::Delivered => None,
            _ if head.status.is_redirection() => Some(format!("{status}: redirects are not followed; set the new URL")),
            _ => Some(format!("the receiver answered {status}")),
        };
        if outcome == Outcome::Delivered && broken {
            // The head said yes; the answer broke off all the same, and with it what the receiver was about to do, perhaps.
            (outcome, error) = (Outcome::failed(), Some("the answer broke off".to_owned()));
        }
        let pause = matches!(status, 429 | 503).then_some(hint).flatten();
        let delivered = outcome == Outcome::Delivered;
        let end = AttemptEnd { delivered, status: Some(status), took: Duration::ZERO, error, excerpt };
        Tried { end, outcome, timings, pause, signature: Vec::new(), forbidden: false }
    }
}

impl Tried {
    fn without_answer(why: String, outcome: Outcome, signature: Pairs) -> Self {
        let end = AttemptEnd {
            delivered: false,
            status: None,
            took: Duration::ZERO,
            error: Some(why),
            excerpt: String::new(),
        };
        Self { end, outcome, timings: Timings::default(), pause: None, signature, forbidden: false }
    }

    fn failed(error: &TransportError) -> Self {
        let causes = causes(error);
        let forbidden = causes.iter().find_map(|e| e.downcast_ref::<Forbidden>());
        if let Some(forbidden) = forbidden {
            let refused = Outcome::Permanent("its address must not be reached");
            return Self { forbidden: true, ..Self::without_answer(forbidden.to_string(), refused, Vec::new()) };
        }
        let (why, outcome) = match error.kind {
            TransportErrorKind::Connect => ("no connection", Outcome::failed()),
            TransportErrorKind::Tls => {
                ("the certificate or the TLS setup of the receiver is not good", Outcome::failed())
            }
            TransportErrorKind::Interrupted => ("the connection broke", Outcome::failed()),
            TransportErrorKind::Timeout => ("no complete answer in time", Outcome::timed_out()),
            TransportErrorKind::Request => {
                ("the request can't be sent", Outcome::Permanent("the request can't be sent"))
            }
        };
        // The causes tell which name was not found, or what the certificate lacks.
        let text = match causes.last() {
            Some(cause) => format!("{why}: {cause}"),
            None => why.to_owned(),
        };
        Self::without_answer(text, outcome, Vec::new())
    }
}

/// What stands behind an error, nearest first.
fn causes<'e>(error: &'e TransportError) -> Vec<&'e (dyn std::error::Error + 'static)> {
    let mut all = Vec::new();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        all.push(next);
        cause = next.source();
    }
    all
}

/// The beginning of a body as text, without what is secret; and whether it broke off before that.
async fn excerpt(mut body: Body, redactor: &Redactor) -> (String, bool) {
    let mut read = Vec::new();
    let mut broken = false;
    while read.len() < READ {
        match body.next().await {
            None => break,
            Some(Ok(piece)) => read.extend_from_slice(&piece[..piece.len().min(READ - read.len())]),
            Some(Err(_)) => {
                broken = true;
                break;
            }
        }
    }
    // Redacted before it is cut: half a secret would not be known again.
    let text = redactor.text(&String::from_utf8_lossy(&read)).replace('\0', "");
    let end = (0..=KEPT.min(text.len())).rev().find(|n| text.is_char_boundary(*n)).unwrap_or(0);
    (text[..end].to_owned(), broken)
}
