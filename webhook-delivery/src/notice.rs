use chrono::{DateTime, Utc};

use crate::EndpointChange;

/// What an owner wants to know of.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Notice {
    /// A delivery failed for the fourth time or later, and is tried again.
    Failing {
        /// The endpoint.
        endpoint_id: String,
        /// The delivery.
        delivery_id: i64,
        /// How often.
        failures: u32,
        /// When it is tried again.
        next_at: DateTime<Utc>,
    },
    /// A delivery is a dead letter.
    Dead {
        /// The endpoint.
        endpoint_id: String,
        /// The delivery.
        delivery_id: i64,
        /// Why.
        reason: String,
    },
    /// An endpoint was disabled.
    Disabled {
        /// Which.
        endpoint_id: String,
        /// Why.
        why: String,
    },
    /// Something arrived at an endpoint that had failed.
    Recovered {
        /// Which.
        endpoint_id: String,
        /// Since when it had failed.
        failing_since: DateTime<Utc>,
    },
    /// An endpoint led to an address that must not be reached.
    Refused {
        /// Which.
        endpoint_id: String,
        /// Where to.
        why: String,
    },
}

impl From<EndpointChange> for Notice {
    fn from(change: EndpointChange) -> Self {
        match change {
            EndpointChange::Disabled { endpoint_id, why } => Self::Disabled { endpoint_id, why },
            EndpointChange::Recovered { endpoint_id, failing_since } => Self::Recovered { endpoint_id, failing_since },
        }
    }
}
