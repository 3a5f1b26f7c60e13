use connectwise_client::{ConnectWise, ConnectWiseBuilder};
use psa_sandbox::ConnectWiseSandbox;
use psa_sandbox::connectwise::Dataset;

pub(crate) fn sandbox() -> ConnectWiseSandbox {
    let dataset = Dataset::new(11).companies(30).tickets(250);
    ConnectWiseSandbox::builder().dataset(dataset).rate_limit(None).build()
}

pub(crate) fn builder(sandbox: &ConnectWiseSandbox) -> ConnectWiseBuilder {
    ConnectWise::builder(ConnectWiseSandbox::SITE)
        .company(ConnectWiseSandbox::COMPANY)
        .keys(ConnectWiseSandbox::PUBLIC_KEY, ConnectWiseSandbox::PRIVATE_KEY.to_owned())
        .client_id(ConnectWiseSandbox::CLIENT_ID)
        .transport(sandbox.transport())
}

pub(crate) fn connectwise(sandbox: &ConnectWiseSandbox) -> ConnectWise {
    builder(sandbox).build().unwrap()
}
