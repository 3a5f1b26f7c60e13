//! Where a list goes on: what its cursor holds.

use psa_core::{Cursor, Error, ErrorKind, Result};
use psa_http::walks::Span;
use serde::{Deserialize, Serialize};

/// What a list's cursor holds.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Position {
    Spans(Vec<Span>),
    /// A page of as many rows as the list asks for.
    Page(u32),
    /// A page of fewer rows, where more did not fit.
    Rows {
        page: u32,
        rows: u32,
    },
}

pub(super) fn foreign_cursor() -> Error {
    Error::new(ErrorKind::InvalidRequest, "this cursor is not from this list")
}

impl Position {
    pub(super) fn read(cursor: &Cursor) -> Result<Self> {
        match serde_json::from_str(cursor.as_str()) {
            Ok(Self::Spans(spans)) if spans.is_empty() => Err(foreign_cursor()),
            Ok(Self::Page(0) | Self::Rows { page: 0, .. } | Self::Rows { rows: 0, .. }) => Err(foreign_cursor()),
            Ok(position) => Ok(position),
            Err(error) => Err(foreign_cursor().with_source(error)),
        }
    }

    pub(super) fn cursor(&self) -> Cursor {
        Cursor::new(serde_json::to_string(self).unwrap_or_default())
    }
}
