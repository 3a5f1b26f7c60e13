use super::{Collection, CustomFieldValue, Info, Reference, operations, resource, setters};
use crate::ids::{BoardId, CompanyId, MemberId, PhaseId, ProjectId, ProjectStatusId};

resource! {
    /// A project.
    pub struct Project {
        id: key(ProjectId);
        actual_end: date;
        actual_hours: num;
        actual_start: date;
        agreement: object(Reference);
        bill_expenses: text;
        billing_amount: num;
        billing_attention: text;
        billing_method: text;
        billing_rate_type: text;
        billing_terms: object(Reference);
        bill_products: text;
        bill_project_after_closed_flag: flag;
        bill_time: text;
        bill_to_company: object(Reference);
        bill_to_contact: object(Reference);
        bill_to_site: object(Reference);
        bill_unapproved_time_and_expense: flag;
        board: object(Reference);
        budget_analysis: text;
        budget_flag: flag;
        budget_hours: num;
        company: object(Reference);
        contact: object(Reference);
        customer_po = "customerPO": text;
        description: text;
        currency: object(Reference);
        downpayment: num;
        estimated_end: date;
        percent_complete: num;
        estimated_expense_revenue: num;
        estimated_hours: num;
        estimated_product_revenue: num;
        estimated_start: date;
        estimated_time_revenue: num;
        expense_approver: object(Reference);
        include_dependencies_flag: flag;
        include_estimates_flag: flag;
        location: object(Reference);
        department: object(Reference);
        manager: object(Reference);
        name: text;
        opportunity: object(Reference);
        project_template_id: int;
        restrict_down_payment_flag: flag;
        scheduled_end: date;
        scheduled_hours: num;
        scheduled_start: date;
        ship_to_company: object(Reference);
        ship_to_contact: object(Reference);
        ship_to_site: object(Reference);
        site: object(Reference);
        status: object(Reference);
        closed_flag: flag;
        time_approver: object(Reference);
        r#type: object(Reference);
        do_not_display_in_portal_flag: flag;
        billing_start_date: date;
        po_amount: num;
        estimated_time_cost: num;
        estimated_expense_cost: num;
        estimated_product_cost: num;
        tax_code: object(Reference);
        company_location: object(Reference);
        info = "_info": object(Info);
        custom_fields: list(CustomFieldValue);
        override_percent_complete: flag;
        show_override_percent_flag: flag;
    }
}

resource! {
    /// A phase of a project.
    pub struct ProjectPhase {
        id: key(PhaseId);
        project_id: int;
        description: text;
        board: object(Reference);
        status: object(Reference);
        agreement: object(Reference);
        opportunity: object(Reference);
        department: object(Reference);
        parent_phase: object(Reference);
        wbs_code: text;
        bill_time: text;
        bill_expenses: text;
        bill_products: text;
        mark_as_milestone_flag: flag;
        notes: text;
        deadline_date: date;
        bill_separately_flag: flag;
        billing_method: text;
        scheduled_hours: num;
        scheduled_start: text;
        scheduled_end: text;
        actual_hours: num;
        actual_start: text;
        actual_end: text;
        budget_hours: num;
        start_date: text;
        end_date: text;
        location_id: int;
        business_unit_id: int;
        hourly_rate: num;
        billing_start_date: date;
        bill_phase_closed_flag: flag;
        bill_project_closed_flag: flag;
        downpayment: num;
        po_number: text;
        po_amount: num;
        estimated_time_cost: num;
        estimated_expense_cost: num;
        estimated_product_cost: num;
        estimated_time_revenue: num;
        estimated_expense_revenue: num;
        estimated_product_revenue: num;
        currency: object(Reference);
        bill_to_company: object(Reference);
        bill_to_contact: object(Reference);
        bill_to_site: object(Reference);
        ship_to_company: object(Reference);
        ship_to_contact: object(Reference);
        ship_to_site: object(Reference);
        billing_terms: object(Reference);
        tax_code: object(Reference);
        info = "_info": object(Info);
        custom_fields: list(CustomFieldValue);
    }
}

resource! {
    /// A status of projects.
    pub struct ProjectStatus {
        id: key(ProjectStatusId);
        name: text;
        default_flag: flag;
        inactive_flag: flag;
        no_time_flag: flag;
        closed_flag: flag;
        status_indicator: object(Reference);
        custom_status_indicator_name: text;
        info = "_info": object(Info);
        connect_wise_id: text;
    }
}

operations!(Project: "projects", "/project/projects", write delete, read_only ["actualHours", "actualStart", "actualEnd", "closedFlag", "scheduledHours"]);
operations!(ProjectPhase: "project_phases", "/project/projects/{parent}/phases", write delete, read_only ["actualHours", "projectId"]);
operations!(ProjectStatus: "project_statuses", "/project/statuses", write delete);

setters! { Project {
    /// The name.
    name: String => "name";
    /// The company.
    company: CompanyId => ref "company";
    /// The board: one of projects.
    board: BoardId => ref "board";
    /// The status.
    status: ProjectStatusId => ref "status";
    /// The member who leads it.
    manager: MemberId => ref "manager";
    /// What it is about.
    description: String => "description";
    /// Hours planned.
    budget_hours: f64 => "budgetHours";
} }

setters! { ProjectPhase {
    /// What it is about.
    description: String => "description";
} }

impl Collection<Project> {
    /// The phases of a project.
    pub fn phases(&self, project: impl Into<ProjectId>) -> Collection<ProjectPhase> {
        self.below(project.into().0)
    }
}
