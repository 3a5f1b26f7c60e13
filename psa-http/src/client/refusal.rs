//! What an answer means that is not a success.

use std::sync::atomic::Ordering;

use http::{HeaderMap, StatusCode, header};
use psa_core::{BODY_CAP, Error, ErrorKind, Phase, Retry, VendorAnswer};
use url::Url;

use super::{Inner, Response};
use crate::{Idempotency, Operation, retry_after, web_page};

impl Inner {
    pub(super) fn refusal(&self, operation: &Operation, address: &str, response: &Response) -> Error {
        let status = response.status;
        if status == StatusCode::TOO_MANY_REQUESTS {
            self.counters.rate_limited.fetch_add(1, Ordering::Relaxed);
        }
        let (kind, mut answer) = self.vendor.read_error(operation, status, &response.headers, &response.body);
        let page = web_page::read(&response.headers, &response.body);
        let kind = match (moved_to(status, &response.headers, address), &page) {
            (Some(to), _) => {
                answer = told(format!("moved to {to}, which was not followed"));
                ErrorKind::Moved
            }
            (None, Some(page)) if page_counts(kind, status, page.sender.is_some()) => {
                answer = told(page.message());
                if kind_is_the_vendors(kind) { ErrorKind::Blocked } else { kind }
            }
            _ => kind,
        };
        answer.status = status.as_u16();
        answer.body = self.redactor.body(&response.body, BODY_CAP);
        let clean = |text: Option<String>| text.map(|t| self.redactor.text(&t));
        answer.message = clean(answer.message);
        answer.code = clean(answer.code);
        answer.field = clean(answer.field);
        for problem in &mut answer.problems {
            problem.message = clean(problem.message.take());
            problem.code = clean(problem.code.take());
            problem.field = clean(problem.field.take());
        }
        let message =
            answer.message.clone().unwrap_or_else(|| status.canonical_reason().unwrap_or("unknown status").to_owned());
        let retry = match kind {
            ErrorKind::RateLimited | ErrorKind::Unavailable | ErrorKind::Timeout => {
                match retry_after(&response.headers, self.clock.now()) {
                    Some(wait) => Retry::After(wait),
                    None => Retry::Backoff,
                }
            }
            _ => Retry::Never,
        };
        // "See there" often comes after the work is done, and "found there" too.
        let done = kind == ErrorKind::Moved && matches!(status, StatusCode::FOUND | StatusCode::SEE_OTHER);
        let maybe = done && operation.idempotency != Idempotency::Safe;
        let phase = if maybe { Phase::MaybeSent } else { Phase::Answered };
        let mut error = Error::new(kind, message).with_phase(phase).with_retry(retry);
        if let Some(field) = answer.field.clone() {
            error = error.with_context("field", field);
        }
        if let Some(remedy) = self.vendor.remedy(operation, kind) {
            error = error.with_context("remedy", remedy);
        }
        error.with_vendor(answer)
    }
}

fn told(message: String) -> VendorAnswer {
    VendorAnswer { message: Some(message), ..VendorAnswer::default() }
}

/// Whether only the vendor itself can say that: a page of somebody else proves nothing.
fn kind_is_the_vendors(kind: ErrorKind) -> bool {
    !matches!(kind, ErrorKind::RateLimited | ErrorKind::Unavailable | ErrorKind::Timeout | ErrorKind::TooLarge)
}

/// Whether a page is worth telling of: a web server's own page of a fault of its own (500) tells less than its status.
fn page_counts(kind: ErrorKind, status: StatusCode, known: bool) -> bool {
    known || status.as_u16() > 500 || (status.is_client_error() && kind_is_the_vendors(kind))
}

/// Where a redirect leads, without what may be secret in it.
fn moved_to(status: StatusCode, headers: &HeaderMap, from: &str) -> Option<String> {
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = String::from_utf8_lossy(headers.get(header::LOCATION)?.as_bytes()).trim().to_owned();
    let url = Url::parse(from).and_then(|from| from.join(&location)).or_else(|_| Url::parse(&location));
    let Some(mut url) = url.ok().filter(|url| matches!(url.scheme(), "http" | "https")) else {
        return Some("an address that can't be read".to_owned());
    };
    url.set_query(None);
    url.set_fragment(None);
    // These can't fail for web addresses.
    let _ = (url.set_username(""), url.set_password(None));
    Some(url.to_string())
}
