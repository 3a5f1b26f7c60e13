//! Callbacks: whose they are, and what they tell.

mod hints;
mod key_url;
mod keys;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use http::HeaderValue;
use psa_core::time::Clock;
use psa_core::{Answer, Error, ErrorKind, Hint, Incoming, Received, Receiver, Result};
use psa_http::{TokioClock, Transport};
use serde::Deserialize;
use webhook_signing::{Error as NotVerified, MemoryReplayGuard, ReplayGuard, Verifier, header_fn};

pub use self::key_url::KeyOrigins;
use self::key_url::{KeyUrl, untrusted};
use self::keys::Keys;
use crate::resources::CallbackPayload;

/// The longest body that is read.
const MAX_BODY: usize = 1024 * 1024;

const SIGNATURE: &str = "x-content-signature";

/// Base64 of 32 bytes.
const SIGNATURE_LENGTH: usize = 44;

/// Ids of messages that are remembered in this process, and for how many seconds.
const REMEMBERED: usize = 10_000;
const REMEMBER: u64 = 7 * 24 * 3600;

/// Longer than any id of a message, which are GUIDs.
const MAX_MESSAGE_ID: usize = 128;

/// Takes the callbacks of one ConnectWise tenant: verifies each and tells which record to look at.
///
/// ConnectWise waits 5 seconds for an answer and sends again only after 404, 409, 419 and 429, twice within 6 seconds:
/// everything else is lost until the next poll. So a key that can't be fetched is better answered with 429 than with 503.
///
/// The connection's name must be that of the sync engine (`SyncEngineBuilder::connection`; unless told it is `connectwise`), whose
/// inbox leaves out hints of others. The callback itself is made by `cw.callbacks().create()`; a body is at most 1 MiB. With axum
/// and the engine, from registration to the record: the example `connectwise_callback`.
///
/// ```
/// use std::sync::Arc;
/// use connectwise_client::ConnectWiseReceiver;
/// use psa_core::{Error, ErrorKind, Hint, Incoming, Receiver};
/// use psa_http::{AddressPolicy, GuardedTransport};
///
/// fn receiver() -> Result<ConnectWiseReceiver, Error> {
///     let transport = GuardedTransport::new(AddressPolicy::public_only())?;
///     ConnectWiseReceiver::builder("connectwise", "acme").transport(Arc::new(transport)).build()
/// }
///
/// /// The status to answer.
/// async fn callback(receiver: &ConnectWiseReceiver, request: &dyn Incoming, store: impl FnOnce(&[Hint]) -> bool) -> u16 {
///     match receiver.receive(request).await {
///         Ok(received) if store(&received.hints) => received.answer.status,
///         Ok(received) => { receiver.not_stored(&received); 429 }
///         Err(error) if error.is_unauthenticated() => 401,
///         Err(error) if error.kind() == ErrorKind::InvalidRequest => 400,
///         Err(_) => 429,   // no key now: send it again
///     }
/// }
/// # struct Forged;
/// # impl Incoming for Forged {
/// #     fn header(&self, name: &str) -> Option<&[u8]> {
/// #         (name == "x-content-signature").then_some(b"N2rfTC6bE723vlHgmjvZa35vDoGJ/nv1YlVtrHjx8WQ=")
/// #     }
/// #     fn query(&self, _: &str) -> Option<&str> { None }
/// #     fn body(&self) -> &[u8] { br#"{"Metadata": {"key_url": "https://evil.example/key"}}"# }
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// # assert_eq!(callback(&receiver()?, &Forged, |_| true).await, 401);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ConnectWiseReceiver {
    connection: String,
    company: String,
    origins: KeyOrigins,
    keys: Keys,
    clock: Arc<dyn Clock>,
    replays: Option<Arc<dyn ReplayGuard>>,
}

/// Puts a [`ConnectWiseReceiver`] together. Made by [`ConnectWiseReceiver::builder`].
#[must_use]
pub struct ConnectWiseReceiverBuilder {
    connection: String,
    company: String,
    origins: KeyOrigins,
    transport: Option<Arc<dyn Transport>>,
    client_id: Option<String>,
    clock: Option<Arc<dyn Clock>>,
    replays: Option<Arc<dyn ReplayGuard>>,
}

impl fmt::Debug for ConnectWiseReceiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectWiseReceiver")
            .field("connection", &self.connection)
            .field("company", &self.company)
            .field("origins", &self.origins)
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ConnectWiseReceiverBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectWiseReceiverBuilder")
            .field("connection", &self.connection)
            .field("company", &self.company)
            .field("origins", &self.origins)
            .finish_non_exhaustive()
    }
}

impl ConnectWiseReceiverBuilder {
    /// What fetches the keys; it has no default. `psa_http::GuardedTransport` is made for addresses that somebody else
    /// names: it connects to public ones only, or also to the network that its policy has, for a server on premise. A
    /// fetch ends after 4 seconds, whatever the transport allows.
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// The servers that may be asked for keys. Default: [`KeyOrigins::cloud`].
    pub fn key_origins(mut self, origins: KeyOrigins) -> Self {
        self.origins = origins;
        self
    }

    /// The GUID of the integration, to send when a key is fetched: some servers may want it.
    pub fn client_id(mut self, client_id: impl Into<String>) -> Self {
        self.client_id = Some(client_id.into());
        self
    }

    /// The clock. Default: tokio's.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Remembers which messages came before: one that several processes share, for example. The scope is the name of the
    /// connection. Default: the newest 10,000, in this process.
    pub fn replay_guard(mut self, guard: Arc<dyn ReplayGuard>) -> Self {
        self.replays = Some(guard);
        self
    }

    /// Makes hints of repeated messages too, for a store that drops repeats by [`Hint::dedupe_id`]. If storing fails, and
    /// 429 is answered, the message that ConnectWise sends again is then not taken for a replay.
    pub fn without_replay_guard(mut self) -> Self {
        self.replays = None;
        self
    }

    /// The receiver. Nothing is fetched yet.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] with the setting to correct.
    pub fn build(self) -> Result<ConnectWiseReceiver> {
        if self.connection.trim().is_empty() {
            return Err(Error::config("connection", "the connection has no name"));
        }
        if self.company.trim().is_empty() {
            return Err(Error::config("company", "this is no company id"));
        }
        let transport = self.transport.ok_or_else(|| {
            Error::config("transport", "no transport was given")
                .with_context("remedy", "Call transport(..) with a psa_http::GuardedTransport.")
        })?;
        let client_id = self.client_id.map(|id| {
            HeaderValue::try_from(id.trim())
                .ok()
                .filter(|id| !id.is_empty())
                .ok_or_else(|| Error::config("client_id", "this is no client id"))
        });
        let clock = self.clock.unwrap_or_else(|| Arc::new(TokioClock::new()));
        let keys = Keys::new(transport, Arc::clone(&clock), client_id.transpose()?);
        Ok(ConnectWiseReceiver {
            connection: self.connection,
            company: self.company.trim().to_owned(),
            origins: self.origins,
            keys,
            clock,
            replays: self.replays,
        })
    }
}

/// As much of a callback as is read before it is believed.
#[derive(Deserialize)]
struct Claim {
    #[serde(rename = "Metadata")]
    metadata: ClaimedKey,
}

#[derive(Deserialize)]
struct ClaimedKey {
    key_url: String,
}

impl ConnectWiseReceiver {
    /// Starts a receiver for the connection of this name. `company` is the company id that people log in with: on the
    /// vendor's cloud, any other company could sign callbacks too.
    pub fn builder(connection: impl Into<String>, company: impl Into<String>) -> ConnectWiseReceiverBuilder {
        ConnectWiseReceiverBuilder {
            connection: connection.into(),
            company: company.into(),
            origins: KeyOrigins::cloud(),
            transport: None,
            client_id: None,
            clock: None,
            replays: Some(Arc::new(MemoryReplayGuard::new(REMEMBERED))),
        }
    }

    /// Where the key of a body is said to be, if it may be fetched from there.
    fn key_url(&self, body: &[u8]) -> Result<KeyUrl> {
        let claim: Claim = serde_json::from_slice(body).map_err(|_| refused("it names no key"))?;
        let url = self.origins.admit(&claim.metadata.key_url)?;
        match &url.company {
            Some(company) if company.eq_ignore_ascii_case(&self.company) => Ok(url),
            // A server of your own has one company.
            None if !url.cloud => Ok(url),
            Some(_) => Err(untrusted("it is of another company")),
            None => Err(untrusted("it names no company")),
        }
    }

    async fn verify(&self, incoming: &dyn Incoming) -> Result<()> {
        let body = incoming.body();
        // Nothing is fetched for what can't be a signature.
        match incoming.header(SIGNATURE) {
            Some(signature) if signature.len() == SIGNATURE_LENGTH => {}
            Some(_) => return Err(refused("its signature can't be one")),
            None => return Err(refused("it has no signature")),
        }
        let url = self.key_url(body)?;
        let verify = |verifier: &Verifier| {
            let headers = header_fn(|name| incoming.header(name));
            verifier.verify_at(&headers, body, self.clock.now().timestamp()).map(drop)
        };
        let found = self.keys.find(&url).await?;
        let mut verified = verify(&found.verifier);
        if verified == Err(NotVerified::NoMatchingSignature)
            && let Some(newer) = self.keys.newer(&url, &found).await?
        {
            verified = verify(&newer.verifier);
        }
        verified.map_err(|e| {
            let why = match e {
                NotVerified::NoMatchingSignature => "its signature does not match its key and body",
                _ => "its signature can't be one",
            };
            refused(why).with_source(e)
        })
    }

    fn hint(&self, payload: &CallbackPayload, dedupe_id: Option<&str>) -> Option<Hint> {
        let subject = hints::subject(payload);
        if subject.is_none() {
            tracing::debug!(
                connection = self.connection,
                kind = payload.kind,
                id = payload.id,
                "a callback of something that is not read"
            );
        }
        let (kind, key) = subject?;
        let hint = Hint::new(self.connection.clone(), kind, key, hints::cause(&payload.action));
        Some(hint.dedupe_by(dedupe_id.map(str::to_owned)))
    }
}

#[async_trait]
impl Receiver for ConnectWiseReceiver {
    /// Verifies a callback, and tells what it means: at most one hint. A message that came before, and one of a kind that
    /// the connector does not read, have none and are answered all the same.
    ///
    /// # Errors
    /// [`ErrorKind::Unauthenticated`] if it is not believed: answer 401. [`ErrorKind::InvalidRequest`] if it is too large,
    /// or believed and no callback: answer 400. Any other kind: its key could not be fetched, which says nothing of the
    /// callback; answer 429, and ConnectWise sends it again.
    async fn receive(&self, incoming: &dyn Incoming) -> Result<Received> {
        let body = incoming.body();
        if body.len() > MAX_BODY {
            let why = format!("the callback is larger than {MAX_BODY} bytes");
            return Err(Error::new(ErrorKind::InvalidRequest, why));
        }
        self.verify(incoming).await?;
        let payload: CallbackPayload = psa_http::json::decode(body)
            .map_err(|e| Error::new(ErrorKind::InvalidRequest, "what was signed is no callback").with_source(e))?;
        if payload.company_id.as_deref().is_some_and(|company| !company.eq_ignore_ascii_case(&self.company)) {
            return Err(refused("it is of another company"));
        }
        let id = payload.message_id.as_deref().filter(|id| !id.trim().is_empty() && id.len() <= MAX_MESSAGE_ID);
        if let (Some(guard), Some(id)) = (&self.replays, id)
            && !guard.insert_if_absent(&self.connection, id, self.clock.now().timestamp(), Some(REMEMBER))
        {
            tracing::debug!(connection = self.connection, id, "a callback came before");
            return Ok(Received::new(Answer::accepted(), Vec::new()));
        }
        let hints = self.hint(&payload, id).into_iter().collect();
        Ok(Received::new(Answer::accepted(), hints))
    }

    fn not_stored(&self, received: &Received) {
        for id in received.hints.iter().filter_map(|hint| hint.dedupe_id.as_deref()) {
            if let Some(guard) = &self.replays {
                guard.forget(&self.connection, id);
            }
        }
    }
}

fn refused(why: &'static str) -> Error {
    Error::new(ErrorKind::Unauthenticated, format!("the callback is not believed: {why}"))
        .with_context("remedy", "Answer 401. If it is one of yours: is the body verified exactly as it was received?")
}
