//! Members, documents, callbacks and what belongs to the tenant as a whole.

use crate::connectwise::generators as make;
use crate::connectwise::generators::listed;
use crate::connectwise::resource::Resource;
use crate::connectwise::table::{Answers, Rule, SETUP, Table, Writes, plain};

pub(super) static TABLES: &[Table] = &[
    Table {
        fields: "id:i~ identifier:s15! password:s60+ disableOnlineFlag:b=false licenseClass:e(A|C|F|X)! notes:s= \
            employeeIdentifer:s10 vendorNumber:s enableMobileGpsFlag:b=false inactiveDate:d inactiveFlag:b=false \
            lastLogin:d clientId:s token:s firstName:s30! middleInitial:s1 lastName:s30! hireDate:d \
            country:@countries photo:@documents officeEmail:s250 mobileEmail:s250 homeEmail:s250 \
            defaultEmail:e(Office|Mobile|Home) primaryEmail:s250 officePhone:s15 officeExtension:s10 \
            mobilePhone:s15 mobileExtension:s10 homePhone:s15 homeExtension:s10 \
            defaultPhone:e(Office|Mobile|Home) securityRole:@security_roles office365:o mapiName:s \
            calendarSyncIntegrationFlag:b=false authenticationServiceType:e(AuthAnvil|GoogleAuthenticator|Email) \
            timebasedOneTimePasswordActivated:b=false enableLdapAuthenticationFlag:b=false \
            ldapConfiguration:@ldap_configurations ldapUserName:s50 directionalSync:@directional_syncs \
            ssoSettings:o signature:s phoneIntegrationType:e(TAPI|SKYPE|TEL|CALLTO|NONE) \
            useBrowserLanguageFlag:b=false title:s reportCard:@report_cards enableMobileFlag:b=false \
            type:@member_types timeZone:@time_zone_setups partnerPortalFlag:b=false stsUserAdminUrl:s \
            toastNotificationFlag:b=false memberPersonas:o adminFlag:b=false structureLevel:@structure_levels \
            securityLocation:@locations defaultLocation:@locations defaultDepartment:@departments \
            reportsTo:@members restrictLocationFlag:b=false restrictDepartmentFlag:b=false workRole:@work_roles \
            workType:@work_types timeApprover:@members expenseApprover:@members billableForecast:f=0.0 \
            dailyCapacity:f=8.0 hourlyCost:f=0.0 hourlyRate:f includeInUtilizationReportingFlag:b=false \
            requireExpenseEntryFlag:b=false requireTimeSheetEntryFlag:b=false \
            requireStartAndEndTimeOnTimeEntryFlag:b=false allowInCellEntryOnTimeSheet:b=false \
            enterTimeAgainstCompanyFlag:b=false allowExpensesEnteredAgainstCompaniesFlag:b=false \
            timeReminderEmailFlag:b=false daysTolerance:i=0 minimumHours:f=0.0 timeSheetStartDate:d \
            serviceDefaultLocation:@locations serviceDefaultDepartment:@departments serviceDefaultBoard:@boards \
            restrictServiceDefaultLocationFlag:b=false restrictServiceDefaultDepartmentFlag:b=false \
            excludedServiceBoardIds:o teams:o serviceBoardTeamIds:o projectDefaultLocation:@locations \
            projectDefaultDepartment:@departments projectDefaultBoard:@boards \
            restrictProjectDefaultLocationFlag:b=false restrictProjectDefaultDepartmentFlag:b=false \
            excludedProjectBoardIds:o scheduleDefaultLocation:@locations scheduleDefaultDepartment:@departments \
            scheduleCapacity:f=8.0 serviceLocation:@service_locations restrictScheduleFlag:b=false \
            hideMemberInDispatchPortalFlag:b=false calendar:@calendars salesDefaultLocation:@locations \
            restrictDefaultSalesTerritoryFlag:b=false warehouse:@warehouses warehouseBin:@warehouse_bins \
            restrictDefaultWarehouseFlag:b=false restrictDefaultWarehouseBinFlag:b=false \
            companyActivityTabFormat:e(SummaryList|DetailList) invoiceTimeTabFormat:e(SummaryList|DetailList) \
            invoiceScreenDefaultTabFormat:e(ShowInvoicingTab|ShowAgreementInvoicingTab) \
            invoicingDisplayOptions:e(RemainOnInvoicingScreen|ShowRecentInvoices) \
            agreementInvoicingDisplayOptions:e(RemainOnInvoicingScreen|ShowRecentInvoices) \
            autoStartStopwatch:b=false autoPopupQuickNotesWithStopwatch:b=false \
            globalSearchDefaultTicketFilter:e(OpenRecords|ClosedRecords|AllRecords) \
            globalSearchDefaultSort:e(None|LastUpdatedDesc|LastUpdatedAsc|CreatedDesc|CreatedAsc) phoneSource:s \
            copyPodLayouts:b+ copySharedDefaultViews:b+ copyColumnLayoutsAndFilters:b+ fromMemberRecId:i+ \
            fromMemberTemplateRecId:i+ customFields:o",
        count: |_| 12,
        make: make::member,
        shows: &[("identifier", "identifier"), ("dailyCapacity", "dailyCapacity")],
        callback: "member",
        writes: Writes::Keep,
        ..plain("system/members", Resource::Members, "member", "Member Maintenance")
    },
    Table {
        fields: "id:i~ identifier:s firstName:s middleInitial:s lastName:s fullName:s~ defaultEmail:s \
            photo:@documents licenseClass:e(A|C|F|X) inactiveFlag:b=false",
        count: |_| 12,
        make: make::member_info,
        writes: Writes::None,
        ..plain("system/info/members", Resource::MembersInfo, "memberInfo", "")
    },
    Table {
        fields: "id:i~ name:s30! inactiveFlag:b=false connectWiseId:s",
        count: |_| 2,
        make: listed![
            {"name": "Technician"},
            {"name": "Sales"},
        ],
        twin: true,
        ..plain("system/members/types", Resource::MemberTypes, "memberType", SETUP)
    },
    Table {
        fields: "id:i~ title:s fileName:s~ serverFileName:s~ owner:s~ linkFlag:b=false imageFlag:b=false \
            publicFlag:b=false htmlTemplateFlag:b=false readOnlyFlag:b=false size:i~ urlFlag:b=false \
            createdOnDate:d~ documentType:@document_types guid:g~ guidSecondary:s~ file:s+ recordType:s+ \
            recordId:i+",
        answers: Answers::Documents,
        writes: Writes::Upload,
        ..plain("system/documents", Resource::Documents, "document", "Manage Documents")
    },
    Table {
        fields: "id:i~ fileExtension:s icon:s mimeType:s description:s",
        count: |_| 1,
        make: listed![
            {"fileExtension": "bin", "icon": "file", "mimeType": "application/octet-stream", "description": "File"},
        ],
        writes: Writes::None,
        ..plain("system/documentTypes/info", Resource::DocumentTypes, "documentType", "")
    },
    Table {
        fields: "id:i~ identifier:s15! name:s50!",
        count: |_| 11,
        make: listed![
            {"id": 10, "identifier": "Services", "name": "Professional Services"},
            {"id": 11, "identifier": "Sales", "name": "Sales"},
        ],
        shows: &[("identifier", "identifier")],
        ..plain("system/departments", Resource::Departments, "department", "My Company")
    },
    Table {
        fields: "id:i~ ownerLevelId:i structureLevel:@structure_levels name:s50! manager:@members \
            reportsTo:@locations salesRep:s50 timeZoneSetup:@time_zone_setups calendar:@calendars \
            overrideAddressLine1:s50 overrideAddressLine2:s50 overrideCity:s50 overrideState:s50 overrideZip:s12 \
            overrideCountry:@countries overridePhoneNumber:s15 overrideFaxNumber:s15 owaUrl:s100 payrollXref:s10 \
            locationFlag:b=false clientFlag:b=false workRoleIds:o departmentIds:o",
        count: |_| 2,
        make: listed![
            {"ownerLevelId": 1, "structureLevel": {"id": 1, "name": "Corporate", "_info": {}}, "name": "Corporate", "locationFlag": true, "departmentIds": [10, 11], "workRoleIds": []},
            {"ownerLevelId": 2, "structureLevel": {"id": 2, "name": "Location", "_info": {}}, "name": "Main Office", "locationFlag": true, "departmentIds": [10, 11], "workRoleIds": []},
        ],
        unfiltered: &["inactiveFlag"],
        writes: Writes::None,
        ..plain("system/locations", Resource::Locations, "location", "My Company")
    },
    Table {
        fields: "id:i~ name:s",
        count: |_| 2,
        make: listed![
            {"name": "Corporate"},
            {"name": "Location"},
        ],
        writes: Writes::None,
        ..plain(
            "system/myCompany/corporateStructureLevels",
            Resource::StructureLevels,
            "corporateStructureLevel",
            "My Company",
        )
    },
    Table {
        fields: "id:i~ defaultLdap:@ldap_configurations defaultFromAddress:s50! portalUrlOverride:s100! siteUrl:s100! \
            logoPath:s200 contactSync:e(FL|LF|CFL|CLF) serverTimeZone:@time_zone_setups! \
            defaultCalendar:@calendars! defaultAddressFormat:@address_formats! useSslFlag:b=false \
            syncLeadsFlag:b=false includePortalLinkFlag:b=false useExpandedFormatTimeFlag:b=false \
            useExpandedFormatActivityFlag:b=false disableZAdminLoginFlag:b=false locale:@locales! \
            updateMemberTimeZonesFlag:b=false",
        count: |_| 1,
        make: listed![
            {"defaultFromAddress": "help@msp.example", "portalUrlOverride": "https://portal.msp.example", "siteUrl": "https://sandbox.connectwise.example", "contactSync": "FL", "serverTimeZone": {"id": 1, "name": "GMT/Greenwich Mean Time", "_info": {}}, "defaultCalendar": {"id": 1, "name": "Standard", "_info": {}}, "defaultAddressFormat": {"id": 1, "name": "Standard", "_info": {}}, "useSslFlag": true, "locale": {"id": 1, "name": "English (United States)", "_info": {}}},
        ],
        writes: Writes::Change,
        ..plain("system/myCompany/other", Resource::MyCompanyOther, "other", "My Company")
    },
    Table {
        fields: "id:i~ name:s50! contents:s! location:@locations department:@departments board:@boards \
            connectWiseId:s",
        count: |_| 2,
        make: listed![
            {"name": "Called back", "contents": "Called the contact back.", "location": {"id": 2, "name": "Main Office", "_info": {}}, "department": {"id": 10, "identifier": "Services", "name": "Professional Services", "_info": {}}, "board": {"id": 1, "name": "Service Desk", "_info": {}}},
            {"name": "Left a message", "contents": "Left a message."},
        ],
        ..plain("system/standardNotes", Resource::StandardNotes, "standardNote", SETUP)
    },
    Table {
        fields: "id:i~ name:s30! roleType:s30 adminFlag:b=false inactiveFlag:b=false",
        count: |_| 64,
        make: listed![
            {"id": 63, "name": "Technician", "roleType": "Custom"},
            {"id": 64, "name": "Admin", "roleType": "Custom", "adminFlag": true},
        ],
        writes: Writes::None,
        twin: true,
        ..plain("system/securityroles", Resource::SecurityRoles, "securityRole", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! timeZone:o offset:f defaultFlag:b=false daylightSavingsFlag:b=false connectWiseId:s",
        count: |_| 2,
        make: listed![
            {"name": "GMT/Greenwich Mean Time", "timeZone": {"id": 1, "name": "GMT Standard Time", "_info": {}}, "offset": 0.0, "defaultFlag": true, "daylightSavingsFlag": true},
            {"name": "GMT-5/Eastern Time: US & Canada", "timeZone": {"id": 2, "name": "Eastern Standard Time", "_info": {}}, "offset": -5.0, "defaultFlag": false, "daylightSavingsFlag": true},
        ],
        twin: true,
        ..plain("system/timeZoneSetups", Resource::TimeZoneSetups, "timeZoneSetup", SETUP)
    },
    Table {
        fields: "id:i~ name:s30! connectWiseId:s",
        count: |_| 1,
        make: listed![
            {"name": "Networking"},
        ],
        ..plain("system/skillCategories", Resource::SkillCategories, "skillCategory", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! category:@skill_categories! connectWiseId:s",
        count: |_| 1,
        make: listed![
            {"name": "Routing", "category": {"id": 1, "name": "Networking", "_info": {}}},
        ],
        twin: true,
        ..plain("system/skills", Resource::Skills, "skill", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! connectWiseId:s",
        count: |_| 1,
        make: listed![
            {"name": "Technician"},
        ],
        twin: true,
        ..plain("system/reportCards", Resource::ReportCards, "reportCard", SETUP)
    },
    Table {
        fields: "id:i~ name:s100! server:s200! domain:s50!",
        count: |_| 1,
        make: listed![
            {"name": "Office", "server": "ldap.msp.example", "domain": "msp.example"},
        ],
        twin: true,
        ..plain("system/ldapConfigurations", Resource::LdapConfigurations, "ldapConfiguration", SETUP)
    },
    Table {
        fields: "id:i~ podId:i! caption:s25! sequenceNumber:i! screenId:s25 helpText:s1000 \
            fieldTypeIdentifier:e(TextArea|Button|Currency|Date|Hyperlink|IPAddress|Checkbox|Number|Percent|PhoneNumber|Text|Password)! \
            numberDecimals:i=0 entryTypeIdentifier:e(Date|EntryField|List|Option) requiredFlag:b=false \
            displayOnScreenFlag:b=true readOnlyFlag:b=false listViewFlag:b=false buttonUrl:s1000 options:o \
            businessUnitIds:o=[] locationIds:o=[] addAllBusinessUnits:b+ removeAllBusinessUnits:b+ \
            addAllLocations:b+ removeAllLocations:b+ connectWiseID:s~ dateCreated:d~ podDescription:s~ \
            screenDescription:s~ displayScreenInASIO:b~=false",
        count: |_| 3,
        make: listed![
            {"podId": 1, "podDescription": "Company Overview", "caption": "Portal id", "sequenceNumber": 1, "screenId": "company_overview", "screenDescription": "Company", "fieldTypeIdentifier": "Text", "entryTypeIdentifier": "EntryField", "dateCreated": "2025-01-02T09:00:00Z", "connectWiseID": "00000001-7535-4f11-828c-de755223c039", "options": []},
            {"podId": 2, "podDescription": "Contact Overview", "caption": "hubspot_contact_id", "sequenceNumber": 1, "screenId": "contact_overview", "screenDescription": "Contact", "fieldTypeIdentifier": "Number", "entryTypeIdentifier": "EntryField", "dateCreated": "2025-01-02T09:00:00Z", "connectWiseID": "00000002-7535-4f11-828c-de755223c039", "options": []},
            {"podId": 3, "podDescription": "Service Ticket", "caption": "External id", "sequenceNumber": 1, "screenId": "service_ticket", "screenDescription": "Service Ticket", "fieldTypeIdentifier": "Text", "entryTypeIdentifier": "EntryField", "dateCreated": "2025-01-02T09:00:00Z", "connectWiseID": "00000003-7535-4f11-828c-de755223c039", "options": []},
        ],
        twin: true,
        ..plain("system/userDefinedFields", Resource::UserDefinedFields, "userDefinedField", SETUP)
    },
    Table {
        fields: "id:i~ description:s100 url:s! objectId:i! type:s! level:s! memberId:i~ payloadVersion:s~ \
            inactiveFlag:b=false isSoapCallbackFlag:b~=false isSelfSuppressedFlag:b~=false connectWiseID:s~",
        rules: &[Rule::Callback],
        listens: true,
        ..plain("system/callbacks", Resource::Callbacks, "callbackEntry", SETUP)
    },
    Table {
        fields: "id:i~ name:s!",
        count: |_| 1,
        make: listed![
            {"name": "English (United States)"},
        ],
        writes: Writes::None,
        ..plain("", Resource::Locales, "locale", SETUP)
    },
];
