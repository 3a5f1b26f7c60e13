//! Halo PSA, emulated from what is known of its wire: paths, login, envelopes, paging traps, error bodies, limits.

mod data;
mod lists;
mod login;
mod quirks;
mod routes;
mod sandbox;
mod writes;

pub use data::{Dataset, Edit};
pub use quirks::{OpenPoints, Quirks, UngrantedScope};
pub use routes::operations;
pub use sandbox::{HaloSandbox, HaloSandboxBuilder};
