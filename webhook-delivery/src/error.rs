use psa_http::Forbidden;
use psa_store::StoreError;

/// Why something about webhooks could not be done. Failed deliveries are no errors: they are attempts, in the store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The endpoint's address must not be reached.
    #[error("the endpoint's URL is refused: {0}")]
    Url(#[from] Forbidden),
    /// A header can't be set on an endpoint.
    #[error("the header {name:?} {why}")]
    Header {
        /// Which.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// No such pattern of event types.
    #[error("{0:?} is no event type, no family like `ticket.*`, and not `*`")]
    Filter(String),
    /// An endpoint asks for events that nobody publishes.
    #[error("no event type in the catalogue is or begins with {0:?}; register it first")]
    UnknownEventType(String),
    /// Not a name of an event type.
    #[error("{0:?} is no event type: words of letters, digits and `_` with dots between, 100 characters at most")]
    EventType(String),
    /// An id of an event that can't be signed.
    #[error("the event's id {0}")]
    EventId(&'static str),
    /// An event that is too large to be sent.
    #[error("the event has {size} bytes; at most {limit} are sent. Send ids, and let receivers ask for the rest")]
    TooLarge {
        /// What it has.
        size: usize,
        /// What it may have.
        limit: usize,
    },
    /// The data of an event can't be written as JSON.
    #[error("the event's data is no JSON")]
    Data(#[source] serde_json::Error),
    /// A retry policy, a rate or a concurrency that makes no sense.
    #[error("the endpoint or its retry policy {0}")]
    Policy(&'static str),
    /// A secret or a key that the scheme does not take.
    #[error("the signing secret is refused: {0}")]
    Secret(#[from] webhook_signing::Error),
    /// A rotation out of its bounds.
    #[error("{0}")]
    Rotation(&'static str),
    /// There is no such endpoint, delivery or event.
    #[error("there is no {what} {id:?}")]
    NotFound {
        /// Of what kind.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// Another process changed the endpoint since it was read.
    #[error("the endpoint was changed by someone else; read it again")]
    Changed,
    /// The system gave no randomness for a secret.
    #[error("the system gives no random numbers")]
    Random,
    /// Ten tests of one endpoint in one minute.
    #[error("the endpoint was tested ten times in the last minute; wait a little")]
    TooManyTests,
    /// The transport can't start.
    #[error("requests can't be sent")]
    Transport(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What the store says.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What most things here give.
pub type Result<T, E = Error> = std::result::Result<T, E>;
