//! An event and a delivery to each endpoint that wants it.

use chrono::{DateTime, Utc};
use psa_store::rusqlite::{Transaction, params};

use super::rows::{Result, damaged, ms};
use crate::store::Published;
use crate::{Event, EventFilter};

pub(super) fn publish(tx: &Transaction<'_>, events: &[Event], now: DateTime<Utc>) -> Result<Vec<Published>> {
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
