//! Lists as streams of pages: by page number with prefetch, or by a cursor that each page gives.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::stream::{BoxStream, FuturesOrdered};
use futures::{FutureExt, StreamExt, stream};
use psa_core::{Error, ErrorKind, Result};

use crate::task::{self, Task};

/// More pages than any list has: a stop for loops that nothing else catches.
const HARD_CAP: u32 = 1_000_000;

/// A page that is addressed by its number.
#[derive(Debug)]
pub struct Numbered<P> {
    /// What was read.
    pub page: P,
    /// The number of this page, from 1.
    pub number: u32,
    /// Records on it.
    pub rows: usize,
    /// How many records the list has, by the vendor.
    pub total: Option<u64>,
    /// A hash of the keys on it, to tell a repeated page.
    pub fingerprint: u64,
    /// The next page, unless this is the last. Set by [`numbered`].
    pub next: Option<u32>,
    /// Records a page, as learned from the vendor. Set by [`numbered`].
    pub page_rows: u32,
}

/// Where to start, and how far ahead to read.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    /// The first page to read, from 1.
    pub number: u32,
    /// Records a page, if an earlier page told; the vendor may serve fewer than asked.
    pub page_rows: Option<u32>,
    /// Records a page, as asked for: what counts until a page with rows tells better.
    pub asked: u32,
    /// Pages under way at once.
    pub window: usize,
}

/// Fetches one numbered page, as the answer that it is.
pub type FetchNumbered<A> = Arc<dyn Fn(u32) -> BoxFuture<'static, Result<A>> + Send + Sync>;

/// Reads the page with this number out of its answer.
pub type ReadNumbered<A, P> = Arc<dyn Fn(u32, A) -> Result<Numbered<P>> + Send + Sync>;

/// Pages by number, in order, several under way at once. An answer is read when its turn comes: what waits is bytes, which are
/// a fraction of the records they become.
///
/// The vendor's page size is learned from the first page. An empty page before the expected end does not end the list.
/// The list ends when as many rows came as the vendor counts, or with an empty page after the expected end.
/// A page whose rows all came before is an error. An error ends the stream.
pub fn numbered<A: Send + 'static, P: Send + 'static>(
    start: Start,
    fetch: FetchNumbered<A>,
    read: ReadNumbered<A, P>,
) -> BoxStream<'static, Result<Numbered<P>>> {
    let walk = Walk {
        fetch,
        read,
        window: start.window.max(1),
        under_way: FuturesOrdered::new(),
        next_read: start.number.max(1),
        next_fetch: start.number.max(1),
        page_rows: start.page_rows,
        asked: start.asked.max(1),
        expected_last: None,
        rows: start.page_rows.map_or(0, |rows| u64::from(rows) * u64::from(start.number.saturating_sub(1))),
        seen: HashSet::new(),
        done: false,
    };
    stream::unfold(walk, |mut walk| async move {
        if walk.done {
            return None;
        }
        let page = walk.step().await;
        walk.done |= page.as_ref().map_or(true, |p| p.next.is_none());
        Some((page, walk))
    })
    .boxed()
}

struct Walk<A, P> {
    fetch: FetchNumbered<A>,
    read: ReadNumbered<A, P>,
    window: usize,
    under_way: FuturesOrdered<Task<A>>,
    next_read: u32,
    next_fetch: u32,
    page_rows: Option<u32>,
    asked: u32,
    /// By the newest count.
    expected_last: Option<u32>,
    rows: u64,
    seen: HashSet<u64>,
    done: bool,
}

impl<A: Send + 'static, P> Walk<A, P> {
    /// Starts as many requests as may be under way.
    fn start(&mut self) {
        while self.under_way.len() < self.window && self.expected_last.is_some_and(|last| self.next_fetch <= last) {
            self.fetch_next();
        }
    }

    fn fetch_next(&mut self) {
        self.under_way.push_back(task::start((self.fetch)(self.next_fetch)));
        self.next_fetch += 1;
    }

    async fn step(&mut self) -> Result<Numbered<P>> {
        self.start();
        // Until the first page tells the page size and the count, one page at a time.
        if self.under_way.is_empty() {
            if self.next_fetch > HARD_CAP {
                return Err(Error::new(ErrorKind::Paging, format!("the list has more than {HARD_CAP} pages")));
            }
            self.fetch_next();
        }
        let Some(answer) = self.under_way.next().await else {
            return Err(Error::new(ErrorKind::Internal, "no page was under way"));
        };
        let mut page = (self.read)(self.next_read, answer?)?;
        self.next_read += 1;
        if page.rows > 0 && !self.seen.insert(page.fingerprint) {
            return Err(Error::new(ErrorKind::Paging, "the same rows came again on another page")
                .with_context("page", page.number));
        }
        self.rows += page.rows as u64;
        if page.rows > 0 {
            self.page_rows = Some(self.page_rows.unwrap_or(0).max(page.rows as u32));
        }
        let page_rows = self.page_rows.unwrap_or(self.asked);
        page.page_rows = page_rows;
        if let Some(total) = page.total {
            let last = total.div_ceil(u64::from(page_rows.max(1))).min(u64::from(HARD_CAP)) as u32;
            self.expected_last = Some(last);
        }
        let more = match (self.expected_last, page.total) {
            (Some(last), _) if page.number < last => true,
            (_, Some(total)) => page.rows > 0 && self.rows < total,
            (_, None) => false,
        };
        page.next = more.then_some(page.number + 1);
        if more {
            // The next requests go out before the page is worked on.
            self.start();
        }
        Ok(page)
    }
}

/// Fetches the page at a cursor, and tells the next one.
pub type FetchChained<C, P> = Arc<dyn Fn(C) -> BoxFuture<'static, Result<(P, Option<C>)>> + Send + Sync>;

/// Pages of which each gives the cursor of the next.
///
/// An empty page with a next cursor goes on; the same cursor twice is an error; an error ends the stream.
pub fn chained<C, P>(start: C, fetch: FetchChained<C, P>) -> BoxStream<'static, Result<P>>
where
    C: Hash + Send + 'static,
    P: Send + 'static,
{
    struct Chain<C> {
        next: Option<C>,
        seen: HashSet<u64>,
    }
    let chain = Chain { next: Some(start), seen: HashSet::new() };
    stream::unfold((chain, fetch), |(mut chain, fetch)| {
        async move {
            let cursor = chain.next.take()?;
            let mut hasher = DefaultHasher::new();
            cursor.hash(&mut hasher);
            if !chain.seen.insert(hasher.finish()) {
                let error = Error::new(ErrorKind::Paging, "the vendor gave the same cursor twice");
                return Some((Err(error), (chain, fetch)));
            }
            match fetch(cursor).await {
                Ok((page, next)) => {
                    chain.next = next;
                    Some((Ok(page), (chain, fetch)))
                }
                Err(error) => Some((Err(error), (chain, fetch))),
            }
        }
        .boxed()
    })
    .boxed()
}

/// A hash of the keys of a page, for [`Numbered::fingerprint`].
pub fn fingerprint<I>(keys: I) -> u64
where
    I: IntoIterator,
    I::Item: Hash,
{
    let mut hasher = DefaultHasher::new();
    for key in keys {
        key.hash(&mut hasher);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests;
