use psa_core::{Mapped, Normalized, Opportunity as CommonOpportunity, OpportunityStatus, Relabel, fields};

use super::context::{self, Context};
use super::names::{NameList, Names};
use super::reader::Mapping;
use super::writer::{Member, Writes};
use crate::resources::{Collection, CustomFieldValue, Info, Opportunity};

/// Opportunity <-> opportunity.
pub(crate) struct Opportunities;

impl Mapping for Opportunities {
    type Native = Opportunity;
    type Common = CommonOpportunity;

    const READS: &'static [&'static str] = &fields!(
        CommonOpportunity: NAME, DESCRIPTION, STAGE, STATUS, PROBABILITY, CURRENCY, CLOSE_DATE, COMPANY, CONTACT,
        OWNER, SOURCE, PIPELINE, CUSTOM, CREATED_AT, CLOSED_AT, UPDATED_AT
    );

    fn collection(context: &Context) -> Collection<Opportunity> {
        context.cw.opportunities()
    }

    fn info(opportunity: &Opportunity) -> &Option<Box<Info>> {
        &opportunity.info
    }

    fn common(o: &Opportunity, _: &Context) -> CommonOpportunity {
        let status = o.status.as_ref().and_then(|s| context::non_blank(&s.name));
        let closed = o.closed_date.is_some();
        CommonOpportunity {
            name: context::non_blank(&o.name),
            description: context::non_blank(&o.notes),
            stage: context::label(&o.stage),
            status: status.map(|raw| Normalized { value: meaning(&raw, closed), raw }),
            probability: o
                .probability
                .as_ref()
                .and_then(|p| p.name.as_deref()?.trim_end_matches('%').trim().parse().ok()),
            currency: o
                .currency
                .as_ref()
                .and_then(|c| context::non_blank(&c.currency_code).or_else(|| context::non_blank(&c.name))),
            close_date: context::day(o.expected_close_date),
            company: context::reference(&o.company),
            contact: context::reference(&o.contact),
            owner: context::reference(&o.primary_sales_rep),
            source: context::word(&o.source),
            pipeline: context::label(&o.r#type),
            custom: context::custom(&o.custom_fields),
            created_at: context::created(&o.info).or(o.date_became_lead),
            closed_at: o.closed_date,
            updated_at: context::updated(&o.info),
            ..CommonOpportunity::default()
        }
    }

    const NAMES: &'static [NameList] =
        &[NameList::OpportunityStages, NameList::OpportunityStatuses, NameList::OpportunityTypes];

    fn relabel(_: &mut CommonOpportunity, _: &Names) -> Relabel {
        // What the status means is made of its name.
        Relabel::ReadAgain
    }
}

/// The tenant's own words: those that everybody uses are known, others are not guessed.
fn meaning(status: &str, closed: bool) -> Option<OpportunityStatus> {
    let lower = status.to_lowercase();
    let has = |word: &str| lower.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’').any(|w| w == word);
    let negated = has("no") || has("not");
    match () {
        () if has("won") && !negated => Some(OpportunityStatus::Won),
        () if has("lost") && !negated => Some(OpportunityStatus::Lost),
        () if !closed => Some(OpportunityStatus::Open),
        () => None,
    }
}

impl Writes for Opportunities {
    const MEMBERS: &'static [Mapped<CommonOpportunity, Member>] = &[
        Mapped::new(CommonOpportunity::NAME, Member::Plain("name")),
        Mapped::new(CommonOpportunity::DESCRIPTION, Member::Plain("notes")),
        Mapped::new(CommonOpportunity::STAGE, Member::LabelId("stage")),
        Mapped::new(CommonOpportunity::CLOSE_DATE, Member::Day("expectedCloseDate")),
        Mapped::new(CommonOpportunity::COMPANY, Member::Reference("company")),
        Mapped::new(CommonOpportunity::CONTACT, Member::Reference("contact")),
        Mapped::new(CommonOpportunity::OWNER, Member::Reference("primarySalesRep")),
        Mapped::new(CommonOpportunity::PIPELINE, Member::LabelId("type")),
        Mapped::new(CommonOpportunity::SOURCE, Member::LabelName("source")),
        Mapped::new(CommonOpportunity::CUSTOM, Member::Custom),
    ];

    const KEEPS: &'static [&'static str] = &fields!(CommonOpportunity: NAME);

    const MAX_CHARS: &'static [(&'static str, u32)] = &[(CommonOpportunity::NAME.field(), 100)];

    fn custom(opportunity: &Opportunity) -> &[CustomFieldValue] {
        &opportunity.custom_fields
    }
}
