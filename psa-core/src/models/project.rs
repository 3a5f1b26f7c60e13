//! The common model of projects.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Custom, Label, Reference};
use crate::{EntityKind, KeyShape, entity};

entity! {
    /// A project.
    ///
    /// Which members of the vendors fill a field, and whether a connector writes it:
    ///
    #[doc = include_str!("fields/project.md")]
    pub struct Project: EntityKind::PROJECT, key KeyShape::ID => {
        /// The name.
        name: Option<String>;
        /// What it is about.
        description: Option<String>;
        /// The vendor's type.
        project_type: Option<Label>;
        /// The vendor's status.
        status: Option<Label>;
        /// Whether it is closed: the vendor's flag, or the caller's status map; unset if unknown.
        closed: Option<bool>, readonly;
        /// Board or queue.
        board: Option<Label>;
        /// The company.
        company: Option<Reference>, parent EntityKind::COMPANY;
        /// The site.
        site: Option<Reference>;
        /// The contact.
        contact: Option<Reference>;
        /// The agent who leads it.
        manager: Option<Reference>;
        /// The team.
        team: Option<Label>;
        /// The day on which it starts.
        starts_at: Option<NaiveDate>;
        /// The day on which it is due.
        due_at: Option<NaiveDate>;
        /// Hours planned.
        budget_hours: Option<f64>;
        /// Hours worked.
        actual_hours: Option<f64>, readonly;
        /// Money planned.
        budget_amount: Option<f64>;
        /// Money used.
        actual_amount: Option<f64>, readonly;
        /// How much is done, 0 to 100.
        percent_complete: Option<f64>;
        /// The agreement it is worked under.
        agreement: Option<Reference>;
        /// The opportunity it came from.
        opportunity: Option<Reference>;
        /// Items elsewhere that it is linked with, each with its kind: Planner items, for one. The caller's to keep:
        /// neither PSA lists them with a project.
        links: Vec<Reference>;
        /// Custom fields.
        custom: Custom;
        /// When it was opened.
        created_at: Option<DateTime<Utc>>, readonly;
        /// When it was closed.
        closed_at: Option<DateTime<Utc>>, readonly;
        /// When the vendor last touched it.
        updated_at: Option<DateTime<Utc>>, stamp;
    }
}
