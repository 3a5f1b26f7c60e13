//! What a resource is: where it stands, its members, and what can be done with it.

use psa_http::{Identified, NativeField, Operation, VendorId};
use serde::de::DeserializeOwned;

/// What can be done with a resource, as values.
#[derive(Debug)]
pub struct Operations {
    /// Its list.
    pub list: &'static Operation,
    /// How many there are.
    pub count: &'static Operation,
    /// One of them.
    pub get: &'static Operation,
    /// A new one.
    pub create: &'static Operation,
    /// A change of some members.
    pub update: &'static Operation,
    /// A replacement.
    pub replace: &'static Operation,
    /// A deletion.
    pub delete: &'static Operation,
}

/// A type of record that ConnectWise lists.
pub trait Resource:
    Identified<Id: VendorId + Into<i64>> + DeserializeOwned + Send + Sync + std::fmt::Debug + 'static
{
    /// Where it is.
    fn operations() -> &'static Operations;
    /// Its typed members.
    fn fields() -> &'static [NativeField];
}

/// A resource that records can be added to.
pub trait Creatable: Resource {
    /// Members that ConnectWise computes: they are refused before they are sent.
    const READ_ONLY: &'static [&'static str];
    /// Members that make ConnectWise mail somebody. Its defaults are to mail, so a write sends them as off unless it sets them.
    const MAIL_SWITCHES: &'static [&'static str] = &[];
}

/// A resource whose records can be changed.
pub trait Writable: Creatable {
    /// Whether a change must say something of custom fields, even if it is nothing.
    const PATCH_WITH_CUSTOM_FIELDS: bool;
}

/// A resource that can be deleted.
pub trait Deletable: Resource {}

/// A resource that can be searched by POST.
pub trait Searchable: Resource {
    /// The search.
    fn search_operation() -> &'static Operation;
}
