//! ConnectWise tells of a change, the callback is verified and stored as a hint, and the sync reads the record: no poll.
//!
//! `cargo run --example connectwise_callback`. The emulated ConnectWise sends to a receiver on a port of the system's.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::{Router, routing::post};
use psa_kit::connectwise_client::{ConnectWise, ConnectWiseReceiver, KeyOrigins};
use psa_kit::psa_core::{Incoming, Receiver};
use psa_kit::psa_http::ReqwestTransport;
use psa_kit::psa_sandbox::ConnectWiseSandbox;
use psa_kit::psa_sandbox::connectwise::{Dataset, Resource};
use psa_kit::psa_sync::{Pull, SqliteStore, SyncEngine};
use psa_kit::{Company, Error, ErrorKind, Result, Ticket};

/// A request as the receiver wants it.
struct Callback<'r>(&'r HeaderMap, &'r [u8]);

impl Incoming for Callback<'_> {
    fn header(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name).map(|value| value.as_bytes())
    }
    fn query(&self, _: &str) -> Option<&str> {
        None
    }
    fn body(&self) -> &[u8] {
        self.1
    }
}

struct Host {
    receiver: ConnectWiseReceiver,
    sync: SyncEngine,
}

/// Verified, stored, answered: in this order. What the callback says of the record is not believed, it is read.
async fn callback(State(host): State<Arc<Host>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let received = match host.receiver.receive(&Callback(&headers, &body)).await {
        Ok(received) => received,
        Err(error) if error.is_unauthenticated() => {
            println!("  refused   {error}");
            return StatusCode::UNAUTHORIZED;
        }
        Err(error) if error.kind() == ErrorKind::InvalidRequest => return StatusCode::BAD_REQUEST,
        // No key now. ConnectWise sends again after this one, and not after a 503.
        Err(_) => return StatusCode::TOO_MANY_REQUESTS,
    };
    match host.sync.accept(received.hints.clone()).await {
        Ok(new) => {
            println!("  received  {} bytes, {new} records to look at", body.len());
            StatusCode::NO_CONTENT
        }
        Err(_) => {
            host.receiver.not_stored(&received);
            StatusCode::TOO_MANY_REQUESTS
        }
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let dataset = Dataset::new(1).companies(10).tickets(200);
    let sandbox = ConnectWiseSandbox::builder().dataset(dataset).rate_limit(None).build();
    let cw = ConnectWise::builder(ConnectWiseSandbox::SITE)
        .company(ConnectWiseSandbox::COMPANY)
        .keys(ConnectWiseSandbox::PUBLIC_KEY, ConnectWiseSandbox::PRIVATE_KEY.to_string())
        .client_id(ConnectWiseSandbox::CLIENT_ID)
        .transport(sandbox.transport())
        .rate_limit(None)
        .build()?;
    let store = SqliteStore::in_memory().await?;
    let sync = SyncEngine::builder(Arc::new(cw.connector().build()), Arc::new(store.clone()))
        .connection("acme")
        .entity(Pull::<Company>::new())
        .entity(Pull::<Ticket>::new())
        .build()?;
    println!("backfill  {} records", sync.run_once(&()).await?.totals().fetched);

    // On a real tenant the key comes over a `GuardedTransport`, and only from ConnectWise's own hosts.
    let receiver = ConnectWiseReceiver::builder("acme", ConnectWiseSandbox::COMPANY)
        .key_origins(KeyOrigins::own(ConnectWiseSandbox::SITE)?)
        .transport(sandbox.transport())
        .client_id(ConnectWiseSandbox::CLIENT_ID)
        .build()?;
    let host = Arc::new(Host { receiver, sync });
    let failed = |error: std::io::Error| Error::new(ErrorKind::Config, "no port to listen on").with_source(error);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(failed)?;
    let url = format!("http://{}/connectwise", listener.local_addr().map_err(failed)?);
    let app = Router::new().route("/connectwise", post(callback)).with_state(Arc::clone(&host));
    tokio::spawn(async move { axum::serve(listener, app).await });

    let save = cw.callbacks().create().url(format!("{url}?recordId=")).kind("ticket").level("owner").object(1);
    save.send().await?;
    println!("callback  registered at {url}");
    let new = sandbox.edit(|psa| {
        // Three changes of one ticket are three callbacks, and one read.
        (0..3).for_each(|_| psa.touch(Resource::Tickets, 42));
        psa.update(Resource::Tickets, 42, "summary", "Printer on fire");
        psa.insert(Resource::Tickets, serde_json::json!({ "summary": "A new one", "company": { "id": 3 } }))
    });
    let transport: Arc<dyn psa_kit::psa_http::Transport> = Arc::new(ReqwestTransport::new()?);
    let sent = sandbox.deliver_callbacks(&transport, ConnectWiseSandbox::SITE).await;
    println!("sent      {} callbacks", sent.len());

    if let Some(report) = host.sync.fetch_hints(&()).await? {
        println!("fetched   {} records, {} written", report.totals().fetched, report.totals().stored());
    }
    let rows =
        store.query(&format!("SELECT vendor_key, summary FROM ticket WHERE vendor_key IN ('42', '{new}')")).await?;
    for row in rows {
        println!("          {} {}", row["vendor_key"], row["summary"]);
    }

    let forged = reqwest::Client::new()
        .post(&url)
        .header("x-content-signature", "N2rfTC6bE723vlHgmjvZa35vDoGJ/nv1YlVtrHjx8WQ=")
        .body(r#"{"Action":"deleted","Type":"ticket","ID":42,"Metadata":{"key_url":"https://evil.example/key"}}"#);
    let answer = forged.send().await.map_err(|e| Error::new(ErrorKind::Connect, "no answer").with_source(e))?;
    println!("forged    {}", answer.status());
    Ok(())
}
