use psa_core::{Error, ErrorKind, Lane, Result};
use serde_json::Value;

use crate::{Call, Response};

/// A request through a client's untyped door.
#[derive(Debug)]
#[must_use = "a call does nothing until it is sent"]
pub struct RawCall {
    call: Call,
}

impl RawCall {
    /// A raw call of this call.
    pub fn new(call: Call) -> Self {
        Self { call }
    }

    /// Adds a query parameter.
    pub fn query(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.call = self.call.query(name, value);
        self
    }

    /// Sends this JSON.
    pub fn json(mut self, body: &Value) -> Self {
        self.call = self.call.json(body);
        self
    }

    /// Who waits for the answer.
    pub fn lane(mut self, lane: Lane) -> Self {
        self.call = self.call.lane(lane);
        self
    }

    /// Sends it and reads JSON; an empty answer is `null`.
    ///
    /// # Errors
    /// What the network and the vendor can do; [`ErrorKind::Decode`] if the answer is not JSON.
    pub async fn send(self) -> Result<Value> {
        let operation = self.call.operation().name;
        let answer = self.call.send().await?;
        if answer.body.is_empty() {
            return Ok(Value::Null);
        }
        crate::json::decode(&answer.body).map_err(|e| {
            Error::new(ErrorKind::Decode, "the answer is not JSON").with_operation(operation).with_source(e)
        })
    }

    /// Sends it and gives the bytes as they are: a file, a picture.
    ///
    /// # Errors
    /// What the network and the vendor can do.
    pub async fn send_raw(self) -> Result<Response> {
        self.call.verbatim().send().await
    }
}
