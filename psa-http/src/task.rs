//! Work that goes on while nobody looks at it.

use psa_core::{Error, ErrorKind, Phase, Result};
use tokio::task::JoinHandle;

/// Ends the task with its future.
struct Task<T>(JoinHandle<Result<T>>);

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Runs work as a task of its own: what it holds (a place in a queue, a permit, a lock) it gives back, though the future that
/// waits for it is not polled. Others, of whom that future's owner may be one, would wait for ever.
pub(crate) async fn run<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    let mut task = Task(tokio::spawn(work));
    match (&mut task.0).await {
        Ok(result) => result,
        Err(ended) => match ended.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is being shut down.
            Err(ended) => Err(Error::new(ErrorKind::Cancelled, "the request was given up")
                .with_phase(Phase::MaybeSent)
                .with_source(ended)),
        },
    }
}
