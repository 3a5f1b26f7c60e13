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

/// More empty pages one behind the other than any list has that comes to an end.
pub(crate) const EMPTY_CAP: u32 = 100;

/// Whether an answer was larger than this client reads: fewer rows at once may fit.
pub fn is_too_large(error: &Error) -> bool {
    error.kind() == ErrorKind::TooLarge && error.vendor().is_none()
}

/// The next smaller page: its rows divide those of the larger one, so that no row is skipped or doubled. None: it has
/// one row.
pub fn smaller(rows: u32) -> Option<u32> {
    (1..=rows / 2).rev().find(|fewer| rows.is_multiple_of(*fewer))
}

/// The error of a list that gives one empty page after the other.
pub(crate) fn endless() -> Error {
    Error::new(ErrorKind::Paging, format!("{EMPTY_CAP} empty pages came one after the other, and no end"))
}

/// A page to ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// Its number, from 1.
    pub number: u32,
    /// Rows a page.
    pub rows: u32,
}

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
    /// Bytes of the answer.
    pub bytes: usize,
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
    /// How large an answer may be, in bytes.
    pub cap: usize,
}

/// Fetches one numbered page, as the answer that it is.
pub type FetchNumbered<A> = Arc<dyn Fn(Ask) -> BoxFuture<'static, Result<A>> + Send + Sync>;

/// Reads a page out of its answer. None in place of an answer stands for a single row that is too large to be read.
pub type ReadNumbered<A, P> = Arc<dyn Fn(Ask, Option<A>) -> Result<Numbered<P>> + Send + Sync>;

/// Pages by number, in order, several under way at once. An answer is read when its turn comes: what waits is bytes, which are
/// a fraction of the records they become.
///
/// The vendor's page size is learned from the first page. An empty page before the expected end does not end the list.
/// The list ends when as many rows came as the vendor counts, or with an empty page after the expected end.
/// A page whose rows all came before is an error. An error ends the stream.
///
/// A page that is too large to be read is read in smaller ones, and so is what follows it until larger ones fit again;
/// a single row that is too large is left to `read`.
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
        total: None,
        expected_last: None,
        rows: start.page_rows.map_or(0, |rows| u64::from(rows) * u64::from(start.number.saturating_sub(1))),
        empty: 0,
        cap: start.cap,
        larger: Vec::new(),
        block: 0,
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
    /// The newest count.
    total: Option<u64>,
    /// By the newest count.
    expected_last: Option<u32>,
    rows: u64,
    /// Empty pages one behind the other.
    empty: u32,
    cap: usize,
    /// Sizes of pages that were too large to be read, the smallest one last.
    larger: Vec<u32>,
    /// Bytes of the pages read since the last boundary of a larger one.
    block: usize,
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
        let ask = Ask { number: self.next_fetch, rows: self.asked };
        self.under_way.push_back(task::start((self.fetch)(ask)));
        self.next_fetch += 1;
    }

    /// The next answer; none: it is one row, and too large.
    async fn answer(&mut self) -> Result<Option<A>> {
        loop {
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
            match answer {
                Err(error) if is_too_large(&error) => match smaller(self.page_rows.unwrap_or(self.asked)) {
                    Some(fewer) => self.divide(fewer),
                    None => return Ok(None),
                },
                answer => return answer.map(Some),
            }
        }
    }

    /// Goes on where it is, in smaller pages. What is under way was asked for in large ones.
    fn divide(&mut self, fewer: u32) {
        // Pages without rows tell no size: then it begins again, and nothing of it came yet.
        let before = u64::from(self.next_read - 1) * u64::from(self.page_rows.unwrap_or(0));
        tracing::debug!(fewer, before, "a page is too large to be read; smaller ones are asked for");
        self.larger.extend(self.page_rows);
        self.page_rows = self.page_rows.map(|_| fewer);
        self.go_on(before, fewer);
    }

    /// Goes back to larger pages where the last smaller ones would have fitted into one of them.
    fn unite(&mut self) {
        let (Some(larger), Some(rows)) = (self.larger.last().copied(), self.page_rows) else { return };
        let before = u64::from(self.next_read - 1) * u64::from(rows);
        if !before.is_multiple_of(u64::from(larger)) {
            return;
        }
        if std::mem::take(&mut self.block) <= self.cap / 2 {
            self.larger.pop();
            self.page_rows = Some(larger);
            self.go_on(before, larger);
        }
    }

    /// Goes on behind so many rows, in pages of another size.
    fn go_on(&mut self, before: u64, rows: u32) {
        self.under_way = FuturesOrdered::new();
        self.next_read = u32::try_from(before / u64::from(rows)).unwrap_or(HARD_CAP).saturating_add(1);
        self.next_fetch = self.next_read;
        self.asked = rows;
        self.block = 0;
        self.expected_last = self.total.map(|total| last_page(total, rows));
    }

    async fn step(&mut self) -> Result<Numbered<P>> {
        let answer = self.answer().await?;
        let ask = Ask { number: self.next_read, rows: self.asked };
        let too_large = answer.is_none();
        let mut page = (self.read)(ask, answer)?;
        self.next_read += 1;
        if page.rows > 0 && !too_large && !self.seen.insert(page.fingerprint) {
            return Err(Error::new(ErrorKind::Paging, "the same rows came again on another page")
                .with_context("page", page.number));
        }
        self.empty = if page.rows > 0 { 0 } else { self.empty + 1 };
        self.rows += page.rows as u64;
        if page.rows > 0 {
            self.page_rows = Some(self.page_rows.unwrap_or(0).max(page.rows as u32));
        }
        let page_rows = self.page_rows.unwrap_or(self.asked);
        page.page_rows = page_rows;
        if page.total.is_some() {
            self.total = page.total;
            self.expected_last = page.total.map(|total| last_page(total, page_rows));
        }
        let more = match (self.expected_last, self.total) {
            (Some(last), _) if page.number < last => true,
            (_, Some(total)) => page.rows > 0 && self.rows < total,
            // The answer that would have told was too large.
            (_, None) => too_large,
        };
        if more && self.empty >= EMPTY_CAP {
            return Err(endless().with_context("page", page.number));
        }
        self.block = self.block.saturating_add(if too_large { self.cap } else { page.bytes });
        if more {
            self.unite();
            page.page_rows = self.page_rows.unwrap_or(self.asked);
        }
        page.next = more.then_some(self.next_read);
        if more {
            // The next requests go out before the page is worked on.
            self.start();
        }
        Ok(page)
    }
}

fn last_page(total: u64, rows: u32) -> u32 {
    total.div_ceil(u64::from(rows.max(1))).min(u64::from(HARD_CAP)) as u32
}

/// Fetches the page at a cursor, and tells the next one.
pub type FetchChained<C, P> = Arc<dyn Fn(C) -> BoxFuture<'static, Result<(P, Option<C>)>> + Send + Sync>;

/// What a page of a chain holds, as far as it tells whether the chain gets anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Nothing.
    Empty,
    /// Rows whose keys have this hash; the same rows again are an error.
    Rows(u64),
    /// Something that may be empty, and may come again.
    Unchecked,
}

/// Pages of which each gives the cursor of the next.
///
/// An empty page with a next cursor goes on, but not for ever; the same cursor twice, and the same rows twice, are
/// errors; an error ends the stream.
pub fn chained<C, P>(start: C, fetch: FetchChained<C, P>, content: fn(&P) -> Content) -> BoxStream<'static, Result<P>>
where
    C: Hash + Send + 'static,
    P: Send + 'static,
{
    struct Chain<C> {
        next: Option<C>,
        cursors: HashSet<u64>,
        rows: HashSet<u64>,
        empty: u32,
    }

    impl<C: Hash> Chain<C> {
        fn check(&mut self, content: Content) -> Result<()> {
            match content {
                Content::Empty => self.empty += 1,
                Content::Rows(hash) if !self.rows.insert(hash) => {
                    return Err(Error::new(ErrorKind::Paging, "the same rows came again on another page"));
                }
                Content::Rows(_) | Content::Unchecked => self.empty = 0,
            }
            if self.next.is_some() && self.empty >= EMPTY_CAP { Err(endless()) } else { Ok(()) }
        }
    }

    let chain = Chain { next: Some(start), cursors: HashSet::new(), rows: HashSet::new(), empty: 0 };
    stream::unfold((chain, fetch), move |(mut chain, fetch)| {
        async move {
            let cursor = chain.next.take()?;
            let mut hasher = DefaultHasher::new();
            cursor.hash(&mut hasher);
            if !chain.cursors.insert(hasher.finish()) {
                let error = Error::new(ErrorKind::Paging, "the vendor gave the same cursor twice");
                return Some((Err(error), (chain, fetch)));
            }
            let page = match fetch(cursor).await {
                Ok((page, next)) => {
                    chain.next = next;
                    chain.check(content(&page)).map(|()| page)
                }
                Err(error) => Err(error),
            };
            if page.is_err() {
                chain.next = None;
            }
            Some((page, (chain, fetch)))
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
