//! Tries every field of every kind, and compares what happens with what the connector declares.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use futures::TryStreamExt;
use psa_core::{
    AnyChanges, AnyItem, AnyRecord, Connector, Contact, EntityCapabilities, EntityKind, Error, ErrorKind, Field,
    FieldCapabilities, FieldType, Key, Phase, Query, Result, Sink, Source,
};
use serde_json::{Value, json};

use crate::state::{State, fields};
use crate::writes::same;

/// The field that says whose a record is.
const COMPANY: &str = psa_core::Ticket::COMPANY.field();

/// Fields that refer to something of a customer's.
const OWNED: [&str; 7] = ["site", "contact", "main_contact", "agreement", "ticket", "project", "opportunity"];

/// How many records are read alone, and how many a field is tried on.
const SAMPLES: usize = 4;

/// How many values a field is tried with on a record.
const VALUES: usize = 8;

/// Tries what a connector declares of each field: read in lists, read alone, taken by a create and by an update, cleared, how
/// long and how many. What is declared must happen, and what is not must be refused before it is sent.
///
/// It writes and leaves nothing as it was: for a sandbox only.
#[must_use = "nothing is tried until it runs"]
pub struct AbilitySuite<'a> {
    connector: Arc<dyn Connector>,
    own_forms: &'a [crate::OwnForm],
    together: &'a [Together],
}

/// Fields that a vendor takes only together: a board, and a status of that board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Together {
    /// The kind.
    pub kind: &'static str,
    /// The field.
    pub path: &'static str,
    /// What goes with it, from a record that has both.
    pub with: &'static [&'static str],
}

impl fmt::Debug for AbilitySuite<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AbilitySuite").field("vendor", &self.connector.vendor()).finish_non_exhaustive()
    }
}

/// What an [`AbilitySuite`] saw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AbilityReport {
    /// How many abilities were tried.
    pub tried: usize,
    /// Abilities that could not be tried, since the vendor held no value to try them with: `kind field ability`.
    pub untried: BTreeSet<String>,
    /// Where something else happened than was declared.
    pub failures: Vec<String>,
}

impl fmt::Display for AbilityReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} tried, {} not", self.tried, self.untried.len())?;
        self.failures.iter().try_for_each(|failure| writeln!(f, "FAIL  {failure}"))
    }
}

impl<'a> AbilitySuite<'a> {
    /// The suite for all kinds that the connector reads.
    pub fn new(connector: Arc<dyn Connector>) -> Self {
        Self { connector, own_forms: &[], together: &[] }
    }

    /// Fields that the vendor gives back in a form of its own. Default: none.
    pub fn own_forms(mut self, fields: &'a [crate::OwnForm]) -> Self {
        self.own_forms = fields;
        self
    }

    /// Fields that the vendor takes only together. Default: none.
    pub fn together(mut self, fields: &'a [Together]) -> Self {
        self.together = fields;
        self
    }

    /// Runs it.
    ///
    /// # Errors
    /// What the vendor and the network can do when records are read.
    pub async fn run(&self) -> Result<AbilityReport> {
        let mut report = AbilityReport::default();
        for (kind, able) in self.connector.capabilities().entities.iter().filter(|(_, able)| able.read) {
            // Kinds that were tried before have changed what this one refers to.
            let state = State::read(&*self.connector).await?;
            let Some(schema) = state.schemas.get(kind) else {
                report.untried.insert(format!("{kind} (no record)"));
                continue;
            };
            for name in able.fields.keys().filter(|name| schema.field(name).is_none()) {
                report.failures.push(format!("{kind} has no field {name}"));
            }
            let read_only = |name: &&&str| schema.field(name).is_some_and(|field| !field.writable);
            let written = able.fields_that(FieldCapabilities::written);
            for name in written.iter().filter(read_only) {
                report.failures.push(format!("{kind} {name}: is read-only in the model and declared as written"));
            }
            let source = self.connector.source(kind)?;
            let sink = if able.create || able.update { Some(self.connector.sink(kind)?) } else { None };
            let own_forms = self.own_forms.iter().filter(|o| o.kind == kind.as_str()).map(|o| o.path).collect();
            let mut trial = Trial {
                kind,
                able,
                state: &state,
                source,
                sink,
                own_forms,
                together: self.together,
                moved: BTreeMap::new(),
                set: Vec::new(),
                report: &mut report,
            };
            trial.reads().await?;
            trial.creates(schema.fields).await?;
            trial.updates(schema.fields).await?;
            trial.lists().await?;
        }
        Ok(report)
    }
}

/// One kind under trial.
struct Trial<'a> {
    kind: &'a EntityKind,
    able: &'a EntityCapabilities,
    state: &'a State,
    source: Arc<dyn Source>,
    sink: Option<Arc<dyn Sink>>,
    own_forms: BTreeSet<&'static str>,
    together: &'a [Together],
    /// The keys that records have now, where a write gave them another one.
    moved: BTreeMap<Key, Key>,
    /// What was written last: on which record which field.
    set: Vec<(Key, &'static str)>,
    report: &'a mut AbilityReport,
}

/// The fields of a record that are set.
fn of(record: &AnyRecord) -> BTreeMap<&'static str, Value> {
    record.value.as_ref().map(|entity| fields(&**entity)).unwrap_or_default()
}

/// Whether a write was refused before it was sent.
fn refused(answer: &Result<AnyRecord>) -> bool {
    let kinds = [ErrorKind::InvalidRequest, ErrorKind::Unsupported];
    answer.as_ref().is_err_and(|error: &Error| error.phase() == Phase::NotSent && kinds.contains(&error.kind()))
}

impl Trial<'_> {
    fn able(&self, field: &str) -> FieldCapabilities {
        self.able.field(field).copied().unwrap_or_default()
    }

    fn expect(&mut self, field: &str, is_true: bool, what: impl FnOnce() -> String) {
        self.report.tried += 1;
        if !is_true {
            let what = what();
            self.report.failures.push(format!("{} {field}: {what}", self.kind));
        }
    }

    fn untried(&mut self, field: &str, ability: &str) {
        self.report.untried.insert(format!("{} {field} {ability}", self.kind));
    }

    /// What is there shows what is read.
    async fn reads(&mut self) -> Result<()> {
        let (mut listed, mut alone) = (BTreeSet::new(), BTreeSet::new());
        for (n, (key, row)) in self.state.of_kind(self.kind).enumerate() {
            listed.extend(row.fields.keys().copied());
            if self.able.get && n < SAMPLES {
                alone.extend(of(&self.source.get(key).await?).into_keys());
            }
        }
        for field in listed.iter().copied() {
            self.expect(field, self.able(field).listed, || "is in lists, which is not declared".to_owned());
        }
        for field in alone.iter().copied() {
            self.expect(field, self.able(field).alone, || "is read alone, which is not declared".to_owned());
        }
        for (field, able) in self.able.fields.clone() {
            if able.alone && !able.update && !listed.contains(field) && !alone.contains(field) {
                self.untried(field, "read");
            }
        }
        Ok(())
    }

    async fn updates(&mut self, all: &'static [Field]) -> Result<()> {
        if !self.able.update {
            return Ok(());
        }
        let keys: Vec<Key> = self.state.of_kind(self.kind).map(|(key, _)| key.clone()).collect();
        let mut fields: Vec<&'static Field> = all.iter().filter(|field| field.writable).collect();
        // Another company comes last: what the record refers to must go with it.
        fields.sort_by_key(|field| field.path == COMPANY);
        for field in fields {
            let able = self.able(field.path);
            if !able.update {
                self.refuses_update(field, &keys).await;
            } else if let Some((key, value)) = self.takes(field, &keys).await? {
                self.clears(field, &key, value).await?;
                self.measures(field, &key).await?;
            }
        }
        Ok(())
    }

    /// The key that a record has now.
    fn now(&self, key: &Key) -> Key {
        let mut key = key;
        while let Some(next) = self.moved.get(key).filter(|next| *next != key) {
            key = next;
        }
        key.clone()
    }

    async fn live(&self, key: &Key) -> Result<BTreeMap<&'static str, Value>> {
        Ok(of(&self.source.get(&self.now(key)).await?))
    }

    /// Writes a value, and beside it what has to go with it.
    async fn update(&mut self, key: &Key, field: &str, value: Value) -> Result<AnyRecord> {
        let Some(sink) = self.sink.clone() else { return Err(Error::unsupported("no writer")) };
        let mut changes = AnyChanges::new(self.kind.clone());
        changes.common.extend(self.beside(key, field, &value).await?);
        changes.common.insert(field.to_owned(), value);
        let now = self.now(key);
        let stored = sink.update(&now, changes).await?;
        if stored.key != now {
            self.moved.insert(now, stored.key.clone());
        }
        Ok(stored)
    }

    /// Of another customer's record, its company; of another board's, its status.
    async fn beside(&self, key: &Key, field: &str, value: &Value) -> Result<BTreeMap<String, Value>> {
        let mut beside = BTreeMap::new();
        let model = self.state.of_kind(self.kind).find(|(_, row)| row.fields.get(field) == Some(value));
        let together = self.together.iter().filter(|t| t.kind == self.kind.as_str() && t.path == field);
        for other in together.flat_map(|t| t.with) {
            if let Some((_, row)) = model {
                beside.insert((*other).to_owned(), row.fields.get(*other).cloned().unwrap_or(Value::Null));
            }
        }
        if !OWNED.contains(&field) && field != COMPANY {
            return Ok(beside);
        }
        let live = self.live(key).await?;
        let company = match (field, model) {
            (COMPANY, _) => None,
            (_, Some((_, row))) if !value.is_null() => row.fields.get(COMPANY).filter(|c| live.get(COMPANY) != Some(c)),
            _ => return Ok(beside),
        };
        if field != COMPANY && company.is_none() {
            return Ok(beside);
        }
        beside.extend(company.map(|company| (COMPANY.to_owned(), company.clone())));
        let left = OWNED.iter().filter(|owned| **owned != field && live.contains_key(**owned));
        let other = |owned: &str| model.and_then(|(_, row)| row.fields.get(owned)).cloned();
        beside.extend(left.filter(|owned| self.able(owned).update).map(|owned| {
            let cleared = if self.able(owned).clear { None } else { other(owned) };
            ((*owned).to_owned(), cleared.unwrap_or(Value::Null))
        }));
        Ok(beside)
    }

    async fn refuses_update(&mut self, field: &Field, keys: &[Key]) {
        let value = keys.first().and_then(|key| Some((key, self.values(field, key).into_iter().next()?)));
        let Some((key, value)) = value else { return self.untried(field.path, "update refused") };
        let answer = self.update(key, field.path, value).await;
        self.expect(field.path, refused(&answer), || format!("an update is not declared and answers {answer:?}"));
    }

    /// Finds a record and a value that an update takes, and whether it is read back.
    async fn takes(&mut self, field: &Field, keys: &[Key]) -> Result<Option<(Key, Value)>> {
        let mut last = None;
        for key in keys.iter().take(SAMPLES) {
            for value in self.values(field, key) {
                match self.update(key, field.path, value.clone()).await {
                    Err(error) => last = Some((value, error)),
                    Ok(_) => {
                        self.reads_back(field, key, &value).await?;
                        self.set.push((key.clone(), field.path));
                        return Ok(Some((key.clone(), value)));
                    }
                }
            }
        }
        match last {
            None => self.untried(field.path, "update"),
            // Something that can't be written ties the records at hand to their company.
            Some((_, error)) if error.context("stays").is_some_and(|stays| !self.able(stays).update) => {
                self.untried(field.path, "update");
            }
            Some((value, error)) => {
                self.expect(field.path, false, || format!("an update is declared and {value} is refused: {error:?}"));
            }
        }
        Ok(None)
    }

    async fn reads_back(&mut self, field: &Field, key: &Key, value: &Value) -> Result<()> {
        let live = self.live(key).await?;
        let read = live.get(field.path);
        let (declared, own) = (self.able(field.path).alone, self.own_forms.contains(field.path));
        let is_true = match declared {
            true => own || same(&field.ty, value, read),
            false => read.is_none(),
        };
        self.expect(field.path, is_true, || format!("was written as {value}, and a single read has {read:?}"));
        Ok(())
    }

    async fn clears(&mut self, field: &Field, key: &Key, value: Value) -> Result<()> {
        let able = self.able(field.path);
        if !able.alone {
            return Ok(());
        }
        let answer = self.update(key, field.path, Value::Null).await;
        let left = self.live(key).await?.remove(field.path);
        // A flag and a number that are nothing may read as false and zero.
        let gone = left.as_ref().is_none_or(|left| *left == json!(false) || left.as_f64() == Some(0.0));
        let own = self.own_forms.contains(field.path) && able.clear;
        let cleared = answer.is_ok() && (gone || own);
        self.expect(field.path, cleared == able.clear, || {
            let why = answer.as_ref().err().map(|error| format!(" ({error})")).unwrap_or_default();
            let declared = if able.clear { "declared" } else { "not declared" };
            format!("clearing is {declared}; cleared: {cleared}, read: {left:?}{why}")
        });
        self.set.retain(|(_, path)| *path != field.path);
        if self.update(key, field.path, value).await.is_ok() {
            self.set.push((key.clone(), field.path));
        }
        Ok(())
    }

    /// How long and how many.
    async fn measures(&mut self, field: &Field, key: &Key) -> Result<()> {
        let able = self.able(field.path);
        let trials: Vec<(Value, bool)> = match (&field.ty, able.max_chars, able.max_elements) {
            (FieldType::Text, Some(most), _) => {
                let text = |chars: u32| json!("x".repeat(chars as usize));
                vec![(text(most + 1), false), (text(most), true)]
            }
            (FieldType::Text, None, _) => vec![(json!("x".repeat(1_000)), true)],
            (FieldType::List(_), _, most) => {
                let most = most.map_or(4, |most| most as usize);
                let list = |count| elements(field, count);
                let over = list(most + 1).filter(|_| able.max_elements.is_some()).map(|list| (list, false));
                over.into_iter().chain(list(most).map(|list| (list, true))).collect()
            }
            _ => Vec::new(),
        };
        let tried = !trials.is_empty();
        for (value, is_taken) in trials {
            let size = value.as_str().map(str::len).or_else(|| value.as_array().map(Vec::len)).unwrap_or_default();
            let answer = self.update(key, field.path, value.clone()).await;
            self.expect(field.path, answer.is_ok() == is_taken, || {
                format!("{size} characters or elements are taken: {is_taken} is declared; {:?}", answer.as_ref().err())
            });
        }
        if tried && field.ty == FieldType::Text {
            // A text that later fields can live with.
            let _ = self.update(key, field.path, json!("Words")).await;
        }
        Ok(())
    }

    /// Whether lists hold what was written.
    async fn lists(&mut self) -> Result<()> {
        let mut rows = BTreeMap::new();
        let mut pages = self.source.pages(Query::new(), None);
        while let Some(page) = pages.try_next().await? {
            for item in page.items {
                if let AnyItem::Upsert(record) = item
                    && record.kind == *self.kind
                {
                    rows.insert(record.key.clone(), of(&record));
                }
            }
        }
        for (key, field) in std::mem::take(&mut self.set) {
            let able = self.able(field);
            let alone = self.live(&key).await?.remove(field);
            if let (Some(_), Some(row)) = (&alone, rows.get(&self.now(&key))) {
                let listed = row.contains_key(field);
                self.expect(field, listed == able.listed, || format!("in the list's row: {listed}"));
            } else if able.alone {
                self.untried(field, "listed");
            }
        }
        Ok(())
    }

    async fn creates(&mut self, all: &'static [Field]) -> Result<()> {
        let Some(sink) = self.sink.clone().filter(|_| self.able.create) else { return Ok(()) };
        let able = self.able;
        let creates = |field: &Field| able.field(field.path).is_some_and(|of| of.create);
        let mut missing: BTreeSet<&'static str> = self.able.fields_that(|field| field.create).into_iter().collect();
        let mut last = None;
        let rows: Vec<_> = self.state.of_kind(self.kind).map(|(_, row)| row.clone()).take(2 * SAMPLES).collect();
        for row in &rows {
            let mut changes = AnyChanges::new(self.kind.clone());
            for (field, value) in row.fields.iter().filter(|(field, _)| self.able(field).create) {
                // What two records may not share.
                let value = if *field == "code" { json!(format!("W{}", self.report.tried)) } else { value.clone() };
                changes.common.insert((*field).to_owned(), value);
            }
            for field in all.iter().filter(|field| field.ty == FieldType::Text && creates(field)) {
                if !row.fields.contains_key(field.path) {
                    changes.common.insert(field.path.to_owned(), json!("Words"));
                }
            }
            let mut answer = sink.create(changes.clone()).await;
            // What does not go with the rest is left out.
            while let Err(error) = &answer
                && let Some(field) = error.context("field").map(str::to_owned)
                && changes.common.remove(&field).is_some()
            {
                answer = sink.create(changes.clone()).await;
            }
            match answer {
                Err(error) => last = Some(error),
                Ok(stored) => {
                    let read = of(&self.source.get(&stored.key).await?);
                    for field in all.iter().filter(|field| creates(field)) {
                        let Some(sent) = changes.common.get(field.path) else { continue };
                        missing.remove(field.path);
                        let (declared, own) = (self.able(field.path).alone, self.own_forms.contains(field.path));
                        let is_there = own || read.contains_key(field.path) == declared || sent == &json!(false);
                        self.expect(field.path, is_there, || format!("was created as {sent}; read: {read:?}"));
                    }
                }
            }
        }
        if missing.len() == self.able.fields_that(|field| field.create).len() {
            self.expect("(create)", rows.is_empty(), || format!("no record is created: {last:?}"));
        }
        for field in missing {
            self.untried(field, "create");
        }
        for field in all.iter().filter(|field| field.writable && !creates(field)) {
            let state = self.state;
            let value = state.of_kind(self.kind).find_map(|(key, _)| self.values(field, key).into_iter().next());
            let Some(value) = value else {
                self.untried(field.path, "create refused");
                continue;
            };
            let mut changes = AnyChanges::new(self.kind.clone());
            changes.common.insert(field.path.to_owned(), value);
            let answer = sink.create(changes).await;
            self.expect(field.path, refused(&answer), || format!("a create is not declared and answers {answer:?}"));
        }
        Ok(())
    }

    /// Values that the field of this record could have and has not.
    fn values(&self, field: &Field, key: &Key) -> Vec<Value> {
        let id = (self.kind.clone(), key.clone());
        let now = self.state.rows.get(&id).and_then(|row| row.fields.get(field.path));
        let owner = self.state.owner(&id);
        let seen = || {
            // First what the same customer has.
            let rows = self.state.of_kind(self.kind).filter_map(|(key, row)| Some((key, row.fields.get(field.path)?)));
            let mut seen: Vec<(bool, &Value)> = rows
                .map(|(key, value)| (self.state.owner(&(self.kind.clone(), key.clone())) != owner, value))
                .collect();
            seen.sort_by_key(|(other, _)| *other);
            seen.into_iter().map(|(_, value)| value.clone())
        };
        let values: Vec<Value> = match &field.ty {
            FieldType::Text => vec![json!("Words 417"), json!("W417")],
            FieldType::Integer => vec![json!(3), json!(4)],
            FieldType::Decimal => vec![json!(2.5), json!(12.0)],
            FieldType::Bool => vec![json!(true), json!(false)],
            FieldType::DateTime => {
                ["2026-10-05T12:00:00Z", "2031-10-05T12:00:00Z", "2019-10-05T12:00:00Z"].map(|at| json!(at)).into()
            }
            FieldType::Date => ["2026-10-05", "2031-10-05", "2019-10-05"].map(|at| json!(at)).into(),
            FieldType::Choice(names) => names.iter().map(|name| json!({"value": name, "raw": ""})).collect(),
            FieldType::Map => seen()
                .filter_map(|map| {
                    let (name, value) = map.as_object()?.iter().next()?;
                    let other = match value {
                        Value::Bool(flag) => json!(!flag),
                        Value::Number(_) => json!(17),
                        _ => json!("own words"),
                    };
                    Some(json!({name: other}))
                })
                .collect(),
            FieldType::List(_) => {
                let made = elements(field, 1);
                made.map_or_else(|| seen().collect(), |list| vec![list])
            }
            FieldType::Object => vec![json!({"lines": ["1 Way"], "city": "Leeds", "postcode": "LS1 1AA"})],
            _ => seen().collect(),
        };
        let mut different: Vec<Value> = Vec::new();
        for value in values {
            if Some(&value) != now && !different.contains(&value) {
                different.push(value);
            }
        }
        different.truncate(VALUES);
        different
    }
}

/// A list of so many elements, where they can be made up.
fn elements(field: &Field, count: usize) -> Option<Value> {
    if field.path == Contact::EMAILS.field() {
        let email = |n: usize| json!({"address": format!("ann{n}@acme.example"), "default": n == 0});
        return Some((0..count).map(email).collect());
    }
    if field.path == Contact::PHONES.field() {
        let kinds = ["work", "mobile", "home", "fax"];
        let phone = |n: usize| json!({"number": format!("01614960{n:03}"), "kind": kinds[n % kinds.len()]});
        return Some((0..count).map(phone).collect());
    }
    None
}
