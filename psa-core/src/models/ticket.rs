//! The common model of tickets.

use chrono::{DateTime, Utc};

use super::{Custom, Label, Reference, Stage};
use crate::{EntityKind, KeyShape, entity};

entity! {
    /// A piece of work for a customer.
    ///
    /// Which members of the vendors fill a field, and whether a connector writes it:
    ///
    #[doc = include_str!("fields/ticket.md")]
    pub struct Ticket: EntityKind::TICKET, key KeyShape::ID => {
        /// The number people quote.
        number: Option<String>, readonly;
        /// One line.
        summary: Option<String>;
        /// The whole story.
        description: Option<String>;
        /// Board or queue.
        board: Option<Label>;
        /// Type.
        ticket_type: Option<Label>;
        /// Sub-type.
        subtype: Option<Label>;
        /// Item below the sub-type.
        item: Option<Label>;
        /// The vendor's status.
        status: Option<Label>;
        /// Where it is in the work, by the caller's status map; unset if the status is not mapped.
        stage: Option<Stage>, readonly;
        /// Whether it is closed: the vendor's flag, or the caller's status map; unset if unknown.
        closed: Option<bool>, readonly;
        /// Priority.
        priority: Option<Label>;
        /// Severity.
        severity: Option<Label>;
        /// Impact.
        impact: Option<Label>;
        /// Urgency.
        urgency: Option<Label>;
        /// The company.
        company: Option<Reference>, parent EntityKind::COMPANY;
        /// The site.
        site: Option<Reference>;
        /// The contact.
        contact: Option<Reference>;
        /// The agent it is assigned to.
        assignee: Option<Reference>;
        /// The team it is assigned to.
        team: Option<Label>;
        /// How it came in.
        source: Option<Label>;
        /// The service level agreement.
        sla: Option<Label>;
        /// Whether its clock stands still.
        on_hold: Option<bool>;
        /// When the first answer is due.
        respond_by: Option<DateTime<Utc>>;
        /// When it is due.
        due_at: Option<DateTime<Utc>>;
        /// Estimated hours.
        estimate_hours: Option<f64>;
        /// Hours worked.
        actual_hours: Option<f64>, readonly;
        /// The parent ticket.
        parent: Option<Reference>;
        /// The ticket it was merged into.
        merged_into: Option<Reference>, readonly;
        /// The project it belongs to.
        project: Option<Reference>;
        /// The agreement it is worked under.
        agreement: Option<Reference>;
        /// An id of the caller's that the vendor keeps.
        external_ref: Option<String>;
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
