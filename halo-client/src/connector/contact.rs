use async_trait::async_trait;
use psa_core::{Contact, Email, Key, Mapped, Phone, Reference, Result, fields};

use super::context::{self, Context};
use super::name_cache::Names;
use super::reader::Mapping;
use super::writer::{Member, Writes};
use crate::ids::{self, ClientId};
use crate::list::List;
use crate::resources::{CustomField, User, WriteRequest};

/// User <-> contact.
pub(crate) struct Contacts;

impl Mapping for Contacts {
    type Native = User;
    type Common = Contact;

    const READS: &'static [&'static str] = &fields!(
        Contact: NAME, FIRST_NAME, LAST_NAME, TITLE, EMAILS, PHONES, COMPANY, SITE, IS_VIP, INACTIVE, ENTRA_ID,
        NOTES, CUSTOM
    );
    const IDS_ONLY: Option<&'static str> = Some("idonly");

    fn list(context: &Context) -> List<User> {
        context.halo.users().list().include_inactive(true)
    }

    fn common(user: &User, _: &Context, _: &Names) -> Contact {
        let phone = |number: &Option<String>, kind: &str| {
            context::non_blank(number).map(|number| Phone { number, kind: kind.to_owned() })
        };
        Contact {
            name: user.name.clone(),
            first_name: context::non_blank(&user.firstname),
            last_name: context::non_blank(&user.surname),
            title: context::non_blank(&user.title),
            emails: context::non_blank(&user.emailaddress)
                .map(|address| Email { address, default: true })
                .into_iter()
                .collect(),
            phones: [
                phone(&user.phonenumber, "work"),
                phone(&user.mobilenumber, "mobile"),
                phone(&user.homenumber, "home"),
                phone(&user.fax, "fax"),
            ]
            .into_iter()
            .flatten()
            .collect(),
            company: ids::some(user.client_id).filter(|c| *c != ClientId::UNKNOWN).map(|c| Reference::to(c.0)),
            site: ids::some(user.site()).map(|s| Reference::to(s.0)),
            is_vip: user.isimportantcontact,
            inactive: user.inactive,
            entra_id: context::non_blank(&user.azureoid),
            notes: context::non_blank(&user.notes),
            custom: context::custom(&user.customfields, None),
            ..Contact::default()
        }
    }
}

#[async_trait]
impl Writes for Contacts {
    const MEMBERS: &'static [Mapped<Contact, Member>] = &[
        Mapped::new(Contact::NAME, Member::Plain("name")),
        Mapped::new(Contact::FIRST_NAME, Member::Plain("firstname")),
        Mapped::new(Contact::LAST_NAME, Member::Plain("surname")),
        Mapped::new(Contact::TITLE, Member::Plain("title")),
        Mapped::new(Contact::EMAILS, Member::Only("emailaddress", "address")),
        Mapped::new(Contact::PHONES, Member::Phones),
        Mapped::new(Contact::COMPANY, Member::Reference("client_id")),
        Mapped::new(Contact::SITE, Member::Reference("site_id")),
        Mapped::new(Contact::IS_VIP, Member::Plain("isimportantcontact")),
        Mapped::new(Contact::INACTIVE, Member::Plain("inactive")),
        Mapped::new(Contact::NOTES, Member::Plain("notes")),
        Mapped::new(Contact::CUSTOM, Member::Custom),
    ];

    const KEEPS: &'static [&'static str] = &fields!(Contact: NAME, COMPANY);

    const MAX_ELEMENTS: &'static [(&'static str, u32)] = &[(Contact::EMAILS.field(), 1), (Contact::PHONES.field(), 4)];

    fn custom(user: &User) -> &[CustomField] {
        &user.customfields
    }

    fn create(context: &Context) -> WriteRequest<Self::Native> {
        context.halo.users().create().set("sendwelcomeemail", false)
    }

    fn update(context: &Context, key: &Key) -> Result<WriteRequest<Self::Native>> {
        Ok(context.halo.users().update(key.as_i64()?))
    }

    async fn delete(context: &Context, key: &Key) -> Result<()> {
        context.halo.users().delete(key.as_i64()?).await
    }
}
