use async_trait::async_trait;
use psa_core::{Asset as CommonAsset, Key, Label, Mapped, Reference, Result, fields};

use super::context::{self, Context};
use super::name_cache::Names;
use super::reader::Mapping;
use super::writer::{Member, Writes};
use crate::ids;
use crate::list::List;
use crate::resources::{Asset, CustomField, WriteRequest};

/// Asset <-> asset. Halo's own three key fields are, by its default, name, model and serial number. The fields of its type
/// are in no list, so they are not here: the native API has them.
pub(crate) struct Assets;

impl Mapping for Assets {
    type Native = Asset;
    type Common = CommonAsset;

    const READS: &'static [&'static str] = &fields!(
        CommonAsset: NAME, TAG, ASSET_TYPE, STATUS, INACTIVE, MODEL, SERIAL_NUMBER, COMPANY, SITE, AGREEMENT,
        SUPPLIER, PURCHASED_AT, INSTALLED_AT, WARRANTY_UNTIL, CUSTOM
    );
    const IDS_ONLY: Option<&'static str> = Some("idonly");

    fn list(context: &Context) -> List<Asset> {
        context.halo.assets().list().include_inactive(true)
    }

    fn common(asset: &Asset, _: &Context, _: &Names) -> CommonAsset {
        CommonAsset {
            name: context::non_blank(&asset.key_field),
            tag: context::non_blank(&asset.inventory_number),
            asset_type: ids::some(asset.assettype_id).map(|t| Label::new(t, asset.assettype_name.clone())),
            status: asset.status_id.filter(|s| *s > 0).map(|s| Label::new(s, asset.status_name.clone())),
            inactive: asset.inactive,
            model: context::non_blank(&asset.key_field2),
            serial_number: context::non_blank(&asset.key_field3),
            company: context::company(asset.client_id),
            site: ids::some(asset.site_id).map(|s| Reference::to(s.0)),
            agreement: ids::some(asset.contract_id).map(|c| Reference::to(c.0)),
            supplier: ids::some(asset.supplier_id).map(|s| Label::new(s, asset.supplier_name.clone())),
            purchased_at: asset.supplier_purchasedate,
            installed_at: asset.commissiondate,
            warranty_until: asset.warranty_end,
            custom: context::custom(&asset.customfields, None),
            ..CommonAsset::default()
        }
    }
}

#[async_trait]
impl Writes for Assets {
    const MEMBERS: &'static [Mapped<CommonAsset, Member>] = &[
        Mapped::new(CommonAsset::NAME, Member::Plain("key_field")),
        Mapped::new(CommonAsset::TAG, Member::Plain("inventory_number")),
        Mapped::new(CommonAsset::ASSET_TYPE, Member::LabelId("assettype_id")),
        Mapped::new(CommonAsset::STATUS, Member::LabelId("status_id")),
        Mapped::new(CommonAsset::INACTIVE, Member::Plain("inactive")),
        Mapped::new(CommonAsset::MODEL, Member::Plain("key_field2")),
        Mapped::new(CommonAsset::SERIAL_NUMBER, Member::Plain("key_field3")),
        Mapped::new(CommonAsset::COMPANY, Member::Reference("client_id")),
        Mapped::new(CommonAsset::SITE, Member::Reference("site_id")),
        Mapped::new(CommonAsset::AGREEMENT, Member::Reference("contract_id")),
        Mapped::new(CommonAsset::SUPPLIER, Member::LabelId("supplier_id")),
        Mapped::new(CommonAsset::WARRANTY_UNTIL, Member::Plain("warranty_end")),
        Mapped::new(CommonAsset::CUSTOM, Member::Custom),
    ];

    // Halo changes it together with the site only.
    const KEEPS: &'static [&'static str] = &fields!(CommonAsset: COMPANY);

    fn custom(asset: &Asset) -> &[CustomField] {
        &asset.customfields
    }

    fn create(context: &Context) -> WriteRequest<Asset> {
        context.halo.assets().create()
    }

    fn update(context: &Context, key: &Key) -> Result<WriteRequest<Asset>> {
        Ok(context.halo.assets().update(key.as_i64()?))
    }

    async fn delete(context: &Context, key: &Key) -> Result<()> {
        context.halo.assets().delete(key.as_i64()?).await
    }
}
