//! The connector: what it can do, and a reader and a writer for each kind.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use psa_core::{
    Appointment, Capabilities, CheckReport, Company, Connector, EntityCapabilities, EntityKind, Error, Incremental,
    KeyListing, Opportunity, Result, Sink, Source, StatusMap, Ticket, TicketNote, TimeEntry, erase_reader,
    erase_writer, fields,
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
use super::reader::{HaloReader, Mapping};
use super::reference_item::References;
use super::site::Sites;
use super::team::Teams;
use super::ticket::Tickets;
use super::writer::{HaloWriter, Writes};
use crate::client::Halo;
use crate::scopes::{Scope, scope_of};

/// To be raised when the mappings in this folder change what they make of the same record.
const MAPPING_VERSION: u32 = 4;

/// A Halo tenant as a [`Connector`].
///
/// A record is the same whether it came from a list or was read alone, apart from the fields that the capabilities declare as
/// read alone. What no common field can be written to is in the native API: a company has no telephone number here, for
/// example.
///
/// Actions have no list of keys at Halo: a change of notes and hours is noticed because it moves the ticket's change stamp, and
/// then all actions of the ticket are read. One that moves no stamp only a full comparison finds.
#[derive(Debug, Clone)]
pub struct HaloConnector {
    pub(super) context: Arc<Context>,
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
            Some(scope) => EntityCapabilities::changed(capabilities, |able| {
                able.read = false;
                able.missing_right = Some(scope.to_owned());
            }),
        };
        (kind, capabilities)
    };
    // Halo accepts a change stamp for clients, sites and users too, but the field is documented as something else and
    // rows carry no stamp to verify it by: reading all and comparing is safe. So it is with what has no filter at all.
    let scanned = |write: bool| {
        EntityCapabilities::with(|able| {
            able.keys = KeyListing::Snapshot;
            able.count = true;
            (able.create, able.update, able.delete) = (write, write, write);
        })
    };
    let filtered =
        |write: bool| EntityCapabilities::changed(scanned(write), |able| able.incremental = Incremental::Filter);
    // Their lists give no ids alone, and more than one page is no snapshot.
    let paged = |write: bool| EntityCapabilities::changed(scanned(write), |able| able.keys = KeyListing::Paged);
    let bare = || {
        EntityCapabilities::with(|able| {
            able.keys = KeyListing::Snapshot;
            able.page_max = u32::MAX;
        })
    };
    let action = |other: EntityKind| {
        EntityCapabilities::with(|able| {
            able.incremental = Incremental::Filter;
            able.page_max = ROWS_MAX;
            (able.create, able.update, able.delete) = (tickets, tickets, tickets);
            able.key = ACTION_KEY;
            able.also_feeds = vec![other];
            able.children_of = vec![EntityKind::TICKET, EntityKind::PROJECT, EntityKind::OPPORTUNITY];
        })
    };
    let ticket = EntityCapabilities::changed(written::<Tickets>(filtered(tickets)), |able| {
        able.numbered_with = vec![EntityKind::PROJECT, EntityKind::OPPORTUNITY];
    });
    let ticket = ticket.reads_alone(fields!(Ticket: AGREEMENT));
    // A part of the key.
    let note = written::<NoteWrites>(action(EntityKind::TIME_ENTRY)).creates_only(fields!(TicketNote: TICKET));
    let hours = written::<TimeWrites>(action(EntityKind::TICKET_NOTE)).creates_only(fields!(TimeEntry: TICKET));
    let references = EntityCapabilities::changed(bare(), |able| {
        able.count = true;
        able.get = false;
        able.key = psa_core::ReferenceItem::KEY;
    });
    let entities = [
        (EntityKind::AGENT, read::<Agents>(bare())),
        (EntityKind::TEAM, read::<Teams>(bare())),
        (EntityKind::COMPANY, written::<Companies>(scanned(customers)).reads_alone(fields!(Company: WEBSITE))),
        (EntityKind::SITE, written::<Sites>(scanned(customers))),
        (EntityKind::CONTACT, written::<Contacts>(scanned(customers))),
        (EntityKind::TICKET, if no_custom_fields { ticket.reads_alone(fields!(Ticket: CUSTOM)) } else { ticket }),
        (
            EntityKind::OPPORTUNITY,
            written::<Opportunities>(filtered(sales))
                .writes(fields!(Opportunity: STATUS))
                .keeps(fields!(Opportunity: STATUS)),
        ),
        (EntityKind::PROJECT, written::<Projects>(filtered(may("edit:projects")))),
        (EntityKind::TICKET_NOTE, note),
        (EntityKind::TIME_ENTRY, hours),
        (
            EntityKind::APPOINTMENT,
            written::<Appointments>(paged(may("edit:calendar"))).reads_alone(fields!(Appointment: NOTES)),
        ),
        (EntityKind::AGREEMENT, written::<Agreements>(paged(may("edit:contracts")))),
        (EntityKind::ASSET, written::<Assets>(scanned(may("edit:assets")))),
        (EntityKind::INVOICE, read::<Invoices>(scanned(false))),
        (EntityKind::REFERENCE_ITEM, references.reads(References::READS.iter().copied())),
    ];
    Capabilities::with(|all| {
        all.entities = entities
            .map(|(kind, able)| (kind, if able.update { able } else { able.writes_nothing() }))
            .map(needs)
            .into();
        all.overlap = Duration::from_secs(300);
        all.rate_limit = halo.inner().limit;
    })
}

/// What the mapping reads.
fn read<M: Mapping>(able: EntityCapabilities) -> EntityCapabilities {
    able.reads(M::READS.iter().copied())
}

/// What the mapping reads and writes.
fn written<M: Writes>(able: EntityCapabilities) -> EntityCapabilities {
    read::<M>(able).writes(M::fields()).keeps(M::KEEPS.iter().copied()).max_elements(M::MAX_ELEMENTS.iter().copied())
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
