//! When to try again, and when to give up.

use std::time::Duration;

use psa_core::time::Chance;
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// How deliveries of an endpoint are retried.
///
/// After a time-out, 502 or 504 the next try comes 60 s later at the earliest, whatever the policy says: those mean overload. With
/// 429 and 503 a `Retry-After` is kept, up to ten hours. All else follows the policy; any 2xx is success, 410 disables the endpoint.
///
/// ```
/// use std::time::Duration;
/// use webhook_delivery::RetryPolicy;
///
/// // Ten tries over about three days, as Standard Webhooks recommends.
/// let standard = RetryPolicy::default();
/// assert_eq!(standard.delay(1), Some(Duration::from_secs(5)));
/// let short = RetryPolicy::exponential(Duration::from_secs(1), 2.0, Duration::from_secs(60), 5)?;
/// assert_eq!(short.delay(4), Some(Duration::from_secs(8)));
/// assert_eq!(short.delay(5), None);
/// # Ok::<(), webhook_delivery::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct RetryPolicy {
    delays: Delays,
    /// Added at random, as a share of the delay; never taken away: nobody is asked before the time that was promised.
    jitter: f64,
    /// Answers that end a delivery at once.
    permanent: Vec<u16>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Delays {
    /// In milliseconds, after the first try, the second …
    List(Vec<u64>),
    Exponential {
        base: u64,
        factor: f64,
        cap: u64,
        tries: u32,
    },
}

/// After the first try: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h.
const STANDARD: [u64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { delays: Delays::List(STANDARD.iter().map(|s| s * 1_000).collect()), jitter: 0.1, permanent: Vec::new() }
    }
}

/// A policy as somebody wrote it down.
#[derive(Deserialize)]
struct Unchecked {
    delays: Delays,
    jitter: f64,
    permanent: Vec<u16>,
}

impl TryFrom<Unchecked> for RetryPolicy {
    type Error = Error;

    fn try_from(policy: Unchecked) -> Result<Self> {
        let delays = match policy.delays {
            Delays::List(delays) => Self::schedule(delays.into_iter().map(Duration::from_millis))?,
            Delays::Exponential { base, factor, cap, tries } => {
                Self::exponential(Duration::from_millis(base), factor, Duration::from_millis(cap), tries)?
            }
        };
        Ok(delays.jitter(policy.jitter).permanent(policy.permanent))
    }
}

/// A month: who is away for longer is not coming back.
const LONGEST_DELAY: Duration = Duration::from_secs(30 * 24 * 3_600);

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl RetryPolicy {
    /// A delay after each try but the last.
    ///
    /// # Errors
    /// [`Error::Policy`] for more than 100 of them, or one of more than 30 days.
    pub fn schedule(delays: impl IntoIterator<Item = Duration>) -> Result<Self> {
        let delays: Vec<u64> = delays.into_iter().map(millis).collect();
        if delays.len() > 100 {
            return Err(Error::Policy("has more than 100 retries"));
        }
        if delays.iter().any(|d| *d > millis(LONGEST_DELAY)) {
            return Err(Error::Policy("has a delay of more than 30 days"));
        }
        Ok(Self { delays: Delays::List(delays), ..Self::default() })
    }

    /// `tries` in all; the delay after the first is `base`, and each next is `factor` times as long, up to `cap`.
    ///
    /// # Errors
    /// [`Error::Policy`] for a factor below 1 or no number, more than 100 tries, or a cap of more than 30 days.
    pub fn exponential(base: Duration, factor: f64, cap: Duration, tries: u32) -> Result<Self> {
        if !(1.0..=100.0).contains(&factor) {
            return Err(Error::Policy("has a factor that is not 1 to 100"));
        }
        if cap > LONGEST_DELAY {
            return Err(Error::Policy("has a cap of more than 30 days"));
        }
        if !(1..=100).contains(&tries) {
            return Err(Error::Policy("has not 1 to 100 tries"));
        }
        Ok(Self {
            delays: Delays::Exponential { base: millis(base), factor, cap: millis(cap), tries },
            ..Self::default()
        })
    }

    /// Another share of jitter, 0 to 1; a tenth unless told.
    #[must_use]
    pub fn jitter(mut self, share: f64) -> Self {
        self.jitter = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
        self
    }

    /// Answers with which a delivery ends at once, as a dead letter. None unless told: a receiver that answers 401 or 404 today
    /// may have been set right tomorrow.
    #[must_use]
    pub fn permanent(mut self, statuses: impl IntoIterator<Item = u16>) -> Self {
        self.permanent = statuses.into_iter().collect();
        self
    }

    /// The delay after try `n`, counted from 1, without jitter; none: it was the last.
    pub fn delay(&self, n: u32) -> Option<Duration> {
        let ms = match &self.delays {
            Delays::List(list) => *list.get(n.checked_sub(1)? as usize)?,
            Delays::Exponential { tries, .. } if n >= *tries => return None,
            Delays::Exponential { base, factor, cap, .. } => {
                let grown = *base as f64 * factor.powi(n.checked_sub(1)?.min(1_000) as i32);
                if grown < *cap as f64 { grown as u64 } else { *cap }
            }
        };
        Some(Duration::from_millis(ms))
    }

    pub(crate) fn is_permanent(&self, status: u16) -> bool {
        self.permanent.contains(&status)
    }

    /// When to try again after try `n` ended like this; none: never.
    pub(crate) fn next(&self, n: u32, outcome: &Outcome, chance: &dyn Chance) -> Option<Duration> {
        let Outcome::Failed { floor, hint, .. } = outcome else { return None };
        let delay = self.delay(n)?.max(*floor);
        let jittered = delay + delay.mul_f64((self.jitter * chance.unit()).clamp(0.0, 1.0));
        // What the receiver asks for is kept, up to a limit of ours.
        Some(jittered.max(hint.unwrap_or_default().min(LONGEST_HINT)))
    }
}

/// The longest that a receiver can put us off.
pub(crate) const LONGEST_HINT: Duration = Duration::from_secs(10 * 3_600);

/// After a time-out or an overloaded gateway nothing is sent for a minute.
const OVERLOADED: Duration = Duration::from_secs(60);

/// How a try ended, for what comes next.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    Delivered,
    /// Try again, but not before `floor`, and when the receiver asks (`hint`).
    Failed {
        floor: Duration,
        hint: Option<Duration>,
    },
    /// It can't get better by itself.
    Permanent(&'static str),
    /// 410: the receiver wants nothing any more.
    Gone,
}

impl Outcome {
    /// Of an answer.
    pub(crate) fn of_status(status: u16, hint: Option<Duration>, policy: &RetryPolicy) -> Self {
        match status {
            200..=299 => Self::Delivered,
            410 => Self::Gone,
            _ if policy.is_permanent(status) => Self::Permanent("the answer is one that the retry policy ends with"),
            429 | 503 => Self::Failed { floor: Duration::ZERO, hint },
            502 | 504 => Self::Failed { floor: OVERLOADED, hint },
            _ => Self::Failed { floor: Duration::ZERO, hint: None },
        }
    }

    pub(crate) fn failed() -> Self {
        Self::Failed { floor: Duration::ZERO, hint: None }
    }

    pub(crate) fn timed_out() -> Self {
        Self::Failed { floor: OVERLOADED, hint: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use psa_core::time::Seeded;

    #[test]
    fn the_standard_schedule_takes_ten_tries_over_three_days() {
        let policy = RetryPolicy::default();
        let delays: Vec<_> = (1..).map_while(|n| policy.delay(n)).collect();
        assert_eq!(delays.len(), 9);
        assert_eq!(delays.iter().sum::<Duration>().as_secs() / 3_600, 75);
    }

    #[test]
    fn what_the_receiver_asks_for_is_kept_up_to_ten_hours() {
        let policy = RetryPolicy::default().jitter(0.0);
        let chance = Seeded::new(1);
        let after = |status, hint| policy.next(1, &Outcome::of_status(status, hint, &policy), &chance);
        let seconds = |s| Some(Duration::from_secs(s));
        assert_eq!(after(429, seconds(90)), seconds(90));
        assert_eq!(after(429, seconds(1)), seconds(5));
        assert_eq!(after(503, seconds(999_999)), seconds(36_000));
        assert_eq!(after(500, seconds(90)), seconds(5));
        assert_eq!(after(504, None), seconds(60));
        assert_eq!(after(302, None), seconds(5));
        assert_eq!(after(204, None), None);
        assert_eq!(after(410, None), None);
    }

    #[test]
    fn policies_that_make_no_sense_are_refused() {
        let second = Duration::from_secs(1);
        for factor in [0.5, f64::NAN, f64::INFINITY, -1.0] {
            assert!(RetryPolicy::exponential(second, factor, second, 5).is_err());
        }
        assert!(RetryPolicy::exponential(second, 2.0, second, 0).is_err());
        assert!(RetryPolicy::schedule(vec![second; 101]).is_err());
        assert!(RetryPolicy::schedule([Duration::MAX]).is_err());
        assert!(RetryPolicy::exponential(second, 1.0, Duration::MAX, 9).is_err());
        let text = serde_json::to_string(&RetryPolicy::default()).unwrap();
        assert_eq!(serde_json::from_str::<RetryPolicy>(&text).unwrap(), RetryPolicy::default());
        let long = text.replace("86400000", "8640000000000");
        assert!(serde_json::from_str::<RetryPolicy>(&long).is_err());
    }

    proptest! {
        #[test]
        fn nobody_is_asked_before_the_time_that_was_promised(
            base in 0u64..100_000, factor in 1.0f64..10.0, cap in 0u64..100_000_000, n in 1u32..100, seed: u64, jitter in 0.0f64..2.0,
        ) {
            let policy = RetryPolicy::exponential(Duration::from_millis(base), factor, Duration::from_millis(cap), 100).unwrap().jitter(jitter);
            let next = policy.next(n, &Outcome::failed(), &Seeded::new(seed));
            match policy.delay(n) {
                Some(delay) => {
                    prop_assert!(delay <= Duration::from_millis(cap.max(base)));
                    prop_assert!(next.unwrap() >= delay && next.unwrap() <= delay * 2 + Duration::from_nanos(1));
                }
                None => prop_assert_eq!(next, None),
            }
        }
    }
}
