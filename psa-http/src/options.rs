//! What every vendor client's builder asks about HTTP, once.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use psa_core::time::{Chance, Clock, Seeded};
use psa_core::{Error, Result, WaitBoard};
use url::Url;

use crate::{HttpClient, HttpClientBuilder, RateBudget, Redactor, RetryPolicy, Step, TokioClock, Transport, Vendor};

/// The HTTP side of a client under construction. Its setters come with [`http_options!`](crate::http_options).
#[doc(hidden)]
pub struct HttpOptions {
    pub transport: Option<Arc<dyn Transport>>,
    pub clock: Option<Arc<dyn Clock>>,
    pub chance: Option<Arc<dyn Chance>>,
    pub budget: Option<RateBudget>,
    pub limit: Option<(u32, Duration)>,
    pub retry: RetryPolicy,
    pub concurrency: usize,
    pub timeout: Duration,
    pub body_cap: usize,
    pub waits: WaitBoard,
    pub allow_http: bool,
    pub call_steps: Vec<Arc<dyn Step>>,
    pub try_steps: Vec<Arc<dyn Step>>,
}

impl HttpOptions {
    /// The defaults, with the vendor's usual rate limit.
    pub fn new(limit: Option<(u32, Duration)>) -> Self {
        Self {
            transport: None,
            clock: None,
            chance: None,
            budget: None,
            limit,
            retry: RetryPolicy::default(),
            concurrency: 8,
            timeout: Duration::from_secs(60),
            body_cap: 64 << 20,
            waits: WaitBoard::new(),
            allow_http: false,
            call_steps: Vec::new(),
            try_steps: Vec::new(),
        }
    }

    /// Everything that was left open gets its default.
    pub fn resolve(self, vendor: Arc<dyn Vendor>) -> Result<HttpSetup> {
        let transport = self.transport.ok_or_else(|| {
            Error::config("transport", "no transport was given")
                .with_context("remedy", "Call transport(Arc::new(ReqwestTransport::new()?)) before build().")
        })?;
        let clock = self.clock.unwrap_or_else(|| Arc::new(TokioClock::new()));
        let budget = self.budget.unwrap_or_else(|| match self.limit {
            Some((requests, window)) => RateBudget::new(Arc::clone(&clock), requests, window),
            None => RateBudget::unlimited(Arc::clone(&clock)),
        });
        Ok(HttpSetup {
            chance: self.chance.unwrap_or_else(|| Arc::new(Seeded::from_entropy())),
            redactor: Redactor::default(),
            vendor,
            transport,
            clock,
            budget,
            limit: self.limit,
            retry: self.retry,
            concurrency: self.concurrency,
            timeout: self.timeout,
            body_cap: self.body_cap,
            waits: self.waits,
            allow_http: self.allow_http,
            call_steps: self.call_steps,
            try_steps: self.try_steps,
        })
    }
}

impl fmt::Debug for HttpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpOptions").field("limit", &self.limit).finish_non_exhaustive()
    }
}

/// Resolved options, to make one client or several of.
#[doc(hidden)]
pub struct HttpSetup {
    pub transport: Arc<dyn Transport>,
    pub vendor: Arc<dyn Vendor>,
    pub clock: Arc<dyn Clock>,
    pub chance: Arc<dyn Chance>,
    pub redactor: Redactor,
    pub budget: RateBudget,
    pub limit: Option<(u32, Duration)>,
    pub retry: RetryPolicy,
    pub concurrency: usize,
    pub timeout: Duration,
    pub body_cap: usize,
    pub waits: WaitBoard,
    pub allow_http: bool,
    pub call_steps: Vec<Arc<dyn Step>>,
    pub try_steps: Vec<Arc<dyn Step>>,
}

impl fmt::Debug for HttpSetup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpSetup").field("limit", &self.limit).finish_non_exhaustive()
    }
}

impl HttpSetup {
    fn start(&self, base: &Url, retry: RetryPolicy) -> HttpClientBuilder {
        HttpClient::builder(base.clone(), Arc::clone(&self.transport))
            .vendor(Arc::clone(&self.vendor))
            .clock(Arc::clone(&self.clock))
            .chance(Arc::clone(&self.chance))
            .redactor(self.redactor.clone())
            .timeout(self.timeout)
            .allow_http(self.allow_http)
            .waits(self.waits.clone())
            .retry(retry)
    }

    /// A client for logging in and the like: it must not wait for a place that the waiting call holds.
    pub fn aside(&self, base: &Url) -> Result<HttpClient> {
        self.start(base, RetryPolicy { attempts: 3, ..self.retry.clone() }).body_cap(1 << 20).build()
    }

    /// The client for the API, without a credential yet.
    pub fn client(&self, base: &Url) -> HttpClientBuilder {
        let http = self.start(base, self.retry.clone()).budget(self.budget.clone()).concurrency(self.concurrency);
        let http = self.call_steps.iter().fold(http.body_cap(self.body_cap), |h, s| h.around_call(Arc::clone(s)));
        self.try_steps.iter().fold(http, |h, s| h.around_try(Arc::clone(s)))
    }
}

/// Gives a builder that has a field `http: HttpOptions` the setters that every client has.
#[doc(hidden)]
#[macro_export]
macro_rules! http_options {
    ($builder:ty: $limit:literal) => {
        impl $builder {
            /// What sends the requests: `psa_http::ReqwestTransport` or the sandbox. It has no default, so that this
            /// crate needs no HTTP library.
            #[must_use]
            pub fn transport(mut self, transport: ::std::sync::Arc<dyn $crate::Transport>) -> Self {
                self.http.transport = Some(transport);
                self
            }

            /// The clock. Default: tokio's.
            #[must_use]
            pub fn clock(mut self, clock: ::std::sync::Arc<dyn $crate::psa_core::time::Clock>) -> Self {
                self.http.clock = Some(clock);
                self
            }

            /// The source of chance. Default: another one in each process.
            #[must_use]
            pub fn chance(mut self, chance: ::std::sync::Arc<dyn $crate::psa_core::time::Chance>) -> Self {
                self.http.chance = Some(chance);
                self
            }

            /// Requests in a rolling window; `None`: no limit of our own.
            #[doc = $limit]
            #[must_use]
            pub fn rate_limit(mut self, limit: Option<(u32, ::std::time::Duration)>) -> Self {
                self.http.limit = limit;
                self
            }

            /// A budget shared with other clients of the same credential.
            #[must_use]
            pub fn rate_budget(mut self, budget: $crate::RateBudget) -> Self {
                self.http.budget = Some(budget);
                self
            }

            /// How often and how long to try.
            #[must_use]
            pub fn retry(mut self, retry: $crate::RetryPolicy) -> Self {
                self.http.retry = retry;
                self
            }

            /// Requests under way at once; also how many pages a list reads ahead. Default: 8.
            #[must_use]
            pub fn concurrency(mut self, concurrency: usize) -> Self {
                self.http.concurrency = concurrency.max(1);
                self
            }

            /// Time for one try. Default: 60 s; large lists are slow.
            #[must_use]
            pub fn timeout(mut self, timeout: ::std::time::Duration) -> Self {
                self.http.timeout = timeout;
                self
            }

            /// The largest answer to read, in bytes; a list whose page is larger is read in smaller pages. Default: 64
            /// MiB.
            #[must_use]
            pub fn body_cap(mut self, bytes: usize) -> Self {
                self.http.body_cap = bytes;
                self
            }

            /// Where waits are noted, to be shared with other clients of the same person's view. Default: a board of
            /// its own.
            #[must_use]
            pub fn waits(mut self, board: $crate::psa_core::WaitBoard) -> Self {
                self.http.waits = board;
                self
            }

            /// Allows plain HTTP: for a sandbox on this machine, never for a tenant.
            #[must_use]
            pub fn allow_http(mut self, allow: bool) -> Self {
                self.http.allow_http = allow;
                self
            }

            /// A step of your own around each call.
            #[must_use]
            pub fn around_call(mut self, step: ::std::sync::Arc<dyn $crate::Step>) -> Self {
                self.http.call_steps.push(step);
                self
            }

            /// A step of your own around each try.
            #[must_use]
            pub fn around_try(mut self, step: ::std::sync::Arc<dyn $crate::Step>) -> Self {
                self.http.try_steps.push(step);
                self
            }
        }
    };
}
