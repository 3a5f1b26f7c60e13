//! The tenant's own lists: agents, teams, statuses, types, priorities, categories, outcomes, charge rates.

use serde_json::{Value, json};

use super::guid::guid;
use super::quirks::Quirks;
use crate::emulator::row::{Row, row};

/// The names of the teams.
pub(super) const TEAMS: [&str; 4] = ["Service Desk", "Projects", "Infrastructure", "Sales"];

pub(super) fn team_id(name: &str) -> usize {
    TEAMS.iter().position(|t| *t == name).map_or(0, |i| i + 1)
}

pub(super) fn teams() -> Vec<Row> {
    TEAMS
        .iter()
        .zip(1..)
        .map(|(name, id)| {
            row(json!({"id": id, "guid": guid(id), "name": name, "sequence": id, "forrequests": *name != "Sales", "foropps": *name == "Sales",
                "forprojects": false, "ticket_count": 0, "department_id": 1, "department_name": "Support", "inactive": false,
                "last_modified": "2026-09-01T08:00:00"}))
        })
        .collect()
}

const STATUSES: [(i64, &str, i64); 7] = [
    (1, "New", 0),
    (2, "In Progress", 0),
    (3, "Action Required", 0),
    (8, "Resolved", 0),
    (9, "Closed", 0),
    (28, "On Hold", 0),
    (40, "Quote Accepted", 1),
];

pub(super) fn status_name(id: i64) -> Value {
    STATUSES.iter().find(|(i, ..)| *i == id).map_or(Value::Null, |(_, name, _)| (*name).into())
}

pub(super) fn statuses() -> Vec<Row> {
    STATUSES
        .iter()
        .map(|(id, name, kind)| {
            row(json!({"id": id, "guid": guid(*id as u64), "name": name, "shortname": name, "type": kind, "sequence": id,
                "colour": "#000000", "slaaction": if *id == 28 { "H" } else { "N" }, "ticket_count": 0, "showonquickchange": true}))
        })
        .collect()
}

pub(super) fn ticket_types() -> Vec<Row> {
    [(1, "Incident", 1), (2, "Service Request", 3), (3, "Change Request", 2), (20, "Opportunity", 0), (22, "Project", 22)]
        .into_iter()
        .map(|(id, name, itil)| {
            row(json!({"id": id, "guid": guid(id), "name": name, "use": "tickets", "sequence": id, "default_sla": 1, "group_id": 0,
                "cancreate": true, "agentscanselect": true, "itilrequesttype": itil, "visible": true, "fieldidlist": [1, 2]}))
        })
        .collect()
}

pub(super) fn priorities(quirks: &Quirks) -> Vec<Row> {
    let id = |sla: i64, n: i64| {
        if quirks.priority_guids { guid((sla * 10 + n) as u64).into() } else { Value::from(sla * 10 + n) }
    };
    let names = ["Critical", "High", "Medium", "Low"];
    (1..=2i64)
        .flat_map(|sla| (1..=4i64).map(move |n| (sla, n)))
        .map(|(sla, n)| {
            row(json!({"id": id(sla, n), "slaid": sla, "priorityid": n, "name": format!("{}{}", names[n as usize - 1], if sla == 2 { " (VIP)" } else { "" }),
                "fixtime": 8.0 * n as f64, "fixunits": "H", "responsetime": n as f64, "responseunits": "H", "ishidden": false, "colour": "#ff0000"}))
        })
        .collect()
}

/// Categories by the tree that they are in. Tickets use the first two.
static CATEGORIES: [(i64, &[&str]); 4] = [
    (1, &["Printer", "Outlook", "VPN", "Laptop", "Password", "Backup", "Wi-Fi", "Phone"]),
    (2, &["Hardware", "Software", "Network"]),
    (3, &["On site", "Remote"]),
    (4, &["Training"]),
];

pub(super) fn categories() -> Vec<Row> {
    CATEGORIES
        .iter()
        .flat_map(|(tree, names)| names.iter().map(move |name| (*tree, *name)))
        .zip(1..)
        .map(|((tree, name), id)| {
            // The first tree has two levels.
            let value = if tree == 1 { format!("{name}>General") } else { name.to_owned() };
            row(json!({"id": id, "guid": guid(id), "value": value, "category_name": name, "type_id": tree}))
        })
        .collect()
}

pub(super) const OUTCOMES: [(i64, &str); 4] =
    [(2, "Update"), (3, "Email User"), (7, "Private Note"), (89, "Quick Time")];

pub(super) fn outcome_name(id: i64) -> Value {
    match id {
        0 => "Rule Applied".into(),
        _ => OUTCOMES.iter().find(|(i, _)| *i == id).map_or(Value::Null, |(_, name)| (*name).into()),
    }
}

pub(super) fn outcomes() -> Vec<Row> {
    OUTCOMES
        .iter()
        .map(|(id, name)| {
            row(json!({"id": id, "guid": guid(*id as u64), "outcome": name, "buttonname": name, "labellong": name, "sequence": id,
                "icon": if *id == 7 { "fas fa-lock" } else { "fas fa-comment" }, "hidden": *id == 89, "systemid": 0, "newstatus": -1, "hidefromuser": *id == 7, "defaultmanhrs": 0.0, "chargerate": -1}))
        })
        .collect()
}

/// The lookup that lists the others.
const LOOKUP_TYPES: i64 = 11;
/// The lookup of charge rates.
pub(super) const CHARGE_RATES: i64 = 17;

/// A list's number, its name, and the codes and names of its values.
type CodeList = (i64, &'static str, &'static [(&'static str, &'static str)]);

static LOOKUPS: [CodeList; 2] = [
    (LOOKUP_TYPES, "Lookup Types", &[]),
    (CHARGE_RATES, "Charge Rates", &[("Standard", "100"), ("Out of hours", "150"), ("Travel", "60")]),
];

/// The values of a lookup, each with an id of that lookup's own.
pub(super) fn of(lookup: i64) -> Vec<Row> {
    let value = |id: i64, name: &str, more: &str| {
        row(json!({"id": id, "lookupid": lookup, "name": name, "value2": more, "sequence": id}))
    };
    if lookup == LOOKUP_TYPES {
        return LOOKUPS.iter().map(|(id, name, _)| value(*id, name, "")).collect();
    }
    let found = LOOKUPS.iter().find(|(id, ..)| *id == lookup);
    found
        .map_or(&[][..], |(_, _, values)| *values)
        .iter()
        .zip(1..)
        .map(|((name, more), id)| value(id, name, more))
        .collect()
}

/// The agents. The last one is the login's own.
pub(super) fn agents(api_agent: bool) -> Vec<Row> {
    let names = [
        "Unassigned",
        "Ann Archer",
        "Bob Baker",
        "Cat Cole",
        "Dan Dyer",
        "Eve Ellis",
        "Fay Ford",
        "Gus Gray",
        "Hal Holt",
        "Ivy Innes",
        "Jon Jarvis",
        "Kim Knight",
        "Portal API",
    ];
    let last = names.len() as i64;
    names
        .iter()
        .zip(1i64..)
        .map(|(name, id)| {
            let team = (id % 3) as usize;
            let api = id == last && api_agent;
            row(json!({
                "id": id, "name": name, "team": TEAMS[team], "email": format!("agent{id}@msp.example"), "isdisabled": id == 11,
                "initials": "AA", "firstname": name.split(' ').next(), "surname": name.split(' ').nth(1).unwrap_or(""),
                "colour": "#112233", "jobtitle": "Technician", "is_agent": true, "onlinestatus": 0, "isapiagent": api,
                "teams": [{"team_id": team + 1, "team_name": TEAMS[team]}], "last_modified": "2026-09-01T08:00:00",
            }))
        })
        .collect()
}
