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
