use async_trait::async_trait;
use chrono::{DateTime, Utc};
use psa_core::{
    Evidence, Key, Label, Mapped, Normalized, Opportunity as CommonOpportunity, OpportunityStatus, PathChange,
    Reference, Relabel, Result, fields,
};
use serde_json::Value;

use super::context::{self, Context};
use super::name_cache::Names;
use super::reader::Mapping;
use super::writer::{Member, Writes};
use crate::ids::{self, AgentId, StatusId};
use crate::list::List;
use crate::resources::{Opportunity, WriteRequest};

/// Opportunity <-> opportunity.
pub(crate) struct Opportunities;

impl Mapping for Opportunities {
    type Native = Opportunity;
    type Common = CommonOpportunity;

    const READS: &'static [&'static str] = &fields!(
        CommonOpportunity: NAME, DESCRIPTION, STAGE, STATUS, PROBABILITY, AMOUNT, COMPANY, CONTACT, OWNER, TEAM,
        PIPELINE, CLOSE_DATE, CREATED_AT, CLOSED_AT, UPDATED_AT
    );
    const NAMES: bool = true;
    const IDS_ONLY: Option<&'static str> = Some("ticketidonly");

    fn list(context: &Context) -> List<Opportunity> {
        context.halo.opportunities().list().query("domain", "opps")
    }

    fn since(list: List<Opportunity>, at: DateTime<Utc>) -> List<Opportunity> {
        list.query("lastupdatefromdate", crate::list::query_date(at))
    }

    fn updated_at(opportunity: &Opportunity) -> Option<DateTime<Utc>> {
        opportunity.updated()
    }

    fn gone(opportunity: &Opportunity) -> Option<Evidence> {
        opportunity.deleted.unwrap_or(false).then_some(Evidence::SoftDeleted)
    }

    fn foreign(opportunity: &Opportunity) -> bool {
        opportunity.is_opportunity == Some(false)
    }

    fn common(o: &Opportunity, context: &Context, names: &Names) -> CommonOpportunity {
        let closed = o.status_id.and_then(|s| context.statuses.get(&s.0.to_string())).map(|m| m.closed);
        CommonOpportunity {
            name: o.summary.clone(),
            description: context::non_blank(&o.details),
            stage: o
                .pipeline_stage_id
                .filter(|s| *s > 0)
                .map(|s| Label::new(s, context::non_blank(&o.pipeline_stage_name))),
            status: ids::some(o.status_id).map(|s| Normalized {
                value: match (closed, o.oppclosurecategory) {
                    (Some(false), _) => Some(OpportunityStatus::Open),
                    // Halo tells won from lost by the tenant's own closure categories.
                    (_, Some(category)) if context.closures.won.contains(&category) => Some(OpportunityStatus::Won),
                    (_, Some(category)) if context.closures.lost.contains(&category) => Some(OpportunityStatus::Lost),
                    _ => None,
                },
                raw: names.status(s.0).name.unwrap_or_else(|| s.to_string()),
            }),
            probability: o.oppconversionprobability,
            amount: o.oppvalue,
            company: context::company(o.client_id),
            contact: ids::some(o.user_id).map(|u| Reference::to(u.0)),
            owner: ids::some(o.agent_id).filter(|a| *a != AgentId::UNASSIGNED).map(|a| Reference::to(a.0)),
            team: context::non_blank(&o.team).map(Label::named),
            pipeline: ids::some(o.workflow_id).map(|w| Label::new(w, None)),
            close_date: context::day(o.targetdate),
            created_at: o.dateoccurred,
            closed_at: o.dateclosed,
            updated_at: o.updated(),
            ..CommonOpportunity::default()
        }
    }

    /// The status beside the normalised one is a name without an id.
    fn relabel(_: &mut CommonOpportunity, _: &Names) -> Relabel {
        Relabel::ReadAgain
    }
}

#[async_trait]
impl Writes for Opportunities {
    const MEMBERS: &'static [Mapped<CommonOpportunity, Member>] = &[
        Mapped::new(CommonOpportunity::NAME, Member::Plain("summary")),
        Mapped::new(CommonOpportunity::DESCRIPTION, Member::Plain("details")),
        Mapped::new(CommonOpportunity::PROBABILITY, Member::Plain("oppconversionprobability")),
        Mapped::new(CommonOpportunity::AMOUNT, Member::Plain("oppvalue")),
        Mapped::new(CommonOpportunity::COMPANY, Member::Reference("client_id")),
        Mapped::new(CommonOpportunity::CONTACT, Member::Reference("user_id")),
        Mapped::new(CommonOpportunity::OWNER, Member::Reference("agent_id")),
        Mapped::new(CommonOpportunity::TEAM, Member::LabelName("team")),
        Mapped::new(CommonOpportunity::PIPELINE, Member::LabelId("workflow_id")),
        Mapped::new(CommonOpportunity::CLOSE_DATE, Member::Day("targetdate")),
        Mapped::new(CommonOpportunity::STAGE, Member::LabelId("pipeline_stage_id")),
    ];

    const KEEPS: &'static [&'static str] = &fields!(CommonOpportunity: NAME, TEAM);
    // Tickets, opportunities and projects are numbered together.
    const SHARES_NUMBERS: bool = true;

    /// Won and lost are a closure category and a status that closes.
    fn special(context: &Context, change: &PathChange) -> Result<Option<Vec<(&'static str, Value)>>> {
        if !change.is(CommonOpportunity::STATUS) {
            return Ok(None);
        }
        let (categories, what) = match change.part("value")?.as_str() {
            Some("won") => (&context.closures.won, "won"),
            Some("lost") => (&context.closures.lost, "lost"),
            _ => return Err(change.unsupported("an opportunity is opened again by a status of Halo's own: set_native")),
        };
        let Some(category) = categories.first() else {
            let why = format!("which closure category means {what} is not known: call closure_categories(..)");
            return Err(change.unsupported(why));
        };
        let closed = context.statuses.first_closed().unwrap_or(StatusId::DEFAULT_CLOSED.0);
        Ok(Some(vec![("oppclosurecategory", Value::from(*category)), ("status_id", Value::from(closed))]))
    }

    fn create(context: &Context) -> WriteRequest<Opportunity> {
        context.halo.opportunities().create()
    }

    fn update(context: &Context, key: &Key) -> Result<WriteRequest<Opportunity>> {
        Ok(context.halo.opportunities().update(key.as_i64()?))
    }

    async fn delete(context: &Context, key: &Key) -> Result<()> {
        context.halo.opportunities().delete(key.as_i64()?).await
    }
}
