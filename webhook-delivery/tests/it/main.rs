//! What a user relies on: everything arrives, in time where it matters by the clock of the tests.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod faults;
mod guard;
mod kill;
mod owners;
mod publishing;
mod receivers;
mod vectors;
