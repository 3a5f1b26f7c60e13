//! Events: in the caller's transaction, once, to whom they belong.

use std::time::Duration;

use webhook_delivery::{DeliveryState, Error, Event, EventData, NewEndpoint, SqliteStore, Webhooks, events};

use crate::receivers::Sent;

#[tokio::test(start_paused = true)]
async fn an_event_is_there_if_and_only_if_the_callers_transaction_commits() {
    let sent = Sent::new().await;
    let (endpoint, _) = sent.endpoint("portal", |e| e).await;
    let (lost, kept, now) = (sent.event(), sent.event(), sent.now());
    let kept_id = kept.event_id().to_owned();
    let rolled_back = sent.store.database().write(move |tx| {
        SqliteStore::publish_in(tx, &[lost], now)?;
        Err::<(), _>(psa_store::StoreError::Stopped)
    });
    assert!(rolled_back.await.is_err());
    sent.store.database().write(move |tx| SqliteStore::publish_in(tx, &[kept], now)).await.unwrap();
    sent.webhooks.wake();
    sent.run_for(Duration::from_secs(1)).await;
    let deliveries = sent.deliveries(&endpoint).await;
    assert_eq!(deliveries.len(), 1);
    assert_eq!((&deliveries[0].event_id, &deliveries[0].state), (&kept_id, &DeliveryState::Delivered));
}

#[tokio::test(start_paused = true)]
async fn what_is_published_twice_is_sent_once() {
    let sent = Sent::new().await;
    let (endpoint, _) = sent.endpoint("portal", |e| e).await;
    let event = sent.event().id("order-4711").unwrap();
    let first = sent.webhooks.publish(vec![event.clone(), event.clone()]).await.unwrap();
    assert_eq!(first.iter().map(|p| p.deliveries).collect::<Vec<_>>(), [Some(1), None]);
    sent.run_for(Duration::from_secs(1)).await;
    assert_eq!(sent.webhooks.publish(vec![event]).await.unwrap()[0].deliveries, None);
    sent.run_for(Duration::from_secs(1)).await;
    assert_eq!(sent.deliveries(&endpoint).await.len(), 1);
    assert_eq!(sent.receivers.arrivals("portal.example.com").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn events_go_to_those_who_want_them_and_to_no_other_tenant() {
    let sent = Sent::new().await;
    let create = |host: &str, filter: &str, tenant: Option<&str>| {
        let new = NewEndpoint::new(format!("https://{host}.example.com/"), filter.parse().unwrap());
        let new = match tenant {
            Some(tenant) => new.tenant(tenant),
            None => new,
        };
        let webhooks = sent.webhooks.clone();
        async move { webhooks.create(new).await.unwrap() }
    };
    create("all", "*", None).await;
    create("goals", "goal.*", None).await;
    create("tickets", "ticket.updated", None).await;
    create("acme", "*", Some("acme")).await;
    create("other", "*", Some("other")).await;
    let goal = sent.event().tenant("acme").unwrap();
    let ticket = Event::new(sent.now(), &events::TicketStatusChanged::example()).unwrap();
    sent.webhooks.publish(vec![goal, ticket]).await.unwrap();
    sent.run_for(Duration::from_secs(1)).await;
    let got = |host: &str| -> Vec<String> {
        let arrivals = sent.receivers.arrivals(&format!("{host}.example.com"));
        let mut types: Vec<String> = arrivals
            .iter()
            .map(|a| serde_json::from_slice::<serde_json::Value>(&a.body).unwrap()["type"].as_str().unwrap().to_owned())
            .collect();
        types.sort();
        types
    };
    assert_eq!(got("all"), ["goal.created", "ticket.status_changed"]);
    assert_eq!(got("goals"), ["goal.created"]);
    assert!(got("tickets").is_empty());
    assert_eq!(got("acme"), ["goal.created"]);
    assert!(got("other").is_empty());
}

#[test]
fn an_event_that_no_receiver_would_take_is_refused() {
    let at = "2026-11-25T12:00:00Z".parse().unwrap();
    let large = Event::of("big.data".parse().unwrap(), at, &"x".repeat(300 * 1024)).unwrap_err();
    assert!(matches!(large, Error::TooLarge { limit: 262_144, .. }), "{large}");
    for id in ["", "a.b", "a\nb", "ä", &"x".repeat(300)] {
        assert!(Event::new(at, &events::GoalCreated::example()).unwrap().id(id).is_err(), "{id}");
    }
    for name in ["", ".", "a..b", "a b", "goal.created.", "göal", &"x".repeat(101)] {
        assert!(name.parse::<webhook_delivery::EventType>().is_err(), "{name}");
    }
}

#[tokio::test]
async fn two_processes_share_a_file_and_each_event_is_sent_by_one_of_them() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("shared.db");
    let one = Sent::over(SqliteStore::open(&path).await.unwrap());
    let other = Sent::over(SqliteStore::open(&path).await.unwrap());
    let (endpoint, _) = one.endpoint("shared", |e| e.concurrency(10)).await;
    one.publish(200, "").await;
    let run = |w: Webhooks| async move { w.run_until_idle().await };
    let (a, b) = tokio::join!(run(one.webhooks.clone()), run(other.webhooks.clone()));
    a.unwrap();
    b.unwrap();
    let arrivals =
        one.receivers.arrivals("shared.example.com").len() + other.receivers.arrivals("shared.example.com").len();
    assert_eq!(arrivals, 200);
    assert!(one.deliveries(&endpoint).await.iter().all(|d| d.state == DeliveryState::Delivered && d.attempts == 1));
}
