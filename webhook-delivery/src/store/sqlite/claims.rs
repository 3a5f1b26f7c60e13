//! Deliveries under way: leased, and what became of them.

use std::time::Duration;

use bytes::Bytes;
use psa_store::rusqlite::{OptionalExtension, Transaction, params};

use super::rows::{Result, duration_ms, event_type, ms, time, trigger_text};
use crate::store::{Claimed, Completed, EndpointChange, Then, Trigger};

/// Leases a row that was found, and writes its try down.
pub(super) fn lease(tx: &Transaction<'_>, id: i64, now: i64, until: i64, cause: Option<Trigger>) -> Result<Claimed> {
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

pub(super) fn claim(
    tx: &Transaction<'_>,
    rooms: &[(String, u32)],
    most: u32,
    now: i64,
    until: i64,
) -> Result<Vec<Claimed>> {
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

pub(super) fn complete(
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
