//! The secret that a subscription was made with comes back with each of its notifications.

use std::fmt;

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use super::Notification;
use crate::mac::sha256;
use crate::{Error, Secret};

/// The client states of all subscriptions, compared in constant time.
///
/// Give each subscription its own, of at least 16 random bytes. Graph sends it in plain: keep it out of logs.
///
/// ```
/// use webhook_signing::{Error, graph::ClientStates};
///
/// let states = ClientStates::new(["state of the first subscription", "state of the second"])?;
/// assert_eq!(states.verify(Some("state of the second")), Ok(1));
/// assert_eq!(states.verify(None), Err(Error::BadCredentials));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone)]
pub struct ClientStates {
    /// Hashes, so that comparing tells neither content nor length.
    right: Vec<[u8; 32]>,
}

impl fmt::Debug for ClientStates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientStates").field("known", &self.right.len()).finish_non_exhaustive()
    }
}

impl ClientStates {
    /// The known states. With none, no notification is believed.
    ///
    /// # Errors
    /// [`Error::EmptySecret`] for one that is blank; [`Error::InvalidSecret`] by the rule of [`Secret`].
    pub fn new<S: Into<Secret>>(states: impl IntoIterator<Item = S>) -> Result<Self, Error> {
        let right =
            states.into_iter().map(|state| state.into().plain().map(|s| sha256(&[s]))).collect::<Result<_, _>>()?;
        Ok(Self { right })
    }

    /// Which of the states it is. Compare the subscription it was made for with that of the notification.
    ///
    /// # Errors
    /// [`Error::BadCredentials`], also for one that is absent, empty or blank.
    pub fn verify(&self, received: Option<&str>) -> Result<usize, Error> {
        // A subscription that was made without a state proves nothing, whatever is known here.
        let received = received.filter(|state| !state.trim().is_empty()).ok_or(Error::BadCredentials)?;
        // Every state, whichever fits: the time it takes tells nothing.
        let shown = sha256(&[received.as_bytes()]);
        let (mut found, mut which) = (Choice::from(0), 0u64);
        for (n, right) in self.right.iter().enumerate() {
            let equal = right.ct_eq(&shown);
            which.conditional_assign(&(n as u64), equal & !found);
            found |= equal;
        }
        if bool::from(found) { Ok(which as usize) } else { Err(Error::BadCredentials) }
    }

    /// Which of the states each item has. One wrong item and none is believed; an honest cause is a subscription that you
    /// have just given up. If you have many, [`verify`](Self::verify) item by item.
    ///
    /// # Errors
    /// [`Error::BadCredentials`], after all items were compared.
    pub fn verify_all(&self, items: &[Notification]) -> Result<Vec<usize>, Error> {
        let all: Vec<_> = items.iter().map(|item| self.verify(item.client_state.as_deref())).collect();
        all.into_iter().collect()
    }
}
