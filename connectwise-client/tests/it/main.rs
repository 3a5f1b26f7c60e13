//! The client and the connector against the emulated ConnectWise.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on fails")]

mod both;
mod conformance;
mod connection;
mod damage;
mod fixtures;
mod key_hosts;
mod lists;
mod reach;
mod receiver;
mod servers;
mod world;
mod writes;
