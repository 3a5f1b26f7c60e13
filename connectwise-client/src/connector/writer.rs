//! One writer for all resources; what differs is a table of members.

use std::marker::PhantomData;
use std::sync::Arc;

use async_trait::async_trait;
use psa_core::{AnyChanges, Changes, Entity, Error, ErrorKind, Key, PathChange, Projection, Record, Result, Writer};
use psa_http::RawRecord;
use psa_http::json::Native;
use serde_json::{Value, json};

use super::Context;
use super::reader::{Mapping, common};
use crate::resources::{Deletable, Resource, Save, Writable};

/// How a common field is written to a member of ConnectWise's.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Member {
    /// As it is.
    Plain(&'static str),
    /// The opposite: `inactive` of something that ConnectWise calls active.
    Not(&'static str),
    /// The whole reference by its id.
    Reference(&'static str),
    /// The whole reference by the last part of its key: the record is read below another one.
    ChildReference(&'static str),
    /// The id of a reference alone, in a member that is a number.
    IdOnly(&'static str),
    /// The id of a label, as a whole reference.
    LabelId(&'static str),
    /// The name of a label: a word of the product's own.
    LabelName(&'static str),
    /// The ticket that hours are charged to.
    ChargedTicket,
    /// The ticket that an appointment is for: the type tells what the number is of.
    ScheduledTicket,
    /// Whether hours are billed.
    Billable,
    /// An address in members of the record itself.
    Address,
    /// An address of a site: its region is a reference too.
    SiteAddress,
    /// Custom fields by caption.
    Custom,
}

/// What can be written of a mapping.
pub(crate) trait Writes: Mapping<Native: Writable> {
    /// Common path and what it becomes.
    const MEMBERS: &'static [(&'static str, Member)];
}

/// Puts changes into a write.
pub(crate) async fn fill<M: Writes>(
    context: &Context,
    mut save: Save<M::Native>,
    changes: AnyChanges,
) -> Result<Save<M::Native>> {
    let typed = changes.common.keys().any(|path| path.starts_with("appointment_type"));
    for (path, value) in changes.common {
        let change = PathChange::new(path, value);
        let member = M::MEMBERS.iter().find(|(p, _)| *p == change.field()).map(|(_, m)| *m).ok_or_else(|| {
            change.unsupported(format!(
                "ConnectWise has no member to write a {}'s {} to",
                M::Common::KIND,
                change.field()
            ))
        })?;
        save = match member {
            Member::Plain(name) => save.set(name, change.whole()?),
            Member::Not(name) => {
                let flag = change.value().as_bool().ok_or_else(|| change.wrong())?;
                save.set(name, !flag)
            }
            Member::Reference(name) | Member::LabelId(name) => match change.id()? {
                Some(id) => save.set(name, json!({"id": id})),
                None => save.clear(name),
            },
            Member::ChildReference(name) => match change.part("id")? {
                Value::Null => save.clear(name),
                Value::String(key) => {
                    let id: i64 =
                        key.rsplit('/').next().and_then(|id| id.parse().ok()).ok_or_else(|| change.wrong())?;
                    save.set(name, json!({"id": id}))
                }
                _ => return Err(change.wrong()),
            },
            Member::IdOnly(name) => match change.id()? {
                Some(id) => save.set(name, id),
                None => save.clear(name),
            },
            Member::ChargedTicket => match change.id()? {
                Some(id) => {
                    // The number does not tell which kind of ticket it is.
                    let service = context.cw.tickets().list().condition(crate::field("id").eq(id)).count().await? > 0;
                    let kind = if service { "ServiceTicket" } else { "ProjectTicket" };
                    save.set("chargeToId", id).set("chargeToType", kind)
                }
                None => return Err(change.wrong()),
            },
            Member::ScheduledTicket if typed => {
                return Err(Error::new(
                    ErrorKind::InvalidRequest,
                    "the type of an appointment follows from its ticket",
                )
                .with_context("field", "appointment_type"));
            }
            Member::ScheduledTicket => match change.id()? {
                Some(id) => save.set("objectId", id).set("type", json!({"identifier": "S"})),
                None => return Err(change.wrong()),
            },
            Member::Billable => match change.value().as_bool() {
                Some(true) => save.set("billableOption", "Billable"),
                Some(false) => save.set("billableOption", "DoNotBill"),
                None => save.set("billableOption", "NoDefault"),
            },
            Member::LabelName(name) => save.set(name, change.part("name")?),
            Member::Address | Member::SiteAddress => {
                let site = matches!(member, Member::SiteAddress);
                let address = change.whole()?;
                let part = |name: &str| address.get(name).cloned().unwrap_or(Value::Null);
                let named = |name: &str| match part(name) {
                    Value::Null => Value::Null,
                    text => json!({"name": text}),
                };
                let lines = address.get("lines").and_then(Value::as_array).cloned().unwrap_or_default();
                let lines: Vec<&str> = lines.iter().filter_map(Value::as_str).collect();
                // There are two members: what is more goes into the second.
                let rest = lines.get(1..).unwrap_or_default().join(", ");
                let line = |text: &str| if text.is_empty() { Value::Null } else { Value::from(text) };
                save = save.set("addressLine1", line(lines.first().copied().unwrap_or_default()));
                save = save.set("addressLine2", line(&rest)).set("city", part("city")).set("zip", part("postcode"));
                save =
                    if site { save.set("stateReference", named("region")) } else { save.set("state", part("region")) };
                save.set("country", named("country"))
            }
            Member::Custom => {
                let fields = change.value().as_object().cloned().ok_or_else(|| change.wrong())?;
                for (caption, value) in fields {
                    let id = context.custom_fields.id(&context.cw, &caption).await?;
                    save = save.custom_field(id, value);
                }
                save
            }
        };
    }
    Ok(changes.native.into_iter().fold(save, |save, (member, value)| save.set(member, value)))
}

pub(crate) fn stored<M: Mapping>(native: Native<M::Native>, context: &Context, key: Option<Key>) -> Record<M::Common> {
    let (value, raw) = native.into_parts();
    let key = key.or_else(|| value.id().map(Key::from)).unwrap_or_else(|| psa_http::list::key_of_bytes(&raw));
    common::<M>(key, RawRecord { raw, value: Ok(value) }, context, Projection::Full)
}

#[derive(Debug)]
pub(crate) struct CwWriter<M> {
    context: Arc<Context>,
    mapping: PhantomData<fn() -> M>,
}

impl<M: Writes> CwWriter<M> {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self { context, mapping: PhantomData }
    }
}

#[async_trait]
impl<M> Writer<M::Common> for CwWriter<M>
where
    M: Writes,
    M::Native: Deletable,
{
    async fn create(&self, changes: Changes<M::Common>) -> Result<Record<M::Common>> {
        let save = fill::<M>(&self.context, M::collection(&self.context).create(), changes.into_any()).await?;
        Ok(stored::<M>(save.send().await?, &self.context, None))
    }

    async fn update(&self, key: &Key, changes: Changes<M::Common>) -> Result<Record<M::Common>> {
        let save = M::collection(&self.context).update(key.as_i64()?);
        let save = fill::<M>(&self.context, save, changes.into_any()).await?;
        Ok(stored::<M>(save.send().await?, &self.context, Some(key.clone())))
    }

    async fn delete(&self, key: &Key) -> Result<()> {
        M::collection(&self.context).delete(key.as_i64()?).await
    }
}
