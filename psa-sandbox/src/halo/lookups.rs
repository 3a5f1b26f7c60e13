//! The tenant's own lists: teams, statuses, types, priorities, categories, outcomes.

use serde_json::{Value, json};

use super::data::{Row, TEAMS, row};
use super::quirks::Quirks;

pub(super) fn guid(n: u64) -> String {
    format!("{:08x}-0000-4000-8000-{:012x}", n as u32, n)
}

pub(super) fn team_id(name: &str) -> usize {
    TEAMS.iter().position(|t| *t == name).map_or(0, |i| i + 1)
}

pub(super) fn teams() -> Vec<Row> {
    TEAMS
        .iter()
        .zip(1..)
        .map(|(name, id)| {
            row(json!({"id": id, "guid": guid(id), "name": name, "sequence": id, "forrequests": *name != "Sales", "foropps": *name == "Sales",
                "forprojects": false, "ticket_count": 0, "department_id": 1, "department_name": "Support", "inactive": false}))
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
            row(json!({"id": id, "guid": guid(id), "name": name, "use": "ticket", "sequence": id, "default_sla": 1, "group_id": 0,
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

pub(super) fn categories() -> Vec<Row> {
    ["Printer", "Outlook", "VPN", "Laptop"]
        .iter()
        .zip(1..)
        .map(|(name, id)| row(json!({"id": id, "guid": guid(id), "value": format!("{name}>General"), "category_name": name, "type_id": 1})))
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
                "hidden": *id == 89, "systemid": 0, "newstatus": -1, "hidefromuser": *id == 7, "defaultmanhrs": 0.0, "chargerate": -1}))
        })
        .collect()
}
