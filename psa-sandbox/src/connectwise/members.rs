//! The members of each resource, as the vendor's document names them: any other is refused in a write and in a condition.

/// The members of a resource; none: it is not known, and anything goes.
pub(super) fn members(resource: &str) -> Vec<&'static str> {
    words(resource).split_ascii_whitespace().collect()
}

fn words(resource: &str) -> &'static str {
    match resource {
        "companies" => {
            "id identifier name status addressLine1 addressLine2 city state zip country phoneNumber faxNumber \
             website territory market accountNumber defaultContact dateAcquired sicCode parentCompany \
             annualRevenue numberOfEmployees yearEstablished revenueYear ownershipType timeZoneSetup leadSource \
             leadFlag unsubscribeFlag calendar userDefinedField1 userDefinedField2 userDefinedField3 \
             userDefinedField4 userDefinedField5 userDefinedField6 userDefinedField7 userDefinedField8 \
             userDefinedField9 userDefinedField10 vendorIdentifier taxIdentifier taxCode billingTerms \
             invoiceTemplate pricingSchedule companyEntityType billToCompany billingSite billingContact \
             invoiceDeliveryMethod invoiceToEmailAddress invoiceCCEmailAddress deletedFlag dateDeleted deletedBy \
             mobileGuid facebookUrl twitterUrl linkedInUrl currency territoryManager resellerIdentifier \
             isVendorFlag types site integratorTags _info customFields additionalDebt creditLimit emailTemplate"
        }
        "sites" => {
            "id name addressLine1 addressLine2 city stateReference zip country addressFormat phoneNumber \
             phoneNumberExt faxNumber taxCode entityType expenseReimbursement primaryAddressFlag \
             defaultShippingFlag defaultBillingFlag defaultMailingFlag inactiveFlag billSeparateFlag mobileGuid \
             calendar timeZone company _info customFields"
        }
        "company_statuses" => {
            "id name defaultFlag inactiveFlag notifyFlag disallowSavingFlag notificationMessage customNoteFlag \
             cancelOpenTracksFlag track _info connectWiseId"
        }
        "company_types" => "id name defaultFlag vendorFlag serviceAlertFlag serviceAlertMessage _info connectWiseId",
        "company_notes" => "id text type flagged enteredBy company _info",
        "company_type_associations" => "id type company _info",
        "contacts" => {
            "id firstName lastName company site addressLine1 addressLine2 city state zip country relationship \
             relationshipOverride department inactiveFlag defaultMergeContactId securityIdentifier managerContact \
             assistantContact title school nickName marriedFlag childrenFlag children significantOther \
             portalPassword portalSecurityLevel disablePortalLoginFlag unsubscribeFlag gender birthDay \
             anniversary presence mobileGuid facebookUrl twitterUrl linkedInUrl defaultPhoneType defaultPhoneNbr \
             defaultPhoneExtension defaultBillingFlag defaultFlag userDefinedField1 userDefinedField2 \
             userDefinedField3 userDefinedField4 userDefinedField5 userDefinedField6 userDefinedField7 \
             userDefinedField8 userDefinedField9 userDefinedField10 companyLocation communicationItems types \
             integratorTags customFields photo ignoreDuplicates _info typeIds"
        }
        "communications" => "id contactId type value extension defaultFlag mobileGuid communicationType domain _info",
        "communication_types" => {
            "id description phoneFlag faxFlag emailFlag defaultFlag exchangeXref iphoneXref androidXref \
             googleXref _info connectWiseId disabled"
        }
        "contact_types" => "id description defaultFlag serviceAlertFlag serviceAlertMessage _info connectWiseId",
        "contact_type_associations" => "id type contact _info",
        "configurations" => {
            "id name type status company contact site locationId location businessUnitId department \
             deviceIdentifier serialNumber modelNumber tagNumber purchaseDate installationDate installedBy \
             warrantyExpirationDate vendorNotes notes macAddress lastLoginName billFlag backupSuccesses \
             backupIncomplete backupFailed backupRestores lastBackupDate backupServerName backupBillableSpaceGb \
             backupProtectedDeviceList backupYear backupMonth ipAddress defaultGateway osType osInfo cpuSpeed ram \
             localHardDrives parentConfigurationId vendor manufacturer questions activeFlag managementLink \
             remoteLink sla mobileGuid displayVendorFlag companyLocationId showRemoteFlag showAutomateFlag \
             needsRenewalFlag manufacturerPartNumber _info customFields"
        }
        "configuration_statuses" => "id description closedFlag defaultFlag _info connectWiseId",
        "configuration_types" => "id name inactiveFlag systemFlag _info connectWiseId",
        "configuration_questions" => {
            "id configurationType fieldType entryType sequenceNumber question numberOfDecimals requiredFlag \
             inactiveFlag _info"
        }
        "tickets" => {
            "id summary recordType board status workRole workType company site siteName addressLine1 addressLine2 \
             city stateIdentifier zip country contact contactName contactPhoneNumber contactPhoneExtension \
             contactEmailAddress type subType item team owner priority serviceLocation source requiredDate \
             budgetHours opportunity agreement agreementType severity impact externalXRef poNumber \
             knowledgeBaseCategoryId knowledgeBaseSubCategoryId allowAllClientsPortalView customerUpdatedFlag \
             automaticEmailContactFlag automaticEmailResourceFlag automaticEmailCcFlag automaticEmailCc \
             initialDescription initialInternalAnalysis initialResolution initialDescriptionFrom \
             contactEmailLookup processNotifications skipCallback closedDate closedBy closedFlag actualHours \
             approved estimatedExpenseCost estimatedExpenseRevenue estimatedProductCost estimatedProductRevenue \
             estimatedTimeCost estimatedTimeRevenue billingMethod billingAmount hourlyRate subBillingMethod \
             subBillingAmount subDateAccepted dateResolved dateResplan dateResponded resolveMinutes \
             resPlanMinutes respondMinutes isInSla knowledgeBaseLinkId resources parentTicketId hasChildTicket \
             hasMergedChildTicketFlag knowledgeBaseLinkType billTime billExpenses billProducts predecessorType \
             predecessorId predecessorClosedFlag lagDays lagNonworkingDaysFlag estimatedStartDate duration \
             location department mobileGuid sla slaStatus requestForChangeFlag currency mergedParentTicket \
             integratorTags _info escalationStartDateUTC escalationLevel minutesBeforeWaiting \
             respondedSkippedMinutes resplanSkippedMinutes respondedHours respondedBy resplanHours resplanBy \
             resolutionHours resolvedBy minutesWaiting customFields escalationLastUpdateMinutes resolutionGoalUTC \
             resplanGoalUTC respondByGoalUTC"
        }
        "project_tickets" => {
            "id summary isIssueFlag board status workRole workType project phase wbsCode company site siteName \
             addressLine1 addressLine2 city stateIdentifier zip country contact contactName contactPhoneNumber \
             contactPhoneExtension contactEmailAddress type subType item owner priority serviceLocation source \
             requiredDate budgetHours opportunity agreement agreementType knowledgeBaseCategoryId \
             knowledgeBaseSubCategoryId knowledgeBaseLinkId knowledgeBaseLinkType allowAllClientsPortalView \
             customerUpdatedFlag automaticEmailContactFlag automaticEmailResourceFlag automaticEmailCcFlag \
             automaticEmailCc closedDate closedBy closedFlag actualHours approved subBillingMethod \
             subBillingAmount subDateAccepted resources billTime billExpenses billProducts predecessorType \
             predecessorId predecessorClosedFlag lagDays lagNonworkingDaysFlag estimatedStartDate location \
             department duration scheduleStartDate scheduleEndDate mobileGuid currency _info tasks \
             initialDescription initialInternalAnalysis initialResolution contactEmailLookup processNotifications \
             skipCallback customFields"
        }
        "ticket_notes" => {
            "id ticketId text detailDescriptionFlag internalAnalysisFlag resolutionFlag issueFlag member contact \
             customerUpdatedFlag processNotifications dateCreated createdBy internalFlag externalFlag \
             sentimentScore _info"
        }
        "project_ticket_notes" => {
            "id ticketId text detailDescriptionFlag internalAnalysisFlag resolutionFlag issueFlag member contact \
             customerUpdatedFlag processNotifications internalFlag externalFlag _info"
        }
        "all_notes" => {
            "id noteType ticket text isMarkdownFlag detailDescriptionFlag internalAnalysisFlag resolutionFlag \
             timeStart timeEnd bundledFlag mergedFlag issueFlag originalAuthor createdByParentFlag member contact \
             _info"
        }
        "ticket_tasks" => {
            "id ticketId notes closedFlag priority schedule code member resolution summary childScheduleAction \
             childTicketId _info"
        }
        "projects" => {
            "id actualEnd actualHours actualStart agreement billExpenses billingAmount billingAttention \
             billingMethod billingRateType billingTerms billProducts billProjectAfterClosedFlag billTime \
             billToCompany billToContact billToSite billUnapprovedTimeAndExpense board budgetAnalysis budgetFlag \
             budgetHours company contact customerPO description currency downpayment estimatedEnd percentComplete \
             estimatedExpenseRevenue estimatedHours estimatedProductRevenue estimatedStart estimatedTimeRevenue \
             expenseApprover includeDependenciesFlag includeEstimatesFlag location department manager name \
             opportunity projectTemplateId restrictDownPaymentFlag scheduledEnd scheduledHours scheduledStart \
             shipToCompany shipToContact shipToSite site status closedFlag timeApprover type \
             doNotDisplayInPortalFlag billingStartDate poAmount estimatedTimeCost estimatedExpenseCost \
             estimatedProductCost taxCode companyLocation _info customFields overridePercentComplete \
             showOverridePercentFlag"
        }
        "project_phases" => {
            "id projectId description board status agreement opportunity department parentPhase wbsCode billTime \
             billExpenses billProducts markAsMilestoneFlag notes deadlineDate billSeparatelyFlag billingMethod \
             scheduledHours scheduledStart scheduledEnd actualHours actualStart actualEnd budgetHours startDate \
             endDate locationId businessUnitId hourlyRate billingStartDate billPhaseClosedFlag \
             billProjectClosedFlag downpayment poNumber poAmount estimatedTimeCost estimatedExpenseCost \
             estimatedProductCost estimatedTimeRevenue estimatedExpenseRevenue estimatedProductRevenue currency \
             billToCompany billToContact billToSite shipToCompany shipToContact shipToSite billingTerms taxCode \
             _info customFields"
        }
        "project_statuses" => {
            "id name defaultFlag inactiveFlag noTimeFlag closedFlag statusIndicator customStatusIndicatorName \
             _info connectWiseId"
        }
        "boards" | "boards_info" => {
            "id name location department inactiveFlag signOffTemplate sendToContactFlag contactTemplate \
             sendToResourceFlag resourceTemplate projectFlag showDependenciesFlag showEstimatesFlag boardIcon \
             billTicketsAfterClosedFlag billTicketSeparatelyFlag billUnapprovedTimeExpenseFlag \
             overrideBillingSetupFlag dispatchMember serviceManagerMember dutyManagerMember oncallMember workRole \
             workType billTime billExpense billProduct autoCloseStatus autoAssignNewTicketsFlag \
             autoAssignNewECTicketsFlag autoAssignNewPortalTicketsFlag discussionsLockedFlag timeEntryLockedFlag \
             notifyEmailFrom notifyEmailFromName closedLoopDiscussionsFlag closedLoopResolutionFlag \
             closedLoopInternalAnalysisFlag timeEntryDiscussionFlag timeEntryResolutionFlag \
             timeEntryInternalAnalysisFlag problemSort resolutionSort internalAnalysisSort \
             emailConnectorAllowReopenClosedFlag emailConnectorReopenStatus emailConnectorReopenResourcesFlag \
             emailConnectorNewTicketNoMatchFlag emailConnectorNeverReopenByDaysFlag emailConnectorReopenDaysLimit \
             emailConnectorNeverReopenByDaysClosedFlag emailConnectorReopenDaysClosedLimit \
             useMemberDisplayNameFlag sendToCCFlag autoAssignTicketOwnerFlag autoAssignLimitFlag \
             autoAssignLimitAmount closedLoopAllFlag percentageCalculation allSort markFirstNoteIssueFlag \
             restrictBoardByDefaultFlag sendToBundledFlag _info connectWiseId"
        }
        "board_statuses" => {
            "id name board sortOrder displayOnBoard inactive closedStatus timeEntryNotAllowed roundRobinCatchall \
             defaultFlag escalationStatus customerPortalDescription customerPortalFlag emailTemplate \
             statusIndicator customStatusIndicatorName _info saveTimeAsNote"
        }
        "board_types" => {
            "id name category defaultFlag inactiveFlag requestForChangeFlag integrationXref skillCategory skill \
             board location department _info"
        }
        "board_subtypes" => "id name inactiveFlag typeAssociationIds addAllTypesFlag removeAllTypesFlag board _info",
        "board_items" => "id name inactiveFlag board _info",
        "board_teams" => {
            "id name teamLeader members defaultFlag notifyOnTicketDelete defaultRoundRobinFlag roundRobinFlag \
             boardId locationId businessUnitId _info"
        }
        "teams" => "id name leader location department deleteNotifyFlag _info",
        "priorities" => "id name color sortOrder defaultFlag imageLink urgencySortOrder level _info connectWiseId",
        "sources" => "id name defaultFlag enteredBy dateEntered _info connectWiseId",
        "slas" => {
            "id name basedOn customCalendar defaultFlag applicationOrder hiImpactHiUrgency hiImpactMedUrgency \
             hiImpactLowUrgency medImpactHiUrgency medImpactMedUrgency medImpactLowUrgency lowImpactHiUrgency \
             lowImpactMedUrgency lowImpactLowUrgency respondHours respondPercent planWithin planWithinPercent \
             resolutionHours resolutionPercent _info connectWiseId"
        }
        "opportunities" => {
            "id name expectedCloseDate type stage status priority notes probability source rating campaign \
             primarySalesRep secondarySalesRep locationId businessUnitId company contact site customerPO \
             pipelineChangeDate dateBecameLead closedDate closedBy totalSalesTax shipToCompany shipToContact \
             shipToSite billToCompany billToContact billToSite billingTerms taxCode currency companyLocationId \
             technicalContact _info customFields"
        }
        "opportunity_statuses" => {
            "id name wonFlag lostFlag closedFlag inactiveFlag defaultFlag enteredBy dateEntered _info \
             connectWiseId"
        }
        "opportunity_types" => "id description inactiveFlag _info connectWiseId",
        "opportunity_stages" => "id name probability color sequenceNumber _info connectWiseId",
        "probabilities" => "id probability _info connectWiseId",
        "opportunity_notes" => "id opportunityId type text flagged enteredBy mobileGuid _info",
        "activities" => {
            "id name type company contact phoneNumber email status opportunity ticket agreement campaign notes \
             dateStart dateEnd assignedBy assignTo scheduleStatus reminder where notifyFlag mobileGuid currency \
             _info customFields"
        }
        "activity_statuses" => "id name defaultFlag inactiveFlag spawnFollowupFlag closedFlag _info connectWiseId",
        "activity_types" => {
            "id name points defaultFlag inactiveFlag emailFlag memoFlag historyFlag _info connectWiseId"
        }
        "time_entries" => {
            "id company companyType chargeToId chargeToType member locationId businessUnitId businessGroupDesc \
             location department workType workRole agreement agreementType activity opportunityRecid \
             projectActivity territory timeStart timeEnd hoursDeduct actualHours billableOption notes \
             internalNotes addToDetailDescriptionFlag addToInternalAnalysisFlag addToResolutionFlag \
             emailResourceFlag emailContactFlag emailCcFlag emailCc hoursBilled invoiceHours hourlyCost enteredBy \
             dateEntered invoice mobileGuid hourlyRate overageRate agreementHours agreementAmount \
             agreementAdjustment adjustment invoiceReady timeSheet status ticket project phase ticketBoard \
             ticketStatus ticketType ticketSubType invoiceFlag extendedInvoiceAmount locationName taxCode _info \
             customFields"
        }
        "work_types" => {
            "id name billTime rateType rate hoursMin hoursMax roundBillHoursTo accrualType inactiveFlag \
             overallDefaultFlag activityDefaultFlag utilizationFlag costMultiplier integrationXRef \
             addAllAgreementExclusions _info connectWiseId"
        }
        "work_roles" => {
            "id name hourlyRate integrationXref inactiveFlag addAllLocations removeAllLocations \
             addAllAgreementExclusions locationIds _info connectWiseId"
        }
        "charge_codes" => {
            "id name company location department billTime expenseEntryFlag allowAllExpenseTypeFlag timeEntryFlag \
             workType workRole integrationXref expenseTypeIds _info connectWiseId"
        }
        "schedule_entries" => {
            "id objectId name member where dateStart dateEnd reminder status type span doneFlag acknowledgedFlag \
             ownerFlag meetingFlag allowScheduleConflictsFlag addMemberToProjectFlag projectRoleId mobileGuid \
             acknowledgedDate closeDate notifyResource notificationSent notificationResponse hours startTimeSet \
             endTimeSet _info ticketType"
        }
        "schedule_types" => "id name identifier chargeCode where systemFlag _info connectWiseId",
        "schedule_statuses" => "id name defaultFlag showAsTentativeFlag _info connectWiseId",
        "invoices" => {
            "id invoiceNumber type status company billToCompany shipToCompany accountNumber applyToType applyToId \
             attention shipToAttention billingSite billingSiteAddressLine1 billingSiteAddressLine2 \
             billingSiteCity billingSiteState billingSiteZip billingSiteCountry shippingSite \
             shippingSiteAddressLine1 shippingSiteAddressLine2 shippingSiteCity shippingSiteState shippingSiteZip \
             shippingSiteCountry billingTerms reference customerPO templateSetupId invoiceTemplate \
             emailTemplateId addToBatchEmailList date restrictDownpaymentFlag locationId location departmentId \
             department territoryId territory topComment bottomComment taxableFlag taxCode internalNotes \
             downpaymentPreviouslyTaxedFlag serviceTotal overrideDownPaymentAmountFlag currency dueDate \
             expenseTotal productTotal previousProgressApplied serviceAdjustmentAmount agreementAmount \
             downpaymentApplied subtotal total remainingDownpayment salesTax adjustmentReason adjustedBy closedBy \
             payments credits balance specialInvoiceFlag billingSetupReference ticket project phase salesOrder \
             agreement glBatch unbatchedBatch _info customFields"
        }
        "agreements" => {
            "id name type company contact site subContractCompany subContractContact parentAgreement customerPO \
             location department restrictLocationFlag restrictDepartmentFlag startDate endDate noEndingDateFlag \
             opportunity cancelledFlag dateCancelled reasonCancelled sla workOrder internalNotes applicationUnits \
             applicationLimit applicationCycle applicationUnlimitedFlag oneTimeFlag coverAgreementTime \
             coverAgreementProduct coverAgreementExpense coverSalesTax carryOverUnused allowOverruns expiredDays \
             limit expireWhenZero chargeToFirm employeeCompRate employeeCompNotExceed compHourlyRate \
             compLimitAmount billingCycle billOneTimeFlag billingTerms invoicingCycle billToCompany billToContact \
             billToSite billAmount taxable prorateFirstBill billStartDate taxCode restrictDownPayment prorateFlag \
             invoiceProratedAdditionsFlag invoiceDescription topComment bottomComment workRole workType \
             projectType invoiceTemplate billTime billExpenses billProducts billableTimeInvoice \
             billableExpenseInvoice billableProductInvoice currency periodType autoInvoiceFlag nextInvoiceDate \
             companyLocation shipToCompany shipToContact shipToSite agreementStatus _info customFields"
        }
        "additions" => {
            "id product quantity lessIncluded unitPrice unitCost billCustomer effectiveDate cancelledDate \
             taxableFlag serialNumber invoiceDescription purchaseItemFlag specialOrderFlag agreementId \
             description billedQuantity uom extPrice extCost sequenceNumber margin prorateCost proratePrice \
             extendedProrateCost extendedProratePrice prorateCurrentPeriodFlag opportunity agreementStatus \
             invoiceGrouping _info customFields"
        }
        "agreement_types" => {
            "id name prefixSuffixOption defaultFlag inactiveFlag prePaymentFlag invoicePreSuffix location \
             department restrictLocationFlag restrictDepartmentFlag sla applicationUnits applicationLimit \
             applicationCycle applicationUnlimitedFlag oneTimeFlag coverAgreementTimeFlag \
             coverAgreementProductFlag coverAgreementExpenseFlag coverSalesTaxFlag carryOverUnusedFlag \
             allowOverrunsFlag expiredDays limit expireWhenZero chargeToFirmFlag employeeCompRate \
             employeeCompNotExceed compHourlyRate compLimitAmount billingCycle billOneTimeFlag billingTerms \
             invoicingCycle billAmount taxableFlag restrictDownPaymentFlag invoiceDescription topCommentFlag \
             bottomCommentFlag workRole workType projectType invoiceTemplate billTime billExpenses billProducts \
             billableTimeInvoiceFlag billableExpenseInvoiceFlag billableProductInvoiceFlag copyWorkRolesFlag \
             copyWorkTypesFlag exclusionWorkRoleIds addAllWorkRoleExclusions removeAllWorkRoleExclusions \
             exclusionWorkTypeIds addAllWorkTypeExclusions removeAllWorkTypeExclusions integrationXRef \
             prorateFlag emailTemplate autoInvoiceFlag invoiceProratedAdditionsFlag _info connectWiseId"
        }
        "catalog_items" => {
            "id identifier description inactiveFlag subcategory type productClass serializedFlag \
             serializedCostFlag phaseProductFlag unitOfMeasure minStockLevel price cost priceAttribute \
             taxableFlag dropShipFlag specialOrderFlag customerDescription manufacturer manufacturerPartNumber \
             vendor vendorSku notes integrationXRef sla entityType recurringFlag recurringRevenue recurringCost \
             recurringOneTimeFlag recurringBillCycle recurringCycleType calculatedPriceFlag calculatedCostFlag \
             category calculatedPrice calculatedCost billableOption connectWiseID agreementType markupPercentage \
             markupFlag autoUpdateUnitCostFlag autoUpdateUnitPriceFlag _info customFields"
        }
        "members" => {
            "id identifier password disableOnlineFlag licenseClass notes employeeIdentifer vendorNumber \
             enableMobileGpsFlag inactiveDate inactiveFlag lastLogin clientId token firstName middleInitial \
             lastName hireDate country photo officeEmail mobileEmail homeEmail defaultEmail primaryEmail \
             officePhone officeExtension mobilePhone mobileExtension homePhone homeExtension defaultPhone \
             securityRole office365 mapiName calendarSyncIntegrationFlag authenticationServiceType \
             timebasedOneTimePasswordActivated enableLdapAuthenticationFlag ldapConfiguration ldapUserName \
             directionalSync ssoSettings signature phoneIntegrationType useBrowserLanguageFlag title reportCard \
             enableMobileFlag type timeZone partnerPortalFlag stsUserAdminUrl toastNotificationFlag \
             memberPersonas adminFlag structureLevel securityLocation defaultLocation defaultDepartment reportsTo \
             restrictLocationFlag restrictDepartmentFlag workRole workType timeApprover expenseApprover \
             billableForecast dailyCapacity hourlyCost hourlyRate includeInUtilizationReportingFlag \
             requireExpenseEntryFlag requireTimeSheetEntryFlag requireStartAndEndTimeOnTimeEntryFlag \
             allowInCellEntryOnTimeSheet enterTimeAgainstCompanyFlag allowExpensesEnteredAgainstCompaniesFlag \
             timeReminderEmailFlag daysTolerance minimumHours timeSheetStartDate serviceDefaultLocation \
             serviceDefaultDepartment serviceDefaultBoard restrictServiceDefaultLocationFlag \
             restrictServiceDefaultDepartmentFlag excludedServiceBoardIds teams serviceBoardTeamIds \
             projectDefaultLocation projectDefaultDepartment projectDefaultBoard \
             restrictProjectDefaultLocationFlag restrictProjectDefaultDepartmentFlag excludedProjectBoardIds \
             scheduleDefaultLocation scheduleDefaultDepartment scheduleCapacity serviceLocation \
             restrictScheduleFlag hideMemberInDispatchPortalFlag calendar salesDefaultLocation \
             restrictDefaultSalesTerritoryFlag warehouse warehouseBin restrictDefaultWarehouseFlag \
             restrictDefaultWarehouseBinFlag companyActivityTabFormat invoiceTimeTabFormat \
             invoiceScreenDefaultTabFormat invoicingDisplayOptions agreementInvoicingDisplayOptions \
             autoStartStopwatch autoPopupQuickNotesWithStopwatch globalSearchDefaultTicketFilter \
             globalSearchDefaultSort phoneSource _info copyPodLayouts copySharedDefaultViews \
             copyColumnLayoutsAndFilters fromMemberRecId fromMemberTemplateRecId customFields"
        }
        "members_info" => {
            "id identifier firstName middleInitial lastName fullName defaultEmail photo licenseClass inactiveFlag \
             _info"
        }
        "documents" => {
            "id title fileName serverFileName owner linkFlag imageFlag publicFlag htmlTemplateFlag readOnlyFlag \
             size urlFlag createdOnDate documentType guid _info guidSecondary"
        }
        "departments" => "id identifier name _info",
        "locations" => {
            "id ownerLevelId structureLevel name manager reportsTo salesRep timeZoneSetup calendar \
             overrideAddressLine1 overrideAddressLine2 overrideCity overrideState overrideZip overrideCountry \
             overridePhoneNumber overrideFaxNumber owaUrl payrollXref locationFlag clientFlag workRoleIds \
             departmentIds _info"
        }
        "user_defined_fields" => {
            "id podId caption sequenceNumber screenId helpText fieldTypeIdentifier numberDecimals \
             entryTypeIdentifier requiredFlag displayOnScreenFlag readOnlyFlag listViewFlag buttonUrl options \
             businessUnitIds locationIds addAllBusinessUnits removeAllBusinessUnits addAllLocations \
             removeAllLocations connectWiseID dateCreated _info"
        }
        "callbacks" => {
            "id description url objectId type level memberId payloadVersion inactiveFlag isSoapCallbackFlag \
             isSelfSuppressedFlag connectWiseID _info"
        }
        _ => "",
    }
}
