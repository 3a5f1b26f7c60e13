//! What every mapping may need, and how ConnectWise's values are read.

use chrono::{DateTime, NaiveDate, Utc};
use psa_core::{Custom, EntityKind, KeyShape, Label, Reference as CommonReference, StatusMap};

use super::custom_field_ids::{self, CustomFields};
use crate::client::ConnectWise;
use crate::resources::{CustomFieldValue, Info, Reference};

/// The key of a note: read below its ticket.
pub(crate) const NOTE_KEY: KeyShape = KeyShape(&["ticket_id", "id"]);

/// The key of a site: read below its company.
pub(crate) const SITE_KEY: KeyShape = KeyShape(&["company_id", "id"]);

/// What every mapping may need.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) cw: ConnectWise,
    pub(crate) statuses: StatusMap,
    pub(crate) custom_fields: CustomFields,
    pub(super) kinds: Option<Vec<EntityKind>>,
}

/// The text, unless blank.
pub(crate) fn non_blank(value: &Option<String>) -> Option<String> {
    value.as_deref().filter(|t| !t.trim().is_empty()).map(str::to_owned)
}

/// The reference to another record, if it has an id: unset ones come without.
pub(crate) fn reference(value: &Option<Box<Reference>>) -> Option<CommonReference> {
    value.as_ref()?.id.filter(|id| *id > 0).map(CommonReference::to)
}

/// A value of one of the tenant's lists.
pub(crate) fn label(value: &Option<Box<Reference>>) -> Option<Label> {
    let value = value.as_ref()?;
    let name =
        non_blank(&value.name).or_else(|| non_blank(&value.identifier)).or_else(|| non_blank(&value.description));
    match value.id {
        Some(id) => Some(Label::new(id, name)),
        None => name.map(Label::named),
    }
}

/// A value of a list that is part of the product and not of the tenant: only a word.
pub(crate) fn word(value: &Option<String>) -> Option<Label> {
    non_blank(value).map(Label::named)
}

/// Custom fields by caption; by id where two have one caption.
pub(crate) fn custom(values: &[CustomFieldValue]) -> Custom {
    let some = |v: &&serde_json::Value| !v.is_null() && v.as_str() != Some("");
    let all = || values.iter().map(custom_field_ids::identity);
    let set = values.iter().filter_map(|field| Some((field, field.value.as_ref().filter(some)?)));
    set.filter_map(|(field, value)| Some((custom_field_ids::identity(field).key(all())?, value.clone()))).collect()
}

pub(crate) fn created(info: &Option<Box<Info>>) -> Option<DateTime<Utc>> {
    info.as_ref()?.date_entered
}

pub(crate) fn updated(info: &Option<Box<Info>>) -> Option<DateTime<Utc>> {
    info.as_ref()?.last_updated
}

/// A date that ConnectWise declares as text.
pub(crate) fn moment(value: &Option<String>) -> Option<DateTime<Utc>> {
    psa_http::json::parse_any_date(value.as_deref()?).ok().flatten()
}

/// The day that a date without a time of day is: ConnectWise shows its midnight.
pub(crate) fn day(at: Option<DateTime<Utc>>) -> Option<NaiveDate> {
    at.map(|at| at.date_naive())
}
