//! Reports: a very small SQL, enough to tell a query that runs from one that does not.

use serde_json::{Value, json};

use super::resource::Resource;
use super::state::Data;
use super::tickets::Domain;
use crate::emulator::reply::Reply;
use crate::emulator::row::{Row, row};

/// The most rows that a report gives.
const MOST_ROWS: usize = 500;

/// Runs `select … from Faults` or `Area`, and refuses anything else as a database would.
pub(super) fn query(data: &Data, sql: &str) -> Reply {
    let words: Vec<String> = sql.split_whitespace().map(|w| w.trim_matches(['[', ']', ';']).to_lowercase()).collect();
    let from = words.iter().position(|w| w == "from").and_then(|n| words.get(n + 1)).map(String::as_str);
    let rows: Result<Vec<Row>, String> = match (words.first().map(String::as_str), from) {
        (Some("select"), Some("faults")) => {
            let ids = data.ticket_ids(sql, Domain::Tickets, false, false, |t| !t.deleted);
            Ok(ids
                .iter()
                .take(MOST_ROWS)
                .filter_map(|id| data.ticket(i64::from(*id)))
                .map(|t| row(json!({"Ticket ID": t.id, "Summary": t.summary, "Status": t.status_id})))
                .collect())
        }
        (Some("select"), Some("area")) => {
            let clients = data.rows(Resource::Clients).all(&data.dataset);
            Ok(clients
                .into_iter()
                .take(MOST_ROWS)
                .map(|c| row(json!({"Client ID": c.get("id"), "Name": c.get("name")})))
                .collect())
        }
        (Some("select"), Some(other)) => Err(format!("Invalid object name '{other}'.")),
        (Some("select"), None) => Err("No table was named.".to_owned()),
        (word, _) => Err(format!("Incorrect syntax near '{}'.", word.unwrap_or(""))),
    };
    // A query that fails is answered with success too.
    let content = match rows {
        Ok(rows) => json!({"loaded": true, "rows": rows}),
        Err(error) => json!({"loaded": false, "load_error": error, "rows": []}),
    };
    Reply::json(201, &json!({"id": 0, "name": "", "sql": sql, "apiquery_id": 0, "report": content}))
}

/// Runs a stored report.
pub(super) fn run(data: &Data, id: &str) -> Reply {
    let stored = id.parse().ok().and_then(|id| data.get(Resource::Reports, id));
    match stored.as_ref().and_then(|r| r.get("sql")).and_then(Value::as_str) {
        Some(sql) => {
            let mut reply = query(data, sql);
            reply.status = http::StatusCode::OK;
            reply
        }
        None => Reply::empty(404),
    }
}
