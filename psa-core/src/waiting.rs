//! What a connector waits for, so that a person sees a pause and not a standstill.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use chrono::{DateTime, Utc};
use futures::Stream;
use serde::Serialize;

/// Why a request waits.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitReason {
    /// The configured rate budget is used up.
    RateBudget,
    /// The vendor's rate limit was hit.
    VendorLimit,
    /// The last try failed, and the next one comes after a pause.
    Retry,
}

/// A request that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// Why.
    pub why: WaitReason,
    /// Until when, by the connector's clock. It may take longer: what comes then can be another wait.
    pub until: DateTime<Utc>,
    /// What waits: `halo.tickets.list`.
    pub operation: &'static str,
}

/// Where all clients of a connection write what they wait for, and whoever shows progress reads it. Clones share it.
///
/// ```
/// use psa_core::{WaitBoard, WaitReason, Waiting};
///
/// let board = WaitBoard::new();
/// let until = "2026-01-01T00:05:00Z".parse().unwrap();
/// let waiting = board.enter(Waiting { why: WaitReason::VendorLimit, until, operation: "halo.tickets.list" });
/// assert_eq!(board.longest().map(|w| w.until), Some(until));
/// drop(waiting);
/// assert_eq!(board.longest(), None);
/// ```
#[derive(Debug, Clone, Default)]
pub struct WaitBoard(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    waiting: Vec<(u64, Waiting)>,
    entered: u64,
    /// Counts changes.
    version: u64,
    watchers: Vec<Waker>,
}

impl WaitBoard {
    /// A board on which nobody waits.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes a wait, until the guard is dropped.
    pub fn enter(&self, waiting: Waiting) -> WaitGuard {
        let mut state = self.lock();
        state.entered += 1;
        let number = state.entered;
        state.waiting.push((number, waiting));
        changed(state);
        WaitGuard { board: self.clone(), number }
    }

    /// All waits, in the order in which they began.
    pub fn all(&self) -> Vec<Waiting> {
        self.lock().waiting.iter().map(|(_, waiting)| *waiting).collect()
    }

    /// The wait that ends last, if anybody waits.
    pub fn longest(&self) -> Option<Waiting> {
        self.lock().longest()
    }

    /// The longest wait each time that something changed, from now on. It never ends, and leaves out what changed again
    /// before it was looked at.
    pub fn watch(&self) -> WaitWatch {
        WaitWatch { seen: self.lock().version, board: self.clone() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(|e| e.into_inner())
    }
}

impl State {
    fn longest(&self) -> Option<Waiting> {
        self.waiting.iter().map(|(_, waiting)| *waiting).max_by_key(|waiting| waiting.until)
    }
}

/// Wakes those who watch, without the lock.
fn changed(mut state: MutexGuard<'_, State>) {
    state.version += 1;
    let watchers = std::mem::take(&mut state.watchers);
    drop(state);
    watchers.into_iter().for_each(Waker::wake);
}

/// A wait on a [`WaitBoard`]; it ends when this is dropped.
#[derive(Debug)]
#[must_use = "the wait ends when this is dropped"]
pub struct WaitGuard {
    board: WaitBoard,
    number: u64,
}

impl Drop for WaitGuard {
    fn drop(&mut self) {
        let mut state = self.board.lock();
        state.waiting.retain(|(number, _)| *number != self.number);
        changed(state);
    }
}

/// The changes of a [`WaitBoard`]. Made by [`WaitBoard::watch`].
#[derive(Debug)]
pub struct WaitWatch {
    board: WaitBoard,
    seen: u64,
}

impl Stream for WaitWatch {
    type Item = Option<Waiting>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let board = self.board.clone();
        let mut state = board.lock();
        if state.version != self.seen {
            self.seen = state.version;
            return Poll::Ready(Some(state.longest()));
        }
        if !state.watchers.iter().any(|waker| waker.will_wake(context.waker())) {
            state.watchers.push(context.waker().clone());
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    use futures::{FutureExt, StreamExt};

    use super::*;

    fn waiting(minute: u32) -> Waiting {
        let until = format!("2026-01-01T00:{minute:02}:00Z").parse().unwrap();
        Waiting { why: WaitReason::Retry, until, operation: "test.read" }
    }

    #[test]
    fn whoever_watches_sees_the_longest_wait_and_its_end() {
        let board = WaitBoard::new();
        let mut watch = board.watch();
        assert!(watch.next().now_or_never().is_none(), "nothing changed yet");
        let short = board.enter(waiting(1));
        let long = board.enter(waiting(5));
        assert_eq!(watch.next().now_or_never(), Some(Some(Some(waiting(5)))));
        drop(long);
        assert_eq!(watch.next().now_or_never(), Some(Some(Some(waiting(1)))));
        assert_eq!(board.all(), [waiting(1)]);
        drop(short);
        assert_eq!(watch.next().now_or_never(), Some(Some(None)));
        assert!(watch.next().now_or_never().is_none());
    }

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn several_watch_and_each_is_woken_once_for_a_change() {
        let board = WaitBoard::new();
        let woken: [Arc<Woken>; 2] = [Arc::default(), Arc::default()];
        let mut watches = [board.watch(), board.watch()];
        for (watch, woken) in watches.iter_mut().zip(&woken) {
            let waker = Waker::from(Arc::clone(woken));
            for _ in 0..3 {
                assert!(watch.poll_next_unpin(&mut Context::from_waker(&waker)).is_pending());
            }
        }
        let _guard = board.enter(waiting(3));
        assert_eq!(woken.map(|w| w.0.load(Ordering::SeqCst)), [1, 1]);
    }
}
