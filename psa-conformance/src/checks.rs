//! The checks, one function each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::TryStreamExt;
use psa_core::{
    AnyItem, AnyPage, AnyRecord, Cursor, EntityCapabilities, EntityKind, Error, ErrorKind, Incremental, Key,
    KeyListing, Query, Result, Source,
};

use crate::harness::{Disturbance, Harness};
use crate::report::Verdict;

/// Cursors from which resuming is tried; records that are read alone.
const SAMPLES: usize = 12;

pub(crate) struct Subject<'a> {
    pub(crate) kind: &'a EntityKind,
    pub(crate) capabilities: &'a EntityCapabilities,
    pub(crate) source: Arc<dyn Source>,
    pub(crate) harness: Option<&'a dyn Harness>,
    pub(crate) page_size: Option<u32>,
    pub(crate) max_pages: usize,
}

/// Why a check did not pass.
enum Stop {
    Failed(String),
    Skipped(&'static str),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error.to_string())
    }
}

type Checked = std::result::Result<(), Stop>;

fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(Stop::Failed(otherwise())) }
}

/// What was read: content by key, and where each page ended.
struct Reading {
    records: BTreeMap<Key, Option<Vec<u8>>>,
    rows: usize,
    pages: Vec<(BTreeSet<Key>, Option<Cursor>)>,
    total: Option<u64>,
    vendor_time: Option<chrono::DateTime<chrono::Utc>>,
    /// All pages were read.
    whole: bool,
}

pub(crate) async fn run(subject: &Subject<'_>) -> Vec<(&'static str, Verdict)> {
    let mut verdicts = Vec::new();
    let reading = match subject.read(subject.query(), None).await {
        Ok(reading) => reading,
        Err(error) => return vec![("reads_to_the_end", Verdict::Failed(error.to_string()))],
    };
    macro_rules! check {
        ($name:ident($($argument:expr),*)) => {
            verdicts.push((stringify!($name), match subject.$name($($argument),*).await {
                Ok(()) => Verdict::Passed,
                Err(Stop::Failed(why)) => Verdict::Failed(why),
                Err(Stop::Skipped(why)) => Verdict::Skipped(why),
            }));
        };
    }
    check!(reads_to_the_end(&reading));
    check!(every_record_decodes(&reading));
    check!(keys_have_their_shape(&reading));
    check!(full_read_twice_is_identical(&reading));
    check!(resumes_from_every_cursor(&reading));
    check!(incremental_reads_nothing_new_twice(&reading));
    check!(keys_match_records(&reading));
    check!(a_record_read_alone_is_the_same(&reading));
    check!(an_unknown_key_is_not_found());
    check!(a_foreign_cursor_is_refused());
    check!(faults_are_survived(&reading));
    check!(an_empty_page_does_not_end_a_list(&reading));
    check!(a_repeated_page_is_not_a_loop(&reading));
    check!(an_edit_is_found(&reading));
    verdicts
}

fn content(record: &AnyRecord) -> Option<Vec<u8>> {
    let entity = record.value.as_ref().ok()?;
    let mut out = Vec::new();
    entity.write_content(&mut out);
    Some(out)
}

impl Subject<'_> {
    fn query(&self) -> Query {
        let mut query = Query::new();
        query.page_size = self.page_size;
        query
    }

    async fn read(&self, query: Query, cursor: Option<Cursor>) -> Result<Reading> {
        let mut reading = Reading {
            records: BTreeMap::new(),
            rows: 0,
            pages: Vec::new(),
            total: None,
            vendor_time: None,
            whole: true,
        };
        let mut pages = self.source.pages(query, cursor);
        while let Some(page) = pages.try_next().await? {
            self.take(&mut reading, page);
            if reading.pages.len() >= self.max_pages {
                reading.whole = reading.pages.last().is_none_or(|(_, cursor)| cursor.is_none());
                break;
            }
        }
        Ok(reading)
    }

    fn take(&self, reading: &mut Reading, page: AnyPage) {
        let mut keys = BTreeSet::new();
        for item in page.items {
            if let AnyItem::Upsert(record) = item
                && record.kind == *self.kind
            {
                reading.rows += 1;
                keys.insert(record.key.clone());
                let content = content(&record);
                reading.records.insert(record.key, content);
            }
        }
        reading.pages.push((keys, page.cursor));
        reading.total = page.total.or(reading.total);
        reading.vendor_time = reading.vendor_time.or(page.vendor_time);
    }

    async fn reads_to_the_end(&self, reading: &Reading) -> Checked {
        if !reading.whole {
            return Err(Stop::Skipped("more pages than may be read"));
        }
        ensure(!reading.pages.is_empty(), || "not a single page came".to_owned())?;
        ensure(reading.pages.last().is_some_and(|(_, cursor)| cursor.is_none()), || {
            "the last page has a cursor".to_owned()
        })?;
        let Some(count) = self.source.count(self.query()).await? else {
            return Ok(());
        };
        // A living tenant moves a little between reading and counting.
        let off = (reading.records.len() as u64).abs_diff(count);
        let allowed = if self.harness.is_some() { 0 } else { (count / 100).max(5) };
        ensure(off <= allowed, || format!("{} records came, the vendor counts {count}", reading.records.len()))
    }

    async fn every_record_decodes(&self, reading: &Reading) -> Checked {
        let broken: Vec<_> = reading.records.iter().filter(|(_, c)| c.is_none()).map(|(k, _)| k.to_string()).collect();
        ensure(broken.is_empty(), || format!("{} do not: {}", broken.len(), broken[..broken.len().min(5)].join(", ")))
    }

    async fn keys_have_their_shape(&self, reading: &Reading) -> Checked {
        for key in reading.records.keys() {
            self.capabilities.key.check(key)?;
        }
        for (keys, _) in &reading.pages {
            ensure(keys.len() <= reading.rows, || "a key came twice in one page".to_owned())?;
        }
        Ok(())
    }

    async fn full_read_twice_is_identical(&self, reading: &Reading) -> Checked {
        let again = self.read(self.query(), None).await?;
        if self.harness.is_some() {
            return ensure(again.records == reading.records, || "the second read differs from the first".to_owned());
        }
        // Of a living tenant, most records are the same.
        let differ = again.records.iter().filter(|(k, c)| reading.records.get(k) != Some(c)).count();
        ensure(differ <= (reading.records.len() / 50).max(5), || format!("{differ} records differ"))
    }

    async fn resumes_from_every_cursor(&self, reading: &Reading) -> Checked {
        let cursors: Vec<_> =
            reading.pages.iter().enumerate().filter_map(|(i, (_, c))| Some((i, c.clone()?))).collect();
        if cursors.is_empty() {
            return Err(Stop::Skipped("there is one page only"));
        }
        if !reading.whole {
            return Err(Stop::Skipped("more pages than may be read"));
        }
        let step = cursors.len().div_ceil(SAMPLES).max(1);
        for (i, cursor) in cursors.into_iter().step_by(step) {
            let rest = self.read(self.query(), Some(cursor)).await?;
            let expected: BTreeSet<&Key> = reading.pages[i + 1..].iter().flat_map(|(keys, _)| keys).collect();
            let lost = expected.iter().filter(|k| !rest.records.contains_key(**k)).count();
            let allowed = if self.harness.is_some() { 0 } else { (expected.len() / 50).max(5) };
            ensure(lost <= allowed, || {
                format!("{lost} of {} records are missing after page {}", expected.len(), i + 1)
            })?;
        }
        Ok(())
    }

    async fn incremental_reads_nothing_new_twice(&self, reading: &Reading) -> Checked {
        if self.capabilities.incremental != Incremental::Filter {
            return Err(Stop::Skipped("every run reads everything"));
        }
        let since = match self.harness {
            Some(harness) => {
                // What was edited for other kinds may show in this one.
                harness.later().await;
                self.read(self.query(), None).await?.vendor_time
            }
            None => reading.vendor_time,
        };
        let Some(since) = since else {
            return Err(Stop::Skipped("the vendor tells no time"));
        };
        let query = self.query().updated_since(since);
        let first = self.read(query.clone(), None).await?;
        let second = self.read(query, None).await?;
        if self.harness.is_some() {
            ensure(first.records.is_empty(), || format!("{} records though nothing changed", first.records.len()))?;
        }
        ensure(second.records.len() < reading.records.len().max(2), || "everything came again".to_owned())
    }

    async fn keys_match_records(&self, reading: &Reading) -> Checked {
        if self.capabilities.keys == KeyListing::None {
            return Err(Stop::Skipped("keys can't be listed"));
        }
        if !reading.whole {
            return Err(Stop::Skipped("more pages than may be read"));
        }
        let mut keys = BTreeSet::new();
        let mut pages = self.source.keys(self.query());
        while let Some(page) = pages.try_next().await? {
            keys.extend(page.keys);
        }
        let records: BTreeSet<Key> = reading.records.keys().cloned().collect();
        let off = keys.symmetric_difference(&records).count();
        let allowed = if self.harness.is_some() { 0 } else { (records.len() / 50).max(5) };
        ensure(off <= allowed, || format!("{off} of {} keys have no record or the other way round", keys.len()))
    }

    async fn a_record_read_alone_is_the_same(&self, reading: &Reading) -> Checked {
        if !self.capabilities.get {
            return Err(Stop::Skipped("records can't be read alone"));
        }
        let step = reading.records.len().div_ceil(SAMPLES).max(1);
        let mut differ = Vec::new();
        for (key, listed) in reading.records.iter().step_by(step) {
            let mut alone = self.source.get(key).await?;
            ensure(alone.key == *key, || format!("{key} was asked for and {} came", alone.key))?;
            if let Ok(entity) = &mut alone.value {
                // Rows are known not to hold these.
                for path in self.capabilities.fields_that(|field| field.alone && !field.listed) {
                    entity.set(path, serde_json::Value::Null)?;
                }
            }
            if content(&alone) != *listed {
                differ.push(key.to_string());
            }
        }
        let allowed = usize::from(self.harness.is_none());
        ensure(differ.len() <= allowed, || format!("content differs from the list's: {}", differ.join(", ")))
    }

    async fn an_unknown_key_is_not_found(&self) -> Checked {
        if !self.capabilities.get {
            return Err(Stop::Skipped("records can't be read alone"));
        }
        let key = Key::from_parts(self.capabilities.key.0.iter().map(|_| 999_999_999));
        match self.source.get(&key).await {
            Err(error) if error.is_not_found() => Ok(()),
            Err(error) => Err(Stop::Failed(format!("the error is of another kind: {error}"))),
            Ok(_) => Err(Stop::Failed("a record came".to_owned())),
        }
    }

    async fn a_foreign_cursor_is_refused(&self) -> Checked {
        if self.capabilities.page_max == u32::MAX {
            return Err(Stop::Skipped("there is one page only"));
        }
        match self.read(self.query(), Some(Cursor::new("not a cursor of this list"))).await {
            Err(error) if error.kind() == ErrorKind::InvalidRequest => Ok(()),
            Err(error) => Err(Stop::Failed(format!("the error is of another kind: {error}"))),
            Ok(_) => Err(Stop::Failed("it was taken".to_owned())),
        }
    }

    fn disturbed(&self) -> std::result::Result<&dyn Harness, Stop> {
        self.harness.ok_or(Stop::Skipped("needs a harness"))
    }

    async fn faults_are_survived(&self, reading: &Reading) -> Checked {
        let harness = self.disturbed()?;
        for disturbance in [
            Disturbance::RateLimited,
            Disturbance::ServerError,
            Disturbance::Reset,
            Disturbance::CutBody,
            Disturbance::ExpiredToken,
        ] {
            harness.disturb(self.kind, 1, disturbance);
            let before = harness.requests();
            let again = self.read(self.query(), None).await;
            harness.calm();
            let again = again.map_err(|e| Stop::Failed(format!("{disturbance:?}: {e}")))?;
            ensure(again.records == reading.records, || format!("{disturbance:?}: records are missing"))?;
            ensure(harness.requests() > before + 1, || format!("{disturbance:?}: nothing was tried again"))?;
        }
        Ok(())
    }

    /// Either everything comes, or an error says that not everything came.
    async fn an_empty_page_does_not_end_a_list(&self, reading: &Reading) -> Checked {
        let harness = self.disturbed()?;
        if reading.pages.len() < 3 || reading.total.is_none() {
            return Err(Stop::Skipped("there are no pages that the vendor counts"));
        }
        harness.disturb(self.kind, 2, Disturbance::EmptyPage);
        let again = self.read(self.query(), None).await;
        harness.calm();
        let Ok(again) = again else { return Ok(()) };
        let lost: Vec<&Key> = reading.records.keys().filter(|k| !again.records.contains_key(*k)).collect();
        let emptied = &reading.pages[1].0;
        ensure(lost.iter().all(|k| emptied.contains(k)), || "pages after the empty one are missing".to_owned())
    }

    async fn a_repeated_page_is_not_a_loop(&self, reading: &Reading) -> Checked {
        let harness = self.disturbed()?;
        if reading.pages.len() < 3 || reading.total.is_none() {
            return Err(Stop::Skipped("there are no pages that the vendor counts"));
        }
        harness.disturb(self.kind, 2, Disturbance::RepeatedPage);
        let again = self.read(self.query(), None).await;
        harness.calm();
        match again {
            Err(error) if error.kind() == ErrorKind::Paging => Ok(()),
            Err(error) => Err(Stop::Failed(format!("the error is of another kind: {error}"))),
            Ok(again) => {
                ensure(again.records == reading.records, || "a page is missing and no error says so".to_owned())
            }
        }
    }

    async fn an_edit_is_found(&self, reading: &Reading) -> Checked {
        let harness = self.disturbed()?;
        harness.later().await;
        let before = self.read(self.query(), None).await?;
        let Some(key) = harness.edit(self.kind) else {
            return Err(Stop::Skipped("the harness does not edit this kind"));
        };
        let mut query = self.query();
        if self.capabilities.incremental == Incremental::Filter {
            query.updated_since = before.vendor_time.or(reading.vendor_time);
        }
        let after = self.read(query, None).await?;
        let now = after.records.get(&key);
        ensure(now.is_some(), || format!("{key} was edited and did not come"))?;
        ensure(now != before.records.get(&key), || format!("{key} came as it was before"))
    }
}
