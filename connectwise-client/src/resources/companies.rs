use super::Operation;
use psa_core::Result;
use serde_json::json;

use super::{Collection, CustomFieldValue, Info, Reference, WriteRequest, operations, resource, setters};
use crate::ids::{CompanyId, CompanyNoteId, CompanyStatusId, CompanyTypeId, SiteId, TypeAssociationId};

resource! {
    /// A company: a customer, a vendor, a prospect. Deleted ones stay, with `deleted_flag`.
    pub struct Company {
        id: key(CompanyId);
        identifier: text;
        name: text;
        status: object(Reference);
        address_line1: text;
        address_line2: text;
        city: text;
        state: text;
        zip: text;
        country: object(Reference);
        phone_number: text;
        fax_number: text;
        website: text;
        territory: object(Reference);
        market: object(Reference);
        account_number: text;
        default_contact: object(Reference);
        date_acquired: date;
        sic_code: object(Reference);
        parent_company: object(Reference);
        annual_revenue: num;
        number_of_employees: int;
        year_established: int;
        revenue_year: int;
        ownership_type: object(Reference);
        time_zone_setup: object(Reference);
        lead_source: text;
        lead_flag: flag;
        unsubscribe_flag: flag;
        calendar: object(Reference);
        user_defined_field1: text;
        user_defined_field2: text;
        user_defined_field3: text;
        user_defined_field4: text;
        user_defined_field5: text;
        user_defined_field6: text;
        user_defined_field7: text;
        user_defined_field8: text;
        user_defined_field9: text;
        user_defined_field10: text;
        vendor_identifier: text;
        tax_identifier: text;
        tax_code: object(Reference);
        billing_terms: object(Reference);
        invoice_template: object(Reference);
        pricing_schedule: object(Reference);
        company_entity_type: object(Reference);
        bill_to_company: object(Reference);
        billing_site: object(Reference);
        billing_contact: object(Reference);
        invoice_delivery_method: object(Reference);
        invoice_to_email_address: text;
        invoice_cc_email_address = "invoiceCCEmailAddress": text;
        deleted_flag: flag;
        date_deleted: date;
        deleted_by: text;
        mobile_guid: text;
        facebook_url: text;
        twitter_url: text;
        linked_in_url: text;
        currency: object(Reference);
        territory_manager: object(Reference);
        reseller_identifier: text;
        is_vendor_flag: flag;
        types: list(Reference);
        site: object(Reference);
        integrator_tags: json;
        info = "_info": object(Info);
        custom_fields: list(CustomFieldValue);
        additional_debt: num;
        credit_limit: num;
        email_template: json;
    }
}

resource! {
    /// A location of a company.
    pub struct Site {
        id: key(SiteId);
        name: text;
        address_line1: text;
        address_line2: text;
        city: text;
        state_reference: object(Reference);
        zip: text;
        country: object(Reference);
        address_format: text;
        phone_number: text;
        phone_number_ext: text;
        fax_number: text;
        tax_code: object(Reference);
        entity_type: object(Reference);
        expense_reimbursement: num;
        primary_address_flag: flag;
        default_shipping_flag: flag;
        default_billing_flag: flag;
        default_mailing_flag: flag;
        inactive_flag: flag;
        bill_separate_flag: flag;
        mobile_guid: text;
        calendar: object(Reference);
        time_zone: object(Reference);
        company: object(Reference);
        info = "_info": object(Info);
        custom_fields: list(CustomFieldValue);
    }
}

resource! {
    /// A status of companies.
    pub struct CompanyStatus {
        id: key(CompanyStatusId);
        name: text;
        default_flag: flag;
        inactive_flag: flag;
        notify_flag: flag;
        disallow_saving_flag: flag;
        notification_message: text;
        custom_note_flag: flag;
        cancel_open_tracks_flag: flag;
        track: object(Reference);
        info = "_info": object(Info);
        connect_wise_id: text;
    }
}

resource! {
    /// A type of companies.
    pub struct CompanyType {
        id: key(CompanyTypeId);
        name: text;
        default_flag: flag;
        vendor_flag: flag;
        service_alert_flag: flag;
        service_alert_message: text;
        info = "_info": object(Info);
        connect_wise_id: text;
    }
}

resource! {
    /// A note on a company.
    pub struct CompanyNote {
        id: key(CompanyNoteId);
        text: text;
        r#type: object(Reference);
        flagged: flag;
        entered_by: text;
        company: object(Reference);
        info = "_info": object(Info);
    }
}

resource! {
    /// That a company is of a type.
    pub struct CompanyTypeAssociation {
        id: key(TypeAssociationId);
        r#type: object(Reference);
        company: object(Reference);
        info = "_info": object(Info);
    }
}

operations!(Company: "companies", "/company/companies", write delete, patch_with custom_fields, read_only ["deletedFlag", "dateDeleted", "deletedBy"]);
operations!(Site: "sites", "/company/companies/{parent}/sites", write delete);
operations!(CompanyStatus: "company_statuses", "/company/companies/statuses", write delete);
operations!(CompanyType: "company_types", "/company/companies/types", write delete);
operations!(CompanyNote: "company_notes", "/company/companies/{parent}/notes", write delete);
operations!(CompanyTypeAssociation: "company_type_associations", "/company/companies/{parent}/typeAssociations", write delete);

setters! { Company {
    /// The short, unique name: 30 characters at most.
    identifier: String => "identifier";
    /// The name.
    name: String => "name";
    /// The status.
    status: CompanyStatusId => ref "status";
    /// Main telephone number.
    phone: String => "phoneNumber";
    /// Web site.
    website: String => "website";
    /// First line of the address. A new company needs one member of an address.
    address_line_1: String => "addressLine1";
    /// City.
    city: String => "city";
    /// Post code.
    zip: String => "zip";
} }

setters! { Site {
    /// The name.
    name: String => "name";
    /// First line of the address.
    address_line_1: String => "addressLine1";
    /// City.
    city: String => "city";
    /// Post code.
    zip: String => "zip";
    /// Telephone number.
    phone: String => "phoneNumber";
    /// Whether it is switched off.
    inactive: bool => "inactiveFlag";
} }

static MERGE: Operation = Operation::post("connectwise.companies.merge", "/company/companies/{id}/merge");

impl Collection<Company> {
    /// The sites of a company.
    pub fn sites(&self, company: impl Into<CompanyId>) -> Collection<Site> {
        self.below(company.into().0)
    }

    /// The notes on a company.
    pub fn notes(&self, company: impl Into<CompanyId>) -> Collection<CompanyNote> {
        self.below(company.into().0)
    }

    /// The types that a company is of.
    pub fn types(&self, company: impl Into<CompanyId>) -> Collection<CompanyTypeAssociation> {
        self.below(company.into().0)
    }

    /// Merges a company into another: what belongs to it belongs to the other one then, and it is deleted softly.
    ///
    /// # Errors
    /// What ConnectWise refuses and what the network can do.
    pub async fn merge(&self, id: impl Into<CompanyId>, into: impl Into<CompanyId>) -> Result<()> {
        let call = self.cw.http().call(&MERGE).path("id", id.into());
        call.json(&json!({"toCompanyId": into.into()})).send().await.map(drop)
    }
}

impl WriteRequest<CompanyTypeAssociation> {
    /// The type.
    pub fn of_type(self, id: impl Into<CompanyTypeId>) -> Self {
        self.reference("type", id.into().0)
    }
}
