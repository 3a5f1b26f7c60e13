//! What vanished is removed and what was missed is read: the vendor's count and keys against the store's, with evidence.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures::TryStreamExt;
use psa_core::{EntityCapabilities, ErrorKind, Evidence, Key, KeyListing, Query, Result, Source};

use crate::pass::{Evidenced, Pass, scanned};
use crate::progress::Event;
use crate::report::EntityOutcome;
use crate::store::{Audit, Comparison, Listing, Removal, Standing, Verdict};

/// Keys that are looked at together.
pub(crate) const TOGETHER: u32 = 500;

/// So many absences are each confirmed by a read. Of more, so many are, spread over all: the list is one answer of the vendor's, and
/// the reads tell a lost right from records that are gone.
const CONFIRMED: u64 = 200;

/// How long the second unexplained disagreement in a row is left alone; the third twice as long, and so on.
const DISAGREEMENT: TimeDelta = TimeDelta::minutes(10);

/// How old a listing may be to go on with. What changed meanwhile, reads of single records show.
const GOES_ON: Duration = Duration::from_secs(3600);

impl Pass<'_> {
    /// Compares the vendor's keys with the store's, if there is a reason to: its count differs, somebody asked for it, the last
    /// comparison is too old, what the guard stopped seems to be back, or rows have no readable keys.
    ///
    /// The window moves on only if nothing seems to be hidden, since what changed while the vendor hid records from the login is in no
    /// later window.
    pub(crate) async fn compare(&mut self) -> Result<EntityOutcome> {
        let (outcome, nothing_hidden) = self.compare_if_due().await?;
        self.move_window(nothing_hidden).await?;
        Ok(outcome)
    }

    /// Returns the outcome, and whether nothing seems to be hidden, nor was when pages were read.
    async fn compare_if_due(&mut self) -> Result<(EntityOutcome, bool)> {
        let capabilities = self.capabilities();
        if !self.checkpoint.fresh() {
            return Ok((EntityOutcome::Done, true));
        }
        if capabilities.keys == KeyListing::None {
            return Ok((self.compare_children(&capabilities).await?, true));
        }
        let source = self.engine.connector.source(self.kind)?;
        let standing = self.engine.store.standing(&self.stream).await?;
        let counted = self.count(&source, &capabilities).await?;
        if !self.is_due(&standing, &capabilities, counted) {
            let differs = counted.is_some_and(|counted| counted != standing.known);
            let audit = settled(&standing, counted).filter(|audit| differs && audit.missing > 0);
            let outcome = audit.map_or(EntityOutcome::Done, |audit| {
                EntityOutcome::Incomplete(disagreement(self.kind.as_str(), audit))
            });
            return Ok((outcome, !differs && !standing.guarded));
        }
        self.progress.event(&Event::Reconciling { kind: self.kind });
        let (outcome, verdict) = self.compare_keys(&source, counted).await?;
        let nothing_hidden = outcome == EntityOutcome::Done && !standing.guarded;
        let stopped = matches!(outcome, EntityOutcome::Guarded(_));
        if stopped != standing.guarded {
            self.engine.store.keep_guarded(&self.stream, stopped).await?;
        }
        let Some(before) = counted else { return Ok((outcome, nothing_hidden)) };
        let after = self.count(&source, &capabilities).await?.unwrap_or(before);
        let missing = unexplained(before, after, verdict.listed);
        let known = self.engine.store.standing(&self.stream).await?.known;
        // Once may be a record that came or vanished while keys were listed, or a list that was short for a moment.
        let before_this = standing.audit.filter(|audit| gap(audit.counted, audit.known) == gap(after, known));
        let same = before_this.map_or(1, |audit| audit.same.saturating_add(1));
        let audit = Audit { counted: after, known, missing, same, at: self.engine.clock.now() };
        // Worth remembering only if nothing moved meanwhile: else the next run looks again.
        let steady = before == after;
        self.engine.store.keep_audit(&self.stream, Some(audit).filter(|_| steady)).await?;
        if outcome != EntityOutcome::Done || missing == 0 {
            return Ok((outcome, nothing_hidden));
        }
        let message = disagreement(self.kind.as_str(), audit);
        self.engine.store.log(self.run, self.kind, message.clone(), self.engine.clock.now()).await?;
        Ok((EntityOutcome::Incomplete(message), nothing_hidden))
    }

    /// What is below parents has no list of keys: all of every parent is read again, where nothing was for long.
    async fn compare_children(&mut self, capabilities: &EntityCapabilities) -> Result<EntityOutcome> {
        let Some(every) = self.engine.compare_children_every.filter(|_| self.by_parents(capabilities)) else {
            return Ok(EntityOutcome::Done);
        };
        let now = self.engine.clock.now();
        let every = TimeDelta::from_std(every).unwrap_or(TimeDelta::MAX);
        let standing = self.engine.store.standing(&self.stream).await?;
        if standing.compared_at.is_some_and(|at| now - at >= every) {
            self.ask_below_all(capabilities).await?;
            let begun = self.engine.store.begin_comparison(&self.stream, None, now).await?;
            self.engine.store.end_comparison(&self.stream, begun.id, Some(now)).await?;
        }
        Ok(EntityOutcome::Done)
    }

    async fn count(&self, source: &Arc<dyn Source>, capabilities: &EntityCapabilities) -> Result<Option<u64>> {
        if !capabilities.count {
            return Ok(None);
        }
        if scanned(capabilities)
            && let Some(total) = self.total()
        {
            return Ok(Some(total));
        }
        source.count(self.everything()).await
    }

    fn is_due(&self, standing: &Standing, capabilities: &EntityCapabilities, counted: Option<u64>) -> bool {
        let now = self.engine.clock.now();
        let every = TimeDelta::from_std(self.engine.compare_every).unwrap_or(TimeDelta::MAX);
        // The same numbers as when keys were compared last would say the same again: it is asked at longer and longer intervals.
        let patient = settled(standing, counted).is_some_and(|audit| now - audit.at < self.patience(audit));
        // Reading everything compares everything, each time.
        let old = !scanned(capabilities)
            && standing.compared_at.is_none_or(|at| now - at >= every)
            && !(standing.guarded && patient);
        let differs = counted.is_some_and(|counted| counted != standing.known);
        // What the guard stopped seems to be back.
        let back = standing.guarded && counted.is_some() && !differs && !patient;
        let differs = differs && (!patient || self.engine.guard.is_off());
        // A row without a readable key is looked for by its key, now and then.
        let unreadable = standing.unreadable > 0
            && standing.compared_at.is_none_or(|at| now - at >= DISAGREEMENT || !patient && differs);
        standing.asked || old || differs || back || unreadable
    }

    /// How long a disagreement that comparisons did not explain is left alone.
    fn patience(&self, audit: Audit) -> TimeDelta {
        let doubled = 1 << audit.same.saturating_sub(2).min(16);
        let longest = TimeDelta::from_std(self.engine.compare_every).unwrap_or(TimeDelta::MAX);
        if audit.is_confirmed() { (DISAGREEMENT * doubled).min(longest) } else { TimeDelta::zero() }
    }

    /// Lists the vendor's keys, reads what we do not have, and removes what is not there any more.
    async fn compare_keys(
        &mut self,
        source: &Arc<dyn Source>,
        counted: Option<u64>,
    ) -> Result<(EntityOutcome, Verdict)> {
        let comparison = self.list_keys(source, self.everything(), Some(GOES_ON)).await?;
        let listing = Listing::Comparison(comparison.id);
        let mut after = None;
        loop {
            let store = &self.engine.store;
            let unknown = store.unknown(&self.stream, comparison.id, false, after.as_ref(), TOGETHER).await?;
            let Some(last) = unknown.last() else { break };
            after = Some(last.clone());
            self.fetch_listed(source, unknown).await?;
        }
        let verdict = self.engine.store.verdict(&self.stream, listing).await?;
        let outcome = self.remove_absent(source, listing, comparison.atomic, verdict).await?;
        if outcome == EntityOutcome::Done && counted.is_none_or(|counted| verdict.listed >= counted) {
            // Every row of the vendor's is known by its key now, so those without one that waited are rows of older versions.
            self.engine
                .store
                .drop_stale(&self.stream, listing, verdict.unreadable == 0, self.engine.clock.now())
                .await?;
        }
        let compared = (outcome == EntityOutcome::Done).then(|| self.engine.clock.now());
        self.engine.store.end_comparison(&self.stream, comparison.id, compared).await?;
        Ok((outcome, verdict))
    }

    /// Takes in all keys of a query. What an interrupted comparison took in is not asked for again.
    pub(crate) async fn list_keys(
        &self,
        source: &Arc<dyn Source>,
        query: Query,
        goes_on: Option<Duration>,
    ) -> Result<Comparison> {
        let now = self.engine.clock.now();
        let since = goes_on.and_then(|age| now.checked_sub_signed(TimeDelta::from_std(age).ok()?));
        let mut comparison = self.engine.store.begin_comparison(&self.stream, since, now).await?;
        if comparison.complete {
            return Ok(comparison);
        }
        let resumed = comparison.cursor.is_some();
        let mut pages = source.keys_from(query.clone(), comparison.cursor.clone());
        let mut atomic: Option<bool> = (!resumed).then_some(true);
        loop {
            let page = match pages.try_next().await {
                Ok(Some(page)) => page,
                Ok(None) => break,
                // A stored place that the connector does not take (any more): listing begins again.
                Err(error) if resumed && error.kind() == ErrorKind::InvalidRequest => {
                    self.engine.store.end_comparison(&self.stream, comparison.id, None).await?;
                    return Box::pin(self.list_keys(source, query, None)).await;
                }
                Err(error) => return Err(error),
            };
            atomic = atomic.map(|so_far| so_far && page.atomic);
            self.engine.store.add_keys(&comparison, page.keys, page.atomic, page.cursor, false).await?;
        }
        comparison.atomic = atomic.unwrap_or(false);
        self.engine.store.add_keys(&comparison, Vec::new(), comparison.atomic, None, true).await?;
        Ok(comparison)
    }

    /// Removes our records that a listing does not have, with evidence: each was read and not found; or, of very many, a sample was,
    /// and the listing is one answer of the vendor.
    pub(crate) async fn remove_absent(
        &mut self,
        source: &Arc<dyn Source>,
        listing: Listing,
        atomic: bool,
        verdict: Verdict,
    ) -> Result<EntityOutcome> {
        if verdict.absent == 0 {
            return Ok(EntityOutcome::Done);
        }
        if !self.engine.guard.allows(verdict.absent, verdict.live) {
            return self.guarded(verdict).await;
        }
        let comparison = match listing {
            Listing::Comparison(id) => Some(id),
            Listing::Seen => None,
        };
        // What can't be read one by one is believed, if the list came in one answer.
        let mut trusted = atomic && !self.capabilities().get;
        if !trusted && atomic && listing != Listing::Seen && verdict.absent > CONFIRMED {
            let all = self.engine.store.absent(&self.stream, listing, None, u32::MAX).await?;
            let step = (all.len() / CONFIRMED as usize).max(1);
            let sample: Vec<Key> = all.into_iter().step_by(step).collect();
            let (asked, gone) = (sample.len(), self.fetch_absent(source, sample, comparison).await?);
            trusted = gone == asked;
        }
        let mut after = None;
        loop {
            let store = &self.engine.store;
            let absent = store.absent(&self.stream, listing, after.as_ref(), TOGETHER).await?;
            let Some(last) = absent.last() else { break };
            after = Some(last.clone());
            if trusted {
                let evidence = Evidence::AbsentFromSnapshot;
                let removals =
                    absent.into_iter().map(|key| Removal { kind: self.kind.clone(), key, evidence: evidence.clone() });
                let removals = removals.collect();
                self.commit_read(Evidenced { removals, comparison, ..Evidenced::default() }).await?;
            } else {
                self.fetch_absent(source, absent, comparison).await?;
            }
        }
        Ok(EntityOutcome::Done)
    }

    async fn guarded(&self, verdict: Verdict) -> Result<EntityOutcome> {
        let message = format!(
            "{} of {} {} records vanished at once; none was removed. If that is right, run once with MassDeleteGuard::off()",
            verdict.absent, verdict.live, self.kind
        );
        self.engine.store.log(self.run, self.kind, message.clone(), self.engine.clock.now()).await?;
        Ok(EntityOutcome::Guarded(message))
    }
}

/// The last audit, if the difference that it looked at is still the same.
fn settled(standing: &Standing, counted: Option<u64>) -> Option<Audit> {
    let now = gap(counted?, standing.known);
    standing.audit.filter(|audit| gap(audit.counted, audit.known) == now)
}

/// By how many the vendor's count and ours differ.
fn gap(counted: u64, known: u64) -> i128 {
    i128::from(counted) - i128::from(known)
}

/// How many records the vendor counts and does not list, beyond what came and went while it was asked.
fn unexplained(before: u64, after: u64, listed: u64) -> u64 {
    before.min(after).saturating_sub(listed)
}

fn disagreement(kind: &str, audit: Audit) -> String {
    format!(
        "the vendor counts {} {kind} records and lists {}: {} are missing here. The login may see only a part of them, or the \
         vendor's count is wrong; full_compare() looks again",
        audit.counted,
        audit.counted - audit.missing,
        audit.missing
    )
}
