//! The common model of values of the tenant's own lists.

use super::Label;
use crate::{EntityKind, KeyShape, entity};

entity! {
    /// One value of a list that the tenant keeps: a status, a type, a priority, a category, a workflow, a custom field.
    ///
    /// Syncing this kind is "sync PSA data": it refreshes the configuration that records refer to, and nothing else.
    pub struct ReferenceItem: EntityKind::REFERENCE_ITEM, key ReferenceItem::KEY => {
        /// Which list: one of the constants of [`ReferenceItem`], or a list that only this vendor has.
        set: Option<String>, readonly;
        /// The vendor's id of it, unique within the list. A priority's has its service level agreement in front (`2.3`)
        /// where numbers repeat with each.
        id: Option<String>, readonly;
        /// The name.
        name: Option<String>, readonly;
        /// What records call it, where that is neither id nor name: the key of a custom field's values.
        code: Option<String>, readonly;
        /// What it belongs to: the board of a status, the service level agreement of a priority.
        group: Option<Label>, readonly;
        /// Its place in the order that people see.
        position: Option<i64>, readonly;
        /// Whether a ticket with this status is closed, where the vendor tells.
        closed: Option<bool>, readonly;
        /// Whether it is hidden or switched off.
        inactive: Option<bool>, readonly;
        /// The type of a custom field's values, as the vendor names it.
        value_type: Option<String>, readonly;
    }
}

impl ReferenceItem {
    /// The key: an id is only unique within its list.
    pub const KEY: KeyShape = KeyShape(&["set", "id"]);
    /// Statuses of tickets.
    pub const STATUS: &'static str = "status";
    /// Types of tickets.
    pub const TICKET_TYPE: &'static str = "ticket_type";
    /// Priorities.
    pub const PRIORITY: &'static str = "priority";
    /// Categories.
    pub const CATEGORY: &'static str = "category";
    /// Workflows and pipelines.
    pub const WORKFLOW: &'static str = "workflow";
    /// The tenant's own fields.
    pub const CUSTOM_FIELD: &'static str = "custom_field";
    /// Outcomes: the kinds of action that a ticket offers.
    pub const OUTCOME: &'static str = "outcome";
    /// Types of asset.
    pub const ASSET_TYPE: &'static str = "asset_type";
    /// Boards: queues of tickets.
    pub const BOARD: &'static str = "board";
    /// Types of work.
    pub const WORK_TYPE: &'static str = "work_type";
    /// Roles in which work is done.
    pub const WORK_ROLE: &'static str = "work_role";
}
