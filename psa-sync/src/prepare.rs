//! From a record to what is stored: content, change hash, parents, or the reason to hold it.

use std::collections::{BTreeSet, HashMap};

use psa_core::{AnyItem, AnyRecord, EntityKind, Key, KeyShape};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::scope::Scope;
use crate::store::{HoldReason, Prepared, Removal};

impl Batch {
    /// Rows of a kind by whose keys its records are known, those that are marked deleted included.
    pub(crate) fn rows(&self, kind: &EntityKind) -> u64 {
        let records = self.records.iter().map(|r| (&r.kind, &r.key));
        let rows = records.chain(self.removals.iter().map(|r| (&r.kind, &r.key)));
        rows.filter(|(of, key)| *of == kind && !key.is_unreadable()).count() as u64
    }
}

/// The hash by which the vendor's bytes are compared.
pub(crate) fn raw_hash(raw: &[u8]) -> i64 {
    xxh3_64(raw).cast_signed()
}

fn name(item: &AnyItem) -> (&EntityKind, &Key) {
    match item {
        AnyItem::Upsert(record) => (&record.kind, &record.key),
        AnyItem::Removed { kind, key, .. } => (kind, key),
    }
}

/// How records are judged in a pass.
pub(crate) struct Rules {
    pub(crate) scope: Scope,
    /// Kinds that are there before their children.
    pub(crate) parents: BTreeSet<EntityKind>,
    /// Of these, those that the login may not read: records are linked to them where they are there, and do not wait for them.
    pub(crate) not_awaited: Vec<EntityKind>,
    /// The shape of keys, by kind, and whether records go when their parent goes.
    pub(crate) shapes: Vec<(EntityKind, KeyShape, bool)>,
    /// Fields that only a record read alone holds, by kind.
    pub(crate) single_only: Vec<(EntityKind, Vec<&'static str>)>,
}

pub(crate) struct Batch {
    pub(crate) records: Vec<Prepared>,
    pub(crate) removals: Vec<Removal>,
}

impl Rules {
    /// The items of a page, ready to be stored. They are in the vendor's order: what comes twice is what the last one says.
    pub(crate) fn batch(&self, items: Vec<AnyItem>) -> Batch {
        let mut last: HashMap<(&EntityKind, &Key), usize> = HashMap::with_capacity(items.len());
        for (place, item) in items.iter().enumerate() {
            last.insert(name(item), place);
        }
        let keep: Vec<bool> = items.iter().enumerate().map(|(place, item)| last[&name(item)] == place).collect();
        let mut batch = Batch { records: Vec::with_capacity(items.len()), removals: Vec::new() };
        for (item, _) in items.into_iter().zip(keep).filter(|(_, keep)| *keep) {
            match item {
                AnyItem::Upsert(record) => batch.records.push(self.prepare(record)),
                AnyItem::Removed { kind, key, evidence } => batch.removals.push(Removal { kind, key, evidence }),
            }
        }
        batch
    }

    pub(crate) fn prepare(&self, record: AnyRecord) -> Prepared {
        let mut prepared = Prepared {
            kind: record.kind,
            key: record.key,
            version: record.version,
            projection: record.projection,
            raw_hash: raw_hash(&record.raw),
            raw: record.raw,
            content: Vec::new(),
            hash: [0; 16],
            parents: Vec::new(),
            follows: false,
            in_scope: true,
            broken: None,
        };
        let known = self.shapes.iter().find(|(kind, ..)| *kind == prepared.kind);
        let (shape, follows) = known.map_or((KeyShape::ID, false), |(_, shape, follows)| (*shape, *follows));
        prepared.follows = follows;
        match record.value {
            Err(error) => prepared.broken = Some(HoldReason::Undecodable { path: error.path, message: error.message }),
            Ok(mut entity) => {
                // A row without them would look like a change: they stay in the record's bytes.
                let of_kind = self.single_only.iter().find(|(kind, _)| *kind == prepared.kind);
                for path in of_kind.map(|(_, paths)| paths.as_slice()).unwrap_or_default() {
                    // Every field can be cleared.
                    let _ = entity.set(path, serde_json::Value::Null);
                }
                if let Err(error) = shape.check(&prepared.key) {
                    prepared.broken = Some(HoldReason::WrongKey { message: error.message().to_owned() });
                }
                prepared.content.reserve(512);
                entity.write_content(&mut prepared.content);
                prepared.hash = xxh3_128(&prepared.content).to_be_bytes();
                prepared.in_scope = self.scope.of(&prepared.kind).holds(&*entity);
                let parents = &mut prepared.parents;
                entity.visit_parents(&mut |kind, key| {
                    if self.parents.contains(kind) {
                        parents.push((kind.clone(), key.clone()));
                    }
                });
            }
        }
        prepared
    }
}
