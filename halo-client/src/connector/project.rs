use async_trait::async_trait;
use chrono::{DateTime, Utc};
use psa_core::{Evidence, Key, Label, Mapped, Project as CommonProject, Reference, Relabel, Result, fields};

use super::context::{self, Context};
use super::name_cache::Names;
use super::reader::Mapping;
use super::writer::{Member, Writes};
use crate::ids::{self, AgentId};
use crate::list::List;
use crate::resources::{Project, WriteRequest};

/// Project <-> project.
pub(crate) struct Projects;

impl Mapping for Projects {
    type Native = Project;
    type Common = CommonProject;

    const READS: &'static [&'static str] = &fields!(
        CommonProject: NAME, DESCRIPTION, PROJECT_TYPE, STATUS, CLOSED, COMPANY, SITE, CONTACT, MANAGER, TEAM,
        STARTS_AT, DUE_AT, BUDGET_HOURS, ACTUAL_HOURS, BUDGET_AMOUNT, ACTUAL_AMOUNT, PERCENT_COMPLETE, CREATED_AT,
        CLOSED_AT, UPDATED_AT
    );
    const NAMES: bool = true;
    const IDS_ONLY: Option<&'static str> = Some("ticketidonly");

    fn list(context: &Context) -> List<Project> {
        context.halo.projects().list().query("domain", "prjs")
    }

    fn since(list: List<Project>, at: DateTime<Utc>) -> List<Project> {
        list.updated_since(at)
    }

    fn updated_at(project: &Project) -> Option<DateTime<Utc>> {
        project.updated()
    }

    fn gone(project: &Project) -> Option<Evidence> {
        project.deleted.unwrap_or(false).then_some(Evidence::SoftDeleted)
    }

    fn foreign(project: &Project) -> bool {
        project.is_project == Some(false)
    }

    fn common(p: &Project, context: &Context, names: &Names) -> CommonProject {
        CommonProject {
            name: p.summary.clone(),
            description: context::non_blank(&p.details),
            project_type: ids::some(p.tickettype_id).map(|t| names.ticket_type(t.0)),
            status: ids::some(p.status_id).map(|s| names.status(s.0)),
            closed: p.status_id.and_then(|s| context.statuses.get(&s.0.to_string())).map(|m| m.closed),
            company: context::company(p.client_id),
            site: ids::some(p.site_id).map(|s| Reference::to(s.0)),
            contact: ids::some(p.user_id).map(|u| Reference::to(u.0)),
            manager: ids::some(p.agent_id).filter(|a| *a != AgentId::UNASSIGNED).map(|a| Reference::to(a.0)),
            team: context::non_blank(&p.team).map(Label::named),
            starts_at: context::day(p.startdate),
            due_at: context::day(p.targetdate),
            budget_hours: p.projecttimebudget,
            actual_hours: p.projecttimeactual,
            budget_amount: p.projectmoneybudget,
            actual_amount: p.projectmoneyactual,
            percent_complete: p.projectcompletionpercentage,
            created_at: p.dateoccurred,
            closed_at: p.dateclosed,
            updated_at: p.updated(),
            ..CommonProject::default()
        }
    }

    fn relabel(project: &mut CommonProject, names: &Names) -> Relabel {
        let status = names.rename_status(&mut project.status);
        let kind = names.rename_ticket_type(&mut project.project_type);
        if status || kind { Relabel::Changed } else { Relabel::Same }
    }
}

#[async_trait]
impl Writes for Projects {
    const MEMBERS: &'static [Mapped<CommonProject, Member>] = &[
        Mapped::new(CommonProject::NAME, Member::Plain("summary")),
        Mapped::new(CommonProject::DESCRIPTION, Member::Plain("details")),
        Mapped::new(CommonProject::PROJECT_TYPE, Member::LabelId("tickettype_id")),
        Mapped::new(CommonProject::STATUS, Member::LabelId("status_id")),
        Mapped::new(CommonProject::COMPANY, Member::Reference("client_id")),
        Mapped::new(CommonProject::SITE, Member::Reference("site_id")),
        Mapped::new(CommonProject::CONTACT, Member::Reference("user_id")),
        Mapped::new(CommonProject::MANAGER, Member::Reference("agent_id")),
        Mapped::new(CommonProject::TEAM, Member::LabelName("team")),
        Mapped::new(CommonProject::STARTS_AT, Member::Day("startdate")),
        Mapped::new(CommonProject::DUE_AT, Member::Day("targetdate")),
        Mapped::new(CommonProject::BUDGET_HOURS, Member::Plain("projecttimebudget")),
        Mapped::new(CommonProject::BUDGET_AMOUNT, Member::Plain("projectmoneybudget")),
    ];

    const KEEPS: &'static [&'static str] = &fields!(CommonProject: NAME, STATUS, TEAM);
    // Tickets, opportunities and projects are numbered together.
    const SHARES_NUMBERS: bool = true;

    fn create(context: &Context) -> WriteRequest<Project> {
        context.halo.projects().create()
    }

    fn update(context: &Context, key: &Key) -> Result<WriteRequest<Project>> {
        Ok(context.halo.projects().update(key.as_i64()?))
    }

    async fn delete(context: &Context, key: &Key) -> Result<()> {
        context.halo.projects().delete(key.as_i64()?).await
    }
}
