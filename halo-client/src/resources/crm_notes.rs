use super::{CustomField, filters, operations, resource, setters};
use crate::ids::{
    AgentId, ClientId, CrmNoteId, InvoiceId, PurchaseOrderId, QuotationId, SalesOrderId, SiteId, SupplierId, TicketId,
    UserId,
};

resource! {
    /// A note on a client, a supplier, a user or a document of sales.
    pub struct CrmNote {
        id: key(CrmNoteId);
        client_id: id(ClientId);
        supplier_id: id(SupplierId);
        sales_order_id: id(SalesOrderId);
        purchase_order_id: id(PurchaseOrderId);
        quote_id: id(QuotationId);
        invoice_id: id(InvoiceId);
        site_id: id(SiteId);
        user_id: id(UserId);
        datetime: date;
        who_agentid: id(AgentId);
        note: text;
        detail: text;
        timetaken: num;
        mailentryid: text;
        nextcalldate: date;
        satisfaction: text;
        third_party_id: text;
        customfields: list(CustomField);
        ticketid: id(TicketId);
        warning = "_warning": text;
        hide_time_taken: flag;
        add_to_calendar: flag;
        app_user_id: int;
        app_agent_id: int;
        app_subject: text;
        nextcallduration: num;
        createdfromaction: flag;
    }
}

operations!(CrmNote: "crm_notes", "/CRMNote", items "actions", paged false, key |n| n.id.key(), can [get, create, update, delete]);

filters! { CrmNote {
    /// On this client.
    client: ClientId => "client_id";
    /// On this supplier.
    supplier: SupplierId => "supplier_id";
    /// At most so many rows.
    limit: u32 => "count";
} }

setters! { CrmNote {
    /// The client.
    client: ClientId => "client_id";
    /// The user.
    user: UserId => "user_id";
    /// One line.
    note: String => "note";
    /// The whole text.
    detail: String => "detail";
} }
