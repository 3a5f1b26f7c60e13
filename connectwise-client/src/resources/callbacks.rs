use crate::conditions::field;
use psa_core::Result;
use psa_http::json::Native;
use serde::Deserialize;
use serde_json::Value;

use super::{Collection, Info, operations, resource, setters};
use crate::ids::CallbackId;

resource! {
    /// A callback: which events ConnectWise sends where. Those of other integrations are in the same list.
    pub struct Callback {
        id: key(CallbackId);
        description: text;
        url: text;
        object_id: int;
        r#type: text;
        level: text;
        member_id: int;
        payload_version: text;
        inactive_flag: flag;
        is_soap_callback_flag: flag;
        is_self_suppressed_flag: flag;
        connect_wise_id = "connectWiseID": text;
        info = "_info": object(Info);
    }
}

operations!(Callback: "callbacks", "/system/callbacks", write delete, read_only ["memberId", "payloadVersion", "isSoapCallbackFlag", "isSelfSuppressedFlag", "connectWiseID"]);

setters! { Callback {
    /// What it is for; 100 characters at most.
    description: String => "description";
    /// Where to send: end it with `recordId=`, since ConnectWise appends the id of the record.
    url: String => "url";
    /// What kind of record: `activity`, `agreement`, `company`, `configuration`, `contact`, `expense`, `invoice`, `member`,
    /// `opportunity`, `productcatalog`, `project`, `purchaseorder`, `schedule`, `site`, `ticket` (of projects, too), `time`.
    kind: String => "type";
    /// How far it reaches: `owner` is everything; the others, like `board`, `company` or `status`, depend on the kind. A kind
    /// that ConnectWise does not know is reported as a level that it does not know.
    level: String => "level";
    /// The record of the level, which must be said; 1 for `owner`.
    object: i64 => "objectId";
    /// Whether it is switched off.
    inactive: bool => "inactiveFlag";
} }

impl Collection<Callback> {
    /// Those that send to addresses of this host. Callbacks of every integration are in one list: look before you delete.
    ///
    /// # Errors
    /// What ConnectWise refuses and what the network can do.
    pub async fn to_host(&self, host: &str) -> Result<Vec<Native<Callback>>> {
        let alike = self.list().condition(field("url").contains(host)).all().await?;
        let same = |url: &String| {
            url::Url::parse(url).is_ok_and(|u| u.host_str().is_some_and(|h| h.eq_ignore_ascii_case(host)))
        };
        Ok(alike.into_iter().filter(|c| c.url.as_ref().is_some_and(same)).collect())
    }

    /// Those of ours that ConnectWise switched off: after failures on three days it does.
    ///
    /// # Errors
    /// What ConnectWise refuses and what the network can do.
    pub async fn switched_off(&self, host: &str) -> Result<Vec<Native<Callback>>> {
        let ours = self.to_host(host).await?;
        Ok(ours.into_iter().filter(|c| c.inactive_flag == Some(true)).collect())
    }
}

/// What a callback tells.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "PascalCase")]
pub struct CallbackPayload {
    /// The delivery's own id, for telling a repeated one.
    #[serde(default)]
    pub message_id: Option<String>,
    /// The host that sent it.
    #[serde(default)]
    pub from_url: Option<String>,
    /// The company id of the tenant.
    #[serde(default)]
    pub company_id: Option<String>,
    /// Who made the change.
    #[serde(default)]
    pub member_id: Option<String>,
    /// `added`, `updated`, `deleted`, or a word of next year's; empty if it was left out.
    #[serde(default)]
    pub action: String,
    /// The kind of record: `ticket`, `company` …
    #[serde(rename = "Type")]
    pub kind: String,
    /// The record's id.
    #[serde(rename = "ID", deserialize_with = "psa_http::json::id")]
    pub id: i64,
    /// The record as it was then, if it came.
    #[serde(default, deserialize_with = "entity")]
    pub entity: Option<Value>,
    /// Where the key of its signature is. Not to be believed: it is part of what was sent.
    #[serde(default)]
    pub metadata: Option<CallbackMetadata>,
    /// The callback that it is of.
    #[serde(default, deserialize_with = "psa_http::json::int")]
    pub callback_object_rec_id: Option<i64>,
}

/// See [`CallbackPayload::metadata`].
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct CallbackMetadata {
    /// The address of the key.
    #[serde(default)]
    pub key_url: Option<String>,
}

/// The record comes as JSON in a string; `null` when it was deleted.
fn entity<'de, D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<Value>, D::Error> {
    match Option::<Value>::deserialize(deserializer)? {
        Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
        // A record that was cut is no reason to lose the event: its id is beside it.
        Some(Value::String(text)) => Ok(serde_json::from_str(&text).ok()),
        other => Ok(other),
    }
}
