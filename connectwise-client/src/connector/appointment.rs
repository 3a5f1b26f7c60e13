use psa_core::{Appointment, EntityKind, Key, Mapped, Reference, Relabel, fields};

use super::context::{self, Context};
use super::names::{NameList, Names};
use super::reader::Mapping;
use super::writer::{Member, Writes};
use crate::resources::{Collection, Info, ScheduleEntry};

/// Schedule entry <-> appointment.
pub(crate) struct Appointments;

impl Mapping for Appointments {
    type Native = ScheduleEntry;
    type Common = Appointment;

    const READS: &'static [&'static str] = &fields!(
        Appointment: SUBJECT, APPOINTMENT_TYPE, STATUS, STARTED_AT, ENDED_AT, ALL_DAY, COMPLETED, AGENT, TICKET,
        SUBJECT_RECORD, LOCATION, CREATED_AT, UPDATED_AT
    );

    fn collection(context: &Context) -> Collection<ScheduleEntry> {
        context.cw.schedule_entries()
    }

    fn info(entry: &ScheduleEntry) -> &Option<Box<Info>> {
        &entry.info
    }

    fn common(s: &ScheduleEntry, _: &Context) -> Appointment {
        let kind = s.r#type.as_ref().and_then(|t| t.identifier.as_deref()).unwrap_or("");
        let object = s.object_id.filter(|id| *id > 0);
        let ticket = object.filter(|_| kind == "S").map(Reference::to);
        let other = object.filter(|_| kind != "S" && !kind.is_empty());
        Appointment {
            subject: context::non_blank(&s.name),
            appointment_type: context::label(&s.r#type),
            status: context::label(&s.status),
            started_at: s.date_start,
            ended_at: s.date_end,
            // Midnight without hours is how a whole day is written.
            all_day: s.date_start.map(|at| at.time() == chrono::NaiveTime::MIN && s.hours.unwrap_or(0.0) == 0.0),
            completed: s.done_flag,
            agent: context::reference(&s.member),
            ticket,
            subject_record: other.map(|id| {
                let kind = if kind == "C" { "activity" } else { "other" };
                Reference { id: Key::from(id), kind: Some(EntityKind::named(kind)) }
            }),
            location: s.r#where.as_ref().and_then(|w| context::non_blank(&w.name)),
            created_at: context::created(&s.info),
            updated_at: context::updated(&s.info),
            ..Appointment::default()
        }
    }

    const NAMES: &'static [NameList] = &[NameList::ScheduleTypes, NameList::ScheduleStatuses];

    fn relabel(value: &mut Appointment, names: &Names) -> Relabel {
        let renamed = [
            names.rename(NameList::ScheduleTypes, &mut value.appointment_type),
            names.rename(NameList::ScheduleStatuses, &mut value.status),
        ];
        if renamed.contains(&true) { Relabel::Changed } else { Relabel::Same }
    }
}

impl Writes for Appointments {
    const MEMBERS: &'static [Mapped<Appointment, Member>] = &[
        Mapped::new(Appointment::SUBJECT, Member::Plain("name")),
        Mapped::new(Appointment::APPOINTMENT_TYPE, Member::LabelId("type")),
        Mapped::new(Appointment::STATUS, Member::LabelId("status")),
        Mapped::new(Appointment::STARTED_AT, Member::Plain("dateStart")),
        Mapped::new(Appointment::ENDED_AT, Member::Plain("dateEnd")),
        Mapped::new(Appointment::COMPLETED, Member::Plain("doneFlag")),
        Mapped::new(Appointment::AGENT, Member::Reference("member")),
        Mapped::new(Appointment::TICKET, Member::ScheduledTicket),
    ];

    const KEEPS: &'static [&'static str] = &fields!(Appointment: SUBJECT, TICKET);

    const MAX_CHARS: &'static [(&'static str, u32)] = &[(Appointment::SUBJECT.field(), 250)];
}
