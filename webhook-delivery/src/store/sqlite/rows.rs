//! What lies in the tables' columns, and back.

use std::time::Duration;

use chrono::{DateTime, Utc};
use psa_store::StoreError;
use psa_store::rusqlite::Row;

use crate::endpoint::{Endpoint, EndpointHealth, EndpointSettings, EndpointState};
use crate::store::{Attempt, AttemptEnd, Delivery, DeliveryState, Trigger};
use crate::{CustomHeaders, EventType};

pub(super) type Result<T> = std::result::Result<T, StoreError>;

pub(super) fn ms(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

pub(super) fn time(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or_default()
}

/// However long it is.
pub(super) fn duration_ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

pub(super) fn damaged(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Damaged(Box::new(error))
}

pub(super) fn event_type(text: String) -> Result<EventType> {
    text.parse().map_err(damaged)
}

pub(super) fn trigger_text(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Schedule => "schedule",
        Trigger::Replay => "replay",
        Trigger::Manual => "manual",
    }
}

fn trigger(text: &str) -> Trigger {
    match text {
        "replay" => Trigger::Replay,
        "manual" => Trigger::Manual,
        _ => Trigger::Schedule,
    }
}

pub(super) const ENDPOINT: &str = "id, url, settings, headers, disabled_why, disabled_since, last_success, last_failure, failing_since, created_at, version";

pub(super) fn endpoint(row: &Row<'_>) -> Result<Endpoint> {
    let at = |column: &str| -> Result<Option<DateTime<Utc>>> { Ok(row.get::<_, Option<i64>>(column)?.map(time)) };
    let why: Option<String> = row.get("disabled_why")?;
    Ok(Endpoint {
        id: row.get("id")?,
        url: row.get("url")?,
        settings: EndpointSettings {
            headers: CustomHeaders::from_stored(&row.get::<_, String>("headers")?).map_err(damaged)?,
            ..serde_json::from_str(&row.get::<_, String>("settings")?).map_err(damaged)?
        },
        state: match why {
            Some(why) => EndpointState::Disabled { why, since: at("disabled_since")?.unwrap_or_default() },
            None => EndpointState::Enabled,
        },
        health: EndpointHealth {
            last_success: at("last_success")?,
            last_failure: at("last_failure")?,
            failing_since: at("failing_since")?,
        },
        created_at: time(row.get("created_at")?),
        version: row.get::<_, i64>("version")? as u64,
    })
}

/// The columns that are written of an endpoint, beside its id and version.
pub(super) fn endpoint_columns(e: &Endpoint) -> Result<(String, String, Option<String>, Option<i64>)> {
    let json = |r: std::result::Result<String, serde_json::Error>| r.map_err(|e| StoreError::Sql(e.into()));
    let (why, since) = match &e.state {
        EndpointState::Enabled => (None, None),
        EndpointState::Disabled { why, since } => (Some(why.clone()), Some(ms(*since))),
    };
    Ok((json(serde_json::to_string(&e.settings))?, json(serde_json::to_string(&e.settings.filter))?, why, since))
}

pub(super) fn delivery(row: &Row<'_>) -> Result<Delivery> {
    let state = match row.get::<_, i64>("state")? {
        0 => DeliveryState::Pending,
        1 => DeliveryState::Delivered,
        _ => DeliveryState::Dead { reason: row.get::<_, Option<String>>("reason")?.unwrap_or_default() },
    };
    Ok(Delivery {
        id: row.get("id")?,
        event_id: row.get("event_id")?,
        event_type: event_type(row.get("event_type")?)?,
        endpoint_id: row.get("endpoint_id")?,
        state,
        attempts: row.get("attempts")?,
        created_at: time(row.get("created_at")?),
        next_at: time(row.get("next_at")?),
    })
}

pub(super) fn attempt(row: &Row<'_>) -> Result<Attempt> {
    let end = match row.get::<_, Option<i64>>("ended_at")? {
        None => None,
        Some(_) => Some(AttemptEnd {
            delivered: row.get::<_, Option<bool>>("delivered")?.unwrap_or_default(),
            status: row.get("status")?,
            took: Duration::from_millis(row.get::<_, Option<i64>>("took_ms")?.unwrap_or_default() as u64),
            error: row.get("error")?,
            excerpt: row.get::<_, Option<String>>("excerpt")?.unwrap_or_default(),
        }),
    };
    Ok(Attempt {
        delivery_id: row.get("delivery_id")?,
        number: row.get("number")?,
        trigger: trigger(&row.get::<_, String>("cause")?),
        started_at: time(row.get("started_at")?),
        end,
    })
}
