//! The common models. Fields follow what both PSAs have and what MSPs need; anything else of a vendor stays in the record's raw bytes.

mod agent;
mod agreement;
mod appointment;
mod asset;
mod company;
mod contact;
mod field;
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
pub use field::{Address, Custom, FieldValue, Label, Normalized, Reference};
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

/// Declares a common model: the struct, its schema, get and set by path, content and parents, from one line a field.
///
/// Modifiers after the type: `readonly` (never written), `stamp` (read-only and not content), `parent KIND`.
macro_rules! entity {
    (
        $(#[$doc:meta])*
        pub struct $name:ident: $kind:expr, key $shape:expr => {
            $( $(#[$fdoc:meta])* $field:ident: $ty:ty $(, $modifier:ident $($parent:expr)?)?; )*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(default)]
        pub struct $name {
            $( $(#[$fdoc])*
               #[serde(skip_serializing_if = "crate::models::FieldValue::is_unset")]
               pub $field: $ty, )*
        }

        impl crate::Entity for $name {
            const KIND: crate::EntityKind = $kind;

            fn schema() -> &'static crate::Schema {
                static FIELDS: &[crate::Field] = &[$( crate::Field {
                    path: stringify!($field),
                    ty: <$ty as crate::models::FieldValue>::TYPE,
                    nullable: true,
                    writable: crate::models::entity!(@writable $($modifier)?),
                    content: crate::models::entity!(@content $($modifier)?),
                    parent: crate::models::entity!(@parent $($($parent)?)?),
                }, )*];
                static SCHEMA: crate::Schema = crate::Schema { kind: $kind, key: $shape, fields: FIELDS };
                &SCHEMA
            }

            fn get(&self, path: &str) -> Option<serde_json::Value> {
                let (head, rest) = crate::schema::split(path);
                let value = match head {
                    $( stringify!($field) => serde_json::to_value(&self.$field).ok()?, )*
                    _ => return None,
                };
                crate::schema::descend(value, rest)
            }

            fn set(&mut self, path: &str, value: serde_json::Value) -> crate::Result<()> {
                let (head, rest) = crate::schema::split(path);
                match head {
                    $( stringify!($field) => {
                        let value = match rest {
                            None if value.is_null() => {
                                self.$field = Default::default();
                                return Ok(());
                            }
                            None => value,
                            Some(rest) => {
                                let mut whole = serde_json::to_value(&self.$field)
                                    .map_err(|e| crate::schema::wrong_type(path, &e))?;
                                crate::schema::place(&mut whole, rest, value)?;
                                whole
                            }
                        };
                        self.$field = serde_json::from_value(value).map_err(|e| crate::schema::wrong_type(path, &e))?;
                        Ok(())
                    } )*
                    _ => Err(crate::schema::unknown_path(&$kind, path)),
                }
            }

            fn write_content(&self, out: &mut Vec<u8>) {
                out.push(b'{');
                $( if crate::models::entity!(@content $($modifier)?) {
                    crate::models::FieldValue::write_member(&self.$field, stringify!($field), out);
                } )*
                if out.last() == Some(&b',') {
                    out.pop();
                }
                out.push(b'}');
            }

            #[allow(unused_variables)]
            fn visit_parents(&self, visit: &mut dyn FnMut(&'static crate::EntityKind, &crate::Key)) {
                $( crate::models::entity!(@visit self visit $field $($($parent)?)?); )*
            }
        }
    };
    (@writable) => { true };
    (@writable parent) => { true };
    (@writable $other:ident) => { false };
    (@content stamp) => { false };
    (@content $($other:ident)?) => { true };
    (@parent) => { None };
    (@parent $parent:expr) => { Some($parent) };
    (@visit $self:ident $visit:ident $field:ident) => {};
    (@visit $self:ident $visit:ident $field:ident $parent:expr) => {
        if let Some(reference) = &$self.$field {
            static PARENT: crate::EntityKind = $parent;
            $visit(&PARENT, &reference.id);
        }
    };
}
pub(crate) use entity;

#[cfg(test)]
mod tests;
