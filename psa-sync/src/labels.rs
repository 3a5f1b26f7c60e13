//! Labels of stored records keep step with the names of reference data.

use std::sync::Arc;

use psa_core::{Key, Relabelled, Result, Source};

use crate::pass::Pass;
use crate::report::EntityOutcome;
use crate::scope::Scope;
use crate::store::{Content, StreamKey, Target};

/// Records whose labels are looked at together.
const TOGETHER: u32 = 500;

impl Pass<'_> {
    /// Reads the names of statuses, priorities and the like anew, and gives them to the stored records that have others: renaming a
    /// status moves no stamp of a ticket. If names can't be read, records are read all the same, and the outcome says so.
    pub(crate) async fn renew_names(&mut self) -> Result<()> {
        for kind in self.feed {
            let source = self.engine.connector.source(kind)?;
            let names = match source.refresh_names(self.lane()).await {
                Ok(None) => continue,
                Ok(Some(names)) => names,
                Err(error) if crate::engine::concerns_all(&error) => return Err(error),
                Err(error) => {
                    let message = format!("the names of reference data can't be read, so labels may be old: {error}");
                    self.engine.store.log(self.run, kind, message.clone(), self.engine.clock.now()).await?;
                    self.shortfall = Some(EntityOutcome::Incomplete(message));
                    continue;
                }
            };
            let stream = StreamKey { connection: self.stream.connection.clone(), kind: kind.clone() };
            if self.engine.store.names(&stream).await?.as_ref() != Some(&names) {
                self.relabel(&source, &stream).await?;
                self.engine.store.keep_names(&stream, names.clone()).await?;
            }
            if kind == self.kind {
                self.names = Some(names);
            }
        }
        Ok(())
    }

    async fn relabel(&mut self, source: &Arc<dyn Source>, stream: &StreamKey) -> Result<()> {
        let kind = &stream.kind;
        let mut after: Option<Key> = None;
        let mut renamed = 0;
        loop {
            let contents = self.engine.store.contents(stream, after.as_ref(), TOGETHER).await?;
            let Some(last) = contents.last() else { break };
            after = Some(last.key.clone());
            let mut changed: Vec<(Content, Vec<u8>)> = Vec::new();
            let mut again = Vec::new();
            for content in contents {
                match source.relabel(&content.content) {
                    // What can't be read any more is read again.
                    Err(_) => again.push((content.key, None)),
                    Ok(Relabelled::Same) => {}
                    // Names decide what is in the scope.
                    Ok(Relabelled::Changed(new)) if !self.engine.scope.of(kind).holds_content(&new) => {
                        again.push((content.key, None));
                    }
                    Ok(Relabelled::Changed(new)) => changed.push((content, new)),
                    Ok(Relabelled::ReadAgain) => again.push((content.key, None)),
                }
            }
            if !again.is_empty() {
                self.engine.store.ask_for(stream, Target::Record, again, self.engine.clock.now()).await?;
            }
            if !changed.is_empty() {
                renamed += self.engine.store.rewrite(self.run, stream, changed, self.engine.clock.now()).await?;
            }
        }
        if self.engine.scope.of(kind) != Scope::all() {
            // What was left out by its old name may belong here by its new one.
            self.engine.store.ask_for_left_out(stream, self.engine.clock.now()).await?;
        }
        if renamed > 0 {
            let message = format!("names of reference data changed: {renamed} records of {kind} have the new ones");
            self.engine.store.log(self.run, kind, message, self.engine.clock.now()).await?;
        }
        Ok(())
    }
}
