//! The engine: its settings, and which kinds in which order.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use psa_core::time::Clock;
use psa_core::{Connector, EntityKind, Error, ErrorKind, KeyListing, Result, Schema};

use crate::guard::MassDeleteGuard;
use crate::prepare::Rules;
use crate::scope::Scope;
use crate::store::{ConnectionInfo, Family, Store};

/// Whether an error would meet every kind: no login, no store, no place in the rate limit.
pub(crate) fn concerns_all(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Unauthenticated
            | ErrorKind::Config
            | ErrorKind::Tls
            | ErrorKind::RateLimited
            | ErrorKind::Store
            | ErrorKind::Cancelled
            | ErrorKind::Internal
    )
}

/// Keeps a store in step with a vendor.
///
/// ```
/// use std::sync::Arc;
/// use halo_client::Halo;
/// use psa_core::{Company, Ticket};
/// use psa_sandbox::HaloSandbox;
/// use psa_sync::{Pull, SqliteStore, SyncEngine};
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(async {
/// # let sandbox = HaloSandbox::builder().dataset(psa_sandbox::halo::Dataset::new(1).companies(5).tickets(30)).build();
/// let halo = Halo::builder(HaloSandbox::URL)
///     .client_credentials(HaloSandbox::CLIENT_ID, HaloSandbox::SECRET.to_string())
///     .transport(sandbox.transport())
///     .build()?;
/// let store = SqliteStore::in_memory().await?;
/// let sync = SyncEngine::builder(Arc::new(halo.connector().build()), Arc::new(store))
///     .entity(Pull::<Ticket>::new())
///     .entity(Pull::<Company>::new())
///     .build()?;
///
/// let first = sync.run_once(&()).await?;
/// assert_eq!(first.entity(&psa_core::EntityKind::TICKET).unwrap().counts.inserted, 30);
/// let second = sync.run_once(&()).await?;
/// assert_eq!(second.totals().stored(), 0, "nothing changed, nothing was written");
/// # Ok::<(), psa_core::Error>(())
/// # }).unwrap();
/// ```
pub struct SyncEngine {
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) connection: String,
    pub(crate) schemas: Vec<&'static Schema>,
    pub(crate) feeds: Vec<Vec<EntityKind>>,
    pub(crate) scope: Scope,
    pub(crate) guard: MassDeleteGuard,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) page_size: Option<u32>,
    pub(crate) settle: Duration,
    pub(crate) compare_every: Duration,
    pub(crate) compare_children_every: Option<Duration>,
    pub(crate) family: Arc<Family>,
    pub(crate) history: Duration,
    pub(crate) account_was: Option<String>,
    /// Runs and hints move the same checkpoints: one at a time.
    pub(crate) turn: tokio::sync::Mutex<()>,
}

impl std::fmt::Debug for SyncEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SyncEngine")
            .field("connection", &self.connection)
            .field("feeds", &self.feeds)
            .finish_non_exhaustive()
    }
}

impl SyncEngine {
    /// Asks for a comparison of all keys in the next run, and for everything below every parent to be read again: what neither stamps nor
    /// counts show.
    ///
    /// # Errors
    /// What the store can do.
    pub async fn full_compare(&self) -> Result<()> {
        self.prepare().await?;
        self.store.ask_for_comparisons(&self.connection, &self.family, self.clock.now()).await
    }

    pub(crate) async fn prepare(&self) -> Result<()> {
        let connection = ConnectionInfo {
            name: self.connection.clone(),
            vendor: self.connector.vendor().to_owned(),
            account: self.connector.account(),
            was: self.account_was.clone(),
        };
        self.store.prepare(&connection, &self.schemas).await
    }

    /// The kinds, parents first.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = &EntityKind> {
        self.feeds.iter().flatten()
    }

    pub(crate) fn feed_of(&self, kind: &EntityKind) -> Option<&[EntityKind]> {
        self.feeds.iter().find(|feed| feed.contains(kind)).map(Vec::as_slice)
    }

    pub(crate) fn syncs(&self, kind: &EntityKind) -> bool {
        self.kinds().any(|k| k == kind)
    }

    /// What to say of a feed that the credential is not configured to read.
    pub(crate) fn missing_right(&self, feed: &[EntityKind]) -> Option<Error> {
        let kind = feed.first()?;
        let capabilities = self.connector.capabilities().entity(kind)?;
        let right = capabilities.missing_right.as_ref().filter(|_| !capabilities.read)?;
        Some(Error::new(ErrorKind::PermissionDenied, format!("reading {kind} needs {right}, which was not asked for")))
    }

    /// What the rows of a feed depend on beside the vendor: which kinds, their scope or that of what they belong to, which
    /// parents are synced, and how they are mapped.
    pub(crate) fn basis(&self, feed: &[EntityKind]) -> String {
        let part = |kind: &EntityKind| {
            let schema = self.schemas.iter().find(|s| s.kind == *kind);
            let bounded = schema.into_iter().flat_map(|s| s.parents().map(|(_, parent)| parent)).chain([kind]);
            let scope: Vec<String> = bounded.map(|k| self.scope.of(k).fingerprint()).collect();
            let parents: Vec<&str> = schema
                .into_iter()
                .flat_map(|s| s.parents())
                .filter(|(_, parent)| self.syncs(parent))
                .map(|(_, parent)| parent.as_str())
                .collect();
            format!("{kind} {} [{}] {}", scope.join(" "), parents.join(" "), self.connector.mapping(kind))
        };
        feed.iter().map(part).collect::<Vec<_>>().join("; ")
    }

    pub(crate) fn rules(&self, readable: &BTreeSet<EntityKind>) -> Rules {
        let capabilities = self.connector.capabilities();
        Rules {
            scope: self.scope.clone(),
            parents: self.kinds().cloned().collect(),
            not_awaited: self.kinds().filter(|kind| !readable.contains(kind)).cloned().collect(),
            shapes: self
                .kinds()
                .filter_map(|kind| {
                    let capabilities = capabilities.entity(kind)?;
                    Some((kind.clone(), capabilities.key, capabilities.keys == KeyListing::None))
                })
                .collect(),
            single_only: self
                .kinds()
                .filter_map(|kind| {
                    let able = capabilities.entity(kind)?;
                    Some((kind.clone(), able.fields_that(|field| field.alone && !field.listed)))
                })
                .filter(|(_, paths)| !paths.is_empty())
                .collect(),
        }
    }
}
