//! A resource of a tenant: its list, one record, and deletions.

use std::marker::PhantomData;

use psa_core::{Lane, Result};
use psa_http::json::Native;
use psa_http::{Call, Deletable, Operation, RawRecord};

use super::{ConnectWiseResource, Searchable};
use crate::client::ConnectWise;
use crate::list::List;

/// An id of a resource as ConnectWise numbers it.
pub(super) fn number<T: ConnectWiseResource>(id: impl Into<T::Id>) -> i64 {
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

impl<T: ConnectWiseResource> Collection<T> {
    pub(crate) fn new(cw: ConnectWise, parent: Option<i64>) -> Self {
        Self { cw, parent, resource: PhantomData }
    }

    /// The resource below one record of this one.
    pub(crate) fn below<C: ConnectWiseResource>(&self, parent: i64) -> Collection<C> {
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

impl<T: Deletable + ConnectWiseResource> Collection<T> {
    /// Deletes.
    ///
    /// # Errors
    /// What ConnectWise refuses and what the network can do.
    pub async fn delete(&self, id: impl Into<T::Id>) -> Result<()> {
        self.call(T::operations().delete).path("id", number::<T>(id)).send().await.map(drop)
    }
}
