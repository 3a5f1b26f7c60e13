use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use psa_core::{ErrorKind, VendorAnswer};

use crate::Operation;

/// What differs between vendors on the wire, for the pipeline.
pub trait Vendor: Send + Sync + std::fmt::Debug {
    /// Reads an error answer: the kind, and what the vendor said. `body` is empty, JSON or anything else.
    fn read_error(
        &self,
        operation: &Operation,
        status: StatusCode,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> (ErrorKind, VendorAnswer);

    /// What a person can do about it, where that is known better than by the kind alone.
    fn remedy(&self, operation: &Operation, kind: ErrorKind) -> Option<String> {
        let _ = (operation, kind);
        None
    }

    /// Whether the vendor is known to refuse with this status before anything took effect, so that even a create may be repeated.
    fn refused_before_effect(&self, status: StatusCode) -> bool {
        status == StatusCode::TOO_MANY_REQUESTS
    }

    /// Whether a fresh token may cure this status. Some vendors freeze rights in the token, so 403 belongs here too.
    fn token_may_be_stale(&self, status: StatusCode) -> bool {
        status == StatusCode::UNAUTHORIZED
    }
}

/// A vendor of which nothing is known but HTTP itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct StatusErrors;

impl Vendor for StatusErrors {
    fn read_error(&self, _: &Operation, status: StatusCode, _: &HeaderMap, body: &Bytes) -> (ErrorKind, VendorAnswer) {
        (kind_of_status(status), VendorAnswer { status: status.as_u16(), body: body.clone(), ..Default::default() })
    }
}

/// The kind that a status means when the vendor says nothing more.
pub fn kind_of_status(status: StatusCode) -> ErrorKind {
    match status.as_u16() {
        401 => ErrorKind::Unauthenticated,
        403 => ErrorKind::PermissionDenied,
        404 | 410 => ErrorKind::NotFound,
        408 => ErrorKind::Timeout,
        409 | 412 => ErrorKind::Conflict,
        413 => ErrorKind::TooLarge,
        429 => ErrorKind::RateLimited,
        400..=499 => ErrorKind::InvalidRequest,
        500..=599 => ErrorKind::Unavailable,
        _ => ErrorKind::Decode,
    }
}
