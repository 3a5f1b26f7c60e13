//! The store in SQLite.

mod claims;
mod publish;
mod replay;
mod rows;

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use psa_store::Sqlite;
use psa_store::rusqlite::types::ToSql;
use psa_store::rusqlite::{OptionalExtension, Transaction, params};

use self::claims::{claim, complete, lease};
use self::publish::publish;
use self::replay::replay;
use self::rows::{ENDPOINT, Result, attempt, damaged, delivery, endpoint, endpoint_columns, ms, time};
use super::{
    Attempt, Claimed, Completed, Delivery, DeliveryQuery, EndpointChange, EndpointStats, Published, Replay,
    StateFilter, Store, Trigger,
};
use crate::Event;
use crate::endpoint::{Endpoint, SigningSecret};

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
                        let secret = SigningSecret::parse(row.get::<_, String>(0)?.trim()).map_err(damaged)?;
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
