//! What an entity is made of: paths, types, and what may be written.

use std::any::Any;
use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{EntityKind, Error, ErrorKind, KeyShape, Result};

/// The type of a field.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum FieldType {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// A number with a fraction.
    Decimal,
    /// Yes or no.
    Bool,
    /// A moment, in UTC.
    DateTime,
    /// A calendar day.
    Date,
    /// A reference to a record of this kind (or of a kind the field does not fix).
    Reference,
    /// A value of the tenant's own list, with its id and its name.
    Label,
    /// One of a closed list of normalised values.
    Choice(&'static [&'static str]),
    /// Several values.
    List(&'static FieldType),
    /// Name and value pairs: custom fields.
    Map,
    /// A structure of its own; its members can be addressed with `field.member`.
    Object,
}

/// One field of an entity.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// The path, for example `company`.
    pub path: &'static str,
    /// The type.
    pub ty: FieldType,
    /// Whether it may be unset.
    pub nullable: bool,
    /// Whether the common model lets it be written. A connector may be able to do less: ask its capabilities.
    pub writable: bool,
    /// Whether a change of this field alone counts as a change of the record. Change stamps are not content.
    pub content: bool,
    /// The kind of the record that must be there before this one can be stored.
    pub parent: Option<EntityKind>,
}

impl Field {
    /// A field that may be unset, can be written, is content and refers to no parent.
    pub const fn new(path: &'static str, ty: FieldType) -> Self {
        Self { path, ty, nullable: true, writable: true, content: true, parent: None }
    }

    /// As [`new`](Self::new), but what it refers to is a parent: a record of this kind that must be there first.
    pub const fn to_parent(path: &'static str, ty: FieldType, parent: EntityKind) -> Self {
        Self { path, ty, nullable: true, writable: true, content: true, parent: Some(parent) }
    }

    /// Whether it may be unset.
    #[must_use]
    pub const fn nullable(mut self, nullable: bool) -> Self {
        self.nullable = nullable;
        self
    }

    /// Whether it can be written.
    #[must_use]
    pub const fn writable(mut self, writable: bool) -> Self {
        self.writable = writable;
        self
    }

    /// Whether a change of it is a change of the record.
    #[must_use]
    pub const fn content(mut self, content: bool) -> Self {
        self.content = content;
        self
    }
}

/// All fields of an entity and the shape of its key.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// The kind described.
    pub kind: EntityKind,
    /// How a *common* record is addressed; a connector may have another shape for the same kind.
    pub key: KeyShape,
    /// The fields, in a fixed order.
    pub fields: &'static [Field],
}

impl Schema {
    /// The schema of a kind.
    pub const fn new(kind: EntityKind, key: KeyShape, fields: &'static [Field]) -> Self {
        Self { kind, key, fields }
    }

    /// The field that `path` starts with.
    pub fn field(&self, path: &str) -> Option<&'static Field> {
        let head = path.split('.').next().unwrap_or(path);
        self.fields.iter().find(|f| f.path == head)
    }

    /// The fields that refer to a parent.
    pub fn parents(&self) -> impl Iterator<Item = (&'static Field, &'static EntityKind)> {
        self.fields.iter().filter_map(|f| f.parent.as_ref().map(|p| (f, p)))
    }
}

/// A common model: a plain struct whose fields can also be reached by path.
///
/// Implemented by [`entity!`](crate::entity), for the models of this crate and for an application's own.
///
/// ```
/// use psa_core::{Entity, Ticket};
/// use serde_json::json;
///
/// let mut ticket = Ticket { summary: Some("Printer on fire".into()), ..Ticket::default() };
/// ticket.set("status.id", json!("3")).unwrap();
/// assert_eq!(ticket.get("summary"), Some(json!("Printer on fire")));
/// assert_eq!(ticket.get("status.id"), Some(json!("3")));
/// assert!(ticket.set("no_such_field", json!(1)).is_err());
/// ```
pub trait Entity: Clone + Debug + Default + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The kind.
    const KIND: EntityKind;

    /// The fields.
    fn schema() -> &'static Schema;

    /// The value at `path`: `None` if there is no such path, `Null` if it is unset.
    fn get(&self, path: &str) -> Option<Value>;

    /// Sets the value at `path`; `Null` clears it.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] for an unknown path or a value of the wrong type.
    fn set(&mut self, path: &str, value: Value) -> Result<()>;

    /// Writes the content as JSON: set fields in schema order, without those that are not content.
    /// Two records with the same content give the same bytes, so a hash of them is the change hash.
    fn write_content(&self, out: &mut Vec<u8>);

    /// The fields of the content whose values differ in meaning. Where there is an id, its name takes no part; where there is
    /// a normalised value, the vendor's own word takes none.
    fn differences(&self, other: &Self) -> Vec<&'static str>;

    /// Calls `visit` with each parent this record names.
    fn visit_parents(&self, visit: &mut dyn FnMut(&'static EntityKind, &crate::Key));
}

/// An [`Entity`] whose type is not known at compile time.
pub trait AnyEntity: Any + Debug + Send + Sync {
    /// The kind.
    fn kind(&self) -> EntityKind;
    /// The fields.
    fn schema(&self) -> &'static Schema;
    /// See [`Entity::get`].
    fn get(&self, path: &str) -> Option<Value>;
    /// See [`Entity::set`].
    ///
    /// # Errors
    /// As [`Entity::set`].
    fn set(&mut self, path: &str, value: Value) -> Result<()>;
    /// See [`Entity::write_content`].
    fn write_content(&self, out: &mut Vec<u8>);
    /// See [`Entity::visit_parents`].
    fn visit_parents(&self, visit: &mut dyn FnMut(&'static EntityKind, &crate::Key));
    /// For a downcast to the type.
    fn as_any(&self) -> &dyn Any;
}

impl<E: Entity> AnyEntity for E {
    fn kind(&self) -> EntityKind {
        E::KIND
    }
    fn schema(&self) -> &'static Schema {
        E::schema()
    }
    fn get(&self, path: &str) -> Option<Value> {
        Entity::get(self, path)
    }
    fn set(&mut self, path: &str, value: Value) -> Result<()> {
        Entity::set(self, path, value)
    }
    fn write_content(&self, out: &mut Vec<u8>) {
        Entity::write_content(self, out);
    }
    fn visit_parents(&self, visit: &mut dyn FnMut(&'static EntityKind, &crate::Key)) {
        Entity::visit_parents(self, visit);
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Looks up the rest of a path (`id` of `status.id`) inside a field's JSON.
pub fn descend(value: Value, rest: Option<&str>) -> Option<Value> {
    match rest {
        None => Some(value),
        Some(_) if value.is_null() => Some(Value::Null),
        Some(rest) => {
            let (head, tail) = split(rest);
            match value {
                Value::Object(mut map) => descend(map.remove(head).unwrap_or(Value::Null), tail),
                _ => None,
            }
        }
    }
}

/// Puts `value` at the rest of a path inside a field's JSON.
pub(crate) fn place(target: &mut Value, rest: &str, value: Value) -> Result<()> {
    if target.is_null() {
        *target = Value::Object(serde_json::Map::new());
    }
    let (head, tail) = split(rest);
    let Value::Object(map) = target else {
        return Err(Error::new(ErrorKind::InvalidRequest, format!("{head:?} is not inside an object")));
    };
    match tail {
        None => {
            map.insert(head.to_owned(), value);
            Ok(())
        }
        Some(tail) => place(map.entry(head.to_owned()).or_insert(Value::Null), tail, value),
    }
}

/// The field and the rest of a path.
pub fn split(path: &str) -> (&str, Option<&str>) {
    match path.split_once('.') {
        Some((head, tail)) => (head, Some(tail)),
        None => (path, None),
    }
}

pub(crate) fn wrong_type(path: &str, error: &serde_json::Error) -> Error {
    Error::new(ErrorKind::InvalidRequest, format!("the value does not fit: {error}")).with_context("field", path)
}

pub(crate) fn not_nullable(path: &str) -> Error {
    Error::new(ErrorKind::InvalidRequest, "a record is never without this field").with_context("field", path)
}

/// No field has this path.
pub fn unknown_path(kind: &EntityKind, path: &str) -> Error {
    Error::new(ErrorKind::InvalidRequest, format!("a {kind} has no field at this path")).with_context("field", path)
}
