//! One writer for all of Halo's resources; what differs is a table of members.

use std::marker::PhantomData;
use std::sync::Arc;

use async_trait::async_trait;
use psa_core::{Changes, Entity, Key, PathChange, Projection, Record, Result, Writer};
use serde_json::Value;

use super::Context;
use super::reader::{Mapping, record};
use crate::resources::Save;

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
    /// A list of custom fields by name.
    Custom,
}

/// What can be written of a mapping.
#[async_trait]
pub(crate) trait Writes: Mapping {
    /// Common path and what it becomes.
    const MEMBERS: &'static [(&'static str, Member)];
    /// What a change becomes where a table can't tell.
    fn special(_: &Context, _: &PathChange) -> Result<Option<Vec<(&'static str, Value)>>> {
        Ok(None)
    }
    fn create(context: &Context) -> Save<Self::Native>;
    fn update(context: &Context, key: &Key) -> Result<Save<Self::Native>>;
    async fn delete(context: &Context, key: &Key) -> Result<()>;
}

#[derive(Debug)]
pub(crate) struct HaloWriter<M> {
    context: Arc<Context>,
    mapping: PhantomData<fn() -> M>,
}

impl<M: Writes> HaloWriter<M> {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self { context, mapping: PhantomData }
    }

    async fn save(&self, mut save: Save<M::Native>, changes: Changes<M::Common>) -> Result<Record<M::Common>> {
        let changes = changes.into_any();
        for (path, value) in changes.common {
            let change = PathChange::new(path, value);
            let members = match M::special(&self.context, &change)? {
                Some(members) => members,
                None => native::<M>(change)?,
            };
            for (member, value) in members {
                save = save.set(member, value);
            }
        }
        for (member, value) in changes.native {
            save = save.set(member, value);
        }
        let names = if M::NAMES { self.context.lookups.names(&self.context.halo).await? } else { Arc::default() };
        let stored = save.send().await?;
        Ok(record::<M>(stored, &self.context, &names, Projection::Full))
    }
}

/// The members and values for a common path.
fn native<M: Writes>(change: PathChange) -> Result<Vec<(&'static str, Value)>> {
    let member = M::MEMBERS.iter().find(|(p, _)| *p == change.field()).map(|(_, m)| *m).ok_or_else(|| {
        change.unsupported(format!("Halo has no member to write a {}'s {} to", M::Common::KIND, change.field()))
    })?;
    Ok(vec![match member {
        Member::Plain(name) => (name, change.whole()?),
        // Halo's 0 is "none".
        Member::Reference(name) | Member::LabelId(name) => (name, Value::from(change.id()?.unwrap_or(0))),
        Member::LabelName(name) => (name, change.part("name")?),
        Member::Day(name) => {
            (name, change.moment()?.map_or(Value::Null, |at| at.format("%Y-%m-%dT12:00:00").to_string().into()))
        }
        Member::Only(name, inner) => match change.only()? {
            None => (name, Value::Null),
            Some(only) => (name, only.get(inner).cloned().ok_or_else(|| change.wrong())?),
        },
        Member::Phones => return phones(&change),
        Member::Hidden(name) => (name, Value::from(change.part("value")? != "public")),
        Member::Custom => {
            let fields = change.value().as_object().ok_or_else(|| change.wrong())?;
            let list: Vec<Value> =
                fields.iter().map(|(name, value)| serde_json::json!({"name": name, "value": value})).collect();
            ("customfields", Value::Array(list))
        }
    }])
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
        self.save(M::create(&self.context), changes).await
    }

    async fn update(&self, key: &Key, changes: Changes<M::Common>) -> Result<Record<M::Common>> {
        self.save(M::update(&self.context, key)?, changes).await
    }

    async fn delete(&self, key: &Key) -> Result<()> {
        M::delete(&self.context, key).await
    }
}
