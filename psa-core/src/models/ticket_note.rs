//! The common model of notes of tickets.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Normalized, Reference};
use crate::{EntityKind, KeyShape, entity};

/// Who wrote a note.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Author {
    /// The agent, if one wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<Reference>,
    /// The contact, if one wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<Reference>,
    /// The name at the time of writing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The API application that wrote it: lets a sync know its own notes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
}

/// Who may read a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// The customer too.
    Public,
    /// The MSP only.
    Internal,
    /// Part of the resolution.
    Resolution,
}

impl Visibility {
    pub(crate) const NAMES: &'static [&'static str] = &["public", "internal", "resolution"];
}

entity! {
    /// A comment on a ticket. Halo: an action, addressed by ticket and number.
    ///
    /// Which members of the vendors fill a field, and whether a connector writes it:
    ///
    #[doc = include_str!("fields/ticket_note.md")]
    pub struct TicketNote: EntityKind::TICKET_NOTE, key KeyShape::ID => {
        /// The ticket.
        ticket: Option<Reference>, parent EntityKind::TICKET;
        /// Who wrote it.
        author: Option<Author>, readonly;
        /// The text.
        body: Option<String>;
        /// The text as HTML, if the vendor has it.
        html: Option<String>;
        /// Who may read it.
        visibility: Option<Normalized<Visibility>>;
        /// What kind of step it was, in the vendor's words (Halo: the outcome).
        outcome: Option<super::Label>;
        /// The time entry made with it.
        time_entry: Option<Reference>, readonly;
        /// When it was written.
        created_at: Option<DateTime<Utc>>, readonly;
        /// When the vendor last touched it.
        updated_at: Option<DateTime<Utc>>, stamp;
    }
}

impl crate::models::FieldItem for Author {
    const TYPE: crate::FieldType = crate::FieldType::Object;
}

impl crate::models::FieldItem for Visibility {
    const TYPE: crate::FieldType = crate::FieldType::Choice(Visibility::NAMES);
}
