use psa_core::{Mapped, Project as CommonProject, Relabel, fields};

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

    const READS: &'static [&'static str] = &fields!(
        CommonProject: NAME, DESCRIPTION, PROJECT_TYPE, STATUS, CLOSED, BOARD, SITE, COMPANY, CONTACT, MANAGER,
        STARTS_AT, DUE_AT, BUDGET_HOURS, ACTUAL_HOURS, BUDGET_AMOUNT, PERCENT_COMPLETE, AGREEMENT, OPPORTUNITY,
        CUSTOM, CREATED_AT, CLOSED_AT, UPDATED_AT
    );

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
            starts_at: context::day(p.estimated_start),
            due_at: context::day(p.estimated_end),
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
    const MEMBERS: &'static [Mapped<CommonProject, Member>] = &[
        Mapped::new(CommonProject::NAME, Member::Plain("name")),
        Mapped::new(CommonProject::DESCRIPTION, Member::Plain("description")),
        Mapped::new(CommonProject::PROJECT_TYPE, Member::LabelId("type")),
        Mapped::new(CommonProject::STATUS, Member::LabelId("status")),
        Mapped::new(CommonProject::BOARD, Member::LabelId("board")),
        Mapped::new(CommonProject::COMPANY, Member::Reference("company")),
        Mapped::new(CommonProject::SITE, Member::ChildReference("site")),
        Mapped::new(CommonProject::CONTACT, Member::Reference("contact")),
        Mapped::new(CommonProject::MANAGER, Member::Reference("manager")),
        Mapped::new(CommonProject::STARTS_AT, Member::Day("estimatedStart")),
        Mapped::new(CommonProject::DUE_AT, Member::Day("estimatedEnd")),
        Mapped::new(CommonProject::BUDGET_HOURS, Member::Plain("budgetHours")),
        Mapped::new(CommonProject::AGREEMENT, Member::Reference("agreement")),
        Mapped::new(CommonProject::CUSTOM, Member::Custom),
    ];

    const KEEPS: &'static [&'static str] = &fields!(CommonProject: NAME);

    const MAX_CHARS: &'static [(&'static str, u32)] = &[(CommonProject::NAME.field(), 100)];

    fn custom(project: &Project) -> &[CustomFieldValue] {
        &project.custom_fields
    }
}
