#![doc = include_str!("../README.md")]

mod auth;
mod check;
mod client;
mod config;
mod connector;
mod envelope;
mod error;
mod ids;
mod list;
mod receiver;
mod resources;
mod scopes;
mod site_url;

pub use auth::Grant;
pub use client::Halo;
pub use config::HaloBuilder;
pub use connector::{HaloConnector, HaloConnectorBuilder};
pub use ids::*;
pub use list::List;
pub use psa_http::json::Native;
pub use psa_http::{
    Creatable, Deletable, Download, ListPage, Operations, RawCall, RawRecord, Readable, Resource, Updatable,
};
pub use receiver::{HaloReceiver, HaloReceiverBuilder};
pub use resources::*;
pub use scopes::{Scope, ScopeRow, Scopes};
pub use site_url::HaloUrl;
pub use webhook_signing::{Keyring, Secret, Verifier};
