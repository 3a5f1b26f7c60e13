use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::endpoint::Endpoint;
use crate::policy::Outcome;
use crate::sender::Tried;
use crate::{Catalogue, Error, Event, Result};

/// What a test sends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TestDelivery {
    /// `webhook.ping`, an event that means nothing.
    #[default]
    Ping,
    /// The catalogue's example of this type.
    Example(String),
}

impl TestDelivery {
    pub(crate) fn event(&self, catalogue: &Catalogue, now: DateTime<Utc>) -> Result<Event> {
        match self {
            Self::Ping => Event::of("webhook.ping".parse()?, now, &json!({ "success": true })),
            Self::Example(name) => {
                let entry = catalogue.get(name).ok_or_else(|| Error::UnknownEventType(name.clone()))?;
                Event::of(entry.event_type.clone(), now, &entry.example)
            }
        }
    }
}

/// What happened in a test.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TestReport {
    /// Where to.
    pub url: String,
    /// The headers of the signature that was sent. The receiver can check them with its secret.
    pub signature: Vec<(String, String)>,
    /// The body that was sent.
    pub body: String,
    /// Whether the receiver took it.
    pub delivered: bool,
    /// Its answer's status, if there was one.
    pub status: Option<u16>,
    /// The look-up of the name; none for an address, for a connection that was open already, or if it failed.
    pub dns: Option<Duration>,
    /// TCP and TLS together; none for a connection that was open already, or if it failed.
    pub connect: Option<Duration>,
    /// Everything, to the end of the answer.
    pub total: Duration,
    /// The beginning of the answer's body, without what is secret.
    pub excerpt: String,
    /// Why it failed.
    pub error: Option<String>,
    /// What would follow, had it been an event: the shortest time to the second try; none: there would be none.
    pub retry_after: Option<Duration>,
    /// The same in words.
    pub then: String,
}

impl TestReport {
    pub(crate) fn new(endpoint: &Endpoint, event: &Event, tried: Tried) -> Self {
        // Without jitter: the promise, not the chance.
        let retry_after = endpoint.settings.retry.clone().jitter(0.0).next(1, &tried.outcome, &NoChance);
        let then = match (&tried.outcome, retry_after) {
            (Outcome::Delivered, _) => "it arrived".to_owned(),
            (Outcome::Gone, _) => "the endpoint would be disabled".to_owned(),
            (Outcome::Permanent(why), _) => format!("it would be a dead letter: {why}"),
            (Outcome::Failed { .. }, Some(delay)) => format!("it would be tried again after {} s", delay.as_secs_f64()),
            (Outcome::Failed { .. }, None) => "it would be a dead letter: the policy has no second try".to_owned(),
        };
        Self {
            url: endpoint.url.clone(),
            signature: tried.signature,
            body: String::from_utf8_lossy(event.body()).into_owned(),
            delivered: tried.end.delivered,
            status: tried.end.status,
            dns: tried.timings.dns,
            connect: tried.timings.connect,
            total: tried.end.took,
            excerpt: tried.end.excerpt,
            error: tried.end.error,
            retry_after,
            then,
        }
    }
}

#[derive(Debug)]
struct NoChance;

impl psa_core::time::Chance for NoChance {
    fn bits(&self) -> u64 {
        0
    }
}

impl fmt::Display for TestReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |t: Option<Duration>| t.map_or("-".to_owned(), |t| format!("{:.1} ms", t.as_secs_f64() * 1e3));
        writeln!(f, "POST {}", self.url)?;
        for (name, value) in &self.signature {
            writeln!(f, "  {name}: {value}")?;
        }
        writeln!(
            f,
            "DNS {}, connection with TLS {}, whole {}",
            time(self.dns),
            time(self.connect),
            time(Some(self.total))
        )?;
        match (self.status, &self.error) {
            (Some(status), None) => writeln!(f, "answer {status}")?,
            (_, Some(error)) => writeln!(f, "failed: {error}")?,
            (None, None) => {}
        }
        if !self.excerpt.is_empty() {
            writeln!(f, "  {}", self.excerpt.lines().next().unwrap_or_default())?;
        }
        write!(f, "{}", self.then)
    }
}
