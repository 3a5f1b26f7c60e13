//! Webhooks: whose they are, and what they tell.

use std::fmt;

use async_trait::async_trait;
use http::HeaderName;
use psa_core::{Answer, Cause, EntityKind, Error, ErrorKind, Hint, Incoming, Key, Received, Receiver, Result};
use serde_json::{Map, Value};
use webhook_signing::{
    Credentials, Encoding, Error as NotVerified, Hash, HmacHeader, Keyring, Scheme, Verifier, header_fn,
};

/// The longest body that is read.
const MAX_BODY: usize = 1024 * 1024;

/// Longer than any id of an event, which are GUIDs.
const MAX_EVENT_ID: usize = 128;

/// What an event can be about: its member in the body, which is also its word in the event's name.
static SUBJECTS: [(&str, EntityKind); 13] = [
    ("ticket", EntityKind::TICKET),
    ("opportunity", EntityKind::OPPORTUNITY),
    ("project", EntityKind::PROJECT),
    ("client", EntityKind::COMPANY),
    ("customer", EntityKind::COMPANY),
    ("site", EntityKind::SITE),
    ("user", EntityKind::CONTACT),
    ("agent", EntityKind::AGENT),
    ("asset", EntityKind::ASSET),
    ("contract", EntityKind::AGREEMENT),
    ("agreement", EntityKind::AGREEMENT),
    ("invoice", EntityKind::INVOICE),
    ("appointment", EntityKind::APPOINTMENT),
];

/// Takes the webhooks of one Halo tenant: verifies each and tells which records to look at.
///
/// A body is one event or an array of them. Which record an event is about is told by its members (`ticket`, `action`,
/// `client` …) and by `object_id`; where they leave a choice there is a hint for each, since one too many costs a request
/// and one too few is a change that is seen late. An event that tells neither, as one with a template of your own, is
/// answered and has no hint. Halo sends each event once: what is lost is found by the next poll.
///
/// There is no replay guard: Halo signs no time, and a delivery that is sent again by hand has the same id. That id is
/// in [`Hint::dedupe_id`], for all hints of an event alike.
///
/// ```
/// use halo_client::HaloReceiver;
/// use psa_core::{Error, Hint, Incoming, Receiver};
///
/// fn receiver() -> Result<HaloReceiver, Error> {
///     HaloReceiver::builder("acme-halo").signed_header("X-Halo-Signature", "the password of this webhook").build()
/// }
///
/// /// The status to answer.
/// async fn webhook(receiver: &HaloReceiver, request: &dyn Incoming, store: impl FnOnce(Vec<Hint>)) -> u16 {
///     match receiver.receive(request).await {
///         Ok(received) => { store(received.hints); received.answer.status }
///         Err(error) if error.is_unauthenticated() => 401,
///         Err(_) => 400,
///     }
/// }
/// # struct Forged;
/// # impl Incoming for Forged {
/// #     fn header(&self, _: &str) -> Option<&[u8]> { None }
/// #     fn query(&self, _: &str) -> Option<&str> { None }
/// #     fn body(&self) -> &[u8] { b"{}" }
/// # }
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// # assert_eq!(webhook(&receiver()?, &Forged, |_| ()).await, 401);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct HaloReceiver {
    connection: String,
    proof: Proof,
}

/// Puts a [`HaloReceiver`] together. Made by [`HaloReceiver::builder`].
#[must_use]
pub struct HaloReceiverBuilder {
    connection: String,
    proof: Option<Result<Proof, NotVerified>>,
}

/// How the sender shows who it is.
#[derive(Debug)]
enum Proof {
    Basic(Credentials),
    Signed(Verifier),
}

impl fmt::Debug for HaloReceiverBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HaloReceiverBuilder").field("connection", &self.connection).finish_non_exhaustive()
    }
}

impl HaloReceiverBuilder {
    /// A webhook that sends user name and password. Several passwords are good while one is being changed: give a
    /// [`Keyring`]. It proves nothing about the body: sign if you can.
    pub fn basic(mut self, user: &str, password: impl Into<Keyring>) -> Self {
        self.proof = Some(Credentials::basic(user, password).map(Proof::Basic));
        self
    }

    /// A webhook that signs: HMAC-SHA256 of the body, keyed with its password, in the header that it names.
    ///
    /// The digest and the prefix are settings of the webhook. Base64 and hexadecimal are taken, bare or behind
    /// `sha256=`, with or without a blank between: Halo was observed to send `sha256= <base64>` (jackmusick/bifrost,
    /// issue 726), which no document of the vendor tells. For another prefix:
    /// [`signed_header_with_prefix`](Self::signed_header_with_prefix).
    pub fn signed_header(self, header: &str, password: impl Into<Keyring>) -> Self {
        self.signed(header, Scheme::halo, password)
    }

    /// As [`signed_header`](Self::signed_header), for a webhook whose signature prefix at Halo is this one, in any
    /// letter case.
    pub fn signed_header_with_prefix(self, header: &str, prefix: &str, password: impl Into<Keyring>) -> Self {
        let scheme = |header: String| {
            let header = HmacHeader::new(header, Hash::Sha256, Encoding::Base64);
            Scheme::Hmac(header.prefix(prefix.trim().to_owned()).tolerant())
        };
        self.signed(header, scheme, password)
    }

    fn signed(mut self, header: &str, scheme: impl FnOnce(String) -> Scheme, password: impl Into<Keyring>) -> Self {
        self.proof = Some(match HeaderName::from_bytes(header.trim().as_bytes()) {
            Ok(name) => Verifier::new(scheme(name.as_str().to_owned()), password).map(Proof::Signed),
            Err(_) => Err(NotVerified::Malformed("names no header")),
        });
        self
    }

    /// A webhook that signs in another way, with an algorithm other than HMAC-SHA256 for example.
    pub fn verifier(mut self, verifier: Verifier) -> Self {
        self.proof = Some(Ok(Proof::Signed(verifier)));
        self
    }

    /// The receiver. Of several ways to prove the sender, the one that was set last counts.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] with the setting to correct: above all an empty password, which everybody knows, and one
    /// with a line break or a blank at its end, which a file may have and Halo does not
    /// (`webhook_signing::Secret::line` reads files).
    pub fn build(self) -> Result<HaloReceiver> {
        if self.connection.trim().is_empty() {
            return Err(Error::config("connection", "the connection has no name"));
        }
        let proof = self.proof.ok_or_else(|| {
            Error::config("password", "nothing tells who sends")
                .with_context("remedy", "Call signed_header(..) or basic(..), as the webhook is set up at Halo.")
        })?;
        let proof = proof.map_err(|e| match e {
            NotVerified::Malformed(why) => Error::config("header", format!("this {why}")),
            e => Error::config("password", e.to_string()).with_source(e),
        })?;
        Ok(HaloReceiver { connection: self.connection, proof })
    }
}

impl HaloReceiver {
    /// Starts a receiver for the connection of this name.
    pub fn builder(connection: impl Into<String>) -> HaloReceiverBuilder {
        HaloReceiverBuilder { connection: connection.into(), proof: None }
    }

    fn verify(&self, incoming: &dyn Incoming) -> Result<()> {
        let headers = header_fn(|name| incoming.header(name));
        let verified = match &self.proof {
            Proof::Basic(credentials) => credentials.verify(&headers).map(drop),
            Proof::Signed(verifier) => verifier.verify(&headers, incoming.body()).map(drop),
        };
        verified.map_err(|e| {
            Error::new(ErrorKind::Unauthenticated, format!("the webhook is not believed: {e}"))
                .with_context(
                    "remedy",
                    "Answer 401. If it is one of yours: compare its authentication at Halo with this.",
                )
                .with_source(e)
        })
    }

    fn hints(&self, event: &Value) -> Vec<Hint> {
        let found = event.as_object().map(Event).map(|event| (event.records(), event.id())).unwrap_or_default();
        let (records, id) = found;
        if records.is_empty() {
            tracing::debug!(connection = self.connection, id, "a webhook that tells of no record that is read");
        }
        let hint = |(kind, key, cause)| Hint::new(self.connection.clone(), kind, key, cause).dedupe_by(id.clone());
        records.into_iter().map(hint).collect()
    }
}

#[async_trait]
impl Receiver for HaloReceiver {
    /// Verifies a webhook, and tells what its events mean. An event of which no record can be told is answered all the
    /// same.
    ///
    /// # Errors
    /// [`ErrorKind::Unauthenticated`] if it is not believed: answer 401. [`ErrorKind::InvalidRequest`] if it is too large,
    /// or believed and neither an event nor an array: answer 400. Halo does not send again, whatever is answered.
    async fn receive(&self, incoming: &dyn Incoming) -> Result<Received> {
        let body = incoming.body();
        if body.len() > MAX_BODY {
            let why = format!("the webhook is larger than {MAX_BODY} bytes");
            return Err(Error::new(ErrorKind::InvalidRequest, why));
        }
        self.verify(incoming)?;
        let invalid = |why: &'static str| Error::new(ErrorKind::InvalidRequest, why);
        let body: Value = psa_http::json::decode(body).map_err(|e| invalid("the webhook is no JSON").with_source(e))?;
        let events = match &body {
            Value::Object(_) => std::slice::from_ref(&body),
            Value::Array(events) => events,
            _ => return Err(invalid("the webhook is neither an event nor an array of them")),
        };
        let hints = events.iter().flat_map(|event| self.hints(event)).collect();
        Ok(Received::new(Answer::accepted(), hints))
    }
}

/// One event as it was sent.
struct Event<'e>(&'e Map<String, Value>);

type Found = (EntityKind, Key, Cause);

impl Event<'_> {
    /// Halo's id of the event, a GUID. A number is a record's, put there by a template: it comes with each of its changes.
    fn id(&self) -> Option<String> {
        let id = self.0.get("id")?.as_str()?.trim();
        let good = !id.is_empty() && id.len() <= MAX_EVENT_ID && id.parse::<f64>().is_err();
        good.then(|| id.to_owned())
    }

    /// The words of its name, in small letters and the singular.
    fn words(&self) -> Vec<String> {
        let name = self.0.get("event").and_then(Value::as_str).unwrap_or_default();
        let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words
            .map(|word| word.to_lowercase())
            .map(|word| word.strip_suffix('s').map(str::to_owned).unwrap_or(word))
            .collect()
    }

    fn records(&self) -> Vec<Found> {
        let words = self.words();
        let cause = cause(&words);
        let about = self.0.get("object_id").and_then(number);
        let mut found = self.action(&words, cause);
        let members: Vec<(EntityKind, i64)> =
            SUBJECTS.iter().filter_map(|(member, kind)| self.member(member, kind)).collect();
        // A full object comes with those that it is linked to; only the one with this id is what the event is about.
        let told = !found.is_empty() || members.iter().any(|(_, id)| Some(*id) == about);
        let members = members.iter().filter(|(_, id)| !told || Some(*id) == about);
        found.extend(members.map(|(kind, id)| (kind.clone(), Key::from(*id), cause)));
        if found.is_empty() {
            // Only the event, without its object.
            let told = |word: &str| self.0.contains_key(word) || words.iter().any(|w| w == word);
            let subjects = SUBJECTS.iter().filter(|(word, _)| told(word));
            found.extend(subjects.filter_map(|(_, kind)| Some((kind.clone(), Key::from(about?), cause))));
        }
        let mut seen = Vec::new();
        found.retain(|(kind, key, _)| {
            let new = !seen.contains(&(kind.clone(), key.clone()));
            seen.push((kind.clone(), key.clone()));
            new
        });
        found
    }

    /// An action is a note and perhaps hours, and moves its ticket.
    fn action(&self, words: &[String], cause: Cause) -> Vec<Found> {
        let Some(action) = self.0.get("action") else { return Vec::new() };
        let ticket =
            action.get("ticket_id").and_then(number).or_else(|| self.0.get("ticket")?.get("id").and_then(number));
        let Some(ticket) = ticket else { return Vec::new() };
        let kind = self.0.get("ticket").map_or(EntityKind::TICKET, of_ticket);
        let named = |name: &str| words.iter().any(|word| word == name);
        let of_ticket = if named("ticket") && !named("action") { cause } else { Cause::Updated };
        let mut found = vec![(kind, Key::from(ticket), of_ticket)];
        if let Some(id) = action.get("id").and_then(number) {
            let key = Key::from_parts([ticket, id]);
            found.push((EntityKind::TICKET_NOTE, key.clone(), cause));
            found.push((EntityKind::TIME_ENTRY, key, cause));
        }
        found
    }

    fn member(&self, member: &str, kind: &EntityKind) -> Option<(EntityKind, i64)> {
        let object = self.0.get(member)?;
        let id = object.get("id").and_then(number)?;
        Some((if *kind == EntityKind::TICKET { of_ticket(object) } else { kind.clone() }, id))
    }
}

/// Tickets, opportunities and projects are one kind of record at Halo.
fn of_ticket(ticket: &Value) -> EntityKind {
    let is = |member: &str| ticket.get(member).and_then(Value::as_bool).unwrap_or(false);
    if is("is_opportunity") {
        EntityKind::OPPORTUNITY
    } else if is("is_project") {
        EntityKind::PROJECT
    } else {
        EntityKind::TICKET
    }
}

/// An id that a record can have.
fn number(value: &Value) -> Option<i64> {
    psa_http::json::id(value).ok().filter(|id| *id > 0)
}

fn cause(words: &[String]) -> Cause {
    let any = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    if any(&["deleted", "removed"]) {
        Cause::Deleted
    } else if any(&["new", "created", "added", "logged"]) {
        Cause::Created
    } else if any(&["updated", "changed", "edited", "closed", "reopened", "assigned"]) {
        Cause::Updated
    } else {
        Cause::Unknown
    }
}
