//! Pages rendered beforehand, handed out as they are.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use http::{Method, Request, Response, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use psa_kit::psa_sandbox::HaloSandbox;
use psa_kit::psa_sandbox::halo::Dataset;

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

struct Pages {
    delay: Duration,
    tickets: Vec<Bytes>,
    ids: Bytes,
    count: Bytes,
    nothing: Bytes,
    others: HashMap<&'static str, Bytes>,
}

pub(crate) async fn serve(task: &str) {
    let (tickets, delay) = task.split_once(',').expect("tickets,delay");
    let tickets: usize = tickets.parse().expect("a number");
    let delay = Duration::from_millis(delay.parse().expect("a number"));
    let sandbox = HaloSandbox::builder().dataset(Dataset::new(1).tickets(tickets as u32)).rate_limit(None).build();
    let pages = Arc::new(render(&sandbox, tickets, delay).await);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("http://{}", listener.local_addr().expect("an address"));
    loop {
        let Ok((socket, _)) = listener.accept().await else {
            continue;
        };
        let _ = socket.set_nodelay(true);
        let pages = Arc::clone(&pages);
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(request, Arc::clone(&pages)));
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
        });
    }
}

async fn render(sandbox: &HaloSandbox, tickets: usize, delay: Duration) -> Pages {
    let transport = sandbox.transport();
    let send = |method: Method, path: String, token: String, body: String| {
        let transport = Arc::clone(&transport);
        async move {
            let mut request = Request::new(Bytes::from(body));
            *request.method_mut() = method;
            *request.uri_mut() = format!("http://sandbox{path}").parse().expect("a URI");
            if !token.is_empty() {
                let value = format!("Bearer {token}").parse().expect("a header");
                request.headers_mut().insert(header::AUTHORIZATION, value);
            }
            let answer = transport.send(request).await.expect("an answer");
            let parts: Vec<_> = answer.into_body().map(|p| p.expect("a body")).collect().await;
            Bytes::from(parts.concat())
        }
    };
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope=read:tickets",
        HaloSandbox::CLIENT_ID,
        HaloSandbox::SECRET
    );
    let token = send(Method::POST, "/auth/token".into(), String::new(), form).await;
    let token: serde_json::Value = serde_json::from_slice(&token).expect("a token");
    let token = token["access_token"].as_str().expect("a token").to_owned();
    let get = |path: String| send(Method::GET, path, token.clone(), String::new());
    let mut rendered = Vec::new();
    for page in 1..=tickets.div_ceil(100) {
        rendered
            .push(get(format!("/api/Tickets?domain=reqs&pageinate=true&page_no={page}&page_size=100&order=id")).await);
    }
    let mut others = HashMap::new();
    for path in ["status", "tickettype", "priority"] {
        others.insert(path, get(format!("/api/{path}")).await);
    }
    Pages {
        delay,
        tickets: rendered,
        ids: get("/api/Tickets?domain=reqs&ticketidonly=true&order=id".into()).await,
        count: get("/api/Tickets?domain=reqs&pageinate=true&page_no=1&page_size=1&order=id".into()).await,
        nothing: Bytes::from_static(br#"{"record_count":0,"tickets":[]}"#),
        others,
    }
}

async fn answer(request: Request<Incoming>, pages: Arc<Pages>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let _ = body.collect().await;
    if !pages.delay.is_zero() {
        tokio::time::sleep(pages.delay).await;
    }
    let path = head.uri.path().to_ascii_lowercase();
    let query = head.uri.query().unwrap_or("");
    let parameter =
        |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).map(str::to_owned);
    let body = match path.trim_start_matches("/api/") {
        "/auth/token" => Bytes::from_static(
            br#"{"access_token":"t","token_type":"Bearer","expires_in":3600,"scope":"read:tickets"}"#,
        ),
        "tickets" if parameter("ticketidonly").is_some() => pages.ids.clone(),
        "tickets" if parameter("page_size").as_deref() == Some("1") => pages.count.clone(),
        "tickets" => {
            let page = parameter("page_no").and_then(|n| n.parse::<usize>().ok()).unwrap_or(1);
            pages.tickets.get(page - 1).unwrap_or(&pages.nothing).clone()
        }
        other => match pages.others.get(other) {
            Some(body) => body.clone(),
            None => {
                let mut missing = Response::new(Full::new(Bytes::new()));
                *missing.status_mut() = http::StatusCode::NOT_FOUND;
                return Ok(missing);
            }
        },
    };
    let mut response = Response::new(Full::new(body));
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    let date = header::HeaderValue::from_static("Wed, 25 Nov 2026 12:00:00 GMT");
    response.headers_mut().insert(header::DATE, date);
    Ok(response)
}
