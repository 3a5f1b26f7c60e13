use psa_core::{Asset, Mapped, Relabel, fields};

use super::context::{self, Context};
use super::names::{NameList, Names};
use super::reader::Mapping;
use super::writer::{Member, Writes};
use crate::resources::{Collection, Configuration, CustomFieldValue, Info};

/// Configuration <-> asset.
pub(crate) struct Assets;

impl Mapping for Assets {
    type Native = Configuration;
    type Common = Asset;

    const READS: &'static [&'static str] = &fields!(
        Asset: NAME, TAG, ASSET_TYPE, STATUS, INACTIVE, MANUFACTURER, MODEL, SERIAL_NUMBER, SITE, COMPANY, CONTACT,
        SUPPLIER, PURCHASED_AT, INSTALLED_AT, WARRANTY_UNTIL, NOTES, CUSTOM, CREATED_AT, UPDATED_AT
    );

    fn collection(context: &Context) -> Collection<Configuration> {
        context.cw.configurations()
    }

    fn info(configuration: &Configuration) -> &Option<Box<Info>> {
        &configuration.info
    }

    fn common(c: &Configuration, _: &Context) -> Asset {
        let company = context::reference(&c.company);
        Asset {
            name: context::non_blank(&c.name),
            tag: context::non_blank(&c.tag_number),
            asset_type: context::label(&c.r#type),
            status: context::label(&c.status),
            inactive: c.active_flag.map(|active| !active),
            manufacturer: context::label(&c.manufacturer),
            model: context::non_blank(&c.model_number),
            serial_number: context::non_blank(&c.serial_number),
            site: super::ticket::site_of(&company, context::reference(&c.site)),
            company,
            contact: context::reference(&c.contact),
            supplier: context::label(&c.vendor),
            purchased_at: c.purchase_date,
            installed_at: c.installation_date,
            warranty_until: c.warranty_expiration_date,
            notes: context::non_blank(&c.notes),
            custom: context::custom(&c.custom_fields),
            created_at: context::created(&c.info),
            updated_at: context::updated(&c.info),
            ..Asset::default()
        }
    }

    const NAMES: &'static [NameList] = &[NameList::ConfigurationTypes, NameList::ConfigurationStatuses];

    fn relabel(value: &mut Asset, names: &Names) -> Relabel {
        let renamed = [
            names.rename(NameList::ConfigurationTypes, &mut value.asset_type),
            names.rename(NameList::ConfigurationStatuses, &mut value.status),
        ];
        if renamed.contains(&true) { Relabel::Changed } else { Relabel::Same }
    }
}

impl Writes for Assets {
    const MEMBERS: &'static [Mapped<Asset, Member>] = &[
        Mapped::new(Asset::NAME, Member::Plain("name")),
        Mapped::new(Asset::TAG, Member::Plain("tagNumber")),
        Mapped::new(Asset::ASSET_TYPE, Member::LabelId("type")),
        Mapped::new(Asset::STATUS, Member::LabelId("status")),
        Mapped::new(Asset::INACTIVE, Member::Not("activeFlag")),
        Mapped::new(Asset::MANUFACTURER, Member::LabelId("manufacturer")),
        Mapped::new(Asset::MODEL, Member::Plain("modelNumber")),
        Mapped::new(Asset::SERIAL_NUMBER, Member::Plain("serialNumber")),
        Mapped::new(Asset::COMPANY, Member::Reference("company")),
        Mapped::new(Asset::SITE, Member::ChildReference("site")),
        Mapped::new(Asset::CONTACT, Member::Reference("contact")),
        Mapped::new(Asset::SUPPLIER, Member::LabelId("vendor")),
        Mapped::new(Asset::PURCHASED_AT, Member::Plain("purchaseDate")),
        Mapped::new(Asset::INSTALLED_AT, Member::Plain("installationDate")),
        Mapped::new(Asset::WARRANTY_UNTIL, Member::Plain("warrantyExpirationDate")),
        Mapped::new(Asset::NOTES, Member::Plain("notes")),
        Mapped::new(Asset::CUSTOM, Member::Custom),
    ];

    const KEEPS: &'static [&'static str] = &fields!(Asset: NAME, ASSET_TYPE, INACTIVE, COMPANY);

    const MAX_CHARS: &'static [(&'static str, u32)] = &[
        (Asset::NAME.field(), 100),
        (Asset::TAG.field(), 50),
        (Asset::MODEL.field(), 50),
        (Asset::SERIAL_NUMBER.field(), 250),
    ];

    fn custom(configuration: &Configuration) -> &[CustomFieldValue] {
        &configuration.custom_fields
    }
}
