//! One writer for all of Halo's resources; what differs is a table of members.

use std::marker::PhantomData;
use std::sync::Arc;

use async_trait::async_trait;
use psa_core::{Changes, Entity, Error, ErrorKind, Key, Projection, Record, Result, Writer};
use serde_json::Value;

use super::Context;
use super::reader::{Mapping, record};
use crate::resources::Save;

/// How a common field is written to a member of Halo's.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Member {
    /// As it is.
    Plain(&'static str),
    /// The id of a reference, as a number.
    Reference(&'static str),
    /// The id of a label, as a number.
    LabelId(&'static str),
    /// The name of a label.
    LabelName(&'static str),
    /// The first element's member, as text.
    First(&'static str, &'static str),
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
            let (member, value) = native::<M>(&path, value)?;
            save = save.set(member, value);
        }
        for (member, value) in changes.native {
            save = save.set(member, value);
        }
        let names = if M::NAMES { self.context.lookups.names(&self.context.halo).await? } else { Arc::default() };
        let stored = save.send().await?;
        Ok(record::<M>(stored, &self.context, &names, Projection::Full))
    }
}

/// The member and value for a common path.
fn native<M: Writes>(path: &str, value: Value) -> Result<(&'static str, Value)> {
    let (head, rest) = path.split_once('.').map_or((path, None), |(h, r)| (h, Some(r)));
    let member = M::MEMBERS.iter().find(|(p, _)| *p == head).map(|(_, m)| *m).ok_or_else(|| {
        Error::unsupported(format!("Halo has no member to write a {}'s {head} to", M::Common::KIND))
            .with_context("field", path)
    })?;
    let wrong =
        || Error::new(ErrorKind::InvalidRequest, "the value does not fit").with_context("field", path.to_owned());
    // `status.id` and `{"id": …}` mean the same.
    let part = |name: &str| match rest {
        Some(rest) if rest == name => Ok(value.clone()),
        Some(_) => Err(wrong()),
        None if value.is_null() => Ok(Value::Null),
        None => value.get(name).cloned().ok_or_else(wrong),
    };
    let number = |v: Value| match v {
        Value::Null => Ok(Value::from(0)),
        Value::Number(_) => Ok(v),
        // A number in text must be a whole one: Halo refuses "95.0".
        Value::String(s) => s.trim().parse::<i64>().map(Value::from).map_err(|_| wrong()),
        _ => Err(wrong()),
    };
    Ok(match member {
        Member::Plain(name) if rest.is_none() => (name, value),
        Member::Plain(_) => return Err(wrong()),
        Member::Reference(name) | Member::LabelId(name) => (name, number(part("id")?)?),
        Member::LabelName(name) => (name, part("name")?),
        Member::First(name, inner) => {
            let first = value.get(0).and_then(|e| e.get(inner)).cloned().unwrap_or(Value::Null);
            (name, first)
        }
        Member::Hidden(name) => (name, Value::from(part("value")? != "public")),
        Member::Custom => {
            let fields = value.as_object().ok_or_else(wrong)?;
            let list: Vec<Value> =
                fields.iter().map(|(name, value)| serde_json::json!({"name": name, "value": value})).collect();
            ("customfields", Value::Array(list))
        }
    })
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
