//! A connector whose records are in memory: for tests and examples, of kinds of an application's own, too.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{self, BoxStream};

use crate::{
    Capabilities, Changes, CheckReport, Connector, Cursor, Entity, EntityCapabilities, EntityKind, Error, ErrorKind,
    Field, Item, Key, KeyListing, KeyPage, Page, Phase, Projection, Query, Reader, Record, Result, Sink, Source,
    Version, Writer, erase_reader, erase_writer,
};

/// A connector whose records are in memory, numbered from 1 in each kind.
///
/// It takes every writable field, knows no members of a vendor's, and has no change stamps.
///
/// ```
/// use psa_core::{Changes, Company, ConnectorExt, MemoryConnector};
///
/// # futures::executor::block_on(async {
/// let connector = MemoryConnector::new().with::<Company>([]);
/// let made = connector.writer::<Company>()?.create(Changes::new().set(Company::NAME, "Acme")).await?;
/// let read = connector.reader::<Company>()?.get(&made.key).await?.into_value()?;
/// assert_eq!(read.name.as_deref(), Some("Acme"));
/// # Ok::<(), psa_core::Error>(()) }).unwrap();
/// ```
#[derive(Default)]
pub struct MemoryConnector {
    kinds: BTreeMap<EntityKind, Kind>,
    capabilities: Capabilities,
}

struct Kind {
    source: Arc<dyn Source>,
    sink: Arc<dyn Sink>,
}

impl std::fmt::Debug for MemoryConnector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.kinds.keys()).finish()
    }
}

impl MemoryConnector {
    /// A connector without any kind.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the kind `E` with these records, or replaces it.
    #[must_use]
    pub fn with<E: Entity>(mut self, records: impl IntoIterator<Item = E>) -> Self {
        let table = Table(Arc::new(Mutex::new((1..).zip(records).collect())));
        let able = EntityCapabilities::with(|able| {
            able.keys = KeyListing::Snapshot;
            (able.count, able.create, able.update, able.delete) = (true, true, true, true);
            able.pages_shift = false;
        });
        let fields = E::schema().fields;
        let named = |is: fn(&&Field) -> bool| fields.iter().filter(is).map(|field| field.path);
        let able = able.reads(named(|_| true)).writes(named(|field| field.writable));
        let able = able.keeps(named(|field| field.writable && !field.nullable));
        self.capabilities.entities.insert(E::KIND, able);
        self.kinds.insert(E::KIND, Kind { source: erase_reader(table.clone()), sink: erase_writer(table) });
        self
    }

    fn kind(&self, kind: &EntityKind) -> Result<&Kind> {
        self.kinds.get(kind).ok_or_else(|| Error::unsupported(format!("no {kind} is in memory")))
    }
}

#[async_trait]
impl Connector for MemoryConnector {
    fn vendor(&self) -> &'static str {
        "memory"
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn source(&self, kind: &EntityKind) -> Result<Arc<dyn Source>> {
        Ok(Arc::clone(&self.kind(kind)?.source))
    }

    fn sink(&self, kind: &EntityKind) -> Result<Arc<dyn Sink>> {
        Ok(Arc::clone(&self.kind(kind)?.sink))
    }

    async fn check(&self) -> CheckReport {
        CheckReport::default()
    }
}

/// The records of one kind.
struct Table<E>(Arc<Mutex<BTreeMap<i64, E>>>);

impl<E> Clone for Table<E> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<E: Entity> Table<E> {
    fn rows(&self) -> MutexGuard<'_, BTreeMap<i64, E>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Up to `size` records after this number, and whether there are more.
    fn after(&self, number: i64, size: usize) -> (Vec<(i64, E)>, bool) {
        let rows = self.rows();
        let mut rest = rows.range((Bound::Excluded(number), Bound::Unbounded));
        let page = rest.by_ref().take(size).map(|(number, row)| (*number, row.clone())).collect();
        (page, rest.next().is_some())
    }
}

fn not_found(key: &Key) -> Error {
    Error::new(ErrorKind::NotFound, "no such record is in memory").with_phase(Phase::Answered).with_context("key", key)
}

fn record<E: Entity>(number: i64, value: E, projection: Projection) -> Record<E> {
    let mut raw = Vec::new();
    value.write_content(&mut raw);
    Record { key: Key::from(number), version: Version::default(), value: Ok(value), raw: Bytes::from(raw), projection }
}

/// `row` with the changes.
fn changed<E: Entity>(mut row: E, changes: Changes<E>) -> Result<E> {
    let changes = changes.into_any()?;
    if let Some(member) = changes.native.keys().next() {
        return Err(Error::unsupported("records in memory have no members of a vendor's").with_context("field", member));
    }
    for (path, value) in changes.common {
        row.set(&path, value)?;
    }
    Ok(row)
}

#[async_trait]
impl<E: Entity> Reader<E> for Table<E> {
    fn pages(&self, query: Query, cursor: Option<Cursor>) -> BoxStream<'static, Result<Page<E>>> {
        let size = query.page_size.map_or(usize::MAX, |size| size.max(1) as usize);
        let start = match cursor.as_ref().map(|cursor| cursor.as_str().parse::<i64>()) {
            None => 0,
            Some(Ok(number)) => number,
            Some(Err(_)) => {
                let error = Error::new(ErrorKind::InvalidRequest, "this cursor is not of this list");
                return stream::once(async { Err(error) }).boxed();
            }
        };
        let page = move |(table, next): (Self, Option<i64>)| async move {
            let (rows, more) = table.after(next?, size);
            let last = rows.last().map(|(number, _)| *number).filter(|_| more);
            let page = Page {
                items: rows.into_iter().map(|(n, row)| Item::Upsert(record(n, row, Projection::List))).collect(),
                cursor: last.map(|number| Cursor::new(number.to_string())),
                vendor_time: None,
                total: Some(table.rows().len() as u64),
                atomic: next == Some(0) && !more,
            };
            Some((Ok(page), (table, last)))
        };
        stream::unfold((self.clone(), Some(start)), page).boxed()
    }

    async fn get(&self, key: &Key) -> Result<Record<E>> {
        let number = key.as_i64()?;
        let row = self.rows().get(&number).cloned().ok_or_else(|| not_found(key))?;
        Ok(record(number, row, Projection::Full))
    }

    fn keys(&self, _: Query) -> BoxStream<'static, Result<KeyPage>> {
        let keys: Vec<Key> = self.rows().keys().copied().map(Key::from).collect();
        let page = KeyPage { total: Some(keys.len() as u64), keys, atomic: true, cursor: None };
        stream::once(async { Ok(page) }).boxed()
    }

    async fn count(&self, _: Query) -> Result<Option<u64>> {
        Ok(Some(self.rows().len() as u64))
    }
}

#[async_trait]
impl<E: Entity> Writer<E> for Table<E> {
    async fn create(&self, changes: Changes<E>) -> Result<Record<E>> {
        let row = changed(E::default(), changes)?;
        let mut rows = self.rows();
        let number = rows.last_key_value().map_or(1, |(last, _)| last + 1);
        rows.insert(number, row.clone());
        Ok(record(number, row, Projection::Full))
    }

    async fn update(&self, key: &Key, changes: Changes<E>) -> Result<Record<E>> {
        let number = key.as_i64()?;
        let mut rows = self.rows();
        let row = rows.get_mut(&number).ok_or_else(|| not_found(key))?;
        *row = changed(row.clone(), changes)?;
        Ok(record(number, row.clone(), Projection::Full))
    }

    async fn delete(&self, key: &Key) -> Result<()> {
        self.rows().remove(&key.as_i64()?).map(|_| ()).ok_or_else(|| not_found(key))
    }
}
