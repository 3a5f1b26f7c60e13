//! The names behind the ids of statuses, ticket types and priorities.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use psa_core::{Label, Result};
use tokio::sync::Mutex;

use crate::client::Halo;
use crate::page::{List, Resource};

/// How long names are believed.
const LIFETIME: Duration = Duration::from_secs(600);

/// Names, read once for all readers and again after a while.
#[derive(Debug, Default)]
pub(crate) struct Lookups(Mutex<Option<(Duration, Arc<Names>)>>);

#[derive(Debug, Default)]
pub(crate) struct Names {
    statuses: HashMap<i64, String>,
    ticket_types: HashMap<i64, String>,
    /// By SLA and number: the numbers repeat with each SLA.
    priorities: HashMap<(i64, i64), String>,
}

impl Lookups {
    pub(crate) async fn names(&self, halo: &Halo) -> Result<Arc<Names>> {
        let mut cached = self.0.lock().await;
        let now = halo.http().clock().elapsed();
        if let Some((at, names)) = &*cached
            && now < *at + LIFETIME
        {
            return Ok(Arc::clone(names));
        }
        let (statuses, ticket_types, priorities) =
            futures::try_join!(optional(halo.statuses()), optional(halo.ticket_types()), optional(halo.priorities()))?;
        let names = Arc::new(Names {
            statuses: statuses.into_iter().filter_map(|s| Some((s.id.0, s.name?))).collect(),
            ticket_types: ticket_types.into_iter().filter_map(|t| Some((t.id.0, t.name?))).collect(),
            priorities: priorities.into_iter().filter_map(|p| Some(((p.slaid?, p.priorityid.0), p.name?))).collect(),
        });
        *cached = Some((now, Arc::clone(&names)));
        Ok(names)
    }
}

/// A list that the login may not be allowed to read: ids go without names then.
async fn optional<T: Resource>(list: List<T>) -> Result<Vec<T>> {
    let mut page = match list.send_unpaged().await {
        Ok(page) => page,
        Err(error) if error.is_permission_denied() => {
            tracing::warn!(%error, "names can't be read; ids go without them");
            return Ok(Vec::new());
        }
        Err(error) => return Err(error),
    };
    Ok(page.records.drain(..).filter_map(|r| r.value.ok()).collect())
}

impl Names {
    pub(crate) fn status(&self, id: i64) -> Label {
        Label::new(id, self.statuses.get(&id).cloned())
    }

    pub(crate) fn ticket_type(&self, id: i64) -> Label {
        Label::new(id, self.ticket_types.get(&id).cloned())
    }

    pub(crate) fn priority(&self, sla: Option<i64>, number: i64) -> Label {
        let name = sla.and_then(|sla| self.priorities.get(&(sla, number)).cloned());
        Label::new(number, name)
    }
}
