//! What Halo's resources have beside what those of every vendor have.

use psa_core::Key;
use psa_http::Resource;

/// What Halo tells of a resource beside its [`Resource`]: how its lists look.
pub trait HaloResource: Resource {
    /// The member of the envelope that holds the rows.
    const ITEMS: &'static str;
    /// Whether the endpoint pages. Those that don't answer the same rows whatever page is asked for.
    const PAGED: bool;
    /// Query parameters of every list, unless a filter sets them.
    const LIST_PARAMS: &'static [(&'static str, &'static str)];
    /// The record's key: its id, alone or with its parent's.
    fn key(&self) -> Key;
}
