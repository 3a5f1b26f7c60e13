//! What Graph sends, as it sends it.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use crate::Error;

/// A batch of notifications, possibly of several subscriptions and tenants. Nothing of it is proven yet.
#[derive(Clone, Deserialize)]
#[non_exhaustive]
pub struct Notifications {
    /// The items.
    pub value: Vec<Notification>,
    /// Signed tokens, one for each app and tenant that has encrypted content here.
    #[serde(rename = "validationTokens", default, deserialize_with = "none_is_empty")]
    pub validation_tokens: Vec<String>,
}

/// One thing that happened. All that Graph may leave out is optional; what is unknown here is left out.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Notification {
    /// Id of the notification, where there is one.
    pub id: Option<String>,
    /// The subscription that it is of.
    pub subscription_id: Option<String>,
    /// When the subscription ends, as Graph writes it.
    pub subscription_expiration_date_time: Option<String>,
    /// The secret that the subscription was made with: see [`ClientStates`](super::ClientStates).
    pub client_state: Option<String>,
    /// `created`, `updated` or `deleted`; Graph may add others.
    pub change_type: Option<String>,
    /// `reauthorizationRequired`, `subscriptionRemoved` or `missed`, on lifecycle notifications; Graph may add others.
    pub lifecycle_event: Option<String>,
    /// What changed: a path below Graph's root.
    pub resource: Option<String>,
    /// The tenant it happened in.
    pub tenant_id: Option<String>,
    /// Id and type of what changed.
    pub resource_data: Option<Value>,
    /// What changed, encrypted: see [`ContentKeys`](super::ContentKeys).
    pub encrypted_content: Option<EncryptedContent>,
}

/// The content of what changed, encrypted to the certificate of the subscription. Base64, as it came.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct EncryptedContent {
    /// The encrypted JSON.
    pub data: String,
    /// The key of `data`, itself encrypted to the certificate.
    pub data_key: String,
    /// The HMAC of `data`.
    pub data_signature: String,
    /// Your name of the certificate, as given to the subscription. It decides on the key.
    pub encryption_certificate_id: String,
    /// SHA-1 of the certificate. Not looked at: a mismatch proves nothing that the signature does not.
    pub encryption_certificate_thumbprint: Option<String>,
}

impl Notifications {
    /// Reads the body of a request. [`Request::read`](super::Request::read) does it for you.
    ///
    /// # Errors
    /// [`Error::Malformed`].
    pub fn from_json(body: &[u8]) -> Result<Self, Error> {
        serde_json::from_slice(body).map_err(|_| Error::Malformed("is no JSON of change notifications"))
    }
}

fn none_is_empty<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Option::deserialize(from).map(Option::unwrap_or_default)
}

// Logs get ids, and neither secrets nor tokens nor data of people.

impl fmt::Debug for Notifications {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notifications")
            .field("value", &self.value)
            .field("validation_tokens", &self.validation_tokens.len())
            .finish()
    }
}

impl fmt::Debug for Notification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notification")
            .field("id", &self.id)
            .field("subscription_id", &self.subscription_id)
            .field("change_type", &self.change_type)
            .field("lifecycle_event", &self.lifecycle_event)
            .field("resource", &self.resource)
            .field("tenant_id", &self.tenant_id)
            .field("encrypted_content", &self.encrypted_content)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for EncryptedContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncryptedContent")
            .field("encryption_certificate_id", &self.encryption_certificate_id)
            .finish_non_exhaustive()
    }
}
