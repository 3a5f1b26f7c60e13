use std::sync::Mutex;
use std::time::Duration;

use psa_core::time::Chance;
use psa_core::{Error, ErrorKind, Phase, Retry};

use crate::Idempotency;

/// How often and how long to try.
#[derive(Debug, Clone, PartialEq)]
pub struct RetryPolicy {
    /// Tries in all, the first included; 1 never repeats. Tries after which the vendor asked for patience (a rate
    /// limit, a `Retry-After`) are not counted: for them only the deadline holds.
    pub attempts: u32,
    /// Time in all, pauses included, queueing for the rate budget not. Keep it above the vendor's rate window.
    pub deadline: Duration,
    /// The first pause; it doubles.
    pub base: Duration,
    /// The longest pause of our own choosing. A longer `Retry-After` is honoured.
    pub cap: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 8,
            deadline: Duration::from_secs(600),
            base: Duration::from_millis(500),
            cap: Duration::from_secs(60),
        }
    }
}

impl RetryPolicy {
    /// One try only.
    pub fn none() -> Self {
        Self { attempts: 1, ..Self::default() }
    }

    /// The pause after failed try number `attempt` (from 1): half of it fixed, half by chance.
    pub fn pause(&self, attempt: u32, chance: &dyn Chance) -> Duration {
        let full =
            self.base.saturating_mul(1u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX)).min(self.cap);
        full / 2 + (full / 2).mul_f64(chance.unit())
    }
}

/// Whether `error` may be tried again: reads on everything transient; writes only if nothing was sent or the vendor refused first.
pub(crate) fn may_retry(error: &Error, idempotency: Idempotency, refused_before_effect: bool) -> bool {
    if matches!(error.retry(), Retry::Never | Retry::Exhausted) {
        return false;
    }
    idempotency != Idempotency::Once || error.phase() == Phase::NotSent || refused_before_effect
}

/// What all calls of a client may spend on retries, so that a vendor in trouble is not hit harder.
///
/// A retry costs 5, one after a time-out 10; a success gives 1 back.
#[derive(Debug)]
pub(crate) struct RetryBudget {
    capacity: u32,
    left: Mutex<u32>,
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self::new(500)
    }
}

impl RetryBudget {
    /// A full budget.
    pub(crate) fn new(capacity: u32) -> Self {
        Self { capacity, left: Mutex::new(capacity) }
    }

    /// Takes what a retry of `error` costs; false if there is not enough. Waiting as the vendor asked costs nothing.
    pub(crate) fn spend(&self, error: &Error) -> bool {
        let cost = match error.kind() {
            ErrorKind::RateLimited => return true,
            ErrorKind::Timeout => 10,
            _ => 5,
        };
        let mut left = self.left.lock().unwrap_or_else(|e| e.into_inner());
        let enough = *left >= cost;
        if enough {
            *left -= cost;
        }
        enough
    }

    pub(crate) fn refund(&self) {
        let mut left = self.left.lock().unwrap_or_else(|e| e.into_inner());
        *left = (*left + 1).min(self.capacity);
    }
}
