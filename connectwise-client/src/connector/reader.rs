//! One reader for all lists; what differs is in a [`Mapping`].

use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use psa_core::{
    Cursor, Entity, Error, ErrorKind, Evidence, Item, Key, KeyPage, Lane, Page, Projection, Query, Reader, Record,
    Relabel, Result, Version,
};
use psa_http::{ListPage, RawRecord};

use super::context::{self, Context};
use super::names::{NameList, Names};
use crate::conditions::field;
use crate::list::{List, PAGE_MAX};
use crate::resources::{Collection, ConnectWiseResource, Info};

/// Rows of a page, unless the query tells: less than what the vendor serves, since each walk holds one of 1.7 KB a row.
const PAGE: u32 = 400;

/// How one of ConnectWise's resources becomes a common model.
pub(crate) trait Mapping: Send + Sync + 'static {
    type Native: ConnectWiseResource;
    type Common: Entity;

    /// The fields that [`common`](Self::common) fills.
    const READS: &'static [&'static str];

    fn collection(context: &Context) -> Collection<Self::Native>;

    /// What ConnectWise notes beside the record.
    fn info(native: &Self::Native) -> &Option<Box<Info>>;

    /// Whether ConnectWise says that it is gone.
    fn gone(_: &Self::Native) -> Option<Evidence> {
        None
    }

    /// The member that [`gone`](Self::gone) looks at, so that it comes with the ids.
    const GONE_BY: &'static [&'static str] = &[];

    fn common(native: &Self::Native, context: &Context) -> Self::Common;

    /// The lists whose names labels have.
    const NAMES: &'static [NameList] = &[];

    /// Gives labels the names of now.
    fn relabel(_: &mut Self::Common, _: &Names) -> Relabel {
        Relabel::Same
    }
}

/// The key of a record, of one that can't be decoded too: its id if that can be read, else a hash of its bytes.
pub(crate) fn key_of<T: ConnectWiseResource>(record: &RawRecord<T>) -> Key {
    let id = match &record.value {
        Ok(native) => Some(native.id().into()),
        Err(_) => psa_http::list::id_in(&record.raw),
    };
    id.map_or_else(|| psa_http::list::key_of_bytes(&record.raw), Key::from)
}

/// A row as an item of a page.
pub(crate) fn item<M: Mapping>(key: Key, record: RawRecord<M::Native>, context: &Context) -> Item<M::Common> {
    match record.value.as_ref().ok().and_then(M::gone) {
        Some(evidence) => Item::Removed { key, evidence },
        None => Item::Upsert(common::<M>(key, record, context, Projection::List)),
    }
}

pub(crate) fn common<M: Mapping>(
    key: Key,
    record: RawRecord<M::Native>,
    context: &Context,
    projection: Projection,
) -> Record<M::Common> {
    let updated_at = record.value.as_ref().ok().and_then(|n| context::updated(M::info(n)));
    let value = record.value.map(|native| M::common(&native, context));
    Record::new(key, Version::stamped(updated_at), value, record.raw, projection)
}

#[derive(Debug)]
pub(crate) struct CwReader<M> {
    context: Arc<Context>,
    /// The names that were read last.
    names: Arc<Mutex<Option<Arc<Names>>>>,
    mapping: PhantomData<fn() -> M>,
}

impl<M> Clone for CwReader<M> {
    fn clone(&self) -> Self {
        Self { context: Arc::clone(&self.context), names: Arc::clone(&self.names), mapping: PhantomData }
    }
}

impl<M: Mapping> CwReader<M> {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self { context, names: Arc::default(), mapping: PhantomData }
    }

    fn list(&self, query: &Query) -> List<M::Native> {
        let list = M::collection(&self.context).list().lane(query.lane);
        let list = list.page_size(query.page_size.unwrap_or(PAGE));
        match query.updated_since {
            // What changed is little: one walk. Everything is much.
            Some(at) => list.updated_since(at),
            None => list.parallel(self.context.cw.window()),
        }
    }

    fn page(&self, page: ListPage<M::Native>, total: Option<u64>) -> Page<M::Common> {
        let items = page.records.into_iter().map(|record| item::<M>(key_of(&record), record, &self.context)).collect();
        Page::new(items, page.cursor).at(page.vendor_time).total(total)
    }
}

#[async_trait]
impl<M: Mapping> Reader<M::Common> for CwReader<M> {
    fn pages(&self, query: Query, cursor: Option<Cursor>) -> BoxStream<'static, Result<Page<M::Common>>> {
        let this = self.clone();
        stream::once(async move {
            let list = this.list(&query);
            let mut pages = list.clone().pages(cursor).fuse();
            // The count only serves to show progress: no page's request waits for it, and no page is lost for it.
            let (total, first) = futures::join!(list.count(), pages.try_next());
            let total = total.inspect_err(|error| tracing::debug!(%error, "the list is read without a count")).ok();
            let first = first?;
            let pages = stream::iter(first).map(Ok).chain(pages);
            Ok::<_, Error>(pages.map_ok(move |page| this.page(page, total)))
        })
        .try_flatten()
        .boxed()
    }

    async fn get(&self, key: &Key) -> Result<Record<M::Common>> {
        self.get_in(key, Lane::Interactive).await
    }

    async fn get_in(&self, key: &Key, lane: Lane) -> Result<Record<M::Common>> {
        let found = M::collection(&self.context).get_raw(key.as_i64()?, lane).await?;
        if let Some(evidence) = found.value.as_ref().ok().and_then(M::gone) {
            return Err(Error::new(ErrorKind::NotFound, "ConnectWise marks the record as gone")
                .with_context("evidence", format_args!("{evidence:?}"))
                .with_context("key", key));
        }
        Ok(common::<M>(key.clone(), found, &self.context, Projection::Full))
    }

    fn keys(&self, query: Query) -> BoxStream<'static, Result<KeyPage>> {
        self.keys_from(query, None)
    }

    fn keys_from(&self, query: Query, cursor: Option<Cursor>) -> BoxStream<'static, Result<KeyPage>> {
        let list = self.list(&query).page_size(PAGE_MAX).fields(M::GONE_BY.iter().copied());
        let pages = list.pages(cursor).map_ok(|page| {
            let alive = page.records.iter().filter(|r| r.value.as_ref().ok().and_then(M::gone).is_none());
            KeyPage::new(alive.map(key_of).collect(), page.cursor)
        });
        pages.boxed()
    }

    async fn count(&self, query: Query) -> Result<Option<u64>> {
        // What is marked as gone is in no listing of keys either.
        let alive = |list: List<M::Native>, flag: &&str| list.condition(field(*flag).eq(false));
        M::GONE_BY.iter().fold(self.list(&query), alive).count().await.map(Some)
    }

    async fn refresh_names(&self, lane: Lane) -> Result<Option<String>> {
        if M::NAMES.is_empty() {
            return Ok(None);
        }
        let names = Names::read(&self.context.cw, M::NAMES, lane).await?;
        let fingerprint = names.fingerprint();
        *self.names.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(names));
        Ok(Some(fingerprint))
    }

    fn relabel(&self, value: &mut M::Common) -> Relabel {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner).clone();
        names.map_or(Relabel::Same, |names| M::relabel(value, &names))
    }
}
