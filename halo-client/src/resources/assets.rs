use super::{CustomField, WriteRequest, filters, operations, resource, setters};
use crate::ids::{AssetId, AssetTypeId, ClientId, ContractId, ItemId, SiteId, SupplierId, TicketId, UserId};

resource! {
    /// An asset: a device or anything else that is looked after. Halo also calls it a configuration item.
    pub struct Asset {
        id: key(AssetId);
        changeguid: text;
        intent: text;
        inventory_number: text;
        key_field: text;
        key_field2: text;
        key_field3: text;
        client_id: id(ClientId);
        client_name: text;
        site_id: id(SiteId);
        site_name: text;
        business_owner_id: id(UserId);
        business_owner_name: text;
        business_owner_site: text;
        business_owner_client: text;
        business_owner_cab_id: int;
        business_owner_cab_name: text;
        username: text;
        technical_owner_id: id(UserId);
        technical_owner_name: text;
        technical_owner_cab_id: int;
        technical_owner_cab_name: text;
        intune_default_site: int;
        assettype_id: id(AssetTypeId);
        assettype_name: text;
        colour: text;
        icon: text;
        warranty_end: date;
        inactive: flag;
        is_primary_asset: flag;
        parent_id: int;
        lansweeper_parent_id: text;
        child_id: int;
        sibling_id: flag;
        contract_value: num;
        contract_ref: text;
        contract_id: id(ContractId);
        supplier_id: id(SupplierId);
        supplier_name: text;
        supplier_contract_id: int;
        supplier_contract_ref: text;
        supplier_sla_id: int;
        supplier_priority_id: int;
        fields: list(AssetField);
        customfields: list(CustomField);
        relationship_id: int;
        custombuttons: json;
        default_contract_value: num;
        itemstock_id: int;
        item_id: id(ItemId);
        stock_date: date;
        non_consignable: flag;
        reserved_salesorder_id: int;
        reserved_salesorder_line_id: int;
        matching_field: text;
        device42_id: int;
        device42_url: text;
        related_services: text;
        technical_owner: text;
        business_owner: text;
        primary_asset_chart_json: text;
        criticality: int;
        service_id: int;
        r#use: text;
        device_number: int;
        assettype_guid: text;
        warranty_start: date;
        labour_warranty_start: date;
        labour_warranty_end: date;
        parent_guid: text;
        child_guid: text;
        status_id: int;
        status_name: text;
        third_party_id: int;
        sla_name: text;
        priority_name: text;
        latest_contract_ref: text;
        sequence: int;
        ncentral_url: text;
        ncentral_remote_url: text;
        contract_end_date: date;
        atera_id: text;
        automate_id: int;
        automate_url: text;
        connectwise_control_url: text;
        ninjarmm_id: int;
        ninja_url: text;
        ninja_remote_url: text;
        syncro_url: text;
        syncroid: int;
        itglue_url: text;
        defaultsequence: int;
        service_ids: text;
        bulkcreated: flag;
        bulkbillingperiod: int;
        asset_field: text;
        datto_alternate_id: int;
        syncro_id: text;
        domotz_id: text;
        snow_id: int;
        passportal_id: int;
        auvik_device_id: text;
        auvik_url: text;
        allowallstatus: flag;
        allowed_status: json;
        datto_id: text;
        addigy_id: text;
        liongard_url: text;
        liongard_environmnet_id: int;
        liongard_id: text;
        kaseya_id: text;
        iskaseyaagent: flag;
        kaseyavsa_url: text;
        teamviewerid: text;
        serialization_user: int;
        zabbix_id: text;
        zabbix_url: text;
        stockbin_name: text;
        issue_consignment_line_id: int;
        item_name: text;
        datto_url: text;
        ncentral_details_id: int;
        nable_id: text;
        connectwisecontrolid: text;
        workspace_id: text;
        workspace_url: text;
        intune_id: text;
        supplier_purchasedate: date;
        logicmonitor_id: text;
        barracudarmm_id: text;
        sla_id: int;
        priority_id: int;
        icinga_id: text;
        related_service_name: text;
        related_service_count: int;
        connectwisermm_id: text;
        xensam_id: text;
        asset_type_priority: int;
        snipeit_id: text;
        prometheus_id: text;
        dynatrace_id: text;
        vmworkspace_id: text;
        tanium_id: text;
        tenable_id: text;
        kandji_id: text;
        criticality_description: text;
        auvik_id: text;
        is_template: flag;
        aws_id: text;
        manageengine_id: text;
        manageengine_customer_id: text;
        lastchangeofvaluedate: date;
        commissiondate: date;
        first_user_id: int;
        changebackupexists: flag;
        virima_id: text;
        service_guid: text;
        service_name: text;
        lansweeperid: text;
        notes: text;
        child_assets: json;
        users: json;
        dlastupdate: date;
        external_links: json;
        last_modified: date;
    }
}

resource! {
    /// A value of one of an asset type's own fields: assets have these beside custom fields.
    pub struct AssetField {
        id: int;
        name: text;
        validate: text;
        value: json;
        display: text;
        mandatory: flag;
        showonactivity: flag;
        lookup: int;
        systemuse: int;
        parenttype_id: int;
        url: text;
        mapping_id: int;
        access_level: int;
        typeinfo_id: int;
        tab_id: int;
        tab_name: text;
        tab_sequence: int;
        tab_columns: int;
        groupname: text;
        techdetail: int;
        userdetail: int;
        visibility_conditions: json;
    }
}

resource! {
    /// A type of asset.
    pub struct AssetType {
        id: key(AssetTypeId);
        guid: text;
        intent: text;
        name: text;
        assetgroup_id: int;
        assetgroup_guid: text;
        assetgroup_name: text;
        keyfield_id: int;
        keyfield_name: text;
        keyfield2_id: int;
        keyfield2_name: text;
        keyfield3_id: int;
        keyfield3_name: text;
        memo: text;
        manufacturer: int;
        supplier1: int;
        itemno: int;
        cost: num;
        useteamviewer: flag;
        accountscode1: text;
        accountscode2: text;
        weeklycost: num;
        monthlycost: num;
        quarterlycost: num;
        sixmonthlycost: num;
        yearlycost: num;
        twoyearlycost: num;
        threeyearlycost: num;
        fouryearlycost: num;
        fiveyearlycost: num;
        kaseyaid: text;
        icon: text;
        show_to_users: flag;
        fields: json;
        field_list: json;
        item_code: text;
        defaultsequence: int;
        tagprefix: text;
        column_profile_id: int;
        column_profile_guid: text;
        columnprofileoverride_name: text;
        enableresourcebooking: flag;
        resourcebooking_workdays_id: int;
        resourcebooking_workdays_name: text;
        resourcebooking_allow_asset_selection: flag;
        resourcebooking_asset_restriction_type: int;
        resourcebooking_min_hours_advance: num;
        resourcebooking_max_days_advance: num;
        bookingtypes: json;
        timeslots: json;
        timeslot_bookingtype: int;
        warning = "_warning": text;
        linkedcontracttype: int;
        fiid: int;
        fiid_guid: text;
        finame: text;
        new_icon: text;
        xtype_roles: json;
        asset_details_tab_display: int;
        tab_config: json;
        resourcebookingtype: int;
        allowed_status: json;
        allowall_status: flag;
        businessowner_visibility: int;
        technicalowner_visibility: int;
        sla_visibility: int;
        priority_visibility: int;
        status_visibility: int;
        services_visibility: int;
        dependencies_visibility: int;
        notes_visibility: int;
        visibility_level: int;
        resourcebooking_site_selection_type: int;
        booking_sites: json;
        access_control: json;
        newticket_priority: int;
        access_control_level: int;
        licence_visibility: int;
        allow_all_view: flag;
        criticality_visibility: int;
        is_service: flag;
        is_businessapp: flag;
        service_category_id: int;
        service_category_name: text;
        services: json;
        field_restrictions: json;
    }
}

operations!(Asset: "assets", "/Asset", items "assets", paged true, key |a| a.id.key(), can [get, create, update, delete]);
operations!(AssetType: "asset_types", "/AssetType", items "assettypes", paged false, key |t| t.id.key(), can [get]);

filters! { Asset {
    /// Inactive ones too.
    include_inactive: bool => "includeinactive";
    /// Of this client.
    client: ClientId => "client_id";
    /// At this site.
    site: SiteId => "site_id";
    /// Of this type.
    asset_type: AssetTypeId => "assettype_id";
    /// About this ticket.
    ticket: TicketId => "ticket_id";
    /// Under this contract.
    contract: ContractId => "contract_id";
    /// Text in the usual places.
    search: String => "search";
} }

setters! { Asset {
    /// Its tag.
    inventory_number: String => "inventory_number";
    /// The type.
    asset_type: AssetTypeId => "assettype_id";
    /// The site; it decides the client.
    site: SiteId => "site_id";
    /// The client.
    client: ClientId => "client_id";
    /// Whether it is out of use.
    inactive: bool => "inactive";
    /// The status, by its number.
    status: i64 => "status_id";
} }

impl WriteRequest<Asset> {
    /// Sets one of the type's own fields of a new asset, by its id. For an asset that is there give all of its fields to
    /// [`replace_list`](Self::replace_list): whether Halo keeps those that are left out is not documented.
    pub fn field(self, id: impl Into<crate::ids::AssetFieldId>, value: impl Into<String>) -> Self {
        if self.is_update() {
            let remedy = "Read the asset, and give all of its fields to replace_list(\"fields\", …).";
            return self.refuse("fields", "the list may replace the asset's other fields", remedy);
        }
        // Halo takes these ids as text.
        let field = serde_json::json!({"id": id.into().to_string(), "value": value.into()});
        self.add_to("fields", field)
    }
}
