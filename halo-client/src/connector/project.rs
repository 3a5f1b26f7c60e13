use async_trait::async_trait;
use chrono::{DateTime, Utc};
use psa_core::{Evidence, Key, Label, Project as CommonProject, Reference, Relabel, Result};

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
            starts_at: p.startdate,
            due_at: p.targetdate,
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
    const MEMBERS: &'static [(&'static str, Member)] = &[
        ("name", Member::Plain("summary")),
        ("description", Member::Plain("details")),
        ("project_type", Member::LabelId("tickettype_id")),
        ("status", Member::LabelId("status_id")),
        ("company", Member::Reference("client_id")),
        ("site", Member::Reference("site_id")),
        ("contact", Member::Reference("user_id")),
        ("manager", Member::Reference("agent_id")),
        ("team", Member::LabelName("team")),
        ("starts_at", Member::Day("startdate")),
        ("due_at", Member::Day("targetdate")),
        ("budget_hours", Member::Plain("projecttimebudget")),
        ("budget_amount", Member::Plain("projectmoneybudget")),
    ];
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
