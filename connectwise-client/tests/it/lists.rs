//! Lists: the whole grammar, and no row lost when others change while it is read.

use connectwise_client::{custom_field, field};
use futures::TryStreamExt;
use psa_core::ErrorKind;
use psa_sandbox::connectwise::Resource;
use psa_sandbox::{Effect, Fault, Trigger};

use crate::world::{connectwise, sandbox};

#[tokio::test(start_paused = true)]
async fn forward_only_walks_lose_nothing_whatever_happens_between_two_pages() {
    for gap in 2..=6 {
        for parallel in [1, 4] {
            for what in ["delete", "insert", "update"] {
                let sandbox = sandbox();
                let cw = connectwise(&sandbox);
                sandbox.edit_before("connectwise.tickets.list", gap, move |cw| match what {
                    "delete" => cw.remove(Resource::Tickets, 3),
                    "insert" => {
                        cw.insert_ticket("new");
                    }
                    _ => cw.update(Resource::Tickets, 3, "summary", "changed"),
                });
                let tickets = cw.tickets().list().page_size(50).parallel(parallel).all().await.unwrap();
                let mut ids: Vec<i64> = tickets.iter().map(|t| t.id.0).collect();
                let read = ids.len();
                ids.sort_unstable();
                ids.dedup();
                assert_eq!(ids.len(), read, "{what} before request {gap}: a row came twice");
                let whole = (1..=250).filter(|id| !(what == "delete" && *id == 3));
                for id in whole {
                    assert!(ids.binary_search(&id).is_ok(), "{what} before request {gap}: {id} is lost");
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_page_has_a_cursor_from_which_the_rest_comes() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    let list = cw.tickets().list().page_size(40).parallel(3);
    let mut pages = list.clone().pages(None);
    let mut seen = Vec::new();
    while let Some(page) = pages.try_next().await.unwrap() {
        seen.extend(page.records.iter().map(|r| r.value.as_ref().unwrap().id.0));
        let Some(cursor) = page.cursor else { break };
        let mut rest = list.clone().pages(Some(cursor));
        let mut all = seen.clone();
        while let Some(page) = rest.try_next().await.unwrap() {
            all.extend(page.records.iter().map(|r| r.value.as_ref().unwrap().id.0));
        }
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 250);
    }
    assert_eq!(seen.len(), 250);
}

#[tokio::test(start_paused = true)]
async fn conditions_are_evaluated_as_they_read() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    let tickets = cw.tickets().list().all().await.unwrap();
    let count = async |condition| cw.tickets().list().condition(condition).count().await.unwrap() as usize;
    let of = |wanted: &dyn Fn(&connectwise_client::Ticket) -> bool| tickets.iter().filter(|t| wanted(t)).count();
    let closed = |t: &connectwise_client::Ticket| t.closed_flag == Some(true);
    let company = |t: &connectwise_client::Ticket| t.company.as_ref().and_then(|c| c.id);
    let summary = |t: &connectwise_client::Ticket| t.summary.clone().unwrap_or_default();

    assert_eq!(count(field("closedFlag").eq(false)).await, of(&|t| !closed(t)));
    assert_eq!(
        count(field("company/id").eq(7).and(field("closedFlag").eq(true))).await,
        of(&|t| closed(t) && company(t) == Some(7))
    );
    assert_eq!(count(field("company/id").one_of([1, 2, 3])).await, of(&|t| matches!(company(t), Some(1..=3))));
    assert_eq!(count(field("company/id").none_of([1, 2, 3])).await, of(&|t| !matches!(company(t), Some(1..=3))));
    assert_eq!(count(field("summary").contains("vpn")).await, of(&|t| summary(t).contains("VPN")));
    assert_eq!(
        count(field("summary").like("Printer*slow*")).await,
        of(&|t| summary(t).starts_with("Printer") && summary(t).contains("slow"))
    );
    let either = field("id").le(10).or(field("id").gt(240)).negate().and(field("parentTicketId").is_null());
    assert_eq!(count(either).await, 230);
    let moment = tickets[100].info.as_ref().unwrap().last_updated.unwrap();
    let since = |t: &connectwise_client::Ticket| t.info.as_ref().and_then(|i| i.last_updated) >= Some(moment);
    assert_eq!(cw.tickets().list().updated_since(moment).count().await.unwrap() as usize, of(&since));
    assert_eq!(count(field("status/name").eq(">Closed")).await, of(&closed));

    // Arrays and own fields have parameters of their own.
    let contact = cw.contacts().get(10).await.unwrap();
    let mail = contact.communication_items[0].value.clone().unwrap();
    let found =
        cw.contacts().list().child_conditions(field("communicationItems/value").like(mail)).all().await.unwrap();
    assert_eq!(found.iter().map(|c| c.id.0).collect::<Vec<_>>(), [10]);
    sandbox.edit(|s| {
        s.update(
            Resource::Contacts,
            12,
            "customFields",
            serde_json::json!([{"id": 2, "caption": "hubspot_contact_id", "value": 77}]),
        );
    });
    let own = custom_field("hubspot_contact_id").eq(77);
    let found = cw.contacts().list().custom_field_conditions(own).all().await.unwrap();
    assert_eq!(found.iter().map(|c| c.id.0).collect::<Vec<_>>(), [12]);
}

#[tokio::test(start_paused = true)]
async fn long_conditions_go_by_search_and_long_id_lists_are_split() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    let many = || field("id").one_of((1..=200).map(|n| n + 1_000_000).chain([5, 6]));
    let mut long = many();
    for _ in 0..2 {
        long = long.or(many());
    }
    let found = cw.tickets().search().condition(long).all().await.unwrap();
    assert_eq!(found.len(), 2);
    assert!(sandbox.log().count("connectwise.tickets.search") >= 1);

    sandbox.log().clear();
    let ids = (1..=600).map(|n| n * 3);
    let found: Vec<_> = cw.contacts().list().among("id", ids).try_collect().await.unwrap();
    assert_eq!(found.len(), 30, "of 90 contacts every third");
    assert!(sandbox.log().len() > 1, "it was split");
    for entry in sandbox.log().entries() {
        let length: usize = entry.query.iter().map(|(n, v)| n.len() + v.len() + 2).sum();
        assert!(length < 2_000, "{length}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_field_that_can_not_be_filtered_is_named() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    let error = cw.tickets().list().condition(field("resources/identifier").eq("x")).all().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error:?}");
    assert!(error.to_string().contains("resources/identifier is not a recognized name."), "{error}");
    assert_eq!(error.vendor().and_then(|v| v.code.as_deref()), Some("ApiFindCondition"));
    // What can't be quoted is refused here, and nothing is sent.
    sandbox.log().clear();
    let both = field("summary").eq("say \"it's\"");
    let error = cw.tickets().list().condition(both).all().await.unwrap_err();
    assert_eq!((error.kind(), error.context("field")), (ErrorKind::InvalidRequest, Some("summary")));
    assert!(error.remedy().contains("contains"), "{error:?}");
    let note = field("_info/lastUpdated").is_not_null();
    assert!(cw.tickets().list().condition(note).all().await.unwrap_err().remedy().contains("lastUpdated"));
    assert!(sandbox.log().is_empty());
    // A ticket's number as text is no number.
    let error = cw.tickets().list().condition(field("id").eq("forty-two")).all().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn an_order_pages_by_number_and_ends_in_the_id() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    let tickets = cw.tickets().list().order_by("company/id", true).page_size(30).all().await.unwrap();
    assert_eq!(tickets.len(), 250);
    let keys: Vec<_> = tickets.iter().map(|t| (-t.company.as_ref().unwrap().id.unwrap(), t.id.0)).collect();
    assert!(keys.is_sorted(), "{keys:?}");
    // Less comes: only what was named.
    let first = cw.tickets().list().fields(["summary"]).first_page().await.unwrap();
    let ticket = first.records[0].value.as_ref().unwrap();
    assert!(ticket.summary.is_some() && ticket.board.is_none() && ticket.info.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_list_cut_short_or_too_large_is_an_error_and_never_a_short_list() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    sandbox.add_fault(Fault::new("connectwise.tickets.list", Trigger::Always, Effect::CutBody));
    let error = cw.tickets().list().all().await.unwrap_err();
    assert!(error.is_transient() || error.kind() == ErrorKind::Decode, "{error:?}");
    sandbox.clear_faults();
    sandbox.add_fault(Fault::new("connectwise.tickets.list", Trigger::Always, Effect::Status(413, "")));
    let error = cw.tickets().list().all().await.unwrap_err();
    assert_eq!(error.vendor().map(|v| v.status), Some(413), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn the_hours_and_the_schedule_of_a_ticket_are_whole_records_and_counted_for_it_alone() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    let all = cw.time_entries().list().all().await.unwrap();
    let ticket =
        all.iter().find(|t| t.charge_to_type.as_deref() == Some("ServiceTicket")).unwrap().charge_to_id.unwrap();
    // The same number, and no ticket.
    cw.time_entries()
        .create()
        .set("chargeToId", ticket)
        .set("chargeToType", "Activity")
        .set("timeStart", "2026-01-05T09:00:00Z")
        .set("actualHours", 1.0)
        .reference("member", 1)
        .send()
        .await
        .unwrap();
    let list = cw.tickets().time_entries(ticket);
    let hours = list.clone().all().await.unwrap();
    assert!(!hours.is_empty() && hours.iter().all(|h| h.actual_hours.is_some() && h.charge_to_id == Some(ticket)));
    assert_eq!(list.count().await.unwrap(), hours.len() as u64);
    assert!(hours.len() < all.len());
    let schedule = cw.schedule_entries().list().first_page().await.unwrap();
    let ticket = schedule.records[0].value.as_ref().unwrap().object_id.unwrap();
    let list = cw.tickets().schedule_entries(ticket);
    assert!(list.clone().all().await.unwrap().iter().all(|s| s.date_start.is_some()));
    assert_eq!(list.count().await.unwrap(), 1);
    // A project's ticket, too.
    let project = cw.project_tickets().list().page_size(1).first_page().await.unwrap();
    let project = project.records[0].value.as_ref().unwrap().id;
    let (from, until) = ("2026-01-05T09:00:00Z".parse().unwrap(), "2026-01-05T10:30:00Z".parse().unwrap());
    let entry = cw.time_entries().create().charge_to_id(project.0).charge_to_type("ProjectTicket").worked(from, until);
    entry.member(1).send().await.unwrap();
    let kind = serde_json::json!({"id": 1, "identifier": "S"});
    let planned = cw.schedule_entries().create().set("objectId", project.0).set("type", kind);
    planned.set("dateStart", "2026-01-06T09:00:00Z").reference("member", 1).send().await.unwrap();
    assert_eq!(cw.project_tickets().time_entries(project).all().await.unwrap()[0].charge_to_id, Some(project.0));
    assert_eq!(cw.project_tickets().schedule_entries(project).count().await.unwrap(), 1);
    // Below the ticket there are only references.
    let below = cw.get_json(&format!("service/tickets/{ticket}/timeentries")).send().await.unwrap();
    assert!(
        below.as_array().unwrap().iter().all(|row| row.as_object().unwrap().keys().all(|k| k == "id" || k == "_info"))
    );
}
