use psa_core::{Address, Company as CommonCompany, Evidence, Label, Mapped, Relabel, fields};

use super::context::{self, Context};
use super::names::{NameList, Names};
use super::reader::Mapping;
use super::writer::{Member, Writes};
use crate::resources::{Collection, Company, CustomFieldValue, Info};

/// Company <-> company. Deleted ones stay at ConnectWise, and a merged one is deleted.
pub(crate) struct Companies;

impl Mapping for Companies {
    type Native = Company;
    type Common = CommonCompany;

    const READS: &'static [&'static str] = &fields!(
        CommonCompany: NAME, CODE, STATUS, TYPES, PHONE, WEBSITE, ADDRESS, PARENT, TERRITORY, OWNER, DELETED_AT,
        CUSTOM, CREATED_AT, UPDATED_AT
    );
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
        let lines: Vec<String> =
            [&c.address_line1, &c.address_line2].into_iter().filter_map(context::non_blank).collect();
        let country = c.country.as_ref().and_then(|c| context::non_blank(&c.name));
        let address = Address {
            lines,
            city: context::non_blank(&c.city),
            region: context::non_blank(&c.state),
            postcode: context::non_blank(&c.zip),
            country,
        };
        CommonCompany {
            name: context::non_blank(&c.name),
            code: context::non_blank(&c.identifier),
            status: context::label(&c.status),
            types: c.types.iter().filter_map(|t| Some(Label::new(t.id?, t.name.clone()))).collect(),
            phone: context::non_blank(&c.phone_number),
            website: context::non_blank(&c.website),
            address: (address != Address::default()).then_some(address),
            parent: context::reference(&c.parent_company),
            territory: context::label(&c.territory),
            owner: context::reference(&c.territory_manager),
            deleted_at: c.date_deleted,
            custom: context::custom(&c.custom_fields),
            created_at: context::created(&c.info).or(c.date_acquired),
            updated_at: context::updated(&c.info),
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
    const MEMBERS: &'static [Mapped<CommonCompany, Member>] = &[
        Mapped::new(CommonCompany::NAME, Member::Plain("name")),
        Mapped::new(CommonCompany::CODE, Member::Plain("identifier")),
        Mapped::new(CommonCompany::STATUS, Member::LabelId("status")),
        Mapped::new(CommonCompany::PHONE, Member::Plain("phoneNumber")),
        Mapped::new(CommonCompany::WEBSITE, Member::Plain("website")),
        Mapped::new(CommonCompany::ADDRESS, Member::Address),
        Mapped::new(CommonCompany::PARENT, Member::Reference("parentCompany")),
        Mapped::new(CommonCompany::TERRITORY, Member::LabelId("territory")),
        Mapped::new(CommonCompany::OWNER, Member::Reference("territoryManager")),
        Mapped::new(CommonCompany::CUSTOM, Member::Custom),
    ];

    const KEEPS: &'static [&'static str] = &fields!(CommonCompany: NAME, CODE);

    const MAX_CHARS: &'static [(&'static str, u32)] = &[
        (CommonCompany::NAME.field(), 50),
        (CommonCompany::CODE.field(), 30),
        (CommonCompany::PHONE.field(), 30),
        (CommonCompany::WEBSITE.field(), 255),
    ];

    fn custom(company: &Company) -> &[CustomFieldValue] {
        &company.custom_fields
    }
}
