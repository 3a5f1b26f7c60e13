//! One writer for all resources; what differs is a table of members.

use std::marker::PhantomData;
use std::sync::Arc;

use async_trait::async_trait;
use psa_core::{
    AnyChanges, Appointment, Changes, Entity, Error, ErrorKind, Evidence, Key, Mapped, PathChange, Phase, Projection,
    Record, Result, Ticket, Writer,
};
use psa_http::Identified;
use psa_http::RawRecord;
use psa_http::json::Native;
use serde_json::{Value, json};

use super::context::Context;
use super::customer;
use super::reader::{Mapping, common};
use crate::resources::{Collection, CustomFieldValue, WriteRequest};
use psa_http::{Deletable, Updatable};

/// How a common field is written to a member of ConnectWise's.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Member {
    /// As it is.
    Plain(&'static str),
    /// A day, as the midnight that it begins with.
    Day(&'static str),
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
    /// Custom fields by caption or id.
    Custom,
}

/// What can be written of a mapping.
pub(crate) trait Writes: Mapping<Native: Updatable> {
    /// Common path and what it becomes.
    const MEMBERS: &'static [Mapped<Self::Common, Member>];

    /// Fields that ConnectWise does not clear.
    const KEEPS: &'static [&'static str] = &[];

    /// The longest texts that ConnectWise takes.
    const MAX_CHARS: &'static [(&'static str, u32)] = &[];

    /// What a create says where the caller says nothing: ConnectWise's own defaults show more or do more.
    const ON_CREATE: &'static [(&'static str, bool)] = &[];

    /// The record's custom fields.
    fn custom(_: &Self::Native) -> &[CustomFieldValue] {
        &[]
    }

    /// The fields that can be written.
    fn fields() -> Vec<&'static str> {
        Self::MEMBERS.iter().map(Mapped::field).collect()
    }
}

/// The field of every kind that holds custom fields.
const CUSTOM: &str = Ticket::CUSTOM.field();

fn member<M: Writes>(change: &PathChange) -> Result<Member> {
    Mapped::find(M::MEMBERS, change.field()).copied().ok_or_else(|| {
        let why = format!("ConnectWise has no member to write a {}'s {} to", M::Common::KIND, change.field());
        change.unsupported(why)
    })
}

/// A new record, without the members that follow from where it is created.
pub(crate) async fn create<M: Writes>(
    context: &Context,
    collection: Collection<M::Native>,
    changes: AnyChanges,
) -> Result<Native<M::Native>> {
    changes.refuse_key(&[], &["id"])?;
    customer::check(context, &changes, None).await?;
    let save = M::ON_CREATE.iter().fold(collection.create(), |save, (member, flag)| save.set(*member, *flag));
    fill::<M>(context, save, changes, None).await?.send().await
}

/// A change of the record with this id. `current` is the record as it is, if it was read already; what must be compared with
/// it has it read here.
pub(crate) async fn update<M: Writes>(
    context: &Context,
    collection: Collection<M::Native>,
    id: i64,
    key: &Key,
    changes: AnyChanges,
    current: Option<Native<M::Native>>,
) -> Result<Record<M::Common>> {
    changes.refuse_key(&[], &["id"])?;
    for (path, value) in &changes.common {
        member::<M>(&PathChange::new(path, value.clone()))?;
    }
    // One caption can be on several screens, and the record tells which are its own.
    let compared = changes.concern_customer() || changes.names_field(CUSTOM);
    let current = if current.is_none() && compared { Some(collection.get(id).await?) } else { current };
    let before = match &current {
        Some(native) => {
            alive::<M>(native, key)?;
            Some(M::common(native, context))
        }
        None => None,
    };
    customer::check(context, &changes, before.as_ref().map(|record| record as &dyn psa_core::AnyEntity)).await?;
    let save = fill::<M>(context, collection.update(id), changes, current.as_deref()).await?;
    stored::<M>(save.send().await?, context, Some(key.clone()))
}

/// Puts changes into a write. `current` is the record as it is, where it was read.
async fn fill<M: Writes>(
    context: &Context,
    mut save: WriteRequest<M::Native>,
    changes: AnyChanges,
    current: Option<&M::Native>,
) -> Result<WriteRequest<M::Native>> {
    let typed = changes.names(Appointment::APPOINTMENT_TYPE);
    for (path, value) in changes.common {
        let change = PathChange::new(path, value);
        let member = member::<M>(&change)?;
        save = match member {
            Member::Plain(name) => save.set(name, change.whole()?),
            Member::Day(name) => match change.day()? {
                Some(day) => save.set(name, day.format("%Y-%m-%dT00:00:00Z").to_string()),
                None => save.clear(name),
            },
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
                Value::String(key) if key.trim() == "0" => save.clear(name),
                // The company in front was compared with the record's.
                Value::String(key) => {
                    let parts = super::child_reader::parts(&Key::from_text(key));
                    let (_, id) = parts.map_err(|error| error.with_context("field", change.field()))?;
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
                .with_context("field", Appointment::APPOINTMENT_TYPE));
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
                for (part, value) in change.members(&["lines", "city", "region", "postcode", "country"])? {
                    let named = |value: Value| if value.is_null() { value } else { json!({"name": value}) };
                    save = match part {
                        "lines" => {
                            let lines: Vec<&str> =
                                value.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                            // There are two members: what is more goes into the second.
                            let rest = lines.get(1..).unwrap_or_default().join(", ");
                            let line = |text: &str| if text.is_empty() { Value::Null } else { Value::from(text) };
                            save.set("addressLine1", line(lines.first().copied().unwrap_or_default()))
                                .set("addressLine2", line(&rest))
                        }
                        "city" => save.set("city", value),
                        "postcode" => save.set("zip", value),
                        "region" if site => save.set("stateReference", named(value)),
                        "region" => save.set("state", value),
                        _ => save.set("country", named(value)),
                    };
                }
                save
            }
            Member::Custom => {
                let own = current.map(M::custom).unwrap_or_default();
                let set = |field: &CustomFieldValue| field.value.as_ref().is_some_and(|v| !v.is_null());
                let entries = match change.entries()? {
                    Some(entries) => entries,
                    // Cleared as a whole: each field that holds something.
                    None => {
                        own.iter().filter(|f| set(f)).filter_map(|f| Some((f.id?.to_string(), Value::Null))).collect()
                    }
                };
                for (name, value) in entries {
                    let (id, value) = context.custom_fields.write(&context.cw, own, &name, value).await?;
                    save = save.custom_field(id, value);
                }
                save
            }
        };
    }
    Ok(changes.native.into_iter().fold(save, |save, (member, value)| save.set(member, value)))
}

/// The record as ConnectWise stored it.
///
/// # Errors
/// [`ErrorKind::NotFound`] if ConnectWise marks it as gone: then a deleted record was written.
pub(crate) fn stored<M: Mapping>(
    native: Native<M::Native>,
    context: &Context,
    key: Option<Key>,
) -> Result<Record<M::Common>> {
    let (value, raw) = native.into_parts();
    let key = key.unwrap_or_else(|| Key::from(value.id().into()));
    alive::<M>(&value, &key)?;
    Ok(common::<M>(key, RawRecord { raw, value: Ok(value) }, context, Projection::Full))
}

fn alive<M: Mapping>(native: &M::Native, key: &Key) -> Result<()> {
    match M::gone(native) {
        None => Ok(()),
        Some(evidence) => Err(gone(key, &evidence)),
    }
}

fn gone(key: &Key, evidence: &Evidence) -> Error {
    Error::new(ErrorKind::NotFound, "ConnectWise marks the record as gone")
        .with_phase(Phase::Answered)
        .with_context("evidence", format_args!("{evidence:?}"))
        .with_context("key", key)
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
        let native = create::<M>(&self.context, M::collection(&self.context), changes.into_any()?).await?;
        stored::<M>(native, &self.context, None)
    }

    async fn update(&self, key: &Key, changes: Changes<M::Common>) -> Result<Record<M::Common>> {
        let collection = M::collection(&self.context);
        update::<M>(&self.context, collection, key.as_i64()?, key, changes.into_any()?, None).await
    }

    async fn delete(&self, key: &Key) -> Result<()> {
        M::collection(&self.context).delete(key.as_i64()?).await
    }
}
