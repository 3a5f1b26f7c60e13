use psa_core::{Invoice as CommonInvoice, Mapped, fields};

use super::context::{self, Context};
use super::reader::Mapping;
use super::writer::{Member, Writes};
use crate::resources::{Collection, CustomFieldValue, Info, Invoice};

/// Invoice <-> invoice.
pub(crate) struct Invoices;

impl Mapping for Invoices {
    type Native = Invoice;
    type Common = CommonInvoice;

    const READS: &'static [&'static str] = &fields!(
        CommonInvoice: NUMBER, INVOICE_TYPE, STATUS, SITE, COMPANY, AGREEMENT, TICKET, PROJECT, DATE, DUE_AT,
        SUBTOTAL, TAX, TOTAL, PAID, BALANCE, CURRENCY, REFERENCE, POSTED, CUSTOM, CREATED_AT, UPDATED_AT
    );

    fn collection(context: &Context) -> Collection<Invoice> {
        context.cw.invoices()
    }

    fn info(invoice: &Invoice) -> &Option<Box<Info>> {
        &invoice.info
    }

    fn common(i: &Invoice, _: &Context) -> CommonInvoice {
        let company = context::reference(&i.company);
        CommonInvoice {
            number: context::non_blank(&i.invoice_number),
            invoice_type: context::word(&i.r#type),
            status: context::label(&i.status),
            site: super::ticket::site_of(&company, context::reference(&i.billing_site)),
            company,
            agreement: context::reference(&i.agreement),
            ticket: context::reference(&i.ticket),
            project: context::reference(&i.project),
            date: i.date,
            due_at: i.due_date,
            subtotal: i.subtotal,
            tax: i.sales_tax,
            total: i.total,
            paid: i.payments,
            balance: i.balance,
            currency: i
                .currency
                .as_ref()
                .and_then(|c| context::non_blank(&c.currency_code).or_else(|| context::non_blank(&c.name))),
            reference: context::non_blank(&i.reference),
            posted: i.status.as_ref().and_then(|s| s.is_closed),
            custom: context::custom(&i.custom_fields),
            created_at: context::created(&i.info),
            updated_at: context::updated(&i.info),
            ..CommonInvoice::default()
        }
    }
}

impl Writes for Invoices {
    const MEMBERS: &'static [Mapped<CommonInvoice, Member>] = &[
        Mapped::new(CommonInvoice::NUMBER, Member::Plain("invoiceNumber")),
        Mapped::new(CommonInvoice::INVOICE_TYPE, Member::LabelName("type")),
        Mapped::new(CommonInvoice::STATUS, Member::LabelId("status")),
        Mapped::new(CommonInvoice::COMPANY, Member::Reference("company")),
        Mapped::new(CommonInvoice::AGREEMENT, Member::Reference("agreement")),
        Mapped::new(CommonInvoice::DATE, Member::Plain("date")),
        Mapped::new(CommonInvoice::DUE_AT, Member::Plain("dueDate")),
        Mapped::new(CommonInvoice::REFERENCE, Member::Plain("reference")),
        Mapped::new(CommonInvoice::CUSTOM, Member::Custom),
    ];

    const MAX_CHARS: &'static [(&'static str, u32)] =
        &[(CommonInvoice::NUMBER.field(), 15), (CommonInvoice::REFERENCE.field(), 50)];

    fn custom(invoice: &Invoice) -> &[CustomFieldValue] {
        &invoice.custom_fields
    }
}
