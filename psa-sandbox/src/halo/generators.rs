//! How a row of each plain table is made from the seed.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::dataset::Dataset;
use super::guid::guid;
use super::quirks::Quirks;
use super::reference_data::priorities;
use crate::emulator::row::{Row, row};

impl Dataset {
    pub(crate) fn appointment_count(&self) -> i64 {
        self.companies.min(60)
    }

    pub(crate) fn contract_count(&self) -> i64 {
        self.companies / 2
    }

    pub(crate) fn invoice_count(&self) -> i64 {
        self.companies
    }

    pub(crate) fn asset_count(&self) -> i64 {
        self.companies * 4
    }

    /// A date as the database gives it, so many days before the anchor.
    fn day(&self, days: i64) -> String {
        (self.anchor() - TimeDelta::days(days)).format("%Y-%m-%dT%H:%M:%S").to_string()
    }

    /// Some company, never the placeholder.
    fn some_client(&self, what: u64, id: i64) -> i64 {
        2 + self.dice(what, id, (self.companies - 1).max(1) as u64)
    }
}

pub(super) fn appointment(d: &Dataset, id: i64) -> Row {
    let client = d.some_client(50, id);
    let agent = 2 + d.dice(51, id, 10);
    let start = d.anchor() + TimeDelta::days(id % 20 - 10) + TimeDelta::hours(9);
    let at = |t: chrono::DateTime<chrono::Utc>| t.format("%Y-%m-%dT%H:%M:%S").to_string();
    // Every twelfth is a holiday that Halo mixes in.
    let holiday = id % 12 == 0;
    row(json!({
        "id": id, "subject": if holiday { "Annual leave".to_owned() } else { format!("Visit client {client}") },
        "start_date": at(start), "end_date": at(start + TimeDelta::hours(if holiday { 24 } else { 2 })), "allday": holiday,
        "agent_id": agent, "agents": [{"id": agent}], "note": "Bring the spare parts.", "ticket_id": if holiday { 0 } else { id },
        "client_id": if holiday { 0 } else { client },
        "site_id": if holiday { 0 } else { client }, "user_id": -1, "type": if holiday { 2 } else { 0 }, "appointment_type_id": 1,
        "appointment_type_name": "On site", "complete_status": if start < d.anchor() { 0 } else { -1 }, "is_private": false,
        "is_task": false, "last_modified": d.day(3), "entity": 0.0, "holiday_id": if holiday { json!(guid(id as u64)) } else { Value::Null },
    }))
}

pub(super) fn crm_note(d: &Dataset, id: i64) -> Row {
    row(json!({
        "id": id, "client_id": d.some_client(52, id), "supplier_id": 0, "site_id": 0, "user_id": 0, "datetime": d.day(id),
        "who_agentid": 3, "note": "Called about the renewal", "detail": "They want an offer.", "timetaken": 0.25, "ticketid": 0,
    }))
}

pub(super) fn contract(d: &Dataset, id: i64) -> Row {
    let client = d.some_client(53, id);
    row(json!({
        "id": id, "ref": format!("AG-{id:04}"), "refextra": "Managed services", "client_id": client,
        "site_id": client, "start_date": d.day(400), "end_date": (d.anchor() + TimeDelta::days(300)).format("%Y-%m-%dT00:00:00").to_string(),
        "started": true, "expired": id % 9 == 0, "active": id % 9 != 0, "status": if id % 9 == 0 { 2 } else { 1 },
        "contracttype": 1, "billingperiod": 3, "numberofunitsfree": 10.0,
        "periodchargeamount": 100.0 * (1 + id % 20) as f64, "next_invoice_date": d.day(-20), "sla_id": 1, "subtype": 0,
        "last_modified": d.day(30), "note": "",
    }))
}

pub(super) fn supplier(_: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "name": format!("Supplier {id}"), "contact_name": "Pat Price", "email_address": format!("orders@supplier{id}.example"),
        "phone_number": "+44 20 7946 0999", "inactive": false, "toplevel_id": 12, "notes": "", "website": format!("https://supplier{id}.example"), "last_modified": "2026-08-01T09:00:00"}),
    )
}

pub(super) fn item(d: &Dataset, id: i64) -> Row {
    let price = 5.0 * (1 + d.dice(54, id, 60)) as f64;
    row(
        json!({"id": id, "name": format!("Item {id}"), "description": "", "assetgroup_id": 1, "assetgroup_name": "Hardware", "baseprice": price,
        "costprice": price * 0.7, "recurringprice": if id % 3 == 0 { price } else { 0.0 }, "recurringcost": 0.0, "isrecurringitem": id % 3 == 0,
        "taxcode": 1, "nominalcode": "4000", "supplier_id": id % 5 + 1,
        "internalreference": format!("I{id:04}"), "status": 0, "type": 0, "quantity_in_stock": 3.0, "lastmodified": d.day(40), "inactive": false}),
    )
}

fn lines(d: &Dataset, of: i64, key: &str) -> Vec<Value> {
    (1..=2 + of % 3)
        .map(|n| {
            let price = 10.0 * (1 + d.dice(55, of * 8 + n, 30)) as f64;
            let id = of * 10 + n;
            json!({"id": id, key: of, "_itemid": n, "item_code": format!("I{n:04}"), "item_shortdescription": format!("Item {n}"), "item_longdescription": "",
                "qty_order": n as f64, "unit_price": price, "net_amount": price * n as f64, "tax_amount": price * n as f64 * 0.2, "tax_rate": 20.0,
                "tax_code": "T1", "nominal_code": "4000", "asset_id": 0, "contract_id": -1, "ticket_id": 0})
        })
        .collect()
}

fn sum(lines: &[Value], member: &str) -> f64 {
    lines.iter().filter_map(|l| l[member].as_f64()).sum()
}

pub(super) fn invoice(d: &Dataset, id: i64) -> Row {
    let client = d.some_client(56, id);
    let lines = lines(d, id, "ihid");
    let (net, tax) = (sum(&lines, "net_amount"), sum(&lines, "tax_amount"));
    let paid = if id % 4 == 0 { 0.0 } else { net + tax };
    row(json!({
        "id": id, "client_id": client, "sitenumber": client, "invoicenumber": format!("INV-{id:05}"),
        "thirdpartyinvoicenumber": "", "posted": true, "invoice_date": d.day(id % 300), "duedate": d.day(id % 300 - 30),
        "datepaid": if paid > 0.0 { json!(d.day(id % 300 - 20)) } else { json!("1899-12-30T00:00:00") }, "paymentstatus": if paid > 0.0 { 2 } else { 0 },
        "amountpaid": paid, "amountdue": net + tax - paid, "amount_remaining": net + tax - paid, "total": net + tax, "tax_total": tax, "revenue": net,
        "currency": "GBP", "currency_code": 0, "contract_id": -1, "ticket_id": 0, "salesorder_id": 0, "reference": "", "notes_1": "",
        "last_modified": d.day(id % 300), "date_created": d.day(id % 300), "lines": lines,
    }))
}

pub(super) fn recurring_invoice(d: &Dataset, id: i64) -> Row {
    let mut out = invoice(d, id);
    out.extend(row(json!({"invoicenumber": "", "posted": false, "contract_id": id, "period": 3, "nextcreationdate": d.day(-12), "disabled": false})));
    out
}

pub(super) fn quotation(d: &Dataset, id: i64) -> Row {
    let client = d.some_client(57, id);
    let lines: Vec<Value> = (1..=2)
        .map(|n| json!({"id": id * 10 + n, "name": format!("Item {n}"), "quantity": n as f64, "baseprice": 50.0, "costprice": 35.0, "discount_perc": 0.0}))
        .collect();
    row(
        json!({"id": id, "title": format!("Offer {id}"), "ticket_id": 0, "status": 1, "status_name": "Sent", "date": d.day(id), "expiry_date": d.day(id - 30),
        "revenue": 150.0, "tax_total": 30.0, "total": 180.0, "client_id": client, "currency_code": 0,
        "approvalstate": 0, "last_update_time": d.day(id), "lines": lines}),
    )
}

pub(super) fn sales_order(d: &Dataset, id: i64) -> Row {
    let client = d.some_client(58, id);
    row(
        json!({"id": id, "client_id": client, "status": 1, "ticket_id": 0, "orderdate": d.day(id), "last_update_time": d.day(id), "lines": lines(d, id, "order_id")}),
    )
}

pub(super) fn purchase_order(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "supplier_id": id % 5 + 1, "status": 1, "date": d.day(id), "last_update_time": d.day(id), "lines": lines(d, id, "order_id")}),
    )
}

pub(super) fn report(_: &Dataset, id: i64) -> Row {
    let name = ["Open tickets", "Hours by agent", "Closed this month", "Clients"][(id - 1) as usize % 4];
    row(
        json!({"id": id, "name": name, "group_id": 1, "group_name": "Operations", "description": "", "type": 0, "systemreportid": 0,
        "sql": "select Faultid as [Ticket ID], Symptom as [Summary] from Faults"}),
    )
}

/// A day of an agent; agents 2 to 4, a week each and a day.
pub(super) fn timesheet(d: &Dataset, id: i64) -> Row {
    let date = d.day((id - 1) / 3).split('T').next().unwrap_or_default().to_owned();
    row(
        json!({"id": id, "agent_id": 2 + (id - 1) % 3, "date": format!("{date}T00:00:00"), "start_time": format!("{date}T09:00:00"),
        "end_time": format!("{date}T17:00:00"), "target_hours": 8.0, "actual_hours": 7.5, "break_hours": 0.5, "work_hours": 7.0,
        "chargeable_hours": 5.5, "events": []}),
    )
}

pub(super) fn timesheet_event(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "event_type": 0, "subject": "Ticket work", "start_date": d.day(id), "end_date": d.day(id), "timetaken": 0.5,
        "agent_id": 2 + id % 3, "break_type": 0, "ticket_id": id, "action_number": 1, "note": "", "customer": "", "charge_rate": 1, "lognewticket": false}),
    )
}

pub(super) fn licence(d: &Dataset, id: i64) -> Row {
    let client = d.some_client(59, id);
    let count = 5 + d.dice(60, id, 40);
    row(json!({"id": id, "type": 1, "name": "Microsoft 365 Business Premium", "count": count, "client_id": client,
        "site_id": client, "licences_in_use": count - 2, "licences_available": 2, "price": 22.0, "purchase_price": 18.0, "monthly_price": 22.0,
        "monthly_cost": 18.0, "start_date": d.day(200), "end_date": d.day(-165), "status": "active", "billing_cycle": "monthly", "term_duration": "P1Y",
        "autorenew": true, "vendor": "Microsoft", "manufacturer": "Microsoft", "product_sku": "CFQ7TTC0LCHC", "tenant_id": guid(client as u64), "is_active": true}))
}

pub(super) fn article(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "name": format!("How to fix problem {id}"), "description": "It does not start.", "resolution": "Restart it.",
        "description_html": "<p>It does not start.</p>", "resolution_html": "<p>Restart it.</p>", "view_count": id * 3, "useful_count": id,
        "date_created": d.day(100), "date_edited": d.day(10), "tag_string": "", "inactive": false, "type": 0, "next_review_date": "0001-01-01T00:00:00"}),
    )
}

pub(super) fn asset(d: &Dataset, id: i64) -> Row {
    let client = d.some_client(61, id);
    let kind = id % 3 + 1;
    row(json!({
        "id": id, "inventory_number": format!("A{id:05}"), "key_field": format!("PC-{id:04}"), "key_field2": "Latitude 5540", "key_field3": format!("SN{id:08}"),
        "client_id": client, "site_id": client, "username": "", "assettype_id": kind,
        "status_id": 1, "inactive": id % 25 == 0,
        "warranty_end": d.day(d.dice(62, id, 1000) - 700), "contract_id": -1, "supplier_id": id % 5 + 1, "sla_id": -1, "priority_id": 0, "criticality": 0,
        "fields": [{"id": 1, "name": "Operating system", "value": "Windows 11", "display": "Windows 11"}, {"id": 2, "name": "Memory", "value": "16 GB", "display": "16 GB"}],
        "last_modified": d.day(30), "dlastupdate": d.day(30),
    }))
}

pub(super) fn asset_type(_: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "guid": guid(id as u64), "name": (["Laptop", "Server", "Printer"][(id - 1) as usize % 3]), "assetgroup_id": 1, "assetgroup_name": "Hardware", "inactive": false}),
    )
}

pub(super) fn distribution_list(_: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "name": format!("List {id}"), "desc": "", "dynamic_members": false, "users_count": 2, "users": [{"id": 2}, {"id": 3}]}),
    )
}

pub(super) fn campaign(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "created_datetime": d.day(20), "status": 2, "status_desc": "Sent", "sent_datetime": d.day(19), "emails_sent": 40,
        "name": format!("Campaign {id}"), "distribution_list": 1, "type": 0, "total_opens": 12, "click_rate": 0.1}),
    )
}

pub(super) fn workflow(_: &Dataset, id: i64) -> Row {
    let steps: Vec<Value> = ["New", "Working", "Done"]
        .iter()
        .zip(1..)
        .map(|(name, n)| json!({"fdid": id * 10 + n, "step_id": n, "flow_id": id, "name": name, "isstart": n == 1, "isend": n == 3, "stage_number": n, "actions": []}))
        .collect();
    row(
        json!({"id": id, "guid": guid(id as u64), "name": if id == 1 { "Incident" } else { "Sales pipeline" }, "active": true, "in_use": true, "steps": steps,
        "stages": [{"id": 1, "flow_id": id, "sequence": 1, "name": "Open"}, {"id": 2, "flow_id": id, "sequence": 2, "name": "Closed"}]}),
    )
}

pub(super) fn asset_field(_: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "guid": guid(id as u64), "kind": "T", "typeinfo_id": 1, "name": (["Operating system", "Memory"][(id - 1) as usize % 2]), "mandatory": false, "sequence": id, "lookup": 0}),
    )
}

pub(super) fn budget_type(_: &Dataset, id: i64) -> Row {
    row(json!({"id": id, "name": if id == 1 { "Labour" } else { "Hardware" }, "defaultrate": 90.0, "chargerate": 1}))
}

pub(super) fn application(_: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "displayName": "msportal.ai", "clientId": "sandbox-client", "grant_type": "client_credentials", "loginas_agent_id": 13, "inactive": false,
        "cors_whitelist": "", "cors_whitelist_list": [], "scopes": [], "type": "confidential"}),
    )
}

pub(super) fn sla(_: &Dataset, id: i64) -> Row {
    let priorities = priorities(&Quirks::default());
    let own: Vec<Value> =
        priorities.into_iter().filter(|p| p.get("slaid") == Some(&json!(id))).map(Value::Object).collect();
    row(json!({"id": id, "guid": guid(id as u64), "name": if id == 1 { "Standard" } else { "VIP" }, "priorities": own}))
}

pub(super) fn canned_text(_: &Dataset, id: i64) -> Row {
    let (name, text) = [
        ("Greeting", "Thank you for your message."),
        ("Restart", "Please restart the device and tell us whether that helped."),
        ("Closing", "We close this ticket now. Answer to open it again."),
    ][(id - 1) as usize % 3];
    row(
        json!({"id": id, "guid": guid(id as u64), "name": name, "group_id": 1, "group_name": "General", "text": text, "html": format!("<p>{text}</p>")}),
    )
}

pub(super) const LAST_TOP_LEVEL: i64 = 12;

/// Clients are below the last one; most numbers are not taken.
pub(super) fn top_level(_: &Dataset, id: i64) -> Row {
    match id {
        1 => row(json!({"id": id, "guid": guid(id as u64), "name": "Prospects"})),
        LAST_TOP_LEVEL => row(json!({"id": id, "guid": guid(id as u64), "name": "All Customers"})),
        _ => Row::new(),
    }
}

pub(super) fn holiday(d: &Dataset, id: i64) -> Row {
    let name = if id == 1 { "New Year" } else { "Christmas" };
    let day = d.anchor() + TimeDelta::days(if id == 1 { 92 } else { 85 });
    let at = day.format("%Y-%m-%dT00:00:00").to_string();
    row(json!({"id": id, "holid": id, "name": name, "date": at, "end_date": at, "duration": 24.0}))
}

/// What a new project has beside a ticket's members.
pub(super) fn empty_project() -> Row {
    row(json!({
        "is_project": true, "itil_requesttype_id": 22, "projecttimebudget": 0.0, "projectmoneybudget": 0.0, "projecttimeactual": 0.0,
        "projectmoneyactual": 0.0, "projecttimepercentage": 0.0, "projectcompletionpercentage": 0.0,
        "startdate": "1899-12-30T00:00:00", "milestones": [], "budgets": [],
    }))
}

/// What a project has beside a ticket's members.
pub(super) fn project(d: &Dataset, id: i64) -> Row {
    let n = id % 100;
    row(json!({
        "is_project": true, "itil_requesttype_id": 22, "startdate": d.day(60 + n), "targetdate": d.day(-60 - n), "projecttimebudget": 40.0,
        "projectmoneybudget": 4000.0, "projecttimeactual": 10.0 + n as f64, "projectmoneyactual": 1000.0, "projecttimepercentage": 25.0,
        "projectcompletionpercentage": 20.0,
        "milestones": [{"id": n * 10 + 1, "ticket_id": id, "name": "Kick-off", "sequence": 1, "start_date": d.day(60), "target_date": d.day(50)},
            {"id": n * 10 + 2, "ticket_id": id, "name": "Hand-over", "sequence": 2, "start_date": d.day(-30), "target_date": d.day(-60)}],
        "budgets": [{"id": n * 10 + 1, "ticket_id": id, "budgettype_id": 1, "budgettype_name": "Labour", "hours": 40.0, "rate": 100.0, "money": 4000.0}],
    }))
}
