//! The one error of the family.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;

/// A result with the family's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// How many bytes of a vendor's answer an error keeps.
pub const BODY_CAP: usize = 2048;

/// What went wrong, in one word. New kinds may be added.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The configuration can't work (a bad URL, an empty secret).
    Config,
    /// The vendor could not be reached: DNS, TCP, or the connection broke.
    Connect,
    /// The TLS handshake failed.
    Tls,
    /// No answer in time.
    Timeout,
    /// The credential was refused.
    Unauthenticated,
    /// The credential works but lacks a right.
    PermissionDenied,
    /// The vendor does not have this record or endpoint.
    NotFound,
    /// A firewall or proxy refused, and the vendor itself said nothing: it proves nothing about records, rights or
    /// credentials.
    Blocked,
    /// The server is at another address, and nothing was sent there.
    Moved,
    /// The record changed meanwhile.
    Conflict,
    /// The vendor's rate limit was hit.
    RateLimited,
    /// The vendor refused the request as malformed.
    InvalidRequest,
    /// The vendor understood the request and its business rules refused it.
    Rejected,
    /// The vendor failed (5xx).
    Unavailable,
    /// The answer was not what the operation promises (HTML, a cut body, a wrong type).
    Decode,
    /// A list did not behave: a repeated cursor, a page without a new record, a hard cap.
    Paging,
    /// The answer was larger than the configured cap.
    TooLarge,
    /// This connector can't do that.
    Unsupported,
    /// The caller cancelled.
    Cancelled,
    /// The local store failed.
    Store,
    /// A safety guard stopped the work (for example too many deletions at once).
    Guard,
    /// An invariant of this library was broken: a bug of ours.
    Internal,
}

impl ErrorKind {
    /// What a person can do about errors of this kind.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Config => "Correct the named setting.",
            Self::Connect => "Check the address, DNS, proxy and firewall; then try again.",
            Self::Tls => {
                "Check the certificate chain. For a private CA, add it to the client; never switch verification off."
            }
            Self::Timeout => "Try again. If it stays slow, ask for smaller pages or raise the time-out.",
            Self::Unauthenticated => "Check client id, secret and tenant; mint a new secret if in doubt.",
            Self::PermissionDenied => {
                "Grant the named right to the API application and to its agent's role, then try again."
            }
            Self::Blocked => {
                "Ask whoever runs the firewall or proxy between here and the vendor to let this machine pass; give them the named id."
            }
            Self::Moved => {
                "If you trust the named address, configure it. A sign-in page there means that a proxy wants a login."
            }
            Self::NotFound => "Check the id. The record may have been deleted or merged, or the agent may not see it.",
            Self::Conflict => "Read the record again and repeat the change on its newest version.",
            Self::RateLimited => "Wait, and lower the configured rate budget if it happens again.",
            Self::InvalidRequest => "Correct the named field.",
            Self::Rejected => "Meet the rule the vendor names (a mandatory field, a workflow step), then try again.",
            Self::Unavailable => "Wait and try again; look at the vendor's status page if it lasts.",
            Self::Decode => {
                "Check that the address is the API and not a web page or proxy. If it is, report the operation and the path."
            }
            Self::Paging => "Run again: the list moved or the vendor repeated itself. Nothing read so far is lost.",
            Self::TooLarge => "Ask for smaller pages, or raise the body cap.",
            Self::Unsupported => "Look at the connector's capabilities before calling.",
            Self::Cancelled => "Run again to continue from the last checkpoint.",
            Self::Store => "Look at the database file: disk space, permissions, other processes, version.",
            Self::Guard => "Look at the report, and confirm explicitly if this is what you want.",
            Self::Internal => "Please report this as a bug, with the error's text.",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Config => "configuration error",
            Self::Connect => "connection failed",
            Self::Tls => "TLS failed",
            Self::Timeout => "timed out",
            Self::Unauthenticated => "credential refused",
            Self::PermissionDenied => "permission denied",
            Self::NotFound => "not found",
            Self::Blocked => "blocked",
            Self::Moved => "moved",
            Self::Conflict => "conflict",
            Self::RateLimited => "rate limited",
            Self::InvalidRequest => "invalid request",
            Self::Rejected => "refused by the vendor",
            Self::Unavailable => "vendor unavailable",
            Self::Decode => "unexpected answer",
            Self::Paging => "list misbehaved",
            Self::TooLarge => "answer too large",
            Self::Unsupported => "unsupported",
            Self::Cancelled => "cancelled",
            Self::Store => "store failed",
            Self::Guard => "stopped by a guard",
            Self::Internal => "internal error",
        }
    }
}

/// How far a request got. It decides whether a write may be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Nothing reached the vendor: repeating is harmless.
    NotSent,
    /// It may have reached the vendor and may have taken effect.
    MaybeSent,
    /// The vendor answered.
    Answered,
}

/// What to do about trying again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Don't: the same request will fail the same way.
    Never,
    /// After this long, as the vendor asked.
    After(Duration),
    /// With a growing pause.
    Backoff,
    /// It was tried until the limits; an outer loop must not repeat it.
    Exhausted,
}

/// What the vendor said, as far as it could be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VendorAnswer {
    /// HTTP status.
    pub status: u16,
    /// The vendor's error code, if it gave one.
    pub code: Option<String>,
    /// The vendor's message, if one could be found.
    pub message: Option<String>,
    /// The field the vendor complained about, if it named one; the first one, if it named several.
    pub field: Option<String>,
    /// All that the vendor complained about, in its order, where it lists several things.
    pub problems: Vec<VendorProblem>,
    /// The start of the body, at most [`BODY_CAP`] bytes, with known secrets removed.
    pub body: Bytes,
}

/// One of several things that a vendor complains about in one answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VendorProblem {
    /// The vendor's code for it.
    pub code: Option<String>,
    /// The vendor's words.
    pub message: Option<String>,
    /// The field that it is about.
    pub field: Option<String>,
}

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    phase: Phase,
    retry: Retry,
    operation: Option<&'static str>,
    message: Cow<'static, str>,
    vendor: Option<VendorAnswer>,
    context: Vec<(&'static str, String)>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// Any failure, with what a person or a program needs to act on it.
///
/// One pointer wide. Holds no secret: bodies are capped and scrubbed before they get here.
///
/// ```
/// use psa_core::{Error, ErrorKind};
///
/// let error = Error::new(ErrorKind::PermissionDenied, "the token lacks read:tickets")
///     .with_operation("halo.tickets.list");
/// assert!(error.is_permission_denied());
/// assert_eq!(
///     error.to_string(),
///     "halo.tickets.list: permission denied: the token lacks read:tickets"
/// );
/// println!("{}", error.remedy());
/// ```
pub struct Error(Box<Inner>);

impl Error {
    /// A new error. Its phase is [`Phase::NotSent`] and its advice [`Retry::Never`] until said otherwise.
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            phase: Phase::NotSent,
            retry: Retry::Never,
            operation: None,
            message: message.into(),
            vendor: None,
            context: Vec::new(),
            source: None,
        }))
    }

    /// A configuration error about `field`.
    pub fn config(field: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Config, message).with_context("field", field)
    }

    /// Something this connector can't do.
    pub fn unsupported(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Unsupported, message)
    }

    /// Sets the phase.
    #[must_use]
    pub fn with_phase(mut self, phase: Phase) -> Self {
        self.0.phase = phase;
        self
    }

    /// Sets the retry advice.
    #[must_use]
    pub fn with_retry(mut self, retry: Retry) -> Self {
        self.0.retry = retry;
        self
    }

    /// Names the operation, unless it is named already.
    #[must_use]
    pub fn with_operation(mut self, operation: &'static str) -> Self {
        self.0.operation.get_or_insert(operation);
        self
    }

    /// Adds the vendor's answer.
    #[must_use]
    pub fn with_vendor(mut self, vendor: VendorAnswer) -> Self {
        self.0.vendor = Some(vendor);
        self
    }

    /// Adds a fact for whoever reads the error.
    #[must_use]
    pub fn with_context(mut self, name: &'static str, value: impl ToString) -> Self {
        self.0.context.push((name, value.to_string()));
        self
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// How far the request got.
    pub fn phase(&self) -> Phase {
        self.0.phase
    }

    /// What to do about trying again.
    pub fn retry(&self) -> Retry {
        self.0.retry
    }

    /// The operation, for example `halo.tickets.list`.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// The message without operation and context.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The vendor's answer, if there was one.
    pub fn vendor(&self) -> Option<&VendorAnswer> {
        self.0.vendor.as_ref()
    }

    /// A fact added with [`with_context`](Self::with_context).
    pub fn context(&self, name: &str) -> Option<&str> {
        self.0.context.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str())
    }

    /// What a person can do: the error's own advice if it carries one, else the kind's.
    pub fn remedy(&self) -> &str {
        self.context("remedy").unwrap_or_else(|| self.0.kind.remedy())
    }

    /// The record or endpoint does not exist, or the credential can't see it.
    ///
    /// Remedy: check the id; look among deleted and merged records.
    pub fn is_not_found(&self) -> bool {
        self.0.kind == ErrorKind::NotFound
    }

    /// A right is missing.
    ///
    /// Remedy: grant it to the API application and to its agent's role; old tokens may keep the old rights.
    pub fn is_permission_denied(&self) -> bool {
        self.0.kind == ErrorKind::PermissionDenied
    }

    /// The credential was refused.
    ///
    /// Remedy: check client id, secret and tenant.
    pub fn is_unauthenticated(&self) -> bool {
        self.0.kind == ErrorKind::Unauthenticated
    }

    /// The rate limit was hit.
    ///
    /// Remedy: configure a rate budget below the vendor's limit; share one client per credential.
    pub fn is_rate_limited(&self) -> bool {
        self.0.kind == ErrorKind::RateLimited
    }

    /// It may go away by itself: a time-out, a broken connection, a 5xx, a 429.
    ///
    /// Remedy: wait; the pipeline has tried already if [`retry`](Self::retry) says `Exhausted`.
    pub fn is_transient(&self) -> bool {
        matches!(self.0.retry, Retry::After(_) | Retry::Backoff)
            || matches!(
                self.0.kind,
                ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Unavailable | ErrorKind::RateLimited
            )
    }

    /// A firewall or proxy refused, not the vendor.
    ///
    /// Remedy: let this machine pass there; the error names the page's id.
    pub fn is_blocked(&self) -> bool {
        self.0.kind == ErrorKind::Blocked
    }

    /// The caller cancelled.
    ///
    /// Remedy: run again; work continues from the last checkpoint.
    pub fn is_cancelled(&self) -> bool {
        self.0.kind == ErrorKind::Cancelled
    }

    /// The connector can't do that.
    ///
    /// Remedy: ask `capabilities()` first.
    pub fn is_unsupported(&self) -> bool {
        self.0.kind == ErrorKind::Unsupported
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let e = &self.0;
        if let Some(operation) = e.operation {
            write!(f, "{operation}: ")?;
        }
        f.write_str(e.kind.label())?;
        if let Some(vendor) = &e.vendor {
            write!(f, " (HTTP {})", vendor.status)?;
        }
        if !e.message.is_empty() {
            write!(f, ": {}", e.message)?;
        }
        let mut facts = e.context.iter().filter(|(name, _)| *name != "remedy").peekable();
        if facts.peek().is_some() {
            let list: Vec<_> = facts.map(|(name, value)| format!("{name}={value}")).collect();
            write!(f, " [{}]", list.join(", "))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}\n  phase: {:?}, retry: {:?}", self.0.phase, self.0.retry)?;
        if let Some(vendor) = &self.0.vendor
            && !vendor.body.is_empty()
        {
            write!(f, "\n  body: {}", String::from_utf8_lossy(&vendor.body))?;
        }
        let mut source = self.source();
        while let Some(cause) = source {
            write!(f, "\n  caused by: {cause}")?;
            source = cause.source();
        }
        write!(f, "\n  remedy: {}", self.remedy())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_ref().map(|s| &**s as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_pointer_and_crosses_threads() {
        fn send_sync<T: Send + Sync + 'static>() {}
        send_sync::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }

    #[test]
    fn display_is_one_line_and_debug_tells_the_remedy() {
        let error = Error::new(ErrorKind::Rejected, "An Outcome must be entered")
            .with_operation("halo.actions.create")
            .with_vendor(VendorAnswer { status: 400, ..Default::default() })
            .with_context("field", "outcome_id")
            .with_source(std::io::Error::other("inner"));
        assert_eq!(
            error.to_string(),
            "halo.actions.create: refused by the vendor (HTTP 400): An Outcome must be entered [field=outcome_id]"
        );
        let debug = format!("{error:?}");
        assert!(debug.contains("caused by: inner") && debug.contains("remedy: "), "{debug}");
    }
}
