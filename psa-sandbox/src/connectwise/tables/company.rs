//! Companies, contacts and configurations, with their setup tables.

use crate::connectwise::generators as make;
use crate::connectwise::generators::listed;
use crate::connectwise::resource::Resource;
use crate::connectwise::table::{Answers, Rule, SETUP, STRIDE, Table, Writes, belongs, follows, plain};

pub(super) static TABLES: &[Table] = &[
    Table {
        fields: "id:i~ identifier:s30! name:s50! status:@company_statuses addressLine1:s50 addressLine2:s50 city:s50 \
            state:s50 zip:s12 country:@countries phoneNumber:s30 faxNumber:s30= website:s255 \
            territory:@locations=2 market:@market_descriptions accountNumber:s= defaultContact:@contacts \
            dateAcquired:d sicCode:@sic_codes parentCompany:@companies annualRevenue:f=0.0 numberOfEmployees:i \
            yearEstablished:i1900-9999 revenueYear:i1900-9999 ownershipType:@ownership_types \
            timeZoneSetup:@time_zone_setups=1 leadSource:s50 leadFlag:b=false unsubscribeFlag:b=false \
            calendar:@calendars userDefinedField1:s50 userDefinedField2:s50 userDefinedField3:s50 \
            userDefinedField4:s50 userDefinedField5:s50 userDefinedField6:s50 userDefinedField7:s50 \
            userDefinedField8:s50 userDefinedField9:s50 userDefinedField10:s50 vendorIdentifier:s= \
            taxIdentifier:s= taxCode:@tax_codes billingTerms:@billing_terms invoiceTemplate:@invoice_templates \
            pricingSchedule:@pricing_schedules companyEntityType:@entity_types billToCompany:@companies \
            billingSite:@sites billingContact:@contacts invoiceDeliveryMethod:@delivery_methods=1 \
            invoiceToEmailAddress:s invoiceCCEmailAddress:s deletedFlag:b~=false dateDeleted:d~ deletedBy:s~ \
            mobileGuid:g~=new facebookUrl:s twitterUrl:s linkedInUrl:s currency:@currencies=7 \
            territoryManager:@members resellerIdentifier:s isVendorFlag:b=false types:*@company_types^ \
            site:@sites integratorTags:o customFields:o additionalDebt:f creditLimit:f emailTemplate:o \
            typeIds:o+",
        count: |d| d.companies,
        make: make::company,
        belongs: &[belongs("defaultContact", "", "company"), belongs("site", "", "company")],
        shows: &[("identifier", "identifier")],
        unfiltered: &["types"],
        callback: "company",
        writes: Writes::Soft,
        rules: &[Rule::Company],
        screen: "company_overview",
        ..plain("company/companies", Resource::Companies, "company", "Company Maintenance")
    },
    Table {
        fields: "id:i~ name:s50! addressLine1:s50 addressLine2:s50 city:s50 stateReference:@states zip:s12 \
            country:@countries addressFormat:s phoneNumber:s30 phoneNumberExt:s30 faxNumber:s30 \
            taxCode:@tax_codes entityType:@entity_types expenseReimbursement:f primaryAddressFlag:b=false \
            defaultShippingFlag:b=false defaultBillingFlag:b=false defaultMailingFlag:b=false \
            inactiveFlag:b=false billSeparateFlag:b=false mobileGuid:g~=new calendar:@calendars \
            timeZone:@time_zone_setups company:@companies~ customFields:o",
        parent: Some((Resource::Companies, "company")),
        count: |d| d.companies * STRIDE + 9,
        make: make::site,
        unfiltered: &["defaultFlag"],
        ..plain("company/companies/{parent}/sites", Resource::Sites, "site", "Company Maintenance")
    },
    Table {
        fields: "id:i~ name:s50! defaultFlag:b=false inactiveFlag:b=false notifyFlag:b=false \
            disallowSavingFlag:b=false notificationMessage:s500 customNoteFlag:b=false \
            cancelOpenTracksFlag:b=false track:@tracks connectWiseId:s",
        count: |_| 3,
        make: listed![
            {"name": "Active", "notificationMessage": "", "notifyFlag": false, "defaultFlag": true},
            {"name": "Inactive", "notificationMessage": "", "notifyFlag": false},
            {"name": "Credit Hold", "notificationMessage": "Ask accounts first.", "notifyFlag": true},
        ],
        ..plain("company/companies/statuses", Resource::CompanyStatuses, "companyStatus", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! defaultFlag:b=false vendorFlag:b=false serviceAlertFlag:b=false \
            serviceAlertMessage:s150 connectWiseId:s",
        count: |_| 3,
        make: listed![
            {"name": "Customer", "defaultFlag": true},
            {"name": "Prospect"},
            {"name": "Vendor", "vendorFlag": true},
        ],
        ..plain("company/companies/types", Resource::CompanyTypes, "companyType", SETUP)
    },
    Table {
        fields: "id:i~ text:s! type:@company_note_types flagged:b=false enteredBy:s~ company:@companies~",
        parent: Some((Resource::Companies, "company")),
        count: |d| d.companies * STRIDE + 9,
        make: make::company_note,
        ..plain("company/companies/{parent}/notes", Resource::CompanyNotes, "companyNote", "Company Maintenance")
    },
    Table {
        fields: "id:i~ type:@company_types! company:@companies~",
        parent: Some((Resource::Companies, "company")),
        count: |d| d.companies * STRIDE + 9,
        make: make::company_type_association,
        ..plain(
            "company/companies/{parent}/typeAssociations",
            Resource::CompanyTypeAssociations,
            "companyTypeAssociation",
            "Company Maintenance",
        )
    },
    Table {
        fields: "id:i~ company:@companies~ teamRole:@team_roles! location:@locations department:@departments \
            contact:@contacts member:@members accountManagerFlag:b=false techFlag:b=false salesFlag:b=false",
        parent: Some((Resource::Companies, "company")),
        count: |d| d.companies * STRIDE + 9,
        make: make::company_team,
        belongs: &[belongs("contact", "company", "company")],
        ..plain("company/companies/{parent}/teams", Resource::CompanyTeams, "companyTeam", "Company Maintenance")
    },
    Table {
        fields: "id:i~ identifier:s15 name:s50! defaultFlag:b=false importFlag:b=false connectWiseId:s",
        count: |_| 2,
        make: listed![
            {"name": "Comments", "identifier": "Comments", "defaultFlag": true},
            {"name": "Meeting", "identifier": "Meeting"},
        ],
        twin: true,
        ..plain("company/noteTypes", Resource::CompanyNoteTypes, "noteType", SETUP)
    },
    Table {
        fields: "id:i~ name:s20! accountManagerFlag:b=false techFlag:b=false salesFlag:b=false connectWiseId:s",
        count: |_| 3,
        make: listed![
            {"name": "Account Manager", "accountManagerFlag": true},
            {"name": "Technician", "techFlag": true},
            {"name": "Salesperson", "salesFlag": true},
        ],
        twin: true,
        ..plain("company/teamRoles", Resource::TeamRoles, "teamRole", SETUP)
    },
    Table {
        fields: "id:i~ firstName:s30! lastName:s30 company:@companies site:@sites addressLine1:s addressLine2:s \
            city:s state:s zip:s country:@countries relationship:@contact_relationships relationshipOverride:s \
            department:@contact_departments inactiveFlag:b=false defaultMergeContactId:#contacts \
            securityIdentifier:s managerContact:@contacts assistantContact:@contacts title:s school:s nickName:s \
            marriedFlag:b=false childrenFlag:b=false children:s significantOther:s portalPassword:s+ \
            portalSecurityLevel:i=1 disablePortalLoginFlag:b=true unsubscribeFlag:b=false gender:e(Female|Male) \
            birthDay:s anniversary:s presence:e(NoAgent|Online|DoNotDisturb|Away|Offline) mobileGuid:g~=new \
            facebookUrl:s twitterUrl:s linkedInUrl:s defaultPhoneType:s defaultPhoneNbr:s \
            defaultPhoneExtension:s defaultBillingFlag:b=false defaultFlag:b=false userDefinedField1:s50 \
            userDefinedField2:s50 userDefinedField3:s50 userDefinedField4:s50 userDefinedField5:s50 \
            userDefinedField6:s50 userDefinedField7:s50 userDefinedField8:s50 userDefinedField9:s50 \
            userDefinedField10:s50 companyLocation:@locations=2 communicationItems:o types:*@contact_types^ \
            integratorTags:o customFields:o photo:@documents ignoreDuplicates:b=false typeIds:o+",
        count: |d| d.companies * 3,
        make: make::contact,
        belongs: &[follows("site", "company", "company")],
        unfiltered: &["types", "communicationItems"],
        callback: "contact",
        rules: &[Rule::Contact],
        screen: "contact_overview",
        ..plain("company/contacts", Resource::Contacts, "contact", "Contacts")
    },
    Table {
        fields: "id:i~ contactId:i~ type:@communication_types! value:s250! extension:s15 defaultFlag:b=false \
            mobileGuid:g~=new communicationType:e(Email|Fax|Phone) domain:s~",
        parent: Some((Resource::Contacts, "contactId")),
        answers: Answers::Communications,
        ..plain(
            "company/contacts/{parent}/communications",
            Resource::Communications,
            "contactCommunication",
            "Contacts",
        )
    },
    Table {
        fields: "id:i~ description:s! phoneFlag:b=false faxFlag:b=false emailFlag:b=false defaultFlag:b=false \
            exchangeXref:s50 iphoneXref:s50 androidXref:s50 googleXref:s50 connectWiseId:s disabled:b=false",
        count: |_| 26,
        make: listed![
            {"id": 1, "description": "Email", "emailFlag": true, "defaultFlag": true},
            {"id": 2, "description": "Phone - Direct", "phoneFlag": true, "defaultFlag": true},
            {"id": 3, "description": "Fax - Work", "faxFlag": true, "defaultFlag": true},
            {"id": 4, "description": "Cell", "phoneFlag": true},
            {"id": 13, "description": "Individual Professional", "emailFlag": true},
            {"id": 26, "description": "Work Fax", "faxFlag": true},
        ],
        twin: true,
        ..plain("company/communicationTypes", Resource::CommunicationTypes, "communicationType", SETUP)
    },
    Table {
        fields: "id:i~ description:s50! defaultFlag:b=false serviceAlertFlag:b=false serviceAlertMessage:s150 \
            connectWiseId:s",
        count: |_| 2,
        make: listed![
            {"description": "Decision Maker"},
            {"description": "Billing"},
        ],
        twin: true,
        ..plain("company/contacts/types", Resource::ContactTypes, "contactType", SETUP)
    },
    Table {
        fields: "id:i~ type:@contact_types! contact:@contacts~",
        parent: Some((Resource::Contacts, "contact")),
        ..plain(
            "company/contacts/{parent}/typeAssociations",
            Resource::ContactTypeAssociations,
            "contactTypeAssociation",
            "Contacts",
        )
    },
    Table {
        fields: "id:i~ name:s30! connectWiseId:s",
        count: |_| 2,
        make: listed![
            {"name": "Accounts"},
            {"name": "Operations"},
        ],
        twin: true,
        ..plain("company/contacts/departments", Resource::ContactDepartments, "contactDepartment", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! connectWiseId:s",
        count: |_| 2,
        make: listed![
            {"name": "Employee"},
            {"name": "Supplier"},
        ],
        ..plain("company/contacts/relationships", Resource::ContactRelationships, "contactRelationship", SETUP)
    },
    Table {
        fields: "id:i~ name:s100! type:@configuration_types! status:@configuration_statuses=1 company:@companies! \
            contact:@contacts site:@sites locationId:#locations=2 location:@locations \
            businessUnitId:#departments=10 department:@departments deviceIdentifier:s100 serialNumber:s250 \
            modelNumber:s50 tagNumber:s50 purchaseDate:d installationDate:d installedBy:@members \
            warrantyExpirationDate:d vendorNotes:s notes:s macAddress:s25 lastLoginName:s100 billFlag:b=false \
            backupSuccesses:i backupIncomplete:i backupFailed:i backupRestores:i lastBackupDate:d \
            backupServerName:s50 backupBillableSpaceGb:f backupProtectedDeviceList:s backupYear:i backupMonth:i \
            ipAddress:s50 defaultGateway:s50 osType:s250 osInfo:s250 cpuSpeed:s100 ram:s25 localHardDrives:s \
            parentConfigurationId:#configurations vendor:@companies manufacturer:@manufacturers questions:o \
            activeFlag:b=true managementLink:s1000 remoteLink:s1000 sla:@slas mobileGuid:s~ \
            displayVendorFlag:b=false companyLocationId:#locations showRemoteFlag:b=false \
            showAutomateFlag:b=false needsRenewalFlag:b=false manufacturerPartNumber:s50 customFields:o",
        count: |d| d.companies * 4,
        make: make::configuration,
        belongs: &[belongs("contact", "company", "company"), belongs("site", "company", "company")],
        callback: "configuration",
        ..plain("company/configurations", Resource::Configurations, "configuration", "Configurations")
    },
    Table {
        fields: "id:i~ description:s50! closedFlag:b=false defaultFlag:b=false connectWiseId:s",
        count: |_| 2,
        make: listed![
            {"description": "Active", "defaultFlag": true},
            {"description": "Retired", "closedFlag": true},
        ],
        twin: true,
        ..plain("company/configurations/statuses", Resource::ConfigurationStatuses, "configurationStatus", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! inactiveFlag:b=false systemFlag:b=false connectWiseId:s",
        count: |_| 3,
        make: listed![
            {"name": "Workstation"},
            {"name": "Server"},
            {"name": "Printer"},
        ],
        ..plain("company/configurations/types", Resource::ConfigurationTypes, "configurationType", SETUP)
    },
    Table {
        fields: "id:i~ configurationType:@configuration_types~ \
            fieldType:e(TextArea|Currency|Date|Hyperlink|IPAddress|Checkbox|Number|Percent|Text|Password)! \
            entryType:e(Date|EntryField|List|Option)! sequenceNumber:f! question:s1000! numberOfDecimals:i=0 \
            requiredFlag:b=false inactiveFlag:b=false",
        parent: Some((Resource::ConfigurationTypes, "configurationType")),
        count: |_| 11,
        make: listed![
            {"id": 11, "configurationType": {"id": 1, "name": "Workstation", "_info": {}}, "fieldType": "Text", "entryType": "EntryField", "sequenceNumber": 1.0, "question": "Asset owner"},
        ],
        ..plain(
            "company/configurations/types/{parent}/questions",
            Resource::ConfigurationQuestions,
            "configurationTypeQuestion",
            SETUP,
        )
    },
    Table {
        fields: "id:i~ name:s50! defaultFlag:b=false currency:@currencies cityCaption:s25 stateCaption:s25 \
            zipCaption:s25 zipMinimumLength:i dialingPrefix:s5 addressFormat:@address_formats countryCode:s2 \
            connectWiseId:s disabled:b=false",
        count: |_| 28,
        make: listed![
            {"name": "United States", "countryCode": "US", "currency": {"id": 7, "name": "US Dollars"}, "defaultFlag": true},
            {"name": "United Kingdom", "countryCode": "GB", "currency": {"id": 7, "name": "US Dollars"}},
            {"name": "Canada", "countryCode": "CA", "currency": {"id": 7, "name": "US Dollars"}},
            {"name": "Australia", "countryCode": "AU", "currency": {"id": 7, "name": "US Dollars"}},
            {"name": "New Zealand", "countryCode": "NZ", "currency": {"id": 7, "name": "US Dollars"}},
            {"name": "Ireland", "countryCode": "IE", "currency": {"id": 7, "name": "US Dollars"}},
            {"name": "South Africa", "countryCode": "ZA", "currency": {"id": 7, "name": "US Dollars"}},
            {"name": "Germany", "countryCode": "DE", "currency": {"id": 7, "name": "US Dollars"}},
            {"name": "France", "countryCode": "FR", "currency": {"id": 7, "name": "US Dollars"}},
            {"name": "Netherlands", "countryCode": "NL", "currency": {"id": 7, "name": "US Dollars"}},
            {"name": "Belgium", "countryCode": "BE", "currency": {"id": 7, "name": "US Dollars"}},
            {"name": "Austria", "countryCode": "AT", "currency": {"id": 7, "name": "US Dollars"}},
            {"name": "Switzerland", "countryCode": "CH", "currency": {"id": 7, "name": "US Dollars"}},
            {"name": "Spain", "countryCode": "ES", "currency": {"id": 7, "name": "US Dollars"}},
            {"name": "Portugal", "countryCode": "PT", "currency": {"id": 7, "name": "US Dollars"}},
            {"name": "Italy", "countryCode": "IT", "currency": {"id": 7, "name": "US Dollars"}},
            {"name": "Denmark", "countryCode": "DK", "currency": {"id": 7, "name": "US Dollars"}},
            {"name": "Norway", "countryCode": "NO", "currency": {"id": 7, "name": "US Dollars"}},
            {"name": "Sweden", "countryCode": "SE", "currency": {"id": 7, "name": "US Dollars"}},
            {"name": "Finland", "countryCode": "FI", "currency": {"id": 7, "name": "US Dollars"}},
            {"name": "Iceland", "countryCode": "IS", "currency": {"id": 7, "name": "US Dollars"}},
            {"name": "Poland", "countryCode": "PL", "currency": {"id": 7, "name": "US Dollars"}},
            {"name": "Czech Republic", "countryCode": "CZ", "currency": {"id": 7, "name": "US Dollars"}},
            {"name": "India", "countryCode": "IN", "currency": {"id": 7, "name": "US Dollars"}},
            {"name": "Japan", "countryCode": "JP", "currency": {"id": 7, "name": "US Dollars"}},
            {"name": "Singapore", "countryCode": "SG", "currency": {"id": 7, "name": "US Dollars"}},
            {"name": "Mexico", "countryCode": "MX", "currency": {"id": 7, "name": "US Dollars"}},
            {"name": "Brazil", "countryCode": "BR", "currency": {"id": 7, "name": "US Dollars"}},
        ],
        shows: &[("countryCode", "identifier")],
        twin: true,
        ..plain("company/countries", Resource::Countries, "country", SETUP)
    },
    Table {
        fields: "id:i~ identifier:s50! name:s50! country:@countries! connectWiseId:s disabled:b=false",
        count: |_| 8,
        make: listed![
            {"identifier": "NY", "name": "New York", "country": {"id": 1, "name": "United States"}},
            {"identifier": "FL", "name": "Florida", "country": {"id": 1, "name": "United States"}},
            {"identifier": "GA", "name": "Georgia", "country": {"id": 1, "name": "United States"}},
            {"identifier": "CA", "name": "California", "country": {"id": 1, "name": "United States"}},
            {"identifier": "TX", "name": "Texas", "country": {"id": 1, "name": "United States"}},
            {"identifier": "WY", "name": "Yorks", "country": {"id": 2, "name": "United Kingdom"}},
            {"identifier": "LND", "name": "London", "country": {"id": 2, "name": "United Kingdom"}},
            {"identifier": "ON", "name": "Ontario", "country": {"id": 3, "name": "Canada"}},
        ],
        shows: &[("identifier", "identifier")],
        twin: true,
        ..plain("company/states", Resource::States, "state", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! connectWiseId:s",
        count: |_| 2,
        make: listed![
            {"name": "Manufacturing"},
            {"name": "Legal"},
        ],
        twin: true,
        ..plain("company/marketDescriptions", Resource::MarketDescriptions, "marketDescription", SETUP)
    },
    Table {
        fields: "id:i~ name:s200! connectWiseId:s",
        count: |_| 2,
        make: listed![
            {"name": "Private"},
            {"name": "Public"},
        ],
        twin: true,
        ..plain("company/ownershipTypes", Resource::OwnershipTypes, "ownershipType", SETUP)
    },
    Table {
        fields: "id:i~ name:s code:s",
        count: |_| 2,
        make: listed![
            {"name": "Business", "code": "B"},
            {"name": "Government", "code": "G"},
        ],
        twin: true,
        ..plain("company/entityTypes", Resource::EntityTypes, "entityType", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! format:s250! defaultFlag:b=false countryIds:o addAllCountries:b+ \
            removeAllCountries:b+ connectWiseId:s",
        count: |_| 1,
        make: listed![
            {"name": "Standard", "format": "{city}, {state} {zip}", "countryIds": [1], "defaultFlag": true},
        ],
        twin: true,
        ..plain("company/addressFormats", Resource::AddressFormats, "addressFormat", SETUP)
    },
    Table {
        fields: "id:i~ name:s100! inactiveFlag:b=false notifyActionIds:o connectWiseId:s",
        count: |_| 1,
        make: listed![
            {"name": "New customer", "notifyActionIds": []},
        ],
        ..plain("company/tracks", Resource::Tracks, "track", SETUP)
    },
    Table {
        fields: "id:i~ name:s!",
        count: |_| 1209,
        make: listed![
            {"id": 1209, "name": "5734 - Computer and software stores"},
        ],
        writes: Writes::None,
        ..plain("", Resource::SicCodes, "sicCode", SETUP)
    },
];
