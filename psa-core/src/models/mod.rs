//! The common models. Fields follow what both PSAs have and what MSPs need; anything else of a vendor stays in the record's raw bytes.

mod agent;
mod agreement;
mod appointment;
mod asset;
mod company;
mod contact;
mod field;
mod into_field;
mod invoice;
mod opportunity;
mod project;
mod reference_item;
mod site;
mod status;
mod team;
mod ticket;
mod ticket_note;
mod time_entry;

pub use agent::Agent;
pub use agreement::Agreement;
pub use appointment::Appointment;
pub use asset::Asset;
pub use company::Company;
pub use contact::{Contact, Email, Phone};
pub use field::{Address, Custom, FieldItem, FieldValue, Label, Normalized, Nullable, Reference};
pub use into_field::IntoField;
pub use invoice::Invoice;
pub use opportunity::{Opportunity, OpportunityStatus};
pub use project::Project;
pub use reference_item::ReferenceItem;
pub use site::Site;
pub use status::{Stage, StatusMap, StatusMeaning};
pub use team::Team;
pub use ticket::Ticket;
pub use ticket_note::{Author, TicketNote, Visibility};
pub use time_entry::TimeEntry;

#[cfg(test)]
mod tests;
