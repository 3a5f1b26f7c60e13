use halo_client::{Halo, HaloBuilder};
use psa_sandbox::HaloSandbox;
use psa_sandbox::halo::{Dataset, Quirks};

pub(crate) fn dataset() -> Dataset {
    Dataset::new(11).companies(12).tickets(250).opportunities(5)
}

pub(crate) fn sandbox() -> HaloSandbox {
    HaloSandbox::builder().dataset(dataset()).rate_limit(None).build()
}

pub(crate) fn with(change: impl FnOnce(&mut Quirks)) -> HaloSandbox {
    let mut quirks = Quirks::default();
    change(&mut quirks);
    HaloSandbox::builder().dataset(dataset()).quirks(quirks).rate_limit(None).build()
}

pub(crate) fn builder(sandbox: &HaloSandbox) -> HaloBuilder {
    Halo::builder(HaloSandbox::URL)
        .client_credentials(HaloSandbox::CLIENT_ID, HaloSandbox::SECRET.to_string())
        .transport(sandbox.transport())
}

pub(crate) fn halo(sandbox: &HaloSandbox) -> Halo {
    builder(sandbox).build().unwrap()
}
