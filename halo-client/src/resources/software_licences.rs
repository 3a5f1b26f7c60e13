use super::{filters, operations, resource, setters};
use crate::ids::{ClientId, SiteId, SoftwareLicenceId, SupplierId};

resource! {
    /// A licence or subscription of a client.
    pub struct SoftwareLicence {
        id: key(SoftwareLicenceId);
        r#type: int;
        name: text;
        count: int;
        client_id: id(ClientId);
        site_id: id(SiteId);
        client_name: text;
        site_name: text;
        purchase_price: num;
        start_date: date;
        snowid: text;
        manufacturer: text;
        notes: text;
        licences_in_use: int;
        licences_in_use_user: int;
        licences_available: int;
        supplier_id: id(SupplierId);
        supplier_name: text;
        licence_client_name: text;
        vendor: text;
        licence_roles: json;
        end_date: date;
        tenant_id: text;
        tenant_name: text;
        name_extra: text;
        deleted: flag;
        assigned_at_deletion: int;
        billing_cycle: text;
        term_duration: text;
        status: text;
        autorenew: flag;
        third_party_product: text;
        price: num;
        monthly_price: num;
        monthly_cost: num;
        distributor: text;
        is_active: flag;
        azure_connection_id: int;
        azure_connection: json;
        requested_quantity: int;
        requested_quantity_date: date;
        warning = "_warning": text;
        ingram_micro_details_id: int;
        snow_client_id: int;
        thirdparty_client_id: text;
        product_sku: text;
        vendor_product_sku: text;
        parent_id: int;
        configuration_items: json;
        add_configuration_items: json;
        licence_match: json;
        device_child_id: int;
        device_count: int;
        new_software: json;
    }
}

operations!(SoftwareLicence: "software_licences", "/SoftwareLicence", items "licences", paged true, key |l| l.id.key(), can [get, create, update, delete]);

filters! { SoftwareLicence {
    /// Inactive ones too.
    include_inactive: bool => "includeinactive";
    /// Of this client.
    client: ClientId => "client_id";
    /// Of this site.
    site: SiteId => "site_id";
    /// Of this Microsoft 365 tenant.
    tenant: String => "tenant_id";
    /// Text in the usual places.
    search: String => "search";
} }

setters! { SoftwareLicence {
    /// The name.
    name: String => "name";
    /// The client.
    client: ClientId => "client_id";
    /// How many there are.
    count: i64 => "count";
} }
