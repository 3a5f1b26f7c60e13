//! How long an answer asks to wait.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use http::HeaderMap;

/// How long the vendor asks to wait: milliseconds in the vendors' own headers, or `Retry-After` as whole seconds, seconds with a fraction, or an HTTP date.
///
/// A date counts from the answer's own `Date`, so that a wrong local clock does no harm. Nonsense counts as absent.
pub fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    retry_after_unbounded(headers, now).map(|wait| wait.min(LONGEST))
}

/// No vendor's window is longer; a header must not stop a client for a year.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// As [`retry_after`], however long that is: for callers that have a limit of their own.
pub fn retry_after_unbounded(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    for name in ["retry-after-ms", "x-ms-retry-after-ms"] {
        let text = headers.get(name).and_then(|v| v.to_str().ok()).map(str::trim);
        if let Some(ms) = text.filter(|text| is_digits(text)).and_then(|text| text.parse().ok()) {
            return Some(Duration::from_millis(ms));
        }
    }
    let text = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    if is_decimal(text) {
        return Duration::try_from_secs_f64(text.parse().ok()?).ok();
    }
    let at: DateTime<Utc> = httpdate::parse_http_date(text).ok()?.into();
    let from = date(headers).unwrap_or(now);
    Some((at - from).to_std().unwrap_or(Duration::ZERO))
}

/// Digits, with a fraction at most. A number's parser takes signs, exponents and words, which no server means.
fn is_decimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    is_digits(whole) && is_digits(fraction)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// The vendor's clock, from the `Date` header.
pub(crate) fn date(headers: &HeaderMap) -> Option<DateTime<Utc>> {
    let text = headers.get(http::header::DATE)?.to_str().ok()?;
    httpdate::parse_http_date(text).ok().map(|t: SystemTime| t.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    fn wait(pairs: &[(&'static str, &'static str)]) -> Option<Duration> {
        let headers = pairs
            .iter()
            .map(|(n, v)| (http::HeaderName::from_static(n), HeaderValue::from_static(v)))
            .collect::<HeaderMap>();
        retry_after(&headers, "2026-01-01T00:00:00Z".parse().unwrap())
    }

    #[test]
    fn every_form_is_understood() {
        assert_eq!(wait(&[("retry-after", "7")]), Some(Duration::from_secs(7)));
        assert_eq!(wait(&[("retry-after", "1.5")]), Some(Duration::from_millis(1500)));
        assert_eq!(wait(&[("x-ms-retry-after-ms", "250")]), Some(Duration::from_millis(250)));
        assert_eq!(wait(&[("retry-after", "Thu, 01 Jan 2026 00:01:00 GMT")]), Some(Duration::from_secs(60)));
        assert_eq!(wait(&[("retry-after", " 30 ")]), Some(Duration::from_secs(30)));
        assert_eq!(wait(&[]), None);
    }

    #[test]
    fn a_date_counts_from_the_vendors_clock() {
        let headers = [("date", "Thu, 01 Jan 2026 01:00:00 GMT"), ("retry-after", "Thu, 01 Jan 2026 01:00:30 GMT")];
        assert_eq!(wait(&headers), Some(Duration::from_secs(30)));
        assert_eq!(wait(&[("retry-after", "Thu, 01 Jan 2015 01:00:30 GMT")]), Some(Duration::ZERO));
    }

    #[test]
    fn a_wait_of_years_is_cut_to_a_day() {
        for text in ["18446744073709549568", "Thu, 01 Jan 2099 00:00:00 GMT"] {
            assert_eq!(wait(&[("retry-after", text)]), Some(LONGEST), "{text}");
        }
    }

    #[test]
    fn nonsense_counts_as_absent() {
        for text in [
            "soon", "-3", "NaN", "inf", "infinity", "1e300", "1.5e3", "1E2", "+5", "0x10", "1_000", "1,5", ".5", "5.",
            "1.2.3", "5 s", "5s", "--1", "",
        ] {
            assert_eq!(wait(&[("retry-after", text)]), None, "{text}");
            assert_eq!(wait(&[("retry-after-ms", text)]), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_wait_is_digits_with_a_fraction_at_most_or_a_date(text in "[0-9+\\-.,_eExXinfaNGMT: ]{0,12}") {
            let headers = HeaderMap::from_iter([(http::header::RETRY_AFTER, HeaderValue::from_str(&text).unwrap())]);
            let got = retry_after(&headers, "2026-01-01T00:00:00Z".parse().unwrap());
            let text = text.trim();
            let number = text.chars().all(|c| c.is_ascii_digit() || c == '.')
                && text.starts_with(|c: char| c.is_ascii_digit())
                && text.ends_with(|c: char| c.is_ascii_digit())
                && text.matches('.').count() < 2;
            // No date is as short as these texts.
            prop_assert_eq!(got.is_some(), number, "{}", text);
        }
    }
}
