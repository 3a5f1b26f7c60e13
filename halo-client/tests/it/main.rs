//! The client and the connector against the emulated Halo.

mod conformance;
mod connection;
mod fixtures;
mod quirks;
mod secrets;
mod tickets;
mod world;
