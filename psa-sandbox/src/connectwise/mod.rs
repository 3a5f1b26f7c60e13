//! ConnectWise PSA, emulated from what is known of its wire: discovery, keys, conditions, both ways of paging, its own kind of
//! patch, error bodies, callbacks.

#![allow(clippy::result_large_err, reason = "a refusal is a reply like any other, made once for a request")]

mod access;
mod answers;
mod callbacks;
mod called;
mod checks;
mod communications;
mod company_merge;
mod conditions;
mod dataset;
mod documents;
mod edit;
mod forecasts;
mod generators;
mod lists;
mod params;
mod patch;
mod quirks;
mod references;
mod refusals;
mod resource;
mod routes;
mod rules;
mod schema;
mod state;
mod table;
mod tables;
mod tenant;
#[cfg(test)]
mod tests;
mod ticket_actions;
mod ticket_configurations;
mod wire;
mod writes;

pub use callbacks::CallbackDelivery;
pub use dataset::Dataset;
pub use edit::Edit;
pub use quirks::{OpenPoints, Quirks};
pub use resource::Resource;
pub use tenant::{ConnectWiseSandbox, ConnectWiseSandboxBuilder, Tenant};
