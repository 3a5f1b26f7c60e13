//! ConnectWise PSA, emulated from what is known of its wire: discovery, keys, conditions, both ways of paging, its own kind of
//! patch, error bodies, callbacks.

#![allow(clippy::result_large_err, reason = "a refusal is a reply like any other, made once for a request")]

mod attached;
mod callbacks;
mod checks;
mod conditions;
mod data;
mod edit;
mod lists;
mod patch;
mod quirks;
mod records;
mod references;
mod routes;
mod rules;
mod sandbox;
mod schema;
mod special;
mod tables;
#[cfg(test)]
mod tests;
mod writes;

pub use callbacks::CallbackDelivery;
pub use data::Dataset;
pub use edit::Edit;
pub use quirks::{OpenPoints, Quirks};
pub use sandbox::{ConnectWiseSandbox, ConnectWiseSandboxBuilder};
