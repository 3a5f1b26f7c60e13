//! What vendors' notifications point at is read now, and not with the next poll.

use std::collections::BTreeSet;

use psa_core::{EntityKind, Evidence, Hint, Key, Result};

use crate::engine::SyncEngine;
use crate::pass::Pass;
use crate::progress::{Event, Progress};
use crate::report::{EntityOutcome, EntityReport, RunReport};
use crate::store::{Pending, Removal, RunId, StreamKey};

/// Records of a kind that are read for hints in one run; the others come with the next.
const AT_ONCE: u32 = 500;

impl SyncEngine {
    /// Takes hints into the inbox: durable when this returns, so answer the vendor after it. Many hints of one record are one.
    /// Returns how many records were not waiting already. Hints of other connections, and of kinds that this engine does not
    /// sync, are left out: 0 is also the answer if the receiver's connection has another name than the engine's.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use psa_core::{Cause, EntityKind, Hint, Key, Ticket};
    /// # use psa_sync::{Pull, SqliteStore, SyncEngine};
    /// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(async {
    /// # let sandbox = psa_sandbox::HaloSandbox::builder().dataset(psa_sandbox::halo::Dataset::new(1).companies(5).tickets(30)).build();
    /// # let halo = halo_client::Halo::builder(psa_sandbox::HaloSandbox::URL)
    /// #     .client_credentials(psa_sandbox::HaloSandbox::CLIENT_ID, psa_sandbox::HaloSandbox::SECRET.to_string())
    /// #     .transport(sandbox.transport()).build()?;
    /// # let store = Arc::new(SqliteStore::in_memory().await?);
    /// let sync = SyncEngine::builder(Arc::new(halo.connector().build()), store).entity(Pull::<Ticket>::new()).build()?;
    /// sync.run_once(&()).await?;
    /// let hint = Hint {
    ///     connection: "halo".into(), kind: EntityKind::TICKET, key: Key::from(7), cause: Cause::Updated, dedupe_id: None,
    /// };
    /// // A burst on one record …
    /// assert_eq!(sync.accept(vec![hint.clone(), hint]).await?, 1);
    /// // … is one read.
    /// let report = sync.fetch_hints(&()).await?.expect("a hint waits");
    /// assert_eq!(report.totals().fetched, 1);
    /// # Ok::<(), psa_core::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// What the store can do: then answer the vendor with an error, so that it sends again.
    pub async fn accept(&self, hints: Vec<Hint>) -> Result<u64> {
        let (own, other): (Vec<Hint>, Vec<Hint>) =
            hints.into_iter().partition(|h| h.connection == self.connection && self.syncs(&h.kind));
        for hint in other {
            tracing::debug!(connection = hint.connection, kind = %hint.kind, "a hint is of nothing that is synced here");
        }
        self.store.accept_hints(own, self.clock.now()).await
    }

    /// Reads the records that hints point at, and stores what they are now; one that is gone is removed. None: no hint waited.
    ///
    /// Kinds that were never read as a whole wait for that. If the vendor can't be asked, hints stay; a single record that can't be
    /// read is noted in the log and left to the next poll, which finds whatever a hint would have told.
    ///
    /// # Errors
    /// Only if the store can't even keep the report. What goes wrong with the vendor is in the report.
    pub async fn fetch_hints(&self, progress: &dyn Progress) -> Result<Option<RunReport>> {
        self.fetch_hints_until(progress, std::future::pending()).await
    }

    /// As [`fetch_hints`](Self::fetch_hints), but ends early and says so once `stop` resolves.
    ///
    /// # Errors
    /// As [`fetch_hints`](Self::fetch_hints); [`ErrorKind::Cancelled`](psa_core::ErrorKind::Cancelled) if it is stopped while another run is under way.
    pub async fn fetch_hints_until(
        &self,
        progress: &dyn Progress,
        stop: impl Future<Output = ()>,
    ) -> Result<Option<RunReport>> {
        let kinds: Vec<EntityKind> = self.kinds().cloned().collect();
        if self.store.hints(&self.connection, &kinds, 1).await?.is_empty() {
            return Ok(None);
        }
        self.as_run(progress, stop, async |run, reports| self.hinted(run, &kinds, progress, reports).await)
            .await
            .map(Some)
    }

    async fn hinted(
        &self,
        run: RunId,
        kinds: &[EntityKind],
        progress: &dyn Progress,
        reports: &mut Vec<EntityReport>,
    ) -> Result<()> {
        let readable: BTreeSet<EntityKind> = kinds.iter().cloned().collect();
        let mut failure = None;
        // Parents first, as in any run; and one kind that fails keeps no other from being read.
        for kind in kinds {
            let own = self.store.hints(&self.connection, std::slice::from_ref(kind), AT_ONCE).await?;
            if own.is_empty() {
                continue;
            }
            if !self.connector.capabilities().entity(kind).is_some_and(|c| c.get) {
                tracing::debug!(%kind, "records of this kind can't be read one by one: the next poll finds them");
                self.store.settle_hints(&self.connection, own).await?;
                continue;
            }
            // A kind that rides along with another has no place of its own.
            let Some(feed) = self.feed_of(kind) else { continue };
            let mut pass = Pass::new(self, run, feed, self.rules(&readable), progress);
            let Some(checkpoint) = self.store.checkpoint(&pass.stream).await?.filter(|c| c.fresh()) else {
                continue;
            };
            // The stream's place in its pages is not moved.
            pass.checkpoint = checkpoint;
            let (outcome, error) = match self.hinted_records(&mut pass, kind, &own).await {
                Ok(outcome) => (outcome, None),
                Err(error) if error.is_permission_denied() => {
                    (EntityOutcome::NotPermitted(format!("{error}. {}", error.remedy())), None)
                }
                Err(error) => (EntityOutcome::Failed(format!("{error}. {}", error.remedy())), Some(error)),
            };
            let finished = pass.reports(outcome, error.is_none()).await?;
            let finished: Vec<EntityReport> = finished.into_iter().filter(|report| report.kind == *kind).collect();
            finished.iter().for_each(|report| progress.event(&Event::EntityFinished { report }));
            reports.extend(finished);
            match error {
                // Also of what may not be read: no later hint can change that. Hints that came meanwhile speak of something
                // newer: they stay.
                None => self.store.settle_hints(&self.connection, own).await?,
                Some(error) => failure = failure.or(Some(error)),
            }
        }
        match failure {
            Some(error) => Err(error),
            None => self.fetch_missing_parents(run, &readable, progress, reports).await,
        }
    }

    async fn hinted_records(&self, pass: &mut Pass<'_>, kind: &EntityKind, hints: &[Pending]) -> Result<EntityOutcome> {
        let source = self.connector.source(kind)?;
        let keys: Vec<Key> = hints.iter().map(|p| p.key.clone()).collect();
        let gone = pass.fetch(&source, keys).await?;
        let stream = StreamKey { connection: self.connection.clone(), kind: kind.clone() };
        let (live, _) = self.store.size(&stream).await?;
        // A right that was taken away can look like records that are gone.
        if !gone.is_empty() && !self.guard.allows(gone.len() as u64, live) {
            let message =
                format!("{} of {live} {kind} records that hints point at were not found; none was removed", gone.len());
            return Ok(EntityOutcome::Guarded(message));
        }
        let evidence = Evidence::NotFound;
        let removals =
            gone.into_iter().map(|key| Removal { kind: kind.clone(), key, evidence: evidence.clone() }).collect();
        pass.commit_records(Vec::new(), removals).await?;
        Ok(EntityOutcome::Done)
    }
}
