use chrono::NaiveDate;
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{Collection, Ticket, WriteRequest, filters, operations, resource, same_record, setters};
use crate::ids::{AgentId, BudgetTypeId, ClientId, MilestoneId, StatusId, TicketId, TicketTypeId};
use crate::list::{List, query_date};

resource! {
    /// A milestone of a project.
    pub struct Milestone {
        id: key(MilestoneId);
        ticket_id: id(TicketId);
        name: text;
        sequence: int;
        start_date: date;
        target_date: date;
        milestone_dependencies: json;
        dependencies: json;
        tickets: json;
        warning = "_warning": text;
        start_days: int;
        target_days: int;
        milestone_value: num;
        processed_date: date;
        invoicenumber: text;
        from_template_id: int;
    }
}

resource! {
    /// A budget of a project: what was planned and what was used.
    pub struct Budget {
        id: int;
        ticket_id: id(TicketId);
        budgettype_id: id(BudgetTypeId);
        budgettype_name: text;
        hours: num;
        days: num;
        rate: num;
        rate_days: num;
        money: num;
        estimated_hours: num;
        estimated_days: num;
        estimated_money: num;
        actual_hours: num;
        actual_days: num;
        actual_money: num;
        scheduled_hours: num;
        scheduled_days: num;
        scheduled_value: num;
        toschedule_hours: num;
        toschedule_days: num;
        toschedule_value: num;
        remaining_hours: num;
        remaining_days: num;
        remaining_value: num;
        quoteline_id: int;
        warning = "_warning": text;
    }
}

resource! {
    /// A kind of budget.
    pub struct BudgetType {
        id: key(BudgetTypeId);
        name: text;
        defaultrate: num;
        chargerate: int;
        warning = "_warning": text;
    }
}

same_record! {
    /// A project: the same record as a ticket, behind an endpoint and a right of its own. Its tasks are its child tickets.
    Project(Ticket)
}

operations!(Project: "projects", "/Projects", items "tickets", paged true, key |p| p.0.id.key(), can [get, create, update, delete]);
operations!(BudgetType: "budget_types", "/BudgetType", items "budgettypes", paged false, key |b| b.id.key(), can [get]);

impl Project {
    /// Its milestones. Only a project read alone has them.
    pub fn milestones(&self) -> &[Milestone] {
        &self.0.milestones
    }

    /// Its budgets. Only a project read alone has them.
    pub fn budgets(&self) -> &[Budget] {
        &self.0.budgets
    }
}

filters! { Project {
    /// Only those that are not closed.
    open_only: bool => "open_only";
    /// Of this client.
    client: ClientId => "client_id";
    /// Text in the usual places.
    search: String => "search";
} }

impl List<Project> {
    /// Only those that changed at or after this moment.
    pub fn updated_since(self, at: DateTime<Utc>) -> Self {
        self.query("lastupdatefromdate", query_date(at))
    }
}

setters! { Project {
    /// One line.
    summary: String => "summary";
    /// The whole story, as plain text.
    details: String => "details";
    /// The client.
    client: ClientId => "client_id";
    /// The ticket type: one of projects.
    ticket_type: TicketTypeId => "tickettype_id";
    /// The agent.
    agent: AgentId => "agent_id";
    /// The status.
    status: StatusId => "status_id";
} }

impl WriteRequest<Project> {
    /// The days that it starts and is due.
    pub fn runs(self, start: NaiveDate, target: NaiveDate) -> Self {
        self.set("startdate", noon(start)).set("targetdate", noon(target))
    }

    /// Replaces all milestones: those that are not in this list are deleted at Halo. Keep the `id` of each that stays.
    pub fn replace_milestones(self, milestones: impl IntoIterator<Item = Value>) -> Self {
        self.replace_list("milestones", milestones)
    }

    /// Replaces all budgets: those that are not in this list are deleted at Halo. Keep the `id` of each that stays.
    pub fn replace_budgets(self, budgets: impl IntoIterator<Item = Value>) -> Self {
        self.replace_list("budgets", budgets)
    }
}

/// A day, in the one form that Halo's zones don't move to another day.
fn noon(day: NaiveDate) -> String {
    format!("{day}T12:00:00")
}

impl Collection<Project> {
    /// The tasks of a project: its child tickets.
    pub fn tasks(&self, project: impl Into<TicketId>) -> List<Ticket> {
        List::new(self.halo.clone()).query("domain", "prjs").parent(project.into())
    }
}
