//! The common model of teams.

use chrono::{DateTime, Utc};

use super::{Label, Reference};
use crate::{EntityKind, KeyShape, entity};

entity! {
    /// A group of agents.
    ///
    /// Which members of the vendors fill a field, and whether a connector writes it:
    ///
    #[doc = include_str!("fields/team.md")]
    pub struct Team: EntityKind::TEAM, key KeyShape::ID => {
        /// The name.
        name: Option<String>;
        /// The department.
        department: Option<Label>;
        /// Whether it is switched off.
        inactive: Option<bool>;
        /// Whether tickets can be assigned to it.
        takes_tickets: Option<bool>;
        /// Its members, where the vendor tells.
        members: Vec<Reference>;
        /// When the vendor last touched it.
        updated_at: Option<DateTime<Utc>>, stamp;
    }
}
