//! The common model of agents.

use chrono::{DateTime, Utc};

use super::Label;
use crate::{EntityKind, KeyShape, entity};

entity! {
    /// A technician of the MSP. Halo: Agent. ConnectWise: Member.
    ///
    /// Which members of the vendors fill a field, and whether a connector writes it:
    ///
    #[doc = include_str!("fields/agent.md")]
    pub struct Agent: EntityKind::AGENT, key KeyShape::ID => {
        /// The name.
        name: Option<String>;
        /// First name.
        first_name: Option<String>;
        /// Last name.
        last_name: Option<String>;
        /// E-mail address.
        email: Option<String>;
        /// Job title.
        title: Option<String>;
        /// The teams.
        teams: Vec<Label>;
        /// Whether it is switched off.
        inactive: Option<bool>;
        /// Whether it is a login for programs only.
        api_only: Option<bool>, readonly;
        /// When the vendor last touched it.
        updated_at: Option<DateTime<Utc>>, stamp;
    }
}
