use async_trait::async_trait;
use chrono::{DateTime, Utc};
use psa_core::{Agreement, Key, Label, Mapped, Reference, Result, fields};

use super::context::{self, Context};
use super::name_cache::Names;
use super::reader::Mapping;
use super::writer::{Member, Writes};
use crate::ids;
use crate::list::List;
use crate::resources::{Contract, CustomField, WriteRequest};

/// Client contract <-> agreement.
pub(crate) struct Agreements;

impl Mapping for Agreements {
    type Native = Contract;
    type Common = Agreement;

    const READS: &'static [&'static str] = &fields!(
        Agreement: NAME, AGREEMENT_TYPE, STATUS, ACTIVE, COMPANY, SITE, CONTACT, STARTS_AT, ENDS_AT, AMOUNT,
        BILLING_CYCLE, NEXT_INVOICE_AT, SLA, NOTES, CUSTOM, UPDATED_AT
    );

    fn list(context: &Context) -> List<Contract> {
        context.halo.contracts().list().include_inactive(true)
    }

    fn updated_at(contract: &Contract) -> Option<DateTime<Utc>> {
        contract.last_modified
    }

    fn common(c: &Contract, _: &Context, _: &Names) -> Agreement {
        Agreement {
            name: context::non_blank(&c.r#ref),
            agreement_type: c.contracttype.filter(|t| *t > 0).map(|t| Label::new(t, c.contracttype_name.clone())),
            status: c.status.filter(|s| *s > 0).map(|s| Label::new(s, c.contract_status.clone())),
            active: c.active,
            company: context::company(c.client_id),
            site: ids::some(c.site_id).map(|s| Reference::to(s.0)),
            contact: ids::some(c.user_id).map(|u| Reference::to(u.0)),
            starts_at: c.start_date,
            ends_at: c.end_date,
            amount: c.periodchargeamount,
            billing_cycle: c
                .billingperiod
                .filter(|p| *p > 0)
                .map(|p| Label::new(p, context::non_blank(&c.billingdescription))),
            next_invoice_at: c.next_invoice_date,
            sla: c.sla_id.filter(|s| *s > 0).map(|s| Label::new(s, None)),
            notes: context::non_blank(&c.note),
            custom: context::custom(&c.customfields, None),
            updated_at: c.last_modified,
            ..Agreement::default()
        }
    }
}

#[async_trait]
impl Writes for Agreements {
    const MEMBERS: &'static [Mapped<Agreement, Member>] = &[
        Mapped::new(Agreement::NAME, Member::Plain("ref")),
        Mapped::new(Agreement::AGREEMENT_TYPE, Member::LabelId("contracttype")),
        Mapped::new(Agreement::STATUS, Member::LabelId("status")),
        Mapped::new(Agreement::COMPANY, Member::Reference("client_id")),
        Mapped::new(Agreement::SITE, Member::Reference("site_id")),
        Mapped::new(Agreement::CONTACT, Member::Reference("user_id")),
        Mapped::new(Agreement::STARTS_AT, Member::Plain("start_date")),
        Mapped::new(Agreement::ENDS_AT, Member::Plain("end_date")),
        Mapped::new(Agreement::AMOUNT, Member::Plain("periodchargeamount")),
        Mapped::new(Agreement::BILLING_CYCLE, Member::LabelId("billingperiod")),
        Mapped::new(Agreement::SLA, Member::LabelId("sla_id")),
        Mapped::new(Agreement::NOTES, Member::Plain("note")),
        Mapped::new(Agreement::CUSTOM, Member::Custom),
    ];

    fn custom(contract: &Contract) -> &[CustomField] {
        &contract.customfields
    }

    fn create(context: &Context) -> WriteRequest<Contract> {
        context.halo.contracts().create().set("_send_appointment_invites", false)
    }

    fn update(context: &Context, key: &Key) -> Result<WriteRequest<Contract>> {
        Ok(context.halo.contracts().update(key.as_i64()?))
    }

    async fn delete(context: &Context, key: &Key) -> Result<()> {
        context.halo.contracts().delete(key.as_i64()?).await
    }
}
