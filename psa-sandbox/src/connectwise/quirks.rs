use std::time::Duration;

/// The vendor's peculiarities, each a switch. All are on by default, as at the vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Quirks {
    /// Nulls are left out.
    pub nulls_omitted: bool,
    /// A company, codebase or path that the gateway does not know is told in plain text.
    pub gateway_text: bool,
    /// `IsCloud` is a text instead of a boolean.
    pub cloud_in_text: bool,
    /// An unknown company is `null` with success; off: not found.
    pub unknown_company_is_null: bool,
}

impl Default for Quirks {
    fn default() -> Self {
        Self { nulls_omitted: true, gateway_text: true, cloud_in_text: false, unknown_company_is_null: true }
    }
}

impl Quirks {
    /// The switches by name, for a command line.
    pub const NAMES: &'static [&'static str] =
        &["nulls_omitted", "gateway_text", "cloud_in_text", "unknown_company_is_null"];

    /// The switch with this name.
    pub fn switch(&mut self, name: &str) -> Option<&mut bool> {
        Some(match name {
            "nulls_omitted" => &mut self.nulls_omitted,
            "gateway_text" => &mut self.gateway_text,
            "cloud_in_text" => &mut self.cloud_in_text,
            "unknown_company_is_null" => &mut self.unknown_company_is_null,
            _ => return None,
        })
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
