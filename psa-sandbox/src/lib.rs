#![doc = include_str!("../README.md")]

mod clock;
pub mod connectwise;
mod doors;
mod fault;
pub mod halo;
mod log;
mod reply;
mod rows;
#[cfg(feature = "server")]
mod server;

pub use clock::default_clock;
pub use connectwise::{ConnectWiseSandbox, ConnectWiseSandboxBuilder};
pub use fault::{Effect, Fault, Trigger};
pub use halo::{HaloSandbox, HaloSandboxBuilder};
pub use log::{ActionLog, LogEntry};
#[cfg(feature = "server")]
pub use server::{Server, TlsIdentity};
