//! The traits that every vendor implements.

use std::any::Any;
use std::sync::Arc;

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::{self, BoxStream};

use crate::{
    AnyChanges, AnyPage, AnyRecord, Capabilities, Changes, CheckReport, Cursor, Entity, EntityKind, Error, ErrorKind,
    Key, KeyPage, Lane, Page, Query, Record, Result, WaitBoard,
};

/// One vendor account, live.
///
/// [`ConnectorExt`](crate::ConnectorExt) gives its typed readers and writers.
///
/// ```no_run
/// use futures::TryStreamExt;
/// use psa_core::{Connector, ConnectorExt, Query, Ticket};
///
/// async fn titles(connector: &dyn Connector) -> psa_core::Result<()> {
///     let tickets = connector.reader::<Ticket>()?;
///     let mut pages = tickets.pages(Query::new(), None);
///     while let Some(page) = pages.try_next().await? {
///         for record in page.records() {
///             if let Ok(ticket) = &record.value {
///                 println!("{} {}", record.key, ticket.summary.as_deref().unwrap_or(""));
///             }
///         }
///         // page.cursor: store it together with the rows, and the next run goes on from here.
///     }
///     Ok(())
/// }
/// ```
#[async_trait]
pub trait Connector: Send + Sync {
    /// The vendor's name, lower case: `halo`.
    fn vendor(&self) -> &'static str;

    /// Which account of the vendor this is: an address and a tenant, no secret, the same for every credential of it.
    /// A store keeps it, and refuses another account under the same connection name. Unset: not known, so not compared.
    fn account(&self) -> Option<String> {
        None
    }

    /// What this connector can do.
    fn capabilities(&self) -> &Capabilities;

    /// What decides how the vendor's records of a kind become common ones: settings, and a version of the mapping itself.
    /// When it changes, a sync reads everything again, since records that did not change at the vendor have other values now.
    fn mapping(&self, kind: &EntityKind) -> String {
        let _ = kind;
        String::new()
    }

    /// The erased reader of a kind.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if there is none.
    fn source(&self, kind: &EntityKind) -> Result<Arc<dyn Source>>;

    /// The erased writer of a kind.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if there is none.
    fn sink(&self, kind: &EntityKind) -> Result<Arc<dyn Sink>>;

    /// Where this connector notes what its requests wait for, if it does.
    fn waits(&self) -> Option<&WaitBoard> {
        None
    }

    /// Tests the connection, stage by stage. What fails is in the report, not an error.
    async fn check(&self) -> CheckReport;
}

/// Reads one kind.
#[async_trait]
pub trait Reader<E: Entity>: Send + Sync {
    /// The records that match, page by page, from `cursor` on. An error ends the stream; the last good page's cursor goes on.
    /// The same connector can be used for other things between two pages.
    ///
    /// ```
    /// use futures::TryStreamExt;
    /// use psa_core::{Company, ConnectorExt, MemoryConnector, Query};
    ///
    /// # futures::executor::block_on(async {
    /// let connector = MemoryConnector::new().with([Company::default(), Company::default()]);
    /// let companies = connector.reader::<Company>()?;
    /// let mut pages = companies.pages(Query::new().page_size(1), None);
    /// let first = pages.try_next().await?.expect("a page");
    /// // Stored with the rows, the cursor goes on from here at any time.
    /// let rest: Vec<_> = companies.pages(Query::new(), first.cursor).try_collect().await?;
    /// assert_eq!(rest[0].items.len(), 1);
    /// # Ok::<(), psa_core::Error>(()) }).unwrap();
    /// ```
    fn pages(&self, query: Query, cursor: Option<Cursor>) -> BoxStream<'static, Result<Page<E>>>;

    /// One record, whole.
    ///
    /// ```
    /// use psa_core::{Company, ConnectorExt, MemoryConnector};
    ///
    /// # futures::executor::block_on(async {
    /// let connector = MemoryConnector::new().with([Company::default(), Company::default()]);
    /// let companies = connector.reader::<Company>()?;
    /// assert!(companies.get(&2.into()).await?.value.is_ok());
    /// assert!(companies.get(&3.into()).await.unwrap_err().is_not_found());
    /// # Ok::<(), psa_core::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if it does not exist, and what the network can do.
    async fn get(&self, key: &Key) -> Result<Record<E>>;

    /// As [`get`](Self::get), in a lane: what a sync reads one by one does not go ahead of people.
    ///
    /// ```
    /// use psa_core::{Company, ConnectorExt, Lane, MemoryConnector};
    ///
    /// # futures::executor::block_on(async {
    /// let connector = MemoryConnector::new().with([Company::default(), Company::default()]);
    /// let company = connector.reader::<Company>()?.get_in(&2.into(), Lane::Incremental).await?;
    /// assert_eq!(company.key, 2.into());
    /// # Ok::<(), psa_core::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// As [`get`](Self::get).
    async fn get_in(&self, key: &Key, lane: Lane) -> Result<Record<E>> {
        let _ = lane;
        self.get(key).await
    }

    /// The keys that match, cheaper than the records.
    ///
    /// ```
    /// use futures::TryStreamExt;
    /// use psa_core::{Company, ConnectorExt, MemoryConnector, Query};
    ///
    /// # futures::executor::block_on(async {
    /// let connector = MemoryConnector::new().with([Company::default(), Company::default()]);
    /// let page = connector.reader::<Company>()?.keys(Query::new()).try_next().await?.expect("a page");
    /// assert_eq!(page.keys, [1.into(), 2.into()]);
    /// # Ok::<(), psa_core::Error>(()) }).unwrap();
    /// ```
    fn keys(&self, query: Query) -> BoxStream<'static, Result<KeyPage>>;

    /// As [`keys`](Self::keys), from the cursor of a [`KeyPage`] on. A reader without such cursors begins again.
    fn keys_from(&self, query: Query, cursor: Option<Cursor>) -> BoxStream<'static, Result<KeyPage>> {
        let _ = cursor;
        self.keys(query)
    }

    /// All records below one parent, for kinds that name it in
    /// [`children_of`](crate::EntityCapabilities::children_of). What is not among them is not there any more.
    /// The pages end with [`ErrorKind::NotFound`] if there is no such parent.
    fn children(&self, parent: &Key, query: Query) -> BoxStream<'static, Result<Page<E>>> {
        let error = no_children(&E::KIND, parent, &query);
        stream::once(async { Err(error) }).boxed()
    }

    /// How many match, if the vendor can say.
    ///
    /// ```
    /// use psa_core::{Company, ConnectorExt, MemoryConnector, Query};
    ///
    /// # futures::executor::block_on(async {
    /// let connector = MemoryConnector::new().with([Company::default(), Company::default()]);
    /// assert_eq!(connector.reader::<Company>()?.count(Query::new()).await?, Some(2));
    /// # Ok::<(), psa_core::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// What the network can do.
    async fn count(&self, query: Query) -> Result<Option<u64>>;

    /// Reads the names of reference data (statuses, priorities, types) anew, for labels of records that are read from now
    /// on and for [`relabel`](Self::relabel). Returns a fingerprint of them: while it stays the same, no label of a stored
    /// record has another name. None: labels of this kind have no names that could change without their record.
    ///
    /// # Errors
    /// What the network can do.
    async fn refresh_names(&self, lane: Lane) -> Result<Option<String>> {
        let _ = lane;
        Ok(None)
    }

    /// The fingerprint of the names that labels get now; none if they were never read.
    fn names(&self) -> Option<String> {
        None
    }

    /// Gives the labels of a stored record the names that [`refresh_names`](Self::refresh_names) found.
    fn relabel(&self, value: &mut E) -> Relabel {
        let _ = value;
        Relabel::Same
    }
}

/// What new names of reference data mean for a stored record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relabel {
    /// Its labels have these names already.
    Same,
    /// A label has another name now.
    Changed,
    /// Something is made of a name, so the record has to be read again.
    ReadAgain,
}

/// A [`Relabel`] with the new content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Relabelled {
    /// Nothing changed.
    Same,
    /// The new content.
    Changed(Vec<u8>),
    /// The record has to be read again.
    ReadAgain,
}

fn no_children(kind: &EntityKind, parent: &Key, _: &Query) -> Error {
    Error::unsupported(format!("{kind} can't be read below a parent")).with_context("parent", parent)
}

/// Writes one kind.
#[async_trait]
pub trait Writer<E: Entity>: Send + Sync {
    /// Creates a record and returns it as the vendor stored it: rules and templates change what was sent.
    ///
    /// ```
    /// use psa_core::{Changes, Company, ConnectorExt, MemoryConnector};
    ///
    /// # futures::executor::block_on(async {
    /// let connector = MemoryConnector::new().with([Company::default(), Company::default()]);
    /// let made = connector.writer::<Company>()?.create(Changes::new().set(Company::NAME, "Acme")).await?;
    /// assert_eq!(made.into_value()?.name.as_deref(), Some("Acme"));
    /// # Ok::<(), psa_core::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// [`Phase::MaybeSent`](crate::Phase::MaybeSent) in the error means that it may exist: look before repeating.
    async fn create(&self, changes: Changes<E>) -> Result<Record<E>>;

    /// Changes a record and returns it as the vendor stored it. Its key may be another one then: some vendors make an
    /// appointment anew.
    ///
    /// ```
    /// use psa_core::{Changes, Company, ConnectorExt, MemoryConnector};
    ///
    /// # futures::executor::block_on(async {
    /// let connector = MemoryConnector::new().with([Company::default(), Company::default()]);
    /// let changes = Changes::new().set(Company::NAME, "Acme").clear(Company::WEBSITE);
    /// let stored = connector.writer::<Company>()?.update(&2.into(), changes).await?;
    /// assert_eq!(stored.into_value()?.name.as_deref(), Some("Acme"));
    /// # Ok::<(), psa_core::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// What the vendor refuses and what the network can do.
    async fn update(&self, key: &Key, changes: Changes<E>) -> Result<Record<E>>;

    /// Deletes a record.
    ///
    /// ```
    /// use psa_core::{Company, ConnectorExt, MemoryConnector};
    ///
    /// # futures::executor::block_on(async {
    /// let connector = MemoryConnector::new().with([Company::default(), Company::default()]);
    /// connector.writer::<Company>()?.delete(&2.into()).await?;
    /// assert!(connector.reader::<Company>()?.get(&2.into()).await.unwrap_err().is_not_found());
    /// # Ok::<(), psa_core::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// What the vendor refuses and what the network can do.
    async fn delete(&self, key: &Key) -> Result<()>;
}

/// A [`Reader`] without its type. Made by [`erase_reader`].
#[async_trait]
pub trait Source: Send + Sync {
    /// The kind.
    fn kind(&self) -> EntityKind;

    /// See [`Reader::pages`]. Items may also be of the kinds in `query.with`.
    fn pages(&self, query: Query, cursor: Option<Cursor>) -> BoxStream<'static, Result<AnyPage>>;

    /// See [`Reader::get`].
    ///
    /// # Errors
    /// As [`Reader::get`].
    async fn get(&self, key: &Key) -> Result<AnyRecord>;

    /// See [`Reader::get_in`].
    ///
    /// # Errors
    /// As [`Reader::get`].
    async fn get_in(&self, key: &Key, lane: Lane) -> Result<AnyRecord> {
        let _ = lane;
        self.get(key).await
    }

    /// See [`Reader::keys`].
    fn keys(&self, query: Query) -> BoxStream<'static, Result<KeyPage>>;

    /// See [`Reader::keys_from`].
    fn keys_from(&self, query: Query, cursor: Option<Cursor>) -> BoxStream<'static, Result<KeyPage>> {
        let _ = cursor;
        self.keys(query)
    }

    /// See [`Reader::children`]. Items may also be of the kinds in `query.with`.
    fn children(&self, parent: &Key, query: Query) -> BoxStream<'static, Result<AnyPage>> {
        let error = no_children(&self.kind(), parent, &query);
        stream::once(async { Err(error) }).boxed()
    }

    /// See [`Reader::count`].
    ///
    /// # Errors
    /// As [`Reader::count`].
    async fn count(&self, query: Query) -> Result<Option<u64>>;

    /// See [`Reader::refresh_names`].
    ///
    /// # Errors
    /// As [`Reader::refresh_names`].
    async fn refresh_names(&self, lane: Lane) -> Result<Option<String>> {
        let _ = lane;
        Ok(None)
    }

    /// See [`Reader::names`].
    fn names(&self) -> Option<String> {
        None
    }

    /// See [`Reader::relabel`]: from the content of a stored record to its new content.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`] if this is not the content of such a record.
    fn relabel(&self, content: &[u8]) -> Result<Relabelled> {
        let _ = content;
        Ok(Relabelled::Same)
    }

    /// The `Arc<dyn Reader<E>>` inside, for [`ConnectorExt::reader`](crate::ConnectorExt::reader).
    fn typed(&self) -> &(dyn Any + Send + Sync);
}

/// A [`Writer`] without its type. Made by [`erase_writer`].
#[async_trait]
pub trait Sink: Send + Sync {
    /// The kind.
    fn kind(&self) -> EntityKind;

    /// See [`Writer::create`].
    ///
    /// # Errors
    /// As [`Writer::create`].
    async fn create(&self, changes: AnyChanges) -> Result<AnyRecord>;

    /// See [`Writer::update`].
    ///
    /// # Errors
    /// As [`Writer::update`].
    async fn update(&self, key: &Key, changes: AnyChanges) -> Result<AnyRecord>;

    /// See [`Writer::delete`].
    ///
    /// # Errors
    /// As [`Writer::delete`].
    async fn delete(&self, key: &Key) -> Result<()>;

    /// The `Arc<dyn Writer<E>>` inside.
    fn typed(&self) -> &(dyn Any + Send + Sync);
}

/// Turns a typed reader into a [`Source`].
pub fn erase_reader<E: Entity>(reader: impl Reader<E> + 'static) -> Arc<dyn Source> {
    Arc::new(ErasedReader::<E>(Arc::new(reader)))
}

/// Turns a typed writer into a [`Sink`].
pub fn erase_writer<E: Entity>(writer: impl Writer<E> + 'static) -> Arc<dyn Sink> {
    Arc::new(ErasedWriter::<E>(Arc::new(writer)))
}

/// [`Source::relabel`] by means of [`Reader::relabel`].
///
/// # Errors
/// [`ErrorKind::Decode`] if `content` is not that of an `E`.
pub fn relabelled<E: Entity>(reader: &dyn Reader<E>, content: &[u8]) -> Result<Relabelled> {
    let mut value: E = serde_json::from_slice(content)
        .map_err(|e| Error::new(ErrorKind::Decode, "the stored content can't be read").with_source(e))?;
    Ok(match reader.relabel(&mut value) {
        Relabel::Same => Relabelled::Same,
        Relabel::ReadAgain => Relabelled::ReadAgain,
        Relabel::Changed => {
            let mut changed = Vec::with_capacity(content.len());
            value.write_content(&mut changed);
            Relabelled::Changed(changed)
        }
    })
}

struct ErasedReader<E>(Arc<dyn Reader<E>>);

#[async_trait]
impl<E: Entity> Source for ErasedReader<E> {
    fn kind(&self) -> EntityKind {
        E::KIND
    }
    fn pages(&self, query: Query, cursor: Option<Cursor>) -> BoxStream<'static, Result<AnyPage>> {
        self.0.pages(query, cursor).map(|page| page.map(AnyPage::from)).boxed()
    }
    async fn get(&self, key: &Key) -> Result<AnyRecord> {
        self.0.get(key).await.map(AnyRecord::from)
    }
    fn keys(&self, query: Query) -> BoxStream<'static, Result<KeyPage>> {
        self.0.keys(query)
    }
    async fn get_in(&self, key: &Key, lane: Lane) -> Result<AnyRecord> {
        self.0.get_in(key, lane).await.map(AnyRecord::from)
    }
    fn keys_from(&self, query: Query, cursor: Option<Cursor>) -> BoxStream<'static, Result<KeyPage>> {
        self.0.keys_from(query, cursor)
    }
    fn children(&self, parent: &Key, query: Query) -> BoxStream<'static, Result<AnyPage>> {
        self.0.children(parent, query).map(|page| page.map(AnyPage::from)).boxed()
    }
    async fn count(&self, query: Query) -> Result<Option<u64>> {
        self.0.count(query).await
    }
    async fn refresh_names(&self, lane: Lane) -> Result<Option<String>> {
        self.0.refresh_names(lane).await
    }
    fn names(&self) -> Option<String> {
        self.0.names()
    }
    fn relabel(&self, content: &[u8]) -> Result<Relabelled> {
        relabelled(&*self.0, content)
    }
    fn typed(&self) -> &(dyn Any + Send + Sync) {
        &self.0
    }
}

struct ErasedWriter<E>(Arc<dyn Writer<E>>);

#[async_trait]
impl<E: Entity> Sink for ErasedWriter<E> {
    fn kind(&self) -> EntityKind {
        E::KIND
    }
    async fn create(&self, changes: AnyChanges) -> Result<AnyRecord> {
        self.0.create(changes.typed()?).await.map(AnyRecord::from)
    }
    async fn update(&self, key: &Key, changes: AnyChanges) -> Result<AnyRecord> {
        self.0.update(key, changes.typed()?).await.map(AnyRecord::from)
    }
    async fn delete(&self, key: &Key) -> Result<()> {
        self.0.delete(key).await
    }
    fn typed(&self) -> &(dyn Any + Send + Sync) {
        &self.0
    }
}
