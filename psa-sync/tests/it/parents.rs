//! What records belong to: projects and sales, tickets that are synced later, parents outside the scope, gone or late.

use psa_core::{Company, EntityKind, Opportunity, Project, Ticket, TicketNote, TimeEntry};
use psa_sandbox::connectwise::Resource;
use psa_sandbox::{Effect, Fault, Trigger};
use psa_sync::{Pull, RunState, Scope, SyncEngineBuilder};
use serde_json::json;

use crate::tenants::{self, settle, with_children};
use crate::wire::each_row;
use crate::world::{TICKET, later, run, succeeded};

const SALE: i64 = 800_000_001;
const PROJECT: i64 = 900_000_001;

fn with_sales(builder: SyncEngineBuilder) -> SyncEngineBuilder {
    with_children(builder).entity(Pull::<Opportunity>::new()).entity(Pull::<Project>::new())
}

/// Notes and hours alone, without what they belong to.
fn below_nothing(builder: SyncEngineBuilder) -> SyncEngineBuilder {
    builder.entity(Pull::<TicketNote>::new()).entity(Pull::<TimeEntry>::new()).page_size(10)
}

#[tokio::test(start_paused = true)]
async fn notes_and_hours_of_sales_and_projects_are_kept() {
    let tenant = tenants::halo(30).await;
    tenant.sandbox.edit(|halo| {
        halo.add_action(SALE, "called the buyer", 1.5);
        halo.add_action(SALE + 1, "sent the quote", 0.5);
        halo.add_action(PROJECT, "kick-off", 2.0);
    });
    let engine = tenant.engine(with_sales);
    succeeded(&run(&engine).await);
    for parent in [SALE, SALE + 1, PROJECT] {
        assert_eq!(tenant.notes_of(parent).await, 1, "the note of {parent} is lost");
        let hours = format!("SELECT count(*) FROM time_entry WHERE ticket_key = '{parent}'");
        assert_eq!(tenant.count(&hours).await, 1, "the hours of {parent} are lost");
    }
    later(60).await;
    tenant.sandbox.edit(|halo| {
        halo.add_action(SALE, "called again", 0.25);
        halo.add_action(PROJECT, "first phase done", 4.0);
        halo.purge_ticket(SALE + 1);
    });
    succeeded(&run(&engine).await);
    assert_eq!((tenant.notes_of(SALE).await, tenant.notes_of(PROJECT).await), (2, 2));
    assert_eq!(tenant.notes_of(SALE + 1).await, 0, "they go with their sale");
    settle(&engine).await;
    tenant.same_as_fresh(with_sales).await;
}

#[tokio::test(start_paused = true)]
async fn notes_of_projects_that_are_not_synced_are_looked_up_once_and_come_when_projects_are_synced() {
    let tenant = tenants::halo(30).await;
    tenant.sandbox.edit(|halo| halo.add_action(PROJECT, "kick-off", 2.0));
    let engine = tenant.engine(with_children);
    let report = run(&engine).await;
    succeeded(&report);
    let dropped = [EntityKind::TICKET_NOTE, EntityKind::TIME_ENTRY].map(|kind| report.entity(&kind).unwrap().counts);
    assert_eq!(dropped.map(|counts| counts.dropped), [1, 1], "what is not kept is counted: {report:#?}");
    for _ in 0..3 {
        later(60).await;
        tenant.sandbox.log().clear();
        succeeded(&run(&engine).await);
        assert_eq!(tenant.sandbox.log().count("halo.tickets.get"), 0, "a project is no ticket, and that is known");
    }
    later(60).await;
    settle(&tenant.engine(with_sales)).await;
    assert_eq!(tenant.notes_of(PROJECT).await, 1);
    tenant.same_as_fresh(with_sales).await;
}

#[tokio::test(start_paused = true)]
async fn notes_that_were_synced_before_their_tickets_go_when_a_ticket_goes_at_halo() {
    let tenant = tenants::halo(30).await;
    succeeded(&run(&tenant.engine(below_nothing)).await);
    let ticket = tenant.noted(30)[0];
    assert!(tenant.notes_of(ticket).await > 0);
    later(60).await;
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    later(60).await;
    tenant.sandbox.edit(|halo| halo.purge_ticket(ticket));
    succeeded(&run(&engine).await);
    assert_eq!(tenant.notes_of(ticket).await, 0, "the notes outlive their ticket");
    settle(&engine).await;
    tenant.same_as_fresh(with_children).await;
}

#[tokio::test(start_paused = true)]
async fn notes_that_were_synced_before_their_tickets_go_when_a_ticket_goes_at_connectwise() {
    let tenant = tenants::connectwise(30).await;
    succeeded(&run(&tenant.engine(below_nothing)).await);
    let ticket = tenant.noted()[0];
    assert!(tenant.notes_of(ticket).await > 0);
    later(60).await;
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    later(60).await;
    tenant.sandbox.edit(|cw| cw.remove(Resource::Tickets, ticket));
    succeeded(&run(&engine).await);
    assert_eq!(tenant.notes_of(ticket).await, 0, "the notes outlive their ticket");
    settle(&engine).await;
    tenant.same_as_fresh(with_children).await;
}

#[tokio::test(start_paused = true)]
async fn notes_of_a_halo_ticket_that_was_deleted_before_tickets_were_synced_do_not_stay() {
    let tenant = tenants::halo(30).await;
    succeeded(&run(&tenant.engine(below_nothing)).await);
    let ticket = tenant.noted(30)[0];
    later(60).await;
    tenant.sandbox.edit(|halo| halo.purge_ticket(ticket));
    let engine = tenant.engine(with_children);
    settle(&engine).await;
    assert_eq!(tenant.notes_of(ticket).await, 0, "notes of a ticket that nobody has");
    tenant.same_as_fresh(with_children).await;
}

#[tokio::test(start_paused = true)]
async fn notes_of_a_connectwise_ticket_that_was_deleted_before_tickets_were_synced_do_not_stay() {
    let tenant = tenants::connectwise(30).await;
    succeeded(&run(&tenant.engine(below_nothing)).await);
    let ticket = tenant.noted()[0];
    later(60).await;
    tenant.sandbox.edit(|cw| cw.remove(Resource::Tickets, ticket));
    let engine = tenant.engine(with_children);
    settle(&engine).await;
    assert_eq!(tenant.notes_of(ticket).await, 0, "notes of a ticket that nobody has");
    tenant.same_as_fresh(with_children).await;
}

#[tokio::test(start_paused = true)]
async fn a_company_that_was_deleted_before_or_after_its_tickets_were_read_leaves_the_same_store_at_halo() {
    let tenant = tenants::halo(60).await;
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    later(60).await;
    tenant.sandbox.edit(|halo| halo.purge_client(3));
    settle(&engine).await;
    // Both read every ticket of a company that is gone, and neither waits for it.
    assert!(tenant.count("SELECT count(*) FROM ticket WHERE company_key = '3'").await > 0);
    // Rows of tickets show the name that their company had when they were read.
    tenant.same_contents_as_fresh(with_children).await;
}

#[tokio::test(start_paused = true)]
async fn a_company_that_was_deleted_before_or_after_its_tickets_were_read_leaves_the_same_store_at_connectwise() {
    let tenant = tenants::connectwise(60).await;
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    later(60).await;
    tenant.sandbox.edit(|cw| {
        cw.delete_company(3);
        cw.remove(Resource::Companies, 4);
    });
    settle(&engine).await;
    assert!(tenant.count("SELECT count(*) FROM ticket WHERE company_key IN ('3', '4')").await > 0);
    // Rows of tickets show the name that their company had when they were read.
    tenant.same_contents_as_fresh(with_children).await;
}

#[tokio::test(start_paused = true)]
async fn a_company_that_is_gone_is_asked_for_once_and_not_in_every_run() {
    let tenant = tenants::connectwise(60).await;
    tenant.sandbox.edit(|cw| cw.remove(Resource::Companies, 4));
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    for _ in 0..2 {
        later(60).await;
        tenant.sandbox.edit(|cw| (1..=60).for_each(|id| cw.touch(Resource::Tickets, id)));
        tenant.sandbox.log().clear();
        succeeded(&run(&engine).await);
        assert_eq!(tenant.sandbox.log().count("connectwise.companies.get"), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn hours_of_tickets_outside_the_scope_are_not_read_one_by_one_in_every_run() {
    let tenant = tenants::connectwise(60).await;
    let desk = |builder: SyncEngineBuilder| with_children(builder).scope(Scope::all().teams(["Service Team"]));
    let engine = tenant.engine(desk);
    succeeded(&run(&engine).await);
    let hours = tenant.count("SELECT count(*) FROM time_entry").await;
    assert!(hours > 0 && hours < 30, "some are outside");
    for _ in 0..3 {
        later(60).await;
        tenant.wire.take();
        succeeded(&run(&engine).await);
        let asked = tenant.wire.take();
        let single: Vec<_> = asked.iter().filter(|a| a.operation.ends_with(".get")).map(|a| &a.path).collect();
        assert!(single.is_empty(), "{single:?}");
        let notes = asked.iter().filter(|a| a.operation == "connectwise.ticket_notes.list").count();
        assert_eq!(notes, 0, "no ticket changed");
    }
    tenant.same_as_fresh(desk).await;
}

#[tokio::test(start_paused = true)]
async fn a_note_whose_halo_ticket_turns_out_to_be_outside_the_scope_waits_for_nothing() {
    let tenant = tenants::halo(30).await;
    let desk = |builder: SyncEngineBuilder| with_children(builder).scope(Scope::all().teams(["Service Desk"]));
    let engine = tenant.engine(desk);
    // The ticket comes to be between the tickets and their notes.
    tenant.sandbox.edit_before("halo.actions.list", 1, |halo| {
        let ticket = halo.insert_ticket("of another team");
        halo.update_ticket(ticket, "team", "Projects");
        halo.add_action(ticket, "its note", 1.0);
    });
    succeeded(&run(&engine).await);
    assert_eq!(tenant.count("SELECT count(*) FROM hold").await, 0);
    settle(&engine).await;
    tenant.same_as_fresh(desk).await;
}

#[tokio::test(start_paused = true)]
async fn hours_whose_connectwise_ticket_turns_out_to_be_outside_the_scope_wait_for_nothing() {
    let tenant = tenants::connectwise(30).await;
    let desk = |builder: SyncEngineBuilder| with_children(builder).scope(Scope::all().teams(["Service Team"]));
    let engine = tenant.engine(desk);
    tenant.sandbox.edit_before("connectwise.time_entries.list", 1, |cw| {
        let ticket = cw.insert_ticket("of another team");
        cw.update(Resource::Tickets, ticket, "team", json!({"id": 2, "name": "Field Team"}));
        cw.insert(
            Resource::TimeEntries,
            json!({
                "chargeToId": ticket, "chargeToType": "ServiceTicket", "actualHours": 1.0,
                "timeStart": "2026-10-01T09:00:00Z",
            }),
        );
    });
    succeeded(&run(&engine).await);
    assert_eq!(tenant.count("SELECT count(*) FROM hold").await, 0);
    settle(&engine).await;
    tenant.same_as_fresh(desk).await;
}

/// Spoils the id of a ticket in lists of tickets. Where ids alone are listed, it is readable.
fn spoil_id(tenant: &tenants::HaloTenant, id: i64) {
    tenant.wire.change(move |asked, body| {
        if asked.operation != "halo.tickets.list" || asked.query.contains("ticketidonly") {
            return Ok(body);
        }
        Ok(each_row(&body, |row| {
            if row["id"] == json!(id) {
                row["id"] = json!("not readable");
            }
        }))
    });
}

#[tokio::test(start_paused = true)]
async fn rows_without_a_readable_id_leave_nothing_behind_when_they_are_mended() {
    let tenant = tenants::halo(45).await;
    spoil_id(&tenant, 5);
    let engine = tenant.engine(with_children);
    run(&engine).await;
    for round in 1..=3 {
        later(60).await;
        tenant.sandbox.edit(|halo| halo.update_ticket(5, "summary", format!("round {round}")));
        run(&engine).await;
        assert!(tenant.count("SELECT count(*) FROM hold").await <= 1, "one more waits each time the row changes");
    }
    tenant.wire.clear();
    later(60).await;
    tenant.sandbox.edit(|halo| halo.update_ticket(5, "summary", "mended"));
    settle(&engine).await;
    assert_eq!(tenant.count("SELECT count(*) FROM hold").await, 0);
    tenant.same_as_fresh(with_children).await;
}

#[tokio::test(start_paused = true)]
async fn an_edit_in_a_row_without_a_readable_id_is_read_or_the_run_says_that_something_waits() {
    let tenant = tenants::halo(45).await;
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    spoil_id(&tenant, 5);
    for round in 1..=3 {
        later(60).await;
        let summary = format!("round {round}");
        tenant.sandbox.edit(|halo| halo.update_ticket(5, "summary", summary.as_str()));
        let report = run(&engine).await;
        if report.state == RunState::Succeeded {
            assert_eq!(tenant.summary(5).await, Some(summary), "the edit is lost, and the run says that all is there");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_company_that_twenty_thousand_tickets_wait_for_sets_all_of_them_free() {
    let tickets: i64 = 20_000;
    let tenant = tenants::halo(u32::try_from(tickets).unwrap()).await;
    tenant.sandbox.edit(|halo| (1..=tickets).for_each(|id| halo.update_ticket(id, "client_id", 2)));
    let kinds = |builder: SyncEngineBuilder| {
        builder.entity(Pull::<Company>::new()).entity(Pull::<Ticket>::new()).page_size(100)
    };
    let engine = tenant.engine(kinds);
    tenant.sandbox.add_fault(Fault::new("halo.clients.list", Trigger::Always, Effect::Status(418, "no tea")));
    let report = run(&engine).await;
    assert_eq!(report.state, RunState::Partial, "{report:#?}");
    assert_eq!(report.entity(&TICKET).unwrap().waiting, tickets as u64, "all wait for one company");
    tenant.sandbox.clear_faults();
    later(60).await;
    let report = run(&engine).await;
    succeeded(&report);
    assert_eq!(report.entity(&TICKET).unwrap().counts.released, tickets as u64);
    assert_eq!(tenant.count("SELECT count(*) FROM ticket").await, tickets);
    assert_eq!(tenant.count("SELECT count(*) FROM hold").await, 0);
    tenant.same_as_fresh(kinds).await;
}
