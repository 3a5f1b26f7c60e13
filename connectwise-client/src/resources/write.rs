//! Writes under construction.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use psa_core::{Error, ErrorKind, Lane, Phase, Result};
use psa_http::json::Native;
use psa_http::{Creatable, NativeType, Updatable};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::collection::number;
use super::{Collection, ConnectWiseResource};
use crate::ids::UserDefinedFieldId;

/// A write under construction. An update sends one operation for each member that is set or cleared, and nothing else,
/// apart from the switches that make ConnectWise mail somebody: they are sent as off unless the write sets them.
///
/// Members that ConnectWise knows as dates are sent as it takes them: in whole seconds, UTC. Text that looks like a date is
/// sent as it is.
#[must_use = "nothing is written until it is sent"]
pub struct WriteRequest<T> {
    collection: Collection<T>,
    way: Way,
    members: Map<String, Value>,
    /// By the id of the definition.
    custom_fields: Vec<Value>,
    /// An update says something of custom fields, even if it is nothing.
    patch_custom_fields: bool,
    lane: Lane,
    failed: Option<Error>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Create,
    Update(i64),
    Replace(i64),
}

impl<T> fmt::Debug for WriteRequest<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteRequest")
            .field("way", &self.way)
            .field("members", &self.members.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

impl<T: Creatable + ConnectWiseResource> Collection<T> {
    /// A new one.
    pub fn create(&self) -> WriteRequest<T> {
        WriteRequest::create(self.clone())
    }
}

impl<T: Updatable + ConnectWiseResource> Collection<T> {
    /// A change: only what is set changes.
    pub fn update(&self, id: impl Into<T::Id>) -> WriteRequest<T> {
        WriteRequest::update(self.clone(), number::<T>(id))
    }

    /// A replacement: what is not set is lost at ConnectWise. [`update`](Self::update) is what is mostly meant.
    pub fn replace(&self, id: impl Into<T::Id>) -> WriteRequest<T> {
        WriteRequest::replace(self.clone(), number::<T>(id))
    }
}

impl<T: Creatable + ConnectWiseResource> WriteRequest<T> {
    fn new(collection: Collection<T>, way: Way) -> Self {
        let (members, custom_fields) = (Map::new(), Vec::new());
        let lane = Lane::Interactive;
        Self { collection, way, members, custom_fields, patch_custom_fields: false, lane, failed: None }
    }

    fn create(collection: Collection<T>) -> Self {
        Self::new(collection, Way::Create)
    }

    fn update(collection: Collection<T>, id: i64) -> Self
    where
        T: Updatable + ConnectWiseResource,
    {
        let mut save = Self::new(collection, Way::Update(id));
        save.patch_custom_fields = T::PATCH_WITH_CUSTOM_FIELDS;
        save
    }

    fn replace(collection: Collection<T>, id: i64) -> Self {
        Self::new(collection, Way::Replace(id))
    }

    fn fail(&mut self, why: &'static str, member: &str, remedy: &'static str) {
        let error = Error::new(ErrorKind::InvalidRequest, why);
        self.failed = Some(error.with_context("field", member.to_owned()).with_context("remedy", remedy));
    }

    /// Sets any member, also one that this crate has no method for. In an update, `path/to/a/part` of a reference is
    /// refused: give the whole reference.
    pub fn set(mut self, member: impl Into<Cow<'static, str>>, value: impl Serialize) -> Self {
        let member = member.into();
        let is = |name: &str| member.trim().eq_ignore_ascii_case(name);
        let id_of_child = member == "id" && self.way == Way::Create && self.collection.parent.is_some();
        if ((is("id") || is("_info")) && !id_of_child) || T::READ_ONLY.iter().any(|name| is(name)) {
            self.fail("ConnectWise computes this: it can't be written", &member, "Leave it out.");
            return self;
        }
        if member.contains('/') {
            let remedy = "Set the whole reference: {\"id\": …}. For a contact's numbers use communications().";
            self.fail("a part of a member may be ignored without a word", &member, remedy);
            return self;
        }
        if is("customFields") {
            self.fail("only the named fields may be sent", &member, "Use custom_field(id, value).");
            return self;
        }
        match serde_json::to_value(value) {
            Ok(value) => {
                let date = T::fields().iter().any(|field| field.name == member && field.ty == NativeType::Date);
                let value = if date { whole_seconds(value) } else { value };
                self.members.insert(member.into_owned(), value);
            }
            Err(error) => {
                let failed = Error::new(ErrorKind::InvalidRequest, "the value is not valid JSON");
                self.failed = Some(failed.with_context("field", member).with_source(error));
            }
        }
        self
    }

    /// Sets a reference by its id.
    pub fn reference(self, member: &'static str, id: i64) -> Self {
        self.set(member, json!({"id": id}))
    }

    /// Clears a member.
    pub fn clear(self, member: impl Into<Cow<'static, str>>) -> Self {
        self.set(member, Value::Null)
    }

    /// Sets one of the tenant's own fields by the id of its definition, which is in a record's `custom_fields` and in
    /// [`ConnectWise::user_defined_fields`](crate::ConnectWise::user_defined_fields). Others are left alone. The value is sent
    /// as it is: ConnectWise takes a date in whole seconds, UTC. `Null` clears.
    pub fn custom_field(mut self, id: impl Into<UserDefinedFieldId>, value: impl Into<Value>) -> Self {
        let UserDefinedFieldId(id) = id.into();
        self.custom_fields.push(json!({"id": id, "value": value.into()}));
        self
    }

    /// Who waits for the answer.
    pub fn lane(mut self, lane: Lane) -> Self {
        self.lane = lane;
        self
    }

    /// What would be sent.
    pub fn body(&self) -> Value {
        let custom = (!self.custom_fields.is_empty()).then(|| Value::from(self.custom_fields.clone()));
        let mut members = self.members.clone();
        for switch in T::MAIL_SWITCHES {
            // Cleared, it would be the vendor's default, which is to mail.
            if members.get(*switch).is_none_or(Value::is_null) {
                members.insert((*switch).to_owned(), false.into());
            }
        }
        let Way::Update(_) = self.way else {
            let mut body = members;
            body.retain(|_, value| !value.is_null());
            body.extend(custom.map(|c| ("customFields".to_owned(), c)));
            return Value::Object(body);
        };
        let operation = |(member, value): (&String, &Value)| match value {
            Value::Null => json!({"op": "remove", "path": member}),
            value => json!({"op": "replace", "path": member, "value": value}),
        };
        let mut operations: Vec<Value> = members.iter().map(operation).collect();
        let custom = custom.or_else(|| self.patch_custom_fields.then(|| json!([])));
        operations.extend(custom.map(|c| json!({"op": "replace", "path": "customFields", "value": c})));
        Value::Array(operations)
    }

    /// Writes, and returns the record as ConnectWise stored it.
    ///
    /// # Errors
    /// [`ErrorKind::Rejected`] or [`ErrorKind::InvalidRequest`] with ConnectWise's message and field. An update is checked
    /// against the whole stored record, so the field may be one that was not touched. With [`Phase::MaybeSent`] it may have
    /// been written: look before you repeat a create.
    pub async fn send(self) -> Result<Native<T>> {
        let operations = T::operations();
        let (operation, id) = match self.way {
            Way::Create => (operations.create, None),
            Way::Update(id) => (operations.update, Some(id)),
            Way::Replace(id) => (T::replace_operation(), Some(id)),
        };
        let body = self.body();
        if let Some(error) = self.failed {
            return Err(error.with_operation(operation.name));
        }
        let mut call = self.collection.call(operation).lane(self.lane).json(&body);
        if let Some(id) = id {
            call = call.path("id", id);
        }
        let answer = call.send().await?;
        // It was written, whatever came back: a caller must look before repeating.
        psa_http::list::record(&answer, answer.body.clone(), operation.name).map_err(|e| e.with_phase(Phase::MaybeSent))
    }
}

/// A date in the form that ConnectWise takes: one with a fraction or an offset is refused, and nothing but the form is wrong
/// with it. Anything else stays as it is.
pub(crate) fn whole_seconds(value: Value) -> Value {
    match value {
        Value::String(text) => match DateTime::parse_from_rfc3339(&text) {
            Ok(at) => at.with_timezone(&Utc).to_rfc3339_opts(SecondsFormat::Secs, true).into(),
            Err(_) => Value::String(text),
        },
        other => other,
    }
}
