//! The guard over real sockets of this machine.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures::TryStreamExt;
use psa_core::{Error, ErrorKind, Phase, Retry};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// Answers every name with the same addresses, and counts.
#[derive(Debug, Default)]
struct Fixed {
    answer: Vec<IpAddr>,
    asked: AtomicUsize,
}

impl Fixed {
    fn new(answer: &[&str]) -> Arc<Self> {
        Arc::new(Self { answer: answer.iter().map(|a| a.parse().unwrap()).collect(), ..Self::default() })
    }
}

impl Resolve for Fixed {
    fn resolve<'a>(&'a self, _: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        async { Ok(self.answer.clone()) }.boxed()
    }
}

/// Fails as told, or never answers.
#[derive(Debug)]
struct Broken(Option<&'static str>);

impl Resolve for Broken {
    fn resolve<'a>(&'a self, _: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        match self.0 {
            Some(text) => async move { Err(io::Error::other(text)) }.boxed(),
            None => futures::future::pending().boxed(),
        }
    }
}

async fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

/// Takes one connection and reads the head of one request.
async fn request_of(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap().to_ascii_lowercase()
}

/// Serves these answers, in order, over one connection that then stays open; gives the requests.
fn serve(listener: TcpListener, answers: Vec<&'static [u8]>) -> tokio::task::JoinHandle<(Vec<String>, TcpStream)> {
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut requests = Vec::new();
        for answer in answers {
            requests.push(request_of(&mut stream).await);
            stream.write_all(answer).await.unwrap();
        }
        (requests, stream)
    })
}

/// The first connection that comes in must be this one of ours: nothing else has connected.
async fn assert_untouched(listener: &TcpListener) {
    let own = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (_, peer) = listener.accept().await.unwrap();
    assert_eq!(peer, own.local_addr().unwrap(), "a refused request reached the listener");
}

fn strict() -> GuardedTransportBuilder {
    GuardedTransport::builder(AddressPolicy::public_only().allow_http(true))
}

fn lenient() -> GuardedTransportBuilder {
    GuardedTransport::builder(AddressPolicy::public_only().allow("127.0.0.0/8").unwrap().allow_http(true))
}

fn get(url: &str) -> http::Request<Bytes> {
    http::Request::get(url).body(Bytes::new()).unwrap()
}

async fn refused(transport: &GuardedTransport, url: &str) -> Error {
    match transport.send(get(url)).await {
        Ok(answer) => panic!("{url}: {}", answer.status()),
        Err(error) => error.into(),
    }
}

async fn text(answer: http::Response<Body>) -> Result<String, TransportError> {
    let parts: Vec<Bytes> = answer.into_body().try_collect().await?;
    Ok(String::from_utf8(parts.concat()).unwrap())
}

/// Sends, and tells how long it took to get there.
async fn timed(
    transport: &GuardedTransport,
    url: &str,
) -> (std::result::Result<http::Response<Body>, TransportError>, Timings) {
    let (mut request, probe) = (get(url), TimingsProbe::default());
    request.extensions_mut().insert(probe.clone());
    (transport.send(request).await, probe.timings())
}

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

#[tokio::test]
async fn no_spelling_of_a_forbidden_address_is_connected_to() {
    let (listener, port) = listener().await;
    let public_and_private = Fixed::new(&["93.184.216.34", "10.0.0.7"]);
    let cases: [(&str, Arc<dyn Resolve>); 9] = [
        ("127.0.0.1", Arc::new(SystemResolver)),
        ("[::ffff:127.0.0.1]", Arc::new(SystemResolver)),
        ("2130706433", Arc::new(SystemResolver)),
        ("0177.0.0.1", Arc::new(SystemResolver)),
        ("localhost", Arc::new(SystemResolver)),
        ("hooks.example", Fixed::new(&["127.0.0.1"])),
        ("hooks.example", Fixed::new(&["::ffff:127.0.0.1"])),
        ("hooks.example", Fixed::new(&["93.184.216.34", "127.0.0.1"])),
        ("hooks.example", public_and_private),
    ];
    for (host, resolver) in cases {
        let transport = strict().resolver(resolver).build().unwrap();
        let error = refused(&transport, &format!("http://{host}:{port}/")).await;
        assert_eq!(
            (error.kind(), error.phase(), error.retry()),
            (ErrorKind::InvalidRequest, Phase::NotSent, Retry::Never),
            "{host}: {error:?}"
        );
        assert!(error.source().is_some_and(|source| source.is::<Forbidden>()), "{host}: {error:?}");
        assert_untouched(&listener).await;
    }
}

#[tokio::test]
async fn every_spelling_of_an_allowed_address_is_connected_to() {
    let local: Arc<dyn Resolve> = Fixed::new(&["127.0.0.1"]);
    for host in ["127.0.0.1", "[::ffff:127.0.0.1]", "2130706433", "0177.0.0.1", "localhost", "hooks.example"] {
        let (listener, port) = listener().await;
        let server = serve(listener, vec![OK]);
        let transport = lenient().resolver(local.clone()).build().unwrap();
        let answer = transport.send(get(&format!("http://{host}:{port}/"))).await.unwrap();
        assert_eq!(text(answer).await.unwrap(), "ok", "{host}");
        server.await.unwrap();
    }
}

#[tokio::test]
async fn the_system_resolves_localhost() {
    let (listener, port) = listener().await;
    let policy = AddressPolicy::public_only().allow("127.0.0.0/8").unwrap().allow("::1").unwrap().allow_http(true);
    let transport = GuardedTransport::new(policy).unwrap();
    let server = serve(listener, vec![OK]);
    let (answer, timings) = timed(&transport, &format!("http://localhost:{port}/")).await;
    assert!(timings.dns.is_some());
    assert_eq!(text(answer.unwrap()).await.unwrap(), "ok");
    server.await.unwrap();
}

#[tokio::test]
async fn the_url_is_checked_before_anything_else() {
    let names = Fixed::new(&["127.0.0.1"]);
    let transport = GuardedTransport::builder(AddressPolicy::public_only()).resolver(names.clone()).build().unwrap();
    for (url, code) in [
        ("http://hooks.example/", "scheme"),
        ("https://user:secret@hooks.example/", "credentials"),
        ("https://hooks.internal/", "forbidden_host"),
        ("/only/a/path", "unparsable"),
    ] {
        let error = refused(&transport, url).await;
        let forbidden = error.source().and_then(|source| source.downcast_ref::<Forbidden>()).unwrap();
        assert_eq!(forbidden.code(), code, "{url}");
        assert!(!format!("{error:?}").contains("secret"), "{error:?}");
    }
    assert_eq!(names.asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_connection_goes_to_what_was_checked_and_is_timed_once() {
    let (listener, port) = listener().await;
    let names = Fixed::new(&["127.0.0.1"]);
    let transport = lenient().resolver(names.clone()).build().unwrap();
    let server = serve(listener, vec![OK, OK]);
    let url = format!("http://hooks.example:{port}/");

    let (first, timings) = timed(&transport, &url).await;
    assert!(timings.dns.is_some() && timings.connect.is_some());
    text(first.unwrap()).await.unwrap();
    let (second, timings) = timed(&transport, &url).await;
    assert_eq!(timings, Timings::default(), "the connection was open already");
    text(second.unwrap()).await.unwrap();
    assert_eq!(names.asked.load(Ordering::SeqCst), 1);
    server.await.unwrap();
}

#[tokio::test]
async fn an_address_needs_no_look_up() {
    let (listener, port) = listener().await;
    let transport = lenient().resolver(Arc::new(Broken(Some("not to be asked")))).build().unwrap();
    let server = serve(listener, vec![OK]);
    let (answer, timings) = timed(&transport, &format!("http://127.0.0.1:{port}/")).await;
    assert!(answer.is_ok() && timings.dns.is_none() && timings.connect.is_some());
    server.await.unwrap();
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let (listener, port) = listener().await;
    let (target, target_port) = self::listener().await;
    let redirect = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:{target_port}/\r\ncontent-length: 0\r\n\r\n"
    );
    let server = serve(listener, vec![redirect.leak().as_bytes()]);
    let answer = lenient().build().unwrap().send(get(&format!("http://127.0.0.1:{port}/"))).await.unwrap();
    assert_eq!(answer.status(), 307);
    server.await.unwrap();
    assert_untouched(&target).await;
}

#[tokio::test]
async fn no_cookie_is_kept_and_nothing_is_decompressed() {
    let (listener, port) = listener().await;
    let squeezed =
        b"HTTP/1.1 200 OK\r\nset-cookie: a=b\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nabcd".as_slice();
    let server = serve(listener, vec![squeezed, OK]);
    let transport = lenient().build().unwrap();
    let url = format!("http://127.0.0.1:{port}/");
    let answer = transport.send(get(&url)).await.unwrap();
    assert_eq!(answer.headers()["content-encoding"], "gzip");
    assert_eq!(text(answer).await.unwrap(), "abcd");
    text(transport.send(get(&url)).await.unwrap()).await.unwrap();
    for request in server.await.unwrap().0 {
        assert!(!request.contains("cookie") && !request.contains("accept-encoding"), "{request}");
    }
}

#[tokio::test]
async fn a_failed_look_up_may_be_tried_again() {
    let cases: [Arc<dyn Resolve>; 2] = [Arc::new(Broken(Some("TLS handshake"))), Fixed::new(&[])];
    for resolver in cases {
        let transport = strict().resolver(resolver).build().unwrap();
        let error = refused(&transport, "http://hooks.example/").await;
        assert_eq!(
            (error.kind(), error.phase(), error.retry()),
            (ErrorKind::Connect, Phase::NotSent, Retry::Backoff),
            "{error:?}"
        );
        assert!(format!("{error:?}").contains("could not be resolved"), "{error:?}");
    }
}

#[tokio::test]
async fn a_look_up_without_end_is_cut_by_the_connect_time_out() {
    let transport =
        strict().resolver(Arc::new(Broken(None))).connect_timeout(Duration::from_millis(30)).build().unwrap();
    let (sent, timings) = timed(&transport, "http://hooks.example/").await;
    let error = Error::from(sent.err().unwrap());
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Connect, Phase::NotSent), "{error:?}");
    assert_eq!(timings, Timings::default());
}

#[tokio::test]
async fn a_receiver_that_never_answers_is_cut_by_the_total_time_out() {
    let (listener, port) = listener().await;
    let server = serve(listener, vec![b""]);
    let transport = lenient().total_timeout(Duration::from_secs(1)).build().unwrap();
    let (sent, timings) = timed(&transport, &format!("http://127.0.0.1:{port}/")).await;
    let error = Error::from(sent.err().unwrap());
    assert_eq!(
        (error.kind(), error.phase(), error.retry()),
        (ErrorKind::Timeout, Phase::MaybeSent, Retry::Backoff),
        "{error:?}"
    );
    assert!(timings.connect.is_some());
    server.await.unwrap();
}

#[tokio::test]
async fn a_body_without_end_is_cut_by_the_total_time_out() {
    let (listener, port) = listener().await;
    let server = serve(listener, vec![b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok"]);
    let transport = lenient().total_timeout(Duration::from_secs(1)).build().unwrap();
    let answer = transport.send(get(&format!("http://127.0.0.1:{port}/"))).await.unwrap();
    assert_eq!(text(answer).await.unwrap_err().kind, TransportErrorKind::Timeout);
    server.await.unwrap();
}

#[tokio::test]
async fn a_receiver_that_closes_midway_is_an_error() {
    for (answer, in_head) in [(&b"HTTP/1.1 200"[..], true), (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok", false)]
    {
        let (listener, port) = listener().await;
        let server = serve(listener, vec![answer]);
        let closing = tokio::spawn(async move { drop(server.await) });
        let sent = lenient().build().unwrap().send(get(&format!("http://127.0.0.1:{port}/"))).await;
        assert_eq!(sent.is_err(), in_head);
        let error = match sent {
            Ok(answer) => text(answer).await.unwrap_err(),
            Err(error) => error,
        };
        assert_eq!(error.kind, TransportErrorKind::Interrupted, "{error:?}");
        closing.await.unwrap();
    }
}
