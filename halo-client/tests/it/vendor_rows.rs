//! The emulated Halo's rows beside the vendor's: what every real row has, ours have, listed, alone, made and changed.
//!
//! The names are those of the fact sheet and of recorded answers, written down here and not read from the sandbox.

use std::collections::BTreeSet;

use halo_client::Halo;
use psa_sandbox::halo::Resource;
use serde_json::{Map, Value, json};

use crate::world::unbounded;

/// A resource, what its rows have, and how a record of it is made and changed.
struct Rows {
    path: &'static str,
    /// The list's key in its envelope; none: a bare array.
    items: Option<&'static str>,
    /// What every row of a list has.
    listed: &'static str,
    /// What every record read alone has beside it.
    alone: &'static str,
    create: Value,
    update: Value,
}

fn resources() -> Vec<Rows> {
    let ticket = "id summary details dateoccurred status_id tickettype_id sla_id priority_id client_id client_name site_id \
        site_name user_id user_name team agent_id category_1 category_2 category_3 category_4 estimate estimatedays child_count \
        attachment_count flagged read enduserstatus onhold respondbydate fixbydate excludefromsla slaholdtime lastactiondate \
        last_update organisation_id department_id reportedby user_email emailtolist matched_kb_id product_id release_id \
        release2_id release3_id lastincomingemail workflow_id workflow_step pipeline_stage_id is_vip isimportantcontact inactive \
        impact urgency starttime targetdate deadlinedate userdef1 userdef2 userdef3 userdef4 userdef5 source supplier_status \
        appointment_type impactlevel use table idsummary ticket_tags ticketage itil_requesttype_id merged_into_id reviewed \
        projectinternaltask updateservicestatus";
    let ticket_alone = "datecreated details_html guid key team_id takenby who reference customfields contract_id chargerate \
        deleted _canupdate assets hdid sla_name";
    let invoice = "id client_id client_name sitenumber invoicenumber thirdpartyinvoicenumber posted invoice_date duedate \
        dateposted datepaid paymentstatus amountpaid amountdue amount_remaining total tax_total revenue currency currency_code \
        contract_id ticket_id salesorder_id reference notes_1 notes_2 notes_3";
    let when = ("2026-11-02T09:00:00Z", "2026-11-02T10:00:00Z");
    vec![
        Rows {
            path: "/Tickets",
            items: Some("tickets"),
            listed: ticket,
            alone: ticket_alone,
            create: json!({"summary": "Made", "client_id": 3}),
            update: json!({"summary": "Changed", "customfields": [{"name": "CFDevice", "value": "PC-7"}]}),
        },
        Rows {
            path: "/Opportunities",
            items: Some("tickets"),
            listed: ticket,
            alone: ticket_alone,
            create: json!({"summary": "Made", "client_id": 3}),
            update: json!({"oppvalue": 10}),
        },
        Rows {
            path: "/Projects",
            items: Some("tickets"),
            listed: ticket,
            alone: "datecreated details_html guid key team_id customfields contract_id is_project milestones budgets startdate \
                projecttimebudget projectmoneybudget projecttimeactual projectmoneyactual projecttimepercentage \
                projectcompletionpercentage",
            create: json!({"summary": "Made", "client_id": 3}),
            update: json!({"projecttimebudget": 10}),
        },
        Rows {
            path: "/Client",
            items: Some("clients"),
            listed: "id name toplevel_id toplevel_name inactive colour confirmemail actionemail clearemail messagegroup_id \
                item_tax_code customfields custombuttons pritech sectech accountmanagertech notes open_ticket_count \
                opps_ticket_count use key logo xero_tenant_id accountsid client_to_invoice itglue_id default_currency_code \
                azure_tenant_id azure_tenants qbo_company_id stopped customertype customer_relationship ref is_vip is_account \
                taxable billing_plan_text percentage_to_survey",
            alone: "main_site_id main_site_name main_phonenumber main_contact_id main_contact_name website domain datecreated \
                alastupdate accountsemailaddress connectwiseid hubspot_id external_links main_delivery_address \
                main_invoice_address",
            create: json!({"name": "Made"}),
            update: json!({"notes": "Changed", "is_vip": true}),
        },
        Rows {
            path: "/Site",
            items: Some("sites"),
            listed: "id name client_id client_name clientsite_name inactive sla_id phonenumber colour timezone notes \
                isstocklocation maincontact_id ref country_code_name region_code_name customfields site_fields",
            alone: "delivery_address invoice_address emaildomain datecreated slastupdate",
            create: json!({"name": "Made", "client_id": 3}),
            update: json!({"notes": "Changed"}),
        },
        Rows {
            path: "/Users",
            items: Some("users"),
            listed: "id name site_id site_id_int site_name client_id client_name firstname surname initials title emailaddress \
                phonenumber phonenumber_preferred sitephonenumber homenumber mobilenumber mobilenumber2 fax telpref login \
                activedirectory_dn inactive colour isimportantcontact isimportantcontact2 other1 other2 other3 other4 other5 \
                notes neversendemails priority_id linked_agent_id isserviceaccount is_prospect connectwiseid autotaskid \
                messagegroup_id azureoid azure_id okta_id use key covered_by_contract customfields",
            alone: "datecreated ulastupdate web_access_level email2 email3",
            create: json!({"name": "Made", "site_id": 3}),
            update: json!({"title": "Changed"}),
        },
        Rows {
            path: "/Appointment",
            items: Some("appointments"),
            listed: "id agent_id start_date end_date allday subject ticket_id client_id client_name site_id user_id user_name type \
                appointment_type_name complete_status is_private is_task online_meeting_url attendees last_modified \
                recurring_master_id entity",
            alone: "agents note appointment_type_id",
            create: json!({"subject": "Made", "start_date": when.0, "end_date": when.1, "agent_id": 3}),
            update: json!({"subject": "Changed"}),
        },
        Rows {
            path: "/CRMNote",
            items: Some("actions"),
            listed: "id client_id supplier_id site_id user_id datetime who_agentid note detail timetaken nextcalldate ticketid",
            alone: "",
            create: json!({"client_id": 3, "note": "Made"}),
            update: json!({"detail": "Changed"}),
        },
        Rows {
            path: "/ClientContract",
            items: Some("contracts"),
            listed: "id ref refextra client_id client_name site_id start_date end_date started expired active status \
                contract_status contracttype contracttype_name billingperiod billingdescription numberofunitsfree \
                periodchargeamount next_invoice_date sla_id subtype last_modified note",
            alone: "",
            create: json!({"client_id": 3}),
            update: json!({"status": 2}),
        },
        Rows {
            path: "/Supplier",
            items: Some("suppliers"),
            listed: "id name contact_name email_address phone_number inactive toplevel_id notes website last_modified",
            alone: "address external_links",
            create: json!({"name": "Made"}),
            update: json!({"notes": "Changed"}),
        },
        Rows {
            path: "/Item",
            items: Some("items"),
            listed: "id name description assetgroup_id assetgroup_name baseprice costprice recurringprice recurringcost \
                isrecurringitem taxcode nominalcode supplier_id supplier_name supplier_part_code internalreference \
                externalreference status type quantity_in_stock lastmodified",
            alone: "",
            create: json!({"name": "Made"}),
            update: json!({"baseprice": "4.5"}),
        },
        Rows {
            path: "/Quotation",
            items: Some("quotes"),
            listed: "id title ticket_id status status_name date expiry_date revenue tax_total total client_id client_name \
                currency_code approvalstate last_update_time",
            alone: "lines",
            create: json!({"title": "Made", "client_id": 3}),
            update: json!({"title": "Changed"}),
        },
        Rows {
            path: "/SalesOrder",
            items: Some("salesorders"),
            listed: "id client_id client_name status ticket_id",
            alone: "lines last_update_time",
            create: json!({"client_id": 3}),
            update: json!({"status": 2}),
        },
        Rows {
            path: "/PurchaseOrder",
            items: Some("purchaseorders"),
            listed: "id supplier_id supplier_name status date",
            alone: "lines last_update_time",
            create: json!({"supplier_id": 1}),
            update: json!({"status": 2}),
        },
        Rows {
            path: "/Invoice",
            items: Some("invoices"),
            listed: invoice,
            alone: "lines last_modified date_created",
            create: json!({"client_id": 3}),
            update: json!({"reference": "Changed"}),
        },
        Rows {
            path: "/RecurringInvoice",
            items: Some("invoices"),
            listed: invoice,
            alone: "lines last_modified date_created",
            create: json!({"client_id": 3}),
            update: json!({"reference": "Changed"}),
        },
        Rows {
            path: "/SoftwareLicence",
            items: Some("licences"),
            listed: "id type name count client_id client_name site_id licences_in_use licences_available price purchase_price \
                monthly_price monthly_cost start_date end_date status billing_cycle term_duration autorenew vendor manufacturer \
                product_sku vendor_product_sku tenant_id is_active",
            alone: "",
            create: json!({"name": "Made", "client_id": 3}),
            update: json!({"count": "6"}),
        },
        Rows {
            path: "/KBArticle",
            items: Some("articles"),
            listed: "id name description resolution view_count useful_count date_created date_edited tag_string inactive type \
                kb_tags next_review_date",
            alone: "description_html resolution_html",
            create: json!({"name": "Made"}),
            update: json!({"resolution_html": "<p>Changed</p>"}),
        },
        Rows {
            path: "/Asset",
            items: Some("assets"),
            listed: "id inventory_number key_field key_field2 key_field3 client_id client_name site_id site_name username \
                assettype_id assettype_name status_id status_name inactive warranty_end contract_id supplier_id \
                business_owner_id business_owner_name technical_owner_id technical_owner_name customfields sla_id priority_id \
                criticality datto_id ninjarmm_id automate_id intune_id",
            alone: "fields dlastupdate last_modified",
            create: json!({"assettype_id": "1", "site_id": "3", "inventory_number": "Made"}),
            update: json!({"inventory_number": "Changed"}),
        },
        Rows {
            path: "/DistributionLists",
            items: None,
            listed: "id name desc dynamic_members users_count",
            alone: "users members",
            create: json!({"name": "Made"}),
            update: json!({"desc": "Changed"}),
        },
        Rows {
            path: "/MailCampaign",
            items: None,
            listed: "id created_datetime status status_desc sent_datetime emails_sent name distribution_list type total_opens \
                click_rate",
            alone: "",
            create: json!({"name": "Made", "distribution_list": 1}),
            update: json!({"name": "Changed"}),
        },
        Rows {
            path: "/TimesheetEvent",
            items: None,
            listed: "id event_type subject start_date end_date timetaken agent_id break_type ticket_id action_number note customer \
                charge_rate site_id client_id lognewticket traveltime",
            alone: "",
            create: json!({"start_date": when.0, "end_date": when.1, "agent_id": 3}),
            update: json!({"note": "Changed"}),
        },
        Rows {
            path: "/CannedText",
            items: None,
            listed: "id guid name group_id group_name",
            alone: "text html",
            create: json!({"name": "Made", "text": "Hello"}),
            update: json!({"text": "Goodbye"}),
        },
        Rows {
            path: "/Webhook",
            items: None,
            listed: "id name url type method content_type authentication_type basic_username authentication_header algorithm digest \
                signature_prefix certificate_id active disabled events payload_type custom_payload mappings batch_method \
                batch_delay_seconds batch_limit log_retention_policy_days infinite_loop_threshold notify_on_failure last_status",
            alone: "",
            create: json!({"name": "Made", "url": "https://receiver.example/"}),
            update: json!({"name": "Changed"}),
        },
        Rows {
            path: "/Notification",
            items: None,
            listed: "id name agent_id type delivery_method eventno filter_type conditions",
            alone: "",
            create: json!({"name": "Made", "eventno": "61"}),
            update: json!({"name": "Changed"}),
        },
    ]
}

/// Lists that are only read.
const READ_ONLY: &[(&str, &str)] = &[
    (
        "/Agent",
        "id name team email isdisabled initials firstname surname colour jobtitle sms is_agent is_online onlinestatus lastonline \
         lastlogindate teams departments clients role_list linemanager licence_type isapiagent workday_id workday_timezone \
         chargerate ad use",
    ),
    ("/Status", "id guid name shortname type sequence colour slaaction ticket_count showonquickchange"),
    (
        "/TicketType",
        "id guid name use sequence default_sla group_id group_name ticket_count cancreate agentscanselect itilrequesttype \
         allowattachments fieldidlist enduserscanselect anonymouscanselect project_type default_agent default_team \
         default_priority workflow_name visible",
    ),
    ("/Priority", "id slaid priorityid name fixtime fixunits responsetime responseunits ishidden colour"),
    (
        "/Team",
        "id guid name sequence forrequests foropps forprojects ticket_count department_id department_name inactive agents \
         last_modified",
    ),
    ("/Category", "id guid value category_name type_id sla_id priority_id"),
    (
        "/Outcome",
        "id outcome buttonname labellong icon sequence hidden systemid newstatus hidefromuser defaultmanhrs chargerate",
    ),
    ("/Workflow", "id name active"),
    ("/SLA", "id guid name workday_id"),
    ("/BudgetType", "id name defaultrate chargerate"),
    (
        "/Timesheet",
        "id agent_id date start_time end_time target_hours actual_hours break_hours work_hours chargeable_hours events",
    ),
];

/// What a row lacks of the names.
#[track_caller]
pub(crate) fn has_all(what: &str, row: &Value, names: &str) {
    let lacks: Vec<&str> = names.split_whitespace().filter(|name| row.get(name).is_none_or(Value::is_null)).collect();
    assert!(lacks.is_empty(), "{what} lacks {lacks:?}");
}

pub(crate) async fn list(halo: &Halo, path: &str, items: Option<&str>) -> Vec<Value> {
    let call = halo.get_json(path).query("count", 1000).query("includeinactive", true);
    let body = call.query("includedisabled", true).send().await.unwrap_or_else(|e| panic!("{path}: {e}"));
    let rows = items.map_or(&body, |items| &body[items]);
    rows.as_array().unwrap_or_else(|| panic!("{path}: {body}")).clone()
}

pub(crate) fn id(row: &Value) -> String {
    row["id"].as_str().map_or_else(|| row["id"].to_string(), str::to_owned)
}

pub(crate) async fn alone(halo: &Halo, path: &str, id: &str) -> Value {
    halo.get_json(&format!("{path}/{id}")).send().await.unwrap_or_else(|e| panic!("{path}/{id}: {e}"))
}

pub(crate) async fn save(halo: &Halo, path: &str, body: Value) -> Value {
    halo.post_json(path, &json!([body])).send().await.unwrap_or_else(|e| panic!("{path} {body}: {e}"))
}

#[tokio::test(start_paused = true)]
async fn every_row_has_what_every_row_has_at_the_vendor_however_it_was_made() {
    let (_, halo) = unbounded(|_| {});
    for (path, names) in READ_ONLY {
        let rows = list(&halo, path, None).await;
        assert!(!rows.is_empty(), "{path} is empty");
        for row in rows {
            has_all(&format!("a row of {path}"), &row, names);
        }
    }
    for Rows { path, items, listed, alone: more, create, update } in resources() {
        for row in list(&halo, path, items).await {
            has_all(&format!("a row of {path}"), &row, listed);
        }
        let whole = format!("{listed} {more}");
        let made = save(&halo, path, create).await;
        // An answer to a write calls a ticket's stamp something else.
        let answered = whole.replace(" last_update ", " ");
        has_all(&format!("the answer to a create at {path}"), &made, &answered);
        has_all(&format!("a created record of {path}"), &alone(&halo, path, &id(&made)).await, &whole);
        let rows = list(&halo, path, items).await;
        let row = rows.iter().find(|row| id(row) == id(&made)).unwrap_or_else(|| panic!("{path}: not in the list"));
        has_all(&format!("a created row of {path}"), row, listed);
        let mut update = update;
        update["id"] = made["id"].clone();
        let changed = save(&halo, path, update).await;
        has_all(&format!("the answer to an update at {path}"), &changed, &answered);
        has_all(&format!("a changed record of {path}"), &alone(&halo, path, &id(&changed)).await, &whole);
        let rows = list(&halo, path, items).await;
        let row = rows.iter().find(|row| id(row) == id(&changed)).unwrap_or_else(|| panic!("{path}: not in the list"));
        has_all(&format!("a changed row of {path}"), row, listed);
    }
}

#[tokio::test(start_paused = true)]
async fn notes_and_hours_have_what_every_action_has() {
    let (_, halo) = unbounded(|_| {});
    let names = "id ticket_id outcome outcome_id action_systemid who who_type who_agentid note datetime actiondatecreated \
        last_updated timetaken timetakendays nonbilltime traveltime mileage actionchargehours actionchargeamount \
        actionnonchargehours actionprepayhours chargerate action_contract_id project_id actisbillable actisreadyforprocessing \
        hiddenfromuser important old_status new_status actionby_agent_id actionby_user_id guid timesheet_approval_status \
        actionarrivaldate actioncompletiondate";
    let made = save(&halo, "/Actions", json!({"ticket_id": 7, "outcome_id": 2, "note": "Made"})).await;
    has_all("the answer to a create", &made, names);
    let changed = save(&halo, "/Actions", json!({"ticket_id": 7, "id": made["id"], "note": "Changed"})).await;
    has_all("the answer to an update", &changed, names);
    let rows = halo.get_json("/Actions").query("ticket_id", 7).send().await.unwrap();
    for row in rows["actions"].as_array().unwrap() {
        has_all("a row", row, names);
    }
    // Hours that are none are still hours, if it is said when.
    let hours = json!({"ticket_id": 7, "outcome_id": 2, "note": "Nothing", "timetaken": 0,
        "actionarrivaldate": "2026-11-02T09:00:00Z", "actioncompletiondate": "2026-11-02T09:00:00Z"});
    let hours = save(&halo, "/Actions", hours).await;
    assert_eq!((&hours["timetaken"], &hours["actionarrivaldate"]), (&json!(0.0), &json!("2026-11-02T09:00:00")));
    let entries = halo.get_json("/Actions").query("ticket_id", 7).query("timeentriesonly", true).send().await.unwrap();
    assert!(entries["actions"].as_array().unwrap().iter().any(|row| row["id"] == hours["id"]));
}

/// The members of an object, and those of objects in it.
fn paths(object: &Map<String, Value>, below: &str, out: &mut BTreeSet<String>) {
    for (name, value) in object {
        let path = format!("{below}{name}");
        if let Value::Object(inner) = value {
            paths(inner, &format!("{path}."), out);
        }
        out.insert(path);
    }
}

/// Every member of a recorded body is in ours, with a value of the same type.
fn compare(what: &str, recorded: &Value, ours: &Value, but: &[&str]) {
    let mut names = BTreeSet::new();
    paths(recorded.as_object().unwrap(), "", &mut names);
    let kind = |value: &Value| match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a flag",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    let at = |body: &Value, path: &str| path.split('.').fold(body.clone(), |value, name| value[name].clone());
    let differs = |path: &&String| kind(&at(recorded, path)) != kind(&at(ours, path)) && !but.contains(&path.as_str());
    let wrong: Vec<_> = names.iter().filter(differs).collect();
    assert!(wrong.is_empty(), "{what}: {wrong:?}");
    eprintln!("{what}: {} members", names.len());
}

#[tokio::test(start_paused = true)]
async fn recorded_answers_have_no_member_that_ours_lack() {
    let Ok(root) = std::env::var("PSA_FIXTURES") else {
        eprintln!("skipped: PSA_FIXTURES is not set");
        return;
    };
    let recorded = |name: &str| -> Value {
        let path = std::path::Path::new(&root).join("halo").join(name);
        serde_json::from_slice(&std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))).unwrap()
    };
    let (_, halo) = unbounded(|_| {});
    let ticket = recorded("post_tickets_201_incident.json");
    let made = save(&halo, "/Tickets", json!({"summary": "Made", "user_id": 9})).await;
    compare("a created ticket", &ticket, &made, &[]);
    let changed = save(&halo, "/Tickets", json!({"id": made["id"], "summary": "Changed"})).await;
    compare("a changed ticket", &ticket, &changed, &[]);
    // A rule's own action is in the answer.
    let ruled = save(&halo, "/Tickets", json!({"summary": "Server down", "user_id": 9})).await;
    compare("a rule's action", &ticket["extra_actions"][0], &ruled["extra_actions"][0], &[]);
    let field = |body: &Value| body["customfields"][0].clone();
    // What was chosen is a number there, and a text here.
    compare("a custom field", &field(&ticket), &field(&made), &["value"]);

    let users = recorded("get_users_search_200.json");
    for row in list(&halo, "/Users", Some("users")).await {
        compare("a user in a list", &users["users"][0], &row, &[]);
    }
    let user = halo.get_json("/Users/9").query("includedetails", true).send().await.unwrap();
    compare("a user alone", &recorded("get_users_id_200_2023.json"), &user, &[]);
}

#[tokio::test(start_paused = true)]
async fn families_that_the_vendor_answers_are_answered_and_not_empty() {
    let (sandbox, halo) = unbounded(|_| {});
    let rates = list(&halo, "/Lookup?lookupid=17", None).await;
    assert!(rates.len() >= 2 && rates.iter().all(|rate| rate["lookupid"] == 17), "{rates:?}");
    assert_eq!(rates[0]["id"], 1, "each lookup has ids of its own");
    assert!(list(&halo, "/Lookup?lookupid=11", None).await.iter().any(|lookup| lookup["id"] == 17));
    assert!(list(&halo, "/Lookup?lookupid=4711", None).await.is_empty());
    for path in ["/CannedText", "/SLA", "/Holiday", "/BudgetType?ticket_id=900000001", "/Team", "/Workflow?client_id=3"]
    {
        assert!(!list(&halo, path, None).await.is_empty(), "{path}");
    }
    assert!(!list(&halo, "/TopLevel", Some("tree")).await.is_empty());
    let project = alone(&halo, "/Projects", "900000001").await;
    assert!(!project["budgets"].as_array().unwrap().is_empty());
    let budgets = json!([{"budgettype_id": 2, "hours": 3}]);
    let made = save(&halo, "/Projects", json!({"summary": "x", "client_id": 3, "budgets": budgets})).await;
    assert_eq!(
        (&made["budgets"][0]["budgettype_name"], &made["budgets"][0]["rate"]),
        (&json!("Hardware"), &json!(0.0))
    );
    assert!(made["budgets"][0]["id"].is_number() && made["budgets"][0]["ticket_id"] == made["id"]);
    // Some users are agents.
    let users = list(&halo, "/Users", Some("users")).await;
    let linked: Vec<i64> =
        users.iter().filter_map(|user| user["linked_agent_id"].as_i64()).filter(|id| *id > 0).collect();
    assert!(!linked.is_empty());
    let agents: Vec<i64> = list(&halo, "/Agent", None).await.iter().filter_map(|agent| agent["id"].as_i64()).collect();
    assert!(linked.iter().all(|id| agents.contains(id)), "{linked:?} of {agents:?}");
    let others = list(&halo, "/Users?exclude_agents=true", Some("users")).await;
    assert_eq!(others.len() + linked.len(), users.len());
    // What somebody enters by hand has the defaults, too.
    let made = sandbox.edit(|h| h.insert(Resource::Assets, json!({"inventory_number": "By hand"})));
    has_all(
        "a record made by hand",
        &alone(&halo, "/Asset", &made.to_string()).await,
        "inactive status_id status_name fields",
    );
}
