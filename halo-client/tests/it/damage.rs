//! Damaged answers: what one row, one byte order mark or one answer that is too large may cost, and what not.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use halo_client::{Halo, HaloBuilder};
use proptest::prelude::*;
use psa_core::{Connector, ConnectorExt, ErrorKind, Query, TicketNote};
use psa_http::{Body, RawRecord, Transport, TransportError};
use psa_sandbox::HaloSandbox;

use self::shared::any_damage;
use crate::world::{builder, dataset, halo, sandbox};

#[path = "../../../psa-http/tests/shared/damage.rs"]
mod shared;

type Change = Box<dyn Fn(&str, Bytes) -> Bytes + Send + Sync>;

/// The sandbox, with its answers changed on their way: a function of path and body.
struct Spoiled {
    vendor: Arc<dyn Transport>,
    change: Change,
}

impl std::fmt::Debug for Spoiled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Spoiled")
    }
}

impl Transport for Spoiled {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        async move {
            let path = request.uri().path().to_owned();
            let (head, body) = self.vendor.send(request).await?.into_parts();
            let parts: Vec<Bytes> = body.try_collect().await?;
            let body = (self.change)(&path, parts.concat().into());
            Ok(http::Response::from_parts(head, stream::iter([Ok(body)]).boxed()))
        }
        .boxed()
    }
}

fn spoiled(sandbox: &HaloSandbox, change: impl Fn(&str, Bytes) -> Bytes + Send + Sync + 'static) -> HaloBuilder {
    builder(sandbox).transport(Arc::new(Spoiled { vendor: sandbox.transport(), change: Box::new(change) }))
}

fn replaced(body: &[u8], old: &[u8], new: &[u8]) -> Bytes {
    let at = body.windows(old.len()).position(|w| w == old).expect("the row is in its list");
    [&body[..at], new, &body[at + old.len()..]].concat().into()
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(work)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn damage_to_one_row_of_a_page_leaves_all_other_rows_readable(
        bare in any::<bool>(), row in any::<prop::sample::Index>(), damage in any_damage(), place in any::<prop::sample::Index>(),
    ) {
        run(async {
            let sandbox = HaloSandbox::builder().dataset(dataset().tickets(6)).rate_limit(None).build();
            // An envelope with a count, and a bare list.
            async fn rows(halo: &Halo, bare: bool) -> Vec<(Bytes, bool)> {
                fn told<T>(record: RawRecord<T>) -> (Bytes, bool) {
                    (record.raw, record.value.is_ok())
                }
                if bare {
                    halo.statuses().list().records().map_ok(told).try_collect().await.expect("the list")
                } else {
                    halo.tickets().list().records().map_ok(told).try_collect().await.expect("the list")
                }
            }
            let whole = rows(&halo(&sandbox), bare).await;
            let row = row.index(whole.len());
            let old = whole[row].0.clone();
            let new = damage.done_to(&old, place);
            let list = if bare { "/api/status" } else { "/api/tickets" };
            let damaged = spoiled(&sandbox, move |path, body| {
                if path.eq_ignore_ascii_case(list) { replaced(&body, &old, &new) } else { body }
            });
            let got = rows(&damaged.build().unwrap(), bare).await;
            for (n, (raw, _)) in whole.iter().enumerate().filter(|(n, _)| *n != row) {
                prop_assert!(got.contains(&(raw.clone(), true)), "row {} is lost", n);
            }
            prop_assert!(got.len() >= whole.len(), "the damaged row is not told of");
            Ok(())
        })?;
    }
}

#[tokio::test(start_paused = true)]
async fn a_bad_byte_is_read_and_kept_and_a_bad_number_holds_its_row_alone() {
    let sandbox = sandbox();
    sandbox.edit(|h| h.update_ticket(5, "summary", serde_json::json!("Cafe Printer")));
    let halo = spoiled(&sandbox, |path, body| match path {
        "/api/Tickets" if body.windows(12).any(|w| w == b"Cafe Printer") => {
            replaced(&body, b"\"summary\":\"Cafe Printer", b"\"summary\":\"Caf\x92 \\ud83d")
        }
        _ => body,
    });
    let halo = halo.build().unwrap();
    let tickets = halo.tickets().list().all().await.unwrap();
    let ticket = tickets.iter().find(|t| t.id.0 == 5).unwrap();
    assert_eq!((tickets.len(), ticket.summary.as_deref()), (250, Some("Caf\u{fffd} \u{fffd}")));
    assert!(ticket.raw().windows(6).any(|w| w == b"Caf\x92 \\"), "the vendor's bytes are kept");

    let number = b"\"summary\":\"Cafe Printer\"";
    let halo = spoiled(&sandbox, move |path, body| match path {
        "/api/Tickets" if body.windows(number.len()).any(|w| w == number) => {
            replaced(&body, number, b"\"summary\":NaN")
        }
        _ => body,
    });
    let records: Vec<_> = halo.build().unwrap().tickets().list().records().try_collect().await.unwrap();
    let held: Vec<_> = records.iter().filter_map(|r| r.value.as_ref().err()).collect();
    assert_eq!((records.len(), held.len()), (250, 1));
    assert_eq!(held[0].path, "summary");
}

#[tokio::test(start_paused = true)]
async fn a_byte_order_mark_is_read_over_everywhere() {
    let sandbox = sandbox();
    let marked = spoiled(&sandbox, |_, body| [b"\xef\xbb\xbf".as_slice(), &body].concat().into()).build().unwrap();
    assert_eq!(marked.tickets().list().all().await.unwrap().len(), 250);
    assert_eq!(marked.tickets().list().count().await.unwrap(), 250);
    assert!(marked.tickets().get(5).await.unwrap().summary.is_some());
    assert!(marked.agents().me().await.unwrap().name.is_some());
    assert!(marked.tickets().create().summary("new").details("x").client(3).send().await.is_ok());
    let without_outcome = serde_json::json!([{"ticket_id": 5, "note": "x"}]);
    let error = marked.post_json("/Actions", &without_outcome).send().await.unwrap_err();
    assert!(error.to_string().contains("Outcome"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_page_too_large_is_read_in_smaller_ones_and_a_row_too_large_is_held() {
    let sandbox = sandbox();
    for (id, letters) in [(120, 300_000), (121, 30_000), (122, 30_000), (130, 30_000)] {
        sandbox.edit(|h| h.update_ticket(id, "summary", serde_json::json!("x".repeat(letters))));
    }
    let halo = builder(&sandbox).body_cap(200_000).build().unwrap();
    let records: Vec<_> = halo.tickets().list().records().try_collect().await.unwrap();
    let ids: BTreeSet<i64> = records.iter().filter_map(|r| Some(r.value.as_ref().ok()?.id.0)).collect();
    assert_eq!((records.len(), ids.len()), (250, 249));
    assert!(!ids.contains(&120));
    let held = records.iter().find_map(|r| r.value.as_ref().err()).unwrap();
    assert!(held.message.contains("larger than an answer may be"), "{held}");
    assert_eq!(halo.tickets().list().first_page().await.unwrap().records[0].value.as_ref().unwrap().id.0, 1);
}

/// The notes of a tenant that are long, and how many are held as too large.
async fn long_notes(sandbox: &HaloSandbox) -> (usize, usize) {
    let connector = builder(sandbox).body_cap(200_000).build().unwrap().connector().build();
    let connector: &dyn Connector = &connector;
    let notes = connector.reader::<TicketNote>().unwrap();
    let pages: Vec<_> = notes.pages(Query::new(), None).try_collect().await.unwrap();
    let records = || pages.iter().flat_map(psa_core::Page::records);
    let long: BTreeSet<_> =
        records().filter(|record| record.raw.len() > 40_000).map(|record| record.key.clone()).collect();
    (long.len(), records().filter(|record| record.value.is_err()).count())
}

#[tokio::test(start_paused = true)]
async fn windows_of_actions_are_halved_by_their_bytes_too() {
    let sandbox = sandbox();
    let note = "x".repeat(40_000);
    for ticket in 1..=20 {
        sandbox.edit(|h| h.add_action(ticket, &note, 0.5));
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    assert_eq!(long_notes(&sandbox).await, (20, 0));
    // What came in one second and is too large together is held and told as such; nothing else stops for it.
    sandbox.edit(|h| {
        for ticket in 21..=40 {
            h.add_action(ticket, &note, 0.5);
        }
    });
    let (long, held) = long_notes(&sandbox).await;
    assert!(long == 20 && held >= 1, "{long}, {held} held");
}

#[tokio::test(start_paused = true)]
async fn a_firewalls_page_says_nothing_of_rights_credentials_and_records() {
    let sandbox = sandbox();
    let refusals = Arc::new(Mutex::new(0));
    #[derive(Debug)]
    struct Firewall(Arc<dyn Transport>, u16, Arc<Mutex<u32>>);
    impl Transport for Firewall {
        fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
            if !request.uri().path().starts_with("/api/Tickets") {
                return self.0.send(request);
            }
            *self.2.lock().unwrap() += 1;
            let page =
                Bytes::from_static(b"<html>Access denied. Incapsula incident ID: 893000010049586123-21034</html>");
            let answer = http::Response::builder().status(self.1).body(stream::iter([Ok(page)]).boxed());
            async move { Ok(answer.unwrap()) }.boxed()
        }
    }
    for status in [401, 403, 404] {
        let firewall = Firewall(sandbox.transport(), status, Arc::clone(&refusals));
        let halo = builder(&sandbox).transport(Arc::new(firewall)).build().unwrap();
        let error = halo.tickets().get(5).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Blocked, "{status}: {error:?}");
        let text = format!("{error:?}");
        assert!(text.contains("Imperva") && text.contains("893000010049586123-21034"), "{text}");
        assert!(!text.contains("read:tickets") && !text.contains("deleted"), "{text}");
    }
    assert!(*refusals.lock().unwrap() <= 4, "a page is not asked for again and again");
}

#[tokio::test(start_paused = true)]
async fn credentials_out_of_a_file_log_in_and_broken_ones_are_refused_by_name() {
    let sandbox = sandbox();
    let login = |id: &str, secret: &str| {
        let halo = Halo::builder(HaloSandbox::URL).client_credentials(id.to_owned(), secret.to_owned());
        halo.transport(sandbox.transport()).build()
    };
    let (id, secret) = (HaloSandbox::CLIENT_ID, HaloSandbox::SECRET);
    let halo = login(&format!(" {id}\r\n"), &format!("{secret}\n")).unwrap();
    halo.agents().me().await.unwrap();
    let error = login(id, "two\nlines").unwrap_err();
    assert_eq!(error.context("field"), Some("secret"));
    assert!(!format!("{error:?}").contains("two"), "{error:?}");
    assert_eq!(login("a\0b", secret).unwrap_err().context("field"), Some("client_id"));
}
