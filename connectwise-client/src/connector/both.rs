//! Two lists that are one kind.

use async_trait::async_trait;
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use psa_core::{Cursor, Entity, Error, ErrorKind, Key, KeyPage, Page, Query, Reader, Record, Result};
use serde::{Deserialize, Serialize};

/// Reads both side by side: what the second one asks first need not wait until the first one is at its end.
#[derive(Debug, Clone)]
pub(crate) struct Both<A, B> {
    first: A,
    second: B,
}

/// Where a list is.
#[derive(Clone, Serialize, Deserialize)]
enum Place {
    Start,
    At(Cursor),
    End,
}

impl Place {
    fn after(cursor: Option<Cursor>) -> Self {
        cursor.map_or(Self::End, Self::At)
    }

    /// The rest of the list; none: there is none.
    fn rest<E: Entity>(self, list: &impl Reader<E>, query: Query) -> Option<BoxStream<'static, Result<Page<E>>>> {
        match self {
            Self::Start => Some(list.pages(query, None)),
            Self::At(cursor) => Some(list.pages(query, Some(cursor))),
            Self::End => None,
        }
    }
}

#[derive(Clone, Serialize, Deserialize)]
struct Places {
    first: Place,
    second: Place,
}

impl Places {
    fn read(cursor: Option<&Cursor>) -> Result<Self> {
        let Some(cursor) = cursor else {
            return Ok(Self { first: Place::Start, second: Place::Start });
        };
        serde_json::from_str(cursor.as_str()).map_err(|error| {
            Error::new(ErrorKind::InvalidRequest, "this cursor is not from this list").with_source(error)
        })
    }

    /// None: both are at their end.
    fn cursor(&self) -> Option<Cursor> {
        let ended = matches!((&self.first, &self.second), (Place::End, Place::End));
        (!ended).then(|| Cursor::new(serde_json::to_string(self).unwrap_or_default()))
    }
}

enum Of<T> {
    First(T),
    Second(T),
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
        let mut places = match Places::read(cursor.as_ref()) {
            Ok(places) => places,
            Err(error) => return stream::once(async { Err(error) }).boxed(),
        };
        let first = places.first.clone().rest(&self.first, query.clone());
        let second = places.second.clone().rest(&self.second, query);
        let first = stream::iter(first).flatten().map_ok(Of::First);
        let second = stream::iter(second).flatten().map_ok(Of::Second);
        let merged = stream::select(first, second).map_ok(move |page| {
            let mut page = match page {
                Of::First(mut page) => {
                    places.first = Place::after(page.cursor.take());
                    page
                }
                Of::Second(mut page) => {
                    places.second = Place::after(page.cursor.take());
                    page
                }
            };
            page.cursor = places.cursor();
            // Neither count is that of both.
            page.total = None;
            page
        });
        merged.boxed()
    }

    async fn get(&self, key: &Key) -> Result<Record<E>> {
        match self.first.get(key).await {
            // It may have been moved to the other endpoint: that is no deletion.
            Err(error) if error.is_not_found() => self.second.get(key).await,
            found => found,
        }
    }

    fn keys(&self, query: Query) -> BoxStream<'static, Result<KeyPage>> {
        stream::select(self.first.keys(query.clone()), self.second.keys(query)).boxed()
    }

    async fn count(&self, query: Query) -> Result<Option<u64>> {
        let (first, second) = futures::try_join!(self.first.count(query.clone()), self.second.count(query))?;
        Ok(first.zip(second).map(|(a, b)| a + b))
    }
}
