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
            for (member, value) in native::<M>(&path, value)? {
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
fn native<M: Writes>(path: &str, value: Value) -> Result<Vec<(&'static str, Value)>> {
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
    Ok(vec![match member {
        Member::Plain(name) if rest.is_none() => (name, value),
        Member::Plain(_) => return Err(wrong()),
        Member::Day(name) if rest.is_none() => match &value {
            Value::Null => (name, Value::Null),
            Value::String(text) => {
                let at = psa_http::json::parse_date(text).map_err(|()| wrong())?.ok_or_else(wrong)?;
                (name, Value::from(at.format("%Y-%m-%dT12:00:00").to_string()))
            }
            _ => return Err(wrong()),
        },
        Member::Day(_) => return Err(wrong()),
        Member::Reference(name) | Member::LabelId(name) => (name, number(part("id")?)?),
        Member::LabelName(name) => (name, part("name")?),
        Member::Only(name, inner) => match value.as_array().map(Vec::as_slice) {
            None if value.is_null() => (name, Value::Null),
            Some([]) => (name, Value::Null),
            Some([only]) => (name, only.get(inner).cloned().ok_or_else(wrong)?),
            Some(_) => {
                return Err(Error::unsupported("Halo has one place for this").with_context("field", path.to_owned()));
            }
            None => return Err(wrong()),
        },
        Member::Phones => return phones(path, &value),
        Member::Hidden(name) => (name, Value::from(part("value")? != "public")),
        Member::Custom => {
            let fields = value.as_object().ok_or_else(wrong)?;
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
fn phones(path: &str, value: &Value) -> Result<Vec<(&'static str, Value)>> {
    let refuse = |why: &'static str| Error::unsupported(why).with_context("field", path.to_owned());
    let mut members: Vec<_> = PHONES.iter().map(|(_, member)| (*member, Value::Null)).collect();
    for phone in value.as_array().into_iter().flatten() {
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
