//! Every vector of the fixtures, and what no vector shows.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod bad_input;
mod fixtures;
#[cfg(feature = "graph")]
mod graph;
mod halo;
#[cfg(feature = "tower")]
mod layer;
mod mutations;
mod refusals;
#[cfg(feature = "rfc9421")]
mod rfc9421;
mod round_trip;
mod secrets;
mod vectors;
