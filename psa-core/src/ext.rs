//! What every connector and every reader can do beside what its vendor implements.

use std::sync::Arc;

use async_trait::async_trait;
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};

use crate::{Connector, Entity, Error, Item, Query, Reader, Record, Result, Writer};

/// The typed readers and writers of a connector, a concrete one or a `dyn Connector`.
pub trait ConnectorExt: Connector {
    /// The typed reader of `E`.
    ///
    /// ```
    /// use psa_core::{Connector, ConnectorExt, MemoryConnector, Ticket};
    ///
    /// # futures::executor::block_on(async {
    /// let connector = MemoryConnector::new().with([Ticket { summary: Some("VPN drops".into()), ..Ticket::default() }]);
    /// let tickets = connector.reader::<Ticket>()?;
    /// assert_eq!(tickets.get(&1.into()).await?.into_value()?.summary.as_deref(), Some("VPN drops"));
    /// // The same where the connector is known at run time only.
    /// let any: &dyn Connector = &connector;
    /// assert!(any.reader::<Ticket>().is_ok());
    /// # Ok::<(), psa_core::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if the connector has none for this type.
    fn reader<E: Entity>(&self) -> Result<Arc<dyn Reader<E>>> {
        let source = self.source(&E::KIND)?;
        let reader = source.typed().downcast_ref::<Arc<dyn Reader<E>>>();
        reader
            .cloned()
            .ok_or_else(|| Error::unsupported(format!("{} reads {} as another type", self.vendor(), E::KIND)))
    }

    /// The typed writer of `E`.
    ///
    /// ```
    /// use psa_core::{Changes, ConnectorExt, MemoryConnector, Ticket};
    ///
    /// # futures::executor::block_on(async {
    /// let connector = MemoryConnector::new().with([Ticket::default()]);
    /// let changes = Changes::new().set(Ticket::SUMMARY, "Printer on fire");
    /// connector.writer::<Ticket>()?.update(&1.into(), changes).await?;
    /// # Ok::<(), psa_core::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if the connector has none for this type.
    fn writer<E: Entity>(&self) -> Result<Arc<dyn Writer<E>>> {
        let sink = self.sink(&E::KIND)?;
        let writer = sink.typed().downcast_ref::<Arc<dyn Writer<E>>>();
        writer
            .cloned()
            .ok_or_else(|| Error::unsupported(format!("{} writes {} as another type", self.vendor(), E::KIND)))
    }
}

impl<C: Connector + ?Sized> ConnectorExt for C {}

/// Records without their pages, for programs that need no cursor. Where a run must be able to go on later, take
/// [`Reader::pages`].
#[async_trait]
pub trait ReaderExt<E: Entity>: Reader<E> {
    /// The records that match. Those that are gone are left out. An error of the vendor's ends the stream.
    ///
    /// ```
    /// use futures::TryStreamExt;
    /// use psa_core::{Company, ConnectorExt, MemoryConnector, Query, ReaderExt};
    ///
    /// # futures::executor::block_on(async {
    /// let connector = MemoryConnector::new().with([Company::default(), Company::default()]);
    /// let mut companies = connector.reader::<Company>()?.records(Query::new());
    /// while let Some(record) = companies.try_next().await? {
    ///     println!("{}: {} bytes", record.key, record.raw.len());
    /// }
    /// # Ok::<(), psa_core::Error>(()) }).unwrap();
    /// ```
    fn records(&self, query: Query) -> BoxStream<'static, Result<Record<E>>> {
        let items = |page: crate::Page<E>| {
            stream::iter(page.items.into_iter().filter_map(|item| match item {
                Item::Upsert(record) => Some(Ok(record)),
                Item::Removed { .. } => None,
            }))
        };
        self.pages(query, None).map_ok(items).try_flatten().boxed()
    }

    /// The common values of the records that match. A record that can't be decoded is an error in its place, and the stream
    /// goes on after it.
    ///
    /// ```
    /// use futures::TryStreamExt;
    /// use psa_core::{ConnectorExt, MemoryConnector, Query, ReaderExt, Ticket};
    ///
    /// # futures::executor::block_on(async {
    /// let connector = MemoryConnector::new().with([Ticket { summary: Some("VPN drops".into()), ..Ticket::default() }]);
    /// let mut tickets = connector.reader::<Ticket>()?.values(Query::new());
    /// while let Some(ticket) = tickets.try_next().await? {
    ///     assert_eq!(ticket.summary.as_deref(), Some("VPN drops"));
    /// }
    /// # Ok::<(), psa_core::Error>(()) }).unwrap();
    /// ```
    fn values(&self, query: Query) -> BoxStream<'static, Result<E>> {
        self.records(query).map(|record| record?.into_value()).boxed()
    }

    /// All records that match, in memory.
    ///
    /// ```
    /// use psa_core::{Company, ConnectorExt, MemoryConnector, Query, ReaderExt};
    ///
    /// # futures::executor::block_on(async {
    /// let connector = MemoryConnector::new().with([Company::default(), Company::default()]);
    /// assert_eq!(connector.reader::<Company>()?.all(Query::new()).await?.len(), 2);
    /// # Ok::<(), psa_core::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// What the network can do. A record that can't be decoded is among the others, with its error inside.
    async fn all(&self, query: Query) -> Result<Vec<Record<E>>> {
        self.records(query).try_collect().await
    }

    /// The first record that matches and whose value is what `is_wanted` looks for. No further page is read after it.
    ///
    /// ```
    /// use psa_core::{Company, ConnectorExt, MemoryConnector, Query, ReaderExt};
    ///
    /// # futures::executor::block_on(async {
    /// let acme = Company { name: Some("Acme".into()), ..Company::default() };
    /// let connector = MemoryConnector::new().with([Company::default(), acme]);
    /// let found = connector.reader::<Company>()?.find(Query::new(), |c| c.name.as_deref() == Some("Acme")).await?;
    /// assert_eq!(found.map(|record| record.key), Some(2.into()));
    /// # Ok::<(), psa_core::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// What the network can do; [`ErrorKind::Decode`](crate::ErrorKind::Decode) if nothing was found and a record can't be
    /// decoded, since it may be the one.
    async fn find<F>(&self, query: Query, mut is_wanted: F) -> Result<Option<Record<E>>>
    where
        F: FnMut(&E) -> bool + Send,
    {
        let mut records = self.records(query);
        let mut unreadable = None;
        while let Some(record) = records.try_next().await? {
            match &record.value {
                Ok(value) if is_wanted(value) => return Ok(Some(record)),
                Ok(_) => {}
                Err(_) => {
                    unreadable.get_or_insert(record);
                }
            }
        }
        match unreadable {
            None => Ok(None),
            Some(record) => record.into_value().map(|_| None),
        }
    }
}

impl<E: Entity, R: Reader<E> + ?Sized> ReaderExt<E> for R {}
