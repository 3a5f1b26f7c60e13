//! One writer for all of Halo's resources; what differs is a table of members.

use std::marker::PhantomData;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::Datelike;
use psa_core::{
    AnyChanges, Changes, CustomFieldId, Entity, Error, ErrorKind, FieldType, Key, Mapped, PathChange, Phase,
    Projection, Record, Result, Ticket, Visibility, Writer,
};
use psa_http::json::Native;
use serde_json::{Value, json};

use super::context::{Context, identity};
use super::customer;
use super::name_cache::Names;
use super::reader::{Mapping, record};
use crate::resources::{Collection, CustomField, HaloResource, WriteRequest};

/// How a common field is written to a member of Halo's.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Member {
    /// As it is.
    Plain(&'static str),
    /// A day, as the noon of it: Halo's zones move a midnight to another day.
    Day(&'static str),
    /// The id of a reference, as a number.
    Reference(&'static str),
    /// The id of a label, as a number.
    LabelId(&'static str),
    /// The name of a label.
    LabelName(&'static str),
    /// The one element's member, as text: Halo has one place for it.
    Only(&'static str, &'static str),
    /// A list of telephone numbers, each kind with a member of its own.
    Phones,
    /// Hidden from the user unless public.
    Hidden(&'static str),
    /// A list of custom fields by name or id.
    Custom,
}

/// What can be written of a mapping.
#[async_trait]
pub(crate) trait Writes: Mapping {
    /// Common path and what it becomes.
    const MEMBERS: &'static [Mapped<Self::Common, Member>];
    /// Fields that Halo does not clear.
    const KEEPS: &'static [&'static str] = &[];
    /// Lists that Halo has so many places for.
    const MAX_ELEMENTS: &'static [(&'static str, u32)] = &[];
    /// Fields that are a part of the key: no update names them.
    const KEY: &'static [&'static str] = &[];
    /// Halo's members that are the key.
    const KEY_MEMBERS: &'static [&'static str] = &["id"];
    /// Whether other kinds have the same numbers. A number does not tell the kind then, so the record is read before it is
    /// written.
    const SHARES_NUMBERS: bool = false;
    /// What a change becomes where a table can't tell.
    fn special(_: &Context, _: &PathChange) -> Result<Option<Vec<(&'static str, Value)>>> {
        Ok(None)
    }
    /// The record's custom fields.
    fn custom(_: &Self::Native) -> &[CustomField] {
        &[]
    }
    /// Whether the custom field with this id is read: what can't be read back is not written.
    fn reads_custom(_: &Context, _: i64) -> bool {
        true
    }
    /// Whether an update needs the record as it is for what [`beside`](Self::beside) adds.
    fn reads_first(_: &AnyChanges) -> bool {
        false
    }
    /// What goes with the changes without being named, of a new record or of the one that was read.
    fn beside(_: &AnyChanges, _: Written<'_, Self::Native>) -> Result<Vec<(&'static str, Value)>> {
        Ok(Vec::new())
    }
    /// The record as it is.
    async fn read(context: &Context, key: &Key) -> Result<Native<Self::Native>> {
        Collection::<Self::Native>::new(context.halo.clone()).read(key.as_i64()?).await
    }
    fn create(context: &Context) -> WriteRequest<Self::Native>;
    fn update(context: &Context, key: &Key) -> Result<WriteRequest<Self::Native>>;
    async fn delete(context: &Context, key: &Key) -> Result<()>;
    /// The fields that can be written.
    fn fields() -> Vec<&'static str> {
        Self::MEMBERS.iter().map(Mapped::field).collect()
    }
}

/// The field of every kind that holds custom fields.
const CUSTOM: &str = Ticket::CUSTOM.field();

/// What is written.
#[derive(Debug)]
pub(crate) enum Written<'a, T> {
    /// A new record.
    New,
    /// A record that is there, as it is if it was read.
    Known(Option<&'a T>),
}

/// Members that Halo computes: it ignores them without a word.
const COMPUTED: &[&str] = &[
    "guid",
    "key",
    "use",
    "table",
    "datecreated",
    "actiondatecreated",
    "last_update",
    "lastupdate",
    "flastupdate",
    "last_updated",
    "last_modified",
    "lastmodified",
    "alastupdate",
    "slastupdate",
    "ulastupdate",
    "dlastupdate",
    "open_ticket_count",
    "child_count",
    "attachment_count",
    "ticketage",
];

/// The last year whose dates Halo shows as no date.
const NO_DATE: i32 = 1980;

#[derive(Debug)]
pub(crate) struct HaloWriter<M> {
    context: Arc<Context>,
    mapping: PhantomData<fn() -> M>,
}

impl<M: Writes> HaloWriter<M> {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self { context, mapping: PhantomData }
    }

    /// The record as it is, if it is one of this kind and not deleted.
    async fn current(&self, key: &Key) -> Result<Native<M::Native>> {
        let native = M::read(&self.context, key).await?;
        if M::foreign(&native) {
            return Err(Error::new(ErrorKind::NotFound, "this number is of another kind of record")
                .with_phase(Phase::Answered)
                .with_context("key", key));
        }
        alive::<M>(&native, key)?;
        Ok(native)
    }

    /// Puts changes into a write.
    fn fill(
        &self,
        mut save: WriteRequest<M::Native>,
        changes: AnyChanges,
        written: Written<'_, M::Native>,
    ) -> Result<WriteRequest<M::Native>> {
        let current = match &written {
            Written::New => None,
            Written::Known(current) => *current,
        };
        for (member, value) in M::beside(&changes, written)? {
            save = save.set(member, value);
        }
        for (path, value) in changes.common {
            let change = PathChange::new(path, value);
            if let Some(members) = M::special(&self.context, &change)? {
                save = members.into_iter().fold(save, |save, (member, value)| save.set(member, value));
                continue;
            }
            let Some(member) = Mapped::find(M::MEMBERS, change.field()).copied() else { continue };
            if let Member::Custom = member {
                for element in custom_fields::<M>(&self.context, &change, current)? {
                    save = save.add_to("customfields", element);
                }
                continue;
            }
            for (member, value) in native::<M>(member, change)? {
                save = save.set(member, value);
            }
        }
        Ok(changes.native.into_iter().fold(save, |save, (member, value)| save.set(member, value)))
    }

    /// Refuses what Halo has no member for, before anything is asked of it.
    fn refuse_unwritable(&self, changes: &AnyChanges) -> Result<()> {
        for (path, value) in &changes.common {
            let change = PathChange::new(path.clone(), value.clone());
            if Mapped::find(M::MEMBERS, change.field()).is_none() && M::special(&self.context, &change)?.is_none() {
                return Err(change.unsupported(format!(
                    "Halo has no member to write a {}'s {} to",
                    M::Common::KIND,
                    change.field()
                )));
            }
        }
        Ok(())
    }

    async fn send(&self, save: WriteRequest<M::Native>) -> Result<Record<M::Common>> {
        let names = if M::NAMES { self.context.lookups.names(&self.context.halo).await? } else { Arc::default() };
        let stored = save.send().await?;
        alive::<M>(&stored, &HaloResource::key(&*stored))?;
        Ok(record::<M>(stored, &self.context, &names, Projection::Full))
    }
}

/// Refuses a record that Halo marks as deleted, or that holds nothing of the kind any more.
fn alive<M: Mapping>(native: &M::Native, key: &Key) -> Result<()> {
    match M::gone(native) {
        None => Ok(()),
        Some(evidence) => Err(Error::new(ErrorKind::NotFound, "Halo marks the record as gone")
            .with_phase(Phase::Answered)
            .with_context("evidence", format_args!("{evidence:?}"))
            .with_context("key", key)),
    }
}

/// The members and values for a common path.
fn native<M: Writes>(member: Member, change: PathChange) -> Result<Vec<(&'static str, Value)>> {
    let ty = <M::Common as Entity>::schema().field(change.field()).map(|field| &field.ty);
    let year = match ty {
        Some(FieldType::DateTime) => change.moment()?.map(|at| at.year()),
        Some(FieldType::Date) => change.day()?.map(|day| day.year()),
        _ => None,
    };
    if year.is_some_and(|year| year <= NO_DATE) {
        return Err(Error::new(ErrorKind::InvalidRequest, "Halo shows a date of this year as no date")
            .with_context("field", change.field())
            .with_context("remedy", "Give a date after 1980, or clear the field."));
    }
    Ok(vec![match member {
        Member::Plain(name) => (name, change.whole()?),
        // Halo's 0 is "none".
        Member::Reference(name) | Member::LabelId(name) => (name, Value::from(change.id()?.unwrap_or(0))),
        Member::LabelName(name) => (name, change.part("name")?),
        Member::Day(name) => {
            (name, change.day()?.map_or(Value::Null, |day| day.format("%Y-%m-%dT12:00:00").to_string().into()))
        }
        Member::Only(name, inner) => match change.only()? {
            None => (name, Value::Null),
            Some(only) => (name, only.get(inner).cloned().ok_or_else(|| change.wrong())?),
        },
        Member::Phones => return phones(&change),
        Member::Hidden(name) => (name, Value::from(change.visibility()? != Visibility::Public)),
        Member::Custom => return Err(change.wrong()),
    }])
}

/// The elements of Halo's list of custom fields, which it merges one by one.
fn custom_fields<M: Writes>(context: &Context, change: &PathChange, current: Option<&M::Native>) -> Result<Vec<Value>> {
    let all = current.map(M::custom).unwrap_or_default();
    let read = || all.iter().filter(|field| field.id.is_some_and(|id| M::reads_custom(context, id)));
    let Some(entries) = change.entries()? else {
        // Cleared as a whole: each field that holds something.
        let set = read().filter(|field| field.value.as_ref().is_some_and(|v| !v.is_null()));
        return Ok(set.filter_map(|field| field.id).map(|id| json!({"id": id, "value": null})).collect());
    };
    let element = |(name, value): (String, Value)| -> Result<Value> {
        let id = match CustomFieldId::find(&name, read().map(identity))? {
            // A field that holds nothing need not be in the record.
            None => CustomFieldId::find(&name, all.iter().map(identity))?.or_else(|| name.parse().ok()),
            found => found,
        };
        match id {
            Some(id) if !M::reads_custom(context, id) => {
                Err(Error::new(ErrorKind::InvalidRequest, "this connector does not read the custom field")
                    .with_context("field", name)
                    .with_context("remedy", "Name its id in custom_fields(..) when the connector is built."))
            }
            Some(id) => Ok(json!({"id": id, "value": value})),
            None => Ok(json!({"name": name, "value": value})),
        }
    };
    entries.into_iter().map(element).collect()
}

/// Halo's members for telephone numbers, by kind.
const PHONES: [(&str, &str); 4] =
    [("work", "phonenumber"), ("mobile", "mobilenumber"), ("home", "homenumber"), ("fax", "fax")];

/// Every kind that is named is set, every other one cleared: the list is the whole truth.
fn phones(change: &PathChange) -> Result<Vec<(&'static str, Value)>> {
    let refuse = |why: &'static str| change.unsupported(why);
    let mut members: Vec<_> = PHONES.iter().map(|(_, member)| (*member, Value::Null)).collect();
    for phone in change.value().as_array().into_iter().flatten() {
        let kind = phone.get("kind").and_then(Value::as_str).unwrap_or("work");
        let place = PHONES.iter().position(|(k, _)| *k == kind);
        let (_, number) = &mut members[place.ok_or_else(|| refuse("Halo has no place for this kind of number"))?];
        if !number.is_null() {
            return Err(refuse("Halo has one place for each kind of number"));
        }
        *number = phone.get("number").cloned().unwrap_or(Value::Null);
    }
    Ok(members)
}

#[async_trait]
impl<M: Writes> Writer<M::Common> for HaloWriter<M> {
    async fn create(&self, changes: Changes<M::Common>) -> Result<Record<M::Common>> {
        let changes = changes.into_any()?;
        // With an id, Halo would change the record that has it.
        changes.refuse_key(&[], &["id"])?;
        changes.refuse_computed(COMPUTED)?;
        self.refuse_unwritable(&changes)?;
        customer::check(&self.context, &changes, None).await?;
        self.send(self.fill(M::create(&self.context), changes, Written::New)?).await
    }

    async fn update(&self, key: &Key, changes: Changes<M::Common>) -> Result<Record<M::Common>> {
        let changes = changes.into_any()?;
        changes.refuse_key(M::KEY, M::KEY_MEMBERS)?;
        changes.refuse_computed(COMPUTED)?;
        self.refuse_unwritable(&changes)?;
        let compared =
            M::SHARES_NUMBERS || changes.concern_customer() || changes.names_field(CUSTOM) || M::reads_first(&changes);
        let current = if compared { Some(self.current(key).await?) } else { None };
        let before = current.as_deref().map(|native| M::common(native, &self.context, &Names::default()));
        customer::check(&self.context, &changes, before.as_ref().map(|record| record as &dyn psa_core::AnyEntity))
            .await?;
        let save = self.fill(M::update(&self.context, key)?, changes, Written::Known(current.as_deref()))?;
        self.send(save).await
    }

    async fn delete(&self, key: &Key) -> Result<()> {
        if M::SHARES_NUMBERS {
            self.current(key).await?;
        }
        M::delete(&self.context, key).await
    }
}
