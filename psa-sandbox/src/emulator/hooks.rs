//! Edits that wait for a request: how often each operation was asked, and what is due before which time.

use std::collections::HashMap;

use super::vendor::Emulated;

/// An edit that waits.
type Hook<V> = Box<dyn FnOnce(&mut <V as Emulated>::Edit<'_>) + Send>;

pub(crate) struct Hooks<V: Emulated> {
    counts: HashMap<&'static str, u64>,
    /// The operation, which time of it, and what to do before.
    waiting: Vec<(String, u64, Hook<V>)>,
}

impl<V: Emulated> Default for Hooks<V> {
    fn default() -> Self {
        Self { counts: HashMap::new(), waiting: Vec::new() }
    }
}

impl<V: Emulated> Hooks<V> {
    /// Adds an edit before the `nth` request of `operation`, counted from now.
    pub(crate) fn add(&mut self, operation: &str, nth: u64, edit: Hook<V>) {
        let so_far = self.counts.get(operation).copied().unwrap_or(0);
        self.waiting.push((operation.to_owned(), so_far + nth, edit));
    }

    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// Counts a request of `operation`, and gives what is due before it is answered.
    pub(crate) fn due(&mut self, operation: &'static str) -> Vec<Hook<V>> {
        let count = self.counts.entry(operation).or_default();
        *count += 1;
        let (due, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.waiting).into_iter().partition(|(o, n, _)| o == operation && n == count);
        self.waiting = later;
        due.into_iter().map(|(_, _, edit)| edit).collect()
    }
}
