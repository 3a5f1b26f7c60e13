//! Parents that records wait for: each is read by itself, and one that is gone is remembered as gone.

use std::collections::{BTreeMap, BTreeSet};

use psa_core::{EntityKind, Key, Result};

use crate::engine::{SyncEngine, concerns_all};
use crate::pass::{Evidenced, Pass};
use crate::progress::Progress;
use crate::report::Counts;
use crate::single_reads::Read;
use crate::store::{RunId, Target};

/// Parents of a kind that a run reads because children wait for them; the others come with later runs.
const PARENTS_MAX: u32 = 200;

/// Parents that are read and committed together.
const TOGETHER: usize = 50;

impl SyncEngine {
    /// Reads the parents that records wait for: a list may have been taken before the parent came to be. Returns what that did.
    pub(crate) async fn fetch_missing_parents(
        &self,
        run: RunId,
        readable: &BTreeSet<EntityKind>,
        progress: &dyn Progress,
    ) -> Result<BTreeMap<EntityKind, Counts>> {
        let kinds: Vec<EntityKind> = readable.iter().cloned().collect();
        let missing = self.store.missing_parents(&self.connection, &kinds, PARENTS_MAX).await?;
        let mut counts: BTreeMap<EntityKind, Counts> = BTreeMap::new();
        for kind in readable {
            let keys: Vec<Key> = missing.iter().filter(|(k, _)| k == kind).map(|(_, key)| key.clone()).collect();
            if keys.is_empty() || !self.connector.capabilities().entity(kind).is_some_and(|c| c.get) {
                continue;
            }
            let source = self.connector.source(kind)?;
            // A kind that rides along with another has no checkpoint of its own.
            let Some(feed) = self.feed_of(kind) else { continue };
            let mut pass = Pass::new(self, run, feed, self.rules(readable), progress);
            if !pass.take_up().await? {
                continue;
            }
            let done: Result<()> = async {
                for some in keys.chunks(TOGETHER) {
                    let mut read = Evidenced::default();
                    let mut due = Vec::new();
                    for (key, found) in pass.read_each(&source, some).await? {
                        match found {
                            Read::Found(record) => read.records.push(pass.rules.prepare(*record)),
                            Read::Missing => read.orphaned.push((kind.clone(), key)),
                            Read::Unreadable(why) => due.push((key, Some(why))),
                        }
                    }
                    pass.commit_read(read).await?;
                    pass.ask_for(Target::Record, due).await?;
                }
                Ok(())
            }
            .await;
            if let Err(error) = done {
                if concerns_all(&error) {
                    return Err(error);
                }
                let message = format!("{kind} records that others wait for can't be read now: {error}");
                self.store.log(run, kind, message, self.clock.now()).await?;
            }
            for (kind, more) in pass.counts {
                *counts.entry(kind).or_default() += more;
            }
        }
        Ok(counts)
    }
}
