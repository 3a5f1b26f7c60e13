//! The engine against the emulated vendors: what a user relies on.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on fails")]

mod accounts;
mod bad_input;
mod changes;
mod children;
mod concurrent;
mod connectwise;
mod failures;
mod faults;
mod fresh;
mod history;
mod holds;
mod inbox;
mod kill;
mod kinds;
mod parents;
mod read_times;
mod requests;
mod review;
mod runs;
mod scope;
mod shifts;
mod tenants;
mod windows;
mod wire;
mod world;
