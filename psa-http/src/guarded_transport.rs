#[cfg(test)]
mod tests;

use std::error::Error as StdError;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use std::{fmt, io};

use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use psa_core::Result;
use tokio::time::Instant;
use tower_layer::Layer;
use tower_service::Service;

use crate::reqwest_transport::{self, answer_of, convert};
use crate::{AddressPolicy, Body, Forbidden, Transport, TransportError, TransportErrorKind};

/// Finds the addresses of a name: the system's resolver, or a caller's own.
pub trait Resolve: Send + Sync + fmt::Debug {
    /// All addresses of `host`. An error, as well as an empty list, means that the request may be tried again later.
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>>;
}

/// The resolver of the operating system, with its hosts file and search domains.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        async move { Ok(tokio::net::lookup_host((host, 0)).await?.map(|found| found.ip()).collect()) }.boxed()
    }
}

/// How long it took to get a connection for one request. See [`TimingsProbe`].
///
/// Both are none on a connection that was open already. A part that failed, or was still under way when the request
/// failed, is none.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timings {
    /// The look-up of the name. None if the host was an address.
    pub dns: Option<Duration>,
    /// TCP and TLS together.
    pub connect: Option<Duration>,
}

/// Takes the [`Timings`] of a request, also of one that fails or is given up: put a clone into the request's extensions.
#[derive(Debug, Clone, Default)]
pub struct TimingsProbe(Arc<Mutex<Timings>>);

impl TimingsProbe {
    /// What is known so far.
    pub fn timings(&self) -> Timings {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Timings)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Sends over the network to URLs that somebody else chose, and only to addresses that an [`AddressPolicy`] permits.
///
/// The URL is checked before anything happens. A name is resolved once per connection: if one of its addresses is
/// forbidden it is refused, and otherwise the connection goes to just these addresses, without a second look-up.
/// Redirects are answers, not followed. There is no proxy, no cookie and no decompression.
///
/// A refusal is a [`TransportErrorKind::Request`] whose source is [`Forbidden`]; a failed look-up is a
/// [`TransportErrorKind::Connect`].
///
/// ```no_run
/// use psa_http::{AddressPolicy, GuardedTransport, TimingsProbe, Transport};
///
/// # async fn ping() -> Result<(), Box<dyn std::error::Error>> {
/// let transport = GuardedTransport::new(AddressPolicy::public_only())?;
/// let probe = TimingsProbe::default();
/// let request = http::Request::post("https://hooks.example.com/psa").extension(probe.clone()).body("{}".into())?;
/// let answer = transport.send(request).await;
/// println!("{:?}, {:?}", answer.map(|a| a.status()), probe.timings());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct GuardedTransport {
    client: reqwest::Client,
    policy: Arc<AddressPolicy>,
}

/// Puts a [`GuardedTransport`] together.
#[derive(Debug)]
pub struct GuardedTransportBuilder {
    builder: reqwest::ClientBuilder,
    policy: AddressPolicy,
    resolver: Arc<dyn Resolve>,
}

impl GuardedTransport {
    /// A transport with the system's resolver and trusted roots and the usual time-outs.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](psa_core::ErrorKind::Config) if the TLS library can't start.
    pub fn new(policy: AddressPolicy) -> Result<Self> {
        Self::builder(policy).build()
    }

    /// Starts a transport with settings of its own.
    pub fn builder(policy: AddressPolicy) -> GuardedTransportBuilder {
        // Whatever features the rest of the program switches on in reqwest, the answer stays as it was sent.
        let builder = reqwest_transport::builder()
            .no_proxy()
            .referer(false)
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(15))
            .connector_layer(TimeConnecting);
        GuardedTransportBuilder { builder, policy, resolver: Arc::new(SystemResolver) }
    }

    /// The policy that decides.
    pub fn policy(&self) -> &AddressPolicy {
        &self.policy
    }

    /// The request to the very URL that was checked, not to its text, which would have to be parsed again.
    fn checked(&self, request: http::Request<Bytes>) -> Result<reqwest::Request, Forbidden> {
        let (parts, body) = request.into_parts();
        let url = self.policy.check_url_text(&parts.uri.to_string())?;
        let mut request = reqwest::Request::new(parts.method, url);
        *request.version_mut() = parts.version;
        *request.headers_mut() = parts.headers;
        *request.body_mut() = Some(body.into());
        Ok(request)
    }
}

impl GuardedTransportBuilder {
    /// Resolves names with this instead of the operating system.
    #[must_use]
    pub fn resolver(mut self, resolver: Arc<dyn Resolve>) -> Self {
        self.resolver = resolver;
        self
    }

    /// The most that a connection may take, from the look-up of the name to the end of the TLS handshake. 5 seconds by
    /// default.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.builder = self.builder.connect_timeout(limit);
        self
    }

    /// The most that a request may take, from the start to the end of the answer's body. 15 seconds by default.
    #[must_use]
    pub fn total_timeout(mut self, limit: Duration) -> Self {
        self.builder = self.builder.timeout(limit);
        self
    }

    /// Trusts this CA (PEM, one certificate or several) beside the system's, for a receiver on premise.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](psa_core::ErrorKind::Config) if there is no certificate in it.
    #[cfg(feature = "rustls")]
    pub fn trust_ca(mut self, pem: &[u8]) -> Result<Self> {
        self.builder = reqwest_transport::trust_ca(self.builder, pem)?;
        Ok(self)
    }

    /// The transport.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](psa_core::ErrorKind::Config) if the settings can't work.
    pub fn build(self) -> Result<GuardedTransport> {
        let policy = Arc::new(self.policy);
        let resolver = CheckedResolver { policy: policy.clone(), resolver: self.resolver };
        let client = reqwest_transport::build(self.builder.dns_resolver(resolver))?;
        Ok(GuardedTransport { client, policy })
    }
}

impl Transport for GuardedTransport {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let probe = request.extensions().get::<TimingsProbe>().cloned().unwrap_or_default();
        let sending = async move {
            let request = self.checked(request).map_err(refusal)?;
            let answer = self.client.execute(request).await.map_err(failure)?;
            CONNECTING.with(|probe| {
                // Another request gave its connection back while the name was being resolved.
                if probe.timings().connect.is_none() {
                    probe.change(|timings| *timings = Timings::default());
                }
            });
            Ok(answer_of(answer))
        };
        CONNECTING.scope(probe, sending).boxed()
    }
}

fn refusal(forbidden: Forbidden) -> TransportError {
    TransportError::new(TransportErrorKind::Request).with_source(forbidden)
}

/// What reqwest's error stands for. What the resolver said is deep inside.
fn failure(error: reqwest::Error) -> TransportError {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(forbidden) = inner.downcast_ref::<Forbidden>() {
            return refusal(forbidden.clone());
        }
        if inner.is::<LookupFailed>() {
            return TransportError::new(TransportErrorKind::Connect).with_source(error.without_url());
        }
        cause = inner.source();
    }
    convert(error)
}

#[derive(Debug)]
struct LookupFailed(io::Error);

impl fmt::Display for LookupFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of the host could not be resolved")
    }
}

impl StdError for LookupFailed {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.0)
    }
}

/// Stands between a resolver and the connection: what it lets through is what is connected to.
struct CheckedResolver {
    policy: Arc<AddressPolicy>,
    resolver: Arc<dyn Resolve>,
}

impl reqwest::dns::Resolve for CheckedResolver {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let (policy, resolver) = (self.policy.clone(), self.resolver.clone());
        Box::pin(async move {
            let host = name.as_str();
            let started = Instant::now();
            let found = resolver.resolve(host).await.map_err(LookupFailed)?;
            record(|timings| timings.dns = Some(started.elapsed()));
            if found.is_empty() {
                return Err(LookupFailed(io::Error::new(io::ErrorKind::NotFound, "it has no address")).into());
            }
            policy.check_answers(host, &found)?;
            // Port 0 stands for the one in the URL.
            let addresses = found.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as reqwest::dns::Addrs)
        })
    }
}

tokio::task_local! {
    /// The timings of the request that this task is sending.
    static CONNECTING: TimingsProbe;
}

/// Notes something about the connection of the current request. When a request takes another's idle connection
/// instead, the one it began is finished by a task of its own, where there is nothing to note.
fn record(change: impl FnOnce(&mut Timings)) {
    let _ = CONNECTING.try_with(|probe| probe.change(change));
}

#[derive(Debug, Clone)]
struct TimeConnecting;

impl<S> Layer<S> for TimeConnecting {
    type Service = TimedConnector<S>;

    fn layer(&self, inner: S) -> TimedConnector<S> {
        TimedConnector(inner)
    }
}

/// Measures a connector, of which the look-up of the name is a part.
#[derive(Debug, Clone)]
struct TimedConnector<S>(S);

impl<S, Target> Service<Target> for TimedConnector<S>
where
    S: Service<Target>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<S::Response, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, target: Target) -> Self::Future {
        let connecting = self.0.call(target);
        async move {
            record(|timings| *timings = Timings::default());
            let started = Instant::now();
            let connected = connecting.await;
            if connected.is_ok() {
                record(|timings| {
                    let whole = started.elapsed();
                    timings.connect = Some(whole.saturating_sub(timings.dns.unwrap_or_default()));
                });
            }
            connected
        }
        .boxed()
    }
}
