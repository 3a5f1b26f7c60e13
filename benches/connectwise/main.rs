//! Reading and syncing ConnectWise tickets, against a floor measured in the same run.
//!
//! `cargo bench --bench connectwise`, with the settings of the Halo bench. Rows are rendered beforehand; a page is a stretch
//! of them, so that walks can start anywhere.

#![allow(clippy::expect_used, reason = "a benchmark that can't go on ends")]

#[path = "../shared/mod.rs"]
mod shared;

use std::sync::Arc;

use base64::Engine;
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use http::Request;
use psa_kit::Connector;
use psa_kit::connectwise_client::{ConnectWise, Ticket};
use psa_kit::psa_http::ReqwestTransport;
use psa_kit::psa_sandbox::ConnectWiseSandbox;
use psa_kit::psa_sandbox::connectwise::Dataset;
use serde_json::value::RawValue;
use shared::{Answer, Answers, Vendor, parameter};

fn main() {
    shared::main::<ConnectWiseTickets>();
}

struct ConnectWiseTickets;

const API: &str = "/v2025_1/apis/3.0";

fn connectwise(url: &str, window: usize) -> ConnectWise {
    ConnectWise::builder(url)
        .company(ConnectWiseSandbox::COMPANY)
        .keys("public", "private".to_string())
        .client_id(ConnectWiseSandbox::CLIENT_ID)
        .transport(Arc::new(ReqwestTransport::new().expect("a transport")))
        .allow_http(true)
        .rate_limit(None)
        .concurrency(window)
        .build()
        .expect("a client")
}

/// Rows with commas between them: any stretch is a page.
struct Rows {
    bytes: Bytes,
    /// Where row `n`, counted from 0, begins; one more at the end.
    starts: Vec<usize>,
}

impl Rows {
    fn new(rows: impl IntoIterator<Item = String>) -> Self {
        let (mut bytes, mut starts) = (Vec::new(), vec![0]);
        for row in rows {
            bytes.extend_from_slice(row.as_bytes());
            bytes.push(b',');
            starts.push(bytes.len());
        }
        Self { bytes: bytes.into(), starts }
    }

    fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Those with ids above `after`, up to and with `until`. Ids are 1, 2, 3 …
    fn page(&self, after: usize, until: usize) -> Bytes {
        let (from, to) = (after.min(self.len()), until.min(self.len()));
        if from >= to {
            return Bytes::from_static(b"[]");
        }
        let rows = &self.bytes[self.starts[from]..self.starts[to] - 1];
        let mut page = Vec::with_capacity(rows.len() + 2);
        page.push(b'[');
        page.extend_from_slice(rows);
        page.push(b']');
        page.into()
    }
}

/// Everything that the sandbox has of a list.
async fn everything(tickets: usize) -> Rows {
    let dataset = Dataset::new(1).tickets(tickets as u32);
    let sandbox = ConnectWiseSandbox::builder().dataset(dataset).rate_limit(None).build();
    let transport = sandbox.transport();
    let login = format!(
        "{}+{}:{}",
        ConnectWiseSandbox::COMPANY,
        ConnectWiseSandbox::PUBLIC_KEY,
        ConnectWiseSandbox::PRIVATE_KEY
    );
    let login = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(login));
    let mut rows: Vec<String> = Vec::with_capacity(tickets);
    while rows.len() < tickets {
        let path = format!("{API}/service/tickets?pageSize=1000&pageId={}", rows.len());
        let request = Request::get(format!("{}{path}", ConnectWiseSandbox::SITE))
            .header("authorization", login.clone())
            .header("clientid", ConnectWiseSandbox::CLIENT_ID)
            .header("pagination-type", "forward-only")
            .body(Bytes::new());
        let answer = transport.send(request.expect("a request")).await.expect("an answer");
        let parts: Vec<_> = answer.into_body().map(|p| p.expect("a body")).collect().await;
        let body = parts.concat();
        let page: Vec<&RawValue> = serde_json::from_slice(&body).expect("a page");
        assert!(!page.is_empty(), "{path}");
        rows.extend(page.iter().map(|row| row.get().to_owned()));
    }
    Rows::new(rows)
}

impl Vendor for ConnectWiseTickets {
    const NAME: &'static str = "ConnectWise";
    const PAGE: usize = 1_000;
    type Ticket = Ticket;

    async fn render(tickets: usize) -> Answers {
        let rows = everything(tickets).await;
        let ids = Rows::new((1..=tickets).map(|id| format!("{{\"id\":{id}}}")));
        let company = format!("/login/companyinfo/{}", ConnectWiseSandbox::COMPANY);
        Arc::new(move |path, query| {
            if path == company {
                return Some(Bytes::from_static(br#"{"Codebase":"v2025_1/","IsCloud":false}"#).into());
            }
            let count = |n: usize| Some(Bytes::from(format!("{{\"count\":{n}}}")).into());
            match path.strip_prefix(API)? {
                "/service/tickets/count" => return count(tickets),
                "/project/tickets/count" => return count(0),
                "/project/tickets" => return Some(Bytes::from_static(b"[]").into()),
                "/service/tickets" => {}
                _ => return None,
            }
            let number = |name: &str| parameter(query, name).and_then(|n| n.parse::<usize>().ok());
            if parameter(query, "orderBy").as_deref() == Some("id desc") {
                return Some(ids.page(tickets - 1, tickets).into());
            }
            let (after, size) = (number("pageId").unwrap_or(0), number("pageSize").unwrap_or(25));
            let last = parameter(query, "conditions").and_then(|c| c.rsplit(' ').next()?.parse().ok());
            let last = last.unwrap_or(tickets).min(tickets);
            let until = (after + size).min(last);
            let source = if parameter(query, "fields").is_some() { &ids } else { &rows };
            let link = if until < last { format!("<http://x/?pageId={until}>; rel=\"next\"") } else { String::new() };
            Some(Answer { body: source.page(after, until), link: Some(link) })
        })
    }

    fn page(url: &str, page: usize) -> String {
        format!("{url}{API}/service/tickets?pageSize={}&pageId={}", Self::PAGE, page * Self::PAGE)
    }

    fn rows(body: &[u8]) -> Vec<&RawValue> {
        serde_json::from_slice(body).expect("a page")
    }

    fn records(body: &[u8]) -> Vec<Ticket> {
        serde_json::from_slice(body).expect("a page")
    }

    fn columns(ticket: &Ticket) -> (i64, &Option<String>, Option<i64>) {
        (ticket.id.0, &ticket.summary, ticket.status.as_ref().and_then(|s| s.id))
    }

    fn connector(url: &str, window: usize) -> Arc<dyn Connector> {
        Arc::new(connectwise(url, window).connector().build())
    }

    async fn list(url: &str) -> usize {
        let mut stream = connectwise(url, 8).tickets().list().stream();
        let mut count = 0;
        while let Some(ticket) = stream.try_next().await.expect("a ticket") {
            std::hint::black_box(&ticket);
            count += 1;
        }
        count
    }
}
