//! Writes under construction.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use psa_core::{Error, ErrorKind, Lane, Phase, Result};
use psa_http::json::Native;
use psa_http::{Creatable, Operation, Updatable};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Collection, HaloResource};
use crate::client::Halo;
use crate::envelope::one;

/// A create or an update under construction: only the members that are set are sent, and only they change.
///
/// Nested lists are the exception, a rule of Halo's: a list that is sent replaces the whole stored list. So an update
/// takes a list only from [`replace_list`](Self::replace_list), which says so, or adds to one where Halo can do that.
#[must_use = "nothing is written until it is sent"]
pub struct WriteRequest<T> {
    halo: Halo,
    operation: &'static Operation,
    body: Map<String, Value>,
    lane: Lane,
    /// Whether the record is there already.
    update: bool,
    /// The members that name the record: set once, by whoever made this.
    key: Vec<&'static str>,
    failed: Option<Error>,
    resource: PhantomData<fn() -> T>,
}

impl<T> fmt::Debug for WriteRequest<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteRequest")
            .field("operation", &self.operation.name)
            .field("members", &self.body.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

impl<T: Creatable + HaloResource> Collection<T> {
    /// A new record.
    pub fn create(&self) -> WriteRequest<T> {
        WriteRequest::new(self.halo.clone(), T::operations().create)
    }
}

impl<T: Updatable + HaloResource> Collection<T> {
    /// A change of a record: only what is set changes.
    pub fn update(&self, id: impl Into<T::Id>) -> WriteRequest<T>
    where
        T::Id: Serialize,
    {
        WriteRequest::changing(self.halo.clone(), T::operations().update).keyed("id", id.into())
    }
}

impl<T: HaloResource> WriteRequest<T> {
    pub(crate) fn new(halo: Halo, operation: &'static Operation) -> Self {
        let (lane, resource) = (Lane::Interactive, PhantomData);
        Self { halo, operation, body: Map::new(), lane, update: false, key: Vec::new(), failed: None, resource }
    }

    /// A change of a record that is there.
    pub(crate) fn changing(halo: Halo, operation: &'static Operation) -> Self {
        Self { update: true, ..Self::new(halo, operation) }
    }

    /// Sets a member that names the record. No later [`set`](Self::set) changes it.
    pub(crate) fn keyed(mut self, member: &'static str, value: impl Serialize) -> Self {
        match serde_json::to_value(value) {
            Ok(value) => {
                self.body.insert(member.to_owned(), value);
                self.key.push(member);
                self
            }
            Err(_) => self.refuse(member, "the id is not valid JSON", "Give an id as Halo shows it."),
        }
    }

    /// Sets any member, also one that this crate has no method for. An update refuses a list here: see
    /// [`replace_list`](Self::replace_list). What names the record can't be set: with another id Halo would change another
    /// record, and a new one with an id would be a change of that.
    pub fn set(mut self, member: impl Into<Cow<'static, str>>, value: impl Serialize) -> Self {
        let member = member.into();
        // Halo reads names in any case.
        let is = |name: &str| member.trim().eq_ignore_ascii_case(name);
        if is("id") || self.key.iter().any(|name| is(name)) {
            self.failed = Some(
                Error::new(ErrorKind::InvalidRequest, "this names the record: it can't be written")
                    .with_context("field", member)
                    .with_context("remedy", "Leave it out; begin another write for another record."),
            );
            return self;
        }
        match serde_json::to_value(value) {
            Ok(Value::Array(_)) if self.update && !adds(&member) => {
                self.failed = Some(
                    Error::new(ErrorKind::InvalidRequest, "Halo would replace the whole stored list by this one")
                        .with_context("field", member)
                        .with_context(
                            "remedy",
                            "Use replace_list if that is meant, and give it every element that stays.",
                        ),
                );
            }
            Ok(value) => {
                self.body.insert(member.into_owned(), value);
            }
            Err(error) => {
                self.failed = Some(
                    Error::new(ErrorKind::InvalidRequest, "the value is not valid JSON")
                        .with_context("field", member)
                        .with_source(error),
                );
            }
        }
        self
    }

    /// Clears a member.
    pub fn clear(self, member: impl Into<Cow<'static, str>>) -> Self {
        self.set(member, Value::Null)
    }

    /// Replaces a whole nested list: elements that are not in `elements` are deleted at Halo. An element that stays
    /// needs its `id`.
    pub fn replace_list(mut self, member: &'static str, elements: impl IntoIterator<Item = Value>) -> Self {
        self.body.insert(member.to_owned(), elements.into_iter().collect());
        self
    }

    /// Whether the record is there already.
    pub(crate) fn is_update(&self) -> bool {
        self.update
    }

    /// Fails when it is sent.
    pub(crate) fn refuse(mut self, member: &'static str, why: &'static str, remedy: &'static str) -> Self {
        let error = Error::new(ErrorKind::InvalidRequest, why);
        self.failed = Some(error.with_context("field", member).with_context("remedy", remedy));
        self
    }

    /// The client, for what a setter needs to tell it.
    pub(crate) fn halo(&self) -> &Halo {
        &self.halo
    }

    /// Adds an element to a list that Halo merges instead of replacing.
    pub(crate) fn add_to(mut self, member: &'static str, element: Value) -> Self {
        match self.body.entry(member).or_insert_with(|| Value::Array(Vec::new())) {
            Value::Array(elements) => elements.push(element),
            other => *other = Value::Array(vec![element]),
        }
        self
    }

    /// Sets one of the tenant's own fields by its name (`CF…`) or its id; `Null` clears it. Others are left alone.
    ///
    /// [`CustomFieldRegistry::write`](crate::CustomFieldRegistry::write) checks type and choice before;
    /// [`custom`](Self::custom) takes what it made.
    pub fn custom_field(self, name_or_id: &str, value: impl Into<Value>) -> Self {
        let mut field = Map::new();
        match name_or_id.parse::<i64>() {
            Ok(id) => field.insert("id".into(), id.into()),
            Err(_) => field.insert("name".into(), name_or_id.into()),
        };
        field.insert("value".into(), value.into());
        self.add_to("customfields", Value::Object(field))
    }

    /// Who waits for the answer.
    pub fn lane(mut self, lane: Lane) -> Self {
        self.lane = lane;
        self
    }

    /// What would be sent: the one element of Halo's list.
    pub fn body(&self) -> Value {
        Value::Object(self.body.clone())
    }

    /// Writes, and returns the record as Halo stored it: rules and templates change what was sent.
    ///
    /// # Errors
    /// [`ErrorKind::Rejected`] with Halo's message when a rule refuses it. With [`Phase::MaybeSent`] it may have been
    /// written: look before you repeat a create.
    pub async fn send(self) -> Result<Native<T>> {
        let operation = self.operation;
        if let Some(error) = self.failed {
            return Err(error.with_operation(operation.name));
        }
        // Halo takes arrays only, and answers a single element with a single object.
        let answer = self.halo.http().call(operation).lane(self.lane).json(&[self.body]).send().await?;
        // It was written, whatever came back: a caller must look before repeating.
        one(&answer, T::ITEMS, operation.name).map_err(|e| e.with_phase(Phase::MaybeSent))
    }
}

/// Lists that Halo adds to what it has, instead of replacing it.
fn adds(member: &str) -> bool {
    const ADDITIVE: &[&str] = &[
        "customfields",
        "add_lines",
        "add_tags",
        "add_configuration_items",
        "add_licences",
        "add_roles",
        "addtheseusers",
        "removetheseusers",
        "new_related_tickets",
        "new_external_link",
    ];
    ADDITIVE.contains(&member)
}
