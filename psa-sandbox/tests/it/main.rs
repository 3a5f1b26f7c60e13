//! The emulated vendors, asked over their transports as anybody's client would.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on fails")]

#[cfg(feature = "connectwise")]
mod connectwise;
#[cfg(feature = "halo")]
mod halo;
mod wire;
