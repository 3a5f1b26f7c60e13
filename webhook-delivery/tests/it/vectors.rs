//! The vectors of what a sender decides.

use http::{HeaderMap, HeaderValue};
use psa_http::retry_after_unbounded;
use serde_json::Value;
use webhook_delivery::{CustomHeaders, SigningSecret};

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
fn what_caches_browsers_front_ends_and_clouds_own_is_not_the_owners_to_set() {
    for name in [
        // Connections and hops.
        "Host",
        "Connection",
        "Keep-Alive",
        "TE",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
        "Expect",
        "Via",
        "Forwarded",
        "Max-Forwards",
        "Early-Data",
        "HTTP2-Settings",
        "Alt-Svc",
        "Proxy-Authorization",
        "Proxy-Status",
        // Caches.
        "Age",
        "Expires",
        "Cache-Control",
        "Pragma",
        "Warning",
        "Vary",
        "ETag",
        "Last-Modified",
        "If-None-Match",
        "If-Range",
        "Range",
        "CDN-Cache-Control",
        "CDN-Loop",
        "Cache-Status",
        "Surrogate-Control",
        "X-Cache",
        "X-Varnish",
        // The body, the signature, who sends and when.
        "Content-Type",
        "Content-Length",
        "Content-Digest",
        "Digest",
        "Repr-Digest",
        "Signature",
        "Signature-Input",
        "Signature-Agent",
        "Webhook-Id",
        "Svix-Signature",
        "User-Agent",
        "Date",
        "From",
        "Accept-Encoding",
        "X-HTTP-Method-Override",
        // Browsers.
        "Clear-Site-Data",
        "Cookie",
        "Set-Cookie",
        "Origin",
        "Referer",
        "Sec-Fetch-Mode",
        "Access-Control-Allow-Origin",
        "Strict-Transport-Security",
        "Cross-Origin-Opener-Policy",
        "Report-To",
        "NEL",
        "X-Frame-Options",
        // Front ends and clouds.
        "X-Forwarded-For",
        "X-Real-IP",
        "True-Client-IP",
        "Client-Cert",
        "X-Original-URL",
        "X-Rewrite-URL",
        "X-Accel-Redirect",
        "X-Envoy-Internal",
        "X-ARR-LOG-ID",
        "X-FD-HealthProbe",
        "X-Azure-Ref",
        "X-MS-Client-Principal",
        "X-AppGW-Trace-Id",
        "X-Amz-Date",
        "X-Amzn-Trace-Id",
        "X-Goog-IAP-JWT-Assertion",
        "X-Google-Anything",
        "X-GFE",
        "X-Gfe-Request",
        "X-AppEngine-Cron",
        "CF-Connecting-IP",
        "Fastly-Client-IP",
        "X-Vercel-Id",
        "X-NF-Client-Connection-IP",
    ] {
        for name in [name.to_owned(), name.to_lowercase(), name.to_uppercase()] {
            let refused = CustomHeaders::new().set(&name, "v").unwrap_err().to_string();
            assert!(refused.contains("not yours to set"), "{refused}");
        }
    }
    for name in [
        "Accept",
        "Accept-Language",
        "Authorization",
        "X-Api-Key",
        "X-Auth-Token",
        "X-Environment",
        "X-Request-Id",
        "X-Correlation-Id",
        "X-Tenant",
        "X-Fdx",
        "X-Gf",
        "Expiresx",
        "Ages",
        "Api-Version",
        "Idempotency-Key",
        "Prefer",
    ] {
        assert!(CustomHeaders::new().set(name, "v").is_ok(), "{name}");
    }
}

#[test]
fn a_token_from_a_file_is_refused_before_it_is_sent_with_its_line_break() {
    for (before, behind) in [("", "\n"), ("", "\r\n"), (" ", ""), ("", " "), ("\u{feff}", ""), ("", "\0"), ("a\n", "")]
    {
        let edged = format!("{before}canary{behind}");
        for refused in [
            CustomHeaders::new().bearer(&edged),
            CustomHeaders::new().basic("user", &edged),
            CustomHeaders::new().basic(&edged, "password"),
        ] {
            let refused = refused.unwrap_err().to_string();
            assert!(refused.contains("authorization") && !refused.contains("canary"), "{refused}");
        }
    }
    for empty in ["", " ", "\n"] {
        assert!(CustomHeaders::new().bearer(empty).is_err(), "{empty:?}");
    }
    assert!(CustomHeaders::new().basic("", "").is_err());
    // A key in place of both is usual.
    assert!(CustomHeaders::new().basic("key", "").is_ok() && CustomHeaders::new().basic("", "key").is_ok());
    for secret in ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n", " whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "\n"] {
        assert!(SigningSecret::parse(secret).is_err(), "{secret:?}");
    }
}

#[test]
fn a_wait_that_is_no_number_of_a_servers_is_not_waited_for() {
    let now = chrono::DateTime::from_timestamp(1_750_000_000, 0).unwrap();
    let wait = |value: &str| {
        let headers: HeaderMap =
            [(http::header::RETRY_AFTER, HeaderValue::from_str(value).unwrap())].into_iter().collect();
        retry_after_unbounded(&headers, now).map(|wait| wait.as_millis())
    };
    for odd in [
        "1.5e3",
        "1e3",
        "1E3",
        "+5",
        "-5",
        "+1.5",
        "0x10",
        "0b1",
        "1_000",
        "1,000",
        "infinity",
        "inf",
        "nan",
        "NaN",
        ".5",
        "5.",
        "1.2.3",
        "5s",
        "5 s",
        "5;",
        "\"5\"",
        "PT5S",
        "2025-06-15",
        "Sun, 15 Jun 2025",
        "tomorrow",
        "",
    ] {
        assert_eq!(wait(odd), None, "{odd:?}");
    }
    for (text, ms) in [("0", 0), ("5", 5_000), ("005", 5_000), ("1.5", 1_500), ("2.128", 2_128), ("86400", 86_400_000)]
    {
        assert_eq!(wait(text), Some(ms), "{text:?}");
    }
    for date in ["Sun, 15 Jun 2025 15:07:40 GMT", "Sunday, 15-Jun-25 15:07:40 GMT", "Sun Jun 15 15:07:40 2025"] {
        assert_eq!(wait(date), Some(60_000), "{date}");
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
