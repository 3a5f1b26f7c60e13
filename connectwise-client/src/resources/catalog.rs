use super::{CustomFieldValue, Info, Reference, operations, resource, setters};
use crate::ids::CatalogItemId;

resource! {
    /// An item of the catalogue: what is sold.
    pub struct CatalogItem {
        id: key(CatalogItemId);
        identifier: text;
        description: text;
        inactive_flag: flag;
        subcategory: object(Reference);
        r#type: object(Reference);
        product_class: text;
        serialized_flag: flag;
        serialized_cost_flag: flag;
        phase_product_flag: flag;
        unit_of_measure: object(Reference);
        min_stock_level: int;
        price: num;
        cost: num;
        price_attribute: text;
        taxable_flag: flag;
        drop_ship_flag: flag;
        special_order_flag: flag;
        customer_description: text;
        manufacturer: object(Reference);
        manufacturer_part_number: text;
        vendor: object(Reference);
        vendor_sku: text;
        notes: text;
        integration_x_ref: text;
        sla: object(Reference);
        entity_type: object(Reference);
        recurring_flag: flag;
        recurring_revenue: num;
        recurring_cost: num;
        recurring_one_time_flag: flag;
        recurring_bill_cycle: object(Reference);
        recurring_cycle_type: text;
        calculated_price_flag: flag;
        calculated_cost_flag: flag;
        category: object(Reference);
        calculated_price: num;
        calculated_cost: num;
        billable_option: text;
        connect_wise_id = "connectWiseID": text;
        agreement_type: object(Reference);
        markup_percentage: num;
        markup_flag: flag;
        auto_update_unit_cost_flag: flag;
        auto_update_unit_price_flag: flag;
        info = "_info": object(Info);
        custom_fields: list(CustomFieldValue);
    }
}

operations!(CatalogItem: "catalog_items", "/procurement/catalog", write delete, read_only ["calculatedPrice", "calculatedCost"]);

setters! { CatalogItem {
    /// The part number.
    identifier: String => "identifier";
    /// The description, for the MSP.
    description: String => "description";
    /// The description, for the customer.
    customer_description: String => "customerDescription";
    /// The price.
    price: f64 => "price";
    /// The cost.
    cost: f64 => "cost";
} }
