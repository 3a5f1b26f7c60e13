#![doc = include_str!("../README.md")]

mod auth;
mod check;
mod client;
mod config;
mod connector;
mod error;
mod ids;
mod page;
mod receiver;
mod resources;
mod scopes;

pub use auth::Grant;
pub use client::Halo;
pub use config::{HaloBuilder, HaloUrl};
pub use connector::{HaloConnector, HaloConnectorBuilder};
pub use ids::*;
pub use page::{List, Resource};
pub use psa_http::json::Native;
pub use psa_http::{Download, ListPage, RawCall, RawRecord};
pub use receiver::{HaloReceiver, HaloReceiverBuilder};
pub use resources::*;
pub use scopes::{Scope, ScopeRow, Scopes};
pub use webhook_signing::{Keyring, Secret, Verifier};
