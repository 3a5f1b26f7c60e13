//! The clock of a sandbox that is given none.

use std::sync::Arc;

use psa_core::time::Clock;
use psa_http::TokioClock;

/// The clock of the tokio runtime: virtual where its time is paused.
pub fn default_clock() -> Arc<dyn Clock> {
    Arc::new(TokioClock::new())
}
