//! Records and pages: what a reader hands over.

use std::fmt;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::schema::AnyEntity;
use crate::{Entity, EntityKind, Error, ErrorKind, Key};

/// What a vendor says about how new a record is.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Version {
    /// The vendor's change stamp.
    pub updated_at: Option<DateTime<Utc>>,
    /// An entity tag or revision, where the vendor has one.
    pub tag: Option<String>,
}

impl Version {
    /// The version with this change stamp, if there is one.
    pub fn stamped(updated_at: impl Into<Option<DateTime<Utc>>>) -> Self {
        Self { updated_at: updated_at.into(), tag: None }
    }

    /// With this entity tag or revision.
    #[must_use]
    pub fn tagged(mut self, tag: impl Into<Option<String>>) -> Self {
        self.tag = tag.into();
        self
    }
}

/// Whether raw bytes are a row of a list or the whole record. They differ in fields at most vendors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Projection {
    /// A row of a list.
    List,
    /// The answer to a read of this one record.
    Full,
}

/// A record that could not be decoded: which value, and why. The rest of its page is not affected.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at {path})")]
pub struct DecodeError {
    /// Where in the record, as a path: `customfields[2].value`.
    pub path: String,
    /// What was expected and what was found; no value that may be secret.
    pub message: String,
}

impl DecodeError {
    /// What could not be read where.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

/// One record: its key, version, value and the vendor's own bytes.
#[non_exhaustive]
#[derive(Debug, Clone)]
pub struct Record<E> {
    /// The vendor's key.
    pub key: Key,
    /// How new it is.
    pub version: Version,
    /// The common value, or why there is none.
    pub value: Result<E, DecodeError>,
    /// The vendor's bytes, exactly.
    pub raw: Bytes,
    /// What those bytes are.
    pub projection: Projection,
}

impl<E> Record<E> {
    /// A record with its value, or why there is none, and the vendor's bytes.
    pub fn new(key: Key, version: Version, value: Result<E, DecodeError>, raw: Bytes, projection: Projection) -> Self {
        Self { key, version, value, raw, projection }
    }

    /// The common value.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`] with the key and the path of what could not be read.
    pub fn into_value(self) -> crate::Result<E> {
        self.value.map_err(|error| {
            Error::new(ErrorKind::Decode, "the record can't be read")
                .with_context("key", &self.key)
                .with_context("path", &error.path)
                .with_source(error)
        })
    }
}

/// Why a record is taken to be gone.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// The vendor marks it deleted.
    SoftDeleted,
    /// The vendor says it was merged into another record.
    MergedInto(Key),
    /// A read of this key answered that it does not exist.
    NotFound,
    /// It was missing from one complete, unpaged list of all keys.
    AbsentFromSnapshot,
    /// It exists but left the scope of the sync.
    OutOfScope,
    /// It exists and holds nothing of this kind any more: hours that were set to nothing.
    Emptied,
    /// The record it belonged to is gone.
    ParentGone,
}

/// One entry of a page.
#[derive(Debug, Clone)]
pub enum Item<E> {
    /// A record as it is now.
    Upsert(Record<E>),
    /// A record that is gone.
    Removed {
        /// Its key.
        key: Key,
        /// Why we believe it.
        evidence: Evidence,
    },
}

/// A position in a list, to be stored and given back; only the reader that made it can read it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(String);

impl Cursor {
    /// Wraps a connector's own text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The connector's own text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cursor({})", self.0)
    }
}

/// Some records, and where to go on.
#[non_exhaustive]
#[derive(Debug, Clone)]
pub struct Page<E> {
    /// The entries, in the vendor's order.
    pub items: Vec<Item<E>>,
    /// Where the next page starts. Unset: this was the last one.
    pub cursor: Option<Cursor>,
    /// The vendor's clock when it answered. Unset: not known; on the first page of a pass that means that its window is read
    /// again.
    pub vendor_time: Option<DateTime<Utc>>,
    /// How many records the vendor says the whole list has.
    pub total: Option<u64>,
    /// Whether the whole list came in one answer, so that nothing can have shifted.
    pub atomic: bool,
}

impl<E> Page<E> {
    /// A page and where the next one starts, if there is one.
    pub fn new(items: Vec<Item<E>>, cursor: Option<Cursor>) -> Self {
        Self { items, cursor, vendor_time: None, total: None, atomic: false }
    }

    /// With the vendor's clock when it answered, if it is known.
    #[must_use]
    pub fn at(mut self, vendor_time: Option<DateTime<Utc>>) -> Self {
        self.vendor_time = vendor_time;
        self
    }

    /// With how many records the whole list has, if the vendor says so.
    #[must_use]
    pub fn total(mut self, total: Option<u64>) -> Self {
        self.total = total;
        self
    }

    /// With whether the whole list came in one answer.
    #[must_use]
    pub fn atomic(mut self, atomic: bool) -> Self {
        self.atomic = atomic;
        self
    }

    /// The records, without removals.
    pub fn records(&self) -> impl Iterator<Item = &Record<E>> {
        self.items.iter().filter_map(|item| match item {
            Item::Upsert(record) => Some(record),
            Item::Removed { .. } => None,
        })
    }
}

/// Some keys of a list.
#[non_exhaustive]
#[derive(Debug, Clone, Default)]
pub struct KeyPage {
    /// The keys.
    pub keys: Vec<Key>,
    /// How many there are in all, by the vendor.
    pub total: Option<u64>,
    /// Whether all keys of the list, on however many of these pages, came in one answer of the vendor.
    pub atomic: bool,
    /// Where [`keys_from`](crate::Reader::keys_from) goes on. Unset: this was the last page, or the reader has no such places.
    pub cursor: Option<Cursor>,
}

impl KeyPage {
    /// Keys and where the next ones start, if there are more.
    pub fn new(keys: Vec<Key>, cursor: Option<Cursor>) -> Self {
        Self { keys, total: None, atomic: false, cursor }
    }

    /// With how many there are in all, if the vendor says so.
    #[must_use]
    pub fn total(mut self, total: Option<u64>) -> Self {
        self.total = total;
        self
    }

    /// With whether all keys came in one answer.
    #[must_use]
    pub fn atomic(mut self, atomic: bool) -> Self {
        self.atomic = atomic;
        self
    }
}

/// A record whose type is not known at compile time, with its kind.
#[non_exhaustive]
#[derive(Debug)]
pub struct AnyRecord {
    /// The kind.
    pub kind: EntityKind,
    /// The vendor's key.
    pub key: Key,
    /// How new it is.
    pub version: Version,
    /// The common value, or why there is none.
    pub value: Result<Box<dyn AnyEntity>, DecodeError>,
    /// The vendor's bytes, exactly.
    pub raw: Bytes,
    /// What those bytes are.
    pub projection: Projection,
}

impl<E: Entity> From<Record<E>> for AnyRecord {
    fn from(record: Record<E>) -> Self {
        Self {
            kind: E::KIND,
            key: record.key,
            version: record.version,
            value: record.value.map(|v| Box::new(v) as Box<dyn AnyEntity>),
            raw: record.raw,
            projection: record.projection,
        }
    }
}

/// One entry of an erased page.
#[derive(Debug)]
pub enum AnyItem {
    /// A record as it is now.
    Upsert(AnyRecord),
    /// A record that is gone.
    Removed {
        /// Its kind.
        kind: EntityKind,
        /// Its key.
        key: Key,
        /// Why we believe it.
        evidence: Evidence,
    },
}

/// A page of erased records; may hold several kinds if one fetch feeds several.
#[non_exhaustive]
#[derive(Debug)]
pub struct AnyPage {
    /// The entries.
    pub items: Vec<AnyItem>,
    /// Where the next page starts. Unset: this was the last one.
    pub cursor: Option<Cursor>,
    /// The vendor's clock when it answered. Unset: not known; on the first page of a pass that means that its window is read
    /// again.
    pub vendor_time: Option<DateTime<Utc>>,
    /// How many records the vendor says the whole list has.
    pub total: Option<u64>,
    /// Whether the whole list came in one answer.
    pub atomic: bool,
}

impl AnyPage {
    /// A page and where the next one starts, if there is one.
    pub fn new(items: Vec<AnyItem>, cursor: Option<Cursor>) -> Self {
        Self { items, cursor, vendor_time: None, total: None, atomic: false }
    }
}

impl<E: Entity> From<Page<E>> for AnyPage {
    fn from(page: Page<E>) -> Self {
        Self {
            items: page
                .items
                .into_iter()
                .map(|item| match item {
                    Item::Upsert(record) => AnyItem::Upsert(record.into()),
                    Item::Removed { key, evidence } => AnyItem::Removed { kind: E::KIND, key, evidence },
                })
                .collect(),
            cursor: page.cursor,
            vendor_time: page.vendor_time,
            total: page.total,
            atomic: page.atomic,
        }
    }
}
