use async_trait::async_trait;
use psa_core::{Company, Key, Label, Mapped, Reference, Result, fields};

use super::context::{self, Context};
use super::name_cache::Names;
use super::reader::Mapping;
use super::writer::{Member, Writes};
use crate::ids::{self, AgentId};
use crate::list::List;
use crate::resources::{Client, CustomField, WriteRequest};

/// Client <-> company.
pub(crate) struct Companies;

impl Mapping for Companies {
    type Native = Client;
    type Common = Company;

    const READS: &'static [&'static str] =
        &fields!(Company: NAME, CODE, INACTIVE, TYPES, PARENT, OWNER, WEBSITE, NOTES, CUSTOM);
    const IDS_ONLY: Option<&'static str> = Some("idonly");

    fn list(context: &Context) -> List<Client> {
        context.halo.clients().list().include_inactive(true)
    }

    fn common(client: &Client, _: &Context, _: &Names) -> Company {
        Company {
            name: client.name.clone(),
            code: context::non_blank(&client.r#ref),
            inactive: client.inactive,
            types: client.customertype.filter(|t| *t > 0).map(|t| Label::new(t, None)).into_iter().collect(),
            parent: client.toplevel_id.filter(|id| *id > 0).map(Reference::to),
            owner: ids::some(client.accountmanagertech)
                .filter(|a| *a != AgentId::UNASSIGNED)
                .map(|a| Reference::to(a.0)),
            website: context::non_blank(&client.website),
            notes: context::non_blank(&client.notes),
            custom: context::custom(&client.customfields, None),
            ..Company::default()
        }
    }
}

#[async_trait]
impl Writes for Companies {
    const MEMBERS: &'static [Mapped<Company, Member>] = &[
        Mapped::new(Company::NAME, Member::Plain("name")),
        Mapped::new(Company::CODE, Member::Plain("ref")),
        Mapped::new(Company::INACTIVE, Member::Plain("inactive")),
        Mapped::new(Company::WEBSITE, Member::Plain("website")),
        Mapped::new(Company::NOTES, Member::Plain("notes")),
        Mapped::new(Company::PARENT, Member::Reference("toplevel_id")),
        Mapped::new(Company::OWNER, Member::Reference("accountmanagertech")),
        Mapped::new(Company::CUSTOM, Member::Custom),
    ];

    const KEEPS: &'static [&'static str] = &fields!(Company: NAME);

    fn custom(client: &Client) -> &[CustomField] {
        &client.customfields
    }

    fn create(context: &Context) -> WriteRequest<Self::Native> {
        context.halo.clients().create().set("newclient_sendwelcomeemail", false)
    }

    fn update(context: &Context, key: &Key) -> Result<WriteRequest<Self::Native>> {
        Ok(context.halo.clients().update(key.as_i64()?))
    }

    async fn delete(context: &Context, key: &Key) -> Result<()> {
        context.halo.clients().delete(key.as_i64()?).await
    }
}
