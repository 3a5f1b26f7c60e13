//! What can be subscribed to: each type of event with its schema and an example.

use std::collections::BTreeMap;

use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde::Serialize;
use serde_json::Value;

use crate::events;
use crate::{Error, EventFilter, EventType, Result};

/// The data of one type of event.
///
/// Register your own with [`WebhooksBuilder::catalogue`](crate::WebhooksBuilder::catalogue), or nobody can subscribe to it by name.
/// It needs `serde` (with `derive`) and `schemars` 1 (with `chrono04` for dates).
///
/// ```
/// use webhook_delivery::{Catalogue, events::EventData};
///
/// /// A backup of a customer failed.
/// #[derive(serde::Serialize, schemars::JsonSchema)]
/// struct BackupFailed { company_id: String, job: String }
///
/// impl EventData for BackupFailed {
///     const TYPE: &'static str = "backup.failed";
///     fn example() -> Self { Self { company_id: "4711".into(), job: "nightly".into() } }
/// }
///
/// let catalogue = Catalogue::new().with::<BackupFailed>()?;
/// assert_eq!(catalogue.get("backup.failed").unwrap().description, "A backup of a customer failed.");
/// # Ok::<(), webhook_delivery::Error>(())
/// ```
pub trait EventData: Serialize + JsonSchema {
    /// Its name: `family.thing.what_happened`.
    const TYPE: &'static str;
    /// One that could have happened: for documentation and test deliveries.
    fn example() -> Self;
}

/// A type of event, for those who subscribe.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CatalogueEntry {
    /// Its name.
    #[serde(rename = "type")]
    pub event_type: EventType,
    /// What it means.
    pub description: String,
    /// The JSON Schema (2020-12) of `data`.
    pub schema: Value,
    /// An example of `data`.
    pub example: Value,
}

/// The types of events that are published. An endpoint can't ask for others.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Catalogue(BTreeMap<String, CatalogueEntry>);

impl Default for Catalogue {
    fn default() -> Self {
        Self::new()
    }
}

macro_rules! entries {
    ($($ty:ident)*) => { [$(CatalogueEntry::of::<events::$ty>),*] };
}

impl Catalogue {
    /// The events of [`events`](crate::events).
    pub fn new() -> Self {
        let known: [fn() -> Result<CatalogueEntry>; 10] = entries!(
            ComplianceRunCompleted ComplianceIssueCreated SurveyResponseReceived SurveyCompleted GoalCreated
            GoalStatusChanged TicketUpdated TicketStatusChanged DeviceWarrantyExpiring DeviceRefreshDue
        );
        let entries = known.iter().filter_map(|entry| entry().ok());
        Self(entries.map(|e| (e.event_type.as_str().to_owned(), e)).collect())
    }

    /// Adds a type of your own. One of the same name is replaced.
    ///
    /// # Errors
    /// [`Error::EventType`] for a name that is none, [`Error::Data`] for an example that is no JSON.
    pub fn with<T: EventData>(mut self) -> Result<Self> {
        let entry = CatalogueEntry::of::<T>()?;
        self.0.insert(entry.event_type.as_str().to_owned(), entry);
        Ok(self)
    }

    /// A type by its name.
    pub fn get(&self, event_type: &str) -> Option<&CatalogueEntry> {
        self.0.get(event_type)
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = &CatalogueEntry> {
        self.0.values()
    }

    pub(crate) fn check(&self, filter: &EventFilter) -> Result<()> {
        match filter.unknown(self.0.values().map(|e| &e.event_type)) {
            Some(pattern) => Err(Error::UnknownEventType(pattern)),
            None => Ok(()),
        }
    }
}

impl CatalogueEntry {
    fn of<T: EventData>() -> Result<Self> {
        let schema = SchemaGenerator::new(SchemaSettings::draft2020_12()).into_root_schema_for::<T>();
        let schema = serde_json::to_value(schema).map_err(Error::Data)?;
        let description = schema["description"].as_str().unwrap_or_default().to_owned();
        Ok(Self {
            event_type: T::TYPE.parse()?,
            description,
            schema,
            example: serde_json::to_value(T::example()).map_err(Error::Data)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_a_description_a_schema_and_an_example_that_fits_it() {
        let catalogue = Catalogue::new();
        let names: Vec<_> = catalogue.iter().map(|e| e.event_type.as_str()).collect();
        assert_eq!(
            names,
            [
                "compliance.issue.created",
                "compliance.run.completed",
                "device.refresh_due",
                "device.warranty_expiring",
                "goal.created",
                "goal.status_changed",
                "survey.completed",
                "survey.response.received",
                "ticket.status_changed",
                "ticket.updated"
            ]
        );
        for entry in catalogue.iter() {
            assert!(entry.description.len() > 20, "{}", entry.event_type);
            let example = entry.example.as_object().unwrap();
            let properties = entry.schema["properties"].as_object().unwrap();
            for (name, property) in properties {
                assert!(property["description"].is_string(), "{}: {name} has no description", entry.event_type);
                assert!(example.contains_key(name), "{}: the example has no {name}", entry.event_type);
            }
            assert!(example.keys().all(|name| properties.contains_key(name)));
            for name in entry.schema["required"].as_array().unwrap() {
                assert!(!example[name.as_str().unwrap()].is_null());
            }
        }
    }

    #[test]
    fn a_slip_of_the_pen_is_no_subscription() {
        let catalogue = Catalogue::new();
        assert!(catalogue.check(&"*".parse().unwrap()).is_ok());
        assert!(catalogue.check(&"ticket.*, compliance.run.*".parse().unwrap()).is_ok());
        let error = catalogue.check(&"ticket.*, tickets.updated".parse().unwrap()).unwrap_err();
        assert!(matches!(error, Error::UnknownEventType(p) if p == "tickets.updated"));
    }
}
