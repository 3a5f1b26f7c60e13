//! Opportunities, activities and orders, with their setup tables.

use crate::connectwise::generators as make;
use crate::connectwise::generators::listed;
use crate::connectwise::resource::Resource;
use crate::connectwise::table::{SETUP, STRIDE, Table, Writes, belongs, plain};

pub(super) static TABLES: &[Table] = &[
    Table {
        fields: "id:i~ name:s100! expectedCloseDate:d type:@opportunity_types=1 stage:@opportunity_stages=1 \
            status:@opportunity_statuses=1 priority:@opportunity_priorities notes:s probability:@probabilities=1 \
            source:s50 rating:@opportunity_ratings campaign:@campaigns primarySalesRep:@members! \
            secondarySalesRep:@members locationId:#locations=2 businessUnitId:#departments=10 \
            company:@companies! contact:@contacts! site:@sites customerPO:s25 pipelineChangeDate:d \
            dateBecameLead:d closedDate:d closedBy:@members totalSalesTax:f~=0.0 shipToCompany:@companies \
            shipToContact:@contacts shipToSite:@sites billToCompany:@companies billToContact:@contacts \
            billToSite:@sites billingTerms:@billing_terms taxCode:@tax_codes currency:@currencies=7 \
            companyLocationId:#locations technicalContact:@contacts customFields:o",
        count: |d| d.companies / 4,
        make: make::opportunity,
        belongs: &[
            belongs("contact", "company", "company"),
            belongs("site", "company", "company"),
            belongs("shipToContact", "shipToCompany", "company"),
            belongs("shipToSite", "shipToCompany", "company"),
            belongs("billToContact", "billToCompany", "company"),
            belongs("billToSite", "billToCompany", "company"),
        ],
        on_replace: &["expectedCloseDate", "locationId", "businessUnitId"],
        callback: "opportunity",
        ..plain("sales/opportunities", Resource::Opportunities, "opportunity", "Opportunity")
    },
    Table {
        fields: "id:i~ name:s30! wonFlag:b=false lostFlag:b=false closedFlag:b=false inactiveFlag:b=false \
            defaultFlag:b=false enteredBy:s~ dateEntered:d~ connectWiseId:s",
        count: |_| 4,
        make: listed![
            {"name": "Open", "wonFlag": false, "lostFlag": false, "closedFlag": false, "defaultFlag": true, "enteredBy": "aarcher", "dateEntered": "2024-01-02T09:00:00Z"},
            {"name": "Won", "wonFlag": true, "lostFlag": false, "closedFlag": true, "defaultFlag": false, "enteredBy": "aarcher", "dateEntered": "2024-01-02T09:00:00Z"},
            {"name": "Lost", "wonFlag": false, "lostFlag": true, "closedFlag": true, "defaultFlag": false, "enteredBy": "aarcher", "dateEntered": "2024-01-02T09:00:00Z"},
            {"name": "No Decision", "wonFlag": false, "lostFlag": false, "closedFlag": true, "defaultFlag": false, "enteredBy": "aarcher", "dateEntered": "2024-01-02T09:00:00Z"},
        ],
        twin: true,
        ..plain("sales/opportunities/statuses", Resource::OpportunityStatuses, "opportunityStatus", SETUP)
    },
    Table {
        fields: "id:i~ description:s50! inactiveFlag:b=false connectWiseId:s",
        count: |_| 2,
        make: listed![
            {"description": "New Business"},
            {"description": "Renewal"},
        ],
        twin: true,
        ..plain("sales/opportunities/types", Resource::OpportunityTypes, "opportunityType", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! sortOrder:i=0 connectWiseId:s",
        count: |_| 3,
        make: listed![
            {"name": "Hot", "sortOrder": 1},
            {"name": "Warm", "sortOrder": 2},
            {"name": "Cold", "sortOrder": 3},
        ],
        twin: true,
        ..plain("sales/opportunities/ratings", Resource::OpportunityRatings, "opportunityRating", SETUP)
    },
    Table {
        fields: "id:i~ opportunityId:i~ type:@company_note_types text:s! flagged:b=false enteredBy:s~ \
            mobileGuid:g~=new",
        parent: Some((Resource::Opportunities, "opportunityId")),
        count: |d| d.companies / 4 * STRIDE + 9,
        make: make::opportunity_note,
        ..plain("sales/opportunities/{parent}/notes", Resource::OpportunityNotes, "opportunityNote", "Opportunity")
    },
    Table {
        fields: "id:i~ name:s50! probability:@probabilities color:s25 sequenceNumber:i=0 connectWiseId:s",
        count: |_| 3,
        make: listed![
            {"name": "1. Prospect", "probability": {"id": 1, "name": "0"}, "color": "Blue", "sequenceNumber": 1},
            {"name": "2. Qualified", "probability": {"id": 2, "name": "25"}, "color": "Blue", "sequenceNumber": 2},
            {"name": "3. Quote", "probability": {"id": 3, "name": "50"}, "color": "Blue", "sequenceNumber": 3},
        ],
        twin: true,
        ..plain("sales/stages", Resource::OpportunityStages, "opportunityStage", SETUP)
    },
    Table {
        fields: "id:i~ probability:i! connectWiseId:s",
        count: |_| 5,
        make: listed![
            {"probability": 0},
            {"probability": 25},
            {"probability": 50},
            {"probability": 75},
            {"probability": 100},
        ],
        twin: true,
        ..plain("sales/probabilities", Resource::Probabilities, "salesProbability", SETUP)
    },
    Table {
        fields: "id:i~ name:s100! type:@activity_types=1 company:@companies contact:@contacts phoneNumber:s30 \
            email:s250 status:@activity_statuses=1 opportunity:@opportunities ticket:@tickets \
            agreement:@agreements campaign:@campaigns notes:s dateStart:d dateEnd:d assignedBy:@members \
            assignTo:@members! scheduleStatus:@schedule_statuses reminder:@reminder_times \
            where:@service_locations notifyFlag:b=false mobileGuid:g~=new currency:@currencies=7 customFields:o",
        count: |d| d.companies / 4,
        make: make::activity,
        belongs: &[belongs("contact", "company", "company")],
        spans: &[("dateStart", "dateEnd")],
        callback: "activity",
        ..plain("sales/activities", Resource::Activities, "activity", "Opportunity")
    },
    Table {
        fields: "id:i~ name:s30! defaultFlag:b=false inactiveFlag:b=false spawnFollowupFlag:b=false \
            closedFlag:b=false connectWiseId:s",
        count: |_| 2,
        make: listed![
            {"name": "Open", "defaultFlag": true},
            {"name": "Closed", "closedFlag": true},
        ],
        twin: true,
        ..plain("sales/activities/statuses", Resource::ActivityStatuses, "activityStatus", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! points:i=0 defaultFlag:b=false inactiveFlag:b=false emailFlag:b=false \
            memoFlag:b=false historyFlag:b=false connectWiseId:s",
        count: |_| 3,
        make: listed![
            {"name": "Call", "points": 1, "defaultFlag": true},
            {"name": "Visit", "points": 5},
            {"name": "Task", "points": 1},
        ],
        ..plain("sales/activities/types", Resource::ActivityTypes, "activityType", SETUP)
    },
    Table {
        fields: "id:i~ company:@companies! contact:@contacts phone:s phoneExt:s email:s site:@sites \
            status:@sales_order_statuses! opportunity:@opportunities orderDate:d dueDate:d \
            billingTerms:@billing_terms taxCode:@tax_codes poNumber:s50 location:@locations \
            department:@departments salesRep:@members! notes:s billClosedFlag:b=false billShippedFlag:b=false \
            restrictDownpaymentFlag:b=false description:s topCommentFlag:b=false bottomCommentFlag:b=false \
            shipToCompany:@companies shipToContact:@contacts shipToSite:@sites billToCompany:@companies \
            billToContact:@contacts billToSite:@sites productIds:o documentIds:o invoiceIds:o configIds:o \
            total:f taxTotal:f currency:@currencies companyLocation:@locations subTotal:f customFields:o",
        count: |d| d.companies / 8,
        make: make::sales_order,
        belongs: &[
            belongs("contact", "company", "company"),
            belongs("site", "company", "company"),
            belongs("shipToContact", "shipToCompany", "company"),
            belongs("shipToSite", "shipToCompany", "company"),
            belongs("billToContact", "billToCompany", "company"),
            belongs("billToSite", "billToCompany", "company"),
        ],
        called: "Sales Order",
        ..plain("sales/orders", Resource::SalesOrders, "order", "Sales Orders")
    },
    Table {
        fields: "id:i~ name:s50! defaultFlag:b=false inactiveFlag:b=false sortOrder:i closedFlag:b=false \
            emailTemplate:o connectWiseId:s",
        count: |_| 2,
        make: listed![
            {"name": "Open", "defaultFlag": true},
            {"name": "Closed", "closedFlag": true},
        ],
        twin: true,
        ..plain("sales/orders/statuses", Resource::SalesOrderStatuses, "orderStatus", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! type:o! subType:o! status:o startDate:d! endDate:d locationId:#locations \
            member:@members inactive:b=false inactiveDaysAfterEnd:i notes:s defaultGroup:o \
            marketingManagerDefaultTrackId:i opportunityDefaultTrackId:i impressions:i budgetRevenue:f \
            budgetCost:f actualCost:f budgetGrossMargin:f budgetROI:f actualRevenue:f actualGrossMargin:f \
            actualROI:f emailsSent:i",
        count: |_| 1,
        make: listed![
            {"name": "Partner Referral", "type": {"id": 1, "name": "Referral", "_info": {}}, "subType": {"id": 1, "name": "Partner", "_info": {}}, "status": {"id": 1, "name": "Open", "_info": {}}, "startDate": "2025-01-01T00:00:00Z", "locationId": 2},
        ],
        ..plain("marketing/campaigns", Resource::Campaigns, "campaign", "Marketing Management")
    },
    Table {
        fields: "id:i~ name:s!",
        count: |_| 8,
        make: listed![
            {"id": 7, "name": "Clear Flag"},
            {"id": 8, "name": "High"},
        ],
        writes: Writes::None,
        ..plain("", Resource::OpportunityPriorities, "opportunityPriority", SETUP)
    },
];
