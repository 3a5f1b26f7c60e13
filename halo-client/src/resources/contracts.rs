use chrono::{DateTime, Utc};

use super::{CustomField, WriteRequest, filters, operations, resource, setters};
use crate::ids::{ClientId, ContractId, SalesOrderId, SiteId, UserId};
use crate::list::query_date;

resource! {
    /// A contract with a client: an agreement.
    pub struct Contract {
        id: key(ContractId);
        client_id: id(ClientId);
        client_name: text;
        r#ref: text;
        refextra: text;
        start_date: date;
        end_date: date;
        started: flag;
        expired: flag;
        numberofunitsfree: num;
        billingperiod: int;
        billingdescription: text;
        subtype: int;
        status: int;
        site_id: id(SiteId);
        site_name: text;
        user_id: id(UserId);
        user_name: text;
        sla_id: int;
        periodicinvoicenextdate: date;
        next_invoice_date: date;
        periodchargeamount: num;
        note: text;
        asset_value: num;
        refextra2: text;
        contract_status: text;
        asset_sequence: int;
        next_call_date: date;
        accounts_override_mailbox: int;
        r#use: text;
        key: int;
        table: int;
        last_modified: date;
        asset_end_date: date;
        contracttype: int;
        contracttype_name: text;
        prepayrecurringchargebp: int;
        force_recalculation: flag;
        cost_calculation: text;
        active: flag;
        sent_to_oracle: flag;
        customfields: list(CustomField);
        createdby_id: int;
        createdby_name: text;
        billingcategory: int;
        new_external_link: json;
        contract_contact_id: int;
        item_desc: text;
        main_site: int;
        sla_name: text;
        startbalance: num;
        paymentscheme: int;
        chargehoursperperiod: num;
        chargerollover: flag;
        outofhoursmultiplier: num;
        requestminimum: num;
        invoiceminimum: num;
        allowfixedprice: flag;
        allowpyg: flag;
        allowprepay: flag;
        chargeperdevice: flag;
        prepayrecurringcharge: num;
        chargeprepaytravel: flag;
        chargeprepaymileage: flag;
        chargepygtravel: flag;
        chargepygmileage: flag;
        onlybillatendofperiod: flag;
        unmatchedcombinations: int;
        termmonths: int;
        percentageincrease: num;
        nextincrementdate: date;
        datereceived: date;
        invoicedescription: text;
        datesent: date;
        paymentmethod: int;
        dontsendalarm: flag;
        createdfrom_id: int;
        costperperiod: num;
        rollingcontract: flag;
        previouscontract: int;
        dontinvoice: flag;
        ohid: int;
        emailaddresses: text;
        scheduleemails: text;
        schedulesendaccountmanager: flag;
        accountsdesc: text;
        hasactions: flag;
        billingperiods: int;
        assets: json;
        users: json;
        periods: json;
        surchargeid: int;
        chargerate_method: int;
        overriding_rates: json;
        chargerates: json;
        billing_description_string: text;
        billing_period_string: text;
        dontchargeforitems: flag;
        custombuttons: json;
        printhtml: text;
        pdf_attachment_id: int;
        pdftemplate_id: int;
        pdftemplate_name: text;
        schedule: json;
        scheduleplan: json;
        autotaskid: int;
        import_user: text;
        salesorder_id: id(SalesOrderId);
        salesorder_line_id: int;
        endtype: int;
        new_invoice_start_date: date;
        new_invoice_end_date: date;
        chargeratemultiplier: num;
        warning = "_warning": text;
        contract_prepaytotal: num;
        contract_prepayused: num;
        contract_prepaybalance: num;
        contract_prepayhistory: json;
        contract_periods: json;
        contract_prepayasamount: flag;
        prepay_periods: json;
        prepayrecurringchargenextdate: date;
        prepayrecurringhours: num;
        billforrecurringprepayamount: flag;
        prepayrecurringminimumdeduction: num;
        prepayrecurringminimumdeductiononlyactive: flag;
        prepayrecurringautomaticdeduction: num;
        iscontractdetails: flag;
        labournominalcodeoverride: text;
        labournominalcodeoverride_name: text;
        prepayrecurringexpirymonths: int;
        contracts: json;
        sites: json;
        emailaddress_to: text;
        emailaddress_cc: text;
        use_cost_calculation: flag;
        attachments: json;
        billingplans: json;
        send_to_oracle: flag;
        oracle_invoice_id: int;
        datesent_to_oracle: date;
        prepay_itemid: int;
        prepay_itemname: text;
        created_from_order: int;
        autotopupthreshhold: num;
        autotopuptoamount: num;
        autotopupcostperhour: num;
        autotopupbyamount: num;
        extratabs: json;
        approvername: text;
        approveremailaddress: text;
        signature: text;
        can_approve: flag;
        portal_display_type: int;
        contractapprovalfields: json;
    }
}

operations!(Contract: "contracts", "/ClientContract", items "contracts", paged true, key |c| c.id.key(), can [get, create, update, delete]);

filters! { Contract {
    /// Inactive ones too.
    include_inactive: bool => "includeinactive";
    /// Of this client.
    client: ClientId => "client_id";
    /// Of this site.
    site: SiteId => "site_id";
    /// Text in the usual places.
    search: String => "search";
} }

setters! { Contract {
    /// The reference.
    reference: String => "ref";
    /// The client.
    client: ClientId => "client_id";
    /// Free notes.
    note: String => "note";
} }

impl WriteRequest<Contract> {
    /// When it starts and ends.
    pub fn runs(self, from: DateTime<Utc>, until: DateTime<Utc>) -> Self {
        self.set("start_date", query_date(from)).set("end_date", query_date(until))
    }
}
