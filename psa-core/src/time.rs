//! Time and chance, injected, so that every wait can be tested without waiting.

use std::fmt;
use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;

/// Tells the time and sleeps. Production uses a runtime's clock, tests a virtual one.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The wall clock.
    fn now(&self) -> DateTime<Utc>;

    /// Time since some fixed start; never goes back.
    fn elapsed(&self) -> Duration;

    /// Resolves after `duration` of this clock's time.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// Reads the system's wall clock. Public because `chrono`'s own `now` is a feature that this crate leaves out.
pub fn system_now() -> DateTime<Utc> {
    DateTime::<Utc>::from(SystemTime::now())
}

/// A source of chance: jitter, request ids.
pub trait Chance: Send + Sync + fmt::Debug {
    /// The next 64 random bits.
    fn bits(&self) -> u64;

    /// A number in `0.0 .. 1.0`.
    fn unit(&self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// A repeatable sequence (SplitMix64): for jitter and ids, not for keys.
///
/// ```
/// use psa_core::time::{Chance, Seeded};
///
/// let (a, b) = (Seeded::new(7), Seeded::new(7));
/// assert_eq!(a.bits(), b.bits());
/// ```
#[derive(Debug)]
pub struct Seeded(Mutex<u64>);

impl Seeded {
    /// A sequence that `seed` decides.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }

    /// A sequence that differs from process to process.
    pub fn from_entropy() -> Self {
        use std::hash::{BuildHasher, Hasher, RandomState};
        let mut hasher = RandomState::new().build_hasher();
        hasher.write_u128(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos()));
        Self::new(hasher.finish())
    }
}

impl Chance for Seeded {
    fn bits(&self) -> u64 {
        let mut state = self.0.lock().unwrap_or_else(|e| e.into_inner());
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}
