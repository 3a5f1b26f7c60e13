//! Work that goes on while nobody looks at it.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::FutureExt;
use psa_core::{Error, ErrorKind, Phase, Result};
use tokio::task::JoinHandle;
use tracing::Instrument;

/// A task, ended when this is dropped.
#[derive(Debug)]
pub(crate) struct Task<T>(JoinHandle<Result<T>>);

/// Starts work as a task of its own: what it holds (a place in a queue, a permit, a lock) it gives back, though the future that
/// waits for it is not polled. Others, of whom that future's owner may be one, would wait for ever.
pub(crate) fn start<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Task<T> {
    Task(tokio::spawn(work.in_current_span()))
}

impl<T> Future for Task<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        self.0.poll_unpin(context).map(|ended| match ended.map_err(tokio::task::JoinError::try_into_panic) {
            Ok(result) => result,
            Err(Ok(panic)) => std::panic::resume_unwind(panic),
            // The runtime is being shut down.
            Err(Err(ended)) => Err(Error::new(ErrorKind::Cancelled, "the request was given up")
                .with_phase(Phase::MaybeSent)
                .with_source(ended)),
        })
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
