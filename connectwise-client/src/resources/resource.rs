//! What ConnectWise's resources have beside what those of every vendor have.

use psa_http::{Operation, Resource, VendorId};

/// What ConnectWise tells of a resource beside its [`Resource`]: its lists are counted, and its ids are numbers.
pub trait ConnectWiseResource: Resource<Id: VendorId + Into<i64>> {
    /// Whether a change must say something of custom fields, even if it is nothing.
    const PATCH_WITH_CUSTOM_FIELDS: bool;

    /// Counts the records of a list.
    fn count_operation() -> &'static Operation;

    /// Replaces a record as a whole.
    fn replace_operation() -> &'static Operation;
}

/// A resource that can be searched by POST.
pub trait Searchable: ConnectWiseResource {
    /// The search.
    fn search_operation() -> &'static Operation;
}
