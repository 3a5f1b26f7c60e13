//! Notes and hours come with their ticket, by whichever way it comes, and go when they are deleted.

use std::time::Duration;

use psa_core::Cause;
use psa_sandbox::connectwise::Resource;
use psa_sandbox::{Effect, Fault, Trigger};
use psa_sync::{RunState, Scope, SyncEngineBuilder};
use serde_json::json;

use crate::tenants::{self, hint, settle, with_children};
use crate::world::{later, run, succeeded};

const TEAMS: [&str; 4] = ["Service Desk", "Projects", "Infrastructure", "Sales"];

#[tokio::test(start_paused = true)]
async fn old_notes_and_hours_come_with_a_halo_ticket_that_enters_the_scope() {
    let tenant = tenants::halo(60).await;
    let desk = |builder: SyncEngineBuilder| with_children(builder).scope(Scope::all().teams(["Service Desk"]));
    let engine = tenant.engine(desk);
    succeeded(&run(&engine).await);
    let inside = tenant.stored_tickets().await;
    let outside: Vec<i64> = tenant.noted(60).into_iter().filter(|id| !inside.contains(id)).collect();
    assert!(!outside.is_empty());
    later(60).await;
    tenant.sandbox.edit(|halo| outside.iter().for_each(|id| halo.update_ticket(*id, "team", "Service Desk")));
    let report = run(&engine).await;
    succeeded(&report);
    for id in outside {
        assert!(tenant.notes_of(id).await > 0, "the notes of ticket {id} are lost");
    }
    settle(&engine).await;
    tenant.same_as_fresh(desk).await;
}

#[tokio::test(start_paused = true)]
async fn old_notes_come_with_a_connectwise_ticket_that_enters_the_scope() {
    let tenant = tenants::connectwise(60).await;
    let desk = |builder: SyncEngineBuilder| with_children(builder).scope(Scope::all().teams(["Service Team"]));
    let engine = tenant.engine(desk);
    succeeded(&run(&engine).await);
    let inside = tenant.stored_tickets().await;
    let outside: Vec<i64> = tenant.noted().into_iter().filter(|id| !inside.contains(id)).collect();
    assert!(!outside.is_empty());
    later(60).await;
    tenant.sandbox.edit(|cw| {
        outside
            .iter()
            .for_each(|id| cw.update(Resource::Tickets, *id, "team", json!({"id": 1, "name": "Service Team"})));
    });
    succeeded(&run(&engine).await);
    for id in outside {
        assert!(tenant.notes_of(id).await > 0, "the notes of ticket {id} are lost");
    }
    settle(&engine).await;
    tenant.same_as_fresh(desk).await;
}

#[tokio::test(start_paused = true)]
async fn a_wider_scope_brings_the_old_notes_of_both_vendors() {
    let narrow = |builder: SyncEngineBuilder| with_children(builder).scope(Scope::all().teams(["Service Desk"]));
    let tenant = tenants::halo(60).await;
    succeeded(&run(&tenant.engine(narrow)).await);
    later(60).await;
    succeeded(&run(&tenant.engine(with_children)).await);
    settle(&tenant.engine(with_children)).await;
    tenant.same_as_fresh(with_children).await;

    let narrow = |builder: SyncEngineBuilder| with_children(builder).scope(Scope::all().teams(["Service Team"]));
    let tenant = tenants::connectwise(60).await;
    succeeded(&run(&tenant.engine(narrow)).await);
    later(60).await;
    succeeded(&run(&tenant.engine(with_children)).await);
    settle(&tenant.engine(with_children)).await;
    tenant.same_as_fresh(with_children).await;
}

#[tokio::test(start_paused = true)]
async fn old_notes_and_hours_come_with_halo_tickets_that_a_wider_right_shows() {
    let tenant = tenants::halo(60).await;
    tenant.sandbox.restrict_to_teams(Some(&["Service Desk"]));
    let engine = tenant.engine(with_children);
    run(&engine).await;
    let shown = tenant.stored_tickets().await;
    assert!(!shown.is_empty() && shown.len() < 60);
    tenant.sandbox.restrict_to_teams(None);
    later(60).await;
    run(&engine).await;
    for id in tenant.noted(60) {
        assert!(tenant.notes_of(id).await > 0, "the notes of ticket {id} are lost");
    }
    settle(&engine).await;
    tenant.same_as_fresh(with_children).await;
}

#[tokio::test(start_paused = true)]
async fn old_notes_come_with_connectwise_tickets_that_a_wider_right_shows() {
    let tenant = tenants::connectwise(150).await;
    tenant.sandbox.only_mine(&["Service Tickets"]);
    let engine = tenant.engine(with_children);
    run(&engine).await;
    assert!(tenant.stored_tickets().await.iter().all(|id| *id > 150), "only tickets of projects are shown");
    tenant.sandbox.only_mine(&[]);
    later(60).await;
    run(&engine).await;
    for id in tenant.noted() {
        assert!(tenant.notes_of(id).await > 0, "the notes of ticket {id} are lost");
    }
    settle(&engine).await;
    tenant.same_as_fresh(with_children).await;
}

#[tokio::test(start_paused = true)]
async fn notes_and_hours_come_back_with_halo_tickets_that_were_hidden_for_a_while() {
    let tenant = tenants::halo(40).await;
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    // The smallest team, so that the guard does not take it for a lost right.
    let teams =
        tenant.store.query("SELECT team, count(*) AS n FROM ticket GROUP BY 1 ORDER BY 2 LIMIT 1").await.unwrap();
    let hidden = teams[0]["team"].as_str().unwrap().to_owned();
    let others: Vec<&str> = TEAMS.into_iter().filter(|team| *team != hidden).collect();
    let all = tenant.count("SELECT count(*) FROM ticket_note").await;
    tenant.sandbox.restrict_to_teams(Some(&others));
    later(60).await;
    succeeded(&run(&engine).await);
    assert_eq!(tenant.count(&format!("SELECT count(*) FROM ticket WHERE team = '{hidden}'")).await, 0);
    assert!(tenant.count("SELECT count(*) FROM ticket_note").await < all, "notes go with their ticket");
    tenant.sandbox.restrict_to_teams(None);
    later(60).await;
    succeeded(&run(&engine).await);
    assert_eq!(tenant.count("SELECT count(*) FROM ticket_note").await, all, "and come with it");
    settle(&engine).await;
    tenant.same_as_fresh(with_children).await;
}

#[tokio::test(start_paused = true)]
async fn notes_come_back_with_connectwise_tickets_that_were_hidden_for_a_while() {
    // So few that the guard lets them go.
    let tenant = tenants::connectwise(15).await;
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    let all = tenant.count("SELECT count(*) FROM ticket_note").await;
    assert!(all > 0);
    tenant.sandbox.only_mine(&["Service Tickets"]);
    later(60).await;
    succeeded(&run(&engine).await);
    assert_eq!(tenant.count("SELECT count(*) FROM ticket").await, 0);
    assert_eq!(tenant.count("SELECT count(*) FROM ticket_note").await, 0, "notes go with their ticket");
    tenant.sandbox.only_mine(&[]);
    later(60).await;
    succeeded(&run(&engine).await);
    assert_eq!(tenant.count("SELECT count(*) FROM ticket_note").await, all, "and come with it");
    settle(&engine).await;
    tenant.same_as_fresh(with_children).await;
}

#[tokio::test(start_paused = true)]
async fn notes_and_hours_come_back_with_a_halo_ticket_that_was_not_found_once() {
    let tenant = tenants::halo(30).await;
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    let ticket = tenant.noted(30)[0];
    tenant.sandbox.add_fault(Fault::new("halo.tickets.get", Trigger::Nth(1), Effect::Status(404, "")));
    engine.accept(vec![hint("halo", ticket, Cause::Updated)]).await.unwrap();
    engine.fetch_hints(&()).await.unwrap();
    assert_eq!(tenant.notes_of(ticket).await, 0, "that it was not found is believed");
    later(60).await;
    succeeded(&run(&engine).await);
    assert!(tenant.notes_of(ticket).await > 0, "the next run finds it again, with its notes");
    settle(&engine).await;
    tenant.same_as_fresh(with_children).await;
}

#[tokio::test(start_paused = true)]
async fn notes_come_back_with_a_connectwise_ticket_that_was_not_found_once() {
    let tenant = tenants::connectwise(30).await;
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    let ticket = tenant.noted()[0];
    tenant.sandbox.add_fault(Fault::new("connectwise.tickets.get", Trigger::Nth(1), Effect::Status(404, "")));
    engine.accept(vec![hint("connectwise", ticket, Cause::Updated)]).await.unwrap();
    engine.fetch_hints(&()).await.unwrap();
    assert_eq!(tenant.notes_of(ticket).await, 0, "that it was not found is believed");
    later(60).await;
    succeeded(&run(&engine).await);
    assert!(tenant.notes_of(ticket).await > 0, "the next run finds it again, with its notes");
    settle(&engine).await;
    tenant.same_as_fresh(with_children).await;
}

#[tokio::test(start_paused = true)]
async fn a_note_whose_new_ticket_was_not_found_once_is_not_lost() {
    let tenant = tenants::halo(30).await;
    let engine = tenant.engine(with_children);
    // The ticket comes to be after tickets were read, and its single read fails.
    tenant.sandbox.edit_before("halo.actions.list", 1, |halo| {
        let ticket = halo.insert_ticket("a new one");
        halo.add_action(ticket, "its note", 1.0);
    });
    tenant.sandbox.add_fault(Fault::new("halo.tickets.get", Trigger::Nth(1), Effect::Status(404, "")));
    run(&engine).await;
    settle(&engine).await;
    assert_eq!(tenant.notes_of(31).await, 1);
    tenant.same_as_fresh(with_children).await;
}

#[tokio::test(start_paused = true)]
async fn the_old_notes_of_tickets_that_bear_the_day_of_their_import_are_read() {
    let tenant = tenants::halo(60).await;
    let today = tenant.sandbox.now().to_rfc3339();
    tenant.sandbox.edit(|halo| {
        (1..=60).for_each(|id| halo.update_ticket(id, "dateoccurred", today.as_str()));
    });
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    let all: usize = tenant.sandbox.edit(|halo| (1..=60).map(|id| halo.action_count(id)).sum());
    assert_eq!(tenant.count("SELECT count(*) FROM ticket_note").await as usize, all);
    settle(&engine).await;
    tenant.same_as_fresh(with_children).await;
}

#[tokio::test(start_paused = true)]
async fn tickets_that_are_imported_later_bring_their_old_notes_with_both_vendors() {
    // What is hidden, and then there with the stamp of today, is what an import looks like.
    let tenant = tenants::halo(60).await;
    tenant.sandbox.restrict_to_teams(Some(&["Service Desk"]));
    let engine = tenant.engine(with_children);
    run(&engine).await;
    later(60).await;
    tenant.sandbox.restrict_to_teams(None);
    tenant.sandbox.edit(|halo| (1..=60).for_each(|id| halo.touch_ticket(id)));
    run(&engine).await;
    for id in tenant.noted(60) {
        assert!(tenant.notes_of(id).await > 0, "the notes of ticket {id} are lost");
    }
    settle(&engine).await;
    tenant.same_as_fresh(with_children).await;

    let tenant = tenants::connectwise(60).await;
    tenant.sandbox.only_mine(&["Service Tickets"]);
    let engine = tenant.engine(with_children);
    run(&engine).await;
    later(60).await;
    tenant.sandbox.only_mine(&[]);
    tenant.sandbox.edit(|cw| (1..=60).for_each(|id| cw.touch(Resource::Tickets, id)));
    run(&engine).await;
    for id in tenant.noted() {
        assert!(tenant.notes_of(id).await > 0, "the notes of ticket {id} are lost");
    }
    settle(&engine).await;
    tenant.same_as_fresh(with_children).await;
}

#[tokio::test(start_paused = true)]
async fn a_note_that_is_deleted_at_halo_goes_though_its_ticket_stays() {
    let tenant = tenants::halo(30).await;
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    let tickets = tenant.noted(30);
    let before = tenant.count("SELECT count(*) FROM ticket_note").await;
    later(60).await;
    // The first actions of three tickets, hours among them.
    tenant.sandbox.edit(|halo| tickets.iter().take(3).for_each(|id| halo.delete_action(*id, 1)));
    succeeded(&run(&engine).await);
    assert_eq!(tenant.count("SELECT count(*) FROM ticket_note").await, before - 3);
    assert_eq!(tenant.stored_tickets().await.len(), 30);
    settle(&engine).await;
    tenant.same_as_fresh(with_children).await;
}

#[tokio::test(start_paused = true)]
async fn a_note_that_is_deleted_at_connectwise_goes_though_its_ticket_stays() {
    let tenant = tenants::connectwise(30).await;
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    let tickets = tenant.noted();
    let (told, silent) = (tickets[0], tickets[1]);
    let (first, second) = (tenant.notes_at_vendor(told)[0], tenant.notes_at_vendor(silent)[0]);
    let before = tenant.count("SELECT count(*) FROM ticket_note").await;
    later(60).await;
    tenant.sandbox.edit(|cw| {
        cw.remove(Resource::TicketNotes, first);
        cw.touch(Resource::Tickets, told);
        cw.remove(Resource::TicketNotes, second);
        cw.remove(Resource::TimeEntries, 3);
    });
    let report = run(&engine).await;
    succeeded(&report);
    assert_eq!(tenant.count("SELECT count(*) FROM ticket_note").await, before - 1);
    // No stamp tells of the other one: what is below all tickets is read when somebody asks for it.
    engine.full_compare().await.unwrap();
    later(60).await;
    succeeded(&run(&engine).await);
    assert_eq!(tenant.count("SELECT count(*) FROM ticket_note").await, before - 2);
    settle(&engine).await;
    tenant.same_as_fresh(with_children).await;
}

/// So many requests of an operation are each answered without rows, in the first read and in an update.
const NTH: std::ops::RangeInclusive<u64> = 1..=9;

#[tokio::test(start_paused = true)]
async fn a_halo_page_without_rows_loses_nothing() {
    for operation in ["halo.tickets.list", "halo.actions.list", "halo.clients.list"] {
        for nth in NTH {
            let tenant = tenants::halo(45).await;
            let engine = tenant.engine(with_children);
            let empty = || Fault::new(operation, Trigger::Nth(nth), Effect::EmptyPage);
            tenant.sandbox.add_fault(empty());
            let first = run(&engine).await;
            assert!(matches!(first.state, RunState::Succeeded | RunState::Partial), "{operation} {nth}: {first:#?}");
            later(60).await;
            tenant.sandbox.clear_faults();
            tenant.sandbox.edit(|halo| {
                (1..=45).for_each(|id| halo.update_ticket(id, "summary", format!("changed {id}")));
                halo.add_action(5, "a new note", 1.0);
            });
            tenant.sandbox.add_fault(empty());
            run(&engine).await;
            tenant.sandbox.clear_faults();
            settle(&engine).await;
            eprintln!("{operation} {nth}");
            tenant.same_as_fresh(with_children).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_connectwise_page_without_rows_loses_nothing() {
    for operation in [
        "connectwise.tickets.list",
        "connectwise.ticket_notes.list",
        "connectwise.time_entries.list",
        "connectwise.companies.list",
    ] {
        for nth in NTH {
            let tenant = tenants::connectwise(45).await;
            let engine = tenant.engine(with_children);
            let empty = || Fault::new(operation, Trigger::Nth(nth), Effect::EmptyPage);
            tenant.sandbox.add_fault(empty());
            let first = run(&engine).await;
            assert!(matches!(first.state, RunState::Succeeded | RunState::Partial), "{operation} {nth}: {first:#?}");
            later(60).await;
            tenant.sandbox.clear_faults();
            tenant.sandbox.edit(|cw| {
                (1..=45).for_each(|id| cw.update(Resource::Tickets, id, "summary", format!("changed {id}")));
                cw.insert_below(Resource::TicketNotes, 5, json!({"text": "a new note", "detailDescriptionFlag": true}));
            });
            tenant.sandbox.add_fault(empty());
            run(&engine).await;
            tenant.sandbox.clear_faults();
            settle(&engine).await;
            eprintln!("{operation} {nth}");
            tenant.same_as_fresh(with_children).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn notes_that_are_not_found_at_first_are_not_taken_for_none() {
    let tenant = tenants::connectwise(45).await;
    // The vendor's list of a project's ticket would say that a ticket of service has no notes.
    tenant.sandbox.add_fault(Fault::new("connectwise.ticket_notes.list", Trigger::Every(3), Effect::Status(404, "{}")));
    let engine = tenant.engine(with_children);
    assert_eq!(run(&engine).await.state, RunState::Partial);
    tenant.sandbox.clear_faults();
    settle(&engine).await;
    tenant.same_as_fresh(with_children).await;
}

#[tokio::test(start_paused = true)]
async fn hours_that_were_left_out_with_a_ticket_are_missed_if_they_are_not_found_when_it_is_gone() {
    let tenant = tenants::connectwise(60).await;
    let desk = |builder: SyncEngineBuilder| with_children(builder).scope(Scope::all().teams(["Service Team"]));
    let engine = tenant.engine(desk);
    succeeded(&run(&engine).await);
    let inside = tenant.stored_tickets().await;
    let hours = tenant.count("SELECT count(*) FROM time_entry").await;
    later(60).await;
    // Their tickets are deleted, and the hours stay.
    tenant
        .sandbox
        .edit(|cw| (1..=60).filter(|id| !inside.contains(id)).for_each(|id| cw.remove(Resource::Tickets, id)));
    tenant.sandbox.add_fault(Fault::new("connectwise.time_entries.get", Trigger::Always, Effect::Status(404, "{}")));
    run(&engine).await;
    run(&engine).await;
    tenant.sandbox.clear_faults();
    settle(&engine).await;
    tenant.same_as_fresh(desk).await;
    assert!(tenant.count("SELECT count(*) FROM time_entry").await > hours);
}

#[tokio::test(start_paused = true)]
async fn nothing_waits_for_the_notes_of_a_ticket_that_vanished_while_they_were_read() {
    let tenant = tenants::connectwise(20).await;
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    later(60).await;
    tenant.sandbox.edit(|cw| cw.update(Resource::Tickets, 5, "summary", "changed"));
    let slow = Effect::Delay(Duration::from_secs(60));
    tenant.sandbox.add_fault(Fault::new("connectwise.ticket_notes.list", Trigger::Always, slow));
    tenant.sandbox.edit_before("connectwise.ticket_notes.list", 1, |cw| cw.remove(Resource::Tickets, 5));
    let other = tenant.engine(with_children);
    let told = async {
        tokio::time::sleep(Duration::from_secs(30)).await;
        other.accept(vec![hint("connectwise", 5, Cause::Deleted)]).await.unwrap();
        other.fetch_hints(&()).await.unwrap()
    };
    let (report, _) = futures::join!(run(&engine), told);
    succeeded(&report);
    assert!(!tenant.stored_tickets().await.contains(&5));
    tenant.sandbox.clear_faults();
    settle(&engine).await;
    tenant.same_as_fresh(with_children).await;
}
