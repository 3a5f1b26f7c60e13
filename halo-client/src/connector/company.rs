use async_trait::async_trait;
use psa_core::{Company, Key, Label, Reference, Result};

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
    const MEMBERS: &'static [(&'static str, Member)] = &[
        ("name", Member::Plain("name")),
        ("code", Member::Plain("ref")),
        ("inactive", Member::Plain("inactive")),
        ("website", Member::Plain("website")),
        ("notes", Member::Plain("notes")),
        ("parent", Member::Reference("toplevel_id")),
        ("owner", Member::Reference("accountmanagertech")),
        ("custom", Member::Custom),
    ];

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
