use std::marker::PhantomData;

use psa_core::{Lane, Result};
use psa_http::json::Native;
use psa_http::{Call, Identified, NativeField, Operation, RawRecord, VendorId};
use serde::de::DeserializeOwned;

use super::Save;
use crate::client::ConnectWise;
use crate::page::List;

/// What can be done with a resource, as values.
#[derive(Debug)]
pub struct Operations {
    /// Its list.
    pub list: &'static Operation,
    /// How many there are.
    pub count: &'static Operation,
    /// One of them.
    pub get: &'static Operation,
    /// A new one.
    pub create: &'static Operation,
    /// A change of some members.
    pub update: &'static Operation,
    /// A replacement.
    pub replace: &'static Operation,
    /// A deletion.
    pub delete: &'static Operation,
}

/// A type of record that ConnectWise lists.
pub trait Resource:
    Identified<Id: VendorId + Into<i64>> + DeserializeOwned + Send + Sync + std::fmt::Debug + 'static
{
    /// Where it is.
    fn operations() -> &'static Operations;
    /// Its typed members.
    fn fields() -> &'static [NativeField];
}

/// A resource that records can be added to.
pub trait Creatable: Resource {
    /// Members that ConnectWise computes: they are refused before they are sent.
    const READ_ONLY: &'static [&'static str];
    /// Members that make ConnectWise mail somebody. Its defaults are to mail, so a write sends them as off unless it sets them.
    const MAIL_SWITCHES: &'static [&'static str] = &[];
}

/// A resource whose records can be changed.
pub trait Writable: Creatable {
    /// Whether a change must say something of custom fields, even if it is nothing.
    const PATCH_WITH_CUSTOM_FIELDS: bool;
}

/// A resource that can be deleted.
pub trait Deletable: Resource {}

/// A resource that can be searched by POST.
pub trait Searchable: Resource {
    /// The search.
    fn search_operation() -> &'static Operation;
}

/// An id of a resource as ConnectWise numbers it.
fn number<T: Resource>(id: impl Into<T::Id>) -> i64 {
    id.into().into()
}

/// A resource of a tenant, or of one record of it: what can be done with it.
#[derive(Debug)]
pub struct Collection<T> {
    pub(crate) cw: ConnectWise,
    pub(crate) parent: Option<i64>,
    resource: PhantomData<fn() -> T>,
}

impl<T> Clone for Collection<T> {
    fn clone(&self) -> Self {
        Self { cw: self.cw.clone(), parent: self.parent, resource: PhantomData }
    }
}

impl<T: Resource> Collection<T> {
    pub(crate) fn new(cw: ConnectWise, parent: Option<i64>) -> Self {
        Self { cw, parent, resource: PhantomData }
    }

    /// The resource below one record of this one.
    pub(crate) fn below<C: Resource>(&self, parent: i64) -> Collection<C> {
        Collection::new(self.cw.clone(), Some(parent))
    }

    /// All of them, page by page; narrow it with conditions.
    pub fn list(&self) -> List<T> {
        List::of(self.cw.clone(), T::operations().list, self.parent)
    }

    /// One of them.
    ///
    /// ```compile_fail,E0277
    /// # async fn f(cw: connectwise_client::ConnectWise) {
    /// // Company 3 is not ticket 3.
    /// let ticket = cw.tickets().get(connectwise_client::CompanyId(3)).await;
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](psa_core::ErrorKind::NotFound) also for one the login may not see.
    pub async fn get(&self, id: impl Into<T::Id>) -> Result<Native<T>> {
        let operation = T::operations().get;
        let answer = self.call(operation).path("id", number::<T>(id)).send().await?;
        psa_http::list::record(&answer, answer.body.clone(), operation.name)
    }

    /// One of them, which may be unreadable in parts.
    pub(crate) async fn get_raw(&self, id: i64, lane: Lane) -> Result<RawRecord<T>> {
        let operation = T::operations().get;
        let answer = self.call(operation).lane(lane).path("id", id).send().await?;
        psa_http::list::raw_record(&answer, answer.body.clone(), operation.name)
    }

    /// The same resource below a parent.
    pub(crate) fn below_parent(mut self, parent: i64) -> Self {
        self.parent = Some(parent);
        self
    }

    pub(crate) fn call(&self, operation: &'static Operation) -> Call {
        let call = self.cw.http().call(operation);
        match self.parent {
            Some(parent) => call.path("parent", parent),
            None => call,
        }
    }
}

impl<T: Searchable> Collection<T> {
    /// As [`list`](Self::list), but conditions that are too long for an address go by POST.
    pub fn search(&self) -> List<T> {
        self.list().searchable()
    }
}

impl<T: Creatable> Collection<T> {
    /// A new one.
    pub fn create(&self) -> Save<T> {
        Save::create(self.clone())
    }
}

impl<T: Writable> Collection<T> {
    /// A change: only what is set changes.
    pub fn update(&self, id: impl Into<T::Id>) -> Save<T> {
        Save::update(self.clone(), number::<T>(id))
    }

    /// A replacement: what is not set is lost at ConnectWise. [`update`](Self::update) is what is mostly meant.
    pub fn replace(&self, id: impl Into<T::Id>) -> Save<T> {
        Save::replace(self.clone(), number::<T>(id))
    }
}

impl<T: Deletable> Collection<T> {
    /// Deletes.
    ///
    /// # Errors
    /// What ConnectWise refuses and what the network can do.
    pub async fn delete(&self, id: impl Into<T::Id>) -> Result<()> {
        self.call(T::operations().delete).path("id", number::<T>(id)).send().await.map(drop)
    }
}
