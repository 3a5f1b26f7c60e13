//! Puts an engine together: which kinds, in which order, and what they have to do with each other.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use psa_core::time::Clock;
use psa_core::{Capabilities, Connector, Entity, EntityKind, Error, KeyListing, Result, Schema};

use crate::clock::RuntimeClock;
use crate::engine::SyncEngine;
use crate::guard::MassDeleteGuard;
use crate::scope::Scope;
use crate::store::{Family, Store};

/// Reading a kind into the store.
#[derive(Debug)]
pub struct Pull<E>(PhantomData<E>);

impl<E: Entity> Pull<E> {
    /// Reads `E`.
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl<E: Entity> Default for Pull<E> {
    fn default() -> Self {
        Self::new()
    }
}

/// Puts a [`SyncEngine`] together. Made by [`SyncEngine::builder`].
pub struct SyncEngineBuilder {
    connector: Arc<dyn Connector>,
    store: Arc<dyn Store>,
    connection: String,
    entities: Vec<&'static Schema>,
    scope: Scope,
    guard: MassDeleteGuard,
    clock: Option<Arc<dyn Clock>>,
    page_size: Option<u32>,
    settle: Duration,
    compare_every: Duration,
    compare_children_every: Option<Duration>,
    history: Duration,
    account_was: Option<String>,
}

impl std::fmt::Debug for SyncEngineBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SyncEngineBuilder").field("connection", &self.connection).finish_non_exhaustive()
    }
}

impl SyncEngineBuilder {
    /// Adds a kind. The order does not matter: parents are read before their children.
    #[must_use]
    pub fn entity<E: Entity>(mut self, _: Pull<E>) -> Self {
        if !self.entities.iter().any(|s| s.kind == E::KIND) {
            self.entities.push(E::schema());
        }
        self
    }

    /// The connection's name in the store; one store can hold many. Default: the vendor's name.
    #[must_use]
    pub fn connection(mut self, name: impl Into<String>) -> Self {
        self.connection = name.into();
        self
    }

    /// Which tickets. Default: all.
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// How many records may vanish at once.
    #[must_use]
    pub fn mass_delete_guard(mut self, guard: MassDeleteGuard) -> Self {
        self.guard = guard;
        self
    }

    /// The clock of reports. Windows follow the vendor's clock, never this one.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Records a page, at most.
    #[must_use]
    pub fn page_size(mut self, rows: u32) -> Self {
        self.page_size = Some(rows);
        self
    }

    /// How long before the vendor's clock a window ends, since stamps settle late. Default: 2 s.
    #[must_use]
    pub fn settle(mut self, settle: Duration) -> Self {
        self.settle = settle;
        self
    }

    /// How old the last comparison of keys may be. Keys are compared anyway when the vendor's count and the store's differ; what
    /// only a comparison finds is that one record vanished while another one came, unseen by the window. Default: a day.
    #[must_use]
    pub fn compare_every(mut self, at_most: Duration) -> Self {
        self.compare_every = at_most;
        self
    }

    /// How often all records below all parents (notes, hours) are read again, a request a parent: that is the only way to find a
    /// change that moved no stamp of the parent. None: never. Default: a week.
    #[must_use]
    pub fn compare_children_every(mut self, often: Option<Duration>) -> Self {
        self.compare_children_every = often;
        self
    }

    /// How long log lines, changes and reports of runs are kept. Default: 90 days.
    #[must_use]
    pub fn history(mut self, kept: Duration) -> Self {
        self.history = kept;
        self
    }

    /// The account's former address, as the store's refusal names it: says that the same account has a new one.
    #[must_use]
    pub fn account_was(mut self, account: impl Into<String>) -> Self {
        self.account_was = Some(account.into());
        self
    }

    /// The engine.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](psa_core::ErrorKind::Unsupported) for a kind that the connector does not read; [`ErrorKind::Config`](psa_core::ErrorKind::Config) for none at all.
    pub fn build(self) -> Result<SyncEngine> {
        if self.entities.is_empty() {
            return Err(Error::config("entities", "no kind to sync was named"));
        }
        for schema in &self.entities {
            let entity = self.connector.capabilities().entity(&schema.kind);
            // A kind that only lacks a right is told of in each run, so that the right can be given later.
            let read = entity.is_some_and(|c| c.read || c.missing_right.is_some());
            if !read {
                return Err(Error::unsupported(format!(
                    "the {} connector does not read {}",
                    self.connector.vendor(),
                    schema.kind
                )));
            }
        }
        let feeds = feeds(&in_order(&self.entities, self.connector.capabilities()), self.connector.capabilities());
        Ok(SyncEngine {
            family: Arc::new(Family {
                scoped: self.scope.bounds(feeds.iter().flatten()),
                ..family(&feeds, self.connector.capabilities())
            }),
            feeds,
            schemas: self.entities,
            connector: self.connector,
            store: self.store,
            connection: self.connection,
            scope: self.scope,
            guard: self.guard,
            clock: self.clock.unwrap_or_else(|| Arc::new(RuntimeClock::new())),
            page_size: self.page_size,
            settle: self.settle,
            compare_every: self.compare_every,
            compare_children_every: self.compare_children_every,
            history: self.history,
            account_was: self.account_was,
            turn: tokio::sync::Mutex::default(),
        })
    }
}

/// Parents before children; otherwise as given.
fn in_order(schemas: &[&'static Schema], capabilities: &Capabilities) -> Vec<EntityKind> {
    let mut ordered: Vec<EntityKind> = Vec::new();
    let mut left: Vec<&&Schema> = schemas.iter().collect();
    while !left.is_empty() {
        let is_left = |kind: &EntityKind| left.iter().any(|l| l.kind == *kind);
        let waits = |s: &Schema| {
            let below = capabilities.entity(&s.kind).map_or(&[][..], |c| &c.children_of);
            s.parents().map(|(_, p)| p).chain(below).any(|p| *p != s.kind && is_left(p))
        };
        // A cycle among kinds would wait forever: then as given.
        let next = left.iter().position(|s| !waits(s)).unwrap_or(0);
        ordered.push(left.remove(next).kind.clone());
    }
    ordered
}

/// One fetch that feeds several kinds: the first reads, the others ride along.
fn feeds(kinds: &[EntityKind], capabilities: &Capabilities) -> Vec<Vec<EntityKind>> {
    let mut feeds: Vec<Vec<EntityKind>> = Vec::new();
    for kind in kinds {
        if feeds.iter().flatten().any(|k| k == kind) {
            continue;
        }
        let mut feed = vec![kind.clone()];
        if let Some(capabilities) = capabilities.entity(kind) {
            feed.extend(capabilities.also_feeds.iter().filter(|k| kinds.contains(k) && *k != kind).cloned());
        }
        feeds.push(feed);
    }
    feeds
}

/// What the store has to know of kinds beyond their fields.
fn family(feeds: &[Vec<EntityKind>], capabilities: &Capabilities) -> Family {
    let synced = |kind: &EntityKind| feeds.iter().flatten().any(|k| k == kind);
    let mut family = Family::default();
    for kind in feeds.iter().flatten() {
        let Some(capabilities) = capabilities.entity(kind) else { continue };
        let others: Vec<EntityKind> = capabilities.numbered_with.iter().filter(|k| synced(k)).cloned().collect();
        if !others.is_empty() {
            family.numbered_with.push((kind.clone(), others));
        }
    }
    family.followers = feeds
        .iter()
        .flatten()
        .filter(|kind| capabilities.entity(kind).is_some_and(|c| c.keys == KeyListing::None))
        .cloned()
        .collect();
    for first in feeds.iter().filter_map(|feed| feed.first()) {
        let parents = capabilities.entity(first).map_or(&[][..], |c| &c.children_of);
        family.children.extend(parents.iter().filter(|k| synced(k)).map(|parent| (parent.clone(), first.clone())));
    }
    family
}

impl SyncEngine {
    /// Starts an engine between a connector and a store.
    pub fn builder(connector: Arc<dyn Connector>, store: Arc<dyn Store>) -> SyncEngineBuilder {
        SyncEngineBuilder {
            connection: connector.vendor().to_owned(),
            connector,
            store,
            entities: Vec::new(),
            scope: Scope::all(),
            guard: MassDeleteGuard::default(),
            clock: None,
            page_size: None,
            settle: Duration::from_secs(2),
            compare_every: Duration::from_secs(24 * 3600),
            compare_children_every: Some(Duration::from_secs(7 * 24 * 3600)),
            history: Duration::from_secs(90 * 24 * 3600),
            account_was: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use psa_core::{Company, Contact, Site, Team, Ticket, TicketNote, TimeEntry};

    #[test]
    fn parents_come_before_children_however_they_are_named() {
        let order = in_order(
            &[
                TimeEntry::schema(),
                TicketNote::schema(),
                Ticket::schema(),
                Contact::schema(),
                Site::schema(),
                Company::schema(),
                Team::schema(),
            ],
            &Capabilities::default(),
        );
        let at = |kind: EntityKind| order.iter().position(|k| *k == kind).unwrap();
        assert!(at(EntityKind::COMPANY) < at(EntityKind::SITE));
        assert!(at(EntityKind::COMPANY) < at(EntityKind::TICKET));
        assert!(at(EntityKind::TICKET) < at(EntityKind::TICKET_NOTE));
        assert_eq!(order.len(), 7);
    }
}
