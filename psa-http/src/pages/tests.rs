use std::sync::Mutex;

use futures::TryStreamExt;
use proptest::prelude::*;

use super::*;

type Log = Arc<Mutex<Vec<u32>>>;

/// A list of pages of ids; `total` as the vendor counts.
fn list(pages: Vec<Vec<i64>>, total: u64) -> (FetchNumbered<Numbered<Vec<i64>>>, Log) {
    let log = Log::default();
    let seen = Arc::clone(&log);
    let fetch: FetchNumbered<Numbered<Vec<i64>>> = Arc::new(move |Ask { number, .. }| {
        seen.lock().unwrap().push(number);
        let page = pages.get(number as usize - 1).cloned().unwrap_or_default();
        async move {
            Ok(Numbered {
                number,
                rows: page.len(),
                total: Some(total),
                fingerprint: fingerprint(&page),
                bytes: 0,
                next: None,
                page_rows: 0,
                page,
            })
        }
        .boxed()
    });
    (fetch, log)
}

fn start(window: usize) -> Start {
    Start { number: 1, page_rows: None, asked: 2, window, cap: 0 }
}

fn as_it_is() -> ReadNumbered<Numbered<Vec<i64>>, Vec<i64>> {
    Arc::new(|ask, page| {
        let page = page.expect("nothing is too large here");
        assert_eq!(ask.number, page.number);
        Ok(page)
    })
}

async fn rows(start: Start, fetch: FetchNumbered<Numbered<Vec<i64>>>) -> Result<Vec<i64>> {
    let pages: Vec<_> = numbered(start, fetch, as_it_is()).try_collect().await?;
    Ok(pages.into_iter().flat_map(|p| p.page).collect())
}

#[tokio::test]
async fn an_empty_middle_page_does_not_end_a_list() {
    let (fetch, _) = list(vec![vec![1, 2], vec![], vec![5, 6], vec![7]], 7);
    assert_eq!(rows(start(3), fetch).await.unwrap(), [1, 2, 5, 6, 7]);
}

#[tokio::test]
async fn an_empty_first_page_is_gone_over_and_its_cursor_is_good() {
    let (fetch, _) = list(vec![vec![], vec![3, 4], vec![5]], 5);
    let pages: Vec<_> = numbered(start(2), fetch, as_it_is()).try_collect().await.unwrap();
    assert_eq!((pages[0].next, pages[0].page_rows), (Some(2), 2));
    assert_eq!(pages.iter().flat_map(|p| p.page.clone()).collect::<Vec<_>>(), [3, 4, 5]);
}

#[tokio::test]
async fn the_vendors_page_size_is_learned_and_nothing_is_asked_past_the_end() {
    let (fetch, log) = list(vec![vec![1, 2], vec![3, 4], vec![5]], 5);
    assert_eq!(rows(start(8), fetch).await.unwrap(), [1, 2, 3, 4, 5]);
    assert_eq!(*log.lock().unwrap(), [1, 2, 3]);
}

#[tokio::test]
async fn a_page_that_repeats_is_an_error_and_not_a_loop() {
    let (fetch, log) = list(vec![vec![1, 2]; 50], 100);
    let error = rows(start(1), fetch).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Paging);
    assert_eq!(log.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_list_that_grows_is_read_to_its_new_end() {
    // The first count says 2, the later ones 5.
    let fetch: FetchNumbered<Numbered<Vec<i64>>> = Arc::new(|Ask { number, .. }| {
        let page: Vec<i64> = match number {
            1 => vec![1, 2],
            2 => vec![3, 4],
            3 => vec![5],
            _ => vec![],
        };
        let total = Some(if number == 1 { 3 } else { 5 });
        let (rows, fingerprint) = (page.len(), fingerprint(&page));
        async move { Ok(Numbered { page, number, rows, total, fingerprint, bytes: 0, next: None, page_rows: 0 }) }
            .boxed()
    });
    assert_eq!(rows(start(4), fetch).await.unwrap(), [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn each_page_tells_where_to_go_on() {
    let (fetch, _) = list(vec![vec![1, 2], vec![3, 4], vec![5]], 5);
    let pages: Vec<_> = numbered(start(2), Arc::clone(&fetch), as_it_is()).try_collect().await.unwrap();
    assert_eq!(pages.iter().map(|p| p.next).collect::<Vec<_>>(), [Some(2), Some(3), None]);
    for page in &pages[..2] {
        let resumed =
            Start { number: page.next.unwrap(), page_rows: Some(page.page_rows), asked: 2, window: 2, cap: 0 };
        let rest = rows(resumed, Arc::clone(&fetch)).await.unwrap();
        assert_eq!(rest, (page.number as i64 * 2 + 1..=5).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_bare_list_without_a_count_is_one_page() {
    let fetch: FetchNumbered<Numbered<Vec<i64>>> = Arc::new(|Ask { number, .. }| {
        async move {
            Ok(Numbered {
                page: vec![1],
                number,
                rows: 1,
                total: None,
                fingerprint: 1,
                bytes: 0,
                next: None,
                page_rows: 0,
            })
        }
        .boxed()
    });
    assert_eq!(rows(start(8), fetch).await.unwrap(), [1]);
}

#[tokio::test]
async fn a_chain_goes_on_over_empty_pages_and_refuses_a_repeated_cursor() {
    let fetch: FetchChained<u32, Vec<u32>> = Arc::new(|at| {
        let (page, next) = match at {
            0 => (vec![1], Some(1)),
            1 => (vec![], Some(2)),
            2 => (vec![2], None),
            _ => (vec![], Some(7)),
        };
        async move { Ok((page, next)) }.boxed()
    });
    let pages: Vec<_> = chained(0, Arc::clone(&fetch), content).try_collect().await.unwrap();
    assert_eq!(pages.concat(), [1, 2]);
    let error = chained(7, fetch, content).try_collect::<Vec<_>>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Paging);
}

fn content(page: &Vec<u32>) -> Content {
    if page.is_empty() { Content::Empty } else { Content::Rows(fingerprint(page)) }
}

#[tokio::test]
async fn a_chain_that_never_ends_is_an_error_whether_its_pages_are_empty_or_the_same() {
    for rows in [vec![], vec![1, 2]] {
        let fetch: FetchChained<u32, Vec<u32>> = Arc::new(move |at| {
            let page = rows.clone();
            async move { Ok((page, Some(at + 1))) }.boxed()
        });
        let pages: Vec<_> = chained(0, fetch, content).collect().await;
        assert!(pages.len() <= EMPTY_CAP as usize);
        assert_eq!(pages.last().unwrap().as_ref().unwrap_err().kind(), ErrorKind::Paging);
    }
}

#[tokio::test]
async fn a_numbered_list_of_empty_pages_is_an_error_though_the_vendor_counts_rows() {
    let (fetch, log) = list(vec![vec![1, 2]], 1_000_000);
    let error = rows(start(4), fetch).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Paging && error.to_string().contains("empty pages"), "{error}");
    assert!(log.lock().unwrap().len() < 200);
}

/// A list whose rows have these sizes: an answer of more than `cap` bytes can't be read.
fn sized(sizes: Vec<usize>, cap: usize, most: u32) -> (FetchNumbered<Numbered<Vec<i64>>>, Log) {
    let log = Log::default();
    let seen = Arc::clone(&log);
    let fetch: FetchNumbered<Numbered<Vec<i64>>> = Arc::new(move |ask: Ask| {
        seen.lock().unwrap().push(ask.rows);
        let served = ask.rows.min(most) as usize;
        let from = (ask.number as usize - 1) * served;
        let page: Vec<i64> = (from..sizes.len()).take(served).map(|n| n as i64).collect();
        let bytes = page.iter().map(|n| sizes[*n as usize]).sum::<usize>();
        let total = Some(sizes.len() as u64);
        async move {
            if bytes > cap {
                return Err(Error::new(ErrorKind::TooLarge, "too large"));
            }
            let fingerprint = fingerprint(&page);
            Ok(Numbered {
                number: ask.number,
                rows: page.len(),
                total,
                fingerprint,
                bytes,
                next: None,
                page_rows: 0,
                page,
            })
        }
        .boxed()
    });
    (fetch, log)
}

/// A row that is too large is -1.
fn held() -> ReadNumbered<Numbered<Vec<i64>>, Vec<i64>> {
    Arc::new(|ask, page| {
        let number = ask.number;
        let alone = Numbered {
            number,
            rows: 1,
            total: None,
            fingerprint: 0,
            bytes: 0,
            next: None,
            page_rows: 0,
            page: vec![-1],
        };
        Ok(page.unwrap_or(alone))
    })
}

proptest! {
    #[test]
    fn a_page_too_large_is_read_in_smaller_ones_and_no_row_is_skipped_or_doubled(
        sizes in prop::collection::vec(prop_oneof![9 => 1usize..20, 1 => 20usize..150], 0..120),
        asked in 1u32..60, most in 1u32..60, window in 1usize..5, stop in 0usize..12,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let expected: Vec<i64> = sizes.iter().enumerate().map(|(n, s)| if *s > 100 { -1 } else { n as i64 }).collect();
        let (fetch, _) = sized(sizes, 100, most);
        let got = runtime.block_on(async {
            let start = Start { number: 1, page_rows: None, asked, window, cap: 100 };
            let mut pages = numbered(start, Arc::clone(&fetch), held());
            let (mut got, mut next) = (Vec::new(), None);
            // Some pages, and then the rest from the cursor, in another process say.
            for _ in 0..=stop {
                let Some(page) = pages.next().await else { break };
                let page = page.unwrap();
                next = page.next.map(|n| (n, page.page_rows));
                got.extend(page.page);
            }
            if let Some((number, rows)) = next {
                let start = Start { number, page_rows: Some(rows), asked: rows, window, cap: 100 };
                let rest: Vec<_> = numbered(start, fetch, held()).try_collect().await.unwrap();
                got.extend(rest.into_iter().flat_map(|p| p.page));
            }
            got
        });
        prop_assert_eq!(got, expected);
    }
}

#[tokio::test]
async fn one_heavy_page_does_not_make_all_pages_behind_it_small() {
    let mut sizes = vec![1; 1_000];
    sizes[100..150].fill(10);
    let (fetch, log) = sized(sizes, 100, 50);
    let start = Start { number: 1, page_rows: None, asked: 50, window: 2, cap: 100 };
    let pages: Vec<_> = numbered(start, fetch, held()).try_collect().await.unwrap();
    assert_eq!(pages.into_iter().flat_map(|p| p.page).count(), 1_000);
    assert!(log.lock().unwrap().len() < 60, "{:?}", log.lock().unwrap());
}

#[test]
fn smaller_pages_divide_larger_ones() {
    let mut rows = 100;
    let mut steps = vec![];
    while let Some(fewer) = smaller(rows) {
        steps.push(fewer);
        rows = fewer;
    }
    assert_eq!(steps, [50, 25, 5, 1]);
}
