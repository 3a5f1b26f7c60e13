//! What every record of the vendor has, every record of the sandbox has: listed, read alone, created and patched.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use http::Method;
use serde_json::{Map, Value, json};

use super::super::checks::{Faults, check_record, check_typed, fit_all};
use super::super::conditions::date;
use super::super::dataset::Dataset;
use super::super::references::{belong, reference_to, resolve};
use super::super::resource::Resource;
use super::super::rules::check;
use super::super::schema::{Kind, schema};
use super::super::state::Data;
use super::super::table::{Answers, Table};
use super::super::tables::{table, tables};
use super::{call, get, patch, post, sandbox, told};
use crate::emulator::row::row;

/// The members that a table's records always have.
fn always(of: &Table) -> Vec<&'static str> {
    let reference = |kind: &Kind| matches!(kind, Kind::Reference(_) | Kind::IdOf(_));
    let fields = schema(of).fields.iter();
    fields.filter(|f| f.default.is_some() && !reference(&f.kind)).map(|f| f.name).collect()
}

fn assert_complete(of: &Table, row: &Value, what: &str) {
    for member in always(of) {
        assert!(row.get(member).is_some(), "{}: {what} has no {member}: {row}", of.name());
    }
    for name in row.as_object().unwrap().keys().filter(|name| *name != "_info") {
        assert!(schema(of).field(name).is_some(), "{}: {what} has {name}, which nobody declared", of.name());
    }
}

/// A table's path, below record 1 or the first that has children.
fn path_of(of: &Table) -> String {
    let first = if of.parent.is_some_and(|(above, _)| above == Resource::ProjectTickets) { "61" } else { "1" };
    of.path.replace("{parent}", first)
}

#[tokio::test(start_paused = true)]
async fn every_listed_record_has_all_members_and_is_the_same_alone() {
    let sandbox = sandbox();
    for of in tables().iter().filter(|t| !t.path.is_empty() && t.answers != Answers::Documents) {
        let path = path_of(of);
        let rows = get(&sandbox, &format!("{path}?pageSize=1000")).await;
        for row in rows.as_array().unwrap() {
            if of.answers == Answers::TicketConfigurations {
                continue;
            }
            assert_complete(of, row, "a listed row");
        }
        let Some(first) = rows.as_array().unwrap().first() else { continue };
        assert_eq!(get(&sandbox, &format!("{path}/{}", first["id"])).await, *first, "{}", of.name());
    }
}

#[test]
fn the_sandbox_holds_nothing_that_it_would_refuse() {
    let data = Data::new(Dataset::new(11).companies(12).tickets(60));
    for of in tables().iter().copied() {
        for (id, stored) in data.rows(of).above(&data.dataset, 0) {
            let row = schema(of).complete(stored);
            for (name, value) in row.iter().filter(|(name, _)| *name != "_info") {
                let field = schema(of).field(name);
                let field = field.unwrap_or_else(|| panic!("{} {id}: {name} is not declared", of.name()));
                let kept = field.fit(value.clone());
                let unset = kept == Ok(Value::Null);
                assert!(unset || kept.as_ref() == Ok(value), "{} {id}: {name} is {value}: {kept:?}", of.name());
                if let (Kind::Reference(to), false) = (&field.kind, unset) {
                    let to = table(*to);
                    let target = data.get(to, value["id"].as_i64().unwrap());
                    let target = target.unwrap_or_else(|| panic!("{} {id}: {name} is no {}", of.name(), to.name()));
                    let wanted = reference_to(to, &target);
                    if let Some(called) = wanted.get("name") {
                        assert_eq!(value.get("name"), Some(called), "{} {id}: {name}", of.name());
                    }
                }
            }
            let mut faults = Faults::new(of, Vec::new());
            let mut checked = row.clone();
            resolve(&data, of, &mut checked, None, &mut faults);
            belong(&data, of, &mut checked, None, &mut faults);
            check_typed(&data, of, &checked, None, &mut faults);
            check_record(of, &checked, &mut faults);
            check(&data, of, Some(id), &checked, &mut faults);
            let refused = faults.done().err().map(|reply| String::from_utf8_lossy(&reply.body).into_owned());
            assert_eq!(refused, None, "{} {id}", of.name());
        }
    }
}

/// The least that each resource takes.
fn least() -> Vec<(Resource, Value)> {
    vec![
        (Resource::Companies, json!({"identifier": "NEW", "name": "New", "city": "Leeds"})),
        (Resource::Sites, json!({"name": "Depot"})),
        (Resource::CompanyStatuses, json!({"name": "On hold"})),
        (Resource::CompanyTypes, json!({"name": "Partner"})),
        (Resource::CompanyNotes, json!({"text": "Prefers mail."})),
        (Resource::CompanyTeams, json!({"teamRole": {"id": 2}})),
        (Resource::CompanyTypeAssociations, json!({"type": {"id": 2}})),
        (Resource::Contacts, json!({"firstName": "Zoe"})),
        (Resource::Communications, json!({"type": {"id": 1}, "value": "zoe@zimmer.example"})),
        (Resource::Configurations, json!({"name": "PC", "type": {"id": 1}, "company": {"id": 1}})),
        (Resource::Tickets, json!({"summary": "Hello", "company": {"id": 1}})),
        (Resource::TicketNotes, json!({"text": "Called.", "internalAnalysisFlag": true})),
        (Resource::TicketTasks, json!({"notes": "Call back."})),
        (Resource::ProjectTickets, json!({"summary": "Hello", "phase": {"id": 11}})),
        (Resource::Projects, json!({"name": "Move", "company": {"id": 1}, "board": {"id": 3}})),
        (Resource::ProjectPhases, json!({"description": "Phase 3"})),
        (Resource::ProjectTeamMembers, json!({"member": {"id": 1}, "projectRole": {"id": 2}})),
        (Resource::Boards, json!({"name": "Third line", "location": {"id": 2}, "department": {"id": 10}})),
        (Resource::BoardStatuses, json!({"name": "Parked"})),
        (Resource::BoardTypes, json!({"name": "Change"})),
        (Resource::BoardTeams, json!({"name": "Night", "teamLeader": {"id": 3}})),
        (Resource::Priorities, json!({"name": "Priority 5", "color": "Blue"})),
        (
            Resource::Opportunities,
            json!({"name": "Deal", "primarySalesRep": {"id": 1}, "company": {"id": 1}, "contact": {"id": 1}}),
        ),
        (Resource::OpportunityNotes, json!({"text": "Sent."})),
        (Resource::Activities, json!({"name": "Call", "assignTo": {"identifier": "bbaker"}})),
        (Resource::TimeEntries, json!({"timeStart": "2026-10-02T09:00:00Z", "actualHours": 1.0})),
        (Resource::ScheduleEntries, json!({"type": {"id": 1}, "objectId": 5})),
        (Resource::Invoices, json!({"type": "Standard", "company": {"id": 1}})),
        (Resource::Agreements, json!({"name": "Flat", "type": {"id": 1}, "company": {"id": 1}, "contact": {"id": 1}})),
        (Resource::Additions, json!({"product": {"id": 1}, "billCustomer": "Billable"})),
        (
            Resource::Callbacks,
            json!({"url": "https://receiver.example/?recordId=", "objectId": 1, "type": "ticket", "level": "owner"}),
        ),
    ]
}

#[tokio::test(start_paused = true)]
async fn a_created_record_is_complete_and_a_removed_flag_is_its_default() {
    let sandbox = sandbox();
    for (resource, body) in least() {
        let (of, name) = (table(resource), resource.name());
        let path = path_of(of);
        let (status, made) = post(&sandbox, &path, &body).await;
        assert_eq!(status, 201, "{name}: {made}");
        assert_complete(of, &made, "a created record");
        let own = format!("{path}/{}", made["id"]);
        assert_eq!(get(&sandbox, &own).await, made, "{name}");

        let flags = schema(of).fields.iter().filter(|f| f.kind == Kind::Flag && !f.computed && f.default.is_some());
        // A note has to be shown somewhere, and it is this one.
        let flags: Vec<_> = flags.filter(|f| f.name != "internalAnalysisFlag").collect();
        let set: Vec<Value> = flags
            .iter()
            .map(|f| json!({"op": "replace", "path": f.name, "value": f.default != Some(json!(true))}))
            .collect();
        let (status, changed) = patch(&sandbox, &own, &set.into()).await;
        assert_eq!(status, 200, "{name}: {changed}");
        let gone: Vec<Value> = flags.iter().map(|f| json!({"op": "remove", "path": f.name})).collect();
        let (status, back) = patch(&sandbox, &own, &gone.into()).await;
        assert_eq!(status, 200, "{name}: {back}");
        assert_complete(of, &back, "a patched record");
        for flag in flags {
            assert_eq!(Some(&back[flag.name]), flag.default.as_ref(), "{name}: {}", flag.name);
        }
        assert_eq!(get(&sandbox, &own).await, back, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_null_in_a_new_record_is_the_same_as_nothing() {
    let sandbox = sandbox();
    for (resource, body) in least() {
        // Two companies can't have one identifier, nor two callbacks one address.
        if matches!(resource, Resource::Companies | Resource::Callbacks) {
            continue;
        }
        let (of, name) = (table(resource), resource.name());
        let path = path_of(of);
        let mut nulls = body.as_object().unwrap().clone();
        for field in &schema(of).fields {
            nulls.entry(field.name).or_insert(Value::Null);
        }
        let (status, plain) = post(&sandbox, &path, &body).await;
        assert_eq!(status, 201, "{name}: {plain}");
        let (status, made) = post(&sandbox, &path, &nulls.into()).await;
        assert_eq!(status, 201, "{name}: {made}");
        let strip = |mut row: Value| {
            let map: &mut Map<String, Value> = row.as_object_mut().unwrap();
            for own in ["id", "mobileGuid", "_info"] {
                map.remove(own);
            }
            row
        };
        assert_eq!(strip(made), strip(plain), "{name}");
    }
    let ticket = json!({"summary": "x", "company": {"id": 1}, "status": null, "priority": null, "board": {"id": 2}});
    let (_, made) = post(&sandbox, "service/tickets", &ticket).await;
    assert_eq!((&made["status"]["id"], &made["priority"]["id"]), (&json!(21), &json!(3)));
}

#[tokio::test(start_paused = true)]
async fn a_replacement_sets_what_it_does_not_send_to_its_default() {
    let sandbox = sandbox();
    let before = get(&sandbox, "service/tickets/3").await;
    let body = json!({"summary": "Put", "company": {"id": 2}, "board": {"id": 1}, "severity": "Low", "impact": "High"});
    let (status, put) = call(&sandbox, Method::PUT, "service/tickets/3", Some(&body)).await;
    assert_eq!(status, 200, "{put}");
    assert_complete(table(Resource::Tickets), &put, "a replaced record");
    assert_eq!((&put["status"]["id"], &put["company"]["identifier"]), (&json!(11), &json!("C00002")));
    assert!(put.get("contact").is_none() && put.get("owner").is_none(), "{put}");
    assert_eq!(
        (&put["mobileGuid"], &put["_info"]["dateEntered"]),
        (&before["mobileGuid"], &before["_info"]["dateEntered"])
    );
    let (status, refused) =
        call(&sandbox, Method::PUT, "service/tickets/3", Some(&json!({"summary": "Put", "company": {"id": 2}}))).await;
    let fields: Vec<_> = told(&refused).into_iter().map(|(_, _, field)| field).collect();
    assert_eq!((status, fields), (400, vec!["severity".to_owned(), "impact".to_owned()]));
}

/// Recorded bodies, and the tables whose rows they are.
const RECORDED: [(&str, Resource); 18] = [
    ("companies/company.json", Resource::Companies),
    ("companies/statuses.json", Resource::CompanyStatuses),
    ("companies/communicationTypes.json", Resource::CommunicationTypes),
    ("contacts/contact-with-custom-fields.json", Resource::Contacts),
    ("finance/agreement.json", Resource::Agreements),
    ("project/ticket.json", Resource::ProjectTickets),
    ("sales/activity-types.json", Resource::ActivityTypes),
    ("sales/opportunity-statuses.json", Resource::OpportunityStatuses),
    ("sales/opportunity.json", Resource::Opportunities),
    ("schedule/entries.json", Resource::ScheduleEntries),
    ("service/board-statuses.json", Resource::BoardStatuses),
    ("service/board-types.json", Resource::BoardTypes),
    ("service/ticket-notes.json", Resource::TicketNotes),
    ("service/ticket.json", Resource::Tickets),
    ("system/member.json", Resource::Members),
    ("system/userDefinedFields.json", Resource::UserDefinedFields),
    ("time/entries.json", Resource::TimeEntries),
    ("time/workTypes.json", Resource::WorkTypes),
];

/// Members of records that were recorded from servers of 2015 to 2020, which today's document does not have; and a photo,
/// which is a document that somebody uploaded.
const OLDER: [&str; 12] = [
    "defaultDepartmentId",
    "defaultLocationId",
    "externalIntegrationXRef",
    "photo",
    "salesDefaultLocationId",
    "scheduleDefaultDepartmentId",
    "scheduleDefaultLocationId",
    "securityLevel",
    "securityLocationId",
    "serviceDefaultDepartmentId",
    "serviceDefaultLocationId",
    "serviceTeams",
];

#[tokio::test(start_paused = true)]
async fn what_every_recorded_row_has_every_row_of_the_sandbox_has() {
    let Ok(root) = std::env::var("PSA_FIXTURES") else {
        eprintln!("skipped: PSA_FIXTURES is not set, so no recorded rows are compared");
        return;
    };
    let sandbox = sandbox();
    for (file, resource) in RECORDED {
        let path: PathBuf = [root.as_str(), "connectwise", file].iter().collect();
        let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let recorded: Value = serde_json::from_slice(&bytes).unwrap();
        let recorded = recorded.as_array().cloned().unwrap_or_else(|| vec![recorded.clone()]);
        let has = |row: &Value, member: &str| row.get(member).is_some_and(|v| !v.is_null());
        let first = recorded[0].as_object().unwrap().keys();
        let every: Vec<_> = first.filter(|m| recorded.iter().all(|row| has(row, m))).collect();
        let (of, name) = (table(resource), resource.name());
        let mut ours = Vec::new();
        // Below the first records that have any.
        for parent in 1..=10 {
            let path = of.path.replace("{parent}", &parent.to_string());
            let rows = get(&sandbox, &format!("{path}?pageSize=1000")).await;
            ours.extend(rows.as_array().cloned().unwrap_or_default());
            if !ours.is_empty() {
                break;
            }
        }
        assert!(!ours.is_empty(), "{name}: there are no rows, which shows nothing");
        for member in every.into_iter().filter(|m| !OLDER.contains(&m.as_str()) && *m != "_info") {
            let field = schema(of).field(member).unwrap_or_else(|| panic!("{name}: {member} is not declared"));
            let scalar = matches!(field.kind, Kind::Flag | Kind::Int(_) | Kind::Float | Kind::Word(_) | Kind::IdOf(_));
            let count = ours.iter().filter(|row| has(row, member)).count();
            if scalar {
                assert_eq!(count, ours.len(), "{name}: rows with {member}");
            } else {
                assert!(count > 0, "{name}: no row has {member}");
            }
        }
    }
}

#[test]
fn years_long_gone_are_dates_like_others() {
    let mut faults = Faults::new(table(Resource::Configurations), Vec::new());
    let body = row(json!({"purchaseDate": "1975-03-01T00:00:00Z", "installationDate": "1800-01-01T08:00:00Z"}));
    let kept = fit_all(table(Resource::Configurations), body.clone(), &mut faults).unwrap();
    assert_eq!(kept, body);
    let at: Option<DateTime<Utc>> = date("1975-03-01T00:00:00Z");
    assert!(at.is_some() && faults.done().is_ok());
}
