//! The common model of appointments.

use chrono::{DateTime, Utc};

use super::{Label, Reference};
use crate::{EntityKind, KeyShape, entity};

entity! {
    /// Time that an agent is booked for. Halo: Appointment. ConnectWise: Schedule entry.
    ///
    /// Which members of the vendors fill a field, and whether a connector writes it:
    ///
    #[doc = include_str!("fields/appointment.md")]
    pub struct Appointment: EntityKind::APPOINTMENT, key KeyShape::ID => {
        /// One line.
        subject: Option<String>;
        /// The whole text.
        notes: Option<String>;
        /// The vendor's type.
        appointment_type: Option<Label>;
        /// The vendor's status.
        status: Option<Label>;
        /// Start.
        started_at: Option<DateTime<Utc>>;
        /// End.
        ended_at: Option<DateTime<Utc>>;
        /// The whole day.
        all_day: Option<bool>;
        /// Whether it is done.
        completed: Option<bool>;
        /// Only its agent sees what it is about.
        private: Option<bool>;
        /// The agent.
        agent: Option<Reference>;
        /// What it is for, where that is a ticket.
        ticket: Option<Reference>;
        /// What it is for, where that is something else.
        subject_record: Option<Reference>;
        /// The company.
        company: Option<Reference>;
        /// The site.
        site: Option<Reference>;
        /// The contact.
        contact: Option<Reference>;
        /// Where to meet, in the net or in the world.
        location: Option<String>;
        /// When it was entered.
        created_at: Option<DateTime<Utc>>, readonly;
        /// When the vendor last touched it.
        updated_at: Option<DateTime<Utc>>, stamp;
    }
}
