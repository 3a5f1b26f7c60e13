//! Two lists that are one kind.

use async_trait::async_trait;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use psa_core::{Cursor, Entity, Error, ErrorKind, Key, KeyPage, Page, Query, Reader, Record, Result};
use serde::{Deserialize, Serialize};

/// Reads the first to its end, and then the second.
#[derive(Debug, Clone)]
pub(crate) struct Both<A, B> {
    first: A,
    second: B,
}

/// Which of the two is read, and where it is.
#[derive(Serialize, Deserialize)]
enum Position {
    First(Cursor),
    Second(Option<Cursor>),
}

impl Position {
    fn cursor(&self) -> Cursor {
        Cursor::new(serde_json::to_string(self).unwrap_or_default())
    }
}

impl<A, B> Both<A, B> {
    pub(crate) fn new(first: A, second: B) -> Self {
        Self { first, second }
    }
}

#[async_trait]
impl<E, A, B> Reader<E> for Both<A, B>
where
    E: Entity,
    A: Reader<E> + Clone + 'static,
    B: Reader<E> + Clone + 'static,
{
    fn pages(&self, query: Query, cursor: Option<Cursor>) -> BoxStream<'static, Result<Page<E>>> {
        let position = match cursor.map(|c| serde_json::from_str(c.as_str())).transpose() {
            Ok(position) => position,
            Err(error) => {
                let foreign =
                    Error::new(ErrorKind::InvalidRequest, "this cursor is not from this list").with_source(error);
                return futures::stream::once(async { Err(foreign) }).boxed();
            }
        };
        let wrap = |make: fn(Cursor) -> Position, last: Option<Position>| {
            let last = last.map(|p| p.cursor());
            move |mut page: Page<E>| {
                page.cursor = page.cursor.map(|c| make(c).cursor()).or_else(|| last.clone());
                // Neither count is that of both.
                page.total = None;
                page
            }
        };
        let second =
            |at: Option<Cursor>| self.second.pages(query.clone(), at).map_ok(wrap(|c| Position::Second(Some(c)), None));
        let first = |at: Option<Cursor>| {
            self.first.pages(query.clone(), at).map_ok(wrap(Position::First, Some(Position::Second(None))))
        };
        match position {
            Some(Position::Second(at)) => second(at).boxed(),
            Some(Position::First(at)) => first(Some(at)).chain(second(None)).boxed(),
            None => first(None).chain(second(None)).boxed(),
        }
    }

    async fn get(&self, key: &Key) -> Result<Record<E>> {
        match self.first.get(key).await {
            // It may have been moved to the other endpoint: that is no deletion.
            Err(error) if error.is_not_found() => self.second.get(key).await,
            found => found,
        }
    }

    fn keys(&self, query: Query) -> BoxStream<'static, Result<KeyPage>> {
        self.first.keys(query.clone()).chain(self.second.keys(query)).boxed()
    }

    async fn count(&self, query: Query) -> Result<Option<u64>> {
        let (first, second) = futures::try_join!(self.first.count(query.clone()), self.second.count(query))?;
        Ok(first.zip(second).map(|(a, b)| a + b))
    }
}
