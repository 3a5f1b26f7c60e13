//! Chance from a seed.

use psa_core::time::{Chance, Seeded};

/// Everything that a simulation leaves to chance comes from here.
#[derive(Debug)]
pub(crate) struct Dice(Seeded);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Seeded::new(seed))
    }

    /// A number below `n`.
    pub(crate) fn below(&self, n: u64) -> u64 {
        self.0.bits() % n.max(1)
    }

    /// A number in a range, both ends in it.
    pub(crate) fn between(&self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    pub(crate) fn chance(&self, share: f64) -> bool {
        self.0.unit() < share
    }

    pub(crate) fn pick<'a, T>(&self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len() as u64) as usize)
    }
}
