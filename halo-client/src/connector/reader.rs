//! One reader for all of Halo's lists; what differs is in a [`Mapping`].

use std::marker::PhantomData;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use psa_core::{
    Cursor, Entity, Error, ErrorKind, Evidence, Item, Key, KeyPage, Lane, Page, Projection, Query, Reader, Record,
    Relabel, Result, Version,
};
use psa_http::json::Native;

use super::context::Context;
use super::name_cache::Names;
use crate::list::{List, PAGE_MAX};
use crate::resources::{Collection, HaloResource};
use psa_http::{ListPage, RawRecord};

/// How one of Halo's resources becomes a common model.
pub(crate) trait Mapping: Send + Sync + 'static {
    type Native: HaloResource;
    type Common: Entity;

    /// The fields that [`common`](Self::common) fills.
    const READS: &'static [&'static str];

    /// Whether the mapping needs the names of statuses, types and priorities.
    const NAMES: bool = false;

    /// The parameter that asks for ids only, where the endpoint has one.
    const IDS_ONLY: Option<&'static str> = None;

    /// Everything, inactive records included.
    fn list(context: &Context) -> List<Self::Native>;

    /// The list, narrowed to what changed, where Halo can do that.
    fn since(list: List<Self::Native>, _: DateTime<Utc>) -> List<Self::Native> {
        list
    }

    /// The change stamp.
    fn updated_at(_: &Self::Native) -> Option<DateTime<Utc>> {
        None
    }

    /// Whether Halo says that it is gone.
    fn gone(_: &Self::Native) -> Option<Evidence> {
        None
    }

    /// Whether it is of another kind: tickets, opportunities and projects share one numbering.
    fn foreign(_: &Self::Native) -> bool {
        false
    }

    fn common(native: &Self::Native, context: &Context, names: &Names) -> Self::Common;

    /// Gives labels the names of now.
    fn relabel(_: &mut Self::Common, _: &Names) -> Relabel {
        Relabel::Same
    }
}

#[derive(Debug)]
pub(crate) struct HaloReader<M> {
    context: Arc<Context>,
    mapping: PhantomData<fn() -> M>,
}

impl<M> Clone for HaloReader<M> {
    fn clone(&self) -> Self {
        Self { context: Arc::clone(&self.context), mapping: PhantomData }
    }
}

impl<M: Mapping> HaloReader<M> {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self { context, mapping: PhantomData }
    }

    fn list(&self, query: &Query) -> List<M::Native> {
        let list = M::list(&self.context).lane(query.lane).page_size(query.page_size.unwrap_or(PAGE_MAX));
        match query.updated_since {
            Some(at) => M::since(list, at),
            None => list,
        }
    }

    async fn names(&self) -> Result<Arc<Names>> {
        if M::NAMES { self.context.lookups.names(&self.context.halo).await } else { Ok(Arc::default()) }
    }

    fn page(&self, page: ListPage<M::Native>, names: &Names) -> Page<M::Common> {
        let items = page
            .records
            .into_iter()
            .map(|record| {
                let key = match &record.value {
                    Ok(native) => native.key(),
                    Err(_) => key_of_broken(&record.raw),
                };
                if let Ok(native) = &record.value
                    && let Some(evidence) = M::gone(native)
                {
                    return Item::Removed { key, evidence };
                }
                let updated_at = record.value.as_ref().ok().and_then(M::updated_at);
                let value = record.value.map(|native| M::common(&native, &self.context, names));
                Item::Upsert(Record::new(key, Version::stamped(updated_at), value, record.raw, Projection::List))
            })
            .collect();
        Page::new(items, page.cursor).at(page.vendor_time).total(page.total).atomic(page.whole)
    }
}

/// The key of a record that could not be decoded as a whole: its id if that can be read, else a hash of its bytes.
pub(crate) fn key_of_broken(raw: &[u8]) -> Key {
    psa_http::list::id_in(raw).map_or_else(|| psa_http::list::key_of_bytes(raw), Key::from)
}

/// Row counts at which Halo is known to cut a list without saying so.
pub(crate) fn may_be_cut(rows: usize) -> bool {
    matches!(rows, 50 | 100 | 250 | 500) || (rows >= 1000 && rows.is_multiple_of(1000))
}

#[async_trait]
impl<M: Mapping> Reader<M::Common> for HaloReader<M> {
    fn pages(&self, query: Query, cursor: Option<Cursor>) -> BoxStream<'static, Result<Page<M::Common>>> {
        let this = self.clone();
        stream::once(async move {
            let names = this.names().await?;
            let pages = this.list(&query).pages(cursor);
            Ok::<_, Error>(pages.map_ok(move |page| this.page(page, &names)))
        })
        .try_flatten()
        .boxed()
    }

    async fn get(&self, key: &Key) -> Result<Record<M::Common>> {
        self.get_in(key, Lane::Interactive).await
    }

    async fn get_in(&self, key: &Key, lane: Lane) -> Result<Record<M::Common>> {
        let names = self.names().await?;
        let found: RawRecord<M::Native> =
            Collection::new(self.context.halo.clone()).get_raw(key.as_i64()?, lane).await?;
        if let Ok(native) = &found.value {
            if M::foreign(native) {
                return Err(Error::new(ErrorKind::NotFound, "this number is of another kind of record")
                    .with_context("key", key));
            }
            if let Some(evidence) = M::gone(native) {
                return Err(Error::new(ErrorKind::NotFound, "Halo marks the record deleted")
                    .with_context("evidence", format_args!("{evidence:?}"))
                    .with_context("key", key));
            }
        }
        let updated_at = found.value.as_ref().ok().and_then(M::updated_at);
        let value = found.value.map(|native| M::common(&native, &self.context, &names));
        Ok(Record::new(key.clone(), Version::stamped(updated_at), value, found.raw, Projection::Full))
    }

    fn keys(&self, query: Query) -> BoxStream<'static, Result<KeyPage>> {
        self.keys_from(query, None)
    }

    fn keys_from(&self, query: Query, cursor: Option<Cursor>) -> BoxStream<'static, Result<KeyPage>> {
        let this = self.clone();
        stream::once(async move {
            let list = this.list(&query);
            // Only a listing by pages has places to go on from.
            let Some(ids_only) = M::IDS_ONLY.filter(|_| cursor.is_none()) else {
                return Ok(keys_by_page(list, cursor));
            };
            let ids = list.clone().query(ids_only, true);
            let (total, ids) = match futures::try_join!(list.clone().count(), ids.send_ids()) {
                Ok(both) => both,
                // More ids than one answer may be large.
                Err(error) if error.kind() == ErrorKind::TooLarge => return Ok(keys_by_page(list, None)),
                Err(error) => return Err(error),
            };
            let short = total.saturating_sub(ids.len() as u64);
            // A living list moves a little between two requests; a cut one is short by much, or by a round number.
            if short > 0 && (may_be_cut(ids.len()) || short > (total / 50).max(10)) {
                return Ok(keys_by_page(list, None));
            }
            // Short by a little: good for finding what is missing here, not for proving what is gone there.
            Ok(key_pages(ids, total, short == 0))
        })
        .try_flatten()
        .boxed()
    }

    async fn count(&self, query: Query) -> Result<Option<u64>> {
        if !M::Native::PAGED {
            return Ok(None);
        }
        self.list(&query).count().await.map(Some)
    }

    async fn refresh_names(&self, lane: Lane) -> Result<Option<String>> {
        if !M::NAMES {
            return Ok(None);
        }
        Ok(Some(self.context.lookups.renew(&self.context.halo, lane).await?.fingerprint()))
    }

    fn names(&self) -> Option<String> {
        self.context.lookups.last().filter(|_| M::NAMES).map(|names| names.fingerprint())
    }

    fn relabel(&self, value: &mut M::Common) -> Relabel {
        match self.context.lookups.last() {
            Some(names) if M::NAMES => M::relabel(value, &names),
            _ => Relabel::Same,
        }
    }
}

pub(crate) fn record<M: Mapping>(
    native: Native<M::Native>,
    context: &Context,
    names: &Names,
    projection: Projection,
) -> Record<M::Common> {
    let (native, raw) = native.into_parts();
    let version = Version::stamped(M::updated_at(&native));
    Record::new(native.key(), version, Ok(M::common(&native, context, names)), raw, projection)
}

/// Keys that are handed on at once: all of a large tenant's would be tens of megabytes.
const KEYS: usize = 5_000;

/// The ids of one answer as pages of keys; no id is one page without keys.
fn key_pages(ids: Vec<i64>, total: u64, atomic: bool) -> BoxStream<'static, Result<KeyPage>> {
    let pages = ids.len().div_ceil(KEYS).max(1);
    let page = move |n: usize| {
        let keys = ids.iter().skip(n * KEYS).take(KEYS).copied().map(Key::from).collect();
        Ok(KeyPage::new(keys, None).total(Some(total)).atomic(atomic))
    };
    stream::iter((0..pages).map(page)).boxed()
}

fn keys_by_page<T: HaloResource>(list: List<T>, cursor: Option<Cursor>) -> BoxStream<'static, Result<KeyPage>> {
    // What a short answer gave is in the store already, so these pages are no snapshot together with it.
    list.pages(cursor)
        .and_then(
            |page| async move { Ok(KeyPage::new(keys(&page)?, page.cursor).total(page.total).atomic(page.whole)) },
        )
        .boxed()
}

fn keys<T: HaloResource>(page: &ListPage<T>) -> Result<Vec<Key>> {
    Ok(page
        .records
        .iter()
        .map(|r| r.value.as_ref().map_or_else(|_| key_of_broken(&r.raw), HaloResource::key))
        .collect())
}
