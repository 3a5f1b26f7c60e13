use std::time::Duration;

use psa_core::{Contact, Key};
use psa_sandbox::HaloSandbox;
use psa_sync::{HoldReason, Pull, RunState, Store};

use crate::world::{TICKET, World, dataset, later, run, succeeded};

#[tokio::test(start_paused = true)]
async fn a_ticket_of_a_client_that_came_meanwhile_is_stored_in_the_same_run() {
    let world = World::new(50).await;
    let engine = world.tickets();
    // The client is made after the clients were read and before the tickets are.
    world.sandbox.edit_before("halo.tickets.list", 1, |halo| {
        let client = halo.insert_client("Newcomer");
        halo.update_ticket(5, "client_id", client);
    });
    let report = run(&engine).await;
    succeeded(&report);
    let counts = report.entity(&TICKET).unwrap().counts;
    assert_eq!((counts.held, counts.released), (1, 1));
    world.assert_same_tickets(50).await;
}

#[tokio::test(start_paused = true)]
async fn a_ticket_of_a_client_that_was_gone_before_it_was_read_is_there_all_the_same() {
    let world = World::new(50).await;
    let engine = world.tickets();
    let client = world.edit(|halo| {
        let client = halo.insert_client("Short-lived");
        halo.update_ticket(5, "client_id", client);
        halo.purge_client(client);
        client
    });
    // As it would be if the client had been read a day earlier.
    let report = run(&engine).await;
    succeeded(&report);
    let counts = report.entity(&TICKET).unwrap().counts;
    assert_eq!((counts.held, counts.released), (1, 1));
    let company = format!("SELECT count(*) FROM ticket WHERE vendor_key = '5' AND company_key = '{client}'");
    assert_eq!(world.count(&company).await, 1);
    world.assert_same_tickets(50).await;
    // That the client is gone is known now: nothing is asked for again.
    later(60).await;
    world.edit(|halo| halo.touch_ticket(5));
    world.sandbox.log().clear();
    succeeded(&run(&engine).await);
    assert!(world.sandbox.log().entries().iter().all(|e| e.operation != "halo.clients.get"));
}

#[tokio::test(start_paused = true)]
async fn a_chain_of_waiting_records_is_released_in_order() {
    // Answers take time, so that the note is older than the end of the window in which notes are read.
    let sandbox = HaloSandbox::builder().dataset(dataset(30)).rate_limit(None).latency(Duration::from_secs(2)).build();
    let world = World::over(sandbox).await;
    let engine = world.everything();
    world.sandbox.edit_before("halo.tickets.list", 1, |halo| {
        let client = halo.insert_client("Newcomer");
        halo.update_ticket(5, "client_id", client);
        halo.add_action(5, "a note of a ticket of a client that is not here yet", 2.0);
    });
    let report = run(&engine).await;
    succeeded(&report);
    assert_eq!(
        world.count("SELECT count(*) FROM ticket_note WHERE ticket_key = '5' AND body LIKE 'a note of%'").await,
        1
    );
    assert_eq!(world.count("SELECT count(*) FROM hold").await, 0);
}

#[tokio::test(start_paused = true)]
async fn one_unreadable_record_waits_and_its_page_goes_on() {
    let world = World::new(50).await;
    world.edit(|halo| halo.update_ticket(5, "site_id", serde_json::json!({"secret": "canary-value"})));
    let engine = world.tickets();
    let report = run(&engine).await;
    assert_eq!(report.state, RunState::Partial);
    let counts = report.entity(&TICKET).unwrap().counts;
    assert_eq!((counts.inserted, counts.held), (49, 1));
    let holds = world.store.holds("halo", 10).await.unwrap();
    let HoldReason::Undecodable { path, message } = &holds[0].reason else { panic!("{holds:?}") };
    assert_eq!(path, "site_id");
    assert!(!message.contains("canary"), "{message}");
    assert_eq!(holds[0].key, Key::from(5));
    // The vendor mends it.
    later(60).await;
    world.edit(|halo| halo.update_ticket(5, "site_id", 2));
    succeeded(&run(&engine).await);
    world.assert_same_tickets(50).await;
}

#[tokio::test(start_paused = true)]
async fn a_kind_that_is_not_synced_is_not_waited_for() {
    let world = World::new(30).await;
    let engine = world.engine().entity(Pull::<Contact>::new()).build().unwrap();
    succeeded(&run(&engine).await);
    assert_eq!(world.count("SELECT count(*) FROM contact").await, 72);
}
