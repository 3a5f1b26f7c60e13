use std::sync::Arc;

use psa_core::{Company, Stage, StatusMap, Ticket, TicketNote};
use psa_sandbox::{Effect, Fault, Trigger};
use psa_sync::{Pull, Scope, SyncEngine};

use crate::world::{TICKET, World, halo, later, run, succeeded};

fn engine(world: &World, scope: Scope) -> SyncEngine {
    world
        .engine()
        .entity(Pull::<Company>::new())
        .entity(Pull::<Ticket>::new())
        .entity(Pull::<TicketNote>::new())
        .scope(scope)
        .page_size(20)
        .build()
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn only_tickets_of_the_chosen_teams_and_their_notes_are_stored() {
    let world = World::new(200).await;
    let report = run(&engine(&world, Scope::all().teams(["Service Desk"]))).await;
    succeeded(&report);
    let counts = report.entity(&TICKET).unwrap().counts;
    assert!(counts.rejected > 50 && counts.inserted > 30, "{counts:?}");
    assert_eq!(counts.rejected + counts.inserted, 200);
    assert_eq!(world.count("SELECT count(*) FROM ticket WHERE team <> 'Service Desk'").await, 0);
    let orphans = "SELECT count(*) FROM ticket_note n WHERE NOT EXISTS (SELECT 1 FROM ticket t WHERE t.vendor_key = n.ticket_key)";
    assert_eq!(world.count(orphans).await, 0);
    assert!(world.count("SELECT count(*) FROM ticket_note").await > 0);
    later(60).await;
    let second = run(&engine(&world, Scope::all().teams(["Service Desk"]))).await;
    assert_eq!(second.totals().stored(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_leaves_the_scope_goes_and_what_enters_comes_with_its_notes() {
    let world = World::new(60).await;
    let scope = || Scope::all().teams(["Service Desk"]);
    succeeded(&run(&engine(&world, scope())).await);
    let inside = world.count("SELECT CAST(vendor_key AS INTEGER) FROM ticket LIMIT 1").await;
    let stored = world.stored_tickets().await;
    let outside = (1..60).find(|id| !stored.contains(id)).unwrap();
    later(60).await;
    world.edit(|halo| {
        halo.update_ticket(inside, "team", "Projects");
        halo.update_ticket(outside, "team", "Service Desk");
        halo.add_action(outside, "new note", 0.0);
    });
    let report = run(&engine(&world, scope())).await;
    succeeded(&report);
    let counts = report.entity(&TICKET).unwrap().counts;
    assert_eq!((counts.inserted, counts.removed), (1, 1));
    let notes = format!("SELECT count(*) FROM ticket_note WHERE ticket_key = '{outside}' AND body = 'new note'");
    assert_eq!(world.count(&notes).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_changed_scope_reads_again_and_loses_nothing() {
    let world = World::new(100).await;
    succeeded(&run(&engine(&world, Scope::all().exclude_statuses(["Closed"]))).await);
    let open = world.count("SELECT count(*) FROM ticket").await;
    assert!(open > 0 && open < 60);
    later(60).await;
    succeeded(&run(&engine(&world, Scope::all())).await);
    world.assert_same_tickets(100).await;
    later(60).await;
    let narrowed = run(&engine(&world, Scope::all().exclude_statuses(["9"]))).await;
    succeeded(&narrowed);
    assert_eq!(world.count("SELECT count(*) FROM ticket").await, open);
    assert_eq!(world.count("SELECT epoch FROM stream WHERE kind = 'ticket'").await, 3);
}

#[tokio::test(start_paused = true)]
async fn a_status_map_that_comes_later_reaches_the_tickets_that_are_there() {
    let world = World::new(40).await;
    let with = |map: StatusMap| {
        let connector = halo(&world.sandbox).build().unwrap().connector().status_map(map).build();
        SyncEngine::builder(Arc::new(connector), Arc::new(world.store.clone()))
            .entity(Pull::<Ticket>::new())
            .build()
            .unwrap()
    };
    succeeded(&run(&with(StatusMap::new())).await);
    let closed = "SELECT count(*) FROM ticket WHERE closed = 1";
    assert_eq!(world.count(closed).await, 0);
    later(60).await;
    succeeded(&run(&with(StatusMap::new().with(9, Stage::Resolved, true))).await);
    assert_eq!(world.count(closed).await, world.count("SELECT count(*) FROM ticket WHERE status = 'Closed'").await);
    assert!(world.count(closed).await > 0);
}

#[tokio::test(start_paused = true)]
async fn tickets_that_neither_pages_nor_keys_show_are_judged_by_the_new_scope_too() {
    for every in 2..=4 {
        let world = World::new(100).await;
        succeeded(&run(&engine(&world, Scope::all())).await);
        later(60).await;
        let narrowed = || engine(&world, Scope::all().teams(["Service Desk"]));
        let empty = Fault::new("halo.tickets.list", Trigger::Every(every), Effect::EmptyPage);
        world.sandbox.add_fault(empty);
        run(&narrowed()).await;
        world.sandbox.clear_faults();
        later(60).await;
        run(&narrowed()).await;
        succeeded(&run(&narrowed()).await);
        let outside = world.count("SELECT count(*) FROM ticket WHERE team <> 'Service Desk'").await;
        assert_eq!(outside, 0, "every {every}. page was empty");
    }
}
