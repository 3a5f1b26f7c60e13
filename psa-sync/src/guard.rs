/// How many records may vanish at once before a person must look.
///
/// A lost right looks like a mass deletion; so does a wrong filter. The limit is the larger of a number and a share of
/// what is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MassDeleteGuard {
    /// So many are always allowed.
    pub count: u64,
    /// This share of the known records, 0.0 to 1.0.
    pub share: f64,
}

impl Default for MassDeleteGuard {
    fn default() -> Self {
        Self { count: 20, share: 0.10 }
    }
}

impl MassDeleteGuard {
    /// No guard: the caller looked and confirmed.
    pub fn off() -> Self {
        Self { count: u64::MAX, share: 1.0 }
    }

    /// Whether this is no guard.
    pub(crate) fn is_off(self) -> bool {
        self == Self::off()
    }

    /// Whether `vanished` of `known` records may be deleted.
    pub fn allows(self, vanished: u64, known: u64) -> bool {
        vanished <= self.count.max((known as f64 * self.share) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_larger_limit_counts() {
        let guard = MassDeleteGuard::default();
        assert!(guard.allows(20, 30) && !guard.allows(21, 30));
        assert!(guard.allows(100, 1000) && !guard.allows(101, 1000));
        assert!(MassDeleteGuard::off().allows(5_000, 5_000));
    }
}
