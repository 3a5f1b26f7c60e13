#![cfg_attr(feature = "halo", doc = include_str!("../README.md"))]
#![cfg_attr(not(feature = "halo"), doc = "Emulated PSA vendors.")]

#[cfg(feature = "connectwise")]
pub mod connectwise;
pub mod emulator;
#[cfg(feature = "halo")]
pub mod halo;

#[cfg(feature = "connectwise")]
pub use connectwise::{ConnectWiseSandbox, ConnectWiseSandboxBuilder};
pub use emulator::{ActionLog, Effect, Fault, LogEntry, Trigger, default_clock};
#[cfg(feature = "server")]
pub use emulator::{Server, TlsIdentity};
#[cfg(feature = "halo")]
pub use halo::{HaloSandbox, HaloSandboxBuilder};
