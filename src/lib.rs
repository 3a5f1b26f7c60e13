#![doc = include_str!("../README.md")]

#[cfg(feature = "connectwise")]
pub use connectwise_client;
#[cfg(feature = "halo")]
pub use halo_client;
#[cfg(feature = "conformance")]
pub use psa_conformance;
pub use psa_core;
pub use psa_core::{
    Agent, Agreement, Appointment, Asset, Capabilities, Changes, CheckReport, Company, Connector, ConnectorExt,
    Contact, Entity, EntityKind, Error, ErrorKind, Invoice, Key, Opportunity, Page, Path, Project, Query, Reader,
    ReaderExt, Record, ReferenceItem, Result, Site, Stage, StatusMap, Team, Ticket, TicketNote, TimeEntry, Writer,
};
pub use psa_http;
#[cfg(feature = "sandbox")]
pub use psa_sandbox;
#[cfg(feature = "sync")]
pub use psa_store;
#[cfg(feature = "sync")]
pub use psa_sync;
#[cfg(feature = "delivery")]
pub use webhook_delivery;
#[cfg(feature = "signing")]
pub use webhook_signing;
