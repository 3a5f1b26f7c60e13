//! What a list's answer holds: its rows, and where the next page is.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use psa_core::Result;
use psa_http::list::{self, ListPage};
use psa_http::walks::Span;
use psa_http::{Response, link};

use super::position::Position;
use crate::resources::ConnectWiseResource;

/// What the `Link` header says of the next page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Link {
    To(i64),
    /// There is a next page, and where is not told by an id.
    Elsewhere,
    /// It names no next page, or there is none, or only others' links.
    Missing,
}

pub(super) fn has_next(answer: &Response) -> bool {
    next_link(answer) != Link::Missing
}

pub(super) fn next_link(answer: &Response) -> Link {
    let links = link::links(&answer.headers);
    // What a proxy adds has neither of the vendor's parameters.
    let next = |name| links.iter().filter(|link| link.is("next")).find_map(move |link| link.query(name));
    match next("pageId") {
        Some(id) => id.trim().parse().map_or(Link::Elsewhere, Link::To),
        None if next("page").is_some() => Link::Elsewhere,
        None => Link::Missing,
    }
}

/// Rows that are decoded at once. The vendor's pages are large, and typed records are larger: several pages under way
/// would fill the memory.
const PART: usize = 200;

/// The rows of an answer, not decoded yet.
pub(super) struct Rows {
    pub(super) raw: Vec<Bytes>,
    vendor_time: Option<DateTime<Utc>>,
    /// The rows hold ids only, since they are larger than this.
    pub(super) too_large: Option<usize>,
}

impl Rows {
    pub(super) fn of(answer: &Response, operation: &'static str) -> Result<Self> {
        Ok(Self { raw: list::bare_rows(answer, operation)?, vendor_time: answer.vendor_time(), too_large: None })
    }

    /// The last id that can be read.
    pub(super) fn last(&self) -> Option<i64> {
        self.raw.iter().rev().find_map(|raw| list::id_in(raw))
    }

    /// Whether the rows are in the order of their ids, all behind this one: from the last of them a walk can go on. A
    /// row whose id can't be read says nothing.
    pub(super) fn in_order(&self, after: i64) -> bool {
        let ids: Vec<i64> = self.raw.iter().filter_map(|raw| list::id_in(raw)).collect();
        ids.is_sorted() && ids.first().is_none_or(|first| *first > after)
    }

    /// All rows as one page.
    pub(super) fn page<T: ConnectWiseResource>(self) -> ListPage<T> {
        match self.too_large {
            None => ListPage::of_rows(self.raw, self.vendor_time),
            Some(cap) => {
                let records = self.raw.into_iter().map(|raw| list::too_large_row(raw, cap)).collect();
                ListPage { records, total: None, cursor: None, vendor_time: self.vendor_time, whole: false }
            }
        }
    }

    /// Pages of some of the rows, decoded when their turn comes. Any id is a place to go on from, so each has a cursor.
    pub(super) fn parts<T: ConnectWiseResource>(
        self,
        left: Vec<Span>,
    ) -> impl Iterator<Item = ListPage<T>> + Send + 'static {
        let end = self.last();
        let Self { raw: mut rest, vendor_time, too_large } = self;
        let mut done = false;
        std::iter::from_fn(move || {
            if done {
                return None;
            }
            // A cut after a row whose id can be read.
            let cut = (PART..rest.len()).find_map(|n| Some((n, list::id_in(rest.get(n - 1)?)?)));
            let (part, here) = match cut {
                Some((n, id)) => {
                    let tail = rest.split_off(n);
                    (std::mem::replace(&mut rest, tail), Some(Span { after: id, until: end }))
                }
                None => (std::mem::take(&mut rest), None),
            };
            done = here.is_none();
            let spans: Vec<Span> = here.into_iter().chain(left.iter().copied()).collect();
            let mut page = Rows { raw: part, vendor_time, too_large }.page();
            page.cursor = (!spans.is_empty()).then(|| Position::Spans(spans).cursor());
            Some(page)
        })
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn link(lines: &[&'static str]) -> Link {
        let mut headers = http::HeaderMap::new();
        for line in lines {
            headers.append(http::header::LINK, HeaderValue::from_static(line));
        }
        next_link(&Response { status: http::StatusCode::OK, headers, body: bytes::Bytes::new() })
    }

    #[test]
    fn the_next_page_is_in_the_link_in_all_of_its_forms() {
        for lines in [
            &["<https://h/v/apis/3.0/x/?conditions=id%3e1&pageId=12345&pageSize=1000>; rel=\"next\""][..],
            &["<https://h/x?pagesize=5&pageid=12345>; rel=\"next\", <https://h/x?page=1>; rel=\"first\""],
            &["<https://h/x?conditions=id in (1,2)&pageId=12345>; rel=next"],
            &["<https://h/x?page=1>; rel=\"first\"", "<https://h/x?pageId=12345>; REL=\"Next\""],
            &["</app.css>; rel=preload", "</next>; rel=next", "<https://h/x?pageId=12345>; rel=\"next\""],
        ] {
            assert_eq!(link(lines), Link::To(12345), "{lines:?}");
        }
        for lines in [
            &[""][..],
            &[],
            &["garbage"],
            &["<https://h/x?page=1>; rel=\"first\""],
            &["</app.css>; rel=preload"],
            &["<https://docs.example/>; rel=\"next\""],
        ] {
            assert_eq!(link(lines), Link::Missing, "{lines:?}");
        }
        assert_eq!(link(&["<https://h/x?conditions=id in (1,2)&page=2>; rel=\"next\""]), Link::Elsewhere);
        assert_eq!(link(&["<https://h/x?pageId=soon>; rel=\"next\""]), Link::Elsewhere);
    }
}
