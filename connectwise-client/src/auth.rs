//! Who logs in: a key pair of an API member, or of a member that an integrator stands in for.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use http::{HeaderValue, StatusCode};
use psa_core::{Error, Result};
use psa_http::{Authenticator, Authorization, Token, TokenSource};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::client::ConnectWise;
use crate::codebase::USER_TYPE;

/// A key pair never changes by itself.
pub(crate) struct KeyPair(HeaderValue);

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyPair")
    }
}

/// `company+public:private`, as Basic wants it.
pub(crate) fn basic(company: &str, public: &str, private: &SecretString) -> SecretString {
    let pair = format!("{company}+{public}:{}", private.expose_secret());
    base64::engine::general_purpose::STANDARD.encode(pair).into()
}

impl KeyPair {
    pub(crate) fn new(basic: &SecretString) -> Result<Self> {
        let mut value = HeaderValue::try_from(format!("Basic {}", basic.expose_secret()))
            .map_err(|_| Error::config("keys", "the keys can't be sent in a header"))?;
        value.set_sensitive(true);
        Ok(Self(value))
    }
}

#[async_trait]
impl Authenticator for KeyPair {
    async fn authorize(&self) -> Result<Authorization> {
        Ok(Authorization { value: self.0.clone(), generation: 1 })
    }

    async fn refused(&self, _: StatusCode, _: u64) -> Result<bool> {
        Ok(false)
    }
}

/// How long a token of a member lives.
const LIFETIME: Duration = Duration::from_secs(4 * 3600);

/// Mints the key pairs with which an integrator stands in for a member.
#[derive(Debug)]
pub(crate) struct Impersonation {
    pub(crate) integrator: ConnectWise,
    pub(crate) member: String,
}

static MINT: psa_http::Operation =
    psa_http::Operation::post("connectwise.members.token", "/system/members/{id}/tokens");

#[async_trait]
impl TokenSource for Impersonation {
    async fn mint(&self) -> Result<Token> {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Keys {
            public_key: String,
            private_key: SecretString,
        }
        let http = self.integrator.http();
        let call = http.call(&MINT).path("id", &self.member).header(USER_TYPE, HeaderValue::from_static("integrator"));
        let answer = call.json(&json!({"memberIdentifier": self.member})).send().await?;
        let keys: Keys = psa_http::json::decode(&answer.body).map_err(|e| {
            Error::new(psa_core::ErrorKind::Decode, "the answer holds no key pair")
                .with_operation(MINT.name)
                .with_source(e)
        })?;
        let secret = basic(self.integrator.company(), &keys.public_key, &keys.private_key);
        self.integrator.inner().setup.redactor.add_recent(keys.private_key);
        Ok(Token { secret, lifetime: LIFETIME, scope: None })
    }
}
