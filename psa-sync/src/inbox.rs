//! What vendors' notifications point at is read now, and not with the next poll.

use std::collections::BTreeSet;

use psa_core::{Cause, EntityKind, Evidence, Hint, Key, Result};

use crate::engine::SyncEngine;
use crate::pass::{Evidenced, Pass};
use crate::progress::{Event, Progress};
use crate::report::{EntityOutcome, EntityReport, RunReport};
use crate::single_reads::Read;
use crate::store::{Pending, Removal, RunId, StreamKey, Target};

/// Hints that are read and settled together.
const TOGETHER: usize = 50;

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
    /// let hint = Hint::new("halo", EntityKind::TICKET, Key::from(7), Cause::Updated);
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
    /// read is noted in the log and read again in the next run. A run settles the hints that came before it, too.
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
            pass.urgent = true;
            if !pass.take_up().await? {
                continue;
            }
            let (outcome, error) = match self.hinted_records(&mut pass, kind, own).await {
                Ok(outcome) => (outcome, None),
                Err(error) => (EntityOutcome::Failed(format!("{error}. {}", error.remedy())), Some(error)),
            };
            let finished = pass.reports(&outcome).await?;
            let finished: Vec<EntityReport> = finished.into_iter().filter(|report| report.kind == *kind).collect();
            finished.iter().for_each(|report| progress.event(&Event::EntityFinished { report }));
            reports.extend(finished);
            failure = failure.or(error);
        }
        if let Some(error) = failure {
            return Err(error);
        }
        let more = self.fetch_missing_parents(run, &readable, progress).await?;
        for report in reports {
            if let Some(counts) = more.get(&report.kind) {
                report.counts += *counts;
            }
        }
        Ok(())
    }

    /// Reads what hints point at, some at a time. A hint is settled with what its own read found, so that one that can't be served
    /// keeps no other waiting: such a record is due in the next run.
    async fn hinted_records(
        &self,
        pass: &mut Pass<'_>,
        kind: &EntityKind,
        hints: Vec<Pending>,
    ) -> Result<EntityOutcome> {
        let source = self.connector.source(kind)?;
        let stream = StreamKey { connection: self.connection.clone(), kind: kind.clone() };
        let (live, _) = self.store.size(&stream).await?;
        let mut gone = 0;
        for some in hints.chunks(TOGETHER) {
            let keys: Vec<Key> = some.iter().map(|p| p.key.clone()).collect();
            let mut read = Evidenced::default();
            let mut due = Vec::new();
            for (key, found) in pass.read_each(&source, &keys).await? {
                match found {
                    Read::Found(record) => read.records.push(pass.rules.prepare(*record)),
                    Read::Missing => {
                        read.removals.push(Removal { kind: kind.clone(), key, evidence: Evidence::NotFound });
                    }
                    Read::Unreadable(why) => due.push((key, Some(why))),
                }
            }
            gone += read.removals.len() as u64;
            // A right that was taken away can look like records that are gone.
            let guarded = gone > 0 && !self.guard.allows(gone, live);
            if guarded {
                read.removals.clear();
            }
            pass.recovered += read.records.len() as u64;
            pass.commit_read(read).await?;
            self.ask_by_kind(pass, kind, due).await?;
            // Hints that came meanwhile speak of something newer: they stay.
            self.store.settle_hints(&self.connection, some.to_vec()).await?;
            if guarded {
                let message =
                    format!("{gone} of {live} {kind} records that hints point at were not found; none was removed");
                return Ok(EntityOutcome::Guarded(message));
            }
        }
        Ok(EntityOutcome::Done)
    }

    /// Records of a kind that rides along with another are due below their parents; others are due themselves.
    async fn ask_by_kind(&self, pass: &Pass<'_>, kind: &EntityKind, keys: Vec<(Key, Option<String>)>) -> Result<()> {
        let below = self.connector.capabilities().entity(kind).is_some_and(|c| !c.children_of.is_empty());
        let whole = !below || kind == pass.kind;
        if whole {
            return pass.ask_for(Target::Record, keys).await;
        }
        let parent = |key: &Key| key.parts().next().map(|part| Key::from(&*part));
        let parents = keys.into_iter().filter_map(|(key, why)| Some((parent(&key)?, why)));
        pass.ask_for(Target::Children, parents.collect()).await
    }

    /// Settles the hints that a pass answered: it began after they came. A deletion that was told of is looked at by itself, since
    /// no window shows it.
    pub(crate) async fn settle_read_hints(&self, pass: &Pass<'_>, hints: Vec<Pending>) -> Result<()> {
        for kind in pass.feed {
            // Nor does a pass read lists of what is below parents.
            let below = pass.by_parents(&pass.capabilities());
            let (gone, changed): (Vec<Pending>, Vec<Pending>) =
                hints.iter().filter(|p| p.kind == *kind).cloned().partition(|p| below || p.cause == Cause::Deleted);
            let deleted = gone.iter().map(|p| (p.key.clone(), None)).collect();
            self.ask_by_kind(pass, kind, deleted).await?;
            self.store.settle_hints(&self.connection, gone).await?;
            self.store.settle_hints(&self.connection, changed).await?;
        }
        Ok(())
    }
}
