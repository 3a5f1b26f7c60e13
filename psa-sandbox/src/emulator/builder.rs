//! Puts a sandbox together.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use psa_core::time::Clock;

use super::clock::default_clock;
use super::fault::Fault;
use super::sandbox::Sandbox;
use super::vendor::{Emulated, Setup};

/// Puts a [`Sandbox`] together.
pub struct SandboxBuilder<V: Emulated> {
    pub(crate) setup: Setup<V>,
    clock: Option<Arc<dyn Clock>>,
    latency: Duration,
    faults: Vec<Fault>,
}

impl<V: Emulated> fmt::Debug for SandboxBuilder<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxBuilder").field("vendor", &V::NAME).finish_non_exhaustive()
    }
}

impl<V: Emulated> Sandbox<V> {
    /// Starts a tenant.
    pub fn builder() -> SandboxBuilder<V> {
        SandboxBuilder { setup: Setup::default(), clock: None, latency: Duration::ZERO, faults: Vec::new() }
    }
}

impl<V: Emulated> SandboxBuilder<V> {
    /// What the tenant holds.
    #[must_use]
    pub fn dataset(mut self, dataset: V::Dataset) -> Self {
        self.setup.dataset = dataset;
        self
    }

    /// Which peculiarities it has.
    #[must_use]
    pub fn quirks(mut self, quirks: V::Quirks) -> Self {
        self.setup.quirks = quirks;
        self
    }

    /// What nobody outside knows.
    #[must_use]
    pub fn open_points(mut self, open: V::OpenPoints) -> Self {
        self.setup.open_points = open;
        self
    }

    /// The rate limit; none: no limit.
    #[must_use]
    pub fn rate_limit(mut self, limit: Option<(u32, Duration)>) -> Self {
        *V::rate_limit(&mut self.setup.open_points) = limit;
        self
    }

    /// The clock. Default: tokio's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// How long each answer takes.
    #[must_use]
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Adds a fault.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// The tenant.
    pub fn build(self) -> Sandbox<V> {
        let clock = self.clock.unwrap_or_else(default_clock);
        Sandbox::start(self.setup, clock, self.latency, self.faults)
    }
}
