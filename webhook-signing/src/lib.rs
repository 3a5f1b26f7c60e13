#![doc = include_str!("../README.md")]

mod credentials;
#[cfg(feature = "ed25519")]
mod ed25519;
mod encoding;
mod error;
#[cfg(feature = "axum")]
mod extract;
#[cfg(feature = "graph")]
pub mod graph;
mod headers;
#[cfg(feature = "tower")]
mod layer;
mod mac;
mod replay;
#[cfg(feature = "rfc9421")]
pub mod rfc9421;
mod scheme;
mod secret;
mod signer;
mod verified;
mod verifier;

pub use credentials::Credentials;
pub use encoding::Encoding;
pub use error::{Error, TokenFault};
#[cfg(feature = "axum")]
pub use extract::Refused;
pub use headers::{Header, Headers, header_fn};
#[cfg(feature = "tower")]
pub use layer::{Authenticate, Verify, VerifyLayer};
pub use mac::Hash;
pub use replay::{MemoryReplayGuard, ReplayGuard};
pub use scheme::{HmacHeader, Scheme};
pub use secret::{Keyring, Secret};
pub use signer::{SignedHeaders, Signer};
pub use verified::Verified;
pub use verifier::{Message, Verifier};

/// Signatures that are looked at; a message with more is refused before any of them is.
pub const MAX_SIGNATURES: usize = 32;

/// The longest header, in bytes, that is read.
pub const MAX_HEADER: usize = 8 * 1024;

/// Keys a verifier holds.
pub const MAX_KEYS: usize = 10;
