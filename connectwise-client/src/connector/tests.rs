//! What is said of fields, in the documentation of the models, in the capabilities and here, is what the mappings do.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use psa_conformance::{FieldRow, FieldTable, Filled, filled_by};
use psa_core::{Connector, Entity, Stage, StatusMap};
use psa_http::NativeField;
use psa_sandbox::ConnectWiseSandbox;
use serde_json::{Value, json};

use super::reader::Mapping;
use super::{
    ConnectWiseConnector, agent, agreement, appointment, asset, company, contact, invoice, opportunity, project, site,
    team, ticket, ticket_note, time_entry,
};
use crate::client::ConnectWise;
use crate::resources;

/// With a meaning for each of the values that are tried.
fn connector() -> ConnectWiseConnector {
    let sandbox = ConnectWiseSandbox::builder().build();
    let cw = ConnectWise::builder(ConnectWiseSandbox::SITE)
        .company(ConnectWiseSandbox::COMPANY)
        .keys(ConnectWiseSandbox::PUBLIC_KEY, ConnectWiseSandbox::PRIVATE_KEY.to_owned())
        .client_id(ConnectWiseSandbox::CLIENT_ID)
        .transport(sandbox.transport())
        .build()
        .unwrap();
    let statuses = StatusMap::new().with(7, Stage::Working, false).with(8, Stage::Resolved, true);
    cw.connector().status_map(statuses).build()
}

/// What fills the fields of one mapping.
fn filled<M: Mapping>(connector: &ConnectWiseConnector, members: &[NativeField], bases: &[Value]) -> Filled {
    let parts = |member: &'static str| match member {
        "_info" => vec!["_info/dateEntered", "_info/lastUpdated"],
        other => vec![other],
    };
    let members: Vec<&str> = members.iter().flat_map(|member| parts(member.name)).collect();
    let filled = filled_by::<M::Common>(&members, bases, |record| {
        let native = serde_json::from_value::<M::Native>(record.clone()).ok()?;
        Some(M::common(&native, &connector.context))
    });
    let declared: BTreeSet<&str> = M::READS.iter().copied().collect();
    let found: BTreeSet<&str> = filled.keys().copied().collect();
    assert!(declared.is_subset(&found), "{}: {:?}", M::Common::KIND, declared.difference(&found));
    filled
}

/// Compares the table of `E` with what fills its fields.
fn compare<E: Entity>(connector: &ConnectWiseConnector, all: &[Filled]) {
    let mut filled = Filled::new();
    for (field, members) in all.iter().flatten() {
        filled.entry(field).or_default().extend(members.iter().cloned());
    }
    let able = connector.capabilities().entity(&E::KIND).unwrap();
    let found: BTreeSet<&str> = filled.keys().copied().collect();
    assert_eq!(found, able.fields_that(|field| field.alone).into_iter().collect(), "{}", E::KIND);
    let rows: BTreeMap<&'static str, FieldRow> = E::schema()
        .fields
        .iter()
        .map(|field| {
            let row = FieldRow {
                members: filled.get(field.path).into_iter().flatten().cloned().collect(),
                able: able.field(field.path).copied().unwrap_or_default(),
            };
            (field.path, row)
        })
        .collect();
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../psa-core/src/models/fields/{}.md", E::KIND));
    if let Err(error) = FieldTable::new(file, E::schema()).check("ConnectWise", &rows) {
        panic!("{error}");
    }
}

fn check<M: Mapping>(members: &[NativeField], bases: &[Value]) {
    let connector = connector();
    compare::<M::Common>(&connector, &[filled::<M>(&connector, members, bases)]);
}

#[test]
fn the_tables_of_the_models_say_which_members_fill_a_field() {
    let one = [json!({"id": 1})];
    check::<agent::Agents>(resources::Member::FIELDS, &one);
    check::<team::Teams>(resources::ServiceTeam::FIELDS, &one);
    check::<company::Companies>(resources::Company::FIELDS, &one);
    check::<site::Sites>(resources::Site::FIELDS, &one);
    check::<contact::Contacts>(resources::Contact::FIELDS, &one);
    let likely = [json!({"id": 1, "probability": {"id": 1, "name": "50%"}})];
    check::<opportunity::Opportunities>(resources::Opportunity::FIELDS, &likely);
    check::<project::Projects>(resources::Project::FIELDS, &one);
    check::<asset::Assets>(resources::Configuration::FIELDS, &one);
    check::<invoice::Invoices>(
        resources::Invoice::FIELDS,
        &["Ticket", "Project", "Agreement"].map(|kind| json!({"id": 1, "applyToType": kind, "applyToId": 5})),
    );
    check::<agreement::Agreements>(resources::Agreement::FIELDS, &one);
    // The number of what it is for means something beside its type.
    let scheduled = ["S", "C", "P"].map(|kind| json!({"id": 1, "objectId": 5, "type": {"id": 4, "identifier": kind}}));
    check::<appointment::Appointments>(resources::ScheduleEntry::FIELDS, &scheduled);
    let charged = ["ServiceTicket", "Company"].map(|kind| json!({"id": 1, "chargeToId": 5, "chargeToType": kind}));
    check::<time_entry::TimeEntries>(resources::TimeEntry::FIELDS, &charged);
    let connector = connector();
    compare::<psa_core::Ticket>(
        &connector,
        &[
            filled::<ticket::ServiceTickets>(&connector, resources::Ticket::FIELDS, &one),
            filled::<ticket::ProjectTickets>(&connector, resources::ProjectTicket::FIELDS, &one),
        ],
    );
    compare::<psa_core::TicketNote>(
        &connector,
        &[
            filled::<ticket_note::ServiceNotes>(&connector, resources::TicketNote::FIELDS, &one),
            filled::<ticket_note::ProjectNotes>(&connector, resources::ProjectTicketNote::FIELDS, &one),
        ],
    );
}
