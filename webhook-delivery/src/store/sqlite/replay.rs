//! Deliveries that are tried again from the start.

use psa_store::rusqlite::{OptionalExtension, Transaction, params};

use super::rows::{Result, damaged, duration_ms, event_type, ms};
use crate::EventFilter;
use crate::store::Replay;

pub(super) fn replay(tx: &Transaction<'_>, replay: &Replay, now: i64) -> Result<u64> {
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
