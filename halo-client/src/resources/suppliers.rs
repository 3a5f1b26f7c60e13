use super::{CustomField, filters, operations, resource, setters};
use crate::ids::SupplierId;

resource! {
    /// A supplier.
    pub struct Supplier {
        id: key(SupplierId);
        name: text;
        toplevel_id: int;
        toplevel_name: text;
        contact_name: text;
        email_address: text;
        support_email_address: text;
        phone_number: text;
        inactive: flag;
        emailtemplate_id: int;
        default_contract_id: int;
        default_contract_sla_id: int;
        thirdpartynhdapiurl: text;
        customfields: list(CustomField);
        custombuttons: json;
        contract_count: int;
        datecreated: date;
        phone_number_2: text;
        phone_number_3: text;
        notes: text;
        address: text;
        switchslatosupplier: flag;
        emailoverduefixby: flag;
        emailoverdueresponse: flag;
        webserviceurl: text;
        emailtemplate_name: text;
        accounts_id: text;
        portal_url: text;
        portal_ref: text;
        portal_username: text;
        contact_title: text;
        fax: text;
        email_start_tag: text;
        email_end_tag: text;
        usesnhd: flag;
        nhdurl: text;
        nhdemailaddress: text;
        parentid: int;
        emaildomain: text;
        users: json;
        allow_api_access: flag;
        api_access_clientid: text;
        thirdpartynhdauthurl: text;
        thirdpartynhdtenant: text;
        thirdpartynhdapiclientid: text;
        kashflowid: int;
        details_id: int;
        kashflow_tenant_id: int;
        kashflow_tenant_name: text;
        xero_tenant_id: text;
        xero_tenant_name: text;
        xero_id: text;
        is_xero_archived: flag;
        qbo_company_name: text;
        warning = "_warning": text;
        issupplierdetails: flag;
        jira_url: text;
        jira_username: text;
        new_jirakey: text;
        test_jira: flag;
        jira_servicedesk_id: text;
        jira_servicedesk_name: text;
        jira_servicedesk: json;
        jira_requesttype_mappings: json;
        jira_user_id: text;
        jira_user_name: text;
        jira_user: json;
        jira_priority_mappings: json;
        jira_status_mappings: json;
        create_jira_webhook: flag;
        jira_webhook_created: flag;
        synced_to_intacct: flag;
        intacct_location_id: text;
        intacct_location_id_list: json;
        intacct_location_type: text;
        intacct_save_location: text;
        default_currency_code_name: text;
        ignore_from_accounting_sync: flag;
        intacct_default_save_loc: text;
        access_control: json;
        access_control_level: int;
        new_icon: text;
        servicenow_url: text;
        servicenow_locale: text;
        servicenow_username: text;
        new_servicenowkey: text;
        servicenow_priority_mappings: json;
        servicenow_status_mappings: json;
        servicenow_impact_mappings: json;
        servicenow_urgency_mappings: json;
        servicenow_category_mappings: json;
        servicenow_assignment_group: text;
        servicenow_assignment_group_name: text;
        servicenow_assignmentgroup: json;
        servicenow_defaultuser_id: text;
        servicenow_defaultuser_name: text;
        servicenow_defaultuser: json;
        test_servicenow: flag;
        myob_tenant: int;
        myob_tenant_name: text;
        external_links: json;
        new_external_link: json;
        purchase_tax_code: int;
        purchase_tax_code_name: text;
        sync_servicenow_attachments: int;
        last_modified: date;
        servicenow_team_mappings: json;
        servicenow_ticket_sync: text;
        servicenow_ticket_sync_list: json;
        servicenow_fieldmappings: json;
        jira_webhook_user: int;
        jira_webhook_username: text;
        supplier_invoice_due_date_extra_days: int;
        is_supplier: flag;
        is_manufacturer: flag;
        servicenow_authtype: int;
        r#use: text;
        logo: text;
        qbo_company_id: text;
        jira_validated: flag;
        default_currency_code: int;
        supplier_mailbox_override: int;
        supplier_mailbox_address: text;
        servicenow_validated: flag;
        messagegroup_id: int;
        website: text;
        mobile: text;
    }
}

operations!(Supplier: "suppliers", "/Supplier", items "suppliers", paged true, key |s| s.id.key(), can [get, create, update, delete]);

filters! { Supplier {
    /// Inactive ones too.
    include_inactive: bool => "includeinactive";
    /// Text in the usual places.
    search: String => "search";
} }

setters! { Supplier {
    /// The name.
    name: String => "name";
    /// Whether it is switched off.
    inactive: bool => "inactive";
    /// Free notes.
    notes: String => "notes";
} }
