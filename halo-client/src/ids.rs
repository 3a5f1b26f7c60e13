//! Halo's ids, a type for each, so that an agent's can't be passed for a client's.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl From<i64> for $name {
            fn from(id: i64) -> Self {
                Self(id)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                psa_http::json::id(deserializer)
            }
        }

        impl $name {
            /// The id as the key of a common record.
            pub fn key(self) -> psa_core::Key {
                psa_core::Key::from(self.0)
            }
        }
    )* };
}

ids! {
    /// Of a ticket, an opportunity or a project: one numbering.
    TicketId;
    /// Of an action *within its ticket*: the numbering restarts with each ticket.
    ActionId;
    /// Of a client.
    ClientId;
    /// Of a site.
    SiteId;
    /// Of a user: a client's person.
    UserId;
    /// Of an agent.
    AgentId;
    /// Of a team.
    TeamId;
    /// Of a status.
    StatusId;
    /// Of a ticket type.
    TicketTypeId;
    /// Of a priority *within its SLA*: the numbers 1 to 4 repeat with each SLA.
    PriorityId;
    /// Of a category.
    CategoryId;
    /// Of an outcome. Only 7, the private note, is the same at every tenant.
    OutcomeId;
}

impl StatusId {
    /// "Closed" as Halo ships it. Tenants can have others: look at `halo.statuses()`.
    pub const DEFAULT_CLOSED: Self = Self(9);
}

impl OutcomeId {
    /// The built-in private note.
    pub const PRIVATE_NOTE: Self = Self(7);
}

impl AgentId {
    /// The placeholder "Unassigned".
    pub const UNASSIGNED: Self = Self(1);
}

impl ClientId {
    /// The placeholder "Unknown".
    pub const UNKNOWN: Self = Self(1);
}

/// A real id: Halo uses -1 and 0 for "none".
pub(crate) fn some<T: Copy + Into<i64>>(id: Option<T>) -> Option<T> {
    id.filter(|id| (*id).into() > 0)
}

macro_rules! into_i64 {
    ($($name:ident)*) => { $( impl From<$name> for i64 { fn from(id: $name) -> i64 { id.0 } } )* };
}
into_i64!(TicketId ActionId ClientId SiteId UserId AgentId TeamId StatusId TicketTypeId PriorityId CategoryId OutcomeId);
