//! The time of a core that threads took, however long they waited for one.

use std::collections::HashSet;
use std::fs;
use std::sync::OnceLock;
use std::time::Duration;

/// Those that run tasks and no blocking work.
static WORKERS: OnceLock<HashSet<String>> = OnceLock::new();

fn threads() -> impl Iterator<Item = String> {
    let tasks = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    tasks.map(|task| task.file_name().to_string_lossy().into_owned())
}

/// To be called before any blocking work: from then on, all other threads are for that.
pub(crate) fn workers_are_started() {
    let _ = WORKERS.set(threads().collect());
}

/// Of the threads for blocking work: here that is SQLite alone.
pub(crate) fn of_blocking_threads() -> Duration {
    let workers = WORKERS.get().expect("workers_are_started was called");
    let nanoseconds = |thread: String| -> Option<u64> {
        let stat = fs::read_to_string(format!("/proc/self/task/{thread}/schedstat")).ok()?;
        stat.split_whitespace().next()?.parse().ok()
    };
    Duration::from_nanos(threads().filter(|t| !workers.contains(t)).filter_map(nanoseconds).sum())
}
