//! The settings of webhooks.

use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::HeaderValue;
use psa_core::time::{Chance, Clock, Seeded};
use psa_http::{AddressPolicy, GuardedTransport, SystemClock, Transport};
use tokio::sync::Notify;

use super::Webhooks;
use crate::inner::Inner;
use crate::sender::Sender;
use crate::store::Store;
use crate::{Catalogue, Error, Notice, Result};

/// A whole try: connection, request and the answer's body.
const TIME_OUT: Duration = Duration::from_secs(15);

/// After so long of nothing but failures an endpoint is disabled.
const DISABLE_AFTER: Duration = Duration::from_secs(5 * 24 * 3_600);

/// Time for the end of a try to be written down.
const LEASE_MARGIN: Duration = Duration::from_secs(45);

/// How often it is looked for what other processes published or changed.
const POLL: Duration = Duration::from_secs(1);

/// Puts [`Webhooks`] together.
pub struct WebhooksBuilder {
    store: Arc<dyn Store>,
    transport: Option<Arc<dyn Transport>>,
    policy: AddressPolicy,
    clock: Option<Arc<dyn Clock>>,
    chance: Option<Arc<dyn Chance>>,
    catalogue: Catalogue,
    user_agent: String,
    time_out: Duration,
    disable_after: Duration,
    margin: Duration,
    poll: Duration,
    told: Box<dyn Fn(&Notice) + Send + Sync>,
}

impl fmt::Debug for WebhooksBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhooksBuilder").field("store", &self.store).finish_non_exhaustive()
    }
}

impl Webhooks {
    /// Webhooks over a store, with the public addresses, the catalogue of this crate and the usual time-outs.
    pub fn builder(store: Arc<dyn Store>) -> WebhooksBuilder {
        WebhooksBuilder::new(store)
    }
}

impl WebhooksBuilder {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            transport: None,
            policy: AddressPolicy::public_only(),
            clock: None,
            chance: None,
            catalogue: Catalogue::new(),
            user_agent: concat!("webhook-delivery/", env!("CARGO_PKG_VERSION")).to_owned(),
            time_out: TIME_OUT,
            disable_after: DISABLE_AFTER,
            margin: LEASE_MARGIN,
            poll: POLL,
            told: Box::new(|_| ()),
        }
    }

    /// Which addresses may be reached: the public ones unless told. Allow others only for tests, or for receivers of your own.
    #[must_use]
    pub fn addresses(mut self, policy: AddressPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Sends through this. It must refuse what the policy refuses, follow no redirects and use no proxy, as
    /// [`GuardedTransport`] does.
    #[must_use]
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// The types of events that can be subscribed to.
    #[must_use]
    pub fn catalogue(mut self, catalogue: Catalogue) -> Self {
        self.catalogue = catalogue;
        self
    }

    /// The `User-Agent` of requests.
    #[must_use]
    pub fn user_agent(mut self, text: impl Into<String>) -> Self {
        self.user_agent = text.into();
        self
    }

    /// How long a try may take, from the connection to the end of the answer. 15 seconds unless told.
    #[must_use]
    pub fn time_out(mut self, limit: Duration) -> Self {
        self.time_out = limit;
        self
    }

    /// How long beyond its time-out a try belongs to the process that began it: after that, another one takes the delivery
    /// over, in the belief that the first died. 45 seconds unless told.
    #[must_use]
    pub fn lease_margin(mut self, margin: Duration) -> Self {
        self.margin = margin;
        self
    }

    /// How often the dispatcher looks for what other processes published or changed; of its own it knows at once. A second
    /// unless told.
    #[must_use]
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll = interval.max(Duration::from_millis(1));
        self
    }

    /// After how long of nothing but failures an endpoint is disabled. Five days unless told.
    #[must_use]
    pub fn disable_after(mut self, time: Duration) -> Self {
        self.disable_after = time;
        self
    }

    /// Told of what an endpoint's owner wants to know: for mails, for a dashboard. It must not block.
    #[must_use]
    pub fn on_notice(mut self, told: impl Fn(&Notice) + Send + Sync + 'static) -> Self {
        self.told = Box::new(told);
        self
    }

    /// Another clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Another source of jitter.
    #[must_use]
    pub fn chance(mut self, chance: Arc<dyn Chance>) -> Self {
        self.chance = Some(chance);
        self
    }

    /// The webhooks. On a tokio runtime.
    ///
    /// # Errors
    /// If the TLS library can't start; [`Error::Header`] for a user agent that can't be sent.
    pub fn build(self) -> Result<Webhooks> {
        let user_agent = HeaderValue::from_str(&self.user_agent)
            .map_err(|_| Error::Header { name: "user-agent".into(), why: "has a value that can't be sent" })?;
        let transport = match self.transport {
            Some(transport) => transport,
            None => Arc::new(
                GuardedTransport::builder(self.policy.clone())
                    .total_timeout(self.time_out)
                    .build()
                    .map_err(|e| Error::Transport(Box::new(e)))?,
            ),
        };
        let clock = self.clock.unwrap_or_else(|| Arc::new(SystemClock::new()));
        Ok(Webhooks(Arc::new(Inner {
            store: self.store,
            sender: Sender { transport, clock, time_out: self.time_out, policy: self.policy },
            chance: self.chance.unwrap_or_else(|| Arc::new(Seeded::from_entropy())),
            changed: Notify::new(),
            stale: AtomicBool::new(true),
            catalogue: self.catalogue,
            user_agent,
            disable_after: self.disable_after,
            margin: self.margin,
            poll: self.poll,
            told: self.told,
            tests: Mutex::default(),
        })))
    }
}
