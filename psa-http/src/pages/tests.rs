use std::sync::Mutex;

use futures::TryStreamExt;

use super::*;

type Log = Arc<Mutex<Vec<u32>>>;

/// A list of pages of ids; `total` as the vendor counts.
fn list(pages: Vec<Vec<i64>>, total: u64) -> (FetchNumbered<Numbered<Vec<i64>>>, Log) {
    let log = Log::default();
    let seen = Arc::clone(&log);
    let fetch: FetchNumbered<Numbered<Vec<i64>>> = Arc::new(move |number| {
        seen.lock().unwrap().push(number);
        let page = pages.get(number as usize - 1).cloned().unwrap_or_default();
        async move {
            Ok(Numbered {
                number,
                rows: page.len(),
                total: Some(total),
                fingerprint: fingerprint(&page),
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
    Start { number: 1, page_rows: None, asked: 2, window }
}

fn as_it_is() -> ReadNumbered<Numbered<Vec<i64>>, Vec<i64>> {
    Arc::new(|number, page| {
        assert_eq!(number, page.number);
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
    let fetch: FetchNumbered<Numbered<Vec<i64>>> = Arc::new(|number| {
        let page: Vec<i64> = match number {
            1 => vec![1, 2],
            2 => vec![3, 4],
            3 => vec![5],
            _ => vec![],
        };
        let total = Some(if number == 1 { 3 } else { 5 });
        let (rows, fingerprint) = (page.len(), fingerprint(&page));
        async move { Ok(Numbered { page, number, rows, total, fingerprint, next: None, page_rows: 0 }) }.boxed()
    });
    assert_eq!(rows(start(4), fetch).await.unwrap(), [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn each_page_tells_where_to_go_on() {
    let (fetch, _) = list(vec![vec![1, 2], vec![3, 4], vec![5]], 5);
    let pages: Vec<_> = numbered(start(2), Arc::clone(&fetch), as_it_is()).try_collect().await.unwrap();
    assert_eq!(pages.iter().map(|p| p.next).collect::<Vec<_>>(), [Some(2), Some(3), None]);
    for page in &pages[..2] {
        let resumed = Start { number: page.next.unwrap(), page_rows: Some(page.page_rows), asked: 2, window: 2 };
        let rest = rows(resumed, Arc::clone(&fetch)).await.unwrap();
        assert_eq!(rest, (page.number as i64 * 2 + 1..=5).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_bare_list_without_a_count_is_one_page() {
    let fetch: FetchNumbered<Numbered<Vec<i64>>> = Arc::new(|number| {
        async move {
                Ok(Numbered { page: vec![1], number, rows: 1, total: None, fingerprint: 1, next: None, page_rows: 0 })
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
    let pages: Vec<_> = chained(0, Arc::clone(&fetch)).try_collect().await.unwrap();
    assert_eq!(pages.concat(), [1, 2]);
    let error = chained(7, fetch).try_collect::<Vec<_>>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Paging);
}
