use std::sync::Arc;

use async_trait::async_trait;
use psa_core::{
    Changes, Error, ErrorKind, Key, Mapped, Phase, Record, Reference, Relabel, Result, Ticket as CommonTicket, Writer,
    fields,
};

use super::context::{self, Context};
use super::merged_reader::MergedReader;
use super::names::{NameList, Names};
use super::reader::{CwReader, Mapping};
use super::writer::{Member, Writes, create, stored, update};
use crate::resources::{Collection, CustomFieldValue, Info, ProjectTicket, Ticket};

/// Service ticket <-> ticket.
pub(crate) struct ServiceTickets;

/// Ticket of a project <-> ticket.
pub(crate) struct ProjectTickets;

pub(crate) fn reader(context: &Arc<Context>) -> MergedReader<CwReader<ServiceTickets>, CwReader<ProjectTickets>> {
    MergedReader::new(CwReader::new(Arc::clone(context)), CwReader::new(Arc::clone(context)))
}

/// A site's key has its company in front.
pub(crate) fn site_of(company: &Option<Reference>, site: Option<Reference>) -> Option<Reference> {
    let (company, site) = (company.as_ref()?, site?);
    Some(Reference { id: Key::from_parts([company.id.as_str(), site.id.as_str()]), kind: None })
}

/// The members that both kinds of ticket have.
macro_rules! common_ticket {
    ($t:ident, $context:ident) => {{
        let meaning = $t.status.as_ref().and_then(|s| s.id).and_then(|s| $context.statuses.get(&s.to_string()));
        let company = context::reference(&$t.company);
        CommonTicket {
            number: Some($t.id.to_string()),
            summary: context::non_blank(&$t.summary),
            board: context::label(&$t.board),
            ticket_type: context::label(&$t.r#type),
            subtype: context::label(&$t.sub_type),
            item: context::label(&$t.item),
            status: context::label(&$t.status),
            stage: meaning.map(|m| m.stage),
            closed: $t.closed_flag.or(meaning.map(|m| m.closed)),
            priority: context::label(&$t.priority),
            site: site_of(&company, context::reference(&$t.site)),
            company,
            contact: context::reference(&$t.contact),
            assignee: context::reference(&$t.owner),
            source: context::label(&$t.source),
            due_at: $t.required_date,
            estimate_hours: $t.budget_hours,
            actual_hours: $t.actual_hours,
            agreement: context::reference(&$t.agreement),
            custom: context::custom(&$t.custom_fields),
            created_at: context::created(&$t.info),
            closed_at: context::moment(&$t.closed_date),
            updated_at: context::updated(&$t.info),
            ..CommonTicket::default()
        }
    }};
}

impl Mapping for ServiceTickets {
    type Native = Ticket;
    type Common = CommonTicket;

    const READS: &'static [&'static str] = &fields!(
        CommonTicket: NUMBER, SUMMARY, BOARD, TICKET_TYPE, SUBTYPE, ITEM, STATUS, STAGE, CLOSED, PRIORITY, SITE,
        COMPANY, CONTACT, ASSIGNEE, SOURCE, DUE_AT, ESTIMATE_HOURS, ACTUAL_HOURS, AGREEMENT, CUSTOM, CREATED_AT,
        CLOSED_AT, UPDATED_AT, SEVERITY, IMPACT, TEAM, SLA, PARENT, MERGED_INTO, EXTERNAL_REF
    );

    fn collection(context: &Context) -> Collection<Ticket> {
        context.cw.tickets()
    }

    fn info(ticket: &Ticket) -> &Option<Box<Info>> {
        &ticket.info
    }

    fn common(t: &Ticket, context: &Context) -> CommonTicket {
        CommonTicket {
            severity: context::word(&t.severity),
            impact: context::word(&t.impact),
            team: context::label(&t.team),
            sla: context::label(&t.sla),
            parent: t.parent_ticket_id.filter(|p| *p > 0).map(Reference::to),
            merged_into: context::reference(&t.merged_parent_ticket),
            external_ref: context::non_blank(&t.external_x_ref),
            ..common_ticket!(t, context)
        }
    }

    const NAMES: &'static [NameList] = &[
        NameList::Boards,
        NameList::BoardStatuses,
        NameList::BoardTypes,
        NameList::BoardSubTypes,
        NameList::BoardItems,
        NameList::Priorities,
        NameList::Sources,
        NameList::Teams,
        NameList::Slas,
    ];

    fn relabel(value: &mut CommonTicket, names: &Names) -> Relabel {
        let renamed = [
            names.rename(NameList::Boards, &mut value.board),
            names.rename(NameList::BoardStatuses, &mut value.status),
            names.rename(NameList::BoardTypes, &mut value.ticket_type),
            names.rename(NameList::BoardSubTypes, &mut value.subtype),
            names.rename(NameList::BoardItems, &mut value.item),
            names.rename(NameList::Priorities, &mut value.priority),
            names.rename(NameList::Sources, &mut value.source),
            names.rename(NameList::Teams, &mut value.team),
            names.rename(NameList::Slas, &mut value.sla),
        ];
        if renamed.contains(&true) { Relabel::Changed } else { Relabel::Same }
    }
}

impl Mapping for ProjectTickets {
    type Native = ProjectTicket;
    type Common = CommonTicket;

    const READS: &'static [&'static str] = &fields!(CommonTicket: PROJECT);

    fn collection(context: &Context) -> Collection<ProjectTicket> {
        context.cw.project_tickets()
    }

    fn info(ticket: &ProjectTicket) -> &Option<Box<Info>> {
        &ticket.info
    }

    fn common(t: &ProjectTicket, context: &Context) -> CommonTicket {
        CommonTicket { project: context::reference(&t.project), ..common_ticket!(t, context) }
    }
}

/// The members that both kinds of ticket are written to.
const BOTH: [Mapped<CommonTicket, Member>; 17] = [
    Mapped::new(CommonTicket::SUMMARY, Member::Plain("summary")),
    Mapped::new(CommonTicket::DESCRIPTION, Member::Plain("initialDescription")),
    Mapped::new(CommonTicket::BOARD, Member::LabelId("board")),
    Mapped::new(CommonTicket::TICKET_TYPE, Member::LabelId("type")),
    Mapped::new(CommonTicket::SUBTYPE, Member::LabelId("subType")),
    Mapped::new(CommonTicket::ITEM, Member::LabelId("item")),
    Mapped::new(CommonTicket::STATUS, Member::LabelId("status")),
    Mapped::new(CommonTicket::PRIORITY, Member::LabelId("priority")),
    Mapped::new(CommonTicket::COMPANY, Member::Reference("company")),
    Mapped::new(CommonTicket::SITE, Member::ChildReference("site")),
    Mapped::new(CommonTicket::CONTACT, Member::Reference("contact")),
    Mapped::new(CommonTicket::ASSIGNEE, Member::Reference("owner")),
    Mapped::new(CommonTicket::SOURCE, Member::LabelId("source")),
    Mapped::new(CommonTicket::DUE_AT, Member::Plain("requiredDate")),
    Mapped::new(CommonTicket::ESTIMATE_HOURS, Member::Plain("budgetHours")),
    Mapped::new(CommonTicket::AGREEMENT, Member::Reference("agreement")),
    Mapped::new(CommonTicket::CUSTOM, Member::Custom),
];

const fn with<const N: usize, const M: usize>(
    more: [Mapped<CommonTicket, Member>; M],
) -> [Mapped<CommonTicket, Member>; N] {
    let mut all = [BOTH[0]; N];
    let mut n = 0;
    while n < N {
        all[n] = if n < BOTH.len() { BOTH[n] } else { more[n - BOTH.len()] };
        n += 1;
    }
    all
}

impl Writes for ServiceTickets {
    const MEMBERS: &'static [Mapped<CommonTicket, Member>] = &with::<23, 6>([
        Mapped::new(CommonTicket::SEVERITY, Member::LabelName("severity")),
        Mapped::new(CommonTicket::IMPACT, Member::LabelName("impact")),
        Mapped::new(CommonTicket::TEAM, Member::LabelId("team")),
        Mapped::new(CommonTicket::SLA, Member::LabelId("sla")),
        Mapped::new(CommonTicket::PARENT, Member::IdOnly("parentTicketId")),
        Mapped::new(CommonTicket::EXTERNAL_REF, Member::Plain("externalXRef")),
    ]);

    const KEEPS: &'static [&'static str] = &fields!(CommonTicket: SUMMARY, COMPANY);

    const MAX_CHARS: &'static [(&'static str, u32)] =
        &[(CommonTicket::SUMMARY.field(), 100), (CommonTicket::EXTERNAL_REF.field(), 100)];

    fn custom(ticket: &Ticket) -> &[CustomFieldValue] {
        &ticket.custom_fields
    }
}

impl Writes for ProjectTickets {
    const MEMBERS: &'static [Mapped<CommonTicket, Member>] =
        &with::<18, 1>([Mapped::new(CommonTicket::PROJECT, Member::Reference("project"))]);

    fn custom(ticket: &ProjectTicket) -> &[CustomFieldValue] {
        &ticket.custom_fields
    }
}

/// Writes where the ticket is: the number does not tell.
#[derive(Debug)]
pub(crate) struct TicketWriter(Arc<Context>);

impl TicketWriter {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self(context)
    }

    /// Which of two refusals is the reason, looked up by reading: the one of the endpoint where the ticket is. That it is at
    /// neither is an error of its own.
    async fn refused(&self, id: i64, service: Error, project: Error) -> Result<Error> {
        let reason = match self.0.cw.tickets().get(id).await {
            Ok(_) => service,
            Err(error) if error.is_not_found() => {
                self.0.cw.project_tickets().get(id).await?;
                project
            }
            Err(error) => return Err(error),
        };
        if !reason.is_not_found() {
            return Ok(reason);
        }
        // The ticket is there, so it is not what was not found.
        Ok(Error::new(ErrorKind::Rejected, "ConnectWise does not find something that the change refers to")
            .with_phase(Phase::Answered)
            .with_source(reason))
    }
}

#[async_trait]
impl Writer<CommonTicket> for TicketWriter {
    async fn create(&self, changes: Changes<CommonTicket>) -> Result<Record<CommonTicket>> {
        let mut changes = changes.into_any()?;
        let project = changes.get(CommonTicket::PROJECT).or_else(|| changes.get(CommonTicket::PROJECT.id()));
        if project.is_some_and(|value| !value.is_null()) || changes.names_native("phase") {
            let collection = self.0.cw.project_tickets();
            return stored::<ProjectTickets>(
                create::<ProjectTickets>(&self.0, collection, changes).await?,
                &self.0,
                None,
            );
        }
        // A ticket without a project is one of service.
        changes.take(CommonTicket::PROJECT);
        changes.take(CommonTicket::PROJECT.id());
        stored::<ServiceTickets>(create::<ServiceTickets>(&self.0, self.0.cw.tickets(), changes).await?, &self.0, None)
    }

    async fn update(&self, key: &Key, changes: Changes<CommonTicket>) -> Result<Record<CommonTicket>> {
        let (id, changes) = (key.as_i64()?, changes.into_any()?);
        if changes.names(CommonTicket::DESCRIPTION) {
            return Err(Error::unsupported("ConnectWise keeps a ticket's description as its first note")
                .with_context("field", CommonTicket::DESCRIPTION)
                .with_context("remedy", "Write a ticket note, or change the first one."));
        }
        let context = &*self.0;
        let service = update::<ServiceTickets>(context, context.cw.tickets(), id, key, changes.clone(), None).await;
        let first = match service {
            // It is a ticket of a project, or what was named is what only those have.
            Err(error) if error.is_not_found() || error.is_unsupported() => error,
            done => return done,
        };
        match update::<ProjectTickets>(context, context.cw.project_tickets(), id, key, changes, None).await {
            Err(second) if second.is_unsupported() && first.is_unsupported() => Err(first),
            // Neither took it. That proves nothing about the ticket: something that was named may be what is not there.
            Err(second) if second.is_not_found() || second.is_unsupported() => {
                Err(self.refused(id, first, second).await?)
            }
            done => done,
        }
    }

    async fn delete(&self, key: &Key) -> Result<()> {
        let id = key.as_i64()?;
        match self.0.cw.tickets().delete(id).await {
            Err(error) if error.is_not_found() => self.0.cw.project_tickets().delete(id).await,
            done => done,
        }
    }
}
