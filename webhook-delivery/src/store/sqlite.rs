//! The store in SQLite.

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use psa_store::rusqlite::types::ToSql;
use psa_store::rusqlite::{OptionalExtension, Row, Transaction, params};
use psa_store::{Sqlite, StoreError};

use super::{
    Attempt, AttemptEnd, Claimed, Completed, Delivery, DeliveryQuery, DeliveryState, EndpointChange, EndpointStats,
    Published, Replay, StateFilter, Store, Then, Trigger,
};
use crate::endpoint::{Endpoint, EndpointHealth, EndpointSettings, EndpointState, SigningSecret};
use crate::{CustomHeaders, Event, EventFilter, EventType};

type Result<T> = std::result::Result<T, StoreError>;

const MIGRATIONS: &[&str] = &[include_str!("schema.sql")];

/// Webhooks in a SQLite file, or in tables of a database that you have: then an event can be a part of your own transaction.
/// The tables are called `webhook_…`.
///
/// ```
/// use webhook_delivery::{Event, SqliteStore, events::{EventData, TicketStatusChanged}};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let store = SqliteStore::in_memory().await?;
/// let now = "2026-11-25T12:00:00Z".parse().unwrap();
/// let event = Event::new(now, &TicketStatusChanged::example()).unwrap();
///
/// // The change and the event that tells of it: both happen, or neither.
/// store.database().write(move |tx| {
///     tx.execute_batch("CREATE TABLE my_ticket (id INTEGER, status TEXT); INSERT INTO my_ticket VALUES (1, 'Resolved')")?;
///     SqliteStore::publish_in(tx, &[event], now)
/// }).await?;
/// # Ok::<(), psa_store::StoreError>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone)]
pub struct SqliteStore(Sqlite);

impl SqliteStore {
    /// Opens the file, and makes it if it is not there.
    ///
    /// # Errors
    /// As [`Sqlite::open`].
    pub async fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::over(Sqlite::open(path).await?).await
    }

    /// A store in memory, for tests and demonstrations.
    ///
    /// # Errors
    /// If SQLite can't start.
    pub async fn in_memory() -> Result<Self> {
        Self::over(Sqlite::in_memory().await?).await
    }

    /// Tables in a database of yours.
    ///
    /// # Errors
    /// As [`Sqlite::migrate`].
    pub async fn over(db: Sqlite) -> Result<Self> {
        db.migrate("webhook-delivery", MIGRATIONS).await?;
        Ok(Self(db))
    }

    /// The database, for your own transactions.
    pub fn database(&self) -> &Sqlite {
        &self.0
    }

    /// Publishes in a transaction of yours (`tx` is rusqlite's, by `psa_store::rusqlite`): the events are there if and only if it commits. Tell the dispatcher by
    /// [`Webhooks::wake`](crate::Webhooks::wake) then; without, it looks once a second.
    ///
    /// # Errors
    /// What the database says.
    pub fn publish_in(tx: &Transaction<'_>, events: &[Event], now: DateTime<Utc>) -> Result<Vec<Published>> {
        publish(tx, events, now)
    }
}

fn ms(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

fn time(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or_default()
}

/// However long it is.
fn duration_ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn damaged(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Damaged(Box::new(error))
}

fn event_type(text: String) -> Result<EventType> {
    text.parse().map_err(damaged)
}

fn trigger_text(trigger: Trigger) -> &'static str {
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

const ENDPOINT: &str = "id, url, settings, headers, disabled_why, disabled_since, last_success, last_failure, failing_since, created_at, version";

fn endpoint(row: &Row<'_>) -> Result<Endpoint> {
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
fn endpoint_columns(e: &Endpoint) -> Result<(String, String, Option<String>, Option<i64>)> {
    let json = |r: std::result::Result<String, serde_json::Error>| r.map_err(|e| StoreError::Sql(e.into()));
    let (why, since) = match &e.state {
        EndpointState::Enabled => (None, None),
        EndpointState::Disabled { why, since } => (Some(why.clone()), Some(ms(*since))),
    };
    Ok((json(serde_json::to_string(&e.settings))?, json(serde_json::to_string(&e.settings.filter))?, why, since))
}

fn publish(tx: &Transaction<'_>, events: &[Event], now: DateTime<Utc>) -> Result<Vec<Published>> {
    struct Wants {
        endpoint: String,
        tenant: Option<String>,
        filter: EventFilter,
    }
    let mut select =
        tx.prepare_cached("SELECT id, tenant, filter FROM webhook_endpoint WHERE disabled_why IS NULL ORDER BY id")?;
    let mut rows = select.query([])?;
    let mut endpoints = Vec::new();
    while let Some(row) = rows.next()? {
        let filter: String = row.get(2)?;
        endpoints.push(Wants {
            endpoint: row.get(0)?,
            tenant: row.get(1)?,
            filter: serde_json::from_str(&filter).map_err(damaged)?,
        });
    }
    let mut published = Vec::with_capacity(events.len());
    for event in events {
        let new = tx
            .prepare_cached(
                "INSERT INTO webhook_event (event_id, event_type, tenant, subject, published_at, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
            )?
            .execute(params![
                event.id,
                event.event_type.as_str(),
                event.tenant,
                event.subject,
                ms(now),
                event.body.as_ref()
            ])?;
        if new == 0 {
            published.push(Published { event_id: event.id.clone(), deliveries: None });
            continue;
        }
        let row = tx.last_insert_rowid();
        let mut deliveries = 0;
        let mut insert = tx.prepare_cached(
            "INSERT INTO webhook_delivery (event, endpoint_id, subject, next_at, created_at) VALUES (?1, ?2, ?3, ?4, ?4)",
        )?;
        for wants in &endpoints {
            let own = wants.tenant.is_none() || wants.tenant == event.tenant;
            if own && wants.filter.takes(&event.event_type) {
                insert.execute(params![row, wants.endpoint, event.subject, ms(now)])?;
                deliveries += 1;
            }
        }
        published.push(Published { event_id: event.id.clone(), deliveries: Some(deliveries) });
    }
    Ok(published)
}

/// Leases a row that was found, and writes its try down.
fn lease(tx: &Transaction<'_>, id: i64, now: i64, until: i64, cause: Option<Trigger>) -> Result<Claimed> {
    // A try without an end, though nobody holds its lease any more: the process died, or lost its database.
    tx.prepare_cached(
        "UPDATE webhook_attempt SET ended_at = ?2, delivered = 0, error = 'interrupted' WHERE delivery_id = ?1 AND ended_at IS NULL",
    )?
    .execute((id, now))?;
    let due: i64 =
        tx.prepare_cached("SELECT next_at FROM webhook_delivery WHERE id = ?1")?.query_row([id], |row| row.get(0))?;
    let lease: i64 = tx
        .prepare_cached(
            "UPDATE webhook_delivery SET lease = COALESCE(lease, 0) + 1, next_at = ?2, attempts = attempts + 1
             WHERE id = ?1 RETURNING lease",
        )?
        .query_row((id, until), |row| row.get(0))?;
    let (claimed, number, own_cause) = tx
        .prepare_cached(
            "SELECT d.endpoint_id, e.event_id, e.event_type, d.failures, e.body, d.attempts, d.cause
             FROM webhook_delivery d JOIN webhook_event e ON e.id = d.event WHERE d.id = ?1",
        )?
        .query_row([id], |row| {
            let claimed = (row.get(0)?, row.get(1)?, row.get::<_, String>(2)?, row.get(3)?, row.get::<_, Vec<u8>>(4)?);
            Ok((claimed, row.get::<_, i64>(5)?, row.get::<_, String>(6)?))
        })?;
    let cause = cause.map_or(own_cause, |c| trigger_text(c).to_owned());
    tx.prepare_cached("INSERT INTO webhook_attempt (delivery_id, number, cause, started_at) VALUES (?1, ?2, ?3, ?4)")?
        .execute((id, number, cause, now))?;
    let (endpoint_id, event_id, kind, failures, body) = claimed;
    Ok(Claimed {
        delivery_id: id,
        attempt_id: tx.last_insert_rowid(),
        lease,
        endpoint_id,
        event_id,
        event_type: event_type(kind)?,
        failures,
        due_at: time(due),
        body: Bytes::from(body),
    })
}

fn claim(tx: &Transaction<'_>, rooms: &[(String, u32)], most: u32, now: i64, until: i64) -> Result<Vec<Claimed>> {
    let mut claimed = Vec::new();
    for (endpoint, room) in rooms {
        let room = (*room).min(most.saturating_sub(claimed.len() as u32));
        if room == 0 {
            break;
        }
        let ids: Vec<i64> = tx
            .prepare_cached(
                "SELECT d.id FROM webhook_delivery d JOIN webhook_endpoint p ON p.id = d.endpoint_id
                 WHERE d.endpoint_id = ?1 AND d.state = 0 AND d.next_at <= ?2 AND p.disabled_why IS NULL
                 AND (p.ordered = 0 OR d.subject IS NULL OR NOT EXISTS (
                    SELECT 1 FROM webhook_delivery b WHERE b.endpoint_id = d.endpoint_id AND b.state = 0
                    AND b.subject = d.subject AND b.event < d.event))
                 ORDER BY d.next_at, d.event LIMIT ?3",
            )?
            .query_map((endpoint, now, room), |row| row.get(0))?
            .collect::<std::result::Result<_, _>>()?;
        for id in ids {
            claimed.push(lease(tx, id, now, until, None)?);
        }
    }
    Ok(claimed)
}

fn complete(
    tx: &Transaction<'_>,
    done: &[Completed],
    now: i64,
    disable_after: Duration,
) -> Result<Vec<EndpointChange>> {
    let mut changes = Vec::new();
    for c in done {
        tx.prepare_cached(
            "UPDATE webhook_attempt SET ended_at = ?2, delivered = ?3, status = ?4, took_ms = ?5, error = ?6, excerpt = ?7 WHERE id = ?1",
        )?
        .execute(params![
            c.attempt_id,
            now,
            c.end.delivered,
            c.end.status,
            duration_ms(c.end.took),
            c.end.error,
            c.end.excerpt
        ])?;
        // Under another lease the delivery is somebody else's by now. What arrived has arrived all the same, unless it was asked
        // for once more since then.
        let held = "id = ?1 AND lease = ?2";
        match &c.then {
            Then::Delivered => tx
                .prepare_cached(
                    "UPDATE webhook_delivery SET state = 1, reason = NULL WHERE id = ?1 AND (lease = ?2 OR cause <> 'replay')",
                )?
                .execute((c.delivery_id, c.lease))?,
            Then::Retry { at } => tx
                .prepare_cached(&format!(
                    "UPDATE webhook_delivery SET failures = failures + 1, next_at = ?3, cause = 'schedule' WHERE {held} AND state = 0"
                ))?
                .execute((c.delivery_id, c.lease, ms(*at)))?,
            Then::Dead { reason } | Then::EndpointGone { reason } => tx
                .prepare_cached(&format!(
                    "UPDATE webhook_delivery SET failures = failures + 1, state = 2, reason = ?3 WHERE {held} AND state = 0"
                ))?
                .execute((c.delivery_id, c.lease, reason))?,
            Then::Unchanged { next_at } => tx
                .prepare_cached(&format!("UPDATE webhook_delivery SET next_at = ?3 WHERE {held} AND state = 0"))?
                .execute((c.delivery_id, c.lease, ms(*next_at)))?,
        };
        changes.extend(health(tx, c, now, disable_after)?);
    }
    Ok(changes)
}

/// Notes on the endpoint what became of the try, and disables it if that is the end.
fn health(tx: &Transaction<'_>, c: &Completed, now: i64, disable_after: Duration) -> Result<Option<EndpointChange>> {
    let endpoint_id = c.endpoint_id.clone();
    let found: Option<(Option<i64>, Option<i64>, bool, i64)> = tx
        .prepare_cached(
            "SELECT failing_since, last_failure, disabled_why IS NULL, version FROM webhook_endpoint WHERE id = ?1",
        )?
        .query_row([&endpoint_id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    let Some((failing_since, last_failure, enabled, version)) = found else { return Ok(None) };
    if c.end.delivered {
        tx.prepare_cached("UPDATE webhook_endpoint SET last_success = ?2, failing_since = NULL WHERE id = ?1")?
            .execute((&endpoint_id, now))?;
        return Ok(failing_since.map(|since| EndpointChange::Recovered { endpoint_id, failing_since: time(since) }));
    }
    if matches!(c.then, Then::Unchanged { .. }) {
        return Ok(None);
    }
    // A failure long after the last one is the first of its own: in between there was nothing to fail.
    let quiet = last_failure.is_some_and(|last| now.saturating_sub(last) > duration_ms(disable_after));
    let since = failing_since.filter(|_| !quiet).unwrap_or(now);
    tx.prepare_cached("UPDATE webhook_endpoint SET last_failure = ?2, failing_since = ?3 WHERE id = ?1")?.execute((
        &endpoint_id,
        now,
        since,
    ))?;
    let why = match &c.then {
        _ if version as u64 != c.endpoint_version => return Ok(None),
        Then::EndpointGone { reason } => reason.clone(),
        _ if now.saturating_sub(since) >= duration_ms(disable_after) => {
            format!("nothing but failures since {}", time(since).format("%Y-%m-%d %H:%M UTC"))
        }
        _ => return Ok(None),
    };
    if !enabled {
        return Ok(None);
    }
    tx.prepare_cached(
        "UPDATE webhook_endpoint SET disabled_why = ?2, disabled_since = ?3, version = version + 1 WHERE id = ?1",
    )?
    .execute((&endpoint_id, &why, now))?;
    if matches!(c.then, Then::EndpointGone { .. }) {
        tx.prepare_cached("UPDATE webhook_delivery SET state = 2, reason = ?2 WHERE endpoint_id = ?1 AND state = 0")?
            .execute((&endpoint_id, &why))?;
    }
    Ok(Some(EndpointChange::Disabled { endpoint_id, why }))
}

fn delivery(row: &Row<'_>) -> Result<Delivery> {
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

fn attempt(row: &Row<'_>) -> Result<Attempt> {
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

fn replay(tx: &Transaction<'_>, replay: &Replay, now: i64) -> Result<u64> {
    if replay.missed {
        add_missed(tx, replay, now)?;
    }
    let mut select = tx.prepare(
        "SELECT d.id, e.event_type FROM webhook_delivery d JOIN webhook_event e ON e.id = d.event
         WHERE d.endpoint_id = ?1 AND (?2 IS NULL OR d.id = ?2) AND e.published_at >= ?3
         AND (d.state = 2 OR (?4 AND d.state = 1) OR (?2 IS NOT NULL AND d.state = 0)) ORDER BY d.event",
    )?;
    let since = replay.since.map_or(i64::MIN, ms);
    let mut rows = select.query(params![replay.endpoint, replay.delivery, since, replay.delivered])?;
    let mut count = 0u64;
    while let Some(row) = rows.next()? {
        if count >= u64::from(replay.limit) {
            break;
        }
        if !replay.filter.takes(&event_type(row.get(1)?)?) {
            continue;
        }
        // The next lease is another one, so a try that is under way does not end this one.
        let at = now.saturating_add(duration_ms(replay.spread).saturating_mul(count as i64));
        tx.prepare_cached(
            "UPDATE webhook_delivery SET state = 0, failures = 0, reason = NULL, cause = 'replay', next_at = ?2,
             lease = COALESCE(lease, 0) + 1 WHERE id = ?1",
        )?
        .execute((row.get::<_, i64>(0)?, at))?;
        count += 1;
    }
    Ok(count)
}

/// Dead letters for events that the endpoint and the replay want and that it never got: the replay takes them from there.
fn add_missed(tx: &Transaction<'_>, replay: &Replay, now: i64) -> Result<()> {
    let found: Option<(String, Option<String>)> = tx
        .prepare("SELECT filter, tenant FROM webhook_endpoint WHERE id = ?1")?
        .query_row([&replay.endpoint], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((filter, tenant)) = found else { return Ok(()) };
    let filter: EventFilter = serde_json::from_str(&filter).map_err(damaged)?;
    let mut select = tx.prepare(
        "SELECT e.id, e.event_type, e.subject, e.published_at FROM webhook_event e
         WHERE e.published_at >= ?1 AND (?2 IS NULL OR e.tenant = ?2)
         AND NOT EXISTS (SELECT 1 FROM webhook_delivery d WHERE d.endpoint_id = ?3 AND d.event = e.id)
         ORDER BY e.id",
    )?;
    let since = replay.since.map_or(i64::MIN, ms);
    let mut rows = select.query(params![since, tenant, replay.endpoint])?;
    let mut missed = Vec::new();
    while let Some(row) = rows.next()? {
        let kind = event_type(row.get(1)?)?;
        if filter.takes(&kind) && replay.filter.takes(&kind) {
            missed.push((row.get::<_, i64>(0)?, row.get::<_, Option<String>>(2)?, row.get::<_, i64>(3)?));
            if missed.len() as u64 >= u64::from(replay.limit) {
                break;
            }
        }
    }
    for (event, subject, published_at) in missed {
        tx.prepare_cached(
            "INSERT INTO webhook_delivery (event, endpoint_id, subject, state, reason, next_at, created_at)
             VALUES (?1, ?2, ?3, 2, 'never sent', ?4, ?5)",
        )?
        .execute(params![event, replay.endpoint, subject, now, published_at])?;
    }
    Ok(())
}

#[async_trait]
impl Store for SqliteStore {
    async fn add_endpoint(&self, e: Endpoint, secret: SigningSecret) -> Result<()> {
        self.0
            .write(move |tx| {
                let (settings, filter, why, since) = endpoint_columns(&e)?;
                tx.execute(
                    "INSERT INTO webhook_endpoint (id, url, settings, headers, tenant, filter, ordered, disabled_why, disabled_since, created_at, version)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 1)",
                    params![
                        e.id,
                        e.url,
                        settings,
                        e.settings.headers.to_stored().as_str(),
                        e.settings.tenant,
                        filter,
                        e.settings.ordered,
                        why,
                        since,
                        ms(e.created_at)
                    ],
                )?;
                tx.execute(
                    "INSERT INTO webhook_secret (endpoint_id, secret) VALUES (?1, ?2)",
                    (&e.id, secret.reveal()),
                )?;
                Ok(())
            })
            .await
    }

    async fn save_endpoint(&self, e: Endpoint) -> Result<bool> {
        self.0
            .write(move |tx| {
                let (settings, filter, why, since) = endpoint_columns(&e)?;
                let saved = tx.execute(
                    "UPDATE webhook_endpoint SET url = ?3, settings = ?4, tenant = ?5, filter = ?6, ordered = ?7, disabled_why = ?8,
                     disabled_since = ?9, headers = ?10,
                     failing_since = CASE WHEN ?8 IS NULL AND disabled_why IS NOT NULL THEN NULL ELSE failing_since END,
                     version = version + 1 WHERE id = ?1 AND version = ?2",
                    params![
                        e.id,
                        e.version as i64,
                        e.url,
                        settings,
                        e.settings.tenant,
                        filter,
                        e.settings.ordered,
                        why,
                        since,
                        e.settings.headers.to_stored().as_str()
                    ],
                )?;
                Ok(saved == 1)
            })
            .await
    }

    async fn remove_endpoints(&self, ids: Vec<String>) -> Result<u64> {
        self.0
            .write(move |tx| {
                let mut removed = 0;
                for id in ids {
                    removed += tx.execute("DELETE FROM webhook_endpoint WHERE id = ?1", [id])? as u64;
                }
                Ok(removed)
            })
            .await
    }

    async fn endpoints(&self, ids: Option<Vec<String>>) -> Result<Vec<Endpoint>> {
        self.0
            .read(move |c| {
                let mut found = Vec::new();
                match ids {
                    None => {
                        let mut select = c.prepare_cached(&format!(
                            "SELECT {ENDPOINT} FROM webhook_endpoint ORDER BY created_at, id"
                        ))?;
                        let mut rows = select.query([])?;
                        while let Some(row) = rows.next()? {
                            found.push(endpoint(row)?);
                        }
                    }
                    Some(ids) => {
                        let mut select =
                            c.prepare_cached(&format!("SELECT {ENDPOINT} FROM webhook_endpoint WHERE id = ?1"))?;
                        for id in ids {
                            let mut rows = select.query([id])?;
                            while let Some(row) = rows.next()? {
                                found.push(endpoint(row)?);
                            }
                        }
                    }
                }
                Ok(found)
            })
            .await
    }

    async fn secrets(
        &self,
        ids: Vec<String>,
        now: DateTime<Utc>,
    ) -> Result<Vec<(String, SigningSecret, Option<DateTime<Utc>>)>> {
        self.0
            .read(move |c| {
                let mut select = c.prepare_cached(
                    "SELECT secret, expires_at FROM webhook_secret WHERE endpoint_id = ?1
                     AND (expires_at IS NULL OR expires_at > ?2) ORDER BY id DESC",
                )?;
                let mut found = Vec::new();
                for id in ids {
                    let mut rows = select.query((&id, ms(now)))?;
                    while let Some(row) = rows.next()? {
                        let secret = SigningSecret::parse(row.get::<_, String>(0)?).map_err(damaged)?;
                        found.push((id.clone(), secret, row.get::<_, Option<i64>>(1)?.map(time)));
                    }
                }
                Ok(found)
            })
            .await
    }

    async fn rotate_secret(
        &self,
        endpoint_id: &str,
        secret: SigningSecret,
        now: DateTime<Utc>,
        old_until: DateTime<Utc>,
        most_old: u32,
    ) -> Result<()> {
        let id = endpoint_id.to_owned();
        self.0
            .write(move |tx| {
                tx.execute(
                    "UPDATE webhook_secret SET expires_at = min(COALESCE(expires_at, ?2), ?2) WHERE endpoint_id = ?1",
                    (&id, ms(old_until)),
                )?;
                tx.execute(
                    "DELETE FROM webhook_secret WHERE endpoint_id = ?1 AND (expires_at <= ?2 OR id NOT IN
                     (SELECT id FROM webhook_secret WHERE endpoint_id = ?1 ORDER BY id DESC LIMIT ?3))",
                    (&id, ms(now), most_old),
                )?;
                tx.execute("INSERT INTO webhook_secret (endpoint_id, secret) VALUES (?1, ?2)", (&id, secret.reveal()))?;
                tx.execute("UPDATE webhook_endpoint SET version = version + 1 WHERE id = ?1", [&id])?;
                Ok(())
            })
            .await
    }

    async fn publish(&self, events: Vec<Event>, now: DateTime<Utc>) -> Result<Vec<Published>> {
        self.0.write(move |tx| publish(tx, &events, now)).await
    }

    async fn claim(
        &self,
        rooms: Vec<(String, u32)>,
        most: u32,
        now: DateTime<Utc>,
        lease_until: DateTime<Utc>,
    ) -> Result<Vec<Claimed>> {
        self.0.write(move |tx| claim(tx, &rooms, most, ms(now), ms(lease_until))).await
    }

    async fn claim_one(&self, id: i64, now: DateTime<Utc>, lease_until: DateTime<Utc>) -> Result<Option<Claimed>> {
        self.0
            .write(move |tx| {
                let under_way: Option<bool> = tx
                    .query_row(
                        "SELECT EXISTS (SELECT 1 FROM webhook_attempt a WHERE a.delivery_id = d.id AND a.ended_at IS NULL)
                         AND d.next_at > ?2 FROM webhook_delivery d WHERE d.id = ?1",
                        (id, ms(now)),
                        |row| row.get(0),
                    )
                    .optional()?;
                match under_way {
                    Some(false) => lease(tx, id, ms(now), ms(lease_until), Some(Trigger::Manual)).map(Some),
                    _ => Ok(None),
                }
            })
            .await
    }

    async fn complete(
        &self,
        done: Vec<Completed>,
        now: DateTime<Utc>,
        disable_after: Duration,
    ) -> Result<Vec<EndpointChange>> {
        self.0.write(move |tx| complete(tx, &done, ms(now), disable_after)).await
    }

    async fn next_due(&self, after: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
        self.0
            .read(move |c| {
                // One step of an index for each endpoint, however much waits.
                let due: Option<i64> = c
                    .prepare_cached(
                        "SELECT min((SELECT min(d.next_at) FROM webhook_delivery d WHERE d.endpoint_id = p.id AND d.state = 0 AND d.next_at > ?1))
                         FROM webhook_endpoint p WHERE p.disabled_why IS NULL",
                    )?
                    .query_row([ms(after)], |row| row.get(0))?;
                Ok(due.map(time))
            })
            .await
    }

    async fn deliveries(&self, query: DeliveryQuery) -> Result<Vec<Delivery>> {
        self.0
            .read(move |c| {
                let state = query.state.map(|s| match s {
                    StateFilter::Pending => 0,
                    StateFilter::Delivered => 1,
                    StateFilter::Dead => 2,
                });
                let mut sql = "SELECT d.id, e.event_id, e.event_type, d.endpoint_id, d.state, d.reason, d.attempts, d.created_at, d.next_at
                     FROM webhook_delivery d JOIN webhook_event e ON e.id = d.event WHERE 1".to_owned();
                let since = query.since.map(ms);
                let limit = i64::from(query.limit.unwrap_or(100));
                let mut values: Vec<&dyn ToSql> = Vec::new();
                let mut and = |condition: &str, value| {
                    values.push(value);
                    sql += &format!(" AND {condition} ?{}", values.len());
                };
                if let Some(endpoint) = &query.endpoint {
                    and("d.endpoint_id =", endpoint);
                }
                if let Some(event) = &query.event {
                    and("e.event_id =", event);
                }
                if let Some(state) = &state {
                    and("d.state =", state);
                }
                if let Some(since) = &since {
                    and("d.created_at >=", since);
                }
                values.push(&limit);
                sql += &format!(" ORDER BY d.id DESC LIMIT ?{}", values.len());
                let mut select = c.prepare_cached(&sql)?;
                let mut rows = select.query(values.as_slice())?;
                let mut found = Vec::new();
                while let Some(row) = rows.next()? {
                    found.push(delivery(row)?);
                }
                Ok(found)
            })
            .await
    }

    async fn attempts(&self, delivery_ids: Vec<i64>) -> Result<Vec<Attempt>> {
        self.0
            .read(move |c| {
                let mut select =
                    c.prepare_cached("SELECT * FROM webhook_attempt WHERE delivery_id = ?1 ORDER BY number")?;
                let mut found = Vec::new();
                for id in delivery_ids {
                    let mut rows = select.query([id])?;
                    while let Some(row) = rows.next()? {
                        found.push(attempt(row)?);
                    }
                }
                Ok(found)
            })
            .await
    }

    async fn replay(&self, what: Replay, now: DateTime<Utc>) -> Result<u64> {
        self.0.write(move |tx| replay(tx, &what, ms(now))).await
    }

    async fn stats(&self, endpoint_id: &str) -> Result<EndpointStats> {
        let id = endpoint_id.to_owned();
        self.0
            .read(move |c| {
                let stats = c
                    .prepare_cached(
                        "SELECT COALESCE(sum(state = 0), 0), min(CASE WHEN state = 0 THEN created_at END),
                         COALESCE(sum(state = 1), 0), COALESCE(sum(state = 2), 0) FROM webhook_delivery WHERE endpoint_id = ?1",
                    )?
                    .query_row([&id], |row| {
                        Ok(EndpointStats {
                            pending: row.get::<_, i64>(0)? as u64,
                            oldest_pending: row.get::<_, Option<i64>>(1)?.map(time),
                            delivered: row.get::<_, i64>(2)? as u64,
                            dead: row.get::<_, i64>(3)? as u64,
                            ..EndpointStats::default()
                        })
                    })?;
                let (attempts, failed): (i64, i64) = c
                    .prepare_cached(
                        "SELECT count(*), COALESCE(sum(a.ended_at IS NOT NULL AND NOT a.delivered), 0) FROM webhook_attempt a
                         JOIN webhook_delivery d ON d.id = a.delivery_id WHERE d.endpoint_id = ?1",
                    )?
                    .query_row([&id], |row| Ok((row.get(0)?, row.get(1)?)))?;
                Ok(EndpointStats { attempts: attempts as u64, failed_attempts: failed as u64, ..stats })
            })
            .await
    }

    async fn prune(&self, before: DateTime<Utc>) -> Result<u64> {
        self.0
            .write(move |tx| {
                Ok(tx.execute(
                    "DELETE FROM webhook_event WHERE published_at < ?1
                     AND NOT EXISTS (SELECT 1 FROM webhook_delivery d WHERE d.event = webhook_event.id AND d.state = 0)",
                    [ms(before)],
                )? as u64)
            })
            .await
    }
}
