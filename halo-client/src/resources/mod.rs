//! Halo's records, field by field, and what can be done with them.

mod actions;
mod agents;
mod clients;
mod lookups;
mod save;
mod shared;
mod sites;
mod tickets;
mod users;

pub use actions::{Action, Actions};
pub use agents::{Agent, AgentTeam, Agents, Team};
pub use clients::{Client, Clients};
pub use lookups::{Category, Outcome, Priority, Status, TicketType};
pub use save::Save;
pub(crate) use save::{get_one, read_one};
pub use shared::{AddressStore, CustomField, NativeField};
pub use sites::{Site, Sites};
pub use tickets::{Opportunity, Ticket, Tickets};
pub use users::{User, Users};

/// Declares a record of Halo's from one line a field: the struct, tolerant decoding, and the native schema.
///
/// `key(Id)` must be there; `id(Id)`, `int`, `num`, `flag`, `text`, `date`, `json` and `object(T)` may be missing;
/// `list(T)` is empty then. A member without a line stays in the record's raw bytes.
macro_rules! resource {
    ($(#[$doc:meta])* pub struct $name:ident { $($rest:tt)* }) => {
        crate::resources::resource!(@munch [$(#[$doc])* pub struct $name] [] [] $($rest)*);
    };
    (@munch $head:tt [$($done:tt)*] [$($schema:tt)*] $field:ident: key($id:ident); $($rest:tt)*) => {
        crate::resources::resource!(@munch $head
            [$($done)* #[serde(deserialize_with = "psa_http::json::id")] $field: $id,]
            [$($schema)* ($field, "key")] $($rest)*);
    };
    (@munch $head:tt [$($done:tt)*] [$($schema:tt)*] $field:ident: id($id:ident); $($rest:tt)*) => {
        crate::resources::resource!(@munch $head
            [$($done)* #[serde(default, deserialize_with = "crate::resources::shared::opt_id")] $field: Option<$id>,]
            [$($schema)* ($field, "id")] $($rest)*);
    };
    (@munch $head:tt [$($done:tt)*] [$($schema:tt)*] $field:ident: int; $($rest:tt)*) => {
        crate::resources::resource!(@munch $head
            [$($done)* #[serde(default, deserialize_with = "psa_http::json::int")] $field: Option<i64>,]
            [$($schema)* ($field, "int")] $($rest)*);
    };
    (@munch $head:tt [$($done:tt)*] [$($schema:tt)*] $field:ident: num; $($rest:tt)*) => {
        crate::resources::resource!(@munch $head
            [$($done)* #[serde(default, deserialize_with = "psa_http::json::num")] $field: Option<f64>,]
            [$($schema)* ($field, "num")] $($rest)*);
    };
    (@munch $head:tt [$($done:tt)*] [$($schema:tt)*] $field:ident: flag; $($rest:tt)*) => {
        crate::resources::resource!(@munch $head
            [$($done)* #[serde(default, deserialize_with = "psa_http::json::flag")] $field: Option<bool>,]
            [$($schema)* ($field, "flag")] $($rest)*);
    };
    (@munch $head:tt [$($done:tt)*] [$($schema:tt)*] $field:ident: text; $($rest:tt)*) => {
        crate::resources::resource!(@munch $head
            [$($done)* #[serde(default, deserialize_with = "psa_http::json::text")] $field: Option<String>,]
            [$($schema)* ($field, "text")] $($rest)*);
    };
    (@munch $head:tt [$($done:tt)*] [$($schema:tt)*] $field:ident: date; $($rest:tt)*) => {
        crate::resources::resource!(@munch $head
            [$($done)* #[serde(default, deserialize_with = "psa_http::json::date")]
                $field: Option<chrono::DateTime<chrono::Utc>>,]
            [$($schema)* ($field, "date")] $($rest)*);
    };
    (@munch $head:tt [$($done:tt)*] [$($schema:tt)*] $field:ident: json; $($rest:tt)*) => {
        crate::resources::resource!(@munch $head
            [$($done)* #[serde(default)] $field: Option<serde_json::Value>,]
            [$($schema)* ($field, "json")] $($rest)*);
    };
    (@munch $head:tt [$($done:tt)*] [$($schema:tt)*] $field:ident: object($ty:ident); $($rest:tt)*) => {
        crate::resources::resource!(@munch $head
            [$($done)* #[serde(default)] $field: Option<Box<$ty>>,]
            [$($schema)* ($field, "object")] $($rest)*);
    };
    (@munch $head:tt [$($done:tt)*] [$($schema:tt)*] $field:ident: list($ty:ident); $($rest:tt)*) => {
        crate::resources::resource!(@munch $head
            [$($done)* #[serde(default, deserialize_with = "psa_http::json::list")] $field: Vec<$ty>,]
            [$($schema)* ($field, "list")] $($rest)*);
    };
    (@munch [$(#[$doc:meta])* pub struct $name:ident]
            [$( #[$serde:meta] $field:ident: $ty:ty, )*] [$( ($schema_field:ident, $kind:literal) )*]) => {
        $(#[$doc])*
        #[non_exhaustive]
        #[derive(Debug, Clone, PartialEq, serde::Deserialize)]
        pub struct $name {
            $( #[doc = concat!("Halo's `", stringify!($field), "`.")] #[$serde] pub $field: $ty, )*
        }

        impl $name {
            /// The native schema: each typed member and what it is read as.
            pub const FIELDS: &'static [crate::resources::NativeField] =
                &[$( crate::resources::NativeField { name: crate::resources::shared::plain(stringify!($schema_field)), kind: $kind }, )*];
        }
    };
}
pub(crate) use resource;

/// Implements [`Resource`](crate::Resource) from its endpoints.
macro_rules! endpoints {
    ($name:ident: $resource:literal, $path:literal, items $items:literal, paged $paged:literal, key |$this:ident| $key:expr) => {
        impl crate::page::Resource for $name {
            fn list_operation() -> &'static psa_http::Operation {
                static LIST: psa_http::Operation =
                    psa_http::Operation::get(concat!("halo.", $resource, ".list"), $path);
                &LIST
            }
            fn get_operation() -> &'static psa_http::Operation {
                static GET: psa_http::Operation =
                    psa_http::Operation::get(concat!("halo.", $resource, ".get"), concat!($path, "/{id}"));
                &GET
            }
            const ITEMS: &'static str = $items;
            const PAGED: bool = $paged;
            fn key(&self) -> psa_core::Key {
                let $this = self;
                $key
            }
        }
    };
}
pub(crate) use endpoints;

/// Adds query methods to a list: `name(value) => "parameter"`.
macro_rules! filters {
    ($resource:ty { $( $(#[$doc:meta])* $name:ident: $ty:ty => $param:literal; )* }) => {
        impl crate::page::List<$resource> {
            $( $(#[$doc])* pub fn $name(self, value: impl Into<$ty>) -> Self {
                let value: $ty = value.into();
                self.query($param, value)
            } )*
        }
    };
}
pub(crate) use filters;

/// Adds setters to a write: `name(value) => "member"`.
macro_rules! setters {
    ($resource:ty { $( $(#[$doc:meta])* $name:ident: $ty:ty => $member:literal; )* }) => {
        impl crate::resources::Save<$resource> {
            $( $(#[$doc])* pub fn $name(self, value: impl Into<$ty>) -> Self {
                let value: $ty = value.into();
                self.set($member, value)
            } )*
        }
    };
}
pub(crate) use setters;

/// Declares what can be done with a resource that is listed, read, created, updated and deleted by its id.
macro_rules! crud {
    ($handle:ident of $resource:ident by $id:ident: $name:literal, $path:literal, $(#[$list_doc:meta])* list) => {
        #[doc = concat!("What can be done with ", $name, ".")]
        #[derive(Debug, Clone)]
        pub struct $handle {
            halo: crate::client::Halo,
        }

        impl $handle {
            pub(crate) fn new(halo: crate::client::Halo) -> Self {
                Self { halo }
            }

            $(#[$list_doc])*
            pub fn list(&self) -> crate::page::List<$resource> {
                crate::page::List::new(self.halo.clone())
            }

            /// One of them, with its nested objects.
            ///
            /// # Errors
            /// [`ErrorKind::NotFound`](psa_core::ErrorKind::NotFound) also for one the login may not see.
            pub async fn get(&self, id: impl Into<$id>) -> psa_core::Result<psa_http::json::Native<$resource>> {
                crate::resources::get_one(&self.halo, id.into()).await
            }

            /// A new one.
            pub fn create(&self) -> crate::resources::Save<$resource> {
                static CREATE: psa_http::Operation =
                    psa_http::Operation::post(concat!("halo.", $name, ".create"), $path);
                crate::resources::Save::new(self.halo.clone(), &CREATE)
            }

            /// A change.
            pub fn update(&self, id: impl Into<$id>) -> crate::resources::Save<$resource> {
                static UPDATE: psa_http::Operation =
                    psa_http::Operation::post(concat!("halo.", $name, ".update"), $path);
                crate::resources::Save::new(self.halo.clone(), &UPDATE).set("id", id.into())
            }

            /// Deletes.
            ///
            /// # Errors
            /// What Halo refuses and what the network can do.
            pub async fn delete(&self, id: impl Into<$id>) -> psa_core::Result<()> {
                static DELETE: psa_http::Operation =
                    psa_http::Operation::delete(concat!("halo.", $name, ".delete"), concat!($path, "/{id}"));
                self.halo.http().call(&DELETE).path("id", id.into()).send().await.map(drop)
            }
        }
    };
}
pub(crate) use crud;
