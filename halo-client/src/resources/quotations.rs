use super::{AddressStore, CustomField, endpoints, filters, handle, resource, setters};
use crate::ids::{
    AgentId, ClientId, ItemId, QuotationId, QuotationLineId, SalesOrderId, SiteId, SupplierId, TicketId, UserId,
    WorkflowId,
};

resource! {
    /// A quotation.
    pub struct Quotation {
        id: key(QuotationId);
        customfields: list(CustomField);
        r#use: text;
        table: int;
        title: text;
        ticket_id: id(TicketId);
        status: int;
        po_ref: text;
        date: date;
        expiry_date: date;
        revenue: num;
        tax_total: num;
        total: num;
        carriage_desc: text;
        carriage_price: num;
        tax_total_estimate: num;
        auth_by: text;
        note: text;
        user: json;
        user_id: id(UserId);
        user_name: text;
        site_id: id(SiteId);
        site_name: text;
        client_id: id(ClientId);
        client_name: text;
        scope: text;
        risk: text;
        qr2filename: text;
        agent_id: id(AgentId);
        assigned_agent: int;
        assigned_agent_name: text;
        includegroupeditemprice: flag;
        includegroupeditemqty: flag;
        daystodeliver: int;
        currency: text;
        currency_code: int;
        currency_code_name: text;
        currency_conversion_rate: num;
        includequotationlinenotes: flag;
        includegrouppriceandqty: flag;
        approvalname: text;
        approvalemailaddress: text;
        approvaldatetime: date;
        approvalnote: text;
        approvalstate: int;
        lines: list(QuotationLine);
        printhtml: text;
        pdf_attachment_id: int;
        ponumber: text;
        pdftemplate_id: int;
        pdftemplate_name: text;
        portal_display_type: int;
        salesorder_id: id(SalesOrderId);
        salesorder: json;
        signature: text;
        createdbyagentname: text;
        quote_viewed: flag;
        canned_text_id: int;
        canned_text_name: text;
        canned_text: text;
        last_update_time: date;
        images: json;
        internal_approval_status: int;
        approval_start: flag;
        internal_approvalagent: int;
        internal_approvalemailaddress: text;
        internal_approvalnote: text;
        internal_approvalagentid: int;
        internal_approvaldatetime: date;
        requires_approval: flag;
        ticket_summary: text;
        ticket_note: text;
        new_ticket_status: int;
        datto_commerce_id: int;
        datto_commerce_url: text;
        third_party_url: text;
        dattocommerce_clientid: int;
        dattocommerce_contactname: text;
        dattocommerce_contactemail: text;
        deliveryamount: num;
        dattocommerce_tenantid: int;
        deliverytax: num;
        dontupdateporef: flag;
        can_approve: flag;
        linked_pdf_list_append: json;
        linked_pdf_list_prepend: json;
        automatic_sales_tax: flag;
        contactuser: int;
        contactusername: text;
        third_party_number: text;
        intacct_class: text;
        intacct_class_name: text;
        intacct_save_location: text;
        is_leased: flag;
        term_limit: int;
        margin: num;
        warning = "_warning": text;
        billingcontactname: text;
        billingcontactemailaddress: text;
        billingcontactphonenumber: text;
        so_number: text;
        use_ticket_approval: flag;
        approval_process_id: int;
        new_approvalprocess_agent_id: int;
        new_approvalprocess_user_id: int;
        new_approvalprocess_users: json;
        new_approvalprocess_email: text;
        new_approvalprocess_cab_id: int;
        new_approvalprocess_cab: json;
        site_delivery_override: int;
        address1: text;
        address2: text;
        address3: text;
        address4: text;
        address5: text;
        deladdress1: text;
        deladdress2: text;
        deladdress3: text;
        deladdress4: text;
        deladdress5: text;
        address: object(AddressStore);
        delivery_address: object(AddressStore);
        workflow_history: json;
        workflow_step: int;
        workflow_id: id(WorkflowId);
        is_customised_pdf: flag;
        customisedpdf: json;
        new_approvalprocess_role_id: int;
        is_quote_screen: flag;
        avalara_details_id: int;
        adobe_details_id: int;
        avalara_details_name: text;
        user_approval_unavailable: flag;
        top_level_purchase_currency_code: int;
        tree_purchase_currency: json;
        site: json;
        originaddress: object(AddressStore);
        originaddress1: text;
        originaddress2: text;
        originaddress3: text;
        originaddress4: text;
        originaddress5: text;
        original_revised_from_id: int;
        quoteapprovalfields: json;
        custombuttons: json;
        extratabs: json;
        status_name: text;
        external_links: json;
        new_external_link: json;
    }
}

resource! {
    /// A line of a quotation.
    pub struct QuotationLine {
        id: key(QuotationLineId);
        sort_seq: int;
        group_sort_seq: int;
        productcode: text;
        name: text;
        costprice: num;
        total_price_monthly: num;
        total_price_monthly_converted: num;
        total_net_total_monthly: num;
        total_costprice_monthly: num;
        total_profit_monthly: num;
        total_tax_monthly: num;
        total_discount_monthly: num;
        total_price_annual: num;
        total_price_annual_converted: num;
        total_net_total_annual: num;
        total_costprice_annual: num;
        total_profit_annual: num;
        total_tax_annual: num;
        total_discount_annual: num;
        total_price_yearone: num;
        total_price_yearone_converted: num;
        total_net_total_yearone: num;
        total_costprice_yearone: num;
        total_profit_yearone: num;
        total_tax_yearone: num;
        total_discount_yearone: num;
        qhid: int;
        item_id: id(ItemId);
        note: text;
        note_hidden: flag;
        servicefee: num;
        recovery: num;
        margin: num;
        billingperiod: int;
        startdate: date;
        autorenew: flag;
        item_recurring: flag;
        item_taxable: flag;
        group_id: int;
        printitem: flag;
        isgroupdesc: flag;
        discount_perc: num;
        supplier_id: id(SupplierId);
        supplier_name: text;
        optional: flag;
        approval_status: int;
        cost_centre: int;
        stock_location: int;
        item_internal_reference: text;
        item_external_reference: text;
        description: text;
        item_tax_name: text;
        quoteitemurl: text;
        addedtorecurring: flag;
        addedtononrecurring: flag;
        warning = "_warning": text;
        assetgroup_id: int;
        maxitemdiscount: num;
        line_site_id: int;
        site_name: text;
        line_periods: int;
        hideitems: flag;
        ignoretaxcalc: flag;
        current_quantity: num;
        current_price: num;
        current_net_price: num;
        isleased: flag;
        stockbin_id: int;
        quoter_id: text;
        is_bundled_line: flag;
        optional_line_quantity_change: num;
        created_from_group_id: int;
        customfields: list(CustomField);
        chargerates: json;
        budgets: json;
        item_template: int;
        item_contract: flag;
        hide_grouped_items_price: flag;
        nominal_code: text;
        one_optional_mandatory: json;
        one_optional_mandatory_list: text;
        force_quantity_relationship: flag;
        force_price_relationship: flag;
        force_term_relationship: flag;
        price_calculation_formula: text;
        purchase_currency_code: int;
        cost_converted: num;
        purchase_currency_code_name: text;
        purchase_currency_symbol: text;
        purchase_conversion_rate: num;
        stocklocation_id: int;
        exclude_auto_increase: flag;
        auto_increase_period: int;
        percent_increase: num;
        use_rpi_increase: flag;
        net_total: num;
        total_tax_converted: num;
        tax_converted: num;
        new_external_link: json;
        external_link: json;
        ingram_quote: text;
        hubspot_id: text;
        item_tax_code: int;
        baseprice_converted: num;
        unitprice_converted: num;
        override_tax_code: int;
        baseprice: num;
        total_tax: num;
        total_price: num;
        total_discount: num;
        conversion_rate: num;
        discount_converted: num;
        net_amount_converted: num;
        total_price_converted: num;
        tax_name: text;
        tax_rule_result = "taxRuleResult": json;
        decimalplacesforinvoices: int;
        total_net_total: num;
    }
}

endpoints!(Quotation: "quotations", "/Quotation", items "quotes", paged true, key |q| q.id.key());

filters! { Quotation {
    /// Of this client.
    client: ClientId => "client_id";
    /// Of this ticket or opportunity.
    ticket: TicketId => "ticket_id";
    /// Text in the usual places.
    search: String => "search";
} }

setters! { Quotation {
    /// The title.
    title: String => "title";
    /// The client.
    client: ClientId => "client_id";
    /// The ticket or opportunity.
    ticket: TicketId => "ticket_id";
} }

handle! {
    Quotations of Quotation by QuotationId: "quotations", "/Quotation";
    /// The quotations. List rows have no lines.
    list;
    get;
    create;
    update;
    delete;
}
