use std::fmt;

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::catalogue::EventData;
use crate::endpoint::new_id;
use crate::{Error, EventType, Result};

/// The largest event: receivers have limits, and ids do for large things.
pub const MAX_EVENT: usize = 256 * 1024;

/// Something that happened, ready to be sent: the body is made once, and these bytes are what is stored, signed and sent in
/// each try.
///
/// ```
/// use webhook_delivery::{Event, events::{EventData, GoalCreated}};
///
/// let at = "2026-11-25T12:00:00Z".parse().unwrap();
/// let event = Event::new(at, &GoalCreated::example())?.tenant("acme")?.subject("goal 7");
/// assert_eq!(event.event_type().as_str(), "goal.created");
/// assert!(event.body().starts_with(br#"{"id":"evt_"#));
/// # Ok::<(), webhook_delivery::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Event {
    pub(crate) id: String,
    pub(crate) event_type: EventType,
    pub(crate) at: DateTime<Utc>,
    pub(crate) tenant: Option<String>,
    pub(crate) subject: Option<String>,
    data: Bytes,
    pub(crate) body: Bytes,
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event").field("id", &self.id).field("type", &self.event_type).finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct Envelope<'e> {
    id: &'e str,
    r#type: &'e str,
    timestamp: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<&'e str>,
    data: &'e RawValue,
}

impl Event {
    /// An event of the catalogue, which happened at `at`.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::Data`].
    pub fn new<T: EventData>(at: DateTime<Utc>, data: &T) -> Result<Self> {
        Self::of(T::TYPE.parse()?, at, data)
    }

    /// An event of any type.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::Data`].
    pub fn of(event_type: EventType, at: DateTime<Utc>, data: &impl Serialize) -> Result<Self> {
        let data = serde_json::to_vec(data).map_err(Error::Data)?;
        Self {
            id: new_id("evt", at),
            event_type,
            at,
            tenant: None,
            subject: None,
            data: data.into(),
            body: Bytes::new(),
        }
        .rendered()
    }

    /// Whose it is: only endpoints of this tenant, and those of none, get it.
    ///
    /// # Errors
    /// [`Error::TooLarge`].
    pub fn tenant(mut self, tenant: impl Into<String>) -> Result<Self> {
        self.tenant = Some(tenant.into());
        self.rendered()
    }

    /// What it is about. An endpoint that asks for order gets events of one subject one after the other.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// An id of yours, by which a second publication for the same tenant is known to be the same event.
    ///
    /// # Errors
    /// [`Error::EventId`] for one with a dot or a control character, which can't be signed.
    pub fn id(mut self, id: impl Into<String>) -> Result<Self> {
        self.id = id.into();
        if self.id.is_empty() || self.id.len() > 200 || self.id.bytes().any(|b| b == b'.' || !b.is_ascii_graphic()) {
            return Err(Error::EventId("is empty, long, or holds a dot, a blank or a control character"));
        }
        self.rendered()
    }

    /// Its id, the same in every try and for every endpoint: receivers drop what they have seen by it.
    pub fn event_id(&self) -> &str {
        &self.id
    }

    /// What happened.
    pub fn event_type(&self) -> &EventType {
        &self.event_type
    }

    /// What is sent.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    fn rendered(mut self) -> Result<Self> {
        let envelope = Envelope {
            id: &self.id,
            r#type: self.event_type.as_str(),
            timestamp: self.at.to_rfc3339_opts(SecondsFormat::Millis, true),
            tenant: self.tenant.as_deref(),
            data: serde_json::from_slice(&self.data).map_err(Error::Data)?,
        };
        let body = serde_json::to_vec(&envelope).map_err(Error::Data)?;
        if body.len() > MAX_EVENT {
            return Err(Error::TooLarge { size: body.len(), limit: MAX_EVENT });
        }
        self.body = body.into();
        Ok(self)
    }
}
