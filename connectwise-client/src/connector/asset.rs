use psa_core::{Asset, Relabel};

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
    const MEMBERS: &'static [(&'static str, Member)] = &[
        ("name", Member::Plain("name")),
        ("tag", Member::Plain("tagNumber")),
        ("asset_type", Member::LabelId("type")),
        ("status", Member::LabelId("status")),
        ("inactive", Member::Not("activeFlag")),
        ("manufacturer", Member::LabelId("manufacturer")),
        ("model", Member::Plain("modelNumber")),
        ("serial_number", Member::Plain("serialNumber")),
        ("company", Member::Reference("company")),
        ("site", Member::ChildReference("site")),
        ("contact", Member::Reference("contact")),
        ("supplier", Member::LabelId("vendor")),
        ("purchased_at", Member::Plain("purchaseDate")),
        ("installed_at", Member::Plain("installationDate")),
        ("warranty_until", Member::Plain("warrantyExpirationDate")),
        ("notes", Member::Plain("notes")),
        ("custom", Member::Custom),
    ];

    fn custom(configuration: &Configuration) -> &[CustomFieldValue] {
        &configuration.custom_fields
    }
}
