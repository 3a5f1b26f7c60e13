//! What is right: the store is as a fresh one would be.

use std::collections::BTreeMap;

use psa_sync::SqliteStore;
use serde_json::Value;

/// Members that change without the record's stamp: how long something is going on, and names of other records.
const VOLATILE: &[&str] = &[
    "ticketage",
    "slatimeleft",
    "currentelapsedhours",
    "slapercused",
    "lastseen",
    "client_name",
    "site_name",
    "clientsite_name",
    "toplevel_name",
    "user_name",
    "user_email",
    "reportedby",
    "outcome",
    "status_name",
];

/// A live record as the store has it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stored {
    pub(crate) content: Value,
    pub(crate) stamp: Option<String>,
    /// The vendor's bytes, if they are a list's row: what is read alone has more members.
    pub(crate) raw: Option<Value>,
}

pub(crate) type Contents = BTreeMap<(String, String), Stored>;

/// All live records of a store.
pub(crate) async fn contents(store: &SqliteStore) -> Contents {
    let rows = store.database().read(|c| {
        let mut select = c.prepare(
            "SELECT s.kind, l.key, r.content, l.vendor_updated_at, r.projection, r.raw FROM link l
             JOIN stream s ON s.id = l.stream_id JOIN record r ON r.id = l.id WHERE l.removed_at IS NULL",
        )?;
        let rows = select.query_map([], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, String>(2)?,
                row.get::<_, Option<String>>(3)?,
                row.get::<_, i64>(4)?,
                row.get::<_, Vec<u8>>(5)?,
            ))
        })?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    });
    let read =
        |(kind, key, content, stamp, projection, raw): (String, String, String, Option<String>, i64, Vec<u8>)| {
            let raw = (projection == 0).then(|| {
                let mut raw: Value = serde_json::from_slice(&raw).unwrap_or_default();
                if let Value::Object(members) = &mut raw {
                    members.retain(|name, _| !VOLATILE.contains(&name.as_str()));
                    for reference in
                        members.values_mut().filter_map(Value::as_object_mut).filter(|r| r.contains_key("id"))
                    {
                        reference.remove("name");
                    }
                }
                raw
            });
            ((kind, key), Stored { content: serde_json::from_str(&content).unwrap_or_default(), stamp, raw })
        };
    rows.await.expect("the store can be read").into_iter().map(read).collect()
}

/// How two stores differ.
#[derive(Debug, Default)]
pub(crate) struct Difference {
    pub(crate) missing: Vec<(String, String)>,
    pub(crate) ghosts: Vec<(String, String)>,
    pub(crate) changed: Vec<String>,
}

impl Difference {
    pub(crate) fn is_none(&self) -> bool {
        self.missing.is_empty() && self.ghosts.is_empty() && self.changed.is_empty()
    }

    /// Whether only as many records of each kind are missing as are here too many, and what is below them: no count shows that.
    /// Kinds that nothing tells of are left out.
    pub(crate) fn is_swap(&self, uncounted: &[&str]) -> bool {
        let mut balance: BTreeMap<&str, i64> = BTreeMap::new();
        let counted =
            |(kind, key): &&(String, String)| !uncounted.contains(&kind.as_str()) && !self.is_below_another(kind, key);
        for (kind, _) in self.missing.iter().filter(counted) {
            *balance.entry(kind).or_default() -= 1;
        }
        for (kind, _) in self.ghosts.iter().filter(counted) {
            *balance.entry(kind).or_default() += 1;
        }
        let changed = self.changed.iter().any(|text| !uncounted.iter().any(|kind| text.starts_with(kind)));
        balance.values().all(|n| *n == 0) && !changed
    }

    /// Whether the ticket that a record is below is itself missing, or too many.
    fn is_below_another(&self, kind: &str, key: &str) -> bool {
        let ticket = |(of, id): &(String, String)| of == "ticket" && key.split('/').next() == Some(id);
        matches!(kind, "ticket_note" | "time_entry") && self.missing.iter().chain(&self.ghosts).any(ticket)
    }
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (what, keys) in [("missing", &self.missing), ("ghost", &self.ghosts)] {
            for (kind, key) in keys.iter().take(8) {
                writeln!(f, "  {what}: {kind} {key}")?;
            }
        }
        for text in self.changed.iter().take(8) {
            writeln!(f, "  differs: {text}")?;
        }
        Ok(())
    }
}

pub(crate) fn compare(ours: &Contents, fresh: &Contents) -> Difference {
    let mut difference = Difference::default();
    for (name, theirs) in fresh {
        let Some(own) = ours.get(name) else {
            difference.missing.push(name.clone());
            continue;
        };
        let raw = own.raw.is_none() || theirs.raw.is_none() || own.raw == theirs.raw;
        if own.content != theirs.content || own.stamp != theirs.stamp || !raw {
            let what = if own.content != theirs.content { "content" } else { "stamp or bytes" };
            difference.changed.push(format!("{} {}: {what}: {}", name.0, name.1, first_difference(own, theirs)));
        }
    }
    difference.ghosts = ours.keys().filter(|name| !fresh.contains_key(*name)).cloned().collect();
    difference
}

fn first_difference(own: &Stored, theirs: &Stored) -> String {
    let members = |value: &Value| value.as_object().cloned().unwrap_or_default();
    for (ours, fresh) in [
        (members(&own.content), members(&theirs.content)),
        (own.raw.as_ref().map(members).unwrap_or_default(), theirs.raw.as_ref().map(members).unwrap_or_default()),
    ] {
        for name in ours.keys().chain(fresh.keys()) {
            if ours.get(name) != fresh.get(name) {
                return format!("{name}: ours {:?}, fresh {:?}", ours.get(name), fresh.get(name));
            }
        }
    }
    format!("stamp: ours {:?}, fresh {:?}", own.stamp, theirs.stamp)
}

/// What must hold in every store, whatever happened.
pub(crate) async fn broken_rules(store: &SqliteStore) -> Vec<String> {
    let rules = [
        ("a record was removed without evidence", "SELECT count(*) FROM link WHERE removed_at IS NOT NULL AND evidence IS NULL"),
        (
            "a run that was not finished counts as a success",
            "SELECT count(*) FROM run WHERE state = 'succeeded' AND finished_at IS NULL",
        ),
        (
            "a note is there whose ticket is not",
            "SELECT count(*) FROM stream s JOIN link l ON l.stream_id = s.id WHERE s.kind = 'ticket_note' AND l.removed_at IS NULL
             AND NOT EXISTS (SELECT 1 FROM stream p JOIN link k ON k.stream_id = p.id WHERE k.id = l.parent_id
             AND k.removed_at IS NULL)",
        ),
        (
            "a key is stored and left out at once",
            "SELECT count(*) FROM excluded e JOIN link l ON l.stream_id = e.stream_id AND l.key = e.key
             WHERE l.removed_at IS NULL",
        ),
    ];
    let mut broken = Vec::new();
    for (rule, sql) in rules {
        let count = store.count(sql).await.expect("the store can be read");
        if count != 0 {
            broken.push(format!("{rule}: {count}"));
        }
    }
    broken
}
