//! The client and the connector against the emulated Halo.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on fails")]

mod conformance;
mod connection;
mod damage;
mod fixtures;
mod quirks;
mod reach;
mod receiver;
mod refusals;
mod resources;
mod secrets;
mod servers;
mod tickets;
mod vendor_rows;
mod webhooks;
mod world;
mod writes;
