//! The common model of companies.

use chrono::{DateTime, Utc};

use super::{Address, Custom, Label, Reference};
use crate::{EntityKind, KeyShape, entity};

entity! {
    /// A customer of the MSP. Halo: Client. ConnectWise: Company.
    ///
    /// Which members of the vendors fill a field, and whether a connector writes it:
    ///
    #[doc = include_str!("fields/company.md")]
    pub struct Company: EntityKind::COMPANY, key KeyShape::ID => {
        /// The name.
        name: Option<String>;
        /// A short code, unique at some vendors.
        code: Option<String>;
        /// The vendor's status.
        status: Option<Label>;
        /// Whether it is switched off.
        inactive: Option<bool>;
        /// Types (customer, prospect …).
        types: Vec<Label>;
        /// Main telephone number.
        phone: Option<String>;
        /// Web site.
        website: Option<String>;
        /// Main address.
        address: Option<Address>;
        /// The company or top level above it.
        parent: Option<Reference>;
        /// Sales territory.
        territory: Option<Label>;
        /// The account manager.
        owner: Option<Reference>;
        /// Free notes.
        notes: Option<String>;
        /// When the vendor marked it deleted.
        deleted_at: Option<DateTime<Utc>>, readonly;
        /// The company it was merged into.
        merged_into: Option<Reference>, readonly;
        /// Custom fields.
        custom: Custom;
        /// When it was created.
        created_at: Option<DateTime<Utc>>, readonly;
        /// When the vendor last touched it.
        updated_at: Option<DateTime<Utc>>, stamp;
    }
}
