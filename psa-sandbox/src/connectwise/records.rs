//! How a row of each table is made from the seed.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::data::{Dataset, stamp};
use super::tables::STRIDE;
use crate::rows::{Row, row};

/// The name that stands at place `n`, counted from 1, and round again.
fn nth(n: i64, names: &[&'static str]) -> &'static str {
    names[(n - 1).rem_euclid(names.len() as i64) as usize]
}

fn guid(n: i64) -> String {
    format!("{:08x}-0000-4000-8000-{n:012x}", n as u32)
}

fn reference(kind: &str, id: i64, name: &str) -> Value {
    json!({"id": id, "name": name, "_info": {format!("{kind}_href"): format!("https://sandbox.example/v2025_1//apis/3.0/{kind}/{id}")}})
}

fn company_ref(d: &Dataset, id: i64) -> Value {
    let name = company(d, id).remove("name").unwrap_or(Value::Null);
    json!({"id": id, "identifier": format!("C{id:05}"), "name": name, "_info": {}})
}

fn some_company(d: &Dataset, what: u64, id: i64) -> i64 {
    1 + d.dice(what, id, d.companies as u64)
}

fn contact_name(d: &Dataset, id: i64) -> (&'static str, &'static str) {
    (
        d.pick(10, id, &["Ada", "Alan", "Grace", "Linus", "Edsger", "Barbara"]),
        d.pick(11, id, &["Smith", "Jones", "Taylor", "Brown", "Wilson"]),
    )
}

fn contact_ref(d: &Dataset, id: i64) -> Value {
    let (first, last) = contact_name(d, id);
    reference("contact", id, &format!("{first} {last}"))
}

fn contact_of(company: i64, n: i64) -> i64 {
    (company - 1) * 3 + 1 + n % 3
}

const MEMBERS: [(&str, &str); 12] = [
    ("Ann", "Archer"),
    ("Bob", "Baker"),
    ("Cat", "Cole"),
    ("Dan", "Dyer"),
    ("Eve", "Ellis"),
    ("Fay", "Ford"),
    ("Gus", "Gray"),
    ("Hal", "Holt"),
    ("Ivy", "Innes"),
    ("Jon", "Jarvis"),
    ("Kim", "Knight"),
    ("API", "Member"),
];

fn identifier(id: i64) -> String {
    let (first, last) = MEMBERS[(id - 1) as usize % 12];
    if id == 12 { "apimember1".to_owned() } else { format!("{}{}", &first[..1], last).to_lowercase() }
}

fn member_ref(id: i64) -> Value {
    let (first, last) = MEMBERS[(id - 1) as usize % 12];
    json!({"id": id, "identifier": identifier(id), "name": format!("{first} {last}"), "_info": {}})
}

pub(super) fn company(d: &Dataset, id: i64) -> Row {
    let name = format!(
        "{} {} {id}",
        d.pick(1, id, &["Acme", "Northwind", "Contoso", "Fabrikam", "Initech", "Globex"]),
        d.pick(2, id, &["Dental", "Logistics", "Law", "Foods", "Media"])
    );
    let status = 1 + d.dice(3, id, 2);
    row(json!({
        "id": id, "identifier": format!("C{id:05}"), "name": name, "status": reference("status", status, nth(status, &["Active", "Inactive"])),
        "addressLine1": format!("{id} High Street"), "city": "London", "state": "", "zip": format!("N{} {}AB", id % 20 + 1, id % 9 + 1),
        "phoneNumber": format!("0207946{:04}", id % 10_000), "website": format!("https://company{id}.example"), "territory": reference("location", 2, "Main Office"),
        "dateAcquired": d.days_ago(900), "annualRevenue": 0.0, "leadFlag": false, "unsubscribeFlag": false, "deletedFlag": false, "mobileGuid": guid(id),
        "types": [reference("type", 1, "Customer")], "currency": {"id": 7, "symbol": "$", "currencyCode": "USD", "name": "US Dollars"},
        "customFields": [{"id": 1, "caption": "Portal id", "type": "Text", "entryMethod": "EntryField", "numberOfDecimals": 0}],
        "_info": d.info(900, d.dice(4, id, 300)),
    }))
}

/// Every company has a main site, every third a branch.
pub(super) fn site(d: &Dataset, id: i64) -> Row {
    let (company, n) = (id / STRIDE, id % STRIDE);
    if company < 1 || company > d.companies || !(n == 1 || (n == 2 && company % 3 == 0)) {
        return Row::new();
    }
    row(
        json!({"id": id, "name": if n == 1 { "Main" } else { "Branch" }, "addressLine1": format!("{company} High Street"), "city": "London",
        "zip": "N1 1AB", "phoneNumber": format!("0207946{:04}", id % 10_000), "primaryAddressFlag": n == 1, "inactiveFlag": false, "mobileGuid": guid(id),
        "company": company_ref(d, company), "_info": d.info(900, 300)}),
    )
}

fn main_site(company: i64) -> Value {
    reference("site", company * STRIDE + 1, "Main")
}

pub(super) fn company_status(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "name": nth(id, &["Active", "Inactive", "Credit Hold"]), "defaultFlag": id == 1, "inactiveFlag": false, "_info": d.info(900, 900)}),
    )
}

pub(super) fn company_type(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "name": nth(id, &["Customer", "Prospect", "Vendor"]), "defaultFlag": id == 1, "vendorFlag": id == 3, "_info": d.info(900, 900)}),
    )
}

/// Types of communication that have rows: the others of the numbering are not taken.
const COMMUNICATION_TYPES: [(i64, &str, &str, bool); 6] = [
    (1, "Email", "Email", true),
    (2, "Phone - Direct", "Phone", true),
    (3, "Fax - Work", "Fax", true),
    (4, "Cell", "Phone", false),
    (13, "Individual Professional", "Email", false),
    (26, "Work Fax", "Fax", false),
];

pub(super) fn communication_type(d: &Dataset, id: i64) -> Row {
    let Some((_, description, kind, default)) = COMMUNICATION_TYPES.into_iter().find(|t| t.0 == id) else {
        return Row::new();
    };
    row(
        json!({"id": id, "description": description, "phoneFlag": kind == "Phone", "faxFlag": kind == "Fax", "emailFlag": kind == "Email", "defaultFlag": default, "_info": d.info(900, 900)}),
    )
}

pub(super) fn contact(d: &Dataset, id: i64) -> Row {
    let company = (id - 1) / 3 + 1;
    let (first, last) = contact_name(d, id);
    row(json!({
        "id": id, "firstName": first, "lastName": last, "company": company_ref(d, company), "site": main_site(company),
        "relationship": {"_info": {"relationship_href": "https://sandbox.example/v2025_1//apis/3.0/company/contacts/relationships/"}},
        "inactiveFlag": d.dice(12, id, 15) == 0, "title": "Office Manager", "marriedFlag": false, "childrenFlag": false, "portalSecurityLevel": 1,
        "disablePortalLoginFlag": true, "unsubscribeFlag": false, "mobileGuid": guid(id), "defaultBillingFlag": false, "defaultFlag": id % 3 == 1, "types": [],
        "communicationItems": [
            {"id": id * 10 + 1, "type": reference("type", 1, "Email"), "value": format!("{}.{}{id}@company{company}.example", first.to_lowercase(), last.to_lowercase()), "defaultFlag": true, "domain": format!("@company{company}.example"), "communicationType": "Email"},
            {"id": id * 10 + 2, "type": reference("type", 2, "Phone - Direct"), "value": format!("0161496{:04}", id % 10_000), "defaultFlag": true, "communicationType": "Phone"},
        ],
        "customFields": [{"id": 2, "caption": "hubspot_contact_id", "type": "Number", "entryMethod": "EntryField", "numberOfDecimals": 0, "value": null}],
        "_info": d.info(800, d.dice(13, id, 200)),
    }))
}

pub(super) fn contact_type(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "description": nth(id, &["Decision Maker", "Billing"]), "defaultFlag": false, "_info": d.info(900, 900)}),
    )
}

pub(super) fn configuration(d: &Dataset, id: i64) -> Row {
    let company = some_company(d, 20, id);
    let kind = 1 + id % 3;
    row(json!({
        "id": id, "name": format!("PC-{id:04}"), "type": reference("type", kind, nth(kind, &["Workstation", "Server", "Printer"])), "status": reference("status", 1, "Active"),
        "company": company_ref(d, company), "contact": contact_ref(d, contact_of(company, id)), "site": main_site(company), "locationId": 2, "businessUnitId": 10,
        "serialNumber": format!("SN{id:08}"), "modelNumber": "Latitude 5540", "tagNumber": format!("T{id:05}"), "purchaseDate": d.days_ago(700), "installationDate": d.days_ago(690),
        "warrantyExpirationDate": d.days_ago(d.dice(21, id, 1000) - 700), "billFlag": true, "activeFlag": id % 25 != 0, "questions": [], "_info": d.info(690, d.dice(22, id, 100)),
    }))
}

pub(super) fn configuration_status(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "description": nth(id, &["Active", "Retired"]), "closedFlag": id == 2, "defaultFlag": id == 1, "_info": d.info(900, 900)}),
    )
}

pub(super) fn configuration_type(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "name": nth(id, &["Workstation", "Server", "Printer"]), "inactiveFlag": false, "systemFlag": false, "_info": d.info(900, 900)}),
    )
}

const STATUSES: [(&str, bool); 4] = [("New", false), ("In Progress", false), ("Waiting", false), (">Closed", true)];

/// The boards: two of service, one of projects.
const BOARDS: [&str; 3] = ["Service Desk", "Alerts", "Projects"];

pub(super) fn board(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "name": BOARDS[(id as usize - 1) % 3], "location": reference("location", 2, "Main Office"), "department": json!({"id": 10, "identifier": "Services", "name": "Professional Services"}),
        "inactiveFlag": false, "projectFlag": id == 3, "_info": d.info(900, 900)}),
    )
}

fn board_ref(id: i64) -> Value {
    reference("board", id, BOARDS[(id as usize - 1) % 3])
}

pub(super) fn board_status(d: &Dataset, id: i64) -> Row {
    let (board, n) = (id / STRIDE, id % STRIDE);
    if !(1..=3).contains(&board) || !(1..=4).contains(&n) {
        return Row::new();
    }
    let (name, closed) = STATUSES[(n - 1) as usize];
    row(
        json!({"id": id, "name": name, "board": board_ref(board), "sortOrder": n, "displayOnBoard": true, "inactive": false, "closedStatus": closed, "defaultFlag": n == 1, "escalationStatus": "NoEscalation", "_info": d.info(900, 900)}),
    )
}

fn status_ref(board: i64, n: i64) -> Value {
    // The vendor's own capital.
    json!({"id": board * STRIDE + n, "name": STATUSES[(n - 1) as usize].0, "Sort": n, "_info": {}})
}

pub(super) fn board_type(d: &Dataset, id: i64) -> Row {
    let (board, n) = (id / STRIDE, id % STRIDE);
    if !(1..=3).contains(&board) || !(1..=2).contains(&n) {
        return Row::new();
    }
    row(
        json!({"id": id, "name": nth(n, &["Incident", "Request"]), "board": board_ref(board), "defaultFlag": n == 1, "inactiveFlag": false, "_info": d.info(900, 900)}),
    )
}

pub(super) fn board_subtype(d: &Dataset, id: i64) -> Row {
    let (board, n) = (id / STRIDE, id % STRIDE);
    if !(1..=3).contains(&board) || !(1..=2).contains(&n) {
        return Row::new();
    }
    row(
        json!({"id": id, "name": nth(n, &["Hardware", "Software"]), "board": board_ref(board), "inactiveFlag": false, "_info": d.info(900, 900)}),
    )
}

pub(super) fn team(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "name": nth(id, &["Service Team", "Field Team", "Project Team"]), "leader": member_ref(id), "location": reference("location", 2, "Main Office"), "department": json!({"id": 10, "identifier": "Services", "name": "Professional Services"}), "_info": d.info(900, 900)}),
    )
}

fn ticket_summary(d: &Dataset, id: i64) -> String {
    let what = d.pick(34, id, &["Printer", "Outlook", "VPN", "Laptop", "Password", "Backup"]);
    let how = d.pick(35, id, &["does not start", "is slow", "shows an error", "was lost"]);
    format!("{what} {how} ({id})")
}

fn ticket_base(d: &Dataset, id: i64, board: i64) -> Row {
    let company = some_company(d, 30, id);
    let span = 2 * 365 * 86_400i64;
    let opened = d.anchor() - TimeDelta::seconds(span)
        + TimeDelta::seconds(
            (i128::from(span) * i128::from(id - 1) / i128::from((d.tickets + d.project_tickets()).max(1))) as i64,
        );
    let updated = (opened + TimeDelta::minutes(d.dice(31, id, 14_400))).min(d.anchor());
    let closed = d.dice(32, id, 100) < 80 && opened < d.anchor() - TimeDelta::days(14);
    let status = if closed { 4 } else { 1 + d.dice(33, id, 3) };
    let priority = 1 + d.dice(36, id, 4);
    let owner = 1 + d.dice(37, id, 11);
    row(json!({
        "id": id, "summary": ticket_summary(d, id), "board": board_ref(board), "status": status_ref(board, status), "company": company_ref(d, company), "site": main_site(company),
        "siteName": "Main", "contact": contact_ref(d, contact_of(company, id)), "contactName": contact_ref(d, contact_of(company, id)).get("name"), "type": reference("type", board * STRIDE + 1 + d.dice(38, id, 2), "Incident"),
        "owner": member_ref(owner), "priority": {"id": priority, "name": format!("Priority {priority}"), "sort": priority, "level": nth(priority, &["Critical", "High", "Medium", "Low"]), "_info": {}},
        "source": reference("source", 1, "Phone"), "budgetHours": 1.0, "actualHours": 0.5, "closedFlag": closed,
        "closedDate": if closed { json!(stamp(updated)) } else { Value::Null }, "closedBy": if closed { json!("aarcher") } else { Value::Null }, "approved": false, "customerUpdatedFlag": false,
        "customFields": [{"id": 3, "caption": "External id", "type": "Text", "entryMethod": "EntryField", "numberOfDecimals": 0}],
        "_info": {"lastUpdated": stamp(updated), "updatedBy": "aarcher", "dateEntered": stamp(opened), "enteredBy": "aarcher"},
    }))
}

pub(super) fn ticket(d: &Dataset, id: i64) -> Row {
    let board = 1 + d.dice(39, id, 2);
    let mut out = ticket_base(d, id, board);
    out.extend(row(json!({"recordType": "ServiceTicket", "severity": "Medium", "impact": "Medium", "team": reference("team", board, "Service Team"), "sla": reference("sla", 1, "Standard"), "slaStatus": "Resolved",
        "resources": identifier(1 + d.dice(40, id, 11)), "hasChildTicket": false, "isInSla": true})));
    out
}

pub(super) fn project_ticket(d: &Dataset, id: i64) -> Row {
    if id <= d.tickets {
        return Row::new();
    }
    let mut out = ticket_base(d, id, 3);
    let project = 1 + id % (d.companies / 10 + 1);
    out.extend(row(json!({"isIssueFlag": false, "project": reference("project", project, "Project"), "phase": reference("phase", project * STRIDE + 1, "Phase 1"), "wbsCode": "1.1"})));
    out
}

/// Up to two notes on each ticket.
pub(super) fn ticket_note(d: &Dataset, id: i64) -> Row {
    let (ticket, n) = (id / STRIDE, id % STRIDE);
    if ticket < 1 || ticket > d.tickets || n < 1 || n > d.dice(41, ticket, 3) {
        return Row::new();
    }
    let internal = d.dice(42, id, 2) == 0;
    let stamps = self::ticket(d, ticket).remove("_info").unwrap_or(Value::Null);
    row(
        json!({"id": id, "ticketId": ticket, "text": format!("Step {n} of ticket {ticket}: called back."), "detailDescriptionFlag": !internal, "internalAnalysisFlag": internal, "resolutionFlag": false,
        "member": member_ref(1 + d.dice(43, id, 11)), "dateCreated": stamps["lastUpdated"], "createdBy": "aarcher", "internalFlag": internal, "externalFlag": !internal, "_info": stamps}),
    )
}

pub(super) fn any_note(d: &Dataset, id: i64) -> Row {
    let mut note = ticket_note(d, id);
    if note.is_empty() {
        return note;
    }
    for gone in ["ticketId", "createdBy", "internalFlag", "externalFlag", "dateCreated"] {
        note.remove(gone);
    }
    note.extend(row(json!({"noteType": "TicketNote", "ticket": {"id": id / STRIDE, "summary": ticket_summary(d, id / STRIDE)}, "isMarkdownFlag": false, "bundledFlag": false, "mergedFlag": false, "originalAuthor": "aarcher"})));
    note
}

pub(super) fn project(d: &Dataset, id: i64) -> Row {
    let company = some_company(d, 50, id);
    row(
        json!({"id": id, "name": format!("Rollout {id}"), "description": "", "company": company_ref(d, company), "board": board_ref(3), "status": reference("status", 1, "Open"), "manager": member_ref(1 + id % 11),
        "type": reference("type", 1, "Implementation"), "estimatedStart": d.days_ago(60), "estimatedEnd": d.days_ago(-60), "estimatedHours": 40.0, "budgetHours": 40.0, "actualHours": 10.0, "percentComplete": 0.25,
        "billingMethod": "ActualRates", "billingAmount": 4000.0, "closedFlag": false, "_info": d.info(60, 5)}),
    )
}

pub(super) fn phase(d: &Dataset, id: i64) -> Row {
    let (project, n) = (id / STRIDE, id % STRIDE);
    if project < 1 || project > d.companies / 10 + 1 || !(1..=2).contains(&n) {
        return Row::new();
    }
    row(
        json!({"id": id, "projectId": project, "description": format!("Phase {n}"), "wbsCode": n.to_string(), "budgetHours": 20.0, "_info": d.info(60, 5)}),
    )
}

pub(super) fn project_status(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "name": nth(id, &["Open", "Closed"]), "closedFlag": id == 2, "defaultFlag": id == 1, "inactiveFlag": false, "_info": d.info(900, 900)}),
    )
}

pub(super) fn priority(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "name": format!("Priority {id}"), "color": "Red", "sortOrder": id, "defaultFlag": id == 3, "level": nth(id, &["Critical", "High", "Medium", "Low"]), "_info": d.info(900, 900)}),
    )
}

pub(super) fn source(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "name": nth(id, &["Phone", "Email", "Portal"]), "defaultFlag": id == 1, "_info": d.info(900, 900)}),
    )
}

pub(super) fn sla(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "name": "Standard", "basedOn": "MyCalendar", "defaultFlag": true, "respondHours": 1.0, "planWithin": 4.0, "resolutionHours": 8.0, "_info": d.info(900, 900)}),
    )
}

pub(super) fn opportunity(d: &Dataset, id: i64) -> Row {
    let company = some_company(d, 60, id);
    let status = 1 + d.dice(61, id, 3);
    row(
        json!({"id": id, "name": format!("Renewal {id}"), "expectedCloseDate": d.days_ago(-30), "type": reference("type", 1, "New Business"), "stage": reference("stage", 1 + id % 3, "2. Qualified"),
        "status": reference("status", status, nth(status, &["Open", "Won", "Lost"])), "notes": "", "probability": reference("probability", 1 + id % 5, &format!("{}", (id % 5) * 25)), "primarySalesRep": member_ref(1 + id % 11),
        "company": company_ref(d, company), "contact": contact_ref(d, contact_of(company, id)), "site": main_site(company), "locationId": 2, "businessUnitId": 10,
        "closedDate": if status > 1 { json!(d.days_ago(3)) } else { Value::Null }, "currency": {"id": 7, "currencyCode": "USD", "name": "US Dollars"}, "_info": d.info(90, 3)}),
    )
}

pub(super) fn opportunity_status(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "name": nth(id, &["Open", "Won", "Lost", "No Decision"]), "wonFlag": id == 2, "lostFlag": id == 3, "closedFlag": id > 1, "inactiveFlag": false, "defaultFlag": id == 1, "_info": d.info(900, 900)}),
    )
}

pub(super) fn opportunity_type(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "description": nth(id, &["New Business", "Renewal"]), "inactiveFlag": false, "_info": d.info(900, 900)}),
    )
}

pub(super) fn stage(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "name": format!("{id}. Stage"), "probability": reference("probability", id, "25"), "sequenceNumber": id, "_info": d.info(900, 900)}),
    )
}

pub(super) fn probability(d: &Dataset, id: i64) -> Row {
    row(json!({"id": id, "probability": (id - 1) * 25, "_info": d.info(900, 900)}))
}

pub(super) fn activity(d: &Dataset, id: i64) -> Row {
    let company = some_company(d, 62, id);
    row(
        json!({"id": id, "name": format!("Call {id}"), "type": reference("type", 1, "Call"), "company": company_ref(d, company), "status": reference("status", 1, "Open"), "dateStart": d.days_ago(2), "dateEnd": d.days_ago(2), "assignTo": member_ref(1 + id % 11), "notifyFlag": false, "_info": d.info(10, 2)}),
    )
}

pub(super) fn activity_status(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "name": nth(id, &["Open", "Closed"]), "defaultFlag": id == 1, "closedFlag": id == 2, "_info": d.info(900, 900)}),
    )
}

pub(super) fn activity_type(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "name": nth(id, &["Call", "Visit", "Task"]), "points": 1, "defaultFlag": id == 1, "_info": d.info(900, 900)}),
    )
}

pub(super) fn time_entry(d: &Dataset, id: i64) -> Row {
    let ticket = id * 2 - 1;
    let member = 1 + d.dice(70, id, 11);
    let stamps = self::ticket(d, ticket).remove("_info").unwrap_or(Value::Null);
    let hours = 0.25 * (1 + d.dice(71, id, 8)) as f64;
    let start = super::conditions::date(stamps["lastUpdated"].as_str().unwrap_or_default()).unwrap_or(d.anchor());
    row(
        json!({"id": id, "company": company_ref(d, some_company(d, 30, ticket)), "companyType": "Customer", "chargeToId": ticket, "chargeToType": "ServiceTicket", "member": member_ref(member), "locationId": 2, "businessUnitId": 10,
        "workType": reference("workType", 1, "Remote"), "workRole": reference("workRole", 1, "Engineer"), "timeStart": stamp(start), "timeEnd": stamp(start + TimeDelta::minutes((hours * 60.0) as i64)), "hoursDeduct": 0.0,
        "actualHours": hours, "billableOption": "Billable", "notes": format!("Worked on ticket {ticket}."), "hoursBilled": hours, "hourlyCost": "0.00", "enteredBy": identifier(member), "dateEntered": stamps["lastUpdated"],
        "invoiceReady": 1, "status": "Open", "ticket": {"id": ticket, "summary": ticket_summary(d, ticket)}, "_info": stamps}),
    )
}

pub(super) fn work_type(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "name": nth(id, &["Remote", "On-site", "Travel"]), "billTime": "Billable", "rateType": "Multiplier", "rate": 1.0, "inactiveFlag": false, "overallDefaultFlag": id == 1, "_info": d.info(900, 900)}),
    )
}

pub(super) fn work_role(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "name": nth(id, &["Engineer", "Senior Engineer"]), "hourlyRate": 100.0, "inactiveFlag": false, "_info": d.info(900, 900)}),
    )
}

pub(super) fn charge_code(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "name": nth(id, &["Training", "Meeting"]), "billTime": "DoNotBill", "timeEntryFlag": true, "_info": d.info(900, 900)}),
    )
}

pub(super) fn schedule_entry(d: &Dataset, id: i64) -> Row {
    let start = d.anchor() + TimeDelta::days(id % 20 - 10) + TimeDelta::hours(9);
    row(
        json!({"id": id, "objectId": id, "name": format!("Ticket {id}"), "member": member_ref(1 + id % 11), "dateStart": stamp(start), "dateEnd": stamp(start + TimeDelta::hours(2)), "status": reference("status", 1, "Firm"),
        "type": {"id": 1, "identifier": "S", "name": "Service", "_info": {}}, "doneFlag": start < d.anchor(), "hours": 2.0, "mobileGuid": guid(id), "_info": d.info(20, 2)}),
    )
}

pub(super) fn schedule_type(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "name": nth(id, &["Service", "Activity", "Other"]), "identifier": nth(id, &["S", "C", "O"]), "systemFlag": true, "_info": d.info(900, 900)}),
    )
}

pub(super) fn schedule_status(d: &Dataset, id: i64) -> Row {
    row(json!({"id": id, "name": nth(id, &["Firm", "Tentative"]), "defaultFlag": id == 1, "_info": d.info(900, 900)}))
}

pub(super) fn invoice(d: &Dataset, id: i64) -> Row {
    let company = some_company(d, 80, id);
    let subtotal = 10.0 * (1 + d.dice(81, id, 200)) as f64;
    let open = id % 4 == 0;
    row(
        json!({"id": id, "invoiceNumber": format!("INV{id:05}"), "type": "Standard", "status": {"id": if open { 1 } else { 2 }, "name": if open { "New" } else { "Closed" }, "isClosed": !open, "_info": {}}, "company": company_ref(d, company),
        "billingSite": main_site(company), "reference": "", "date": d.days_ago(id % 300), "dueDate": d.days_ago(id % 300 - 30), "subtotal": subtotal, "total": subtotal * 1.2, "salesTax": subtotal * 0.2,
        "payments": if open { 0.0 } else { subtotal * 1.2 }, "balance": if open { subtotal * 1.2 } else { 0.0 }, "currency": {"id": 7, "currencyCode": "USD", "name": "US Dollars"}, "_info": d.info(id % 300, id % 300)}),
    )
}

pub(super) fn agreement(d: &Dataset, id: i64) -> Row {
    let company = some_company(d, 82, id);
    row(
        json!({"id": id, "name": format!("Managed services {id}"), "type": reference("type", 1, "Managed Services"), "company": company_ref(d, company), "contact": contact_ref(d, contact_of(company, id)),
        "startDate": d.days_ago(400), "endDate": d.days_ago(-300), "noEndingDateFlag": id % 5 == 0, "cancelledFlag": id % 9 == 0, "billAmount": 100.0 * (1 + id % 20) as f64, "billingCycle": reference("billingCycle", 2, "Monthly"),
        "agreementStatus": if id % 9 == 0 { "Cancelled" } else { "Active" }, "nextInvoiceDate": d.days_ago(-20), "currency": {"id": 7, "currencyCode": "USD", "name": "US Dollars"}, "_info": d.info(400, 10)}),
    )
}

pub(super) fn agreement_type(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "name": nth(id, &["Managed Services", "Block Time"]), "defaultFlag": id == 1, "inactiveFlag": false, "billTime": "Billable", "billExpenses": "Billable",
        "billProducts": "Billable", "employeeCompRate": "Actual", "employeeCompNotExceed": "Billing", "invoicingCycle": "CalendarYear", "_info": d.info(900, 900)}),
    )
}

pub(super) fn catalog_item(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "identifier": format!("PART-{id:03}"), "description": format!("Item {id}"), "inactiveFlag": false, "subcategory": reference("subcategory", 1, "Hardware"), "type": reference("type", 1, "Part"), "productClass": "NonInventory",
        "price": 10.0 * id as f64, "cost": 7.0 * id as f64, "taxableFlag": true, "customerDescription": format!("Item {id}"), "_info": d.info(900, 90)}),
    )
}

pub(super) fn member(d: &Dataset, id: i64) -> Row {
    let (first, last) = MEMBERS[(id - 1) as usize % 12];
    row(
        json!({"id": id, "identifier": identifier(id), "licenseClass": if id == 12 { "A" } else { "F" }, "inactiveFlag": id == 11, "firstName": first, "lastName": last, "officeEmail": format!("{}@msp.example", identifier(id)),
        "primaryEmail": format!("{}@msp.example", identifier(id)), "title": "Engineer", "defaultEmail": "Office", "defaultPhone": "Office", "hireDate": d.days_ago(1500), "securityRole": reference("securityRole", 63, "Technician"),
        "agreementInvoicingDisplayOptions": "RemainOnInvoicingScreen", "invoiceScreenDefaultTabFormat": "ShowInvoicingTab", "invoicingDisplayOptions": "RemainOnInvoicingScreen", "teams": [id % 3 + 1], "dailyCapacity": 8.0, "hourlyRate": 100.0, "_info": d.info(900, 90)}),
    )
}

pub(super) fn member_info(d: &Dataset, id: i64) -> Row {
    let m = member(d, id);
    let of = |name: &str| m.get(name).cloned().unwrap_or(Value::Null);
    row(
        json!({"id": id, "identifier": of("identifier"), "firstName": of("firstName"), "lastName": of("lastName"), "defaultEmail": of("officeEmail"), "licenseClass": of("licenseClass"), "inactiveFlag": of("inactiveFlag")}),
    )
}

pub(super) fn department(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "identifier": nth(id, &["Services", "Sales"]), "name": nth(id, &["Professional Services", "Sales"]), "_info": d.info(900, 900)}),
    )
}

pub(super) fn location(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "ownerLevelId": id, "name": nth(id, &["Corporate", "Main Office"]), "locationFlag": true, "clientFlag": false, "_info": d.info(900, 900)}),
    )
}

pub(super) fn user_defined_field(d: &Dataset, id: i64) -> Row {
    let (caption, kind, screen) = [
        ("Portal id", "Text", "company_overview"),
        ("hubspot_contact_id", "Number", "contact_overview"),
        ("External id", "Text", "service_ticket"),
    ][(id as usize - 1) % 3];
    row(
        json!({"id": id, "podId": id, "caption": caption, "sequenceNumber": 1, "screenId": screen, "fieldTypeIdentifier": kind, "entryTypeIdentifier": "EntryField", "requiredFlag": false, "displayOnScreenFlag": true, "options": [], "_info": d.info(900, 900)}),
    )
}
