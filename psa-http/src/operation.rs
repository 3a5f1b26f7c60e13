use http::Method;

/// Whether a request may be sent twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idempotency {
    /// It changes nothing.
    Safe,
    /// It changes something, and doing it twice ends in the same state.
    Idempotent,
    /// Doing it twice may do it twice.
    Once,
}

/// One thing a vendor's API can do, as a value.
///
/// The name is the one in spans, logs, errors, sandbox faults and tests.
///
/// ```
/// use http::Method;
/// use psa_http::{Idempotency, Operation};
///
/// static GET_TICKET: Operation = Operation::get("halo.tickets.get", "/Tickets/{id}");
/// assert_eq!(GET_TICKET.method, Method::GET);
/// assert_eq!(GET_TICKET.idempotency, Idempotency::Safe);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The name: vendor, resource, verb.
    pub name: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path below the API's base, with `{name}` where a parameter goes.
    pub path: &'static str,
    /// Whether it may be repeated.
    pub idempotency: Idempotency,
}

impl Operation {
    /// A read.
    pub const fn get(name: &'static str, path: &'static str) -> Self {
        Self { name, method: Method::GET, path, idempotency: Idempotency::Safe }
    }

    /// A write that must not be repeated blindly.
    pub const fn post(name: &'static str, path: &'static str) -> Self {
        Self { name, method: Method::POST, path, idempotency: Idempotency::Once }
    }

    /// A read that needs a body: a query too long for an address. It changes nothing, so it may be repeated.
    pub const fn read_by_post(name: &'static str, path: &'static str) -> Self {
        Self { name, method: Method::POST, path, idempotency: Idempotency::Safe }
    }

    /// A change of members that are named. Not repeated blindly: somebody else may have changed them again meanwhile.
    pub const fn patch(name: &'static str, path: &'static str) -> Self {
        Self { name, method: Method::PATCH, path, idempotency: Idempotency::Once }
    }

    /// A replacement of a whole record. Not repeated blindly, as [`patch`](Self::patch).
    pub const fn put(name: &'static str, path: &'static str) -> Self {
        Self { name, method: Method::PUT, path, idempotency: Idempotency::Once }
    }

    /// A deletion. Not repeated blindly either: the second answer would be "not found".
    pub const fn delete(name: &'static str, path: &'static str) -> Self {
        Self { name, method: Method::DELETE, path, idempotency: Idempotency::Once }
    }
}
