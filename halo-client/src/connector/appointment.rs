use async_trait::async_trait;
use chrono::{DateTime, Utc};
use psa_core::{Appointment as CommonAppointment, Key, Label, Mapped, Reference, Result, fields};

use super::context::{self, Context};
use super::name_cache::Names;
use super::reader::Mapping;
use super::writer::{Member, Writes};
use crate::ids::{self, AgentId};
use crate::list::List;
use crate::resources::{Appointment, WriteRequest};

/// Appointment <-> appointment. Holidays and shifts are none. Its text is in no list: only an appointment read alone has it.
///
/// An update may give an appointment another id: the record that the write returns has it, and the old key is gone.
pub(crate) struct Appointments;

/// Halo's number for what is done.
const COMPLETE: i64 = 1;

impl Mapping for Appointments {
    type Native = Appointment;
    type Common = CommonAppointment;

    const READS: &'static [&'static str] = &fields!(
        CommonAppointment: SUBJECT, NOTES, APPOINTMENT_TYPE, STATUS, STARTED_AT, ENDED_AT, ALL_DAY, COMPLETED,
        PRIVATE, AGENT, TICKET, COMPANY, SITE, CONTACT, LOCATION, UPDATED_AT
    );

    fn list(context: &Context) -> List<Appointment> {
        context.halo.appointments().list().appointments_only(true)
    }

    fn updated_at(appointment: &Appointment) -> Option<DateTime<Utc>> {
        appointment.last_modified
    }

    /// Holidays and shifts have the same numbering.
    fn foreign(a: &Appointment) -> bool {
        context::non_blank(&a.holiday_id).is_some() || a.shift_type_id.is_some_and(|t| t > 0)
    }

    fn common(a: &Appointment, _: &Context, _: &Names) -> CommonAppointment {
        CommonAppointment {
            subject: context::non_blank(&a.subject),
            notes: context::non_blank(&a.note),
            appointment_type: context::non_blank(&a.appointment_type_name).map(Label::named),
            status: a.complete_status.map(|s| Label::new(s, None)),
            started_at: a.start_date,
            ended_at: a.end_date,
            all_day: a.allday,
            completed: a.complete_status.map(|s| s == COMPLETE),
            private: a.is_private,
            agent: ids::some(a.agent_id).filter(|a| *a != AgentId::UNASSIGNED).map(|a| Reference::to(a.0)),
            ticket: ids::some(a.ticket_id).map(|t| Reference::to(t.0)),
            company: context::company(a.client_id),
            site: ids::some(a.site_id).map(|s| Reference::to(s.0)),
            contact: ids::some(a.user_id).map(|u| Reference::to(u.0)),
            location: context::non_blank(&a.online_meeting_url)
                .or_else(|| context::non_blank(&a.appointment_location_name)),
            updated_at: a.last_modified,
            ..CommonAppointment::default()
        }
    }
}

#[async_trait]
impl Writes for Appointments {
    const MEMBERS: &'static [Mapped<CommonAppointment, Member>] = &[
        Mapped::new(CommonAppointment::SUBJECT, Member::Plain("subject")),
        Mapped::new(CommonAppointment::NOTES, Member::Plain("note")),
        Mapped::new(CommonAppointment::STARTED_AT, Member::Plain("start_date")),
        Mapped::new(CommonAppointment::ENDED_AT, Member::Plain("end_date")),
        Mapped::new(CommonAppointment::ALL_DAY, Member::Plain("allday")),
        Mapped::new(CommonAppointment::PRIVATE, Member::Plain("is_private")),
        Mapped::new(CommonAppointment::AGENT, Member::Reference("agent_id")),
        Mapped::new(CommonAppointment::TICKET, Member::Reference("ticket_id")),
        Mapped::new(CommonAppointment::COMPANY, Member::Reference("client_id")),
        Mapped::new(CommonAppointment::SITE, Member::Reference("site_id")),
        Mapped::new(CommonAppointment::CONTACT, Member::Reference("user_id")),
    ];

    const KEEPS: &'static [&'static str] = &fields!(CommonAppointment: STARTED_AT, ENDED_AT);
    // Holidays and shifts are numbered with them.
    const SHARES_NUMBERS: bool = true;

    fn create(context: &Context) -> WriteRequest<Appointment> {
        context.halo.appointments().create()
    }

    fn update(context: &Context, key: &Key) -> Result<WriteRequest<Appointment>> {
        Ok(context.halo.appointments().update(key.as_i64()?))
    }

    async fn delete(context: &Context, key: &Key) -> Result<()> {
        context.halo.appointments().delete(key.as_i64()?).await
    }
}
