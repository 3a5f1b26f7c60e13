use std::sync::{Arc, RwLock};

use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};

/// How many short-lived secrets (tokens) are remembered beside the lasting ones.
const RECENT: usize = 8;

/// Knows the secrets of a client and removes them from whatever leaves it.
///
/// ```
/// use psa_http::Redactor;
///
/// let redactor = Redactor::default();
/// redactor.add_lasting("s3cret".to_string().into());
/// assert_eq!(redactor.text("token s3cret refused"), "token [redacted] refused");
/// redactor.add_lasting("a+b=".to_string().into());
/// assert_eq!(redactor.text("secret=a%2Bb%3D"), "secret=[redacted]");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Redactor(Arc<RwLock<Known>>);

#[derive(Debug, Default)]
struct Known {
    lasting: Vec<SecretString>,
    recent: Vec<SecretString>,
}

impl Redactor {
    /// Adds a secret that stays valid.
    pub fn add_lasting(&self, secret: SecretString) {
        if !secret.expose_secret().is_empty() {
            self.0.write().unwrap_or_else(|e| e.into_inner()).lasting.push(secret);
        }
    }

    /// Adds a secret that will be replaced; only the last few are kept.
    pub fn add_recent(&self, secret: SecretString) {
        if secret.expose_secret().is_empty() {
            return;
        }
        let mut known = self.0.write().unwrap_or_else(|e| e.into_inner());
        if known.recent.len() == RECENT {
            known.recent.remove(0);
        }
        known.recent.push(secret);
    }

    /// `text` without the secrets.
    pub fn text(&self, text: &str) -> String {
        let known = self.0.read().unwrap_or_else(|e| e.into_inner());
        let mut clean = text.to_owned();
        for secret in known.lasting.iter().chain(&known.recent) {
            let plain = secret.expose_secret();
            // As it stands in a form or a query, too.
            let encoded: String = url::form_urlencoded::byte_serialize(plain.as_bytes()).collect();
            for form in [plain, &encoded] {
                if clean.contains(form) {
                    clean = clean.replace(form, "[redacted]");
                }
            }
        }
        clean
    }

    /// The start of a body, at most `cap` bytes, without the secrets. The secrets go before the cut, so no part of one stays.
    pub fn body(&self, body: &Bytes, cap: usize) -> Bytes {
        let known_longest = 4096;
        let head = &body[..body.len().min(cap + known_longest)];
        let mut clean = self.text(&String::from_utf8_lossy(head)).into_bytes();
        clean.truncate(cap);
        clean.into()
    }
}
