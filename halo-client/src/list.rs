//! Halo's lists: builder, pages and cursors.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt, TryStreamExt};
use psa_core::{Cursor, Error, ErrorKind, Lane, Phase, Result};
use psa_http::Response;
use psa_http::json::{self, Native};
use psa_http::list::{self, ListPage, RawRecord};
use psa_http::pages::{self, Ask, Numbered};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::client::Halo;
use crate::envelope::{Envelope, salvaged};
use crate::resources::HaloResource;

/// About a million ids: more are read page by page, so that they are never in memory all at once.
const IDS_CAP: usize = 16 << 20;

/// The largest page Halo serves.
pub(crate) const PAGE_MAX: u32 = 100;

/// A list under construction.
///
/// It is a [`stream`](Self::stream) of typed records, a stream of [`pages`](Self::pages) with a cursor each, or [`all`](Self::all) at once.
#[must_use = "a list does nothing until it is read"]
pub struct List<T> {
    halo: Halo,
    params: Vec<(Cow<'static, str>, String)>,
    page_size: u32,
    window: usize,
    lane: Lane,
    ordered: bool,
    resource: PhantomData<fn() -> T>,
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        Self { halo: self.halo.clone(), params: self.params.clone(), ..*self }
    }
}

impl<T> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List").field("params", &self.params).finish_non_exhaustive()
    }
}

impl<T: HaloResource> List<T> {
    pub(crate) fn new(halo: Halo) -> Self {
        // One more than may be under way at once, so that a request stands ready when a place gets free.
        let window = halo.window() + 1;
        Self {
            halo,
            params: T::LIST_PARAMS.iter().map(|(name, value)| (Cow::Borrowed(*name), (*value).to_owned())).collect(),
            page_size: PAGE_MAX,
            window,
            lane: Lane::Interactive,
            ordered: T::LIST_PARAMS.iter().any(|(name, _)| *name == "order"),
            resource: PhantomData,
        }
    }

    /// Any query parameter, also one that this crate has no method for. Halo ignores names it does not know.
    pub fn query(mut self, name: impl Into<Cow<'static, str>>, value: impl fmt::Display) -> Self {
        let name = name.into();
        self.ordered |= name == "order";
        self.params.retain(|(n, _)| *n != name);
        self.params.push((name, value.to_string()));
        self
    }

    /// Rows a page; at most 100.
    pub fn page_size(mut self, rows: u32) -> Self {
        self.page_size = rows.clamp(1, PAGE_MAX);
        self
    }

    /// Pages read ahead.
    pub fn prefetch(mut self, pages: usize) -> Self {
        self.window = pages.max(1);
        self
    }

    /// Who waits for the answer.
    pub fn lane(mut self, lane: Lane) -> Self {
        self.lane = lane;
        self
    }

    /// The typed records. One that can't be decoded is an error; [`records`](Self::records) goes on over it.
    pub fn stream(self) -> BoxStream<'static, Result<Native<T>>> {
        list::natives(self.pages(None), T::operations().list.name)
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
        if !T::PAGED {
            return self.fetch_whole().await;
        }
        let mut rows = self.page_size;
        loop {
            match self.fetch(Ask { number: 1, rows }).await {
                Err(error) if pages::is_too_large(&error) && rows > 1 => rows = pages::smaller(rows).unwrap_or(1),
                answer => return decode_page(&answer?),
            }
        }
    }

    /// How many there are.
    ///
    /// # Errors
    /// What the network can do; [`ErrorKind::Unsupported`] for a list that does not page.
    pub async fn count(self) -> Result<u64> {
        if !T::PAGED {
            return Err(Error::unsupported("this list tells no count").with_operation(T::operations().list.name));
        }
        let mut number = 1;
        let page = loop {
            match self.fetch(Ask { number, rows: 1 }).await {
                // The count stands on every page; a row that is too large is on few.
                Err(error) if pages::is_too_large(&error) && number < 10 => number += 1,
                answer => break decode_page::<T>(&answer?)?,
            }
        };
        page.total.ok_or_else(|| {
            Error::new(ErrorKind::Decode, "the list has no record_count").with_operation(T::operations().list.name)
        })
    }

    /// The pages, from `cursor` on.
    pub fn pages(self, cursor: Option<Cursor>) -> BoxStream<'static, Result<ListPage<T>>> {
        if !T::PAGED {
            return stream::once(async move { self.fetch_whole().await }).boxed();
        }
        let position = match cursor.as_ref().map(Position::read).transpose() {
            Ok(position) => position,
            Err(error) => return stream::once(async { Err(error) }).boxed(),
        };
        let start = pages::Start {
            number: position.as_ref().map_or(1, |p| p.page),
            page_rows: position.as_ref().map(|p| p.rows),
            // The pages before were of this size.
            asked: position.as_ref().map_or(self.page_size, |p| p.rows),
            window: self.window,
            cap: self.halo.http().body_cap(),
        };
        let list = Arc::new(self);
        let fetch: pages::FetchNumbered<Response> = Arc::new(move |ask| {
            let list = Arc::clone(&list);
            async move { list.fetch(ask).await }.boxed()
        });
        let cap = start.cap;
        let read: pages::ReadNumbered<Response, ListPage<T>> = Arc::new(move |ask, answer| {
            let page = match &answer {
                Some(answer) => decode_page::<T>(answer)?,
                None => alone(list::too_large_row(Bytes::new(), cap)),
            };
            Ok(Numbered {
                number: ask.number,
                rows: page.records.len(),
                total: page.total,
                bytes: answer.map_or(0, |answer| answer.body.len()),
                fingerprint: pages::fingerprint(page.records.iter().map(|r| {
                    r.value
                        .as_ref()
                        .map_or_else(|_| format!("raw:{}", String::from_utf8_lossy(&r.raw)), |v| v.key().to_string())
                })),
                next: None,
                page_rows: 0,
                page,
            })
        });
        pages::numbered(start, fetch, read)
            .map_ok(|numbered| {
                let mut page = numbered.page;
                page.whole = numbered.number == 1 && numbered.next.is_none();
                page.cursor = numbered.next.map(|next| Position { page: next, rows: numbered.page_rows }.cursor());
                page
            })
            .boxed()
    }

    async fn fetch_whole(self) -> Result<ListPage<T>> {
        let answer = self.call().send().await?;
        let mut page = decode_page::<T>(&answer)?;
        page.whole = true;
        Ok(page)
    }

    async fn fetch(&self, ask: Ask) -> Result<Response> {
        let mut call = self.call().query("pageinate", true).query("page_no", ask.number).query("page_size", ask.rows);
        if !self.ordered {
            // The only order in which rows do not move when others change.
            call = call.query("order", "id").query("orderdesc", false);
        }
        call.send().await
    }

    fn call(&self) -> psa_http::Call {
        let mut call = self.halo.http().call(T::operations().list).lane(self.lane);
        for (name, value) in &self.params {
            call = call.query(name, value);
        }
        call
    }

    /// The ids of a list that is asked for ids only, without decoding anything else.
    pub(crate) async fn send_ids(&self) -> Result<Vec<i64>> {
        #[derive(Deserialize)]
        struct Id {
            #[serde(deserialize_with = "json::id")]
            id: i64,
        }
        let answer = self.call().body_cap(IDS_CAP).send().await?;
        let operation = T::operations().list.name;
        // There may be a million: straight into numbers.
        match Envelope::<Id>::read(&answer.body, T::ITEMS) {
            Ok(envelope) => Ok(envelope.rows.into_iter().map(|row| row.id).collect()),
            Err(error) => {
                let (rows, _) = raw_rows::<T>(&answer)?;
                // A list of ids proves what is gone: one that is missing in it must not look so.
                rows.iter().map(|row| list::id_in(row)).collect::<Option<Vec<i64>>>().ok_or_else(|| {
                    Error::new(ErrorKind::Decode, "a row without an id came in a list of ids")
                        .with_operation(operation)
                        .with_phase(Phase::Answered)
                        .with_source(error)
                })
            }
        }
    }

    pub(crate) async fn send_unpaged(&self) -> Result<ListPage<T>> {
        decode_page::<T>(&self.call().send().await?)
    }
}

/// Halo's own form of a date in a query.
pub(crate) fn query_date(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// What a list's cursor holds.
#[derive(Debug, Serialize, Deserialize)]
struct Position {
    page: u32,
    rows: u32,
}

impl Position {
    fn read(cursor: &Cursor) -> Result<Self> {
        let position: Self = serde_json::from_str(cursor.as_str())
            .map_err(|e| Error::new(ErrorKind::InvalidRequest, "this cursor is not from this list").with_source(e))?;
        if position.page == 0 || position.rows == 0 {
            return Err(Error::new(ErrorKind::InvalidRequest, "this cursor is not from this list"));
        }
        Ok(position)
    }

    fn cursor(&self) -> Cursor {
        Cursor::new(serde_json::to_string(self).unwrap_or_default())
    }
}

pub(crate) fn decode_page<T: HaloResource>(answer: &Response) -> Result<ListPage<T>> {
    let (rows, total) = raw_rows::<T>(answer)?;
    Ok(ListPage { total, ..ListPage::of_rows(rows, answer.vendor_time()) })
}

/// The rows of an answer and the count beside them. Damage in one row costs no other row.
fn raw_rows<T: HaloResource>(answer: &Response) -> Result<(Vec<Bytes>, Option<u64>)> {
    let operation = T::operations().list.name;
    match Envelope::<&RawValue>::read(&answer.body, T::ITEMS) {
        Ok(envelope) => {
            let rows = envelope.rows.into_iter().map(|row| json::slice(&answer.body, row)).collect();
            Ok((rows, envelope.record_count))
        }
        Err(error) => match salvaged(&answer.body, T::ITEMS) {
            Some((found, total)) => Ok((list::salvaged_rows(answer, &found, operation), total)),
            None => Err(list::not_a_list(answer, operation, error)),
        },
    }
}

/// A page of one record.
pub(crate) fn alone<T>(record: RawRecord<T>) -> ListPage<T> {
    ListPage { records: vec![record], total: None, cursor: None, vendor_time: None, whole: false }
}
