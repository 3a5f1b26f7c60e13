use std::sync::Arc;

use async_trait::async_trait;
use psa_core::{Address, Changes, Error, ErrorKind, Key, PathChange, Record, Result, Site as CommonSite, Writer};
use psa_http::json::Native;

use super::child_reader::{ChildReader, Children, parts};
use super::context::{self, Context};
use super::customer::of_parent;
use super::reader::Mapping;
use super::writer::{Member, Writes, create, stored, update};
use crate::resources::{Collection, Company, CustomFieldValue, Info, Site};

/// Site of a company <-> site.
pub(crate) struct Sites;

impl Mapping for Sites {
    type Native = Site;
    type Common = CommonSite;

    fn collection(context: &Context) -> Collection<Site> {
        Collection::new(context.cw.clone(), None)
    }

    fn info(site: &Site) -> &Option<Box<Info>> {
        &site.info
    }

    fn common(s: &Site, _: &Context) -> CommonSite {
        let lines: Vec<String> =
            [&s.address_line1, &s.address_line2].into_iter().filter_map(context::non_blank).collect();
        let name = |r: &Option<Box<crate::resources::Reference>>| {
            r.as_ref().and_then(|r| context::non_blank(&r.identifier).or_else(|| context::non_blank(&r.name)))
        };
        let address = Address {
            lines,
            city: context::non_blank(&s.city),
            region: name(&s.state_reference),
            postcode: context::non_blank(&s.zip),
            country: name(&s.country),
        };
        CommonSite {
            name: context::non_blank(&s.name),
            company: context::reference(&s.company),
            phone: context::non_blank(&s.phone_number),
            address: (address != Address::default()).then_some(address),
            timezone: name(&s.time_zone),
            inactive: s.inactive_flag,
            custom: context::custom(&s.custom_fields),
            created_at: context::created(&s.info),
            updated_at: context::updated(&s.info),
            ..CommonSite::default()
        }
    }
}

impl Children for Sites {
    type Parent = Company;

    fn parents(context: &Context) -> Collection<Company> {
        context.cw.companies()
    }

    const PARENT_MOVES: bool = false;
}

impl Writes for Sites {
    const MEMBERS: &'static [(&'static str, Member)] = &[
        ("name", Member::Plain("name")),
        ("phone", Member::Plain("phoneNumber")),
        ("address", Member::SiteAddress),
        ("inactive", Member::Plain("inactiveFlag")),
        ("custom", Member::Custom),
    ];

    fn custom(site: &Site) -> &[CustomFieldValue] {
        &site.custom_fields
    }
}

/// The members that name a site.
const KEY_MEMBERS: &[&str] = &["id", "company"];

/// Writes below the company.
#[derive(Debug)]
pub(crate) struct SiteWriter(Arc<Context>);

impl SiteWriter {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self(context)
    }

    fn below(&self, company: i64) -> Collection<Site> {
        ChildReader::<Sites>::below(&self.0, company)
    }

    /// The site, if it is one of this company: the numbers of sites are of all companies.
    async fn current(&self, company: i64, id: i64, key: &Key) -> Result<Native<Site>> {
        let site = self.below(company).get(id).await?;
        let owner = context::reference(&site.company).map(|c| c.id);
        of_parent(company, owner, key)?;
        Ok(site)
    }
}

#[async_trait]
impl Writer<CommonSite> for SiteWriter {
    async fn create(&self, changes: Changes<CommonSite>) -> Result<Record<CommonSite>> {
        let mut changes = changes.into_any();
        changes.refuse_key(&[], KEY_MEMBERS)?;
        let named = changes.common.keys().find(|path| matches!(path.as_str(), "company" | "company.id")).cloned();
        let company = named.and_then(|path| changes.common.remove_entry(&path));
        let company = company.map(|(path, id)| PathChange::new(path, id).id()).transpose()?.flatten();
        let company = company.ok_or_else(|| {
            Error::new(ErrorKind::InvalidRequest, "a site needs its company").with_context("field", "company")
        })?;
        let site = create::<Sites>(&self.0, self.below(company), changes).await?;
        let key = Key::from_parts([company, site.id.0]);
        stored::<Sites>(site, &self.0, Some(key))
    }

    async fn update(&self, key: &Key, changes: Changes<CommonSite>) -> Result<Record<CommonSite>> {
        let (company, id) = parts(key)?;
        let changes = changes.into_any();
        changes.refuse_key(&["company"], KEY_MEMBERS)?;
        let current = self.current(company, id, key).await?;
        update::<Sites>(&self.0, self.below(company), id, key, changes, Some(current)).await
    }

    async fn delete(&self, key: &Key) -> Result<()> {
        let (company, id) = parts(key)?;
        self.current(company, id, key).await?;
        self.below(company).delete(id).await
    }
}
