//! Validation tokens: who sent encrypted content, by the signature of Microsoft's token service.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;

use super::Notifications;
use crate::{Error, TokenFault};

/// The app that change notifications come from; the tokens name it as `appid` or `azp`. The same in all tenants.
pub const PUBLISHER: &str = "0bf30f3b-4a52-48df-9a82-234910c4a086";

/// Five minutes for clocks that differ: what Microsoft's own libraries take.
const LEEWAY: u64 = 300;

/// The keys of Microsoft's token service. Cheap to clone.
///
/// Fetch them from `https://login.microsoftonline.com/common/discovery/v2.0/keys` once a day, and when a token names one that
/// is [unknown](Error::UnknownKey), but then at most every few minutes: anybody can name any.
#[derive(Clone)]
pub struct KeySet(Arc<[Key]>);

struct Key {
    id: String,
    /// Whose tokens it may sign, where the set says so.
    issuer: Option<String>,
    public: RsaPublicKeyComponents<Vec<u8>>,
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|key| &key.id)).finish()
    }
}

#[derive(Deserialize)]
struct Jwks {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(rename = "use")]
    usage: Option<String>,
    alg: Option<String>,
    kid: String,
    n: String,
    e: String,
    issuer: Option<String>,
}

impl Key {
    /// The key, if it is one to verify RS256 with. A set may hold others (RFC 7517, section 5).
    fn of(jwk: Value) -> Option<Self> {
        let jwk = Jwk::deserialize(jwk).ok()?;
        let fits = jwk.kty == "RSA"
            && jwk.usage.is_none_or(|usage| usage == "sig")
            && jwk.alg.is_none_or(|alg| alg == "RS256")
            && !jwk.kid.is_empty();
        let number = |text: &str| {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
            bytes.get(zeros..).map(<[u8]>::to_vec)
        };
        let public = RsaPublicKeyComponents { n: number(&jwk.n)?, e: number(&jwk.e)? };
        fits.then_some(Self { id: jwk.kid, issuer: jwk.issuer, public })
    }
}

impl KeySet {
    /// Reads a JSON Web Key Set. Keys that can't verify RS256 are skipped.
    ///
    /// # Errors
    /// [`Error::InvalidKey`] if it is none, or nothing is left.
    pub fn from_json(json: &[u8]) -> Result<Self, Error> {
        let set: Jwks = serde_json::from_slice(json).map_err(|_| Error::InvalidKey("set is no JSON Web Key Set"))?;
        let keys: Arc<[Key]> = set.keys.into_iter().filter_map(Key::of).collect();
        if keys.is_empty() { Err(Error::InvalidKey("set holds no RSA key for signatures")) } else { Ok(Self(keys)) }
    }
}

/// Verifies the validation tokens of a batch. Cheap to clone.
///
/// ```no_run
/// use webhook_signing::graph::{KeySet, TokenVerifier};
///
/// # let (jwks, batch) = (Vec::new(), webhook_signing::graph::Notifications::from_json(b"")?);
/// let tokens = TokenVerifier::new(
///     KeySet::from_json(&jwks)?,
///     ["8e460676-ae3f-4b1e-8790-ee0fb5d6148f"], // our apps
///     ["84bd8158-6d4d-4958-8b9f-9d6445542f95"], // our customers' tenants
/// );
/// for token in tokens.verify(&batch)? {
///     println!("from Graph, for tenant {}", token.tenant_id);
/// }
/// # Ok::<(), webhook_signing::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct TokenVerifier {
    keys: KeySet,
    apps: Arc<[String]>,
    tenants: Arc<[String]>,
    leeway: u64,
}

/// A token that is good.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ValidationToken {
    /// The app of ours that it is for.
    pub app_id: String,
    /// The tenant whose items it is for.
    pub tenant_id: String,
    /// Until when it is good, in seconds since 1970.
    pub expires_at: i64,
    /// The id of the key that signed it.
    pub key_id: String,
}

impl TokenVerifier {
    /// A verifier for tokens to these apps, of these tenants.
    pub fn new<A: AsRef<str>, T: AsRef<str>>(
        keys: KeySet,
        app_ids: impl IntoIterator<Item = A>,
        tenant_ids: impl IntoIterator<Item = T>,
    ) -> Self {
        // Tokens have GUIDs in lower case; people copy them as they come, and files end them with a line break.
        Self {
            keys,
            apps: app_ids.into_iter().map(|id| id.as_ref().trim().to_ascii_lowercase()).collect(),
            tenants: tenant_ids.into_iter().map(|id| id.as_ref().trim().to_ascii_lowercase()).collect(),
            leeway: LEEWAY,
        }
    }

    /// How far clocks may differ. Five minutes unless told.
    #[must_use]
    pub fn leeway(self, leeway: Duration) -> Self {
        Self { leeway: leeway.as_secs(), ..self }
    }

    /// The same with keys that were fetched anew.
    #[must_use]
    pub fn keys(self, keys: KeySet) -> Self {
        Self { keys, ..self }
    }

    /// Verifies a batch now: all its tokens, and that each item with encrypted content has one of its tenant.
    ///
    /// A batch without encrypted content needs none; its items have only their client states.
    ///
    /// # Errors
    /// [`Error::MissingTokens`], [`Error::UnknownKey`], [`Error::Expired`], [`Error::Token`].
    pub fn verify(&self, batch: &Notifications) -> Result<Vec<ValidationToken>, Error> {
        self.verify_at(batch, crate::verifier::system_clock())
    }

    /// Verifies a batch at a moment, in seconds since 1970.
    ///
    /// # Errors
    /// As [`verify`](Self::verify).
    pub fn verify_at(&self, batch: &Notifications, now: i64) -> Result<Vec<ValidationToken>, Error> {
        let mut encrypted = batch.value.iter().filter(|item| item.encrypted_content.is_some()).peekable();
        if batch.validation_tokens.is_empty() && encrypted.peek().is_some() {
            return Err(Error::MissingTokens);
        }
        let tokens: Vec<_> =
            batch.validation_tokens.iter().map(|token| self.token(token, now)).collect::<Result<_, _>>()?;
        let covered = encrypted.all(|item| {
            let tenant = item.tenant_id.as_deref();
            tenant.is_some_and(|tenant| tokens.iter().any(|token| token.tenant_id.eq_ignore_ascii_case(tenant)))
        });
        if covered { Ok(tokens) } else { Err(Error::Token(TokenFault::TenantNotCovered)) }
    }

    fn token(&self, token: &str, now: i64) -> Result<ValidationToken, Error> {
        let (signed, signature) = token.rsplit_once('.').ok_or(MALFORMED)?;
        let (header, payload) = signed.split_once('.').ok_or(MALFORMED)?;
        let header: Header = part(header)?;
        // The token does not choose: there is one algorithm, and an extension we don't know could change what is signed.
        if header.alg != "RS256" || header.crit.is_some() {
            return Err(Error::Token(TokenFault::UnsupportedAlgorithm));
        }
        let id = header.kid.ok_or(Error::UnknownKey)?;
        let mut keys = self.keys.0.iter().filter(|key| key.id == id).peekable();
        if keys.peek().is_none() {
            return Err(Error::UnknownKey);
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| MALFORMED)?;
        let key = keys
            .find(|key| key.public.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature).is_ok())
            .ok_or(Error::Token(TokenFault::BadSignature))?;
        self.claims(key, part(payload)?, now)
    }

    fn claims(&self, key: &Key, claims: Claims, now: i64) -> Result<ValidationToken, Error> {
        let leeway = i64::try_from(self.leeway).unwrap_or(i64::MAX);
        if claims.exp.saturating_add(leeway) <= now {
            return Err(Error::Expired);
        }
        if claims.nbf.is_some_and(|nbf| nbf > now.saturating_add(leeway)) {
            return Err(Error::Token(TokenFault::NotYetValid));
        }
        // Version 1 says `appid`, version 2 `azp`. Whichever is there must be right, and one must be.
        let named = [&claims.appid, &claims.azp];
        let mut named = named.into_iter().flatten().peekable();
        if named.peek().is_none() || named.any(|publisher| publisher != PUBLISHER) {
            return Err(Error::Token(TokenFault::WrongPublisher));
        }
        let app_id = claims.aud.filter(|aud| self.apps.contains(aud)).ok_or(Error::Token(TokenFault::WrongAudience))?;
        let tenant_id =
            claims.tid.filter(|tid| self.tenants.contains(tid)).ok_or(Error::Token(TokenFault::UnknownTenant))?;
        let issuers = [
            format!("https://sts.windows.net/{tenant_id}/"),
            format!("https://login.microsoftonline.com/{tenant_id}/v2.0"),
        ];
        // The set of keys is that of all tenants, and of private accounts: a key that names its issuer is for no other.
        let keys_own = key.issuer.as_ref().map(|issuer| issuer.replace("{tenantid}", &tenant_id));
        if !claims.iss.is_some_and(|iss| issuers.contains(&iss)) || keys_own.is_some_and(|iss| !issuers.contains(&iss))
        {
            return Err(Error::Token(TokenFault::WrongIssuer));
        }
        Ok(ValidationToken { app_id, tenant_id, expires_at: claims.exp, key_id: key.id.clone() })
    }
}

const MALFORMED: Error = Error::Token(TokenFault::Malformed);

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<Value>,
}

/// What is read of a token, after its signature was found good.
#[derive(Deserialize)]
struct Claims {
    aud: Option<String>,
    iss: Option<String>,
    tid: Option<String>,
    appid: Option<String>,
    azp: Option<String>,
    nbf: Option<i64>,
    exp: i64,
}

fn part<T: for<'de> Deserialize<'de>>(base64: &str) -> Result<T, Error> {
    let json = URL_SAFE_NO_PAD.decode(base64).map_err(|_| MALFORMED)?;
    serde_json::from_slice(&json).map_err(|_| MALFORMED)
}
