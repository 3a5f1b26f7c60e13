//! Hours and schedule, with their setup tables.

use crate::connectwise::generators as make;
use crate::connectwise::generators::listed;
use crate::connectwise::resource::Resource;
use crate::connectwise::table::{Rule, SETUP, Table, Typed, Writes, plain};

pub(super) static TABLES: &[Table] = &[
    Table {
        fields: "id:i~ company:@companies companyType:s~ chargeToId:i \
            chargeToType:e(Company|ServiceTicket|ProjectTicket|ChargeCode|Activity) member:@members \
            locationId:#locations=2 businessUnitId:#departments=10 businessGroupDesc:s~ location:@locations=2 \
            department:@departments=10 workType:@work_types=1 workRole:@work_roles=1 agreement:@agreements \
            agreementType:s~ activity:@activities~ opportunityRecid:i projectActivity:s~ territory:s~ \
            timeStart:d! timeEnd:d hoursDeduct:f=0.0 actualHours:f=0.0 \
            billableOption:e(Billable|DoNotBill|NoCharge|NoDefault)=Billable notes:s internalNotes:s \
            addToDetailDescriptionFlag:b=false addToInternalAnalysisFlag:b=false addToResolutionFlag:b=false \
            emailResourceFlag:b=false emailContactFlag:b=false emailCcFlag:b=false emailCc:s hoursBilled:f~=0.0 \
            invoiceHours:f~=0.0 hourlyCost:s~=0.00 enteredBy:s~ dateEntered:d~ invoice:@invoices~ \
            mobileGuid:g~=new hourlyRate:f=0.0 overageRate:f agreementHours:f~=0.0 agreementAmount:f~=0.0 \
            agreementAdjustment:f~=0.0 adjustment:f~=0.0 invoiceReady:i~=0 timeSheet:@time_sheets~ \
            status:e(Open|Rejected|PendingApproval|ErrorsCorrected|PendingProjectApproval|ApprovedByTierOne|RejectBySecondTier|ApprovedByTierTwo|ReadyToBill|Billed|WrittenOff|BilledAgreement)~=Open \
            ticket:@tickets~ project:@projects~ phase:@project_phases~ ticketBoard:s~ ticketStatus:s~ \
            ticketType:s~ ticketSubType:s~ invoiceFlag:b~=false extendedInvoiceAmount:f~=0.0 locationName:s~ \
            taxCode:@tax_codes customFields:o",
        count: |d| d.tickets / 2,
        make: make::time_entry,
        typed: &[Typed {
            id: "chargeToId",
            kind: "chargeToType",
            tables: &[
                ("Company", &[Resource::Companies]),
                ("ServiceTicket", &[Resource::Tickets]),
                ("ProjectTicket", &[Resource::ProjectTickets]),
                ("ChargeCode", &[Resource::ChargeCodes]),
                ("Activity", &[Resource::Activities]),
            ],
        }],
        spans: &[("timeStart", "timeEnd")],
        on_replace: &["billableOption"],
        callback: "time",
        rules: &[Rule::Author, Rule::Charge],
        ..plain("time/entries", Resource::TimeEntries, "timeEntry", "Time Entry")
    },
    Table {
        fields: "id:i~ name:s50! billTime:e(Billable|DoNotBill|NoCharge)! rateType:e(AdjAmount|Custom|Multiplier)! \
            rate:f! hoursMin:f=0.0 hoursMax:f=0.0 roundBillHoursTo:f=0.0 \
            accrualType:e(Holiday|PTO|Sick|Vacation) inactiveFlag:b=false overallDefaultFlag:b=false \
            activityDefaultFlag:b=false utilizationFlag:b=false costMultiplier:f=1.0 integrationXRef:s50 \
            addAllAgreementExclusions:b+ connectWiseId:s",
        count: |_| 3,
        make: listed![
            {"name": "Remote", "billTime": "Billable", "rateType": "Multiplier", "rate": 1.0, "overallDefaultFlag": true, "utilizationFlag": true},
            {"name": "On-site", "billTime": "Billable", "rateType": "Multiplier", "rate": 1.0, "overallDefaultFlag": false, "utilizationFlag": true},
            {"name": "Travel", "billTime": "Billable", "rateType": "Multiplier", "rate": 1.0, "overallDefaultFlag": false, "utilizationFlag": true},
        ],
        shows: &[("utilizationFlag", "utilizationFlag")],
        twin: true,
        ..plain("time/workTypes", Resource::WorkTypes, "workType", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! hourlyRate:f=0.0 integrationXref:s50 inactiveFlag:b=false addAllLocations:b+ \
            removeAllLocations:b+ addAllAgreementExclusions:b+ locationIds:o connectWiseId:s",
        count: |_| 2,
        make: listed![
            {"name": "Engineer", "hourlyRate": 100.0, "locationIds": []},
            {"name": "Senior Engineer", "hourlyRate": 140.0, "locationIds": []},
        ],
        twin: true,
        ..plain("time/workRoles", Resource::WorkRoles, "workRole", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! company:@companies location:@locations department:@departments \
            billTime:e(Billable|DoNotBill|NoCharge|NoDefault)=NoDefault expenseEntryFlag:b=false \
            allowAllExpenseTypeFlag:b=false timeEntryFlag:b=true workType:@work_types workRole:@work_roles \
            integrationXref:s50 expenseTypeIds:o connectWiseId:s",
        count: |_| 2,
        make: listed![
            {"name": "Training", "billTime": "DoNotBill", "timeEntryFlag": true, "expenseTypeIds": []},
            {"name": "Meeting", "billTime": "DoNotBill", "timeEntryFlag": true, "expenseTypeIds": []},
        ],
        twin: true,
        ..plain("time/chargeCodes", Resource::ChargeCodes, "chargeCode", SETUP)
    },
    Table {
        fields: "id:i~ member:@members year:i period:i dateStart:d dateEnd:d \
            status:e(Open|Rejected|PendingApproval|ErrorsCorrected|PendingProjectApproval|ApprovedByTierOne|RejectBySecondTier|ApprovedByTierTwo|ReadyToBill|Billed|WrittenOff|BilledAgreement)=Open \
            hours:f=0.0 deadline:d",
        count: |_| 1,
        make: listed![
            {"member": {"id": 1, "identifier": "aarcher", "name": "Ann Archer", "_info": {}}, "year": 2026, "period": 40, "dateStart": "2026-09-28T00:00:00Z", "dateEnd": "2026-10-04T00:00:00Z", "status": "Open", "hours": 0.0, "deadline": "2026-10-05T00:00:00Z"},
        ],
        writes: Writes::None,
        ..plain("time/sheets", Resource::TimeSheets, "timeSheet", SETUP)
    },
    Table {
        fields: "id:i~ objectId:i name:s250 member:@members where:@service_locations=1 dateStart:d dateEnd:d \
            reminder:@reminder_times=4 status:@schedule_statuses=1 type:@schedule_types! span:@schedule_spans \
            doneFlag:b=false acknowledgedFlag:b=false ownerFlag:b=false meetingFlag:b=false \
            allowScheduleConflictsFlag:b addMemberToProjectFlag:b projectRoleId:#project_security_roles \
            mobileGuid:g~=new acknowledgedDate:d~ closeDate:d~ notifyResource:b=false notificationSent:b=false \
            notificationResponse:s hours:f=0.0 startTimeSet:b=false endTimeSet:b=false ticketType:s",
        count: |d| d.companies.min(60).min(d.tickets),
        make: make::schedule_entry,
        typed: &[Typed {
            id: "objectId",
            kind: "type",
            tables: &[("S", &[Resource::Tickets, Resource::ProjectTickets]), ("C", &[Resource::Activities])],
        }],
        spans: &[("dateStart", "dateEnd")],
        callback: "schedule",
        rules: &[Rule::Schedule],
        ..plain("schedule/entries", Resource::ScheduleEntries, "scheduleEntry", "Resource Scheduling")
    },
    Table {
        fields: "id:i~ name:s50! identifier:s1! chargeCode:@charge_codes where:@service_locations systemFlag:b=false \
            connectWiseId:s",
        count: |_| 3,
        make: listed![
            {"name": "Service", "identifier": "S", "systemFlag": true},
            {"name": "Activity", "identifier": "C", "systemFlag": true},
            {"name": "Other", "identifier": "O", "systemFlag": true},
        ],
        shows: &[("identifier", "identifier")],
        twin: true,
        ..plain("schedule/types", Resource::ScheduleTypes, "scheduleType", SETUP)
    },
    Table {
        fields: "id:i~ name:s30! defaultFlag:b=false showAsTentativeFlag:b=false connectWiseId:s",
        count: |_| 2,
        make: listed![
            {"name": "Firm", "defaultFlag": true},
            {"name": "Tentative", "showAsTentativeFlag": true},
        ],
        twin: true,
        ..plain("schedule/statuses", Resource::ScheduleStatuses, "scheduleStatus", SETUP)
    },
    Table {
        fields: "id:i~ name:s! holidayList:@holiday_lists mondayStartTime:s mondayEndTime:s tuesdayStartTime:s \
            tuesdayEndTime:s wednesdayStartTime:s wednesdayEndTime:s thursdayStartTime:s thursdayEndTime:s \
            fridayStartTime:s fridayEndTime:s saturdayStartTime:s saturdayEndTime:s sundayStartTime:s \
            sundayEndTime:s connectWiseId:s",
        count: |_| 1,
        make: listed![
            {"name": "Standard", "holidayList": {"id": 1, "name": "Public holidays"}, "mondayStartTime": "08:00:00", "mondayEndTime": "17:00:00", "tuesdayStartTime": "08:00:00", "tuesdayEndTime": "17:00:00", "wednesdayStartTime": "08:00:00", "wednesdayEndTime": "17:00:00", "thursdayStartTime": "08:00:00", "thursdayEndTime": "17:00:00", "fridayStartTime": "08:00:00", "fridayEndTime": "17:00:00"},
        ],
        twin: true,
        ..plain("schedule/calendars", Resource::Calendars, "calendar", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! connectWiseId:s",
        count: |_| 1,
        make: listed![
            {"name": "Public holidays"},
        ],
        twin: true,
        ..plain("schedule/holidayLists", Resource::HolidayLists, "holidayList", SETUP)
    },
    Table {
        fields: "id:i~ time:i name:s10 defaultFlag:b=false connectWiseId:s",
        count: |_| 4,
        make: listed![
            {"name": "None", "time": 0, "defaultFlag": false},
            {"name": "5 minutes", "time": 5, "defaultFlag": false},
            {"name": "10 minutes", "time": 10, "defaultFlag": false},
            {"name": "15 minutes", "time": 15, "defaultFlag": true},
        ],
        ..plain("schedule/reminderTimes", Resource::ReminderTimes, "reminderTime", SETUP)
    },
    Table {
        fields: "id:i~ identifier:s!",
        count: |_| 2,
        make: listed![
            {"identifier": "Hours"},
            {"identifier": "Days"},
        ],
        shows: &[("identifier", "identifier")],
        writes: Writes::None,
        ..plain("", Resource::ScheduleSpans, "scheduleSpan", SETUP)
    },
];
