//! Who may do what: keys, members that an integrator stands in for, and the rights of the security role.

use std::collections::HashMap;
use std::time::Duration;

use base64::Engine;
use http::HeaderMap;
use http::header;

/// The company id.
pub(super) const COMPANY: &str = "sandbox";
/// The public key of the API member.
pub(super) const PUBLIC_KEY: &str = "sandbox-public";
/// Its private key.
pub(super) const PRIVATE_KEY: &str = "sandbox-private";
/// The identifier of the API member.
pub(super) const MEMBER: &str = "apimember1";
/// How long the keys of a member that an integrator stands in for are good.
pub(super) const LIFETIME: Duration = Duration::from_secs(4 * 3600);

/// Keys and rights.
#[derive(Debug, Default)]
pub(super) struct Access {
    /// Modules that the security role does not let the login inquire.
    pub(super) denied: Vec<String>,
    /// Modules of which the login sees its own rows only.
    pub(super) mine: Vec<String>,
    /// Keys of members that an integrator stands in for, with the member and until when.
    impersonated: HashMap<String, (String, Duration)>,
}

impl Access {
    /// Who logs in; none if the keys are not known.
    pub(super) fn login(&self, headers: &HeaderMap, now: Duration) -> Option<String> {
        let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
        let decoded = String::from_utf8(base64::engine::general_purpose::STANDARD.decode(text).ok()?).ok()?;
        let (company, keys) = decoded.split_once('+')?;
        if !company.eq_ignore_ascii_case(COMPANY) {
            return None;
        }
        if keys == format!("{PUBLIC_KEY}:{PRIVATE_KEY}") {
            return Some(MEMBER.to_owned());
        }
        let member = headers.get("x-cw-usertype").is_some_and(|v| v == "member");
        self.impersonated.get(keys).filter(|(_, until)| member && now < *until).map(|(name, _)| name.clone())
    }

    /// A public and a private key with which an integrator stands in for a member.
    pub(super) fn stand_in(&mut self, member: String, now: Duration) -> (String, String) {
        let n = self.impersonated.len() + 1;
        let (public, private) = (format!("member-public-{n}"), format!("member-private-{n}"));
        self.impersonated.insert(format!("{public}:{private}"), (member, now + LIFETIME));
        (public, private)
    }

    /// Whether the role may not inquire a module.
    pub(super) fn denies(&self, module: &str) -> bool {
        self.denied.iter().any(|m| m.eq_ignore_ascii_case(module))
    }

    /// Whether the role sees only its own rows of a module.
    pub(super) fn only_mine(&self, module: &str) -> bool {
        self.mine.iter().any(|m| m.eq_ignore_ascii_case(module))
    }
}
