//! What a vendor is to the emulator.

use std::fmt::Debug;
use std::time::Duration;

use chrono::{DateTime, Utc};
use http::HeaderValue;

use super::reply::Reply;
use super::request::Request;

/// What a vendor starts with.
#[derive(Debug)]
#[non_exhaustive]
pub struct Setup<V: Emulated> {
    /// What it holds.
    pub dataset: V::Dataset,
    /// Its peculiarities.
    pub quirks: V::Quirks,
    /// What nobody outside knows.
    pub open_points: V::OpenPoints,
    /// Settings that only this vendor has.
    pub options: V::Options,
}

impl<V: Emulated> Default for Setup<V> {
    fn default() -> Self {
        Self {
            dataset: V::Dataset::default(),
            quirks: V::Quirks::default(),
            open_points: V::OpenPoints::default(),
            options: V::Options::default(),
        }
    }
}

/// A vendor that a [`Sandbox`](super::Sandbox) emulates: one tenant of it, with all that it holds.
///
/// Per request the sandbox asks which [operation](Self::operation) it is, makes the edits that wait for it, strikes with
/// faults, counts it against the rate limit, and lets the vendor [answer](Self::answer).
pub trait Emulated: Sized + Send + 'static {
    /// What people call the vendor.
    const NAME: &'static str;
    /// Members of a list's envelope that tell how many rows there are.
    const COUNTS: &'static [&'static str];

    /// What the tenant holds at first. The default is what a sandbox has that is told nothing.
    type Dataset: Default + Debug + Send;
    /// The vendor's peculiarities as switches, all on by default.
    type Quirks: Default + Debug + Send;
    /// What nobody outside knows for sure; the defaults are guesses.
    type OpenPoints: Default + Debug + Send;
    /// Settings of a builder that only this vendor has.
    type Options: Default + Debug + Send;
    /// A request that was recognised: its operation with what its path says.
    type Call;
    /// What somebody who works in the vendor's product can do.
    type Edit<'a>;

    /// A tenant.
    fn start(setup: Setup<Self>) -> Self;

    /// What chance is made of.
    fn seed(dataset: &Self::Dataset) -> u64;

    /// The rate limit: so many requests in a rolling window of such a length; none: no limit.
    fn rate_limit(open_points: &mut Self::OpenPoints) -> &mut Option<(u32, Duration)>;

    /// Which operation a request is.
    fn call(&self, request: &Request) -> Self::Call;

    /// The name of the operation, as in the client: `halo.tickets.list`; `unknown` for none.
    fn operation(call: &Self::Call) -> &'static str;

    /// Whether a request counts against the rate limit.
    fn is_limited(&self, call: &Self::Call) -> bool {
        let _ = call;
        true
    }

    /// The answer to a request.
    fn answer(&mut self, call: &Self::Call, request: &Request) -> Reply;

    /// The vendor's 429.
    fn too_many_requests(&self, retry_after: Option<HeaderValue>) -> Reply;

    /// What `Retry-After` says if a place comes free after `wait`; none: nothing.
    fn retry_after(&self, wait: Duration) -> Option<HeaderValue> {
        let _ = wait;
        None
    }

    /// Whether answers say when they were sent.
    fn is_dated(&self) -> bool {
        true
    }

    /// Makes a query ask for the page before the one that it asks for.
    fn previous_page(query: &mut [(String, String)]) {
        let _ = query;
    }

    /// Makes the token of a request invalid.
    fn expire_token(&mut self, request: &Request) {
        let _ = request;
    }

    /// Somebody works in the product.
    fn edit(&mut self, now: DateTime<Utc>) -> Self::Edit<'_>;
}
