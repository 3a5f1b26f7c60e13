//! ConnectWise's lists: bare arrays, read forward only by id, so that no row moves between pages.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt, TryStreamExt};
use http::{HeaderName, HeaderValue};
use psa_core::{Cursor, Error, ErrorKind, Lane, Result};
use psa_http::json::Native;
use psa_http::list::{self, ListPage, RawRecord};
use psa_http::pages::{self, Content, FetchChained};
use psa_http::walks::{self, FetchSpan, Span, Stride};
use psa_http::{Call, Operation, Response};
use serde::Deserialize;
use serde_json::json;

use self::answer::{Link, Rows, has_next, next_link};
use self::position::{Position, foreign_cursor};
use crate::client::ConnectWise;
use crate::conditions::{Condition, Literal, field};
use crate::resources::{ConnectWiseResource, Searchable};

mod answer;
mod position;

/// The largest page ConnectWise serves.
pub(crate) const PAGE_MAX: u32 = 1_000;

/// Longer addresses are refused by some servers on the way.
const URL_MAX: usize = 2_000;

const PAGINATION: HeaderName = HeaderName::from_static("pagination-type");

/// A list under construction.
///
/// It is a [`stream`](Self::stream) of typed records, a stream of [`pages`](Self::pages) with a cursor each, or
/// [`all`](Self::all) at once. Without an [`order`](Self::order_by) it goes by id, forward only: no row is skipped or
/// doubled when others change.
#[must_use = "a list does nothing until it is read"]
pub struct List<T> {
    cw: ConnectWise,
    operation: &'static Operation,
    /// The operation of a search by POST, for conditions that are too long for an address.
    search: Option<&'static Operation>,
    parent: Option<i64>,
    conditions: Option<Condition>,
    child_conditions: Option<Condition>,
    custom_field_conditions: Option<Condition>,
    order: Option<String>,
    fields: Option<String>,
    params: Vec<(Cow<'static, str>, String)>,
    page_size: u32,
    window: usize,
    lane: Lane,
    resource: PhantomData<fn() -> T>,
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        Self {
            cw: self.cw.clone(),
            conditions: self.conditions.clone(),
            child_conditions: self.child_conditions.clone(),
            custom_field_conditions: self.custom_field_conditions.clone(),
            order: self.order.clone(),
            fields: self.fields.clone(),
            params: self.params.clone(),
            ..*self
        }
    }
}

impl<T> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List")
            .field("operation", &self.operation.name)
            .field("conditions", &self.conditions)
            .finish_non_exhaustive()
    }
}

fn both(have: Option<Condition>, more: Condition) -> Option<Condition> {
    Some(match have {
        Some(condition) => condition.and(more),
        None => more,
    })
}

impl<T: ConnectWiseResource> List<T> {
    pub(crate) fn of(cw: ConnectWise, operation: &'static Operation, parent: Option<i64>) -> Self {
        Self {
            cw,
            operation,
            search: None,
            parent,
            conditions: None,
            child_conditions: None,
            custom_field_conditions: None,
            order: None,
            fields: None,
            params: Vec::new(),
            page_size: PAGE_MAX,
            window: 1,
            lane: Lane::Interactive,
            resource: PhantomData,
        }
    }

    /// Narrows it. Several conditions must all hold.
    pub fn condition(mut self, condition: Condition) -> Self {
        self.conditions = both(self.conditions, condition);
        self
    }

    /// Narrows it by what is in the records' arrays: `communicationItems/value`, `types/name`.
    pub fn child_conditions(mut self, condition: Condition) -> Self {
        self.child_conditions = both(self.child_conditions, condition);
        self
    }

    /// Narrows it by the tenant's own fields: see [`custom_field`](crate::custom_field).
    pub fn custom_field_conditions(mut self, condition: Condition) -> Self {
        self.custom_field_conditions = both(self.custom_field_conditions, condition);
        self
    }

    /// Only what changed at or after this moment. ConnectWise knows whole seconds.
    pub fn updated_since(self, at: chrono::DateTime<chrono::Utc>) -> Self {
        self.condition(field("lastUpdated").ge(at))
    }

    /// Sorts by this field, and by id where it is the same. The list is paged by number then: rows that change while it is
    /// read can be skipped or come twice.
    pub fn order_by(mut self, path: &str, descending: bool) -> Self {
        let way = if descending { "desc" } else { "asc" };
        let order = match self.order.take() {
            Some(order) => format!("{order},{path} {way}"),
            None => format!("{path} {way}"),
        };
        self.order = Some(order);
        self
    }

    /// Only these fields. `id` comes always; `_info` only if it is named.
    pub fn fields<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut all = vec!["id"];
        all.extend(names.into_iter().filter(|n| *n != "id"));
        self.fields = Some(all.join(","));
        self
    }

    /// Any query parameter, also one that this crate has no method for.
    pub fn query(mut self, name: impl Into<Cow<'static, str>>, value: impl fmt::Display) -> Self {
        self.params.push((name.into(), value.to_string()));
        self
    }

    /// Rows a page; at most 1000.
    pub fn page_size(mut self, rows: u32) -> Self {
        self.page_size = rows.clamp(1, PAGE_MAX);
        self
    }

    /// Walks read at once: the ids are divided among them, and pages come as they arrive. 1 reads in order.
    pub fn parallel(mut self, walks: usize) -> Self {
        self.window = walks.max(1);
        self
    }

    /// Who waits for the answer.
    pub fn lane(mut self, lane: Lane) -> Self {
        self.lane = lane;
        self
    }

    /// The typed records. One that can't be decoded is an error; [`records`](Self::records) goes on over it.
    pub fn stream(self) -> BoxStream<'static, Result<Native<T>>> {
        let operation = self.operation.name;
        list::natives(self.pages(None), operation)
    }

    /// The records one by one, each typed or with the reason why not.
    pub fn records(self) -> BoxStream<'static, Result<RawRecord<T>>> {
        list::records(self.pages(None))
    }

    /// All typed records at once.
    ///
    /// # Errors
    /// As [`stream`](Self::stream).
    pub async fn all(self) -> Result<Vec<Native<T>>> {
        self.stream().try_collect().await
    }

    /// The first page alone.
    ///
    /// # Errors
    /// As [`stream`](Self::stream).
    pub async fn first_page(self) -> Result<ListPage<T>> {
        let mut rows = self.page_size;
        loop {
            match self.call(None, rows)?.send().await {
                Err(error) if pages::is_too_large(&error) && rows > 1 => rows /= 2,
                answer => return decode(&answer?, self.operation.name),
            }
        }
    }

    /// How many there are.
    ///
    /// # Errors
    /// What the network can do.
    pub async fn count(&self) -> Result<u64> {
        #[derive(Deserialize)]
        struct Count {
            count: u64,
        }
        if self.only_searched() {
            return Err(Error::new(ErrorKind::InvalidRequest, "conditions this long can't be counted")
                .with_operation(T::count_operation().name)
                .with_context("remedy", "Read the list and count, or shorten the conditions."));
        }
        let call = self.cw.http().call(T::count_operation()).lane(self.lane);
        let answer = self.narrowed(self.at_parent(call))?.send().await?;
        let count: Count = psa_http::json::decode(&answer.body).map_err(|e| {
            Error::new(ErrorKind::Decode, "the answer holds no count")
                .with_operation(T::count_operation().name)
                .with_source(e)
        })?;
        Ok(count.count)
    }

    /// Those whose `path` is one of `values`, in as many requests as addresses of a safe length need.
    pub fn among<V: Into<Literal>>(
        self,
        path: &str,
        values: impl IntoIterator<Item = V>,
    ) -> BoxStream<'static, Result<Native<T>>> {
        let values: Vec<Literal> = values.into_iter().map(Into::into).collect();
        let operation = self.operation.name;
        let room = |values: &[Literal]| {
            self.clone()
                .condition(field(path).one_of(values.iter().cloned()))
                .address_length()
                .is_ok_and(|n| n <= URL_MAX)
        };
        let mut lists = Vec::new();
        let mut rest = values.as_slice();
        while !rest.is_empty() {
            // Halves until it fits: few steps, whatever the values are.
            let mut take = rest.len();
            while take > 1 && !room(&rest[..take]) {
                take = take.div_ceil(2);
            }
            lists.push(self.clone().condition(field(path).one_of(rest[..take].iter().cloned())));
            rest = &rest[take..];
        }
        stream::iter(lists).flat_map(move |list| list::natives(list.pages(None), operation)).boxed()
    }

    /// The pages, from `cursor` on. Large ones come in parts of 200 rows, each with its own cursor.
    pub fn pages(self, cursor: Option<Cursor>) -> BoxStream<'static, Result<ListPage<T>>> {
        let position = match cursor.as_ref().map(Position::read).transpose() {
            Ok(position) => position,
            Err(error) => return stream::once(async { Err(error) }).boxed(),
        };
        match (position, &self.order) {
            (Some(Position::Spans(spans)), None) => self.walk(spans),
            (None, None) if self.window <= 1 || self.only_searched() => self.walk(vec![Span { after: 0, until: None }]),
            (None, None) => stream::once(async move {
                let last = self.last_id().await?;
                let spans = walks::divide(last, self.window);
                Ok::<_, Error>(self.walk(spans))
            })
            .try_flatten()
            .boxed(),
            (Some(Position::Page(page)), Some(_)) => self.numbered(page, None),
            (Some(Position::Rows { page, rows }), Some(_)) => self.numbered(page, Some(rows)),
            (None, Some(_)) => self.numbered(1, None),
            _ => stream::once(async { Err(foreign_cursor()) }).boxed(),
        }
    }

    /// Whether the conditions are too long for an address: how many there are and where they end can't be asked then.
    fn only_searched(&self) -> bool {
        self.search.is_some() && self.address_length().is_ok_and(|length| length > URL_MAX)
    }

    /// The largest id there is: where to divide. Zero, too, if it can't be read: then nothing is divided.
    async fn last_id(&self) -> Result<i64> {
        let call = self.cw.http().call(self.operation).lane(self.lane);
        let call = self.narrowed(self.at_parent(call))?;
        let answer =
            call.query("orderBy", "id desc").query("pageSize", 1).query("page", 1).query("fields", "id").send().await?;
        let rows = list::bare_rows(&answer, self.operation.name)?;
        Ok(rows.first().and_then(|row| list::id_in(row)).unwrap_or(0))
    }

    /// Forward only, from each stretch's start to its end.
    fn walk(self, spans: Vec<Span>) -> BoxStream<'static, Result<ListPage<T>>> {
        let window = self.window;
        // What fits in an answer, as far as it is known.
        let size = Arc::new(AtomicU32::new(self.page_size));
        let list = Arc::new(self);
        let fetch: FetchSpan<Rows> = Arc::new(move |span| {
            let (list, size) = (Arc::clone(&list), Arc::clone(&size));
            async move { list.stride(span, &size).await }.boxed()
        });
        walks::walks(spans, window, fetch)
            .map_ok(|walked| stream::iter(walked.page.parts(walked.left)).map(Ok))
            .try_flatten()
            .boxed()
    }

    /// The next rows of a range of ids.
    async fn stride(&self, span: Span, size: &AtomicU32) -> Result<Stride<Rows>> {
        let operation = self.operation.name;
        let Some((mut answer, asked)) = self.fitting(span, size).await? else {
            return self.past_too_large(span).await;
        };
        let mut rows = Rows::of(&answer, operation)?;
        if rows.raw.is_empty() && matches!(next_link(&answer), Link::To(_)) {
            // Nothing, and yet more behind it: that is asked for twice before it is believed.
            answer = self.call(Some(span), asked)?.send().await?;
            rows = Rows::of(&answer, operation)?;
        }
        let last = rows.last();
        let full = rows.raw.len() >= asked as usize;
        let next = match next_link(&answer) {
            Link::To(id) => Some(id),
            Link::Missing if !full => None,
            // Whatever the header says, or whatever took it on the way: a full page may have another one behind it.
            Link::Missing | Link::Elsewhere if last.is_some() && rows.in_order(span.after) => last,
            _ => {
                let why = "the server does not go on by id, so rows could be missed";
                return Err(Error::new(ErrorKind::Paging, why).with_operation(operation));
            }
        };
        // A server that ignores the stretch's end gives rows of the next one.
        if let Some(until) = span.until.filter(|until| last.is_some_and(|last| last > *until)) {
            rows.raw.retain(|raw| list::id_in(raw).is_none_or(|id| id <= until));
        }
        Ok(Stride { next, empty: rows.raw.is_empty(), page: rows })
    }

    /// The next page of a range of ids in as many rows as fit, and how many were asked for. None: its first row alone does
    /// not fit.
    async fn fitting(&self, span: Span, size: &AtomicU32) -> Result<Option<(Response, u32)>> {
        let mut asked = size.load(Ordering::Relaxed).clamp(1, self.page_size);
        loop {
            match self.call(Some(span), asked)?.send().await {
                Err(error) if pages::is_too_large(&error) => {
                    if asked == 1 {
                        return Ok(None);
                    }
                    asked /= 2;
                    size.store(asked, Ordering::Relaxed);
                    tracing::debug!(asked, "a page is too large to be read; smaller ones are asked for");
                }
                answer => {
                    let answer = answer?;
                    if asked < self.page_size && answer.body.len() < self.cw.http().body_cap() / 4 {
                        // Larger pages may fit again.
                        size.store((asked * 2).min(self.page_size), Ordering::Relaxed);
                    }
                    return Ok(Some((answer, asked)));
                }
            }
        }
    }

    /// Goes over a row that alone is larger than an answer may be: its id is asked for without the rest.
    async fn past_too_large(&self, span: Span) -> Result<Stride<Rows>> {
        let operation = self.operation.name;
        let alone = Self { fields: Some("id".to_owned()), ..self.clone() };
        let answer = alone.call(Some(span), 1)?.send().await?;
        let mut rows = Rows::of(&answer, operation)?;
        let Some(id) = rows.last() else {
            let why = "a row is too large to be read, and its id can't be read either";
            return Err(Error::new(ErrorKind::TooLarge, why)
                .with_operation(operation)
                .with_context("after", span.after));
        };
        rows.too_large = Some(self.cw.http().body_cap());
        Ok(Stride { next: Some(id), empty: false, page: rows })
    }

    /// By number, in the caller's order; pages have so many rows, if that is not what the list asks for.
    fn numbered(self, first: u32, rows: Option<u32>) -> BoxStream<'static, Result<ListPage<T>>> {
        let start = (first, rows.unwrap_or(self.page_size).clamp(1, PAGE_MAX));
        let list = Arc::new(self);
        let fetch: FetchChained<(u32, u32), ListPage<T>> = Arc::new(move |place| {
            let list = Arc::clone(&list);
            async move { list.page(place).await }.boxed()
        });
        pages::chained(start, fetch, |page| match page.records.as_slice() {
            [] => Content::Empty,
            records => Content::Rows(pages::fingerprint(records.iter().map(|record| &record.raw))),
        })
    }

    /// A page by its number and its rows, in smaller ones if it is too large, and the place of the next one.
    async fn page(&self, (mut number, mut rows): (u32, u32)) -> Result<(ListPage<T>, Option<(u32, u32)>)> {
        let answer = loop {
            match self.call(None, rows)?.query("page", number).send().await {
                Err(error) if pages::is_too_large(&error) => match pages::smaller(rows) {
                    Some(fewer) => {
                        number = (number - 1).saturating_mul(rows / fewer).saturating_add(1);
                        rows = fewer;
                    }
                    None => break None,
                },
                answer => break Some(answer?),
            }
        };
        let (mut page, more) = match &answer {
            Some(answer) => {
                let page = decode::<T>(answer, self.operation.name)?;
                let more = !page.records.is_empty() && (page.records.len() >= rows as usize || has_next(answer));
                (page, more)
            }
            None => {
                // It is not known whether another one comes behind it: an empty page tells.
                let alone = Self { fields: Some("id".to_owned()), ..self.clone() };
                let answer = alone.call(None, 1)?.query("page", number).send().await?;
                let mut ids = Rows::of(&answer, self.operation.name)?;
                ids.too_large = Some(self.cw.http().body_cap());
                (ids.page(), true)
            }
        };
        let (read, whole) = (u64::from(number) * u64::from(rows), u64::from(self.page_size));
        let light = answer.is_some_and(|answer| answer.body.len() < self.cw.http().body_cap() / 4);
        let next = match (more, u32::try_from(read / whole)) {
            (false, _) => None,
            // Larger pages may fit again.
            (true, Ok(pages)) if light && read.is_multiple_of(whole) => Some((pages + 1, self.page_size)),
            (true, _) => Some((number + 1, rows)),
        };
        page.cursor = next.map(|(page, rows)| {
            let place = if rows == self.page_size { Position::Page(page) } else { Position::Rows { page, rows } };
            place.cursor()
        });
        Ok((page, next))
    }

    fn at_parent(&self, call: Call) -> Call {
        match self.parent {
            Some(parent) => call.path("parent", parent),
            None => call,
        }
    }

    /// One request of the list for so many rows, without its page.
    fn call(&self, span: Option<Span>, rows: u32) -> Result<Call> {
        let mut list = Cow::Borrowed(self);
        if let Some(until) = span.and_then(|s| s.until) {
            list = Cow::Owned(self.clone().condition(field("id").le(until)));
        }
        let search = match list.search {
            Some(search) if list.address_length()? > URL_MAX => Some(search),
            _ => None,
        };
        let mut call = match search {
            Some(search) => {
                let text = |c: &Option<Condition>| c.as_ref().map(Condition::render).transpose();
                let mut body = serde_json::Map::new();
                // The spelling of the search, not of the address.
                for (name, value) in [
                    ("conditions", text(&list.conditions)?),
                    ("childconditions", text(&list.child_conditions)?),
                    ("customfieldconditions", text(&list.custom_field_conditions)?),
                    ("orderBy", list.order.as_ref().map(|o| format!("{o},id asc"))),
                ] {
                    if let Some(value) = value {
                        body.insert(name.to_owned(), json!(value));
                    }
                }
                let call = self.cw.http().call(search).lane(self.lane);
                self.params.iter().fold(call, |call, (name, value)| call.query(name, value)).json(&body)
            }
            None => {
                let call = list.narrowed(list.at_parent(self.cw.http().call(self.operation).lane(self.lane)))?;
                match &list.order {
                    Some(order) => call.query("orderBy", format_args!("{order},id asc")),
                    None => call,
                }
            }
        };
        if let Some(span) = span {
            call = call.header(PAGINATION, HeaderValue::from_static("forward-only")).query("pageId", span.after);
        }
        Ok(call.query_opt("fields", self.fields.as_ref()).query("pageSize", rows))
    }

    fn narrowed(&self, mut call: Call) -> Result<Call> {
        for (name, condition) in [
            ("conditions", &self.conditions),
            ("childConditions", &self.child_conditions),
            ("customFieldConditions", &self.custom_field_conditions),
        ] {
            if let Some(condition) = condition {
                call = call.query(name, condition.render()?);
            }
        }
        Ok(self.params.iter().fold(call, |call, (name, value)| call.query(name, value)))
    }

    /// How long the address becomes, encoded.
    fn address_length(&self) -> Result<usize> {
        let mut length = 200 + self.fields.as_ref().map_or(0, String::len);
        for condition in [&self.conditions, &self.child_conditions, &self.custom_field_conditions].into_iter().flatten()
        {
            length += url::form_urlencoded::byte_serialize(condition.render()?.as_bytes()).map(str::len).sum::<usize>();
        }
        Ok(length)
    }
}

impl<T: Searchable> List<T> {
    /// Conditions that are too long for an address go by POST.
    pub(crate) fn searchable(mut self) -> Self {
        self.search = Some(T::search_operation());
        self
    }
}

pub(crate) fn decode<T: ConnectWiseResource>(answer: &Response, operation: &'static str) -> Result<ListPage<T>> {
    Ok(Rows::of(answer, operation)?.page())
}
