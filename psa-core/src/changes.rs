//! What to write: fields set and fields cleared, nothing else.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

use crate::{Custom, Entity, EntityKind, Error, ErrorKind, FieldValue, IntoField, Nullable, Path, Result, Visibility};

/// Changes to a record whose type is not known at compile time. See [`Changes`].
#[non_exhaustive]
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
/// Fields are named by typed paths, so what compiles fits. A program that has paths and values as data takes
/// [`set_path`](Self::set_path).
///
/// ```
/// use psa_core::{Changes, Key, Ticket};
///
/// let company = Key::from(12);
/// let changes = Changes::<Ticket>::new()
///     .set(Ticket::SUMMARY, "Printer on fire")
///     .set(Ticket::COMPANY, &company)
///     .clear(Ticket::DUE_AT)
///     .set_entry(Ticket::CUSTOM, "CFFloor", 3)
///     .set_native("dont_do_rules", true);
/// assert_eq!(changes.len(), 5);
///
/// let changes = Changes::<Ticket>::new().set_path("summary", "Printer on fire")?;
/// assert!(changes.set_path("updated_at", "2024-01-01T00:00:00Z").is_err(), "read-only");
/// # Ok::<(), psa_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Changes<E> {
    inner: AnyChanges,
    /// The first field whose value JSON has no form for, and why: an infinite number.
    unfit: Option<(String, String)>,
    entity: PhantomData<fn() -> E>,
}

impl<E: Entity> Default for Changes<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E: Entity> Changes<E> {
    /// No changes.
    pub fn new() -> Self {
        Self { inner: AnyChanges::new(E::KIND), unfit: None, entity: PhantomData }
    }

    /// Sets a field of the common model, or a part of one. `None` and an empty list clear it.
    ///
    /// A number that is infinite or none is refused when the changes are written, with the field.
    #[must_use]
    pub fn set<T: FieldValue>(mut self, path: Path<E, T>, value: impl IntoField<T>) -> Self {
        let value = value.into_field();
        match serde_json::to_value(&value) {
            // JSON has no form for an infinite number: it must not be taken for a cleared field.
            Ok(Value::Null) if !value.is_unset() => self.refuse(path, "the value is not a finite number"),
            Ok(json) => self.inner.put(path.to_string(), json),
            Err(error) => self.refuse(path, &error.to_string()),
        }
        self
    }

    /// Clears a field of the common model, or a part of one.
    #[must_use]
    pub fn clear<T: Nullable>(mut self, path: Path<E, T>) -> Self {
        self.inner.put(path.to_string(), Value::Null);
        self
    }

    /// Sets one entry of a map, a custom field, by its name or id. `Null` clears it.
    #[must_use]
    pub fn set_entry(mut self, map: Path<E, Custom>, name: impl fmt::Display, value: impl Into<Value>) -> Self {
        self.inner.put(format!("{map}.{name}"), value.into());
        self
    }

    /// Sets a field of the common model by its path in text: `summary`, `status.id`, `custom.CFFloor`. `Null` clears it.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] for an unknown or read-only path, or a value of the wrong type.
    pub fn set_path(mut self, path: &str, value: impl Into<Value>) -> Result<Self> {
        let field = E::schema().field(path).ok_or_else(|| crate::schema::unknown_path(&E::KIND, path))?;
        if !field.writable {
            return Err(Error::new(ErrorKind::InvalidRequest, "the field is read-only").with_context("field", path));
        }
        let value = value.into();
        // On top of what the field has by now, so that its parts can come one by one.
        let mut model = E::default();
        if let Some(whole) = self.inner.common.get(field.path).filter(|_| path != field.path) {
            model.set(field.path, whole.clone())?;
        }
        model.set(path, value.clone())?;
        self.inner.put(path.to_owned(), value);
        Ok(self)
    }

    /// Clears a field of the common model by its path in text.
    ///
    /// # Errors
    /// As [`set_path`](Self::set_path).
    pub fn clear_path(self, path: &str) -> Result<Self> {
        self.set_path(path, Value::Null)
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

    /// The changes without their type, for a writer.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] with the field, if a number is infinite or none.
    pub fn into_any(self) -> Result<AnyChanges> {
        match self.unfit {
            None => Ok(self.inner),
            Some((field, why)) => Err(Error::new(ErrorKind::InvalidRequest, why).with_context("field", field)),
        }
    }

    fn refuse<T>(&mut self, path: Path<E, T>, why: &str) {
        self.unfit.get_or_insert_with(|| (path.to_string(), why.to_owned()));
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

    /// A change of a typed path.
    pub fn at<E, T, A>(path: Path<E, T, A>, value: Value) -> Self {
        Self::new(path.to_string(), value)
    }

    /// The field: the path's first part.
    pub fn field(&self) -> &str {
        head(&self.path)
    }

    /// Whether it is a change of this field, as a whole or in a part.
    pub fn is<E, T, A>(&self, path: Path<E, T, A>) -> bool {
        self.field() == path.field()
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

    /// The members of a structure, such as an address, with their values: all of `names` if the whole is changed, `Null` for
    /// one that is not there; else the one that the path names.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] if the path names another part.
    pub fn members<'n>(&self, names: &[&'n str]) -> Result<Vec<(&'n str, Value)>> {
        match self.rest() {
            None => Ok(names.iter().map(|n| (*n, self.value.get(*n).cloned().unwrap_or(Value::Null))).collect()),
            Some(rest) => match names.iter().find(|name| **name == rest) {
                Some(name) => Ok(vec![(*name, self.value.clone())]),
                None => Err(self.wrong()),
            },
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

    /// A calendar day; none if it is cleared.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] if it is not a date.
    pub fn day(&self) -> Result<Option<NaiveDate>> {
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
    /// No changes of a record of this kind.
    pub fn new(kind: EntityKind) -> Self {
        Self { kind, common: BTreeMap::new(), native: BTreeMap::new() }
    }

    /// Puts a value at a path. The last word counts: a whole field replaces its parts, a part changes the whole that is there.
    fn put(&mut self, path: String, value: Value) {
        let field = head(&path);
        if field == path {
            self.common.retain(|other, _| head(other) != path);
        } else if let Some(whole) = self.common.get_mut(field)
            && crate::schema::place(whole, &path[field.len() + 1..], value.clone()).is_ok()
        {
            return;
        }
        self.common.insert(path, value);
    }

    /// What the changes say of a field or of a part of one; none if they do not name it.
    ///
    /// ```
    /// use psa_core::{Changes, TimeEntry};
    ///
    /// let changes = Changes::<TimeEntry>::new().set(TimeEntry::HOURS, 1.5).into_any()?;
    /// assert_eq!(changes.get(TimeEntry::HOURS), Some(&1.5.into()));
    /// # Ok::<(), psa_core::Error>(())
    /// ```
    pub fn get<E, T, A>(&self, path: Path<E, T, A>) -> Option<&Value> {
        self.common.get(&path.to_string())
    }

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
            changes = changes.set_path(&path, value)?;
        }
        changes.inner.native = self.native;
        Ok(changes)
    }

    /// Takes what the changes say of a field or of a part of one out of them.
    pub fn take<E, T, A>(&mut self, path: Path<E, T, A>) -> Option<Value> {
        self.common.remove(&path.to_string())
    }

    /// Whether a field of the common model is named, as a whole or in a part.
    pub fn names<E, T, A>(&self, path: Path<E, T, A>) -> bool {
        self.names_field(path.field())
    }

    /// As [`names`](Self::names), by the name of the field.
    pub fn names_field(&self, field: &str) -> bool {
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
    use crate::{Address, Company, Key, Ticket, TicketNote};

    #[test]
    fn a_part_of_the_key_is_refused_however_it_is_spelled() {
        let refuse = |changes: Changes<TicketNote>| {
            changes.into_any().unwrap().refuse_key(&[TicketNote::TICKET.field()], &["id", "ticket_id"])
        };
        let note = || Changes::<TicketNote>::new().set(TicketNote::BODY, "x");
        assert!(refuse(note()).is_ok());
        assert!(refuse(note().set_native("ticket_ids", 1)).is_ok());
        for member in ["id", "ID", "/id", "Ticket_Id", "id/x", " id "] {
            let error = refuse(note().set_native(member, 7)).unwrap_err();
            assert_eq!((error.kind(), error.context("field")), (ErrorKind::InvalidRequest, Some(member)));
        }
        let seven = Key::from(7);
        for changes in [
            note().set(TicketNote::TICKET, &seven),
            note().set(TicketNote::TICKET.id(), &seven),
            note().set_path("ticket.id", "7").unwrap(),
            note().clear(TicketNote::TICKET),
        ] {
            assert!(refuse(changes).is_err());
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
        let one = Changes::<Ticket>::new().set_entry(Ticket::CUSTOM, "A.b", json!(null)).into_any().unwrap();
        let (path, value) = one.common.into_iter().next().unwrap();
        assert_eq!(PathChange::new(path, value).entries().unwrap(), Some(vec![("A.b".to_owned(), json!(null))]));
        assert_eq!(PathChange::new("custom", json!(null)).entries().unwrap(), None);
        assert!(PathChange::new("custom", json!(7)).entries().is_err());
    }

    #[test]
    fn the_last_word_on_a_field_counts() {
        let common = |changes: Changes<Company>| changes.into_any().unwrap().common.into_iter().collect::<Vec<_>>();
        let leeds = || Changes::<Company>::new().set(Company::ADDRESS.city(), "Leeds");
        let whole = Address { city: Some("York".into()), ..Address::default() };
        assert_eq!(common(leeds()), [("address.city".to_owned(), json!("Leeds"))]);
        assert_eq!(common(leeds().set(Company::ADDRESS, &whole)), [("address".to_owned(), json!({"city": "York"}))]);
        let changed = Changes::<Company>::new().set(Company::ADDRESS, &whole).set(Company::ADDRESS.postcode(), "YO1");
        assert_eq!(common(changed), [("address".to_owned(), json!({"city": "York", "postcode": "YO1"}))]);
        assert_eq!(common(leeds().clear(Company::ADDRESS)), [("address".to_owned(), Value::Null)]);
    }

    #[test]
    fn an_infinite_number_is_refused_and_clears_nothing() {
        for hours in [f64::NAN, f64::INFINITY] {
            let error = Changes::<Ticket>::new().set(Ticket::ESTIMATE_HOURS, hours).into_any().unwrap_err();
            assert_eq!((error.kind(), error.context("field")), (ErrorKind::InvalidRequest, Some("estimate_hours")));
        }
        let cleared = Changes::<Ticket>::new().set(Ticket::ESTIMATE_HOURS, None).into_any().unwrap();
        assert_eq!(cleared.get(Ticket::ESTIMATE_HOURS), Some(&Value::Null));
    }
}
