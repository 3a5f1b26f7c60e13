//! Which resources there are, how they are named past the API, and which rows prove something.

use http::Method;
use serde_json::{Value, json};

use super::super::resource::Resource;
use super::super::tables::tables;
use super::{call, get, patch, post, sandbox};

#[tokio::test(start_paused = true)]
async fn families_that_clients_of_others_ask_for_answer_with_rows() {
    let sandbox = sandbox();
    for path in [
        "company/noteTypes",
        "company/teamRoles",
        "company/companies/3/teams",
        "company/countries",
        "project/phaseStatuses",
        "project/projectTypes",
        "project/securityRoles",
        "project/projects/1/teamMembers",
        "schedule/calendars",
        "schedule/holidayLists",
        "schedule/reminderTimes",
        "service/locations",
        "service/impacts",
        "service/severities",
        "service/boards/1/typeSubTypeItemAssociations",
        "service/boards/1/teams",
        "service/boards/1/items",
        "sales/opportunities/1/notes",
        "sales/opportunities/ratings",
        "system/standardNotes",
        "system/myCompany/other",
        "system/timeZoneSetups",
        "finance/billingCycles",
        "finance/billingStatuses",
        "finance/currencies",
        "finance/taxCodes",
        "procurement/manufacturers",
    ] {
        let rows = get(&sandbox, &format!("{path}?pageSize=1000")).await;
        let count = get(&sandbox, &format!("{path}/count")).await;
        let rows = rows.as_array().unwrap();
        assert!(!rows.is_empty() && count["count"] == rows.len(), "{path}: {count}");
        assert_eq!(get(&sandbox, &format!("{path}/{}", rows[0]["id"])).await, rows[0], "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_setup_table_has_rows_to_refer_to() {
    let sandbox = sandbox();
    // What people add by and by.
    let grown = [
        Resource::Communications,
        Resource::ContactTypeAssociations,
        Resource::Documents,
        Resource::ProjectTicketNotes,
        Resource::TicketConfigurations,
        Resource::Callbacks,
    ];
    for of in tables().iter().filter(|t| !t.path.is_empty() && !grown.contains(&t.resource)) {
        let mut rows = 0;
        for parent in 1..=10 {
            let path = of.path.replace("{parent}", &parent.to_string());
            let (status, listed) = call(&sandbox, Method::GET, &path, None).await;
            assert_eq!(status, 200, "{path}: {listed}");
            rows += listed.as_array().map_or(0, Vec::len);
        }
        assert!(rows > 0, "{}: an empty table proves nothing", of.name());
    }
}

#[tokio::test(start_paused = true)]
async fn a_setup_table_is_read_without_the_right_at_its_twin() {
    let sandbox = sandbox();
    sandbox.deny(&["Table Setup"]);
    let (status, refused) = call(&sandbox, Method::GET, "company/noteTypes", None).await;
    assert_eq!((status, &refused["code"]), (403, &json!("Security")));
    let rows = get(&sandbox, "company/noteTypes/info").await;
    assert_eq!(rows.as_array().map(Vec::len), Some(2));
    assert_eq!(get(&sandbox, "company/noteTypes/1/info").await, rows[0]);
    let (status, _) = call(&sandbox, Method::GET, "company/contacts/count/nothing", None).await;
    assert_eq!(status, 404);
}

#[tokio::test(start_paused = true)]
async fn what_the_vendor_alone_changes_is_not_created_or_deleted() {
    let sandbox = sandbox();
    let (status, changed) =
        patch(&sandbox, "system/myCompany/other/1", &json!([{"op": "replace", "path": "useSslFlag", "value": false}]))
            .await;
    assert_eq!((status, &changed["useSslFlag"]), (200, &json!(false)));
    assert_eq!(post(&sandbox, "system/myCompany/other", &json!({})).await.0, 405);
    assert_eq!(call(&sandbox, Method::DELETE, "system/myCompany/other/1", None).await.0, 405);
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let path = if method == Method::POST { "service/teams" } else { "service/teams/1" };
        let body = if method == Method::PATCH { json!([]) } else { json!({"name": "x"}) };
        assert_eq!(call(&sandbox, method.clone(), path, Some(&body)).await.0, 405, "{method}");
    }
}

#[test]
fn a_misspelt_name_is_no_resource_and_every_resource_has_its_own() {
    for misspelt in ["ticket", "assest", "", "Tickets"] {
        assert_eq!(Resource::named(misspelt), None, "{misspelt:?}");
    }
    for resource in Resource::ALL {
        assert_eq!(Resource::named(resource.name()), Some(*resource));
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_that_somebody_adds_is_complete_too() {
    let sandbox = sandbox();
    let id = sandbox.edit(|cw| cw.insert(Resource::Tickets, json!({"summary": "A new one", "company": {"id": 3}})));
    let ticket = get(&sandbox, &format!("service/tickets/{id}")).await;
    assert_eq!((&ticket["status"]["name"], &ticket["priority"]["id"]), (&json!("New"), &json!(3)));
    assert_eq!((&ticket["company"]["identifier"], &ticket["customerUpdatedFlag"]), (&json!("C00003"), &json!(false)));
    let note = sandbox
        .edit(|cw| cw.insert_below(Resource::TicketNotes, id, json!({"text": "x", "detailDescriptionFlag": true})));
    let note = get(&sandbox, &format!("service/tickets/{id}/notes/{note}")).await;
    assert_eq!(
        (&note["issueFlag"], &note["externalFlag"], &note["ticketId"]),
        (&json!(false), &json!(true), &json!(id))
    );
}

#[tokio::test(start_paused = true)]
async fn the_texts_of_a_new_ticket_become_its_notes() {
    let sandbox = sandbox();
    let ticket = json!({"summary": "x", "company": {"id": 1}, "initialDescription": "noise", "initialInternalAnalysis": "fan", "initialResolution": "replaced"});
    let (_, made) = post(&sandbox, "service/tickets", &ticket).await;
    assert!(made.get("initialDescription").is_none(), "{made}");
    let notes = get(&sandbox, &format!("service/tickets/{}/notes", made["id"])).await;
    let shown = |note: &Value| {
        let flag = |name: &str| note[name] == json!(true);
        let flags = [flag("detailDescriptionFlag"), flag("internalAnalysisFlag"), flag("resolutionFlag")];
        (note["text"].as_str().unwrap_or_default().to_owned(), flags)
    };
    let notes: Vec<_> = notes.as_array().unwrap().iter().map(shown).collect();
    let expected = [("noise", [true, false, false]), ("fan", [false, true, false]), ("replaced", [false, false, true])];
    assert_eq!(notes, expected.map(|(text, flags)| (text.to_owned(), flags)));
}
