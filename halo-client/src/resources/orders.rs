use super::{AddressStore, CustomField, endpoints, filters, handle, resource};
use crate::ids::{ClientId, PurchaseOrderId, QuotationId, SalesOrderId, SiteId, SupplierId, TicketId, UserId};

resource! {
    /// A sales order.
    pub struct SalesOrder {
        id: key(SalesOrderId);
        customfields: list(CustomField);
        r#use: text;
        title: text;
        ticket_id: id(TicketId);
        user_id: id(UserId);
        user_name: text;
        site_id: id(SiteId);
        site_name: text;
        client_id: id(ClientId);
        client_name: text;
        client_to_invoice_to_id: int;
        assigned_agent: int;
        assigned_agent_name: text;
        open_status: int;
        date: date;
        ship_date: date;
        total: num;
        cost: num;
        profit: num;
        note: text;
        po_number: text;
        createdby_agent_id: int;
        deliverby: int;
        summary: text;
        datereceived: date;
        numberbottles: int;
        ship_status: text;
        soldby: int;
        accountsref: text;
        status: int;
        leadsource: int;
        canvasser: int;
        invoice_date: date;
        invoicenumber: text;
        includegroupeditemprice: flag;
        includegroupeditemqty: flag;
        currency: text;
        currency_code: int;
        currency_code_name: text;
        currency_conversion_rate: num;
        quotation_id: id(QuotationId);
        consignment_id: int;
        do_not_invoice: flag;
        closeandconsignwhenpoprocessed: flag;
        lines: json;
        add_lines: json;
        printhtml: text;
        pdf_attachment_id: int;
        pdftemplate_id: int;
        pdftemplate_name: text;
        purchaseorder_count: int;
        invoice_count: int;
        percentage_invoiced: num;
        outstanding_total: num;
        createdbyagentname: text;
        last_update_time: date;
        warning = "_warning": text;
        project_faultid: int;
        order_project_template_id: int;
        order_project_template_name: text;
        includegrouppriceandqty: flag;
        costperweight: num;
        showpercentageinvoiced: flag;
        linked_to_opportunity: flag;
        linked_to_ticket: flag;
        linked_to_project: flag;
        intacct_class: text;
        intacct_class_name: text;
        intacct_save_location: text;
        override_delivery_address: flag;
        deladdress1: text;
        deladdress2: text;
        deladdress3: text;
        deladdress4: text;
        deladdress5: text;
        delivery_address: object(AddressStore);
        dattocommerce_clientid: int;
        dattocommerce_contactname: text;
        dattocommerce_contactemail: text;
        deliveryamount: num;
        deliverytax: num;
        is_so_screen: flag;
        avalara_details_id: int;
        avalara_details_name: text;
        originaddress: object(AddressStore);
        originaddress1: text;
        originaddress2: text;
        originaddress3: text;
        originaddress4: text;
        originaddress5: text;
        custombuttons: json;
        extratabs: json;
        tax_total: num;
        revenue: num;
        external_links: json;
        new_external_link: json;
    }
}

resource! {
    /// A purchase order.
    pub struct PurchaseOrder {
        id: key(PurchaseOrderId);
        customfields: list(CustomField);
        r#use: text;
        title: text;
        ticket_id: id(TicketId);
        status: int;
        po_ref: text;
        date: date;
        datesent: date;
        carriage_desc: text;
        carriage_price: num;
        auth_by: text;
        note: text;
        price: num;
        total: num;
        supplier_id: id(SupplierId);
        supplier_name: text;
        goodsin_status: int;
        third_party_ponumber = "3rd_party_ponumber": text;
        date_published: date;
        approval_status: int;
        approval_start: flag;
        assigned_agent: int;
        assigned_agent_name: text;
        approvalagent: int;
        approvalemailaddress: text;
        approvalnote: text;
        approvalagentid: int;
        approvaldatetime: date;
        thirdparty_status: int;
        accounts_ref: text;
        deliver_to_us: flag;
        deliver_to_so_address: flag;
        deliver_to_ticket_address: flag;
        delivery_backup: int;
        est_delivery_date: date;
        salesorder_id: id(SalesOrderId);
        currency: text;
        user: json;
        user_id: id(UserId);
        user_name: text;
        site_id: id(SiteId);
        site_name: text;
        client_id: id(ClientId);
        client_name: text;
        cost_centre_id: int;
        cost_centre_name: text;
        ticket_summary: text;
        ticket_note: text;
        attachment_id: int;
        lines: json;
        add_lines: json;
        printhtml: text;
        pdf_attachment_id: int;
        pdftemplate_id: int;
        pdftemplate_name: text;
        createdbyagentname: text;
        xero_id: text;
        xero_tenant_id: text;
        xero_status: text;
        last_synced: date;
        last_update_time: date;
        requires_approval: flag;
        below_approval_minimum: flag;
        approval_for_below_minimum: flag;
        warning = "_warning": text;
        so_assets: json;
        warrantyurl: text;
        qbo_company_id: text;
        qbo_id: int;
        percentage_invoiced: num;
        invoices: json;
        invoice_count: int;
        intacct_save_location: text;
        currency_code: int;
        currency_code_name: text;
        currency_conversion_rate: num;
        duedate: date;
        intacct_class: text;
        intacct_class_name: text;
        suppliers_order_reference: text;
        deladdress1: text;
        deladdress2: text;
        deladdress3: text;
        deladdress4: text;
        deladdress5: text;
        delivery_address: object(AddressStore);
        third_party_id: text;
        is_po_screen: flag;
        avalara_details_id: int;
        avalara_details_name: text;
        originaddress: object(AddressStore);
        originaddress1: text;
        originaddress2: text;
        originaddress3: text;
        originaddress4: text;
        originaddress5: text;
        custombuttons: json;
        extratabs: json;
        approval_process_id: int;
        use_ticket_approval: flag;
        new_approvalprocess_agent_id: int;
        new_approvalprocess_user_id: int;
        new_approvalprocess_users: json;
        new_approvalprocess_email: text;
        new_approvalprocess_cab_id: int;
        new_approvalprocess_cab: json;
        new_approvalprocess_role_id: int;
        receipt_confirmed: flag;
        receipt_confirmation_date: date;
        tax_total: num;
        revenue: num;
        external_links: json;
        new_external_link: json;
    }
}

endpoints!(SalesOrder: "sales_orders", "/SalesOrder", items "salesorders", paged true, key |o| o.id.key());
endpoints!(PurchaseOrder: "purchase_orders", "/PurchaseOrder", items "purchaseorders", paged true, key |o| o.id.key());

filters! { SalesOrder {
    /// Of this client.
    client: ClientId => "client_id";
    /// Of this ticket.
    ticket: TicketId => "ticket_id";
} }

filters! { PurchaseOrder {
    /// To this supplier.
    supplier: SupplierId => "supplier_id";
} }

handle! {
    SalesOrders of SalesOrder by SalesOrderId: "sales_orders", "/SalesOrder";
    /// The sales orders. List rows have no lines.
    list;
    get;
}

handle! {
    PurchaseOrders of PurchaseOrder by PurchaseOrderId: "purchase_orders", "/PurchaseOrder";
    /// The purchase orders. List rows have no lines.
    list;
    get;
}
