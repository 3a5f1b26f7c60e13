use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use psa_core::{Error, ErrorKind, Lane, Phase, Result};
use psa_http::json::{self, Native};
use psa_http::{Operation, Response};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::client::Halo;
use crate::page::{Envelope, RawRecord, Resource};

/// A create or an update under construction: only the members that are set are sent, and only they change.
///
/// Nested lists are the exception, a rule of Halo's: a list that is sent replaces the whole stored list.
#[must_use = "nothing is written until it is sent"]
pub struct Save<T> {
    halo: Halo,
    operation: &'static Operation,
    body: Map<String, Value>,
    lane: Lane,
    failed: Option<Error>,
    resource: PhantomData<fn() -> T>,
}

impl<T> fmt::Debug for Save<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Save")
            .field("operation", &self.operation.name)
            .field("members", &self.body.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

impl<T: Resource> Save<T> {
    pub(crate) fn new(halo: Halo, operation: &'static Operation) -> Self {
        Self { halo, operation, body: Map::new(), lane: Lane::Interactive, failed: None, resource: PhantomData }
    }

    /// Sets any member, also one that this crate has no method for.
    pub fn set(mut self, member: impl Into<Cow<'static, str>>, value: impl Serialize) -> Self {
        let member = member.into();
        match serde_json::to_value(value) {
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

    /// Sets one of the tenant's own fields by its name (`CF…`) or its id. Others are left alone.
    pub fn custom_field(mut self, name_or_id: &str, value: impl Into<Value>) -> Self {
        let mut field = Map::new();
        match name_or_id.parse::<i64>() {
            Ok(id) => field.insert("id".into(), id.into()),
            Err(_) => field.insert("name".into(), name_or_id.into()),
        };
        field.insert("value".into(), value.into());
        match self.body.entry("customfields").or_insert_with(|| Value::Array(Vec::new())) {
            Value::Array(fields) => fields.push(Value::Object(field)),
            other => *other = Value::Array(vec![Value::Object(field)]),
        }
        self
    }

    /// Who waits for the answer.
    pub fn lane(mut self, lane: Lane) -> Self {
        self.lane = lane;
        self
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

/// The bytes of the single record of an answer: bare, or alone in a list.
fn single(answer: &Response, items: &str, operation: &'static str) -> Result<Bytes> {
    let bare = answer.body.trim_ascii_start().starts_with(b"{");
    match Envelope::read(&answer.body, items) {
        Ok(envelope) if !bare || envelope.record_count.is_some() => match envelope.rows.as_slice() {
            [only] => Ok(json::slice(&answer.body, only)),
            rows => {
                let message = format!("{} records came where one was due", rows.len());
                Err(Error::new(ErrorKind::Decode, message).with_operation(operation).with_phase(Phase::Answered))
            }
        },
        _ => Ok(answer.body.clone()),
    }
}

/// The single record of an answer.
pub(crate) fn one<T: serde::de::DeserializeOwned>(
    answer: &Response,
    items: &str,
    operation: &'static str,
) -> Result<Native<T>> {
    let raw = single(answer, items, operation)?;
    json::native(raw).map_err(|error| {
        let found = answer.content_type().unwrap_or_else(|| "no content type".into());
        let message = if answer.body.is_empty() {
            "the answer is empty".to_owned()
        } else if answer.body.trim_ascii_start().starts_with(b"<") {
            "a web page came where a record was due".to_owned()
        } else {
            format!("the record can't be read: {error} ({found})")
        };
        Error::new(ErrorKind::Decode, message)
            .with_operation(operation)
            .with_phase(Phase::Answered)
            .with_context("path", &error.path)
            .with_source(error)
    })
}

/// Reads one record with its nested objects.
pub(crate) async fn get_one<T: Resource>(halo: &Halo, id: impl fmt::Display) -> Result<Native<T>> {
    let operation = T::get_operation();
    let answer = halo.http().call(operation).path("id", id).query("includedetails", true).send().await?;
    one(&answer, T::ITEMS, operation.name)
}

/// Reads one record that may be unreadable in parts: JSON that is no valid record is a record with the reason why.
pub(crate) async fn read_one<T: Resource>(halo: &Halo, id: i64) -> Result<RawRecord<T>> {
    let operation = T::get_operation();
    let answer = halo.http().call(operation).path("id", id).query("includedetails", true).send().await?;
    let raw = single(&answer, T::ITEMS, operation.name)?;
    match json::decode(&raw) {
        Ok(value) => Ok(RawRecord { raw, value: Ok(value) }),
        Err(reason) if serde_json::from_slice::<&serde_json::value::RawValue>(&raw).is_ok() => {
            Ok(RawRecord { raw, value: Err(reason) })
        }
        // No JSON at all is no record.
        Err(_) => one(&answer, T::ITEMS, operation.name).map(|n| RawRecord { raw: n.raw, value: Ok(n.value) }),
    }
}
