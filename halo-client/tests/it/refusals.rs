//! What the emulated Halo refuses, drops and brings into its own form, as the vendor does.

use halo_client::Halo;
use serde_json::{Value, json};

use crate::vendor_rows::{alone, list, save};
use crate::world::unbounded;

/// A write that must be refused, with what is said.
async fn refused(halo: &Halo, path: &str, body: Value) -> psa_core::Error {
    match halo.post_json(path, &json!([body])).send().await {
        Ok(taken) => panic!("{path} {body} was taken: {taken}"),
        Err(error) => {
            let status = error.vendor().map(|vendor| vendor.status);
            assert_eq!(status, Some(400), "{path} {body}: {error}");
            error
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_id_is_a_whole_number_or_a_guid_of_a_record_and_nothing_else_makes_one() {
    let (sandbox, halo) = unbounded(|_| {});
    let before = halo.tickets().list().count().await.unwrap();
    for (path, body) in [
        ("/Tickets", json!({"summary": "x"})),
        ("/Client", json!({"name": "x"})),
        ("/Users", json!({"name": "x", "site_id": 3})),
        ("/Asset", json!({"assettype_id": 1, "site_id": 3})),
        ("/Webhook", json!({"name": "x", "url": "https://receiver.example/"})),
    ] {
        for id in [json!("not-a-number"), json!("x"), json!("5.0"), json!(5.5), json!(true), json!("5-"), json!([5])] {
            let mut body = body.clone();
            body["id"] = id;
            let error = refused(&halo, path, body).await;
            assert_eq!(error.context("field"), Some("id"), "{path}: {error:?}");
        }
    }
    assert_eq!(halo.tickets().list().count().await.unwrap(), before);
    // Not one that looks like a webhook's.
    let hook = save(&halo, "/Webhook", json!({"name": "x", "url": "https://receiver.example/"})).await;
    let tail = hook["id"].as_str().unwrap().rsplit('-').next().unwrap().to_owned();
    for other in [format!("ffffffff-ffff-4fff-8fff-{tail}"), "ffffffff-ffff-4fff-8fff-ffffffffffff".to_owned()] {
        let body = json!([{"id": other, "name": "y"}]);
        assert!(halo.post_json("/Webhook", &body).send().await.unwrap_err().is_not_found(), "{other}");
        assert!(halo.get_json(&format!("/Webhook/{other}")).send().await.unwrap_err().is_not_found(), "{other}");
    }
    // Text with a number in it is one.
    assert_eq!(save(&halo, "/Tickets", json!({"id": "5", "summary": "y"})).await["id"], 5);
    assert_eq!(sandbox.log().count("halo.tickets.update"), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_can_not_be_referred_to_on_a_create_nor_on_an_update() {
    let (_, halo) = unbounded(|_| {});
    let missing = 987_654;
    let cases: &[(&str, &str, Value, i64)] = &[
        (
            "/Tickets",
            "client_id site_id user_id agent_id status_id tickettype_id priority_id sla_id parent_id contract_id impact urgency \
             workflow_id supplier_id",
            json!({"summary": "x"}),
            5,
        ),
        ("/Opportunities", "client_id user_id agent_id pipeline_stage_id", json!({"summary": "x"}), 800_000_001),
        ("/Projects", "client_id user_id agent_id status_id tickettype_id", json!({"summary": "x"}), 900_000_001),
        ("/Client", "accountmanagertech toplevel_id client_to_invoice", json!({"name": "x"}), 3),
        ("/Site", "client_id maincontact_id sla_id", json!({"name": "x", "client_id": 3}), 3),
        ("/Users", "site_id client_id linked_agent_id", json!({"name": "x", "site_id": 3}), 9),
        (
            "/Appointment",
            "agent_id ticket_id client_id site_id user_id",
            json!({"start_date": "2026-11-02T09:00:00", "end_date": "2026-11-02T10:00:00"}),
            3,
        ),
        (
            "/Asset",
            "assettype_id site_id client_id contract_id supplier_id status_id",
            json!({"assettype_id": 1, "site_id": 3}),
            3,
        ),
        (
            "/ClientContract",
            "client_id site_id user_id sla_id status contracttype billingperiod",
            json!({"client_id": 3}),
            3,
        ),
        ("/Invoice", "client_id sitenumber contract_id ticket_id", json!({"client_id": 3}), 3),
        ("/Item", "supplier_id", json!({"name": "x"}), 3),
        (
            "/CRMNote",
            "client_id supplier_id site_id user_id who_agentid ticketid",
            json!({"client_id": 3, "note": "x"}),
            3,
        ),
        ("/TimesheetEvent", "agent_id ticket_id charge_rate", json!({"start_date": "2026-11-02T09:00:00"}), 3),
        ("/MailCampaign", "distribution_list", json!({"name": "x"}), 1),
        ("/Quotation", "client_id ticket_id", json!({"title": "x"}), 1),
        ("/SoftwareLicence", "client_id site_id supplier_id", json!({"name": "x"}), 1),
    ];
    for (path, members, create, id) in cases {
        for member in members.split_whitespace() {
            for new in [true, false] {
                let mut body = if new { create.clone() } else { json!({"id": id}) };
                body[member] = missing.into();
                let said = refused(&halo, path, body).await.to_string();
                assert!(said.contains(&missing.to_string()) && said.contains(member), "{path} {member}: {said}");
            }
        }
    }
    for (member, name) in
        [("team", "No such team"), ("category_1", "Nothing>General"), ("category_2", "Printer>General")]
    {
        refused(&halo, "/Tickets", json!({"id": 5, member: name})).await;
    }
    refused(&halo, "/Actions", json!({"ticket_id": missing, "outcome_id": 2})).await;
    for (member, id) in
        [("who_agentid", missing), ("action_contract_id", missing), ("chargerate", missing), ("outcome_id", missing)]
    {
        refused(&halo, "/Actions", json!({"ticket_id": 5, "outcome_id": 2, member: id})).await;
        refused(&halo, "/Actions", json!({"ticket_id": 5, "id": 1, member: id})).await;
    }
    refused(&halo, "/Tickets", json!({"id": 5, "customfields": [{"id": 999, "value": "x"}]})).await;
    refused(&halo, "/Tickets", json!({"id": 5, "customfields": [{"name": "CFSize", "value": 3}]})).await;
    refused(&halo, "/Asset", json!({"id": 5, "fields": [{"id": 99, "value": "x"}]})).await;
    refused(&halo, "/Tickets", json!({"id": 5, "status_id": 0})).await;
    refused(&halo, "/Tickets", json!({"id": 5, "parent_id": 5})).await;
    // The API's own agent takes no tickets.
    refused(&halo, "/Tickets", json!({"id": 5, "agent_id": 13})).await;
    // None is none, in all of its forms, and names are found whatever their case.
    let kept = save(&halo, "/Tickets", json!({"id": 5, "contract_id": -1, "parent_id": 0, "team": "PROJECTS"})).await;
    assert_eq!(kept["team"], "Projects");
}

#[tokio::test(start_paused = true)]
async fn a_site_and_a_user_of_another_client_are_refused_and_follow_when_the_client_moves() {
    let (_, halo) = unbounded(|_| {});
    let place = |row: &Value| ["client_id", "site_id", "user_id"].map(|member| row[member].as_i64().unwrap());
    // Client 3 has site 3 and the users 13 to 18, client 4 has site 4 and the users 19 to 24.
    let made = save(&halo, "/Tickets", json!({"summary": "x", "client_id": 3})).await;
    assert_eq!(place(&made), [3, 3, 13], "the main site and the General User");
    let id = &made["id"];
    for wrong in [
        json!({"site_id": 4}),
        json!({"user_id": 20}),
        json!({"client_id": 4, "site_id": 3}),
        json!({"client_id": 4, "user_id": 14}),
    ] {
        let mut body = wrong.clone();
        body["id"] = id.clone();
        refused(&halo, "/Tickets", body).await;
        let mut body = wrong;
        body["summary"] = "x".into();
        body["client_id"] = body.get("client_id").cloned().unwrap_or(3.into());
        refused(&halo, "/Tickets", body).await;
    }
    assert_eq!(place(&save(&halo, "/Tickets", json!({"id": id, "user_id": 15})).await), [3, 3, 15]);
    assert_eq!(place(&save(&halo, "/Tickets", json!({"id": id, "client_id": 4})).await), [4, 4, 19]);
    assert_eq!(place(&save(&halo, "/Tickets", json!({"id": id, "client_id": 3, "user_id": 16})).await), [3, 3, 16]);
    assert_eq!(place(&save(&halo, "/Tickets", json!({"summary": "x", "user_id": 20})).await), [4, 4, 20]);
    let known = halo.users().get(20).await.unwrap();
    let address = known.emailaddress.clone().unwrap();
    let mailed =
        save(&halo, "/Tickets", json!({"summary": "x", "users_name": "Somebody", "reportedby": address})).await;
    assert_eq!(mailed["client_id"], 4, "the address is that of a user: {mailed}");
    // Users and assets are at a site, which tells their client.
    refused(&halo, "/Users", json!({"id": 14, "client_id": 4})).await;
    refused(&halo, "/Users", json!({"id": 14, "client_id": 4, "site_id": 3})).await;
    let moved = save(&halo, "/Users", json!({"id": 14, "site_id": 4})).await;
    assert_eq!((&moved["client_id"], &moved["site_id_int"]), (&json!(4), &json!(4)));
    let made = save(&halo, "/Users", json!({"name": "x", "client_id": 4})).await;
    assert_eq!(made["site_id_int"], 4);
    refused(&halo, "/Asset", json!({"assettype_id": 1, "site_id": 3, "client_id": 4})).await;
    for (path, body) in [
        ("/ClientContract", json!({"client_id": 3, "site_id": 4})),
        ("/ClientContract", json!({"client_id": 3, "user_id": 20})),
        ("/Invoice", json!({"client_id": 3, "sitenumber": 4})),
        ("/CRMNote", json!({"client_id": 3, "user_id": 20, "note": "x"})),
    ] {
        refused(&halo, path, body).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_sent_is_stored_as_its_type_or_not_at_all() {
    let (_, halo) = unbounded(|_| {});
    let asset = json!({"assettype_id": "1", "site_id": "3", "inventory_number": "A", "criticality": "2", "no_such_member": 1,
        "client_name": "Somebody else", "fields": [{"id": "1", "value": "Linux"}]});
    let asset = save(&halo, "/Asset", asset).await;
    assert_eq!((&asset["assettype_id"], &asset["site_id"], &asset["criticality"]), (&json!(1), &json!(3), &json!(2)));
    assert_eq!(asset["fields"], json!([{"id": 1, "name": "Operating system", "value": "Linux", "display": "Linux"}]));
    assert!(asset.get("no_such_member").is_none(), "Halo does not know it");
    assert_eq!(asset["client_name"], halo.get_json("/Client/3").send().await.unwrap()["name"]);
    for (path, body) in [
        ("/Asset", json!({"id": 3, "criticality": "high"})),
        ("/Asset", json!({"id": 3, "inactive": "perhaps"})),
        ("/Tickets", json!({"id": 5, "status_id": 2.5})),
        ("/Tickets", json!({"id": 5, "status_id": 5_000_000_000_i64})),
        ("/Tickets", json!({"id": 5, "fixbydate": "tomorrow"})),
        ("/Tickets", json!({"id": 5, "summary": ["x"]})),
        ("/Tickets", json!({"id": 5, "customfields": {"id": 165}})),
        ("/Users", json!({"id": 9, "name": {"first": "x"}})),
        ("/Webhook", json!({"url": "https://receiver.example/", "note": "x".repeat(4_001)})),
    ] {
        let field =
            body.as_object().unwrap().keys().find(|name| !["id", "url"].contains(&name.as_str())).unwrap().clone();
        assert_eq!(refused(&halo, path, body).await.context("field"), Some(field.as_str()), "{path}");
    }
    for (path, body) in [
        ("/Tickets", json!({"id": 5, "summary": " "})),
        ("/Client", json!({"id": 3, "name": ""})),
        ("/Item", json!({"id": 3, "name": "  "})),
        ("/Tickets", json!({"id": 5, "customfields": [{"id": 165, "value": "x".repeat(256)}]})),
    ] {
        refused(&halo, path, body).await;
    }
    // Dates have no zone once they are stored, wherever they are.
    let at = "2026-11-02T09:00:00.5Z";
    let appointment =
        save(&halo, "/Appointment", json!({"start_date": at, "end_date": "2026-11-02T12:00:00+02:00"})).await;
    let dates = |row: &Value| [row["start_date"].clone(), row["end_date"].clone()];
    assert_eq!(dates(&appointment), [json!("2026-11-02T09:00:00.5"), json!("2026-11-02T10:00:00")]);
    let rows = list(&halo, "/Appointment", Some("appointments")).await;
    assert_eq!(dates(rows.iter().find(|row| row["id"] == appointment["id"]).unwrap()), dates(&appointment));
    assert_eq!(save(&halo, "/Tickets", json!({"id": 5, "fixbydate": at})).await["fixbydate"], "2026-11-02T09:00:00.5");
    // A text and its HTML are one.
    let html =
        save(&halo, "/Tickets", json!({"summary": "x", "client_id": 3, "details_html": "<p>Fish &amp; chips</p>"}))
            .await;
    assert_eq!((&html["details"], &html["details_html"]), (&json!("Fish & chips"), &json!("<p>Fish &amp; chips</p>")));
    let plain = save(&halo, "/Tickets", json!({"id": html["id"], "details": "Peas"})).await;
    assert_eq!((&plain["details"], &plain["details_html"]), (&json!("Peas"), &json!("Peas")));
    assert_eq!(save(&halo, "/Tickets", json!({"summary": "x", "client_id": 3})).await["details"], "");
    let note = save(&halo, "/Actions", json!({"ticket_id": 5, "outcome_id": 7, "note_html": "<b>Look</b> here"})).await;
    assert_eq!((&note["note"], &note["note_html"]), (&json!("Look here"), &json!("<b>Look</b> here")));
}

#[tokio::test(start_paused = true)]
async fn custom_fields_come_back_keep_their_values_and_are_cleared_one_by_one() {
    let (_, halo) = unbounded(|_| {});
    let values = |row: &Value| -> Vec<Value> {
        row["customfields"].as_array().unwrap().iter().map(|field| field["value"].clone()).collect()
    };
    let fields = json!([{"id": 165, "value": "PC-1"}, {"name": "CFSize", "value": "2"}]);
    let made = save(&halo, "/Tickets", json!({"summary": "x", "client_id": 3, "customfields": fields})).await;
    let all = [json!("PC-1"), json!(false), json!(2), json!(""), json!("")];
    assert_eq!(values(&made), all, "all of them, not only those that were sent");
    let id = made["id"].to_string();
    assert_eq!(values(&alone(&halo, "/Tickets", &id).await), values(&made));
    let shown = halo.get_json("/Tickets").query("search_id", &id).query("include_custom_fields", "165,167");
    assert_eq!(values(&shown.send().await.unwrap()["tickets"][0]), [json!("PC-1"), json!(2)]);
    save(&halo, "/Tickets", json!({"id": made["id"], "customfields": [{"id": 166, "value": true}]})).await;
    assert_eq!(
        values(&alone(&halo, "/Tickets", &id).await),
        [json!("PC-1"), json!(true), json!(2), json!(""), json!("")],
        "others keep theirs"
    );
    let clear = json!([{"id": 165, "value": null}, {"name": "CFSize", "value": ""}]);
    save(&halo, "/Tickets", json!({"id": made["id"], "customfields": clear})).await;
    assert_eq!(values(&alone(&halo, "/Tickets", &id).await), [json!(""), json!(true), json!(0), json!(""), json!("")]);
    for (path, id) in [("/Client", 3), ("/Site", 3), ("/Users", 9), ("/Asset", 3), ("/ClientContract", 3)] {
        let set = save(&halo, path, json!({"id": id, "customfields": [{"name": "CFDevice", "value": "x"}]})).await;
        assert_eq!(values(&set), [json!("x")], "{path}");
        let kept = save(&halo, path, json!({"id": id, "customfields": [{"name": "CFSize", "value": 1}]})).await;
        assert_eq!(values(&kept), [json!("x"), json!(1)], "{path}");
        let cleared = save(&halo, path, json!({"id": id, "customfields": [{"id": "165", "value": null}]})).await;
        assert_eq!(values(&cleared), [json!(""), json!(1)], "{path}");
    }
}
