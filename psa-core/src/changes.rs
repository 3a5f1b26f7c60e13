//! What to write: fields set and fields cleared, nothing else.

use std::collections::BTreeMap;
use std::marker::PhantomData;

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
