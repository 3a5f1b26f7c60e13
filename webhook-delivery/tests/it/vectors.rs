//! The vectors of what a sender decides.

use http::{HeaderMap, HeaderValue};
use psa_http::retry_after_unbounded;
use serde_json::Value;
use webhook_delivery::CustomHeaders;

fn vectors(name: &str) -> Vec<Value> {
    let Some(folder) = std::env::var_os("PSA_FIXTURES") else {
        eprintln!("skipped: PSA_FIXTURES is not set, so {name} is not read");
        return Vec::new();
    };
    let path = std::path::Path::new(&folder).join("webhooks").join(name);
    let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    file["vectors"].as_array().unwrap().clone()
}

#[test]
fn headers_that_may_be_set() {
    for v in vectors("custom_headers.json") {
        let (name, value) = (v["name"].as_str().unwrap(), v["value"].as_str().unwrap());
        let allowed = CustomHeaders::new().set(name, value).is_ok();
        assert_eq!(allowed, v["expect"]["valid"].as_bool().unwrap(), "{} {name:?}", v["desc"]);
    }
}

#[test]
fn how_long_a_receiver_asks_to_wait() {
    for v in vectors("retry_after.json") {
        let now = chrono::DateTime::from_timestamp(v["now"].as_i64().unwrap(), 0).unwrap();
        let Ok(value) = HeaderValue::from_str(v["value"].as_str().unwrap()) else { continue };
        let headers: HeaderMap = [(http::header::RETRY_AFTER, value)].into_iter().collect();
        let got = retry_after_unbounded(&headers, now);
        if v["class"] == "may" {
            eprintln!("may {}: our answer is {got:?}", v["desc"]);
            continue;
        }
        assert_eq!(got.map(|d| d.as_secs()), v["expect_delay_s"].as_u64(), "{} {}", v["desc"], v["value"]);
    }
}

#[test]
fn thirty_three_headers_are_one_too_many() {
    let mut headers = CustomHeaders::new();
    for n in 0..32 {
        headers = headers.set(&format!("x-{n}"), "v").unwrap();
    }
    headers = headers.set("X-7", "another value").unwrap();
    assert_eq!(headers.names().count(), 32);
    assert!(headers.set("x-32", "v").is_err());
}
