use std::sync::Arc;

use async_trait::async_trait;
use psa_core::{
    AnyChanges, Author, Changes, Error, ErrorKind, Key, Mapped, Normalized, PathChange, Record, Reference, Result,
    TicketNote as CommonNote, Visibility, Writer, fields,
};
use serde_json::Value;

use super::child_reader::{ChildReader, Children, parts};
use super::context::{self, Context};
use super::customer::of_parent;
use super::reader::Mapping;
use super::writer::stored;
use crate::ids::TicketId;
use crate::resources::{
    Collection, ConnectWiseResource, Info, ProjectTicket, ProjectTicketNote, Ticket, TicketNote, WriteRequest,
};
use psa_http::Creatable;

/// Note on a service ticket <-> note.
pub(crate) struct ServiceNotes;

/// Note on a ticket of a project <-> note.
pub(crate) struct ProjectNotes;

/// What [`common_note`] fills.
const NOTE_READS: &[&str] = &fields!(CommonNote: TICKET, AUTHOR, BODY, VISIBILITY, CREATED_AT, UPDATED_AT);

macro_rules! common_note {
    ($n:ident, $created:expr) => {{
        let (value, raw) = match ($n.resolution_flag, $n.internal_analysis_flag, $n.detail_description_flag) {
            // Shown in the discussion, whatever else: the customer may see it.
            (_, _, Some(true)) => (Some(Visibility::Public), "detailDescription"),
            (Some(true), _, _) => (Some(Visibility::Resolution), "resolution"),
            (_, Some(true), _) => (Some(Visibility::Internal), "internalAnalysis"),
            _ => (None, "none"),
        };
        CommonNote {
            ticket: $n.ticket_id.filter(|t| *t > 0).map(Reference::to),
            author: Some(Author {
                agent: context::reference(&$n.member),
                contact: context::reference(&$n.contact),
                name: $n.member.as_ref().or($n.contact.as_ref()).and_then(|a| context::non_blank(&a.name)),
                application: None,
            })
            .filter(|a| *a != Author::default()),
            body: context::non_blank(&$n.text),
            visibility: Some(Normalized { value, raw: raw.to_owned() }),
            created_at: $created,
            updated_at: context::updated(&$n.info),
            ..CommonNote::default()
        }
    }};
}

impl Mapping for ServiceNotes {
    type Native = TicketNote;
    type Common = CommonNote;

    const READS: &'static [&'static str] = NOTE_READS;

    fn collection(context: &Context) -> Collection<TicketNote> {
        Collection::new(context.cw.clone(), None)
    }

    fn info(note: &TicketNote) -> &Option<Box<Info>> {
        &note.info
    }

    fn common(n: &TicketNote, _: &Context) -> CommonNote {
        common_note!(n, context::moment(&n.date_created).or(context::created(&n.info)))
    }
}

impl Children for ServiceNotes {
    type Parent = Ticket;

    fn parents(context: &Context) -> Collection<Ticket> {
        context.cw.tickets()
    }

    const PARENT_MOVES: bool = true;
}

impl Mapping for ProjectNotes {
    type Native = ProjectTicketNote;
    type Common = CommonNote;

    const READS: &'static [&'static str] = NOTE_READS;

    fn collection(context: &Context) -> Collection<ProjectTicketNote> {
        Collection::new(context.cw.clone(), None)
    }

    fn info(note: &ProjectTicketNote) -> &Option<Box<Info>> {
        &note.info
    }

    fn common(n: &ProjectTicketNote, _: &Context) -> CommonNote {
        common_note!(n, context::created(&n.info))
    }
}

impl Children for ProjectNotes {
    type Parent = ProjectTicket;

    fn parents(context: &Context) -> Collection<ProjectTicket> {
        context.cw.project_tickets()
    }

    const PARENT_MOVES: bool = true;
}

/// Native members and their values.
type Members = Vec<(String, Value)>;

/// How a field of a note is written.
pub(crate) enum NoteMember {
    /// By where it is created.
    Ticket,
    /// To `text`.
    Text,
    /// To the three flags of [`SHOWN`].
    Shown,
}

/// The fields of a note that are written.
pub(crate) const MEMBERS: &[Mapped<CommonNote, NoteMember>] = &[
    Mapped::new(CommonNote::TICKET, NoteMember::Ticket),
    Mapped::new(CommonNote::BODY, NoteMember::Text),
    Mapped::new(CommonNote::VISIBILITY, NoteMember::Shown),
];

/// Where a note is shown: the customer sees the first and may see the last.
const SHOWN: [&str; 3] = ["detailDescriptionFlag", "internalAnalysisFlag", "resolutionFlag"];

/// The members that name a note.
const KEY_MEMBERS: &[&str] = &["id", "ticketId", "ticket"];

/// Writes notes on service tickets; those of a project's ticket where there is no such service ticket.
#[derive(Debug)]
pub(crate) struct NoteWriter(Arc<Context>);

impl NoteWriter {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self(context)
    }

    /// The members of a note, both kinds having the same.
    fn members(changes: AnyChanges) -> Result<(Option<i64>, Members)> {
        let (mut ticket, mut members) = (None, Vec::new());
        for (path, value) in changes.common {
            let change = PathChange::new(path, value);
            match Mapped::find(MEMBERS, change.field()) {
                Some(NoteMember::Ticket) => ticket = change.id()?,
                Some(NoteMember::Text) => members.push(("text".to_owned(), change.whole()?)),
                Some(NoteMember::Shown) => {
                    let flags = match change.visibility()? {
                        Visibility::Public => [true, false, false],
                        Visibility::Resolution => [false, false, true],
                        Visibility::Internal => [false, true, false],
                    };
                    members
                        .extend(SHOWN.into_iter().zip(flags).map(|(name, flag)| (name.to_owned(), Value::from(flag))));
                }
                None => {
                    let why = format!("ConnectWise has no member to write a note's {} to", change.field());
                    return Err(change.unsupported(why));
                }
            }
        }
        members.extend(changes.native);
        Ok((ticket, members))
    }

    /// Whether the note is on a ticket of a project. It is one of the key's ticket: numbers of notes are of all tickets.
    async fn of_project(&self, ticket: i64, id: i64, key: &Key) -> Result<bool> {
        let (of_project, found) = match ChildReader::<ServiceNotes>::below(&self.0, ticket).get(id).await {
            Ok(note) => (false, note.ticket_id),
            Err(error) if error.is_not_found() => {
                (true, ChildReader::<ProjectNotes>::below(&self.0, ticket).get(id).await?.ticket_id)
            }
            Err(error) => return Err(error),
        };
        of_parent(ticket, found.filter(|id| *id > 0).map(Key::from), key)?;
        Ok(of_project)
    }

    fn filled<T: Creatable + ConnectWiseResource>(save: WriteRequest<T>, members: Members) -> WriteRequest<T> {
        members.into_iter().fold(save, |save, (member, value)| save.set(member, value))
    }
}

#[async_trait]
impl Writer<CommonNote> for NoteWriter {
    async fn create(&self, changes: Changes<CommonNote>) -> Result<Record<CommonNote>> {
        let changes = changes.into_any()?;
        changes.refuse_key(&[], KEY_MEMBERS)?;
        let (ticket, mut members) = Self::members(changes)?;
        let ticket = ticket.ok_or_else(|| {
            Error::new(ErrorKind::InvalidRequest, "a note needs its ticket").with_context("field", CommonNote::TICKET)
        })?;
        if !members.iter().any(|(member, flag)| SHOWN.contains(&member.as_str()) && *flag == true) {
            // ConnectWise wants to know where to show it; the careful place is the internal one.
            members.push(("internalAnalysisFlag".to_owned(), true.into()));
        }
        let service = self.0.cw.tickets().notes(TicketId(ticket)).create();
        match Self::filled(service, members.clone()).send().await {
            Ok(note) => {
                let key = Some(Key::from_parts([ticket, note.id.0]));
                stored::<ServiceNotes>(note, &self.0, key)
            }
            Err(error) if error.is_not_found() => {
                let project = self.0.cw.project_tickets().notes(TicketId(ticket)).create();
                let note = Self::filled(project, members).send().await?;
                let key = Some(Key::from_parts([ticket, note.id.0]));
                stored::<ProjectNotes>(note, &self.0, key)
            }
            Err(error) => Err(error),
        }
    }

    async fn update(&self, key: &Key, changes: Changes<CommonNote>) -> Result<Record<CommonNote>> {
        let (ticket, id) = parts(key)?;
        let changes = changes.into_any()?;
        changes.refuse_key(&[CommonNote::TICKET.field()], KEY_MEMBERS)?;
        let (_, members) = Self::members(changes)?;
        if self.of_project(ticket, id, key).await? {
            let save = ChildReader::<ProjectNotes>::below(&self.0, ticket).update(id);
            return stored::<ProjectNotes>(Self::filled(save, members).send().await?, &self.0, Some(key.clone()));
        }
        let save = ChildReader::<ServiceNotes>::below(&self.0, ticket).update(id);
        stored::<ServiceNotes>(Self::filled(save, members).send().await?, &self.0, Some(key.clone()))
    }

    async fn delete(&self, key: &Key) -> Result<()> {
        let (ticket, id) = parts(key)?;
        if self.of_project(ticket, id, key).await? {
            return ChildReader::<ProjectNotes>::below(&self.0, ticket).delete(id).await;
        }
        ChildReader::<ServiceNotes>::below(&self.0, ticket).delete(id).await
    }
}
