//! The common model of sites.

use chrono::{DateTime, Utc};

use super::{Address, Custom, Reference};
use crate::{EntityKind, KeyShape, entity};

entity! {
    /// A location of a company.
    ///
    /// Which members of the vendors fill a field, and whether a connector writes it:
    ///
    #[doc = include_str!("fields/site.md")]
    pub struct Site: EntityKind::SITE, key KeyShape::ID => {
        /// The name.
        name: Option<String>;
        /// The company.
        company: Option<Reference>, parent EntityKind::COMPANY;
        /// Telephone number.
        phone: Option<String>;
        /// Address.
        address: Option<Address>;
        /// Time zone, as the vendor names it.
        timezone: Option<String>;
        /// Whether it is switched off.
        inactive: Option<bool>;
        /// The main contact.
        main_contact: Option<Reference>;
        /// Free notes.
        notes: Option<String>;
        /// Custom fields.
        custom: Custom;
        /// When it was created.
        created_at: Option<DateTime<Utc>>, readonly;
        /// When the vendor last touched it.
        updated_at: Option<DateTime<Utc>>, stamp;
    }
}
