//! What the benches of all vendors share: the floor, the same through client and engine, and a server in another process
//! that hands out what was rendered beforehand.

mod cpu;
mod floor;
mod harness;
mod ours;
mod server;
mod timed;

use std::sync::Arc;

use bytes::Bytes;
use psa_kit::Connector;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

pub(crate) use harness::main;

/// Answers a path and a query, from memory.
pub(crate) type Answers = Arc<dyn Fn(&str, &str) -> Option<Answer> + Send + Sync>;

/// A body, and where the next page is.
pub(crate) struct Answer {
    pub(crate) body: Bytes,
    pub(crate) link: Option<String>,
}

impl From<Bytes> for Answer {
    fn from(body: Bytes) -> Self {
        Self { body, link: None }
    }
}

/// What differs between vendors.
pub(crate) trait Vendor: 'static {
    /// For a person.
    const NAME: &'static str;
    /// Tickets of a page.
    const PAGE: usize;
    /// The client's own record.
    type Ticket: DeserializeOwned + Send;

    /// The vendor with so many tickets.
    fn render(tickets: usize) -> impl Future<Output = Answers>;
    /// The address of a page, counted from 0.
    fn page(url: &str, page: usize) -> String;
    /// The rows of a page.
    fn rows(body: &[u8]) -> Vec<&RawValue>;
    /// The records of a page.
    fn records(body: &[u8]) -> Vec<Self::Ticket>;
    /// Id, title and status, to store.
    fn columns(ticket: &Self::Ticket) -> (i64, &Option<String>, Option<i64>);
    /// A connector that holds so many requests at once.
    fn connector(url: &str, window: usize) -> Arc<dyn Connector>;
    /// All tickets through the client; their number.
    fn list(url: &str) -> impl Future<Output = usize>;
}

/// A parameter of a query.
pub(crate) fn parameter(query: &str, name: &str) -> Option<String> {
    url_decoded(query).into_iter().find(|(n, _)| n == name).map(|(_, value)| value)
}

fn url_decoded(query: &str) -> Vec<(String, String)> {
    let decoded = reqwest::Url::parse(&format!("http://x/?{query}"));
    decoded.map(|url| url.query_pairs().into_owned().collect()).unwrap_or_default()
}
