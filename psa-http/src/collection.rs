//! What a resource of a vendor's API is, and what can be done with it: the same words in every client.

use std::fmt;

use serde::de::DeserializeOwned;

use crate::operation::Operation;
use crate::resource::{Identified, NativeField};

/// The operations of a resource, as values. Which of them the vendor has, the traits of the resource tell.
#[derive(Debug)]
pub struct Operations {
    /// Lists its records.
    pub list: &'static Operation,
    /// Reads one record.
    pub get: &'static Operation,
    /// Creates a record.
    pub create: &'static Operation,
    /// Changes some members of a record.
    pub update: &'static Operation,
    /// Deletes a record.
    pub delete: &'static Operation,
}

/// A type of record that a vendor lists.
pub trait Resource: Identified + DeserializeOwned + fmt::Debug + Send + Sync + 'static {
    /// Where it is.
    fn operations() -> &'static Operations;
    /// Its typed members.
    fn fields() -> &'static [NativeField];
}

/// A resource whose records can be read one by one, by id alone.
pub trait Readable: Resource {}

/// A resource that records can be added to.
pub trait Creatable: Resource {
    /// Members that the vendor computes: they are refused before they are sent.
    const READ_ONLY: &'static [&'static str] = &[];
    /// Members that make the vendor mail somebody. Where its defaults are to mail, a write sends them as off unless it sets them.
    const MAIL_SWITCHES: &'static [&'static str] = &[];
}

/// A resource whose records can be changed.
pub trait Updatable: Creatable {}

/// A resource whose records can be deleted, by id alone.
pub trait Deletable: Resource {}
