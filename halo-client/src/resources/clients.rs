use super::{AddressStore, CustomField, filters, operations, resource, setters};
use crate::ids::{AgentId, ClientId, SiteId, UserId};

resource! {
    /// A client: a customer of the MSP.
    pub struct Client {
        id: key(ClientId);
        name: text;
        toplevel_id: int;
        toplevel_name: text;
        inactive: flag;
        colour: text;
        confirmemail: int;
        actionemail: int;
        clearemail: int;
        messagegroup_id: int;
        item_tax_code: int;
        pritech: int;
        sectech: int;
        accountmanagertech: id(AgentId);
        notes: text;
        open_ticket_count: int;
        opps_ticket_count: int;
        r#use: text;
        key: text;
        logo: text;
        xero_tenant_id: text;
        accountsid: text;
        client_to_invoice: id(ClientId);
        itglue_id: text;
        default_currency_code: int;
        azure_tenant_id: text;
        qbo_company_id: text;
        stopped: int;
        customertype: int;
        customer_relationship: json;
        r#ref: text;
        is_vip: flag;
        is_account: flag;
        taxable: flag;
        billing_plan_text: text;
        percentage_to_survey: int;
        main_site_id: id(SiteId);
        main_site_name: text;
        main_phonenumber: text;
        main_contact_id: id(UserId);
        main_contact_name: text;
        main_contact_email: text;
        website: text;
        domain: text;
        datecreated: date;
        alastupdate: date;
        accountsemailaddress: text;
        connectwiseid: int;
        hubspot_id: text;
        external_links: json;
        main_delivery_address: object(AddressStore);
        main_invoice_address: object(AddressStore);
        customfields: list(CustomField);
    }
}

operations!(Client: "clients", "/Client", items "clients", paged true, key |r| r.id.key(), can [get, create, update, delete]);

filters! { Client {
    /// Inactive ones too.
    include_inactive: bool => "includeinactive";
    /// Text in the usual places.
    search: String => "search";
    /// Of this top level, by its id.
    top_level: i64 => "toplevel_id";
} }

setters! { Client {
    /// The name.
    name: String => "name";
    /// Whether it is switched off.
    inactive: bool => "inactive";
    /// Web site.
    website: String => "website";
    /// Free notes.
    notes: String => "notes";
    /// The name of the first site of a new client.
    new_site_name: String => "newclient_sitename";
} }
