//! The common model of agreements.

use chrono::{DateTime, Utc};

use super::{Custom, Label, Reference};
use crate::{EntityKind, KeyShape, entity};

entity! {
    /// What was agreed with a customer: a contract. Halo: ClientContract. ConnectWise: Agreement.
    ///
    /// Which members of the vendors fill a field, and whether a connector writes it:
    ///
    #[doc = include_str!("fields/agreement.md")]
    pub struct Agreement: EntityKind::AGREEMENT, key KeyShape::ID => {
        /// The name or reference.
        name: Option<String>;
        /// The vendor's type.
        agreement_type: Option<Label>;
        /// The vendor's status.
        status: Option<Label>;
        /// Whether it runs now.
        active: Option<bool>;
        /// Whether it was cancelled.
        cancelled: Option<bool>;
        /// The company.
        company: Option<Reference>, parent EntityKind::COMPANY;
        /// The site.
        site: Option<Reference>;
        /// The contact.
        contact: Option<Reference>;
        /// The agreement above it.
        parent: Option<Reference>;
        /// When it starts.
        starts_at: Option<DateTime<Utc>>;
        /// When it ends; unset: no end.
        ends_at: Option<DateTime<Utc>>;
        /// What each period costs, in `currency`.
        amount: Option<f64>;
        /// Currency, as the vendor names it.
        currency: Option<String>;
        /// How often it is billed.
        billing_cycle: Option<Label>;
        /// When the next invoice is due.
        next_invoice_at: Option<DateTime<Utc>>, readonly;
        /// The service level agreement.
        sla: Option<Label>;
        /// Free notes.
        notes: Option<String>;
        /// Custom fields.
        custom: Custom;
        /// When it was entered.
        created_at: Option<DateTime<Utc>>, readonly;
        /// When the vendor last touched it.
        updated_at: Option<DateTime<Utc>>, stamp;
    }
}
