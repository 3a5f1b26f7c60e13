//! The change log.

use psa_core::Key;
use psa_store::StoreError;
use psa_store::rusqlite::Transaction;
use serde_json::{Map, Value, json};

type Result<T> = std::result::Result<T, StoreError>;

/// The fields that differ, each with what was and what is.
pub(super) fn differences(before: &str, after: &str) -> Value {
    let parse = |text: &str| serde_json::from_str::<Map<String, Value>>(text).unwrap_or_default();
    let (before, after) = (parse(before), parse(after));
    let mut fields = Map::new();
    for name in before.keys().chain(after.keys()) {
        let (was, is) = (before.get(name), after.get(name));
        if was != is && !fields.contains_key(name) {
            fields.insert(name.clone(), json!({ "before": was, "after": is }));
        }
    }
    Value::Object(fields)
}

/// Writes a line of the change log.
pub(super) fn log_change(
    tx: &Transaction<'_>,
    run: i64,
    stream: i64,
    key: &Key,
    at: &str,
    what: &str,
    fields: &Value,
) -> Result<()> {
    tx.prepare_cached("INSERT INTO change (run_id, stream_id, key, at, what, fields) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
        .execute((run, stream, key.as_str(), at, what, fields.to_string()))?;
    Ok(())
}
