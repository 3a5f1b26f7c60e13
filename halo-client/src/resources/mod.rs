//! Halo's records, field by field, and what can be done with them.

mod actions;
mod agents;
mod applications;
mod appointments;
mod articles;
mod assets;
mod attachments;
mod campaigns;
mod clients;
mod contracts;
mod crm_notes;
mod fields;
mod invoices;
mod items;
mod lookups;
mod orders;
mod projects;
mod quotations;
mod reports;
mod save;
mod shared;
mod sites;
mod software_licences;
mod suppliers;
mod tickets;
mod timesheets;
mod users;
mod webhooks;
mod workflows;

pub use actions::{Action, Actions};
pub use agents::{Agent, AgentTeam, Agents, Team};
pub(crate) use applications::instance;
pub use applications::{Application, Applications, CorsEntry, InstanceInfo};
pub use appointments::{Appointment, AppointmentAgent, Appointments};
pub use articles::{Article, Articles};
pub use assets::{Asset, AssetField, AssetType, AssetTypes, Assets};
pub use attachments::{Attachment, Attachments, Upload};
pub use campaigns::{DistributionList, DistributionLists, MailCampaign, MailCampaigns};
pub use clients::{Client, Clients};
pub use contracts::{Contract, Contracts};
pub use crm_notes::{CrmNote, CrmNotes};
pub use fields::{
    AssetFieldInfo, AssetFields, CustomFieldRegistry, CustomValue, CustomWrite, FieldInfo, FieldOption, Fields,
};
pub use invoices::{Invoice, InvoiceLine, Invoices, RecurringInvoice, RecurringInvoices};
pub use items::{Item, Items};
pub use lookups::{Category, Outcome, Priority, Status, TicketType};
pub use orders::{PurchaseOrder, PurchaseOrders, SalesOrder, SalesOrders};
pub use projects::{Budget, BudgetType, BudgetTypes, Milestone, Project, Projects};
pub use psa_http::{NativeField, NativeType};
pub use quotations::{Quotation, QuotationLine, Quotations};
pub use reports::{Report, ReportRows, Reports};
pub use save::Save;
pub(crate) use save::{get_one, read_one};
pub use shared::{AddressStore, CustomField};
pub use sites::{Site, Sites};
pub use software_licences::{SoftwareLicence, SoftwareLicences};
pub use suppliers::{Supplier, Suppliers};
pub use tickets::{Opportunities, Opportunity, Ticket, Tickets};
pub use timesheets::{Timesheet, TimesheetEvent, TimesheetEvents, Timesheets};
pub use users::{User, Users};
pub use webhooks::{
    Notification, Notifications, Webhook, WebhookEvent, WebhookEvents, WebhookHealth, WebhookTrigger, Webhooks,
};
pub use workflows::{Workflow, WorkflowStage, WorkflowStep, Workflows};

/// Declares a record of Halo's, one line a field; see [`psa_http::resource!`].
macro_rules! resource {
    ($($table:tt)*) => { psa_http::resource! { "Halo"; $($table)* } };
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

/// Declares what can be done with a resource: `list`, `get`, `create`, `update`, `delete`, each where Halo has it.
macro_rules! handle {
    ($handle:ident of $resource:ident by $id:ty: $name:literal, $path:literal; $( $(#[$doc:meta])* $verb:ident; )*) => {
        #[doc = concat!("What can be done with `", $path, "`.")]
        #[derive(Debug, Clone)]
        pub struct $handle {
            #[allow(dead_code, reason = "a resource that is only created and updated elsewhere")]
            halo: crate::client::Halo,
        }

        impl $handle {
            pub(crate) fn new(halo: crate::client::Halo) -> Self {
                Self { halo }
            }
            $( crate::resources::handle!(@$verb [$(#[$doc])*] $resource $id, $name, $path); )*
        }
    };
    (@list [$(#[$doc:meta])*] $resource:ident $id:ty, $name:literal, $path:literal) => {
        $(#[$doc])*
        pub fn list(&self) -> crate::page::List<$resource> {
            crate::page::List::new(self.halo.clone())
        }
    };
    (@get [$(#[$doc:meta])*] $resource:ident $id:ty, $name:literal, $path:literal) => {
        /// One of them, with its nested objects.
        $(#[$doc])*
        ///
        /// # Errors
        /// [`ErrorKind::NotFound`](psa_core::ErrorKind::NotFound) also for one the login may not see.
        pub async fn get(&self, id: impl Into<$id>) -> psa_core::Result<psa_http::json::Native<$resource>> {
            crate::resources::get_one(&self.halo, id.into()).await
        }
    };
    (@create [$(#[$doc:meta])*] $resource:ident $id:ty, $name:literal, $path:literal) => {
        /// A new one.
        $(#[$doc])*
        pub fn create(&self) -> crate::resources::Save<$resource> {
            static CREATE: psa_http::Operation =
                psa_http::Operation::post(concat!("halo.", $name, ".create"), $path);
            crate::resources::Save::new(self.halo.clone(), &CREATE)
        }
    };
    (@update [$(#[$doc:meta])*] $resource:ident $id:ty, $name:literal, $path:literal) => {
        /// A change: only what is set changes.
        $(#[$doc])*
        pub fn update(&self, id: impl Into<$id>) -> crate::resources::Save<$resource> {
            static UPDATE: psa_http::Operation =
                psa_http::Operation::post(concat!("halo.", $name, ".update"), $path);
            crate::resources::Save::changing(self.halo.clone(), &UPDATE).keyed("id", id.into())
        }
    };
    (@delete [$(#[$doc:meta])*] $resource:ident $id:ty, $name:literal, $path:literal) => {
        /// Deletes.
        $(#[$doc])*
        ///
        /// # Errors
        /// What Halo refuses and what the network can do.
        pub async fn delete(&self, id: impl Into<$id>) -> psa_core::Result<()> {
            static DELETE: psa_http::Operation =
                psa_http::Operation::delete(concat!("halo.", $name, ".delete"), concat!($path, "/{id}"));
            self.halo.http().call(&DELETE).path("id", id.into()).send().await.map(drop)
        }
    };
}
pub(crate) use handle;

/// A record that has the members of another one, behind an endpoint and a right of its own.
macro_rules! same_record {
    ($(#[$doc:meta])* $name:ident($inner:ident)) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl std::ops::Deref for $name {
            type Target = $inner;
            fn deref(&self) -> &$inner {
                &self.0
            }
        }
    };
}
pub(crate) use same_record;
