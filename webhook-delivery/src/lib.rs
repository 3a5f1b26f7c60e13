#![doc = include_str!("../README.md")]
// What only a store reads.
#![cfg_attr(not(feature = "sqlite"), allow(dead_code))]

mod catalogue;
mod dispatcher;
mod endpoint;
mod error;
mod event;
pub mod events;
mod filter;
mod headers;
mod inner;
mod notice;
mod policy;
mod sender;
mod store;
mod test_delivery;
mod webhooks;

pub use catalogue::{Catalogue, CatalogueEntry, EventData};
pub use endpoint::{Endpoint, EndpointHealth, EndpointSettings, EndpointState, NewEndpoint, Rate, SigningSecret};
pub use error::{Error, Result};
pub use event::{Event, MAX_EVENT};
pub use filter::{EventFilter, EventType};
pub use headers::CustomHeaders;
pub use notice::Notice;
pub use policy::RetryPolicy;
pub use psa_http::{AddressPolicy, Forbidden, GuardedTransport};
#[cfg(feature = "sqlite")]
pub use store::sqlite::SqliteStore;
pub use store::{
    Attempt, AttemptEnd, Claimed, Completed, Delivery, DeliveryQuery, DeliveryState, EndpointChange, EndpointStats,
    Published, Replay, StateFilter, Store, Then, Trigger,
};
pub use test_delivery::{TestDelivery, TestReport};
pub use webhooks::{Webhooks, WebhooksBuilder};
