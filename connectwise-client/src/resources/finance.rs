use super::Operation;
use psa_core::Result;

use super::{Collection, CustomFieldValue, Info, Reference, operations, resource, setters};
use crate::ids::{AdditionId, AgreementId, AgreementTypeId, CompanyId, ContactId, InvoiceId};

resource! {
    /// An invoice. Amounts are JSON numbers: round them to the currency before adding many up.
    pub struct Invoice {
        id: key(InvoiceId);
        invoice_number: text;
        r#type: text;
        status: object(Reference);
        company: object(Reference);
        bill_to_company: object(Reference);
        ship_to_company: object(Reference);
        account_number: text;
        apply_to_type: text;
        apply_to_id: int;
        attention: text;
        ship_to_attention: text;
        billing_site: object(Reference);
        billing_site_address_line1: text;
        billing_site_address_line2: text;
        billing_site_city: text;
        billing_site_state: text;
        billing_site_zip: text;
        billing_site_country: text;
        shipping_site: object(Reference);
        shipping_site_address_line1: text;
        shipping_site_address_line2: text;
        shipping_site_city: text;
        shipping_site_state: text;
        shipping_site_zip: text;
        shipping_site_country: text;
        billing_terms: object(Reference);
        reference: text;
        customer_po = "customerPO": text;
        template_setup_id: int;
        invoice_template: object(Reference);
        email_template_id: int;
        add_to_batch_email_list: flag;
        date: date;
        restrict_downpayment_flag: flag;
        location_id: int;
        location: object(Reference);
        department_id: int;
        department: object(Reference);
        territory_id: int;
        territory: object(Reference);
        top_comment: text;
        bottom_comment: text;
        taxable_flag: flag;
        tax_code: object(Reference);
        internal_notes: text;
        downpayment_previously_taxed_flag: flag;
        service_total: num;
        override_down_payment_amount_flag: flag;
        currency: object(Reference);
        due_date: date;
        expense_total: num;
        product_total: num;
        previous_progress_applied: num;
        service_adjustment_amount: num;
        agreement_amount: num;
        downpayment_applied: num;
        subtotal: num;
        total: num;
        remaining_downpayment: num;
        sales_tax: num;
        adjustment_reason: text;
        adjusted_by: text;
        closed_by: text;
        payments: num;
        credits: num;
        balance: num;
        special_invoice_flag: flag;
        billing_setup_reference: object(Reference);
        ticket: object(Reference);
        project: object(Reference);
        phase: object(Reference);
        sales_order: object(Reference);
        agreement: object(Reference);
        gl_batch: object(Reference);
        unbatched_batch: object(Reference);
        info = "_info": object(Info);
        custom_fields: list(CustomFieldValue);
    }
}

resource! {
    /// An agreement with a company.
    pub struct Agreement {
        id: key(AgreementId);
        name: text;
        r#type: object(Reference);
        company: object(Reference);
        contact: object(Reference);
        site: object(Reference);
        sub_contract_company: object(Reference);
        sub_contract_contact: object(Reference);
        parent_agreement: object(Reference);
        customer_po = "customerPO": text;
        location: object(Reference);
        department: object(Reference);
        restrict_location_flag: flag;
        restrict_department_flag: flag;
        start_date: date;
        end_date: date;
        no_ending_date_flag: flag;
        opportunity: object(Reference);
        cancelled_flag: flag;
        date_cancelled: date;
        reason_cancelled: text;
        sla: object(Reference);
        work_order: text;
        internal_notes: text;
        application_units: text;
        application_limit: num;
        application_cycle: text;
        application_unlimited_flag: flag;
        one_time_flag: flag;
        cover_agreement_time: flag;
        cover_agreement_product: flag;
        cover_agreement_expense: flag;
        cover_sales_tax: flag;
        carry_over_unused: flag;
        allow_overruns: flag;
        expired_days: int;
        limit: int;
        expire_when_zero: flag;
        charge_to_firm: flag;
        employee_comp_rate: text;
        employee_comp_not_exceed: text;
        comp_hourly_rate: num;
        comp_limit_amount: num;
        billing_cycle: object(Reference);
        bill_one_time_flag: flag;
        billing_terms: object(Reference);
        invoicing_cycle: text;
        bill_to_company: object(Reference);
        bill_to_contact: object(Reference);
        bill_to_site: object(Reference);
        bill_amount: num;
        taxable: flag;
        prorate_first_bill: num;
        bill_start_date: date;
        tax_code: object(Reference);
        restrict_down_payment: flag;
        prorate_flag: flag;
        invoice_prorated_additions_flag: flag;
        invoice_description: text;
        top_comment: flag;
        bottom_comment: flag;
        work_role: object(Reference);
        work_type: object(Reference);
        project_type: object(Reference);
        invoice_template: object(Reference);
        bill_time: text;
        bill_expenses: text;
        bill_products: text;
        billable_time_invoice: flag;
        billable_expense_invoice: flag;
        billable_product_invoice: flag;
        currency: object(Reference);
        period_type: text;
        auto_invoice_flag: flag;
        next_invoice_date: text;
        company_location: object(Reference);
        ship_to_company: object(Reference);
        ship_to_contact: object(Reference);
        ship_to_site: object(Reference);
        agreement_status: text;
        info = "_info": object(Info);
        custom_fields: list(CustomFieldValue);
    }
}

resource! {
    /// Something that an agreement adds to each bill.
    pub struct Addition {
        id: key(AdditionId);
        product: object(Reference);
        quantity: num;
        less_included: num;
        unit_price: num;
        unit_cost: num;
        bill_customer: text;
        effective_date: date;
        cancelled_date: date;
        taxable_flag: flag;
        serial_number: text;
        invoice_description: text;
        purchase_item_flag: flag;
        special_order_flag: flag;
        agreement_id: int;
        description: text;
        billed_quantity: num;
        uom: text;
        ext_price: num;
        ext_cost: num;
        sequence_number: num;
        margin: num;
        prorate_cost: num;
        prorate_price: num;
        extended_prorate_cost: num;
        extended_prorate_price: num;
        prorate_current_period_flag: flag;
        opportunity: object(Reference);
        agreement_status: text;
        invoice_grouping: object(Reference);
        info = "_info": object(Info);
        custom_fields: list(CustomFieldValue);
    }
}

resource! {
    /// A type of agreements.
    pub struct AgreementType {
        id: key(AgreementTypeId);
        name: text;
        prefix_suffix_option: text;
        default_flag: flag;
        inactive_flag: flag;
        pre_payment_flag: flag;
        invoice_pre_suffix: text;
        location: object(Reference);
        department: object(Reference);
        restrict_location_flag: flag;
        restrict_department_flag: flag;
        sla: object(Reference);
        application_units: text;
        application_limit: num;
        application_cycle: text;
        application_unlimited_flag: flag;
        one_time_flag: flag;
        cover_agreement_time_flag: flag;
        cover_agreement_product_flag: flag;
        cover_agreement_expense_flag: flag;
        cover_sales_tax_flag: flag;
        carry_over_unused_flag: flag;
        allow_overruns_flag: flag;
        expired_days: int;
        limit: int;
        expire_when_zero: flag;
        charge_to_firm_flag: flag;
        employee_comp_rate: text;
        employee_comp_not_exceed: text;
        comp_hourly_rate: num;
        comp_limit_amount: num;
        billing_cycle: object(Reference);
        bill_one_time_flag: flag;
        billing_terms: object(Reference);
        invoicing_cycle: text;
        bill_amount: num;
        taxable_flag: flag;
        restrict_down_payment_flag: flag;
        invoice_description: text;
        top_comment_flag: flag;
        bottom_comment_flag: flag;
        work_role: object(Reference);
        work_type: object(Reference);
        project_type: object(Reference);
        invoice_template: object(Reference);
        bill_time: text;
        bill_expenses: text;
        bill_products: text;
        billable_time_invoice_flag: flag;
        billable_expense_invoice_flag: flag;
        billable_product_invoice_flag: flag;
        copy_work_roles_flag: flag;
        copy_work_types_flag: flag;
        exclusion_work_role_ids: json;
        add_all_work_role_exclusions: flag;
        remove_all_work_role_exclusions: flag;
        exclusion_work_type_ids: json;
        add_all_work_type_exclusions: flag;
        remove_all_work_type_exclusions: flag;
        integration_x_ref: text;
        prorate_flag: flag;
        email_template: object(Reference);
        auto_invoice_flag: flag;
        invoice_prorated_additions_flag: flag;
        info = "_info": object(Info);
        connect_wise_id: text;
    }
}

operations!(Invoice: "invoices", "/finance/invoices", write delete, read_only ["subtotal", "total", "balance", "payments", "credits", "salesTax", "serviceTotal", "expenseTotal", "productTotal", "closedBy"]);
operations!(Agreement: "agreements", "/finance/agreements", write delete, read_only ["agreementStatus", "nextInvoiceDate"]);
operations!(Addition: "additions", "/finance/agreements/{parent}/additions", write delete, read_only ["agreementId", "billedQuantity", "extPrice", "extCost", "margin"]);
operations!(AgreementType: "agreement_types", "/finance/agreements/types", write delete);

setters! { Agreement {
    /// The name.
    name: String => "name";
    /// The type.
    kind: AgreementTypeId => ref "type";
    /// The company.
    company: CompanyId => ref "company";
    /// The contact.
    contact: ContactId => ref "contact";
    /// What each period costs.
    bill_amount: f64 => "billAmount";
} }

static PDF: Operation = Operation::get("connectwise.invoices.pdf", "/finance/invoices/{id}/pdf");

impl Collection<Agreement> {
    /// What an agreement adds to each bill.
    pub fn additions(&self, agreement: impl Into<AgreementId>) -> Collection<Addition> {
        self.below(agreement.into().0)
    }
}

impl Collection<Invoice> {
    /// The invoice as a PDF, as it arrives.
    ///
    /// # Errors
    /// What ConnectWise refuses and what the network can do.
    pub async fn pdf(&self, id: impl Into<InvoiceId>) -> Result<psa_http::Download> {
        let call = self.cw.http().call(&PDF).path("id", id.into());
        call.header(http::header::ACCEPT, http::HeaderValue::from_static("application/pdf")).download().await
    }
}
