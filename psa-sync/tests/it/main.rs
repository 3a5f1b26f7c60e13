//! The engine against the emulated Halo: what a user relies on.

mod bad_input;
mod faults;
mod holds;
mod kill;
mod runs;
mod scope;
mod shifts;
mod world;
