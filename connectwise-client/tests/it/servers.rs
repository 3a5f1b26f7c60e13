//! Over real sockets: the sandbox's other door.

use std::sync::Arc;

use connectwise_client::ConnectWise;
use psa_core::{CheckStage, Connector, ErrorKind, Outcome};
use psa_http::{ReqwestTransport, RetryPolicy};
use psa_sandbox::{ConnectWiseSandbox, Effect, Fault, TlsIdentity, Trigger};

use crate::world::sandbox;

fn over(url: &str, transport: ReqwestTransport) -> connectwise_client::ConnectWiseBuilder {
    ConnectWise::builder(url)
        .company(ConnectWiseSandbox::COMPANY)
        .keys(ConnectWiseSandbox::PUBLIC_KEY, ConnectWiseSandbox::PRIVATE_KEY.to_owned())
        .client_id(ConnectWiseSandbox::CLIENT_ID)
        .transport(Arc::new(transport))
        .retry(RetryPolicy { base: std::time::Duration::from_millis(1), ..RetryPolicy::default() })
}

#[tokio::test]
async fn plain_http_serves_all_pages_and_faults_are_real() {
    let sandbox = sandbox();
    sandbox.add_fault(Fault::new("connectwise.tickets.list", Trigger::Nth(2), Effect::CutBody));
    sandbox.add_fault(Fault::new("connectwise.tickets.list", Trigger::Nth(3), Effect::ResetBefore));
    let server = sandbox.serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let cw = over(&server.url(), ReqwestTransport::new().unwrap()).allow_http(true).build().unwrap();
    assert_eq!(cw.tickets().list().page_size(50).all().await.unwrap().len(), 250);
    assert_eq!(cw.stats().retries, 2);
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
    assert!(report.failure().is_none(), "{report:#?}");

    let cw = over(&server.url(), ReqwestTransport::new().unwrap()).build().unwrap();
    let error = cw.info().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
    assert_eq!(cw.connector().build().check().await.failure().unwrap().stage, CheckStage::Tls);
}
