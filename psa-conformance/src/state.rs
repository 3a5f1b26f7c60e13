//! Everything that a vendor holds, as its lists show it.

use std::collections::BTreeMap;

use futures::TryStreamExt;
use psa_core::{AnyEntity, AnyItem, Connector, EntityKind, Key, Query, Result, Schema};
use serde_json::Value;

/// Which record.
pub(crate) type Id = (EntityKind, Key);

/// One record.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// The vendor's own members.
    pub(crate) native: Value,
    /// The fields that are set.
    pub(crate) fields: BTreeMap<&'static str, Value>,
}

/// All records of all kinds.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) rows: BTreeMap<Id, Row>,
    pub(crate) schemas: BTreeMap<EntityKind, &'static Schema>,
}

impl State {
    pub(crate) async fn read(connector: &dyn Connector) -> Result<Self> {
        let mut state = Self::default();
        for (kind, _) in connector.capabilities().entities.iter().filter(|(_, c)| c.read) {
            let mut pages = connector.source(kind)?.pages(Query::new(), None);
            while let Some(page) = pages.try_next().await? {
                for item in page.items {
                    if let AnyItem::Upsert(record) = item
                        && record.kind == *kind
                        && let Ok(entity) = &record.value
                    {
                        state.schemas.insert(kind.clone(), entity.schema());
                        let native = serde_json::from_slice(&record.raw).unwrap_or(Value::Null);
                        let fields = fields(&**entity);
                        state.rows.insert((kind.clone(), record.key), Row { native, fields });
                    }
                }
            }
        }
        Ok(state)
    }

    pub(crate) fn of_kind<'a>(&'a self, kind: &'a EntityKind) -> impl Iterator<Item = (&'a Key, &'a Row)> {
        self.rows.iter().filter(move |((of, _), _)| of == kind).map(|((_, key), row)| (key, row))
    }

    /// The company that a record belongs to.
    pub(crate) fn owner(&self, id: &Id) -> Option<Key> {
        if id.0 == EntityKind::COMPANY {
            return Some(id.1.clone());
        }
        let row = self.rows.get(id)?;
        if let Some(company) = reference(row, "company") {
            return Some(company);
        }
        let ticket = reference(row, "ticket")?;
        self.rows.get(&(EntityKind::TICKET, ticket)).and_then(|ticket| reference(ticket, "company"))
    }
}

/// The fields of a record that are set.
pub(crate) fn fields(entity: &dyn AnyEntity) -> BTreeMap<&'static str, Value> {
    let set = |value: &Value| match value {
        Value::Null => false,
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
        _ => true,
    };
    let paths = entity.schema().fields.iter().map(|field| field.path);
    paths.filter_map(|path| Some((path, entity.get(path).filter(set)?))).collect()
}

fn reference(row: &Row, field: &str) -> Option<Key> {
    row.fields.get(field)?.get("id")?.as_str().map(Key::from_text)
}

/// The vendor's members in which two records differ.
pub(crate) fn differences(before: &Value, after: &Value) -> Vec<String> {
    match (before.as_object(), after.as_object()) {
        (Some(before), Some(after)) => {
            let mut names: Vec<_> = before.keys().chain(after.keys()).collect();
            names.sort_unstable();
            names.dedup();
            names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
        }
        _ if before == after => Vec::new(),
        _ => vec!["(the whole record)".to_owned()],
    }
}
