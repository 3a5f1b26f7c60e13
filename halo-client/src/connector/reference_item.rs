//! The tenant's own lists as reference items: "sync PSA data".

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt};
use psa_core::{
    Cursor, Error, ErrorKind, Item, Key, KeyPage, Label, Page, Projection, Query, Reader, Record, ReferenceItem,
    Result, Version, fields,
};

use super::context::Context;
use super::reader::key_of_broken;
use crate::list::List;
use crate::resources::{AssetType, Category, FieldInfo, HaloResource, Outcome, Priority, Status, TicketType, Workflow};
use crate::scopes::Scope;

/// Reads every list that the token's rights allow, as one set.
#[derive(Debug, Clone)]
pub(crate) struct References {
    context: Arc<Context>,
}

/// A list of Halo's whose rows are reference items.
trait Listed: HaloResource {
    const SET: &'static str;
    fn item(&self) -> ReferenceItem;
    /// The id of a row that can't be decoded as a whole, as [`item`](Self::item) would give it.
    fn id_of_broken(raw: &[u8]) -> String {
        key_of_broken(raw).to_string()
    }
}

fn base(set: &str, id: impl ToString, name: Option<&String>) -> ReferenceItem {
    ReferenceItem {
        set: Some(set.to_owned()),
        id: Some(id.to_string()),
        name: name.cloned(),
        ..ReferenceItem::default()
    }
}

impl Listed for Status {
    const SET: &'static str = ReferenceItem::STATUS;
    fn item(&self) -> ReferenceItem {
        ReferenceItem { position: self.sequence, ..base(Self::SET, self.id, self.name.as_ref()) }
    }
}

impl Listed for TicketType {
    const SET: &'static str = ReferenceItem::TICKET_TYPE;
    fn item(&self) -> ReferenceItem {
        let group = self.group_id.filter(|g| *g > 0).map(|g| Label::new(g, self.group_name.clone()));
        let inactive = self.visible.map(|v| !v);
        ReferenceItem { group, inactive, position: self.sequence, ..base(Self::SET, self.id, self.name.as_ref()) }
    }
}

impl Listed for Priority {
    const SET: &'static str = ReferenceItem::PRIORITY;
    fn item(&self) -> ReferenceItem {
        // A number repeats with each SLA, so the SLA is part of the id.
        let sla = self.slaid.unwrap_or(0);
        let id = format!("{sla}.{}", self.priorityid);
        ReferenceItem {
            group: Some(Label::new(sla, None)),
            position: Some(self.priorityid.0),
            inactive: self.ishidden,
            ..base(Self::SET, id, self.name.as_ref())
        }
    }
    fn id_of_broken(raw: &[u8]) -> String {
        match serde_json::from_slice::<PriorityKey>(raw) {
            Ok(key) => format!("{}.{}", key.slaid.unwrap_or(0), key.priorityid),
            Err(_) => key_of_broken(raw).to_string(),
        }
    }
}

/// What makes a priority's id.
#[derive(serde::Deserialize)]
struct PriorityKey {
    #[serde(default, deserialize_with = "psa_http::json::int")]
    slaid: Option<i64>,
    #[serde(deserialize_with = "psa_http::json::id")]
    priorityid: i64,
}

impl Listed for Category {
    const SET: &'static str = ReferenceItem::CATEGORY;
    fn item(&self) -> ReferenceItem {
        let group = self.type_id.map(|t| Label::new(t, None));
        ReferenceItem { group, ..base(Self::SET, self.id, self.value.as_ref().or(self.category_name.as_ref())) }
    }
}

impl Listed for Outcome {
    const SET: &'static str = ReferenceItem::OUTCOME;
    fn item(&self) -> ReferenceItem {
        let inactive = self.hidden;
        ReferenceItem { inactive, position: self.sequence, ..base(Self::SET, self.id, self.outcome.as_ref()) }
    }
}

impl Listed for Workflow {
    const SET: &'static str = ReferenceItem::WORKFLOW;
    fn item(&self) -> ReferenceItem {
        ReferenceItem { inactive: self.active.map(|a| !a), ..base(Self::SET, self.id, self.name.as_ref()) }
    }
}

impl Listed for AssetType {
    const SET: &'static str = ReferenceItem::ASSET_TYPE;
    fn item(&self) -> ReferenceItem {
        let group = self.assetgroup_id.filter(|g| *g > 0).map(|g| Label::new(g, self.assetgroup_name.clone()));
        ReferenceItem { group, ..base(Self::SET, self.id, self.name.as_ref()) }
    }
}

impl Listed for FieldInfo {
    const SET: &'static str = ReferenceItem::CUSTOM_FIELD;
    fn item(&self) -> ReferenceItem {
        let value_type = self.r#type.map(|t| t.to_string());
        ReferenceItem {
            value_type,
            code: self.name.clone(),
            ..base(Self::SET, self.id, self.label.as_ref().or(self.name.as_ref()))
        }
    }
}

/// One list, and when Halo answered.
type Answer = (Vec<Record<ReferenceItem>>, Option<DateTime<Utc>>);

async fn read<T: Listed>(list: List<T>, query: &Query, keep: fn(&T) -> bool) -> Result<Answer> {
    let page = list.lane(query.lane).first_page().await?;
    let records = page.records.into_iter().filter(|r| r.value.as_ref().map_or(true, keep)).map(|record| {
        let id = record.value.as_ref().map(|v| v.item().id.unwrap_or_default());
        let key = match id {
            Ok(id) => Key::from_parts([T::SET.to_owned(), id]),
            Err(_) => Key::from_parts([T::SET.to_owned(), T::id_of_broken(&record.raw)]),
        };
        // A slice of its list: the lists live shortly.
        let raw = Bytes::copy_from_slice(&record.raw);
        Record::new(key, Version::default(), record.value.map(|v| v.item()), raw, Projection::List)
    });
    Ok((records.collect(), page.vendor_time))
}

impl References {
    /// The fields that are filled.
    pub(crate) const READS: &'static [&'static str] =
        &fields!(ReferenceItem: SET, ID, NAME, CODE, GROUP, POSITION, INACTIVE, VALUE_TYPE);

    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self { context }
    }

    /// Which lists the configured rights allow beyond those of tickets: assets, definitions.
    pub(crate) fn beyond(context: &Context) -> (bool, bool) {
        let may = |scope: &'static str| context.halo.inner().scopes.gives(&Scope::new(scope));
        (may("read:assets"), may("admin"))
    }

    /// Everything, read anew. A list that is refused fails the whole: half a set would look like deletions.
    async fn all(&self, query: &Query) -> Result<Answer> {
        let halo = &self.context.halo;
        let (assets, admin) = Self::beyond(&self.context);
        let mut parts = vec![
            read(halo.statuses().list(), query, |s| s.r#type.is_none_or(|t| t == 0)).boxed(),
            read(halo.ticket_types().list(), query, |_| true).boxed(),
            read(halo.priorities().list(), query, |_| true).boxed(),
            read(halo.categories().list(), query, |_| true).boxed(),
            read(halo.outcomes().list(), query, |_| true).boxed(),
            read(halo.workflows().list().include_inactive(true), query, |_| true).boxed(),
        ];
        if assets {
            parts.push(read(halo.asset_types().list(), query, |_| true).boxed());
        }
        if admin {
            parts.push(read(halo.fields().list(), query, FieldInfo::is_own).boxed());
        }
        let parts = futures::future::try_join_all(parts).await?;
        let at = parts.iter().filter_map(|(_, at)| *at).min();
        Ok((parts.into_iter().flat_map(|(records, _)| records).collect(), at))
    }
}

#[async_trait]
impl Reader<ReferenceItem> for References {
    fn pages(&self, query: Query, _: Option<Cursor>) -> BoxStream<'static, Result<Page<ReferenceItem>>> {
        let this = self.clone();
        stream::once(async move {
            let (records, vendor_time) = this.all(&query).await?;
            let total = Some(records.len() as u64);
            let items = records.into_iter().map(Item::Upsert).collect();
            Ok(Page::new(items, None).at(vendor_time).total(total).atomic(true))
        })
        .boxed()
    }

    async fn get(&self, key: &Key) -> Result<Record<ReferenceItem>> {
        let (records, _) = self.all(&Query::new()).await?;
        let found = records.into_iter().find(|r| r.key == *key);
        found.ok_or_else(|| Error::new(ErrorKind::NotFound, "the list has no such value").with_context("key", key))
    }

    fn keys(&self, query: Query) -> BoxStream<'static, Result<KeyPage>> {
        let this = self.clone();
        stream::once(async move {
            let (records, _) = this.all(&query).await?;
            let total = Some(records.len() as u64);
            Ok(KeyPage::new(records.into_iter().map(|r| r.key).collect(), None).total(total).atomic(true))
        })
        .boxed()
    }

    async fn count(&self, query: Query) -> Result<Option<u64>> {
        Ok(Some(self.all(&query).await?.0.len() as u64))
    }
}
