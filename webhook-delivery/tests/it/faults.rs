//! Receivers that are down, slow, overloaded or gone: nothing is lost, and nobody else waits.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use webhook_delivery::{DeliveryState, EndpointState, NewEndpoint, Notice, RetryPolicy, Trigger};
use webhook_signing::{Scheme, Verifier};

use crate::receivers::{Answer, Sent};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

fn short(new: NewEndpoint) -> NewEndpoint {
    new.retry(RetryPolicy::exponential(SECOND, 2.0, MINUTE, 8).unwrap().jitter(0.0))
}

#[tokio::test(start_paused = true)]
async fn every_event_arrives_whatever_the_receiver_does_first() {
    let sent = Sent::new().await;
    let faults = [
        Answer::Status(500),
        Answer::Status(302),
        Answer::Status(404),
        Answer::Refuses,
        Answer::Resets,
        Answer::BreaksOff,
        Answer::Never,
        Answer::Slow(Duration::from_secs(20), 200),
    ];
    let (endpoint, secret) = sent.endpoint("faulty", short).await;
    // Each delivery meets another fault first, and by the second or third try the receiver is well.
    let mut n = 0;
    sent.receivers.set("faulty.example.com", move |_| {
        n += 1;
        if n <= 24 { faults[n % faults.len()].clone() } else { Answer::Status(200) }
    });
    let ids = sent.publish(20, "").await;
    sent.run_for(HOUR).await;

    let deliveries = sent.deliveries(&endpoint).await;
    assert!(deliveries.iter().all(|d| d.state == DeliveryState::Delivered), "{deliveries:#?}");
    let verifier = Verifier::new(Scheme::StandardWebhooks, secret.reveal()).unwrap();
    let start = sent.now().timestamp() - sent.clock_seconds();
    let mut arrived = BTreeSet::new();
    for arrival in sent.receivers.arrivals("faulty.example.com") {
        // Signed anew in each try: at the moment of the try, under the same id, over the same bytes.
        let at = start + arrival.at.as_secs() as i64;
        let verified = verifier.verify_at(&arrival.headers, &arrival.body, at).unwrap();
        assert!(verified.age.unwrap().abs() <= 1);
        arrived.insert(arrival.id().to_owned());
    }
    assert_eq!(arrived, ids.into_iter().collect());
    // What is in the log is what happened.
    let mut tries = 0;
    for delivery in &deliveries {
        let attempts = sent.webhooks.attempts(delivery.id).await.unwrap();
        assert_eq!(attempts.len() as u32, delivery.attempts);
        assert_eq!(attempts.iter().map(|a| a.number).collect::<Vec<_>>(), (1..=delivery.attempts).collect::<Vec<_>>());
        let ends: Vec<_> = attempts.iter().map(|a| a.end.clone().unwrap()).collect();
        let (last, before) = ends.split_last().unwrap();
        assert!(last.delivered && last.error.is_none() && last.status == Some(200));
        assert!(before.iter().all(|e| !e.delivered && e.error.is_some()), "{before:?}");
        tries += attempts.len();
    }
    assert_eq!(tries, sent.receivers.arrivals("faulty.example.com").len());
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_hangs_slows_nobody_else_down() {
    let sent = Sent::new().await;
    sent.receivers.set("hanging.example.com", |_| Answer::Never);
    sent.endpoint("hanging", |e| e.concurrency(8)).await;
    let (well, _) = sent.endpoint("well", |e| e).await;
    sent.publish(500, "").await;
    sent.run_for(Duration::from_secs(10)).await;
    assert!(sent.deliveries(&well).await.iter().all(|d| d.state == DeliveryState::Delivered));
    let last = sent.receivers.arrivals("well.example.com").pop().unwrap();
    assert!(last.at < SECOND, "{:?}", last.at);
    assert_eq!(sent.receivers.most_at_once("hanging.example.com"), 8);
}

#[tokio::test(start_paused = true)]
async fn more_endpoints_than_can_be_sent_to_at_once_are_all_sent_to() {
    let sent = Sent::new().await;
    for n in 0..400 {
        sent.endpoint(&format!("e{n}"), |e| e.concurrency(8)).await;
    }
    // Those that hang can't take all the places for good.
    for n in 0..100 {
        sent.receivers.set(&format!("e{n}.example.com"), |_| Answer::Never);
    }
    sent.publish(10, "").await;
    sent.run_for(MINUTE).await;
    for n in 100..400 {
        assert_eq!(sent.receivers.arrivals(&format!("e{n}.example.com")).len(), 10, "e{n}");
    }
}

#[tokio::test(start_paused = true)]
async fn after_failures_in_a_row_an_endpoint_is_left_alone_and_then_probed_by_one() {
    let sent = Sent::new().await;
    sent.receivers.set("down.example.com", |_| Answer::Refuses);
    let (endpoint, _) = sent.endpoint("down", |e| e.concurrency(1)).await;
    sent.publish(100, "").await;
    sent.run_for(Duration::from_secs(29)).await;
    assert_eq!(sent.receivers.arrivals("down.example.com").len(), 5);
    // A process that begins anew knows nothing of that; the probes of one that goes on are 30 seconds apart.
    sent.run_for(Duration::from_secs(95)).await;
    let times: Vec<u64> = sent.receivers.arrivals("down.example.com").iter().skip(10).map(|a| a.at.as_secs()).collect();
    assert_eq!(times, [59, 89, 119]);
    sent.receivers.set("down.example.com", |_| Answer::Status(200));
    sent.run_for(HOUR).await;
    assert!(sent.deliveries(&endpoint).await.iter().all(|d| d.state == DeliveryState::Delivered));
    assert!(sent.notices.lock().unwrap().iter().any(|n| matches!(n, Notice::Recovered { .. })));
}

#[tokio::test(start_paused = true)]
async fn the_schedule_is_kept_to_its_end_and_then_it_is_a_dead_letter() {
    let sent = Sent::new().await;
    sent.receivers.set("broken.example.com", |_| Answer::Status(500));
    let policy = RetryPolicy::schedule([5, 300, 1_800].map(Duration::from_secs)).unwrap().jitter(0.0);
    let (endpoint, _) = sent.endpoint("broken", |e| e.retry(policy)).await;
    sent.publish(1, "").await;
    sent.run_for(HOUR * 24).await;
    let times: Vec<u64> = sent.receivers.arrivals("broken.example.com").iter().map(|a| a.at.as_secs()).collect();
    assert_eq!(times, [0, 5, 305, 2_105]);
    let delivery = sent.deliveries(&endpoint).await.pop().unwrap();
    assert_eq!(delivery.state, DeliveryState::Dead { reason: "all 4 tries failed".into() });
    let notices = sent.notices.lock().unwrap();
    assert!(matches!(&notices[..], [Notice::Dead { reason, .. }] if reason == "all 4 tries failed"), "{notices:?}");
}

#[tokio::test(start_paused = true)]
async fn an_overloaded_receiver_gets_the_time_it_asks_for() {
    let sent = Sent::new().await;
    let asks = |n| match n {
        0 => Answer::With(429, vec![("retry-after", "120".into())], Bytes::new()),
        _ => Answer::Status(200),
    };
    sent.receivers.set("busy.example.com", asks);
    sent.endpoint("busy", |e| e.concurrency(1)).await;
    sent.publish(3, "").await;
    sent.run_for(HOUR).await;
    // The endpoint as a whole waits, not only the delivery that was told.
    let times: Vec<u64> = sent.receivers.arrivals("busy.example.com").iter().map(|a| a.at.as_secs()).collect();
    assert_eq!(times.len(), 4);
    assert_eq!(times[0], 0);
    assert!(times[1..].iter().all(|t| *t >= 120), "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn a_rate_is_kept_in_any_stretch() {
    let sent = Sent::new().await;
    sent.endpoint("limited", |e| e.rate(10, MINUTE).concurrency(100)).await;
    sent.publish(35, "").await;
    sent.run_for(HOUR).await;
    let times: Vec<Duration> = sent.receivers.arrivals("limited.example.com").iter().map(|a| a.at).collect();
    assert_eq!(times.len(), 35);
    assert!(times.windows(11).all(|w| w[10] - w[0] >= MINUTE));
    assert!(*times.last().unwrap() < MINUTE * 3 + SECOND * 5, "{:?}", times.last());
}

#[tokio::test(start_paused = true)]
async fn events_of_one_subject_keep_their_order_and_subjects_do_not_wait_for_each_other() {
    let sent = Sent::new().await;
    sent.receivers.set("ordered.example.com", |n| if n == 0 { Answer::Status(500) } else { Answer::Status(200) });
    let (endpoint, _) = sent.endpoint("ordered", |e| short(e).ordered(true).concurrency(10)).await;
    let first = sent.publish(5, "ticket 1").await;
    let second = sent.publish(5, "ticket 2").await;
    sent.run_for(MINUTE).await;
    let arrived: Vec<String> =
        sent.receivers.arrivals("ordered.example.com").iter().map(|a| a.id().to_owned()).collect();
    let of = |ids: &[String]| arrived.iter().filter(|a| ids.contains(a)).cloned().collect::<Vec<_>>();
    // The first event fails once, so it comes twice, and the others of its ticket come after it.
    assert_eq!(of(&first), [&first[..1], &first[..]].concat());
    assert_eq!(of(&second), second);
    assert!(arrived.iter().position(|a| *a == second[4]) < arrived.iter().rposition(|a| *a == first[0]));
    assert!(sent.deliveries(&endpoint).await.iter().all(|d| d.state == DeliveryState::Delivered));
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_is_gone_gets_nothing_any_more() {
    let sent = Sent::new().await;
    sent.receivers.set("gone.example.com", |n| if n == 0 { Answer::Status(410) } else { Answer::Status(200) });
    let (endpoint, _) = sent.endpoint("gone", |e| e.concurrency(1)).await;
    sent.publish(5, "").await;
    sent.run_for(HOUR).await;
    assert_eq!(sent.receivers.arrivals("gone.example.com").len(), 1);
    let endpoint = sent.webhooks.endpoint(endpoint.id()).await.unwrap();
    assert!(matches!(&endpoint.state, EndpointState::Disabled { why, .. } if why.contains("410")));
    assert!(sent.deliveries(&endpoint).await.iter().all(|d| matches!(d.state, DeliveryState::Dead { .. })));
    // What is published from now on is not for it.
    assert_eq!(sent.webhooks.publish(vec![sent.event()]).await.unwrap()[0].deliveries, Some(0));
}

#[tokio::test(start_paused = true)]
async fn what_can_not_get_better_is_not_tried_again() {
    let sent = Sent::new().await;
    let policy = RetryPolicy::default().permanent([413]);
    sent.receivers.set("small.example.com", |_| Answer::Status(413));
    let (endpoint, _) = sent.endpoint("small", |e| e.retry(policy)).await;
    let answer = |how: &str| Answer::With(500, vec![("webhook-delivery", how.into())], Bytes::new());
    let abort = answer("abort-message");
    sent.receivers.set("choosy.example.com", move |_| abort.clone());
    let (choosy, _) = sent.endpoint("choosy", |e| e.obeys_answers(true)).await;
    let disable = answer("disable");
    sent.receivers.set("deaf.example.com", move |_| disable.clone());
    // An answer that nobody said should be obeyed is a failure like any other.
    let (deaf, _) = sent.endpoint("deaf", |e| e).await;
    sent.publish(1, "").await;
    sent.run_for(SECOND).await;
    for endpoint in [endpoint, choosy] {
        assert!(matches!(sent.deliveries(&endpoint).await[0].state, DeliveryState::Dead { .. }));
        assert!(sent.webhooks.endpoint(endpoint.id()).await.unwrap().is_enabled());
    }
    assert_eq!(sent.deliveries(&deaf).await[0].state, DeliveryState::Pending);
    assert!(sent.webhooks.endpoint(deaf.id()).await.unwrap().is_enabled());
}

#[tokio::test(start_paused = true)]
async fn after_days_of_nothing_but_failures_an_endpoint_is_disabled_and_can_be_enabled_again() {
    let sent = Sent::new().await;
    sent.receivers.set("dead.example.com", |_| Answer::Refuses);
    let hourly = RetryPolicy::schedule(vec![HOUR; 100]).unwrap().jitter(0.0);
    let (endpoint, _) = sent.endpoint("dead", |e| e.retry(hourly)).await;
    sent.publish(1, "").await;
    sent.run_for(HOUR * 119).await;
    assert!(sent.webhooks.endpoint(endpoint.id()).await.unwrap().is_enabled());
    sent.publish(1, "").await;
    sent.run_for(HOUR * 24).await;
    let now = sent.webhooks.endpoint(endpoint.id()).await.unwrap();
    assert!(
        matches!(&now.state, EndpointState::Disabled { why, .. } if why.starts_with("nothing but failures since 2026-11-25"))
    );
    assert!(sent.notices.lock().unwrap().iter().any(|n| matches!(n, Notice::Disabled { .. })));
    assert!(sent.notices.lock().unwrap().iter().any(|n| matches!(n, Notice::Failing { failures: 4, .. })));
    let before = sent.receivers.arrivals("dead.example.com").len();
    sent.run_for(HOUR * 24).await;
    assert_eq!(sent.receivers.arrivals("dead.example.com").len(), before, "nothing is sent to a disabled endpoint");

    sent.receivers.set("dead.example.com", |_| Answer::Status(200));
    sent.webhooks.enable(endpoint.id()).await.unwrap();
    sent.run_for(HOUR).await;
    let deliveries = sent.deliveries(&endpoint).await;
    assert!(deliveries.iter().any(|d| d.state == DeliveryState::Delivered), "{deliveries:?}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_end_is_an_answer_and_secrets_in_it_are_not_kept() {
    let sent = Sent::new().await;
    sent.receivers.set("endless.example.com", |_| Answer::Endless);
    let (endless, _) = sent.endpoint("endless", |e| e).await;
    let headers = webhook_delivery::CustomHeaders::new().bearer("the-token-of-the-receiver").unwrap();
    let (echo, secret) = sent.endpoint("echo", |e| e.headers(headers)).await;
    let echoed = format!("you sent: Bearer the-token-of-the-receiver and {}", secret.reveal());
    sent.receivers.set("echo.example.com", move |_| Answer::With(200, vec![], Bytes::from(echoed.clone())));
    sent.publish(1, "").await;
    sent.run_for(SECOND).await;
    let attempts = sent.webhooks.attempts(sent.deliveries(&endless).await[0].id).await.unwrap();
    let end = attempts[0].end.clone().unwrap();
    assert_eq!((end.delivered, end.excerpt.len()), (true, 4_096));
    let attempts = sent.webhooks.attempts(sent.deliveries(&echo).await[0].id).await.unwrap();
    let text = &attempts[0].end.as_ref().unwrap().excerpt;
    assert!(text.starts_with("you sent: ") && !text.contains("the-token") && !text.contains("whsec_"), "{text}");
    assert_eq!(
        sent.receivers.arrivals("echo.example.com")[0].headers["authorization"],
        "Bearer the-token-of-the-receiver"
    );
    assert_eq!(attempts[0].trigger, Trigger::Schedule);
}

impl Sent {
    fn clock_seconds(&self) -> i64 {
        use psa_core::time::Clock;
        self.clock.elapsed().as_secs() as i64
    }
}
