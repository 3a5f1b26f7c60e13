//! Receivers without sockets, and webhooks that send to them.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, stream};
use psa_core::time::{Clock, Seeded};
use psa_http::{Body, TokioClock, Transport, TransportError, TransportErrorKind};
use webhook_delivery::{
    Catalogue, Delivery, DeliveryQuery, Endpoint, Event, EventData, NewEndpoint, Notice, SigningSecret, SqliteStore,
    Webhooks, events,
};

/// How a receiver behaves.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Status(u16),
    With(u16, Vec<(&'static str, String)>, Bytes),
    /// After so long.
    Slow(Duration, u16),
    Never,
    /// Nobody listens.
    Refuses,
    /// The connection breaks in the middle.
    Resets,
    /// The head says yes, the body never ends.
    Endless,
    /// The head says yes, the body breaks off.
    BreaksOff,
}

/// What arrived.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    pub(crate) host: String,
    pub(crate) at: Duration,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Bytes,
}

impl Arrival {
    pub(crate) fn id(&self) -> &str {
        self.headers["webhook-id"].to_str().unwrap()
    }
}

type Behaviour = Box<dyn FnMut(usize) -> Answer + Send>;

#[derive(Clone, Default)]
pub(crate) struct Receivers(Arc<Mutex<World>>);

#[derive(Default)]
struct World {
    behaviours: HashMap<String, (Behaviour, usize)>,
    arrivals: Vec<Arrival>,
    under_way: BTreeMap<String, (usize, usize)>,
    clock: Option<TokioClock>,
}

impl fmt::Debug for Receivers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receivers")
    }
}

impl Receivers {
    /// What `host` does with its nth request, counted from 0. Hosts of which nothing is said answer 204.
    pub(crate) fn set(&self, host: &str, behaviour: impl FnMut(usize) -> Answer + Send + 'static) {
        self.0.lock().unwrap().behaviours.insert(host.to_owned(), (Box::new(behaviour), 0));
    }

    pub(crate) fn arrivals(&self, host: &str) -> Vec<Arrival> {
        self.0.lock().unwrap().arrivals.iter().filter(|a| a.host == host).cloned().collect()
    }

    /// The most requests that were under way at once.
    pub(crate) fn most_at_once(&self, host: &str) -> usize {
        self.0.lock().unwrap().under_way.get(host).map_or(0, |(_, most)| *most)
    }
}

impl Transport for Receivers {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let host = request.uri().host().unwrap().to_owned();
        let answer = {
            let mut world = self.0.lock().unwrap();
            let at = world.clock.as_ref().unwrap().elapsed();
            let (parts, body) = request.into_parts();
            world.arrivals.push(Arrival { host: host.clone(), at, headers: parts.headers, body });
            let (now, most) = world.under_way.entry(host.clone()).or_default();
            *now += 1;
            *most = (*most).max(*now);
            match world.behaviours.get_mut(&host) {
                Some((behaviour, n)) => {
                    *n += 1;
                    behaviour(*n - 1)
                }
                None => Answer::Status(204),
            }
        };
        let done = Done(self.clone(), host);
        async move {
            let _done = done;
            let respond = |status: u16, body: Body| Ok(http::Response::builder().status(status).body(body).unwrap());
            let failed = |kind| Err(TransportError::new(kind));
            let broken = || Err(TransportError::new(TransportErrorKind::Interrupted));
            match answer {
                Answer::Status(status) => respond(status, stream::empty().boxed()),
                Answer::With(status, headers, body) => {
                    let mut response = respond(status, stream::iter([Ok(body)]).boxed())?;
                    for (name, value) in headers {
                        response.headers_mut().insert(name, value.parse().unwrap());
                    }
                    Ok(response)
                }
                Answer::Slow(time, status) => {
                    tokio::time::sleep(time).await;
                    respond(status, stream::empty().boxed())
                }
                Answer::Never => std::future::pending().await,
                Answer::Refuses => failed(TransportErrorKind::Connect),
                Answer::Resets => failed(TransportErrorKind::Interrupted),
                Answer::Endless => respond(200, stream::repeat_with(|| Ok(Bytes::from(vec![b'x'; 65_536]))).boxed()),
                Answer::BreaksOff => respond(200, stream::iter([Ok(Bytes::from_static(b"o")), broken()]).boxed()),
            }
        }
        .boxed()
    }
}

/// Counts a request as ended, however that came.
struct Done(Receivers, String);

impl Drop for Done {
    fn drop(&mut self) {
        if let Some((now, _)) = self.0.0.lock().unwrap().under_way.get_mut(&self.1) {
            *now -= 1;
        }
    }
}

pub(crate) struct Sent {
    pub(crate) webhooks: Webhooks,
    pub(crate) receivers: Receivers,
    pub(crate) store: SqliteStore,
    pub(crate) clock: TokioClock,
    pub(crate) notices: Arc<Mutex<Vec<Notice>>>,
}

impl Sent {
    pub(crate) async fn new() -> Self {
        Self::over(SqliteStore::in_memory().await.unwrap())
    }

    pub(crate) fn over(store: SqliteStore) -> Self {
        let clock = TokioClock::starting_at("2026-11-25T12:00:00Z".parse().unwrap());
        let receivers = Receivers::default();
        receivers.0.lock().unwrap().clock = Some(clock.clone());
        let notices = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&notices);
        let webhooks = Webhooks::builder(Arc::new(store.clone()))
            .transport(Arc::new(receivers.clone()))
            .clock(Arc::new(clock.clone()))
            .chance(Arc::new(Seeded::new(1)))
            .catalogue(Catalogue::new())
            .poll_interval(Duration::from_secs(3_600))
            .on_notice(move |notice| told.lock().unwrap().push(notice.clone()))
            .build()
            .unwrap();
        Self { webhooks, receivers, store, clock, notices }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// An endpoint at `https://{host}.example.com/` for everything.
    pub(crate) async fn endpoint(
        &self,
        host: &str,
        with: impl FnOnce(NewEndpoint) -> NewEndpoint,
    ) -> (Endpoint, SigningSecret) {
        let new = NewEndpoint::new(format!("https://{host}.example.com/"), "*".parse().unwrap());
        self.webhooks.create(with(new)).await.unwrap()
    }

    pub(crate) fn event(&self) -> Event {
        Event::new(self.now(), &events::GoalCreated::example()).unwrap()
    }

    /// Publishes so many events about `subject`; their ids.
    pub(crate) async fn publish(&self, count: usize, subject: &str) -> Vec<String> {
        let events: Vec<Event> = (0..count).map(|_| self.event().subject(subject)).collect();
        let ids = events.iter().map(|e| e.event_id().to_owned()).collect();
        self.webhooks.publish(events).await.unwrap();
        ids
    }

    /// Lets the dispatcher work for so long.
    pub(crate) async fn run_for(&self, time: Duration) {
        self.webhooks.run(tokio::time::sleep(time)).await.unwrap();
    }

    pub(crate) async fn deliveries(&self, endpoint: &Endpoint) -> Vec<Delivery> {
        let query =
            DeliveryQuery { endpoint: Some(endpoint.id().to_owned()), limit: Some(100_000), ..Default::default() };
        let mut found = self.webhooks.deliveries(query).await.unwrap();
        found.reverse();
        found
    }
}
