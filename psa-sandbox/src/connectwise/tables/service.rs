//! Service tickets and boards, with their setup tables.

use crate::connectwise::generators as make;
use crate::connectwise::generators::listed;
use crate::connectwise::resource::Resource;
use crate::connectwise::table::{Answers, Rule, SETUP, STRIDE, Table, Typed, Writes, belongs, follows, plain};

pub(super) static TABLES: &[Table] = &[
    Table {
        fields: "id:i~ summary:s100! recordType:e(ProjectIssue|ProjectTicket|ServiceTicket)~=ServiceTicket \
            board:@boards status:@board_statuses workRole:@work_roles workType:@work_types company:@companies! \
            site:@sites siteName:s50 addressLine1:s50 addressLine2:s50 city:s50 stateIdentifier:s50 zip:s12 \
            country:@countries contact:@contacts contactName:s62 contactPhoneNumber:s20 \
            contactPhoneExtension:s15 contactEmailAddress:s250 type:@board_types subType:@board_subtypes \
            item:@board_items team:@teams owner:@members priority:@priorities \
            serviceLocation:@service_locations=1 source:@sources=1 requiredDate:d budgetHours:f \
            opportunity:@opportunities agreement:@agreements agreementType:s severity:e(Low|Medium|High)=Medium \
            impact:e(Low|Medium|High)=Medium externalXRef:s100 poNumber:s50 knowledgeBaseCategoryId:i \
            knowledgeBaseSubCategoryId:i allowAllClientsPortalView:b=false customerUpdatedFlag:b=false \
            automaticEmailContactFlag:b=false automaticEmailResourceFlag:b=false automaticEmailCcFlag:b=false \
            automaticEmailCc:s1000 initialDescription:s+ initialInternalAnalysis:s+ initialResolution:s+ \
            initialDescriptionFrom:s+ contactEmailLookup:s+ processNotifications:b+ skipCallback:b+ \
            closedDate:d~ closedBy:s~ closedFlag:b~=false actualHours:f~=0.0 approved:b=false \
            estimatedExpenseCost:f~=0.0 estimatedExpenseRevenue:f~=0.0 estimatedProductCost:f~=0.0 \
            estimatedProductRevenue:f~=0.0 estimatedTimeCost:f~=0.0 estimatedTimeRevenue:f~=0.0 \
            billingMethod:e(ActualRates|FixedFee|NotToExceed|OverrideRate)=ActualRates billingAmount:f \
            hourlyRate:f subBillingMethod:e(ActualRates|FixedFee|NotToExceed|OverrideRate)=ActualRates \
            subBillingAmount:f subDateAccepted:d dateResolved:d~ dateResplan:d~ dateResponded:d~ \
            resolveMinutes:i~=0 resPlanMinutes:i~=0 respondMinutes:i~=0 isInSla:b~=true knowledgeBaseLinkId:i \
            resources:s~ parentTicketId:#tickets hasChildTicket:b~=false hasMergedChildTicketFlag:b~=false \
            knowledgeBaseLinkType:e(Activity|ProjectIssue|KnowledgeBaseArticle|ProjectTicket|ServiceTicket|Time) \
            billTime:e(Billable|DoNotBill|NoCharge|NoDefault)=NoDefault \
            billExpenses:e(Billable|DoNotBill|NoCharge|NoDefault)=NoDefault \
            billProducts:e(Billable|DoNotBill|NoCharge|NoDefault)=Billable predecessorType:e(Ticket|Phase) \
            predecessorId:i predecessorClosedFlag:b lagDays:i lagNonworkingDaysFlag:b estimatedStartDate:d \
            duration:i location:@locations=2 department:@departments=10 mobileGuid:g~=new sla:@slas=1 \
            slaStatus:s~ requestForChangeFlag:b=false currency:@currencies~=7 mergedParentTicket:@tickets~ \
            integratorTags:o escalationStartDateUTC:d~ escalationLevel:i~=0 minutesBeforeWaiting:i~=0 \
            respondedSkippedMinutes:i~=0 resplanSkippedMinutes:i~=0 respondedHours:f~=0.0 respondedBy:s~ \
            resplanHours:f~=0.0 resplanBy:s~ resolutionHours:f~=0.0 resolvedBy:s~ minutesWaiting:i~=0 \
            customFields:o escalationLastUpdateMinutes:i~ resolutionGoalUTC:d~ resplanGoalUTC:d~ \
            respondByGoalUTC:d~",
        count: |d| d.tickets,
        make: make::ticket,
        belongs: &[
            belongs("status", "board", "board"),
            follows("type", "board", "board"),
            follows("subType", "board", "board"),
            follows("item", "board", "board"),
            belongs("contact", "company", "company"),
            belongs("site", "company", "company"),
        ],
        typed: &[Typed {
            id: "predecessorId",
            kind: "predecessorType",
            tables: &[
                ("Ticket", &[Resource::ProjectTickets, Resource::Tickets]),
                ("Phase", &[Resource::ProjectPhases]),
            ],
        }],
        on_replace: &["severity", "impact"],
        callback: "ticket",
        rules: &[Rule::Ticket { board: 1 }, Rule::FirstNotes(Resource::TicketNotes)],
        screen: "service_ticket",
        numbered_with: Some(Resource::ProjectTickets),
        touched_by_children: true,
        ..plain("service/tickets", Resource::Tickets, "ticket", "Service Tickets")
    },
    Table {
        fields: "id:i~ ticketId:i~ text:s detailDescriptionFlag:b=false internalAnalysisFlag:b=false \
            resolutionFlag:b=false issueFlag:b=false member:@members contact:@contacts \
            customerUpdatedFlag:b=false processNotifications:b+ dateCreated:d~ createdBy:s~ internalFlag:b=false \
            externalFlag:b=false sentimentScore:f~",
        parent: Some((Resource::Tickets, "ticketId")),
        count: |d| d.tickets * STRIDE + 9,
        make: make::ticket_note,
        rules: &[Rule::AuthorOrContact, Rule::Note, Rule::Signed],
        ..plain("service/tickets/{parent}/notes", Resource::TicketNotes, "serviceNote", "Service Tickets")
    },
    Table {
        fields: "id:i~ noteType:e(TicketNote|TimeEntryNote|MeetingNote) ticket:@tickets text:s isMarkdownFlag:b=false \
            detailDescriptionFlag:b=false internalAnalysisFlag:b=false resolutionFlag:b=false timeStart:d \
            timeEnd:d bundledFlag:b=false mergedFlag:b=false issueFlag:b=false originalAuthor:s \
            createdByParentFlag:b=false member:@members contact:@contacts",
        parent: Some((Resource::Tickets, "ticket")),
        count: |d| d.tickets * STRIDE + 9,
        make: make::any_note,
        unfiltered: &["noteType"],
        writes: Writes::None,
        ..plain("service/tickets/{parent}/allNotes", Resource::AllNotes, "serviceTicketNote", "Service Tickets")
    },
    Table {
        fields: "id:i~ ticketId:i~ notes:s closedFlag:b=false priority:i=0 schedule:@schedule_entries \
            code:@service_codes member:@members resolution:s childScheduleAction:e(Transfer|Delete|Done) \
            childTicketId:#tickets summary:s",
        parent: Some((Resource::Tickets, "ticketId")),
        count: |d| d.tickets * STRIDE + 9,
        make: make::ticket_task,
        ..plain("service/tickets/{parent}/tasks", Resource::TicketTasks, "ticketTask", "Service Tickets")
    },
    Table {
        fields: "id:i~ deviceIdentifier:s",
        parent: Some((Resource::Tickets, "ticketId")),
        answers: Answers::TicketConfigurations,
        ..plain(
            "service/tickets/{parent}/configurations",
            Resource::TicketConfigurations,
            "configuration",
            "Service Tickets",
        )
    },
    Table {
        fields: "id:i~ name:s50! location:@locations! department:@departments! inactiveFlag:b=false \
            signOffTemplate:@service_signoffs sendToContactFlag:b=false contactTemplate:@service_email_templates \
            sendToResourceFlag:b=false resourceTemplate:@service_email_templates projectFlag:b=false \
            showDependenciesFlag:b=false showEstimatesFlag:b=false boardIcon:@documents \
            billTicketsAfterClosedFlag:b=false billTicketSeparatelyFlag:b=false \
            billUnapprovedTimeExpenseFlag:b=false overrideBillingSetupFlag:b=false dispatchMember:@members \
            serviceManagerMember:@members dutyManagerMember:@members oncallMember:@members workRole:@work_roles \
            workType:@work_types billTime:e(Billable|DoNotBill|NoCharge|NoDefault)=NoDefault \
            billExpense:e(Billable|DoNotBill|NoCharge|NoDefault)=NoDefault \
            billProduct:e(Billable|DoNotBill|NoCharge|NoDefault)=NoDefault autoCloseStatus:@board_statuses \
            autoAssignNewTicketsFlag:b=false autoAssignNewECTicketsFlag:b=false \
            autoAssignNewPortalTicketsFlag:b=false discussionsLockedFlag:b=false timeEntryLockedFlag:b=false \
            notifyEmailFrom:s50 notifyEmailFromName:s60 closedLoopDiscussionsFlag:b=false \
            closedLoopResolutionFlag:b=false closedLoopInternalAnalysisFlag:b=false \
            timeEntryDiscussionFlag:b=false timeEntryResolutionFlag:b=false \
            timeEntryInternalAnalysisFlag:b=false problemSort:e(Ascending|Descending)=Ascending \
            resolutionSort:e(Ascending|Descending)=Ascending \
            internalAnalysisSort:e(Ascending|Descending)=Ascending emailConnectorAllowReopenClosedFlag:b=false \
            emailConnectorReopenStatus:@board_statuses emailConnectorReopenResourcesFlag:b=false \
            emailConnectorNewTicketNoMatchFlag:b=false emailConnectorNeverReopenByDaysFlag:b=false \
            emailConnectorReopenDaysLimit:i=0 emailConnectorNeverReopenByDaysClosedFlag:b=false \
            emailConnectorReopenDaysClosedLimit:i=0 useMemberDisplayNameFlag:b=false sendToCCFlag:b=false \
            autoAssignTicketOwnerFlag:b=false autoAssignLimitFlag:b=false autoAssignLimitAmount:i=0 \
            closedLoopAllFlag:b=false \
            percentageCalculation:e(ActualHours|Manual|ClosedPhases|ClosedTickets)=ActualHours \
            allSort:e(Ascending|Descending)=Ascending markFirstNoteIssueFlag:b=false \
            restrictBoardByDefaultFlag:b=false sendToBundledFlag:b=false connectWiseId:s",
        count: |_| 3,
        make: make::board,
        called: "Service Board",
        ..plain("service/boards", Resource::Boards, "board", SETUP)
    },
    Table {
        fields: "id:i~ name:s location:@locations department:@departments projectFlag:b=false inactiveFlag:b=false \
            closedLoopDiscussionsFlag:b=false closedLoopInternalAnalysisFlag:b=false \
            closedLoopResolutionFlag:b=false closedLoopAllFlag:b=false overrideBillingSetupFlag:b=false \
            billTicketsAfterClosedFlag:b=false billUnapprovedTimeExpenseFlag:b=false \
            billTime:e(Billable|DoNotBill|NoCharge|NoDefault)=NoDefault \
            billExpense:e(Billable|DoNotBill|NoCharge|NoDefault)=NoDefault \
            billProduct:e(Billable|DoNotBill|NoCharge|NoDefault)=NoDefault \
            problemSort:e(Ascending|Descending)=Ascending internalAnalysisSort:e(Ascending|Descending)=Ascending \
            resolutionSort:e(Ascending|Descending)=Ascending allSort:e(Ascending|Descending)=Ascending",
        count: |_| 3,
        make: make::board_info,
        called: "Service Board",
        writes: Writes::None,
        ..plain("service/info/boards", Resource::BoardsInfo, "boardInfo", "")
    },
    Table {
        fields: "id:i~ name:s50! board:@boards~ sortOrder:i=0 displayOnBoard:b=true inactive:b=false \
            closedStatus:b=false timeEntryNotAllowed:b=false roundRobinCatchall:b=false defaultFlag:b=false \
            escalationStatus:e(NotResponded|Responded|ResolutionPlan|Resolved|NoEscalation)=NoEscalation \
            customerPortalDescription:s500 customerPortalFlag:b=false emailTemplate:@service_email_templates \
            statusIndicator:@status_indicators customStatusIndicatorName:s30 saveTimeAsNote:b=false",
        parent: Some((Resource::Boards, "board")),
        count: |_| 3 * STRIDE + 9,
        make: make::board_status,
        shows: &[("sortOrder", "Sort")],
        called: "Service Status",
        twin: true,
        ..plain("service/boards/{parent}/statuses", Resource::BoardStatuses, "boardStatus", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! category:e(Reactive|Proactive)=Reactive defaultFlag:b=false inactiveFlag:b=false \
            requestForChangeFlag:b=false integrationXref:s50 skillCategory:@skill_categories skill:@skills \
            board:@boards~ location:@locations=2 department:@departments=10",
        parent: Some((Resource::Boards, "board")),
        count: |_| 3 * STRIDE + 9,
        make: make::board_type,
        called: "Service Type",
        ..plain("service/boards/{parent}/types", Resource::BoardTypes, "boardType", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! inactiveFlag:b=false typeAssociationIds:o addAllTypesFlag:b+ removeAllTypesFlag:b+ \
            board:@boards~",
        parent: Some((Resource::Boards, "board")),
        count: |_| 3 * STRIDE + 9,
        make: make::board_subtype,
        called: "Service SubType",
        twin: true,
        ..plain("service/boards/{parent}/subtypes", Resource::BoardSubtypes, "boardSubType", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! inactiveFlag:b=false board:@boards~",
        parent: Some((Resource::Boards, "board")),
        count: |_| 3 * STRIDE + 9,
        make: make::board_item,
        called: "Service Item",
        ..plain("service/boards/{parent}/items", Resource::BoardItems, "boardItem", SETUP)
    },
    Table {
        fields: "id:i~ name:s30! teamLeader:@members! members:o defaultFlag:b=false notifyOnTicketDelete:b=false \
            defaultRoundRobinFlag:b=false roundRobinFlag:b=false boardId:i~ locationId:#locations \
            businessUnitId:#departments",
        parent: Some((Resource::Boards, "boardId")),
        count: |_| 3,
        make: make::board_team,
        called: "Service Team",
        twin: true,
        ..plain("service/boards/{parent}/teams", Resource::BoardTeams, "boardTeam", SETUP)
    },
    Table {
        fields: "id:i~ type:@board_types subType:@board_subtypes item:@board_items board:@boards~",
        parent: Some((Resource::Boards, "board")),
        count: |_| 3 * STRIDE + 9,
        make: make::board_association,
        belongs: &[
            belongs("type", "board", "board"),
            belongs("subType", "board", "board"),
            belongs("item", "board", "board"),
        ],
        writes: Writes::Change,
        ..plain(
            "service/boards/{parent}/typeSubTypeItemAssociations",
            Resource::BoardAssociations,
            "boardTypeSubTypeItemAssociation",
            SETUP,
        )
    },
    Table {
        fields: "id:i~ name:s leader:@members location:@locations department:@departments deleteNotifyFlag:b=false",
        count: |_| 3,
        make: make::team,
        writes: Writes::None,
        ..plain("service/teams", Resource::Teams, "serviceTeam", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! color:e(Black|Blue|Cyan|Gray|Green|Lime|Orange|Pink|Purple|Red|White|Yellow|Custom)! \
            sortOrder:i=0 defaultFlag:b=false imageLink:s urgencySortOrder:s \
            level:e(Critical|High|Medium|Low)=Low connectWiseId:s",
        count: |_| 4,
        make: listed![
            {"name": "Priority 1", "color": "Red", "sortOrder": 1, "defaultFlag": false, "level": "Critical"},
            {"name": "Priority 2", "color": "Orange", "sortOrder": 2, "defaultFlag": false, "level": "High"},
            {"name": "Priority 3", "color": "Yellow", "sortOrder": 3, "defaultFlag": true, "level": "Medium"},
            {"name": "Priority 4", "color": "Green", "sortOrder": 4, "defaultFlag": false, "level": "Low"},
        ],
        shows: &[("sortOrder", "sort"), ("level", "level")],
        ..plain("service/priorities", Resource::Priorities, "priority", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! defaultFlag:b=false enteredBy:s~ dateEntered:d~ connectWiseId:s",
        count: |_| 3,
        make: listed![
            {"name": "Phone", "enteredBy": "aarcher", "dateEntered": "2024-01-02T09:00:00Z", "defaultFlag": true},
            {"name": "Email", "enteredBy": "aarcher", "dateEntered": "2024-01-02T09:00:00Z"},
            {"name": "Portal", "enteredBy": "aarcher", "dateEntered": "2024-01-02T09:00:00Z"},
        ],
        called: "Service Source",
        twin: true,
        ..plain("service/sources", Resource::Sources, "source", SETUP)
    },
    Table {
        fields: "id:i~ name:s25! basedOn:e(AllHours|Customer|MyCalendar|Custom)! customCalendar:@calendars \
            defaultFlag:b=false applicationOrder:i=0 hiImpactHiUrgency:@priorities \
            hiImpactMedUrgency:@priorities hiImpactLowUrgency:@priorities medImpactHiUrgency:@priorities \
            medImpactMedUrgency:@priorities medImpactLowUrgency:@priorities lowImpactHiUrgency:@priorities \
            lowImpactMedUrgency:@priorities lowImpactLowUrgency:@priorities respondHours:f=0.0 respondPercent:i \
            planWithin:f=0.0 planWithinPercent:i resolutionHours:f=0.0 resolutionPercent:i connectWiseId:s",
        count: |_| 1,
        make: listed![
            {"name": "Standard", "basedOn": "MyCalendar", "defaultFlag": true, "respondHours": 1.0, "planWithin": 4.0, "resolutionHours": 8.0},
        ],
        called: "SLA",
        twin: true,
        ..plain("service/SLAs", Resource::Slas, "sLA", SETUP)
    },
    Table {
        fields: "id:i~ name:s30! where:e(OnSite|Remote|InHouse)! defaultFlag:b=false connectWiseId:s",
        count: |_| 3,
        make: listed![
            {"name": "On-Site", "where": "OnSite", "defaultFlag": true},
            {"name": "Remote", "where": "Remote"},
            {"name": "In-House", "where": "InHouse"},
        ],
        twin: true,
        ..plain("service/locations", Resource::ServiceLocations, "serviceLocation", SETUP)
    },
    Table {
        fields: "id:i~ name:s description:s200! defaultFlag:b=false",
        count: |_| 3,
        make: listed![
            {"name": "Low", "description": "Low", "defaultFlag": false},
            {"name": "Medium", "description": "Medium", "defaultFlag": true},
            {"name": "High", "description": "High", "defaultFlag": false},
        ],
        ..plain("service/impacts", Resource::Impacts, "impact", SETUP)
    },
    Table {
        fields: "id:i~ name:s description:s200! defaultFlag:b=false connectWiseId:s",
        count: |_| 3,
        make: listed![
            {"name": "Low", "description": "Low", "defaultFlag": false},
            {"name": "Medium", "description": "Medium", "defaultFlag": true},
            {"name": "High", "description": "High", "defaultFlag": false},
        ],
        ..plain("service/severities", Resource::Severities, "severity", SETUP)
    },
    Table {
        fields: "id:i~ type:e(Any|Closed|Invoice|New|SalesOrder|PurchaseOrder|RMA|Specific)! \
            serviceSurvey:@service_surveys serviceBoard:@boards useSenderFlag:b=false firstName:s100 \
            lastName:s100 emailAddress:s100 subject:s200 body:s copySenderFlag:b=false tasksFlag:b=false \
            resourceRecordsFlag:b=false externalContactNotifications:b=false \
            internalContactNotifications:b=false serviceStatus:@board_statuses connectWiseId:s",
        count: |_| 1,
        make: listed![
            {"type": "New", "firstName": "Service", "lastName": "Desk", "emailAddress": "help@msp.example", "subject": "Ticket received", "body": "Thank you."},
        ],
        ..plain("service/emailTemplates", Resource::ServiceEmailTemplates, "serviceEmailTemplate", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! defaultFlag:b=false visibleLogoFlag:b=false companyInfoFlag:b=false \
            summaryFlag:b=false discussionFlag:b=false internalNotesFlag:b=false resolutionFlag:b=false \
            timeFlag:b=false expenseFlag:b=false productFlag:b=false technicianSignoffFlag:b=false \
            customerSignoffTextFlag:b=false customerSignoffText:s4000 connectWiseId:s",
        count: |_| 1,
        make: listed![
            {"name": "Standard", "defaultFlag": true},
        ],
        writes: Writes::None,
        twin: true,
        ..plain("service/serviceSignoff", Resource::ServiceSignoffs, "serviceSignoff", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! description:s! boardId:i locationId:#locations businessUnitId:#departments",
        count: |_| 1,
        make: listed![
            {"name": "Call back", "description": "Call the contact back"},
        ],
        called: "Service Code",
        ..plain("service/codes", Resource::ServiceCodes, "code", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! inactiveFlag:b=false headerIncludeLogoFlag:b=false headerText:s4000 \
            headerTextVisibleFlag:b=false footerText:s500 footerTextVisibleFlag:b=false thankYouText:s4000 \
            notifyWho:o notifyWhoVisibleFlag:b=false notifyMember:@members connectWiseId:s",
        count: |_| 1,
        make: listed![
            {"name": "Closed ticket"},
        ],
        ..plain("service/surveys", Resource::ServiceSurveys, "serviceSurvey", SETUP)
    },
];
