use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::{NoContext, Timestamp, Uuid};
use zeroize::Zeroizing;

use crate::{CustomHeaders, Error, EventFilter, Result, RetryPolicy};

/// Where events are sent, which, and how.
///
/// Change its fields and give it to [`Webhooks::update`](crate::Webhooks::update).
#[derive(Debug, Clone, PartialEq)]
pub struct Endpoint {
    pub(crate) id: String,
    /// Its address. Only `https`, and nothing inside your network, unless
    /// [`WebhooksBuilder::addresses`](crate::WebhooksBuilder::addresses) allows it.
    pub url: String,
    /// What can be set.
    pub settings: EndpointSettings,
    /// Whether it gets anything.
    pub state: EndpointState,
    /// What became of its deliveries.
    pub health: EndpointHealth,
    pub(crate) created_at: DateTime<Utc>,
    /// Counts changes, so that two people's do not overwrite each other.
    pub(crate) version: u64,
}

/// What can be set on an endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EndpointSettings {
    /// For people.
    #[serde(default)]
    pub description: String,
    /// Whose it is: it gets events of this tenant alone. None: it gets those of all.
    #[serde(default)]
    pub tenant: Option<String>,
    /// Which events it gets.
    pub filter: EventFilter,
    /// Headers that go with each delivery.
    ///
    /// Not a part of what is serialised: values are for the receiver alone.
    #[serde(skip)]
    pub headers: CustomHeaders,
    /// When it is tried again.
    #[serde(default)]
    pub retry: RetryPolicy,
    /// How many deliveries it takes in what time; none: as many as come.
    #[serde(default)]
    pub rate: Option<Rate>,
    /// Deliveries that are under way at once, in each process that sends; 1 to 256.
    pub concurrency: u32,
    /// Whether events of one subject wait for each other. A dead letter lets the next one pass.
    #[serde(default)]
    pub ordered: bool,
    /// Whether an answer may end it: with the header `webhook-delivery: disable` the endpoint, with `abort-message` the delivery.
    #[serde(default)]
    pub obeys_answers: bool,
}

/// So many in any stretch of this length, in each process that sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// How many.
    pub count: u32,
    /// In what time.
    pub per: Duration,
}

/// Whether an endpoint gets anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndpointState {
    /// It does.
    Enabled,
    /// It does not. What waits for it waits on; what is published meanwhile can be replayed later.
    Disabled {
        /// For people.
        why: String,
        /// Since when.
        since: DateTime<Utc>,
    },
}

/// What became of an endpoint's deliveries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndpointHealth {
    /// The last one that arrived.
    pub last_success: Option<DateTime<Utc>>,
    /// The last one that did not.
    pub last_failure: Option<DateTime<Utc>>,
    /// Since when nothing but failures.
    pub failing_since: Option<DateTime<Utc>>,
}

impl EndpointSettings {
    /// Refuses what can't be kept.
    pub(crate) fn check(&self) -> Result<()> {
        if !(1..=MAX_CONCURRENCY).contains(&self.concurrency) {
            return Err(Error::Policy("has a concurrency that is not 1 to 256"));
        }
        match self.rate {
            Some(Rate { count: 0, .. }) => Err(Error::Policy("has a rate of nothing: disable the endpoint instead")),
            Some(Rate { per, .. }) if per.is_zero() || per > Duration::from_secs(86_400) => {
                Err(Error::Policy("has a rate over a time that is not up to a day"))
            }
            _ => Ok(()),
        }
    }
}

/// A quarter of what is under way at once: one endpoint never has all places.
const MAX_CONCURRENCY: u32 = 256;

impl Endpoint {
    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// When it was made.
    pub fn created_at(&self) -> DateTime<Utc> {
        self.created_at
    }

    /// Whether it gets anything.
    pub fn is_enabled(&self) -> bool {
        self.state == EndpointState::Enabled
    }
}

/// An endpoint to be made.
///
/// ```
/// use std::time::Duration;
/// use webhook_delivery::{NewEndpoint, RetryPolicy};
///
/// let endpoint = NewEndpoint::new("https://hooks.example.com/msp", "ticket.*, goal.created".parse()?)
///     .description("The customer portal")
///     .retry(RetryPolicy::default())
///     .rate(100, Duration::from_secs(60))
///     .concurrency(4)
///     .ordered(true);
/// # let _ = endpoint;
/// # Ok::<(), webhook_delivery::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct NewEndpoint {
    pub(crate) url: String,
    pub(crate) settings: EndpointSettings,
    pub(crate) secret: Option<SigningSecret>,
}

impl NewEndpoint {
    /// An endpoint that gets these events at this address.
    pub fn new(url: impl Into<String>, filter: EventFilter) -> Self {
        Self {
            url: url.into(),
            settings: EndpointSettings {
                description: String::new(),
                tenant: None,
                filter,
                headers: CustomHeaders::new(),
                retry: RetryPolicy::default(),
                rate: None,
                concurrency: 4,
                ordered: false,
                obeys_answers: false,
            },
            secret: None,
        }
    }

    /// For people.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.settings.description = text.into();
        self
    }

    /// Only events of this tenant.
    #[must_use]
    pub fn tenant(mut self, tenant: impl Into<String>) -> Self {
        self.settings.tenant = Some(tenant.into());
        self
    }

    /// Headers that go with each delivery.
    #[must_use]
    pub fn headers(mut self, headers: CustomHeaders) -> Self {
        self.settings.headers = headers;
        self
    }

    /// When it is tried again.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.settings.retry = policy;
        self
    }

    /// At most `count` deliveries in any stretch of `per`, which is up to a day.
    #[must_use]
    pub fn rate(mut self, count: u32, per: Duration) -> Self {
        self.settings.rate = Some(Rate { count, per });
        self
    }

    /// Deliveries that are under way at once; 4 unless told, 256 at most.
    #[must_use]
    pub fn concurrency(mut self, most: u32) -> Self {
        self.settings.concurrency = most;
        self
    }

    /// Whether events of one subject wait for each other.
    #[must_use]
    pub fn ordered(mut self, ordered: bool) -> Self {
        self.settings.ordered = ordered;
        self
    }

    /// Whether the receiver may end a delivery, or all of them, by the answer header `webhook-delivery`.
    #[must_use]
    pub fn obeys_answers(mut self, obeys: bool) -> Self {
        self.settings.obeys_answers = obeys;
        self
    }

    /// A secret of yours, instead of one that is made.
    #[must_use]
    pub fn secret(mut self, secret: SigningSecret) -> Self {
        self.secret = Some(secret);
        self
    }
}

/// What an endpoint's deliveries are signed with, by Standard Webhooks. Give it to the receiver once, over a safe way.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(Zeroizing<String>);

impl SigningSecret {
    /// 32 random bytes, as `whsec_…`.
    ///
    /// # Errors
    /// [`Error::Random`].
    pub fn random() -> Result<Self> {
        use base64::Engine;
        let mut key = Zeroizing::new([0u8; 32]);
        getrandom::fill(&mut *key).map_err(|_| Error::Random)?;
        Ok(Self(Zeroizing::new(format!("whsec_{}", base64::engine::general_purpose::STANDARD.encode(*key)))))
    }

    /// A secret (`whsec_…`, 24 to 64 bytes) or an Ed25519 key pair (`whsk_…`) of yours.
    ///
    /// # Errors
    /// [`Error::Secret`].
    pub fn parse(text: impl Into<String>) -> Result<Self> {
        let text = Zeroizing::new(text.into());
        webhook_signing::Signer::new(webhook_signing::Scheme::StandardWebhooks, text.as_str())?;
        Ok(Self(text))
    }

    /// The text, to be shown to the receiver.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(…)")
    }
}

/// A new id: in the order of time.
pub(crate) fn new_id(prefix: &str, now: DateTime<Utc>) -> String {
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    let stamp = Timestamp::from_unix(NoContext, seconds, now.timestamp_subsec_nanos().min(999_999_999));
    format!("{prefix}_{}", Uuid::new_v7(stamp).simple())
}
