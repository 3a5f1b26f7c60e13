//! What the owner of an endpoint does: changing it, rotating its secret, replaying, testing.

use std::time::Duration;

use bytes::Bytes;
use webhook_delivery::{
    CustomHeaders, DeliveryQuery, DeliveryState, Error, Event, EventData, NewEndpoint, Replay, RetryPolicy,
    StateFilter, TestDelivery, Trigger, events,
};
use webhook_signing::{Scheme, Verifier};

use crate::receivers::{Answer, Sent};

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(86_400);

#[tokio::test(start_paused = true)]
async fn a_secret_can_be_changed_without_losing_anything() {
    let sent = Sent::new().await;
    let (endpoint, old) = sent.endpoint("portal", |e| e).await;
    let new = sent.webhooks.rotate_secret(endpoint.id(), DAY).await.unwrap();
    assert_ne!(old, new);
    let arrives_with = |secret: &str, after: usize| {
        let arrival = sent.receivers.arrivals("portal.example.com")[after].clone();
        let verifier = Verifier::new(Scheme::StandardWebhooks, secret).unwrap().unchecked_time();
        verifier.verify_at(&arrival.headers, &arrival.body, 0).is_ok()
    };
    sent.publish(1, "").await;
    sent.run_for(SECOND).await;
    assert!(arrives_with(old.reveal(), 0) && arrives_with(new.reveal(), 0));
    // A dispatcher that runs on does not sign with the old one for longer than it should.
    sent.run_for(DAY).await;
    sent.publish(1, "").await;
    sent.run_for(SECOND).await;
    assert!(!arrives_with(old.reveal(), 1) && arrives_with(new.reveal(), 1));
    assert!(matches!(sent.webhooks.rotate_secret(endpoint.id(), DAY * 8).await, Err(Error::Rotation(_))));
    // However often it is done, no more than five old ones sign.
    for _ in 0..9 {
        sent.webhooks.rotate_secret(endpoint.id(), DAY).await.unwrap();
    }
    sent.publish(1, "").await;
    sent.run_for(SECOND).await;
    let arrival = sent.receivers.arrivals("portal.example.com").pop().unwrap();
    assert_eq!(arrival.headers["webhook-signature"].to_str().unwrap().split(' ').count(), 6);
}

#[tokio::test(start_paused = true)]
async fn dead_letters_are_sent_again_under_the_same_id() {
    let sent = Sent::new().await;
    sent.receivers.set("down.example.com", |_| Answer::Status(500));
    let once = RetryPolicy::schedule([]).unwrap();
    let (endpoint, _) = sent.endpoint("down", |e| e.retry(once)).await;
    let ids = sent.publish(3, "").await;
    sent.run_for(SECOND).await;
    let dead = DeliveryQuery { state: Some(StateFilter::Dead), ..Default::default() };
    assert_eq!(sent.webhooks.deliveries(dead.clone()).await.unwrap().len(), 3);

    sent.receivers.set("down.example.com", |_| Answer::Status(200));
    let first = sent.deliveries(&endpoint).await[0].clone();
    assert_eq!(sent.webhooks.replay(Replay::one(endpoint.id(), first.id)).await.unwrap(), 1);
    sent.run_for(SECOND).await;
    assert_eq!(sent.deliveries(&endpoint).await[0].state, DeliveryState::Delivered);
    let attempts = sent.webhooks.attempts(first.id).await.unwrap();
    assert_eq!(attempts.iter().map(|a| a.trigger).collect::<Vec<_>>(), [Trigger::Schedule, Trigger::Replay]);

    let spread = Replay::dead_letters(endpoint.id()).spread(Duration::from_secs(10));
    assert_eq!(sent.webhooks.replay(spread).await.unwrap(), 2);
    sent.run_for(Duration::from_secs(30)).await;
    assert!(sent.webhooks.deliveries(dead).await.unwrap().is_empty());
    let arrivals = sent.receivers.arrivals("down.example.com");
    let again: Vec<_> = arrivals[3..].iter().map(|a| a.id().to_owned()).collect();
    assert_eq!(again, ids);
    assert!(arrivals[5].at - arrivals[4].at >= Duration::from_secs(10));
    assert!(matches!(sent.webhooks.replay(Replay::dead_letters("ep_none")).await, Err(Error::NotFound { .. })));
}

#[tokio::test(start_paused = true)]
async fn what_was_published_while_an_endpoint_was_off_can_be_had_later() {
    let sent = Sent::new().await;
    let (endpoint, _) = sent.endpoint("portal", |e| e).await;
    let start = sent.now();
    sent.webhooks.disable(endpoint.id(), "maintenance").await.unwrap();
    let missed = sent.publish(4, "").await;
    let ticket = Event::new(sent.now(), &events::TicketUpdated::example()).unwrap();
    sent.webhooks.publish(vec![ticket]).await.unwrap();
    sent.run_for(SECOND).await;
    assert!(sent.receivers.arrivals("portal.example.com").is_empty());
    sent.webhooks.enable(endpoint.id()).await.unwrap();
    let goals = || Replay::since(endpoint.id(), start).filter("goal.*".parse().unwrap());
    assert_eq!(sent.webhooks.replay(goals().limit(3)).await.unwrap(), 3);
    assert_eq!(sent.webhooks.replay(goals()).await.unwrap(), 1);
    sent.run_for(SECOND).await;
    let arrived: Vec<_> = sent.receivers.arrivals("portal.example.com").iter().map(|a| a.id().to_owned()).collect();
    assert_eq!(arrived, missed);
    // What arrived is sent again only if that is asked for.
    assert_eq!(sent.webhooks.replay(goals()).await.unwrap(), 0);
    assert_eq!(sent.webhooks.replay(goals().delivered_too()).await.unwrap(), 4);
}

#[tokio::test(start_paused = true)]
async fn what_nobody_wants_does_not_hide_what_was_missed() {
    let sent = Sent::new().await;
    let (endpoint, _) = sent.endpoint("portal", |e| e).await;
    let start = sent.now();
    sent.webhooks.disable(endpoint.id(), "maintenance").await.unwrap();
    let ticket = || Event::new(sent.now(), &events::TicketUpdated::example()).unwrap();
    sent.webhooks.publish((0..50).map(|_| ticket()).collect()).await.unwrap();
    let goals = sent.publish(2, "").await;
    sent.webhooks.enable(endpoint.id()).await.unwrap();
    let some = Replay::since(endpoint.id(), start).filter("goal.*".parse().unwrap()).limit(5);
    assert_eq!(sent.webhooks.replay(some).await.unwrap(), 2);
    // And nothing that was not asked for is a dead letter now.
    assert_eq!(sent.webhooks.replay(Replay::dead_letters(endpoint.id())).await.unwrap(), 0);
    sent.run_for(SECOND).await;
    let arrived: Vec<_> = sent.receivers.arrivals("portal.example.com").iter().map(|a| a.id().to_owned()).collect();
    assert_eq!(arrived, goals);
}

#[tokio::test(start_paused = true)]
async fn settings_that_would_stop_everything_are_refused() {
    let sent = Sent::new().await;
    let create = |new: NewEndpoint| sent.webhooks.create(new);
    let new = || NewEndpoint::new("https://x.example.com/", "*".parse().unwrap());
    for bad in [
        new().rate(0, SECOND),
        new().rate(1, Duration::MAX),
        new().rate(1, Duration::ZERO),
        new().concurrency(0),
        new().concurrency(5_000),
    ] {
        assert!(matches!(create(bad).await, Err(Error::Policy(_))));
    }
    // Settings go out without what is secret, and what comes in is checked like everything else.
    let headers = CustomHeaders::new().bearer("canary-token").unwrap();
    let (endpoint, _) = create(new().headers(headers)).await.unwrap();
    let text = serde_json::to_string(&endpoint.settings).unwrap();
    assert!(!text.contains("canary"), "{text}");
    let read = sent.webhooks.endpoint(endpoint.id()).await.unwrap();
    assert_eq!(read.settings, endpoint.settings);
}

#[tokio::test(start_paused = true)]
async fn an_old_address_says_nothing_of_a_new_one() {
    let sent = Sent::new().await;
    sent.receivers.set("old.example.com", |_| Answer::Slow(SECOND * 5, 410));
    let (endpoint, _) = sent.endpoint("old", |e| e).await;
    sent.publish(2, "").await;
    let dispatcher = sent.webhooks.clone();
    let running = tokio::spawn(async move { dispatcher.run(tokio::time::sleep(SECOND * 60)).await });
    tokio::time::sleep(SECOND).await;
    let mut moved = endpoint;
    moved.url = "https://new.example.com/".into();
    let moved = sent.webhooks.update(moved).await.unwrap();
    running.await.unwrap().unwrap();
    assert!(sent.webhooks.endpoint(moved.id()).await.unwrap().is_enabled());
}

#[tokio::test(start_paused = true)]
async fn one_try_by_hand_changes_no_schedule() {
    let sent = Sent::new().await;
    sent.receivers.set("down.example.com", |_| Answer::Status(500));
    let (endpoint, _) = sent.endpoint("down", |e| e.retry(RetryPolicy::schedule([DAY]).unwrap().jitter(0.0))).await;
    sent.publish(1, "").await;
    sent.run_for(SECOND).await;
    let id = sent.deliveries(&endpoint).await[0].id;
    let end = sent.webhooks.attempt(id).await.unwrap();
    assert_eq!((end.delivered, end.status), (false, Some(500)));
    let delivery = sent.deliveries(&endpoint).await[0].clone();
    assert_eq!((delivery.state.clone(), delivery.attempts), (DeliveryState::Pending, 2));
    assert!(delivery.next_at > sent.now() + DAY / 2, "the schedule stands: {}", delivery.next_at);
    sent.receivers.set("down.example.com", |_| Answer::Status(200));
    // Also of a disabled endpoint.
    sent.webhooks.disable(endpoint.id(), "broken").await.unwrap();
    assert!(sent.webhooks.attempt(id).await.unwrap().delivered);
    assert_eq!(sent.deliveries(&endpoint).await[0].state, DeliveryState::Delivered);
    let triggers: Vec<_> = sent.webhooks.attempts(id).await.unwrap().iter().map(|a| a.trigger).collect();
    assert_eq!(triggers, [Trigger::Schedule, Trigger::Manual, Trigger::Manual]);
    assert!(matches!(sent.webhooks.attempt(999).await, Err(Error::NotFound { .. })));
}

#[tokio::test(start_paused = true)]
async fn a_test_delivery_tells_all_and_leaves_nothing_behind() {
    let sent = Sent::new().await;
    let (endpoint, secret) = sent.endpoint("portal", |e| e).await;
    sent.receivers.set("portal.example.com", |n| match n {
        0 => Answer::With(200, vec![], Bytes::from_static(b"thanks")),
        1 => Answer::With(503, vec![("retry-after", "90".into())], Bytes::from_static(b"later")),
        2 => Answer::Refuses,
        _ => Answer::Status(410),
    });
    let ping = sent.webhooks.test(endpoint.id(), TestDelivery::Ping).await.unwrap();
    assert!(ping.delivered && ping.status == Some(200) && ping.excerpt == "thanks" && ping.retry_after.is_none());
    // The receiver can check what the report shows.
    let verifier = Verifier::new(Scheme::StandardWebhooks, secret.reveal()).unwrap().unchecked_time();
    assert!(verifier.verify_at(&ping.signature, ping.body.as_bytes(), 0).is_ok());
    let example = TestDelivery::Example("device.warranty_expiring".into());
    let busy = sent.webhooks.test(endpoint.id(), example).await.unwrap();
    assert!(busy.body.contains("warranty") && busy.retry_after == Some(Duration::from_secs(90)));
    let refused = sent.webhooks.test(endpoint.id(), TestDelivery::Ping).await.unwrap();
    assert!(refused.status.is_none() && refused.then == "it would be tried again after 5 s", "{refused}");
    let gone = sent.webhooks.test(endpoint.id(), TestDelivery::Ping).await.unwrap();
    assert_eq!(gone.then, "the endpoint would be disabled");
    assert!(sent.webhooks.endpoint(endpoint.id()).await.unwrap().is_enabled());
    assert!(sent.deliveries(&endpoint).await.is_empty());
    let unknown = sent.webhooks.test(endpoint.id(), TestDelivery::Example("no.such".into())).await;
    assert!(matches!(unknown, Err(Error::UnknownEventType(_))));
    for _ in 0..5 {
        sent.webhooks.test(endpoint.id(), TestDelivery::Ping).await.unwrap();
    }
    assert!(matches!(sent.webhooks.test(endpoint.id(), TestDelivery::Ping).await, Err(Error::TooManyTests)));
}

#[tokio::test(start_paused = true)]
async fn endpoints_are_changed_by_one_person_at_a_time() {
    let sent = Sent::new().await;
    let headers = CustomHeaders::new().set("X-Environment", "test").unwrap();
    let (endpoint, _) = sent.endpoint("portal", |e| e.headers(headers).description("The portal")).await;
    let mut mine = sent.webhooks.endpoint(endpoint.id()).await.unwrap();
    let mut theirs = mine.clone();
    mine.settings.description = "Mine".into();
    mine.url = "https://new.example.com/".into();
    theirs.settings.description = "Theirs".into();
    let saved = sent.webhooks.update(mine).await.unwrap();
    assert!(matches!(sent.webhooks.update(theirs).await, Err(Error::Changed)));
    assert_eq!(saved.settings.description, "Mine");
    sent.publish(1, "").await;
    sent.run_for(SECOND).await;
    assert_eq!(sent.receivers.arrivals("new.example.com")[0].headers["x-environment"], "test");

    for (url, why) in
        [("http://plain.example.com/", "https"), ("https://localhost/", "localhost"), ("https://10.0.0.1/", "10.0.0.1")]
    {
        let refused = sent.webhooks.create(NewEndpoint::new(url, "*".parse().unwrap())).await.unwrap_err();
        assert!(matches!(refused, Error::Url(_)) && refused.to_string().contains(why), "{refused}");
    }
    let typo = sent.webhooks.create(NewEndpoint::new("https://x.example.com/", "tickets.*".parse().unwrap())).await;
    assert!(matches!(typo, Err(Error::UnknownEventType(_))));
    sent.webhooks.remove(endpoint.id()).await.unwrap();
    assert!(matches!(sent.webhooks.endpoint(endpoint.id()).await, Err(Error::NotFound { .. })));
    assert!(sent.webhooks.remove(endpoint.id()).await.is_err());
    assert!(sent.deliveries(&endpoint).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_in_numbers_and_old_events_forgotten() {
    let sent = Sent::new().await;
    sent.receivers.set("portal.example.com", |n| if n == 0 { Answer::Status(500) } else { Answer::Status(200) });
    let (endpoint, _) = sent.endpoint("portal", |e| e.retry(RetryPolicy::schedule([DAY]).unwrap())).await;
    let start = sent.now();
    sent.publish(3, "").await;
    sent.run_for(SECOND).await;
    let stats = sent.webhooks.stats(endpoint.id()).await.unwrap();
    assert_eq!((stats.pending, stats.delivered, stats.dead, stats.attempts, stats.failed_attempts), (1, 2, 0, 3, 1));
    assert_eq!(stats.oldest_pending, Some(start));
    // One still waits: its event stays.
    assert_eq!(sent.webhooks.prune(sent.now() + SECOND).await.unwrap(), 2);
    assert_eq!(sent.deliveries(&endpoint).await.len(), 1);
    sent.run_for(DAY * 2).await;
    assert_eq!(sent.webhooks.prune(sent.now()).await.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn secrets_are_in_nothing_that_is_shown() {
    let sent = Sent::new().await;
    let headers = CustomHeaders::new().bearer("canary-token").unwrap();
    let (endpoint, secret) = sent.endpoint("portal", |e| e.headers(headers)).await;
    sent.publish(1, "").await;
    sent.run_for(SECOND).await;
    let report = sent.webhooks.test(endpoint.id(), TestDelivery::Ping).await.unwrap();
    let shown = format!(
        "{endpoint:?} {secret:?} {report} {report:?} {:?} {:?} {:?}",
        sent.webhooks,
        sent.webhooks.endpoints().await.unwrap(),
        sent.deliveries(&endpoint).await
    );
    assert!(!shown.contains("canary-token") && !shown.contains(secret.reveal()), "{shown}");
}
