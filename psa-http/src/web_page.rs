//! Web pages where an API's answer was due: who sent them, and the number under which it can be looked up there.

use http::HeaderMap;

/// How much of a page is looked at.
const HEAD: usize = 64 << 10;

/// Longer numbers are none.
const ID_MAX: usize = 120;

/// A page of a firewall, proxy or web server in front of the vendor's API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WebPage {
    /// The product, where it can be told.
    pub(crate) sender: Option<&'static str>,
    /// The ray, reference, incident or support id.
    pub(crate) id: Option<String>,
}

impl WebPage {
    /// For an error: `a firewall or proxy refused (Cloudflare, id 7d1f…)`.
    pub(crate) fn message(&self) -> String {
        let facts = [self.sender.map(str::to_owned), self.id.as_ref().map(|id| format!("id {id}"))];
        let facts: Vec<String> = facts.into_iter().flatten().collect();
        match facts.as_slice() {
            [] => "a firewall or proxy refused: a web page came instead of the API's answer".to_owned(),
            facts => format!("a firewall or proxy refused ({})", facts.join(", ")),
        }
    }
}

/// Whether a body is a page of markup, not JSON and not plain text.
pub(crate) fn is_page(body: &[u8]) -> bool {
    crate::readable::without_mark(body).trim_ascii_start().starts_with(b"<")
}

/// The page that came instead of an API's answer; none if this is no page.
pub(crate) fn read(headers: &HeaderMap, body: &[u8]) -> Option<WebPage> {
    let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).map(str::trim).filter(|v| !v.is_empty());
    // Firewalls that say so in a header, whatever the body is.
    let challenged =
        header("cf-mitigated").is_some() || header("x-amzn-waf-action").is_some() || header("x-sucuri-block").is_some();
    if !is_page(body) && !challenged {
        return None;
    }
    let head = body.get(..body.len().min(HEAD)).unwrap_or_default();
    let markup = String::from_utf8_lossy(head);
    let page = words(&markup);
    let lower = page.to_ascii_lowercase();
    let lower_markup = markup.to_ascii_lowercase();
    let server = header("server").unwrap_or_default().to_ascii_lowercase();
    // Names as they stand in pages and in `Server`. The most telling ones first: a page may pass through several.
    let sender = [
        ("Imperva", ["incapsula", "imperva"]),
        ("Akamai", ["edgesuite.net", "akamai"]),
        ("Cloudflare", ["cloudflare", "ray id"]),
        ("Azure Front Door", ["azure front door", "ref a:"]),
        ("Azure Application Gateway", ["application gateway", "azure-application-gateway"]),
        ("AWS CloudFront", ["cloudfront", "x-amz-cf-id"]),
        ("AWS load balancer", ["awselb", "awswaf"]),
        ("Sucuri", ["sucuri", "cloudproxy"]),
        ("F5", ["your support id is", "the requested url was rejected"]),
        ("Fortinet", ["fortigate", "fortiweb"]),
        ("Barracuda", ["barracuda", "barra_counter"]),
        ("Zscaler", ["zscaler", "zscalertwo"]),
        ("Squid", ["squid", "x-squid-error"]),
    ]
    .into_iter()
    .find(|(_, names)| names.iter().any(|name| lower_markup.contains(name) || server.contains(name)))
    .map(|(sender, _)| sender);
    let sender = sender.or_else(|| {
        [
            ("cf-mitigated", "Cloudflare"),
            ("cf-ray", "Cloudflare"),
            ("x-azure-ref", "Azure Front Door"),
            ("x-iinfo", "Imperva"),
            ("x-akamai-request-id", "Akamai"),
            ("x-amz-cf-id", "AWS CloudFront"),
            ("x-amzn-waf-action", "AWS WAF"),
            ("x-sucuri-id", "Sucuri"),
        ]
        .into_iter()
        .find(|(name, _)| header(name).is_some())
        .map(|(_, sender)| sender)
    });
    let in_page = [
        "ray id",
        "incident id",
        "support id is",
        "support id",
        "reference #",
        "reference id",
        "reference number",
        "reference code",
        "error reference",
        "ref a",
        "request id",
        "event id",
        "attack id",
        "transaction id",
        "block id",
    ]
    .into_iter()
    .find_map(|label| id_behind(&page, &lower, label));
    let id = in_page.or_else(|| id_behind(&markup, &lower_markup, "incident_id")).or_else(|| {
        ["cf-ray", "x-azure-ref", "x-akamai-request-id", "x-amz-cf-id", "x-sucuri-id", "x-amzn-requestid"]
            .into_iter()
            .find_map(|name| header(name).map(str::to_owned))
    });
    Some(WebPage { sender, id: id.map(|id| id.chars().take(ID_MAX).collect()) })
}

/// The words of a page without its markup.
fn words(page: &str) -> String {
    let mut words = String::with_capacity(page.len());
    let mut rest = page;
    while let Some((text, markup)) = rest.split_once('<') {
        words.push_str(text);
        words.push(' ');
        rest = markup.split_once('>').map_or("", |(_, behind)| behind);
    }
    words.push_str(rest);
    let entities = [("&#32;", " "), ("&nbsp;", " "), ("&#35;", "#"), ("&#45;", "-"), ("&#46;", "."), ("&#58;", ":")];
    entities.into_iter().fold(words, |words, (entity, character)| words.replace(entity, character))
}

/// What stands behind a label, if it looks like a number of a log.
fn id_behind(page: &str, lower: &str, label: &str) -> Option<String> {
    lower.match_indices(label).find_map(|(at, _)| {
        // Lower case in ASCII keeps every place.
        let behind = page.get(at + label.len()..)?;
        let behind = behind.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '#' | '='));
        let ends = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '=' | '+' | '/'));
        let id = behind.split(ends).next().unwrap_or_default().trim_end_matches('.');
        (id.len() >= 6 && id.len() <= ID_MAX && id.bytes().any(|b| b.is_ascii_digit())).then(|| id.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};
    use proptest::prelude::*;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_static(v))).collect()
    }

    #[test]
    fn a_page_tells_who_refused_and_under_which_number() {
        for (pairs, body, sender, id) in [
            (
                &[("server", "cloudflare"), ("cf-ray", "89a1b2c3d4e5f607-FRA")][..],
                "<!DOCTYPE html><title>Attention Required! | Cloudflare</title>Cloudflare Ray ID: <strong>89a1b2c3d4e5f607</strong>",
                Some("Cloudflare"),
                Some("89a1b2c3d4e5f607"),
            ),
            (
                &[("server", "AkamaiGHost")],
                "<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY>You don't have permission. Reference&#32;&#35;18.5e3a1602.1764500000.1a2b3c4\n<P>https://errors.edgesuite.net/18.5e3a1602</BODY>",
                Some("Akamai"),
                Some("18.5e3a1602.1764500000.1a2b3c4"),
            ),
            (
                &[],
                "<html><body>Request unsuccessful. Incapsula incident ID: 893000010049586123-21034567890123456</body></html>",
                Some("Imperva"),
                Some("893000010049586123-21034567890123456"),
            ),
            (
                &[("x-azure-ref", "20251130T101010Z-r1a2b3c4d5")],
                "<html><h2>Our services aren't available right now</h2></html>",
                Some("Azure Front Door"),
                Some("20251130T101010Z-r1a2b3c4d5"),
            ),
            (
                &[("server", "awselb/2.0")],
                "<html><head><title>403 Forbidden</title></head></html>",
                Some("AWS load balancer"),
                None,
            ),
            (
                &[],
                "<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. Your support ID is: 4263982157803219</body></html>",
                Some("F5"),
                Some("4263982157803219"),
            ),
            (&[("cf-mitigated", "challenge")], "", Some("Cloudflare"), None),
            (&[], "\u{feff} <html>403 - Forbidden</html>", None, None),
        ] {
            let page = read(&headers(pairs), body.as_bytes()).unwrap_or_else(|| panic!("{body}"));
            assert_eq!((page.sender, page.id.as_deref()), (sender, id), "{body}");
            assert!(page.message().starts_with("a firewall or proxy refused"), "{}", page.message());
        }
    }

    #[test]
    fn what_an_api_says_is_no_page() {
        for body in ["", "{}", "[]", "Cannot route. Codebase/company is invalid.", "\"<html>\""] {
            assert_eq!(
                read(&headers(&[("server", "cloudflare"), ("cf-ray", "1-FRA")]), body.as_bytes()),
                None,
                "{body}"
            );
        }
    }

    proptest! {
        #[test]
        fn foreign_pages_never_panic(page in "\\PC{0,200}", label in prop::sample::select(vec!["ray id", "Reference #", "İ"])) {
            let _ = read(&HeaderMap::new(), format!("<{page}{label}: {page}").as_bytes());
        }
    }
}
