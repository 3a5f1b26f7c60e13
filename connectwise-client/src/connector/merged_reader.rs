//! Two lists that are one kind.

use async_trait::async_trait;
use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt, TryStreamExt};
use psa_core::{Cursor, Entity, Error, ErrorKind, Key, KeyPage, Lane, Page, Query, Reader, Record, Relabel, Result};
use serde::{Deserialize, Serialize};

/// Reads both side by side: what the second one asks first need not wait until the first one is at its end.
#[derive(Debug, Clone)]
pub(crate) struct MergedReader<A, B> {
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

    /// The rest of its keys; none: there are none.
    fn keys<E: Entity>(self, list: &impl Reader<E>, query: Query) -> Option<BoxStream<'static, Result<KeyPage>>> {
        match self {
            Self::Start => Some(list.keys(query)),
            Self::At(cursor) => Some(list.keys_from(query, Some(cursor))),
            Self::End => None,
        }
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

/// An error of one list is the end of both.
fn until_error<T: Send + 'static>(
    items: impl Stream<Item = Result<T>> + Send + 'static,
) -> impl Stream<Item = Result<T>> + Send + 'static {
    stream::unfold(Some(items.boxed()), |items| async move {
        let mut items = items?;
        let item = items.next().await?;
        let rest = item.is_ok().then_some(items);
        Some((item, rest))
    })
}

enum Of<T> {
    First(T),
    Second(T),
}

impl<A, B> MergedReader<A, B> {
    pub(crate) fn new(first: A, second: B) -> Self {
        Self { first, second }
    }
}

#[async_trait]
impl<E, A, B> Reader<E> for MergedReader<A, B>
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
        // One that is not read any more, in a pass that goes on, is not counted either.
        let (mut first_total, mut second_total) = (None, None);
        let first = stream::iter(first).flatten().map_ok(Of::First);
        let second = stream::iter(second).flatten().map_ok(Of::Second);
        let pages = until_error(stream::select(first, second)).map_ok(move |page| {
            let mut page = match page {
                Of::First(mut page) => {
                    places.first = Place::after(page.cursor.take());
                    first_total = page.total;
                    page
                }
                Of::Second(mut page) => {
                    places.second = Place::after(page.cursor.take());
                    second_total = page.total;
                    page
                }
            };
            page.cursor = places.cursor();
            page.total = first_total.zip(second_total).map(|(a, b): (u64, u64)| a + b);
            page
        });
        pages.boxed()
    }

    async fn get(&self, key: &Key) -> Result<Record<E>> {
        self.get_in(key, Lane::Interactive).await
    }

    async fn get_in(&self, key: &Key, lane: Lane) -> Result<Record<E>> {
        match self.first.get_in(key, lane).await {
            // It may have been moved to the other endpoint: that is no deletion.
            Err(error) if error.is_not_found() => self.second.get_in(key, lane).await,
            found => found,
        }
    }

    fn keys(&self, query: Query) -> BoxStream<'static, Result<KeyPage>> {
        self.keys_from(query, None)
    }

    fn keys_from(&self, query: Query, cursor: Option<Cursor>) -> BoxStream<'static, Result<KeyPage>> {
        let mut places = match Places::read(cursor.as_ref()) {
            Ok(places) => places,
            Err(error) => return stream::once(async { Err(error) }).boxed(),
        };
        let first = places.first.clone().keys(&self.first, query.clone());
        let second = places.second.clone().keys(&self.second, query);
        let first = stream::iter(first).flatten().map_ok(Of::First);
        let second = stream::iter(second).flatten().map_ok(Of::Second);
        let pages = until_error(stream::select(first, second)).map_ok(move |page| {
            let (place, mut page) = match page {
                Of::First(page) => (&mut places.first, page),
                Of::Second(page) => (&mut places.second, page),
            };
            *place = Place::after(page.cursor.take());
            page.cursor = places.cursor();
            page
        });
        pages.boxed()
    }

    /// A parent is at one of the two.
    fn children(&self, parent: &Key, query: Query) -> BoxStream<'static, Result<Page<E>>> {
        let (first, second) = (self.first.children(parent, query.clone()), self.second.children(parent, query));
        stream::once(async move {
            match first.try_collect::<Vec<_>>().await {
                Ok(pages) => Ok(stream::iter(pages.into_iter().map(Ok)).boxed()),
                Err(error) if error.is_not_found() => Ok(second),
                Err(error) => Err(error),
            }
        })
        .try_flatten()
        .boxed()
    }

    async fn count(&self, query: Query) -> Result<Option<u64>> {
        let (first, second) = futures::try_join!(self.first.count(query.clone()), self.second.count(query))?;
        Ok(first.zip(second).map(|(a, b)| a + b))
    }

    async fn refresh_names(&self, lane: Lane) -> Result<Option<String>> {
        let (first, second) = futures::try_join!(self.first.refresh_names(lane), self.second.refresh_names(lane))?;
        Ok(match (first, second) {
            (Some(first), Some(second)) => Some(format!("{first} {second}")),
            (first, second) => first.or(second),
        })
    }

    fn relabel(&self, value: &mut E) -> Relabel {
        match (self.first.relabel(value), self.second.relabel(value)) {
            (Relabel::ReadAgain, _) | (_, Relabel::ReadAgain) => Relabel::ReadAgain,
            (Relabel::Changed, _) | (_, Relabel::Changed) => Relabel::Changed,
            _ => Relabel::Same,
        }
    }
}
