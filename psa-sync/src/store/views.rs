//! A view a kind, so that a person can query without knowing how records are kept.

use psa_core::{FieldType, Schema};

/// The view's name and its SQL.
pub(crate) fn view(schema: &Schema) -> (String, String) {
    let name = identifier(schema.kind.as_str());
    let mut columns =
        vec!["l.id AS local_id".to_owned(), "c.name AS connection".to_owned(), "l.key AS vendor_key".to_owned()];
    for field in schema.fields.iter().filter(|f| f.content) {
        let named = |suffix: &str| identifier(&format!("{}{suffix}", field.path));
        let column = named("");
        let path = field.path;
        let extract = |inner: &str| format!("json_extract(r.content, '$.{path}{inner}')");
        match &field.ty {
            FieldType::Reference => columns.push(format!("{} AS {}", extract(".id"), named("_key"))),
            FieldType::Label => {
                columns.push(format!("{} AS {}", extract(".id"), named("_id")));
                columns.push(format!("{} AS {column}", extract(".name")));
            }
            FieldType::Choice(_) => {
                // A bare choice, or one with the vendor's raw value beside it.
                columns.push(format!(
                    "COALESCE({}, {}, {}) AS {column}",
                    extract(".value"),
                    extract(".raw"),
                    extract("")
                ));
            }
            _ => columns.push(format!("{} AS {column}", extract(""))),
        }
    }
    columns.push("l.vendor_updated_at AS updated_at".to_owned());
    let sql = format!(
        "CREATE VIEW {name} AS SELECT {} FROM stream s JOIN connection c ON c.id = s.connection_id JOIN link l ON l.stream_id = s.id JOIN record r ON r.id = l.id WHERE s.kind = '{}' AND l.removed_at IS NULL",
        columns.join(", "),
        schema.kind.as_str().replace('\'', "''"),
    );
    (name, sql)
}

fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', ""))
}
