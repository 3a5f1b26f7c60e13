use chrono::{DateTime, Utc};
use psa_core::Result;
use psa_http::Operation;

use super::{AddressStore, Collection, CustomField, WriteRequest, filters, operations, resource, same_record, setters};
use crate::ids::{
    AssetId, ClientId, ContractId, InvoiceId, InvoiceLineId, ItemId, PurchaseOrderId, SalesOrderId, SupplierId,
    TicketId,
};
use crate::list::{List, query_date};

resource! {
    /// An invoice. Amounts are JSON numbers at Halo: round them to the currency before adding many up.
    pub struct Invoice {
        id: key(InvoiceId);
        disabled: flag;
        customfields: list(CustomField);
        r#use: text;
        client_id: id(ClientId);
        client_name: text;
        sitenumber: int;
        site_name: text;
        accountsid: text;
        uid: int;
        invoicenumber: text;
        thirdpartyinvoicenumber: text;
        posted: flag;
        name: text;
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
        tel_number: text;
        contactname: text;
        global_tax_code: text;
        invoice_date: date;
        schedule_date: date;
        dateposted: date;
        last_synced: date;
        last_modified: date;
        notes_1: text;
        notes_2: text;
        notes_3: text;
        taken_by: text;
        order_number: text;
        cust_order_number: text;
        payment_ref: text;
        global_nom_code: text;
        global_details: text;
        invoice_type_code: text;
        salesorder_id: id(SalesOrderId);
        datetype: int;
        percentold: int;
        percent: num;
        contract_id: id(ContractId);
        contract_ref: text;
        datesent: date;
        currency: text;
        currency_code: int;
        currency_code_name: text;
        currency_conversion_rate: num;
        paymentterms: int;
        hideinvoice: flag;
        ticket_id: id(TicketId);
        invoicetype: int;
        datepaid: date;
        paymentstatus: int;
        xeroid: text;
        amountpaid: num;
        amountdue: num;
        amount_remaining: num;
        emailstatus: int;
        address: object(AddressStore);
        shipaddress: object(AddressStore);
        originaddress: object(AddressStore);
        lines: list(InvoiceLine);
        add_lines: json;
        printhtml: text;
        pdf_attachment_id: int;
        pdf_attachment_date_created: date;
        pdftemplate_id: int;
        pdftemplate_name: text;
        composite_tax_total: num;
        total: num;
        reference: text;
        duedate: date;
        is_recurring_invoice: flag;
        schedule_id: int;
        lastcreated: date;
        nextcreationdate: date;
        period: int;
        schedule: json;
        create_recurring_invoice: flag;
        take_auto_payment: flag;
        recurring_invoice_id: id(InvoiceId);
        add_contract_assets: int;
        add_labour: int;
        add_project: int;
        add_travel: int;
        add_mileage: int;
        add_itemsissued: int;
        add_prepay: int;
        add_salesorder: int;
        force_creation: flag;
        qboid: int;
        billingcategory: int;
        xero_tenant_id: text;
        xero_branding_theme_id: text;
        xero_branding_theme_name: text;
        xero_branding_theme: json;
        due_date_int: int;
        due_date_type: int;
        createdbyagentname: text;
        internal_note: text;
        mailboxid: int;
        period_type: int;
        kashflow_tenant_id: int;
        kashflowid: int;
        kashflow_pdf: text;
        original_client_id: int;
        original_client_name: text;
        xero_status: text;
        merge_data: json;
        snelstart_id: text;
        time: date;
        startdate: date;
        enddate: date;
        daysplus: int;
        periodname: text;
        duedatename: text;
        date_created: date;
        invoice_prorata_periods_ahead: int;
        nextcreationperiod: text;
        qbo_company_id: text;
        intacct_recordno: int;
        period_start_date: date;
        period_end_date: date;
        payments: json;
        markaspaid: flag;
        markaspaidmoduleid: int;
        dbc_id: text;
        dbc_company_id: text;
        reviewrequired: flag;
        warning = "_warning": text;
        creditlinkedtoinvoiceid: int;
        creditlinkedtoinvoiceid_thirdpartynumber: text;
        creditlinkedtoinvoiceid_typeid: int;
        purchaseorder_id: id(PurchaseOrderId);
        sage_business_cloud_details_id: int;
        sage_business_cloud_id: text;
        exact_id: text;
        exact_division: int;
        xero_line_tax: text;
        invoice_auto_increase_period: int;
        invoice_percent_increase: num;
        schedule_ignore_delete: flag;
        assigned_agent: int;
        assigned_agent_name: text;
        approval_status: int;
        approvalagent: int;
        approvalemailaddress: text;
        approvalnote: text;
        approvalagentid: int;
        approvaldatetime: date;
        ticket_summary: text;
        ticket_note: text;
        approval_start: flag;
        requires_approval: flag;
        xero_online_invoice_payment_url: text;
        generic_online_invoice_payment_url: text;
        intacct_save_location: text;
        intacctseparatetaxline: int;
        intacct_class: text;
        intacct_class_name: text;
        take_payment_on_duedate: int;
        contains_calculated_quantity: flag;
        intacct_tax_solution: text;
        intacct_tax_solution_name: text;
        intacct_project: text;
        intacct_project_name: text;
        credit_total: num;
        supplier_id: id(SupplierId);
        supplier_name: text;
        payments_pending: int;
        include_in_autopay: flag;
        client_to_invoice_to_id: int;
        creation_source: text;
        typeid: int;
        twilio_invoice: flag;
        invoice_separately: flag;
        minimum_price_active: flag;
        minimum_line_description: text;
        minimum_amount: num;
        avalara_details_id: int;
        qbo_term_name: text;
        qbo_term_id: int;
        qbo_term: json;
        exact_payment_conditon_name: text;
        exact_payment_conditon_id: text;
        exact_payment_conditon: json;
        avalara_details_name: text;
        voided: flag;
        credit_outstanding_for_customer: num;
        credit_outstanding: num;
        credit_used: num;
        mark_credit_as_used: flag;
        apply_credit: flag;
        apply_credit_id: int;
        apply_credit_amount: num;
        apply_credit_description: text;
        apply_credit_long_description: text;
        apply_credit_tax_type: int;
        invoice_display: text;
        sqlimport_id: int;
        invoice_match_id: text;
        sync_include_paid: flag;
        dont_set_original_client_id: flag;
        ticket_client_to_invoice_to_id: int;
        originaddress1: text;
        originaddress2: text;
        originaddress3: text;
        originaddress4: text;
        originaddress5: text;
        most_recent_invoice_id: int;
        most_recent_invoice_type: int;
        custombuttons: json;
        extratabs: json;
        update_invoice_conversion_rate: flag;
        conversion_rate: num;
        dont_sync_to_3rd_party: flag;
        is_invoice_screen: flag;
        tax_total: num;
        revenue: num;
        external_links: json;
        new_external_link: json;
    }
}

resource! {
    /// A line of an invoice.
    pub struct InvoiceLine {
        id: key(InvoiceLineId);
        customfields: list(CustomField);
        ihid: int;
        item_code: text;
        item_shortdescription: text;
        item_longdescription: text;
        nominal_code: text;
        tax_code: text;
        qty_order: num;
        unit_price: num;
        unit_price_converted: num;
        net_amount: num;
        tax_amount: num;
        tax_rate: num;
        comment_1: text;
        comment_2: text;
        itemonorder: flag;
        dsite: int;
        ddevnum: int;
        item_id = "_itemid": id(ItemId);
        productnumber: text;
        unit_cost: num;
        asset_id: id(AssetId);
        asset_inventory_number: text;
        contract_id: id(ContractId);
        recurring_invoice_id: id(InvoiceId);
        recurring_invoice_line_id: int;
        actioncode: int;
        site: int;
        meter_id: int;
        ticket_id: id(TicketId);
        lineactiondate: date;
        labourdepartmentid: int;
        salesorder_line: int;
        salesorder_line_id: int;
        meter_pricing_method: int;
        line_fully_invoiced: flag;
        xero_lineid: text;
        prepay_id: int;
        calculate_price_from_assets: flag;
        calculate_price_from_users: flag;
        creditlinkedidid: int;
        recurring_invoice_price_type: int;
        entity_type: text;
        item_internal_reference: text;
        item_external_reference: text;
        linked_item: json;
        item_tax_name: text;
        xero_tax_code: text;
        override_ast_total: num;
        prorata_next_invoice: flag;
        prorata_quantity: num;
        prorata_unit_price: num;
        prorata_shortdescription: text;
        prorata_longdescription: text;
        isinactive: flag;
        period_type: int;
        group_id: int;
        isgroupdesc: flag;
        kashflow_line_id: int;
        tax_code_overriden: flag;
        is_meter: flag;
        current_reading: int;
        last_reading_date: date;
        prorata_data: json;
        quantity_users: json;
        quantity_assets: json;
        quantity_licences: json;
        quantity_subscriptions: json;
        recurring_invoice_quantity_type: int;
        quantity_custom: int;
        warning = "_warning": text;
        billingperiod: int;
        line_periods: int;
        percent_increase: num;
        min_meter_units: int;
        sequenceid: int;
        startdate: date;
        enddate: date;
        autorenew: flag;
        autorenewperiod: int;
        intacct_location_id: text;
        intacct_department_id: text;
        synced_to_intacct: flag;
        hideitems: flag;
        includegrouppriceandqty: flag;
        auto_increase_period: int;
        auto_increase_last_date: date;
        onetimecharge: flag;
        onetimechargeinvoiceid: int;
        needsreviewbeforecreation: flag;
        reviewed: flag;
        metertype: int;
        importcsvid: int;
        force_new: flag;
        client_name: text;
        dbc_id: text;
        purchaseorder_id: id(PurchaseOrderId);
        purchaseorder_line_id: int;
        discount_perc: num;
        exclude_auto_increase: flag;
        createproratanormallines: int;
        createproratadate: date;
        pro_rata_line_id: int;
        supplier: int;
        supplier_name: text;
        hide_on_pdf: flag;
        intacct_warehouse_id: text;
        invoice_class: text;
        percent_invoiced: num;
        is_bundled_line: flag;
        meter_tiers: json;
        meter_min_quantity: num;
        original_client_id: int;
        myob_location: text;
        myob_row_id: int;
        dbc_sequence_id: int;
        minimum_line_total: num;
        hide_grouped_items_price: flag;
        credit_id: int;
        is_deferred_revenue: flag;
        deferred_revenue_olid: int;
        deferred_revenue_olseq: int;
        is_recognised_revenue: flag;
        no_tax_override: flag;
        item_tax_code: int;
        bundle_id: int;
        bundle_name: text;
        bundle_line_id: int;
        xero_category_1_lookup: text;
        xero_category_2_lookup: text;
        xero_category_1_lookup_name: text;
        xero_category_2_lookup_name: text;
        use_rpi_increase: flag;
        merge_lines_if_matched: flag;
        surcharge_id: int;
        override_tax_code: int;
        baseprice_converted: num;
        baseprice: num;
        unitprice_converted: num;
        total_tax_converted: num;
        net_total: num;
        tax_converted: num;
        total_tax: num;
        total_price: num;
        total_discount: num;
        discount_converted: num;
        net_amount_converted: num;
        total_price_converted: num;
        tax_name: text;
        tax_rule_result = "taxRuleResult": json;
        decimalplacesforinvoices: int;
        total_net_total: num;
    }
}

same_record! {
    /// An invoice that Halo makes again each period: the same members as an invoice, with a schedule.
    RecurringInvoice(Invoice)
}

operations!(Invoice: "invoices", "/Invoice", items "invoices", paged true, key |i| i.id.key(), can [get, create, update, delete]);
operations!(RecurringInvoice: "recurring_invoices", "/RecurringInvoice", items "invoices", paged true, key |i| i.id.key(), can [get, create, update, delete]);

filters! { Invoice {
    /// Of this client.
    client: ClientId => "client_id";
    /// About this ticket.
    ticket: TicketId => "ticket_id";
    /// Under this contract.
    contract: ContractId => "contract_id";
    /// Text in the usual places.
    search: String => "search";
} }

impl List<Invoice> {
    /// Only those dated at or after this moment.
    pub fn dated_from(self, at: DateTime<Utc>) -> Self {
        self.query("invoicedatestart", query_date(at))
    }

    /// Only those dated at or before this moment.
    pub fn dated_until(self, at: DateTime<Utc>) -> Self {
        self.query("invoicedateend", query_date(at))
    }
}

filters! { RecurringInvoice {
    /// Of this client.
    client: ClientId => "client_id";
} }

setters! { Invoice {
    /// The client.
    client: ClientId => "client_id";
    /// The reference.
    reference: String => "reference";
    /// First free note.
    notes: String => "notes_1";
} }

impl WriteRequest<Invoice> {
    /// Adds a line to those that are there.
    pub fn add_line(self, line: serde_json::Value) -> Self {
        self.add_to("add_lines", line)
    }
}

static VOID: Operation = Operation::post("halo.invoices.void", "/Invoice/{id}/void");
static PDF: Operation = Operation::read_by_post("halo.invoices.pdf", "/Invoice/PDF/{id}");
static UPDATE_LINES: Operation = Operation::post("halo.invoices.update_lines", "/Invoice/updatelines");

impl Collection<Invoice> {
    /// Voids an invoice.
    ///
    /// # Errors
    /// What Halo refuses and what the network can do.
    pub async fn void(&self, id: impl Into<InvoiceId>) -> Result<()> {
        self.halo.http().call(&VOID).path("id", id.into()).send().await.map(drop)
    }

    /// The invoice as a PDF, as it arrives. Halo renders it on demand; nothing changes.
    ///
    /// # Errors
    /// What Halo refuses and what the network can do.
    pub async fn pdf(&self, id: impl Into<InvoiceId>) -> Result<psa_http::Download> {
        let call = self.halo.http().call(&PDF).path("id", id.into());
        call.header(http::header::ACCEPT, http::HeaderValue::from_static("application/pdf"))
            .download()
            .await?
            .not_a_web_page()
    }

    /// Changes lines where they are, each by its `id`; other lines stay.
    ///
    /// # Errors
    /// What Halo refuses and what the network can do.
    pub async fn update_lines(&self, lines: &[serde_json::Value]) -> Result<()> {
        self.halo.http().call(&UPDATE_LINES).json(&lines).send().await.map(drop)
    }
}

setters! { RecurringInvoice {
    /// The client.
    client: ClientId => "client_id";
    /// The reference.
    reference: String => "reference";
} }

impl WriteRequest<RecurringInvoice> {
    /// Adds a line to those that are there.
    pub fn add_line(self, line: serde_json::Value) -> Self {
        self.add_to("add_lines", line)
    }
}

static PROCESS: Operation = Operation::post("halo.recurring_invoices.process", "/RecurringInvoice/process");

static UPDATE_RECURRING_LINES: Operation =
    Operation::post("halo.recurring_invoices.update_lines", "/RecurringInvoice/updatelines");

impl Collection<RecurringInvoice> {
    /// Changes lines where they are, each by its `id`; other lines stay.
    ///
    /// # Errors
    /// What Halo refuses and what the network can do.
    pub async fn update_lines(&self, lines: &[serde_json::Value]) -> Result<()> {
        self.halo.http().call(&UPDATE_RECURRING_LINES).json(&lines).send().await.map(drop)
    }

    /// Makes the invoices that are due from these now.
    ///
    /// # Errors
    /// What Halo refuses and what the network can do. With [`Phase::MaybeSent`](psa_core::Phase::MaybeSent) look at the
    /// invoices before you repeat it.
    pub async fn process(&self, ids: &[InvoiceId]) -> Result<()> {
        self.halo.http().call(&PROCESS).json(&ids).send().await.map(drop)
    }
}
