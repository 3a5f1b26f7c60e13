//! Lists shift while they are read. Nothing may be lost for it, and no ghost may stay.

use psa_core::{Company, Ticket};
use psa_sandbox::HaloSandbox;
use psa_sandbox::halo::{Edit, OpenPoints};
use psa_sync::Pull;

use crate::world::{World, dataset, later, run, succeeded};

const PAGES: u64 = 15;
const TICKETS: u32 = 150;

#[derive(Debug, Clone, Copy)]
enum Op {
    Insert,
    Update,
    Delete,
    /// Deletes one and inserts one: the count stays the same.
    Both,
}

const OPS: [Op; 4] = [Op::Insert, Op::Update, Op::Delete, Op::Both];

fn apply(op: Op, halo: &mut Edit<'_>, id: i64) {
    match op {
        Op::Insert => {
            halo.insert_ticket("came while reading");
        }
        Op::Update => halo.update_ticket(id, "summary", "changed while reading"),
        Op::Delete => halo.delete_ticket(id),
        Op::Both => {
            halo.delete_ticket(id);
            halo.insert_ticket("came while reading");
        }
    }
}

async fn sandbox() -> World {
    World::over(HaloSandbox::builder().dataset(dataset(TICKETS)).rate_limit(None).build()).await
}

/// Rows that were there all the time are there after the first run; after the next quiet run both sides are the same.
async fn check(case: &str, world: &World, untouched: impl Fn(i64) -> bool) {
    eprintln!("{case}");
    let engine =
        world.engine().entity(Pull::<Company>::new()).entity(Pull::<Ticket>::new()).page_size(10).build().unwrap();
    succeeded(&run(&engine).await);
    let stored = world.stored_tickets().await;
    for id in (1..=i64::from(TICKETS)).filter(|id| untouched(*id)) {
        assert!(stored.binary_search(&id).is_ok(), "ticket {id} was there all the time and is lost");
    }
    later(60).await;
    succeeded(&run(&engine).await);
    world.assert_same_tickets(i64::from(TICKETS) + 5).await;
}

#[tokio::test(start_paused = true)]
async fn every_gap_of_a_backfill_with_every_operation() {
    for op in OPS {
        for gap in 1..=PAGES {
            let world = sandbox().await;
            // A row of the first page, so that everything behind it moves; one page earlier than the gap for variety.
            let id = if gap % 2 == 0 { 3 } else { (gap as i64 - 1) * 10 + 1 };
            world.sandbox.edit_before("halo.tickets.list", gap + 1, move |halo| apply(op, halo, id));
            check(&format!("{op:?} in gap {gap}"), &world, |i| i != id).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_gap_of_an_update_with_every_operation() {
    for op in OPS {
        for gap in 1..=PAGES + 4 {
            let world = sandbox().await;
            let engine = world.tickets();
            succeeded(&run(&engine).await);
            later(60).await;
            // Every ticket changed, so the window has as many pages as the whole list.
            world.edit(|halo| {
                (1..=i64::from(TICKETS)).for_each(|id| halo.update_ticket(id, "summary", format!("round two {id}")))
            });
            let id = if gap % 2 == 0 { 3 } else { (gap as i64 * 7) % i64::from(TICKETS) + 1 };
            world.sandbox.edit_before("halo.tickets.list", gap, move |halo| apply(op, halo, id));
            check(&format!("{op:?} in gap {gap}"), &world, |i| i != id).await;
        }
    }
}

/// `PSA_SHIFT_TICKETS=100000 cargo test --release -p psa-sync shifts::many` is the long form.
#[tokio::test(start_paused = true)]
async fn many_tickets_with_edits_at_seeded_places() {
    let set = |name: &str, default: u32| std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default);
    let tickets = set("PSA_SHIFT_TICKETS", 2_000);
    let placements = set("PSA_SHIFT_PLACEMENTS", if tickets >= 100_000 { 30 } else { 6 });
    let chance = psa_core::time::Seeded::new(u64::from(tickets));
    let below = |n: u32| (psa_core::time::Chance::bits(&chance) % u64::from(n.max(1))) as u32;
    for placement in 0..placements {
        let sandbox = HaloSandbox::builder().dataset(dataset(tickets)).rate_limit(None).build();
        let world = World::over(sandbox).await;
        let engine = world.engine().entity(Pull::<Company>::new()).entity(Pull::<Ticket>::new()).build().unwrap();
        let mut touched = Vec::new();
        // Three edits in the backfill, each anywhere.
        for _ in 0..3 {
            let (id, op) = (i64::from(below(tickets)) + 1, OPS[below(4) as usize]);
            touched.push(id);
            let gap = u64::from(below(tickets / 100)) + 1;
            world.sandbox.edit_before("halo.tickets.list", gap, move |halo| apply(op, halo, id));
        }
        succeeded(&run(&engine).await);
        let stored = world.stored_tickets().await;
        for id in (1..=i64::from(tickets)).filter(|id| !touched.contains(id)) {
            assert!(stored.binary_search(&id).is_ok(), "ticket {id} is lost, placement {placement}");
        }
        // And one in an update and its sweep.
        later(60).await;
        world.edit(|halo| (1..=500).for_each(|id| halo.update_ticket(id, "summary", "round two")));
        world.sandbox.edit_before("halo.tickets.list", u64::from(below(8)) + 1, |halo| apply(Op::Both, halo, 7));
        succeeded(&run(&engine).await);
        later(60).await;
        succeeded(&run(&engine).await);
        world.assert_same_tickets(i64::from(tickets) + 10).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_tenant_whose_key_list_pages_too() {
    // The keys can't be had in one answer, so that an absence must be confirmed one by one.
    for op in OPS {
        for gap in (1..=2 * PAGES + 2).step_by(3) {
            let open = OpenPoints { ids_uncut: false, rate_limit: None, ..OpenPoints::default() };
            let sandbox = HaloSandbox::builder().dataset(dataset(TICKETS)).open_points(open).build();
            let world = World::over(sandbox).await;
            let id = (gap as i64 * 5) % i64::from(TICKETS) + 1;
            world.sandbox.edit_before("halo.tickets.list", gap, move |halo| apply(op, halo, id));
            check(&format!("{op:?} in gap {gap}"), &world, |i| i != id).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn clients_that_change_while_they_are_paged() {
    for gap in 1..=5u64 {
        let world = sandbox().await;
        let engine = world.engine().entity(Pull::<Company>::new()).page_size(3).build().unwrap();
        succeeded(&run(&engine).await);
        world.sandbox.edit_before("halo.clients.list", gap, |halo| {
            halo.purge_client(2);
            halo.insert_client("Newcomer");
            halo.update_client(9, "name", "Renamed");
        });
        later(60).await;
        succeeded(&run(&engine).await);
        later(60).await;
        succeeded(&run(&engine).await);
        assert_eq!(world.count("SELECT count(*) FROM company").await, 12, "gap {gap}");
        assert_eq!(
            world.count("SELECT count(*) FROM company WHERE name IN ('Newcomer', 'Renamed')").await,
            2,
            "gap {gap}"
        );
        assert_eq!(world.count("SELECT count(*) FROM company WHERE vendor_key = '2'").await, 0, "gap {gap}");
    }
}
