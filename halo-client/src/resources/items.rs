use super::{CustomField, filters, operations, resource, setters};
use crate::ids::{AssetTypeId, ItemId, SupplierId};

resource! {
    /// An item of the catalogue: what is sold.
    pub struct Item {
        id: key(ItemId);
        asset_type_matching_field_name: text;
        r#use: text;
        name: text;
        status: int;
        assetgroup_id: int;
        assetgroup_name: text;
        third_party_assetgroup_id: text;
        note: text;
        supplier_part_code: text;
        description: text;
        purchase_description: text;
        internalreference: text;
        externalreference: text;
        quantity_in_stock: num;
        quantity_reserved: num;
        quantity_on_order: num;
        goodsinunit: text;
        goodsoutunit: text;
        inoutconversion: int;
        qtyissuedthisyear: num;
        baseprice: num;
        created_by: int;
        supplier_id: id(SupplierId);
        supplier_name: text;
        manufacturer_id: int;
        manufacturer_name: text;
        assettype_id: id(AssetTypeId);
        assettype_name: text;
        minstockqty: num;
        min_purchase_qty: num;
        secondprice: num;
        promptforprice: flag;
        sleeveprice: num;
        taxcode: int;
        taxcode_name: text;
        taxcodeother: int;
        taxcodeother_name: text;
        costprice: num;
        accountsid: text;
        margin: num;
        reorderqty: num;
        binlocation: text;
        nominalcode: text;
        costingmethod: int;
        servicefee: num;
        recovery: num;
        avco: num;
        qtyonallsalesorders: num;
        doesnotneedconsigning: flag;
        shaccountsid: text;
        applydiscount: flag;
        secondhandprice: num;
        hours: num;
        markupperc: num;
        metertype: int;
        meterlife: int;
        isrecurringitem: flag;
        template_id: int;
        template_name: text;
        recurringprice: num;
        showmobilescanner: flag;
        icon: text;
        icon_download_url: text;
        customfields: list(CustomField);
        group_third_party_id: text;
        third_party_id: text;
        custombuttons: json;
        item_suppliers: json;
        xero_salestax: text;
        xero_purchasetax: text;
        purchasenominalcode: text;
        fullyqualifiedname: text;
        salestaxincluded: flag;
        purchasetaxincluded: flag;
        taxable: flag;
        assetaccountcode: int;
        qbo_quantity: int;
        qboinitial_quantity_date: date;
        stocklocations: json;
        xero_tenant_id: text;
        xero_tenant_name: text;
        xerodetails_id: int;
        income_account_name: text;
        expense_account_name: text;
        asset_account_name: text;
        income_account: json;
        expense_account: json;
        asset_account: json;
        qbosku: text;
        qbocategoryid: text;
        qbocategoryname: text;
        qbo_category: json;
        autotaskserviceid: int;
        autotaskproductid: int;
        iscontractitem: flag;
        dontinvoice: flag;
        kashflowid: int;
        kashflow_tenant_id: int;
        kashflow_tenant_name: text;
        nominalcode_name: text;
        purchasenominalcode_name: text;
        linked_item_id: int;
        linked_item_name: text;
        update_recurring_invoice_price: flag;
        update_recurring_invoice_cost: flag;
        snelstart_id: text;
        snelstart_department_id: text;
        snelstart_department_name: text;
        snelstart_department: json;
        linked_asset_defaults: json;
        maxitemdiscount: num;
        item_default_billing_period: int;
        primaryimageid: int;
        datecreated: date;
        lastmodified: date;
        qbo_company_id: text;
        import_details_id: int;
        quickbooks_details: json;
        qbo_company_name: text;
        extra_invoice_description: text;
        isitemdetails: flag;
        intacct_type: text;
        item_group_nominalcode: text;
        item_group_nominalcode_purchase: text;
        item_group_itemcode: int;
        item_group_taxcode: int;
        item_group_taxcode_purchase: int;
        recurringcost: num;
        dbc_company_id: text;
        dbc_company_name: text;
        r#type: int;
        external_links: json;
        new_external_link: json;
        warning = "_warning": text;
        sage_business_cloud_details_id: int;
        sage_business_cloud_details_name: text;
        budgettype_id: int;
        budgettype_name: text;
        serialise_only_one: flag;
        exact_division: int;
        exact_division_name: text;
        dattocommerce_tenant: int;
        user_description: text;
        weight: num;
        ignore_from_accounting_sync: flag;
        invoice_class: text;
        sage50uk_department_id: int;
        dont_track_stock: flag;
        dont_receive_on_po: flag;
        xero_inventory_account_code: text;
        xero_cogs_account_code: text;
        xero_inventory_account_code_name: text;
        xero_cogs_account_code_name: text;
        intacct_product_line_id: text;
        related_item_count: int;
        myob_tenant: int;
        myob_tenant_name: text;
        myob_asset_account_code: text;
        items_per_buying_price: num;
        items_per_selling_price: num;
        avalara_item_code: text;
        purchase_currency_code: int;
        purchase_currency_code_name: text;
        purchase_currency: json;
        autorenew_quote_line_default: flag;
        price_calculated_from_components: flag;
        cost_calculated_from_components: flag;
        auto_reorder_type: int;
        relatedcategories: json;
        relatedcategories_list: text;
        item_listed_only_on_bundle_setup: flag;
    }
}

operations!(Item: "items", "/Item", items "items", paged true, key |i| i.id.key(), can [get, create, update, delete]);

filters! { Item {
    /// Inactive ones too.
    include_inactive: bool => "includeinactive";
    /// Of this supplier.
    supplier: SupplierId => "supplier_id";
    /// Only recurring ones.
    recurring_only: bool => "recurringonly";
    /// Text in the usual places.
    search: String => "search";
} }

setters! { Item {
    /// The name.
    name: String => "name";
    /// The description.
    description: String => "description";
    /// The price.
    base_price: f64 => "baseprice";
    /// The cost.
    cost_price: f64 => "costprice";
    /// The supplier.
    supplier: SupplierId => "supplier_id";
} }
