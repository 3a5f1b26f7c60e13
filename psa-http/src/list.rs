//! Lists of vendors' records: what a page is, and how pages become records.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use psa_core::{Cursor, DecodeError, Error, ErrorKind, Key, Phase, Result};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::Response;
use crate::json::{self, Native};

/// One row as it came.
#[derive(Debug)]
pub struct RawRecord<T> {
    /// The vendor's bytes.
    pub raw: Bytes,
    /// The typed value, or why there is none.
    pub value: Result<T, DecodeError>,
}

/// One page of a list.
#[derive(Debug)]
pub struct ListPage<T> {
    /// The rows.
    pub records: Vec<RawRecord<T>>,
    /// How many rows the list has, by the vendor. Only told by lists that can.
    pub total: Option<u64>,
    /// Where the next page starts; store it to go on later.
    pub cursor: Option<Cursor>,
    /// The vendor's clock when it answered.
    pub vendor_time: Option<DateTime<Utc>>,
    /// Whether this page is the whole list.
    pub whole: bool,
}

impl<T: DeserializeOwned> ListPage<T> {
    /// A page of rows that are parts of an answer's body. Each is decoded by itself.
    pub fn of(answer: &Response, rows: &[&RawValue]) -> Self {
        Self::of_rows(rows.iter().map(|row| json::slice(&answer.body, row)), answer.vendor_time())
    }

    /// A page of rows that were taken out of their answer before.
    pub fn of_rows(rows: impl IntoIterator<Item = Bytes>, vendor_time: Option<DateTime<Utc>>) -> Self {
        let record = |raw: Bytes| RawRecord { value: json::decode(&raw), raw };
        Self { records: rows.into_iter().map(record).collect(), total: None, cursor: None, vendor_time, whole: false }
    }
}

/// The records of a list one by one, each typed or with the reason why not.
pub fn records<T: Send + 'static>(
    pages: BoxStream<'static, Result<ListPage<T>>>,
) -> BoxStream<'static, Result<RawRecord<T>>> {
    pages.map_ok(|page| stream::iter(page.records.into_iter().map(Ok))).try_flatten().boxed()
}

/// The typed records of a list; one that can't be decoded is an error.
pub fn natives<T: Send + 'static>(
    pages: BoxStream<'static, Result<ListPage<T>>>,
    operation: &'static str,
) -> BoxStream<'static, Result<Native<T>>> {
    records(pages)
        .map(move |record| {
            let record = record?;
            match record.value {
                Ok(value) => Ok(Native::new(value, record.raw)),
                Err(error) => Err(undecodable(error, operation)),
            }
        })
        .boxed()
}

fn undecodable(error: DecodeError, operation: &'static str) -> Error {
    Error::new(ErrorKind::Decode, error.message.clone())
        .with_operation(operation)
        .with_phase(Phase::Answered)
        .with_context("path", &error.path)
        .with_source(error)
}

/// A whole answer that is not a list: often a web page of a proxy, or a body that was cut.
pub fn not_a_list(answer: &Response, operation: &'static str, error: serde_json::Error) -> Error {
    let found = answer.content_type().unwrap_or_else(|| "no content type".into());
    let message = if is_web_page(answer) || found == "text/html" {
        "a web page came where a list was due".to_owned()
    } else if error.is_eof() {
        format!("the list ends in the middle after {} bytes", answer.body.len())
    } else {
        format!("the answer is not a list ({found})")
    };
    Error::new(ErrorKind::Decode, message).with_operation(operation).with_phase(Phase::Answered).with_source(error)
}

/// One record out of its bytes, which are a whole answer or a part of one.
///
/// # Errors
/// [`ErrorKind::Decode`] that tells a web page and an empty answer from a record that can't be read.
pub fn record<T: DeserializeOwned>(answer: &Response, raw: Bytes, operation: &'static str) -> Result<Native<T>> {
    json::native(raw).map_err(|error| {
        let found = answer.content_type().unwrap_or_else(|| "no content type".into());
        let message = if answer.body.is_empty() {
            "the answer is empty".to_owned()
        } else if is_web_page(answer) {
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

/// One record that may be unreadable in parts: JSON that is no valid record is a record with the reason why.
///
/// # Errors
/// As [`record`], where the bytes are no JSON at all.
pub fn raw_record<T: DeserializeOwned>(answer: &Response, raw: Bytes, operation: &'static str) -> Result<RawRecord<T>> {
    match json::decode(&raw) {
        Ok(value) => Ok(RawRecord { raw, value: Ok(value) }),
        Err(reason) if serde_json::from_slice::<&RawValue>(&raw).is_ok() => Ok(RawRecord { raw, value: Err(reason) }),
        // No JSON at all is no record.
        Err(_) => record(answer, raw, operation).map(|native: Native<T>| {
            let (value, raw) = native.into_parts();
            RawRecord { raw, value: Ok(value) }
        }),
    }
}

fn is_web_page(answer: &Response) -> bool {
    answer.body.trim_ascii_start().starts_with(b"<")
}

/// The id in a record that can't be decoded as a whole.
pub fn id_in(raw: &[u8]) -> Option<i64> {
    #[derive(serde::Deserialize)]
    struct Id {
        #[serde(deserialize_with = "json::id")]
        id: i64,
    }
    serde_json::from_slice::<Id>(raw).ok().map(|r| r.id)
}

/// A key for a record that tells no id: a hash of its bytes.
pub fn key_of_bytes(raw: &[u8]) -> Key {
    Key::from(format!("unreadable-{:016x}", crate::pages::fingerprint([raw])).as_str())
}
