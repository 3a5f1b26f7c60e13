//! A real server in front of a sandbox.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use futures::StreamExt;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use psa_core::{Error, ErrorKind, Result};
use psa_http::Transport;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::sandbox::Sandbox;
use super::vendor::Emulated;

/// A certificate authority of the sandbox's own, and a certificate for this machine from it.
#[derive(Clone)]
pub struct TlsIdentity {
    ca_pem: String,
    config: Arc<rustls::ServerConfig>,
}

impl std::fmt::Debug for TlsIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TlsIdentity").finish_non_exhaustive()
    }
}

impl TlsIdentity {
    /// A new authority and a certificate for `localhost` and `127.0.0.1`.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`] if the cryptography library refuses.
    pub fn new() -> Result<Self> {
        let failed = |e: Box<dyn std::error::Error + Send + Sync>| {
            Error::new(ErrorKind::Internal, "no certificate could be made").with_source(e)
        };
        let make = || -> std::result::Result<Self, Box<dyn std::error::Error + Send + Sync>> {
            let mut authority = rcgen::CertificateParams::new(Vec::new())?;
            authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
            use rcgen::PublicKeyData;
            let authority_key = rcgen::KeyPair::generate()?;
            // A name of its own: a client with two authorities of one name tries only one.
            let mark: String =
                authority_key.der_bytes().iter().rev().take(4).map(|byte| format!("{byte:02x}")).collect();
            let name = format!("psa-sandbox test authority {mark}");
            authority.distinguished_name.push(rcgen::DnType::CommonName, name);
            let authority_cert = authority.self_signed(&authority_key)?;
            let issuer = rcgen::Issuer::new(authority, authority_key);
            let key = rcgen::KeyPair::generate()?;
            let leaf = rcgen::CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()])?
                .signed_by(&key, &issuer)?;
            let key = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der())?;
            let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
            let config = rustls::ServerConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()?
                .with_no_client_auth()
                .with_single_cert(vec![leaf.der().clone()], key)?;
            Ok(Self { ca_pem: authority_cert.pem(), config: Arc::new(config) })
        };
        make().map_err(failed)
    }

    /// The authority's certificate, for clients to trust.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }
}

impl<V: Emulated> Sandbox<V> {
    /// A real HTTP server; port 0 lets the system choose.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] if the address can't be listened on.
    pub async fn serve(&self, address: SocketAddr) -> Result<Server> {
        Server::start(self.transport(), address, None).await
    }

    /// A real server with TLS.
    ///
    /// # Errors
    /// As [`serve`](Self::serve).
    pub async fn serve_tls(&self, address: SocketAddr, identity: TlsIdentity) -> Result<Server> {
        Server::start(self.transport(), address, Some(identity)).await
    }
}

/// A running server. Dropping it stops it, and ends its connections.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    tls: bool,
    _stop: watch::Sender<()>,
}

impl Server {
    async fn start(sandbox: Arc<dyn Transport>, address: SocketAddr, tls: Option<TlsIdentity>) -> Result<Self> {
        let listener = TcpListener::bind(address)
            .await
            .map_err(|e| Error::config("address", format!("{address} can't be listened on")).with_source(e))?;
        let address = listener
            .local_addr()
            .map_err(|e| Error::new(ErrorKind::Internal, "the listener has no address").with_source(e))?;
        let (stop, mut stopped) = watch::channel(());
        let acceptor = tls.as_ref().map(|t| TlsAcceptor::from(Arc::clone(&t.config)));
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = stopped.changed() => return,
                    accepted = listener.accept() => if let Ok((socket, _)) = accepted {
                        let _ = socket.set_nodelay(true);
                        let connection = connection(socket, acceptor.clone(), Arc::clone(&sandbox));
                        let mut stopped = stopped.clone();
                        tokio::spawn(async move {
                            tokio::select! {
                                _ = stopped.changed() => {}
                                () = connection => {}
                            }
                        });
                    },
                }
            }
        });
        Ok(Self { address, tls: tls.is_some(), _stop: stop })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL.
    pub fn url(&self) -> String {
        format!("{}://{}", if self.tls { "https" } else { "http" }, self.address)
    }
}

async fn connection(socket: TcpStream, tls: Option<TlsAcceptor>, sandbox: Arc<dyn Transport>) {
    let scheme = if tls.is_some() { "https" } else { "http" };
    let service = service_fn(move |request| answer(request, scheme, Arc::clone(&sandbox)));
    let http = hyper::server::conn::http1::Builder::new();
    // What goes wrong on a connection is the client's to notice.
    match tls {
        Some(acceptor) => {
            if let Ok(stream) = acceptor.accept(socket).await {
                let _ = http.serve_connection(TokioIo::new(stream), service).await;
            }
        }
        None => {
            let _ = http.serve_connection(TokioIo::new(socket), service).await;
        }
    }
}

type Answer =
    http::Response<StreamBody<futures::stream::BoxStream<'static, std::result::Result<Frame<Bytes>, Broken>>>>;

/// Makes hyper drop the connection.
#[derive(Debug)]
struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("broken on purpose")
    }
}

impl std::error::Error for Broken {}

async fn answer(
    request: http::Request<Incoming>,
    scheme: &'static str,
    sandbox: Arc<dyn Transport>,
) -> std::result::Result<Answer, Broken> {
    let (mut head, body) = request.into_parts();
    head.headers.insert("x-sandbox-scheme", http::HeaderValue::from_static(scheme));
    let body = body.collect().await.map_err(|_| Broken)?.to_bytes();
    let answer = sandbox.send(http::Request::from_parts(head, body)).await.map_err(|_| Broken)?;
    let (mut head, body) = answer.into_parts();
    // The length is hyper's to say, except that a promise which will be broken must be made.
    if !head.headers.contains_key("x-sandbox-cut") {
        head.headers.remove(http::header::CONTENT_LENGTH);
    }
    let frames = body.map(|part| part.map(Frame::data).map_err(|_| Broken)).boxed();
    Ok(http::Response::from_parts(head, StreamBody::new(frames)))
}
