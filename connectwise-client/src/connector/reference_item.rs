//! The tenant's own lists as reference items: "sync PSA data".

use std::sync::Arc;

use async_trait::async_trait;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt, TryStreamExt};
use psa_core::{
    Cursor, Error, ErrorKind, Item, Key, KeyPage, Label, Page, Projection, Query, Reader, Record, ReferenceItem,
    Result, Version, fields,
};

use super::context::{self, Context};
use super::reader::key_of;
use crate::list::List;
use crate::resources::*;

/// Reads every list, as one set.
#[derive(Debug, Clone)]
pub(crate) struct References(Arc<Context>);

/// Boards whose lists are read at once.
const BOARDS: usize = 4;

fn base(name: Option<&String>) -> ReferenceItem {
    ReferenceItem { name: name.cloned(), ..ReferenceItem::default() }
}

/// The board that a value belongs to.
fn board(value: &Option<Box<Reference>>) -> Option<Label> {
    context::label(value)
}

async fn read<T: ConnectWiseResource>(
    set: &'static str,
    list: List<T>,
    query: &Query,
    item: fn(&T) -> ReferenceItem,
) -> Result<Vec<Record<ReferenceItem>>> {
    let rows: Vec<psa_http::RawRecord<T>> = list.lane(query.lane).records().try_collect().await?;
    let record = |row: psa_http::RawRecord<T>| {
        let id = key_of(&row).to_string();
        let value = row.value.map(|native| {
            let item = item(&native);
            ReferenceItem { set: Some(set.to_owned()), id: Some(id.clone()), ..item }
        });
        let raw = bytes::Bytes::copy_from_slice(&row.raw);
        let key = Key::from_parts([set, &id]);
        Record::new(key, Version::default(), value, raw, Projection::List)
    };
    Ok(rows.into_iter().map(record).collect())
}

impl References {
    /// The fields that are filled.
    pub(crate) const READS: &'static [&'static str] =
        &fields!(ReferenceItem: SET, ID, NAME, CODE, GROUP, POSITION, CLOSED, INACTIVE, VALUE_TYPE);

    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self(context)
    }

    /// Everything, read anew. A list that is refused fails the whole: half a set would look like deletions.
    async fn all(&self, query: &Query) -> Result<Vec<Record<ReferenceItem>>> {
        let cw = &self.0.cw;
        let boards = read(ReferenceItem::BOARD, cw.boards().list(), query, |b| ReferenceItem {
            inactive: b.inactive_flag,
            ..base(b.name.as_ref())
        });
        let rest = futures::future::try_join_all([
            read(ReferenceItem::PRIORITY, cw.priorities().list(), query, |p| ReferenceItem {
                position: p.sort_order,
                group: context::word(&p.level),
                ..base(p.name.as_ref())
            })
            .boxed(),
            read("source", cw.sources().list(), query, |s| base(s.name.as_ref())).boxed(),
            read(ReferenceItem::WORK_TYPE, cw.work_types().list(), query, |w| ReferenceItem {
                inactive: w.inactive_flag,
                ..base(w.name.as_ref())
            })
            .boxed(),
            read(ReferenceItem::WORK_ROLE, cw.work_roles().list(), query, |w| ReferenceItem {
                inactive: w.inactive_flag,
                ..base(w.name.as_ref())
            })
            .boxed(),
            read(ReferenceItem::ASSET_TYPE, cw.configuration_types().list(), query, |t| ReferenceItem {
                inactive: t.inactive_flag,
                ..base(t.name.as_ref())
            })
            .boxed(),
            read("opportunity_stage", cw.opportunity_stages().list(), query, |s| ReferenceItem {
                position: s.sequence_number,
                ..base(s.name.as_ref())
            })
            .boxed(),
            read("opportunity_status", cw.opportunity_statuses().list(), query, |s| ReferenceItem {
                closed: s.closed_flag,
                inactive: s.inactive_flag,
                ..base(s.name.as_ref())
            })
            .boxed(),
            read(ReferenceItem::CUSTOM_FIELD, cw.user_defined_fields().list(), query, |f| ReferenceItem {
                code: f.caption.clone(),
                value_type: f.field_type_identifier.clone(),
                group: context::word(&f.screen_id),
                ..base(f.caption.as_ref())
            })
            .boxed(),
        ]);
        let (boards, rest) = futures::try_join!(boards, rest)?;
        let ids: Vec<i64> = boards.iter().filter_map(|b| b.value.as_ref().ok()?.id.as_ref()?.parse().ok()).collect();
        let of_board = |id: i64| async move {
            let (statuses, types, subtypes) = futures::try_join!(
                read(ReferenceItem::STATUS, cw.boards().statuses(id).list(), query, |s| ReferenceItem {
                    group: board(&s.board),
                    position: s.sort_order,
                    closed: s.closed_status,
                    inactive: s.inactive,
                    ..base(s.name.as_ref())
                }),
                read(ReferenceItem::TICKET_TYPE, cw.boards().types(id).list(), query, |t| ReferenceItem {
                    group: board(&t.board),
                    inactive: t.inactive_flag,
                    ..base(t.name.as_ref())
                }),
                read(ReferenceItem::CATEGORY, cw.boards().subtypes(id).list(), query, |t| ReferenceItem {
                    group: board(&t.board),
                    inactive: t.inactive_flag,
                    ..base(t.name.as_ref())
                }),
            )?;
            Ok::<_, Error>([statuses, types, subtypes].concat())
        };
        let of_boards: Vec<Vec<_>> =
            stream::iter(ids.into_iter().map(of_board).collect::<Vec<_>>()).buffered(BOARDS).try_collect().await?;
        Ok(boards.into_iter().chain(rest.into_iter().flatten()).chain(of_boards.into_iter().flatten()).collect())
    }
}

#[async_trait]
impl Reader<ReferenceItem> for References {
    fn pages(&self, query: Query, _: Option<Cursor>) -> BoxStream<'static, Result<Page<ReferenceItem>>> {
        let this = self.clone();
        stream::once(async move {
            let records = this.all(&query).await?;
            let total = Some(records.len() as u64);
            let items = records.into_iter().map(Item::Upsert).collect();
            Ok(Page::new(items, None).total(total).atomic(true))
        })
        .boxed()
    }

    async fn get(&self, key: &Key) -> Result<Record<ReferenceItem>> {
        let found = self.all(&Query::new()).await?.into_iter().find(|r| r.key == *key);
        found.ok_or_else(|| Error::new(ErrorKind::NotFound, "the list has no such value").with_context("key", key))
    }

    fn keys(&self, query: Query) -> BoxStream<'static, Result<KeyPage>> {
        let this = self.clone();
        stream::once(async move {
            let records = this.all(&query).await?;
            let total = Some(records.len() as u64);
            Ok(KeyPage::new(records.into_iter().map(|r| r.key).collect(), None).total(total).atomic(true))
        })
        .boxed()
    }

    async fn count(&self, query: Query) -> Result<Option<u64>> {
        Ok(Some(self.all(&query).await?.len() as u64))
    }
}
