//! What host, dispatcher and sender share.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::HeaderValue;
use psa_core::time::Chance;
use tokio::sync::Notify;

use crate::endpoint::Endpoint;
use crate::sender::{Ready, Secrets, Sender};
use crate::store::{Completed, Store};
use crate::{Catalogue, Notice, Result};

pub(crate) struct Inner {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) sender: Sender,
    pub(crate) chance: Arc<dyn Chance>,
    pub(crate) changed: Notify,
    /// Whether endpoints were changed since the dispatcher read them.
    pub(crate) stale: AtomicBool,
    pub(crate) catalogue: Catalogue,
    pub(crate) user_agent: HeaderValue,
    pub(crate) disable_after: Duration,
    /// How long a try is ours beyond its time-out.
    pub(crate) margin: Duration,
    /// How often it is looked for what other processes did.
    pub(crate) poll: Duration,
    pub(crate) told: Box<dyn Fn(&Notice) + Send + Sync>,
    pub(crate) tests: Mutex<HashMap<String, Vec<Duration>>>,
}

impl Inner {
    pub(crate) fn take_stale(&self) -> bool {
        self.stale.swap(false, Ordering::Relaxed)
    }

    /// Longer than any try can take.
    pub(crate) fn lease(&self) -> Duration {
        self.sender.time_out + self.margin
    }

    pub(crate) fn touch(&self) {
        self.stale.store(true, Ordering::Relaxed);
        self.changed.notify_waiters();
    }

    /// Makes endpoints ready to be sent to. One whose secrets are no good any more is left out, and said so.
    pub(crate) async fn ready(&self, endpoints: Vec<Endpoint>) -> Result<Vec<Ready>> {
        if endpoints.is_empty() {
            return Ok(Vec::new());
        }
        let ids = endpoints.iter().map(|e| e.id.clone()).collect();
        let mut secrets: HashMap<String, Secrets> = HashMap::new();
        for (id, secret, until) in self.store.secrets(ids, self.sender.clock.now()).await? {
            secrets.entry(id).or_default().push((secret, until));
        }
        let mut ready = Vec::with_capacity(endpoints.len());
        for endpoint in endpoints {
            let own = secrets.remove(&endpoint.id).unwrap_or_default();
            let id = endpoint.id.clone();
            match Ready::new(endpoint, own, &self.user_agent) {
                Ok(one) => ready.push(one),
                Err(error) => tracing::error!(endpoint = id, %error, "an endpoint can't be sent to"),
            }
        }
        Ok(ready)
    }

    /// Writes ends of tries down, and tells who wants to know.
    pub(crate) async fn complete(&self, done: Vec<Completed>, notices: &[Notice]) -> Result<()> {
        let changes = self.store.complete(done, self.sender.clock.now(), self.disable_after).await?;
        if changes.iter().any(|c| matches!(c, crate::store::EndpointChange::Disabled { .. })) {
            self.touch();
        }
        notices.iter().for_each(|notice| (self.told)(notice));
        changes.into_iter().map(Notice::from).for_each(|notice| (self.told)(&notice));
        Ok(())
    }
}
