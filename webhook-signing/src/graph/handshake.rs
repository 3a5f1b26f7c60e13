//! What a request to the notification URL is, and its answer.

use super::Notifications;
use crate::{Error, MAX_HEADER};

/// A request to the notification URL, or to the one of lifecycle notifications.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Request {
    /// Graph asks, as a subscription is made, whether the URL is ours. Answer with the token within ten seconds.
    Validation {
        /// The token, decoded.
        token: String,
    },
    /// Things changed; among them there may be lifecycle events, if both share a URL.
    Notification(Notifications),
    /// Nothing but lifecycle events: a subscription has to be renewed, made again, or its resources read again.
    Lifecycle(Notifications),
    /// Nothing that Graph sends, and why.
    Invalid(Error),
}

/// What to answer to a [`Request`]. It depends on the form of the request alone, never on whether it is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer<'r> {
    /// The status.
    pub status: u16,
    /// The `Content-Type`; none where there is no body. Send just this: read as HTML, the token could be anybody's script.
    pub content_type: Option<&'static str>,
    /// The body.
    pub body: &'r str,
}

impl Request {
    /// Reads a request: its method, its query as it was received (without the `?`, not decoded), and its body.
    ///
    /// A validation token in the query decides; other parameters are left alone.
    pub fn read(method: &str, query: Option<&str>, body: &[u8]) -> Self {
        Self::try_read(method, query, body).unwrap_or_else(Self::Invalid)
    }

    fn try_read(method: &str, query: Option<&str>, body: &[u8]) -> Result<Self, Error> {
        if method != "POST" {
            return Err(Error::Malformed("is no POST"));
        }
        let mut tokens = query.unwrap_or_default().split('&').filter_map(|p| p.strip_prefix("validationToken="));
        match (tokens.next(), tokens.next()) {
            (None, _) => {}
            (Some(_), Some(_)) => return Err(Error::Malformed("has two validation tokens")),
            (Some(""), None) => return Err(Error::Malformed("has an empty validation token")),
            (Some(token), None) if token.len() > MAX_HEADER => {
                return Err(Error::Malformed("has a validation token longer than any of Graph's"));
            }
            (Some(token), None) => {
                let token = decode(token).ok_or(Error::Malformed("has a badly encoded validation token"))?;
                return Ok(Self::Validation { token });
            }
        }
        let batch = Notifications::from_json(body)?;
        if !batch.value.is_empty() && batch.value.iter().all(|item| item.lifecycle_event.is_some()) {
            Ok(Self::Lifecycle(batch))
        } else {
            Ok(Self::Notification(batch))
        }
    }

    /// The answer: the token, 202 for notifications, 400 for what is neither.
    pub fn answer(&self) -> Answer<'_> {
        match self {
            Self::Validation { token } => Answer { status: 200, content_type: Some("text/plain"), body: token },
            Self::Notification(_) | Self::Lifecycle(_) => Answer { status: 202, content_type: None, body: "" },
            Self::Invalid(_) => Answer { status: 400, content_type: None, body: "" },
        }
    }
}

/// Decodes a value of a query, once. Strict: what is no valid encoding is not guessed at.
fn decode(value: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => digit(rest.next()?)? << 4 | digit(rest.next()?)?,
            b'!'..=b'~' => byte,
            _ => return None,
        });
    }
    String::from_utf8(bytes).ok()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
