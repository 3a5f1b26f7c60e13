//! The connector: what it can do, and a reader and a writer for each kind.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use psa_core::{
    Capabilities, CheckReport, Connector, Contact, EchoMark, EntityCapabilities, EntityKind, Error, Incremental,
    KeyListing, KeyShape, Mapped, Result, Sink, Site, Source, StatusMap, Ticket, TicketNote, erase_reader,
    erase_writer, fields,
};

use super::child_reader::ChildReader;
use super::context::{Context, NOTE_KEY, SITE_KEY};
use super::custom_field_ids::CustomFields;
use super::merged_reader::MergedReader;
use super::reader::{CwReader, Mapping};
use super::writer::{CwWriter, Writes};
use super::{
    agent, agreement, appointment, asset, company, contact, invoice, opportunity, project, reference_item, site, team,
    ticket, ticket_note, time_entry,
};
use crate::client::ConnectWise;
use crate::list::PAGE_MAX;

/// To be raised when the mappings in this folder change what they make of the same record.
const MAPPING_VERSION: u32 = 3;

/// A ConnectWise PSA tenant as a [`Connector`].
///
/// Tickets are those of service and of projects: they share one numbering. Notes have no list of their own at ConnectWise:
/// all of every ticket that changed are read, and a change of a note that moves no stamp only a full comparison finds. Amounts of
/// opportunities are in their forecasts, one request each, so they are not here: the native API has them.
#[derive(Debug, Clone)]
pub struct ConnectWiseConnector {
    pub(super) context: Arc<Context>,
    capabilities: Arc<Capabilities>,
}

/// Puts a [`ConnectWiseConnector`] together. Made by [`ConnectWise::connector`].
#[derive(Debug)]
pub struct ConnectWiseConnectorBuilder {
    cw: ConnectWise,
    statuses: StatusMap,
    member: Option<String>,
    kinds: Option<Vec<EntityKind>>,
}

impl ConnectWiseConnectorBuilder {
    /// What the tenant's statuses mean, by id: each board has its own. Whether a ticket is closed ConnectWise tells itself.
    /// When it changes, the next sync reads all tickets again.
    #[must_use]
    pub fn status_map(mut self, statuses: StatusMap) -> Self {
        self.statuses = statuses;
        self
    }

    /// The identifier of the API member that this connection logs in as: what it changed is known by it.
    #[must_use]
    pub fn member(mut self, identifier: impl Into<String>) -> Self {
        self.member = Some(identifier.into());
        self
    }

    /// The kinds that this connection is for: the connection test looks for their rights. Default: all.
    #[must_use]
    pub fn kinds(mut self, kinds: impl IntoIterator<Item = EntityKind>) -> Self {
        self.kinds = Some(kinds.into_iter().collect());
        self
    }

    /// The connector.
    pub fn build(self) -> ConnectWiseConnector {
        let capabilities = Arc::new(capabilities(&self.cw, self.member));
        let context =
            Context { cw: self.cw, statuses: self.statuses, custom_fields: CustomFields::default(), kinds: self.kinds };
        ConnectWiseConnector { context: Arc::new(context), capabilities }
    }
}

impl ConnectWise {
    /// The common view of this tenant, for sync and for code that does not care about the vendor.
    pub fn connector(&self) -> ConnectWiseConnectorBuilder {
        ConnectWiseConnectorBuilder { cw: self.clone(), statuses: StatusMap::new(), member: None, kinds: None }
    }
}

impl ConnectWiseConnector {
    /// The native client.
    pub fn connectwise(&self) -> &ConnectWise {
        &self.context.cw
    }
}

fn capabilities(cw: &ConnectWise, member: Option<String>) -> Capabilities {
    let listed = || {
        EntityCapabilities::with(|able| {
            able.incremental = Incremental::Filter;
            able.keys = KeyListing::Paged;
            able.count = true;
            able.page_max = PAGE_MAX;
            // Lists are read forward, by id.
            able.pages_shift = false;
        })
    };
    let saved =
        || EntityCapabilities::changed(listed(), |able| (able.create, able.update, able.delete) = (true, true, true));
    let below = |key: KeyShape| {
        EntityCapabilities::changed(saved(), |able| {
            able.count = false;
            able.key = key;
        })
    };
    let scanned = |able| {
        EntityCapabilities::changed(able, |able: &mut EntityCapabilities| able.incremental = Incremental::FullScan)
    };
    // Where a record is, is a part of its key.
    let site = written::<site::Sites>(scanned(below(SITE_KEY))).creates_only(fields!(Site: COMPANY));
    let note = EntityCapabilities::changed(read::<ticket_note::ServiceNotes>(below(NOTE_KEY)), |able| {
        able.keys = KeyListing::None;
        able.children_of = vec![EntityKind::TICKET];
        able.only_below = true;
    });
    let note = note.writes(ticket_note::MEMBERS.iter().map(Mapped::field)).keeps(fields!(TicketNote: VISIBILITY));
    let note = note.creates_only(fields!(TicketNote: TICKET));
    // The whole name is read from its parts.
    let contact = written::<contact::Contacts>(saved())
        .writes(fields!(Contact: EMAILS, PHONES))
        .creates_only(fields!(Contact: NAME));
    // The description becomes the first note of the ticket.
    let ticket = read::<ticket::ProjectTickets>(written::<ticket::ServiceTickets>(saved()))
        .writes(fields!(Ticket: PROJECT))
        .creates_only(fields!(Ticket: DESCRIPTION));
    let references = EntityCapabilities::changed(scanned(listed()), |able| {
        able.keys = KeyListing::Snapshot;
        able.key = psa_core::ReferenceItem::KEY;
        // One of them is a read of all.
        able.get = false;
        able.page_max = u32::MAX;
    });
    Capabilities::with(|all| {
        all.entities = [
            (EntityKind::AGENT, read::<agent::Agents>(listed())),
            (EntityKind::TEAM, read::<team::Teams>(scanned(listed()))),
            (EntityKind::COMPANY, written::<company::Companies>(saved())),
            (EntityKind::SITE, site),
            (EntityKind::CONTACT, contact),
            (EntityKind::TICKET, ticket),
            (EntityKind::TICKET_NOTE, note),
            (EntityKind::TIME_ENTRY, written::<time_entry::TimeEntries>(saved())),
            (EntityKind::OPPORTUNITY, written::<opportunity::Opportunities>(saved())),
            (EntityKind::PROJECT, written::<project::Projects>(saved())),
            (EntityKind::APPOINTMENT, written::<appointment::Appointments>(saved())),
            (EntityKind::AGREEMENT, written::<agreement::Agreements>(saved())),
            (EntityKind::ASSET, written::<asset::Assets>(saved())),
            (EntityKind::INVOICE, written::<invoice::Invoices>(saved())),
            (EntityKind::REFERENCE_ITEM, references.reads(reference_item::References::READS.iter().copied())),
        ]
        .into();
        // Stamps are whole seconds, and a save of a child may move its parent's a little later.
        all.overlap = Duration::from_secs(120);
        all.rate_limit = cw.inner().setup.limit;
        all.echo = [
            Some(EchoMark::ExternalRef { kind: EntityKind::TICKET, path: Ticket::EXTERNAL_REF.field() }),
            member.map(EchoMark::OwnIdentity),
            Some(EchoMark::QuietWrite { kind: EntityKind::TICKET, native: "skipCallback" }),
        ]
        .into_iter()
        .flatten()
        .collect();
    })
}

/// What the mapping reads.
fn read<M: Mapping>(able: EntityCapabilities) -> EntityCapabilities {
    able.reads(M::READS.iter().copied())
}

/// What the mapping reads and writes.
fn written<M: Writes>(able: EntityCapabilities) -> EntityCapabilities {
    read::<M>(able).writes(M::fields()).keeps(M::KEEPS.iter().copied()).max_chars(M::MAX_CHARS.iter().copied())
}

#[async_trait]
impl Connector for ConnectWiseConnector {
    fn vendor(&self) -> &'static str {
        "connectwise"
    }

    fn account(&self) -> Option<String> {
        let inner = self.context.cw.inner();
        Some(format!("{}/{}", inner.site.host_str().unwrap_or_default(), inner.company.to_lowercase()))
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn mapping(&self, kind: &EntityKind) -> String {
        let settings = match kind.as_str() {
            "ticket" => serde_json::json!(self.context.statuses),
            _ => serde_json::Value::Null,
        };
        format!("{MAPPING_VERSION}:{settings}")
    }

    fn source(&self, kind: &EntityKind) -> Result<Arc<dyn Source>> {
        let context = || Arc::clone(&self.context);
        Ok(match kind.as_str() {
            "agent" => erase_reader(CwReader::<agent::Agents>::new(context())),
            "team" => erase_reader(CwReader::<team::Teams>::new(context())),
            "company" => erase_reader(CwReader::<company::Companies>::new(context())),
            "site" => erase_reader(ChildReader::<site::Sites>::new(context())),
            "contact" => erase_reader(CwReader::<contact::Contacts>::new(context())),
            "ticket" => erase_reader(ticket::reader(&context())),
            "ticket_note" => erase_reader(MergedReader::new(
                ChildReader::<ticket_note::ServiceNotes>::new(context()),
                ChildReader::<ticket_note::ProjectNotes>::new(context()),
            )),
            "time_entry" => erase_reader(CwReader::<time_entry::TimeEntries>::new(context())),
            "opportunity" => erase_reader(CwReader::<opportunity::Opportunities>::new(context())),
            "project" => erase_reader(CwReader::<project::Projects>::new(context())),
            "appointment" => erase_reader(CwReader::<appointment::Appointments>::new(context())),
            "agreement" => erase_reader(CwReader::<agreement::Agreements>::new(context())),
            "asset" => erase_reader(CwReader::<asset::Assets>::new(context())),
            "invoice" => erase_reader(CwReader::<invoice::Invoices>::new(context())),
            "reference_item" => erase_reader(reference_item::References::new(context())),
            _ => return Err(unsupported(kind, "read")),
        })
    }

    fn sink(&self, kind: &EntityKind) -> Result<Arc<dyn Sink>> {
        let context = || Arc::clone(&self.context);
        Ok(match kind.as_str() {
            "company" => erase_writer(CwWriter::<company::Companies>::new(context())),
            "site" => erase_writer(site::SiteWriter::new(context())),
            "contact" => erase_writer(contact::ContactWriter::new(context())),
            "ticket" => erase_writer(ticket::TicketWriter::new(context())),
            "ticket_note" => erase_writer(ticket_note::NoteWriter::new(context())),
            "time_entry" => erase_writer(CwWriter::<time_entry::TimeEntries>::new(context())),
            "opportunity" => erase_writer(CwWriter::<opportunity::Opportunities>::new(context())),
            "project" => erase_writer(CwWriter::<project::Projects>::new(context())),
            "appointment" => erase_writer(CwWriter::<appointment::Appointments>::new(context())),
            "agreement" => erase_writer(CwWriter::<agreement::Agreements>::new(context())),
            "asset" => erase_writer(CwWriter::<asset::Assets>::new(context())),
            "invoice" => erase_writer(CwWriter::<invoice::Invoices>::new(context())),
            _ => return Err(unsupported(kind, "write")),
        })
    }

    fn waits(&self) -> Option<&psa_core::WaitBoard> {
        Some(self.context.cw.waits())
    }

    async fn check(&self) -> CheckReport {
        let kinds = self.context.kinds.clone();
        let kinds = kinds.unwrap_or_else(|| self.capabilities.entities.keys().cloned().collect());
        crate::check::test(&self.context.cw, &kinds).await
    }
}

fn unsupported(kind: &EntityKind, verb: &str) -> Error {
    Error::unsupported(format!("the ConnectWise connector does not {verb} {kind}"))
}
