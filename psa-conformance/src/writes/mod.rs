//! Writes at random, and looks whether anything but what was named has changed.

mod draw;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use psa_core::{AnyChanges, AnyRecord, Connector, EntityKind, Error, ErrorKind, FieldType, Key, Phase, Result};
use serde_json::Value;

use self::draw::{Dice, Write};
use crate::state::{Id, State, differences, fields};

/// Members of other records that a write may change: stamps and totals of a parent, names that are repeated, an old default
/// flag. The records must belong to the customer of the record that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effect {
    /// The kind that is written; `*` is any.
    pub write: &'static str,
    /// The kind of the other record; `*` is any.
    pub on: &'static str,
    /// The vendor's members that may change. A leading `*` stands for any beginning. None: such a record may come and go.
    pub members: &'static [&'static str],
}

/// A field whose value a vendor does not give back as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnForm {
    /// The kind.
    pub kind: &'static str,
    /// The field.
    pub path: &'static str,
}

/// Writes to a vendor at random: creates, changes and deletes of every kind, with values that it holds, of other customers, and
/// unknown ones. After each write, every record but the one that was named must be as it was, and what is read back must be
/// what was sent.
///
/// It leaves nothing as it was: for a sandbox only.
#[must_use = "nothing is written until it runs"]
pub struct WriteSuite<'a> {
    connector: Arc<dyn Connector>,
    effects: &'a [Effect],
    own_forms: &'a [OwnForm],
    seed: u64,
    writes: usize,
}

impl fmt::Debug for WriteSuite<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteSuite").field("vendor", &self.connector.vendor()).finish_non_exhaustive()
    }
}

/// What a [`WriteSuite`] saw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WriteReport {
    /// Writes that the connector or the vendor took.
    pub accepted: usize,
    /// Writes that one of them refused.
    pub refused: usize,
    /// The kinds that were written.
    pub kinds: BTreeSet<EntityKind>,
    /// What was wrong, each with the write that did it.
    pub failures: Vec<String>,
}

impl fmt::Display for WriteReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} accepted, {} refused, {} kinds", self.accepted, self.refused, self.kinds.len())?;
        self.failures.iter().try_for_each(|failure| writeln!(f, "FAIL  {failure}"))
    }
}

impl<'a> WriteSuite<'a> {
    /// The suite for everything that the connector writes.
    pub fn new(connector: Arc<dyn Connector>) -> Self {
        Self { connector, effects: &[], own_forms: &[], seed: 1, writes: 100 }
    }

    /// What a write may change elsewhere. Default: nothing.
    pub fn effects(mut self, effects: &'a [Effect]) -> Self {
        self.effects = effects;
        self
    }

    /// Fields that the vendor gives back in a form of its own. Default: none.
    pub fn own_forms(mut self, fields: &'a [OwnForm]) -> Self {
        self.own_forms = fields;
        self
    }

    /// Where the random numbers start. The same seed makes the same writes.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How many writes. Default: 100.
    pub fn writes(mut self, writes: usize) -> Self {
        self.writes = writes;
        self
    }

    /// Runs it.
    ///
    /// # Errors
    /// What the vendor and the network can do when everything is read.
    pub async fn run(&self) -> Result<WriteReport> {
        let mut report = WriteReport::default();
        let mut dice = Dice::new(self.seed);
        let capabilities = self.connector.capabilities();
        let written = |(_, c): &(&EntityKind, &psa_core::EntityCapabilities)| c.create || c.update || c.delete;
        let kinds: Vec<_> = capabilities.entities.iter().filter(written).collect();
        let mut before = State::read(&*self.connector).await?;
        for n in 0..self.writes {
            // Each kind in turn, so that none is left to chance.
            let Some((kind, of_kind)) = kinds.get(n % kinds.len().max(1)) else { break };
            let Some(write) = draw::write(&mut dice, kind, of_kind, &before) else { continue };
            let answer = self.send(kind, &write).await;
            let after = State::read(&*self.connector).await?;
            report.kinds.insert((*kind).clone());
            match &answer {
                Ok(_) => report.accepted += 1,
                Err(_) => report.refused += 1,
            }
            let mut wrong = self.strayed(kind, &write, &answer, &before, &after);
            wrong.extend(self.must_refuse(kind, &write, &answer));
            if let Ok(Some(stored)) = &answer {
                wrong.extend(self.read_back(kind, &write, stored).await);
            }
            report.failures.extend(wrong.into_iter().map(|why| format!("write {n}: {why}; {write:?}")));
            before = after;
        }
        Ok(report)
    }

    async fn send(&self, kind: &EntityKind, write: &Write) -> Result<Option<AnyRecord>> {
        let sink = self.connector.sink(kind)?;
        match write {
            Write::Create(changes) => sink.create(changes.clone()).await.map(Some),
            Write::Update(key, changes) => sink.update(key, changes.clone()).await.map(Some),
            Write::Delete(_, key) => sink.delete(key).await.map(|()| None),
        }
    }

    /// What changed though it was not named.
    fn strayed(
        &self,
        kind: &EntityKind,
        write: &Write,
        answer: &Result<Option<AnyRecord>>,
        before: &State,
        after: &State,
    ) -> Vec<String> {
        let mut named: BTreeSet<Id> = BTreeSet::new();
        let untouched = matches!(answer, Err(error) if error.phase() == Phase::NotSent);
        if !untouched {
            // One record of the vendor's can be several of ours.
            let also = self.connector.capabilities().entity(kind).map(|c| c.also_feeds.as_slice()).unwrap_or_default();
            let stored = answer.as_ref().ok().and_then(|record| record.as_ref().map(|record| record.key.clone()));
            let key = match write {
                Write::Create(_) => None,
                Write::Update(key, _) | Write::Delete(_, key) => Some(key.clone()),
            };
            for key in [key, stored].into_iter().flatten() {
                named.extend([kind].into_iter().chain(also).map(|kind| (kind.clone(), key.clone())));
            }
        }
        let owners: BTreeSet<Key> = named.iter().flat_map(|id| [before.owner(id), after.owner(id)]).flatten().collect();
        let ids: BTreeSet<&Id> = before.rows.keys().chain(after.rows.keys()).collect();
        let mut wrong = Vec::new();
        for id in ids.into_iter().filter(|id| !named.contains(id)) {
            let (old, new) = (before.rows.get(id), after.rows.get(id));
            let allowed =
                self.effects.iter().filter(|effect| !untouched && is(effect.write, kind) && is(effect.on, &id.0));
            let Some((old, new)) = old.zip(new) else {
                // What is below a record comes and goes with it.
                let below = named.iter().any(|(_, key)| id.1.as_str().starts_with(&format!("{key}/")));
                if !below && !allowed.clone().any(|effect| effect.members.is_empty()) {
                    let what = if old.is_some() { "is gone" } else { "is new" };
                    wrong.push(format!("{} {} {what}", id.0, id.1));
                }
                continue;
            };
            let members = differences(&old.native, &new.native);
            if members.is_empty() {
                continue;
            }
            let foreign = before.owner(id).filter(|owner| !owners.contains(owner));
            let stray: Vec<_> = members
                .into_iter()
                .filter(|member| !allowed.clone().any(|effect| effect.members.iter().any(|m| fits(m, member))))
                .collect();
            if !stray.is_empty() {
                wrong.push(format!("{} {} has another {}", id.0, id.1, stray.join(", ")));
            } else if let Some(owner) = foreign {
                wrong.push(format!("{} {} is of company {owner} and has changed", id.0, id.1));
            }
        }
        wrong
    }

    /// A write that names a part of the key, or what only a create takes, is refused before it is sent.
    fn must_refuse(&self, kind: &EntityKind, write: &Write, answer: &Result<Option<AnyRecord>>) -> Option<String> {
        let Write::Update(_, changes) = write else { return None };
        let of_kind = self.connector.capabilities().entity(kind)?;
        let key = changes.native.keys().any(|name| name.trim_start_matches('/').eq_ignore_ascii_case("id"));
        let once = of_kind.fields_that(|field| field.create && !field.update);
        let once = once.iter().any(|field| changes.names_field(field));
        let refused = |error: &Error| {
            let kinds = [ErrorKind::InvalidRequest, ErrorKind::Unsupported];
            error.phase() == Phase::NotSent && kinds.contains(&error.kind())
        };
        match answer {
            Ok(_) if key || once => Some("a part of the key was taken".to_owned()),
            Err(error) if (key || once) && !refused(error) => Some(format!("refused too late: {error}")),
            _ => None,
        }
    }

    /// Whether a read gives what was answered, and that what was sent.
    async fn read_back(&self, kind: &EntityKind, write: &Write, stored: &AnyRecord) -> Vec<String> {
        let mut wrong = Vec::new();
        let read = match self.connector.source(kind) {
            Ok(source) => source.get(&stored.key).await,
            Err(_) => return wrong,
        };
        let read = match &read {
            Ok(record) => record,
            Err(error) => return vec![format!("{} can't be read back: {error}", stored.key)],
        };
        let (Ok(answered), Ok(found)) = (&stored.value, &read.value) else {
            return vec![format!("{} does not decode", stored.key)];
        };
        let (answered, found) = (fields(&**answered), fields(&**found));
        let schema = stored.value.as_ref().map(|entity| entity.schema()).ok();
        for field in schema.into_iter().flat_map(|schema| schema.fields).filter(|field| field.content) {
            if answered.get(field.path) != found.get(field.path) {
                wrong.push(format!("{} was answered and is read differently", field.path));
            }
        }
        let (Write::Create(changes) | Write::Update(_, changes)) = write else { return wrong };
        for (path, sent) in self.told(kind, write, changes) {
            let ty = schema.and_then(|schema| schema.field(path)).map(|field| &field.ty);
            if !ty.is_some_and(|ty| same(ty, sent, found.get(path))) {
                wrong.push(format!("{path} was sent as {sent} and is read as {:?}", found.get(path)));
            }
        }
        wrong
    }

    /// What of the changes must be read back. Of a create only what was drawn would be, so it is left to the answer.
    fn told<'c>(&self, kind: &EntityKind, write: &Write, changes: &'c AnyChanges) -> Vec<(&'c str, &'c Value)> {
        let of_kind = self.connector.capabilities().entity(kind);
        let own_form = |path: &str| self.own_forms.iter().any(|o| is(o.kind, kind) && o.path == path);
        let told = changes
            .common
            .iter()
            .filter(|(path, _)| of_kind.is_some_and(|c| c.is_readable(path)) && !own_form(path.as_str()))
            // What is declared to stay when it is cleared promises nothing.
            .filter(|(path, value)| !value.is_null() || of_kind.and_then(|c| c.field(path)).is_some_and(|f| f.clear));
        match write {
            Write::Update(..) => told.map(|(path, value)| (path.as_str(), value)).collect(),
            _ => Vec::new(),
        }
    }
}

fn is(name: &str, kind: &EntityKind) -> bool {
    name == "*" || name == kind.as_str()
}

fn fits(pattern: &str, member: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(end) => member.ends_with(end),
        None => member == pattern,
    }
}

/// Whether what is read is what was sent. Names beside ids, the order of members and the vendor's own words are no content.
pub(crate) fn same(ty: &FieldType, sent: &Value, read: Option<&Value>) -> bool {
    let id = |value: &Value| {
        value.get("id").filter(|id| !id.is_null()).map(|id| id.as_str().map_or(id.to_string(), str::to_owned))
    };
    match ty {
        // Whether a text, a number or a flag can be cleared is the vendor's.
        _ if sent.is_null() => match ty {
            FieldType::Label | FieldType::Reference => read.is_none(),
            _ => true,
        },
        FieldType::Label | FieldType::Reference => match (id(sent), read) {
            (Some(sent), Some(read)) => id(read) == Some(sent),
            (None, Some(read)) => sent.get("name") == read.get("name"),
            (_, None) => false,
        },
        FieldType::Choice(_) => {
            let value = |value: &Value| value.get("value").cloned().unwrap_or(Value::Null);
            // A vendor may have fewer: then what is shown is never more.
            read.is_some_and(|read| value(read) == value(sent) || value(read) == "internal")
        }
        FieldType::Map => sent.as_object().into_iter().flatten().all(|(name, value)| {
            let read = read.and_then(|read| read.get(name)).filter(|v| !v.is_null());
            if value.is_null() { read.is_none() } else { read == Some(value) }
        }),
        FieldType::Decimal => match (sent.as_f64(), read.and_then(Value::as_f64)) {
            (Some(sent), Some(read)) => (sent - read).abs() < 1e-9,
            _ => false,
        },
        FieldType::List(_) | FieldType::Object => true,
        _ => read == Some(sent),
    }
}
