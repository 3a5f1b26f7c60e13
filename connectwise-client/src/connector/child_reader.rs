//! Records that ConnectWise only lists below another record: sites below companies, notes below tickets.

use std::marker::PhantomData;
use std::sync::Arc;

use async_trait::async_trait;
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use psa_core::{Cursor, Error, ErrorKind, Item, Key, KeyPage, Lane, Page, Projection, Query, Reader, Record, Result};
use psa_http::RawRecord;

use super::context::Context;
use super::reader::{Mapping, common, item, key_of};
use crate::list::List;
use crate::resources::{Collection, ConnectWiseResource};

/// A kind that is read below another one.
pub(crate) trait Children: Mapping {
    type Parent: ConnectWiseResource;

    fn parents(context: &Context) -> Collection<Self::Parent>;

    /// Whether a change of a child moves the stamp of its parent, so that only parents that changed need be asked.
    const PARENT_MOVES: bool;
}

/// Parents whose children make one page.
const PARENTS_A_PAGE: u32 = 25;

#[derive(Debug)]
pub(crate) struct ChildReader<M> {
    context: Arc<Context>,
    mapping: PhantomData<fn() -> M>,
}

impl<M> Clone for ChildReader<M> {
    fn clone(&self) -> Self {
        Self { context: Arc::clone(&self.context), mapping: PhantomData }
    }
}

/// Parent and child.
pub(crate) fn parts(key: &Key) -> Result<(i64, i64)> {
    let numbers: Vec<Option<i64>> = key.parts().map(|p| p.parse().ok()).collect();
    match numbers.as_slice() {
        [Some(parent), Some(id)] => Ok((*parent, *id)),
        _ => Err(Error::new(ErrorKind::InvalidRequest, format!("the key {key} is not one of parent and child"))),
    }
}

impl<M: Children> ChildReader<M> {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self { context, mapping: PhantomData }
    }

    pub(crate) fn below(context: &Context, parent: i64) -> Collection<M::Native> {
        M::collection(context).below_parent(parent)
    }

    fn parents(&self, query: &Query) -> List<M::Parent> {
        let rows = query.page_size.unwrap_or(PARENTS_A_PAGE).min(PARENTS_A_PAGE);
        let list = M::parents(&self.context).list().lane(query.lane).page_size(rows).fields(["_info"]);
        match query.updated_since.filter(|_| M::PARENT_MOVES) {
            Some(at) => list.updated_since(at),
            None => list,
        }
    }

    /// All children of one parent. An empty list is believed when its count says the same.
    async fn all_below(context: &Arc<Context>, parent: i64, lane: Lane) -> Result<Vec<RawRecord<M::Native>>> {
        let list = || Self::below(context, parent).list().lane(lane);
        let mut records: Vec<RawRecord<M::Native>> = list().records().try_collect().await?;
        if records.is_empty() && list().count().await? > 0 {
            records = list().records().try_collect().await?;
            if records.is_empty() {
                return Err(Error::new(ErrorKind::Paging, "the vendor counts records below this one and lists none")
                    .with_context("parent", parent));
            }
        }
        Ok(records)
    }

    /// The children of one parent. A parent that is gone meanwhile has none.
    async fn of_parent(context: Arc<Context>, parent: i64, query: Query) -> Result<(i64, Vec<RawRecord<M::Native>>)> {
        match Self::all_below(&context, parent, query.lane).await {
            Ok(records) => Ok((parent, records)),
            Err(error) if error.is_not_found() => match M::parents(&context).get_raw(parent, query.lane).await {
                Err(gone) if gone.is_not_found() => Ok((parent, Vec::new())),
                Err(other) => Err(other),
                // It is there, so that its children can't be found is no answer.
                Ok(_) => Err(error),
            },
            Err(error) => Err(error),
        }
    }
}

/// Rows below a parent as items of a page.
fn items<M: Mapping>(parent: i64, records: Vec<RawRecord<M::Native>>, context: &Context) -> Vec<Item<M::Common>> {
    let item = |record: RawRecord<M::Native>| {
        let key = Key::from_parts([parent.to_string(), key_of(&record).to_string()]);
        item::<M>(key, record, context)
    };
    records.into_iter().map(item).collect()
}

#[async_trait]
impl<M: Children> Reader<M::Common> for ChildReader<M> {
    fn pages(&self, query: Query, cursor: Option<Cursor>) -> BoxStream<'static, Result<Page<M::Common>>> {
        let this = self.clone();
        let window = self.context.cw.window();
        self.parents(&query)
            .pages(cursor)
            .and_then(move |parents| {
                let (this, query) = (this.clone(), query.clone());
                async move {
                    let ids = parents.records.iter().filter_map(|r| key_of(r).as_i64().ok());
                    let fetches = ids.map(|id| Self::of_parent(Arc::clone(&this.context), id, query.clone()));
                    let families: Vec<_> =
                        stream::iter(fetches.collect::<Vec<_>>()).buffered(window).try_collect().await?;
                    let families = families.into_iter();
                    let items = families.flat_map(|(parent, records)| items::<M>(parent, records, &this.context));
                    let items = items.collect();
                    Ok(Page::new(items, parents.cursor).at(parents.vendor_time))
                }
            })
            .boxed()
    }

    async fn get(&self, key: &Key) -> Result<Record<M::Common>> {
        self.get_in(key, Lane::Interactive).await
    }

    async fn get_in(&self, key: &Key, lane: Lane) -> Result<Record<M::Common>> {
        let (parent, id) = parts(key)?;
        let found = Self::below(&self.context, parent).get_raw(id, lane).await?;
        Ok(common::<M>(key.clone(), found, &self.context, Projection::Full))
    }

    fn children(&self, parent: &Key, query: Query) -> BoxStream<'static, Result<Page<M::Common>>> {
        let (context, parent) = (Arc::clone(&self.context), parent.as_i64());
        stream::once(async move {
            let parent = parent?;
            let records = Self::all_below(&context, parent, query.lane).await?;
            if records.is_empty() {
                // That nothing is below one that is not here (any more), or is at another endpoint, says nothing.
                M::parents(&context).get_raw(parent, query.lane).await?;
            }
            let items = items::<M>(parent, records, &context);
            Ok(Page::new(items, None))
        })
        .boxed()
    }

    fn keys(&self, query: Query) -> BoxStream<'static, Result<KeyPage>> {
        self.keys_from(query, None)
    }

    fn keys_from(&self, query: Query, cursor: Option<Cursor>) -> BoxStream<'static, Result<KeyPage>> {
        // ConnectWise has no shorter way.
        let pages = self.pages(query, cursor).map_ok(|page| {
            let keys = page.items.into_iter().filter_map(|item| match item {
                Item::Upsert(record) => Some(record.key),
                Item::Removed { .. } => None,
            });
            KeyPage::new(keys.collect(), page.cursor)
        });
        pages.boxed()
    }

    async fn count(&self, _: Query) -> Result<Option<u64>> {
        Ok(None)
    }
}
