use std::sync::Arc;

use async_trait::async_trait;
use halo_client::Halo;
use psa_conformance::{Disturbance, Harness, Suite};
use psa_core::{Connector, EntityKind, Key};
use psa_http::ReqwestTransport;
use psa_sandbox::halo::{Dataset, Resource};
use psa_sandbox::{Effect, Fault, HaloSandbox, Trigger};

use crate::world::{ALL_RIGHTS, builder};

struct HaloHarness(HaloSandbox);

#[async_trait]
impl Harness for HaloHarness {
    fn disturb(&self, kind: &EntityKind, nth: u64, disturbance: Disturbance) {
        let resource = match kind.as_str() {
            "ticket" => "tickets",
            "opportunity" => "opportunities",
            "company" => "clients",
            "site" => "sites",
            "contact" => "users",
            "agent" => "agents",
            "team" => "teams",
            "asset" => "assets",
            "invoice" => "invoices",
            "agreement" => "contracts",
            "project" => "projects",
            "appointment" => "appointments",
            "reference_item" => "statuses",
            _ => "actions",
        };
        let effect = match disturbance {
            Disturbance::RateLimited => Effect::RateLimited(None),
            Disturbance::ServerError => Effect::Status(500, ""),
            Disturbance::Reset => Effect::ResetBefore,
            Disturbance::CutBody => Effect::CutBody,
            Disturbance::ExpiredToken => Effect::ExpireToken,
            Disturbance::EmptyPage => Effect::EmptyPage,
            Disturbance::RepeatedPage => Effect::PreviousPage,
        };
        self.0.add_fault(Fault::new(format!("halo.{resource}.list"), Trigger::Nth(nth), effect));
    }

    fn calm(&self) {
        self.0.clear_faults();
    }

    fn requests(&self) -> u64 {
        self.0.log().len() as u64
    }

    async fn later(&self) {
        tokio::time::sleep(std::time::Duration::from_secs(3600)).await;
    }

    fn edit(&self, kind: &EntityKind) -> Option<Key> {
        match kind.as_str() {
            "ticket" => {
                self.0.edit(|h| h.update_ticket(33, "summary", "edited"));
                Some(Key::from(33))
            }
            "company" => {
                self.0.edit(|h| h.update_client(3, "name", "edited"));
                Some(Key::from(3))
            }
            "contact" => {
                self.0.edit(|h| h.update_user(9, "name", "edited"));
                Some(Key::from(9))
            }
            "project" => {
                let id = 900_000_001;
                self.0.edit(|h| h.update_ticket(id, "summary", "edited"));
                Some(Key::from(id))
            }
            "asset" => {
                self.0.edit(|h| h.update(Resource::Assets, 3, "inventory_number", "edited"));
                Some(Key::from(3))
            }
            "invoice" => {
                self.0.edit(|h| h.update(Resource::Invoices, 3, "reference", "edited"));
                Some(Key::from(3))
            }
            "agreement" => {
                self.0.edit(|h| h.update(Resource::Contracts, 3, "note", "edited"));
                Some(Key::from(3))
            }
            "appointment" => {
                self.0.edit(|h| h.update(Resource::Appointments, 3, "subject", "edited"));
                Some(Key::from(3))
            }
            "ticket_note" => {
                let id = self.0.edit(|h| h.add_action(33, "a note", 0.0));
                Some(Key::from_parts([33, id]))
            }
            "time_entry" => {
                let id = self.0.edit(|h| h.add_action(34, "hours", 1.25));
                Some(Key::from_parts([34, id]))
            }
            _ => None,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn halo_passes_the_conformance_suite_on_the_sandbox() {
    let dataset = Dataset::new(11).companies(20).tickets(140).opportunities(25);
    let sandbox = HaloSandbox::builder().dataset(dataset).rate_limit(None).granted(ALL_RIGHTS).build();
    let halo = builder(&sandbox).scopes(halo_client::Scopes::parse(ALL_RIGHTS)).build().unwrap();
    let connector: Arc<dyn Connector> = Arc::new(halo.connector().build());
    let harness = HaloHarness(sandbox);
    let report = Suite::new(connector).harness(&harness).page_size(10).run().await;
    assert!(report.passed(), "\n{report}");
    // The suite is as large as it looks: fifteen kinds, and no check that is skipped for all of them.
    let kinds: std::collections::BTreeSet<_> = report.findings.iter().map(|f| f.kind.clone()).collect();
    assert_eq!(kinds.len(), 15, "\n{report}");
    for check in report.findings.iter().map(|f| f.check) {
        let passed = |f: &&psa_conformance::Finding| f.check == check && f.verdict == psa_conformance::Verdict::Passed;
        assert!(report.findings.iter().any(|f| passed(&f)), "{check} never ran:\n{report}");
    }
}

/// Read-only. `HALO_URL`, `HALO_CLIENT_ID`, `HALO_CLIENT_SECRET` and, if needed, `HALO_TENANT`.
#[tokio::test]
async fn halo_passes_the_conformance_suite_on_a_real_tenant() {
    let get = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
    let (Some(url), Some(id), Some(secret)) = (get("HALO_URL"), get("HALO_CLIENT_ID"), get("HALO_CLIENT_SECRET"))
    else {
        eprintln!("skipped: HALO_URL, HALO_CLIENT_ID and HALO_CLIENT_SECRET are not set");
        return;
    };
    let mut builder =
        Halo::builder(&url).client_credentials(id, secret).transport(Arc::new(ReqwestTransport::new().unwrap()));
    if let Some(tenant) = get("HALO_TENANT") {
        builder = builder.tenant(tenant);
    }
    let connector = builder.build().unwrap().connector().build();
    let report = Suite::new(Arc::new(connector)).max_pages(5).run().await;
    println!("{report}");
    assert!(report.passed(), "\n{report}");
}
