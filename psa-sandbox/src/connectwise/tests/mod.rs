//! The emulated ConnectWise, asked over its transport: what it holds, what it takes, what it refuses.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on fails")]

mod completeness;
mod families;
mod refusals;

use base64::Engine;
use bytes::Bytes;
use futures::TryStreamExt;
use http::{Method, header};
use psa_http::Transport;
use serde_json::Value;

use super::{ConnectWiseSandbox, Dataset};

fn sandbox() -> ConnectWiseSandbox {
    let dataset = Dataset::new(11).companies(12).tickets(60);
    ConnectWiseSandbox::builder().dataset(dataset).rate_limit(None).build()
}

/// Sends a request as a client would; the status and the body of the answer.
async fn call(sandbox: &ConnectWiseSandbox, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
    let keys = format!(
        "{}+{}:{}",
        ConnectWiseSandbox::COMPANY,
        ConnectWiseSandbox::PUBLIC_KEY,
        ConnectWiseSandbox::PRIVATE_KEY
    );
    let keys = base64::engine::general_purpose::STANDARD.encode(keys);
    let body = body.map_or_else(Bytes::new, |body| body.to_string().into());
    let request = http::Request::builder()
        .method(method)
        .uri(format!("{}/v4_6_release/apis/3.0/{path}", ConnectWiseSandbox::SITE))
        .header(header::AUTHORIZATION, format!("Basic {keys}"))
        .header("clientid", ConnectWiseSandbox::CLIENT_ID)
        .body(body)
        .unwrap();
    let answer = sandbox.send(request).await.unwrap();
    let status = answer.status().as_u16();
    let parts: Vec<Bytes> = answer.into_body().try_collect().await.unwrap();
    (status, serde_json::from_slice(&parts.concat()).unwrap_or(Value::Null))
}

async fn get(sandbox: &ConnectWiseSandbox, path: &str) -> Value {
    let (status, body) = call(sandbox, Method::GET, path, None).await;
    assert_eq!(status, 200, "{path}: {body}");
    body
}

async fn post(sandbox: &ConnectWiseSandbox, path: &str, body: &Value) -> (u16, Value) {
    call(sandbox, Method::POST, path, Some(body)).await
}

async fn patch(sandbox: &ConnectWiseSandbox, path: &str, operations: &Value) -> (u16, Value) {
    call(sandbox, Method::PATCH, path, Some(operations)).await
}

/// The inner errors of a refusal: code, message, field.
fn told(refusal: &Value) -> Vec<(String, String, String)> {
    let text = |error: &Value, name: &str| error[name].as_str().unwrap_or_default().to_owned();
    let errors = refusal["errors"].as_array().into_iter().flatten();
    errors.map(|e| (text(e, "code"), text(e, "message"), text(e, "field"))).collect()
}
