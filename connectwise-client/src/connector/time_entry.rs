use psa_core::{EntityKind, Key, Label, Mapped, Reference, Relabel, TimeEntry as CommonEntry, fields};

use super::context::{self, Context};
use super::names::{NameList, Names};
use super::reader::Mapping;
use super::writer::{Member, Writes};
use crate::resources::{Collection, Info, TimeEntry};

/// Time entry <-> time entry.
pub(crate) struct TimeEntries;

/// Hours of these are of a ticket.
const TICKETS: [&str; 2] = ["ServiceTicket", "ProjectTicket"];

impl Mapping for TimeEntries {
    type Native = TimeEntry;
    type Common = CommonEntry;

    const READS: &'static [&'static str] = &fields!(
        CommonEntry: TICKET, CHARGE_TO, AGENT, STARTED_AT, ENDED_AT, HOURS, BILLABLE_HOURS, DEDUCTED_HOURS, BILLABLE,
        WORK_TYPE, WORK_ROLE, NOTES, STATUS, APPROVED, AGREEMENT, CREATED_AT, UPDATED_AT
    );

    fn collection(context: &Context) -> Collection<TimeEntry> {
        context.cw.time_entries()
    }

    fn info(entry: &TimeEntry) -> &Option<Box<Info>> {
        &entry.info
    }

    fn common(t: &TimeEntry, _: &Context) -> CommonEntry {
        let kind = t.charge_to_type.as_deref().unwrap_or("");
        let charged = t.charge_to_id.filter(|id| *id > 0);
        let ticket = charged.filter(|_| TICKETS.contains(&kind)).map(Reference::to);
        let other = charged.filter(|_| !TICKETS.contains(&kind) && !kind.is_empty());
        let approved = t.status.as_deref().map(|s| s.starts_with("Approved") || s.contains("Bill") || s == "Billed");
        CommonEntry {
            ticket,
            charge_to: other.map(|id| {
                let kind = if kind == "Company" { EntityKind::COMPANY } else { EntityKind::named(kind.to_lowercase()) };
                Reference { id: Key::from(id), kind: Some(kind) }
            }),
            agent: context::reference(&t.member),
            started_at: t.time_start,
            ended_at: t.time_end,
            hours: t.actual_hours,
            billable_hours: t.hours_billed,
            deducted_hours: t.hours_deduct,
            billable: t.billable_option.as_deref().filter(|b| *b != "NoDefault").map(|b| b == "Billable"),
            work_type: context::label(&t.work_type),
            work_role: context::label(&t.work_role),
            notes: context::non_blank(&t.notes),
            status: context::non_blank(&t.status).map(Label::named),
            approved,
            agreement: context::reference(&t.agreement),
            created_at: context::created(&t.info).or(t.date_entered),
            updated_at: context::updated(&t.info),
        }
    }

    const NAMES: &'static [NameList] = &[NameList::WorkTypes, NameList::WorkRoles];

    fn relabel(value: &mut CommonEntry, names: &Names) -> Relabel {
        let renamed = [
            names.rename(NameList::WorkTypes, &mut value.work_type),
            names.rename(NameList::WorkRoles, &mut value.work_role),
        ];
        if renamed.contains(&true) { Relabel::Changed } else { Relabel::Same }
    }
}

impl Writes for TimeEntries {
    const MEMBERS: &'static [Mapped<CommonEntry, Member>] = &[
        Mapped::new(CommonEntry::TICKET, Member::ChargedTicket),
        Mapped::new(CommonEntry::AGENT, Member::Reference("member")),
        Mapped::new(CommonEntry::STARTED_AT, Member::Plain("timeStart")),
        Mapped::new(CommonEntry::ENDED_AT, Member::Plain("timeEnd")),
        Mapped::new(CommonEntry::HOURS, Member::Plain("actualHours")),
        Mapped::new(CommonEntry::DEDUCTED_HOURS, Member::Plain("hoursDeduct")),
        Mapped::new(CommonEntry::BILLABLE, Member::Billable),
        Mapped::new(CommonEntry::WORK_TYPE, Member::LabelId("workType")),
        Mapped::new(CommonEntry::WORK_ROLE, Member::LabelId("workRole")),
        Mapped::new(CommonEntry::NOTES, Member::Plain("notes")),
        Mapped::new(CommonEntry::AGREEMENT, Member::Reference("agreement")),
    ];

    const KEEPS: &'static [&'static str] = &fields!(CommonEntry: TICKET, STARTED_AT, HOURS);

    // A board may show the text of hours to the customer unless it is told otherwise.
    const ON_CREATE: &'static [(&'static str, bool)] =
        &[("addToDetailDescriptionFlag", false), ("addToResolutionFlag", false)];
}
