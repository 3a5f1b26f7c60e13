//! Writing through the common traits: every kind that can be written, created, changed, cleared and deleted.

use psa_core::*;
use psa_sandbox::HaloSandbox;
use serde_json::{Value, json};

use crate::world::{ALL_RIGHTS, builder, dataset, unbounded};

/// Creates with the first pairs, changes by the second, and deletes.
async fn lives<E: Entity>(connector: &dyn Connector, first: &[(&str, Value)], then: &[(&str, Value)]) {
    let changes = |pairs: &[(&str, Value)]| {
        pairs.iter().fold(Changes::<E>::new(), |c, (path, value)| c.set_path(path, value.clone()).unwrap())
    };
    let (writer, reader) = (connector.writer::<E>().unwrap(), connector.reader::<E>().unwrap());
    let made = writer.create(changes(first)).await.unwrap_or_else(|e| panic!("{}: {e}", E::KIND));
    let changed = writer.update(&made.key, changes(then)).await.unwrap_or_else(|e| panic!("{}: {e}", E::KIND));
    let read = reader.get(&changed.key).await.unwrap().value.unwrap();
    let same = |path: &str, value: &Value| {
        let got = read.get(path).unwrap_or(Value::Null);
        // A reference and a label are known by their ids.
        let (got, value) = match (got.get("id"), value.get("id")) {
            (Some(got), Some(value)) => (
                got.as_str().map_or(got.to_string(), str::to_owned),
                value.as_str().map_or(value.to_string(), str::to_owned),
            ),
            _ => (got.to_string(), value.to_string()),
        };
        assert_eq!(got, value, "{} {path}", E::KIND);
    };
    for (path, value) in then {
        same(path, value);
    }
    for (path, value) in first.iter().filter(|(path, _)| !then.iter().any(|(p, _)| p == path)) {
        same(path, value);
    }
    writer.delete(&changed.key).await.unwrap();
    assert!(reader.get(&changed.key).await.unwrap_err().is_not_found(), "{}", E::KIND);
}

#[tokio::test(start_paused = true)]
async fn every_kind_that_is_written_is_created_changed_cleared_and_deleted() {
    let (_, halo) = unbounded(|_| {});
    let connector = halo.connector().build();
    let client = ("company", json!({"id": "3"}));
    lives::<Project>(
        &connector,
        &[("name", json!("Move")), client.clone(), ("starts_at", json!("2026-11-02"))],
        &[("name", json!("Removal")), ("budget_hours", json!(12.5))],
    )
    .await;
    lives::<Agreement>(
        &connector,
        &[("name", json!("AG-9")), client.clone()],
        &[("amount", json!(99.5)), ("ends_at", json!("2027-01-01T00:00:00Z"))],
    )
    .await;
    lives::<Asset>(
        &connector,
        &[("tag", json!("A9")), ("asset_type", json!({"id": "1"})), ("site", json!({"id": "3"}))],
        &[("tag", json!("A10")), ("serial_number", json!("SN"))],
    )
    .await;
    lives::<Appointment>(
        &connector,
        &[
            ("subject", json!("Visit")),
            ("started_at", json!("2026-11-02T09:00:00Z")),
            ("ended_at", json!("2026-11-02T10:00:00Z")),
        ],
        &[("subject", json!("Call")), ("agent", json!({"id": "4"}))],
    )
    .await;
    lives::<Opportunity>(
        &connector,
        &[("name", json!("Servers")), client.clone(), ("amount", json!(500.0))],
        &[("probability", json!(40.0)), ("stage", json!({"id": "2"})), ("close_date", json!("2026-12-01"))],
    )
    .await;
    lives::<Company>(
        &connector,
        &[("name", json!("New Client"))],
        &[("name", json!("Newer Client")), ("code", json!("NC"))],
    )
    .await;
    lives::<Site>(&connector, &[("name", json!("Depot")), client.clone()], &[("name", json!("Hall"))]).await;
    lives::<Contact>(
        &connector,
        &[("name", json!("Ann B")), ("site", json!({"id": "3"}))],
        &[("title", json!("Boss"))],
    )
    .await;
    assert!(connector.sink(&EntityKind::INVOICE).is_err(), "an invoice is made in Halo");
}

#[tokio::test(start_paused = true)]
async fn opportunities_are_won_lost_and_open_by_the_tenants_own_categories() {
    let (_, halo) = unbounded(|_| {});
    let statuses = StatusMap::new().with(1, Stage::New, false).with(9, Stage::Resolved, true);
    let connector = halo.connector().status_map(statuses).closure_categories([4], [5, 6]).build();
    let connector: &dyn Connector = &connector;
    let (writer, reader) = (connector.writer::<Opportunity>().unwrap(), connector.reader::<Opportunity>().unwrap());
    let made = writer
        .create(Changes::new().set(Opportunity::NAME, "Firewall").set(Opportunity::COMPANY, Key::from(3)))
        .await
        .unwrap();
    let status = |record: Record<Opportunity>| record.value.unwrap().status.unwrap().value;
    assert_eq!(status(reader.get(&made.key).await.unwrap()), Some(OpportunityStatus::Open));
    for expected in [OpportunityStatus::Won, OpportunityStatus::Lost] {
        let changes = Changes::new().set(Opportunity::STATUS, expected);
        writer.update(&made.key, changes).await.unwrap();
        assert_eq!(status(reader.get(&made.key).await.unwrap()), Some(expected));
    }
    // Closed for a reason that nobody mapped: neither is guessed.
    halo.opportunities().close(made.key.as_i64().unwrap(), 9, 77).send().await.unwrap();
    assert_eq!(status(reader.get(&made.key).await.unwrap()), None);
    let unmapped = halo.connector().build();
    let writer = unmapped.writer::<Opportunity>().unwrap();
    let error =
        writer.update(&made.key, Changes::new().set(Opportunity::STATUS, OpportunityStatus::Won)).await.unwrap_err();
    assert!(error.to_string().contains("closure_categories"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_holiday_is_no_appointment_however_it_is_asked_for() {
    let (_, halo) = unbounded(|_| {});
    let connector = halo.connector().build();
    let reader = connector.reader::<Appointment>().unwrap();
    assert!(reader.get(&12.into()).await.unwrap_err().is_not_found());
    assert!(reader.get(&11.into()).await.is_ok());
}

#[test]
fn the_fewest_scopes_for_a_kind_make_it_readable() {
    let sandbox = HaloSandbox::builder().dataset(dataset()).granted(ALL_RIGHTS).build();
    let all = builder(&sandbox).build().unwrap().connector().build();
    let kinds: Vec<EntityKind> = all.capabilities().entities.keys().cloned().collect();
    assert_eq!(kinds.len(), 15);
    for kind in kinds {
        let scopes = halo_client::Scopes::for_entities([kind.clone()]);
        let connector = builder(&sandbox).scopes(scopes).build().unwrap().connector().build();
        assert!(connector.capabilities().entity(&kind).unwrap().read, "{kind}");
    }
}
