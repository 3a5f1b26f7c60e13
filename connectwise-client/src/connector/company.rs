use psa_core::{Address, Company as CommonCompany, Evidence, Label, Relabel};

use super::Context;
use super::names::{NameList, Names};
use super::reader::Mapping;
use super::writer::{Member, Writes};
use crate::resources::{Collection, Company, CustomFieldValue, Info};

/// Company <-> company. Deleted ones stay at ConnectWise, and a merged one is deleted.
pub(crate) struct Companies;

impl Mapping for Companies {
    type Native = Company;
    type Common = CommonCompany;
    const GONE_BY: &'static [&'static str] = &["deletedFlag"];

    fn collection(context: &Context) -> Collection<Company> {
        context.cw.companies()
    }

    fn info(company: &Company) -> &Option<Box<Info>> {
        &company.info
    }

    fn gone(company: &Company) -> Option<Evidence> {
        company.deleted_flag.unwrap_or(false).then_some(Evidence::SoftDeleted)
    }

    fn common(c: &Company, _: &Context) -> CommonCompany {
        let lines: Vec<String> = [&c.address_line1, &c.address_line2].into_iter().filter_map(super::text).collect();
        let country = c.country.as_ref().and_then(|c| super::text(&c.name));
        let address = Address {
            lines,
            city: super::text(&c.city),
            region: super::text(&c.state),
            postcode: super::text(&c.zip),
            country,
        };
        CommonCompany {
            name: super::text(&c.name),
            code: super::text(&c.identifier),
            status: super::label(&c.status),
            types: c.types.iter().filter_map(|t| Some(Label::new(t.id?, t.name.clone()))).collect(),
            phone: super::text(&c.phone_number),
            website: super::text(&c.website),
            address: (address != Address::default()).then_some(address),
            parent: super::reference(&c.parent_company),
            territory: super::label(&c.territory),
            owner: super::reference(&c.territory_manager),
            deleted_at: c.date_deleted,
            custom: super::custom(&c.custom_fields),
            created_at: super::created(&c.info).or(c.date_acquired),
            updated_at: super::updated(&c.info),
            ..CommonCompany::default()
        }
    }

    const NAMES: &'static [NameList] = &[NameList::CompanyStatuses];

    fn relabel(value: &mut CommonCompany, names: &Names) -> Relabel {
        let renamed = [names.rename(NameList::CompanyStatuses, &mut value.status)];
        if renamed.contains(&true) { Relabel::Changed } else { Relabel::Same }
    }
}

impl Writes for Companies {
    const MEMBERS: &'static [(&'static str, Member)] = &[
        ("name", Member::Plain("name")),
        ("code", Member::Plain("identifier")),
        ("status", Member::LabelId("status")),
        ("phone", Member::Plain("phoneNumber")),
        ("website", Member::Plain("website")),
        ("address", Member::Address),
        ("parent", Member::Reference("parentCompany")),
        ("territory", Member::LabelId("territory")),
        ("owner", Member::Reference("territoryManager")),
        ("custom", Member::Custom),
    ];

    fn custom(company: &Company) -> &[CustomFieldValue] {
        &company.custom_fields
    }
}
