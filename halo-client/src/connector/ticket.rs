use async_trait::async_trait;
use chrono::{DateTime, Utc};
use psa_core::{Evidence, Key, Label, Mapped, Reference, Relabel, Result, Ticket as CommonTicket, fields};

use super::context::{self, Context};
use super::name_cache::Names;
use super::reader::Mapping;
use super::writer::{Member, Writes};
use crate::ids::{self, AgentId};
use crate::list::List;
use crate::resources::{CustomField, Ticket, WriteRequest};

/// Ticket <-> ticket.
pub(crate) struct Tickets;

impl Mapping for Tickets {
    type Native = Ticket;
    type Common = CommonTicket;

    const READS: &'static [&'static str] = &fields!(
        CommonTicket: NUMBER, SUMMARY, DESCRIPTION, TICKET_TYPE, SUBTYPE, ITEM, STATUS, STAGE, CLOSED, PRIORITY,
        IMPACT, URGENCY, COMPANY, SITE, CONTACT, ASSIGNEE, TEAM, SOURCE, SLA, ON_HOLD, RESPOND_BY, DUE_AT,
        ESTIMATE_HOURS, PARENT, MERGED_INTO, AGREEMENT, CUSTOM, CREATED_AT, CLOSED_AT, UPDATED_AT
    );
    const NAMES: bool = true;
    const IDS_ONLY: Option<&'static str> = Some("ticketidonly");

    fn list(context: &Context) -> List<Ticket> {
        let list = context.halo.tickets().list();
        if context.custom_fields.is_empty() {
            return list;
        }
        let wanted: Vec<_> = context.custom_fields.iter().map(i64::to_string).collect();
        list.include_custom_fields(wanted.join(","))
    }

    fn since(list: List<Ticket>, at: DateTime<Utc>) -> List<Ticket> {
        list.updated_since(at)
    }

    fn updated_at(ticket: &Ticket) -> Option<DateTime<Utc>> {
        ticket.updated()
    }

    fn gone(ticket: &Ticket) -> Option<Evidence> {
        ticket.deleted.unwrap_or(false).then_some(Evidence::SoftDeleted)
    }

    fn foreign(ticket: &Ticket) -> bool {
        ticket.is_opportunity.unwrap_or(false) || ticket.is_project.unwrap_or(false)
    }

    fn common(ticket: &Ticket, context: &Context, names: &Names) -> CommonTicket {
        let meaning = ticket.status_id.and_then(|s| context.statuses.get(&s.0.to_string()));
        CommonTicket {
            number: Some(ticket.id.to_string()),
            summary: ticket.summary.clone(),
            description: context::non_blank(&ticket.details),
            ticket_type: ids::some(ticket.tickettype_id).map(|t| names.ticket_type(t.0)),
            subtype: context::non_blank(&ticket.category_1).map(Label::named),
            item: context::non_blank(&ticket.category_2).map(Label::named),
            status: ids::some(ticket.status_id).map(|s| names.status(s.0)),
            stage: meaning.map(|m| m.stage),
            closed: meaning.map(|m| m.closed),
            priority: ticket.priority_id.filter(|p| *p > 0).map(|p| names.priority(ticket.sla_id, p)),
            impact: ticket.impact.filter(|v| *v > 0).map(|v| Label::new(v, None)),
            urgency: ticket.urgency.filter(|v| *v > 0).map(|v| Label::new(v, None)),
            company: context::company(ticket.client_id),
            site: ids::some(ticket.site_id).map(|s| Reference::to(s.0)),
            contact: ids::some(ticket.user_id).map(|u| Reference::to(u.0)),
            assignee: ids::some(ticket.agent_id).filter(|a| *a != AgentId::UNASSIGNED).map(|a| Reference::to(a.0)),
            team: context::non_blank(&ticket.team).map(Label::named),
            source: ticket.source.filter(|s| *s >= 0).map(|s| Label::new(s, None)),
            sla: ticket.sla_id.filter(|s| *s > 0).map(|s| Label::new(s, None)),
            on_hold: ticket.onhold,
            respond_by: ticket.respondbydate,
            due_at: ticket.fixbydate.or(ticket.deadlinedate),
            estimate_hours: ticket.estimate.filter(|e| *e != 0.0),
            parent: ids::some(ticket.parent_id).map(|p| Reference::to(p.0)),
            merged_into: ids::some(ticket.merged_into_id).map(|t| Reference::to(t.0)),
            agreement: ticket.contract_id.filter(|c| *c > 0).map(Reference::to),
            custom: context::custom(&ticket.customfields, wanted(context)),
            created_at: ticket.dateoccurred,
            closed_at: ticket.dateclosed,
            updated_at: ticket.updated(),
            ..CommonTicket::default()
        }
    }

    fn relabel(ticket: &mut CommonTicket, names: &Names) -> Relabel {
        let status = names.rename_status(&mut ticket.status);
        let kind = names.rename_ticket_type(&mut ticket.ticket_type);
        let priority = names.rename_priority(ticket.sla.as_ref(), &mut ticket.priority);
        if status || kind || priority { Relabel::Changed } else { Relabel::Same }
    }
}

/// The custom fields that are read: of a list only those that were named, of one ticket all if none were.
fn wanted(context: &Context) -> Option<&[i64]> {
    Some(context.custom_fields.as_slice()).filter(|ids| !ids.is_empty())
}

#[async_trait]
impl Writes for Tickets {
    const MEMBERS: &'static [Mapped<CommonTicket, Member>] = &[
        Mapped::new(CommonTicket::SUMMARY, Member::Plain("summary")),
        Mapped::new(CommonTicket::DESCRIPTION, Member::Plain("details")),
        Mapped::new(CommonTicket::TICKET_TYPE, Member::LabelId("tickettype_id")),
        Mapped::new(CommonTicket::SUBTYPE, Member::LabelName("category_1")),
        Mapped::new(CommonTicket::ITEM, Member::LabelName("category_2")),
        Mapped::new(CommonTicket::STATUS, Member::LabelId("status_id")),
        Mapped::new(CommonTicket::PRIORITY, Member::LabelId("priority_id")),
        Mapped::new(CommonTicket::IMPACT, Member::LabelId("impact")),
        Mapped::new(CommonTicket::URGENCY, Member::LabelId("urgency")),
        Mapped::new(CommonTicket::COMPANY, Member::Reference("client_id")),
        Mapped::new(CommonTicket::SITE, Member::Reference("site_id")),
        Mapped::new(CommonTicket::CONTACT, Member::Reference("user_id")),
        Mapped::new(CommonTicket::ASSIGNEE, Member::Reference("agent_id")),
        Mapped::new(CommonTicket::TEAM, Member::LabelName("team")),
        Mapped::new(CommonTicket::DUE_AT, Member::Plain("fixbydate")),
        Mapped::new(CommonTicket::ESTIMATE_HOURS, Member::Plain("estimate")),
        Mapped::new(CommonTicket::PARENT, Member::Reference("parent_id")),
        Mapped::new(CommonTicket::AGREEMENT, Member::Reference("contract_id")),
        Mapped::new(CommonTicket::CUSTOM, Member::Custom),
    ];

    const KEEPS: &'static [&'static str] = &fields!(CommonTicket: SUMMARY, TICKET_TYPE, STATUS, TEAM);
    // Tickets, opportunities and projects are numbered together.
    const SHARES_NUMBERS: bool = true;

    fn custom(ticket: &Ticket) -> &[CustomField] {
        &ticket.customfields
    }

    fn reads_custom(context: &Context, id: i64) -> bool {
        wanted(context).is_none_or(|ids| ids.contains(&id))
    }

    fn create(context: &Context) -> WriteRequest<Self::Native> {
        // Who opened it is not mailed unless the caller says so.
        context.halo.tickets().create().set("sendack", false)
    }

    fn update(context: &Context, key: &Key) -> Result<WriteRequest<Self::Native>> {
        Ok(context.halo.tickets().update(key.as_i64()?))
    }

    async fn delete(context: &Context, key: &Key) -> Result<()> {
        context.halo.tickets().delete(key.as_i64()?, "deleted through the connector").await
    }
}
