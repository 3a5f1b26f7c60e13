//! Lists of vendors' records: what a page is, and how pages become records.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use psa_core::{Cursor, DecodeError, Error, ErrorKind, Key, Phase, Result};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::json::{self, Native};
use crate::salvage::{self, Salvaged};
use crate::{Response, web_page};

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
    /// A page of rows that were taken out of their answer. Each is decoded by itself.
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

/// The rows of an answer that is a bare list. Damage in one row costs no other row.
///
/// # Errors
/// [`ErrorKind::Decode`] for an answer that is no list, or ends in the middle.
pub fn bare_rows(answer: &Response, operation: &'static str) -> Result<Vec<Bytes>> {
    match serde_json::from_slice::<Vec<&RawValue>>(&answer.body) {
        Ok(rows) => Ok(rows.into_iter().map(|row| json::slice(&answer.body, row)).collect()),
        Err(error) => match salvage::bare(&answer.body) {
            Some(salvaged) => Ok(salvaged_rows(answer, &salvaged, operation)),
            None => Err(not_a_list(answer, operation, error)),
        },
    }
}

/// The rows of a damaged list, each a part of the answer's body.
pub fn salvaged_rows(answer: &Response, salvaged: &Salvaged, operation: &'static str) -> Vec<Bytes> {
    tracing::warn!(operation, rows = salvaged.rows.len(), "a list holds damaged JSON; it is read row by row");
    salvaged.rows.iter().map(|row| answer.body.slice(row.clone())).collect()
}

/// A record in place of a row that alone is larger than an answer may be. Its bytes are what is known of it: nothing,
/// or its id.
pub fn too_large_row<T>(raw: Bytes, cap: usize) -> RawRecord<T> {
    let message = format!("the row alone is larger than an answer may be ({cap} bytes); raise the body cap to read it");
    RawRecord { raw, value: Err(DecodeError::new("$", message)) }
}

/// A whole answer that is not a list: often a web page of a proxy, or a body that was cut.
pub fn not_a_list(answer: &Response, operation: &'static str, error: serde_json::Error) -> Error {
    let found = answer.content_type().unwrap_or_else(|| "no content type".into());
    let message = if web_page::is_page(&answer.body) || found == "text/html" {
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
        } else if web_page::is_page(&answer.body) {
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
/// As [`record`], where the bytes are no JSON at all, or end in the middle.
pub fn raw_record<T: DeserializeOwned>(answer: &Response, raw: Bytes, operation: &'static str) -> Result<RawRecord<T>> {
    match json::decode(&raw) {
        Ok(value) => Ok(RawRecord { raw, value: Ok(value) }),
        Err(reason) if salvage::is_object(&raw) || serde_json::from_slice::<&RawValue>(&raw).is_ok() => {
            Ok(RawRecord { raw, value: Err(reason) })
        }
        // No JSON at all is no record.
        Err(_) => record(answer, raw, operation).map(|native: Native<T>| {
            let (value, raw) = native.into_parts();
            RawRecord { raw, value: Ok(value) }
        }),
    }
}

/// The id in a record that can't be decoded as a whole.
pub fn id_in(raw: &[u8]) -> Option<i64> {
    number_in(raw, "id")
}

/// A whole number in a record that can't be decoded as a whole, up to where it is damaged.
pub fn number_in(raw: &[u8], name: &str) -> Option<i64> {
    salvage::number(raw, name)
}

/// A key for a record that tells no id: a hash of its bytes.
pub fn key_of_bytes(raw: &[u8]) -> Key {
    Key::from(format!("unreadable-{:016x}", crate::pages::fingerprint([raw])).as_str())
}
