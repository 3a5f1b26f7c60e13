//! Ticket note and time entry -> action: what is written, and what goes with it.

use async_trait::async_trait;
use chrono::{DateTime, SecondsFormat, Utc};
use psa_core::{
    AnyChanges, Error, ErrorKind, Evidence, Key, Mapped, Path, PathChange, Result, TicketNote, TimeEntry, fields,
};
use psa_http::json::Native;
use serde_json::Value;

use super::actions::{FromAction, parts};
use super::context::{ACTION_KEY, Context};
use super::name_cache::Names;
use super::reader::Mapping;
use super::writer::{Member, Writes, Written};
use crate::ids::OutcomeId;
use crate::list::List;
use crate::resources::{Action, WriteRequest};

/// Ticket note -> action.
pub(crate) struct NoteWrites;

/// Time entry -> action.
pub(crate) struct TimeWrites;

macro_rules! action_writes {
    ($name:ident as $common:ty => { $( $path:ident => $member:expr; )* } $($more:tt)*) => {
        impl Mapping for $name {
            type Native = Action;
            type Common = $common;

            const READS: &'static [&'static str] = <$common as FromAction>::READS;

            fn list(context: &Context) -> List<Action> {
                context.halo.actions().list()
            }

            fn updated_at(action: &Action) -> Option<DateTime<Utc>> {
                action.last_updated
            }

            fn gone(action: &Action) -> Option<Evidence> {
                <$common as FromAction>::from_action(action).is_none().then_some(Evidence::Emptied)
            }

            fn common(action: &Action, _: &Context, _: &Names) -> $common {
                <$common as FromAction>::from_action(action).unwrap_or_default()
            }
        }

        #[async_trait]
        impl Writes for $name {
            const MEMBERS: &'static [Mapped<$common, Member>] = &[$( Mapped::new(<$common>::$path, $member), )*];
            // The ticket is a part of the key: with another one, Halo would overwrite an action of that ticket.
            const KEY: &'static [&'static str] = &[<$common>::TICKET.field()];
            const KEY_MEMBERS: &'static [&'static str] = ACTION_KEY.0;

            $($more)*

            async fn read(context: &Context, key: &Key) -> Result<Native<Action>> {
                let (ticket, id) = parts(key)?;
                context.halo.actions().get(ticket, id).await
            }

            fn create(context: &Context) -> WriteRequest<Action> {
                context.halo.actions().create_anywhere()
            }

            fn update(context: &Context, key: &Key) -> Result<WriteRequest<Action>> {
                let (ticket, id) = parts(key)?;
                Ok(context.halo.actions().update(ticket, id))
            }

            async fn delete(context: &Context, key: &Key) -> Result<()> {
                let (ticket, id) = parts(key)?;
                context.halo.actions().delete(ticket, id).await
            }
        }
    };
}

action_writes! { NoteWrites as TicketNote => {
    TICKET => Member::Reference("ticket_id");
    BODY => Member::Plain("note");
    HTML => Member::Plain("note_html");
    VISIBILITY => Member::Hidden("hiddenfromuser");
    OUTCOME => Member::LabelId("outcome_id");
}
    // A note stays a note with a text, an outcome and somebody who may read it.
    const KEEPS: &'static [&'static str] = &fields!(TicketNote: BODY, HTML, VISIBILITY, OUTCOME);

    fn reads_first(changes: &AnyChanges) -> bool {
        !shows(changes) && steps(changes)
    }

    /// An outcome may bring a visibility of its own: a note is shown to the customer only where that is said.
    fn beside(changes: &AnyChanges, written: Written<'_, Action>) -> Result<Vec<(&'static str, Value)>> {
        if shows(changes) {
            return Ok(Vec::new());
        }
        Ok(match written {
            Written::New if steps(changes) => vec![("hiddenfromuser", true.into())],
            Written::New => vec![("hiddenfromuser", true.into()), ("outcome_id", OutcomeId::PRIVATE_NOTE.0.into())],
            Written::Known(Some(note)) if steps(changes) => {
                vec![("hiddenfromuser", note.hiddenfromuser.unwrap_or(true).into())]
            }
            Written::Known(_) => Vec::new(),
        })
    }
}

action_writes! { TimeWrites as TimeEntry => {
    TICKET => Member::Reference("ticket_id");
    AGENT => Member::Reference("who_agentid");
    STARTED_AT => Member::Plain("actionarrivaldate");
    ENDED_AT => Member::Plain("actioncompletiondate");
    HOURS => Member::Plain("timetaken");
    BILLABLE => Member::Plain("actisbillable");
    WORK_TYPE => Member::LabelId("chargerate");
    NOTES => Member::Plain("note");
    AGREEMENT => Member::Reference("action_contract_id");
}
    const KEEPS: &'static [&'static str] = &fields!(TimeEntry: HOURS, BILLABLE, NOTES);

    fn reads_first(changes: &AnyChanges) -> bool {
        changes.get(TimeEntry::HOURS).and_then(Value::as_f64) == Some(0.0)
    }

    fn beside(changes: &AnyChanges, written: Written<'_, Action>) -> Result<Vec<(&'static str, Value)>> {
        let hours = changes.get(TimeEntry::HOURS);
        let refuse = |why: &'static str, remedy: &'static str| {
            let error = Error::new(ErrorKind::InvalidRequest, why).with_context("field", TimeEntry::HOURS);
            Err(error.with_context("remedy", remedy))
        };
        let (mut members, entry): (Vec<(&'static str, Value)>, Option<&Action>) = match written {
            // Halo wants an outcome of every action, and hours have none in common: the built-in one that no customer sees.
            Written::New => {
                (vec![("outcome_id", OutcomeId::PRIVATE_NOTE.0.into()), ("hiddenfromuser", true.into())], None)
            }
            Written::Known(_) if hours.is_some_and(Value::is_null) => {
                return refuse("hours can't be cleared", "Set 0, or delete the time entry.");
            }
            Written::Known(_) if hours.is_none() => return Ok(Vec::new()),
            Written::Known(entry) => (Vec::new(), entry),
        };
        if hours.and_then(Value::as_f64).unwrap_or(0.0) != 0.0 {
            return Ok(members);
        }
        // Without hours, start and end are all that makes it a time entry.
        let moment = |field: Path<TimeEntry, _>, now: Option<DateTime<Utc>>| match changes.get(field) {
            Some(value) => PathChange::at(field, value.clone()).moment(),
            None => Ok(now),
        };
        let start = moment(TimeEntry::STARTED_AT, entry.and_then(|entry| entry.actionarrivaldate))?;
        let end = moment(TimeEntry::ENDED_AT, entry.and_then(|entry| entry.actioncompletiondate))?;
        match start.zip(end).filter(|(start, end)| end > start) {
            Some((start, end)) => {
                members.push(("actionarrivaldate", start.to_rfc3339_opts(SecondsFormat::AutoSi, true).into()));
                members.push(("actioncompletiondate", end.to_rfc3339_opts(SecondsFormat::AutoSi, true).into()));
                Ok(members)
            }
            None => refuse(
                "without hours, Halo keeps a time entry only by its start and end",
                "Set started_at and ended_at too, or delete the time entry.",
            ),
        }
    }
}

/// Whether it is said who may read the note.
fn shows(changes: &AnyChanges) -> bool {
    changes.names(TicketNote::VISIBILITY) || changes.names_native("hiddenfromuser")
}

/// Whether it is said what kind of step the note is.
fn steps(changes: &AnyChanges) -> bool {
    changes.names(TicketNote::OUTCOME) || changes.names_native("outcome_id") || changes.names_native("outcome")
}
