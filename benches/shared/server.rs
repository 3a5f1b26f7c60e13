//! What was rendered beforehand, handed out as it is.

use std::convert::Infallible;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;

use super::{Answers, Vendor};

/// What a server serves, as text for its command line.
pub(crate) struct Served {
    pub(crate) tickets: usize,
    pub(crate) delay: Duration,
}

impl fmt::Display for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.tickets, self.delay.as_millis())
    }
}

pub(crate) async fn serve<V: Vendor>(task: &str) {
    let (tickets, delay) = task.split_once(',').expect("tickets,delay");
    let tickets: usize = tickets.parse().expect("a number");
    let delay = Duration::from_millis(delay.parse().expect("a number"));
    let answers = V::render(tickets).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("http://{}", listener.local_addr().expect("an address"));
    loop {
        let Ok((socket, _)) = listener.accept().await else {
            continue;
        };
        let _ = socket.set_nodelay(true);
        let answers = answers.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(request, answers.clone(), delay));
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    answers: Answers,
    delay: Duration,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let _ = body.collect().await;
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let Some(found) = answers(&head.uri.path().to_ascii_lowercase(), head.uri.query().unwrap_or("")) else {
        let mut missing = Response::new(Full::new(Bytes::new()));
        *missing.status_mut() = http::StatusCode::NOT_FOUND;
        return Ok(missing);
    };
    let mut response = Response::new(Full::new(found.body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::DATE, HeaderValue::from_static("Wed, 25 Nov 2026 12:00:00 GMT"));
    if let Some(link) = found.link {
        headers.insert(header::LINK, HeaderValue::try_from(link).expect("a header"));
    }
    Ok(response)
}
