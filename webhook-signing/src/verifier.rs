//! Verifies messages of one sender, whole or in pieces.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use subtle::{Choice, ConditionallySelectable};

#[cfg(feature = "ed25519")]
use crate::ed25519;
use crate::headers::{Headers, Name, required};
use crate::mac::{State, Tag};
use crate::replay::ReplayGuard;
use crate::scheme::{Layout, Scheme, Timestamp};
use crate::secret::Keyring;
use crate::{Encoding, Error, MAX_KEYS, Verified, encoding};

/// Five minutes, both ways: what every library of Standard Webhooks takes.
const TOLERANCE: u64 = 300;

type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Verifies messages of one sender. Make it once; it is cheap to clone and to share.
///
/// ```
/// use webhook_signing::{Error, Keyring, Scheme, Signer, Verifier};
///
/// let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// let body = br#"{"event":"ticket.updated"}"#;
/// let headers = Signer::new(Scheme::StandardWebhooks, secret)?.sign("msg_1", 1_700_000_000, body)?;
///
/// let verifier = Verifier::new(Scheme::StandardWebhooks, secret)?;
/// let verified = verifier.verify_at(&headers, body, 1_700_000_007)?;
/// assert_eq!((verified.id.as_deref(), verified.age), (Some("msg_1"), Some(7)));
/// assert!(matches!(verifier.verify_at(&headers, body, 1_700_000_400), Err(Error::TimestampTooOld { age: 400 })));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone)]
pub struct Verifier(pub(crate) Arc<Setup>);

#[derive(Clone)]
pub(crate) struct Setup {
    scheme: Scheme,
    layout: Layout,
    keys: Vec<(Key, Option<i64>)>,
    /// In seconds; none: the time is not looked at.
    tolerance: Option<u64>,
    clock: Clock,
    replays: Option<(Arc<dyn ReplayGuard>, Cow<'static, str>)>,
}

#[derive(Clone)]
enum Key {
    Mac(State),
    #[cfg(feature = "ed25519")]
    Ed25519(ed25519::PublicKey),
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("scheme", &self.0.scheme)
            .field("keys", &self.0.keys.len())
            .finish_non_exhaustive()
    }
}

impl Verifier {
    /// A verifier with the sender's secret, or with a [`Keyring`] of several.
    ///
    /// # Errors
    /// [`Error::EmptySecret`], [`Error::InvalidSecret`], [`Error::InvalidKey`]: what to do is in their text.
    pub fn new(scheme: Scheme, keys: impl Into<Keyring>) -> Result<Self, Error> {
        let layout = scheme.layout();
        let mut ready = Vec::new();
        for (secret, expires_at) in &keys.into().keys {
            #[cfg(feature = "ed25519")]
            if let Some(key) = ed25519::PublicKey::of(&scheme, secret)? {
                ready.push((Key::Ed25519(key), *expires_at));
                continue;
            }
            ready.push((Key::Mac(State::new(layout.hash, &scheme.key(secret)?)?), *expires_at));
        }
        if ready.len() > MAX_KEYS {
            return Err(Error::InvalidKey("is one too many: take out those that no sender uses any more"));
        }
        Ok(Self(Arc::new(Setup {
            scheme,
            layout,
            keys: ready,
            tolerance: Some(TOLERANCE),
            clock: Arc::new(system_clock),
            replays: None,
        })))
    }

    fn with(mut self, change: impl FnOnce(&mut Setup)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// How old, and how far ahead, a message may be; both bounds are good. Five minutes unless told.
    #[must_use]
    pub fn tolerance(self, tolerance: Duration) -> Self {
        self.with(|s| s.tolerance = Some(tolerance.as_secs()))
    }

    /// Takes messages of any age: whoever recorded one can send it again, at any time.
    #[must_use]
    pub fn unchecked_time(self) -> Self {
        self.with(|s| s.tolerance = None)
    }

    /// Another clock, in seconds since 1970.
    #[must_use]
    pub fn clock(self, clock: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        self.with(|s| s.clock = Arc::new(clock))
    }

    /// Refuses messages that came before, by [`Error::Replayed`]. `scope` keeps the ids of different senders apart.
    ///
    /// What is remembered is the id where it is signed (Standard Webhooks), and the MAC elsewhere: a message of the same bytes is
    /// the same message then. An honest sender repeats what was not answered well: answer a replay with success, and
    /// [`forget`](Self::forget) what you could not work on.
    #[must_use]
    pub fn replay_guard(self, guard: Arc<dyn ReplayGuard>, scope: impl Into<Cow<'static, str>>) -> Self {
        self.with(|s| s.replays = Some((guard, scope.into())))
    }

    /// Takes this message again: it was verified, and could not be worked on.
    pub fn forget<B>(&self, verified: &Verified<'_, B>) {
        if let (Some((guard, scope)), Some(key)) = (&self.0.replays, &verified.replay_key) {
            guard.forget(scope, key);
        }
    }

    /// The scheme.
    pub fn scheme(&self) -> &Scheme {
        &self.0.scheme
    }

    /// Verifies a message now.
    ///
    /// # Errors
    /// Why not. Tell the sender nothing but 401.
    pub fn verify<'h>(&self, headers: &'h (impl Headers + ?Sized), body: &[u8]) -> Result<Verified<'h>, Error> {
        self.verify_at(headers, body, (self.0.clock)())
    }

    /// Verifies a message at a moment, in seconds since 1970.
    ///
    /// # Errors
    /// As [`verify`](Self::verify).
    pub fn verify_at<'h>(
        &self,
        headers: &'h (impl Headers + ?Sized),
        body: &[u8],
        now: i64,
    ) -> Result<Verified<'h>, Error> {
        // As a message in pieces, without a place for the states of all keys at once.
        let setup = &*self.0;
        let head = setup.head(headers, now)?;
        let before = head.before(&setup.layout);
        let mut judgement = Judgement::new();
        for (n, key) in setup.good_keys(now) {
            match key {
                Key::Mac(prepared) => {
                    let tag = prepared.tag(before.into_iter().chain([body]));
                    judgement.mac(&setup.layout, head.signatures, n, tag);
                }
                #[cfg(feature = "ed25519")]
                Key::Ed25519(_) => {}
            }
        }
        #[cfg(feature = "ed25519")]
        if setup.collects(now) {
            judgement.whole(setup, &head, &[before.concat().as_slice(), body].concat())?;
        }
        setup.conclude(head, judgement)
    }

    /// Begins a message whose body comes in pieces.
    ///
    /// # Errors
    /// What the headers alone tell: missing, unreadable, too old.
    pub fn begin<'h>(&self, headers: &'h (impl Headers + ?Sized)) -> Result<Message<'_, 'h>, Error> {
        self.begin_at(headers, (self.0.clock)())
    }

    /// As [`begin`](Self::begin), at a moment.
    ///
    /// # Errors
    /// As [`begin`](Self::begin).
    pub fn begin_at<'h>(&self, headers: &'h (impl Headers + ?Sized), now: i64) -> Result<Message<'_, 'h>, Error> {
        let setup = &*self.0;
        let head = setup.head(headers, now)?;
        let before = head.before(&setup.layout);
        let mut states = [const { None }; MAX_KEYS];
        for (n, key) in setup.good_keys(now) {
            match key {
                Key::Mac(prepared) => {
                    let mut mac = prepared.clone();
                    before.iter().for_each(|part| mac.update(part));
                    if let Some(state) = states.get_mut(n) {
                        *state = Some(mac);
                    }
                }
                #[cfg(feature = "ed25519")]
                Key::Ed25519(_) => {}
            }
        }
        let collects = setup.collects(now);
        let collected = if collects { before.concat() } else { Vec::new() };
        Ok(Message { setup, head, states, collects, collected })
    }
}

/// What the headers say.
struct Head<'h> {
    signatures: &'h str,
    id: Option<&'h str>,
    /// The timestamp as it stands, which is what is signed.
    text: Option<&'h str>,
    timestamp: Option<i64>,
    now: i64,
}

impl<'h> Head<'h> {
    fn before(&self, layout: &Layout) -> [&'h [u8]; 4] {
        layout.content.before_body(self.id.unwrap_or_default(), self.text.unwrap_or_default())
    }
}

impl Setup {
    fn head<'h>(&self, headers: &'h (impl Headers + ?Sized), now: i64) -> Result<Head<'h>, Error> {
        let layout = &self.layout;
        let signatures = required(headers, &layout.signature)?;
        layout.check_count(signatures)?;
        let id = match required(headers, &layout.id) {
            Ok(id) => Some(id),
            Err(Error::MissingHeader(_)) if !layout.id_required => None,
            Err(error) => return Err(error),
        };
        if layout.id_required {
            check_id(id.unwrap_or_default()).map_err(|_| Error::MalformedHeader {
                name: layout.id.first().map(Name::text).unwrap_or_default(),
                why: "is empty or holds a dot, so that it could be split in two ways",
            })?;
        }
        let text = match &layout.timestamp {
            Timestamp::None => None,
            Timestamp::Header(names) => Some(required(headers, names)?),
            Timestamp::InSignature => Some(timestamp_among(layout, signatures)?),
        };
        let timestamp = text.map(encoding::timestamp).transpose()?;
        if let (Some(timestamp), Some(tolerance)) = (timestamp, self.tolerance) {
            let away = now.abs_diff(timestamp);
            if away > tolerance {
                return Err(if timestamp < now {
                    Error::TimestampTooOld { age: away }
                } else {
                    Error::TimestampTooNew { ahead: away }
                });
            }
        }
        Ok(Head { signatures, id, text, timestamp, now })
    }

    /// Those that have not expired, with their places in the keyring.
    fn good_keys(&self, now: i64) -> impl Iterator<Item = (usize, &Key)> {
        let good = move |end: &Option<i64>| end.is_none_or(|end| end > now);
        self.keys.iter().enumerate().filter(move |(_, (_, end))| good(end)).map(|(n, (key, _))| (n, key))
    }

    /// Whether a key needs the whole message at once.
    #[cfg(feature = "ed25519")]
    fn collects(&self, now: i64) -> bool {
        self.good_keys(now).any(|(_, key)| matches!(key, Key::Ed25519(_)))
    }

    #[cfg(not(feature = "ed25519"))]
    fn collects(&self, _now: i64) -> bool {
        false
    }

    fn conclude<'h>(&self, head: Head<'h>, judgement: Judgement) -> Result<Verified<'h>, Error> {
        let Judgement { found, which, supported, readable, matched } = judgement;
        if !bool::from(found) {
            return Err(self.layout.refusal(head.signatures, supported, readable));
        }
        let mut replay_key = None;
        if let Some((guard, scope)) = &self.replays {
            let key = match head.id.filter(|_| self.layout.id_required) {
                Some(id) => id.to_owned(),
                // An id that is not signed can be left out or made up; the MAC can't.
                None => Encoding::Hex.encode(matched.as_ref().map(Tag::as_slice).unwrap_or_default()),
            };
            // It must be remembered for as long as its message would be taken.
            let keep = self.tolerance.filter(|_| head.timestamp.is_some());
            let keep = keep.map(|t| t.saturating_mul(2).saturating_add(1));
            if !guard.insert_if_absent(scope, &key, head.now, keep) {
                return Err(Error::Replayed);
            }
            replay_key = Some(key);
        }
        Ok(Verified {
            scheme: self.scheme.name(),
            key: which as usize,
            id: head.id.map(Cow::Borrowed),
            timestamp: head.timestamp,
            age: head.timestamp.map(|t| head.now.saturating_sub(t)),
            replay_key,
            body: (),
        })
    }
}

/// What the signatures come to.
struct Judgement {
    found: Choice,
    which: u64,
    /// Whether any signature is of the scheme's version.
    supported: bool,
    /// Whether any of those has the length and the encoding of a signature.
    readable: bool,
    /// The MAC that fitted.
    matched: Option<Tag>,
}

impl Judgement {
    fn new() -> Self {
        Self { found: Choice::from(0), which: 0, supported: false, readable: false, matched: None }
    }

    /// Every signature with this key, whichever fits: the time it takes tells nothing.
    fn mac(&mut self, layout: &Layout, signatures: &str, n: usize, tag: Tag) {
        let mut hit = Choice::from(0);
        for text in layout.entries(signatures).filter_map(|entry| layout.behind_prefix(entry)) {
            self.supported = true;
            let Some(signature) = layout.decode(text, tag.as_slice().len()) else { continue };
            self.readable = true;
            let equal = tag.is(signature.as_slice());
            self.which.conditional_assign(&(n as u64), equal & !self.found);
            self.found |= equal;
            hit |= equal;
        }
        if bool::from(hit) {
            self.matched = Some(tag);
        }
    }

    #[cfg(feature = "ed25519")]
    fn whole(&mut self, setup: &Setup, head: &Head<'_>, message: &[u8]) -> Result<(), Error> {
        let keys = setup.good_keys(head.now).filter_map(|(n, key)| match key {
            Key::Ed25519(key) => Some((n, key)),
            Key::Mac(_) => None,
        });
        let outcome = ed25519::verify(keys, setup.layout.entries(head.signatures), message)?;
        self.supported |= outcome.supported;
        self.readable |= outcome.readable;
        if let Some(n) = outcome.key {
            self.which = n as u64;
            self.found = Choice::from(1);
        }
        Ok(())
    }
}

/// The one `t=` among Stripe's signatures.
fn timestamp_among<'h>(layout: &Layout, header: &'h str) -> Result<&'h str, Error> {
    let mut times = layout.entries(header).filter_map(|entry| entry.strip_prefix("t="));
    match (times.next(), times.next()) {
        (Some(time), None) => Ok(time),
        (Some(_), Some(_)) => Err(Error::MalformedHeader { name: layout.signature_name(), why: "has two times" }),
        (None, _) => Err(Error::MalformedHeader { name: layout.signature_name(), why: "has no time" }),
    }
}

/// An id stands before a dot in what is signed.
pub(crate) fn check_id(id: &str) -> Result<(), Error> {
    if id.is_empty() {
        return Err(Error::InvalidId("is empty"));
    }
    if id.contains('.') { Err(Error::InvalidId("holds a dot, which ends it in what is signed")) } else { Ok(()) }
}

pub(crate) fn system_clock() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_secs()).unwrap_or(i64::MAX),
    }
}

/// A message whose body is still coming. Nothing of it is to be believed before [`finish`](Self::finish) says so.
pub struct Message<'v, 'h> {
    setup: &'v Setup,
    head: Head<'h>,
    states: [Option<State>; MAX_KEYS],
    collects: bool,
    /// The whole message, for keys that need it at once.
    collected: Vec<u8>,
}

impl fmt::Debug for Message<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Head { id, timestamp, .. } = &self.head;
        f.debug_struct("Message").field("id", id).field("timestamp", timestamp).finish_non_exhaustive()
    }
}

impl<'h> Message<'_, 'h> {
    /// Takes the next piece of the body, exactly as it was received.
    pub fn update(&mut self, piece: &[u8]) {
        self.states.iter_mut().flatten().for_each(|state| state.update(piece));
        if self.collects {
            self.collected.extend_from_slice(piece);
        }
    }

    /// Compares all signatures with what each key gives.
    ///
    /// # Errors
    /// [`Error::NoMatchingSignature`], [`Error::MalformedHeader`], [`Error::NoSupportedScheme`], [`Error::Replayed`].
    pub fn finish(self) -> Result<Verified<'h>, Error> {
        let Self { setup, head, states, .. } = self;
        let mut judgement = Judgement::new();
        for (n, state) in states.into_iter().enumerate() {
            if let Some(state) = state {
                judgement.mac(&setup.layout, head.signatures, n, state.finish());
            }
        }
        #[cfg(feature = "ed25519")]
        if self.collects {
            judgement.whole(setup, &head, &self.collected)?;
        }
        setup.conclude(head, judgement)
    }
}
