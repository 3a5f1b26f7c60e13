//! ConnectWise's ids, a type for each, so that a member's can't be passed for a company's.

psa_http::ids! {
    /// Of a company.
    CompanyId;
    /// Of a company's site.
    SiteId;
    /// Of a status of companies.
    CompanyStatusId;
    /// Of a type of companies.
    CompanyTypeId;
    /// Of a note on a company.
    CompanyNoteId;
    /// Of the fact that a record is of a type.
    TypeAssociationId;
    /// Of a contact.
    ContactId;
    /// Of a contact's number or address.
    CommunicationId;
    /// Of a kind of communication.
    CommunicationTypeId;
    /// Of a type of contacts.
    ContactTypeId;
    /// Of a configuration.
    ConfigurationId;
    /// Of a status of configurations.
    ConfigurationStatusId;
    /// Of a type of configurations.
    ConfigurationTypeId;
    /// Of a question of a type of configurations.
    ConfigurationQuestionId;
    /// Of a ticket, of service or of a project: one numbering.
    TicketId;
    /// Of a note.
    NoteId;
    /// Of a task of a ticket.
    TaskId;
    /// Of a project.
    ProjectId;
    /// Of a phase of a project.
    PhaseId;
    /// Of a status of projects.
    ProjectStatusId;
    /// Of a board.
    BoardId;
    /// Of a status of a board.
    BoardStatusId;
    /// Of a type of a board.
    BoardTypeId;
    /// Of a sub-type of a board.
    BoardSubTypeId;
    /// Of an item of a board.
    BoardItemId;
    /// Of a team.
    TeamId;
    /// Of a priority.
    PriorityId;
    /// Of a source of tickets.
    SourceId;
    /// Of a service level agreement.
    SlaId;
    /// Of an opportunity.
    OpportunityId;
    /// Of a status of opportunities.
    OpportunityStatusId;
    /// Of a type of opportunities.
    OpportunityTypeId;
    /// Of a stage of the pipeline.
    OpportunityStageId;
    /// Of a probability.
    ProbabilityId;
    /// Of a forecast.
    ForecastId;
    /// Of an activity.
    ActivityId;
    /// Of a status of activities.
    ActivityStatusId;
    /// Of a type of activities.
    ActivityTypeId;
    /// Of a time entry.
    TimeEntryId;
    /// Of a type of work.
    WorkTypeId;
    /// Of a role.
    WorkRoleId;
    /// Of a charge code.
    ChargeCodeId;
    /// Of a schedule entry.
    ScheduleEntryId;
    /// Of a type of schedule entries.
    ScheduleTypeId;
    /// Of a status of schedule entries.
    ScheduleStatusId;
    /// Of an invoice.
    InvoiceId;
    /// Of an agreement.
    AgreementId;
    /// Of an addition of an agreement.
    AdditionId;
    /// Of a type of agreements.
    AgreementTypeId;
    /// Of an item of the catalogue.
    CatalogItemId;
    /// Of a member.
    MemberId;
    /// Of a document.
    DocumentId;
    /// Of a department.
    DepartmentId;
    /// Of a location of the MSP.
    LocationId;
    /// Of the definition of one of the tenant's own fields.
    UserDefinedFieldId;
    /// Of a callback.
    CallbackId;
}
