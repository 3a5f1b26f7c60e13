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

/// Every right there is, in the words of the permission table.
pub(crate) const ALL_RIGHTS: &str = "edit:tickets edit:calendar edit:customers edit:crm edit:contracts edit:suppliers edit:items \
    edit:projects edit:sales edit:quotes edit:sos edit:pos edit:invoices edit:reporting edit:timesheets edit:softwarelicensing \
    edit:kb edit:assets edit:distributionlists edit:mailcampaign read:timesheets admin admin:webhooks";

/// A tenant that allows everything, and a client that asks for everything.
pub(crate) fn unbounded(change: impl FnOnce(&mut Quirks)) -> (HaloSandbox, Halo) {
    let mut quirks = Quirks::default();
    change(&mut quirks);
    let sandbox = HaloSandbox::builder().dataset(dataset()).quirks(quirks).rate_limit(None).granted(ALL_RIGHTS).build();
    let halo = builder(&sandbox).scopes(halo_client::Scopes::parse(ALL_RIGHTS)).rate_limit(None).build().unwrap();
    (sandbox, halo)
}
