//! The common model of contacts.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Custom, Label, Reference};
use crate::{EntityKind, KeyShape, entity};

/// An e-mail address of a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Email {
    /// The address.
    pub address: String,
    /// Whether it is the default one.
    #[serde(default)]
    pub default: bool,
}

/// A telephone number of a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phone {
    /// The number as the vendor has it.
    pub number: String,
    /// What it is (work, mobile, home, fax …).
    pub kind: String,
}

entity! {
    /// A person at a company. Halo: User. ConnectWise: Contact.
    ///
    /// Which members of the vendors fill a field, and whether a connector writes it:
    ///
    #[doc = include_str!("fields/contact.md")]
    pub struct Contact: EntityKind::CONTACT, key KeyShape::ID => {
        /// The whole name.
        name: Option<String>;
        /// First name.
        first_name: Option<String>;
        /// Last name.
        last_name: Option<String>;
        /// Job title.
        title: Option<String>;
        /// E-mail addresses. Not unique at any vendor.
        emails: Vec<Email>;
        /// Telephone numbers.
        phones: Vec<Phone>;
        /// The company.
        company: Option<Reference>, parent EntityKind::COMPANY;
        /// The site.
        site: Option<Reference>;
        /// Types.
        types: Vec<Label>;
        /// Whether it is the company's default contact.
        is_default: Option<bool>;
        /// Whether the person matters more than others.
        is_vip: Option<bool>;
        /// Whether it is switched off.
        inactive: Option<bool>;
        /// The object id in Entra ID, if linked.
        entra_id: Option<String>;
        /// Free notes.
        notes: Option<String>;
        /// The contact it was merged into.
        merged_into: Option<Reference>, readonly;
        /// Custom fields.
        custom: Custom;
        /// When it was created.
        created_at: Option<DateTime<Utc>>, readonly;
        /// When the vendor last touched it.
        updated_at: Option<DateTime<Utc>>, stamp;
    }
}

impl crate::models::FieldItem for Email {
    const TYPE: crate::FieldType = crate::FieldType::Object;
}

impl crate::models::FieldItem for Phone {
    const TYPE: crate::FieldType = crate::FieldType::Object;
}
