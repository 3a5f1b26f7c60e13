use std::sync::Arc;

use async_trait::async_trait;
use connectwise_client::ConnectWise;
use psa_conformance::{Disturbance, Harness, Suite};
use psa_core::{Connector, EntityKind, Key};
use psa_http::ReqwestTransport;
use psa_sandbox::connectwise::{Dataset, Resource};
use psa_sandbox::{ConnectWiseSandbox, Effect, Fault, Trigger};

use crate::world::connectwise;

struct ConnectWiseHarness(ConnectWiseSandbox);

fn resource(kind: &EntityKind) -> &'static str {
    match kind.as_str() {
        "ticket" => "tickets",
        "ticket_note" => "ticket_notes",
        "time_entry" => "time_entries",
        "opportunity" => "opportunities",
        "company" => "companies",
        "site" => "sites",
        "contact" => "contacts",
        "agent" => "members",
        "team" => "teams",
        "asset" => "configurations",
        "invoice" => "invoices",
        "agreement" => "agreements",
        "project" => "projects",
        "appointment" => "schedule_entries",
        _ => "board_statuses",
    }
}

#[async_trait]
impl Harness for ConnectWiseHarness {
    fn disturb(&self, kind: &EntityKind, nth: u64, disturbance: Disturbance) {
        let effect = match disturbance {
            Disturbance::RateLimited => Effect::RateLimited(None),
            Disturbance::ServerError => Effect::Status(500, ""),
            Disturbance::Reset => Effect::ResetBefore,
            Disturbance::CutBody => Effect::CutBody,
            Disturbance::ExpiredToken => Effect::ExpireToken,
            Disturbance::EmptyPage => Effect::EmptyPage,
            Disturbance::RepeatedPage => Effect::PreviousPage,
        };
        self.0.add_fault(Fault::new(format!("connectwise.{}.list", resource(kind)), Trigger::Nth(nth), effect));
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
        let (member, id) = match kind.as_str() {
            "ticket" => ("summary", 33),
            "company" | "project" | "opportunity" | "agreement" | "asset" => ("name", 3),
            "contact" => ("title", 9),
            "appointment" => ("name", 3),
            "time_entry" => ("notes", 3),
            "invoice" => ("reference", 3),
            "ticket_note" => {
                let note = serde_json::json!({"text": "a note", "detailDescriptionFlag": true});
                let id = self.0.edit(|cw| cw.insert_below(Resource::TicketNotes, 33, note));
                return Some(Key::from_parts([33, id]));
            }
            _ => return None,
        };
        self.0.edit(|cw| cw.update(Resource::named(resource(kind)).unwrap(), id, member, "edited"));
        Some(Key::from(id))
    }
}

#[tokio::test(start_paused = true)]
async fn connectwise_passes_the_conformance_suite_on_the_sandbox() {
    let dataset = Dataset::new(11).companies(40).tickets(140);
    let sandbox = ConnectWiseSandbox::builder().dataset(dataset).rate_limit(None).build();
    let connector: Arc<dyn Connector> = Arc::new(connectwise(&sandbox).connector().build());
    let harness = ConnectWiseHarness(sandbox);
    let report = Suite::new(connector).harness(&harness).page_size(10).run().await;
    assert!(report.passed(), "\n{report}");
    let kinds: std::collections::BTreeSet<_> = report.findings.iter().map(|f| f.kind.clone()).collect();
    assert_eq!(kinds.len(), 15, "\n{report}");
    for check in report.findings.iter().map(|f| f.check) {
        let passed = |f: &&psa_conformance::Finding| f.check == check && f.verdict == psa_conformance::Verdict::Passed;
        assert!(report.findings.iter().any(|f| passed(&f)), "{check} never ran:\n{report}");
    }
}

/// Read-only. `CW_SITE`, `CW_COMPANY`, `CW_PUBLIC_KEY`, `CW_PRIVATE_KEY` and `CW_CLIENT_ID`.
#[tokio::test]
async fn connectwise_passes_the_conformance_suite_on_a_real_tenant() {
    let get = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
    let (Some(site), Some(company), Some(public), Some(private), Some(id)) =
        (get("CW_SITE"), get("CW_COMPANY"), get("CW_PUBLIC_KEY"), get("CW_PRIVATE_KEY"), get("CW_CLIENT_ID"))
    else {
        eprintln!("skipped: CW_SITE, CW_COMPANY, CW_PUBLIC_KEY, CW_PRIVATE_KEY and CW_CLIENT_ID are not all set");
        return;
    };
    let transport = Arc::new(ReqwestTransport::new().unwrap());
    let cw = ConnectWise::builder(&site).company(company).keys(public, private).client_id(id).transport(transport);
    let connector = cw.build().unwrap().connector().build();
    let report = Suite::new(Arc::new(connector)).max_pages(5).run().await;
    println!("{report}");
    assert!(report.passed(), "\n{report}");
}
