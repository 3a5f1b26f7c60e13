//! Change notifications of Microsoft Graph.
//!
//! **Answer first, validate afterwards.** Graph wants its 202 within three seconds and drops notifications for endpoints
//! that are slow; and a status that depended on what was verified would tell forgers how far they came. So
//! [`Request::answer`] goes by the form of a request alone. Put the batch into a queue, answer, and verify then: the result
//! must not change the status.
//!
//! What proves that a batch is Graph's:
//! * [`ClientStates`]: each item shows the secret that its subscription was made with. Items without content have no more.
//! * [`TokenVerifier`]: items with encrypted content come with signed tokens of their tenants.
//! * [`ContentKeys`]: the content is encrypted to your certificate. That alone proves nothing: the certificate is public.
//!
//! ```
//! use webhook_signing::graph::{ClientStates, ContentKeys, Notifications, Request, TokenVerifier};
//!
//! struct Receiver { states: ClientStates, tokens: TokenVerifier, keys: ContentKeys }
//!
//! impl Receiver {
//!     // What comes back is for the log: the sender has had its answer.
//!     fn process(&self, batch: &Notifications) -> Result<(), webhook_signing::Error> {
//!         self.states.verify_all(&batch.value)?;
//!         self.tokens.verify(batch)?;
//!         for content in batch.value.iter().filter_map(|item| item.encrypted_content.as_ref()) {
//!             println!("{} bytes of JSON", self.keys.decrypt(content)?.len());
//!         }
//!         Ok(())
//!     }
//! }
//!
//! let request = Request::read("POST", Some("validationToken=Validation%3a+a1"), b"");
//! let answer = request.answer();
//! assert_eq!((answer.status, answer.content_type, answer.body), (200, Some("text/plain"), "Validation: a1"));
//! ```
//!
//! Rules: Microsoft's documentation, `change-notifications-delivery-webhooks` and `change-notifications-with-resource-data`.
//! Issuers are those of the public cloud.

mod client_state;
mod content;
mod handshake;
mod notification;
mod tokens;

pub use client_state::ClientStates;
pub use content::{ContentKeys, Plaintext};
pub use handshake::{Answer, Request};
pub use notification::{EncryptedContent, Notification, Notifications};
pub use tokens::{KeySet, PUBLISHER, TokenVerifier, ValidationToken};
