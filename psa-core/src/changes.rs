//! What to write: fields set and fields cleared, nothing else.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::{Entity, EntityKind, Error, ErrorKind, Result, Visibility};

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
    ///
    /// A member that is a part of the key, or that the vendor computes, is refused by the writer before anything is sent.
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
        head(&self.path)
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

    /// The id in a reference or a label as a whole number; none if it is cleared. The id 0 is none too: it is what vendors
    /// show where nothing is chosen.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] if it is no whole number.
    pub fn id(&self) -> Result<Option<i64>> {
        let id = match self.part("id")? {
            Value::Null => return Ok(None),
            Value::Number(n) => n.as_i64().ok_or_else(|| self.wrong())?,
            // A number in text must be a whole one.
            Value::String(s) => s.trim().parse().map_err(|_| self.wrong())?,
            _ => return Err(self.wrong()),
        };
        Ok(Some(id).filter(|id| *id != 0))
    }

    /// Who may read what is written. Whatever is not known or not said is internal: a write never shows more than it names.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] if another part than the value is changed.
    pub fn visibility(&self) -> Result<Visibility> {
        let value = match self.rest() {
            None => self.value.get("value").and_then(Value::as_str),
            Some("value") => self.value.as_str(),
            Some(_) => return Err(self.wrong()),
        };
        Ok(match value {
            Some("public") => Visibility::Public,
            Some("resolution") => Visibility::Resolution,
            _ => Visibility::Internal,
        })
    }

    /// The name and value pairs of a map: those that are set, `Null` clearing one, or the one that the path names
    /// (`custom.CFDevice`). None: the whole map is cleared.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] if it is not a map.
    pub fn entries(&self) -> Result<Option<Vec<(String, Value)>>> {
        match (self.rest(), &self.value) {
            (Some(name), value) => Ok(Some(vec![(name.to_owned(), value.clone())])),
            (None, Value::Null) => Ok(None),
            (None, Value::Object(map)) => {
                Ok(Some(map.iter().map(|(name, value)| (name.clone(), value.clone())).collect()))
            }
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

    /// Whether a field of the common model is named, as a whole or in a part.
    pub fn names(&self, field: &str) -> bool {
        self.common.keys().any(|path| head(path) == field)
    }

    /// Whether one of the vendor's members is named, in any case and at any depth.
    pub fn names_native(&self, member: &str) -> bool {
        self.native.keys().any(|path| is_member(path, member))
    }

    /// Refuses changes that name a part of the key: with another one they would reach another record.
    ///
    /// `fields` are paths of the common model, `members` the vendor's own, in any case.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] with the field.
    pub fn refuse_key(&self, fields: &[&str], members: &[&str]) -> Result<()> {
        let field = self.common.keys().find(|path| fields.contains(&head(path)));
        let member = || self.native.keys().find(|path| members.iter().any(|member| is_member(path, member)));
        match field.or_else(member) {
            None => Ok(()),
            Some(path) => {
                Err(Error::new(ErrorKind::InvalidRequest, "a part of the key can't be written: it names the record")
                    .with_context("field", path)
                    .with_context("remedy", "Leave it out. To move a record, create it at its new place."))
            }
        }
    }

    /// Refuses changes of members that the vendor computes.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] with the member.
    pub fn refuse_computed(&self, members: &[&str]) -> Result<()> {
        match self.native.keys().find(|path| members.iter().any(|member| is_member(path, member))) {
            None => Ok(()),
            Some(path) => Err(Error::new(ErrorKind::InvalidRequest, "the vendor computes this: it can't be written")
                .with_context("field", path)
                .with_context("remedy", "Leave it out.")),
        }
    }
}

/// The field that a path starts with.
fn head(path: &str) -> &str {
    path.split_once('.').map_or(path, |(head, _)| head)
}

/// Whether a vendor's path starts with this member. Vendors read names in any case, and a pointer may start with a slash.
fn is_member(path: &str, member: &str) -> bool {
    let path = path.trim().trim_start_matches('/');
    path.split(['/', '.', '[']).next().unwrap_or(path).trim().eq_ignore_ascii_case(member)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Ticket, TicketNote};

    #[test]
    fn a_part_of_the_key_is_refused_however_it_is_spelled() {
        let refuse = |changes: AnyChanges| changes.refuse_key(&["ticket"], &["id", "ticket_id"]);
        let note = || Changes::<TicketNote>::new().set("body", "x").unwrap();
        assert!(refuse(note().into_any()).is_ok());
        assert!(refuse(note().set_native("ticket_ids", 1).into_any()).is_ok());
        for member in ["id", "ID", "/id", "Ticket_Id", "id/x", " id "] {
            let error = refuse(note().set_native(member, 7).into_any()).unwrap_err();
            assert_eq!((error.kind(), error.context("field")), (ErrorKind::InvalidRequest, Some(member)));
        }
        for changes in [note().set("ticket", json!({"id": "7"})), note().set("ticket.id", "7"), note().clear("ticket")]
        {
            assert!(refuse(changes.unwrap().into_any()).is_err());
        }
    }

    #[test]
    fn visibility_is_never_wider_than_what_was_said() {
        let of = |value: Value| PathChange::new("visibility", value).visibility().unwrap();
        assert_eq!(of(json!({"value": "public", "raw": ""})), Visibility::Public);
        assert_eq!(of(json!({"value": "resolution", "raw": ""})), Visibility::Resolution);
        for value in [json!(null), json!({"raw": "public"}), json!({"value": "Public"}), json!("public"), json!({})] {
            assert_eq!(of(value.clone()), Visibility::Internal, "{value}");
        }
    }

    #[test]
    fn an_id_of_zero_is_none() {
        for (value, id) in [(json!({"id": "0"}), None), (json!({"id": "7"}), Some(7)), (json!(null), None)] {
            assert_eq!(PathChange::new("status", value).id().unwrap(), id);
        }
    }

    #[test]
    fn one_entry_of_a_map_is_named_by_its_path() {
        let one = Changes::<Ticket>::new().set("custom.A.b", json!(null)).unwrap().into_any();
        let (path, value) = one.common.into_iter().next().unwrap();
        assert_eq!(PathChange::new(path, value).entries().unwrap(), Some(vec![("A.b".to_owned(), json!(null))]));
        assert_eq!(PathChange::new("custom", json!(null)).entries().unwrap(), None);
        assert!(PathChange::new("custom", json!(7)).entries().is_err());
    }
}
