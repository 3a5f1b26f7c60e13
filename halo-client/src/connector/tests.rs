//! What is said of fields, in the documentation of the models, in the capabilities and here, is what the mappings do.

use std::collections::BTreeSet;
use std::path::PathBuf;

use psa_conformance::{FieldRow, FieldTable, filled_by};
use psa_core::{Connector, Entity, Stage, StatusMap};
use psa_sandbox::HaloSandbox;
use serde_json::{Value, json};

use super::HaloConnector;
use super::action_writes::{NoteWrites, TimeWrites};
use super::agent::Agents;
use super::agreement::Agreements;
use super::appointment::Appointments;
use super::asset::Assets;
use super::company::Companies;
use super::contact::Contacts;
use super::invoice::Invoices;
use super::name_cache::Names;
use super::opportunity::Opportunities;
use super::project::Projects;
use super::reader::Mapping;
use super::site::Sites;
use super::team::Teams;
use super::ticket::Tickets;
use crate::client::Halo;
use crate::resources;

/// With a meaning for each of the values that are tried.
fn connector() -> HaloConnector {
    let halo = Halo::builder(HaloSandbox::URL)
        .client_credentials(HaloSandbox::CLIENT_ID, HaloSandbox::SECRET.to_string())
        .transport(HaloSandbox::builder().build().transport())
        .scopes(crate::Scopes::parse("all"))
        .build()
        .unwrap();
    let statuses = StatusMap::new().with(7, Stage::Working, false).with(8, Stage::Resolved, true);
    halo.connector().status_map(statuses).custom_fields([7]).closure_categories([7], [8]).build()
}

fn check<M: Mapping>(members: &[psa_http::NativeField], bases: &[Value]) {
    let connector = connector();
    let kind = M::Common::KIND;
    let members: Vec<&str> = members.iter().map(|member| member.name).collect();
    let filled = filled_by::<M::Common>(&members, bases, |record| {
        let native = serde_json::from_value::<M::Native>(record.clone()).ok()?;
        M::gone(&native).is_none().then(|| M::common(&native, &connector.context, &Names::default()))
    });
    let declared: BTreeSet<&str> = M::READS.iter().copied().collect();
    assert_eq!(filled.keys().copied().collect::<BTreeSet<_>>(), declared, "{kind}");
    let able = connector.capabilities().entity(&kind).unwrap();
    let row = |field: &'static str| {
        let row = FieldRow {
            members: filled.get(field).into_iter().flatten().cloned().collect(),
            able: able.field(field).copied().unwrap_or_default(),
        };
        (field, row)
    };
    let rows = M::Common::schema().fields.iter().map(|field| row(field.path)).collect();
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../psa-core/src/models/fields/{kind}.md"));
    if let Err(error) = FieldTable::new(file, M::Common::schema()).check("Halo", &rows) {
        panic!("{error}");
    }
}

#[test]
fn the_tables_of_the_models_say_which_members_fill_a_field() {
    let one = [json!({"id": 1})];
    check::<Agents>(resources::Agent::FIELDS, &one);
    check::<Teams>(resources::Team::FIELDS, &one);
    check::<Companies>(resources::Client::FIELDS, &one);
    check::<Sites>(resources::Site::FIELDS, &one);
    check::<Contacts>(resources::User::FIELDS, &one);
    check::<Tickets>(resources::Ticket::FIELDS, &one);
    check::<Opportunities>(resources::Ticket::FIELDS, &one);
    check::<Projects>(resources::Ticket::FIELDS, &one);
    check::<Assets>(resources::Asset::FIELDS, &one);
    check::<Invoices>(resources::Invoice::FIELDS, &one);
    check::<Agreements>(resources::Contract::FIELDS, &one);
    check::<Appointments>(resources::Appointment::FIELDS, &one);
    check::<NoteWrites>(resources::Action::FIELDS, &[json!({"ticket_id": 1, "id": 1})]);
    check::<TimeWrites>(resources::Action::FIELDS, &[json!({"ticket_id": 1, "id": 1, "timetaken": 1})]);
}
