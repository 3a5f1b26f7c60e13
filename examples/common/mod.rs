//! Where the examples' Halo comes from: a real tenant by environment variables, else the emulated one.

use std::sync::Arc;

use psa_kit::Result;
use psa_kit::halo_client::{Halo, HaloBuilder, Scope, Scopes};
use psa_kit::psa_http::ReqwestTransport;
use psa_kit::psa_sandbox::HaloSandbox;
use psa_kit::psa_sandbox::halo::Dataset;

/// A Halo to talk to.
#[allow(dead_code, reason = "each example uses a part")]
pub(crate) struct Tenant {
    pub(crate) halo: Halo,
    pub(crate) name: String,
    pub(crate) real: bool,
}

/// `HALO_URL`, `HALO_CLIENT_ID`, `HALO_CLIENT_SECRET` and, if needed, `HALO_TENANT`; without them a sandbox in this process.
/// The rights are those of the setup guide.
#[allow(dead_code, reason = "each example uses a part")]
pub(crate) fn tenant(dataset: Dataset) -> Result<Tenant> {
    tenant_with(dataset, &[])
}

/// As [`tenant`], with rights beyond those of the setup guide.
pub(crate) fn tenant_with(dataset: Dataset, rights: &[&'static str]) -> Result<Tenant> {
    let scopes = rights.iter().fold(Scopes::setup_guide(), |scopes, right| scopes.with(Scope::new(*right)));
    let get = |name: &str| std::env::var(name).ok().filter(|v| !v.trim().is_empty());
    let Some(url) = get("HALO_URL") else {
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
    let (id, secret) = (get("HALO_CLIENT_ID").unwrap_or_default(), get("HALO_CLIENT_SECRET").unwrap_or_default());
    let mut builder: HaloBuilder =
        Halo::builder(&url).client_credentials(id, secret).scopes(scopes).transport(Arc::new(ReqwestTransport::new()?));
    if let Some(tenant) = get("HALO_TENANT") {
        builder = builder.tenant(tenant);
    }
    Ok(Tenant { halo: builder.build()?, name: "halo".into(), real: true })
}
