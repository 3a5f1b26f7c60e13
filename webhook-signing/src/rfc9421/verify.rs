//! Verifies requests that are signed by RFC 9421.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::rfc9421::base::Input;
use crate::rfc9421::component::Component;
use crate::rfc9421::digest::check_content_digest;
use crate::rfc9421::keys::VerifyingKey;
use crate::rfc9421::request::Request;
use crate::rfc9421::structured::{self, Bare, Item, Member, Parameters};
use crate::rfc9421::{DIGEST, INPUT, MAX_COMPONENTS, SIGNATURE, combined, malformed};
use crate::{Error, MAX_SIGNATURES, ReplayGuard, Verified};

type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Verifies requests that are signed by RFC 9421. Make it once; it is cheap to clone and to share.
///
/// Unless told otherwise it wants `@method`, `@target-uri` and `content-digest` covered, compares the digest with the body,
/// and takes signatures for five minutes, with clocks that differ by five seconds.
///
/// ```
/// use webhook_signing::rfc9421::{Algorithm, MessageVerifier, Request, VerifyingKey};
/// # use webhook_signing::rfc9421::{MessageSigner, SigningKey};
///
/// // Once: whom to believe.
/// let key = VerifyingKey::new(Algorithm::HmacSha256, b"a secret of 32 bytes, or of more")?;
/// let verifier = MessageVerifier::new("acme-2026", key);
///
/// // For each request: its head, as `http` has it, and all of its body.
/// # let (uri, body) = ("https://example.com/hook?x=1", br#"{"event":"ticket.updated"}"#);
/// # let key = SigningKey::new(Algorithm::HmacSha256, b"a secret of 32 bytes, or of more")?;
/// # let none: [(&str, &str); 0] = [];
/// # let signed = MessageSigner::new("acme-2026", key).sign(&Request::new("POST", uri, &none)?, body, 1_700_000_000, None)?;
/// # let mut builder = http::Request::post("/hook?x=1").header("Host", "example.com");
/// # for (name, value) in signed { builder = builder.header(name, value); }
/// # let (parts, ()) = builder.body(()).unwrap().into_parts();
/// let request = Request::received("https", &parts)?;
/// let verified = verifier.verify_at(&request, body, 1_700_000_007)?;
/// assert_eq!((verified.timestamp, verified.age), (Some(1_700_000_000), Some(7)));
/// # Ok::<(), webhook_signing::Error>(())
/// ```
#[derive(Clone)]
pub struct MessageVerifier(Arc<Setup>);

#[derive(Clone)]
struct Setup {
    keys: Vec<(String, VerifyingKey)>,
    required: Vec<Component>,
    tag: Option<String>,
    max_age: Option<u64>,
    skew: u64,
    check_digest: bool,
    clock: Clock,
    replays: Option<(Arc<dyn ReplayGuard>, Cow<'static, str>)>,
}

impl fmt::Debug for MessageVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageVerifier")
            .field("keys", &self.0.keys)
            .field("required", &self.0.required)
            .field("tag", &self.0.tag)
            .field("max_age", &self.0.max_age)
            .field("skew", &self.0.skew)
            .field("check_digest", &self.0.check_digest)
            .finish_non_exhaustive()
    }
}

impl MessageVerifier {
    /// A verifier with a key, and the id that signatures name it by.
    pub fn new(keyid: impl Into<String>, key: VerifyingKey) -> Self {
        Self(Arc::new(Setup {
            keys: vec![(keyid.into(), key)],
            required: ["@method", "@target-uri", "content-digest"].map(Component::from).to_vec(),
            tag: None,
            max_age: Some(300),
            skew: 5,
            check_digest: true,
            clock: Arc::new(crate::verifier::system_clock),
            replays: None,
        }))
    }

    fn with(mut self, change: impl FnOnce(&mut Setup)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// One more key.
    ///
    /// # Errors
    /// [`Error::InvalidKey`] if a key has this id already: which of two algorithms is meant is never left to the message.
    pub fn key(self, keyid: impl Into<String>, key: VerifyingKey) -> Result<Self, Error> {
        let keyid = keyid.into();
        if self.0.keys.iter().any(|(id, _)| *id == keyid) {
            return Err(Error::InvalidKey("has the id of another"));
        }
        Ok(self.with(|s| s.keys.push((keyid, key))))
    }

    /// What a signature has to cover at least, instead of `@method`, `@target-uri` and `content-digest`. Whatever is not covered,
    /// anybody can change.
    #[must_use]
    pub fn required<C: Into<Component>>(self, components: impl IntoIterator<Item = C>) -> Self {
        let components = components.into_iter().map(Into::into).collect();
        self.with(|s| s.required = components)
    }

    /// Only signatures with this tag count; one key can serve several purposes then.
    #[must_use]
    pub fn tag(self, tag: impl Into<String>) -> Self {
        let tag = tag.into();
        self.with(|s| s.tag = Some(tag))
    }

    /// How long after its creation a signature is taken, besides the skew. Five minutes unless told.
    #[must_use]
    pub fn max_age(self, max_age: Duration) -> Self {
        self.with(|s| s.max_age = Some(max_age.as_secs()))
    }

    /// Takes signatures of any age, and without a time, as long as they have not expired by their own word: whoever recorded a
    /// request can send it again.
    #[must_use]
    pub fn unchecked_age(self) -> Self {
        self.with(|s| s.max_age = None)
    }

    /// How far the sender's clock may be off, both ways. Five seconds unless told.
    #[must_use]
    pub fn skew(self, skew: Duration) -> Self {
        self.with(|s| s.skew = skew.as_secs())
    }

    /// Another clock, in seconds since 1970.
    #[must_use]
    pub fn clock(self, clock: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        self.with(|s| s.clock = Arc::new(clock))
    }

    /// Does not compare the body with its digest: for those who do it themselves, while the body streams. See
    /// [`check_content_digest`].
    #[must_use]
    pub fn unchecked_digest(self) -> Self {
        self.with(|s| s.check_digest = false)
    }

    /// Refuses a nonce that came before, and signatures that have none. `scope` keeps different senders apart.
    #[must_use]
    pub fn replay_guard(self, guard: Arc<dyn ReplayGuard>, scope: impl Into<Cow<'static, str>>) -> Self {
        let scope = scope.into();
        self.with(|s| s.replays = Some((guard, scope)))
    }

    /// Verifies a request now.
    ///
    /// # Errors
    /// Why not. Tell the sender nothing but 401.
    pub fn verify(&self, request: &Request<'_>, body: &[u8]) -> Result<Verified<'static>, Error> {
        self.verify_at(request, body, (self.0.clock)())
    }

    /// Verifies a request at a moment, in seconds since 1970. The `id` of what is verified is the signature's nonce, if it has
    /// one; `key` counts in the order that the keys were added in.
    ///
    /// # Errors
    /// As [`verify`](Self::verify).
    pub fn verify_at(&self, request: &Request<'_>, body: &[u8], now: i64) -> Result<Verified<'static>, Error> {
        let setup = &*self.0;
        let Selected { key: (n, key), input, signature, nonce, times } = self.select(request)?;
        setup.check_times(times, now)?;
        setup.check_covered(&input, body)?;
        key.verify(input.base(request)?.as_bytes(), &signature)?;
        if setup.check_digest {
            match combined(request.fields, DIGEST)? {
                Some(digest) => check_content_digest(&digest, body)?,
                None if body.is_empty() => {}
                None => return Err(Error::MissingHeader(DIGEST.into())),
            }
        }
        if let Some((guard, scope)) = &setup.replays {
            let nonce = nonce.as_deref().ok_or(malformed(INPUT, "has no nonce"))?;
            // A nonce must be remembered for as long as its message would be taken.
            let ahead = setup.skew.saturating_mul(2).saturating_add(1);
            if !guard.insert_if_absent(scope, nonce, now, setup.max_age.map(|age| age.saturating_add(ahead))) {
                return Err(Error::Replayed);
            }
        }
        Ok(Verified {
            scheme: "rfc9421",
            key: n,
            id: nonce.clone().map(Cow::Owned),
            timestamp: times.created,
            age: times.created.map(|created| now.saturating_sub(created)),
            replay_key: setup.replays.as_ref().and(nonce.clone()),
            body: (),
        })
    }

    /// Takes this message again: it was verified, and could not be worked on.
    pub fn forget<B>(&self, verified: &Verified<'_, B>) {
        if let (Some((guard, scope)), Some(nonce)) = (&self.0.replays, &verified.replay_key) {
            guard.forget(scope, nonce);
        }
    }

    /// The text that the signature should be over, as seen from here: to compare with the sender's when they differ.
    ///
    /// # Errors
    /// Those of [`verify`](Self::verify) that come before it is looked at.
    pub fn signature_base(&self, request: &Request<'_>) -> Result<String, Error> {
        self.select(request)?.input.base(request)
    }

    /// The one signature that is meant: by its tag if one is configured, and by a key that is known here.
    fn select(&self, request: &Request<'_>) -> Result<Selected<'_>, Error> {
        let setup = &*self.0;
        let mut inputs = header(request, INPUT)?;
        let mut signatures = header(request, SIGNATURE)?;
        if let Some(tag) = &setup.tag {
            let wanted = Bare::String(tag.clone());
            inputs.retain(|(_, member)| parameter(member, "tag") == Some(&wanted));
            if inputs.is_empty() {
                return Err(Error::TagMismatch);
            }
        }
        let known = |member: &Member| match parameter(member, "keyid") {
            Some(Bare::String(keyid)) => setup.keys.iter().position(|(id, _)| id == keyid),
            _ => None,
        };
        // A member that is no list at all is told so, rather than that it has no key.
        if let [(_, Member::Item(_))] = inputs.as_slice() {
            return Err(malformed(INPUT, "names no components"));
        }
        inputs.retain(|(_, member)| known(member).is_some());
        let (label, member) = match inputs.len() {
            0 => return Err(Error::UnknownKey),
            1 => inputs.remove(0),
            _ => return Err(Error::AmbiguousSignature),
        };
        let n = known(&member).ok_or(Error::UnknownKey)?;
        let (_, key) = setup.keys.get(n).ok_or(Error::UnknownKey)?;
        let Member::List(items, parameters) = member else {
            return Err(malformed(INPUT, "names no components"));
        };
        if items.len() > MAX_COMPONENTS {
            return Err(malformed(INPUT, "covers more components than are read"));
        }
        let number = |key| match of(&parameters, key) {
            None => Ok(None),
            Some(Bare::Integer(n)) if *n >= 0 => Ok(Some(*n)),
            Some(_) => Err(malformed(INPUT, "has a time that is no number of seconds")),
        };
        let text = |key| match of(&parameters, key) {
            None => Ok(None),
            Some(Bare::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(malformed(INPUT, "has a parameter that is no string")),
        };
        text("tag")?;
        if text("alg")?.is_some_and(|alg| alg != key.algorithm().name()) {
            return Err(Error::AlgorithmMismatch);
        }
        let (times, nonce) = (Times { created: number("created")?, expires: number("expires")? }, text("nonce")?);
        let components = items.into_iter().map(Component::of).collect::<Result<_, _>>()?;
        signatures.retain(|(of, _)| *of == label);
        let signature = match signatures.pop() {
            Some((_, Member::Item(Item { value: Bare::Bytes(signature), .. }))) => signature,
            Some(_) => return Err(malformed(SIGNATURE, "is no byte sequence")),
            None => return Err(malformed(SIGNATURE, "has nothing under the label of its input")),
        };
        Ok(Selected { key: (n, key), input: Input::new(components, parameters)?, signature, nonce, times })
    }
}

/// A signature, taken apart and not yet verified.
struct Selected<'v> {
    key: (usize, &'v VerifyingKey),
    input: Input,
    signature: Vec<u8>,
    nonce: Option<String>,
    times: Times,
}

#[derive(Clone, Copy)]
struct Times {
    created: Option<i64>,
    expires: Option<i64>,
}

impl Setup {
    fn check_times(&self, times: Times, now: i64) -> Result<(), Error> {
        let skew = i64::try_from(self.skew).unwrap_or(i64::MAX);
        let (earliest, latest) = (now.saturating_sub(skew), now.saturating_add(skew));
        match (times.created, self.max_age) {
            (Some(created), _) if created > latest => return Err(Error::CreatedInFuture),
            (Some(created), Some(age)) if earliest > created.saturating_add(i64::try_from(age).unwrap_or(i64::MAX)) => {
                return Err(Error::TimestampTooOld { age: now.abs_diff(created) });
            }
            (None, Some(_)) => return Err(malformed(INPUT, "does not say when it was created")),
            _ => {}
        }
        if times.expires.is_some_and(|expires| expires < earliest) { Err(Error::Expired) } else { Ok(()) }
    }

    fn check_covered(&self, input: &Input, body: &[u8]) -> Result<(), Error> {
        // A digest that is not signed itself says nothing of who made it.
        let digest = (self.check_digest && !body.is_empty()).then(|| Component::new(DIGEST));
        for wanted in self.required.iter().chain(&digest) {
            if !input.components.iter().any(|component| component.covers(wanted)) {
                return Err(Error::ComponentNotCovered(wanted.to_string()));
            }
        }
        Ok(())
    }
}

/// A dictionary with one member for each label.
fn header(request: &Request<'_>, name: &'static str) -> Result<structured::Dictionary, Error> {
    let text = combined(request.fields, name)?.ok_or(Error::MissingHeader(name.into()))?;
    let members = structured::dictionary(&text).map_err(|why| malformed(name, why))?;
    if members.len() > MAX_SIGNATURES {
        return Err(Error::TooManySignatures);
    }
    if members.is_empty() {
        return Err(malformed(name, "is empty"));
    }
    for (n, (label, _)) in members.iter().enumerate() {
        if members.iter().take(n).any(|(before, _)| before == label) {
            return Err(malformed(name, "has two members with one label"));
        }
    }
    Ok(members)
}

fn of<'p>(parameters: &'p Parameters, key: &str) -> Option<&'p Bare> {
    parameters.iter().find(|(k, _)| k == key).map(|(_, value)| value)
}

fn parameter<'m>(member: &'m Member, key: &str) -> Option<&'m Bare> {
    match member {
        Member::List(_, parameters) => of(parameters, key),
        Member::Item(_) => None,
    }
}
