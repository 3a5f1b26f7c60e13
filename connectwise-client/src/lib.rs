#![doc = include_str!("../README.md")]

mod auth;
mod check;
mod client;
mod codebase;
mod conditions;
mod config;
mod connector;
mod error;
mod ids;
mod list;
mod receiver;
mod resources;

pub use client::ConnectWise;
pub use conditions::{Condition, CustomFieldCondition, Field, Literal, custom_field, field};
pub use config::ConnectWiseBuilder;
pub use connector::{ConnectWiseConnector, ConnectWiseConnectorBuilder};
pub use ids::*;
pub use list::List;
pub use psa_http::json::Native;
pub use psa_http::{
    Creatable, Deletable, Download, Identified, ListPage, Operations, RawCall, RawRecord, Readable, Resource, Updatable,
};
pub use receiver::{ConnectWiseReceiver, ConnectWiseReceiverBuilder, KeyOrigins};
pub use resources::*;
pub use webhook_signing::{MemoryReplayGuard, ReplayGuard};
