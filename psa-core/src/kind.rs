//! Which kind of thing a record is.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The kind of an entity. Open: an application may sync kinds of its own.
///
/// ```
/// use psa_core::EntityKind;
///
/// const DEVICE: EntityKind = EntityKind::new("device");
/// assert_eq!(DEVICE.as_str(), "device");
/// assert_eq!(EntityKind::TICKET.to_string(), "ticket");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntityKind(Cow<'static, str>);

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        impl EntityKind { $($(#[$doc])* pub const $name: Self = Self::new($text);)* }
    };
}

kinds! {
    /// A customer.
    COMPANY = "company";
    /// A customer's location.
    SITE = "site";
    /// A person at a customer.
    CONTACT = "contact";
    /// A service request, incident or the like.
    TICKET = "ticket";
    /// A comment on a ticket.
    TICKET_NOTE = "ticket_note";
    /// Hours worked.
    TIME_ENTRY = "time_entry";
    /// A possible sale.
    OPPORTUNITY = "opportunity";
    /// A technician of the MSP.
    AGENT = "agent";
    /// A group of agents.
    TEAM = "team";
    /// A device or anything else that is looked after.
    ASSET = "asset";
    /// An invoice.
    INVOICE = "invoice";
    /// A contract.
    AGREEMENT = "agreement";
    /// A project.
    PROJECT = "project";
    /// Booked time.
    APPOINTMENT = "appointment";
    /// A value of one of the tenant's own lists.
    REFERENCE_ITEM = "reference_item";
}

impl EntityKind {
    /// A kind with this name (lower snake case).
    pub const fn new(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// A kind whose name is known only at run time.
    pub fn named(name: impl Into<String>) -> Self {
        Self(Cow::Owned(name.into()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EntityKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
