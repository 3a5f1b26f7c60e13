//! Every rule of the pipeline, in virtual time, over a scripted transport.

use std::collections::VecDeque;
use std::sync::Mutex;

use async_trait::async_trait;
use futures::{StreamExt, stream};
use psa_core::time::Seeded;
use secrecy::SecretString;
use tokio::time::Instant;

use super::*;
use crate::{Body, Token, TokenCache, TokenSource, TransportError, TransportErrorKind};

static READ: Operation = Operation::get("test.read", "/things/{id}");
static CREATE: Operation = Operation::post("test.create", "/things");

/// What the scripted vendor does with one request.
#[derive(Debug, Clone)]
enum Act {
    Answer(u16, Vec<(&'static str, String)>, &'static str),
    Fail(TransportErrorKind),
    /// The status and half a body, then the connection breaks.
    Cut,
    /// No answer for this many seconds.
    Stall(u64),
    /// 429 without a word until so many seconds after the start.
    LimitedUntil(u64),
}

fn ok() -> Act {
    Act::Answer(200, vec![], "{}")
}

fn status(code: u16) -> Act {
    Act::Answer(code, vec![], "")
}

fn with(code: u16, name: &'static str, value: impl ToString) -> Act {
    Act::Answer(code, vec![(name, value.to_string())], "")
}

/// Plays acts in order; the last one repeats. Notes when each request came and what it carried.
#[derive(Debug, Default)]
struct Script {
    acts: Mutex<VecDeque<Act>>,
    seen: Mutex<Vec<(Duration, http::Request<Bytes>)>>,
    under_way: Mutex<(usize, usize)>,
    latency: Duration,
    started: Option<Instant>,
}

impl Script {
    fn new(acts: impl IntoIterator<Item = Act>) -> Arc<Self> {
        Self::slow(acts, Duration::ZERO)
    }

    fn slow(acts: impl IntoIterator<Item = Act>, latency: Duration) -> Arc<Self> {
        Arc::new(Self {
            acts: Mutex::new(acts.into_iter().collect()),
            latency,
            started: Some(Instant::now()),
            ..Self::default()
        })
    }

    fn times(&self) -> Vec<f64> {
        self.seen.lock().unwrap().iter().map(|(t, _)| t.as_secs_f64()).collect()
    }

    fn calls(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

impl Transport for Script {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        async move {
            self.seen.lock().unwrap().push((self.started.unwrap().elapsed(), request));
            let act = {
                let mut acts = self.acts.lock().unwrap();
                if acts.len() > 1 { acts.pop_front().unwrap() } else { acts[0].clone() }
            };
            {
                let mut u = self.under_way.lock().unwrap();
                u.0 += 1;
                u.1 = u.1.max(u.0);
            }
            tokio::time::sleep(self.latency).await;
            self.under_way.lock().unwrap().0 -= 1;
            let body = |text: &'static str| stream::iter([Ok(Bytes::from_static(text.as_bytes()))]).boxed();
            match act {
                Act::Answer(code, headers, text) => {
                    let mut response = http::Response::builder().status(code);
                    for (name, value) in headers {
                        response = response.header(name, value);
                    }
                    Ok(response.body(body(text)).unwrap())
                }
                Act::Fail(kind) => Err(TransportError::new(kind)),
                Act::LimitedUntil(seconds) => {
                    let limited = self.started.unwrap().elapsed() < Duration::from_secs(seconds);
                    let response = http::Response::builder().status(if limited { 429 } else { 200 });
                    Ok(response.body(body("{}")).unwrap())
                }
                Act::Cut => {
                    let parts = [
                        Ok(Bytes::from_static(b"{\"half\":")),
                        Err(TransportError::new(TransportErrorKind::Interrupted)),
                    ];
                    Ok(http::Response::new(stream::iter(parts).boxed()))
                }
                Act::Stall(seconds) => {
                    tokio::time::sleep(Duration::from_secs(seconds)).await;
                    Ok(http::Response::new(body("{}")))
                }
            }
        }
        .boxed()
    }
}

fn builder(script: &Arc<Script>) -> HttpClientBuilder {
    HttpClient::builder("https://vendor.example/api".parse().unwrap(), Arc::clone(script) as Arc<dyn Transport>)
        .chance(Arc::new(Seeded::new(1)))
}

fn client(script: &Arc<Script>) -> HttpClient {
    builder(script).build().unwrap()
}

async fn read(client: &HttpClient) -> Result<Response> {
    client.call(&READ).path("id", 1).send().await
}

#[tokio::test(start_paused = true)]
async fn a_read_waits_as_long_as_the_vendor_asks_in_every_form() {
    for (value, seconds) in [("30", 30.0), ("30.5", 30.5), ("Thu, 01 Jan 2026 00:00:30 GMT", 30.0)] {
        let script = Script::new([
            Act::Answer(
                429,
                vec![("retry-after", value.to_owned()), ("date", "Thu, 01 Jan 2026 00:00:00 GMT".to_owned())],
                "",
            ),
            ok(),
        ]);
        read(&client(&script)).await.unwrap();
        let waited = script.times()[1];
        assert!((seconds..seconds + 0.1).contains(&waited), "{value}: waited {waited}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_retry_after_the_pause_grows_and_varies() {
    let script = Script::new([status(503), status(503), status(503), status(503), ok()]);
    read(&client(&script)).await.unwrap();
    let times = script.times();
    let pauses: Vec<_> = times.windows(2).map(|w| w[1] - w[0]).collect();
    for (i, pause) in pauses.iter().enumerate() {
        let full = 0.5 * f64::from(1 << i);
        assert!((full / 2.0..=full + 0.01).contains(pause), "pause {i} was {pause}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_timed_out_is_not_repeated() {
    let script = Script::new([Act::Stall(1000), ok()]);
    let error = client(&script).call(&CREATE).json(&1).send().await.unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Timeout, Phase::MaybeSent));
    assert_eq!(script.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_write_is_repeated_only_where_it_had_no_effect() {
    for (act, calls) in [
        (status(429), 2),
        (Act::Fail(TransportErrorKind::Connect), 2),
        (Act::Fail(TransportErrorKind::Interrupted), 1),
        (status(500), 1),
        (status(503), 1),
        (Act::Cut, 1),
    ] {
        let script = Script::new([act.clone(), ok()]);
        let _ = client(&script).call(&CREATE).json(&1).send().await;
        assert_eq!(script.calls(), calls, "{act:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_is_repeated_after_everything_transient() {
    for act in [
        status(429),
        status(500),
        status(502),
        status(503),
        status(504),
        status(408),
        Act::Cut,
        Act::Stall(1000),
        Act::Fail(TransportErrorKind::Connect),
        Act::Fail(TransportErrorKind::Interrupted),
    ] {
        let script = Script::new([act.clone(), ok()]);
        read(&client(&script)).await.unwrap_or_else(|e| panic!("{act:?}: {e}"));
        assert_eq!(script.calls(), 2, "{act:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_will_fail_again_is_not_repeated() {
    for act in [status(400), status(403), status(404), status(409), Act::Fail(TransportErrorKind::Tls)] {
        let script = Script::new([act.clone(), ok()]);
        assert!(read(&client(&script)).await.is_err(), "{act:?}");
        assert_eq!(script.calls(), 1, "{act:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_final_failure_says_that_it_was_tried() {
    let script = Script::new([status(503)]);
    let policy = RetryPolicy { attempts: 3, ..RetryPolicy::default() };
    let error = read(&builder(&script).retry(policy).build().unwrap()).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Exhausted);
    assert_eq!(error.context("attempts"), Some("3"));
    assert_eq!(error.operation(), Some("test.read"));
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_the_tries_before_a_wait_that_would_pass_it() {
    let script = Script::new([with(429, "retry-after", 3600), ok()]);
    let error = read(&client(&script)).await.unwrap_err();
    assert!(error.is_rate_limited() && error.retry() == Retry::Exhausted);
    assert_eq!(script.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_limit_without_a_word_is_waited_out_up_to_the_deadline_however_many_tries_that_takes() {
    for seconds in [60, 120, 240, 299, 599] {
        let script = Script::new([Act::LimitedUntil(seconds)]);
        read(&client(&script)).await.unwrap_or_else(|e| panic!("{seconds}: {e}"));
        let waited = script.times().pop().unwrap();
        assert!(waited >= seconds as f64 && waited <= (seconds + 61) as f64, "{seconds}: {waited}");
    }
    let script = Script::new([Act::LimitedUntil(601)]);
    let error = read(&client(&script)).await.unwrap_err();
    assert!(error.is_rate_limited() && error.retry() == Retry::Exhausted, "{error:?}");
    let waited = script.times().pop().unwrap();
    assert!((599.9..=600.1).contains(&waited), "the last try comes at the deadline, not at {waited}");
    // A vendor that tells each time to wait a little more is believed as long.
    let script = Script::new(std::iter::repeat_n(with(429, "retry-after", 50), 11).chain([ok()]));
    read(&client(&script)).await.unwrap();
    // A write was refused before it had any effect.
    let script = Script::new([Act::LimitedUntil(299)]);
    client(&script).call(&CREATE).json(&1).send().await.unwrap();
    // Who wants one try gets one.
    let script = Script::new([Act::LimitedUntil(1)]);
    assert!(read(&builder(&script).retry(RetryPolicy::none()).build().unwrap()).await.is_err());
    assert_eq!(script.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn whoever_watches_sees_what_is_waited_for_and_until_when() {
    for (act, why) in
        [(with(429, "retry-after", 300), WaitReason::VendorLimit), (with(503, "retry-after", 300), WaitReason::Retry)]
    {
        let script = Script::new([act, ok()]);
        let client = client(&script);
        let mut changes = client.waits().watch();
        let (answer, seen) = futures::join!(read(&client), async {
            let began = client.clock().now();
            let seen = changes.next().await.flatten().expect("somebody waits");
            (seen, seen.until - began)
        });
        answer.unwrap();
        assert_eq!((seen.0.why, seen.0.operation), (why, "test.read"));
        assert_eq!(seen.1.num_seconds(), 300);
        assert!(client.waits().all().is_empty(), "nobody waits any more");
    }
    // The configured budget, too.
    let script = Script::new([ok()]);
    let budget = RateBudget::new(Arc::new(TokioClock::new()), 1, Duration::from_secs(100));
    let client = builder(&script).budget(budget).build().unwrap();
    read(&client).await.unwrap();
    let mut changes = client.waits().watch();
    let (answer, seen) = futures::join!(read(&client), changes.next());
    answer.unwrap();
    assert_eq!(seen.flatten().map(|w| w.why), Some(WaitReason::RateBudget));
}

#[tokio::test(start_paused = true)]
async fn a_redirect_is_told_with_its_address_and_not_followed() {
    for code in [301, 302, 303, 307, 308] {
        let to = "https://me:secret@other.example/api/things?token=secret#x";
        let script = Script::new([with(code, "location", to), ok()]);
        let error = read(&client(&script)).await.unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::Moved, Phase::Answered), "{code}");
        assert!(error.to_string().contains("moved to https://other.example/api/things"), "{error}");
        assert!(!format!("{error:?}").contains("secret"), "{error:?}");
        assert_eq!(script.calls(), 1);
        // A write that was done may answer with where its result is.
        let script = Script::new([with(code, "location", "/things/9"), ok()]);
        let error = client(&script).call(&CREATE).json(&1).send().await.unwrap_err();
        let phase = if matches!(code, 302 | 303) { Phase::MaybeSent } else { Phase::Answered };
        assert_eq!(error.phase(), phase, "{code}");
        assert!(error.to_string().contains("https://vendor.example/things/9"), "{error}");
        assert_eq!(script.calls(), 1);
    }
}

const PAGE: &str = "<!DOCTYPE html><title>Blocked</title>Cloudflare Ray ID: <b>89a1b2c3d4e5f607</b>";

#[tokio::test(start_paused = true)]
async fn a_firewalls_page_is_told_with_its_id_and_proves_nothing() {
    for code in [400, 401, 403, 404, 405, 410, 451] {
        let script = Script::new([Act::Answer(code, vec![("server", "cloudflare".into())], PAGE)]);
        let error = read(&client(&script)).await.unwrap_err();
        assert!(error.is_blocked(), "{code}: {error:?}");
        assert!(error.to_string().contains("a firewall or proxy refused (Cloudflare, id 89a1b2c3d4e5f607)"), "{error}");
        assert_eq!(script.calls(), 1, "{code}");
    }
    // It may go away by itself: it is tried again.
    let script = Script::new([Act::Answer(503, vec![], PAGE)]);
    let error = read(&client(&script)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.to_string().contains("a firewall or proxy refused") && script.calls() > 1, "{error}");
    let script = Script::new([Act::Answer(429, vec![("retry-after", "5".into())], PAGE), ok()]);
    read(&client(&script)).await.unwrap();
    // What the vendor itself says stays what it is.
    for (code, kind) in
        [(401, ErrorKind::Unauthenticated), (403, ErrorKind::PermissionDenied), (404, ErrorKind::NotFound)]
    {
        for body in ["", "{}", "no", "{\"message\":\"<html>\"}"] {
            let script = Script::new([Act::Answer(code, vec![], body)]);
            assert_eq!(read(&client(&script)).await.unwrap_err().kind(), kind, "{code} {body}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_byte_order_mark_is_no_part_of_an_answer() {
    let script = Script::new([Act::Answer(200, vec![], "\u{feff}{\"id\":1}")]);
    let client = client(&script);
    assert_eq!(read(&client).await.unwrap().body, "{\"id\":1}");
    let call = || crate::RawCall::new(client.call(&READ).path("id", 1));
    assert_eq!(call().send().await.unwrap(), serde_json::json!({"id": 1}));
    assert_eq!(call().send_raw().await.unwrap().body, "\u{feff}{\"id\":1}", "a file's bytes are its own");
}

#[tokio::test(start_paused = true)]
async fn a_vendor_in_trouble_is_not_hit_by_endless_retries() {
    let script = Script::new([status(500)]);
    let client = client(&script);
    for _ in 0..100 {
        let _ = read(&client).await;
    }
    // 100 first tries and 500 / 5 retries.
    assert_eq!(script.calls(), 200);
}

#[tokio::test(start_paused = true)]
async fn one_429_stops_the_other_calls_too() {
    let script = Script::new([with(429, "retry-after", 20), ok()]);
    let client = client(&script);
    let (first, second) = futures::join!(read(&client), async {
        client.clock().sleep(Duration::from_secs(1)).await;
        read(&client).await
    });
    first.unwrap();
    second.unwrap();
    assert!(script.times()[1..].iter().all(|t| *t >= 20.0), "{:?}", script.times());
}

#[tokio::test(start_paused = true)]
async fn a_known_budget_is_used_up_and_never_exceeded() {
    const LIMIT: usize = 60;
    const WINDOW: f64 = 60.0;
    let script = Script::slow([ok()], Duration::from_millis(400));
    let clock = Arc::new(TokioClock::new());
    let budget = RateBudget::new(clock, LIMIT as u32, Duration::from_secs(60));
    let client = builder(&script).budget(budget).build().unwrap();
    stream::iter(0..700)
        .map(|_| client.call(&READ).path("id", 1).lane(Lane::Backfill).send())
        .buffer_unordered(8)
        .for_each(|r| async {
            r.unwrap();
        })
        .await;
    // As the vendor may see it: each request arrives somewhere between sending and answer. Worst case for a rolling
    // window: the first ones arrive late, the last ones early.
    let sent = script.times();
    for (i, start) in sent.iter().enumerate() {
        let late_start = start + 0.4;
        let in_window = sent[i..].iter().filter(|t| **t < late_start + WINDOW - 0.001).count();
        assert!(in_window <= LIMIT, "{in_window} requests in a window from {start}");
    }
    let used = sent.iter().filter(|t| **t < 10.0 * WINDOW).count();
    assert!(used as f64 >= 0.95 * 10.0 * LIMIT as f64, "{used} requests in ten windows of {LIMIT}");
}

#[tokio::test(start_paused = true)]
async fn people_go_before_backfills() {
    let clock: Arc<dyn Clock> = Arc::new(TokioClock::new());
    let budget = RateBudget::new(Arc::clone(&clock), 1, Duration::from_secs(10));
    drop(budget.acquire(Lane::Interactive).await);
    let order = Mutex::new(Vec::new());
    let wait = |lane: Lane, delay: u64| {
        let (budget, clock, order) = (&budget, &clock, &order);
        async move {
            clock.sleep(Duration::from_millis(delay)).await;
            let _permit = budget.acquire(lane).await;
            order.lock().unwrap().push(lane);
        }
    };
    futures::join!(
        wait(Lane::Backfill, 1),
        wait(Lane::Incremental, 2),
        wait(Lane::Webhook, 3),
        wait(Lane::Interactive, 4)
    );
    assert_eq!(*order.lock().unwrap(), [Lane::Interactive, Lane::Webhook, Lane::Incremental, Lane::Backfill]);
}

#[tokio::test(start_paused = true)]
async fn a_waiter_that_gives_up_does_not_block_the_queue() {
    let clock: Arc<dyn Clock> = Arc::new(TokioClock::new());
    let budget = RateBudget::new(Arc::clone(&clock), 1, Duration::from_secs(10));
    drop(budget.acquire(Lane::Interactive).await);
    let gave_up = within(&*clock, Duration::from_secs(1), budget.acquire(Lane::Interactive)).await;
    assert!(gave_up.is_none());
    let got = within(&*clock, Duration::from_secs(10), budget.acquire(Lane::Backfill)).await;
    assert!(got.is_some());
}

#[tokio::test(start_paused = true)]
async fn no_more_requests_are_under_way_than_allowed() {
    let script = Script::slow([ok()], Duration::from_millis(100));
    let client = builder(&script).concurrency(3).build().unwrap();
    let calls = (0..20).map(|_| read(&client));
    futures::future::try_join_all(calls).await.unwrap();
    assert_eq!(script.under_way.lock().unwrap().1, 3);
}

#[tokio::test(start_paused = true)]
async fn a_body_over_the_cap_is_an_error_not_a_full_memory() {
    let script = Script::new([Act::Answer(200, vec![], "0123456789")]);
    let error = read(&builder(&script).body_cap(9).build().unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    let call = client(&script).call(&READ).path("id", 1);
    assert_eq!(call.body_cap(9).send().await.unwrap_err().kind(), ErrorKind::TooLarge);
    assert!(read(&client(&script)).await.is_ok(), "one call's cap is its own");
    let script = Script::new([with(200, "content-length", "99999999999")]);
    assert_eq!(read(&client(&script)).await.unwrap_err().kind(), ErrorKind::TooLarge);
    assert_eq!(script.calls(), 1);
}

#[tokio::test]
async fn plain_http_needs_an_explicit_word() {
    let script = Script::new([ok()]);
    let start = || HttpClient::builder("http://vendor.example/api".parse().unwrap(), Arc::clone(&script) as _);
    let error = start().build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(start().allow_http(true).build().is_ok());
}

#[tokio::test(start_paused = true)]
async fn paths_and_queries_can_not_be_broken_out_of() {
    let script = Script::new([ok()]);
    let client = client(&script);
    client.call(&READ).path("id", "a/../b?c#d").query("q&x", "1=2&3").send().await.unwrap();
    let seen = script.seen.lock().unwrap()[0].1.uri().to_string();
    assert_eq!(seen, "https://vendor.example/api/things/a%2F..%2Fb%3Fc%23d?q%26x=1%3D2%263");
    for bad in ["..", ".", ""] {
        assert!(client.call(&READ).path("id", bad).send().await.is_err(), "{bad:?}");
    }
    let error = client.call(&READ).raw_path("https://evil.example/x").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!(script.calls(), 1);
}

/// Mints numbered tokens.
#[derive(Debug)]
struct Mint {
    minted: AtomicU64,
    latency: Duration,
    fails_from: u64,
}

impl Mint {
    fn new() -> Self {
        Self { minted: AtomicU64::new(0), latency: Duration::from_millis(50), fails_from: u64::MAX }
    }
}

#[async_trait]
impl TokenSource for Mint {
    async fn mint(&self) -> Result<Token> {
        tokio::time::sleep(self.latency).await;
        let n = self.minted.fetch_add(1, Ordering::SeqCst) + 1;
        if n >= self.fails_from {
            return Err(Error::new(ErrorKind::Unavailable, "no token today"));
        }
        Ok(Token {
            secret: SecretString::from(format!("canary-token-{n}")),
            lifetime: Duration::from_secs(3600),
            scope: None,
        })
    }
}

#[derive(Debug)]
struct Frozen;

impl Vendor for Frozen {
    fn read_error(
        &self,
        o: &Operation,
        s: StatusCode,
        h: &HeaderMap,
        b: &Bytes,
    ) -> (ErrorKind, psa_core::VendorAnswer) {
        StatusErrors.read_error(o, s, h, b)
    }
    fn token_may_be_stale(&self, status: StatusCode) -> bool {
        matches!(status.as_u16(), 401 | 403)
    }
}

fn with_tokens(script: &Arc<Script>, mint: Mint) -> (HttpClient, Arc<Mint>) {
    let mint = Arc::new(mint);
    let redactor = Redactor::default();
    let clock: Arc<dyn Clock> = Arc::new(TokioClock::new());
    let cache = TokenCache::new(Arc::clone(&mint) as _, Arc::clone(&clock), Arc::new(Seeded::new(1)), redactor.clone());
    let client =
        builder(script).vendor(Arc::new(Frozen)).clock(clock).auth(Arc::new(cache)).redactor(redactor).build().unwrap();
    (client, mint)
}

fn tokens(script: &Script) -> Vec<String> {
    let seen = script.seen.lock().unwrap();
    seen.iter()
        .map(|(_, r)| r.headers()["authorization"].to_str().unwrap().replace("Bearer canary-token-", ""))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn many_callers_mint_one_token() {
    let script = Script::new([ok()]);
    let (client, mint) = with_tokens(&script, Mint::new());
    futures::future::try_join_all((0..50).map(|_| read(&client))).await.unwrap();
    assert_eq!(mint.minted.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_refreshed_before_it_expires() {
    let script = Script::new([ok()]);
    let (client, _) = with_tokens(&script, Mint::new());
    read(&client).await.unwrap();
    tokio::time::sleep(Duration::from_secs(2800)).await;
    read(&client).await.unwrap();
    tokio::time::sleep(Duration::from_secs(500)).await;
    read(&client).await.unwrap();
    assert_eq!(tokens(&script), ["1", "1", "2"]);
}

#[tokio::test(start_paused = true)]
async fn a_failed_early_refresh_does_no_harm_while_the_token_is_good() {
    let script = Script::new([ok()]);
    let (client, mint) = with_tokens(&script, Mint { fails_from: 2, ..Mint::new() });
    read(&client).await.unwrap();
    tokio::time::sleep(Duration::from_secs(3300)).await;
    read(&client).await.unwrap();
    read(&client).await.unwrap();
    assert_eq!(tokens(&script), ["1", "1", "1"]);
    assert_eq!(mint.minted.load(Ordering::SeqCst), 2, "not again with the very next call");
    tokio::time::sleep(Duration::from_secs(400)).await;
    assert!(read(&client).await.is_err(), "expired and no new one");
}

#[tokio::test(start_paused = true)]
async fn an_early_refresh_that_hangs_makes_nobody_wait() {
    let script = Script::new([ok()]);
    let (client, _) = with_tokens(&script, Mint { latency: Duration::from_secs(60), ..Mint::new() });
    read(&client).await.unwrap();
    tokio::time::sleep(Duration::from_secs(3300)).await;
    let started = Instant::now();
    let (slow, quick) = futures::join!(read(&client), async {
        client.clock().sleep(Duration::from_millis(1)).await;
        read(&client).await.map(|_| started.elapsed())
    });
    slow.unwrap();
    assert!(quick.unwrap() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn rights_frozen_in_an_old_token_cost_one_new_token() {
    for code in [401, 403] {
        let script = Script::new([ok(), status(code), ok()]);
        let (client, _) = with_tokens(&script, Mint::new());
        read(&client).await.unwrap();
        tokio::time::sleep(Duration::from_secs(120)).await;
        read(&client).await.unwrap();
        assert_eq!(tokens(&script), ["1", "1", "2"], "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_right_that_is_missing_for_good_does_not_mint_again_and_again() {
    let script = Script::new([status(403)]);
    let (client, mint) = with_tokens(&script, Mint::new());
    for _ in 0..10 {
        assert!(read(&client).await.unwrap_err().is_permission_denied());
    }
    assert_eq!(mint.minted.load(Ordering::SeqCst), 1);
    let script = Script::new([status(401)]);
    let (client, mint) = with_tokens(&script, Mint::new());
    assert!(read(&client).await.unwrap_err().is_unauthenticated());
    assert_eq!((mint.minted.load(Ordering::SeqCst), script.calls()), (2, 2), "401: once");
}

#[tokio::test(start_paused = true)]
async fn a_token_refused_for_many_is_replaced_once() {
    let mut acts = vec![ok()];
    acts.extend(std::iter::repeat_n(status(401), 8));
    acts.push(ok());
    let script = Script::slow(acts, Duration::from_millis(10));
    let (client, mint) = with_tokens(&script, Mint::new());
    read(&client).await.unwrap();
    futures::future::try_join_all((0..8).map(|_| read(&client))).await.unwrap();
    assert_eq!(mint.minted.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn secrets_appear_nowhere() {
    let script = Script::new([Act::Answer(400, vec![], "refused canary-token-1 and canary-secret")]);
    let (client, _) = with_tokens(&script, Mint::new());
    client.0.redactor.add_lasting(SecretString::from("canary-secret"));
    let error = read(&client).await.unwrap_err();
    for text in [format!("{error}"), format!("{error:?}"), format!("{client:?}"), format!("{:?}", client.0.auth)] {
        assert!(!text.contains("canary"), "{text}");
    }
    let sent = &script.seen.lock().unwrap()[0].1;
    assert!(!format!("{sent:?}").contains("canary-token"), "the header is marked sensitive");
}

/// Which step ran, in which try, and whether the request had its credential.
type Steps = Arc<Mutex<Vec<(&'static str, u32, bool)>>>;

#[derive(Debug)]
struct Count {
    name: &'static str,
    log: Steps,
}

#[async_trait]
impl Step for Count {
    async fn run(&self, request: Request, next: Next<'_>) -> Result<Response> {
        let authorized = request.http.headers().contains_key("authorization");
        self.log.lock().unwrap().push((self.name, request.attempt, authorized));
        next.run(request).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_callers_steps_run_around_the_call_and_around_each_try() {
    let script = Script::new([status(503), ok()]);
    let log = Arc::default();
    let step = |name| Arc::new(Count { name, log: Arc::clone(&log) });
    let client =
        builder(&script).around_call(step("outer")).around_call(step("inner")).around_try(step("try")).build().unwrap();
    read(&client).await.unwrap();
    assert_eq!(*log.lock().unwrap(), [("outer", 0, false), ("inner", 0, false), ("try", 1, false), ("try", 2, false)]);
    assert_eq!(client.stats(), Stats { requests: 2, retries: 1, rate_limited: 0, bytes: 2 });
}

#[tokio::test(start_paused = true)]
async fn a_call_that_nobody_looks_at_keeps_no_place_from_others() {
    let script = Script::slow([ok(), status(503), ok()], Duration::from_millis(10));
    // One place, and three requests a minute.
    let budget = RateBudget::new(Arc::new(TokioClock::default()), 3, Duration::from_secs(60));
    let client = builder(&script).concurrency(1).budget(budget).build().unwrap();
    let mut ahead: Vec<_> = (0..3).map(|_| Box::pin(read(&client))).collect();
    for call in &mut ahead {
        assert!(futures::poll!(call).is_pending());
    }
    let minutes = Duration::from_secs(600);
    tokio::time::timeout(minutes, read(&client)).await.expect("a place that is given back").unwrap();
    for call in ahead {
        call.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_given_up_is_ended() {
    let script = Script::new([Act::Stall(3_600), ok()]);
    let client = builder(&script).concurrency(1).timeout(Duration::from_secs(7_200)).build().unwrap();
    let mut given_up = Box::pin(read(&client));
    assert!(futures::poll!(&mut given_up).is_pending());
    tokio::time::sleep(Duration::from_secs(1)).await;
    drop(given_up);
    tokio::time::timeout(Duration::from_secs(1), read(&client)).await.expect("its place").unwrap();
}
