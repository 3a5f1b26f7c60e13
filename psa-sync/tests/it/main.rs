//! The engine against the emulated vendors: what a user relies on.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on fails")]

mod bad_input;
mod connectwise;
mod faults;
mod holds;
mod inbox;
mod kill;
mod kinds;
mod read_times;
mod review;
mod runs;
mod scope;
mod shifts;
mod world;
