//! The common model of assets.

use chrono::{DateTime, Utc};

use super::{Custom, Label, Reference};
use crate::{EntityKind, KeyShape, entity};

entity! {
    /// A device or anything else that is looked after. Halo: Asset. ConnectWise: Configuration.
    ///
    /// Which members of the vendors fill a field, and whether a connector writes it:
    ///
    #[doc = include_str!("fields/asset.md")]
    pub struct Asset: EntityKind::ASSET, key KeyShape::ID => {
        /// The name.
        name: Option<String>;
        /// The tag or inventory number.
        tag: Option<String>;
        /// The type.
        asset_type: Option<Label>;
        /// The vendor's status.
        status: Option<Label>;
        /// Whether it is out of use.
        inactive: Option<bool>;
        /// Who made it.
        manufacturer: Option<Label>;
        /// The model.
        model: Option<String>;
        /// The serial number.
        serial_number: Option<String>;
        /// The company.
        company: Option<Reference>, parent EntityKind::COMPANY;
        /// The site.
        site: Option<Reference>;
        /// The contact who uses it.
        contact: Option<Reference>;
        /// The agreement that covers it.
        agreement: Option<Reference>;
        /// Who sold it.
        supplier: Option<Label>;
        /// When it was bought.
        purchased_at: Option<DateTime<Utc>>;
        /// When it was installed.
        installed_at: Option<DateTime<Utc>>;
        /// When its warranty ends.
        warranty_until: Option<DateTime<Utc>>;
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
