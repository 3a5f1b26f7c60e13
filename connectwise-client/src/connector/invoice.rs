use psa_core::Invoice as CommonInvoice;

use super::Context;
use super::reader::Mapping;
use super::writer::{Member, Writes};
use crate::resources::{Collection, CustomFieldValue, Info, Invoice};

/// Invoice <-> invoice.
pub(crate) struct Invoices;

impl Mapping for Invoices {
    type Native = Invoice;
    type Common = CommonInvoice;

    fn collection(context: &Context) -> Collection<Invoice> {
        context.cw.invoices()
    }

    fn info(invoice: &Invoice) -> &Option<Box<Info>> {
        &invoice.info
    }

    fn common(i: &Invoice, _: &Context) -> CommonInvoice {
        let company = super::reference(&i.company);
        CommonInvoice {
            number: super::text(&i.invoice_number),
            invoice_type: super::word(&i.r#type),
            status: super::label(&i.status),
            site: super::ticket::site_of(&company, super::reference(&i.billing_site)),
            company,
            agreement: super::reference(&i.agreement),
            ticket: super::reference(&i.ticket),
            project: super::reference(&i.project),
            date: i.date,
            due_at: i.due_date,
            subtotal: i.subtotal,
            tax: i.sales_tax,
            total: i.total,
            paid: i.payments,
            balance: i.balance,
            currency: i.currency.as_ref().and_then(|c| super::text(&c.currency_code).or_else(|| super::text(&c.name))),
            reference: super::text(&i.reference),
            posted: i.status.as_ref().and_then(|s| s.is_closed),
            custom: super::custom(&i.custom_fields),
            created_at: super::created(&i.info),
            updated_at: super::updated(&i.info),
            ..CommonInvoice::default()
        }
    }
}

impl Writes for Invoices {
    const MEMBERS: &'static [(&'static str, Member)] = &[
        ("number", Member::Plain("invoiceNumber")),
        ("invoice_type", Member::LabelName("type")),
        ("status", Member::LabelId("status")),
        ("company", Member::Reference("company")),
        ("agreement", Member::Reference("agreement")),
        ("date", Member::Plain("date")),
        ("due_at", Member::Plain("dueDate")),
        ("reference", Member::Plain("reference")),
        ("custom", Member::Custom),
    ];

    fn custom(invoice: &Invoice) -> &[CustomFieldValue] {
        &invoice.custom_fields
    }
}
