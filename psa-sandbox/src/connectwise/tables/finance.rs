//! Invoices, agreements and the catalogue, with their setup tables.

use crate::connectwise::generators as make;
use crate::connectwise::generators::listed;
use crate::connectwise::resource::Resource;
use crate::connectwise::table::{SETUP, STRIDE, Table, Typed, Writes, belongs, plain};

pub(super) static TABLES: &[Table] = &[
    Table {
        fields: "id:i~ invoiceNumber:s15 type:e(Agreement|CreditMemo|DownPayment|Miscellaneous|Progress|Standard)! \
            status:@billing_statuses=1 company:@companies! billToCompany:@companies shipToCompany:@companies \
            accountNumber:s applyToType:e(All|Agreement|Project|ProjectPhase|SalesOrder|Ticket)=All applyToId:i \
            attention:s60 shipToAttention:s60 billingSite:@sites billingSiteAddressLine1:s \
            billingSiteAddressLine2:s billingSiteCity:s billingSiteState:s billingSiteZip:s billingSiteCountry:s \
            shippingSite:@sites shippingSiteAddressLine1:s shippingSiteAddressLine2:s shippingSiteCity:s \
            shippingSiteState:s shippingSiteZip:s shippingSiteCountry:s billingTerms:@billing_terms \
            reference:s50 customerPO:s50 templateSetupId:i invoiceTemplate:@invoice_templates emailTemplateId:i \
            addToBatchEmailList:b=false date:d restrictDownpaymentFlag:b=false locationId:#locations=2 \
            location:@locations=2 departmentId:#departments=10 department:@departments=10 territoryId:#locations \
            territory:@locations topComment:s bottomComment:s taxableFlag:b=false taxCode:@tax_codes \
            internalNotes:s downpaymentPreviouslyTaxedFlag:b=false serviceTotal:f~=0.0 \
            overrideDownPaymentAmountFlag:b=false currency:@currencies=7 dueDate:d expenseTotal:f~=0.0 \
            productTotal:f~=0.0 previousProgressApplied:f=0.0 serviceAdjustmentAmount:f=0.0 \
            agreementAmount:f=0.0 downpaymentApplied:f=0.0 subtotal:f~=0.0 total:f~=0.0 \
            remainingDownpayment:f=0.0 salesTax:f~=0.0 adjustmentReason:s adjustedBy:s~ closedBy:s~ \
            payments:f~=0.0 credits:f~=0.0 balance:f~=0.0 specialInvoiceFlag:b=false \
            billingSetupReference:@billing_setups ticket:@tickets project:@projects phase:@project_phases \
            salesOrder:@sales_orders agreement:@agreements glBatch:@gl_batches~ unbatchedBatch:@gl_batches~ \
            customFields:o",
        count: |d| d.companies,
        make: make::invoice,
        belongs: &[
            belongs("billingSite", "billToCompany", "company"),
            belongs("shippingSite", "shipToCompany", "company"),
        ],
        typed: &[Typed {
            id: "applyToId",
            kind: "applyToType",
            tables: &[
                ("Agreement", &[Resource::Agreements]),
                ("Project", &[Resource::Projects]),
                ("ProjectPhase", &[Resource::ProjectPhases]),
                ("SalesOrder", &[Resource::SalesOrders]),
                ("Ticket", &[Resource::Tickets, Resource::ProjectTickets]),
            ],
        }],
        shows: &[("invoiceNumber", "identifier")],
        on_replace: &["locationId"],
        callback: "invoice",
        ..plain("finance/invoices", Resource::Invoices, "invoice", "Invoicing")
    },
    Table {
        fields: "id:i~ name:s100! type:@agreement_types! company:@companies! contact:@contacts! site:@sites \
            subContractCompany:@companies subContractContact:@contacts parentAgreement:@agreements \
            customerPO:s50 location:@locations=2 department:@departments=10 restrictLocationFlag:b=false \
            restrictDepartmentFlag:b=false startDate:d endDate:d noEndingDateFlag:b=false \
            opportunity:@opportunities cancelledFlag:b=false dateCancelled:d reasonCancelled:s100 sla:@slas \
            workOrder:s20 internalNotes:s applicationUnits:e(Amount|Hours|Incidents)=Amount \
            applicationLimit:f=0.0 \
            applicationCycle:e(Contract2Weeks|Contract4Weeks|ContractYear|CalendarMonth|CalendarQuarter|CalendarWeek|ContractQuarter|CalendarYear)=CalendarMonth \
            applicationUnlimitedFlag:b=false oneTimeFlag:b=false coverAgreementTime:b=false \
            coverAgreementProduct:b=false coverAgreementExpense:b=false coverSalesTax:b=false \
            carryOverUnused:b=false allowOverruns:b=false expiredDays:i limit:i expireWhenZero:b=false \
            chargeToFirm:b=false employeeCompRate:e(Actual|Hourly)=Actual \
            employeeCompNotExceed:e(Billing|Amount|Percent)=Billing compHourlyRate:f=0.0 compLimitAmount:f=0.0 \
            billingCycle:@billing_cycles=2 billOneTimeFlag:b=false billingTerms:@billing_terms \
            invoicingCycle:e(ContractYear|CalendarYear)=CalendarYear billToCompany:@companies \
            billToContact:@contacts billToSite:@sites billAmount:f=0.0 taxable:b=false prorateFirstBill:f \
            billStartDate:d taxCode:@tax_codes restrictDownPayment:b=false prorateFlag:b=false \
            invoiceProratedAdditionsFlag:b=false invoiceDescription:s topComment:b=false bottomComment:b=false \
            workRole:@work_roles workType:@work_types projectType:@project_types \
            invoiceTemplate:@invoice_templates billTime:e(Billable|DoNotBill|NoCharge|NoDefault)=NoDefault \
            billExpenses:e(Billable|DoNotBill|NoCharge|NoDefault)=NoDefault \
            billProducts:e(Billable|DoNotBill|NoCharge|NoDefault)=NoDefault billableTimeInvoice:b=false \
            billableExpenseInvoice:b=false billableProductInvoice:b=false currency:@currencies=7 \
            periodType:e(Current|Future|Both|Undefined) autoInvoiceFlag:b=false nextInvoiceDate:d~ \
            companyLocation:@locations=2 shipToCompany:@companies shipToContact:@contacts shipToSite:@sites \
            agreementStatus:e(Active|Cancelled|Expired|Inactive)~=Active customFields:o",
        count: |d| d.companies / 2,
        make: make::agreement,
        belongs: &[
            belongs("contact", "company", "company"),
            belongs("site", "company", "company"),
            belongs("billToContact", "billToCompany", "company"),
            belongs("billToSite", "billToCompany", "company"),
            belongs("shipToContact", "shipToCompany", "company"),
            belongs("shipToSite", "shipToCompany", "company"),
        ],
        on_replace: &["employeeCompRate", "invoicingCycle", "billTime", "billExpenses", "billProducts"],
        callback: "agreement",
        ..plain("finance/agreements", Resource::Agreements, "agreement", "Agreements")
    },
    Table {
        fields: "id:i~ product:@catalog_items! quantity:f=0.0 lessIncluded:f=0.0 unitPrice:f=0.0 unitCost:f=0.0 \
            billCustomer:e(Billable|DoNotBill|NoCharge)! effectiveDate:d cancelledDate:d taxableFlag:b=false \
            serialNumber:s50 invoiceDescription:s6000 purchaseItemFlag:b=false specialOrderFlag:b=false \
            agreementId:i~ description:s billedQuantity:f~=0.0 uom:s extPrice:f~=0.0 extCost:f~=0.0 \
            sequenceNumber:f=0.0 margin:f~=0.0 prorateCost:f proratePrice:f extendedProrateCost:f \
            extendedProratePrice:f prorateCurrentPeriodFlag:b=false opportunity:@opportunities \
            agreementStatus:e(Active|Cancelled|Expired|Inactive)~=Active invoiceGrouping:@invoice_groupings \
            customFields:o",
        parent: Some((Resource::Agreements, "agreementId")),
        count: |d| d.companies / 2 * STRIDE + 9,
        make: make::addition,
        ..plain("finance/agreements/{parent}/additions", Resource::Additions, "addition", "Agreements")
    },
    Table {
        fields: "id:i~ name:s50! prefixSuffixOption:e(Prefix|Suffix) defaultFlag:b=false inactiveFlag:b=false \
            prePaymentFlag:b=false invoicePreSuffix:s5 location:@locations department:@departments \
            restrictLocationFlag:b=false restrictDepartmentFlag:b=false sla:@slas \
            applicationUnits:e(Amount|Hours|Incidents)=Amount applicationLimit:f=0.0 \
            applicationCycle:e(Contract2Weeks|Contract4Weeks|ContractYear|CalendarMonth|CalendarQuarter|CalendarWeek|ContractQuarter|CalendarYear)=CalendarMonth \
            applicationUnlimitedFlag:b=false oneTimeFlag:b=false coverAgreementTimeFlag:b=false \
            coverAgreementProductFlag:b=false coverAgreementExpenseFlag:b=false coverSalesTaxFlag:b=false \
            carryOverUnusedFlag:b=false allowOverrunsFlag:b=false expiredDays:i limit:i expireWhenZero:b=false \
            chargeToFirmFlag:b=false employeeCompRate:e(Actual|Hourly)! \
            employeeCompNotExceed:e(Billing|Amount|Percent)! compHourlyRate:f=0.0 compLimitAmount:f=0.0 \
            billingCycle:@billing_cycles billOneTimeFlag:b=false billingTerms:@billing_terms \
            invoicingCycle:e(ContractYear|CalendarYear)! billAmount:f=0.0 taxableFlag:b=false \
            restrictDownPaymentFlag:b=false invoiceDescription:s4000 topCommentFlag:b=false \
            bottomCommentFlag:b=false workRole:@work_roles workType:@work_types projectType:@project_types \
            invoiceTemplate:@invoice_templates billTime:e(Billable|DoNotBill|NoCharge|NoDefault)! \
            billExpenses:e(Billable|DoNotBill|NoCharge|NoDefault)! \
            billProducts:e(Billable|DoNotBill|NoCharge|NoDefault)! billableTimeInvoiceFlag:b=false \
            billableExpenseInvoiceFlag:b=false billableProductInvoiceFlag:b=false copyWorkRolesFlag:b=false \
            copyWorkTypesFlag:b=false exclusionWorkRoleIds:o addAllWorkRoleExclusions:b+ \
            removeAllWorkRoleExclusions:b+ exclusionWorkTypeIds:o addAllWorkTypeExclusions:b+ \
            removeAllWorkTypeExclusions:b+ integrationXRef:s50 prorateFlag:b=false \
            emailTemplate:@email_templates autoInvoiceFlag:b=false invoiceProratedAdditionsFlag:b=false \
            connectWiseId:s",
        count: |_| 2,
        make: listed![
            {"name": "Managed Services", "billTime": "Billable", "billExpenses": "Billable", "billProducts": "Billable", "employeeCompRate": "Actual", "employeeCompNotExceed": "Billing", "invoicingCycle": "CalendarYear", "defaultFlag": true},
            {"name": "Block Time", "billTime": "Billable", "billExpenses": "Billable", "billProducts": "Billable", "employeeCompRate": "Actual", "employeeCompNotExceed": "Billing", "invoicingCycle": "CalendarYear"},
        ],
        twin: true,
        ..plain("finance/agreements/types", Resource::AgreementTypes, "agreementType", SETUP)
    },
    Table {
        fields: "id:i~ identifier:s5! name:s50! defaultFlag:b=false \
            billingOptions:e(BiMonthly|BiWeekly|Monthly|NotRecurring|Quarterly|SemiAnnual|Weekly|Yearly)! \
            connectWiseId:s",
        count: |_| 4,
        make: listed![
            {"identifier": "W", "name": "Weekly", "billingOptions": "Weekly", "defaultFlag": false},
            {"identifier": "M", "name": "Monthly", "billingOptions": "Monthly", "defaultFlag": true},
            {"identifier": "Q", "name": "Quarterly", "billingOptions": "Quarterly", "defaultFlag": false},
            {"identifier": "Y", "name": "Yearly", "billingOptions": "Yearly", "defaultFlag": false},
        ],
        twin: true,
        ..plain("finance/billingCycles", Resource::BillingCycles, "billingCycle", SETUP)
    },
    Table {
        fields: "id:i~ name:s30! sortOrder:i=0 defaultFlag:b=false closedFlag:b=false inactiveFlag:b=false \
            sentFlag:b=false connectWiseId:s",
        count: |_| 2,
        make: listed![
            {"name": "New", "sortOrder": 1, "defaultFlag": true},
            {"name": "Closed", "sortOrder": 2, "closedFlag": true, "sentFlag": true},
        ],
        shows: &[("closedFlag", "isClosed")],
        twin: true,
        ..plain("finance/billingStatuses", Resource::BillingStatuses, "billingStatus", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! defaultFlag:b=false dueDays:i! termsXref:s50 connectWiseId:s",
        count: |_| 3,
        make: listed![
            {"name": "Due on receipt", "dueDays": 0, "defaultFlag": false},
            {"name": "Net 10 days", "dueDays": 10, "defaultFlag": false},
            {"name": "Net 30 days", "dueDays": 30, "defaultFlag": true},
        ],
        called: "Billing Terms",
        twin: true,
        ..plain("finance/billingTerms", Resource::BillingTerms, "billingTerm", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! defaultFlag:b=false emailFlag:b=false integrationEmailFlag:b=false \
            integrationPrintFlag:b=false integrationActiveFlag:b=false connectWiseId:s",
        count: |_| 2,
        make: listed![
            {"name": "Mail", "defaultFlag": true},
            {"name": "Email", "emailFlag": true},
        ],
        ..plain("finance/deliveryMethods", Resource::DeliveryMethods, "deliveryMethod", SETUP)
    },
    Table {
        fields: "id:i~ currencyIdentifier:s10! name:s50! symbol:s10 displayIdFlag:b=false displaySymbolFlag:b=false \
            currencyCode:o thousandsSeparator:s1 decimalSeparator:s1 negativeParenthesesFlag:b=false \
            rightAlign:b=false numberOfDecimals:i reportFormat:s connectWiseId:s",
        count: |_| 9,
        make: listed![
            {"id": 7, "currencyIdentifier": "USD", "name": "US Dollars", "symbol": "$", "displayIdFlag": true, "displaySymbolFlag": true, "currencyCode": {"id": 7, "name": "USD"}, "thousandsSeparator": ",", "decimalSeparator": ".", "numberOfDecimals": 2, "reportFormat": "$#,##0.00"},
            {"id": 8, "currencyIdentifier": "GBP", "name": "Pounds Sterling", "symbol": "£", "displayIdFlag": true, "displaySymbolFlag": true, "currencyCode": {"id": 8, "name": "GBP"}, "thousandsSeparator": ",", "decimalSeparator": ".", "numberOfDecimals": 2, "reportFormat": "£#,##0.00"},
            {"id": 9, "currencyIdentifier": "EUR", "name": "Euro", "symbol": "€", "displayIdFlag": true, "displaySymbolFlag": true, "currencyCode": {"id": 9, "name": "EUR"}, "thousandsSeparator": ",", "decimalSeparator": ".", "numberOfDecimals": 2, "reportFormat": "€#,##0.00"},
        ],
        shows: &[
            ("symbol", "symbol"),
            ("decimalSeparator", "decimalSeparator"),
            ("numberOfDecimals", "numberOfDecimals"),
            ("thousandsSeparator", "thousandsSeparator"),
            ("negativeParenthesesFlag", "negativeParenthesesFlag"),
            ("displaySymbolFlag", "displaySymbolFlag"),
            ("currencyIdentifier", "currencyIdentifier"),
            ("displayIdFlag", "displayIdFlag"),
            ("rightAlign", "rightAlign"),
            ("currencyIdentifier", "currencyCode"),
        ],
        twin: true,
        ..plain("finance/currencies", Resource::Currencies, "currency", SETUP)
    },
    Table {
        fields: "id:i~ identifier:s8! description:s50! invoiceCaption:s25! country:@countries effectiveDate:d! \
            defaultFlag:b=false displayOnInvoiceFlag:b=false canadaCalculateGSTFlag:b=false cancelDate:d \
            levelOneRate:f levelOneRateType:e(Amount|Percent) levelOneCaption:s25 levelOneServicesFlag:b=false \
            levelOneExpensesFlag:b=false levelOneProductsFlag:b=false connectWiseId:s",
        count: |_| 1,
        make: listed![
            {"identifier": "STD", "description": "Sales tax", "invoiceCaption": "Sales tax", "effectiveDate": "2020-01-01T00:00:00Z", "defaultFlag": true, "levelOneRate": 20.0, "levelOneRateType": "Percent", "levelOneCaption": "Tax"},
        ],
        writes: Writes::None,
        twin: true,
        ..plain("finance/taxCodes", Resource::TaxCodes, "taxCode", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! marginLeft:f marginRight:f marginTop:f marginBottom:f logoVisibleFlag:b=false \
            headerLogoPosition:e(Center|LeftSide|RightSide) remitToVisibleFlag:b=false \
            headerAddressPosition:e(Center|LeftSide|RightSide) headerTitleVisibleFlag:b=false \
            headerTitleCaption:s50 portalFlag:b=false servicesCollapsedFlag:b=false \
            expensesCollapsedFlag:b=false connectWiseId:s",
        count: |_| 1,
        make: listed![
            {"name": "Standard", "headerLogoPosition": "LeftSide", "headerAddressPosition": "LeftSide"},
        ],
        writes: Writes::None,
        ..plain("finance/invoiceTemplates", Resource::InvoiceTemplates, "invoiceTemplate", SETUP)
    },
    Table {
        fields: "id:i~ remitName:s50! location:@locations! addressOne:s50 addressTwo:s50 city:s50 state:@states \
            zip:s12 country:@countries phone:s15 invoiceTitle:s50! payableName:s50! \
            overallInvoiceDefault:@invoice_templates! displayTaxFlag:b=false printLogoFlag:b=false \
            currency:@currencies connectWiseId:s",
        count: |_| 1,
        make: listed![
            {"remitName": "Sandbox MSP", "location": {"id": 2, "name": "Main Office", "_info": {}}, "invoiceTitle": "Invoice", "payableName": "Sandbox MSP", "overallInvoiceDefault": {"id": 1, "name": "Standard", "_info": {}}},
        ],
        writes: Writes::None,
        twin: true,
        ..plain("finance/billingSetups", Resource::BillingSetups, "billingSetup", SETUP)
    },
    Table {
        fields: "id:i~ identifier:s75! description:s60! inactiveFlag:b=false subcategory:@product_subcategories! \
            type:@product_types! productClass:e(Agreement|Bundle|Inventory|NonInventory|Service)=NonInventory \
            serializedFlag:b=false serializedCostFlag:b=false phaseProductFlag:b=false \
            unitOfMeasure:@units_of_measure=1 minStockLevel:i=0 price:f=0.0 cost:f=0.0 \
            priceAttribute:e(FixedFee|NotToExceed|OverrideRate|TimeAndMaterials)=FixedFee taxableFlag:b=false \
            dropShipFlag:b=false specialOrderFlag:b=false customerDescription:s6000! manufacturer:@manufacturers \
            manufacturerPartNumber:s50 vendor:@companies vendorSku:s50 notes:s integrationXRef:s50 sla:@slas \
            entityType:@entity_types recurringFlag:b=false recurringRevenue:f=0.0 recurringCost:f=0.0 \
            recurringOneTimeFlag:b=false recurringBillCycle:@billing_cycles \
            recurringCycleType:e(ContractYear|CalendarYear) calculatedPriceFlag:b=false \
            calculatedCostFlag:b=false category:@product_categories=1 calculatedPrice:f=0.0 calculatedCost:f=0.0 \
            billableOption:e(Billable|DoNotBill|NoCharge|NoDefault)=Billable connectWiseID:s \
            agreementType:@agreement_types markupPercentage:f=0.0 markupFlag:b=false \
            autoUpdateUnitCostFlag:b=false autoUpdateUnitPriceFlag:b=false customFields:o",
        count: |_| 30,
        make: make::catalog_item,
        shows: &[("identifier", "identifier")],
        callback: "productcatalog",
        ..plain("procurement/catalog", Resource::CatalogItems, "catalogItem", "Product Catalog")
    },
    Table {
        fields: "id:i~ name:s50! inactiveFlag:b=false priceLevelXref:s10 integrationXref:s50 locationIds:o \
            defaultFlag:b=false addAllLocations:b+ removeAllLocations:b+ connectWiseId:s",
        count: |_| 2,
        make: listed![
            {"name": "Hardware", "defaultFlag": true, "locationIds": []},
            {"name": "Software", "locationIds": []},
        ],
        called: "Product Category",
        twin: true,
        ..plain("procurement/categories", Resource::ProductCategories, "category", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! inactiveFlag:b=false integrationXref:s50 defaultFlag:b=false \
            category:@product_categories! connectWiseId:s",
        count: |_| 2,
        make: listed![
            {"name": "Hardware", "category": {"id": 1, "name": "Hardware", "_info": {}}, "defaultFlag": true},
            {"name": "Licences", "category": {"id": 2, "name": "Software", "_info": {}}},
        ],
        called: "Product SubCategory",
        ..plain("procurement/subcategories", Resource::ProductSubcategories, "subCategory", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! inactiveFlag:b=false typeXref:e(InventoryPart|NonInventoryPart|OtherCharge|Service) \
            defaultFlag:b=false connectWiseId:s",
        count: |_| 2,
        make: listed![
            {"name": "Part", "typeXref": "InventoryPart", "defaultFlag": true},
            {"name": "Service", "typeXref": "Service"},
        ],
        twin: true,
        ..plain("procurement/types", Resource::ProductTypes, "productType", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! inactiveFlag:b=false connectWiseId:s",
        count: |_| 3,
        make: listed![
            {"name": "Dell"},
            {"name": "HP"},
            {"name": "Lenovo"},
        ],
        twin: true,
        ..plain("procurement/manufacturers", Resource::Manufacturers, "manufacturer", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! inactiveFlag:b=false defaultFlag:b=false uomScheduleXref:s31 connectWiseId:s",
        count: |_| 2,
        make: listed![
            {"name": "Each", "defaultFlag": true},
            {"name": "Hour"},
        ],
        ..plain("procurement/unitOfMeasures", Resource::UnitsOfMeasure, "unitOfMeasure", SETUP)
    },
    Table {
        fields: "id:i~ name:s30! inactiveFlag:b=false defaultFlag:b=false currency:@currencies companies:o \
            setAllCompaniesFlag:b+ removeAllCompaniesFlag:b+ connectWiseId:s",
        count: |_| 1,
        make: listed![
            {"name": "Standard", "currency": {"id": 7, "symbol": "$", "currencyCode": "USD", "name": "US Dollars", "_info": {}}, "defaultFlag": true},
        ],
        ..plain("procurement/pricingschedules", Resource::PricingSchedules, "pricingSchedule", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! company:@companies location:@locations! contact:@contacts department:@departments! \
            manager:@members site:@sites locationXref:s10 locationDefaultFlag:b=false overallDefaultFlag:b=false \
            inactiveFlag:b=false lockedFlag:b=false currency:@currencies connectWiseId:s",
        count: |_| 1,
        make: listed![
            {"name": "Main", "location": {"id": 2, "name": "Main Office", "_info": {}}, "department": {"id": 10, "identifier": "Services", "name": "Professional Services", "_info": {}}, "overallDefaultFlag": true},
        ],
        twin: true,
        ..plain("procurement/warehouses", Resource::Warehouses, "warehouse", SETUP)
    },
    Table {
        fields: "id:i~ name:s50! warehouse:@warehouses! location:@locations department:@departments minQuantity:f \
            maxQuantity:f overflowBin:@warehouse_bins manager:@members length:f width:f height:f weight:f \
            defaultFlag:b=false inactiveFlag:b=false quantityOnHand:i company:@companies \
            transferBin:@warehouse_bins connectWiseId:s",
        count: |_| 1,
        make: listed![
            {"name": "A1", "warehouse": {"id": 1, "name": "Main", "_info": {}}, "defaultFlag": true},
        ],
        twin: true,
        ..plain("procurement/warehouseBins", Resource::WarehouseBins, "warehouseBin", SETUP)
    },
    Table {
        fields: "id:i~ name:s! customerDescription:s! inactiveFlag:b=false showPriceFlag:b=false \
            showSubItemsFlag:b=false groupParentChildAdditionsFlag:b=false",
        count: |_| 1,
        make: listed![
            {"name": "Licences", "customerDescription": "Licences"},
        ],
        ..plain("procurement/invoicegrouping", Resource::InvoiceGroupings, "invoiceGrouping", SETUP)
    },
    Table {
        fields: "id:i~ name:s50!",
        count: |_| 1,
        make: listed![
            {"name": "Both"},
        ],
        ..plain("procurement/directionalSyncs", Resource::DirectionalSyncs, "directionalSync", SETUP)
    },
    Table {
        fields: "id:i~ name:s!",
        count: |_| 1,
        make: listed![
            {"name": "2026-09"},
        ],
        writes: Writes::None,
        ..plain("", Resource::GlBatches, "batch", SETUP)
    },
    Table {
        fields: "id:i~ name:s!",
        count: |_| 1,
        make: listed![
            {"name": "Invoice"},
        ],
        writes: Writes::None,
        ..plain("", Resource::EmailTemplates, "emailTemplate", SETUP)
    },
];
