//! Projects and their tickets, with their setup tables.

use crate::connectwise::generators as make;
use crate::connectwise::generators::listed;
use crate::connectwise::resource::Resource;
use crate::connectwise::table::{Rule, SETUP, STRIDE, Table, Typed, Writes, belongs, follows, plain};

pub(super) static TABLES: &[Table] = &[
    Table {
        fields: "id:i~ summary:s100! isIssueFlag:b=false board:@boards status:@board_statuses workRole:@work_roles \
            workType:@work_types project:@projects phase:@project_phases! wbsCode:s50 company:@companies \
            site:@sites siteName:s50 addressLine1:s50 addressLine2:s50 city:s50 stateIdentifier:s50 zip:s12 \
            country:@countries contact:@contacts contactName:s62 contactPhoneNumber:s20 \
            contactPhoneExtension:s15 contactEmailAddress:s250 type:@board_types subType:@board_subtypes \
            item:@board_items owner:@members priority:@priorities serviceLocation:@service_locations=1 \
            source:@sources requiredDate:d budgetHours:f opportunity:@opportunities agreement:@agreements \
            agreementType:s knowledgeBaseCategoryId:i knowledgeBaseSubCategoryId:i knowledgeBaseLinkId:i \
            knowledgeBaseLinkType:e(Activity|ProjectIssue|KnowledgeBaseArticle|ProjectTicket|ServiceTicket|Time) \
            allowAllClientsPortalView:b=false customerUpdatedFlag:b=false automaticEmailContactFlag:b=false \
            automaticEmailResourceFlag:b=false automaticEmailCcFlag:b=false automaticEmailCc:s1000 closedDate:d~ \
            closedBy:s~ closedFlag:b~=false actualHours:f~=0.0 approved:b=false \
            subBillingMethod:e(ActualRates|FixedFee|NotToExceed|OverrideRate)=ActualRates subBillingAmount:f \
            subDateAccepted:d resources:s~ billTime:e(Billable|DoNotBill|NoCharge|NoDefault)=NoDefault \
            billExpenses:e(Billable|DoNotBill|NoCharge|NoDefault)=NoDefault \
            billProducts:e(Billable|DoNotBill|NoCharge|NoDefault)=Billable predecessorType:e(Ticket|Phase) \
            predecessorId:i predecessorClosedFlag:b lagDays:i lagNonworkingDaysFlag:b estimatedStartDate:d \
            location:@locations=2 department:@departments=10 duration:i scheduleStartDate:d scheduleEndDate:d \
            mobileGuid:g~=new currency:@currencies~=7 tasks:o~ initialDescription:s+ initialInternalAnalysis:s+ \
            initialResolution:s+ contactEmailLookup:s+ processNotifications:b+ skipCallback:b+ customFields:o \
            recordType:e(ProjectIssue|ProjectTicket|ServiceTicket)~",
        count: |d| d.tickets + d.project_tickets(),
        make: make::project_ticket,
        belongs: &[
            belongs("status", "board", "board"),
            follows("type", "board", "board"),
            follows("subType", "board", "board"),
            follows("item", "board", "board"),
            belongs("phase", "project", "projectId"),
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
        callback: "ticket",
        rules: &[Rule::Ticket { board: 3 }, Rule::ProjectOfPhase, Rule::FirstNotes(Resource::ProjectTicketNotes)],
        screen: "service_ticket",
        numbered_with: Some(Resource::Tickets),
        touched_by_children: true,
        ..plain("project/tickets", Resource::ProjectTickets, "ticket", "Project Tickets")
    },
    Table {
        fields: "id:i~ ticketId:i~ text:s detailDescriptionFlag:b=false internalAnalysisFlag:b=false \
            resolutionFlag:b=false issueFlag:b=false member:@members contact:@contacts \
            customerUpdatedFlag:b=false processNotifications:b+ internalFlag:b=false externalFlag:b=false",
        parent: Some((Resource::ProjectTickets, "ticketId")),
        rules: &[Rule::AuthorOrContact, Rule::Note],
        ..plain("project/tickets/{parent}/notes", Resource::ProjectTicketNotes, "ticketNote", "Project Tickets")
    },
    Table {
        fields: "id:i~ actualEnd:d~ actualHours:f~=0.0 actualStart:d~ agreement:@agreements \
            billExpenses:e(Billable|DoNotBill|NoCharge|NoDefault)=NoDefault billingAmount:f=0.0 \
            billingAttention:s50 billingMethod:e(ActualRates|FixedFee|NotToExceed|OverrideRate)=ActualRates \
            billingRateType:e(StaffMember|WorkRole)=WorkRole billingTerms:@billing_terms \
            billProducts:e(Billable|DoNotBill|NoCharge|NoDefault)=NoDefault billProjectAfterClosedFlag:b=false \
            billTime:e(Billable|DoNotBill|NoCharge|NoDefault)=NoDefault billToCompany:@companies \
            billToContact:@contacts billToSite:@sites billUnapprovedTimeAndExpense:b=false board:@boards! \
            budgetAnalysis:e(ActualHours|BillableHours)=ActualHours budgetFlag:b=false budgetHours:f=0.0 \
            company:@companies! contact:@contacts customerPO:s50 description:s currency:@currencies=7 \
            downpayment:f=0.0 estimatedEnd:d percentComplete:f=0.0 estimatedExpenseRevenue:f=0.0 \
            estimatedHours:f=0.0 estimatedProductRevenue:f=0.0 estimatedStart:d estimatedTimeRevenue:f=0.0 \
            expenseApprover:@members includeDependenciesFlag:b=false includeEstimatesFlag:b=false \
            location:@locations=2 department:@departments=10 manager:@members name:s100! \
            opportunity:@opportunities projectTemplateId:i restrictDownPaymentFlag:b=false scheduledEnd:d \
            scheduledHours:f=0.0 scheduledStart:d shipToCompany:@companies shipToContact:@contacts \
            shipToSite:@sites site:@sites status:@project_statuses=1 closedFlag:b~=false timeApprover:@members \
            type:@project_types=1 doNotDisplayInPortalFlag:b=false billingStartDate:d poAmount:f \
            estimatedTimeCost:f=0.0 estimatedExpenseCost:f=0.0 estimatedProductCost:f=0.0 taxCode:@tax_codes \
            companyLocation:@locations customFields:o overridePercentComplete:b=false \
            showOverridePercentFlag:b=false",
        count: |d| d.companies / 10 + 1,
        make: make::project,
        belongs: &[
            belongs("contact", "company", "company"),
            belongs("site", "company", "company"),
            belongs("billToContact", "billToCompany", "company"),
            belongs("billToSite", "billToCompany", "company"),
            belongs("shipToContact", "shipToCompany", "company"),
            belongs("shipToSite", "shipToCompany", "company"),
        ],
        callback: "project",
        ..plain("project/projects", Resource::Projects, "project", "Project Headers")
    },
    Table {
        fields: "id:i~ projectId:i~ description:s100! board:@boards status:@phase_statuses agreement:@agreements \
            opportunity:@opportunities department:@departments parentPhase:@project_phases wbsCode:s50 \
            billTime:e(Billable|DoNotBill|NoCharge|NoDefault)=NoDefault \
            billExpenses:e(Billable|DoNotBill|NoCharge|NoDefault)=NoDefault \
            billProducts:e(Billable|DoNotBill|NoCharge|NoDefault)=NoDefault markAsMilestoneFlag:b=false notes:s \
            deadlineDate:d billSeparatelyFlag:b=false \
            billingMethod:e(ActualRates|FixedFee|NotToExceed|OverrideRate)=ActualRates scheduledHours:f=0.0 \
            scheduledStart:d scheduledEnd:d actualHours:f=0.0 actualStart:d actualEnd:d budgetHours:f=0.0 \
            startDate:d endDate:d locationId:#locations businessUnitId:#departments hourlyRate:f \
            billingStartDate:d billPhaseClosedFlag:b=false billProjectClosedFlag:b=false downpayment:f \
            poNumber:s25 poAmount:f estimatedTimeCost:f estimatedExpenseCost:f estimatedProductCost:f \
            estimatedTimeRevenue:f estimatedExpenseRevenue:f estimatedProductRevenue:f currency:@currencies \
            billToCompany:@companies billToContact:@contacts billToSite:@sites shipToCompany:@companies \
            shipToContact:@contacts shipToSite:@sites billingTerms:@billing_terms taxCode:@tax_codes \
            customFields:o",
        parent: Some((Resource::Projects, "projectId")),
        count: |d| (d.companies / 10 + 1) * STRIDE + 9,
        make: make::phase,
        belongs: &[
            belongs("parentPhase", "projectId", "projectId"),
            belongs("billToContact", "billToCompany", "company"),
            belongs("billToSite", "billToCompany", "company"),
            belongs("shipToContact", "shipToCompany", "company"),
            belongs("shipToSite", "shipToCompany", "company"),
        ],
        ..plain("project/projects/{parent}/phases", Resource::ProjectPhases, "projectPhase", "Project Headers")
    },
    Table {
        fields: "id:i~ projectId:i~ hours:f=0.0 member:@members! projectRole:@project_security_roles! \
            workRole:@work_roles startDate:d endDate:d",
        parent: Some((Resource::Projects, "projectId")),
        count: |d| (d.companies / 10 + 1) * STRIDE + 9,
        make: make::project_team_member,
        ..plain(
            "project/projects/{parent}/teamMembers",
            Resource::ProjectTeamMembers,
            "projectTeamMember",
            "Project Headers",
        )
    },
    Table {
        fields: "id:i~ name:s30! defaultFlag:b=false inactiveFlag:b=false noTimeFlag:b=false closedFlag:b=false \
            statusIndicator:@status_indicators customStatusIndicatorName:s30 connectWiseId:s",
        count: |_| 2,
        make: listed![
            {"name": "Open", "defaultFlag": true},
            {"name": "Closed", "closedFlag": true},
        ],
        twin: true,
        ..plain("project/statuses", Resource::ProjectStatuses, "projectStatus", SETUP)
    },
    Table {
        fields: "id:i~ name:s30! defaultFlag:b=false inactiveFlag:b=false collapsedFlag:b=false closedFlag:b=false \
            boardAssociationIds:o statusIndicator:@status_indicators customStatusIndicatorName:s30 \
            connectWiseId:s",
        count: |_| 2,
        make: listed![
            {"name": "Open", "defaultFlag": true, "boardAssociationIds": [3]},
            {"name": "Closed", "closedFlag": true, "boardAssociationIds": [3]},
        ],
        twin: true,
        ..plain("project/phaseStatuses", Resource::PhaseStatuses, "phaseStatus", SETUP)
    },
    Table {
        fields: "id:i~ name:s30! defaultFlag:b=false inactiveFlag:b=false integrationXref:s50 connectWiseId:s",
        count: |_| 2,
        make: listed![
            {"name": "Implementation", "defaultFlag": true},
            {"name": "Upgrade"},
        ],
        twin: true,
        ..plain("project/projectTypes", Resource::ProjectTypes, "projectType", SETUP)
    },
    Table {
        fields: "id:i~ name:s30! managerRoleFlag:b=false defaultContactFlag:b=false connectWiseId:s",
        count: |_| 3,
        make: listed![
            {"name": "Project Manager", "managerRoleFlag": true},
            {"name": "Engineer"},
            {"name": "Customer", "defaultContactFlag": true},
        ],
        shows: &[("name", "identifier")],
        called: "Project Role",
        twin: true,
        ..plain("project/securityRoles", Resource::ProjectSecurityRoles, "projectSecurityRole", SETUP)
    },
    Table {
        fields: "id:i~ identifier:s name:s color:s icon:s",
        count: |_| 2,
        make: listed![
            {"identifier": "Green", "name": "Green", "color": "#00FF00", "icon": "circle"},
            {"identifier": "Custom", "name": "Custom", "color": "#000000", "icon": "circle"},
        ],
        shows: &[("identifier", "identifier")],
        writes: Writes::None,
        ..plain("project/statusIndicators", Resource::StatusIndicators, "statusIndicator", SETUP)
    },
];
