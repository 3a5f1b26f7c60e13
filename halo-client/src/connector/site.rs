use async_trait::async_trait;
use psa_core::{Address, Key, Mapped, Reference, Result, Site as CommonSite, fields};

use super::context::{self, Context};
use super::name_cache::Names;
use super::reader::Mapping;
use super::writer::{Member, Writes};
use crate::ids::{self};
use crate::list::List;
use crate::resources::{CustomField, Site, WriteRequest};

/// Site <-> site.
pub(crate) struct Sites;

impl Mapping for Sites {
    type Native = Site;
    type Common = CommonSite;

    const READS: &'static [&'static str] =
        &fields!(CommonSite: NAME, COMPANY, PHONE, ADDRESS, TIMEZONE, INACTIVE, MAIN_CONTACT, NOTES, CUSTOM);
    const IDS_ONLY: Option<&'static str> = Some("idonly");

    fn list(context: &Context) -> List<Site> {
        context.halo.sites().list().include_inactive(true).include_address(true)
    }

    fn common(site: &Site, _: &Context, _: &Names) -> CommonSite {
        CommonSite {
            name: site.name.clone(),
            company: ids::some(site.client_id).map(|c| Reference::to(c.0)),
            phone: context::non_blank(&site.phonenumber),
            address: address(site),
            timezone: context::non_blank(&site.timezone),
            inactive: site.inactive,
            main_contact: ids::some(site.maincontact_id).map(|u| Reference::to(u.0)),
            notes: context::non_blank(&site.notes),
            custom: context::custom(&site.customfields, None),
            ..CommonSite::default()
        }
    }
}

/// A list row has the address in five members, the fifth being the post code; a single read has it as an object.
fn address(site: &Site) -> Option<Address> {
    let (lines, postcode) = match &site.delivery_address {
        Some(a) => ([&a.line1, &a.line2, &a.line3, &a.line4], &a.postcode),
        None => (
            [
                &site.delivery_address_line1,
                &site.delivery_address_line2,
                &site.delivery_address_line3,
                &site.delivery_address_line4,
            ],
            &site.delivery_address_line5,
        ),
    };
    let address = Address {
        lines: lines.into_iter().filter_map(context::non_blank).collect(),
        postcode: context::non_blank(postcode),
        ..Address::default()
    };
    (address != Address::default()).then_some(address)
}

#[async_trait]
impl Writes for Sites {
    const MEMBERS: &'static [Mapped<CommonSite, Member>] = &[
        Mapped::new(CommonSite::NAME, Member::Plain("name")),
        Mapped::new(CommonSite::COMPANY, Member::Reference("client_id")),
        Mapped::new(CommonSite::PHONE, Member::Plain("phonenumber")),
        Mapped::new(CommonSite::INACTIVE, Member::Plain("inactive")),
        Mapped::new(CommonSite::NOTES, Member::Plain("notes")),
        Mapped::new(CommonSite::TIMEZONE, Member::Plain("timezone")),
        Mapped::new(CommonSite::MAIN_CONTACT, Member::Reference("maincontact_id")),
        Mapped::new(CommonSite::CUSTOM, Member::Custom),
    ];

    const KEEPS: &'static [&'static str] = &fields!(CommonSite: NAME);

    fn custom(site: &Site) -> &[CustomField] {
        &site.customfields
    }

    fn create(context: &Context) -> WriteRequest<Self::Native> {
        context.halo.sites().create().set("newsite_sendwelcomeemail", false)
    }

    fn update(context: &Context, key: &Key) -> Result<WriteRequest<Self::Native>> {
        Ok(context.halo.sites().update(key.as_i64()?))
    }

    async fn delete(context: &Context, key: &Key) -> Result<()> {
        context.halo.sites().delete(key.as_i64()?).await
    }
}
