use std::fmt;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use http::HeaderValue;
use http::StatusCode;
use psa_core::time::{Chance, Clock};
use psa_core::{Error, ErrorKind, Result};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;

use crate::Redactor;

/// What a request carries, and which credential it came from.
#[derive(Debug, Clone)]
pub struct Authorization {
    /// The value of the `Authorization` header, marked sensitive.
    pub value: HeaderValue,
    /// Counts credentials, so that a refusal can be told apart from one of an older credential.
    pub generation: u64,
}

/// Gives requests their credential.
#[async_trait]
pub trait Authenticator: Send + Sync + fmt::Debug {
    /// The credential for the next request.
    ///
    /// # Errors
    /// If none can be had.
    async fn authorize(&self) -> Result<Authorization>;

    /// The vendor refused `generation` with `status`. True if another try with a new credential makes sense.
    ///
    /// # Errors
    /// If a new credential can't be had.
    async fn refused(&self, status: StatusCode, generation: u64) -> Result<bool>;
}

/// A token as the vendor gave it.
#[derive(Debug, Clone)]
pub struct Token {
    /// The token.
    pub secret: SecretString,
    /// How long it lives.
    pub lifetime: Duration,
    /// The scope that was granted, if the vendor said.
    pub scope: Option<String>,
}

/// Mints tokens.
#[async_trait]
pub trait TokenSource: Send + Sync + fmt::Debug {
    /// Asks the vendor for a new token.
    ///
    /// # Errors
    /// [`ErrorKind::Unauthenticated`] if the credential is refused; what the network can do.
    async fn mint(&self) -> Result<Token>;
}

/// A token younger than this is not replaced because of a 403: it has the newest rights already.
const FRESH: Duration = Duration::from_secs(60);

/// Keeps one token per credential: one mint at a time, early refresh with jitter, and one re-mint on a refusal.
///
/// An early refresh that fails does no harm while the old token is still good.
#[derive(Debug)]
pub struct TokenCache {
    source: Arc<dyn TokenSource>,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
    redactor: Redactor,
    scheme: &'static str,
    current: RwLock<Option<Arc<Entry>>>,
    minting: Mutex<()>,
}

#[derive(Debug)]
struct Entry {
    token: Token,
    value: HeaderValue,
    generation: u64,
    minted: Duration,
    refresh_at: Duration,
    expires_at: Duration,
}

impl TokenCache {
    /// An empty cache over `source`. Tokens are made known to `redactor`.
    pub fn new(
        source: Arc<dyn TokenSource>,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
        redactor: Redactor,
    ) -> Self {
        let (current, minting) = (RwLock::default(), Mutex::default());
        Self { source, clock, chance, redactor, scheme: "Bearer", current, minting }
    }

    /// The scheme before the token in the header. Default: `Bearer`.
    #[must_use]
    pub fn scheme(mut self, scheme: &'static str) -> Self {
        self.scheme = scheme;
        self
    }

    /// The current token, minted if need be.
    ///
    /// # Errors
    /// If none can be minted.
    pub async fn token(&self) -> Result<Token> {
        Ok(self.entry().await?.token.clone())
    }

    fn current(&self) -> Option<Arc<Entry>> {
        self.current.read().unwrap_or_else(|e| e.into_inner()).clone()
    }

    async fn entry(&self) -> Result<Arc<Entry>> {
        let now = self.clock.elapsed();
        if let Some(entry) = self.current().filter(|e| now < e.refresh_at) {
            return Ok(entry);
        }
        // While the old token is good, one caller refreshes it and nobody waits.
        let still_good = self.current().filter(|e| now < e.expires_at);
        let _minting = match (self.minting.try_lock(), still_good) {
            (Ok(guard), _) => guard,
            (Err(_), Some(entry)) => return Ok(entry),
            (Err(_), None) => self.minting.lock().await,
        };
        let old = self.current();
        let now = self.clock.elapsed();
        if let Some(entry) = old.clone().filter(|e| now < e.refresh_at) {
            return Ok(entry);
        }
        match self.mint_next(old.as_deref()).await {
            Ok(entry) => Ok(entry),
            Err(error) => match old.filter(|e| self.clock.elapsed() < e.expires_at) {
                Some(entry) => {
                    tracing::warn!(%error, "early token refresh failed; the old token is still good");
                    // Not again with the very next call.
                    let later = Entry {
                        token: entry.token.clone(),
                        value: entry.value.clone(),
                        refresh_at: (self.clock.elapsed() + FRESH).min(entry.expires_at),
                        ..*entry
                    };
                    Ok(self.store(later))
                }
                None => Err(error),
            },
        }
    }

    /// Mints; the caller holds `minting`.
    async fn mint_next(&self, old: Option<&Entry>) -> Result<Arc<Entry>> {
        let token = self.source.mint().await?;
        self.redactor.add_recent(token.secret.clone());
        let mut value = HeaderValue::try_from(format!("{} {}", self.scheme, token.secret.expose_secret()))
            .map_err(|_| Error::new(ErrorKind::Decode, "the token is not a valid header value"))?;
        value.set_sensitive(true);
        let minted = self.clock.elapsed();
        // Refresh between 80 and 90 percent of the life, so that many processes do not mint at once.
        let share = 0.8 + 0.1 * self.chance.unit();
        Ok(self.store(Entry {
            value,
            generation: old.map_or(1, |e| e.generation + 1),
            minted,
            refresh_at: minted + token.lifetime.mul_f64(share),
            expires_at: minted + token.lifetime,
            token,
        }))
    }

    fn store(&self, entry: Entry) -> Arc<Entry> {
        let entry = Arc::new(entry);
        *self.current.write().unwrap_or_else(|e| e.into_inner()) = Some(Arc::clone(&entry));
        entry
    }
}

#[async_trait]
impl Authenticator for TokenCache {
    async fn authorize(&self) -> Result<Authorization> {
        let entry = self.entry().await?;
        Ok(Authorization { value: entry.value.clone(), generation: entry.generation })
    }

    async fn refused(&self, status: StatusCode, generation: u64) -> Result<bool> {
        let _minting = self.minting.lock().await;
        let Some(entry) = self.current() else {
            return Ok(true);
        };
        if entry.generation != generation {
            return Ok(true);
        }
        let age = self.clock.elapsed().saturating_sub(entry.minted);
        if status == StatusCode::FORBIDDEN && age < FRESH {
            return Ok(false);
        }
        self.mint_next(Some(&entry)).await?;
        Ok(true)
    }
}
