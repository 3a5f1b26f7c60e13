//! Action <-> ticket note and time entry. One fetch feeds both.
//!
//! Actions do not page: a list is cut at a count, silently. So they are read in windows of time, each halved until it is
//! not cut and not too large to be read. Edits do not move an action's date, so an update also reads again the actions
//! of every ticket that changed.

use std::any::Any;
use std::collections::HashSet;
use std::marker::PhantomData;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt, TryStreamExt};
use psa_core::{
    AnyItem, AnyPage, AnyRecord, Author, Cursor, Entity, EntityKind, Error, ErrorKind, Evidence, Item, Key, KeyPage,
    Label, Lane, Normalized, Page, Projection, Query, Reader, Record, Reference, Relabel, Relabelled, Result, Source,
    TicketNote, TimeEntry, Version, Visibility, fields, relabelled,
};
use psa_http::Resource;
use psa_http::pages::{self, Content, FetchChained};
use serde::{Deserialize, Serialize};
use tokio::sync::OnceCell;

use super::context::{self, ACTION_KEY, Context};
use super::name_cache::Names;
use super::reader::{HaloReader, may_be_cut};
use super::ticket::Tickets;
use crate::ids::{self, ActionId, TicketId};
use crate::list::List;
use crate::resources::{Action, HaloResource};
use psa_http::{ListPage, RawRecord};

/// The most rows Halo gives at once.
pub(crate) const ROWS_MAX: u32 = 1000;

/// Before any date that Halo holds: 1900.
const EARLIEST: DateTime<Utc> = match DateTime::from_timestamp(-2_208_988_800, 0) {
    Some(at) => at,
    None => DateTime::UNIX_EPOCH,
};

/// The first window of a full read ends with the year 2000, when Halo was not there yet: what is in it was imported.
const UNDATED: TimeDelta = TimeDelta::seconds(2_208_988_800 + 946_684_800);

/// The first window of a full read.
const FIRST_WINDOW: TimeDelta = TimeDelta::days(30);

/// The widest window.
const WIDEST_WINDOW: TimeDelta = TimeDelta::days(3650);

/// Windows with fewer rows make the next one wider.
const SPARSE: usize = 250;

/// Tickets whose actions make one page of an update.
const TICKETS_A_PAGE: usize = 25;

/// Where a walk over the actions is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Step {
    /// Actions dated in a window.
    Window {
        from: DateTime<Utc>,
        /// The end of the walk, frozen when it began; none before that.
        until: Option<DateTime<Utc>>,
        seconds: i64,
    },
    /// Actions of tickets that changed, those with a greater id than this.
    Tickets { after: i64 },
}

/// Reads actions as `E`, and as the other kind too if the query says so.
pub(crate) struct ActionSource<E: Entity> {
    /// Erased once for the downcast of the typed reader.
    typed: Arc<dyn Reader<E>>,
    walk: Walk,
}

impl<E: FromAction> ActionSource<E> {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        let walk = Walk::new(context);
        Self { typed: Arc::new(ActionReader::<E> { walk: walk.clone(), entity: PhantomData }), walk }
    }
}

#[derive(Clone)]
struct Walk {
    context: Arc<Context>,
    /// The tickets that changed, listed once a walk.
    changed: Arc<OnceCell<Vec<i64>>>,
}

impl Walk {
    fn new(context: Arc<Context>) -> Self {
        Self { context, changed: Arc::default() }
    }
}

/// Some actions, and where to go on.
struct Found {
    records: Vec<RawRecord<Action>>,
    vendor_time: Option<DateTime<Utc>>,
    next: Option<Step>,
    whole: bool,
}

impl Found {
    /// Windows may well be empty, and the one action on a boundary comes with both; they end, as each goes on in time.
    fn content(&self) -> Content {
        match &self.next {
            Some(Step::Window { .. }) if self.records.is_empty() => Content::Empty,
            _ => Content::Unchecked,
        }
    }
}

/// What came of a window of time.
enum Read {
    Whole(ListPage<Action>),
    /// More rows than Halo lists at once, at this moment of its clock: a shorter window is needed.
    Cut(Option<DateTime<Utc>>),
    /// More bytes than this client reads: a shorter window is needed.
    TooLarge,
}

impl Walk {
    fn pages(&self, query: Query, cursor: Option<Cursor>) -> BoxStream<'static, Result<Found>> {
        let walk = Self::new(Arc::clone(&self.context));
        stream::once(async move {
            let start = match cursor {
                Some(cursor) => serde_json::from_str(cursor.as_str()).map_err(|e| {
                    Error::new(ErrorKind::InvalidRequest, "this cursor is not from this list").with_source(e)
                })?,
                None => match query.updated_since {
                    Some(from) => Step::Window { from, until: None, seconds: FIRST_WINDOW.num_seconds() },
                    // From the beginning of dates: an import may give tickets the day of the import, and their actions
                    // the days of long ago.
                    None => Step::Window { from: EARLIEST, until: None, seconds: UNDATED.num_seconds() },
                },
            };
            let fetch: FetchChained<Step, Found> = Arc::new(move |step| {
                let (walk, query) = (walk.clone(), query.clone());
                async move {
                    let found = walk.step(step, &query).await?;
                    let next = found.next.clone();
                    Ok((found, next))
                }
                .boxed()
            });
            Ok::<_, Error>(pages::chained(start, fetch, Found::content))
        })
        .try_flatten()
        .boxed()
    }

    /// The actions below one record, as a page.
    fn family(&self, parent: &Key, query: Query) -> BoxStream<'static, Result<Found>> {
        let (walk, parent) = (self.clone(), parent.as_i64());
        stream::once(async move { walk.below(parent?, &query).await }).boxed()
    }

    async fn step(&self, step: Step, query: &Query) -> Result<Found> {
        match step {
            Step::Window { from, until, seconds } => self.window(from, until, seconds, query).await,
            Step::Tickets { after } => self.tickets(after, query).await,
        }
    }

    async fn window(
        &self,
        from: DateTime<Utc>,
        until: Option<DateTime<Utc>>,
        mut seconds: i64,
        query: &Query,
    ) -> Result<Found> {
        let mut end = until;
        let mut vendor_time = None;
        loop {
            // Dates are compared to the second; the next window begins with the last second of this one.
            let stop =
                end.map_or(from + TimeDelta::seconds(seconds), |end| end.min(from + TimeDelta::seconds(seconds)));
            // The last window has no end: the clock of answers may be behind that of records.
            let until = Some(stop).filter(|stop| end.is_none_or(|end| *stop < end));
            let read = self.read(self.list(query), from, until, seconds).await?;
            let told = match &read {
                Read::Whole(page) => Some(page.vendor_time),
                Read::Cut(told) => Some(*told),
                Read::TooLarge => None,
            };
            // The walk ends at the vendor's clock, as it was at the first answer; that clock tells whole seconds only.
            if let Some(told) = told {
                let now = || told.unwrap_or_else(|| self.context.halo.http().clock().now());
                end.get_or_insert_with(|| now() + TimeDelta::seconds(1));
                vendor_time = vendor_time.or(told);
            }
            let (Read::Whole(page), Some(end_now)) = (read, end) else {
                seconds /= 2;
                continue;
            };
            if from == EARLIEST {
                // Years before Halo say nothing about how much there is later.
                seconds = FIRST_WINDOW.num_seconds();
            } else if page.records.len() < SPARSE {
                seconds = (seconds * 2).min(WIDEST_WINDOW.num_seconds());
            }
            let next = if stop < end_now {
                Some(Step::Window { from: stop, until: Some(end_now), seconds })
            } else {
                query.updated_since.map(|_| Step::Tickets { after: 0 })
            };
            let whole = until.is_none() && next.is_none();
            return Ok(Found { records: page.records, vendor_time, next, whole });
        }
    }

    /// The actions of the next tickets that changed: the only way in which an edit of an older action shows.
    async fn tickets(&self, after: i64, query: &Query) -> Result<Found> {
        let halo = &self.context.halo;
        let changed = self.changed.get_or_try_init(|| self.changed_tickets(query)).await?;
        let mut ids: Vec<i64> = changed.iter().copied().filter(|id| *id > after).collect();
        let more = ids.len() > TICKETS_A_PAGE;
        ids.truncate(TICKETS_A_PAGE);
        let next = ids.last().filter(|_| more).map(|last| Step::Tickets { after: *last });
        let pages: Vec<_> = stream::iter(ids)
            .map(|id| async move {
                match self.below(id, query).await {
                    // Deleted meanwhile.
                    Err(error) if error.is_not_found() => Ok(Vec::new()),
                    found => found.map(|found| found.records),
                }
            })
            .buffered(halo.window())
            .try_collect()
            .await?;
        let records = pages.into_iter().flatten().collect();
        Ok(Found { records, vendor_time: None, next, whole: false })
    }

    /// All actions of one ticket, opportunity or project.
    async fn below(&self, id: i64, query: &Query) -> Result<Found> {
        let list = || self.list(query).ticket(TicketId(id));
        let (records, vendor_time) = match list().send_unpaged().await {
            Ok(page) if !cut(&page, i64::MAX) => (page.records, page.vendor_time),
            Err(error) if !pages::is_too_large(&error) => return Err(error),
            _ => (self.all_of_ticket(list).await?, None),
        };
        Ok(Found { records, vendor_time, next: None, whole: true })
    }

    async fn changed_tickets(&self, query: &Query) -> Result<Vec<i64>> {
        let mut of_tickets = Query::new().lane(query.lane);
        of_tickets.updated_since = query.updated_since;
        let reader = HaloReader::<Tickets>::new(Arc::clone(&self.context));
        let mut pages = reader.keys(of_tickets);
        let mut ids = Vec::new();
        while let Some(page) = pages.try_next().await? {
            for key in &page.keys {
                ids.push(key.as_i64()?);
            }
        }
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    /// A ticket with more actions than one answer holds.
    async fn all_of_ticket(&self, list: impl Fn() -> List<Action>) -> Result<Vec<RawRecord<Action>>> {
        let now = self.context.halo.http().clock().now();
        let (mut from, until) = (EARLIEST, now + TimeDelta::days(1));
        let mut seconds = (until - from).num_seconds();
        let mut records: Vec<RawRecord<Action>> = Vec::new();
        let mut seen = HashSet::new();
        while from < until {
            let stop = until.min(from + TimeDelta::seconds(seconds));
            match self.read(list(), from, Some(stop), seconds).await? {
                Read::Whole(page) => {
                    if page.records.len() < SPARSE {
                        seconds *= 2;
                    }
                    // Both ends of a window belong to it, so an action on a boundary comes twice.
                    records.extend(page.records.into_iter().filter(|r| seen.insert(r.raw.clone())));
                    from = stop;
                }
                Read::Cut(_) | Read::TooLarge => seconds /= 2,
            }
        }
        Ok(records)
    }

    fn list(&self, query: &Query) -> List<Action> {
        self.context.halo.actions().list().include_html_note(true).limit(ROWS_MAX).lane(query.lane)
    }

    /// Reads a window of so many seconds. None is shorter than one: what can't be read then is a record that says so.
    async fn read(
        &self,
        list: List<Action>,
        from: DateTime<Utc>,
        until: Option<DateTime<Utc>>,
        seconds: i64,
    ) -> Result<Read> {
        let list = list.start_date(from);
        let list = match until {
            Some(until) => list.end_date(until),
            None => list,
        };
        match list.send_unpaged().await {
            Ok(page) if !cut(&page, seconds) => Ok(Read::Whole(page)),
            Ok(_) if seconds <= 1 => Err(too_many(from)),
            Ok(page) => Ok(Read::Cut(page.vendor_time)),
            Err(error) if pages::is_too_large(&error) && seconds <= 1 => {
                let alone = psa_http::list::too_large_row(Bytes::new(), self.context.halo.http().body_cap());
                Ok(Read::Whole(crate::list::alone(alone)))
            }
            Err(error) if pages::is_too_large(&error) => Ok(Read::TooLarge),
            Err(error) => Err(error),
        }
    }

    async fn get(&self, key: &Key, lane: Lane) -> Result<RawRecord<Action>> {
        let (ticket, id) = parts(key)?;
        self.context.halo.actions().get_raw_below(ticket, id, lane).await
    }
}

/// Whether Halo may have left rows out: it says so by nothing but a round number. A round number in one second is taken
/// for what it is, unless it is Halo's largest.
fn cut(page: &ListPage<Action>, seconds: i64) -> bool {
    let rows = page.records.len();
    rows >= ROWS_MAX as usize || (seconds > 1 && may_be_cut(rows)) || page.total.is_some_and(|t| t > rows as u64)
}

fn too_many(at: DateTime<Utc>) -> Error {
    Error::new(ErrorKind::Paging, "more actions in one second than Halo lists at once")
        .with_operation(Action::operations().list.name)
        .with_context("at", at)
        .with_context("remedy", "Read the actions of the tickets concerned one by one.")
}

/// Ticket and action.
pub(super) fn parts(key: &Key) -> Result<(TicketId, ActionId)> {
    ACTION_KEY.check(key)?;
    let numbers: Vec<i64> = key.parts().filter_map(|p| p.parse().ok()).collect();
    match numbers.as_slice() {
        [ticket, id] => Ok((TicketId(*ticket), ActionId(*id))),
        _ => Err(Error::new(ErrorKind::InvalidRequest, format!("the key {key} is not two numbers"))),
    }
}

/// A common model that an action may hold.
pub(crate) trait FromAction: Entity {
    /// The fields that are filled.
    const READS: &'static [&'static str];

    /// None if this action has nothing of it: one without hours is no time entry.
    fn from_action(action: &Action) -> Option<Self>;

    /// Whether labels have names that can change without the action.
    const NAMES: bool = false;

    /// Gives labels the names of now.
    fn relabel(&mut self, _: &Names) -> Relabel {
        Relabel::Same
    }
}

impl FromAction for TicketNote {
    const READS: &'static [&'static str] = &fields!(
        TicketNote: TICKET, AUTHOR, BODY, HTML, VISIBILITY, OUTCOME, TIME_ENTRY, CREATED_AT, UPDATED_AT
    );

    fn from_action(action: &Action) -> Option<Self> {
        let agent = ids::some(action.who_agentid.or(action.actionby_agent_id));
        Some(Self {
            ticket: Some(Reference::to(action.ticket_id.0)),
            author: Some(Author {
                agent: agent.map(|a| Reference::to(a.0)),
                contact: ids::some(action.actionby_user_id).map(|u| Reference::to(u.0)),
                name: context::non_blank(&action.who),
                application: context::non_blank(&action.actionby_application_id),
            }),
            body: context::non_blank(&action.note),
            html: context::non_blank(&action.note_html),
            visibility: action.hiddenfromuser.map(|hidden| Normalized {
                value: Some(if hidden { Visibility::Internal } else { Visibility::Public }),
                raw: hidden.to_string(),
            }),
            outcome: match (ids::some(action.outcome_id), context::non_blank(&action.outcome)) {
                (None, None) => None,
                (id, name) => Some(Label { id: id.map(|o| o.to_string()), name }),
            },
            time_entry: has_hours(action).then(|| Reference { id: action.key(), kind: Some(EntityKind::TIME_ENTRY) }),
            created_at: action.datetime.or(action.actiondatecreated),
            updated_at: action.last_updated,
        })
    }

    const NAMES: bool = true;

    fn relabel(&mut self, names: &Names) -> Relabel {
        if names.rename_outcome(&mut self.outcome) { Relabel::Changed } else { Relabel::Same }
    }
}

impl FromAction for TimeEntry {
    const READS: &'static [&'static str] = &fields!(
        TimeEntry: TICKET, AGENT, STARTED_AT, ENDED_AT, HOURS, BILLABLE_HOURS, DEDUCTED_HOURS, BILLABLE, WORK_TYPE, NOTES,
        STATUS, AGREEMENT, CREATED_AT, UPDATED_AT
    );

    fn from_action(action: &Action) -> Option<Self> {
        has_hours(action).then(|| Self {
            ticket: Some(Reference::to(action.ticket_id.0)),
            agent: ids::some(action.who_agentid.or(action.actionby_agent_id)).map(|a| Reference::to(a.0)),
            started_at: action.actionarrivaldate,
            ended_at: action.actioncompletiondate,
            hours: action.timetaken,
            billable_hours: action.actionchargehours,
            deducted_hours: action.actionnonchargehours,
            billable: action.actisbillable,
            work_type: action.chargerate.filter(|r| *r > 0).map(|r| Label::new(r, None)),
            notes: context::non_blank(&action.note),
            approved: None,
            status: action.timesheet_approval_status.map(|s| Label::new(s, None)),
            agreement: action.action_contract_id.filter(|c| *c > 0).map(Reference::to),
            created_at: action.datetime.or(action.actiondatecreated),
            updated_at: action.last_updated,
            ..Self::default()
        })
    }
}

/// Whether an action holds hours. Hours can be 0: then it is the time between start and end that tells them from a note,
/// which has none.
fn has_hours(action: &Action) -> bool {
    let hours = [action.timetaken, action.nonbilltime, action.traveltime].into_iter().flatten().any(|h| h != 0.0);
    let worked = action.actionarrivaldate.zip(action.actioncompletiondate);
    hours || (action.timetaken.is_some() && worked.is_some_and(|(start, end)| end > start))
}

/// What an action is for `E`: a record, or the news that it holds none (any more).
fn item<E: FromAction>(raw: &RawRecord<Action>) -> Item<E> {
    match (record(raw, Projection::List), &raw.value) {
        (Some(record), _) => Item::Upsert(record),
        (None, Ok(action)) => Item::Removed { key: action.key(), evidence: Evidence::Emptied },
        (None, Err(_)) => Item::Removed { key: key_of_broken_action(&raw.raw), evidence: Evidence::Emptied },
    }
}

fn any_item<E: FromAction>(raw: &RawRecord<Action>) -> AnyItem {
    match item::<E>(raw) {
        Item::Upsert(record) => AnyItem::Upsert(record.into()),
        Item::Removed { key, evidence } => AnyItem::Removed { kind: E::KIND, key, evidence },
    }
}

fn record<E: FromAction>(raw: &RawRecord<Action>, projection: Projection) -> Option<Record<E>> {
    let (key, value, updated_at) = match &raw.value {
        Ok(action) => (action.key(), Ok(E::from_action(action)?), action.last_updated),
        Err(error) => (key_of_broken_action(&raw.raw), Err(error.clone()), None),
    };
    Some(Record::new(key, Version::stamped(updated_at), value, raw.raw.clone(), projection))
}

/// The key of an action that could not be decoded as a whole, in its own shape if both ids can be read.
fn key_of_broken_action(raw: &[u8]) -> Key {
    let ticket = psa_http::list::number_in(raw, "ticket_id");
    match (ticket, psa_http::list::id_in(raw)) {
        (Some(ticket), Some(id)) => Key::from_parts([ticket, id]),
        (ticket, _) => {
            let row = psa_http::list::key_of_bytes(raw);
            Key::from_parts([ticket.unwrap_or(0).to_string(), row.to_string()])
        }
    }
}

struct ActionReader<E> {
    walk: Walk,
    entity: PhantomData<fn() -> E>,
}

fn page<E>(found: &Found, item: impl FnMut(&RawRecord<Action>) -> Item<E>) -> Page<E> {
    let items = found.records.iter().map(item).collect();
    Page::new(items, cursor(found.next.as_ref())).at(found.vendor_time).atomic(found.whole)
}

/// What the actions are for the kinds that were asked for.
fn any_page(found: &Found, notes: bool, hours: bool) -> AnyPage {
    let mut items = Vec::with_capacity(found.records.len());
    for raw in &found.records {
        items.extend(notes.then(|| any_item::<TicketNote>(raw)));
        items.extend(hours.then(|| any_item::<TimeEntry>(raw)));
    }
    let mut page = AnyPage::new(items, cursor(found.next.as_ref()));
    (page.vendor_time, page.atomic) = (found.vendor_time, found.whole);
    page
}

fn cursor(step: Option<&Step>) -> Option<Cursor> {
    step.and_then(|s| serde_json::to_string(s).ok()).map(Cursor::new)
}

#[async_trait]
impl<E: FromAction> Reader<E> for ActionReader<E> {
    fn pages(&self, query: Query, from: Option<Cursor>) -> BoxStream<'static, Result<Page<E>>> {
        self.walk.pages(query, from).map_ok(|found| page(&found, item)).boxed()
    }

    async fn get(&self, key: &Key) -> Result<Record<E>> {
        self.get_in(key, Lane::Interactive).await
    }

    async fn get_in(&self, key: &Key, lane: Lane) -> Result<Record<E>> {
        let raw = self.walk.get(key, lane).await?;
        let mut found = record(&raw, Projection::Full).ok_or_else(|| {
            Error::new(ErrorKind::NotFound, format!("the action holds no {}", E::KIND)).with_context("key", key)
        })?;
        // Whatever of it can be read, it is the record that was asked for.
        found.key = key.clone();
        Ok(found)
    }

    fn children(&self, parent: &Key, query: Query) -> BoxStream<'static, Result<Page<E>>> {
        self.walk.family(parent, query).map_ok(|found| page(&found, item)).boxed()
    }

    fn keys(&self, _: Query) -> BoxStream<'static, Result<KeyPage>> {
        let error = Error::unsupported("Halo lists no keys of actions").with_operation(Action::operations().list.name);
        stream::iter([Err(error)]).boxed()
    }

    async fn count(&self, _: Query) -> Result<Option<u64>> {
        Ok(None)
    }

    async fn refresh_names(&self, lane: Lane) -> Result<Option<String>> {
        if !E::NAMES {
            return Ok(None);
        }
        let context = &self.walk.context;
        Ok(Some(context.lookups.renew(&context.halo, lane).await?.fingerprint()))
    }

    fn names(&self) -> Option<String> {
        self.walk.context.lookups.last().filter(|_| E::NAMES).map(|names| names.fingerprint())
    }

    fn relabel(&self, value: &mut E) -> Relabel {
        self.walk.context.lookups.last().map_or(Relabel::Same, |names| value.relabel(&names))
    }
}

/// Whether notes and hours are asked for.
fn wanted<E: Entity>(query: &Query) -> (bool, bool) {
    let wants = |kind: EntityKind| E::KIND == kind || query.with.contains(&kind);
    (wants(EntityKind::TICKET_NOTE), wants(EntityKind::TIME_ENTRY))
}

#[async_trait]
impl<E: FromAction> Source for ActionSource<E> {
    fn kind(&self) -> EntityKind {
        E::KIND
    }

    fn pages(&self, query: Query, from: Option<Cursor>) -> BoxStream<'static, Result<AnyPage>> {
        let (notes, hours) = wanted::<E>(&query);
        self.walk.pages(query, from).map_ok(move |found| any_page(&found, notes, hours)).boxed()
    }

    async fn get(&self, key: &Key) -> Result<AnyRecord> {
        self.typed.get(key).await.map(AnyRecord::from)
    }

    async fn get_in(&self, key: &Key, lane: Lane) -> Result<AnyRecord> {
        self.typed.get_in(key, lane).await.map(AnyRecord::from)
    }

    fn children(&self, parent: &Key, query: Query) -> BoxStream<'static, Result<AnyPage>> {
        let (notes, hours) = wanted::<E>(&query);
        self.walk.family(parent, query).map_ok(move |found| any_page(&found, notes, hours)).boxed()
    }

    async fn refresh_names(&self, lane: Lane) -> Result<Option<String>> {
        self.typed.refresh_names(lane).await
    }

    fn names(&self) -> Option<String> {
        self.typed.names()
    }

    fn relabel(&self, content: &[u8]) -> Result<Relabelled> {
        relabelled(&*self.typed, content)
    }

    fn keys(&self, query: Query) -> BoxStream<'static, Result<KeyPage>> {
        self.typed.keys(query)
    }

    async fn count(&self, query: Query) -> Result<Option<u64>> {
        self.typed.count(query).await
    }

    fn typed(&self) -> &(dyn Any + Send + Sync) {
        &self.typed
    }
}
