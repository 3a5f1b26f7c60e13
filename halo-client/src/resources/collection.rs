//! A resource of a tenant: its list, one record, and deletions.

use std::fmt;
use std::marker::PhantomData;

use psa_core::{Lane, Result};
use psa_http::json::Native;
use psa_http::list::{self, RawRecord};
use psa_http::{Deletable, Readable};

use super::HaloResource;
use crate::client::Halo;
use crate::envelope::{one, single};
use crate::list::List;

/// A resource of a tenant: what can be done with it.
///
/// ```compile_fail,E0277
/// # async fn f(halo: halo_client::Halo) {
/// // Client 3 is not ticket 3.
/// let ticket = halo.tickets().get(halo_client::ClientId(3)).await;
/// # }
/// ```
pub struct Collection<T> {
    pub(crate) halo: Halo,
    resource: PhantomData<fn() -> T>,
}

impl<T> Clone for Collection<T> {
    fn clone(&self) -> Self {
        Self { halo: self.halo.clone(), resource: PhantomData }
    }
}

impl<T> fmt::Debug for Collection<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collection").field("halo", &self.halo).finish()
    }
}

impl<T: HaloResource> Collection<T> {
    pub(crate) fn new(halo: Halo) -> Self {
        Self { halo, resource: PhantomData }
    }

    /// All records, page by page; narrow it with filters.
    pub fn list(&self) -> List<T> {
        List::new(self.halo.clone())
    }

    /// One record, by an id as it stands in an address.
    pub(crate) async fn read(&self, id: impl fmt::Display) -> Result<Native<T>> {
        let operation = T::operations().get;
        let call = self.halo.http().call(operation).path("id", id).query("includedetails", true);
        one(&call.send().await?, T::ITEMS, operation.name)
    }

    /// One record; JSON that does not decode is returned with the reason.
    pub(crate) async fn get_raw(&self, id: impl fmt::Display, lane: Lane) -> Result<RawRecord<T>> {
        let operation = T::operations().get;
        let call = self.halo.http().call(operation).lane(lane).path("id", id).query("includedetails", true);
        let answer = call.send().await?;
        list::raw_record(&answer, single(&answer, T::ITEMS, operation.name)?, operation.name)
    }
}

impl<T: Readable + HaloResource> Collection<T> {
    /// One record, with its nested objects.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](psa_core::ErrorKind::NotFound) also for one the login may not see.
    pub async fn get(&self, id: impl Into<T::Id>) -> Result<Native<T>>
    where
        T::Id: fmt::Display,
    {
        self.read(id.into()).await
    }
}

impl<T: Deletable + HaloResource> Collection<T> {
    /// Deletes a record.
    ///
    /// # Errors
    /// What Halo refuses and what the network can do.
    pub async fn delete(&self, id: impl Into<T::Id>) -> Result<()>
    where
        T::Id: fmt::Display,
    {
        self.halo.http().call(T::operations().delete).path("id", id.into()).send().await.map(drop)
    }
}
