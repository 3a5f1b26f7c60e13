//! Tenants of both vendors, each with a store, the engines between them, and the wire that requests go over.

use std::sync::Arc;

use connectwise_client::{ConnectWise, ConnectWiseBuilder};
use psa_core::{Cause, Company, Connector, EntityKind, Hint, Key, Ticket, TicketNote, TimeEntry};
use psa_sandbox::connectwise::{Dataset, Resource};
use psa_sandbox::{ConnectWiseSandbox, HaloSandbox};
use psa_sync::{Pull, SqliteStore, SyncEngine, SyncEngineBuilder};

use crate::fresh::assert_same;
use crate::wire::Wire;
use crate::world::{self, later, run, succeeded};

/// A tenant, a store, and what goes on between them.
pub(crate) struct Tenant<S> {
    pub(crate) sandbox: S,
    pub(crate) store: SqliteStore,
    pub(crate) wire: Arc<Wire>,
    connector: fn(&S, Arc<Wire>) -> Arc<dyn Connector>,
}

pub(crate) type HaloTenant = Tenant<HaloSandbox>;
pub(crate) type ConnectWiseTenant = Tenant<ConnectWiseSandbox>;

pub(crate) async fn halo(tickets: u32) -> HaloTenant {
    halo_over(HaloSandbox::builder().dataset(world::dataset(tickets)).rate_limit(None).build()).await
}

pub(crate) async fn halo_over(sandbox: HaloSandbox) -> HaloTenant {
    tenant(sandbox, halo_connector).await
}

fn halo_connector(sandbox: &HaloSandbox, wire: Arc<Wire>) -> Arc<dyn Connector> {
    Arc::new(world::halo(sandbox).around_try(wire).build().unwrap().connector().build())
}

pub(crate) async fn connectwise(tickets: u32) -> ConnectWiseTenant {
    let dataset = Dataset::new(11).companies(12).tickets(tickets);
    connectwise_over(ConnectWiseSandbox::builder().dataset(dataset).rate_limit(None).build()).await
}

pub(crate) async fn connectwise_over(sandbox: ConnectWiseSandbox) -> ConnectWiseTenant {
    tenant(sandbox, connectwise_connector).await
}

fn connectwise_connector(sandbox: &ConnectWiseSandbox, wire: Arc<Wire>) -> Arc<dyn Connector> {
    let client = connectwise_client(sandbox, ConnectWiseSandbox::SITE).around_try(wire);
    Arc::new(client.build().unwrap().connector().build())
}

/// A client of a ConnectWise tenant at an address.
pub(crate) fn connectwise_client(sandbox: &ConnectWiseSandbox, site: &str) -> ConnectWiseBuilder {
    ConnectWise::builder(site)
        .company(ConnectWiseSandbox::COMPANY)
        .keys(ConnectWiseSandbox::PUBLIC_KEY, ConnectWiseSandbox::PRIVATE_KEY.to_owned())
        .client_id(ConnectWiseSandbox::CLIENT_ID)
        .transport(sandbox.transport())
        .rate_limit(None)
}

/// A tenant with an empty store, over any connector to it.
pub(crate) async fn tenant<S>(sandbox: S, connector: fn(&S, Arc<Wire>) -> Arc<dyn Connector>) -> Tenant<S> {
    Tenant { sandbox, store: SqliteStore::in_memory().await.unwrap(), wire: Arc::default(), connector }
}

/// Companies, tickets, and what is below tickets; ten rows a page, so that small data have many pages.
pub(crate) fn with_children(builder: SyncEngineBuilder) -> SyncEngineBuilder {
    builder
        .entity(Pull::<Company>::new())
        .entity(Pull::<Ticket>::new())
        .entity(Pull::<TicketNote>::new())
        .entity(Pull::<TimeEntry>::new())
        .page_size(10)
}

impl<S> Tenant<S> {
    /// A connector as another process would have it.
    pub(crate) fn connector(&self) -> Arc<dyn Connector> {
        (self.connector)(&self.sandbox, Arc::clone(&self.wire))
    }

    /// An engine over the tenant's own store.
    pub(crate) fn engine(&self, kinds: impl Fn(SyncEngineBuilder) -> SyncEngineBuilder) -> SyncEngine {
        self.engine_over(&self.store, kinds)
    }

    pub(crate) fn engine_over(
        &self,
        store: &SqliteStore,
        kinds: impl Fn(SyncEngineBuilder) -> SyncEngineBuilder,
    ) -> SyncEngine {
        kinds(SyncEngine::builder(self.connector(), Arc::new(store.clone()))).build().unwrap()
    }

    /// The store holds what an empty one holds after it is filled now: contents, stamps and bytes.
    pub(crate) async fn same_as_fresh(&self, kinds: impl Fn(SyncEngineBuilder) -> SyncEngineBuilder) {
        self.compare(kinds, true).await;
    }

    /// As [`same_as_fresh`](Self::same_as_fresh) without bytes: old rows show the old name of what was renamed.
    pub(crate) async fn same_contents_as_fresh(&self, kinds: impl Fn(SyncEngineBuilder) -> SyncEngineBuilder) {
        self.compare(kinds, false).await;
    }

    async fn compare(&self, kinds: impl Fn(SyncEngineBuilder) -> SyncEngineBuilder, bytes: bool) {
        let fresh = SqliteStore::in_memory().await.unwrap();
        let engine = self.engine_over(&fresh, kinds);
        run(&engine).await;
        succeeded(&run(&engine).await);
        assert_same(&self.store, &fresh, bytes).await;
    }

    pub(crate) async fn count(&self, sql: &str) -> i64 {
        self.store.count(sql).await.unwrap()
    }

    /// How many notes of a ticket are stored.
    pub(crate) async fn notes_of(&self, ticket: i64) -> i64 {
        self.count(&format!("SELECT count(*) FROM ticket_note WHERE ticket_key = '{ticket}'")).await
    }

    /// The ids of the tickets in the store.
    pub(crate) async fn stored_tickets(&self) -> Vec<i64> {
        let rows = self.store.query("SELECT CAST(vendor_key AS INTEGER) AS id FROM ticket ORDER BY 1").await.unwrap();
        rows.iter().map(|row| row["id"].as_i64().unwrap()).collect()
    }

    /// What a ticket's summary is in the store.
    pub(crate) async fn summary(&self, ticket: i64) -> Option<String> {
        let sql = format!("SELECT summary FROM ticket WHERE vendor_key = '{ticket}'");
        let rows = self.store.query(&sql).await.unwrap();
        rows.first().and_then(|row| row["summary"].as_str().map(str::to_owned))
    }
}

impl HaloTenant {
    /// Tickets with notes, of those with ids up to a number.
    pub(crate) fn noted(&self, up_to: i64) -> Vec<i64> {
        self.sandbox.edit(|halo| (1..=up_to).filter(|id| halo.action_count(*id) > 0).collect())
    }
}

impl ConnectWiseTenant {
    /// Service tickets with notes.
    pub(crate) fn noted(&self) -> Vec<i64> {
        let mut tickets: Vec<i64> = self.sandbox.edit(|cw| {
            let notes = cw.ids(Resource::TicketNotes);
            notes.iter().filter_map(|note| cw.get(Resource::TicketNotes, *note, "ticketId")?.as_i64()).collect()
        });
        tickets.sort_unstable();
        tickets.dedup();
        tickets
    }

    /// The notes of a service ticket.
    pub(crate) fn notes_at_vendor(&self, ticket: i64) -> Vec<i64> {
        self.sandbox.edit(|cw| {
            let of_ticket = |note: &i64| cw.get(Resource::TicketNotes, *note, "ticketId").and_then(|t| t.as_i64());
            cw.ids(Resource::TicketNotes).into_iter().filter(|note| of_ticket(note) == Some(ticket)).collect()
        })
    }
}

/// Lets time pass, runs until everything that waited is done, and asks for a quiet run that succeeds.
pub(crate) async fn settle(engine: &SyncEngine) {
    for _ in 0..2 {
        later(60).await;
        run(engine).await;
    }
    later(60).await;
    succeeded(&run(engine).await);
}

/// A notification of a ticket.
pub(crate) fn hint(connection: &str, ticket: i64, cause: Cause) -> Hint {
    Hint::new(connection, EntityKind::TICKET, Key::from(ticket), cause).dedupe_by(format!("{cause:?} {ticket}"))
}
