//! Halo PSA, emulated from what is known of its wire: paths, login, envelopes, paging traps, error bodies, limits.

mod custom_fields;
mod data;
mod edit;
mod files;
mod lists;
mod login;
mod lookups;
mod members;
mod plain;
mod quirks;
mod records;
mod references;
mod reports;
mod routes;
mod rows;
mod sandbox;
mod tables;
mod ticket_writes;
mod webhooks;
mod writes;

pub use data::Dataset;
pub use edit::Edit;
pub use quirks::{OpenPoints, Quirks, UngrantedScope};
pub use routes::operations;
pub use sandbox::{HaloSandbox, HaloSandboxBuilder};
pub use webhooks::WebhookDelivery;
