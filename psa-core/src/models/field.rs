//! The types that fields are made of.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{EntityKind, FieldType, Key, Path};

/// A type that a field of a common model can have: an `Option` or a `Vec` of a [`FieldItem`], [`Custom`], or a plain value that
/// no record is without. Implement it for a structure of your own that no record is without.
pub trait FieldValue: Serialize + DeserializeOwned + Default + PartialEq {
    /// How the schema describes it.
    const TYPE: FieldType;

    /// Whether it may hold nothing. Such a type implements [`Nullable`], too.
    const NULLABLE: bool;

    /// Whether it holds nothing.
    fn is_unset(&self) -> bool;

    /// Whether both mean the same.
    fn same(&self, other: &Self) -> bool {
        self == other
    }

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

/// A [`FieldValue`] that can be cleared.
#[diagnostic::on_unimplemented(message = "a `{Self}` can't be cleared: a record is never without it")]
pub trait Nullable: FieldValue {}

/// A value that can stand inside an `Option` or a `Vec`. Implement it for a structure or a choice of your own.
pub trait FieldItem: Serialize + DeserializeOwned + PartialEq {
    /// How the schema describes it.
    const TYPE: FieldType;

    /// Whether both mean the same.
    fn same(&self, other: &Self) -> bool {
        self == other
    }
}

macro_rules! items {
    ($($ty:ty => $field_type:expr;)*) => { $( impl FieldItem for $ty { const TYPE: FieldType = $field_type; } )* };
}

items! {
    String => FieldType::Text;
    Key => FieldType::Text;
    i64 => FieldType::Integer;
    f64 => FieldType::Decimal;
    bool => FieldType::Bool;
    DateTime<Utc> => FieldType::DateTime;
    NaiveDate => FieldType::Date;
    Address => FieldType::Object;
    super::Stage => FieldType::Choice(super::Stage::NAMES);
}

impl FieldItem for Reference {
    const TYPE: FieldType = FieldType::Reference;
}

impl FieldItem for Label {
    const TYPE: FieldType = FieldType::Label;
    /// By id; by name only where neither has one.
    fn same(&self, other: &Self) -> bool {
        match (&self.id, &other.id) {
            (None, None) => self.name == other.name,
            (id, other) => id == other,
        }
    }
}

impl<T: FieldItem> FieldItem for Normalized<T> {
    const TYPE: FieldType = T::TYPE;
    /// By value; by the vendor's word only where neither is known.
    fn same(&self, other: &Self) -> bool {
        match (&self.value, &other.value) {
            (None, None) => self.raw == other.raw,
            (Some(value), Some(other)) => value.same(other),
            _ => false,
        }
    }
}

impl<T: FieldItem> FieldValue for Option<T> {
    const TYPE: FieldType = T::TYPE;
    const NULLABLE: bool = true;
    fn is_unset(&self) -> bool {
        self.is_none()
    }
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Some(value), Some(other)) => value.same(other),
            (None, None) => true,
            _ => false,
        }
    }
}

impl<T: FieldItem> Nullable for Option<T> {}

impl<T: FieldItem> FieldValue for Vec<T> {
    const TYPE: FieldType = FieldType::List(&T::TYPE);
    const NULLABLE: bool = true;
    fn is_unset(&self) -> bool {
        self.is_empty()
    }
    /// Order does not matter.
    fn same(&self, other: &Self) -> bool {
        let mut rest: Vec<&T> = other.iter().collect();
        let mut found = |value: &T| {
            let place = rest.iter().position(|other| value.same(other));
            place.map(|place| rest.swap_remove(place)).is_some()
        };
        self.len() == other.len() && self.iter().all(&mut found)
    }
}

impl<T: FieldItem> Nullable for Vec<T> {}

macro_rules! always_there {
    ($($ty:ty)*) => { $(
        impl FieldValue for $ty {
            const TYPE: FieldType = <$ty as FieldItem>::TYPE;
            const NULLABLE: bool = false;
            fn is_unset(&self) -> bool {
                false
            }
        }
    )* };
}

always_there! { String i64 f64 bool DateTime<Utc> NaiveDate }

/// The tenant's custom fields by the vendor's name for them, values as the vendor gave them.
pub type Custom = BTreeMap<String, Value>;

impl FieldValue for Custom {
    const TYPE: FieldType = FieldType::Map;
    const NULLABLE: bool = true;
    fn is_unset(&self) -> bool {
        self.is_empty()
    }
}

impl Nullable for Custom {}

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
    /// A reference to the record with this key.
    pub fn to(key: impl Into<Key>) -> Self {
        Self { id: key.into(), kind: None }
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

    /// The label with this id. Its name is the vendor's.
    pub fn id(id: impl ToString) -> Self {
        Self::new(id, None)
    }

    /// A label of which only the name is known.
    pub fn named(name: impl Into<String>) -> Self {
        Self { id: None, name: Some(name.into()) }
    }
}

impl<E, A> Path<E, Option<Reference>, A> {
    /// The key referred to.
    pub const fn id(self) -> Path<E, Option<Key>, A> {
        self.part("id")
    }
}

impl<E, A> Path<E, Option<Label>, A> {
    /// The vendor's id.
    pub const fn id(self) -> Path<E, Option<String>, A> {
        self.part("id")
    }

    /// The name.
    pub const fn name(self) -> Path<E, Option<String>, A> {
        self.part("name")
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

impl<T> Normalized<T> {
    /// A value of which the vendor's own word is not known.
    pub fn of(value: T) -> Self {
        Self { value: Some(value), raw: String::new() }
    }
}

impl<E, T, A> Path<E, Option<Normalized<T>>, A> {
    /// The normalised value.
    pub const fn value(self) -> Path<E, Option<T>, A> {
        self.part("value")
    }
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

impl<E, A> Path<E, Option<Address>, A> {
    /// Street and further lines.
    pub const fn lines(self) -> Path<E, Vec<String>, A> {
        self.part("lines")
    }

    /// City.
    pub const fn city(self) -> Path<E, Option<String>, A> {
        self.part("city")
    }

    /// State, county or region.
    pub const fn region(self) -> Path<E, Option<String>, A> {
        self.part("region")
    }

    /// Post code.
    pub const fn postcode(self) -> Path<E, Option<String>, A> {
        self.part("postcode")
    }

    /// Country.
    pub const fn country(self) -> Path<E, Option<String>, A> {
        self.part("country")
    }
}
