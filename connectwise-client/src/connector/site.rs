use std::sync::Arc;

use async_trait::async_trait;
use psa_core::{
    Address, Changes, Error, ErrorKind, Key, Mapped, PathChange, Record, Result, Site as CommonSite, Writer, fields,
};
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

    const READS: &'static [&'static str] =
        &fields!(CommonSite: NAME, COMPANY, PHONE, ADDRESS, TIMEZONE, INACTIVE, CUSTOM, CREATED_AT, UPDATED_AT);

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
            // By name, as it is written and as companies have it.
            country: s.country.as_ref().and_then(|c| context::non_blank(&c.name)),
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
    const MEMBERS: &'static [Mapped<CommonSite, Member>] = &[
        Mapped::new(CommonSite::NAME, Member::Plain("name")),
        Mapped::new(CommonSite::PHONE, Member::Plain("phoneNumber")),
        Mapped::new(CommonSite::ADDRESS, Member::SiteAddress),
        Mapped::new(CommonSite::INACTIVE, Member::Plain("inactiveFlag")),
        Mapped::new(CommonSite::CUSTOM, Member::Custom),
    ];

    const KEEPS: &'static [&'static str] = &fields!(CommonSite: NAME);

    const MAX_CHARS: &'static [(&'static str, u32)] =
        &[(CommonSite::NAME.field(), 50), (CommonSite::PHONE.field(), 30)];

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
        let mut changes = changes.into_any()?;
        changes.refuse_key(&[], KEY_MEMBERS)?;
        let company = match changes.take(CommonSite::COMPANY) {
            Some(company) => PathChange::at(CommonSite::COMPANY, company).id()?,
            None => match changes.take(CommonSite::COMPANY.id()) {
                Some(id) => PathChange::at(CommonSite::COMPANY.id(), id).id()?,
                None => None,
            },
        };
        let company = company.ok_or_else(|| {
            Error::new(ErrorKind::InvalidRequest, "a site needs its company").with_context("field", CommonSite::COMPANY)
        })?;
        let site = create::<Sites>(&self.0, self.below(company), changes).await?;
        let key = Key::from_parts([company, site.id.0]);
        stored::<Sites>(site, &self.0, Some(key))
    }

    async fn update(&self, key: &Key, changes: Changes<CommonSite>) -> Result<Record<CommonSite>> {
        let (company, id) = parts(key)?;
        let changes = changes.into_any()?;
        changes.refuse_key(&[CommonSite::COMPANY.field()], KEY_MEMBERS)?;
        let current = self.current(company, id, key).await?;
        update::<Sites>(&self.0, self.below(company), id, key, changes, Some(current)).await
    }

    async fn delete(&self, key: &Key) -> Result<()> {
        let (company, id) = parts(key)?;
        self.current(company, id, key).await?;
        self.below(company).delete(id).await
    }
}
