//! Addresses inside are never reached, whatever an endpoint's URL or a name server says. Real sockets.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use webhook_delivery::{
    AddressPolicy, DeliveryState, Error, Event, EventData, NewEndpoint, SqliteStore, TestDelivery, Webhooks, events,
};

/// Counts connections, and answers 204 to each.
async fn listener() -> (u16, Arc<AtomicUsize>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let accepted = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&accepted);
    tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            count.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                let mut head = [0; 4096];
                let _ = socket.read(&mut head).await;
                let _ = socket.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").await;
            });
        }
    });
    (port, accepted)
}

#[tokio::test]
async fn an_endpoint_that_was_let_in_once_is_still_checked_in_each_try() {
    let (port, accepted) = listener().await;
    let store = SqliteStore::in_memory().await.unwrap();
    let open = AddressPolicy::public_only().allow("127.0.0.0/8").unwrap().allow_http(true);
    let lax = Webhooks::builder(Arc::new(store.clone())).addresses(open).build().unwrap();
    let mut endpoints = Vec::new();
    for host in ["127.0.0.1", "2130706433", "0177.0.0.1", "0x7f.1", "localhost"] {
        let new = NewEndpoint::new(format!("http://{host}:{port}/hook"), "*".parse().unwrap());
        endpoints.push(lax.create(new).await.unwrap().0);
    }
    let event = || Event::new("2026-11-25T12:00:00Z".parse().unwrap(), &events::GoalCreated::example()).unwrap();
    lax.publish(vec![event()]).await.unwrap();
    lax.run_until_idle().await.unwrap();
    assert_eq!(accepted.load(Ordering::SeqCst), endpoints.len());
    let report = lax.test(endpoints[0].id(), TestDelivery::Ping).await.unwrap();
    assert!(report.delivered && report.connect.is_some_and(|t| t > Duration::ZERO), "{report}");
    assert_eq!(report.dns, None, "an address needs no look-up");

    // The same endpoints, under the policy that is the default. Literal hosts are what no resolver ever sees.
    let before = accepted.load(Ordering::SeqCst);
    let inside_forbidden = AddressPolicy::public_only().allow_http(true);
    let refused = Arc::new(AtomicUsize::new(0));
    let told = Arc::clone(&refused);
    let strict = Webhooks::builder(Arc::new(store.clone()))
        .addresses(inside_forbidden)
        .on_notice(move |notice| {
            if matches!(notice, webhook_delivery::Notice::Refused { .. }) {
                told.fetch_add(1, Ordering::SeqCst);
            }
        })
        .build()
        .unwrap();
    strict.publish(vec![event()]).await.unwrap();
    strict.run_until_idle().await.unwrap();
    assert_eq!(accepted.load(Ordering::SeqCst), before);
    assert_eq!(refused.load(Ordering::SeqCst), endpoints.len());
    for endpoint in &endpoints {
        let report = strict.test(endpoint.id(), TestDelivery::Ping).await.unwrap();
        assert!(!report.delivered && report.then.contains("must not be reached"), "{report}");
        let query = webhook_delivery::DeliveryQuery { endpoint: Some(endpoint.id().to_owned()), ..Default::default() };
        let newest = strict.deliveries(query).await.unwrap().remove(0);
        assert!(matches!(&newest.state, DeliveryState::Dead { reason } if reason.contains("must not be reached")));
    }
    assert_eq!(accepted.load(Ordering::SeqCst), before);
}

#[tokio::test]
async fn a_test_says_how_far_it_came_where_there_is_no_answer() {
    // Connections are made for it, and nobody takes them.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let open = AddressPolicy::public_only().allow("127.0.0.0/8").unwrap().allow("::1").unwrap().allow_http(true);
    let store = Arc::new(SqliteStore::in_memory().await.unwrap());
    let webhooks = Webhooks::builder(store).addresses(open).time_out(Duration::from_millis(300)).build().unwrap();
    let test = async |url: String| {
        let (endpoint, _) = webhooks.create(NewEndpoint::new(url, "*".parse().unwrap())).await.unwrap();
        webhooks.test(endpoint.id(), TestDelivery::Ping).await.unwrap()
    };
    let hangs = test(format!("http://localhost:{port}/")).await;
    assert!(!hangs.delivered && hangs.dns.is_some() && hangs.connect.is_some(), "{hangs}");
    // What listens there speaks no TLS.
    let no_tls = test(format!("https://localhost:{port}/")).await;
    assert!(!no_tls.delivered && no_tls.dns.is_some() && no_tls.connect.is_none(), "{no_tls}");
}

#[tokio::test]
async fn addresses_inside_are_refused_when_an_endpoint_is_made() {
    let webhooks = Webhooks::builder(Arc::new(SqliteStore::in_memory().await.unwrap())).build().unwrap();
    for url in [
        "https://127.0.0.1/",
        "https://[::ffff:127.0.0.1]/",
        "https://2130706433/",
        "https://0177.0.0.1/",
        "https://[64:ff9b::7f00:1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://user:hunter2@hooks.example.com/",
        "https://metadata.internal/",
        "http://hooks.example.com/",
        "gopher://hooks.example.com/",
        "not a url",
    ] {
        let error = webhooks.create(NewEndpoint::new(url, "*".parse().unwrap())).await.unwrap_err();
        assert!(matches!(error, Error::Url(_)), "{url}: {error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
