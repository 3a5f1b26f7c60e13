//! Halo in the common vocabulary: everything between [`Halo`] and `psa_core` is in this folder, one file a kind.

mod action_writes;
mod actions;
mod agent;
mod agreement;
mod appointment;
mod asset;
mod company;
mod contact;
mod context;
mod customer;
mod invoice;
mod kinds;
mod name_cache;
mod opportunity;
mod project;
mod reader;
mod reference_item;
mod site;
mod team;
mod ticket;
mod writer;

pub use kinds::{HaloConnector, HaloConnectorBuilder};

#[cfg(test)]
mod tests;
