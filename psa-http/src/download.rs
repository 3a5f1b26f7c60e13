//! Bodies that are handed on as they arrive: files.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use http::{HeaderMap, header};
use psa_core::time::Clock;
use psa_core::{Error, ErrorKind, Phase, Result, Retry};

use crate::budget::within;
use crate::{Body, Response};

/// An answer whose body is still on its way.
pub struct Download {
    headers: HeaderMap,
    body: Body,
    operation: &'static str,
    timeout: Duration,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("operation", &self.operation)
            .field("length", &self.length())
            .finish_non_exhaustive()
    }
}

impl Download {
    pub(crate) fn new(
        answer: Response,
        body: Body,
        operation: &'static str,
        timeout: Duration,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { headers: answer.headers, body, operation, timeout, clock }
    }

    /// How many bytes the vendor announced.
    pub fn length(&self) -> Option<u64> {
        self.headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
    }

    /// The content type.
    pub fn content_type(&self) -> Option<&str> {
        self.headers.get(header::CONTENT_TYPE)?.to_str().ok()
    }

    /// This, unless it is a web page that nobody offered as a file: a proxy's sign-in page, say.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`] for such a page.
    pub fn not_a_web_page(self) -> Result<Self> {
        let html = self.content_type().is_some_and(|t| t.trim_start().to_ascii_lowercase().starts_with("text/html"));
        if html && !self.headers.contains_key(header::CONTENT_DISPOSITION) {
            return Err(Error::new(ErrorKind::Decode, "a web page came where a file was due")
                .with_operation(self.operation)
                .with_phase(Phase::Answered));
        }
        Ok(self)
    }

    /// The bytes. Each chunk has the time of one try to arrive. Fewer bytes than announced are an error, not an end.
    pub fn bytes(self) -> BoxStream<'static, Result<Bytes>> {
        let (length, operation) = (self.length(), self.operation);
        let broken = move |message: String| {
            Error::new(ErrorKind::Connect, message)
                .with_operation(operation)
                .with_phase(Phase::Answered)
                .with_retry(Retry::Backoff)
        };
        let state = (self.body, self.timeout, self.clock, 0u64);
        stream::try_unfold(state, move |(mut body, timeout, clock, done)| async move {
            match within(&*clock, timeout, body.next()).await {
                Some(Some(Ok(chunk))) => {
                    let done = done + chunk.len() as u64;
                    Ok(Some((chunk, (body, timeout, clock, done))))
                }
                Some(Some(Err(error))) => Err(error.into_error().with_operation(operation).with_phase(Phase::Answered)),
                Some(None) => match length {
                    Some(length) if done < length => {
                        Err(broken(format!("the file ends after {done} of {length} bytes")))
                    }
                    _ => Ok(None),
                },
                None => Err(broken(format!("no more bytes within {timeout:?}"))),
            }
        })
        .boxed()
    }

    /// The whole file in memory.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`] past `cap` bytes; what the connection does.
    pub async fn read(self, cap: usize) -> Result<Bytes> {
        let operation = self.operation;
        let mut chunks = self.bytes();
        let mut whole = Vec::new();
        while let Some(chunk) = chunks.try_next().await? {
            if whole.len() + chunk.len() > cap {
                return Err(Error::new(ErrorKind::TooLarge, format!("the file is larger than {cap} bytes"))
                    .with_operation(operation)
                    .with_phase(Phase::Answered));
            }
            whole.extend_from_slice(&chunk);
        }
        Ok(whole.into())
    }
}

/// Where the transport's end of the pipeline leaves a body for the caller's end.
#[derive(Clone, Default)]
pub(crate) struct Slot(Arc<Mutex<Option<Body>>>);

impl Slot {
    pub(crate) fn put(&self, body: Body) {
        *self.0.lock().unwrap_or_else(|e| e.into_inner()) = Some(body);
    }

    pub(crate) fn take(&self) -> Option<Body> {
        self.0.lock().unwrap_or_else(|e| e.into_inner()).take()
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Slot")
    }
}
