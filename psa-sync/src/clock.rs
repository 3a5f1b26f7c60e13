use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::BoxFuture;
use psa_core::time::{Clock, system_now};
use tokio::time::Instant;

/// The runtime's clock, for reports and for what no vendor tells. Windows never follow it.
#[derive(Debug)]
pub(crate) struct RuntimeClock {
    started: Instant,
    wall: DateTime<Utc>,
}

impl RuntimeClock {
    pub(crate) fn new() -> Self {
        Self { started: Instant::now(), wall: system_now() }
    }
}

impl Clock for RuntimeClock {
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
