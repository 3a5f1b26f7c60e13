//! What to write: fields set and fields cleared, nothing else.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::{Entity, EntityKind, Error, ErrorKind, Result};

/// Changes to a record whose type is not known at compile time. See [`Changes`].
#[derive(Debug, Clone, PartialEq)]
pub struct AnyChanges {
    /// The kind.
    pub kind: EntityKind,
    /// By common path; `Null` clears.
    pub common: BTreeMap<String, Value>,
    /// By the vendor's own member name; `Null` clears.
    pub native: BTreeMap<String, Value>,
}

/// Changes to one record. What is not named is left alone.
///
/// ```
/// use psa_core::{Changes, Ticket};
///
/// let changes = Changes::<Ticket>::new()
///     .set("summary", "Printer on fire")?
///     .clear("due_at")?
///     .set_native("dont_do_rules", true);
/// assert_eq!(changes.len(), 3);
/// assert!(Changes::<Ticket>::new().set("updated_at", "2024-01-01T00:00:00Z").is_err(), "read-only");
/// # Ok::<(), psa_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Changes<E> {
    inner: AnyChanges,
    check: E,
    entity: PhantomData<E>,
}

impl<E: Entity> Default for Changes<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E: Entity> Changes<E> {
    /// No changes.
    pub fn new() -> Self {
        let inner = AnyChanges { kind: E::KIND, common: BTreeMap::new(), native: BTreeMap::new() };
        Self { inner, check: E::default(), entity: PhantomData }
    }

    /// Sets a field of the common model.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] for an unknown or read-only path, or a value of the wrong type.
    pub fn set(mut self, path: &str, value: impl Into<Value>) -> Result<Self> {
        let field = E::schema().field(path).ok_or_else(|| crate::schema::unknown_path(&E::KIND, path))?;
        if !field.writable {
            return Err(Error::new(ErrorKind::InvalidRequest, "the field is read-only").with_context("field", path));
        }
        let value = value.into();
        self.check.set(path, value.clone())?;
        self.inner.common.insert(path.to_owned(), value);
        Ok(self)
    }

    /// Clears a field of the common model.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn clear(self, path: &str) -> Result<Self> {
        self.set(path, Value::Null)
    }

    /// Sets one of the vendor's own members, as it stands. `Null` clears.
    #[must_use]
    pub fn set_native(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.inner.native.insert(member.to_owned(), value.into());
        self
    }

    /// How many fields change.
    pub fn len(&self) -> usize {
        self.inner.common.len() + self.inner.native.len()
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The changes without their type.
    pub fn into_any(self) -> AnyChanges {
        self.inner
    }
}

/// One change by its common path, taken apart for a connector that writes it to members of its own.
///
/// `status.id` and `{"id": …}` under `status` mean the same.
#[derive(Debug, Clone, PartialEq)]
pub struct PathChange {
    path: String,
    value: Value,
}

impl PathChange {
    /// A change of this path to this value.
    pub fn new(path: impl Into<String>, value: Value) -> Self {
        Self { path: path.into(), value }
    }

    /// The field: the path's first part.
    pub fn field(&self) -> &str {
        self.path.split_once('.').map_or(self.path.as_str(), |(head, _)| head)
    }

    /// The rest of the path.
    fn rest(&self) -> Option<&str> {
        self.path.split_once('.').map(|(_, rest)| rest)
    }

    /// An error that names the path.
    pub fn wrong(&self) -> Error {
        Error::new(ErrorKind::InvalidRequest, "the value does not fit").with_context("field", &self.path)
    }

    /// An error for a field that the vendor has no place for.
    pub fn unsupported(&self, why: impl Into<std::borrow::Cow<'static, str>>) -> Error {
        Error::unsupported(why).with_context("field", &self.path)
    }

    /// The whole value.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] if only a part of the field is changed.
    pub fn whole(self) -> Result<Value> {
        if self.rest().is_some() { Err(self.wrong()) } else { Ok(self.value) }
    }

    /// A member of the value: `part("id")` of a reference or a label. `Null` if the whole is cleared.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] if another part is changed or the member is not there.
    pub fn part(&self, name: &str) -> Result<Value> {
        match self.rest() {
            Some(rest) if rest == name => Ok(self.value.clone()),
            Some(_) => Err(self.wrong()),
            None if self.value.is_null() => Ok(Value::Null),
            None => self.value.get(name).cloned().ok_or_else(|| self.wrong()),
        }
    }

    /// The id in a reference or a label as a whole number; none if it is cleared.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] if it is no whole number.
    pub fn id(&self) -> Result<Option<i64>> {
        match self.part("id")? {
            Value::Null => Ok(None),
            Value::Number(n) => n.as_i64().map(Some).ok_or_else(|| self.wrong()),
            // A number in text must be a whole one.
            Value::String(s) => s.trim().parse().map(Some).map_err(|_| self.wrong()),
            _ => Err(self.wrong()),
        }
    }

    /// The one element of a list, where the vendor has one place for it; none if the list is empty or cleared.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] for several elements.
    pub fn only(&self) -> Result<Option<&Value>> {
        match self.value.as_array().map(Vec::as_slice) {
            None if self.value.is_null() => Ok(None),
            Some([]) => Ok(None),
            Some([only]) => Ok(Some(only)),
            Some(_) => Err(self.unsupported("the vendor has one place for this")),
            None => Err(self.wrong()),
        }
    }

    /// A moment; none if it is cleared.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] if it is no moment.
    pub fn moment(&self) -> Result<Option<DateTime<Utc>>> {
        match (&self.value, self.rest()) {
            (_, Some(_)) => Err(self.wrong()),
            (Value::Null, _) => Ok(None),
            (value, _) => serde_json::from_value(value.clone()).map(Some).map_err(|_| self.wrong()),
        }
    }

    /// The value as it stands, whatever part it is of.
    pub fn value(&self) -> &Value {
        &self.value
    }
}

impl AnyChanges {
    /// The changes with the type `E`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] if they are for another kind, or do not fit its schema.
    pub fn typed<E: Entity>(self) -> Result<Changes<E>> {
        if self.kind != E::KIND {
            return Err(Error::new(
                ErrorKind::InvalidRequest,
                format!("changes for a {} were given to a {}", self.kind, E::KIND),
            ));
        }
        let mut changes = Changes::<E>::new();
        for (path, value) in self.common {
            changes = changes.set(&path, value)?;
        }
        changes.inner.native = self.native;
        Ok(changes)
    }
}
