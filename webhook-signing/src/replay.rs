//! Messages that came before.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;

/// Remembers the ids of messages. Ask after the signature was verified, never before: else anybody could fill it.
///
/// One that is shared by several processes (a table with a unique key, a cache with expiry) is an implementation of yours.
pub trait ReplayGuard: Send + Sync {
    /// Notes `id`; false if it is there already. `now` in seconds since 1970; `keep` tells for how many seconds it must be
    /// remembered, none for ever.
    fn insert_if_absent(&self, scope: &str, id: &str, now: i64, keep: Option<u64>) -> bool;

    /// Forgets `id`: what came with it could not be worked on, so the sender's next try must be taken.
    fn forget(&self, scope: &str, id: &str);
}

/// Remembers ids in this process, the newest of them.
///
/// ```
/// use std::sync::Arc;
/// use webhook_signing::{Error, MemoryReplayGuard, Scheme, Signer, Verifier};
///
/// let guard = Arc::new(MemoryReplayGuard::new(10_000));
/// let verifier = Verifier::new(Scheme::Svix, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?.replay_guard(guard, "billing");
/// let headers = Signer::new(Scheme::Svix, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?.sign("msg_1", 1_700_000_000, b"{}")?;
///
/// assert!(verifier.verify_at(&headers, b"{}", 1_700_000_000).is_ok());
/// assert_eq!(verifier.verify_at(&headers, b"{}", 1_700_000_001), Err(Error::Replayed));
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug)]
pub struct MemoryReplayGuard {
    most: usize,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    /// Until when.
    ids: HashMap<(String, String), i64>,
    order: VecDeque<(String, String)>,
}

impl MemoryReplayGuard {
    /// Remembers at most so many ids; the oldest are forgotten first.
    pub fn new(most: usize) -> Self {
        Self { most: most.max(1), seen: Mutex::default() }
    }
}

impl ReplayGuard for MemoryReplayGuard {
    fn insert_if_absent(&self, scope: &str, id: &str, now: i64, keep: Option<u64>) -> bool {
        let until = keep.map_or(i64::MAX, |keep| now.saturating_add(i64::try_from(keep).unwrap_or(i64::MAX)));
        let entry = (scope.to_owned(), id.to_owned());
        let mut seen = self.seen.lock().unwrap_or_else(|e| e.into_inner());
        while let Some(oldest) = seen.order.front() {
            let over = seen.ids.get(oldest).is_none_or(|until| *until < now);
            if !over && seen.order.len() < self.most {
                break;
            }
            if let Some(oldest) = seen.order.pop_front() {
                seen.ids.remove(&oldest);
            }
        }
        if seen.ids.contains_key(&entry) {
            return false;
        }
        seen.ids.insert(entry.clone(), until);
        seen.order.push_back(entry);
        true
    }

    fn forget(&self, scope: &str, id: &str) {
        let entry = (scope.to_owned(), id.to_owned());
        let mut seen = self.seen.lock().unwrap_or_else(|e| e.into_inner());
        if seen.ids.remove(&entry).is_some() {
            seen.order.retain(|e| *e != entry);
        }
    }
}
