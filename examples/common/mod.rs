//! Where the examples' vendors come from: a real tenant by environment variables, else an emulated one.

#![allow(dead_code, reason = "each example uses a part")]

use std::sync::Arc;

use psa_kit::connectwise_client::ConnectWise;
use psa_kit::halo_client::{Halo, HaloBuilder, Scope, Scopes};
use psa_kit::psa_http::{ReqwestTransport, Stats};
use psa_kit::psa_sandbox::halo::Dataset;
use psa_kit::psa_sandbox::{ConnectWiseSandbox, HaloSandbox, connectwise};
use psa_kit::{Connector, Error, Result};

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.trim().is_empty())
}

/// A Halo to talk to.
pub(crate) struct Tenant {
    pub(crate) halo: Halo,
    pub(crate) name: String,
    pub(crate) real: bool,
}

/// `HALO_URL`, `HALO_CLIENT_ID`, `HALO_CLIENT_SECRET` and, if needed, `HALO_TENANT`; without them a sandbox in this process.
/// The rights are those of the setup guide.
pub(crate) fn tenant(dataset: Dataset) -> Result<Tenant> {
    tenant_with(dataset, &[])
}

/// As [`tenant`], with rights beyond those of the setup guide.
pub(crate) fn tenant_with(dataset: Dataset, rights: &[&'static str]) -> Result<Tenant> {
    let scopes = rights.iter().fold(Scopes::setup_guide(), |scopes, right| scopes.with(Scope::new(*right)));
    let Some(url) = variable("HALO_URL") else {
        // Nothing limits a sandbox, so nothing has to wait.
        let granted = format!("{scopes} edit:customers");
        let sandbox = HaloSandbox::builder().dataset(dataset).granted(&granted).rate_limit(None).build();
        let halo = Halo::builder(HaloSandbox::URL)
            .client_credentials(HaloSandbox::CLIENT_ID, HaloSandbox::SECRET.to_string())
            .transport(sandbox.transport())
            .scopes(scopes)
            .rate_limit(None)
            .build()?;
        return Ok(Tenant { halo, name: "sandbox".into(), real: false });
    };
    let id = variable("HALO_CLIENT_ID").unwrap_or_default();
    let secret = variable("HALO_CLIENT_SECRET").unwrap_or_default();
    let mut builder: HaloBuilder =
        Halo::builder(&url).client_credentials(id, secret).scopes(scopes).transport(Arc::new(ReqwestTransport::new()?));
    if let Some(tenant) = variable("HALO_TENANT") {
        builder = builder.tenant(tenant);
    }
    Ok(Tenant { halo: builder.build()?, name: "halo".into(), real: true })
}

/// A ConnectWise PSA to talk to.
pub(crate) struct ConnectWiseTenant {
    pub(crate) cw: ConnectWise,
    pub(crate) name: String,
    pub(crate) real: bool,
}

/// `CW_SITE`, `CW_COMPANY`, `CW_PUBLIC_KEY`, `CW_PRIVATE_KEY` and `CW_CLIENT_ID`; without them a sandbox in this process.
pub(crate) fn connectwise_tenant(dataset: connectwise::Dataset) -> Result<ConnectWiseTenant> {
    let Some(site) = variable("CW_SITE") else {
        let sandbox = ConnectWiseSandbox::builder().dataset(dataset).rate_limit(None).build();
        let cw = ConnectWise::builder(ConnectWiseSandbox::SITE)
            .company(ConnectWiseSandbox::COMPANY)
            .keys(ConnectWiseSandbox::PUBLIC_KEY, ConnectWiseSandbox::PRIVATE_KEY.to_string())
            .client_id(ConnectWiseSandbox::CLIENT_ID)
            .transport(sandbox.transport())
            .rate_limit(None)
            .build()?;
        return Ok(ConnectWiseTenant { cw, name: "connectwise-sandbox".into(), real: false });
    };
    let get = |name: &str| variable(name).unwrap_or_default();
    let cw = ConnectWise::builder(&site)
        .company(get("CW_COMPANY"))
        .keys(get("CW_PUBLIC_KEY"), get("CW_PRIVATE_KEY"))
        .client_id(get("CW_CLIENT_ID"))
        .transport(Arc::new(ReqwestTransport::new()?))
        .build()?;
    Ok(ConnectWiseTenant { cw, name: "connectwise".into(), real: true })
}

/// Either vendor, seen through the common traits.
pub(crate) struct AnyTenant {
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) stats: Box<dyn Fn() -> Stats>,
    /// For a person.
    pub(crate) title: &'static str,
    /// For a file or a connection.
    pub(crate) name: String,
    pub(crate) real: bool,
}

/// The vendor with this name.
pub(crate) fn any(vendor: &str) -> Result<AnyTenant> {
    match vendor {
        "halo" => {
            let Tenant { halo, name, real } = tenant_with(Dataset::new(1), &["edit:customers"])?;
            let title = if real { "your Halo" } else { "the emulated Halo" };
            Ok(of_halo(halo, title, name, real))
        }
        "connectwise" => {
            let ConnectWiseTenant { cw, name, real } = connectwise_tenant(connectwise::Dataset::new(1))?;
            let title = if real { "your ConnectWise" } else { "the emulated ConnectWise" };
            let connector = Arc::new(cw.connector().build());
            Ok(AnyTenant { connector, stats: Box::new(move || cw.stats()), title, name, real })
        }
        _ => Err(Error::config("vendor", format!("{vendor:?} is no vendor here: say halo or connectwise"))),
    }
}

/// A Halo through the common traits.
pub(crate) fn of_halo(halo: Halo, title: &'static str, name: String, real: bool) -> AnyTenant {
    let connector = Arc::new(halo.connector().build());
    AnyTenant { connector, stats: Box::new(move || halo.stats()), title, name, real }
}

/// The first argument, or this.
pub(crate) fn argument(default: &str) -> String {
    std::env::args().nth(1).unwrap_or_else(|| default.to_owned())
}
