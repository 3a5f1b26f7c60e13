//! Every resource, natively: it is listed, read, written and deleted, and no member that the vendor documents is lost.

use futures::TryStreamExt;
use halo_client::*;
use psa_core::{ErrorKind, Phase};
use psa_sandbox::{Effect, Fault, Trigger};
use serde_json::{Value, json};

use crate::world::{halo, sandbox, unbounded};

#[tokio::test(start_paused = true)]
async fn everything_that_is_listed_can_be_read_alone_and_both_sides_use_one_name() {
    let (sandbox, halo) = unbounded(|_| {});
    macro_rules! walk {
        ($($handle:ident $least:literal;)*) => { $( {
            let all = halo.$handle().list().all().await.unwrap_or_else(|e| panic!("{}: {e}", stringify!($handle)));
            assert!(all.len() >= std::hint::black_box($least), "{}: {}", stringify!($handle), all.len());
            if let Some(first) = all.first() {
                let id = first.id.clone();
                let alone = halo.$handle().get(id.clone()).await.unwrap_or_else(|e| panic!("{}: {e}", stringify!($handle)));
                assert_eq!(alone.id, id);
            }
        } )* };
    }
    walk! {
        projects 12; opportunities 5; appointments 12; assets 40; asset_types 3; contracts 6; invoices 12; recurring_invoices 6; items 30;
        quotations 3; sales_orders 1; purchase_orders 1; suppliers 5; software_licences 6; articles 12; reports 4; fields 5;
        asset_fields 2; crm_notes 8; distribution_lists 2; mail_campaigns 2; workflows 2; budget_types 2; timesheet_events 12;
        applications 1; webhooks 0; webhook_events 0;
    }
    assert_eq!(halo.notifications().list().all().await.unwrap().len(), 0);
    assert_eq!(halo.tickets().attachments(5).all().await.unwrap().len(), 0);
    assert!(halo.instance().await.unwrap().app_version.is_some());
    let names: Vec<_> = sandbox.log().entries().iter().filter_map(|e| Some((e.claimed?, e.operation))).collect();
    assert!(names.len() > 50);
    for (ours, theirs) in names {
        assert_eq!(ours, theirs);
        assert!(psa_sandbox::halo::operations().contains(&theirs), "{theirs}");
    }
}

#[tokio::test(start_paused = true)]
async fn more_than_one_page_of_assets_is_read_though_halo_gives_fifty_whatever_is_asked() {
    let (_, halo) = unbounded(|_| {});
    for n in 0..30 {
        let name = format!("T{n}");
        halo.assets().create().asset_type(1).site(3).inventory_number(name).send().await.unwrap();
    }
    let all = halo.assets().list().include_inactive(true).all().await.unwrap();
    assert_eq!(all.len(), 78);
    let page = halo.assets().list().include_inactive(true).page_size(100).first_page().await.unwrap();
    assert_eq!((page.records.len(), page.total), (50, Some(78)));
}

#[tokio::test(start_paused = true)]
async fn written_deleted_and_gone() {
    let (_, halo) = unbounded(|_| {});
    macro_rules! life {
        ($($handle:ident: $create:expr => $change:literal $value:expr;)*) => { $( {
            let made = $create.send().await.unwrap_or_else(|e| panic!("{}: {e}", stringify!($handle)));
            let changed = halo.$handle().update(made.id.clone()).set($change, $value).send().await.unwrap();
            assert_eq!(changed.member($change), Some(json!($value)), "{}", stringify!($handle));
            let read = halo.$handle().get(changed.id.clone()).await.unwrap();
            assert_eq!(read.member($change), Some(json!($value)), "{}", stringify!($handle));
            halo.$handle().delete(changed.id.clone()).await.unwrap();
            let error = halo.$handle().get(changed.id.clone()).await.unwrap_err();
            assert!(error.is_not_found(), "{}: {error}", stringify!($handle));
        } )* };
    }
    let from = "2026-11-02T09:00:00Z".parse().unwrap();
    let until = "2026-11-02T10:00:00Z".parse().unwrap();
    life! {
        appointments: halo.appointments().create().subject("Visit").agent(3).at(from, until) => "subject" "Another";
        assets: halo.assets().create().asset_type(1).site(3).inventory_number("X1").field(1, "Linux") => "inventory_number" "X2";
        contracts: halo.contracts().create().client(3).reference("AG").runs(from, until) => "refextra" "more";
        invoices: halo.invoices().create().client(3).add_line(json!({"item_shortdescription": "Work", "qty_order": 1.0})) => "reference" "PO 7";
        items: halo.items().create().name("Cable").base_price(4.5) => "description" "long";
        quotations: halo.quotations().create().title("Offer").client(3) => "title" "Better offer";
        suppliers: halo.suppliers().create().name("Shop") => "notes" "fine";
        software_licences: halo.software_licences().create().name("Office").client(3).count(5) => "count" 6;
        articles: halo.articles().create().name("How").resolution_html("<p>So</p>") => "name" "How to";
        crm_notes: halo.crm_notes().create().client(3).note("Called") => "detail" "twice";
        distribution_lists: halo.distribution_lists().create().name("All") => "desc" "everybody";
        mail_campaigns: halo.mail_campaigns().create().name("News").distribution_list(1) => "name" "Old news";
        recurring_invoices: halo.recurring_invoices().create().set("client_id", 3) => "reference" "PO 8";
        timesheet_events: halo.timesheet_events().create().agent(3).worked(from, until) => "note" "done";
        webhooks: halo.webhooks().create().name("Ours").url("https://receiver.example/") => "note" "faults";
    }
}

/// What a spec's type looks like in a body.
fn sample(ty: &str) -> Value {
    match ty.split(':').next().unwrap_or(ty) {
        "integer" => json!(7),
        "number" => json!(2.0),
        "boolean" => json!(true),
        "string" if ty.ends_with("date-time") => json!("2026-10-01T12:00:00"),
        "string" => json!("text"),
        ty if ty.starts_with('[') => json!([]),
        "TableEnum" => json!(7),
        _ => json!({}),
    }
}

#[test]
fn every_member_that_the_vendor_documents_is_typed_or_kept() {
    let Ok(root) = std::env::var("PSA_FIXTURES") else {
        eprintln!("skipped: PSA_FIXTURES is not set");
        return;
    };
    let path = std::path::Path::new(&root).join("../specs/halo/halo-resources-distilled.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: {} is not there", path.display());
        return;
    };
    let spec: Value = serde_json::from_str(&text).unwrap();
    let schema = |name: &str| spec["schemas"][name].as_object().unwrap_or_else(|| panic!("{name}")).clone();
    /// Secrets have no field, so that they are in no log.
    const SECRETS: &[&str] = &[
        "basic_password",
        "clientSecret",
        "tokens",
        "authorizations",
        "requestheaders",
        "third_party_token",
        "get_third_party_token",
        "image_upload_key",
        "sagetoken",
        "token",
        "report_access_token",
        "portal_password",
        "nhdpassword",
        "api_access_clientsecret",
        "new_thirdpartynhdapiclientsecret",
        "sql_user",
        "sql_new_password",
        "data_base64",
        "download_url",
        "link",
        "s3url",
        "responseheaders",
        "data",
    ];
    println!("{:24} {:>6} {:>8}   {:>6} typed beyond it", "resource", "typed", "untyped", "");
    macro_rules! covered {
        ($($ty:ident: $($schema:literal)+ $(, partly $least:literal)?;)*) => { $( {
            let mut fields = serde_json::Map::new();
            for name in [$($schema),+] {
                fields.extend(schema(name));
            }
            let mut body: serde_json::Map<String, Value> = fields.iter().map(|(n, t)| (n.clone(), sample(t.as_str().unwrap()))).collect();
            for key in ["id", "ticket_id", "agent_id", "priorityid"] {
                body.entry(key).or_insert(json!(7));
            }
            let raw = serde_json::to_vec(&body).unwrap();
            let record = psa_http::json::native::<$ty>(raw.clone().into()).unwrap_or_else(|e| panic!("{}: {e}", stringify!($ty)));
            assert_eq!(*record.raw(), raw, "nothing is lost");
            // A member that has a field and came is in it.
            let shown = format!("{:#?}", *record);
            for field in $ty::FIELDS.iter().filter(|f| body.contains_key(f.name)) {
                let name = field.name.trim_start_matches('_');
                assert!(!shown.contains(&format!("\n    {name}: None")), "{}.{} came and is not there", stringify!($ty), field.name);
            }
            let typed = |name: &str| $ty::FIELDS.iter().any(|f| f.name == name);
            let untyped: Vec<_> = fields.keys().filter(|n| !typed(n)).collect();
            let beyond = $ty::FIELDS.iter().filter(|f| !fields.contains_key(f.name)).count();
            println!("{:24} {:>6} {:>8}   {:>6}", stringify!($ty), fields.len() - untyped.len(), untyped.len(), beyond);
            #[allow(unused_mut, unused_assignments)]
            let mut least = None::<usize>;
            $( least = Some($least); )?
            match least {
                // Hundreds of members of which few are ever used: those that matter have fields, all are kept.
                Some(least) => assert!(fields.len() - untyped.len() >= least, "{}", stringify!($ty)),
                // Beside the switches of writes and secrets, everything has a field.
                None => {
                    let dropped: Vec<_> = untyped.iter().filter(|n| !n.starts_with('_') && !SECRETS.contains(&n.as_str())).collect();
                    assert!(dropped.is_empty(), "{}: {dropped:?}", stringify!($ty));
                }
            }
        } )* };
    }
    covered! {
        Ticket: "Faults" "Faults_List", partly 146;
        Action: "Actions", partly 49;
        Client: "Area_List" "Area", partly 53;
        Site: "Site_List" "Site", partly 30;
        User: "Users_List" "Users", partly 52;
        Agent: "Uname_List" "Uname", partly 29;
        Asset: "Device_List";
        AssetField: "FieldHelper";
        AssetType: "Xtype";
        Appointment: "Appointment_List" "Appointment";
        Timesheet: "Timesheet";
        TimesheetEvent: "TimesheetEvent";
        Contract: "ContractHeader_List" "ContractHeader";
        Invoice: "InvoiceHeader";
        InvoiceLine: "InvoiceDetail";
        Item: "Item";
        Quotation: "QuotationHeader";
        QuotationLine: "QuotationDetail";
        SalesOrder: "OrderHead";
        PurchaseOrder: "SupplierOrderHeader";
        Supplier: "Company";
        SoftwareLicence: "Licence_List";
        Article: "KBEntry_List" "KBEntry";
        Report: "AnalyzerProfile_List" "AnalyzerProfile";
        FieldInfo: "FieldInfo";
        FieldOption: "Lookup";
        AssetFieldInfo: "Field";
        CrmNote: "AreaNote";
        DistributionList: "DistributionLists";
        MailCampaign: "MailCampaign";
        Attachment: "Attachment_List" "Attachment";
        Application: "NHD_Identity_Application";
        Webhook: "Webhook";
        Notification: "UnameNotification";
        WebhookEvent: "WebhookEvent";
        Workflow: "FlowHeader";
        WorkflowStep: "FlowDetail";
        BudgetType: "BudgetType";
        AddressStore: "AddressStore", partly 11;
        CustomField: "CustomField", partly 11;
        Status: "TStatus", partly 10;
        TicketType: "RequestType_List", partly 22;
        Priority: "Policy", partly 14;
        Category: "CategoryDetail", partly 7;
        Outcome: "TOutcome", partly 14;
        Team: "SectionDetail_List", partly 13;
    }
}

#[tokio::test(start_paused = true)]
async fn a_ticket_has_a_parent_children_links_files_and_is_merged() {
    let sandbox = sandbox();
    let halo = halo(&sandbox);
    let file = halo.attachments().upload(Upload::new("log.txt", "text/plain", b"it broke")).await.unwrap();
    let parent = halo
        .tickets()
        .create()
        .summary("Outage")
        .details("All of it")
        .client(3)
        .attachment(file.id)
        .send()
        .await
        .unwrap();
    let child = halo
        .tickets()
        .create()
        .summary("One of many")
        .details("Me too")
        .client(4)
        .parent(parent.id)
        .send()
        .await
        .unwrap();
    let children = halo.tickets().children(parent.id).all().await.unwrap();
    assert_eq!(children.iter().map(|t| t.id).collect::<Vec<_>>(), [child.id]);
    assert_eq!(halo.tickets().attachments(parent.id).all().await.unwrap()[0].filename.as_deref(), Some("log.txt"));

    halo.tickets().link(parent.id, 5).send().await.unwrap();
    let linked = halo.tickets().get(parent.id).await.unwrap();
    assert_eq!(linked.related_tickets, Some(json!([{"id": 5}])));

    halo.actions().create(child.id).outcome_name("Update").note("Called").send().await.unwrap();
    halo.tickets().merge(child.id, parent.id).send().await.unwrap();
    let merged = halo.tickets().get(child.id).await.unwrap();
    assert_eq!((merged.merged_into_id, merged.status_id), (Some(parent.id), Some(StatusId::DEFAULT_CLOSED)));
    let moved = halo.actions().list().ticket(parent.id).all().await.unwrap();
    assert!(moved.iter().any(|a| a.note.as_deref() == Some("Called")), "its actions are the other one's now");
    let error = halo.tickets().merge(5, 999_999).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
}

#[tokio::test(start_paused = true)]
async fn a_file_comes_back_as_it_went_and_a_broken_one_is_no_file() {
    let sandbox = sandbox();
    let halo = halo(&sandbox);
    let content: Vec<u8> = (0..100_000u32).map(|n| (n % 251) as u8).collect();
    let upload = Upload::new("photo.png", "image/png", &content).on_ticket(7);
    let file = halo.attachments().upload(upload).await.unwrap();
    assert_eq!((file.filesize, file.ticket_id), (Some(100_000), Some(TicketId(7))));
    let download = halo.attachments().download(file.id).await.unwrap();
    assert_eq!((download.length(), download.content_type()), (Some(100_000), Some("image/png")));
    let mut done = 0;
    let mut chunks = download.bytes();
    while let Some(chunk) = chunks.try_next().await.unwrap() {
        assert_eq!(chunk, content[done..done + chunk.len()]);
        done += chunk.len();
    }
    assert_eq!(done, content.len());

    // A first try that is refused is repeated; one that breaks off in the middle is an error of the stream.
    sandbox.add_fault(Fault::new("halo.attachments.download", Trigger::Nth(1), Effect::Status(503, "")));
    assert_eq!(halo.attachments().download(file.id).await.unwrap().read(1 << 20).await.unwrap(), content);
    let small = halo.attachments().download(file.id).await.unwrap().read(10).await.unwrap_err();
    assert_eq!(small.kind(), ErrorKind::TooLarge);
    sandbox.clear_faults();
    sandbox.add_fault(Fault::new("halo.attachments.download", Trigger::Nth(1), Effect::CutBody));
    let error = halo.attachments().download(file.id).await.unwrap().read(1 << 20).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Connect, Some("halo.attachments.download")));
    sandbox.clear_faults();
    sandbox.add_fault(Fault::new("halo.attachments.download", Trigger::Nth(1), Effect::ShortBody));
    let error = halo.attachments().download(file.id).await.unwrap().read(1 << 20).await.unwrap_err();
    assert!(error.to_string().contains("of 100000 bytes"), "{error}");
    assert!(halo.attachments().download(4711).await.unwrap_err().is_not_found());

    // An upload that breaks off may have arrived: it is not sent again, and the error says so.
    sandbox.clear_faults();
    sandbox.add_fault(Fault::new("halo.attachments.create", Trigger::Nth(1), Effect::ResetAfter));
    let error = halo.attachments().upload(Upload::new("a.txt", "text/plain", b"a").on_ticket(8)).await.unwrap_err();
    assert_eq!((error.phase(), sandbox.log().count("halo.attachments.create")), (Phase::MaybeSent, 2));
    assert_eq!(halo.tickets().attachments(8).all().await.unwrap().len(), 1, "it had arrived: the list tells");
    let error = halo.attachments().upload(Upload::new(" ", "text/plain", b"a")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
}

#[tokio::test(start_paused = true)]
async fn a_report_gives_rows_and_bad_sql_an_error_though_halo_says_success() {
    let (sandbox, halo) = unbounded(|_| {});
    let found = halo.reports().query("select Faultid from Faults").await.unwrap();
    assert_eq!(found.rows.len(), 250);
    assert!(found.rows[0].contains_key("Ticket ID"));
    let stored = halo.reports().list().all().await.unwrap();
    assert_eq!(halo.reports().run(stored[0].id).await.unwrap().rows.len(), 250);
    for bad in ["select * from nowhere", "drop table Faults", ""] {
        let error = halo.reports().query(bad).await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Rejected, Some("halo.reports.query")), "{error}");
    }
    assert_eq!(found.columns, ["Status", "Summary", "Ticket ID"]);
    // A slow query that gives no answer is not started again and again.
    sandbox.add_fault(Fault::new("halo.reports.query", Trigger::Nth(1), Effect::ResetAfter));
    let before = sandbox.log().count("halo.reports.query");
    assert_eq!(halo.reports().query("select Faultid from Faults").await.unwrap_err().phase(), Phase::MaybeSent);
    assert_eq!(sandbox.log().count("halo.reports.query"), before + 1);
}

#[tokio::test(start_paused = true)]
async fn invoices_are_voided_printed_extended_and_made_from_recurring_ones() {
    let (_, halo) = unbounded(|_| {});
    let before = halo.invoices().get(3).await.unwrap();
    halo.invoices()
        .update(3)
        .add_line(json!({"item_shortdescription": "Travel", "unit_price": 30.0}))
        .send()
        .await
        .unwrap();
    let longer = halo.invoices().get(3).await.unwrap();
    assert_eq!(longer.lines.len(), before.lines.len() + 1, "added, not replaced");
    let line = longer.lines[0].id;
    halo.invoices().update_lines(&[json!({"id": line, "item_shortdescription": "Cheaper"})]).await.unwrap();
    let after = halo.invoices().get(3).await.unwrap();
    assert_eq!(
        (after.lines.len(), after.lines[0].item_shortdescription.as_deref()),
        (longer.lines.len(), Some("Cheaper"))
    );
    let pdf = halo.invoices().pdf(3).await.unwrap().read(1 << 20).await.unwrap();
    assert!(pdf.starts_with(b"%PDF"));
    halo.invoices().void(3).await.unwrap();
    assert_eq!(halo.invoices().get(3).await.unwrap().total, Some(0.0));
    halo.recurring_invoices().process(&[InvoiceId(1), InvoiceId(2)]).await.unwrap();
    assert_eq!(halo.invoices().list().count().await.unwrap(), 14);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_would_replace_the_stored_one_must_be_meant() {
    let sandbox = sandbox();
    let halo = halo(&sandbox);
    let project = halo.projects().list().all().await.unwrap()[0].id;
    let milestones = halo.projects().get(project).await.unwrap().milestones().to_vec();
    assert_eq!(milestones.len(), 2);
    // One element in passing would delete the other at Halo: refused before anything is sent.
    let error = halo.projects().update(project).set("milestones", json!([{"name": "Extra"}])).send().await.unwrap_err();
    assert_eq!((error.kind(), error.context("field")), (ErrorKind::InvalidRequest, Some("milestones")));
    assert_eq!(sandbox.log().count("halo.projects.update"), 0);
    // Said in so many words, it does what it says.
    let kept = json!({"id": milestones[0].id, "name": "Kick-off"});
    halo.projects().update(project).replace_milestones([kept, json!({"name": "Extra"})]).send().await.unwrap();
    let names: Vec<_> =
        halo.projects().get(project).await.unwrap().milestones().iter().map(|m| m.name.clone()).collect();
    assert_eq!(names, [Some("Kick-off".to_owned()), Some("Extra".to_owned())]);
    // Names that sound like adding are no exception, nor are the files of a ticket or an asset's own fields.
    for (member, save) in [
        ("additional_agents", halo.tickets().update(5).set("additional_agents", json!([{"id": 7}]))),
        ("attachments", halo.tickets().update(5).attachment(9)),
    ] {
        assert_eq!(save.send().await.unwrap_err().context("field"), Some(member));
    }
    assert!(halo.assets().update(5).field(1, "Linux").send().await.is_err());
    assert!(halo.actions().update(5, 1).set("attachments", json!([])).send().await.is_err());
    // Custom fields are merged by Halo, one by one.
    halo.tickets().update(5).custom_field("CFDevice", "PC-1").send().await.unwrap();
    halo.tickets().update(5).custom_field("166", true).send().await.unwrap();
    let budget = halo.projects().get(project).await.unwrap().budgets()[0].clone();
    assert_eq!((budget.hours, budget.budgettype_name.as_deref()), (Some(40.0), Some("Labour")));
    assert!(halo.projects().tasks(project).all().await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_rules_and_workflows_refuse_comes_with_their_words() {
    let sandbox = sandbox();
    let halo = halo(&sandbox);
    let change = halo.tickets().list().ticket_type(3).open_only(true).all().await.unwrap()[0].id;
    let error = halo.tickets().close(change, StatusId::DEFAULT_CLOSED).send().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Rejected && error.to_string().contains("step of its workflow"), "{error}");
    let error = halo.actions().create(5).outcome(4711).note("of another tenant").send().await.unwrap_err();
    assert!(
        error.kind() == ErrorKind::Rejected && error.to_string().contains("do not have access to this Action"),
        "{error}"
    );
    let error = halo.tickets().create().details("no summary").client(3).send().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Rejected && error.to_string().contains("Summary must be entered"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn quirk_19_an_appointment_that_is_changed_may_have_another_id() {
    for changes in [true, false] {
        let (_, halo) = unbounded(|q| q.appointment_id_changes = changes);
        let changed = halo.appointments().update(3).subject("Moved").send().await.unwrap();
        assert_eq!(changed.id != AppointmentId(3), changes);
        assert_eq!(halo.appointments().get(changed.id).await.unwrap().subject.as_deref(), Some("Moved"));
        assert_eq!(halo.appointments().get(3).await.is_err(), changes, "the old one is gone");
    }
}

#[tokio::test(start_paused = true)]
async fn quirk_20_a_timesheet_is_known_by_agent_and_day() {
    for zero in [true, false] {
        let (_, halo) = unbounded(|q| q.timesheet_ids_zero = zero);
        let days = halo.timesheets().list().all().await.unwrap();
        let keys: std::collections::HashSet<_> = days.iter().map(|d| d.key()).collect();
        assert_eq!((days.len(), keys.len()), (24, 24));
        assert!(days[0].key().to_string().starts_with("2/2026-"), "{}", days[0].key());
    }
}

#[tokio::test(start_paused = true)]
async fn custom_fields_are_read_and_written_by_name_with_their_types() {
    let (_, halo) = unbounded(|_| {});
    let fields = halo.fields().registry().await.unwrap();
    assert_eq!(fields.iter().count(), 5, "Halo's own are left out");
    let ticket = halo.tickets().get(5).await.unwrap();
    assert!(matches!(fields.read(&ticket.customfields, "CFDevice").unwrap(), Some(CustomValue::Text(_))));
    let size = fields.write("cfsize", CustomValue::Choice(2)).unwrap();
    halo.tickets().update(5).custom(size).send().await.unwrap();
    let ticket = halo.tickets().get(5).await.unwrap();
    assert_eq!(fields.read(&ticket.customfields, "CFSize").unwrap(), Some(CustomValue::Choice(2)));
    assert!(fields.write("CFSize", CustomValue::Choice(3)).is_err(), "no such choice");
}

#[tokio::test(start_paused = true)]
async fn distribution_lists_grow_and_shrink_by_one() {
    let (_, halo) = unbounded(|_| {});
    let list = halo.distribution_lists().update(1).add_user(9).remove_user(2).send().await.unwrap();
    let ids: Vec<_> = list.users.clone().unwrap().as_array().unwrap().iter().map(|u| u["id"].clone()).collect();
    assert_eq!(ids, [json!(3), json!(9)]);
}
