use super::{CustomFieldValue, Info, Reference, WriteRequest, operations, resource, setters};
use crate::ids::{ChargeCodeId, MemberId, TicketId, TimeEntryId, WorkRoleId, WorkTypeId};

resource! {
    /// Hours that a member worked.
    pub struct TimeEntry {
        id: key(TimeEntryId);
        company: object(Reference);
        company_type: text;
        charge_to_id: int;
        charge_to_type: text;
        member: object(Reference);
        location_id: int;
        business_unit_id: int;
        business_group_desc: text;
        location: object(Reference);
        department: object(Reference);
        work_type: object(Reference);
        work_role: object(Reference);
        agreement: object(Reference);
        agreement_type: text;
        activity: object(Reference);
        opportunity_recid: int;
        project_activity: text;
        territory: text;
        time_start: date;
        time_end: date;
        hours_deduct: num;
        actual_hours: num;
        billable_option: text;
        notes: text;
        internal_notes: text;
        add_to_detail_description_flag: flag;
        add_to_internal_analysis_flag: flag;
        add_to_resolution_flag: flag;
        email_resource_flag: flag;
        email_contact_flag: flag;
        email_cc_flag: flag;
        email_cc: text;
        hours_billed: num;
        invoice_hours: num;
        hourly_cost: text;
        entered_by: text;
        date_entered: date;
        invoice: object(Reference);
        mobile_guid: text;
        hourly_rate: num;
        overage_rate: num;
        agreement_hours: num;
        agreement_amount: num;
        agreement_adjustment: num;
        adjustment: num;
        invoice_ready: int;
        time_sheet: object(Reference);
        status: text;
        ticket: object(Reference);
        project: object(Reference);
        phase: object(Reference);
        ticket_board: text;
        ticket_status: text;
        ticket_type: text;
        ticket_sub_type: text;
        invoice_flag: flag;
        extended_invoice_amount: num;
        location_name: text;
        tax_code: object(Reference);
        info = "_info": object(Info);
        custom_fields: list(CustomFieldValue);
    }
}

resource! {
    /// A type of work: it decides what is billed.
    pub struct WorkType {
        id: key(WorkTypeId);
        name: text;
        bill_time: text;
        rate_type: text;
        rate: num;
        hours_min: num;
        hours_max: num;
        round_bill_hours_to: num;
        accrual_type: text;
        inactive_flag: flag;
        overall_default_flag: flag;
        activity_default_flag: flag;
        utilization_flag: flag;
        cost_multiplier: num;
        integration_x_ref: text;
        add_all_agreement_exclusions: flag;
        info = "_info": object(Info);
        connect_wise_id: text;
    }
}

resource! {
    /// A role in which work is done.
    pub struct WorkRole {
        id: key(WorkRoleId);
        name: text;
        hourly_rate: num;
        integration_xref: text;
        inactive_flag: flag;
        add_all_locations: flag;
        remove_all_locations: flag;
        add_all_agreement_exclusions: flag;
        location_ids: json;
        info = "_info": object(Info);
        connect_wise_id: text;
    }
}

resource! {
    /// A code for time that no ticket is charged with.
    pub struct ChargeCode {
        id: key(ChargeCodeId);
        name: text;
        company: object(Reference);
        location: object(Reference);
        department: object(Reference);
        bill_time: text;
        expense_entry_flag: flag;
        allow_all_expense_type_flag: flag;
        time_entry_flag: flag;
        work_type: object(Reference);
        work_role: object(Reference);
        integration_xref: text;
        expense_type_ids: json;
        info = "_info": object(Info);
        connect_wise_id: text;
    }
}

operations!(TimeEntry: "time_entries", "/time/entries", write delete, read_only ["status", "hoursBilled", "invoiceHours", "hourlyCost", "enteredBy", "dateEntered", "invoice", "mobileGuid", "agreementHours", "agreementAmount", "timeSheet", "ticket", "project", "phase", "ticketBoard", "ticketStatus", "ticketType", "ticketSubType", "invoiceFlag", "extendedInvoiceAmount", "locationName"], quiet ["emailResourceFlag", "emailContactFlag", "emailCcFlag"]);
operations!(WorkType: "work_types", "/time/workTypes", write delete);
operations!(WorkRole: "work_roles", "/time/workRoles", write delete);
operations!(ChargeCode: "charge_codes", "/time/chargeCodes", write delete);

setters! { TimeEntry {
    /// What is charged, by its id; see [`charge_to_type`](Self::charge_to_type).
    charge_to_id: i64 => "chargeToId";
    /// What kind that is: `ServiceTicket`, `ProjectTicket`, `Activity`, `ChargeCode`, `Company`.
    charge_to_type: String => "chargeToType";
    /// Who worked.
    member: MemberId => ref "member";
    /// Hours. ConnectWise wants the start all the same: see [`worked`](Self::worked), or `set("timeStart", …)`.
    hours: f64 => "actualHours";
    /// Hours not to count.
    deducted: f64 => "hoursDeduct";
    /// `Billable`, `DoNotBill`, `NoCharge`, `NoDefault`. Some servers refuse an update without it.
    billable: String => "billableOption";
    /// The type of work.
    work_type: WorkTypeId => ref "workType";
    /// The role.
    work_role: WorkRoleId => ref "workRole";
    /// What was done; the customer may see it.
    notes: String => "notes";
    /// What was done, for the MSP only.
    internal_notes: String => "internalNotes";
} }

impl WriteRequest<TimeEntry> {
    /// Charges a service ticket.
    pub fn on_ticket(self, ticket: impl Into<TicketId>) -> Self {
        self.charge_to_id(ticket.into().0).charge_to_type("ServiceTicket")
    }

    /// When the work started and ended.
    pub fn worked(self, from: chrono::DateTime<chrono::Utc>, until: chrono::DateTime<chrono::Utc>) -> Self {
        self.set("timeStart", from).set("timeEnd", until)
    }
}
