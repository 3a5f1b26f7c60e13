//! The types that fields are made of.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{EntityKind, FieldType, Key};

/// A type that a field of a common model can have.
pub trait FieldValue: Serialize + DeserializeOwned + Default {
    /// How the schema describes it.
    const TYPE: FieldType;

    /// Whether it holds nothing.
    fn is_unset(&self) -> bool;

    /// Appends `"name":value,` to a JSON object under construction, unless unset.
    fn write_member(&self, name: &str, out: &mut Vec<u8>) {
        if self.is_unset() {
            return;
        }
        out.push(b'"');
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":");
        // Writing to a Vec can't fail, and every field type serialises.
        let _ = serde_json::to_writer(&mut *out, self);
        out.push(b',');
    }
}

/// A value that can stand inside an `Option` field.
pub(crate) trait Scalar: Serialize + DeserializeOwned {
    const TYPE: FieldType;
}

macro_rules! scalars {
    ($($ty:ty => $field_type:expr;)*) => { $( impl Scalar for $ty { const TYPE: FieldType = $field_type; } )* };
}

scalars! {
    String => FieldType::Text;
    i64 => FieldType::Integer;
    f64 => FieldType::Decimal;
    bool => FieldType::Bool;
    DateTime<Utc> => FieldType::DateTime;
    NaiveDate => FieldType::Date;
    Reference => FieldType::Reference;
    Label => FieldType::Label;
    Address => FieldType::Object;
    super::Author => FieldType::Object;
    super::Stage => FieldType::Choice(super::Stage::NAMES);
    Normalized<super::OpportunityStatus> => FieldType::Choice(super::OpportunityStatus::NAMES);
    Normalized<super::Visibility> => FieldType::Choice(super::Visibility::NAMES);
}

impl<T: Scalar> FieldValue for Option<T> {
    const TYPE: FieldType = T::TYPE;
    fn is_unset(&self) -> bool {
        self.is_none()
    }
}

impl FieldValue for Vec<super::Email> {
    const TYPE: FieldType = FieldType::List(&FieldType::Object);
    fn is_unset(&self) -> bool {
        self.is_empty()
    }
}

impl FieldValue for Vec<super::Phone> {
    const TYPE: FieldType = FieldType::List(&FieldType::Object);
    fn is_unset(&self) -> bool {
        self.is_empty()
    }
}

impl FieldValue for Vec<Label> {
    const TYPE: FieldType = FieldType::List(&FieldType::Label);
    fn is_unset(&self) -> bool {
        self.is_empty()
    }
}

impl FieldValue for Vec<Reference> {
    const TYPE: FieldType = FieldType::List(&FieldType::Reference);
    fn is_unset(&self) -> bool {
        self.is_empty()
    }
}

/// The tenant's custom fields by the vendor's name for them, values as the vendor gave them.
pub type Custom = BTreeMap<String, Value>;

impl FieldValue for Custom {
    const TYPE: FieldType = FieldType::Map;
    fn is_unset(&self) -> bool {
        self.is_empty()
    }
}

/// A reference to another record.
///
/// It carries no name: names that vendors repeat on a referring record go stale. Join to the record itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// The vendor's key.
    pub id: Key,
    /// The kind referred to, where the field alone does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<EntityKind>,
}

impl Reference {
    /// A reference to the record with this vendor id.
    pub fn to(id: i64) -> Self {
        Self { id: Key::from(id), kind: None }
    }
}

/// A value of one of the tenant's own lists (a status, a priority, a ticket type).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Label {
    /// The vendor's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The name, if the vendor or its reference data told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Label {
    /// A label with id and, if known, name.
    pub fn new(id: impl ToString, name: Option<String>) -> Self {
        Self { id: Some(id.to_string()), name }
    }

    /// Gives a label with an id the name that `name_of` knows for it. True: it has another one now.
    pub fn rename<'a>(label: &mut Option<Self>, name_of: impl FnOnce(&str) -> Option<&'a str>) -> bool {
        let Some(label) = label else { return false };
        let Some(name) = label.id.as_deref().and_then(name_of) else { return false };
        if label.name.as_deref() == Some(name) {
            return false;
        }
        label.name = Some(name.to_owned());
        true
    }

    /// A label of which only the name is known.
    pub fn named(name: impl Into<String>) -> Self {
        Self { id: None, name: Some(name.into()) }
    }
}

/// A normalised value with the vendor's own beside it. An unknown one is never forced into a known one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Normalized<T> {
    /// The normalised value; unset if the raw one is not known.
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    pub value: Option<T>,
    /// What the vendor said.
    pub raw: String,
}

/// A postal address.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    /// Street and further lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
    /// City.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// State, county or region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Post code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postcode: Option<String>,
    /// Country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}
