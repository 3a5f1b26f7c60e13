//! Webhooks as a host meets them: endpoints, events, deliveries.

mod builder;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

pub use self::builder::WebhooksBuilder;
use crate::dispatcher::{Dispatcher, completed};
use crate::endpoint::{Endpoint, EndpointHealth, EndpointSettings, EndpointState, NewEndpoint, SigningSecret, new_id};
use crate::inner::Inner;
use crate::policy::Outcome;
use crate::store::{Attempt, AttemptEnd, Delivery, DeliveryQuery, EndpointStats, Published, Replay, Then};
use crate::test_delivery::{TestDelivery, TestReport};
use crate::{Catalogue, Error, Event, Result};

/// Old secrets that go on signing.
const MOST_OLD_SECRETS: u32 = 5;

/// The longest that an old secret goes on signing.
const LONGEST_GRACE: Duration = Duration::from_secs(7 * 24 * 3_600);

/// Outbound webhooks: endpoints, events, deliveries. Cheap to clone.
///
/// ```no_run
/// use std::{sync::Arc, time::Duration};
/// use webhook_delivery::{Event, NewEndpoint, SqliteStore, Webhooks, events::{EventData, GoalCreated}};
///
/// # async fn run(stop: tokio::sync::oneshot::Receiver<()>) -> Result<(), Box<dyn std::error::Error>> {
/// let webhooks = Webhooks::builder(Arc::new(SqliteStore::open("portal.db").await?)).build()?;
/// let (endpoint, secret) =
///     webhooks.create(NewEndpoint::new("https://hooks.example.com/msp", "goal.*".parse()?)).await?;
/// println!("give this to the receiver: {}", secret.reveal());
/// println!("{}", webhooks.test(endpoint.id(), Default::default()).await?);
///
/// let dispatcher = webhooks.clone();
/// tokio::spawn(async move { dispatcher.run(async { let _ = stop.await; }).await });
/// webhooks.publish(vec![Event::new(chrono::DateTime::UNIX_EPOCH, &GoalCreated::example())?]).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Webhooks(Arc<Inner>);

impl fmt::Debug for Webhooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhooks").field("store", &self.0.store).finish_non_exhaustive()
    }
}

impl Webhooks {
    fn now(&self) -> DateTime<Utc> {
        self.0.sender.clock.now()
    }

    /// What can be subscribed to.
    pub fn catalogue(&self) -> &Catalogue {
        &self.0.catalogue
    }

    fn check(&self, url: &str, settings: &EndpointSettings) -> Result<String> {
        self.0.catalogue.check(&settings.filter)?;
        settings.check()?;
        Ok(self.0.sender.policy.check_url_text(url)?.to_string())
    }

    /// Makes an endpoint, enabled. The secret is for the receiver; it is not shown again.
    ///
    /// # Errors
    /// [`Error::Url`], [`Error::UnknownEventType`], [`Error::Policy`], [`Error::Store`].
    pub async fn create(&self, new: NewEndpoint) -> Result<(Endpoint, SigningSecret)> {
        let url = self.check(&new.url, &new.settings)?;
        let secret = match new.secret {
            Some(secret) => secret,
            None => SigningSecret::random()?,
        };
        let now = self.now();
        let endpoint = Endpoint {
            id: new_id("ep", now),
            url,
            settings: new.settings,
            state: EndpointState::Enabled,
            health: EndpointHealth::default(),
            created_at: now,
            version: 1,
        };
        self.0.store.add_endpoint(endpoint.clone(), secret.clone()).await?;
        self.0.touch();
        Ok((endpoint, secret))
    }

    /// All endpoints, in the order of their making.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn endpoints(&self) -> Result<Vec<Endpoint>> {
        Ok(self.0.store.endpoints(None).await?)
    }

    /// One endpoint.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Store`].
    pub async fn endpoint(&self, id: &str) -> Result<Endpoint> {
        let found = self.0.store.endpoints(Some(vec![id.to_owned()])).await?.pop();
        found.ok_or_else(|| Error::NotFound { what: "endpoint", id: id.to_owned() })
    }

    /// Saves what was changed of an endpoint: its URL and its settings. What is under way goes on as it was.
    ///
    /// # Errors
    /// [`Error::Changed`] if somebody else was faster; as [`create`](Self::create).
    pub async fn update(&self, mut endpoint: Endpoint) -> Result<Endpoint> {
        endpoint.url = self.check(&endpoint.url, &endpoint.settings)?;
        self.save(endpoint).await
    }

    async fn save(&self, endpoint: Endpoint) -> Result<Endpoint> {
        let id = endpoint.id.clone();
        if !self.0.store.save_endpoint(endpoint).await? {
            return Err(Error::Changed);
        }
        self.0.touch();
        self.endpoint(&id).await
    }

    /// Lets an endpoint get events again; what waited for it goes on.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Changed`], [`Error::Store`].
    pub async fn enable(&self, id: &str) -> Result<Endpoint> {
        let endpoint = self.endpoint(id).await?;
        self.update(Endpoint { state: EndpointState::Enabled, ..endpoint }).await
    }

    /// Stops an endpoint. What waits for it waits; what is published meanwhile is not for it: see [`Replay::since`].
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Changed`], [`Error::Store`].
    pub async fn disable(&self, id: &str, why: impl Into<String>) -> Result<Endpoint> {
        let endpoint = self.endpoint(id).await?;
        let state = EndpointState::Disabled { why: why.into(), since: self.now() };
        // Not checked again: what must not be reached any more is what most wants to be disabled.
        self.save(Endpoint { state, ..endpoint }).await
    }

    /// Removes an endpoint with its deliveries and their tries.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Store`].
    pub async fn remove(&self, id: &str) -> Result<()> {
        let removed = self.0.store.remove_endpoints(vec![id.to_owned()]).await?;
        self.0.touch();
        if removed == 0 { Err(Error::NotFound { what: "endpoint", id: id.to_owned() }) } else { Ok(()) }
    }

    /// A new secret. From the next try on each request carries a signature by both, so a receiver with either takes it. The old one goes on signing beside it for `grace` (a day is usual, a week the most), so that the receiver
    /// can change over without losing anything.
    ///
    /// # Errors
    /// [`Error::Rotation`] for more than a week, and for an endpoint with a key pair; [`Error::NotFound`], [`Error::Store`].
    pub async fn rotate_secret(&self, id: &str, grace: Duration) -> Result<SigningSecret> {
        let current = self.0.store.secrets(vec![id.to_owned()], self.now()).await?;
        if current.first().is_some_and(|(_, secret, _)| secret.reveal().starts_with("whsk_")) {
            return Err(Error::Rotation("the endpoint signs with a key pair: give the next one to rotate_secret_to"));
        }
        let secret = SigningSecret::random()?;
        self.rotate_secret_to(id, secret.clone(), grace).await?;
        Ok(secret)
    }

    /// As [`rotate_secret`](Self::rotate_secret), to a secret or a key pair of yours.
    ///
    /// # Errors
    /// As [`rotate_secret`](Self::rotate_secret).
    pub async fn rotate_secret_to(&self, id: &str, secret: SigningSecret, grace: Duration) -> Result<()> {
        if grace > LONGEST_GRACE {
            return Err(Error::Rotation("an old secret can go on signing for seven days at the most"));
        }
        self.endpoint(id).await?;
        let now = self.now();
        self.0.store.rotate_secret(id, secret, now, now + grace, MOST_OLD_SECRETS).await?;
        self.0.touch();
        Ok(())
    }

    /// Publishes events, each to the endpoints that are enabled now and want it. The catalogue is not asked: an event of a type that
    /// is not in it goes to whoever's filter takes it. An id that was published before is not
    /// published again. In a transaction of yours: [`SqliteStore::publish_in`](crate::SqliteStore::publish_in).
    ///
    /// # Errors
    /// [`Error::Store`]: then none of them was published.
    pub async fn publish(&self, events: Vec<Event>) -> Result<Vec<Published>> {
        let published = self.0.store.publish(events, self.now()).await?;
        self.wake();
        Ok(published)
    }

    /// Tells the dispatcher of this process that something was published.
    pub fn wake(&self) {
        self.0.changed.notify_waiters();
    }

    /// Sends what is due until `shutdown`; then waits for what is under way. Several processes may do this over one store.
    ///
    /// After five failures in a row that say that its receiver is down (no answer, 429, 5xx), an endpoint is left alone for 30 s, and
    /// then tried by one delivery at a time until it is well; what waits stays pending meanwhile. [`attempt`](Self::attempt) does
    /// not wait for that.
    ///
    /// A database that is away is waited for. What was under way when a process dies is sent again when its lease has ended:
    /// receivers get everything at least once.
    ///
    /// # Errors
    /// [`Error::Store`], if the last tries can't be written down at the end.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) -> Result<()> {
        Dispatcher::new(Arc::clone(&self.0)).run(shutdown).await
    }

    /// Sends all that is due now, once, and comes back: for jobs that are started by a timer, and for tests. It does not wait for
    /// retries: what failed stays pending until the next call.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn run_until_idle(&self) -> Result<()> {
        Dispatcher::new(Arc::clone(&self.0)).run_until_idle().await
    }

    /// Deliveries, newest first.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn deliveries(&self, query: DeliveryQuery) -> Result<Vec<Delivery>> {
        Ok(self.0.store.deliveries(query).await?)
    }

    /// The tries of a delivery; none for an id that does not exist.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn attempts(&self, delivery_id: i64) -> Result<Vec<Attempt>> {
        Ok(self.0.store.attempts(vec![delivery_id]).await?)
    }

    /// An endpoint in numbers.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Store`].
    pub async fn stats(&self, endpoint_id: &str) -> Result<EndpointStats> {
        self.endpoint(endpoint_id).await?;
        Ok(self.0.store.stats(endpoint_id).await?)
    }

    /// Sends again, under the same ids; how many deliveries that are. Each begins its retry schedule anew.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Store`].
    pub async fn replay(&self, replay: Replay) -> Result<u64> {
        self.endpoint(&replay.endpoint).await?;
        let count = self.0.store.replay(replay, self.now()).await?;
        self.wake();
        Ok(count)
    }

    /// Tries one delivery now, whatever became of it and whether or not its endpoint is enabled. If it fails, the delivery
    /// stays what it was, and no other try follows from it.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it does not exist or is under way; [`Error::Store`].
    pub async fn attempt(&self, delivery_id: i64) -> Result<AttemptEnd> {
        let inner = Arc::clone(&self.0);
        // In a task of its own: whoever asked may go away, and the try is written down all the same.
        let trying = tokio::spawn(async move { attempt(&inner, delivery_id).await });
        trying.await.unwrap_or_else(|stopped| match stopped.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(psa_store::StoreError::Stopped.into()),
        })
    }

    /// Sends a ping or an example to one endpoint, as it would be sent, and reports all that happened. Nothing is stored and
    /// nothing is tried again. At most ten a minute and endpoint.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::UnknownEventType`], [`Error::TooManyTests`], [`Error::Store`].
    pub async fn test(&self, endpoint_id: &str, what: TestDelivery) -> Result<TestReport> {
        let endpoint = self.endpoint(endpoint_id).await?;
        self.limit_tests(endpoint_id)?;
        let event = what.event(&self.0.catalogue, self.now())?;
        let ready = self.0.ready(vec![endpoint]).await?.pop();
        let ready = ready.ok_or(Error::Rotation("the endpoint has no secret that is still good"))?;
        let tried = self.0.sender.send(&ready, event.event_id(), event.body.clone()).await;
        Ok(TestReport::new(&ready.endpoint, &event, tried))
    }

    fn limit_tests(&self, endpoint_id: &str) -> Result<()> {
        const MOST: usize = 10;
        const PER: Duration = Duration::from_secs(60);
        let now = self.0.sender.clock.elapsed();
        let mut tests = self.0.tests.lock().unwrap_or_else(|e| e.into_inner());
        tests.retain(|_, times| {
            times.retain(|at| *at + PER > now);
            !times.is_empty()
        });
        let times = tests.entry(endpoint_id.to_owned()).or_default();
        if times.len() >= MOST {
            return Err(Error::TooManyTests);
        }
        times.push(now);
        Ok(())
    }

    /// Forgets events that were published before a moment, with their deliveries, unless one of these still waits; how many.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn prune(&self, before: DateTime<Utc>) -> Result<u64> {
        Ok(self.0.store.prune(before).await?)
    }
}

/// One try by hand.
async fn attempt(inner: &Inner, delivery_id: i64) -> Result<AttemptEnd> {
    let missing = || Error::NotFound { what: "delivery that is not under way", id: delivery_id.to_string() };
    let now = inner.sender.clock.now();
    let claim = inner.store.claim_one(delivery_id, now, now + inner.lease()).await?.ok_or_else(missing)?;
    let endpoint = inner.store.endpoints(Some(vec![claim.endpoint_id.clone()])).await?.pop().ok_or_else(missing)?;
    let ready = inner.ready(vec![endpoint]).await?.pop();
    let ready = ready.ok_or(Error::Rotation("the endpoint has no secret that is still good"))?;
    let tried = inner.sender.send(&ready, &claim.event_id, claim.body.clone()).await;
    let end = tried.end.clone();
    let then = match tried.outcome {
        Outcome::Delivered => Then::Delivered,
        _ => Then::Unchanged { next_at: claim.due_at },
    };
    inner.complete(vec![completed(claim, &ready, tried, then)], &[]).await?;
    Ok(end)
}
