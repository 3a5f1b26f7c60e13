//! Over real sockets: the sandbox's other door.

use std::sync::Arc;

use halo_client::Halo;
use psa_core::{CheckStage, Connector, ErrorKind, Outcome};
use psa_http::{ReqwestTransport, RetryPolicy};
use psa_sandbox::{Effect, Fault, HaloSandbox, TlsIdentity, Trigger};

use crate::world::sandbox;

fn over(url: &str, transport: ReqwestTransport) -> halo_client::HaloBuilder {
    Halo::builder(url)
        .client_credentials(HaloSandbox::CLIENT_ID, HaloSandbox::SECRET.to_string())
        .transport(Arc::new(transport))
        .retry(RetryPolicy { base: std::time::Duration::from_millis(1), ..RetryPolicy::default() })
}

#[tokio::test]
async fn plain_http_serves_all_pages_and_faults_are_real() {
    let sandbox = sandbox();
    sandbox.add_fault(Fault::new("halo.tickets.list", Trigger::Nth(2), Effect::CutBody));
    sandbox.add_fault(Fault::new("halo.tickets.list", Trigger::Nth(3), Effect::ResetBefore));
    let server = sandbox.serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let halo = over(&server.url(), ReqwestTransport::new().unwrap()).allow_http(true).build().unwrap();
    assert_eq!(halo.tickets().list().page_size(50).all().await.unwrap().len(), 250);
    assert_eq!(halo.stats().retries, 2);
}

#[tokio::test]
async fn a_private_ca_is_trusted_only_when_it_is_named() {
    let sandbox = sandbox();
    let identity = TlsIdentity::new().unwrap();
    let ca = identity.ca_pem().to_owned();
    let server = sandbox.serve_tls("127.0.0.1:0".parse().unwrap(), identity).await.unwrap();
    let trusting = ReqwestTransport::builder().trust_ca(ca.as_bytes()).unwrap().build().unwrap();
    let report = over(&server.url(), trusting).build().unwrap().connector().build().check().await;
    assert_eq!(report.step(CheckStage::Tls).unwrap().outcome, Outcome::Passed, "{report:#?}");
    assert_eq!(report.step(CheckStage::Auth).unwrap().outcome, Outcome::Passed, "{report:#?}");

    let halo = over(&server.url(), ReqwestTransport::new().unwrap()).build().unwrap();
    let error = halo.agents().me().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
    assert!(error.remedy().contains("private CA"), "{}", error.remedy());
    let report = halo.connector().build().check().await;
    assert_eq!(report.failure().unwrap().stage, CheckStage::Tls);
    assert!(ReqwestTransport::builder().trust_ca(b"not a certificate").is_err());
}

#[tokio::test]
async fn nobody_listening_is_a_connection_error() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let halo = over(&format!("https://127.0.0.1:{port}"), ReqwestTransport::new().unwrap());
    let halo = halo.retry(RetryPolicy::none()).build().unwrap();
    let error = halo.agents().me().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
}
