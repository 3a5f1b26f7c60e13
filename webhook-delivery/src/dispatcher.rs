//! What is due is sent, endpoint by endpoint, and none waits for another.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use psa_core::time::{Chance, Clock};

use crate::endpoint::Endpoint;
use crate::inner::Inner;
use crate::policy::{LONGEST_HINT, Outcome};
use crate::sender::{Ready, Tried};
use crate::store::{Claimed, Completed, Then};
use crate::{Notice, Result};

/// Tries under way at once, of all endpoints.
const MOST: usize = 1_024;

/// Tries whose ends are written together.
const TOGETHER: usize = 256;

/// Failures in a row after which an endpoint is left alone for a while.
const BREAKS_AFTER: u32 = 5;

/// How long.
const OPEN_FOR: Duration = Duration::from_secs(30);

/// From this failed try of a delivery on, its owner is told.
const TOLD_FROM: u32 = 4;

/// What is known of an endpoint while this process runs.
struct Lane {
    ready: Arc<Ready>,
    under_way: u32,
    failures_in_a_row: u32,
    /// Nothing before then: too many failures in a row.
    open_until: Duration,
    /// Nothing before then: the receiver asked for it.
    paused_until: Duration,
    /// When the last tries began, for the rate.
    begun: VecDeque<Duration>,
}

impl Lane {
    fn new(ready: Ready) -> Self {
        Self {
            ready: Arc::new(ready),
            under_way: 0,
            failures_in_a_row: 0,
            open_until: Duration::ZERO,
            paused_until: Duration::ZERO,
            begun: VecDeque::new(),
        }
    }

    /// How many tries may begin now.
    fn room(&mut self, now: Duration) -> u32 {
        if now < self.closed_until() {
            return 0;
        }
        let settings = &self.ready.endpoint.settings;
        // After a break one try goes ahead and tells whether the receiver is back.
        let most = if self.failures_in_a_row >= BREAKS_AFTER { 1 } else { settings.concurrency };
        let free = most.saturating_sub(self.under_way);
        let Some(rate) = settings.rate else { return free };
        while self.begun.front().is_some_and(|at| *at + rate.per <= now) {
            self.begun.pop_front();
        }
        free.min(rate.count.saturating_sub(self.begun.len() as u32))
    }

    /// When there may be room again, if time alone brings it.
    fn reopens(&self, now: Duration) -> Option<Duration> {
        if now < self.closed_until() {
            return Some(self.closed_until());
        }
        let rate = self.ready.endpoint.settings.rate?;
        let full = self.begun.len() as u32 >= rate.count;
        self.begun.front().filter(|_| full).map(|at| *at + rate.per)
    }

    fn ended(&mut self, tried: &Tried, now: Duration) {
        self.under_way = self.under_way.saturating_sub(1);
        if tried.outcome == Outcome::Delivered {
            self.failures_in_a_row = 0;
            self.open_until = Duration::ZERO;
            return;
        }
        if let Some(pause) = tried.pause {
            self.paused_until = self.paused_until.max(now + pause.min(LONGEST_HINT));
        }
        // An answer that only refuses this event says that the receiver is there.
        if tried.down {
            self.failures_in_a_row = self.failures_in_a_row.saturating_add(1);
            if self.failures_in_a_row >= BREAKS_AFTER {
                self.open_until = now + OPEN_FOR;
            }
        }
    }

    fn closed_until(&self) -> Duration {
        self.open_until.max(self.paused_until)
    }
}

type Trying = BoxFuture<'static, (Claimed, Arc<Ready>, Tried)>;

pub(crate) struct Dispatcher {
    inner: Arc<Inner>,
    lanes: HashMap<String, Lane>,
    trying: FuturesUnordered<Trying>,
    /// When endpoints were read.
    read_at: Option<Duration>,
    /// Counts claims.
    claims: usize,
    /// Endpoints of which something may be due that was not before; none: all of them.
    look_at: Option<HashSet<String>>,
    /// Tries that ended and are not written down yet.
    ended: Vec<(Claimed, Arc<Ready>, Tried)>,
    /// The same, ready to be written: they stay here until they are.
    unwritten: (Vec<Completed>, Vec<Notice>),
}

impl Dispatcher {
    pub(crate) fn new(inner: Arc<Inner>) -> Self {
        Self {
            inner,
            lanes: HashMap::new(),
            trying: FuturesUnordered::new(),
            read_at: None,
            claims: 0,
            look_at: None,
            ended: Vec::new(),
            unwritten: Default::default(),
        }
    }

    fn clock(&self) -> &dyn Clock {
        &*self.inner.sender.clock
    }

    /// Sends until `shutdown`; then lets end what is under way.
    ///
    /// What the database can't do now it may be able to do soon, and a dispatcher that has ended sends nothing: so it goes on.
    pub(crate) async fn run(mut self, shutdown: impl Future<Output = ()>) -> Result<()> {
        let mut shutdown = std::pin::pin!(shutdown.fuse());
        let mut failures = 0;
        loop {
            let inner = Arc::clone(&self.inner);
            // Before anything is looked at: what is published from now on wakes.
            let mut woken = std::pin::pin!(inner.changed.notified());
            woken.as_mut().enable();
            let wait = match self.turn().await {
                Ok(wait) => {
                    failures = 0;
                    wait
                }
                Err(error) => {
                    failures += 1;
                    tracing::error!(%error, failures, "webhooks wait for their database");
                    self.read_at = None;
                    Duration::from_secs(1 << failures.min(6))
                }
            };
            let mut timer = inner.sender.clock.sleep(wait).fuse();
            // While the database is away, waking up more often does not bring it back.
            let mut woken = woken.fuse();
            futures::select_biased! {
                () = shutdown => break,
                ended = self.trying.select_next_some() => self.ended.push(ended),
                () = woken => self.look_at = None,
                () = timer => self.look_at = None,
            }
        }
        while let Some(ended) = self.trying.next().await {
            self.ended.push(ended);
        }
        self.write().await
    }

    /// Writes down what ended, and begins what is due; how long nothing can happen by itself then.
    async fn turn(&mut self) -> Result<Duration> {
        self.write().await?;
        let now = self.clock().elapsed();
        let stale = self.inner.take_stale();
        if stale || self.read_at.is_none_or(|at| at + self.inner.poll <= now) {
            self.read_endpoints().await?;
            self.look_at = None;
            self.read_at = Some(now);
        }
        let began = self.begin().await?;
        self.wait(began).await
    }

    /// Sends what is due now, and what becomes due by it, until nothing is.
    pub(crate) async fn run_until_idle(mut self) -> Result<()> {
        self.read_endpoints().await?;
        loop {
            let all = self.look_at.is_none();
            let began = self.begin().await?;
            match self.trying.next().await {
                Some(ended) => self.ended.push(ended),
                None if began == 0 && all => return Ok(()),
                None => self.look_at = None,
            }
            self.write().await?;
        }
    }

    async fn read_endpoints(&mut self) -> Result<()> {
        let endpoints = self.inner.store.endpoints(None).await?;
        let enabled: Vec<Endpoint> = endpoints.into_iter().filter(Endpoint::is_enabled).collect();
        let changed = |lanes: &HashMap<String, Lane>, e: &Endpoint| {
            lanes.get(&e.id).is_none_or(|lane| lane.ready.endpoint.version != e.version)
        };
        let (new, same): (Vec<_>, Vec<_>) = enabled.into_iter().partition(|e| changed(&self.lanes, e));
        let mut kept: HashMap<String, Lane> = HashMap::with_capacity(same.len() + new.len());
        for endpoint in same {
            if let Some(lane) = self.lanes.remove(&endpoint.id) {
                kept.insert(endpoint.id, lane);
            }
        }
        for ready in self.inner.ready(new).await? {
            let id = ready.endpoint.id.clone();
            let lane = match self.lanes.remove(&id) {
                // What is under way still counts; what was said of the old settings does not.
                Some(old) => Lane { under_way: old.under_way, begun: old.begun, ..Lane::new(ready) },
                None => Lane::new(ready),
            };
            kept.insert(id, lane);
        }
        // Of a disabled endpoint what is under way is remembered: it may be enabled again before that ends.
        for (id, lane) in std::mem::take(&mut self.lanes) {
            if lane.under_way > 0 {
                kept.insert(id, lane);
            }
        }
        self.lanes = kept;
        Ok(())
    }

    /// Claims what there is room for, and begins to send it; how much that was.
    async fn begin(&mut self) -> Result<usize> {
        let now = self.clock().elapsed();
        let most = MOST.saturating_sub(self.trying.len()) as u32;
        let look_at = &self.look_at;
        let lanes = self.lanes.iter_mut().filter(|(id, _)| look_at.as_ref().is_none_or(|some| some.contains(*id)));
        let rooms = lanes.map(|(id, lane)| (id.clone(), lane.room(now)));
        let mut rooms: Vec<(String, u32)> = rooms.filter(|(_, room)| *room > 0).collect();
        if most == 0 {
            return Ok(0);
        }
        if rooms.is_empty() {
            self.look_at = Some(HashSet::new());
            return Ok(0);
        }
        // If there is not room for all, others are first the next time.
        self.claims = self.claims.wrapping_add(1);
        let first = self.claims.wrapping_mul(97) % rooms.len();
        rooms.rotate_left(first);
        let at = self.clock().now();
        let claimed = self.inner.store.claim(rooms, most, at, at + self.inner.lease()).await?;
        let count = claimed.len();
        // What did not find a place is looked at again.
        self.look_at = (count < most as usize).then(HashSet::new);
        for claim in claimed {
            let Some(lane) = self.lanes.get_mut(&claim.endpoint_id) else { continue };
            lane.under_way += 1;
            if lane.ready.endpoint.settings.rate.is_some() {
                lane.begun.push_back(now);
            }
            let (ready, sender) = (Arc::clone(&lane.ready), self.inner.sender.clone());
            let trying = async move {
                let tried = sender.send(&ready, &claim.event_id, claim.body.clone()).await;
                (claim, ready, tried)
            };
            self.trying.push(trying.boxed());
        }
        Ok(count)
    }

    /// How long nothing can happen by itself.
    async fn wait(&mut self, began: usize) -> Result<Duration> {
        let poll = self.inner.poll;
        if began > 0 {
            // There may be more of the same.
            return Ok(poll);
        }
        let (now, at) = (self.clock().elapsed(), self.clock().now());
        let reopens = self.lanes.values().filter_map(|lane| lane.reopens(now)).min();
        let reopens = reopens.map_or(poll, |at| at.saturating_sub(now));
        // What is due already and was not claimed waits for its lane, or for one before it: for a try to end, or for time to pass.
        let due = self.inner.store.next_due(at).await?.and_then(|due| (due - at).to_std().ok()).unwrap_or(poll);
        Ok(due.min(reopens).clamp(Duration::from_millis(1), poll))
    }

    /// Writes down what ended, with whatever else has ended by now.
    async fn write(&mut self) -> Result<()> {
        while self.ended.len() < TOGETHER {
            match self.trying.next().now_or_never() {
                Some(Some(ended)) => self.ended.push(ended),
                _ => break,
            }
        }
        let now = self.clock().elapsed();
        for (claim, ready, tried) in std::mem::take(&mut self.ended) {
            if let Some(lane) = self.lanes.get_mut(&claim.endpoint_id) {
                lane.ended(&tried, now);
            }
            if let Some(some) = &mut self.look_at {
                some.insert(claim.endpoint_id.clone());
            }
            let then = then(&self.inner, &ready, claim.failures, &tried);
            note(&claim, &tried, &then);
            self.unwritten.1.extend(notices(&claim, &tried, &then));
            self.unwritten.0.push(completed(claim, &ready, tried, then));
        }
        if self.unwritten.0.is_empty() {
            return Ok(());
        }
        self.inner.complete(self.unwritten.0.clone(), &self.unwritten.1).await?;
        self.unwritten = Default::default();
        Ok(())
    }
}

/// What becomes of a delivery after a try.
fn then(inner: &Inner, to: &Ready, failures: u32, tried: &Tried) -> Then {
    match &tried.outcome {
        Outcome::Delivered => Then::Delivered,
        Outcome::Gone => Then::EndpointGone { reason: "the receiver wants nothing any more (410 Gone)".to_owned() },
        Outcome::Permanent(why) => Then::Dead { reason: (*why).to_owned() },
        outcome => {
            let chance: &dyn Chance = &*inner.chance;
            match to.endpoint.settings.retry.next(failures + 1, outcome, chance) {
                Some(delay) => Then::Retry { at: inner.sender.clock.now() + delay },
                None => Then::Dead { reason: format!("all {} tries failed", failures + 1) },
            }
        }
    }
}

pub(crate) fn completed(claim: Claimed, to: &Ready, tried: Tried, then: Then) -> Completed {
    Completed {
        delivery_id: claim.delivery_id,
        attempt_id: claim.attempt_id,
        lease: claim.lease,
        endpoint_id: claim.endpoint_id,
        endpoint_version: to.endpoint.version,
        end: tried.end,
        then,
    }
}

fn note(claim: &Claimed, tried: &Tried, then: &Then) {
    tracing::debug!(
        endpoint = claim.endpoint_id,
        event = claim.event_id,
        r#type = %claim.event_type,
        status = tried.end.status,
        took_ms = tried.end.took.as_millis() as u64,
        error = tried.end.error,
        ?then,
        "webhook delivery"
    );
}

fn notices(claim: &Claimed, tried: &Tried, then: &Then) -> Vec<Notice> {
    let endpoint_id = || claim.endpoint_id.clone();
    let mut notices = Vec::new();
    if tried.forbidden {
        notices.push(Notice::Refused { endpoint_id: endpoint_id(), why: tried.end.error.clone().unwrap_or_default() });
    }
    match then {
        Then::Retry { at } if claim.failures + 1 >= TOLD_FROM => notices.push(Notice::Failing {
            endpoint_id: endpoint_id(),
            delivery_id: claim.delivery_id,
            failures: claim.failures + 1,
            next_at: *at,
        }),
        Then::Dead { reason } => notices.push(Notice::Dead {
            endpoint_id: endpoint_id(),
            delivery_id: claim.delivery_id,
            reason: reason.clone(),
        }),
        _ => {}
    }
    notices
}
