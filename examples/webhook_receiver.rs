//! A receiver with axum, for every scheme.
//!
//! `cargo run --example webhook_receiver` serves all of them on a port of the system's, sends each a genuine message and a forged
//! one, shows the answers and ends. To receive from somewhere else:
//!
//! ```sh
//! WEBHOOK_SECRET=whsec_… cargo run --example webhook_receiver -- standard-webhooks 127.0.0.1:3000
//! ```
//!
//! Schemes: standard-webhooks, svix, stripe, github, slack, connectwise, halo, hmac, basic, rfc9421, graph. `WEBHOOK_HEADER` names
//! the header of halo and hmac, `WEBHOOK_USER` the user of basic.

use std::error::Error;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::{Router, routing::post};
use bytes::Bytes;
use psa_kit::webhook_signing::graph::{self, ClientStates, Notifications};
use psa_kit::webhook_signing::rfc9421::{self, Algorithm, MessageSigner, MessageVerifier, SigningKey, VerifyingKey};
use psa_kit::webhook_signing::{
    Credentials, Encoding, Hash, HmacHeader, Scheme, Signer, Verified, Verifier, VerifyLayer,
};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const SCHEMES: [&str; 11] = [
    "standard-webhooks",
    "svix",
    "stripe",
    "github",
    "slack",
    "connectwise",
    "halo",
    "hmac",
    "basic",
    "rfc9421",
    "graph",
];

fn setting(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.to_owned())
}

/// A secret of the kind that the scheme takes.
fn secret(scheme: &str) -> String {
    let default = match scheme {
        "standard-webhooks" | "svix" => "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        _ => "a secret between sender and receiver",
    };
    setting("WEBHOOK_SECRET", default)
}

fn scheme(name: &str) -> Option<Scheme> {
    let header = || setting("WEBHOOK_HEADER", "X-Signature");
    Some(match name {
        "standard-webhooks" => Scheme::StandardWebhooks,
        "svix" => Scheme::Svix,
        "stripe" => Scheme::Stripe,
        "github" => Scheme::GitHub,
        "slack" => Scheme::Slack,
        "connectwise" => Scheme::ConnectWise,
        "halo" => Scheme::halo(header()),
        "hmac" => Scheme::Hmac(HmacHeader::new(header(), Hash::Sha256, Encoding::Hex)),
        _ => return None,
    })
}

/// What a receiver is: a layer that verifies, and a handler that sees nothing else.
fn receiver(name: &str, path: &str) -> Result<Router> {
    let secret = secret(name);
    let hook = Router::new().route(path, post(received));
    if let Some(scheme) = scheme(name) {
        return Ok(hook.layer(logged(VerifyLayer::new(Verifier::new(scheme, secret)?))));
    }
    Ok(match name {
        "basic" => hook.layer(logged(VerifyLayer::new(Credentials::basic(&setting("WEBHOOK_USER", "halo"), secret)?))),
        "rfc9421" => {
            let key = VerifyingKey::new(Algorithm::HmacSha256, secret.as_bytes())?;
            let verifier = MessageVerifier::new("key-1", key);
            hook.layer(middleware::from_fn_with_state(Arc::new(verifier), signed_message))
        }
        "graph" => Router::new().route(path, post(notified)).with_state(Arc::new(ClientStates::new([secret])?)),
        other => return Err(format!("there is no scheme {other:?}; there are {}", SCHEMES.join(", ")).into()),
    })
}

fn logged(layer: VerifyLayer) -> VerifyLayer {
    layer.on_refusal(|why| println!("    refused: {why}"))
}

/// A message that is from who it says.
async fn received(Extension(message): Extension<Verified<'static, Bytes>>) -> StatusCode {
    let id = message.id.as_deref().unwrap_or("without an id");
    println!("    received: {}, {id}, {} bytes", message.scheme, message.body.len());
    StatusCode::NO_CONTENT
}

/// RFC 9421 signs the request line too, so it is verified with the whole request.
async fn signed_message(State(verifier): State<Arc<MessageVerifier>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, 1024 * 1024).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let verified = rfc9421::Request::received("http", &parts).and_then(|request| verifier.verify(&request, &body));
    match verified {
        Ok(verified) => {
            let mut request = Request::from_parts(parts, Body::from(body.clone()));
            request.extensions_mut().insert(verified.with_body(body));
            next.run(request).await
        }
        Err(why) => {
            println!("    refused: {why}");
            StatusCode::UNAUTHORIZED.into_response()
        }
    }
}

/// Microsoft Graph is answered by the form of its request alone, and what it says is judged afterwards.
async fn notified(State(states): State<Arc<ClientStates>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, 1024 * 1024).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let request = graph::Request::read(parts.method.as_str(), parts.uri.query(), &body);
    if let Ok(batch) = serde_json::from_slice::<Notifications>(&body) {
        for item in &batch.value {
            match states.verify(item.client_state.as_deref()) {
                Ok(_) => println!("    received: graph, a notification"),
                Err(why) => println!("    refused: {why}"),
            }
        }
    }
    let answer = request.answer();
    let status = StatusCode::from_u16(answer.status).unwrap_or_default();
    match answer.content_type {
        Some(kind) => (status, [("content-type", kind)], answer.body.to_owned()).into_response(),
        None => status.into_response(),
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let Some(name) = arguments.next() else {
        return demonstrate().await;
    };
    let listener = tokio::net::TcpListener::bind(arguments.next().unwrap_or_else(|| "127.0.0.1:0".into())).await?;
    println!("{name} at http://{}/  (Ctrl-C ends it)", listener.local_addr()?);
    let stop = async { drop(tokio::signal::ctrl_c().await) };
    axum::serve(listener, receiver(&name, "/")?).with_graceful_shutdown(stop).await?;
    Ok(())
}

/// Each scheme with a genuine message and a forged one.
async fn demonstrate() -> Result<()> {
    let mut app = Router::new();
    for name in SCHEMES {
        app = app.merge(receiver(name, &format!("/{name}"))?);
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, app).await });
    let client = reqwest::Client::new();
    for name in SCHEMES {
        let url = format!("http://{address}/{name}");
        println!("{name}");
        for genuine in [true, false] {
            let (headers, body) = message(name, &url, genuine)?;
            let answer = client.post(&url).headers(headers).body(body).send().await?;
            println!("  {}", answer.status());
        }
    }
    let handshake = client.post(format!("http://{address}/graph?validationToken=Validation%3A+a1")).send().await?;
    println!("graph, handshake\n  {} {:?}", handshake.status(), handshake.text().await?);
    Ok(())
}

/// A message of a sender who knows the secret, or of one who changed it on its way or guesses.
fn message(name: &str, url: &str, genuine: bool) -> Result<(HeaderMap, String)> {
    let secret = secret(name);
    let shown = if genuine { secret.as_str() } else { "a guess" };
    let body = r#"{"ticket":4711}"#;
    let sent = if genuine { body } else { r#"{"ticket":4712}"# };
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs() as i64;
    let mut headers = HeaderMap::new();
    if let Some(scheme) = scheme(name) {
        for (name, value) in Signer::new(scheme, secret)?.sign("msg_1", now, body.as_bytes())?.iter() {
            headers.insert(axum::http::HeaderName::try_from(name)?, value.parse()?);
        }
    } else if name == "basic" {
        use base64::Engine;
        let pair = base64::engine::general_purpose::STANDARD.encode(format!("halo:{shown}"));
        headers.insert("authorization", format!("Basic {pair}").parse()?);
    } else if name == "rfc9421" {
        let signer = MessageSigner::new("key-1", SigningKey::new(Algorithm::HmacSha256, secret.as_bytes())?);
        let request = rfc9421::Request::new("POST", url, &headers)?;
        for (name, value) in signer.sign(&request, body.as_bytes(), now, Some("nonce-1"))?.iter() {
            headers.insert(axum::http::HeaderName::try_from(*name)?, value.parse()?);
        }
    } else {
        let item = serde_json::json!({ "subscriptionId": "s", "clientState": shown, "changeType": "updated", "resource": "users/1" });
        return Ok((headers, serde_json::json!({ "value": [item] }).to_string()));
    }
    Ok((headers, sent.to_owned()))
}
