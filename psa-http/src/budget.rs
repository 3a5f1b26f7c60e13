use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use futures::future::{Either, select};
use psa_core::time::Clock;
use psa_core::{Lane, WaitBoard, WaitReason, Waiting};
use tokio::sync::Notify;

/// The share of a budget that backfills leave free for people, in percent.
const RESERVE_PERCENT: u32 = 3;

/// Shorter waits are not noted: nobody wonders.
pub(crate) const NOTED: Duration = Duration::from_secs(1);

/// What one credential may ask of one vendor: so many requests in any rolling window.
///
/// A request's place is counted from before it is sent until one window after its answer: the vendor saw it in between,
/// so whatever the latency, no window of the vendor's ever holds more than the limit. People go before webhooks, webhooks
/// before updates, updates before backfills. Share one budget among all clients of a credential.
///
/// ```
/// use std::{sync::Arc, time::Duration};
/// use psa_core::Lane;
/// use psa_http::{RateBudget, TokioClock};
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let budget = RateBudget::new(Arc::new(TokioClock::new()), 240, Duration::from_secs(300));
/// let permit = budget.acquire(Lane::Interactive).await;
/// // … send the request …
/// drop(permit);
/// # });
/// ```
#[derive(Debug, Clone)]
pub struct RateBudget(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    clock: Arc<dyn Clock>,
    /// Requests and window; none if the limit is not known.
    limit: Option<(u32, Duration)>,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    in_flight: usize,
    /// When answered requests were answered, oldest first.
    answered: VecDeque<Duration>,
    waiting: BTreeSet<(Lane, u64)>,
    next_ticket: u64,
    paused_until: Duration,
}

impl RateBudget {
    /// `limit` requests in any rolling `window`.
    pub fn new(clock: Arc<dyn Clock>, limit: u32, window: Duration) -> Self {
        Self::with(clock, Some((limit.max(1), window)))
    }

    /// No known limit: only pauses that the vendor asks for.
    pub fn unlimited(clock: Arc<dyn Clock>) -> Self {
        Self::with(clock, None)
    }

    fn with(clock: Arc<dyn Clock>, limit: Option<(u32, Duration)>) -> Self {
        Self(Arc::new(Shared { clock, limit, state: Mutex::default(), changed: Notify::new() }))
    }

    /// Waits for a place. Dropping the future leaves the queue.
    pub async fn acquire(&self, lane: Lane) -> Permit {
        self.acquire_noted(lane, None).await
    }

    /// As [`acquire`](Self::acquire); a longer wait of this operation is noted on the board.
    pub(crate) async fn acquire_noted(&self, lane: Lane, note: Option<(&WaitBoard, &'static str)>) -> Permit {
        let shared = &self.0;
        let me = {
            let mut state = shared.lock();
            state.next_ticket += 1;
            let me = (lane, state.next_ticket);
            state.waiting.insert(me);
            me
        };
        let queued = Queued { shared, me };
        loop {
            let changed = shared.changed.notified();
            futures::pin_mut!(changed);
            changed.as_mut().enable();
            match shared.try_take(me) {
                Take::Taken => {
                    drop(queued);
                    return Permit(Arc::clone(shared));
                }
                Take::Retry(after, why) => {
                    let _waiting = note.filter(|_| after >= NOTED).map(|(board, operation)| {
                        board.enter(Waiting { why, until: shared.clock.now() + after, operation })
                    });
                    select(changed, shared.clock.sleep(after)).await;
                }
                Take::Wait => changed.await,
            }
        }
    }

    /// Stops everything for `duration`: the vendor said so.
    pub fn pause(&self, duration: Duration) {
        let until = self.0.clock.elapsed().saturating_add(duration);
        let mut state = self.0.lock();
        state.paused_until = state.paused_until.max(until);
    }

    /// Requests that could go out now.
    pub fn available(&self) -> Option<u32> {
        let (limit, window) = self.0.limit?;
        let now = self.0.clock.elapsed();
        let mut state = self.0.lock();
        state.forget(now, window);
        Some(limit.saturating_sub((state.in_flight + state.answered.len()) as u32))
    }
}

enum Take {
    Taken,
    Retry(Duration, WaitReason),
    Wait,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn try_take(&self, me: (Lane, u64)) -> Take {
        let now = self.clock.elapsed();
        let mut state = self.lock();
        if state.waiting.first() != Some(&me) {
            return Take::Wait;
        }
        if now < state.paused_until {
            return Take::Retry(state.paused_until - now, WaitReason::VendorLimit);
        }
        if let Some((limit, window)) = self.limit {
            state.forget(now, window);
            let reserve = if me.0 == Lane::Backfill { limit * RESERVE_PERCENT / 100 } else { 0 };
            if state.in_flight + state.answered.len() >= (limit - reserve) as usize {
                return match state.answered.front() {
                    Some(oldest) => Take::Retry((*oldest + window).saturating_sub(now), WaitReason::RateBudget),
                    None => Take::Wait,
                };
            }
        }
        state.in_flight += 1;
        Take::Taken
    }
}

impl State {
    fn forget(&mut self, now: Duration, window: Duration) {
        while self.answered.front().is_some_and(|t| *t + window <= now) {
            self.answered.pop_front();
        }
    }
}

/// Takes a waiter out of the queue, whether it got its place or gave up.
struct Queued<'a> {
    shared: &'a Shared,
    me: (Lane, u64),
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        self.shared.lock().waiting.remove(&self.me);
        self.shared.changed.notify_waiters();
    }
}

/// A place in the budget, held while the request is under way.
#[derive(Debug)]
#[must_use = "the place is held until this is dropped"]
pub struct Permit(Arc<Shared>);

impl Drop for Permit {
    fn drop(&mut self) {
        let now = self.0.clock.elapsed();
        let mut state = self.0.lock();
        state.in_flight -= 1;
        if self.0.limit.is_some() {
            state.answered.push_back(now);
        }
        drop(state);
        self.0.changed.notify_waiters();
    }
}

/// Runs `work`, but not longer than `limit` of `clock`'s time.
pub(crate) async fn within<T>(clock: &dyn Clock, limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    futures::pin_mut!(work);
    match select(work, clock.sleep(limit)).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}
