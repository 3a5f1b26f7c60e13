use std::sync::Arc;

use async_trait::async_trait;
use psa_core::{
    AnyChanges, Changes, Contact as CommonContact, Email, Error, ErrorKind, FieldItem, Key, Label, Mapped, Path,
    PathChange, Phone, Record, Reference, Result, Writer, fields,
};
use serde_json::{Value, json};

use super::context::{self, Context};
use super::reader::Mapping;
use super::writer::{Member, Writes, create, stored, update};
use crate::ids::ContactId;
use crate::resources::{
    Collection, Communication, CommunicationItem, CommunicationType, Contact, CustomFieldValue, Info,
};

/// Contact <-> contact. Numbers and addresses are read from the contact and written one by one.
pub(crate) struct Contacts;

impl Mapping for Contacts {
    type Native = Contact;
    type Common = CommonContact;

    const READS: &'static [&'static str] = &fields!(
        CommonContact: NAME, FIRST_NAME, LAST_NAME, TITLE, EMAILS, PHONES, COMPANY, SITE, TYPES, IS_DEFAULT,
        INACTIVE, MERGED_INTO, CUSTOM, CREATED_AT, UPDATED_AT
    );

    fn collection(context: &Context) -> Collection<Contact> {
        context.cw.contacts()
    }

    fn info(contact: &Contact) -> &Option<Box<Info>> {
        &contact.info
    }

    fn common(c: &Contact, _: &Context) -> CommonContact {
        let whole =
            [&c.first_name, &c.last_name].into_iter().filter_map(context::non_blank).collect::<Vec<_>>().join(" ");
        let is = |item: &&CommunicationItem, kind: &str| item.communication_type.as_deref() == Some(kind);
        let emails = c.communication_items.iter().filter(|i| is(i, "Email"));
        let numbers = c.communication_items.iter().filter(|i| is(i, "Phone") || is(i, "Fax"));
        CommonContact {
            name: Some(whole).filter(|n| !n.is_empty()),
            first_name: context::non_blank(&c.first_name),
            last_name: context::non_blank(&c.last_name),
            title: context::non_blank(&c.title),
            emails: emails
                .filter_map(|e| {
                    Some(Email { address: context::non_blank(&e.value)?, default: e.default_flag.unwrap_or(false) })
                })
                .collect(),
            phones: numbers
                .filter_map(|p| Some(Phone { number: context::non_blank(&p.value)?, kind: kind_of(p) }))
                .collect(),
            company: context::reference(&c.company),
            site: super::ticket::site_of(&context::reference(&c.company), context::reference(&c.site)),
            types: c.types.iter().filter_map(|t| Some(Label::new(t.id?, t.name.clone()))).collect(),
            is_default: c.default_flag,
            inactive: c.inactive_flag,
            merged_into: c.default_merge_contact_id.filter(|id| *id > 0).map(Reference::to),
            custom: context::custom(&c.custom_fields),
            created_at: context::created(&c.info),
            updated_at: context::updated(&c.info),
            ..CommonContact::default()
        }
    }
}

/// ConnectWise's name for the kind of a number; `fax` for all of those.
fn kind_of(item: &CommunicationItem) -> String {
    named_kind(&item.communication_type, item.r#type.as_ref().and_then(|t| context::non_blank(&t.name)))
}

fn named_kind(communication_type: &Option<String>, name: Option<String>) -> String {
    match communication_type.as_deref() {
        Some("Fax") => return "fax".to_owned(),
        Some("Email") => return "email".to_owned(),
        _ => {}
    }
    let name = name.unwrap_or_else(|| "work".to_owned());
    match name.to_lowercase() {
        lower if lower.contains("direct") || lower.contains("work") || lower.contains("office") => "work".to_owned(),
        lower if lower.contains("cell") || lower.contains("mobile") => "mobile".to_owned(),
        lower => lower,
    }
}

impl Writes for Contacts {
    const MEMBERS: &'static [Mapped<CommonContact, Member>] = &[
        Mapped::new(CommonContact::FIRST_NAME, Member::Plain("firstName")),
        Mapped::new(CommonContact::LAST_NAME, Member::Plain("lastName")),
        Mapped::new(CommonContact::TITLE, Member::Plain("title")),
        Mapped::new(CommonContact::COMPANY, Member::Reference("company")),
        Mapped::new(CommonContact::SITE, Member::ChildReference("site")),
        Mapped::new(CommonContact::IS_DEFAULT, Member::Plain("defaultFlag")),
        Mapped::new(CommonContact::INACTIVE, Member::Plain("inactiveFlag")),
        Mapped::new(CommonContact::CUSTOM, Member::Custom),
    ];

    const KEEPS: &'static [&'static str] = &fields!(CommonContact: FIRST_NAME);

    const MAX_CHARS: &'static [(&'static str, u32)] =
        &[(CommonContact::FIRST_NAME.field(), 30), (CommonContact::LAST_NAME.field(), 30)];

    fn custom(contact: &Contact) -> &[CustomFieldValue] {
        &contact.custom_fields
    }
}

/// Writes a contact, and its numbers and addresses by their own resource.
#[derive(Debug)]
pub(crate) struct ContactWriter(Arc<Context>);

/// A number or address as it shall be.
struct Wanted {
    /// For a new one.
    type_id: i64,
    kind: String,
    value: String,
    /// None: whatever it is.
    default: Option<bool>,
}

impl ContactWriter {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self(context)
    }

    /// Takes numbers and addresses out of the changes.
    async fn wanted(&self, changes: &mut AnyChanges) -> Result<Vec<(&'static [&'static str], Vec<Wanted>)>> {
        let (emails, phones) = (changes.take(CommonContact::EMAILS), changes.take(CommonContact::PHONES));
        let mut wanted = Vec::new();
        if emails.is_none() && phones.is_none() {
            return Ok(wanted);
        }
        let types = self.0.cw.communication_types().list().all().await?;
        let types: Vec<&CommunicationType> = types.iter().map(|t| &**t).collect();
        if let Some(value) = emails {
            let emails: Vec<Email> = read(CommonContact::EMAILS, value)?;
            let kind = pick(&types, |t| t.email_flag, None).ok_or_else(|| no_type(CommonContact::EMAILS))?;
            wanted.push((
                &["Email"][..],
                emails
                    .into_iter()
                    .map(|e| Wanted {
                        type_id: kind,
                        kind: "email".to_owned(),
                        value: e.address,
                        default: Some(e.default),
                    })
                    .collect(),
            ));
        }
        if let Some(value) = phones {
            let phones: Vec<Phone> = read(CommonContact::PHONES, value)?;
            let mut list = Vec::new();
            for phone in phones {
                let fax = phone.kind == "fax";
                let kind = pick(&types, |t| if fax { t.fax_flag } else { t.phone_flag }, Some(&phone.kind))
                    .ok_or_else(|| no_type(CommonContact::PHONES))?;
                list.push(Wanted { type_id: kind, kind: phone.kind, value: phone.number, default: None });
            }
            wanted.push((&["Phone", "Fax"][..], list));
        }
        Ok(wanted)
    }

    /// Makes a contact's numbers and addresses of some kinds those that are wanted: one by one, by their ids.
    async fn communicate(&self, contact: i64, kinds: &[&str], wanted: Vec<Wanted>) -> Result<()> {
        let communications = self.0.cw.contacts().communications(ContactId(contact));
        let there = communications.list().all().await?;
        let mut there: Vec<&Communication> = there
            .iter()
            .map(|c| &**c)
            .filter(|c| c.communication_type.as_deref().is_some_and(|t| kinds.contains(&t)))
            .collect();
        for Wanted { type_id, kind, value, default } in wanted {
            let same = there.iter().position(|c| c.value.as_deref() == Some(value.as_str()));
            match same.map(|n| there.remove(n)) {
                Some(old) => {
                    // Types that read as the same kind stay what they are.
                    let had = named_kind(
                        &old.communication_type,
                        old.r#type.as_ref().and_then(|t| context::non_blank(&t.name)),
                    );
                    let retyped = had != kind;
                    let raised = default == Some(true) && old.default_flag != Some(true);
                    if !retyped && !raised {
                        continue;
                    }
                    let mut save = communications.update(old.id);
                    if retyped {
                        save = save.kind(type_id);
                    }
                    if raised {
                        save = save.default(true);
                    }
                    save.send().await?;
                }
                None => {
                    let save = communications.create().kind(type_id).value(value);
                    let save = if let Some(default) = default { save.default(default) } else { save };
                    save.send().await?;
                }
            }
        }
        for old in there {
            communications.delete(old.id).await?;
        }
        Ok(())
    }

    async fn stored(&self, id: i64) -> Result<Record<CommonContact>> {
        stored::<Contacts>(self.0.cw.contacts().get(id).await?, &self.0, Some(Key::from(id)))
    }
}

fn read<T: FieldItem>(field: Path<CommonContact, Vec<T>>, value: Value) -> Result<Vec<T>> {
    if value.is_null() {
        return Ok(Vec::new());
    }
    serde_json::from_value(value).map_err(|_| PathChange::at(field, Value::Null).wrong())
}

fn no_type<T>(field: Path<CommonContact, T>) -> Error {
    Error::new(ErrorKind::InvalidRequest, "the tenant has no type of communication for this")
        .with_context("field", field)
}

/// The tenant's type for this: by name if one fits, else the default of its kind, else any.
fn pick(
    types: &[&CommunicationType],
    fits: impl Fn(&CommunicationType) -> Option<bool>,
    name: Option<&str>,
) -> Option<i64> {
    let mut of_kind = types.iter().filter(|t| fits(t) == Some(true));
    let words: &[&str] = match name {
        Some("mobile") => &["mobile", "cell"],
        Some("work") => &["direct", "work", "office"],
        _ => &[],
    };
    let named = of_kind.clone().find(|t| {
        let description = t.description.as_deref().unwrap_or("").to_lowercase();
        words.iter().any(|w| description.contains(w)) || name.is_some_and(|n| description == n.to_lowercase())
    });
    named.or_else(|| of_kind.clone().find(|t| t.default_flag == Some(true))).or_else(|| of_kind.next()).map(|t| t.id.0)
}

#[async_trait]
impl Writer<CommonContact> for ContactWriter {
    async fn create(&self, changes: Changes<CommonContact>) -> Result<Record<CommonContact>> {
        let mut changes = changes.into_any()?;
        changes.refuse_key(&[], &["id"])?;
        let wanted = self.wanted(&mut changes).await?;
        let name = changes.take(CommonContact::NAME);
        if changes.get(CommonContact::FIRST_NAME).is_none()
            && let Some(name) = name
        {
            // The whole name is only read; its parts are written.
            let name = name.as_str().unwrap_or_default().to_owned();
            let (first, last) = name.split_once(' ').unwrap_or((&name, ""));
            changes.common.insert(CommonContact::FIRST_NAME.to_string(), first.into());
            if !last.is_empty() {
                changes.common.entry(CommonContact::LAST_NAME.to_string()).or_insert(last.into());
            }
        }
        // A new contact takes them with it: one request, and all or nothing.
        let items: Vec<Value> = wanted
            .into_iter()
            .flat_map(|(_, list)| list)
            .map(|w| match w.default {
                Some(default) => json!({"type": {"id": w.type_id}, "value": w.value, "defaultFlag": default}),
                None => json!({"type": {"id": w.type_id}, "value": w.value}),
            })
            .collect();
        if !items.is_empty() {
            changes.native.insert("communicationItems".to_owned(), items.into());
        }
        let native = create::<Contacts>(&self.0, self.0.cw.contacts(), changes).await?;
        stored::<Contacts>(native, &self.0, None)
    }

    async fn update(&self, key: &Key, changes: Changes<CommonContact>) -> Result<Record<CommonContact>> {
        let id = key.as_i64()?;
        let mut changes = changes.into_any()?;
        changes.refuse_key(&[], &["id"])?;
        let wanted = self.wanted(&mut changes).await?;
        let stored = if changes.common.is_empty() && changes.native.is_empty() {
            None
        } else {
            Some(update::<Contacts>(&self.0, self.0.cw.contacts(), id, key, changes, None).await?)
        };
        if wanted.is_empty()
            && let Some(stored) = stored
        {
            return Ok(stored);
        }
        for (kinds, list) in wanted {
            self.communicate(id, kinds, list).await?;
        }
        self.stored(id).await
    }

    async fn delete(&self, key: &Key) -> Result<()> {
        self.0.cw.contacts().delete(key.as_i64()?, None).await
    }
}
