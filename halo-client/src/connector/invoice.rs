use chrono::{DateTime, Utc};
use psa_core::{Invoice as CommonInvoice, Label, Reference, fields};

use super::context::{self, Context};
use super::name_cache::Names;
use super::reader::Mapping;
use crate::ids;
use crate::list::List;
use crate::resources::Invoice;

/// Invoice -> invoice. Read only: an invoice is made from what was agreed and worked, in Halo.
pub(crate) struct Invoices;

impl Mapping for Invoices {
    type Native = Invoice;
    type Common = CommonInvoice;

    const READS: &'static [&'static str] = &fields!(
        CommonInvoice: NUMBER, STATUS, COMPANY, AGREEMENT, TICKET, DATE, DUE_AT, PAID_AT, SUBTOTAL, TAX, TOTAL, PAID,
        BALANCE, CURRENCY, REFERENCE, POSTED, CUSTOM, UPDATED_AT
    );
    const IDS_ONLY: Option<&'static str> = Some("idonly");

    fn list(context: &Context) -> List<Invoice> {
        context.halo.invoices().list()
    }

    fn updated_at(invoice: &Invoice) -> Option<DateTime<Utc>> {
        invoice.last_modified
    }

    fn common(i: &Invoice, _: &Context, _: &Names) -> CommonInvoice {
        CommonInvoice {
            number: context::non_blank(&i.invoicenumber),
            status: i.paymentstatus.map(|s| Label::new(s, None)),
            company: context::company(i.client_id),
            agreement: ids::some(i.contract_id).map(|c| Reference::to(c.0)),
            ticket: ids::some(i.ticket_id).map(|t| Reference::to(t.0)),
            date: i.invoice_date,
            due_at: i.duedate,
            paid_at: i.datepaid,
            subtotal: i.revenue,
            tax: i.tax_total,
            total: i.total,
            paid: i.amountpaid,
            balance: i.amountdue.or(i.amount_remaining),
            currency: context::non_blank(&i.currency),
            reference: context::non_blank(&i.reference),
            posted: i.posted,
            custom: context::custom(&i.customfields, None),
            updated_at: i.last_modified,
            ..CommonInvoice::default()
        }
    }
}
