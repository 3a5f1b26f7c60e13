//! Elements of lists inside records.

use serde_json::Value;

/// Elements with a known id change; others are added.
pub(super) fn merge_elements(old: &mut Vec<Value>, new: Vec<Value>) {
    for element in new {
        let same = |other: &&mut Value| {
            ["id", "name"].iter().any(|key| {
                let (a, b) = (other.get(*key).and_then(text_of), element.get(*key).and_then(text_of));
                a.is_some() && a == b
            })
        };
        let there = old.iter_mut().find(same);
        match (there, &element) {
            (Some(Value::Object(there)), Value::Object(changes)) => there.extend(changes.clone()),
            _ => old.push(element),
        }
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}
