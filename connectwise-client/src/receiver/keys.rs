//! The keys of callbacks: fetched once, kept for a while, and fetched again when one may have been changed.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use futures::future::{Either, select};
use http::{HeaderValue, header};
use psa_core::time::Clock;
use psa_core::{Error, ErrorKind, Phase, Result, Retry};
use psa_http::{Transport, kind_of_status, read_capped};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use webhook_signing::{Keyring, Scheme, Verifier};

use super::key_url::KeyUrl;

/// A key is believed for so long.
const TTL: Duration = Duration::from_secs(3600);

/// A key whose signatures do not match is asked for again, but not before this time.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was signed with the key before this one may still be on its way.
const GRACE: Duration = Duration::from_secs(300);

/// The most that a fetch may take, and bring.
const TIME_LIMIT: Duration = Duration::from_secs(4);
const MAX_ANSWER: usize = 64 * 1024;

/// Keys that are kept. A callback has one.
const MAX_KEYS: usize = 1000;

/// Fetches in [`PATIENCE`]: callbacks that are made up, each with another id, cost the vendor no more. Keys that were had
/// before are counted by themselves, so that they do not wait for those.
const MAX_FETCHES: usize = 60;

/// Keys of one lane are fetched one after another: who comes second finds what the first has brought.
const LANES: usize = 16;

const OPERATION: &str = "connectwise.callback_key";
const CLIENT_ID: &str = "clientid";

pub(super) struct Keys {
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    client_id: Option<HeaderValue>,
    state: Mutex<State>,
    lanes: [tokio::sync::Mutex<()>; LANES],
    hasher: RandomState,
}

#[derive(Default)]
struct State {
    known: HashMap<Name, Known>,
    fetches_of_new: VecDeque<Duration>,
    fetches_again: VecDeque<Duration>,
}

/// Origin and id.
type Name = (String, String);

struct Known {
    key: SecretString,
    verifier: Verifier,
    fetched: Duration,
    /// When it was asked for last, whatever came back.
    tried: Duration,
    used: Duration,
}

/// A verifier with the key, and when that was fetched.
pub(super) struct Found {
    pub(super) verifier: Verifier,
    fetched: Duration,
}

#[derive(Deserialize)]
struct Told {
    signing_key: SecretString,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("known", &self.state().known.len()).finish_non_exhaustive()
    }
}

impl Keys {
    pub(super) fn new(transport: Arc<dyn Transport>, clock: Arc<dyn Clock>, client_id: Option<HeaderValue>) -> Self {
        let (state, lanes, hasher) = Default::default();
        Self { transport, clock, client_id, state, lanes, hasher }
    }

    /// The key at `url`, fetched unless it is known.
    pub(super) async fn find(&self, url: &KeyUrl) -> Result<Found> {
        let name = name(url);
        if let Some(found) = self.known(&name) {
            return Ok(found);
        }
        let _turn = self.lane(&name).lock().await;
        match self.known(&name) {
            Some(found) => Ok(found),
            None => self.fetch(url, name).await,
        }
    }

    /// A newer key than `than`, with which a signature did not match; none if there is none, or it is too early to ask.
    pub(super) async fn newer(&self, url: &KeyUrl, than: &Found) -> Result<Option<Found>> {
        let name = name(url);
        let _turn = self.lane(&name).lock().await;
        if let Some(found) = self.known(&name).filter(|found| found.fetched > than.fetched) {
            return Ok(Some(found));
        }
        {
            let now = self.clock.elapsed();
            let mut state = self.state();
            match state.known.get_mut(&name) {
                Some(known) if now < known.tried + PATIENCE => return Ok(None),
                Some(known) => known.tried = now,
                None => {}
            }
        }
        self.fetch(url, name).await.map(Some)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn lane(&self, name: &Name) -> &tokio::sync::Mutex<()> {
        &self.lanes[self.hasher.hash_one(name) as usize % LANES]
    }

    fn known(&self, name: &Name) -> Option<Found> {
        let now = self.clock.elapsed();
        let mut state = self.state();
        let known = state.known.get_mut(name).filter(|known| now < known.fetched + TTL)?;
        known.used = now;
        Some(Found { verifier: known.verifier.clone(), fetched: known.fetched })
    }

    async fn fetch(&self, url: &KeyUrl, name: Name) -> Result<Found> {
        self.take_turn(&name)?;
        let key = self.ask(url).await.map_err(|e| e.with_operation(OPERATION))?;
        let fetched = self.clock.elapsed();
        let mut state = self.state();
        let mut keys = Keyring::new(key.expose_secret());
        if let Some(before) = state.known.get(&name).filter(|b| b.key.expose_secret() != key.expose_secret()) {
            let until = (self.clock.now() + GRACE).timestamp();
            keys = keys.previous(before.key.expose_secret(), Some(until));
        }
        let verifier = Verifier::new(Scheme::ConnectWise, keys)
            .map_err(|e| decode("the server gave a key that can't be one").with_source(e))?;
        if state.known.len() >= MAX_KEYS && !state.known.contains_key(&name) {
            let oldest = state.known.iter().min_by_key(|(_, known)| known.used).map(|(name, _)| name.clone());
            oldest.and_then(|oldest| state.known.remove(&oldest));
        }
        let found = Found { verifier: verifier.clone(), fetched };
        state.known.insert(name, Known { key, verifier, fetched, tried: fetched, used: fetched });
        Ok(found)
    }

    /// Counts one more fetch, if it may be.
    fn take_turn(&self, name: &Name) -> Result<()> {
        let now = self.clock.elapsed();
        let mut state = self.state();
        let had = state.known.contains_key(name);
        let fetches = if had { &mut state.fetches_again } else { &mut state.fetches_of_new };
        while fetches.front().is_some_and(|at| *at + PATIENCE <= now) {
            fetches.pop_front();
        }
        if fetches.len() >= MAX_FETCHES {
            return Err(Error::new(ErrorKind::RateLimited, "too many keys were asked for in a minute")
                .with_operation(OPERATION)
                .with_retry(Retry::After(PATIENCE)));
        }
        fetches.push_back(now);
        Ok(())
    }

    async fn ask(&self, url: &KeyUrl) -> Result<SecretString> {
        let mut request = http::Request::get(url.url.as_str())
            .header(header::ACCEPT, "application/json")
            .body(Bytes::new())
            .map_err(|e| Error::new(ErrorKind::Internal, "the key's address can't be asked").with_source(e))?;
        if let Some(client_id) = &self.client_id {
            request.headers_mut().insert(CLIENT_ID, client_id.clone());
        }
        let asking = async {
            let answer = self.transport.send(request).await?;
            if !answer.status().is_success() {
                return Err(refused(answer.status()));
            }
            let length = answer.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse().ok());
            read_capped(answer.into_body(), MAX_ANSWER, length.unwrap_or(0)).await
        };
        let body = match select(pin!(asking), self.clock.sleep(TIME_LIMIT)).await {
            Either::Left((answer, _)) => answer.map_err(own_fault)?,
            Either::Right(_) => {
                return Err(Error::new(ErrorKind::Timeout, "the server gave no key in time")
                    .with_phase(Phase::MaybeSent)
                    .with_retry(Retry::Backoff));
            }
        };
        // Neither the body nor what serde says of it: the key may be in both.
        let told: Told = serde_json::from_slice(&body).map_err(|_| decode("the server gave no signing_key"))?;
        Ok(told.signing_key)
    }
}

fn name(url: &KeyUrl) -> Name {
    (url.origin.clone(), url.id.clone())
}

fn decode(why: &'static str) -> Error {
    Error::new(ErrorKind::Decode, why).with_operation(OPERATION).with_phase(Phase::Answered)
}

fn refused(status: http::StatusCode) -> Error {
    let kind = match kind_of_status(status) {
        // These say that the callback is not believed, or no callback: here the key server does not believe us.
        ErrorKind::Unauthenticated => ErrorKind::PermissionDenied,
        ErrorKind::InvalidRequest => ErrorKind::Rejected,
        other => other,
    };
    let transient = matches!(kind, ErrorKind::Unavailable | ErrorKind::RateLimited | ErrorKind::Timeout);
    let error = Error::new(kind, format!("the server gave no key but HTTP {}", status.as_u16()));
    let error = if status.is_redirection() {
        error.with_context("remedy", "Redirects are not followed: name the origin that has the keys.")
    } else if kind == ErrorKind::PermissionDenied {
        error.with_context("remedy", "Give the receiver the integration's client_id.")
    } else {
        error
    };
    error.with_phase(Phase::Answered).with_retry(if transient { Retry::Backoff } else { Retry::Never })
}

/// A transport that may not send there is set up wrong: the callback is not to blame.
fn own_fault(error: Error) -> Error {
    if error.kind() != ErrorKind::InvalidRequest {
        return error;
    }
    Error::config("transport", "the transport does not send to this origin")
        .with_context("remedy", "Give the transport's address policy the network of the server.")
        .with_source(error)
}
