//! Kinds beyond tickets: assets, invoices, projects and the like, and what the rights do not reach.

use std::sync::Arc;

use halo_client::Scopes;
use psa_core::{Agreement, Appointment, Asset, EntityKind, Invoice, Project, ReferenceItem};
use psa_sandbox::HaloSandbox;
use psa_sandbox::halo::Resource;
use psa_sync::{EntityOutcome, Pull, RunState, SyncEngine};

use crate::world::{World, dataset, halo, later, run, succeeded};

const RIGHTS: &str =
    "edit:tickets edit:calendar read:customers read:contracts edit:projects edit:sales read:assets read:invoices admin";

async fn world() -> World {
    World::over(HaloSandbox::builder().dataset(dataset(40)).granted(RIGHTS).rate_limit(None).build()).await
}

fn engine(world: &World, scopes: Scopes) -> SyncEngine {
    let halo = halo(&world.sandbox).scopes(scopes).build().unwrap();
    SyncEngine::builder(Arc::new(halo.connector().build()), Arc::new(world.store.clone()))
        .entity(Pull::<Asset>::new())
        .entity(Pull::<Invoice>::new())
        .entity(Pull::<Agreement>::new())
        .entity(Pull::<Project>::new())
        .entity(Pull::<Appointment>::new())
        .entity(Pull::<ReferenceItem>::new())
        .build()
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn everything_is_there_once_and_edits_and_removals_follow() {
    let world = world().await;
    let sync = engine(&world, Scopes::parse(RIGHTS));
    succeeded(&run(&sync).await);
    for (table, rows) in [("asset", 48), ("invoice", 12), ("agreement", 6), ("project", 12), ("appointment", 11)] {
        assert_eq!(world.count(&format!("SELECT count(*) FROM {table}")).await, rows, "{table}");
    }
    let reference = "SELECT count(*) FROM reference_item WHERE \"set\" = ";
    assert_eq!(world.count(&format!("{reference}'status'")).await, 6, "those of tickets");
    assert_eq!(world.count(&format!("{reference}'custom_field'")).await, 5);
    assert_eq!(world.count(&format!("{reference}'priority'")).await, 8, "a set for each SLA");
    assert_eq!(run(&sync).await.totals().stored(), 0, "a second look writes nothing");

    later(10).await;
    world.edit(|h| {
        h.update(Resource::Assets, 3, "inventory_number", "moved");
        h.remove(Resource::Contracts, 2);
        h.update_ticket(900_000_001, "summary", "renamed");
        h.insert(Resource::Appointments, serde_json::json!({"subject": "New", "start_date": "2026-12-01T09:00:00", "end_date": "2026-12-01T10:00:00", "agent_id": 3, "type": 0}));
    });
    let report = run(&sync).await;
    succeeded(&report);
    let stored = |kind| report.entity(&kind).unwrap().counts;
    assert_eq!((stored(EntityKind::ASSET).updated, stored(EntityKind::AGREEMENT).removed), (1, 1));
    assert_eq!((stored(EntityKind::PROJECT).updated, stored(EntityKind::APPOINTMENT).inserted), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn what_the_setup_guide_forbids_is_said_once_and_costs_nothing() {
    let world = world().await;
    let sync = engine(&world, Scopes::setup_guide());
    for _ in 0..2 {
        let before = world.sandbox.log().len();
        let report = run(&sync).await;
        assert_eq!(report.state, RunState::Partial);
        for (kind, right) in [(EntityKind::ASSET, "read:assets"), (EntityKind::INVOICE, "read:invoices")] {
            let EntityOutcome::NotPermitted(why) = &report.entity(&kind).unwrap().outcome else {
                panic!("{report:#?}")
            };
            assert!(why.contains(right), "{why}");
        }
        assert_eq!(report.entities.iter().filter(|e| e.outcome == EntityOutcome::Done).count(), 4);
        assert!(world.sandbox.log().len() > before);
    }
    assert_eq!(world.sandbox.log().count_status(403), 0, "nobody asked for what is known to be refused");
}

#[tokio::test(start_paused = true)]
async fn a_right_that_is_asked_for_and_refused_is_said_once_and_deletes_nothing() {
    let world = world().await;
    let sync = engine(&world, Scopes::parse(RIGHTS));
    succeeded(&run(&sync).await);
    world.sandbox.grant(&RIGHTS.replace("read:assets", "").replace("read:invoices", ""));
    world.sandbox.revoke_tokens();
    later(10).await;
    let report = run(&sync).await;
    assert_eq!(report.state, RunState::Partial);
    assert!(
        matches!(report.entity(&EntityKind::ASSET).unwrap().outcome, EntityOutcome::NotPermitted(_)),
        "{report:#?}"
    );
    assert_eq!(world.count("SELECT count(*) FROM asset").await, 48);
    // One look and one more with a new token, for each of the three kinds that the lost rights feed.
    assert!(world.sandbox.log().count_status(403) <= 6, "{}", world.sandbox.log().count_status(403));
    // The tenant's own lists need asset types too: half a set would look like deletions.
    assert_eq!(world.count("SELECT count(*) FROM reference_item WHERE \"set\" = 'asset_type'").await, 3);
}
