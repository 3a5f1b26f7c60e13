//! The common model of invoices.

use chrono::{DateTime, Utc};

use super::{Custom, Label, Reference};
use crate::{EntityKind, KeyShape, entity};

entity! {
    /// An invoice. Amounts are as the vendor gives them, in `currency`: round before adding many up.
    ///
    /// Which members of the vendors fill a field, and whether a connector writes it:
    ///
    #[doc = include_str!("fields/invoice.md")]
    pub struct Invoice: EntityKind::INVOICE, key KeyShape::ID => {
        /// The number people quote.
        number: Option<String>;
        /// The vendor's type.
        invoice_type: Option<Label>;
        /// The vendor's status.
        status: Option<Label>;
        /// The company.
        company: Option<Reference>, parent EntityKind::COMPANY;
        /// The site.
        site: Option<Reference>;
        /// The agreement billed.
        agreement: Option<Reference>;
        /// The ticket billed.
        ticket: Option<Reference>;
        /// The project billed.
        project: Option<Reference>;
        /// Its date.
        date: Option<DateTime<Utc>>;
        /// When it is due.
        due_at: Option<DateTime<Utc>>;
        /// When it was paid.
        paid_at: Option<DateTime<Utc>>, readonly;
        /// Without tax.
        subtotal: Option<f64>, readonly;
        /// Tax.
        tax: Option<f64>, readonly;
        /// With tax.
        total: Option<f64>, readonly;
        /// What was paid.
        paid: Option<f64>, readonly;
        /// What is still due.
        balance: Option<f64>, readonly;
        /// Currency, as the vendor names it.
        currency: Option<String>;
        /// The customer's reference.
        reference: Option<String>;
        /// Whether it went to the books.
        posted: Option<bool>, readonly;
        /// Custom fields.
        custom: Custom;
        /// When it was made.
        created_at: Option<DateTime<Utc>>, readonly;
        /// When the vendor last touched it.
        updated_at: Option<DateTime<Utc>>, stamp;
    }
}
