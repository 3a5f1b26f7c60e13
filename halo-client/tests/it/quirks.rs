//! Halo's peculiarities, by their number in the fact sheet: each as at the vendor, and with the switch off.

use futures::TryStreamExt;
use halo_client::{AgentId, ClientId, Halo, Scope, Scopes};
use psa_core::{Connector, ConnectorExt, EntityKind, Query, Ticket};
use psa_sandbox::HaloSandbox;
use psa_sandbox::halo::{OpenPoints, Quirks};

use crate::world::{builder, dataset, halo, sandbox, with};

async fn count(halo: &Halo) -> usize {
    halo.tickets().list().all().await.unwrap().len()
}

#[tokio::test(start_paused = true)]
async fn quirk_1_and_2_pages_are_capped_and_need_a_switch_and_all_250_tickets_come() {
    assert_eq!(count(&halo(&sandbox())).await, 250);
    assert_eq!(count(&halo(&with(|q| q.silent_page_cap = false))).await, 250);
    assert_eq!(count(&halo(&with(|q| q.pageinate_needed = false))).await, 250);
    // The trap as it is: without the switch 50 rows come, and the count says that this is all.
    let sandbox = sandbox();
    let trap = halo(&sandbox).get_json("/Tickets").query("page_size", 100).query("page_no", 1).send().await.unwrap();
    assert_eq!((trap["record_count"].as_u64(), trap["tickets"].as_array().unwrap().len()), (Some(50), 50));
}

#[tokio::test(start_paused = true)]
async fn ids_that_are_too_many_for_one_answer_are_read_by_pages() {
    let sandbox = HaloSandbox::builder().dataset(dataset().tickets(3_000)).rate_limit(None).build();
    // A page of ten tickets fits, and 3,000 ids do not.
    let halo = builder(&sandbox).body_cap(32 * 1024).build().unwrap();
    let connector = halo.connector().build();
    let reader = connector.reader::<Ticket>().unwrap();
    let pages: Vec<_> = reader.keys(Query::new().page_size(10)).try_collect().await.unwrap();
    let keys: std::collections::BTreeSet<_> = pages.iter().flat_map(|p| &p.keys).collect();
    assert_eq!(keys.len(), 3_000);
    assert!(pages.iter().all(|p| !p.atomic), "pages prove no absence");
}

#[tokio::test(start_paused = true)]
async fn quirk_3_and_4_lists_that_do_not_page_are_read_once() {
    for sandbox in [sandbox(), with(|q| q.bare_arrays_ignore_pages = false), with(|q| q.agents_in_results = false)] {
        let halo = halo(&sandbox);
        assert_eq!(halo.statuses().list().all().await.unwrap().len(), 7);
        assert_eq!(halo.agents().list().all().await.unwrap().len(), 10);
        assert_eq!(halo.agents().list().query("pageinate", true).query("page_no", 1).all().await.unwrap().len(), 10);
        assert_eq!(sandbox.log().count("halo.statuses.list"), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn quirk_5_actions_of_two_tickets_have_the_same_id_and_different_keys() {
    let sandbox = sandbox();
    let (a, b) = sandbox.edit(|h| (h.add_action(1, "of one", 0.0), h.add_action(2, "of two", 0.0)));
    let halo = halo(&sandbox);
    assert_eq!(halo.actions().get(1, a).await.unwrap().note.as_deref(), Some("of one"));
    assert_eq!(halo.actions().get(2, b).await.unwrap().note.as_deref(), Some("of two"));
    let connector = halo.connector().build();
    let connector: &dyn Connector = &connector;
    let pages: Vec<_> =
        connector.reader::<psa_core::TicketNote>().unwrap().pages(Query::new(), None).try_collect().await.unwrap();
    let keys: Vec<_> = pages.iter().flat_map(|p| p.records().map(|r| r.key.to_string())).collect();
    let unique: std::collections::BTreeSet<_> = keys.iter().collect();
    assert!(keys.len() > 250 && unique.contains(&format!("1/{a}")) && unique.contains(&format!("2/{b}")));
}

#[tokio::test(start_paused = true)]
async fn quirk_6_priorities_are_known_by_sla_and_number() {
    let sandbox = sandbox();
    let halo = halo(&sandbox);
    let priorities = halo.priorities().list().all().await.unwrap();
    assert_eq!(priorities.iter().filter(|p| p.priorityid.0 == 1).count(), 2);
    let connector = halo.connector().build();
    let reader = connector.reader::<Ticket>().unwrap();
    for id in 1..20 {
        let ticket = reader.get(&psa_core::Key::from(id)).await.unwrap().value.unwrap();
        let vip = ticket.priority.unwrap().name.unwrap().ends_with("(VIP)");
        assert_eq!(vip, ticket.sla.unwrap().id.as_deref() == Some("2"), "ticket {id}");
    }
}

#[tokio::test(start_paused = true)]
async fn quirk_7_ids_as_floats_are_ids() {
    for sandbox in [sandbox(), with(|q| q.float_ids = false)] {
        let user = halo(&sandbox).users().get(8).await.unwrap();
        assert_eq!(user.site().map(|s| s.0), Some(2));
        let site = halo(&sandbox).sites().get(2).await.unwrap();
        assert_eq!(site.client_id.map(|c| c.0), Some(2));
    }
}

#[tokio::test(start_paused = true)]
async fn quirk_8_9_and_10_dates_with_and_without_zone_empty_ones_and_nulls() {
    let mut seen = Vec::new();
    for sandbox in
        [sandbox(), with(|q| q.mixed_dates = false), with(|q| q.empty_dates = false), with(|q| q.nulls_omitted = false)]
    {
        let ticket = halo(&sandbox).tickets().get(5).await.unwrap();
        assert_eq!((ticket.targetdate, ticket.deadlinedate, ticket.lastincomingemail), (None, None, None));
        seen.push((ticket.dateoccurred, ticket.respondbydate, ticket.updated()));
    }
    assert!(seen.iter().all(|dates| *dates == seen[0] && dates.0.is_some() && dates.2.is_some()), "{seen:#?}");
}

#[tokio::test(start_paused = true)]
async fn quirk_11_every_parameter_we_send_is_one_that_halo_knows() {
    // With the switch off an unknown name is refused, so nothing of ours relies on being ignored.
    let strict = with(|q| q.unknown_parameters_ignored = false);
    let halo = halo(&strict);
    let list = halo.tickets().list().open_only(true).team("Projects").search("vpn").order("id").order_desc(false);
    list.all().await.unwrap();
    let connector = halo.connector().build();
    for (kind, _) in connector.capabilities().entities.iter().filter(|(_, c)| c.read) {
        connector.source(kind).unwrap().pages(Query::new(), None).try_collect::<Vec<_>>().await.unwrap();
    }
    let error = halo.tickets().list().query("no_such_filter", 1).all().await.unwrap_err();
    assert_eq!(error.context("field"), Some("no_such_filter"));
}

#[tokio::test(start_paused = true)]
async fn quirk_12_only_what_is_set_is_sent() {
    let sandbox = sandbox();
    let halo = halo(&sandbox);
    let before = halo.tickets().get(5).await.unwrap();
    halo.tickets().update(5).summary("new words").send().await.unwrap();
    let after = halo.tickets().get(5).await.unwrap();
    assert_eq!(after.summary.as_deref(), Some("new words"));
    assert_eq!((after.details.clone(), after.team.clone()), (before.details.clone(), before.team.clone()));
}

#[tokio::test(start_paused = true)]
async fn quirk_13_a_token_without_scope_is_issued_and_can_do_nothing_so_ours_always_asks() {
    let bare = |sandbox: &HaloSandbox, path: &str, token: &str, body: &str| {
        let (transport, body) = (sandbox.transport(), body.to_owned());
        let mut request = http::Request::new(bytes::Bytes::from(body.clone()));
        *request.uri_mut() = format!("{}{path}", HaloSandbox::URL).parse().unwrap();
        if !body.is_empty() {
            *request.method_mut() = http::Method::POST;
        }
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        async move {
            let answer = transport.send(request).await.unwrap();
            (answer.status().as_u16(), psa_http::read_capped(answer.into_body(), 1 << 20, 0).await.unwrap())
        }
    };
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        HaloSandbox::CLIENT_ID,
        HaloSandbox::SECRET
    );
    let trap = sandbox();
    let (status, body) = bare(&trap, "/auth/token", "", &form).await;
    let token: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((status, token["scope"].as_str()), (200, Some("")));
    assert_eq!(bare(&trap, "/api/Tickets", token["access_token"].as_str().unwrap(), "").await.0, 403);
    assert_eq!(bare(&with(|q| q.scopeless_token = false), "/auth/token", "", &form).await.0, 400);

    let error = builder(&trap).scopes(Scopes::custom([])).build().unwrap_err();
    assert_eq!(error.context("field"), Some("scopes"));
    // Asked for and not granted is told by name.
    let no_right = builder(&trap).scopes(Scopes::custom([Scope::new("read:kb")])).build().unwrap();
    let error = no_right.tickets().list().all().await.unwrap_err();
    assert!(error.is_permission_denied() && error.to_string().contains("read:tickets"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn quirk_14_a_right_given_after_login_works_without_a_restart() {
    let sandbox = HaloSandbox::builder().dataset(dataset()).granted("read:tickets").build();
    let halo = halo(&sandbox);
    assert_eq!(count(&halo).await, 250);
    assert!(halo.clients().list().all().await.unwrap_err().is_permission_denied());
    sandbox.grant("read:tickets read:customers");
    tokio::time::sleep(std::time::Duration::from_secs(120)).await;
    assert!(!halo.clients().list().all().await.unwrap().is_empty());
    assert_eq!(sandbox.tokens_minted(), 2);
}

#[tokio::test(start_paused = true)]
async fn quirk_16_17_and_18_a_write_returns_what_was_stored_under_whatever_names() {
    for sandbox in [sandbox(), with(|q| q.stamp_names = false), with(|q| q.names_absent_after_write = false)] {
        let halo = halo(&sandbox);
        let save = halo.tickets().create().summary("Server down").details("All of them").client(3).priority(4);
        let stored = save.send().await.unwrap();
        // A rule raised the priority: what counts is the answer, not the request.
        assert_eq!(stored.priority_id, Some(1));
        assert_eq!(stored.team.as_deref(), Some("Infrastructure"));
        assert!(stored.updated().is_some());
        let actions = halo.actions().list().ticket(stored.id).all().await.unwrap();
        assert_eq!(actions[0].outcome.as_deref(), Some("Rule Applied"));
    }
}

#[tokio::test(start_paused = true)]
async fn quirk_21_deleted_and_merged_tickets() {
    let sandbox = sandbox();
    sandbox.edit(|h| {
        h.delete_ticket(5);
        h.merge_ticket(6, 7);
    });
    let halo = halo(&sandbox);
    assert_eq!(count(&halo).await, 249);
    let deleted = halo.tickets().list().deleted(true).all().await.unwrap();
    assert_eq!(deleted.iter().map(|t| t.id.0).collect::<Vec<_>>(), [5]);
    assert_eq!(halo.tickets().get(6).await.unwrap().merged_into_id.map(|t| t.0), Some(7));
    let connector = halo.connector().build();
    let reader = connector.reader::<Ticket>().unwrap();
    let error = reader.get(&psa_core::Key::from(5)).await.unwrap_err();
    assert!(error.is_not_found() && error.context("evidence") == Some("SoftDeleted"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn quirk_22_placeholders_are_nobody() {
    let sandbox = sandbox();
    sandbox.edit(|h| {
        h.update_ticket(5, "agent_id", AgentId::UNASSIGNED.0);
        h.update_ticket(5, "client_id", 1);
    });
    let connector = halo(&sandbox).connector().build();
    let ticket = connector.reader::<Ticket>().unwrap().get(&5.into()).await.unwrap().value.unwrap();
    assert_eq!((ticket.assignee, ticket.company), (None, None));
}

#[tokio::test(start_paused = true)]
async fn quirk_23_a_team_is_a_name() {
    let sandbox = sandbox();
    let halo = halo(&sandbox);
    let projects = halo.tickets().list().team("Projects").all().await.unwrap();
    assert!(!projects.is_empty() && projects.iter().all(|t| t.team.as_deref() == Some("Projects")));
    let moved = halo.tickets().update(projects[0].id).team("Infrastructure").send().await.unwrap();
    assert_eq!(moved.team.as_deref(), Some("Infrastructure"));
}

#[tokio::test(start_paused = true)]
async fn quirk_24_statuses_are_not_filtered_by_type() {
    for (sandbox, rows) in [(sandbox(), 7), (with(|q| q.status_type_ignored = false), 6)] {
        assert_eq!(halo(&sandbox).statuses().list().query("type", 0).all().await.unwrap().len(), rows);
    }
}

#[tokio::test(start_paused = true)]
async fn quirk_26_and_27_what_halo_refuses_is_told_with_the_field() {
    let sandbox = sandbox();
    let halo = halo(&sandbox);
    let bare = serde_json::json!({"id": 5, "summary": "x"});
    assert!(halo.post_json("/Tickets", &bare).send().await.is_err());
    let float = serde_json::json!([{"id": "95.0", "summary": "x"}]);
    let error = halo.post_json("/Tickets", &float).send().await.unwrap_err();
    assert_eq!(error.context("field"), Some("id"), "{error:?}");
    let text = serde_json::json!([{"id": "95", "summary": "x"}]);
    halo.post_json("/Tickets", &text).send().await.unwrap();
    let lenient = with(|q| q.arrays_only = false);
    crate::world::halo(&lenient).post_json("/Tickets", &bare).send().await.unwrap();
    // Ours sends arrays and whole numbers.
    halo.tickets().update(95).summary("y").send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn quirk_28_rows_that_the_agent_may_not_see_are_not_there() {
    let sandbox = HaloSandbox::builder().dataset(dataset()).restricted_to_teams(&["Projects"]).build();
    let halo = halo(&sandbox);
    let seen = halo.tickets().list().all().await.unwrap();
    assert!(seen.len() < 150 && seen.iter().all(|t| t.team.as_deref() == Some("Projects")));
    assert_eq!(halo.tickets().list().count().await.unwrap(), seen.len() as u64);
}

#[tokio::test(start_paused = true)]
async fn quirk_29_outcomes_are_the_tenants_own_and_a_workflow_may_refuse() {
    let sandbox = sandbox();
    let halo = halo(&sandbox);
    let error = halo.actions().create(5).note("no outcome").send().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (psa_core::ErrorKind::Rejected, "An Outcome must be entered for this Action")
    );
    let error = halo.actions().create(5).outcome(12345).note("of another tenant").send().await.unwrap_err();
    assert!(error.message().contains("do not have access to this Action"), "{error}");
    let change = halo.tickets().list().ticket_type(3).open_only(true).all().await.unwrap()[0].id;
    let error = halo.tickets().close(change, 9).send().await.unwrap_err();
    assert!(error.kind() == psa_core::ErrorKind::Rejected && error.message().contains("workflow"), "{error}");
    halo.actions().private_note(5, "<p>kept inside</p>").send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn quirk_30_negative_zero_nul_and_blanks_are_nothing() {
    for sandbox in [sandbox(), with(|q| q.odd_values = false)] {
        let ticket = halo(&sandbox).tickets().get(50).await.unwrap();
        assert!(!ticket.details.as_ref().unwrap().contains('\0'));
        assert!(ticket.estimate.is_none_or(|e| e.is_sign_positive()));
        let connector = halo(&sandbox).connector().build();
        let common = connector.reader::<Ticket>().unwrap().get(&50.into()).await.unwrap();
        assert_eq!(common.value.unwrap().estimate_hours, None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_list_that_is_cut_is_noticed() {
    let open = OpenPoints { ids_uncut: false, rate_limit: None, ..OpenPoints::default() };
    let sandbox = HaloSandbox::builder().dataset(dataset()).open_points(open).build();
    let source = halo(&sandbox).connector().build().source(&EntityKind::TICKET).unwrap();
    let pages: Vec<_> = source.keys(Query::new()).try_collect().await.unwrap();
    assert_eq!(pages.iter().map(|p| p.keys.len()).sum::<usize>(), 250);
    assert!(pages.iter().all(|p| !p.atomic), "an absence must be confirmed here");
}

#[tokio::test(start_paused = true)]
async fn a_new_token_that_ends_the_old_one_costs_one_request() {
    let open = OpenPoints { new_token_revokes_old: true, rate_limit: None, ..OpenPoints::default() };
    let sandbox = HaloSandbox::builder().dataset(dataset()).open_points(open).build();
    let (a, b) = (halo(&sandbox), halo(&sandbox));
    for _ in 0..3 {
        assert_eq!(count(&a).await, 250);
        assert_eq!(count(&b).await, 250);
    }
}

#[tokio::test(start_paused = true)]
async fn quirk_5_and_6_ids_that_repeat_make_keys_of_two_parts() {
    for quirky in [true, false] {
        let sandbox = with(|q| (q.actions_numbered_per_ticket, q.priority_guids) = (quirky, quirky));
        let halo = halo(&sandbox);
        let priorities = halo.priorities().list().all().await.unwrap();
        let keys: std::collections::HashSet<_> =
            priorities.iter().map(|p| halo_client::HaloResource::key(&**p)).collect();
        assert_eq!(keys.len(), 8, "two service level agreements, four priorities each");
        assert!(halo.actions().list().ticket(7).all().await.is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn quirks_21_22_23_deleted_tickets_placeholders_and_teams() {
    for quirky in [true, false] {
        let sandbox = with(|q| (q.deleted_invisible, q.placeholders, q.team_by_name) = (quirky, quirky, quirky));
        sandbox.edit(|h| h.delete_ticket(5));
        let halo = halo(&sandbox);
        let listed = halo.tickets().list().all().await.unwrap();
        assert_eq!(listed.iter().any(|t| t.id.0 == 5), !quirky);
        assert_eq!(listed[0].team_id.is_none(), quirky);
        // Whatever the list shows, a deleted ticket is told as gone.
        let source = halo.connector().build().source(&EntityKind::TICKET).unwrap();
        let pages: Vec<_> = source.pages(Query::new(), None).try_collect().await.unwrap();
        let alive = pages.iter().flat_map(|p| &p.items).filter(|i| matches!(i, psa_core::AnyItem::Upsert(_))).count();
        assert_eq!(alive, 249);
        assert_eq!(halo.clients().list().all().await.unwrap().iter().any(|c| c.id == ClientId::UNKNOWN), quirky);
    }
}

#[tokio::test(start_paused = true)]
async fn quirks_28_31_32_33_34_what_halo_keeps_to_itself() {
    let quiet = HaloSandbox::builder().dataset(dataset()).restricted_to_teams(&["Projects"]).rate_limit(None).build();
    let some = halo(&quiet).tickets().list().all().await.unwrap();
    assert!(!some.is_empty() && some.iter().all(|t| t.team.as_deref() == Some("Projects")));
    let mut quirks = Quirks::default();
    (quirks.restricted_silently, quirks.reopening_hidden, quirks.cost_needs_role) = (false, false, false);
    (quirks.no_custom_field_endpoint, quirks.filter_is_a_date) = (false, false);
    let open = OpenPoints { definitions_need_admin: false, rate_limit: None, ..OpenPoints::default() };
    let loud = HaloSandbox::builder()
        .dataset(dataset())
        .quirks(quirks.clone())
        .open_points(open.clone())
        .restricted_to_teams(&["Projects"])
        .build();
    assert!(halo(&loud).tickets().list().all().await.unwrap_err().is_permission_denied());
    let loud = HaloSandbox::builder().dataset(dataset()).quirks(quirks).open_points(open.clone()).build();
    let quirky = HaloSandbox::builder().dataset(dataset()).open_points(open).build();
    for (sandbox, hidden) in [(quirky, true), (loud, false)] {
        let halo = halo(&sandbox);
        let closed = halo.tickets().list().closed_only(true).all().await.unwrap()[0].id;
        halo.tickets().update(closed).status(2).send().await.unwrap();
        assert_eq!(halo.tickets().get(closed).await.unwrap().member("reopened").is_none(), hidden);
        assert_eq!(halo.get_json("/CustomField").send().await.is_err(), hidden);
        let later = sandbox.now() + chrono::TimeDelta::days(1);
        let changed = halo.tickets().list().updated_since(later).all().await.unwrap().len();
        assert_eq!(changed == 0, hidden, "off, the filter does what the document says: nothing");
    }
}
