//! When the vendor read a page, and where a window ends for it.

use std::any::Any;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use psa_core::{
    AnyPage, AnyRecord, Capabilities, CheckReport, Company, Connector, Cursor, EntityKind, Key, KeyPage, Query, Result,
    Sink, Source, Ticket,
};
use psa_sync::{Pull, SyncEngine};

use crate::world::{self, TICKET, World, run, succeeded};

/// Pages of parallel reads: those that come later were read earlier.
struct OutOfOrder(Arc<dyn Connector>);

struct OutOfOrderSource(Arc<dyn Source>);

#[async_trait]
impl Connector for OutOfOrder {
    fn vendor(&self) -> &'static str {
        self.0.vendor()
    }

    fn capabilities(&self) -> &Capabilities {
        self.0.capabilities()
    }

    fn source(&self, kind: &EntityKind) -> Result<Arc<dyn Source>> {
        Ok(Arc::new(OutOfOrderSource(self.0.source(kind)?)))
    }

    fn sink(&self, kind: &EntityKind) -> Result<Arc<dyn Sink>> {
        self.0.sink(kind)
    }

    async fn check(&self) -> CheckReport {
        self.0.check().await
    }
}

#[async_trait]
impl Source for OutOfOrderSource {
    fn kind(&self) -> EntityKind {
        self.0.kind()
    }

    fn pages(&self, query: Query, cursor: Option<Cursor>) -> BoxStream<'static, Result<AnyPage>> {
        let mut earlier = TimeDelta::zero();
        let pages = self.0.pages(query, cursor).map_ok(move |mut page| {
            page.vendor_time = page.vendor_time.map(|at| at - earlier);
            earlier += TimeDelta::seconds(30);
            page
        });
        pages.boxed()
    }

    async fn get(&self, key: &Key) -> Result<AnyRecord> {
        self.0.get(key).await
    }

    fn keys(&self, query: Query) -> BoxStream<'static, Result<KeyPage>> {
        self.0.keys(query)
    }

    async fn count(&self, query: Query) -> Result<Option<u64>> {
        self.0.count(query).await
    }

    fn typed(&self) -> &(dyn Any + Send + Sync) {
        self.0.typed()
    }
}

#[tokio::test(start_paused = true)]
async fn the_window_ends_where_the_earliest_page_was_read() {
    let world = World::new(30).await;
    let connector = Arc::new(OutOfOrder(world::connector(&world.sandbox)));
    let engine = SyncEngine::builder(connector, Arc::new(world.store.clone()));
    let engine = engine.entity(Pull::<Company>::new()).entity(Pull::<Ticket>::new()).page_size(10).build().unwrap();
    let began = world.sandbox.now();
    let report = run(&engine).await;
    succeeded(&report);
    // Three pages, the last of them read a minute before the first.
    let fresh = report.entity(&TICKET).unwrap().fresh_as_of.unwrap();
    assert!(fresh <= began - TimeDelta::seconds(60), "{fresh} is after {began} less a minute");
}
