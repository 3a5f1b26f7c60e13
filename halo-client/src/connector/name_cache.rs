//! The names behind the ids of statuses, ticket types and priorities.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use psa_core::{Label, Lane, Result};
use tokio::sync::Mutex;

use crate::client::Halo;
use crate::list::List;
use crate::resources::HaloResource;

/// How long names are believed.
const LIFETIME: Duration = Duration::from_secs(600);

/// How long the readers of a run share an answer.
const SHARED: Duration = Duration::from_secs(30);

/// Names, read once for all readers and again after a while.
#[derive(Debug, Default)]
pub(crate) struct Lookups {
    reading: Mutex<()>,
    last: std::sync::Mutex<Option<(Duration, Arc<Names>)>>,
}

/// In the order of ids, so that their fingerprint is the same each time.
#[derive(Debug, Default, Hash)]
pub(crate) struct Names {
    statuses: BTreeMap<i64, String>,
    ticket_types: BTreeMap<i64, String>,
    /// By SLA and number: the numbers repeat with each SLA.
    priorities: BTreeMap<(i64, i64), String>,
    outcomes: BTreeMap<i64, String>,
}

impl Lookups {
    /// The names, at most so old as they are believed.
    pub(crate) async fn names(&self, halo: &Halo) -> Result<Arc<Names>> {
        let _one_at_a_time = self.reading.lock().await;
        match self.kept() {
            Some((at, names)) if halo.http().clock().elapsed() < at + LIFETIME => Ok(names),
            _ => self.read(halo, Lane::Interactive).await,
        }
    }

    /// The names as they are now. Readers that ask one after the other in a run share an answer: what changed since is in the
    /// fingerprint that the next run gets.
    pub(crate) async fn renew(&self, halo: &Halo, lane: Lane) -> Result<Arc<Names>> {
        let asked = halo.http().clock().elapsed();
        let _one_at_a_time = self.reading.lock().await;
        match self.kept() {
            Some((at, names)) if asked < at + SHARED => Ok(names),
            _ => self.read(halo, lane).await,
        }
    }

    /// The names that were read last.
    pub(crate) fn last(&self) -> Option<Arc<Names>> {
        self.kept().map(|(_, names)| names)
    }

    fn kept(&self) -> Option<(Duration, Arc<Names>)> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn read(&self, halo: &Halo, lane: Lane) -> Result<Arc<Names>> {
        // As old as the question, not as the answer: what changes in between is not in it.
        let asked = halo.http().clock().elapsed();
        let (statuses, ticket_types, priorities, outcomes) = futures::try_join!(
            optional(halo.statuses().list().lane(lane)),
            optional(halo.ticket_types().list().lane(lane)),
            optional(halo.priorities().list().lane(lane)),
            optional(halo.outcomes().list().lane(lane)),
        )?;
        let names = Arc::new(Names {
            statuses: statuses.into_iter().filter_map(|s| Some((s.id.0, s.name?))).collect(),
            ticket_types: ticket_types.into_iter().filter_map(|t| Some((t.id.0, t.name?))).collect(),
            priorities: priorities.into_iter().filter_map(|p| Some(((p.slaid?, p.priorityid.0), p.name?))).collect(),
            outcomes: outcomes.into_iter().filter_map(|o| Some((o.id.0, o.outcome?))).collect(),
        });
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((asked, Arc::clone(&names)));
        Ok(names)
    }
}

/// A list that the login may not be allowed to read: ids go without names then.
async fn optional<T: HaloResource>(list: List<T>) -> Result<Vec<T>> {
    let mut page = match list.send_unpaged().await {
        Ok(page) => page,
        Err(error) if error.is_permission_denied() || error.is_not_found() => {
            tracing::warn!(%error, "names can't be read; ids go without them");
            return Ok(Vec::new());
        }
        Err(error) => return Err(error),
    };
    Ok(page.records.drain(..).filter_map(|r| r.value.ok()).collect())
}

impl Names {
    /// The same names have the same fingerprint, in every process.
    pub(crate) fn fingerprint(&self) -> String {
        format!("{:016x}", psa_http::pages::fingerprint([self]))
    }

    /// Gives a label of a status the name of now.
    pub(crate) fn rename_status(&self, label: &mut Option<Label>) -> bool {
        Label::rename(label, |id| self.statuses.get(&id.parse().ok()?).map(String::as_str))
    }

    /// Gives a label of a ticket type the name of now.
    pub(crate) fn rename_ticket_type(&self, label: &mut Option<Label>) -> bool {
        Label::rename(label, |id| self.ticket_types.get(&id.parse().ok()?).map(String::as_str))
    }

    /// Gives a label of a priority the name of now.
    pub(crate) fn rename_priority(&self, sla: Option<&Label>, label: &mut Option<Label>) -> bool {
        let sla = sla.and_then(|sla| sla.id.as_deref()?.parse().ok());
        Label::rename(label, |id| self.priorities.get(&(sla?, id.parse().ok()?)).map(String::as_str))
    }

    /// Gives a label of an outcome the name of now.
    pub(crate) fn rename_outcome(&self, label: &mut Option<Label>) -> bool {
        Label::rename(label, |id| self.outcomes.get(&id.parse().ok()?).map(String::as_str))
    }

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
