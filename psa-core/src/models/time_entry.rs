//! The common model of hours worked.

use chrono::{DateTime, Utc};

use super::{Label, Reference};
use crate::{EntityKind, KeyShape, entity};

entity! {
    /// Hours that an agent worked.
    ///
    /// Which members of the vendors fill a field, and whether a connector writes it:
    ///
    #[doc = include_str!("fields/time_entry.md")]
    pub struct TimeEntry: EntityKind::TIME_ENTRY, key KeyShape::ID => {
        /// The ticket charged, if it was one.
        ticket: Option<Reference>, parent EntityKind::TICKET;
        /// What is charged where it is not a ticket (project, activity, company).
        charge_to: Option<Reference>;
        /// Who worked.
        agent: Option<Reference>;
        /// Start.
        started_at: Option<DateTime<Utc>>;
        /// End.
        ended_at: Option<DateTime<Utc>>;
        /// Hours worked.
        hours: Option<f64>;
        /// Hours to bill.
        billable_hours: Option<f64>;
        /// Hours worked and not to be billed.
        deducted_hours: Option<f64>;
        /// Whether it is billable.
        billable: Option<bool>;
        /// Type of work (Halo: charge rate).
        work_type: Option<Label>;
        /// Role in which it was done.
        work_role: Option<Label>;
        /// Notes.
        notes: Option<String>;
        /// The vendor's status of approval.
        status: Option<Label>, readonly;
        /// Whether it is approved.
        approved: Option<bool>, readonly;
        /// The agreement charged.
        agreement: Option<Reference>;
        /// When it was entered.
        created_at: Option<DateTime<Utc>>, readonly;
        /// When the vendor last touched it.
        updated_at: Option<DateTime<Utc>>, stamp;
    }
}
