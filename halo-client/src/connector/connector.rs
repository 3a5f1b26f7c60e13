//! The connector: what it can do, and a reader and a writer for each kind.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use psa_core::{
    Capabilities, CheckReport, Connector, EntityCapabilities, EntityKind, Error, Incremental, KeyListing, Result, Sink,
    Source, StatusMap, erase_reader, erase_writer,
};

use super::action_writes::{NoteWrites, TimeWrites};
use super::actions::{ActionSource, ROWS_MAX};
use super::agent::Agents;
use super::agreement::Agreements;
use super::appointment::Appointments;
use super::asset::Assets;
use super::company::Companies;
use super::contact::Contacts;
use super::context::{ACTION_KEY, Closures, Context};
use super::invoice::Invoices;
use super::name_cache::Lookups;
use super::opportunity::Opportunities;
use super::project::Projects;
use super::reader::HaloReader;
use super::reference_item::References;
use super::site::Sites;
use super::team::Teams;
use super::ticket::Tickets;
use super::writer::{HaloWriter, Writes};
use crate::client::Halo;
use crate::scopes::{Scope, scope_of};

/// To be raised when the mappings in this folder change what they make of the same record.
const MAPPING_VERSION: u32 = 3;

/// A Halo tenant as a [`Connector`].
///
/// A record is the same whether it came from a list or was read alone, apart from the fields that the capabilities declare as
/// `single_only`. What no common field can be written to is in the native API: a company has no telephone number here, for
/// example.
///
/// Actions have no list of keys at Halo: a change of notes and hours is noticed because it moves the ticket's change stamp, and
/// then all actions of the ticket are read. One that moves no stamp only a full comparison finds.
#[derive(Debug, Clone)]
pub struct HaloConnector {
    context: Arc<Context>,
    capabilities: Arc<Capabilities>,
}

/// Puts a [`HaloConnector`] together. Made by [`Halo::connector`].
#[derive(Debug)]
pub struct HaloConnectorBuilder {
    halo: Halo,
    statuses: StatusMap,
    custom_fields: Vec<i64>,
    closures: Closures,
}

impl HaloConnectorBuilder {
    /// What the tenant's statuses mean. Halo does not tell: without this, stage and closed stay unknown.
    /// When it changes, the next sync reads all tickets again.
    #[must_use]
    pub fn status_map(mut self, statuses: StatusMap) -> Self {
        self.statuses = statuses;
        self
    }

    /// The custom fields of tickets to read, by id. Which ones matter can't be told by the API. Without this, lists hold none
    /// of them, and a ticket that is read alone holds all. When they change, the next sync reads all tickets again.
    #[must_use]
    pub fn custom_fields(mut self, ids: impl IntoIterator<Item = i64>) -> Self {
        self.custom_fields = ids.into_iter().collect();
        self
    }

    /// Which of the tenant's closure categories mean that an opportunity was won, and which that it was lost. Halo does
    /// not tell: without this, at most "open" is known, and that only with a [`status_map`](Self::status_map). When it changes, the next sync reads all opportunities again.
    #[must_use]
    pub fn closure_categories(
        mut self,
        won: impl IntoIterator<Item = i64>,
        lost: impl IntoIterator<Item = i64>,
    ) -> Self {
        self.closures = Closures { won: won.into_iter().collect(), lost: lost.into_iter().collect() };
        self
    }

    /// The connector.
    pub fn build(self) -> HaloConnector {
        let capabilities = Arc::new(capabilities(&self.halo, self.custom_fields.is_empty()));
        let context = Context {
            halo: self.halo,
            statuses: self.statuses,
            custom_fields: self.custom_fields,
            closures: self.closures,
            lookups: Lookups::default(),
        };
        HaloConnector { context: Arc::new(context), capabilities }
    }
}

impl Halo {
    /// The common view of this tenant, for sync and for code that does not care about the vendor.
    pub fn connector(&self) -> HaloConnectorBuilder {
        let (statuses, custom_fields, closures) = (StatusMap::new(), Vec::new(), Closures::default());
        HaloConnectorBuilder { halo: self.clone(), statuses, custom_fields, closures }
    }
}

impl HaloConnector {
    /// The native client.
    pub fn halo(&self) -> &Halo {
        &self.context.halo
    }
}

fn capabilities(halo: &Halo, no_custom_fields: bool) -> Capabilities {
    let may = |scope: &'static str| halo.inner().scopes.gives(&Scope::new(scope));
    let tickets = may("edit:tickets");
    let customers = may("edit:customers");
    let sales = may("edit:sales");
    // A kind whose right was not asked for is there and says why it can't be read.
    let needs = |(kind, capabilities): (EntityKind, EntityCapabilities)| {
        let capabilities = match scope_of(&kind).filter(|scope| !may(scope)) {
            None => capabilities,
            Some(scope) => EntityCapabilities { read: false, missing_right: Some(scope.to_owned()), ..capabilities },
        };
        (kind, capabilities)
    };
    // Halo accepts a change stamp for clients, sites and users too, but the field is documented as something else and
    // rows carry no stamp to verify it by: reading all and comparing is safe. So it is with what has no filter at all.
    let scanned = |write: bool, fields: Vec<&'static str>| EntityCapabilities {
        keys: KeyListing::Snapshot,
        count: true,
        writable: if write { fields } else { Vec::new() },
        create: write,
        update: write,
        delete: write,
        ..EntityCapabilities::default()
    };
    // Their lists give no ids alone, and more than one page is no snapshot.
    let paged = |write: bool, fields: Vec<&'static str>| EntityCapabilities {
        keys: KeyListing::Paged,
        ..scanned(write, fields)
    };
    let bare =
        || EntityCapabilities { keys: KeyListing::Snapshot, page_max: u32::MAX, ..EntityCapabilities::default() };
    let filtered = |write: bool, fields: Vec<&'static str>| EntityCapabilities {
        incremental: Incremental::Filter,
        ..scanned(write, fields)
    };
    let action = |other: EntityKind, fields: Vec<&'static str>| EntityCapabilities {
        writable: if tickets { fields } else { Vec::new() },
        // A part of the key.
        create_only: vec!["ticket"],
        incremental: Incremental::Filter,
        page_max: ROWS_MAX,
        create: tickets,
        update: tickets,
        delete: tickets,
        key: ACTION_KEY,
        also_feeds: vec![other],
        children_of: vec![EntityKind::TICKET, EntityKind::PROJECT, EntityKind::OPPORTUNITY],
        ..EntityCapabilities::default()
    };
    let mut of_opportunity = Opportunities::fields();
    of_opportunity.push("status");
    // Members of a single record that no row of a list has.
    let alone =
        |fields: &[&'static str], of: EntityCapabilities| EntityCapabilities { single_only: fields.to_vec(), ..of };
    let of_ticket: &[&'static str] = if no_custom_fields { &["agreement", "custom"] } else { &["agreement"] };
    let references = || EntityCapabilities { count: true, get: false, key: psa_core::ReferenceItem::KEY, ..bare() };
    Capabilities {
        entities: [
            (EntityKind::AGENT, bare()),
            (EntityKind::TEAM, bare()),
            (EntityKind::COMPANY, alone(&["website"], scanned(customers, Companies::fields()))),
            (EntityKind::SITE, scanned(customers, Sites::fields())),
            (EntityKind::CONTACT, scanned(customers, Contacts::fields())),
            (
                EntityKind::TICKET,
                EntityCapabilities {
                    numbered_with: vec![EntityKind::PROJECT, EntityKind::OPPORTUNITY],
                    ..alone(of_ticket, filtered(tickets, Tickets::fields()))
                },
            ),
            (EntityKind::OPPORTUNITY, filtered(sales, of_opportunity)),
            (EntityKind::PROJECT, filtered(may("edit:projects"), Projects::fields())),
            (EntityKind::TICKET_NOTE, action(EntityKind::TIME_ENTRY, NoteWrites::fields())),
            (EntityKind::TIME_ENTRY, action(EntityKind::TICKET_NOTE, TimeWrites::fields())),
            (EntityKind::APPOINTMENT, alone(&["notes"], paged(may("edit:calendar"), Appointments::fields()))),
            (EntityKind::AGREEMENT, paged(may("edit:contracts"), Agreements::fields())),
            (EntityKind::ASSET, scanned(may("edit:assets"), Assets::fields())),
            (EntityKind::INVOICE, scanned(false, Vec::new())),
            (EntityKind::REFERENCE_ITEM, references()),
        ]
        .map(needs)
        .into(),
        overlap: Duration::from_secs(300),
        rate_limit: halo.inner().limit,
        idempotent_create: false,
        echo: Vec::new(),
    }
}

#[async_trait]
impl Connector for HaloConnector {
    fn vendor(&self) -> &'static str {
        "halo"
    }

    fn account(&self) -> Option<String> {
        Some(self.context.halo.inner().account.clone())
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn mapping(&self, kind: &EntityKind) -> String {
        let settings = match kind.as_str() {
            "ticket" => serde_json::json!([self.context.statuses, self.context.custom_fields]),
            "opportunity" => serde_json::json!([self.context.statuses, self.context.closures]),
            "project" => serde_json::json!(self.context.statuses),
            "reference_item" => serde_json::json!(References::beyond(&self.context)),
            _ => serde_json::Value::Null,
        };
        format!("{MAPPING_VERSION}:{settings}")
    }

    fn source(&self, kind: &EntityKind) -> Result<Arc<dyn Source>> {
        let context = || Arc::clone(&self.context);
        Ok(match kind.as_str() {
            "agent" => erase_reader(HaloReader::<Agents>::new(context())),
            "team" => erase_reader(HaloReader::<Teams>::new(context())),
            "company" => erase_reader(HaloReader::<Companies>::new(context())),
            "site" => erase_reader(HaloReader::<Sites>::new(context())),
            "contact" => erase_reader(HaloReader::<Contacts>::new(context())),
            "ticket" => erase_reader(HaloReader::<Tickets>::new(context())),
            "opportunity" => erase_reader(HaloReader::<Opportunities>::new(context())),
            "project" => erase_reader(HaloReader::<Projects>::new(context())),
            "asset" => erase_reader(HaloReader::<Assets>::new(context())),
            "invoice" => erase_reader(HaloReader::<Invoices>::new(context())),
            "agreement" => erase_reader(HaloReader::<Agreements>::new(context())),
            "appointment" => erase_reader(HaloReader::<Appointments>::new(context())),
            "reference_item" => erase_reader(References::new(context())),
            "ticket_note" => Arc::new(ActionSource::<psa_core::TicketNote>::new(context())),
            "time_entry" => Arc::new(ActionSource::<psa_core::TimeEntry>::new(context())),
            _ => return Err(unsupported(kind, "read")),
        })
    }

    fn sink(&self, kind: &EntityKind) -> Result<Arc<dyn Sink>> {
        let context = || Arc::clone(&self.context);
        let writable = self.capabilities.entity(kind).is_some_and(|c| c.create || c.update);
        Ok(match kind.as_str() {
            _ if !writable => return Err(unsupported(kind, "write")),
            "company" => erase_writer(HaloWriter::<Companies>::new(context())),
            "site" => erase_writer(HaloWriter::<Sites>::new(context())),
            "contact" => erase_writer(HaloWriter::<Contacts>::new(context())),
            "ticket" => erase_writer(HaloWriter::<Tickets>::new(context())),
            "opportunity" => erase_writer(HaloWriter::<Opportunities>::new(context())),
            "project" => erase_writer(HaloWriter::<Projects>::new(context())),
            "asset" => erase_writer(HaloWriter::<Assets>::new(context())),
            "agreement" => erase_writer(HaloWriter::<Agreements>::new(context())),
            "appointment" => erase_writer(HaloWriter::<Appointments>::new(context())),
            "ticket_note" => erase_writer(HaloWriter::<NoteWrites>::new(context())),
            "time_entry" => erase_writer(HaloWriter::<TimeWrites>::new(context())),
            _ => return Err(unsupported(kind, "write")),
        })
    }

    fn waits(&self) -> Option<&psa_core::WaitBoard> {
        Some(self.context.halo.waits())
    }

    async fn check(&self) -> CheckReport {
        crate::check::test(&self.context.halo).await
    }
}

fn unsupported(kind: &EntityKind, verb: &str) -> Error {
    Error::unsupported(format!("this Halo connection does not {verb} {kind}"))
        .with_context("remedy", "Look at the connector's capabilities; a write needs the edit scope of the kind.")
}
