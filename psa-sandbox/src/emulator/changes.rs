//! What happened to records and was not told yet: data raises it, webhooks and callbacks take it.

use super::row::Row;

/// As many as are kept: somebody may never take them.
const MOST: usize = 10_000;

/// What happened to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Added,
    Updated,
    #[cfg_attr(not(feature = "connectwise"), allow(dead_code, reason = "not every vendor tells of removals"))]
    Removed,
}

/// A record changed.
#[cfg_attr(not(feature = "connectwise"), allow(dead_code, reason = "not every vendor tells the whole record"))]
#[derive(Debug, Clone)]
pub(crate) struct Changed<K> {
    pub(crate) kind: K,
    pub(crate) id: i64,
    pub(crate) change: Change,
    /// The record as it was then, where the vendor tells of that.
    pub(crate) record: Option<Row>,
}

/// Changes in the order in which they happened.
#[derive(Debug)]
pub(crate) struct Changes<K>(Vec<Changed<K>>);

impl<K> Default for Changes<K> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K> Changes<K> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is no place for more.
    pub(crate) fn is_full(&self) -> bool {
        self.0.len() >= MOST
    }

    /// Remembers a change, if there is place.
    pub(crate) fn raise(&mut self, changed: Changed<K>) {
        if !self.is_full() {
            self.0.push(changed);
        }
    }

    /// Takes the last change back.
    #[cfg(feature = "connectwise")]
    pub(crate) fn take_back(&mut self) {
        self.0.pop();
    }

    /// Hands over all changes.
    pub(crate) fn take(&mut self) -> Vec<Changed<K>> {
        std::mem::take(&mut self.0)
    }
}
