//! Changes arrive: edits that paging missed, renamed lists, unmapped members, interrupted runs, and a clock of answers
//! that is not the clock of records.

use std::time::Duration;

use chrono::TimeDelta;
use psa_core::{Cause, EntityKind, ErrorKind, Opportunity};
use psa_sandbox::connectwise::Resource;
use psa_sandbox::{Effect, Fault, Trigger};
use psa_sync::{Pull, RunReport, RunState, SyncEngineBuilder};
use serde_json::{Value, json};

use crate::tenants::{self, hint, settle, with_children};
use crate::world::{TICKET, later, run, succeeded};

const DAYS: u64 = 24 * 60;

#[tokio::test(start_paused = true)]
async fn a_halo_edit_that_paging_missed_and_a_read_could_not_get_keeps_the_run_from_success() {
    let mut missed = 0;
    for gap in 2..=7 {
        let tenant = tenants::halo(60).await;
        let engine = tenant.engine(with_children);
        succeeded(&run(&engine).await);
        later(60).await;
        tenant.sandbox.edit(|halo| (1..=60).for_each(|id| halo.update_ticket(id, "summary", format!("changed {id}"))));
        // What is behind it moves to the page before, which was read already.
        tenant.sandbox.edit_before("halo.tickets.list", gap, |halo| halo.delete_ticket(3));
        tenant.sandbox.add_fault(Fault::new("halo.tickets.get", Trigger::Always, Effect::Status(500, "")));
        let report = run(&engine).await;
        let old =
            tenant.count("SELECT count(*) FROM ticket WHERE summary NOT LIKE 'changed%' AND vendor_key <> '3'").await;
        if old > 0 {
            missed += 1;
            assert_eq!(report.state, RunState::Partial, "{old} edits are missing: {report:#?}");
            assert!(report.entity(&TICKET).unwrap().waiting > 0, "{report:#?}");
        }
        tenant.sandbox.clear_faults();
        settle(&engine).await;
        tenant.same_as_fresh(with_children).await;
    }
    assert!(missed > 0, "no gap made paging miss anything");
}

#[tokio::test(start_paused = true)]
async fn a_connectwise_edit_that_paging_missed_and_a_read_could_not_get_keeps_the_run_from_success() {
    let mut missed = 0;
    for nth in 1..=9 {
        let tenant = tenants::connectwise(60).await;
        let engine = tenant.engine(with_children);
        succeeded(&run(&engine).await);
        later(60).await;
        tenant.sandbox.edit(|cw| {
            (1..=60).for_each(|id| cw.update(Resource::Tickets, id, "summary", format!("changed {id}")));
        });
        tenant.sandbox.add_fault(Fault::new("connectwise.tickets.list", Trigger::Nth(nth), Effect::EmptyPage));
        tenant.sandbox.add_fault(Fault::new("connectwise.tickets.get", Trigger::Always, Effect::Status(500, "")));
        let report = run(&engine).await;
        let old = "SELECT count(*) FROM ticket WHERE summary NOT LIKE 'changed%' AND CAST(vendor_key AS INTEGER) <= 60";
        if tenant.count(old).await > 0 {
            missed += 1;
            assert_eq!(report.state, RunState::Partial, "{report:#?}");
        }
        tenant.sandbox.clear_faults();
        settle(&engine).await;
        tenant.same_as_fresh(with_children).await;
    }
    assert!(missed > 0, "no empty page made paging miss anything");
}

/// A status and a type that both vendors have, and lists that only one of them has.
const RENAMED: &[(&str, &str)] = &[
    ("In Progress", "Doing"),
    ("Incident", "Disturbance"),
    ("High", "Rather high"),
    ("Priority 2", "Rather high"),
    ("Private Note", "For us alone"),
    ("Remote", "From afar"),
];

#[tokio::test(start_paused = true)]
async fn tickets_have_the_new_name_of_a_halo_status_type_or_priority_after_the_next_run() {
    let kinds = |builder: SyncEngineBuilder| with_children(builder).entity(Pull::<Opportunity>::new());
    let tenant = tenants::halo(60).await;
    let engine = tenant.engine(kinds);
    succeeded(&run(&engine).await);
    let old = tenant.count("SELECT count(*) FROM ticket WHERE status = 'In Progress'").await;
    assert!(old > 0);
    later(60).await;
    tenant.wire.rename(RENAMED);
    succeeded(&run(&engine).await);
    assert_eq!(tenant.count("SELECT count(*) FROM ticket WHERE status = 'In Progress'").await, 0);
    assert_eq!(tenant.count("SELECT count(*) FROM ticket WHERE status = 'Doing'").await, old);
    assert_eq!(tenant.count("SELECT count(*) FROM ticket WHERE ticket_type = 'Incident'").await, 0);
    assert_eq!(tenant.count("SELECT count(*) FROM ticket WHERE priority = 'High'").await, 0);
    assert_eq!(tenant.count("SELECT count(*) FROM ticket_note WHERE outcome = 'Private Note'").await, 0);
    let told = "SELECT count(*) FROM change WHERE what = 'renamed'";
    assert!(tenant.count(told).await >= old, "the change log tells of it");
    settle(&engine).await;
    tenant.same_contents_as_fresh(kinds).await;
}

#[tokio::test(start_paused = true)]
async fn tickets_have_the_new_name_of_a_connectwise_status_type_or_priority_after_the_next_run() {
    let tenant = tenants::connectwise(60).await;
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    let old = tenant.count("SELECT count(*) FROM ticket WHERE status = 'In Progress'").await;
    assert!(old > 0);
    later(60).await;
    tenant.wire.rename(RENAMED);
    succeeded(&run(&engine).await);
    assert_eq!(tenant.count("SELECT count(*) FROM ticket WHERE status = 'In Progress'").await, 0);
    assert_eq!(tenant.count("SELECT count(*) FROM ticket WHERE status = 'Doing'").await, old);
    assert_eq!(tenant.count("SELECT count(*) FROM ticket WHERE ticket_type = 'Incident'").await, 0);
    assert_eq!(tenant.count("SELECT count(*) FROM ticket WHERE priority = 'Priority 2'").await, 0);
    assert_eq!(tenant.count("SELECT count(*) FROM time_entry WHERE work_type = 'Remote'").await, 0);
    settle(&engine).await;
    tenant.same_contents_as_fresh(with_children).await;
}

#[tokio::test(start_paused = true)]
async fn a_halo_status_that_is_new_and_used_at_once_has_its_name() {
    let tenant = tenants::halo(30).await;
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    // Within the time in which names are believed, and within the overlap of windows.
    later(2).await;
    let more = |names: &'static [(i64, &'static str)]| {
        tenant.wire.change(move |asked, body| {
            if asked.operation != "halo.statuses.list" {
                return Ok(body);
            }
            let mut rows: Vec<Value> = serde_json::from_slice(&body).unwrap();
            for (id, name) in names {
                let mut new = rows[0].clone();
                new["id"] = json!(id);
                new["name"] = json!(name);
                new["shortname"] = json!(name);
                rows.push(new);
            }
            Ok(Value::Array(rows).to_string().into())
        });
    };
    more(&[(50, "Parked")]);
    tenant.sandbox.edit(|halo| halo.update_ticket(5, "status_id", 50));
    succeeded(&run(&engine).await);
    assert_eq!(tenant.count("SELECT count(*) FROM ticket WHERE vendor_key = '5' AND status = 'Parked'").await, 1);
    // And one that a notification brings before any run knows of it.
    more(&[(50, "Parked"), (51, "Waiting for parts")]);
    tenant.sandbox.edit(|halo| halo.update_ticket(6, "status_id", 51));
    engine.accept(vec![hint("halo", 6, Cause::Updated)]).await.unwrap();
    engine.fetch_hints(&()).await.unwrap();
    later(2).await;
    succeeded(&run(&engine).await);
    let named = "SELECT count(*) FROM ticket WHERE vendor_key = '6' AND status = 'Waiting for parts'";
    assert_eq!(tenant.count(named).await, 1);
    settle(&engine).await;
    tenant.same_contents_as_fresh(with_children).await;
}

#[tokio::test(start_paused = true)]
async fn a_change_of_members_that_nobody_maps_refreshes_bytes_and_stamp_at_both_vendors() {
    let raw = |id: i64, member: &str| {
        format!(
            "SELECT json_extract(CAST(r.raw AS TEXT), '$.{member}') AS value, l.vendor_updated_at AS stamp,
             r.changed_run AS run FROM link l JOIN record r ON r.id = l.id JOIN stream s ON s.id = l.stream_id
             WHERE s.kind = 'ticket' AND l.key = '{id}'"
        )
    };
    let tenant = tenants::halo(30).await;
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    let before = tenant.store.query(&raw(5, "reportedby")).await.unwrap().remove(0);
    later(60).await;
    tenant.sandbox.edit(|halo| {
        halo.update_ticket(5, "reportedby", "somebody@client.example");
        halo.update_client(3, "colour", "#ffffff");
    });
    let report = run(&engine).await;
    succeeded(&report);
    let after = tenant.store.query(&raw(5, "reportedby")).await.unwrap().remove(0);
    assert_eq!(after["value"], json!("somebody@client.example"), "the bytes are old");
    assert!(after["stamp"].as_str() > before["stamp"].as_str(), "the stamp is old");
    assert_eq!((report.totals().stored(), &after["run"]), (0, &before["run"]), "and nobody is told of a change");
    settle(&engine).await;
    tenant.same_as_fresh(with_children).await;

    let tenant = tenants::connectwise(30).await;
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    let before = tenant.store.query(&raw(5, "poNumber")).await.unwrap().remove(0);
    later(60).await;
    tenant.sandbox.edit(|cw| cw.update(Resource::Tickets, 5, "poNumber", "PO 17"));
    let report = run(&engine).await;
    succeeded(&report);
    let after = tenant.store.query(&raw(5, "poNumber")).await.unwrap().remove(0);
    assert_eq!(after["value"], json!("PO 17"), "the bytes are old");
    assert!(after["stamp"].as_str() > before["stamp"].as_str(), "the stamp is old");
    assert_eq!(report.totals().stored(), 0);
    settle(&engine).await;
    tenant.same_as_fresh(with_children).await;
}

/// The kinds of a report whose data are older than so many minutes, by what the report says.
fn stale(report: &RunReport, now: chrono::DateTime<chrono::Utc>, kinds: &[EntityKind]) -> Vec<String> {
    let old = |fresh: Option<chrono::DateTime<chrono::Utc>>| fresh.is_none_or(|at| now - at > TimeDelta::minutes(10));
    let of_kinds = report.entities.iter().filter(|e| kinds.contains(&e.kind) && old(e.fresh_as_of));
    of_kinds.map(|e| format!("{} is complete up to {:?}", e.kind, e.fresh_as_of)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_run_that_goes_on_after_three_days_is_complete_up_to_now() {
    for nth in 2..=8 {
        let tenant = tenants::halo(60).await;
        let engine = tenant.engine(with_children);
        tenant.sandbox.add_fault(Fault::new("halo.tickets.list", Trigger::Nth(nth), Effect::Status(418, "no tea")));
        run(&engine).await;
        tenant.sandbox.clear_faults();
        later(3 * DAYS).await;
        tenant.sandbox.edit(|halo| {
            (1..=60).step_by(7).for_each(|id| halo.update_ticket(id, "summary", "changed meanwhile"));
            halo.insert_ticket("came meanwhile");
        });
        let report = run(&engine).await;
        succeeded(&report);
        assert_eq!(stale(&report, tenant.sandbox.now(), &[EntityKind::COMPANY, TICKET]), Vec::<String>::new());
        tenant.same_as_fresh(with_children).await;
    }
    for nth in 2..=8 {
        let tenant = tenants::connectwise(60).await;
        let engine = tenant.engine(with_children);
        let fault = Fault::new("connectwise.tickets.list", Trigger::Nth(nth), Effect::Status(418, "no tea"));
        tenant.sandbox.add_fault(fault);
        run(&engine).await;
        tenant.sandbox.clear_faults();
        later(3 * DAYS).await;
        tenant.sandbox.edit(|cw| {
            (1..=60).step_by(7).for_each(|id| cw.update(Resource::Tickets, id, "summary", "changed meanwhile"));
            cw.insert_ticket("came meanwhile");
        });
        let report = run(&engine).await;
        succeeded(&report);
        assert_eq!(stale(&report, tenant.sandbox.now(), &[EntityKind::COMPANY, TICKET]), Vec::<String>::new());
        tenant.same_as_fresh(with_children).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_after_one_that_broke_off_while_keys_were_compared_reads_what_is_new() {
    let tenant = tenants::halo(60).await;
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    later(60).await;
    tenant.sandbox.edit(|halo| halo.purge_ticket(9));
    // No login any more: that ends a run wherever it is.
    tenant.wire.refuse(ErrorKind::Unauthenticated, |asked| asked.lists_all_keys("halo.tickets.list"));
    assert_eq!(run(&engine).await.state, RunState::Failed);
    tenant.wire.clear();
    later(3 * DAYS).await;
    tenant.sandbox.edit(|halo| halo.update_ticket(5, "summary", "changed meanwhile"));
    let report = run(&engine).await;
    succeeded(&report);
    assert_eq!(tenant.summary(5).await.as_deref(), Some("changed meanwhile"));
    assert_eq!(stale(&report, tenant.sandbox.now(), &[EntityKind::COMPANY, TICKET]), Vec::<String>::new());
    tenant.same_as_fresh(with_children).await;
}

#[tokio::test(start_paused = true)]
async fn every_kind_says_up_to_when_it_is_complete_also_those_that_are_read_below_others() {
    let all = [EntityKind::COMPANY, TICKET, EntityKind::TICKET_NOTE, EntityKind::TIME_ENTRY];
    let tenant = tenants::halo(30).await;
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    later(3 * DAYS).await;
    let report = run(&engine).await;
    succeeded(&report);
    assert_eq!(stale(&report, tenant.sandbox.now(), &all), Vec::<String>::new());

    let tenant = tenants::connectwise(30).await;
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    later(3 * DAYS).await;
    let report = run(&engine).await;
    succeeded(&report);
    assert_eq!(stale(&report, tenant.sandbox.now(), &all), Vec::<String>::new());
}

/// How far the clock of answers is ahead of the clock of records, or behind it, in seconds.
const OFF: [i64; 4] = [180, 3_600, -180, -3_600];

#[tokio::test(start_paused = true)]
async fn every_halo_edit_is_there_after_the_next_run_whatever_the_clock_of_answers_says() {
    for off in OFF {
        let tenant = tenants::halo(30).await;
        tenant.sandbox.set_date_ahead(TimeDelta::seconds(off));
        let engine = tenant.engine(with_children);
        succeeded(&run(&engine).await);
        for ticket in 1..=5 {
            tokio::time::sleep(Duration::from_secs(30)).await;
            let note = tenant.sandbox.edit(|halo| {
                halo.update_ticket(ticket, "summary", format!("edit {ticket}"));
                halo.add_action(ticket, "told the customer", 0.5)
            });
            tokio::time::sleep(Duration::from_secs(270)).await;
            succeeded(&run(&engine).await);
            let stored = tenant.summary(ticket).await;
            assert_eq!(stored, Some(format!("edit {ticket}")), "answers are {off} s ahead");
            let noted = format!("SELECT count(*) FROM ticket_note WHERE vendor_key = '{ticket}/{note}'");
            assert_eq!(tenant.count(&noted).await, 1, "answers are {off} s ahead");
        }
        tenant.sandbox.set_date_ahead(TimeDelta::zero());
        tenant.same_as_fresh(with_children).await;
    }
}

#[tokio::test(start_paused = true)]
async fn every_connectwise_edit_is_there_after_the_next_run_whatever_the_clock_of_answers_says() {
    for off in OFF {
        let tenant = tenants::connectwise(30).await;
        tenant.sandbox.set_date_ahead(TimeDelta::seconds(off));
        let engine = tenant.engine(with_children);
        succeeded(&run(&engine).await);
        for ticket in 1..=5 {
            tokio::time::sleep(Duration::from_secs(30)).await;
            let note = tenant.sandbox.edit(|cw| {
                cw.update(Resource::Tickets, ticket, "summary", format!("edit {ticket}"));
                let note = json!({"text": "told the customer", "detailDescriptionFlag": true});
                cw.insert_below(Resource::TicketNotes, ticket, note)
            });
            tokio::time::sleep(Duration::from_secs(270)).await;
            succeeded(&run(&engine).await);
            let stored = tenant.summary(ticket).await;
            assert_eq!(stored, Some(format!("edit {ticket}")), "answers are {off} s ahead");
            let noted = format!("SELECT count(*) FROM ticket_note WHERE vendor_key = '{ticket}/{note}'");
            assert_eq!(tenant.count(&noted).await, 1, "answers are {off} s ahead");
        }
        tenant.sandbox.set_date_ahead(TimeDelta::zero());
        tenant.same_as_fresh(with_children).await;
    }
}

#[tokio::test(start_paused = true)]
async fn notes_of_the_last_minutes_are_in_the_first_read_though_the_clock_of_answers_is_behind() {
    let tenant = tenants::halo(30).await;
    tenant.sandbox.set_date_ahead(TimeDelta::seconds(-180));
    tenant.sandbox.edit(|halo| halo.add_action(5, "told the customer", 0.5));
    later(1).await;
    let engine = tenant.engine(with_children);
    succeeded(&run(&engine).await);
    settle(&engine).await;
    let noted = "SELECT count(*) FROM ticket_note WHERE ticket_key = '5' AND body = 'told the customer'";
    assert_eq!(tenant.count(noted).await, 1, "nothing would ever read it");
    tenant.sandbox.set_date_ahead(TimeDelta::zero());
    tenant.same_as_fresh(with_children).await;
}
