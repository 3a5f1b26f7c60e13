//! Lists that can be entered at any id: several walks at once, and one cursor that holds them all.

use std::sync::Arc;

use futures::future::BoxFuture;
use futures::stream::{BoxStream, FuturesUnordered};
use futures::{FutureExt, StreamExt, stream};
use psa_core::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

use crate::pages::{EMPTY_CAP, endless};
use crate::task;

/// A stretch of ids that is not read yet: those above `after`, up to and with `until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Read up to here.
    pub after: i64,
    /// The last id of the stretch; none: to the end of the list.
    pub until: Option<i64>,
}

/// What a walk read.
#[derive(Debug)]
pub struct Stride<P> {
    /// The page.
    pub page: P,
    /// The last id that was read; none: the stretch is at its end.
    pub next: Option<i64>,
    /// Whether no row came.
    pub empty: bool,
}

/// Reads the next page of a range of ids.
pub type FetchSpan<P> = Arc<dyn Fn(Span) -> BoxFuture<'static, Result<Stride<P>>> + Send + Sync>;

/// A page, and what is left to read after it: a cursor from which everything else will come.
#[derive(Debug)]
pub struct Walked<P> {
    /// The page.
    pub page: P,
    /// What is left; empty: this was the last page.
    pub left: Vec<Span>,
}

/// Stretches that are shorter are not divided again.
const WORTH_DIVIDING: i64 = 2_000;

/// Divides the ids up to `last` into stretches of the same length, the last of them open.
pub fn divide(last: i64, parts: usize) -> Vec<Span> {
    let parts = (parts.max(1) as i64).min(last / WORTH_DIVIDING + 1);
    let end = |n: i64| last / parts * n;
    (0..parts).map(|n| Span { after: end(n), until: (n + 1 < parts).then(|| end(n + 1)) }).collect()
}

/// Walks all stretches, at most `window` at once. Pages come as they arrive. When one stretch ends early, another is
/// divided. A page that does not lead on is an error, and so are empty pages without end; an error ends the stream.
pub fn walks<P: Send + 'static>(
    spans: Vec<Span>,
    window: usize,
    fetch: FetchSpan<P>,
) -> BoxStream<'static, Result<Walked<P>>> {
    let walk = Walk {
        spans: spans.into_iter().map(Some).collect(),
        busy: Vec::new(),
        empty: 0,
        under_way: FuturesUnordered::new(),
        window: window.max(1),
        fetch,
        done: false,
    };
    stream::unfold(walk, |mut walk| async move {
        if walk.done {
            return None;
        }
        let page = walk.step().await;
        walk.done |= page.as_ref().map_or(true, |p| p.left.is_empty());
        Some((page, walk))
    })
    .boxed()
}

type UnderWay<P> = BoxFuture<'static, (usize, Result<Stride<P>>)>;

struct Walk<P> {
    /// What is left of each stretch, as far as pages were handed on; none: nothing.
    spans: Vec<Option<Span>>,
    /// Those with a request under way.
    busy: Vec<usize>,
    /// Empty pages one behind the other that did not end their stretch.
    empty: u32,
    under_way: FuturesUnordered<UnderWay<P>>,
    window: usize,
    fetch: FetchSpan<P>,
    done: bool,
}

impl<P: Send + 'static> Walk<P> {
    async fn step(&mut self) -> Result<Walked<P>> {
        self.start();
        let Some((n, stride)) = self.under_way.next().await else {
            return Err(Error::new(ErrorKind::Internal, "no page was under way"));
        };
        self.busy.retain(|b| *b != n);
        let Stride { page, next, empty } = stride?;
        self.empty = if empty && next.is_some() { self.empty + 1 } else { 0 };
        if self.empty >= EMPTY_CAP {
            return Err(endless().with_context("after", next.unwrap_or_default()));
        }
        let span = self.spans[n].ok_or_else(|| Error::new(ErrorKind::Internal, "a stretch was read twice"))?;
        self.spans[n] = match next {
            Some(next) if next <= span.after => {
                return Err(Error::new(ErrorKind::Paging, "the vendor's next page starts where this one did")
                    .with_context("after", span.after));
            }
            Some(next) if span.until.is_some_and(|until| next >= until) => None,
            Some(next) => Some(Span { after: next, ..span }),
            None => None,
        };
        self.divide_again(n);
        // The next request goes out before the page is worked on.
        self.start();
        Ok(Walked { page, left: self.spans.iter().flatten().copied().collect() })
    }

    fn start(&mut self) {
        for n in 0..self.spans.len() {
            if self.busy.len() >= self.window {
                return;
            }
            if let Some(span) = self.spans[n].filter(|_| !self.busy.contains(&n)) {
                self.busy.push(n);
                let work = task::start((self.fetch)(span));
                self.under_way.push(async move { (n, work.await) }.boxed());
            }
        }
    }

    /// Halves a stretch that has no request under way, if somebody has nothing to do.
    fn divide_again(&mut self, n: usize) {
        let left = self.spans.iter().flatten().count();
        let Some(Span { after, until: Some(until) }) = self.spans[n] else { return };
        if left >= self.window || until - after < WORTH_DIVIDING {
            return;
        }
        let middle = after + (until - after) / 2;
        self.spans[n] = Some(Span { after, until: Some(middle) });
        self.spans.push(Some(Span { after: middle, until: Some(until) }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;
    use std::sync::Mutex;

    /// A list of ids, in pages of `rows`; each answer takes another number of turns.
    fn list(ids: BTreeSet<i64>, rows: usize) -> FetchSpan<Vec<i64>> {
        let turns = Arc::new(Mutex::new(0u32));
        Arc::new(move |span: Span| {
            let page: Vec<i64> = ids
                .range(span.after + 1..)
                .copied()
                .take_while(|id| span.until.is_none_or(|u| *id <= u))
                .take(rows)
                .collect();
            let mine = {
                let mut turns = turns.lock().unwrap();
                *turns += 7;
                *turns % 5
            };
            async move {
                for _ in 0..mine {
                    tokio::task::yield_now().await;
                }
                let next = (page.len() == rows).then(|| page.last().copied()).flatten();
                Ok(Stride { empty: page.is_empty(), page, next })
            }
            .boxed()
        })
    }

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
    }

    proptest! {
        #[test]
        fn everything_comes_once_whatever_the_ids_and_wherever_it_is_taken_up_again(
            ids in prop::collection::btree_set(1i64..30_000, 0..300), rows in 1usize..40, window in 1usize..9, stop in 0usize..20,
        ) {
            run(async {
                let last = ids.last().copied().unwrap_or(0);
                let mut seen = Vec::new();
                let mut left = divide(last, window);
                let mut pages = walks(left.clone(), window, list(ids.clone(), rows));
                for _ in 0..stop {
                    let Some(page) = pages.next().await else { break };
                    let page = page.unwrap();
                    seen.extend(page.page);
                    left = page.left;
                }
                drop(pages);
                // Taken up from the cursor, in another process say.
                let text = serde_json::to_string(&left).unwrap();
                let mut pages = walks(serde_json::from_str(&text).unwrap(), window, list(ids.clone(), rows));
                while !left.is_empty() {
                    let Some(page) = pages.next().await else { break };
                    seen.extend(page.unwrap().page);
                }
                seen.sort_unstable();
                assert_eq!(seen, ids.into_iter().collect::<Vec<_>>());
            });
        }
    }

    #[test]
    fn empty_pages_that_lead_on_and_on_are_an_error_and_no_loop() {
        run(async {
            let empty: FetchSpan<()> = Arc::new(|span: Span| {
                async move { Ok(Stride { page: (), next: Some(span.after + 1), empty: true }) }.boxed()
            });
            let pages: Vec<_> = walks(vec![Span { after: 0, until: None }], 4, empty).collect().await;
            let error = pages.last().unwrap().as_ref().unwrap_err();
            assert!(error.kind() == ErrorKind::Paging && error.to_string().contains("empty pages"), "{error}");
        });
    }

    #[test]
    fn a_page_that_leads_nowhere_is_an_error_and_no_loop() {
        run(async {
            let stuck: FetchSpan<()> =
                Arc::new(|_| async { Ok(Stride { page: (), next: Some(0), empty: false }) }.boxed());
            let pages: Vec<_> = walks(vec![Span { after: 0, until: None }], 4, stuck).collect().await;
            assert_eq!(pages.len(), 1);
            assert_eq!(pages[0].as_ref().unwrap_err().kind(), ErrorKind::Paging);
        });
    }
}
