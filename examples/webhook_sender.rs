//! An endpoint, a test delivery, a receiver that fails, the retries as they happen, the dead letter, and its replay.
//!
//! `cargo run --example webhook_sender`. The receiver is in this program. With a URL (`-- https://hooks.example.com/x`) the test
//! delivery alone goes there: under the public addresses, and signed with a secret that is printed.

use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use psa_kit::webhook_delivery::events::{EventData, TicketStatusChanged};
use psa_kit::webhook_delivery::{
    AddressPolicy, CustomHeaders, DeliveryQuery, Event, NewEndpoint, Notice, Replay, RetryPolicy, SqliteStore,
    StateFilter, TestDelivery, Webhooks,
};
use psa_kit::webhook_signing::{Scheme, Verifier};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<()> {
    if let Some(url) = std::env::args().nth(1) {
        return test_only(&url).await;
    }
    let broken = Arc::new(AtomicBool::new(true));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/hooks", listener.local_addr()?);

    // The receiver is on this machine: that has to be allowed. Without this line nothing inside is ever reached.
    let addresses = AddressPolicy::public_only().allow("127.0.0.0/8")?.allow_http(true);
    let webhooks = Webhooks::builder(Arc::new(SqliteStore::in_memory().await?))
        .addresses(addresses)
        .on_notice(|notice| match notice {
            Notice::Dead { reason, .. } => println!("  notice: a dead letter, {reason}"),
            Notice::Recovered { .. } => println!("  notice: the endpoint is well again"),
            other => println!("  notice: {other:?}"),
        })
        .build()?;

    println!("== an endpoint for ticket events");
    let quick = RetryPolicy::exponential(Duration::from_millis(200), 2.0, Duration::from_secs(2), 4)?;
    let headers = CustomHeaders::new().set("X-Environment", "demo")?;
    let new = NewEndpoint::new(&url, "ticket.*".parse()?).retry(quick).headers(headers);
    let (endpoint, secret) = webhooks.create(new).await?;
    println!("  {} at {url}, secret {}…", endpoint.id(), &secret.reveal()[..12]);
    let verifier = Verifier::new(Scheme::StandardWebhooks, secret.reveal())?;
    tokio::spawn(receive(listener, verifier, Arc::clone(&broken)));

    println!("\n== a test delivery");
    broken.store(false, Ordering::Relaxed);
    println!("{}", webhooks.test(endpoint.id(), TestDelivery::Example("ticket.updated".into())).await?);

    println!("\n== the receiver breaks, and a ticket is resolved");
    broken.store(true, Ordering::Relaxed);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let dispatcher = webhooks.clone();
    let running = tokio::spawn(async move { dispatcher.run(async { drop(stopped.await) }).await });
    let event =
        Event::new(std::time::SystemTime::now().into(), &TicketStatusChanged::example())?.subject("ticket 100482");
    println!("  published {}", event.event_id());
    webhooks.publish(vec![event]).await?;
    let dead = until(&webhooks, endpoint.id(), StateFilter::Dead).await?;
    for attempt in webhooks.attempts(dead).await? {
        let end = attempt.end.as_ref().and_then(|e| e.error.as_deref()).unwrap_or("it arrived");
        println!("  try {} ({:?}): {end}", attempt.number, attempt.trigger);
    }

    println!("\n== the receiver is mended, and the dead letter replayed");
    broken.store(false, Ordering::Relaxed);
    let count = webhooks.replay(Replay::dead_letters(endpoint.id())).await?;
    println!("  {count} sent again, under the same id");
    until(&webhooks, endpoint.id(), StateFilter::Delivered).await?;
    let _ = stop.send(());
    running.await??;
    let stats = webhooks.stats(endpoint.id()).await?;
    println!(
        "\n{} delivered, {} dead, {} waiting; {} tries, {} failed",
        stats.delivered, stats.dead, stats.pending, stats.attempts, stats.failed_attempts
    );
    Ok(())
}

async fn test_only(url: &str) -> Result<()> {
    let webhooks = Webhooks::builder(Arc::new(SqliteStore::in_memory().await?)).build()?;
    let (endpoint, secret) = webhooks.create(NewEndpoint::new(url, "*".parse()?)).await?;
    println!("secret {}", secret.reveal());
    println!("{}", webhooks.test(endpoint.id(), TestDelivery::Ping).await?);
    Ok(())
}

/// The first delivery of this state, once there is one. A program of yours would be told by `on_notice`.
async fn until(webhooks: &Webhooks, endpoint: &str, state: StateFilter) -> Result<i64> {
    loop {
        let query = DeliveryQuery { endpoint: Some(endpoint.into()), state: Some(state), ..Default::default() };
        if let Some(delivery) = webhooks.deliveries(query).await?.first() {
            return Ok(delivery.id);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A receiver that verifies, and can be broken.
async fn receive(listener: tokio::net::TcpListener, verifier: Verifier, broken: Arc<AtomicBool>) -> Result<()> {
    loop {
        let (socket, _) = listener.accept().await?;
        let (verifier, broken) = (verifier.clone(), Arc::clone(&broken));
        tokio::spawn(async move {
            let service = service_fn(move |request: Request<Incoming>| {
                let (verifier, broken) = (verifier.clone(), Arc::clone(&broken));
                async move { Ok::<_, Infallible>(answer(request, &verifier, broken.load(Ordering::Relaxed)).await) }
            });
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
        });
    }
}

async fn answer(request: Request<Incoming>, verifier: &Verifier, broken: bool) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(|b| b.to_bytes()).unwrap_or_default();
    let (status, text) = match verifier.verify(&head.headers, &body) {
        Err(why) => {
            println!("    receiver: refused, {why}");
            (401, "")
        }
        Ok(_) if broken => {
            println!("    receiver: 500");
            (500, "the database is away")
        }
        Ok(verified) => {
            println!("    receiver: took {}", verified.id.unwrap_or_default());
            (200, "thanks")
        }
    };
    let mut answer = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *answer.status_mut() = hyper::StatusCode::from_u16(status).unwrap_or_default();
    answer
}
