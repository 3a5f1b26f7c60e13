use psa_core::{Agreement as CommonAgreement, Mapped, Relabel, fields};

use super::context::{self, Context};
use super::names::{NameList, Names};
use super::reader::Mapping;
use super::writer::{Member, Writes};
use crate::resources::{Agreement, Collection, CustomFieldValue, Info};

/// Agreement <-> agreement.
pub(crate) struct Agreements;

impl Mapping for Agreements {
    type Native = Agreement;
    type Common = CommonAgreement;

    const READS: &'static [&'static str] = &fields!(
        CommonAgreement: NAME, AGREEMENT_TYPE, STATUS, ACTIVE, CANCELLED, SITE, COMPANY, CONTACT, PARENT, STARTS_AT,
        ENDS_AT, AMOUNT, CURRENCY, BILLING_CYCLE, NEXT_INVOICE_AT, SLA, NOTES, CUSTOM, CREATED_AT, UPDATED_AT
    );

    fn collection(context: &Context) -> Collection<Agreement> {
        context.cw.agreements()
    }

    fn info(agreement: &Agreement) -> &Option<Box<Info>> {
        &agreement.info
    }

    fn common(a: &Agreement, _: &Context) -> CommonAgreement {
        let company = context::reference(&a.company);
        CommonAgreement {
            name: context::non_blank(&a.name),
            agreement_type: context::label(&a.r#type),
            status: context::word(&a.agreement_status),
            active: a.agreement_status.as_deref().map(|s| s == "Active"),
            cancelled: a.cancelled_flag,
            site: super::ticket::site_of(&company, context::reference(&a.site)),
            company,
            contact: context::reference(&a.contact),
            parent: context::reference(&a.parent_agreement),
            starts_at: a.start_date,
            ends_at: a.end_date.filter(|_| a.no_ending_date_flag != Some(true)),
            amount: a.bill_amount,
            currency: a
                .currency
                .as_ref()
                .and_then(|c| context::non_blank(&c.currency_code).or_else(|| context::non_blank(&c.name))),
            billing_cycle: context::label(&a.billing_cycle),
            next_invoice_at: context::moment(&a.next_invoice_date),
            sla: context::label(&a.sla),
            notes: context::non_blank(&a.internal_notes),
            custom: context::custom(&a.custom_fields),
            created_at: context::created(&a.info),
            updated_at: context::updated(&a.info),
        }
    }

    const NAMES: &'static [NameList] = &[NameList::AgreementTypes, NameList::Slas];

    fn relabel(value: &mut CommonAgreement, names: &Names) -> Relabel {
        let renamed = [
            names.rename(NameList::AgreementTypes, &mut value.agreement_type),
            names.rename(NameList::Slas, &mut value.sla),
        ];
        if renamed.contains(&true) { Relabel::Changed } else { Relabel::Same }
    }
}

impl Writes for Agreements {
    const MEMBERS: &'static [Mapped<CommonAgreement, Member>] = &[
        Mapped::new(CommonAgreement::NAME, Member::Plain("name")),
        Mapped::new(CommonAgreement::AGREEMENT_TYPE, Member::LabelId("type")),
        Mapped::new(CommonAgreement::COMPANY, Member::Reference("company")),
        Mapped::new(CommonAgreement::SITE, Member::ChildReference("site")),
        Mapped::new(CommonAgreement::CONTACT, Member::Reference("contact")),
        Mapped::new(CommonAgreement::PARENT, Member::Reference("parentAgreement")),
        Mapped::new(CommonAgreement::STARTS_AT, Member::Plain("startDate")),
        Mapped::new(CommonAgreement::ENDS_AT, Member::Plain("endDate")),
        Mapped::new(CommonAgreement::AMOUNT, Member::Plain("billAmount")),
        Mapped::new(CommonAgreement::BILLING_CYCLE, Member::LabelId("billingCycle")),
        Mapped::new(CommonAgreement::SLA, Member::LabelId("sla")),
        Mapped::new(CommonAgreement::NOTES, Member::Plain("internalNotes")),
        Mapped::new(CommonAgreement::CUSTOM, Member::Custom),
    ];

    const KEEPS: &'static [&'static str] = &fields!(CommonAgreement: NAME, CONTACT, COMPANY);

    const MAX_CHARS: &'static [(&'static str, u32)] = &[(CommonAgreement::NAME.field(), 100)];

    fn custom(agreement: &Agreement) -> &[CustomFieldValue] {
        &agreement.custom_fields
    }
}
