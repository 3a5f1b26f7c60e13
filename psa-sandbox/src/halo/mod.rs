//! Halo PSA, emulated from what is known of its wire: paths, login, envelopes, paging traps, error bodies, limits.

#![allow(clippy::result_large_err, reason = "a refusal is a reply like any other, made once for a request")]

mod actions;
mod attachments;
mod custom_fields;
mod dataset;
mod dates;
mod edit;
mod elements;
mod endpoints;
mod fields;
mod generators;
mod guid;
mod invoices;
mod lists;
mod paging;
mod params;
mod people;
mod people_generators;
mod quirks;
mod reference_data;
mod references;
mod refusals;
mod reports;
mod resource;
mod routes;
mod sent;
mod state;
mod table;
mod table_handlers;
mod tables;
mod tenant;
mod ticket_generators;
mod ticket_writes;
mod tickets;
mod token_endpoint;
mod webhooks;
mod wire;
mod writes;

pub use dataset::Dataset;
pub use edit::Edit;
pub use quirks::{OpenPoints, Quirks, UngrantedScope};
pub use resource::{List, Resource};
pub use routes::operations;
pub use tenant::{HaloSandbox, HaloSandboxBuilder, Tenant};
pub use webhooks::WebhookDelivery;
