use super::{Info, Reference, WriteRequest, operations, resource, setters};
use crate::ids::{MemberId, ScheduleEntryId, ScheduleStatusId, ScheduleTypeId};

resource! {
    /// Booked time of a member; how a ticket is assigned.
    pub struct ScheduleEntry {
        id: key(ScheduleEntryId);
        object_id: int;
        name: text;
        member: object(Reference);
        r#where: object(Reference);
        date_start: date;
        date_end: date;
        reminder: object(Reference);
        status: object(Reference);
        r#type: object(Reference);
        span: object(Reference);
        done_flag: flag;
        acknowledged_flag: flag;
        owner_flag: flag;
        meeting_flag: flag;
        allow_schedule_conflicts_flag: flag;
        add_member_to_project_flag: flag;
        project_role_id: int;
        mobile_guid: text;
        acknowledged_date: date;
        close_date: date;
        notify_resource: flag;
        notification_sent: flag;
        notification_response: text;
        hours: num;
        start_time_set: flag;
        end_time_set: flag;
        info = "_info": object(Info);
        ticket_type: text;
    }
}

resource! {
    /// What a schedule entry is for, with its one letter.
    pub struct ScheduleType {
        id: key(ScheduleTypeId);
        name: text;
        identifier: text;
        charge_code: object(Reference);
        r#where: object(Reference);
        system_flag: flag;
        info = "_info": object(Info);
        connect_wise_id: text;
    }
}

resource! {
    /// A status of schedule entries.
    pub struct ScheduleStatus {
        id: key(ScheduleStatusId);
        name: text;
        default_flag: flag;
        show_as_tentative_flag: flag;
        info = "_info": object(Info);
        connect_wise_id: text;
    }
}

operations!(ScheduleEntry: "schedule_entries", "/schedule/entries", write delete, read_only ["mobileGuid", "ticketType", "notificationSent", "notificationResponse", "acknowledgedDate"], quiet ["notifyResource"]);
operations!(ScheduleType: "schedule_types", "/schedule/types", write delete);
operations!(ScheduleStatus: "schedule_statuses", "/schedule/statuses", write delete);

setters! { ScheduleEntry {
    /// What it is for, by its id.
    object: i64 => "objectId";
    /// What kind that is.
    kind: ScheduleTypeId => ref "type";
    /// Who is booked.
    member: MemberId => ref "member";
    /// One line.
    name: String => "name";
    /// Whether it is done.
    done: bool => "doneFlag";
} }

impl WriteRequest<ScheduleEntry> {
    /// When it starts and ends.
    pub fn at(self, from: chrono::DateTime<chrono::Utc>, until: chrono::DateTime<chrono::Utc>) -> Self {
        self.set("dateStart", from).set("dateEnd", until)
    }
}
