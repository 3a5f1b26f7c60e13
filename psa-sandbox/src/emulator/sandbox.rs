//! A tenant of a vendor, and what happens to each request.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::HeaderValue;
use psa_core::time::{Clock, Seeded};

use super::fault::{Effect, Fault, is_list, strike};
use super::hooks::Hooks;
use super::log::{ActionLog, LogEntry};
use super::rate_limit::RateLimit;
use super::reply::{Delivery, Reply, Way};
use super::request::Request;
use super::vendor::{Emulated, Setup};

/// An emulated tenant of a vendor. Cheap to clone; clones are the same tenant.
///
/// Each vendor has a name for its own: `HaloSandbox`, `ConnectWiseSandbox`.
pub struct Sandbox<V: Emulated>(Arc<Shared<V>>);

struct Shared<V: Emulated> {
    clock: Arc<dyn Clock>,
    chance: Seeded,
    latency: Duration,
    state: Mutex<State<V>>,
    log: ActionLog,
}

struct State<V: Emulated> {
    vendor: V,
    faults: Vec<Fault>,
    hooks: Hooks<V>,
    rate_limit: RateLimit,
    /// How far the clock of answers is ahead.
    date_ahead: TimeDelta,
}

impl<V: Emulated> Clone for Sandbox<V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<V: Emulated> fmt::Debug for Sandbox<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("vendor", &V::NAME).finish_non_exhaustive()
    }
}

impl<V: Emulated> Sandbox<V> {
    pub(crate) fn start(mut setup: Setup<V>, clock: Arc<dyn Clock>, latency: Duration, faults: Vec<Fault>) -> Self {
        let chance = Seeded::new(V::seed(&setup.dataset));
        let rate_limit = RateLimit::new(*V::rate_limit(&mut setup.open_points));
        let vendor = V::start(setup);
        let state = State { vendor, faults, hooks: Hooks::default(), rate_limit, date_ahead: TimeDelta::zero() };
        Self(Arc::new(Shared { clock, chance, latency, state: Mutex::new(state), log: ActionLog::default() }))
    }

    /// What happened so far.
    pub fn log(&self) -> &ActionLog {
        &self.0.log
    }

    /// The sandbox's clock.
    pub fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    /// Changes the data as somebody who works in the vendor's product would.
    pub fn edit<T>(&self, edit: impl FnOnce(&mut V::Edit<'_>) -> T) -> T {
        let now = self.now();
        edit(&mut self.lock().vendor.edit(now))
    }

    /// Changes the data right before the `nth` (from 1, counted from now) request of `operation` is answered.
    pub fn edit_before(&self, operation: &str, nth: u64, edit: impl FnOnce(&mut V::Edit<'_>) + Send + 'static) {
        self.lock().hooks.add(operation, nth, Box::new(edit));
    }

    /// Forgets the edits that wait for a request.
    pub fn forget_edits(&self) {
        self.lock().hooks.clear();
    }

    /// Lets the clock of answers (`Date`) be ahead of the clock that stamps records, as behind some front ends; or behind it.
    pub fn set_date_ahead(&self, ahead: TimeDelta) {
        self.lock().date_ahead = ahead;
    }

    /// Adds a fault.
    pub fn add_fault(&self, fault: Fault) {
        self.lock().faults.push(fault);
    }

    /// Ends all faults.
    pub fn clear_faults(&self) {
        self.lock().faults.clear();
    }

    /// What only this vendor has.
    #[cfg(any(feature = "halo", feature = "connectwise"))]
    pub(crate) fn vendor<T>(&self, then: impl FnOnce(&mut V) -> T) -> T {
        then(&mut self.lock().vendor)
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    fn lock(&self) -> MutexGuard<'_, State<V>> {
        self.0.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Answers one request.
    pub(crate) fn handle(&self, request: http::Request<Bytes>) -> Delivery {
        let shared = &*self.0;
        let (head, body) = request.into_parts();
        let mut request = Request::new(&head, body, shared.clock.now(), shared.clock.elapsed());
        let query = request.query.clone();
        let mut state = self.lock();
        let call = state.vendor.call(&request);
        let operation = V::operation(&call);
        for edit in state.hooks.due(operation) {
            edit(&mut state.vendor.edit(request.now));
        }
        let (delay, effect) = strike(&mut state.faults, operation, &shared.chance);
        let refusal = |after: Option<&'static str>| state.vendor.too_many_requests(after.map(HeaderValue::from_static));
        let instead = effect.as_ref().and_then(|effect| effect.instead(refusal));
        let (mut reply, way) = match instead {
            Some(instead) => instead,
            None => {
                match &effect {
                    Some(Effect::ExpireToken) => state.vendor.expire_token(&request),
                    Some(Effect::PreviousPage) => V::previous_page(&mut request.query),
                    _ => {}
                }
                let mut reply = state.answer(&call, &request);
                if let Some(effect) = effect.as_ref().filter(|_| is_list(operation)) {
                    reply.body = effect.alter(&reply.body, V::COUNTS);
                }
                let way = effect.as_ref().map_or(Way::Whole, |e| e.spoil(&mut reply));
                (reply, way)
            }
        };
        if state.vendor.is_dated() {
            reply = reply.dated(request.now + state.date_ahead);
        }
        shared.log.push(LogEntry {
            at: request.now,
            operation,
            method: request.method.to_string(),
            path: request.path,
            query,
            status: reply.status.as_u16(),
            fault: effect.as_ref().map(Effect::name),
            claimed: head.extensions.get::<&'static str>().copied(),
        });
        Delivery { reply, delay: shared.latency + delay, way }
    }
}

impl<V: Emulated> State<V> {
    /// The vendor's answer, unless there were too many requests.
    fn answer(&mut self, call: &V::Call, request: &Request) -> Reply {
        if self.vendor.is_limited(call)
            && let Err(wait) = self.rate_limit.admit(request.elapsed)
        {
            return self.vendor.too_many_requests(self.vendor.retry_after(wait));
        }
        self.vendor.answer(call, request)
    }
}
