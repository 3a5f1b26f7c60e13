//! ConnectWise in the common vocabulary: everything between [`ConnectWise`] and `psa_core` is in this folder, one file a
//! kind.

mod agent;
mod agreement;
mod appointment;
mod asset;
mod child_reader;
mod company;
mod contact;
mod context;
mod custom_field_ids;
mod customer;
mod invoice;
mod kinds;
mod merged_reader;
mod names;
mod opportunity;
mod project;
mod reader;
mod reference_item;
mod site;
mod team;
mod ticket;
mod ticket_note;
mod time_entry;
mod writer;

pub use kinds::{ConnectWiseConnector, ConnectWiseConnectorBuilder};

#[cfg(test)]
mod tests;
