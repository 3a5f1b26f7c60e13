//! Pages and their envelopes.

use serde_json::{Map, Value, json};

use super::params::{Context, Params};
use crate::emulator::reply::Reply;
use crate::emulator::row::Row;

/// Rows of a list that is not paged and has no `count`.
pub(super) const DEFAULT_ROWS: usize = 50;
/// The largest `count`.
pub(super) const MOST_ROWS: usize = 1000;
/// The largest page.
pub(super) const PAGE_CAP: usize = 100;

/// Where a list starts and ends.
pub(super) enum Slice {
    Page { number: usize, size: usize },
    Head(usize),
}

pub(super) fn slice(params: &Params<'_>, context: &Context<'_>, ids_only: bool, cap: usize) -> Slice {
    let paged = params.flag("pageinate") || !context.quirks.pageinate_needed;
    match params.int("page_no") {
        Some(number) if paged && !ids_only => {
            let size = params.int("page_size").filter(|s| *s > 0).map_or(DEFAULT_ROWS, |s| s as usize);
            let size = if context.quirks.silent_page_cap { size.min(cap) } else { size };
            Slice::Page { number: number.max(1) as usize, size }
        }
        _ if ids_only && context.open.ids_uncut => Slice::Head(usize::MAX),
        _ => {
            let count = params.int("count").filter(|c| *c > 0).map_or(DEFAULT_ROWS, |c| c as usize);
            Slice::Head(count.min(MOST_ROWS))
        }
    }
}

impl Slice {
    pub(super) fn of<'r, T>(&self, rows: &'r [T]) -> &'r [T] {
        match self {
            Self::Page { number, size } => {
                let start = (number - 1).saturating_mul(*size).min(rows.len());
                &rows[start..(start + size).min(rows.len())]
            }
            Self::Head(count) => &rows[..rows.len().min(*count)],
        }
    }

    pub(super) fn envelope(&self, items: &str, rows: Vec<Row>, total: usize) -> Reply {
        let mut body = Map::new();
        match self {
            Self::Page { number, size } => {
                body.insert("page_no".into(), json!(number));
                body.insert("page_size".into(), json!(size));
                body.insert("record_count".into(), json!(total));
            }
            // Without paging the count is what came, however much there is.
            Self::Head(_) => {
                body.insert("record_count".into(), json!(rows.len()));
            }
        }
        body.insert("columns_id".into(), json!(1));
        body.insert("columns".into(), json!([]));
        body.insert(items.into(), Value::Array(rows.into_iter().map(Value::Object).collect()));
        Reply::json(200, &Value::Object(body))
    }
}
