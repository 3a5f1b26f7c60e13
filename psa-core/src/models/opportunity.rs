//! The common model of opportunities.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{Custom, Label, Normalized, Reference};
use crate::{EntityKind, KeyShape, entity};

/// How an opportunity stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpportunityStatus {
    /// Undecided.
    Open,
    /// Won.
    Won,
    /// Lost.
    Lost,
}

impl OpportunityStatus {
    pub(crate) const NAMES: &'static [&'static str] = &["open", "won", "lost"];
}

entity! {
    /// A possible sale.
    ///
    /// Which members of the vendors fill a field, and whether a connector writes it:
    ///
    #[doc = include_str!("fields/opportunity.md")]
    pub struct Opportunity: EntityKind::OPPORTUNITY, key KeyShape::ID => {
        /// The name.
        name: Option<String>;
        /// What it is about.
        description: Option<String>;
        /// The stage of the pipeline.
        stage: Option<Label>;
        /// Open, won or lost; unset inside if the vendor's status says neither.
        status: Option<Normalized<OpportunityStatus>>;
        /// Chance of winning, 0 to 100.
        probability: Option<f64>;
        /// Amount, in `currency`.
        amount: Option<f64>;
        /// Currency, as the vendor names it.
        currency: Option<String>;
        /// The day on which it is expected to close.
        close_date: Option<NaiveDate>;
        /// The company.
        company: Option<Reference>, parent EntityKind::COMPANY;
        /// The contact.
        contact: Option<Reference>;
        /// The sales person.
        owner: Option<Reference>;
        /// The team.
        team: Option<Label>;
        /// The pipeline or workflow.
        pipeline: Option<Label>;
        /// Where it came from.
        source: Option<Label>;
        /// Custom fields.
        custom: Custom;
        /// When it was opened.
        created_at: Option<DateTime<Utc>>, readonly;
        /// When it was closed.
        closed_at: Option<DateTime<Utc>>, readonly;
        /// When the vendor last touched it.
        updated_at: Option<DateTime<Utc>>, stamp;
    }
}

impl crate::models::FieldItem for OpportunityStatus {
    const TYPE: crate::FieldType = crate::FieldType::Choice(OpportunityStatus::NAMES);
}
