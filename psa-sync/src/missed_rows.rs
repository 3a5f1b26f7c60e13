//! Rows that the pages of a pass did not show: an empty or short page, or rows that moved while others were read.

use std::sync::Arc;

use psa_core::{EntityCapabilities, Query, Result, Source};

use crate::compare::TOGETHER;
use crate::pass::{Pass, scanned};
use crate::report::{EntityOutcome, Mode};
use crate::store::{Audit, Listing};

impl Pass<'_> {
    /// Finds the rows of this pass that its pages did not show: an empty or short page, or rows that moved while others were read.
    /// Returns why the pass can't be closed, if there may be more of them.
    pub(crate) async fn find_missed(
        &mut self,
        source: &Arc<dyn Source>,
        capabilities: &EntityCapabilities,
    ) -> Result<Option<EntityOutcome>> {
        let seen = self.engine.store.seen(&self.stream).await?;
        let counted = self.total().is_some_and(|total| seen >= total);
        if scanned(capabilities) {
            // Everything was read. Which of our records were not among it is found at once; which of the vendor's were not, the
            // audit of its count finds.
            self.shortfall = self.remove_unseen(source).await?;
            return Ok(None);
        }
        let complete = counted && (self.checkpoint.atomic || !capabilities.pages_shift);
        if complete {
            return Ok(None);
        }
        let query = self.query(capabilities);
        let found = seen + self.fetch_unseen(source, query.clone()).await?;
        if self.mode == Mode::Backfill {
            // Each of our records is judged anew. One that neither pages nor keys showed counts as known, so that no audit tells.
            return self.read_unseen(source).await;
        }
        self.short_of(source, query, capabilities, found).await
    }

    /// Why a window can't be closed: the vendor counts more rows in it than its pages and keys showed, and more than comparisons of all
    /// keys found it to count without listing them.
    async fn short_of(
        &mut self,
        source: &Arc<dyn Source>,
        query: Query,
        capabilities: &EntityCapabilities,
        found: u64,
    ) -> Result<Option<EntityOutcome>> {
        let Some(total) = self.total().filter(|total| found < *total && capabilities.count) else { return Ok(None) };
        // Rows leave a window while it is read.
        let counted = source.count(query).await?.unwrap_or(total).min(total);
        let audit = self.engine.store.standing(&self.stream).await?.audit;
        let unlisted = audit.filter(Audit::is_confirmed).map_or(0, |audit| audit.missing);
        if counted <= found + unlisted {
            return Ok(None);
        }
        let message = format!(
            "the vendor counts {counted} changed {} records and lists {found} of them; the same window is read again",
            self.kind
        );
        self.engine.store.log(self.run, self.kind, message.clone(), self.engine.clock.now()).await?;
        Ok(Some(EntityOutcome::Incomplete(message)))
    }

    /// Reads the rows of the open window that its pages did not show. Returns how many its keys told of.
    async fn fetch_unseen(&mut self, source: &Arc<dyn Source>, query: Query) -> Result<u64> {
        let comparison = self.list_keys(source, query, None).await?;
        let mut after = None;
        let mut told = 0;
        loop {
            let store = &self.engine.store;
            let unseen = store.unknown(&self.stream, comparison.id, true, after.as_ref(), TOGETHER).await?;
            let Some(last) = unseen.last() else { break };
            after = Some(last.clone());
            told += unseen.len() as u64;
            self.fetch_listed(source, unseen).await?;
        }
        self.engine.store.end_comparison(&self.stream, comparison.id, None).await?;
        Ok(told)
    }

    /// After a pass that read everything: what it did not see is read, and removed if it is gone. Returns what was not done.
    async fn remove_unseen(&mut self, source: &Arc<dyn Source>) -> Result<Option<EntityOutcome>> {
        let verdict = self.engine.store.verdict(&self.stream, Listing::Seen).await?;
        if self.total().is_none_or(|total| verdict.listed >= total) {
            self.engine.store.drop_stale(&self.stream, Listing::Seen, true, self.engine.clock.now()).await?;
        }
        let outcome = self.remove_absent(source, Listing::Seen, self.checkpoint.atomic, verdict).await?;
        Ok(Some(outcome).filter(|outcome| *outcome != EntityOutcome::Done))
    }

    /// Reads our records that a pass over everything did not see, one by one. Returns what was not done.
    async fn read_unseen(&mut self, source: &Arc<dyn Source>) -> Result<Option<EntityOutcome>> {
        let verdict = self.engine.store.verdict(&self.stream, Listing::Seen).await?;
        let outcome = self.remove_absent(source, Listing::Seen, false, verdict).await?;
        Ok(Some(outcome).filter(|outcome| *outcome != EntityOutcome::Done))
    }
}
