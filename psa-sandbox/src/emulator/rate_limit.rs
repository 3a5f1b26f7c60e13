//! The vendor's rate limit: so many requests in a rolling window.

use std::collections::VecDeque;
use std::time::Duration;

#[derive(Debug)]
pub(crate) struct RateLimit {
    limit: Option<(u32, Duration)>,
    /// When the requests of the last window came.
    recent: VecDeque<Duration>,
}

impl RateLimit {
    pub(crate) fn new(limit: Option<(u32, Duration)>) -> Self {
        Self { limit, recent: VecDeque::new() }
    }

    /// Counts a request that comes now; the error is how long to wait for a place.
    pub(crate) fn admit(&mut self, now: Duration) -> Result<(), Duration> {
        let Some((limit, window)) = self.limit else { return Ok(()) };
        while self.recent.front().is_some_and(|t| *t + window <= now) {
            self.recent.pop_front();
        }
        if self.recent.len() >= limit as usize {
            return Err(self.recent.front().map_or(window, |t| *t + window - now));
        }
        self.recent.push_back(now);
        Ok(())
    }
}
