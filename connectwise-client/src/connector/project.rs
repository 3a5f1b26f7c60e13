use psa_core::{Project as CommonProject, Relabel};

use super::context::{self, Context};
use super::names::{NameList, Names};
use super::reader::Mapping;
use super::writer::{Member, Writes};
use crate::resources::{Collection, CustomFieldValue, Info, Project};

/// Project <-> project.
pub(crate) struct Projects;

impl Mapping for Projects {
    type Native = Project;
    type Common = CommonProject;

    fn collection(context: &Context) -> Collection<Project> {
        context.cw.projects()
    }

    fn info(project: &Project) -> &Option<Box<Info>> {
        &project.info
    }

    fn common(p: &Project, _: &Context) -> CommonProject {
        let company = context::reference(&p.company);
        CommonProject {
            name: context::non_blank(&p.name),
            description: context::non_blank(&p.description),
            project_type: context::label(&p.r#type),
            status: context::label(&p.status),
            closed: p.closed_flag,
            board: context::label(&p.board),
            site: super::ticket::site_of(&company, context::reference(&p.site)),
            company,
            contact: context::reference(&p.contact),
            manager: context::reference(&p.manager),
            starts_at: p.estimated_start,
            due_at: p.estimated_end,
            budget_hours: p.budget_hours.or(p.estimated_hours),
            actual_hours: p.actual_hours,
            budget_amount: p.billing_amount,
            percent_complete: p.percent_complete,
            agreement: context::reference(&p.agreement),
            opportunity: context::reference(&p.opportunity),
            custom: context::custom(&p.custom_fields),
            created_at: context::created(&p.info),
            closed_at: p.actual_end.filter(|_| p.closed_flag == Some(true)),
            updated_at: context::updated(&p.info),
            ..CommonProject::default()
        }
    }

    const NAMES: &'static [NameList] = &[NameList::ProjectStatuses, NameList::Boards];

    fn relabel(value: &mut CommonProject, names: &Names) -> Relabel {
        let renamed = [
            names.rename(NameList::ProjectStatuses, &mut value.status),
            names.rename(NameList::Boards, &mut value.board),
        ];
        if renamed.contains(&true) { Relabel::Changed } else { Relabel::Same }
    }
}

impl Writes for Projects {
    const MEMBERS: &'static [(&'static str, Member)] = &[
        ("name", Member::Plain("name")),
        ("description", Member::Plain("description")),
        ("project_type", Member::LabelId("type")),
        ("status", Member::LabelId("status")),
        ("board", Member::LabelId("board")),
        ("company", Member::Reference("company")),
        ("site", Member::ChildReference("site")),
        ("contact", Member::Reference("contact")),
        ("manager", Member::Reference("manager")),
        ("starts_at", Member::Plain("estimatedStart")),
        ("due_at", Member::Plain("estimatedEnd")),
        ("budget_hours", Member::Plain("budgetHours")),
        ("agreement", Member::Reference("agreement")),
        ("custom", Member::Custom),
    ];

    fn custom(project: &Project) -> &[CustomFieldValue] {
        &project.custom_fields
    }
}
