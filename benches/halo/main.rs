//! Reading and syncing Halo tickets, against a floor measured in the same run.
//!
//! `cargo bench --bench halo`; `PSA_BENCH_TICKETS` and `PSA_BENCH_ROUNDS` change the size, `PSA_BENCH_SMOKE=1` makes it
//! small. Pages are rendered beforehand and served by another process, which prints its own limit.

#![allow(clippy::expect_used, reason = "a benchmark that can't go on ends")]

#[path = "../shared/mod.rs"]
mod shared;

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use http::{Method, Request, header};
use psa_kit::Connector;
use psa_kit::halo_client::{Halo, Scopes, Ticket};
use psa_kit::psa_http::ReqwestTransport;
use psa_kit::psa_sandbox::HaloSandbox;
use psa_kit::psa_sandbox::halo::Dataset;
use serde::Deserialize;
use serde_json::value::RawValue;
use shared::{Answers, Vendor, parameter};

fn main() {
    shared::main::<HaloTickets>();
}

struct HaloTickets;

fn halo(url: &str, window: usize) -> Halo {
    Halo::builder(url)
        .client_credentials("id", "secret".to_string())
        .transport(Arc::new(ReqwestTransport::new().expect("a transport")))
        .scopes(Scopes::parse("read:tickets"))
        .allow_http(true)
        .rate_limit(None)
        .concurrency(window)
        .build()
        .expect("a client")
}

impl Vendor for HaloTickets {
    const NAME: &'static str = "Halo";
    const PAGE: usize = 100;
    type Ticket = Ticket;

    async fn render(tickets: usize) -> Answers {
        let sandbox = HaloSandbox::builder().dataset(Dataset::new(1).tickets(tickets as u32)).rate_limit(None).build();
        let transport = sandbox.transport();
        let send = |method: Method, path: String, token: String, body: String| {
            let transport = Arc::clone(&transport);
            async move {
                let mut request = Request::new(Bytes::from(body));
                *request.method_mut() = method;
                *request.uri_mut() = format!("http://sandbox{path}").parse().expect("a URI");
                if !token.is_empty() {
                    let value = format!("Bearer {token}").parse().expect("a header");
                    request.headers_mut().insert(header::AUTHORIZATION, value);
                }
                let answer = transport.send(request).await.expect("an answer");
                let parts: Vec<_> = answer.into_body().map(|p| p.expect("a body")).collect().await;
                Bytes::from(parts.concat())
            }
        };
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}&scope=read:tickets",
            HaloSandbox::CLIENT_ID,
            HaloSandbox::SECRET
        );
        let token = send(Method::POST, "/auth/token".into(), String::new(), form).await;
        let token: serde_json::Value = serde_json::from_slice(&token).expect("a token");
        let token = token["access_token"].as_str().expect("a token").to_owned();
        let get = |path: String| send(Method::GET, path, token.clone(), String::new());
        let mut pages = Vec::new();
        for page in 1..=tickets.div_ceil(Self::PAGE) {
            let path =
                format!("/api/Tickets?domain=reqs&pageinate=true&page_no={page}&page_size={}&order=id", Self::PAGE);
            pages.push(get(path).await);
        }
        let mut others = HashMap::new();
        for path in ["status", "tickettype", "priority"] {
            others.insert(path, get(format!("/api/{path}")).await);
        }
        let ids = get("/api/Tickets?domain=reqs&ticketidonly=true&order=id".into()).await;
        let count = get("/api/Tickets?domain=reqs&pageinate=true&page_no=1&page_size=1&order=id".into()).await;
        Arc::new(move |path, query| {
            let body = match path.trim_start_matches("/api/") {
                "/auth/token" => Bytes::from_static(
                    br#"{"access_token":"t","token_type":"Bearer","expires_in":3600,"scope":"read:tickets"}"#,
                ),
                "tickets" if parameter(query, "ticketidonly").is_some() => ids.clone(),
                "tickets" if parameter(query, "page_size").as_deref() == Some("1") => count.clone(),
                "tickets" => {
                    let page = parameter(query, "page_no").and_then(|n| n.parse::<usize>().ok()).unwrap_or(1);
                    let nothing = Bytes::from_static(br#"{"record_count":0,"tickets":[]}"#);
                    pages.get(page - 1).cloned().unwrap_or(nothing)
                }
                other => others.get(other)?.clone(),
            };
            Some(body.into())
        })
    }

    fn page(url: &str, page: usize) -> String {
        format!("{url}/api/Tickets?pageinate=true&page_no={}&page_size={}", page + 1, Self::PAGE)
    }

    fn rows(body: &[u8]) -> Vec<&RawValue> {
        #[derive(Deserialize)]
        struct Rows<'a> {
            #[serde(borrow)]
            tickets: Vec<&'a RawValue>,
        }
        serde_json::from_slice::<Rows<'_>>(body).expect("a page").tickets
    }

    fn records(body: &[u8]) -> Vec<Ticket> {
        #[derive(Deserialize)]
        struct Typed {
            tickets: Vec<Ticket>,
        }
        serde_json::from_slice::<Typed>(body).expect("a page").tickets
    }

    fn columns(ticket: &Ticket) -> (i64, &Option<String>, Option<i64>) {
        (ticket.id.0, &ticket.summary, ticket.status_id.map(|s| s.0))
    }

    fn connector(url: &str, window: usize) -> Arc<dyn Connector> {
        Arc::new(halo(url, window).connector().build())
    }

    async fn list(url: &str) -> usize {
        let mut stream = halo(url, 8).tickets().list().stream();
        let mut count = 0;
        while let Some(ticket) = stream.try_next().await.expect("a ticket") {
            std::hint::black_box(&ticket);
            count += 1;
        }
        count
    }
}
