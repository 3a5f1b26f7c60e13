//! Damaged answers: what one row, one byte order mark, one header or one answer that is too large may cost, and what
//! not.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use connectwise_client::{ConnectWise, ConnectWiseBuilder};
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use http::header::LINK;
use http::{HeaderMap, HeaderValue, StatusCode};
use proptest::prelude::*;
use psa_core::{ErrorKind, Phase};
use psa_http::{Body, RawRecord, Transport, TransportError};
use psa_sandbox::ConnectWiseSandbox;
use psa_sandbox::connectwise::{Dataset, Resource};

use self::shared::any_damage;
use crate::world::{builder, connectwise, sandbox};

#[path = "../../../psa-http/tests/shared/damage.rs"]
mod shared;

type Change = Box<dyn Fn(&str, &mut StatusCode, &mut HeaderMap, Bytes) -> Bytes + Send + Sync>;

/// The sandbox, with its answers changed on their way.
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
            let (mut head, body) = self.vendor.send(request).await?.into_parts();
            let parts: Vec<Bytes> = body.try_collect().await?;
            let body = (self.change)(&path, &mut head.status, &mut head.headers, parts.concat().into());
            Ok(http::Response::from_parts(head, stream::iter([Ok(body)]).boxed()))
        }
        .boxed()
    }
}

fn spoiled(
    sandbox: &ConnectWiseSandbox,
    change: impl Fn(&str, &mut StatusCode, &mut HeaderMap, Bytes) -> Bytes + Send + Sync + 'static,
) -> ConnectWiseBuilder {
    builder(sandbox).transport(Arc::new(Spoiled { vendor: sandbox.transport(), change: Box::new(change) }))
}

fn is_list(path: &str) -> bool {
    path.ends_with("/service/tickets")
}

fn replaced(body: &[u8], old: &[u8], new: &[u8]) -> Bytes {
    let at = body.windows(old.len()).position(|w| w == old).expect("the row is in its list");
    [&body[..at], new, &body[at + old.len()..]].concat().into()
}

async fn rows(cw: &ConnectWise, ordered: bool) -> Vec<(Bytes, bool)> {
    fn told<T>(record: RawRecord<T>) -> (Bytes, bool) {
        (record.raw, record.value.is_ok())
    }
    let list = cw.tickets().list();
    let list = if ordered { list.order_by("id", false) } else { list };
    list.records().map_ok(told).try_collect().await.expect("the list")
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(work)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn damage_to_one_row_of_a_page_leaves_all_other_rows_readable(
        ordered in any::<bool>(), row in any::<prop::sample::Index>(), damage in any_damage(),
        place in any::<prop::sample::Index>(),
    ) {
        run(async {
            let dataset = Dataset::new(11).companies(5).tickets(6);
            let sandbox = ConnectWiseSandbox::builder().dataset(dataset).rate_limit(None).build();
            let whole = rows(&connectwise(&sandbox), ordered).await;
            let row = row.index(whole.len());
            let old = whole[row].0.clone();
            let new = damage.done_to(&old, place);
            let damaged = spoiled(&sandbox, move |path, _, _, body| {
                if is_list(path) && body.windows(old.len()).any(|w| w == old) { replaced(&body, &old, &new) } else { body }
            });
            let got = rows(&damaged.build().unwrap(), ordered).await;
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
    sandbox.edit(|s| s.update(Resource::Tickets, 5, "summary", "Cafe Printer"));
    let bad = b"Caf\x92 \\ud83d";
    for (old, new, readable) in [
        (&b"Cafe Printer"[..], &bad[..], true),
        (b"\"summary\":\"Cafe Printer\"", b"\"summary\":NaN", false),
        (b"\"summary\":\"Cafe Printer\"", b"\"summary\":\"Cafe Printer\",\"budgetHours\":\"Infinity\"", false),
    ] {
        let cw = spoiled(&sandbox, move |path, _, _, body| {
            if is_list(path) && body.windows(old.len()).any(|w| w == old) { replaced(&body, old, new) } else { body }
        });
        let records: Vec<_> = cw.build().unwrap().tickets().list().records().try_collect().await.unwrap();
        assert_eq!(records.len(), 250);
        let held: Vec<_> = records.iter().filter(|r| r.value.is_err()).collect();
        assert_eq!(held.len(), usize::from(!readable));
        if readable {
            let ticket = records.iter().find(|r| r.value.as_ref().is_ok_and(|t| t.id.0 == 5)).unwrap();
            assert_eq!(ticket.value.as_ref().unwrap().summary.as_deref(), Some("Caf\u{fffd} \u{fffd}"));
            assert!(ticket.raw.windows(bad.len()).any(|w| w == bad), "the vendor's bytes are kept");
        } else {
            assert_eq!(psa_http::list::id_in(&held[0].raw), Some(5));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_byte_order_mark_is_read_over_everywhere() {
    let sandbox = sandbox();
    let marked =
        spoiled(&sandbox, |_, _, _, body| [b"\xef\xbb\xbf".as_slice(), &body].concat().into()).build().unwrap();
    assert!(marked.info().await.unwrap().version.is_some());
    assert_eq!(marked.tickets().list().parallel(3).page_size(50).all().await.unwrap().len(), 250);
    assert_eq!(marked.tickets().list().count().await.unwrap(), 250);
    assert!(marked.tickets().get(5).await.unwrap().summary.is_some());
    let error = marked.tickets().get(999_999).await.unwrap_err();
    assert!(error.is_not_found() && error.vendor().unwrap().message.is_some(), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn no_row_is_lost_whatever_happens_to_the_link_header() {
    type Spoil = fn(&mut HeaderMap);
    let spoils: [(&str, Spoil); 6] = [
        ("taken", |headers| drop(headers.remove(LINK))),
        ("emptied", |headers| drop(headers.insert(LINK, HeaderValue::from_static("")))),
        ("a proxy's in front", |headers| {
            let own = headers.remove(LINK).unwrap_or(HeaderValue::from_static(""));
            headers.append(LINK, HeaderValue::from_static("</app.css>; rel=preload; as=style"));
            headers.append(LINK, own);
        }),
        ("a proxy's instead", |headers| {
            drop(headers.insert(LINK, HeaderValue::from_static("</app.css>; rel=preload")))
        }),
        ("unquoted, in capitals", |headers| {
            let own = headers.remove(LINK).unwrap_or(HeaderValue::from_static(""));
            let text = own.to_str().unwrap().replace("rel=\"next\"", "REL=Next");
            headers.insert(LINK, HeaderValue::try_from(text).unwrap());
        }),
        ("one line a relation", |headers| {
            let own = headers.remove(LINK).unwrap_or(HeaderValue::from_static(""));
            for link in own.to_str().unwrap().split(", ") {
                headers.append(LINK, HeaderValue::try_from(link).unwrap());
            }
        }),
    ];
    for (what, spoil) in spoils {
        let sandbox = sandbox();
        let cw = spoiled(&sandbox, move |path, _, headers, body| {
            if is_list(path) {
                spoil(headers);
            }
            body
        });
        let cw = cw.build().unwrap();
        for list in [cw.tickets().list(), cw.tickets().list().parallel(3), cw.tickets().list().order_by("id", true)] {
            let ids: BTreeSet<i64> = list.page_size(50).all().await.unwrap().iter().map(|ticket| ticket.id.0).collect();
            assert_eq!(ids.len(), 250, "{what}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_too_large_is_read_in_smaller_ones_and_a_row_too_large_is_held_with_its_id() {
    let sandbox = sandbox();
    for (id, letters) in [(120, 300_000), (121, 30_000), (122, 30_000), (130, 30_000)] {
        sandbox.edit(|s| s.update(Resource::Tickets, id, "initialDescription", "x".repeat(letters)));
        sandbox.edit(|s| s.update(Resource::Tickets, id, "summary", "x".repeat(letters)));
    }
    let cw = builder(&sandbox).body_cap(200_000).build().unwrap();
    for list in [cw.tickets().list(), cw.tickets().list().parallel(3), cw.tickets().list().order_by("id", false)] {
        let records: Vec<_> = list.records().try_collect().await.unwrap();
        let ids: BTreeSet<i64> = records.iter().filter_map(|r| Some(r.value.as_ref().ok()?.id.0)).collect();
        assert_eq!((records.len(), ids.len()), (250, 249));
        let held = records.iter().find(|r| r.value.is_err()).unwrap();
        assert_eq!(psa_http::list::id_in(&held.raw), Some(120));
    }
    // Each page still has a cursor from which the rest comes.
    let list = cw.tickets().list().order_by("id", false);
    let mut pages = list.clone().pages(None);
    let (mut read, mut number) = (0, 0);
    while let Some(page) = pages.try_next().await.unwrap() {
        read += page.records.len();
        number += 1;
        let Some(cursor) = page.cursor else { continue };
        if number % 30 != 1 {
            continue;
        }
        let rest: Vec<_> = list.clone().pages(Some(cursor)).try_collect().await.unwrap();
        assert_eq!(read + rest.iter().map(|page| page.records.len()).sum::<usize>(), 250);
    }
    assert_eq!(read, 250);
}

#[tokio::test(start_paused = true)]
async fn a_firewalls_page_says_nothing_of_rights_keys_and_records() {
    let sandbox = sandbox();
    for status in [401, 403, 404] {
        let cw = spoiled(&sandbox, move |path, code, _, body| {
            if !path.contains("/service/tickets/") {
                return body;
            }
            *code = StatusCode::from_u16(status).unwrap();
            Bytes::from_static(b"<html>The requested URL was rejected. Your support ID is: 4263982157803219</html>")
        });
        let error = cw.build().unwrap().tickets().get(5).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Blocked, "{status}: {error:?}");
        let text = format!("{error:?}");
        assert!(text.contains("4263982157803219") && !text.contains("security role"), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_redirect_is_told_and_a_write_that_may_be_done_says_so() {
    let sandbox = sandbox();
    let cw = spoiled(&sandbox, |path, status, headers, body| {
        if is_list(path) {
            *status = StatusCode::SEE_OTHER;
            headers.insert("location", HeaderValue::from_static("https://other.example/tickets/1?key=secret"));
        }
        body
    });
    let error = cw.build().unwrap().tickets().create().summary("x").company(1).send().await.unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Moved, Phase::MaybeSent), "{error:?}");
    assert!(error.to_string().contains("moved to https://other.example/tickets/1"), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_error_in_another_form_still_tells_its_words_and_its_field() {
    let sandbox = sandbox();
    for (body, message, field, kind) in [
        (
            r#"{"title":"One or more validation errors occurred.","errors":{"company":["The company field is required."]}}"#,
            "The company field is required.",
            Some("company"),
            ErrorKind::InvalidRequest,
        ),
        (r#"{"Code":"Security","Message":"no"}"#, "no", None, ErrorKind::PermissionDenied),
        (
            r#"{"code":"InvalidObject","message":"invalid","errors":[{"code":"MaxLengthField","message":"too long","field":"summary"},{"code":"OutOfRange","message":"too large","field":"yearEstablished"}]}"#,
            "too long (summary); too large (yearEstablished)",
            Some("summary"),
            ErrorKind::InvalidRequest,
        ),
        (
            r#"{"code":"InvalidObject","message":"invalid","errors":[{"code":"OutOfRange","message":"too large","field":"yearEstablished","details":[1]}]}"#,
            "too large",
            Some("yearEstablished"),
            ErrorKind::InvalidRequest,
        ),
    ] {
        let cw = spoiled(&sandbox, move |path, status, _, answer| {
            if !is_list(path) {
                return answer;
            }
            *status = StatusCode::BAD_REQUEST;
            Bytes::from_static(body.as_bytes())
        });
        let error = cw.build().unwrap().tickets().create().summary("x").company(1).send().await.unwrap_err();
        assert_eq!((error.kind(), error.message(), error.context("field")), (kind, message, field), "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn credentials_out_of_a_file_log_in_and_broken_ones_are_refused_by_name() {
    let sandbox = sandbox();
    let (public, private) = (ConnectWiseSandbox::PUBLIC_KEY, ConnectWiseSandbox::PRIVATE_KEY);
    let cw = builder(&sandbox)
        .company(format!("{}\n", ConnectWiseSandbox::COMPANY))
        .keys(format!(" {public}\r\n"), format!("{private}\n"))
        .client_id(format!("{}\n", ConnectWiseSandbox::CLIENT_ID));
    cw.build().unwrap().info().await.unwrap();
    let error = builder(&sandbox).keys(public, "two\nlines".to_owned()).build().unwrap_err();
    assert_eq!(error.context("field"), Some("keys"));
    assert!(!format!("{error:?}").contains("two"), "{error:?}");
    let error = builder(&sandbox).client_id("two\nlines").build().unwrap_err();
    assert_eq!(error.context("field"), Some("client_id"));
}
