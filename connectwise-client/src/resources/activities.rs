use super::{CustomFieldValue, Info, Reference, operations, resource, setters};
use crate::ids::{ActivityId, ActivityStatusId, ActivityTypeId, CompanyId, MemberId};

resource! {
    /// An activity: a call, a visit, a task of sales.
    pub struct Activity {
        id: key(ActivityId);
        name: text;
        r#type: object(Reference);
        company: object(Reference);
        contact: object(Reference);
        phone_number: text;
        email: text;
        status: object(Reference);
        opportunity: object(Reference);
        ticket: object(Reference);
        agreement: object(Reference);
        campaign: object(Reference);
        notes: text;
        date_start: date;
        date_end: date;
        assigned_by: object(Reference);
        assign_to: object(Reference);
        schedule_status: object(Reference);
        reminder: object(Reference);
        r#where: object(Reference);
        notify_flag: flag;
        mobile_guid: text;
        currency: object(Reference);
        info = "_info": object(Info);
        custom_fields: list(CustomFieldValue);
    }
}

resource! {
    /// A status of activities.
    pub struct ActivityStatus {
        id: key(ActivityStatusId);
        name: text;
        default_flag: flag;
        inactive_flag: flag;
        spawn_followup_flag: flag;
        closed_flag: flag;
        info = "_info": object(Info);
        connect_wise_id: text;
    }
}

resource! {
    /// A type of activities.
    pub struct ActivityType {
        id: key(ActivityTypeId);
        name: text;
        points: int;
        default_flag: flag;
        inactive_flag: flag;
        email_flag: flag;
        memo_flag: flag;
        history_flag: flag;
        info = "_info": object(Info);
        connect_wise_id: text;
    }
}

operations!(Activity: "activities", "/sales/activities", write delete, read_only ["mobileGuid"], quiet ["notifyFlag"]);
operations!(ActivityStatus: "activity_statuses", "/sales/activities/statuses", write delete);
operations!(ActivityType: "activity_types", "/sales/activities/types", write delete);

setters! { Activity {
    /// One line.
    name: String => "name";
    /// Who is to do it; mandatory.
    assign_to: MemberId => ref "assignTo";
    /// The company.
    company: CompanyId => ref "company";
    /// What is to be done.
    notes: String => "notes";
} }
