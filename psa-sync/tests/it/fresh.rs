//! The measure of right: after a quiet run a store holds what an empty one holds that is filled from the same vendor.

use std::collections::{BTreeMap, BTreeSet};

use psa_sync::SqliteStore;
use serde_json::Value;

/// Connection, kind and key.
type Name = (String, String, String);

/// Differences that are told.
const TOLD: usize = 20;

/// What is kept of a live record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    content: Value,
    updated_at: Option<String>,
    projection: i64,
    raw: Vec<u8>,
}

impl Row {
    /// How this row of ours differs from what a fresh store has. A list's row and a record read alone have other bytes.
    fn differences(&self, fresh: &Self, bytes: bool) -> Vec<String> {
        let mut found = Vec::new();
        let members = |value: &Value| value.as_object().cloned().unwrap_or_default();
        let (ours, theirs) = (members(&self.content), members(&fresh.content));
        for name in ours.keys().chain(theirs.keys()).collect::<BTreeSet<_>>() {
            let (own, their) = (ours.get(name), theirs.get(name));
            if own != their {
                found.push(format!("{name} is {own:?} and should be {their:?}"));
            }
        }
        if self.updated_at != fresh.updated_at {
            found.push(format!("the stamp is {:?} and should be {:?}", self.updated_at, fresh.updated_at));
        }
        if bytes && self.projection == fresh.projection && self.raw != fresh.raw {
            let text = |raw: &[u8]| String::from_utf8_lossy(raw).into_owned();
            found.push(format!("the bytes are {} and should be {}", text(&self.raw), text(&fresh.raw)));
        }
        found
    }
}

/// All live records of a store.
pub(crate) async fn live(store: &SqliteStore) -> BTreeMap<Name, Row> {
    let rows = store.database().read(|c| {
        let mut select = c.prepare(
            "SELECT c.name, s.kind, l.key, r.content, l.vendor_updated_at, r.projection, r.raw
             FROM connection c JOIN stream s ON s.connection_id = c.id JOIN link l ON l.stream_id = s.id
             JOIN record r ON r.id = l.id WHERE l.removed_at IS NULL",
        )?;
        let rows = select.query_map([], |row| {
            let name: Name = (row.get(0)?, row.get(1)?, row.get(2)?);
            let content: String = row.get(3)?;
            let row = Row {
                content: serde_json::from_str(&content).unwrap_or_default(),
                updated_at: row.get(4)?,
                projection: row.get(5)?,
                raw: row.get(6)?,
            };
            Ok((name, row))
        })?;
        Ok(rows.collect::<Result<BTreeMap<Name, Row>, _>>()?)
    });
    rows.await.unwrap()
}

/// Both stores hold the same live records of the connections that `fresh` has, field by field.
pub(crate) async fn assert_same(ours: &SqliteStore, fresh: &SqliteStore, bytes: bool) {
    let (ours, fresh) = (live(ours).await, live(fresh).await);
    assert!(!fresh.is_empty(), "the fresh store is empty: nothing is compared");
    let connections: BTreeSet<&str> = fresh.keys().map(|(connection, ..)| connection.as_str()).collect();
    let mut differences: Vec<String> = Vec::new();
    for (name, row) in &fresh {
        match ours.get(name) {
            None => differences.push(format!("{name:?} is lost")),
            Some(own) => differences.extend(own.differences(row, bytes).into_iter().map(|d| format!("{name:?}: {d}"))),
        }
    }
    let ghosts = ours.keys().filter(|name| connections.contains(name.0.as_str()) && !fresh.contains_key(*name));
    differences.extend(ghosts.map(|name| format!("{name:?} is a ghost")));
    let told: Vec<&str> = differences.iter().take(TOLD).map(String::as_str).collect();
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), told.join("\n"));
}

/// Every table of a store that holds data, for telling that nothing at all was written.
pub(crate) async fn dump(store: &SqliteStore) -> Vec<String> {
    let mut all = Vec::new();
    for table in ["connection", "stream", "link", "record", "hold", "excluded", "due", "change", "run", "inbox"] {
        let rows = store.query(&format!("SELECT * FROM {table} ORDER BY 1, 2, 3")).await.unwrap();
        all.extend(rows.into_iter().map(|row| format!("{table}: {}", Value::Object(row))));
    }
    all
}
