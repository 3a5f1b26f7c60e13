//! Parents that are known to be there.

use std::collections::{HashMap, HashSet};

use psa_core::Key;

/// Parents that are known to be there, so that not every child asks the database.
#[derive(Debug, Default)]
pub(super) struct Parents {
    pub(super) known: HashMap<i64, HashSet<Key>>,
    pub(super) count: usize,
}

impl Parents {
    /// A cache must not grow with the data.
    pub(super) const MOST: usize = 100_000;

    pub(super) fn has(&self, stream: i64, key: &Key) -> bool {
        self.known.get(&stream).is_some_and(|keys| keys.contains(key))
    }

    pub(super) fn forget(&mut self, stream: i64, key: &Key) {
        if let Some(keys) = self.known.get_mut(&stream)
            && keys.remove(key)
        {
            self.count -= 1;
        }
    }

    pub(super) fn add(&mut self, stream: i64, key: &Key) {
        if self.count >= Self::MOST {
            *self = Self::default();
        }
        if self.known.entry(stream).or_default().insert(key.clone()) {
            self.count += 1;
        }
    }
}
