//! One request, its answer, and what follows from it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use futures::future::{Either, select};
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use psa_core::time::Clock;
use psa_http::{
    AddressPolicy, Body, Forbidden, Redactor, Timings, TimingsProbe, Transport, TransportError, TransportErrorKind,
    retry_after_unbounded,
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
            let text = secret.reveal();
            redactor.add_lasting(text.to_owned().into());
            let bare = text.trim_start_matches("whsec_").trim_start_matches("whsk_");
            redactor.add_lasting(bare.to_owned().into());
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
        // Receivers that show what they got are common.
        for secret in endpoint.settings.headers.secrets() {
            redactor.add_lasting(secret.into());
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
    /// Whether the receiver seems to be down, and not only to dislike this event.
    pub(crate) down: bool,
}

/// Sends, and waits no longer than it should.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) time_out: Duration,
    /// Asked before each request, whatever the transport asks.
    pub(crate) policy: AddressPolicy,
}

impl Sender {
    pub(crate) async fn send(&self, to: &Ready, event_id: &str, body: Bytes) -> Tried {
        let started = self.clock.elapsed();
        let (mut request, signature) = match to.request(event_id, body, self.clock.now().timestamp()) {
            Ok(request) => request,
            Err(why) => return Tried::without_answer(why.to_owned(), Outcome::Permanent(why)),
        };
        let probe = TimingsProbe::default();
        request.extensions_mut().insert(probe.clone());
        let mut tried = match self.policy.check_url_text(&to.endpoint.url) {
            Ok(_) => self.exchange(to, request).await,
            Err(forbidden) => Tried::forbidden(&forbidden),
        };
        tried.end.took = self.clock.elapsed().saturating_sub(started);
        tried.signature = signature;
        tried.timings = probe.timings();
        tried
    }

    async fn exchange(&self, to: &Ready, request: http::Request<Bytes>) -> Tried {
        let mut too_late = self.clock.sleep(self.time_out);
        let sending = self.transport.send(request);
        let answer = match select(sending, &mut too_late).await {
            Either::Left((Ok(answer), _)) => answer,
            Either::Left((Err(error), _)) => return Tried::failed(&error),
            Either::Right(_) => return Tried::without_answer("no answer in time".to_owned(), Outcome::timed_out()),
        };
        let (head, body) = answer.into_parts();
        let status = head.status.as_u16();
        let reading = std::pin::pin!(excerpt(body, &to.redactor));
        let (excerpt, body_end) = match select(reading, &mut too_late).await {
            Either::Left((read, _)) => read,
            Either::Right(_) => (String::new(), BodyEnd::TooLate),
        };
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
        // The head said yes; the answer broke off all the same, and with it what the receiver was about to do, perhaps.
        match body_end {
            BodyEnd::Whole => {}
            BodyEnd::Broken if outcome == Outcome::Delivered => {
                (outcome, error) = (Outcome::failed(), Some("the answer broke off".to_owned()));
            }
            BodyEnd::TooLate if outcome == Outcome::Delivered => {
                (outcome, error) = (Outcome::timed_out(), Some("no complete answer in time".to_owned()));
            }
            BodyEnd::Broken | BodyEnd::TooLate => {}
        }
        let pause = matches!(status, 429 | 503).then_some(hint).flatten();
        let delivered = outcome == Outcome::Delivered;
        let down = !delivered && (status == 429 || status >= 500 || body_end != BodyEnd::Whole);
        let end = AttemptEnd { delivered, status: Some(status), took: Duration::ZERO, error, excerpt };
        Tried { end, outcome, timings: Timings::default(), pause, signature: Vec::new(), forbidden: false, down }
    }
}

/// How the reading of an answer's body ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BodyEnd {
    /// Read as far as it is kept.
    Whole,
    Broken,
    TooLate,
}

impl Tried {
    fn without_answer(why: String, outcome: Outcome) -> Self {
        let end = AttemptEnd {
            delivered: false,
            status: None,
            took: Duration::ZERO,
            error: Some(why),
            excerpt: String::new(),
        };
        let down = !matches!(outcome, Outcome::Permanent(_));
        Self { end, outcome, timings: Timings::default(), pause: None, signature: Vec::new(), forbidden: false, down }
    }

    fn forbidden(forbidden: &Forbidden) -> Self {
        let refused = Outcome::Permanent("its address must not be reached");
        Self { forbidden: true, ..Self::without_answer(forbidden.to_string(), refused) }
    }

    fn failed(error: &TransportError) -> Self {
        let causes = causes(error);
        if let Some(forbidden) = causes.iter().find_map(|e| e.downcast_ref::<Forbidden>()) {
            return Self::forbidden(forbidden);
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
        Self::without_answer(text, outcome)
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

/// The beginning of a body as text, without what is secret; and how its reading ended.
async fn excerpt(mut body: Body, redactor: &Redactor) -> (String, BodyEnd) {
    let mut read = Vec::new();
    let mut body_end = BodyEnd::Whole;
    while read.len() < READ {
        match body.next().await {
            None => break,
            Some(Ok(piece)) => read.extend_from_slice(&piece[..piece.len().min(READ - read.len())]),
            Some(Err(_)) => {
                body_end = BodyEnd::Broken;
                break;
            }
        }
    }
    // Redacted before it is cut: half a secret would not be known again.
    let text = redactor.text(&String::from_utf8_lossy(&read)).replace('\0', "");
    let end = (0..=KEPT.min(text.len())).rev().find(|n| text.is_char_boundary(*n)).unwrap_or(0);
    (text[..end].to_owned(), body_end)
}
