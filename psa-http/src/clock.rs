use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::BoxFuture;
use psa_core::time::{Clock, system_now};
use tokio::time::Instant;

/// The clock of the tokio runtime. On a runtime whose time is paused it is a virtual clock, and so is the wall time it tells.
#[derive(Debug, Clone)]
pub struct TokioClock {
    started: Instant,
    wall: DateTime<Utc>,
}

impl TokioClock {
    /// A clock whose wall time starts at the system's.
    pub fn new() -> Self {
        Self::starting_at(system_now())
    }

    /// A clock whose wall time starts at `wall`, for tests.
    pub fn starting_at(wall: DateTime<Utc>) -> Self {
        Self { started: Instant::now(), wall }
    }
}

impl Default for TokioClock {
    fn default() -> Self {
        Self::new()
    }
}

/// The system's wall clock, with the runtime's sleep: for what others compare with their own clocks. It follows when the system's
/// clock is set, and when the machine has slept.
#[derive(Debug, Clone)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// The clock of this system.
    pub fn new() -> Self {
        Self { started: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        system_now()
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        tokio::time::sleep(duration).boxed()
    }
}

impl Clock for TokioClock {
    fn now(&self) -> DateTime<Utc> {
        self.wall + self.started.elapsed()
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        tokio::time::sleep(duration).boxed()
    }
}
