//! Tickets of service and of projects are one kind: two lists that are read side by side.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use connectwise_client::ConnectWiseBuilder;
use futures::TryStreamExt;
use psa_core::{ConnectorExt, Cursor, ErrorKind, Item, Page, Query, Reader, Ticket};
use psa_sandbox::connectwise::Dataset;
use psa_sandbox::{ConnectWiseSandbox, Effect, Fault, Trigger};

use crate::world::builder;

fn with_tickets(tickets: u32) -> ConnectWiseSandbox {
    let dataset = Dataset::new(11).companies(30).tickets(tickets);
    // Answers take time, so that requests are under way while others come.
    ConnectWiseSandbox::builder().dataset(dataset).rate_limit(None).latency(Duration::from_millis(50)).build()
}

/// So many that each list is divided.
fn large() -> ConnectWiseSandbox {
    with_tickets(2_400)
}

fn reader(client: ConnectWiseBuilder) -> Arc<dyn Reader<Ticket>> {
    let connector = client.build().unwrap().connector().build();
    connector.reader().unwrap()
}

fn keys(page: &Page<Ticket>) -> Vec<String> {
    let key = |item: &Item<Ticket>| match item {
        Item::Upsert(record) => record.key.to_string(),
        Item::Removed { key, .. } => key.to_string(),
    };
    page.items.iter().map(key).collect()
}

async fn all(reader: &Arc<dyn Reader<Ticket>>, query: Query, cursor: Option<Cursor>) -> HashMap<String, u32> {
    let mut seen = HashMap::new();
    let mut pages = reader.pages(query, cursor);
    while let Some(page) = pages.try_next().await.unwrap() {
        keys(&page).into_iter().for_each(|key| *seen.entry(key).or_default() += 1);
    }
    seen
}

#[tokio::test(start_paused = true)]
async fn each_record_comes_once_and_from_any_cursor_the_rest_comes() {
    let reader = reader(builder(&large()));
    let mut pages = reader.pages(Query::new(), None);
    let mut read = Vec::new();
    while let Some(page) = pages.try_next().await.unwrap() {
        read.push((keys(&page), page.cursor, page.total));
    }
    let whole: usize = read.iter().map(|(keys, ..)| keys.len()).sum();
    assert_eq!(whole, 2_400 + 120);
    assert_eq!(all(&reader, Query::new(), None).await.len(), whole);
    let totals = read.iter().filter_map(|(.., total)| *total);
    assert!(
        totals.clone().all(|total| total == whole as u64) && totals.count() > 1,
        "both are counted, or none is said"
    );
    let (mut done, last) = (0, read.len() - 1);
    for (n, (keys, cursor, _)) in read.into_iter().enumerate() {
        done += keys.len();
        assert_eq!(cursor.is_none(), n == last, "page {n} of {last}");
        let Some(cursor) = cursor.filter(|_| n % 4 == 0) else { continue };
        let rest = all(&reader, Query::new(), Some(cursor)).await;
        assert_eq!(rest.values().sum::<u32>() as usize, whole - done, "after page {n}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_can_use_the_client_between_two_pages() {
    // The other list has read ahead, and nobody looks at it meanwhile: it must not keep the only place.
    for concurrency in [1, 2, 8] {
        for query in [Query::new(), Query::new().updated_since("2000-01-01T00:00:00Z".parse().unwrap())] {
            let reader = reader(builder(&large()).concurrency(concurrency));
            let work = async {
                let mut pages = reader.pages(query.page_size(50), None);
                let mut read = 0;
                while let Some(page) = pages.try_next().await.unwrap() {
                    read += page.items.len();
                    if let Some(key) = keys(&page).first() {
                        reader.get(&key.as_str().into()).await.unwrap();
                    }
                }
                read
            };
            let read = tokio::time::timeout(Duration::from_secs(3_600), work).await.expect("goes on");
            assert_eq!(read, 2_520, "{concurrency} at once");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_count_that_has_to_wait_or_fails_loses_no_page() {
    let trials: [(&str, Effect); 3] = [
        ("waits", Effect::RateLimited(Some("5"))),
        ("comes again", Effect::Status(503, "")),
        ("is refused", Effect::Status(403, "")),
    ];
    for (what, effect) in trials {
        // More stretches than there are places.
        for concurrency in [2, 4] {
            let sandbox = with_tickets(5_000);
            for list in ["connectwise.tickets.count", "connectwise.project_tickets.count"] {
                let trigger = if what == "is refused" { Trigger::Always } else { Trigger::Nth(1) };
                sandbox.add_fault(Fault::new(list, trigger, effect.clone()));
            }
            let reader = reader(builder(&sandbox).concurrency(concurrency));
            let read = tokio::time::timeout(Duration::from_secs(3_600), all(&reader, Query::new(), None)).await;
            assert_eq!(read.expect("goes on").len(), 5_250, "a count that {what}, {concurrency} at once");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_of_one_list_ends_both() {
    for list in ["connectwise.tickets.list", "connectwise.project_tickets.list"] {
        let sandbox = large();
        let reader = reader(builder(&sandbox));
        sandbox.add_fault(Fault::new(list, Trigger::Nth(3), Effect::Status(400, "")));
        let mut pages = reader.pages(Query::new().page_size(50), None);
        let error = loop {
            match pages.try_next().await {
                Ok(page) => assert!(page.expect("an error before the end").cursor.is_some()),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{list}: {error:?}");
        assert!(pages.try_next().await.unwrap().is_none(), "{list}: more after an error");
        sandbox.add_fault(Fault::new(list, Trigger::Always, Effect::Status(400, "")));
        let mut ids = reader.keys(Query::new());
        while let Ok(page) = ids.try_next().await {
            page.expect("an error before the end");
        }
        assert!(ids.try_next().await.unwrap().is_none(), "{list}: more keys after an error");
    }
}
