//! What the vendor refuses, the sandbox refuses, in the vendor's words: on creates, replacements and patches alike.

use http::Method;
use serde_json::{Value, json};

use super::super::resource::Resource;
use super::super::schema::{Kind, schema};
use super::super::table::Answers;
use super::super::tables::{table, tables};
use super::{call, get, patch, post, sandbox, told};

fn refusal(code: &str, message: &str, field: &str) -> (String, String, String) {
    (code.to_owned(), message.to_owned(), field.to_owned())
}

/// The records on which each rule is tried, and the members that a replacement of them needs.
fn records() -> Vec<(Resource, Value)> {
    let company = json!({"identifier": "C00001", "name": "Acme", "city": "Leeds"});
    vec![
        (Resource::Companies, company),
        (Resource::Contacts, json!({"firstName": "Ada"})),
        (Resource::Configurations, json!({"name": "PC", "type": {"id": 1}, "company": {"id": 1}})),
        (Resource::Tickets, json!({"summary": "x", "company": {"id": 1}, "severity": "Low", "impact": "Low"})),
        (Resource::Projects, json!({"name": "x", "company": {"id": 1}, "board": {"id": 3}})),
        (
            Resource::Opportunities,
            json!({"name": "x", "primarySalesRep": {"id": 1}, "company": {"id": 1}, "contact": {"id": 1}, "expectedCloseDate": "2026-12-01T00:00:00Z", "locationId": 2, "businessUnitId": 10}),
        ),
        (Resource::Activities, json!({"name": "x", "assignTo": {"id": 1}})),
        (Resource::TimeEntries, json!({"timeStart": "2026-10-02T09:00:00Z", "billableOption": "Billable"})),
        (Resource::ScheduleEntries, json!({"type": {"id": 3}})),
        (Resource::Invoices, json!({"type": "Standard", "company": {"id": 1}, "locationId": 2})),
        (
            Resource::Agreements,
            json!({"name": "x", "type": {"id": 1}, "company": {"id": 1}, "contact": {"id": 1}, "employeeCompRate": "Actual", "invoicingCycle": "CalendarYear", "billTime": "Billable", "billExpenses": "Billable", "billProducts": "Billable"}),
        ),
        (
            Resource::CatalogItems,
            json!({"identifier": "x", "description": "x", "customerDescription": "x", "subcategory": {"id": 1}, "type": {"id": 1}}),
        ),
    ]
}

#[tokio::test(start_paused = true)]
async fn an_id_of_nothing_is_refused_in_every_member_by_every_write() {
    let sandbox = sandbox();
    for (resource, base) in records() {
        let (of, name) = (table(resource), resource.name());
        for field in schema(of).fields.iter().filter(|f| !f.computed && !f.only_created) {
            let (to, value, path) = match field.kind {
                Kind::Reference(to) => (to, json!({"id": 987_654}), format!("{}/id", field.name)),
                Kind::IdOf(to) => (to, json!(987_654), field.name.to_owned()),
                _ => continue,
            };
            let wanted = refusal("NotFound", &format!("{} 987654 not found", table(to).title()), &path);
            let mut body = base.clone();
            body[field.name] = value.clone();
            // A second company has another identifier.
            if resource == Resource::Companies {
                body["identifier"] = json!("OTHER");
            }
            let created = post(&sandbox, of.path, &body).await;
            let operation = json!([{"op": "replace", "path": field.name, "value": value}]);
            let patched = patch(&sandbox, &format!("{}/1", of.path), &operation).await;
            let replaced = call(&sandbox, Method::PUT, &format!("{}/1", of.path), Some(&body)).await;
            for (how, (status, answer)) in [("created", created), ("patched", patched), ("replaced", replaced)] {
                assert_eq!(status, 400, "{name} {how} with {path}: {answer}");
                assert!(told(&answer).contains(&wanted), "{name} {how} with {path}: {answer}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_text_that_is_too_long_is_refused_in_every_member_of_every_table() {
    let sandbox = sandbox();
    for of in tables().iter().filter(|t| !t.path.is_empty() && t.parent.is_none()) {
        for field in schema(of).fields.iter().filter(|f| !f.computed && !f.only_written) {
            let Kind::Text(Some(most)) = field.kind else { continue };
            let (status, answer) = post(&sandbox, of.path, &json!({field.name: "x".repeat(most + 1)})).await;
            if status == 405 || of.answers == Answers::Documents {
                continue;
            }
            let message = format!("The field {} must be a string with a maximum length of {most}.", field.name);
            let wanted = refusal("MaxLengthField", &message, field.name);
            assert!(status == 400 && told(&answer).contains(&wanted), "{}: {answer}", of.name());
        }
    }
    // Others take what they get, whatever is in it.
    let text = "a\u{0}b \u{200b} ".to_owned() + &"x".repeat(70_000);
    let operation = json!([{"op": "replace", "path": "notes", "value": text}]);
    let (status, changed) = patch(&sandbox, "sales/opportunities/1", &operation).await;
    assert_eq!((status, &changed["notes"]), (200, &json!(text)));
    // A text that looks like a date is a text.
    let text = "2026-03-29T02:30:00.123+02:00";
    let operation = json!([{"op": "replace", "path": "summary", "value": text}]);
    let (status, changed) = patch(&sandbox, "service/tickets/1", &operation).await;
    assert_eq!((status, &changed["summary"]), (200, &json!(text)));
}

#[tokio::test(start_paused = true)]
async fn what_is_another_company_s_is_refused_on_each_record_of_a_company() {
    let sandbox = sandbox();
    for (path, id) in [
        ("service/tickets", 1),
        ("company/configurations", 1),
        ("sales/opportunities", 1),
        ("finance/agreements", 1),
        ("project/projects", 1),
    ] {
        let own = format!("{path}/{id}");
        let company = get(&sandbox, &own).await["company"]["id"].as_i64().unwrap();
        let other = company % 12 + 1;
        let (site, contact) = (other * 10 + 1, (other - 1) * 3 + 1);
        let set = |member: &str, id: i64| json!({"op": "replace", "path": member, "value": {"id": id}});
        let (status, answer) = patch(&sandbox, &own, &json!([set("site", site)])).await;
        let wanted = refusal("NotFound", &format!("Site {site} not found for Company {company}"), "site/id");
        assert_eq!((status, told(&answer)), (400, vec![wanted]), "{path}");
        let (status, answer) = patch(&sandbox, &own, &json!([set("contact", contact)])).await;
        let wanted = refusal("NotFound", &format!("Contact {contact} not found for Company {company}"), "contact/id");
        assert_eq!((status, told(&answer)), (400, vec![wanted]), "{path}");
        // The company alone leaves the others behind.
        let (status, answer) = patch(&sandbox, &own, &json!([set("company", other)])).await;
        let fields: Vec<_> = told(&answer).into_iter().map(|(_, _, field)| field).collect();
        assert_eq!(status, 400, "{path}: {answer}");
        assert!(
            fields.contains(&"site/id".to_owned()) && fields.contains(&"contact/id".to_owned()),
            "{path}: {answer}"
        );
        let whole = json!([set("company", other), set("site", site), set("contact", contact)]);
        let (status, answer) = patch(&sandbox, &own, &whole).await;
        // What is billed or shipped elsewhere stays there.
        assert_eq!((status, &answer["site"]["id"]), (200, &json!(site)), "{path}: {answer}");
    }
    // A contact takes its site along.
    let operation = json!([{"op": "replace", "path": "company", "value": {"id": 5}}]);
    let (status, moved) = patch(&sandbox, "company/contacts/1", &operation).await;
    assert_eq!((status, &moved["site"]["id"]), (200, &json!(51)));
    // A name is looked for among the company's own.
    let operation = json!([{"op": "replace", "path": "site", "value": {"name": "Main"}}]);
    let (status, named) = patch(&sandbox, "company/contacts/2", &operation).await;
    assert_eq!((status, &named["site"]["id"]), (200, &json!(11)));
}

#[tokio::test(start_paused = true)]
async fn statuses_types_and_items_are_the_board_s() {
    let sandbox = sandbox();
    let base = json!({"summary": "x", "company": {"id": 1}, "board": {"id": 1}});
    for (member, title, id) in [
        ("status", "Service Status", 21),
        ("type", "Service Type", 21),
        ("subType", "Service SubType", 22),
        ("item", "Service Item", 22),
    ] {
        let mut body = base.clone();
        body[member] = json!({"id": id});
        let (status, answer) = post(&sandbox, "service/tickets", &body).await;
        let wanted =
            refusal("NotFound", &format!("{title} {id} not found for Service Board 1"), &format!("{member}/id"));
        assert_eq!((status, told(&answer)), (400, vec![wanted]), "{member}");
        body[member] = json!({"id": 12});
        assert_eq!(post(&sandbox, "service/tickets", &body).await.0, 201, "{member}");
    }
    // Board and status together: what was the old board's gives way.
    let mut body = base;
    body["type"] = json!({"id": 12});
    body["subType"] = json!({"id": 11});
    let (_, made) = post(&sandbox, "service/tickets", &body).await;
    let own = format!("service/tickets/{}", made["id"]);
    let set = |member: &str, id: i64| json!({"op": "replace", "path": member, "value": {"id": id}});
    let (status, answer) = patch(&sandbox, &own, &json!([set("board", 2)])).await;
    let wanted = refusal("NotFound", "Service Status 11 not found for Service Board 2", "status/id");
    assert_eq!((status, told(&answer)), (400, vec![wanted]));
    let (status, moved) = patch(&sandbox, &own, &json!([set("board", 2), set("status", 22)])).await;
    assert_eq!((status, &moved["type"]["id"], moved.get("subType")), (200, &json!(21), None), "{moved}");
    // A phase is one of its project's.
    let body = json!({"summary": "x", "project": {"id": 1}, "phase": {"id": 21}});
    let (_, answer) = post(&sandbox, "project/tickets", &body).await;
    assert!(
        told(&answer).contains(&refusal("NotFound", "Project Phase 21 not found for Project 1", "phase/id")),
        "{answer}"
    );
}

#[tokio::test(start_paused = true)]
async fn hours_and_appointments_are_of_something_that_is_there_and_end_after_they_start() {
    let sandbox = sandbox();
    let hours =
        |kind: &str, id: i64| json!({"chargeToType": kind, "chargeToId": id, "timeStart": "2026-10-02T09:00:00Z"});
    for (kind, title) in [
        ("ServiceTicket", "Ticket"),
        ("ProjectTicket", "Ticket"),
        ("Activity", "Activity"),
        ("ChargeCode", "Charge Code"),
        ("Company", "Company"),
    ] {
        let (status, answer) = post(&sandbox, "time/entries", &hours(kind, 999_999)).await;
        let wanted = refusal("NotFound", &format!("{title} 999999 not found"), "chargeToId");
        assert_eq!((status, told(&answer)), (400, vec![wanted]), "{kind}");
    }
    // A ticket of service is none of a project's.
    assert_eq!(post(&sandbox, "time/entries", &hours("ProjectTicket", 5)).await.0, 400);
    let (status, made) = post(&sandbox, "time/entries", &hours("ServiceTicket", 5)).await;
    assert_eq!((status, &made["ticket"]["id"]), (201, &json!(5)));
    let own = format!("time/entries/{}", made["id"]);
    for operations in [
        json!([{"op": "replace", "path": "chargeToId", "value": 999_999}]),
        json!([{"op": "replace", "path": "timeEnd", "value": "2026-10-02T08:00:00Z"}]),
        json!([{"op": "remove", "path": "chargeToType"}]),
    ] {
        assert_eq!(patch(&sandbox, &own, &operations).await.0, 400, "{operations}");
    }
    let mut backwards = hours("ServiceTicket", 5);
    backwards["timeEnd"] = json!("2026-10-02T05:00:00Z");
    let (status, answer) = post(&sandbox, "time/entries", &backwards).await;
    assert_eq!((status, told(&answer)[0].2.as_str()), (400, "timeEnd"), "{answer}");

    let entry = |kind: Value, id: i64| json!({"type": kind, "objectId": id});
    for (kind, message) in [
        (json!({"identifier": "C"}), "Activity 999999 not found"),
        (json!({"id": 2}), "Activity 999999 not found"),
        (json!({"identifier": "S"}), "Ticket 999999 not found"),
    ] {
        let (status, answer) = post(&sandbox, "schedule/entries", &entry(kind, 999_999)).await;
        assert_eq!((status, told(&answer)), (400, vec![refusal("NotFound", message, "objectId")]));
    }
    // Tickets of service and of projects have one numbering.
    assert_eq!(post(&sandbox, "schedule/entries", &entry(json!({"identifier": "S"}), 61)).await.0, 201);
    assert_eq!(post(&sandbox, "schedule/entries", &entry(json!({"identifier": "C"}), 2)).await.0, 201);
    let object = json!([{"op": "replace", "path": "objectId", "value": 999_999}]);
    assert_eq!(patch(&sandbox, "schedule/entries/1", &object).await.0, 400);
    let end = json!([{"op": "replace", "path": "dateEnd", "value": "2001-01-01T00:00:00Z"}]);
    assert_eq!(patch(&sandbox, "schedule/entries/1", &end).await.0, 400);
}

#[tokio::test(start_paused = true)]
async fn all_that_is_wrong_is_told_at_once_in_recorded_words() {
    let sandbox = sandbox();
    let (_, answer) = post(&sandbox, "sales/activities", &json!({"notes": "x"})).await;
    let expected = [
        refusal("MissingRequiredField", "The name field is required.", "name"),
        refusal("MissingRequiredField", "The assignTo/id field is required.", "assignTo"),
    ];
    assert_eq!(told(&answer), expected);
    // A stored record is checked as a whole.
    sandbox.edit(|cw| {
        cw.update(Resource::Companies, 4, "yearEstablished", 3);
        cw.update(Resource::Companies, 4, "revenueYear", 0);
    });
    let website = json!([{"op": "replace", "path": "website", "value": "https://x.example"}]);
    let (_, answer) = patch(&sandbox, "company/companies/4", &website).await;
    let expected = [
        refusal("OutOfRange", "The field yearEstablished must be between 1900 and 9999.", "yearEstablished"),
        refusal("OutOfRange", "The field revenueYear must be between 1900 and 9999.", "revenueYear"),
    ];
    assert_eq!(told(&answer), expected);
    // In the order of the body, which is not that of the alphabet.
    let operations = json!([
        {"op": "replace", "path": "dateStart", "value": "2026-10-02T09:00:00.123Z"},
        {"op": "replace", "path": "dateEnd", "value": "2026-10-02"},
        {"op": "replace", "path": "assignTo", "value": {"id": 999}},
    ]);
    let (_, answer) = patch(&sandbox, "sales/activities/1", &operations).await;
    let expected = [
        refusal("UnsupportedFormat", "Unsupported format applied to dateStart", "dateStart"),
        refusal("UnsupportedFormat", "Unsupported format applied to dateEnd", "dateEnd"),
        refusal("NotFound", "Member 999 not found", "assignTo/id"),
    ];
    assert_eq!(told(&answer), expected);
    // Nothing of a refused write is kept.
    let before = get(&sandbox, "service/tickets/1").await;
    let operations = json!([
        {"op": "replace", "path": "summary", "value": "changed"},
        {"op": "replace", "path": "owner", "value": {"id": 999}},
    ]);
    assert_eq!(patch(&sandbox, "service/tickets/1", &operations).await.0, 400);
    assert_eq!(get(&sandbox, "service/tickets/1").await, before);
}

#[tokio::test(start_paused = true)]
async fn members_words_and_kinds_that_the_vendor_does_not_know_are_refused() {
    let sandbox = sandbox();
    let ticket = |member: &str, value: Value| {
        let mut body = json!({"summary": "x", "company": {"id": 1}});
        body[member] = value;
        body
    };
    for (member, value, words) in [
        ("bogus", json!(1), "Could not find member 'bogus' on object of type 'Ticket'."),
        (
            "company",
            json!({"id": 1, "bogus": 1}),
            "Could not find member 'bogus' on object of type 'CompanyReference'.",
        ),
        ("impact", json!("Enormous"), "Error converting value \"Enormous\""),
        ("approved", json!("maybe"), "Error converting value \"maybe\""),
        ("budgetHours", json!("many"), "Error converting value \"many\""),
        ("owner", json!("bbaker"), "Error converting value \"bbaker\" to type 'MemberReference'."),
        ("summary", json!({"text": "x"}), "Error converting value"),
    ] {
        let (status, answer) = post(&sandbox, "service/tickets", &ticket(member, value)).await;
        assert_eq!((status, &answer["code"]), (400, &json!("ConnectWiseApi")), "{member}: {answer}");
        assert!(answer["message"].as_str().unwrap().starts_with(words), "{member}: {answer}");
    }
    // Numbers and flags in text are taken, an empty text empties what is no text.
    let operations = json!([
        {"op": "replace", "path": "budgetHours", "value": "3.5"},
        {"op": "replace", "path": "approved", "value": "true"},
        {"op": "replace", "path": "requiredDate", "value": ""},
    ]);
    let (status, changed) = patch(&sandbox, "service/tickets/1", &operations).await;
    assert_eq!((status, &changed["budgetHours"], &changed["approved"]), (200, &json!(3.5), &json!(true)));
    // What is below another record is not changed by a path through a third.
    let notes = get(&sandbox, "company/companies/3/notes").await;
    let path = format!("company/companies/4/notes/{}", notes[0]["id"]);
    let text = json!([{"op": "replace", "path": "text", "value": "x"}]);
    assert_eq!(patch(&sandbox, &path, &text).await.0, 404);
    assert_eq!(call(&sandbox, Method::DELETE, &path, None).await.0, 404);
    assert_eq!(get(&sandbox, "company/companies/3/notes").await, notes);
}

#[tokio::test(start_paused = true)]
async fn a_custom_field_is_set_by_its_id_cleared_by_null_and_refused_if_it_is_not_there() {
    let sandbox = sandbox();
    let of = |fields: Value| json!([{"op": "replace", "path": "customFields", "value": fields}]);
    for (path, id, value) in [
        ("company/companies/2", 1, json!("A-1")),
        ("company/contacts/2", 2, json!(77)),
        ("service/tickets/2", 3, json!("x-1")),
        ("project/tickets/61", 3, json!("x-2")),
    ] {
        let before = get(&sandbox, path).await["customFields"].clone();
        let (status, set) = patch(&sandbox, path, &of(json!([{"id": id, "value": value}]))).await;
        assert_eq!((status, &set["customFields"][0]["value"]), (200, &value), "{path}");
        let (_, same) = patch(&sandbox, path, &of(json!([]))).await;
        assert_eq!(same["customFields"], set["customFields"], "{path}: what is not named stays");
        let (_, cleared) = patch(&sandbox, path, &of(json!([{"id": id, "value": null}]))).await;
        assert_eq!(cleared["customFields"], before, "{path}");
        let (status, answer) = patch(&sandbox, path, &of(json!([{"id": 99, "value": 1}]))).await;
        assert_eq!((status, told(&answer)[0].0.as_str()), (400, "InvalidField"), "{path}");
    }
    let (status, _) = patch(&sandbox, "company/contacts/2", &of(json!([{"id": 2, "value": "many"}]))).await;
    assert_eq!(status, 400, "a number is no text");
    let body = json!({"firstName": "Zoe", "customFields": [{"id": 2, "value": 5}]});
    let (_, made) = post(&sandbox, "company/contacts", &body).await;
    assert_eq!(made["customFields"][0]["caption"], "hubspot_contact_id");
    assert_eq!(made["customFields"][0]["value"], 5);
}

#[tokio::test(start_paused = true)]
async fn conditions_know_what_a_member_can_be_compared_with() {
    let sandbox = sandbox();
    let ask = async |path: &str, conditions: &str| {
        let query: String =
            url::form_urlencoded::Serializer::new(String::new()).append_pair("conditions", conditions).finish();
        call(&sandbox, Method::GET, &format!("{path}?{query}"), None).await
    };
    for (path, conditions) in [
        ("finance/agreements", "AgreementStatus Not Like \"Canceled\""),
        ("finance/agreements", "agreementStatus = 'Canceled'"),
        ("time/entries", "status like 'Open%'"),
        ("service/tickets", "severity contains 'Hi'"),
        ("service/tickets", "billTime > 'Billable'"),
        ("service/priorities", "level in ('Critical','Huge')"),
    ] {
        let (status, answer) = ask(path, conditions).await;
        let wanted = json!({"code": "ApiFindCondition", "message": "Enum value supplied was invalid"});
        assert_eq!((status, answer), (400, wanted), "{conditions}");
    }
    for (path, conditions) in [
        ("service/tickets", "board/identifier = 'x'"),
        ("service/tickets", "status/name/more = 'x'"),
        ("service/tickets", "summary/name = 'x'"),
        ("service/tickets", "initialDescription = 'x'"),
        ("company/contacts", "communicationItems/value = 'x'"),
    ] {
        let (status, answer) = ask(path, conditions).await;
        assert_eq!(status, 400, "{conditions}: {answer}");
        assert!(answer["message"].as_str().unwrap().ends_with("is not a recognized name."), "{conditions}: {answer}");
    }
    for (path, conditions) in [
        ("finance/agreements", "agreementStatus != 'Cancelled' and company/identifier like 'C%'"),
        ("time/entries", "chargeToType in ('ServiceTicket','ProjectTicket') and ticket/summary contains 'a'"),
        ("service/tickets", "closedDate > [2020-01-01] or closedDate = null"),
        ("schedule/entries", "type/identifier = 'S' and doneFlag = false"),
        ("service/tickets", "customerUpdatedFlag = false and escalationLevel = 0 and id = '5'"),
    ] {
        let (status, answer) = ask(path, conditions).await;
        assert!(status == 200 && !answer.as_array().unwrap().is_empty(), "{conditions}: {answer}");
    }
}
