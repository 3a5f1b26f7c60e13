//! What every mapping may need, and how Halo's values are read.

use chrono::{DateTime, NaiveDate, Utc};
use psa_core::{Custom, CustomFieldId, KeyShape, Reference, StatusMap};

use super::name_cache::Lookups;
use crate::client::Halo;
use crate::ids::{self, ClientId};
use crate::resources::CustomField;

/// The key of an action: its id is unique within its ticket only.
pub(crate) const ACTION_KEY: KeyShape = KeyShape(&["ticket_id", "id"]);

/// Which of the tenant's closure categories mean won, and which lost.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub(crate) struct Closures {
    pub(crate) won: Vec<i64>,
    pub(crate) lost: Vec<i64>,
}

/// What every mapping may need.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) halo: Halo,
    pub(crate) statuses: StatusMap,
    pub(crate) custom_fields: Vec<i64>,
    pub(crate) closures: Closures,
    pub(crate) lookups: Lookups,
}

/// The company, unless it is the placeholder for nobody.
pub(crate) fn company(client: Option<ClientId>) -> Option<Reference> {
    ids::some(client).filter(|c| *c != ClientId::UNKNOWN).map(|c| Reference::to(c.0))
}

/// The text, unless blank.
pub(crate) fn non_blank(value: &Option<String>) -> Option<String> {
    value.as_deref().filter(|t| !t.trim().is_empty()).map(str::to_owned)
}

/// Custom fields by name, by id where two have one name; only `wanted` ones, if that is given.
pub(crate) fn custom(fields: &[CustomField], wanted: Option<&[i64]>) -> Custom {
    let read = || fields.iter().filter(move |field| is_wanted(field, wanted));
    let set = read().filter_map(|field| Some((field, field.value.as_ref().filter(|v| is_set(v))?)));
    set.filter_map(|(field, value)| Some((identity(field).key(read().map(identity))?, value.clone()))).collect()
}

/// Halo shows a field that was cleared as an empty text.
fn is_set(value: &serde_json::Value) -> bool {
    !value.is_null() && value.as_str() != Some("")
}

/// Whether a custom field is read.
fn is_wanted(field: &CustomField, wanted: Option<&[i64]>) -> bool {
    wanted.is_none_or(|ids| field.id.is_some_and(|id| ids.contains(&id)))
}

/// What identifies a custom field.
pub(crate) fn identity(field: &CustomField) -> CustomFieldId<'_> {
    CustomFieldId { id: field.id, name: field.name.as_deref() }
}

/// The day that a date without a time of day is. Halo shows it at midnight or at noon.
pub(crate) fn day(at: Option<DateTime<Utc>>) -> Option<NaiveDate> {
    at.map(|at| at.date_naive())
}
