//! Dates as Halo writes and reads them.

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, Utc};
use serde_json::Value;

use super::quirks::Quirks;

/// The three forms of date in one document.
pub(super) fn fresh(at: DateTime<Utc>, quirks: &Quirks) -> String {
    if quirks.mixed_dates {
        format!("{}{}Z", at.format("%Y-%m-%dT%H:%M:%S%.6f"), at.timestamp_subsec_nanos() / 100 % 10)
    } else {
        at.to_rfc3339_opts(SecondsFormat::Millis, true)
    }
}

pub(super) fn stored(at: DateTime<Utc>, quirks: &Quirks) -> String {
    if !quirks.mixed_dates {
        return at.to_rfc3339_opts(SecondsFormat::Millis, true);
    }
    let text = at.format("%Y-%m-%dT%H:%M:%S%.3f").to_string();
    let text = text.trim_end_matches('0');
    text.strip_suffix('.').unwrap_or(text).to_owned()
}

/// No date, in one of three forms.
pub(super) fn no_date(which: usize, quirks: &Quirks) -> Value {
    if quirks.empty_dates {
        ["0001-01-01T00:00:00", "1899-12-30T00:00:00", "1900-01-01T00:00:00Z"][which % 3].into()
    } else {
        Value::Null
    }
}

/// A date in any form that a client sends.
pub(super) fn parse_date(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.with_timezone(&Utc));
    }
    let naive = text.parse::<NaiveDateTime>().or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M"));
    if let Ok(at) = naive {
        return Some(at.and_utc());
    }
    Some(text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0)?.and_utc())
}
