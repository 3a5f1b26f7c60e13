//! How a row of each table is made from the seed.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::conditions::date;
use super::dataset::{Dataset, stamp};
use super::table::STRIDE;
use crate::emulator::row::{Row, number, row};

/// Makes the rows of a setup table from a list of them; those without an id are numbered by their place.
macro_rules! listed {
    ($($row:tt),* $(,)?) => {
        |d: &$crate::connectwise::dataset::Dataset, id: i64| -> $crate::emulator::row::Row {
            $crate::connectwise::generators::from_list(d, id, vec![$(::serde_json::json!($row)),*])
        }
    };
}
pub(super) use listed;

/// The row with this id from a list; those that name none are numbered by their place.
pub(super) fn from_list(d: &Dataset, id: i64, rows: Vec<Value>) -> Row {
    let numbered = |(n, value): (usize, Value)| {
        let made = row(value);
        (made.get("id").and_then(number).unwrap_or(n as i64 + 1), made)
    };
    let found = rows.into_iter().enumerate().map(numbered).find(|(own, _)| *own == id);
    let Some((_, mut found)) = found else { return Row::new() };
    found.insert("id".into(), id.into());
    found.insert("_info".into(), d.info(900, 900));
    found
}

/// The name that stands at place `n`, counted from 1, and round again.
fn nth(n: i64, names: &[&'static str]) -> &'static str {
    names[(n - 1).rem_euclid(names.len() as i64) as usize]
}

fn reference(kind: &str, id: i64, name: &str) -> Value {
    json!({"id": id, "name": name, "_info": {format!("{kind}_href"): format!("https://sandbox.example/v2025_1//apis/3.0/{kind}/{id}")}})
}

/// A reference without a link.
fn short(id: i64, name: &str) -> Value {
    json!({"id": id, "name": name, "_info": {}})
}

fn location() -> Value {
    short(2, "Main Office")
}

fn department() -> Value {
    json!({"id": 10, "identifier": "Services", "name": "Professional Services", "_info": {}})
}

fn dollars() -> Value {
    json!({"id": 7, "symbol": "$", "currencyCode": "USD", "decimalSeparator": ".", "numberOfDecimals": 2, "thousandsSeparator": ",", "negativeParenthesesFlag": false,
        "displaySymbolFlag": true, "currencyIdentifier": "USD", "displayIdFlag": true, "rightAlign": false, "name": "US Dollars", "_info": {}})
}

fn country() -> Value {
    json!({"id": 2, "identifier": "GB", "name": "United Kingdom", "_info": {}})
}

fn company_name(d: &Dataset, id: i64) -> String {
    let first = d.pick(1, id, &["Acme", "Northwind", "Contoso", "Fabrikam", "Initech", "Globex"]);
    let second = d.pick(2, id, &["Dental", "Logistics", "Law", "Foods", "Media"]);
    format!("{first} {second} {id}")
}

fn company_ref(d: &Dataset, id: i64) -> Value {
    json!({"id": id, "identifier": format!("C{id:05}"), "name": company_name(d, id), "_info": {}})
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
    short(id, &format!("{first} {last}"))
}

fn contact_of(company: i64, n: i64) -> i64 {
    (company - 1) * 3 + 1 + n % 3
}

/// The number of a contact, and its address.
fn reached_at(d: &Dataset, id: i64) -> (String, String) {
    let (first, last) = contact_name(d, id);
    let company = (id - 1) / 3 + 1;
    let address = format!("{}.{}{id}@company{company}.example", first.to_lowercase(), last.to_lowercase());
    (format!("0161496{:04}", id % 10_000), address)
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
    json!({"id": id, "identifier": identifier(id), "name": format!("{first} {last}"), "dailyCapacity": 8.0, "_info": {}})
}

pub(super) fn company(d: &Dataset, id: i64) -> Row {
    let status = 1 + d.dice(3, id, 2);
    row(json!({
        "id": id, "identifier": format!("C{id:05}"), "name": company_name(d, id), "status": reference("status", status, nth(status, &["Active", "Inactive"])),
        "addressLine1": format!("{id} High Street"), "city": "London", "state": "", "zip": format!("N{} {}AB", id % 20 + 1, id % 9 + 1), "country": country(),
        "phoneNumber": format!("0207946{:04}", id % 10_000), "website": format!("https://company{id}.example"), "territory": reference("location", 2, "Main Office"),
        "defaultContact": contact_ref(d, contact_of(id, 0)), "dateAcquired": d.days_ago(900), "sicCode": short(1209, "5734 - Computer and software stores"),
        "timeZoneSetup": short(1, "GMT/Greenwich Mean Time"), "userDefinedField5": "1", "taxCode": short(1, "Sales tax"), "billingTerms": short(3, "Net 30 days"),
        "billToCompany": company_ref(d, id), "billingSite": main_site(id), "billingContact": contact_ref(d, contact_of(id, 0)), "invoiceDeliveryMethod": short(1, "Mail"),
        "invoiceToEmailAddress": format!("billing@company{id}.example"), "facebookUrl": format!("https://social.example/company{id}"), "linkedInUrl": format!("https://people.example/company{id}"),
        "currency": dollars(), "types": [reference("type", 1, "Customer")], "site": main_site(id),
        "customFields": [{"id": 1, "caption": "Portal id", "type": "Text", "entryMethod": "EntryField", "numberOfDecimals": 0}],
        "_info": d.info(900, d.dice(4, id, 300)),
    }))
}

/// The company and the number of one of its children.
fn child_of_company(d: &Dataset, id: i64) -> Option<(i64, i64)> {
    let (company, n) = (id / STRIDE, id % STRIDE);
    (1..=d.companies).contains(&company).then_some((company, n))
}

/// Every company has a main site, every third a branch.
pub(super) fn site(d: &Dataset, id: i64) -> Row {
    let Some((company, n)) = child_of_company(d, id).filter(|(c, n)| *n == 1 || (*n == 2 && c % 3 == 0)) else {
        return Row::new();
    };
    row(
        json!({"id": id, "name": if n == 1 { "Main" } else { "Branch" }, "addressLine1": format!("{company} High Street"), "city": "London",
        "zip": "N1 1AB", "country": country(), "phoneNumber": format!("0207946{:04}", id % 10_000), "primaryAddressFlag": n == 1, "defaultShippingFlag": n == 1, "defaultBillingFlag": n == 1, "defaultMailingFlag": n == 1,
        "company": company_ref(d, company), "_info": d.info(900, 300)}),
    )
}

fn main_site(company: i64) -> Value {
    short(company * STRIDE + 1, "Main")
}

pub(super) fn company_note(d: &Dataset, id: i64) -> Row {
    let Some((company, 1)) = child_of_company(d, id) else { return Row::new() };
    row(
        json!({"id": id, "text": format!("Company {company} prefers calls before noon."), "type": short(1, "Comments"), "enteredBy": "aarcher", "company": company_ref(d, company), "_info": d.info(400, 400)}),
    )
}

pub(super) fn company_type_association(d: &Dataset, id: i64) -> Row {
    let Some((company, 1)) = child_of_company(d, id) else { return Row::new() };
    row(json!({"id": id, "type": short(1, "Customer"), "company": company_ref(d, company), "_info": d.info(900, 900)}))
}

pub(super) fn company_team(d: &Dataset, id: i64) -> Row {
    let Some((company, 1)) = child_of_company(d, id) else { return Row::new() };
    row(
        json!({"id": id, "company": company_ref(d, company), "teamRole": short(1, "Account Manager"), "location": location(), "department": department(), "member": member_ref(1 + company % 11), "accountManagerFlag": true, "_info": d.info(900, 90)}),
    )
}

pub(super) fn contact(d: &Dataset, id: i64) -> Row {
    let company = (id - 1) / 3 + 1;
    let (first, last) = contact_name(d, id);
    let (number, address) = reached_at(d, id);
    row(json!({
        "id": id, "firstName": first, "lastName": last, "company": company_ref(d, company), "site": main_site(company),
        "relationship": {"_info": {"relationship_href": "https://sandbox.example/v2025_1//apis/3.0/company/contacts/relationships/"}},
        "inactiveFlag": d.dice(12, id, 15) == 0, "title": "Office Manager", "defaultPhoneType": "Direct", "defaultPhoneNbr": number, "defaultFlag": id % 3 == 1,
        "companyLocation": location(), "types": [],
        "communicationItems": [
            {"id": id * 10 + 1, "type": reference("type", 1, "Email"), "value": address, "defaultFlag": true, "domain": format!("@company{company}.example"), "communicationType": "Email"},
            {"id": id * 10 + 2, "type": reference("type", 2, "Phone - Direct"), "value": number, "defaultFlag": true, "communicationType": "Phone"},
        ],
        "customFields": [{"id": 2, "caption": "hubspot_contact_id", "type": "Number", "entryMethod": "EntryField", "numberOfDecimals": 0, "value": null}],
        "_info": d.info(800, d.dice(13, id, 200)),
    }))
}

pub(super) fn configuration(d: &Dataset, id: i64) -> Row {
    let company = some_company(d, 20, id);
    let kind = 1 + id % 3;
    row(json!({
        "id": id, "name": format!("PC-{id:04}"), "type": reference("type", kind, nth(kind, &["Workstation", "Server", "Printer"])), "status": reference("status", 1, "Active"),
        "company": company_ref(d, company), "contact": contact_ref(d, contact_of(company, id)), "site": main_site(company), "locationId": 2, "location": location(), "businessUnitId": 10, "department": department(),
        "serialNumber": format!("SN{id:08}"), "modelNumber": "Latitude 5540", "tagNumber": format!("T{id:05}"), "purchaseDate": d.days_ago(700), "installationDate": d.days_ago(690), "manufacturer": short(1, "Dell"),
        "warrantyExpirationDate": d.days_ago(d.dice(21, id, 1000) - 700), "billFlag": true, "activeFlag": id % 25 != 0, "questions": [], "_info": d.info(690, d.dice(22, id, 100)),
    }))
}

const STATUSES: [(&str, bool); 4] = [("New", false), ("In Progress", false), ("Waiting", false), (">Closed", true)];
const TYPES: [&str; 2] = ["Incident", "Request"];
const SUBTYPES: [&str; 2] = ["Hardware", "Software"];
const ITEMS: [&str; 2] = ["Desktop", "Laptop"];
const TEAMS: [&str; 3] = ["Service Team", "Field Team", "Project Team"];

/// The boards: two of service, one of projects.
const BOARDS: [&str; 3] = ["Service Desk", "Alerts", "Projects"];

pub(super) fn board(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "name": nth(id, &BOARDS), "location": reference("location", 2, "Main Office"), "department": department(), "projectFlag": id == 3, "_info": d.info(900, 900)}),
    )
}

pub(super) fn board_info(d: &Dataset, id: i64) -> Row {
    board(d, id)
}

fn board_ref(id: i64) -> Value {
    reference("board", id, nth(id, &BOARDS))
}

/// The board and the number of one of its children, up to `most`.
fn child_of_board(id: i64, most: i64) -> Option<(i64, i64)> {
    let (board, n) = (id / STRIDE, id % STRIDE);
    ((1..=3).contains(&board) && (1..=most).contains(&n)).then_some((board, n))
}

pub(super) fn board_status(d: &Dataset, id: i64) -> Row {
    let Some((board, n)) = child_of_board(id, 4) else { return Row::new() };
    let (name, closed) = STATUSES[(n - 1) as usize];
    row(
        json!({"id": id, "name": name, "board": board_ref(board), "sortOrder": n, "closedStatus": closed, "defaultFlag": n == 1, "_info": d.info(900, 900)}),
    )
}

fn status_ref(board: i64, n: i64) -> Value {
    // The vendor's own capital.
    json!({"id": board * STRIDE + n, "name": STATUSES[(n - 1) as usize].0, "Sort": n, "_info": {}})
}

pub(super) fn board_type(d: &Dataset, id: i64) -> Row {
    let Some((board, n)) = child_of_board(id, 2) else { return Row::new() };
    row(
        json!({"id": id, "name": nth(n, &TYPES), "board": board_ref(board), "defaultFlag": n == 1, "location": location(), "department": department(), "_info": d.info(900, 900)}),
    )
}

pub(super) fn board_subtype(d: &Dataset, id: i64) -> Row {
    let Some((board, n)) = child_of_board(id, 2) else { return Row::new() };
    let types = [board * STRIDE + 1, board * STRIDE + 2];
    row(
        json!({"id": id, "name": nth(n, &SUBTYPES), "board": board_ref(board), "typeAssociationIds": types, "_info": d.info(900, 900)}),
    )
}

pub(super) fn board_item(d: &Dataset, id: i64) -> Row {
    let Some((board, n)) = child_of_board(id, 2) else { return Row::new() };
    row(json!({"id": id, "name": nth(n, &ITEMS), "board": board_ref(board), "_info": d.info(900, 900)}))
}

/// Each type goes with each subtype and each item.
pub(super) fn board_association(d: &Dataset, id: i64) -> Row {
    let Some((board, n)) = child_of_board(id, 8) else { return Row::new() };
    let (ty, subtype, item) = (1 + (n - 1) / 4, 1 + (n - 1) / 2 % 2, 1 + (n - 1) % 2);
    let of = |n: i64, names: &[&'static str]| short(board * STRIDE + n, nth(n, names));
    row(
        json!({"id": id, "type": of(ty, &TYPES), "subType": of(subtype, &SUBTYPES), "item": of(item, &ITEMS), "board": board_ref(board), "_info": d.info(900, 900)}),
    )
}

/// One team a board, with the board's number.
pub(super) fn board_team(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "name": nth(id, &TEAMS), "teamLeader": member_ref(id), "members": [id, id + 1, id + 2], "defaultFlag": true, "boardId": id, "locationId": 2, "businessUnitId": 10, "_info": d.info(900, 900)}),
    )
}

pub(super) fn team(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "name": nth(id, &TEAMS), "leader": member_ref(id), "location": location(), "department": department(), "_info": d.info(900, 900)}),
    )
}

fn ticket_summary(d: &Dataset, id: i64) -> String {
    let what = d.pick(34, id, &["Printer", "Outlook", "VPN", "Laptop", "Password", "Backup"]);
    let how = d.pick(35, id, &["does not start", "is slow", "shows an error", "was lost"]);
    format!("{what} {how} ({id})")
}

fn ticket_base(d: &Dataset, id: i64, board: i64) -> Row {
    let company = some_company(d, 30, id);
    let contact = contact_of(company, id);
    let (number, address) = reached_at(d, contact);
    let span = 2 * 365 * 86_400i64;
    let opened = d.anchor() - TimeDelta::seconds(span)
        + TimeDelta::seconds(
            (i128::from(span) * i128::from(id - 1) / i128::from((d.tickets + d.project_tickets()).max(1))) as i64,
        );
    let updated = (opened + TimeDelta::minutes(d.dice(31, id, 14_400))).min(d.anchor());
    let closed = d.dice(32, id, 100) < 80 && opened < d.anchor() - TimeDelta::days(14);
    let status = if closed { 4 } else { 1 + d.dice(33, id, 3) };
    let priority = 1 + d.dice(36, id, 4);
    let ty = 1 + d.dice(38, id, 2);
    let owner = 1 + d.dice(37, id, 11);
    let when_closed = |value: Value| if closed { value } else { Value::Null };
    let contact = contact_ref(d, contact);
    row(json!({
        "id": id, "summary": ticket_summary(d, id), "board": board_ref(board), "status": status_ref(board, status), "company": company_ref(d, company), "site": main_site(company),
        "siteName": "Main", "addressLine1": format!("{company} High Street"), "city": "London", "zip": "N1 1AB", "country": country(),
        "contactName": contact.get("name"), "contact": contact, "contactPhoneNumber": number, "contactEmailAddress": address,
        "type": short(board * STRIDE + ty, nth(ty, &TYPES)), "owner": member_ref(owner),
        "priority": {"id": priority, "name": format!("Priority {priority}"), "sort": priority, "level": nth(priority, &["Critical", "High", "Medium", "Low"]), "_info": {}},
        "serviceLocation": short(1, "On-Site"), "source": short(1, "Phone"), "budgetHours": 1.0, "actualHours": 0.5, "closedFlag": closed,
        "closedDate": when_closed(stamp(updated).into()), "closedBy": when_closed("aarcher".into()), "location": location(), "department": department(),
        "currency": {"id": 7, "symbol": "$", "currencyCode": "USD", "name": "US Dollars", "_info": {}},
        "customFields": [{"id": 3, "caption": "External id", "type": "Text", "entryMethod": "EntryField", "numberOfDecimals": 0}],
        "_info": {"lastUpdated": stamp(updated), "updatedBy": "aarcher", "dateEntered": stamp(opened), "enteredBy": "aarcher"},
    }))
}

/// A ticket's subtype and item.
fn narrowed(board: i64, id: i64) -> Row {
    let (subtype, item) = (1 + id % 2, 1 + id / 2 % 2);
    row(
        json!({"subType": short(board * STRIDE + subtype, nth(subtype, &SUBTYPES)), "item": short(board * STRIDE + item, nth(item, &ITEMS))}),
    )
}

pub(super) fn ticket(d: &Dataset, id: i64) -> Row {
    let board = 1 + d.dice(39, id, 2);
    let mut out = ticket_base(d, id, board);
    let closed = out.get("closedDate").cloned().unwrap_or(Value::Null);
    let by = if closed.is_null() { Value::Null } else { "aarcher".into() };
    let opened = out["_info"]["dateEntered"].clone();
    if id % 3 == 0 {
        out.extend(narrowed(board, id));
    }
    out.extend(row(json!({"recordType": "ServiceTicket", "team": short(board, nth(board, &TEAMS)), "sla": short(1, "Standard"), "slaStatus": if by.is_null() { "Waiting" } else { "Resolved" },
        "resources": identifier(1 + d.dice(40, id, 11)), "dateResolved": closed, "dateResplan": closed, "dateResponded": closed, "respondedBy": by, "resplanBy": by, "resolvedBy": by,
        "escalationStartDateUTC": opened})));
    out
}

pub(super) fn project_ticket(d: &Dataset, id: i64) -> Row {
    if id <= d.tickets {
        return Row::new();
    }
    let mut out = ticket_base(d, id, 3);
    let project = 1 + id % (d.companies / 10 + 1);
    out.extend(row(json!({"stateIdentifier": "", "automaticEmailCc": "", "requiredDate": d.days_ago(-30), "estimatedStartDate": d.days_ago(30)})));
    out.extend(narrowed(3, id));
    out.extend(row(json!({"project": short(project, &format!("Rollout {project}")), "phase": short(project * STRIDE + 1, "Phase 1"), "wbsCode": "1.1", "resources": identifier(1 + d.dice(40, id, 11))})));
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
    note.extend(row(json!({"noteType": "TicketNote", "ticket": {"id": id / STRIDE, "summary": ticket_summary(d, id / STRIDE)}, "originalAuthor": "aarcher"})));
    note
}

/// One task on every fifth ticket.
pub(super) fn ticket_task(d: &Dataset, id: i64) -> Row {
    let (ticket, n) = (id / STRIDE, id % STRIDE);
    if ticket < 1 || ticket > d.tickets || n != 1 || ticket % 5 != 0 {
        return Row::new();
    }
    row(
        json!({"id": id, "ticketId": ticket, "notes": "Call the contact back.", "priority": 1, "code": short(1, "Call back"), "member": member_ref(1 + ticket % 11), "_info": d.info(20, 20)}),
    )
}

pub(super) fn project(d: &Dataset, id: i64) -> Row {
    let company = some_company(d, 50, id);
    row(
        json!({"id": id, "name": format!("Rollout {id}"), "description": "", "company": company_ref(d, company), "board": board_ref(3), "status": reference("status", 1, "Open"), "manager": member_ref(1 + id % 11),
        "contact": contact_ref(d, contact_of(company, id)), "site": main_site(company), "location": location(), "department": department(), "currency": dollars(),
        "type": reference("type", 1, "Implementation"), "estimatedStart": d.days_ago(60), "estimatedEnd": d.days_ago(-60), "estimatedHours": 40.0, "budgetHours": 40.0, "actualHours": 10.0, "percentComplete": 0.25,
        "billingAmount": 4000.0, "_info": d.info(60, 5)}),
    )
}

/// The project and the number of one of its children, up to `most`.
fn child_of_project(d: &Dataset, id: i64, most: i64) -> Option<(i64, i64)> {
    let (project, n) = (id / STRIDE, id % STRIDE);
    ((1..=d.companies / 10 + 1).contains(&project) && (1..=most).contains(&n)).then_some((project, n))
}

pub(super) fn phase(d: &Dataset, id: i64) -> Row {
    let Some((project, n)) = child_of_project(d, id, 2) else { return Row::new() };
    row(
        json!({"id": id, "projectId": project, "description": format!("Phase {n}"), "board": board_ref(3), "status": short(1, "Open"), "wbsCode": n.to_string(), "budgetHours": 20.0, "_info": d.info(60, 5)}),
    )
}

pub(super) fn project_team_member(d: &Dataset, id: i64) -> Row {
    let Some((project, n)) = child_of_project(d, id, 2) else { return Row::new() };
    let (role, name) = if n == 1 { (1, "Project Manager") } else { (2, "Engineer") };
    row(
        json!({"id": id, "projectId": project, "hours": 20.0, "member": member_ref(1 + (project + n) % 11), "projectRole": {"id": role, "identifier": name, "name": name, "_info": {}}, "workRole": short(1, "Engineer"),
        "startDate": d.days_ago(60), "endDate": d.days_ago(-60), "_info": d.info(60, 60)}),
    )
}

pub(super) fn opportunity(d: &Dataset, id: i64) -> Row {
    let company = some_company(d, 60, id);
    let contact = contact_ref(d, contact_of(company, id));
    let status = 1 + d.dice(61, id, 3);
    let (stage, chance) = (1 + id % 3, 1 + id % 5);
    let when_closed = |value: Value| if status > 1 { value } else { Value::Null };
    row(
        json!({"id": id, "name": format!("Renewal {id}"), "expectedCloseDate": d.days_ago(-30), "type": reference("type", 1, "New Business"), "stage": reference("stage", stage, nth(stage, &["1. Prospect", "2. Qualified", "3. Quote"])),
        "status": reference("status", status, nth(status, &["Open", "Won", "Lost"])), "notes": "", "probability": reference("probability", chance, &format!("{}", (chance - 1) * 25)), "primarySalesRep": member_ref(1 + id % 11),
        "secondarySalesRep": member_ref(1 + (id + 1) % 11), "priority": short(7, "Clear Flag"), "source": "Referral", "rating": short(2, "Warm"), "campaign": short(1, "Partner Referral"),
        "company": company_ref(d, company), "contact": contact, "site": main_site(company), "locationId": 2, "businessUnitId": 10, "pipelineChangeDate": d.days_ago(30), "dateBecameLead": d.days_ago(90),
        "shipToCompany": company_ref(d, company), "shipToContact": contact, "shipToSite": main_site(company), "billToCompany": company_ref(d, company), "billToContact": contact, "billToSite": main_site(company),
        "billingTerms": short(3, "Net 30 days"), "taxCode": short(1, "Sales tax"), "closedDate": when_closed(d.days_ago(3).into()), "closedBy": when_closed(member_ref(1)), "currency": dollars(), "customFields": [], "_info": d.info(90, 3)}),
    )
}

/// One note on each opportunity.
pub(super) fn opportunity_note(d: &Dataset, id: i64) -> Row {
    let (opportunity, n) = (id / STRIDE, id % STRIDE);
    if opportunity < 1 || opportunity > d.companies / 4 || n != 1 {
        return Row::new();
    }
    row(
        json!({"id": id, "opportunityId": opportunity, "type": short(1, "Comments"), "text": format!("Sent the quote of opportunity {opportunity}."), "enteredBy": "aarcher", "_info": d.info(20, 20)}),
    )
}

pub(super) fn sales_order(d: &Dataset, id: i64) -> Row {
    let company = some_company(d, 63, id);
    row(
        json!({"id": id, "company": company_ref(d, company), "contact": contact_ref(d, contact_of(company, id)), "site": main_site(company), "status": short(1, "Open"), "orderDate": d.days_ago(10), "dueDate": d.days_ago(-20),
        "billingTerms": short(3, "Net 30 days"), "location": location(), "department": department(), "salesRep": member_ref(1 + id % 11), "description": format!("Order {id}"), "currency": dollars(), "_info": d.info(10, 2)}),
    )
}

pub(super) fn activity(d: &Dataset, id: i64) -> Row {
    let company = some_company(d, 62, id);
    row(
        json!({"id": id, "name": format!("Call {id}"), "type": reference("type", 1, "Call"), "company": company_ref(d, company), "contact": contact_ref(d, contact_of(company, id)), "status": reference("status", 1, "Open"), "dateStart": d.days_ago(2), "dateEnd": d.days_ago(2),
        "assignedBy": member_ref(1), "assignTo": member_ref(1 + id % 11), "currency": dollars(), "_info": d.info(10, 2)}),
    )
}

pub(super) fn time_entry(d: &Dataset, id: i64) -> Row {
    let ticket = id * 2 - 1;
    let member = 1 + d.dice(70, id, 11);
    let of_ticket = self::ticket(d, ticket);
    let named = |member: &str| of_ticket.get(member).and_then(|r| r.get("name")).cloned().unwrap_or(Value::Null);
    let stamps = of_ticket.get("_info").cloned().unwrap_or(Value::Null);
    let hours = 0.25 * (1 + d.dice(71, id, 8)) as f64;
    let start = date(stamps["lastUpdated"].as_str().unwrap_or_default()).unwrap_or(d.anchor());
    row(
        json!({"id": id, "company": of_ticket.get("company"), "companyType": "Customer", "chargeToId": ticket, "chargeToType": "ServiceTicket", "member": member_ref(member), "locationId": 2, "businessUnitId": 10,
        "businessGroupDesc": "Professional Services", "location": location(), "department": short(10, "Professional Services"), "territory": "Main Office", "locationName": "Main Office",
        "workType": {"id": 1, "name": "Remote", "utilizationFlag": true, "_info": {}}, "workRole": reference("workRole", 1, "Engineer"), "timeStart": stamp(start), "timeEnd": stamp(start + TimeDelta::minutes((hours * 60.0) as i64)), "hoursDeduct": 0.0,
        "actualHours": hours, "notes": format!("Worked on ticket {ticket}."), "addToDetailDescriptionFlag": true, "hoursBilled": hours, "invoiceHours": hours, "hourlyRate": 100.0, "extendedInvoiceAmount": hours * 100.0, "enteredBy": identifier(member), "dateEntered": stamps["lastUpdated"],
        "invoiceReady": 1, "timeSheet": short(1, "2026-09-28 to 2026-10-04"), "ticket": {"id": ticket, "summary": ticket_summary(d, ticket), "_info": {}}, "ticketBoard": named("board"), "ticketStatus": named("status"), "ticketType": named("type"),
        "taxCode": short(1, "Sales tax"), "_info": stamps}),
    )
}

pub(super) fn schedule_entry(d: &Dataset, id: i64) -> Row {
    let start = d.anchor() + TimeDelta::days(id % 20 - 10) + TimeDelta::hours(9);
    let done = start < d.anchor();
    row(
        json!({"id": id, "objectId": id, "name": format!("Ticket {id}"), "member": member_ref(1 + id % 11), "where": short(1, "On-Site"), "dateStart": stamp(start), "dateEnd": stamp(start + TimeDelta::hours(2)), "reminder": short(4, "15 minutes"),
        "status": reference("status", 1, "Firm"), "type": {"id": 1, "identifier": "S", "name": "Service", "_info": {}}, "doneFlag": done, "closeDate": if done { json!(stamp(start)) } else { Value::Null }, "hours": 2.0, "_info": d.info(20, 2)}),
    )
}

pub(super) fn invoice(d: &Dataset, id: i64) -> Row {
    let company = some_company(d, 80, id);
    let subtotal = 10.0 * (1 + d.dice(81, id, 200)) as f64;
    let open = id % 4 == 0;
    row(
        json!({"id": id, "invoiceNumber": format!("INV{id:05}"), "type": "Standard", "status": {"id": if open { 1 } else { 2 }, "name": if open { "New" } else { "Closed" }, "isClosed": !open, "_info": {}}, "company": company_ref(d, company),
        "billToCompany": company_ref(d, company), "shipToCompany": company_ref(d, company), "billingSite": main_site(company), "shippingSite": main_site(company), "billingTerms": short(3, "Net 30 days"), "reference": "",
        "locationId": 2, "location": location(), "departmentId": 10, "department": short(10, "Professional Services"), "date": d.days_ago(id % 300), "dueDate": d.days_ago(id % 300 - 30), "subtotal": subtotal, "total": subtotal * 1.2, "salesTax": subtotal * 0.2,
        "payments": if open { 0.0 } else { subtotal * 1.2 }, "balance": if open { subtotal * 1.2 } else { 0.0 }, "currency": dollars(), "_info": d.info(id % 300, id % 300)}),
    )
}

pub(super) fn agreement(d: &Dataset, id: i64) -> Row {
    let company = some_company(d, 82, id);
    let contact = contact_ref(d, contact_of(company, id));
    row(
        json!({"id": id, "name": format!("Managed services {id}"), "type": reference("type", 1, "Managed Services"), "company": company_ref(d, company), "contact": contact, "site": main_site(company), "location": location(), "department": department(),
        "startDate": d.days_ago(400), "endDate": d.days_ago(-300), "noEndingDateFlag": id % 5 == 0, "cancelledFlag": id % 9 == 0, "billAmount": 100.0 * (1 + id % 20) as f64, "billingCycle": reference("billingCycle", 2, "Monthly"),
        "billToCompany": company_ref(d, company), "billToContact": contact, "billToSite": main_site(company), "billStartDate": d.days_ago(400), "taxCode": short(1, "Sales tax"), "companyLocation": location(),
        "shipToCompany": company_ref(d, company), "shipToContact": contact, "shipToSite": main_site(company), "coverAgreementTime": true,
        "agreementStatus": if id % 9 == 0 { "Cancelled" } else { "Active" }, "nextInvoiceDate": d.days_ago(-20), "currency": dollars(), "customFields": [], "_info": d.info(400, 10)}),
    )
}

/// One addition to each agreement.
pub(super) fn addition(d: &Dataset, id: i64) -> Row {
    let (agreement, n) = (id / STRIDE, id % STRIDE);
    if agreement < 1 || agreement > d.companies / 2 || n != 1 {
        return Row::new();
    }
    let item = 1 + agreement % 30;
    row(
        json!({"id": id, "product": {"id": item, "identifier": format!("PART-{item:03}"), "name": format!("Item {item}"), "_info": {}}, "quantity": 1.0, "unitPrice": 10.0 * item as f64, "unitCost": 7.0 * item as f64, "billCustomer": "Billable",
        "effectiveDate": d.days_ago(400), "invoiceDescription": format!("Item {item}"), "agreementId": agreement, "description": format!("Item {item}"), "_info": d.info(400, 10)}),
    )
}

pub(super) fn catalog_item(d: &Dataset, id: i64) -> Row {
    row(
        json!({"id": id, "identifier": format!("PART-{id:03}"), "description": format!("Item {id}"), "subcategory": reference("subcategory", 1, "Hardware"), "type": reference("type", 1, "Part"), "category": short(1, "Hardware"),
        "unitOfMeasure": short(1, "Each"), "manufacturer": short(1, "Dell"), "price": 10.0 * id as f64, "cost": 7.0 * id as f64, "taxableFlag": true, "customerDescription": format!("Item {id}"), "_info": d.info(900, 90)}),
    )
}

pub(super) fn member(d: &Dataset, id: i64) -> Row {
    let (first, last) = MEMBERS[(id - 1) as usize % 12];
    let address = format!("{}@msp.example", identifier(id));
    row(
        json!({"id": id, "identifier": identifier(id), "licenseClass": if id == 12 { "A" } else { "F" }, "inactiveFlag": id == 11, "firstName": first, "lastName": last, "officeEmail": address, "officePhone": "02079460000",
        "primaryEmail": address, "title": "Engineer", "defaultEmail": "Office", "defaultPhone": "Office", "hireDate": d.days_ago(1500), "lastLogin": d.days_ago(1), "securityRole": reference("securityRole", 63, "Technician"),
        "agreementInvoicingDisplayOptions": "RemainOnInvoicingScreen", "invoiceScreenDefaultTabFormat": "ShowInvoicingTab", "invoicingDisplayOptions": "RemainOnInvoicingScreen", "teams": [id % 3 + 1], "hourlyRate": 100.0,
        "timeZone": short(1, "GMT/Greenwich Mean Time"), "workRole": reference("workRole", 1, "Engineer"), "serviceDefaultBoard": board_ref(1), "timeApprover": member_ref(1), "expenseApprover": member_ref(1), "timeSheetStartDate": d.days_ago(1500),
        "enterTimeAgainstCompanyFlag": true, "allowExpensesEnteredAgainstCompaniesFlag": true, "_info": d.info(900, 90)}),
    )
}

pub(super) fn member_info(d: &Dataset, id: i64) -> Row {
    let m = member(d, id);
    let of = |name: &str| m.get(name).cloned().unwrap_or(Value::Null);
    let text = |name: &str| m.get(name).and_then(Value::as_str).unwrap_or_default();
    row(
        json!({"id": id, "identifier": of("identifier"), "firstName": of("firstName"), "lastName": of("lastName"), "fullName": format!("{} {}", text("firstName"), text("lastName")), "defaultEmail": of("officeEmail"), "licenseClass": of("licenseClass"), "inactiveFlag": of("inactiveFlag")}),
    )
}
