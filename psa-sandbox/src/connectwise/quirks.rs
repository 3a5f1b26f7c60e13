//! The vendor's peculiarities as switches, and what nobody outside knows.

use std::time::Duration;

use crate::emulator::quirks::quirks;

quirks! {
    /// The vendor's peculiarities, each a switch, set as at the vendor by default.
    pub struct Quirks {
        /// Nulls are left out.
        nulls_omitted = true,
        /// Unknown companies, codebases and paths get a plain-text answer from the gateway.
        gateway_text = true,
        /// `IsCloud` is a text instead of a boolean.
        cloud_in_text = false,
        /// An unknown company is `null` with success; off: not found.
        unknown_company_is_null = true,
    }
}

/// What nobody outside the vendor knows for sure; the defaults are guesses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenPoints {
    /// The status and code of a request without a client id.
    pub missing_client_id: (u16, &'static str),
    /// Requests in a rolling window; none: no limit.
    pub rate_limit: Option<(u32, Duration)>,
    /// An order with forward-only paging is refused; off: it is ignored.
    pub order_refused_forward_only: bool,
    /// What is appended to a callback's address after the record's id.
    pub callback_suffix: bool,
    /// The key of a callback's signature needs the login.
    pub key_needs_login: bool,
}

impl Default for OpenPoints {
    fn default() -> Self {
        Self {
            missing_client_id: (401, "Unauthorized"),
            rate_limit: Some((1_000, Duration::from_secs(60))),
            order_refused_forward_only: true,
            callback_suffix: true,
            key_needs_login: false,
        }
    }
}
